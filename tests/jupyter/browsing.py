"""Notebooks in a Chromium, as a person uses them, and what their pages did that they should not have done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, Request, ViewportSize, WebSocket, expect

from tests.jupyter.lab import Lab

HERE = ("localhost", "127.0.0.1")
SLOW = 60_000
"""Milliseconds: JupyterLab itself, and a kernel that starts, on a busy machine."""
DEBUGGER = "Could not restore the debugger state"
"""JupyterLab's own debugger, when a kernel restarts or a notebook is closed before it has been told what it asked."""
AT = "\n    at "
"""Begins a line of a stack."""
SIZE: ViewportSize = {"width": 1200, "height": 900}
IN_LAB = "lab/workspaces/{workspace}/tree/{name}?reset"
CLOSE = """(width) => {
    const {shell} = jupyterapp
    for (const widget of [...shell.widgets('main')]) {
        if (widget.context) widget.context.model.dirty = false
        widget.close()
    }
    return window.asLoaded && innerWidth === width && !shell.leftCollapsed && document.querySelector('.jp-Dialog, .lm-Menu') === null
}"""
CLOSED = "() => document.querySelector('.jp-NotebookPanel') === null"
expect.set_options(timeout=SLOW)  # what is waited for comes; how soon is for benchmarks/ to say


class Notebook:
    """A notebook in a page, as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ready(self) -> None:
        """Wait until the notebook is shown and its kernel answers."""
        self.page.wait_for_function(
            """() => {
                const panel = window.jupyterapp?.shell?.currentWidget
                return panel?.sessionContext?.session?.kernel && panel.content?.widgets
            }""",
            timeout=SLOW,
        )

    def idle(self) -> None:
        """Wait until no cell runs."""
        self.page.wait_for_function("() => jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'", timeout=SLOW)

    def start(self, index: int) -> None:
        """Run a cell; do not wait for its end."""
        self.page.evaluate(
            """(index) => {
                jupyterapp.shell.currentWidget.content.activeCellIndex = index
                void jupyterapp.commands.execute('notebook:run-cell')
            }""",
            index,
        )

    def run(self, *indexes: int) -> None:
        """Run cells, and wait for the end of each."""
        for index in indexes:
            self.page.evaluate(
                """async (index) => {
                    jupyterapp.shell.currentWidget.content.activeCellIndex = index
                    await jupyterapp.commands.execute('notebook:run-cell')
                }""",
                index,
            )

    def run_first(self, index: int) -> None:
        """Run a cell that loads our code, in a host that has none of it yet, and wait for its end. ipykernel 7.3 may forget it, rarely,
        until something else is asked of it (stranded.py); so something is, as a person in front of a cell at `[*]` would."""
        self.page.evaluate(
            """async (index) => {
                const { content, sessionContext } = jupyterapp.shell.currentWidget
                content.activeCellIndex = index
                const { kernel } = sessionContext.session
                const others = []
                const asking = setInterval(() => {
                    if (kernel.status === 'idle') others.push(kernel.clone({ handleComms: false }))
                }, 2000)
                await jupyterapp.commands.execute('notebook:run-cell')
                clearInterval(asking)
                for (const other of others) other.dispose()
            }""",
            index,
        )

    def restart(self) -> None:
        """Restart the kernel, as the menu does after its question, and wait until it answers. (What it says of itself before that may miss
        the page, which connects to it anew: it would go on to say "restarting".)"""
        self.page.evaluate(
            """async () => {
                const { sessionContext } = jupyterapp.shell.currentWidget
                await sessionContext.restartKernel()
                await sessionContext.session.kernel.requestKernelInfo()
            }"""
        )
        self.idle()

    def save(self) -> None:
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    def cell(self, index: int) -> Locator:
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell").nth(index)

    def view(self, index: int) -> Locator:
        """The view in a cell's output, whatever its state."""
        return self.cell(index).locator(".objectsync-view")

    def live(self, index: int) -> Locator:
        """The view in a cell's output, when it is live."""
        return self.cell(index).locator(".objectsync-view-live")

    def stale(self, index: int) -> Locator:
        return self.cell(index).locator(".objectsync-view-stale")

    def until(self, index: int, condition: str, timeout: float = SLOW) -> str:
        """Wait until the text of the span in a cell's live view (`text`) is as wanted; returns it."""
        found = self.page.wait_for_function(
            f"""(index) => {{
                const cell = document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell')[index]
                const text = cell?.querySelector('.objectsync-view-live span')?.textContent
                return text !== undefined && ({condition}) ? text : false
            }}""",
            arg=index,
            timeout=timeout,
        )
        return str(found.json_value())

    def output(self, index: int) -> str:
        """What the cell printed."""
        return self.cell(index).locator(".jp-OutputArea-output").first.inner_text().strip()


class Browsing:
    """Pages of one browser profile, and what they did that they should not have done."""

    _kept: ClassVar[tuple[Lab, BrowserContext] | None] = None
    """The Lab that was used last, and a profile with pages of it in which nothing is open: to load one takes longer than most tests."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.errors: list[str] = []
        self.expected = [DEBUGGER]
        self.sockets: list[str] = []
        """The addresses of the direct websockets that pages have opened."""
        self._idle = list(context.pages)
        self._heard: list[tuple[Page, Any, Callable[[Any], None]]] = []

    @classmethod
    def of(cls, browser: Browser, lab: Lab) -> Iterator[Browsing]:
        """For one test, whose kernels end with it."""
        if Browsing._kept is None or Browsing._kept[0] is not lab:
            cls._forget()
            Browsing._kept = (lab, browser.new_context(viewport=SIZE))
        used = cls(Browsing._kept[1])
        yield used
        used._clear()
        lab.end_kernels()
        if used.unexpected():
            cls._forget()
        assert not used.unexpected(), used.unexpected()

    @staticmethod
    def _forget() -> None:
        if Browsing._kept is not None:
            Browsing._kept[1].close()
            Browsing._kept = None

    def open(self, lab: Lab, name: str, workspace: str = "w", path: str = "") -> Notebook:
        """A notebook in a page that is there, or, where a `path` is given, behind an address."""
        used = bool(self._idle) and not path
        if used:
            page = self._idle.pop(0)
            self._hear(page, "/@objectsync/")  # JupyterLab has timers left of notebooks that were closed before, which fail
            page.evaluate("async path => { await jupyterapp.commands.execute('docmanager:open', {path}) }", name)
        else:
            page = self.context.new_page()
            page.set_default_timeout(SLOW)
            self._hear(page)
            page.goto(f"{lab.url}/{(path or IN_LAB).format(workspace=workspace, name=name)}")
        notebook = Notebook(page)
        notebook.ready()
        notebook.idle()  # what runs before the kernel has answered is not always waited for
        if not used:
            # One that was loaded again may still be about to open what had been open. (Not before all this: where another tab has the
            # workspace, JupyterLab goes to another one.)
            page.evaluate("window.asLoaded = true")
        return notebook

    def _clear(self) -> None:
        """Close what is open. Pages that are not as new afterwards are closed, too."""
        for page, event, listener in self._heard:  # JupyterLab has errors of its own when notebooks are closed in haste
            page.remove_listener(event, listener)
        for page in self.context.pages:
            try:
                if page not in self._idle and not (page.evaluate(CLOSE, SIZE["width"]) and page.wait_for_function(CLOSED, timeout=SLOW)):
                    page.close()
            except Error:  # it is not JupyterLab's, or stands
                page.close()

    def _hear(self, page: Page, where: str = "") -> None:
        """Note what the page does; of exceptions, those with this in their stack."""

        def on_error(text: str, stack: str) -> None:
            if where in stack or AT not in stack:
                self.errors.append(text)

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error":
                on_error(message.text, message.text)

        listeners: dict[Any, Callable[[Any], None]] = {
            "console": on_console,
            "pageerror": lambda error: on_error(str(error), error.stack or ""),
            "request": self._on_request,
            "websocket": self._on_websocket,
        }
        for event, listener in listeners.items():
            page.on(event, listener)
            self._heard.append((page, event, listener))

    def _on_request(self, request: Request) -> None:
        if request.url.startswith(("http", "ws")) and request.url.split("://", 1)[1].split("/", 1)[0].split(":")[0] not in HERE:
            self.errors.append(f"a request to {request.url}")

    def _on_websocket(self, socket: WebSocket) -> None:
        if "/objectsync/" in socket.url:
            self.sockets.append(socket.url)

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(text in error for text in self.expected)]


__all__ = ["SLOW", "Browsing", "Notebook", "expect"]

"""A real JupyterLab in a real Chromium. A page fails its test when it logs an error that was not expected, or asks for anything beyond
this machine."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "objectsync_jupyter" / "labextension"
HERE = ("localhost", "127.0.0.1")
KERNELS = ("7.4", "7.3", "6.31")
"""The versions of ipykernel that behave differently. The first is that of this environment; the others have environments of their own
(`.venv-ipykernel-7.3`, …, or where OBJECTSYNC_IPYKERNEL_7_3 says)."""
SLOW = 60_000
"""Milliseconds: JupyterLab itself, and a kernel that starts, on a busy machine."""
expect.set_options(timeout=SLOW)  # what is waited for comes; how soon is for benchmarks/ to say


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "jupyter: drives a real JupyterLab in Chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/jupyter/" in item.path.as_posix() and {"browser", "browsing"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.jupyter)
            if importlib.util.find_spec("jupyterlab") is None:
                item.add_marker(pytest.mark.skip(reason="JupyterLab is not installed here"))


def python_of(version: str) -> Path | None:
    """The interpreter of the environment with this ipykernel; None where there is none."""
    if version == KERNELS[0]:
        return Path(sys.executable)
    named = os.environ.get(f"OBJECTSYNC_IPYKERNEL_{version.replace('.', '_')}")
    python = Path(named) if named else ROOT / f".venv-ipykernel-{version}" / "bin" / "python"
    return python if python.exists() else None


@pytest.fixture(params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> str:
    """The name of a kernel of each version."""
    version: str = request.param
    if python_of(version) is None:
        pytest.skip(f"there is no environment with ipykernel {version}")
    return f"ipykernel-{version}"


@pytest.fixture(params=KERNELS[:2])
def subshell_kernel(request: pytest.FixtureRequest) -> str:
    """The name of a kernel that hears its pages while a cell runs."""
    version: str = request.param
    if python_of(version) is None:
        pytest.skip(f"there is no environment with ipykernel {version}")
    return f"ipykernel-{version}"


class Lab:
    """A running JupyterLab with a directory of its own.

    With our `extension` in the page and (`prompt`) in the server, and `ipywidgets`' only where it is asked for. `settings` are more of the
    server's, in Python. With `installed`, the Python of an environment into which a user has installed us, nothing comes from here.
    """

    def __init__(
        self,
        folder: Path,
        app: str = "lab",
        *,
        extension: bool = True,
        prompt: bool = True,
        ipywidgets: bool = False,
        token: str = "",
        base: str = "",
        settings: str = "",
        installed: Path | None = None,
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        self.log = folder / "lab.log"
        self.token = token
        self.base = base.rstrip("/")
        # A kernel's sockets are files here: a port that Jupyter has chosen for one may be another connection's by the time the kernel has
        # started, which then ends at once. (The path of such a file may have some hundred characters.)
        self._runtime = Path(tempfile.mkdtemp(prefix="lab-"))
        data = folder / "data"
        if extension and installed is None:
            assert (EXTENSION / "package.json").exists(), "the extension is not built: cd js && npm run build"
            link = data / "labextensions" / "@objectsync" / "labextension"
            link.parent.mkdir(parents=True)
            link.symlink_to(EXTENSION)
        # Said either way: an installation of ours has enabled it for the whole environment.
        config = folder / "config" / "jupyter_server_config.d" / "objectsync_jupyter.json"
        config.parent.mkdir(parents=True)
        if installed is None:
            config.write_text(json.dumps({"ServerApp": {"jpserver_extensions": {"objectsync_jupyter": prompt}}}))
        if settings:
            (folder / "config" / "jupyter_server_config.py").write_text(settings)
        for version in KERNELS:
            python = python_of(version)
            if python is not None:
                spec = data / "kernels" / f"ipykernel-{version}" / "kernel.json"
                spec.parent.mkdir(parents=True)
                argv = [str(python), "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
                spec.write_text(json.dumps({"argv": argv, "display_name": f"ipykernel {version}", "language": "python"}))
        environment = {
            **os.environ,
            "JUPYTER_PATH": str(data),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_CONFIG_PATH": str(folder / "config"),  # in a virtual environment its own comes before the user's
            "JUPYTER_DATA_DIR": str(folder / "own"),
            "JUPYTER_RUNTIME_DIR": str(self._runtime),
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONPATH": str(ROOT) if installed is None else "",
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        }
        overrides = folder / "config" / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir(parents=True)
        overrides.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}))
        # ipywidgets' logs errors of its own with two pages on one kernel, and anywidget's one without ipywidgets';
        # an installed extension of ours would be found as well.
        others = dict.fromkeys(("@jupyter-widgets/jupyterlab-manager", "anywidget"), not ipywidgets)
        others["@objectsync/labextension"] = not extension
        # Nothing here needs to be built; asking costs each page that is opened a process of node.
        page_config = {"disabledExtensions": others, "buildCheck": False, "buildAvailable": False}
        (overrides.parent / "page_config.json").write_text(json.dumps(page_config))
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *((sys.executable, "-m", "jupyter", app) if installed is None else (str(installed), "-m", "jupyterlab")),
                    *("--no-browser", "--allow-root", "--expose-app-in-browser"),
                    # Where an environment sees another's JupyterLab, its pages are there.
                    *([] if installed is None else [f"--LabApp.app_dir={sys.prefix}/share/jupyter/lab"]),
                    *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
                    "--KernelManager.transport=ipc",
                    *(
                        f"--IdentityProvider.token={token}",
                        "--ServerApp.password=",
                        "--ServerApp.disable_check_xsrf=True",
                        f"--ServerApp.root_dir={self.notebooks}",
                    ),
                ],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base}"

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"JupyterLab did not answer within 60 s:\n{self.log.read_text()}")

    def write(self, name: str, *cells: str, kernel: str = "python3") -> None:
        """A notebook of code cells."""
        listed: list[dict[str, Any]] = [
            {"cell_type": "code", "id": f"c{index}", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
            for index, cell in enumerate(cells)
        ]
        metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": listed}
        (self.notebooks / name).write_text(json.dumps(content))

    def until_told(self, name: str, step: str) -> str:
        """A cell that does a step ten times a second (`i` counts them), blocking its kernel, until `tell(name)`."""
        (self.notebooks / name).unlink(missing_ok=True)
        return f"import pathlib, time\ni = 0\nwhile not pathlib.Path({name!r}).exists():\n    {step}\n    i += 1\n    time.sleep(0.1)"

    def tell(self, name: str) -> None:
        """End what runs `until_told`."""
        (self.notebooks / name).touch()

    def kernels(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/api/kernels?token={self.token}", timeout=5) as answer:
            listed: list[dict[str, Any]] = json.load(answer)
        return listed

    def end_kernels(self) -> None:
        for kernel in self.kernels():
            request = urllib.request.Request(f"{self.url}/api/kernels/{kernel['id']}?token={self.token}", method="DELETE")
            with urllib.request.urlopen(request, timeout=20):
                pass

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self._runtime, ignore_errors=True)


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

    def restart(self) -> None:
        """Restart the kernel, as the menu does after its question."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
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

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.errors: list[str] = []
        self.expected: list[str] = []

    @classmethod
    def of(cls, browser: Browser, lab: Lab) -> Iterator[Browsing]:
        """A profile for one test, whose kernels end with it."""
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        used = cls(context)
        yield used
        context.close()
        lab.end_kernels()
        assert used.unexpected() == []

    def open(self, lab: Lab, name: str, workspace: str = "w", path: str = "lab/workspaces/{workspace}/tree/{name}?reset") -> Notebook:
        page = self.context.new_page()
        page.set_default_timeout(SLOW)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._on_request)
        page.goto(f"{lab.url}/{path.format(workspace=workspace, name=name)}")
        notebook = Notebook(page)
        notebook.ready()
        return notebook

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _on_request(self, request: Request) -> None:
        if request.url.startswith(("http", "ws")) and request.url.split("://", 1)[1].split("/", 1)[0].split(":")[0] not in HERE:
            self.errors.append(f"a request to {request.url}")

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(text in error for text in self.expected)]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = Lab(tmp_path_factory.mktemp("lab"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "the browser tests need chromium; `make chromium` installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def browsing(browser: Browser, lab: Lab) -> Iterator[Browsing]:
    yield from Browsing.of(browser, lab)


__all__ = ["SLOW", "Browsing", "Lab", "Notebook", "expect"]

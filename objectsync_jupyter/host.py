"""One hub per kernel, and which thread runs what.

Rules: what a page sends is applied and acknowledged at once, on the thread that reads the comm (a subshell's, where the kernel has them).
What users wrote runs on the main thread, in the context of the cell that last showed the object: at once when the kernel is idle or its
cell awaits, after the cell when it blocks, and inside `wait(…).block()`. What is `live` runs at once, on a thread of its own, in the same
context: what it prints lands below the same cell.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import os
import signal
import sys
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from IPython.display import display

from objectsync.errors import LocalError
from objectsync.jobs import Failed, InlineJobs, Job, Lanes
from objectsync.limits import Limits
from objectsync.server import Server
from objectsync.sobject import SObject

from . import import_carrier
from .captured import Captured
from .collecting import LATER, Collecting
from .comm import CommShell
from .direct import DirectShell, direct_shell
from .display import Displays
from .links import Links
from .magic import Magic
from .outputs import PLACES, SHOWN, VIEWS, Outputs
from .stranded import StrandedRequests
from .tracebacks import NamesOfCells, with_cells

if TYPE_CHECKING:
    from .carrier import Carrier, Carriers

logger = logging.getLogger("objectsync.jupyter")

NAME = "objectsync_jupyter"

LIMITS = Limits(message_bytes=64 * 1024 * 1024)  # the user's own page, and a file of theirs

ContextOf = Callable[[SObject | None], contextvars.Context]
"""The context of the cell that what concerns an object belongs to."""

_handling: contextvars.ContextVar[bool] = contextvars.ContextVar("objectsync_handling", default=False)
"""Whether a client's job runs, on the main thread."""

WAKES = 0.1
"""Seconds between two looks around while a cell blocks on purpose: Ctrl-C gets through."""


class MainThreadJobs(InlineJobs):
    """Clients' jobs, on the kernel's main thread, in order."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop | None,
        context: ContextOf,
        ran: Callable[[], None] = lambda: None,
    ) -> None:
        self._loop = loop
        self._context = context
        self._ran = ran
        self._main = threading.main_thread()
        self._waiting: deque[tuple[Job, Failed, contextvars.Context]] = deque()
        self._arrived = threading.Condition()
        self._lanes = Lanes()
        self._live_loop: asyncio.AbstractEventLoop | None = None
        self._live_thread: threading.Thread | None = None
        self.deaf: Callable[[], bool] = lambda: False
        """Whether nothing can come from a page while the main thread is busy."""

    def stop(self) -> None:
        """End the thread of live coroutines."""
        loop, self._live_loop = self._live_loop, None
        if loop is not None and self._live_thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._live_thread.join(1)

    def here(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it now; its coroutine on the kernel's loop."""
        if threading.current_thread() is self._main or self._loop is None:
            super().here(job, failed)
            return
        try:
            outcome = job()
        except Exception as error:
            failed(error)
            return
        if inspect.iscoroutine(outcome):
            self._queue(lambda: outcome, failed, contextvars.copy_context())

    def later(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it on the main thread as soon as that is free."""
        if self._loop is None:
            self.here(job, failed)
        else:
            self._queue(job, failed, self._context(about).copy())

    def beside(self, key: Any, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it at once on a thread of its own; its coroutine on an event loop that no cell holds up."""
        context = self._context(about).copy()

        def run() -> None:
            try:
                outcome = job()
            except Exception as error:
                failed(error)
                return
            if inspect.iscoroutine(outcome):
                loop = self._started_live_loop()
                loop.call_soon_threadsafe(super(MainThreadJobs, self).here, lambda: outcome, failed, context=context.copy())

        self._lanes.run(key, lambda: context.run(run))

    def wait_until(self, happened: threading.Event, timeout: float | None) -> bool:
        """Run what comes, on the main thread, until it has happened: for a cell that waits without `await`.

        Raises:
            LocalError: this is a handler or a service, and no cell runs before it ends; or this kernel hears its pages on the main
                thread only, so nothing can come.
        """
        if self._loop is None or threading.current_thread() is not self._main:
            return happened.wait(timeout)
        if _handling.get():
            raise LocalError(
                "block() would hold the thread that cells, handlers and services run on: make this function `async def` and `await` it"
            )
        if self.deaf():
            raise LocalError("this kernel hears nothing while a cell blocks (it has no subshells; ipykernel 7 has): use `await` instead")
        end = None if timeout is None else time.monotonic() + timeout
        while not happened.is_set():
            self._run_waiting()
            with self._arrived:
                if self._waiting or happened.is_set():
                    continue
                left = WAKES if end is None else min(WAKES, end - time.monotonic())
                if left <= 0:
                    return False
                self._arrived.wait(left)
        return True

    def _queue(self, job: Job, failed: Failed, context: contextvars.Context) -> None:
        assert self._loop is not None
        with self._arrived:
            self._waiting.append((job, failed, context))
            self._arrived.notify_all()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._run_between, context=contextvars.Context())

    def _run_between(self) -> None:
        """Run what waits, in the event loop's turn. Between cells the kernel ignores Ctrl-C; a handler that does not end must hear it."""
        ignored = threading.current_thread() is self._main and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        if ignored:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self._run_waiting(between_cells=True)
        finally:
            if ignored:
                signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _run_waiting(self, between_cells: bool = False) -> None:
        while self._waiting:
            try:
                job, failed, context = self._waiting.popleft()
            except IndexError:  # another turn took it
                return
            try:
                context.run(self._handle, job, failed)
            except KeyboardInterrupt as error:
                if not between_cells:
                    raise
                context.run(failed, error)  # further, it would end the kernel
            self._ran()

    def _handle(self, job: Job, failed: Failed) -> None:
        _handling.set(True)
        super().here(job, failed)

    def _started_live_loop(self) -> asyncio.AbstractEventLoop:
        with self._arrived:
            if self._live_loop is None:
                self._live_loop = asyncio.new_event_loop()
                self._live_thread = threading.Thread(target=_serve, args=(self._live_loop,), name="objectsync-live-loop", daemon=True)
                self._live_thread.start()
            return self._live_loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


class KernelServer(Server):
    """The kernel's server: pages of the notebook reach it over comms; `start()` serves it to browsers as well."""

    def __init__(self, ip: Any, jobs: MainThreadJobs, outputs: Outputs, context_of: ContextOf) -> None:
        super().__init__(port=0, title="notebook", debug=True, limits=LIMITS)
        self._ip = ip
        self.jobs = jobs
        self._context_of = context_of
        self.loose = set()
        # What a view asks before it shows anything is answered at once, also while a cell runs.
        self.register_service(SHOWN, outputs.were_shown, live=True)
        self.register_service(PLACES, outputs.places, live=True)
        self.register_service(VIEWS, lambda ids, sender: outputs.page_shows(self, sender, ids), pass_sender=True, live=True)
        self.on_client_disconnect += outputs.page_left

    def traceback_of(self, error: BaseException, trace: TracebackType | None) -> str:
        """As Python prints it, with the numbers of cells."""
        return with_cells(super().traceback_of(error, trace), self._ip)

    def show_made(self, sobject: SObject) -> None:
        """Show it below the cell that runs, or in the output whose block this is."""
        display(sobject)  # type: ignore[no-untyped-call]  # IPython has no types here

    def _incident(self, what: str, error: BaseException, about: SObject | None = None) -> str:
        """Log it below the cell that showed the object, after what was printed before, whatever thread this is."""
        sys.stdout.flush()
        return self._context_of(about).copy().run(super()._incident, what, error, about)


class Notebook:
    """Everything that `%load_ext` puts into a kernel; `close` takes it out again."""

    def __init__(self, ip: Any) -> None:
        self._ip = ip
        kernel = getattr(ip, "kernel", None)
        loop = _loop_of(kernel)
        self.outputs = Outputs(ip, lambda: self.collecting.wanted())
        self.displays = Displays(ip, self.outputs)
        self.jobs = MainThreadJobs(loop, self.displays.context_of, lambda: self.collecting.wanted(LATER))
        self.server = KernelServer(ip, self.jobs, self.outputs, self.displays.context_of)
        self.collecting = Collecting(self.server, loop)
        ip.events.register("post_run_cell", self._cell_ended)
        self.displays.show_objects_of(self.server)
        self.captured = Captured(ip, self.server)
        self._names_of_cells = NamesOfCells(ip)
        logging.getLogger("objectsync.hub").addFilter(self._names_of_cells)
        self.links = None if kernel is None else Links(self.server, loop)
        self.shell = None if self.links is None else CommShell(self.links, kernel)
        self.stranded = None if kernel is None else StrandedRequests(kernel)
        self.direct: DirectShell | None = None if kernel is None else direct_shell(self.server)
        self.jobs.deaf = self._is_deaf
        if self.links is not None:
            ip.events.register("pre_execute", self.links.cell_begins)
            ip.events.register("post_execute", self.links.cell_ended)
        self.carriers: Carriers | None = None
        host = _host_without_extensions(ip)
        if host is not None and self.links is not None:
            self._carry_in(host)
        self._load = _load_silently(ip)
        self._magic = Magic(ip, self)

    def use_anywidget(self, use: bool) -> None:
        """Show objects through anywidgets, too, or no longer."""
        self.displays.widget = self._carriers().show if use else None

    def as_widget(self, sobject: SObject) -> Carrier:
        """A widget that shows an object."""
        return self._carriers().show(sobject, self.outputs.cell_id())

    def _carriers(self) -> Carriers:
        if self.carriers is None:
            if self.links is None:
                raise LocalError("there is no kernel here, so nothing would carry what a widget says")
            self.carriers = import_carrier().Carriers(self.links)
            assert self.carriers is not None
            self._ip.events.register("pre_run_cell", self._cell_runs)
        return self.carriers

    def _cell_runs(self, info: Any) -> None:
        if self.carriers is not None:
            self.carriers.cells_go([*self.outputs.deleted_cells(), self.outputs.cell_id()])

    def _carry_in(self, host: str) -> None:
        try:
            self.use_anywidget(True)
        except ImportError as error:
            warnings.warn(f"{host} cannot have our extension, so objects are only pictures: {error}", stacklevel=4)

    def close(self) -> None:
        """Take everything out of the kernel again."""
        self._ip.extension_manager.load_extension = self._load
        self._magic.close()
        self._ip.events.unregister("post_run_cell", self._cell_ended)
        self.collecting.close()
        self.captured.close()
        self.displays.close()
        self.outputs.close()
        if self.shell is not None and self.links is not None:
            self.shell.close()
            self.links.close()
            self._ip.events.unregister("pre_execute", self.links.cell_begins)
            self._ip.events.unregister("post_execute", self.links.cell_ended)
        if self.stranded is not None:
            self.stranded.close()
        if self.carriers is not None:
            self._ip.events.unregister("pre_run_cell", self._cell_runs)
            self.carriers.close()
        if self.direct is not None:
            self.direct.close()  # last: its pages would come back over comms
        self.server.close()
        self.jobs.stop()
        logging.getLogger("objectsync.hub").removeFilter(self._names_of_cells)

    def _cell_ended(self, _: Any) -> None:
        self.collecting.wanted()

    def _is_deaf(self) -> bool:
        return self.links is not None and self.links.is_deaf() and not (self.direct is not None and self.direct.pages)


def _host_without_extensions(ip: Any) -> str | None:
    """The name of the host, where it is one that takes no JupyterLab extension."""
    if "google.colab" in sys.modules:
        return "Colab"
    if "__vsc_ipynb_file__" in ip.user_ns or "VSCODE_PID" in os.environ:
        return "VS Code"
    return None


def _loop_of(kernel: Any) -> asyncio.AbstractEventLoop | None:
    """The event loop that runs cells."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        loop: asyncio.AbstractEventLoop | None = getattr(getattr(kernel, "io_loop", None), "asyncio_loop", None)
        return loop


def _load_silently(ip: Any) -> Any:
    """`%load_ext` of what is loaded prints two lines; a notebook that is run again should not. Returns what to restore."""
    manager = ip.extension_manager
    load = manager.load_extension

    def load_extension(name: str) -> Any:
        return None if name == NAME and name in manager.loaded else load(name)

    manager.load_extension = load_extension
    return load

"""One hub per kernel, and which thread runs what.

Rules: what a page sends is applied and acknowledged at once, on the thread that reads the comm (a subshell's, where the kernel has them).
What users wrote runs on the main thread, in the context of the cell that last showed the object: at once when the kernel is idle or its
cell awaits, after the cell when it blocks, and inside `Jobs.serve()`. A handler marked with `live` runs at once, on the comm's thread.
"""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from objectsync.current import set_newest
from objectsync.errors import LocalError
from objectsync.jobs import Failed, InlineJobs, Job, ThreadJobs
from objectsync.limits import Limits
from objectsync.protocol import Call
from objectsync.server import Server
from objectsync.session import Connection
from objectsync.sobject import SObject
from objectsync.transaction import Emission

from .comm import CommShell
from .display import SHOWN, Displays
from .links import Links
from .waiting import wait

logger = logging.getLogger("objectsync.jupyter")

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])
NAME = "objectsync_jupyter"

LIMITS = Limits(message_bytes=64 * 1024 * 1024)  # the user's own page, and a file of theirs


def live(handler: HandlerT) -> HandlerT:
    """Let an event's handler run at once, also while a cell runs: `button.on("click", live(stop))`.

    It runs beside the cell, on another thread; what it prints and plots goes to no cell.
    """
    handler.__objectsync_live__ = True  # type: ignore[attr-defined]  # functions carry attributes
    return handler


class MainThreadJobs(InlineJobs):
    """Clients' jobs, on the kernel's main thread, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None, context: Callable[[SObject | None], contextvars.Context]) -> None:
        self._loop = loop
        self._context = context
        self._main = threading.main_thread()
        self._waiting: deque[tuple[Job, Failed, contextvars.Context]] = deque()
        self._arrived = threading.Condition()
        self._live = ThreadJobs()
        self.deaf: Callable[[], bool] = lambda: False
        """Whether nothing can come from a page while the main thread is busy."""
        self._about: contextvars.ContextVar[SObject | None] = contextvars.ContextVar("objectsync_about", default=None)
        if loop is not None:
            self._live.start(loop)

    def stop(self) -> None:
        """End the thread of live handlers."""
        self._live.stop()

    @contextmanager
    def about(self, sobject: SObject) -> Iterator[None]:
        """Jobs handed over inside concern this object."""
        token = self._about.set(sobject)
        try:
            yield
        finally:
            self._about.reset(token)

    def here(self, job: Job, failed: Failed) -> None:
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
            self._queue(lambda: outcome, failed)

    def later(self, job: Job, failed: Failed) -> None:
        """Run it on the main thread as soon as that is free."""
        if self._loop is None:
            self.here(job, failed)
        elif _is_live(job):
            self._live.later(job, failed)
        else:
            self._queue(job, failed)

    def serve(self, done: Callable[[], bool], timeout: float | None = None) -> bool:
        """Run what comes, on the main thread, until `done()`: for a cell that waits without `await`. False after `timeout` seconds.

        Raises:
            LocalError: this kernel hears its pages on the main thread only, so nothing can come.
        """
        if self._loop is not None and threading.current_thread() is not self._main:
            raise LocalError("only the thread that runs cells can wait like this")
        if self.deaf():
            raise LocalError("this kernel hears nothing while a cell blocks (it has no subshells; ipykernel 7 has): use `await` instead")
        end = None if timeout is None else time.monotonic() + timeout
        while not done():
            self._run_waiting()
            with self._arrived:
                if self._waiting or done():
                    continue
                left = 0.1 if end is None else min(0.1, end - time.monotonic())
                if left <= 0:
                    return False
                self._arrived.wait(left)  # wakes now and then, so that Ctrl-C gets through
        return True

    def _queue(self, job: Job, failed: Failed) -> None:
        assert self._loop is not None
        with self._arrived:
            self._waiting.append((job, failed, self._context(self._about.get())))
            self._arrived.notify_all()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._run_waiting, context=contextvars.Context())

    def _run_waiting(self) -> None:
        while self._waiting:
            try:
                job, failed, context = self._waiting.popleft()
            except IndexError:  # another turn took it
                return
            context.copy().run(super().here, job, failed)


def _is_live(job: Job) -> bool:
    """Whether the handler in a job, however the hub has wrapped it, is marked with `live`."""
    if getattr(job, "__objectsync_live__", False):
        return True
    return isinstance(job, partial) and any(_is_live(part) for part in (job.func, *job.args) if callable(part))


class KernelServer(Server):
    """The kernel's server: pages of the notebook reach it over comms; `start()` serves it to browsers as well."""

    def __init__(self, jobs: MainThreadJobs, displays: Displays) -> None:
        super().__init__(port=0, title="notebook", debug=True, limits=LIMITS)
        self.jobs = self._main_jobs = jobs
        self._displays = displays

    def call(self, connection: Connection, call: Call) -> None:
        """Run a service; what a view asks before it shows anything is answered at once, also while a cell runs."""
        if call.service != SHOWN:
            super().call(connection, call)
            return
        with self.lock:
            connection.result(call.id, self._displays.were_shown(call.args.get("views")))

    def _deliver(self, emissions: list[Emission]) -> None:
        for emission in emissions:
            with self._main_jobs.about(emission.object):
                super()._deliver([emission])


class Notebook:
    """Everything that `%load_ext` puts into a kernel; `close` takes it out again."""

    def __init__(self, ip: Any) -> None:
        self._ip = ip
        kernel = getattr(ip, "kernel", None)
        self.displays = Displays(ip)
        self.jobs = MainThreadJobs(_loop_of(kernel), self.displays.context_of)
        self.server = KernelServer(self.jobs, self.displays)
        self.displays.show_objects_of(self.server)
        self.links = None if kernel is None else Links(self.server, _loop_of(kernel))
        self.shell = None if self.links is None else CommShell(self.links, kernel)
        if self.links is not None:
            self.jobs.deaf = self.links.is_deaf
            ip.events.register("pre_execute", self.links.cell_begins)
            ip.events.register("post_execute", self.links.cell_ended)
        if not hasattr(SObject, "wait"):
            SObject.wait = wait  # type: ignore[attr-defined]  # `button.wait("click")`, until the core has it
        self._load = _load_silently(ip)

    def close(self) -> None:
        """Take everything out of the kernel again."""
        self._ip.extension_manager.load_extension = self._load
        self.displays.close()
        if self.shell is not None and self.links is not None:
            self.shell.close()
            self.links.close()
            self._ip.events.unregister("pre_execute", self.links.cell_begins)
            self._ip.events.unregister("post_execute", self.links.cell_ended)
        self.server.stop()
        self.jobs.stop()
        set_newest(None)


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

"""Where event handlers and services run.

Rules: never under the tree's lock. `here` runs a job in the calling thread (what Python itself set off); `later` wherever the shell runs
what clients set off, in order; `beside` at once, whatever else runs there, in order only with those of the same key. A job that returns
a coroutine (an `async def` handler) has it run by an event loop. Its exception goes to `failed`, never further. `about` is the object
that a job concerns, if any: a shell may know where what it prints belongs.

`InlineJobs` does everything in place (tests, scripts). `ThreadJobs` gives clients' jobs one thread of their own: a handler that blocks
holds up other handlers, but neither the network nor the tree.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from .errors import LocalError
from .worker import Rest, Worker

if TYPE_CHECKING:
    from .sobject import SObject

logger = logging.getLogger("objectsync.jobs")

Job = Callable[[], Any]
Failed = Callable[[BaseException], None]


class Jobs(Protocol):
    """Where jobs run."""

    def here(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it in the calling thread."""

    def later(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it where clients' jobs run, after those before it."""

    def beside(self, key: Any, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it at once on a thread of its own, after those of the same key."""

    def wait_until(self, happened: threading.Event, timeout: float | None) -> bool:
        """Hold the calling thread until a job has set `happened`; False after `timeout` seconds.

        Raises:
            LocalError: that job would need this thread.
        """


class InlineJobs:
    """Everything in the calling thread; a coroutine on the running loop, or on one of its own."""

    def here(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it now."""
        outcome = _run(job, failed)
        if not inspect.iscoroutine(outcome):
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            _run(lambda: asyncio.run(outcome), failed)
            return
        _watch(loop.create_task(outcome), failed)

    def later(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it now."""
        self.here(job, failed, about)

    def beside(self, key: Any, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it now."""
        self.here(job, failed, about)

    def wait_until(self, happened: threading.Event, timeout: float | None) -> bool:
        """Wait for another thread."""
        return happened.wait(timeout)


class Lanes:
    """A thread for each key that has something to do, in order; it ends when there is nothing left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lanes: dict[Any, deque[Callable[[], None]]] = {}

    def run(self, key: Any, task: Callable[[], None]) -> None:
        """Run it after those of the same key."""
        with self._lock:
            lane = self._lanes.get(key)
            if lane is not None:
                lane.append(task)
                return
            lane = self._lanes[key] = deque((task,))
        threading.Thread(target=self._work, args=(key, lane), name="objectsync-live", daemon=True).start()

    def _work(self, key: Any, lane: deque[Callable[[], None]]) -> None:
        while True:
            with self._lock:
                if not lane:
                    del self._lanes[key]
                    return
                task = lane.popleft()
            task()


class ThreadJobs(InlineJobs):
    """Clients' jobs in one thread of their own; their coroutines on the event loop that serves."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread: threading.Thread | None = None
        self._lanes = Lanes()

    def start(self, loop: asyncio.AbstractEventLoop, rest: Rest | None = None) -> None:
        """Begin; coroutines run on `loop`, which is this thread's. Between jobs, the thread of its own is at `rest`."""
        self._loop = loop
        self._loop_thread = threading.current_thread()
        self._worker = Worker("objectsync-handlers", rest)

    def stop(self) -> None:
        """End when the jobs at hand are done; waits a second for them, no longer."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()
            self._loop = self._loop_thread = None

    def later(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Hand it to the thread; before `start`, run it now."""
        if self._worker is None:
            self.here(job, failed, about)
        else:
            self._worker.put(partial(self._run_job, job, failed))

    def beside(self, key: Any, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it at once on a thread of its own, its coroutine on the event loop; before `start`, run it now."""
        if self._worker is None:
            self.here(job, failed, about)
        else:
            self._lanes.run(key, partial(self._run_job, job, failed))

    def wait_until(self, happened: threading.Event, timeout: float | None) -> bool:
        """Wait for the thread of the handlers, in any other."""
        here = threading.current_thread()
        handles = self._worker is not None and here is self._worker.thread
        if handles or here is self._loop_thread:
            what = "handlers and services run on" if handles else "the server runs its event loop on"
            raise LocalError(
                f"block() would hold the thread that {what}, so it would wait for ever: make this function `async def` and `await` it"
            )
        return happened.wait(timeout)

    def _run_job(self, job: Job, failed: Failed) -> None:
        outcome = _run(job, failed)
        if outcome is not None and inspect.iscoroutine(outcome):
            loop = self._loop
            if loop is None or loop.is_closed():
                outcome.close()
            else:
                loop.call_soon_threadsafe(_start, loop, outcome, failed)


def _run(job: Job, failed: Failed) -> Any:
    try:
        return job()
    except Exception as error:
        _report(failed, error)
        return None


def _report(failed: Failed, error: BaseException) -> None:
    try:
        failed(error)
    except Exception:
        logger.exception("reporting a failed handler failed")


_tasks: set[asyncio.Task[Any]] = set()
"""The event loop holds tasks weakly; a handler that waits must not be collected."""


def _start(loop: asyncio.AbstractEventLoop, coroutine: Any, failed: Failed) -> None:
    _watch(loop.create_task(coroutine), failed)


def _watch(task: asyncio.Task[Any], failed: Failed) -> None:
    def done(finished: asyncio.Task[Any]) -> None:
        _tasks.discard(finished)
        if not finished.cancelled():
            error = finished.exception()
            if error is not None:
                _report(failed, error)

    _tasks.add(task)
    task.add_done_callback(done)

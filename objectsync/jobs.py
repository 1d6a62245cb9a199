"""Where event handlers and services run.

Rules: never under the tree's lock. `here` runs a job in the calling thread (what Python itself set off); `later` wherever the shell runs
what clients set off. A job that returns a coroutine (an `async def` handler) has it run by an event loop. Its exception goes to
`failed`, never further.

`InlineJobs` does both in place (tests, scripts). `ThreadJobs` gives clients' jobs one thread of their own, in order: a handler that
blocks holds up other handlers, but neither the network nor the tree.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, Protocol

logger = logging.getLogger("objectsync.jobs")

Job = Callable[[], Any]
Failed = Callable[[BaseException], None]


class Jobs(Protocol):
    """Where jobs run."""

    def here(self, job: Job, failed: Failed) -> None:
        """Run it in the calling thread."""

    def later(self, job: Job, failed: Failed) -> None:
        """Run it where clients' jobs run, after those before it."""


class InlineJobs:
    """Everything in the calling thread; a coroutine on the running loop, or on one of its own."""

    def here(self, job: Job, failed: Failed) -> None:
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

    def later(self, job: Job, failed: Failed) -> None:
        """Run it now."""
        self.here(job, failed)


class ThreadJobs(InlineJobs):
    """Clients' jobs in one thread of their own; their coroutines on the event loop that serves."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Job, Failed] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin; coroutines run on `loop`."""
        self._loop = loop
        self._thread = threading.Thread(target=self._work, name="objectsync-handlers", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End when the jobs at hand are done; waits a second for them, no longer."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            if thread is not threading.current_thread():
                thread.join(1)
            self._loop = None

    def later(self, job: Job, failed: Failed) -> None:
        """Hand it to the thread; before `start`, run it now."""
        if self._thread is None:
            self.here(job, failed)
        else:
            self._queue.put((job, failed))

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            job, failed = item
            outcome = _run(job, failed)
            loop = self._loop
            if inspect.iscoroutine(outcome):
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

"""Handlers of a test run in the test: in its thread, before the action that set them off returns.

Rules: what a page of a test sets off runs here, in order; everything else runs where the server has it run. A coroutine runs on an event
loop of our own, in a thread of its own, since the test's thread may have a loop already (a notebook's has); an action waits until that
loop has nothing to do but wait. So a handler that awaits another click, or sleeps, does not hold the test up: whoever looks for what it
will do waits for that.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import selectors
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import LocalError
from ..hub import Hub
from ..jobs import Failed, Job, Jobs

if TYPE_CHECKING:
    from ..sobject import SObject


class Running:
    """The jobs of a server that has pages of tests."""

    def __init__(self, hub: Hub) -> None:
        self._others: Jobs = hub.jobs
        self._acting = threading.local()
        self._loop: QuietLoop | None = None
        self.errors: list[BaseException] = []
        """What handlers, services and listeners raised, with a note of where."""
        hub.on_error.add(self._failed)

    @classmethod
    def of(cls, hub: Hub) -> Running:
        """The one of this server."""
        if not isinstance(hub.jobs, cls):
            hub.jobs = cls(hub)
        return hub.jobs

    @contextlib.contextmanager
    def acting(self) -> Iterator[None]:
        """What this thread sets off inside, runs here."""
        depth = getattr(self._acting, "depth", 0)
        self._acting.depth = depth + 1
        try:
            yield
        finally:
            self._acting.depth = depth

    def take_errors(self) -> list[BaseException]:
        """What was raised since this was asked last."""
        errors, self.errors = self.errors, []
        return errors

    def wait_until_quiet(self, timeout: float) -> None:
        """Wait until the coroutines can only wait."""
        if self._loop is not None:
            self._loop.wait_until_quiet(timeout)

    # --- Jobs

    def here(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it in the calling thread."""
        self._run_or(self._others.here, job, failed, about)

    def later(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it now, where a page of a test set it off."""
        self._run_or(self._others.later, job, failed, about)

    def beside(self, key: Any, job: Job, failed: Failed, about: SObject | None = None) -> None:
        """Run it now, where a page of a test set it off."""
        if self._is_acting:
            self._run(job, failed)
        else:
            self._others.beside(key, job, failed, about)

    def wait_until(self, happened: threading.Event, timeout: float | None) -> bool:
        """Wait, unless that would wait for this very thread."""
        if self._is_acting:
            raise LocalError(
                "block() in a handler would hold up the page of the test, so it would wait for ever: make it `async def` and `await` it"
            )
        return self._others.wait_until(happened, timeout)

    # --- inner

    @property
    def _is_acting(self) -> bool:
        return getattr(self._acting, "depth", 0) > 0

    def _run_or(self, otherwise: Callable[..., None], job: Job, failed: Failed, about: SObject | None) -> None:
        if self._is_acting:
            self._run(job, failed)
        else:
            otherwise(job, failed, about)

    def _run(self, job: Job, failed: Failed) -> None:
        try:
            outcome = job()
        except Exception as error:
            failed(error)
            return
        if inspect.iscoroutine(outcome):
            if self._loop is None:
                self._loop = QuietLoop()
            self._loop.run(outcome, failed)

    def _failed(self, what: str, error: BaseException, about: SObject | None) -> None:
        error.add_note(f"objectsync: {what}")
        self.errors.append(error)


class QuietLoop:
    """An event loop that tells when it can only wait; in a thread that is there while there are coroutines."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_quiet = True
        self._waiting: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def run(self, coroutine: Coroutine[Any, Any, Any], failed: Failed) -> None:
        """Run it; an exception goes to `failed`."""

        async def guarded() -> None:
            try:
                await coroutine
            except Exception as error:
                failed(error)

        with self._changed:
            self._waiting.append(guarded)
            if self._loop is None:
                self._loop = asyncio.SelectorEventLoop(_Telling(self._tell))
                self._thread = threading.Thread(target=self._work, args=(self._loop,), name="objectsync-testing", daemon=True)
                self._thread.start()
            self._loop.call_soon_threadsafe(self._start)

    def wait_until_quiet(self, timeout: float) -> None:
        """Wait until everything that was asked for has begun, and can only wait now."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_quiet and not self._waiting, timeout)
            ended = self._thread if self._loop is None else None
        if ended is not None:
            ended.join(timeout)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_forever()
        loop.close()

    def _start(self) -> None:
        with self._changed:
            loop = self._loop
            assert loop is not None  # it ends with its last task, and not while something waits
            for guarded in self._waiting:
                task = loop.create_task(guarded())
                self._tasks.add(task)
                task.add_done_callback(self._done)
            self._waiting.clear()

    def _done(self, task: asyncio.Task[None]) -> None:
        with self._changed:
            self._tasks.discard(task)
            if self._loop is not None and not self._tasks and not self._waiting:
                self._loop.stop()
                self._loop = None
                self._is_quiet = True
                self._changed.notify_all()

    def _tell(self, is_quiet: bool) -> None:
        with self._changed:
            self._is_quiet = is_quiet
            self._changed.notify_all()


class _Telling(selectors.DefaultSelector):
    """asyncio asks its selector to wait when there is nothing else to do."""

    def __init__(self, tell: Callable[[bool], None]) -> None:
        super().__init__()
        self._tell = tell

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        self._tell(True)
        try:
            return super().select(timeout)
        finally:
            self._tell(False)

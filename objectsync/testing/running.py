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
    """An event loop in a thread of its own that tells when it can only wait."""

    def __init__(self) -> None:
        self._quiet = threading.Condition()
        self._is_quiet = False
        self._asked = 0
        selector = _Telling(self._told)
        self._loop = asyncio.SelectorEventLoop(selector)
        threading.Thread(target=self._loop.run_forever, name="objectsync-testing", daemon=True).start()

    def run(self, coroutine: Coroutine[Any, Any, Any], failed: Failed) -> None:
        """Run it; an exception goes to `failed`."""

        async def guarded() -> None:
            try:
                await coroutine
            except Exception as error:
                failed(error)

        with self._quiet:
            self._asked += 1
        self._loop.call_soon_threadsafe(self._start, guarded)

    def wait_until_quiet(self, timeout: float) -> None:
        """Wait until everything that was asked for has begun, and can only wait now."""
        with self._quiet:
            self._quiet.wait_for(lambda: self._is_quiet and not self._asked, timeout)

    def _start(self, guarded: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = self._loop.create_task(guarded())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        with self._quiet:
            self._asked -= 1

    def _told(self, is_quiet: bool) -> None:
        with self._quiet:
            self._is_quiet = is_quiet
            self._quiet.notify_all()


_tasks: set[asyncio.Task[None]] = set()
"""An event loop holds its tasks weakly."""


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

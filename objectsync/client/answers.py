"""What will become of something that was sent: wait for it (`result`), await it, or be told (`on_done`).

Rules: an answer is given once, on whatever thread brings it. Nobody has to take it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..changes import Change
from ..errors import LocalError, ObjectSyncError

T = TypeVar("T")
Other = TypeVar("Other")


class Answer(Generic[T]):
    """An answer that comes later."""

    __slots__ = ("_future",)

    def __init__(self) -> None:
        self._future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._future.set_running_or_notify_cancel()  # whoever stops waiting does not call the question off

    @property
    def done(self) -> bool:
        """Whether it has come."""
        return self._future.done()

    def result(self, timeout: float | None = None) -> T:
        """Wait for it, at most `timeout` seconds, and return it.

        Raises:
            TimeoutError: it did not come in time.
            LocalError: called in an event loop, which would wait for itself; use `await`.
            CallError: the service failed (answers of `call`).
        """
        if not self._future.done() and _in_event_loop():
            raise LocalError("result() would stop the event loop that brings the answer: use `await` here")
        return self._future.result(timeout)

    def on_done(self, told: Callable[[Answer[T]], object]) -> None:
        """Call `told(answer)` when it has come, at once if it has."""
        self._future.add_done_callback(lambda _: told(self))

    def then(self, convert: Callable[[T], Other]) -> Answer[Other]:
        """The answer that `convert` makes of this one."""
        made: Answer[Other] = Answer()

        def told(future: concurrent.futures.Future[T]) -> None:
            try:
                value = convert(future.result())
            except Exception as error:
                made.fail(error)
            else:
                made.give(value)

        self._future.add_done_callback(told)
        return made

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.wrap_future(self._future).__await__()

    def give(self, value: T) -> None:
        """Answer."""
        self._future.set_result(value)

    def fail(self, error: Exception) -> None:
        """Answer with an exception."""
        self._future.set_exception(error)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server decided about an action: true when it was applied; otherwise `code` and `message` say why not."""

    applied: bool
    code: str = ""
    message: str = ""

    def __bool__(self) -> bool:
        return self.applied


class Action(Answer[Outcome]):
    """What became of one action: `await action` (or `action.result()`) gives its `Outcome`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """An action that was not applied, and why."""

    code: str
    message: str
    changes: tuple[Change, ...]


class CallError(ObjectSyncError):
    """A call of a service failed. `code` as in PROTOCOL.md, or `disconnected`, `closed`; `incident` is its name in the server's log."""

    def __init__(self, code: str, message: str, incident: str | None = None) -> None:
        super().__init__(f"{code}: {message}" + (f" (incident {incident})" if incident else ""))
        self.code = code  # type: ignore[misc]  # of a call, every one its own
        self.message = message
        self.incident = incident


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

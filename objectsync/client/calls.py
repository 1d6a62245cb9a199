"""Calls of services: each waits until the actions that were made before it are sent, and then for its result.

Rules: calls are sent in their order, once. A result that does not come before the connection breaks is never asked for again, since the
server may have done it: whoever called is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from ..protocol import Call
from .answers import Answer, CallError


class Calls:
    """Those that wait to be sent, and those that wait for their results."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._sent: dict[int, Answer[Any]] = {}
        self._next_id = 1

    def add(self, service: str, args: dict[str, Any], object_id: str | None, after: int) -> Answer[Any]:
        """A call that is to be sent behind the action `after` (0: there is none)."""
        waiting = _Waiting(Call(self._next_id, service, args, object_id), after)
        self._next_id += 1
        self._waiting.append(waiting)
        return waiting.answer

    def send(self, cseq: int, send: Callable[[Call], None], must_wait: Callable[[], bool]) -> None:
        """Send those that wait for no action beyond `cseq`, as far as the pace allows."""
        while self._waiting and self._waiting[0].after <= cseq and not must_wait():
            waiting = self._waiting.popleft()
            self._sent[waiting.message.id] = waiting.answer
            send(waiting.message)

    def take(self, id: int) -> Answer[Any] | None:
        """Whoever waits for this result; None where that was told already that the connection was lost."""
        return self._sent.pop(id, None)

    def lost(self) -> None:
        """The connection broke: what was sent stays unanswered."""
        sent, self._sent = self._sent, {}
        for answer in sent.values():
            answer.fail(CallError("disconnected", "the connection was lost before the answer came"))

    def end(self, reason: str) -> None:
        """The client is closed: nothing is sent any more."""
        self.lost()
        waiting, self._waiting = self._waiting, deque()
        for each in waiting:
            each.answer.fail(CallError("closed", f"the client is closed: {reason}"))


class _Waiting:
    """A call that waits to be sent."""

    __slots__ = ("after", "answer", "message")

    def __init__(self, message: Call, after: int) -> None:
        self.message = message
        self.after = after
        self.answer: Answer[Any] = Answer()

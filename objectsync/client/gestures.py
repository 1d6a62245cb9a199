"""Gestures: what is done in one go, a drag say, is many actions and one step to undo, and at most one action per frame.

Rules: the actions carry the gesture's number; the server makes one step of them (PROTOCOL.md, "Actions"). The first leaves at once. Later
ones wait until `FRAME` after the one before, and what comes meanwhile joins the one that waits: of an attribute only the last value is
sent. When the gesture ends, or anything else is done, what waits leaves at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextvars import ContextVar, Token
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..changes import Change, Put, Set, TopicChange
from ..errors import LocalError

if TYPE_CHECKING:
    from .prediction import Prediction

FRAME = 0.016
"""Seconds: a frame of most screens."""
MOST = 100
"""So many changes an action of a gesture holds at most; one with more is begun anew."""

_current: ContextVar[tuple[Gesture, ...]] = ContextVar("objectsync_gestures", default=())


class Gesture:
    """What `client.gesture()` gives: the actions made in its `with` block, by this thread or task, belong together. Use it once."""

    def __init__(self, prediction: Prediction, number: int) -> None:
        self._prediction = prediction
        self.number = number
        """As its actions carry it."""
        self.is_open = True
        """Whether more may come."""
        self.sent_at = -math.inf
        self._token: Token[tuple[Gesture, ...]] | None = None

    def __enter__(self) -> Self:
        if self._token is not None:
            raise LocalError("this gesture was used before; call gesture() again")
        self._token = _current.set((*_current.get(), self))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._token is not None  # entered
        _current.reset(self._token)
        self.is_open = False
        self._prediction.owner.acted()

    def wait(self, now: float) -> float:
        """The seconds until its newest action may leave."""
        return max(0.0, self.sent_at + FRAME - now) if self.is_open else 0.0


def current_gesture(prediction: Prediction) -> Gesture | None:
    """The gesture of a client in which this code runs."""
    return next((gesture for gesture in reversed(_current.get()) if gesture._prediction is prediction), None)


def joined(earlier: Sequence[Change], later: Sequence[Change]) -> tuple[Change, ...]:
    """Earlier and later changes, without those that a later one overwrites."""
    together = list(earlier)
    for change in later:
        last = next((i for i in range(len(together) - 1, -1, -1) if _place(together[i]) == _place(change)), -1)
        if last >= 0 and _overwrites(change, together[last]):
            del together[last]
        together.append(change)
    return tuple(together)


def _place(change: Change) -> tuple[str, str] | None:
    return (change.object, change.name) if isinstance(change, TopicChange) else None


def _overwrites(change: Change, former: Change) -> bool:
    if isinstance(change, Set):
        return isinstance(former, Set)
    return isinstance(change, Put) and isinstance(former, Put) and change.key == former.key

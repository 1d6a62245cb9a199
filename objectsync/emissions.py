"""What has happened, as those hear of it who run after the commit: handlers of events, and of changes (`Topic.on_change`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .topics.base import ChangeHandlers
from .values import copy_value

if TYPE_CHECKING:
    from .topics import EventTopic, Topic
    from .topics.event import Handler


class Emission:
    """One event that has happened, as its handlers get it.

    `object` is where, `name` what, `emission["x"]` an argument; `session` is the client's id, None for Python;
    `gesture` is the one of that client (a drag, say) that it is a part of, 0 for none.
    """

    __slots__ = ("_args", "_told", "_topic", "gesture", "name", "object", "session")

    def __init__(self, topic: EventTopic, told: dict[str, Any], session: str | None, gesture: int = 0) -> None:
        self._topic = topic
        self.object = topic._object
        self.name = topic._name
        self._told = told
        self._args: dict[str, Any] | None = None
        self.session = session
        self.gesture = gesture

    @property
    def args(self) -> dict[str, Any]:
        """With what arguments: a dict of the handlers' own. (Most of a click's want none of it, and it is copied when one does.)"""
        if self._args is None:
            self._args = copy_value(self._told)
        return self._args

    def __getitem__(self, key: str) -> Any:
        return self.args[key]

    def get(self, key: str, default: Any = None) -> Any:
        """One argument, or `default`."""
        return self.args.get(key, default)

    @property
    def handlers(self) -> tuple[Handler, ...]:
        """Who wants to know."""
        return self._topic._handlers

    def __repr__(self) -> str:
        return f"Emission({self.name!r} of {self.object}, {self.args!r})"


class Changed(Emission):
    """A topic has changed, for those who want to know afterwards (`Topic.on_change`); `handlers` are those of that moment."""

    __slots__ = ("_handlers",)

    def __init__(self, topic: Topic[Any], handlers: ChangeHandlers, session: str | None, gesture: int) -> None:
        self.object = topic._object
        self.name = topic._name
        self._args = {}
        self.session = session
        self.gesture = gesture
        self._handlers = handlers.handlers

    @property
    def handlers(self) -> tuple[Any, ...]:
        return self._handlers

"""What has happened, as those hear of it who run after the commit: handlers of events, and of changes (`Topic.on_change`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .topics.base import ChangeHandlers

if TYPE_CHECKING:
    from .topics import EventTopic, Topic
    from .topics.event import Handler


class Emission:
    """One event that has happened, as its handlers get it.

    `object` is where, `name` what, `args` with what arguments (`emission["x"]` for short); `session` is the client's id, None for Python;
    `gesture` is the one of that client (a drag, say) that it is a part of, 0 for none.
    """

    __slots__ = ("_topic", "args", "gesture", "name", "object", "session")

    def __init__(self, topic: EventTopic, args: dict[str, Any], session: str | None, gesture: int = 0) -> None:
        self._topic = topic
        self.object = topic._object
        self.name = topic._name
        self.args = args
        self.session = session
        self.gesture = gesture

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
        self.args = {}
        self.session = session
        self.gesture = gesture
        self._handlers = handlers.handlers

    @property
    def handlers(self) -> tuple[Any, ...]:
        return self._handlers

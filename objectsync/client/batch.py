"""What one batch of changes did, kept until all of it is applied, and then told to the listeners.

Rules: a batch is a frame, an own action, or the end of a preview; nobody hears of it before its last change. Usually what happened is
told as it happened. Where predictions were taken back and made again, and after a snapshot (`go_net`), only the difference between
before and after is told; what is as it was is not told at all. An object born in the batch has nothing to tell: whoever
learns of it finds it complete. One that went and comes back, in this batch or a later one, tells what is different since.
A listener that raises is reported and does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

from ..changes import Change, Emit, Set, Unemit
from ..emissions import Emission
from ..states import GONE
from ..topics import EventTopic, ListTopic, Topic
from ..topics.base import ChangeHandlers, News
from ..values import copy_value, same_value
from .differences import list_edits

if TYPE_CHECKING:
    from .objects import ClientObject

Report = Callable[[Exception, str], None]


class Batch:
    """The changes of one batch, for listeners."""

    def __init__(self) -> None:
        self._net = False
        self._before: dict[Topic[Any], Any] = {}
        self._news: list[tuple[Topic[Any], list[News]]] = []
        self._emitted: list[tuple[EventTopic, Emit | Unemit]] = []
        self._lists: dict[tuple[ClientObject, str], list[Any]] = {}
        self._born: set[ClientObject] = set()
        self._gone: dict[str, ClientObject] = {}

    def go_net(self) -> None:
        """From now on, and for what was done so far, only the difference is told."""
        self._net = True
        self._news.clear()

    # --- what is about to change, and what has

    def topic(self, topic: Topic[Any]) -> None:
        """A topic is about to change."""
        if topic._signals and topic not in self._before:
            self._before[topic] = topic._snapshot_raw()

    def happened(self, topic: Topic[Any], change: Change, inverse: Change) -> None:
        """A topic has changed."""
        if topic._signals and not self._net:
            self._news.append((topic, list(topic._news(change, inverse))))

    def emitted(self, topic: EventTopic, change: Emit | Unemit) -> None:
        """An event has happened."""
        self._emitted.append((topic, change))

    def children(self, sobject: ClientObject) -> None:
        """The children of an object are about to change."""
        self._list(sobject, "on_children")

    def attributes(self, sobject: ClientObject) -> None:
        """The dynamic attributes of an object are about to change."""
        self._list(sobject, "on_attributes")

    def tags(self, sobject: ClientObject) -> None:
        """The tags of an object are about to change."""
        self._list(sobject, "on_tags")

    def born(self, sobject: ClientObject) -> None:
        """An object is new."""
        self._born.add(sobject)

    def leaves(self, sobject: ClientObject) -> None:
        """An object is about to go."""
        self.children(sobject)
        self.attributes(sobject)
        self.tags(sobject)
        for topic in sobject._os_topics.values():
            self.topic(topic)
        self._gone[sobject._os_id] = sobject

    def returns(self, sobject: ClientObject) -> None:
        """An object that was gone is back, with what it was told of last to compare to."""
        self.go_net()  # what it is now did not come about by changes of its own
        if self._gone.pop(sobject._os_id, None) is None:
            for what, value in sobject._os_left.items():
                if isinstance(what, Topic):
                    self._before.setdefault(what, value)
                else:
                    self._lists.setdefault((sobject, what), value)
            sobject._os_left = {}

    # --- telling

    @property
    def emissions(self) -> list[tuple[ClientObject, str, dict[str, Any]]]:
        """The events that have happened, of objects that are still there: object, name, arguments."""
        events = ((cast("ClientObject", topic._object), topic, change) for topic, change in self._emitted if isinstance(change, Emit))
        return [(owner, topic._name, copy_value(change.args)) for owner, topic, change in events if owner.owns(topic)]

    def tell(self, report: Report) -> None:
        """Tell everyone. Call it once, when all of the batch is applied."""
        for topic, news in self._news:
            if self._speaks(topic):
                _tell_news(topic, news, report)
        for event, change in self._emitted:
            if self._speaks(event):
                _tell_event(event, change, report)
        for topic, before in self._before.items():
            if not self._speaks(topic) or same_value(before, topic._raw()):
                continue
            if self._net:
                _tell_news(topic, list(_net_news(topic, before)), report)
            _tell_set(topic, before, report)
        for (sobject, what), former in self._lists.items():
            if sobject._os_state == GONE or sobject in self._born:
                continue
            if former != _list_of(sobject, what):
                _call_all(sobject._os_signals[what].manual + sobject._os_signals[what].auto, (), {}, report, f"{what} of {sobject}")
        for topic, before in self._before.items():
            owner = cast("ClientObject", topic._object)
            if owner._os_state == GONE:
                owner._os_left[topic] = before
        for (owner, what), former in self._lists.items():
            if owner._os_state == GONE:
                owner._os_left[what] = former
        for sobject in self._gone.values():
            signal = sobject._os_signals.get("on_destroy")
            if signal is not None:
                _call_all(signal.manual + signal.auto, (), {}, report, f"on_destroy of {sobject}")

    def _list(self, sobject: ClientObject, what: str) -> None:
        if what in sobject._os_signals and (sobject, what) not in self._lists:
            self._lists[sobject, what] = _list_of(sobject, what)

    def _speaks(self, topic: Topic[Any]) -> bool:
        owner = cast("ClientObject", topic._object)
        return owner not in self._born and owner.owns(topic)


def _list_of(sobject: ClientObject, what: str) -> list[Any]:
    if what == "on_children":
        return list(sobject._os_children)
    return list(sobject._os_tags if what == "on_tags" else sobject._os_dynamic.items())


def _net_news(topic: Topic[Any], before: Any) -> Iterator[News]:
    object, name = topic._object._os_id, topic._name
    now = topic._raw()
    if not isinstance(topic, ListTopic):
        yield from topic._news(Set(object, name, copy_value(now)), Set(object, name, before))
        return
    items = list(before)
    for edit in cast("list[Any]", list_edits(object, name, before, now)):
        if hasattr(edit, "item"):
            yield "on_insert", (topic._show(edit.item), edit.index), {}
            items.insert(edit.index, edit.item)
        else:
            yield "on_pop", (topic._show(items.pop(edit.index)), edit.index), {}


def _tell_news(topic: Topic[Any], news: list[News], report: Report) -> None:
    for name, args, keywords in news:
        signal = (topic._signals or {}).get(name)
        if signal is not None:
            for listener in signal.manual + signal.auto:
                _call(listener, tuple(map(copy_value, args)), copy_value(keywords), report, f"{name} of {topic}")


def _tell_set(topic: Topic[Any], before: Any, report: Report) -> None:
    for name in ("on_set", "on_set2"):
        signal = (topic._signals or {}).get(name)
        if signal is not None:
            for listener in signal.manual + signal.auto:
                values = (topic.get(),) if name == "on_set" else (topic._present(before), topic.get())
                _call(listener, values, {}, report, f"{name} of {topic}")
    handlers = (topic._signals or {}).get("on_change")
    if isinstance(handlers, ChangeHandlers):
        handlers.changes += 1
        for handler in handlers.handlers:
            _call(handler.run, (None,), {}, report, f"on_change of {topic}")


def _tell_event(topic: EventTopic, change: Emit | Unemit, report: Report) -> None:
    for name, _, args in topic._news(change, change):
        signal = (topic._signals or {}).get(name)
        if signal is not None:
            for listener in signal.manual + signal.auto:
                _call(listener, (), copy_value(args), report, f"{name} of {topic}")
    if isinstance(change, Emit):
        for handler in topic._handlers:
            emission = (Emission(topic, change.args, None),) if handler.takes_emission else ()
            _call(handler.run, emission, {}, report, f"a handler of {topic}")


def _call_all(
    listeners: tuple[Callable[..., Any], ...], args: tuple[Any, ...], keywords: dict[str, Any], report: Report, where: str
) -> None:
    for listener in listeners:
        _call(listener, args, keywords, report, where)


def _call(listener: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any], report: Report, where: str) -> None:
    try:
        listener(*args, **keywords)
    except Exception as error:
        report(error, where)

"""Declared attributes: `count = attribute(IntTopic, 0)` in a class.

A declared attribute costs an object nothing until it is touched: its topic is made on first use, its value stored on first change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, get_origin, overload

from .errors import InvalidValue
from .topics import AttributeSpec, EventTopic, Topic, Validator
from .topics.base import two_argument_validator

if TYPE_CHECKING:
    from .sobject import SObject

TopicT = TypeVar("TopicT", bound=Topic[Any])
ValueT = TypeVar("ValueT")
BuildT = TypeVar("BuildT", bound=Callable[..., None])


class DeclaredAttribute(Generic[TopicT]):
    """What `attribute(…)` leaves in a class. Reading gives the topic, assigning sets its value."""

    __slots__ = ("name", "spec")

    def __init__(self, spec: AttributeSpec) -> None:
        self.spec = spec
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, sobject: None, owner: type) -> Self: ...
    @overload
    def __get__(self, sobject: SObject, owner: type) -> TopicT: ...
    def __get__(self, sobject: SObject | None, owner: type) -> TopicT | Self:
        if sobject is None:
            return self
        topics = sobject._os_topics
        if topics is not None:
            topic = topics.get(self.name)
            if topic is not None:
                return topic  # type: ignore[return-value]  # made below, from this very spec
        return sobject._topic(self.name, self.spec)  # type: ignore[return-value]  # likewise

    def __set__(self, sobject: SObject, value: Any) -> None:
        topic = self.__get__(sobject, type(sobject))
        if value is not topic:  # `self.style = self.add_attribute('style', …)` and `counter.count += …` assign the topic itself
            topic.set(value)


def attribute(
    topic_class: type[TopicT],
    default: Any = None,
    *,
    is_stateful: bool | None = None,
    order_strict: bool | None = None,
    validator: Validator | None = None,
    writable: bool = True,
) -> DeclaredAttribute[TopicT]:
    """Declare an attribute of an SObject class: `count = attribute(IntTopic, 0)`.

    Args:
        topic_class: IntTopic, StringTopic, DictTopic, …
        default: The value an object begins with (None: the topic type's own default). It is checked now, and shared with nobody.
        is_stateful: Whether changes enter the undo history (by default, all but events do).
        order_strict: True (the default for stateful ones): clients get every change in order. False: only the latest value.
        validator: `validator(value)` or `validator(value, change)`; refuses a change by returning something false other
            than None, or raising ValueError.
        writable: Whether clients may change it.

    Raises:
        InvalidValue: the default is no value of that topic.
    """
    return DeclaredAttribute(make_spec(topic_class, default, is_stateful, order_strict, validator, writable))


def sets_attributes(first: str | None = None) -> Callable[[BuildT], BuildT]:
    """Say of a `build` that it does nothing but set attributes, as far as it is given texts: by keywords those of the same names, and by a
    positional argument the attribute `first`. Objects that are given such texts alone are made without calling it."""

    def mark(build: BuildT) -> BuildT:
        build.sets_first = first  # type: ignore[attr-defined]  # read by TypeInfo
        return build

    return mark


def make_spec(
    topic_class: type[Topic[Any]],
    default: Any = None,
    is_stateful: bool | None = None,
    order_strict: bool | None = None,
    validator: Validator | None = None,
    writable: bool = True,
) -> AttributeSpec:
    """The spec that these options describe. Those of plain defaults are shared: a thousand objects with a `text` have one spec."""
    shareable = validator is None and (default is None or type(default) in _PLAIN)
    key = (topic_class, type(default), default if shareable else None, is_stateful, order_strict, writable)
    if shareable:
        shared = _shared_specs.get(key)  # before the checks: it has passed them (benchmarks/core.py, "create")
        if shared is not None:
            return shared
    if not isinstance(topic_class, type):
        topic_class = get_origin(topic_class) or topic_class  # `ObjTopic[Foo]`
    if not isinstance(topic_class, type) or not issubclass(topic_class, Topic):
        raise TypeError(f"expected a topic class such as objectsync.IntTopic, got {topic_class!r}")
    if is_stateful is None:
        is_stateful = not issubclass(topic_class, EventTopic)
    if default is not None and not default and type(default) is type(topic_class.default) and default == topic_class.default:
        return make_spec(topic_class, None, is_stateful, order_strict, validator, writable)
    spec = _make_spec(topic_class, default, is_stateful, order_strict, validator, writable)
    if shareable and len(_shared_specs) < 1000:
        _shared_specs[key] = spec
    return spec


_PLAIN = frozenset({bool, int, float, str})
_shared_specs: dict[tuple[Any, ...], AttributeSpec] = {}


def _make_spec(
    topic_class: type[Topic[Any]],
    default: Any,
    is_stateful: bool,
    order_strict: bool | None,
    validator: Validator | None,
    writable: bool,
) -> AttributeSpec:
    if default is not None and issubclass(topic_class, EventTopic):
        raise InvalidValue("an event has no value, so it takes no default")
    raw = topic_class.check(topic_class.default if default is None else default)
    guards = () if validator is None else (two_argument_validator(validator),)
    return AttributeSpec(topic_class, raw, is_stateful, not (is_stateful if order_strict is None else order_strict), guards, writable)


class Shadowable(Generic[ValueT]):
    """A read-only property that an instance attribute of the same name hides, so that user code may call its own things `parent`."""

    def __init__(self, getter: Callable[[Any], ValueT]) -> None:
        self._getter = getter
        self.__doc__ = getter.__doc__

    @overload
    def __get__(self, sobject: None, owner: type) -> Self: ...
    @overload
    def __get__(self, sobject: SObject, owner: type) -> ValueT: ...
    def __get__(self, sobject: SObject | None, owner: type) -> ValueT | Self:
        return self if sobject is None else self._getter(sobject)

"""An SObject as a client has it: the same words as on the server, and topics that are the very same classes.

Rules: what has the same id and type is the same Python object, also across a reconnect, and when it went and came back: keep it, compare it
with `is`. Every change shows here at once and travels (prediction.py). Listeners run when a whole transaction has been applied, once for
all of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import msgspec

from ..changes import Attribute, Clear, Create, Destroy, DropAttribute, Place, Tag, Untag
from ..errors import AlreadyExists, Destroyed, UnknownAttribute
from ..events import Signal
from ..states import GONE, LIVE
from ..topics import AttributeSpec, EventTopic, Topic
from ..topics.base import SignalSlot
from ..values import check_value

if TYPE_CHECKING:
    from .answers import Answer
    from .tree import ClientTree


class TypeDefinition(msgspec.Struct, frozen=True):
    """What the server has told of a class."""

    name: str
    frontend_type: str
    specs: Mapping[str, AttributeSpec]


class ClientObject:
    """A node of the tree: id, type, parent, ordered children, tags, attributes.

    `obj.count` is the topic of the attribute `count`; `obj.attribute("count")` too, whatever else it is the name of.
    """

    __slots__ = (
        "__weakref__",
        "_os_children",
        "_os_dynamic",
        "_os_id",
        "_os_left",
        "_os_parent",
        "_os_signals",
        "_os_state",
        "_os_tags",
        "_os_topics",
        "_os_tree",
        "_os_type",
        "_os_values",
    )

    def __init__(self, tree: ClientTree, id: str, definition: TypeDefinition) -> None:
        self._os_tree = tree
        self._os_id = id
        self._os_topics: dict[str, Topic[Any]] = {}
        self._os_signals: dict[str, Signal] = {}
        self._os_left: dict[Topic[Any] | str, Any] = {}
        """Of one that is gone: what its listeners heard last."""
        self.begin(definition)

    def begin(self, definition: TypeDefinition) -> None:
        """Be new, with nothing but what the type says. (For the tree.)"""
        self._os_type = definition
        self._os_parent: ClientObject | None = None
        self._os_children: list[ClientObject] = []
        self._os_values: dict[str, Any] = {}
        self._os_dynamic: dict[str, AttributeSpec] = {}
        self._os_tags: dict[str, None] = {}
        self._os_state = LIVE
        for name in self._os_topics:
            self.refit(name)

    def refit(self, name: str) -> None:
        """Let a topic that was asked for before go on under the attribute's present spec. (For the tree.)"""
        spec, topic = self._spec_of(name), self._os_topics.get(name)
        if spec is not None and type(topic) is spec.topic_class:
            topic._spec = spec

    def owns(self, topic: Topic[Any]) -> bool:
        """Whether this is the topic of one of its attributes, and not of one that has gone."""
        return self._os_state != GONE and self._os_topics.get(topic._name) is topic and self._spec_of(topic._name) is not None

    @property
    def _specs(self) -> Mapping[str, AttributeSpec]:
        return self._os_type.specs

    # --- the tree

    @property
    def id(self) -> str:
        """The object's id."""
        return self._os_id

    @property
    def type_name(self) -> str:
        """The name of its class on the server."""
        return self._os_type.name

    @property
    def frontend_type(self) -> str:
        """What it is shown as."""
        return self._os_type.frontend_type

    @property
    def parent(self) -> ClientObject | None:
        """The object above; None for the root, and for one that is gone."""
        return self._os_parent

    @property
    def children(self) -> list[ClientObject]:
        """The objects directly below, in order (a new list)."""
        return list(self._os_children)

    @property
    def tags(self) -> list[str]:
        """The tags (a new list)."""
        return list(self._os_tags)

    @property
    def is_destroyed(self) -> bool:
        """Whether it is gone."""
        return self._os_state == GONE

    def walk(self) -> Iterator[ClientObject]:
        """This object and all below it, parents first."""
        stack = [self]
        while stack:
            each = stack.pop()
            yield each
            stack.extend(reversed(each._os_children))

    def add_child(self, type: str, /, **attributes: Any) -> ClientObject:
        """Create an object of a class that the server has told of, below this one; keywords set its declared attributes.

        Raises:
            LocalError: the client has never been live, there is no such type or attribute, or a value does not fit.
        """
        tree = self._os_tree
        with tree.lock:
            id = tree.mint_id()
            tree.transactions.change(Create(id, type, self._living(), -1, check_value(attributes)))
            return tree.objects[id]

    def move_to(self, parent: ClientObject, index: int = -1) -> None:
        """Move below `parent` (or within it), to `index` as counted without this object; -1 is the end.

        Raises:
            InvalidChangeError: `parent` is this object or below it, or there is no such place.
        """
        self._os_tree.transactions.change(Place(self._living(), parent._living(), index))

    def remove(self) -> None:
        """Destroy this object and everything below it."""
        self._os_tree.transactions.change(Destroy(self._living()))

    def clear(self) -> None:
        """Destroy everything below this object."""
        self._os_tree.transactions.change(Clear(self._living()))

    def add_tag(self, tag: str) -> None:
        """Add a tag; adding one that is there does nothing."""
        self._os_tree.transactions.change(Tag(self._living(), tag))

    def remove_tag(self, tag: str) -> None:
        """Remove a tag.

        Raises:
            InvalidChangeError: it is not there.
        """
        self._os_tree.transactions.change(Untag(self._living(), tag))

    def has_tag(self, tag: str) -> bool:
        """Whether the object has this tag."""
        return tag in self._os_tags

    # --- attributes

    @property
    def attributes(self) -> list[str]:
        """The names of all attributes, declared and dynamic."""
        return [*self._os_type.specs, *self._os_dynamic]

    def has_attribute(self, name: str) -> bool:
        """Whether there is an attribute of this name."""
        return self._spec_of(name) is not None

    def attribute(self, name: str) -> Any:
        """The topic of an attribute.

        Raises:
            UnknownAttribute: there is none of this name.
        """
        spec = self._spec_of(name)
        if spec is None:
            known = self.attributes
            near = difflib.get_close_matches(name, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else f" It has: {', '.join(known)}." if known else ""
            raise UnknownAttribute(f"{self} has no attribute {name!r}.{hint}")
        topic = self._os_topics.get(name)
        if type(topic) is not spec.topic_class:
            # A topic needs of its owner what both kinds of objects have: id, values, and a tree with objects, lock and transactions.
            made = spec.topic_class(cast("Any", self), name, spec)
            with self._os_tree.lock:
                topic = self._os_topics.get(name)
                if type(topic) is not spec.topic_class:  # else the other thread's, of two that ask at once
                    topic = self._os_topics[name] = made
        return topic

    get_attribute = attribute

    def add_attribute(self, name: str, topic_class: type[Topic[Any]], init_value: Any = None) -> Any:
        """Add a dynamic attribute and return its topic.

        Raises:
            AlreadyExists: there is one of this name already.
            InvalidValue: `init_value` is no value of that topic.
        """
        if self.has_attribute(name):
            raise AlreadyExists(f"{self} has an attribute {name!r} already")
        value = topic_class.check(topic_class.default if init_value is None else init_value)
        self._os_tree.transactions.change(Attribute(self._living(), name, topic_class.type_name, value))
        return self.attribute(name)

    def remove_attribute(self, name: str) -> None:
        """Remove a dynamic attribute."""
        self._os_tree.transactions.change(DropAttribute(self._living(), name))

    # --- events, services, listeners

    def on(self, event: str, handler: Callable[..., Any] | None = None) -> Any:
        """Call `handler(emission)` when the server emits `event` (a handler that needs no argument gets none).

        Works as a decorator too. Returns the function that ends it.

        Raises:
            UnknownAttribute: there is no such event.
        """
        if handler is None:

            def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
                self.on(event, function)
                return function

            return decorate
        return self._event(event).add_handler(handler)

    def emit(self, event: str, /, **args: Any) -> None:
        """Let an event happen; it goes to the server.

        Raises:
            UnknownAttribute: there is no such event.
            InvalidValue: an argument cannot be sent.
        """
        self._event(event).emit(**args)

    def call(self, service: str, /, **args: Any) -> Answer[Any]:
        """Call a service of this object."""
        return self._os_tree.transactions.call(service, args, self)

    on_children = SignalSlot()
    """Called, with nothing, when the children are others or in another order."""
    on_attributes = SignalSlot()
    """Called, with nothing, when dynamic attributes have come or gone."""
    on_tags = SignalSlot()
    """Called, with nothing, when the tags are others."""
    on_destroy = SignalSlot()
    """Called, with nothing, when the object has gone."""

    # --- inner

    def _signal(self, name: str) -> Signal:
        signal = self._os_signals.get(name)
        if signal is None:
            signal = self._os_signals[name] = Signal()
        return signal

    def _event(self, name: str) -> EventTopic:
        topic = self.attribute(name)
        if not isinstance(topic, EventTopic):
            raise AlreadyExists(f"{self} has an attribute {name!r} that is a {type(topic).__name__}, not an event")
        return topic

    def _living(self) -> str:
        if self._os_state == GONE:
            raise Destroyed(f"{self} was destroyed; it can no longer change")
        return self._os_id

    def _spec_of(self, name: str) -> AttributeSpec | None:
        spec = self._os_type.specs.get(name)
        return self._os_dynamic.get(name) if spec is None else spec

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self.attribute(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.attributes})

    def __str__(self) -> str:
        return f"{self._os_type.name}({self._os_id})"

    def __repr__(self) -> str:
        shown = [f"id={self._os_id}"]
        for name, value in list(self._os_values.items())[:4]:
            text = repr(value)
            shown.append(f"{name}={text if len(text) <= 24 else text[:23] + '…'}")
        return f"{self._os_type.name}({', '.join(shown)})"

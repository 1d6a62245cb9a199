"""SObject: a node of the tree, with topics as attributes.

Life (docs/architecture.md): new `pre_build(None)` -> `build(**kwargs)` -> attached -> `init()`; restored `pre_build(values)` -> attributes
and children come back -> `init()`, no `build`; end `on_destroy()`, children first. A class may implement any of them or none.

Users name their attributes as they like (`parent`, `name`, `children` …), so nothing here relies on a public name: what the tree needs is
in the private slots, and the public properties give way to an instance attribute of the same name.
"""

from __future__ import annotations

import difflib
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, get_origin

from .attributes import DeclaredAttribute, Shadowable, TopicT, attribute, make_spec, sets_attributes
from .changes import Set
from .compat import OlderNames
from .current import enter_parent, leave_parent
from .errors import AlreadyExists, Destroyed, InvalidValue, UnknownAttribute
from .making import Making
from .picture import Markup, html_of
from .snapshot import record_subtree, to_plain, values_of, walk
from .states import FRESH
from .topics import AttributeSpec, EventTopic, Topic, Validator
from .topics.base import passes

if TYPE_CHECKING:
    from .changes import Change
    from .tree import Tree
    from .types import TypeInfo
    from .waiting import Wait

ObjectT = TypeVar("ObjectT", bound="SObject")

_beginning = threading.Lock()
"""Held while an object gets its table of topics, so that it gets one."""


class SObject(Making, OlderNames):
    """A node of the tree: id, type, parent, ordered children, tags, attributes.

    Creating one (`Counter(start=3)`) puts it under the current server's root, or under `parent`; keyword and positional arguments go to
    `build`. Without a `build`, keywords set declared attributes.
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "_os_children",
        "_os_depth",
        "_os_dynamic",
        "_os_first",
        "_os_id",
        "_os_parent",
        "_os_state",
        "_os_tags",
        "_os_text",
        "_os_topics",
        "_os_tree",
        "_os_type",
        "_os_values",
    )

    frontend_type: ClassVar[str] = "Root"
    """What clients show it as. 'Root' is a plain container of the children."""

    client_creatable: ClassVar[bool] = False
    """Whether clients may create, move and destroy objects of this class (policy.py)."""

    __slotnames__: ClassVar[list[str]] = []
    """What `object.__getstate__` would give besides the `__dict__` (snapshot.py, `held_by`)."""

    _is_sobject: ClassVar[bool] = True
    _specs: ClassVar[dict[str, AttributeSpec]] = {}
    _pre_build_takes_keywords: ClassVar[bool] = False

    _os_id: str
    _os_tree: Tree
    _os_type: TypeInfo
    _os_parent: SObject | None
    _os_children: list[SObject] | None
    _os_depth: int
    _os_values: dict[str, Any]
    """The values by name, of what is not as by default. Made when it is first asked for, where `_os_text` is no None; `values_of` reads
    without making it (snapshot.py)."""
    _os_text: str | None
    """Of an object that has been given a text, a tag, or both, and that nobody has asked for more: its `text`; and"""
    _os_first: str | None
    """its tag (`TypeInfo.first`), None where that is as by default. A table for these two takes more memory than the object itself, and
    most of the cells of a table are never asked."""
    _os_topics: dict[str, Topic[Any]] | None
    _os_dynamic: dict[str, AttributeSpec] | None
    _os_tags: dict[str, None] | None
    _os_state: int

    def __init_subclass__(cls, frontend_type: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if frontend_type is not None:
            cls.frontend_type = frontend_type
        if "__init__" in cls.__dict__:
            raise TypeError(f"{cls.__name__} defines __init__; define build(self, …) instead: it runs once, for a new object")
        reserved = next((name for name in SObject.__slots__ if name in cls.__dict__ and not name.startswith("__")), None)
        if reserved is not None:
            raise TypeError(f"{cls.__name__} defines {reserved!r}, which objectsync keeps its own data in; choose another name")
        if cls.__hash__ is None:
            cls.__hash__ = SObject.__hash__  # an __eq__ of its own must not make it unhashable
        cls.__slotnames__ = []
        specs: dict[str, AttributeSpec] = {}
        for base in reversed(cls.__mro__):
            for name, member in base.__dict__.items():
                if isinstance(member, DeclaredAttribute):
                    specs[name] = member.spec
                else:
                    specs.pop(name, None)
        cls._specs = specs
        cls._pre_build_takes_keywords = any(
            parameter.kind is parameter.VAR_KEYWORD for parameter in inspect.signature(cls.pre_build).parameters.values()
        )

    # --- life: override any of these

    def pre_build(self, values: Mapping[str, Any] | None, /) -> None:
        """Add dynamic attributes here. `values` is None for a new object, the saved values for a restored one."""

    @sets_attributes()
    def build(self, *args: Any, **kwargs: Any) -> None:
        """For a new object: first values, children. Without an own `build`, keywords set declared attributes."""
        if args:
            raise TypeError(f"{self} takes no positional arguments: its class defines no build(self, …)")
        self.set_attributes(**kwargs)

    def init(self) -> None:
        """The object is complete and attached, new or restored: services and listeners go here."""

    def on_destroy(self) -> None:
        """The object is about to go; its children are gone through before it."""

    # --- the tree

    def __enter__(self) -> Self:
        """`with column:` – what is created inside, with no parent of its own, comes below this object."""
        enter_parent(self)
        return self

    def __exit__(self, *exc: object) -> None:
        leave_parent()

    @Shadowable
    def id(self) -> str:
        """The object's id, unique on its server."""
        return self._os_id

    @Shadowable
    def server(self) -> Any:
        """The server that the object lives on."""
        return self._os_tree

    @Shadowable
    def parent(self) -> SObject | None:
        """The object above; None for the root."""
        self._os_tree.settle()
        return self._os_parent

    @Shadowable
    def children(self) -> list[SObject]:
        """The objects directly below, in order (a new list)."""
        tree = self._os_tree
        if tree.transactions.owed:
            tree.settle()
        return list(self._os_children or ())

    @Shadowable
    def tags(self) -> list[str]:
        """The tags, in the order in which they were added (a new list)."""
        return list(self._os_tags or ())

    def add_child(self, cls: type[ObjectT] | str, *args: Any, id: str | None = None, **kwargs: Any) -> ObjectT:
        """Create an object below this one; arguments go to its `build`.

        Raises:
            AlreadyExists: the id is taken.
        """
        return self._os_tree._create_new(cls, self, id, args, kwargs)  # type: ignore[return-value]  # of the class asked for

    def move_to(self, parent: SObject, index: int = -1) -> None:
        """Move below `parent` (or within it), to `index` as counted without this object; -1 is the end.

        Raises:
            InvalidChangeError: `parent` is this object or below it.
        """
        self._os_tree.place(self, parent, index)

    def remove(self) -> None:
        """Destroy this object and everything below it; undo brings it back."""
        self._os_tree.destroy(self)

    def clear(self) -> None:
        """Destroy everything below this object, as one change."""
        self._os_tree.clear(self)

    def top_down_search(
        self,
        accept: Callable[[Any], bool] | None = None,
        stop: Callable[[Any], bool] | None = None,
        type: type[ObjectT] | None = None,
    ) -> list[ObjectT]:
        """This object and those below, parents first, that `accept` takes and that are of `type` (the default is this object's own class).

        Where `stop(object)` is true, the search goes no deeper; that object itself may still be found.
        """
        self._os_tree.settle()
        wanted: Any = self.__class__ if type is None else type
        found: list[Any] = []
        stack: list[SObject] = [self]
        while stack:
            sobject = stack.pop()
            if isinstance(sobject, wanted) and (accept is None or accept(sobject)):
                found.append(sobject)
            if sobject._os_children and not (stop is not None and stop(sobject)):
                stack.extend(reversed(sobject._os_children))
        return found

    def walk(self) -> Iterator[SObject]:
        """This object and all below it, parents first."""
        self._os_tree.settle()
        return walk(self)

    def picture(self) -> Markup | None:
        """What the object looks like where nothing runs (a saved notebook, a mail): override it where a class has a frontend of its own.

        None is for what its element, its text and its children say, as they are.
        """
        return None

    def to_html(self) -> str:
        """What the object and those below it look like now, as HTML without any script."""
        self._os_tree.settle()
        return html_of(self)

    def serialize(self) -> dict[str, Any]:
        """The object and everything below it as plain data, for `create_object(…, serialized=data)`."""
        with self._os_tree.lock:
            self._os_tree.settle()
            return to_plain(record_subtree(self))

    # --- attributes

    def add_attribute(
        self,
        name: str,
        topic_class: type[TopicT],
        init_value: Any = None,
        is_stateful: bool | None = None,
        order_strict: bool | None = None,
        *,
        validator: Validator | None = None,
        writable: bool = True,
    ) -> TopicT:
        """Add a dynamic attribute and return its topic (options as for `attribute`).

        Where the class declares an attribute of this name and topic type, that one is returned, set to `init_value`.

        Raises:
            AlreadyExists: there is one of this name already.
            InvalidValue: `init_value` is no value of that topic.
        """
        if not isinstance(topic_class, type):
            topic_class = get_origin(topic_class) or topic_class  # `ObjTopic[Foo]`
        declared = self._specs.get(name)
        if declared is not None and declared.topic_class is topic_class:
            topic = self._topic(name, declared)
            if init_value is not None:
                topic.set(init_value)
            return topic  # type: ignore[return-value]  # of the class just compared
        if declared is not None:
            raise AlreadyExists(f"the class of {self} declares {name!r}, as {declared.topic_class.__name__}; choose another name")
        dynamic = self._os_dynamic
        if dynamic and name in dynamic:
            raise AlreadyExists(f"{self} has an attribute {name!r} already; choose another name or remove_attribute({name!r}) first")
        try:
            spec = make_spec(topic_class, init_value, is_stateful, order_strict, validator, writable)
        except InvalidValue as error:
            raise InvalidValue(f"{topic_class.__name__} {name!r} of {self}: {error.reason}") from None
        self._os_tree.add_attribute(self, name, spec)
        return self._topic(name, spec)  # type: ignore[return-value]  # made from this spec

    def remove_attribute(self, name: str) -> None:
        """Remove a dynamic attribute.

        Raises:
            UnknownAttribute: there is none of this name, or the class declares it.
        """
        if not self._os_dynamic or name not in self._os_dynamic:
            if name in self._specs:
                raise UnknownAttribute(f"{self} has no dynamic attribute {name!r}: its class declares it, so it cannot be removed")
            raise self._no_attribute(name)
        self._os_tree.drop_attribute(self, name)

    def get_attribute(self, name: str) -> Topic[Any]:
        """The topic of an attribute, declared or dynamic.

        Raises:
            UnknownAttribute: there is none of this name.
        """
        topics = self._os_topics
        if topics is not None:
            topic = topics.get(name)
            if topic is not None:
                return topic
        spec = self._spec_of(name)
        if spec is None:
            raise self._no_attribute(name)
        return self._topic(name, spec)

    def has_attribute(self, name: str) -> bool:
        """Whether there is an attribute of this name."""
        return self._spec_of(name) is not None

    @Shadowable
    def attributes(self) -> list[str]:
        """The names of all attributes, declared and dynamic."""
        return [*self._specs, *(self._os_dynamic or ())]

    def set_attributes(self, /, **values: Any) -> None:
        """Set several attributes at once, by name: one transaction.

        Raises:
            UnknownAttribute: one is not there.
            InvalidValue: a value does not fit; nothing has changed.
        """
        if not values:
            return
        if self._os_state != FRESH or self._os_topics:
            self._set_each(values)
            return
        # A new object that nobody listens to: no topic is made, no change written (benchmarks/core.py, "create"). The dict becomes the
        # object's, less what is as by default.
        specs = self._specs
        plain: list[str] | None = None
        for name, value in values.items():
            spec = specs.get(name)
            if spec is not None and spec.takes_texts and type(value) is str and value.isascii():
                if value != spec.default:
                    if spec.validators and value not in spec.allowed:
                        self._validate_first(spec, name, value)
                    continue
            elif spec is None:
                self._set_each(values)  # one is dynamic or unknown: all of them the long way
                return
            elif not self._differs(values, spec, name, value):
                pass
            else:
                continue
            if plain is None:
                plain = []
            plain.append(name)
        if plain is not None:
            for name in plain:
                del values[name]
        held = self._os_values
        open_transaction = self._os_tree.transactions.open
        assert open_transaction is not None  # the one that this object is created in
        if held:
            before = held.copy()

            def put_back() -> None:
                held.clear()
                held.update(before)

            open_transaction.journal.append((put_back,))
            held.update(values)
            for name in plain or ():
                held.pop(name, None)  # it was set before, and goes back to the default
        else:
            self._os_values = values
            open_transaction.journal.append(values)

    # --- tags

    def add_tag(self, tag: str) -> None:
        """Add a tag; adding one that is there does nothing.

        Raises:
            InvalidValue: it is no str.
        """
        self._os_tree.tag(self, tag)

    def remove_tag(self, tag: str) -> None:
        """Remove a tag.

        Raises:
            InvalidChangeError: it is not there.
        """
        self._os_tree.untag(self, tag)

    def has_tag(self, tag: str) -> bool:
        """Whether the object has this tag."""
        return tag in (self._os_tags or ())

    # --- events and services

    def on(
        self,
        event: str,
        handler: Callable[..., Any] | None = None,
        inverse: Callable[..., Any] | None = None,
        *,
        live: bool = False,
    ) -> Any:
        """Call `handler(emission)` after each `event` (a handler that needs no argument gets none). It may be `async def`.

        Handlers of what people do run one after the other. A `live` one does not wait for its turn, nor (in a notebook) for the cell that
        runs: it runs at once, on a thread of its own, beside them. So it is for short things, such as stopping what takes long.

        Works as a decorator too: `@button.on("click")`. Returns the function that ends it.
        With `inverse`, the event can be undone: `handler(**args)` and `inverse(**args)` then run inside the transaction, the latter when
        it is undone.

        Raises:
            AlreadyExists: `event` is the name of an attribute that is no event.
        """
        if handler is None:

            def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
                self.on(event, function, inverse, live=live)
                return function

            return decorate
        topic = self._event(event, inverse is not None)
        if inverse is None:
            return topic.add_handler(handler, live)
        if live:
            raise TypeError("a handler with an inverse runs inside the transaction, so it cannot be live")
        ends = (topic.on_emit.add(handler), topic.on_reverse.add(inverse))

        def disconnect() -> None:
            for end in ends:
                end()

        return disconnect

    def emit(self, event: str, /, **args: Any) -> None:
        """Let an event happen: handlers here and in every client hear of it.

        Raises:
            InvalidValue: an argument cannot be sent.
            UnknownAttribute: there is no such event: declare it (`attribute(EventTopic)`) or add it (`add_attribute`, `on`).
        """
        if self._spec_of(event) is None:
            raise self._no_attribute(event)
        self._event(event, False).emit(**args)

    def wait(self, event: str, timeout: float | None = None) -> Wait:
        """The next `event` of this object: `await` it, iterate over it with `async for`, or `.block()` until it happens.

        What has happened before does not count. `timeout` is in seconds, and for `async for` from one event to the next.

        Raises:
            TimeoutError: (when waited for) it has not happened in time.
            Destroyed: (when waited for) the object is gone, or went meanwhile.
        """
        return self._os_tree.wait_for(self, event, timeout)  # type: ignore[no-any-return,attr-defined]  # the hub's

    def register_service(
        self, name: str, callback: Callable[..., Any], pass_sender: bool = False, *, live: bool = False
    ) -> Callable[[], None]:
        """Let clients call `callback(**args)` (it may be `async def`) on this object; returns the function that ends it.

        With `pass_sender`, it also gets `sender`, the client's session id. A `live` one does not wait for handlers before it (as in `on`).
        """
        return self._os_tree.register_object_service(self, name, callback, pass_sender, live)  # type: ignore[no-any-return,attr-defined]  # the hub's

    # --- inner

    def _differs(self, values: dict[str, Any], spec: AttributeSpec, name: str, value: Any) -> bool:
        """Check one of the first values of a new object, and put its raw form in its place; False if it is the default."""
        try:
            raw = spec.check(value)
        except InvalidValue as error:
            raise InvalidValue(f"{spec.topic_class.__name__} {name!r} of {self}: {error.reason}") from None
        default = spec.default
        kind = type(raw)
        if raw == default and kind is type(default) and kind is not list and kind is not dict:
            return False
        if spec.validators:
            self._validate_first(spec, name, raw)
        values[name] = raw
        return True

    def _validate_first(self, spec: AttributeSpec, name: str, raw: Any) -> None:
        if not passes(spec, raw, self._os_id, name):
            spec.topic_class(self, name, spec)._validate(raw, Set(self._os_id, name, raw))  # says who refused what, and why

    def _set_each(self, values: dict[str, Any]) -> None:
        with self._os_tree.record():
            for name, value in values.items():
                self.get_attribute(name).set(value)

    def _event(self, name: str, stateful: bool) -> EventTopic:
        spec = self._spec_of(name)
        if spec is None:
            return self.add_attribute(name, EventTopic, None, stateful, True)
        if not issubclass(spec.topic_class, EventTopic):
            raise AlreadyExists(f"{self} has an attribute {name!r} that is a {spec.topic_class.__name__}, not an event")
        return self._topic(name, spec)  # type: ignore[return-value]  # an event, as just checked

    def _spec_of(self, name: str) -> AttributeSpec | None:
        spec = self._specs.get(name)
        if spec is None:
            dynamic = self._os_dynamic
            if dynamic is not None:
                return dynamic.get(name)
        return spec

    def _topic(self, name: str, spec: AttributeSpec) -> Topic[Any]:
        topics = self._os_topics
        if topics is None:
            first = spec.topic_class(self, name, spec)
            with _beginning:
                topics = self._os_topics
                if topics is None:
                    if self._os_text is not None:
                        self._make_table()  # whoever wants a topic asks for its value, too
                    self._os_topics = {name: first}
                    return first
        topic = topics.get(name)
        if topic is None:
            topic = topics.setdefault(name, spec.topic_class(self, name, spec))  # the first thread's, of two that ask at once
        return topic

    def _make_table(self) -> None:
        """Called with `_beginning` held, where there is none."""
        first, text = self._os_first, self._os_text
        # Not `values_of`, which would be two calls more (benchmarks/dom, "update").
        self._os_values = {"text": text, self._os_type.first: first} if first and text else values_of(self)
        self._os_text = None

    def _no_attribute(self, name: str) -> UnknownAttribute:
        known = [*self._specs, *(self._os_dynamic or ())]
        near = difflib.get_close_matches(name, known, 1)
        hint = f" Did you mean {near[0]!r}?" if near else f" It has: {', '.join(known)}." if known else ""
        return UnknownAttribute(f"{self} has no attribute {name!r}.{hint}")

    def _refuse_gone(self, what: Topic[Any] | Change | str) -> None:
        raise Destroyed(f"{self} was destroyed; {what if isinstance(what, str) else 'its attributes'} can no longer change")

    def __getattr__(self, name: str) -> Any:
        # Only reached when normal look-up fails: a table of values that is not made yet, dynamic attributes, and a helpful error.
        if name.startswith("_"):
            if name == "_os_values":
                with _beginning:
                    if self._os_text is not None:  # the first of two threads
                        self._make_table()
                return self._os_values
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        dynamic = self._os_dynamic
        if dynamic is not None and name in dynamic:
            return self._topic(name, dynamic[name])
        raise self._no_attribute(name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(self._os_dynamic or ())})

    def __str__(self) -> str:
        return f"{type(self).__name__}({self._os_id})" if hasattr(self, "_os_id") else f"{type(self).__name__}(not created)"

    def __repr__(self) -> str:
        shown = [f"id={self._os_id}"] if hasattr(self, "_os_id") else []
        values = values_of(self) if hasattr(self, "_os_text") else {}
        for name in sorted(values, key=lambda name: name != self._os_type.first)[:4]:  # the tag of an element, then as they were set
            text = repr(values[name])
            shown.append(f"{name}={text if len(text) <= 24 else text[:23] + '…'}")
        return f"{type(self).__name__}({', '.join(shown)})"


__all__ = ["SObject", "attribute"]

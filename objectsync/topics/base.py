"""What all topics share: reading, changing, validators, listeners.

A topic is a thin view on one attribute of one object: the value itself lives in the object's table, so an attribute that nobody has
asked for costs nothing. A subclass says what values it takes (`check`), how a change applies (`_apply`, which returns the inverse, or
None when nothing changed), and what its listeners hear (`_news`). Every change goes through the tree's transactions (transaction.py).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from operator import index
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar, overload

import msgspec

from ..changes import Change, Set
from ..errors import InvalidChangeError, InvalidValue, describe
from ..events import Signal, wants_argument
from ..values import copy_value, same_value

if TYPE_CHECKING:
    from ..sobject import SObject

T = TypeVar("T")

Validator = Callable[..., Any]
News = tuple[str, tuple[Any, ...], dict[str, Any]]
"""What one special signal hears: its name and the arguments."""
NO_KEYWORDS: dict[str, Any] = {}

EMPTY: Any = object()


class AttributeSpec(msgspec.Struct, frozen=True, eq=False):
    """What an attribute is: its topic class and default, whether changes enter the undo history (`stateful`), whether clients get
    every change in order or only the latest value (`latest`), what guards it, and whether clients may change it (`writable`)."""

    topic_class: type[Topic[Any]]
    default: Any
    stateful: bool = True
    latest: bool = False
    validators: tuple[Validator, ...] = ()
    writable: bool = True
    check: Callable[[Any], Any] = None  # type: ignore[assignment]  # `topic_class.check`, one look-up nearer
    takes_texts: bool = False
    """Whether `check` gives every str that is valid Unicode back as it is, and so need not be called."""
    allowed: frozenset[str] = frozenset()
    """Texts that pass the validators, whatever else is so (`allows` of a single one)."""

    def __post_init__(self) -> None:
        set_field = msgspec.structs.force_setattr
        set_field(self, "check", self.topic_class.check)
        set_field(self, "takes_texts", self.topic_class.takes_texts)
        if len(self.validators) == 1 and self.topic_class._present is Topic._present:
            set_field(self, "allowed", getattr(self.validators[0], "allows", frozenset()))


class _Signalling(Protocol):
    def _signal(self, name: str) -> Signal: ...


class ChangeHandler:
    """Who wants to know when a topic has changed: `run(emission)`, beside whatever else runs if `live`."""

    __slots__ = ("_callback", "_handlers", "_seen", "_takes_value", "_topic", "live")
    takes_emission = True

    def __init__(self, topic: Topic[Any], handlers: ChangeHandlers, callback: Callable[..., Any], live: bool) -> None:
        self._topic = topic
        self._handlers = handlers
        self._callback = callback
        self._takes_value = wants_argument(callback)
        self._seen = 0
        self.live = live

    def run(self, emission: Any) -> Any:
        """Call it with the value as it is now, unless it has been told of that already: a slow one is not called for each step between."""
        changes = self._handlers.changes
        if self._seen == changes:
            return None
        self._seen = changes
        return self._callback(self._topic.get()) if self._takes_value else self._callback()


class ChangeHandlers(Signal):
    """The handlers of a topic's changes (`Topic.on_change`), and how many changes there have been for them."""

    __slots__ = ("changes", "handlers")

    def __init__(self) -> None:
        super().__init__()
        self.changes = 0
        self.handlers: tuple[ChangeHandler, ...] = ()


class SignalSlot:
    """`topic.on_set`: the topic's signal of that name, made when first asked for. Accepts what `+=` assigns back."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, topic: None, owner: type) -> Self: ...
    @overload
    def __get__(self, topic: _Signalling, owner: type) -> Signal: ...
    def __get__(self, topic: _Signalling | None, owner: type) -> Signal | Self:
        return self if topic is None else topic._signal(self._name)

    def __set__(self, topic: _Signalling, value: Signal) -> None:
        if value is not topic._signal(self._name):
            raise AttributeError(f"use {self._name}.add(listener) or {self._name} += listener; it cannot be replaced")


class Topic(Generic[T]):
    """One typed, observable, synchronised value: an attribute of an SObject."""

    __slots__ = ("__weakref__", "_guards", "_name", "_object", "_signals", "_spec")

    type_name: ClassVar[str] = "generic"
    default: ClassVar[Any] = None
    takes_texts: ClassVar[bool] = False

    on_set = SignalSlot()
    """Called with the new value, at every change."""
    on_set2 = SignalSlot()
    """Called with the old and the new value, at every change."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "check" in cls.__dict__ and "takes_texts" not in cls.__dict__:
            cls.takes_texts = False

    def __init__(self, owner: SObject, name: str, spec: AttributeSpec) -> None:
        self._object = owner
        self._name = name
        self._spec = spec
        self._signals: dict[str, Signal] | None = None
        self._guards: tuple[Validator, ...] = spec.validators

    # --- reading

    @property
    def value(self) -> T:
        """The value; a container comes as a copy."""
        return self.get()

    @value.setter
    def value(self, value: T) -> None:
        self.set(value)

    def get(self) -> T:
        """The value; a container comes as a copy."""
        value: T = self._present(self._raw())
        return value

    @property
    def name(self) -> str:
        """The attribute's name."""
        return self._name

    @property
    def object(self) -> SObject:
        """The SObject that this is an attribute of."""
        return self._object

    @property
    def is_stateful(self) -> bool:
        """Whether its changes enter the undo history."""
        return self._spec.stateful

    # --- changing

    def set(self, value: T) -> None:
        """Set the whole value; setting what it is already does nothing.

        Raises:
            InvalidValue: not a value of this topic.
            InvalidChangeError: a validator refused it.
            Destroyed: the object is gone, or the attribute.
        """
        raw: Any = value
        if not (self._spec.takes_texts and type(raw) is str and raw.isascii()):  # `check` would give it back as it is
            try:
                raw = self.check(value)
            except InvalidValue as error:
                raise self._named(error) from None
        owner = self._object
        owner._os_tree.transactions.perform(self, Set(owner._os_id, self._name, raw))

    def set_to_default(self) -> None:
        """Set the value that the attribute began with."""
        self.set(self._present(self._spec.default))

    def add_validator(self, validator: Validator) -> Callable[[], None]:
        """Guard every change: `validator(new_value)` or `validator(new_value, change)` refuses it by returning something false, or raising
        ValueError with the reason; None, as of a function that returns nothing, lets it pass. Returns the function that removes it."""
        guard = two_argument_validator(validator)
        self._guards = (*self._guards, guard)

        def remove() -> None:
            self._guards = tuple(g for g in self._guards if g is not guard)

        return remove

    def on_change(self, handler: Callable[..., Any], live: bool = False) -> Callable[[], None]:
        """Call `handler(value)` (or `handler()`) after a transaction that changed it, also an undo; returns the function that ends it.

        Unlike a listener (`on_set`) it runs where event handlers run: after the commit, outside the lock; it may be `async def`, and what
        it raises undoes nothing. It is called with the newest value: a slow one misses steps, never the end. `live`: see `SObject.on`.

        Raises:
            TypeError: `handler` cannot be called.
        """
        if not callable(handler):
            raise TypeError(f"a handler must be callable, got {handler!r}")
        if self._signals is None:
            self._signals = {}
        handlers = self._signals.setdefault("on_change", ChangeHandlers())
        assert isinstance(handlers, ChangeHandlers)
        added = ChangeHandler(self, handlers, handler, live)
        handlers.handlers = (*handlers.handlers, added)

        def disconnect() -> None:
            handlers.handlers = tuple(each for each in handlers.handlers if each is not added)

        return disconnect

    # --- for subclasses

    @staticmethod
    def check(value: Any) -> Any:
        """The raw form of a value of this topic: an independent copy.

        Raises:
            InvalidValue: it is none.
        """
        raise NotImplementedError

    def _present(self, raw: Any) -> Any:
        """A raw value as users get it: independent of the stored one."""
        return copy_value(raw)

    def _apply(self, change: Change) -> Change | None:
        """Apply one change to the stored value.

        Returns the inverse, or None when nothing changed.

        Raises:
            InvalidChangeError: this kind of change, or this position, does not fit; nothing has changed.
        """
        if type(change) is not Set:
            raise self._unfit(change)
        values = self._object._os_values
        old = values.get(self._name, EMPTY)
        if old is EMPTY:
            old = self._spec.default
        if same_value(old, change.value):
            return None
        values[self._name] = change.value
        return Set(change.object, self._name, old)

    def _news(self, change: Change, inverse: Change) -> Iterator[News]:
        """What the special listeners hear of a change (on_set and on_set2 hear of all). Every call makes independent values."""
        return iter(())

    def _concrete(self, inverse: Change) -> Change:
        """An inverse as the change that undoes most exactly in the present state."""
        return inverse

    def _notify(self, change: Change, inverse: Change, before: Any, auto: bool) -> None:
        """Call the manual or the auto listeners. Each gets values of its own, so none can change another's.

        `before` is EMPTY when nobody wanted it as the change was made: an `on_set2` listener added since begins with the next one.
        """
        signals = self._signals
        if not signals:
            return
        signal = signals.get("on_set")
        if signal is not None:
            for listener in signal.auto if auto else signal.manual:
                listener(self._present(self._raw()))
        signal = signals.get("on_set2")
        if signal is not None and before is not EMPTY:
            for listener in signal.auto if auto else signal.manual:
                listener(self._present(before), self._present(self._raw()))
        if len(signals) > (("on_set" in signals) + ("on_set2" in signals)):
            for name, args, keywords in self._news(change, inverse):
                signal = signals.get(name)
                if signal is not None:
                    for listener in signal.auto if auto else signal.manual:
                        listener(*map(copy_value, args), **copy_value(keywords))

    def check_change(self, change: Any) -> Change:
        """A client's change with its value checked and copied.

        Raises:
            InvalidValue: the value is none of this topic's.
            InvalidChangeError: this kind of change does not fit the topic.
        """
        if type(change) is not Set:
            raise self._unfit(change)
        try:
            return Set(change.object, change.name, self.check(change.value))
        except InvalidValue as error:
            raise self._named(error) from None

    def _owner_gone(self) -> None:
        """The object is gone for good."""

    # --- inner

    def _snapshot_raw(self) -> Any:
        """The raw value, safe from later changes in place."""
        return copy_value(self._raw())

    def _raw(self) -> Any:
        value = self._object._os_values.get(self._name, EMPTY)
        return self._spec.default if value is EMPTY else value

    def _position(self, position: Any) -> int:
        try:
            return index(position)
        except TypeError:
            raise InvalidValue(f"{self}: expected a position (int), got {describe(position)}") from None

    def _perform(self, change: Change) -> None:
        self._object._os_tree.transactions.perform(self, change)

    def _signal(self, name: str) -> Signal:
        if self._signals is None:
            self._signals = {}
        signal = self._signals.get(name)
        if signal is None:
            signal = self._signals.setdefault(name, Signal())  # the first thread's, of two that ask at once
        return signal

    def _validate(self, raw: Any, change: Change) -> None:
        for guard in self._guards:
            try:
                verdict = guard(self._present(raw), change)
                refused = verdict is not None and not verdict  # of numpy, False is another object
            except InvalidChangeError:
                raise
            except (ValueError, TypeError) as error:
                raise InvalidChangeError(f"{self} refused {change_text(change)}: {error}", change) from error
            if refused:
                name = getattr(guard, "__name__", "a validator")
                raise InvalidChangeError(f"{self} refused {change_text(change)}: the validator {name!r} said no", change)

    def _named(self, error: InvalidValue) -> InvalidValue:
        return InvalidValue(f"{self}: {error.reason}", error.change)

    def _unfit(self, change: Change) -> InvalidChangeError:
        return InvalidChangeError(f"{self} cannot take a {type(change).__name__} change", change)

    def __bool__(self) -> bool:
        return bool(self._raw())

    def __str__(self) -> str:
        return f"{type(self).__name__} {self._name!r} of {self._object}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._raw()!r})"


def change_text(change: Change) -> str:
    """A change as error messages show it."""
    value = getattr(change, "value", getattr(change, "item", EMPTY))
    what = type(change).__name__.lower()
    return what if value is EMPTY else f"{what} {describe(value)}"


def passes(spec: AttributeSpec, raw: Any, id: str, name: str) -> bool:
    """Whether the declared validators take a plain value for an attribute of an object. Asking a topic costs more, but says who refused
    what, and why: so ask it when this says no. (A topic for each `tag` was a third of an element: benchmarks/core.py, "rows".)
    """
    if spec.topic_class._present is not Topic._present:
        return False
    value = raw if type(raw) is str else copy_value(raw)
    change = Set(id, name, raw)
    try:
        for guard in spec.validators:
            verdict = guard(value, change)
            if verdict is not None and not verdict:
                return False
    except Exception:
        return False
    return True


def two_argument_validator(validator: Validator) -> Validator:
    """A validator that takes only the new value, in the form that takes the change too."""
    try:
        inspect.signature(validator).bind(None, None)
    except TypeError:

        def guard(value: Any, change: Change) -> Any:
            return validator(value)

        guard.__name__ = getattr(validator, "__name__", "validator")
        guard.allows = getattr(validator, "allows", frozenset())  # type: ignore[attr-defined]  # read by AttributeSpec
        return guard
    except ValueError:  # a builtin without a signature: assume the documented form
        pass
    return validator

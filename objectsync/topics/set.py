"""SetTopic: an ordered set, changed item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from ..changes import Append, Change, Remove, Set
from ..errors import InvalidChangeError, InvalidPosition, InvalidValue, describe
from ..values import check_value, copy_value, value_key
from .base import NO_KEYWORDS, News, SignalSlot
from .container import ContainerTopic


class SetTopic(ContainerTopic):
    """An ordered set: each value once, in the order in which they were added."""

    __slots__ = ("_keys", "_keys_of")
    type_name = "set"
    default: ClassVar[Any] = []  # never handed out: copied for each object

    on_append = SignalSlot()
    """Called with each item that joins."""
    on_remove = SignalSlot()
    """Called with each item that leaves."""

    def __init__(self, owner: Any, name: str, spec: Any) -> None:
        super().__init__(owner, name, spec)
        self._keys: set[Any] = set()
        self._keys_of: Any = None

    @staticmethod
    def check(value: Any) -> list[Any]:
        if isinstance(value, (set, frozenset)):
            value = list(value)
        if not isinstance(value, (list, tuple)):
            raise InvalidValue(f"expected set or list, got {describe(value)}")
        checked: list[Any] = check_value(value)
        if len({value_key(item) for item in checked}) != len(checked):
            raise InvalidValue(f"expected each value once, got {describe(value)}")
        return checked

    def append(self, item: Any) -> None:
        """Add a value.

        Raises:
            InvalidChangeError: it is in the set already (`add` does not mind).
        """
        raw = self._item(item)
        with self._object._os_tree.lock:
            self._perform(Append(self._object._os_id, self._name, raw, len(self._raw())))

    def add(self, item: Any) -> None:
        """Add a value, if it is not in the set."""
        raw = self._item(item)
        with self._object._os_tree.lock:
            if value_key(raw) not in self._index():
                self._perform(Append(self._object._os_id, self._name, raw, len(self._raw())))

    def remove(self, item: Any) -> None:
        """Remove a value.

        Raises:
            InvalidChangeError: it is not in the set (`discard` does not mind).
        """
        self._perform(Remove(self._object._os_id, self._name, self._item(item)))

    def update(self, items: Iterable[Any]) -> None:
        """Add several values, those that are not in the set: one transaction."""
        with self._object._os_tree.record():
            for item in items:
                self.add(item)

    def clear(self) -> None:
        """Remove all values: one change."""
        self.set([])

    def discard(self, item: Any) -> None:
        """Remove a value, if it is in the set."""
        raw = self._item(item)
        with self._object._os_tree.lock:
            if value_key(raw) in self._index():
                self._perform(Remove(self._object._os_id, self._name, raw))

    def __contains__(self, item: Any) -> bool:
        try:
            return value_key(self._item(item)) in self._index()
        except InvalidValue:
            return False

    def __iter__(self) -> Iterator[Any]:
        return map(self._show, tuple(self._raw()))

    def check_change(self, change: Any) -> Change:
        if type(change) is Append:
            index = len(self._raw()) if change.index == -1 else change.index
            return Append(change.object, change.name, self._item(change.item), index)
        if type(change) is Remove:
            return Remove(change.object, change.name, self._item(change.item))
        return super().check_change(change)

    def _index(self) -> set[Any]:
        """The keys of the stored items: membership without a search."""
        if self._keys_of is not self._raw():
            with self._object._os_tree.lock:  # nobody changes the items meanwhile
                raw = self._raw()
                self._keys = {value_key(item) for item in raw}
                self._keys_of = raw
        return self._keys

    def _apply(self, change: Change) -> Change | None:
        if type(change) is Set:
            return self._set(change)
        items = self._raw()
        keys = self._index()
        if isinstance(change, Append):
            key = value_key(change.item)
            if key in keys:
                raise InvalidChangeError(f"{self}: {describe(change.item)} is in the set already", change)
            if not 0 <= change.index <= len(items):
                raise InvalidPosition(f"{self}: index {change.index} is outside a set of {len(items)}", change)
            self._own().insert(change.index, copy_value(change.item))
            self._index().add(key)
            return Remove(change.object, self._name, change.item)
        if isinstance(change, Remove):
            key = value_key(change.item)
            if key not in keys:
                raise InvalidChangeError(f"{self}: {describe(change.item)} is not in the set", change)
            index = next(i for i, item in enumerate(items) if value_key(item) == key)
            items = self._own()
            self._index().discard(key)
            return Append(change.object, self._name, items.pop(index), index)
        raise self._unfit(change)

    def _news(self, change: Any, inverse: Any) -> Iterator[News]:
        kind = type(change)
        if kind is Append:
            yield "on_append", (self._show(change.item),), NO_KEYWORDS
        elif kind is Remove:
            yield "on_remove", (self._show(change.item),), NO_KEYWORDS
        else:
            old = {value_key(item): item for item in inverse.value}
            new = {value_key(item): item for item in change.value}
            for key, item in old.items():
                if key not in new:
                    yield "on_remove", (self._show(item),), NO_KEYWORDS
            for key, item in new.items():
                if key not in old:
                    yield "on_append", (self._show(item),), NO_KEYWORDS

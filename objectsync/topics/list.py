"""ListTopic: a list, changed item by item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from ..changes import Change, Insert, Move, Pop, Replace, Set
from ..errors import InvalidChangeError, InvalidPosition, InvalidValue, describe
from ..values import check_value, copy_value, same_value, value_key
from .base import NO_KEYWORDS, News, SignalSlot
from .container import ContainerTopic


class ListTopic(ContainerTopic):
    """A list."""

    __slots__ = ()
    type_name = "list"
    default: ClassVar[Any] = []  # never handed out: copied for each object

    on_insert = SignalSlot()
    """Called with the item and its index; a replaced or moved item is popped and inserted."""
    on_pop = SignalSlot()
    """Called with the item that goes and the index where it was."""

    @staticmethod
    def check(value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise InvalidValue(f"expected list, got {describe(value)}")
        checked: list[Any] = check_value(value)
        return checked

    def insert(self, item: Any, position: int = -1) -> None:
        """Insert before `position`; negative ones count from behind, so -1 appends (as the older ObjectSync did).

        Raises:
            InvalidPosition: outside the list.
            InvalidValue: the item cannot be sent.
        """
        raw = self._item(item)
        with self._object._os_tree.lock:
            length = len(self._raw())
            if type(position) is not int:
                position = self._position(position)
            index = position if position >= 0 else length + position + 1
            if not 0 <= index <= length:
                raise InvalidPosition(f"{self}: position {position} is outside a list of {length}; use 0 to {length}, or -1 to append")
            self._perform(Insert(self._object._os_id, self._name, index, raw))

    def append(self, item: Any) -> None:
        """Add at the end."""
        self.insert(item, -1)

    def extend(self, items: Iterable[Any]) -> None:
        """Add several at the end: one transaction."""
        with self._object._os_tree.record():
            for item in items:
                self.insert(item, -1)

    def clear(self) -> None:
        """Remove all items: one change."""
        self.set([])

    def pop(self, position: int = -1) -> Any:
        """Remove and return the item at `position`.

        Raises:
            InvalidPosition: outside the list.
        """
        with self._object._os_tree.lock:
            index = self._index(position)
            item = self._show(self._raw()[index])
            self._perform(Pop(self._object._os_id, self._name, index))
            return item

    def remove(self, item: Any) -> None:
        """Remove the first item equal to `item`.

        Raises:
            ValueError: there is none.
        """
        with self._object._os_tree.lock:
            self._perform(Pop(self._object._os_id, self._name, self.index(item)))

    def move(self, position: int, to: int) -> None:
        """Move the item at `position`, so that it is at `to` afterwards.

        Raises:
            InvalidPosition: either is outside the list.
        """
        with self._object._os_tree.lock:
            index, target = self._index(position), self._index(to)
            if index != target:
                self._perform(Move(self._object._os_id, self._name, index, target))

    def index(self, item: Any) -> int:
        """Where the first item equal to `item` is.

        Raises:
            ValueError: there is none.
        """
        raw = self._item(item)
        for index, other in enumerate(self._raw()):
            if same_value(other, raw):
                return index
        raise InvalidChangeError(f"{self}: {describe(item)} is not in the list")

    @staticmethod
    def unique_validator(value: list[Any], change: Any = None) -> bool:
        """A validator: no item twice."""
        return len({value_key(item) for item in value}) == len(value)

    def __getitem__(self, index: int | slice) -> Any:
        raw = self._raw()
        if isinstance(index, slice):
            return [self._show(item) for item in raw[index]]
        return self._show(raw[self._index(index)])

    def __setitem__(self, index: int, item: Any) -> None:
        raw = self._item(item)
        with self._object._os_tree.lock:
            self._perform(Replace(self._object._os_id, self._name, self._index(index), raw))

    def __delitem__(self, index: int) -> None:
        with self._object._os_tree.lock:
            self._perform(Pop(self._object._os_id, self._name, self._index(index)))

    def __iter__(self) -> Iterator[Any]:
        return map(self._show, tuple(self._raw()))

    def __contains__(self, item: Any) -> bool:
        try:
            raw = self._item(item)
        except InvalidValue:
            return False
        return any(same_value(other, raw) for other in self._raw())

    def check_change(self, change: Any) -> Change:
        # On the wire, -1 is the end; in the log, every index is a real one.
        length = len(self._raw())
        last = length - 1
        match change:
            case Insert(object, name, index, item):
                return Insert(object, name, length if index == -1 else index, self._item(item))
            case Pop(object, name, index):
                return Pop(object, name, last if index == -1 else index)
            case Replace(object, name, index, item):
                return Replace(object, name, last if index == -1 else index, self._item(item))
            case Move(object, name, index, to):
                return Move(object, name, last if index == -1 else index, last if to == -1 else to)
            case _:
                return super().check_change(change)

    def _index(self, position: int) -> int:
        length = len(self._raw())
        if type(position) is not int:
            position = self._position(position)
        index = position + length if position < 0 else position
        if not 0 <= index < length:
            raise InvalidPosition(f"{self}: position {position} is outside a list of {length}")
        return index

    def _apply(self, change: Change) -> Change | None:
        kind = type(change)
        if kind is Set:
            return self._set(change)  # type: ignore[arg-type]  # `kind` is known
        items = self._raw()
        name = self._name
        if isinstance(change, Insert):
            self._within(change.index, len(items) + 1, change)
            items = self._own()
            items.insert(change.index, copy_value(change.item))
            return Pop(change.object, name, change.index)
        if isinstance(change, Pop):
            self._within(change.index, len(items), change)
            return Insert(change.object, name, change.index, self._own().pop(change.index))
        if isinstance(change, Replace):
            self._within(change.index, len(items), change)
            old = items[change.index]
            if same_value(old, change.item):
                return None
            items = self._own()
            items[change.index] = copy_value(change.item)
            return Replace(change.object, name, change.index, old)
        if isinstance(change, Move):
            self._within(change.index, len(items), change)
            self._within(change.to, len(items), change)
            if change.index == change.to:
                return None
            items = self._own()
            items.insert(change.to, items.pop(change.index))
            return Move(change.object, name, change.to, change.index)
        raise self._unfit(change)

    def _within(self, index: int, length: int, change: Change) -> None:
        if not 0 <= index < length:
            raise InvalidPosition(f"{self}: index {index} is outside a list of {len(self._raw())}", change)

    def _news(self, change: Any, inverse: Any) -> Iterator[News]:
        kind = type(change)
        if kind is Insert:
            yield "on_insert", (self._show(change.item), change.index), NO_KEYWORDS
        elif kind is Pop:
            yield "on_pop", (self._show(inverse.item), change.index), NO_KEYWORDS
        elif kind is Replace:
            yield "on_pop", (self._show(inverse.item), change.index), NO_KEYWORDS
            yield "on_insert", (self._show(change.item), change.index), NO_KEYWORDS
        elif kind is Move:
            item = self._show(self._raw()[change.to])
            yield "on_pop", (item, change.index), NO_KEYWORDS
            yield "on_insert", (item, change.to), NO_KEYWORDS
        else:
            for index in range(len(inverse.value) - 1, -1, -1):
                yield "on_pop", (self._show(inverse.value[index]), index), NO_KEYWORDS
            for index, item in enumerate(change.value):
                yield "on_insert", (self._show(item), index), NO_KEYWORDS

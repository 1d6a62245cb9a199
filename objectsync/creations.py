"""Creations in a row, written as one `creates` change: a table of a thousand rows is a third of the bytes, and is read as fast as JSON is.

Rules: what is written means the same as the `create` of each object, followed by its tags and dynamic attributes. These wait until the row
ends, since no creation needs them. A row ends where an id is not the next number, and with `end`; a short one stays single changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .changes import Change, Create, Creates
from .snapshot import describe_object

if TYPE_CHECKING:
    from .sobject import SObject

_SHORTEST = 8
"""Objects; for fewer, naming what they have in common saves nothing."""


class Creations:
    """Appends the changes that create objects to a list. The values are the objects' own: encode them before anything changes."""

    __slots__ = ("_count", "_first", "_into", "_items", "_later", "_next", "_parent", "_shape_numbers", "_shapes")

    def __init__(self, into: list[Change]) -> None:
        self._into = into
        self._begin()

    def _begin(self) -> None:
        self._first = self._count = 0
        self._next = ""
        self._parent: str | None = None
        self._items: list[Any] = []
        self._shapes: list[tuple[str, list[str]]] = []
        self._shape_numbers: dict[tuple[str, ...], int] = {}
        self._later: list[Change] = []

    def take(self, sobject: SObject, parent: str | None) -> None:
        """The next object, born to the parent with that id."""
        id = sobject._os_id
        kind = sobject._os_type
        values = sobject._os_values
        later: list[Change] | None = None
        if sobject._os_dynamic or sobject._os_tags or kind.superseded:
            described: list[Change] = []
            describe_object(sobject, parent, described, share=True)
            create, *later = described
            assert isinstance(create, Create)
            values = create.attributes
        if id != self._next:
            self.end()
            if parent is None or not id.isdecimal() or str(number := int(id)) != id:
                self._into.append(Create(id, kind.name, parent, -1, values))
                self._into += later or ()
                return
            self._first = number
        if later:
            self._later += later
        items = self._items
        key = (kind.name, *values)
        shape = self._shape_numbers.get(key)
        if shape is None:
            shape = self._shape_numbers[key] = len(self._shapes)
            self._shapes.append((kind.name, list(values)))
        items.append(shape)
        items.append(0 if parent == self._parent else self._reference(parent))
        items += values.values()
        self._count += 1
        self._next = str(self._first + self._count)

    def end(self) -> None:
        """What comes now is another change, or nothing."""
        if not self._count:
            return
        row = Creates(str(self._first), self._shapes, self._items)
        if self._count < _SHORTEST:
            self._into += row.each()
        else:
            self._into.append(row)
        self._into += self._later
        self._begin()

    def _reference(self, parent: str | None) -> int | str:
        assert parent is not None
        self._parent = parent
        if parent.isdecimal():
            number = int(parent)
            if self._first <= number < self._first + self._count and str(number) == parent:
                return self._first + self._count - number
        return parent

"""Creations in a row, written as one `creates` change: a table of a thousand rows is a third of the bytes, and is read as fast as JSON is.

Rules: what is written means the same as the `create` of each object, followed by its tags and dynamic attributes. These wait until the row
ends, since no creation needs them. A row ends where an id is not the next number; a short one stays single changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .changes import Change, Create, Creates
from .snapshot import describe_object

if TYPE_CHECKING:
    from .sobject import SObject

_SHORTEST = 8
"""Objects; for fewer, naming what they have in common saves nothing."""


class Creations:
    """Appends the changes that create objects to a list. The values are the objects' own: encode them before anything changes."""

    __slots__ = ("_count", "_first", "_into", "_items", "_later", "_shape_numbers", "_shapes")

    def __init__(self, into: list[Change]) -> None:
        self._into = into
        self._begin()

    def _begin(self) -> None:
        self._first = self._count = 0
        self._items: list[Any] = []
        self._shapes: list[tuple[str, list[str]]] = []
        self._shape_numbers: dict[tuple[str, ...], int] = {}
        self._later: list[Change] = []

    def take(self, sobjects: Iterable[SObject], birthplaces: Mapping[SObject, str]) -> None:
        """Objects in the order of their creation, born to the parents that they have now, unless `birthplaces` says another id.

        One loop with what it needs at hand: it is run for every element (benchmarks/core.py, "rows").
        """
        items, numbers, count, next_id = self._items, self._shape_numbers, 0, ""
        last: str | None = None
        for sobject in sobjects:
            id = sobject._os_id
            values = sobject._os_values
            above = sobject._os_parent
            parent = None if above is None else above._os_id
            if birthplaces and sobject in birthplaces:
                parent = birthplaces[sobject]
            later: list[Change] | None = None
            kind = sobject._os_type
            if sobject._os_dynamic or sobject._os_tags or kind.superseded:
                described: list[Change] = []
                describe_object(sobject, parent, described, share=True)
                create, *later = described
                assert isinstance(create, Create)
                values = create.attributes
            if id != next_id:
                self._count = count
                self._end()
                items, numbers, count, next_id, last = self._items, self._shape_numbers, 0, "", None
                if parent is None or not id.isdecimal() or str(number := int(id)) != id:
                    self._into.append(Create(id, kind.name, parent, -1, values))
                    self._into += later or ()
                    continue
                self._first = number
            if later:
                self._later += later
            key = (kind.name, *values)
            shape = numbers.get(key)
            if shape is None:
                shape = numbers[key] = len(self._shapes)
                self._shapes.append((kind.name, list(values)))
            if parent == last:
                items += (shape, 0, *values.values())
            else:
                items += (shape, self._reference(parent, count), *values.values())
                last = parent
            count += 1
            next_id = str(self._first + count)
        self._count = count
        self._end()

    def _end(self) -> None:
        if not self._count:
            return
        row = Creates(str(self._first), self._shapes, self._items)
        if self._count < _SHORTEST:
            self._into += row.each()
        else:
            self._into.append(row)
        self._into += self._later
        self._begin()

    def _reference(self, parent: str | None, count: int) -> int | str:
        assert parent is not None
        if parent.isdecimal():
            number = int(parent)
            if self._first <= number < self._first + count and str(number) == parent:
                return self._first + count - number
        return parent

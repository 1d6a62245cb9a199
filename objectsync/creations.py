"""Creations in a row, written as one `creates` change: a table of a thousand rows is a third of the bytes, and is read as fast as JSON is.

Rules: what is written means the same as the `create` of each object, followed by its tags and dynamic attributes. These wait until the row
ends, since no creation needs them. A row ends where an id is not the next number; a short one stays single changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .changes import Change, Create, Creates
from .snapshot import describe_object

if TYPE_CHECKING:
    from .sobject import SObject

_SHORTEST = 8
"""Objects; for fewer, naming what they have in common saves nothing."""


class _Path(dict[Any, "_Path"]):
    """From a type, by the names of an object's values, to the number of its shape. (A tuple of the names as the key took twice as long.)"""

    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number = -1

    def __missing__(self, key: Any) -> _Path:
        path = self[key] = _Path()
        return path


class Creations:
    """Appends the changes that create objects to a list. The values are the objects' own: encode them before anything changes."""

    def __init__(self, into: list[Change]) -> None:
        self._into = into

    def take(self, sobjects: Sequence[SObject], birthplaces: Mapping[SObject, str], numbered: bool = False) -> None:
        """Objects in the order of their creation, born to the parents that they have now, unless `birthplaces` says another id.

        `numbered` says that each of their ids is a greater number than the one before.
        """
        for first, row in _rows(sobjects, numbered):
            if first < 0 or len(row) < _SHORTEST:
                for sobject in row:
                    describe_object(sobject, birthplace_of(sobject, birthplaces), self._into, share=True)
            else:
                self._write(first, row, birthplaces)

    def _write(self, first: int, row: Sequence[SObject], birthplaces: Mapping[SObject, str]) -> None:
        """One row. What the loop needs is at hand, since it is run for every element (benchmarks/core.py, "rows")."""
        items: list[Any] = []
        append, extend = items.append, items.extend
        shapes: list[tuple[str, list[str]]] = []
        paths = _Path()
        later: list[Change] = []
        last: SObject | None = None
        for number, sobject in enumerate(row, first):
            values = sobject._os_values
            above = sobject._os_parent
            kind = sobject._os_type
            if sobject._os_dynamic or sobject._os_tags or kind.superseded:
                described: list[Change] = []
                describe_object(sobject, None, described, share=True)
                create, *more = described
                assert isinstance(create, Create)
                values = create.attributes
                later += more
            path = paths[kind]
            for name in values:
                path = path[name]
            shape = path.number
            if shape < 0:
                shape = path.number = len(shapes)
                shapes.append((kind.name, list(values)))
            append(shape)
            if birthplaces and sobject in birthplaces:
                append(_reference(birthplaces[sobject], first, number))
                last = None
            elif above is last:
                append(0)
            else:
                assert above is not None
                append(_reference(above._os_id, first, number))
                last = above
            extend(values.values())
        self._into.append(Creates(str(first), shapes, items))
        self._into += later


def _rows(sobjects: Sequence[SObject], numbered: bool) -> Iterator[tuple[int, Sequence[SObject]]]:
    """Those whose ids are successive numbers, with the first of these; -1 where it is no number (or the object is the root)."""
    if numbered and len(sobjects) >= _SHORTEST:
        first = int(sobjects[0]._os_id)
        if int(sobjects[-1]._os_id) - first == len(sobjects) - 1:
            yield first, sobjects
            return
    begin, first, next_id = 0, -1, ""
    for position, sobject in enumerate(sobjects):
        id = sobject._os_id
        if id != next_id:
            if position > begin:
                yield first, sobjects[begin:position]
            begin = position
            first = int(id) if id.isdecimal() and sobject._os_parent is not None and str(int(id)) == id else -1
        next_id = "" if first < 0 else str(first + position - begin + 1)
    if len(sobjects) > begin:
        yield first, sobjects[begin:]


def birthplace_of(sobject: SObject, birthplaces: Mapping[SObject, str]) -> str | None:
    """The id of the parent that an object was born to; None for the root."""
    if birthplaces and sobject in birthplaces:
        return birthplaces[sobject]
    above = sobject._os_parent
    return None if above is None else above._os_id


def _reference(parent: str, first: int, number: int) -> int | str:
    """How the object with this number tells its parent: by how far back it is in the row, or by its id."""
    if parent.isdecimal():
        above = int(parent)
        if first <= above < number and str(above) == parent:
            return number - above
    return parent

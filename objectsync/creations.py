"""Creations in a row, written as one change: of a table, little more than its texts is left.

Rules: what is written means the same as the `create` of each object, followed by its tags and dynamic attributes. These wait until the row
ends, since no creation needs them. A row ends where an id is not the next number; a short one stays single changes. What repeats in it,
such as the rows of a table, is written as `rows` (the shape once, then only values), the rest as `creates`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from .changes import Change, Create, Creates, Rows
from .snapshot import describe_object

if TYPE_CHECKING:
    from .sobject import SObject

_SHORTEST = 8
"""Objects; for fewer, naming what they have in common saves nothing."""

_FEWEST = 8
"""Repetitions that are worth a shape of their own."""

_WIDEST = 64
"""Objects in what repeats."""

_TRIES = 64
"""Places at which a row that has not repeated yet is asked whether it begins to: what is irregular shall not take long."""


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
            if first < 0 or birthplaces:
                self._between(first, row, birthplaces)
            else:
                self._split(first, row)

    def _split(self, first: int, row: Sequence[SObject]) -> None:
        """One row: what repeats in it, and what is between."""
        start = at = 0
        tries = _TRIES
        while tries and len(row) - at >= _FEWEST:
            width, times = _repetition(row, at)
            if times:
                self._between(first + start, row[start:at], {})
                self._repeat(first + at, row[at : at + width * times], width)
                start = at = at + width * times
                tries = _TRIES
            else:
                at += 1
                tries -= 1
        self._between(first + start, row[start:] if start else row, {})

    def _between(self, first: int, row: Sequence[SObject], birthplaces: Mapping[SObject, str]) -> None:
        """What does not repeat."""
        if first >= 0 and len(row) >= _SHORTEST:
            self._write(first, row, birthplaces)
        else:
            for sobject in row:
                describe_object(sobject, birthplace_of(sobject, birthplaces), self._into, share=True)

    def _repeat(self, first: int, row: Sequence[SObject], width: int) -> None:
        """Rows of one shape."""
        times = len(row) // width
        shape: list[tuple[str, int, list[str], dict[str, Any]]] = []
        columns: list[list[Any]] = []
        for place, sobject in enumerate(row[:width]):
            above = sobject._os_parent
            back = next(back for back in range(1, place + 1) if row[place - back] is above) if place else 0
            names: list[str] = []
            same: dict[str, Any] = {}
            tables = [sobject._os_values for sobject in row[place::width]]
            for name in sobject._os_values:
                column = [table[name] for table in tables]
                value = column[0]
                # Of texts alone: 1 equals True. Most differ in the second row already.
                if type(value) is str and column[1] == value and column.count(value) == times:
                    same[name] = value
                else:
                    names.append(name)
                    columns.append(column)
            shape.append((sobject._os_type.name, back, names, same))
        parent = row[0]._os_parent
        assert parent is not None, "the root is in no row"
        values = columns[0] if len(columns) == 1 else list(chain.from_iterable(zip(*columns, strict=True)))
        self._into.append(Rows(str(first), parent._os_id, times, shape, values))

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


def _repetition(row: Sequence[SObject], at: int) -> tuple[int, int]:
    """How many objects from `at` on repeat, and how often; (0, 0) where they do not, or not often enough.

    Asked a column at a time: it is run for every element (benchmarks/core.py, "rows").
    """
    parent = row[at]._os_parent
    most = min(at + _WIDEST, at + (len(row) - at) // _FEWEST)
    width = next((n - at for n in range(at + 1, most + 1) if row[n]._os_parent is parent), 0)
    # A look at the first few, before all are asked.
    if not width or _times(row[at : at + width * _FEWEST], width) < _FEWEST:
        return 0, 0
    return width, _times(row[at:] if at else row, width)


def _times(row: Sequence[SObject], width: int) -> int:
    """How often the first `width` objects are repeated, themselves included."""
    # By what they are, whatever a class of the user's takes for equal.
    parents = [id(sobject._os_parent) for sobject in row]
    itself = list(map(id, row))
    columns = [(parents[width::width], parents[:-width:width])]
    for place in range(1, width):
        back = next((back for back in range(1, place + 1) if itself[place - back] == parents[place]), 0)
        if not back:
            return 0
        columns.append((parents[place::width], itself[place - back :: width]))
    types = [sobject._os_type for sobject in row]
    if any(kind.superseded for kind in types[:width]):
        return 0
    tables = [sobject._os_values for sobject in row]
    names = list(map(tuple, tables))
    alike = len(row) // width
    if any(sobject._os_dynamic or sobject._os_tags for sobject in row):
        alike = next(n for n, sobject in enumerate(row) if sobject._os_dynamic or sobject._os_tags) // width
    for number, (ours, theirs) in enumerate(columns):
        alike = min(alike, _alike(ours, theirs) + (number == 0))
    for each in (types, names):
        alike = min(alike, _alike(each[width:], each[:-width]) // width + 1)
    return alike


def _alike(ours: Sequence[Any], theirs: Sequence[Any]) -> int:
    """How many items are equal, from the first on."""
    most = min(len(ours), len(theirs))
    if ours[:most] == theirs[:most]:
        return most
    return next(n for n in range(most) if ours[n] != theirs[n])


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

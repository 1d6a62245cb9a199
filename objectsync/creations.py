"""Creations in a row, written as one change: of a table, little more than its texts is left.

Rules: what is written means the same as the `create` of each object, followed by its tags and dynamic attributes. These wait until the row
ends, since no creation needs them. A row ends where an id is not the next number; a short one stays single changes. What repeats in it,
such as the rows of a table, is written as `rows` (the shape once, then only values), the rest as `creates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from operator import is_, itemgetter
from typing import TYPE_CHECKING, Any

from .changes import Change, Create, Creates, Rows
from .snapshot import describe_object, values_of

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


class _Row:
    """Objects in a row, and what is asked of each: read once, since to read it takes most of the time (benchmarks/core.py, "rows")."""

    __slots__ = ("details", "firsts", "kinds", "parents", "sobjects", "texts")

    def __init__(self, sobjects: Sequence[SObject], plain: bool) -> None:
        self.sobjects = sobjects
        self.parents = [sobject._os_parent for sobject in sobjects]
        self.kinds = [sobject._os_type for sobject in sobjects]
        self.texts = [sobject._os_text for sobject in sobjects]
        """None of an object that has a table of values."""
        self.firsts = [sobject._os_first for sobject in sobjects]
        self.details = [] if plain else [sobject._os_dynamic or sobject._os_tags or None for sobject in sobjects]
        """Dynamic attributes, or tags where there are none of these, or None; nothing where none of them has any."""

    def __len__(self) -> int:
        return len(self.sobjects)

    def part(self, start: int, end: int) -> _Row:
        """Those from `start` on, up to `end`."""
        if start == 0 and end == len(self.sobjects):
            return self
        part = _Row((), True)
        for name in self.__slots__:
            setattr(part, name, getattr(self, name)[start:end])
        return part


class Creations:
    """Appends the changes that create objects to a list. The values are the objects' own: encode them before anything changes."""

    def __init__(self, into: list[Change]) -> None:
        self._into = into

    def take(self, sobjects: Sequence[SObject], birthplaces: Mapping[SObject, str], numbered: bool = False, plain: bool = False) -> None:
        """Objects in the order of their creation, born to the parents that they have now, unless `birthplaces` says another id.

        `numbered` says that each of their ids is a greater number than the one before, `plain` that they have neither dynamic attributes
        nor tags.
        """
        for first, row in _rows(sobjects, numbered):
            if first < 0 or len(row) < _SHORTEST:
                for sobject in row:
                    describe_object(sobject, birthplace_of(sobject, birthplaces), self._into, share=True)
            elif birthplaces:
                self._write(first, _Row(row, plain), birthplaces)
            else:
                self._split(first, _Row(row, plain))

    def _split(self, first: int, row: _Row) -> None:
        """One row: what repeats in it, and what is between."""
        start = at = 0
        tries = _TRIES
        length = len(row)
        while tries and length - at >= _FEWEST:
            width, times, columns = _repetition(row, at)
            if times:
                self._between(first + start, row.part(start, at))
                self._repeat(first + at, row.part(at, at + width * times), width, columns)
                start = at = at + width * times
                tries = _TRIES
            else:
                at += 1
                tries -= 1
        self._between(first + start, row.part(start, length))

    def _between(self, first: int, row: _Row) -> None:
        """What does not repeat."""
        if len(row) >= _SHORTEST:
            self._write(first, row, {})
        else:
            for sobject in row.sobjects:
                describe_object(sobject, birthplace_of(sobject, {}), self._into, share=True)

    def _repeat(self, first: int, row: _Row, width: int, read: list[dict[str, list[Any]]]) -> None:
        """Rows of one shape. `read` are the values by place and name, perhaps of more rows."""
        times = len(row) // width
        shape: list[tuple[str, int, list[str], dict[str, Any]]] = []
        columns: list[list[Any]] = []
        for place in range(width):
            names: list[str] = []
            same: dict[str, Any] = {}
            for name, column in read[place].items():
                if len(column) > times:
                    del column[times:]
                value = column[0]
                # Of texts alone: 1 equals True. Most differ in the second row already.
                if type(value) is str and column[1] == value and column.count(value) == times:
                    same[name] = value
                else:
                    names.append(name)
                    columns.append(column)
            shape.append((row.kinds[place].name, _back(row, 0, place), names, same))
        parent = row.parents[0]
        assert parent is not None, "the root is in no row"
        values = columns[0] if len(columns) == 1 else list(chain.from_iterable(zip(*columns, strict=True)))
        self._into.append(Rows(str(first), parent._os_id, times, shape, values))

    def _write(self, first: int, row: _Row, birthplaces: Mapping[SObject, str]) -> None:
        """One row. What the loop needs is at hand, since it is run for every element (benchmarks/core.py, "rows")."""
        items: list[Any] = []
        append, extend = items.append, items.extend
        shapes: list[tuple[str, list[str]]] = []
        paths = _Path()
        later: list[Change] = []
        last: SObject | None = None
        number = first
        all_details = row.details or repeat(None)
        for sobject, above, kind, details in zip(row.sobjects, row.parents, row.kinds, all_details, strict=False):
            values = values_of(sobject)
            if details or kind.superseded:
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
            number += 1
        self._into.append(Creates(str(first), shapes, items))
        self._into += later


def _repetition(row: _Row, at: int) -> tuple[int, int, list[dict[str, list[Any]]]]:
    """How many objects from `at` on repeat, how often, and their values by place and name; zeros where they do not, or not often enough.

    Asked a column at a time: it is run for every element (benchmarks/core.py, "rows").
    """
    parents = row.parents
    parent = parents[at]
    most = min(at + _WIDEST, at + (len(row) - at) // _FEWEST)
    width = next((n - at for n in range(at + 1, most + 1) if parents[n] is parent), 0)
    # A look at the first few, before all are asked.
    if not width or _times(row, at, at + width * _FEWEST, width)[0] < _FEWEST:
        return 0, 0, []
    return (width, *_times(row, at, len(row), width))


def _times(row: _Row, at: int, end: int, width: int) -> tuple[int, list[dict[str, list[Any]]]]:
    """How often the first `width` objects from `at` on are repeated, themselves included, and their values by place and name."""
    kinds = row.kinds[at:end]
    columns: list[dict[str, list[Any]]] = []
    if any(kind.superseded for kind in kinds[:width]):
        return 0, columns
    # Mostly all are of one type: to count is quicker than to compare.
    alike = len(kinds) // width if kinds.count(kinds[0]) == len(kinds) else _alike(kinds[width:], kinds) // width + 1
    if row.details:
        alike = min(alike, _alike(row.details[at:end], repeat(None)) // width)
    for place in range(width):
        ours = row.parents[at + place : end : width]
        if place:
            back = _back(row, at, place)
            if not back:
                return 0, columns
            alike = min(alike, _alike(ours, row.sobjects[at + place - back : end : width]))
        else:
            alike = min(alike, _alike(ours, repeat(ours[0])))
        texts = row.texts[at + place : end : width]
        if None in texts:
            named, values = _of_tables([values_of(sobject) for sobject in row.sobjects[at + place : end : width]])
        else:
            named, values = _of_texts(texts, row.firsts[at + place : end : width], kinds[place].first)
        alike = min(alike, named)
        columns.append(values)
    return alike, columns


def _back(row: _Row, at: int, place: int) -> int:
    """How far before the object at this place of the first row its parent is; 0 where it is not in that row."""
    above = row.parents[at + place]
    return next((back for back in range(1, place + 1) if row.sobjects[at + place - back] is above), 0)


def _alike(ours: Iterable[Any], theirs: Iterable[Any]) -> int:
    """How many are the very same objects, whatever a class of the user's takes for equal, from the first on."""
    same = list(map(is_, ours, theirs))
    return len(same) if all(same) else same.index(False)


def _of_texts(texts: list[Any], firsts: list[Any], first: str) -> tuple[int, dict[str, list[Any]]]:
    """How many objects have values of the same names as the first one, from the first one on; and these values, by name. Of objects without
    tables: from their texts, and from what else they have, which is called `first`."""
    columns: dict[str, list[Any]] = {}
    alike = len(texts)
    for name, values in ("text", texts), (first, firsts):
        if values[0]:
            columns[name] = values
            if not all(values):
                alike = min(alike, next(n for n, value in enumerate(values) if not value))
        elif any(values):
            alike = min(alike, next(n for n, value in enumerate(values) if value))
    for values in columns.values():
        del values[alike:]
    return alike, columns


def _of_tables(tables: Sequence[dict[str, Any]]) -> tuple[int, dict[str, list[Any]]]:
    """The same, of tables."""
    names = tables[0].keys()
    alike = len(tables)
    if list(map(len, tables)).count(len(names)) == alike:
        try:
            return alike, {name: list(map(itemgetter(name), tables)) for name in names}
        except KeyError:
            pass
    alike = next(n for n, table in enumerate(tables) if table.keys() != names)
    return alike, {name: list(map(itemgetter(name), tables[:alike])) for name in names}


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

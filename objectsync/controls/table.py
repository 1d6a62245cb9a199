"""A table of any length: the page asks for the rows that it shows, and for no others.

Rules: the data stay in Python, as columns of plain values; `sort` and `selected` are everyone's. Rows are named by their place in the data,
whatever the order they are shown in. An edit is checked against its column (cells.py), changes the data, and is told to `on_edit` after
that, as events are; it is not part of the undo history.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

from ..emissions import Emission
from ..errors import InvalidChangeError
from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import BoolTopic, EventTopic, GenericTopic, IntTopic, ListTopic, StringTopic
from .base import Control, Handler
from .cells import entered, is_missing, kind_of, plain, shown, whole

MOST_ROWS: Final = 500
"""Of one answer to a page."""
_PICTURE_ROWS = 20
_SHOWN_ROWS = 100


class Table(Control, frontend_type="objectsync.table"):
    """Shows a DataFrame, records or columns: `Table(df)`, `Table([{"name": "Ada", "age": 36}])`, `Table({"x": [1, 2]})`."""

    columns = attribute(ListTopic, is_stateful=False, order_strict=True, writable=False)
    """`{"name", "kind"}` each; the kind is "number", "bool" or "text"."""
    length = attribute(IntTopic, 0, is_stateful=False, order_strict=True, writable=False)
    version = attribute(IntTopic, 0, is_stateful=False, order_strict=False, writable=False)
    """Counts changes of the data: what a page has fetched before is old."""
    sort = attribute(GenericTopic, None, is_stateful=False, order_strict=True)
    """None, or `[column, descending]`."""
    selected = attribute(ListTopic, is_stateful=False, order_strict=True)
    """The places of the selected rows in the data."""
    selectable = attribute(BoolTopic, False, writable=False)
    editable = attribute(ListTopic, writable=False)
    """The names of the columns that a page may edit."""
    edit = attribute(EventTopic)
    """A cell is to have another value: its `row` (the place in the data), `column`, and the `value` as it was entered."""
    height = attribute(StringTopic, "20rem", writable=False)

    def build(
        self,
        data: Any = (),
        *,
        label: str = "",
        height: str = "20rem",
        selectable: bool = False,
        editable: bool | str | Iterable[str] = False,
        on_select: Handler | None = None,
        on_edit: Callable[[int, str, Any], Any] | None = None,
        **look: Any,
    ) -> None:
        """Make it.

        Args:
            data: A DataFrame (pandas, polars and their like), records (dicts), columns (a dict of sequences), or rows (sequences).
            label: What it is called, for those who cannot see it.
            height: What it may take, as CSS has it; longer tables scroll.
            selectable: Whether rows can be selected.
            editable: Whether cells can be edited: all, or those of the columns named (one name or several).
            on_select: Called with the places of the selected rows after each change.
            on_edit: Called with a row's place, a column's name and the new value after each edit; the value stays if this fails.
            look: `hidden`, `style`, `classes`.

        Raises:
            TypeError: `data` is of another kind.
            ValueError: columns of different lengths, or `editable` names one that is not there.
        """
        self._look(label, **look, height=height, selectable=selectable)
        self._on_edit = on_edit
        self.set_data(data)
        if editable:
            self.editable.set(_chosen(editable, list(self._data)))
        if on_select is not None:
            self.selected.on_change(on_select)

    def init(self) -> None:
        if not hasattr(self, "_data"):
            self._data: dict[str, list[Any]] = {column["name"]: [] for column in self.columns.value}
            self._order: Sequence[int] = ()
            self._on_edit = None
        self.sort.add_validator(self._check_sort)
        self.selected.add_validator(self._check_selected)
        self.sort.on_set.add(lambda _: self._arrange())
        self.register_service("rows", self._rows, live=True)  # also while a cell runs
        self.register_service("whole", self._whole, live=True)
        self.edit.on_emit.add(self._check_edit)
        self.on("edit", self._take)

    def set_data(self, data: Any) -> None:
        """Show other data. It stays sorted by a column that is still there; what was selected is so as far as there are such rows."""
        columns = columns_of(data)
        with self._os_tree.record():
            self._data = columns
            length = len(next(iter(columns.values()), []))
            if self.sort.value is not None and self.sort.value[0] not in columns:
                self.sort.set(None)
            self.selected.set([row for row in self.selected.value if row < length])
            self.columns.set([{"name": name, "kind": kind_of(values)} for name, values in columns.items()])
            self.length.set(length)
            self._arrange()

    def records(self) -> list[dict[str, Any]]:
        """The data as they are now, a dict for each row."""
        names = list(self._data)
        return [dict(zip(names, row, strict=True)) for row in zip(*self._data.values(), strict=True)]

    def column(self, name: str) -> list[Any]:
        """The values of one column as they are now."""
        return list(self._data[name])

    def set_cell(self, row: int, column: str, value: Any) -> None:
        """Change one value."""
        self._data[column][row] = value
        self.version.add(1)

    def _arrange(self) -> None:
        length = len(next(iter(self._data.values()), []))
        sort = self.sort.value
        if sort is None:
            self._order = range(length)
        else:
            values = self._data[sort[0]]
            there = [row for row in range(length) if not is_missing(values[row])]
            try:
                there.sort(key=values.__getitem__, reverse=sort[1])
            except TypeError:  # of several kinds
                there.sort(key=lambda row: str(values[row]), reverse=sort[1])
            self._order = [*there, *(row for row in range(length) if is_missing(values[row]))]
        self.version.add(1)

    def _check_sort(self, value: Any) -> None:
        if value is None:
            return
        if not (isinstance(value, list) and len(value) == 2 and value[0] in self._data and isinstance(value[1], bool)):
            raise ValueError("expected None or [column, descending]")

    def _check_selected(self, value: Any) -> None:
        length = self.length.value
        if value and not self.selectable.value:
            raise ValueError("rows of this table cannot be selected")
        if not all(type(row) is int and 0 <= row < length for row in value):
            raise ValueError(f"expected places of rows, from 0 to {length - 1}")

    def _rows(self, start: int, stop: int) -> dict[str, Any]:
        with self._os_tree.lock:
            stop = min(stop, start + MOST_ROWS)
            places = list(self._order[max(0, start) : max(0, stop)])
            cells = [[place, *(plain(values[place]) for values in self._data.values())] for place in places]
            return {"rows": cells, "version": self.version.value}

    def _whole(self, row: int, column: str) -> Any:
        """A cell as it is edited: of a long text, `rows` has only the beginning."""
        with self._os_tree.lock:
            return whole(self._data[column][row])

    def _check_edit(self, **asked: Any) -> None:
        row, column = asked.get("row"), asked.get("column")
        if asked.keys() != {"row", "column", "value"} or type(row) is not int or not isinstance(column, str):
            raise InvalidChangeError("an edit has a row, a column and a value")
        if column not in self.editable.value or not 0 <= row < self.length.value:
            raise InvalidChangeError(f"{column!r} of row {row} cannot be edited")
        self._entered(row, column, asked["value"])

    def _take(self, emission: Emission) -> Any:
        """After the commit, as data that no transaction can put back must not change before."""
        row, column = emission["row"], emission["column"]
        with self._os_tree.lock:
            new = self._entered(row, column, emission["value"])
            self.set_cell(row, column, new)
        return None if self._on_edit is None else self._on_edit(row, column, new)

    def _entered(self, row: int, column: str, value: Any) -> Any:
        values = self._data[column]
        try:
            return entered(value, values[row], values)
        except ValueError as error:
            raise InvalidChangeError(f"{column}: {error}") from None

    def shown(self) -> Markup:
        column, descending = self.sort.value or (None, False)

        def heading(name: str) -> Markup:
            sorted = "none" if name != column else "descending" if descending else "ascending"
            arrow = {"none": "", "descending": " ▼", "ascending": " ▲"}[sorted]
            return markup("th", markup("button", name + arrow, type="button"), scope="col", **{"aria-sort": sorted})

        def line(place: int, cells: list[Any]) -> Markup:
            marked = {"aria-selected": str(place in selected).lower()} if self.selectable.value else {}
            return markup("tr", *(markup("td", shown(cell), role="gridcell") for cell in cells), **{"data-place": str(place)}, **marked)

        selected = set(self.selected.value)
        head = markup("tr", *(heading(each["name"]) for each in self.columns.value))
        body = [line(place, cells) for place, *cells in self._rows(0, _SHOWN_ROWS)["rows"]]
        grid = {"role": "grid", "tabindex": "0", "aria-label": self.label.value or "table", "aria-rowcount": str(self.length.value + 1)}
        return self._outer("div", markup("table", markup("thead", head), markup("tbody", *body), **grid))

    def picture(self) -> Markup:
        cell = "padding: 0.2em 0.6em; border-bottom: 1px solid #8884; text-align: left"
        head = markup("tr", *(markup("th", column["name"], style=cell) for column in self.columns.value))
        rows = self._rows(0, _PICTURE_ROWS)["rows"]
        body = [markup("tr", *(markup("td", shown(each), style=cell) for each in row[1:])) for row in rows]
        more = self.length.value - len(rows)
        return self._box(
            markup("table", markup("thead", head), markup("tbody", *body), style="border-collapse: collapse"),
            markup("small", f"… and {more} more rows") if more > 0 else None,
        )


def _chosen(chosen: Literal[True] | str | Iterable[str], names: list[str]) -> list[str]:
    """The names of columns that someone means: True is all of them."""
    if chosen is True:
        return names
    chosen = [chosen] if isinstance(chosen, str) else list(chosen)
    for name in chosen:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names)}."
            raise ValueError(f"the table has no column {name!r}. {hint}")
    return chosen


def columns_of(data: Any) -> dict[str, list[Any]]:
    """Data of any of the kinds that `Table` takes, as columns.

    Raises:
        TypeError: it is of another kind.
        ValueError: columns of different lengths.
    """
    if isinstance(data, Mapping):
        columns = {str(name): _list_of(values) for name, values in data.items()}
    elif hasattr(data, "columns") and hasattr(data, "__getitem__"):
        columns = _columns_of_frame(data)
    else:
        rows = _list_of(data)
        if all(isinstance(row, Mapping) for row in rows):
            names = list(dict.fromkeys(name for row in rows for name in row))
            columns = {str(name): [row.get(name) for row in rows] for name in names}
        elif all(isinstance(row, (list, tuple)) for row in rows):
            width = max(map(len, rows), default=0)
            columns = {str(number): [row[number] if number < len(row) else None for row in rows] for number in range(width)}
        else:
            raise TypeError(f"Table takes a DataFrame, records, columns or rows, not {type(data).__name__}")
    if len({len(values) for values in columns.values()}) > 1:
        raise ValueError(f"columns of different lengths: {', '.join(f'{name}: {len(values)}' for name, values in columns.items())}")
    return columns


def _columns_of_frame(data: Any) -> dict[str, list[Any]]:
    """The columns of a DataFrame. pandas' may have an index that says something, and several columns of one name."""
    if hasattr(data, "reset_index") and not _only_counts(data.index):
        data = data.reset_index(allow_duplicates=True)
    columns: dict[str, list[Any]] = {}
    for name, values in data.items() if hasattr(data, "items") else ((name, data[name]) for name in data.columns):
        unique = title = " ".join(map(str, name)) if isinstance(name, tuple) else str(name)
        number = 1
        while unique in columns:
            number += 1
            unique = f"{title} ({number})"
        columns[unique] = _list_of(values)
    return columns


def _only_counts(index: Any) -> bool:
    """Whether an index of pandas says no more than the order of the rows; that of rows which were chosen or sorted says which they were."""
    if type(index).__name__ != "RangeIndex" or index.name is not None:
        return False
    return len(index) == 0 or (index.start == 0 and (index.step == 1 or len(index) == 1))


def _list_of(values: Any) -> list[Any]:
    for name in ("to_list", "tolist"):
        convert = getattr(values, name, None)
        if callable(convert):
            return list(convert())
    return list(values)


__all__ = ["Table", "columns_of"]

"""A table on a page of a test: headings sort, cells select and are edited, as in js/packages/controls/src/table.ts.

Rules: a page of a test shows the first hundred rows, in the order that they are sorted in. A cell that is edited has a field in it, called
by its column; Enter, or whatever takes the keyboard away, saves what was entered, Escape does not.
"""

from __future__ import annotations

from ..client import ClientObject, MemoryClient
from .keyboard import Holder
from .nodes import Node, PageState, read

EDITS = "data-edits"
"""Marks the field in a cell."""


def is_table(sobject: ClientObject) -> bool:
    """Whether it is a `Table`."""
    return sobject.frontend_type == "objectsync.table"


def press(node: Node) -> None:
    """A press of a heading, a cell, or the box in a cell."""
    table = node.object
    if node.tag == "button":
        name = read(table, "columns")[_place(node.parent)]["name"]
        column, descending = read(table, "sort") or (None, False)
        table.attribute("sort").set([name, False] if column != name else None if descending else [name, True])
    elif node.input_type == "checkbox":
        _edit(node, not node.checked)
    elif read(table, "selectable"):
        table.attribute("selected").set([_row(node)])


def begin(cell: Node, client: MemoryClient, state: PageState) -> None:
    """A cell is pressed twice."""
    if _column(cell)["name"] in read(cell.object, "editable"):
        coming = cell.object.call("whole", row=_row(cell), column=_column(cell)["name"])
        client.flush()
        value = coming.result()
        state.editing = (cell.object.id, _row(cell), _place(cell))
        state.began = state.typed[cell.object.id] = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        state.focused = Holder(cell.object.id, 1 + len(read(cell.object, "columns")))  # behind the table and its headings
        state.is_all_selected, state.caret = True, None


def save(field: Node, state: PageState) -> None:
    """What was entered in a cell's field becomes its value, where it is another."""
    state.editing = None
    text = state.typed.pop(field.object.id)
    if text != state.began:
        _edit(field, text)


def put_field(top: Node, state: PageState) -> None:
    """The cell that is edited has a field in it."""
    for cell in [each for each in top.walk() if each.tag == "td" and is_table(each.object)]:
        if state.editing == (cell.object.id, _row(cell), _place(cell)):
            kind = {"number": "number", "bool": "checkbox"}.get(_column(cell)["kind"], "text")
            attrs = {"type": kind, "aria-label": _column(cell)["name"], EDITS: ""}
            cell.own_text, text = "", state.typed[cell.object.id]
            cell.append(Node(cell.object, "input", attrs, "", text, text == "true"))


def _edit(field: Node, value: object) -> None:
    assert field.parent is not None
    field.object.emit("edit", row=_row(field.parent), column=_column(field.parent)["name"], value=value)


def _row(cell: Node) -> int:
    """The place of its row in the data."""
    assert cell.parent is not None
    return int(cell.parent.attrs["data-place"])


def _column(cell: Node) -> dict[str, str]:
    found: dict[str, str] = read(cell.object, "columns")[_place(cell)]
    return found


def _place(cell: Node | None) -> int:
    assert cell is not None
    assert cell.parent is not None
    return cell.parent.children.index(cell)


__all__ = ["EDITS", "begin", "is_table", "press", "put_field", "save"]

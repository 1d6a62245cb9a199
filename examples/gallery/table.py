"""A data-table editor: cells to type into, a total that follows, rows that come, go and are sorted."""

from __future__ import annotations

from typing import Any

import objectsync
from objectsync.controls import Button, Column, Row
from objectsync.dom import Element, h1, input_, table, tbody, td, tfoot, th, thead, tr

CELL = {"border": "0", "background": "transparent", "color": "inherit", "font": "inherit", "padding": "0.3rem 0.5rem"}
LINE = {"border-bottom": "1px solid color-mix(in srgb, currentColor 25%, transparent)", "text-align": "left"}
DATA = [("Apples", 3, 0.4), ("Bread", 1, 2.8), ("Olives", 2, 3.5)]


def build(server: objectsync.Server) -> Element:
    """Put the editor on a server."""
    with server.as_current(), server.record(), Column(gap="1rem", style={"max-width": "40rem", "margin": "0 auto"}) as page:
        h1("Shopping", style={"margin": "0"})
        with table(style={"border-collapse": "collapse", "width": "100%"}):
            with thead(), tr(style=LINE):
                for title in ("What", "Pieces", "Price", ""):
                    th(title, style={"padding": "0.3rem 0.5rem"})
            rows = tbody()
            with tfoot(), tr():
                th("Total", colspan=2, style={"text-align": "left", "padding": "0.5rem"})
                total = td(style={"padding": "0.5rem", "font-weight": "600"})

        def values(row: Any) -> list[Any]:
            return [cell.children[0].value.value for cell in row.children[:3]]

        def add_up(_: object = None) -> None:
            total.text.set(f"{sum((pieces or 0) * (price or 0) for _, pieces, price in map(values, rows.children)):.2f}")

        def add(what: str = "", pieces: int = 1, price: float = 0.0) -> None:
            with server.record(), tr(parent=rows, style=LINE) as row:
                for name, value, more in (
                    ("what", what, {"type": "text"}),
                    ("pieces", pieces, {"type": "number", "min": 0}),
                    ("price", price, {"type": "number", "min": 0, "step": 0.1}),
                ):
                    with td():
                        field = input_(value=value, aria_label=name, style={**CELL, "width": "100%", "box-sizing": "border-box"}, **more)
                        field.value.on_set += add_up
                with td(style={"text-align": "right"}):
                    Button("Remove", lambda: remove(row), kind="quiet")
                add_up()

        def remove(row: Element) -> None:
            with server.record():
                row.remove()
                add_up()

        def sort() -> None:
            with server.record():
                for row in sorted(rows.children, key=lambda row: str(values(row)[0]).lower()):
                    row.move_to(rows)

        for line in DATA:
            add(*line)
        with Row():
            Button("Add a row", lambda: add(), kind="primary")
            Button("Sort by name", sort)
            Button("Undo", lambda: server.undo())
    server.clear_history()
    return page


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Shopping")
    build(server)
    server.run()

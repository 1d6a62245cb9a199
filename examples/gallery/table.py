"""A data-table editor: cells to type into, a total that follows, rows that come, go and are sorted."""

from __future__ import annotations

from typing import Any

import objectsync
from objectsync.controls import Button, Column, Row
from objectsync.dom import Element, h1, input_, table, tbody, td, tfoot, th, thead, tr

CELL = {"border": "0", "background": "transparent", "color": "inherit", "font": "inherit", "padding": "0.3rem 0.5rem"}
LINE = {"border-bottom": "1px solid color-mix(in srgb, currentColor 25%, transparent)", "text-align": "left"}
DATA = [("Apples", 3, 0.4), ("Bread", 1, 2.8), ("Olives", 2, 3.5)]


class Line(Element):
    """One line. What it listens to is said in `init`, so that one that an undo brings back listens too."""

    def build(self, what: str = "", pieces: int = 1, price: float = 0.0) -> None:  # type: ignore[override]  # built otherwise than an Element
        super().build("tr", style=LINE)
        with self:
            for name, value, more in (
                ("what", what, {"type": "text"}),
                ("pieces", pieces, {"type": "number", "min": 0}),
                ("price", price, {"type": "number", "min": 0, "step": 0.1}),
            ):
                with td():
                    input_(value=value, aria_label=name, style={**CELL, "width": "100%", "box-sizing": "border-box"}, **more)
            with td(style={"text-align": "right"}):
                Button("Remove", kind="quiet")

    def init(self) -> None:
        for cell in self.children[:3]:
            cell.children[0].value.on_set += lambda _: self.sheet.add_up()
        self.children[3].children[0].on_click(self.take_out)

    @property
    def sheet(self) -> Sheet:
        """What it is a line of."""
        above: Any = self.parent
        while not isinstance(above, Sheet):
            above = above.parent
        return above

    @property
    def values(self) -> list[Any]:
        """What was entered."""
        return [cell.children[0].value.value for cell in self.children[:3]]

    def take_out(self) -> None:
        """Remove it; what it counted is taken away with it, in one step to undo."""
        sheet = self.sheet
        with self.server.record():
            self.remove()
            sheet.add_up()


class Sheet(Column):
    """The table, and what there is to do with it."""

    def build(self) -> None:  # type: ignore[override]  # built otherwise than a Column
        super().build(gap="1rem", style={"max-width": "40rem", "margin": "0 auto"})
        with self:
            h1("Shopping", style={"margin": "0"})
            with table(style={"border-collapse": "collapse", "width": "100%"}):
                with thead(), tr(style=LINE):
                    for title in ("What", "Pieces", "Price", ""):
                        th(title, style={"padding": "0.3rem 0.5rem"})
                self.lines = tbody()
                with tfoot(), tr():
                    th("Total", colspan=2, style={"text-align": "left", "padding": "0.5rem"})
                    self.total = td(style={"padding": "0.5rem", "font-weight": "600"})
            with Row():
                Button("Add a row", lambda: self.add(), kind="primary")
                Button("Sort by name", self.sort)
                Button("Undo", lambda: self.server.undo())
        for line in DATA:
            self.add(*line)

    def add(self, *values: Any) -> None:
        """One more line."""
        with self.server.record():
            self.lines.add_child(Line, *values)
            self.add_up()

    def add_up(self) -> None:
        """Say the total."""
        total = sum((pieces or 0) * (price or 0) for _, pieces, price in (line.values for line in self.lines.children))
        self.total.text.set(f"{total:.2f}")

    def sort(self) -> None:
        """By name."""
        with self.server.record():
            for line in sorted(self.lines.children, key=lambda line: str(line.values[0]).lower()):
                line.move_to(self.lines)


def build(server: objectsync.Server) -> Element:
    """Put the editor on a server."""
    with server.as_current(), server.record():
        page = Sheet()
    server.clear_history()
    return page


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Shopping")
    build(server)
    server.run()

"""`python -m benchmarks.dom.ours PORT`: the page as an objectsync user writes it."""

from __future__ import annotations

import asyncio
import sys

from objectsync import Element, Server, SObject

from .table_state import FLOOD, OPERATIONS, new_rows


class Page:
    """The table, and what its buttons do."""

    def __init__(self, server: Server) -> None:
        self.server = server
        bar = Element("div", server=server)
        for name in OPERATIONS:
            button = Element("button", parent=bar, text=name, classes=[f"op-{name}"])
            button.on("click", getattr(self, name))
        self.counter = Element("output", server=server, text="0", classes=["counter"])
        self.label = Element("output", server=server, text="", classes=["flooded"])
        table = Element("table", server=server)
        self.body = Element("tbody", parent=table)
        self.chosen: SObject | None = None

    def create1000(self) -> None:
        self.create(1_000)

    def create10000(self) -> None:
        self.create(10_000)

    def create10(self) -> None:
        self.create(10)

    def append1000(self) -> None:
        self.append(1_000)

    def create(self, amount: int) -> None:
        with self.server.record():
            self.clear()
            self.append(amount)

    def append(self, amount: int) -> None:
        with self.server.record():
            for cells in new_rows(amount):
                row = Element("tr", parent=self.body)
                for text in cells:
                    Element("td", parent=row, text=text)

    def update(self) -> None:
        with self.server.record():
            for row in self.body.children[::10]:
                label = row.children[1]
                label.text.set(label.text.value + " !!!")

    def swap(self) -> None:
        rows = self.body.children
        with self.server.record():
            rows[998].move_to(self.body, 1)
            rows[1].move_to(self.body, 998)

    def select(self) -> None:
        with self.server.record():
            if self.chosen is not None and self.chosen in self.body.children:
                self.chosen.classes.remove("danger")
            rows = self.body.children
            self.chosen = chosen = rows[5] if self.chosen is not rows[5] else rows[6]
            chosen.classes.append("danger")

    def remove(self) -> None:
        self.body.children[500].remove()

    def clear(self) -> None:
        self.chosen = None
        self.body.clear()

    def count(self) -> None:
        self.counter.text.set(str(int(self.counter.text.value) + 1))

    async def flood(self) -> None:
        for number in range(FLOOD):
            self.label.text.set(str(number))
            await asyncio.sleep(0)


if __name__ == "__main__":
    server = Server(port=int(sys.argv[1]))
    Page(server)
    server.run()

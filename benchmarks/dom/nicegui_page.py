"""`python -m benchmarks.dom.nicegui_page PORT`: the same page with NiceGUI."""

from __future__ import annotations

import asyncio
import sys

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from .table_state import FLOOD, OPERATIONS, new_rows


class Text(TextElement):
    """An element with a text."""

    def __init__(self, tag: str, text: str) -> None:
        super().__init__(tag=tag, text=text)


@ui.page("/")
def page() -> None:
    """One page for each browser, as NiceGUI has it."""
    with ui.element("div"):
        for name in OPERATIONS:
            Text("button", name).classes(f"op-{name}").on("click", lambda name=name: acts[name]())
    counter = ui.label("0").classes("counter")
    label = ui.label("").classes("flooded")
    with ui.element("table"):
        body = ui.element("tbody")
    chosen: list[ui.element] = []

    def rows() -> list[ui.element]:
        return list(body.default_slot.children)

    def append(amount: int) -> None:
        with body:
            for cells in new_rows(amount):
                with ui.element("tr"):
                    for text in cells:
                        Text("td", text)

    def clear() -> None:
        chosen.clear()
        body.clear()

    def create(amount: int) -> None:
        clear()
        append(amount)

    def update() -> None:
        for row in rows()[::10]:
            cell = row.default_slot.children[1]
            cell.text = cell.text + " !!!"

    def swap() -> None:
        second, last = rows()[1], rows()[998]
        last.move(target_index=1)
        second.move(target_index=998)

    def select() -> None:
        old = chosen.pop() if chosen else None
        if old is not None:
            old.classes(remove="danger")
        row = rows()[5] if old is not rows()[5] else rows()[6]
        row.classes("danger")
        chosen.append(row)

    def remove() -> None:
        body.remove(rows()[500])

    def count() -> None:
        counter.text = str(int(counter.text) + 1)

    async def flood() -> None:
        for number in range(FLOOD):
            label.text = str(number)
            await asyncio.sleep(0)

    acts = {
        "create10": lambda: create(10),
        "create1000": lambda: create(1_000),
        "create10000": lambda: create(10_000),
        "append1000": lambda: append(1_000),
        "update": update,
        "swap": swap,
        "select": select,
        "remove": remove,
        "clear": clear,
        "count": count,
        "flood": flood,
    }


if __name__ in {"__main__", "__mp_main__"}:
    ui.run(host="127.0.0.1", port=int(sys.argv[1]), show=False, reload=False, show_welcome_message=False, reconnect_timeout=60)

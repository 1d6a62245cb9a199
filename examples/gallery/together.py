"""A to-do list and a text pad that everyone who opens the page shares, down to the letters being typed."""

from __future__ import annotations

import objectsync
from objectsync.controls import Button, Checkbox, Column, Grid, Row, Text, TextArea
from objectsync.dom import Element, h1, h2


class Item(Row):
    """One thing to do; `with` its parent, it is made there."""

    def build(self, title: str) -> None:  # type: ignore[override]  # built otherwise than a Row
        super().build(justify="space-between")
        self.add_child(Checkbox, title)
        self.add_child(Button, "Remove", kind="quiet", tooltip=f"Remove {title}")

    def init(self) -> None:
        self.children[1].on_click(self.remove)  # here, so that one that an undo brings back can be removed again


def build(server: objectsync.Server) -> Element:
    """Put list and pad on a server."""
    with server.as_current(), server.record(), Column(style={"max-width": "56rem", "margin": "0 auto"}) as page:
        h1("Together", style={"margin": "0"})
        with Grid(min_width="18rem", gap="2rem"):
            with Column():
                h2("To do", style={"margin": "0"})
                with Column(gap="0") as items:
                    Item("Water the plants")
                    Item("Open a second window")

                def add(title: str) -> None:
                    if title.strip():
                        items.add_child(Item, title.strip())  # a step of the list, which its button takes back
                        field.value.set("")

                field = Text("What next?", on_submit=add)
                with Row():
                    Button("Add", lambda: add(field.value.value), kind="primary")
                    Button("Undo", lambda: server.undo(items))
            with Column():
                h2("Pad", style={"margin": "0"})
                TextArea("Notes", "Type here, in two windows.", rows=10)
    server.clear_history()
    return page


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Together")
    build(server)
    server.run()

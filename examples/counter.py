"""Two counters: one of elements that Python made, one shown by a frontend of its own (frontends/counter.js).

Run it, open the address it prints in two windows, and click.
"""

from __future__ import annotations

from pathlib import Path

import objectsync
from objectsync import Element, IntTopic, SObject, attribute

FRONTENDS = Path(__file__).parent / "frontends"


class Counter(SObject):
    """A number with a button below it."""

    count = attribute(IntTopic, 0)

    def build(self, start: int = 0) -> None:
        self.count.set(start)
        self.label = self.add_child(Element, "output", text=str(start), style={"display": "block", "font-size": "2rem"})
        self.more = self.add_child(Element, "button", text="one more")

    def init(self) -> None:
        # Here and not in build: a counter that an undo brings back is not built again, but it must listen again.
        self.count.on_set += lambda count: self.label.text.set(str(count))
        self.more.on("click", lambda: self.count.add(1))


class Clicks(SObject, frontend_type="counter"):
    """The same number, and how it looks is up to frontends/counter.js."""

    count = attribute(IntTopic, 0)


def build(server: objectsync.Server) -> tuple[Counter, Clicks]:
    """Both counters, in any server."""
    return server.create_object(Counter, start=3), server.create_object(Clicks)


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Counters", frontends=FRONTENDS)
    build(server)
    server.run()

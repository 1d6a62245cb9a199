"""What only our version has: `python -m benchmarks.ours CASE`. Rules as in core.py.

A "row" is five elements: a `tr` and its four `td`, each with a text. A thousand of them are made within one `record()`, while a client is
connected through the in-memory transport; they have left Python when the bytes for that client are ready.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from objectsync import DictTopic, Element, IntTopic, ListTopic, Server, SObject, StringTopic, attribute
from objectsync.transports.memory import MemoryLink

from .core import REPEATS, allocated_by, create_objects, main, resident_by

ROWS = 1_000
CELLS = 4


class DeclaredCard(SObject):
    """core.Card, with its attributes declared."""

    count = attribute(IntTopic, 0)
    title = attribute(StringTopic, "hello")
    style = attribute(DictTopic, {"color": "black"})
    items = attribute(ListTopic, [1, 2, 3])


def create_declared() -> float:
    """`server.create_object(DeclaredCard)`, seconds each."""
    return create_objects(DeclaredCard)


def memory_python_declared() -> float:
    """Bytes for each declared card (tracemalloc)."""
    return allocated_by(DeclaredCard)


def memory_process_declared() -> float:
    """Bytes by which the process grows for each declared card."""
    return resident_by(DeclaredCard)


def rows() -> float:
    """Seconds from the first element to the client's bytes."""
    return min(sum(make_and_send(ROWS, CELLS)) for _ in range(REPEATS))


def rows_created() -> float:
    """Seconds of these for making the elements."""
    return min(make_and_send(ROWS, CELLS)[0] for _ in range(REPEATS))


def rows_encoded() -> float:
    """Seconds of these for the bytes."""
    return min(make_and_send(ROWS, CELLS)[1] for _ in range(REPEATS))


def rows_of_six() -> float:
    """The same with a fifth cell in every row: 6,000 elements."""
    return min(sum(make_and_send(ROWS, CELLS + 1)) for _ in range(REPEATS))


def make_and_send(rows: int, cells: int) -> tuple[float, float]:
    """Seconds to create a table on a fresh server, and to encode it for one client."""
    server = Server(8765)
    link = MemoryLink(server)
    link.send({"type": "hello", "protocol": 2, "attempt": 1, "client": "benchmark"})
    assert link.receive()[0]["type"] == "welcome"
    gc.collect()
    start = time.perf_counter()
    with server.record():
        table = Element("table", server=server)
        for number in range(rows):
            row = Element("tr", parent=table)
            for cell in range(cells):
                Element("td", parent=row, text=f"cell {cell} of {number}")
    made = time.perf_counter()
    frames = link.connection.frames_to_send(0.0)
    sent = time.perf_counter()
    assert sum(frame.data.count(b" of ") for frame in frames) == rows * cells
    return made - start, sent - made


CASES: dict[str, Callable[[], float]] = {
    case.__name__: case
    for case in (create_declared, memory_python_declared, memory_process_declared, rows, rows_created, rows_encoded, rows_of_six)
}


if __name__ == "__main__":
    main(CASES)

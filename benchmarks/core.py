"""The calls that every version of objectsync has, timed and weighed: `python benchmarks/core.py CASE` prints one JSON object.

Rules:
- This one file runs, unchanged, in our environment and in that of the older version (peer.py), so it uses only what both have and imports
  nothing else of ours.
- A case is run in a process of its own, REPEATS times, each time on a fresh server that nobody is connected to; the best repetition
  counts. The garbage collector stays on, as in life: what a change leaves behind for it is part of the cost.
- The work is the same for both: same interpreter, same calls, same values, all of them real changes that can be undone.
"""

from __future__ import annotations

import functools
import gc
import importlib.metadata
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from objectsync import DictTopic, IntTopic, ListTopic, Server, SObject, StringTopic

REPEATS = 3
CHANGES = 20_000
"""Twice what our log keeps: forgetting old transactions is part of the figure."""
UNDO_STEPS = 1_000
CREATED = 500
"""Below one parent. The older version takes longer with every sibling; this is a modest number."""
WEIGHED = 2_000


class Card(SObject):
    """An object with four attributes."""

    def build(self) -> None:
        self.count = self.add_attribute("count", IntTopic, 0)
        self.title = self.add_attribute("title", StringTopic, "hello")
        self.style = self.add_attribute("style", DictTopic, {"color": "black"})
        self.items = self.add_attribute("items", ListTopic, [1, 2, 3])


def new_server(cls: type[SObject] = Card) -> Server:
    """A server that knows the class and does not listen."""
    server = Server(8765)
    server.register(cls)
    return server


def new_card() -> Card:
    """A card of its own server."""
    return new_server().create_object(Card)


def best_of(prepare: Callable[[], Callable[[], object]], operations: int) -> float:
    """Seconds per operation: `prepare()` makes a fresh server and returns the work, which alone is timed."""
    best = float("inf")
    for _ in range(REPEATS):
        work = prepare()
        gc.collect()
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
        del work
    return best / operations


# --- changes: seconds per call


def int_set() -> float:
    """`topic.set(value)` of an IntTopic."""

    def prepare() -> Callable[[], object]:
        topic = new_card().count

        def work() -> None:
            for value in range(1, CHANGES + 1):
                topic.set(value)

        return work

    return best_of(prepare, CHANGES)


def int_add() -> float:
    """`topic.add(1)` of an IntTopic."""

    def prepare() -> Callable[[], object]:
        topic = new_card().count

        def work() -> None:
            for _ in range(CHANGES):
                topic.add(1)

        return work

    return best_of(prepare, CHANGES)


def string_set() -> float:
    """`topic.set(text)` of a StringTopic, short texts."""
    texts = [f"text {number}" for number in range(CHANGES)]

    def prepare() -> Callable[[], object]:
        topic = new_card().title

        def work() -> None:
            for text in texts:
                topic.set(text)

        return work

    return best_of(prepare, CHANGES)


def dict_change() -> float:
    """`topic.change_value(key, value)` of a DictTopic with one key."""
    colors = [f"#{number:06x}" for number in range(CHANGES)]

    def prepare() -> Callable[[], object]:
        topic = new_card().style

        def work() -> None:
            for color in colors:
                topic.change_value("color", color)

        return work

    return best_of(prepare, CHANGES)


def list_insert_pop() -> float:
    """`topic.insert(item)` and `topic.pop()` of a ListTopic, at the end of three items: seconds for each of the two."""

    def prepare() -> Callable[[], object]:
        topic = new_card().items

        def work() -> None:
            for item in range(CHANGES // 2):
                topic.insert(item)
                topic.pop()

        return work

    return best_of(prepare, CHANGES)


def undo() -> float:
    """One undo of an int's change, of the thousand that both versions keep."""

    def prepare() -> Callable[[], object]:
        server = new_server()
        card = server.create_object(Card)
        for value in range(1, UNDO_STEPS + 1):
            card.count.set(value)
        step = undo_within(server, card)

        def work() -> None:
            for _ in range(UNDO_STEPS):
                step()
            assert card.count.get() == 0

        return work

    return best_of(prepare, UNDO_STEPS)


def undo_within(server: Any, target: SObject) -> Callable[[], object]:
    """Undo the newest step of an object. The older version has a private method for it, which takes an id."""
    older = getattr(server, "_undo", None)
    return functools.partial(server.undo, target) if older is None else functools.partial(older, target.get_id())


# --- objects


def create() -> float:
    """`server.create_object(Card)`, seconds each."""
    return create_objects(Card)


def create_objects(cls: type[SObject]) -> float:
    """`server.create_object(cls)` below the root, seconds each."""

    def prepare() -> Callable[[], object]:
        server = new_server(cls)

        def work() -> None:
            for _ in range(CREATED):
                server.create_object(cls)

        return work

    return best_of(prepare, CREATED)


def memory_python() -> float:
    """Bytes of Python memory for each card, with what the server keeps to undo its creation (tracemalloc)."""
    return allocated_by(Card)


def allocated_by(cls: type[SObject]) -> float:
    """Bytes that tracemalloc counts for each object of a class."""
    new_server(cls).create_object(cls)  # whatever is made only once
    server = new_server(cls)
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(WEIGHED):
        server.create_object(cls)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / WEIGHED


def memory_process() -> float:
    """Bytes by which the process grows for each card (resident set)."""
    return resident_by(Card)


def resident_by(cls: type[SObject]) -> float:
    """Bytes by which the process grows for each object of a class."""
    new_server(cls).create_object(cls)
    server = new_server(cls)
    gc.collect()
    before = resident_bytes()
    for _ in range(WEIGHED):
        server.create_object(cls)
    gc.collect()
    return (resident_bytes() - before) / WEIGHED


def resident_bytes() -> int:
    """The process's resident set (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


CASES: dict[str, Callable[[], float]] = {
    case.__name__: case
    for case in (int_set, int_add, string_set, dict_change, list_insert_pop, undo, create, memory_python, memory_process)
}


def main(cases: dict[str, Callable[[], float]]) -> None:
    """Run the case that the command line names."""
    print(json.dumps({"figure": cases[sys.argv[1]](), "version": importlib.metadata.version("objectsync")}))


if __name__ == "__main__":
    main(CASES)

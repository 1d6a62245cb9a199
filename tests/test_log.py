"""The log: every transaction by its number, bounded in count and bytes."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from typing import Any

import pytest

from objectsync import IntTopic, Limits, ListTopic, SObject, StringTopic, attribute
from objectsync.changes import Create
from objectsync.log import weigh
from objectsync.packed import PackedChanges
from objectsync.tree import Tree


class Thing(SObject):
    n = attribute(IntTopic, 0)
    text = attribute(StringTopic)
    items = attribute(ListTopic)


def test_transactions_are_numbered_without_gaps() -> None:
    tree = Tree()
    thing = tree.create_object(Thing)
    for n in range(10):
        thing.n.set(n + 1)
    assert [transaction.seq for transaction in tree.log.since(0)] == list(range(1, tree.log.head + 1))
    assert [transaction.seq for transaction in tree.log.since(tree.log.head - 2)] == [tree.log.head - 1, tree.log.head]
    assert tree.log[3].seq == 3
    assert tree.log.reaches(0)
    assert not tree.log.reaches(tree.log.head + 1)


def test_old_ones_are_forgotten_by_count() -> None:
    tree = Tree(limits=Limits(log_transactions=600))
    thing = tree.create_object(Thing)
    for n in range(3000):
        thing.n.set(n + 1)
    kept = tree.log.since(tree.log.first - 1)
    assert 300 <= len(kept) <= 600 + 256
    assert kept[0].seq == tree.log.first
    assert not tree.log.reaches(tree.log.first - 2)
    assert tree.log[tree.log.head].changes[0].value == 3000  # type: ignore[attr-defined]  # a Set


@pytest.mark.parametrize("large", ["text", "items"])
def test_and_by_size(large: str) -> None:
    tree = Tree(limits=Limits(log_bytes=1_000_000))
    thing = tree.create_object(Thing)
    for n in range(2000):
        if large == "text":
            thing.text.set(f"{n}" + "x" * 10_000)
        else:
            thing.items.set([f"{n}"] * 200)
    kept = tree.log.since(tree.log.first - 1)
    assert sum(map(weigh, kept)) < 10_000_000
    assert len(kept) < 1000


def test_an_undo_and_what_it_undid_no_longer_count() -> None:
    tree = Tree()
    thing = tree.create_object(Thing)
    base = tree.log.head
    thing.n.set(1)
    thing.n.set(2)
    tree.undo()
    assert [transaction.seq for transaction in tree.log.effective_since(base)] == [base + 1]
    tree.redo()
    assert [transaction.seq for transaction in tree.log.effective_since(base)] == [base + 4, base + 2, base + 1] or [
        transaction.seq for transaction in tree.log.effective_since(base)
    ] == [base + 2, base + 1]


def test_a_kept_transaction_never_changes() -> None:
    tree = Tree()
    thing = tree.create_object(Thing)
    thing.items.set([1])
    kept = tree.log[tree.log.head]
    text = repr(kept)
    thing.items.append(2)
    thing.items[0] = 9
    tree.undo()
    assert repr(kept) == text


def test_what_is_kept_of_tables_that_come_and_go_is_a_tenth_of_what_was_sent_of_them() -> None:
    tree = Tree()
    top = tree.create_object(SObject)
    for _ in range(3):
        with tree.record():
            for n in range(1000):
                Thing(parent=top, text=f"row {n} of a thousand", n=n)
        created = tree.log[tree.log.head].changes
        assert isinstance(created, PackedChanges)
        sent = len(created.fragment.json)
        top.clear()
        tree.pack()
        [restore] = tree.log[tree.log.head].inverses
        assert weigh(restore) + weigh(created) < sent / 2
        assert len(created.fragment.json) == sent


def test_the_memory_of_tables_that_come_and_go_is_given_back() -> None:
    tree = Tree()
    top = tree.create_object(SObject)

    def come_and_go() -> int:
        with tree.record():
            for n in range(3000):
                Thing(parent=top, text=f"row {n} of many", n=n)
        there, _ = tracemalloc.get_traced_memory()
        top.clear()
        tree.pack()
        return there

    come_and_go()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        there = come_and_go() - before
        for _ in range(2):
            come_and_go()
        gc.collect()
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert left / 3 < there / 10, "what the log and the history keep of one"


def test_what_is_known_of_tables_beyond_the_log_takes_little_memory() -> None:
    tree = Tree(limits=Limits(log_bytes=0, history_steps=0))
    top = tree.create_object(SObject)

    def come_and_go() -> None:
        with tree.record():
            for n in range(3000):
                Thing(parent=top, text=f"row {n} of many", n=n)
        top.clear()
        tree.pack()

    come_and_go()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        come_and_go()
        come_and_go()
        gc.collect()
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert tree.log.remembers(tree.log.head - 3)
    assert not tree.log.reaches(tree.log.head - 3)
    assert left < 6000 * 50


def test_the_room_of_objects_that_are_gone_is_given_back_in_a_quiet_moment() -> None:
    tree = Tree()
    top = tree.create_object(SObject)
    with tree.record():
        for n in range(12_000):
            Thing(parent=top, n=n)
    there = sys.getsizeof(tree.objects)
    top.clear()
    while sys.getsizeof(tree.objects) == there:
        tree.pack()
    assert sys.getsizeof(tree.objects) < there / 100
    assert tree.get_object(top.id) is top
    tree.undo()
    assert len(top.children) == 12_000


def test_many_creations_are_kept_as_their_bytes_and_read_as_changes() -> None:
    tree = Tree()
    tree.create_object(Thing)
    values: list[dict[str, Any]] = [{"n": n, "text": f"“{n}”", "items": [{"$bytes": n, "raw": bytes([n])}]} for n in range(40)]
    with tree.record():
        for each in values:
            Thing(server=tree, **each)
    changes = tree.log[tree.log.head].changes
    assert isinstance(changes, PackedChanges)
    assert changes.size < 40 * 120
    for _ in range(2):
        assert [change.attributes for change in changes if isinstance(change, Create)] == [
            {name: value for name, value in each.items() if value} for each in values
        ]
        assert changes[0] == next(iter(changes))
        assert len(changes) == len(changes[:]) == 40
        tree.pack()
    tree.undo()
    assert [child.text.value for child in tree.root.children] == [""]
    tree.redo()
    assert [child.items.value for child in tree.root.children[1:]] == [each["items"] for each in values]

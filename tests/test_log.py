"""The log: every transaction by its number, bounded in count and bytes."""

from __future__ import annotations

import pytest

from objectsync import IntTopic, Limits, ListTopic, SObject, StringTopic, attribute
from objectsync.log import weigh
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

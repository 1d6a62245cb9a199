"""A client in Python that does not have what the server has finds out, says where, and repairs itself."""

from __future__ import annotations

from typing import Any

import pytest

from objectsync import DictTopic, IntTopic, SObject, StringTopic, attribute
from objectsync.client import Divergence, MemoryClient
from objectsync.hub import Hub


class Cell(SObject):
    n = attribute(IntTopic, 7)
    text = attribute(StringTopic, "")
    table = attribute(DictTopic)


@pytest.fixture
def top(hub: Hub) -> Cell:
    return hub.create_object(Cell)


class Watcher(MemoryClient):
    """A client, and what it found."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.found: list[Divergence] = []
        self.on_diverged += self.found.append

    def look(self) -> None:
        self.verify()
        self.flush()

    def spoil(self, *, where: SObject, **values: Any) -> None:
        """As if something had gone wrong here, unnoticed."""
        self.object(where.id)._os_values.update(values)


def test_nothing_is_found_where_nothing_is_wrong(hub: Hub, top: Cell) -> None:
    child = top.add_child(Cell)
    child.add_attribute("extra", StringTopic, "x")
    child.add_tag("ü")
    child.add_tag("t")
    client = Watcher(hub)
    client.look()
    child.table["a"] = [1.5, b"x", {"k": None}]
    client.flush()
    client.object(child.id).text.set("mine")
    client.flush()
    client.look()
    assert (client.found, client.repairs, hub.divergences) == ([], 0, 0)


def test_the_smallest_place_is_found_told_and_repaired(hub: Hub, top: Cell) -> None:
    cells = [top.add_child(Cell) for _ in range(3)]
    deep = cells[1].add_child(Cell)
    client = Watcher(hub)
    client.spoil(where=deep, n=8)
    kept = client.object(deep.id)
    heard: list[int] = []
    kept.n.on_set += heard.append
    client.look()
    assert client.found == [Divergence(deep.id, "n", f"root/{top.id}/{cells[1].id}/{deep.id}.n")]
    assert hub.divergences == client.repairs == 1
    client.advance(20)
    client.flush()
    assert client.status.state == "live"
    assert (kept.n.value, heard) == (7, [7])
    client.look()
    assert client.repairs == 1


def test_a_place_that_is_more_than_one_attribute_is_the_object(hub: Hub, top: Cell) -> None:
    client = Watcher(hub)
    client.spoil(where=top, n=8, text="?")
    client.look()
    assert client.found == [Divergence(top.id, None, f"root/{top.id}")]


def test_objects_too_many_or_too_few_are_found_above(hub: Hub, top: Cell) -> None:
    inner = top.add_child(Cell)
    inner.add_child(Cell)
    client = Watcher(hub)
    mine = client.object(inner.id)
    mine._os_children.clear()
    client.look()
    assert client.found == [Divergence(inner.id, None, f"root/{top.id}/{inner.id}")]
    client.advance(20)
    client.flush()
    assert [child.id for child in mine.children] == [child.id for child in inner.children]


def test_it_looks_by_itself_and_waits_for_what_is_undecided(hub: Hub, top: Cell) -> None:
    client = Watcher(hub)
    client.spoil(where=top, text="wrong")
    with client.pretend() as preview:
        client.object(top.id).n.set(1)
    for _ in range(10):
        client.advance(10)
        client.flush()
    assert client.found == []
    preview.drop()
    for _ in range(10):
        client.advance(10)
        client.flush()
    assert client.found == [Divergence(top.id, "text", f"root/{top.id}.text")]
    assert client.object(top.id).text.value == ""


def test_undecided_work_survives_the_repair(hub: Hub, top: Cell) -> None:
    client = Watcher(hub)
    client.spoil(where=top, text="wrong")
    client.look()
    client.object(top.id).n.add(5)
    client.advance(20)
    client.flush()
    assert (top.n.value, client.object(top.id).n.value, client.object(top.id).text.value) == (12, 12, "")

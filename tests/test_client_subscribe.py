"""A client in Python that sees a part of the tree: what enters, what leaves, and that it comes back to the same part."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from objectsync import IntTopic, InvalidValue, Server, SObject, StringTopic, attribute
from objectsync.client import Client, MemoryClient, Scope
from objectsync.hub import Hub


class Sheet(SObject):
    n = attribute(IntTopic, 0)
    text = attribute(StringTopic, "hello")


class Shelf:
    """`a` holds `a1`, which holds `a2`; `b` holds `b1`, with a tag."""

    def __init__(self, hub: Hub) -> None:
        self.a, self.b = (hub.create_object(Sheet) for _ in range(2))
        self.a1 = self.a.add_child(Sheet)
        self.a2 = self.a1.add_child(Sheet)
        self.b1 = self.b.add_child(Sheet)
        self.b1.add_tag("open")


@pytest.fixture
def shelf(hub: Hub) -> Shelf:
    return Shelf(hub)


def ids(*sobjects: SObject) -> set[str]:
    return {"root", *(each.id for each in sobjects)}


def test_it_sees_what_it_asks_for(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub, scopes=[Scope(shelf.a.id, depth=1)])
    assert client.objects.keys() == ids(shelf.a, shelf.a1)
    client.subscribe([Scope("root", tags=("open",))])
    client.flush()
    assert client.objects.keys() == ids(shelf.b, shelf.b1)
    client.subscribe(None)
    client.flush()
    assert client.objects.keys() == ids(shelf.a, shelf.a1, shelf.a2, shelf.b, shelf.b1)


def test_objects_enter_and_leave_as_if_they_were_made_and_destroyed(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub, scopes=[Scope(shelf.a.id)])
    watched = client.object(shelf.a2.id)
    values: list[int] = []
    watched.n.on_set += values.append
    hub.place(shelf.b1, shelf.a)
    client.flush()
    assert client.object(shelf.b1.id).parent is client.object(shelf.a.id)
    hub.place(shelf.a2, shelf.b)
    client.flush()
    assert watched.is_destroyed
    shelf.a2.n.set(5)
    hub.place(shelf.a2, shelf.a)
    client.flush()
    assert client.object(shelf.a2.id) is watched, "one that comes back is the same object"
    assert watched.n.value == 5
    shelf.a2.n.set(6)
    shelf.b.n.set(9)
    client.flush()
    assert values[-1] == 6
    assert shelf.b.id not in client.objects


def test_what_it_does_there_is_done(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub, scopes=[Scope(shelf.b.id)])
    with client.record() as action:
        client.object(shelf.b1.id).n.set(3)
    client.subscribe([Scope(shelf.a.id)])
    client.flush()
    assert action.result()
    assert shelf.b1.n.value == 3
    assert client.objects.keys() == ids(shelf.a, shelf.a1, shelf.a2)


def test_it_comes_back_to_the_same_part_and_compares_it(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub)
    client.subscribe([Scope(shelf.a.id)])
    client.flush()
    client.cut()
    shelf.a1.n.set(4)
    shelf.b1.n.set(4)
    client.advance(5)
    client.flush()
    assert client.objects.keys() == ids(shelf.a, shelf.a1, shelf.a2)
    assert client.object(shelf.a1.id).n.value == 4
    client.verify()
    client.flush()
    assert client.repairs == 0


def test_an_edit_is_moved_past_what_was_done_out_of_sight(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub, scopes=[Scope(shelf.a.id)])
    client.object(shelf.a2.id).text.insert(5, "!")
    hub.place(shelf.a2, shelf.b)
    client.receive()
    shelf.a2.text.insert(0, "oh ")
    hub.place(shelf.a2, shelf.a)
    client.receive()
    assert client.object(shelf.a2.id).text.value == "oh hello!"
    client.flush()
    assert shelf.a2.text.value == "oh hello!"


def test_an_edit_of_what_is_out_of_sight_is_refused(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub, scopes=[Scope(shelf.a.id)])
    with client.record() as edit:
        client.object(shelf.a2.id).text.insert(5, "!")
    with client.record() as other:
        client.object(shelf.a1.id).n.set(1)
    hub.place(shelf.a2, shelf.b)
    client.receive()
    shelf.a2.text.insert(0, "oh ")
    client.flush()
    assert edit.result().code == "unknown_object"
    assert shelf.a2.text.value == "oh hello"
    assert other.result()
    assert shelf.a1.n.value == 1


def test_one_that_asks_before_it_is_welcome_can_still_come_back(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub, scopes=[Scope(shelf.a.id)])
    session = client.session
    client.cut()
    client.connect()
    client.subscribe([Scope(shelf.b.id)])
    client.send()
    client.cut()  # the welcome is lost, with the new token
    client.connect()
    client.flush()
    assert client.session == session
    client.subscribe([Scope(shelf.a1.id)])
    client.flush()
    assert client.objects.keys() == ids(shelf.a, shelf.a1, shelf.a2)


def test_one_that_never_got_the_rest_does_not_count_as_having_it(hub: Hub, shelf: Shelf) -> None:
    client = MemoryClient(hub, scopes=[Scope(shelf.a.id)])
    client.cut()
    shelf.b1.n.set(3)
    client.subscribe(None)
    client.connect()
    client.send()
    client.cut()  # everything is lost on its way
    client.connect()
    client.flush()
    assert client.objects.keys() == ids(shelf.a, shelf.a1, shelf.a2, shelf.b, shelf.b1)


@pytest.mark.parametrize("scope", [Scope("no id", 0), Scope("1", -1), Scope("1", tags="open"), "1", {"rot": "1"}], ids=str)  # type: ignore[arg-type]  # what must be refused
def test_what_is_no_scope_is_refused_here(hub: Hub, shelf: Shelf, scope: Any) -> None:
    client = MemoryClient(hub)
    with pytest.raises(InvalidValue, match="a scope is"):
        client.subscribe([scope])
    client.flush()
    assert client.status.state == "live"


def test_over_a_websocket(server: Server) -> None:
    shelf = Shelf(server)
    with Client(server.url, scopes=[Scope(shelf.a.id)]) as client:
        assert client.objects.keys() == ids(shelf.a, shelf.a1, shelf.a2)
        came = threading.Event()
        client.on_update += lambda: came.set() if shelf.b1.id in client.objects else None
        client.subscribe([Scope(shelf.b.id)])
        assert came.wait(20)
        assert client.objects.keys() == ids(shelf.b, shelf.b1)

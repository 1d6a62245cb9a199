"""Undo of one client's own work, among others."""

from __future__ import annotations

import asyncio

import pytest

from objectsync import EventTopic, IntTopic, ObjListTopic, ObjTopic, SObject, StringTopic, attribute
from objectsync.hub import Hub
from tests.clients import WireClient
from tests.replica import state


class Thing(SObject):
    client_creatable = True
    n = attribute(IntTopic, 0)
    m = attribute(IntTopic, 0)
    text = attribute(StringTopic, "")
    poked = attribute(EventTopic)
    link = attribute(ObjTopic)
    links = attribute(ObjListTopic)


@pytest.fixture
def thing(hub: Hub) -> Thing:
    return hub.create_object(Thing)


def undo(client: WireClient, service: str = "undo") -> tuple[bool, list[str]]:
    value = client.call(service, own=True)["value"]
    return value["done"], [conflict["reason"] for conflict in value["conflicts"]]


def test_each_takes_back_its_own(hub: Hub, thing: Thing) -> None:
    ada, bob = WireClient(hub), WireClient(hub)
    ada.act(["set", thing.id, "n", 1])
    bob.act(["set", thing.id, "m", 2])
    thing.text.set("Python's")
    assert undo(ada) == (True, [])
    assert (thing.n.value, thing.m.value, thing.text.value) == (0, 2, "Python's")
    assert undo(ada) == (False, [])
    assert undo(bob) == (True, [])
    assert thing.m.value == 0
    assert undo(ada, "redo") == (True, [])
    assert (thing.n.value, thing.m.value) == (1, 0)


def test_a_target_that_is_not_there_is_said_to_be_unknown(hub: Hub, thing: Thing, caplog: pytest.LogCaptureFixture) -> None:
    client = WireClient(hub)
    for service in ("undo", "redo"):
        assert client.call(service, target="nope")["error"] == {
            "code": "unknown_object",
            "message": "there is no object with the id 'nope' (str)",
        }
        assert client.call(service, target=["nope"])["error"]["code"] == "invalid_args"
    assert not caplog.records


def test_what_others_do_does_not_cut_what_can_be_redone(hub: Hub, thing: Thing) -> None:
    ada, bob = WireClient(hub), WireClient(hub)
    ada.act(["set", thing.id, "n", 1])
    undo(ada)
    bob.act(["set", thing.id, "m", 2])
    assert undo(ada, "redo") == (True, [])
    undo(ada)
    ada.act(["set", thing.id, "m", 3])
    assert undo(ada, "redo") == (False, [])


def test_letters_of_others_stay(hub: Hub, thing: Thing) -> None:
    ada, bob = WireClient(hub), WireClient(hub)
    ada.act(["insert_text", thing.id, "text", 0, "Ada 😀"])
    bob.receive()
    bob.act(["insert_text", thing.id, "text", 4, "and Bob "])
    assert thing.text.value == "Ada and Bob 😀"
    assert undo(ada) == (True, [])
    assert thing.text.value == "and Bob "
    assert undo(ada, "redo") == (True, [])
    assert thing.text.value == "Ada and Bob 😀"


def test_a_value_that_another_has_changed_since_stays_and_is_told(hub: Hub, thing: Thing) -> None:
    ada, bob = WireClient(hub), WireClient(hub)
    ada.act(["set", thing.id, "n", 1], ["set", thing.id, "m", 1])
    bob.act(["set", thing.id, "n", 5])
    assert undo(ada) == (True, ["it was changed since"])
    assert (thing.n.value, thing.m.value) == (5, 0)


def test_what_a_handler_did_for_a_client_is_its_own(hub: Hub, thing: Thing) -> None:
    thing.on("poked", lambda: thing.n.add(1))
    ada, bob = WireClient(hub), WireClient(hub)
    ada.act(["emit", thing.id, "poked", {}])
    bob.act(["emit", thing.id, "poked", {}])
    assert thing.n.value == 2
    undo(ada)
    assert thing.n.value == 1
    assert undo(ada) == (False, [])


def test_so_is_what_an_async_handler_and_a_service_did(hub: Hub, thing: Thing) -> None:
    async def slowly() -> None:
        await asyncio.sleep(0)
        thing.n.set(1)

    thing.on("poked", slowly)
    hub.register_service("bump", lambda: thing.m.set(1))
    ada, bob = WireClient(hub), WireClient(hub)
    ada.act(["emit", thing.id, "poked", {}])
    bob.call("bump")
    thing.text.set("Python's own")
    assert undo(bob) == (True, [])
    assert (thing.n.value, thing.m.value) == (1, 0)
    assert undo(ada) == (True, [])
    assert thing.n.value == 0
    assert undo(ada) == undo(bob) == (False, [])


def test_it_survives_a_broken_connection(hub: Hub, thing: Thing) -> None:
    ada = WireClient(hub)
    ada.act(["set", thing.id, "n", 1])
    ada.link.close(clean=False)
    again = ada.resume()
    assert undo(again) == (True, [])
    assert thing.n.value == 0


def test_everyone_can_still_be_undone_in_python(hub: Hub, thing: Thing) -> None:
    ada = WireClient(hub)
    ada.act(["set", thing.id, "n", 1])
    thing.m.set(2)
    assert hub.undo(session=ada.session)
    assert (thing.n.value, thing.m.value) == (0, 2)
    assert hub.undo(thing)
    assert thing.m.value == 0
    assert undo(ada, "redo") == (True, []), "whoever undid it, it is Ada's to redo"


def test_an_object_that_was_destroyed_comes_back_as_it_was(hub: Hub, thing: Thing) -> None:
    first, middle, last = (thing.add_child(Thing) for _ in range(3))
    below = middle.add_child(Thing)
    first.link.set(middle)
    last.links.set([below, middle, first])
    below.link.set(last)
    ada, bob = WireClient(hub), WireClient(hub)
    before = state(hub)
    ada.act(["destroy", middle.id])
    bob.act(["set", first.id, "n", 7])
    bob.act(["create", f"{bob.session}.1", "Thing", thing.id, 0, {}])
    assert first.link.value is None
    assert undo(ada) == (True, [])
    assert [child.id for child in thing.children] == [f"{bob.session}.1", first.id, middle.id, last.id]
    assert first.link.value is hub.objects[middle.id]
    assert [each.id for each in last.links.value] == [below.id, middle.id, first.id]
    hub.undo()
    hub.undo()
    assert state(hub) == before

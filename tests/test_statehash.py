"""The state hash: the same for the same state, cheap to keep, and it finds the place of a difference."""

from __future__ import annotations

import json
import logging
import math
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import BytesTopic, DictTopic, EventTopic, FloatTopic, IntTopic, ListTopic, SObject, StringTopic, attribute
from objectsync.hub import Hub
from objectsync.statehash import StateHash, canonical, digest
from tests.clients import WireClient, make_hub
from tests.operations import VALUES

VECTORS = json.loads((Path(__file__).parent / "vectors" / "statehash.json").read_text())


class Thing(SObject):
    n = attribute(IntTopic, 0)
    ratio = attribute(FloatTopic, 2.5)
    text = attribute(StringTopic, "")
    items = attribute(ListTopic)
    table = attribute(DictTopic)
    data = attribute(BytesTopic)
    poked = attribute(EventTopic)


@pytest.fixture
def thing(hub: Hub) -> Thing:
    return hub.create_object(Thing)


def hash_of(hub: Hub, sobject: SObject | None = None) -> str:
    """From scratch."""
    hashes = StateHash(hub.log, hub)
    while not hashes.ready():
        pass
    return hashes.of(sobject or hub.root)


def verify(client: WireClient, object: str = "root", **more: Any) -> dict[str, Any]:
    client.link.send({"type": "verify", "object": object, **more})
    return next(message for message in client.receive() if message["type"] == "hashes")


@pytest.mark.parametrize("case", VECTORS["values"], ids=lambda case: case["note"])
def test_values_are_written_as_in_the_vectors(case: dict[str, Any]) -> None:
    text = canonical(json.loads(case["json"]))
    assert text == case["canonical"]
    assert digest(text) == case["hash"]


@pytest.mark.parametrize("case", VECTORS["bytes"], ids=lambda case: case["hex"])
def test_bytes_are_written_as_in_the_vectors(case: dict[str, Any]) -> None:
    assert canonical(bytes.fromhex(case["hex"])) == case["canonical"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_a_value_that_went_over_the_wire_is_written_the_same(value: Any) -> None:
    assert canonical(json.loads(json.dumps(value))) == canonical(value)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_different_numbers_are_written_differently(a: float, b: float) -> None:
    assert (canonical(a) == canonical(b)) == (a == b)
    assert canonical(math.copysign(0.0, -1)) == "0"


def test_the_text_of_an_object_is_that_of_the_protocol(hub: Hub, thing: Thing) -> None:
    child = thing.add_child(Thing)
    thing.n.set(3)
    thing.add_tag("b")
    thing.add_tag("a")
    thing.add_attribute("extra", StringTopic, "é")
    own = f"""["{thing.id}","Thing",["a","b"],{{"extra":["string","é"],"n":["int",3],"ratio":["float",f4004000000000000]}}]"""
    below = f"""["{child.id}","Thing",[],{{"ratio":["float",f4004000000000000]}}]"""
    text = f"{zlib.crc32(own.encode()):08x} {zlib.crc32(below.encode()):08x}"
    assert hash_of(hub, thing) == f"{zlib.crc32(text.encode()):08x}"


@settings(max_examples=60)
@given(st.data())
def test_following_the_log_gives_what_hashing_anew_gives(data: st.DataObject) -> None:
    hub = make_hub()
    client = WireClient(hub)
    for _ in range(data.draw(st.integers(1, 12))):
        things = [each for each in hub.objects.values() if isinstance(each, Thing)]
        kind = data.draw(st.sampled_from(["create", "destroy", "move", "n", "table", "undo", "tag", "dynamic", "clear"]))
        target = data.draw(st.sampled_from(things)) if things else None
        if kind == "create" or target is None:
            hub.create_object(Thing, target or hub.root)
        elif kind == "destroy":
            target.remove()
        elif kind == "clear":
            target.clear()
        elif kind == "move":
            hub.place(target, hub.root, 0)
        elif kind == "n":
            target.n.add(1)
        elif kind == "table":
            target.table.set({"k": data.draw(VALUES)})
        elif kind == "tag":
            target.add_tag("t") if "t" not in target.tags else target.remove_tag("t")
        elif kind == "dynamic":
            target.remove_attribute("d") if target.has_attribute("d") else target.add_attribute("d", IntTopic, 5)
        else:
            hub.undo()
        assert verify(client)["hash"] == hash_of(hub)


def test_the_answer_is_about_what_the_client_was_told(hub: Hub, thing: Thing) -> None:
    client = WireClient(hub)
    client.link.send({"type": "verify", "object": "root"})
    thing.n.set(5)
    update, hashes = client.receive()
    assert update["seq"] == hashes["seq"] == hub.log.head
    assert hashes["hash"] == hash_of(hub)


def test_the_parts_lead_to_the_place(hub: Hub, thing: Thing) -> None:
    child = thing.add_child(Thing)
    child.n.set(4)
    client = WireClient(hub)
    root = verify(client, "root", parts=True)["parts"]
    assert root["children"] == [[thing.id, verify(client, thing.id)["hash"]]]
    parts = verify(client, child.id, parts=True)["parts"]
    assert parts["own"] == verify(client, child.id)["hash"]
    assert parts["attributes"] == {"n": digest('["int",4]'), "ratio": digest('["float",f4004000000000000]')}
    assert verify(client, "nobody")["hash"] == ""


def test_a_large_tree_is_hashed_a_part_at_a_time(hub: Hub) -> None:
    with hub.record():
        for _ in range(4_500):
            hub.create_object(Thing)
    client = WireClient(hub)
    woken: list[int] = []
    hub.add_waker(lambda: woken.append(1))
    client.link.send({"type": "verify", "object": "root"})
    assert client.receive() == []
    assert client.receive() == []
    assert len(woken) == 2
    assert client.receive()[0]["hash"] == hash_of(hub)


def test_a_class_defined_anew_is_compared_loosely(hub: Hub, thing: Thing) -> None:
    thing.n.set(3)
    again: Any = type("Thing", (SObject,), {"n": attribute(IntTopic, 7), "more": attribute(IntTopic, 9)})
    new: SObject = hub.create_object(again)
    client = WireClient(hub)
    answer = verify(client)
    assert answer["loose"] == [thing.id]
    assert verify(client, thing.id)["hash"] == "-"
    assert verify(client, new.id)["hash"] != "-"


def test_divergence_is_counted_and_its_place_logged(hub: Hub, thing: Thing, caplog: pytest.LogCaptureFixture) -> None:
    child = thing.add_child(Thing)
    client = WireClient(hub)
    with caplog.at_level(logging.WARNING, "objectsync"):
        client.link.send({"type": "diverged", "object": child.id, "attribute": "n"})
    assert hub.divergences == 1
    assert f"root/{thing.id}/{child.id}.n" in caplog.text


def test_a_change_costs_nothing_before_somebody_asks(hub: Hub, thing: Thing) -> None:
    thing.n.set(1)
    assert hub.hashes._at == -1

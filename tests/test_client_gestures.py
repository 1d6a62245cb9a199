"""Gestures of the Python client: shown at once, sent once per frame, one step to undo."""

from __future__ import annotations

from typing import Any

import pytest

from objectsync import DictTopic, IntTopic, LocalError, SObject, StringTopic, attribute
from objectsync.client import MemoryClient
from objectsync.hub import Hub


class Dial(SObject):
    angle = attribute(IntTopic, 0, validator=lambda value: value < 1000)
    style = attribute(DictTopic)
    text = attribute(StringTopic, "")


@pytest.fixture
def dial(hub: Hub) -> Dial:
    return hub.create_object(Dial)


@pytest.fixture
def client(hub: Hub, dial: Dial) -> MemoryClient:
    return MemoryClient(hub)


def view(client: MemoryClient, dial: Dial) -> Any:
    return client.object(dial.id)


def undo(client: MemoryClient, word: str = "undo") -> bool:
    answer = client.undo() if word == "undo" else client.redo()
    client.flush()
    return bool(answer.result())


def test_a_drag_is_sent_once_per_frame_and_undone_at_once(client: MemoryClient, dial: Dial) -> None:
    seen: list[int] = []
    dial.angle.on_set += seen.append
    with client.gesture():
        for angle in range(1, 101):
            view(client, dial).angle.set(angle)
            client.flush()
            client.advance(0.004)
        assert view(client, dial).angle.value == 100
    client.flush()
    assert seen[0] == 1
    assert seen[-1] == 100
    assert len(seen) < 30
    assert undo(client)
    assert dial.angle.value == view(client, dial).angle.value == 0
    assert undo(client, "redo")
    assert dial.angle.value == 100


def test_what_waits_leaves_when_it_is_time_or_when_something_else_is_done(client: MemoryClient, dial: Dial) -> None:
    mine = view(client, dial)
    with client.gesture():
        mine.angle.set(1)
        client.flush()
        mine.angle.set(2)
        client.flush()
        assert (dial.angle.value, client.pending_count) == (1, 1)
        client.advance(0.02)
        client.flush()
        assert (dial.angle.value, client.pending_count) == (2, 0)
        mine.angle.set(3)
        client.flush()
        assert dial.angle.value == 2
    client.flush()
    assert dial.angle.value == 3


def test_each_part_is_told_what_became_of_it(client: MemoryClient, dial: Dial) -> None:
    mine = view(client, dial)
    actions = []
    with client.gesture():
        for angle in (1, 2000):
            with client.record() as action:
                mine.angle.set(angle)
                mine.style["rotate"] = f"{angle}deg"
            actions.append(action)
    assert client.pending_count == 1
    client.flush()
    assert [action.result().code for action in actions] == ["rejected", "rejected"]
    assert (mine.angle.value, mine.style.value) == (0, {})


def test_a_gesture_goes_on_after_the_connection_broke(client: MemoryClient, dial: Dial) -> None:
    mine = view(client, dial)
    with client.gesture():
        mine.angle.set(1)
        client.flush()
        client.cut()
        for angle in range(2, 50):
            mine.angle.set(angle)
        client.advance(5)
        client.flush()
    client.flush()
    assert dial.angle.value == 49
    assert undo(client)
    assert dial.angle.value == 0


def test_two_clients_and_a_word_in_between(hub: Hub, client: MemoryClient, dial: Dial) -> None:
    other = MemoryClient(hub)
    with client.gesture(), other.gesture():
        for n in range(1, 9):
            view(client, dial).angle.set(n)
            view(other, dial).text.insert(0, str(n))
            for each in (client, other):
                each.advance(0.02)
                each.flush()
    for each in (client, other):
        each.flush()
    assert (dial.angle.value, dial.text.value) == (8, "87654321")
    assert undo(client)
    assert (dial.angle.value, dial.text.value) == (0, "87654321")
    assert undo(other)
    assert dial.text.value == ""


def test_it_is_used_once(client: MemoryClient) -> None:
    gesture = client.gesture()
    with gesture:
        pass
    with pytest.raises(LocalError, match="again"), gesture:
        pass

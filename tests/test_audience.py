"""Connections that are told the same are an audience, and accounted for as one. Nobody notices, but the processor."""

from __future__ import annotations

from typing import Any

import pytest

from objectsync import IntTopic, Limits, SObject, attribute
from objectsync.audience import Audience
from objectsync.hub import Hub
from objectsync.transports.memory import decode_frame
from tests.clients import WireClient, make_hub


class Note(SObject):
    n = attribute(IntTopic, 0)


@pytest.fixture
def note(hub: Hub) -> Note:
    return hub.create_object(Note)


class Room:
    """Some clients, and a shell that writes to them."""

    def __init__(self, hub: Hub, count: int) -> None:
        self.now = 0.0
        self._hub = hub
        self._audience: Audience[int] = Audience(hub)
        self.clients = [WireClient(hub) for _ in range(count)]
        for number, client in enumerate(self.clients):
            client.link.join(self._audience, number)
            self.hear(client)
            client.ack()

    def share(self) -> list[int]:
        """Write what most are due; returns the numbers of these."""
        with self._hub.lock:
            shared = self._audience.share(self.now)
        if shared is None:
            return []
        frame, numbers = shared
        for number in numbers:
            self._take(self.clients[number], decode_frame(frame))
        return sorted(numbers)

    def hear(self, client: WireClient) -> list[dict[str, Any]]:
        """Write what one is due for itself."""
        messages = [decode_frame(frame) for frame in client.link.connection.frames_to_send(self.now)]
        for message in messages:
            self._take(client, message)
        return messages

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        for client in self.clients:
            client.link.now = self.now
            client.link.connection.tick(self.now)

    def _take(self, client: WireClient, message: dict[str, Any]) -> None:
        client.frames += 1
        client.seq = message.get("seq", client.seq)


def test_all_hear_it_and_each_acknowledges_for_itself(hub: Hub, note: Note) -> None:
    room = Room(hub, 3)
    for n in range(4):
        note.n.set(n + 1)
        assert room.share() == [0, 1, 2]
        room.clients[0].ack()
    sizes = [client.link.connection.bytes_under_way for client in room.clients]
    assert sizes[0] == 0 < sizes[1] == sizes[2]


def test_who_is_due_an_answer_a_result_or_a_word_hears_it_alone_and_comes_back(hub: Hub, note: Note) -> None:
    hub.register_service("hello", lambda: "hello")
    room = Room(hub, 4)
    actor, caller, asker, _ = room.clients
    actor.propose(["add", note.id, "n", 1])
    caller.link.send({"type": "call", "id": 1, "service": "hello", "args": {}})
    asker.link.send({"type": "ping"})
    assert room.share() == [3]
    alone = [[message["type"] for message in room.hear(client)] for client in room.clients[:3]]
    assert alone == [["update"], ["update", "result"], ["pong", "update"]]
    assert actor.seq == note.server.log.head
    note.n.add(1)
    assert room.share() == [1, 2, 3]  # the answer to the first one's action is not acknowledged yet
    room.hear(actor)
    actor.ack()
    room.hear(actor)
    note.n.add(1)
    assert room.share() == [0, 1, 2, 3]


def test_whose_window_is_full_waits_and_gets_the_rest_at_once() -> None:
    hub = make_hub(limits=Limits(outbox_bytes=1_000))
    note = hub.create_object(Note)
    room = Room(hub, 2)
    reads, hangs = room.clients
    for n in range(30):
        note.n.set(n)
        room.share()
        room.hear(hangs)
        reads.ack()
    assert hangs.link.connection.bytes_under_way < 1_200
    hangs.link.send({"type": "ack", "seq": 0, "frames": hangs.frames})
    (update,) = room.hear(hangs)
    assert (update["type"], update["seq"]) == ("update", hub.log.head)


def test_who_never_acknowledges_is_closed_and_the_others_are_not(hub: Hub, note: Note) -> None:
    room = Room(hub, 2)
    reads, hangs = room.clients
    for second in range(25):
        note.n.set(second + 1)
        room.share()
        reads.ack()
        hangs.link.send({"type": "pong"})
        room.pass_time(1.0)
    assert hangs.link.connection.closing == (4000, "slow")
    assert reads.link.connection.closing is None


def test_one_who_has_gone_hears_nothing(hub: Hub, note: Note) -> None:
    room = Room(hub, 3)
    room.clients[0].link.close()
    room.clients[1].link.send({"type": "bye"})
    note.n.set(1)
    assert room.share() == [2]

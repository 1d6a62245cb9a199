"""Coming back: each action decided once, each client brought up to date, whatever was lost on the way. Without sockets or clocks."""

from __future__ import annotations

import copy
from collections import deque

import pytest

from objectsync import BytesTopic, IntTopic, ListTopic, SObject, StringTopic, attribute
from objectsync.hub import Hub
from objectsync.log import Log
from objectsync.session import Session
from objectsync.updates import Updates
from tests.clients import Limits, WireClient, changes_in, make_hub


class Note(SObject):
    client_creatable = True
    n = attribute(IntTopic, 0)
    text = attribute(StringTopic, "")
    items = attribute(ListTopic)
    data = attribute(BytesTopic)


@pytest.fixture
def note(hub: Hub) -> Note:
    return hub.create_object(Note)


def action(client: WireClient, cseq: int, *changes: list[object]) -> dict[str, object]:
    return {"type": "action", "cseq": cseq, "base": client.seq, "changes": list(changes)}


class TestTheToken:
    def test_any_number_of_welcomes_may_be_lost(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.close(clean=False)
        for attempt in range(2, 6):
            lost = client.resume(attempt)
            assert lost.session == client.session
            lost.link.close(clean=False)

    def test_the_former_one_ends_when_the_client_has_shown_the_new_one(self, hub: Hub) -> None:
        client = WireClient(hub)
        again = client.resume()
        again.ack()
        assert client.resume(attempt=3).session != client.session
        assert again.resume(attempt=4).session == client.session


class TestALongAbsence:
    """Three minutes offline, a night of sleep: longer than a session waits."""

    def leave(self, hub: Hub, client: WireClient, seconds: float = 180.0) -> None:
        client.link.close(clean=False)
        hub.tick(client.link.now + seconds)
        assert client.session not in hub.clients

    def test_nothing_is_applied_twice(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        sent = action(client, 1, ["add", note.id, "n", 1])
        client.link.send(sent)
        self.leave(hub, client)
        again = client.resume(now=200.0)
        assert (again.session, again.greeting[0]["cseq"], again.greeting[0]["resume"]) == (client.session, 1, "replay")
        assert again.greeting[1]["transactions"] == [{"seq": hub.log.head, "cseq": 1}]
        again.link.send(sent)
        assert note.n.value == 1

    def test_who_comes_back_has_come(self, hub: Hub) -> None:
        come: list[str] = []
        gone: list[str] = []
        hub.on_client_connect += come.append
        hub.on_client_disconnect += gone.append
        client = WireClient(hub)
        self.leave(hub, client)
        client.resume(now=200.0)
        assert come == [client.session, client.session]
        assert gone == hub.clients == [client.session]

    def test_only_so_many_are_remembered_the_oldest_go_first(self) -> None:
        hub = make_hub(limits=Limits(remembered_sessions=2))
        clients = [WireClient(hub) for _ in range(3)]
        for client in clients:
            self.leave(hub, client)
        assert [client.resume(now=500.0).session == client.session for client in clients] == [False, True, True]

    def test_who_said_goodbye_is_forgotten(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.send({"type": "bye"})
        assert client.resume().session != client.session

    def test_beyond_the_log_it_gets_one_difference_and_beyond_that_a_snapshot(self) -> None:
        hub = make_hub(limits=Limits(log_transactions=256))
        note = hub.create_object(Note)
        client = WireClient(hub)
        self.leave(hub, client)
        for n in range(2_000):
            note.n.set(n)
        note.text.set("here")
        welcome, update = client.resume(now=200.0).greeting
        assert welcome["resume"] == "replay"
        assert sorted(changes_in([update])) == [["set", note.id, "n", 1_999], ["set", note.id, "text", "here"]]
        for _ in range(2_000):
            hub.create_object(Note)
        assert client.resume(attempt=3, now=200.0).greeting[0]["resume"] == "snapshot"

    def test_what_was_refused_is_told_also_with_a_snapshot(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        client.link.send(action(client, 1, ["add", note.id, "n", 1]))
        client.link.send(action(client, 2, ["set", note.id, "n", "no number"]))
        self.leave(hub, client)
        client.epoch = "-"
        welcome = client.resume(now=200.0).greeting[0]
        assert (welcome["resume"], welcome["cseq"]) == ("snapshot", 2)
        assert [(refused["cseq"], refused["code"]) for refused in welcome["rejected"]] == [(2, "invalid_value")]


class TestALostTail:
    """A server that was put back to an older state: from a store, a backup, a copy of its memory."""

    def crash(self, hub: Hub, saved: tuple[Log, dict[str, Session]]) -> None:
        log, sessions = saved
        for name in Log.__slots__:
            setattr(hub.log, name, getattr(log, name))
        for id, session in sessions.items():
            hub._sessions[id].cseq = session.cseq
            hub._sessions[id].answers = deque(session.answers)
        hub.updates = Updates(hub.log, hub, hub.root, hub.limits, hub._defines)

    def save(self, hub: Hub) -> tuple[Log, dict[str, Session]]:
        sessions = {session.id: copy.copy(session) for session in hub._sessions}
        for session in sessions.values():
            session.answers = deque(session.answers)
        return copy.deepcopy(hub.log), sessions

    def test_a_client_that_saw_what_is_lost_gets_the_state_that_is(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        note.n.set(1)
        client.receive()
        saved = self.save(hub)
        note.n.set(2)
        client.receive()  # the client has seen this; after the crash it never was
        client.link.close(clean=False)
        self.crash(hub, saved)
        for n in (10, 11, 12):
            note.n.set(n)  # and now the numbers fit again
        other = WireClient(hub)
        assert other.seq > client.seq
        welcome, snapshot = client.resume().greeting
        assert (welcome["resume"], welcome["session"]) == ("snapshot", client.session)
        assert ["create", note.id, "Note", "root", -1, {"n": 12}] in snapshot["changes"]

    def test_a_client_that_did_not_goes_on_where_it_was(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        note.n.set(1)
        client.receive()
        client.link.close(clean=False)
        saved = self.save(hub)
        note.n.set(2)
        WireClient(hub)
        self.crash(hub, saved)
        note.n.set(3)
        assert client.resume().greeting[0]["resume"] == "replay"

    def test_the_hash_depends_on_what_was_told(self) -> None:
        def hash_after(*values: int) -> str | None:
            hub = make_hub()
            note = hub.create_object(Note)
            client = WireClient(hub)
            for value in values:
                note.n.set(value)
            client.receive()
            assert client.seq == hub.log.head
            return client.hash

        assert hash_after(1, 2) == hash_after(1, 2)
        assert len({hash_after(1, 2), hash_after(2, 1), hash_after(1, 3), hash_after(1)}) == 4

    def test_who_joins_before_others_are_told_of_a_change_is_at_the_same_place_as_they(self) -> None:
        hub = make_hub(limits=Limits(snapshot_transactions=0))
        note = hub.create_object(Note)
        early = WireClient(hub)
        note.n.set(1)
        late = WireClient(hub)
        early.receive()
        assert (early.seq, early.hash) == (late.seq, late.hash)
        assert late.resume().greeting[0]["resume"] == "replay"

    def test_who_tells_no_hash_is_believed(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        client.hash = None
        assert client.resume().greeting[0]["resume"] == "replay"

    def test_a_hash_that_nobody_gave_is_not(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        client.hash = "deadbeef"
        assert client.resume().greeting[0]["resume"] == "snapshot"


class TestSnapshots:
    def test_one_serves_all_who_come_within_a_short_while(self, hub: Hub, note: Note) -> None:
        one = WireClient(hub)
        note.n.set(1)
        other = WireClient(hub)
        assert one.link.frames[1].data is other.link.frames[1].data
        assert other.greeting[2]["prev"] == other.greeting[1]["seq"] == other.greeting[0]["seq"]
        assert changes_in(other.greeting) == [["set", note.id, "n", 1]]

    def test_not_who_has_acted_since(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        client.act(["add", note.id, "n", 1])
        client.epoch = "-"
        welcome, snapshot = client.resume().greeting
        assert welcome["seq"] == snapshot["seq"] == hub.log.head
        assert ["create", note.id, "Note", "root", -1, {"n": 1}] in snapshot["changes"]

    def test_nor_who_comes_much_later(self) -> None:
        hub = make_hub(limits=Limits(snapshot_transactions=10))
        note = hub.create_object(Note)
        WireClient(hub)
        for n in range(1, 12):
            note.n.set(n)
        assert len(WireClient(hub).greeting) == 2


class TestWhatTheWireDoes:
    """A WebSocket keeps order and repeats nothing; a proxy or another transport might not."""

    def test_repeated_messages_do_nothing(self, hub: Hub, note: Note) -> None:
        called: list[int] = []
        hub.register_service("count", lambda: called.append(1))
        client = WireClient(hub)
        for message in (
            action(client, 1, ["add", note.id, "n", 1]),
            {"type": "call", "id": 1, "service": "count", "args": {}},
            {"type": "ack", "seq": client.seq, "frames": 2},
        ):
            client.link.send(message)
            client.link.send(message)
        assert (note.n.value, called) == (1, [1])
        assert [message["type"] for message in client.receive()] == ["update", "result"]
        assert client.link.connection.closing is None

    def test_an_acknowledgement_that_was_overtaken_is_ignored(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        client.ack()
        client.link.send({"type": "ack", "seq": 0, "frames": 0})
        assert client.receive() == []

    def test_a_client_that_never_acknowledges_cannot_act_for_ever(self) -> None:
        hub = make_hub(limits=Limits(unacknowledged_actions=10))
        note = hub.create_object(Note)
        client = WireClient(hub)
        for _ in range(11):
            client.propose(["add", note.id, "n", 1])
        assert client.link.connection.closing == (4000, "slow")
        assert note.n.value == 10
        client.receive()
        client.link.close(clean=False)
        again = client.resume()
        assert again.greeting[0]["cseq"] == 10
        again.ack()
        again.link.send(action(again, 11, ["add", note.id, "n", 1]))
        assert note.n.value == 11


class TestFramesAreBounded:
    def test_what_gathered_is_squashed_when_that_is_smaller(self, hub: Hub, note: Note) -> None:
        client = WireClient(hub)
        for n in range(50):
            note.data.set(bytes([n]) * 20_000)
        (update,) = client.receive()
        assert update["transactions"] == [{"seq": hub.log.head, "changes": [["set", note.id, "data", bytes([49]) * 20_000]]}]

    def test_and_sent_step_by_step_when_not(self, hub: Hub, note: Note) -> None:
        note.text.set("x" * 300_000)
        client = WireClient(hub)
        for _ in range(50):
            note.text.insert(0, "y" * 5_500)
        (update,) = client.receive()
        assert len(update["transactions"]) == 50


class TestWhoDoesNotRead:
    def test_gathers_no_answers_to_pings(self) -> None:
        hub = make_hub(limits=Limits(outbox_bytes=1_000))
        client = WireClient(hub)
        for _ in range(1_000):
            client.link.send({"type": "ping"})
            client.receive()
        assert client.link.connection.bytes_under_way < 2_000

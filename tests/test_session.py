"""One client and the hub, frame by frame, without sockets or clocks."""

from __future__ import annotations

import contextlib
import traceback
from functools import partial
from typing import Any

import msgspec
import pytest

from objectsync import BytesTopic, DictTopic, EventTopic, FloatTopic, IntTopic, Limits, ListTopic, SObject, StringTopic, attribute
from objectsync.changes import AnyChange, Create, singly
from objectsync.frames import Frame
from objectsync.hub import Hub
from tests.clients import WireClient, changes_in, make_hub


class Thing(SObject):
    client_creatable = True
    n = attribute(IntTopic, 0)
    ratio = attribute(FloatTopic, 0.0)
    label = attribute(StringTopic, "")
    items = attribute(ListTopic)
    table = attribute(DictTopic)
    data = attribute(BytesTopic)
    level = attribute(IntTopic, 0, is_stateful=False)
    locked = attribute(IntTopic, 0, writable=False)
    poked = attribute(EventTopic)


class Plain(SObject):
    n = attribute(IntTopic, 0)


@pytest.fixture
def thing(hub: Hub) -> Thing:
    return hub.create_object(Thing)


class TestJoining:
    def test_a_new_client_gets_the_whole_state(self, hub: Hub, thing: Thing) -> None:
        thing.n.set(3)
        welcome, snapshot = WireClient(hub).greeting
        assert welcome["type"] == "welcome"
        assert welcome["resume"] == "snapshot"
        assert welcome["seq"] == snapshot["seq"] == hub.log.head
        assert ["create", thing.id, "Thing", "root", -1, {"n": 3}] in snapshot["changes"]

    def test_a_large_tree_comes_in_pages(self) -> None:
        hub = make_hub(limits=Limits(page_objects=10))
        for _ in range(25):
            hub.create_object(Thing)
        pages = WireClient(hub).greeting[1:]
        assert [(page["page"], page["pages"]) for page in pages] == [(0, 3), (1, 3), (2, 3)]
        changes = msgspec.convert([change for page in pages for change in page["changes"]], list[AnyChange])
        assert sum(isinstance(change, Create) for change in singly(changes)) == 26

    def test_pages_wait_for_acknowledgements(self) -> None:
        hub = make_hub(limits=Limits(page_objects=10, outbox_bytes=300))
        for _ in range(50):
            hub.create_object(Thing)
        client = WireClient(hub)
        assert [message["type"] for message in client.greeting].count("snapshot") < 6
        got = len(client.greeting)
        while True:
            client.ack()
            more = client.receive()
            if not more:
                break
            got += len(more)
        assert got == 1 + 6

    def test_another_protocol_version_is_told_so(self, hub: Hub) -> None:
        client = WireClient(hub, {"protocol": 3})
        assert client.greeting[0]["code"] == "unsupported_protocol"
        assert client.link.connection.closing == (4101, "unsupported_protocol")

    def test_the_first_message_must_be_hello(self, hub: Hub) -> None:
        link = WireClient(hub).link.__class__(hub)
        link.send({"type": "ping"})
        assert link.receive()[0]["fatal"] is True
        assert link.connection.closing == (4100, "protocol_error")

    def test_hello_must_come_in_time(self, hub: Hub) -> None:
        link = WireClient(hub).link.__class__(hub)
        link.advance(4.9)
        assert link.connection.closing is None
        link.advance(0.2)
        assert link.connection.closing == (4004, "hello_timeout")

    def test_a_token_is_asked_for_where_there_is_one(self) -> None:
        hub = make_hub(token="sesame")
        assert WireClient(hub).link.connection.closing == (4102, "unauthorized")
        assert WireClient(hub, {"auth": "wrong"}).link.connection.closing == (4102, "unauthorized")
        assert WireClient(hub, {"auth": "sesame"}).greeting[0]["type"] == "welcome"

    @pytest.mark.parametrize("hello", [{}, {"auth": ""}])
    def test_nothing_is_no_token(self, hello: dict[str, Any]) -> None:
        assert WireClient(make_hub(token=""), hello).link.connection.closing == (4102, "unauthorized")


class TestUpdates:
    def test_changes_arrive_in_order_in_one_chained_frame(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        start = hub.log.head
        thing.n.set(1)
        thing.label.set("x")
        (update,) = client.receive()
        assert (update["prev"], update["seq"]) == (start, start + 2)
        assert changes_in([update]) == [["set", thing.id, "n", 1], ["set", thing.id, "label", "x"]]
        assert client.receive() == []

    def test_a_record_is_one_transaction(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        with hub.record():
            thing.n.set(1)
            thing.label.set("x")
        (update,) = client.receive()
        assert len(update["transactions"]) == 1

    def test_nothing_of_a_rolled_back_transaction_is_sent(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        with contextlib.suppress(ZeroDivisionError), hub.record():
            thing.n.set(1)
            hub.create_object(Thing)
            _ = 1 / 0
        assert client.receive() == []

    def test_many_clients_share_the_encoded_bytes(self, hub: Hub, thing: Thing) -> None:
        clients = [WireClient(hub) for _ in range(3)]
        thing.label.set("shared")
        for client in clients:
            client.receive()
        frames = [client.link.frames[-1].data for client in clients]
        assert frames[0] is frames[1] is frames[2]

    def test_of_a_latest_attribute_only_the_last_value_in_a_frame_is_sent(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        for value in range(1, 6):
            thing.level.set(value)
            thing.n.set(value)
        changes = changes_in(client.receive())
        assert [change for change in changes if change[2] == "level"] == [["set", thing.id, "level", 5]]
        assert [change[3] for change in changes if change[2] == "n"] == [1, 2, 3, 4, 5]

    def test_each_is_told_what_it_has_not_heard(self, hub: Hub, thing: Thing) -> None:
        prompt, late = WireClient(hub), WireClient(hub)
        thing.n.set(1)
        assert changes_in(prompt.receive()) == [["set", thing.id, "n", 1]]
        thing.n.set(2)
        assert changes_in(late.receive()) == [["set", thing.id, "n", 1], ["set", thing.id, "n", 2]]
        assert changes_in(prompt.receive()) == [["set", thing.id, "n", 2]]

    def test_much_is_squashed_where_that_is_shorter_unless_one_large_change_is_most_of_it(self) -> None:
        hub = make_hub(limits=Limits(frame_bytes=1_000))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        thing.label.set("x" * 2_000)
        thing.n.set(1)
        thing.n.set(2)
        (large,) = client.receive()
        assert [len(each["changes"]) for each in large["transactions"]] == [1, 1, 1]
        for n in range(100):
            thing.n.set(n)
        (many,) = client.receive()
        assert [each["changes"] for each in many["transactions"]] == [[["set", thing.id, "n", 99]]]

    def test_a_client_far_behind_gets_one_squashed_difference(self) -> None:
        hub = make_hub(limits=Limits(frame_transactions=100))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        for value in range(5_000):
            thing.n.set(value)
        other = hub.create_object(Thing, n=7)
        thing.items.insert("a")
        (update,) = client.receive()
        assert len(update["transactions"]) == 1
        changes = changes_in([update])
        assert ["set", thing.id, "n", 4_999] in changes
        assert ["set", thing.id, "items", ["a"]] in changes
        assert ["create", other.id, "Thing", "root", -1, {"n": 7}] in changes
        assert len(changes) == 3

    def test_a_lagging_client_is_not_written_to_until_it_acknowledges(self) -> None:
        hub = make_hub(limits=Limits(outbox_bytes=2_000, frame_transactions=50))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        client.ack()
        client.receive()
        sent = 0
        for value in range(200):
            thing.label.set(f"{value:0100d}")
            sent += len(client.receive())
        assert 0 < sent < 40
        assert client.link.connection.bytes_under_way < 4_000
        client.ack()
        changes = changes_in(client.receive())
        assert changes == [["set", thing.id, "label", f"{199:0100d}"]]

    def test_a_client_beyond_the_log_still_gets_one_difference(self) -> None:
        hub = make_hub(limits=Limits(log_transactions=512))
        thing, doomed = hub.create_object(Thing), hub.create_object(Thing)
        client = WireClient(hub)
        client.propose(["set", thing.id, "label", "mine"])
        client.propose(["set", thing.id, "n", "bad"])
        doomed.remove()
        late = hub.create_object(Thing)
        for value in range(3_000):
            thing.n.set(value)
        assert hub.log.first > client.seq + 2
        (update,) = client.receive()
        assert [t.get("cseq") for t in update["transactions"]] == [1, 2, None]
        assert update["transactions"][1]["error"]["code"] == "invalid_value"
        assert changes_in([update]) == [
            ["destroy", doomed.id],
            ["create", late.id, "Thing", "root", -1, {}],
            ["set", thing.id, "label", "mine"],
            ["set", thing.id, "n", 2_999],
        ]

    def test_what_was_forgotten_of_a_table_that_was_made_is_in_it(self) -> None:
        hub = make_hub(limits=Limits(log_transactions=512))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        with hub.record():
            thing.n.set(1)
            made = [hub.create_object(Thing, label=f"row {number}") for number in range(100)]
            thing.emit("poked", x=1)
        made[3].label.set("another")
        for value in range(3_000):
            thing.items.set([value])
        assert hub.log.first > client.seq + 2
        changes = changes_in(client.receive())
        assert changes[:100] == [["create", each.id, "Thing", "root", -1, {"label": f"row {n}"}] for n, each in enumerate(made)]
        assert sorted(changes[100:]) == [
            ["set", thing.id, "items", [2_999]],
            ["set", thing.id, "n", 1],
            ["set", made[3].id, "label", "another"],
        ]

    def test_tables_are_forgotten_altogether_where_there_are_too_many(self) -> None:
        hub = make_hub(limits=Limits(log_transactions=512))
        first = WireClient(hub)
        clients = []
        for _ in range(6):
            with hub.record():
                made = [hub.create_object(Thing) for _ in range(200)]
            clients.append(WireClient(hub))
        for value in range(1_000):
            made[0].n.set(value)
        assert first.receive()[-1]["code"] == "slow"
        told = [client.receive() for client in clients]
        assert [messages[-1].get("code", "told") for messages in told] == ["slow"] * 3 + ["told"] * 3
        assert [len(changes_in(messages)) for messages in told[3:]] == [401, 201, 1]

    def test_a_client_beyond_even_that_is_sent_away_and_may_come_back(self) -> None:
        hub = make_hub(limits=Limits(log_transactions=512))
        client = WireClient(hub)
        for _ in range(3_000):
            hub.create_object(Thing)
        assert client.receive()[-1]["code"] == "slow"
        assert client.link.connection.closing == (4000, "slow")
        client.link.close(clean=False)
        again = client.resume()
        assert again.greeting[0]["resume"] == "snapshot"
        assert again.session == client.session


class TestBytes:
    def test_bytes_travel_behind_the_json(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        thing.data.set(b"\x00\xff\x01")
        assert changes_in(client.receive()) == [["set", thing.id, "data", b"\x00\xff\x01"]]
        frame = client.link.frames[-1]
        assert frame.binary
        assert frame.data.endswith(b"\x00\xff\x01")
        assert b"AP8B" not in frame.data

    def test_several_transactions_share_a_binary_frame(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        thing.data.set(b"one")
        thing.table["$price"] = {"$bytes": 3, "raw": b"two"}
        thing.n.set(1)
        assert changes_in(client.receive()) == [
            ["set", thing.id, "data", b"one"],
            ["put", thing.id, "table", "$price", {"$bytes": 3, "raw": b"two"}],
            ["set", thing.id, "n", 1],
        ]

    def test_a_client_sends_bytes_likewise(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        json = msgspec.json.encode(
            {"type": "action", "cseq": 1, "base": hub.log.head, "changes": [["set", thing.id, "data", {"$bytes": 0}]], "buffers": [2]}
        )
        client.link.send_frame(len(json).to_bytes(4, "big") + json + b"hi", binary=True)
        assert thing.data.value == b"hi"

    def test_a_snapshot_carries_bytes(self, hub: Hub, thing: Thing) -> None:
        thing.data.set(b"abc")
        snapshot = WireClient(hub).greeting[1]
        assert ["create", thing.id, "Thing", "root", -1, {"data": b"abc"}] in snapshot["changes"]

    @pytest.mark.parametrize(
        "frame",
        [
            Frame(b"\x00\x00\x00\xff{}", True),
            Frame(b"", True),
            Frame(b"\x00\x00\x00\x02{}", True),
        ],
    )
    def test_a_broken_binary_frame_is_answered(self, hub: Hub, frame: Frame) -> None:
        client = WireClient(hub)
        client.link.send_frame(frame.data, frame.binary)
        assert client.receive()[0]["code"] == "protocol_error"
        assert client.link.connection.closing is None


class TestActions:
    def test_an_action_applied_as_sent_is_acknowledged_without_its_changes(self, hub: Hub, thing: Thing) -> None:
        answer = WireClient(hub).act(["set", thing.id, "n", 5], ["put", thing.id, "table", "k", [1]])
        assert thing.n.value == 5
        assert set(answer) == {"seq", "cseq"}

    def test_others_get_its_changes(self, hub: Hub, thing: Thing) -> None:
        one, other = WireClient(hub), WireClient(hub)
        one.act(["set", thing.id, "n", 5])
        assert changes_in(other.receive()) == [["set", thing.id, "n", 5]]

    def test_effects_of_listeners_come_back_with_it(self, hub: Hub, thing: Thing) -> None:
        thing.n.on_set += lambda value: thing.label.set(str(value))
        answer = WireClient(hub).act(["set", thing.id, "n", 5])
        assert answer["changes"] == [["set", thing.id, "n", 5], ["set", thing.id, "label", "5"]]

    def test_a_refused_action_is_answered_and_changes_nothing(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        answer = client.act(["set", thing.id, "label", "half"], ["set", thing.id, "n", "abc"])
        assert answer["error"]["code"] == "invalid_value"
        assert "IntTopic 'n' of Thing(1)" in answer["error"]["message"]
        assert thing.label.value == ""
        assert client.act(["set", thing.id, "n", 1]) == {"seq": hub.log.head, "cseq": 2}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ([["set", "nobody", "n", 1]], "unknown_object"),
            ([["set", "1", "nothing", 1]], "unknown_attribute"),
            ([["set", "1", "n"]], "invalid_change"),
            ([["set", "1", "n", 1, 2]], "invalid_change"),
            ([["explode", "1"]], "invalid_change"),
            ([["define", "X", "x", {}]], "invalid_change"),
            ([["unemit", "1", "poked", {}]], "invalid_change"),
            ([["create", "root", "Thing", None, -1, {}]], "invalid_change"),
            (["nonsense"], "invalid_change"),
            ({"a": 1}, "invalid_change"),
            ([["add", "1", "label", 1]], "rejected"),
            ([["insert", "1", "items", 5, "x"]], "invalid_position"),
            ([["insert_text", "1", "label", 1, "x"]], "invalid_position"),
            ([["pop", "1", "items", 0]], "invalid_position"),
            ([["pop", "1", "items", -1]], "invalid_position"),
            ([["drop", "1", "table", "k"]], "rejected"),
            ([["set", "1", "n", 2**53]], "invalid_value"),
            ([["set", "1", "locked", 1]], "forbidden"),
            ([["set", "1", "label", "x" * 70_000]], "limit"),
            ([["set", "1", "items", [0] * 10_001]], "limit"),
            ([["set", "1", "n", 1]] * 1_001, "limit"),
            ([["create", "5", "Thing", "root", -1, {}]], "forbidden"),
            ([["destroy", "2"]], "forbidden"),
            ([["place", "1", "1", 0]], "rejected"),
            ([["place", "1", "nobody", 0]], "unknown_object"),
            ([["attribute", "1", "__proto__", "int", 0]], "invalid_change"),
            ([["attribute", "1", "new", "banana", 0]], "invalid_change"),
            ([["emit", "1", "n", {}]], "rejected"),
            ([["set", "1", "poked", 1]], "rejected"),
        ],
    )
    def test_a_bad_action_is_rejected_alone(self, hub: Hub, thing: Thing, changes: object, code: str) -> None:
        hub.create_object(Plain)
        client = WireClient(hub)
        before = hub.root.serialize()
        client.cseq = 1
        client.link.send({"type": "action", "cseq": 1, "base": hub.log.head, "changes": changes})
        (update,) = client.receive()
        assert update["transactions"][0]["error"]["code"] == code
        assert hub.root.serialize() == before
        assert client.link.connection.closing is None
        assert "error" not in client.act(["set", thing.id, "n", 1])

    def test_a_value_nested_too_deep_is_rejected_alone(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        deep = "[" * 200 + "]" * 200
        client.link.send_frame(f'{{"type":"action","cseq":1,"base":{hub.log.head},"changes":[["set","1","items",{deep}]]}}')
        assert client.receive()[0]["transactions"][0]["error"]["code"] == "limit"

    def test_json_nested_a_hundred_thousand_deep_harms_nobody(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        client.link.send_frame("[" * 100_000)
        client.link.send_frame('{"type":"action","cseq":1,"base":1,"changes":' + "[" * 100_000)
        assert {message["code"] for message in client.receive()} == {"protocol_error"}
        assert "error" not in client.act(["set", thing.id, "n", 1])

    def test_a_repeated_action_is_applied_once(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        action = {"type": "action", "cseq": 1, "base": hub.log.head, "changes": [["add", thing.id, "n", 1]]}
        for _ in range(3):
            client.link.send(action)
        assert thing.n.value == 1
        assert len(client.receive()) == 1

    def test_after_a_gap_in_the_numbers_the_client_has_to_come_back(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        client.link.send({"type": "action", "cseq": 2, "base": 0, "changes": [["set", thing.id, "n", 1]]})
        assert client.receive()[0]["code"] == "protocol_error"
        assert client.link.connection.closing == (4096, "gap")
        assert thing.n.value == 0
        client.link.close(clean=False)
        again = client.resume()
        assert (again.session, again.greeting[0]["cseq"]) == (client.session, 0)

    def test_a_listener_that_raises_rejects_the_action_and_no_more(self, hub: Hub, thing: Thing, caplog: pytest.LogCaptureFixture) -> None:
        def fail(value: int) -> None:
            if value == 13:
                raise RuntimeError("unlucky")

        thing.n.on_set += fail
        client = WireClient(hub)
        answer = client.act(["set", thing.id, "n", 13])
        assert answer["error"]["code"] == "error"
        assert "unlucky" not in answer["error"]["message"]
        assert "unlucky" in caplog.text
        assert thing.n.value == 0
        assert "error" not in client.act(["set", thing.id, "n", 14])

    def test_a_validators_reason_reaches_the_client(self, hub: Hub, thing: Thing) -> None:
        def even(value: int) -> None:
            if value % 2:
                raise ValueError("only even numbers, please")

        thing.n.add_validator(even)
        answer = WireClient(hub).act(["set", thing.id, "n", 3])
        assert answer["error"]["code"] == "rejected"
        assert "only even numbers, please" in answer["error"]["message"]

    def test_clients_create_move_and_destroy_what_their_class_allows(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        mine = f"{client.session}.1"
        assert client.act(["create", mine, "Thing", "root", -1, {"n": 4}]) == {"seq": hub.log.head, "cseq": 1}
        assert hub.get_object(mine).get_attribute("n").value == 4
        client.act(["create", f"{client.session}.2", "Thing", "root", 0, {}])
        assert [child.id for child in hub.root.children] == [f"{client.session}.2", thing.id, mine]
        client.act(["place", mine, thing.id, -1])
        assert thing.children == [hub.get_object(mine)]
        client.act(["destroy", thing.id])
        assert not hub.has_object(mine)

    def test_clients_may_not_create_other_classes(self, hub: Hub, thing: Thing) -> None:
        hub.create_object(Plain)
        client = WireClient(hub)
        answer = client.act(["create", f"{client.session}.1", "Plain", "root", -1, {}])
        assert answer["error"]["code"] == "forbidden"

    def test_text_typed_at_the_same_time_is_merged(self, hub: Hub, thing: Thing) -> None:
        thing.label.set("world")
        one, other = WireClient(hub), WireClient(hub)
        base = hub.log.head
        one.act(["insert_text", thing.id, "label", 0, "hello "], base=base)
        answer = other.act(["insert_text", thing.id, "label", 5, "!"], base=base)
        assert thing.label.value == "hello world!"
        assert answer["changes"] == [["insert_text", thing.id, "label", 11, "!"]]

    def test_positions_count_utf16_units(self, hub: Hub, thing: Thing) -> None:
        thing.label.set("😀ab")
        client = WireClient(hub)
        client.act(["insert_text", thing.id, "label", 2, "X"])
        assert thing.label.value == "😀Xab"
        assert client.act(["insert_text", thing.id, "label", 1, "Y"])["error"]["code"] == "invalid_position"

    def test_a_list_position_is_moved_past_what_others_did(self, hub: Hub, thing: Thing) -> None:
        thing.items.set(["a", "b", "c"])
        one, other = WireClient(hub), WireClient(hub)
        base = hub.log.head
        one.act(["insert", thing.id, "items", 0, "new"], base=base)
        other.act(["pop", thing.id, "items", 1], base=base)
        assert thing.items.value == ["new", "a", "c"]

    def test_positions_in_a_text_that_the_same_action_sets_are_not_moved(self, hub: Hub, thing: Thing) -> None:
        one, other = WireClient(hub), WireClient(hub)
        base = hub.log.head
        one.act(["insert_text", thing.id, "label", 0, "somebody else's"], base=base)
        other.act(["set", thing.id, "label", "ac"], ["insert_text", thing.id, "label", 1, "b"], base=base)
        assert thing.label.value == "abc"

    def test_minus_one_is_the_end(self, hub: Hub, thing: Thing) -> None:
        thing.items.set(["a", "b", "c"])
        client = WireClient(hub)
        client.act(["move", thing.id, "items", 0, -1])
        client.act(["insert", thing.id, "items", -1, "d"])
        client.act(["replace", thing.id, "items", -1, "e"])
        assert thing.items.value == ["b", "c", "a", "e"]
        assert client.act(["pop", thing.id, "items", -1])["changes"] == [["pop", thing.id, "items", 3]]

    def test_positions_older_than_the_log_are_stale(self) -> None:
        hub = make_hub(limits=Limits(log_transactions=256))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        base = hub.log.head
        for value in range(2_000):
            thing.n.set(value)
            client.receive()
        assert client.act(["insert_text", thing.id, "label", 0, "x"], base=base)["error"]["code"] == "stale"
        assert "error" not in client.act(["set", thing.id, "label", "x"], base=base)


class TestEvents:
    def test_a_click_reaches_python_and_is_not_passed_on(self, hub: Hub, thing: Thing) -> None:
        seen: list[object] = []
        thing.on("poked", lambda event: seen.append((event["x"], event.session)))
        one, other = WireClient(hub), WireClient(hub)
        assert set(one.act(["emit", thing.id, "poked", {"x": 3}])) == {"seq", "cseq"}
        assert seen == [(3, one.session)]
        assert changes_in(other.receive()) == []

    def test_what_python_emits_reaches_every_client(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        thing.emit("poked", x=1)
        assert changes_in(client.receive()) == [["emit", thing.id, "poked", {"x": 1}]]

    def test_handlers_run_after_the_commit(self, hub: Hub, thing: Thing) -> None:
        def handler() -> None:
            assert hub.transactions.open is None
            thing.n.add(1)

        thing.on("poked", handler)
        WireClient(hub).act(["emit", thing.id, "poked", {}])
        assert thing.n.value == 1

    def test_a_handler_that_raises_is_reported_to_the_client_that_caused_it(
        self, hub: Hub, thing: Thing, caplog: pytest.LogCaptureFixture
    ) -> None:
        def handler(event: object) -> None:
            raise RuntimeError("secret detail")

        thing.on("poked", handler)
        one, other = WireClient(hub), WireClient(hub)
        one.propose(["emit", thing.id, "poked", {}])
        error = next(message for message in one.receive() if message["type"] == "error")
        assert (error["code"], error["object"], error["fatal"]) == ("handler_failed", thing.id, False)
        assert error["incident"] in caplog.text
        assert "secret detail" not in error["message"]
        assert "secret detail" in caplog.text
        assert all(message["type"] != "error" for message in other.receive())

    def test_the_traceback_of_a_handler_begins_with_the_handler(self, hub: Hub, thing: Thing, caplog: pytest.LogCaptureFixture) -> None:
        def handler() -> None:
            thing.n.set("no number")  # refused in our code, which this called

        thing.on("poked", handler)
        WireClient(hub).act(["emit", thing.id, "poked", {}])
        [record] = [each for each in caplog.records if each.exc_info]
        assert record.exc_info is not None
        frames = [frame.name for frame in traceback.extract_tb(record.exc_info[2])]
        assert frames[0] == "handler"
        assert len(frames) > 1

    def test_what_fails_in_our_own_code_is_traced_from_its_beginning(
        self, hub: Hub, thing: Thing, caplog: pytest.LogCaptureFixture
    ) -> None:
        thing.on("poked", partial(thing.n.set, "no number"))
        WireClient(hub).act(["emit", thing.id, "poked", {}])
        [record] = [each for each in caplog.records if each.exc_info]
        assert record.exc_info is not None
        assert "jobs.py" in traceback.extract_tb(record.exc_info[2])[0].filename

    def test_a_handler_that_needs_no_argument_gets_none(self, hub: Hub, thing: Thing) -> None:
        thing.n.set(5)
        thing.on("poked", hub.undo)
        thing.on("poked", print)
        WireClient(hub).act(["emit", thing.id, "poked", {}])
        assert thing.n.value == 0

    def test_a_handler_can_be_ended(self, hub: Hub, thing: Thing) -> None:
        seen: list[object] = []
        end = thing.on("poked", seen.append)
        end()
        end()
        thing.emit("poked")
        assert seen == []

    def test_an_async_handler_runs(self, hub: Hub, thing: Thing) -> None:
        @thing.on("poked")  # type: ignore[untyped-decorator]  # `on` is two things at once
        async def handler(event: object) -> None:
            thing.n.set(9)

        WireClient(hub).act(["emit", thing.id, "poked", {}])
        assert thing.n.value == 9


class TestServices:
    def test_a_service_answers_behind_the_changes_it_made(self, hub: Hub, thing: Thing) -> None:
        def bump(by: int) -> int:
            thing.n.add(by)
            return int(thing.n.value)

        hub.register_service("bump", bump)
        client = WireClient(hub)
        client.link.send({"type": "call", "id": 1, "service": "bump", "args": {"by": 4}})
        assert [message["type"] for message in client.receive()] == ["update", "result"]

    def test_services_of_objects_go_with_them(self, hub: Hub, thing: Thing) -> None:
        thing.register_service("greet", lambda name: f"hello {name}")
        client = WireClient(hub)
        assert client.call("greet", thing.id, name="Bob")["value"] == "hello Bob"
        thing.remove()
        assert client.call("greet", thing.id, name="Bob")["error"]["code"] == "unknown_object"

    def test_async_services(self, hub: Hub) -> None:
        async def double(x: int) -> int:
            return 2 * x

        hub.register_service("double", double)
        assert WireClient(hub).call("double", x=4)["value"] == 8

    @pytest.mark.parametrize(
        ("service", "args", "code"),
        [("nothing", {}, "unknown_service"), ("fail", {}, "error"), ("fail", {"x": 1}, "invalid_args"), ("bad", {}, "error")],
    )
    def test_a_failing_call_is_answered(self, hub: Hub, service: str, args: dict[str, Any], code: str) -> None:
        def fail() -> None:
            raise RuntimeError("boom")

        hub.register_service("fail", fail)
        hub.register_service("bad", lambda: {1, 2})
        error = WireClient(hub).call(service, **args)["error"]
        assert error["code"] == code
        assert "boom" not in error["message"]

    def test_the_sender_is_the_session_and_cannot_be_forged(self, hub: Hub) -> None:
        hub.register_service("who", lambda sender: sender, pass_sender=True)
        client = WireClient(hub)
        assert client.call("who", sender="root")["value"] == client.session

    def test_undo_and_redo_are_services(self, hub: Hub, thing: Thing) -> None:
        thing.n.set(5)
        client = WireClient(hub)
        assert client.call("undo")["value"] == {"done": True, "conflicts": []}
        assert thing.n.value == 0
        assert client.call("redo", target=thing.id)["value"] == {"done": True, "conflicts": []}
        assert thing.n.value == 5
        assert client.call("undo", target="nobody")["error"]["code"] == "unknown_object"


class TestComingBack:
    def test_a_short_cut_is_replayed_exactly(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        client.link.close(clean=False)
        thing.n.set(1)
        thing.label.set("meanwhile")
        again = client.resume()
        welcome, update = again.greeting
        assert (welcome["resume"], welcome["session"]) == ("replay", client.session)
        assert changes_in([update]) == [["set", thing.id, "n", 1], ["set", thing.id, "label", "meanwhile"]]

    def test_the_answer_to_an_action_survives_the_cut(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        client.propose(["set", thing.id, "n", 5])
        client.link.close(clean=False)
        again = client.resume()
        assert again.greeting[0]["cseq"] == 1
        assert again.greeting[1]["transactions"] == [{"seq": hub.log.head, "cseq": 1}]

    def test_an_action_sent_again_is_not_applied_again(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        action = {"type": "action", "cseq": 1, "base": client.seq, "changes": [["add", thing.id, "n", 1]]}
        client.link.send(action)
        client.link.close(clean=False)
        again = client.resume()
        again.link.send(action)
        assert thing.n.value == 1

    def test_the_token_is_rotated_and_the_old_one_dies(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.close(clean=False)
        again = client.resume()
        assert again.token != client.token
        again.ack()
        again.link.close(clean=False)
        thief = client.resume(attempt=9)
        assert thief.session != client.session

    def test_a_client_that_never_saw_its_new_token_may_use_the_old_one(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.close(clean=False)
        lost = client.resume(attempt=2)
        lost.link.close(clean=False)
        assert client.resume(attempt=3).session == client.session

    def test_a_server_put_back_to_an_older_state_knows_tokens_that_it_has_yet_to_make(self) -> None:
        """Two hubs that are handed the same secrets are one server before and after it lost the end of what it did."""
        before, after = make_hub(), make_hub()
        WireClient(after).act(["emit", "root", "nothing", {}])
        client = WireClient(before)
        for attempt in range(2, 5):
            client.link.close(clean=False)
            client = client.resume(attempt)
        client.hub = after
        again = client.resume(5)
        assert again.session == client.session
        assert again.greeting[0]["cseq"] == 1  # what was decided in the part that is left is not decided again

    def test_nor_is_an_older_one_good_there(self) -> None:
        before, after = make_hub(), make_hub()
        oldest = WireClient(before)
        client = WireClient(after)
        client.link.close(clean=False)
        client.resume(2).ack()
        oldest.hub = after
        assert oldest.resume(9).session != oldest.session

    @pytest.mark.parametrize("token", ["", "2", "2.", "2." + "0" * 32, "²." + "0" * 32, "9" * 5000 + "." + "0" * 32, "😀"])
    def test_what_is_no_token_of_the_session_opens_nothing(self, hub: Hub, token: str) -> None:
        client = WireClient(hub)
        client.link.close(clean=False)
        client.token = token
        assert client.resume().session not in ("", client.session)

    def test_a_token_belongs_to_its_session(self, hub: Hub) -> None:
        one, other = WireClient(hub), WireClient(hub)
        one.token = other.token
        assert one.resume().session not in (one.session, other.session)
        one.token = other.token.replace("1.", "2.", 1)
        assert one.resume(9).session not in (one.session, other.session)

    def test_the_newest_connection_takes_over(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        again = client.resume()
        assert client.link.connection.closing == (4103, "taken_over")
        client.propose(["set", thing.id, "n", 1])
        assert thing.n.value == 0
        assert "error" not in again.act(["set", thing.id, "n", 2])

    def test_a_stale_attempt_is_closed(self, hub: Hub) -> None:
        client = WireClient(hub)
        newer = client.resume(attempt=5)
        stale = client.resume(attempt=4)
        assert stale.link.connection.closing == (4103, "taken_over")
        assert newer.link.connection.closing is None

    def test_another_epoch_means_a_snapshot(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.close(clean=False)
        client.epoch = "another"
        assert client.resume().greeting[0]["resume"] == "snapshot"

    def test_a_client_counts_as_gone_after_a_while(self, hub: Hub) -> None:
        gone: list[str] = []
        hub.on_client_disconnect += gone.append
        client = WireClient(hub)
        client.link.close(clean=False)
        hub.tick(119.0)
        assert gone == []
        assert hub.next_deadline() == 120.0
        hub.tick(120.0)
        assert gone == [client.session]
        assert hub.clients == []
        assert hub.next_deadline() is None

    def test_a_clean_close_ends_the_session_at_once(self, hub: Hub) -> None:
        come: list[str] = []
        gone: list[str] = []
        hub.on_client_connect += come.append
        hub.on_client_disconnect += gone.append
        one, other = WireClient(hub), WireClient(hub)
        one.link.close(clean=True)
        other.link.send({"type": "bye"})
        assert come == gone == [one.session, other.session]
        assert hub.clients == []


class TestLiveness:
    def test_a_silent_client_is_asked_then_dropped(self, hub: Hub) -> None:
        link = WireClient(hub).link
        link.advance(10)
        assert {"type": "ping"} in link.receive()
        link.advance(9.9)
        assert link.connection.closing is None
        link.advance(0.2)
        assert link.connection.closing == (4003, "silent")

    def test_a_server_that_slept_asks_before_it_drops_anyone(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.ack()
        client.link.advance(3_600)
        assert client.link.connection.closing is None
        assert client.receive() == [{"type": "ping"}]

    def test_a_pong_keeps_it_alive(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.ack()
        for _ in range(5):
            client.link.advance(10)
            client.receive()
            client.link.send({"type": "pong"})
            client.ack()
        assert client.link.connection.closing is None

    def test_a_ping_is_answered(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.send({"type": "ping"})
        assert client.receive() == [{"type": "pong"}]

    def test_a_client_that_acknowledges_nothing_is_dropped(self, hub: Hub) -> None:
        client = WireClient(hub)
        for _ in range(3):
            client.link.advance(9)
            client.link.send({"type": "pong"})
        assert client.link.connection.closing == (4000, "slow")

    def test_a_flood_is_cut_off(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        for _ in range(500):
            client.propose(["add", thing.id, "n", 1])
        assert thing.n.value == 400
        assert client.link.connection.closing == (4001, "flood")

    def test_many_protocol_errors_end_the_connection(self, hub: Hub) -> None:
        client = WireClient(hub)
        for _ in range(20):
            client.link.send_frame("?")
        assert client.link.connection.closing == (4100, "protocol_error")

    def test_a_message_over_the_limit_is_refused(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.send_frame("x" * (1024 * 1024 + 1))
        assert "limit" in client.receive()[0]["message"]

    def test_acknowledging_what_was_never_sent_is_a_protocol_error(self, hub: Hub) -> None:
        client = WireClient(hub)
        client.link.send({"type": "ack", "seq": 1, "frames": 99})
        assert client.receive()[0]["code"] == "protocol_error"


class TestQuotas:
    """Limits hold for what comes out, not only for what comes in."""

    def test_a_text_cannot_be_grown_piece_by_piece(self) -> None:
        hub = make_hub(limits=Limits(string_length=100))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        client.act(["set", thing.id, "label", "x" * 90])
        assert client.act(["insert_text", thing.id, "label", 0, "y" * 20])["error"]["code"] == "limit"
        assert thing.label.value == "x" * 90
        thing.label.set("z" * 200)
        client.receive()
        assert "error" not in client.act(["delete_text", thing.id, "label", 0, 5])

    def test_a_value_may_be_only_so_deep(self) -> None:
        hub = make_hub(limits=Limits(value_depth=3))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        assert "error" not in client.act(["set", thing.id, "items", [[[1]]]])
        assert client.act(["set", thing.id, "items", [[[[1]]]]])["error"]["code"] == "limit"
        assert thing.items.value == [[[1]]]

    def test_nor_a_list(self) -> None:
        hub = make_hub(limits=Limits(collection_items=3))
        thing = hub.create_object(Thing)
        client = WireClient(hub)
        answers = [client.act(["insert", thing.id, "items", 0, n]) for n in range(4)]
        assert [("error" in answer) for answer in answers] == [False, False, False, True]
        assert len(thing.items) == 3

    def test_creating_is_no_way_around_what_may_not_be_written(self, hub: Hub, thing: Thing) -> None:
        client = WireClient(hub)
        answer = client.act(["create", f"{client.session}.1", "Thing", "root", -1, {"locked": 99}])
        assert answer["error"]["code"] == "forbidden"
        assert hub.root.children == [thing]


async def test_what_a_handler_changes_does_not_wait_for_the_next_tick(hub: Hub, thing: Thing) -> None:
    urged: list[bool] = []
    hub.add_waker(lambda: None, lambda: urged.append(True))
    thing.on("poked", lambda: thing.n.add(1))
    WireClient(hub).act(["emit", thing.id, "poked", {}])
    assert urged == [True]

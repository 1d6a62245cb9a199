"""The Python client: what it shows is what the server confirmed and its own undecided changes on top; nothing lost, nothing twice."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from objectsync import (
    BytesTopic,
    Destroyed,
    DictTopic,
    EventTopic,
    FloatTopic,
    IntTopic,
    InvalidChangeError,
    InvalidPosition,
    InvalidValue,
    Limits,
    ListTopic,
    LocalError,
    ObjTopic,
    SetTopic,
    SObject,
    StringTopic,
    UnknownAttribute,
    UnknownObject,
    attribute,
)
from objectsync.client import CallError, ClientObject, MemoryClient, Outcome, Rejection, Status
from objectsync.history import UndoResult
from objectsync.hub import Hub
from tests.clients import make_hub


class Note(SObject):
    client_creatable = True
    frontend_type = "note"
    count = attribute(IntTopic, 0, validator=lambda value: value < 100)
    ratio = attribute(FloatTopic, 0.1)
    text = attribute(StringTopic, "abc")
    items = attribute(ListTopic, [1, 2, 3])
    members = attribute(SetTopic, [])
    style = attribute(DictTopic, {"color": "red"})
    data = attribute(BytesTopic, b"\x00")
    other = attribute(ObjTopic)
    ping = attribute(EventTopic)


class Fixed(SObject):
    name = attribute(StringTopic, "fixed", writable=False)


@pytest.fixture
def note(hub: Hub) -> Note:
    return hub.create_object(Note)


@pytest.fixture
def client(hub: Hub, note: Note) -> MemoryClient:
    return MemoryClient(hub)


@pytest.fixture
def mine(client: MemoryClient, note: Note) -> ClientObject:
    return client.object(note.id)


def outcomes(client: MemoryClient) -> list[Rejection]:
    told: list[Rejection] = []
    client.on_rejected += told.append
    return told


class TestObjects:
    def test_reads_as_on_the_server(self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        note.add_tag("first")
        note.add_attribute("extra", IntTopic, 5)
        child = note.add_child(Note, count=7)
        note.other.set(child)
        client.flush()
        assert client.root.children == [mine]
        assert (mine.type_name, mine.frontend_type, mine.parent, mine.tags) == ("Note", "note", client.root, ["first"])
        assert mine.count.value == 0
        assert mine.extra.value == 5
        assert mine.attribute("style").value == {"color": "red"}
        assert mine.other.value is mine.children[0]
        assert [each.id for each in client.root.walk()] == ["root", note.id, child.id]
        assert "extra" in dir(mine)
        assert repr(mine.children[0]) == f"Note(id={child.id}, count=7)"

    def test_what_is_not_there_is_said_so(self, client: MemoryClient, mine: ClientObject) -> None:
        with pytest.raises(UnknownAttribute, match="Did you mean 'count'"):
            mine.cuont
        with pytest.raises(UnknownObject, match="no object 'nobody'"):
            client.object("nobody")

    def test_two_threads_that_ask_for_an_attribute_first_get_the_same_topic(
        self, mine: ClientObject, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both = threading.Barrier(2)
        begin = IntTopic.__init__

        def slowly(*of: Any) -> None:
            both.wait(10)
            begin(*of)

        monkeypatch.setattr(IntTopic, "__init__", slowly)
        with ThreadPoolExecutor(2) as pool:
            one, other = [future.result() for future in [pool.submit(mine.attribute, "count") for _ in range(2)]]
        assert one is other is mine.attribute("count")

    def test_every_topic_changes_with_the_same_words(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        with client.record() as action:
            mine.count.add(2)
            mine.ratio.add(0.2)
            mine.text.insert(3, "😀")
            mine.text.delete(0, "a")
            mine.items.append(4)
            mine.items.move(0, 2)
            mine.items.pop(1)
            mine.members.update([1, "x"])
            mine.style["size"] = 3
            mine.style.pop("color")
            mine.data.set(b"\xff\x00")
            mine.other.set(mine)
        shown = {name: mine.attribute(name).value for name in mine.attributes if name not in ("ping", "other")}
        client.flush()
        assert action.result() == Outcome(True)
        assert {name: note.get_attribute(name).value for name in shown} == shown
        assert shown["text"] == "bc😀"
        assert shown["items"] == [2, 1, 4]
        assert shown["data"] == b"\xff\x00"
        assert note.other.value is note

    def test_shape_changes_too(self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        a = mine.add_child("Note", count=1)
        b = mine.add_child("Note", text="b")
        b.move_to(a)
        a.add_tag("t")
        extra = b.add_attribute("extra", ListTopic, [1])
        extra.append(2)
        client.flush()
        on_server = hub.get_object(b.id)
        assert on_server.parent is hub.get_object(a.id)
        assert on_server.get_attribute("extra").value == [1, 2]
        assert hub.get_object(a.id).has_tag("t")
        b.remove_attribute("extra")
        a.remove()
        assert mine.children == []
        assert a.is_destroyed
        client.flush()
        assert note.children == []
        assert client.pending_count == 0

    def test_misuse_raises_at_the_call_and_changes_nothing(self, client: MemoryClient, mine: ClientObject) -> None:
        with pytest.raises(InvalidValue):
            mine.count.set("x")
        with pytest.raises(InvalidPosition):
            mine.items.pop(7)
        with pytest.raises(InvalidChangeError):
            client.root.remove()
        with pytest.raises(LocalError, match="no type 'Nothing'"):
            client.root.add_child("Nothing")
        assert client.pending_count == 0
        topic = mine.count
        mine.remove()
        with pytest.raises(Destroyed):
            topic.add(1)


class TestPrediction:
    def test_shows_at_once_and_is_confirmed_without_a_jump(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        seen: list[int] = []
        mine.count.on_set += seen.append
        mine.count.add(1)
        assert mine.count.value == 1
        assert note.count.value == 0
        client.flush()
        assert note.count.value == 1
        assert seen == [1]
        assert client.pending_count == 0

    def test_others_come_below_the_own(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        seen: list[int] = []
        mine.count.on_set += seen.append
        mine.count.add(1)
        note.count.add(10)
        client.receive()
        assert mine.count.value == 11
        client.flush()
        assert mine.count.value == note.count.value == 11
        assert seen == [1, 11]

    def test_rejected_is_taken_back_and_says_why(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        told = outcomes(client)
        with client.record() as action:
            mine.count.set(100)
            mine.text.set("with it")
        assert mine.text.value == "with it"
        client.flush()
        assert (mine.count.value, mine.text.value) == (0, "abc")
        outcome = action.result()
        assert not outcome
        assert outcome.code == "rejected"
        assert told[0].code == "rejected"
        assert len(told[0].changes) == 2

    def test_forbidden_is_rejected(self, hub: Hub, client: MemoryClient) -> None:
        fixed = hub.create_object(Fixed)
        client.flush()
        with client.record() as action:
            client.object(fixed.id).name.set("mine")
        client.flush()
        assert action.result().code == "forbidden"
        assert client.object(fixed.id).name.value == "fixed"

    def test_a_listener_of_the_server_changes_the_outcome(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        note.text.on_set += lambda text: note.text.set(text.upper())
        mine.text.insert(3, "d")
        mine.text.insert(4, "e")
        client.flush()
        assert mine.text.value == note.text.value == "ABCDE"

    def test_an_exception_in_record_takes_all_back(self, client: MemoryClient, mine: ClientObject) -> None:
        seen: list[Any] = []
        mine.count.on_set += seen.append
        with suppress(ZeroDivisionError), client.record() as action:
            mine.count.add(1)
            mine.add_child("Note")
            1 / 0
        assert (mine.count.value, mine.children, client.pending_count, seen) == (0, [], 0, [])
        assert not action.result()

    def test_an_inner_record_can_fail_alone(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        with client.record():
            mine.count.add(1)
            with suppress(ZeroDivisionError), client.record():
                mine.count.add(10)
                1 / 0
            mine.items.append(4)
        client.flush()
        assert (note.count.value, note.items.value) == (1, [1, 2, 3, 4])

    def test_typing_on_both_sides_keeps_every_letter(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        mine.text.insert(3, "1")
        mine.text.insert(4, "2")
        note.text.insert(0, "😀")
        note.text.delete(2, "b")
        client.flush()
        assert mine.text.value == note.text.value == "😀ac12"

    def test_edits_that_stood_on_a_rejected_one_move_to_where_they_are_without_it(
        self, note: Note, client: MemoryClient, mine: ClientObject
    ) -> None:
        note.text.add_validator(lambda text: "bad" not in text)
        mine.text.insert(0, "bad ")
        mine.text.insert(7, "!")
        assert mine.text.value == "bad abc!"
        client.flush()
        assert mine.text.value == note.text.value == "abc!"

    def test_unsent_edits_survive_a_squashed_difference(self) -> None:
        hub = make_hub(limits=Limits(frame_transactions=3))
        note = hub.create_object(Note)
        client = MemoryClient(hub)
        mine = client.object(note.id)
        mine.text.insert(3, "1")
        client.send()
        mine.text.insert(4, "2")
        for _ in range(10):
            note.text.insert(0, "x")
        client.flush()
        assert mine.text.value == note.text.value == "xxxxxxxxxxabc12"

    def test_an_edit_of_an_item_that_a_squashed_difference_replaced_stays_as_the_server_takes_it(self) -> None:
        hub = make_hub(limits=Limits(frame_transactions=3))
        note = hub.create_object(Note)
        client = MemoryClient(hub)
        mine = client.object(note.id)
        mine.items.pop(0)
        seen: list[Any] = []
        mine.items.on_set += seen.append
        note.items[0] = 96
        for _ in range(10):
            note.count.add(1)
        client.receive()  # and only then is the pop sent
        client.flush()
        assert mine.items.value == note.items.value == [2, 3]
        assert seen == []  # it was never shown otherwise

    @pytest.mark.parametrize(
        "edit",
        [lambda items: items.pop(0), lambda items: items.move(0, 2), lambda items: items.__setitem__(0, 19), lambda items: items.remove(2)],
    )
    def test_an_edit_of_what_was_set_as_a_whole_before_is_shown_as_the_server_takes_it(
        self, note: Note, client: MemoryClient, mine: ClientObject, edit: Any
    ) -> None:
        note.items.set([14, 15, 16])
        with client.record() as action:
            edit(mine.items)
        client.flush()
        assert action.result(0).applied
        assert mine.items.value == note.items.value == [14, 15, 16]

    def test_an_object_that_is_taken_back_and_replayed_is_the_same(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        child = mine.add_child("Note")
        seen: list[int] = []
        child.count.on_set += seen.append
        note.count.add(1)
        client.receive()
        assert mine.children == [child]
        assert not child.is_destroyed
        child.count.add(1)
        client.flush()
        assert seen == [1]
        assert mine.children[0] is child

    def test_an_action_too_large_for_the_server_is_given_up(self, note: Note, hub: Hub) -> None:
        hub.limits = Limits(message_bytes=2000)
        client = MemoryClient(hub)
        mine = client.object(note.id)
        with client.record() as large:
            mine.data.set(b"x" * 3000)
        with client.record() as small:
            mine.count.add(1)
        client.flush()
        assert large.result().code == "limit"
        assert small.result()
        assert mine.data.value == b"\x00"
        assert note.count.value == 1

    def test_what_comes_in_an_open_record_waits_for_its_end(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        with client.record():
            mine.count.add(1)
            note.count.add(10)
            client.receive()
            assert mine.count.value == 1
        client.flush()
        assert mine.count.value == 11


class TestListeners:
    def test_hear_what_happened_once_it_is_whole(self, note: Note, client: MemoryClient, mine: ClientObject, hub: Hub) -> None:
        heard: list[Any] = []
        mine.items.on_insert += lambda item, index: heard.append(("insert", item, index, mine.count.value))
        mine.items.on_pop += lambda item, index: heard.append(("pop", item, index, mine.count.value))
        mine.style.on_add += lambda key, value: heard.append(("add", key, value))
        mine.count.on_set2 += lambda old, new: heard.append((old, new))
        with hub.record():
            note.items.insert("x", 0)
            note.items.pop(2)
            note.style["a"] = 1
            note.count.set(5)
            note.count.set(6)
        client.flush()
        assert heard == [("insert", "x", 0, 6), ("pop", 2, 2, 6), ("add", "a", 1), (0, 6)]

    def test_hear_only_the_difference_after_a_replay(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        heard: list[Any] = []
        mine.items.append(4)
        mine.items.on_insert += lambda item, index: heard.append(("insert", item, index))
        mine.items.on_pop += lambda item, index: heard.append(("pop", item, index))
        note.items.insert("x", 1)
        client.flush()
        assert heard == [("insert", "x", 1)]
        assert mine.items.value == note.items.value == [1, "x", 2, 3, 4]

    def test_one_that_raises_does_not_stop_the_others(
        self, note: Note, client: MemoryClient, mine: ClientObject, caplog: pytest.LogCaptureFixture
    ) -> None:
        seen: list[int] = []

        def fail(value: int) -> None:
            raise RuntimeError("mine to fix")

        mine.count.on_set += fail
        mine.count.on_set += seen.append
        note.count.set(3)
        client.flush()
        assert seen == [3]
        assert "on_set of IntTopic 'count'" in caplog.text

    def test_a_listener_may_act(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        mine.count.on_set += lambda value: mine.text.set(str(value))
        note.count.set(3)
        client.flush()
        assert note.text.value == "3"

    def test_objects_tell_of_children_tags_attributes_and_their_end(
        self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject
    ) -> None:
        heard: list[str] = []
        mine.on_children += lambda: heard.append("children")
        mine.on_tags += lambda: heard.append("tags")
        mine.on_attributes += lambda: heard.append("attributes")
        mine.on_destroy += lambda: heard.append("destroy")
        for change in (
            lambda: note.add_child(Note),
            lambda: note.add_tag("t"),
            lambda: note.add_attribute("x", IntTopic),
            note.remove,
        ):
            change()
            client.flush()
        assert heard == ["children", "tags", "attributes", "destroy"]

    def test_hear_what_became_different_while_an_object_was_gone(
        self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject
    ) -> None:
        heard: list[Any] = []
        mine.items.on_insert += lambda item, index: heard.append((item, index))
        mine.on_destroy += lambda: heard.append("gone")
        note.remove()
        client.flush()
        with hub.record():
            hub.create_object(Note, id=note.id).items.append(4)
        client.flush()
        assert heard == ["gone", (4, 3)]
        assert client.object(note.id) is mine

    def test_events_reach_handlers(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        heard: list[Any] = []
        mine.on("ping", lambda emission: heard.append((emission.name, emission["x"])))
        end = mine.on("ping", lambda: heard.append("bare"))
        note.emit("ping", x=1)
        client.flush()
        assert heard == [("ping", 1), "bare"]
        end()
        note.emit("ping", x=2)
        client.flush()
        assert heard[2:] == [("ping", 2)]

    def test_what_a_client_emits_goes_to_the_server_only(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        heard: list[Any] = []
        on_server: list[Any] = []
        mine.on("ping", heard.append)
        note.on("ping", lambda emission: on_server.append((emission["x"], emission.session)))
        mine.emit("ping", x=1)
        client.flush()
        assert (heard, on_server) == ([], [(1, client.session)])


class TestPretend:
    def test_shows_here_only_and_drops(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        seen: list[int] = []
        mine.count.on_set += seen.append
        with client.pretend() as preview:
            mine.count.set(9)
            mine.add_child("Note")
        client.flush()
        assert (mine.count.value, len(mine.children), note.count.value, note.children) == (9, 1, 0, [])
        assert preview.is_shown
        preview.drop()
        preview.drop()
        assert (mine.count.value, mine.children, seen) == (0, [], [9, 0])
        assert client.pending_count == 0

    def test_stays_on_top_of_what_comes(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        with client.pretend() as preview:
            mine.text.insert(3, "!")
        note.text.insert(0, "x")
        mine.count.add(1)
        client.flush()
        assert (mine.text.value, note.text.value, note.count.value) == ("xabc!", "xabc", 1)
        action = preview.commit()
        client.flush()
        assert action.result()
        assert note.text.value == "xabc!"

    def test_what_is_done_meanwhile_goes_below_it(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        with client.pretend() as preview:
            mine.text.insert(0, ">> ")
        mine.text.insert(len(mine.text), "!")
        assert mine.text.value == ">> abc!"
        client.flush()
        assert note.text.value == "abc!"
        preview.drop()
        assert mine.text.value == "abc!"

    def test_what_stands_on_a_preview_cannot_be_done(self, client: MemoryClient, mine: ClientObject) -> None:
        with client.pretend():
            child = mine.add_child("Note")
        with pytest.raises(LocalError, match="commit that first"):
            child.count.add(1)
        assert client.pending_count == 0
        assert child.count.value == 0

    def test_ends_once(self, client: MemoryClient, mine: ClientObject) -> None:
        with client.pretend() as preview:
            mine.count.add(1)
        preview.commit()
        with pytest.raises(LocalError):
            preview.commit()
        with pytest.raises(LocalError), preview:
            pass

    def test_an_exception_drops_it(self, client: MemoryClient, mine: ClientObject) -> None:
        with suppress(ZeroDivisionError), client.pretend() as preview:
            mine.count.add(1)
            1 / 0
        assert mine.count.value == 0
        assert not preview.is_shown


class TestCalls:
    def test_answers_behind_its_changes(self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        def rename(name: str) -> str:
            note.text.set(name)
            return f"now {name} after {note.count.value}"

        note.register_service("rename", rename)
        mine.count.add(1)
        seen: list[str] = []
        answer = mine.call("rename", name="Bob")
        answer.on_done(lambda _: seen.append(mine.text.value))
        client.flush()
        assert answer.result() == "now Bob after 1"
        assert seen == ["Bob"]

    def test_failures_name_the_reason(self, client: MemoryClient) -> None:
        answer = client.call("nothing")
        client.flush()
        with pytest.raises(CallError) as caught:
            answer.result()
        assert caught.value.code == "unknown_service"

    def test_an_undo_of_nobody_knows_whose_is_refused(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        note.count.set(5)
        for revert in (client.undo, client.redo):
            with pytest.raises(ValueError, match=r"whose='own'.*'all'.*'mine'"):
                revert(whose="mine")  # type: ignore[arg-type]  # on purpose
        client.flush()
        assert note.count.value == 5

    def test_undo_and_redo(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        mine.count.add(1)
        done = client.undo()
        client.flush()
        assert done.result() == UndoResult(True)
        assert mine.count.value == 0
        client.redo(mine)
        client.flush()
        assert mine.count.value == 1


def forget_everyone(hub: Hub) -> None:
    """The server forgets whoever is away."""
    hub.limits = Limits(remembered_sessions=0)
    hub.tick(1000.0)


class TestReconnecting:
    def test_actions_are_applied_once_whatever_was_lost(self, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        mine.count.add(1)
        client.send()  # it arrives, its answer does not
        client.cut()
        mine.count.add(1)
        assert client.status.state == "offline"
        assert mine.count.value == 2
        client.advance(1)
        client.flush()
        assert (client.status.state, note.count.value, mine.count.value, client.pending_count) == ("live", 2, 2, 0)

    def test_a_session_that_is_gone_begins_anew_and_keeps_undecided_work(self, hub: Hub, note: Note, client: MemoryClient) -> None:
        mine = client.object(note.id)
        former = client.session
        child = mine.add_child("Note", count=1)
        client.cut()
        mine.count.add(5)
        grandchild = child.add_child("Note", count=2)
        forget_everyone(hub)
        client.advance(1)
        client.flush()
        assert note.count.value == 5
        assert client.session != former
        assert client.object(note.id) is mine
        assert note.children[0].children[0].count.value == 2
        assert grandchild.is_destroyed  # its id was of the former session
        assert [each.id for each in client.root.walk()] == [each.id for each in hub.root.walk()]

    def test_edits_move_past_what_was_changed_meanwhile(self) -> None:
        hub = make_hub(limits=Limits(snapshot_transactions=0))
        note = hub.create_object(Note)
        client = MemoryClient(hub)
        mine = client.object(note.id)
        told = outcomes(client)
        client.cut()
        mine.text.insert(3, "!")
        mine.items.append(4)
        note.text.set("an abc")
        note.items.pop(0)
        forget_everyone(hub)
        client.advance(1)
        client.flush()
        assert told == []
        assert (mine.text.value, note.text.value, note.items.value) == ("an abc!", "an abc!", [2, 3, 4])

    def test_what_was_done_to_something_that_is_gone_is_reported(self) -> None:
        hub = make_hub(limits=Limits(snapshot_transactions=0))
        note = hub.create_object(Note)
        client = MemoryClient(hub)
        told = outcomes(client)
        client.cut()
        client.object(note.id).count.add(1)
        note.remove()
        hub.create_object(Fixed, id=note.id)
        forget_everyone(hub)
        client.advance(1)
        client.flush()
        assert [(rejection.code, rejection.message) for rejection in told] == [("unknown_object", f"Note({note.id}) is no longer there")]

    def test_keeps_to_the_pace_of_the_server(self) -> None:
        hub = make_hub(limits=Limits(actions_per_second=10, actions_burst=10))
        note = hub.create_object(Note)
        client = MemoryClient(hub)
        mine = client.object(note.id)
        for _ in range(30):
            mine.count.add(1)
        client.flush()
        assert note.count.value == 9
        for _ in range(30):
            client.advance(0.1)
            client.flush()
        assert (note.count.value, client.status.state) == (30, "live")

    def test_what_a_forgetful_server_may_have_applied_is_reported_and_not_repeated(
        self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject
    ) -> None:
        told = outcomes(client)
        mine.count.add(1)
        client.send()  # it arrives, its answer does not
        client.cut()
        mine.count.add(10)
        forget_everyone(hub)
        client.advance(1)
        client.flush()
        assert [rejection.code for rejection in told] == ["unknown_outcome"]
        assert note.count.value == mine.count.value == 11

    def test_a_snapshot_that_breaks_off_loses_nothing(self) -> None:
        hub = make_hub(limits=Limits(page_objects=1, outbox_bytes=1000, snapshot_transactions=0))
        note = hub.create_object(Note)
        client = MemoryClient(hub)
        mine = client.object(note.id)
        for _ in range(20):
            note.add_child(Note)
        client.flush()
        mine.count.add(1)
        client.send()  # it arrives, its answer does not
        client.cut()
        hub.epoch = "another"  # so that the whole state is sent
        client.advance(1)
        client.send()
        client.receive()
        client.advance(4)
        client.send()  # it has acknowledged the welcome and the first pages
        client.cut()
        client.advance(1)
        for _ in range(30):
            client.flush()  # as far as the server's window goes
            client.advance(4)
        assert (note.count.value, mine.count.value, client.pending_count) == (1, 1, 0)

    def test_a_rejection_is_heard_of_with_a_snapshot_too(self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        told = outcomes(client)
        mine.count.add(100)
        client.send()
        client.cut()
        hub.log.digest.floor = hub.log.head + 1  # the log does not reach back to where the client was
        client.advance(1)
        hub.log.digest.floor = 0
        client.flush()
        assert [rejection.code for rejection in told] == ["rejected"]
        assert mine.count.value == 0

    def test_listeners_hear_the_difference_only(self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        heard: list[Any] = []
        mine.count.on_set += heard.append
        mine.items.on_insert += lambda item, index: heard.append((item, index))
        mine.text.on_set += heard.append
        extra = note.add_attribute("extra", IntTopic, 1)
        client.flush()
        mine.extra.on_set += lambda value: heard.append(("extra", value))
        client.cut()
        note.items.append(9)
        extra.set(2)
        forget_everyone(hub)
        client.advance(1)
        client.flush()
        assert heard == [(9, 3), ("extra", 2)]

    def test_calls_under_way_say_that_they_were_cut_off(self, client: MemoryClient) -> None:
        under_way = client.call("undo")
        client.send()
        client.cut()
        with pytest.raises(CallError, match="disconnected"):
            under_way.result()
        waiting = client.call("undo")
        client.advance(1)
        client.flush()
        assert waiting.result() == {"done": False, "conflicts": []}

    def test_closing_gives_up_what_is_undecided(self, hub: Hub, note: Note, client: MemoryClient, mine: ClientObject) -> None:
        with client.record() as action:
            mine.count.add(1)
        waiting = client.call("undo")
        client.close()
        assert action.result() == Outcome(False, "closed", "closed by this client")
        assert mine.count.value == 0
        assert client.status == Status("closed", "closed by this client", 1000)
        assert hub.clients == []
        with pytest.raises(CallError):
            waiting.result()
        with pytest.raises(LocalError, match="closed"):
            mine.count.add(1)

    def test_a_refusal_is_final(self) -> None:
        client = MemoryClient(make_hub(token="secret"))
        assert (client.status.state, client.status.code) == ("closed", 4102)
        with pytest.raises(LocalError, match="no objects here yet"):
            client.root

    def test_a_silent_server_is_given_up_within_22_seconds(self) -> None:
        hub = make_hub(limits=Limits(heartbeat_seconds=1000, progress_seconds=1000))
        client = MemoryClient(hub)
        client.advance(20)
        assert client.status.state == "live"
        client.send()  # it asks, and nothing comes
        client.advance(4)
        assert (client.status.state, client.status.reason) == ("offline", "silent")
        client.advance(1)
        client.flush()
        assert client.status.state == "live"

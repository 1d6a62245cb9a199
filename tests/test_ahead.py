"""Told ahead: whatever a large transaction does after parts of it were told, whoever got them ends with what everyone has."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import BytesTopic, Element, Limits, Policy, SObject, attribute
from objectsync.acting import Actor, on_behalf
from objectsync.ahead import Part
from objectsync.connection import Connection
from objectsync.hub import Hub
from objectsync.transports.memory import decode_frame
from tests.clients import WireClient, make_hub
from tests.operations import OPERATIONS, Failure, Operation, perform
from tests.replica import Replica, same, state


@contextlib.contextmanager
def parts_of(objects: int) -> Iterator[None]:
    """Parts are told after so many new objects."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("objectsync.open_transaction.FIRST", objects)
        patch.setattr("objectsync.ahead.FIRST", objects)
        patch.setattr("objectsync.ahead._SOON", 1)
        yield


class Person:
    """A client, and what is shown to it: it follows PROTOCOL.md."""

    def __init__(self, hub: Hub, ahead: bool) -> None:
        self.wire = WireClient(hub, {"ahead": True} if ahead else None)
        self.hub = hub
        self.replica = Replica()
        self.parts: list[dict[str, Any]] = []
        self.ready = True
        """Whether its transport can write at the moment."""
        self.told = 0
        """How many parts were used."""
        for message in self.wire.greeting:
            self._apply(message)
        self.forget = hub.add_waker(lambda: None, prepare=self._prepare)

    def _prepare(self, connection: Connection, part: Part) -> bool | None:
        if connection is not self.wire.link.connection:
            return None
        if not self.ready:
            return False
        frame = connection.prepare(part, 0.0)
        if frame is None:
            return None
        self.wire.frames += 1
        self.parts.append(decode_frame(frame))
        return True

    def hear(self) -> None:
        """Apply what has come."""
        for message in self.wire.receive():
            self._apply(message)
        self.wire.ack()

    def _apply(self, message: dict[str, Any]) -> None:
        for change in message.get("changes", ()):
            self.replica.apply(change)
        for transaction in message.get("transactions", ()):
            if "ahead" in transaction:
                of, count = transaction["ahead"]
                parts = [part["changes"] for part in self.parts if part["of"] == of]
                assert len(parts) >= count
                self.told += count
                for change in [change for part in parts[:count] for change in part]:
                    self.replica.apply(change)
            for change in transaction.get("changes", ()):
                self.replica.apply(change)


class Stage:
    """A hub, the person who clicks, and another one who watches."""

    def __init__(self, **options: Any) -> None:
        self.hub = make_hub(**options)
        with self.hub.as_current():
            self.top = Element("div", id="top")
        self.author = Person(self.hub, ahead=True)
        self.watcher = Person(self.hub, ahead=False)

    def act(self, act: Callable[[], Any]) -> None:
        """Do it on behalf of the author."""
        on_behalf(Actor(self.author.wire.session), act)

    def check(self) -> None:
        """Everyone has what there is, and so has who comes now."""
        for person in (self.author, self.watcher, Person(self.hub, ahead=True)):
            person.hear()
            assert same(person.replica.plain(), state(self.hub))

    def rows(self, amount: int) -> list[Element]:
        """Rows of a cell each."""
        made: list[Element] = []
        for number in range(amount):
            made.append(Element("tr", parent=self.top))
            Element("td", parent=made[-1], text=f"cell {number}")
        return made


def test_a_large_table_comes_in_parts_and_as_a_whole_to_others() -> None:
    with parts_of(100):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                stage.rows(300)

        stage.act(make)
        assert len(stage.author.parts) > 2
        stage.check()
        assert stage.author.told == len(stage.author.parts)
        assert stage.watcher.parts == []


def test_what_is_below_the_limit_is_told_at_its_end_alone() -> None:
    stage = Stage()

    def make() -> None:
        with stage.hub.record():
            stage.rows(4_000)

    stage.act(make)
    assert stage.author.parts == []
    stage.check()


def test_nothing_is_told_ahead_to_who_sees_only_a_part_or_has_not_asked_or_where_python_acts_by_itself() -> None:
    with parts_of(10):
        stage = Stage()
        only_a_part = Person(stage.hub, ahead=True)
        only_a_part.wire.link.send({"type": "subscribe", "scopes": [{"root": "top"}]})
        only_a_part.hear()

        def make() -> None:
            with stage.hub.record():
                stage.rows(100)

        for session in (only_a_part.wire.session, stage.watcher.wire.session, "nobody"):
            on_behalf(Actor(session), make)
        make()
        assert stage.author.parts == stage.watcher.parts == only_a_part.parts == []
        stage.check()


def test_whose_policy_hides_things_is_told_nothing_ahead() -> None:
    class Hiding(Policy):
        def may_see(self, session: Any, sobject: SObject, name: str | None = None) -> bool:
            return sobject.id != "3"

    with parts_of(10):
        stage = Stage(policy=Hiding())

        def make() -> None:
            with stage.hub.record():
                stage.rows(100)

        stage.act(make)
        assert stage.author.parts == []


def test_what_changes_after_it_was_told_changes_for_everyone() -> None:
    with parts_of(20):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                rows = stage.rows(100)
                rows[0].children[0].text.set("another")
                rows[1].add_tag("told")
                rows[2].move_to(stage.top, 50)
                rows[3].remove()
                rows[4].on("click", lambda: None)
                Element("td", parent=rows[5], text="one more")
                rows[6].classes.append("odd")
                rows[7].clear()

        stage.act(make)
        assert stage.author.parts
        stage.check()
        stage.hub.undo()
        stage.check()
        assert stage.top.children == []
        stage.hub.redo()
        stage.check()


def test_what_fails_is_told_to_nobody_and_the_next_one_is_right() -> None:
    with parts_of(20):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                stage.rows(100)
                raise Failure

        with pytest.raises(Failure):
            stage.act(make)
        assert stage.author.parts
        stage.check()
        assert stage.author.told == 0

        def again() -> None:
            with stage.hub.record():
                stage.rows(50)

        stage.act(again)
        stage.check()
        assert stage.author.told > 0


@pytest.mark.parametrize("kept", [0, 5, 30, 45])
def test_a_part_that_was_taken_back_is_not_counted_on(kept: int) -> None:
    with parts_of(20):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                before = stage.rows(kept)
                with contextlib.suppress(Failure), stage.hub.record():
                    stage.rows(60)
                    for row in before[:3]:
                        row.children[0].text.set("taken back")
                        row.remove()
                    raise Failure
                after = stage.rows(300)
                for row in (*before[:1], *after[:1]):
                    row.children[0].text.set("stays")

        stage.act(make)
        stage.check()
        stage.hub.undo()
        stage.check()


def test_a_part_that_says_what_was_taken_back_is_not_counted_on() -> None:
    with parts_of(20):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                rows = stage.rows(8)
                with contextlib.suppress(Failure), stage.hub.record():
                    rows[0].children[0].text.set("taken back")
                    rows[1].add_tag("back")
                    rows[2].move_to(rows[3])
                    for _ in range(5):
                        Element("td", parent=rows[7])  # of the row that is still being made
                    assert stage.author.parts
                    raise Failure
                stage.rows(60)

        stage.act(make)
        stage.check()
        stage.hub.undo()
        stage.check()


def test_an_object_is_told_when_it_has_been_built() -> None:
    class Table(Element):
        def build(self, amount: int) -> None:  # type: ignore[override]
            super().build("table")
            for number in range(amount):
                Element("td", parent=self, text=f"{number}")
            self.text.set("built")

    with parts_of(10):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                Table(60, parent=stage.top)
                assert stage.author.parts == []
                stage.rows(60)

        stage.act(make)
        assert stage.author.parts
        stage.check()


def test_bytes_come_with_the_whole() -> None:
    class Picture(SObject):
        data = attribute(BytesTopic)

    with parts_of(10):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                for number in range(60):
                    Picture(parent=stage.top, data=bytes([number]))

        stage.act(make)
        assert stage.author.parts == []
        stage.check()


def test_a_part_waits_for_who_writes_at_that_moment() -> None:
    with parts_of(20):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                stage.author.ready = False
                stage.rows(40)
                assert stage.author.parts == []
                stage.author.ready = True
                stage.rows(40)

        stage.act(make)
        assert len(stage.author.parts) > 1
        stage.check()
        assert stage.author.told == len(stage.author.parts)


def test_what_could_not_be_told_ahead_comes_with_the_whole() -> None:
    with parts_of(20):
        stage = Stage()

        def make() -> None:
            with stage.hub.record():
                stage.rows(40)
                stage.author.ready = False
                stage.rows(100)

        stage.act(make)
        assert stage.author.parts
        stage.check()
        assert stage.author.told == len(stage.author.parts)


def test_no_more_is_told_ahead_than_the_client_acknowledges() -> None:
    with parts_of(20):
        stage = Stage(limits=Limits(outbox_bytes=4_000))
        stage.author.wire.ack()

        def make() -> None:
            with stage.hub.record():
                stage.rows(1_000)

        stage.act(make)
        assert 0 < stage.author.wire.link.connection.bytes_under_way < 8_000
        stage.author.wire.ack()
        stage.check()


def test_who_comes_back_meanwhile_gets_the_whole() -> None:
    with parts_of(20):
        stage = Stage()
        again: list[WireClient] = []
        told: list[int] = []

        def make() -> None:
            with stage.hub.record():
                stage.rows(40)
                wire = stage.author.wire
                told.append(len(stage.author.parts))
                wire.link.close(clean=False)
                known = {"session": wire.session, "token": wire.token, "epoch": wire.epoch, "seq": wire.seq, "hash": wire.hash}
                again.append(WireClient(stage.hub, {**known, "attempt": 2, "ahead": True}))
                stage.author.wire = again[0]
                stage.rows(100)

        stage.act(make)
        assert told == [len(stage.author.parts)] != [0]
        (transaction,) = [each for message in again[0].receive() for each in message.get("transactions", ())]
        assert "ahead" not in transaction
        for change in transaction["changes"]:
            stage.author.replica.apply(change)
        assert same(stage.author.replica.plain(), state(stage.hub))


STEP = OPERATIONS | st.lists(OPERATIONS, max_size=4) | st.integers(1, 6)
"""An operation; several that fail together; or so many new rows."""


@given(st.lists(OPERATIONS, max_size=5), st.lists(st.lists(STEP, max_size=12), max_size=4), st.integers(1, 4), st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_a_transaction_does_everyone_has_the_same(
    before: list[Operation], transactions: list[list[Any]], size: int, data: st.DataObject
) -> None:
    with parts_of(size):
        stage = Stage()
        states = [state(stage.hub)]
        for operation in before:
            perform(stage.hub, operation)
        stage.hub.clear_history()
        states = [state(stage.hub)]

        def run(steps: list[Any]) -> None:
            with stage.hub.record():
                for step in steps:
                    stage.author.ready = data.draw(st.booleans())
                    if isinstance(step, int):
                        parent = stage.top if stage.hub.has_object("top") else stage.hub.root
                        for number in range(step):
                            Element("td", parent=Element("tr", parent=parent), text=f"{number}")
                    elif isinstance(step, list):
                        with contextlib.suppress(Failure), stage.hub.record():
                            for operation in step:
                                perform(stage.hub, operation)
                            raise Failure
                    else:
                        perform(stage.hub, step)

        for steps in transactions:
            done = len(stage.hub.history.done)
            stage.act(lambda steps=steps: run(steps))  # type: ignore[misc]
            stage.check()
            if len(stage.hub.history.done) > done:
                states.append(state(stage.hub))
        for earlier in reversed(states[:-1]):
            stage.hub.undo()
            assert state(stage.hub) == earlier
        stage.check()

"""Creating one object after another: whatever happens between two of them, the next one gets its place, its id and its depth."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import (
    AlreadyExists,
    Destroyed,
    Element,
    IntTopic,
    InvalidValue,
    LimitExceeded,
    Limits,
    SObject,
    StringTopic,
    UnknownAttribute,
    attribute,
)
from objectsync.hub import Hub
from objectsync.log import weigh
from tests.clients import WireClient, changes_in, make_hub
from tests.replica import Replica, same, state


class Cell(SObject):
    text = attribute(StringTopic)
    number = attribute(IntTopic, 7)


@pytest.fixture
def hub() -> Hub:
    return make_hub()


@pytest.fixture
def top(hub: Hub) -> Cell:
    return Cell(server=hub, text="top")


@contextmanager
def taken_back(hub: Hub) -> Iterator[None]:
    """What happens inside fails."""
    with suppress(ZeroDivisionError), hub.record():
        yield
        raise ZeroDivisionError


def texts(sobject: SObject) -> list[str]:
    return [child.text.value for child in sobject.children if isinstance(child, Cell)]


def test_below_a_parent_that_was_cleared_meanwhile(hub: Hub, top: Cell) -> None:
    with hub.record():
        Cell(parent=top, text="a")
        top.clear()
        Cell(parent=top, text="b")
    assert texts(top) == ["b"]


@pytest.mark.parametrize("id", [None, "root"], ids=["made", "refused"])
def test_below_a_parent_whose_clearing_was_taken_back(hub: Hub, top: Cell, id: str | None) -> None:
    Cell(parent=top, text="a")
    with hub.record():
        with taken_back(hub):
            top.clear()
            with suppress(AlreadyExists):
                Cell(parent=top, text="b", id=id)
        Cell(parent=top, text="c")
    assert texts(top) == ["a", "c"]


@pytest.mark.parametrize("remove", [SObject.remove, lambda parent: parent.parent.remove(), lambda parent: parent.parent.clear()])
def test_not_below_one_that_is_gone(hub: Hub, top: Cell, remove: Callable[[SObject], None]) -> None:
    parent = Cell(parent=top)
    with hub.record():
        Cell(parent=parent)
        remove(parent)
        with pytest.raises(Destroyed):
            Cell(parent=parent)
    assert parent not in hub.objects.values()


def test_not_below_one_whose_creation_was_taken_back(hub: Hub, top: Cell) -> None:
    made: list[Cell] = []
    with hub.record():
        with taken_back(hub):
            made.append(Cell(parent=top))
            Cell(parent=made[0])
        with pytest.raises(Destroyed):
            Cell(parent=made[0])
    assert top.children == []


@pytest.mark.parametrize("moved", [0, 1], ids=["it", "what it is in"])
def test_below_a_parent_that_is_deeper_now(moved: int) -> None:
    hub = make_hub(limits=Limits(tree_depth=6))
    chain: list[SObject] = [hub.root]
    for _ in range(3):
        chain.append(Cell(parent=chain[-1]))
    boxes = [Cell(parent=hub.root)]
    boxes.append(Cell(parent=boxes[0]))
    with hub.record():
        Cell(parent=boxes[1])
        boxes[1 - moved].move_to(chain[3 - moved])
        for _ in range(2):
            boxes.append(Cell(parent=boxes[-1]))
        with pytest.raises(LimitExceeded):
            Cell(parent=boxes[-1])


def test_below_a_parent_that_moved_and_came_back(hub: Hub, top: Cell) -> None:
    other, parent = Cell(parent=top), Cell(parent=top)
    with hub.record():
        with taken_back(hub):
            parent.move_to(other)
            Cell(parent=parent)
        Cell(parent=parent, text="a")
    assert hub.format_tree(top) == "\n".join(
        [repr(top), f"  {other!r}", f"  {parent!r}", *(f"    {child!r}" for child in parent.children)],
    )
    assert texts(parent) == ["a"]


def test_undo_takes_back_what_was_made_below_old_and_new_parents_by_turns(hub: Hub, top: Cell) -> None:
    client = WireClient(hub)
    replica = Replica()
    for change in client.greeting[1]["changes"]:
        replica.apply(change)
    before = state(hub)
    with hub.record():
        for _ in range(3):
            inner = Cell(parent=top)
            for _ in range(2):
                Cell(parent=inner)
                Cell(parent=top)
    assert len(hub.history.done[-1].inverses) == 3 + 6
    for expected in (state(hub), before):
        for change in changes_in(client.receive()):
            replica.apply(change)
        assert same(replica.plain(), expected)
        hub.undo()


def test_undo_and_redo_of_a_table_in_the_place_of_another_one(hub: Hub, top: Cell) -> None:
    client = WireClient(hub)
    replica = Replica()
    for change in client.greeting[1]["changes"]:
        replica.apply(change)
    for number in range(50):
        Cell(parent=top, text=f"old {number}")
    states = [state(hub)]
    with hub.record():
        top.clear()
        for number in range(50):
            Cell(parent=top, text=f"new {number}")
        top.text.set("fifty more")
        for number in range(50):
            Cell(parent=top, text=f"newer {number}")
    states.append(state(hub))
    for change in changes_in(client.receive()):
        replica.apply(change)
    for expected, act in ((states[1], hub.undo), (states[0], hub.redo), (states[1], hub.undo), (states[0], None)):
        assert same(state(hub), expected)
        for change in changes_in(client.receive()):
            replica.apply(change)
        assert same(replica.plain(), expected)
        if act is not None:
            act()


def test_what_undoes_many_creations_is_kept_in_few_bytes_beside_other_changes(hub: Hub, top: Cell) -> None:
    def kept(amount: int) -> int:
        with hub.record():
            for number in range(amount):
                Cell(parent=top, text=f"{number}")
            top.number.set(amount)
            for number in range(amount):
                Cell(parent=top, text=f"{number}")
        return weigh(hub.history.done[-1].inverses)

    assert kept(1000) - kept(100) < 1800 * 10


def test_on_another_thread_it_waits_for_the_transaction_of_this_one(hub: Hub, top: Cell) -> None:
    begun = threading.Event()

    def make() -> None:
        begun.set()
        Cell(parent=top, text="theirs")

    other = threading.Thread(target=make)
    with hub.record():
        Cell(parent=top, text="ours")
        other.start()
        begun.wait()
        Cell(parent=top, text="ours too")
    other.join()
    assert texts(top) == ["ours", "ours too", "theirs"]
    hub.undo()
    assert texts(top) == ["ours", "ours too"]


class Greeting(SObject):
    text = attribute(StringTopic, "hello")


class Shout(SObject):
    text = attribute(StringTopic)

    def build(self, text: str) -> None:
        self.text.set(text.upper())


class Nameless(SObject):
    number = attribute(IntTopic, 7)


GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "tag": st.sampled_from(["div", "td", "span"]),
        "text": st.sampled_from(["", "a", "b", "é", "日本", "\U0001f600"]),
        "classes": st.just(["c"]),
        "value": st.just("v"),
    },
)


class TestTexts:
    """Most elements are given a tag and a text: they have a table of values only when somebody asks."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(GIVEN, min_size=1, max_size=4), st.integers(1, 20), st.integers(0, 3))
    def test_whatever_elements_are_given_everyone_has_it(self, shape: list[dict[str, Any]], times: int, look: int) -> None:
        hub = make_hub()
        client = WireClient(hub)
        replica = Replica()
        for change in client.greeting[1]["changes"]:
            replica.apply(change)

        def check() -> None:
            found = hub.root.children[0].children
            values = [{name: each.get_attribute(name).value for name in wanted} for each, wanted in zip(found, shape * times, strict=True)]
            assert values == shape * times

        with hub.record():
            table = Element("table", server=hub)
            for count, given in enumerate(shape * times):
                tag = [given["tag"]] if "tag" in given else []
                made = Element(*tag, parent=table, **{name: value for name, value in given.items() if name != "tag"})
                if count % 4 < look:
                    assert made.text.value == given.get("text", "")
                    made.set_attributes(text="z")
                    made.text.set(given.get("text", ""))
        for change in changes_in(client.receive()):
            replica.apply(change)
        assert same(replica.plain(), state(hub))
        copy = hub.create_object(Element, serialized=table.serialize())
        assert [child.to_html() for child in copy.children] == [child.to_html() for child in table.children]
        copy.remove()
        table.remove()
        assert hub.undo()
        check()
        assert hub.undo()
        assert hub.undo()
        assert hub.undo()
        assert hub.redo()
        check()

    @pytest.mark.parametrize("given", [{}, {"text": ""}, {"text": "hello"}, {"text": "bye"}], ids=str)
    def test_a_class_whose_text_is_not_empty_at_first(self, hub: Hub, given: dict[str, Any]) -> None:
        greeting = Greeting(server=hub, **given)
        shown = f", text={given['text']!r}" if given.get("text", "hello") != "hello" else ""
        assert repr(greeting) == f"Greeting(id={greeting.id}{shown})"
        assert greeting.text.value == given.get("text", "hello")

    def test_a_build_gets_its_text(self, hub: Hub) -> None:
        assert Shout(server=hub, text="a").text.value == "A"
        assert hub.root.add_child(Shout, text="a").text.value == "A"
        assert Shout("a", server=hub).text.value == "A"

    def test_a_class_without_a_text_refuses_one(self, hub: Hub) -> None:
        with pytest.raises(UnknownAttribute, match="'text'"):
            Nameless(server=hub, text="a")
        assert hub.root.children == []

    @pytest.mark.parametrize("text", [3, None, b"a"], ids=str)
    def test_what_is_no_text_is_refused(self, hub: Hub, text: object) -> None:
        with pytest.raises(InvalidValue, match="'text'"):
            Cell(server=hub, text=text)
        assert hub.root.children == []

    def test_two_threads_that_look_at_once_have_the_same_table(self, hub: Hub) -> None:
        class Met(StringTopic):
            def __init__(self, owner: SObject, *given: Any) -> None:
                super().__init__(owner, *given)
                # Until both are here, having seen that there is no topic: in a loop, since who wakes up from a wait comes too late.
                here = met[owner._os_id]
                here.add(threading.current_thread())
                while len(here) < 2:
                    pass

        class Meeting(SObject):
            text = attribute(StringTopic)
            one = attribute(Met)
            other = attribute(Met)

        def write(name: str) -> None:
            for meeting in meetings:
                meeting.get_attribute(name).set(name)

        meetings = [Meeting(server=hub, text="a") for _ in range(10_000)]
        met: dict[str, set[threading.Thread]] = {meeting.id: set() for meeting in meetings}
        threads = [threading.Thread(target=write, args=(name,), daemon=True) for name in ("one", "other")]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
        assert {(each.text.value, each.one.value, each.other.value) for each in meetings} == {("a", "one", "other")}


class TestIds:
    def test_numbers_given_by_hand_are_passed_over(self, hub: Hub, top: Cell) -> None:
        given = int(top.id) + 2
        Cell(parent=top, id=str(given))
        assert [int(Cell(parent=top).id) for _ in range(3)] == [given - 1, given + 1, given + 2]

    def test_also_those_of_objects_that_came_from_elsewhere(self, hub: Hub, top: Cell) -> None:
        elsewhere = make_hub()
        given = int(top.id) + 2
        cell = Cell(server=elsewhere, id=str(given))
        hub.create_object(Cell, top, serialized=cell.serialize())
        assert [int(Cell(parent=top).id) for _ in range(2)] == [given - 1, given + 1]
        cell.remove()
        [restore] = elsewhere.history.done[-1].inverses
        hub.get_object(str(given)).remove()
        hub.apply(restore)
        assert int(Cell(parent=top).id) == given + 2

    def test_and_of_what_an_undo_of_something_from_elsewhere_brings(self, hub: Hub, top: Cell) -> None:
        elsewhere = make_hub()
        given = int(top.id) + 2
        Cell(server=elsewhere, id=str(given)).remove()
        [restore] = elsewhere.history.done[-1].inverses
        Cell(parent=top)
        hub.apply(restore)
        assert int(Cell(parent=top).id) == given + 1

    def test_one_that_is_taken_is_refused_and_changes_nothing(self, hub: Hub, top: Cell) -> None:
        with hub.record():
            Cell(parent=top, text="a")
            with pytest.raises(AlreadyExists):
                Cell(parent=top, id=top.id)
            Cell(parent=top, text="b")
        assert texts(top) == ["a", "b"]


def test_as_many_other_changes_as_creations_that_failed_are_told_as_they_are(hub: Hub, top: Cell) -> None:
    client = WireClient(hub)
    with hub.record():
        for _ in range(40):
            Cell(parent=top)
        with taken_back(hub):
            Cell(parent=top)
        top.text.set("done")
    assert changes_in(client.receive())[-1] == ["set", top.id, "text", "done"]
    assert len(top.children) == 40

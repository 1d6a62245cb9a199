"""What nobody refers to is destroyed, and nothing else is."""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from objectsync import Element, ObjDictTopic, ObjListTopic, ObjTopic, SObject, attribute
from objectsync.collector import collect
from objectsync.hub import Hub
from tests.clients import WireClient, changes_in, make_hub

ended: list[str] = []


class Thing(SObject):
    friend = attribute(ObjTopic)
    friends = attribute(ObjListTopic)

    def on_destroy(self) -> None:
        ended.append(self.id)


@pytest.fixture
def hub() -> Hub:
    ended.clear()
    hub = make_hub()
    hub.loose = set()
    return hub


def alive(hub: Hub) -> list[str]:
    return [child.id for child in hub.root.children]


def test_what_nobody_refers_to_goes_with_all_below_it(hub: Hub) -> None:
    Thing(id="a").add_child(Thing, id="b").add_child(Thing, id="c")
    client = WireClient(hub)
    assert collect(hub) == 1
    assert (alive(hub), set(hub.objects)) == ([], {"root"})
    assert ended == ["c", "b", "a"]
    assert changes_in(client.receive()) == [["destroy", "a"]]
    assert collect(hub) == 0
    assert ended == ["c", "b", "a"]


def test_what_a_variable_refers_to_stays_as_it_was(hub: Hub) -> None:
    kept = Thing(id="a")
    Thing(id="b")
    also = Thing(id="c")
    heard: list[Any] = []
    kept.friend.on_set += heard.append
    client = WireClient(hub)
    before = vars(kept).copy()
    assert collect(hub) == 1
    assert alive(hub) == ["a", "c"]
    assert hub.get_object("a") is kept
    assert vars(kept) == before
    assert (kept.parent, kept.children) == (hub.root, [])
    kept.friend.set(also)
    assert heard == [also]
    assert changes_in(client.receive()) == [["destroy", "b"], ["set", "a", "friend", "c"]]


def _with_child() -> SObject:
    return Thing(id="a").add_child(Thing, id="b")


def _with_topic() -> Any:
    return Thing(id="a").friend


def _in_a_container() -> Any:
    return {"x": [Thing(id="a")]}


def _in_a_closure() -> Callable[[], str]:
    thing = Thing(id="a")
    return lambda: thing.id


def _suspended() -> Any:
    def work() -> Any:
        thing = Thing(id="a")
        yield 1
        yield thing

    running = work()
    next(running)
    return running


@pytest.mark.parametrize("make", [_with_child, _with_topic, _in_a_container, _in_a_closure, _suspended])
def test_everything_that_can_refer_keeps(hub: Hub, make: Callable[[], Any]) -> None:
    holder = make()
    assert collect(hub) == 0
    assert alive(hub) == ["a"]
    del holder
    assert collect(hub) == 1
    assert alive(hub) == []


def test_a_listener_of_what_lives_keeps_what_it_refers_to(hub: Hub) -> None:
    lasting = hub.create_object(Thing, id="lasting")

    def listen() -> Callable[[], None]:
        label = Thing(id="label")
        return lasting.friend.on_set.add(label.friend.set)

    off = listen()
    assert collect(hub) == 0
    off()
    del off
    assert collect(hub) == 1


def test_objects_that_only_refer_to_each_other_go(hub: Hub) -> None:
    def make() -> None:
        one, two = Thing(id="a"), Thing(id="b")
        one.on("poke", lambda: two.emit("poke"))
        two.on("poke", lambda: one.emit("poke"))

    make()
    assert collect(hub) == 2


class TestTopics:
    def test_of_what_is_kept_they_keep(self, hub: Hub) -> None:
        holder = hub.create_object(Thing, id="holder")
        Thing(id="a", friend=Thing(id="b", friends=[Thing(id="c")]))
        holder.friends.append(Thing(id="d"))
        holder.friend.set(hub.get_object("a"))
        assert collect(hub) == 0
        holder.friend.set(None)
        assert collect(hub) == 3
        assert alive(hub) == ["holder", "d"]

    def test_of_what_a_variable_keeps_they_keep(self, hub: Hub) -> None:
        kept = Thing(id="a")
        kept.add_child(Thing, friends=[Thing(id="b").add_child(Thing)])
        assert collect(hub) == 0
        assert alive(hub) == ["a", "b"]

    def test_dynamic_ones_too_also_in_what_they_began_with(self, hub: Hub) -> None:
        kept = Thing(id="a")
        kept.add_attribute("first", ObjTopic, Thing(id="b"))
        kept.add_attribute("named", ObjDictTopic, {}).set({"x": Thing(id="c")})
        assert collect(hub) == 0

    def test_in_a_circle_they_keep_nothing(self, hub: Hub) -> None:
        one = Thing(id="a")
        one.friend.set(Thing(id="b", friend=one))
        one.friends.append(one)
        del one
        assert collect(hub) == 2


class TestWhatIsNotLoose:
    def test_what_was_put_somewhere_stays(self, hub: Hub) -> None:
        hub.create_object(Thing, id="a")
        hub.root.add_child(Thing, id="b")
        Thing(id="c", parent=hub.get_object("a"))
        Thing(id="d").move_to(hub.get_object("b"))
        assert collect(hub) == 0

    def test_what_an_undo_brought_back_stays(self, hub: Hub) -> None:
        thing = Thing(id="a")
        thing.remove()
        del thing
        hub.undo()
        assert collect(hub) == 0
        assert alive(hub) == ["a"]

    def test_other_servers_collect_nothing(self) -> None:
        hub = make_hub()
        Thing()
        assert collect(hub) == 0
        assert len(hub.root.children) == 1

    def test_nothing_goes_inside_record(self, hub: Hub) -> None:
        with hub.record():
            Thing(id="a")
            assert collect(hub) == 0
        assert collect(hub) == 1

    def test_a_creation_that_failed_is_none(self, hub: Hub) -> None:
        with pytest.raises(TypeError):
            Thing("positional")
        assert collect(hub) == 0


class TestHistory:
    def test_steps_that_only_concern_it_are_forgotten(self, hub: Hub) -> None:
        lasting = hub.create_object(Thing, id="lasting")
        hub.clear_history()
        lasting.friend.set(lasting)
        thing = Thing(id="a")
        thing.friend.set(thing)
        thing.add_child(Thing).remove()
        del thing
        assert collect(hub) == 1
        assert hub.undo()
        assert lasting.friend.value is None
        assert not hub.undo()
        assert hub.redo()
        assert lasting.friend.value is lasting
        assert alive(hub) == ["lasting"]

    def test_a_step_that_concerns_others_too_undoes_their_part(self, hub: Hub) -> None:
        lasting = hub.create_object(Thing, id="lasting")
        with hub.record():
            Thing(id="a")
            lasting.friend.set(lasting)
        assert collect(hub) == 1
        assert hub.undo()
        assert lasting.friend.value is None
        assert alive(hub) == ["lasting"]

    def test_it_is_no_step(self, hub: Hub) -> None:
        Thing(id="a")
        collect(hub)
        assert not hub.undo()


def test_one_whose_on_destroy_raises_stays_and_is_not_tried_again(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    calls: list[int] = []

    class Stubborn(SObject):
        def on_destroy(self) -> None:
            calls.append(1)
            raise ValueError("no")

    Stubborn(id="a")
    Thing(id="b")
    with caplog.at_level(logging.CRITICAL, "objectsync.collector"):
        assert collect(hub) == 2
        assert collect(hub) == 0
    assert (alive(hub), calls) == (["a"], [1])


def test_what_on_destroy_emits_is_handled_outside_the_lock(hub: Hub) -> None:
    lasting = hub.create_object(Thing)
    open_then: list[object] = []
    lasting.on("gone", lambda: open_then.append(hub.transactions.open))

    class Last(SObject):
        def on_destroy(self) -> None:
            lasting.emit("gone")

    Last()
    collect(hub)
    assert open_then == [None]


def test_its_memory_returns(hub: Hub) -> None:
    def make() -> weakref.ref[SObject]:
        box = Element("div", Element("b", text="x"))
        box.on("click", lambda: box.text.set("y"))
        return weakref.ref(box.children[0])

    reference = make()
    assert collect(hub) == 1
    gc.collect()
    assert reference() is None


def test_a_thousand_leave_nothing(hub: Hub) -> None:
    def cell() -> None:
        box = Element("div")
        label = Element("span", parent=box, text="0")
        button = Element("button", parent=box)
        button.on("click", lambda: label.text.set("1"))

    for _ in range(1_000):
        cell()
    assert collect(hub) == 1_000
    assert set(hub.objects) == {"root"}
    assert not any(isinstance(each, Element) for each in gc.get_objects())


def test_what_is_made_meanwhile_is_there(hub: Hub) -> None:
    class Maker:
        def __del__(self) -> None:
            Thing(id="made-by-its-end")

    class Heir(SObject):
        maker: Maker

        def on_destroy(self) -> None:
            Thing(id="made-before-it-went")

    kept = Thing(id="kept")
    circle: list[Any] = [Maker()]
    circle.append(circle)
    del circle
    Heir(id="heir")
    assert collect(hub) == 1
    assert alive(hub) == [kept.id, "made-by-its-end", "made-before-it-went"]
    assert {child.id for child in hub.root.children} == set(hub.objects) - {"root"}

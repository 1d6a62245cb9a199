"""The defects of the older ObjectSync (0.10.0, with Topicsync 0.13.0 underneath), by number: each must not happen here.

Those of connections, clients and the network (19–29, 32–34) have their tests beside the session layer and the server.
"""

from __future__ import annotations

import copy
import json
import pickle
import sys
import tracemalloc
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from objectsync import (
    DictTopic,
    EventTopic,
    FloatTopic,
    IntTopic,
    InvalidChangeError,
    ListenerLoop,
    ListTopic,
    ObjDictTopic,
    ObjTopic,
    SetTopic,
    SObject,
    StringTopic,
    attribute,
)
from objectsync.frames import encode
from objectsync.log import weigh
from objectsync.tree import Tree
from tests.replica import Replica, state


class Thing(SObject):
    n = attribute(IntTopic, 0)
    x = attribute(FloatTopic, 0.0)
    s = attribute(StringTopic, "")
    items = attribute(ListTopic)
    members = attribute(SetTopic)
    d = attribute(DictTopic)
    link = attribute(ObjTopic)
    named = attribute(ObjDictTopic)
    event = attribute(EventTopic)


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.fixture
def t(tree: Tree) -> Thing:
    return tree.create_object(Thing)


def sent(tree: Tree) -> list[Any]:
    """The newest transaction's changes, as clients get them."""
    changes: list[Any] = json.loads(encode(tree.log[tree.log.head].changes).json)
    return changes


@pytest.mark.parametrize("where", ["build", "init"])
def test_1_an_exception_in_build_or_init_leaves_no_zombie(tree: Tree, where: str) -> None:
    class Bad(SObject):
        fails = True

        def build(self) -> None:
            self.add_attribute("n", IntTopic)
            if where == "build" and Bad.fails:
                raise ZeroDivisionError

        def init(self) -> None:
            if where == "init" and Bad.fails:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tree.create_object(Bad, id="bad")
    assert not tree.has_object("bad")
    assert tree.root.children == []
    Bad.fails = False
    again = tree.create_object(Bad, id="bad")
    again.remove()
    assert not tree.has_object("bad")


def test_2_an_exception_in_a_listener_rolls_back(tree: Tree, t: Thing) -> None:
    def fail(_: str) -> None:
        t.n.set(1)
        raise ZeroDivisionError

    t.s.on_set += fail
    head = tree.log.head
    with pytest.raises(ZeroDivisionError):
        t.s.set("changed")
    assert (t.s.get(), t.n.get(), tree.log.head) == ("", 0, head)


def test_2_an_object_that_fails_to_build_takes_the_whole_record_with_it(tree: Tree, t: Thing) -> None:
    class Bad(SObject):
        def build(self) -> None:
            raise ZeroDivisionError

    def fail() -> None:
        with tree.record():
            t.n.set(5)
            t.add_child(Bad)

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (t.n.get(), t.children) == (0, [])


def test_3_undo_at_the_child_and_then_at_the_root_undoes_once(tree: Tree, t: Thing) -> None:
    tree.clear_history()
    t.n.add(5)
    assert tree.undo(t)
    assert not tree.undo()
    assert t.n.get() == 0


def test_4_change_and_destroy_in_one_record(tree: Tree, t: Thing) -> None:
    with tree.record():
        t.n.set(1)
        t.remove()
    assert tree.undo().conflicts == ()
    assert tree.get_object(t.id).n.get() == 0
    assert tree.redo().conflicts == ()
    assert not tree.has_object(t.id)


def test_4_create_change_and_destroy_in_one_record(tree: Tree) -> None:
    with tree.record():
        one = tree.create_object(Thing)
        one.n.set(1)
        one.remove()
    replica = Replica()
    assert tree.undo().conflicts == ()
    assert tree.redo().conflicts == ()
    assert tree.root.children == []
    replica.follow(tree)
    assert replica.plain() == state(tree)


def test_5_undo_of_a_record_that_added_an_attribute(tree: Tree, t: Thing) -> None:
    with tree.record():
        t.n.set(3)
        t.add_attribute("late", IntTopic)
    tree.undo()
    assert "late" not in t.attributes
    t.remove()
    assert t.is_destroyed()


def test_6_redo_of_an_unordered_stateful_attribute_gives_each_step(tree: Tree) -> None:
    class Loose(SObject):
        n = attribute(IntTopic, 0, order_strict=False)

    loose = tree.create_object(Loose)
    loose.n.set(1)
    loose.n.set(2)
    tree.undo()
    tree.undo()
    tree.redo()
    assert loose.n.get() == 1
    tree.redo()
    assert loose.n.get() == 2


@pytest.mark.parametrize("position", [100, -5])
def test_7_an_insertion_outside_is_refused_not_clamped(tree: Tree, t: Thing, position: int) -> None:
    head = tree.log.head
    with pytest.raises(IndexError):
        t.items.insert("x", position)
    assert (t.items.get(), tree.log.head) == ([], head)


def test_8_a_task_that_raises_is_not_repeated(tree: Tree, t: Thing) -> None:
    calls: list[int] = []

    def task() -> None:
        calls.append(1)
        raise ZeroDivisionError

    def commit() -> None:
        with tree.record():
            t.n.set(1)
            tree.do_after_transaction(task)

    with pytest.raises(ZeroDivisionError):
        commit()
    t.n.set(2)
    assert calls == [1]


def test_9_a_cycle_and_a_missing_parent_are_refused(tree: Tree, t: Thing) -> None:
    below = t.add_child(Thing)
    with pytest.raises(InvalidChangeError):
        t.move_to(below)
    with pytest.raises(KeyError):
        tree.create_object(Thing, parent_id="nope")
    assert (t.parent, below.parent) == (tree.root, t)
    t.remove()


def test_10_the_root_cannot_be_destroyed(tree: Tree, t: Thing) -> None:
    with pytest.raises(InvalidChangeError):
        tree.root.remove()
    assert tree.root.children == [t]


def test_10_an_exception_while_a_descendant_is_destroyed_leaves_all_alive(tree: Tree, t: Thing) -> None:
    class Clinging(SObject):
        def on_destroy(self) -> None:
            raise ZeroDivisionError

    clinging = t.add_child(Clinging)
    with pytest.raises(ZeroDivisionError):
        t.remove()
    assert not t.is_destroyed()
    assert not clinging.is_destroyed()
    assert tree.get_object(clinging.id) is clinging


def test_11_undo_of_destroy_keeps_the_order_of_siblings_and_the_tags(tree: Tree) -> None:
    siblings = [tree.create_object(Thing) for _ in range(4)]
    siblings[0].add_tag("first")
    siblings[0].remove()
    tree.undo()
    assert [o.id for o in tree.root.children] == [o.id for o in siblings]
    assert tree.root.children[0].has_tag("first")


def test_12_a_clone_with_children(tree: Tree, t: Thing) -> None:
    t.link.set(t.add_child(Thing))
    clone = tree.create_object(Thing, serialized=t.serialize())
    assert clone.link.get() is clone.children[0]
    assert clone.children[0] is not t.children[0]
    clone.remove()


def test_13_defaults_are_shared_with_nobody(tree: Tree) -> None:
    default: list[Any] = []

    class Shared(SObject):
        items = attribute(ListTopic, default)

        def build(self) -> None:
            self.late = self.add_attribute("late", ListTopic, default)

    a, b = tree.create_object(Shared), tree.create_object(Shared)
    a.items.append(1)
    a.late.append(1)
    assert (b.items.get(), b.late.get(), default) == ([], [], [])


def test_13_listeners_get_neither_the_live_value_nor_one_for_old_and_new(tree: Tree, t: Thing) -> None:
    kept: list[Any] = []
    t.items.on_set += kept.append
    t.items.on_set2 += lambda old, new: kept.append((old, new))
    t.d.on_set2 += lambda old, new: kept.append((old, new))
    t.items.insert(1)
    t.d["k"] = 1
    kept[0].append(2)
    assert t.items.get() == [1]
    assert kept[1] == ([], [1])
    assert kept[2] == ({}, {"k": 1})


def test_14_a_validator_that_raises_leaves_the_value(t: Thing) -> None:
    def no(_: Any) -> bool:
        raise ValueError("no")

    t.items.add_validator(no)
    with pytest.raises(InvalidChangeError, match="no"):
        t.items.insert(5)
    assert t.items.get() == []


def test_14_first_values_are_checked(t: Thing) -> None:
    with pytest.raises(TypeError):
        t.add_attribute("a", IntTopic, "abc")
    with pytest.raises(InvalidChangeError):
        t.add_attribute("b", SetTopic, [1, 1])
    assert not t.has_attribute("a")


def test_15_items_of_dicts_and_lists(tree: Tree, t: Thing) -> None:
    t.d["k"] = 1
    t.d["k"] = 2
    t.d["other"] = "k"
    del t.d["k"]
    assert t.d.get() == {"other": "k"}
    t.named["a"] = t
    del t.named["a"]
    assert len(t.named) == 0
    t.items.set([1, 2])
    t.items[0] = 9
    tree.undo()
    assert t.items.get() == [1, 2]  # one step
    t.link.set(t)
    t.link.set(None)
    assert t.link.get() is None


def test_16_own_topic_classes(tree: Tree, t: Thing) -> None:
    class Own(IntTopic):
        pass

    own = t.add_attribute("own", Own, 3)
    assert sent(tree) == [["attribute", t.id, "own", "int", 3]]
    own.add(1)
    assert own.get() == 4


def test_16_two_servers_share_no_ids_and_getters_change_nothing() -> None:
    one, two = Tree(), Tree()
    assert one.create_object(Thing).id == two.create_object(Thing).id


def test_16_serialized_data_can_be_copied_and_pickled(t: Thing) -> None:
    data = t.serialize()
    assert copy.copy(data) == copy.deepcopy(data) == pickle.loads(pickle.dumps(data)) == data  # our own


def test_16_a_root_of_ones_own_lives_like_any_object() -> None:
    lived: list[str] = []

    class Root(SObject):
        def build(self) -> None:
            lived.append("build")

        def init(self) -> None:
            lived.append("init")

    tree = Tree(Root)
    assert lived == ["build", "init"]
    assert str(tree.root) == "Root(root)"
    assert tree.root.serialize()["objects"][0]["type"] == "Root"


def test_17_text_typed_into_a_range_that_is_deleted_stays(tree: Tree, t: Thing) -> None:
    other = tree.create_object(Thing)
    t.s.set("hello world")
    tree.clear_history()
    t.s.delete(0, "hello ")  # to be undone past what another does
    other.n.on_set += lambda _: t.s.insert(2, "NEW")
    other.n.set(1)
    tree.undo(t)
    assert t.s.get() == "hello woNEWrld"


def test_18_the_inverse_of_a_float_addition_is_a_float_change(tree: Tree, t: Thing) -> None:
    t.x.add(0.5)
    tree.undo()
    change = sent(tree)[0]
    assert change[:3] == ["set", t.id, "x"]
    assert isinstance(change[3], float)
    assert isinstance(t.x.get(), float)


def test_19_a_value_that_json_cannot_write_is_refused_at_the_call(tree: Tree, t: Thing) -> None:
    head = tree.log.head
    for value in ({1, 2}, float("nan"), object(), [b"ok", {3}], 2**60, "\ud800"):
        for act in (lambda v=value: t.items.append(v), lambda v=value: t.d.add("k", v), lambda v=value: t.emit("event", x=v)):
            with pytest.raises(TypeError):
                act()
    assert (t.items.get(), t.d.get(), tree.log.head) == ([], {}, head)


def test_21_a_loop_of_listeners_ends(t: Thing) -> None:
    t.n.on_set += lambda n: t.n.set(n + 1)
    with pytest.raises(ListenerLoop):
        t.n.set(1)
    assert t.n.get() == 0


def effort(act: Callable[[], object]) -> tuple[int, int]:
    """How many functions it calls, and how many bytes it asks for at once: the least of five times, as a table grows now and then."""
    calls = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    found = []
    tracemalloc.start()
    try:
        for _ in range(5):
            calls = 0
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            sys.setprofile(note)
            act()
            sys.setprofile(None)
            found.append((calls, tracemalloc.get_traced_memory()[1] - before))
    finally:
        sys.setprofile(None)
        tracemalloc.stop()
    return min(calls for calls, _ in found), min(size for _, size in found)


def assert_alike(effort: tuple[int, int], other: tuple[int, int]) -> None:
    assert effort[0] <= other[0] + 10
    assert effort[1] <= other[1] + 10_000


def test_30_the_thousandth_sibling_costs_no_more_than_the_first(tree: Tree) -> None:
    few = effort(lambda: tree.create_object(Thing))
    for _ in range(4000):
        tree.create_object(Thing)
    assert_alike(effort(lambda: tree.create_object(Thing)), few)


def test_30_a_large_set_and_a_deep_object_cost_no_more(tree: Tree, t: Thing) -> None:
    t.members.set(list(range(100)))
    number = count(20_000)
    few = effort(lambda: t.members.append(next(number)))
    t.members.set(list(range(10_000)))
    assert_alike(effort(lambda: t.members.append(next(number))), few)
    low: SObject = t
    for _ in range(200):
        low = low.add_child(Thing)
    shallow = effort(lambda: t.n.set(next(number)))
    assert_alike(effort(lambda: low.n.set(next(number))), shallow)


def test_31_a_text_keeps_no_history_of_its_own(tree: Tree) -> None:
    class Screen(SObject):
        frame = attribute(StringTopic, "", is_stateful=False)

    screen = tree.create_object(Screen)
    for number in range(3000):
        screen.frame.set(f"{number}" + "x" * 25_000)
    kept = sum(map(weigh, tree.log.since(tree.log.first - 1)))
    assert kept < 40_000_000  # 75 MB were set
    assert len(tree.history.done) == 1  # the creation


def test_35_deep_trees_are_built_and_serialized_without_recursion(tree: Tree) -> None:
    low: SObject = tree.root
    for _ in range(250):
        low = low.add_child(Thing)
    data = tree.root.serialize()
    assert len(data["objects"]) == 251
    other = Tree()
    other.register(Thing)
    assert sum(1 for _ in other.create_object(SObject, serialized=data).walk()) == 251

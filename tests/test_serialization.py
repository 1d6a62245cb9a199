"""Objects as plain data and back: the same, with ids of their own where theirs are taken, and references that follow."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest

from objectsync import (
    AlreadyExists,
    BytesTopic,
    DictTopic,
    IntTopic,
    InvalidValue,
    ObjDictTopic,
    ObjListTopic,
    ObjTopic,
    SObject,
    StringTopic,
    attribute,
)
from objectsync.tree import Tree
from tests.replica import Replica, state, state_of


class Part(SObject):
    n = attribute(IntTopic, 0)
    data = attribute(BytesTopic)
    link = attribute(ObjTopic)


class Whole(SObject):
    name = attribute(StringTopic, "")
    parts = attribute(ObjListTopic)
    by_name = attribute(ObjDictTopic)

    def pre_build(self, values):
        self.early = self.add_attribute("early", DictTopic, {})

    def build(self):
        self.first = self.add_child(Part)
        self.second = self.add_child(Part)
        self.best = self.add_attribute("best", ObjTopic, self.second)
        self.parts.set([self.first, self.second])
        self.by_name["one"] = self.first
        self.first.link.set(self)


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.fixture
def whole(tree: Tree) -> Whole:
    return tree.create_object(Whole)


def test_it_is_plain_data(whole: Whole) -> None:
    whole.first.data.set(b"\x00")
    data = whole.serialize()
    assert data["format"] == 1
    assert copy.deepcopy(data) == data
    assert pickle.loads(pickle.dumps(data)) == data  # our own
    assert json.loads(json.dumps(data["objects"][0]))["type"] == "Whole"


def test_it_shares_nothing_with_the_object(whole: Whole) -> None:
    whole.early["k"] = [1]
    data = whole.serialize()
    data["objects"][0]["dynamic"]["early"]["value"]["k"].append(2)
    assert whole.early["k"] == [1]


def test_in_another_tree_it_is_the_same(whole: Whole) -> None:
    whole.early["k"] = [1]
    whole.add_tag("tagged")
    whole.second.n.set(7)
    whole.first.data.set(b"\x01")
    other = Tree()
    other.register(Part)
    back = other.create_object(Whole, serialized=json_like(whole.serialize()))
    assert state_of(back) == state_of(whole)
    assert back.serialize() == whole.serialize()
    assert back.second is back.children[1]
    assert back.best.get() is back.second
    assert back.early is back.get_attribute("early")


def json_like(data: dict[str, Any]) -> dict[str, Any]:
    """What a store gives back: equal, and not the same objects."""
    return copy.deepcopy(data)


def test_a_clone_has_ids_of_its_own_and_references_within_itself(tree: Tree, whole: Whole) -> None:
    outside = tree.create_object(Part)
    whole.second.link.set(outside)
    clone = tree.create_object(Whole, serialized=whole.serialize())
    assert not {o.id for o in clone.walk()} & {o.id for o in whole.walk()}
    assert clone.first is clone.children[0]
    assert clone.parts.get() == clone.children
    assert clone.by_name["one"] is clone.first
    assert clone.best.get() is clone.second
    assert clone.first.link.get() is clone
    assert clone.second.link.get() is outside
    clone.best.set(None)
    clone.best.set_to_default()
    assert clone.best.get() is clone.second
    tree.undo()
    tree.undo()
    tree.undo()
    assert not tree.has_object(clone.id)
    replica = Replica()
    replica.follow(tree)
    assert replica.plain() == state(tree)


def test_clones_of_clones_never_collide(tree: Tree, whole: Whole) -> None:
    """An id that is free in the tree may be one that a later record of the same data brings along."""
    data = whole.serialize()
    for _ in range(5):
        clone = tree.create_object(Whole, serialized=data)
        mixed = clone.serialize()
        clone.remove()
        tree.create_object(Whole, serialized=mixed)
        tree.create_object(Whole, serialized=mixed)
    assert len({o.id for o in tree.root.walk()}) == sum(1 for _ in tree.root.walk())


def test_an_id_that_a_record_keeps_is_not_given_to_another(tree: Tree) -> None:
    box = tree.create_object(Part)  # 1
    box.add_child(Part, id="5")
    data = box.serialize()
    box.get_children()[0].remove()
    tree.create_object(Part)
    tree.create_object(Part)  # 3: the next number is 4, then 5
    for _ in range(4):
        clone = tree.create_object(Part, serialized=data)
        assert len(list(clone.walk())) == 2


def test_with_an_id(tree: Tree, whole: Whole) -> None:
    clone = tree.create_object(Whole, id="copy", serialized=whole.serialize())
    assert clone.id == "copy"
    assert clone.first.link.get() is clone
    with pytest.raises(AlreadyExists):
        tree.create_object(Whole, id="copy", serialized=whole.serialize())


@pytest.mark.parametrize(
    "bad",
    [
        {},
        [],
        5,
        {"format": 2, "objects": []},
        {"format": 1, "objects": []},
        {"format": 1, "objects": [{"id": "1"}]},
        {"format": 1, "objects": [{"id": "1", "type": "Part", "parent": "9"}]},
        {"format": 1, "objects": [{"id": "1", "type": "Part"}, {"id": "1", "type": "Part", "parent": "1"}]},
        {"format": 1, "objects": [{"id": "1", "type": "Part"}, {"id": "2", "type": "Part"}]},
        {"format": 1, "objects": [{"id": "a/b", "type": "Part"}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "attributes": {"n": "abc"}}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "attributes": {"link": ["a"]}}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "dynamic": {"a": {"type": "obj_list", "value": [["a"]]}}}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "dynamic": {"a": {"type": "obj_dict", "value": {"b": {}}}}}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "dynamic": {"a": {"type": "nonsense", "value": 1}}}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "dynamic": {"a": {"type": "int", "value": "b"}}}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "dynamic": {"": {"type": "int", "value": 1}}}]},
        {"format": 1, "objects": [{"id": "x", "type": "Part", "dynamic": {"a": {"type": "int", "value": 1, "spec": {"x": 1}}}}]},
    ],
)
def test_what_is_no_such_data_is_refused_and_leaves_nothing(tree: Tree, bad: Any) -> None:
    before, head = state(tree), tree.log.head
    with pytest.raises(InvalidValue):
        tree.create_object(Part, serialized=bad)
    assert (state(tree), tree.log.head) == (before, head)
    assert set(tree.objects) == {"root"}


def test_a_restored_object_takes_no_arguments(tree: Tree, whole: Whole) -> None:
    with pytest.raises(TypeError, match="is not built, so it takes no name"):
        tree.create_object(Whole, serialized=whole.serialize(), name="x")


def test_the_root_can_be_serialized_too(tree: Tree, whole: Whole) -> None:
    tree.root.add_attribute("extra", IntTopic, 3)
    data = tree.root.serialize()
    copied = tree.create_object(SObject, serialized=data)
    assert copied.get_attribute("extra").get() == 3
    assert len(list(copied.walk())) == 4


def test_an_attribute_that_the_class_lost_is_left_out(tree: Tree) -> None:
    class Old(SObject):
        a = attribute(IntTopic, 1)
        b = attribute(IntTopic, 1)

    class New(SObject):
        a = attribute(IntTopic, 5)

    old = tree.create_object(Old, a=2, b=3)
    assert tree.create_object(New, serialized=old.serialize()).a.get() == 2

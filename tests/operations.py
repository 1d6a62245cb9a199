"""Random operations on a tree, through its public API: what the property tests draw from."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import strategies as st

from objectsync import (
    BoolTopic,
    BytesTopic,
    DictTopic,
    FloatTopic,
    GenericTopic,
    IntTopic,
    ListTopic,
    LocalError,
    ObjDictTopic,
    ObjListTopic,
    ObjSetTopic,
    ObjTopic,
    SetTopic,
    SObject,
    StringTopic,
    attribute,
)
from objectsync.tree import Tree


class Everything(SObject):
    """An object with an attribute of every type that has a value."""

    generic = attribute(GenericTopic, {"a": [1]})
    flag = attribute(BoolTopic, True)
    count = attribute(IntTopic, 3)
    ratio = attribute(FloatTopic, 0.1)
    label = attribute(StringTopic, "a😀b")
    data = attribute(BytesTopic, b"\x00\xff")
    members = attribute(SetTopic, [1, 2])
    items = attribute(ListTopic, ["x", "y"])
    table = attribute(DictTopic, {"$k": 1})
    one = attribute(ObjTopic)
    several = attribute(ObjListTopic)
    group = attribute(ObjSetTopic)
    named = attribute(ObjDictTopic)


class Family(SObject):
    """An object that is built with children, holds on to them, and has dynamic attributes."""

    derived = attribute(StringTopic, "derived 1")

    def pre_build(self, values):
        self.early = self.add_attribute("early", IntTopic, 1)

    def build(self, moved=None):
        self.late = self.add_attribute("late", ListTopic, [0])
        self.first = self.add_child(Everything)
        self.first.count.set(9)
        self.first.add_tag("first")
        self.add_child(Everything, flag=False)
        if moved is not None and not moved.is_root():
            moved.move_to(self)

    def init(self):
        self.early.on_set += lambda value: self.derived.set(f"derived {value}")


class Failure(Exception):
    """What goes wrong in the middle of things."""


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from([0.5, -0.25, 2.0])
    | st.sampled_from(["", "a", "é", "😀"])
    | st.binary(max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "$b", "__proto__"]), inner, max_size=2),
    max_leaves=4,
)
TEXTS = st.sampled_from(["", "x", "😀", "e\u0301", "hello", "漢字"])
NUMBER = st.integers(0, 30)
OPERATIONS = st.tuples(
    st.sampled_from(
        [
            *("create", "family", "adopt", "destroy", "clear", "move", "tag", "untag", "attribute", "drop"),
            *("generic", "flag", "count", "ratio", "label", "label", "data", "members", "items", "items", "table", "one", "several"),
            *("group", "named", "dynamic", "early"),
        ]
    ),
    NUMBER,
    NUMBER,
    VALUES,
    TEXTS,
)
Operation = tuple[str, int, int, Any, str]


def pick(tree: Tree, number: int) -> SObject:
    """One object of the tree."""
    objects = list(tree.root.walk())
    return objects[number % len(objects)]


def perform(tree: Tree, operation: Operation) -> None:
    """Do it, or be refused."""
    with contextlib.suppress(LocalError):
        _perform(tree, *operation)


def _perform(tree: Tree, kind: str, a: int, b: int, value: Any, text: str) -> None:
    one, other = pick(tree, a), pick(tree, b)
    match kind:
        case "create":
            one.add_child(Everything, count=b, label=text)
        case "family":
            one.add_child(Family)
        case "adopt":
            one.add_child(Family, moved=other)
        case "destroy":
            one.remove()
        case "clear":
            one.clear()
        case "move":
            one.move_to(other, b % (len(other.get_children()) + 1) if a % 2 else -1)
        case "tag":
            one.add_tag(f"tag{b % 3}")
        case "untag":
            one.remove_tag(f"tag{b % 3}")
        case "attribute":
            one.add_attribute(f"extra{b % 2}", GenericTopic, value)
        case "drop":
            one.remove_attribute(f"extra{b % 2}")
        case "dynamic":
            one.get_attribute(f"extra{b % 2}").set(value)
        case "early":
            _of(tree, Family, a).early.set(b)
        case _:
            _change(_of(tree, Everything, a), other, kind, b, value, text)


def _of(tree: Tree, cls: Any, number: int) -> Any:
    found = tree.root.top_down_search(type=cls)
    if not found:
        raise LocalError("there is none")
    return found[number % len(found)]


def _change(one: Everything, other: SObject, kind: str, b: int, value: Any, text: str) -> None:
    match kind:
        case "generic":
            one.generic.set(value)
        case "flag":
            one.flag.toggle()
        case "count":
            one.count.set(b) if b % 2 else one.count.add(b - 15)
        case "ratio":
            one.ratio.set(b / 7) if b % 2 else one.ratio.add((b - 15) / 7)
        case "label":
            change_label(one.label, b, text)
        case "data":
            one.data.set(text.encode())
        case "members":
            change_members(one.members, b, value)
        case "items":
            change_items(one.items, b, value)
        case "table":
            change_table(one.table, b, value)
        case "one":
            one.one.set(other if b % 3 else None)
        case "several":
            change_items(one.several, b, other)
        case "group":
            change_members(one.group, b, other)
        case "named":
            change_table(one.named, b, other)


def change_label(topic: StringTopic, b: int, text: str) -> None:
    position = b % (len(topic) + 1)
    if b % 5 == 0:
        topic.set(text)
    elif b % 2:
        topic.insert(position, text)
    else:
        topic.delete(position, min(b % 3, len(topic) - position))


def change_members(topic: SetTopic, b: int, item: Any) -> None:
    match b % 5:
        case 0:
            topic.append(item)
        case 1:
            topic.add(item)
        case 2:
            topic.remove(item)
        case 3:
            topic.discard(next(iter(topic), item))
        case _:
            topic.set([item])


def change_items(topic: ListTopic, b: int, item: Any) -> None:
    position = b % (len(topic.get_raw()) or 1)
    match b % 7:
        case 0:
            topic.append(item)
        case 1:
            topic.insert(item, position)
        case 2:
            topic.pop(position)
        case 3:
            topic[position] = item
        case 4:
            topic.move(position, b // 7 % (len(topic.get_raw()) or 1))
        case 5:
            topic.remove(item)
        case _:
            topic.set([item, item])


def change_table(topic: DictTopic, b: int, item: Any) -> None:
    key = ["$k", "a", "$$", "b c"][b % 4]
    match b % 5:
        case 0:
            topic[key] = item
        case 1:
            topic.add(key, item)
        case 2:
            topic.pop(key, None)
        case 3:
            topic.change_value(key, item)
        case _:
            topic.set({key: item})

"""Random edits of every kind, by whoever has a tree: the server and its clients change it with the same words."""

from __future__ import annotations

import random
from typing import Any

from objectsync import (
    BoolTopic,
    BytesTopic,
    DictTopic,
    EventTopic,
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

LETTERS = ["a", "b", "ß", "漢", "😀", "e\u0301", "👩\u200d💻", "\u0301"]
VALUES: list[Any] = [None, True, 0, 1, 1.5, "", "x", "😀", b"\x00\xff", [1, [2]], {"$k": {"a": b"z"}}, {"n": None}]
DYNAMIC = [IntTopic, StringTopic, ListTopic, DictTopic]


class Thing(SObject):
    """An attribute of every type. `left + right` is 0 wherever one looks, or half a transaction was seen."""

    client_creatable = True

    left = attribute(IntTopic, 0)
    right = attribute(IntTopic, 0)
    count = attribute(IntTopic, 0, validator=lambda value: -40 <= value <= 40)
    ratio = attribute(FloatTopic, 0.1)
    flag = attribute(BoolTopic, False)
    any = attribute(GenericTopic, None)
    text = attribute(StringTopic, "hello")
    data = attribute(BytesTopic, b"")
    items = attribute(ListTopic, [0], validator=lambda items: len(items) <= 12)
    members = attribute(SetTopic, [])
    table = attribute(DictTopic, {})
    one = attribute(ObjTopic)
    several = attribute(ObjListTopic)
    group = attribute(ObjSetTopic)
    named = attribute(ObjDictTopic)
    bell = attribute(EventTopic)
    derived = attribute(StringTopic, "")
    echo = attribute(IntTopic, 0)

    def init(self) -> None:
        self.count.on_set += lambda value: self.derived.set(f"count {value}")
        self.flag.on_set.add(lambda value: self.echo.add(1), auto=True)
        self.text.on_set += self.no_shouting
        self.on("bell", lambda: self.echo.add(100))

    def no_shouting(self, text: str) -> None:
        """A listener that changes what was just typed."""
        if "ß" in text:
            self.text.set(text.replace("ß", "ss"))


class Plain(SObject):
    """One that clients may not create, with an attribute that they may not change."""

    fixed = attribute(IntTopic, 0, writable=False)
    left = attribute(IntTopic, 0)
    right = attribute(IntTopic, 0)


def things(root: Any) -> list[Any]:
    """The objects that may be edited."""
    return [each for each in root.walk() if each.id not in ("root", "beacon")]


def edit(rnd: random.Random, root: Any) -> None:
    """A few changes, all of which fit where they are made; what does not fit is left out."""
    for _ in range(rnd.choice([1, 1, 1, 2, 3])):
        try:
            edit_one(rnd, root)
        except (LocalError, KeyError):
            continue


def edit_one(rnd: random.Random, root: Any) -> None:
    found = things(root)
    if not found:
        root.add_child("Thing")
        return
    thing = rnd.choice(found)
    kind = rnd.random()
    if kind < 0.12:
        amount = rnd.randint(1, 9)
        thing.left.add(amount)
        thing.right.add(-amount)
    elif kind < 0.30:
        edit_shape(rnd, root, thing, found)
    elif not hasattr(thing, "text"):
        thing.fixed.add(1)
    elif kind < 0.55:
        edit_text(rnd, thing.text)
    else:
        edit_value(rnd, thing, found)


def edit_shape(rnd: random.Random, root: Any, thing: Any, found: list[Any]) -> None:
    kind = rnd.randrange(9)
    if kind < 3 and len(found) < 8:
        parent = rnd.choice([root, thing])
        new = parent.add_child("Thing")
        new.count.set(rnd.randint(0, 9))
    elif kind == 3:
        thing.remove()
    elif kind == 4:
        thing.clear()
    elif kind == 5:
        thing.move_to(rnd.choice([root, *found]), rnd.choice([-1, 0, 1]))
    elif kind == 6:
        tag = rnd.choice("xyz")
        (thing.remove_tag if thing.has_tag(tag) else thing.add_tag)(tag)
    else:
        name = rnd.choice("pq")
        if not thing.has_attribute(name):
            thing.add_attribute(name, rnd.choice(DYNAMIC))
        elif rnd.random() < 0.3:
            thing.remove_attribute(name)
        else:
            topic = thing.get_attribute(name)
            if isinstance(topic, StringTopic):
                edit_text(rnd, topic)
            elif isinstance(topic, ListTopic):
                edit_list(rnd, topic, rnd.randint(0, 99))
            elif isinstance(topic, DictTopic):
                topic[rnd.choice("ab")] = rnd.choice(VALUES)
            else:
                topic.add(rnd.randint(1, 5))


def edit_place(rnd: random.Random, root: Any) -> None:
    """One edit of a list or text, and nothing besides."""
    found = [thing for thing in things(root) if hasattr(thing, "text")]
    if not found:
        return
    thing = rnd.choice(found)
    if rnd.random() < 0.5:
        edit_list(rnd, thing.items, rnd.randint(0, 99))
    else:
        edit_text(rnd, thing.text)


def edit_text(rnd: random.Random, topic: Any) -> None:
    length = len(topic)
    kind = rnd.random()
    if kind < 0.06:
        topic.set("".join(rnd.choices(LETTERS, k=3)))
    elif kind < 0.6 or not length:
        topic.insert(rnd.randint(0, length), rnd.choice(LETTERS))
    else:
        at = rnd.randrange(length)
        topic.delete(at, rnd.randint(1, min(3, length - at)))


def edit_list(rnd: random.Random, topic: Any, item: Any) -> None:
    length = len(topic.get_raw())
    kind = rnd.randrange(8)
    if kind == 0:
        topic.set([item] if rnd.random() < 0.5 else [])
    elif kind < 4 or not length:
        topic.insert(item, rnd.randint(0, length))
    elif kind == 4:
        topic.pop(rnd.randrange(length))
    elif kind == 5:
        topic[rnd.randrange(length)] = item
    else:
        topic.move(rnd.randrange(length), rnd.randrange(length))


def edit_value(rnd: random.Random, thing: Any, found: list[Any]) -> None:
    match rnd.choice(
        ["count", "ratio", "flag", "any", "data", "items", "items", "members", "table", "one", "several", "group", "named", "bell"]
    ):
        case "count":
            thing.count.add(rnd.choice([-15, -3, 1, 2, 15])) if rnd.random() < 0.8 else thing.count.set(rnd.randint(-50, 50))
        case "ratio":
            thing.ratio.add(rnd.choice([0.2, -0.7, 1e-9]))
        case "flag":
            thing.flag.toggle()
        case "any":
            thing.any.set(rnd.choice(VALUES))
        case "data":
            thing.data.set(rnd.randbytes(rnd.randint(0, 3)))
        case "items":
            edit_list(rnd, thing.items, rnd.randint(0, 99))
        case "members":
            item = rnd.choice([1, True, "x", [1]])
            (thing.members.discard if item in thing.members and rnd.random() < 0.6 else thing.members.add)(item)
        case "table":
            key = rnd.choice(["a", "$b", "ç"])
            if rnd.random() < 0.7:
                thing.table[key] = rnd.choice(VALUES)
            else:
                thing.table.pop(key, None)
        case "one":
            thing.one.set(rnd.choice([None, *found]))
        case "several":
            edit_list(rnd, thing.several, rnd.choice(found))
        case "group":
            thing.group.add(rnd.choice(found))
        case "named":
            thing.named[rnd.choice("kl")] = rnd.choice(found)
        case "bell":
            thing.emit("bell")

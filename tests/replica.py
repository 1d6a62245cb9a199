"""A second, tiny implementation of the wire's changes (PROTOCOL.md, "Changes"), written from that page alone.

It shares no code with objectsync: plain dicts and lists, and every change in its encoded form, decoded again. What it holds after a
transaction must equal the tree. It is strict: a change that does not fit is an error, because a client would choke on it too.
"""

from __future__ import annotations

import json
from typing import Any

from objectsync import SObject
from objectsync.frames import encode
from objectsync.tree import Tree

DEFAULTS: dict[str, Any] = {
    "generic": None,
    "bool": False,
    "int": 0,
    "float": 0.0,
    "string": "",
    "bytes": b"",
    "set": [],
    "list": [],
    "dict": {},
    "event": None,
    "obj": None,
    "obj_list": [],
    "obj_set": [],
    "obj_dict": {},
}


class Node:
    """One object."""

    def __init__(self, id: str, type: str, parent: Node | None) -> None:
        self.id = id
        self.type = type
        self.parent = parent
        self.children: list[Node] = []
        self.kinds: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.dynamic: list[str] = []
        self.tags: list[str] = []

    def plain(self) -> dict[str, Any]:
        """The subtree, nested, as the vectors write it. (Test trees are shallow enough for recursion.)"""
        return {
            "id": self.id,
            "type": self.type,
            "attributes": {name: self.values[name] for name in self.kinds if name not in self.dynamic},
            "dynamic": {name: [self.kinds[name], self.values[name]] for name in self.dynamic},
            "tags": self.tags,
            "children": [child.plain() for child in self.children],
        }


def same(a: Any, b: Any) -> bool:
    """JSON equality: 1 and 1.0 are one number, True is none."""
    return json.dumps(_tidy(a), sort_keys=True) == json.dumps(_tidy(b), sort_keys=True)


def _tidy(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if isinstance(value, dict):
        return {key: _tidy(item) for key, item in value.items()}
    return value


class Replica:
    """What a client holds."""

    def __init__(self) -> None:
        self.types: dict[str, dict[str, Any]] = {}
        self.nodes: dict[str, Node] = {}
        self.seq = 0

    def plain(self) -> dict[str, Any]:
        """The whole tree."""
        return self.nodes["root"].plain()

    def follow(self, tree: Tree) -> None:
        """Take every transaction that is new in the tree's log, in its encoded form."""
        for transaction in tree.log.since(self.seq):
            assert transaction.seq == self.seq + 1
            fragment = encode(tuple(transaction.changes))
            for change in json.loads(fragment.json):
                self.apply([decode(part, fragment.buffers) for part in change])
            self.seq = transaction.seq

    def apply(self, change: list[Any]) -> None:
        kind, id, *rest = change
        if kind == "define":
            self.types[id] = rest[1]
            return
        if kind == "create":
            self._create(id, *rest)
            return
        if kind == "creates":
            shapes, items = rest
            first = number = int(id)
            parent = ""
            waiting = iter(items)
            for shape in waiting:
                type, names = shapes[shape]
                above = next(waiting)
                if above:
                    parent = above if isinstance(above, str) else str(number - above)
                assert parent in self.nodes or int(parent) >= first
                self._create(str(number), type, parent, -1, {name: next(waiting) for name in names})
                number += 1
            return
        if kind == "rows":
            parent, count, shape, values = rest
            number, waiting = int(id), iter(values)
            for _ in range(count):
                for type, above, names, common in shape:
                    own = common | {name: next(waiting) for name in names}
                    self._create(str(number), type, str(number - above) if above else parent, -1, own)
                    number += 1
            assert next(waiting, None) is None
            return
        node = self.nodes[id]
        if kind in ("destroy", "clear"):
            self._forget(node, itself=kind == "destroy")
        elif kind == "place":
            self._place(node, self.nodes[rest[0]], rest[1])
        elif kind == "attribute":
            name, topic_type, value = rest
            assert name not in node.kinds, f"{id} has {name!r} already"
            node.kinds[name], node.values[name] = topic_type, value
            node.dynamic.append(name)
        elif kind == "drop_attribute":
            node.dynamic.remove(rest[0])
            del node.kinds[rest[0]], node.values[rest[0]]
        elif kind == "tag":
            assert rest[0] not in node.tags
            node.tags.append(rest[0])
        elif kind == "untag":
            node.tags.remove(rest[0])
        else:
            name, *arguments = rest
            assert name in node.kinds, f"{id} has no {name!r}"
            node.values[name] = change_value(kind, node.kinds[name], node.values[name], *arguments)

    def _create(self, id: str, type: str, parent_id: str | None, index: int, values: dict[str, Any]) -> None:
        assert id not in self.nodes, f"{id} exists"
        parent = None if parent_id is None else self.nodes[parent_id]
        node = self.nodes[id] = Node(id, type, parent)
        for name, (kind, default) in self.types.get(type, {}).items():
            node.kinds[name] = kind
            node.values[name] = json.loads(json.dumps(default)) if not isinstance(default, bytes) else default
        for name, value in values.items():
            assert name in node.kinds, f"{type} declares no {name!r}"
            node.values[name] = value
        if parent is not None:
            parent.children.insert(len(parent.children) if index == -1 else index, node)

    def _forget(self, node: Node, itself: bool) -> None:
        gone = [node] if itself else list(node.children)
        if itself:
            assert node.parent is not None
            node.parent.children.remove(node)
        else:
            node.children = []
        while gone:
            one = gone.pop()
            del self.nodes[one.id]
            gone += one.children

    def _place(self, node: Node, parent: Node, index: int) -> None:
        above: Node | None = parent
        while above is not None:
            assert above is not node, "a cycle"
            above = above.parent
        assert node.parent is not None
        node.parent.children.remove(node)
        assert -1 <= index <= len(parent.children)
        parent.children.insert(len(parent.children) if index == -1 else index, node)
        node.parent = parent


def change_value(kind: str, topic_type: str, value: Any, *arguments: Any) -> Any:
    """The value after one change."""
    if kind in ("emit", "unemit"):
        assert topic_type == "event"
        return None
    if kind == "set":
        return arguments[0]
    if kind == "add":
        assert topic_type in ("int", "float")
        return value + arguments[0]
    if kind in ("insert_text", "delete_text"):
        return change_text(kind, value, *arguments)
    if topic_type in ("list", "obj_list"):
        return change_list(kind, list(value), *arguments)
    if topic_type in ("set", "obj_set"):
        items = list(value)
        present = [index for index, item in enumerate(items) if same(item, arguments[0])]
        if kind == "append":
            assert not present, "in the set already"
            index = len(items) if arguments[1] == -1 else arguments[1]
            assert 0 <= index <= len(items)
            items.insert(index, arguments[0])
        else:
            assert kind == "remove"
            assert present, "not in the set"
            items.pop(present[0])
        return items
    assert topic_type in ("dict", "obj_dict"), f"{kind} on {topic_type}"
    entries = dict(value)
    if kind == "put":
        entries[arguments[0]] = arguments[1]
    else:
        assert kind == "drop"
        del entries[arguments[0]]
    return entries


def change_list(kind: str, items: list[Any], index: int, *arguments: Any) -> list[Any]:
    last = len(items) - (kind != "insert")
    index = last if index == -1 else index
    assert 0 <= index <= last
    if kind == "insert":
        items.insert(index, arguments[0])
    elif kind == "pop":
        items.pop(index)
    elif kind == "replace":
        items[index] = arguments[0]
    else:
        assert kind == "move"
        item = items.pop(index)
        to = len(items) if arguments[0] == -1 else arguments[0]
        assert 0 <= to <= len(items)
        items.insert(to, item)
    return items


def change_text(kind: str, text: str, position: int, argument: Any) -> str:
    """Positions count UTF-16 code units; what would cut a character in two does not decode."""
    units = text.encode("utf-16-le")
    at = position * 2
    assert 0 <= at <= len(units)
    units[:at].decode("utf-16-le")
    if kind == "insert_text":
        longer: bytes = units[:at] + argument.encode("utf-16-le") + units[at:]
        return longer.decode("utf-16-le")
    assert at + argument * 2 <= len(units)
    rest: bytes = units[:at] + units[at + argument * 2 :]
    return rest.decode("utf-16-le")


def decode(value: Any, buffers: tuple[bytes, ...]) -> Any:
    """A decoded JSON value with its attachments and its escaped keys put back."""
    if isinstance(value, list):
        return [decode(item, buffers) for item in value]
    if isinstance(value, dict):
        if list(value) == ["$bytes"]:
            return bytes(buffers[value["$bytes"]])
        return {key.removeprefix("$"): decode(item, buffers) for key, item in value.items()}
    return value


def state(tree: Tree) -> dict[str, Any]:
    """The tree itself, read through its public API, in the form of `Replica.plain()`."""
    return state_of(tree.root)


def state_of(sobject: SObject) -> dict[str, Any]:
    declared: dict[str, Any] = {}
    dynamic: dict[str, Any] = {}
    names = SObject.attributes.__get__(sobject, type(sobject))
    for name in names:
        topic = sobject.get_attribute(name)
        raw = topic.get_raw() if hasattr(topic, "get_raw") else topic.get()
        if name in type(sobject)._specs:
            declared[name] = raw
        else:
            dynamic[name] = [topic.type_name, raw]
    return {
        "id": sobject.get_id(),
        "type": sobject.get_type_name(),
        "attributes": declared,
        "dynamic": dynamic,
        "tags": SObject.tags.__get__(sobject, type(sobject)),
        "children": [state_of(child) for child in sobject.get_children()],
    }

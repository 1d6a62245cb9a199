"""The hash of the state: the same number in Python and in TypeScript for the same objects (PROTOCOL.md, "State hash").

Rules: nothing is computed before somebody asks. Then the log says what has changed since the last time, and only that is hashed again; a
change itself costs nothing. Of a large tree that nobody has asked for yet, a part is hashed at a time, so that no one waits for it long.
The hash finds accidents, not attacks: it is 32 bits of CRC, which both languages have at hand and fast.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterable, Mapping
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import UNSET, UnsetType

from .changes import Define
from .limits import MAX_SAFE_INTEGER
from .log import Log
from .protocol import Hashes, HashParts, Verify
from .snapshot import values_of
from .sobject import SObject

if TYPE_CHECKING:
    from .snapshot import Objects
    from .topics.base import AttributeSpec

AT_ONCE = 2_000
"""Objects hashed in one go: about 10 ms."""


class Described(Protocol):
    """What the text of an object is made of, on the server and in a client."""

    @property
    def _os_id(self) -> str: ...
    @property
    def _os_type(self) -> _Named: ...
    @property
    def _os_values(self) -> Mapping[str, Any]: ...
    @property
    def _os_dynamic(self) -> Mapping[str, AttributeSpec] | None: ...
    @property
    def _os_tags(self) -> Iterable[str] | None: ...
    @property
    def _specs(self) -> Mapping[str, AttributeSpec]: ...


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def canonical(value: Any) -> str:
    """A value as text that is the same for the same value, however it was written: a JSON of its own, without spaces.

    Whole numbers are decimal (1.0 is `1`), others `f` and the 16 hex digits of their double; bytes are `b"hex"`; keys are in the order
    of their UTF-16 units, as JavaScript sorts.
    """
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return str(value)
    if kind is float:
        if value.is_integer() and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
            return str(int(value))
        return f"f{struct.pack('>d', value).hex()}"
    if kind is list:
        return f"[{','.join(map(canonical, value))}]"
    if kind is dict:
        pairs = ",".join([f"{encode_basestring(key)}:{canonical(value[key])}" for key in in_order(value)])
        return f"{{{pairs}}}"
    assert isinstance(value, bytes), value
    return f'b"{value.hex()}"'


def in_order(keys: Any) -> list[str]:
    """Strings in the order of their UTF-16 units."""
    names = list(keys)
    if all(map(str.isascii, names)):
        names.sort()
    else:
        names.sort(key=lambda name: name.encode("utf-16-be"))
    return names


def digest(text: str) -> str:
    """The hash of a text."""
    return f"{zlib.crc32(text.encode()):08x}"


BLANK: dict[str, Any] = {
    "generic": None,
    "bool": False,
    "int": 0,
    "float": 0.0,
    "string": "",
    "bytes": b"",
    "set": [],
    "list": [],
    "dict": {},
    "obj": None,
    "obj_list": [],
    "obj_set": [],
    "obj_dict": {},
}
"""What an attribute of each type is worth when it says nothing; that does not enter the hash. (Events are not state at all.)"""
_BLANK_TEXT = {name: canonical(value) for name, value in BLANK.items()}


def attribute_texts(sobject: Described, hidden: Collection[str] = ()) -> dict[str, str]:
    """The attributes of an object that say something: type and value of each, in their order. Of the `hidden` ones, a declared one has
    its default, and a dynamic one is not there."""
    values = values_of(sobject) if isinstance(sobject, SObject) else sobject._os_values
    dynamic = sobject._os_dynamic or {}
    if hidden:
        values = {name: value for name, value in values.items() if name not in hidden}
        dynamic = {name: spec for name, spec in dynamic.items() if name not in hidden}
    texts: dict[str, str] = {}
    for specs in (sobject._specs, dynamic):
        for name, spec in specs.items():
            kind = spec.topic_class.type_name
            if kind == "event":
                continue
            text = canonical(values.get(name, spec.default))
            if text != _BLANK_TEXT[kind]:
                texts[name] = f'["{kind}",{text}]'
    return {name: texts[name] for name in in_order(texts)}


def own_text(sobject: Described) -> str:
    """What an object is, without its children."""
    return text_of(sobject, attribute_texts(sobject))


def text_of(sobject: Described, texts: dict[str, str]) -> str:
    """What an object is that has these attributes."""
    attributes = ",".join([f"{encode_basestring(name)}:{text}" for name, text in texts.items()])
    tags = canonical(in_order(sobject._os_tags or ()))
    return f"[{canonical(sobject._os_id)},{canonical(sobject._os_type.name)},{tags},{{{attributes}}}]"


class StateHash:
    """The hashes of one tree, as far as they were asked for. Call it with the tree's lock held."""

    def __init__(self, log: Log, tree: Objects) -> None:
        self._log = log
        self._tree = tree
        self._own: dict[str, str] = {}
        self._nodes: dict[str, str] = {}
        self._at = -1

    def ready(self) -> bool:
        """Catch up with the log, a part at a time; whether all is done."""
        log, own = self._log, self._own
        if self._at != log.head:
            self._nodes.clear()
            if not log.reaches(self._at) or len(own) > 2 * len(self._tree.objects) + AT_ONCE:
                own.clear()
            else:
                for transaction in log.since(self._at):
                    for change in transaction.changes:
                        if isinstance(change, Define):
                            own.clear()
                        else:
                            own.pop(change.object, None)
            self._at = log.head
        missing = [sobject for id, sobject in self._tree.objects.items() if id not in own]
        for sobject in missing[:AT_ONCE]:
            own[sobject._os_id] = "-" if sobject._os_type.superseded else digest(own_text(sobject))
        return len(missing) <= AT_ONCE

    def of(self, sobject: SObject) -> str:
        """The hash of an object with everything below it. (`ready` has said that it can be asked for.)"""
        nodes, own = self._nodes, self._own
        stack = [sobject]
        while stack:
            top = stack[-1]
            children = top._os_children
            if not children:
                nodes[top._os_id] = own[top._os_id]
            elif top._os_id not in nodes:
                waiting = [child for child in children if child._os_id not in nodes]
                if waiting:
                    stack += waiting
                    continue
                nodes[top._os_id] = digest(f"{own[top._os_id]} {' '.join([nodes[child._os_id] for child in children])}")
            stack.pop()
        return nodes[sobject._os_id]

    def answer(self, verify: Verify) -> Hashes:
        """What a client that is at the head hears of an object."""
        sobject = self._tree.objects.get(verify.object)
        if sobject is None:
            return Hashes(self._log.head, verify.object, "")
        hash = self.of(sobject)
        parts: HashParts | UnsetType = UNSET
        if verify.parts:
            attributes = {name: digest(text) for name, text in attribute_texts(sobject).items()}
            children = [(child._os_id, self._nodes[child._os_id]) for child in sobject._os_children or ()]
            parts = HashParts(self._own[sobject._os_id], attributes, children)
        return Hashes(self._log.head, verify.object, hash, parts, tuple(self._loose()))

    def _loose(self) -> list[str]:
        """The objects of which only the place is compared: their class has been defined anew since, and clients know another."""
        return [id for id, own in self._own.items() if own == "-" and id in self._tree.objects]

"""SObjects as plain data, and as the changes that create them.

A record holds one object: type, declared and dynamic attributes, tags, and the references that user code holds on it (`self.x =
child`). A subtree is a flat list of records, parents first, so that depth costs no stack. `Restore` is the inverse of `destroy`: it
carries the records, and is never sent (clients get the `create` changes that it leads to).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from weakref import ref

import msgspec

from .changes import Attribute, Change, Create, Tag
from .errors import InvalidValue
from .topics import AttributeSpec, Topic
from .values import copy_value

if TYPE_CHECKING:
    from .sobject import SObject

FORMAT = 1
"""The version of the plain form."""


class DynamicRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A dynamic attribute: its topic type, value, and how it behaves.

    `spec` is what it was in this process, with validators and the user's own topic class; it does not leave the process.
    """

    type: str
    value: Any
    stateful: bool = True
    latest: bool = False
    default: Any = None
    writable: bool = True
    spec: AttributeSpec | None = None


class ObjectRecord(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One object. `parent` is None for the top of a record list."""

    id: str
    type: str
    parent: str | None = None
    attributes: dict[str, Any] = {}
    dynamic: dict[str, DynamicRecord] = {}
    tags: tuple[str, ...] = ()
    attribute_references: dict[str, str] = {}
    object_references: dict[str, str] = {}


class Restore(Change, frozen=True, tag="restore"):
    """The inverse of destroying: these records come back below `parent`, beside the sibling that they stood behind (`after`) or in front of
    (`before`); at `index` when both have gone. `object` is the topmost one's id."""

    parent: str
    index: int
    records: Sequence[ObjectRecord]
    after: str | None
    before: str | None


class RestoreChildren(Change, frozen=True, tag="restore_children"):
    """The inverse of `clear`: everything below `object` comes back."""

    records: Sequence[ObjectRecord]


class RestoreAttribute(Change, frozen=True, tag="restore_attribute"):
    """The inverse of dropping a dynamic attribute. `former` is its topic, as long as somebody holds that: a step holds no object."""

    name: str
    record: DynamicRecord
    former: ref[Topic[Any]] | None


class RestoreTag(Change, frozen=True, tag="restore_tag"):
    """The inverse of taking a tag away: it comes back in front of those that it stood in front of."""

    name: str
    followers: tuple[str, ...]


class Objects(Protocol):
    """Who has the objects of a tree."""

    @property
    def objects(self) -> dict[str, SObject]:
        """By their ids; now and then in another dict."""


def walk(top: SObject) -> Iterator[SObject]:
    """An object and all below it, parents first, siblings in order."""
    stack = [top]
    while stack:
        sobject = stack.pop()
        yield sobject
        if sobject._os_children:
            stack.extend(reversed(sobject._os_children))


def values_of(sobject: SObject) -> dict[str, Any]:
    """The values of an object by name, to look at. One that has no table of its own yet gets none by that."""
    text = sobject._os_text
    if text is None:
        return sobject._os_values
    return given_values(text, sobject._os_type.first, sobject._os_first)


def given_values(text: str, name: str, first: str | None) -> dict[str, Any]:
    """The table of an object that has been given a text, a tag (which its class calls `name`), both or none."""
    if first is None:
        return {"text": text} if text else {}
    return {"text": text, name: first} if text else {name: first}


def describe_object(sobject: SObject, parent: str | None, into: list[Change], share: bool = False) -> None:
    """Append the changes that create one object as it is, at the end of the parent with that id.

    With `share` they may hold the object's own table: for who encodes them at once.
    """
    values = values_of(sobject)
    dynamic = sobject._os_dynamic
    tags = sobject._os_tags
    kind = sobject._os_type
    if not dynamic and not tags and not kind.superseded:
        # The common case, kept flat (benchmarks/core.py, "rows").
        table = values if share or not values else _copy_table(values)
        into.append(Create(sobject._os_id, kind.name, parent, -1, table if values else {}))
        return
    declared = {k: v for k, v in values.items() if k not in dynamic} if dynamic and values else values
    own: dict[str, Any] = {}
    if kind.superseded:
        # Clients know the class that has the name now: its defaults are not this object's, and what it lacks is sent as dynamic.
        known = sobject._os_tree.types.named(sobject._os_type.name).cls._specs
        own = {name: value for name, value in all_declared(sobject).items() if not _same_kind(sobject._specs[name], known.get(name))}
        declared = {name: value for name, value in all_declared(sobject).items() if name not in own}
    into.append(Create(sobject._os_id, sobject._os_type.name, parent, -1, _copy_table(declared) if declared else {}))
    if own:
        for name, value in own.items():
            into.append(Attribute(sobject._os_id, name, sobject._specs[name].topic_class.type_name, copy_value(value)))
    if dynamic:
        for name, spec in dynamic.items():
            # A default is never changed in place, so a change may hold it as it is: a tenth of such an object's memory.
            value = copy_value(values[name]) if name in values else spec.default
            into.append(Attribute(sobject._os_id, name, spec.topic_class.type_name, value))
    if tags:
        into.extend(Tag(sobject._os_id, tag) for tag in tags)


def all_declared(sobject: SObject) -> dict[str, Any]:
    """The values of all declared attributes, the untouched ones too."""
    values = values_of(sobject)
    return {name: values.get(name, spec.default) for name, spec in sobject._specs.items()}


def _same_kind(a: AttributeSpec, b: AttributeSpec | None) -> bool:
    return b is not None and a.topic_class.type_name == b.topic_class.type_name


_NOTHING: Any = {}
"""For the tables of a record that are empty, as most are; records are not changed."""


def record_object(sobject: SObject, parent: str | None) -> ObjectRecord:
    """One object as a record."""
    values = values_of(sobject)
    own = sobject._os_dynamic
    dynamic: dict[str, DynamicRecord] = _NOTHING
    declared = values
    if sobject._os_type.superseded:
        declared = all_declared(sobject)
    elif own:
        declared = {k: v for k, v in values.items() if k not in own}
    if own:
        dynamic = {name: record_attribute(sobject, name) for name in own}
    attribute_references: dict[str, str] = _NOTHING
    object_references: dict[str, str] = _NOTHING
    held = held_by(sobject)
    if held:
        attribute_references, object_references = _references(sobject, held)
    return ObjectRecord(
        sobject._os_id,
        sobject._os_type.name,
        parent,
        _copy_table(declared),
        dynamic,
        tuple(sobject._os_tags or ()),
        attribute_references,
        object_references,
    )


held_by: Callable[[SObject], dict[str, Any] | None] = object.__getstate__  # type: ignore[assignment]  # SObjects have no slot names to tell of
"""What user code holds on an object (`self.first = child`); None for nothing. Asking for its `__dict__` would make one, and fifty thousand
of these would set off the garbage collector (benchmarks/dom, "clear")."""


def _references(sobject: SObject, held: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """What user code holds on an object: its own topics by attribute name, other objects by id."""
    attributes: dict[str, str] = {}
    objects: dict[str, str] = {}
    for python_name, value in held.items():
        if isinstance(value, Topic):
            if value._object is sobject:
                attributes[python_name] = value._name
        elif getattr(type(value), "_is_sobject", False):
            objects[python_name] = value._os_id
    return attributes, objects


def record_attribute(sobject: SObject, name: str) -> DynamicRecord:
    """A dynamic attribute as a record."""
    own = sobject._os_dynamic
    assert own is not None
    spec = own[name]
    value = copy_value(values_of(sobject).get(name, spec.default))
    return DynamicRecord(spec.topic_class.type_name, value, spec.stateful, spec.latest, spec.default, spec.writable, spec)


def record_subtree(top: SObject) -> tuple[ObjectRecord, ...]:
    """An object and all below it."""
    return tuple(
        record_object(sobject, None if sobject is top or sobject._os_parent is None else sobject._os_parent._os_id) for sobject in walk(top)
    )


def to_plain(records: tuple[ObjectRecord, ...]) -> dict[str, Any]:
    """Records as plain data: dicts, lists, strings, numbers, bytes."""
    objects = [msgspec.to_builtins(_without_specs(record), builtin_types=(bytes,), enc_hook=bytes) for record in records]
    return {"format": FORMAT, "objects": objects}


def _without_specs(record: ObjectRecord) -> ObjectRecord:
    if not record.dynamic:
        return record
    dynamic = {name: msgspec.structs.replace(one, spec=None) for name, one in record.dynamic.items()}
    return msgspec.structs.replace(record, dynamic=dynamic)


def from_plain(data: Any) -> tuple[ObjectRecord, ...]:
    """Records from plain data.

    Raises:
        InvalidValue: it is not what `serialize()` gives, or of a newer format.
    """
    try:
        if data["format"] != FORMAT:
            raise InvalidValue(f"serialized data has format {data['format']!r}; this version reads {FORMAT}")
        records = tuple(msgspec.convert(data["objects"], tuple[ObjectRecord, ...], builtin_types=(bytes,)))
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise InvalidValue(f"this is not what serialize() gives: {error}") from None
    records = tuple(map(_without_specs, records))
    seen: set[str] = set()
    for position, record in enumerate(records):
        if (position == 0) != (record.parent is None) or (record.parent is not None and record.parent not in seen):
            raise InvalidValue(f"serialized object {record.id!r} has the parent {record.parent!r}, which does not come before it")
        if record.id in seen:
            raise InvalidValue(f"serialized data has the object {record.id!r} twice")
        seen.add(record.id)
    if not records:
        raise InvalidValue("serialized data has no object")
    return records


def _copy_table(values: dict[str, Any]) -> dict[str, Any]:
    """A copy of an attribute table that shares nothing mutable with it."""
    for value in values.values():
        kind = type(value)
        if kind is list or kind is dict:
            return {name: copy_value(value) for name, value in values.items()}
    return values.copy()

"""Objects that come back: by the undo of a destroy, or as what `serialize()` gave.

Rules: they are not built again, but get back what was recorded, and what user code held on them; `init` runs when all of them are there.
Ids that are taken are replaced, with every mention of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .ancestry import children_first
from .changes import Destroy, Place
from .errors import AlreadyExists, InvalidValue
from .life import Life
from .open_transaction import OpenTransaction
from .shape import Shape
from .snapshot import DynamicRecord, ObjectRecord, from_plain
from .sobject import ObjectT, SObject
from .states import FRESH, GONE
from .topics import TOPIC_TYPES, AttributeSpec, Topic
from .values import copy_value


class Restoring(Life):
    """A tree whose objects can come back."""

    def create_object(
        self,
        cls: type[ObjectT] | str,
        parent_id: str | SObject = "root",
        id: str | None = None,
        serialized: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> ObjectT:
        """Create an object of a class (or of the class registered under a name) below a parent; `kwargs` go to its `build`.

        With `serialized` (what `serialize()` gave) it is restored instead, with everything below it; ids that are taken are replaced.

        Raises:
            UnknownObject: there is no such parent.
            AlreadyExists: the id is taken.
            InvalidValue: `serialized` is not what `serialize()` gives.
        """
        if isinstance(parent_id, SObject):
            parent = parent_id
            self._alive(parent)
        else:
            parent = self.get_object(parent_id)
        if serialized is None:
            return self._create_new(cls, parent, id, (), kwargs)  # type: ignore[return-value]  # of the class asked for
        if kwargs:
            raise TypeError(f"a restored object is not built, so it takes no {', '.join(kwargs)}")
        return self._create_from(cls, parent, id, serialized)  # type: ignore[return-value]  # of the class asked for

    # --- inner

    def _create_from(self, cls: type[SObject] | str, parent: SObject, id: str | None, serialized: Mapping[str, Any]) -> SObject:
        records = from_plain(serialized)
        with self.record():
            if isinstance(cls, type) and cls not in self.types.by_class:
                self.register(cls)
            top_type = cls if isinstance(cls, str) else self._type_name(cls)
            if id is not None:
                self._new_id(id)
            new_ids = self._ids_for(records, id)
            renamed = [self._rename(record, new_ids, top_type if position == 0 else record.type) for position, record in enumerate(records)]
            self._restore(parent, len(parent._os_children or ()), renamed)
            return self.objects[renamed[0].id]

    def _ids_for(self, records: tuple[ObjectRecord, ...], top_id: str | None) -> dict[str, str]:
        """Which id each record gets: its own where that is free, else a new one."""
        new_ids = {} if top_id is None else {records[0].id: top_id}
        used = set(new_ids.values())
        for record in records:
            if record.id not in new_ids and record.id not in self.objects and record.id not in used:
                new_ids[record.id] = self._new_id(record.id)
                used.add(record.id)
        for record in records:
            while record.id not in new_ids:
                fresh = self._new_id(None)
                if fresh not in used:  # an id that another record keeps
                    new_ids[record.id] = fresh
        return new_ids

    def _rename(self, record: ObjectRecord, new_ids: dict[str, str], type_name: str) -> ObjectRecord:
        specs = self.types.named(type_name).cls._specs

        def new_id(item: Any) -> Any:
            return new_ids.get(item, item) if isinstance(item, str) else item  # what is no id is refused as it is stored

        def value_of(kind: str, value: Any) -> Any:
            if not kind.startswith("obj"):
                return value
            if isinstance(value, list):
                return [new_id(item) for item in value]
            if isinstance(value, dict):
                return {key: new_id(item) for key, item in value.items()}
            return new_id(value)

        return ObjectRecord(
            new_ids[record.id],
            type_name,
            None if record.parent is None else new_ids[record.parent],
            {
                name: value_of(specs[name].topic_class.type_name if name in specs else "", value)
                for name, value in record.attributes.items()
            },
            {
                name: msgspec.structs.replace(d, value=value_of(d.type, d.value), default=value_of(d.type, d.default))
                for name, d in record.dynamic.items()
            },
            record.tags,
            record.attribute_references,
            {name: new_ids.get(target, target) for name, target in record.object_references.items()},
        )

    def _restore(self, parent: SObject, index: int, records: Iterable[ObjectRecord]) -> None:
        """Bring recorded objects back: the topmost (those without a parent) below `parent`, from `index` on."""
        records = tuple(records)
        with self.record() as transaction:
            transaction.plain = False
            self._alive(parent)
            restored: list[SObject] = []
            tops: list[SObject] = []
            index = min(index, len(parent._os_children or ()))
            for record in records:
                info = self.types.named(record.type)
                if record.id in self.objects:
                    raise AlreadyExists(f"the id {record.id!r} is taken, by {self.objects[record.id]}")
                above = parent if record.parent is None else self.objects[record.parent]
                sobject = info.cls.__new__(info.cls)
                self._enter(transaction, sobject, info, record.id, above)
                self._take_note(record.id)
                if self.loose is not None:
                    self.loose.discard(record.id)  # somebody wanted it back
                at = index + len(tops) if record.parent is None else len(above._os_children or ())
                at_end = at == len(above._os_children or ())
                self._attach(transaction, sobject, above, at)
                transaction.journal.append((Shape._detach, self, transaction, sobject))
                if not at_end:
                    transaction.changes.append(Place(record.id, above._os_id, at))
                restored.append(sobject)
                if record.parent is None:
                    tops.append(sobject)
                    if transaction.recording and parent._os_state != FRESH:
                        transaction.inverses.append(Destroy(record.id))
            for sobject, record in zip(restored, records, strict=True):
                self._refill(sobject, record)
            for sobject, record in zip(restored, records, strict=True):
                self._reconnect(sobject, record)
            self._reconnect_above(transaction, parent)
            try:
                for top in tops:
                    for sobject in children_first(top):
                        if sobject._os_type.post_build:
                            sobject.post_build()
                        if sobject._os_type.init:
                            sobject.init()
            except BaseException as error:
                transaction.failed = error
                raise

    def _refill(self, sobject: SObject, record: ObjectRecord) -> None:
        values = {**record.attributes, **{name: dynamic.value for name, dynamic in record.dynamic.items()}}
        if sobject._os_type.pre_build:
            sobject.pre_build(copy_value(values))
        for name, dynamic in record.dynamic.items():
            spec = sobject._spec_of(name)
            if spec is None:
                self._restore_attribute(sobject, name, dynamic)
            elif spec.topic_class.type_name == dynamic.type:
                sobject._os_values[name] = checked(sobject, name, spec, dynamic.value)
        for name, value in record.attributes.items():
            spec = sobject._spec_of(name)
            if spec is not None:
                sobject._os_values[name] = checked(sobject, name, spec, value)
        if record.tags:
            sobject._os_tags = dict.fromkeys(record.tags)

    def _reconnect(self, sobject: SObject, record: ObjectRecord) -> None:
        """Give back what user code held: `self.label = self.add_attribute(…)`, `self.first = child`."""
        held = sobject.__dict__
        for name, attribute_name in record.attribute_references.items():
            if held.get(name) is None and sobject.has_attribute(attribute_name):
                held[name] = sobject.get_attribute(attribute_name)
        for name, target in record.object_references.items():
            if held.get(name) is None:
                # One that is gone is held as one that is gone, so that an undo can still put it back.
                held[name] = self.objects[target] if target in self.objects else self._husk(target)

    def _husk(self, id: str) -> SObject:
        """What user code holds of an object that is gone: its id."""
        husk = SObject.__new__(SObject)
        husk._os_tree = self  # type: ignore[assignment]  # as in Shape._enter
        husk._os_id = id
        husk._os_type = self.root._os_type
        husk._os_parent = husk._os_children = husk._os_topics = husk._os_dynamic = husk._os_tags = None
        husk._os_depth = 0
        husk._os_values = {}
        husk._os_text = husk._os_first = None
        husk._os_state = GONE
        return husk

    def _reconnect_above(self, transaction: OpenTransaction, parent: SObject) -> None:
        """What the objects above hold (`self.first = self.add_child(…)`) is alive again, as a new Python object."""
        above: SObject | None = parent
        while above is not None:
            held = above.__dict__
            for name, value in held.items():
                if getattr(type(value), "_is_sobject", False) and value._os_state == GONE and value._os_tree is self:
                    alive = self.objects.get(value._os_id)
                    if alive is not None:
                        transaction.journal.append((held.__setitem__, name, value))
                        held[name] = alive
            above = above._os_parent

    def _restore_attribute(self, sobject: SObject, name: str, record: DynamicRecord, topic: Topic[Any] | None = None) -> None:
        spec = record.spec
        if spec is None:
            topic_class = topic_class_named(record.type)
            default = topic_class.default if record.default is None else record.default
            spec = AttributeSpec(topic_class, topic_class.check(default), record.stateful, record.latest, (), record.writable)
        self.add_attribute(sobject, name, spec, checked(sobject, name, spec, record.value))
        if topic is not None and topic._object is sobject:
            # Whoever holds it, and listens to it, goes on as before.
            sobject._os_topics = {**(sobject._os_topics or {}), name: topic}


def checked(sobject: SObject, name: str, spec: AttributeSpec, value: Any) -> Any:
    """A recorded value as the attribute stores it.

    Raises:
        InvalidValue: it is none of that topic's.
    """
    try:
        return spec.topic_class.check(value)
    except InvalidValue as error:
        raise InvalidValue(f"{spec.topic_class.__name__} {name!r} of {sobject}: {error.reason}") from None


def topic_class_named(type_name: str) -> Any:
    """The topic class that travels under this name.

    Raises:
        InvalidValue: there is none.
    """
    if type_name not in TOPIC_TYPES:
        raise InvalidValue(f"there is no topic type {type_name!r}; there are {', '.join(TOPIC_TYPES)}")
    return TOPIC_TYPES[type_name]

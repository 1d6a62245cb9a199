"""The life of objects: created, restored, cloned (docs/architecture.md, "Life").

Rules: an object that fails on its way leaves nothing behind. A restored one is not built again; it gets back what was recorded, and what
user code held on it. Classes register themselves when they are first used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from threading import get_ident
from typing import Any

import msgspec

from .changes import Destroy, Place
from .errors import AlreadyExists, InvalidChangeError, InvalidValue, UnknownObject, describe
from .limits import Limits
from .shape import Shape, children_first
from .snapshot import DynamicRecord, ObjectRecord, from_plain
from .sobject import ObjectT, SObject
from .topics import TOPIC_TYPES, AttributeSpec
from .transaction import FRESH, GONE, Mark, OpenTransaction
from .types import TypeInfo, TypeRegistry
from .values import copy_value

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Life(Shape):
    """A tree whose objects come to life."""

    def __init__(self, root_object_type: type[SObject], limits: Limits | None) -> None:
        super().__init__(limits)
        self.types = TypeRegistry(SObject)
        self._next_id = 1
        self.loose: set[str] | None = None
        """The ids of objects that constructors made at the top, where those are to be collected (collector.py)."""
        self.root = root_object_type.__new__(root_object_type)
        self._begin(self.root)

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

    def get_object(self, id: str) -> SObject:
        """The object with this id.

        Raises:
            UnknownObject: there is none.
        """
        try:
            return self.objects[id]
        except KeyError:
            raise UnknownObject(f"there is no object with the id {describe(id)}") from None

    def has_object(self, id: str) -> bool:
        """Whether there is an object with this id."""
        return id in self.objects

    def register(self, cls: type[SObject], name: str | None = None) -> None:
        """Register a class under a name (its own by default). Classes register themselves when they are first used.

        Raises:
            AlreadyExists: the class or the name is taken.
        """
        with self.record() as transaction:
            self._register(transaction, cls, name)

    def unregister(self, cls: type[SObject] | str) -> None:
        """Forget a class.

        Raises:
            UnknownType: it is not registered.
            InvalidChangeError: objects of it are alive.
        """
        with self.lock:
            info = self.types.named(cls if isinstance(cls, str) else self._type_name(cls))
            alive = next((o for o in self.objects.values() if o._os_type is info), None)
            if alive is not None:
                raise InvalidChangeError(f"{info.name!r} cannot be unregistered while {alive} is alive")
            self.types.remove(info)

    def _ending_matters(self) -> bool:
        return self.types.any_on_destroy

    # --- inner: creating

    def _build_new(self, sobject: SObject, parent: SObject | None, id: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Create an object below a parent of this tree: `pre_build`, `build`, its place, `init`. It takes `kwargs` over.

        This is the way of every element, so it is kept flat, and reads as little of the objects as it can (benchmarks/core.py, "rows"):
        `_new_id` and `_enter` are written out. Until `_live` nothing can fail once something has changed.
        """
        transactions = self.transactions
        transaction = transactions.open
        if transaction is None or transaction.thread != get_ident():
            with transactions.lock, self.record():
                self._build_new(sobject, parent, id, args, kwargs)
            return
        # From here on the lock is this thread's: a transaction that it has opened is not over.
        loose: set[str] | None = None
        if parent is None:
            parent = self.root
            loose = self.loose
        above = parent._os_state
        if above == GONE:
            self._alive(parent)
        depth = parent._os_depth + 1
        if depth > self._deepest:
            self._check_depth(depth)
        objects = self.objects
        if id is None:
            number = self._next_id
            self._next_id = number + 1
            id = str(number)
            if id in objects:
                id = self._new_id(None)
        else:
            id = self._new_id(id)
            transaction.numbered = False
        mark: Mark | None = None
        known = self.types.by_class.get(sobject.__class__)
        values = None if known is None else known.first_texts(args, kwargs)
        if values is None:
            mark = transaction.mark()
            values = {}
        info = known or self._register(transaction, sobject.__class__, None)
        sobject._os_tree = self  # type: ignore[assignment]  # a Life is always a whole Tree; `cast` would be a call for each object
        sobject._os_id = id
        sobject._os_type = info
        sobject._os_parent = parent
        sobject._os_children = sobject._os_topics = sobject._os_dynamic = sobject._os_tags = sobject._os_services = None
        sobject._os_depth = depth
        sobject._os_values = values
        sobject._os_state = FRESH
        objects[id] = sobject
        transaction.born += 1
        transaction.changes.append(sobject)
        transaction.journal.append(sobject)
        if above != FRESH and transaction.recording:
            # Before what build does, so that undo takes that back first: build may have moved older objects below this one.
            transaction.inverses.append(Destroy(id))
        siblings = parent._os_children
        if siblings is None:
            siblings = parent._os_children = []
        if mark is None:
            siblings.append(sobject)
        else:
            self._live(transaction, mark, sobject, parent, siblings, args, kwargs)
        if loose is not None:
            loose.add(id)

    def _live(
        self,
        transaction: OpenTransaction,
        mark: Mark,
        sobject: SObject,
        parent: SObject,
        siblings: list[SObject],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """What a class has to say about the life of a new object, and its place. Back to the mark if that fails."""
        info = sobject._os_type
        length, moves = len(siblings), transaction.moves
        try:
            if info.pre_build:
                if info.cls._pre_build_takes_keywords:
                    sobject.pre_build(None, **kwargs)
                else:
                    sobject.pre_build(None)
            sobject.build(*args, **kwargs)
            if len(siblings) == length and transaction.moves == moves:
                siblings.append(sobject)
            else:
                self._append(transaction, sobject, parent, length, moves)
            if info.post_build:
                sobject.post_build()
            if info.init:
                sobject.init()
        except BaseException:
            self.transactions._roll_back(transaction, mark)
            raise

    def _append(self, transaction: OpenTransaction, sobject: SObject, parent: SObject, length: int, moves: int) -> None:
        """Give a new object its place below a parent, where its build has moved objects or made some of the same parent."""
        self._alive(parent)
        siblings = parent._os_children
        same = len(siblings or ()) == length and transaction.structure.get(parent, 0) <= moves
        if siblings is not None and same and parent._os_depth + 1 == sobject._os_depth:
            siblings.append(sobject)
            return
        # Its creation is told before what its build did below the same parent: say where it really stands.
        place = len(siblings or ())
        transaction.changes.append(Place(sobject._os_id, parent._os_id, place))
        self._attach(transaction, sobject, parent, place)

    def _begin(self, root: SObject) -> None:
        """Create the root object."""
        with self.record() as transaction:
            transaction.recording = False
            info = self._register(transaction, type(root), None)
            self._enter(transaction, root, info, "root", None)
            if info.pre_build:
                root.pre_build(None)
            if info.build:
                root.build()
            if info.post_build:
                root.post_build()
            if info.init:
                root.init()

    def _create_new(
        self, cls: type[SObject] | str, parent: SObject, id: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> SObject:
        if isinstance(cls, str):
            cls = self.types.named(cls).cls
        if not (isinstance(cls, type) and issubclass(cls, SObject)):
            raise TypeError(f"expected a subclass of SObject or the name of a registered one, got {describe(cls)}")
        sobject = cls.__new__(cls)
        self._build_new(sobject, parent, id, args, kwargs)
        return sobject

    def _register(self, transaction: OpenTransaction, cls: type[SObject], name: str | None) -> TypeInfo:
        older = self.types.by_name.get(cls.__name__ if name is None else name)
        info = self.types.add(cls, name)

        def unregister() -> None:
            self.types.remove(info)
            if older is not None:
                self.types.put_back(older)

        transaction.journal.append((unregister,))
        transaction.changes.append(info.define())
        return info

    def _new_id(self, id: str | None) -> str:
        if id is not None:
            if not isinstance(id, str) or not _ID.fullmatch(id):
                raise InvalidValue(f"{describe(id)} is no id; use 1 to 64 of the characters A-Z a-z 0-9 _ . -")
            if id in self.objects:
                raise AlreadyExists(f"the id {id!r} is taken, by {self.objects[id]}")
            return id
        objects = self.objects
        while True:
            number = self._next_id
            self._next_id = number + 1
            candidate = str(number)
            if candidate not in objects:
                return candidate

    def _type_name(self, cls: type[SObject]) -> str:
        info = self.types.by_class.get(cls)
        return cls.__name__ if info is None else info.name

    def _apply_create(self, id: str, type_name: str, parent_id: str | None, index: int, attributes: dict[str, Any]) -> None:
        if parent_id is None:
            raise InvalidChangeError("only the root has no parent")
        parent = self.get_object(parent_id)
        with self.record():
            sobject = self._create_new(type_name, parent, id, (), {})
            sobject.set_attributes(**attributes)
            if index != -1 and index != len(parent._os_children or ()) - 1:
                self.place(sobject, parent, index)

    # --- inner: restoring

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

        def value_of(kind: str, value: Any) -> Any:
            if not kind.startswith("obj"):
                return value
            if isinstance(value, list):
                return [new_ids.get(item, item) for item in value]
            if isinstance(value, dict):
                return {key: new_ids.get(item, item) for key, item in value.items()}
            return new_ids.get(value, value)

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
        for name, value in {
            "_os_tree": self,
            "_os_id": id,
            "_os_type": self.root._os_type,
            "_os_depth": 0,
            "_os_values": {},
            "_os_state": GONE,
        }.items():
            setattr(husk, name, value)
        for name in ("_parent", "_children", "_topics", "_dynamic", "_tags", "_services"):
            setattr(husk, name, None)
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

    def _restore_attribute(self, sobject: SObject, name: str, record: DynamicRecord) -> None:
        spec = record.spec
        if spec is None:
            topic_class = topic_class_named(record.type)
            default = topic_class.default if record.default is None else record.default
            spec = AttributeSpec(topic_class, topic_class.check(default), record.stateful, record.latest, (), record.writable)
        self.add_attribute(sobject, name, spec, checked(sobject, name, spec, record.value))


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

"""The objects that a client knows, and what each change does to them.

Rules: `apply` does one change, or raises a LocalError before anything has changed. It returns what takes the change back (None when
nothing changed), to be called in the opposite order, with the batch that it belongs to. Nobody is told anything here: that is batch.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakValueDictionary

from ..changes import (
    Attribute,
    Change,
    Clear,
    Create,
    Define,
    Destroy,
    DropAttribute,
    Emit,
    Place,
    Tag,
    TopicChange,
    Unemit,
    Untag,
)
from ..errors import (
    AlreadyExists,
    Destroyed,
    InvalidChangeError,
    InvalidPosition,
    InvalidValue,
    UnknownAttribute,
    UnknownObject,
    UnknownType,
)
from ..states import GONE, LIVE
from ..topics import TOPIC_TYPES, AttributeSpec, EventTopic, Topic
from .batch import Batch
from .objects import ClientObject, TypeDefinition

if TYPE_CHECKING:
    from .prediction import Prediction
    from .recording import Record

TakeBack = Callable[[Batch], None]


class ClientTree:
    """Objects by id, and the types that the server has told of."""

    transactions: Prediction
    """What the changes of topics and objects go through."""

    def __init__(self, mint_id: Callable[[], str]) -> None:
        self.lock = threading.RLock()
        self.objects: dict[str, ClientObject] = {}
        self.mint_id = mint_id
        self._known: WeakValueDictionary[str, ClientObject] = WeakValueDictionary()
        """Every object that somebody still holds, also those that are gone: one that comes back is the same Python object."""
        # A plain SObject needs no definition.
        self.types = {"SObject": TypeDefinition("SObject", "Root", {})}

    def record(self) -> Record:
        """One action (topics that change several times ask for it)."""
        return self.transactions.record()

    def get(self, id: str) -> ClientObject:
        """The object with this id.

        Raises:
            UnknownObject: there is none.
        """
        sobject = self.objects.get(id)
        if sobject is None:
            raise UnknownObject(f"there is no object {id!r} here ({len(self.objects)} objects are known)")
        return sobject

    def empty(self, batch: Batch) -> None:
        """Take everything away, to be built anew."""
        for sobject in list(self.objects.values()):
            batch.leaves(sobject)
            sobject._os_state = GONE
            sobject._os_parent = None
        self.objects.clear()

    def apply(self, change: Change, batch: Batch) -> TakeBack | None:
        """Do one change that came from the server, or that is replayed.

        Raises:
            LocalError: it does not fit; nothing has changed.
        """
        if isinstance(change, TopicChange):
            topic = self.get(change.object).attribute(change.name)
            if isinstance(change, (Emit, Unemit)):
                if not isinstance(topic, EventTopic):
                    raise InvalidChangeError(f"{topic} is no event", change)
                batch.emitted(topic, change)
                return None
            return self.change_topic(topic, topic.check_change(change), batch)
        match change:
            case Create():
                return self._create(change, batch)
            case Destroy(object):
                return self._destroy([self._movable(object, "destroyed")], batch)
            case Clear(object):
                return self._destroy(list(self.get(object)._os_children), batch)
            case Place(object, parent, index):
                return self._place(self._movable(object, "moved"), self.get(parent), index, batch)
            case Attribute():
                return self._add_attribute(self.get(change.object), change, batch)
            case DropAttribute(object, name):
                return self._drop_attribute(self.get(object), name, batch)
            case Tag(object, tag):
                return self._tag(self.get(object), tag, batch)
            case Untag(object, tag):
                return self._untag(self.get(object), tag, batch)
            case Define():
                self._define(change)
                return None
            case _:
                raise InvalidChangeError(f"{change!r} cannot be applied", change)

    def change_topic(self, topic: Topic[Any], change: Change, batch: Batch) -> TakeBack | None:
        """Do one change of a topic."""
        if not cast("ClientObject", topic._object).owns(topic):
            raise Destroyed(f"{topic} is gone; it can no longer change")
        batch.topic(topic)
        inverse = topic._apply(change)
        if inverse is None:
            return None
        batch.happened(topic, change, inverse)
        return partial(_take_back, topic, inverse)

    # --- inner

    def _define(self, change: Define) -> None:
        specs: dict[str, AttributeSpec] = {}
        for name, (topic_type, default) in change.attributes.items():
            topic_class = TOPIC_TYPES[topic_type]
            specs[name] = AttributeSpec(topic_class, topic_class.check(default), not issubclass(topic_class, EventTopic))
        self.types[change.object] = TypeDefinition(change.object, change.frontend_type, specs)

    def _create(self, change: Create, batch: Batch) -> TakeBack:
        id = change.object
        if id in self.objects:
            raise AlreadyExists(f"there is an object {id!r} already")
        definition = self.types.get(change.type)
        if definition is None:
            raise UnknownType(f"there is no type {change.type!r} here; there are {', '.join(self.types)}")
        if (change.parent is None) != (id == "root"):
            raise InvalidChangeError(f"{id!r} has the parent {change.parent!r}; only the root has none", change)
        parent = None if change.parent is None else self.get(change.parent)
        place = 0 if parent is None else _place_among(len(parent._os_children), change.index, parent)
        values: dict[str, Any] = {}
        for name, value in change.attributes.items():
            spec = definition.specs.get(name)
            if spec is None:
                raise UnknownAttribute(f"{change.type} has no attribute {name!r}")
            try:
                values[name] = spec.topic_class.check(value)
            except InvalidValue as error:
                raise InvalidValue(f"{spec.topic_class.__name__} {name!r} of {change.type}({id}): {error.reason}") from None
        sobject = self._known.get(id)
        if sobject is None or sobject._os_type.name != change.type:
            sobject = self._known[id] = ClientObject(self, id, definition)
            batch.born(sobject)
        else:
            sobject.begin(definition)
            batch.returns(sobject)
        sobject._os_values = values
        self.objects[id] = sobject
        if parent is not None:
            self._attach(sobject, parent, place, batch)
        return partial(self._uncreate, sobject)

    def _uncreate(self, sobject: ClientObject, batch: Batch) -> None:
        batch.leaves(sobject)
        self._detach(sobject, batch)
        sobject._os_state = GONE
        del self.objects[sobject._os_id]

    def _destroy(self, tops: list[ClientObject], batch: Batch) -> TakeBack | None:
        if not tops:
            return None
        parent = tops[0]._os_parent
        assert parent is not None  # the root is not destroyed
        siblings = list(parent._os_children)
        gone = [each for top in tops for each in top.walk()]
        batch.children(parent)
        leaving = set(tops)
        parent._os_children = [child for child in siblings if child not in leaving]
        for each in gone:
            batch.leaves(each)
            each._os_state = GONE
            del self.objects[each._os_id]
        for top in tops:
            top._os_parent = None

        def take_back(batch: Batch) -> None:
            batch.children(parent)
            parent._os_children = siblings
            for top in tops:
                top._os_parent = parent
            for each in gone:
                each._os_state = LIVE
                self.objects[each._os_id] = each
                batch.returns(each)

        return take_back

    def _place(self, sobject: ClientObject, parent: ClientObject, index: int, batch: Batch) -> TakeBack | None:
        above: ClientObject | None = parent
        while above is not None:
            if above is sobject:
                raise InvalidChangeError(f"{sobject} cannot be moved below {parent}, which is itself or below it")
            above = above._os_parent
        before = sobject._os_parent
        assert before is not None  # the root does not move
        former = _index_of(sobject, before)
        place = _place_among(len(parent._os_children) - (parent is before), index, parent)
        if parent is before and place == former:
            return None
        self._detach(sobject, batch)
        self._attach(sobject, parent, place, batch)

        def take_back(batch: Batch) -> None:
            self._detach(sobject, batch)
            self._attach(sobject, before, former, batch)

        return take_back

    def _attach(self, sobject: ClientObject, parent: ClientObject, index: int, batch: Batch) -> None:
        batch.children(parent)
        parent._os_children.insert(index, sobject)
        sobject._os_parent = parent

    def _detach(self, sobject: ClientObject, batch: Batch) -> None:
        parent = sobject._os_parent
        assert parent is not None
        batch.children(parent)
        del parent._os_children[_index_of(sobject, parent)]
        sobject._os_parent = None

    def _movable(self, id: str, what: str) -> ClientObject:
        if id == "root":
            raise InvalidChangeError(f"the root cannot be {what}")
        return self.get(id)

    def _add_attribute(self, sobject: ClientObject, change: Attribute, batch: Batch) -> TakeBack:
        name = change.name
        if sobject.has_attribute(name):
            raise AlreadyExists(f"{sobject} has an attribute {name!r} already")
        topic_class = TOPIC_TYPES[change.type]
        value = topic_class.check(change.value)
        batch.attributes(sobject)
        sobject._os_dynamic[name] = AttributeSpec(
            topic_class, topic_class.check(topic_class.default), not issubclass(topic_class, EventTopic)
        )
        sobject._os_values[name] = value
        sobject.refit(name)

        def take_back(batch: Batch) -> None:
            batch.attributes(sobject)
            del sobject._os_dynamic[name]
            sobject._os_values.pop(name, None)

        return take_back

    def _drop_attribute(self, sobject: ClientObject, name: str, batch: Batch) -> TakeBack:
        if name not in sobject._os_dynamic:
            raise UnknownAttribute(f"{sobject} has no dynamic attribute {name!r}")
        batch.attributes(sobject)
        topic = sobject._os_topics.get(name)
        if topic is not None:
            batch.topic(topic)
        dynamic, values = dict(sobject._os_dynamic), dict(sobject._os_values)
        del sobject._os_dynamic[name]
        sobject._os_values.pop(name, None)

        def take_back(batch: Batch) -> None:
            batch.attributes(sobject)
            sobject._os_dynamic = dynamic
            if name in values:
                sobject._os_values[name] = values[name]

        return take_back

    def _tag(self, sobject: ClientObject, tag: str, batch: Batch) -> TakeBack | None:
        if tag in sobject._os_tags:
            return None
        batch.tags(sobject)
        sobject._os_tags[tag] = None

        def take_back(batch: Batch) -> None:
            batch.tags(sobject)
            del sobject._os_tags[tag]

        return take_back

    def _untag(self, sobject: ClientObject, tag: str, batch: Batch) -> TakeBack:
        if tag not in sobject._os_tags:
            raise InvalidChangeError(f"{sobject} has no tag {tag!r}")
        batch.tags(sobject)
        former = dict(sobject._os_tags)
        del sobject._os_tags[tag]

        def take_back(batch: Batch) -> None:
            batch.tags(sobject)
            sobject._os_tags = former

        return take_back


def _take_back(topic: Topic[Any], inverse: Change, batch: Batch) -> None:
    batch.topic(topic)
    topic._apply(topic._concrete(inverse))


def _index_of(sobject: ClientObject, parent: ClientObject) -> int:
    return next(index for index, child in enumerate(parent._os_children) if child is sobject)


def _place_among(length: int, index: int, parent: ClientObject) -> int:
    place = length if index == -1 else index
    if not 0 <= place <= length:
        raise InvalidPosition(f"{parent} got the index {index} for a child; it has {length}")
    return place

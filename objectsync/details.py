"""What objects have besides their declared attributes: dynamic attributes, and tags. Rules as for the shape of the tree (shape.py)."""

from __future__ import annotations

from typing import Any
from weakref import ref

from .changes import RESERVED, Attribute, Change, DropAttribute, Tag, Untag
from .errors import InvalidChangeError, InvalidValue, describe
from .open_transaction import OpenTransaction
from .shape import Shape
from .snapshot import RestoreAttribute, RestoreTag, record_attribute
from .sobject import SObject
from .states import FRESH
from .topics import AttributeSpec
from .topics.base import EMPTY
from .values import check_str, copy_value


class Details(Shape):
    """A tree whose objects have dynamic attributes and tags."""

    def add_attribute(self, sobject: SObject, name: str, spec: AttributeSpec, value: Any = EMPTY) -> None:
        """Give an object a dynamic attribute (`SObject.add_attribute` is the door); its `value` is the default unless given."""
        check_name(name, "an attribute name")
        transaction = self.transactions.open
        if sobject._os_state == FRESH and transaction is not None:
            transaction.plain = False
            self._give_attribute(sobject, name, spec, value)
            transaction.journal.append((Details._forget_attribute, self, sobject, name))
            return
        with self.record() as transaction:
            self._alive(sobject)
            self._give_attribute(sobject, name, spec, value)
            transaction.journal.append((Details._forget_attribute, self, sobject, name))
            shown = copy_value(spec.default if value is EMPTY else value)
            transaction.changes.append(Attribute(sobject._os_id, name, spec.topic_class.type_name, shown))
            if transaction.recording and spec.stateful:  # an event for a handler is wiring, not a step to undo
                transaction.inverses.append(DropAttribute(sobject._os_id, name))

    def drop_attribute(self, sobject: SObject, name: str) -> None:
        """Take a dynamic attribute away (`SObject.remove_attribute` is the door)."""
        with self.record() as transaction:
            self._alive(sobject)
            record = record_attribute(sobject, name)
            dynamic = sobject._os_dynamic
            assert dynamic is not None
            spec, value, topic = dynamic[name], sobject._os_values.get(name, EMPTY), (sobject._os_topics or {}).get(name)
            order = list(dynamic)

            def put_back() -> None:
                dynamic[name] = spec
                for other in order[order.index(name) + 1 :]:
                    dynamic[other] = dynamic.pop(other)
                if value is not EMPTY:
                    sobject._os_values[name] = value
                if topic is not None:
                    sobject._os_topics = {**(sobject._os_topics or {}), name: topic}

            self._forget_attribute(sobject, name)
            transaction.journal.append((put_back,))
            if sobject._os_state != FRESH:
                transaction.changes.append(DropAttribute(sobject._os_id, name))
                if transaction.recording:
                    transaction.inverses.append(RestoreAttribute(sobject._os_id, name, record, None if topic is None else ref(topic)))

    def tag(self, sobject: SObject, tag: str, followers: tuple[str, ...] = ()) -> None:
        """Add a tag, in front of its `followers`."""
        check_name(tag, "a tag")
        with self.record() as transaction:
            self._alive(sobject)
            if sobject._os_tags is None:
                sobject._os_tags = {}
            tags = sobject._os_tags
            if tag in tags:
                return
            tags[tag] = None
            transaction.plain = False
            transaction.journal.append((tags.pop, tag))
            self._write(transaction, sobject, Tag(sobject._os_id, tag), Untag(sobject._os_id, tag))
            recording = transaction.recording
            transaction.recording = False  # the tag's own inverse takes all of it back
            for follower in followers:
                if follower in tags:
                    self.untag(sobject, follower)
                    self.tag(sobject, follower)
            transaction.recording = recording

    def untag(self, sobject: SObject, tag: str) -> None:
        """Take a tag away."""
        with self.record() as transaction:
            self._alive(sobject)
            tags = sobject._os_tags
            if not tags or tag not in tags:
                raise InvalidChangeError(f"{sobject} has no tag {tag!r}")
            order = list(tags)
            del tags[tag]

            def put_back() -> None:
                tags.clear()
                tags.update(dict.fromkeys(order))

            transaction.journal.append((put_back,))
            followers = tuple(order[order.index(tag) + 1 :])
            self._write(transaction, sobject, Untag(sobject._os_id, tag), RestoreTag(sobject._os_id, tag, followers))

    # --- inner

    def _give_attribute(self, sobject: SObject, name: str, spec: AttributeSpec, value: Any) -> None:
        dynamic = sobject._os_dynamic
        if dynamic is None:
            dynamic = sobject._os_dynamic = {}
        dynamic[name] = spec
        if value is not EMPTY:
            sobject._os_values[name] = value

    def _forget_attribute(self, sobject: SObject, name: str) -> None:
        dynamic = sobject._os_dynamic
        if dynamic is not None:
            dynamic.pop(name, None)
        sobject._os_values.pop(name, None)
        topic = None if sobject._os_topics is None else sobject._os_topics.pop(name, None)
        if topic is not None and topic._signals is None:
            topic._signals = {}  # so that its changes take the long way, where they are refused

    def _write(self, transaction: OpenTransaction, sobject: SObject, change: Change, inverse: Change) -> None:
        if sobject._os_state != FRESH:
            transaction.changes.append(change)
            if transaction.recording:
                transaction.inverses.append(inverse)


def check_name(name: object, what: str) -> str:
    """An attribute name or tag.

    Raises:
        InvalidValue: it is none, or one that JavaScript gives a meaning of its own.
    """
    if type(name) is str and name.isidentifier() and len(name) <= 128 and name not in RESERVED:
        return name  # the common case; it can have no lone surrogate
    if not isinstance(name, str) or not 0 < len(name) <= 128 or name in RESERVED:
        raise InvalidValue(f"{describe(name)} is not {what}; use 1 to 128 characters, and none of {', '.join(sorted(RESERVED))}")
    return check_str(name)

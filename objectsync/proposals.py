"""What clients propose: checked against the policy and the limits, moved past what happened meanwhile, and applied.

Everything here runs inside the action's transaction, with the lock held; what is refused rolls all of the action back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .changes import (
    Attribute,
    Change,
    Clear,
    Create,
    DeleteText,
    Destroy,
    DropAttribute,
    Emit,
    Insert,
    InsertText,
    Move,
    Place,
    Pop,
    Replace,
    Set,
    Tag,
    TopicChange,
    Untag,
)
from .errors import Forbidden, InvalidChangeError, LimitExceeded, StaleChange, UnknownAttribute, UnknownObject, describe
from .policy import Policy
from .protocol import Action
from .session import Session
from .sobject import SObject
from .topics import EventTopic, Topic
from .transform import transform_sequences
from .tree import Tree

Positional = InsertText | DeleteText | Insert | Pop | Move | Replace
"""Changes that refer to a place which others may have moved. (The end, -1, stays the end.)"""


class Proposals:
    """Applies what clients propose to one tree, as a policy allows."""

    def __init__(self, tree: Tree, policy: Policy) -> None:
        self._tree = tree
        self._policy = policy
        self._hides = policy.hides

    def apply(self, session: Session, action: Action, changes: list[Change]) -> None:
        """Apply the changes of an action, in its transaction.

        Raises:
            LocalError: one may not, or does not fit.
        """
        sized = self._is_small(action)
        for change in self._moved(action.base, changes):
            if not sized:
                self._check_size(change)
            self._apply_one(session, change)

    def emit(self, session: Session, action: Action, changes: list[Change]) -> bool:
        """Decide an action that is one event, heard by nobody before it is decided: a click, most often, and a person waits for it. False
        for another one, which is not decided then. (The way of others is longer by a twentieth of the time in which the server answers a
        click: benchmarks/dom.)

        Raises:
            LocalError: it may not, or does not fit.
        """
        if len(changes) != 1 or type(changes[0]) is not Emit:
            return False
        change = changes[0]
        transactions = self._tree.transactions
        with transactions.lock:
            if transactions.open is not None:
                return False
            if transactions.owed:
                transactions.settle()
            sobject = self.object(session, change.object)
            topic = self._attribute(session, sobject, change.name)
            if type(topic) is not EventTopic or topic._signals is not None or topic._guards or topic._spec.stateful:
                return False
            if not self._is_small(action):
                self._check_size(change)
            self._need_change(session, sobject, topic)
            checked = topic.check_change(change)
            emission = transactions.emit_alone(topic, checked, session, action.cseq, action.gesture, checked == change)
        transactions.deliver([emission])
        return True

    def sees(self, session: Session, sobject: SObject) -> bool:
        """Whether the policy lets the client see an object, and all that it is in."""
        policy = self._policy
        if not self._hides:
            return True
        above: SObject | None = sobject
        while above is not None and above._os_parent is not None:
            if not policy.may_see(session, above):
                return False
            above = above._os_parent
        return True

    def object(self, session: Session, id: str) -> SObject:
        """The object with this id.

        Raises:
            UnknownObject: there is none, or it is hidden from the client: it cannot tell which.
        """
        sobject = self._tree.get_object(id)
        if not self.sees(session, sobject):
            raise UnknownObject(f"there is no object with the id {describe(id)}")
        return sobject

    def _attribute(self, session: Session, sobject: SObject, name: str) -> Topic[Any]:
        policy = self._policy
        if self._hides and not (sobject.has_attribute(name) and policy.may_see(session, sobject, name)):
            raise UnknownAttribute(f"{sobject} has no attribute {name!r}")
        return sobject.get_attribute(name)

    def _apply_one(self, session: Session, change: Change) -> None:
        """One proposed change: may it, does it fit, then apply."""
        policy = self._policy
        if isinstance(change, TopicChange):
            sobject = self.object(session, change.object)
            topic = self._attribute(session, sobject, change.name)
            self._need_change(session, sobject, topic)
            checked = topic.check_change(change)
            if type(change) is Emit:
                self._tree.transactions.perform(topic, checked)
                return
            before = _size(topic)
            self._tree.transactions.perform(topic, checked)
            self._check_growth(topic, before)
            return
        if isinstance(change, Create):
            parent = self.object(session, change.parent or "")
            if not change.object.startswith(f"{session.id}."):
                raise Forbidden(f"a client's ids begin with its session, {session.id}., not {change.object!r}")
            if not policy.may_create(session, self._tree.types.named(change.type).cls, parent):
                raise Forbidden(f"this client may not create {change.type}; its class says client_creatable = False")
            self._tree.apply(change)
            sobject = self._tree.get_object(change.object)
            for name in change.attributes:
                if not policy.may_change(session, sobject, name, sobject.get_attribute(name)._spec):
                    raise Forbidden(f"{sobject.get_attribute(name)} may not be set by this client")
            return
        if isinstance(change, (Destroy, Clear, Place, Attribute, DropAttribute, Tag, Untag)):
            sobject = self.object(session, change.object)
            if not policy.may_shape(session, sobject):
                raise Forbidden(f"this client may not {type(change).__name__.lower()} {sobject}; its class says client_creatable = False")
            if isinstance(change, Place) and not policy.may_create(session, type(sobject), self.object(session, change.parent)):
                raise Forbidden(f"this client may not place {sobject} there")
            if isinstance(change, (Attribute, DropAttribute)) and self._hides and not policy.may_see(session, sobject, change.name):
                raise Forbidden(f"this client may not give {sobject} an attribute {change.name!r}, or take it")
        self._tree.apply(change)

    def _need_change(self, session: Session, sobject: SObject, topic: Topic[Any]) -> None:
        if not self._policy.may_change(session, sobject, topic._name, topic._spec):
            raise Forbidden(f"{topic} may not be changed by this client")

    def _is_small(self, action: Action) -> bool:
        """Whether nothing in it can be too large: what is short cannot hold anything long, nor what has few brackets anything deep. True of
        nearly all, and sooner asked."""
        limits, json = self._tree.limits, bytes(action.changes)
        short = len(json) <= min(limits.string_length, limits.collection_items)
        return short and json.count(b"[") + json.count(b"{") <= limits.value_depth

    def _check_size(self, change: Change) -> None:
        for field in change.__struct_fields__:
            self._check_value_size(getattr(change, field))

    def _check_growth(self, topic: Topic[Any], before: int) -> None:
        """A client may not grow a value beyond what it could set at once, piece by piece. (What Python made larger may shrink.)"""
        size = _size(topic)
        limit = self._tree.limits.string_length if isinstance(topic._raw(), str) else self._tree.limits.collection_items
        if size > limit and size > before:
            raise LimitExceeded(f"{topic} would have a size of {size}; the limit for clients is {limit}")

    def _check_value_size(self, value: Any) -> None:
        limits = self._tree.limits
        stack = [(value, 0)]
        while stack:
            item, depth = stack.pop()
            if isinstance(item, str):
                if len(item) > limits.string_length:
                    raise LimitExceeded(f"a text of {len(item)} characters; the limit for clients is {limits.string_length}")
            elif isinstance(item, (list, dict)):
                if len(item) > limits.collection_items:
                    raise LimitExceeded(f"{len(item)} items; the limit for clients is {limits.collection_items}")
                if depth >= limits.value_depth:
                    raise LimitExceeded(f"a value nested more than {limits.value_depth} deep; that is the limit for clients")
                stack.extend((inner, depth + 1) for inner in (item.values() if isinstance(item, dict) else item))

    def _moved(self, base: int, changes: list[Change]) -> Iterable[Change]:
        """The changes, moved past what happened since the client's view (`base`). That holds none of the client's own: it has at most
        one action by position under way for an attribute (PROTOCOL.md, "Actions")."""
        if base == self._tree.log.head:
            return changes
        positional = {(change.object, change.name) for change in changes if isinstance(change, Positional)}
        if not positional:
            return changes
        if not self._tree.log.reaches(base):
            raise StaleChange("the positions are older than the server's log; look again and repeat")
        later: dict[tuple[str, str], list[Change]] = {}
        for transaction in self._tree.log.since(base):
            for change in transaction.changes:
                if isinstance(change, TopicChange) and (change.object, change.name) in positional:
                    later.setdefault((change.object, change.name), []).append(change)
        moved: list[Change] = []
        for change in changes:
            key = (change.object, change.name) if isinstance(change, TopicChange) else ("", "")
            if isinstance(change, Set):
                later.pop(key, None)  # what follows in this action refers to the value that it sets
            if key not in later or not isinstance(change, Positional) or getattr(change, "index", 0) == -1:
                moved.append(change)
                continue
            if any(isinstance(other, Set) for other in later[key]):
                if isinstance(change, (InsertText, Insert)):
                    raise InvalidChangeError(f"{change.name!r} of {change.object} was replaced as a whole meanwhile", change)
                continue  # what it would remove or move is gone with the old value
            past, later[key] = transform_sequences([change], later[key])
            moved += past
        return moved


def _size(topic: Topic[Any]) -> int:
    raw = topic._raw()
    return len(raw) if isinstance(raw, (str, list, dict)) else 0

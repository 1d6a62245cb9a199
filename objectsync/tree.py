"""The tree that users see: its shape (shape.py), what objects have (details.py), how they live (life.py) and come back (restoring.py),
transactions, undo and redo. No clients: that is hub.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .ancestry import place_of
from .changes import Attribute, Change, Clear, Create, Destroy, DropAttribute, Place, Tag, TopicChange, Untag
from .compat import OlderTreeNames
from .current import AsCurrent, set_newest
from .errors import AlreadyExists, InvalidChangeError, LocalError, describe
from .history import UndoResult, revert
from .limits import Limits
from .log import REDO, UNDO, Transaction
from .restoring import Restoring, topic_class_named
from .snapshot import Restore, RestoreAttribute, RestoreChildren, RestoreTag, walk
from .sobject import SObject


class Tree(OlderTreeNames, Restoring):
    """A tree of SObjects with transactions and undo."""

    def __init__(self, root_object_type: type[SObject] = SObject, limits: Limits | None = None) -> None:
        super().__init__(root_object_type, limits)
        set_newest(self)

    def do_after_transaction(self, task: Callable[[], Any]) -> None:
        """Call `task()` when the open transaction has been committed, as a step of its own; at once when none is open.

        While something is undone or redone it is dropped, and so it is when the transaction is rolled back.
        """
        with self.lock:
            transaction = self.transactions.open
            if transaction is not None:
                if transaction.kind not in (UNDO, REDO) and not transaction.rolling_back:
                    transaction.after.append(task)
                return
        task()

    def undo(self, target: SObject | None = None, session: str | None = None) -> UndoResult:
        """Undo the newest step within `target` (everything, by default), or the newest there that `session` did (everyone, by default).

        A session's steps are its actions, and what handlers of its events and calls did.

        Returns what happened: false when there was nothing to undo; `conflicts` names what others have changed since, which stays.

        Raises:
            LocalError: inside `record()`.
        """
        return self._revert(target, session, UNDO)

    def redo(self, target: SObject | None = None, session: str | None = None) -> UndoResult:
        """Redo the newest undone step within `target` (of `session`), unless something new was done there (by it) since."""
        return self._revert(target, session, REDO)

    def clear_history(self, target: SObject | None = None) -> None:
        """Forget every step within `target` (everything, by default)."""
        with self.lock:
            self.history.clear(None if target is None else self._within(target))

    def as_current(self) -> AsCurrent:
        """`with server.as_current():` constructors inside create here."""
        return AsCurrent(self)

    def format_tree(self, top: SObject | None = None) -> str:
        """The hierarchy as text, an object a line."""
        top = self.root if top is None else top
        return "\n".join("  " * (o._os_depth - top._os_depth) + repr(o) for o in walk(top))

    def apply(self, change: Change) -> None:
        """Apply any change by value, tree or topic: inverses, and what clients propose.

        Raises:
            LocalError: it does not fit; nothing has changed.
        """
        if isinstance(change, TopicChange):
            topic = self.get_object(change.object).get_attribute(change.name)
            self.transactions.perform(topic, topic._concrete(change))
            return
        match change:
            case Place(object, parent, index):
                self.place(self.get_object(object), self.get_object(parent), index)
            case Destroy(object):
                self.destroy(self.get_object(object))
            case Clear(object):
                self.clear(self.get_object(object))
            case Restore(object, parent, index, records, after, before):
                above = self.get_object(parent)
                self._restore(above, self._beside(above, index, after, before), records)
            case RestoreChildren(object, records):
                self._restore(self.get_object(object), len(self.get_object(object)._os_children or ()), records)
            case DropAttribute(object, name):
                self.get_object(object).remove_attribute(name)
            case RestoreAttribute(object, name, record, former):
                sobject = self.get_object(object)
                if sobject.has_attribute(name):
                    raise AlreadyExists(f"{sobject} has an attribute {name!r} again")
                self._restore_attribute(sobject, name, record, None if former is None else former())
            case Attribute(object, name, type, value):
                self.get_object(object).add_attribute(name, topic_class_named(type), value)
            case Tag(object, tag):
                self.tag(self.get_object(object), tag)
            case Untag(object, tag):
                self.untag(self.get_object(object), tag)
            case RestoreTag(object, tag, followers):
                self.tag(self.get_object(object), tag, followers)
            case Create(object, type, parent, index, attributes):
                self._apply_create(object, type, parent, index, attributes)
            case _:
                raise InvalidChangeError(f"{describe(change)} cannot be applied", change)

    # --- inner

    def _revert(self, target: SObject | None, session: str | None, kind: str) -> UndoResult:
        with self.lock:
            if self.transactions.owed:
                self.transactions.settle()
            if self.transactions.open is not None:
                raise LocalError(f"{kind} is a step of its own: call it outside record() and listeners, or use do_after_transaction")
            if target is None:
                target = self.root
            done = self.history.done
            if kind == UNDO and done and session is None:
                newest = done[-1]
                if newest.scope is not None and self._objects.get(newest.scope) is target:
                    return revert(self, newest, kind)  # the common case (0.5 us less: benchmarks/core.py, "undo")
            self._alive(target)
            within = self._within(target)

            def counts(step: Transaction) -> bool:
                return within(step.scope) and (session is None or step.author == session)

            step = self.history.newest_done(counts) if kind == UNDO else self.history.newest_undone(counts)
            return UndoResult(False) if step is None else revert(self, step, kind)

    def _beside(self, parent: SObject, index: int, after: str | None, before: str | None) -> int:
        """The place below `parent` behind `after`, or in front of `before`; `index` when neither is there any more."""
        for neighbour, offset in ((after, 1), (before, 0)):
            sobject = self.objects.get(neighbour or "")
            if sobject is not None and sobject._os_parent is parent and parent._os_children is not None:
                return place_of(sobject, parent._os_children) + offset
        return index

    def _within(self, target: SObject) -> Callable[[str | None], bool]:
        known: dict[str | None, bool] = {None: target is self.root}

        def within(scope: str | None) -> bool:
            answer = known.get(scope)
            if answer is None:
                sobject = self.objects.get(scope or "")
                while sobject is not None and sobject is not target:
                    sobject = sobject._os_parent
                answer = known[scope] = sobject is target
            return answer

        return within

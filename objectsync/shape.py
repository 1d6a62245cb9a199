"""The shape of the tree: its objects, and every change of where they are.

Rules: every method here is atomic (an exception, also one in user code that it calls, leaves the tree as it was), works inside or outside
`record()`, and writes what happened into the open transaction: a change for the clients, an inverse for the history, and a journal
entry for rollback. Cycles, unknown parents and trees too deep are refused before anything changes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from .adoption import adopt
from .ancestry import children_first, place_of, scope_of
from .changes import Change, Clear, Destroy, Place
from .errors import InvalidChangeError, LimitExceeded, describe
from .history import History
from .limits import Limits
from .log import Log
from .open_transaction import OpenTransaction
from .packed import Packed, PackedChanges
from .removal import Removal
from .removed import Removed
from .returning import return_memory
from .snapshot import Restore, RestoreChildren, walk
from .sobject import SObject
from .states import FRESH, GONE
from .transaction import Record, Transactions
from .types import TypeInfo
from .written import changes_of, inverses_of

_WORTH_PACKING = 32
"""Removed objects."""
_WORTH_PUTTING_OFF = 32
"""Children of what is cleared."""
_PACKED_AT_ONCE = 10_000
"""Objects; some milliseconds."""
_WORTH_RETURNING = 10_000
"""Destroyed objects; some megabytes."""
_MOST_UNPACKED = 32
"""Sequences; where nobody holds a clock, the oldest is packed as the next one comes."""


class Shape:
    """The objects of a tree, and the changes of its shape."""

    root: SObject

    def __init__(self, limits: Limits | None) -> None:
        self.limits = limits or Limits()
        self._deepest = self.limits.tree_depth
        self.log = Log(self.limits.log_transactions, self.limits.log_bytes)
        self.history = History(self.log, self.limits.history_steps, self.limits.history_bytes)
        self.transactions = Transactions(self.log, self.history, self.limits.listener_depth)
        self.transactions.scope_of = self._scope_of
        self.transactions.unenter = self._unenter
        self.transactions.written = self._written
        self.transactions.kept = inverses_of
        self.lock = self.transactions.lock
        self._unpacked: deque[Packed[Any]] = deque()
        self._gone = 0  # how many objects were destroyed since memory was last returned
        self._objects: dict[str, SObject] = {}

    @property
    def objects(self) -> dict[str, SObject]:
        """Every object by its id. Read it, do not change it."""
        if self.transactions.owed:
            self.transactions.settle()
        return self._objects

    def settle(self) -> None:
        """Do what was put off, before somebody looks."""
        if self.transactions.owed:
            self.transactions.settle()

    def pack(self) -> None:
        """Let what is kept of many objects, created or destroyed of late, take less memory; a little at a time, for who holds a clock."""
        with self.lock:
            self.settle()
            packed = 0
            while self._unpacked and packed < _PACKED_AT_ONCE:
                kept = self._unpacked.popleft()
                kept.pack()
                packed += len(kept)
            if packed or self._gone < _WORTH_RETURNING:
                return
            self._gone = 0
            self._objects = dict(self._objects)  # one that things were taken out of keeps their room
        return_memory()

    def record(self) -> Record:
        """`with server.record():` what happens inside is one transaction: atomic, one frame, one undo step. An exception undoes it.

        Never `await` inside: other threads wait for its end, the server's own, too.
        """
        return self.transactions.record()

    def place(self, sobject: SObject, parent: SObject, index: int = -1) -> None:
        """Move an object below a parent, to `index` as counted without it; -1 is the end.

        Raises:
            InvalidChangeError: the parent is the object itself, below it, or of another server; or the root was to move.
            LimitExceeded: the tree would be too deep.
        """
        with self.record() as transaction:
            self._alive(sobject)
            self._alive(parent)
            old_parent = sobject._os_parent
            if old_parent is None:
                raise InvalidChangeError(f"{sobject} is the root; it cannot be moved")
            old_index = self._place_of(transaction, sobject, old_parent, "moved")
            above: SObject | None = parent
            while above is not None:
                if above is sobject:
                    raise InvalidChangeError(f"{sobject} cannot be moved below {parent}, which is itself or below it")
                above = above._os_parent
            depth = parent._os_depth + 1
            if depth != sobject._os_depth:
                height = max(o._os_depth for o in walk(sobject)) - sobject._os_depth
                self._check_depth(depth + height)
            count = len(parent._os_children or ()) - (parent is old_parent)
            target = count if index == -1 else index
            if not 0 <= target <= count:
                raise InvalidChangeError(f"{sobject} cannot be placed at {index} below {parent}: it has {count} other children")
            if parent is old_parent and target == old_index:
                return
            if sobject._os_state == FRESH:
                transaction.birthplaces.setdefault(sobject, old_parent._os_id)
            self._detach(transaction, sobject, old_index)
            self._attach(transaction, sobject, parent, target)
            transaction.journal.append((self._put_back, transaction, sobject, old_parent, old_index))
            transaction.changes.append(Place(sobject._os_id, parent._os_id, target))
            if transaction.recording:
                transaction.inverses.append(Place(sobject._os_id, old_parent._os_id, old_index))

    def place_all(self, parent: SObject, children: Sequence[SObject]) -> None:
        """Move objects below a parent, in this order, behind those that it has.

        Raises:
            InvalidChangeError, LimitExceeded: as `place`; nothing has changed.
        """
        if not children:
            return
        with self.record() as transaction:
            self._alive(parent)
            for child in children:
                self._alive(child)
            if not adopt(self, transaction, parent, children):
                for child in children:
                    self.place(child, parent)

    def destroy(self, sobject: SObject) -> None:
        """Destroy an object and everything below it: `on_destroy` of each, children first, then it is gone.

        Raises:
            InvalidChangeError: it is the root.
            Destroyed: it is gone already.
        """
        with self.record() as transaction:
            self._alive(sobject)
            parent = sobject._os_parent
            if parent is None:
                raise InvalidChangeError(f"{sobject} is the root; it cannot be destroyed (clear() destroys what is below it)")
            self._place_of(transaction, sobject, parent, "destroyed")
            self._announce_end(transaction, [sobject])
            if sobject._os_state == GONE or sobject._os_parent is None:
                return  # an on_destroy did it
            parent = sobject._os_parent
            assert parent._os_children is not None
            siblings = parent._os_children
            index = self._place_of(transaction, sobject, parent, "destroyed")
            after = siblings[index - 1]._os_id if index else None
            before = siblings[index + 1]._os_id if index + 1 < len(siblings) else None
            removal = Removal(self, transaction, [sobject], parent, index)
            removal.finish()
            transaction.changes.append(Destroy(sobject._os_id))
            if transaction.recording:
                transaction.inverses.append(Restore(sobject._os_id, parent._os_id, index, removal.records, after, before))

    def clear(self, sobject: SObject) -> None:
        """Destroy everything below an object: one change, whatever the number."""
        with self.record() as transaction:
            self._alive(sobject)
            if not sobject._os_children:
                return
            self._announce_end(transaction, list(sobject._os_children))
            children = list(sobject._os_children or ())
            if not children:
                return
            removal = Removal(self, transaction, children, sobject, None)
            if len(children) < _WORTH_PUTTING_OFF or transaction.born:
                removal.finish()
            else:
                removal.put_off()
            transaction.changes.append(Clear(sobject._os_id))
            if transaction.recording:
                transaction.inverses.append(RestoreChildren(sobject._os_id, removal.records))

    # --- inner

    def _scope_of(self, inverses: Sequence[Change]) -> str:
        # What a lone one is of is there. Where there are more, one may be of something that is about to go.
        objects = self._objects if len(inverses) == 1 else self.objects
        return scope_of(inverses, objects) or self.root._os_id

    def _written(self, transaction: OpenTransaction) -> Sequence[Change]:
        changes = changes_of(transaction)
        if type(changes) is PackedChanges:  # an abstract class's `isinstance` is a call of Python's
            self._pack_later(changes)
        return changes

    def _pack_later(self, kept: Packed[Any]) -> None:
        self._unpacked.append(kept)
        if len(self._unpacked) > _MOST_UNPACKED:
            self._unpacked.popleft().pack()

    def _enter(self, transaction: OpenTransaction, sobject: SObject, info: TypeInfo, id: str, parent: SObject | None) -> None:
        """Register a new object: reachable by id, not yet among its parent's children."""
        depth = 0 if parent is None else parent._os_depth + 1
        if depth > self._deepest:
            self._check_depth(depth)
        sobject._os_tree = self  # type: ignore[assignment]  # a Shape is always a whole Tree; `cast` would be a call for each object
        sobject._os_id = id
        sobject._os_type = info
        sobject._os_parent = parent
        sobject._os_children = None
        sobject._os_depth = depth
        sobject._os_values = {}
        sobject._os_text = sobject._os_first = None
        sobject._os_topics = None
        sobject._os_dynamic = None
        sobject._os_tags = None
        sobject._os_state = FRESH
        self._objects[id] = sobject
        transaction.numbered = False
        if not transaction.recording:
            transaction.kept = True
        transaction.born += 1
        transaction.changes.append(sobject)
        transaction.journal.append(sobject)

    def _unenter(self, sobject: SObject) -> None:
        """Take a creation back, whether it came as far as being attached or not."""
        siblings = sobject._os_parent._os_children if sobject._os_parent is not None else None
        if siblings:
            if siblings[-1] is sobject:
                siblings.pop()
            elif any(sibling is sobject for sibling in siblings):
                del siblings[place_of(sobject, siblings)]
        sobject._os_state = GONE
        sobject._os_parent = None
        self._objects.pop(sobject._os_id, None)

    def _attach(self, transaction: OpenTransaction, sobject: SObject, parent: SObject, index: int) -> None:
        siblings = parent._os_children
        if siblings is None:
            siblings = parent._os_children = []
        siblings.insert(index, sobject)
        sobject._os_parent = parent
        depth = parent._os_depth + 1
        if depth != sobject._os_depth:
            shift = depth - sobject._os_depth
            for below in walk(sobject):
                below._os_depth += shift
        transaction.moved_below(parent)

    def _detach(self, transaction: OpenTransaction, sobject: SObject, index: int | None = None) -> None:
        parent = sobject._os_parent
        assert parent is not None
        siblings = parent._os_children
        assert siblings is not None
        if siblings[-1] is sobject:
            siblings.pop()
        else:
            del siblings[place_of(sobject, siblings) if index is None else index]
        sobject._os_parent = None
        transaction.moved_below(parent)

    def _put_back(self, transaction: OpenTransaction, sobject: SObject, parent: SObject, index: int) -> None:
        self._detach(transaction, sobject)
        self._attach(transaction, sobject, parent, index)

    def _announce_end(self, transaction: OpenTransaction, tops: list[SObject]) -> None:
        if not self._ending_matters():
            return
        try:
            for top in tops:
                for sobject in children_first(top):
                    if sobject._os_type.on_destroy and sobject._os_state != GONE:
                        sobject.on_destroy()
        except BaseException as error:
            transaction.failed = error
            raise

    def _ending_matters(self) -> bool:
        """Whether any class has an `on_destroy`."""
        return True

    def _have_gone(self, amount: int, records: Removed) -> None:
        self._gone += amount
        if len(records) >= _WORTH_PACKING:
            self._pack_later(records)

    def _place_of(self, transaction: OpenTransaction, sobject: SObject, parent: SObject, what: str) -> int:
        """Where an object is among its parent's children, before `what` is done to it.

        Raises:
            InvalidChangeError: it is not there yet.
        """
        try:
            transaction.near = index = place_of(sobject, parent._os_children or (), transaction.near)
        except ValueError:
            raise InvalidChangeError(f"{sobject} is still being built and cannot be {what}; do it in init()") from None
        return index

    def _alive(self, sobject: SObject) -> None:
        if not isinstance(sobject, SObject):
            raise TypeError(f"expected an SObject, got {describe(sobject)}")
        self.settle()
        if sobject._os_state == GONE:
            sobject._refuse_gone("it")
        if sobject._os_tree is not self:
            raise InvalidChangeError(f"{sobject} lives on another server")

    def _check_depth(self, depth: int) -> None:
        if depth > self.limits.tree_depth:
            raise LimitExceeded(f"the tree would be {depth} deep; the limit is {self.limits.tree_depth} (Limits.tree_depth)")

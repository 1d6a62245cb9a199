"""Taking objects out of a tree: for good, or until it is rolled back.

Rules: what is below an object goes with it. It can no longer be found, changed or built on, and where that is a step there are records of
it for an undo (removed.py). Rolled back, the very same Python objects come back.

Out of sight at once; the rest is what `finish` does, object by object. For a large table that takes longer than all else that a click
does (benchmarks/dom, "clear"), and nobody who waits for the answer needs it: it can be put off (`Transactions.owed`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .changes import Change
from .creations import birthplace_of
from .open_transaction import OpenTransaction
from .removed import Removed
from .returning import let_go
from .snapshot import ObjectRecord, describe_object, held_by, record_object
from .states import FRESH, GONE, LIVE

if TYPE_CHECKING:
    from .shape import Shape
    from .sobject import SObject


class Removal:
    """The child at `index` of a parent, or all of them (None), on their way out of a tree."""

    __slots__ = ("_before", "_born", "_fresh", "_gone", "_index", "_parent", "_recording", "_tops", "_transaction", "_tree", "records")

    def __init__(self, tree: Shape, transaction: OpenTransaction, tops: list[SObject], parent: SObject, index: int | None) -> None:
        before = parent._os_children
        assert before is not None
        self._tree = tree
        self._transaction = transaction
        self._tops = tops
        self._parent = parent
        self._index = index
        self._before = before
        self._recording = transaction.recording
        self._born = transaction.born
        self._gone: list[SObject] = []
        self._fresh: list[SObject] = []
        self.records = Removed(tree.transactions.settle)
        """What undo needs to bring them back."""
        transaction.journal.append((self._put_back,))
        if index is None:
            parent._os_children = []
        else:
            del before[index]
        transaction.moved_below(parent)

    def put_off(self) -> None:
        """Have it finished later, but before anybody can tell."""
        self._tree.transactions.owed.append(self.finish)

    def finish(self) -> None:
        """Everything below them goes."""
        transaction, tree = self._transaction, self._tree
        gone, objects = self._gone, tree._objects
        recording, born = self._recording, self._born
        plain: list[Any] = []
        others: dict[int, ObjectRecord] = {}
        # From here on flat: it is run for every element.
        above: str | None = None
        rows = [(above, iter(self._tops))]
        while rows:
            above, row = rows[-1]
            for sobject in row:
                id = sobject._os_id
                if recording:
                    kind = sobject._os_type
                    if sobject._os_dynamic or sobject._os_tags or kind.superseded or held_by(sobject):
                        others[len(gone)] = record_object(sobject, above)
                    else:
                        text = sobject._os_text
                        if text is None:
                            plain += (id, kind.name, above, sobject._os_values, None, None)
                        else:
                            plain += (id, kind.name, above, kind.first, text, sobject._os_first)
                if born and sobject._os_state == FRESH:
                    written: list[Change] = []
                    describe_object(sobject, birthplace_of(sobject, transaction.birthplaces), written)
                    transaction.described[sobject] = written
                    self._fresh.append(sobject)
                gone.append(sobject)
                sobject._os_state = GONE
                del objects[id]
                children = sobject._os_children
                if children:
                    rows.append((id, iter(children)))
                    break
            else:
                rows.pop()
        self.records.fill(plain, others)
        tree._have_gone(len(gone), self.records)
        if tree.transactions.open is transaction:
            transaction.destroyed += gone  # it may still be rolled back
        else:
            let_go(gone)

    def _put_back(self) -> None:
        """Take it back, whether it is finished or not."""
        tree, transaction = self._tree, self._transaction
        owed, gone = tree.transactions.owed, self._gone
        if self.finish in owed:
            owed.remove(self.finish)
        objects = tree._objects
        for sobject in gone:
            sobject._os_state = LIVE
            objects[sobject._os_id] = sobject
        for sobject in self._fresh:
            sobject._os_state = FRESH
            transaction.described.pop(sobject, None)
        if self._index is None:
            self._parent._os_children = self._before
        else:
            self._before.insert(self._index, self._tops[0])
        del transaction.destroyed[len(transaction.destroyed) - len(gone) :]
        transaction.parent = None

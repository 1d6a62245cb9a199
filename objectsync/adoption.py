"""New objects that are put into another new one, as by `tr(td("a"), td("b"))`: told as born there, and not as moved.

Arguments are made before what they are given to, so the cells are born beside the row. Nobody has been told of them yet: their creations
are put behind that of the row, and nothing says where they had been. Rules: this is done only where it is plain that nothing which was
told meanwhile relies on it, which is where they are the newest objects of all; else they are moved like any others.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import TYPE_CHECKING

from .changes import Change, Destroy
from .snapshot import walk
from .states import FRESH

if TYPE_CHECKING:
    from .open_transaction import OpenTransaction
    from .shape import Shape
    from .sobject import SObject


def adopt(tree: Shape, transaction: OpenTransaction, parent: SObject, children: Sequence[SObject]) -> bool:
    """Put the newest objects of a transaction below another new one, at the end. Returns whether it was done; if not, nothing was.

    Raises:
        LimitExceeded: the tree would be too deep.
    """
    former = children[0]._os_parent
    beside = None if former is None else former._os_children
    if former is None or beside is None or former is parent or not _ends_with(beside, children):
        return False
    if parent._os_state != FRESH or transaction.kept or not transaction.recording or transaction.proposed is not None:
        return False
    born = [sobject for child in children for sobject in (walk(child) if child._os_children else (child,))]
    if any(sobject._os_state != FRESH for sobject in born):
        return False
    above: SObject | None = parent
    while above is not None and above._os_state == FRESH:  # one that is still being built has its parent, which has not got it yet
        if any(above is child for child in children):
            return False
        above = above._os_parent
    ahead = list(walk(parent)) if parent._os_children else [parent]
    if not _ends_with(transaction.changes, [*born, *ahead]):
        ahead = []  # the parent is the older one
        if not _ends_with(transaction.changes, born):
            return False
    taking_back = len(transaction.inverses)
    undone: list[Change] = []
    if former._os_state != FRESH:  # else what takes back its creation, or the parent's, takes back theirs
        if ahead and transaction.inverses and transaction.inverses[-1].object == parent._os_id:
            taking_back -= 1
        taking_back -= len(children)
        undone = transaction.inverses[max(taking_back, 0) :][: len(children)]
        if [each.object for each in undone if type(each) is Destroy] != [child._os_id for child in children]:
            return False
    deeper = parent._os_depth + 1 - children[0]._os_depth
    if deeper > 0:
        tree._check_depth(max([sobject._os_depth for sobject in born]) + deeper)
    adoption = _Adoption(transaction, parent, former, tuple(children), born, ahead, taking_back, undone, deeper)
    adoption.make()
    transaction.journal.append((adoption.take_back,))
    return True


def _ends_with(all: Sequence[object], last: Sequence[object]) -> bool:
    return len(all) >= len(last) and all[-1] is last[-1] and False not in map(is_, all[-len(last) :], last)


class _Adoption:
    """One, as it can be taken back."""

    __slots__ = ("ahead", "at", "beside", "born", "children", "deeper", "former", "parent", "taking_back", "transaction", "undone")

    def __init__(
        self,
        transaction: OpenTransaction,
        parent: SObject,
        former: SObject,
        children: tuple[SObject, ...],
        born: list[SObject],
        ahead: list[SObject],
        taking_back: int,
        undone: list[Change],
        deeper: int,
    ) -> None:
        self.transaction = transaction
        self.parent = parent
        self.former = former
        self.children = children
        self.born = born
        """The children and all below them."""
        self.ahead = ahead
        """The objects born after them that are told first from now on: the parent and all below it."""
        self.at = len(transaction.changes) - len(born) - len(ahead)
        """Where these are among the changes."""
        self.taking_back = taking_back
        """Where, among the inverses, the children's creations were taken back:"""
        self.undone = undone
        self.deeper = deeper
        self.beside = len(former._os_children or ()) - len(children)
        """Where they stood."""

    def make(self) -> None:
        transaction, parent, former = self.transaction, self.parent, self.former
        assert former._os_children is not None
        del former._os_children[self.beside :]
        if parent._os_children is None:
            parent._os_children = []
        parent._os_children += self.children
        self._settle(parent, self.deeper)
        if self.ahead:
            transaction.changes[self.at :] = [*self.ahead, *self.born]
            transaction.numbered = False
        del transaction.inverses[self.taking_back : self.taking_back + len(self.undone)]
        if parent._os_parent is former:
            transaction.adopted[parent] = transaction.adopted.get(parent, 0) + len(self.children)

    def take_back(self) -> None:
        """Everything that came later has been taken back."""
        transaction, parent, former = self.transaction, self.parent, self.former
        assert former._os_children is not None
        assert parent._os_children is not None
        del parent._os_children[-len(self.children) :]
        former._os_children[self.beside : self.beside] = self.children
        self._settle(former, -self.deeper)
        if self.ahead:
            transaction.changes[self.at : self.at + len(self.ahead) + len(self.born)] = [*self.born, *self.ahead]
        transaction.inverses[self.taking_back : self.taking_back] = self.undone
        if parent._os_parent is former:
            transaction.adopted[parent] -= len(self.children)

    def _settle(self, parent: SObject, deeper: int) -> None:
        birthplaces = self.transaction.birthplaces
        for child in self.children:
            child._os_parent = parent
            if birthplaces:
                birthplaces.pop(child, None)  # left by a move that was taken back
        if deeper:
            for sobject in self.born:
                sobject._os_depth += deeper
        self.transaction.parent = None

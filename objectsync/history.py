"""Undo and redo, per subtree, over one history.

Rules (docs/architecture.md, "Undo"):
- A step is a recorded transaction. Its scope is the lowest object that holds everything it touched; `undo(target)` takes the newest
  step whose scope is `target` or below it. There is one history, so a step is never undone twice.
- Undoing is a new transaction of the inverses, moved past what has happened since (transform.py). Where something else has been put in
  the place since, that part is left alone and reported as a conflict.
- `redo(target)` takes the newest undone step there, unless something new was done there since.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .changes import (
    Add,
    Attribute,
    Change,
    DeleteText,
    Drop,
    DropAttribute,
    Emit,
    Insert,
    InsertText,
    Move,
    Pop,
    Put,
    Replace,
    Set,
    TopicChange,
    Unemit,
)
from .errors import InvalidChangeError, LocalError
from .log import DO, REDO, UNDO, Log, Transaction
from .snapshot import RestoreAttribute
from .transform import transform_sequences

if TYPE_CHECKING:
    from .tree import Tree

_POSITIONAL = (InsertText, DeleteText, Insert, Pop, Move, Replace)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A part of a step that was not undone, because someone has changed the same thing since."""

    object: str
    attribute: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What `undo` or `redo` did. True when there was a step."""

    done: bool
    conflicts: tuple[Conflict, ...] = ()

    def __bool__(self) -> bool:
        return self.done


class History:
    """The steps that can be undone (`done`), and those that can be redone (`undone`), oldest first."""

    __slots__ = ("_log", "done", "undone")

    def __init__(self, log: Log, steps: int) -> None:
        self._log = log
        self.done: deque[Transaction] = deque(maxlen=steps)
        self.undone: deque[Transaction] = deque(maxlen=steps)

    def append(self, transaction: Transaction) -> None:
        """Take a transaction with inverses."""
        (self.undone if transaction.kind == UNDO else self.done).append(transaction)

    def clear(self, within: Callable[[str | None], bool] | None = None) -> None:
        """Forget all steps, or those whose scope is `within`."""
        for steps in (self.done, self.undone):
            kept = [] if within is None else [step for step in steps if not within(step.scope)]
            steps.clear()
            steps.extend(kept)

    def newest_done(self, within: Callable[[str | None], bool]) -> Transaction | None:
        """The step to undo."""
        return next((step for step in reversed(self.done) if within(step.scope)), None)

    def newest_undone(self, within: Callable[[str | None], bool]) -> Transaction | None:
        """The step to redo; None also when something new was done there since."""
        step = next((step for step in reversed(self.undone) if within(step.scope)), None)
        if step is None:
            return None
        for other in reversed(self.done):
            if other.seq < step.seq:
                break
            if other.kind == DO and within(other.scope):
                return None
        return step


def revert(tree: Tree, step: Transaction, kind: str) -> UndoResult:
    """Undo a step of `done` (kind UNDO), or redo one of `undone` (kind REDO), as a new transaction.

    A listener that raises rolls everything back; the step then stays where it was.
    """
    history = tree.history
    conflicts: list[Conflict] = []
    with tree.transactions.record(kind) as transaction:
        later = list(tree.log.effective_since(step.seq)) if tree.log.reaches(step.seq) else None
        if later is not None:
            later.reverse()
        transaction.cancels = step.seq if later == [] else 0
        for inverse in _moved(step, later, conflicts):
            _apply_inverse(tree, inverse, conflicts)
        steps = history.undone if kind == REDO else history.done
        if step in steps:
            transaction_journal_remove(transaction.journal, steps, step)
    return UndoResult(True, tuple(conflicts))


def transaction_journal_remove(journal: list[Any], steps: deque[Transaction], step: Transaction) -> None:
    """Take a step out of its list, and back in if the transaction rolls back."""
    position = next(i for i, other in enumerate(steps) if other is step)
    del steps[position]
    journal.append(lambda: steps.insert(position, step))


def _moved(step: Transaction, later: list[Transaction] | None, conflicts: list[Conflict]) -> Iterable[Change]:
    """The inverses of a step, in the order to apply them, moved past what came later."""
    inverses = list(reversed(step.inverses))
    if later == []:
        return inverses
    by_key: dict[tuple[str, str], list[Change]] = {}
    for transaction in later or ():
        for change in transaction.changes:
            if isinstance(change, TopicChange):
                by_key.setdefault((change.object, change.name), []).append(change)
    moved: list[Change] = []
    positional: dict[tuple[str, str], list[Change]] = {}
    for inverse in inverses:
        if not isinstance(inverse, TopicChange) or isinstance(inverse, (Add, Emit, Unemit)):
            moved.append(inverse)
            continue
        key = (inverse.object, inverse.name)
        since = by_key.get(key, [])
        if later is None:
            conflicts.append(Conflict(*key, "it was too long ago"))
        elif not since:
            moved.append(inverse)
        elif isinstance(inverse, _POSITIONAL) and not any(isinstance(change, Set) for change in since):
            positional.setdefault(key, []).append(inverse)
        elif any(_same_place(inverse, change) for change in since):
            conflicts.append(Conflict(*key, "it was changed since"))
        else:
            moved.append(inverse)
    for key, sequence in positional.items():
        moved += transform_sequences(sequence, by_key[key])[0]
    return moved


def _same_place(inverse: Change, change: Change) -> bool:
    """Whether a later change decided what this inverse would decide too."""
    if isinstance(inverse, (Put, Drop)) and isinstance(change, (Put, Drop)):
        return inverse.key == change.key
    return isinstance(inverse, (Set, Put, Drop, *_POSITIONAL)) or isinstance(change, Set)


def _apply_inverse(tree: Tree, inverse: Change, conflicts: list[Conflict]) -> None:
    """Apply one inverse; what no longer fits is a conflict, and changes nothing."""
    name = inverse.name if isinstance(inverse, (TopicChange, Attribute, DropAttribute, RestoreAttribute)) else None
    try:
        tree.apply(inverse)
    except InvalidChangeError as error:
        conflicts.append(Conflict(inverse.object, name, error.reason))
    except LocalError as error:
        conflicts.append(Conflict(inverse.object, name, str(error)))

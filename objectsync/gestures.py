"""Gestures: what a person does in one go, a drag or a key held down, is many transactions and one step to undo.

Rules: a transaction continues the newest step of the same client if both carry the same gesture and nothing has come between them that
the step would have to be moved past: where someone else has changed the same thing, a new step begins, so that undo goes back to what they
made of it, and no further without a conflict. What the earlier part of a gesture puts back anyway is not kept twice: a slider that was
dragged for a minute is one inverse. The log keeps the transactions as they were; only the history joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .changes import Change, Drop, Place, Put, Set, TopicChange
from .log import DO, Log, Transaction

ScopeOf = Callable[[tuple[Change, ...]], str | None]

_LONGEST = 1_000
"""So many inverses a step of a gesture has at most; what is done beyond begins a new one."""


def place_of(change: TopicChange | Place) -> tuple[str, str]:
    """What a change is about: an attribute of an object, or where the object is."""
    return (change.object, change.name) if isinstance(change, TopicChange) else (change.object, "")


def is_part(transaction: Transaction, other: Transaction) -> bool:
    """Whether two transactions belong to the same gesture."""
    return transaction.gesture == other.gesture and transaction.author == other.author


def reverts(reverting: Transaction, other: Transaction) -> bool:
    """Whether the one undoes or redoes the other, or a step that this is a part of."""
    if reverting.reverts == other.seq:
        return True
    return 0 < reverting.began <= other.seq < reverting.reverts and is_part(reverting, other)


def continues(log: Log, step: Transaction, transaction: Transaction) -> bool:
    """Whether a transaction, which is to follow the log's head, can be a part of a step done before."""
    if not is_part(transaction, step) or step.kind != DO or transaction.kind != DO or not log.reaches(step.seq):
        return False
    if len(step.inverses) + len(transaction.inverses) > _LONGEST:
        return False
    places = {place_of(inverse) for inverse in step.inverses if isinstance(inverse, (TopicChange, Place))}
    return not any(
        isinstance(change, (TopicChange, Place)) and place_of(change) in places
        for between in log.since(step.seq)
        for change in between.changes
    )


def joined(step: Transaction, transaction: Transaction, scope_of: ScopeOf) -> Transaction:
    """A step with a transaction that continues it."""
    inverses = (*step.inverses, *_still_needed(step.inverses, transaction))
    scope = step.scope if step.scope == transaction.scope else scope_of(inverses)
    return Transaction(transaction.seq, (), inverses, scope, author=step.author, gesture=step.gesture, began=step.began or step.seq)


def began_alone(log: Log, step: Transaction) -> bool:
    """Whether nothing but the gesture itself has changed anything from its first transaction to its last."""
    if not log.reaches(step.began - 1):
        return False
    whole = log.since(step.began - 1)[: step.seq - step.began + 1]
    return all(is_part(transaction, step) or not transaction.changes for transaction in whole)


def _still_needed(inverses: Sequence[Change], transaction: Transaction) -> list[Change]:
    """The inverses of a transaction without those whose effect the earlier ones, which are applied after them, overwrite."""
    return [inverse for inverse in transaction.inverses if not _is_overwritten(inverse, inverses, transaction)]


def _is_overwritten(inverse: Change, inverses: Sequence[Change], transaction: Transaction) -> bool:
    if not isinstance(inverse, TopicChange):
        return False
    for earlier in reversed(inverses):
        if not isinstance(earlier, TopicChange) or place_of(earlier) != place_of(inverse):
            continue
        if isinstance(earlier, Set):
            return True
        if not (isinstance(earlier, (Put, Drop)) and isinstance(inverse, (Put, Drop))):
            return False
        if earlier.key == inverse.key:
            return isinstance(earlier, Put) or _has(transaction, inverse)
    return False


def _has(transaction: Transaction, inverse: Put | Drop) -> bool:
    """Whether a dict has the key after a transaction, so that it can be dropped."""
    for change in reversed(transaction.changes):
        if isinstance(change, (Put, Drop)) and place_of(change) == place_of(inverse) and change.key == inverse.key:
            return isinstance(change, Put)
    return False

"""Undo and redo, per subtree, over one history.

Rules (docs/architecture.md, "Undo"):
- A step is a recorded transaction. Its scope is the lowest object that holds everything it touched; `undo(target)` takes the newest
  step whose scope is `target` or below it. There is one history, so a step is never undone twice.
- Undoing is a new transaction of the inverses, moved past what has happened since (transform.py). Where something else has been put in
  the place since, that part is left alone and reported as a conflict.
- `undo(target, session)` takes the newest of those that were done on behalf of that session: its actions, and what handlers of its events
  and calls did. What others did meanwhile is no obstacle, and none for redo: it is moved past, or a conflict.
- `redo(target)` takes the newest undone step there, unless something new was done there since.
- Transactions of one gesture of a client are one step (gestures.py).
- A transaction and the one that reverts it cancel out, attribute by attribute, when nothing that counts stands between them: undoing in
  one subtree and then in another leaves no false conflicts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from .changes import (
    Add,
    Append,
    Attribute,
    Change,
    Create,
    DeleteText,
    Drop,
    DropAttribute,
    Emit,
    Insert,
    InsertText,
    Move,
    Place,
    Pop,
    Put,
    Remove,
    Replace,
    Set,
    TopicChange,
    Unemit,
)
from .errors import LocalError
from .gestures import ScopeOf, began_alone, continues, joined, place_of, reverts
from .log import REDO, UNDO, Log, Transaction, weigh
from .snapshot import RestoreAttribute, values_of
from .transform import transform, transform_sequences
from .values import same_value

if TYPE_CHECKING:
    from .open_transaction import OpenTransaction
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


class Redone(NamedTuple):
    """Steps of `done` next to each other that were all redone: who redoes a thousand does not look at all of them a thousand times."""

    newest: int
    oldest: int
    length: int
    origin: int
    """When the newest of them was done first."""

    def ends_at(self, done: deque[Transaction], at: int) -> bool:
        """Whether they are still there, the newest at this place."""
        if done[at].seq != self.newest:
            return False
        first = at - self.length + 1
        return done[first].seq == self.oldest if first >= 0 else done[0].seq >= self.oldest


class History:
    """The steps that can be undone (`done`), and those that can be redone (`undone`), oldest first."""

    __slots__ = ("_log", "_max_bytes", "_redone", "_total", "_weights", "done", "undone")

    def __init__(self, log: Log, steps: int, max_bytes: int) -> None:
        self._log = log
        self._max_bytes = max_bytes
        self._redone = Redone(0, 0, 0, 0)
        self._weights: dict[int, int] = {}  # about how many bytes the large steps keep, by seq; some may be gone, or packed by now
        self._total = 0  # of these, at least
        self.done: deque[Transaction] = deque(maxlen=steps)
        self.undone: deque[Transaction] = deque(maxlen=steps)

    def append(self, transaction: Transaction, scope_of: ScopeOf) -> Transaction:
        """Take a transaction with inverses; returns the step that it is, or has become a part of."""
        step = transaction
        if transaction.kind == UNDO:
            self.undone.append(step)
            return step
        if transaction.gesture:
            former = next((other for other in reversed(self.done) if other.author == transaction.author), None)
            if former is not None and continues(self._log, former, transaction):
                step = joined(former, transaction, scope_of)
                _take_out(self.done, former)
                if former.seq in self._weights:
                    self._weights[step.seq] = self._weights.pop(former.seq)
        self.done.append(step)
        return step

    def weigh_newest(self, step: Transaction) -> None:
        """The step just taken is large; where all of them keep too much, the oldest steps go. The newest always stays."""
        self._weights[step.seq] = weight = weigh(step.inverses)
        self._total += weight
        if self._total > self._max_bytes:
            self._weigh_again()

    def _weigh_again(self) -> None:
        """Some have gone since, and others were packed: for this it takes as long as there are steps."""
        weights: dict[int, int] = {}
        for steps in (self.done, self.undone):
            total = 0
            for newer, step in enumerate(reversed(steps)):
                if step.seq in self._weights:
                    weight = weigh(step.inverses)
                    total += weight
                    if total > self._max_bytes and newer:
                        while len(steps) > newer:
                            steps.popleft()
                        break
                    weights[step.seq] = weight
        self._weights = weights
        self._total = sum(weights.values())

    def clear(self, within: Callable[[str | None], bool] | None = None) -> None:
        """Forget all steps, or those whose scope is `within`."""
        for steps in (self.done, self.undone):
            kept = [] if within is None else [step for step in steps if not within(step.scope)]
            steps.clear()
            steps.extend(kept)

    def newest_done(self, counts: Callable[[Transaction], bool]) -> Transaction | None:
        """The step to undo, of those that count."""
        return next((step for step in reversed(self.done) if counts(step)), None)

    def newest_undone(self, counts: Callable[[Transaction], bool]) -> Transaction | None:
        """The step to redo; None also when something new that counts was done since, even if that was undone again."""
        step = next((step for step in reversed(self.undone) if counts(step)), None)
        if step is None:
            return None
        done, known = self.done, self._redone
        at = newest = len(done) - 1
        oldest, origin = newest + 1, 0  # of those at the end that were all redone
        while at >= 0 and done[at].seq > step.seq:
            other, next_at, began = done[at], at - 1, done[at].origin or done[at].seq
            if known.origin < step.seq and known.ends_at(done, at):
                next_at, began = max(-1, at - known.length), known.origin
            elif began > step.seq and counts(other):
                return None
            if oldest == at + 1 and other.kind == REDO:
                oldest, origin = next_at + 1, max(origin, began)
            at = next_at
        if oldest <= newest:
            self._redone = Redone(done[newest].seq, done[oldest].seq, newest - oldest + 1, origin)
        return step


def revert(tree: Tree, step: Transaction, kind: str) -> UndoResult:
    """Undo a step of `done` (kind UNDO), or redo one of `undone` (kind REDO), as a new transaction.

    A listener that raises rolls everything back; the step then stays where it was.
    """
    history = tree.history
    steps = history.undone if kind == REDO else history.done
    newest = tree.log.is_effectively_newest(step.seq)
    if newest and _revert_alone(tree, step, kind):
        if steps[-1] is step:
            steps.pop()
        else:
            _take_out(steps, step)
        return _DONE
    conflicts: list[Conflict] = []
    with tree.transactions.record(kind) as transaction:
        later = _later(tree.log, step.seq) if tree.log.reaches(step.seq) else None
        transaction.reverts = step.seq
        transaction.origin = step.origin or step.seq
        transaction.author = step.author
        transaction.gesture, transaction.began = (step.gesture, step.began) if kind == UNDO else (0, 0)
        transaction.cancels = _first(tree.log, step, kind) if newest else 0
        for inverse in _moved(step, later, conflicts):
            _apply_inverse(tree, transaction, inverse, conflicts)
        if conflicts:
            transaction.cancels = transaction.reverts = 0  # not the exact opposite of the step
        position = _take_out(steps, step)
        if position >= 0:
            transaction.journal.append((steps.insert, position, step))
    return UndoResult(True, tuple(dict.fromkeys(conflicts)))


_DONE = UndoResult(True)


def _first(log: Log, step: Transaction, kind: str) -> int:
    """The seq from which on nothing counts, once this newest step is reverted; 0 where something else stands between its parts."""
    if kind == REDO or not step.began:
        return step.seq
    return step.began if began_alone(log, step) else 0


def _later(log: Log, seq: int) -> list[Transaction]:
    """What has happened after `seq` and still counts, oldest first."""
    later = list(log.effective_since(seq))
    later.reverse()
    counting = {transaction.seq for transaction in later}
    return [_first_reverted(log, transaction, seq, counting) if transaction.reverts > seq else transaction for transaction in later]


def _first_reverted(log: Log, transaction: Transaction, seq: int, counting: set[int]) -> Transaction:
    """A transaction as the one that reverts what still counts. What it reverts itself may not: of a step that was undone and redone only
    the step does. Undoing it once more is then what undoing it the first time was."""
    first = transaction
    while first.reverts not in counting:
        former = log[first.reverts].reverts
        if former <= seq or log[former].reverts <= seq:
            return transaction
        first = log[former]
    if first is transaction:
        return transaction
    return structs.replace(transaction, reverts=first.reverts, began=first.began, gesture=first.gesture)


def _revert_alone(tree: Tree, step: Transaction, kind: str) -> bool:
    """Revert a step after which nothing counts, if it is one change of one topic that nobody listens to and nothing guards
    (benchmarks/core.py, "undo": 2 us instead of 8). False if it is another one, or does not fit."""
    inverses = step.inverses
    if len(inverses) != 1 or step.began:
        return False
    inverse = inverses[0]
    if type(inverse) is not Set and not isinstance(inverse, TopicChange):
        return False
    sobject = tree._objects.get(inverse.object)  # nothing is owed (`Tree._revert`)
    topics = None if sobject is None or sobject._os_state else sobject._os_topics
    topic = None if topics is None else topics.get(inverse.name)
    if topic is None or topic._signals is not None or topic._guards:
        return False
    try:
        tree.transactions.perform_alone(topic, topic._concrete(inverse), step, kind)
    except LocalError:
        return False  # the long way says why
    return True


def _take_out(steps: deque[Transaction], step: Transaction) -> int:
    """Take a step out of its list; returns where it was, or -1."""
    position = len(steps) - 1  # it is one of the newest
    while position >= 0 and steps[position] is not step:
        position -= 1
    if position >= 0:
        del steps[position]
    return position


Since = list[tuple[Transaction, Change | None]]
"""Later changes of one place, oldest first, each with its transaction; None for one that undid others and had nothing to change here: of a
gesture, because that had come back to where it began; of what edited an object and destroyed it, because it came back as it was before."""


def _moved(step: Transaction, later: list[Transaction] | None, conflicts: list[Conflict]) -> Iterable[Change]:
    """The inverses of a step, in the order to apply them, moved past what came later."""
    inverses = reversed(step.inverses)
    if later == []:
        yield from inverses
        return
    by_key = _by_key(later or ())
    ahead: dict[tuple[str, str], list[Change]] = {}
    blocked: set[tuple[str, str]] = set()
    for inverse in inverses:
        if not isinstance(inverse, (TopicChange, Place)) or isinstance(inverse, (Emit, Unemit)):
            yield inverse
            continue
        key = place_of(inverse)
        name = inverse.name if isinstance(inverse, TopicChange) else None
        if later is None:
            conflicts.append(Conflict(inverse.object, name, "it was too long ago"))
            continue
        since = by_key.get(key)
        if since is None:
            yield inverse
            continue
        if key in blocked:
            continue  # it was meant for the value that a conflict has kept from coming back
        if isinstance(inverse, Add):
            since = _without_additions(since)
        decided = _effective([pair for pair in since if pair[1] is None or _same_place(inverse, pair[1])])
        if not isinstance(inverse, _POSITIONAL) or any(isinstance(change, Set) for change in decided):
            if decided:
                conflicts.append(Conflict(inverse.object, name, "it was changed since"))
                if isinstance(inverse, Set):
                    blocked.add(key)
            else:
                yield inverse
            continue
        moved, ahead[key], conflict = _past(inverse, ahead.get(key, decided))
        if conflict:
            conflicts.append(Conflict(inverse.object, name, conflict))
        yield from moved


def _by_key(later: Iterable[Transaction]) -> dict[tuple[str, str], Since]:
    by_key: dict[tuple[str, str], Since] = {}
    for transaction in later:
        created: set[str] = set()  # a new object's place is no move
        for change in transaction.changes:
            if isinstance(change, Create):
                created.add(change.object)
            elif isinstance(change, TopicChange) or (isinstance(change, Place) and change.object not in created):
                by_key.setdefault(place_of(change), []).append((transaction, change))
        if transaction.began or (created and transaction.origin):
            for key, since in by_key.items():
                newest = since[-1][0]
                if key[0] in created and (newest.origin or newest.seq) == transaction.origin:
                    # Whatever else of the step was in conflict: nobody has changed what was gone.
                    since.append((structs.replace(transaction, reverts=newest.seq), None))
                elif any(reverts(transaction, other) for other, _ in since):
                    since.append((transaction, None))
    return by_key


def _same_place(inverse: Change, change: Change) -> bool:
    """Whether a later change of the same attribute touched what this inverse would change too."""
    if isinstance(change, Set) or isinstance(inverse, (Set, Place)):
        return True
    if isinstance(inverse, (Put, Drop)) and isinstance(change, (Put, Drop)):
        return inverse.key == change.key
    if isinstance(inverse, (Append, Remove)) and isinstance(change, (Append, Remove)):
        return same_value(inverse.item, change.item)
    return True


def _without_additions(since: Since) -> Since:
    """Without what commutes with an addition: others, and what undoes these, which for floats is setting the sum that there was."""
    mixed = {transaction.seq for transaction, change in since if not isinstance(change, Add)}
    added: list[Transaction] = []
    rest: Since = []
    for transaction, change in since:
        if isinstance(change, Set) and transaction.reverts and any(reverts(transaction, other) for other in reversed(added)):
            added.append(transaction)
        elif isinstance(change, Add):
            if transaction.seq not in mixed:
                added.append(transaction)
        else:
            rest.append((transaction, change))
    return rest


def _effective(since: Since) -> list[Change]:
    """The later changes that still count: a transaction and the one that reverts it cancel out, when nothing stands between them."""
    stack: list[tuple[Transaction, list[Change]]] = []
    for transaction, change in since:
        if not stack or stack[-1][0] is not transaction:
            _close(stack)
            stack.append((transaction, []))
        if change is not None:
            stack[-1][1].append(change)
    _close(stack)
    return [change for _, changes in stack for change in changes]


def _close(stack: list[tuple[Transaction, list[Change]]]) -> None:
    """Drop the topmost transaction with the one below it, if it reverts that: of a gesture, with all of it."""
    if len(stack) > 1 and reverts(stack[-1][0], stack[-2][0]):
        reverting, _ = stack.pop()
        while stack and reverts(reverting, stack[-1][0]):
            stack.pop()
    elif stack and not stack[-1][1]:
        stack.pop()


def _past(inverse: Change, others: list[Change]) -> tuple[list[Change], list[Change], str]:
    """An inverse with positions moved past later changes; those moved past it; and what is in its way, if anything."""
    if isinstance(inverse, (InsertText, DeleteText)):
        moved, rest = transform_sequences([inverse], others)
        return moved, rest, ""
    current: Change = inverse
    rest = []
    for position, other in enumerate(others):
        replaced = isinstance(other, Replace) and isinstance(current, (Replace, Pop)) and other.index == current.index
        step = [] if replaced else transform(current, other)
        if replaced:
            # The item stays as someone else made it, and so it stands there for the inverses that follow.
            kept = [Insert(inverse.object, inverse.name, inverse.index, None)] if isinstance(inverse, Pop) else []
            return [], [*kept, *others], "the item was changed since"
        rest += transform(other, current, a_first=True)
        if not step:
            return [], rest + others[position + 1 :], "the item was removed since" if isinstance(current, Replace) else ""
        current = step[0]
    return [current], rest, ""


def _apply_inverse(tree: Tree, transaction: OpenTransaction, inverse: Change, conflicts: list[Conflict]) -> None:
    """Apply one inverse; what no longer fits is a conflict, and changes nothing."""
    name = inverse.name if isinstance(inverse, (TopicChange, Attribute, DropAttribute, RestoreAttribute)) else None
    try:
        tree.apply(_within_bounds(tree, inverse))
    except LocalError as error:
        if error is transaction.failed:
            raise  # a listener's or an object's own: nothing is undone then
        conflicts.append(Conflict(inverse.object, name, str(error)))


def _within_bounds(tree: Tree, inverse: Change) -> Change:
    """An inverse whose place is beyond the end of what has become shorter since, at the end."""
    if isinstance(inverse, Place):
        parent, sobject = tree.objects.get(inverse.parent), tree.objects.get(inverse.object)
        if parent is not None and sobject is not None:
            others = len(parent._os_children or ()) - (sobject._os_parent is parent)
            return Place(inverse.object, inverse.parent, min(inverse.index, others))
    elif isinstance(inverse, Append):
        owner = tree.objects.get(inverse.object)
        spec = None if owner is None else owner._spec_of(inverse.name)
        if owner is not None and spec is not None:
            items = values_of(owner).get(inverse.name, spec.default)
            return Append(inverse.object, inverse.name, inverse.item, min(inverse.index, len(items)))
    return inverse

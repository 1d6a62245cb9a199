"""What a client shows: what the server confirmed, with its own undecided actions replayed on top, and its previews on top of these.

Rules: a local change is applied at once and remembered with what takes it back. What the server decided is the truth, never what both
sides computed: an acknowledged action stays as it is, a rebased one is taken back and the server's changes take its place, a rejected
one is taken back. What comes from the server goes below the undecided: these are taken back, it is applied, they are replayed; only the
difference is told. One that no longer fits is not shown, and the server will say what becomes of it.
No I/O and no clock: session.py sends the actions and brings the decisions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from msgspec import UNSET

from ..changes import Change, Create, Emit, Set, TopicChange
from ..errors import LocalError, ProtocolError
from ..protocol import Rejected, TransactionMessage
from ..topics import Topic
from .answers import Action, Answer, Outcome, Rejection
from .batch import Batch
from .carry import Footing, renamed, value_of
from .differences import value_edits
from .gestures import MOST, Gesture, current_gesture, joined
from .layers import Layer, PendingAction, apply_all, move, replay, state, take_back
from .rebase import Key, Positional, edited_places, place_edits, place_inverse, rebase
from .recording import Preview, Record, Recording
from .sights import Sights
from .tree import ClientTree, TakeBack

if TYPE_CHECKING:
    from .objects import ClientObject


class Owner(Protocol):
    """What a prediction needs of its client."""

    def acted(self) -> None:
        """A new action waits to be sent."""

    def rejected(self, rejection: Rejection) -> None:
        """An action was not applied; it has been taken back."""

    def emitted(self, sobject: ClientObject, name: str, args: dict[str, Any]) -> None:
        """An event has happened."""

    def report(self, error: Exception, where: str) -> None:
        """A listener has failed."""

    def require_open(self) -> None:
        """Raise a LocalError when nothing can be changed any more."""

    def call(self, service: str, args: dict[str, Any], sobject: ClientObject | None, /) -> Answer[Any]:
        """Call a service."""

    def recorded(self) -> None:
        """An outermost `record` or `pretend` has ended."""


class NewSession(NamedTuple):
    """The server did not know the former session any more; in the same epoch it may have applied what that one sent, or not."""

    former: str
    now: str
    same_epoch: bool


class Prediction:
    """The tree as it is shown, and how it came to be so."""

    def __init__(self, tree: ClientTree, owner: Owner) -> None:
        self.tree = tree
        tree.transactions = self
        self.owner = owner
        self.pending: list[PendingAction] = []
        self.previews: list[Preview] = []
        self.recording: Recording | None = None
        self._next_cseq = 1
        self._sights = Sights(tree)
        self._in_doubt = False  # a frame failed half-way; only a snapshot helps

    @property
    def is_settled(self) -> bool:
        """Whether what is shown is what the server confirmed, with nothing on top."""
        return not self.pending and not self.previews

    # --- changing (what topics and objects call)

    def record(self) -> Record:
        """What happens inside is one action; inside another `record`, a part of it."""
        return Record(self, self._recorded)

    def perform(self, topic: Topic[Any], change: Change) -> None:
        """Change a topic.

        Raises:
            LocalError: it does not fit, or the client is closed; nothing has changed.
        """
        with self.record():
            if isinstance(change, Emit):
                self.tree.apply(change, Batch())  # to see that the event is there: what a client emits goes to the server only
                self._note(change)
            else:
                self._do(change, lambda batch: self.tree.change_topic(topic, change, batch))

    def change(self, change: Change) -> None:
        """Change the shape of the tree.

        Raises:
            LocalError: it does not fit, or the client is closed; nothing has changed.
        """
        with self.record():
            self._do(change, lambda batch: self.tree.apply(change, batch))

    def call(self, service: str, args: dict[str, Any], sobject: ClientObject | None) -> Answer[Any]:
        """Call a service."""
        return self.owner.call(service, args, sobject)

    def end_preview(self, preview: Preview, commit: bool) -> Action | None:
        """Take a preview back, or make it an action; None when it is over already."""
        with self.tree.lock:
            if preview not in self.previews:
                return None
            if self.recording is not None:
                raise LocalError("a preview ends outside record()")
            if commit:
                self.owner.require_open()
            batch = Batch()
            batch.go_net()
            take_back(self.previews, batch)
            self.previews.remove(preview)
            action = Action()
            if commit:
                pending = self._append(preview.changes, None, action)
                replay([pending], self.tree, batch)
            replay(self.previews, self.tree, batch)
            batch.tell(self.owner.report)
            if commit:
                self.owner.acted()
            return action

    # --- what the server says

    def receive(self, transactions: Sequence[TransactionMessage], applied: Callable[[], None]) -> None:
        """Apply what the server decided, as one frame; `applied()` runs before anyone is told.

        Raises:
            ProtocolError: it does not fit; the state is in doubt, and a snapshot is needed.
        """
        batch = Batch()
        told: list[Callable[[], None]] = []
        before = self.pending[:]
        rewound = False
        whole = _told_as_a_whole(transactions)
        try:
            for transaction in transactions:
                if not rewound and self._must_rewind(transaction):
                    rewound = True
                    batch.go_net()
                    take_back(self._layers, batch)
                self._decide(transaction, rewound, batch, told, whole)
        except (LocalError, ProtocolError) as error:
            self._in_doubt = True
            self.pending = before  # nobody was told of what it decides; the snapshot will say it again
            for layer in self._layers:
                layer.undo = None
            raise ProtocolError(f"a change of the server does not fit here: {error}") from error
        if rewound:
            replay(self._layers, self.tree, batch)
        applied()
        batch.tell(self.owner.report)
        for emission in batch.emissions:
            self.owner.emitted(*emission)
        for tell in told:
            tell()

    def load(self, changes: Iterable[Change], cseq: int, rejected: Iterable[Rejected], new_session: NewSession | None) -> None:
        """Show the state of a snapshot in place of what was shown.

        Decided actions (up to `cseq`) are forgotten, the others replayed on top and numbered from `cseq + 1`.

        Raises:
            ProtocolError: it does not fit together.
        """
        batch = Batch()
        batch.go_net()
        take_back(self._layers, batch)
        refusals = {refusal.cseq: (refusal.code, refusal.message) for refusal in rejected}
        decided: list[PendingAction] = []
        refused: list[tuple[Layer, str, str]] = []
        layers: list[Layer] = []
        for pending in self.pending:
            refusal = refusals.get(pending.cseq) if pending.cseq <= cseq else None
            if pending.cseq > cseq and new_session and new_session.same_epoch and pending.was_sent:
                refusal = ("unknown_outcome", "the server has forgotten this client: it may have been applied or not, look again")
            if refusal is not None:
                refused.append((pending, *refusal))
            elif pending.cseq <= cseq:
                decided.append(pending)
                replay([pending], self.tree, batch)  # those after it were made on top of it, and the snapshot holds it
            else:
                layers.append(pending)
        layers += self.previews
        for layer, _, _ in refused:
            move(layers, place_inverse(layer.changes))
        footing = Footing(self.tree, (layer.changes for layer in layers))
        self.tree.empty(batch)
        try:
            for change in changes:
                self.tree.apply(change, batch)
        except LocalError as error:
            self._in_doubt = True
            raise ProtocolError(f"a change of a snapshot does not fit: {error}") from error
        was_in_doubt, self._in_doubt = self._in_doubt, False
        self._sights.clear()
        born: set[str] = set()
        kept: list[Layer] = []
        for layer in layers:
            missing = footing.missing(layer.changes, self.tree, born)
            if missing is not None:
                refused.append((layer, "unknown_object", f"{missing} is no longer there"))
            elif was_in_doubt and edited_places(layer.changes):
                refused.append((layer, "stale", "it is not known any more what its positions meant"))
            else:
                kept.append(layer)
                born |= {change.object for change in layer.changes if isinstance(change, Create)}
        move(kept, footing.edits(self.tree))
        self.pending = [layer for layer in kept if isinstance(layer, PendingAction)]
        self.previews = [layer for layer in kept if isinstance(layer, Preview)]
        for number, pending in enumerate(self.pending, cseq + 1):
            pending.cseq, pending.sent = number, None
        self._next_cseq = cseq + 1 + len(self.pending)
        if new_session is not None:
            for layer in kept:
                layer.changes = tuple(renamed(change, new_session.former, new_session.now, born) for change in layer.changes)
        replay(self._layers, self.tree, batch)
        batch.tell(self.owner.report)
        for pending in decided:
            pending.action.give(Outcome(True))
        for layer, code, message in refused:
            if isinstance(layer, PendingAction):
                self._reject(layer, code, message)

    def is_adrift(self, pending: PendingAction) -> bool:
        """Whether nobody can say any more what its positions mean: what it edits went out of sight, and may be edited there."""
        return pending.undo is None and self._sights.is_away(pending.changes)

    def give_up(self, pending: PendingAction, code: str, message: str) -> None:
        """Take back an action that was never sent, nor any after it."""
        batch = Batch()
        batch.go_net()
        take_back(self._layers, batch)
        at = self.pending.index(pending)
        del self.pending[at]
        for later in self.pending[at:]:
            later.cseq -= 1
        self._next_cseq -= 1
        move([*self.pending[at:], *self.previews], place_inverse(pending.changes))
        replay(self._layers, self.tree, batch)
        batch.tell(self.owner.report)
        self._reject(pending, code, message)

    def abandon(self, code: str, message: str) -> None:
        """Take back everything undecided: it will never be decided."""
        batch = Batch()
        batch.go_net()
        take_back(self._layers, batch)
        abandoned, self.pending, self.previews = self.pending, [], []
        batch.tell(self.owner.report)
        for pending in abandoned:
            self._reject(pending, code, message)

    # --- inner

    @property
    def _layers(self) -> list[Layer]:
        return [*self.pending, *self.previews]

    def _do(self, change: Change, act: Callable[[Batch], TakeBack | None]) -> None:
        recording = self.recording
        assert recording is not None
        undo = act(recording.batch)
        if undo is not None:
            recording.undo.append(undo)
            self._note(change)

    def _note(self, change: Change) -> None:
        assert self.recording is not None
        self.recording.changes.append(change)

    def _append(
        self, changes: tuple[Change, ...], undo: list[TakeBack] | None, action: Action, gesture: Gesture | None = None
    ) -> PendingAction:
        pending = PendingAction(self._next_cseq, changes, undo, action, gesture)
        self._next_cseq += 1
        self.pending.append(pending)
        return pending

    def _recorded(self, recording: Recording, failed: bool) -> None:
        changes = tuple(recording.changes)
        batch = recording.batch
        if not changes:
            batch.tell(self.owner.report)
            recording.action.give(Outcome(False, "error", "an exception took it back") if failed else Outcome(True))
            return
        undo: list[TakeBack] | None = recording.undo
        if self.previews:
            # It was made on top of the previews, and belongs below them.
            recording.roll_back(0, 0)
            take_back(self.previews, batch)
            for preview in reversed(self.previews):
                changes = rebase([changes], place_inverse(preview.changes))[0]
            undo, error = apply_all(changes, self.tree, batch)
            if error is not None:
                replay(self.previews, self.tree, batch)
                batch.tell(self.owner.report)
                recording.action.give(Outcome(False, "preview", str(error)))
                raise LocalError(f"this stands on what is only a preview; commit that first ({error})") from error
            move(self.previews, place_edits(changes))
            replay(self.previews, self.tree, batch)
        gesture = current_gesture(self)
        if gesture is None or not self._join(gesture, changes, undo, recording.action):
            self._append(changes, undo, recording.action, gesture)
        batch.tell(self.owner.report)
        self.owner.acted()

    def _join(self, gesture: Gesture, changes: tuple[Change, ...], undo: list[TakeBack] | None, action: Action) -> bool:
        """Put more changes of a gesture into its action that waits, if there is one and they fit into it."""
        last = self.pending[-1] if self.pending else None
        if last is None or last.gesture is not gesture or last.was_sent or last.undo is None or undo is None:
            return False
        together = joined(last.changes, changes)
        if len(together) > MOST or len(last.undo) + len(undo) > 10 * MOST:
            return False
        last.changes = together
        last.undo += undo
        last.action.on_done(lambda answer: action.give(answer.result()))
        return True

    def _must_rewind(self, transaction: TransactionMessage) -> bool:
        if not self.pending and not self.previews:
            return False
        if transaction.cseq is UNSET:
            return bool(transaction.changes) and transaction.changes is not UNSET
        oldest = self.pending[0] if self.pending else None
        stays = oldest is not None and oldest.undo is not None and oldest.sent is oldest.changes
        return not (stays and transaction.changes is UNSET and transaction.error is UNSET)

    def _decide(
        self, transaction: TransactionMessage, rewound: bool, batch: Batch, told: list[Callable[[], None]], whole: dict[Key, int]
    ) -> None:
        changes: Sequence[Change] = transaction.changes or ()
        if transaction.cseq is UNSET:
            move(self._layers, self._apply_confirmed(changes, batch))
            return
        if not self.pending or self.pending[0].cseq != transaction.cseq:
            expected = self.pending[0].cseq if self.pending else "none"
            raise ProtocolError(f"transaction {transaction.seq} decides action {transaction.cseq}; expected {expected}")
        pending = self.pending.pop(0)
        if transaction.error is not UNSET:
            error = transaction.error
            move(self._layers, place_inverse(pending.changes))
            told.append(lambda: self._reject(pending, error.code, error.message))
            return
        told.append(lambda: pending.action.give(Outcome(True)))
        if transaction.changes is UNSET:
            if rewound:
                self._apply_confirmed(state(pending.sent or pending.changes), batch)
            return
        # Its own emissions come back among the changes of the action; only what the server emits is heard here.
        emitted = [change for change in pending.changes if isinstance(change, Emit)]
        heard: list[Change] = []
        for change in changes:
            if isinstance(change, Emit) and change in emitted:
                emitted.remove(change)
            else:
                heard.append(change)
        as_predicted = heard == state(pending.changes)
        if as_predicted:
            self._apply_confirmed(heard, batch)
            return
        # Where the action set a value as a whole, later edits refer to that one, on both sides.
        own = {_key(change) for change in pending.changes if isinstance(change, Set)}
        if not changes:
            told_later = {key for key, seq in whole.items() if seq >= transaction.seq}
            own |= self._apply_meanwhile([edit for edit in place_edits(pending.changes) if _key(edit) in told_later - own], batch)
        move(self._layers, [edit for edit in place_inverse(pending.changes) if _key(edit) not in own])
        move(self._layers, [edit for edit in self._apply_confirmed(heard, batch) if _key(edit) not in own])

    def _apply_confirmed(self, changes: Iterable[Change], batch: Batch) -> list[Change]:
        """Apply what is confirmed; returns the edits by position that it amounts to, for what the undecided edit."""
        watched = {key for layer in self._layers for key in edited_places(layer.changes)}
        edits: list[Change] = []
        for change in changes:
            if watched and isinstance(change, Set) and (change.object, change.name) in watched:
                edits += value_edits(change.object, change.name, value_of(self.tree, _key(change)), change.value)
            elif isinstance(change, Positional):
                edits.append(change)
            if watched and not isinstance(change, TopicChange):
                edits += self._sights.apply(change, watched, batch)
            else:
                self.tree.apply(change, batch)
        return edits

    def _apply_meanwhile(self, edits: Iterable[Change], batch: Batch) -> set[Key]:
        """Apply own edits of what a later change of this frame sets as a whole, so that only what others did is seen as different then.
        Returns where they fit."""
        fitted: set[Key] = set()
        with suppress(LocalError):
            for edit in edits:
                self.tree.apply(edit, batch)
                fitted.add(_key(edit))
        return fitted

    def _reject(self, pending: PendingAction, code: str, message: str) -> None:
        pending.action.give(Outcome(False, code, message))
        self.owner.rejected(Rejection(code, message, pending.changes))


def _told_as_a_whole(transactions: Iterable[TransactionMessage]) -> dict[Key, int]:
    """What a frame sets, other than as an answer, and at which `seq` it does so last. In a squashed difference that includes own
    edits, which were answered before it; it never includes those that are answered after it."""
    return {
        _key(change): each.seq for each in transactions if each.cseq is UNSET for change in each.changes or () if isinstance(change, Set)
    }


def _key(change: Any) -> Key:
    return change.object, change.name

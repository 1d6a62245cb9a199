"""Ways to break the real code, each against one rule: the simulator must notice every one, or its oracle sees less than it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

import objectsync.client.outbox as client_outbox
import objectsync.client.prediction as prediction
import objectsync.client.rebase as client_rebase
import objectsync.client.session as client_session
import objectsync.connection as connection
import objectsync.digest as digest
import objectsync.handshake as handshake
import objectsync.hub as hub
import objectsync.log as log
import objectsync.partial as partial
import objectsync.proposals as proposals
import objectsync.session as session
import objectsync.transaction as transaction
import objectsync.transform as transform
import objectsync.updates as updates
from objectsync.changes import Change, DeleteText, InsertText
from objectsync.client.batch import Batch
from objectsync.frames import encode_transaction
from objectsync.protocol import Subscribe

Mutant = Callable[[pytest.MonkeyPatch], None]
MUTANTS: dict[str, Mutant] = {}


def mutant(make: Mutant) -> Mutant:
    """A way to break the code; its name says how."""
    MUTANTS[make.__name__] = make
    return make


# --- the server


@mutant
def the_hub_applies_repeats(patch: pytest.MonkeyPatch) -> None:
    original = hub.Hub.decide

    def decide(self: Any, who: Any, action: Any, buffers: Any) -> None:
        if 0 < action.cseq <= who.cseq:
            who.cseq = action.cseq - 1
        original(self, who, action, buffers)

    patch.setattr(hub.Hub, "decide", decide)


@mutant
def a_frame_for_all_goes_to_who_is_due_an_answer(patch: pytest.MonkeyPatch) -> None:
    def step_out(self: Any) -> None:
        """Stay."""

    patch.setattr(connection.Connection, "_step_out", step_out)


@mutant
def a_rejection_does_not_count(patch: pytest.MonkeyPatch) -> None:
    original = session.Session.decided

    def decided(self: Any, entry: Any) -> None:
        before = self.cseq
        original(self, entry)
        if entry.error is not None:
            self.cseq = before

    patch.setattr(session.Session, "decided", decided)


@mutant
def a_resumed_client_misses_one(patch: pytest.MonkeyPatch) -> None:
    original = connection.Connection._hello

    def hello(self: Any, message: Any) -> None:
        original(self, message)
        if self.session is not None and not self._pages and message.seq < self._host.log.head:
            self._cursor = message.seq + 1

    patch.setattr(connection.Connection, "_hello", hello)


@mutant
def a_lost_tail_goes_unnoticed(patch: pytest.MonkeyPatch) -> None:
    def seen(host: Any, message: Any) -> bool:
        return bool(message.epoch == host.epoch and host.log.remembers(message.seq))

    patch.setattr(handshake, "has_seen_no_more", seen)


@mutant
def an_old_hello_takes_over(patch: pytest.MonkeyPatch) -> None:
    original = handshake.resumable

    def resumable(*asked: Any) -> Any:
        found, token = original(*asked)
        if found is not None:
            found.attempt = 0
        return found, token

    patch.setattr(handshake, "resumable", resumable)


@mutant
def a_server_put_back_knows_no_token_that_is_newer(patch: pytest.MonkeyPatch) -> None:
    original = handshake.resumable

    def resumable(*asked: Any) -> Any:
        found, token = original(*asked)
        return (None, 0) if found is not None and token > found.attempt else (found, token)

    patch.setattr(handshake, "resumable", resumable)


@mutant
def edits_are_not_moved_past_others(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(proposals.Proposals, "_moved", lambda self, *args: args[-1])


@mutant
def a_rollback_leaves_things_behind(patch: pytest.MonkeyPatch) -> None:
    original = transaction.Transactions._roll_back

    def roll_back(self: Any, opened: Any, mark: Any) -> None:
        if len(opened.journal) > mark[0] + 1:
            opened.journal.pop()
        original(self, opened, mark)

    patch.setattr(transaction.Transactions, "_roll_back", roll_back)


@mutant
def a_transaction_is_told_in_halves(patch: pytest.MonkeyPatch) -> None:
    original = encode_transaction

    def encode(seq: int, changes: Any, *rest: Any) -> Any:
        return original(seq, changes[:-1] if changes is not None and len(changes) == 2 else changes, *rest)

    patch.setattr(updates, "encode_transaction", encode)


@mutant
def a_squashed_difference_forgets_what_the_log_forgot(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(digest.Digest, "touched_since", lambda self, seq: iter(()))


@mutant
def a_squashed_difference_forgets_who_came_and_went(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(digest.Digest, "shape_since", lambda self, seq: iter(()))


@mutant
def the_log_remembers_what_it_does_not(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(log.Log, "reaches", lambda self, seq: 0 <= seq <= self.head)


@mutant
def one_confirms_what_listeners_changed(patch: pytest.MonkeyPatch) -> None:
    original = updates.answer

    def answer(entry: Any) -> Any:
        if entry.error is None and len(entry.changes) > 2:
            return encode_transaction(entry.seq, None, entry.cseq)
        return original(entry)

    patch.setattr(updates, "answer", answer)


@mutant
def who_leaves_the_others_is_where_it_joined_them(patch: pytest.MonkeyPatch) -> None:
    original = connection.Connection.take_back

    def take_back(self: Any, seq: int, sizes: list[int], since: float) -> None:
        original(self, self._cursor, sizes, since)

    patch.setattr(connection.Connection, "take_back", take_back)


@mutant
def who_leaves_the_others_hears_the_last_again(patch: pytest.MonkeyPatch) -> None:
    original = connection.Connection.take_back

    def take_back(self: Any, seq: int, sizes: list[int], since: float) -> None:
        original(self, max(0, seq - 1), sizes, since)

    patch.setattr(connection.Connection, "take_back", take_back)


@mutant
def who_leaves_the_others_owes_nothing(patch: pytest.MonkeyPatch) -> None:
    original = connection.Connection.take_back

    def take_back(self: Any, seq: int, sizes: list[int], since: float) -> None:
        original(self, seq, [], since)

    patch.setattr(connection.Connection, "take_back", take_back)


# --- who sees a part


@mutant
def what_is_hidden_is_told(patch: pytest.MonkeyPatch) -> None:
    original = partial.PartialView._filter

    def tell_all(self: Any, transaction: Any, own: bool = False) -> Any:
        told = list(original(self, transaction, own))
        return [*told, *(each for each in transaction.changes if each.object in self._known and each not in told)]

    patch.setattr(partial.PartialView, "_filter", tell_all)


@mutant
def what_is_hidden_now_stays(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(partial.PartialView, "reconsider", lambda self: None)


@mutant
def what_comes_into_sight_later_is_not_told(patch: pytest.MonkeyPatch) -> None:
    original = partial.PartialView._take_scopes

    def take_scopes(self: Any, scopes: Any) -> None:
        original(self, scopes)
        self._roots = set()

    patch.setattr(partial.PartialView, "_take_scopes", take_scopes)


@mutant
def tags_do_not_bring_into_sight(patch: pytest.MonkeyPatch) -> None:
    original = partial.PartialView._take_scopes

    def take_scopes(self: Any, scopes: Any) -> None:
        original(self, scopes)
        self._tags = set()

    patch.setattr(partial.PartialView, "_take_scopes", take_scopes)


@mutant
def what_changed_out_of_sight_stays_as_it_was(patch: pytest.MonkeyPatch) -> None:
    original = partial.PartialView._difference
    patch.setattr(partial.PartialView, "_difference", lambda self, touched, renewed: original(self, (), renewed))


@mutant
def who_sees_a_part_hears_what_all_hear(patch: pytest.MonkeyPatch) -> None:
    original = connection.Connection._join_others

    def join_others(self: Any, who: Any) -> None:
        view, self._view = self._view, None
        original(self, who)
        self._view = view

    patch.setattr(connection.Connection, "_join_others", join_others)


@mutant
def who_saw_a_part_resumes_as_if_it_had_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session.Session, "partial", property(lambda self: False, lambda self, value: None))


@mutant
def the_client_speaks_before_it_is_welcome(patch: pytest.MonkeyPatch) -> None:
    def say_scopes(self: Any, connection: Any) -> None:
        if connection.scopes != self._scopes:
            connection.scopes = self._scopes
            self._send(Subscribe(self._scopes))

    patch.setattr(client_session.ClientSession, "_say_scopes", say_scopes)


@mutant
def the_client_edits_what_it_does_not_see(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prediction.Prediction, "is_adrift", lambda self, pending: False)


# --- text, on both sides


@mutant
def a_deletion_takes_what_was_typed_into_it(patch: pytest.MonkeyPatch) -> None:
    original = transform.transform

    def greedy(a: Change, b: Change, a_first: bool = False) -> list[Change]:
        if isinstance(a, DeleteText) and isinstance(b, InsertText) and a.position < b.position < a.position + a.length:
            return [DeleteText(a.object, a.name, a.position, a.length + len(b.text))]
        return original(a, b, a_first)

    patch.setattr(transform, "transform", greedy)


@mutant
def both_sides_think_they_were_first(patch: pytest.MonkeyPatch) -> None:
    original = transform.transform_sequences
    patch.setattr(client_rebase, "transform_sequences", lambda a, b, a_first=False: original(a, b, True))


# --- the client


@mutant
def the_client_builds_on_its_predictions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prediction.Prediction, "_must_rewind", lambda self, entry: False)


@mutant
def the_client_forgets_to_replay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prediction, "replay", lambda layers, tree, batch: None)


@mutant
def the_client_does_not_move_its_edits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prediction, "move", lambda layers, edits: None)


@mutant
def the_client_sends_decided_actions_again(patch: pytest.MonkeyPatch) -> None:
    original = prediction.Prediction.load

    def load(self: Any, changes: Iterable[Change], cseq: int, rejected: Any, new_session: Any) -> None:
        decided = [pending for pending in self.pending if pending.cseq <= cseq]
        for pending in decided:
            pending.cseq += 10**6
        original(self, changes, cseq, rejected, new_session)

    patch.setattr(prediction.Prediction, "load", load)


@mutant
def the_client_keeps_its_old_token(patch: pytest.MonkeyPatch) -> None:
    original = client_session.ClientSession._welcome

    def welcome(self: Any, message: Any, *rest: Any) -> None:
        token = None if self.identity is None else self.identity.token
        original(self, message, *rest)
        if token is not None and self.identity is not None:
            self.identity.token = token

    patch.setattr(client_session.ClientSession, "_welcome", welcome)


@mutant
def the_client_types_without_waiting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(client_outbox, "edited_places", lambda changes: set())


@mutant
def what_was_set_before_an_own_edit_is_taken_to_include_it(patch: pytest.MonkeyPatch) -> None:
    original = prediction._told_as_a_whole
    patch.setattr(prediction, "_told_as_a_whole", lambda transactions: dict.fromkeys(original(transactions), 10**9))


@mutant
def listeners_hear_nothing_of_replays(patch: pytest.MonkeyPatch) -> None:
    original = Batch.go_net

    def go_net(self: Any) -> None:
        original(self)
        self._before.clear()

    patch.setattr(Batch, "go_net", go_net)


@mutant
def a_rejection_is_not_told(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(prediction.Prediction, "_reject", lambda self, pending, code, message: None)

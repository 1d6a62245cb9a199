"""What a client that is at `seq` must be told to be at the head of the log.

Rules: a transaction is encoded once for everyone, and a whole frame once for all who are at the same place. Only an answer to a
client's own action is written for it alone. A client far behind, in transactions or in bytes, gets one squashed difference: changes of
shape in order, then the present value of every topic touched. Of a `latest` attribute only the last value in a frame is sent. A snapshot
serves everyone who joins within a short while: what came since follows it as an update.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from .changes import Change, Define, Emit, Set, TopicChange, Unemit
from .creations import Creations
from .frames import Fragment, Frame, encode, encode_snapshot, encode_transaction, encode_update
from .limits import Limits
from .log import Answer, Log, Transaction
from .packed import PackedChanges
from .protocol import Failure
from .snapshot import Objects, values_of, walk
from .sobject import SObject

News = tuple[Transaction, Fragment | None]
"""A transaction, and what all clients are told of it, if anything."""

_LARGEST_KEPT_FRAGMENT = 4096
"""Bytes. Encoding a large one again for a client at another place costs less than keeping it."""


class Updates:
    """Encoded updates and snapshots of one tree, shared by its connections. Call it with the tree's lock held."""

    def __init__(self, log: Log, tree: Objects, root: SObject, limits: Limits, defines: Callable[[], list[Define]]) -> None:
        self._log = log
        self._tree = tree
        self._root = root
        self._limits = limits
        self._defines = defines
        self._frames: dict[int, Frame] = {}  # by where they begin; all end at `_frames_head`
        self._frames_head = -1
        self._news: tuple[int, list[News]] = (-1, [])  # what was marked last, and since when
        self._snapshot: tuple[int, list[Frame]] = (-1, [])

    def since(self, seq: int, session: str, answers: Sequence[Answer]) -> Frame:
        """One frame from `seq` to the head, which log and digest must remember. `answers` are the decided actions of that session
        since `seq`."""
        head = self._log.head
        if self._frames_head != head:
            self._frames.clear()
            self._frames_head = head
            self._mark()
        if answers:
            return self._encode(seq, session, answers)
        frame = self._frames.get(seq)
        if frame is None:
            frame = self._frames[seq] = self._encode(seq, None, ())
        return frame

    def snapshot(self, after: int) -> tuple[int, list[Frame]]:
        """The whole state at `after` or later, in pages: its `seq` and the frames. Clients that join at about the same time share them."""
        log = self._log
        seq = self._snapshot[0]
        if seq < after or log.head - seq > self._limits.snapshot_transactions or not log.reaches(seq):
            self._mark()
            self._snapshot = (log.head, self._encode_snapshot())
        return self._snapshot

    def _encode(self, prev: int, session: str | None, answers: Sequence[Answer]) -> Frame:
        log = self._log
        head = log.head
        hash = log.hash_at(head)
        if head - prev > self._limits.frame_transactions or not log.reaches(prev):
            return encode_update(prev, head, self._squashed(prev, answers), hash)
        since, news = self._news  # of the head, as it is marked by now; most clients have heard all that was before
        if since != prev:
            news = self._told(log.since(prev))
        fragments: list[Fragment] = []
        for transaction, fragment in news:
            if transaction.session is not None and transaction.session == session:
                fragment = answer(transaction)
            if fragment is not None:
                fragments.append(fragment)
        frame = encode_update(prev, head, fragments, hash)
        if len(frame.data) > self._limits.frame_bytes:
            sizes = [fragment.size for fragment in fragments]
            # One large one beside small ones says little twice: a table that a click has made (a sixth of benchmarks/dom's "create10000").
            if sum(sizes) - max(sizes, default=0) > self._limits.frame_bytes:
                squashed = self._squashed(prev, answers)
                if sum(fragment.size for fragment in squashed) < sum(sizes):
                    return encode_update(prev, head, squashed, hash)
        return frame

    def _squashed(self, prev: int, answers: Sequence[Answer]) -> list[Fragment]:
        return [*(squashed_answer(answer) for answer in answers), self._difference(prev)]

    def _mark(self) -> None:
        """Mark the head of the log, by what clients are told of it (of a burst: its end)."""
        log = self._log
        if log.marked == log.head:
            return
        since = max(log.marked, log.first - 1, log.head - self._limits.frame_transactions)
        news = self._told(log.since(since))
        self._news = (since, news)
        told: list[bytes] = []
        for _, fragment in news:
            if fragment is not None:
                told += (fragment.json, *fragment.buffers)
        log.mark(told)

    def _told(self, transactions: list[Transaction]) -> list[News]:
        """What everyone is told of these, where anything is."""
        stale = self._overtaken(transactions) if len(transactions) > 1 else ()
        return [
            (transaction, self._shared_fragment(transaction) if transaction.changes and transaction.seq not in stale else None)
            for transaction in transactions
        ]

    def _shared_fragment(self, transaction: Transaction) -> Fragment | None:
        encoded = self._log.encoded
        if transaction.seq in encoded:
            return encoded[transaction.seq]  # type: ignore[no-any-return]  # only fragments are put there
        changes = transaction.changes
        if transaction.session is not None:
            changes = tuple(change for change in changes if not isinstance(change, Emit))
        told = changes.fragment if type(changes) is PackedChanges else changes
        fragment = encode_transaction(transaction.seq, told) if told else None
        if fragment is None or fragment.size <= _LARGEST_KEPT_FRAGMENT:
            encoded[transaction.seq] = fragment
        return fragment

    def _overtaken(self, transactions: list[Transaction]) -> set[int]:
        """The transactions that only set a `latest` attribute that a later one sets again."""
        newest: dict[tuple[str, str], int] = {}
        overtaken: set[int] = set()
        for transaction in transactions:
            if len(transaction.changes) != 1:
                continue
            change = transaction.changes[0]
            if type(change) is Set:
                key = (change.object, change.name)
                if key in newest and self._is_latest(change):
                    overtaken.add(newest[key])
                newest[key] = transaction.seq
        return overtaken

    def _is_latest(self, change: Set) -> bool:
        sobject = self._tree.objects.get(change.object)
        spec = None if sobject is None else sobject._spec_of(change.name)
        return spec is not None and spec.latest

    def _difference(self, prev: int) -> Fragment:
        """One transaction from `prev` to the head: changes of shape in order, then the present value of what was touched."""
        log = self._log
        shape = list(log.digest.shape_since(prev))
        touched = dict.fromkeys(log.digest.touched_since(prev))
        for transaction in log.since(max(prev, log.first - 1)):
            for change in transaction.changes:
                if not isinstance(change, TopicChange):
                    shape.append(change)
                elif not isinstance(change, (Emit, Unemit)):
                    touched[change.object, change.name] = None
                elif transaction.session is None:
                    shape.append(change)
        for id, name in touched:
            sobject = self._tree.objects.get(id)
            spec = None if sobject is None else sobject._spec_of(name)
            if sobject is not None and spec is not None:
                shape.append(Set(id, name, values_of(sobject).get(name, spec.default)))
        return encode_transaction(log.head, shape)

    def _encode_snapshot(self) -> list[Frame]:
        changes: list[Change] = list(self._defines())
        pages: list[Fragment] = []
        creations = Creations(changes)
        objects = walk(self._root)
        while page := list(islice(objects, self._limits.page_objects)):
            creations.take(page, {})
            pages.append(encode(changes))
            changes.clear()
        return [encode_snapshot(self._log.head, index, len(pages), page) for index, page in enumerate(pages)]


def answer(transaction: Transaction) -> Fragment:
    """The answer to a client's own action."""
    if transaction.error is not None:
        return encode_transaction(transaction.seq, None, transaction.cseq, Failure(*transaction.error))
    return encode_transaction(transaction.seq, None if transaction.verbatim else transaction.changes, transaction.cseq)


def squashed_answer(answer: Answer) -> Fragment:
    """The same, where the difference that follows holds what it did."""
    if answer.error is not None:
        return encode_transaction(answer.seq, None, answer.cseq, Failure(*answer.error))
    return encode_transaction(answer.seq, (), answer.cseq)

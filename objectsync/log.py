"""The one log: every decided transaction of an epoch, in order, numbered `seq` = 1, 2, 3 …, and the rolling hash of what clients were told.

Rules: transactions are never edited; old ones are forgotten once there are too many or they grow too large (what they did stays, in short,
in the digest); a transaction is encoded at most once, whatever the number of clients, and only when one asks for it (updates.py). Each
place where a frame ended has a mark, the hash of all that was told up to there: a log that was put back to an older state and went on from
there has other marks, so that a client which has seen the lost part is noticed even when the numbers fit again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from .changes import Change
from .digest import Digest
from .joined import Joined
from .values import size_of

DO: Final = "do"
UNDO: Final = "undo"
REDO: Final = "redo"

_CHUNK = 256
"""Transactions are weighed and forgotten this many at a time."""
_SAMPLE = 16
_RECENT = 64
"""Large transactions that may not have been packed yet."""
_MARKS = 10_000
"""One a tick: three minutes of 60 a second. Who comes back from before gets a snapshot."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """How a client's action was decided, for as long as the client has not acknowledged it. Small: a client may let thousands gather."""

    seq: int
    cseq: int
    error: tuple[str, str] | None


class Transaction(msgspec.Struct, frozen=True, gc=False):
    """One decided transaction.

    `changes` is what clients apply. `inverses` undo the recorded ones among them, applied in reverse; `scope` is the id of the lowest
    object that holds all of these. `session` and `cseq` name the action that it answers; `verbatim` says that the action was applied
    as it was sent, `error` (code, message) that it was rejected. `reverts` is the seq of the transaction that this one undoes or redoes,
    and `cancels` the same when nothing else happened between the two that still counts. `origin` is the seq of the step that was done
    first, of which this is an undo or redo. `author` is the session on whose behalf the step was first done: whose action it was, or whose
    event or call was being handled; None for Python's own. `gesture` is the one of that session that it is a part of (or undoes), 0 for
    none; a step that holds several of these, and what undoes it, `began` at the first one's seq.
    """

    seq: int
    changes: Sequence[Change]
    inverses: Sequence[Change] = ()
    scope: str | None = None
    kind: str = DO
    session: str | None = None
    cseq: int = 0
    verbatim: bool = False
    error: tuple[str, str] | None = None
    cancels: int = 0
    reverts: int = 0
    origin: int = 0
    author: str | None = None
    gesture: int = 0
    began: int = 0


class Log:
    """Transactions by `seq`, the newest ones."""

    __slots__ = (
        *("_chunks", "_marks", "_max_bytes", "_max_transactions", "_transactions", "_weighed"),
        *("digest", "encoded", "first", "head", "marked"),
    )

    def __init__(self, max_transactions: int, max_bytes: int) -> None:
        self._max_transactions = max_transactions
        self._max_bytes = max_bytes
        self._transactions: list[Transaction] = []
        self._chunks: list[_Chunk] = []  # oldest first
        self._weighed = 0  # how many transactions are in chunks
        self.digest = Digest(max_transactions)
        """What the forgotten transactions did."""
        self.encoded: dict[int, Any] = {}
        """Wire fragments by seq, filled and read by updates.py."""
        self.first = 1
        """The seq of the oldest transaction that is kept."""
        self.head = 0
        """The seq of the newest transaction; 0 before the first."""
        self._marks: dict[int, int] = {0: 0}
        self.marked = 0
        """The newest `seq` that has a mark."""

    def append(self, transaction: Transaction) -> None:
        """Take the next transaction; its `seq` is `head + 1`."""
        self._transactions.append(transaction)
        self.head = transaction.seq
        if transaction.seq % _CHUNK == 0:
            self._trim()

    def append_large(self, transaction: Transaction) -> None:
        """The same for one that may be a thousand times as large as others: it is weighed alone (`weigh_newest`)."""
        if len(self._transactions) > self._weighed:
            self._trim()
        self._transactions.append(transaction)
        self.head = transaction.seq

    def weigh_newest(self) -> None:
        """Weigh the large one that was just taken; before the next."""
        self._trim()

    def since(self, seq: int) -> list[Transaction]:
        """All after `seq`. The caller has made sure that they are kept (`reaches`)."""
        return self._transactions[seq - self.first + 1 :]

    def reaches(self, seq: int) -> bool:
        """Whether every transaction after `seq` is kept."""
        return self.first - 1 <= seq <= self.head

    def remembers(self, seq: int) -> bool:
        """Whether log and digest together know what happened after `seq`."""
        return self.digest.floor <= seq <= self.head

    def mark(self, told: Iterable[bytes]) -> None:
        """Mark the head; `told` is what clients are told of the transactions since `marked`."""
        hash = zlib.crc32(b"%d" % self.head, self._marks[self.marked])
        for piece in told:
            hash = zlib.crc32(piece, hash)
        self._marks[self.head] = hash
        self.marked = self.head
        if len(self._marks) > _MARKS:
            for seq in list(islice(self._marks, _MARKS // 2)):
                del self._marks[seq]

    def hash_at(self, seq: int) -> str:
        """The rolling hash at a place that has a mark; empty for another."""
        mark = self._marks.get(seq)
        return "" if mark is None else f"{mark:08x}"

    def __getitem__(self, seq: int) -> Transaction:
        return self._transactions[seq - self.first]

    def effective_since(self, seq: int) -> Iterator[Transaction]:
        """Those after `seq` that still count, newest first: what was undone (or redone) with nothing in between is skipped."""
        at = self.head
        while at > seq:
            transaction = self[at]
            if transaction.cancels > seq:
                at = transaction.cancels - 1
            else:
                yield transaction
                at -= 1

    def is_effectively_newest(self, seq: int) -> bool:
        """Whether nothing after `seq` still counts (and everything after it is kept)."""
        at = self.head
        if not self.first - 1 <= seq <= at:
            return False
        while at > seq:
            cancels = self._transactions[at - self.first].cancels
            if cancels <= seq:
                return False
            at = cancels - 1
        return True

    def _trim(self) -> None:
        for seq in [seq for seq in self.encoded if seq <= self.head - _CHUNK]:
            del self.encoded[seq]
        chunk = self._transactions[self._weighed :]
        self._chunks.append(_Chunk(chunk))
        self._weighed = kept = len(self._transactions)
        size = sum([chunk.bytes for chunk in self._chunks])
        if size > self._max_bytes:
            for each in self._chunks:
                each.weigh_again()
            for each in self._chunks[:-_RECENT]:
                each.large = None
            size = sum([chunk.bytes for chunk in self._chunks])
        chunks = gone = 0
        droppable = len(self._chunks) - (len(chunk) == 1)  # a single large one is still to be told
        while chunks < droppable and (kept > self._max_transactions or size > self._max_bytes):
            oldest = self._chunks[chunks]
            size -= oldest.bytes
            kept -= oldest.length
            gone += oldest.length
            chunks += 1
        if gone:
            del self._chunks[:chunks]
            self.digest.take(self._transactions[:gone])
            del self._transactions[:gone]
            self._weighed -= gone
            self.first += gone


class _Chunk:
    """Transactions that are forgotten together: how many, and about how many bytes they keep. A single large one keeps less as soon as it
    is packed, so it is weighed again as long as it is `large`."""

    __slots__ = ("bytes", "large", "length")

    def __init__(self, transactions: list[Transaction]) -> None:
        self.length = len(transactions)
        self.bytes = _weigh_chunk(transactions)
        self.large: list[Transaction] | None = transactions if self.length == 1 else None

    def weigh_again(self) -> None:
        if self.large is not None:
            self.bytes = _weigh_chunk(self.large)


def _weigh_chunk(transactions: list[Transaction]) -> int:
    """About how many bytes a chunk keeps in memory: every change counts as a small one, and a sixteenth of the transactions, a
    different one each time, is weighed exactly. (Weighing all would double the cost of a change.) A single one is weighed."""
    if len(transactions) == 1:
        return 200 + weigh(transactions[0].changes) + weigh(transactions[0].inverses)
    small = 200 * len(transactions) + 100 * sum([len(t.changes) + len(t.inverses) for t in transactions])
    offset = (transactions[0].seq * 2654435761 >> 8) % _SAMPLE
    return small + _SAMPLE * sum([weigh(t.changes) + weigh(t.inverses) for t in transactions[offset::_SAMPLE]])


def weigh(value: Any) -> int:
    """About how many bytes a transaction, change or record keeps in memory."""
    if type(value) is str:  # most are, and the other questions take long
        return size_of(value)
    if isinstance(value, tuple):
        return 40 + sum(map(weigh, value))
    fields = getattr(type(value), "__struct_fields__", None)
    if fields is not None:
        return 60 + sum([weigh(getattr(value, field)) for field in fields])
    if isinstance(value, Joined):
        return weigh(value.parts)
    packed = getattr(value, "size", None)
    return 60 + packed if isinstance(packed, int) else size_of(value)

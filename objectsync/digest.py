"""What the forgotten part of the log did, in short: enough to bring a client up to date that the log no longer reaches.

Rules: changes of shape are kept in order, of topics only which attribute and when last. With these and the present values, one difference
leads from any `seq` since `floor` to now (updates.py, "squash"). Many changes that are kept packed stay so until somebody asks, which is
seldom: to unpack each table that is forgotten was most of what clearing one took (benchmarks/dom, "clear"). Bounded: the oldest half goes
when there is too much, and `floor` rises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from .changes import Change, Emit, TopicChange, Unemit

if TYPE_CHECKING:
    from .log import Transaction

Key = tuple[str, str]
_STATE = frozenset(TopicChange.__subclasses__()) - {Emit, Unemit}


class Digest:
    """The shape changes and touched attributes of all transactions after `floor` that it was given."""

    __slots__ = ("_length", "_limit", "_shape", "_touched", "floor")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._shape: list[tuple[int, Change | Sequence[Change]]] = []
        """In order: changes of shape, and all the changes of transactions that are packed."""
        self._length = 0  # of `_shape`, with what is packed counted singly
        self._touched: dict[Key, int] = {}
        self.floor = 0

    def take(self, transactions: Iterable[Transaction]) -> None:
        """Take transactions in order, as the log forgets them."""
        for transaction in transactions:
            changes = transaction.changes
            if len(changes) > self._limit:
                # More than there is room for: nothing up to here can be told.
                self.floor = transaction.seq
                self._shape.clear()
                self._length = 0
                self._touched.clear()
            elif type(changes) is not tuple:
                self._shape.append((transaction.seq, changes))
                self._length += len(changes)
            else:
                for change in changes:
                    kind = type(change)
                    if kind in _STATE:
                        self._touched[change.object, change.name] = transaction.seq
                    elif kind is not Emit and kind is not Unemit:
                        self._shape.append((transaction.seq, change))
                        self._length += 1
        if self._length > self._limit:
            self._forget_shape()
        if len(self._touched) > self._limit:
            newest = sorted(self._touched.values())[len(self._touched) // 2]
            self.floor = max(self.floor, newest)
        if self._shape and self._shape[0][0] <= self.floor:
            self._shape = [entry for entry in self._shape if entry[0] > self.floor]
            self._length = sum(_length(entry) for _, entry in self._shape)
        if len(self._touched) > self._limit:
            self._touched = {key: seq for key, seq in self._touched.items() if seq > self.floor}

    def shape_since(self, seq: int) -> Iterator[Change]:
        """The changes of shape after `seq`, in order."""
        for at, entry in self._shape:
            if at > seq:
                if isinstance(entry, Change):
                    yield entry
                else:
                    yield from (change for change in entry if not isinstance(change, TopicChange))

    def touched_since(self, seq: int) -> Iterator[Key]:
        """The attributes touched after `seq`."""
        for at, entry in self._shape:
            if at > seq and not isinstance(entry, Change):
                yield from ((change.object, change.name) for change in entry if type(change) in _STATE)  # type: ignore[attr-defined]  # likewise
        yield from (key for key, at in self._touched.items() if at > seq)

    def _forget_shape(self) -> None:
        """Let the oldest half go."""
        most = min(self._limit, self._length // 2)
        forgotten = 0
        while self._length > most and forgotten < len(self._shape) - 1:
            at, entry = self._shape[forgotten]
            self.floor = max(self.floor, at)
            self._length -= _length(entry)
            forgotten += 1
        del self._shape[:forgotten]


def _length(entry: Change | Sequence[Change]) -> int:
    return 1 if isinstance(entry, Change) else len(entry)

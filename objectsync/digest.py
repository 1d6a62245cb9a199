"""What the forgotten part of the log did, in short: enough to bring a client up to date that the log no longer reaches.

Rules: changes of shape are kept in order, of topics only which attribute and when last. With these and the present values, one difference
leads from any `seq` since `floor` to now (updates.py, "squash"). Bounded: the oldest half goes when there is too much, and `floor` rises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .changes import Change, Emit, TopicChange, Unemit

if TYPE_CHECKING:
    from .log import Transaction

Key = tuple[str, str]
_STATE = frozenset(TopicChange.__subclasses__()) - {Emit, Unemit}


class Digest:
    """The shape changes and touched attributes of all transactions after `floor` that it was given."""

    __slots__ = ("_limit", "_shape", "_touched", "floor")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._shape: list[tuple[int, Change]] = []
        self._touched: dict[Key, int] = {}
        self.floor = 0

    def take(self, transactions: Iterable[Transaction]) -> None:
        """Take transactions in order, as the log forgets them."""
        for transaction in transactions:
            if len(transaction.changes) > self._limit:
                # More than there is room for: nothing up to here can be told, so it need not be unpacked to find that out.
                self.floor = transaction.seq
                self._shape.clear()
                self._touched.clear()
                continue
            for change in transaction.changes:
                kind = type(change)
                if kind in _STATE:
                    self._touched[change.object, change.name] = transaction.seq  # type: ignore[attr-defined]  # they have a name
                elif kind is not Emit and kind is not Unemit:
                    self._shape.append((transaction.seq, change))
        if len(self._shape) > self._limit:
            half = len(self._shape) // 2
            self.floor = max(self.floor, self._shape[half - 1][0])
            del self._shape[:half]
        if len(self._touched) > self._limit:
            newest = sorted(self._touched.values())[len(self._touched) // 2]
            self.floor = max(self.floor, newest)
        if self._shape and self._shape[0][0] <= self.floor:
            self._shape = [entry for entry in self._shape if entry[0] > self.floor]
        if len(self._touched) > self._limit:
            self._touched = {key: seq for key, seq in self._touched.items() if seq > self.floor}

    def shape_since(self, seq: int) -> Iterator[Change]:
        """The changes of shape after `seq`, in order."""
        return (change for at, change in self._shape if at > seq)

    def touched_since(self, seq: int) -> Iterator[Key]:
        """The attributes touched after `seq`."""
        return (key for key, at in self._touched.items() if at > seq)

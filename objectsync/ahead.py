"""Ahead: what is told of a large transaction while it is still open, so that the page of who waits for it can prepare what it will show.

Rules: a part means nothing by itself. When the transaction ends, what is told of it says how many parts it begins with; for everyone else
these are written out, and a transaction that is rolled back is never told. What was told is live: what changes it afterwards is told as a
change. Parts are of whole rows: the newest object at the top's level, and what came after it, may not be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import msgspec

from .due import FIRST, NEVER
from .frames import encode
from .sobject import SObject
from .states import FRESH, LIVE

if TYPE_CHECKING:
    from .changes import Change
    from .open_transaction import OpenTransaction

_SHARE: Final = 2
"""Each further one is told when half as many objects as before have come, but no fewer than `FIRST`: large tables are told in few parts."""
_SOON: Final = 64
"""New objects after which it is tried again, where somebody else writes to the client at that moment."""
_WIDEST: Final = 256
"""Objects among which the last row has to begin."""
_keys = count(1)


class Part(msgspec.Struct, frozen=True, gc=False):
    """Some of the changes of a transaction, as they travel."""

    of: int
    """The transaction's number, among those that are told ahead."""
    index: int
    json: bytes
    end: int
    """How many of the transaction's changes this one and those before it are."""
    born: int
    """How many of these are creations."""
    made: int
    """How long the transaction's journal was: who goes back to before that takes back something that the part may say."""


Write = Callable[["OpenTransaction", "Sequence[Change | SObject]", int], "list[Change]"]
Tell = Callable[[str, Part], bool | None]
"""`tell(session, part)`, with the tree's lock held: whether it was told; None where nobody is there who takes it."""


class Ahead:
    """The parts of one open transaction."""

    __slots__ = ("closed", "key", "parts", "told")

    def __init__(self) -> None:
        self.key = next(_keys)
        self.parts: list[Part] = []
        self.told = 0
        """How many of them were told."""
        self.closed = False
        """Whether there are no more."""

    @property
    def end(self) -> int:
        """How many of the transaction's changes are in the parts."""
        return self.parts[-1].end if self.parts else 0

    @property
    def born(self) -> int:
        """How many creations are among them."""
        return self.parts[-1].born if self.parts else 0

    def take_back(self, changes: Sequence[Change | SObject], journal: int) -> None:
        """The transaction was rolled back: its journal is as long as this again, and these are its changes. Parts that were made since hold
        nothing any more, and what is left of them is as it was before. There are no others in their place: some have been told."""
        parts = self.parts
        if parts and parts[-1].made > journal:
            while parts and parts[-1].made > journal:
                parts.pop()
            self.closed = True
            _untell(changes[self.end :])


def tell_ahead(transaction: OpenTransaction, write: Write, tell: Tell) -> None:
    """Tell what has come since the last part, as far as it is whole rows, to the client on whose behalf the transaction is.

    Called when it is due, with nothing being built. `write(transaction, changes, born)` gives these of the changes, of which `born` are
    creations, as clients are told them.
    """
    transaction.due = NEVER
    if transaction.author is None or transaction.session is not None:
        return
    ahead = transaction.ahead
    if ahead is None:
        ahead = transaction.ahead = Ahead()
    if ahead.closed:
        return
    if transaction.born - ahead.born >= _size(ahead) and not _add_part(transaction, ahead, write):
        return
    while ahead.told < len(ahead.parts):
        told = tell(transaction.author, ahead.parts[ahead.told])
        if told is None:
            return
        if not told:
            transaction.due = transaction.born + _SOON
            return
        ahead.told += 1
    transaction.due = ahead.born + _size(ahead)


def _size(ahead: Ahead) -> int:
    return max(FIRST, ahead.born // _SHARE)


def _add_part(transaction: OpenTransaction, ahead: Ahead, write: Write) -> bool:
    """Make the next part; false where that cannot be."""
    start, changes = ahead.end, transaction.changes
    end = _end_of_rows(changes, start)
    if end == start:
        return False
    born = transaction.born - sum(1 for change in changes[end:] if isinstance(change, SObject))
    some = changes[start:end]
    fragment = encode(write(transaction, some, born - ahead.born))
    if fragment.buffers:
        _untell(some)  # bytes go with the whole
        return False
    ahead.parts.append(Part(ahead.key, len(ahead.parts), fragment.json, end, born, len(transaction.journal)))
    return True


def _untell(changes: Sequence[Any]) -> None:
    """What was created there is fresh again."""
    for change in changes:
        if isinstance(change, SObject) and change._os_state == LIVE:
            change._os_state = FRESH


def _end_of_rows(changes: Sequence[Any], start: int) -> int:
    """Where the last row begins, of those that `changes` from `start` on begin with; `start` where that cannot be said."""
    top: SObject | None = None
    for change in changes[start:]:
        if isinstance(change, SObject):
            top = change._os_parent
            break
    for at in range(len(changes) - 1, max(start, len(changes) - _WIDEST), -1):
        change = changes[at]
        if isinstance(change, SObject) and change._os_parent is top:
            return at
    return start

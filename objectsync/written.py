"""What is told of a transaction that has ended, and what is kept to undo it.

Rules: a fresh object is told as its creation, with the values that it has by now; one that has gone again is told as it was, so that what
was told of it meanwhile makes sense. Where many objects were created, what is told is kept as the bytes that travel (packed.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .changes import Change, Destroy
from .creations import Creations, birthplace_of
from .joined import Joined
from .packed import MANY, PackedChanges, PackedDestroys
from .snapshot import describe_object
from .sobject import SObject
from .states import FRESH, LIVE

if TYPE_CHECKING:
    from .open_transaction import OpenTransaction


def changes_of(transaction: OpenTransaction) -> Sequence[Change]:
    """What clients are told. The fresh objects are live from now on."""
    changes, born = transaction.changes, transaction.born
    if not born:
        return tuple(changes)  # type: ignore[arg-type]  # without fresh objects there are only changes
    if born < MANY or transaction.session is not None:
        written: list[Change] = []
        for change in changes:
            if not isinstance(change, SObject):
                written.append(change)
            elif change._os_state == FRESH:
                change._os_state = LIVE
                describe_object(change, birthplace_of(change, transaction.birthplaces), written)
            else:
                written += transaction.described[change]
        return tuple(written)
    return PackedChanges(_in_rows(transaction), len(changes))


def _in_rows(transaction: OpenTransaction) -> list[Change]:
    """The same, with what was created in a row as one change."""
    changes = transaction.changes
    written: list[Change] = []
    creations = Creations(written)

    def take(row: list[Any]) -> None:
        for sobject in row:
            sobject._os_state = LIVE
        creations.take(row, transaction.birthplaces, transaction.numbered, transaction.plain)

    if len(changes) == transaction.born:
        take(changes)  # nothing but creations, as of a table
        return written
    row: list[SObject] = []
    for change in changes:
        if not isinstance(change, SObject):
            new: Sequence[Change] = (change,)
        elif change._os_state == FRESH:
            row.append(change)
            continue
        else:
            new = transaction.described[change]
        if row:
            take(row)
            row = []
        written += new
    if row:
        take(row)
    return written


def inverses_of(transaction: OpenTransaction) -> Sequence[Change]:
    """What undoes it, applied in reverse."""
    inverses = transaction.inverses
    if transaction.born < MANY:
        return tuple(inverses)
    parts: list[Sequence[Change]] = []
    for kind, each in groupby(inverses, type):
        run = tuple(each)
        parts.append(PackedDestroys([inverse.object for inverse in run]) if kind is Destroy else run)
    return parts[0] if len(parts) == 1 else Joined(parts)

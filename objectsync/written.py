"""What is told of a transaction that has ended, and what is kept to undo it.

Rules: a fresh object is told as its creation, with the values that it has by now; one that has gone again is told as it was, so that what
was told of it meanwhile makes sense. Where many objects were created, what is told is kept as the bytes that travel (packed.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .changes import Change, Destroy
from .creations import Creations, birthplace_of
from .packed import PackedChanges, PackedDestroys
from .snapshot import describe_object
from .sobject import SObject
from .transaction import FRESH, LIVE, MANY

if TYPE_CHECKING:
    from .transaction import OpenTransaction


def changes_of(transaction: OpenTransaction) -> Sequence[Change]:
    """What clients are told. The fresh objects are live from now on."""
    changes = transaction.changes
    if not transaction.born:
        return tuple(changes)  # type: ignore[arg-type]  # without fresh objects there are only changes
    pack = transaction.born >= MANY and transaction.session is None
    described = transaction.described
    written: list[Change] = []
    row: list[SObject] = []

    def write_row() -> None:
        if pack:
            Creations(written).take(row, transaction.birthplaces, transaction.numbered)
        else:
            for sobject in row:
                describe_object(sobject, birthplace_of(sobject, transaction.birthplaces), written)
        row.clear()

    for change in changes:
        if not isinstance(change, SObject):
            new: Sequence[Change] = (change,)
        elif change._os_state == FRESH:
            change._os_state = LIVE
            row.append(change)
            continue
        else:
            new = described.get(change, ())
        if row:
            write_row()
        written += new
    if row:
        write_row()
    return PackedChanges(written, len(changes)) if pack else tuple(written)


def inverses_of(transaction: OpenTransaction) -> Sequence[Change]:
    """What undoes it, applied in reverse."""
    inverses = transaction.inverses
    if len(inverses) >= MANY and all(type(inverse) is Destroy for inverse in inverses):
        return PackedDestroys([inverse.object for inverse in inverses])
    return tuple(inverses)

"""What becomes of undecided edits by position when others' edits come first.

Rules: only places in texts and lists move; everything else is replayed as it is. What came from the server was first, so at equal places
the undecided one goes right. After an own `set`, edits refer to its value and move no more. A `set` of someone else's counts as
the edits that lead from the old value to the new one (differences.py): so does what a client that lagged is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..changes import Change, DeleteText, Insert, InsertText, Move, Pop, Replace, Set
from ..transform import transform_sequences
from ..values import utf16_length

Key = tuple[str, str]
Positional = InsertText | DeleteText | Insert | Pop | Move | Replace


def edited_places(changes: Iterable[Change]) -> set[Key]:
    """The attributes that these changes edit by position."""
    return {(change.object, change.name) for change in changes if isinstance(change, Positional)}


def written_places(changes: Iterable[Change]) -> set[Key]:
    """The attributes that these edit or set: an edit by position waits for them (PROTOCOL.md, "Actions")."""
    return {(change.object, change.name) for change in changes if isinstance(change, (Positional, Set))}


def rebase(actions: Sequence[tuple[Change, ...]], done: Iterable[Change]) -> list[tuple[Change, ...]]:
    """The undecided actions, oldest first, moved past edits that were done before them."""
    theirs: dict[Key, list[Change]] = {}
    for change in done:
        if isinstance(change, Positional):
            theirs.setdefault((change.object, change.name), []).append(change)
    if not theirs:
        return list(actions)
    return [_rebase_one(action, theirs) for action in actions]


def _rebase_one(action: tuple[Change, ...], theirs: dict[Key, list[Change]]) -> tuple[Change, ...]:
    moved: list[Change] = []
    for change in action:
        if isinstance(change, Set):
            theirs.pop((change.object, change.name), None)
        if isinstance(change, Positional) and (change.object, change.name) in theirs:
            key = (change.object, change.name)
            mine, theirs[key] = transform_sequences([change], theirs[key])
            moved += mine
        else:
            moved.append(change)
    return tuple(moved)


def place_edits(changes: Iterable[Change]) -> list[Change]:
    """The edits by position among changes."""
    return [change for change in changes if isinstance(change, Positional)]


def place_inverse(changes: Sequence[Change]) -> list[Change]:
    """What takes edits by position back, as far as places go: what was deleted comes back as something of that length."""
    inverse: list[Change] = []
    for change in reversed(changes):
        match change:
            case InsertText(object, name, position, text):
                inverse.append(DeleteText(object, name, position, utf16_length(text)))
            case DeleteText(object, name, position, length):
                inverse.append(InsertText(object, name, position, "?" * length))
            case Insert(object, name, index, _):
                inverse.append(Pop(object, name, index))
            case Pop(object, name, index):
                inverse.append(Insert(object, name, index, None))
            case Move(object, name, index, to):
                inverse.append(Move(object, name, to, index))
    return inverse

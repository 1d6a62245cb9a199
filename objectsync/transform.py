"""Operational transformation: moving a change past changes that were made at the same time (docs/architecture.md, "Undo" and "Text").

Pure functions on changes of ONE attribute. `transform(a, b)` is what `a` must become after `b` was applied: a list, because a deletion
may split around a concurrent insertion (which survives) or vanish. Where two insertions meet at one position, `a_first` decides which
stands first; where two move or replace one item, the one that is not first is the later one and decides.
Changes without positions pass unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

from .changes import Change, DeleteText, Insert, InsertText, Move, Pop, Replace
from .values import utf16_length


def transform(a: Change, b: Change, a_first: bool = False) -> list[Change]:
    """`a` moved past `b`."""
    if isinstance(a, (InsertText, DeleteText)) and isinstance(b, (InsertText, DeleteText)):
        return _transform_text(a, b, a_first)
    if isinstance(a, (Insert, Pop, Move, Replace)) and isinstance(b, (Insert, Pop, Move)):
        return _transform_list(a, b, a_first)
    if isinstance(a, Replace) and isinstance(b, Replace) and a.index == b.index and a_first:
        return []  # the later of two replacements stays
    return [a]


def transform_sequences(a: Sequence[Change], b: Sequence[Change], a_first: bool = False) -> tuple[list[Change], list[Change]]:
    """Two concurrent sequences, each moved past the other: `(a past b, b past a)`.

    Iterative over `a`, so that a long history costs no stack.
    """
    past: list[Change] = []
    others = list(b)
    for change in a:
        moved, others = _one_past_many(change, others, a_first)
        past += moved
    return past, others


def _one_past_many(change: Change, others: Sequence[Change], first: bool) -> tuple[list[Change], list[Change]]:
    current = [change]
    moved_others: list[Change] = []
    for other in others:
        if len(current) == 1:
            step = transform(current[0], other, first)
            moved_others += transform(other, current[0], not first)
            current = step
        elif current:
            current, moved = transform_sequences(current, [other], first)
            moved_others += moved
        else:
            moved_others.append(other)
    return current, moved_others


def _transform_text(a: InsertText | DeleteText, b: InsertText | DeleteText, a_first: bool) -> list[Change]:
    if isinstance(b, InsertText):
        shift = utf16_length(b.text)
        if isinstance(a, InsertText):
            before = a.position < b.position or (a.position == b.position and a_first)
            return [a if before else InsertText(a.object, a.name, a.position + shift, a.text)]
        if b.position <= a.position:
            return [DeleteText(a.object, a.name, a.position + shift, a.length)]
        if b.position >= a.position + a.length:
            return [a]
        head = b.position - a.position
        return [
            DeleteText(a.object, a.name, a.position, head),
            # After the first half is gone, the rest begins right behind the inserted text.
            DeleteText(a.object, a.name, a.position + shift, a.length - head),
        ]
    end = b.position + b.length
    if isinstance(a, InsertText):
        if a.position <= b.position:
            return [a]
        return [InsertText(a.object, a.name, max(b.position, a.position - b.length), a.text)]
    overlap = max(0, min(a.position + a.length, end) - max(a.position, b.position))
    if overlap == a.length:
        return []
    position = a.position if a.position < b.position else max(b.position, a.position - b.length)
    return [DeleteText(a.object, a.name, position, a.length - overlap)]


def _follow(index: int, b: Insert | Pop | Move) -> int | None:
    """Where the item that was at `index` is after `b`; None when `b` took it."""
    if isinstance(b, Insert):
        return index + 1 if b.index <= index else index
    if index == b.index:
        return b.to if isinstance(b, Move) else None
    if b.index < index:
        index -= 1
    if isinstance(b, Move) and b.to <= index:
        index += 1
    return index


def _gap(index: int, b: Insert | Pop | Move, first: bool) -> int:
    """Where the gap before the item that was at `index` is after `b`."""
    if isinstance(b, Insert):
        return index if index < b.index or (index == b.index and first) else index + 1
    if b.index < index:
        index -= 1
    if isinstance(b, Move) and (b.to < index or (b.to == index and not first)):
        index += 1
    return index


def _transform_list(a: Insert | Pop | Move | Replace, b: Insert | Pop | Move, a_first: bool) -> list[Change]:
    if isinstance(b, Move) and b.index == b.to:
        return [a]
    if isinstance(a, Move) and a.index == a.to:
        return []  # it moved nothing, and still does
    if isinstance(a, Insert):
        return [Insert(a.object, a.name, _gap(a.index, b, a_first), a.item)]
    index = _follow(a.index, b)
    if index is None:
        return []
    if isinstance(a, Pop):
        return [Pop(a.object, a.name, index)]
    if isinstance(a, Replace):
        return [Replace(a.object, a.name, index, a.item)]
    if isinstance(b, Move) and b.index == a.index and a_first:
        return []
    # A move's target counts without the item itself: put it back, follow the gap, take it out again.
    target = a.to if a.to <= a.index else a.to + 1
    target = _gap(target, b, a_first)
    return [Move(a.object, a.name, index, target if target <= index else target - 1)]

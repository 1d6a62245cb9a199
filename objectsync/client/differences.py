"""Differences: the edits that lead from one value to another. What both have in common stays; what lies between goes and comes.

What they share by chance is not taken for the same: a piece has to be three long, or stand at an end of both. Of values that are too
large to compare piece by piece, only the equal ends stay.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from ..changes import Change, DeleteText, Insert, InsertText, Pop
from ..values import to_utf16, utf16_length, value_key

SHARED = 3
COMPARED = 250_000
"""Characters times characters: a few milliseconds are spent on finding what is shared, not a second."""


class Gap(NamedTuple):
    """What was from `start` to `end`, and is from `new_start` to `new_end` now."""

    start: int
    end: int
    new_start: int
    new_end: int


def text_edits(object: str, name: str, old: str, new: str) -> list[Change]:
    """Deletions and insertions, from behind, so that places before them are still those of the old text."""
    edits: list[Change] = []
    for gap in reversed(_gaps(old, new)):
        position = to_utf16(old, gap.start)
        if gap.end > gap.start:
            edits.append(DeleteText(object, name, position, utf16_length(old[gap.start : gap.end])))
        if gap.new_end > gap.new_start:
            edits.append(InsertText(object, name, position, new[gap.new_start : gap.new_end]))
    return edits


def list_edits(object: str, name: str, old: list[Any], new: list[Any]) -> list[Change]:
    """Removals and insertions, from behind."""
    edits: list[Change] = []
    for gap in reversed(_gaps([value_key(item) for item in old], [value_key(item) for item in new])):
        edits += [Pop(object, name, index) for index in range(gap.end - 1, gap.start - 1, -1)]
        edits += [Insert(object, name, gap.start + at, item) for at, item in enumerate(new[gap.new_start : gap.new_end])]
    return edits


def value_edits(object: str, name: str, old: Any, new: Any) -> list[Change]:
    """What an undecided edit has to be moved past when one value took the place of the other: of texts and lists; of other values nothing
    is edited by position. An item in whose place another stands was replaced, which moves nothing: so will the server see it, where that
    is what happened; where it is not, its answer says what it made of the edit."""
    if type(old) is str and type(new) is str:
        return text_edits(object, name, old, new)
    if type(old) is list and type(new) is list:
        return _moving_edits(object, name, old, new)
    return []


def _moving_edits(object: str, name: str, old: list[Any], new: list[Any]) -> list[Change]:
    edits: list[Change] = []
    for gap in reversed(_gaps([value_key(item) for item in old], [value_key(item) for item in new])):
        replaced = min(gap.end - gap.start, gap.new_end - gap.new_start)
        edits += [Pop(object, name, index) for index in range(gap.end - 1, gap.start + replaced - 1, -1)]
        edits += [Insert(object, name, gap.start + at, new[gap.new_start + at]) for at in range(replaced, gap.new_end - gap.new_start)]
    return edits


def _gaps(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Gap]:
    """The pieces that are not shared, in order."""
    if old == new:
        return []
    gaps: list[Gap] = []
    at, new_at = 0, 0
    for start, new_start, size in _shared(old, new):
        if start > at or new_start > new_at:
            gaps.append(Gap(at, start, new_at, new_start))
        at, new_at = start + size, new_start + size
    return gaps


def _shared(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int, int]]:
    """The pieces that are shared, in order, and an empty one at the end: where in the old, where in the new, how long."""
    end = (len(old), len(new), 0)
    if len(old) * len(new) > COMPARED:
        start, tail = _equal_ends(old, new)
        return [(0, 0, start), (len(old) - tail, len(new) - tail, tail), end]
    return [
        (a, b, size)
        for a, b, size in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
        if size == 0 or size >= SHARED or (a == 0 and b == 0) or (a + size == len(old) and b + size == len(new))
    ]


def _equal_ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    tail = 0
    while tail < shorter - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return start, tail

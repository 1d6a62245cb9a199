"""Differences: the edits that lead from one value to another. Equal ends stay; what lies between goes and comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..changes import Change, DeleteText, Insert, InsertText, Pop
from ..values import same_value, to_utf16, utf16_length


def text_edits(object: str, name: str, old: str, new: str) -> list[Change]:
    """At most one deletion and one insertion."""
    start, tail = _equal_ends(old, new, lambda a, b: bool(a == b))
    position = to_utf16(old, start)
    gone, came = old[start : len(old) - tail], new[start : len(new) - tail]
    edits: list[Change] = []
    if gone:
        edits.append(DeleteText(object, name, position, utf16_length(gone)))
    if came:
        edits.append(InsertText(object, name, position, came))
    return edits


def list_edits(object: str, name: str, old: list[Any], new: list[Any]) -> list[Change]:
    """Removals from behind, then insertions."""
    start, tail = _equal_ends(old, new, same_value)
    gone: list[Change] = [Pop(object, name, index) for index in range(len(old) - tail - 1, start - 1, -1)]
    return gone + [Insert(object, name, index, new[index]) for index in range(start, len(new) - tail)]


def value_edits(object: str, name: str, old: Any, new: Any) -> list[Change]:
    """Of texts and lists; of other values nothing is edited by position."""
    if type(old) is str and type(new) is str:
        return text_edits(object, name, old, new)
    if type(old) is list and type(new) is list:
        return list_edits(object, name, old, new)
    return []


def _equal_ends(old: Sequence[Any], new: Sequence[Any], same: Callable[[Any, Any], bool]) -> tuple[int, int]:
    shorter = min(len(old), len(new))
    start = 0
    while start < shorter and same(old[start], new[start]):
        start += 1
    tail = 0
    while tail < shorter - start and same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    return start, tail

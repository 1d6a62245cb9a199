"""Where objects are in the tree, seen from each other: what is above one or several, and in which order they go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .changes import Change, Destroy, Place, Set
from .snapshot import Restore

if TYPE_CHECKING:
    from .sobject import SObject

_LAST = 8
"""Of so many siblings at the end, each is looked at before all are searched."""


def scope_of(inverses: Sequence[Change], objects: Mapping[str, SObject]) -> str | None:
    """The id of the lowest object that holds everything that these touch; None where that can only be the root."""
    common: SObject | None = None
    for inverse in inverses:
        touched = objects.get(inverse.object)
        if type(inverse) is Set:
            pass  # as most are
        elif type(inverse) is Destroy:
            touched = touched._os_parent if touched is not None else None
        elif type(inverse) is Restore:
            touched = objects.get(inverse.parent)
        elif type(inverse) is Place:
            touched = _meet(touched._os_parent if touched is not None else None, objects.get(inverse.parent))
        # Most are below what they have in common so far (benchmarks/dom, "update").
        above = touched
        while above is not None and above is not common:
            above = above._os_parent
        if above is None:
            common = _meet(common, touched)
    return None if common is None else common._os_id


def _meet(a: SObject | None, b: SObject | None) -> SObject | None:
    if a is None or b is None:
        return b if a is None else a
    return lowest_common_ancestor(a, b)


def lowest_common_ancestor(a: SObject, b: SObject) -> SObject:
    """The lowest object that is both or above both."""
    while a is not b:
        if a._os_depth >= b._os_depth:
            assert a._os_parent is not None
            a = a._os_parent
        else:
            assert b._os_parent is not None
            b = b._os_parent
    return a


def path_to(sobject: SObject | None) -> list[SObject]:
    """An object and those above it, the root first."""
    path: list[SObject] = []
    while sobject is not None:
        path.append(sobject)
        sobject = sobject._os_parent
    path.reverse()
    return path


def place_of(sobject: SObject, siblings: Sequence[SObject], near: int = 0) -> int:
    """Where an object is among its siblings: that very object, whatever its class calls equal.

    At `near` and among the last it is looked for first: of a thousand new children moved one by one, the next is where the one before was.

    Raises:
        ValueError: it is not among them.
    """
    length = len(siblings)
    if near < length and siblings[near] is sobject:
        return near
    for index in range(length - 1, max(length - _LAST, 0) - 1, -1):
        if siblings[index] is sobject:
            return index
    index = siblings.index(sobject)
    while siblings[index] is not sobject:
        index = siblings.index(sobject, index + 1)
    return index


def children_first(top: SObject) -> list[SObject]:
    """An object and all below it, children first, siblings in order."""
    order: list[SObject] = []
    stack = [top]
    while stack:
        sobject = stack.pop()
        order.append(sobject)
        if sobject._os_children:
            stack.extend(sobject._os_children)
    order.reverse()
    return order

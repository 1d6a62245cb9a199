"""What becomes of undecided changes when a snapshot takes the place of the state that they were made on.

Rules: an object is the same if its id and type are; what was to be done to one that is gone is refused, before its id can mean another.
An edit by position is moved past the difference between the two states, as past any other edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from ..changes import Change, Create, Define, Place
from ..errors import LocalError
from ..values import copy_value
from .differences import value_edits
from .rebase import Key, edited_places
from .tree import ClientTree


class Footing:
    """How a tree was, as far as undecided changes rest on it."""

    def __init__(self, tree: ClientTree, actions: Iterable[Sequence[Change]]) -> None:
        self._types: dict[str, str | None] = {}
        self._values: dict[Key, Any] = {}
        for changes in actions:
            for id in references(changes):
                self._types[id] = _type_of(tree, id)
            for key in edited_places(changes):
                self._values[key] = value_of(tree, key)

    def missing(self, changes: Sequence[Change], tree: ClientTree, born: set[str]) -> str | None:
        """An object that the changes need and that is gone, or another one now. `born` are those that earlier ones create."""
        own = born | {change.object for change in changes if isinstance(change, Create)}
        for id in references(changes):
            was = self._types.get(id)
            if id not in own and (was is None or _type_of(tree, id) != was):
                return repr(id) if was is None else f"{was}({id})"
        return None

    def edits(self, tree: ClientTree) -> list[Change]:
        """The edits by position that lead from the values then to those now."""
        return [edit for key, before in self._values.items() for edit in value_edits(*key, before, value_of(tree, key))]


def references(changes: Iterable[Change]) -> list[str]:
    """The objects that must exist for changes."""
    needed: list[str] = []
    for change in changes:
        if isinstance(change, (Create, Place)) and change.parent is not None:
            needed.append(change.parent)
        if not isinstance(change, (Create, Define)):
            needed.append(change.object)
    return needed


def renamed(change: Change, former: str, now: str, born: set[str]) -> Change:
    """A change with the ids of the objects that undecided changes create those of another session."""

    def rename(id: str) -> str:
        return f"{now}.{id.removeprefix(f'{former}.')}" if id in born else id

    fields = [getattr(change, field) for field in change.__struct_fields__]
    fields[0] = rename(fields[0])
    if isinstance(change, (Create, Place)) and change.parent is not None:
        fields[change.__struct_fields__.index("parent")] = rename(change.parent)
    return type(change)(*fields)


def value_of(tree: ClientTree, key: Key) -> Any:
    """A copy of what an attribute holds; None where there is none."""
    with suppress(LocalError):
        return copy_value(tree.get(key[0]).attribute(key[1])._raw())
    return None


def _type_of(tree: ClientTree, id: str) -> str | None:
    sobject = tree.objects.get(id)
    return None if sobject is None else sobject.type_name

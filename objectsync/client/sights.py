"""What those attributes held that undecided edits by position are about, when they went out of this client's sight.

Rules: objects of a partial view come and go. What comes back may have been edited meanwhile, and undecided edits are moved past the
difference; while it is away, nobody can tell what their positions mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..changes import Change
from .batch import Batch
from .carry import value_of
from .differences import value_edits
from .rebase import Key, edited_places
from .tree import ClientTree


class Sights:
    """What is away, and what it held."""

    def __init__(self, tree: ClientTree) -> None:
        self._tree = tree
        self._left: dict[Key, Any] = {}

    def clear(self) -> None:
        """Nothing is away any more."""
        self._left = {}

    def is_away(self, changes: Iterable[Change]) -> bool:
        """Whether what these changes edit by position is away."""
        return any(key in self._left for key in edited_places(changes))

    def apply(self, change: Change, watched: set[Key], batch: Batch) -> list[Change]:
        """Apply a change of shape, what is undecided having been taken back; it edits what is `watched`. Returns how what the change brings
        back was edited while it was away."""
        before = {key: value_of(self._tree, key) for key in watched}
        self._tree.apply(change, batch)
        edits: list[Change] = []
        for key, former in before.items():
            now = value_of(self._tree, key)
            if now is None and former is not None:
                self._left[key] = former
            elif now is not None and former is None and key in self._left:
                edits += value_edits(*key, self._left.pop(key), now)
        self._left = {key: value for key, value in self._left.items() if key in watched}
        return edits

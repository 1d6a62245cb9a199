"""Changes on top of what is confirmed: applied in their order, taken back in the reverse one, moved past what comes below them.

Rules: a layer fits as a whole or is not shown. Moving it rewrites its edits by position and nothing else. Emissions are no state: they are
sent with a layer and never applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..changes import Change, Emit
from ..errors import LocalError
from .answers import Action
from .batch import Batch
from .gestures import Gesture
from .rebase import rebase
from .tree import ClientTree, TakeBack


class Layer:
    """Changes that are shown on top of what is confirmed."""

    def __init__(self, changes: tuple[Change, ...], undo: list[TakeBack] | None) -> None:
        self.changes = changes
        """As they are to be replayed now; places in texts and lists move as others' edits come in."""
        self.undo = undo
        """What takes them back; None while they do not fit and are not shown."""


class PendingAction(Layer):
    """An action that the server has not decided."""

    def __init__(
        self, cseq: int, changes: tuple[Change, ...], undo: list[TakeBack] | None, action: Action, gesture: Gesture | None = None
    ) -> None:
        super().__init__(changes, undo)
        self.cseq = cseq
        self.gesture = gesture
        self.action = action
        self.sent: tuple[Change, ...] | None = None
        """As it was sent on this connection."""
        self.was_sent = False
        """Whether it was ever sent."""


def move(layers: Sequence[Layer], edits: list[Change]) -> None:
    """Move layers past edits that happened below them."""
    if not layers or not edits:
        return
    for layer, changes in zip(layers, rebase([layer.changes for layer in layers], edits), strict=True):
        if changes != layer.changes:
            layer.changes = changes


def take_back(layers: Sequence[Layer], batch: Batch) -> None:
    """Show the tree without them."""
    for layer in reversed(layers):
        for undo in reversed(layer.undo or ()):
            undo(batch)
        layer.undo = None


def replay(layers: Iterable[Layer], tree: ClientTree, batch: Batch) -> None:
    """Show them again, each where it fits."""
    for layer in layers:
        layer.undo = apply_all(layer.changes, tree, batch)[0]


def apply_all(changes: Iterable[Change], tree: ClientTree, batch: Batch) -> tuple[list[TakeBack] | None, LocalError | None]:
    """Apply all of the changes, or none. Returns what takes them back, or why they do not fit."""
    undo: list[TakeBack] = []
    try:
        for change in state(changes):
            step = tree.apply(change, batch)
            if step is not None:
                undo.append(step)
    except LocalError as error:
        for step in reversed(undo):
            step(batch)
        return None, error
    return undo, None


def state(changes: Iterable[Change]) -> list[Change]:
    """Those that are more than an emission."""
    return [change for change in changes if not isinstance(change, Emit)]

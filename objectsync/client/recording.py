"""What is done locally becomes one action, or a preview: `record()` and `pretend()`.

Rules: one recording at a time, under the tree's lock; an inner `record` is a part of the outer one. An exception takes back what was done
inside. What is recorded is shown already, and remembered with what takes it back.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..changes import Change
from ..errors import LocalError
from .answers import Action
from .batch import Batch
from .layers import Layer
from .tree import TakeBack

if TYPE_CHECKING:
    from .prediction import Prediction


class Recording:
    """What has been changed since the outermost `record` or `pretend` began."""

    def __init__(self) -> None:
        self.batch = Batch()
        self.changes: list[Change] = []
        self.undo: list[TakeBack] = []
        self.action = Action()

    def roll_back(self, changes: int, undo: int) -> None:
        """Take back all but the first ones."""
        self.batch.go_net()
        while len(self.undo) > undo:
            self.undo.pop()(self.batch)
        del self.changes[changes:]


class Record:
    """The context manager of `record()`: what happens inside is one action. An exception takes it back."""

    def __init__(self, prediction: Prediction, finish: Callable[[Recording, bool], None]) -> None:
        self._prediction = prediction
        self._finish = finish

    def __enter__(self) -> Action:
        prediction = self._prediction
        prediction.tree.lock.acquire()
        current = prediction.recording
        self._outer = current is None
        if current is None:
            try:
                prediction.owner.require_open()
            except BaseException:
                prediction.tree.lock.release()
                raise
            current = prediction.recording = Recording()
        self._mark = (len(current.changes), len(current.undo))
        return current.action

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        prediction = self._prediction
        recording = prediction.recording
        assert recording is not None  # begun in __enter__
        try:
            if error is not None:
                recording.roll_back(*self._mark)
            if self._outer:
                prediction.recording = None
                self._finish(recording, error is not None)
        finally:
            prediction.tree.lock.release()
            if self._outer:
                prediction.owner.recorded()


class Preview(Layer):
    """What `pretend()` gives: changes that are shown here only, until they are dropped or made an action. Use it with `with`, once."""

    def __init__(self, prediction: Prediction) -> None:
        super().__init__((), [])
        self._prediction = prediction
        self._record: Record | None = Record(prediction, self._recorded)

    def __enter__(self) -> Self:
        if self._prediction.recording is not None:
            raise LocalError("pretend() begins something of its own: call it outside record() and other previews")
        if self._record is None:
            raise LocalError("this preview is over; call pretend() again")
        self._record.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        record, self._record = self._record, None
        assert record is not None  # entered
        record.__exit__(kind, error, trace)

    @property
    def is_shown(self) -> bool:
        """Whether it is to be seen: false when it was dropped or committed, and while it does not fit what others did."""
        return self in self._prediction.previews and self.undo is not None

    def drop(self) -> None:
        """Take it back. Does nothing when it is over already."""
        self._prediction.end_preview(self, commit=False)

    def commit(self) -> Action:
        """Make it an action: from now on it is everyone's.

        Raises:
            LocalError: it was dropped or committed before.
        """
        action = self._prediction.end_preview(self, commit=True)
        if action is None:
            raise LocalError("this preview is over; there is nothing to commit")
        return action

    def _recorded(self, recording: Recording, failed: bool) -> None:
        if recording.changes:
            self.changes, self.undo = tuple(recording.changes), recording.undo
            self._prediction.previews.append(self)
        recording.batch.tell(self._prediction.owner.report)

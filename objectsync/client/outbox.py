"""What this client has to say, and when each of its actions and calls leaves.

Rules: edits by position in one text or list go one action at a time: the server moves an edit past what others did since its `base`, and
could not do that right across an action of this client that it had decided in between. A call follows the actions that were made before
it. What would join a gesture's newest action waits for it (gestures.py), and what the server does not take now for when it does.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from ..frames import Frame, encode_action, encode_message
from .calls import Calls
from .connection import Connection
from .prediction import Prediction
from .rebase import Key, edited_places, written_places


class Outbox:
    """Frames to send, in order."""

    def __init__(self, prediction: Prediction, calls: Calls) -> None:
        self._prediction = prediction
        self._calls = calls
        self._frames: deque[Frame] = deque()
        self._last_sent = 0
        self.limit_bytes = 1024 * 1024
        """What the server takes in one message."""

    def put(self, message: Any) -> None:
        """Say this, behind what waits."""
        self._frames.append(encode_message(message))

    def take(self) -> list[Frame]:
        """The frames that wait; they are given out once."""
        frames = list(self._frames)
        self._frames.clear()
        return frames

    def clear(self) -> None:
        """Nothing waits any more: the connection it was for is gone."""
        self._frames.clear()

    def begin(self, cseq: int) -> None:
        """The server has decided the actions up to here, and has none after them."""
        self._last_sent = cseq

    def pump(self, connection: Connection, base: int, now: float) -> None:
        """Queue what may go; `base` is the `seq` that this client is at."""
        connection.held_until = None
        under_way: set[Key] = set()
        for pending in list(self._prediction.pending):
            if pending.sent is None:
                if edited_places(pending.changes) & under_way:
                    break
                if self._prediction.is_adrift(pending):
                    self._prediction.give_up(pending, "unknown_object", "what it edits went out of sight before it could be sent")
                    self.pump(connection, base, now)
                    return
                self._put_calls(pending.cseq - 1, connection, now)
                gesture = pending.gesture
                wait = 0.0 if gesture is None or pending is not self._prediction.pending[-1] else gesture.wait(now)
                if wait:
                    connection.held_until = now + wait
                    break
                frame = encode_action(pending.cseq, base, pending.changes, gesture.number if gesture else 0)
                if len(frame.data) > self.limit_bytes:
                    why = f"an action of {len(frame.data)} bytes; the server takes {self.limit_bytes} in one message"
                    self._prediction.give_up(pending, "limit", why)
                    self.pump(connection, base, now)
                    return
                if connection.must_wait(now):
                    return
                pending.sent = pending.changes
                pending.was_sent = True
                if gesture is not None:
                    gesture.sent_at = now
                self._last_sent = pending.cseq
                self._frames.append(frame)
            under_way |= written_places(pending.changes)
        self._put_calls(self._last_sent, connection, now)

    def _put_calls(self, cseq: int, connection: Connection, now: float) -> None:
        self._calls.send(cseq, self.put, lambda: connection.must_wait(now))

"""What was given to a client and not yet acknowledged by it: how much, and since when."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


class Window:
    """The frames under way to one client. Seconds are handed in."""

    __slots__ = ("_sizes", "acknowledged", "bytes", "progress_at")

    def __init__(self, now: float) -> None:
        self._sizes: deque[int] = deque()
        self.bytes = 0
        """How much is under way."""
        self.acknowledged = 0
        """How many frames the client has acknowledged, of all that it was ever given."""
        self.progress_at = now
        """When it last acknowledged one, or was given the first after a pause."""

    def __len__(self) -> int:
        return len(self._sizes)

    def give(self, size: int, now: float) -> None:
        """A frame is given."""
        if not self._sizes:
            self.progress_at = now
        self._sizes.append(size)
        self.bytes += size

    def take_over(self, sizes: Sequence[int], since: float) -> None:
        """These were given as to others, the first one then, and are its own from now on."""
        if sizes and not self._sizes:
            self.progress_at = max(self.progress_at, since)
        self._sizes.extend(sizes)
        self.bytes += sum(sizes)

    def acknowledge(self, frames: int, now: float) -> int:
        """The client has got so many since it began; returns how many of these are not among those here, but given as to others."""
        new = frames - self.acknowledged
        own = min(new, len(self._sizes))
        for _ in range(own):
            self.bytes -= self._sizes.popleft()
        self.acknowledged = frames
        self.progress_at = now
        return new - own

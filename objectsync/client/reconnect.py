"""How long to wait: before the next connection, and between two messages.

0.25 s, doubling to 10 s, each with random jitter, so that a thousand clients of a restarted server do not come back at once. A connection
that stayed live for 5 s starts the row anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable

FIRST = 0.25
LONGEST = 10.0
STABLE = 5.0


class Backoff:
    """The waits between connections; `random()` answers with a number from 0 to below 1."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0

    def next(self, live_for: float) -> float:
        """The seconds to wait after a connection that was live for so long (0: never)."""
        if live_for >= STABLE:
            self._failures = 0
        longest = min(LONGEST, FIRST * 2 ** min(self._failures, 10))
        self._failures += 1
        return float(longest * (0.5 + self._random() / 2))


SPARE = 0.9


class Pace:
    """How fast to send, so that a server that counts does not take it for a flood: its own rule, with a tenth to spare."""

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second * SPARE
        self._burst = self._left = max(1.0, burst * SPARE)
        self._at = now

    def take(self, now: float) -> float:
        """Take one, if there is one: 0, or the seconds until there is."""
        if self._burst == math.inf:
            return 0.0
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return min(LONGEST, (1 - self._left) / self._per_second) if self._per_second else LONGEST
        self._left -= 1
        return 0.0

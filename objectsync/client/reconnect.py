"""How long to wait before the next connection.

0.25 s, doubling to 10 s, each with random jitter, so that a thousand clients of a restarted server do not come back at once. A connection
that stayed live for 5 s starts the row anew.
"""

from __future__ import annotations

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

"""How often a client may act."""

from __future__ import annotations


class Rate:
    """A token bucket: `per_second` in the long run, `burst` at once. Seconds are handed in."""

    __slots__ = ("_at", "_burst", "_left", "_per_second")

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._left = self._burst
        self._at = now

    def spend(self, now: float) -> bool:
        """Act once; False where it is too often."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

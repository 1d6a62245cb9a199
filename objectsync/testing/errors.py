"""What a test is told that looks for what is not there, or does what no person could."""

from __future__ import annotations


class NotThere(AssertionError):
    """A page does not show what a test looked for, or not in the way that it was looked for."""


__all__ = ["NotThere"]

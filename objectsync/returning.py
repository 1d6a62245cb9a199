"""Memory back: at once, from objects that are gone; and to the system, where the C library would keep it.

Python's own blocks go back by the megabyte, as soon as nothing is in them. What is larger than half a kilobyte (texts, bytes, the insides
of lists and dicts) comes from the C library, and glibc gives back only what is at the end, for each thread: one small text behind them
keeps megabytes. It can be asked to give back the rest, which takes some milliseconds; other libraries of servers do so, too. Where it is
another C library there is nothing to ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .sobject import SObject


def let_go(destroyed: Iterable[SObject]) -> None:
    """Break the reference cycles of objects that are gone for good, so that their memory returns at once."""
    for sobject in destroyed:
        sobject._os_children = sobject._os_parent = None
        topics = sobject._os_topics
        if topics:
            sobject._os_topics = None
            for topic in topics.values():
                topic._owner_gone()


def return_memory() -> None:
    """Give what is free back to the system. For a quiet moment, after much has gone."""
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    try:
        import ctypes

        return ctypes.CDLL(None).malloc_trim
    except (ImportError, OSError, AttributeError, TypeError):
        return lambda keep: None

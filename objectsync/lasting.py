"""What a program has made before its server runs is there to stay: the garbage collector need not look at it again and again.

A full collection looks at every list, dict and object of the process. Most of these are modules, classes and functions: looking at them
took 12 ms, in the middle of a handler that made a thousand rows (`benchmarks.dom`, "append"). Objects in no cycle go at once, as ever;
those in one wait until the server has stopped.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """Meanwhile, full collections pass over what is there now. (Where a program has frozen its objects itself, nothing happens.)"""
    if gc.get_freeze_count():
        yield
        return
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

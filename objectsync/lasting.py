"""What a program has made before its server runs is there to stay: the garbage collector need not look at it again and again.

A full collection looks at every list, dict and object of the process. Most of these are modules, classes and functions: looking at them
took 12 ms, in the middle of a handler that made a thousand rows (`benchmarks.dom`, "append"). Objects in no cycle go at once, as ever;
those in one wait until the server has stopped.

And what a handler makes is rarely in a cycle, nor gone after 700 objects more, which is when Python looks by itself: a sixth of the time
that ten thousand rows took went into looking, three times each, at rows that all stay ("create10000").
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 50_000
"""New objects after which the collector looks at them: some milliseconds for each 4,000 rows, say, that are there more than before. Where
as many go as come, it does not look. (By 10,000 it fell on every table of a thousand rows.)"""


@contextmanager
def lasting() -> Iterator[None]:
    """Meanwhile, full collections pass over what is there now, and young ones are rarer. (Where a program has frozen its objects itself,
    it is a program that knows better, and nothing happens.)"""
    if gc.get_freeze_count():
        yield
        return
    thresholds = gc.get_threshold()
    if 0 < thresholds[0] < YOUNG:
        gc.set_threshold(YOUNG, *thresholds[1:])
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)

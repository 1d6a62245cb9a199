"""What a program has made before its server runs is there to stay: the garbage collector need not look at it again and again.

A full collection looks at every list, dict and object of the process. Most of these are modules, classes and functions: looking at them
took 12 ms, in the middle of a handler that made a thousand rows (`benchmarks.dom`, "append"). Objects in no cycle go at once, as ever;
those in one wait until the server has stopped.

And what a handler makes is rarely in a cycle, nor gone after 700 objects more, which is when Python looks by itself: a sixth of the time
that ten thousand rows took went into looking, three times each, at rows that all stay ("create10000"). Looking once still took a
seventeenth, so that is done by the clock (`tidy`).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 200_000
"""New objects after which the collector looks at them in the middle of what makes them: some 10 ms. Where as many go as come, it
does not look. (Ten thousand rows of five elements are 120,000.)"""
WORTH = 5_000
"""New objects that are worth a look when nobody waits: some tenths of a millisecond."""

_is_on = False


def tidy() -> None:
    """Have the collector look at what is new, if that is much. Called once a second or so, while nobody waits. Only while a server runs.

    Full collections stay with Python, which weighs whether one is worth its time: once one is due, this does nothing until it has been.
    """
    new, young, old = gc.get_count()
    if not _is_on or new < WORTH or not gc.isenabled():
        return
    most_new, most_young, most_old = gc.get_threshold()
    if most_new > 0 and old <= most_old:
        gc.collect(1 if young > most_young else 0)


@contextmanager
def lasting() -> Iterator[None]:
    """Meanwhile, full collections pass over what is there now, and young ones are rarer. (Where a program has frozen its objects itself,
    it is a program that knows better, and nothing happens.)"""
    if gc.get_freeze_count():
        yield
        return
    global _is_on
    thresholds = gc.get_threshold()
    if 0 < thresholds[0] < YOUNG:
        gc.set_threshold(YOUNG, *thresholds[1:])
    gc.collect()
    gc.freeze()
    _is_on = True
    try:
        yield
    finally:
        _is_on = False
        gc.unfreeze()
        gc.set_threshold(*thresholds)

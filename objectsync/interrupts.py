"""Ctrl-C and SIGTERM: the first one stops all the servers that are served in the main thread.

Whoever handled them before does so again from then on (a second Ctrl-C ends the program as ever), or when the last of the servers has
ended.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

_stops: list[Callable[[], None]] = []
_before: dict[int, Any] = {}


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Inside, where this is the main thread, `stop()` is called on SIGINT and SIGTERM, between any two steps of this thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _stops.append(stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        if number not in _before:
            _before[number] = signal.signal(number, _stop_all)
    try:
        yield
    finally:
        _stops.remove(stop)
        if not _stops:
            _put_back()


def _stop_all(*_: object) -> None:
    _put_back()
    for stop in _stops:
        stop()


def _put_back() -> None:
    while _before:
        number, handler = _before.popitem()
        if signal.getsignal(number) is _stop_all:  # else somebody has taken it meanwhile
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

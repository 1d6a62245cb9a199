"""When the kernel's server looks for objects that nobody refers to (objectsync.collector).

Rules: on the main thread, soon after a cell has ended, an output has gone or a handler has run, and between cells, never inside one that
blocks. It takes as long as Python's own full garbage collection, so the next one waits fifty times that long: a fiftieth of the time at
most, however large the kernel is. While the server is `start()`ed, browsers see everything at the top of the tree, so everything is in use.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from objectsync.collector import collect
from objectsync.server import Server

SOON: Final = 0.05
"""Seconds after a cell's end: its reply goes first, and the next cell of several."""
LATER: Final = 5.0
"""Seconds after a handler: people who click are not to meet it often."""
REST: Final = 50
"""How many times as long as it took it rests."""


class Collecting:
    """Collects when there is reason to, and not too often."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop | None) -> None:
        self._server = server
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._rested_at = 0.0
        self._closed = False

    def close(self) -> None:
        """Collect no more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def wanted(self, within: float = SOON) -> None:
        """Something may be unused now. From any thread."""
        if self._loop is None:  # IPython in a terminal: between two inputs
            if time.monotonic() >= self._rested_at:
                self._collect()
        elif not self._loop.is_closed() and self._server.loose:
            self._loop.call_soon_threadsafe(self._plan, within)

    def _plan(self, within: float) -> None:
        assert self._loop is not None
        at = self._loop.time() + max(within, self._rested_at - time.monotonic())
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        if not self._closed:
            self._timer = self._loop.call_at(at, self._collect)

    def _collect(self) -> None:
        self._timer = None
        if self._closed or self._server.serving:
            return
        begun = time.monotonic()
        collect(self._server)
        ended = time.monotonic()
        self._rested_at = ended + REST * (ended - begun)

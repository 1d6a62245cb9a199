"""Two websockets joined into one, as bytes: a page's at the Jupyter server, and the server's own to the kernel.

Rules: both handshakes are over, with the same subprotocol and no extensions, and nothing but opaque bytes passes from then on: a frame
that the page has masked is masked for the kernel as well, and the kernel's own are not. So pings, limits, fragments and the closing
handshake are between the page and the kernel. A side that does not read holds up the other; when one is gone, so is the other.

This is for pages whose socket cannot be the kernel's own (handover.py): encrypted ones, which only tornado's stream can read, and those on
machines other than Linux.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from tornado.iostream import IOStream, StreamClosedError

CHUNK: Final = 256 * 1024
"""Bytes handed on at once."""


async def splice(page: IOStream, kernel: asyncio.Transport, heard: Callable[[], None]) -> None:
    """Join them until one ends, and end the other. `heard()` runs when the page has said something.

    Nothing may have been read of what the kernel says after its handshake.
    """
    down = _Down(page, kernel)
    kernel.set_protocol(down)
    try:
        while True:
            data = await page.read_bytes(CHUNK, partial=True)
            kernel.write(data)
            heard()
            await down.writable.wait()
    except StreamClosedError:
        pass
    finally:
        kernel.close()  # after what it has not been given yet, which may be the page's goodbye


class _Down(asyncio.Protocol):
    """From the kernel to the page's stream. Not a task: what comes is written at once."""

    def __init__(self, page: IOStream, kernel: asyncio.Transport) -> None:
        self._page = page
        self._kernel = kernel
        self._written: asyncio.Future[None] | None = None
        self.writable = asyncio.Event()
        """Whether the kernel's side takes more."""
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        try:
            self._written = self._page.write(data)
        except StreamClosedError:
            self._kernel.abort()
            return
        if not self._written.done():
            self._kernel.pause_reading()
            self._written.add_done_callback(self._go_on)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.writable.set()
        if self._written is None or self._written.done():
            self._page.close()
        else:
            self._written.add_done_callback(lambda _: self._page.close())

    def _go_on(self, written: asyncio.Future[Any]) -> None:
        if written.exception() is None and not self._kernel.is_closing():
            self._kernel.resume_reading()


__all__ = ["splice"]

"""Two websockets joined into one, as bytes: a page's at the Jupyter server, and the server's own to the kernel.

Rules: both handshakes are over, with the same subprotocol and no extensions, and nothing but opaque bytes passes from then on: a frame
that the page has masked is masked for the kernel as well, and the kernel's own are not. So pings, limits, fragments and the closing
handshake are between the page and the kernel. A side that does not read holds up the other; when one is gone, so is the other.

A page's socket is taken from tornado, whose stream costs each click a tenth of a millisecond: a future and a turn of the loop. Where it is
encrypted, only the stream can read it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

CHUNK: Final = 256 * 1024
"""Bytes handed on at once."""


async def splice(page: IOStream, kernel: asyncio.Transport, heard: Callable[[], None]) -> None:
    """Join them until one ends, and end the other. `heard()` runs when the page has said something.

    Nothing may have been read of what the kernel says after its handshake.
    """
    if isinstance(page, SSLIOStream):
        await splice_stream(page, kernel, heard)
    else:
        await _splice_socket(page, kernel, heard)


async def _splice_socket(page: IOStream, kernel: asyncio.Transport, heard: Callable[[], None]) -> None:
    try:
        come = asyncio.ensure_future(page.read_bytes(CHUNK, partial=True))  # done at once with what the stream has read already, or never
    except StreamClosedError:
        kernel.close()
        return
    page.io_loop.remove_handler(page.fileno())
    up, down = _Side(kernel, heard), _Side(None)
    taken = page.socket.dup()
    taken.setblocking(False)
    down.other, _ = await asyncio.get_running_loop().connect_accepted_socket(lambda: up, taken)
    try:
        kernel.set_protocol(down)
        if come.done() and come.exception() is None:
            up.data_received(come.result())  # not before: the kernel may answer at once
        down.other.resume_reading()
        if kernel.is_closing():
            down.other.close()
        await up.ended
    finally:
        down.other.abort()
        kernel.close()  # after what it has not been given yet, which may be the page's goodbye
        page.close()


class _Side(asyncio.Protocol):
    """What comes from one side goes to the other."""

    def __init__(self, other: asyncio.Transport | None, heard: Callable[[], None] | None = None) -> None:
        self.other = other
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._heard = heard

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()  # until both are joined

    def data_received(self, data: bytes) -> None:
        assert self.other is not None
        self.other.write(data)
        if self._heard is not None:
            self._heard()

    def pause_writing(self) -> None:
        if self.other is not None and not self.other.is_closing():
            self.other.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and not self.other.is_closing():
            self.other.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.other is not None:
            self.other.close()
        self.ended.set_result(None)


async def splice_stream(page: IOStream, kernel: asyncio.Transport, heard: Callable[[], None]) -> None:
    """The same by tornado's own stream, whatever it is."""
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


__all__ = ["splice", "splice_stream"]

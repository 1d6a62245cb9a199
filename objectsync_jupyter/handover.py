"""A page's socket, handed over by the Jupyter server to the kernel: no process stands between the two any more.

Rules: where the machine can (Linux) and the page's connection is not encrypted. Both handshakes are over: the kernel goes on with the
page's socket where it was with the server's (`Socket.move`). The two find each other by an abstract Unix socket, whose name is in the
endpoint's file, and each makes sure that the other is the same user's; there is no file to be left behind. That socket stays open: over
it the server hears that the page is used, and when one of its ends is gone, so is the page's connection.

Each click is half a millisecond faster so, and does not wait while the Jupyter server is busy with other things.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import struct
import sys
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final
from weakref import WeakSet

from tornado.iostream import IOStream, SSLIOStream, StreamClosedError

from objectsync.transports.socket import Socket

logger = logging.getLogger("objectsync.jupyter")

CHUNK: Final = 256 * 1024
"""Bytes of the page that the server may have read before it hands over."""
ANSWER_WITHIN: Final = 2.0
"""Seconds for the kernel to take a page; its thread does it at once unless the machine is very busy."""
USED_EVERY: Final = 5.0
"""Seconds between two looks at whether a page is used. Jupyter ends kernels that are idle for minutes."""

_HEADER: Final = struct.Struct("!HI")
"""The port by which the kernel knows the server's connection, and how many bytes of the page follow."""
_TAKEN: Final = b"t"
_USED: Final = b"u"


def is_possible(page: IOStream) -> bool:
    """Whether this machine can hand over this page's socket."""
    return sys.platform == "linux" and not isinstance(page, SSLIOStream)


async def hand_over(page: IOStream, kernel: asyncio.Transport, name: str, heard: Callable[[], None]) -> bool:
    """Give a page's socket to the kernel that `kernel` is connected to, and stay until one of them ends. `heard()` runs now and then
    while the page is used. Returns False, with nothing done, where the kernel is not found by that name.

    Nothing may have been read of what the kernel says after its handshake.
    """
    control = await _find(name)
    if control is None:
        return False
    try:
        if await _give(page, kernel.get_extra_info("sockname")[1], control):
            page.close()  # only here: it lives on in the kernel
            while await asyncio.get_running_loop().sock_recv(control, 1):
                heard()
    except (OSError, TimeoutError, StreamClosedError):
        logger.debug("the kernel did not take the page", exc_info=True)
    finally:
        control.close()
        page.close()
        kernel.abort()
    return True


async def _find(name: str) -> socket.socket | None:
    with contextlib.ExitStack() as kept, contextlib.suppress(OSError):
        control = kept.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        control.setblocking(False)
        await asyncio.get_running_loop().sock_connect(control, f"\0{name}")
        if _is_ours(control):
            kept.pop_all()
            return control
    return None


async def _give(page: IOStream, port: int, control: socket.socket) -> bool:
    """Whether the kernel has taken it."""
    loop = asyncio.get_running_loop()
    come = asyncio.ensure_future(page.read_bytes(CHUNK, partial=True))  # done at once with what the stream has, or never
    if page.closed():
        return False
    page.io_loop.remove_handler(page.fileno())
    early = come.result() if come.done() else b""
    socket.send_fds(control, [_HEADER.pack(port, len(early))], [page.socket.fileno()])
    await loop.sock_sendall(control, early)
    async with asyncio.timeout(ANSWER_WITHIN):
        return await loop.sock_recv(control, 1) == _TAKEN


class Handover:
    """The kernel's end: takes pages, where `sockets()` are the connections of the Jupyter server."""

    def __init__(self, sockets: Callable[[], Iterable[Socket]]) -> None:
        self.name = ""
        """By which the server finds it; empty where this machine cannot."""
        self._sockets = sockets
        self._loop = asyncio.get_running_loop()
        self._listening: socket.socket | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._controls: set[socket.socket] = set()
        self._taken: WeakSet[Socket] = WeakSet()
        if sys.platform != "linux":
            return
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.setblocking(False)
        self.name = f"objectsync-{secrets.token_hex(16)}"
        listening.bind(f"\0{self.name}")
        listening.listen()
        self._listening = listening
        self._start(self._accept(listening))

    def filenos(self) -> list[int]:
        """The file descriptors of all of its sockets."""
        return [each.fileno() for each in (self._listening, *self._controls) if each is not None]

    def close(self) -> None:
        """Take nobody more; who was taken stays connected, and is for the shell to close."""
        for task in self._tasks:
            task.cancel()
        if self._listening is not None:
            self._listening.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        while True:
            control, _ = await self._loop.sock_accept(listening)
            self._start(self._serve(control))

    async def _serve(self, control: socket.socket) -> None:
        self._controls.add(control)
        try:
            if _is_ours(control):
                async with asyncio.timeout(ANSWER_WITHIN):
                    page = await self._take(control)
                if page is not None:
                    await self._stay(control, page)
        except (OSError, TimeoutError):
            logger.debug("a page was not handed over", exc_info=True)
        finally:
            self._controls.discard(control)
            control.close()

    async def _take(self, control: socket.socket) -> Socket | None:
        """The connection that goes on with the page's socket; None where it has gone meanwhile."""
        await _readable(control)
        header, handles, _, _ = socket.recv_fds(control, _HEADER.size, 1)
        with contextlib.ExitStack() as kept:
            pages = [kept.enter_context(socket.socket(fileno=handle)) for handle in handles]
            if len(header) != _HEADER.size or len(pages) != 1:
                return None
            port, length = _HEADER.unpack(header)
            early = b""
            while len(early) < length:
                more = await self._loop.sock_recv(control, length - len(early))
                if not more:
                    return None
                early += more
            os.set_inheritable(pages[0].fileno(), False)
            pages[0].setblocking(False)
            kept.pop_all()
            transport, _ = await self._loop.connect_accepted_socket(_Waiting, pages[0])
        # Not among those that are taken: a page's port, at the other end, may be the same number.
        taken = next((each for each in self._sockets() if each not in self._taken and each.remote_address[1] == port), None)
        if taken is None:
            transport.abort()
            return None
        self._taken.add(taken)
        taken.move(transport, early)
        await self._loop.sock_sendall(control, _TAKEN)
        return taken

    async def _stay(self, control: socket.socket, page: Socket) -> None:
        left = asyncio.ensure_future(self._loop.sock_recv(control, 1))
        gone = asyncio.ensure_future(page.wait_closed())
        try:
            told = 0
            while not (await asyncio.wait((left, gone), timeout=USED_EVERY, return_when=asyncio.FIRST_COMPLETED))[0]:
                if page.messages != told:
                    told = page.messages
                    await self._loop.sock_sendall(control, _USED)
            if left.done():  # the Jupyter server has ended
                page.transport.abort()
        finally:
            left.cancel()
            gone.cancel()


class _Waiting(asyncio.Protocol):
    """Reads nothing yet."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()


def _is_ours(control: socket.socket) -> bool:
    """Whether the process at the other end is the same user's."""
    if sys.platform != "linux":
        return False
    _, user, _ = struct.unpack("3i", control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return bool(user == os.getuid())


async def _readable(control: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def come() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(control, come)
    try:
        await ready
    finally:
        loop.remove_reader(control)


__all__ = ["Handover", "hand_over", "is_possible"]

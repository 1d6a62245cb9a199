"""A page's socket handed over to the kernel, with a page at one end, a kernel's socket at the other, and tornado between, as in Jupyter."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

pytest.importorskip("tornado")

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, WebSocketProtocol13

from objectsync.transports.socket import Socket
from objectsync_jupyter import handover
from objectsync_jupyter.handover import Handover, hand_over
from objectsync_jupyter.splice import splice

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands over")

PATIENCE = 30
LARGE = 40_000_000
OPTIONS: dict[str, Any] = {"compression": None, "max_size": LARGE, "ping_interval": None}


class Kernel:
    """A kernel that takes pages over, and keeps what they say."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.sockets: list[Socket] = []
        self.is_forgetful = False
        self.handover = Handover(lambda: [] if self.is_forgetful else self.sockets)

    async def serve(self, socket: ServerConnection) -> None:
        assert isinstance(socket, Socket)
        self.sockets.append(socket)
        socket.listen(self.heard.put_nowait)
        await socket.wait_closed()

    async def hears(self, message: str | bytes) -> None:
        assert await asyncio.wait_for(self.heard.get(), PATIENCE) == message


class Jupyter:
    """A tornado server that hands pages over to the kernel."""

    def __init__(self, kernel_port: int, name: str) -> None:
        self.name = name
        self.used = asyncio.Event()
        self.outcomes: asyncio.Queue[bool] = asyncio.Queue()
        self.tasks: list[asyncio.Task[bool]] = []
        self.hop_from = 0
        """The port from which it connects to the kernel; any, unless given."""
        jupyter = self

        class Between(WebSocketHandler):
            ping_interval = None

            async def open(self, *args: str, **kwargs: str) -> None:
                connection = self.ws_connection
                assert isinstance(connection, WebSocketProtocol13)
                own = await connected_from(jupyter.hop_from, kernel_port)
                hop = await connect(f"ws://127.0.0.1:{kernel_port}", sock=own, compression=None, proxy=None, ping_interval=None)
                await jupyter.join(connection.stream, hop.transport)

        own, self.port = bind_unused_port()
        self.http = HTTPServer(Application([("/", Between)]))
        self.http.add_socket(own)

    async def join(self, page: IOStream, kernel: asyncio.Transport) -> None:
        task = asyncio.ensure_future(hand_over(page, kernel, self.name, self.used.set))
        self.tasks.append(task)
        await asyncio.wait([task])
        done = not task.cancelled() and task.result()
        self.outcomes.put_nowait(done)
        if not done and not page.closed():
            await splice(page, kernel, self.used.set)

    def page(self) -> connect:
        """A page that has just been let in."""
        return connect(f"ws://127.0.0.1:{self.port}", proxy=None, **OPTIONS)

    async def ends(self) -> bool:
        return await asyncio.wait_for(self.outcomes.get(), PATIENCE)


async def connected_from(port: int, to: int) -> socket.socket:
    """A connection from a port that may be the end of another connection as well."""
    own = socket.socket()
    own.setblocking(False)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind(("127.0.0.1", port))
    await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", to))
    return own


@pytest.fixture
async def kernel() -> AsyncIterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.handover.close()


@pytest.fixture
async def jupyter(kernel: Kernel) -> AsyncIterator[Jupyter]:
    async with serve(kernel.serve, "127.0.0.1", 0, create_connection=Socket, **OPTIONS) as listening:
        jupyter = Jupyter(listening.sockets[0].getsockname()[1], kernel.handover.name)
        yield jupyter
        jupyter.http.stop()
        await jupyter.http.close_all_connections()


@pytest.fixture
async def page(jupyter: Jupyter) -> AsyncIterator[ClientConnection]:
    async with jupyter.page() as page:
        yield page


async def heard_by(kernel: Kernel, page: ClientConnection) -> Socket:
    """The kernel's end, once the page has been handed over."""
    await page.send("hello")
    await kernel.hears("hello")
    return kernel.sockets[-1]


async def test_messages_of_any_size_and_kind_go_both_ways_with_nobody_between(
    kernel: Kernel, jupyter: Jupyter, page: ClientConnection
) -> None:
    socket = await heard_by(kernel, page)
    assert socket.remote_address == page.local_address
    for message in ("a", b"\x00\xff", "ü" * 70_000, bytes(5_000_000)):
        sending = asyncio.create_task(page.send(message))
        await kernel.hears(message)
        await sending
        sending = asyncio.create_task(socket.send(message))
        assert await asyncio.wait_for(page.recv(), PATIENCE) == message
        await sending


async def test_what_came_with_the_handshake_is_heard(kernel: Kernel, jupyter: Jupyter) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", jupyter.port)
    lines = [
        "GET / HTTP/1.1",
        f"Host: 127.0.0.1:{jupyter.port}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ]
    frames = [Frame(Opcode.TEXT, text).serialize(mask=True) for text in (b"early", b"x" * 100_000)]
    writer.write("\r\n".join([*lines, "", ""]).encode() + b"".join(frames))
    await kernel.hears("early")
    await kernel.hears("x" * 100_000)
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
    await kernel.sockets[0].send("answer")
    assert await asyncio.wait_for(reader.readexactly(8), PATIENCE) == b"\x81\x06answer"
    writer.close()


async def test_the_page_learns_why_the_kernel_closes_and_the_server_that_it_has(
    kernel: Kernel, jupyter: Jupyter, page: ClientConnection
) -> None:
    socket = await heard_by(kernel, page)
    await socket.close(4002, "restart")
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(page.recv(), PATIENCE)
    assert (page.close_code, page.close_reason) == (4002, "restart")
    assert await jupyter.ends()


async def test_the_kernel_learns_why_the_page_closes(kernel: Kernel, jupyter: Jupyter, page: ClientConnection) -> None:
    socket = await heard_by(kernel, page)
    await page.send("last words")
    await page.close(1000, "bye")
    await kernel.hears("last words")
    await asyncio.wait_for(socket.wait_closed(), PATIENCE)
    assert (socket.close_code, socket.close_reason) == (1000, "bye")
    assert await jupyter.ends()


async def test_a_page_that_vanishes_takes_all_along(kernel: Kernel, jupyter: Jupyter, page: ClientConnection) -> None:
    socket = await heard_by(kernel, page)
    page.transport.abort()
    await asyncio.wait_for(socket.wait_closed(), PATIENCE)
    assert await jupyter.ends()


async def test_a_kernel_that_vanishes_takes_all_along(kernel: Kernel, jupyter: Jupyter, page: ClientConnection) -> None:
    socket = await heard_by(kernel, page)
    socket.transport.abort()
    await asyncio.wait_for(page.wait_closed(), PATIENCE)
    assert await jupyter.ends()


async def test_a_page_leaves_with_the_server_that_let_it_in(kernel: Kernel, jupyter: Jupyter, page: ClientConnection) -> None:
    socket = await heard_by(kernel, page)
    jupyter.tasks[0].cancel()
    await asyncio.wait_for(page.wait_closed(), PATIENCE)
    await asyncio.wait_for(socket.wait_closed(), PATIENCE)


async def test_the_server_hears_that_a_page_is_used(
    kernel: Kernel, jupyter: Jupyter, page: ClientConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handover, "USED_EVERY", 0.01)
    await heard_by(kernel, page)
    await asyncio.wait_for(jupyter.used.wait(), PATIENCE)


async def test_where_the_kernel_is_not_found_nothing_has_happened(kernel: Kernel, jupyter: Jupyter) -> None:
    jupyter.name = "objectsync-nobody"
    async with jupyter.page() as page:
        assert await jupyter.ends() is False
        socket = await heard_by(kernel, page)  # joined in the other way
        await socket.send("hello to you")
        assert await asyncio.wait_for(page.recv(), PATIENCE) == "hello to you"


async def test_a_page_is_not_taken_for_the_server_whose_port_has_the_same_number(kernel: Kernel, jupyter: Jupyter) -> None:
    one = await connected_from(0, jupyter.port)
    async with connect(f"ws://127.0.0.1:{jupyter.port}", sock=one, proxy=None, **OPTIONS) as page:
        former = await heard_by(kernel, page)
        jupyter.hop_from = page.local_address[1]
        async with jupyter.page() as other:
            latter = await heard_by(kernel, other)
            await former.send("one")
            await latter.send("other")
            assert await asyncio.wait_for(page.recv(), PATIENCE) == "one"
            assert await asyncio.wait_for(other.recv(), PATIENCE) == "other"


async def test_a_page_that_the_kernel_does_not_know_is_closed(kernel: Kernel, jupyter: Jupyter) -> None:
    kernel.is_forgetful = True
    async with jupyter.page() as page:
        await asyncio.wait_for(page.wait_closed(), PATIENCE)
        assert await jupyter.ends()


async def test_strangers_are_not_served(kernel: Kernel, jupyter: Jupyter) -> None:
    for nonsense in (b"", b"x", b"\xff" * 6):
        _, writer = await asyncio.open_unix_connection(f"\0{kernel.handover.name}")
        writer.write(nonsense)
        writer.write_eof()
        await writer.drain()
        writer.close()
    async with jupyter.page() as page:
        await heard_by(kernel, page)

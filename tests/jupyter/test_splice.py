"""Two websockets joined as bytes, with a server of ours at one end, a page at the other, and tornado between, as in Jupyter."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve as serve_in_thread

pytest.importorskip("tornado")

from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, WebSocketProtocol13

from objectsync_jupyter.splice import splice

PATIENCE = 30
LARGE = 40_000_000
OPTIONS: dict[str, Any] = {"compression": None, "max_size": LARGE, "ping_interval": None, "max_queue": 1}


class Ends:
    """Both ends of a joined connection."""

    def __init__(self, page: ClientConnection, kernel: ServerConnection, heard: list[None], joined: asyncio.Event) -> None:
        self.page = page
        self.kernel = kernel
        self.heard = heard
        self.parted = joined


Join = Callable[[int, Callable[[], None]], AbstractAsyncContextManager[ClientConnection]]


@pytest.fixture
def parted() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
def join(parted: asyncio.Event) -> Join:
    """`async with join(port, heard) as page`: a page that has just been let in, and what joins it to the kernel there soon."""

    @asynccontextmanager
    async def joined(port: int, heard: Callable[[], None]) -> AsyncIterator[ClientConnection]:
        class Between(WebSocketHandler):
            ping_interval = None

            async def open(self, *args: str, **kwargs: str) -> None:
                connection = self.ws_connection
                assert isinstance(connection, WebSocketProtocol13)
                hop = await connect(f"ws://127.0.0.1:{port}", compression=None, proxy=None, ping_interval=None)
                await splice(connection.stream, hop.transport, heard)
                parted.set()

        own, public = bind_unused_port()
        http = HTTPServer(Application([("/", Between)]))
        http.add_socket(own)
        async with connect(f"ws://127.0.0.1:{public}", proxy=None, **OPTIONS) as page:
            yield page
        http.stop()
        await http.close_all_connections()

    return joined


@pytest.fixture
async def ends(join: Join, parted: asyncio.Event) -> AsyncIterator[Ends]:
    arrived: asyncio.Queue[ServerConnection] = asyncio.Queue()
    heard: list[None] = []

    async def kernel(socket: ServerConnection) -> None:
        arrived.put_nowait(socket)
        await socket.wait_closed()

    async with (
        serve(kernel, "127.0.0.1", 0, **OPTIONS) as listening,
        join(listening.sockets[0].getsockname()[1], lambda: heard.append(None)) as page,
    ):
        yield Ends(page, await asyncio.wait_for(arrived.get(), PATIENCE), heard, parted)


async def test_messages_of_any_size_and_kind_go_both_ways(ends: Ends) -> None:
    for message in ("a", b"\x00\xff", "ü" * 70_000, bytes(5_000_000)):
        for one, other in ((ends.page, ends.kernel), (ends.kernel, ends.page)):
            sending = asyncio.create_task(one.send(message))
            assert await asyncio.wait_for(other.recv(), PATIENCE) == message
            await sending
    assert ends.heard


async def test_what_the_page_says_at_once_is_answered(join: Join) -> None:
    """The kernel, which has a process of its own, answers before the two are quite joined."""

    answered = threading.Event()

    def wait() -> None:
        answered.wait(PATIENCE)

    def echo(socket: Any) -> None:
        for message in socket:
            socket.send(message)
            answered.set()

    with serve_in_thread(echo, "127.0.0.1", 0) as kernel:
        thread = threading.Thread(target=kernel.serve_forever)
        thread.start()
        port = kernel.socket.getsockname()[1]
        async with join(port, wait) as page:  # nothing else here runs before the kernel has answered
            await page.send("hello")
            assert await asyncio.wait_for(page.recv(), PATIENCE) == "hello"
        kernel.shutdown()
        thread.join()


async def test_each_learns_why_the_other_closes(ends: Ends) -> None:
    await ends.kernel.close(4002, "restart")
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(ends.page.recv(), PATIENCE)
    assert (ends.page.close_code, ends.page.close_reason) == (4002, "restart")
    await asyncio.wait_for(ends.parted.wait(), PATIENCE)


async def test_the_kernel_learns_why_the_page_closes_and_the_page_that_it_has(ends: Ends) -> None:
    await ends.page.send("last words")
    await ends.page.close(1000, "bye")
    assert await asyncio.wait_for(ends.kernel.recv(), PATIENCE) == "last words"
    await asyncio.wait_for(ends.kernel.wait_closed(), PATIENCE)
    assert (ends.kernel.close_code, ends.kernel.close_reason) == (1000, "bye")
    assert ends.page.close_code == 1000
    await asyncio.wait_for(ends.parted.wait(), PATIENCE)


@pytest.mark.parametrize("who", ["page", "kernel"])
async def test_one_that_vanishes_takes_the_other_along(ends: Ends, who: str) -> None:
    gone, left = (ends.page, ends.kernel) if who == "page" else (ends.kernel, ends.page)
    gone.transport.abort()
    await asyncio.wait_for(left.wait_closed(), PATIENCE)
    assert left.close_code == 1006
    await asyncio.wait_for(ends.parted.wait(), PATIENCE)


@pytest.mark.parametrize("who", ["page", "kernel"])
async def test_one_that_does_not_read_holds_up_the_other_and_loses_nothing(ends: Ends, who: str) -> None:
    idle, busy = (ends.page, ends.kernel) if who == "page" else (ends.kernel, ends.page)
    sent = 0

    async def send() -> None:
        nonlocal sent
        for _ in range(LARGE // 1_000_000):
            await busy.send(bytes(1_000_000))
            sent += 1

    sending = asyncio.create_task(send())
    before = -1
    while before != sent:  # until it is held up
        before = sent
        await asyncio.sleep(0.5)
    assert sent < LARGE // 1_000_000
    for _ in range(LARGE // 1_000_000):
        assert len(await asyncio.wait_for(idle.recv(), PATIENCE)) == 1_000_000
    await sending


async def test_a_message_above_the_kernels_limit_is_refused_by_the_kernel(ends: Ends) -> None:
    sending = asyncio.create_task(ends.page.send(bytes(LARGE + 1)))
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(ends.page.recv(), PATIENCE)
    assert ends.page.close_code == 1009
    await asyncio.gather(sending, return_exceptions=True)

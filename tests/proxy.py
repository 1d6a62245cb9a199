"""A small TCP proxy and a relay of WebSocket messages that do what networks do: cut, fall silent, crawl, repeat, reorder.

Everything runs on one event loop, and nothing happens before a test says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PIECE = 16 * 1024


class TcpProxy:
    """Bytes between clients and `127.0.0.1:port`."""

    def __init__(self, port: int, rewrite: Callable[[bytes], bytes] | None = None) -> None:
        self.port = 0
        self.up = True
        """Whether new connections are let in; those there are stay."""
        self.bytes_per_second: float | None = None
        """Of what goes to the clients."""
        self.connections = 0
        """How many were ever let in."""
        self._target = port
        self._rewrite = rewrite
        self._flowing: set[asyncio.Event] = set()
        self._cut_after: int | None = None
        self._orphaning = False
        self._client_writers: set[asyncio.StreamWriter] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Every connection breaks, in both directions at once."""
        for writer in list(self._writers):
            writer.transport.abort()

    def cut_after(self, size: int) -> None:
        """The connections break when so many more bytes have gone to a client: in the middle of a frame, as a rule."""
        self._cut_after = size

    def orphan(self) -> None:
        """The clients' ends break, and the server is not told."""
        self._orphaning = True
        for writer in list(self._client_writers):
            writer.transport.abort()

    def stall(self) -> None:
        """Nothing passes on the connections there are, and nobody is told: half-open, for either side. New ones are fine."""
        for flowing in self._flowing:
            flowing.clear()

    def flow(self) -> None:
        """It passes again, what was held back too."""
        for flowing in self._flowing:
            flowing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.up:
            writer.transport.abort()
            return
        self.connections += 1
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, server_writer}
        self._client_writers.add(writer)
        if self._rewrite is not None:
            server_writer.write(self._rewrite(await reader.readuntil(b"\r\n\r\n")))
        flowing = asyncio.Event()
        flowing.set()
        self._flowing.add(flowing)
        both = [self._pump(reader, server_writer, flowing, False), self._pump(server_reader, writer, flowing, True)]
        tasks = [asyncio.create_task(pump) for pump in both]
        self._tasks.update(tasks)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        self._tasks.difference_update(tasks)
        self._flowing.discard(flowing)
        self._client_writers.discard(writer)
        for end in (writer,) if self._orphaning else (writer, server_writer):
            self._writers.discard(end)
            end.close()
        if not self._client_writers:
            self._orphaning = False

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event, down: bool) -> None:
        with contextlib.suppress(OSError):
            while True:
                speed = self.bytes_per_second if down else None
                data = await reader.read(PIECE if speed is None else max(1, int(speed / 50)))
                await flowing.wait()
                if down and self._cut_after is not None:
                    data = data[: self._cut_after]
                    self._cut_after -= len(data)
                writer.write(data)
                if not data or (down and self._cut_after == 0):
                    self._cut_after = None
                    await writer.drain()
                    return
                await writer.drain()
                if speed is not None:
                    await asyncio.sleep(len(data) / speed)


class MessageRelay:
    """WebSocket messages between clients and a server; some are repeated, some overtake the next. (A WebSocket does neither.)"""

    def __init__(self, port: int, seed: int) -> None:
        self.port = 0
        self.mangled = 0
        """How many messages came twice or out of order."""
        self.mangles = True
        self._target = port
        self._random = random.Random(seed)
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._relay, "127.0.0.1", 0, subprotocols=[Subprotocol("objectsync.v2")], max_size=None, compression=None
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _relay(self, client: ServerConnection) -> None:
        url = f"ws://127.0.0.1:{self._target}/ws"
        async with connect(url, subprotocols=[Subprotocol("objectsync.v2")], max_size=None, compression=None, ping_interval=None) as server:
            ways: list[Coroutine[Any, Any, None]] = [self._pass(client, server), self._pass(server, client)]
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            # Code and reason reach the other side, as through a proxy that knows WebSocket.
            for one, other in ((server, client), (client, server)):
                if one.close_code is not None and one.close_code not in (1005, 1006):
                    await other.close(one.close_code, one.close_reason or "")

    async def _pass(self, source: Any, target: Any) -> None:
        held: Any = None
        with contextlib.suppress(ConnectionClosed):
            while True:
                try:
                    async with asyncio.timeout(None if held is None else 0.01):
                        message = await source.recv()
                except TimeoutError:
                    await target.send(held)
                    held = None
                    continue
                chance = self._random.random() if self.mangles else 1.0
                if chance < 0.05 and held is None:
                    held = message  # the next one overtakes it
                    self.mangled += 1
                    continue
                await target.send(message)
                if chance > 0.05 and chance < 0.1:
                    await target.send(message)
                    self.mangled += 1
                if held is not None:
                    await target.send(held)
                    held = None

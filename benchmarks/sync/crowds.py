"""What a crowd costs when something goes wrong: `python -m benchmarks.sync.crowds CASE` prints one JSON object.

- `back`: 500 connections break at once, while the state goes on changing. How long until all are in step again, in seconds?
- `alone` and `hung`: the time from a change to 50 clients (p99, seconds), with everyone reading, and with one that has stopped.
- `kept`: the most bytes that are under way to a client that has stopped: in the server's buffer, and the kernel's.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

from objectsync import BytesTopic, IntTopic, Server, SObject, attribute

from .crowd import Crowd, paced

BACK = 500
OTHERS = 50
TICK = 0.05
BULK = 50_000
"""Bytes in each change: a thousand a second, so that a client which has stopped is full at once."""


class Board(SObject):
    at = attribute(IntTopic, 0)
    data = attribute(BytesTopic)


async def back() -> float:
    """Seconds from the cut until 500 clients are live and have what was there at the cut, and what came in the first second."""
    async with Server(port=0) as server:
        board = server.create_object(Board)
        for _ in range(1_000):
            server.create_object(Board)
        async with Crowd(server.port, BACK) as crowd:
            begun = time.monotonic()
            for client in list(_shell(server)._clients.values()):
                client.socket.transport.abort()
            await paced(20, TICK, lambda: board.at.add(1))
            head = server.log.head
            while True:
                standing = await crowd.standing()
                if standing["live"] == BACK and standing["seq"] >= head:
                    return time.monotonic() - begun
                board.at.add(1)
                await asyncio.sleep(0.02)


async def alone() -> float:
    return await _latency(stops=False)


async def hung() -> float:
    return await _latency(stops=True)


async def _latency(stops: bool) -> float:
    async with Server(port=0) as server:
        board = server.create_object(Board)
        async with Crowd(server.port, OTHERS) as crowd:
            stopped = _stopped_client(server.port) if stops else None

            def change() -> None:
                with server.record():
                    board.at.set(time.monotonic_ns() // 1_000)
                    board.data.set(bytes(BULK))

            await paced(20, TICK, change)
            await crowd.standing()
            await paced(100, TICK, change)
            await asyncio.sleep(0.2)
            standing = await crowd.standing()
            if stopped is not None:
                stopped.close()
            return float(standing["p99"])


async def kept() -> float:
    async with Server(port=0) as server:
        board = server.create_object(Board)
        stopped = await asyncio.to_thread(_stopped_client, server.port)
        most = 0

        def change() -> None:
            nonlocal most
            board.data.set(time.monotonic_ns().to_bytes(8, "big") + bytes(BULK))
            for client in _shell(server)._clients.values():
                most = max(most, client.connection.bytes_under_way)

        await paced(150, TICK, change)
        stopped.close()
        return float(most)


def _stopped_client(port: int) -> socket.socket:
    """A client that says hello and never reads."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    client.sendall(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: objectsync.v2\r\n\r\n".encode()
    )
    hello = b'{"type":"hello","protocol":2,"attempt":1,"client":"stopped"}'
    client.sendall(bytes([0x81, 0x80 | len(hello)]) + bytes(4) + hello)
    return client


def _shell(server: Server) -> Any:
    """The server's sockets: what a benchmark may look into, and a program may not."""
    return next(waker.__self__ for waker in server.transactions.wakers)  # type: ignore[attr-defined]  # bound methods of it


CASES: dict[str, Callable[[], Coroutine[Any, Any, float]]] = {case.__name__: case for case in (back, alone, hung, kept)}

if __name__ == "__main__":
    print(json.dumps({"figure": asyncio.run(CASES[sys.argv[1]]())}), flush=True)

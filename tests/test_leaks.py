"""A thousand comings and goings of every kind leave nothing: no task, no file descriptor, no session, no memory."""

from __future__ import annotations

import asyncio
import gc
import json
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from objectsync import Element, Limits, Server
from objectsync.client import Client
from objectsync.connection import Connection
from objectsync.protocol import SUBPROTOCOL
from objectsync.session import Session

HELLO = {"type": "hello", "protocol": 2, "attempt": 1, "client": "leaks"}
AT_ONCE = 40
SILENT = 10


def dial(server: Server, protocol: str = SUBPROTOCOL) -> connect:
    return connect(f"ws://127.0.0.1:{server.port}/", subprotocols=[Subprotocol(protocol)], ping_interval=None, compression=None)


async def greet(socket: ClientConnection, **more: Any) -> dict[str, Any]:
    await socket.send(json.dumps(HELLO | more))
    welcome: dict[str, Any] = json.loads(await socket.recv())
    assert welcome["type"] == "welcome"
    return welcome


async def until_closed(socket: ClientConnection) -> int:
    try:
        async for _ in socket:
            pass
    except ConnectionClosed:
        pass
    return socket.close_code or 0


async def leaves_cleanly(server: Server) -> None:
    async with dial(server) as socket:
        await greet(socket)


async def says_goodbye(server: Server) -> None:
    async with dial(server) as socket:
        await greet(socket)
        await socket.send('{"type":"bye"}')
        assert await until_closed(socket) == 1000


async def breaks(server: Server) -> None:
    socket = await dial(server)
    await greet(socket)
    socket.transport.abort()
    await socket.wait_closed()


async def takes_over(server: Server) -> None:
    async with dial(server) as old, dial(server) as new:
        welcome = await greet(old)
        await greet(new, attempt=2, session=welcome["session"], token=welcome["token"], epoch=welcome["epoch"], seq=0)
        assert await until_closed(old) == 4103


async def never_says_hello(server: Server) -> None:
    async with dial(server) as socket:
        assert await until_closed(socket) == 4004


async def begins_with_nonsense(server: Server) -> None:
    async with dial(server) as socket:
        await socket.send("what?")
        assert await until_closed(socket) == 4100


async def goes_on_with_nonsense(server: Server) -> None:
    async with dial(server) as socket:
        await greet(socket)
        for _ in range(server.limits.protocol_errors):
            await socket.send(b"\xff\xff\xff\xff")
        assert await until_closed(socket) == 4100


async def speaks_something_else(server: Server) -> None:
    with pytest.raises(InvalidStatus):
        await dial(server, "another.v1")


async def is_a_python_client(server: Server) -> None:
    async with Client(server.url) as client:
        client.object("leaf").text.set("hello")
        await client.settled()


KINDS: list[Callable[[Server], Awaitable[None]]] = [
    leaves_cleanly,
    says_goodbye,
    breaks,
    takes_over,
    begins_with_nonsense,
    goes_on_with_nonsense,
    speaks_something_else,
    is_a_python_client,
]


async def come_and_go(server: Server, times: int) -> None:
    """Some of each kind, and beside them a few that wait to be thrown out: long enough for a busy machine to hear everyone else's hello."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(kind: Callable[[Server], Awaitable[None]]) -> None:
        async with slots:
            await kind(server)

    silent = [never_says_hello(server) for _ in range(SILENT)]
    await asyncio.gather(*silent, *(one(KINDS[number % len(KINDS)]) for number in range(times)))


def tasks() -> int:
    return len(asyncio.all_tasks())


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def leftovers() -> int:
    gc.collect()
    return sum(isinstance(each, (Session, Connection, ClientConnection)) for each in gc.get_objects())


def held() -> int:
    """Bytes of Python's memory in use."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def eventually(what: Callable[[], bool], wanted: str) -> None:
    """Wait until it is so: what was closed goes in its own time."""
    for _ in range(600):
        if what():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(wanted)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_thousand_comings_and_goings_leave_nothing() -> None:
    limits = Limits(resume_seconds=0.5, hello_seconds=8, remembered_sessions=0)
    async with Server(port=0, limits=limits) as server:
        Element("p", id="leaf", server=server)
        await come_and_go(server, 2 * len(KINDS))  # what is made once, is made now
        await eventually(lambda: not server.clients and tasks() == 2, f"{server.clients}, {tasks()} tasks")
        base_descriptors, base_leftovers = descriptors(), leftovers()
        tracemalloc.start()
        try:
            await come_and_go(server, 100)
            await eventually(lambda: not server.clients and tasks() == 2, f"{server.clients}, {tasks()} tasks")
            before = held()
            await come_and_go(server, 1000)
            await eventually(lambda: not server.clients, f"sessions are left: {server.clients}")
            await eventually(lambda: tasks() == 2, f"tasks are left: {asyncio.all_tasks()}")
            await eventually(lambda: descriptors() <= base_descriptors, f"{descriptors()} descriptors, {base_descriptors} before")
            await eventually(lambda: leftovers() <= base_leftovers, f"{leftovers()} sessions and connections, {base_leftovers} before")
            # The log keeps what was done (some 400 bytes for each of the 111 changes); a connection that stayed would be 20 kB and more.
            await eventually(lambda: held() - before < 300_000, f"{held() - before} bytes are left of a thousand")
        finally:
            tracemalloc.stop()

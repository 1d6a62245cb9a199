"""Who reads what clients send: the thread of the handlers while it has nothing else to do, else the event loop. Nothing is lost between."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

import objectsync
from objectsync import IntTopic, SObject, attribute
from objectsync.connection import Connection
from objectsync.transports.websocket import FEW
from tests.test_server import client, eventually, hear, say

HANDLERS = "objectsync-handlers"
LOOP = "objectsync-server"


_values = itertools.count(1_000)


class Thing(SObject):
    n = attribute(IntTopic, 0)


class Readers:
    """By which threads the changes of `thing.n` were read."""

    def __init__(self, server: objectsync.Server) -> None:
        self.thing = server.create_object(Thing)
        self.names: list[str] = []
        self.thing.n.on_set.add(lambda value: self.names.append(threading.current_thread().name))

    async def read_by(self, sender: Sender, name: str) -> None:
        """Until a change has been read by that thread. (Sockets change hands on the event loop, a moment later.)"""
        async with asyncio.timeout(10):
            while True:
                await sender.set()
                if self.names[-1] == name:
                    return


class Sender:
    """A client that acts and waits for the answer."""

    def __init__(self, ws: ClientConnection, thing: Thing) -> None:
        self.ws = ws
        self.thing = thing
        self.cseq = 0

    def action(self, *change: Any) -> dict[str, Any]:
        self.cseq += 1
        return {"type": "action", "cseq": self.cseq, "base": 0, "changes": [list(change)]}

    async def send(self, *change: Any) -> None:
        await say(self.ws, **self.action(*change))

    async def set(self) -> None:
        """Set `n` to another value; returns when the server has answered."""
        await self.send("set", self.thing.id, "n", next(_values))
        await self.answered()

    async def answered(self) -> None:
        """The answer to the last action has come."""
        while True:
            message = await hear(self.ws)
            if any(each.get("cseq") == self.cseq for each in message.get("transactions", ())):
                return


With = Callable[[Sender, Readers], Awaitable[None]]


async def test_the_thread_of_the_handlers_reads_while_it_has_nothing_to_do(server: objectsync.Server) -> None:
    readers = Readers(server)
    handled: list[str] = []
    readers.thing.on("click", lambda: handled.append(threading.current_thread().name))
    async with client(server) as ws:
        sender = Sender(ws, readers.thing)
        await readers.read_by(sender, HANDLERS)
        await sender.send("emit", readers.thing.id, "click", {})
        await sender.answered()
        await eventually(lambda: handled == [HANDLERS])
        await readers.read_by(sender, HANDLERS)


async def test_the_event_loop_reads_while_a_handler_takes_long(server: objectsync.Server) -> None:
    readers = Readers(server)
    go_on = threading.Event()
    readers.thing.on("click", lambda: go_on.wait(30))
    async with client(server) as ws, client(server) as other:
        sender, beside = Sender(ws, readers.thing), Sender(other, readers.thing)
        await readers.read_by(sender, HANDLERS)
        await sender.send("emit", readers.thing.id, "click", {})
        await sender.answered()
        for each in (beside, sender):
            await each.set()
            assert readers.names[-1] == LOOP
        go_on.set()
        await readers.read_by(sender, HANDLERS)
        await readers.read_by(beside, HANDLERS)


async def test_of_a_crowd_the_event_loop_reads(server: objectsync.Server) -> None:
    readers = Readers(server)
    async with client(server) as ws:
        sender = Sender(ws, readers.thing)
        async with asyncio.TaskGroup() as group:
            enough, ready = asyncio.Event(), asyncio.Semaphore(0)

            async def stay() -> None:
                async with client(server):
                    ready.release()
                    await enough.wait()

            for _ in range(FEW):
                group.create_task(stay())
                await ready.acquire()
            await readers.read_by(sender, LOOP)
            await sender.set()
            assert readers.names[-1] == LOOP
            enough.set()
        await readers.read_by(sender, HANDLERS)


async def lent(server: objectsync.Server, then: With) -> None:
    """A client that the thread of the handlers reads."""
    readers = Readers(server)
    async with client(server) as ws:
        sender = Sender(ws, readers.thing)
        await readers.read_by(sender, HANDLERS)
        await then(sender, readers)


async def test_what_is_no_message_is_the_event_loops_and_comes_in_order(server: objectsync.Server) -> None:
    async def then(sender: Sender, readers: Readers) -> None:
        for _ in range(3):
            pong = await sender.ws.ping()
            await pong
            parts = [Frame(Opcode.TEXT, _json(sender.action("set", readers.thing.id, "n", -n))) for n in range(1, 4)]
            parts.insert(2, Frame(Opcode.PING, b"between"))
            sender.ws.transport.write(b"".join(part.serialize(mask=True) for part in parts))
            await sender.answered()
            assert readers.thing.n.value == -3
            await readers.read_by(sender, HANDLERS)

    await lent(server, then)


async def test_a_message_may_come_in_pieces(server: objectsync.Server) -> None:
    async def then(sender: Sender, readers: Readers) -> None:
        whole = _json(sender.action("set", readers.thing.id, "n", 77))
        await sender.ws.send([whole[:10].decode(), whole[10:20].decode(), whole[20:].decode()])
        await sender.answered()
        data = Frame(Opcode.TEXT, _json(sender.action("set", readers.thing.id, "n", 78))).serialize(mask=True)
        for at in range(0, len(data), 7):
            sender.ws.transport.write(data[at : at + 7])
            await asyncio.sleep(0)
        await sender.answered()
        assert readers.thing.n.value == 78

    await lent(server, then)


@pytest.mark.parametrize(
    ("bad", "mask", "code"),
    [
        (Frame(Opcode.TEXT, b"\xff\xfe"), True, 1007),
        (Frame(Opcode.TEXT, b"unmasked"), False, 1002),
        (Frame(Opcode.CONT, b"of nothing"), True, 1002),
    ],
    ids=["text that is none", "unmasked", "a part of nothing"],
)
async def test_what_breaks_the_rules_ends_the_connection(server: objectsync.Server, bad: Frame, mask: bool, code: int) -> None:
    async def then(sender: Sender, readers: Readers) -> None:
        sender.ws.transport.write(bad.serialize(mask=mask))
        with pytest.raises(ConnectionClosed) as closed:
            await sender.answered()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code

    await lent(server, then)


async def test_a_clean_close_is_noticed(server: objectsync.Server) -> None:
    async def then(sender: Sender, readers: Readers) -> None:
        await sender.ws.close()
        await eventually(lambda: not server.clients)

    await lent(server, then)


async def test_who_says_goodbye_is_let_go(server: objectsync.Server) -> None:
    async def then(sender: Sender, readers: Readers) -> None:
        await say(sender.ws, type="bye")
        with pytest.raises(ConnectionClosed) as closed:
            await sender.ws.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1000

    await lent(server, then)


async def test_what_fails_in_the_server_itself_ends_the_connection_and_nothing_else(
    server: objectsync.Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def then(sender: Sender, readers: Readers) -> None:
        with monkeypatch.context() as patch:

            def fail(*_: Any) -> bool:
                raise RuntimeError("a bug of ours")

            patch.setattr(Connection, "receive", fail)
            await sender.send("set", readers.thing.id, "n", 1)
            with pytest.raises(ConnectionClosed):
                await sender.answered()
        assert "a bug of ours" in caplog.text
        async with client(server) as other:
            await readers.read_by(Sender(other, readers.thing), HANDLERS)

    await lent(server, then)


async def test_a_broken_connections_place_can_be_anothers(server: objectsync.Server) -> None:
    readers = Readers(server)
    for _ in range(20):
        async with client(server) as ws:
            await readers.read_by(Sender(ws, readers.thing), HANDLERS)
            ws.transport.abort()


async def test_every_click_of_everyone_is_handled_once_whoever_reads(server: objectsync.Server) -> None:
    readers = Readers(server)
    clicks = 0

    def click(event: objectsync.Emission) -> None:
        nonlocal clicks
        clicks += 1
        if event["slow"]:
            threading.Event().wait(0.008)  # longer than the event loop waits before it reads

    readers.thing.on("click", click)

    async def act(number: int) -> None:
        async with client(server) as ws:
            sender = Sender(ws, readers.thing)
            for n in range(60):
                await sender.send("emit", readers.thing.id, "click", {"slow": (n + number) % 7 == 0})
                if n % 5 == number:
                    await sender.answered()
                if n % 11 == number:
                    await (await ws.ping())
            await sender.answered()

    await asyncio.gather(*(act(number) for number in range(4)))
    await eventually(lambda: clicks == 240)


def _json(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode()

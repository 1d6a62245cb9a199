"""Real sockets on a bad network: whatever it does, each action happens once, and everyone is in step again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

import objectsync
from objectsync import BytesTopic, IntTopic, Limits, ListTopic, SObject, StringTopic, attribute
from objectsync.changes import Insert, InsertText
from objectsync.client import Client
from tests.proxy import MessageRelay, TcpProxy

pytestmark = pytest.mark.slow

QUICK = Limits(heartbeat_seconds=1.0, progress_seconds=1.0, actions_per_second=100_000, actions_burst=100_000)


class Board(SObject):
    n = attribute(IntTopic, 0)
    text = attribute(StringTopic, "")
    items = attribute(ListTopic)
    data = attribute(BytesTopic)


async def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for the thing itself."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # several things may make it true
            await asyncio.sleep(0.005)


def in_step(client: Client, board: Board) -> bool:
    if client.status.state != "live" or client.pending_count:
        return False
    seen = client.object(board.id)
    return all(seen.attribute(name).value == board.get_attribute(name).value for name in ("n", "text", "items", "data"))


def url(proxy: Any) -> str:
    return f"ws://127.0.0.1:{proxy.port}/ws"


class Typist:
    """Someone who works through everything, and counts what was done."""

    def __init__(self, client: Client, board: Board) -> None:
        self.client = client
        self.board = board
        self.done = 0
        self.rejected: list[Any] = []
        client.on_rejected.add(self.rejected.append)

    def work(self, times: int = 1) -> None:
        seen = self.client.object(self.board.id)
        for _ in range(times):
            seen.n.add(1)
            seen.items.insert(self.done)
            seen.text.insert(0, "x")
            self.done += 1

    def check(self) -> None:
        """All of it was done, once; what was not, was reported: edits by position, whose text or list a snapshot took the place of."""
        assert all(rejection.code == "stale" for rejection in self.rejected)
        (*changes,) = (change for rejection in self.rejected for change in rejection.changes)
        texts = [change for change in changes if isinstance(change, InsertText)]
        items = [change.item for change in changes if isinstance(change, Insert)]
        assert len(texts) + len(items) == len(changes)
        assert self.board.n.value == self.done
        assert sorted([*self.board.items.value, *items]) == list(range(self.done))
        assert self.board.text.value == "x" * (self.done - len(texts))


class TestCuts:
    async def test_a_cut_of_five_seconds(self) -> None:
        async with objectsync.Server(port=0) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as client:
                typist = Typist(client, board)
                session = server.clients
                typist.work(5)
                proxy.cut()
                proxy.up = False
                typist.work(5)
                await asyncio.sleep(5)  # the promise is about this time
                board.data.set(b"meanwhile")
                typist.work(5)
                proxy.up = True
                client.retry_now()
                await eventually(lambda: in_step(client, board))
                typist.check()
                assert server.clients == session

    @pytest.mark.parametrize("size", [1, 7, 100, 1_000, 30_000])
    async def test_a_cut_in_the_middle_of_a_frame(self, size: int) -> None:
        async with objectsync.Server(port=0) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as client:
                typist = Typist(client, board)
                proxy.cut_after(size)
                for number in range(3):
                    typist.work()
                    board.data.set(bytes([number]) * 20_000)
                    await asyncio.sleep(0.02)
                client.retry_now()
                await eventually(lambda: in_step(client, board))
                typist.check()
                assert proxy.connections > 1

    async def test_cuts_that_go_on_while_people_work(self) -> None:
        async with objectsync.Server(port=0) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as one, Client(f"ws://127.0.0.1:{server.port}/ws") as other:
                typist = Typist(one, board)
                for number in range(10):
                    typist.work(2)
                    await asyncio.sleep(0.01)
                    proxy.cut_after(1 + number * 37)
                    board.data.set(bytes([number]) * 500)
                    await asyncio.sleep(0.01)
                    proxy.cut()
                    one.retry_now()
                await eventually(lambda: in_step(one, board) and in_step(other, board))
                typist.check()

    async def test_a_server_that_restarts(self) -> None:
        """A new process knows nobody: what is undecided is done there, or reported."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = objectsync.Server(port=port)
        await server.__aenter__()
        board, doomed = server.create_object(Board), server.create_object(Board)
        async with Client(f"ws://127.0.0.1:{port}/ws") as client:
            typist = Typist(client, board)
            epoch = server.epoch
            await server.__aexit__()
            typist.work(3)
            client.object(doomed.id).n.add(1)
            again = objectsync.Server(port=port)
            assert again.epoch != epoch
            board = typist.board = again.create_object(Board)
            async with again:
                client.retry_now()
                await eventually(lambda: in_step(client, board))
                assert [(rejection.code, rejection.changes[0].object) for rejection in typist.rejected] == [("unknown_object", doomed.id)]
                typist.rejected.clear()
                typist.check()


class TestSilence:
    async def test_a_half_open_connection_is_dropped_by_the_server_and_resumed(self) -> None:
        async with objectsync.Server(port=0, limits=QUICK) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as client:
                typist = Typist(client, board)
                (session,) = server.clients
                proxy.stall()
                typist.work(3)
                await eventually(lambda: server._sessions[session].connection is None)
                board.data.set(b"meanwhile")
                proxy.cut()
                proxy.flow()
                client.retry_now()
                await eventually(lambda: in_step(client, board))
                typist.check()
                assert server.clients == [session]

    async def test_one_that_comes_to_life_again_was_only_slow(self) -> None:
        async with objectsync.Server(port=0) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as client:
                typist = Typist(client, board)
                proxy.stall()
                typist.work(3)
                board.data.set(b"meanwhile")
                await asyncio.sleep(0.3)
                proxy.flow()
                await eventually(lambda: in_step(client, board))
                typist.check()
                assert proxy.connections == 1

    async def test_the_newest_connection_takes_over_from_one_that_hangs(self) -> None:
        async with objectsync.Server(port=0) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as client:
                typist = Typist(client, board)
                (session,) = server.clients
                hanging = server._sessions[session].connection
                proxy.orphan()
                typist.work(3)
                await eventually(lambda: in_step(client, board))
                assert hanging is not None
                assert hanging.closing == (4103, "taken_over")
                assert server._sessions[session].connection not in (None, hanging)
                typist.check()


class TestSlowness:
    async def test_a_slow_line_gets_the_last_state_and_not_every_one(self) -> None:
        limits = Limits(outbox_bytes=64 * 1024)
        async with objectsync.Server(port=0, limits=limits) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as client:
                proxy.bytes_per_second = 400_000
                seen = 0

                def count(value: object) -> None:
                    nonlocal seen
                    seen += 1

                client.object(board.id).data.on_set += count
                for number in range(1_000):
                    board.data.set(number.to_bytes(2, "big") * 2_000)
                    await asyncio.sleep(0)
                proxy.bytes_per_second = None
                await eventually(lambda: in_step(client, board))
                assert seen < 500

    async def test_a_client_that_stops_reading_costs_little_and_others_nothing(self) -> None:
        limits = Limits(progress_seconds=2.0, heartbeat_seconds=1.0)
        async with objectsync.Server(port=0, limits=limits) as server, TcpProxy(server.port) as proxy:
            board = server.create_object(Board)
            async with Client(url(proxy)) as slow, Client(f"ws://127.0.0.1:{server.port}/ws") as quick:
                (stuck, _) = server.clients
                proxy.stall()
                connection = server._sessions[stuck].connection
                assert connection is not None
                most = 0
                for number in range(200):
                    board.data.set(number.to_bytes(2, "big") * 25_000)
                    await eventually(lambda: in_step(quick, board))
                    if server._sessions[stuck].connection is connection:
                        most = max(most, connection.bytes_under_way)
                assert 0 < most < 2_000_000
                # It makes no progress, and is sent away so that it may come back.
                await eventually(lambda: server._sessions[stuck].connection is None)
                proxy.cut()
                proxy.flow()
                frames = 0

                def count() -> None:
                    nonlocal frames
                    frames += 1

                slow.on_update.add(count)
                slow.retry_now()
                await eventually(lambda: in_step(slow, board))
                assert frames <= 3  # one difference, and not 200 values

    async def test_one_that_reads_again_is_told_why_it_was_dropped(self) -> None:
        limits = Limits(progress_seconds=0.5, heartbeat_seconds=0.5)
        async with objectsync.Server(port=0, limits=limits) as server:
            board = server.create_object(Board)
            async with connect(
                f"ws://127.0.0.1:{server.port}/ws", subprotocols=[Subprotocol("objectsync.v2")], ping_interval=None, max_size=None
            ) as ws:
                await ws.send(json.dumps({"type": "hello", "protocol": 2, "attempt": 1, "client": "test"}))
                await ws.recv()
                # It answers pings, so it is there; but it acknowledges nothing.
                board.n.set(1)
                with contextlib.suppress(ConnectionClosed):
                    while True:
                        message = await asyncio.wait_for(ws.recv(), 20)
                        if isinstance(message, str) and json.loads(message)["type"] == "ping":
                            await ws.send('{"type":"pong"}')
                assert (ws.close_code, ws.close_reason) == (4000, "slow")


class TestRepeatsAndReorders:
    @pytest.mark.parametrize("seed", range(4))
    async def test_messages_that_come_twice_or_out_of_order_do_no_harm(self, seed: int) -> None:
        limits = Limits(protocol_errors=1_000_000)
        async with objectsync.Server(port=0, limits=limits) as server, MessageRelay(server.port, seed) as relay:
            board = server.create_object(Board)
            async with Client(url(relay), timeout=30) as client:
                typist = Typist(client, board)
                for number in range(60):
                    typist.work()
                    board.data.set(bytes([number]))
                    await asyncio.sleep(0.01)
                    if client.status.state != "live":
                        client.retry_now()
                relay.mangles = False
                client.retry_now()
                await eventually(lambda: in_step(client, board))
                assert relay.mangled > 10
                typist.check()

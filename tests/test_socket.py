"""What is written to many sockets at once arrives whole and in order, whether the kernel takes it or not."""

from __future__ import annotations

import asyncio
import socket

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

from objectsync.transports.socket import WRITE_LIMIT, Socket, write

COUNT = 60
SIZE = 20_000


async def test_a_reader_that_lags_gets_all_of_it_and_the_others_do_not_wait() -> None:
    sockets: list[Socket] = []
    everyone_is_here = asyncio.Event()

    async def stay(connection: ServerConnection) -> None:
        assert isinstance(connection, Socket)
        connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        sockets.append(connection)
        if len(sockets) == 2:
            everyone_is_here.set()
        await connection.wait_closed()

    def message(number: int) -> bytes:
        return number.to_bytes(4, "big") * (SIZE // 4)

    async with serve(stay, "127.0.0.1", 0, create_connection=Socket, compression=None, write_limit=WRITE_LIMIT) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with connect(url, max_queue=None) as reads, connect(url, max_queue=1) as lags:
            await everyone_is_here.wait()
            for number in range(COUNT):
                write(message(number), True, sockets)
                assert await reads.recv() == message(number)
            assert any(each.transport.get_write_buffer_size() for each in sockets)  # of the one that lags
            write(b"the end", False, sockets)
            for number in range(COUNT):
                assert await lags.recv() == message(number)
            assert await lags.recv() == await reads.recv() == "the end"
            write(b"again", False, sockets)
            assert await lags.recv() == await reads.recv() == "again"
    write(b"to nobody", False, sockets)


async def test_what_another_thread_writes_comes_in_its_turn_whether_the_kernel_takes_it_or_not() -> None:
    sockets: list[Socket] = []
    is_here = asyncio.Event()

    async def stay(connection: ServerConnection) -> None:
        assert isinstance(connection, Socket)
        connection.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
        sockets.append(connection)
        is_here.set()
        await connection.wait_closed()

    def message(number: int) -> bytes:
        return number.to_bytes(4, "big") * (SIZE // 4)

    def write_elsewhere(number: int) -> None:
        with sockets[0].turn:
            write(message(number), True, sockets, elsewhere=True)
            write(message(number + 1), True, sockets, elsewhere=True)

    async with serve(stay, "127.0.0.1", 0, create_connection=Socket, compression=None, write_limit=WRITE_LIMIT) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with connect(url, max_queue=1) as lags:
            await is_here.wait()
            for number in range(0, COUNT, 3):
                await asyncio.to_thread(write_elsewhere, number)
                write(message(number + 2), True, sockets)
            assert sockets[0].transport.get_write_buffer_size()
            pong = await lags.ping()
            for number in range(COUNT):
                assert await lags.recv() == message(number)
            await pong
            await asyncio.to_thread(write_elsewhere, COUNT)
            assert [await lags.recv(), await lags.recv()] == [message(COUNT), message(COUNT + 1)]
    with sockets[0].turn:
        write(b"to nobody", False, sockets, elsewhere=True)

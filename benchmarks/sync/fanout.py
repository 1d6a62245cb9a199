"""CPU of the server for one change to 200 clients: ours, a bare `websockets.broadcast` of the same bytes, and topicsync.

`python fanout.py WHICH CHANGES` prints one JSON object: seconds of CPU for each delivery of a change, with all that belongs to it
(the change itself, encoding, writing, reading acknowledgements). It runs in topicsync's environment too, so it imports little.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from crowd import Crowd, paced  # type: ignore[import-not-found]  # beside this file, also where there is no package `benchmarks`

CLIENTS = 200
TICK = 0.025
"""Longer than our pace of 16 ms, so that each tick is a frame of its own."""
TICKS = 160


async def measure(crowd: Any, change: Any, changes: int, together: bool = False) -> float:
    """Seconds for each delivery of a change: as many as the clients read frames; where the changes of a tick share one, as were made."""

    def tick() -> None:
        for _ in range(changes):
            change()

    await paced(20, TICK, tick)
    await asyncio.sleep(0.5)
    gc.collect()
    before = (await crowd.standing())["frames"]
    cpu: float = await paced(TICKS, TICK, tick) + await paced(20, TICK, lambda: None)  # what is still under way
    frames = (await crowd.standing())["frames"] - before
    assert frames >= CLIENTS * TICKS // 4, f"{frames} frames came: the machine is too busy to measure anything"
    deliveries: int = CLIENTS * TICKS * changes if together else frames
    return cpu / deliveries


async def ours(changes: int) -> float:
    """A change of an int on our server; the clients acknowledge as ours do."""
    from objectsync import IntTopic, Server, SObject, attribute

    class Board(SObject):
        n = attribute(IntTopic, 0)

    async with Server(port=0) as server:
        board = server.create_object(Board)
        async with Crowd(server.port, CLIENTS) as crowd:
            return await measure(crowd, lambda: board.n.add(1), changes, together=changes > 1)


async def bare(changes: int) -> float:
    """The same bytes, broadcast by the library to clients that only read."""
    from websockets.asyncio.server import ServerConnection, broadcast, serve
    from websockets.typing import Subprotocol

    message = '{"type":"update","prev":1041,"seq":1042,"hash":"5be20a77","transactions":[{"seq":1042,"changes":[["add","1","n",1]]}]}'
    sockets: set[ServerConnection] = set()

    async def stay(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.wait_closed()

    protocols = [Subprotocol("objectsync.v2")]
    async with serve(stay, "127.0.0.1", 0, subprotocols=protocols, compression=None, ping_interval=None) as server:
        port = server.sockets[0].getsockname()[1]
        async with Crowd(port, CLIENTS, speaks=False) as crowd:
            return await measure(crowd, lambda: broadcast(sockets, message), changes)


async def topicsync(changes: int) -> float:
    """A change of an int of topicsync's; its clients have nothing to acknowledge."""
    import socket

    from topicsync import TopicsyncServer  # type: ignore[import-not-found]  # only in its own environment
    from topicsync.topic import IntTopic  # type: ignore[import-not-found]

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = TopicsyncServer(port, "127.0.0.1")
    topic = server.add_topic("n", IntTopic, 0)
    task = asyncio.create_task(server.serve())
    await asyncio.sleep(0.5)
    async with Crowd(port, CLIENTS, path="/", speaks=False) as crowd:
        for client in list(server._client_manager._clients.values()):
            server._client_manager._handle_subscribe(client, "n")

        def change() -> None:
            topic.set(topic.get() + 1)

        figure = await measure(crowd, change, changes)
    task.cancel()
    return figure


if __name__ == "__main__":
    which = {"ours": ours, "bare": bare, "topicsync": topicsync}[sys.argv[1]]
    print(json.dumps({"figure": asyncio.run(which(int(sys.argv[2])))}), flush=True)

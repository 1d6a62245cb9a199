"""The Python client on a real socket: in an event loop, and with a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from objectsync import IntTopic, LocalError, Server, SObject, attribute
from objectsync.client import Client


class Tally(SObject):
    count = attribute(IntTopic, 0)


def changed(client: Client, seen: Callable[[], bool]) -> None:
    """Wait until an update of the server makes it true."""
    event = threading.Event()
    end = client.on_update.add(event.set)
    while not seen():
        assert event.wait(20), "it did not come"
        event.clear()
    end()


async def test_in_an_event_loop(server: Server) -> None:
    tally = server.create_object(Tally)
    server.register_service("double", lambda x: 2 * x)
    gone = threading.Event()
    server.on_client_disconnect += lambda session: gone.set()
    async with Client(server.url) as client:
        mine = client.object(tally.id)
        with client.record() as action:
            mine.count.add(1)
        assert await action
        assert tally.count.value == 1
        assert await client.call("double", x=4) == 8
        later = client.call("double", x=1)
        with pytest.raises(LocalError, match="use `await`"):
            later.result()
        await later
    assert client.status.state == "closed"
    assert await asyncio.to_thread(gone.wait, 20)
    assert server.clients == []


def test_with_a_thread_of_its_own(server: Server) -> None:
    tally = server.create_object(Tally)
    with Client(server.url.replace("http", "ws")) as client:
        mine = client.object(tally.id)
        for _ in range(5):
            mine.count.add(1)
        client.settled().result(20)
        assert tally.count.value == 5
        tally.count.set(50)
        changed(client, lambda: mine.count.value == 50)
    names = [thread.name for thread in threading.enumerate()]
    assert "objectsync-client" not in names


def test_several_threads_change_at_once(server: Server) -> None:
    tally = server.create_object(Tally)
    with Client(server.url) as client:
        mine = client.object(tally.id)

        def work() -> None:
            for _ in range(20):
                mine.count.add(1)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client.settled().result(20)
        assert tally.count.value == mine.count.value == 80


async def test_comes_back_after_the_server_was_restarted() -> None:
    async with Server(port=0) as first:
        port = first.port
        tally = first.create_object(Tally)
        client = Client(f"ws://127.0.0.1:{port}")
        await client.__aenter__()
    assert client.status.state == "offline"
    client.object(tally.id).count.add(1)
    second = Server(port=port, host="127.0.0.1")
    again = second.create_object(Tally)
    async with second:
        client.retry_now()
        await asyncio.wait_for(client.settled(), 20)
        assert again.count.value == 1
        await client.__aexit__(None, None, None)


def test_no_server_is_said_so() -> None:
    with pytest.raises(TimeoutError, match=r"did not answer within 0\.2 s"):
        Client("ws://127.0.0.1:9", timeout=0.2).start()


async def test_a_wrong_token_is_said_so() -> None:
    async with Server(port=0, token="right") as server:
        with pytest.raises(LocalError, match="would not have this client"):
            async with Client(f"ws://127.0.0.1:{server.port}", token="wrong"):
                pass
        async with Client(f"ws://127.0.0.1:{server.port}/?token=right") as client:
            assert client.status.state == "live"


def test_a_wrong_address_is_refused_at_once() -> None:
    with pytest.raises(LocalError, match="no address of a server"):
        Client("localhost:8765")


def test_starts_once(server: Server) -> None:
    with Client(server.url) as client, pytest.raises(LocalError, match="started before"):
        client.start()

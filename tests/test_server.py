"""The server with real sockets: listening, stopping, who may come in, and who cannot disturb whom."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

import objectsync
from objectsync import IntTopic, Limits, SObject, StringTopic, attribute
from objectsync.transports.gate import Gate


class Thing(SObject):
    n = attribute(IntTopic, 0)
    text = attribute(StringTopic, "")


def raw_socket(server: objectsync.Server, **options: Any) -> connect:
    """A WebSocket that has said nothing yet."""
    return connect(f"ws://127.0.0.1:{server.port}/ws", subprotocols=[Subprotocol("objectsync.v2")], **options)


@contextlib.asynccontextmanager
async def client(server: objectsync.Server, **options: Any) -> AsyncIterator[ClientConnection]:
    """A WebSocket that has said hello and has got the state."""
    async with raw_socket(server, **options) as ws:
        await say(ws, type="hello", protocol=2, attempt=1, client="test")
        welcome = await hear(ws)
        assert welcome["type"] == "welcome"
        assert (await hear(ws))["type"] == "snapshot"
        yield ws


async def say(ws: ClientConnection, **message: Any) -> None:
    await ws.send(json.dumps(message))


async def hear(ws: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(ws.recv(), 10))
    return message


async def eventually(condition: Any, seconds: float = 10.0) -> None:
    """Wait for the thing itself."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # the condition may hold in another thread, which sets no event
            await asyncio.sleep(0.005)


def get(server: objectsync.Server, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


class TestListening:
    async def test_port_0_takes_a_free_port(self) -> None:
        async with objectsync.Server(port=0) as server:
            assert server.port > 0
            assert server.url == f"http://localhost:{server.port}/"
            async with client(server):
                pass

    async def test_a_taken_port_says_so_and_what_to_do(self) -> None:
        async with objectsync.Server(port=0) as first:
            with pytest.raises(objectsync.PortInUse, match=rf"{first.port} is used by another program.*port=0"):
                await objectsync.Server(port=first.port).serve()
            with pytest.raises(objectsync.PortInUse):
                objectsync.Server(port=first.port).start()

    def test_start_and_stop_in_a_background_thread(self) -> None:
        server = objectsync.Server(port=0)
        thing = server.create_object(Thing)
        for _ in range(3):
            server.start()
            assert get(server, "/healthz")[1] == b"ok\n"
            server.stop()
        thing.n.set(1)
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("objectsync")]

    async def test_it_starts_again_after_a_handler_on_its_own_thread_has_stopped_it(self) -> None:
        server = objectsync.Server(port=0)
        thing = server.create_object(Thing)

        async def stop() -> None:
            server.stop()

        thing.on("click", stop)
        for _ in range(2):
            server.start()
            async with client(server) as ws:
                await say(ws, type="action", cseq=1, base=server.log.head, changes=[["emit", thing.id, "click", {}]])
                await eventually(lambda: not server.serving)
        server.start()
        server.stop()

    @pytest.mark.parametrize("frozen_before", [False, True])
    def test_what_is_there_when_it_runs_is_in_no_full_garbage_collection_until_it_ends(self, frozen_before: bool) -> None:
        counts: list[int] = []

        class Observed(objectsync.Server):
            async def serve(self) -> None:
                counts.append(gc.get_freeze_count())

        if frozen_before:  # by the program itself: that is left as it is
            gc.freeze()
        try:
            before = gc.get_freeze_count()
            Observed(port=0).run()
            assert gc.get_freeze_count() == before
            assert counts == [before] if frozen_before else counts[0] > 1_000
        finally:
            gc.unfreeze()

    @pytest.mark.parametrize(("own", "meanwhile"), [(700, 200_000), (300_000, 300_000), (0, 0)], ids=["as ever", "rarer", "never"])
    def test_young_garbage_is_looked_for_less_often_while_it_runs_unless_the_program_does_so_itself(self, own: int, meanwhile: int) -> None:
        during: list[tuple[int, int, int]] = []

        class Observed(objectsync.Server):
            async def serve(self) -> None:
                during.append(gc.get_threshold())

        before = gc.get_threshold()
        try:
            gc.set_threshold(own, 11, 12)
            Observed(port=0).run()
            assert during == [(meanwhile, 11, 12)]
            assert gc.get_threshold() == (own, 11, 12)
        finally:
            gc.set_threshold(*before)

    def test_who_has_not_shaken_hands_is_let_go_when_it_stops(self) -> None:
        server = objectsync.Server(port=0)
        server.start()
        with socket.create_connection(("127.0.0.1", server.port)) as silent, socket.create_connection(("127.0.0.1", server.port)) as asking:
            asking.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert asking.recv(12) == b"HTTP/1.1 200"  # so the one before it has been accepted, too
            server.stop()
            silent.settimeout(30)
            assert silent.recv(1) == b""

    def test_starting_twice_is_refused(self, server: objectsync.Server) -> None:
        with pytest.raises(objectsync.LocalError, match="being served already"):
            server.start()

    def test_a_network_needs_a_token(self) -> None:
        with pytest.raises(objectsync.UnsafeBind, match=r"token=.*insecure=True"):
            objectsync.Server(host="0.0.0.0")
        objectsync.Server(host="0.0.0.0", token="t")
        objectsync.Server(host="0.0.0.0", insecure=True)

    @pytest.mark.parametrize("host", ["localhost", "0.0.0.0"])
    def test_an_empty_token_is_refused_and_not_taken_for_one(self, host: str) -> None:
        with pytest.raises(ValueError, match=r"empty token.*token=secrets.token_urlsafe\(\), or token=None"):
            objectsync.Server(host=host, token="")
        with pytest.raises(TypeError, match=r"token \(str\), or None.*5 \(int\)"):
            objectsync.Server(host=host, token=5)  # type: ignore[arg-type]  # on purpose

    @pytest.mark.parametrize(
        ("options", "error", "remedy"),
        [
            ({"port": 99999}, ValueError, "from 1 to 65535, or 0 for a free one, got 99999"),
            ({"port": -1}, ValueError, "from 1 to 65535"),
            ({"port": "8765"}, TypeError, r"a port \(int\), got '8765'"),
            ({"policy": objectsync.Policy}, TypeError, r"policy=Policy\(\)"),
            ({"policy": object()}, TypeError, "below objectsync.Policy"),
            ({"allow_origins": "https://a.b"}, TypeError, r"allow_origins=\['https://a.b'\]"),
            ({"allow_hosts": "a.b"}, TypeError, r"allow_hosts=\['a.b'\]"),
        ],
    )
    def test_an_option_that_cannot_be_meant_is_refused_with_what_to_say(
        self, options: dict[str, Any], error: type[Exception], remedy: str
    ) -> None:
        with pytest.raises(error, match=remedy):
            objectsync.Server(**options)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_signals_close_cleanly(self, number: signal.Signals, tmp_path: Path) -> None:
        script = tmp_path / "app.py"
        script.write_text("import asyncio, objectsync\nasyncio.run(objectsync.Server(port=0).serve())\nprint('closed')\n")
        process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("objectsync serves http://localhost:")
            process.send_signal(number)
            out, err = process.communicate(timeout=5)
        finally:
            process.kill()
        assert (process.returncode, out, err) == (0, "closed\n", "")

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_stops_all_servers_of_a_program(self, number: signal.Signals, tmp_path: Path) -> None:
        script = tmp_path / "app.py"
        script.write_text(
            "import asyncio, objectsync\n"
            "async def main():\n"
            "    await asyncio.gather(*(objectsync.Server(port=0).serve() for _ in range(3)))\n"
            "asyncio.run(main())\n"
            "print('closed')\n"
        )
        process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            for _ in range(3):
                assert process.stdout.readline().startswith("objectsync serves")
            process.send_signal(number)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
        assert (process.returncode, out, err) == (0, "closed\n", "")

    async def test_whoever_handled_signals_before_handles_them_again_when_the_last_server_has_ended(self) -> None:
        def handlers() -> list[Any]:
            return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

        def mine(*of: Any) -> None: ...

        before = signal.signal(signal.SIGTERM, mine)
        try:
            free = handlers()
            servers = [objectsync.Server(port=0) for _ in range(2)]
            tasks = [asyncio.create_task(server.serve()) for server in servers]
            await eventually(lambda: all(server.port for server in servers))
            taken = handlers()
            assert mine not in taken
            servers[0].stop()
            await tasks[0]
            assert handlers() == taken
            servers[1].stop()
            await tasks[1]
            assert handlers() == free
        finally:
            signal.signal(signal.SIGTERM, before)

    def test_inside_async_with_a_signal_is_the_programs(self, tmp_path: Path) -> None:
        script = tmp_path / "app.py"
        script.write_text(
            "import asyncio, objectsync\n"
            "async def main():\n"
            "    server = objectsync.Server(port=0)\n"
            "    try:\n"
            "        async with server:\n"
            "            print('serving', flush=True)\n"
            "            await asyncio.sleep(60)\n"
            "    finally:\n"
            "        print('closed', not server.serving, flush=True)\n"
            "asyncio.run(main())\n"
        )
        process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "serving\n"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=10)
        finally:
            process.kill()
        assert out == "closed True\n"
        assert err.endswith("KeyboardInterrupt\n")

    def test_it_ends_soon_even_with_clients_that_hang_and_handlers_that_block(self, tmp_path: Path) -> None:
        script = tmp_path / "app.py"
        script.write_text(
            "import asyncio, time, objectsync\n"
            "server = objectsync.Server(port=0)\n"
            "button = objectsync.Element('button', server=server)\n"
            "button.on('click', lambda: print('blocked', flush=True) or time.sleep(60))\n"
            "asyncio.run(server.serve())\n"
        )
        process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().split(":")[2].split("/")[0])
            with socket.create_connection(("127.0.0.1", port)) as hanging:
                upgrade(hanging, port)
                say_raw(hanging, {"type": "hello", "protocol": 2, "attempt": 1, "client": "test"})
                say_raw(hanging, {"type": "action", "cseq": 1, "base": 0, "changes": [["emit", "1", "click", {}]]})
                assert process.stdout.readline() == "blocked\n"
                process.terminate()
                assert process.wait(5) == 0
        finally:
            process.kill()
            process.communicate()


class TestClients:
    async def test_a_change_on_another_thread_leaves_at_once(self) -> None:
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            async with client(server) as ws:
                for value in range(1, 4):
                    await asyncio.to_thread(thing.n.set, value)
                    assert (await hear(ws))["transactions"][0]["changes"] == [["set", thing.id, "n", value]]

    async def test_a_clean_close_is_noticed_at_once_and_nothing_is_kept(self) -> None:
        async with objectsync.Server(port=0) as server:
            gone: list[str] = []
            server.on_client_disconnect += gone.append
            async with client(server):
                assert len(server.clients) == 1
            await eventually(lambda: gone)
            assert server.clients == []

    async def test_a_broken_connection_is_kept_to_be_resumed(self) -> None:
        async with objectsync.Server(port=0) as server:
            gone: list[str] = []
            server.on_client_disconnect += gone.append
            async with client(server) as ws:
                ws.transport.abort()
                await ws.wait_closed()
            assert len(server.clients) == 1
            assert gone == []

    async def test_a_click_reaches_python_and_its_effect_comes_back(self) -> None:
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            thing.on("click", lambda: thing.n.add(1))
            async with client(server) as ws:
                await say(ws, type="action", cseq=1, base=server.log.head, changes=[["emit", thing.id, "click", {}]])
                changes: list[Any] = []
                while ["add", thing.id, "n", 1] not in changes:
                    for transaction in (await hear(ws))["transactions"]:
                        changes += transaction.get("changes", [])

    async def test_a_click_is_acknowledged_with_what_its_handler_did(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("objectsync.transports.websocket.HANDLED", 60)  # on a machine that is not busy 5 ms are enough
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            thing.on("click", lambda: thing.n.add(1))
            async with client(server) as ws:
                for cseq in (1, 2):
                    await say(ws, type="action", cseq=cseq, base=server.log.head, changes=[["emit", thing.id, "click", {}]])
                    answer, effect = (await hear(ws))["transactions"]
                    assert (answer["cseq"], effect["changes"]) == (cseq, [["add", thing.id, "n", 1]])

    async def test_a_handler_that_blocks_holds_up_neither_tree_nor_network(self) -> None:
        release = threading.Event()
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            thing.on("click", lambda: release.wait(10))
            async with client(server) as one, client(server) as other:
                await say(one, type="action", cseq=1, base=server.log.head, changes=[["emit", thing.id, "click", {}]])
                await say(other, type="action", cseq=1, base=server.log.head, changes=[["set", thing.id, "n", 7]])
                while (await hear(one)).get("seq") != server.log.head:
                    pass
                assert thing.n.value == 7
                release.set()

    async def test_a_handler_that_holds_a_record_holds_up_no_request(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("objectsync.transports.websocket.CLOCK", 0.01)
        entered, release = threading.Event(), threading.Event()
        released: list[bool] = []

        def handler() -> None:
            with server.record():
                thing.n.add(1)
                entered.set()
                released.append(release.wait(10))

        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            thing.on("click", handler)
            async with client(server) as ws:
                await say(ws, type="action", cseq=1, base=server.log.head, changes=[["emit", thing.id, "click", {}]])
                await eventually(entered.is_set)
                for _ in range(30):  # many times as long as it takes until the event loop looks after the handler, and at the clock
                    assert (await asyncio.to_thread(get, server, "/healthz"))[1] == b"ok\n"
                release.set()
                changes: list[Any] = []
                while ["add", thing.id, "n", 1] not in changes:
                    for transaction in (await hear(ws))["transactions"]:
                        changes += transaction.get("changes", [])
            assert released == [True]

    async def test_a_client_that_does_not_read_costs_the_others_nothing(self) -> None:
        limits = Limits(outbox_bytes=64 * 1024, progress_seconds=1.0, heartbeat_seconds=1.0)
        async with objectsync.Server(port=0, limits=limits) as server:
            thing = server.create_object(Thing)
            reader, writer = await stalled_client(server)
            async with client(server) as ws:
                for round_number in range(40):
                    thing.text.set(f"{round_number:060000d}")
                    while (await hear(ws)).get("seq") != server.log.head:
                        pass
                    await say(ws, type="ack", seq=server.log.head, frames=round_number + 3)
                await eventually(lambda: server_side(server) == 1)
            assert reader is not None
            writer.close()

    async def test_messages_that_make_no_sense_end_only_their_own_connection(self) -> None:
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            async with client(server) as good, client(server) as bad:
                with contextlib.suppress(ConnectionClosed):
                    for _ in range(30):
                        await bad.send(b"\xff\x00 nonsense")
                    async for _ in bad:
                        pass
                assert bad.close_code == 4100
                thing.n.set(1)
                assert (await hear(good))["transactions"][0]["changes"] == [["set", thing.id, "n", 1]]

    async def test_clients_are_told_that_the_server_goes_down(self) -> None:
        server = objectsync.Server(port=0)
        async with contextlib.AsyncExitStack() as stack:
            async with server:
                ws = await stack.enter_async_context(client(server))
            await ws.wait_closed()
            assert (ws.close_code, ws.close_reason) == (4002, "restart")

    async def test_an_unsendable_value_is_refused_at_the_call(self) -> None:
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            values = thing.add_attribute("values", objectsync.GenericTopic)
            async with client(server) as ws:
                with pytest.raises(objectsync.InvalidValue, match="sorted"):
                    values.set({1, 2})
                thing.n.set(1)
                assert (await hear(ws))["transactions"][0]["changes"] == [["set", thing.id, "n", 1]]

    async def test_changes_that_come_faster_than_frames_share_one(self) -> None:
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            async with client(server) as ws:
                for value in range(1, 2_001):
                    thing.n.set(value)
                    await asyncio.sleep(0)
                frames = 0
                while True:
                    message = await hear(ws)
                    frames += 1
                    if message["seq"] == server.log.head:
                        break
                assert frames < 200

    async def test_many_clicks_leave_no_timers_behind(self) -> None:
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            thing.on("click", lambda: thing.n.add(1))

            def timers() -> int:
                """Those still to fire; asyncio keeps up to a hundred cancelled ones, such as this test's own timeouts."""
                scheduled = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # asyncio has no public count
                return sum(not handle.cancelled() for handle in scheduled)

            async with client(server) as ws:
                before = timers()
                for number in range(1, 301):
                    await say(ws, type="action", cseq=number, base=server.log.head, changes=[["emit", thing.id, "click", {}]])
                    while thing.n.value < number:
                        await hear(ws)
                assert timers() < before + 20

    async def test_async_handlers_run_on_the_loop_that_serves(self) -> None:
        async with objectsync.Server(port=0) as server:
            thing = server.create_object(Thing)
            loops: list[object] = []

            async def handler(event: objectsync.Emission) -> None:
                loops.append(asyncio.get_running_loop())

            thing.on("click", handler)
            async with client(server) as ws:
                await say(ws, type="action", cseq=1, base=server.log.head, changes=[["emit", thing.id, "click", {}]])
                await eventually(lambda: loops)
            assert loops == [asyncio.get_running_loop()]

    async def test_hello_must_come_within_its_time(self) -> None:
        async with objectsync.Server(port=0, limits=Limits(hello_seconds=0.5)) as server, raw_socket(server) as ws:
            await asyncio.wait_for(ws.wait_closed(), 10)
            assert (ws.close_code, ws.close_reason) == (4004, "hello_timeout")


async def stalled_client(server: objectsync.Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A raw socket with a tiny receive buffer that says hello and then reads no more."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", server.port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1024)
    writer.write(handshake(server.port))
    await reader.readuntil(b"\r\n\r\n")
    writer.write(masked({"type": "hello", "protocol": 2, "attempt": 1, "client": "test"}))
    await eventually(lambda: len(server.clients) == 1)
    reader._transport.pause_reading()  # type: ignore[attr-defined]  # the point of this client is not to read
    return reader, writer


def handshake(port: int) -> bytes:
    """An upgrade request, by hand."""
    return (
        f"GET /ws HTTP/1.1\r\nHost: localhost:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: objectsync.v2\r\n\r\n"
    ).encode()


def masked(message: dict[str, Any]) -> bytes:
    """A short message in a client's WebSocket frame, masked with zeros."""
    data = json.dumps(message).encode()
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data), 0, 0, 0, 0]) + data


def upgrade(raw: socket.socket, port: int) -> None:
    """Make a raw socket a WebSocket."""
    raw.sendall(handshake(port))
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += raw.recv(1024)


def say_raw(raw: socket.socket, message: dict[str, Any]) -> None:
    raw.sendall(masked(message))


def server_side(server: objectsync.Server) -> int:
    """How many sessions have a connection."""
    return sum(1 for session in server._sessions if session.connection is not None)


class TestTheGate:
    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "http://localhost.evil.example",
            "http://evil.example:8765",
            "null",
            "file://",
            "http://127.0.0.1.evil.example",
            "chrome-extension://abc",
            "http://[::1",
        ],
    )
    def test_other_sites_pages_may_not_connect(self, server: objectsync.Server, origin: str) -> None:
        response, body = get(server, "/ws", Upgrade="websocket", Connection="Upgrade", Origin=origin)
        assert response.status == 403
        assert b"allow_origins" in body
        assert get(server, "/", Origin=origin)[0].status == 403

    @pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:1234", "https://localhost"])
    async def test_pages_of_this_machine_may(self, origin: str) -> None:
        async with objectsync.Server(port=0) as server, client(server, origin=origin):
            pass

    async def test_an_origin_can_be_allowed(self) -> None:
        async with objectsync.Server(port=0, allow_origins=["https://app.example.org"]) as server:
            async with client(server, origin="https://app.example.org"):
                pass
            with pytest.raises(InvalidStatus):
                async with client(server, origin="https://app.example.org.evil"):
                    pass

    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "evil.example:8765", "", "10.0.0.5", "[::1", "127.0.0.1@evil"]
    )
    def test_other_names_are_refused_against_dns_rebinding(self, server: objectsync.Server, host: str) -> None:
        assert get(server, "/", Host=host)[0].status in (400, 421)
        assert get(server, "/ws", Upgrade="websocket", Connection="Upgrade", Host=host)[0].status in (400, 421)

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:99"])
    def test_loopback_names_are_served(self, server: objectsync.Server, host: str) -> None:
        assert get(server, "/healthz", Host=host)[0].status == 200

    def test_a_name_can_be_allowed(self) -> None:
        server = objectsync.Server(port=0, allow_hosts=["app.example.org"])
        server.start()
        try:
            assert get(server, "/healthz", Host="app.example.org")[0].status == 200
        finally:
            server.stop()

    def test_nothing_is_no_token(self) -> None:
        verdict = Gate("localhost", "", (), ()).check("/?token=", {"Host": "localhost", "Cookie": "objectsync_token="})
        assert not verdict.authorized
        assert not verdict.cookie

    def test_every_route_asks_for_the_token(self) -> None:
        server = objectsync.Server(port=0, token="open sesame; now=1&")
        server.start()
        try:
            open_routes = {"/healthz", "/readyz"}
            for path in [
                "/",
                "/index.html",
                "/objectsync.js",
                "/page.js",
                "/page.css",
                "/frontends.json",
                "/frontends/a.js",
                "/x",
                "/healthz",
                "/readyz",
            ]:
                for suffix in ("", "?token=wrong", "?token="):
                    assert (get(server, path + suffix)[0].status == 200) == (path in open_routes), path + suffix
            response, _ = get(server, "/?token=open%20sesame%3B%20now%3D1%26")
            assert response.status == 303
            assert response.headers["Location"] == "/"
            cookie = response.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            assert get(server, "/", Cookie=cookie.split(";")[0])[0].status == 200
            assert get(server, "/", Cookie=f"objectsync_token_{server.port}=wrong")[0].status == 401
        finally:
            server.stop()

    async def test_a_socket_needs_the_token_too(self) -> None:
        async with objectsync.Server(port=0, token="sesame") as server:
            async with raw_socket(server) as ws:
                await say(ws, type="hello", protocol=2, attempt=1, client="test")
                assert (await hear(ws))["code"] == "unauthorized"
                await ws.wait_closed()
                assert ws.close_code == 4102
            async with client(server, additional_headers={"Cookie": f"objectsync_token_{server.port}=sesame"}):
                pass
            async with raw_socket(server) as ws:
                await say(ws, type="hello", protocol=2, attempt=1, client="test", auth="sesame")
                assert (await hear(ws))["type"] == "welcome"

    def test_another_subprotocol_is_told_so(self, server: objectsync.Server) -> None:
        response, body = get(
            server,
            "/ws",
            Upgrade="websocket",
            Connection="Upgrade",
            **{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Protocol": "other"},
        )
        assert response.status == 400
        assert b"objectsync.v2" in body


class TestThePage:
    def test_it_is_served_with_its_security_headers(self, server: objectsync.Server) -> None:
        response, body = get(server, "/")
        assert response.status == 200
        assert len(body) <= 2048
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self' blob:;")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_the_title_is_text(self) -> None:
        server = objectsync.Server(port=0, title="<script>&")
        server.start()
        try:
            assert b"<title>&lt;script&gt;&amp;</title>" in get(server, "/")[1]
        finally:
            server.stop()

    def test_assets_are_compressed_and_cached(self, server: objectsync.Server) -> None:
        response, body = get(server, "/objectsync.js", **{"Accept-Encoding": "gzip"})
        assert response.headers["Content-Encoding"] == "gzip"
        assert body[:2] == b"\x1f\x8b"
        etag = response.headers["ETag"]
        assert get(server, "/objectsync.js", **{"If-None-Match": etag})[0].status == 304

    @pytest.mark.parametrize(
        "path", ["/nothing", "/../pyproject.toml", "//etc/hostname", "/%2e%2e/errors.py", "/frontends/../app.py", "/frontends/"]
    )
    def test_nothing_else_is_served(self, server: objectsync.Server, path: str) -> None:
        assert get(server, path)[0].status == 404

    def test_other_methods_are_refused(self, server: objectsync.Server) -> None:
        assert get(server, "/", "POST")[0].status == 405

    def test_head_has_no_body(self, server: objectsync.Server) -> None:
        response, body = get(server, "/", "HEAD")
        assert (response.status, body) == (200, b"")

    def test_a_folder_of_frontends(self, tmp_path: Path) -> None:
        (tmp_path / "counter.js").write_text("export default 1")
        (tmp_path / "secret.py").write_text("password")
        server = objectsync.Server(port=0, frontends=tmp_path)
        server.start()
        try:
            (url,) = json.loads(get(server, "/frontends.json")[1])
            assert url.startswith("frontends/counter.js?v=")
            assert get(server, f"/{url}")[1] == b"export default 1"
            assert get(server, "/frontends/secret.py")[0].status == 404
            (tmp_path / "counter.js").write_text("export default 2")
            assert json.loads(get(server, "/frontends.json")[1]) != [url]
        finally:
            server.stop()

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(objectsync.LocalError, match="is no folder"):
            objectsync.Server(frontends=tmp_path / "missing")


def test_nothing_is_left_open_after_many_clients(server: objectsync.Server) -> None:
    async def visit() -> None:
        async with client(server):
            pass

    async def visits() -> None:
        for _ in range(5):
            await visit()
        await eventually(lambda: not server.clients)
        before = open_files()
        for _ in range(50):
            await visit()
        await eventually(lambda: open_files() <= before and not server.clients)

    asyncio.run(visits())


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))

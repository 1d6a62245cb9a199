"""The contract of transports, kept in memory and over WebSocket. (Over comms: tests/jupyter/test_contract.py.)"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from objectsync import Server
from objectsync.frames import Frame
from objectsync.hub import Hub
from objectsync.protocol import SUBPROTOCOL
from objectsync.transports.memory import MemoryLink
from tests.clients import make_hub
from tests.contract import WAIT, Dial, TransportContract


class MemoryEnd:
    """In memory nothing is to be waited for."""

    def __init__(self, hub: Hub) -> None:
        self.link = MemoryLink(hub)
        self.waiting: list[Frame] = []

    def send(self, data: bytes | str, binary: bool = False) -> None:
        self.link.send_frame(data, binary)

    def receive(self) -> Frame:
        while not self.waiting:
            self.waiting = list(self.link.connection.frames_to_send(0.0))
        return self.waiting.pop(0)

    def close(self) -> None:
        self.link.close(clean=True)

    def cut(self) -> None:
        self.link.close(clean=False)

    def closed(self) -> tuple[int, str]:
        closing = self.link.connection.closing
        assert closing is not None
        return closing


class SocketEnd:
    """A socket, blocking."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        dialled = connect(f"ws://127.0.0.1:{server.port}/", subprotocols=[Subprotocol(SUBPROTOCOL)], max_size=None)
        self.socket: ClientConnection = stack.enter_context(dialled)

    def send(self, data: bytes | str, binary: bool = False) -> None:
        self.socket.send(data, text=not binary)

    def receive(self) -> Frame:
        data = self.socket.recv(WAIT)
        return Frame(data if isinstance(data, bytes) else data.encode(), isinstance(data, bytes))

    def close(self) -> None:
        self.socket.close()

    def cut(self) -> None:
        self.socket.socket.close()

    def closed(self) -> tuple[int, str]:
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(WAIT)
        return self.socket.close_code or 0, self.socket.close_reason or ""


class TestMemory(TransportContract):
    @pytest.fixture
    def hub(self) -> Hub:
        return make_hub()

    @pytest.fixture
    def dial(self, hub: Hub) -> Dial:
        return lambda: MemoryEnd(hub)


class TestWebSocket(TransportContract):
    @pytest.fixture
    def hub(self, server: Server) -> Hub:
        return server

    @pytest.fixture
    def dial(self, server: Server) -> Iterator[Dial]:
        with ExitStack() as stack:
            yield lambda: SocketEnd(server, stack)

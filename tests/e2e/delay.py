"""A TCP proxy that holds back what goes through it, each way, for as long as a distant server would.

(DevTools can delay requests, but not websockets.)
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Delay:
    """`with Delay(port, seconds) as proxy:` connections to `proxy.port` reach `port` that much later."""

    def __init__(self, port: int, seconds: float) -> None:
        self.port = 0
        self.target = port
        self.seconds = seconds
        self.loop = asyncio.new_event_loop()
        self.transports: set[asyncio.Transport] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        server = self.loop.run_until_complete(self.loop.create_server(lambda: _Side(self), "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()
        server.close()
        for transport in self.transports:
            transport.abort()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()


Act = Callable[[asyncio.Transport], None]


class _Side(asyncio.Protocol):
    """One end of a connection; what comes in goes out at the other, later."""

    def __init__(self, proxy: Delay, other: _Side | None = None) -> None:
        self._proxy = proxy
        self._other = other
        self._transport: asyncio.Transport | None = None
        self._last = 0.0
        self._waiting: list[Act] = []
        """What came for this end before it was connected, which may take longer than the delay."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._proxy.transports.add(transport)
        for act in self._waiting:
            act(transport)
        self._waiting.clear()
        if self._other is None:
            other = self._other = _Side(self._proxy, self)
            loop = self._proxy.loop
            self._connecting = loop.create_task(loop.create_connection(lambda: other, "127.0.0.1", self._proxy.target))

    def data_received(self, data: bytes) -> None:
        self._later(lambda transport: transport.write(data))

    def connection_lost(self, error: Exception | None) -> None:
        if self._transport is not None:
            self._proxy.transports.discard(self._transport)
        self._later(lambda transport: transport.close())

    def _later(self, act: Act) -> None:
        """In order, which timers of the same moment would not keep."""
        loop = self._proxy.loop
        self._last = max(self._last + 1e-6, loop.time() + self._proxy.seconds)
        if not loop.is_closed():
            loop.call_at(self._last, self._act, act)

    def _act(self, act: Act) -> None:
        other = self._other
        if other is None:
            return
        if other._transport is None:
            other._waiting.append(act)
        else:
            act(other._transport)

"""A client over WebSocket: sockets, time and threads around client/session.py.

Rules: one event loop carries the frames, the user's (`async with`) or one in a thread of its own (`start`). What is done together leaves
together. It reconnects for as long as it is open; only `close()`, or a server that says so, ends it.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from ..errors import LocalError
from ..frames import Frame
from ..hub import Hub
from ..protocol import SUBPROTOCOL, Scope
from .base import BaseClient
from .session import CLOSED, LIVE

NAME = f"objectsync-python/{Hub.version}"
SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


class Client(BaseClient):
    """A client of the server at `url`: `async with Client(url) as client`, or `with Client(url) as client` and `Client(url).start()`
    with a thread of its own.

    Args:
        url: Where the server is: "ws://localhost:8765", or the address of its page.
        token: The access token, where the server asks for one and the URL does not carry it.
        timeout: How many seconds to wait until it is live for the first time.
        name: What it calls itself to the server.
        scopes: Which parts of the tree to see; all of it, unless given. `subscribe` changes it.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        timeout: float = 10.0,
        name: str = NAME,
        scopes: Iterable[Scope] | None = None,
    ) -> None:
        super().__init__(random.random, name, token, scopes)
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.netloc:
            raise LocalError(f"{url!r} is no address of a server; use one like 'ws://localhost:8765'")
        self._url = urlunsplit((SCHEMES[parts.scheme], parts.netloc, parts.path or "/", parts.query, ""))
        self._timeout = timeout
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._awake: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None
        self._was_live = threading.Event()

    # --- the two forms

    def start(self) -> Self:
        """Carry the frames in a background thread; returns when the client is live.

        Raises:
            TimeoutError: it was not within `timeout` seconds.
            LocalError: the server would not have it, or it was started before.
        """
        self._begin()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="objectsync-client", daemon=True)
        self._thread.start()
        self._was_live.wait(self._timeout)
        self._check_begun()
        return self

    def close(self) -> None:
        """Leave for good: undecided actions are given up (`settled()` waits for them). From any thread."""
        with self._lock:
            self._session.close()
        self.wake()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        self._begin()
        self._task = asyncio.create_task(self._run())
        try:
            async with asyncio.timeout(self._timeout):
                while not self._was_live.is_set() and self.status.state != CLOSED:
                    await self._change_of_status()
        except TimeoutError:
            pass
        except BaseException:
            self.close()
            raise
        self._check_begun()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
        if self._task is not None:
            await self._task

    def retry_now(self) -> None:
        """Connect at once, where the client waits to."""
        with self._lock:
            self._session.hurry()
        self.wake()

    # --- inner

    def wake(self) -> None:
        loop, awake = self._loop, self._awake
        if loop is None or awake is None:
            return
        if threading.get_ident() == self._loop_thread:
            awake.set()
        elif not loop.is_closed():
            loop.call_soon_threadsafe(awake.set)

    def _begin(self) -> None:
        if self._thread is not None or self._task is not None:
            raise LocalError("this client was started before; a new one can be had with Client(url)")

        def note(status: object) -> None:
            if self.status.state in (LIVE, CLOSED):
                self._was_live.set()

        self.on_status.add(note)

    def _check_begun(self) -> None:
        status = self.status
        if status.state == LIVE:
            return
        self.close()
        if status.state == CLOSED:
            raise LocalError(f"{self._url} would not have this client: {status.reason} ({status.code})")
        raise TimeoutError(f"{self._url} did not answer within {self._timeout:g} s: {status.reason or status.state}")

    async def _change_of_status(self) -> None:
        changed = asyncio.Event()
        end = self.on_status.add(lambda status: changed.set())
        try:
            await changed.wait()
        finally:
            end()

    async def _run(self) -> None:
        self._loop = loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._awake = awake = asyncio.Event()
        while self.status.state != CLOSED:
            code, reason = await self._connect()
            with self._lock:
                self._session.lost(code, reason, loop.time())
            while (retry_at := self._session.retry_at) is not None and loop.time() < retry_at:
                awake.clear()
                await _wait(awake, retry_at - loop.time())
        self._loop = None

    async def _connect(self) -> tuple[int, str]:
        """One connection, from its beginning to its end; returns the close code and reason."""
        try:
            async with asyncio.timeout(self._timeout):
                socket = await connect(
                    self._url,
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    max_size=None,  # a snapshot is as large as the tree
                    ping_interval=None,  # the protocol has its own heartbeat
                    compression=None,
                    open_timeout=None,
                )
        except InvalidStatus as error:
            status = error.response.status_code
            body = (error.response.body or b"").decode(errors="replace").strip()
            return (4102 if status in (401, 403) else 1006), f"the server answered {status}: {body}"
        except (OSError, WebSocketException, TimeoutError) as error:
            return 1006, f"no connection: {error or 'no answer'}"
        async with socket:
            with self._lock:
                self._session.opened(asyncio.get_running_loop().time())
            reader = asyncio.create_task(self._read(socket))
            try:
                await self._write(socket, reader)
            finally:
                reader.cancel()
        return socket.close_code or 1006, socket.close_reason or ""

    async def _read(self, socket: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for data in socket:
                self._take([Frame(data.encode() if isinstance(data, str) else data, isinstance(data, bytes))], loop.time())
                self.wake()
        except ConnectionClosed:
            pass
        finally:
            self.wake()

    async def _write(self, socket: ClientConnection, reader: asyncio.Task[None]) -> None:
        loop, awake = asyncio.get_running_loop(), self._awake
        assert awake is not None  # made by _run
        while not reader.done():
            awake.clear()
            self._take([], loop.time())
            with self._lock:
                self._session.tick(loop.time())
                frames = self._session.frames_to_send(loop.time())
                closing, deadline = self._session.closing, self._session.next_deadline()
            try:
                for frame in frames:
                    await socket.send(frame.data, text=not frame.binary)
            except ConnectionClosed:
                return
            if closing is not None:
                await socket.close(*closing)
                return
            await _wait(awake, None if deadline is None else deadline - loop.time())


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    if event.is_set():
        return
    try:
        async with asyncio.timeout(None if seconds is None else max(0.0, seconds)):
            await event.wait()
    except TimeoutError:
        pass

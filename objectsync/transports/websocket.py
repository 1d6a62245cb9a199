"""The WebSocket shell: sockets, HTTP and time around the hub, for one event loop.

Rules: a change leaves at once when the wire is idle, and so does what a client's message caused (with what its handlers make of it, if they
take no longer than `HANDLED`); what comes faster shares a frame every `TICK`. Frames that several clients get are the same bytes. A client
whose socket does not drain is not written to, and is cut off after `Limits.progress_seconds`: the library's own keepalive would not notice,
its ping waits behind the full buffer. The thread of a handler writes what that has changed, if the event loop has nothing to do with the
sockets at that moment: one thread less to wake on the way of a click. While few are connected, that thread reads, too (reader.py). Whoever
has the `_turn` reads and writes; it is taken before the tree's lock.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from time import monotonic
from urllib.parse import urlsplit
from weakref import WeakSet

from websockets.asyncio.server import Server as WebSocketServer
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ..audience import Audience
from ..closing import RESTART
from ..connection import Connection
from ..hub import Hub
from ..lasting import tidy
from ..protocol import SUBPROTOCOL
from ..worker import Rest
from .gate import Gate
from .page import Answer, Page
from .reader import LATE, Reader
from .socket import WRITE_LIMIT, Message, Socket, write

logger = logging.getLogger("objectsync.server")

TICK = 0.016
"""Seconds between two writes to a client while changes come faster: one frame of a 60 Hz display."""
BACKLOG = 1024
"""Connections that may wait to be accepted. After a cut everyone comes back at once; who finds no room tries again after seconds."""
HANDLED = LATE
"""Seconds that a client's click may wait for its handler before it is acknowledged: one frame, one wake-up of everyone on its way, where
there were two in the same millisecond."""
FEW = 8
"""Clients whose messages the thread of the handlers reads. With more, the two threads would hold each other up for longer than it takes to
wake one."""
CLOCK = 1.0
"""Seconds between looks at the clock: deadlines are seconds long."""


class Client:
    """One socket: its connection, and how its write buffer drains."""

    __slots__ = ("connection", "drained_at", "ending", "last_buffered", "socket")

    def __init__(self, socket: Socket, connection: Connection, now: float) -> None:
        self.socket = socket
        self.connection = connection
        self.drained_at = now
        self.last_buffered = 0
        self.ending = False

    def stuck_for(self, now: float) -> float:
        """How long the write buffer has not become smaller."""
        buffered = self.buffered
        if buffered == 0 or buffered < self.last_buffered:
            self.drained_at = now
        self.last_buffered = buffered
        return now - self.drained_at

    @property
    def buffered(self) -> int:
        """Bytes that wait in the socket's write buffer."""
        return int(self.socket.transport.get_write_buffer_size())


class WebSocketShell:
    """Serves one hub on one event loop."""

    def __init__(self, hub: Hub, gate: Gate, page: Page) -> None:
        self._hub = hub
        self._gate = gate
        self._page = page
        self._clients: dict[Socket, Client] = {}
        self._accepted: WeakSet[Socket] = WeakSet()  # those that are still shaking hands, and requests for the page, too
        self._audience: Audience[Socket] = Audience(hub)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._turn = threading.RLock()
        self._scheduled = False
        self._paced_at = 0.0
        self._timer: asyncio.TimerHandle | None = None  # the next paced pump; never more than one, however many are urgent meanwhile
        self._held = False  # something waits for handlers, until they have changed something or `_look` is called
        self._held_timer: asyncio.TimerHandle | None = None
        self._reader: Reader | None = None
        self._reading = 0  # the thread, other than the event loop's, that is in `_hear`
        self._woken = False  # while it was
        self._servers: list[WebSocketServer] = []
        self._clock: asyncio.TimerHandle | None = None
        self._remove_waker = hub.add_waker(self._wake, self._urge)

    async def listen(self, addresses: list[tuple[str, int]]) -> list[int]:
        """Listen on these; returns the ports. The second and later ones are other names of the first, and may be missing."""
        accepted = self._accepted

        class Accepted(Socket):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                super().connection_made(transport)
                accepted.add(self)

        ports: list[int] = []
        for position, (host, port) in enumerate(addresses):
            try:
                server = await serve(
                    self._serve,
                    host,
                    port or (ports[0] if ports else 0),
                    subprotocols=[Subprotocol(SUBPROTOCOL)],
                    process_request=self._process_request,
                    process_response=_add_headers,
                    max_size=self._hub.limits.message_bytes,
                    create_connection=Accepted,
                    backlog=BACKLOG,
                    open_timeout=self._hub.limits.hello_seconds,
                    ping_interval=None,  # the protocol has its own heartbeat, which also sees what hangs above the socket
                    close_timeout=2,
                    write_limit=WRITE_LIMIT,
                    compression=None,  # updates are small, and a compressor is 300 kB a client
                    server_header="objectsync",
                )
            except OSError:
                if position == 0:
                    raise
                continue
            self._servers.append(server)
            ports.append(server.sockets[0].getsockname()[1])
        self._tick()
        return ports

    @property
    def connected(self) -> int:
        """How many sockets are open."""
        return len(self._clients)

    @property
    def sockets(self) -> list[Socket]:
        """Those that are open."""
        return list(self._clients)

    def filenos(self) -> list[int]:
        """The file descriptors of all of its sockets."""
        listening = [socket.fileno() for server in self._servers for socket in server.sockets]
        return listening + [client.socket.transport.get_extra_info("socket").fileno() for client in self._clients.values()]

    async def close(self) -> None:
        """Stop listening, and tell every client that the server goes down."""
        self._remove_waker()
        for timer in (self._clock, self._timer, self._held_timer):
            if timer is not None:
                timer.cancel()
        if self._reader is not None:
            self._reader.read(())
        for server in self._servers:
            server.close(close_connections=False)
        closing = [asyncio.create_task(client.socket.close(*RESTART)) for client in self._clients.values()]
        if closing:
            await asyncio.wait(closing, timeout=3)
        for socket in list(self._accepted):
            socket.transport.abort()
        for server in self._servers:
            server.close()

    def rest(self) -> Rest | None:
        """What the thread of the handlers does between them: it reads. None where it cannot."""
        self._reader = Reader.where_possible(self._loop, self._turn, lambda: self._held, self._look)
        return self._reader

    # --- requests

    def _process_request(self, socket: ServerConnection, request: Request) -> Response | None:
        assert isinstance(socket, Socket)
        headers: Mapping[str, str] = request.headers
        verdict = self._gate.check(request.path, headers)
        if verdict.status != 200:
            return _response(Answer(verdict.status, (("Content-Type", "text/plain; charset=utf-8"),), f"{verdict.reason}\n".encode()))
        upgrade = headers.get("Upgrade", "").lower() == "websocket"
        if upgrade:
            if SUBPROTOCOL not in [name.strip() for name in headers.get("Sec-WebSocket-Protocol", "").split(",")]:
                reason = f"this server speaks the WebSocket subprotocol {SUBPROTOCOL}\n"
                return _response(Answer(400, (("Content-Type", "text/plain; charset=utf-8"),), reason.encode()))
            socket.authorized = verdict.authorized
            socket.headers = verdict.response
            return None
        path = urlsplit(request.path).path
        if path in ("/healthz", "/readyz"):
            return _response(self._page.answer("GET", path, "", ""))
        if not verdict.authorized:
            text = "this page asks for an access token: open it as ?token=…\n"
            return _response(Answer(401, (("Content-Type", "text/plain; charset=utf-8"),), text.encode()))
        answer = self._page.answer(request.method, path, headers.get("Accept-Encoding", ""), headers.get("If-None-Match", ""))
        if verdict.cookie:
            answer = Answer(303, (("Location", path), ("Set-Cookie", verdict.cookie), ("Cache-Control", "no-store")), b"")
        return _response(answer)

    # --- one client

    async def _serve(self, socket: ServerConnection) -> None:
        assert isinstance(socket, Socket)
        hub = self._hub
        waiting = sum(1 for client in self._clients.values() if client.connection.session is None)
        if waiting >= hub.limits.unauthenticated_connections:
            await socket.close(1013, "too many connections that have not said hello")
            return
        client = Client(socket, hub.connect(monotonic(), authorized=socket.authorized), monotonic())
        socket.turn = self._turn
        with self._turn, hub.lock:
            self._clients[socket] = client
            self._audience.add(client.connection, socket)
        socket.listen(partial(self._hear, client))
        socket.lost = partial(self._forget, socket)
        self._share_reading()
        try:
            await socket.wait_closed()
        finally:
            with self._turn:
                self._clients.pop(socket, None)
                client.connection.lost(monotonic(), clean=socket.close_code in (1000, 1001))
            self._share_reading()

    def _share_reading(self) -> None:
        """Have the thread of the handlers read what it can."""
        if self._reader is not None:
            few = len(self._clients) <= FEW
            self._reader.read([socket for socket, client in self._clients.items() if few and not client.ending])

    def _forget(self, socket: Socket) -> None:
        if self._reader is not None:
            self._reader.forget(socket)

    def _hear(self, client: Client, data: Message) -> None:
        with self._turn:
            if threading.get_ident() == self._thread:
                self._take(client, data)
                return
            self._reading, self._woken = threading.get_ident(), False
            try:
                self._take(client, data, elsewhere=True)
            finally:
                self._reading = 0
            if self._woken and not self._held:
                self._wake()

    def _take(self, client: Client, data: Message, elsewhere: bool = False) -> None:
        hub = self._hub
        head, due = hub.log.head, hub.handlers_due
        now = monotonic()
        if not client.connection.receive(data, isinstance(data, bytes), now):
            return
        # What a client caused leaves at once: to everyone, or to itself alone; what has a handler, with what that does.
        if hub.handlers_due != due:
            self._hold(elsewhere)
        elif hub.log.head == head:
            self._write(client, now, elsewhere)
        elif elsewhere:
            self._woken = False
            self._write_all(elsewhere=True)
        else:
            self._pump()

    def _hold(self, elsewhere: bool) -> None:
        """What is to be written waits for handlers."""
        if self._held:
            return
        self._held = True
        if elsewhere and self._reader is not None:
            self._reader.watch()
        else:
            self._held_timer = self._loop.call_later(HANDLED, self._look)

    def _look(self) -> None:
        if not self._held:
            return
        if self._hub.is_busy:  # most likely with what the handler does: to wait for it here would hold up everyone
            self._held = False
            if self._hub.is_busy:
                return  # its end wakes, now that nothing is held
        self._pump()

    # --- writing

    def _wake(self) -> None:
        """There is something to send. Called from any thread, with the tree's lock held."""
        if self._scheduled or self._held:
            return  # what waits for handlers takes this along: whoever ends that takes the lock afterwards
        thread = threading.get_ident()
        if thread == self._reading:
            self._woken = True  # it writes itself, or comes back
            return
        self._scheduled = True
        if thread == self._thread:
            self._loop.call_soon(self._paced_pump)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._paced_pump)

    def _paced_pump(self) -> None:
        if self._timer is not None or self._held:
            return
        wait = self._paced_at + TICK - monotonic()
        if wait > 0:
            self._timer = self._loop.call_later(wait, self._timed_pump)
        else:
            self._timed_pump()

    def _timed_pump(self) -> None:
        self._timer = None
        self._paced_at = monotonic()
        self._pump()

    def _urge(self) -> None:
        """A handler has run: what it changed leaves at once, whatever the pace. Called from any thread."""
        if self._loop.is_closed():
            return
        if threading.get_ident() != self._thread and self._turn.acquire(blocking=False):
            try:
                self._held = False  # before it looks what there is: what comes now is told by itself
                self._write_all(elsewhere=True)
            finally:
                self._turn.release()
        else:
            self._loop.call_soon_threadsafe(self._pump)

    def _pump(self) -> None:
        """Write to every client what it is due. (The event loop's.)"""
        self._held = self._scheduled = False
        if self._held_timer is not None:
            self._held_timer.cancel()
            self._held_timer = None
        with self._turn:
            self._write_all()

    def _write_all(self, elsewhere: bool = False) -> None:
        now = monotonic()
        with self._hub.lock:
            shared = self._audience.share(now)
            apart = [self._clients[socket] for socket in self._audience.apart.values()]
        if shared is not None:
            frame, sockets = shared
            write(frame.data, frame.binary, sockets, elsewhere)
        for client in apart:
            self._write(client, now, elsewhere)

    def _write(self, client: Client, now: float, elsewhere: bool = False) -> None:
        """Write to one client what it is due. (A client that lags has its window full, and is due nothing until it acknowledges.)"""
        for frame in client.connection.frames_to_send(now):
            write(frame.data, frame.binary, (client.socket,), elsewhere)
        if client.connection.closing:
            if elsewhere:
                self._loop.call_soon_threadsafe(self._end, client)
            else:
                self._end(client)

    def _end(self, client: Client) -> None:
        """Close a socket, once. It is read on until it is closed, or the closing handshake would wait behind what the client sent."""
        if client.ending or client.connection.closing is None:
            return
        client.ending = True
        self._share_reading()
        code, reason = client.connection.closing
        task = self._loop.create_task(client.socket.close(code, reason))
        _closing.add(task)
        task.add_done_callback(_closing.discard)

    def _tick(self) -> None:
        now = monotonic()
        self._clock = self._loop.call_later(CLOCK, self._tick)
        if self._hub.is_busy:
            return  # deadlines are seconds long, and can wait for what the event loop would have to wait for
        self._hub.tick(now)
        tidy()
        with self._turn:
            for client in list(self._clients.values()):
                if client.stuck_for(now) > self._hub.limits.progress_seconds:
                    client.socket.transport.abort()  # its close frame would wait behind the full buffer
                    continue
                client.connection.tick(now)
        self._pump()


_closing: set[asyncio.Task[None]] = set()
"""Sockets being closed; the event loop holds tasks weakly."""


def _add_headers(socket: ServerConnection, request: Request, response: Response) -> None:
    assert isinstance(socket, Socket)
    for name, value in socket.headers:
        response.headers[name] = value


def _response(answer: Answer) -> Response:
    headers = Headers([*answer.headers, ("Content-Length", str(len(answer.body))), ("Connection", "close")])
    return Response(answer.status, HTTPStatus(answer.status).phrase, headers, answer.body)


__all__ = ["WebSocketShell"]

"""A WebSocket connection that hands on each message as it comes, and many to which one message is written at once.

The library has a task wait for messages: for each a future, a queue and a turn of the event loop, which is more than most of them cost the
hub. Here what comes is taken in the turn that read it; nothing waits, and who sends faster than it is heard is held up by TCP.

To 200 clients, a small frame is little more than 200 calls of the kernel (`benchmarks.sync`). So what goes over the wire is made once, the
same for each (no mask, no compression, no fragments): the library's `broadcast` makes it anew for every socket, which is half of its time.
And where nothing waits in a transport's buffer, it goes past the transport, straight to the kernel.

Rules: a transport is the event loop's. Another thread may write to the kernel while it has the `turn`, which the event loop takes for all
that it does with the socket; what the kernel does not take it leaves to the event loop, and nothing is written before that.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Sequence

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State

from .framing import framed, is_between, text_in

Message = str | bytes
WRITE_LIMIT = 0
"""Bytes in a transport's buffer above which it says so: any at all."""
_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
MAX_FRAGMENTS = 1024
"""Of one message. Their bytes are limited by the library (`max_size`)."""


class Socket(ServerConnection):
    """One client's; `authorized` and `headers` are what the gate said of its request."""

    authorized = False
    headers: tuple[tuple[str, str], ...] = ()

    messages = 0
    """How many have come."""

    descriptor: int | None = None
    """Of the kernel's socket, while nothing waits in the transport's buffer that has to go first. None on Windows, where it is no file."""

    turn = threading.RLock()
    """Whose turn it is to write. (One for all of a server's sockets; this one is for those that nobody else writes to.)"""

    lost: Callable[[], object] = staticmethod(lambda: None)
    """Called with the turn when the connection is over, while the descriptor is still its own."""

    heard_whole = False
    """Whether the last that came was a message, whole and alone, so that the library knows nothing of it. (To ask the library where it is
    takes a fortieth of the time in which a click is answered.)"""

    _rest: tuple[bytes, ...] = ()
    _take: Callable[[Message], None] | None = None
    _early: tuple[Message, ...] = ()
    _parts: list[Frame] | None = None
    _elsewhere = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """There is a connection. (The event loop calls it.)"""
        super().connection_made(transport)
        self._go_past_the_transport()

    def pause_writing(self) -> None:
        """Something waits in the buffer. (The transport calls it.)"""
        super().pause_writing()
        with self.turn:
            self.descriptor = None

    def resume_writing(self) -> None:
        """Nothing does any more. (The transport calls it.)"""
        super().resume_writing()
        with self.turn:
            self._go_past_the_transport()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over, and the descriptor may soon be another socket's. (The event loop calls it.)"""
        with self.turn:
            self.descriptor = None
            self._rest = ()
            self.lost()
        super().connection_lost(exc)

    def send_data(self) -> None:
        """Write what the library has to say: answers to pings, the end. (The library calls it.)"""
        with self.turn:
            self._write_rest()
            super().send_data()

    def finish(self, data: bytes, elsewhere: bool) -> None:
        """Write what the kernel has not taken, behind all that it has not taken before."""
        if elsewhere:
            self.descriptor = None
            self._rest += (data,)
            self.loop.call_soon_threadsafe(self._write_rest)
            return
        self._write_rest()
        self.transport.write(data)

    def hear(self, data: bytes) -> Sequence[Request | Response | Frame] | None:
        """Take what has come, on another thread than the event loop's, which has the turn. What is more than messages is for the event
        loop to `go_on` with, and returned."""
        protocol = self.protocol
        text = text_in(data, protocol) if self.heard_whole or is_between(protocol) else None
        self.heard_whole = text is not None
        events: Sequence[Request | Response | Frame] = ()
        if text is None:
            protocol.receive_data(data)
            events = protocol.events_received()
            if protocol.state is not State.OPEN:
                return events
            for event in events:
                if not isinstance(event, Frame) or event.opcode not in _DATA:
                    return events
        self._elsewhere = True
        try:
            if text is not None:
                self._hand_on(text)
            for event in events:
                self.process_event(event)
        finally:
            self._elsewhere = False
        return None if protocol.state is State.OPEN else ()

    def go_on(self, events: Iterable[Request | Response | Frame]) -> None:
        """What `hear` has left, and what the library has to say to it."""
        self.data_received(b"")
        for event in events:
            self.process_event(event)

    def listen(self, take: Callable[[Message], None]) -> None:
        """Have `take` called with each message, also with those that have come already."""
        self._take = take
        early, self._early = self._early, ()
        for message in early:
            take(message)

    def move(self, transport: asyncio.Transport, early: bytes) -> None:
        """Go on over another transport, which reads nothing yet and brought `early`; nothing was sent or heard over this one."""
        former = self.transport
        former.set_protocol(asyncio.Protocol())
        former.abort()
        transport.set_write_buffer_limits(self.write_limit_high, self.write_limit_low)
        transport.set_protocol(self)
        self.transport = transport
        self._go_past_the_transport()
        if early:
            self.data_received(early)
        transport.resume_reading()

    def process_event(self, event: Request | Response | Frame) -> None:
        """Take what has come. (The library calls it.)"""
        if not isinstance(event, Frame) or event.opcode not in _DATA:
            super().process_event(event)
            return
        parts = self._parts
        if parts is None:
            parts = self._parts = []
        elif len(parts) >= MAX_FRAGMENTS:
            self._fail(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
            return
        parts.append(event)
        if not event.fin:
            return
        self._parts = None
        data = bytes(event.data) if len(parts) == 1 else b"".join([part.data for part in parts])
        try:
            message: Message = data.decode() if parts[0].opcode is Opcode.TEXT else data
        except UnicodeDecodeError as error:
            self._fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
            return
        self._hand_on(message)

    def _hand_on(self, message: Message) -> None:
        self.messages += 1
        if self._take is None:
            self._early += (message,)
        else:
            self._take(message)

    def _write_rest(self) -> None:
        if not self._rest:
            return
        with self.turn:
            rest, self._rest = self._rest, ()
            for data in rest:
                self.transport.write(data)
            if not self.transport.get_write_buffer_size():
                self._go_past_the_transport()

    def _go_past_the_transport(self) -> None:
        if self._rest or self.protocol.state is State.CLOSED:
            return
        if os.name == "posix" and isinstance(self.loop, asyncio.SelectorEventLoop):
            self.descriptor = self.transport.get_extra_info("socket").fileno()

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.protocol.fail(code, reason)
        if not self._elsewhere:
            self.send_data()


def write(message: bytes, binary: bool, sockets: Iterable[Socket], elsewhere: bool = False) -> None:
    """Write one message to all of these that are open; `elsewhere` is on another thread than their event loop's, which has the turn."""
    data = framed(message, binary)
    for socket in sockets:
        if socket.protocol.state is not State.OPEN:
            continue
        try:
            written = 0 if socket.descriptor is None else os.write(socket.descriptor, data)
        except OSError:
            written = 0  # its buffer is full, or the connection broken: the transport finds out which, and deals with it
        if written < len(data):
            socket.finish(data[written:], elsewhere)


__all__ = ["WRITE_LIMIT", "Message", "Socket", "write"]

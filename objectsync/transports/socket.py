"""A WebSocket connection that hands on each message as it comes.

The library has a task wait for messages: for each a future, a queue and a turn of the event loop, which is more than most of them cost the
hub. Here what comes is taken in the turn that read it; nothing waits, and who sends faster than it is heard is held up by TCP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response

Message = str | bytes
MAX_FRAGMENTS = 1024
"""Of one message. Their bytes are limited by the library (`max_size`)."""


class Socket(ServerConnection):
    """One client's; `authorized` and `headers` are what the gate said of its request."""

    authorized = False
    headers: tuple[tuple[str, str], ...] = ()

    messages = 0
    """How many have come."""

    _take: Callable[[Message], None] | None = None
    _early: tuple[Message, ...] = ()
    _parts: list[Frame] | None = None

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
        if early:
            self.data_received(early)
        transport.resume_reading()

    def process_event(self, event: Request | Response | Frame) -> None:
        """Take what has come. (The library calls it.)"""
        if not isinstance(event, Frame) or event.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
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
        self.messages += 1
        data = bytes(event.data) if len(parts) == 1 else b"".join([part.data for part in parts])
        try:
            message: Message = data.decode() if parts[0].opcode is Opcode.TEXT else data
        except UnicodeDecodeError as error:
            self._fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
            return
        if self._take is None:
            self._early += (message,)
        else:
            self._take(message)

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.protocol.fail(code, reason)
        self.send_data()


__all__ = ["Message", "Socket"]

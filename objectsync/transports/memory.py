"""The in-memory transport: two queues and an explicit flush, for tests and for embedding a client in the server's process."""

from __future__ import annotations

from typing import Any

import msgspec

from ..audience import Audience
from ..frames import Frame, cut_buffers, split, unescape
from ..hub import Hub


class MemoryLink:
    """One client's end. Nothing moves until told to: `send` hands a message to the server, `receive` takes what it has for the client."""

    def __init__(self, hub: Hub, now: float = 0.0, identity: str | None = None) -> None:
        self.now = now
        self._hub = hub
        self.connection = hub.connect(now, identity)
        self._audience: Audience[Any] = Audience(hub)
        self.join(self._audience, None)
        self.frames: list[Frame] = []
        """Every frame received, as it was on the wire."""

    def join(self, audience: Audience[Any], who: Any) -> None:
        """Be one of these, and not an audience of one; what they share, whoever has them told it."""
        self._audience.remove(self.connection)
        self._audience = audience
        audience.add(self.connection, who)

    def send(self, message: dict[str, Any]) -> None:
        """A message from the client to the server."""
        self.send_frame(msgspec.json.encode(message))

    def send_frame(self, data: bytes | str, binary: bool = False) -> None:
        """A raw frame from the client to the server."""
        self.connection.receive(data, binary, self.now)

    def receive(self) -> list[dict[str, Any]]:
        """The messages that the server has for the client now, with their buffers in place. They are asked for as by the WebSocket."""
        with self._hub.lock:
            shared = self._audience.share(self.now)
        frames = [] if shared is None else [shared[0]]
        if self._audience.apart:
            frames += self.connection.frames_to_send(self.now)
        self.frames += frames
        return [decode_frame(frame) for frame in frames]

    def advance(self, seconds: float) -> None:
        """Let time pass for this connection."""
        self.now += seconds
        self.connection.tick(self.now)

    def close(self, clean: bool = True) -> None:
        """The transport is gone."""
        self.connection.lost(self.now, clean)


def decode_frame(frame: Frame) -> dict[str, Any]:
    """A server's frame as plain data, buffers in place."""
    json, rest = split(frame.data, frame.binary)
    message: dict[str, Any] = msgspec.json.decode(json)
    buffers = cut_buffers(tuple(message.pop("buffers", ())), rest)
    if "transactions" in message:
        taken = 0
        for transaction in message["transactions"]:
            count = transaction.pop("buffers", 0)
            if "changes" in transaction:
                transaction["changes"] = unescape(transaction["changes"], buffers[taken : taken + count])
            taken += count
        return message
    plain: dict[str, Any] = unescape(message, buffers)
    return plain

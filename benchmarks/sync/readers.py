"""Clients in a process of their own: they read what comes, and ours acknowledge it and come back as PROTOCOL.md says.

No WebSocket library, and JSON only in the greeting: their cost shall not stand in the way of the server's, with which they share the
machine. Frames are told apart by their headers, and what a client says is masked with zeros. They offer compression, as every browser does;
whether to compress is the server's choice, and its cost (topicsync does, we do not).
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from typing import Any

ACK_SECONDS = 4.0
ACK_BYTES = 64 * 1024
FIRST_WAIT = 0.25
LONGEST_WAIT = 10.0
_SEQ = re.compile(rb'"seq":(\d+)')
_SENT_AT = re.compile(rb'"at",(\d+)')


class Reader(asyncio.Protocol):
    """One client; it outlives its connections."""

    def __init__(self, port: int, path: str, speaks: bool) -> None:
        self._port = port
        self._path = path
        self._speaks = speaks
        self._attempt = 0
        self._failures = 0
        self._welcome: dict[str, Any] = {}
        self._hash = ""
        self._acknowledged_at = 0.0
        self.frames = 0
        self.seq = 0
        self.latencies: list[float] = []

    async def connect(self) -> None:
        """Connect, and again until it works."""
        while True:
            try:
                await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
                return
            except OSError:
                await self._wait()

    async def _wait(self) -> None:
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2**self._failures)
        self._failures += 1
        await asyncio.sleep(longest * (0.5 + random.random() / 2))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.live = False
        self._open = False
        self._buffer = bytearray()
        self._frames = 0
        self._unacknowledged = 0
        request = (
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: objectsync.v2\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
        )
        transport.write(request.encode())

    def connection_lost(self, error: Exception | None) -> None:
        self.live = False
        if self._speaks:
            task = asyncio.ensure_future(self._return())
            _returning.add(task)
            task.add_done_callback(_returning.discard)

    async def _return(self) -> None:
        await self._wait()
        await self.connect()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer
        buffer += data
        if not self._open:
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            assert buffer.startswith(b"HTTP/1.1 101"), bytes(buffer)
            del buffer[: end + 4]
            self._open = True
            if self._speaks:
                self._hello()
            else:
                self.live = True
        at = 0
        while (message := _message(buffer, at)) is not None:
            opcode = buffer[at] & 0x0F
            start, at = message
            if opcode == 0x9:
                self.transport.write(bytes([0x8A, 0x80 | (at - start)]) + bytes(4) + buffer[start:at])
            if opcode > 0x2:
                continue
            self._receive(buffer, start, at)
        del buffer[:at]
        if self._speaks and self._unacknowledged:
            now = time.monotonic()
            if self._unacknowledged >= ACK_BYTES or now - self._acknowledged_at >= ACK_SECONDS:
                self._acknowledged_at = now
                self._unacknowledged = 0
                self.say({"type": "ack", "seq": self.seq, "frames": self._frames})

    def _hello(self) -> None:
        self._attempt += 1
        seen = {name: self._welcome[name] for name in ("session", "token", "epoch")} if self._welcome else {}
        if self._hash:
            seen |= {"seq": self.seq, "hash": self._hash}
        self.say({"type": "hello", "protocol": 2, "attempt": self._attempt, "client": "benchmark", **seen})

    def _receive(self, buffer: bytearray, start: int, end: int) -> None:
        self.frames += 1
        self._frames += 1
        self._unacknowledged += end - start
        head = bytes(buffer[start : min(end, start + 160)])
        if not head.startswith(b"{"):
            head = head[4:]  # a binary frame: the length of its JSON comes first
        if head.startswith(b'{"type":"welcome"'):
            self._welcome = json.loads(bytes(buffer[start:end]))
            if self._welcome["resume"] == "replay":
                self._failures = 0
                self.live = True
        elif head.startswith(b'{"type":"update"'):
            self.seq = int(_SEQ.findall(head)[0])
            self._hash = head[head.index(b'"hash":"') + 8 :][:8].decode()
            if (sent_at := _SENT_AT.search(head)) is not None:
                self.latencies.append(time.monotonic() - int(sent_at[1]) / 1e6)
        elif head.startswith(b'{"type":"snapshot"'):
            page = re.search(rb'"page":(\d+),"pages":(\d+)', head)
            assert page is not None
            if int(page[1]) == int(page[2]) - 1:
                self.seq = int(_SEQ.findall(head)[0])
                self._hash = self._welcome["hash"]
                self.live = True
        elif head.startswith(b'{"type":"ping"'):
            self.say({"type": "pong"})

    def say(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else bytes([0x81, 0x80 | 126]) + len(data).to_bytes(2, "big")
        self.transport.write(head + bytes(4) + data)


_returning: set[asyncio.Future[None]] = set()


def _message(buffer: bytearray, at: int) -> tuple[int, int] | None:
    """Where the next whole message begins and ends."""
    if len(buffer) - at < 2:
        return None
    length = buffer[at + 1]
    head = {126: 4, 127: 10}.get(length, 2)
    if len(buffer) - at < head:
        return None
    if head > 2:
        length = int.from_bytes(buffer[at + 2 : at + head], "big")
    end = at + head + length
    return (at + head, end) if len(buffer) >= end else None


async def main(port: int, path: str, count: int, speaks: bool) -> None:
    """Connect all, and answer each line on stdin with how they stand; leave when there are no more."""
    readers = [Reader(port, path, speaks) for _ in range(count)]
    for reader in readers:
        await reader.connect()
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        latencies = [latency for reader in readers for latency in reader.latencies]
        for reader in readers:
            reader.latencies = []
        standing = {
            "live": sum(reader.live for reader in readers),
            "seq": min(reader.seq for reader in readers),
            "frames": sum(reader.frames for reader in readers),
            "p99": sorted(latencies)[len(latencies) * 99 // 100] if latencies else 0.0,
        }
        print(json.dumps(standing), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "speaks"))

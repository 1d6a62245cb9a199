"""Clients for tests: a hub without I/O, and a client that speaks the wire by hand."""

from __future__ import annotations

import itertools
from typing import Any

from objectsync import Limits, Policy
from objectsync.hub import Hub
from objectsync.jobs import InlineJobs
from objectsync.transports.memory import MemoryLink


def make_hub(**options: Any) -> Hub:
    """A hub whose secrets are s1, s2, s3 … and whose handlers run in place."""
    numbers = itertools.count(1)
    return Hub(new_secret=lambda size: f"s{next(numbers)}", jobs=InlineJobs(), **options)


class WireClient:
    """A client that says just what it is told to, and remembers what it heard."""

    def __init__(self, hub: Hub, hello: dict[str, Any] | None = None, identity: str | None = None, now: float = 0.0) -> None:
        self.hub = hub
        self.link = MemoryLink(hub, now, identity)
        self.cseq = 0
        self.calls = 0
        self.seq = 0
        self.hash: str | None = None
        self.frames = 0
        self.link.send({"type": "hello", "protocol": 2, "attempt": 1, "client": "test", **(hello or {})})
        self.greeting = self.receive()
        welcome = self.greeting[0] if self.greeting else {}
        self.session: str = welcome.get("session", "")
        self.token: str = welcome.get("token", "")
        self.epoch: str = welcome.get("epoch", "")

    def receive(self) -> list[dict[str, Any]]:
        """What the server has to say now."""
        messages = self.link.receive()
        self.frames += len(messages)
        for message in messages:
            self.seq = message.get("seq", self.seq)
            self.hash = message.get("hash", self.hash)
        return messages

    def ack(self) -> None:
        """Acknowledge everything so far."""
        self.link.send({"type": "ack", "seq": self.seq, "frames": self.frames})

    def propose(self, *changes: list[Any], base: int | None = None, gesture: int = 0) -> None:
        """Send an action."""
        self.cseq += 1
        part = {"gesture": gesture} if gesture else {}
        base = self.seq if base is None else base
        self.link.send({"type": "action", "cseq": self.cseq, "base": base, **part, "changes": list(changes)})

    def act(self, *changes: list[Any], base: int | None = None, gesture: int = 0) -> dict[str, Any]:
        """Send an action and return the transaction that answers it."""
        self.propose(*changes, base=base, gesture=gesture)
        for message in self.receive():
            for transaction in message.get("transactions", ()):
                if transaction.get("cseq") == self.cseq:
                    answer: dict[str, Any] = transaction
                    return answer
        raise AssertionError(f"action {self.cseq} was not answered")

    def call(self, service: str, object: str | None = None, **args: Any) -> dict[str, Any]:
        """Call a service and return the result message."""
        self.calls += 1
        self.link.send({"type": "call", "id": self.calls, "service": service, "args": args, **({"object": object} if object else {})})
        return next(message for message in self.receive() if message["type"] == "result")

    def resume(self, attempt: int = 2, now: float | None = None) -> WireClient:
        """Come back on a new connection."""
        hello = {"session": self.session, "token": self.token, "epoch": self.epoch, "seq": self.seq, "attempt": attempt, "hash": self.hash}
        again = WireClient(self.hub, hello, now=self.link.now if now is None else now)
        again.cseq = self.cseq
        again.seq = max(self.seq, again.seq)
        return again


def changes_in(messages: list[dict[str, Any]]) -> list[Any]:
    """All changes in updates, flat."""
    return [change for message in messages for transaction in message.get("transactions", ()) for change in transaction.get("changes", ())]


__all__ = ["Limits", "Policy", "WireClient", "changes_in", "make_hub"]

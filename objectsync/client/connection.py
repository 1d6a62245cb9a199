"""What a client remembers: who it is, across connections, and how the present connection stands."""

from __future__ import annotations

import math
from typing import Final

from msgspec import UNSET, UnsetType

from ..changes import Change
from ..protocol import PROTOCOL, Hello, Scope, Welcome
from .reconnect import Pace

NO_EPOCH: Final = "-"
"""An epoch that no server has: asks for a snapshot."""


class Identity:
    """Who the client is to the server, from its first snapshot on, and what it has seen."""

    __slots__ = ("epoch", "hash", "id", "in_doubt", "seq", "token")

    def __init__(self, id: str, token: str, epoch: str, seq: int, hash: str | UnsetType) -> None:
        self.id = id
        self.token = token
        self.epoch = epoch
        self.seq = seq
        self.hash = None if hash is UNSET else hash
        """The server's rolling hash at `seq`, as it told it."""
        self.in_doubt = False
        """A frame did not fit: only a snapshot helps."""

    def hello(self, attempt: int, name: str, auth: str | None, scopes: tuple[Scope, ...] | None) -> Hello:
        """How the client comes back."""
        if self.in_doubt:
            return Hello(PROTOCOL, attempt, name, self.id, self.token, NO_EPOCH, 0, auth=auth, scopes=scopes)
        return Hello(PROTOCOL, attempt, name, self.id, self.token, self.epoch, self.seq, self.hash, auth, scopes)


class Connection:
    """What lives as long as one transport."""

    def __init__(self, now: float, scopes: tuple[Scope, ...] | None = None) -> None:
        self.phase = "greeting"
        self.scopes = scopes
        """Which parts the server was asked for."""
        self.welcome: Welcome | None = None
        self.pages: list[Change] = []
        self.next_page = 0
        self.frames_received = 0
        self.bytes_unacknowledged = 0
        self.ack_at: float | None = None
        self.heard_at = now
        self.asked_at: float | None = None
        self.live_since: float | None = None
        self.pace = Pace(math.inf, math.inf, now)
        self.paced_until: float | None = None
        self.held_until: float | None = None
        """When the newest action of a gesture may go."""

    def welcomed(self, welcome: Welcome, now: float) -> None:
        """The server has answered: from now on its pace is kept."""
        self.welcome = welcome
        limits = welcome.limits
        self.pace = Pace(limits.get("actions_per_second", math.inf), limits.get("actions_burst", math.inf), now)

    def must_wait(self, now: float) -> bool:
        """Whether the server's pace does not allow the next message yet; if it does, it counts as sent."""
        wait = self.pace.take(now)
        self.paced_until = now + wait if wait else None
        return wait > 0

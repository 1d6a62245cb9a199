"""Those who hear the same: connections that are at one place in the log and have nothing of their own to be told.

In a crowd this is nearly everyone nearly always. Nothing is counted for each of them: a frame is made, noted and given once, and what
one of them has under way is the difference of two sums. (Looking at each of 200 was a seventh of the server's work: `benchmarks.sync`.)

Rules: whoever is to hear something else leaves before it does, with an account of its own, and comes back when there is nothing of the
kind any more. Coming and going is the business of the thread that writes; others leave word (`call`), with the tree's lock held.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import inf
from typing import Any, Generic, Protocol, TypeVar

from .frames import Frame
from .limits import Limits
from .log import Log
from .presence import PresenceList
from .updates import Updates

_KEPT = 1000
"""Frames noted; who has acknowledged none of so many leaves, and is accounted for by itself."""


class Host(Protocol):
    """What an audience needs of the hub."""

    limits: Limits
    log: Log
    updates: Updates
    presence: PresenceList


class Member(Protocol):
    """What an audience needs of a connection."""

    audience: Audience[Any] | None
    place: int | None
    presence_at: int

    @property
    def bytes_under_way(self) -> int: ...
    def take_back(self, seq: int, sizes: list[int], since: float) -> None: ...


Who = TypeVar("Who")


class Audience(Generic[Who]):
    """The connections of one shell; each stands for `Who` it writes to. Call it with the tree's lock held."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._together: dict[Member, Who] = {}
        self.apart: dict[Member, Who] = {}
        """Those who have, or had a moment ago, something of their own to hear: `frames_to_send` of each says what."""
        self._called: deque[Member] = deque()
        self._seq = 0  # where all of them are
        self._presence = 0  # what those of them who hear of presence know
        self._noted = 0  # the number of the first frame in `_times`
        self._times: list[float] = []
        self._sums: list[int] = [0]  # bytes before the first frame, and after each
        self._full_at: float = inf  # nobody's window is full before the sum is this

    def add(self, connection: Member, who: Who) -> None:
        """A connection that is to hear what all hear, when it can."""
        connection.audience = self
        self.apart[connection] = who

    def remove(self, connection: Member) -> None:
        """It is gone."""
        self.leave(connection)
        self.apart.pop(connection, None)
        connection.audience = None

    def share(self, now: float) -> tuple[Frame, list[Who]] | None:
        """The frame that all who are together are due, and who these are: it counts as given to them."""
        while self._called:
            self.leave(self._called.popleft())
        host, together = self._host, self._together
        if self._presence != host.presence.version:
            for connection in [each for each in together if each.presence_at >= 0]:
                self.leave(connection)
            self._presence = host.presence.version
        if not together or self._seq == host.log.head:
            return None
        if not host.log.remembers(self._seq):
            for connection in list(together):
                self.leave(connection)
            return None
        frame = host.updates.since(self._seq, "", ())
        self._seq = host.log.head
        self._times.append(now)
        self._sums.append(self._sums[-1] + len(frame.data))
        everyone = list(together.values())
        if self._sums[-1] >= self._full_at:
            self._part_with_full()
        if len(self._times) >= _KEPT:
            self._forget(_KEPT // 2)
        return frame, everyone

    def join(self, connection: Member, seq: int) -> None:
        """It is at `seq` and has nothing of its own to hear: it comes in, if that is where the others are."""
        if not self._together:
            self._seq, self._presence = seq, self._host.presence.version
            self._times, self._sums, self._full_at = [], [0], inf
        if seq != self._seq or (connection.presence_at >= 0 and connection.presence_at != self._presence):
            return
        self._full_at = min(self._full_at, self._sums[-1] + self._room(connection))
        self._together[connection] = self.apart.pop(connection)
        connection.place = self._noted + len(self._times)

    def leave(self, connection: Member) -> None:
        """It is to hear something of its own; nothing, where it is apart already."""
        place = connection.place
        if place is None:
            return
        self.apart[connection] = self._together.pop(connection)
        at = place - self._noted
        sums = self._sums[at:]
        connection.place = None
        sizes = [after - before for before, after in pairwise(sums)]
        connection.take_back(self._seq, sizes, self._times[at] if sizes else 0.0)

    def call(self, connection: Member) -> None:
        """Have it leave before the next frame. From any thread."""
        if connection.place is not None:
            self._called.append(connection)

    def count_under_way(self, place: int) -> int:
        """How many frames were given since the one with this number, itself included."""
        return self._noted + len(self._times) - place

    def bytes_under_way(self, place: int) -> int:
        """And how long they were."""
        return self._sums[-1] - self._sums[place - self._noted]

    def given_at(self, place: int) -> float:
        """When the frame with this number was given."""
        return self._times[place - self._noted]

    def _room(self, connection: Member) -> int:
        return self._host.limits.outbox_bytes - connection.bytes_under_way

    def _part_with_full(self) -> None:
        rooms = {connection: self._room(connection) for connection in self._together}
        for connection, room in rooms.items():
            if room <= 0:
                self.leave(connection)
        self._full_at = self._sums[-1] + min((room for room in rooms.values() if room > 0), default=inf)

    def _forget(self, count: int) -> None:
        first = self._noted + count
        for connection in [each for each in self._together if each.place is not None and each.place < first]:
            self.leave(connection)
        self._noted = first
        del self._times[:count]
        del self._sums[:count]


__all__ = ["Audience"]

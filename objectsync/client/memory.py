"""A client of a hub in the same process: two queues and an explicit flush, for tests, bots and embedding. Nothing moves until told to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..connection import Connection
from ..frames import Frame
from ..hub import Hub
from ..protocol import Scope
from .base import BaseClient
from .session import CLOSED


class MemoryClient(BaseClient):
    """Connects at once; `flush()` moves what is under way, in both directions.

    Args:
        hub: The server.
        now: The time that both ends are told, in seconds; `advance` moves it.
        identity: Who the client has proved to be, for the policy.
        random: Answers with a number from 0 to below 1, for the waits between connections.
        scopes: Which parts of the tree to see; all of it, unless given. `subscribe` changes it.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        now: float = 0.0,
        identity: str | None = None,
        auth: str | None = None,
        random: Callable[[], float] = lambda: 0.5,
        name: str = "objectsync-memory",
        scopes: Iterable[Scope] | None = None,
    ) -> None:
        super().__init__(random, name, auth, scopes)
        self.now = now
        self._hub = hub
        self._identity = identity
        self._link: Connection | None = None
        self.connect()
        self.flush()

    def connect(self) -> None:
        """Open a new connection; one that is there goes on at the server as if its end had not been noticed."""
        with self._lock:
            self._link = self._hub.connect(self.now, self._identity)
            self._session.opened(self.now)

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._link is not None

    def send(self) -> int:
        """Hand everything that waits here to the server; returns how many frames that were."""
        with self._lock:
            frames = self._session.frames_to_send(self.now)
        link = self._link
        if link is None:
            return 0
        for frame in frames:
            link.receive(frame.data, frame.binary, self.now)
        self._close_if_asked()
        return len(frames)

    def receive(self) -> int:
        """Take everything that waits at the server; returns how many frames that were."""
        link = self._link
        if link is None:
            return 0
        frames: list[Frame] = link.frames_to_send(self.now)
        self._take(frames, self.now)
        self._close_if_asked()
        return len(frames)

    def flush(self) -> None:
        """Move frames until there are none."""
        while self.send() + self.receive():
            pass

    def advance(self, seconds: float) -> None:
        """Let time pass, for the client and its connection; a client that waits to connect again does so when it is time."""
        self.now += seconds
        if self._link is not None:
            self._link.tick(self.now)
            self._session.tick(self.now)
            self._close_if_asked()
        retry_at = self._session.retry_at
        if self._link is None and retry_at is not None and self.now >= retry_at:
            self.connect()

    def cut(self) -> None:
        """Lose the connection, with everything that was under way."""
        self._end(1006, "cut", clean=False)

    def close(self) -> None:
        """Leave for good."""
        with self._lock:
            self._session.close()
        self.send()
        self._end(1000, "", clean=True)

    def _close_if_asked(self) -> None:
        link = self._link
        if link is None:
            return
        if link.closing is not None:
            for frame in link.frames_to_send(self.now):
                self._take([frame], self.now)
            self._end(*link.closing, clean=link.closing[0] in (1000, 1001))
        elif self._session.closing is not None:
            for frame in self._session.frames_to_send(self.now):
                link.receive(frame.data, frame.binary, self.now)
            self._end(*self._session.closing, clean=self.status.state == CLOSED)

    def _end(self, code: int, reason: str, clean: bool) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.lost(self.now, clean)
        with self._lock:
            self._session.lost(code, reason, self.now)

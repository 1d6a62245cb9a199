"""The clients that there are: here, away for a moment, and gone.

Rules: a client whose connection broke is away for `resume_seconds`, and then gone for everyone else. Gone ones are kept all the same, the
last `remembered_sessions` of them, so that none of their actions is applied twice if they come back. Call it with the tree's lock held.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from .limits import Limits
from .presence import PresenceList
from .session import Session


class Host(Protocol):
    """What they need of the hub."""

    limits: Limits
    presence: PresenceList


class Sessions:
    """The sessions of one server, by id."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._present: dict[str, Session] = {}
        self._gone: dict[str, Session] = {}  # oldest first

    def __iter__(self) -> Iterator[Session]:
        """Those that are not gone."""
        return iter(list(self._present.values()))

    def __getitem__(self, id: str) -> Session:
        return self._present[id]

    def get(self, id: str) -> Session | None:
        """The one with this id, if it is not gone."""
        return self._present.get(id)

    def add(self, session: Session) -> None:
        """A new client."""
        self._present[session.id] = session

    def find(self, id: str) -> Session | None:
        """The one with this id, also if it is gone."""
        return self._present.get(id) or self._gone.get(id)

    def come_back(self, session: Session) -> bool:
        """A client has another connection; whether it was gone."""
        if self._gone.pop(session.id, None) is None:
            return False
        self._present[session.id] = session
        return True

    def end(self, session: Session, forget: bool) -> bool:
        """A client has gone, for good where it is to be forgotten; whether it was there."""
        if self._present.pop(session.id, None) is None:
            return False
        if session.connection is not None:
            session.connection.detach()
            session.connection = None
        if not forget:
            self._gone[session.id] = session
            if len(self._gone) > self._host.limits.remembered_sessions:
                del self._gone[next(iter(self._gone))]
        self._host.presence.remove(session.id)
        return True

    def expired(self, now: float) -> list[Session]:
        """Those that have been away for too long. Others see sooner that somebody is not here."""
        limits = self._host.limits
        expired: list[Session] = []
        for session in self._present.values():
            if session.left_at is None:
                continue
            away = now - session.left_at
            if away >= limits.resume_seconds:
                expired.append(session)
            if away >= limits.presence_seconds:
                self._host.presence.remove(session.id)
        return expired

    def next_deadline(self) -> float | None:
        """When `expired` has something to do next; None for never."""
        limits, presence = self._host.limits, self._host.presence
        return min(
            (
                session.left_at + (limits.presence_seconds if session.id in presence else limits.resume_seconds)
                for session in self._present.values()
                if session.left_at is not None
            ),
            default=None,
        )

"""Presence: who is here, and what each client shows the others for the moment (PROTOCOL.md, "Presence").

Rules: it is no state. Nothing of it enters the log, and nothing of it is undone. Only the latest of each client is kept, checked before
anyone hears of it; how often it is told depends on the readers, never on the writers. A client is in the list from when it says who it is
until its session ends, or its connection has been broken for `Limits.presence_seconds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import RLock

import msgspec

from .errors import InvalidValue, LimitExceeded
from .events import Signal
from .frames import Frame
from .limits import Limits
from .protocol import Person, Presence, Present
from .values import check_str, check_value, copy_value

NAME_LENGTH = 64
_COLOR = re.compile(r"(#[0-9a-fA-F]{6})?", re.ASCII)
_FORGOTTEN = 1000
"""How many who have gone are remembered, to tell only what has changed."""
_encoder = msgspec.json.Encoder()  # a state holds no bytes, so nothing of it is an attachment


class PresenceList:
    """Who is here."""

    def __init__(self, limits: Limits, lock: RLock, changed: Callable[[Callable[[], None] | None], None]) -> None:
        self._limits = limits
        self._lock = lock
        self._changed = changed
        self._people: dict[str, Person] = {}
        self._changed_at: dict[str, int] = {}  # of everyone here, and of some who have gone
        self._floor = 0
        self._frames: dict[int, Frame] = {}
        self._untold: dict[str, None] = {}
        self.version = 0
        """Counts the changes."""
        self.on_change = Signal()
        """Called with the session's id and the `Person`, or None when it has gone. Of what follows quickly it may get only the latest."""

    @property
    def people(self) -> dict[str, Person]:
        """Who is here, by session id: a copy."""
        with self._lock:
            return {session: Person(p.name, p.color, copy_value(p.state)) for session, p in self._people.items()}

    def __contains__(self, session: str) -> bool:
        return session in self._people

    def set(self, session: str, identity: str | None, said: Present) -> None:
        """Take what a client says of itself, in place of what it said before. `identity`, where the transport has proved one, is its name.

        Raises:
            InvalidValue: the color, or something in the state, is none.
            LimitExceeded: the name or the state is too large.
        """
        if len(said.name) > NAME_LENGTH:
            raise LimitExceeded(f"a name of {len(said.name)} characters; the limit is {NAME_LENGTH}")
        if not _COLOR.fullmatch(said.color):
            raise InvalidValue(f"{said.color!r} is no color; expected '#rrggbb' or ''")
        state = check_value(said.state)
        size = len(_encoder.encode(state))
        if size > self._limits.presence_bytes:
            raise LimitExceeded(f"a presence of {size} bytes; the limit is {self._limits.presence_bytes}")
        person = Person(check_str(said.name) if identity is None else identity[:NAME_LENGTH], said.color, state)
        with self._lock:
            self._people[session] = person
            self._note(session)

    def remove(self, session: str) -> None:
        """A client has gone; does nothing when it was not here."""
        with self._lock:
            if self._people.pop(session, None) is not None:
                self._note(session)

    def since(self, version: int) -> Frame:
        """What a client must be told that knows `version`; 0 for nothing. Shared by all who know the same. Call it with the lock held."""
        frame = self._frames.get(version)
        if frame is None:
            if version <= self._floor:
                message = Presence(dict(self._people), all=True)
            else:
                message = Presence({who: self._people.get(who) for who, at in self._changed_at.items() if at > version})
            frame = self._frames[version] = Frame(_encoder.encode(message))
        return frame

    # --- inner

    def _note(self, session: str) -> None:
        self.version += 1
        self._changed_at[session] = self.version
        self._frames.clear()
        if len(self._changed_at) > len(self._people) + _FORGOTTEN:
            self._changed_at = {who: at for who, at in self._changed_at.items() if who in self._people}
            self._floor = self.version
        tell = None
        if self.on_change:
            tell = None if self._untold else self._tell
            self._untold[session] = None
        self._changed(tell)

    def _tell(self) -> None:
        with self._lock:
            sessions, self._untold = self._untold, {}
            told = [(session, self._people.get(session)) for session in sessions]
        for session, person in told:
            for listener in (*self.on_change.manual, *self.on_change.auto):
                listener(session, person)

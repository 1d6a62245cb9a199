"""Who else is here, as a client sees it (PROTOCOL.md, "Presence"): the same words as in TypeScript.

Rules: it is no state, only the latest counts, and nothing is told before the client says who it is. What is set often leaves at most every
`PACE` seconds, and again on each connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import InvalidValue
from ..events import Signal
from ..protocol import Person, Presence, Present
from ..values import check_value

PACE = 0.05


class ClientPresence:
    """Who is here: `people`, `me`, `set`, `on_change`."""

    def __init__(self, lock: Any, wake: Callable[[], None], tell: Callable[..., None]) -> None:
        self._lock = lock
        self._wake = wake
        self._tell = tell
        self._people: dict[str, Person] = {}
        self._untold = False
        self._may_tell_at = 0.0
        self.me: Person | None = None
        """What this client says of itself; None while it says nothing."""
        self.on_change = Signal()
        """Called with the session's id and the `Person`, or None when it has left."""

    @property
    def people(self) -> dict[str, Person]:
        """Who is here by session id, this client too, as the server last said: a copy."""
        with self._lock:
            return dict(self._people)

    def set(self, *, name: str | None = None, color: str | None = None, state: dict[str, Any] | None = None) -> None:
        """Say who this client is, or change a part of it; the others see it at once.

        Raises:
            InvalidValue: the state cannot be sent. (What else does not fit, the server answers with a notice.)
        """
        checked = None if state is None else check_value(state)
        if checked is not None and not isinstance(checked, dict):
            raise InvalidValue(f"the state of a presence is a dict, not {state!r}")
        with self._lock:
            me = self.me or Person("", "", {})
            self.me = Person(
                me.name if name is None else name, me.color if color is None else color, me.state if checked is None else checked
            )
            self._untold = True
        self._wake()

    # --- for session.py

    def go_live(self) -> None:
        """A connection is there."""
        self._untold = self.me is not None
        self._may_tell_at = 0.0

    def due(self, now: float) -> Present | None:
        """What is to be told now, if anything."""
        if not self._untold or self.me is None or now < self._may_tell_at:
            return None
        self._untold = False
        self._may_tell_at = now + PACE
        return Present(self.me.name, self.me.color, self.me.state)

    @property
    def deadline(self) -> float | None:
        """When `due` has something."""
        return self._may_tell_at if self._untold else None

    def receive(self, message: Presence) -> None:
        """What the server says has changed."""
        before = self._people
        people = {} if message.all else dict(before)
        for session, person in message.people.items():
            if person is None:
                people.pop(session, None)
            else:
                people[session] = person
        self._people = people
        for session in dict.fromkeys([*message.people, *(before if message.all else ())]):
            if people.get(session) != before.get(session):
                self._tell(self.on_change, session, people.get(session))

    def end(self) -> None:
        """The client is closed."""
        self.receive(Presence({}, all=True))

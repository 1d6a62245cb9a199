"""Hello and welcome: who a client is, which session it comes back to, and whether it gets what it missed or all there is.

Rules: who may not come in changes nothing. Of several connections of one client, the newest has the session. What it is told is decided
with the tree's lock held, all of it at one place of the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .closing import TAKEN_OVER, UNAUTHORIZED, UNSUPPORTED_PROTOCOL
from .frames import Frame, encode_message
from .limits import Limits
from .partial import PartialView
from .protocol import PROTOCOL, Error, Hello, Rejected, Welcome
from .session import Session

if TYPE_CHECKING:
    from .connection import Connection, Host


class Refused(Exception):
    """The client may not come in: how the connection is closed, and what it is told, if anything."""

    def __init__(self, closing: tuple[int, str], message: str | None = None) -> None:
        super().__init__(closing[1])
        self.closing = closing
        self.error = None if message is None else Error(closing[1], message, fatal=True)


class Arrival(NamedTuple):
    """A client has come in."""

    session: Session
    view: PartialView | None
    """Of a client that sees only a part."""
    cursor: int
    """What it has been told is what was so at this `seq`, once it has these."""
    pages: list[Frame]
    welcome: Frame


def arrive(host: Host, connection: Connection, hello: Hello) -> Arrival:
    """Let a client in. (Call it with the tree's lock held.)

    Raises:
        Refused: it may not.
    """
    if hello.protocol != PROTOCOL:
        raise Refused(UNSUPPORTED_PROTOCOL, f"this server speaks protocol {PROTOCOL}, the client {hello.protocol}")
    if not (connection.authorized or host.authorized(hello.auth, connection)):
        raise Refused(UNAUTHORIZED, "this server asks for a token, and got none or a wrong one")
    session, token = resumable(host, connection.identity, hello)
    if session is not None and hello.attempt <= session.attempt:
        raise Refused(TAKEN_OVER)
    known = session is not None
    if session is None:
        session = host.open_session(connection.identity)
    else:
        host.resume_session(session)
        if session.connection is not None:
            session.connection.closing = TAKEN_OVER
            session.connection.detach()
    session.attempt = hello.attempt
    # The one it came with stays good until it has shown that it got the new one, however many welcomes are lost on the way.
    session.tokens.oldest = token or hello.attempt
    session.tokens.renew(hello.attempt)
    session.connection = connection
    session.left_at = None
    view = host.partial_view(session, hello.scopes)
    replay = known and view is None and not session.partial and has_seen_no_more(host, hello)
    session.partial = session.partial or view is not None
    pages: list[Frame] = []
    rejected: tuple[Rejected, ...] = ()
    if replay:
        cursor = hello.seq
        session.forget_answers(cursor)
    else:
        cursor, pages = host.updates.snapshot(session.decided_at) if view is None else view.snapshot()
        rejected = tuple(Rejected(answer.cseq, *answer.error) for answer in session.answers if answer.error is not None)
    welcome = Welcome(
        PROTOCOL,
        session.id,
        session.tokens.newest,
        host.epoch,
        cursor,
        session.cseq,
        "replay" if replay else "snapshot",
        host.limits.heartbeat_seconds,
        _told(host.limits),
        f"objectsync/{host.version}",
        host.log.hash_at(cursor),
        rejected,
    )
    return Arrival(session, view, cursor, pages, encode_message(welcome))


def resumable(host: Host, identity: str | None, hello: Hello) -> tuple[Session | None, int]:
    """The session that a client comes back to, where it proves that it may, and the number of the token that proves it."""
    session = None if hello.session is None else host.find_session(hello.session)
    if session is None or session.identity != identity:
        return None, 0
    token = session.tokens.number_of(hello.token or "")
    return (None, 0) if token is None else (session, token)


def has_seen_no_more(host: Host, hello: Hello) -> bool:
    """Whether what the client has seen is a part of this log, and one from which the log can go on. (A server that was put back to an
    older state would otherwise take what it lost, and what it did since, for the same.)"""
    if hello.epoch != host.epoch or not host.log.remembers(hello.seq):
        return False
    return hello.hash is None or hello.hash == host.log.hash_at(hello.seq)


def _told(limits: Limits) -> dict[str, float]:
    """The limits that clients keep to by themselves."""
    return {
        "message_bytes": limits.message_bytes,
        "string_length": limits.string_length,
        "value_depth": limits.value_depth,
        "collection_items": limits.collection_items,
        "action_changes": limits.action_changes,
        "actions_per_second": limits.actions_per_second,
        "actions_burst": limits.actions_burst,
    }

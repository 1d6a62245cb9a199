"""One connection of a client, sans-I/O: frames in, frames out, time passed in.

A `Connection` is one life of a transport; the client's `Session` outlives it. A shell (transports/) hands it what comes in (`receive`),
sends what it gives out (`frames_to_send`), tells it the time (`tick`), and closes when `closing` says so.

Rules: the first message is hello. Nothing raises: a bad message is answered, many of them end the connection, and the server lives on.
No more than a window of unacknowledged bytes is under way; a client that lags is simply not written to, and is told the difference
since its `seq` when it catches up. While it has nothing of its own to hear, it is one of an audience (audience.py). A result never
overtakes the changes that its service made. Each action is decided once, whatever the wire repeats, loses or reorders: a repeat is
ignored, and after a gap the client is asked to come back and say it all again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from typing import Any, Protocol

from .audience import Audience
from .closing import FLOOD, GAP, HELLO_TIMEOUT, PROTOCOL_ERROR, SILENT, SLOW
from .errors import ObjectSyncError, ProtocolError
from .frames import Frame, cut_buffers, encode_message, split, unescape
from .handshake import Refused, arrive
from .limits import Limits
from .log import Log
from .partial import PartialView
from .presence import PresenceList
from .protocol import (
    Ack,
    Action,
    Bye,
    Call,
    Diverged,
    Error,
    Failure,
    Hello,
    Ping,
    Pong,
    Present,
    Result,
    Scope,
    Subscribe,
    Verify,
    decode_client,
)
from .rate import Rate
from .session import Session
from .statehash import StateHash
from .updates import Updates
from .values import Buffer
from .window import Window

logger = logging.getLogger("objectsync.session")


class Host(Protocol):
    """What a connection needs of the hub."""

    epoch: str
    version: str
    limits: Limits
    log: Log
    updates: Updates
    presence: PresenceList
    hashes: StateHash
    lock: Any

    def authorized(self, auth: str | None, connection: Connection) -> bool: ...
    def open_session(self, identity: str | None) -> Session: ...
    def find_session(self, id: str) -> Session | None: ...
    def resume_session(self, session: Session) -> None: ...
    def end_session(self, session: Session, forget: bool = False) -> None: ...
    def decide(self, session: Session, action: Action, buffers: list[Buffer]) -> None: ...
    def call(self, connection: Connection, call: Call) -> None: ...
    def diverged(self, session: Session, where: Diverged) -> None: ...
    def wake(self) -> None: ...
    def partial_view(self, session: Session, scopes: Sequence[Scope] | None) -> PartialView | None: ...


class Connection:
    """One life of a transport to a client."""

    def __init__(self, host: Host, now: float, identity: str | None = None, authorized: bool = False) -> None:
        self._host = host
        self.identity = identity
        self.authorized = authorized
        """Whether the transport itself has proved the client (a cookie, Jupyter's own authentication)."""
        self.session: Session | None = None
        self.audience: Audience[Any] | None = None
        """Those who hear the same, if the shell has that."""
        self.place: int | None = None
        """While it is one of them: the number of the first frame that it has not acknowledged."""
        self.presence_at = -1
        """The version of the presence that the client knows; -1 while it has not said who it is."""
        self._closing: tuple[int, str] | None = None
        self._out: deque[Frame] = deque()
        self._pages: deque[Frame] = deque()
        self._results: deque[Frame] = deque()
        self._cursor = 0
        self._view: PartialView | None = None  # of a client that sees only a part
        self._subscribe: Subscribe | None = None
        self._verify: Verify | None = None
        self._window = Window(now)
        self._heard_at = now
        self._pinged_at: float | None = None
        self._errors = 0
        self._last_call = 0
        self._rate = Rate(host.limits.actions_per_second, host.limits.actions_burst, now)
        self._deadline_hello = now + host.limits.hello_seconds

    @property
    def closing(self) -> tuple[int, str] | None:
        """Close code and reason, once the connection should be closed."""
        return self._closing

    @closing.setter
    def closing(self, closing: tuple[int, str] | None) -> None:
        self._closing = closing
        self._step_out()

    @property
    def bytes_under_way(self) -> int:
        """What was given out and has not been acknowledged: all that a client which does not read keeps in memory."""
        if self.place is None or self.audience is None:
            return self._window.bytes
        return self._window.bytes + self.audience.bytes_under_way(self.place)

    def take_back(self, seq: int, sizes: list[int], since: float) -> None:
        """It is no longer one of an audience: it is at `seq`, and these frames are under way, the first one since then."""
        self._cursor = seq
        self._window.take_over(sizes, since)

    def detach(self) -> None:
        """The client's session is over, or another connection's."""
        self.session = None
        self._step_out()

    def _step_out(self) -> None:
        """There will be something of its own to hear."""
        if self.audience is not None:
            self.audience.call(self)

    # --- in

    def receive(self, data: bytes | str, binary: bool, now: float) -> bool:
        """Take one frame of the client. Never raises. Returns whether there is something to send to it now (what its actions mean for
        others, the log tells)."""
        if self._closing:
            return True
        self._heard_at = now
        self._pinged_at = None
        try:
            if len(data) > self._host.limits.message_bytes:
                raise ProtocolError(f"a message of {len(data)} bytes; the limit is {self._host.limits.message_bytes}")
            json, rest = split(data, binary)
            return self._handle(decode_client(json), rest, now)
        except ProtocolError as error:
            self._protocol_error(error)
        except ObjectSyncError as error:
            self._tell(Error(error.code, str(error)))
        except Exception:
            logger.exception("a message of %r could not be handled", self.session)
            self._tell(Error("error", "the server could not handle this message"))
        return True

    def _handle(self, message: Any, rest: bytes, now: float) -> bool:
        session = self.session
        if isinstance(message, Hello):
            if session is not None:
                raise ProtocolError("hello came twice on one connection")
            self._hello(message)
            return True
        if session is not None:
            session.tokens.oldest = session.tokens.number
        if session is None:
            raise ProtocolError(f"the first message must be hello, not {type(message).__name__.lower()}", 4100)
        if self.place is not None and not isinstance(message, (Ack, Pong)):
            self._step_out()
        match message:
            case Action():
                if self._spend(now) and not self._is_deaf(session):
                    self._host.decide(session, message, cut_buffers(message.buffers, rest))
            case Ack():
                was_full = self._is_full()
                self._acknowledge(message, now)
                return was_full and not self._is_full()
            case Call():
                if message.id > self._last_call and self._spend(now):
                    self._last_call = message.id
                    args = unescape(message.args, cut_buffers(message.buffers, rest))
                    self._host.call(self, Call(message.id, message.service, args, message.object))
            case Ping():
                if not self._is_full():  # whoever asks and never reads gets no answers to keep
                    self._out.append(_PONG)
            case Present():
                if self._spend(now):
                    self._host.presence.set(session.id, session.identity, message)
                    self.presence_at = max(self.presence_at, 0)
                    return False
            case Subscribe():
                if self._spend(now):
                    self._subscribe = message
            case Verify():
                if self._spend(now):
                    self._verify = message
            case Diverged():
                self._host.diverged(session, message)
            case Bye():
                self.closing = (1000, "bye")
                self._host.end_session(session, forget=True)
        return True

    def _hello(self, hello: Hello) -> None:
        with self._host.lock:
            try:
                arrival = arrive(self._host, self, hello)
            except Refused as refused:
                if refused.error is not None:
                    self._tell(refused.error)
                self.closing = refused.closing
                return
            self.session = arrival.session
            self._view = arrival.view
            self._cursor = arrival.cursor
            self._pages.extend(arrival.pages)
            self._out.append(arrival.welcome)

    def _is_deaf(self, session: Session) -> bool:
        """Whether a client keeps acting without ever hearing the answers, which are kept for it."""
        if len(session.answers) < self._host.limits.unacknowledged_actions:
            return False
        self._tell(
            Error("slow", f"the answers to {len(session.answers)} actions were not acknowledged; the client can come back", fatal=True)
        )
        self.closing = SLOW
        return True

    def _acknowledge(self, ack: Ack, now: float) -> None:
        window = self._window
        if ack.frames < window.acknowledged:
            return  # overtaken by a newer one
        shared = 0 if self.place is None or self.audience is None else self.audience.count_under_way(self.place)
        given = window.acknowledged + len(window) + shared
        if ack.frames > given:
            raise ProtocolError(f"acknowledged {ack.frames} frames of {given}")
        others = window.acknowledge(ack.frames, now)
        if self.place is not None:
            self.place += others
        if self.session is not None and ack.seq <= self._cursor:
            self.session.forget_answers(ack.seq)
            if ack.seq and self._view is None:
                self.session.partial = False

    def _spend(self, now: float) -> bool:
        if self._rate.spend(now):
            return True
        self._tell(Error("flood", f"more than {self._host.limits.actions_per_second:.0f} actions a second", fatal=True))
        self.closing = FLOOD
        return False

    def _protocol_error(self, error: ProtocolError) -> None:
        self._errors += 1
        gap = error.close_code == GAP[0]
        fatal = gap or self.session is None or self._errors >= self._host.limits.protocol_errors
        self._tell(Error("protocol_error", str(error), fatal=fatal))
        if fatal:
            self.closing = GAP if gap else PROTOCOL_ERROR

    # --- out

    def result(self, id: int, value: Any = None, failure: Failure | None = None) -> None:
        """Answer a call, behind the changes made so far. (Call it with the tree's lock held.)"""
        self._step_out()
        self._results.append(encode_message(Result(id, value) if failure is None else Result(id, error=failure)))

    def tell(self, error: Error) -> None:
        """Tell the client of something that concerns it alone."""
        with self._host.lock:
            self._tell(error)

    def _tell(self, error: Error) -> None:
        self._step_out()
        self._out.append(encode_message(error))

    def _is_full(self) -> bool:
        return self.bytes_under_way >= self._host.limits.outbox_bytes

    def frames_to_send(self, now: float) -> list[Frame]:
        """The frames to write now, in order; each is given out once."""
        frames: list[Frame] = []
        with self._host.lock:
            if self.audience is not None:
                self.audience.leave(self)
            while self._out:
                self._give(frames, self._out.popleft(), now)
            if self.session is None or self._closing:
                return frames
            while self._pages and not self._is_full():
                self._give(frames, self._pages.popleft(), now)
            if self._pages or self._is_full():
                return frames
            log = self._host.log
            if self._view is None and self._cursor < log.head:
                if not log.remembers(self._cursor):
                    return self._too_far_behind(frames, now)
                answers = [answer for answer in self.session.answers if answer.seq > self._cursor]
                self._give(frames, self._host.updates.since(self._cursor, self.session.id, answers), now)
                self._cursor = log.head
            if self._subscribe is not None:
                self._take_up(self._subscribe, self.session)
            if self._view is not None and self._view.has_news:
                if not log.remembers(self._view.at):
                    return self._too_far_behind(frames, now)
                self._tell_part(self._view, self.session, frames, now)
            while self._results:
                self._give(frames, self._results.popleft(), now)
            if self._verify is not None:
                self._answer_verify(self._verify, frames, now)
            presence = self._host.presence
            if self.presence_at != presence.version and self.presence_at >= 0:
                self._give(frames, presence.since(self.presence_at), now)
                self.presence_at = presence.version
            self._join_others(self.session)
        return frames

    def _join_others(self, session: Session) -> None:
        """Hear what all hear, where that is right: what others get may hold what this client may not see, and answers are for it alone."""
        if self.audience is not None and self._view is None and self._verify is None and not session.answers and not self._is_full():
            self.audience.join(self, self._cursor)

    def _too_far_behind(self, frames: list[Frame], now: float) -> list[Frame]:
        self._tell(Error("slow", "the client fell too far behind; it can come back", fatal=True))
        self.closing = SLOW
        self._give(frames, self._out.popleft(), now)
        return frames

    def _take_up(self, subscribe: Subscribe, session: Session) -> None:
        """See other parts from now on. The client has been told everything up to here."""
        self._subscribe = None
        if self._view is None and subscribe.scopes is not None:
            self._view = self._host.partial_view(session, ())
            assert self._view is not None
            self._view.know_all()
            session.partial = True
        if self._view is not None:
            self._view.subscribe(subscribe.scopes)

    def _tell_part(self, view: PartialView, session: Session, frames: list[Frame], now: float) -> None:
        answers = [answer for answer in session.answers if answer.seq > view.at]
        frame = view.update(self._cursor, session.id, answers)
        if frame is not None:
            self._give(frames, frame, now)
            self._cursor = view.at

    def reconsider(self) -> None:
        """The policy may answer otherwise now. (Call it with the tree's lock held.)"""
        if self._view is not None:
            self._view.reconsider()

    def _answer_verify(self, verify: Verify, frames: list[Frame], now: float) -> None:
        """Answer with the hash of what the client has been told up to here; a large tree takes several turns."""
        host = self._host
        if self._view is not None:
            hashes = self._view.answer(verify, self._cursor)
        elif host.hashes.ready():
            hashes = host.hashes.answer(verify)
        else:
            host.wake()
            return
        self._verify = None
        self._give(frames, encode_message(hashes), now)

    def _give(self, frames: list[Frame], frame: Frame, now: float) -> None:
        frames.append(frame)
        self._window.give(len(frame.data), now)

    # --- time, and the end

    def tick(self, now: float) -> None:
        """Look at the clock: deadlines of hello, heartbeat and progress."""
        limits = self._host.limits
        if self.closing:
            return
        if self.session is None:
            if now >= self._deadline_hello:
                self.closing = HELLO_TIMEOUT
            return
        if self._pinged_at is not None:
            # Counted from the question, so that a server that slept does not take everyone for dead when it wakes.
            if now - self._pinged_at >= limits.heartbeat_seconds:
                self.closing = SILENT
                return
        elif now - self._heard_at >= limits.heartbeat_seconds:
            self._pinged_at = now
            self._step_out()
            self._out.append(encode_message(Ping()))
        # A hidden tab's timers may run late; it acknowledges with its next pong, so it gets that much longer.
        since = self._waiting_since()
        if since is not None and now - since >= limits.progress_seconds + limits.heartbeat_seconds:
            self._tell(Error("slow", "no acknowledgement came; the client can come back", fatal=True))
            self.closing = SLOW

    def next_deadline(self) -> float:
        """When `tick` has something to do next."""
        limits = self._host.limits
        if self.session is None:
            return self._deadline_hello
        deadline = (self._heard_at if self._pinged_at is None else self._pinged_at) + limits.heartbeat_seconds
        since = self._waiting_since()
        return deadline if since is None else min(deadline, since + limits.progress_seconds + limits.heartbeat_seconds)

    def _waiting_since(self) -> float | None:
        """Since when the client has been due an acknowledgement."""
        if self._window:
            return self._window.progress_at
        if self.place is None or self.audience is None or not self.audience.count_under_way(self.place):
            return None
        return max(self._window.progress_at, self.audience.given_at(self.place))

    def lost(self, now: float, clean: bool) -> None:
        """The transport is gone. After a clean close the session ends at once; otherwise it waits to be resumed."""
        session = self.session
        if self.audience is not None:
            with self._host.lock:
                self.audience.remove(self)
        self.closing = self.closing or (1000, "gone")
        self.session = None
        if session is None or session.connection is not self:
            return
        session.connection = None
        session.left_at = now
        if clean:
            self._host.end_session(session)


_PONG = encode_message(Pong())

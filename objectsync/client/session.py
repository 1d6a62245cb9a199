"""The client's side of PROTOCOL.md, sans-I/O: frames in, frames out, time and chance handed in.

A shell (websocket.py, memory.py) opens a transport and says so (`opened`), hands over what comes (`receive`), sends what `frames_to_send`
gives, tells the time (`tick`, by `next_deadline`), closes when `closing` says so, and reports the end (`lost`); it opens the next one
at `retry_at`.

Rules: the client speaks first. A broken connection is only a delay: hello says what was seen, and every undecided action is sent again,
once. A gap, or a frame that does not fit, is never guessed over: it connects again, asking for a snapshot where the state is in doubt.
Close codes from 4100 to 4199 are final.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from msgspec import UNSET

from ..changes import singly
from ..errors import InvalidChangeError, LocalError, ProtocolError
from ..frames import Frame, cut_buffers, split, unescape
from ..protocol import (
    PROTOCOL,
    Ack,
    Bye,
    Diverged,
    Error,
    Hashes,
    Hello,
    Ping,
    Pong,
    Presence,
    Result,
    Scope,
    Snapshot,
    Subscribe,
    TransactionMessage,
    Update,
    Welcome,
    decode_server,
)
from ..values import Buffer
from .answers import Answer, CallError
from .calls import Calls
from .connection import Connection, Identity
from .outbox import Outbox
from .prediction import NewSession, Prediction
from .presence import ClientPresence
from .reconnect import Backoff
from .verifier import Divergence, Verifier

ACK_DELAY = 4.0
ACK_BYTES = 64 * 1024
SILENCE = 20.0
"""A server that has not been heard for so long is asked, and given up when nothing comes within `GRACE`."""
GRACE = 2.0

CONNECTING: Final = "connecting"
LIVE: Final = "live"
OFFLINE: Final = "offline"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Status:
    """How a client stands with its server.

    `connecting`: not yet live for the first time. `live`: what is shown is what the server has, and this client's undecided actions.
    `offline`: was live, or failed to become so; changes are kept, the next try is at `retry_at` (the shell's clock). `closed`: for
    good, with the close `code` (1000 for the client's own `close()`).
    """

    state: str
    reason: str = ""
    code: int = 0
    retry_at: float | None = None


class ClientSession:
    """One session with a server, through any number of connections."""

    def __init__(
        self,
        prediction: Prediction,
        random: Callable[[], float],
        name: str,
        auth: str | None,
        scopes: tuple[Scope, ...] | None,
        status_changed: Callable[[Status], None],
        noticed: Callable[[Error], None],
        diverged: Callable[[Divergence], None],
        presence: ClientPresence,
    ) -> None:
        self._prediction = prediction
        self._name = name
        self._auth = auth
        self._status_changed = status_changed
        self._scopes = scopes
        self._noticed = noticed
        self._diverged = diverged
        self.verifier = Verifier(prediction.tree, random, lambda: prediction.is_settled)
        self._presence = presence
        self._backoff = Backoff(random)
        self.status = Status(CONNECTING)
        self.identity: Identity | None = None
        self.closing: tuple[int, str] | None = None
        """Close code and reason, once the transport should be closed."""
        self._connection: Connection | None = None
        self._attempt = 0
        self._calls = Calls()
        self._outbox = Outbox(prediction, self._calls)
        self._next_id = 1

    # --- what the shell does

    @property
    def retry_at(self) -> float | None:
        """When to open the next transport; None while there is one, and when there shall be none."""
        return self.status.retry_at

    def opened(self, now: float) -> None:
        """A transport is open."""
        if self.status.state == CLOSED:
            self.closing = (1000, "closed by this client")
            return
        self._connection = Connection(now, self._scopes)
        self.closing = None
        self._outbox.clear()
        self._attempt += 1
        if self.identity is None:
            self._outbox.put(Hello(PROTOCOL, self._attempt, self._name, auth=self._auth, scopes=self._scopes))
        else:
            self._outbox.put(self.identity.hello(self._attempt, self._name, self._auth, self._scopes))

    def receive(self, data: bytes | str, binary: bool, now: float) -> None:
        """Take one frame of the server. Never raises."""
        connection = self._connection
        if connection is None or self.closing is not None:
            return
        connection.heard_at = now
        connection.asked_at = None
        connection.frames_received += 1
        connection.bytes_unacknowledged += len(data)
        try:
            json, rest = split(data, binary)
            self._handle(decode_server(json), rest, connection, now)
        except ProtocolError as error:
            self._prediction.owner.report(error, "a frame of the server")
            # The state is in doubt, so the whole of it is asked for. Actions stay: the welcome says which were decided.
            if self.identity is not None:
                self.identity.in_doubt = True
            self.closing = (4097, "out_of_step")

    def frames_to_send(self, now: float) -> list[Frame]:
        """The frames to write now, in order; each is given out once."""
        connection = self._connection
        if connection is None:
            return []
        if connection.phase == "live" and self.identity is not None and self.closing is None:
            self._outbox.pump(connection, self.identity.seq, now)
            present = self._presence.due(now)
            if present is not None:
                self._outbox.put(present)
            question = self.verifier.due(now)
            if question is not None:
                self._outbox.put(question)
        if connection.ack_at is not None and (now >= connection.ack_at or connection.bytes_unacknowledged >= ACK_BYTES):
            self._acknowledge(connection)
        return self._outbox.take()

    def tick(self, now: float) -> None:
        """Look at the clock: a silent server is asked, and then given up."""
        connection = self._connection
        if connection is None or self.closing is not None:
            return
        if connection.asked_at is not None:
            if now - connection.asked_at >= GRACE:
                self.closing = (4003, "silent")
        elif now - connection.heard_at >= SILENCE:
            connection.asked_at = now
            if connection.phase != "greeting":
                self._outbox.put(Ping())

    def next_deadline(self) -> float | None:
        """When there is something to do next: `tick` and `frames_to_send`."""
        connection = self._connection
        if connection is None:
            return None
        watch = connection.heard_at + SILENCE if connection.asked_at is None else connection.asked_at + GRACE
        times = [watch, connection.ack_at, connection.paced_until, connection.held_until]
        if connection.phase == "live":
            times += [self._presence.deadline, self.verifier.deadline]
        return min(at for at in times if at is not None)

    def lost(self, code: int, reason: str, now: float) -> None:
        """The transport is gone, or could not be opened."""
        if self.status.state == CLOSED:
            return
        if 4100 <= code < 4200:
            self._end(code, reason)
            return
        connection = self._connection
        live_for = 0.0 if connection is None or connection.live_since is None else now - connection.live_since
        self._drop()
        retry_at = now + self._backoff.next(live_for)
        self._set_status(Status(OFFLINE, reason or f"the connection was lost ({code})", retry_at=retry_at))

    def hurry(self) -> None:
        """Open the next transport now, where there is a wait for it."""
        if self.status.retry_at is not None:
            self._set_status(Status(OFFLINE, self.status.reason, retry_at=0.0))

    def close(self) -> None:
        """Leave for good: the goodbye is among the frames to send, and then the transport is to be closed."""
        if self.status.state == CLOSED:
            return
        goodbye = self._connection is not None
        self._end(1000, "closed by this client")
        if goodbye:
            self._connection = Connection(0.0)
            self._outbox.put(Bye())
        self.closing = (1000, "")

    # --- what the user does

    def call(self, service: str, args: dict[str, Any], object_id: str | None) -> Answer[Any]:
        """Ask for a service."""
        pending = self._prediction.pending
        answer = self._calls.add(service, args, object_id, pending[-1].cseq if pending else 0)
        if self.status.state == CLOSED:
            self._calls.end(self.status.reason)
        return answer

    def subscribe(self, scopes: tuple[Scope, ...] | None) -> None:
        """See these parts of the tree from now on; None: all of it."""
        self._scopes = scopes
        if self._connection is not None and self.status.state != CLOSED:
            self._say_scopes(self._connection)

    def _say_scopes(self, connection: Connection) -> None:
        """Ask for other parts than hello did. Before the welcome, that would tell the server that this client has its new token."""
        if connection.phase != "greeting" and connection.scopes != self._scopes:
            connection.scopes = self._scopes
            self._outbox.put(Subscribe(self._scopes))

    def mint_id(self) -> str:
        """A new object's id.

        Raises:
            LocalError: the client has no session yet.
        """
        if self.identity is None:
            raise LocalError("objects can be created once the client has been live; wait for it first")
        self._next_id += 1
        return f"{self.identity.id}.{self._next_id - 1}"

    # --- what comes

    def _handle(self, message: Any, rest: bytes, connection: Connection, now: float) -> None:
        match message:
            case Ping():
                # At once and together: an unacknowledged frame looks like a client that hangs.
                self._acknowledge(connection)
                self._outbox.put(Pong())
                return
            case Welcome():
                self._welcome(message, connection, now)
            case Snapshot():
                self._snapshot(message, rest, connection, now)
            case Update():
                self._update(message, rest, connection)
                self.verifier.changed(now)
            case Result():
                self._result(message, rest)
            case Hashes():
                self._compare(message, now)
            case Presence():
                self._presence.receive(message)
            case Error():
                self._noticed(message)
        if connection.ack_at is None:
            connection.ack_at = now + ACK_DELAY

    def _welcome(self, welcome: Welcome, connection: Connection, now: float) -> None:
        if connection.phase != "greeting":
            raise ProtocolError("a second welcome came; expected one")
        connection.welcomed(welcome, now)
        self._outbox.limit_bytes = int(welcome.limits.get("message_bytes", self._outbox.limit_bytes))
        identity = self.identity
        if identity is not None and identity.id == welcome.session:
            # Now, and not when all of a snapshot has come: the next frame tells the server that the former token is not needed any more.
            identity.token = welcome.token
        if welcome.resume == "snapshot":
            connection.phase = "loading"
            self._say_scopes(connection)
            return
        if identity is None or identity.in_doubt or identity.epoch != welcome.epoch or identity.id != welcome.session:
            raise ProtocolError(f"welcome resumes epoch {welcome.epoch!r} of {welcome.session!r}, which this client is not at")
        for pending in self._prediction.pending:
            if pending.cseq > welcome.cseq:
                pending.sent = None
        self._outbox.begin(welcome.cseq)
        self._go_live(connection, now)

    def _snapshot(self, snapshot: Snapshot, rest: bytes, connection: Connection, now: float) -> None:
        welcome = connection.welcome
        if connection.phase != "loading" or welcome is None or snapshot.page != connection.next_page:
            raise ProtocolError(f"page {snapshot.page} of a snapshot came; expected {connection.next_page}")
        connection.next_page += 1
        connection.pages += _singly(unescape(snapshot.changes, cut_buffers(snapshot.buffers, rest)))
        if connection.next_page < snapshot.pages:
            return
        former = self.identity
        new_session: NewSession | None = None
        if former is not None and former.id != welcome.session:
            new_session = NewSession(former.id, welcome.session, former.epoch == welcome.epoch)
        self.identity = Identity(welcome.session, welcome.token, welcome.epoch, snapshot.seq, welcome.hash)
        self._outbox.begin(welcome.cseq)
        pages, connection.pages = connection.pages, []
        self._prediction.load(pages, welcome.cseq, welcome.rejected, new_session)
        self._go_live(connection, now)

    def _update(self, update: Update, rest: bytes, connection: Connection) -> None:
        identity = self.identity
        if connection.phase != "live" or identity is None:
            raise ProtocolError("an update came before the state that it changes")
        if update.prev != identity.seq:
            # A gap loses nothing but time: the same hello as after a broken connection fetches what is missing.
            self.closing = (4096, "gap")
            return
        transactions = _filled(update.transactions, cut_buffers(update.buffers, rest))

        def applied() -> None:
            identity.seq, identity.hash = update.seq, None if update.hash is UNSET else update.hash

        self._prediction.receive(transactions, applied)

    def _compare(self, hashes: Hashes, now: float) -> None:
        """Never silent drift: where the state is another one, that is told, and the whole of it asked for."""
        divergence = self.verifier.receive(hashes, now)
        if divergence is None:
            return
        self._outbox.put(Diverged(divergence.object, divergence.attribute))
        if self.identity is not None:
            self.identity.in_doubt = True
        self.closing = (4097, "out_of_step")
        self._diverged(divergence)

    def _result(self, result: Result, rest: bytes) -> None:
        answer = self._calls.take(result.id)
        if answer is None:
            return
        if result.error is not UNSET:
            answer.fail(CallError(result.error.code, result.error.message, result.error.incident))
        else:
            value = None if result.value is UNSET else unescape(result.value, cut_buffers(result.buffers, rest))
            answer.give(value)

    def _go_live(self, connection: Connection, now: float) -> None:
        connection.phase = "live"
        self._say_scopes(connection)
        connection.live_since = now
        self._presence.go_live()
        self.verifier.go_live(now)
        self._set_status(Status(LIVE))

    # --- what goes

    def _acknowledge(self, connection: Connection) -> None:
        connection.ack_at = None
        connection.bytes_unacknowledged = 0
        seq = self.identity.seq if connection.phase == "live" and self.identity is not None else 0
        self._outbox.put(Ack(seq, connection.frames_received))

    # --- the end

    def _drop(self) -> None:
        self._connection = None
        self.verifier.go_offline()
        self.closing = None
        self._outbox.clear()
        self._calls.lost()

    def _end(self, code: int, reason: str) -> None:
        self._drop()
        self._calls.end(reason)
        self._set_status(Status(CLOSED, reason, code))
        self._presence.end()
        self._prediction.abandon("closed", reason)

    def _set_status(self, status: Status) -> None:
        self.status = status
        self._status_changed(status)


def _filled(transactions: list[TransactionMessage], buffers: list[Buffer]) -> list[TransactionMessage]:
    """The transactions with their own buffers in place."""
    filled: list[TransactionMessage] = []
    taken = 0
    for transaction in transactions:
        changes = transaction.changes
        if changes is not UNSET:
            count = 0 if transaction.buffers is UNSET else transaction.buffers
            changes = _singly(unescape(changes, buffers[taken : taken + count]))
            taken += count
        filled.append(TransactionMessage(transaction.seq, transaction.cseq, changes, transaction.error))
    return filled


def _singly(changes: Any) -> Any:
    try:
        return list(singly(changes))
    except InvalidChangeError as error:
        raise ProtocolError(str(error)) from None

"""The hub: a tree with clients, sans-I/O. It decides actions, keeps sessions, and tells of what fails.

Rules: what a client sends is checked before it changes anything, and what goes wrong in it is answered to that client alone. What users
wrote for clients (handlers.py, calls.py) runs after the commit, outside the lock, where the shell's `Jobs` put it (jobs.py). The hub reads
no clock, no socket and no random source; `new_secret` is handed in.
"""

from __future__ import annotations

import hmac
import logging
import threading
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Any

from . import protocol
from .acting import Actor, acting
from .ancestry import path_to
from .calls import Calls, Refused
from .changes import Change, Define
from .closing import GAP, RESTART
from .connection import Connection
from .current import forget_newest
from .errors import LimitExceeded, LocalError, ProtocolError, UnknownObject, describe
from .events import Signal
from .frames import unescape
from .handlers import Handlers
from .history import UndoResult
from .jobs import Job, Jobs
from .limits import Limits
from .open_transaction import OpenTransaction
from .partial import PartialView
from .policy import Policy
from .presence import PresenceList
from .proposals import Proposals
from .protocol import Action, Call, Diverged, Error, Scope
from .services import Services
from .session import Session
from .sessions import Sessions
from .sobject import SObject
from .statehash import StateHash
from .tracebacks import users_part
from .tree import Tree
from .updates import Updates
from .values import Buffer
from .waiting import Wait

logger = logging.getLogger("objectsync.hub")


class Hub(Tree):
    """A tree of SObjects that clients connect to."""

    version = "0.1.0"

    def __init__(
        self,
        root_object_type: type[SObject] = SObject,
        *,
        new_secret: Callable[[int], str],
        jobs: Jobs,
        limits: Limits | None = None,
        policy: Policy | None = None,
        token: str | None = None,
        debug: bool = False,
    ) -> None:
        super().__init__(root_object_type, limits)
        self.policy = policy or Policy()
        self.debug = debug
        self.epoch = new_secret(6)
        self._new_secret = new_secret
        self._token = token
        self._services = Services()
        self._proposals = Proposals(self, self.policy)
        self._calls = Calls(self, self._services, self._proposals)
        self.updates = Updates(self.log, self, self.root, self.limits, self._defines)
        self.hashes = StateHash(self.log, self)
        self.divergences = 0
        """How often a client has found its state to be another than the server's, and repaired it; where is in the log."""
        self.on_client_connect = Signal()
        """Called with the session's id when a client has come."""
        self.on_client_disconnect = Signal()
        """Called with the session's id when a client has gone for good: at once when it said so or closed cleanly, else when nobody
        has resumed it within `Limits.resume_seconds`."""
        self.on_error = Signal()
        """Called with `(what, error, about)` when a handler, a service or a listener failed, in its thread; it has been logged."""
        self.jobs = jobs
        self.presence = PresenceList(self.limits, self.lock, self._tell_of_presence)
        """Who is here: `people` by session, and `on_change`."""
        self._sessions = Sessions(self)
        self._urgers: tuple[Callable[[], None], ...] = ()
        self.handlers_due = 0
        """How many handlers of clients' events were ever handed to `jobs`. One more: what a client did may soon have further effects."""
        self._handlers = Handlers(self)
        self.transactions.deliver = self._handlers.deliver
        self.register_service("undo", self._undo_service, pass_sender=True)
        self.register_service("redo", self._redo_service, pass_sender=True)

    # --- services

    def register_service(
        self, name: str, callback: Callable[..., Any], pass_sender: bool = False, *, live: bool = False
    ) -> Callable[[], None]:
        """Let clients call `callback(**args)` (it may be `async def`); returns the function that ends it.

        With `pass_sender`, it also gets `sender`, the client's session id, which the client cannot forge. A `live` one runs at once, on a
        thread of its own, and does not wait for handlers and services before it, nor (in a notebook) for the cell that runs.

        Raises:
            AlreadyExists: the name is taken.
        """
        return self._services.add(None, name, callback, pass_sender, live)

    def register_object_service(
        self, sobject: SObject, name: str, callback: Callable[..., Any], pass_sender: bool, live: bool
    ) -> Callable[[], None]:
        """`SObject.register_service`."""
        return self._services.add(sobject, name, callback, pass_sender, live)

    def wait_for(self, sobject: SObject, event: str, timeout: float | None) -> Wait:
        """`SObject.wait`."""
        return Wait(sobject, event, timeout, self.wait_until)

    def wait_until(self, happened: threading.Event, timeout: float | None) -> bool:
        """Hold the calling thread until it has happened; False when that takes more than `timeout` seconds.

        Raises:
            LocalError: this thread is needed for it to happen.
        """
        if self._held_here() is not None:
            raise LocalError("waiting inside record() or a listener would hold everybody up: wait outside of it")
        return self.jobs.wait_until(happened, timeout)

    def close(self) -> None:
        """Be done: clients are told and their sessions end, and constructors no longer create here. The objects can still be read."""
        with self.lock:
            sessions = list(self._sessions)
            for session in sessions:
                if session.connection is not None:
                    session.connection.closing = RESTART
        for session in sessions:
            self.end_session(session)
        self.wake()
        forget_newest(self)

    # --- clients

    @property
    def clients(self) -> list[str]:
        """The ids of the sessions, connected or waiting to be resumed."""
        with self.lock:
            return [session.id for session in self._sessions]

    def connect(self, now: float, identity: str | None = None, authorized: bool = False) -> Connection:
        """A transport has a new client: its side of the conversation."""
        return Connection(self, now, identity, authorized)

    def tick(self, now: float) -> None:
        """Look at the clock: forget the sessions that nobody has resumed."""
        with self.lock:
            expired = self._sessions.expired(now)
        for session in expired:
            self.end_session(session)
        self.pack()

    def next_deadline(self) -> float | None:
        """When `tick` has something to do next; None for never."""
        with self.lock:
            return self._sessions.next_deadline()

    @property
    def is_busy(self) -> bool:
        """Whether a thread has a transaction open: who asks for the lock now waits until it has ended."""
        return self.transactions.open is not None

    # --- what connections ask (session.Host)

    def authorized(self, auth: str | None, connection: Connection) -> bool:
        """Whether a hello proves that the client may come in."""
        return self.token_matches(auth)

    def token_matches(self, offered: str | None) -> bool:
        """Whether this is the access token (anything is, where the server asks for none). Nothing is no token."""
        return self._token is None or (bool(offered) and hmac.compare_digest(self._token.encode(), (offered or "").encode()))

    def open_session(self, identity: str | None) -> Session:
        """A new client."""
        session = Session(self._new_secret(16), identity, self._new_secret(32))
        self._sessions.add(session)
        self._announce(self.on_client_connect, session)
        return session

    def find_session(self, id: str) -> Session | None:
        """The session with this id, also of a client that counts as gone."""
        return self._sessions.find(id)

    def resume_session(self, session: Session) -> None:
        """A client is back."""
        if self._sessions.come_back(session):
            self._announce(self.on_client_connect, session)

    def end_session(self, session: Session, forget: bool = False) -> None:
        """A client has gone: for everyone else, it is no more. Unless it is to be forgotten, it may still come back after all."""
        with self.lock:
            if not self._sessions.end(session, forget):
                return
        self._announce(self.on_client_disconnect, session)

    def decide(self, session: Session, action: Action, buffers: list[Buffer]) -> None:
        """Apply a client's action or reject it; the answer comes in the stream.

        Raises:
            ProtocolError: `cseq` leaves a gap (with the close code of one), or `base` lies in the future.
        """
        if action.cseq <= session.cseq:
            return  # decided before; the stream has carried, or will carry, the answer
        if action.cseq != session.cseq + 1:
            raise ProtocolError(f"action {action.cseq} came after {session.cseq}; come back, and say again what is missing", GAP[0])
        if action.base > self.log.head or action.base < 0:
            raise ProtocolError(f"action {action.cseq} is based on {action.base}; the newest is {self.log.head}")
        token = acting.set(Actor(session.id, action.gesture))
        try:
            self._decide(session, action, buffers)
        finally:
            acting.reset(token)
        self.settle()

    def _decide(self, session: Session, action: Action, buffers: list[Buffer]) -> None:
        failure: tuple[str, str] | None = None
        changes: list[Change] = []
        try:
            changes = self._read(action, buffers)
            if not self._proposals.emit(session, action, changes):
                with self.transactions.record(session=session.id, cseq=action.cseq) as transaction:
                    transaction.proposed = tuple(changes)
                    self._proposals.apply(session, action, changes)
                    transaction.decided = session.decided
        except LocalError as error:
            failure = (error.code, str(error))
        except ProtocolError as error:
            failure = ("invalid_change", str(error))
        except Exception as error:
            where = self.objects.get(changes[0].object) if changes else None
            incident = self._incident(f"a listener of what a client changed on {where} failed", error, where)
            failure = ("error", f"a listener failed (incident {incident})")
            self._tell_of_failure(session.id, f"a listener of {where} failed", error, where, incident)
        if failure is not None:
            with self.lock:
                session.decided(self.transactions.reject(session.id, action.cseq, *failure))

    def _read(self, action: Action, buffers: list[Buffer]) -> list[Change]:
        changes = protocol.decode_changes(action.changes)
        if len(changes) > self.limits.action_changes:
            raise LimitExceeded(f"{len(changes)} changes in one action; the limit is {self.limits.action_changes}")
        escaped = b'"$' in bytes(action.changes)  # most are not, and need not be walked
        return [unescape(change, buffers) for change in changes] if escaped else changes

    def call(self, connection: Connection, call: Call) -> None:
        """Run a service for a client; the result goes to that connection."""
        self._calls.run(connection, call)

    def diverged(self, session: Session, where: Diverged) -> None:
        """A client has found that its state is another: count it, and say where."""
        with self.lock:
            self.divergences += 1
            path = [sobject._os_id for sobject in path_to(self.objects.get(where.object))] or [where.object]
        place = "/".join(path) + ("" if where.attribute is None else f".{where.attribute}")
        logger.warning("client %s was out of step at %s; it gets a snapshot", session.id, place)

    def policy_changed(self, session: str | None = None) -> None:
        """What a client may see has changed (every client's, by default): ask the policy anew, and tell them the difference."""
        with self.lock:
            for each in self._sessions:
                if each.connection is not None and session in (None, each.id):
                    each.connection.reconsider()
            self.wake()

    def partial_view(self, session: Session, scopes: Sequence[Scope] | None) -> PartialView | None:
        """What a client sees that sees only a part; None for one that sees everything."""
        policy = self.policy
        if scopes is None and not policy.hides:
            return None

        def may_see(sobject: SObject, name: str | None) -> bool:
            try:
                return policy.may_see(session, sobject, name)
            except Exception as error:
                self._incident(f"may_see of {type(policy).__name__} failed for {sobject}; it stays hidden", error, sobject)
                return False

        return PartialView(self.log, self, self.root, self.limits, self._defines, scopes, may_see if policy.hides else None)

    def handle_later(self, about: SObject, of: str, job: Job) -> None:
        """Run what `about` was given to run, as the handlers of its events are run: where and when these are, on behalf of the client that
        set it off, and told if it fails. `of` says what it is a handler of."""
        self._handlers.later(about, of, job)

    # --- what hosts of their own kind do otherwise

    def show_made(self, sobject: SObject) -> None:
        """A function has made this to be seen, and nobody said where. Pages show it below the root."""

    def traceback_of(self, error: BaseException, trace: TracebackType | None) -> str:
        """What an output shows of an error, as Python prints it."""
        return "".join(traceback.format_exception(type(error), error, trace))

    # --- inner

    def _held_here(self) -> OpenTransaction | None:
        """The open transaction, if it is this thread's."""
        if self.transactions.open is None or not self.lock.acquire(blocking=False):
            return None
        try:
            return self.transactions.open  # whoever has the lock and a transaction open is this very thread
        finally:
            self.lock.release()

    def _handler_failed(self, about: SObject, of: str, session: str | None, error: BaseException) -> None:
        what = f"a handler of {about}.{of} failed"
        incident = self._incident(what, error, about)
        self._tell_of_failure(session, what, error, about, incident)

    def _tell_of_failure(self, session_id: str | None, what: str, error: BaseException, about: SObject | None, incident: str) -> None:
        """Tell the client that set it off, so that it can show it at the object."""
        session = None if session_id is None or about is None else self._sessions.get(session_id)
        if session is not None and session.connection is not None and about is not None:
            message = what + (f": {type(error).__name__}: {error}" if self.debug else "")
            session.connection.tell(Error("handler_failed", message, about._os_id, incident))
            self.wake()

    def _announce(self, signal: Signal, session: Session) -> None:
        for listener in (*signal.manual, *signal.auto):
            self.jobs.later(partial(listener, session.id), partial(self._listener_failed, "the clients' coming and going"))

    def _tell_of_presence(self, tell: Callable[[], None] | None) -> None:
        """Someone has come, changed or gone: clients hear of it at the pace of the wire, listeners by `tell`, where there are any."""
        self.wake()
        if tell is not None:
            self.jobs.later(tell, partial(self._listener_failed, "presence"))

    def _listener_failed(self, of: str, error: BaseException) -> None:
        self._incident(f"a listener of {of} failed", error)

    def _incident(self, what: str, error: BaseException, about: SObject | None = None) -> str:
        """Log an exception in what users wrote; returns the number by which the log names it. `about` is the object that it concerns."""
        incident = self._new_secret(6)
        logger.error("%s (incident %s)", what, incident, exc_info=(type(error), error, users_part(error.__traceback__)))
        for listener in (*self.on_error.manual, *self.on_error.auto):
            listener(what, error, about)
        return incident

    def _undo_service(self, sender: str, target: str | None = None, own: bool = False) -> Any:
        return _told(self.undo(*self._whose(sender, target, own)))

    def _redo_service(self, sender: str, target: str | None = None, own: bool = False) -> Any:
        return _told(self.redo(*self._whose(sender, target, own)))

    def _whose(self, sender: str, target: str | None, own: bool) -> tuple[SObject | None, str | None]:
        """Where and whose the step is that a client wants undone. One that may not see everything undoes only its own."""
        with self.lock:
            session = self._sessions[sender]
            sobject = None
            if target is not None:
                if not isinstance(target, str):
                    raise Refused("invalid_args", f"expected the id of an object as the target, got {describe(target)}")
                try:
                    sobject = self._proposals.object(session, target)
                except UnknownObject as error:
                    raise Refused(error.code, str(error)) from None
            return sobject, sender if own or self.policy.hides else None

    def _defines(self) -> list[Define]:
        return [info.define() for info in self.types.by_name.values()]

    def wake(self) -> None:
        """There is something to send."""
        for wake in self.transactions.wakers:
            wake()

    def _urge(self) -> None:
        for urge in self._urgers:
            urge()

    def add_waker(self, wake: Callable[[], None], urge: Callable[[], None] | None = None) -> Callable[[], None]:
        """Call `wake()` whenever there is something to send, and `urge()` (by default the same) when somebody waits for it: a client's
        click has been handled. From any thread; both must return at once. Returns what ends it."""
        urge = urge or wake
        with self.lock:
            self.transactions.wakers = (*self.transactions.wakers, wake)
            self._urgers = (*self._urgers, urge)

        def remove() -> None:
            with self.lock:
                self.transactions.wakers = tuple(w for w in self.transactions.wakers if w is not wake)
                self._urgers = tuple(u for u in self._urgers if u is not urge)

        return remove


def _told(result: UndoResult) -> Any:
    """What a client hears of an undo."""
    conflicts = [{"object": each.object, "attribute": each.attribute, "reason": each.reason} for each in result.conflicts]
    return {"done": result.done, "conflicts": conflicts}

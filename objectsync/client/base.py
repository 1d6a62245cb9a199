"""What every client can do, whatever carries its frames: objects, actions, previews, calls, and how it stands with the server.

Rules: everything here may be called from any thread; one lock guards the tree, and listeners run with it held, so keep them quick.
The shells in websocket.py and memory.py move the frames.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from ..errors import InvalidValue, LocalError
from ..events import Signal
from ..frames import Frame
from ..history import Conflict, UndoResult
from ..protocol import Error, Scope
from ..values import check_value
from .answers import Answer, Rejection
from .gestures import Gesture
from .objects import ClientObject
from .prediction import Prediction
from .presence import ClientPresence
from .recording import Preview, Record
from .session import CLOSED, ClientSession, Status
from .tree import ClientTree
from .verifier import Divergence

logger = logging.getLogger("objectsync.client")


class BaseClient:
    """A client without a transport."""

    def __init__(self, random: Callable[[], float], name: str, auth: str | None, scopes: Iterable[Scope] | None) -> None:
        self._tree = ClientTree(lambda: self._session.mint_id())
        self._prediction = Prediction(self._tree, self)
        self.presence = ClientPresence(self._tree.lock, lambda: self.wake(), self._tell)
        """Who else is here: `people`, `set(name=…, color=…, state=…)`, `on_change`."""
        self._session = ClientSession(
            self._prediction,
            random,
            name,
            auth,
            _checked(scopes),
            self._status_changed,
            self._noticed,
            self._found_divergence,
            self.presence,
        )
        self._lock = self._tree.lock
        self._deferred: list[Frame] = []
        self._gestures = 0
        self._wakers: tuple[Callable[[], None], ...] = ()
        self.on_status = Signal()
        """Called with the new `Status`."""
        self.on_rejected = Signal()
        """Called with a `Rejection` when an action of this client was not applied; it has been taken back by then."""
        self.on_notice = Signal()
        """Called with an error message of the server that concerns this client: a handler that failed, a frame that made no sense."""
        self.on_emitted = Signal()
        """Called with `(object, name, args)` for each event that the server tells of, also of objects that are new with it."""
        self.on_diverged = Signal()
        """Called with a `Divergence` when what this client had confirmed was not what the server has; it gets the whole of it anew."""
        self.repairs = 0
        """How often that was."""
        self.on_update = Signal()
        """Called, with nothing, after each batch of the server's changes was applied whole and its listeners were told."""

    # --- objects

    @property
    def root(self) -> ClientObject:
        """The root object.

        Raises:
            LocalError: nothing has come of the server yet; wait for the client to be live.
        """
        root = self._tree.objects.get("root")
        if root is None:
            raise LocalError(f"there are no objects here yet: the client is {self.status.state} {self.status.reason}".rstrip())
        return root

    @property
    def objects(self) -> dict[str, ClientObject]:
        """All objects by id. Read it, do not change it."""
        return self._tree.objects

    def object(self, id: str) -> ClientObject:
        """The object with this id.

        Raises:
            UnknownObject: there is none.
        """
        return self._tree.get(id)

    # --- changing

    def record(self) -> Record:
        """`with client.record() as action:` what happens inside is one action: all of it happens, or none.

        An exception takes it back. `await action`, or `action.result()`, tells its `Outcome`. Nested ones join.

        Raises:
            LocalError: the client is closed.
        """
        return self._prediction.record()

    def gesture(self) -> Gesture:
        """`with client.gesture():` what is done inside, in this thread or task, is one step to undo, and at most one action per frame."""
        with self._lock:
            self._gestures += 1
            return Gesture(self._prediction, self._gestures)

    def pretend(self) -> Preview:
        """`with client.pretend() as preview:` what happens inside is shown here only, until `preview.drop()` or `preview.commit()`."""
        return Preview(self._prediction)

    def call(
        self, service: str, args: dict[str, Any] | None = None, sobject: ClientObject | None = None, /, **keywords: Any
    ) -> Answer[Any]:
        """Call a service of the server (`sobject.call(…)`: of an object); behind the actions made so far.

        Its arguments are keywords, or in `args` where their names are no identifiers. `await` the answer, or ask for its `result()`.

        Raises:
            InvalidValue: an argument cannot be sent.
        """
        checked = check_value({**(args or {}), **keywords})
        with self._lock:
            answer = self._session.call(service, checked, None if sobject is None else sobject.id)
        self.wake()
        return answer

    def undo(self, target: ClientObject | None = None, whose: Literal["own", "all"] = "own") -> Answer[UndoResult]:
        """Undo this client's newest step, or everyone's newest: within `target`, if given.

        Raises:
            ValueError: `whose` is neither 'own' nor 'all'.
        """
        return self._revert("undo", target, whose)

    def redo(self, target: ClientObject | None = None, whose: Literal["own", "all"] = "own") -> Answer[UndoResult]:
        """Redo what was undone last, unless something new was done since.

        Raises:
            ValueError: `whose` is neither 'own' nor 'all'.
        """
        return self._revert("redo", target, whose)

    def _revert(self, service: str, target: ClientObject | None, whose: str) -> Answer[UndoResult]:
        if whose not in ("own", "all"):
            raise ValueError(f"expected whose='own' for this client's newest step, or 'all' for everyone's, got {whose!r}")
        named = {} if target is None else {"target": target.id}
        return self.call(service, {**named, **({"own": True} if whose == "own" else {})}).then(_undo_result)

    def subscribe(self, scopes: Iterable[Scope] | None) -> None:
        """See these parts of the tree from now on; None: all of it.

        Objects come and go here as they do when the server makes and destroys them. What they are in comes along, without its other
        children.

        Raises:
            InvalidValue: a scope says something that cannot be.
        """
        checked = _checked(scopes)
        with self._lock:
            self._session.subscribe(checked)
        self.wake()

    def verify(self) -> None:
        """Compare with the server now; it does so by itself, a minute or so after something has changed."""
        with self._lock:
            self._session.verifier.look()
        self.wake()

    # --- how it stands

    @property
    def status(self) -> Status:
        """How the client stands with its server."""
        return self._session.status

    @property
    def session(self) -> str | None:
        """The session's id; None before the first snapshot."""
        identity = self._session.identity
        return None if identity is None else identity.id

    @property
    def seq(self) -> int:
        """The number of the newest transaction that is applied here."""
        identity = self._session.identity
        return 0 if identity is None else identity.seq

    @property
    def pending_count(self) -> int:
        """How many actions the server has not decided."""
        return len(self._prediction.pending)

    def settled(self) -> Answer[None]:
        """An answer that comes when everything done here so far has been decided."""
        answer: Answer[None] = Answer()
        with self._lock:
            pending = self._prediction.pending
            if pending:
                pending[-1].action.on_done(lambda _: answer.give(None))
            else:
                answer.give(None)
        return answer

    # --- what prediction.py asks of its owner

    def acted(self) -> None:
        self.wake()

    def rejected(self, rejection: Rejection) -> None:
        self._tell(self.on_rejected, rejection)

    def emitted(self, sobject: ClientObject, name: str, args: dict[str, Any]) -> None:
        self._tell(self.on_emitted, sobject, name, args)

    def report(self, error: Exception, where: str) -> None:
        """A listener failed, or a frame did not fit: goes to the log `objectsync.client`."""
        logger.error("%s failed", where, exc_info=error)

    def require_open(self) -> None:
        if self.status.state == CLOSED:
            raise LocalError(f"nothing can be changed: the client is closed ({self.status.reason})")

    def recorded(self) -> None:
        if self._deferred:
            self.wake()

    # --- for the shells

    def wake(self) -> None:
        """There is something to send, or to take. From any thread; shells override it."""

    def _take(self, frames: list[Frame], now: float) -> None:
        """Take frames of the server. What comes while this thread has a `record()` open waits for its end."""
        with self._lock:
            self._deferred += frames
            if self._prediction.recording is not None:
                return
            while self._deferred:
                frame = self._deferred.pop(0)
                self._session.receive(frame.data, frame.binary, now)
                self._tell(self.on_update)

    def _status_changed(self, status: Status) -> None:
        self._tell(self.on_status, status)

    def _found_divergence(self, divergence: Divergence) -> None:
        self.repairs += 1
        logger.warning("out of step with the server at %s; getting all of it anew", divergence.path)
        self._tell(self.on_diverged, divergence)

    def _noticed(self, error: Error) -> None:
        self._tell(self.on_notice, error)

    def _tell(self, signal: Signal, *args: Any) -> None:
        for listener in (*signal.manual, *signal.auto):
            try:
                listener(*args)
            except Exception as error:
                self.report(error, "a listener of the client")


def _checked(scopes: Iterable[Scope] | None) -> tuple[Scope, ...] | None:
    """Scopes that are as their types say, also where nobody has looked at these."""
    if scopes is None:
        return None
    try:
        return tuple(msgspec.convert(msgspec.to_builtins(scope), Scope) for scope in scopes)
    except (msgspec.ValidationError, TypeError) as error:
        raise InvalidValue(f"a scope is Scope(root, depth=…, tags=(…,)), with the id of an object: {error}") from None


def _undo_result(value: Any) -> UndoResult:
    conflicts = (Conflict(each["object"], each["attribute"], each["reason"]) for each in value["conflicts"])
    return UndoResult(value["done"], tuple(conflicts))

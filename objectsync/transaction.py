"""Transactions: atomic groups of changes, their journal, and the listeners they set off.

Rules:
- A change outside `record()` is a transaction of its own. Nested records join the outer one; an exception that leaves a record undoes
  what was done inside it, and everything when it leaves the outermost.
- Undoing goes by the journal, which holds the exact inverse of every applied change, recorded or not. It depends on no listener.
- Manual listeners run at every change; what they change is applied and sent, not recorded for undo. Auto listeners run going forward
  only; what they change is recorded with its cause. A listener that raises undoes the change that called it.
- An object created in the open transaction is *fresh*: its own changes need not be told one by one, because its creation is written
  when the transaction ends, with the values it has by then.
- The lock is held from the first change to the commit. What must run outside it (event handlers, `after`) runs after the release.
- On behalf of a client, what nobody looks at is put off until the answer has left (`owed`). The next transaction begins with nothing owed
  by the one before, and whoever changes or looks at what may be gone has it done first (`settle`).
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .acting import acting
from .changes import Change, Emit
from .emissions import Changed, Emission
from .errors import Destroyed, ListenerLoop
from .log import DO, UNDO, Log, Transaction
from .open_transaction import BEGINNING, Mark, OpenTransaction
from .packed import MANY
from .returning import let_go
from .states import FRESH, GONE
from .topics.base import EMPTY, ChangeHandlers

if TYPE_CHECKING:
    from .history import History
    from .session import Session
    from .sobject import SObject
    from .topics import EventTopic, Topic

logger = logging.getLogger("objectsync.transaction")


class Transactions:
    """The open transaction, if any, and the way into the log and the history."""

    def __init__(self, log: Log, history: History, listener_depth: int) -> None:
        self.lock = threading.RLock()
        self.open: OpenTransaction | None = None
        self.log = log
        self._history = history
        self._listener_depth = listener_depth
        self.owed: deque[Callable[[], None]] = deque()
        """What is left to do of what has been committed, or of what the open transaction did, in this order. It must not fail."""
        self.wakers: tuple[Callable[[], None], ...] = ()
        """Called after each commit, with the lock held: there is something to send. Must return at once."""
        self.deliver: Callable[[list[Emission]], None] = lambda emissions: None
        """Called after a commit, outside the lock, with the events that have handlers."""
        self.scope_of: Callable[[Sequence[Change]], str | None] = lambda inverses: None
        self.unenter: Callable[[SObject], None] = lambda sobject: None
        """Takes the creation of an object back."""
        self.written: Callable[[OpenTransaction], Sequence[Change]]
        """What clients are told of a transaction, and"""
        self.kept: Callable[[OpenTransaction], Sequence[Change]]
        """what undoes it (written.py)."""

    def settle(self) -> None:
        """Do what is owed, if anything."""
        with self.lock:
            while self.owed:
                self.owed.popleft()()

    # --- changes

    def perform(self, topic: Topic[Any], change: Change) -> None:
        """Apply one change of a topic, with its listeners, in the open transaction or in one of its own.

        Raises:
            InvalidChangeError: it does not fit, or a validator refused it; nothing has changed.
            Destroyed: the topic's object is gone, or the attribute was removed.
        """
        with self.lock:
            if self.owed:
                self.settle()
            transaction = self.open
            if transaction is not None:
                is_heard = topic._signals is not None or topic._guards or type(change) is Emit
                if is_heard or topic._object._os_state or transaction.rolling_back:
                    self._perform(transaction, topic, change)
                    return
                # Kept flat, for a hundred labels in one transaction (benchmarks/dom, "update").
                inverse = topic._apply(change)
                if inverse is not None:
                    transaction.journal.append((topic, inverse))
                    transaction.changes.append(change)
                    if transaction.recording and topic._spec.stateful:
                        transaction.inverses.append(inverse)
                return
            if topic._signals is not None or topic._object._os_state or type(change) is Emit:
                with self.record():
                    self.perform(topic, change)
                return
            self.perform_alone(topic, change)

    def perform_alone(self, topic: Topic[Any], change: Change, reverting: Transaction | None = None, kind: str = DO) -> None:
        """A transaction of one change that nobody listens to, of a live object. Called with the lock held and no transaction open.

        The common case, kept flat: 1 us instead of 3 (benchmarks/core.py).
        """
        inverse = topic._apply(change)
        if inverse is None:
            return
        if topic._guards:
            try:
                topic._validate(topic._raw(), change)
            except BaseException:
                topic._apply(topic._concrete(inverse))
                raise
        log = self.log
        seq = log.head + 1
        if reverting is not None:
            reverts, origin, author = reverting.seq, reverting.origin or reverting.seq, reverting.author
            gesture = 0
        else:
            actor = acting.get()
            reverts, origin = 0, 0
            author, gesture = (None, 0) if actor is None else (actor.session, actor.gesture)
        if topic._spec.stateful:
            transaction = Transaction(
                seq, (change,), (inverse,), change.object, kind, None, 0, False, None, reverts, reverts, origin, author, gesture
            )
            if gesture:
                self._history.append(transaction, self.scope_of)
            else:
                (self._history.undone if kind == UNDO else self._history.done).append(transaction)
        else:
            transaction = Transaction(seq, (change,), (), None, kind, None, 0, False, None, reverts, reverts, origin, author, gesture)
        log.append(transaction)
        for wake in self.wakers:
            wake()

    def emit_alone(self, topic: EventTopic, change: Emit, session: Session, cseq: int, gesture: int, verbatim: bool) -> Emission:
        """A client's action that is one event of a live object, which nobody listens to within the transaction. Called with the lock held,
        no transaction open and nothing owed; when the caller has let go of the lock, it delivers what is returned."""
        seq = self.log.head + 1
        entry = Transaction(seq, (change,), session=session.id, cseq=cseq, verbatim=verbatim, author=session.id, gesture=gesture)
        self._enter_log(entry)
        session.decided(entry)
        return Emission(topic, change.args, session.id, gesture)

    def _perform(self, transaction: OpenTransaction, topic: Topic[Any], change: Change) -> None:
        if transaction.rolling_back:
            return  # the journal restores everything; what listeners would derive now is already in it
        state = topic._object._os_state
        if state == GONE:
            topic._object._refuse_gone(topic)
        signals = topic._signals
        before = EMPTY
        if signals is not None:
            topics = topic._object._os_topics
            if topics is None or topics.get(topic._name) is not topic:
                raise Destroyed(f"{topic} is gone; it can no longer change")
            if "on_set2" in signals:
                before = topic._snapshot_raw()
        inverse = topic._apply(change)
        if inverse is None:
            return
        emits = type(change) is Emit
        mark = transaction.mark() if signals or topic._guards else None
        transaction.journal.append((topic, inverse))
        if state != FRESH or emits:
            transaction.changes.append(change)
            if transaction.recording and topic._spec.stateful:
                transaction.inverses.append(inverse)
        if mark is not None:
            try:
                if topic._guards:
                    topic._validate(topic._raw(), change)
                if signals:
                    self._notify(transaction, topic, change, inverse, before)
            except BaseException:
                self._roll_back(transaction, mark)
                raise
        if type(change) is Emit and transaction.kind == DO:
            transaction.emitted.append(Emission(topic, change.args, transaction.session, transaction.gesture))  # type: ignore[arg-type]  # only events emit
        elif signals and "on_change" in signals:
            handlers = signals["on_change"]
            assert isinstance(handlers, ChangeHandlers)
            if handlers.handlers:
                handlers.changes += 1
                transaction.emitted.append(Changed(topic, handlers, transaction.session, transaction.gesture))

    def _notify(self, transaction: OpenTransaction, topic: Topic[Any], change: Change, inverse: Change, before: Any) -> None:
        stack = transaction.stack
        stack.append(topic)
        recording = transaction.recording
        try:
            if len(stack) > self._listener_depth:
                raise ListenerLoop(_loop_message(stack))
            # A stateless topic is not recorded itself, and what its listeners change is: a stateless event is the usual way for a
            # client to set off undoable changes.
            transaction.recording = recording and not topic._spec.stateful
            topic._notify(change, inverse, before, auto=False)
            transaction.recording = recording
            if transaction.kind == DO:
                topic._notify(change, inverse, before, auto=True)
        except BaseException as error:
            transaction.failed = error
            raise
        finally:
            transaction.recording = recording
            stack.pop()

    # --- the life of a transaction

    def record(self, kind: str = DO, session: str | None = None, cseq: int = 0) -> Record:
        """A context manager: what happens inside is one transaction."""
        return Record(self, kind, session, cseq)

    def reject(self, session: str, cseq: int, code: str, message: str) -> Transaction:
        """Decide a client's action against it; the answer takes its place in the stream."""
        with self.lock:
            self.settle()
            entry = Transaction(self.log.head + 1, (), session=session, cseq=cseq, error=(code, message))
            self._enter_log(entry)
            return entry

    def _roll_back(self, transaction: OpenTransaction, mark: Mark) -> None:
        journal_length, changes_length, inverses_length, emitted_length, after_length = mark
        outer = transaction.rolling_back
        transaction.rolling_back = True
        try:
            journal = transaction.journal
            while len(journal) > journal_length:
                entry = journal.pop()
                if type(entry) is not tuple:
                    if type(entry) is dict:
                        entry.clear()
                    else:
                        self.unenter(entry)
                        transaction.born -= 1
                        transaction.parent = None
                    continue
                if callable(entry[0]):
                    entry[0](*entry[1:])
                    continue
                topic, inverse = entry
                inverse = topic._concrete(inverse)
                before = topic._snapshot_raw()
                change = topic._apply(inverse)
                if change is None:
                    continue
                try:
                    topic._notify(inverse, change, before, auto=False)
                except Exception as error:
                    # Most often the one that caused the rollback, which is on its way to the caller with its traceback.
                    logger.warning("a listener of %s failed while a transaction was rolled back: %r", topic, error)
        finally:
            transaction.rolling_back = outer
        del transaction.changes[changes_length:]
        del transaction.inverses[inverses_length:]
        del transaction.emitted[emitted_length:]
        del transaction.after[after_length:]

    def _commit(self, transaction: OpenTransaction) -> None:
        if self.owed and transaction.author is None:
            self.settle()
        final = self.written(transaction)
        if transaction.destroyed:
            let_go(transaction.destroyed)
        if not final and not transaction.cseq and not transaction.began:  # a drag that ended where it began is undone, too
            return
        scope = self.scope_of(transaction.inverses) if transaction.inverses else None
        inverses = self.kept(transaction)
        entry = Transaction(
            self.log.head + 1,
            final,
            inverses,
            scope,
            transaction.kind,
            transaction.session,
            transaction.cseq,
            transaction.proposed is not None and final == transaction.proposed,
            None,
            transaction.cancels,
            transaction.reverts,
            transaction.origin,
            transaction.author,
            transaction.gesture,
            transaction.began,
        )
        large = transaction.born + len(transaction.destroyed) >= MANY or bool(self.owed)
        step = self._history.append(entry, self.scope_of) if inverses else None
        if large:
            self.log.append_large(entry)
            if self.owed:
                self.owed.append(partial(self._weigh_newest, step))
            else:
                self._weigh_newest(step)
            self._wake()
        else:
            self._enter_log(entry)
        if transaction.decided is not None:
            transaction.decided(entry)

    def _weigh_newest(self, step: Transaction | None) -> None:
        if step is not None:
            self._history.weigh_newest(step)
        self.log.weigh_newest()

    def _enter_log(self, entry: Transaction) -> None:
        self.log.append(entry)
        self._wake()

    def _wake(self) -> None:
        for wake in self.wakers:
            wake()


class Record:
    """The context manager of `Transactions.record`."""

    __slots__ = ("_cseq", "_kind", "_mark", "_outer", "_session", "_transaction", "_transactions")

    def __init__(self, transactions: Transactions, kind: str, session: str | None, cseq: int) -> None:
        self._transactions = transactions
        self._kind = kind
        self._session = session
        self._cseq = cseq
        self._outer = False

    @property
    def is_outermost(self) -> bool:
        """Whether it began the transaction, and did not join one."""
        return self._outer

    def __enter__(self) -> OpenTransaction:
        transactions = self._transactions
        transactions.lock.acquire()
        current = transactions.open
        if current is None:
            if transactions.owed:
                transactions.settle()
            self._outer = True
            current = transactions.open = OpenTransaction(self._kind, self._session, self._cseq)
            self._mark = BEGINNING
        else:
            self._mark = current.mark()
        self._transaction = current
        return current

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        transactions = self._transactions
        transaction = self._transaction
        committed = False
        try:
            if error is not None:
                transactions._roll_back(transaction, self._mark)
            elif self._outer:
                transactions._commit(transaction)
                committed = True
        finally:
            if self._outer:
                transactions.open = None
                # Its entries hold objects and the transaction itself: without this cycle their memory returns at once.
                transaction.journal.clear()
            transactions.lock.release()
        if committed:
            if transaction.emitted:
                transactions.deliver(transaction.emitted)
            run_all(transaction.after)


@contextlib.contextmanager
def unrecorded(record: Record) -> Iterator[None]:
    """As the record, and what happens inside is no step to undo."""
    with record as transaction:
        recording = transaction.recording
        transaction.recording = False
        try:
            yield
        finally:
            transaction.recording = recording


def run_all(tasks: list[Callable[[], Any]]) -> None:
    """Run every task, each in a transaction of its own; the first exception is raised when all have run."""
    failure: BaseException | None = None
    for task in tasks:
        try:
            task()
        except Exception as error:
            failure = failure or error
    if failure is not None:
        raise failure


def _loop_message(stack: list[Topic[Any]]) -> str:
    last = stack[-1]
    previous = next((i for i in range(len(stack) - 2, -1, -1) if stack[i] is last), 0)
    cycle = [f"{topic.object}.{topic.name}" for topic in stack[previous:]]
    return (
        f"listeners set each other off without end: {' -> '.join(cycle)}. "
        "Break the cycle: let one of them return when there is nothing to change."
    )

"""A client as the server knows it: a session, which outlives a broken connection (connection.py)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .log import Answer, Transaction
from .tokens import ResumeTokens

if TYPE_CHECKING:
    from .connection import Connection


class Session:
    """A client: its id, who it is, and which of its actions were decided."""

    __slots__ = ("answers", "attempt", "connection", "cseq", "decided_at", "id", "identity", "left_at", "partial", "tokens")

    def __init__(self, id: str, identity: str | None, secret: str) -> None:
        self.id = id
        self.identity = identity
        """Who the client has proved to be; None for everyone without a name."""
        self.tokens = ResumeTokens(id, secret)
        self.attempt = 0
        """The number of its newest connection."""
        self.cseq = 0
        """The number of the last decided action."""
        self.decided_at = 0
        """The `seq` of the decision."""
        self.answers: deque[Answer] = deque()
        """The decisions that the client has not acknowledged, oldest first."""
        self.connection: Connection | None = None
        self.left_at: float | None = None
        self.partial = False
        """Whether the client may have a part only, until it acknowledges that it has all: what it has cannot be told from its place in the
        log."""

    def decided(self, transaction: Transaction) -> None:
        """The next action has been decided, by this transaction."""
        self.cseq = transaction.cseq
        self.decided_at = transaction.seq
        self.answers.append(Answer(transaction.seq, transaction.cseq, transaction.error))

    def forget_answers(self, seq: int) -> None:
        """The client knows everything up to `seq`."""
        while self.answers and self.answers[0].seq <= seq:
            self.answers.popleft()

    def __repr__(self) -> str:
        return f"Session({self.id!r})"

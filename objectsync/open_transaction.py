"""An open transaction: all that has happened in it so far.

Rules: whoever changes something writes it in, with the lock held: `Transactions.perform` for topics, the tree for its shape. Each of them
enters in the journal how to take it back, so that a rollback to a `mark` needs nothing else. What clients are told, and what is kept to
undo it, is made of this when it ends (written.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from .acting import acting

if TYPE_CHECKING:
    from .changes import Change
    from .emissions import Emission
    from .log import Transaction
    from .sobject import SObject
    from .topics import Topic

JournalEntry = Any
"""How to take something back: a topic and the inverse of its change; a function and its arguments (half the cost of a closure); an object,
for its own creation; or its table of values, for filling it. The last two need nothing made for the occasion, which the garbage collector
would count."""
Mark = tuple[int, int, int, int, int]
BEGINNING: Final = (0, 0, 0, 0, 0)


class OpenTransaction:
    """A transaction that has not ended. `changes` holds, in order, changes and (for their creation) fresh objects."""

    __slots__ = (
        "adopted",
        "after",
        "author",
        "began",
        "birthplaces",
        "born",
        "cancels",
        "changes",
        "cseq",
        "decided",
        "depth",
        "described",
        "destroyed",
        "emitted",
        "failed",
        "gesture",
        "inner",
        "inverses",
        "journal",
        "kept",
        "kind",
        "moves",
        "near",
        "numbered",
        "origin",
        "parent",
        "plain",
        "proposed",
        "recording",
        "reverts",
        "rolling_back",
        "session",
        "siblings",
        "stack",
        "structure",
    )

    def __init__(self, kind: str, session: str | None, cseq: int) -> None:
        self.kind = kind
        self.session = session
        self.cseq = cseq
        actor = acting.get()
        self.author: str | None = None if actor is None else actor.session
        self.gesture = 0 if actor is None else actor.gesture
        self.began = 0
        self.cancels = 0
        self.failed: BaseException | None = None  # raised by user code that a change has called
        self.reverts = 0
        self.origin = 0
        self.decided: Callable[[Transaction], None] | None = None
        self.proposed: tuple[Change, ...] | None = None
        self.changes: list[Change | SObject] = []
        self.inverses: list[Change] = []
        self.journal: list[JournalEntry] = []
        self.born = 0  # how many of the changes are creations
        self.birthplaces: dict[SObject, str] = {}  # of fresh objects that were moved since: the id of the parent they were born to
        self.described: dict[SObject, list[Change]] = {}
        self.destroyed: list[SObject] = []
        self.numbered = True  # whether all that were created have got the next number as their id
        self.plain = True  # whether none of them has dynamic attributes or tags
        self.moves = 0  # how often objects were put below another or taken away, other than by creating them
        self.near = 0  # where among its siblings the last object was that was moved or destroyed
        self.structure: dict[SObject, int] = {}  # the last of these `moves`, by the object below which it was
        self.kept = False  # whether an undo leaves any of them where it is
        self.adopted: dict[SObject, int] = {}  # by a new object: how many new ones it has taken from beside it (adoption.py)
        self.parent: SObject | None = None
        """Below which the newest object was created, and what there is to know of it: most have the same parent as the one before, and to
        read this of an object takes its time (benchmarks/core.py, "rows"). None as soon as any of it may have changed."""
        self.siblings: list[SObject] = []  # its children
        self.depth = 0  # theirs
        self.inner = False  # whether it was created in this transaction, too
        self.emitted: list[Emission] = []
        self.after: list[Callable[[], Any]] = []
        self.stack: list[Topic[Any]] = []
        self.recording = True
        self.rolling_back = False

    def mark(self) -> Mark:
        """How far the transaction has come, for a rollback to here."""
        return (len(self.journal), len(self.changes), len(self.inverses), len(self.emitted), len(self.after))

    def moved_below(self, parent: SObject) -> None:
        """Objects were put below a parent, or taken away, other than by creating them."""
        self.moves += 1
        self.structure[parent] = self.moves
        self.parent = None

"""Compares what a client has confirmed with the server now and then, and finds the place where they differ (PROTOCOL.md, "State hash").

Rules: some time after something has changed it asks for the hash of the root; while actions or previews of this client stand on top, it
waits. Where a hash differs, it asks for the parts, and goes down as long as the difference is in one child alone. What to do about it is
the session's: it tells the server and comes back for a snapshot. Nothing is hashed before there is something to compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from msgspec import UNSET

from ..protocol import Hashes, HashParts, Verify
from ..statehash import attribute_texts, digest, text_of
from .objects import ClientObject
from .tree import ClientTree

EVERY = 60.0
"""Seconds from a change to the next look, half more or less: the server's work is shared by all who look at about the same time."""
SOON = 1.0


@dataclass(frozen=True, slots=True)
class Divergence:
    """The smallest place that holds all of a difference: an object's id, and the attribute where it is one alone; `path` is the ids from
    the root down, with the attribute behind a dot."""

    object: str
    attribute: str | None
    path: str


class Verifier:
    """When to look, and where the difference is."""

    def __init__(self, tree: ClientTree, random: Callable[[], float], is_settled: Callable[[], bool]) -> None:
        self._tree = tree
        self._random = random
        self._is_settled = is_settled
        self._live = False
        self._look_at: float | None = None
        self._question: Verify | None = None
        self._asked = False

    def changed(self, now: float) -> None:
        """Something has changed: look in a while."""
        if self._live and not self._asked and self._look_at is None:
            self._look_at = now + EVERY * (0.5 + self._random())

    def go_live(self, now: float) -> None:
        """A connection is there, and all that the server had to say."""
        self._live = True
        self.changed(now)

    def go_offline(self) -> None:
        """It is gone."""
        self._live = self._asked = False
        self._look_at = self._question = None

    def look(self) -> None:
        """Look at the next opportunity."""
        if self._live and not self._asked:
            self._look_at = 0.0

    def due(self, now: float) -> Verify | None:
        """What is to be asked now, if anything."""
        if self._look_at is not None and now >= self._look_at:
            if self._is_settled():
                self._look_at = None
                self._ask("root", False)
            else:
                self._look_at = now + SOON
        question, self._question = self._question, None
        return question

    @property
    def deadline(self) -> float | None:
        """When `due` may have something."""
        return 0.0 if self._question is not None else self._look_at

    def receive(self, answer: Hashes, now: float) -> Divergence | None:
        """What the server says; a divergence, once its place is known."""
        self._asked = False
        if not self._is_settled():
            self._look_at = now + SOON
            return None
        sobject = self._tree.objects.get(answer.object)
        hashes = {} if sobject is None else _hashes(sobject, answer.loose)
        if hashes.get(answer.object, "") == answer.hash:
            return None
        if answer.parts is UNSET:
            if answer.hash:
                self._ask(answer.object, True)
                return None
            return self._at(answer.object)
        return self._at(answer.object) if sobject is None else self._below(sobject, answer.parts, hashes, answer.loose)

    # --- inner

    def _ask(self, object: str, parts: bool) -> None:
        self._asked = True
        self._question = Verify(object, parts)

    def _below(self, sobject: ClientObject, parts: HashParts, hashes: dict[str, str], loose: Collection[str]) -> Divergence | None:
        """The place of a difference that is in this object or in what is below it; None when it has to be asked for."""
        same_children = [child.id for child in sobject.children] == [id for id, _ in parts.children]
        below = [id for id, hash in parts.children if hashes.get(id, "") != hash]
        if same_children and len(below) == 1 and _own(sobject, loose) == parts.own:
            self._ask(below[0], True)
            return None
        mine = {name: digest(text) for name, text in attribute_texts(sobject).items()}
        differing = [name for name in {**mine, **parts.attributes} if mine.get(name) != parts.attributes.get(name)]
        alone = same_children and not below and len(differing) == 1
        return self._at(sobject.id, differing[0] if alone else None)

    def _at(self, id: str, attribute: str | None = None) -> Divergence:
        ids: list[str] = []
        sobject = self._tree.objects.get(id)
        while sobject is not None:
            ids.insert(0, sobject.id)
            sobject = sobject.parent
        return Divergence(id, attribute, "/".join(ids or [id]) + ("" if attribute is None else f".{attribute}"))


def _own(sobject: ClientObject, loose: Collection[str]) -> str:
    return "-" if sobject.id in loose else digest(text_of(sobject, attribute_texts(sobject)))


def _hashes(top: ClientObject, loose: Collection[str]) -> dict[str, str]:
    """The hashes of an object and of all below it, by id."""
    hashes: dict[str, str] = {}
    loose = set(loose)
    for sobject in reversed(list(top.walk())):
        own, children = _own(sobject, loose), sobject.children
        hashes[sobject.id] = digest(f"{own} {' '.join([hashes[child.id] for child in children])}") if children else own
    return hashes

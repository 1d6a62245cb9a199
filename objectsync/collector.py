"""Destroying what nobody refers to any more: for trees whose objects are made by the way, as in a notebook's cells.

The tree holds its objects strongly, so Python alone would never free one. Here they are held weakly for the length of one garbage
collection, and Python's own collector, which knows of every variable, closure, container and running task, says which ones are unused.

Rules:
- Only *loose* objects can go, and with them what is below: made by a constructor without a parent (`Element("div")`), and still at the
  top. What `create_object`, `add_child`, `parent=` or an undo has put somewhere stays until it is removed.
- What refers to any object below a loose one keeps all of it. An object-valued topic (Obj, ObjList …) refers to what it names, as long as
  its owner lives itself.
- What goes is destroyed as by `remove()`: `on_destroy`, children first, and clients are told. It is no step that could be undone, and
  steps that only concern it are forgotten. One whose `on_destroy` raises stays, and is not tried again.
- All of it happens under the tree's lock. Afterwards everything that stayed is where it was.
"""

from __future__ import annotations

import gc
import logging
import weakref
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .changes import Change, Place
from .snapshot import Restore, values_of, walk
from .states import GONE

if TYPE_CHECKING:
    from .log import Transaction
    from .sobject import SObject
    from .topics import AttributeSpec
    from .tree import Tree

logger = logging.getLogger("objectsync.collector")

_CANARY = "_os_canary"
"""The key, in a loose object's `__dict__`, of what notices that nobody refers to it."""


class _Canary:
    """Hangs on a loose object, and refers to it and to what its topics name. Its end is the end of all of them, which it calls off."""

    __slots__ = ("found", "names", "top")

    def __init__(self, top: SObject, found: list[SObject]) -> None:
        self.top: SObject | None = top
        self.found = found
        self.names: list[SObject] = []

    def __del__(self) -> None:
        if self.top is not None:
            self.found.append(self.top)  # it lives again (PEP 442), and is destroyed in order


def collect(tree: Tree) -> int:
    """Destroy the loose objects that nothing refers to; returns how many there were, each with all below it.

    Does nothing inside `record()`.
    """
    record = tree.record()
    with record as transaction:
        loose = tree.loose
        if not loose or not record.is_outermost:
            return 0
        loose.intersection_update(tree.objects)
        tops = [top for top in map(tree.objects.__getitem__, loose) if top._os_parent is tree.root]
        if not tops:
            return 0
        unused = _unused(tree, tops)
        transaction.recording = False
        gone: set[str] = set()
        for top in unused:
            loose.discard(top._os_id)
            gone |= _destroy(tree, top)
        if gone:
            _forget(tree, gone)
        return len(unused)


def _unused(tree: Tree, tops: list[SObject]) -> list[SObject]:
    """Those of the loose objects that nothing refers to. Empties `tops`: the list is a reference."""
    found: list[SObject] = []
    canaries = {top._os_id: _Canary(top, found) for top in tops}
    kept = _follow_names(tree, tops, canaries)
    _plant(canaries)
    held = _Held(tree, tops)
    canaries.clear()
    tops.clear()
    try:
        gc.collect()
    finally:
        held.put_back(found)
        del kept
    return found


def _plant(canaries: dict[str, _Canary]) -> None:
    for canary in canaries.values():  # in a function of its own: a loop's variables refer too
        assert canary.top is not None
        canary.top.__dict__[_CANARY] = canary


def _follow_names(tree: Tree, tops: list[SObject], canaries: dict[str, _Canary]) -> list[SObject]:
    """Let the canaries refer to what the topics below their objects name. Returns what those name that are not loose: these are kept."""
    canary_of = {sobject._os_id: canaries[top._os_id] for top in tops for sobject in walk(top)}
    kept: list[SObject] = []
    declared: dict[type, list[str]] = {}
    for sobject in tree.objects.values():
        for id in _named_by(sobject, declared):
            named = canary_of.get(id)
            if named is not None and named.top is not None:
                own = canary_of.get(sobject._os_id)
                if own is None:
                    kept.append(named.top)
                elif own is not named:
                    own.names.append(named.top)
    return kept


def _named_by(sobject: SObject, declared: dict[type, list[str]]) -> Iterator[str]:
    """The ids in an object's object-valued topics. `declared` is filled with the names of those that classes declare."""
    cls = type(sobject)
    names = declared.get(cls)
    if names is None:
        names = declared[cls] = [name for name, spec in cls._specs.items() if _holds_objects(spec)]
    dynamic = sobject._os_dynamic
    if dynamic:
        names = [*names, *(name for name, spec in dynamic.items() if _holds_objects(spec))]
    for name in names:
        raw = values_of(sobject).get(name)
        if raw is None:
            spec = sobject._spec_of(name)
            raw = None if spec is None else spec.default
        if raw:
            yield from (raw,) if isinstance(raw, str) else raw.values() if isinstance(raw, dict) else raw


def _holds_objects(spec: AttributeSpec) -> bool:
    return spec.topic_class.type_name.startswith("obj")


class _Held:
    """The tree's references to loose objects, made weak."""

    def __init__(self, tree: Tree, tops: Iterable[SObject]) -> None:
        self._tree = tree
        self._order: list[SObject | str] = []
        """The root's children: the object, or the id of one that is held weakly."""
        self._weak: dict[str, weakref.ref[SObject]] = {}
        loose = set(tops)
        self._children = tree.root._os_children or []
        for sobject in self._children:
            if sobject in loose:
                self._order.append(sobject._os_id)
                for below in walk(sobject):
                    self._weak[below._os_id] = weakref.ref(below)
            else:
                self._order.append(sobject)
        for id in self._weak:
            del tree.objects[id]
        self._children[:] = [entry for entry in self._order if not isinstance(entry, str)]
        self._staying = len(self._children)

    def put_back(self, found: Iterable[SObject]) -> None:
        """Hold everything as before, also what only its canary has kept."""
        objects = self._tree.objects
        for top in found:
            for sobject in walk(top):
                objects[sobject._os_id] = sobject
        for id, reference in self._weak.items():
            alive = reference()
            if alive is not None:
                objects[id] = alive
        came = self._children[self._staying :]  # what a `__del__` made meanwhile
        self._children[:] = [objects[entry] if isinstance(entry, str) else entry for entry in self._order] + came
        for entry in self._order:
            if isinstance(entry, str):
                canary: _Canary = objects[entry].__dict__.pop(_CANARY)
                canary.top = None  # it ends now, and that means nothing


def _destroy(tree: Tree, top: SObject) -> set[str]:
    """Destroy an object; returns the ids of all that went."""
    if top._os_state == GONE:
        return set()  # another one's on_destroy did it
    ids = {sobject._os_id for sobject in walk(top)}
    try:
        tree.destroy(top)
    except Exception:
        logger.exception("%s, which nobody refers to, could not be destroyed and stays", top)
        return set()
    return ids


def _forget(tree: Tree, gone: set[str]) -> None:
    """Take the steps out of the history that only concern what is gone."""
    for steps in (tree.history.done, tree.history.undone):
        kept: list[Transaction] = [step for step in steps if not all(_concerns(inverse, gone) for inverse in step.inverses)]
        if len(kept) != len(steps):
            steps.clear()
            steps.extend(kept)


def _concerns(inverse: Change, gone: set[str]) -> bool:
    """Whether there is nothing left that an inverse could be applied to."""
    if isinstance(inverse, Restore):
        return inverse.parent in gone
    if isinstance(inverse, Place):
        return inverse.object in gone or inverse.parent in gone
    return inverse.object in gone

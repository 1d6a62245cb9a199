"""What a client must be told that sees only a part of the tree: what it has subscribed to, and what the policy lets it see.

Rules (docs/architecture.md, "Partial views"):
- There is one function that says what the part is (`_visible`), and a record of what the client has (`_known`). Whatever the client is told
  leads from the one to the other: while nothing of its shape changes, the log, filtered; otherwise one difference, computed from both.
- The policy is asked when an object or attribute comes into question, and again when `reconsider` says so; never in between.
- Nothing of this is shared between clients, and nothing of it is kept for the next connection: that one begins with a snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from .changes import (
    Attribute,
    Change,
    Clear,
    Create,
    Define,
    Destroy,
    DropAttribute,
    Emit,
    Place,
    Set,
    Tag,
    TopicChange,
    Unemit,
    Untag,
)
from .frames import Fragment, Frame, encode, encode_snapshot, encode_transaction, encode_update
from .limits import Limits
from .log import Answer, Log, Transaction
from .protocol import Hashes, HashParts, Scope, Verify
from .snapshot import Objects, describe_object, values_of
from .sobject import SObject
from .statehash import attribute_texts, digest, text_of
from .updates import answer, squashed_answer
from .values import copy_value

MaySee = Callable[[SObject, str | None], bool]
"""Whether the client may see an object, or (with a name) one of its attributes."""

_SHAPE = (Create, Destroy, Clear, Place)
_BEHIND = 1_000
"""Transactions of which nothing concerned the client, after which it is told the number all the same."""


class Known:
    """What the client has of one object."""

    __slots__ = ("children", "dynamic", "hidden", "parent", "tags")

    def __init__(self, parent: str | None, hidden: set[str]) -> None:
        self.parent = parent
        self.children: list[str] = []
        self.hidden = hidden
        self.dynamic: dict[str, str] = {}
        self.tags: dict[str, None] = {}


class PartialView:
    """One connection's part of the tree. Call it with the tree's lock held."""

    def __init__(
        self,
        log: Log,
        tree: Objects,
        root: SObject,
        limits: Limits,
        defines: Callable[[], list[Define]],
        scopes: Sequence[Scope] | None,
        may_see: MaySee | None,
    ) -> None:
        self._log = log
        self._tree = tree
        self._root = root
        self._limits = limits
        self._defines = defines
        self._may_see = may_see
        self._take_scopes(scopes)
        self._known: dict[str, Known] = {}
        self._stale = False
        self.at = log.head
        """The place in the log up to which the client's state is known here."""

    def subscribe(self, scopes: Sequence[Scope] | None) -> None:
        """See these parts from now on; None for all."""
        self._take_scopes(scopes)
        self._stale = True

    def _take_scopes(self, scopes: Sequence[Scope] | None) -> None:
        self._scopes = scopes
        self._roots = {scope.root for scope in scopes or ()}
        self._tags = {tag for scope in scopes or () for tag in scope.tags}
        # Something may then come into sight between two objects that the client does not have.
        self._any_shape = bool(self._tags) or (scopes is not None and self._may_see is not None)

    def reconsider(self) -> None:
        """Ask the policy anew."""
        self._stale = True

    @property
    def has_news(self) -> bool:
        """Whether there may be something to tell."""
        return self._stale or self.at < self._log.head

    # --- what the client is told

    def snapshot(self) -> tuple[int, list[Frame]]:
        """The part as it is, in pages."""
        self._known = {self._root._os_id: Known(None, self._hidden_of(self._root))}
        changes: list[Change] = [*self._defines(), *self._describe(self._root, -1)]
        pages: list[Fragment] = []
        for count, change in enumerate(self._difference({}, ()), 2):
            changes.append(change)
            if count % self._limits.page_objects == 0:
                pages.append(encode(changes))
                changes = []
        if changes:
            pages.append(encode(changes))
        self.at, self._stale = self._log.head, False
        return self.at, [encode_snapshot(self.at, index, len(pages), page) for index, page in enumerate(pages)]

    def know_all(self) -> None:
        """The client has everything there is."""
        scopes, self._scopes = self._scopes, None
        self.snapshot()
        self._scopes = scopes

    def update(self, prev: int, session: str, answers: Sequence[Answer]) -> Frame | None:
        """From `prev`, where the client is, to the head; None when there is nothing to say. Log and digest must remember `at`."""
        log, at = self._log, self.at
        head = log.head
        fragments: list[Fragment] = []
        near = not self._stale and head - at <= self._limits.frame_transactions and log.reaches(at)
        if near and not any(map(self._changes_shape, log.since(at))):
            for transaction in log.since(at):
                if transaction.session is not None and transaction.session == session:
                    fragments.append(self._own(transaction))
                else:
                    changes = list(self._filter(transaction))
                    if changes:
                        fragments.append(encode_transaction(transaction.seq, changes))
        else:
            fragments += [squashed_answer(each) for each in answers]
            changes = self._catch_up(at)
            if changes:
                fragments.append(encode_transaction(head, changes))
        self.at, self._stale = head, False
        if not fragments and head - prev < _BEHIND:
            return None
        return encode_update(prev, head, fragments, "")

    def answer(self, verify: Verify, seq: int) -> Hashes:
        """The hash of an object as the client has it."""
        if verify.object not in self._known:
            return Hashes(seq, verify.object, "")
        nodes: dict[str, str] = {}
        own: dict[str, str] = {}
        order = [verify.object]
        for id in order:
            order += self._known[id].children
        loose: list[str] = []
        for id in reversed(order):
            known, sobject = self._known[id], self._tree.objects[id]
            if sobject._os_type.superseded:
                loose.append(id)
                own[id] = "-"
            else:
                own[id] = digest(text_of(sobject, self._texts(id)))
            nodes[id] = digest(f"{own[id]} {' '.join([nodes[child] for child in known.children])}") if known.children else own[id]
        answer = Hashes(seq, verify.object, nodes[verify.object], loose=tuple(loose))
        if not verify.parts:
            return answer
        attributes = {name: digest(text) for name, text in self._texts(verify.object).items()}
        parts = HashParts(own[verify.object], attributes, [(child, nodes[child]) for child in self._known[verify.object].children])
        return Hashes(answer.seq, answer.object, answer.hash, parts, answer.loose)

    # --- the part

    def _visible(self) -> dict[str, list[str]]:
        """The ids of all visible objects, parents first, with those of their visible children in order."""
        wanted = None if self._scopes is None else self._wanted(self._scopes)
        may_see = self._may_see
        visible: dict[str, list[str]] = {}
        stack = [self._root]
        while stack:
            sobject = stack.pop()
            children = [
                child
                for child in sobject._os_children or ()
                if (wanted is None or child._os_id in wanted) and (may_see is None or may_see(child, None))
            ]
            visible[sobject._os_id] = [child._os_id for child in children]
            stack.extend(reversed(children))
        return visible

    def _wanted(self, scopes: Sequence[Scope]) -> set[str]:
        """The ids of what is subscribed to, and of what that is in."""
        may_see = self._may_see
        wanted: set[str] = set()
        for scope in scopes:
            top = self._tree.objects.get(scope.root)
            if top is None or (may_see is not None and not all(may_see(each, None) for each in _path(top) if each is not self._root)):
                continue
            stack = [(top, 0, False)]
            while stack:
                sobject, depth, inside = stack.pop()
                if not inside and (not scope.tags or any(tag in (sobject._os_tags or ()) for tag in scope.tags)):
                    inside = True
                    wanted.update(each._os_id for each in _path(sobject))
                if inside:
                    wanted.add(sobject._os_id)
                if scope.depth is None or depth < scope.depth:
                    children = sobject._os_children or ()
                    stack.extend((child, depth + 1, inside) for child in children if may_see is None or may_see(child, None))
        return wanted

    def _hidden_of(self, sobject: SObject) -> set[str]:
        may_see = self._may_see
        if may_see is None:
            return set()
        return {name for name in (*sobject._specs, *(sobject._os_dynamic or ())) if not may_see(sobject, name)}

    def _texts(self, id: str) -> dict[str, str]:
        return attribute_texts(self._tree.objects[id], self._known[id].hidden)

    # --- while nothing of its shape changes

    def _changes_shape(self, transaction: Transaction) -> bool:
        """Whether a transaction may change which objects there are for the client, and where."""
        known = self._known
        for change in transaction.changes:
            if isinstance(change, _SHAPE):
                if self._any_shape or change.object in known or change.object in self._roots:
                    return True
                if isinstance(change, (Create, Place)) and change.parent in known:
                    return True
            elif isinstance(change, (Tag, Untag)) and change.tag in self._tags:
                return True
        return False

    def _own(self, transaction: Transaction) -> Fragment:
        changes = list(self._filter(transaction, own=True))
        if transaction.error is not None or (transaction.verbatim and len(changes) == len(transaction.changes)):
            return answer(transaction)
        return encode_transaction(transaction.seq, changes, transaction.cseq)

    def _filter(self, transaction: Transaction, own: bool = False) -> Iterator[Change]:
        for change in transaction.changes:
            if isinstance(change, Define):
                yield change
                continue
            known = self._known.get(change.object)
            if known is None:
                continue
            if isinstance(change, TopicChange):
                if change.name in known.hidden or (isinstance(change, Emit) and transaction.session is not None and not own):
                    continue
            elif isinstance(change, Attribute):
                if self._may_see is not None and not self._may_see(self._tree.objects[change.object], change.name):
                    known.hidden.add(change.name)
                    continue
                known.dynamic[change.name] = change.type
            elif isinstance(change, DropAttribute):
                if change.name in known.hidden:
                    known.hidden.discard(change.name)
                    continue
                known.dynamic.pop(change.name, None)
            elif isinstance(change, Tag):
                known.tags[change.tag] = None
            elif isinstance(change, Untag):
                known.tags.pop(change.tag, None)
            yield change

    # --- otherwise

    def _catch_up(self, since: int) -> list[Change]:
        """One transaction's changes from what the client has to what it is to see."""
        log = self._log
        changes: list[Change] = list(log.digest.shape_since(since))
        touched = dict.fromkeys(log.digest.touched_since(since))
        emitted: list[Change] = []
        for transaction in log.since(max(since, log.first - 1)):
            for change in transaction.changes:
                if not isinstance(change, TopicChange):
                    changes.append(change)
                elif not isinstance(change, (Emit, Unemit)):
                    touched[change.object, change.name] = None
                elif transaction.session is None:
                    emitted.append(change)
        renewed = {change.object for change in changes if isinstance(change, Create) and change.object in self._known}
        touched.update(dict.fromkeys((change.object, change.name) for change in changes if isinstance(change, Attribute)))
        told: list[Change] = [change for change in changes if isinstance(change, Define)]
        told += self._difference(touched, renewed)
        told += [each for each in emitted if self._hears(each)]
        return told

    def _hears(self, emission: Any) -> bool:
        known = self._known.get(emission.object)
        return known is not None and emission.name not in known.hidden and self._tree.objects[emission.object].has_attribute(emission.name)

    def _difference(self, touched: Iterable[tuple[str, str]], renewed: Iterable[str]) -> Iterator[Change]:
        """From what is known to what is visible. `touched` attributes get their present value; `renewed` objects were destroyed, and others
        have their ids."""
        known, objects = self._known, self._tree.objects
        visible = self._visible()
        yield from self._take_out(visible, set(renewed))
        entered: set[str] = set()
        for parent, children in visible.items():
            yield from self._arrange(parent, children, entered)
        for id in [id for id in known if id not in visible]:
            if id in known and known[id].parent in visible:
                yield self._destroy(id)
        added: set[tuple[str, str]] = set()
        for id, one in known.items():
            if id not in entered:
                for change in self._attributes_and_tags(objects[id], one):
                    if isinstance(change, (Attribute, Set)):
                        added.add((id, change.name))
                    yield change
        for id, name in touched:
            if id in known and id not in entered and (id, name) not in added and name not in known[id].hidden:
                spec = objects[id]._spec_of(name)
                if spec is not None:
                    yield Set(id, name, copy_value(values_of(objects[id]).get(name, spec.default)))

    def _take_out(self, visible: dict[str, list[str]], renewed: set[str]) -> Iterator[Change]:
        """Take out at once what goes as a whole, so that those who stay keep their places. Of what has come anew under an old id, those
        below that stay wait below the root."""
        known = self._known
        for id in [id for id in known if id in renewed or id not in visible]:
            if id not in known:
                continue  # it went with another
            staying = [below for below in self._below(id) if below in visible and below not in renewed]
            if id in renewed:
                for below in staying:
                    if below in known and self._is_below(below, id):
                        yield self._place(below, self._root._os_id, len(known[self._root._os_id].children))
                yield self._destroy(id)
            elif not staying:
                yield self._destroy(id)

    def _arrange(self, parent: str, children: list[str], entered: set[str]) -> Iterator[Change]:
        """Bring the visible children of an object into place; what is to go elsewhere, or away, stays among them until then."""
        known, siblings = self._known, self._known[parent].children
        ours = set(children)
        at = 0
        for child in children:
            while at < len(siblings) and siblings[at] not in ours:
                at += 1
            if at < len(siblings) and siblings[at] == child:
                at += 1
                continue
            if child not in known:
                sobject = self._tree.objects[child]
                known[child] = Known(parent, self._hidden_of(sobject))
                entered.add(child)
                yield from self._describe(sobject, -1 if at == len(siblings) else at)
                siblings.insert(at, child)
            else:
                yield self._place(child, parent, at)
            at += 1

    def _attributes_and_tags(self, sobject: SObject, one: Known) -> Iterator[Change]:
        """What has come into sight and gone out of it, of an object that stays."""
        id = sobject._os_id
        hidden = self._hidden_of(sobject) if self._stale else one.hidden
        if not self._stale and self._may_see is not None:
            names = sobject._os_dynamic or {}
            hidden = {name for name in one.hidden if name in sobject._specs or name in names}
            hidden |= {name for name in names if name not in one.dynamic and name not in one.hidden and not self._may_see(sobject, name)}
        dynamic = {name: spec.topic_class.type_name for name, spec in (sobject._os_dynamic or {}).items() if name not in hidden}
        for name, kind in one.dynamic.items():
            if dynamic.get(name) != kind:
                yield DropAttribute(id, name)
        for name, kind in dynamic.items():
            if one.dynamic.get(name) != kind:
                yield Attribute(id, name, kind, _value(sobject, name))
        for name, spec in sobject._specs.items():
            if (name in hidden) != (name in one.hidden) and spec.topic_class.type_name != "event":
                yield Set(id, name, copy_value(spec.default) if name in hidden else _value(sobject, name))
        tags = dict.fromkeys(sobject._os_tags or ())
        yield from (Untag(id, tag) for tag in one.tags if tag not in tags)
        yield from (Tag(id, tag) for tag in tags if tag not in one.tags)
        one.hidden, one.dynamic, one.tags = hidden, dynamic, tags

    def _describe(self, sobject: SObject, index: int) -> list[Change]:
        """The changes that create an object, and note what the client then has."""
        one = self._known[sobject._os_id]
        described: list[Change] = []
        describe_object(sobject, one.parent, described)
        told: list[Change] = []
        for change in described:
            if isinstance(change, Create):
                values = {name: value for name, value in change.attributes.items() if name not in one.hidden}
                change = Create(change.object, change.type, change.parent, index, values)
            elif isinstance(change, Attribute):
                if change.name in one.hidden:
                    continue
                if sobject._os_dynamic and change.name in sobject._os_dynamic:
                    one.dynamic[change.name] = change.type
            elif isinstance(change, Tag):
                one.tags[change.tag] = None
            told.append(change)
        return told

    def _place(self, id: str, parent: str, index: int) -> Place:
        one = self._known[id]
        assert one.parent is not None
        self._known[one.parent].children.remove(id)
        self._known[parent].children.insert(index, id)
        one.parent = parent
        return Place(id, parent, index)

    def _destroy(self, id: str) -> Destroy:
        parent = self._known[id].parent
        assert parent is not None
        self._known[parent].children.remove(id)
        for below in [id, *self._below(id)]:
            del self._known[below]
        return Destroy(id)

    def _below(self, id: str) -> list[str]:
        found = list(self._known[id].children)
        for each in found:
            found += self._known[each].children
        return found

    def _is_below(self, id: str | None, above: str) -> bool:
        while id is not None and id != above:
            id = self._known[id].parent
        return id == above


def _value(sobject: SObject, name: str) -> Any:
    spec = sobject._spec_of(name)
    assert spec is not None
    return copy_value(values_of(sobject).get(name, spec.default))


def _path(sobject: SObject | None) -> Iterator[SObject]:
    """An object and those above it."""
    while sobject is not None:
        yield sobject
        sobject = sobject._os_parent

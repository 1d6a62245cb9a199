"""Changes: the primitive operations, exactly as PROTOCOL.md writes them.

A change is a frozen value and its own wire form (msgspec encodes it as an array, its kind first). What undoes it depends on the state
it meets, so applying a change returns its inverse: topics apply topic changes (topics.py), the tree applies tree changes (tree.py).
Positions in text are UTF-16 code units; -1 as an index of `create`, `place`, `insert` or `append` means the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from .errors import InvalidChangeError, describe

Id = Annotated[str, Meta(min_length=1, max_length=64)]
"""(No pattern, as the rare `TopicType` has: for each text that is to match, msgspec makes the method's name anew, and Python's cache of
methods keeps thousands of these, one here and one there. A page's clicks held 5 MB by them: benchmarks/dom, "left after clear".)"""
Name = Annotated[str, Meta(min_length=1, max_length=128)]
"""An attribute's name or a tag."""
RESERVED = frozenset({"__proto__", "constructor", "prototype"})
"""No names: JavaScript gives them a meaning of its own."""
Index = Annotated[int, Meta(ge=-1)]
Position = Annotated[int, Meta(ge=0)]
TopicType = Annotated[str, Meta(pattern=r"^(generic|bool|int|float|string|bytes|set|list|dict|event|obj(_list|_set|_dict)?)$")]


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False, forbid_unknown_fields=True, tag_field="kind"):
    """One primitive operation on the object with the id `object`. (`gc=False`: changes hold plain data, never a cycle.)"""

    object: Id


# --- the tree -------------------------------------------------------------------------------------------------------------------


class Define(Change, frozen=True, tag="define"):
    """A type and its declared attributes: `{name: [topic_type, default]}`. `object` is the type's name."""

    frontend_type: str
    attributes: dict[Name, tuple[TopicType, Any]]


class Create(Change, frozen=True, tag="create"):
    """A new object; `attributes` holds the declared ones that differ from their default. Only the root's `parent` is None."""

    type: str
    parent: Id | None
    index: Index
    attributes: dict[Name, Any]


class Creates(Change, frozen=True, tag="creates"):
    """Many new objects at the end of their parents; their ids are whole numbers from `object` on.

    For each object `items` holds the number of its shape, its parent (an id; how many objects before it; 0 for that of the one before),
    and a value for each name of the shape.
    """

    shapes: list[tuple[Name, list[Name]]]
    items: list[Any]

    def each(self) -> Iterator[Create]:
        """The same, one by one.

        Raises:
            InvalidChangeError: the items do not add up.
        """
        if not self.object.isdecimal():
            raise InvalidChangeError(f"'creates' begins with the id {self.object!r}; expected a number", self)
        first = number = int(self.object)
        items, at, parent = self.items, 0, ""
        while at < len(items):
            if len(items) < at + 2 or type(items[at]) is not int or not 0 <= items[at] < len(self.shapes):
                raise InvalidChangeError(f"'creates' has {describe(items[at])} at {at}; expected the number of a shape, and a parent", self)
            kind, names = self.shapes[items[at]]
            above = items[at + 1]
            if isinstance(above, str):
                parent = above
            elif type(above) is int and 0 < above <= number - first:
                parent = str(number - above)
            elif above != 0 or not parent:
                raise InvalidChangeError(f"'creates' has {describe(above)} at {at + 1}; expected a parent", self)
            at += 2
            values = items[at : at + len(names)]
            if len(values) < len(names):
                raise InvalidChangeError(f"'creates' ends with {len(values)} of {len(names)} values", self)
            yield Create(str(number), kind, parent, -1, dict(zip(names, values, strict=True)))
            at += len(names)
            number += 1


class Rows(Change, frozen=True, tag="rows"):
    """The same subtree `count` times at the end of `parent`, with other values; the ids are whole numbers from `object` on.

    `shape` says for each object of a row its type, how many objects before it its parent is (0 for the first), the names of the values that
    differ from row to row, and those that are the same in all.
    """

    parent: Id
    count: Annotated[int, Meta(ge=1)]
    shape: Annotated[list[tuple[Name, Position, list[Name], dict[Name, Any]]], Meta(min_length=1)]
    values: list[Any]

    def each(self) -> Iterator[Create]:
        """The same, one by one.

        Raises:
            InvalidChangeError: the shape is none, or the values do not add up.
        """
        if not self.object.isdecimal():
            raise InvalidChangeError(f"'rows' begins with the id {self.object!r}; expected a number", self)
        if any((above == 0) != (place == 0) or above > place for place, (_, above, _, _) in enumerate(self.shape)):
            raise InvalidChangeError(f"'rows' has the shape {describe(self.shape)}; expected one object with others below it", self)
        wanted = self.count * sum(len(names) for _, _, names, _ in self.shape)
        if len(self.values) != wanted:
            raise InvalidChangeError(f"'rows' has {len(self.values)} values; expected {wanted}", self)
        number, values = int(self.object), iter(self.values)
        for _ in range(self.count):
            for kind, above, names, same in self.shape:
                parent = str(number - above) if above else self.parent
                yield Create(str(number), kind, parent, -1, same | {name: next(values) for name in names})
                number += 1


class Destroy(Change, frozen=True, tag="destroy"):
    """The object and everything below it go."""


class Clear(Change, frozen=True, tag="clear"):
    """Everything below the object goes."""


class Place(Change, frozen=True, tag="place"):
    """The object moves below `parent`, to `index` as counted without itself."""

    parent: Id
    index: Index


class Attribute(Change, frozen=True, tag="attribute"):
    """A dynamic attribute appears."""

    name: Name
    type: TopicType
    value: Any


class DropAttribute(Change, frozen=True, tag="drop_attribute"):
    """A dynamic attribute goes."""

    name: Name


class Tag(Change, frozen=True, tag="tag"):
    """The object gets a tag."""

    tag: Name


class Untag(Change, frozen=True, tag="untag"):
    """The object loses a tag."""

    tag: Name


# --- topics ---------------------------------------------------------------------------------------------------------------------


class TopicChange(Change, frozen=True):
    """A change of one attribute."""

    name: Name


class Set(TopicChange, frozen=True, tag="set"):
    """The whole value."""

    value: Any


class Add(TopicChange, frozen=True, tag="add"):
    """A number grows by `amount`."""

    amount: int | float


class InsertText(TopicChange, frozen=True, tag="insert_text"):
    """`text` appears at `position`."""

    position: Position
    text: str


class DeleteText(TopicChange, frozen=True, tag="delete_text"):
    """`length` units from `position` on go."""

    position: Position
    length: Position


class Insert(TopicChange, frozen=True, tag="insert"):
    """`item` appears in a list at `index`."""

    index: Index
    item: Any


class Pop(TopicChange, frozen=True, tag="pop"):
    """The list's item at `index` goes."""

    index: Index


class Move(TopicChange, frozen=True, tag="move"):
    """The list's item at `index` moves to `to`, as counted without it."""

    index: Index
    to: Index


class Replace(TopicChange, frozen=True, tag="replace"):
    """The list's item at `index` becomes `item`."""

    index: Index
    item: Any


class Append(TopicChange, frozen=True, tag="append"):
    """`item` joins a set, at `index`."""

    item: Any
    index: Index


class Remove(TopicChange, frozen=True, tag="remove"):
    """`item` leaves a set."""

    item: Any


class Put(TopicChange, frozen=True, tag="put"):
    """A dict's `key` gets `value`."""

    key: str
    value: Any


class Drop(TopicChange, frozen=True, tag="drop"):
    """A dict's `key` goes."""

    key: str


class Emit(TopicChange, frozen=True, tag="emit"):
    """An event happens."""

    args: dict[str, Any]


class Unemit(TopicChange, frozen=True, tag="unemit"):
    """A stateful event is undone."""

    args: dict[str, Any]


ClientChange = (
    Create
    | Destroy
    | Clear
    | Place
    | Attribute
    | DropAttribute
    | Tag
    | Untag
    | Set
    | Add
    | InsertText
    | DeleteText
    | Insert
    | Pop
    | Move
    | Replace
    | Append
    | Remove
    | Put
    | Drop
    | Emit
)
"""What a client may propose: everything but `creates`, `rows`, `define` and `unemit`."""

AnyChange = ClientChange | Creates | Rows | Define | Unemit
"""Everything that may stand in an update."""


def singly(changes: Iterable[Change]) -> Iterator[Change]:
    """Changes with every `creates` and `rows` as what it stands for.

    Raises:
        InvalidChangeError: one does not add up.
    """
    for change in changes:
        if isinstance(change, Creates | Rows):
            yield from change.each()
        else:
            yield change

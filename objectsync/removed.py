"""Removed objects: the records of what a step destroyed, for the undo that may never come.

Rules: reading gives records, like the tuple it stands for. Most objects are plain: their tables are taken as they are (nothing changes in
an object that is gone), which makes clearing a table of ten thousand rows quick, and `pack` turns them into a fiftieth of the memory when
there is time (`Hub.tick`). No object is held: what a step keeps would keep the whole tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import msgspec

from .packed import Packed, deflated, inflated
from .snapshot import ObjectRecord, given_values

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Any])
_UNPACKED = 350
"""About how many bytes a plain object that has a table takes before it is packed."""
_EACH = 6
"""Of a plain object, in a row."""


class Removed(Packed[ObjectRecord]):
    """The records of removed objects, parents first."""

    __slots__ = ("_others", "_packed", "_plain", "_settle")

    def __init__(self, settle: Callable[[], None]) -> None:
        """`settle()` has it filled, if that is put off."""
        super().__init__(0)
        self._settle: Callable[[], None] | None = settle
        self._plain: list[Any] = []
        self._packed: bytes | None = None
        self._others: dict[int, ObjectRecord] = {}

    def fill(self, plain: list[Any], others: dict[int, ObjectRecord]) -> None:
        """Take them. `plain` holds six for each object that has no dynamic attributes, no tags, and no references that user code holds on
        it: id, type, parent, values and twice None; or, of one without a table of values, what its tag is called in place of these, its
        text and its tag. `others` are records by their position among all."""
        self._settle = None
        # Flat: fifty thousand tuples would set off the garbage collector (benchmarks/dom, "clear": 130 of 210 ms).
        self._plain = plain
        self._others = others
        self._length = len(plain) // _EACH + len(others)

    def __len__(self) -> int:
        if self._settle is not None:
            self._settle()
        return self._length

    def pack(self) -> None:
        if self._packed is None:
            try:
                self._packed = deflated(_encoder.encode(self._plain))
            except (TypeError, RecursionError):  # values that only travel as attachments; they stay as they are
                return
            self._plain = []

    @property
    def size(self) -> int:
        others = 1000 * len(self._others)
        return others + (_UNPACKED * (len(self._plain) // _EACH) if self._packed is None else len(self._packed))

    def __iter__(self) -> Iterator[ObjectRecord]:
        length = len(self)  # first: that has it filled
        plain = iter(self._plain if self._packed is None else _decoder.decode(inflated(self._packed)))
        others = self._others
        for position in range(length):
            if position in others:
                yield others[position]
            else:
                id, type, parent, values, text, first = islice(plain, _EACH)
                yield ObjectRecord(id, type, parent, values if text is None else given_values(text, values, first))

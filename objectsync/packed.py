"""Packed changes: many creations as the bytes that travel, and many inverses of creations as one text, in place of as many Python objects.

A table of ten thousand rows is a single transaction, and the log keeps it. As changes it would take five times the memory of its bytes,
which are needed anyway. And small objects that outlive the large ones they were made with keep the memory of these from going back: ten
thousand ids, one here and one there, held 20 MB. Rules: a packed sequence reads like the tuple it stands for (each reading decodes it
anew), and its fragment is what clients get.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from .changes import Change, Destroy, singly
from .frames import Fragment, encode, unescape
from .protocol import decode_recorded
from .values import Buffer


class PackedChanges(Sequence[Change]):
    """An immutable sequence of changes, kept encoded."""

    __slots__ = ("_length", "fragment")

    def __init__(self, changes: Sequence[Change], length: int) -> None:
        self._length = length  # of what `creates` stand for
        self.fragment: Fragment = encode(changes)
        """The changes as the wire has them."""

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Change]:
        json, raw = self.fragment
        buffers = [Buffer(buffer) for buffer in raw]
        changes = decode_recorded(json)
        return singly((unescape(change, buffers) for change in changes) if b'"$' in json else changes)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | Sequence[Change]:
        return tuple(self)[index]

    @property
    def size(self) -> int:
        """Bytes that it keeps."""
        return len(self.fragment.json) + sum(map(len, self.fragment.buffers))


class PackedDestroys(Sequence[Change]):
    """What undoes many creations: a `Destroy` for each of these ids."""

    __slots__ = ("_ids", "_length")

    def __init__(self, ids: Sequence[str]) -> None:
        self._length = len(ids)
        self._ids = " ".join(ids)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Change]:
        return map(Destroy, self._ids.split())

    def __reversed__(self) -> Iterator[Change]:
        return map(Destroy, reversed(self._ids.split()))

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | Sequence[Change]:
        return tuple(self)[index]

    @property
    def size(self) -> int:
        """Bytes that it keeps."""
        return len(self._ids)

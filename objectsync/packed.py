"""Packed sequences: what the log and the history keep of many objects, as few bytes in place of as many Python objects.

A table of ten thousand rows is a single transaction, and the log keeps it. As changes it would take five times the memory of its bytes,
which are needed anyway. And small objects that outlive the large ones they were made with keep the memory of these from going back: ten
thousand ids, one here and one there, held 20 MB. Rules: a packed sequence reads like the tuple it stands for (each reading decodes it
anew). It is made quickly, and `pack` makes it small when there is time: a table in a tenth of its bytes (zlib at its fastest, 200 MB/s).
"""

from __future__ import annotations

import zlib
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar, overload

from .changes import Change, Destroy, singly
from .frames import Fragment, encode, unescape
from .protocol import decode_recorded
from .values import Buffer

T_co = TypeVar("T_co", covariant=True)

MANY: Final = 32
"""So many new objects are kept as the bytes that travel, not as changes."""

_FAST = 1
_WORTH_DEFLATING = 4096
"""Bytes."""


class Packed(Sequence[T_co]):
    """A sequence that is decoded when it is read."""

    __slots__ = ("_length",)

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length

    @abstractmethod
    def __iter__(self) -> Iterator[T_co]: ...

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return tuple(self)[index]

    @property
    @abstractmethod
    def size(self) -> int:
        """About how many bytes it keeps."""

    def pack(self) -> None:
        """Take less memory."""


class PackedChanges(Packed[Change]):
    """Changes as the wire has them."""

    __slots__ = ("_buffers", "_deflated", "_json")

    def __init__(self, changes: Sequence[Change], length: int) -> None:
        super().__init__(length)  # of what `creates` and `rows` stand for
        fragment = encode(changes)
        self._json, self._buffers = fragment.json, fragment.buffers
        self._deflated = False

    @property
    def fragment(self) -> Fragment:
        """What clients get."""
        return Fragment(inflated(self._json) if self._deflated else self._json, self._buffers)

    def __iter__(self) -> Iterator[Change]:
        fragment = self.fragment
        json, buffers = fragment.json, [Buffer(buffer) for buffer in fragment.buffers]
        changes = decode_recorded(json)
        return singly((unescape(change, buffers) for change in changes) if b'"$' in json else changes)

    @property
    def size(self) -> int:
        return len(self._json) + sum(map(len, self._buffers))

    def pack(self) -> None:
        if not self._deflated and len(self._json) > _WORTH_DEFLATING:
            self._json, self._deflated = deflated(self._json), True


class PackedDestroys(Packed[Change]):
    """What undoes many creations: a `Destroy` for each of these ids."""

    __slots__ = ("_ids",)

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(len(ids))
        self._ids = " ".join(ids)

    def __iter__(self) -> Iterator[Change]:
        return map(Destroy, self._ids.split())

    def __reversed__(self) -> Iterator[Change]:
        return map(Destroy, reversed(self._ids.split()))

    @property
    def size(self) -> int:
        return len(self._ids)


def deflated(data: bytes) -> bytes:
    """Bytes that keep less memory."""
    return zlib.compress(data, _FAST)


def inflated(data: bytes) -> bytes:
    """What they were."""
    return zlib.decompress(data)

"""Sequences one behind the other, read as one: what undoes a transaction is kept as the bytes of many ids here, and as changes there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TypeVar, overload

T_co = TypeVar("T_co", covariant=True)


class Joined(Sequence[T_co]):
    """Reads like the tuple of all that its `parts` hold."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Sequence[T_co]]) -> None:
        self.parts = tuple(parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def __iter__(self) -> Iterator[T_co]:
        return chain.from_iterable(self.parts)

    def __reversed__(self) -> Iterator[T_co]:
        return chain.from_iterable(map(reversed, reversed(self.parts)))

    @overload
    def __getitem__(self, index: int) -> T_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T_co]: ...
    def __getitem__(self, index: int | slice) -> T_co | Sequence[T_co]:
        return tuple(self)[index]

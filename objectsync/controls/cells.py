"""Cells of a table: what a page shows of a value, and what becomes of a text that was entered into one.

Rules: a page gets numbers, bools, texts and None, never an object. What is entered becomes a value of the kind that the cell or its
column has, or is refused with the reason: a column of dates stays one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, time
from numbers import Number
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

from .numbers import shown_number

MOST_SHOWN: Final = 1000
"""Characters of a text that a page gets of a cell; who edits the cell asks for all of it."""
_LOOKED_AT = 1000


def is_missing(value: Any) -> bool:
    """Whether it stands for a value that is not there."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NaTType", "NAType")


def kind_of(values: Sequence[Any]) -> str:
    """The kind of a column: "number", "bool" or "text"."""
    kinds = {type(value) for value in values[:_LOOKED_AT] if not is_missing(value)}
    if kinds == {bool}:
        return "bool"
    return "number" if kinds and kinds <= {int, float} else "text"


def whole(value: Any) -> Any:
    """A value as a page edits it: a number, a bool, a text, or None for what is missing."""
    if is_missing(value):
        return None
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def plain(value: Any) -> Any:
    """The same as a page shows it: a long text is cut."""
    value = whole(value)
    return value[:MOST_SHOWN] if isinstance(value, str) else value


def shown(value: Any) -> str:
    """A plain value as a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else shown_number(value) if isinstance(value, float) else str(value)


def entered(value: Any, old: Any, values: Sequence[Any]) -> Any:
    """What was entered into a cell that held `old`, in a column of these values, as a value of its kind.

    Raises:
        ValueError: it cannot be one; the message says what was expected.
    """
    first = {type(each): each for each in reversed([old, *values[:_LOOKED_AT]]) if not is_missing(each)}
    samples = sorted(first.values(), key=lambda each: type(each) is not type(old))
    if value is None or (value == "" and samples and not any(isinstance(each, str) for each in samples)):
        return None
    if isinstance(value, bool) and bool in first:
        return value
    text = str(value)
    for sample in samples:
        try:
            return _as(type(sample), text)
        except (ValueError, ArithmeticError):
            continue
    if samples:
        raise ValueError(f"expected {_described(samples[0])}, not {text[:100]!r}")
    return text


def _as(kind: type[Any], text: str) -> Any:
    if issubclass(kind, str):
        return text
    if kind in (int, float):
        return _number(kind, text)
    if issubclass(kind, (date, time)):
        return kind.fromisoformat(text)
    if kind is not bool and issubclass(kind, (Number, UUID, PurePath)):
        return kind(text)  # type: ignore[call-arg]  # all of these are made from a text
    raise ValueError(f"{kind.__name__} cannot be entered")


def _number(kind: type[Any], text: str) -> int | float:
    try:
        number: int | float = int(text)
    except ValueError:
        number = float(text)
        if not math.isfinite(number):
            raise
        number = int(number) if number.is_integer() else number
    return float(number) if kind is float else number


def _described(sample: Any) -> str:
    if isinstance(sample, bool):
        return "true or false"
    return "a number" if isinstance(sample, (int, float)) else f"a {type(sample).__name__} like {str(sample)[:100]!r}"


__all__ = ["MOST_SHOWN", "entered", "is_missing", "kind_of", "plain", "shown", "whole"]

"""What stands in a field: what a browser lets into one of its kind, and what becomes of it in a topic (js/packages/dom, controls.ts).

Rules: what a browser does not let in is an error of the test. A number that is out of range is not: it can be typed, and stands there.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..controls.numbers import shown_number
from ..topics import FloatTopic, GenericTopic, IntTopic, StringTopic, Topic
from .nodes import Node

PICKED = ("color", "date", "time", "datetime-local", "month", "week")
"""Kinds of input that are not typed letter by letter."""
NOT_TEXT = ("button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset", "submit")
"""Kinds of input that hold no text to be edited."""
_DIGITS = frozenset("0123456789+-.eE")
_TAKEN: Mapping[str, tuple[Callable[[str], object], str]] = {
    "date": (dt.date.fromisoformat, 'a day, as "2026-11-24"'),
    "time": (dt.time.fromisoformat, 'a time, as "14:30"'),
    "datetime-local": (dt.datetime.fromisoformat, 'a day and a time, as "2026-11-24T14:30"'),
}
_FORMS = {"date": r"\d{4}-\d\d-\d\d", "time": r"\d\d:\d\d(:\d\d(\.\d{1,3})?)?", "datetime-local": r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?"}


def filled(node: Node, text: str) -> str:
    """What stands in the field after a fill with this text.

    Raises:
        ValueError: a browser does not let it in; what it takes is said.
    """
    kind = node.input_type
    if kind == "number" and text.strip() and number_of(text) is None:
        raise ValueError("a number")
    if kind == "range" and text.strip() != in_range(node, number_of(text)):
        least, most, step = limits(node)
        raise ValueError(f"a number from {shown_number(least)} to {shown_number(most)} in steps of {shown_number(step)}")
    if kind == "color" and not re.fullmatch("#[0-9a-f]{6}", text.strip().lower()):
        raise ValueError('a colour, as "#1a5fb4"')
    if kind in _TAKEN and text.strip():
        parse, what = _TAKEN[kind]
        try:
            if not re.fullmatch(_FORMS[kind], text.strip()):
                raise ValueError(what)
            parse(text.strip())
        except ValueError:
            raise ValueError(what) from None
    if kind == "color":
        return text.strip().lower()
    return text.strip() if kind in ("number", "range", *PICKED) else text


def typed(node: Node, letter: str) -> bool:
    """Whether a letter gets into the field when its key is pressed."""
    return node.input_type != "number" or letter in _DIGITS


def is_text(node: Node) -> bool:
    """Whether it holds a text to be edited."""
    return node.tag == "textarea" or (node.tag == "input" and node.input_type not in NOT_TEXT)


def limits(node: Node) -> tuple[float, float, float]:
    """The least, the most, and the step of a slider."""
    least, most, step = (number_of(str(node.attrs.get(name, ""))) for name in ("min", "max", "step"))
    return 0.0 if least is None else least, 100.0 if most is None else most, step or 1.0


def in_range(node: Node, number: float | None) -> str:
    """The number of a slider that is the nearest, as text."""
    least, most, step = limits(node)
    middle = least + (most - least) / 2
    within = min(most, max(least, middle if number is None else number))
    if node.attrs.get("step") == "any":
        return shown_number(within)
    steps = min(math.floor((within - least) / step + 0.5), math.floor((most - least) / step + 1e-9))
    return shown_number(least + steps * step)


def take_over(node: Node, topic: Topic[Any], text: str) -> None:
    """What was entered goes into the topic, in so far as it fits."""
    if isinstance(topic, StringTopic):
        if node.input_type in PICKED:
            topic.set(text)
        else:
            _edit(topic, text)
    elif isinstance(topic, (IntTopic, FloatTopic)):
        number = number_of(text)
        if number is not None and (isinstance(topic, FloatTopic) or number.is_integer()):
            topic.set(number if isinstance(topic, FloatTopic) else int(number))
    elif isinstance(topic, GenericTopic):
        if node.input_type in ("number", "range"):
            number = number_of(text)
            topic.set(None if number is None else int(number) if number.is_integer() else number)
        else:
            topic.set(text)


def _edit(topic: StringTopic, text: str) -> None:
    """As a person types: only what differs, so that it merges with what others type."""
    before = topic.value
    start = 0
    while start < min(len(before), len(text)) and before[start] == text[start]:
        start += 1
    end = 0
    while end < min(len(before), len(text)) - start and before[len(before) - 1 - end] == text[len(text) - 1 - end]:
        end += 1
    if len(before) - end > start:
        topic.delete(start, len(before) - end - start)
    if len(text) - end > start:
        topic.insert(start, text[start : len(text) - end])


def number_of(text: str) -> float | None:
    """The number that a text is; None for no number."""
    try:
        number = float(text.replace("_", " "))  # which Python would take
    except ValueError:
        return None
    return number if math.isfinite(number) else None


__all__ = ["NOT_TEXT", "PICKED", "filled", "in_range", "is_text", "limits", "number_of", "take_over", "typed"]

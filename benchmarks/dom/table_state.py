"""The state behind each of the pages: the rows of js-framework-benchmark, without any library.

A row is shown as five elements: a `tr` and four `td`. What the programs of this folder have in common stands here, so that they differ only
in how the page learns of it.
"""

from __future__ import annotations

from itertools import count

ADJECTIVES = ("pretty", "large", "big", "small", "tall", "short", "long", "handsome", "plain", "quaint", "clean")
COLOURS = ("red", "yellow", "blue", "green", "pink", "brown", "purple", "white", "black", "orange")
NOUNS = ("table", "chair", "house", "bbq", "desk", "car", "pony", "cookie", "sandwich", "burger", "pizza", "mouse", "keyboard")

_numbers = count(1)

Row = tuple[str, str, str, str]
"""The texts of a row's cells; the second is its label."""


def new_rows(amount: int) -> list[Row]:
    """Rows with fresh numbers; the same labels in every program."""
    rows: list[Row] = []
    for _ in range(amount):
        number = next(_numbers)
        adjective, colour, noun = ADJECTIVES[number % 11], COLOURS[number * 7 % 10], NOUNS[number * 5 % 13]
        rows.append((str(number), f"{adjective} {colour} {noun}", colour, "x"))
    return rows


OPERATIONS = ("create1000", "create10000", "create10", "append1000", "update", "swap", "select", "remove", "clear", "count", "flood")
"""What each page has a button for, with the class `op-NAME`; and an `output` with the class `counter`."""

FLOOD = 50_000
"""Updates of one label by one `flood`, with the event loop yielding between them."""

"""Text as a terminal shows it: in colours, and with what comes later over what stands there.

Rules: a text is runs `(text, look)`, a look being words: "bold", "red", "on-blue", "#ff8800", "on-#000000". A line can go on where an
earlier text has left it; one that has ended is as it is (a terminal could go up). What cannot be shown in a line is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

Run = tuple[str, str]

COLOURS: Final = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
"""By their number in the codes 30 to 37. Black and white are what is dark and bright on paper: greys."""
_BRIGHT_BLACK: Final = "grey"

_TOKEN = re.compile(
    r"\x1b\[([0-?]*)[ -/]*([@-~])"  # a control sequence, such as colours
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # an operating system command, such as links
    r"|\x1b[ -/]*[0-~]?"  # any other
    r"|([\r\n\b])"
    r"|([^\x1b\r\n\b]+)"
)
_SPECIAL = re.compile(r"[\x1b\r\b]")
_NAMES = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "struck"}
_ENDS = {22: ("bold", "dim"), 23: ("italic",), 24: ("underline",), 27: ("inverse",), 29: ("struck",)}
_STEPS = (0, 95, 135, 175, 215, 255)
"""What the six steps of a colour are worth in the palette of 256 (xterm's)."""
_WIDEST = 10_000
"""Columns that a line can be moved to."""


class Look(NamedTuple):
    """How what is written next looks."""

    colour: str = ""
    ground: str = ""
    names: frozenset[str] = frozenset()

    @property
    def words(self) -> str:
        """In one text, as pages get it."""
        colour, ground = self.colour, self.ground
        if "inverse" in self.names:
            # Not the ground's colour on the letters': few pairs of them can be read on a page.
            ground = colour or ground or "text"
            colour = "" if ground.startswith("#") else "back"
        words = [name for name in _NAMES.values() if name in self.names and name != "inverse"]
        return " ".join([*words, *([colour] if colour else []), *([f"on-{ground}"] if ground else [])])

    def after(self, codes: str) -> Look:
        """What it is after a control sequence `ESC [ codes m` (ECMA-48, SGR; 256 and 16 million colours as xterm has them)."""
        look = self
        numbers = iter([int(code) if code.isdigit() else 0 for code in re.split("[;:]", codes)])
        for code in numbers:
            if code == 0:
                look = Look()
            elif code in _NAMES:
                look = look._replace(names=look.names | {_NAMES[code]})
            elif code in _ENDS:
                look = look._replace(names=look.names - set(_ENDS[code]))
            elif code in (38, 48):
                colour = _extended(numbers)
                look = look._replace(colour=colour) if code == 38 else look._replace(ground=colour)
            elif 30 <= code <= 37 or code == 39:
                look = look._replace(colour="" if code == 39 else COLOURS[code - 30])
            elif 40 <= code <= 47 or code == 49:
                look = look._replace(ground="" if code == 49 else COLOURS[code - 40])
            elif 90 <= code <= 97:
                look = look._replace(colour=COLOURS[code - 90] if code > 90 else _BRIGHT_BLACK)
            elif 100 <= code <= 107:
                look = look._replace(ground=COLOURS[code - 100] if code > 100 else _BRIGHT_BLACK)
        return look


def _extended(numbers: Iterator[int]) -> str:
    kind = next(numbers, 0)
    if kind == 2:
        return "#" + "".join(f"{min(next(numbers, 0), 255):02x}" for _ in range(3))
    if kind != 5:
        return ""
    number = min(next(numbers, 0), 255)
    if number < 16:
        return _BRIGHT_BLACK if number == 8 else COLOURS[number % 8]
    if number < 232:
        red, green, blue = (number - 16) // 36, (number - 16) // 6 % 6, (number - 16) % 6
        return f"#{_STEPS[red]:02x}{_STEPS[green]:02x}{_STEPS[blue]:02x}"
    return "#" + f"{8 + 10 * (number - 232):02x}" * 3


class Terminal:
    """Where the next text goes: how it looks, and at which column of the line that has not ended."""

    def __init__(self) -> None:
        self._look = Look()
        self._column: int | None = None
        """None at its end."""

    def write(self, line: Sequence[Run], text: str) -> list[Run]:
        """A text, after the line that has not ended: the two as they look by then."""
        if not line:
            self._column = None
        if self._column is None and not _SPECIAL.search(text):
            return _joined([*line, (text, self._look.words)])
        ended: list[Run] = []
        cells = [(character, look) for run, look in line for character in run]
        column = len(cells) if self._column is None else self._column
        look, words = self._look, self._look.words
        for parameters, final, moved, shown in _TOKEN.findall(text):
            if shown:
                cells += [(" ", "")] * (column - len(cells))
                cells[column : column + len(shown)] = [(character, words) for character in shown]
                column += len(shown)
            elif parameters[:1] in ("<", "=", ">", "?"):
                continue  # what only some terminals know
            elif final == "m":
                look = look.after(parameters)
                words = look.words
            elif moved == "\n":
                ended += _runs_of([*cells, ("\n", "")])
                cells, column = [], 0
            elif final == "K":
                if parameters == "1":
                    cells[:column] = [(" ", "")] * min(column, len(cells))
                else:
                    del cells[0 if parameters == "2" else column :]
            elif moved or final in ("C", "D", "G"):
                by = max(1, min(int(parameters), _WIDEST)) if parameters.isdigit() else 1
                column = {"\r": 0, "\b": column - 1, "C": column + by, "D": column - by, "G": by - 1}[moved or final]
                column = max(0, min(column, max(_WIDEST, len(cells))))
        self._look = look
        self._column = None if column == len(cells) else column
        return _joined([*ended, *_runs_of(cells)])


def _runs_of(cells: Iterable[tuple[str, str]]) -> Iterator[Run]:
    for look, run in groupby(cells, lambda cell: cell[1]):
        yield "".join(character for character, _ in run), look


def _joined(runs: Iterable[Run]) -> list[Run]:
    """With neighbours of one look as one, and without what is empty."""
    return [("".join(text for text, _ in each), look) for look, each in groupby((run for run in runs if run[0]), lambda run: run[1])]


def cut(runs: Iterable[Run], longest: int) -> Iterator[list[Run]]:
    """In parts of at most so many characters."""
    part: list[Run] = []
    room = longest
    for text, look in runs:
        while len(text) > room:
            yield [*part, (text[:room], look)]
            part, text, room = [], text[room:], longest
        part.append((text, look))
        room -= len(text)
    if part:
        yield part


def value_of(runs: Sequence[Run]) -> Any:
    """As an item has it: a text, where all of it looks as usual, else a list of `[text, look]`."""
    return [[text, look] for text, look in runs] if any(look for _, look in runs) else "".join(text for text, _ in runs)


def runs_of(value: Any) -> list[Run]:
    """The runs of an item's value."""
    return [(value, "")] if isinstance(value, str) else [(str(text), str(look)) for text, look in value]


def text_of(value: Any) -> str:
    """What an item's value says."""
    return "".join(text for text, _ in runs_of(value))

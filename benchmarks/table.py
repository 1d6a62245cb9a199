"""The rows of the table: what is measured, in which unit, and what the project wants of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One row. `case` is ours, `peer_case` what the older version runs for it; the target is a least ratio or a greatest figure."""

    title: str
    case: str
    unit: Literal["µs", "ms", "B"]
    peer_case: str | None = None
    least_ratio: float | None = None
    greatest: float | None = None

    @property
    def target(self) -> str:
        """The target as text."""
        if self.least_ratio is not None:
            return f"≥ {self.least_ratio:g}x"
        return "" if self.greatest is None else f"< {self.greatest:g} {self.unit}"

    def verdict(self, ours: float, older: float | None) -> str:
        """Whether figures (in seconds or bytes) meet the target."""
        if self.least_ratio is not None:
            return "" if older is None else "met" if older / ours >= self.least_ratio else "missed"
        return "" if self.greatest is None else "met" if ours * _SCALE[self.unit] < self.greatest else "missed"


_SCALE = {"µs": 1e6, "ms": 1e3, "B": 1.0}


def shared(title: str, case: str, unit: Literal["µs", "ms", "B"], least_ratio: float) -> Row:
    """A row that both versions run."""
    return Row(title, case, unit, case, least_ratio)


ROWS = (
    shared("int set", "int_set", "µs", 8),
    shared("int add", "int_add", "µs", 8),
    shared("string set", "string_set", "µs", 8),
    shared("dict change_value", "dict_change", "µs", 8),
    shared("list insert, pop (each)", "list_insert_pop", "µs", 8),
    shared("undo, of 1,000 steps", "undo", "µs", 8),
    shared("create, four attributes", "create", "µs", 10),
    Row("  the same, declared", "create_declared", "µs", "create", 10),
    shared("memory per object, Python's", "memory_python", "B", 6),
    Row("  the same, declared", "memory_python_declared", "B", "memory_python", 6),
    shared("memory per object, process", "memory_process", "B", 6),
    Row("  the same, declared", "memory_process_declared", "B", "memory_process", 6),
    Row("1,000 rows of 5 elements to bytes", "rows", "ms", greatest=30),
    Row("  of that: create in record()", "rows_created", "ms"),
    Row("  of that: encode for a client", "rows_encoded", "ms"),
    Row("1,000 rows of 6 elements to bytes", "rows_of_six", "ms"),
)

BESIDE = (
    Row("bare slotted observable, 1 listener", "slotted", "µs"),
    Row("traitlets Int", "traitlets", "µs"),
    Row("traitlets Int, 1 observer", "traitlets_observed", "µs"),
    Row("ipywidgets IntSlider, no comm", "ipywidgets", "µs"),
    Row("pycrdt Map", "pycrdt", "µs"),
)
"""Other libraries' way to set an int."""


def lines(figures: dict[str, float], peer_figures: dict[str, float]) -> Iterable[str]:
    """The table. A case without a figure has been left out, or could not run."""
    yield _line("", "ours", "older", "ratio", "target", "")
    for row in ROWS:
        ours = figures.get(row.case)
        if ours is None:
            continue
        older = peer_figures.get(row.peer_case or "")
        ratio = "" if older is None else f"{older / ours:.1f}x"
        yield _line(row.title, _figure(ours, row), _figure(older, row), ratio, row.target, row.verdict(ours, older))
    set_by_us = figures.get("int_set")
    beside = [row for row in BESIDE if row.case in figures]
    if beside and set_by_us is not None:
        yield ""
        yield _line("beside: one int set in", "theirs", "", "to ours", "", "")
        for row in beside:
            theirs = figures[row.case]
            yield _line(row.title, _figure(theirs, row), "", f"{theirs / set_by_us:.2f}x", "", "")


def _figure(value: float | None, row: Row) -> str:
    if value is None:
        return ""
    scaled = value * _SCALE[row.unit]
    return f"{scaled:,.0f} {row.unit}" if scaled >= 100 else f"{scaled:.{1 if scaled >= 10 else 2}f} {row.unit}"


def _line(title: str, ours: str, older: str, ratio: str, target: str, verdict: str) -> str:
    return f"{title:<37}{ours:>12}{older:>12}{ratio:>9}{target:>11}  {verdict}".rstrip()

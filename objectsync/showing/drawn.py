"""What is shown of a value, as data, and how it was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..controls.rich import Background
    from .players import Played


@dataclass(frozen=True, slots=True)
class How:
    """How a value is to be drawn."""

    format: str = "png"
    """Of matplotlib's figures: "png" or "svg"."""
    dpi: float | None = None
    """Dots per inch of a figure's PNG; more than the figure's own is sharper, not larger."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is shown of a value. Sizes are in CSS pixels; 0 leaves them to the picture."""

    mime: str
    data: bytes | str
    alt: str = ""
    width: int = 0
    height: int = 0
    background: Background = ""
    """Against what a picture can be read that is seen through; "" for one that brings its own."""
    pixels: bool = False
    """Whether each of its pixels means something: shown larger, they stay squares."""
    table: Any = None
    """A DataFrame, which a page shows through a `Table`; the rest is what it looks like where nothing runs."""
    played: Played | None = None
    """Sound or a film, for which a page has a control; the rest stands for it where nothing runs."""
    figure: tuple[str, str] | None = None
    """A figure that a page draws itself: its library (scripts.py), and it as JSON. The rest is what it looks like where no script runs."""


__all__ = ["Drawn", "How"]

"""Plots of matplotlib (and seaborn), drawn in Python."""

from __future__ import annotations

import io
import sys
from typing import Any

from ..controls.figures import figure_of, figure_of_many
from ..controls.rich import Background
from .drawn import Drawn, How

_SEEN_THROUGH = 0.5
"""Less opaque than this, a figure is read against what is behind it (as IPython has it)."""
_BRIGHT = 0.5
"""Of 1: what is written in brighter colours is read on a dark background."""


def figure(value: Any, how: How) -> Drawn | None:
    """A matplotlib figure, or whatever belongs to one."""
    found = figure_of(value)
    if found is None:
        return None
    width, height = (round(float(inches) * found.dpi) for inches in found.get_size_inches())
    out = io.BytesIO()
    if how.format == "svg":
        # Its ids are random and its date is today's, unless told otherwise.
        with sys.modules["matplotlib"].rc_context({"svg.hashsalt": "objectsync"}):
            found.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return Drawn("image/svg+xml", out.getvalue(), _said(found), width, height, _background(found))
    # Level 1: a frame of a live plot is drawn in the time that another level takes to compress it.
    found.savefig(out, format="png", dpi=how.dpi or found.dpi, metadata={"Software": None}, pil_kwargs={"compress_level": 1})
    return Drawn("image/png", out.getvalue(), _said(found), width, height, _background(found))


def figures_of_many(value: Any, how: How) -> Drawn | None:
    """A list, tuple or array of what belongs to one figure, or module pyplot; None for other things of Python's and numpy's."""
    found = figure_of_many(value)
    return None if found is None else figure(found, how)


def _background(found: Any) -> Background:
    """Against what a figure can be read that is seen through: not the colour of its writing."""
    matplotlib = sys.modules["matplotlib"]
    if found.get_facecolor()[3] >= _SEEN_THROUGH and not matplotlib.rcParams["savefig.transparent"]:
        return ""
    texts = list(found.texts)
    for axes in found.axes:
        texts += [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels(), *axes.get_yticklabels()]
    lights = [sum(matplotlib.colors.to_rgb(text.get_color())) / 3 for text in texts if text.get_text()]
    return "dark" if lights and sum(lights) / len(lights) > _BRIGHT else "light"


def _said(found: Any) -> str:
    """A figure in words: its titles, and what its axes are."""
    parts = [found.get_suptitle()] if hasattr(found, "get_suptitle") else []  # matplotlib 3.8
    for axes in found.axes:
        named = " over ".join(filter(None, [axes.get_ylabel(), axes.get_xlabel()]))
        parts.append(": ".join(filter(None, [axes.get_title(), named])))
    return "; ".join(filter(None, parts)) or "a plot"


__all__ = ["figure", "figures_of_many"]

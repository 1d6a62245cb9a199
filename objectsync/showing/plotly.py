"""Plotly's figures: drawn in the page by the plotly.js that the package plotly brought, and still wherever no script runs.

Rules: the script goes to a page over its own connection, when it asks for it; never from a network. Figures that would fetch something
themselves (maps) are not drawn. A static picture is kaleido's, where that is installed; else the figure in words and numbers.
"""

from __future__ import annotations

import functools
import gzip
import importlib
from html import escape
from typing import Any

from ..values import Buffer
from .drawn import Drawn, How

_PART = 256 * 1024
"""Bytes of the script in one answer: what else travels is not held up by all of it."""
_FETCHING = ("choropleth", "density", "scattergeo", "scattermap")
"""How the types of traces begin that ask a network for maps."""


def figure(value: Any, _: How) -> Drawn | None:
    """A Plotly figure."""
    if not hasattr(value, "to_plotly_json") or not hasattr(value, "to_image"):
        return None
    alt = str(value.layout.title.text or "a plot")
    fetches = any(str(trace.type).startswith(_FETCHING) for trace in value.data)
    return Drawn("text/html", _table(value, alt), alt, plotly="" if fetches else str(value.to_json()))


@functools.lru_cache(maxsize=8)
def still(json: str) -> bytes | None:
    """A figure as SVG; None where kaleido, or the browser that it draws with, is missing. It takes a second, and the same one is kept."""
    try:
        importlib.import_module("kaleido")
        svg: bytes = importlib.import_module("plotly.io").from_json(json).to_image(format="svg")
    except (ImportError, RuntimeError):
        return None
    return svg


def plotly_script(part: int) -> Buffer:
    """One part of plotly.js, compressed by gzip; an empty one after the last.

    Raises:
        ImportError: Plotly is not installed.
    """
    if not isinstance(part, int) or part < 0:
        return Buffer()
    return Buffer(_script()[part * _PART : (part + 1) * _PART])


@functools.cache
def _script() -> bytes:
    text: str = importlib.import_module("plotly.offline").get_plotlyjs()
    return gzip.compress(text.encode(), mtime=0)


def _table(value: Any, title: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(trace.name or f'trace {place}'))}</td><td>{escape(trace.type)}</td><td>{_count(trace)}</td></tr>"
        for place, trace in enumerate(value.data)
    )
    return f"<table><caption>{escape(title)}</caption><tr><th>trace</th><th>type</th><th>points</th></tr>{rows}</table>"


def _count(trace: Any) -> int:
    sizes = [len(each) for name in ("x", "y", "z", "values", "lat") if (each := getattr(trace, name, None)) is not None]
    return max(sizes, default=0)


__all__ = ["figure", "plotly_script", "still"]

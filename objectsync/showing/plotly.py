"""Plotly's figures: drawn in the page by the plotly.js that the package plotly brought, and still wherever no script runs.

Rules: figures that would fetch something themselves (maps) are not drawn there. A static picture is kaleido's, where that is installed;
else the figure in words and numbers.
"""

from __future__ import annotations

import functools
import importlib
from html import escape
from typing import Any

from .drawn import Drawn, How

_FETCHING = ("choropleth", "density", "scattergeo", "scattermap")
"""How the types of traces begin that ask a network for maps."""


def figure(value: Any, _: How) -> Drawn | None:
    """A Plotly figure."""
    if not hasattr(value, "to_plotly_json") or not hasattr(value, "to_image"):
        return None
    alt = str(value.layout.title.text or "a plot")
    fetches = any(str(trace.type).startswith(_FETCHING) for trace in value.data)
    return Drawn("text/html", _table(value, alt), alt, figure=None if fetches else ("plotly", str(value.to_json())))


@functools.lru_cache(maxsize=8)
def still(json: str) -> bytes | None:
    """A figure as SVG; None where kaleido, or the browser that it draws with, is missing. It takes a second, and the same one is kept."""
    try:
        importlib.import_module("kaleido")
        svg: bytes = importlib.import_module("plotly.io").from_json(json).to_image(format="svg")
    except (ImportError, RuntimeError):
        return None
    return svg


def _table(value: Any, title: str) -> str:
    rows = "".join(
        f"<tr><td>{escape(str(trace.name or f'trace {place}'))}</td><td>{escape(trace.type)}</td><td>{_count(trace)}</td></tr>"
        for place, trace in enumerate(value.data)
    )
    return f"<table><caption>{escape(title)}</caption><tr><th>trace</th><th>type</th><th>points</th></tr>{rows}</table>"


def _count(trace: Any) -> int:
    sizes = [len(each) for name in ("x", "y", "z", "values", "lat") if (each := getattr(trace, name, None)) is not None]
    return max(sizes, default=0)


__all__ = ["figure", "still"]

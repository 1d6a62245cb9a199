"""Drawing: which way is whose.

Rules: no library is imported that the program has not imported: a value is known by the packages that its classes come from. What is drawn
is a picture (PNG, SVG, …: an `img` runs nothing), HTML (sanitised wherever it is shown) or text. The same value gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..controls.rich import PICTURES, drawers, own_bundle_of
from . import frames, pixels, plotly, plots, vega
from .drawn import Drawn, How

_DRAWERS: dict[str, Callable[[Any, How], Drawn | None]] = {
    "matplotlib": plots.figure,
    "seaborn": plots.figure,
    "altair": vega.chart,
    "plotly": plotly.figure,
    "PIL": pixels.image,
    "numpy": pixels.array,
    "pandas": frames.frame,
    "polars": frames.frame,
}
"""By package; each returns None for a value that it does not know."""


def draw(value: Any, how: How) -> Drawn:
    """What is shown of a value.

    Raises:
        ImportError: what its library needs to draw is not installed.
    """
    drawn = _by_its_library(value, how)
    if drawn is not None:
        return drawn
    bundle = own_bundle_of(value)
    for kind in PICTURES:
        if kind in bundle:
            return Drawn(kind, bytes(bundle[kind]))
    if "image/svg+xml" in bundle:
        return Drawn("image/svg+xml", bundle["image/svg+xml"].encode())
    if "text/html" in bundle:
        return Drawn("text/html", bundle["text/html"])
    return Drawn("text/plain", bundle["text/plain"])


def _by_its_library(value: Any, how: How) -> Drawn | None:
    for package in dict.fromkeys(each.__module__.partition(".")[0] for each in type(value).__mro__):
        drawer = _DRAWERS.get(package)
        drawn = drawer(value, how) if drawer else None
        if drawn is not None:
            return drawn
    return None


def _as_bundle(value: Any) -> dict[str, Any] | None:
    """For outputs, which show many values one after the other."""
    drawn = _by_its_library(value, How())
    return None if drawn is None else {drawn.mime: drawn.data, "text/plain": drawn.alt}


drawers.append(_as_bundle)

__all__ = ["draw"]

"""Drawing: which way is whose.

Rules: no library is imported that the program has not imported: a value is known by the packages that its classes come from. What is drawn
is a picture (PNG, SVG, …: an `img` runs nothing), HTML (sanitised wherever it is shown) or text. The same value gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..controls.offers import says_only_its_class
from ..controls.rich import PICTURES, SIZES, own_bundle_of
from . import frames, pixels, players, plotly, plots, vega
from .drawn import Drawn, How

_DRAWERS: dict[str, Callable[[Any, How], Drawn | None]] = {
    "matplotlib": plots.figure,
    "seaborn": plots.figure,
    "altair": vega.chart,
    "plotly": plotly.figure,
    "PIL": pixels.image,
    "numpy": lambda value, how: pixels.array(value, how) or plots.figures_of_many(value, how),
    "pandas": frames.frame,
    "polars": frames.frame,
    "IPython": players.player,
    "builtins": plots.figures_of_many,
}
"""By package; each returns None for a value that it does not know."""
_LONGEST = 300
"""Characters that are said of a picture which says nothing else than its `repr`."""


def draw(value: Any, how: How) -> Drawn:
    """What is shown of a value.

    Raises:
        ImportError: what its library needs to draw is not installed.
    """
    drawn = drawn_by_its_library(value, how)
    if drawn is not None:
        return drawn
    bundle = own_bundle_of(value)
    text = bundle["text/plain"]
    said: dict[str, Any] = {"alt": "" if says_only_its_class(text) else text[:_LONGEST]}
    said |= {name: bundle[name] for name in (*SIZES, "background") if name in bundle}
    for kind in PICTURES:
        if kind in bundle:
            return Drawn(kind, bytes(bundle[kind]), **said)
    if "image/svg+xml" in bundle:
        return Drawn("image/svg+xml", bundle["image/svg+xml"].encode(), **said)
    if "text/html" in bundle:
        return Drawn("text/html", bundle["text/html"])
    return Drawn("text/plain", bundle["text/plain"])


def drawn_by_its_library(value: Any, how: How) -> Drawn | None:
    """What is shown of a value of a library that is known here; None for others."""
    for package in dict.fromkeys(each.__module__.partition(".")[0] for each in type(value).__mro__):
        drawer = _DRAWERS.get(package)
        drawn = drawer(value, how) if drawer else None
        if drawn is not None:
            return drawn
    return None


__all__ = ["draw", "drawn_by_its_library"]

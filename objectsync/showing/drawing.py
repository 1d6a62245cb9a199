"""Drawing: which way is whose.

Rules: no library is imported that the program has not imported: a value is known by the packages that its classes come from. What is drawn
is a picture (PNG, SVG, …: an `img` runs nothing), HTML (sanitised wherever it is shown) or text. The same value gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..controls.rich import PICTURES, bundle_of
from . import pixels, plotly, plots
from .drawn import Drawn, How

_DRAWERS: dict[str, Callable[[Any, How], Drawn | None]] = {
    "matplotlib": plots.figure,
    "seaborn": plots.figure,
    "altair": plots.vega,
    "plotly": plotly.figure,
    "PIL": pixels.image,
    "numpy": pixels.array,
}
"""By package; each returns None for a value that it does not know."""


def draw(value: Any, how: How) -> Drawn:
    """What is shown of a value.

    Raises:
        ImportError: what its library needs to draw is not installed.
    """
    for package in dict.fromkeys(each.__module__.partition(".")[0] for each in type(value).__mro__):
        drawer = _DRAWERS.get(package)
        drawn = drawer(value, how) if drawer else None
        if drawn is not None:
            return drawn
    bundle = bundle_of(value)
    for kind in PICTURES:
        if kind in bundle:
            return Drawn(kind, bytes(bundle[kind]))
    if "image/svg+xml" in bundle:
        return Drawn("image/svg+xml", bundle["image/svg+xml"].encode())
    if "text/html" in bundle:
        return Drawn("text/html", bundle["text/html"])
    return Drawn("text/plain", bundle["text/plain"])


__all__ = ["draw"]

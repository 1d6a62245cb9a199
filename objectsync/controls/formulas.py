"""Formulas in LaTeX as pictures, by matplotlib, which knows the mathematics of it and no more: no matrices, no environments.

Rules: black on white, as its plots are, so that they can be read in the dark too. The same formula gives the same bytes.
"""

from __future__ import annotations

import functools
import io
import re

_SIZE = 13
"""Points: as high as the text of a page."""
_UNKNOWN = re.compile(r"\\(displaystyle|textstyle|limits|nolimits)(?![a-zA-Z])\s*")
"""What TeX is told about the layout, which is not matplotlib's."""


@functools.lru_cache(maxsize=128)
def formula(latex: str) -> str:
    """A formula, or a text with formulas between `$`, as SVG.

    Raises:
        ImportError: matplotlib is not installed.
        ValueError: something in it is not known.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    text = _UNKNOWN.sub("", latex.strip()).replace("$$", "$")
    if text.startswith((r"\begin", r"\[")):
        raise ValueError(f"an environment: {text[:100]}")
    figure = Figure(facecolor="white")
    figure.text(0, 0, text if "$" in text else f"${text}$", fontsize=_SIZE, parse_math=True)
    out = io.StringIO()
    # Its ids are random and its date is today's, unless told otherwise.
    with rc_context({"svg.hashsalt": "objectsync", "svg.fonttype": "path", "text.usetex": False, "mathtext.fontset": "cm"}):
        figure.savefig(out, format="svg", bbox_inches="tight", pad_inches=0.06, metadata={"Date": None, "Creator": None})
    return out.getvalue()


__all__ = ["formula"]

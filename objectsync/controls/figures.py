"""Figures of matplotlib: which one something belongs to, and which ones a function leaves open in pyplot.

Rules: whatever belongs to a figure stands for all of it, since that is what plotting functions return: axes, an array of them
(`plt.subplots`, `frame.hist`), lines, bars, an animation, and pyplot itself for its current figure. No library is imported here.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


def figure_of(value: Any) -> Any:
    """The whole figure that something belongs to, or None."""
    if isinstance(value, tuple) and value:  # a container: bars, error bars
        value = next((each for each in value if hasattr(each, "figure")), value)
    for _ in range(3):  # of an animation, an artist, a figure within a figure
        if hasattr(value, "savefig") and hasattr(value, "get_size_inches"):
            return value
        value = getattr(value, "figure", None) or getattr(value, "_fig", None)
    return value if hasattr(value, "get_size_inches") else None


def figure_of_many(value: Any) -> Any:
    """The figure of a list, tuple or array of what belongs to one, or of module pyplot; None for other things of Python's and numpy's."""
    if "matplotlib" not in sys.modules:
        return None
    if isinstance(value, ModuleType) and value.__name__ == "matplotlib.pyplot":
        return value.gcf()
    many = value.ravel().tolist() if getattr(getattr(value, "dtype", None), "kind", "") == "O" else value
    if not isinstance(many, (list, tuple)) or not many or not _is_drawn_by_matplotlib(many[-1]):
        return None
    figures = [figure_of(each) for each in many if _is_drawn_by_matplotlib(each)]
    return figures[0] if all(each is figures[0] for each in figures) else None


@contextlib.contextmanager
def left_open() -> Iterator[Callable[[], list[Any]]]:
    """Tells the figures that a block has opened in pyplot so far, and closes them at its end.

    So they do not pile up, and the next block draws a figure of its own. What a window shows is left alone.
    """
    before = _open_figures()

    def new() -> list[Any]:
        return [figure for figure in _open_figures() if not any(figure is each for each in before)]

    try:
        yield new
    finally:
        for figure in new():
            sys.modules["matplotlib.pyplot"].close(figure)


def _open_figures() -> list[Any]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    managers = sys.modules["matplotlib._pylab_helpers"].Gcf.get_all_fig_managers()
    return [manager.canvas.figure for manager in managers if manager.canvas.required_interactive_framework is None]


def _is_drawn_by_matplotlib(value: Any) -> bool:
    return any(each.__module__.partition(".")[0] in ("matplotlib", "mpl_toolkits") for each in type(value).__mro__)


__all__ = ["figure_of", "figure_of_many", "left_open"]

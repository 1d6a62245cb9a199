"""DataFrames: a table of any length on a page, and HTML, as its library cuts it to length, where nothing runs."""

from __future__ import annotations

from typing import Any

from .drawn import Drawn, How


def frame(value: Any, _: How) -> Drawn | None:
    """A DataFrame of pandas or polars, or of a class made from one."""
    if not any(each.__name__ == "DataFrame" for each in type(value).__mro__):
        return None
    html: str = value._repr_html_() or f"<pre>{value}</pre>"
    height, width = value.shape
    return Drawn("text/html", html, f"a table of {height} rows and {width} columns", table=value)


__all__ = ["frame"]

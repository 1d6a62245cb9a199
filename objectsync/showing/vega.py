"""Altair's charts: drawn in the page by Vega, with their tooltips and selections, and as SVG wherever no script runs; both by vl-convert.

Rules: a chart that would fetch something (data or images by address) is drawn in Python only.
"""

from __future__ import annotations

import io
import json
import sys
from typing import Any

from .drawn import Drawn, How


def chart(value: Any, _: How) -> Drawn | None:
    """An Altair chart.

    Raises:
        ImportError: vl-convert is not installed.
    """
    if not hasattr(value, "to_dict") or not hasattr(value, "save"):
        return None
    try:
        import vl_convert  # noqa: F401  # what Altair draws with
    except ImportError as error:
        raise ImportError("Altair's charts are drawn by vl-convert: pip install vl-convert-python") from error
    out = io.StringIO()
    value.save(out, format="svg")
    title = getattr(value, "title", None)
    return Drawn("image/svg+xml", out.getvalue().encode(), title if isinstance(title, str) else "a chart", figure=_figure(value))


def _figure(value: Any) -> tuple[str, str] | None:
    if sys.modules["altair"].data_transformers.active == "vegafusion":
        return None  # it computes a chart's data in Python, for a picture
    spec: dict[str, Any] = value.to_dict()
    return None if _fetches(spec) else ("vega", json.dumps(spec))


def _fetches(spec: Any) -> bool:
    if isinstance(spec, list):
        return any(_fetches(each) for each in spec)
    if not isinstance(spec, dict):
        return False
    mark = spec.get("mark")
    if "url" in spec or "image" in (mark, mark.get("type") if isinstance(mark, dict) else None):
        return True
    return any(_fetches(each) for key, each in spec.items() if key not in ("datasets", "values"))


__all__ = ["chart"]

"""The libraries that draw figures in a page: scripts which Python's own packages bring along, told over the connection that a page has.

Rules: nothing comes from a network. A script goes in parts, so that what else travels is not held up by all of it, and compressed, once.
"""

from __future__ import annotations

import functools
import gzip
import importlib
from collections.abc import Callable
from pathlib import Path

from ..values import Buffer

_PART = 256 * 1024
"""Bytes of a script in one answer."""
_INTERPRETER = Path(__file__).parents[1] / "static" / "vega-interpreter.js"
"""Vega's own interpreter of its expressions, which it otherwise compiles with `eval`; js/scripts/vega.mjs builds it."""


def script(library: str, part: int) -> Buffer:
    """One part of a library's script, compressed by gzip; an empty one after the last.

    Raises:
        ImportError: the package that brings it is not installed.
    """
    if library not in _SCRIPTS or not isinstance(part, int) or part < 0:
        return Buffer()
    return Buffer(_compressed(library)[part * _PART : (part + 1) * _PART])


@functools.cache
def _compressed(library: str) -> bytes:
    return gzip.compress(_SCRIPTS[library]().encode(), mtime=0)


def _plotly() -> str:
    text: str = importlib.import_module("plotly.offline").get_plotlyjs()
    return text


def _vega() -> str:
    """Vega, Vega-Lite (in the version that Altair writes for) and what embeds them; nothing of theirs becomes a global but one name."""
    major, minor = importlib.import_module("altair").SCHEMA_VERSION.lstrip("v").split(".")[:2]
    embed = "globalThis.ObjectsyncVega = { embed: vegaEmbed, expr: objectsyncVegaInterpreter.expressionInterpreter };"
    bundle: str = importlib.import_module("vl_convert").javascript_bundle(embed, vl_version=f"v{major}.{minor}")
    return f"(() => {{{_INTERPRETER.read_text()}\n{bundle}}})()"


_SCRIPTS: dict[str, Callable[[], str]] = {"plotly": _plotly, "vega": _vega}

__all__ = ["script"]

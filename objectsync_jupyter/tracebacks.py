"""Tracebacks that name cells as the notebook does.

Rules: the kernel compiles a cell as a file whose name holds the number of its process. Nobody who reads the notebook has that file, and the
same program would not give the same output.
"""

from __future__ import annotations

import re
from typing import Any

_PLACE = re.compile(r'^( *)File "([^"]+)", line', re.MULTILINE)


def with_cells(traceback: str, ip: Any) -> str:
    """The text of a traceback, with `Cell In[3], line 2` for the places in cells."""

    def named(place: re.Match[str]) -> str:
        name = ip.compile.format_code_name(place[2])
        return place[0] if name is None else f"{place[1]}{' '.join(name)}, line"

    return _PLACE.sub(named, traceback)


__all__ = ["with_cells"]

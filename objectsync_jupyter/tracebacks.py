"""Tracebacks that name cells as the notebook does.

Rules: the kernel compiles a cell as a file whose name holds the number of its process. Nobody who reads the notebook has that file, and the
same program would not give the same output.
"""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any

_PLACE = re.compile(r'^( *)File "([^"]+)", line', re.MULTILINE)


class NamesOfCells(logging.Filter):
    """Has what a logger writes name cells, whatever else becomes of its records."""

    def __init__(self, ip: Any) -> None:
        super().__init__()
        self._ip = ip

    def filter(self, record: logging.LogRecord) -> bool:
        """Take every record."""
        if record.exc_info and not record.exc_text:
            # What a Formatter finds here, it does not format itself.
            record.exc_text = with_cells("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"), self._ip)
        return True


def with_cells(text: str, ip: Any) -> str:
    """The text of a traceback, with `Cell In[3], line 2` for the places in cells."""

    def named(place: re.Match[str]) -> str:
        name = ip.compile.format_code_name(place[2])
        return place[0] if name is None else f"{place[1]}{' '.join(name)}, line"

    return _PLACE.sub(named, text)


__all__ = ["NamesOfCells", "with_cells"]

"""When something is told of a transaction that is still open (ahead.py)."""

from __future__ import annotations

import sys
from typing import Final

FIRST: Final = 10_000
"""New objects, after which the first part is told: some 20 ms of the server's. Where a table is made in less, telling it in parts takes as
long as it saves, on two processors: what wakes up to read them takes one from the server (benchmarks/README.md)."""
NEVER: Final = sys.maxsize

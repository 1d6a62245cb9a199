"""Tracebacks as those who wrote a handler want them: from their own code on, not from the loop that called it."""

from __future__ import annotations

from types import TracebackType

_OURS = frozenset({"objectsync", "objectsync_jupyter"})


def users_part(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without our own frames at its top; the whole one where there are no others."""
    part = trace
    while part is not None and str(part.tb_frame.f_globals.get("__name__")).partition(".")[0] in _OURS:
        part = part.tb_next
    return part or trace

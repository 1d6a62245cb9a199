"""What is written to sys.stdout and sys.stderr inside of a block goes to the block's sink.

Rules: a sink gets what its own thread writes, and the threads that it starts inside, and nobody else's: blocks are told apart by a context
variable. It gets whole lines: a print is two writes, a line is one.
"""

from __future__ import annotations

import functools
import sys
import threading
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from typing import Any, Protocol, TextIO


class Sink(AbstractContextManager[Any, bool | None], Protocol):
    """Where it goes. As a context manager it captures what its block writes: `enter` and `leave`."""

    def write(self, text: str, kind: str = ...) -> None: ...


_current: ContextVar[Sink | None] = ContextVar("objectsync_sink", default=None)
_entered: ContextVar[tuple[Token[Sink | None], ...]] = ContextVar("objectsync_sinks_entered", default=())


def enter(sink: Sink) -> None:
    """A block of its begins."""
    _install()
    _entered.set((*_entered.get(), _current.set(sink)))


def leave(sink: Sink) -> None:
    """The innermost block ends."""
    *before, token = _entered.get()
    _entered.set(tuple(before))
    flush(sink)
    _current.reset(token)


def innermost() -> Sink | None:
    """The sink whose block this is."""
    return _current.get()


def flush(sink: Sink) -> None:
    """Write the line that has not ended."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, _Stream):
            stream.end(sink)


class _Stream:
    """Stands in for sys.stdout or sys.stderr: what is written inside of a block goes to its sink, all else where it went before."""

    def __init__(self, kind: str, stream: TextIO) -> None:
        self._kind = kind
        self._stream = stream
        self._pending: dict[tuple[Sink, int], str] = {}

    def write(self, text: str) -> int:
        sink = _current.get()
        if sink is None:
            return self._stream.write(text)
        key = (sink, threading.get_ident())
        lines = (self._pending.pop(key, "") + text).splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            self._pending[key] = lines.pop()
        if lines:
            sink.write("".join(lines), self._kind)
        return len(text)

    def flush(self) -> None:
        sink = _current.get()
        if sink is None:
            self._stream.flush()
        else:
            self.end(sink)

    def end(self, sink: Sink) -> None:
        """Write the line that has not ended."""
        text = self._pending.pop((sink, threading.get_ident()), "")
        if text:
            sink.write(text, self._kind)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _install() -> None:
    """Stand in for the streams that there are now, and let threads know what they were started in."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, _Stream):
            setattr(sys, name, _Stream(name, stream))
    if not hasattr(threading.Thread.start, "__objectsync__"):
        start = threading.Thread.start

        @functools.wraps(start)
        def start_captured(thread: threading.Thread) -> None:
            sink = _current.get()
            if sink is not None:
                run = thread.run

                def captured() -> None:
                    with sink:
                        run()

                thread.run = captured  # type: ignore[method-assign]  # this one thread's
            start(thread)

        start_captured.__objectsync__ = True  # type: ignore[attr-defined]  # functions carry attributes
        threading.Thread.start = start_captured  # type: ignore[method-assign,assignment]  # once per process

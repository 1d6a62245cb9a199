"""Requests that ipykernel 7.0 to 7.3 forgets on its shell socket, found again.

There, replies leave by the socket itself, and the requests come in by a stream around it. The socket tells of what has come in once; where
a request arrives just as a reply is sent, it has told the reply's sender, and the request lies there until the next one comes: a cell stays
at `[*]`, a click has no effect. (One in some two hundred requests where two clients ask at once; 7.4 sends by the stream.) So the stream is
made to look, every now and then.
"""

from __future__ import annotations

from typing import Any, Final

LOOK: Final = 500
"""Milliseconds between looks."""


class StrandedRequests:
    """Looks for them, in the kernels that need it."""

    def __init__(self, kernel: Any) -> None:
        import ipykernel  # only a kernel has it

        self._looking: Any = None
        thread = getattr(kernel, "shell_channel_thread", None)
        if thread is None or ipykernel.version_info >= (7, 4):  # type: ignore[attr-defined]  # it is there, only not in their __all__
            return
        self._loop = thread.io_loop
        self._stream = kernel.shell_stream
        self._loop.add_callback(self._begin)

    def close(self) -> None:
        """Stop looking."""
        if self._looking is not None:
            self._loop.add_callback(self._looking.stop)

    def _begin(self) -> None:
        from tornado.ioloop import PeriodicCallback

        self._looking = PeriodicCallback(self._look, LOOK)
        self._looking.start()

    def _look(self) -> None:
        import zmq

        if self._stream.closed():
            self._looking.stop()
        else:
            self._stream.flush(zmq.POLLIN)

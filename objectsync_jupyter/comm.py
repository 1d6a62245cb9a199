"""The comm shell: what carries the messages of a notebook's pages where our extension is installed (links.py is the rest).

A page opens two comms (`objectsync.down`, `objectsync.up`) with one `pair` id between them. The kernel sends on the one and never on the
other: a kernel routes a page's message to the subshell that last *sent* on its comm, which a running cell would be (ipykernel 7.4).
"""

from __future__ import annotations

import contextlib
from typing import Any, Final

from comm import create_comm

from .links import Links

DOWN: Final = "objectsync.down"
UP: Final = "objectsync.up"
HERE: Final = "objectsync.here"
"""A comm that is only listed: a page asks whether it is there before it opens others. One that opened comms of a target that is not there
would have the kernel log an error, and close them with a broadcast that every page logs as an error."""


class CommShell:
    """Serves the pages of one kernel over comms."""

    def __init__(self, links: Links, kernel: Any) -> None:
        self._links = links
        self._manager = kernel.comm_manager
        self._comms: dict[str, list[Any]] = {}
        self._manager.register_target(DOWN, self._opened_down)
        self._manager.register_target(UP, self._opened_up)
        self._here = create_comm(target_name=HERE, comm_id=HERE, primary=False)
        self._manager.register_comm(self._here)

    @property
    def pages(self) -> int:
        """How many pages have opened both of theirs."""
        return sum(len(comms) == 2 for comms in list(self._comms.values()))

    def close(self) -> None:
        """Open no more comms."""
        for target in (DOWN, UP):
            with contextlib.suppress(KeyError):
                self._manager.unregister_target(target, None)
        self._drop(self._here)

    def _opened_down(self, comm: Any, message: Any) -> None:
        pair = str(message["content"]["data"]["pair"])
        self._comms[pair] = [comm]
        self._links.begin(pair, lambda data, buffers: comm.send(data, buffers=buffers), lambda: self._forget(pair))
        comm.handle_close = lambda closing: self._left(pair, closing)

    def _opened_up(self, comm: Any, message: Any) -> None:
        pair = str(message["content"]["data"]["pair"])
        self._comms[pair].append(comm)
        # Not `on_msg`: that fires IPython's pre_execute and post_execute for every message, on this thread.
        comm.handle_msg = lambda received: self._links.receive(pair, received["content"]["data"], list(received["buffers"]))
        comm.handle_close = lambda closing: self._left(pair, closing)
        self._links.ready(pair)

    def _left(self, pair: str, message: Any) -> None:
        self._links.left(pair, message["content"]["data"].get("code"))

    def _forget(self, pair: str) -> None:
        for comm in self._comms.pop(pair, ()):
            self._drop(comm)

    def _drop(self, comm: Any) -> None:
        """Forget a comm without a word: `close()` is a broadcast, and an error on the console of every page that does not know the comm."""
        comm._closed = True  # or it says so when it is collected
        self._manager.comms.pop(comm.comm_id, None)

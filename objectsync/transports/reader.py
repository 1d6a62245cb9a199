"""The thread of the handlers reads, while it has nothing else to do: then one thread takes a click, handles and answers it.

Where the event loop reads it, that thread has to be woken, and to wait until the loop lets go of the interpreter: after a rest, a third of
a millisecond of the three that a click takes. Nobody waits for a handler all the same: the event loop reads on when it takes long (`LATE`).

Another thread does nothing but watch for that: it is called without letting go of the interpreter. Waking the event loop would be to
wait behind it, in the middle of a click.

Rules: the event loop owns the sockets and lends them. Each is read by one thread at a time, by whoever has the `turn`, the event loop if it
is not in `_lent`. What is no message (a ping, the end) is the event loop's, which takes the socket back for it. For Linux (epoll).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import select
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Self

from websockets.frames import Frame
from websockets.http11 import Request, Response
from websockets.protocol import State

from .socket import Socket

logger = logging.getLogger("objectsync.server")

LATE = 0.005
"""Seconds after which, or at most twice that, the event loop looks whether the thread is still busy, and reads in its place."""
STAY = 100
"""So many times `LATE` the watcher looks by itself after it was needed, so that who types or drags need not wake it at each key: to wake it
takes a thirtieth of the time in which a click is answered."""
_AT_ONCE = 1 << 16
"""Bytes."""


class Reader:
    """What the thread of the handlers does between them (`worker.Rest`).

    `late()` is called on the event loop, `LATE` after a `watch`, if the thread is busy or `is_due()`.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, turn: threading.RLock, is_due: Callable[[], bool], late: Callable[[], None]
    ) -> None:
        self._loop = loop
        self._turn = turn
        self._is_due = is_due
        self._late = late
        self._wanted: set[Socket] = set()
        self._lent: dict[int, Socket] = {}
        self._asked = False  # the event loop has been asked to lend
        self._away = False  # the thread runs jobs
        self._times = 0  # how often it has gone to do so
        self._watching = False
        self._asks = 0  # how often it has been asked to watch
        self._calls: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._watcher = threading.Thread(target=self._watch, name="objectsync-watch", daemon=True)
        self._closed = False
        self._bell_lock = threading.Lock()
        self._poll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll.register(self._bell, select.EPOLLIN)
        self._watcher.start()

    @classmethod
    def where_possible(
        cls, loop: asyncio.AbstractEventLoop, turn: threading.RLock, is_due: Callable[[], bool], late: Callable[[], None]
    ) -> Self | None:
        """One for this event loop; None where there cannot be one."""
        possible = hasattr(select, "epoll") and hasattr(os, "eventfd") and isinstance(loop, asyncio.SelectorEventLoop)
        return cls(loop, turn, is_due, late) if possible else None

    # --- the thread's

    def wait(self) -> None:
        """Read what comes, until there is something else to do, or might be."""
        self._away = False
        if not self._lent and self._wanted and not self._asked:
            self._asked = True
            self._loop.call_soon_threadsafe(self._lend)
        for descriptor, _ in self._poll.poll():
            if descriptor == self._bell:
                os.eventfd_read(self._bell)
            else:
                self._read(descriptor)

    def leave(self) -> None:
        """There are jobs to run: nobody reads meanwhile, unless that takes long."""
        self._times += 1
        self._away = True
        if self._lent:
            self.watch()

    def close(self) -> None:
        """Be done."""
        with self._bell_lock:
            self._closed = True
            self._poll.close()
            os.close(self._bell)
        self.watch()
        self._watcher.join()

    def _read(self, descriptor: int) -> None:
        with self._turn:
            socket = self._lent.get(descriptor)
            if socket is None:
                return  # it has been taken back meanwhile
            try:
                data = os.read(descriptor, _AT_ONCE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            go_on: Callable[[], None]
            try:
                left = socket.hear(data) if data else ()
                if left is None:
                    return
                go_on = partial(self._go_on, socket, left)
            except Exception:  # as an event loop does: it is the end of this connection, not of the thread
                logger.exception("what came on a connection could not be taken; it is closed")
                go_on = socket.transport.abort
            self.forget(socket)
        with contextlib.suppress(RuntimeError):  # the event loop is closed
            self._loop.call_soon_threadsafe(go_on)

    # --- anyone's

    def wake(self) -> None:
        """There is something to do."""
        with self._bell_lock:  # its number may be another file's afterwards
            if not self._closed:
                os.eventfd_write(self._bell, 1)

    def watch(self) -> None:
        """Have the event loop look in a moment, if there is a need by then."""
        self._asks += 1
        if not self._watching:
            self._watching = True
            self._calls.put(None)

    # --- the event loop's

    def read(self, sockets: Iterable[Socket]) -> None:
        """Read these from now on, and no others."""
        self._wanted = set(sockets)
        self.take_back([socket for socket in self._lent.values() if socket not in self._wanted])
        self._lend()

    def take_back(self, sockets: Iterable[Socket]) -> None:
        """Have the event loop read these, for now."""
        with self._turn:
            for socket in sockets:
                if self.forget(socket):
                    socket.transport.resume_reading()

    def forget(self, socket: Socket) -> bool:
        """Read it no more; whether it was lent."""
        with self._turn:
            descriptor = next((number for number, other in self._lent.items() if other is socket), None)
            if descriptor is None:
                return False
            del self._lent[descriptor]
            self._poll.unregister(descriptor)
            return True

    def _lend(self) -> None:
        self._asked = False
        if self._away:
            return  # it asks when it comes back
        with self._turn:
            for socket in self._wanted.difference(self._lent.values()):
                if socket.protocol.state is State.OPEN and not socket.transport.is_closing():
                    socket.transport.pause_reading()
                    socket.heard_whole = False
                    descriptor = socket.transport.get_extra_info("socket").fileno()
                    self._lent[descriptor] = socket
                    self._poll.register(descriptor, select.EPOLLIN)
        if self._away and self._lent:
            self.watch()  # it left meanwhile, and knew of nothing to watch for

    def _go_on(self, socket: Socket, left: Iterable[Request | Response | Frame]) -> None:
        socket.go_on(left)
        socket.transport.resume_reading()
        self._lend()

    def _look(self, times: int) -> None:
        self._late()
        if self._away and self._times == times:
            self.take_back(list(self._lent.values()))

    # --- the watcher's

    def _watch(self) -> None:
        while not self._closed:
            self._calls.get()
            asks, quiet = self._asks, 0
            while quiet < STAY and not self._closed:
                time.sleep(LATE)
                quiet += 1
                is_late = quiet == 1 and (self._is_due() or self._away)
                if is_late or quiet == STAY:
                    self._watching = False  # before it looks for the last time: whoever asks later calls again
                if self._asks != asks:
                    asks, quiet, self._watching = self._asks, 0, True
                elif is_late:
                    with contextlib.suppress(RuntimeError):  # the event loop is closed
                        self._loop.call_soon_threadsafe(self._look, self._times)
                    break  # it would only take the interpreter from what takes so long

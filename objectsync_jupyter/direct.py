"""The kernel's own socket: the short way between its hub and a page, through the Jupyter server (proxy.py).

Rules: it listens on loopback and lets in whoever proves to know the secret in the endpoint's file, which is the Jupyter server of the same
user; never a page. It has a thread of its own, so pages are heard while a cell runs, on every kernel. Where it cannot listen, pages come
over comms, as they do without it.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import hmac
import logging
import os
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from weakref import WeakSet

from objectsync.hub import Hub
from objectsync.transports.gate import Gate, Verdict
from objectsync.transports.page import Answer, Page
from objectsync.transports.websocket import WebSocketShell

from .endpoint import NONCE_HEADER, PROOF_HEADER, Endpoint, endpoint_file, prove, write_endpoint
from .handover import Handover

logger = logging.getLogger("objectsync.jupyter")

HOST = "127.0.0.1"
SOON = 2.0
"""Seconds that loading may wait until it listens; it takes some milliseconds."""


class KernelGate(Gate):
    """Lets in who knows the secret, and proves that this kernel does."""

    def __init__(self, secret: str) -> None:
        super().__init__(HOST, secret, (), ())
        self._secret = secret

    def check(self, path: str, headers: Mapping[str, str]) -> Verdict:
        verdict = super().check(path, headers)
        if verdict.status != 200:
            return verdict
        if "Origin" in headers:
            return Verdict(403, "this socket is for the Jupyter server; pages come through it")
        nonce = headers.get(NONCE_HEADER, "")
        offered = headers.get(PROOF_HEADER, "")
        if not nonce or not hmac.compare_digest(prove(self._secret, "server", nonce).encode(), offered.encode()):
            return Verdict(401, "this socket asks for a proof, and got none or a wrong one")
        return Verdict(authorized=True, response=((PROOF_HEADER, prove(self._secret, "kernel", nonce)),))


class NoPage(Page):
    """There is nothing to look at."""

    def __init__(self) -> None:
        super().__init__("", None)

    def answer(self, method: str, path: str, accept_encoding: str, if_none_match: str) -> Answer:
        return Answer(404, (("Content-Type", "text/plain; charset=utf-8"),), b"not found\n")


class DirectShell:
    """Serves one hub to the Jupyter server, from a thread of its own."""

    def __init__(self, hub: Hub, connection_file: str) -> None:
        self._hub = hub
        self._file = endpoint_file(connection_file)
        self._process = os.getpid()
        self._shell: WebSocketShell | None = None
        self._handover: Handover | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name="objectsync-direct", daemon=True)
        self._thread.start()
        self._started.wait(SOON)  # or the first view would find nothing, and take the longer way
        atexit.register(self.close)
        _running.add(self)

    @property
    def pages(self) -> int:
        """How many pages are connected."""
        return 0 if self._shell is None else self._shell.connected

    def close(self) -> None:
        """Stop listening; pages that are connected go on over comms. Does nothing the second time, or in a child of this process."""
        atexit.unregister(self.close)
        loop, stop = self._loop, self._stop
        if loop is None or stop is None or os.getpid() != self._process:
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(stop.set)
        self._thread.join(5)

    def leave_to_parent(self) -> None:
        """In a child process: let go of the sockets, or the port would stay open, with nobody behind it, when the kernel is gone."""
        if self._shell is not None and self._handover is not None:
            nowhere = os.open(os.devnull, os.O_RDONLY)
            for number in self._shell.filenos() + self._handover.filenos():
                os.dup2(nowhere, number)  # not close: the number may be given to something else, which would be closed in turn
            os.close(nowhere)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except (OSError, RuntimeError) as error:
            logger.warning("no direct connection to this kernel (pages use comms): %s", error)
        finally:
            self._started.set()

    async def _serve(self) -> None:
        secret = secrets.token_urlsafe(32)
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self._shell = shell = WebSocketShell(self._hub, KernelGate(secret), NoPage())
        self._handover = Handover(lambda: shell.sockets)
        try:
            (port,) = await shell.listen([(HOST, 0)])
            write_endpoint(self._file, Endpoint(port, secret, self._hub.epoch, self._handover.name))
            self._started.set()
            await self._stop.wait()
        finally:
            with contextlib.suppress(OSError):  # also where its folder is none; the socket is to be closed all the same
                self._file.unlink()
            await shell.close()
            self._handover.close()
            self._shell = self._handover = self._loop = self._stop = None


def direct_shell(hub: Hub) -> DirectShell | None:
    """This kernel's socket; None where no Jupyter server could find it."""
    from ipykernel.connect import get_connection_file

    try:
        file = get_connection_file()
    except (OSError, RuntimeError):  # a kernel inside another program
        return None
    return DirectShell(hub, file) if Path(file).is_file() else None


_running: WeakSet[DirectShell] = WeakSet()


def _forked() -> None:
    for shell in _running:
        shell.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)

__all__ = ["DirectShell", "direct_shell"]

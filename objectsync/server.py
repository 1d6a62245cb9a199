"""`Server(port=8765)`: the hub with sockets around it, as the README shows it.

Nothing listens before `serve()`, `run()` or `start()`. It binds loopback by default; on a network it asks for a token, or refuses to start.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import secrets
import socket
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from .errors import LocalError, PortInUse, UnsafeBind
from .hub import Hub
from .interrupts import stopped_by_signals
from .jobs import ThreadJobs
from .lasting import lasting
from .limits import Limits
from .options import check_names, check_policy, check_port, check_token
from .policy import Policy
from .sobject import SObject
from .transports.gate import Gate, is_loopback
from .transports.page import Page
from .transports.websocket import WebSocketShell

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # named to be told apart, not bound


class Server(Hub):
    """A tree of SObjects, served to browsers.

    Args:
        port: Where to listen; 0 takes a free port (`server.port` says which).
        host: A name or address; 'localhost' means both loopback addresses.
        root_object_type: The class of the root object.
        token: What clients must show, as `?token=…` in the page's URL. Needed for any host but loopback.
        insecure: Listen on a network without a token all the same.
        allow_origins: Pages of these origins may connect too, such as "https://app.example.org".
        allow_hosts: Names that the server goes by besides its own, behind a proxy.
        frontends: A folder of JavaScript modules with custom frontends (docs/frontends.md).
        title: The page's title.
        limits: What clients may do and what the server keeps.
        policy: Who may do what.
        debug: Tell clients the text of errors in handlers and services.

    Raises:
        UnsafeBind: `host` is not loopback, and there is neither `token` nor `insecure`.
        ValueError: `token` is empty, or `port` out of range.
        TypeError: an option is of the wrong type.
    """

    def __init__(
        self,
        port: int = 8765,
        host: str = "localhost",
        root_object_type: type[SObject] = SObject,
        *,
        token: str | None = None,
        insecure: bool = False,
        allow_origins: Iterable[str] = (),
        allow_hosts: Iterable[str] = (),
        frontends: str | Path | None = None,
        title: str = "objectsync",
        limits: Limits | None = None,
        policy: Policy | None = None,
        debug: bool = False,
    ) -> None:
        check_port(port)
        check_token(token)
        check_policy(policy)
        check_names("allow_origins", allow_origins)
        check_names("allow_hosts", allow_hosts)
        if not is_loopback(host) and token is None and not insecure:
            raise UnsafeBind(
                f"listening on {host!r} lets everyone on the network in. Give clients a token: "
                f"Server(host={host!r}, token=secrets.token_urlsafe()), or insist with insecure=True"
            )
        folder = None if frontends is None else Path(frontends).resolve()
        if folder is not None and not folder.is_dir():
            raise LocalError(f"frontends={str(frontends)!r} is no folder")
        self._jobs = ThreadJobs()
        super().__init__(
            root_object_type, new_secret=secrets.token_urlsafe, jobs=self._jobs, limits=limits, policy=policy, token=token, debug=debug
        )
        self._host = host
        self._wanted_port = port
        self._port: int | None = None
        self._gate = Gate(host, token, allow_origins, allow_hosts)
        self._page = Page(title, folder)
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._entered: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port: the one that was asked for, or, once it listens, the one it has."""
        return self._wanted_port if self._port is None else self._port

    @property
    def serving(self) -> bool:
        """Whether it listens, or is about to."""
        return self._stop is not None or self._thread is not None

    @property
    def url(self) -> str:
        """The page's address."""
        host = self._host if self._host not in EVERYWHERE else socket.gethostname()
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    async def serve(self) -> None:
        """Listen until `stop()`, SIGINT or SIGTERM (where this is the main thread), then close cleanly.

        Raises:
            PortInUse: something else listens there.
            LocalError: it is being served already.
        """
        with stopped_by_signals(self.stop):
            await self._serve(announce=True)

    async def _serve(self, announce: bool) -> None:
        if self._stop is not None:
            raise LocalError(f"{self.url} is being served already")
        self._stop = stop = asyncio.Event()
        self._loop = loop = asyncio.get_running_loop()
        shell = WebSocketShell(self, self._gate, self._page)
        try:
            self._port = await self._listen(shell)
            self._jobs.start(loop, shell.rest())
            if announce:
                print(f"objectsync serves {self.url} (Ctrl-C stops it)", flush=True)
            self._ready.set()
            await stop.wait()
        finally:
            await shell.close()
            self._jobs.stop()
            self._stop = self._loop = self._port = None
            self._ready.clear()

    def run(self) -> None:
        """Serve until it is stopped (Ctrl-C). What the process has made before is taken for lasting (lasting.py)."""
        with contextlib.suppress(KeyboardInterrupt), lasting():
            asyncio.run(self.serve())

    def start(self) -> Self:
        """Serve from a background thread; returns when it listens.

        Raises:
            PortInUse: something else listens there.
        """
        if self._thread is not None:
            raise LocalError(f"{self.url} is being served already")
        self._failure = None
        self._ready.clear()
        self._thread = thread = threading.Thread(target=self._run_in_thread, name="objectsync-server", daemon=True)
        thread.start()
        while not self._ready.wait(0.05):
            if not thread.is_alive():
                raise self._failure or LocalError("the server ended before it listened")
        return self

    def stop(self) -> None:
        """Stop serving; objects and their history stay. From any thread; does nothing when it is not served."""
        loop, stop, thread = self._loop, self._stop, self._thread
        if loop is not None and stop is not None:
            loop.call_soon_threadsafe(stop.set)
        if thread is not None and thread is not threading.current_thread():
            thread.join(10)

    def close(self) -> None:
        """Stop serving for good: clients' sessions end, and constructors no longer create here. The objects can still be read."""
        self.stop()
        super().close()

    async def __aenter__(self) -> Self:
        """Serve until the end of the body. Signals are the program's own: asyncio's Ctrl-C cancels the body, and so ends the server."""
        self._entered = asyncio.create_task(self._serve(announce=False))
        while not self._ready.is_set():
            done, _ = await asyncio.wait({self._entered}, timeout=0.005)
            if done:
                await self._entered
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._stop is not None:
            self._stop.set()
        if self._entered is not None:
            await self._entered

    def _run_in_thread(self) -> None:
        try:
            asyncio.run(self._serve(announce=False))
        except BaseException as error:
            self._failure = error
        finally:
            self._thread = None  # here, and not in `stop`: a handler on this very thread may have called that

    async def _listen(self, shell: WebSocketShell) -> int:
        names = ["127.0.0.1", "::1"] if self._host.lower() == "localhost" else [self._host]
        try:
            return (await shell.listen([(name, self._wanted_port) for name in names]))[0]
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUse(
                    f"{self._host}:{self._wanted_port} is used by another program. Stop that one, or choose another port: "
                    "Server(port=0) takes a free one"
                ) from None
            raise

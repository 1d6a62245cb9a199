"""`…/objectsync/kernels/<id>`: a page's websocket to a kernel's own socket, behind the Jupyter server's authentication.

Rules: who may run code in a kernel may come in, as for Jupyter's own kernel websocket, by the same checks. The page names a kernel and
never a port. A kernel that cannot be reached so is a close code, not a failed handshake, which a browser would log as an error. Frames are
handed on as they are, one at a time: a page that does not read holds up the kernel's side, where the hub's own rules take over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from datetime import UTC, datetime
from typing import Final

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from objectsync.protocol import SUBPROTOCOL

from .endpoint import NONCE_HEADER, PROOF_HEADER, Endpoint, endpoint_file, read_endpoint

PATTERN: Final = r"/objectsync/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
UNREACHABLE: Final = (4010, "unreachable")
MESSAGE_BYTES: Final = 64 * 1024 * 1024
"""Of one message of the page, as a kernel's server takes it. Jupyter's own limit of 10 MB drops the connection."""
ANSWER_WITHIN: Final = 2.0
"""Seconds for the kernel's socket to answer; its thread answers in milliseconds unless the machine is very busy."""
QUEUE: Final = 4
"""Frames of the kernel's that may wait here before its side is held up."""


class KernelProxy(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One page's connection to one kernel."""

    auth_resource = "kernels"
    kernel: ClientConnection | None = None

    @property
    def max_message_size(self) -> int:
        """In bytes; the setting is for all of the server's websockets."""
        return MESSAGE_BYTES

    def set_default_headers(self) -> None:
        """None of those for pages."""

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Ours, or none."""
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    @ws_authenticated
    async def get(self, kernel_id: str) -> None:
        """Let the page in, or answer 403."""
        allowed = await ensure_async(self.authorizer.is_authorized(self, self.current_user, "execute", "kernels"))
        if not allowed:
            raise web.HTTPError(403)
        await super().get(kernel_id)

    async def open(self, kernel_id: str) -> None:
        """Reach the kernel, and say which life of its server it is; the page's first message waits meanwhile."""
        super().open(kernel_id)
        self.set_nodelay(True)
        self.kernel_id = kernel_id
        endpoint = self._endpoint()
        try:
            if endpoint is not None:
                self.kernel = await reach(endpoint)
        except (OSError, WebSocketException, TimeoutError) as error:
            self.log.debug("objectsync | kernel %s does not answer: %s", kernel_id, error)
        if endpoint is None or self.kernel is None:
            self.close(*UNREACHABLE)
            return
        if self.ws_connection is None:  # the page has gone meanwhile
            self.kernel.transport.abort()
            return
        await self.write_message(json.dumps({"ready": endpoint.epoch}))
        self._down = asyncio.create_task(self._hand_down(self.kernel))

    async def on_message(self, message: str | bytes) -> None:
        """Hand it to the kernel; the next is read when it has gone."""
        if self.kernel is None:
            return
        self._note_activity()
        with contextlib.suppress(ConnectionClosed):  # `_hand_down` sees it too
            await self.kernel.send(message)

    def on_close(self) -> None:
        """The page has gone: in the same way, for the kernel. A session is kept for one that merely broke off."""
        kernel, self.kernel = self.kernel, None
        if kernel is None:
            return
        if self.close_code is None or self.close_code in (1005, 1006):
            kernel.transport.abort()
        else:
            _keep(asyncio.create_task(kernel.close(self.close_code, self.close_reason or "")))

    async def _hand_down(self, kernel: ClientConnection) -> None:
        try:
            async for message in kernel:
                await self.write_message(message, binary=isinstance(message, bytes))
        except (ConnectionClosed, WebSocketClosedError):
            pass
        if self.kernel is None:
            return
        self.kernel = None
        if self.ws_connection is not None:
            code = kernel.close_code
            self.close(*(UNREACHABLE if code is None or code in (1005, 1006) else (code, kernel.close_reason)))
        kernel.transport.abort()

    def _endpoint(self) -> Endpoint | None:
        if self.kernel_id not in self.kernel_manager:
            return None
        file = getattr(self.kernel_manager.get_kernel(self.kernel_id), "connection_file", "")  # a gateway's kernel has none here
        return read_endpoint(endpoint_file(file)) if file else None

    def _note_activity(self) -> None:
        """A kernel that is used like this is not idle, and not to be culled. (What comes by the kernel's channels Jupyter sees itself.)"""
        if self.kernel_id in self.kernel_manager:
            # Jupyter puts the attribute there itself.
            self.kernel_manager.get_kernel(self.kernel_id).last_activity = datetime.now(UTC)  # type: ignore[attr-defined]


async def reach(endpoint: Endpoint) -> ClientConnection:
    """Connect to a kernel's socket, and make sure that it is this kernel's.

    Raises:
        OSError: nobody listens there.
        TimeoutError: nobody answers.
        WebSocketException: something else answers.
    """
    nonce = secrets.token_hex(16)
    connection = await connect(
        f"ws://127.0.0.1:{endpoint.port}/",
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        additional_headers={NONCE_HEADER: nonce, PROOF_HEADER: endpoint.prove("server", nonce)},
        compression=None,
        proxy=None,
        max_size=None,  # of what the user's own kernel says
        max_queue=QUEUE,
        ping_interval=None,  # the page and the hub ask each other
        open_timeout=ANSWER_WITHIN,
        close_timeout=2,
    )
    response = connection.response
    if response is None or not secrets.compare_digest(response.headers.get(PROOF_HEADER, ""), endpoint.prove("kernel", nonce)):
        connection.transport.abort()
        raise WebSocketException("something else listens on the kernel's port")
    return connection


_closing: set[asyncio.Task[None]] = set()
"""Connections being closed; the event loop holds tasks weakly."""


def _keep(task: asyncio.Task[None]) -> None:
    _closing.add(task)
    task.add_done_callback(_closing.discard)


__all__ = ["PATTERN", "KernelProxy"]

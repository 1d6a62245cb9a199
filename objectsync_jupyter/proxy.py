"""`…/objectsync/kernels/<id>`: a page's websocket to a kernel's own socket, behind the Jupyter server's authentication.

Rules: who may run code in a kernel may come in, as for Jupyter's own kernel websocket, by the same checks. The page names a kernel and
never a port. A kernel that cannot be reached so is a close code, not a failed handshake, which a browser would log as an error. Once both
handshakes are over and the page has been told which kernel it is, the page's socket is the kernel's (handover.py), or where that cannot be
the two are joined (splice.py).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import UTC, datetime
from typing import Final

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol13
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.protocol import State
from websockets.typing import Subprotocol

from objectsync.protocol import SUBPROTOCOL

from .endpoint import NONCE_HEADER, PROOF_HEADER, Endpoint, endpoint_file, read_endpoint
from .handover import hand_over, is_possible
from .splice import splice

PATTERN: Final = r"/objectsync/kernels/(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
UNREACHABLE: Final = (4010, "unreachable")
ANSWER_WITHIN: Final = 2.0
"""Seconds for the kernel's socket to answer; its thread answers in milliseconds unless the machine is very busy."""


class KernelProxy(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """One page's connection to one kernel."""

    auth_resource = "kernels"

    @property
    def ping_interval(self) -> int:
        """Never: a ping may not come in the middle of a frame, and the page and the hub ask each other."""
        return 0

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
        """Reach the kernel, say which life of its server it is, and join the two until one of them ends."""
        super().open(kernel_id)
        self.set_nodelay(True)
        self.kernel_id = kernel_id
        endpoint = self._endpoint()
        kernel: asyncio.Transport | None = None
        try:
            if endpoint is not None:
                kernel = await reach(endpoint)
        except (OSError, WebSocketException, TimeoutError) as error:
            self.log.debug("objectsync | kernel %s does not answer: %s", kernel_id, error)
        if endpoint is None or kernel is None:
            self.close(*UNREACHABLE)
            return
        connection = self.ws_connection
        assert isinstance(connection, WebSocketProtocol13)
        try:
            await self.write_message(json.dumps({"ready": endpoint.epoch}))
        except WebSocketClosedError:  # the page has gone meanwhile
            kernel.abort()
            return
        stream = connection.stream
        if not (is_possible(stream) and await hand_over(stream, kernel, endpoint.handover, self._note_activity)):
            await splice(stream, kernel, self._note_activity)

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


async def reach(endpoint: Endpoint) -> asyncio.Transport:
    """Connect to a kernel's socket, and make sure that it is this kernel's. Returns it after the handshake, before any frame.

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
        ping_interval=None,  # the page and the hub ask each other
        open_timeout=ANSWER_WITHIN,
        close_timeout=2,
    )
    response = connection.response
    if response is None or not secrets.compare_digest(response.headers.get(PROOF_HEADER, ""), endpoint.prove("kernel", nonce)):
        connection.transport.abort()
        raise WebSocketException("something else listens on the kernel's port")
    if connection.state is not State.OPEN:  # it is full, and says so at once; otherwise it waits for the page
        connection.transport.abort()
        raise WebSocketException("the kernel takes nobody more")
    return connection.transport


__all__ = ["PATTERN", "KernelProxy"]

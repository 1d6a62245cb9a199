"""The Jupyter server's side: kernel websockets without Nagle's delay, and the short way to a kernel's own socket (proxy.py).

Jupyter never sets TCP_NODELAY on them, so each small message waits for the acknowledgement of the one before: 44 ms for a round trip
that takes 2. Only the stock connection class is replaced; one that somebody else has put there is left alone. Pages learn of the short
way from their own configuration: asking for it would be an error in the console of everyone whose server does not have it.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.utils import url_path_join

from .proxy import PATTERN, KernelProxy

SETTING = "kernel_websocket_connection_class"
OPTION = "objectsyncDirect"
"""In a page's configuration: this server has `PATTERN`."""


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Jupyter's own, with TCP_NODELAY."""

    def connect(self) -> Any:
        """Connect to the kernel."""
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def _load_jupyter_server_extension(app: Any) -> None:
    settings = app.web_app.settings
    app.web_app.add_handlers(".*$", [(url_path_join(app.base_url, PATTERN), KernelProxy)])
    settings.setdefault("page_config_data", {})[OPTION] = True
    if settings.get(SETTING) is ZMQChannelsWebsocketConnection:
        settings[SETTING] = PromptConnection
        app.log.info("objectsync | kernel websockets answer at once")

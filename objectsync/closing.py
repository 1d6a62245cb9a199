"""Why a connection is closed: the WebSocket close codes of the protocol (PROTOCOL.md, "Heartbeats, errors, the end")."""

from __future__ import annotations

from typing import Final

SLOW: Final = (4000, "slow")
FLOOD: Final = (4001, "flood")
RESTART: Final = (4002, "restart")
SILENT: Final = (4003, "silent")
HELLO_TIMEOUT: Final = (4004, "hello_timeout")
GAP: Final = (4096, "gap")
PROTOCOL_ERROR: Final = (4100, "protocol_error")
UNSUPPORTED_PROTOCOL: Final = (4101, "unsupported_protocol")
UNAUTHORIZED: Final = (4102, "unauthorized")
TAKEN_OVER: Final = (4103, "taken_over")

"""The error tree. Yours (misuse, raised at the call) on one branch, theirs (a bad peer, answered on the wire) on the other.

    ObjectSyncError
    ├── LocalError
    │   ├── InvalidChangeError(ValueError)   a change that may not happen: a validator, a position, a missing item
    │   │   ├── InvalidValue(TypeError)      a value of the wrong type or out of range
    │   │   └── InvalidPosition(IndexError)  a position outside a list or text
    │   ├── UnknownObject(KeyError)
    │   ├── UnknownAttribute(AttributeError)
    │   ├── UnknownType(KeyError)
    │   ├── AlreadyExists(ValueError)
    │   ├── Destroyed                        the object of this topic is gone, or its attribute
    │   ├── ListenerLoop(RecursionError)     listeners that set each other off for ever
    │   ├── Forbidden(PermissionError)       the policy says no
    │   ├── LimitExceeded                    a value, tree or message over a limit
    │   ├── StaleChange                      text positions older than the log
    │   ├── PortInUse(OSError)
    │   └── UnsafeBind                       listening beyond loopback without access control
    └── ProtocolError                        a peer broke the protocol; its connection is closed

`code` is what a client is told (PROTOCOL.md, "Codes of a rejection").
"""

from __future__ import annotations

from typing import ClassVar


class ObjectSyncError(Exception):
    """Base of every error that objectsync raises itself."""

    code: ClassVar[str] = "error"

    def __str__(self) -> str:
        # KeyError shows its argument's repr; an error message is a sentence.
        return str(self.args[0]) if self.args else ""


class LocalError(ObjectSyncError):
    """The API was used in a way it does not allow; nothing has changed."""


class InvalidChangeError(LocalError, ValueError):
    """A change that may not happen. `change` is what was tried, `reason` why it was refused."""

    code = "rejected"

    def __init__(self, reason: str, change: object = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.change = change


class InvalidValue(InvalidChangeError, TypeError):
    """A value of the wrong type, out of range, or that no codec can carry."""

    code = "invalid_value"


class InvalidPosition(InvalidChangeError, IndexError):
    """A position outside the list or text, or within a surrogate pair."""

    code = "invalid_position"


class UnknownObject(LocalError, KeyError):
    """No object with this id."""

    code = "unknown_object"


class UnknownAttribute(LocalError, AttributeError):
    """The object has no attribute of this name."""

    code = "unknown_attribute"


class UnknownType(LocalError, KeyError):
    """No class is registered under this name."""

    code = "unknown_object"


class AlreadyExists(LocalError, ValueError):
    """The name or id is taken."""

    code = "already_exists"


class Destroyed(LocalError):
    """The object was destroyed, or the attribute removed; its topics can no longer change."""

    code = "unknown_object"


class ListenerLoop(LocalError, RecursionError):
    """Listeners set each other off without end; the message shows the cycle."""


class Forbidden(LocalError, PermissionError):
    """The policy does not allow it."""

    code = "forbidden"


class LimitExceeded(LocalError, ValueError):
    """A value, tree or message is over one of the `Limits`."""

    code = "limit"


class StaleChange(LocalError):
    """A change whose positions refer to a state that the log no longer reaches."""

    code = "stale"


class PortInUse(LocalError, OSError):
    """Another process listens there."""


class UnsafeBind(LocalError):
    """Listening on a network without a token."""


class ProtocolError(ObjectSyncError):
    """The peer sent what the protocol does not allow. `close_code` as in PROTOCOL.md."""

    code = "protocol_error"

    def __init__(self, message: str, close_code: int = 4100) -> None:
        super().__init__(message)
        self.close_code = close_code


def describe(value: object, limit: int = 60) -> str:
    """A value as error messages show it: `'abc' (str)`, shortened."""
    try:
        text = repr(value)
    except Exception:
        text = "<no repr>"
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return f"{text} ({type(value).__name__})"

"""Services: named functions that clients may call and get an answer from."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import AlreadyExists

if TYPE_CHECKING:
    from .sobject import SObject

_SERVICES = "_os_services"
"""The key, in an object's `__dict__`, of its services by name. (Most have none, and a slot would be in each.)"""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One service: `callback(**args)`, with `sender` (the client's session id) where it asked for that."""

    name: str
    callback: Callable[..., Any]
    pass_sender: bool
    live: bool = False
    """Whether it runs at once, beside whatever else runs."""

    def arguments(self, args: dict[str, Any], sender: str) -> dict[str, Any]:
        """The keyword arguments of the call; the client cannot forge `sender`.

        Raises:
            TypeError: they do not fit the callback.
        """
        if self.pass_sender:
            args = {**args, "sender": sender}
        try:
            signature = inspect.signature(self.callback)
        except ValueError:  # a builtin without a signature
            return args
        signature.bind(**args)
        return args


class Services:
    """The services of one server, and of its objects (which go with them)."""

    def __init__(self) -> None:
        self._server: dict[str, Service] = {}

    def add(
        self, sobject: SObject | None, name: str, callback: Callable[..., Any], pass_sender: bool, live: bool = False
    ) -> Callable[[], None]:
        """Register; returns the function that ends it.

        Raises:
            TypeError: `callback` cannot be called.
            AlreadyExists: the name is taken.
        """
        if not callable(callback):
            raise TypeError(f"the service {name!r} must be callable, got {callback!r}")
        table = self._server
        if sobject is not None:
            table = sobject.__dict__.setdefault(_SERVICES, {})
        if name in table:
            raise AlreadyExists(f"there is a service {name!r} already{'' if sobject is None else f' on {sobject}'}")
        service = table[name] = Service(name, callback, pass_sender, live)

        def remove() -> None:
            if table.get(name) is service:
                del table[name]

        return remove

    def find(self, sobject: SObject | None, name: str) -> Service | None:
        """The service of this name, of an object or of the server."""
        table: dict[str, Service] = self._server if sobject is None else getattr(sobject, _SERVICES, {})
        return table.get(name)

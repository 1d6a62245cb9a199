"""Where `Button("Go")` creates: below the innermost `with column:`, else in the server of the innermost `with server.as_current():`, else
in the newest one."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any

from .errors import LocalError

if TYPE_CHECKING:
    from .sobject import SObject
    from .tree import Tree

_parents: ContextVar[tuple[SObject, ...]] = ContextVar("objectsync_parents", default=())
_chosen: ContextVar[Any] = ContextVar("objectsync_current_server", default=None)
_newest: Any = None


def current_server() -> Any:
    """The server that constructors create in.

    Raises:
        LocalError: there is none yet.
    """
    server = _chosen.get() or _newest
    if server is None:
        raise LocalError(
            "there is no server yet; create one with objectsync.Server(port=8765) (in a notebook: %load_ext objectsync_jupyter)"
        )
    return server


def current_parent() -> SObject | None:
    """The object of the innermost `with object:`, if there is one."""
    parents = _parents.get()
    return parents[-1] if parents else None


def enter_parent(parent: SObject) -> None:
    """Begin `with parent:`; ends with `leave_parent`."""
    _parents.set((*_parents.get(), parent))


def leave_parent() -> None:
    """End the innermost `with parent:`."""
    _parents.set(_parents.get()[:-1])


def set_newest(tree: Tree | None) -> None:
    """Make it the server for code that has chosen none."""
    global _newest
    _newest = tree


def forget_newest(tree: Tree) -> None:
    """It is no longer the server for code that has chosen none."""
    global _newest
    if _newest is tree:
        _newest = None


class AsCurrent:
    """Context manager: constructors inside create in this server."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._tokens: list[Token[Any]] = []

    def __enter__(self) -> Any:
        self._tokens.append(_chosen.set(self._tree))
        return self._tree

    def __exit__(self, *exc: object) -> None:
        _chosen.reset(self._tokens.pop())

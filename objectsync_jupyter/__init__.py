"""objectsync in a notebook: `%load_ext objectsync_jupyter`, and every SObject that a cell ends with is shown in its output, live.

One server per kernel, made on load; `objectsync.current_server()` is it, so constructors create in it. It does not listen until
`server.start()`. `from objectsync_jupyter import server` gives it by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from objectsync.sobject import SObject

    from .carrier import Carrier
    from .host import KernelServer, Notebook

    server: KernelServer
    """This kernel's server."""

__all__ = ["as_widget", "load_ipython_extension", "server", "unload_ipython_extension", "use_anywidget"]

_loaded: Notebook | None = None


def load_ipython_extension(ip: Any) -> None:
    """`%load_ext objectsync_jupyter`. Once is enough, twice does no harm."""
    global _loaded
    if _loaded is None:
        from .host import Notebook

        _loaded = Notebook(ip)


def unload_ipython_extension(ip: Any) -> None:
    """`%unload_ext objectsync_jupyter`: views show what they last were, and the objects stay with those who hold them."""
    global _loaded
    if _loaded is not None:
        _loaded.close()
        _loaded = None


def use_anywidget(use: bool = True) -> None:
    """Show objects through anywidgets as well, from now on: for a host in which our extension cannot be installed.

    In Colab and VS Code this is so from the start, where anywidget is installed.

    Raises:
        ImportError: anywidget is not installed.
        LocalError: `%load_ext objectsync_jupyter` has not been run.
    """
    if _loaded is None:
        from objectsync.errors import LocalError

        raise LocalError("this kernel has no server yet; run %load_ext objectsync_jupyter first")
    _loaded.use_anywidget(use)


def as_widget(sobject: SObject) -> Carrier:
    """An anywidget that shows an object of any server, for hosts that take widgets: `mo.ui.anywidget(as_widget(box))` in marimo.

    Raises:
        ImportError: anywidget is not installed.
    """
    if _loaded is not None and sobject.server is _loaded.server:
        return _loaded.as_widget(sobject)
    carrier_of: Callable[[SObject], Carrier] = import_carrier().carrier_of
    return carrier_of(sobject)


def import_carrier() -> ModuleType:
    """The module that needs anywidget.

    Raises:
        ImportError: it is not installed, or our half of it is not built.
    """
    try:
        import anywidget  # noqa: F401
    except ImportError:
        raise ImportError(
            'objects show through anywidgets only where anywidget is installed: pip install "objectsync[anywidget]"'
        ) from None
    from . import carrier

    return carrier


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "@objectsync/labextension"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "objectsync_jupyter.server_extension"}]


def __getattr__(name: str) -> Any:
    # Imported when they are wanted: the Jupyter server imports this package too, and may have no kernel to go with it.
    if name == "__version__":
        from objectsync import __version__

        return __version__
    if name != "server":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _loaded is None:
        raise AttributeError("this kernel has no server yet; run %load_ext objectsync_jupyter first")
    return _loaded.server

"""objectsync in a notebook: `%load_ext objectsync_jupyter`, and every SObject that a cell ends with is shown in its output, live.

One server per kernel, made on load; `objectsync.current_server()` is it, so constructors create in it. It does not listen until
`server.start()`. `from objectsync_jupyter import server` gives it by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .host import KernelServer, Notebook

    server: KernelServer
    """This kernel's server."""

__all__ = ["load_ipython_extension", "server", "unload_ipython_extension"]

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

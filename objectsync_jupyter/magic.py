"""`%objectsync status | tree | doctor`: what this kernel serves, and why a view may not be live.

Rules: it only looks, and prints. A kernel sees its own environment, and JupyterLab may run from another one; so a page that is connected
proves more than any file, and what is not found here is told as just that.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from objectsync.protocol import PROTOCOL

if TYPE_CHECKING:
    from .host import Notebook

MAGIC: Final = "objectsync"
EXTENSION: Final = "@objectsync/labextension"
SERVER_EXTENSION: Final = "objectsync_jupyter"
ELSEWHERE: Final = "that is well only if JupyterLab runs from another environment that has it"


class Magic:
    """The line magic of one notebook."""

    def __init__(self, ip: Any, notebook: Notebook) -> None:
        self._ip = ip
        self._notebook = notebook
        self._answers: dict[str, Callable[[], Iterable[str]]] = {"status": self._status, "tree": self._tree, "doctor": self._doctor}
        ip.register_magic_function(self.run, magic_kind="line", magic_name=MAGIC)

    def close(self) -> None:
        """IPython knows it no longer."""
        self._ip.magics_manager.magics["line"].pop(MAGIC, None)

    def run(self, line: str) -> None:
        """What objectsync does in this kernel.

        %objectsync status   versions, the pages that are connected and by which path, how many objects there are
        %objectsync tree     the objects
        %objectsync doctor   whether everything that a live view needs is installed and enabled
        """
        answer = self._answers.get(line.strip() or "status")
        if answer is None:
            from IPython.core.error import UsageError

            raise UsageError(f"%objectsync {line.strip()}: expected one of {', '.join(self._answers)}")
        print("\n".join(answer()))

    def _status(self) -> Iterator[str]:
        server = self._notebook.server
        yield _row("objectsync", f"{server.version}, protocol {PROTOCOL}")
        yield _row("kernel", _kernel(self._ip))
        yield _row("pages", self._pages() or "none connected")
        yield _row("objects", str(len(server.objects)))
        yield _row("browsers", server.url if server.serving else "not served (server.start() serves the objects to browsers, too)")

    def _tree(self) -> Iterator[str]:
        yield self._notebook.server.format_tree()

    def _doctor(self) -> Iterator[str]:
        yield from self._status()
        try:
            from jupyter_core.paths import jupyter_config_path, jupyter_path
        except ImportError:
            yield _row("JupyterLab", "this environment has nothing of Jupyter's")
            return
        yield _row("JupyterLab", _version("jupyterlab") or "not in this environment, so it runs from another one")
        configs = [Path(folder) for folder in jupyter_config_path()]
        found = labextension([Path(folder) for folder in jupyter_path("labextensions")], configs, self._notebook.server.version)
        yield _row("labextension", found)
        yield _row("server ext.", server_extension(configs))
        if not self._pages():
            yield "No page is connected. If one shows this notebook: reload it, then run a cell that ends with an object."

    def _pages(self) -> str:
        book = self._notebook
        comms = 0 if book.shell is None else book.shell.pages
        linked = 0 if book.links is None else book.links.pages
        ways = {
            "by the direct websocket": 0 if book.direct is None else book.direct.pages,
            "over comms": comms,
            "over anywidget": linked - comms,
        }
        return ", ".join(f"{count} {way}" for way, count in ways.items() if count)


def labextension(folders: Iterable[Path], configs: Iterable[Path], version: str) -> str:
    """What is to be said of JupyterLab's half.

    Args:
        folders: Where JupyterLab looks for extensions, the first that has it counts.
        configs: Jupyter's configuration folders, the first that says something counts.
        version: What it should be.
    """
    place = next((folder / EXTENSION for folder in folders if (folder / EXTENSION / "package.json").is_file()), None)
    if place is None:
        return f"NOT FOUND: pip install objectsync where JupyterLab is installed ({ELSEWHERE})"
    if _said(configs, "labconfig/page_config.json", ("disabledExtensions", EXTENSION)) is True:
        return f"DISABLED: jupyter labextension enable {EXTENSION}, then reload the page"
    has = _read(place / "package.json").get("version")
    if has != version:
        return f"VERSION {has}, and this kernel has {version}: pip install -U objectsync in both environments ({place})"
    return f"{has}, enabled ({place})"


def server_extension(configs: Iterable[Path]) -> str:
    """What is to be said of the Jupyter server's half; `configs` are Jupyter's configuration folders, the most important first."""
    listed = list(configs)
    keys = ("ServerApp", "jpserver_extensions", SERVER_EXTENSION)
    enabled = _said(listed, "jupyter_server_config.json", keys)
    if enabled is None:
        enabled = _said(listed, f"jupyter_server_config.d/{SERVER_EXTENSION}.json", keys)
    if enabled is None:
        return f"NOT FOUND: views work over comms, slower ({ELSEWHERE})"
    return "enabled" if enabled is True else f"DISABLED: views work over comms, slower; jupyter server extension enable {SERVER_EXTENSION}"


def _said(configs: Iterable[Path], name: str, keys: tuple[str, ...]) -> object:
    """What the first of these files that says something about it says."""
    for folder in configs:
        value: Any = _read(folder / name)
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there, or not JSON: then Jupyter does not see it, either
        return {}
    return value if isinstance(value, dict) else {}


def _kernel(ip: Any) -> str:
    python = f"Python {sys.version.split()[0]} ({sys.executable})"
    return f"ipykernel {_version('ipykernel')}, {python}" if getattr(ip, "kernel", None) is not None else f"no kernel: IPython, {python}"


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _row(name: str, text: str) -> str:
    return f"{name:<13} {text}"


__all__ = ["Magic", "labextension", "server_extension"]

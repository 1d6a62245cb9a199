"""Kernels whose sockets are files. Jupyter chooses ports for a kernel and lets go of them until it has started: by then one may be
another's, and the kernel ends at once. As a plugin (`pytest -p tests.sockets`) for whatever starts kernels itself, as nbval does."""

from __future__ import annotations

import tempfile
import uuid
from typing import Any

# Not in pytest's folders: the path of a socket may have some hundred characters.
_folder = tempfile.TemporaryDirectory(prefix="kernels-")


def over_files() -> dict[str, str]:
    """The arguments that a `KernelManager` needs for it."""
    return {"transport": "ipc", "connection_file": f"{_folder.name}/{uuid.uuid4().hex[:8]}.json"}


def pytest_configure() -> None:
    from jupyter_client.manager import KernelManager

    begin = KernelManager.__init__

    def begin_over_files(self: KernelManager, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **{**over_files(), **kwargs})

    KernelManager.__init__ = begin_over_files  # type: ignore[method-assign]

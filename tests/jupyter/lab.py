"""A running JupyterLab, and the kernels that it offers."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "objectsync_jupyter" / "labextension"
KERNELS = ("7.4", "7.3", "6.31")
"""The versions of ipykernel that behave differently. The first is that of this environment; the others have environments of their own
(`.venv-ipykernel-7.3`, …, or where OBJECTSYNC_IPYKERNEL_7_3 says)."""


def python_of(version: str) -> Path | None:
    """The interpreter of the environment with this ipykernel; None where there is none."""
    if version == KERNELS[0]:
        return Path(sys.executable)
    named = os.environ.get(f"OBJECTSYNC_IPYKERNEL_{version.replace('.', '_')}")
    python = Path(named) if named else ROOT / f".venv-ipykernel-{version}" / "bin" / "python"
    return python if python.exists() else None


class Lab:
    """A running JupyterLab with a directory of its own.

    With our `extension` in the page and (`prompt`) in the server, and `ipywidgets`' only where it is asked for. `settings` are more of the
    server's, in Python. With `installed`, the Python of an environment into which a user has installed us, nothing comes from here.
    """

    def __init__(
        self,
        folder: Path,
        app: str = "lab",
        *,
        extension: bool = True,
        prompt: bool = True,
        ipywidgets: bool = False,
        token: str = "",
        base: str = "",
        settings: str = "",
        installed: Path | None = None,
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        self.log = folder / "lab.log"
        self.token = token
        self.base = base.rstrip("/")
        # A kernel's sockets are files here: a port that Jupyter has chosen for one may be another connection's by the time the kernel has
        # started, which then ends at once. (The path of such a file may have some hundred characters.)
        self._runtime = Path(tempfile.mkdtemp(prefix="lab-"))
        data = folder / "data"
        if extension and installed is None:
            assert (EXTENSION / "package.json").exists(), "the extension is not built: cd js && npm run build"
            link = data / "labextensions" / "@objectsync" / "labextension"
            link.parent.mkdir(parents=True)
            link.symlink_to(EXTENSION)
        # Said either way: an installation of ours has enabled it for the whole environment.
        config = folder / "config" / "jupyter_server_config.d" / "objectsync_jupyter.json"
        config.parent.mkdir(parents=True)
        if installed is None:
            config.write_text(json.dumps({"ServerApp": {"jpserver_extensions": {"objectsync_jupyter": prompt}}}))
        if settings:
            (folder / "config" / "jupyter_server_config.py").write_text(settings)
        for version in KERNELS:
            python = python_of(version)
            if python is not None:
                spec = data / "kernels" / f"ipykernel-{version}" / "kernel.json"
                spec.parent.mkdir(parents=True)
                argv = [str(python), "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
                spec.write_text(json.dumps({"argv": argv, "display_name": f"ipykernel {version}", "language": "python"}))
        environment = {
            **os.environ,
            "JUPYTER_PATH": str(data),
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_CONFIG_PATH": str(folder / "config"),  # in a virtual environment its own comes before the user's
            "JUPYTER_DATA_DIR": str(folder / "own"),
            "JUPYTER_RUNTIME_DIR": str(self._runtime),
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONPATH": str(ROOT) if installed is None else "",
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        }
        overrides = folder / "config" / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir(parents=True)
        overrides.write_text(json.dumps({"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}))
        # ipywidgets' logs errors of its own with two pages on one kernel, and anywidget's one without ipywidgets';
        # an installed extension of ours would be found as well.
        others = dict.fromkeys(("@jupyter-widgets/jupyterlab-manager", "anywidget"), not ipywidgets)
        others["@objectsync/labextension"] = not extension
        # Nothing here needs to be built; asking costs each page that is opened a process of node.
        page_config = {"disabledExtensions": others, "buildCheck": False, "buildAvailable": False}
        (overrides.parent / "page_config.json").write_text(json.dumps(page_config))
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *((sys.executable, "-m", "jupyter", app) if installed is None else (str(installed), "-m", "jupyterlab")),
                    *("--no-browser", "--allow-root", "--expose-app-in-browser"),
                    # Where an environment sees another's JupyterLab, its pages are there.
                    *([] if installed is None else [f"--LabApp.app_dir={sys.prefix}/share/jupyter/lab"]),
                    *("--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0"),
                    "--KernelManager.transport=ipc",
                    *(
                        f"--IdentityProvider.token={token}",
                        "--ServerApp.password=",
                        "--ServerApp.disable_check_xsrf=True",
                        f"--ServerApp.root_dir={self.notebooks}",
                    ),
                ],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.base}"

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"JupyterLab did not answer within 60 s:\n{self.log.read_text()}")

    def write(self, name: str, *cells: str, kernel: str = "python3") -> None:
        """A notebook of code cells."""
        listed: list[dict[str, Any]] = [
            {"cell_type": "code", "id": f"c{index}", "metadata": {}, "execution_count": None, "outputs": [], "source": cell}
            for index, cell in enumerate(cells)
        ]
        metadata = {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}}
        content = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": listed}
        (self.notebooks / name).write_text(json.dumps(content))

    def until_told(self, name: str, step: str) -> str:
        """A cell that does a step ten times a second (`i` counts them), blocking its kernel, until `tell(name)`."""
        (self.notebooks / name).unlink(missing_ok=True)
        return f"import pathlib, time\ni = 0\nwhile not pathlib.Path({name!r}).exists():\n    {step}\n    i += 1\n    time.sleep(0.1)"

    def tell(self, name: str) -> None:
        """End what runs `until_told`."""
        (self.notebooks / name).touch()

    def kernels(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/api/kernels?token={self.token}", timeout=5) as answer:
            listed: list[dict[str, Any]] = json.load(answer)
        return listed

    def end_kernels(self) -> None:
        for kernel in self.kernels():
            request = urllib.request.Request(f"{self.url}/api/kernels/{kernel['id']}?token={self.token}", method="DELETE")
            with urllib.request.urlopen(request, timeout=20):
                pass

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self._runtime, ignore_errors=True)

"""A real kernel without a frontend: cells are run as JupyterLab runs them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.jupyter.lab import ROOT, python_of
from tests.sockets import over_files

PATIENCE = 60.0


class Kernel:
    """Runs cells, one after the other."""

    def __init__(self, client: Any, interrupt: Callable[[], None]) -> None:
        self.client = client
        self.interrupt = interrupt

    def run(self, code: str, cell: str | None = None, deleted: tuple[str, ...] = ()) -> list[Any]:
        """Run a cell to its end; returns the contents of what it put out."""
        return self.outputs(self.start(code, cell, deleted))

    def start(self, code: str, cell: str | None = None, deleted: tuple[str, ...] = ()) -> str:
        """Run a cell; returns its message's id."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message = self.client.session.msg("execute_request", content)
        message["metadata"] = {"deletedCells": list(deleted), **({} if cell is None else {"cellId": cell})}
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def outputs(self, id: str) -> list[Any]:
        """What came for a cell until it ended."""
        found: list[Any] = []
        while True:
            message = self.next()
            if message["parent_header"].get("msg_id") != id:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
            if message["msg_type"] in ("stream", "execute_result", "display_data", "error"):
                found.append({"type": message["msg_type"], **message["content"]})
        self.client.get_shell_msg(timeout=PATIENCE)
        return found

    def next(self) -> Any:
        """The next message of the broadcast."""
        return self.client.get_iopub_msg(timeout=PATIENCE)

    def value(self, expression: str) -> Any:
        """An expression's value, as JSON has it."""
        outputs = self.run(f"import json as _json; print(_json.dumps({expression}))")
        return json.loads("".join(output.get("text", "") for output in outputs) or repr(outputs))

    def until(self, expression: str, wanted: Any) -> None:
        """Wait until an expression has this value."""
        end = time.monotonic() + PATIENCE
        while (last := self.value(expression)) != wanted:
            assert time.monotonic() < end, f"{expression} is {last!r}, expected {wanted!r}"
            time.sleep(0.1)


@contextmanager
def kernel_of(version: str, folder: Path) -> Iterator[Kernel]:
    """A running kernel with this version of ipykernel, with the extension loaded."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    spec = folder / "kernels" / "k" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [str(python_of(version)), "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "k", "language": "python", "env": {"PYTHONPATH": str(ROOT)}}))
    manager = KernelManager(
        kernel_name="k",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False),
        **over_files(),
    )
    manager.start_kernel(cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        kernel = Kernel(client, manager.interrupt_kernel)
        assert kernel.run("%load_ext objectsync_jupyter\nimport objectsync\nfrom objectsync import Element") == []
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
        client.context.term()

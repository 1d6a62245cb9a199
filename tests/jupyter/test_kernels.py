"""A real kernel of each version, without a page: what it has to do whoever asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.lab import ROOT, python_of
from tests.sockets import over_files

jupyter_client = pytest.importorskip("jupyter_client")
START = 60
"""Seconds: a kernel that starts, on a busy machine."""

Start = Callable[[str], Any]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start(kernel)`: a client of a new kernel of this version, with the extension loaded."""
    from jupyter_client.kernelspec import KernelSpec

    running = []

    def started(kernel: str) -> Any:
        manager = jupyter_client.KernelManager(**over_files())
        argv = [
            str(python_of(kernel.removeprefix("ipykernel-"))),
            "-Xfrozen_modules=off",
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
        ]
        manager._kernel_spec = KernelSpec(argv=argv)
        manager.start_kernel(env={**os.environ, "PYTHONPATH": str(ROOT), "IPYTHONDIR": str(tmp_path)}, cwd=str(tmp_path))
        client = manager.client()
        running.append((manager, client))
        client.start_channels()
        client.wait_for_ready(timeout=START)
        run(client, "%load_ext objectsync_jupyter")
        return client

    yield started
    for manager, client in running:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def run(client: Any, code: str) -> list[dict[str, Any]]:
    """Run a cell; its outputs."""
    outputs: list[dict[str, Any]] = []
    reply = client.execute_interactive(code, timeout=START, output_hook=outputs.append)
    assert reply["content"]["status"] == "ok", reply["content"]
    return [output["content"] for output in outputs if output["msg_type"] in ("stream", "execute_result", "display_data")]


STRAND = """
import time, zmq
_kernel = get_ipython().kernel
def wait_for_a_request():
    # What a reply does when a request comes in at the same time: the socket says that there is one, to the wrong one.
    while not _kernel.shell_stream.socket.getsockopt(zmq.EVENTS) & zmq.POLLIN:
        time.sleep(0.01)
_kernel.shell_channel_thread.io_loop.add_callback(wait_for_a_request)
"""


@pytest.mark.jupyter
def test_a_request_that_arrives_as_a_reply_leaves_is_answered(start: Start, subshell_kernel: str) -> None:
    client = start(subshell_kernel)
    client.execute(STRAND)
    while client.get_iopub_msg(timeout=START)["content"].get("execution_state") != "idle":
        pass
    asked = client.comm_info()
    while client.get_shell_msg(timeout=10)["parent_header"]["msg_id"] != asked:
        pass

"""The kernel's own socket, without a Jupyter server: who may come in, and what is left behind."""

from __future__ import annotations

import gc
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

pytest.importorskip("jupyter_core")

from objectsync import Element, Server
from objectsync_jupyter.direct import DirectShell
from objectsync_jupyter.endpoint import NONCE_HEADER, PROOF_HEADER, Endpoint, endpoint_file, read_endpoint

HELLO = json.dumps({"type": "hello", "protocol": 2, "attempt": 1, "client": "test"})


@pytest.fixture
def connection_file(tmp_path: Path) -> Path:
    file = tmp_path / "kernel-1.json"
    file.write_text("{}")
    return file


@pytest.fixture
def shell(server: Server, connection_file: Path) -> Iterator[DirectShell]:
    shell = DirectShell(server, str(connection_file))
    yield shell
    shell.close()


def endpoint_of(connection_file: Path) -> Endpoint:
    endpoint = read_endpoint(endpoint_file(str(connection_file)))
    assert endpoint is not None
    return endpoint


def dial(endpoint: Endpoint, **headers: str) -> AbstractContextManager[ClientConnection]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"ws://127.0.0.1:{endpoint.port}/"
    return connect(url, subprotocols=[Subprotocol("objectsync.v2")], additional_headers=named, proxy=None, open_timeout=20)


def test_who_knows_the_secret_is_served_and_can_tell_that_it_is_this_kernel(
    server: Server, connection_file: Path, shell: DirectShell
) -> None:
    Element("b", text="here", server=server)
    endpoint = endpoint_of(connection_file)
    assert endpoint.epoch == server.epoch
    with dial(endpoint, **{NONCE_HEADER: "n", PROOF_HEADER: endpoint.prove("server", "n")}) as page:
        assert page.response is not None
        assert page.response.headers[PROOF_HEADER] == endpoint.prove("kernel", "n") != endpoint.prove("server", "n")
        page.send(HELLO)
        assert json.loads(page.recv(20))["type"] == "welcome"
        assert "here" in str(page.recv(20))
        assert shell.pages == 1


def test_nobody_else_is(connection_file: Path, shell: DirectShell) -> None:
    endpoint = endpoint_of(connection_file)
    proof = endpoint.prove("server", "n")
    for refused, status in (
        ({}, 401),
        ({NONCE_HEADER: "n", PROOF_HEADER: "wrong"}, 401),
        ({NONCE_HEADER: "other", PROOF_HEADER: proof}, 401),
        ({NONCE_HEADER: "n", PROOF_HEADER: endpoint.prove("kernel", "n")}, 401),
        ({NONCE_HEADER: "n", PROOF_HEADER: proof, "Origin": f"http://127.0.0.1:{endpoint.port}"}, 403),
        ({"Authorization": f"token {endpoint.secret}"}, 401),
    ):
        with pytest.raises(InvalidStatus) as caught, dial(endpoint, **refused):
            pass
        assert caught.value.response.status_code == status, refused
    with socket.create_connection(("127.0.0.1", endpoint.port), 20) as plain:
        plain.sendall(f"GET /?token={endpoint.secret} HTTP/1.1\r\nHost: 127.0.0.1:{endpoint.port}\r\n\r\n".encode())
        assert plain.recv(100).startswith(b"HTTP/1.1 401 ")  # there is no page, not even for who has the secret


def test_the_file_is_the_owners_and_goes_with_the_socket(server: Server, connection_file: Path) -> None:
    file = endpoint_file(str(connection_file))
    shell = DirectShell(server, str(connection_file))
    endpoint = endpoint_of(connection_file)
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]
    assert not list(connection_file.parent.glob("*1*.json"))[1:]  # `jupyter console --existing` takes whatever has the id in its name
    shell.close()
    shell.close()
    assert list(file.parent.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", endpoint.port), 20)


def test_a_folder_that_cannot_be_written_to_leaves_the_kernel_without_a_socket(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "objectsync").write_text("a file where the folder should be")
    before = listening()
    shell = DirectShell(server, str(tmp_path / "kernel-1.json"))
    assert shell.pages == 0
    assert "pages use comms" in caplog.text
    assert listening() == before
    shell.close()


def listening() -> int:
    """How many sockets of this process listen."""
    sockets = [each for each in gc.get_objects() if type(each) is socket.socket and each.fileno() >= 0]
    return sum(each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) for each in sockets)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_process_keeps_neither_the_port_open_nor_the_file_from_its_parent(connection_file: Path) -> None:
    program = """
import os, signal, sys, warnings
warnings.simplefilter("ignore")
from objectsync import Server
from objectsync_jupyter.direct import DirectShell
shell = DirectShell(Server(port=0), sys.argv[1])
child = os.fork()
if child == 0:
    sys.exit()  # runs what is to run at exit
os.waitpid(child, 0)
child = os.fork()
if child == 0:
    print(os.getpid(), flush=True)
    signal.pause()
sys.stdin.read()
os._exit(0)  # as if killed
"""
    command = [sys.executable, "-c", program, str(connection_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as kernel:
        assert kernel.stdout is not None
        assert kernel.stdin is not None
        child = int(kernel.stdout.readline())
        try:
            endpoint = endpoint_of(connection_file)
            with dial(endpoint, **{NONCE_HEADER: "n", PROOF_HEADER: endpoint.prove("server", "n")}):
                pass
            kernel.stdin.close()
            kernel.wait(20)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", endpoint.port), 20)
        finally:
            os.kill(child, 9)

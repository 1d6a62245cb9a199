"""Where a kernel's own socket is: what the kernel writes down for the Jupyter server of the same user, and how each proves itself.

Rules: the file is beside the kernel's connection file, readable by its owner only, and gone when the kernel is. It lies in a folder of its
own, since `jupyter console --existing` takes any file there with the kernel's id in its name. The secret in it never travels: both sides
prove that they know it, or whoever gets the port of a kernel that died could pose as that kernel.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from typing import Final, Literal

import msgspec
from jupyter_core.paths import secure_write

NONCE_HEADER: Final = "X-ObjectSync-Nonce"
PROOF_HEADER: Final = "X-ObjectSync-Proof"


class Endpoint(msgspec.Struct, frozen=True):
    """A kernel's socket on this machine, and which life of its server is behind it."""

    port: int
    secret: str
    epoch: str
    handover: str = ""
    """The name by which the kernel takes pages' sockets over (handover.py); empty where it does not."""

    def prove(self, who: Literal["server", "kernel"], nonce: str) -> str:
        """What shows the other side that this one has read the file."""
        return prove(self.secret, who, nonce)


def prove(secret: str, who: Literal["server", "kernel"], nonce: str) -> str:
    """Knowledge of the secret, without the secret."""
    return hmac.digest(secret.encode(), f"{who}:{nonce}".encode(), "sha256").hex()


def endpoint_file(connection_file: str) -> Path:
    """Where the kernel with this connection file says where its socket is."""
    path = Path(connection_file)
    return path.parent / "objectsync" / path.name


def write_endpoint(path: Path, endpoint: Endpoint) -> None:
    """Write it down, at once or not at all.

    Raises:
        OSError: the folder cannot be written to.
        RuntimeError: the file cannot be kept from others there.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    with secure_write(str(new), binary=True) as file:
        file.write(msgspec.json.encode(endpoint))
    new.replace(path)


def read_endpoint(path: Path) -> Endpoint | None:
    """What is written there; None where nothing (or nothing of ours) is."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Endpoint)
    except (OSError, msgspec.MsgspecError):
        return None

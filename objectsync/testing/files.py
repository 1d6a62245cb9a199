"""Files on a page of a test: given to an `Upload`, and taken from a `Download`, in pieces, as a browser does."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..client import ClientObject, MemoryClient
from ..controls.files import size_text
from .nodes import PageState, read

CHUNK = 256 * 1024
GivenFile = str | Path | Mapping[str, Any]
"""A path, or `{"name", "mimeType", "buffer"}`."""


def upload(client: MemoryClient, sobject: ClientObject, files: Iterable[GivenFile], state: PageState) -> None:
    """Choose these files in an `Upload`; one that is too big is not sent, and said so."""
    most = read(sobject, "max_size")
    for number, given in enumerate(files):
        if isinstance(given, Mapping):
            name, type, data = str(given["name"]), str(given.get("mimeType", "")), bytes(given["buffer"])
        else:
            name, type, data = Path(given).name, mimetypes.guess_type(given)[0] or "", Path(given).read_bytes()
        about = {"id": f"file {number}", "name": name, "type": type, "size": len(data)}
        if len(data) > most:
            state.complaints[sobject.id] = f"{name} is too big: at most {size_text(most)}."
            continue
        state.complaints.pop(sobject.id, None)
        for offset in range(0, max(1, len(data)), CHUNK):
            coming = sobject.call("upload", **about, offset=offset, data=data[offset : offset + CHUNK])
            client.flush()
            coming.result()


def download(client: MemoryClient, sobject: ClientObject, state: PageState) -> None:
    """Press a `Download`: what it gives is among the page's downloads."""
    data, total = b"", 1
    while len(data) < total:
        coming = sobject.call("content", offset=len(data))
        client.flush()
        answer = coming.result()
        total = answer["total"]
        data += bytes(answer["data"])
    state.downloads.append((read(sobject, "name"), data))


__all__ = ["GivenFile", "download", "upload"]

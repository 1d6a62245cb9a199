"""Files, up and down: in pieces, over the same connection as everything else, so that neither a size nor a proxy stands in the way.

Rules: a file's name is only ever a name, never a path. What is uploaded waits in memory, beyond a megabyte in a temporary file; an upload
that does not go on is given up when others come. A page sends the next piece when it has heard of the last one.
"""

from __future__ import annotations

import mimetypes
import tempfile
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import BoolTopic, IntTopic, ListTopic, StringTopic
from .base import Control, Field, Handler, Rule
from .buttons import BUTTON_STYLE
from .numbers import shown_number

CHUNK: Final = 256 * 1024
"""Bytes of one piece: well below what any transport takes."""
_IN_MEMORY = 1024 * 1024
_UNFINISHED = 16
_UNITS = ("B", "kB", "MB", "GB")


def plain_name(name: str, otherwise: str) -> str:
    """The last part of what may be a path."""
    last = name.replace("\\", "/").rpartition("/")[2].replace("\0", "")
    return otherwise if last in ("", ".", "..") else last


def size_text(size: int) -> str:
    """A number of bytes as people read it: as a page does (js/packages/controls/src/files.ts)."""
    power = min(len(_UNITS) - 1, (len(str(size)) - 1) // 3)
    return f"{shown_number(float(f'{size / 1000**power:.3g}'))} {_UNITS[power]}"


class UploadedFile:
    """A file that somebody has uploaded: its `name`, `type` (as the browser says) and `size` in bytes."""

    def __init__(self, name: str, type: str, size: int) -> None:
        self.name = plain_name(name, "file")
        self.type = type
        self.size = size
        self._received = 0
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # it lives as long as this object
        weakref.finalize(self, self._file.close)

    def read(self) -> bytes:
        """All of it."""
        self._file.seek(0)
        return self._file.read()

    def text(self, encoding: str = "utf-8") -> str:
        """All of it, as text."""
        return self.read().decode(encoding)

    def save(self, path: Path | str) -> None:
        """Write it to a path of yours.

        Raises:
            OSError: it cannot be written.
        """
        self._file.seek(0)
        with Path(path).open("wb") as target:
            while piece := self._file.read(CHUNK):
                target.write(piece)

    def _add(self, offset: int, data: bytes) -> int:
        if offset != self._received or offset + len(data) > self.size:
            raise ValueError(f"{self.name}: expected the bytes from {self._received} on")
        self._file.seek(offset)
        self._file.write(data)
        self._received += len(data)
        return self._received

    @property
    def _complete(self) -> bool:
        return self._received == self.size

    def __repr__(self) -> str:
        return f"UploadedFile({self.name!r}, {self.type!r}, {self.size} bytes)"


class Upload(Field, frontend_type="objectsync.upload"):
    """Takes files: `Upload("Photo", accept="image/*", on_upload=lambda file: file.save("photo.png"))`."""

    value = attribute(ListTopic, is_stateful=False, order_strict=True, writable=False)
    """What has come: `{"name", "type", "size"}` each; the files themselves are in `files`."""
    accept = attribute(StringTopic, "", writable=False)
    """Which files are offered, as HTML has it: "image/*", ".csv,.tsv"."""
    multiple = attribute(BoolTopic, False, writable=False)
    max_size = attribute(IntTopic, 100_000_000, writable=False)
    """Bytes of one file."""

    def build(
        self,
        label: str = "",
        on_upload: Handler | None = None,
        *,
        accept: str = "",
        multiple: bool = False,
        max_size: int = 100_000_000,
        validate: Rule | list[Rule] | tuple[Rule, ...] = (),
        help: str = "",
        name: str = "",
        required: bool = False,
        **look: Any,
    ) -> None:
        """Make it.

        Args:
            label: What it is called.
            on_upload: Called with each `UploadedFile` that has come.
            accept: Which files are offered: "image/*", ".csv,.tsv".
            multiple: Whether several may be chosen at once; otherwise a new one takes the place of the last.
            max_size: Bytes that one may have.
            validate: Rules (see `Field`).
            help: A hint, below it.
            name: What a form calls it.
            required: Whether a form wants something here.
            look: `disabled`, `hidden`, `tooltip`, `style`, `classes`.
        """
        settings: dict[str, Any] = {"accept": accept, "multiple": multiple, "max_size": max_size}
        self._set_up(None, None, validate, label=label, help=help, name=name, required=required, **settings, **look)
        if on_upload is not None:
            self.on_upload(on_upload)

    def init(self) -> None:
        super().init()
        self.files: list[UploadedFile] = []
        self._coming: dict[tuple[str, str], UploadedFile] = {}
        if not hasattr(self, "_on_upload"):
            self._on_upload: tuple[Handler, ...] = ()
        self.register_service("upload", self._upload, pass_sender=True, live=True)  # also while a cell runs

    def on_upload(self, handler: Callable[[UploadedFile], Any]) -> None:
        """Call `handler(file)` with each file that has come."""
        self._on_upload = (*getattr(self, "_on_upload", ()), handler)

    def _upload(self, sender: str, id: str, name: str, type: str, size: int, offset: int, data: bytes) -> Any:
        if self.disabled.value or size > self.max_size.value or size < 0 or len(data) > CHUNK:
            raise ValueError(f"this file is not taken (at most {self.max_size.value} bytes)")
        if offset == 0:
            while len(self._coming) >= _UNFINISHED:
                del self._coming[next(iter(self._coming))]
            self._coming[sender, id] = UploadedFile(name, type, size)
        file = self._coming.get((sender, id))
        if file is None:
            raise ValueError("this upload was given up; begin again")
        received = file._add(offset, data)
        if file._complete:
            del self._coming[sender, id]
            self._take(file)
        return received

    def _take(self, file: UploadedFile) -> None:
        self.files = [*self.files, file] if self.multiple.value else [file]
        self.value.set([{"name": each.name, "type": each.type, "size": each.size} for each in self.files])
        for handler in self._on_upload:
            self.server.handle_later(self, "upload", partial(handler, file))

    def shown(self) -> Markup:
        files = [markup("li", f"{each['name']} ({size_text(each['size'])})") for each in self.value.value]
        given = self._of_field(type="file", accept=self.accept.value, multiple=self.multiple.value)
        return self._field(markup("input", **given), markup("ul", *files, hidden=not files))

    def picture(self) -> Markup:
        names = ", ".join(each["name"] for each in self.value.value)
        return self._labelled(markup("input", type="file", disabled=True), markup("span", names) if names else None)


Content = bytes | str | Path


class Download(Control, frontend_type="objectsync.download"):
    """A button that saves a file where the person is: `Download("Save as CSV", lambda: table_as_text(), "table.csv")`."""

    name = attribute(StringTopic, "", writable=False)
    """What the file is called."""
    kind = attribute(StringTopic, "", writable=False)

    def build(
        self,
        label: str = "Download",
        content: Content | Callable[[], Content] = b"",
        name: str = "",
        *,
        type: str = "",
        kind: str = "",
        **look: Any,
    ) -> None:
        """Make it.

        Args:
            label: What stands on it.
            content: Bytes, a text, a file (a `Path`), or a function that gives one of these when the button is pressed.
            name: What the file is called; that of the `Path`, unless given.
            type: Its MIME type; by its name, unless given.
            kind: How it looks, as of a `Button`.
            look: `disabled`, `hidden`, `tooltip`, `style`, `classes`.
        """
        if not name and isinstance(content, Path):
            name = content.name
        self._look(label, **look, name=plain_name(name, "download"), kind=kind)
        self._content = content
        self._type = type

    def init(self) -> None:
        self._given: dict[str, bytes] = {}
        self.register_service("content", self._piece, pass_sender=True)

    def set_content(self, content: Content | Callable[[], Content]) -> None:
        """Give something else from now on."""
        self._content = content

    def _piece(self, sender: str, offset: int) -> dict[str, Any]:
        if self.disabled.value:
            raise ValueError("this cannot be downloaded now")
        if offset == 0:
            while len(self._given) >= _UNFINISHED:
                del self._given[next(iter(self._given))]
            self._given[sender] = _bytes_of(getattr(self, "_content", b""))
        data = self._given.get(sender, b"")
        piece = data[offset : offset + CHUNK]
        if offset + len(piece) >= len(data):
            self._given.pop(sender, None)
        kind = getattr(self, "_type", "") or mimetypes.guess_type(self.name.value)[0] or "application/octet-stream"
        return {"data": piece, "total": len(data), "type": kind}

    def shown(self) -> Markup:
        return self._outer("button", self._text, type="button", disabled=self.disabled.value)

    def picture(self) -> Markup:
        button = markup("button", self._text, type="button", disabled=True, style=BUTTON_STYLE)
        return self._box(button, style="display: inline-block")

    @property
    def _text(self) -> str:
        return f"⤓ {self.label.value}"


def _bytes_of(content: Any) -> bytes:
    if callable(content):
        content = content()
    if isinstance(content, Path):
        return content.read_bytes()
    return content.encode() if isinstance(content, str) else bytes(content)


__all__ = ["Download", "Upload", "UploadedFile"]

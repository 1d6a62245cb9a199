"""Pictures, sound and films: from bytes, a file, or an address that the page may ask for."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from .. import safety
from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import BoolTopic, BytesTopic, StringTopic
from .base import Control
from .rich import image_picture

Source = str | bytes | Path

_SIGNATURES = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "image/svg+xml"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"\x1aE\xdf\xa3", "video/webm"),
)


def mime_of(data: bytes, default: str) -> str:
    """What kind of data it is, by how it begins."""
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12], default)
    if data[4:8] == b"ftyp":
        return "image/avif" if data[8:12] == b"avif" else "video/mp4"
    return next((mime for start, mime in _SIGNATURES if data.startswith(start)), default)


def _check_url(value: str) -> None:
    reason = safety.refuse_url("img", value) if value else None
    if reason is not None:
        raise ValueError(reason)


class _Media(Control):
    url = attribute(StringTopic, "", validator=_check_url, writable=False)
    data = attribute(BytesTopic, is_stateful=False, order_strict=False, writable=False)
    """Its bytes; they travel as they are, never as base64."""
    mime = attribute(StringTopic, "", is_stateful=False, order_strict=False, writable=False)
    """What kind of data it is, such as "image/png"."""
    _default = "image/png"

    def show(self, source: Source, mime: str = "") -> None:  # type: ignore[override]  # not of a dialog
        """Show something else: bytes, a file (a `Path`), or an address (a `str`).

        Raises:
            OSError: the file cannot be read.
        """
        with self._os_tree.record():
            if isinstance(source, str):
                self.url.set(source)
                self.data.set(b"")
                return
            if isinstance(source, Path):
                mime = mime or mimetypes.guess_type(source.name)[0] or ""
                source = source.read_bytes()
            self.mime.set(mime or mime_of(source, self._default))
            self.data.set(source)
            self.url.set("")


class Image(_Media, frontend_type="objectsync.image"):
    """A picture: `Image(Path("cat.png"), alt="a cat")`; `image.show(png_bytes)` changes it."""

    alt = attribute(StringTopic, "", writable=False)
    """What is to be seen, for those who cannot."""

    def build(self, source: Source = "", alt: str = "", *, mime: str = "", **look: Any) -> None:
        """Make it.

        Args:
            source: Bytes, a file (a `Path`), or an address (a `str`).
            alt: What is to be seen, for those who cannot; "" for what only decorates.
            mime: What kind of bytes they are, where they do not tell.
            look: As of any control.
        """
        self._look(look.pop("label", None), **look, alt=alt)
        if source:
            self.show(source, mime)

    def shown(self) -> Markup:
        return self._outer("img", alt=self.alt.value)

    def picture(self) -> Markup:
        style = "max-width: 100%"
        if self.data.value:
            return self._box(image_picture(self.data.value, self.mime.value, self.alt.value))
        return self._box(markup("img", src=self.url.value or None, alt=self.alt.value, style=style))


class _Player(_Media):
    _tag: str
    autoplay = attribute(BoolTopic, False, writable=False)
    loop = attribute(BoolTopic, False, writable=False)

    def build(
        self, source: Source = "", label: str = "", *, mime: str = "", autoplay: bool = False, loop: bool = False, **look: Any
    ) -> None:
        """Make it.

        Args:
            source: Bytes, a file (a `Path`), or an address (a `str`).
            label: What it is called, for those who cannot see it.
            mime: What kind of bytes they are, where they do not tell.
            autoplay: Whether it begins by itself, where the browser lets it.
            loop: Whether it begins again at its end.
            look: As of any control.
        """
        self._look(label, **look, autoplay=autoplay, loop=loop)
        if source:
            self.show(source, mime)

    def shown(self) -> Markup:
        return self._outer(self._tag, aria_label=self.label.value or self._tag)

    def picture(self) -> Markup:
        return self._box(
            f"▶ {self.label.value or type(self).__name__}", style="border: 1px solid #8888; padding: 0.5em; border-radius: 0.4em"
        )


class Audio(_Player, frontend_type="objectsync.audio"):
    """Sound that can be played: `Audio(Path("bell.ogg"), "a bell")`; `play()` and `pause()`."""

    _default = "audio/mpeg"
    _tag = "audio"


class Video(_Player, frontend_type="objectsync.video"):
    """A film that can be played: `Video(Path("cat.mp4"), "a cat")`; `play()` and `pause()`."""

    _default = "video/mp4"
    _tag = "video"


__all__ = ["Audio", "Image", "Video"]

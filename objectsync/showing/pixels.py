"""Pictures from pixels: PIL images, and numpy arrays, which need nothing but zlib to become a PNG."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from .drawn import Drawn, How

_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""PNG's colour types by the number of channels: grey, grey and alpha, RGB, RGBA."""
_FAST = 1
"""Level of compression. The slower ones make live pictures slow, and few of them much smaller."""


def image(value: Any, _: How) -> Drawn | None:
    """A PIL image."""
    if not hasattr(value, "save") or not hasattr(value, "mode"):
        return None
    width, height = value.size
    if value.mode not in _PNG_MODES:
        value = value.convert("RGBA" if value.mode in ("La", "RGBa", "PA") else "RGB")
    png = io.BytesIO()
    value.save(png, "PNG", compress_level=_FAST)
    return Drawn("image/png", png.getvalue(), f"a picture of {width} × {height} pixels", width, height)


def array(value: Any, _: How) -> Drawn | None:
    """A numpy array of two dimensions (grey), or of three with 1 to 4 channels; others are shown as text.

    uint8 is taken as it is. Of other numbers, grey goes from the smallest to the largest, and what is not finite is seen through; channels
    go from 0 to 1 for floats, from 0 to 255 for integers.
    """
    shape: tuple[int, ...] = getattr(value, "shape", ())
    if len(shape) not in (2, 3) or 0 in shape or (len(shape) == 3 and shape[2] > 4) or value.dtype.kind not in "buif":
        return None
    height, width = int(shape[0]), int(shape[1])
    if value.dtype.kind == "b":
        bytes_ = value.astype("uint8") * 255
    elif value.dtype == "uint8":
        bytes_ = value
    elif len(shape) == 2 or shape[2] == 1:
        bytes_ = _grey(value.reshape(height, width))
    else:
        bytes_ = ((value * 255 if value.dtype.kind == "f" else value) + 0).clip(0, 255).round().astype("uint8")
    channels = bytes_.shape[2] if bytes_.ndim == 3 else 1
    alt = f"an array of {' × '.join(map(str, shape))} ({value.dtype})"
    return Drawn("image/png", png_of(bytes_.tobytes(), width, height, channels), alt, width, height, pixels=True)


def _grey(value: Any) -> Any:
    """Numbers as grey, from the smallest to the largest; with an alpha channel where some are not finite."""
    numbers = value.astype("float64")
    finite = abs(numbers) < float("inf")  # false for NaN too
    seen = numbers[finite]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    numbers[~finite] = low
    grey = ((numbers - low) * (255 / (high - low) if high > low else 0)).round().astype("uint8")
    if finite.all():
        return grey
    both = grey[:, :, None].repeat(2, axis=2)
    both[:, :, 1] = finite * 255
    return both


def png_of(pixels: bytes, width: int, height: int, channels: int) -> bytes:
    """A PNG of 8-bit pixels, row by row."""
    row = width * channels
    lines = b"".join(b"\0" + pixels[start : start + row] for start in range(0, row * height, row))
    header = struct.pack(">IIBBBBB", width, height, 8, _COLOUR_TYPES[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, _FAST)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


__all__ = ["array", "image", "png_of"]

"""Pictures from pixels: PIL images, and numpy arrays, which need nothing but zlib to become a PNG."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from typing import Any

from .drawn import Drawn, How

_PNG_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
_NUMBERS = frozenset({"F", "I"})
"""Modes of measured values rather than colours: shown as grey, as an array of them is."""
_COLOUR_TYPES = {1: 0, 2: 4, 3: 2, 4: 6}
"""PNG's colour types by the number of channels: grey, grey and alpha, RGB, RGBA."""
_FAST = 1
"""Level of compression. The slower ones make live pictures slow, and few of them much smaller."""


def image(value: Any, _: How) -> Drawn | None:
    """A PIL image."""
    if not hasattr(value, "save") or not hasattr(value, "mode"):
        return None
    width, height = value.size
    if not width or not height:
        return None
    if value.mode in _NUMBERS:
        # Converted, they would be cut off at 255: of an image of floats from 0 to 1, all would be black.
        low, high = value.getextrema()
        factor = 255 / (high - low) if high > low else 0
        value = value.convert("F").point(lambda number: number * factor - low * factor).convert("L")
    elif value.mode not in _PNG_MODES:
        value = value.convert("RGBA" if value.mode in ("La", "RGBa", "PA") else "RGB")
    png = io.BytesIO()
    value.save(png, "PNG", compress_level=_FAST)
    return Drawn("image/png", png.getvalue(), f"a picture of {width} × {height} pixels", width, height)


def array(value: Any, _: How) -> Drawn | None:
    """A numpy array of two dimensions (grey), or of three with 1 to 4 channels; others are shown as text.

    uint8 is taken as it is. Of other numbers, grey goes from the smallest to the largest; channels go from 0 to 1 for floats, from 0 to 255
    for integers. What is not finite, and what is masked, is seen through.
    """
    shape: tuple[int, ...] = getattr(value, "shape", ())
    if len(shape) not in (2, 3) or 0 in shape or (len(shape) == 3 and shape[2] > 4) or value.dtype.kind not in "buif":
        return None
    height, width = int(shape[0]), int(shape[1])
    plain = sys.modules["numpy"].asarray(value).reshape(height, width, -1)  # of a masked array, what is below its mask
    hidden = _hidden(plain, getattr(value, "mask", None))
    bytes_ = _bytes_of(plain, hidden)
    if hidden is not None and hidden.any():
        bytes_ = _with_alpha(bytes_, hidden.any(axis=2))
    alt = f"an array of {' × '.join(map(str, shape))} ({value.dtype})"
    return Drawn("image/png", png_of(bytes_.tobytes(), width, height, bytes_.shape[2]), alt, width, height, pixels=True)


def _hidden(plain: Any, mask: Any) -> Any:
    """What of the numbers is not to be seen; None where all is, as in every frame of a film."""
    hidden = None if mask is None else mask.reshape(plain.shape) if mask.shape else plain.astype(bool) & mask
    if plain.dtype.kind != "f":
        return hidden
    infinite = ~(abs(plain) < float("inf"))  # true for NaN too
    return infinite if hidden is None else hidden | infinite


def _bytes_of(plain: Any, hidden: Any) -> Any:
    """Numbers of any kind as uint8; those that are hidden as anything."""
    if plain.dtype.kind == "b":
        return plain.astype("uint8") * 255
    if plain.dtype == "uint8":
        return plain
    numbers = plain.astype("float64")
    if hidden is not None:
        numbers[hidden] = 0
    if plain.shape[2] > 1:
        return (numbers * 255 if plain.dtype.kind == "f" else numbers).clip(0, 255).round().astype("uint8")
    seen = numbers if hidden is None else numbers[~hidden]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    if high - low == float("inf"):
        numbers, low, high = numbers / 2, low / 2, high / 2
    return ((numbers - low) * (255 / (high - low) if high > low else 0)).clip(0, 255).round().astype("uint8")


def _with_alpha(bytes_: Any, hidden: Any) -> Any:
    """Pixels with a channel that says which are seen through."""
    channels = bytes_.shape[2]
    both = bytes_ if channels in (2, 4) else bytes_.repeat(2, axis=2) if channels == 1 else bytes_[:, :, [0, 1, 2, 0]]
    both = both.copy()
    seen = both[:, :, -1] if channels in (2, 4) else 255
    both[:, :, -1] = seen * ~hidden
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

"""Frames as most of them are: one holds a whole message. Those are written here, and read where they come alone; the rest is the library's.

Rules: what is not exactly that (parts, control frames, two at once, what breaks the rules) is left to the library as it is, and only where
it waits for a frame may one be kept from it. To hear a click after a pause, and to answer it, is mostly to fetch the code that does so: in
the library's ways 0.06 ms of 0.5 (benchmarks/dom, "select"). The few bytes before a message: RFC 6455, section 5.2.
"""

from __future__ import annotations

from struct import pack
from typing import Any

from websockets.protocol import Protocol, State
from websockets.streams import StreamReader

try:
    from websockets.speedups import apply_mask
except ImportError:  # where the library could not be compiled
    from websockets.utils import apply_mask

_TEXT = 0x81
_BINARY = 0x82
"""The first byte of a frame that is a whole message."""
_MASKED = 0x80
_KEY = 4
"""Bytes with which a client masks what follows."""
_AWAITS_A_FRAME = StreamReader.at_eof.__code__


def framed(data: bytes, binary: bool) -> bytes:
    """A message as a server writes it."""
    first, length = _BINARY if binary else _TEXT, len(data)
    if length < 126:
        return pack("!BB", first, length) + data
    return (pack("!BBH", first, 126, length) if length < 1 << 16 else pack("!BBQ", first, 127, length)) + data


def text_in(data: bytes, protocol: Protocol) -> str | None:
    """The text that a client has sent, if `data` is that, whole and alone, and no longer than it may be, nor than 64 KiB. What came before
    it has been read to its end (`is_between`)."""
    size = len(data)
    if size < 2 or data[0] != _TEXT or protocol.state is not State.OPEN:
        return None
    length, start = data[1] - _MASKED, 2
    if length == 126 and size >= 4:
        length, start = data[2] << 8 | data[3], 4
    elif not 0 <= length < 126:
        return None
    most = protocol.max_message_size
    if size != start + _KEY + length or (most is not None and length > most):
        return None
    start += _KEY
    try:
        return apply_mask(data[start:], data[start - _KEY : start]).decode()
    except UnicodeDecodeError:
        return None


def is_between(protocol: Protocol) -> bool:
    """Whether the library waits for the beginning of a frame, and of a message. (By the place at which its parser waits.)"""
    waits: Any = protocol.parser
    while (inner := getattr(waits, "gi_yieldfrom", None)) is not None:
        waits = inner
    return protocol.current_size is None and getattr(waits, "gi_code", None) is _AWAITS_A_FRAME


__all__ = ["framed", "is_between", "text_in"]

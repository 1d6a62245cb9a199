"""Frames: messages as bytes, with binary values as attachments (PROTOCOL.md, "Frames").

Bytes are not base64: the encoder replaces each `Buffer` by `{"$bytes": k}` and puts it behind the JSON. Dict keys that begin with `$`
get one more, so that no user's dict is mistaken for a placeholder; that costs a second pass only where such a key occurs.
"""

from __future__ import annotations

from typing import Any

import msgspec

from .errors import ProtocolError
from .protocol import Failure, Message
from .values import Buffer

_LENGTH_BYTES = 4


class Frame(msgspec.Struct, frozen=True, gc=False):
    """One encoded message: UTF-8 JSON, or (`binary`) JSON with buffers behind it."""

    data: bytes
    binary: bool = False


class Fragment(msgspec.Struct, frozen=True, gc=False):
    """A piece of JSON with the buffers that its placeholders number."""

    json: bytes
    buffers: tuple[bytes, ...] = ()

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.json) + sum(map(len, self.buffers)) if self.buffers else len(self.json)


_plain_encoder = msgspec.json.Encoder()


def encode(value: Any) -> Fragment:
    """Any checked value, change or message as JSON with attachments."""
    try:
        json = _plain_encoder.encode(value)
    except TypeError:
        return _encode_with_buffers(value)
    return _encode_with_buffers(value) if b'"$' in json else Fragment(json)


def _encode_with_buffers(value: Any) -> Fragment:
    buffers: list[bytes] = []

    def hook(item: Any) -> Any:
        if isinstance(item, bytes):
            buffers.append(item)
            return {"$bytes": len(buffers) - 1}
        raise TypeError(f"a {type(item).__name__} cannot be sent")

    encoder = msgspec.json.Encoder(enc_hook=hook)
    json = encoder.encode(value)
    if b'"$' in json and json.count(b'"$') > len(buffers):
        # Perhaps a user's key begins with `$` (or only some text does): encode again, with such keys escaped.
        buffers.clear()
        json = encoder.encode(_escape(msgspec.to_builtins(value, builtin_types=(bytes, Buffer), enc_hook=_keep)))
    return Fragment(json, tuple(buffers))


def _keep(value: Any) -> Any:
    return value


def frame(fragment: Fragment) -> Frame:
    """A whole message that was encoded with its buffers' lengths still missing."""
    if not fragment.buffers:
        return Frame(fragment.json)
    lengths = ",".join(str(len(buffer)) for buffer in fragment.buffers).encode()
    json = b'%b,"buffers":[%b]}' % (fragment.json[:-1], lengths)
    return Frame(b"".join((len(json).to_bytes(_LENGTH_BYTES, "big"), json, *fragment.buffers)), True)


def encode_message(message: Message) -> Frame:
    """One message as a frame."""
    return frame(encode(message))


def encode_transaction(seq: int, changes: Any, cseq: int | None = None, error: Failure | None = None) -> Fragment:
    """One transaction of an update; its `changes` may be encoded already. Without `changes` and `error` it is an acknowledgement."""
    head = b'{"seq":%d' % seq if cseq is None else b'{"seq":%d,"cseq":%d' % (seq, cseq)
    if error is not None:
        head += b',"error":%b' % _plain_encoder.encode(error)
    if changes is None:
        return Fragment(head + b"}")
    fragment = changes if type(changes) is Fragment else encode(changes)
    buffers = fragment.buffers
    tail = b',"buffers":%d}' % len(buffers) if buffers else b"}"
    return Fragment(b'%b,"changes":%b%b' % (head, fragment.json, tail), buffers)


def encode_action(cseq: int, base: int, changes: Any, gesture: int = 0) -> Frame:
    """A client's action, perhaps a part of a gesture."""
    fragment = encode(changes)
    part = b',"gesture":%d' % gesture if gesture else b""
    return frame(Fragment(b'{"type":"action","cseq":%d,"base":%d%b,"changes":%b}' % (cseq, base, part, fragment.json), fragment.buffers))


def encode_update(prev: int, seq: int, transactions: list[Fragment], hash: str) -> Frame:
    """An update of transactions that are encoded already."""
    pieces: list[bytes] = []
    buffers: list[bytes] = []
    for transaction in transactions:
        pieces.append(transaction.json)
        buffers.extend(transaction.buffers)
    json = b'{"type":"update","prev":%d,"seq":%d,"hash":"%b","transactions":[%b]}' % (prev, seq, hash.encode(), b",".join(pieces))
    return frame(Fragment(json, tuple(buffers))) if buffers else Frame(json)


def encode_snapshot(seq: int, page: int, pages: int, changes: Fragment) -> Frame:
    """One page of a snapshot."""
    json = b'{"type":"snapshot","seq":%d,"page":%d,"pages":%d,"changes":%b}' % (seq, page, pages, changes.json)
    return frame(Fragment(json, changes.buffers))


def split(data: bytes | str, binary: bool) -> tuple[bytes | str, bytes]:
    """A frame as its JSON and the bytes behind it.

    Raises:
        ProtocolError: it is cut short.
    """
    if not binary:
        return data, b""
    assert isinstance(data, bytes)
    end = _LENGTH_BYTES + int.from_bytes(data[:_LENGTH_BYTES], "big")
    if len(data) < end:
        raise ProtocolError(f"a binary frame of {len(data)} bytes cannot hold {end} bytes of JSON")
    return data[_LENGTH_BYTES:end], data[end:]


def cut_buffers(lengths: tuple[int, ...], rest: bytes) -> list[Buffer]:
    """The buffers behind the JSON.

    Raises:
        ProtocolError: the lengths do not add up to what is there.
    """
    if not lengths and not rest:
        return []
    if any(length < 0 for length in lengths) or sum(lengths) != len(rest):
        raise ProtocolError(f"buffers of {sum(lengths)} bytes were announced, {len(rest)} came")
    buffers: list[Buffer] = []
    at = 0
    for length in lengths:
        buffers.append(Buffer(rest[at : at + length]))
        at += length
    return buffers


def unescape(value: Any, buffers: list[Buffer]) -> Any:
    """A received value with its placeholders filled and its escaped keys restored.

    Raises:
        ProtocolError: a placeholder names no buffer.
    """
    kind = type(value)
    if kind is list:
        return [unescape(item, buffers) for item in value]
    if kind is tuple:  # of a `define`
        return tuple(unescape(item, buffers) for item in value)
    if kind is dict:
        if len(value) == 1 and "$bytes" in value:
            index = value["$bytes"]
            if type(index) is not int or not 0 <= index < len(buffers):
                raise ProtocolError(f"there is no buffer {index!r}")
            return buffers[index]
        return {key.removeprefix("$"): unescape(item, buffers) for key, item in value.items()}
    if isinstance(value, msgspec.Struct):
        fields = (unescape(getattr(value, name), buffers) for name in value.__struct_fields__)
        return type(value)(*fields)
    return value


def _escape(value: Any) -> Any:
    kind = type(value)
    if kind is list or kind is tuple:
        return [_escape(item) for item in value]
    if kind is dict:
        return {f"${key}" if key.startswith("$") else key: _escape(item) for key, item in value.items()}
    return value

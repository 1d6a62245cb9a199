"""What is read and written without the library is what it reads and writes; all else is left to it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from objectsync.transports.framing import framed, is_between, text_in
from objectsync.transports.socket import Message, Socket


def server(max_size: int = 1 << 20) -> ServerProtocol:
    """A connection that waits for a frame."""
    return ServerProtocol(state=State.OPEN, max_size=max_size)


def sent(data: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True, mask: bool = True) -> bytes:
    """A frame as a client writes it."""
    return Frame(opcode, data, fin=fin).serialize(mask=mask)


def heard(protocol: ServerProtocol, data: bytes) -> list[object]:
    """What the library makes of it."""
    protocol.receive_data(data)
    return [bytes(each.data) for each in protocol.events_received() if isinstance(each, Frame)]


lengths = st.sampled_from([0, 1, 125, 126, 127, 65_535])
texts = st.one_of(st.text(), lengths.map(lambda length: "x" * length))


@given(texts)
def test_a_text_that_comes_alone_is_read_as_the_library_reads_it(text: str) -> None:
    data = sent(text.encode())
    assert text_in(data, server()) == text
    assert heard(server(), data) == [text.encode()]


@given(st.one_of(st.binary(), lengths.map(bytes), st.just(bytes(65_536))), st.booleans())
def test_a_message_is_written_as_the_library_writes_it(data: bytes, binary: bool) -> None:
    assert framed(data, binary) == Frame(Opcode.BINARY if binary else Opcode.TEXT, data).serialize(mask=False)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(sent(b"click")[:1], id="one byte"),
        pytest.param(sent(b"click")[:-1], id="a part"),
        pytest.param(sent(b"x" * 200)[:3], id="a part of the length"),
        pytest.param(sent(b"click") + b"\x81", id="more than one"),
        pytest.param(sent(b"click") + sent(b"click"), id="two"),
        pytest.param(sent(b"x" * 65_536), id="a long one"),
        pytest.param(sent(b"cl", fin=False), id="the first of several"),
        pytest.param(sent(b"ick", Opcode.CONT), id="the last of several"),
        pytest.param(sent(b"click", Opcode.BINARY), id="bytes"),
        pytest.param(sent(b"", Opcode.PING), id="a ping"),
        pytest.param(sent(b"click", mask=False), id="not masked"),
        pytest.param(sent(b"\xff"), id="no UTF-8"),
        pytest.param(b"\xc1" + sent(b"click")[1:], id="a reserved bit"),
    ],
)
def test_all_else_is_left_to_the_library(data: bytes) -> None:
    assert text_in(data, server()) is None


def alone(data: bytes, protocol: ServerProtocol) -> str | None:
    """What is a message, whole and alone, wherever the library is."""
    return text_in(data, protocol) if is_between(protocol) else None


@given(st.text(min_size=1).map(str.encode), st.data())
def test_what_continues_a_frame_is_none_of_its_own_even_if_it_looks_like_one(inside: bytes, data: st.DataObject) -> None:
    """The mask makes it so: what is sent is chosen such that the second part of it is a whole frame."""
    looks = sent(inside)
    key = b"\0\0\0\0"  # masked by nothing
    length = bytes([0x80 | len(looks)]) if len(looks) < 126 else b"\xfe" + len(looks).to_bytes(2, "big")
    frame = b"\x81" + length + key + looks
    cut = len(frame) - len(looks)
    protocol = server()
    first = data.draw(st.integers(1, cut))
    for part in (frame[:first], frame[first:cut]):
        if part:
            assert alone(part, protocol) is None
            assert heard(protocol, part) == []
    assert alone(looks, protocol) is None
    assert heard(protocol, looks) == [looks]
    assert alone(looks, protocol) == inside.decode()


def test_after_whole_messages_a_part_that_looks_like_one_is_none() -> None:
    socket = Socket.__new__(Socket)  # to `hear` takes no event loop
    socket.protocol = server()
    taken: list[Message] = []
    socket.listen(taken.append)
    looks = sent(b"inside")
    begins = b"\x82" + bytes([0x80 | len(looks)]) + b"\0\0\0\0"  # bytes, masked by nothing
    for part in (sent(b"whole"), sent(b"another"), begins, looks, sent(b"and another")):
        assert socket.hear(part) is None
    assert taken == ["whole", "another", looks, "and another"]


def test_a_connection_that_ends_hears_no_more() -> None:
    protocol = server()
    protocol.send_close(CloseCode.NORMAL_CLOSURE)
    assert text_in(sent(b"text"), protocol) is None


async def test_it_is_seen_where_a_real_connection_waits() -> None:
    """Behind its handshake, which the same parser has read."""

    async def stay(connection: ServerConnection) -> None:
        waits.set_result(connection)
        await connection.wait_closed()

    waits: asyncio.Future[ServerConnection] = asyncio.get_running_loop().create_future()
    async with serve(stay, "127.0.0.1", 0) as listening, connect(f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}"):
        assert alone(sent(b"click"), (await waits).protocol) == "click"


def test_between_the_parts_of_a_message_nothing_is_a_message() -> None:
    protocol = server()
    heard(protocol, sent(b"cl", fin=False))
    assert alone(sent(b"text"), protocol) is None
    assert heard(protocol, sent(b"ick", Opcode.CONT)) == [b"ick"]
    assert alone(sent(b"text"), protocol) == "text"


def test_what_is_longer_than_may_be_is_refused_by_the_library() -> None:
    protocol = server(max_size=5)
    assert text_in(sent(b"click"), protocol) == "click"
    assert text_in(sent(b"clicks"), protocol) is None
    heard(protocol, sent(b"clicks"))
    assert protocol.close_sent is not None
    assert protocol.close_sent.code == CloseCode.MESSAGE_TOO_BIG

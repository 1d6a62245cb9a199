"""PROTOCOL.md shows every message, and every block in it is one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from objectsync import changes, protocol
from objectsync.errors import ProtocolError
from objectsync.frames import encode

TEXT = (Path(__file__).resolve().parent.parent / "PROTOCOL.md").read_text()
BLOCKS = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)


def tags(union: Any) -> set[str]:
    return {member.__struct_config__.tag for member in get_args(union)}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_is_a_message(block: str) -> None:
    tag = msgspec.json.decode(block)["type"]
    decoded = [
        decode(block)
        for decode, union in ((protocol.decode_client, protocol.ClientMessage), (protocol.decode_server, protocol.ServerMessage))
        if tag in tags(union)
    ]
    assert decoded
    for message in decoded:
        if isinstance(message, protocol.Action):
            assert protocol.decode_changes(message.changes)


def test_every_message_is_shown() -> None:
    shown = {msgspec.json.decode(block)["type"] for block in BLOCKS}
    assert shown == tags(protocol.ClientMessage) | tags(protocol.ServerMessage)


def test_every_change_is_shown() -> None:
    table = TEXT[TEXT.index("| change | meaning |") : TEXT.index("Topic types:")]
    assert set(re.findall(r'\["(\w+)"', table)) == tags(changes.AnyChange)


def test_what_is_encoded_is_what_is_shown() -> None:
    for block in BLOCKS:
        message = msgspec.json.decode(block)
        if message["type"] in tags(protocol.ServerMessage) and not isinstance(protocol.decode_server(block), protocol.Update):
            assert msgspec.json.decode(encode(protocol.decode_server(block)).json) == message


@pytest.mark.parametrize("block", BLOCKS)
def test_an_unknown_field_is_an_error(block: str) -> None:
    message = {**msgspec.json.decode(block), "surprise": 1}
    decode = protocol.decode_client if message["type"] in tags(protocol.ClientMessage) else protocol.decode_server
    with pytest.raises(ProtocolError, match="surprise"):
        decode(msgspec.json.encode(message))


def test_close_codes_are_the_ones_listed() -> None:
    from objectsync import closing

    listed = {(int(code), reason) for code, reason in re.findall(r"\| (4\d\d\d) \| `(\w+)`", TEXT)}
    ours = {value for name, value in vars(closing).items() if name.isupper() and type(value) is tuple}
    assert ours <= listed
    assert {code for code, _ in listed - ours} <= {4010, 4096, 4097, 4098}  # those of the Jupyter server, and of clients


def test_rejection_codes_are_the_ones_listed() -> None:
    from objectsync import errors

    section = TEXT[TEXT.index("Codes of a rejection") : TEXT.index("## Calls")]
    listed = set(re.findall(r"`(\w+)`", section))
    ours = {error.code for error in vars(errors).values() if isinstance(error, type) and issubclass(error, errors.LocalError)}
    assert ours <= listed

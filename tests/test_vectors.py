"""The golden vectors, which the TypeScript client reads too: what one side accepts, refuses and makes of it, the other does as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from objectsync import InvalidChangeError, ListTopic, LocalError, ProtocolError, SObject, StringTopic
from objectsync import attribute as declare
from objectsync.changes import AnyChange, Change, Creates, Define, DeleteText, InsertText, Rows, TopicChange
from objectsync.frames import cut_buffers, split
from objectsync.protocol import decode_changes, decode_client, decode_server
from objectsync.safety import (
    ATTRIBUTE_PATTERNS,
    ATTRIBUTES,
    EVENT_FIELDS,
    TARGET_FIELDS,
    URL_ATTRIBUTES,
    URL_SCHEMES,
    check_event_field,
    check_tag,
    refuse_attribute,
    refuse_style,
)
from objectsync.topics import TOPIC_TYPES
from objectsync.transform import transform_sequences
from objectsync.tree import Tree
from tests.clients import WireClient, make_hub
from tests.replica import Replica, change_text, same, state
from tests.test_transform import apply_text

VECTORS = Path(__file__).parent / "vectors"
CHANGES = json.loads((VECTORS / "changes.json").read_text(encoding="utf-8"))
TEXTS = json.loads((VECTORS / "text.json").read_text(encoding="utf-8"))
SAFETY = json.loads((VECTORS / "dom_safety.json").read_text(encoding="utf-8"))
MESSAGES = json.loads((VECTORS / "messages.json").read_text(encoding="utf-8"))


class Everything(SObject):
    s = declare(StringTopic, "abc")
    l = declare(ListTopic, [1])  # noqa: E741  # the vectors' name


def name_of(vector: Any) -> str:
    return str(vector.get("name") or vector.get("why") or vector.get("note") or vector.get("type"))


def define(tree: Tree, name: str, frontend_type: str, attributes: dict[str, Any]) -> None:
    """A class as a vector describes it."""
    members = {key: declare(TOPIC_TYPES[kind], default) for key, (kind, default) in attributes.items()}
    tree.register(type(name, (SObject,), {"frontend_type": frontend_type, "__module__": __name__, "__qualname__": name, **members}))


def take(tree: Tree, change: Change) -> None:
    """A change as it comes from the wire."""
    if isinstance(change, Define):
        define(tree, change.object, change.frontend_type, change.attributes)
    elif isinstance(change, Creates | Rows):
        for each in change.each():
            tree.apply(each)
    elif isinstance(change, TopicChange):
        topic = tree.get_object(change.object).get_attribute(change.name)
        tree.transactions.perform(topic, topic.check_change(change))
    elif change.object != "root" or type(change).__name__ != "Create":
        tree.apply(change)


def parse(changes: list[Any]) -> list[Change]:
    parsed: list[Change] = msgspec.convert(changes, list[AnyChange])
    return parsed


@pytest.mark.parametrize("vector", CHANGES, ids=name_of)
def test_changes_on_the_tree(vector: dict[str, Any]) -> None:
    tree = Tree()
    for name, (frontend_type, attributes) in vector["types"].items():
        define(tree, name, frontend_type, attributes)
    for change in parse(vector["before"]):
        take(tree, change)
    before = state(tree)
    tree.clear_history()
    with tree.record():
        for change in parse(vector["change"]):
            take(tree, change)
    assert same(state(tree), vector["after"]["root"])
    if vector["inverse_restores"]:
        assert tree.undo().conflicts == ()
        assert same(state(tree), before)
    replica = Replica()
    replica.follow(tree)
    assert same(replica.plain(), state(tree))


@pytest.mark.parametrize("vector", CHANGES, ids=name_of)
def test_changes_on_a_replica(vector: dict[str, Any]) -> None:
    replica = Replica()
    replica.types = {name: attributes for name, (_, attributes) in vector["types"].items()}
    for change in [*vector["before"], *vector["change"]]:
        replica.apply(change)
    assert same(replica.plain(), vector["after"]["root"])


def text_changes(edits: list[Any]) -> list[Change]:
    return [InsertText("1", "t", *rest) if kind == "insert" else DeleteText("1", "t", *rest) for kind, *rest in edits]


@pytest.mark.parametrize("vector", TEXTS, ids=name_of)
def test_texts(vector: dict[str, Any]) -> None:
    """`a` was there first; `b` was made without knowing of it."""
    before, a, b = vector["before"], text_changes(vector["a"]), text_changes(vector["b"])
    b_moved, a_moved = transform_sequences(b, a)
    assert apply_text(apply_text(before, a), b_moved) == vector["result"]
    assert apply_text(apply_text(before, b), a_moved) == vector["result"]


def test_a_text_position_inside_a_character_is_an_error() -> None:
    with pytest.raises(UnicodeDecodeError):
        change_text("insert_text", "😀", 1, "x")


class TestSafety:
    def test_the_lists_are_the_same(self) -> None:
        assert sorted([*ATTRIBUTES, *ATTRIBUTE_PATTERNS]) == sorted(SAFETY["allowed_attributes"])
        assert sorted(URL_ATTRIBUTES) == sorted(SAFETY["url_attributes"])
        assert sorted(URL_SCHEMES) == sorted(SAFETY["url_schemes"])
        assert sorted(EVENT_FIELDS) == SAFETY["event_fields"]
        assert sorted(TARGET_FIELDS) == SAFETY["event_target_fields"]

    @pytest.mark.parametrize("field", SAFETY["event_fields_denied"])
    def test_event_fields_that_may_not(self, field: str) -> None:
        with pytest.raises(InvalidChangeError):
            check_event_field(field)

    @pytest.mark.parametrize("tag", SAFETY["tags"]["allowed"])
    def test_tags_that_may(self, tag: str) -> None:
        assert check_tag(tag) == tag

    @pytest.mark.parametrize("tag", SAFETY["tags"]["denied"])
    def test_tags_that_may_not(self, tag: str) -> None:
        with pytest.raises(InvalidChangeError):
            check_tag(tag)

    @pytest.mark.parametrize(("tag", "name", "value"), SAFETY["attributes"]["allowed"])
    def test_attributes_that_may(self, tag: str, name: str, value: str) -> None:
        assert refuse_attribute(tag, name, value) is None

    @pytest.mark.parametrize(("tag", "name", "value"), SAFETY["attributes"]["denied"])
    def test_attributes_that_may_not(self, tag: str, name: str, value: str) -> None:
        assert refuse_attribute(tag, name, value) is not None

    @pytest.mark.parametrize(("name", "value"), SAFETY["styles"]["allowed"])
    def test_styles_that_may(self, name: str, value: str) -> None:
        assert refuse_style(name, value) is None

    @pytest.mark.parametrize(("name", "value"), SAFETY["styles"]["denied"])
    def test_styles_that_may_not(self, name: str, value: str) -> None:
        assert refuse_style(name, value) is not None


class TestMessages:
    @pytest.mark.parametrize("message", MESSAGES["client"], ids=name_of)
    def test_of_clients(self, message: Any) -> None:
        decoded = decode_client(json.dumps(message))
        assert decoded.__struct_config__.tag == message["type"]

    @pytest.mark.parametrize("message", MESSAGES["server"], ids=name_of)
    def test_of_the_server(self, message: Any) -> None:
        decoded = decode_server(json.dumps(message))
        assert decoded.__struct_config__.tag == message["type"]

    @pytest.mark.parametrize("vector", MESSAGES["invalid_client"], ids=name_of)
    def test_that_are_none(self, vector: Any) -> None:
        """Most do not parse; the others change nothing, and nothing breaks."""
        hub = make_hub()
        client = WireClient(hub)
        before = state(hub)
        try:
            decode_client(json.dumps(vector["message"]))
        except ProtocolError:
            return
        client.link.send(vector["message"])
        client.receive()
        assert state(hub) == before

    @pytest.mark.parametrize("vector", MESSAGES["invalid_changes"], ids=name_of)
    def test_changes_that_are_none(self, vector: Any) -> None:
        """Most do not parse; the others do not fit any object."""
        tree = Tree()
        tree.register(Everything)
        tree.create_object(Everything, id="1")
        before = state(tree)

        def accept() -> None:
            for change in decode_changes(msgspec.Raw(json.dumps([vector["change"]]).encode())):
                take(tree, change)

        with pytest.raises(LocalError):
            accept()
        assert state(tree) == before

    @pytest.mark.parametrize("vector", MESSAGES["frames"], ids=name_of)
    def test_frames_with_buffers(self, vector: Any) -> None:
        text, rest = split(bytes.fromhex(vector["frame_hex"]), binary=True)
        message = json.loads(text)
        assert message == vector["message"]
        assert [buffer.hex() for buffer in cut_buffers(tuple(message.get("buffers", ())), rest)] == vector["buffers_hex"]

    @pytest.mark.parametrize("vector", MESSAGES["invalid_frames"], ids=name_of)
    def test_frames_that_are_none(self, vector: Any) -> None:
        def read() -> None:
            text, rest = split(bytes.fromhex(vector["frame_hex"]), binary=True)
            message = decode_client(text)
            buffers = cut_buffers(tuple(getattr(message, "buffers", ())), rest)
            read_values(message, buffers)

        with pytest.raises((ProtocolError, InvalidChangeError)):
            read()


def read_values(message: Any, buffers: list[Any]) -> None:
    from objectsync.frames import unescape

    if hasattr(message, "args"):
        unescape(message.args, buffers)
    elif hasattr(message, "changes"):
        for change in decode_changes(message.changes):
            unescape(change, buffers)

"""What every transport promises, whatever carries its frames: one suite, run against each of them.

A transport's tests subclass `TransportContract` and say how to dial (`Dial`). Nothing here sleeps: an `End` waits for what is to come.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from objectsync import BytesTopic, IntTopic, SObject, StringTopic, attribute
from objectsync.changes import Set
from objectsync.frames import Frame, encode_action
from objectsync.hub import Hub
from objectsync.transports.memory import decode_frame
from objectsync.values import Buffer

WAIT = 20.0
"""Seconds that something which is to come may take; reached only when it does not come."""


class End(Protocol):
    """A client's end of a transport."""

    def send(self, data: bytes | str, binary: bool = False) -> None:
        """A frame for the server."""

    def receive(self) -> Frame:
        """The next frame of the server; waits for it."""

    def close(self) -> None:
        """Close cleanly."""

    def cut(self) -> None:
        """Break, without a word."""

    def closed(self) -> tuple[int, str]:
        """Wait until the server has closed it: with what code and reason."""


Dial = Callable[[], End]


class Page(SObject):
    """What the suite changes."""

    count = attribute(IntTopic, 0)
    text = attribute(StringTopic, "")
    data = attribute(BytesTopic, b"")


class Talk:
    """A client that says what it is told to, and reads what comes."""

    def __init__(self, end: End, **hello: Any) -> None:
        self.end = end
        self.cseq = 0
        self.frames = 0
        self.say({"type": "hello", "protocol": 2, "attempt": 1, "client": "contract", **hello})

    def say(self, message: dict[str, Any]) -> None:
        self.end.send(msgspec.json.encode(message).decode())

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of this kind; what else comes meanwhile is of no interest here."""
        while True:
            message = decode_frame(self.end.receive())
            self.frames += 1
            if message["type"] == kind:
                return message

    def greeted(self) -> dict[str, Any]:
        """The welcome; all of the snapshot has come too."""
        welcome = self.hear("welcome")
        while welcome["resume"] == "snapshot":
            page = self.hear("snapshot")
            if page["page"] == page["pages"] - 1:
                break
        return welcome


class TransportContract:
    """The suite. `hub` and `dial` are fixtures of the subclass's module."""

    def test_greets_with_the_whole_state(self, hub: Hub, dial: Dial) -> None:
        page = hub.create_object(Page, count=3)
        talk = Talk(dial())
        assert talk.hear("welcome")["resume"] == "snapshot"
        snapshot = talk.hear("snapshot")
        assert ["create", page.id, "Page", "root", -1, {"count": 3}] in snapshot["changes"]

    def test_brings_changes_in_order_from_any_thread(self, hub: Hub, dial: Dial) -> None:
        page = hub.create_object(Page)
        talk = Talk(dial())
        at = talk.greeted()["seq"]

        def count() -> None:
            for number in range(1, 201):
                page.count.set(number)

        worker = threading.Thread(target=count)
        worker.start()
        values: list[int] = []
        while not values or values[-1] != 200:
            update = talk.hear("update")
            assert update["prev"] == at
            at = update["seq"]
            values += [change[3] for transaction in update["transactions"] for change in transaction["changes"]]
            talk.say({"type": "ack", "seq": at, "frames": talk.frames})
        worker.join()
        assert values == sorted(values)

    def test_brings_actions_and_their_answers(self, hub: Hub, dial: Dial) -> None:
        page = hub.create_object(Page)
        talk = Talk(dial())
        base = talk.greeted()["seq"]
        for number in range(1, 21):
            talk.say({"type": "action", "cseq": number, "base": base, "changes": [["add", page.id, "count", 1]]})
        answered: list[int] = []
        while len(answered) < 20:
            answered += [transaction["cseq"] for transaction in talk.hear("update")["transactions"]]
        assert answered == list(range(1, 21))
        assert page.count.value == 20

    def test_carries_any_text(self, hub: Hub, dial: Dial) -> None:
        page = hub.create_object(Page)
        hub.register_service("echo", lambda text: text)
        text = 'ä漢😀 "quoted" \\ \n\t\x00 \u2028 ' + "x" * 70_000
        talk = Talk(dial())
        talk.greeted()
        page.text.set(text)
        assert talk.hear("update")["transactions"][0]["changes"] == [["set", page.id, "text", text]]
        talk.say({"type": "call", "id": 1, "service": "echo", "args": {"text": text}})
        assert talk.hear("result")["value"] == text

    def test_carries_bytes_both_ways(self, hub: Hub, dial: Dial) -> None:
        page = hub.create_object(Page)
        data = bytes(range(256)) * 1000
        talk = Talk(dial())
        base = talk.greeted()["seq"]
        frame = encode_action(1, base, [Set(page.id, "data", Buffer(data))])
        talk.end.send(frame.data, frame.binary)
        assert talk.hear("update")["transactions"][0]["cseq"] == 1
        assert page.data.value == data
        page.data.set(data[::-1])
        assert talk.hear("update")["transactions"][0]["changes"] == [["set", page.id, "data", data[::-1]]]

    def test_answers_a_ping(self, hub: Hub, dial: Dial) -> None:
        talk = Talk(dial())
        talk.greeted()
        talk.say({"type": "ping"})
        talk.hear("pong")

    def test_answers_nonsense_and_goes_on(self, hub: Hub, dial: Dial) -> None:
        talk = Talk(dial())
        talk.greeted()
        for nonsense in ("{", "[]", '{"type":"nothing"}'):
            talk.end.send(nonsense)
            assert talk.hear("error")["fatal"] is False
        talk.say({"type": "ping"})
        talk.hear("pong")

    def test_closes_on_who_does_not_say_hello(self, hub: Hub, dial: Dial) -> None:
        end = dial()
        end.send('{"type":"ping"}')
        assert end.closed() == (4100, "protocol_error")

    def test_closes_on_another_protocol_and_says_why(self, hub: Hub, dial: Dial) -> None:
        talk = Talk(dial(), protocol=1)
        assert "protocol 2" in talk.hear("error")["message"]
        assert talk.end.closed() == (4101, "unsupported_protocol")

    def test_a_clean_close_ends_the_session(self, hub: Hub, dial: Dial) -> None:
        talk = Talk(dial())
        talk.greeted()
        gone = threading.Event()
        hub.on_client_disconnect += lambda session: gone.set()
        talk.end.close()
        assert gone.wait(WAIT)
        assert hub.clients == []

    def test_a_broken_one_is_resumed_without_loss(self, hub: Hub, dial: Dial) -> None:
        page = hub.create_object(Page)
        talk = Talk(dial())
        welcome = talk.greeted()
        talk.end.cut()
        page.count.set(7)
        seen = {key: welcome[key] for key in ("session", "token", "epoch", "seq", "hash")}
        again = Talk(dial(), attempt=2, **seen)
        assert again.hear("welcome")["resume"] == "replay"
        assert again.hear("update")["transactions"][0]["changes"] == [["set", page.id, "count", 7]]
        assert hub.clients == [welcome["session"]]

    def test_the_newest_connection_takes_over(self, hub: Hub, dial: Dial) -> None:
        talk = Talk(dial())
        welcome = talk.greeted()
        seen = {key: welcome[key] for key in ("session", "token", "epoch", "seq", "hash")}
        again = Talk(dial(), attempt=2, **seen)
        again.greeted()
        assert talk.end.closed() == (4103, "taken_over")
        assert hub.clients == [welcome["session"]]

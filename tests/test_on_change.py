"""`topic.on_change`: handlers of changes, after the commit and outside the lock."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from objectsync import IntTopic, Server, SObject, attribute
from tests.clients import WireClient, make_hub


class Counter(SObject):
    count = attribute(IntTopic, 0)


def test_it_is_called_with_the_value_after_the_commit() -> None:
    hub = make_hub()
    counter = hub.create_object(Counter)
    seen: list[Any] = []

    def changed(value: int) -> None:
        seen.append((value, hub.transactions.open is None))

    end = counter.count.on_change(changed)
    counter.count.set(3)
    counter.count.set(3)
    end()
    counter.count.set(4)
    assert seen == [(3, True)]


def test_it_needs_no_argument() -> None:
    counter = make_hub().create_object(Counter)
    seen: list[None] = []
    counter.count.on_change(lambda: seen.append(None))
    counter.count.set(1)
    assert len(seen) == 1


def test_a_transaction_is_one_call_with_the_last_value() -> None:
    hub = make_hub()
    counter = hub.create_object(Counter)
    seen: list[int] = []
    counter.count.on_change(seen.append)
    with hub.record():
        counter.count.set(1)
        counter.count.set(2)
    assert seen == [2]


def test_what_is_rolled_back_is_not_told() -> None:
    hub = make_hub()
    counter = hub.create_object(Counter)
    seen: list[int] = []
    counter.count.on_change(seen.append)
    try:
        with hub.record():
            counter.count.set(1)
            raise RuntimeError
    except RuntimeError:
        pass
    assert (counter.count.value, seen) == (0, [])


def test_undo_and_clients_are_told_of_too() -> None:
    hub = make_hub()
    counter = hub.create_object(Counter)
    seen: list[int] = []
    counter.count.on_change(seen.append)
    WireClient(hub).act(["add", counter.id, "count", 5])
    hub.undo()
    assert seen == [5, 0]


def test_what_it_raises_undoes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    counter = make_hub().create_object(Counter)

    def fail(value: int) -> None:
        raise ValueError("broken")

    counter.count.on_change(fail)
    counter.count.set(1)
    assert counter.count.value == 1
    assert "a handler of Counter" in caplog.text


def test_a_slow_one_is_called_with_the_newest_value_and_not_for_all_between() -> None:
    server = Server(port=0)
    counter = server.create_object(Counter)
    began, go, done = threading.Event(), threading.Event(), threading.Event()
    seen: list[int] = []

    def slow(value: int) -> None:
        seen.append(value)
        began.set()
        go.wait(30)
        if value == 100:
            done.set()

    counter.count.on_change(slow)
    server.start()
    try:
        client = WireClient(server)
        client.act(["set", counter.id, "count", 1])
        assert began.wait(30)
        for value in range(2, 101):
            client.act(["set", counter.id, "count", value])
        go.set()
        assert done.wait(30)
        assert seen == [1, 100]
    finally:
        server.stop()


def test_only_what_can_be_called_is_taken() -> None:
    counter = make_hub().create_object(Counter)
    with pytest.raises(TypeError, match="callable"):
        counter.count.on_change("no")  # type: ignore[arg-type]  # the mistake that is tested

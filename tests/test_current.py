"""Constructors create in the current server."""

from __future__ import annotations

import threading

import pytest

import objectsync
from objectsync import Element, IntTopic, SObject, attribute, current
from tests.clients import make_hub


class Thing(SObject):
    n = attribute(IntTopic, 0)


def test_the_newest_server_is_the_current_one() -> None:
    make_hub()
    newest = make_hub()
    assert objectsync.current_server() is newest
    assert Thing(n=3) in newest.root.children


def test_a_server_can_be_chosen_for_a_while() -> None:
    chosen, newest = make_hub(), make_hub()
    with chosen.as_current():
        inside = Thing()
        with newest.as_current():
            pass
        again = Thing()
    assert chosen.root.children == [inside, again]
    assert newest.root.children == []


def test_a_parent_or_a_server_says_where() -> None:
    elsewhere = make_hub()
    make_hub()
    box = Element("div", server=elsewhere)
    child = Thing(parent=box)
    assert child.server is elsewhere
    assert box.children == [child]


def test_a_thread_sees_the_newest_server() -> None:
    newest = make_hub()
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(objectsync.current_server()))
    thread.start()
    thread.join()
    assert found == [newest]


def test_without_a_server_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "_newest", None)
    with pytest.raises(objectsync.LocalError, match=r"objectsync.Server\(port=8765\)"):
        Thing()


def test_children_given_to_an_element_move_there() -> None:
    hub = make_hub()
    inner = Element("b", server=hub, text="x")
    outer = Element("div", inner, "and text", server=hub)
    assert [child.text.value for child in outer.children if isinstance(child, Element)] == ["x", "and text"]
    assert hub.root.children == [outer]

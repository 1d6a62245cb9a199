"""Two people type into one text, far from the server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from objectsync import Element, Server, StringTopic, attribute
from tests.e2e.conftest import NewPage
from tests.e2e.delay import Delay
from tests.e2e.test_page import wait_until

LATENCY = 0.1
"""Seconds, each way."""


class SharedText(Element):
    """An element whose value is a text: edits are merged. (That of a plain element may be anything; the last one wins.)"""

    value = attribute(StringTopic, "")  # type: ignore[assignment]  # a text in place of any value


@pytest.fixture
def far(server: Server) -> Iterator[str]:
    """The address of the server, a tenth of a second away."""
    with Delay(server.port, LATENCY) as proxy:
        yield f"http://localhost:{proxy.port}/"


def put_caret(page: Page, at: int) -> None:
    page.locator("textarea").focus()
    page.evaluate("at => document.querySelector('textarea').setSelectionRange(at, at)", at)


def caret(page: Page) -> int:
    at: int = page.evaluate("document.querySelector('textarea').selectionEnd")
    return at


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def type_in_turns(first: Page, ours: str, second: Page, theirs: str) -> None:
    """Each types its next character while the other's last ones are on their way. (What keyboards have no key for is put in whole.)"""
    for one, other in zip(ours.split("|"), theirs.split("|"), strict=True):
        first.keyboard.insert_text(one) if not one.isascii() else first.keyboard.type(one)
        second.keyboard.insert_text(other) if not other.isascii() else second.keyboard.type(other)


def test_two_pages_typing_at_once_keep_every_letter_and_their_carets(far: str, open_page: NewPage, server: Server) -> None:
    area = SharedText("textarea", server=server, value="start|end")
    ada, bob = open_page(far), open_page(far)
    put_caret(ada, 6)
    put_caret(bob, 9)
    ours = "H|e|l|l|o| |😀|e\u0301|👩\u200d👩\u200d👧| |w|o|r|l|d|!"
    theirs = " |and| |here|,| |too|:| |中|ü|🎈| |b|o|b"
    type_in_turns(ada, ours, bob, theirs)
    text = f"start|{ours.replace('|', '')}end{theirs.replace('|', '')}"
    for page in (ada, bob):
        expect(page.locator("textarea")).to_have_value(text)
    assert area.value.value == text
    assert caret(ada) == utf16("start|" + ours.replace("|", ""))
    assert caret(bob) == utf16(text)


def test_two_pages_typing_at_the_same_place_keep_every_letter(far: str, open_page: NewPage, server: Server) -> None:
    area = SharedText("textarea", server=server, value="")
    ada, bob = open_page(far), open_page(far)
    put_caret(ada, 0)
    put_caret(bob, 0)
    type_in_turns(ada, "|".join("abcdefghij"), bob, "|".join("0123456789"))
    wait_until(ada, lambda: len(area.value.value) == 20)
    value = area.value.value
    for page in (ada, bob):
        expect(page.locator("textarea")).to_have_value(value)
    assert [letter for letter in value if letter.isalpha()] == list("abcdefghij")
    assert [letter for letter in value if letter.isdigit()] == list("0123456789")
    assert caret(ada) == value.index("j") + 1
    assert caret(bob) == value.index("9") + 1


def test_deleting_and_typing_into_what_is_deleted(far: str, open_page: NewPage, server: Server) -> None:
    area = SharedText("textarea", server=server, value="keep [remove this] keep")
    ada, bob = open_page(far), open_page(far)
    put_caret(bob, 12)
    ada.locator("textarea").focus()
    ada.evaluate("document.querySelector('textarea').setSelectionRange(5, 18)")
    bob.keyboard.type("new")
    ada.keyboard.press("Delete")
    wait_until(ada, lambda: area.value.value == "keep new keep")
    for page in (ada, bob):
        expect(page.locator("textarea")).to_have_value("keep new keep")
    assert caret(bob) == 8

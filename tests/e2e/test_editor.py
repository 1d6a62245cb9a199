"""CodeMirror 6, bound to a text, in two pages far from the server."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examples.editor import program
from objectsync import Server
from tests.e2e.conftest import NewPage
from tests.e2e.delay import Delay
from tests.e2e.test_page import wait_until
from tests.e2e.test_text import type_in_turns

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> Iterator[Server]:
    if not (program.FRONTENDS / "editor.js").exists():
        subprocess.run(["node", str(ROOT / "js/scripts/editor.mjs")], check=True)
    running = Server(port=0, frontends=program.FRONTENDS)
    running.start()
    yield running
    running.stop()


def shown(page: Page) -> str:
    text: str = page.evaluate("[...document.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n')")
    return text


def test_two_editors_keep_every_letter_and_their_selections(open_page: NewPage, server: Server) -> None:
    editor = program.build(server, "first 😀\nsecond\n")
    with Delay(server.port, 0.1) as proxy:
        url = f"http://localhost:{proxy.port}/"
        ada, bob = open_page(url, wait=".cm-content"), open_page(url, wait=".cm-content")
        ada.locator(".cm-line").nth(0).click()
        ada.keyboard.press("End")
        bob.locator(".cm-line").nth(1).click()
        bob.keyboard.press("End")
        type_in_turns(ada, " |o|n|e|é|!", bob, " |t|w|o|漢|?")
        text = "first 😀 oneé!\nsecond two漢?\n"
        for page in (ada, bob):
            wait_until(page, lambda page=page: shown(page) == text)
        assert editor.text.value == text
        # The carets are where they were: behind what each has typed.
        ada.keyboard.type("A")
        bob.keyboard.type("B")
        text = "first 😀 oneé!A\nsecond two漢?B\n"
        for page in (ada, bob):
            wait_until(page, lambda page=page: shown(page) == text)
        ada.keyboard.press("Control+z")
        wait_until(bob, lambda: "second two漢?B" in shown(bob) and "!A" not in shown(bob))
        editor.text.insert(0, "# ")
        expect(ada.locator(".cm-line").nth(0)).to_contain_text("# first")
        for page in (ada, bob):
            page.close()  # before the way to the server ends

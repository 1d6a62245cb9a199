"""The programs that the pages show, just as they stand there, in a browser. (The README's first is in test_page.py.)"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from objectsync import Server
from tests.e2e.conftest import NewPage
from tests.test_docs import ROOT, blocks, write_files

Serve = Callable[[Path, int], Server]


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """`serve(page, number)`: run the page's `number`-th program that serves, in the background and on a free port."""
    servers: list[Server] = []

    def start(page: Path, number: int) -> Server:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(Server, "run", Server.start)
        write_files(page, tmp_path)
        program = [block for block in blocks(page, "python") if block.serves][number]
        assert program.text.endswith("\nserver.run()\n")
        namespace: dict[str, Any] = {"__name__": "page"}
        exec(compile(program.text.replace("port=8765", "port=0"), str(page), "exec"), namespace)
        servers.append(namespace["server"])
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def test_the_readme_counter_counts(serve: Serve, open_page: NewPage) -> None:
    page = open_page(serve(ROOT / "README.md", 1).url)
    expect(page.locator("output")).to_have_text("3")
    page.get_by_role("button", name="one more").click()
    expect(page.locator("output")).to_have_text("4")
    page.keyboard.press("Control+z")
    expect(page.locator("output")).to_have_text("3")


def test_the_readme_frontend_shows_its_object(serve: Serve, open_page: NewPage) -> None:
    server = serve(ROOT / "README.md", 2)
    page, other = open_page(server.url), open_page(server.url)
    page.get_by_role("button", name="0 clicks").click()
    expect(page.locator("main").get_by_role("button")).to_have_text("1 clicks")
    expect(other.locator("main").get_by_role("button")).to_have_text("1 clicks")


def test_the_panel_of_the_frontends_page(serve: Serve, open_page: NewPage) -> None:
    page = open_page(serve(ROOT / "docs" / "frontends.md", 0).url)
    expect(page.locator(".panel > div > p")).to_have_text("Everything below the panel goes into its box.")
    expect(page.locator(".panel")).to_have_css("border-top-width", "1px")
    page.get_by_role("textbox").press_sequentially("new")
    page.get_by_role("button", name="shout").click()
    expect(page.get_by_role("textbox")).to_have_value(re.compile("NEW"))
    page.get_by_role("button", name="close").click()
    expect(page.locator(".panel")).to_have_count(0)

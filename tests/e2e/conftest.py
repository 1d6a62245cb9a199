"""A real Chromium. A page fails its test when it logs an error that was not expected, or asks for anything beyond this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from objectsync import Server

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"


def take_picture(page: Page, name: str) -> None:
    """Renew a picture of the documents, where that is asked for (`OBJECTSYNC_PICTURES=1 make e2e`): two runs differ by a pixel or two."""
    if os.environ.get("OBJECTSYNC_PICTURES"):
        page.screenshot(path=IMAGES / name)


NewPage = Callable[..., Page]
expect.set_options(timeout=30_000)  # what is waited for comes; how soon is for benchmarks/ to say


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium")
    assert executable, "the browser tests need chromium; `make chromium` installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield chromium
        chromium.close()


class Watch:
    """What a page did that it should not have done."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.expected: tuple[str, ...] = ()

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def on_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname
        if request.url.startswith(("http", "ws")) and host not in ("localhost", "127.0.0.1"):
            self.errors.append(f"a request to {request.url}")

    def unexpected(self) -> list[str]:
        return [error for error in self.errors if not any(text in error for text in self.expected)]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def open_page(browser: Browser, watch: Watch, server: Server) -> Iterator[NewPage]:
    """`open_page(url)`: a page in a browser profile of its own, closed before the server (which is why this asks for it)."""
    contexts = []

    def new_page(url: str, width: int = 900, height: int = 500, wait: str = "#objectsync-root > *") -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", watch.on_console)
        page.on("pageerror", lambda error: watch.errors.append(str(error)))
        page.on("request", watch.on_request)
        page.on("websocket", lambda socket: watch.errors.append(socket.url) if "://localhost" not in socket.url else None)
        page.goto(url)
        page.wait_for_selector(wait, state="attached")
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert watch.unexpected() == []

"""A page in Chromium on a bad network: no reload, no work lost or doubled, and the same elements as before."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from objectsync import Element, IntTopic, Limits, Server, SObject, attribute
from tests.e2e.conftest import NewPage, Watch
from tests.proxy import TcpProxy


class Desk(SObject):
    """Something to press, something to type, and something that Python changes."""

    presses = attribute(IntTopic, 0)

    def build(self) -> None:
        self.button = self.add_child(Element, "button", text="press")
        self.label = self.add_child(Element, "output", text="0")
        self.field = self.add_child(Element, "input", value="mine")
        self.news = self.add_child(Element, "p", text="old")

    def init(self) -> None:
        self.presses.on_set += lambda presses: self.label.text.set(str(presses))
        self.button.on("click", lambda: self.presses.add(1))


class ThreadedProxy:
    """A proxy on a thread of its own, for tests that do not await."""

    def __init__(self, port: int) -> None:
        self.proxy = TcpProxy(port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self.proxy.__aenter__())

    def _run(self, coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    def do(self, what: str) -> None:
        """`cut`, `stall`, `flow`: as the proxy names them."""

        async def act() -> None:
            getattr(self.proxy, what)()

        self._run(act())

    def close(self) -> None:
        self._run(self.proxy.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


@pytest.fixture
def proxy(server: Server) -> Iterator[ThreadedProxy]:
    threaded = ThreadedProxy(server.port)
    yield threaded
    threaded.close()


def work_in(page: Page) -> None:
    """Mark what must survive: the document, the element that has the focus, and what is typed."""
    page.evaluate("window.notReloaded = true")
    field = page.locator("main input")
    field.focus()
    field.evaluate("element => { element.theSame = true }")


def expect_undisturbed(page: Page, typed: str) -> None:
    assert page.evaluate("window.notReloaded")
    assert page.evaluate("document.activeElement.theSame"), "the field lost its focus, or is another element now"
    expect(page.locator("main input")).to_have_value(typed)


def test_a_cut_of_five_seconds(open_page: NewPage, server: Server, proxy: ThreadedProxy, watch: Watch) -> None:
    watch.expected = ("WebSocket connection", "net::ERR")
    desk = server.create_object(Desk)
    page = open_page(f"http://localhost:{proxy.proxy.port}/")
    work_in(page)
    page.locator("main button").click()
    expect(page.locator("main output")).to_have_text("1")
    page.locator("main input").focus()
    proxy.proxy.up = False
    proxy.do("cut")
    expect(page.locator("#objectsync-status")).to_contain_text("Offline")
    page.locator("main button").evaluate("button => { button.click(); button.click() }")
    page.keyboard.press("End")
    page.keyboard.type(" and more")
    desk.news.text.set("meanwhile")
    page.wait_for_timeout(5_000)  # the promise is about this time
    assert desk.presses.value == 1
    proxy.proxy.up = True
    expect(page.locator("main output")).to_have_text("3", timeout=20_000)
    expect(page.locator("main p", has_text="meanwhile")).to_be_visible()
    expect_undisturbed(page, "mine and more")
    assert desk.presses.value == 3


def test_a_cut_that_outlasts_the_session(open_page: NewPage, watch: Watch) -> None:
    """Three minutes in a tunnel: the server says that this client has gone, and it comes back with its work all the same."""
    watch.expected = ("WebSocket connection", "net::ERR")
    gone = threading.Event()
    server = Server(port=0, limits=Limits(resume_seconds=1)).start()
    server.on_client_disconnect += lambda session: gone.set()
    desk = server.create_object(Desk)
    tunnel = ThreadedProxy(server.port)
    try:
        page = open_page(f"http://localhost:{tunnel.proxy.port}/")
        work_in(page)
        tunnel.proxy.up = False
        tunnel.do("cut")
        expect(page.locator("#objectsync-status")).to_contain_text("Offline")
        page.locator("main button").evaluate("button => { button.click(); button.click() }")
        page.keyboard.press("End")
        page.keyboard.type(" and more")
        desk.news.text.set("meanwhile")
        assert gone.wait(30)
        tunnel.proxy.up = True
        expect(page.locator("main output")).to_have_text("2")
        expect(page.locator("main p", has_text="meanwhile")).to_be_visible()
        expect_undisturbed(page, "mine and more")
        assert desk.presses.value == 2
    finally:
        tunnel.close()
        server.stop()


def test_a_half_open_connection_is_found_when_the_page_is_looked_at(
    open_page: NewPage, server: Server, proxy: ThreadedProxy, watch: Watch
) -> None:
    watch.expected = ("WebSocket connection", "net::ERR")
    desk = server.create_object(Desk)
    page = open_page(f"http://localhost:{proxy.proxy.port}/")
    work_in(page)
    proxy.do("stall")
    page.locator("main button").evaluate("button => button.click()")
    desk.news.text.set("meanwhile")
    page.evaluate("dispatchEvent(new Event('online'))")  # as a machine that wakes says
    expect(page.locator("main p", has_text="meanwhile")).to_be_visible(timeout=10_000)
    expect(page.locator("main output")).to_have_text("1")
    expect_undisturbed(page, "mine")
    assert desk.presses.value == 1


def test_a_server_that_restarts(open_page: NewPage, watch: Watch) -> None:
    """What can be done on the new server is done there once, what cannot is said, and only what differs is shown anew."""
    watch.expected = ("WebSocket connection", "net::ERR")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    first = Server(port=port).start()
    first.create_object(Desk)
    doomed = Element("button", server=first, text="doomed")
    doomed.on("click", lambda: None)
    page = open_page(f"http://localhost:{port}/")
    work_in(page)
    first.stop()
    expect(page.locator("#objectsync-status")).to_contain_text("Offline")
    page.locator("main button", has_text="press").evaluate("button => button.click()")
    page.locator("main button", has_text="doomed").evaluate("button => button.click()")
    second = Server(port=port)
    desk = second.create_object(Desk)
    desk.news.text.set("new")
    second.start()
    try:
        expect(page.locator("main p", has_text="new")).to_be_visible(timeout=20_000)
        expect(page.locator("main output")).to_have_text("1")
        expect(page.locator("#objectsync-toasts")).to_contain_text("Not done")
        expect(page.locator("main button", has_text="doomed")).to_have_count(0)
        expect_undisturbed(page, "mine")
        assert desk.presses.value == 1
    finally:
        second.stop()

"""A client in a browser finds out that it is wrong, and repairs it."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from objectsync import Element, Server
from tests.e2e.conftest import NewPage, Watch
from tests.e2e.test_page import wait_until

MISHEARING = """async () => {
    const { Client, webSocket } = await import('/objectsync.js')
    const connect = webSocket(`ws://${location.host}/ws`)
    let hearsWrong = true
    const received = (text) => {
        if (!hearsWrong || !text.includes('right')) return text
        hearsWrong = false
        return text.replace('right', 'wrong')
    }
    globalThis.client = new Client({
        connect: (handlers) => connect({ ...handlers, received: (frame) => handlers.received({ ...frame, text: received(frame.text) }) }),
    })
    await new Promise((resolve) => client.onStatus(({ state }) => state === 'live' && resolve()))
}"""
"""A client that hears something wrong, once."""


def test_what_compares_is_fetched_for_the_first_look_and_again_when_that_failed(open_page: NewPage, server: Server, watch: Watch) -> None:
    watch.expected = ("net::ERR_FAILED", "out of step")
    line = Element("p", server=server, text="as it was")
    page = open_page(server.url)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(urlsplit(request.url).path))
    page.evaluate(MISHEARING)

    def shown() -> object:
        return page.evaluate("(id) => client.object(id).read('text')", line.id)

    line.text.set("right")
    wait_until(page, lambda: shown() == "wrong")
    expect(page.get_by_text("right")).to_be_visible()
    assert "/comparison.js" not in fetched

    page.route("**/comparison.js", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.evaluate("client.verify()")
    page.unroute("**/comparison.js")
    page.evaluate("client.verify()")
    wait_until(page, lambda: shown() == "right")
    assert page.evaluate("client.repairs") == 1
    assert fetched.count("/comparison.js") == 2

"""One page of one program, measured in Chromium, by the page's own clock: one of 5 us, which pages have that are isolated from others' (in
all others it tells tenths of a millisecond, of which some operations here take ten).

From the click to the last change of the document, and on to the frame that shows it. What is between the two (style, layout, paint) is the
browser's, and the same for everyone.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, Route, WebSocket

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {"ours": "benchmarks.dom.ours", "bare": "benchmarks.dom.bare", "nicegui": "benchmarks.dom.nicegui_page"}

_LAST = "body.lastElementChild.childElementCount === 4"
_FIRST_OF = "body.children[%d].firstElementChild.textContent"

DONE = {
    "create10": f"body.childElementCount === 10 && {_LAST} && changed(body.lastElementChild)",
    "create1000": f"body.childElementCount === 1000 && {_LAST} && changed(body.lastElementChild)",
    "create10000": f"body.childElementCount === 10000 && {_LAST} && changed(body.lastElementChild)",
    "append1000": f"body.childElementCount === before.rows + 1000 && {_LAST}",
    "update": "body.children[990].children[1].textContent !== before.label",
    "swap": f"{_FIRST_OF % 1} === before.last && {_FIRST_OF % 998} === before.second",
    "select": "document.querySelectorAll('tr.danger').length === 1 && document.querySelector('tr.danger') !== before.chosen",
    "remove": "body.childElementCount === before.rows - 1",
    "clear": "body.childElementCount === 0",
    "count": "document.querySelector('.counter').textContent !== before.counter",
}
"""When each operation is in the document."""

OPERATE = """() => new Promise((resolve, reject) => {
    const table = document.querySelector('table')
    const current = () => document.querySelector('tbody')
    const cell = (row, index) => current().children[row]?.children[index]?.textContent
    const before = {
        rows: current().childElementCount, label: cell(990, 1), second: cell(1, 0), last: cell(998, 0),
        chosen: document.querySelector('tr.danger'), counter: document.querySelector('.counter').textContent,
        end: current().lastElementChild?.firstElementChild?.textContent,
    }
    const changed = (row) => row.firstElementChild.textContent !== before.end && row.textContent.endsWith('x')
    const late = setTimeout(() => { observer.disconnect(); reject(new Error('NAME is not done after 120 s')) }, 120000)
    const observer = new MutationObserver(() => {
        const body = current()
        if (!(DONE)) return
        observer.disconnect()
        clearTimeout(late)
        const inDocument = performance.now() - start
        const drawn = new MessageChannel()
        drawn.port1.onmessage = () => resolve([inDocument, performance.now() - start])
        requestAnimationFrame(() => drawn.port2.postMessage(null))
    })
    observer.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true })
    const start = performance.now()
    document.querySelector('.op-NAME').click()
})"""

FLOOD = """(last) => new Promise((resolve, reject) => {
    const label = document.querySelector('.flooded'), counter = document.querySelector('.counter')
    const clicks = []
    let over = false
    const start = performance.now()
    const click = () => {
        if (over) return
        const before = counter.textContent, at = performance.now()
        const seen = new MutationObserver(() => {
            if (counter.textContent === before) return
            seen.disconnect()
            clicks.push(performance.now() - at)
            setTimeout(click, 20)
        })
        seen.observe(counter, { childList: true, subtree: true, characterData: true })
        document.querySelector('.op-count').click()
    }
    const late = setTimeout(() => { over = true; resolve({ seconds: null, shown: label.textContent, clicks }) }, 120000)
    const observer = new MutationObserver(() => {
        if (label.textContent !== last) return
        observer.disconnect()
        clearTimeout(late)
        over = true
        resolve({ seconds: (performance.now() - start) / 1000, shown: last, clicks })
    })
    observer.observe(label, { childList: true, subtree: true, characterData: true })
    document.querySelector('.op-flood').click()
    setTimeout(click, 50)
})"""


class Waited(NamedTuple):
    """What one operation took."""

    document: float
    """Milliseconds from the click to the last change of the document."""
    frame: float
    """Milliseconds from the click until the frame was drawn that shows it."""


@dataclass
class Flood:
    """50,000 updates of one label: how long until the last is shown (None: never), and how long clicks took meanwhile."""

    seconds: float | None
    shown: str
    clicks: list[float]
    reloads: int

    @property
    def click(self) -> float | None:
        """Milliseconds, the median; None where no click was answered."""
        return statistics.median(self.clicks) if self.clicks else None


class Subject:
    """One program's page."""

    def __init__(self, page: Page, process: subprocess.Popen[bytes]) -> None:
        self.page = page
        self.process = process
        self.received: list[int] = []
        """The bytes of each message that came."""
        self.loads = 0
        page.on("websocket", self._watch)
        page.on("load", lambda _: setattr(self, "loads", self.loads + 1))

    def _watch(self, opened: WebSocket) -> None:
        def count(payload: str | bytes) -> None:
            self.received.append(len(payload))

        opened.on("framereceived", count)

    def operate(self, name: str) -> Waited:
        """Click, and wait until it is shown."""
        return Waited(*self.page.evaluate(OPERATE.replace("NAME", name).replace("DONE", DONE[name])))

    def messages_of(self, name: str) -> list[int]:
        """The bytes of each message that an operation brings down the wire."""
        self.settle()
        before = len(self.received)
        self.operate(name)
        self.settle()
        return self.received[before:]

    def settle(self) -> None:
        """Let acknowledgements, frames and garbage of what was before pass: a pause between measurements, in none of them."""
        self.page.wait_for_timeout(150)

    def flood(self, last: str) -> Flood:
        loads = self.loads
        result = self.page.evaluate(FLOOD, last)
        return Flood(result["seconds"], result["shown"], result["clicks"], self.loads - loads)

    def resident(self) -> int:
        """Bytes of memory that the server's process holds, when they have not become fewer for three seconds."""
        least, since = self._resident(), time.monotonic()
        while time.monotonic() - since < 3:
            self.page.wait_for_timeout(250)
            now = self._resident()
            if now < least:
                least, since = now, time.monotonic()
        return least

    def _resident(self) -> int:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * 4096


def _isolate(route: Route) -> None:
    answer = route.fetch()
    isolated = {"cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp"}
    route.fulfill(response=answer, headers={**answer.headers, **isolated})


@contextmanager
def subject(browser: Browser, name: str) -> Iterator[Subject]:
    """Start a program, open its page, and end both."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", PROGRAMS[name], str(port)], cwd=ROOT, stdout=subprocess.DEVNULL)
    context = browser.new_context()
    try:
        _wait_for(f"http://localhost:{port}/", process)
        page = context.new_page()
        page.set_default_timeout(180_000)
        watched = Subject(page, process)
        page.route(f"http://localhost:{port}/", _isolate)
        page.goto(f"http://localhost:{port}/")
        page.unroute_all()
        assert page.evaluate("crossOriginIsolated"), "the page's clock is not the fine one"
        page.wait_for_selector(".op-flood")
        page.wait_for_selector("tbody", state="attached")
        watched.settle()
        watched.loads = 0
        yield watched
    finally:
        context.close()
        process.terminate()
        process.wait(15)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise SystemExit(f"{' '.join(map(str, process.args))} ended")  # type: ignore[arg-type]  # it was started with a list
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} did not answer within 60 s")

"""What a person sees in a browser, live."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from examples import demo
from objectsync import Element, IntTopic, Limits, ListTopic, Server, SObject, StringTopic, attribute
from tests.e2e.conftest import NewPage, Watch, take_picture

ROOT = Path(__file__).resolve().parents[2]


class Chart(SObject):
    """Has no frontend anywhere."""

    frontend_type = "chart"
    title = attribute(StringTopic, "Sales")
    points = attribute(ListTopic, [1, 2, 3])


class Counter(SObject):
    frontend_type = "counter"
    count = attribute(IntTopic, 0)


def readme_program() -> str:
    """The README's first program for a script, as it stands there."""
    blocks: list[str] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return next(block for block in blocks if "objectsync.Server(" in block)


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_the_readme_program_shows_its_result(open_page: NewPage, tmp_path: Path, watch: Watch) -> None:
    watch.expected = ("WebSocket",)  # the program ends before its page
    program = readme_program()
    assert port_is_free(8765), "port 8765 is taken, and this test runs the README's program just as it stands"
    script = tmp_path / "readme.py"
    script.write_text(program)
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "objectsync serves http://localhost:8765/ (Ctrl-C stops it)\n"
        page = open_page("http://localhost:8765/", height=160)
        box = page.get_by_text("Hello ObjectSync!")
        expect(box).to_be_visible()
        expect(box).to_have_css("font-size", "30px")
        expect(box).to_have_css("border", "5px solid rgb(0, 0, 0)")
        expect(box).to_have_css("background-color", "rgb(255, 255, 0)")
        take_picture(page, "hello.png")
    finally:
        process.terminate()
        process.communicate(timeout=5)
    assert process.returncode == 0


def test_the_demo(open_page: NewPage, server: Server) -> None:
    demo.build(server)
    page = open_page(server.url, width=960, height=720)
    page.get_by_role("button", name="one more").click()
    page.get_by_role("button", name="one more").click()
    expect(page.locator("output")).to_have_text("2")
    page.get_by_role("textbox", name="new item").fill("write the tests")
    page.get_by_role("textbox", name="new item").press("Enter")
    expect(page.get_by_role("listitem")).to_contain_text("write the tests")
    expect(page.get_by_role("textbox", name="new item")).to_have_value("")
    take_picture(page, "demo.png")
    page.get_by_role("button", name="write the tests is done").click()
    expect(page.get_by_role("listitem")).to_have_count(0)
    page.get_by_role("button", name="undo").click()
    expect(page.get_by_role("listitem")).to_contain_text("write the tests")


def test_a_bright_box_can_be_read_at_night(open_page: NewPage, server: Server) -> None:
    Element("p", server=server, text="on yellow", style={"background-color": "yellow"})
    Element("p", server=server, text="chosen", style={"background-color": "black", "color": "rgb(9, 9, 9)"})
    page = open_page(server.url)
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_text("on yellow")).to_have_css("color", "rgb(27, 30, 36)")
    expect(page.get_by_text("chosen")).to_have_css("color", "rgb(9, 9, 9)")
    expect(page.locator("html")).to_have_css("color", "rgb(231, 233, 238)")


@pytest.mark.parametrize("width", [320, 1200])
def test_the_demo_fits(open_page: NewPage, server: Server, width: int) -> None:
    demo.build(server)
    page = open_page(server.url, width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


class TestLive:
    def test_python_changes_what_people_see(self, open_page: NewPage, server: Server) -> None:
        label = Element("p", server=server, text="before")
        page = open_page(server.url)
        label.text.set("after")
        label.style["color"] = "rgb(1, 2, 3)"
        label.classes.append("big")
        label.attrs["title"] = "a tip"
        shown = page.get_by_text("after")
        expect(shown).to_have_css("color", "rgb(1, 2, 3)")
        expect(shown).to_have_class("big")
        expect(shown).to_have_attribute("title", "a tip")
        del label.style["color"]
        label.classes.remove("big")
        label.attrs.pop("title")
        expect(shown).not_to_have_css("color", "rgb(1, 2, 3)")
        expect(shown).not_to_have_class("big")
        expect(shown).not_to_have_attribute("title", "a tip")
        label.remove()
        expect(shown).to_have_count(0)

    def test_a_click_comes_back_as_an_event(self, open_page: NewPage, server: Server) -> None:
        label = Element("span", server=server, text="0")
        button = Element("button", server=server, text="more")
        button.on("click", lambda event: label.text.set(str(int(label.text.value) + 1)))
        pages = [open_page(server.url) for _ in range(2)]
        pages[0].locator("main").get_by_role("button").click()
        pages[1].locator("main").get_by_role("button").click()
        for page in pages:
            expect(page.locator("main span")).to_have_text("2")

    def test_a_handler_added_later_works_too(self, open_page: NewPage, server: Server) -> None:
        button = Element("button", server=server, text="late")
        page = open_page(server.url)
        button.on("click", lambda: button.text.set("clicked"))
        button.text.set("listening")
        expect(page.get_by_role("button")).to_have_text("listening")  # so it has heard of the handler, which came before
        page.get_by_role("button").click()
        expect(page.get_by_role("button")).to_have_text("clicked")

    def test_typing_reaches_python_and_the_other_window(self, open_page: NewPage, server: Server) -> None:
        field = Element("input", server=server, value="")
        check = Element("input", server=server, attrs={"type": "checkbox"})
        one, other = open_page(server.url), open_page(server.url)
        one.locator("input").first.press_sequentially("hello")
        one.locator("input").nth(1).check()
        expect(other.locator("input").first).to_have_value("hello")
        expect(other.locator("input").nth(1)).to_be_checked()
        assert (field.value.value, check.checked.value) == ("hello", True)
        field.value.set("from Python")
        expect(one.locator("input").first).to_have_value("from Python")

    def test_children_are_moved_not_made_again(self, open_page: NewPage, server: Server) -> None:
        box = Element("div", server=server)
        fields = [Element("input", parent=box, value=str(n), attrs={"id": f"f{n}"}) for n in range(5)]
        page = open_page(server.url)
        page.locator("#f3").focus()
        page.evaluate("for (const field of document.querySelectorAll('input')) field.mark = field.id")
        fields[3].move_to(box, 0)
        fields[0].move_to(box, 4)
        expect(page.locator("input").first).to_have_id("f3")
        expect(page.locator("input").last).to_have_id("f0")
        assert page.evaluate("[...document.querySelectorAll('input')].every(field => field.mark === field.id)")
        assert page.evaluate("document.activeElement.id") == "f3"

    def test_one_transaction_is_never_seen_half(self, open_page: NewPage, server: Server) -> None:
        left = Element("b", server=server, text="100")
        right = Element("i", server=server, text="0")
        page = open_page(server.url)
        page.evaluate(
            """() => {
              window.sums = new Set()
              const look = () => {
                window.sums.add(Number(document.querySelector('b').textContent) + Number(document.querySelector('i').textContent))
                requestAnimationFrame(look)
              }
              look()
            }"""
        )
        for amount in range(1, 101):
            with server.record():
                left.text.set(str(100 - amount))
                right.text.set(str(amount))
        expect(page.locator("i")).to_have_text("100")
        assert page.evaluate("[...window.sums]") == [100]

    def test_a_thousand_rows(self, open_page: NewPage, server: Server) -> None:
        table = Element("table", server=server)
        page = open_page(server.url)
        with server.record():
            for number in range(1_000):
                row = Element("tr", parent=table)
                for column in range(5):
                    Element("td", parent=row, text=f"{number}.{column}")
        expect(page.locator("td")).to_have_count(5_000)
        table.clear()
        expect(page.locator("td")).to_have_count(0)
        server.undo()
        expect(page.locator("td")).to_have_count(5_000)
        expect(page.locator("tr").nth(500).locator("td").nth(3)).to_have_text("500.3")

    def test_a_loop_of_updates_ends_at_the_last_value(self, open_page: NewPage, server: Server) -> None:
        label = Element("p", server=server, text="")
        page = open_page(server.url)
        for number in range(20_000):
            label.text.set(str(number))
        expect(page.locator("main p")).to_have_text("19999")

    def test_undo_by_key_takes_back_what_was_done_on_this_page(self, open_page: NewPage, server: Server) -> None:
        label = Element("p", server=server, text="0")
        button = Element("button", server=server, text="more")
        button.on("click", lambda: label.text.set(label.text.value + "1"))
        other = Element("p", server=server, text="one")
        other.text.set("two")
        page, stranger = open_page(server.url), open_page(server.url)
        page.locator("main").get_by_role("button").click()
        expect(stranger.locator("p").first).to_have_text("01")
        stranger.keyboard.press("Control+z")
        page.keyboard.press("Control+z")
        expect(page.locator("p").first).to_have_text("0")
        page.keyboard.press("Control+z")
        page.keyboard.press("Control+Shift+Z")
        expect(page.locator("p").first).to_have_text("01")
        expect(page.locator("p").nth(1)).to_have_text("two")
        label.text.set("something else")
        expect(page.locator("p").first).to_have_text("something else")
        page.keyboard.press("Control+z")
        expect(page.locator("#objectsync-toasts")).to_contain_text("Left as it is: text of Element; it was changed since")


class TestFrontends:
    def test_a_type_without_a_frontend_is_shown_not_blank(self, open_page: NewPage, server: Server, watch: Watch) -> None:
        watch.expected = ("chart",)
        server.create_object(Chart)
        page = open_page(server.url)
        expect(page.get_by_text("chart").first).to_be_visible()
        expect(page.locator("body")).to_contain_text("Sales")

    def test_a_custom_frontend_without_a_build_step(self, open_page: NewPage, tmp_path: Path) -> None:
        (tmp_path / "counter.js").write_text(
            """import { View } from '/objectsync.js'
export default class CounterView extends View {
  static frontendType = 'counter'
  create() {
    const button = document.createElement('button')
    button.onclick = () => this.object.attribute('count').add(1)
    this.bind('count', n => { button.textContent = `clicked ${n} times` })
    return button
  }
}
"""
        )
        server = Server(port=0, frontends=tmp_path)
        counter = server.create_object(Counter)
        with_server(server, open_page, lambda page: click_through(page, counter))

    def test_a_broken_frontend_spoils_only_itself(self, open_page: NewPage, tmp_path: Path, watch: Watch) -> None:
        watch.expected = ("counter", "boom", "no element")
        (tmp_path / "broken.js").write_text("throw new Error('boom')")
        (tmp_path / "counter.js").write_text(
            "import { View } from '/objectsync.js'\n"
            "export default class extends View { static frontendType = 'counter'; create() { throw new Error('no element') } }\n"
        )
        server = Server(port=0, frontends=tmp_path)
        server.create_object(Counter)
        Element("p", server=server, text="still here")
        with_server(server, open_page, lambda page: expect(page.get_by_text("still here")).to_be_visible())


def with_server(server: Server, open_page: NewPage, use: Callable[[Page], None]) -> None:
    """Use a server's page while it runs; it is closed first, or it would try to come back."""
    server.start()
    try:
        page = open_page(server.url)
        use(page)
        page.close()
    finally:
        server.stop()


def click_through(page: Page, counter: Counter) -> None:
    expect(page.get_by_role("button")).to_have_text("clicked 0 times")
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_have_text("clicked 1 times")
    wait_until(page, lambda: counter.count.value == 1)
    counter.count.set(41)
    page.get_by_role("button").click()
    expect(page.get_by_role("button")).to_have_text("clicked 42 times")
    wait_until(page, lambda: counter.count.value == 42)  # the page shows it before the server has heard


class TestConnection:
    def test_the_page_comes_back_by_itself_without_a_reload(self, open_page: NewPage, watch: Watch) -> None:
        watch.expected = ("WebSocket", "ERR_CONNECTION_REFUSED")
        server = Server(port=0)
        label = Element("p", server=server, text="before")
        field = Element("input", server=server, value="")
        server.start()
        port = server.port
        try:
            page = open_page(server.url)
            page.evaluate("window.sameDocument = true")
            mark = page.locator("#objectsync-status > span").first
            expect(mark).to_have_text("")
            server.stop()
            expect(mark).to_contain_text("Offline")
            label.text.set("changed while it was away")
            page.locator("input").fill("typed while it was away")
            server._wanted_port = port
            server.start()
            expect(page.locator("p")).to_have_text("changed while it was away")
            expect(page.locator("input")).to_have_value("typed while it was away")
            expect(mark).to_have_text("")
            assert page.evaluate("window.sameDocument") is True
            wait_until(page, lambda: field.value.value == "typed while it was away")
        finally:
            server.stop()

    def test_an_idle_page_stays_connected(self, open_page: NewPage) -> None:
        # A page acknowledges with its pong, and is asked after a silence of one and a half seconds. Both limits together are longer than a
        # silence and an answer; three pings are longer than a page that acknowledged nothing would stay.
        limits = Limits(heartbeat_seconds=1.5, progress_seconds=2.0)
        server = Server(port=0, limits=limits)
        come: list[str] = []
        server.on_client_connect += come.append
        label = Element("p", server=server, text="idle")

        def idle(page: Page) -> None:
            wait_until(page, lambda: come)
            connection = server._sessions[come[0]].connection
            pings = 0
            while pings < 3:
                before = connection._heard_at if connection else 0.0
                wait_until(page, lambda before=before: server._sessions[come[0]].connection._heard_at > before)  # type: ignore[union-attr]  # a pong
                pings += 1
            assert server._sessions[come[0]].connection is connection
            label.text.set("still there")
            expect(page.locator("main p")).to_have_text("still there")

        with_server(server, open_page, idle)

    def test_a_closed_window_is_noticed(self, open_page: NewPage, server: Server) -> None:
        Element("p", server=server, text="hi")
        page = open_page(server.url)
        other = open_page(server.url)
        assert len(server.clients) == 2
        page.close()
        wait_until(other, lambda: len(server.clients) == 1)

    def test_a_rejected_edit_goes_back_with_its_reason(self, open_page: NewPage, server: Server) -> None:
        field = Element("input", server=server, value="fine")

        def short(value: object) -> None:
            if len(str(value)) > 10:
                raise ValueError("at most ten characters")

        field.value.add_validator(short)
        page = open_page(server.url)
        page.locator("input").fill("much too long for this field")
        expect(page.locator("#objectsync-toasts")).to_contain_text("at most ten characters")
        page.locator("body").click()
        page.locator("input").blur()
        expect(page.locator("input")).to_have_value("fine")
        assert field.value.value == "fine"


def wait_until(page: Page, condition: object) -> None:
    """Wait for something in Python, letting the browser go on."""
    assert callable(condition)
    for _ in range(3_000):
        if condition():
            return
        page.wait_for_timeout(10)
    raise AssertionError("it did not happen")

"""Controls in a browser: what people do arrives in Python, what Python does is seen, by keyboard too, and axe finds nothing serious."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import Locator, Page, expect

from examples import controls as gallery
from objectsync import Element, Server
from objectsync.controls import (
    HTML,
    Button,
    Checkbox,
    Color,
    Column,
    Date,
    Dialog,
    Download,
    Form,
    Image,
    IntInput,
    IntRangeSlider,
    IntSlider,
    MultiSelect,
    Output,
    Play,
    Radio,
    Select,
    Split,
    Switch,
    Table,
    Tabs,
    Text,
    Time,
    Toast,
    ToggleButton,
    Tooltip,
    Upload,
)
from objectsync.dom import p
from tests.e2e.axe import serious
from tests.e2e.conftest import NewPage, Watch, take_picture
from tests.e2e.test_page import wait_until


class Heard:
    """What handlers were called with, to be waited for."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._arrived = threading.Condition()

    def __call__(self, value: Any) -> None:
        with self._arrived:
            self.values.append(value)
            self._arrived.notify_all()

    def wait_for(self, value: Any) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: value in self.values, 20), f"{value!r} is not among {self.values}"


@pytest.fixture
def current(server: Server) -> Any:
    with server.as_current():
        yield server


def drag(page: Page, slider: Locator, to: float) -> None:
    """Drag the handle of a slider to a part of its width, in small steps, and let it go."""
    box = slider.bounding_box()
    assert box is not None
    value, low, high = (float(slider.evaluate(f"input => input.{name}")) for name in ("value", "min", "max"))
    y, thumb = box["y"] + box["height"] / 2, 16
    x = box["x"] + thumb / 2 + (box["width"] - thumb) * (value - low) / (high - low)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * to, y, steps=25)
    page.mouse.up()


def test_a_drag_is_one_step_to_undo(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    with Column():
        slider = IntSlider("Size", 3, max=100, on_release=lambda n: heard("released"))
        plain = Element("input", attrs={"type": "range", "min": 0, "max": 100}, value=10)
        plain.on("input", lambda: seen.text.set(f"{plain.value.value} seen"))
        seen = Element("output")
    before = len(current.history.done)
    page = open_page(current.url, wait=".os-field")
    drag(page, page.get_by_role("slider", name="Size"), 0.9)
    heard.wait_for("released")
    dragged = slider.value.value
    assert dragged > 80
    handle = page.locator("input[type=range]").last
    drag(page, handle, 0.8)
    expect(page.locator("output").last).to_have_text(re.compile("[78][0-9] seen"))
    assert len(current.history.done) == before + 2
    page.keyboard.press("Control+z")
    expect(handle).to_have_value("10")
    expect(page.locator("output").last).to_have_text("")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("slider", name="Size")).to_have_value("3")
    assert (slider.value.value, plain.value.value) == (3, 10)
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_role("slider", name="Size")).to_have_value(str(dragged))
    page.get_by_role("slider", name="Size").focus()
    for _ in range(9):
        page.keyboard.down("ArrowLeft")
    page.keyboard.up("ArrowLeft")
    expect(page.get_by_role("slider", name="Size")).to_have_value(str(dragged - 9))
    page.keyboard.press("Control+z")
    expect(page.get_by_role("slider", name="Size")).to_have_value(str(dragged))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_gallery_keeps_nobody_out(open_page: NewPage, server: Server, scheme: Any) -> None:
    gallery.build(server)
    page = open_page(server.url, width=1180, height=1000, wait=".os-field")
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_role("slider", name="Size")).to_be_visible()
    assert serious(page) == []
    take_picture(page, f"controls-{scheme}.png")


def test_fields_arrive_in_python_and_are_shown(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    with Column():
        text = Text("Name", on_change=heard, on_submit=lambda name: heard(("sent", name)))
        number = IntInput("Pieces", 3, min=0, max=9, on_change=heard)
        slider = IntSlider("Size", 3, max=10, on_change=heard, on_release=lambda n: heard(("released", n)))
        years = IntRangeSlider("Years", (2, 8), max=10, on_change=heard)
    page = open_page(current.url, wait=".os-field")
    page.get_by_label("Name").fill("Ada")
    heard.wait_for("Ada")
    page.get_by_label("Name").press("Enter")
    heard.wait_for(("sent", "Ada"))
    page.get_by_label("Pieces").fill("5")
    heard.wait_for(5)
    page.get_by_label("Pieces").fill("77")
    expect(page.locator(".os-error").filter(has_text="9")).to_be_visible()
    page.get_by_label("Name").focus()
    expect(page.get_by_label("Pieces")).to_have_value("5")
    page.get_by_role("slider", name="Size").focus()
    page.keyboard.press("ArrowRight")
    heard.wait_for(("released", 4))
    page.get_by_role("slider", name="Years to").focus()
    page.keyboard.press("ArrowRight")
    heard.wait_for([2, 9])
    assert number.value.value == 5
    text.value.set("Grace")
    slider.value.set(9)
    years.value.set([1, 2])
    expect(page.get_by_label("Name")).to_have_value("Grace")
    expect(page.get_by_role("slider", name="Size")).to_have_value("9")
    expect(page.get_by_text("1 – 2")).to_be_visible()


def test_what_is_picked_is_one_value_and_never_half_of_two(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    Color("Ink", "#1a5fb4", heard)
    Date("Day", "2026-11-24", heard)
    Time("Hour", "14:30", heard)
    page = open_page(current.url, wait=".os-field")
    for label, value in (("Ink", "#ff0000"), ("Day", "2027-01-02"), ("Hour", "09:15")):
        page.get_by_label(label).fill(value)
        heard.wait_for(value)
        expect(page.get_by_label(label)).to_have_value(value)


def test_choices_and_switches(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    with Column():
        Checkbox("Remember", on_change=heard)
        switch = Switch("Dark", on_change=lambda on: heard(("dark", on)))
        ToggleButton("Live", on_change=lambda on: heard(("live", on)))
        Select("Country", {"Chile": 1, "Nepal": 2}, 1, heard)
        radio = Radio("Size", ["small", "large"], "small", heard)
        MultiSelect("Toppings", ["ham", "egg"], on_change=heard)
    page = open_page(current.url, wait=".os-field")
    page.get_by_label("Remember").check()
    heard.wait_for(True)
    page.get_by_role("switch", name="Dark").focus()
    page.keyboard.press("Space")
    heard.wait_for(("dark", True))
    page.get_by_role("button", name="Live").click()
    heard.wait_for(("live", True))
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Country").select_option("Nepal")
    heard.wait_for(2)
    page.get_by_role("radio", name="small").focus()
    page.keyboard.press("ArrowDown")
    heard.wait_for("large")
    page.get_by_label("Toppings").select_option(["ham", "egg"])
    heard.wait_for(["ham", "egg"])
    switch.value.set(False)
    radio.set_options(["tiny", "huge"], "huge")
    expect(page.get_by_role("switch", name="Dark")).not_to_be_checked()
    expect(page.get_by_role("radio", name="huge")).to_be_checked()


def test_a_refused_value_is_taken_back_and_said(open_page: NewPage, current: Server, watch: Watch) -> None:
    field = Text("Name", "Ada")
    field.value.add_validator(lambda text: "x" not in text)
    page = open_page(current.url, wait=".os-field")
    page.get_by_label("Name").press_sequentially("x")
    expect(page.locator("#objectsync-toasts")).to_contain_text("Not done")
    page.get_by_label("Name").blur()
    expect(page.get_by_label("Name")).to_have_value("Ada")


def test_a_rule_is_shown_at_the_field(open_page: NewPage, current: Server) -> None:
    Text("Name", validate=lambda text: "Too short." if len(text) < 2 else None)
    page = open_page(current.url, wait=".os-field")
    page.get_by_label("Name").fill("A")
    expect(page.get_by_text("Too short.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Name").fill("Al")
    expect(page.get_by_text("Too short.")).not_to_be_visible()


def test_tabs_and_split_by_keyboard(open_page: NewPage, current: Server) -> None:
    with Column():
        tabs = Tabs({"One": p("first"), "Two": p("second")}, label="pages")
        split = Split(p("left"), p("right"), position=30)
    page = open_page(current.url, wait=".os-tab")
    expect(page.get_by_text("second")).not_to_be_visible()
    page.get_by_role("tab", name="One").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tabpanel", name="Two")).to_be_visible()
    expect(page.get_by_text("first")).not_to_be_visible()
    tabs.tab("Three", p("third"))
    expect(page.get_by_role("tab", name="Three")).to_be_visible()
    expect(page.get_by_role("tab", name="Two")).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_text("third")).to_be_visible()
    line = page.get_by_role("separator")
    line.focus()
    page.keyboard.press("ArrowRight")
    expect(line).to_have_attribute("aria-valuenow", "32")
    box = line.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 4, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 104, box["y"] + 10)
    page.mouse.up()
    expect(line).not_to_have_attribute("aria-valuenow", "32")
    wait_until(page, lambda: tabs.selected.value == 2 and split.position.value > 40)


def test_a_dialog_closes_by_escape_for_everyone(open_page: NewPage, current: Server) -> None:
    dialog = Dialog("Sure?", p("Really?"))
    Button("Ask", dialog.show_modal)
    one, two = open_page(current.url, wait=".os-button"), open_page(current.url, wait=".os-button")
    one.get_by_role("button", name="Ask").click()
    for page in (one, two):
        expect(page.get_by_role("dialog", name="Sure?")).to_be_visible()
    one.keyboard.press("Escape")
    for page in (one, two):
        expect(page.get_by_text("Really?")).not_to_be_visible()
    assert not dialog.open.value


def test_a_tooltip_is_there_for_the_keyboard_too(open_page: NewPage, current: Server) -> None:
    Tooltip(Button("Save"), "Ctrl+S")
    page = open_page(current.url, wait=".os-tooltip .os-button")
    expect(page.get_by_role("tooltip", include_hidden=True)).not_to_be_visible()
    page.get_by_role("button", name="Save").focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip", include_hidden=True)).not_to_be_visible()


def test_a_toast_goes_by_itself(open_page: NewPage, current: Server) -> None:
    page = open_page(current.url, wait="#objectsync-root")
    Toast("Saved", "success", duration=0.3)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_text("Saved")).not_to_be_visible()


INLINE = "inline event handler"
"""The browser says that it does not run what it has parsed in a document that runs nothing."""


def test_output_shows_text_pictures_html_and_objects(open_page: NewPage, current: Server, watch: Watch) -> None:
    watch.expected = (INLINE,)
    with Column():
        out = Output()
        Image(b"<svg xmlns='http://www.w3.org/2000/svg' width='20' height='20'><rect width='20' height='20'/></svg>", "a square")
    with out:
        print("printed")
        raise ValueError("broken")
    out.add_bundle({"text/html": "<b onclick='window.attacked = true'>bold</b><script>window.attacked = true</script>"})
    out.display(Button("live", lambda: out.print("pressed")))
    page = open_page(current.url, wait=".os-lines")
    expect(page.get_by_text("printed")).to_be_visible()
    expect(page.get_by_text("ValueError: broken")).to_be_visible()
    page.get_by_text("bold").click()
    page.locator(".os-lines").get_by_role("button", name="live").click()
    expect(page.get_by_text("pressed")).to_be_visible()
    square = page.get_by_role("img", name="a square")
    expect(square).to_be_visible()
    assert square.evaluate("image => image.naturalWidth") == 20
    out.clear_output()
    expect(page.get_by_text("printed")).not_to_be_visible()
    assert page.evaluate("window.attacked") is None


WATCH = """() => {
    window.seen = {empty: 0, both: 0, names: []}
    const look = () => {
        const images = [...document.querySelectorAll('.os-lines img, img.os-image.os-control')].filter((image) => image.offsetHeight > 0)
        if (images.length < 2) window.seen.empty++
        if (images.length > 2) window.seen.both++
        for (const image of images) {
            if (!image.complete || !image.naturalWidth) window.seen.empty++
        }
        const name = images.map((image) => image.alt).join(' ')
        if (window.seen.names.at(-1) !== name) window.seen.names.push(name)
        requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
}"""


def test_a_picture_stays_until_the_next_is_decoded(open_page: NewPage, current: Server) -> None:
    def png(shade: int) -> bytes:
        data = io.BytesIO()
        PIL.Image.new("L", (600, 400), shade).save(data, "PNG")
        return data.getvalue()

    with Column():
        out = Output()
        image = Image(png(0), "number 0")
    out.add_bundle({"image/png": png(0), "text/plain": "output 0"})
    page = open_page(current.url, wait=".os-lines img:not([hidden])")
    page.evaluate(WATCH)
    for number in range(1, 30):
        out.clear_output(wait=True)
        out.add_bundle({"image/png": png(number), "text/plain": f"output {number}"})
        with current.record():
            image.show(png(number))
            image.alt.set(f"number {number}")
    expect(page.get_by_role("img", name="output 29")).to_be_visible()
    expect(page.get_by_role("img", name="number 29")).to_be_visible()
    page.wait_for_function("window.seen.names.at(-1) === 'output 29 number 29'")
    seen = page.evaluate("window.seen")
    assert (seen["empty"], seen["both"]) == (0, 0), seen


def test_an_output_shows_a_picture_from_its_top_and_follows_the_lines_that_come(open_page: NewPage, current: Server) -> None:
    def png(height: int) -> dict[str, Any]:
        data = io.BytesIO()
        PIL.Image.new("L", (600, height), 99).save(data, "PNG")
        return {"image/png": data.getvalue(), "text/plain": f"{height} high"}

    out = Output()
    out.add_bundle(png(434))  # a figure of matplotlib, unless told otherwise
    page = open_page(current.url, wait=".os-lines img:not([hidden])")
    box = page.locator(".os-lines")
    cut = "box => [box.scrollTop, box.scrollHeight - box.clientHeight]"
    assert box.evaluate(cut) == [0, 0]
    out.clear_output(wait=True)
    out.add_bundle(png(1200))
    expect(page.get_by_role("img", name="1200 high")).to_be_visible()
    assert box.evaluate(cut)[0] == 0
    out.print("a line")
    page.wait_for_function(
        "box => box.scrollTop > 500 && box.scrollHeight - box.scrollTop - box.clientHeight < 2", arg=box.element_handle()
    )
    for height in (1100, 1000):
        out.add_bundle(png(height))
        expect(page.get_by_role("img", name=f"{height} high")).to_be_visible()
        above = "box => box.lastChild.getBoundingClientRect().top - box.getBoundingClientRect().top"
        assert abs(box.evaluate(above)) < 2
    box.evaluate("box => new Promise(seen => { box.onscrollend = seen; box.scrollTop = 0 })")
    out.print("unseen")
    expect(box.get_by_text("unseen")).to_be_attached()
    assert box.evaluate(cut)[0] == 0


HOSTILE = [
    "<img src=x onerror=window.attacked=true>",
    "<svg onload=window.attacked=true>",
    "<svg><script>window.attacked=true</script></svg>",
    "<iframe srcdoc='<script>parent.attacked=true</script>'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.attacked=true&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=window.attacked=true>'>",
    "<form id=x></form><button form=x formaction=javascript:window.attacked=true>go</button>",
    "<a href=' javascript:window.attacked=true'>go</a>",
    "<details open ontoggle=window.attacked=true>x</details>",
    "<input autofocus onfocus=window.attacked=true>",
    "<template><img src=x onerror=window.attacked=true></template>",
]


def test_html_never_runs(open_page: NewPage, current: Server, watch: Watch) -> None:
    watch.expected = (INLINE, "404")  # <img src=x>, which is allowed, and not there
    for text in HOSTILE:
        HTML(text)
    HTML("<p id=end>the end</p>")
    page = open_page(current.url, wait=".os-html")
    expect(page.get_by_text("the end")).to_be_visible()
    for link in page.locator("main a, main button").all():
        link.dispatch_event("click")
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert page.evaluate("window.attacked") is None
    assert page.locator("main script, main iframe, main style, main math, main [onerror], main [onload]").count() == 0


def test_an_order_waits_for_the_view_that_is_fetched(open_page: NewPage, current: Server) -> None:
    Element("p", text="live")
    page = open_page(current.url)
    field = Text("Name")
    field.focus()
    expect(page.get_by_label("Name")).to_be_focused()


def test_a_hundred_thousand_rows_scroll_sort_select_and_edit(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    table = Table(
        {"number": list(range(100_000)), "note": [f"row {n}" for n in range(100_000)]},
        label="squares",
        selectable=True,
        editable=["note"],
        on_select=heard,
        on_edit=lambda row, name, value: heard((row, name, value)),
    )
    page = open_page(current.url, wait=".os-table td")
    grid = page.get_by_role("grid", name="squares")
    expect(page.get_by_text("row 3", exact=True)).to_be_visible()
    assert page.locator(".os-table tbody tr").count() < 100
    page.locator(".os-table").evaluate("box => { box.scrollTop = 50_000 * 30 }")
    expect(page.get_by_text("row 50003", exact=True)).to_be_visible()
    page.get_by_role("button", name="number").click()
    page.get_by_role("button", name="number").click()
    page.locator(".os-table").evaluate("box => { box.scrollTop = 0 }")
    expect(page.get_by_text("row 99999", exact=True)).to_be_visible()
    expect(page.get_by_role("columnheader", name="number")).to_have_attribute("aria-sort", "descending")
    page.get_by_text("row 99998", exact=True).click()
    heard.wait_for([99_998])
    grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    heard.wait_for([99_998, 99_997])
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="note").fill("changed")
    page.keyboard.press("Enter")
    heard.wait_for((99_997, "note", "changed"))
    expect(page.get_by_text("changed", exact=True)).to_be_visible()
    table.set_cell(99_999, "note", "from Python")
    expect(page.get_by_text("from Python")).to_be_visible()
    page.keyboard.press("Control+End")
    expect(page.get_by_text("row 0", exact=True)).to_be_visible()


def test_a_file_of_twelve_megabytes_goes_up_and_comes_back(open_page: NewPage, current: Server, tmp_path: Path) -> None:
    heard = Heard()
    upload = Upload("File", lambda file: heard(file.name), max_size=20_000_000)
    data = bytes(range(256)) * 48_000
    Download("Save", lambda: upload.files[0].read(), "copy.bin")
    (tmp_path / "big.bin").write_bytes(data)
    page = open_page(current.url, wait=".os-field")
    page.set_default_timeout(60_000)
    page.get_by_label("File").set_input_files(tmp_path / "big.bin")
    heard.wait_for("big.bin")
    assert upload.files[0].read() == data
    expect(page.get_by_text("big.bin (12.3 MB)")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save").click()
    assert saved.value.suggested_filename == "copy.bin"
    assert saved.value.path().read_bytes() == data
    (tmp_path / "too big.bin").write_bytes(data + data)
    page.get_by_label("File").set_input_files(tmp_path / "too big.bin")
    expect(page.get_by_text("too big.bin is too big: at most 20 MB.")).to_be_visible()


def test_a_form_says_what_is_missing_and_goes_there(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    with Form(on_submit=heard, submit="Sign up"):
        Text("Name", required=True)
        Checkbox("I agree", True)
    page = open_page(current.url, wait=".os-field")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("Please fill in this field.")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ada")
    expect(page.get_by_text("Please fill in this field.")).not_to_be_visible()
    page.keyboard.press("Enter")
    heard.wait_for({"Name": "Ada", "I agree": True})


def test_play_plays(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    Play("Frame", max=3, interval=0.02, on_change=heard)
    page = open_page(current.url, wait=".os-field")
    page.get_by_role("button", name="play").click()
    heard.wait_for(3)
    expect(page.locator("output")).to_have_text("3")
    page.get_by_role("button", name="back to the start").click()
    expect(page.locator("output")).to_have_text("0")

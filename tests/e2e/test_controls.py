"""Controls in a browser: what people do arrives in Python, what Python does is seen, by keyboard too, and axe finds nothing serious."""

from __future__ import annotations

import io
import re
import threading
from datetime import date
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from playwright.sync_api import Locator, Page, expect

from examples import controls as gallery
from objectsync import Element, Server
from objectsync.controls import (
    HTML,
    Accordion,
    Button,
    Checkbox,
    Color,
    Column,
    Date,
    Dialog,
    Download,
    FloatSlider,
    Form,
    Image,
    IntInput,
    IntRangeSlider,
    IntSlider,
    Log,
    Markdown,
    MultiSelect,
    Output,
    Play,
    Radio,
    Row,
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
from objectsync.dom import input_, option, p, select
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


@pytest.mark.parametrize(("end", "to", "value"), [(10, 0.25, [2, 10]), (0, 0.75, [0, 8])])
def test_two_handles_at_one_end_come_apart(open_page: NewPage, current: Server, end: int, to: float, value: list[int]) -> None:
    heard = Heard()
    IntRangeSlider("Years", (end, end), max=10, on_release=heard)
    page = open_page(current.url, wait=".os-field")
    drag(page, page.get_by_role("slider").first, to)
    heard.wait_for(value)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_gallery_keeps_nobody_out(open_page: NewPage, server: Server, scheme: Any) -> None:
    gallery.build(server)
    page = open_page(server.url, width=1180, height=1000, wait=".os-field")
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_role("slider", name="Size")).to_be_visible()
    assert serious(page) == []
    take_picture(page, f"controls-{scheme}.png")


def test_what_is_on_is_seen_in_forced_colours(open_page: NewPage, current: Server) -> None:
    Row(ToggleButton("on", True), ToggleButton("off"), Switch("on", True), Switch("off"))
    Tabs({"one": p("1"), "two": p("2")})
    Table({"n": [1, 2]}, selectable=True).selected.set([0])
    IntRangeSlider("Years", (2, 7), max=10)
    Split(p("left"), p("right"))
    page = open_page(current.url, wait=".os-field")
    page.emulate_media(forced_colors="active")

    def looks(selector: str, pseudo: str | None = None) -> Any:
        """The background of each of these, and the line below it."""
        return page.locator(selector).evaluate_all(
            """(all, pseudo) => all.map((each) => {
              const { backgroundColor, borderBottomColor } = getComputedStyle(each, pseudo)
              return [backgroundColor, borderBottomColor]
            })""",
            pseudo,
        )

    page.get_by_role("gridcell").nth(1).click()
    page.get_by_role("gridcell").first.click()
    for several in (".os-toggle", ".os-switch", ".os-tab", "td"):
        on, off = looks(several)  # the first of two
        assert on != off, several
    for (thumb, _), (switch, _) in zip(looks(".os-switch", "::before"), looks(".os-switch"), strict=True):
        assert thumb != switch
    assert looks(".os-splitter")[0][0] != looks("html")[0][0]
    expect(page.locator(".os-marked")).to_have_css("outline-style", "solid")


def test_a_selected_row_is_seen_with_the_pointer_on_it(open_page: NewPage, current: Server) -> None:
    Table({"n": [1, 2]}, selectable=True)
    page = open_page(current.url, wait="td")
    page.get_by_role("gridcell").first.click()
    row = page.locator('[aria-selected="true"] td')
    pointed_at = row.evaluate("(cell) => getComputedStyle(cell).backgroundColor")
    page.mouse.move(0, 0)
    expect(row).to_have_css("background-color", pointed_at)


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
    expect(page.get_by_label("Pieces")).to_have_value("77")
    page.get_by_role("slider", name="Size").focus()
    page.keyboard.press("ArrowRight")
    heard.wait_for(("released", 4))
    page.get_by_role("slider", name="Years to").focus()
    page.keyboard.press("ArrowRight")
    heard.wait_for([2, 9])
    assert number.value.value == 5
    number.value.set(6)
    expect(page.get_by_label("Pieces")).to_have_value("6")
    expect(page.locator(".os-error").filter(has_text="9")).not_to_be_visible()
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


def test_a_day_out_of_range_stays_in_its_field_and_is_not_sent(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    with Form(on_submit=heard):
        day = Date("Day", "2026-11-24", max="2026-12-31", on_submit=heard)
        hour = Time("Hour", "", min="09:00")
    page = open_page(current.url, wait=".os-field")
    page.get_by_label("Day").fill("2027-01-01")
    expect(page.locator(".os-error").filter(has_text="2026")).to_be_visible()
    page.get_by_label("Hour").fill("08:59")
    page.get_by_label("Hour").blur()
    expect(page.locator(".os-error:not(:empty)")).to_have_count(2)
    page.get_by_label("Day").press("Enter")
    page.get_by_label("Hour").press("Enter")
    expect(page.get_by_label("Day")).to_be_focused()
    expect(page.get_by_label("Day")).to_have_value("2027-01-01")
    assert (day.value.value, hour.value.value, heard.values) == ("2026-11-24", "", [])
    page.get_by_label("Day").fill("2026-12-31")
    hour.value.set("09:30")
    expect(page.get_by_label("Hour")).to_have_value("09:30")
    page.get_by_role("button", name="Send").click()
    heard.wait_for({"Day": "2026-12-31", "Hour": "09:30"})


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


def test_radio_buttons_and_selects_of_ones_own_say_all_that_changed(open_page: NewPage, current: Server) -> None:
    with Column():
        first, second = (input_(type="radio", name="g", aria_label=name) for name in ("first", "second"))
        with select(multiple=True, aria_label="Toppings", value=["egg"]) as toppings:
            for name in ("ham", "egg", "olives"):
                option(name)
    one, two = open_page(current.url), open_page(current.url)
    for name in ("first", "second", "first"):
        one.get_by_label(name).check()
    expect(two.get_by_label("first")).to_be_checked()
    wait_until(one, lambda: (first.checked.value, second.checked.value) == (True, False))
    expect(one.get_by_label("Toppings")).to_have_values(["egg"])
    one.get_by_label("Toppings").select_option(["ham", "olives"])
    expect(two.get_by_label("Toppings")).to_have_values(["ham", "olives"])
    wait_until(one, lambda: toppings.value.value == ["ham", "olives"])


def test_what_has_several_parts_has_a_name_for_each(open_page: NewPage, current: Server) -> None:
    with Column():
        radio = Radio("Size", ["small", "large"])
        IntRangeSlider("Years", (2, 8), max=10)
    page = open_page(current.url, wait=".os-field")
    expect(page.get_by_role("radiogroup")).to_have_accessible_name("Size")
    expect(page.get_by_role("slider").first).to_have_accessible_name("Years from")
    expect(page.get_by_role("slider").last).to_have_accessible_name("Years to")
    radio.label.set("How large?")
    expect(page.get_by_role("radiogroup")).to_have_accessible_name("How large?")


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


def test_a_dialog_is_above_the_headings_of_a_table(open_page: NewPage, current: Server) -> None:
    with Column():
        Dialog("Note", p("Above"), p("all"), open=True, modal=False)
        Table({"n": list(range(100))})
    page = open_page(current.url, wait=".os-table th")
    expect(page.get_by_role("dialog")).to_be_visible()
    box, heading = page.get_by_role("dialog").bounding_box(), page.locator("th").bounding_box()
    assert box is not None
    assert heading is not None
    x, y = box["x"] + box["width"] / 2, heading["y"] + heading["height"] / 2
    assert box["y"] < y < box["y"] + box["height"]
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('dialog') !== null", [x, y])


def test_a_tooltip_is_there_for_the_keyboard_too(open_page: NewPage, current: Server) -> None:
    Tooltip(Button("Save"), "Ctrl+S")
    page = open_page(current.url, wait=".os-tooltip .os-button")
    expect(page.get_by_role("tooltip", include_hidden=True)).not_to_be_visible()
    page.get_by_role("button", name="Save").focus()
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip", include_hidden=True)).not_to_be_visible()


def test_a_tooltip_is_seen_whole_and_makes_no_page_wider(open_page: NewPage, current: Server) -> None:
    with Column():
        Tooltip(Button("Left"), "Ctrl+S")
        with Row(justify="end"):
            Tooltip(Button("Save"), "Saves everything to the disk, now")
    page = open_page(current.url, wait=".os-tooltip .os-button")
    page.set_viewport_size({"width": 400, "height": 300})
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    for name in ("Left", "Save"):
        page.get_by_role("button", name=name).hover()
        bubble = page.get_by_role("tooltip")
        expect(bubble).to_be_visible()
        box, about = bubble.bounding_box(), page.get_by_role("button", name=name).bounding_box()
        assert box
        assert about
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= 400
        assert box["x"] < about["x"] + about["width"]
        assert about["x"] < box["x"] + box["width"]
        page.mouse.move(200, 290)
        expect(bubble).not_to_be_visible()


def test_toasts_stand_above_each_other_and_above_all_else(open_page: NewPage, current: Server) -> None:
    page = open_page(current.url, wait="#objectsync-root")
    toasts = [Toast(f"note {number}", duration=0) for number in range(3)]
    expect(page.locator(".os-toast")).to_have_count(3)
    boxes = [page.get_by_text(f"note {number}").bounding_box() for number in range(3)]
    heights = [box["y"] for box in boxes if box]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3
    page.locator(".os-toast").nth(1).get_by_role("button", name="Close").click()
    expect(page.locator(".os-toast")).to_have_count(2)
    assert toasts[1].id not in current.objects
    assert page.locator(".os-toast:popover-open").count() == 2


def test_large_letters_on_a_phone_cut_nothing_off(open_page: NewPage, current: Server) -> None:
    Play("Frame", max=100)
    FloatSlider("Gain", 0.25, format="{} dB", max=1)
    page = open_page(current.url, width=320, wait=".os-field")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for slider in page.get_by_role("slider").all():
        assert slider.evaluate("(slider) => slider.offsetWidth") > 50


def test_a_long_line_of_code_does_not_make_the_page_wider(open_page: NewPage, current: Server) -> None:
    Markdown("```\n" + "long_line " * 40 + "\n```")
    page = open_page(current.url, wait=".os-html pre")
    page.set_viewport_size({"width": 400, "height": 300})
    assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_where_the_open_tab_goes_the_last_one_is_open(open_page: NewPage, current: Server) -> None:
    tabs = Tabs({"One": p("first"), "Two": p("second"), "Three": p("third")}, selected=2)
    page = open_page(current.url, wait=".os-tabs")
    tabs.children[2].remove()
    expect(page.get_by_text("second")).to_be_visible()
    expect(page.get_by_role("tab", name="Two")).to_have_attribute("tabindex", "0")


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_a_terminal_can_be_read(open_page: NewPage, current: Server, scheme: Any) -> None:
    out = Output(label="colours")
    out.print("\x1b[31mred\x1b[0m and \x1b[1mbold")
    for code in (*range(30, 38), *range(90, 98), *range(40, 48), *range(100, 108)):
        out.print(f"\x1b[0;{code}mcode {code}\x1b[7m inverse")
    for colour in ("0;0;0", "255;255;255", "248;248;242", "20;60;120"):
        out.print(f"\x1b[0;38;2;{colour}mletters {colour}\x1b[0;48;2;{colour}mground {colour}\x1b[97m white\x1b[31m red")
    page = open_page(current.url, wait=".os-line")
    page.emulate_media(color_scheme=scheme)
    expect(page.get_by_text("code 107")).to_be_visible()
    expect(page.get_by_text("red", exact=True).first).to_have_css(
        "color", "rgb(164, 22, 26)" if scheme == "light" else "rgb(255, 157, 148)"
    )
    expect(page.get_by_text("bold", exact=True)).to_have_css("font-weight", "700")
    assert serious(page) == []


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


def test_an_output_and_a_log_are_printed_whole(open_page: NewPage, current: Server) -> None:
    Output().print("\n".join(f"line {n}" for n in range(200)))
    log = Log(style={"height": "8rem"})
    for n in range(100):
        log.info(f"entry {n}")
    page = open_page(current.url, wait=".os-line")
    expect(page.get_by_text("entry 99")).to_be_attached()
    cut = "(box) => box.scrollHeight - box.clientHeight"
    boxes = page.locator(".os-lines")
    assert all(box.evaluate(cut) > 0 for box in boxes.all())
    page.emulate_media(media="print")
    assert [box.evaluate(cut) for box in boxes.all()] == [0, 0]


def test_what_is_on_is_printed_and_no_toast_over_it(open_page: NewPage, current: Server) -> None:
    ToggleButton("Live", True)
    Switch("Dark", True)
    IntRangeSlider("Years", (2, 7), max=10)
    MultiSelect("Toppings", ["ham", "egg"], ["egg"])
    Color("Colour", "#1a5fb4")
    Split(p("left"), p("right"))
    Table({"n": [1]}, selectable=True).selected.set([0])
    Toast("Saved", duration=0)
    page = open_page(current.url, wait="td")
    expect(page.get_by_text("Saved")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Saved")).to_be_hidden()
    for said in (".os-toggle", ".os-switch", ".os-range", "option >> nth=1", "[type=color]", ".os-splitter", "td"):
        expect(page.locator(said)).to_have_css("print-color-adjust", "exact")


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


def test_rows_are_as_high_as_their_letters_need(open_page: NewPage, current: Server) -> None:
    table = Table({"n": list(range(1000))}, label="numbers", editable=["n"], style={"font-size": "31.3px"})
    page = open_page(current.url, wait="td")

    def cut_off() -> Any:
        """How much of the marked cell is out of the sight of its table, above and below."""
        return page.locator(".os-marked").evaluate(
            """(cell) => {
              const [inner, outer] = [cell.getBoundingClientRect(), cell.closest('.os-table').getBoundingClientRect()]
              const top = cell.closest('table').tHead.getBoundingClientRect().bottom
              return [Math.max(0, top - inner.top), Math.max(0, inner.bottom - outer.bottom)].map(Math.round)
            }"""
        )

    grid = page.get_by_role("grid")
    grid.focus()
    for key, row in (("PageDown", None), ("PageDown", None), ("Control+End", 999), ("ArrowUp", 998), ("Control+Home", 0)):
        grid.press(key)
        if row is not None:
            expect(page.locator(".os-marked")).to_have_text(str(row))
        assert cut_off() == [0, 0], key
    table.style["font-size"] = "20px"
    expect(page.locator(".os-marked")).to_have_css("height", "40px")


def test_the_last_of_two_million_rows_is_reached(open_page: NewPage, current: Server) -> None:
    Table({"n": range(2_000_000)}, label="numbers")
    page = open_page(current.url, wait=".os-table td")
    cell = lambda n: page.get_by_role("gridcell", name=str(n), exact=True)  # noqa: E731
    page.get_by_role("grid", name="numbers").focus()
    for key, row in [("Control+End", 1_999_999), ("ArrowUp", 1_999_998), ("PageUp", 1_999_989), ("Control+Home", 0), ("PageDown", 9)]:
        page.keyboard.press(key)
        expect(page.locator(".os-marked")).to_have_text(str(row))
        expect(page.locator(".os-marked")).to_be_in_viewport()
    page.locator(".os-table").evaluate("box => { box.scrollTop = box.scrollHeight }")
    expect(cell(1_999_999)).to_be_in_viewport()
    expect(cell(1_999_995)).to_be_in_viewport()
    page.locator(".os-table").evaluate("box => { box.scrollTop = 0 }")
    expect(cell(0)).to_be_in_viewport()


def test_a_press_between_which_the_data_change_is_a_click(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    table = Table({"n": list(range(8))}, selectable=True, on_select=heard)
    page = open_page(current.url, wait=".os-table td")
    for row in range(8):
        page.locator("tr[data-row] td").nth(row).hover()
        page.mouse.down()
        table.set_data({"n": list(range(row + 1, row + 9))})
        expect(page.get_by_role("gridcell", name=str(row + 8), exact=True)).to_be_visible()
        page.mouse.up()
        heard.wait_for([row])


def test_looking_at_a_cell_changes_nothing(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    data = {"text": ["line1\nline2", None, "x" * 3000], "n": [0.1 + 0.2, None, 3.0], "done": [None, True, False]}
    table = Table(data, editable=True, on_edit=lambda *edit: heard(edit))
    with Column():
        other = Text("Other")
    page = open_page(current.url, wait=".os-table td")
    cells = page.get_by_role("gridcell")
    for number in range(9):
        cells.nth(number).dblclick()
        expect(cells.nth(number).locator("input, textarea")).to_be_focused()
        page.get_by_label("Other").click()
        expect(page.get_by_label("Other")).to_be_focused()
    cells.nth(0).dblclick()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("line3")
    page.keyboard.press("Control+Home")
    page.keyboard.type("> ")
    page.keyboard.press("Enter")
    heard.wait_for((0, "text", "> line1\nline2\nline3"))
    cells.nth(6).dblclick()
    expect(page.get_by_role("textbox", name="text")).to_have_value("x" * 3000)
    page.keyboard.press("End")
    page.keyboard.type("y")
    page.keyboard.press("Enter")
    heard.wait_for((2, "text", "x" * 3000 + "y"))
    assert len(heard.values) == 2
    assert (table.column("n"), table.column("done"), other.value.value) == (data["n"], data["done"], "")


def test_an_edit_that_goes_wrong_is_said(open_page: NewPage, current: Server) -> None:
    table = Table({"day": [date(2024, 1, 1)], "n": [1]}, editable=True, on_edit=lambda *_: [][0])
    page = open_page(current.url, wait=".os-table td")
    toasts = page.locator("#objectsync-toasts")
    page.get_by_text("2024-01-01").dblclick()
    page.get_by_role("textbox", name="day").fill("soon")
    page.keyboard.press("Enter")
    expect(toasts).to_contain_text("Not done: day: expected a date like '2024-01-01', not 'soon'")
    expect(page.get_by_role("gridcell", name="2024-01-01")).to_be_visible()
    page.get_by_role("gridcell", name="1", exact=True).dblclick()
    page.get_by_role("spinbutton", name="n").fill("2")
    page.keyboard.press("Enter")
    expect(toasts).to_contain_text(re.compile(r"a handler of .*Table.*edit failed \(.+\)"))
    expect(page.get_by_role("gridcell", name="2", exact=True)).to_be_visible()
    assert table.records() == [{"day": date(2024, 1, 1), "n": 2}]


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


def test_what_fails_with_a_file_is_said(open_page: NewPage, current: Server) -> None:
    def fail(*_: object) -> bytes:
        raise ValueError("boom")

    upload = Upload("File", fail)
    download = Download("Save", fail, "copy.bin")
    page = open_page(current.url, wait=".os-field")
    toasts = page.locator("#objectsync-toasts")
    page.get_by_label("File").set_input_files({"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"})
    expect(toasts).to_contain_text(f"a handler of {upload}.upload failed")
    page.get_by_role("button", name="Save").click()
    expect(toasts).to_contain_text(f"the service 'content' of {download} failed")


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


def test_a_form_brings_into_sight_what_is_missing(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    sections = Accordion({"Why?": p("…"), "Where?": Accordion({"Here": Text("Town", required=True)})}, exclusive=True)
    with Form(on_submit=heard):
        Text("Nickname", required=True, hidden=True)
        Tabs({"One": p("first"), "Two": sections})
    page = open_page(current.url, wait=".os-tab")
    other = open_page(current.url, wait=".os-tab")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("Town")).to_be_focused()
    expect(page.get_by_text("Please fill in this field.")).to_be_visible()
    expect(other.get_by_text("Where?")).to_be_visible()
    expect(other.get_by_label("Town")).not_to_be_visible()
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    heard.wait_for({"Nickname": "", "Town": "Ada"})


def test_a_form_gives_the_keyboard_to_a_button_of_a_radio(open_page: NewPage, current: Server) -> None:
    Form(Radio("Size", ["small", "large"], required=True), on_submit=print)
    page = open_page(current.url, wait=".os-field")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("radio", name="small")).to_be_focused()


def test_a_form_sends_the_number_that_is_shown_or_nothing(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    with Form(on_submit=lambda values: heard(values["Age"])):
        Text("Name")
        age = IntInput("Age", max=120)
    page = open_page(current.url, wait=".os-field")
    field = page.get_by_label("Age")
    field.press_sequentially("200")
    page.get_by_label("Name").press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_value("200")
    expect(page.locator(".os-error").filter(has_text="120")).to_be_visible()
    assert (heard.values, age.value.value) == ([], 20)
    other = open_page(current.url, wait=".os-field")
    expect(other.get_by_label("Age")).to_have_value("20")
    other.get_by_role("button", name="Send").click()
    heard.wait_for(20)
    page.get_by_label("Name", exact=True).press("Enter")
    expect(field).to_be_focused()
    expect(page.locator(".os-error").filter(has_text="120")).to_be_visible()
    field.press("Backspace")
    expect(page.locator(".os-error").filter(has_text="120")).not_to_be_visible()
    field.press("ArrowUp")
    field.press("Enter")
    heard.wait_for(21)
    assert heard.values == [20, 21]


def test_a_page_that_went_away_holds_up_no_form(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    with Form(on_submit=lambda values: heard(values["Age"])):
        IntInput("Age", 20, max=120)
    page = open_page(current.url, wait=".os-field")
    page.get_by_label("Age").fill("200")
    page.get_by_label("Age").press("Enter")
    expect(page.locator(".os-error").filter(has_text="120")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Age")).to_have_value("20")
    page.get_by_role("button", name="Send").click()
    heard.wait_for(20)


def test_play_plays(open_page: NewPage, current: Server) -> None:
    heard = Heard()
    Play("Frame", max=3, interval=0.02, on_change=heard)
    page = open_page(current.url, wait=".os-field")
    page.get_by_role("button", name="play").click()
    heard.wait_for(3)
    expect(page.locator("output")).to_have_text("3")
    page.get_by_role("button", name="back to the start").click()
    expect(page.locator("output")).to_have_text("0")

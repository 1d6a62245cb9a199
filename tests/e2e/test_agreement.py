"""A page of a test and Chromium agree: on what there is of each control, and on what comes of what is done with it.

Each control is shown by both. What Playwright tells of Chromium's page, as assistive technology has it, is what `testing.Page` finds.
"""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Error, expect
from playwright.sync_api import Page as Browser

from objectsync import Emission, Server
from objectsync import controls as c
from objectsync import dom as d
from objectsync.dom import button, dialog, div, form, input_, p
from objectsync.testing import NotThere, Page
from objectsync.testing.nodes import Node
from objectsync.testing.roles import is_told, name_of, role_of
from tests.e2e.conftest import NewPage

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
Part = tuple[str, str, frozenset[str]]
"""A role, a name, and what else is said: "checked", "disabled", …"""


def told(top: Node) -> list[Part]:
    """What a page of a test finds below a node."""
    return list(_told(top))


def _told(top: Node) -> Iterator[Part]:
    for node in top.walk():
        role = role_of(node)
        if node is top or not is_told(node) or role in ("", "presentation"):
            continue
        flags = {name for name in ("pressed", "selected") if node.attrs.get(f"aria-{name}") == "true"}
        flags |= {name for name, holds in (("checked", node.checked), ("disabled", node.disabled and role != "group")) if holds}
        yield role, name_of(node), frozenset(flags)


def told_by(page: Browser, where: str) -> list[Part]:
    """What Chromium tells below an element, by Playwright's snapshot."""
    return list(_parsed(page.locator(where).aria_snapshot()))


def _parsed(snapshot: str) -> Iterator[Part]:
    for line in snapshot.splitlines():
        found = re.match(r"""\s*- '?([a-z]+)(?: ("(?:[^"\\]|\\.)*"))?((?: \[[^\]]*\])*)'?(?::.*)?$""", line)
        if found is None or found[1] == "text":
            continue
        # An option says that it is chosen by its select's value; here it is compared as such.
        flags = set(re.findall(r"\[(checked|disabled|pressed|selected)\]", found[3]))
        yield found[1], ast.literal_eval(found[2]) if found[2] else "", frozenset(flags - ({"selected"} if found[1] == "option" else set()))


def an_output(**look: Any) -> c.Output:
    out = c.Output(**look)
    out.print("hello")
    out.display(c.Button("in it"))
    return out


def a_wrong_one() -> c.Text:
    text = c.Text("Name", validate=lambda _: "Too short.")
    text.check()
    return text


CONTROLS: dict[str, Callable[[], Any]] = {
    "Button": lambda: c.Button("Save"),
    "Button, disabled": lambda: c.Button("Save", disabled=True, tooltip="Nothing to save"),
    "ToggleButton": lambda: c.ToggleButton("Live", value=True),
    "Checkbox": lambda: c.Checkbox("Remember", True),
    "Checkbox, required": lambda: c.Checkbox("Agree", required=True, help="Please."),
    "Checkbox, no label": lambda: c.Checkbox(),
    "Switch": lambda: c.Switch("Dark"),
    "Text": lambda: c.Text("Name", "Ada", placeholder="Who", help="All of it."),
    "Text, placeholder": lambda: c.Text(placeholder="Who"),
    "Text, no label": lambda: c.Text(),
    "Text, required": lambda: c.Text("Name", required=True),
    "Text, wrong": a_wrong_one,
    "Text, tooltip": lambda: c.Text("Name", tooltip="Yours"),
    "Text, hidden": lambda: c.Text("Name", hidden=True),
    "Text, disabled": lambda: c.Text("Name", disabled=True),
    "Password": lambda: c.Password("Secret", "1234"),
    "Combobox": lambda: c.Combobox("Fruit", "pear", options=["apple", "pear"]),
    "TextArea": lambda: c.TextArea("Notes", "abc", placeholder="…"),
    "IntInput": lambda: c.IntInput("Pieces", 3, min=0, max=9),
    "IntInput, no label": lambda: c.IntInput(),
    "FloatInput": lambda: c.FloatInput("Weight", 1.5),
    "IntSlider": lambda: c.IntSlider("Size", 3),
    "FloatSlider": lambda: c.FloatSlider("Gain", 0.25, format="{} dB"),
    "IntRangeSlider": lambda: c.IntRangeSlider("Years", (2, 5), max=10),
    "IntRangeSlider, no label": lambda: c.IntRangeSlider(),
    "Date": lambda: c.Date("Day", "2026-11-24"),
    "Time": lambda: c.Time("At", "14:30"),
    "Color": lambda: c.Color("Ink", "#ff0000"),
    "Select": lambda: c.Select("Country", {"Austria": "at", "Chile": "cl"}, "cl"),
    "Select, none": lambda: c.Select("Country", ["at", "cl"]),
    "Radio": lambda: c.Radio("Size", ["small", "large"], "large"),
    "Radio, required": lambda: c.Radio("Size", ["small", "large"], required=True),
    "Radio, disabled": lambda: c.Radio("Size", ["small", "large"], disabled=True),
    "Radio, no label": lambda: c.Radio(options=["small", "large"]),
    "MultiSelect": lambda: c.MultiSelect("Toppings", ["ham", "egg"], ["egg"]),
    "Label": lambda: c.Label("Ready"),
    "Progress": lambda: c.Progress("Loading", 1, max=8),
    "Progress, no label": lambda: c.Progress(value=None),
    "Spinner": lambda: c.Spinner("Training"),
    "Form": lambda: c.Form(c.Text("Name")),
    "HTML": lambda: c.HTML("<h3>T</h3><b>bold</b> <a href='#x'>there</a><ul><li>x</li></ul>"),
    "Markdown": lambda: c.Markdown("# T\n\n*hi* **ho** `co`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
    "Section": lambda: c.Section("More", p("inside")),
    "Accordion": lambda: c.Accordion({"One": p("first"), "Two": p("second")}, open=0),
    "Tabs": lambda: c.Tabs({"One": p("first"), "Two": p("second")}),
    "Tabs, label": lambda: c.Tabs({"One": p("first"), "Two": p("second")}, label="Pages"),
    "Split": lambda: c.Split(p("left"), p("right"), position=30),
    "Tooltip": lambda: c.Tooltip(c.Button("Save"), "Ctrl+S"),
    "Dialog, closed": lambda: c.Dialog("Sure?", p("Really?")),
    "Dialog, not modal": lambda: c.Dialog("Sure?", p("Really?"), open=True, modal=False),
    "Output": an_output,
    "Output, label": lambda: an_output(label="Results"),
    "Log": lambda: c.Log().info("ready"),
    "Log, label": lambda: c.Log("Events"),
    "Upload": lambda: c.Upload("Photo"),
    "Upload, no label": lambda: c.Upload(),
    "Download": lambda: c.Download("Save", b"x", "a.txt"),
    "Image": lambda: c.Image(PNG, alt="a cat"),
    "Image, no alt": lambda: c.Image(PNG),
    "Audio": lambda: c.Audio(b"", "a bell"),
    "Video": lambda: c.Video(b""),
    "Table": lambda: c.Table({"n": [2.5, None], "s": ["x", "y"]}, label="numbers", selectable=True),
    "Table, no label": lambda: c.Table({"n": [1]}),
    "Timer": lambda: c.Timer(100),
    "Play": lambda: c.Play("Frame", max=5),
    "Play, no label": lambda: c.Play(max=5),
    "interact": lambda: c.interact(lambda x=3: print(x)),
    "Toast": lambda: c.Toast("Saved", duration=0),
    "Toast, error": lambda: c.Toast("Not saved", kind="error", duration=0),
}


def test_no_control_is_left_out() -> None:
    shown = {name.split(",")[0] for name in CONTROLS}
    made_of_others = {"Control", "Field", "Tab", "UploadedFile", "link", "track", "Column", "Row", "Grid", "FloatRangeSlider", "Dialog"}
    assert set(c.__all__) - shown - made_of_others == set()


@pytest.fixture
def current(server: Server) -> Iterator[Server]:
    with server.as_current():
        yield server


def test_what_there_is_of_each_control(open_page: NewPage, current: Server) -> None:
    for number, (name, make) in enumerate(CONTROLS.items()):
        with div(id=f"c{number}", data_name=name):
            make()
    div("all is there")
    browser = open_page(current.url)
    expect(browser.get_by_text("all is there")).to_be_visible()
    expect(browser.get_by_role("gridcell", name="2.5")).to_be_visible()  # the rows of a table are fetched
    with Page(current) as page:
        top = page.look()
    differences: dict[str, Any] = {}
    for number, name in enumerate(CONTROLS):
        node = top.by_id(f"c{number}")
        assert node is not None
        found, there = told(node), told_by(browser, f"#c{number}")
        if found != there:
            differences[name] = {"Page": found, "Chromium": there}
        shown, seen = node.text.split(), browser.locator(f"#c{number}").inner_text().split()
        if shown != seen:
            differences[f"{name}, its text"] = {"Page": shown, "Chromium": seen}
    assert differences == {}


KINDS = ("text", "search", "email", "url", "tel", "number", "range", "password", "date", "time", "color", "file", "checkbox", "radio")
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


def elements() -> None:
    """Elements of all kinds, as a page is made of them."""
    with d.section(aria_label="part"):
        d.h2("Head")
        d.p("a ", d.strong("strong"), d.em("em"), d.code("code"), d.sub("sub"), d.sup("sup"), d.mark("mark"), d.ins("ins"), d.dfn("term"))
    d.section(d.nav(d.a("there", href="#x"), d.a("nowhere")), d.header("head"), d.footer("foot"), d.aside("aside"))
    with d.form(), d.label("Name "):
        d.input_(name="n")
    d.form(*(d.input_(type=kind, value=value) for kind in ("submit", "reset", "button") for value in ("Go", "")), aria_label="named")
    d.fieldset(d.legend("Colours"), *(d.input_(type="radio", name="r", checked=each == "red", aria_label=each) for each in ("red", "blue")))
    d.label("Country", d.select(d.option("Austria"), d.option("Chile"), value="Chile"))
    for kind in KINDS:
        d.input_(type=kind, title=f"title of {kind}")
        d.input_(type=kind, placeholder=f"hint of {kind}")
    d.textarea(placeholder="hint")
    d.textarea(title="title", value="text")
    for attrs in ({"alt": "a cat"}, {"alt": ""}, {"title": "a dog"}, {"alt": "", "title": "a cow"}):
        d.img(src=DOT, attrs=attrs)
    d.figure(d.img(src=DOT, alt="a cat"), d.figcaption("caption"))
    with d.table():
        d.caption("Table")
        d.thead(d.tr(d.th("a", scope="col"), d.th("b")))
        d.tbody(d.tr(d.th("row", scope="row"), d.td("1")), d.tr(d.th("Total"), d.td("2")), d.tr(d.td(d.input_(value="in it")), d.td("3")))
    d.dl(d.dt("term"), d.dd("definition"))
    d.details(d.summary("More"), d.p("not seen"))
    d.details(d.summary("Less"), d.p("seen"), open=True)
    d.meter(value="0.5", title="meter")
    d.progress(value="0.5", title="progress")
    d.output("output")
    d.hr()
    d.ul(d.li("one"), d.li(d.a("two", href="#y"), d.button("remove")))
    d.button("text", title="title")
    d.button(title="title only")
    d.button(d.img(src=DOT, alt="icon"))
    d.button("a ", d.span("b"), d.div("c"))
    d.button("not used", disabled=True)
    d.fieldset(d.button("not used either"), disabled=True)
    d.div("custom", role="button", tabindex=0)
    d.div("switch", role="switch", aria_checked="true")
    d.div(d.button("not told"), aria_hidden="true")
    d.p("seen", d.span("not seen", style={"display": "none"}), d.span("not told", aria_hidden="true"))
    d.label("box", d.input_(type="checkbox"))
    d.label("other ", d.input_(value="of which"), " than that", for_="that")
    d.input_(id="that")
    d.span("its label", id="its")
    d.input_(aria_labelledby="its")
    with d.label("from ", d.select(d.option("one"), d.option("two"), value="two"), style={"display": "flex"}):
        d.span("on")


def test_what_there_is_of_elements(open_page: NewPage, current: Server) -> None:
    with div(id="all"):
        elements()
    with Page(current) as page:
        node = page.look().by_id("all")
    assert node is not None
    browser = open_page(current.url)
    assert told(node) == told_by(browser, "#all")
    assert node.text.split() == browser.locator("#all").inner_text().split()


Make = Callable[[Callable[..., None]], Any]
"""Makes what a page shows; handlers tell what they hear. (Of several changes, a slow `on_change` may hear the last alone.)"""
Act = Callable[[Any], Any]
"""Does something with a page of either kind."""


def ask(heard: Callable[..., None], **more: Any) -> None:
    c.Button("Below", lambda: heard("below"))
    c.Text("Who", on_change=heard)
    c.Dialog("Sure?", p("Really?"), c.Button("Yes", lambda: heard("yes")), open=True, on_close=lambda: heard("closed"), **more)


def open_by_button(heard: Callable[..., None]) -> None:
    asked = c.Dialog("Sure?", c.Text("Why"))
    c.Button("Delete", lambda: asked.open.set(True))


def two_dialogs(heard: Callable[..., None]) -> None:
    first, second = c.Dialog("First", c.Button("one")), c.Dialog("Second", c.Button("two"))
    for each in (first, second):
        each.on_close(lambda each=each: heard(each.label.value))  # type: ignore[misc]  # a lambda's default
    first.on_close(lambda: heard("first closed"))

    def open_both() -> None:
        first.open.set(True)
        second.open.set(True)

    c.Button("Open", open_both)


def native(heard: Callable[..., None]) -> None:
    box = dialog(input_(aria_label="in it"))
    box.on("cancel", lambda: heard("cancel"))
    box.on("close", lambda: heard("close"))
    button("open", on_click=lambda event: box.show_modal(event.session))


def native_with_a_button(heard: Callable[..., None]) -> None:
    box = dialog()
    box.append(button("done", on_click=lambda: box.close()))
    name = input_(aria_label="name")

    def closed(event: Emission) -> None:
        heard("close")
        name.focus(event.session)

    box.on("close", closed)
    button("open", on_click=lambda event: box.show_modal(event.session))


def press(*keys: str) -> Act:
    def act(page: Any) -> None:
        for key in keys:
            (page.keyboard if isinstance(page, Browser) else page).press(key)

    return act


def both(*acts: Act) -> Act:
    return lambda page: [act(page) for act in acts]


def click(role: str, name: str) -> Act:
    return lambda page: page.get_by_role(role, name=name, exact=True).click()


def see(role: str, name: str) -> Act:
    def act(page: Any) -> None:
        found = page.get_by_role(role, name=name)
        if isinstance(page, Browser):
            found.wait_for()
        else:
            assert found.is_visible()

    return act


def miss(role: str, name: str) -> Act:
    def act(page: Any) -> None:
        found = page.get_by_role(role, name=name)
        if isinstance(page, Browser):
            found.wait_for(state="hidden")
        else:
            assert not found.is_visible()

    return act


def fill(label: str, text: str) -> Act:
    return lambda page: page.get_by_label(label, exact=True).fill(text)


def on(role: str, *keys: str, name: str | None = None) -> Act:
    return lambda page: [page.get_by_role(role, name=name).press(key) for key in keys]


def number(heard: Callable[..., None]) -> None:
    c.IntInput("Age", 30, min=18, max=99, on_change=heard)


def a_form(heard: Callable[..., None]) -> None:
    with c.Form(on_submit=heard):
        c.Text("Name", required=True)
        c.IntInput("Age", 30, min=18)
        c.Checkbox("I agree")


def a_form_of_elements(heard: Callable[..., None]) -> None:
    with form(on_submit=lambda: heard("sent")):
        input_(aria_label="first", value="")
        input_(aria_label="second", value="")
        button("go", on_click=lambda: heard("pressed"))


def a_form_that_asks(heard: Callable[..., None], **more: Any) -> None:
    with form(on_submit=lambda: heard("sent"), **more):
        for each in (
            input_(aria_label="first", value="", required=True),
            input_(type="checkbox", aria_label="box", checked=False, required=True),
            input_(aria_label="not now", required=True, disabled=True),
            input_(aria_label="given", required=True, readonly=True),
            d.select(d.option("small"), aria_label="size", required=True),
        ):
            each.on("invalid", lambda each=each: heard(each.attrs["aria-label"]))
        button("go", on_click=lambda: heard("pressed"))


def a_form_that_is_reset(heard: Callable[..., None]) -> None:
    with form(on_reset=lambda: heard("reset")):
        input_(aria_label="first", value="a")
        input_(type="checkbox", aria_label="box", checked=True)
        button("clear", type="reset")


def two_texts(heard: Callable[..., None]) -> None:
    c.Text("One")
    c.Text("Two")


def three_buttons(heard: Callable[..., None]) -> None:
    c.Column(c.Button("first"), c.Button("second", disabled=True), c.Checkbox("third"))


def edit(text: str, *keys: str) -> Act:
    def act(page: Any) -> None:
        see("gridcell", "pear")(page)
        page.get_by_role("gridcell", name="3").dblclick()
        page.get_by_label("left", exact=True).fill(text)
        press(*keys)(page)

    return act


def a_form_on_a_tab(heard: Callable[..., None]) -> None:
    with c.Form(on_submit=heard):
        c.Tabs({"One": p("first"), "Two": c.Accordion({"More": c.Text("Name", required=True)})})


def two_dialogs_in_turn(heard: Callable[..., None]) -> None:
    second = c.Dialog("Second", c.Button("two"))
    first = c.Dialog("First", c.Button("Next", lambda: second.open.set(True)))
    c.Button("Open", lambda: first.open.set(True))


def a_field(heard: Callable[..., None]) -> None:
    for name in ("first", "second"):
        field = input_(aria_label=name, value="")
        for event in ("focus", "input", "change", "blur", "keydown"):
            field.on(event, lambda event, name=name: heard(name, event["type"], event.get("value")))


def a_number(heard: Callable[..., None]) -> None:
    field = input_(aria_label="n", type="number", value=3)
    for event in ("input", "change"):
        field.on(event, lambda event: heard(event["type"], event["value"], field.value.value))


def a_box(heard: Callable[..., None]) -> None:
    with d.label("box "):
        field = input_(type="checkbox", checked=False)
    for event in ("click", "input", "change"):
        field.on(event, lambda event: heard(event["type"], event.get("checked")))


def radios(heard: Callable[..., None]) -> None:
    for name in ("one", "two"):
        field = input_(type="radio", name="r", aria_label=name, checked=name == "one")
        field.on("change", lambda event, name=name: heard(name, event["checked"]))


def a_tooltip(heard: Callable[..., None]) -> None:
    c.Column(c.Button("Before"), c.Tooltip(c.Button("Save"), "Ctrl+S"))


def a_table(heard: Callable[..., None]) -> None:
    c.Table({"fruit": ["pear", "fig"], "left": [3, 0]}, label="stock", selectable=True, editable=["left"], on_select=heard, on_edit=heard)


LONG = {"name": "long.txt", "mimeType": "text/plain", "buffer": b"long"}
DONE: dict[str, tuple[Make, Act]] = {
    "Escape closes a dialog": (ask, both(see("dialog", "Sure?"), press("Escape"))),
    "Escape closes no dialog that is not modal": (
        lambda heard: ask(heard, modal=False),
        both(see("dialog", "Sure?"), press("Escape")),
    ),
    "a dialog's Close": (ask, click("button", "Close")),
    "a dialog's button": (ask, click("button", "Yes")),
    "a dialog has the keyboard": (ask, both(see("dialog", "Sure?"), press("Enter"))),
    "a dialog gives the keyboard back": (open_by_button, both(click("button", "Delete"), see("dialog", "Sure?"), press("Escape"))),
    "in a dialog": (open_by_button, both(click("button", "Delete"), lambda page: page.get_by_label("Why").fill("So"))),
    "Escape closes the dialog in front": (two_dialogs, both(click("button", "Open"), see("dialog", "Second"), press("Escape"))),
    "what is below a dialog that is not modal": (lambda heard: ask(heard, modal=False), click("button", "Below")),
    "what was below": (ask, both(see("dialog", "Sure?"), press("Escape"), click("button", "Below"))),
    "a dialog element that Python closes": (
        native_with_a_button,
        both(click("button", "open"), see("button", "done"), click("button", "done"), miss("button", "done")),
    ),
    "Escape in an element": (native, both(click("button", "open"), see("textbox", "in it"), press("Escape"))),
    "a button": (lambda heard: c.Button("Save", lambda: heard("saved")), click("button", "Save")),
    "a toggle": (lambda heard: c.ToggleButton("Live", on_change=heard), click("button", "Live")),
    "a box by its text": (lambda heard: c.Checkbox("Remember", on_change=heard), lambda page: page.get_by_text("Remember").click()),
    "a required box off": (
        lambda heard: c.Checkbox("Agree", True, heard, required=True),
        lambda page: page.get_by_label("Agree").uncheck(),
    ),
    "a switch by Space": (lambda heard: c.Switch("Dark", on_change=heard), lambda page: page.get_by_role("switch").press("Space")),
    "a text": (
        lambda heard: c.Text("Name", on_change=heard, on_submit=lambda text: heard("sent", text)),
        both(fill("Name", "Ada"), press("Enter")),
    ),
    "a text emptied": (lambda heard: c.Text("Name", "Ada", required=True), fill("Name", "")),
    "a text that is wrong": (
        lambda heard: c.Text("Name", validate=lambda name: "Too short." if len(name) < 3 else None),
        fill("Name", "Al"),
    ),
    "a combobox": (
        lambda heard: c.Combobox("Fruit", options=["pear"], on_change=heard),
        lambda page: page.get_by_role("combobox", name="Fruit").fill("fig"),
    ),
    "a number": (number, fill("Age", "20")),
    "a number that is written otherwise": (number, fill("Age", "020.0")),
    "a number that is too small": (number, fill("Age", "17")),
    "a number that is too large": (number, fill("Age", "100")),
    "a number that is not whole": (number, fill("Age", "20.5")),
    "a number that was wrong": (number, both(fill("Age", "17"), fill("Age", "18"))),
    "no number": (number, fill("Age", "")),
    "half a number": (number, both(fill("Age", ""), press("-"))),
    "a number by keys": (lambda heard: c.IntInput("Age", 30), both(fill("Age", ""), press("4", "x", "2", "ArrowUp", "Enter"))),
    "letters that belong to no number": (
        lambda heard: c.FloatInput("Gain"),
        both(fill("Gain", ""), press("-", "a", "1", ".", "5")),
    ),
    "a day that is too late": (lambda heard: c.Date("Day", max="2026-11-30", on_change=heard), fill("Day", "2026-12-01")),
    "a day that is too early": (lambda heard: c.Date("Day", "2026-11-24", min="2026-11-01"), fill("Day", "2026-10-31")),
    "a time that is too early": (lambda heard: c.Time("At", "14:30", min="10:00:30"), fill("At", "09:00")),
    "a time that is not at night": (lambda heard: c.Time("At", min="22:00", max="06:00"), fill("At", "13:00")),
    "a time that is": (lambda heard: c.Time("At", min="22:00", max="06:00", on_change=heard), fill("At", "23:00")),
    "a colour": (lambda heard: c.Color("Ink", on_change=heard), fill("Ink", "#FF0000")),
    "a form with a number that is none": (a_form, both(fill("Age", "17"), click("button", "Send"))),
    "a form that is not right": (a_form, click("button", "Send")),
    "a form sent by Enter": (a_form, both(fill("Name", "Ada"), press("Enter"))),
    "a form of elements": (a_form_of_elements, both(fill("first", "a"), press("Enter"))),
    "a slider": (lambda heard: c.IntSlider("Size", on_change=heard, on_release=lambda n: heard("released", n)), fill("Size", "30")),
    # A handler is told the value as it is when it runs: of several keys in a row, that may be a later one's.
    "a slider by a key": (lambda heard: c.IntSlider("Size", 3, max=20, step=2, on_release=heard), on("slider", "PageUp")),
    "a slider by keys": (lambda heard: c.IntSlider("Size", 3, max=20, step=2), on("slider", "ArrowRight", "PageUp", "ArrowDown")),
    "a slider at its ends": (
        lambda heard: c.FloatSlider("Gain", 0.5),
        on("slider", "End", "ArrowRight", "Home", "ArrowUp"),
    ),
    "two handles": (lambda heard: c.IntRangeSlider("Years", (2, 5), max=9), both(fill("Years to", "7"), fill("Years from", "4"))),
    "two handles that meet": (lambda heard: c.IntRangeSlider("Years", (2, 5), max=9), fill("Years from", "8")),
    "a select": (
        lambda heard: c.Select("Country", {"Austria": "at", "Chile": "cl"}, "at", heard),
        lambda page: page.get_by_label("Country").select_option("Chile"),
    ),
    "a radio button": (lambda heard: c.Radio("Size", ["small", "large"], "small", heard), lambda page: page.get_by_label("large").check()),
    "radio buttons by keys": (
        lambda heard: c.Radio("Size", ["s", "m", "l"], "s", heard),
        lambda page: page.get_by_role("radio", name="s").press("ArrowUp"),
    ),
    "tabs": (lambda heard: c.Tabs({"One": p("first"), "Two": p("second")}, on_change=heard), click("tab", "Two")),
    "tabs by keys": (lambda heard: c.Tabs({"One": p("first"), "Two": p("second")}), on("tab", "ArrowLeft", name="One")),
    "the line of a split": (lambda heard: c.Split(p("left"), p("right")), on("separator", "ArrowRight", "ArrowUp", "ArrowUp")),
    "what plays": (
        lambda heard: c.Play("Frame", 3, max=9, interval=99),
        both(click("button", "play"), see("button", "pause"), click("button", "back to the start")),
    ),
    "a section": (lambda heard: c.Section("More", p("inside")), lambda page: page.get_by_text("More").click()),
    "from field to field": (two_texts, both(lambda page: page.get_by_label("One").click(), press("Tab", "b", "Shift+Tab", "a"))),
    "past what cannot be used": (three_buttons, both(click("button", "first"), press("Tab"))),
    "a heading of a table": (a_table, both(see("gridcell", "pear"), click("button", "fruit"), see("button", "fruit ▲"))),
    "a row of a table": (a_table, lambda page: page.get_by_role("gridcell", name="fig").click()),
    "a file that is too big": (lambda heard: c.Upload("Photo", max_size=3), lambda page: page.get_by_label("Photo").set_input_files(LONG)),
    "sections of which one is open": (
        lambda heard: c.Accordion({"One": p("first"), "Two": p("second")}, exclusive=True, open=0),
        lambda page: page.get_by_text("Two").click(),
    ),
    "a section by keyboard": (
        lambda heard: c.Column(c.Button("Before"), c.Section("More", p("inside"))),
        both(click("button", "Before"), press("Tab", "Enter")),
    ),
    "a key in a text that is there": (lambda heard: c.Text("Name", "Ada"), lambda page: page.get_by_label("Name").press("x")),
    "keys in a text that has the keyboard": (
        lambda heard: c.Text("Name", "Ada"),
        both(lambda page: page.get_by_label("Name").focus(), press("x", "Backspace", "y")),
    ),
    "keys in a text that Tab leads to": (two_texts, both(fill("Two", "Ada"), fill("One", "b"), press("Tab", "x"))),
    "a key in a number that is there": (lambda heard: c.IntInput("Age", 3), lambda page: page.get_by_label("Age").press("4")),
    "lines": (lambda heard: c.TextArea("Notes", "a"), both(fill("Notes", "b"), press("Enter", "c"))),
    "a password": (lambda heard: c.Password("Secret", on_submit=heard), both(fill("Secret", "1234"), press("Enter"))),
    "several of some": (
        lambda heard: c.MultiSelect("Toppings", ["ham", "olives", "egg"], ["ham"], heard),
        lambda page: page.get_by_label("Toppings").select_option(["olives", "egg"]),
    ),
    "a toggle by keyboard": (lambda heard: c.ToggleButton("Live"), both(click("button", "Live"), press("Enter", "Space", "Enter"))),
    "undo": (lambda heard: c.IntSlider("Size", 3), both(fill("Size", "7"), press("Control+z"))),
    "a cell of a table": (a_table, edit("12", "Enter")),
    "a cell that is left": (a_table, both(edit("12"), lambda page: page.get_by_role("gridcell", name="fig").click())),
    "a cell that is given up": (a_table, edit("12", "Escape")),
    "a form that misses two": (a_form_that_asks, click("button", "go")),
    "a form that misses one": (a_form_that_asks, both(fill("first", "a"), press("Enter"))),
    "a form that misses none": (
        a_form_that_asks,
        both(fill("first", "a"), lambda page: page.get_by_label("box").check(), click("button", "go")),
    ),
    "a form that asks for nothing": (lambda heard: a_form_that_asks(heard, novalidate=True), click("button", "go")),
    "a form of elements that is reset": (a_form_that_is_reset, both(fill("first", "b"), click("button", "clear"))),
    "a box in a form, and Enter": (a_form, lambda page: page.get_by_label("I agree").press("Enter")),
    "a form on a tab": (a_form_on_a_tab, click("button", "Send")),
    "a dialog from a dialog": (
        two_dialogs_in_turn,
        both(click("button", "Open"), see("button", "Next"), click("button", "Next"), see("dialog", "Second"), press("Escape", "Escape")),
    ),
    "a button in an output": (
        lambda heard: c.Output().display(c.Button("in it", lambda: heard("pressed"))),
        lambda page: page.get_by_role("group").get_by_role("button").click(),
    ),
    "an element's change": (a_field, both(lambda page: page.get_by_label("first").click(), press("a", "b", "Tab"))),
    "an element's number": (a_number, both(fill("n", "12"), press("Enter"))),
    "an element's box": (a_box, lambda page: page.get_by_text("box").click()),
    "elements of which one is on": (radios, lambda page: page.get_by_label("two").check()),
    "a tooltip": (a_tooltip, both(lambda page: page.get_by_text("Save").hover(), see("tooltip", "Ctrl+S"))),
    "a tooltip by keyboard": (a_tooltip, both(click("button", "Before"), press("Tab"), see("tooltip", "Ctrl+S"))),
    "a toast's Close": (lambda heard: c.Toast("Saved", duration=0), click("button", "Close")),
}


@pytest.mark.parametrize("what", DONE)
def test_what_comes_of_it(open_page: NewPage, server: Server, what: str) -> None:
    make, act = DONE[what]
    found, there = observed(Server(), make, act), observed_in(open_page, server, make, act)
    assert found == there


def build(server: Server, make: Make) -> list[Any]:
    heard: list[Any] = []
    with server.as_current(), div(id="all"):
        make(lambda *told: heard.append(told))
    return heard


def observed(server: Server, make: Make, act: Act) -> dict[str, Any]:
    """What there is after it, on a page of a test and in Python."""
    heard = build(server, make)
    with Page(server) as page:
        act(page)
        top = page.look()
        focused = page.focused
        keyboard = [(role_of(node), name_of(node)) for node in focused._nodes() if role_of(node)]
        node = top.by_id("all")
        assert node is not None
        values = [each.value for each in node.walk() if each.is_field and each.visible and each.input_type not in ("checkbox", "radio")]
        return {"there": told(node), "text": node.text.split(), "values": values, "keyboard": keyboard, **state_of(server, heard)}


def observed_in(open_page: NewPage, server: Server, make: Make, act: Act) -> dict[str, Any]:
    """The same in Chromium."""
    heard = build(server, make)
    settled = threading.Event()

    def settle() -> None:
        mark.attrs.update({"data-settled": "yes"})
        settled.set()

    with server.as_current():
        mark = button("settled", on_click=settle)
    page = open_page(server.url)
    page.get_by_text("settled").wait_for()
    act(page)
    # What a page tells comes in its order, and so does what it hears.
    page.get_by_text("settled").dispatch_event("click")
    assert settled.wait(20)
    page.wait_for_selector("[data-settled]")
    focused = page.locator("#all :focus")
    keyboard = list(_parsed(focused.aria_snapshot()))[:1] if focused.count() else []
    fields = page.locator("#all :is(input:not([type=checkbox], [type=radio]), textarea, select):visible").all()
    return {
        "there": told_by(page, "#all"),
        "text": page.locator("#all").inner_text().split(),
        "values": [field.input_value() for field in fields],
        "keyboard": [(role, name) for role, name, _ in keyboard],
        **state_of(server, heard),
    }


def state_of(server: Server, heard: list[Any]) -> dict[str, Any]:
    """What Python has of it."""
    names = ("value", "checked", "open", "selected", "position", "complaint", "error", "running")
    controls = [each for each in server.root.children[0].walk() if isinstance(each, (c.Control, d.Element))]
    return {
        "heard": heard,
        "python": [
            (type(each).__name__, name, each.get_attribute(name).value) for each in controls for name in names if each.has_attribute(name)
        ],
    }


@pytest.mark.parametrize("name", ["Below", "Close"])
def test_what_is_behind_a_modal_dialog_is_not_clicked(open_page: NewPage, current: Server, name: str) -> None:
    c.Button("Below")
    c.Toast("Saved", duration=0)
    c.Dialog("Sure?", open=True)
    browser = open_page(current.url)
    browser.get_by_role("dialog").wait_for()
    with pytest.raises(Error, match="intercepts pointer events"):
        browser.get_by_role("button", name=name).first.click(timeout=3_000)  # a toast's Close comes before the dialog's
    with Page(current, timeout=0.01) as page, pytest.raises(NotThere, match="the dialog 'Sure\\?' is in front of it"):
        page.get_by_role("button", name=name).first.click()

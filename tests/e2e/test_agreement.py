"""A page of a test and Chromium agree: on what there is of each control, and on what comes of what is done with it.

Each control is shown by both. What Playwright tells of Chromium's page, as assistive technology has it, is what `testing.Page` finds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page as Browser
from playwright.sync_api import expect

from objectsync import Server
from objectsync import controls as c
from objectsync.dom import div, p
from objectsync.testing import Page
from objectsync.testing.nodes import Node
from objectsync.testing.roles import name_of, role_of
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
        if node is top or not node.visible or role in ("", "presentation"):
            continue
        flags = {name for name in ("pressed", "selected") if node.attrs.get(f"aria-{name}") == "true"}
        flags |= {name for name, holds in (("checked", node.checked), ("disabled", node.disabled)) if holds}
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

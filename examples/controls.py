"""A gallery of controls: what there is, how it looks, that it works. Open it in two windows: they show the same."""

from __future__ import annotations

import logging
import time

import objectsync
from objectsync.controls import (
    HTML,
    Accordion,
    Button,
    Checkbox,
    Color,
    Column,
    Combobox,
    Date,
    Dialog,
    Download,
    FloatInput,
    FloatSlider,
    Form,
    Grid,
    IntInput,
    IntRangeSlider,
    IntSlider,
    Label,
    Log,
    MultiSelect,
    Output,
    Password,
    Play,
    Progress,
    Radio,
    Row,
    Select,
    Spinner,
    Split,
    Switch,
    Table,
    Tabs,
    Text,
    TextArea,
    Time,
    Toast,
    ToggleButton,
    Tooltip,
    Upload,
    interact,
    link,
)
from objectsync.dom import Element, h1, h2, p, section

CARD = {"border": "1px solid color-mix(in srgb, currentColor 20%, transparent)", "border-radius": "0.75rem", "padding": "1rem 1.25rem"}


def card(title: str) -> Element:
    """A box with a heading, to be filled by `with card(…):`."""
    return Column(h2(title, style={"margin": "0 0 0.25rem", "font-size": "1.1rem"}), style=CARD)


def build(server: objectsync.Server) -> Element:
    """Put the gallery on a server."""
    with server.as_current(), server.record(), section(style={"max-width": "72rem", "margin": "0 auto"}) as page:
        h1("Controls", style={"margin": "0 0 1rem"})
        with Grid(min_width="26rem", gap="1rem"):
            buttons()
            texts()
            numbers()
            choices()
            feedback()
            containers()
            following()
            output()
            table()
            files()
    server.clear_history()
    return page


def buttons() -> None:
    """What happens when it is pressed."""
    with card("Buttons"):
        said = Label("Nothing pressed yet")
        with Row():
            Button("Save", lambda: said.text.set("Saved"), kind="primary")
            Button("Open", lambda: said.text.set("Opened"))
            Button("Delete", lambda: said.text.set("Deleted"), kind="danger")
            Button("More", lambda: said.text.set("There is no more"), kind="quiet")
            Button("Not now", disabled=True)
        with Row():
            ToggleButton("Live", value=True, on_change=lambda on: said.text.set(f"live: {on}"))
            with Tooltip(text="It says so while you are on it"):
                Button("Hover or focus")
        Checkbox("Remember me", value=True, on_change=lambda on: said.text.set(f"remember: {on}"))
        Switch("Dark mode", on_change=lambda on: said.text.set(f"dark: {on}"))


def texts() -> None:
    """What is typed."""
    with card("Text"):
        hello = Label("Hello!")
        Text("Name", placeholder="Ada", on_change=lambda name: hello.text.set(f"Hello {name}!"))
        Password("Password", validate=lambda text: "At least 8 characters." if 0 < len(text) < 8 else None)
        Combobox("Fruit", "pear", options=["apple", "pear", "plum"], help="Or anything else.")
        TextArea("Notes", "Two people can type here at once.", rows=3)


def numbers() -> None:
    """Numbers, dates and colours."""
    with card("Numbers, dates, colours"):
        IntInput("Pieces", 3, min=0, max=99)
        FloatInput("Weight", 1.5, step=0.1, help="In kilograms.")
        IntSlider("Size", 4, min=0, max=10)
        FloatSlider("Gain", 0.25, format="{} dB", max=1)
        IntRangeSlider("Years", (1990, 2010), min=1950, max=2026)
        Date("Day", "2026-11-24")
        Time("Time", "14:30")
        Color("Colour", "#1a5fb4")


def choices() -> None:
    """One of some, or several."""
    with card("Choices"):
        Select("Country", {"Austria": "at", "Chile": "cl", "Nepal": "np"}, "cl")
        Radio("Size", ["small", "medium", "large"], "medium")
        MultiSelect("Toppings", ["ham", "olives", "egg", "cheese"], ["olives", "egg"])


def feedback() -> None:
    """What only tells."""
    with card("Feedback"):
        bar = Progress("Loading", 0.4)
        Progress("Waiting", None)
        Spinner("Training …")

        def load(event: objectsync.Emission) -> None:
            for percent in range(0, 101, 5):
                bar.value.set(percent / 100)
                time.sleep(0.02)
            Toast("Loaded", "success", parent=event.object)

        Button("Load", load)
        HTML("<p>Text with <b>markup</b>, <a href='https://example.org'>links</a> and <code>code</code>, sanitised.</p>")


def containers() -> None:
    """Where things stand."""
    with card("Containers"):
        Tabs({"One": p("The first page."), "Two": p("The second page."), "Three": p("The third.")}, label="pages")
        Accordion({"What is this?": p("A gallery."), "And this?": p("An accordion.")}, exclusive=True, open=0)
        Split(p("left"), p("right"), position=30, style={"min-height": "4rem"})
        dialog = Dialog("Are you sure?", p("There is nothing to be afraid of."))
        with dialog:
            Button("Yes", dialog.close, kind="primary")
        Button("Ask", dialog.show_modal)


def following() -> None:
    """Values that follow each other, functions with controls."""
    with card("Link and interact"):
        celsius = FloatSlider("Celsius", 20.0, min=-40, max=100, step=0.5)
        fahrenheit = FloatSlider("Fahrenheit", min=-40, max=212, step=0.1)
        link(celsius, fahrenheit, lambda c: round(c * 1.8 + 32, 1), lambda f: round((f - 32) / 1.8, 1))

        def triangle(width: int = 6, character: str = "*") -> None:
            for line in range(1, min(width, 6) + 1):
                print(character * line)

        interact(triangle, width=(1, 20), character=["*", "#", "o"])


def output() -> None:
    """What is printed, raised and logged."""
    with card("Output and log"):
        out = Output()
        log = Log("Log", style={"height": "8rem"})
        logger = logging.getLogger("gallery")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(log.handler(format="%(message)s"))

        @out.capture
        def talk() -> None:
            print("hello from a handler")
            logger.info("it has talked")

        @out.capture
        def fail() -> None:
            logger.error("it is going to fail")
            raise ValueError("this is what an error looks like")

        with Row():
            Button("Print", talk)
            Button("Fail", fail)
            Button("Clear", out.clear_output)
        out.print("What is printed appears here.")
        logger.info("ready")


def table() -> None:
    """A long table, and a form."""
    with card("Table, form, play"):
        rows = {"number": list(range(100_000)), "square": [n * n for n in range(100_000)], "note": [f"row {n}" for n in range(100_000)]}
        chosen = Label("Sort by a heading, select by click or Space, edit a note by Enter.")
        Table(
            rows,
            label="squares",
            height="14rem",
            selectable=True,
            editable=["note"],
            on_select=lambda places: chosen.text.set(f"{len(places)} selected"),
            on_edit=lambda row, name, value: chosen.text.set(f"row {row}: {value}"),
        )
        Play("Frame", max=50, interval=0.1)


def files() -> None:
    """Files, and fields that are sent together."""
    with card("Files and forms"):
        said = Label("Nothing came yet.")
        Upload("Files", lambda file: said.text.set(f"{file.name}: {file.size} bytes"), multiple=True, help="Also by dropping them here.")
        Download("Save a table", lambda: "a,b\n1,2\n", "table.csv")
        with Form(on_submit=lambda values: said.text.set(f"Welcome, {values['Your name']}!"), submit="Sign up"):
            Text("Your name", required=True)
            Checkbox("I agree", required=True)


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Controls")
    build(server)
    server.run()

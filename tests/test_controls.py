"""Controls, as Python sees them; tests/e2e/test_controls.py has what people see."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
import logging
import re
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import matplotlib.figure
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

from objectsync import InvalidChangeError, StringTopic
from objectsync import controls as module
from objectsync.controls import (
    HTML,
    Accordion,
    Audio,
    Button,
    Checkbox,
    Color,
    Column,
    Combobox,
    Control,
    Date,
    Dialog,
    Download,
    Field,
    FloatRangeSlider,
    FloatSlider,
    Form,
    Image,
    IntInput,
    IntRangeSlider,
    IntSlider,
    Label,
    Log,
    Markdown,
    MultiSelect,
    Output,
    Password,
    Play,
    Progress,
    Radio,
    Row,
    Select,
    Split,
    Table,
    Tabs,
    Text,
    TextArea,
    Time,
    Timer,
    Toast,
    Tooltip,
    Upload,
    UploadedFile,
    interact,
    link,
    track,
)
from objectsync.controls.numbers import shown_number
from objectsync.dom import Element, p
from objectsync.hub import Hub
from objectsync.testing import Page
from tests.clients import WireClient, make_hub

PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.fixture
def hub() -> Any:
    hub = make_hub()
    with hub.as_current():
        yield hub


def client_sets(hub: Hub, control: Control, value: Any) -> dict[str, Any]:
    """What a page is answered when it sets a control's value."""
    return WireClient(hub).act(["set", control.id, "value", value])


def test_a_control_tells_of_changes_whoever_made_them(hub: Hub) -> None:
    seen: list[Any] = []
    slider = IntSlider("Size", 3, max=10, on_change=seen.append)
    slider.value.set(4)
    slider.value = 5  # assigning sets the topic
    client_sets(hub, slider, 6)
    assert seen == [4, 5, 6]


def test_a_press_is_an_event(hub: Hub) -> None:
    seen: list[Any] = []
    button = Button("Go", seen.append)
    client = WireClient(hub)
    client.act(["emit", button.id, "click", {}])
    assert [event.session for event in seen] == [client.session]


def test_constructors_say_what_they_take() -> None:
    parameters = inspect.signature(IntSlider).parameters
    assert list(parameters)[:3] == ["label", "value", "on_change"]
    assert {"min", "max", "on_release", "parent"} <= set(parameters)


def test_every_control_is_documented() -> None:
    for name in module.__all__:
        assert getattr(module, name).__doc__, name


class TestValues:
    @pytest.mark.parametrize("value", [-1, 11, "3", None, 2.5])
    def test_a_slider_takes_what_is_in_its_range(self, hub: Hub, value: Any) -> None:
        slider = IntSlider("Size", 3, max=10)
        assert "error" in client_sets(hub, slider, value)
        assert slider.value.value == 3

    def test_a_slider_out_of_range_is_named_at_the_call(self, hub: Hub) -> None:
        with pytest.raises(ValueError, match="from 0 to 10"):
            IntSlider("Size", 30, max=10)
        with pytest.raises(ValueError, match="min < max"):
            IntSlider("Size", min=3, max=3)
        slider = FloatSlider("Gain")
        with pytest.raises(InvalidChangeError, match=r"from 0\.0 to 1\.0"):
            slider.value.set(2)

    @pytest.mark.parametrize("value", [[3, 2], [0, 99], [1], [1, 2, 3], ["a", "b"], [True, 2], [1.5, 2]])
    def test_a_range_takes_two_rising_numbers(self, hub: Hub, value: Any) -> None:
        slider = IntRangeSlider("Years", (2, 3), max=10)
        assert "error" in client_sets(hub, slider, value)
        assert client_sets(hub, slider, [4, 9]).get("error") is None
        assert slider.value.value == [4, 9]

    def test_a_range_begins_whole(self, hub: Hub) -> None:
        assert FloatRangeSlider("x", min=1, max=2).value.value == [1, 2]

    def test_a_release_is_told_with_the_value(self, hub: Hub) -> None:
        released: list[int] = []
        slider = IntSlider("Size", 3, max=10, on_release=released.append)
        WireClient(hub).act(["set", slider.id, "value", 7], ["emit", slider.id, "release", {"value": 7}])
        assert released == [7]

    @pytest.mark.parametrize("value", ["x", True, [1], 2.5, 100])
    def test_a_number_field_takes_numbers_in_range(self, hub: Hub, value: Any) -> None:
        field = IntInput("Pieces", 3, min=0, max=99)
        assert "error" in client_sets(hub, field, value)
        client_sets(hub, field, None)
        assert field.value.value is None

    def test_a_choice_takes_its_options(self, hub: Hub) -> None:
        select = Select("Country", {"Chile": "cl", "Nepal": "np"}, "cl")
        assert "error" in client_sets(hub, select, "xx")
        client_sets(hub, select, "np")
        assert (select.value.value, select.text) == ("np", "Nepal")
        with pytest.raises(ValueError, match="one of the options"):
            Radio("Size", ["a", "b"], "c")

    def test_a_choice_can_offer_others(self, hub: Hub) -> None:
        select = Select("n", [1, 2, 3], 2)
        select.set_options([2, 4])
        assert select.value.value == 2
        select.set_options([7, 8], 8)
        assert select.value.value == 8
        many = MultiSelect("n", [1, 2, 3], [1, 3])
        many.set_options([3, 4])
        assert many.value.value == [3]

    def test_true_is_not_one(self, hub: Hub) -> None:
        assert "error" in client_sets(hub, Select("n", [1, 2], 1), True)

    def test_several_choices_are_a_list(self, hub: Hub) -> None:
        many = MultiSelect("Toppings", ["ham", "egg"], ["ham"])
        client_sets(hub, many, ["egg", "ham"])
        assert many.value.value == ["egg", "ham"]
        assert "error" in client_sets(hub, many, ["egg", "fish"])

    def test_dates_and_times_have_their_types(self, hub: Hub) -> None:
        day = Date("Day", "2026-11-24")
        assert day.date is not None
        assert Date("Day", day.date).value.value == "2026-11-24"
        assert "error" in client_sets(hub, day, "tomorrow")
        time = Time("Time", "14:30")
        assert time.time is not None
        assert Time("Time", time.time).value.value == "14:30"
        assert Date("Day").date is None

    @pytest.mark.parametrize(
        ("make", "fits", "others"),
        [
            (lambda: Date("d", min="1900-01-01", max="2026-11-24"), ["1900-01-01", "2026-11-24"], ["1899-12-31", "2026-11-25"]),
            (lambda: Date("d", min="1900-01-01"), ["2100-01-01"], ["1850-01-01"]),
            (lambda: Time("t", max="17:00"), ["00:00", "17:00"], ["17:00:01", "23:59"]),
            (lambda: Time("t", min="22:00", max="06:00"), ["23:00", "05:00"], ["06:01", "21:59"]),
        ],
    )
    def test_dates_and_times_stay_in_their_range(self, hub: Hub, make: Any, fits: list[str], others: list[str]) -> None:
        field = make()
        for value in (*fits, ""):
            assert client_sets(hub, field, value).get("error") is None
        for value in others:
            assert "error" in client_sets(hub, field, value)
            with pytest.raises(InvalidChangeError, match=r"expected a (day|time) (from|not before|not after) "):
                field.value.set(value)
        assert field.value.value == ""

    def test_a_limit_that_is_none_is_named_at_the_call(self, hub: Hub) -> None:
        with pytest.raises(ValueError, match="tomorrow"):
            Date("Day", max="tomorrow")

    def test_a_colour_is_one(self, hub: Hub) -> None:
        assert "error" in client_sets(hub, Color("c"), "red; background: url(x)")

    def test_labels_and_limits_are_the_programs(self, hub: Hub) -> None:
        slider = IntSlider("Size")
        for name, value in (("label", "x"), ("max", 7), ("disabled", True), ("style", {}), ("error", "x")):
            assert WireClient(hub).act(["set", slider.id, name, value])["error"]["code"] == "forbidden"

    def test_a_password_is_not_in_the_history(self, hub: Hub) -> None:
        field = Password("Password")
        hub.clear_history()
        client_sets(hub, field, "secret")
        assert not hub.undo()

    def test_limits_hold_after_an_undo_brought_it_back(self, hub: Hub) -> None:
        slider = IntSlider("Size", 3, max=10)
        id = slider.id
        slider.remove()
        hub.undo()
        again = hub.get_object(id)
        assert isinstance(again, IntSlider)
        with pytest.raises(InvalidChangeError):
            again.value.set(99)


class TestArguments:
    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda: Tabs(["a", "b"]), r"Tabs: pages is a dict from titles .* not \['a', 'b'\]"),
            (lambda: Accordion("ab"), "Accordion: sections is a dict from titles"),
            (lambda: Select("x", "abc"), r"Select: options is a list, as in \['abc'\], or a dict"),
            (lambda: Radio("x", ["a"]).set_options("ab"), "Radio: options is a list"),
            (lambda: Combobox("x", options="abc"), "Combobox: options is a list of texts"),
            (lambda: Progress("x", "a"), "the value of a Progress is a number"),
            (lambda: Progress("x").value.set([1]), "the value of a Progress is a number"),
        ],
    )
    def test_what_cannot_be_meant_is_named_with_what_can(self, hub: Hub, make: Any, said: str) -> None:
        with pytest.raises((TypeError, InvalidChangeError), match=said):
            make()

    def test_a_progress_may_be_unknown(self, hub: Hub) -> None:
        assert Progress("x", None).value.value is None


class TestValidation:
    def test_a_rule_says_what_is_wrong_and_the_value_stays(self, hub: Hub) -> None:
        field = Text("Name", "Ada", validate=lambda text: "Too short." if len(text) < 2 else None)
        assert field.valid
        client_sets(hub, field, "A")
        assert (field.value.value, field.error.value, field.valid) == ("A", "Too short.", False)
        field.value.set("Al")
        assert field.valid

    def test_a_rule_may_raise_or_say_no(self, hub: Hub) -> None:
        def no_digits(text: str) -> None:
            if any(map(str.isdigit, text)):
                raise ValueError("No digits.")

        field = Text("Name", validate=[no_digits, lambda text: np.bool_(text != "x")])
        field.value.set("a1")
        assert field.error.value == "No digits."
        field.value.set("x")
        assert field.error.value == "This is not valid."

    def test_required_is_seen_when_it_is_looked_at(self, hub: Hub) -> None:
        field = Text("Name", required=True)
        assert field.valid
        assert not field.check()
        assert field.error.value
        box = Checkbox("I agree", required=True)
        assert not box.check()
        box.value.set(True)
        assert box.check()

    def test_an_undo_takes_the_message_back(self, hub: Hub) -> None:
        field = Text("Name", "Ada", validate=lambda text: "Too short." if len(text) < 2 else None)
        field.value.set("A")
        hub.undo()
        assert field.valid


class TestLinking:
    def test_both_follow_each_other(self, hub: Hub) -> None:
        one, two = IntSlider("a", 3, max=10), IntInput("b")
        end = link(one, two)
        assert two.value.value == 3
        two.value.set(4)
        assert one.value.value == 4
        end()
        one.value.set(5)
        assert two.value.value == 4

    def test_a_function_on_the_way_makes_it_one_way(self, hub: Hub) -> None:
        slider, label = IntSlider("n", 2, max=5), Label()
        link(slider, label.text, lambda n: "*" * n)
        slider.value.set(4)
        assert label.text.value == "****"
        label.text.set("x")
        assert slider.value.value == 4

    def test_two_functions_go_both_ways_and_end(self, hub: Hub) -> None:
        celsius, fahrenheit = FloatSlider("C", 20, min=-50, max=100), FloatSlider("F", min=-100, max=250)
        link(celsius, fahrenheit, lambda c: c * 1.8 + 32, lambda f: round((f - 32) / 1.8))
        assert fahrenheit.value.value == 68
        fahrenheit.value.set(70)
        assert (celsius.value.value, fahrenheit.value.value) == (21, 70)

    def test_an_undo_brings_both_back(self, hub: Hub) -> None:
        one, two = IntSlider("a", 3, max=10), IntSlider("b", 3, max=10)
        link(one, two)
        hub.clear_history()
        two.value.set(9)
        hub.undo()
        assert (one.value.value, two.value.value) == (3, 3)

    def test_what_does_not_fit_the_other_undoes_the_change(self, hub: Hub) -> None:
        one, two = IntSlider("a", 3, max=10), IntSlider("b", 3, max=5)
        link(one, two)
        with pytest.raises(InvalidChangeError):
            one.value.set(8)
        assert (one.value.value, two.value.value) == (3, 3)

    def test_only_values_can_be_linked(self, hub: Hub) -> None:
        with pytest.raises(TypeError, match="a control with a value"):
            link(Label(), Label())


class TestInteract:
    def texts(self, column: Column) -> list[Any]:
        output = column.children[-1]
        assert isinstance(output, Output)
        items: list[Any] = output.items.value
        return items

    def test_abbreviations_become_controls(self, hub: Hub) -> None:
        def f(x: int, y: float, on: bool, name: str, pick: str, n: int = 7) -> None: ...

        column = interact(f, x=(0, 10), y=(0.0, 1.0, 0.1), on=True, name="Ada", pick={"one": "1", "two": "2"})
        assert [type(child).__name__ for child in column.children] == [
            "IntSlider",
            "FloatSlider",
            "Checkbox",
            "Text",
            "Select",
            "IntInput",
            "Output",
        ]

    def test_controls_stand_in_the_order_of_the_arguments(self, hub: Hub) -> None:
        def wave(frequency: int, phase: float = 0.0, shape: str = "sine", **more: Any) -> None: ...

        column = interact(wave, other=1, shape=["sine", "square"], phase=FloatSlider("phase", 0.0), frequency=(1, 20))
        assert [child.label.value for child in column.children[:-1]] == ["frequency", "phase", "shape", "other"]

    def test_it_runs_at_once_and_at_every_change(self, hub: Hub) -> None:
        def double(x: int = 2) -> int:
            print("x is", x)
            return 2 * x

        decorated = interact(x=(0, 10))(double)
        assert decorated(4) == 8
        column = decorated.ui
        assert self.texts(column) == [["stdout", "x is 2\n"], ["display", {"text/plain": "4"}]]
        column.children[0].value.set(5)
        assert self.texts(column) == [["stdout", "x is 5\n"], ["display", {"text/plain": "10"}]]

    def test_each_call_has_its_own_figures_of_pyplot(self, hub: Hub) -> None:
        before = plt.figure()

        def curve(n: int, returns: bool) -> Any:
            _, axes = plt.subplots()
            lines = plt.plot([1, n])
            drawn.append(len(axes.lines))
            return lines if returns else None

        def bars(n: int) -> None:
            plt.figure()
            plt.bar([1], [n])
            raise ValueError(n)

        drawn: list[int] = []
        for returns in (True, False):
            column = interact(curve, n=(1, 9), returns=returns)
            column.children[0].value.set(7)
            [[kind, bundle]] = self.texts(column)
            assert (kind, "image/png" in bundle) == ("display", True)
        assert [kind for kind, _ in self.texts(interact(bars, n=(1, 9)))] == ["error"]
        assert drawn == [1, 1, 1, 1]
        assert plt.get_fignums() == [before.number]
        plt.close(before)

    def test_an_error_is_shown_in_its_output(self, hub: Hub) -> None:
        column = interact(lambda x: 1 // x, x=IntInput("x", 0))
        [[kind, text]] = self.texts(column)
        assert kind == "error"
        assert "ZeroDivisionError" in text
        column.children[0].value.set(1)
        assert self.texts(column) == [["display", {"text/plain": "1"}]]

    def test_what_it_cannot_make_is_named(self, hub: Hub) -> None:
        with pytest.raises(TypeError, match="x="):
            interact(lambda x: x, x=object())


class TestOutput:
    def test_it_captures_what_is_printed_inside(self, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
        out = Output()
        with out:
            print("in", 1)
            print("no end", end="")
            print("error", file=sys.stderr)
        print("outside")
        assert out.items.value == [["stdout", "in 1\n"], ["stderr", "error\n"], ["stdout", "no end"]]
        assert capsys.readouterr().out == "outside\n"

    def test_a_line_that_has_not_ended_goes_on(self, hub: Hub) -> None:
        out = Output()
        with out:
            for _ in range(3):
                print(".", end="", flush=True)
            print("error", file=sys.stderr)
        out.print("a", end="")
        with out:
            print("b")
            print("c")
        assert out.items.value == [["stdout", "..."], ["stderr", "error\n"], ["stdout", "ab\n"], ["stdout", "c\n"]]
        with out.replacing():
            print("d", end="", flush=True)
            print("e", flush=True)
        assert out.items.value == [["stdout", "de\n"]]
        out.clear_output(wait=True)
        out.print("f", end="")
        out.print("g")
        assert out.items.value == [["stdout", "fg\n"]]

    def test_a_carriage_return_begins_the_line_anew(self, hub: Hub) -> None:
        out = Output()
        with out:
            for percent in (50, 100):
                sys.stderr.write(f"\r{percent} % of it")
                sys.stderr.flush()
                assert out.items.value == [["stderr", f"{percent} % of it"]]
            sys.stderr.write("\n")
            for i in range(8, 12):
                print(i, "of 11", end="\r", flush=True)
            print("12\r\ndone")
        assert out.items.value == [["stderr", "100 % of it\n"], ["stdout", "12 of 11\n"], ["stdout", "done\n"]]

    def test_colours_are_those_of_a_terminal(self, hub: Hub) -> None:
        out = Output()
        with out:
            print("\x1b[1;32mgreen\x1b[0m, \x1b]8;;https://example.org\x1b\\a link\x1b]8;;\x1b\\, \x1b[38;2;1;2;3mtrue\x1b[m [1] \x1b[A")
            print("plain")
        green, true = ["green", "bold green"], ["true", "#010203"]
        assert out.items.value == [["stdout", [green, [", a link, ", ""], true, [" [1] \n", ""]]], ["stdout", "plain\n"]]
        assert '<span style="font-weight: bold; color: #2e8540">green</span>, a link, ' in out.to_html()
        page = Page(hub)
        assert page.get_by_role("group").text == "green, a link, true [1] plain"

    def test_a_colour_that_was_left_on_ends_when_the_output_is_cleared(self, hub: Hub) -> None:
        out = Output()
        out.print("\x1b[31mred")
        out.print("red, too")
        out.clear_output()
        out.print("plain\x1b[31m")
        with out.replacing():
            print("plain again\x1b[31m")
        assert out.items.value == [["stdout", "plain again\n"]]
        out.clear_output(wait=True)
        out.print("plain at last")
        assert out.items.value == [["stdout", "plain at last\n"]]

    def test_an_error_is_shown_and_ends_there(self, hub: Hub) -> None:
        out = Output()
        with out:
            raise ValueError("broken")
        [[kind, text]] = out.items.value
        assert kind == "error"
        assert text.splitlines()[-1] == "ValueError: broken"
        assert "controls/output.py" not in text

    def test_an_interrupt_goes_on(self, hub: Hub) -> None:
        with pytest.raises(KeyboardInterrupt), Output():
            raise KeyboardInterrupt

    def test_threads_that_are_started_inside_are_captured_and_others_not(self, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
        out = Output()
        inside, outside = threading.Event(), threading.Event()

        def elsewhere() -> None:
            inside.wait(30)
            print("elsewhere")
            outside.set()

        def fail() -> None:
            print("from a thread")
            raise ValueError("in a thread")

        other = threading.Thread(target=elsewhere)
        other.start()
        with out:
            inside.set()
            outside.wait(30)
            thread = threading.Thread(target=fail)
            thread.start()
        thread.join()
        other.join()
        assert out.items.value[0] == ["stdout", "from a thread\n"]
        kind, text = out.items.value[1]
        assert kind == "error"
        assert text.splitlines()[-1] == "ValueError: in a thread"
        assert not re.search(r"(output|streams)\.py", text)  # where it was captured is no part of what happened
        assert capsys.readouterr().out == "elsewhere\n"

    def test_a_function_can_be_captured(self, hub: Hub) -> None:
        out = Output()

        @out.capture
        def talk(name: str) -> str:
            print("hello", name)
            return name

        assert talk("Ada") == "Ada"
        assert out.items.value == [["stdout", "hello Ada\n"]]

    def test_it_shows_values_as_rich_as_they_are(self, hub: Hub) -> None:
        class Rich:
            def _repr_html_(self) -> str:
                return "<b>rich</b>"

            def _repr_png_(self) -> bytes:
                return PNG

        out = Output()
        out.display(Rich())
        [[kind, bundle]] = out.items.value
        assert kind == "display"
        assert (bundle["text/html"], bundle["image/png"]) == ("<b>rich</b>", PNG)
        label = Label("live")
        out.display(label)
        assert out.items.value[-1] == ["object", label.id]

    def test_it_draws_what_only_show_knows_how_to(self, hub: Hub) -> None:
        figure = matplotlib.figure.Figure(figsize=(2, 1))
        figure.suptitle("a figure")
        out = Output()
        out.display(figure)
        [[_, bundle]] = out.items.value
        assert bytes(bundle["image/png"]).startswith(b"\x89PNG")
        assert bundle["text/plain"] == "a figure"

    def test_it_can_be_cleared_when_the_next_item_comes(self, hub: Hub) -> None:
        out = Output()
        out.print("old")
        out.clear_output(wait=True)
        assert out.items.value == [["stdout", "old\n"]]
        out.print("new")
        out.print("newer")
        assert out.items.value == [["stdout", "new\n"], ["stdout", "newer\n"]]
        out.clear_output()
        assert out.items.value == []

    def test_it_is_bounded_and_no_part_of_the_history(self, hub: Hub) -> None:
        out = Output(limit=3)
        hub.clear_history()
        for number in range(5):
            out.print(number)
        assert out.items.value == [["stdout", f"{number}\n"] for number in (2, 3, 4)]
        assert not hub.undo()

    def test_a_log_takes_pythons_records(self, hub: Hub) -> None:
        log = Log()
        logger = logging.getLogger("objectsync.test_controls")
        handler = log.handler(format="%(message)s")
        logger.addHandler(handler)
        try:
            logger.warning("careful")
        finally:
            logger.removeHandler(handler)
        log.info("ready")
        assert log.items.value == [["warning", "careful\n"], ["info", "ready\n"]]


class TestLayout:
    def test_children_go_in_by_position_or_by_with(self, hub: Hub) -> None:
        with Row() as row:
            one = Button("one")
        two = Button("two")
        column = Column(row, two, "three")
        assert row.children == [one]
        assert column.children[:2] == [row, two]
        assert column.style.value["flex-direction"] == "column"

    def test_tabs_have_pages(self, hub: Hub) -> None:
        seen: list[int] = []
        tabs = Tabs({"One": p("1")}, on_change=seen.append)
        with tabs.tab("Two"):
            p("2")
        assert [page.get_attribute("title").value for page in tabs.children] == ["One", "Two"]
        WireClient(hub).act(["set", tabs.id, "selected", 1])
        assert seen == [1]

    def test_a_dialog_opens_and_closes_for_everyone(self, hub: Hub) -> None:
        closed: list[None] = []
        dialog = Dialog("Sure?", "Really?", on_close=lambda: closed.append(None))
        dialog.show_modal()
        assert dialog.open.value
        WireClient(hub).act(["set", dialog.id, "open", False])
        assert len(closed) == 1

    def test_a_toast_goes_when_a_page_says_so(self, hub: Hub) -> None:
        toast = Toast("Saved", "success")
        WireClient(hub).act(["emit", toast.id, "closed", {}])
        assert toast not in hub.root.children
        with pytest.raises(ValueError, match="success"):
            Toast("x", "loud")

    def test_tracking_counts(self, hub: Hub) -> None:
        bar = Progress()
        seen = [(item, bar.value.value) for item in track("abc", progress=bar)]
        assert seen == [("a", 0), ("b", 1), ("c", 2)]
        assert bar.value.value == bar.max.value == 3
        assert list(track(iter("ab"), progress=bar)) == ["a", "b"]
        assert bar.text.value == "2"


class TestPictures:
    @pytest.mark.parametrize(
        ("make", "parts"),
        [
            (lambda: Button("Go <"), ["<button", "Go &lt;</button>"]),
            (lambda: Checkbox("On", True), ['type="checkbox" checked', "On"]),
            (lambda: Text("Name", 'a "b"'), ['value="a &quot;b&quot;"', "Name"]),
            (lambda: Password("p", "secret"), ['type="password"']),
            (lambda: TextArea("Notes", "<b>"), ["<textarea", "&lt;b&gt;"]),
            (lambda: IntSlider("Size", 3, max=10), ['type="range"', 'max="10"', 'value="3"', ">3</output>"]),
            (lambda: IntRangeSlider("Years", (2, 3), max=10), ["2 – 3"]),
            (lambda: Select("c", ["x", "y"], "y"), ["<option>x</option><option selected>y</option>"]),
            (lambda: Radio("c", ["x", "y"], "y"), ['type="radio"> x', 'type="radio" checked> y']),
            (lambda: Progress("Loading", 0.4), ["<progress", 'value="0.4"', "40 %"]),
            (lambda: Tabs({"One": p("first"), "Two": p("second")}), ["One", "first", "Two", "second"]),
            (lambda: Split(p("left"), p("right")), ["left", "right", "50%"]),
            (lambda: Tooltip(Button("Save"), "Ctrl+S"), ['title="Ctrl+S"', "Save"]),
            (lambda: Accordion({"Title": p("text")}), ["<details", "<summary>Title</summary>", "text"]),
            (lambda: Image(PNG, "a cat"), ['src="data:image/png;base64,', 'alt="a cat"']),
            (lambda: Audio(b"OggS", "a bell"), ["a bell"]),
            (lambda: Markdown("# Title\n\n**bold** <script>x</script>"), ["<h1>Title</h1>", "<strong>bold</strong>"]),
            (lambda: Date("Day", "2026-11-24"), ['type="date"', "2026-11-24"]),
        ],
    )
    def test_each_says_what_it_looks_like(self, hub: Hub, make: Any, parts: list[str]) -> None:
        html = make().to_html()
        for part in parts:
            assert part in html
        assert "script" not in html
        assert "secret" not in html

    @pytest.mark.parametrize(("number", "text"), json.loads((Path(__file__).parent / "vectors" / "numbers.json").read_text()))
    def test_numbers_stand_in_it_as_on_a_page(self, hub: Hub, number: float, text: str) -> None:
        slider = FloatSlider("x", number, min=-1e308, max=1e308, step=1, format="{} km")
        assert f">{text} km</output>" in slider.to_html()

    def test_what_is_hidden_or_closed_is_not_in_it(self, hub: Hub) -> None:
        assert "Boo" not in Label("Boo", hidden=True).to_html()
        assert "Sure" not in Dialog("Sure?").to_html()
        assert "Sure" in Dialog("Sure?", open=True).to_html()

    def test_an_output_shows_what_it_holds(self, hub: Hub) -> None:
        out = Output()
        out.print("a < b")
        out.display(Label("live"))
        out.add_bundle({"text/html": "<b onclick='x'>bold</b>"})
        assert "a &lt; b" in out.to_html()
        assert ">live</span>" in out.to_html()
        assert "<b>bold</b>" in out.to_html()

    def test_every_field_has_one(self) -> None:
        classes = [getattr(module, name) for name in module.__all__]
        for cls in classes:
            if isinstance(cls, type) and issubclass(cls, Control) and cls not in (Control, Field):
                assert cls.picture is not Control.picture, cls


class TestHtml:
    @pytest.mark.parametrize(
        ("html", "shown"),
        [
            ("<p>one<p>two", "<p>one<p>two</p></p>"),
            ("<b>a</i></b>", "<b>a</b>"),
            ("<script>alert(1)</script>x", "x"),
            ("<style>p {}</style>x<svg><script>1</script></svg>", "x"),
            ("<iframe src=//evil></iframe>x", "x"),
            ("<a href='javascript:x' title=t>l</a>", '<a title="t">l</a>'),
            ("<img src=x onerror=alert(1)>", '<img src="x">'),
            ("<div style='color: red; background: url(x)'>x</div>", '<div style="color: red">x</div>'),
            ("<custom-tag><b>kept</b></custom-tag>", "<b>kept</b>"),
            ("&lt;script&gt;", "&lt;script&gt;"),
            ("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", ""),
            ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", ""),
        ],
    )
    def test_only_what_is_allowed_is_built(self, hub: Hub, html: str, shown: str) -> None:
        assert HTML(html).to_html() == f"<div><div>{shown}</div></div>"

    def test_depth_is_bounded(self, hub: Hub) -> None:
        assert len(HTML("<b>" * 10_000 + "x").to_html()) < 1_000_000

    def test_markdown_follows_its_text(self, hub: Hub) -> None:
        text = Markdown("*a*")
        text.text.set("**b**")
        assert "<strong>b</strong>" in text.value.value
        assert isinstance(text.text, StringTopic)


class TestNumbers:
    @pytest.mark.parametrize(("number", "text"), json.loads((Path(__file__).parent / "vectors" / "numbers.json").read_text()))
    def test_they_are_shown_as_in_the_vectors(self, number: float, text: str) -> None:
        assert shown_number(number) == text


class TestTable:
    def rows(self, hub: Hub, table: Table, start: int = 0, stop: int = 10) -> list[Any]:
        answer = WireClient(hub).call("rows", table.id, start=start, stop=stop)
        rows: list[Any] = answer["value"]["rows"]
        return rows

    def edit(self, client: WireClient, table: Table, row: Any, column: Any, value: Any) -> dict[str, Any]:
        return client.act(["emit", table.id, "edit", {"row": row, "column": column, "value": value}])

    @pytest.mark.parametrize(
        "data",
        [
            {"name": ["Ada", "Bob"], "age": [36, 7]},
            [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 7}],
        ],
    )
    def test_it_takes_columns_and_records(self, hub: Hub, data: Any) -> None:
        table = Table(data)
        assert table.columns.value == [{"name": "name", "kind": "text"}, {"name": "age", "kind": "number"}]
        assert self.rows(hub, table) == [[0, "Ada", 36], [1, "Bob", 7]]
        assert table.records() == [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 7}]

    def test_it_takes_what_looks_like_a_data_frame(self, hub: Hub) -> None:
        class Column(list[Any]):
            def to_list(self) -> list[Any]:
                return list(self)

        class Frame:
            columns = ("x", "y")

            def __getitem__(self, name: str) -> Column:
                return Column([1.5, float("nan")] if name == "x" else [True, None])

        table = Table(Frame())
        assert [column["kind"] for column in table.columns.value] == ["number", "bool"]
        assert self.rows(hub, table) == [[0, 1.5, True], [1, None, None]]

    def test_what_is_no_table_is_named(self, hub: Hub) -> None:
        with pytest.raises(TypeError, match="not list"):
            Table([1, 2])
        with pytest.raises(ValueError, match="a: 1, b: 2"):
            Table({"a": [1], "b": [1, 2]})

    def test_what_can_be_edited_is_one_column_or_several_that_are_there(self, hub: Hub) -> None:
        data = {"name": ["Ada"], "age": [36]}
        assert Table(data, editable="name").editable.value == ["name"]
        assert Table(data, editable=("age", "name")).editable.value == ["age", "name"]
        assert Table(data, editable=True).editable.value == ["name", "age"]
        with pytest.raises(ValueError, match=r"no column 'nam'\. Did you mean 'name'"):
            Table(data, editable=["age", "nam"])
        with pytest.raises(ValueError, match=r"no column 'x'\. There are: name, age"):
            Table(data, editable="x")

    def test_a_page_sorts_it_for_everyone_and_what_is_missing_comes_last(self, hub: Hub) -> None:
        table = Table({"n": [3, None, 1, 2]})
        client = WireClient(hub)
        client.act(["set", table.id, "sort", ["n", True]])
        assert [row[0] for row in self.rows(hub, table)] == [0, 3, 2, 1]
        assert "error" in client.act(["set", table.id, "sort", ["other", True]])
        client.act(["set", table.id, "sort", None])
        assert [row[0] for row in self.rows(hub, table)] == [0, 1, 2, 3]

    def test_an_answer_is_bounded(self, hub: Hub) -> None:
        table = Table({"n": list(range(100_000))})
        assert len(self.rows(hub, table, 0, 100_000)) == 500
        assert self.rows(hub, table, 99_999, 200_000) == [[99_999, 99_999]]
        assert self.rows(hub, table, -5, -1) == []

    def test_selecting_is_for_rows_that_are_there(self, hub: Hub) -> None:
        seen: list[Any] = []
        table = Table({"n": [1, 2]}, selectable=True, on_select=seen.append)
        client = WireClient(hub)
        client.act(["set", table.id, "selected", [1]])
        assert "error" in client.act(["set", table.id, "selected", [2]])
        assert "error" in client.act(["set", Table({"n": [1]}).id, "selected", [0]])
        assert seen == [[1]]

    def test_an_edit_is_checked_and_told(self, hub: Hub) -> None:
        seen: list[Any] = []
        table = Table({"n": [1, 2], "x": [1.0, 2.0], "t": ["a", "b"]}, editable=["n", "x"], on_edit=lambda *edit: seen.append(edit))
        client = WireClient(hub)
        before = table.version.value
        assert "error" not in self.edit(client, table, 1, "n", "7")
        self.edit(client, table, 0, "x", "3")
        for row, column, value in [(0, "n", "x"), (0, "t", "x"), (9, "n", "1"), ("0", "n", "1"), (0, ["n"], "1"), (0, "n", True)]:
            assert self.edit(client, table, row, column, value)["error"]["code"] == "rejected"
        assert client.act(["emit", table.id, "edit", {"row": 0}])["error"]["code"] == "rejected"
        assert (table.column("n"), table.column("x")) == ([1, 7], [3.0, 2.0])
        assert seen == [(1, "n", 7), (0, "x", 3.0)]
        assert table.version.value > before

    @pytest.mark.parametrize(
        ("column", "text", "value"),
        [
            ([dt.date(2024, 1, 1)], "2024-02-29", dt.date(2024, 2, 29)),
            ([dt.date(2024, 1, 1)], "", None),
            ([None, dt.date(2024, 1, 1)], "2024-02-29", dt.date(2024, 2, 29)),
            (
                [dt.datetime(2024, 1, 1, tzinfo=dt.UTC)],
                "2024-02-29 12:30:00+00:00",
                dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC),
            ),
            ([dt.time(8)], "09:15", dt.time(9, 15)),
            ([Decimal("1.10")], "2.20", Decimal("2.20")),
            ([UUID(int=1)], str(UUID(int=2)), UUID(int=2)),
            ([pd.Timestamp("2024-01-01")], "2024-02-29", pd.Timestamp("2024-02-29")),
            ([1], "9007199254740993", 9007199254740993),
            ([1], "1.5", 1.5),
            ([1, "a"], "2", 2),
            ([1, "a"], "b", "b"),
            (["a", 1], "2", "2"),
            ([None, 1.0], "2", 2.0),
            ([None], "x", "x"),
            (["a"], "", ""),
            (["a"], "x" * 20_000, "x" * 20_000),
            ([None, True], False, False),
        ],
    )
    def test_what_is_entered_is_of_the_cells_kind(self, hub: Hub, column: list[Any], text: Any, value: Any) -> None:
        seen: list[Any] = []
        table = Table({"c": column}, editable=True, on_edit=lambda *edit: seen.append(edit))
        assert "error" not in self.edit(WireClient(hub), table, 0, "c", text)
        assert table.column("c")[0] == value
        assert type(table.column("c")[0]) is type(value)
        assert seen == [(0, "c", value)]

    @pytest.mark.parametrize(
        ("sample", "text", "expected"),
        [
            (dt.date(2024, 1, 1), "soon", "c: expected a date like '2024-01-01', not 'soon'"),
            (Decimal("1.10"), "much", "c: expected a Decimal like '1.10', not 'much'"),
            (1, "1e999", "c: expected a number, not '1e999'"),
            (True, "x", "c: expected true or false, not 'x'"),
            (dt.timedelta(1), "2 days, 0:00:00", "c: expected a timedelta like '1 day, 0:00:00', not '2 days, 0:00:00'"),
        ],
    )
    def test_what_cannot_be_of_that_kind_is_refused_with_the_reason(self, hub: Hub, sample: Any, text: str, expected: str) -> None:
        table = Table({"c": [sample]}, editable=True)
        assert self.edit(WireClient(hub), table, 0, "c", text)["error"]["message"] == expected
        assert table.column("c") == [sample]

    def test_a_page_gets_the_beginning_of_a_long_text_and_whoever_edits_it_the_whole(self, hub: Hub) -> None:
        table = Table({"t": ["x" * 3000]})
        assert self.rows(hub, table) == [[0, "x" * 1000]]
        assert WireClient(hub).call("whole", table.id, row=0, column="t")["value"] == "x" * 3000

    def test_an_edit_whose_handler_fails_stays_and_whoever_made_it_is_told(self, hub: Hub) -> None:
        table = Table({"n": [1]}, editable=True, on_edit=lambda *_: [][0])
        client = WireClient(hub)
        client.propose(["emit", table.id, "edit", {"row": 0, "column": "n", "value": "2"}])
        told = [message for message in client.receive() if message["type"] == "error"]
        assert [(message["code"], message["object"]) for message in told] == [("handler_failed", table.id)]
        assert told[0]["incident"]
        assert table.column("n") == [2]

    def test_its_picture_has_numbers_as_people_read_them(self, hub: Hub) -> None:
        html = Table({"x": [1234567.89, 0.1 + 0.2, 3.0]}).to_html()
        assert re.findall(r"<td[^>]*>([^<]*)", html) == ["1234567.89", "0.3", "3"]

    def test_its_picture_is_its_beginning(self, hub: Hub) -> None:
        html = Table({"n": list(range(1000))}, label="numbers").to_html()
        assert html.count("<tr>") == 21
        assert "… and 980 more rows" in html


class TestFiles:
    def send(self, hub: Hub, upload: Upload, data: bytes, name: str = "a.txt", size: int | None = None) -> list[Any]:
        answers = []
        for offset in range(0, max(1, len(data)), 100_000):
            piece = data[offset : offset + 100_000]
            call: dict[str, Any] = {
                "id": "1",
                "name": name,
                "type": "text/plain",
                "size": len(data) if size is None else size,
                "offset": offset,
            }
            answers.append(upload._upload(sender="s", data=piece, **call))
        return answers

    def test_a_file_comes_in_pieces(self, hub: Hub, tmp_path: Any) -> None:
        seen: list[UploadedFile] = []
        upload = Upload("File", seen.append)
        data = bytes(range(256)) * 5000
        assert self.send(hub, upload, data)[-1] == len(data)
        [file] = seen
        assert file.read() == data
        file.save(tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == data
        assert upload.value.value == [{"name": "a.txt", "type": "text/plain", "size": len(data)}]

    @pytest.mark.parametrize(("given", "name"), [("../../etc/passwd", "passwd"), ("C:\\x\\y.txt", "y.txt"), ("..", "file"), ("", "file")])
    def test_a_name_is_no_path(self, hub: Hub, given: str, name: str) -> None:
        upload = Upload()
        self.send(hub, upload, b"x", given)
        assert upload.files[0].name == name

    def test_what_is_too_big_or_out_of_order_is_refused(self, hub: Hub) -> None:
        upload = Upload(max_size=10)
        with pytest.raises(ValueError, match="10 bytes"):
            self.send(hub, upload, b"x" * 11)
        with pytest.raises(ValueError, match="expected"):
            self.send(hub, upload, b"x" * 10, size=5)
        with pytest.raises(ValueError, match="begin again"):
            upload._upload("s", "other", "a", "", 10, 5, b"x")
        assert upload.files == []

    def test_a_new_one_takes_the_place_of_the_last_unless_several_are_wanted(self, hub: Hub) -> None:
        one, many = Upload(), Upload(multiple=True)
        for upload in (one, many):
            self.send(hub, upload, b"1", "1")
            self.send(hub, upload, b"", "2")
        assert [file.name for file in one.files] == ["2"]
        assert [file.name for file in many.files] == ["1", "2"]

    def test_a_download_is_given_when_it_is_asked_for(self, hub: Hub, tmp_path: Any) -> None:
        (tmp_path / "x.csv").write_text("a,b")
        contents: list[Any] = ["text", b"bytes", tmp_path / "x.csv", lambda: "made"]
        answers = [Download("Save", content)._piece("s", 0)["data"] for content in contents]
        assert answers == [b"text", b"bytes", b"a,b", b"made"]
        download = Download("Save", tmp_path / "x.csv")
        assert (download.name.value, download._piece("s", 0)["type"]) == ("x.csv", "text/csv")
        big = Download("Save", b"x" * 600_000, "../x.bin")
        assert big.name.value == "x.bin"
        assert [len(big._piece("s", offset)["data"]) for offset in (0, 262_144, 524_288)] == [262_144, 262_144, 75_712]


class TestForms:
    def test_it_is_sent_when_all_is_right(self, hub: Hub) -> None:
        sent: list[Any] = []
        with Form(on_submit=sent.append) as form:
            name = Text("Your name", name="name", required=True)
            Checkbox("I agree", True)
        client = WireClient(hub)
        client.act(["emit", form.id, "submit", {}])
        assert sent == []
        assert name.error.value
        client.receive()
        name.value.set("Ada")
        client.act(["emit", form.id, "submit", {}])
        assert sent == [{"name": "Ada", "I agree": True}]

    def test_it_does_not_take_what_a_page_complains_of(self, hub: Hub) -> None:
        sent: list[Any] = []
        with Form(on_submit=sent.append) as form:
            age = IntInput("Age", 20, max=120)
        client = WireClient(hub)
        client.act(["set", age.id, "complaint", "At most 120."])
        assert not form.check()
        assert age.error.value == "At most 120."
        client.act(["emit", form.id, "submit", {}])
        assert sent == []
        age.value.set(7)
        assert (age.complaint.value, age.valid, form.check()) == ("", True, True)
        client.act(["set", age.id, "complaint", "At most 120."], ["emit", form.id, "submit", {}])
        client.act(["set", age.id, "complaint", ""])
        assert age.valid
        client.act(["emit", form.id, "submit", {}])
        assert sent == [{"Age": 7}]

    @pytest.mark.parametrize(
        "put",
        [
            lambda: Text("Name", required=True, hidden=True),
            lambda: Text("Name", required=True, disabled=True),
            lambda: Text("Name", required=True, style={"display": "none"}),
            lambda: Column(Row(Text("Name", required=True)), attrs={"hidden": True}),
            lambda: Column(Text("Name", required=True), style={"display": "none"}),
            lambda: Tabs({"One": Text("Name", required=True)}, hidden=True),
            lambda: Element("fieldset", Text("Name", required=True), attrs={"disabled": True}),
        ],
    )
    def test_what_nobody_can_fill_in_does_not_hold_it_up(self, hub: Hub, put: Any) -> None:
        sent: list[Any] = []
        form = Form(put(), on_submit=sent.append)
        WireClient(hub).act(["emit", form.id, "submit", {}])
        assert form.check()
        assert sent == [{"Name": ""}]

    def test_what_is_wrong_is_brought_into_sight(self, hub: Hub) -> None:
        name = Text("Name", required=True)
        inner, dialog = Tabs({"x": p("x"), "y": name}), Dialog("More")
        inner.move_to(dialog)
        outer = Tabs({"a": p("a"), "b": p("b"), "c": Column(dialog)})
        form = Form(outer, Tabs({"other": p("o"), "right": Text("Town")}), on_submit=print)
        assert not form.check()
        assert (outer.selected.value, inner.selected.value, dialog.open.value) == (0, 0, False)
        WireClient(hub).act(["emit", form.id, "submit", {}])
        assert (outer.selected.value, inner.selected.value, dialog.open.value) == (2, 1, True)

    def test_its_button_stands_at_the_end(self, hub: Hub) -> None:
        with Form() as form:
            Text("Name")
        assert isinstance(form.children[-1], Row)
        assert len(Form(Text("Name"), submit="").children) == 1


class TestTiming:
    def test_a_timer_ticks_until_it_is_stopped(self, hub: Hub) -> None:
        ticked = threading.Event()
        ticks: list[None] = []

        def tick() -> None:
            ticks.append(None)
            if len(ticks) >= 3:
                ticked.set()

        timer = Timer(0.001, tick)
        assert ticked.wait(30)
        timer.running.set(False)
        assert _ended("objectsync-timer") == []

    def test_a_tick_is_over_when_what_it_awaits_is(self, hub: Hub) -> None:
        ticked = threading.Event()
        at_once: list[int] = []
        most: list[int] = []

        async def tick() -> None:
            at_once.append(1)
            most.append(len(at_once))
            await asyncio.sleep(0.005)
            at_once.pop()
            if len(most) >= 3:
                ticked.set()

        timer = Timer(0.001, tick)
        assert ticked.wait(30)
        timer.running.set(False)
        assert _ended("objectsync-timer") == []
        assert set(most) == {1}

    def test_a_tick_that_fails_is_told_as_any_handler_that_does(self, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
        failed = threading.Event()
        seen: list[Any] = []

        def hear(what: str, error: BaseException, about: Any) -> None:
            seen.append((what, str(error), about))
            failed.set()

        hub.on_error.add(hear)

        def tick() -> None:
            raise ValueError("boom")

        timer = Timer(0.001, tick)
        assert failed.wait(30)
        timer.running.set(False)
        assert _ended("objectsync-timer") == []
        assert seen[0] == (f"a handler of {timer}.tick failed", "boom", timer)

    def test_it_ends_with_its_object(self, hub: Hub) -> None:
        Timer(0.001).remove()
        assert _ended("objectsync-timer") == []

    def test_play_goes_to_the_end_and_stops(self, hub: Hub) -> None:
        done = threading.Event()
        play = Play("Frame", min=2, max=5, interval=0.001)
        play.running.on_change(lambda running: None if running else done.set())
        seen: list[int] = []
        play.on_change(seen.append)
        play.play()
        assert done.wait(30)
        assert seen == [3, 4, 5]
        assert play.value.value == 5
        assert "error" in WireClient(hub).act(["set", play.id, "value", 9])

    def test_numbers_that_do_not_fit_are_named(self, hub: Hub) -> None:
        with pytest.raises(ValueError, match="min < max"):
            Play(min=3, max=3)
        with pytest.raises(InvalidChangeError):
            Timer(0)


def _ended(name: str) -> list[threading.Thread]:
    """The threads of this name that have not ended in a while."""
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(30)
    return [thread for thread in threading.enumerate() if thread.name == name]

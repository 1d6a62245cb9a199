"""objectsync.testing: what a test sees and does is what a person with a browser sees and does."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import objectsync
from objectsync import Element, Emission, IntTopic, Policy, SObject, StringTopic, attribute, controls
from objectsync.dom import (
    button,
    details,
    dialog,
    div,
    fieldset,
    form,
    h1,
    img,
    input_,
    label,
    legend,
    li,
    option,
    p,
    select,
    span,
    summary,
    table,
    td,
    textarea,
    th,
    tr,
    ul,
)
from objectsync.hub import Hub
from objectsync.testing import NotThere, Page, Rejected, expect


@pytest.fixture
def page(hub: Hub) -> Any:
    with hub.as_current(), Page(hub, timeout=10) as page:
        yield page


def impatient(page: Page) -> Page:
    """For what will not come."""
    page.timeout = 0.01
    return page


class TestFinding:
    def test_by_text_means_the_innermost_elements(self, page: Page) -> None:
        div(p("One more"), p("no ", span("more")))
        assert page.get_by_text("MORE").texts == ["One more", "more"]
        assert page.get_by_text("more", exact=True).count() == 1

    def test_by_role_and_name_as_assistive_technology_has_them(self, page: Page) -> None:
        h1("Title")
        button("×", aria_label="close")
        label("Name ", input_(type="text"))
        label("Age", for_="age")
        input_(type="number", id="age", value=3)
        img(src="/a.png", alt="a cat")
        fieldset(legend("Colours"), input_(type="checkbox", aria_label="red"))
        for role, name in [
            ("heading", "Title"),
            ("button", "close"),
            ("textbox", "Name"),
            ("spinbutton", "Age"),
            ("img", "a cat"),
            ("group", "Colours"),
            ("checkbox", "red"),
        ]:
            assert page.get_by_role(role, name=name, exact=True).count() == 1, role

    def test_by_label_placeholder_and_ids(self, page: Page) -> None:
        label("Name", input_(value="Ada"))
        input_(placeholder="Search", id="q", data_testid="search")
        assert page.get_by_label("name").value == "Ada"
        assert page.get_by_placeholder("search").attribute("id") == "q"
        assert page.get_by_test_id("search").count() == page.get_by_id("q").count() == 1

    def test_within_an_element_and_filtered(self, page: Page) -> None:
        with ul():
            for each in ("milk", "bread"):
                li(each, button("drop"))
        row = page.get_by_role("listitem").filter(has_text="bread")
        assert row.get_by_text("drop").count() == 1
        assert page.get_by_role("listitem").first.text == "milkdrop"
        assert [each.text for each in page.get_by_role("button").all()] == ["drop", "drop"]

    def test_what_cannot_be_seen_is_no_text_and_has_no_role(self, page: Page) -> None:
        box = div(p("seen"), p("secret", style={"display": "none"}))
        assert page.get(box).text == "seen"
        button("gone", hidden=True)
        assert page.get_by_role("button").count() == 0
        assert not page.get_by_text("gone").is_visible()

    def test_whether_it_is_seen_is_asked_of_one_element(self, page: Page) -> None:
        p("same", hidden=True)
        expect(page.get_by_text("same")).to_be_hidden()
        p("same")
        with pytest.raises(NotThere, match="means 2 elements"):
            page.get_by_text("same").is_visible()
        with pytest.raises(NotThere, match=r"expected visible True, found \[False, True\]"):
            expect(impatient(page).get_by_text("same")).to_be_visible()
        expect(page.get_by_text("same").last).to_be_visible()

    def test_a_failure_says_what_was_looked_for_and_what_is_there(self, page: Page) -> None:
        button("more")
        with pytest.raises(NotThere, match=r"page.get_by_text\('less'\) is not there. The page shows:\n(.|\n)*<button> button 'more'"):
            impatient(page).get_by_text("less").click()

    def test_an_action_wants_one_element(self, page: Page) -> None:
        button("a")
        button("b")
        with pytest.raises(NotThere, match=r"means 2 elements; say which(.|\n)*0: <button> button 'a'"):
            impatient(page).get_by_role("button").click()

    def test_an_action_wants_what_can_be_seen_and_used(self, page: Page) -> None:
        button("a", disabled=True)
        div(button("b"), hidden=True)
        impatient(page)
        with pytest.raises(NotThere, match="is disabled"):
            page.get_by_text("a").click()
        with pytest.raises(NotThere, match="cannot be seen: <div> has the attribute hidden"):
            page.get_by_text("b").click()


class TestActing:
    def test_a_click_runs_the_handler_before_it_returns(self, page: Page) -> None:
        said = p("no")
        button("go", on_click=lambda: said.text.set("yes"))
        page.get_by_text("go").click()
        assert page.get(said).text == "yes"

    def test_a_handler_learns_which_page_it_was(self, page: Page, hub: Hub) -> None:
        seen: list[Emission] = []
        button("go", on_click=lambda event: seen.append(event))
        other = Page(hub)
        other.get_by_text("go").click()
        assert [event.session for event in seen] == [other.client.session]

    def test_clicks_bubble_unless_stopped(self, page: Page) -> None:
        seen: list[str] = []
        inner, stopped = button("inner"), button("stopped")
        div(inner, stopped, on_click=lambda: seen.append("outer"))
        stopped.on("click", lambda: seen.append("stopped"), stop_propagation=True)
        page.get_by_text("inner").click()
        page.get_by_text("stopped").click()
        assert seen == ["outer", "stopped"]

    def test_typing_is_input_and_leaving_is_change(self, page: Page) -> None:
        seen: list[tuple[str, str]] = []
        field = input_(value="", aria_label="name")
        for event in ("input", "change"):
            field.on(event, lambda event: seen.append((event["type"], event["value"])))
        page.get_by_label("name").type("ab")
        assert field.value.value == "ab"
        assert seen == [("input", "a"), ("input", "ab")]
        page.get_by_label("name").press("Enter")
        assert seen[2:] == [("change", "ab")]

    def test_a_number_arrives_as_one(self, page: Page) -> None:
        field = input_(type="range", value=1, aria_label="size")
        page.get_by_role("slider").fill("7")
        assert field.value.value == 7
        assert page.get_by_role("slider").value == "7"

    def test_two_people_type_into_one_text(self, page: Page, hub: Hub) -> None:
        class Field(objectsync.ElementObject, frontend_type="textarea"):
            value = attribute(StringTopic, "")

        field = Field()
        other = Page(hub)
        page.get_by_role("textbox").fill("milk")
        other.get_by_role("textbox").fill("buy milk")
        page.get_by_role("textbox").type("!")
        assert field.value.value == other.get_by_role("textbox").value == "buy milk!"

    def test_a_checkbox_is_checked_by_its_label_too(self, page: Page) -> None:
        box = input_(type="checkbox")
        label(box, " Remember me")
        page.get_by_text("Remember me").click()
        assert box.checked.value is True
        page.get_by_label("Remember").check()
        assert box.checked.value is True
        page.get_by_label("Remember").uncheck()
        expect(page.get_by_role("checkbox")).to_be_checked(False)

    def test_several_options_are_a_list(self, page: Page) -> None:
        changed: list[Any] = []
        with select(multiple=True, aria_label="toppings", value=["egg"]) as toppings:
            for name in ("ham", "egg", "olives"):
                option(name)
        toppings.on("change", lambda: changed.append(toppings.value.value))
        assert page.get_by_label("toppings").value == "egg"
        page.get_by_label("toppings").select_option("ham", "olives")
        assert changed == [["ham", "olives"]]

    def test_a_radio_button_turns_the_others_of_its_group_off(self, page: Page) -> None:
        first, second = (input_(type="radio", name="g", aria_label=name) for name in ("first", "second"))
        other = input_(type="radio", name="h", checked=True)
        for name in ("first", "second", "first"):
            page.get_by_label(name).check()
        assert (first.checked.value, second.checked.value, other.checked.value) == (True, False, True)

    def test_a_select_offers_its_options_by_text_or_value(self, page: Page) -> None:
        chosen = select(option("Austria", value="at"), option("Chile", value="cl"), aria_label="country")
        assert (page.get_by_label("country").value, chosen.value.value) == ("", None)
        page.get_by_label("country").select_option("Chile")
        assert chosen.value.value == "cl"
        with pytest.raises(NotThere, match="no option 'Peru'; it has 'Austria', 'Chile'"):
            page.get_by_label("country").select_option("Peru")

    def test_a_form_is_not_sent_before_what_it_asks_for_is_there(self, page: Page) -> None:
        sent: list[str] = []
        name, agreed = input_(aria_label="name", required=True), input_(type="checkbox", aria_label="agreed", required=True, checked=False)
        name.on("invalid", lambda: sent.append("no name"))
        form(name, agreed, button("send"), on_submit=lambda: sent.append("form"))
        page.get_by_text("send").click()
        assert (sent, page.focused.name) == (["no name"], "name")
        page.get_by_label("name").fill("Ada")
        page.get_by_text("send").click()
        assert (sent, page.focused.name) == (["no name"], "agreed")
        page.get_by_label("agreed").check()
        page.get_by_text("send").click()
        assert sent == ["no name", "form"]

    def test_enter_in_a_field_and_its_button_submit_the_form(self, page: Page) -> None:
        sent: list[str] = []
        field = input_(value="", aria_label="what")
        form(field, button("send"), button("not", type="button"), on_submit=lambda: sent.append(field.value.value))
        page.get_by_label("what").fill("a")
        page.get_by_label("what").press("Enter")
        page.get_by_text("send").click()
        page.get_by_text("not").click()
        assert sent == ["a", "a"]

    def test_only_the_keys_and_fields_asked_for_come(self, page: Page) -> None:
        seen: list[dict[str, Any]] = []
        area = textarea(aria_label="t")
        area.on("keydown", lambda event: seen.append(event.args), keys=["Enter"], fields=["key", "ctrlKey", "target.value"])
        page.get_by_label("t").press("x")
        page.get_by_label("t").press("Control+Enter")
        assert seen == [{"type": "keydown", "key": "Enter", "ctrlKey": True, "target.value": "x"}]

    def test_any_event_can_happen_where_a_test_says(self, page: Page) -> None:
        seen: list[dict[str, Any]] = []
        box = div("drag me")
        box.on("pointermove", lambda event: seen.append(event.args), fields=["elementX", "elementY"], throttle=0.1)
        page.get_by_text("drag me").dispatch("pointermove", elementX=3, elementY=4)
        assert seen == [{"type": "pointermove", "elementX": 3, "elementY": 4}]

    def test_dialogs_and_details_open_and_close(self, page: Page) -> None:
        ask = dialog(p("Sure?"))
        ask.append(button("no", on_click=lambda: ask.close()))
        button("delete", on_click=lambda event: ask.show_modal(event.session))
        details(summary("More"), p("fine print"))
        assert not page.get_by_text("Sure?").is_visible()
        page.get_by_text("delete").click()
        expect(page.get_by_text("Sure?")).to_be_visible()
        page.get_by_role("button", name="no").click()
        expect(page.get_by_text("Sure?")).to_be_hidden()
        page.get_by_text("More").click()
        expect(page.get_by_text("fine print")).to_be_visible()

    def test_an_order_reaches_the_page_that_it_is_for(self, page: Page, hub: Hub) -> None:
        field = input_(aria_label="f")
        button("edit", on_click=lambda event: field.focus(event.session))
        other = Page(hub)
        page.get_by_text("edit").click()
        assert page.focused.count() == 1
        assert other.focused.count() == 0
        page.press("x")
        assert field.value.value == "x"

    def test_control_z_outside_of_fields_undoes(self, page: Page) -> None:
        said = p("0")
        button("more", on_click=lambda: said.text.set("1"))
        page.get_by_text("more").click()
        page.press("Control+z")
        assert page.get(said).text == "0"
        page.press("Control+Shift+z")
        assert page.get(said).text == "1"

    def test_a_frontend_of_ones_own_is_done_by_hand(self, page: Page) -> None:
        class Clicks(SObject, frontend_type="counter"):
            count = attribute(IntTopic, 0)

        clicks = Clicks()
        assert "<counter>" in str(page)
        page.get_by_tag("counter").do(lambda clicks: clicks.count.add(1))
        assert clicks.count.value == 1


class TestWhatGoesWrong:
    def test_an_exception_of_a_handler_comes_out_of_the_action(self, page: Page) -> None:
        def fail() -> None:
            raise KeyError("nothing there")

        button("go", on_click=fail)
        with pytest.raises(KeyError, match="nothing there") as caught:
            page.get_by_text("go").click()
        assert any("click" in note for note in caught.value.__notes__)

    def test_so_does_that_of_a_coroutine_and_of_a_listener(self, page: Page) -> None:
        async def fail() -> None:
            await asyncio.sleep(0)
            raise KeyError("later")

        def refuse(value: object) -> None:
            raise ZeroDivisionError

        button("go", on_click=fail)
        field = input_(value="", aria_label="f")
        field.value.on_set += refuse
        with pytest.raises(KeyError):
            page.get_by_text("go").click()
        with pytest.raises(ZeroDivisionError):
            page.get_by_label("f").fill("x")
        assert page.get_by_label("f").value == ""

    def test_what_a_validator_refuses_is_rejected_and_taken_back(self, page: Page) -> None:
        field = input_(value="a", aria_label="f")
        field.value.add_validator(lambda value: len(value) < 3)
        with pytest.raises(Rejected) as caught:
            page.get_by_label("f").fill("abc")
        assert caught.value.code == "rejected"
        assert page.get_by_label("f").value == "a"

    def test_so_is_what_the_policy_forbids(self) -> None:
        class OnlyAda(Policy):
            def may_change(self, session: Any, sobject: Any, name: str, spec: Any) -> bool:
                return bool(session.identity == "ada")

        server = objectsync.Server(policy=OnlyAda())
        field = Element("input", server=server, attrs={"aria-label": "f"}, value="")
        with pytest.raises(Rejected, match="forbidden"):
            Page(server).get_by_label("f").fill("x")
        Page(server, identity="ada").get_by_label("f").fill("x")
        assert field.value.value == "x"

    def test_a_server_with_a_token_wants_it(self) -> None:
        server = objectsync.Server(token="secret")
        with pytest.raises(objectsync.LocalError, match="did not let the page in"):
            Page(server)
        assert Page(server, token="secret").text == ""


class TestWaiting:
    def test_a_coroutine_that_can_go_on_has_ended(self, page: Page) -> None:
        said = p("no")

        async def go() -> None:
            for _ in range(100):
                await asyncio.sleep(0)
            said.text.set("yes")

        button("go", on_click=go)
        page.get_by_text("go").click()
        assert page.get(said).text == "yes"

    def test_no_thread_is_left_when_the_handlers_have_ended(self, page: Page) -> None:
        async def go() -> None:
            await asyncio.sleep(0)

        button("go", on_click=go)
        for _ in range(3):
            page.get_by_text("go").click()
            assert "objectsync-testing" not in [thread.name for thread in threading.enumerate()]

    def test_one_that_waits_for_a_person_does_not_hold_the_test_up(self, page: Page) -> None:
        said, sure = p("asking"), button("sure")

        async def go() -> None:
            await sure.wait("click")
            said.text.set("done")

        button("go", on_click=go)
        page.get_by_text("go").click()
        assert page.get(said).text == "asking"
        page.get_by_text("sure").click()
        expect(page.get(said)).to_have_text("done")

    def test_what_another_thread_does_is_waited_for(self, page: Page) -> None:
        go = threading.Event()

        def work() -> None:
            go.wait()
            button("late")

        thread = threading.Thread(target=work)
        thread.start()
        go.set()
        page.get_by_text("late").click()
        thread.join()

    def test_a_handler_may_not_block_for_the_page(self, page: Page) -> None:
        sure = button("sure")
        button("go", on_click=lambda: sure.wait("click").block())
        with pytest.raises(objectsync.LocalError, match="async def"):
            page.get_by_text("go").click()

    def test_expectations_say_what_is_there(self, page: Page) -> None:
        said = p("one")
        with pytest.raises(NotThere, match=r"expected text 'two', found \['one'\]"):
            expect(impatient(page).get(said)).to_have_text("two")

    def test_it_is_the_same_where_a_server_listens(self, server: objectsync.Server) -> None:
        said = Element("p", server=server, text="no")
        Element("button", server=server, text="go").on("click", lambda: said.text.set(threading.current_thread().name))
        with Page(server) as page:
            page.get_by_text("go").click()
            assert page.get(said).text == threading.current_thread().name

    async def test_it_is_the_same_where_an_event_loop_runs(self, page: Page) -> None:
        said = p("no")

        async def go() -> None:
            await asyncio.sleep(0)
            said.text.set("yes")

        button("go", on_click=go)
        page.get_by_text("go").click()
        assert page.get(said).text == "yes"


class TestControls:
    def test_fields_hold_what_is_entered(self, page: Page) -> None:
        fields: list[tuple[Any, str, Any, str]] = [
            (controls.Text("Name"), "Ada", "Ada", "Ada"),
            (controls.TextArea("Notes"), "a\nb", "a\nb", "a\nb"),
            (controls.Password("Secret"), "1234", "1234", "1234"),
            (controls.IntInput("Pieces"), "3", 3, "3"),
            (controls.FloatInput("Weight"), "1.5", 1.5, "1.5"),
            (controls.IntSlider("Size"), "7", 7, "7"),
            (controls.FloatSlider("Gain"), "0.5", 0.5, "0.5"),
            (controls.Combobox("Fruit", options=["pear"]), "plum", "plum", "plum"),
            (controls.Date("Day"), "2026-11-24", "2026-11-24", "2026-11-24"),
            (controls.Color("Ink"), "#ff0000", "#ff0000", "#ff0000"),
        ]
        for control, typed, value, shown in fields:
            name = control.label.value
            page.get_by_label(name, exact=True).fill(typed)
            assert control.value.value == value, name
            assert page.get_by_label(name, exact=True).value == shown, name

    def test_choices_are_made_by_what_they_say(self, page: Page) -> None:
        country = controls.Select("Country", {"Austria": "at", "Chile": "cl"}, "at")
        size = controls.Radio("Size", {"small": 1, "large": 2}, 1)
        toppings = controls.MultiSelect("Toppings", ["ham", "olives", "egg"], ["ham"])
        page.get_by_label("Country").select_option("Chile")
        page.get_by_label("large").check()
        page.get_by_label("Toppings").select_option(["olives", "egg"])
        expect(page.get_by_label("Toppings")).to_have_values(["olives", "egg"])
        assert (country.value.value, size.value.value, toppings.value.value) == ("cl", 2, ["olives", "egg"])
        expect(page.get_by_label("large")).to_be_checked()
        expect(page.get_by_label("Country")).to_have_value("Chile")
        with pytest.raises(NotThere, match="no option 'cheese'; it has 'ham', 'olives', 'egg'"):
            page.get_by_label("Toppings").select_option("ham", "cheese")

    def test_buttons_boxes_and_switches_are_pressed(self, page: Page) -> None:
        seen: list[Any] = []
        controls.Button("Go", lambda event: seen.append(event.session))
        controls.Checkbox("Remember", on_change=seen.append)
        controls.Switch("Dark", on_change=seen.append)
        controls.ToggleButton("Live", value=True, on_change=seen.append)
        controls.Button("Not now", disabled=True)
        page.get_by_role("button", name="Go").click()
        page.get_by_label("Remember").check()
        page.get_by_role("switch", name="Dark").click()
        page.get_by_role("button", name="Live").click()
        assert seen == [page.client.session, True, True, False]
        expect(page.get_by_text("Not now")).to_be_disabled()

    def test_a_slider_is_let_go_and_enter_is_pressed(self, page: Page) -> None:
        seen: list[Any] = []
        controls.IntSlider("Size", on_release=seen.append)
        controls.Text("Say", on_submit=seen.append)
        page.get_by_role("slider").fill("3")
        page.get_by_label("Say").fill("hello")
        page.get_by_label("Say").press("Enter")
        assert seen == [3, "hello"]

    def test_a_large_number_stands_in_full(self, page: Page) -> None:
        controls.IntSlider("Pieces", 1_234_567, max=10_000_000)
        input_(type="number", value=1_234_567.0, aria_label="price")
        expect(page.get_by_text("1234567")).to_be_visible()
        assert page.get_by_label("price").value == "1234567"

    def test_either_handle_of_a_range_is_moved(self, page: Page) -> None:
        years = controls.IntRangeSlider("Years", (1990, 2010), min=1900, max=2100)
        page.get_by_label("Years to").fill("2020")
        page.get_by_label("Years from").fill("1980")
        assert years.value.value == [1980, 2020]
        assert page.get_by_role("slider").count() == 2
        page.get_by_label("Years from").fill("2050")
        assert years.value.value == [2020, 2020]

    def test_what_is_wrong_with_a_value_stands_at_the_field(self, page: Page) -> None:
        controls.Text("Name", validate=lambda name: "Too short." if len(name) < 3 else None)
        page.get_by_label("Name").fill("Al")
        expect(page.get_by_text("Too short.")).to_be_visible()

    def test_a_table_is_sorted_selected_and_edited(self, page: Page) -> None:
        seen: list[Any] = []
        table = controls.Table(
            {"n": [2, 1, 3], "note": ["two", "one", "three"], "done": [False, True, False]},
            label="numbers",
            selectable=True,
            editable=["note", "done"],
            on_select=seen.append,
            on_edit=lambda *edit: seen.append(edit),
        )
        grid = page.get_by_role("grid", name="numbers")
        assert grid.get_by_role("gridcell").texts == ["2", "two", "false", "1", "one", "true", "3", "three", "false"]
        grid.get_by_role("button", name="n", exact=True).click()
        assert grid.get_by_role("gridcell").texts[::3] == ["1", "2", "3"]
        grid.get_by_role("button", name="n ▲").click()
        assert grid.get_by_role("gridcell").texts[::3] == ["3", "2", "1"]
        grid.get_by_role("button", name="n ▼").click()
        assert table.sort.value is None
        grid.get_by_text("three").click()
        assert grid.get_by_role("row").filter(has_text="three").attribute("aria-selected") == "true"
        grid.get_by_text("one", exact=True).dblclick()
        page.get_by_label("note").fill("uno")
        page.get_by_label("note").press("Enter")
        grid.get_by_text("two", exact=True).dblclick()
        page.get_by_label("note").fill("given up")
        page.get_by_label("note").press("Escape")
        grid.get_by_role("gridcell").nth(8).dblclick()
        page.get_by_label("done").check()
        grid.get_by_text("3", exact=True).dblclick()  # not to be edited
        expect(grid.get_by_role("textbox")).to_have_count(0)
        assert [edit for edit in seen if isinstance(edit, tuple)] == [(1, "note", "uno"), (2, "done", True)]
        assert seen[0] == [2]
        assert table.column("note") == ["two", "uno", "three"]

    def test_what_a_cell_does_not_take_comes_out_of_the_test(self, page: Page) -> None:
        controls.Table({"day": [dt.date(2026, 11, 24)]}, editable=True)
        page.get_by_role("gridcell").dblclick()
        page.get_by_label("day").fill("someday")
        with pytest.raises(Rejected, match="day: expected a date like '2026-11-24', not 'someday'"):
            page.get_by_label("day").press("Enter")

    def test_a_cell_that_was_only_looked_at_stays_as_it_is(self, page: Page) -> None:
        seen: list[Any] = []
        data = {"text": ["a\nb", None, "x" * 3000], "n": [0.1 + 0.2, None, 3.0]}
        table = controls.Table(data, editable=True, on_edit=lambda *edit: seen.append(edit))
        for number in range(6):
            page.get_by_role("gridcell").nth(number).dblclick()
            page.get_by_label("text" if number % 2 == 0 else "n").press("Enter")
        assert (table.column("text"), table.column("n"), seen) == (data["text"], data["n"], [])
        page.get_by_role("gridcell").nth(4).dblclick()
        assert page.get_by_label("text").value == "x" * 3000
        page.get_by_label("text").press("y")  # all of it is selected
        page.get_by_label("text").press("Enter")
        assert table.column("text")[2] == "y"

    def test_an_edit_whose_handler_fails_stays(self, page: Page) -> None:
        table = controls.Table({"n": [1]}, editable=True, on_edit=lambda *_: [][0])
        page.get_by_text("1").dblclick()
        page.get_by_label("n").fill("2")
        with pytest.raises(IndexError):
            page.get_by_label("n").press("Enter")
        assert table.column("n") == [2]

    def test_a_shown_frame_is_the_table_that_a_page_shows(self, page: Page) -> None:
        objectsync.show(pd.DataFrame({"city": ["Oslo", "Lima"]}))
        page.get_by_role("button", name="city").click()
        assert page.get_by_role("gridcell").texts == ["Lima", "Oslo"]

    def test_files_go_up_and_come_down(self, page: Page, tmp_path: Path) -> None:
        got: list[Any] = []
        upload = controls.Upload("Photo", lambda file: got.append((file.name, file.type, file.read())), multiple=True, max_size=1_000_000)
        controls.Download("Save", lambda: b"".join(file.read() for file in upload.files), "all.bin")
        big = bytes(range(256)) * 2_000
        (tmp_path / "cat.png").write_bytes(big)
        page.get_by_label("Photo").set_input_files(tmp_path / "cat.png", {"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"})
        assert got == [("cat.png", "image/png", big), ("note.txt", "text/plain", b"hello")]
        expect(page.get_by_text("note.txt (5 B)")).to_be_visible()
        page.get_by_role("button", name="Save").click()
        assert page.downloads == [("all.bin", big + b"hello")]
        page.get_by_label("Photo").set_input_files({"name": "long", "buffer": bytes(1_000_001)})
        expect(page.get_by_text("long is too big: at most 1 MB.")).to_be_visible()
        assert len(upload.files) == 2
        page.get_by_label("Photo").set_input_files({"name": "short", "buffer": b""})
        expect(page.get_by_text("too big")).to_have_count(0)
        with pytest.raises(NotThere, match="takes no files"):
            page.get_by_role("button", name="Save").set_input_files()

    def test_what_fails_with_a_file_comes_out_of_the_action(self, page: Page) -> None:
        def refuse(*_: Any) -> bytes:
            raise ValueError("boom")

        controls.Upload("Photo", refuse)
        controls.Download("Save", refuse, "all.bin")
        with pytest.raises(ValueError, match="boom"):
            page.get_by_label("Photo").set_input_files({"name": "cat.png", "buffer": b"cat"})
        with pytest.raises(ValueError, match="boom"):
            page.get_by_role("button", name="Save").click()

    def test_a_form_is_sent_when_all_is_right(self, page: Page) -> None:
        sent: list[Any] = []
        with controls.Form(on_submit=sent.append, submit="Sign up"):
            controls.Text("Name", name="name", required=True)
            controls.IntInput("Age", name="age", validate=lambda age: "Too young." if age < 18 else None)
        page.get_by_label("Age").fill("7")
        page.get_by_role("button", name="Sign up").click()
        expect(page.get_by_text("Too young.")).to_be_visible()
        page.get_by_label("Name").fill("Ada")
        page.get_by_label("Age").fill("36")
        page.get_by_label("Name").press("Enter")
        assert sent == [{"name": "Ada", "age": 36}]
        expect(page.get_by_text("Too young.")).to_have_count(0)

    def test_what_a_form_misses_is_brought_into_sight(self, page: Page) -> None:
        with controls.Form(on_submit=print):
            controls.Tabs({"One": p("first"), "Two": controls.Accordion({"More": controls.Text("Name", required=True)})})
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Please fill in this field.")).to_be_visible()
        expect(page.focused).to_have_count(1)

    def test_what_a_timer_does_is_waited_for(self, page: Page) -> None:
        ticks = p("0")

        def tick() -> None:
            ticks.text.set(str(int(ticks.text.value) + 1))
            timer.running.set(ticks.text.value != "3")

        timer = controls.Timer(0.002, tick, running=False)
        controls.Button("Start", lambda: timer.running.set(True))
        page.get_by_role("button", name="Start").click()
        expect(page.get_by_text("3", exact=True)).to_be_visible()

    def test_what_plays_is_played_and_held_by_its_buttons(self, page: Page) -> None:
        frame = controls.Play("Frame", min=2, max=5, interval=0.002)
        page.get_by_role("button", name="play").click()
        expect(page.get_by_text("5", exact=True)).to_be_visible()
        expect(page.get_by_role("button", name="play")).to_be_visible()  # at its end it stops
        page.get_by_role("button", name="back to the start").click()
        assert (frame.value.value, frame.running.value) == (2, False)
        page.get_by_label("Frame").fill("4")
        assert frame.value.value == 4
        frame.interval.set(60)
        page.get_by_role("button", name="play").click()
        page.get_by_role("button", name="pause").click()
        assert (frame.value.value, frame.running.value) == (4, False)

    def test_tabs_and_dialogs_open(self, page: Page) -> None:
        controls.Tabs({"One": p("first"), "Two": p("second")})
        ask = controls.Dialog("Sure?", p("It cannot be undone."))
        page.get_by_role("tab", name="Two").click()
        expect(page.get_by_text("second")).to_be_visible()
        expect(page.get_by_text("first")).to_be_hidden()
        expect(page.get_by_role("dialog")).to_have_count(0)
        ask.open.set(True)
        expect(page.get_by_role("dialog", name="Sure?")).to_contain_text("cannot be undone")


class TestControlsAreWhatAPageMakesOfThem:
    """What is found here is what Chromium tells of the same controls (tests/e2e/test_agreement.py)."""

    def test_a_required_field_has_its_mark_in_the_name_and_not_in_the_label(self, page: Page) -> None:
        controls.Text("Name", required=True)
        controls.Checkbox("I agree", required=True)
        assert page.get_by_role("textbox", name="Name *", exact=True).count() == 1
        assert page.get_by_role("textbox", name="Name", exact=True).count() == 0
        assert page.get_by_role("checkbox", name="I agree *", exact=True).count() == 1
        assert page.get_by_label("Name", exact=True).count() == page.get_by_text("Name", exact=True).count() == 1

    def test_what_has_no_label_is_called_after_what_it_is(self, page: Page) -> None:
        controls.Text()
        controls.Text(placeholder="Search")
        controls.Radio(options=["a", "b"])
        for role, name in [("textbox", "Text"), ("textbox", "Search"), ("radiogroup", "Radio")]:
            assert page.get_by_role(role, name=name, exact=True).count() == 1, name

    def test_roles_and_names_of_what_is_more_than_a_field(self, page: Page) -> None:
        controls.Progress("Loading")
        controls.Combobox("Fruit", options=["pear"])
        controls.Tabs({"One": p("first")}, label="Pages")
        controls.Split(p("left"), p("right"))
        controls.Log("Events").info("ready")
        controls.Output(label="Results").print("42")
        controls.Radio("Size", ["small"])
        controls.Spinner("Training")
        controls.Toast("Not saved", kind="error")
        controls.Dialog("Sure?", open=True, modal=False)
        controls.Upload("Photo")
        controls.Date("Day")
        for role, name in [
            ("progressbar", "Loading"),
            ("combobox", "Fruit"),
            ("tablist", "Pages"),
            ("tabpanel", "One"),
            ("separator", "Size of the parts"),
            ("log", "Events"),
            ("region", "Results"),
            ("radiogroup", "Size"),
            ("dialog", "Sure?"),
            ("button", "Photo"),
            ("textbox", "Day"),
        ]:
            assert page.get_by_role(role, name=name, exact=True).count() == 1, role
        assert page.get_by_role("status").text == "Training"
        assert page.get_by_role("alert").text == "Not saved ✕"

    def test_toasts_and_dialogs_are_closed_by_their_buttons(self, page: Page) -> None:
        closed: list[str] = []
        controls.Toast("Saved")
        ask = controls.Dialog("Sure?", open=True, on_close=lambda: closed.append("dialog"))
        page.get_by_role("dialog").get_by_role("button", name="Close").click()
        assert (ask.open.value, closed) == (False, ["dialog"])
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_text("Saved")).to_have_count(0)

    def test_a_control_has_its_tooltip_as_title(self, page: Page) -> None:
        controls.Button("Save", tooltip="All of it")
        assert page.get_by_title("all of it").text == "Save"
        img(src="/a.png", alt="a cat")
        assert page.get_by_alt_text("cat").count() == 1

    def test_names_are_read_out_of_what_is_inside(self, page: Page) -> None:
        with table():
            tr(td(input_(value="Apples")), td(button("×", aria_label="Remove")))
            tr(th("Total"), td("3"))
        button(img(src="/a.png", alt="icon"))
        div(button("hidden"), aria_hidden="true")
        assert page.get_by_role("row", name="Apples Remove", exact=True).count() == 1
        assert page.get_by_role("rowheader", name="Total").count() == 1
        assert page.get_by_role("button", name="icon").count() == 1
        assert page.get_by_role("button", name="hidden").count() == 0

    def test_what_a_layout_takes_apart_is_no_one_word(self, page: Page) -> None:
        plain, laid_out = div(span("a"), button("b")), controls.Row(span("a"), span("b"))
        assert (page.get(plain).text, page.get(laid_out).text) == ("ab", "a b")


class TestDialogs:
    def test_escape_closes_one_that_is_modal(self, page: Page) -> None:
        closed: list[str] = []
        ask = controls.Dialog("Sure?", on_close=lambda: closed.append("ask"))
        note = controls.Dialog("Note", modal=False, open=True)
        page.press("Escape")
        assert note.open.value
        ask.open.set(True)
        page.press("Escape")
        assert (ask.open.value, note.open.value, closed) == (False, True, ["ask"])

    def test_what_is_behind_a_modal_dialog_cannot_be_used(self, page: Page) -> None:
        controls.Button("Below")
        controls.Text("Who")
        ask = controls.Dialog("Sure?", controls.Button("Yes"), open=True)
        impatient(page)
        assert page.get_by_role("button", name="Below").is_visible()
        for act in (page.get_by_text("Below").click, lambda: page.get_by_label("Who").fill("Ada")):
            with pytest.raises(NotThere, match=r"cannot be used: the dialog 'Sure\?' is in front of it; close that first"):
                act()
        page.get_by_text("Yes").click()
        ask.close()
        page.get_by_text("Below").click()

    def test_a_dialog_has_the_keyboard_and_gives_it_back(self, page: Page) -> None:
        ask = controls.Dialog("Sure?", controls.Button("Yes"))
        controls.Button("Delete", lambda: ask.open.set(True))
        page.get_by_text("Delete").click()
        assert page.focused.name == "Close"
        page.press("Tab")
        assert page.focused.name == "Yes"
        page.press("Shift+Tab")
        page.press("Enter")
        assert not ask.open.value
        assert page.focused.name == "Delete"

    def test_a_dialog_that_python_closes_tells_so_when_the_keyboard_has_gone_back(self, page: Page) -> None:
        seen: list[str] = []
        ask = dialog()
        ask.append(button("no", on_click=lambda: ask.close()))
        name = input_(aria_label="name")
        button("delete", on_click=lambda event: ask.show_modal(event.session))

        def closed(event: Emission) -> None:
            seen.append(event.name)
            name.focus(event.session)

        ask.on("close", closed)
        ask.close()
        page.get_by_text("delete").click()
        page.get_by_text("no").click()
        assert seen == ["close"]
        assert page.focused.name == "name"
        page.get_by_text("delete").click()
        page.press("Escape")
        assert seen == ["close"] * 2
        assert page.focused.name == "name"
        ask.show_modal()
        assert page.get_by_role("dialog").count() == 1
        ask.close()
        assert page.get_by_role("dialog").count() == 0
        assert seen == ["close"] * 3

    def test_an_element_hears_of_escape_and_may_stay(self, page: Page, hub: Hub) -> None:
        seen: list[str] = []
        box = dialog("stay")
        box.on("cancel", lambda: seen.append("cancel"), prevent_default=True)
        box.show_modal()
        page.press("Escape")
        assert (seen, page.get_by_role("dialog").count()) == (["cancel"], 1)


class TestKeyboard:
    def test_a_part_of_a_control_has_it(self, page: Page) -> None:
        frame = controls.Play("Frame", 3)
        page.get_by_role("button", name="back to the start").focus()
        page.press("Enter")
        assert frame.value.value == 0
        name = controls.Text("Name")
        page.get_by_label("Name").click()
        page.press("a")
        assert name.value.value == "a"

    def test_what_cannot_have_it_hears_no_keys_of_its_own(self, page: Page) -> None:
        seen: list[str] = []
        plain, stop = div("plain"), div("stop", tabindex=0)
        for each in (plain, stop):
            each.on("keydown", lambda event: seen.append(event["key"]))
        page.get(plain).press("a")
        page.get(stop).press("b")
        assert seen == ["b"]

    def test_a_press_elsewhere_leaves_the_field(self, page: Page) -> None:
        seen: list[str] = []
        field = input_(aria_label="name", value="")
        field.on("change", lambda event: seen.append(event["value"]))
        elsewhere = p("elsewhere")
        page.get_by_label("name").fill("Ada")
        page.get(elsewhere).click()
        assert seen == ["Ada"]

    def test_who_listens_keeps_the_page_from_what_it_would_do(self, page: Page) -> None:
        box, field = input_(type="checkbox", aria_label="on", checked=False), input_(aria_label="name", value="")
        box.on("click", lambda: None, prevent_default=True)
        field.on("keydown", lambda: None, prevent_default=True, keys=["x"])
        page.get_by_label("on").click()
        page.get_by_label("name").type("axb")
        assert (box.checked.value, field.value.value) == (False, "ab")

    def test_undo_and_redo_by_keys(self, page: Page) -> None:
        size = controls.IntSlider("Size", 3)
        page.get_by_label("Size").fill("7")
        page.get_by_label("Size").press("Control+z")
        assert size.value.value == 3
        page.press("Control+y")
        assert size.value.value == 7

    def test_arrow_keys_move_what_they_move_in_a_browser(self, page: Page) -> None:
        size, pieces = controls.IntSlider("Size", 3, max=20, step=2), controls.IntInput("Pieces", 3, max=4)
        kind, pages = controls.Radio("Kind", ["a", "b", "c"], "a"), controls.Tabs({"One": p("first"), "Two": p("second")})
        split = controls.Split(p("left"), p("right"))
        for key, value in [("ArrowRight", 6), ("ArrowDown", 4), ("End", 20), ("PageDown", 18), ("Home", 0)]:
            page.get_by_label("Size", exact=True).press(key)
            assert size.value.value == value, key
        for key in ("ArrowUp", "ArrowUp"):
            page.get_by_label("Pieces").press(key)
        assert pieces.value.value == 4
        page.get_by_role("radio", name="a").press("ArrowUp")
        assert kind.value.value == "c"
        page.press("ArrowDown")
        assert (kind.value.value, page.focused.name) == ("a", "a")
        page.get_by_role("tab", name="One").press("ArrowRight")
        assert (pages.selected.value, page.focused.name) == (1, "Two")
        page.get_by_role("separator").press("ArrowLeft")
        assert split.position.value == 48

    def test_a_tooltip_is_shown_around_what_was_reached(self, page: Page) -> None:
        seen: list[str] = []
        controls.Tooltip(button("Save", on_pointerenter=lambda: seen.append("entered")), "Ctrl+S")
        other = button("other")
        expect(page.get_by_role("tooltip")).to_have_count(0)
        page.get_by_text("Save").hover()
        assert (page.get_by_role("tooltip").text, seen) == ("Ctrl+S", ["entered"])
        page.get(other).focus()
        expect(page.get_by_role("tooltip")).to_have_count(0)

    def test_letters_come_where_the_caret_is(self, page: Page) -> None:
        name, town = controls.Text("Name", "Ada"), controls.Text("Town", "Oslo")
        page.get_by_label("Name").type("x y")  # Playwright puts the caret before what is there
        assert name.value.value == "x yAda"
        page.get_by_label("Name").press("Backspace")
        page.press("Tab")  # which selects what is there
        page.press("L")
        assert (name.value.value, town.value.value) == ("x Ada", "L")
        page.get_by_label("Town").fill("Lim")
        page.press("a")
        assert town.value.value == "Lima"

    def test_a_click_finds_a_box_as_it_is_then(self, page: Page) -> None:
        seen: list[bool] = []
        box = input_(type="checkbox", aria_label="on", checked=False)
        box.on("click", lambda event: seen.append(event["checked"]))
        page.get_by_label("on").click()
        assert (seen, box.checked.value) == ([True], True)

    def test_of_sections_with_one_name_one_is_open(self, page: Page) -> None:
        controls.Accordion({"One": p("first"), "Two": p("second")}, exclusive=True, open=0)
        page.get_by_text("Two").click()
        assert page.get_by_role("paragraph").texts == ["second"]

    def test_a_table_has_the_keyboard_after_its_cell(self, page: Page) -> None:
        controls.Table({"n": [1]}, label="numbers", editable=True)
        for key in ("Enter", "Escape"):
            page.get_by_role("gridcell").dblclick()
            page.press("2")
            page.press(key)
            assert page.focused.name == "numbers"
        assert page.get_by_role("gridcell").text == "2"


class TestEntries:
    def test_a_number_out_of_range_stays_in_the_field_and_is_said_to_be_wrong(self, page: Page) -> None:
        heard: list[Any] = []
        age = controls.IntInput("Age", 30, min=18, max=99, on_change=heard.append)
        for typed, said in [
            ("17", "Value must be greater than or equal to 18."),
            ("100", "Value must be less than or equal to 99."),
            ("20.5", "Please enter a whole number."),
        ]:
            page.get_by_label("Age").fill(typed)
            expect(page.get_by_text(said, exact=True)).to_be_visible()
            assert (page.get_by_label("Age").value, age.value.value, age.complaint.value) == (typed, 30, said)
            assert page.get_by_label("Age").attribute("aria-invalid") == "true"
        page.get_by_label("Age").fill("20")
        expect(page.get_by_text("Please enter")).to_have_count(0)
        assert (age.value.value, age.complaint.value, heard) == (20, "", [20])

    def test_a_new_value_takes_its_place(self, page: Page, hub: Hub) -> None:
        age = controls.IntInput("Age", 30, min=18)
        page.get_by_label("Age").fill("1")
        age.value.set(40)
        assert (page.get_by_label("Age").value, age.complaint.value) == ("40", "")
        expect(page.get_by_text("Value must")).to_have_count(0)

    def test_half_a_number_is_none_yet(self, page: Page) -> None:
        gain = controls.FloatInput("Gain")
        page.get_by_label("Gain").press("-")
        assert page.get_by_label("Gain").value == ""
        expect(page.get_by_text("Please enter a number.")).to_be_visible()
        page.get_by_label("Gain").type("1x.5")
        assert gain.value.value == -1.5
        expect(page.get_by_text("Please enter")).to_have_count(0)

    def test_days_and_times_are_within_their_limits(self, page: Page) -> None:
        day = controls.Date("Day", "2026-11-24", min="2026-11-01", max="2026-11-30")
        night = controls.Time("Night", "23:00", min="22:00", max="06:00")
        page.get_by_label("Day").fill("2026-12-01")
        page.get_by_label("Night").fill("13:00")
        expect(page.get_by_text("Value must be 11/30/2026 or earlier.")).to_be_visible()
        expect(page.get_by_text("Value must be between 10:00\u202fPM and 6:00\u202fAM.")).to_be_visible()
        assert (day.value.value, night.value.value) == ("2026-11-24", "23:00")

    def test_a_form_is_not_sent_with_one(self, page: Page) -> None:
        sent: list[Any] = []
        with controls.Form(on_submit=sent.append):
            controls.IntInput("Age", 30, min=18)
        page.get_by_label("Age").fill("1")
        page.get_by_role("button", name="Send").click()
        assert sent == []
        page.get_by_label("Age").fill("20")
        page.get_by_label("Age").press("Enter")
        assert sent == [{"Age": 20}]

    def test_what_no_browser_lets_in_is_an_error_of_the_test(self, page: Page) -> None:
        controls.IntInput("Age")
        controls.IntSlider("Size", max=10, step=2)
        controls.Color("Ink")
        controls.Date("Day")
        input_(aria_label="fixed", readonly=True)
        for name, text, why in [
            ("Age", "many", "fills with a number, not 'many'"),
            ("Size", "11", "a number from 0 to 10 in steps of 2, not '11'"),
            ("Size", "3", "in steps of 2"),
            ("Ink", "red", 'a colour, as "#1a5fb4", not'),
            ("Day", "tomorrow", 'a day, as "2026-11-24", not'),
            ("fixed", "x", "can be read only"),
        ]:
            with pytest.raises(NotThere, match=why):
                page.get_by_label(name).fill(text)
        with pytest.raises(NotThere, match="give the whole of it to fill"):
            page.get_by_label("Day").press("2")

    def test_enter_presses_the_button_that_sends(self, page: Page) -> None:
        seen: list[str] = []
        with form(on_submit=lambda: seen.append("sent")):
            input_(aria_label="first", value="")
            input_(aria_label="second", value="")
            go = button("go", on_click=lambda: seen.append("pressed"))
        page.get_by_label("first").press("Enter")
        assert seen == ["pressed", "sent"]
        go.remove()
        page.get_by_label("first").press("Enter")
        assert seen == ["pressed", "sent"]

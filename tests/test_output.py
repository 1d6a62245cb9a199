"""What an Output shows live: figures and tables, as `show` would, as objects of its own that go with their items."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd
import pytest
from plotly import graph_objects

from objectsync import Element, show
from objectsync.controls import Button, Column, Output, Table, interact
from objectsync.hub import Hub
from objectsync.testing import Page
from tests.clients import WireClient, changes_in, make_hub


@pytest.fixture
def hub() -> Any:
    hub = make_hub()
    with hub.as_current():
        yield hub


def bars(*heights: int, title: str = "Bars") -> graph_objects.Figure:
    return graph_objects.Figure(graph_objects.Bar(y=heights, name=title), {"title": {"text": title}})


def chart(*heights: int, title: str = "Chart") -> alt.Chart:
    data = pd.DataFrame({"x": range(len(heights)), "y": heights})
    made: alt.Chart = alt.Chart(data, title=title).mark_bar().encode(x="x:O", y="y:Q")
    return made


def frame(*heights: int) -> pd.DataFrame:
    return pd.DataFrame({"height": heights})


def shown(out: Output) -> list[Any]:
    """What an output shows: texts, bundles, objects."""
    return [out.server.objects[value] if kind == "object" else value for kind, value in out.items.value]


def kinds(out: Output) -> list[str]:
    return [kind for kind, _ in out.items.value]


def said(value: Any) -> str:
    text: str = value.content.value["alt"]
    return text


@pytest.mark.parametrize(
    ("value", "library"), [(bars, "plotly"), (chart, "vega"), (frame, None)], ids=["a figure of plotly", "a chart of altair", "a frame"]
)
def test_what_show_shows_live_an_output_shows_the_same_way(hub: Hub, value: Any, library: str | None) -> None:
    out = Output()
    out.display(value(1, 2))
    [plot] = shown(out)
    same: Any = show(value(1, 2))
    assert (type(plot), plot.parent) == (type(same), out)
    assert plot.content.value.get("library") == library
    assert plot.content.value.get("figure") == same.content.value.get("figure")
    assert [type(child) for child in plot.children] == [type(child) for child in same.children]


def test_it_stands_in_order_with_the_text_around_it(hub: Hub) -> None:
    out = Output()
    with out:
        print("before")
        print("no end", end="")
        out.display(bars(1))
        print("after")
        out.display(Button("pressed"))
    assert kinds(out) == ["stdout", "stdout", "object", "stdout", "object"]
    assert shown(out)[1] == "no end"


def test_a_page_has_it_where_it_stands(hub: Hub) -> None:
    out = Output()
    page = Page(hub)
    out.print("before")
    out.display(frame(17, 18))
    out.print("after")
    assert page.get_by_role("gridcell", name="18").count() == 1
    out.clear_output()
    assert page.get_by_role("gridcell").count() == 0


def test_a_picture_is_what_it_was_when_it_was_displayed(hub: Hub) -> None:
    out = Output()
    out.display("text")
    assert kinds(out) == ["display"]
    figure = bars(1, title="then")
    out.display(figure)
    figure.update_layout(title="now")
    assert said(shown(out)[1]) == "then"


@pytest.mark.parametrize("value", [bars, chart, frame])
def test_nothing_is_left_behind_when_it_is_cleared(hub: Hub, value: Any) -> None:
    out = Output()
    known = set(hub.objects)
    for _ in range(3):
        out.display(value(1))
    assert len(hub.objects) >= len(known) + 3
    out.clear_output()
    assert (set(hub.objects), out.children, out.own.value) == (known, [], {})


def test_what_falls_out_at_the_limit_goes(hub: Hub) -> None:
    out = Output(limit=2)
    out.display(bars(1, title="first"))
    out.print("text")
    out.display(bars(2, title="second"))
    assert [said(child) for child in out.children] == ["second"]
    out.print("text")
    out.print("text")
    assert (out.children, kinds(out)) == ([], ["stdout", "stdout"])


def test_one_that_is_displayed_again_stays_until_its_last_item_goes(hub: Hub) -> None:
    out = Output(limit=2)
    out.display(bars(1))
    [plot] = shown(out)
    out.display(plot)
    out.print("text")
    assert out.children == [plot]
    out.print("text")
    assert out.children == []


def test_it_goes_with_the_output(hub: Hub) -> None:
    known = set(hub.objects)
    out = Output()
    out.display(frame(1))
    out.remove()
    assert set(hub.objects) == known


def test_objects_that_others_made_stay_when_it_is_cleared(hub: Hub) -> None:
    out = Output()
    button = Button("mine")
    plot: Any = show(bars(1), parent=out)
    for each in (button, plot):
        out.display(each)
    out.clear_output()
    out.display(plot)
    plot.update(bars(2, title="later"))
    assert [said(each) for each in shown(out)] == ["later"]
    assert button.id in hub.objects


class TestReplacing:
    def test_the_next_one_takes_the_place_of_the_former_by_changing_it(self, hub: Hub) -> None:
        out = Output()
        out.print("old")
        out.display(bars(1, title="first"))
        [_, plot] = shown(out)
        client = WireClient(hub)
        client.receive()
        out.clear_output(wait=True)
        assert len(out.items) == 2
        out.display(bars(2, title="second"))
        assert (shown(out), said(plot)) == ([plot], "second")
        assert {change[0] for change in changes_in(client.receive())} == {"pop", "set"}

    def test_with_others_around_it_that_are_new(self, hub: Hub) -> None:
        out = Output()
        made: list[Any] = []
        for number in range(3):
            with out.replacing():
                print("before", number)
                out.display(bars(number, title=f"first {number}"))
                print("between")
                out.display(chart(number, title=f"second {number}"))
                if number == 0:
                    out.display(bars(7))
            assert [each if isinstance(each, str) else said(each) for each in shown(out)][:4] == [
                f"before {number}\n",
                f"first {number}",
                "between\n",
                f"second {number}",
            ]
            assert len(out.children) == (3 if number == 0 else 2)
            made = made or out.children[:2]
            assert out.children[:2] == made

    def test_a_table_stays_sorted(self, hub: Hub) -> None:
        out = Output()
        out.display(frame(1, 2))
        [plot] = shown(out)
        table: Table = plot.children[0]
        table.sort.set(["height", True])
        out.clear_output(wait=True)
        out.display(frame(3, 4))
        assert shown(out) == [plot]
        assert plot.children == [table]
        assert table.sort.value == ["height", True]
        assert table.records() == [{"height": 3}, {"height": 4}]

    def test_what_nothing_takes_the_place_of_goes(self, hub: Hub) -> None:
        out = Output()
        out.display(bars(1))
        out.clear_output(wait=True)
        out.print("text")
        assert (kinds(out), out.children) == (["stdout"], [])

    def test_an_interaction_changes_its_figure(self, hub: Hub) -> None:
        column = interact(lambda n: bars(n, title=f"{n} high"), n=(0, 5))
        out = column.children[-1]
        [plot] = shown(out)
        column.children[0].value.set(4)
        assert (shown(out), said(plot)) == ([plot], "4 high")

    def test_one_that_is_cleared_inside_is_made_anew(self, hub: Hub) -> None:
        out = Output()
        out.display(bars(1, title="first"))
        with out.replacing():
            out.display(bars(2, title="second"))
            out.clear_output()
        assert [said(each) for each in shown(out)] == ["second"]
        assert out.children == shown(out)


class TestHistory:
    def test_it_is_no_step_to_undo(self, hub: Hub) -> None:
        out = Output()
        title = Element("p", text="a")
        title.text.set("b")
        with hub.record():
            title.text.set("c")
            out.display(frame(1))
        out.clear_output()
        out.display(frame(2, 3))
        out.clear_output(wait=True)
        out.display(frame(2))
        assert hub.undo()
        assert title.text.value == "b"
        assert hub.undo()
        assert title.text.value == "a"
        [plot] = shown(out)
        assert plot.children[0].records() == [{"height": 2}]

    def test_an_output_that_an_undo_brings_back_has_it_and_clears_it(self, hub: Hub) -> None:
        known = set(hub.objects)
        column = Column()
        out = Output(parent=column)
        out.display(bars(1, title="first"))
        out_id, before = out.id, out.items.value
        column.remove()
        assert set(hub.objects) == known
        hub.undo()
        back: Any = hub.objects[out_id]
        assert (back.items.value, [said(each) for each in shown(back)]) == (before, ["first"])
        back.clear_output()
        assert (back.children, len(hub.objects)) == ([], len(known) + 2)

    def test_one_that_is_rolled_back_was_never_there(self, hub: Hub) -> None:
        out = Output()
        out.display(bars(1, title="first"))
        before = set(hub.objects), out.items.value

        def fail() -> None:
            with hub.record():
                out.clear_output()
                out.display(bars(2))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert (set(hub.objects), out.items.value) == before
        assert [said(each) for each in shown(out)] == ["first"]

    def test_a_copy_shows_its_own(self, hub: Hub) -> None:
        out = Output()
        out.display(bars(1, title="plot"))
        out.display(frame(5))
        out.print("text")
        copy: Any = hub.create_object(Output, serialized=out.serialize())
        assert kinds(copy) == kinds(out)
        assert shown(copy)[:2] == copy.children
        assert [said(each) for each in copy.children] == [said(each) for each in out.children]
        copy.clear_output()
        assert (copy.children, len(out.children)) == ([], 2)


def test_its_static_picture_has_the_still_pictures_of_them(hub: Hub) -> None:
    out = Output()
    out.print("before")
    out.display(chart(1, title="a chart"))
    out.display(frame(17))
    html = out.to_html()
    assert "before" in html
    assert '<img src="data:image/svg+xml;base64,' in html
    assert "<td>17</td>" in html
    assert "<script" not in html
    out.clear_output()
    assert "img" not in out.to_html()

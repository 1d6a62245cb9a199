"""What is shown, as a browser has it: the right pixels, changed in place, without an empty moment.

How many a second: benchmarks/pictures.py."""

from __future__ import annotations

import io
import re
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
from IPython import display as ipython
from matplotlib.figure import Figure
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from plotly import graph_objects

from objectsync import Server, Shown, show
from objectsync.controls import Column, Dialog, Grid, Output, Row, Tabs
from tests.e2e.axe import serious
from tests.e2e.conftest import NewPage, Watch, take_picture


@pytest.fixture
def current(server: Server) -> Any:
    with server.as_current():
        yield server


def colour(page: Page, x: float, y: float, selector: str = ".os-shown img") -> list[int]:
    """The colour of an image at a place from 0 to 1, as the browser draws it."""
    found: list[int] = page.evaluate(
        """([selector, x, y]) => {
            const image = document.querySelector(selector)
            const canvas = document.createElement('canvas')
            canvas.width = image.naturalWidth; canvas.height = image.naturalHeight
            const context = canvas.getContext('2d')
            context.drawImage(image, 0, 0)
            return [...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data]
        }""",
        [selector, x, y],
    )
    return found


def filled(colour: str) -> Figure:
    figure = Figure(figsize=(3, 2), dpi=100, facecolor=colour)
    figure.suptitle(colour)
    return figure


def test_figures_images_and_arrays_are_shown_as_they_are(open_page: NewPage, current: Server) -> None:
    picture: Any = show(filled("red"))
    page = open_page(current.url, wait=".os-shown img")
    image = page.get_by_role("img", name="red")
    assert image.evaluate("i => [i.naturalWidth, i.naturalHeight, i.clientWidth, i.clientHeight]") == [300, 200, 300, 200]
    assert colour(page, 0.9, 0.9) == [255, 0, 0, 255]
    picture.update(filled("blue"))
    expect(page.get_by_role("img", name="blue")).to_be_visible()
    assert colour(page, 0.9, 0.9) == [0, 0, 255, 255]
    picture.update(Image.new("RGB", (40, 30), (10, 200, 30)))
    expect(page.get_by_role("img", name="40 × 30")).to_be_visible()
    assert colour(page, 0.5, 0.5) == [10, 200, 30, 255]
    picture.update(np.array([[0, 255]], "uint8"))
    expect(page.get_by_role("img", name="1 × 2")).to_be_visible()
    assert [colour(page, x, 0.5)[0] for x in (0.25, 0.75)] == [0, 255]
    picture.width.set(200)
    expect(page.get_by_role("img")).to_have_css("width", "200px")
    picture.alt.set("two squares")
    expect(page.get_by_role("img", name="two squares")).to_have_css("image-rendering", "pixelated")
    picture.update(pd.DataFrame({"name": ["<i>Ada</i>"]}))
    expect(page.get_by_role("gridcell", name="<i>Ada</i>")).to_be_visible()
    picture.update(alt.Chart(pd.DataFrame({"x": [1], "y": [2]}), title="Bars").mark_bar().encode(x="x:O", y="y:Q"))
    picture.alt.set("")
    expect(page.get_by_role("figure", name="Bars").locator("[aria-roledescription=bar]")).to_be_visible()
    expect(page.locator(".os-shown > img")).to_have_count(0)


def test_what_is_seen_through_can_be_read_in_the_dark(open_page: NewPage, current: Server) -> None:
    figure = filled("none")
    show(figure)
    Output().display(figure)
    page = open_page(current.url, wait=".os-shown img")
    page.emulate_media(color_scheme="dark")
    images = page.get_by_role("img")
    expect(images).to_have_count(2)
    for image in images.all():
        expect(image).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_frame_of_a_hundred_thousand_rows_scrolls_sorts_and_changes_in_place(open_page: NewPage, current: Server) -> None:
    frame = pd.DataFrame({"n": range(100_000), "name": [f"row {n}" for n in range(100_000)]})
    shown: Any = show(frame)
    page = open_page(current.url, wait=".os-shown .os-table td")
    page.locator(".os-table").evaluate("box => { window.first = box; box.scrollTop = 50_000 * 30 }")
    expect(page.get_by_text("row 50003", exact=True)).to_be_visible()
    frame["name"] = frame["name"].str.upper()
    shown.update()
    expect(page.get_by_text("ROW 50003", exact=True)).to_be_visible()
    assert page.locator(".os-table").evaluate("box => box === window.first")
    page.get_by_role("button", name="n", exact=True).dblclick()  # up, and down
    page.locator(".os-table").evaluate("box => { box.scrollTop = 0 }")
    expect(page.get_by_text("ROW 99999", exact=True)).to_be_visible()
    shown.update(filled("red"))
    expect(page.get_by_role("img", name="red")).to_be_visible()
    expect(page.locator(".os-table")).to_have_count(0)


def test_all_of_it_side_by_side(open_page: NewPage, current: Server) -> None:
    class Note:
        def _repr_markdown_(self) -> str:
            return "**Anything** that can show itself:\n\n- Markdown\n- HTML\n- SVG"

    figure = Figure(figsize=(3.6, 2.4), dpi=100, layout="tight")
    axes = figure.subplots()
    x = np.linspace(0, 12, 300)
    for speed in (1, 2, 3):
        axes.plot(x, np.sin(speed * x) * np.exp(-x / 6))
    axes.set(title="Waves", xlabel="time", ylabel="height")
    frame = pd.DataFrame({"city": ["Oslo", "Lima", "Pune"], "people": [709_000, 10_092_000, 3_124_000]})
    y, x = np.mgrid[:32, :32]
    photo = Image.merge("RGB", [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.new("L", (256, 256), 120)]).resize((220, 160))
    with Grid(min_width="16rem"):
        show(figure)
        show(alt.Chart(frame, title="People", width=220, height=150).mark_bar().encode(x="people:Q", y="city:N"))
        show((x * y) % 17, width=220)
        show(photo)
        show(frame)
        show(Note())
    page = open_page(current.url, width=1000, height=560, wait=".os-shown > img")
    expect(page.get_by_role("figure", name="People")).to_be_visible()
    expect(page.locator(".os-shown > img")).to_have_count(3)
    expect(page.get_by_role("gridcell", name="Pune")).to_be_visible()
    for image in page.locator(".os-shown > img").all():
        assert image.evaluate("i => i.naturalWidth > 0 && i.alt !== ''")
    take_picture(page, "pictures.png")


RANGE = "plot => plot._fullLayout.xaxis.range.map(x => Math.round(x * 100) / 100)"


def zoom(page: Page, drawn: Locator) -> list[float]:
    """Zoom into the middle of a figure of Plotly; returns what its x axis shows then."""
    before = drawn.evaluate(RANGE)
    box = drawn.locator(".nsewdrag").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    expect(drawn.locator(".zoomlayer .zoombox")).to_have_count(0)
    zoomed: list[float] = drawn.evaluate(RANGE)
    assert zoomed[1] - zoomed[0] < 0.7 * (before[1] - before[0])
    return zoomed


def test_a_figure_of_plotly_can_be_zoomed_and_stays_zoomed_while_it_changes(open_page: NewPage, current: Server) -> None:
    figure = graph_objects.Figure(graph_objects.Scatter(x=[0, 1, 2, 3], y=[1, 3, 2, 4]), {"title": {"text": "Steps"}})
    plot: Any = show(figure)
    page = open_page(current.url, wait=".os-plot .main-svg")
    drawn = page.get_by_role("figure", name="Steps")
    drawn.evaluate("plot => { window.first = plot }")
    zoomed = zoom(page, drawn)
    figure.data[0].y = [9, 8, 7, 6]
    plot.update()
    expect(drawn.locator(".ytick", has_text="8").first).to_be_visible()
    assert drawn.evaluate(RANGE) == zoomed
    assert drawn.evaluate("plot => plot === window.first")
    plot.update("text")
    expect(page.locator(".os-shown")).to_have_text("text")


def test_a_figure_of_plotly_keeps_its_height_while_it_changes_and_the_window_does(open_page: NewPage, current: Server) -> None:
    figure = graph_objects.Figure(graph_objects.Scatter(y=[1, 3, 2, 4]))
    with Column():
        plot: Any = show(figure)
    page = open_page(current.url, wait=".os-plot .main-svg")
    shown = page.locator(".os-shown")
    height = shown.evaluate("shown => shown.getBoundingClientRect().height")
    assert height >= 400
    for step in range(20):
        page.set_viewport_size({"width": 900 - 15 * step, "height": 500})
        figure.data[0].y = [step, 3, 2, 4]
        plot.update()
    figure.data[0].y = [100, 3, 2, 4]
    plot.update()
    expect(shown.locator(".ytick", has_text="100").first).to_be_visible()
    assert shown.evaluate("shown => shown.getBoundingClientRect().height") == height


def test_what_values_say_of_themselves_is_shown_as_they_say_it(open_page: NewPage, current: Server) -> None:
    styler = pd.DataFrame({"a": [1, 2]}).style.highlight_max(color="rgb(255, 0, 0)")
    dot = ipython.HTML('<svg width="40" height="40"><title>dot</title><circle cx="20" cy="20" r="20" fill="rgb(0, 255, 0)"/></svg>')
    png = io.BytesIO()
    Image.new("RGB", (20, 20), (0, 0, 255)).save(png, "PNG")
    out = Output()
    with Column():
        show(styler)
        show(dot)
        out.display(styler)
        out.display(ipython.Image(png.getvalue(), width=120))
        show(ipython.Math(r"\frac{1}{2}"))
    page = open_page(current.url, wait=".os-shown table")
    for cell in page.get_by_role("cell", name="2", exact=True).all():
        expect(cell).to_have_css("background-color", "rgb(255, 0, 0)")
    expect(page.get_by_role("img", name="dot")).to_be_visible()
    assert colour(page, 0.5, 0.5, "img[alt=dot]") == [0, 255, 0, 255]
    expect(page.locator(".os-lines img")).to_have_css("width", "120px")
    expect(page.get_by_role("img", name="frac")).to_be_visible()


def wide(title: str = "Wide") -> Any:
    return (
        alt.Chart(pd.DataFrame({"x": [1, 2], "y": [1, 2]}), title=title, width="container", height=80).mark_bar().encode(x="x:O", y="y:Q")
    )


def test_figures_that_nobody_saw_when_they_were_drawn_fill_their_room(open_page: NewPage, current: Server) -> None:
    plotly: Any = show(graph_objects.Figure(graph_objects.Scatter(y=[1, 3])))
    tabs = Tabs({"One": "first", "Plotly": plotly, "Vega": show(wide())})
    dialog = Dialog("Look", show(graph_objects.Figure(graph_objects.Scatter(y=[1, 3]))), show(wide()))
    page = open_page(current.url, width=1000, wait=".os-tabs")
    expect(page.locator(".os-plot svg").first).to_be_attached()
    plotly.update(graph_objects.Figure(graph_objects.Scatter(y=[3, 1])))
    # As wide as the room, up to a pixel that Plotly rounds off.
    fills = """([selector, least]) => [...document.querySelectorAll(selector)].filter(e => e.clientWidth > 0).every(e =>
        e.clientWidth > least && Math.abs(e.clientWidth - e.closest('.os-shown').clientWidth) < 12)"""
    page.get_by_role("tab", name="Plotly").click()
    page.wait_for_function(fills, arg=[".js-plotly-plot .main-svg", 900])
    page.get_by_role("tab", name="Vega").click()
    page.wait_for_function(fills, arg=["svg.marks", 900])
    tabs.selected.set(0)
    dialog.open.set(True)
    box = page.get_by_role("dialog")
    expect(box.locator(".main-svg").first).to_be_visible()
    page.wait_for_function(fills, arg=["dialog .main-svg", 200])
    page.wait_for_function(fills, arg=["dialog svg.marks", 200])


def test_figures_stand_side_by_side_and_follow_their_container(open_page: NewPage, current: Server) -> None:
    with Row(align="start") as row:
        show(graph_objects.Figure(graph_objects.Scatter(y=[1, 3])))
        show(wide("Beside"))
    page = open_page(current.url, width=1000, wait="svg.marks")
    plot, chart = page.locator(".main-svg").first, page.locator("svg.marks")
    expect(plot).to_be_visible()

    def sides() -> tuple[float, float]:
        left, right = plot.bounding_box(), chart.bounding_box()
        assert left is not None
        assert right is not None
        assert abs(left["y"] - right["y"]) < 40
        return left["width"], right["width"]

    page.wait_for_function("() => document.querySelector('svg.marks').clientWidth > 400")
    assert min(sides()) > 400
    row.style["width"] = "940px"
    page.wait_for_function("() => [...document.querySelectorAll('.main-svg, svg.marks')].every(e => e.getBoundingClientRect().width < 470)")
    assert min(sides()) > 400


def test_a_figure_of_plotly_in_an_output_stays_zoomed_while_the_next_takes_its_place(open_page: NewPage, current: Server) -> None:
    def steps(*heights: int) -> graph_objects.Figure:
        return graph_objects.Figure(graph_objects.Scatter(y=heights), {"title": {"text": "Steps"}, "height": 300})

    out = Output()
    with out:
        print("before")
        out.display(steps(1, 3, 2, 4))
        print("after")
    page = open_page(current.url, wait=".os-lines .os-plot .main-svg")
    drawn = page.locator(".os-lines").get_by_role("figure", name="Steps")
    expect(page.locator(".os-lines > :nth-child(1)")).to_have_text("before\n")
    expect(page.locator(".os-lines > .os-shown:nth-child(2)").get_by_role("figure")).to_be_visible()
    expect(page.locator(".os-lines > :nth-child(3)")).to_have_text("after\n")
    drawn.evaluate("plot => { window.first = plot }")
    zoomed = zoom(page, drawn)
    with out.replacing():
        print("before this")
        print("and this")
        out.display(steps(9, 8, 7, 6))
    expect(drawn.locator(".ytick", has_text="8").first).to_be_visible()
    expect(page.locator(".os-line")).to_have_text(["before this\n", "and this\n"])
    assert drawn.evaluate(RANGE) == zoomed
    assert drawn.evaluate("plot => plot === window.first")
    out.clear_output(wait=True)
    out.display(steps(1, 2))
    expect(page.locator(".os-line")).to_have_count(0)
    assert drawn.evaluate("plot => plot === window.first")
    out.clear_output()
    expect(page.locator(".os-lines > *")).to_have_count(0)
    expect(page.locator(".os-plot")).to_have_count(0)


def test_an_output_shows_its_end_also_when_a_figure_grows_there(open_page: NewPage, current: Server) -> None:
    out = Output()
    page = open_page(current.url, wait=".os-lines")
    box = page.locator(".os-lines")
    left = "box => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight)"
    for number in range(2):
        for line in range(40):
            out.print("line", line)
        out.display(graph_objects.Figure(graph_objects.Bar(y=[1, 2]), {"title": {"text": f"Bars {number}"}}))
        expect(box.get_by_role("figure", name=f"Bars {number}").locator(".main-svg").first).to_be_visible()
        page.wait_for_function("box => box.scrollHeight - box.scrollTop - box.clientHeight < 2", arg=box.element_handle())
    box.evaluate("box => new Promise(seen => { box.onscrollend = seen; box.scrollTop = 0 })")
    out.display(graph_objects.Figure(graph_objects.Bar(y=[1, 2]), {"title": {"text": "Bars unseen"}}))
    expect(box.get_by_role("figure", name="Bars unseen").locator(".main-svg").first).to_be_attached()
    assert box.evaluate(left) > 1000


def test_a_chart_of_altair_in_an_output_keeps_what_was_selected_while_the_next_takes_its_place(open_page: NewPage, current: Server) -> None:
    def dots(lift: int) -> alt.Chart:
        brush = alt.selection_interval(name="brush", encodings=["x"])
        colour = alt.condition(brush, alt.value("red"), alt.value("gray"))
        data = pd.DataFrame({"x": range(10), "y": [x % 4 + lift for x in range(10)]})
        made: alt.Chart = alt.Chart(data, title="Dots").mark_circle().encode(x="x", y="y", color=colour).add_params(brush)
        return made

    out = Output()
    out.print("before")
    out.display(dots(0))
    page = open_page(current.url, wait=".os-lines .os-plot svg")
    drawn = page.locator(".os-lines").get_by_role("figure", name="Dots")
    drawn.locator("svg").evaluate("svg => { window.first = svg }")
    red = drawn.locator("[aria-roledescription=circle][fill=red]")
    expect(red).to_have_count(10)
    box = drawn.locator(".mark-group .background").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 60, steps=5)
    page.mouse.up()
    expect(red).not_to_have_count(10)
    few = red.count()
    out.clear_output(wait=True)
    out.display(dots(20))
    expect(drawn.locator("[aria-roledescription=circle]").first).to_have_attribute("aria-label", re.compile(r"y: 2\d"))
    expect(page.get_by_text("before")).to_have_count(0)
    assert red.count() == few
    assert drawn.locator("svg").evaluate("svg => svg === window.first")
    out.clear_output()
    expect(page.locator(".os-lines > *")).to_have_count(0)


def test_a_chart_of_altair_keeps_what_was_selected_while_its_data_change(open_page: NewPage, current: Server) -> None:
    data = pd.DataFrame({"x": range(10), "y": [x % 4 for x in range(10)], "day": pd.date_range("2026-01-01", periods=10)})
    brush = alt.selection_interval(name="brush", encodings=["x"])
    points = alt.Chart(width=200, height=200).mark_circle(size=90).encode(x="x", y="y", tooltip=["x", "y"]).add_params(brush)
    bars = alt.Chart(width=200, height=200).mark_bar().encode(x="day:T", y=alt.Y("y", title="chosen")).transform_filter(brush)
    chart = alt.hconcat(points, bars, data=data, title="Steps")
    plot: Any = show(chart)
    page = open_page(current.url, wait=".os-plot svg")
    drawn = page.get_by_role("figure", name="Steps")
    drawn.locator("svg").evaluate("svg => { window.first = svg }")
    assert serious(page) == []
    drawn.locator("[aria-roledescription=circle]").nth(3).hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("3")
    chosen = drawn.locator("[aria-roledescription=bar]")
    expect(chosen).to_have_count(10)
    box = drawn.locator(".mark-group .background").nth(1).bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 60, steps=5)
    page.mouse.up()
    expect(chosen).not_to_have_count(10)
    few = chosen.count()
    chart.data = data.assign(y=data.y + 20)
    plot.update()
    expect(chosen.first).to_have_attribute("aria-label", re.compile(r"chosen: 2\d"))
    assert chosen.count() == few
    assert drawn.locator("svg").evaluate("svg => svg === window.first")
    plot.update(points.properties(data=data, title="Others"))
    expect(page.get_by_role("figure", name="Others").locator("[aria-roledescription=bar]")).to_have_count(0)
    expect(page.locator(".os-plot svg")).to_have_count(1)
    plot.update("text")
    expect(page.locator(".os-shown")).to_have_text("text")


def test_html_of_anyone_runs_nothing(open_page: NewPage, current: Server, watch: Watch) -> None:
    # The browser says of what it parses that it would not run it, and asks for the picture, which may be shown.
    watch.expected = ("inline event handler", "404")

    class Bad:
        def _repr_html_(self) -> str:
            return "<b>shown</b><img src=x onerror='window.ran = 1'><script>window.ran = 2</script>"

        def _repr_svg_(self) -> None:
            return None

    class BadPicture:
        def _repr_svg_(self) -> str:
            return (
                '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="parent.ran = 3"><script>parent.ran = 4</script></svg>'
            )

    with Column():
        show(Bad())
        show(BadPicture())
    page = open_page(current.url, wait=".os-shown img[width], .os-shown > img")
    expect(page.get_by_text("shown")).to_be_visible()
    assert page.evaluate("window.ran") is None


WATCH = """() => {
    const root = document.querySelector('.os-shown')
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 1
    const context = canvas.getContext('2d', { willReadFrequently: true })
    window.seen = { colours: [], empty: 0, painted: 0 }
    const look = () => {
        const image = root.querySelector('img')
        seen.painted++
        if (!image || !image.complete || !image.naturalWidth || !image.clientWidth) seen.empty++
        else {
            context.clearRect(0, 0, 1, 1)
            context.drawImage(image, 2, 2, 1, 1, 0, 0, 1, 1)
            const [red, , , alpha] = context.getImageData(0, 0, 1, 1).data
            if (alpha !== 255) seen.empty++
            else if (seen.colours.at(-1) !== red) {
                seen.colours.push(red)
                root.dataset.seen = red
            }
        }
        requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
}"""


def test_every_frame_of_a_figure_that_is_redrawn_is_seen_and_none_is_empty(open_page: NewPage, current: Server) -> None:
    figure = Figure(figsize=(4, 3), dpi=100)
    axes = figure.subplots()
    (line,) = axes.plot(np.sin(np.linspace(0, 6, 200)))
    frames = 60

    def frame(number: int) -> Figure:
        line.set_ydata(np.sin(np.linspace(0, 6, 200) + number / 5))
        figure.set_facecolor((number / 255, 0.5, 0.5))  # by this the page tells frames apart
        return figure

    plot = Shown(frame(0))
    page = open_page(current.url, wait=".os-shown img")
    page.evaluate(WATCH)
    expect(page.locator(".os-shown")).to_have_attribute("data-seen", "0")
    for number in range(1, frames + 1):
        plot.update(frame(number))
        expect(page.locator(".os-shown")).to_have_attribute("data-seen", str(number))
    assert page.evaluate("[seen.empty, seen.colours]") == [0, list(range(frames + 1))]


def test_a_page_that_cannot_keep_up_ends_at_the_newest_frame(open_page: NewPage, current: Server) -> None:
    plot = Shown(np.full((300, 400, 3), 1, "uint8"))
    page = open_page(current.url, wait=".os-shown img")
    page.evaluate(WATCH)
    for grey in range(2, 202):
        plot.update(np.full((300, 400, 3), grey, "uint8"))
    expect(page.locator(".os-shown")).to_have_attribute("data-seen", "201", timeout=60_000)
    assert page.evaluate("window.seen.empty") == 0

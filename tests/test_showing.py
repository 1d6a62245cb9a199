"""show(): whatever people have, as Python draws it and as a saved notebook keeps it; tests/e2e/test_showing.py has what pages show."""

from __future__ import annotations

import base64
import gzip
import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pytest
from IPython import display
from matplotlib import pyplot as plt
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure
from PIL import Image
from plotly import graph_objects

import objectsync
from objectsync import Element, LocalError, Shown, show
from objectsync.controls import Audio, Table, Video
from objectsync.hub import Hub
from tests.clients import WireClient, changes_in, make_hub

mpl.use("agg")


@pytest.fixture
def hub() -> Any:
    hub = make_hub()
    with hub.as_current():
        yield hub


def plot(title: str = "Squares") -> Figure:
    figure = Figure(figsize=(3, 2), dpi=100)
    axes = figure.subplots()
    axes.plot([0, 1, 4, 9])
    axes.set(title=title, xlabel="time", ylabel="height")
    return figure


def content(shown: Any) -> dict[str, Any]:
    return shown.content.value  # type: ignore[no-any-return]  # a generic topic's


def pixels(shown: Any) -> Image.Image:
    return Image.open(io.BytesIO(content(shown)["data"]))


def static_images(shown: Any) -> list[tuple[str, bytes]]:
    """The images of the static picture, which must be nothing but markup that carries all it needs."""
    html = shown.to_html()
    assert not re.search(r"<script|<style|<link|<iframe|https?:|\bon\w+=", html)
    return [(mime, base64.b64decode(data)) for mime, data in re.findall(r'<img src="data:([\w/+]+);base64,([^"]+)"', html)]


def test_a_figure_is_a_picture_of_its_own_size_that_says_what_it_is(hub: Hub) -> None:
    shown = show(plot())
    assert (content(shown)["mime"], pixels(shown).size) == ("image/png", (300, 200))
    assert (content(shown)["width"], content(shown)["height"]) == (300, 200)
    assert content(shown)["alt"] == "Squares: height over time"
    assert static_images(shown) == [("image/png", content(shown)["data"])]
    assert 'alt="Squares: height over time"' in shown.to_html()


@pytest.mark.parametrize("format", ["png", "svg"])
@pytest.mark.parametrize(("style", "background"), [("default", "light"), ("dark_background", "dark")])
def test_a_figure_that_is_seen_through_has_a_background_against_which_it_can_be_read(
    hub: Hub, style: str, background: str, format: str
) -> None:
    with mpl.style.context(style):
        solid, transparent = plot(), plot()
    transparent.patch.set_alpha(0)
    assert content(show(solid, format=format))["background"] == ""
    assert "background" not in show(solid, format=format).to_html()
    shown = show(transparent, format=format)
    assert content(shown)["background"] == background
    assert f"background: {'white' if background == 'light' else 'black'}" in shown.to_html()


def test_a_value_may_say_what_background_its_picture_needs(hub: Hub) -> None:
    class Drawing:
        def __init__(self, needed: Any) -> None:
            self.needed = needed

        def _repr_png_(self) -> Any:
            return b"\x89PNG", {"needs_background": self.needed}

    for needed, background in (("light", "light"), ("dark", "dark"), ("url(x)", ""), (None, "")):
        assert content(show(Drawing(needed)))["background"] == background


def test_axes_are_shown_as_their_figure(hub: Hub) -> None:
    figure = plot()
    assert content(show(figure.axes[0])) == content(show(figure))


@pytest.mark.parametrize("one", [0, 1], ids=["the first", "the last"])
def test_whatever_a_plotting_function_returns_is_its_figure(hub: Hub, one: int) -> None:
    figure, axes = plt.subplots(2, 1, figsize=(3, 2))
    lines, bars = axes[0].plot([1, 2]), axes[one].bar([1, 2], [3, 4])
    counts = axes[one].hist([1, 2, 2])
    inner: Any = Figure(figsize=(3, 2)).subfigures(1, 2)
    animation: Any = FuncAnimation(figure, lambda _: [], frames=1)
    animation._draw_was_started = True  # or it warns that nobody has seen it
    shown = content(show(figure))
    for part in (axes, list(axes), lines, bars, counts, animation, plt):
        assert content(show(part)) == shown
    assert content(show(inner[one]))["mime"] == "image/png"
    plt.close(figure)
    assert content(show(axes)) == shown


def test_what_belongs_to_several_figures_is_text(hub: Hub) -> None:
    several = [plot().axes[0], plot().axes[0]]
    assert content(show(several))["data"] == repr(several)


def test_more_dots_are_sharper_and_not_larger(hub: Hub) -> None:
    shown = show(plot(), dpi=200)
    assert pixels(shown).size == (600, 400)
    assert (content(shown)["width"], content(shown)["height"]) == (300, 200)


@pytest.mark.parametrize("format", ["png", "svg"])
def test_the_same_figure_gives_the_same_bytes(hub: Hub, format: str) -> None:
    first, second = show(plot(), format=format), show(plot(), format=format)
    assert content(first) == content(second)
    assert static_images(first)[0][0] == {"png": "image/png", "svg": "image/svg+xml"}[format]


def test_an_unknown_format_is_an_error_that_names_the_known_ones(hub: Hub) -> None:
    with pytest.raises(ValueError, match="'png' or 'svg', got 'bmp'"):
        show(plot(), format="bmp")


def test_update_draws_the_figure_as_it_is_now_or_another(hub: Hub) -> None:
    figure = plot()
    shown = Shown(figure)
    before = content(shown)
    figure.axes[0].lines[0].set_ydata([9, 4, 1, 0])
    assert content(shown) == before
    assert content(shown.update())["data"] != before["data"]
    assert content(shown.update(plot("Other")))["alt"] == "Other: height over time"
    assert content(shown.update("text"))["mime"] == "text/plain"


def test_a_slow_page_gets_only_the_newest_picture(hub: Hub) -> None:
    shown = Shown(np.zeros((2, 2), "uint8"))
    client = WireClient(hub)
    for grey in range(1, 10):
        shown.update(np.full((2, 2), grey, "uint8"))
    pictures = [change for change in changes_in(client.receive()) if change[0] == "set"]
    assert 1 <= len(pictures) <= 2
    assert content(shown)["data"] == pictures[-1][3]["data"]
    assert pixels(shown).getpixel((0, 0)) == 9


def test_pictures_are_no_steps_to_undo(hub: Hub) -> None:
    shown = Shown("one")
    title = Element("p", text="a")
    title.text.set("b")
    shown.update("two")
    shown.update(pd.DataFrame({"n": [1, 2]}))
    shown.update(pd.DataFrame({"n": [1, 2, 3]}))
    hub.undo()
    [table] = shown.children
    assert (title.text.value, content(shown)["alt"], table.label.value) == ("a", *["a table of 3 rows and 1 columns"] * 2)


def test_what_an_undo_brought_back_is_a_picture_until_it_gets_a_value(hub: Hub) -> None:
    shown = Shown("one")
    shown_id = shown.id
    shown.destroy()
    hub.undo()
    back: Any = hub.objects[shown_id]
    with pytest.raises(LocalError, match=r"brought back by an undo.*update\(value\)"):
        back.update()
    assert content(back.update("two"))["data"] == "two"


def test_a_table_that_was_brought_back_or_copied_is_a_picture_too(hub: Hub) -> None:
    frame = pd.DataFrame({"n": [17]})
    shown: Any = show(frame)
    copy: Any = hub.create_object(Shown, serialized=shown.serialize())
    shown_id = shown.id
    shown.destroy()
    hub.undo()
    back: Any = hub.objects[shown_id]
    for each in (back, copy):
        assert (each.children, "control" in content(each)) == ([], False)
        assert "<td>17</td>" in each.to_html()
        [table] = each.update(frame).children
        assert content(each)["control"] == table.id
    hub.redo()
    assert shown_id not in hub.objects


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "F", "YCbCr", "LAB"])
def test_images_of_every_mode(hub: Hub, mode: str) -> None:
    picture = Image.new("RGB", (5, 3), (200, 40, 40)).convert(mode) if mode != "LAB" else Image.new("LAB", (5, 3))
    shown = show(picture)
    assert (pixels(shown).size, content(shown)["alt"]) == ((5, 3), "a picture of 5 × 3 pixels")
    if mode in ("RGB", "P", "CMYK", "RGBA"):
        red, green, *_ = pixels(shown).convert("RGB").getpixel((2, 1))  # type: ignore[misc]  # a tuple, of RGB
        assert red > 180
        assert green < 80


@pytest.mark.parametrize(("mode", "numbers"), [("F", [0.0, 0.5, 1.0]), ("I", [1000, 1500, 2000])])
def test_measured_values_go_from_black_to_white(hub: Hub, mode: str, numbers: list[float]) -> None:
    picture = Image.new(mode, (3, 1))
    picture.putdata(numbers)
    assert list(pixels(show(picture)).tobytes()) in ([0, 127, 255], [0, 128, 255])


def test_an_image_without_pixels_is_text(hub: Hub) -> None:
    assert "size=0x3" in content(show(Image.new("RGB", (0, 3))))["data"]


@pytest.mark.parametrize(
    ("array", "mode", "expected"),
    [
        (np.array([[0, 255]], "uint8"), "L", [0, 255]),
        (np.array([[False, True]]), "L", [0, 255]),
        (np.array([[-1.0, 0.0, 1.0]]), "L", [0, 128, 255]),
        (np.array([[1000, 3000]]), "L", [0, 255]),
        (np.array([[7, 7]]), "L", [0, 0]),
        (np.array([[0.0, np.nan, np.inf, 2.0]]), "LA", [(0, 255), (0, 0), (0, 0), (255, 255)]),
        (np.array([[[255, 0, 7]]], "uint8"), "RGB", [(255, 0, 7)]),
        (np.array([[[1.0, 0.0, 2.0, 0.5]]]), "RGBA", [(255, 0, 255, 128)]),
        (np.array([[[300, -5, 7]]]), "RGB", [(255, 0, 7)]),
        (np.asfortranarray(np.array([[1, 2], [3, 4]], "uint8")), "L", [1, 2, 3, 4]),
        (np.array([[0, 9]], "uint8")[:, ::-1], "L", [9, 0]),
        (np.array([[[5], [6]]], "uint8"), "L", [5, 6]),
        (np.array([[-1.7e308, 1.7e308]]), "L", [0, 255]),
        (np.array([[[np.nan, 0, 0], [1.0, 0, 0]]]), "RGBA", [(0, 0, 0, 0), (255, 0, 0, 255)]),
        (np.array([[[1, 1, 1, 0.5], [1, np.inf, 1, 1]]]), "RGBA", [(255, 255, 255, 128), (255, 0, 255, 0)]),
        (np.ma.masked_greater(np.array([[3, 200]], "uint8"), 100), "LA", [(3, 255), (200, 0)]),
        (np.ma.array([[True, False]], mask=[[True, False]]), "LA", [(255, 0), (0, 255)]),
        (np.ma.array([[1.0, np.nan, 9.0, 3.0]], mask=[[False, False, True, False]]), "LA", [(0, 255), (0, 0), (0, 0), (255, 255)]),
        (np.ma.masked_all((1, 1)), "LA", [(0, 0)]),
        (np.ma.array([[5, 6]]), "L", [0, 255]),
    ],
)
def test_arrays_as_pixels(hub: Hub, array: Any, mode: str, expected: list[Any]) -> None:
    shown = show(array)
    picture = pixels(shown)
    assert (picture.mode, picture.size) == (mode, (array.shape[1], array.shape[0]))
    assert [picture.getpixel((x, y)) for y in range(picture.height) for x in range(picture.width)] == expected
    assert content(shown)["pixels"]


@pytest.mark.parametrize("array", [np.arange(3), np.array(5), np.zeros((0, 4)), np.zeros((2, 2, 5)), np.array([["a"]])])
def test_other_arrays_are_text(hub: Hub, array: Any) -> None:
    assert content(show(array))["data"] == repr(array)


def test_data_frames_are_tables(hub: Hub) -> None:
    shown = show(pd.DataFrame({"name": ["<b>Ada</b>"], "age": [36]}))
    html = shown.to_html()
    assert "<table" in html
    assert "&lt;b&gt;Ada&lt;/b&gt;" in html
    assert static_images(shown) == []


MANY = {"n": list(range(100_000)), "half": [n / 2 for n in range(100_000)], "name": [f"row {n}" for n in range(100_000)]}


def table_of(shown: Any) -> Table:
    [table] = shown.children
    assert isinstance(table, Table)
    assert shown.content.value["control"] == table.id
    return table


@pytest.mark.parametrize("frame_of", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
def test_data_frames_are_live_tables_of_any_length(hub: Hub, frame_of: Any) -> None:
    shown: Any = show(frame_of(MANY))
    table = table_of(shown)
    assert table.columns.value == [{"name": "n", "kind": "number"}, {"name": "half", "kind": "number"}, {"name": "name", "kind": "text"}]
    assert table.length.value == 100_000
    answer = WireClient(hub).call("rows", table.id, start=99_998, stop=100_000)
    assert answer["value"]["rows"] == [[99_998, 99_998, 49_999.0, "row 99998"], [99_999, 99_999, 49_999.5, "row 99999"]]
    html = shown.to_html()
    assert "99999" in html
    assert len(html) < 50_000


def test_another_frame_takes_its_place_in_the_same_table_which_stays_sorted(hub: Hub) -> None:
    frame = pd.DataFrame({"n": [1, 3, 2], "name": ["a", "b", "c"]})
    shown: Any = show(frame)
    table = table_of(shown)
    table.sort.set(["n", True])
    frame["n"] *= 10
    hub.clear_history()
    shown.update()
    assert table_of(shown) is table
    assert table.sort.value == ["n", True]
    assert table.column("n") == [10, 30, 20]
    assert ">30<" in shown.to_html()
    shown.update(pd.DataFrame({"other": [1]}))
    assert (table_of(shown), table.sort.value, table.records()) == (table, None, [{"other": 1}])
    hub.undo()
    assert table.records() == [{"other": 1}]  # what is shown is no part of the history
    shown.update("a text")
    assert (shown.children, "control" in shown.content.value) == ([], False)


def test_an_index_that_says_something_is_a_column_and_equal_names_are_told_apart(hub: Hub) -> None:
    by_day = pd.DataFrame({"a": [1]}, index=pd.Index(["Monday"], name="day"))
    assert table_of(show(by_day)).records() == [{"day": "Monday", "a": 1}]
    doubled = pd.DataFrame([[1, 2, None]], columns=["a", "a", "b"])
    assert table_of(show(doubled)).records() == [{"a": 1, "a (2)": 2, "b": None}]
    pivoted = pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("sales", 2026)]))
    assert table_of(show(pivoted)).records() == [{"sales 2026": 1}]
    numbers = pd.DataFrame({"a": [7, 8, 9]})
    assert table_of(show(numbers[numbers.a > 7])).records() == [{"index": 1, "a": 8}, {"index": 2, "a": 9}]
    assert table_of(show(numbers[::-1])).column("index") == [2, 1, 0]
    assert table_of(show(numbers[:1])).records() == [{"a": 7}]
    assert table_of(show(numbers[:0])).records() == []


def bars() -> Any:
    return alt.Chart(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), title="Chart").mark_bar().encode(x="x:O", y="y:Q")


def test_charts_of_altair_are_drawn_without_a_script(hub: Hub) -> None:
    shown = show(bars())
    assert content(shown)["alt"] == "Chart"
    [(mime, svg)] = static_images(shown)
    assert mime == "image/svg+xml"
    assert svg.startswith(b"<svg")
    assert b"<script" not in svg


def lines() -> Any:
    return graph_objects.Figure(graph_objects.Scatter(x=[1, 2, 3], y=[2, 1, 4], name="<up>"), {"title": {"text": "Lines"}})


def test_figures_of_plotly_are_shown_without_a_script_or_a_network(hub: Hub) -> None:
    html = show(lines()).to_html()
    assert "Lines" in html
    assert "&lt;up&gt;" in html
    assert "<td>3</td>" in html
    assert "<script" not in html
    assert "cdn" not in html


@pytest.mark.parametrize(("value", "library", "says"), [(lines, "plotly", b"plotly.js v"), (bars, "vega", b"globalThis.ObjectsyncVega")])
def test_pages_get_what_draws_a_figure_from_the_server_in_parts(hub: Hub, value: Callable[[], Any], library: str, says: bytes) -> None:
    shown = show(value())
    assert content(shown)["library"] == library
    client = WireClient(hub)
    parts: list[bytes] = []
    while part := client.call("script", shown.id, library=library, part=len(parts))["value"]:
        parts.append(part)
        client.ack()
    assert len(parts) > 1
    assert says in gzip.decompress(b"".join(parts))
    assert not client.call("script", shown.id, library="another", part=0)["value"]


def test_what_would_be_fetched_is_not_drawn_in_the_page(hub: Hub) -> None:
    assert "figure" in content(show(lines()))
    assert "figure" not in content(show(graph_objects.Figure(graph_objects.Scattergeo(lat=[1], lon=[2]))))
    assert "figure" in content(show(bars()))
    image = alt.Chart(pd.DataFrame({"x": [1], "at": ["data:image/png;base64,"]})).mark_image().encode(x="x", url="at")
    assert "figure" not in content(show(image))


class Rich:
    """Shows itself in one of the ways that IPython knows."""

    def __init__(self, name: str, value: Any) -> None:
        setattr(self, name, lambda: value)

    def __repr__(self) -> str:
        return "Rich()"


PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


@pytest.mark.parametrize(
    ("name", "value", "mime", "data"),
    [
        ("_repr_html_", "<b>hi</b>", "text/html", "<b>hi</b>"),
        ("_repr_svg_", "<svg/>", "image/svg+xml", b"<svg/>"),
        ("_repr_png_", b"\x89PNG", "image/png", b"\x89PNG"),
        ("_repr_png_", PNG, "image/png", b"\x89PNG\r\n\x1a\n"),
        ("_repr_jpeg_", b"\xff\xd8", "image/jpeg", b"\xff\xd8"),
        ("_repr_markdown_", "*hi*", "text/html", "<p><em>hi</em></p>\n"),
        ("_repr_mimebundle_", {"text/html": "<i>x</i>", "text/plain": "x"}, "text/html", "<i>x</i>"),
        ("_repr_mimebundle_", ({"text/markdown": "# T"}, {}), "text/html", "<h1>T</h1>\n"),
        ("_repr_mimebundle_", None, "text/plain", "Rich()"),
        ("_repr_html_", None, "text/plain", "Rich()"),
        ("anything", 1, "text/plain", "Rich()"),
    ],
)
def test_whatever_can_show_itself(hub: Hub, name: str, value: Any, mime: str, data: Any) -> None:
    drawn = content(show(Rich(name, value)))
    assert (drawn["mime"], drawn["data"]) == (mime, data)


def test_html_is_sanitised_in_the_static_picture(hub: Hub) -> None:
    html = show(Rich("_repr_html_", '<b onclick="x()">hi</b><script>x()</script><a href="javascript:x()">y</a>')).to_html()
    assert "<b>hi</b>" in html
    assert "x()" not in html


def test_a_large_picture_is_kept_whole_and_what_follows_it_too(hub: Hub) -> None:
    box = Element("div")
    show(np.random.default_rng(0).integers(0, 255, (400, 400), "uint8"), box)
    Element("p", text="after", parent=box)
    html = box.to_html()
    assert len(html) > 150_000
    assert html.endswith("<p>after</p></div>")


def test_objects_are_shown_as_themselves_where_they_are_wanted(hub: Hub) -> None:
    box, button = Element("div"), Element("button")
    assert show(button, box) is button
    assert button.parent is box
    with box:
        assert show("text").parent is box
    with pytest.raises(TypeError, match="takes no alt"):
        show(button, alt="x")


def test_any_thread_may_draw(hub: Hub) -> None:
    shown = Shown(plot())
    thread = threading.Thread(target=lambda: shown.update(plot("From a thread")))
    thread.start()
    thread.join()
    assert content(shown)["alt"].startswith("From a thread")


def test_no_plotting_library_is_imported_by_us() -> None:
    script = "import objectsync, sys; print({'matplotlib', 'numpy', 'pandas', 'PIL', 'plotly', 'altair'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "set()"
    assert "show" in objectsync.__all__


def test_sound_is_played_by_a_control(hub: Hub) -> None:
    shown = show(display.Audio([0.0, 0.5, -0.5], rate=8000, autoplay=True), parent=hub.root)
    assert isinstance(shown, Shown)
    [player] = shown.children
    assert isinstance(player, Audio)
    assert content(shown)["control"] == player.id
    assert (player.mime.value, player.autoplay.value, player.data.value[:4]) == ("audio/wav", True, b"RIFF")
    shown.update(display.Audio(b"RIFF1234WAVE"))
    assert shown.children == [player]
    assert player.data.value == b"RIFF1234WAVE"
    assert "Audio" in shown.to_html()
    shown.update("other")
    assert (shown.children, "control" in content(shown)) == ([], False)


def test_films_are_played_by_a_control(hub: Hub, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(b"\0\0\0\x18ftypmp42")
    for given in (display.Video(str(film)), display.Video(film.read_bytes(), embed=True, mimetype="video/mp4")):
        [player] = show(given, parent=hub.root).children
        assert isinstance(player, Video)
        assert (player.mime.value, player.data.value) == ("video/mp4", film.read_bytes())
    [player] = show(display.Video(url="https://example.org/film.webm"), parent=hub.root).children
    assert isinstance(player, Video)
    assert player.url.value == "https://example.org/film.webm"


def test_a_film_that_is_not_there_is_an_error_and_nothing_is_shown(hub: Hub) -> None:
    with pytest.raises(FileNotFoundError):
        show(display.Video(filename="no such film.mp4"), parent=hub.root)
    assert hub.root.children == []

"""What values say of themselves, in the ways that IPython knows, as it is shown: faithful, on its own, and never the end of a program."""

from __future__ import annotations

import base64
import re
from typing import Any
from unittest.mock import MagicMock

import matplotlib as mpl
import pandas as pd
import pytest
from IPython import display as ipython

from objectsync import show
from objectsync.controls import Output
from objectsync.controls.formulas import formula
from objectsync.controls.html import says_something
from objectsync.controls.rich import alone, own_bundle_of
from tests.clients import make_hub

mpl.use("agg")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(autouse=True)
def _current() -> Any:
    with make_hub().as_current():
        yield


class Named:
    def __repr__(self) -> str:
        return "a thing"


def test_a_bundle_may_insist_on_what_ipython_gives_it() -> None:
    class Strict(Named):
        def _repr_mimebundle_(self, include: Any, exclude: Any) -> Any:
            return {"text/html": "<b>strict</b>"}

    class Bare(Named):
        def _repr_mimebundle_(self) -> Any:
            return {"text/html": "<b>bare</b>"}

    assert own_bundle_of(Strict())["text/html"] == "<b>strict</b>"
    assert own_bundle_of(Bare())["text/html"] == "<b>bare</b>"


def test_what_a_bundle_does_not_have_the_other_ways_may() -> None:
    class Both(Named):
        def _repr_mimebundle_(self, **_: Any) -> Any:
            return {"text/plain": "both"}

        def _repr_html_(self) -> str:
            return "<b>both</b>"

    assert own_bundle_of(Both()) == {"text/plain": "both", "text/html": "<b>both</b>"}


def test_one_way_that_says_no_does_not_take_the_others_along() -> None:
    class Shy(Named):
        def _repr_mimebundle_(self, **_: Any) -> Any:
            raise NotImplementedError

        def _repr_html_(self) -> str:
            return "<b>shy</b>"

    assert own_bundle_of(Shy())["text/html"] == "<b>shy</b>"


def test_one_that_fails_is_named_and_the_rest_is_shown() -> None:
    class Broken(Named):
        def _repr_html_(self) -> str:
            raise KeyError("column")

    out = Output()
    with pytest.warns(RuntimeWarning, match=r"Broken\._repr_html_ failed with KeyError: 'column'"):
        out.display(Broken())
    with pytest.warns(RuntimeWarning, match="Broken"):
        assert "a thing" in show(Broken()).to_html()
    assert [value["text/plain"] for _, value in out.items.value] == ["a thing"]


def test_a_repr_that_fails_says_so() -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError("no words")

    assert own_bundle_of(Silent())["text/plain"] == "<Silent, whose repr fails with RuntimeError: no words>"


def test_who_answers_everything_is_not_believed() -> None:
    class Anything(Named):
        def __getattr__(self, _: str) -> Any:
            return lambda *_, **__: self

    assert own_bundle_of(Anything()) == {"text/plain": "a thing"}
    assert set(own_bundle_of(MagicMock())) == {"text/plain"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(ipython.JSON({"a": [1]}), '{\n  "a": [\n    1\n  ]\n}'), (ipython.Markdown("*hi*"), "*hi*"), (ipython.Latex("$x$"), "$x$")],
)
def test_what_has_no_words_of_its_own_is_said_as_it_is_written(value: Any, text: str) -> None:
    assert own_bundle_of(value)["text/plain"] == text


def test_a_picture_is_as_large_as_it_says() -> None:
    image = ipython.Image(PNG, width=120, height=80)
    content = show(image).content.value
    assert (content["width"], content["height"]) == (120, 80)
    assert "width: 120px" in show(image).to_html()
    out = Output()
    out.display(image)
    assert out.items.value[0][1]["width"] == 120
    assert "width: 120px" in out.to_html()


def test_a_formula_is_a_picture_that_says_it() -> None:
    class Half:
        def __repr__(self) -> str:
            return "1/2"

        def _repr_latex_(self) -> str:
            return r"$\displaystyle \frac{1}{2}$"

    content = show(Half()).content.value
    assert (content["mime"], content["alt"]) == ("image/svg+xml", "1/2")
    assert b"<svg" in content["data"]
    assert formula("$x^2$") == formula.__wrapped__("$x^2$")  # the same bytes


def test_a_formula_beyond_what_is_known_is_text() -> None:
    matrix = ipython.Math(r"\begin{matrix}1 & 2\end{matrix}")
    assert own_bundle_of(matrix) == {"text/plain": r"$\displaystyle \begin{matrix}1 & 2\end{matrix}$"}


def test_html_of_which_nothing_would_be_left_is_none() -> None:
    class Framed(Named):
        def _repr_html_(self) -> str:
            return '<div><iframe src="https://example.org"></iframe></div>'

    assert own_bundle_of(Framed()) == {"text/plain": "a thing"}
    assert "a thing" in show(Framed()).to_html()


@pytest.mark.parametrize(
    ("html", "something"),
    [
        ("<p> </p>", False),
        ("<p>x</p>", True),
        ("<hr>", True),
        ('<img src="data:image/png;base64,AAAA">', True),
        ('<audio controls><source src="data:audio/wav;base64,AAAA">no sound here</audio>', False),
        ('<audio controls src="https://example.org/a.wav"></audio>', True),
        ("<script>x()</script>", False),
    ],
)
def test_whether_anything_is_left(html: str, something: bool) -> None:
    assert says_something(html) == something


def test_the_colours_of_a_styler_are_there_where_style_sheets_are_not() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    styler = frame.style.map(lambda value: "color: red" if value == 2 else "").set_table_styles(
        [{"selector": "th", "props": "color: blue"}]
    )
    html = show(styler).to_html()
    assert "<style" not in html
    assert re.findall(r'<td [^>]*style="color: red"[^>]*>2</td>', html)
    assert len(re.findall(r"<th [^>]*color: blue", html)) == 5
    out = Output()
    out.display(styler)
    assert "color: red" in out.to_html()


@pytest.mark.parametrize(
    ("sheet", "body", "expected"),
    [
        (".a { color: red }", '<p class="a b">x</p>', '<p class="a b" style="color: red">x</p>'),
        ("p { color: red } #i { color: blue }", "<p id='i'>x</p>", '<p id="i" style="color: red; color: blue">x</p>'),
        ("p { color: red }", '<p style="color: green">x</p>', '<p style="color: red; color: green">x</p>'),
        (
            "#t > p { color: red }",
            '<div id="t"><p>x</p><b><p>y</p></b></div>',
            '<div id="t"><p style="color: red">x</p><b><p>y</p></b></div>',
        ),
        ("#t p { color: red }", '<div id="t"><b><p>y</p></b></div>', '<div id="t"><b><p style="color: red">y</p></b></div>'),
        ("li:nth-child(even) { color: red }", "<li>1</li><br><li>3</li>", "<li>1</li><br><li>3</li>"),
        ("li:nth-child(2n+1) { color: red }", "<li>1</li><li>2</li>", '<li style="color: red">1</li><li>2</li>'),
        ("p:hover, p ~ b { color: red }", "<p>x</p><b>y</b>", "<p>x</p><b>y</b>"),
        ("@media print { p { color: red } } b { color: red }", "<p>x</p><b>y</b>", '<p>x</p><b style="color: red">y</b>'),
        ("/* p { */ b { color: red !important; }", "<p>x</p>\n<b>y", '<p>x</p>\n<b style="color: red ">y'),
        ("b { background: linear-gradient(90deg, red; blue) }", "<b>", '<b style="background: linear-gradient(90deg, red; blue)">'),
        ('b { font-family: "A B" }', "<b>", '<b style="font-family: &quot;A B&quot;">'),
        ("b {", "<b>", "<b>"),
    ],
)
def test_a_style_sheet_is_said_by_the_elements(sheet: str, body: str, expected: str) -> None:
    assert alone(f"<style>{sheet}</style>{body}") == expected


def test_a_scoped_sheet_is_left_out() -> None:
    assert alone("<style scoped>b { color: red }</style><b>x</b>") == "<b>x</b>"


def test_a_drawing_within_html_is_a_picture_that_runs_nothing() -> None:
    html = alone('<p>before</p><svg width="50" onload="x()"><title>a dot</title><circle r="5"/></svg>')
    picture = re.fullmatch(r'<p>before</p><img src="data:image/svg\+xml;base64,([^"]+)" width="50" alt="a dot">', html)
    assert picture is not None
    assert b'xmlns="http://www.w3.org/2000/svg"' in base64.b64decode(picture[1])


@pytest.mark.parametrize(
    "svg",
    [
        '<svg><use href="#elsewhere"/></svg>',
        "<svg><b>",
        "<svg><circle r=5></svg>",
        '<svg><!DOCTYPE x [<!ENTITY e "e">]>&e;</svg>',
        "<svg></svg>",
    ],
)
def test_what_cannot_stand_alone_stays_what_it_is(svg: str) -> None:
    assert alone(svg) == svg

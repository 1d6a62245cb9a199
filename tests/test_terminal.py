"""What is written to a terminal, as an Output has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectsync.controls.terminal import Run, Terminal, cut, runs_of, text_of, value_of
from objectsync.controls.tones import style_of


def screen(*texts: str) -> list[Run]:
    """The one line that these writes leave."""
    terminal = Terminal()
    line: list[Run] = []
    for text in texts:
        line = terminal.write(line, text)
    return line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", [("red", "red")]),
        ("\x1b[91mred\x1b[39m no", [("red", "red"), (" no", "")]),
        ("\x1b[90mgrey\x1b[100m on", [("grey", "grey"), (" on", "grey on-grey")]),
        ("\x1b[1;3;4mall\x1b[22m less\x1b[23;24m none", [("all", "bold italic underline"), (" less", "italic underline"), (" none", "")]),
        ("\x1b[2;9mfaint\x1b[0m.", [("faint", "dim struck"), (".", "")]),
        (
            "\x1b[38;5;9ma\x1b[38;5;208mb\x1b[48;5;244mc\x1b[49md",
            [("a", "red"), ("b", "#ff8700"), ("c", "#ff8700 on-#808080"), ("d", "#ff8700")],
        ),
        ("\x1b[38;2;300;0;9ma", [("a", "#ff0009")]),
        ("\x1b[7ma\x1b[31mb\x1b[44mc\x1b[27md", [("a", "back on-text"), ("bc", "back on-red"), ("d", "red on-blue")]),
        ("\x1b[7;44ma\x1b[38;2;1;2;3mb", [("a", "back on-blue"), ("b", "on-#010203")]),
        ("\x1b[31m\x1b[ma", [("a", "")]),
        ("\x1b[38ma\x1b[999mb", [("ab", "")]),
        ("\x1b[?25l\x1b[>4;1m\x1b(B\x1b[2J\x1b[3Aa\x1b", [("a", "")]),
        ("\x1b]0;title\x07a\x1b]8;;x\x1b\\b", [("ab", "")]),
    ],
)
def test_codes(text: str, shown: list[Run]) -> None:
    assert screen(text) == shown


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["12345\rab"], "ab345"),
        (["12345", "\rab", "c"], "abc45"),
        (["12345\r", "\x1b[Kab"], "ab"),
        (["12345\x1b[2D\x1b[K", "!"], "123!"),
        (["12345\x1b[1K6"], "     6"),
        (["12345\x1b[2K\rab"], "ab"),
        (["12345\x1b[2Gx\x1b[2Cy"], "1x34y"),
        (["ab\x1b[3Cc"], "ab   c"),
        (["abc\b\b\b\b\bx"], "xbc"),
        (["ab\x1b[99999999999Cc"], "ab" + " " * 9_998 + "c"),
        (["ab\x1b[0D\x1b[1Gc"], "cb"),
        (["a" * 20_000 + "\x1b[Db"], "a" * 19_999 + "b"),
        (["a\r\nb\r\n"], "a\nb\n"),
    ],
    ids=repr,
)
def test_places_in_a_line(texts: list[str], shown: str) -> None:
    assert text_of(value_of(screen(*texts))) == shown


def test_a_colour_lasts_until_another_comes() -> None:
    terminal = Terminal()
    assert terminal.write([], "\x1b[32ma\n") == [("a", "green"), ("\n", "")]
    assert terminal.write([], "b") == [("b", "green")]
    assert terminal.write([("b", "green")], "\rc\x1b[0m") == [("c", "green")]
    assert terminal.write([("c", "green")], "d") == [("c", "green"), ("d", "")]


@given(st.lists(st.text(alphabet="ab\n\r\b\x1b[3;1mKCDG0\x07]"), max_size=4))
def test_nothing_breaks_it_and_no_code_is_left(texts: list[str]) -> None:
    shown = text_of(value_of(screen(*texts)))
    assert not set(shown) & {"\x1b", "\r", "\b"}


@given(st.lists(st.tuples(st.text(min_size=1, max_size=9), st.sampled_from(["", "red"])), max_size=6), st.integers(1, 7))
def test_cutting_leaves_all_of_it(runs: list[Run], longest: int) -> None:
    parts = list(cut(runs, longest))
    assert all(0 < sum(len(text) for text, _ in part) <= longest for part in parts)
    assert [(character, look) for part in parts for text, look in part for character in text] == [
        (character, look) for text, look in runs for character in text
    ]
    for part in parts:
        assert text_of(value_of(part)) == "".join(text for text, _ in part)
        assert runs_of(value_of(part)) == part or value_of(part) == text_of(value_of(part))


@pytest.mark.parametrize(
    ("look", "style"),
    [
        ("bold red", "font-weight: bold; color: #c62f2f"),
        ("on-blue", "background-color: #3b73d155"),
        ("back on-red", "background-color: #c62f2f; color: #ffffff"),
        ("#010203 on-#ffffff underline", "background-color: #ffffff; color: #010203; text-decoration: underline"),
        ("white on-#010203", "background-color: #010203; color: #ffffff"),
        ("on-#eeeeee", "background-color: #eeeeee; color: #000000"),
        ("#f8f8f2", "color: #a6a659"),
        ("no-such", ""),
    ],
)
def test_pictures_have_their_colours(look: str, style: str) -> None:
    assert style_of(look) == style

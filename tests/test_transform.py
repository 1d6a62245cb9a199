"""Two people change one text or list at the same time: whichever order, both end with the same (TP1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from objectsync.changes import Change, DeleteText, Insert, InsertText, Move, Pop, Replace
from objectsync.transform import transform, transform_sequences
from objectsync.values import utf16_length
from tests.replica import change_list, change_text

# Characters of one, two and more UTF-16 units, a combining mark, a joiner and a flag.
LETTERS = st.sampled_from(["a", "b", "ß", "漢", "😀", "e\u0301", "👩\u200d💻", "🇩🇪", "\u0301"])
TEXTS = st.lists(LETTERS, max_size=8).map("".join)


def apply_text(text: str, changes: list[Change]) -> str:
    for change in changes:
        if isinstance(change, InsertText):
            text = change_text("insert_text", text, change.position, change.text)
        else:
            assert isinstance(change, DeleteText)
            text = change_text("delete_text", text, change.position, change.length)
    return text


def apply_list(items: list[Any], changes: list[Change]) -> list[Any]:
    for change in changes:
        match change:
            case Insert(_, _, index, item):
                items = change_list("insert", list(items), index, item)
            case Pop(_, _, index):
                items = change_list("pop", list(items), index)
            case Move(_, _, index, to):
                items = change_list("move", list(items), index, to)
            case Replace(_, _, index, item):
                items = change_list("replace", list(items), index, item)
    return items


@st.composite
def text_edits(draw: st.DrawFn, text: str, most: int) -> list[Change]:
    edits: list[Change] = []
    for _ in range(draw(st.integers(0, most))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        at = utf16_length(text[:start])
        edit: Change
        if start == end or draw(st.booleans()):
            edit = InsertText("1", "t", at, draw(TEXTS.filter(bool)))
        else:
            edit = DeleteText("1", "t", at, utf16_length(text[start:end]))
        edits.append(edit)
        text = apply_text(text, [edit])
    return edits


@st.composite
def list_edits(draw: st.DrawFn, items: list[Any], most: int, who: str) -> list[Change]:
    edits: list[Change] = []
    length = len(items)
    for number in range(draw(st.integers(0, most))):
        kinds = ["insert"] if not length else ["insert", "pop", "replace", "move"]
        kind = draw(st.sampled_from(kinds))
        index = draw(st.integers(0, length if kind == "insert" else length - 1))
        if kind == "insert":
            edits.append(Insert("1", "l", index, f"{who}{number}"))
        elif kind == "pop":
            edits.append(Pop("1", "l", index))
        elif kind == "replace":
            edits.append(Replace("1", "l", index, f"{who}{number}"))
        else:
            edits.append(Move("1", "l", index, draw(st.integers(0, length - 1))))
        length += (kind == "insert") - (kind == "pop")
    return edits


@st.composite
def text_conflicts(draw: st.DrawFn) -> tuple[str, list[Change], list[Change]]:
    text = draw(TEXTS)
    return text, draw(text_edits(text, 4)), draw(text_edits(text, 4))


@st.composite
def list_conflicts(draw: st.DrawFn) -> tuple[list[Any], list[Change], list[Change]]:
    items: list[Any] = list(range(draw(st.integers(0, 6))))
    return items, draw(list_edits(items, 4, "a")), draw(list_edits(items, 4, "b"))


@given(text_conflicts(), st.booleans())
@settings(max_examples=300)
def test_texts_converge(conflict: tuple[str, list[Change], list[Change]], a_first: bool) -> None:
    text, a, b = conflict
    a_moved, b_moved = transform_sequences(a, b, a_first)
    assert apply_text(apply_text(text, b), a_moved) == apply_text(apply_text(text, a), b_moved)


@given(list_conflicts(), st.booleans())
@example(([0, 1, 2], [Move("1", "l", 0, 2)], [Move("1", "l", 0, 1)]), True)
@example(([0, 1, 2], [Replace("1", "l", 0, "a")], [Replace("1", "l", 0, "b")]), False)
@example(([0, 1, 2], [Insert("1", "l", 2, "a")], [Move("1", "l", 0, 1)]), False)
@settings(max_examples=500)
def test_lists_converge(conflict: tuple[list[Any], list[Change], list[Change]], a_first: bool) -> None:
    items, a, b = conflict
    a_moved, b_moved = transform_sequences(a, b, a_first)
    assert apply_list(apply_list(items, b), a_moved) == apply_list(apply_list(items, a), b_moved)


@given(text_conflicts())
@settings(max_examples=200)
def test_no_insertion_is_ever_lost(conflict: tuple[str, list[Change], list[Change]]) -> None:
    """Upstream dropped text typed into a range that someone else deleted (5.6 % of fuzzed stale edits)."""
    text, _, b = conflict
    for position in range(len(text) + 1):
        typed = InsertText("1", "t", utf16_length(text[:position]), "«mine»")
        moved, _ = transform_sequences([typed], b)
        assert "«mine»" in apply_text(apply_text(text, b), moved)


@given(text_conflicts())
@settings(max_examples=200)
def test_a_deletion_takes_only_what_was_there(conflict: tuple[str, list[Change], list[Change]]) -> None:
    """Whatever someone typed meanwhile survives the deletion of the whole text."""
    text, _, b = conflict
    typed = [InsertText("1", "t", change.position, "§") for change in b if isinstance(change, InsertText)][:1]
    if not text or not typed or typed[0].position > utf16_length(text):
        return
    at = len(text.encode("utf-16-le")[: 2 * typed[0].position].decode("utf-16-le", "ignore"))
    theirs = InsertText("1", "t", utf16_length(text[:at]), "§")
    moved, _ = transform_sequences([DeleteText("1", "t", 0, utf16_length(text))], [theirs])
    assert apply_text(apply_text(text, [theirs]), moved) == "§"


class TestOneOfEach:
    def test_a_deletion_splits_around_an_insertion(self) -> None:
        assert transform(DeleteText("1", "t", 1, 3), InsertText("1", "t", 2, "XY")) == [
            DeleteText("1", "t", 1, 1),
            DeleteText("1", "t", 3, 2),
        ]

    def test_what_both_delete_goes_once(self) -> None:
        assert transform(DeleteText("1", "t", 1, 2), DeleteText("1", "t", 0, 5)) == []

    def test_of_two_moves_of_one_item_the_later_decides(self) -> None:
        earlier, later = Move("1", "l", 0, 2), Move("1", "l", 0, 1)
        assert transform(later, earlier, a_first=False) == [Move("1", "l", 2, 1)]
        assert transform(earlier, later, a_first=True) == []

    def test_of_two_replacements_of_one_item_the_later_decides(self) -> None:
        earlier, later = Replace("1", "l", 0, "x"), Replace("1", "l", 0, "y")
        assert transform(later, earlier, a_first=False) == [later]
        assert transform(earlier, later, a_first=True) == []

    @pytest.mark.parametrize("change", [Pop("1", "l", 1), Replace("1", "l", 1, "x"), Move("1", "l", 1, 0)])
    def test_what_touches_a_popped_item_is_moot(self, change: Change) -> None:
        assert transform(change, Pop("1", "l", 1)) == []

    def test_an_astral_insertion_shifts_by_two_units(self) -> None:
        assert transform(InsertText("1", "t", 1, "x"), InsertText("1", "t", 0, "😀")) == [InsertText("1", "t", 3, "x")]

    def test_a_long_history_costs_no_stack(self) -> None:
        mine: list[Change] = [DeleteText("1", "t", 0, 2000)]
        theirs: list[Change] = [InsertText("1", "t", 2 * n + 1, "x") for n in range(500)]
        moved, _ = transform_sequences(mine, theirs)
        assert apply_text(apply_text("a" * 2000, theirs), moved) == "x" * 500

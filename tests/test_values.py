"""What a topic may hold, and what it refuses with a remedy."""

from __future__ import annotations

import datetime as dt
import enum
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectsync import InvalidValue
from objectsync.values import Buffer, check_value, copy_value, from_utf16, same_value, size_of, to_utf16, utf16_length, value_key
from tests.operations import VALUES


class Color(str, enum.Enum):  # noqa: UP042  # str() of this older form is its name, 'Color.RED'
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class TestChecking:
    @given(VALUES)
    def test_a_checked_value_is_an_equal_and_independent_copy(self, value: Any) -> None:
        checked = check_value(value)
        assert same_value(checked, value)
        assert same_value(copy_value(checked), value)
        if isinstance(value, (list, dict)):
            assert checked is not value

    @pytest.mark.parametrize(
        ("value", "says"),
        [
            (math.nan, "use None"),
            (math.inf, "use None"),
            (2**53, "JavaScript"),
            (-(2**53), "JavaScript"),
            ("\ud800", "lone surrogate at position 0"),
            ({1: 2}, "keys must be str"),
            ({"\udfff": 2}, "lone surrogate"),
            ({"a": "\udfff"}, r"\$\.a has a lone surrogate"),
            ({1, 2}, "SetTopic"),
            (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "isoformat"),
            (Decimal(1), "float"),
            (object(), "cannot be sent"),
            (lambda: 1, "cannot be sent"),
            ([[{"a": math.nan}]], r"\$\[0\]\[0\].a"),
        ],
    )
    def test_what_no_codec_can_carry_is_refused_with_a_remedy(self, value: object, says: str) -> None:
        with pytest.raises(InvalidValue, match=says):
            check_value(value)

    def test_depth_is_bounded(self) -> None:
        deep: Any = 1
        for _ in range(64):
            deep = [deep]
        assert check_value(deep) == deep
        with pytest.raises(InvalidValue, match="nested more than 64 deep"):
            check_value([deep])

    def test_a_list_that_holds_itself_is_refused(self) -> None:
        loop: list[Any] = []
        loop.append(loop)
        with pytest.raises(InvalidValue, match="nested"):
            check_value(loop)

    def test_subclasses_become_plain_values(self) -> None:
        checked = check_value([Color.RED, Level.HIGH, True, (1, 2), bytearray(b"a"), {Color.RED: 1}])
        assert checked == ["red", 3, True, [1, 2], b"a", {"red": 1}]
        assert [type(item) for item in checked] == [str, int, bool, list, Buffer, dict]

    def test_the_limits_themselves_pass(self) -> None:
        assert check_value([2**53 - 1, -(2**53) + 1, 1.7976931348623157e308]) == [2**53 - 1, -(2**53) + 1, 1.7976931348623157e308]


class TestSameness:
    @pytest.mark.parametrize(("a", "b"), [(1, 1.0), ([1, [2]], [1.0, [2]]), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (b"a", Buffer(b"a"))])
    def test_these_are_the_same(self, a: Any, b: Any) -> None:
        assert same_value(a, b)
        assert same_value(b, a)
        assert value_key(a) == value_key(b)

    @pytest.mark.parametrize(
        ("a", "b"),
        [(1, True), (0, False), ([1], [True]), ({"a": 1}, {"a": True}), ("1", 1), (None, False), ([], {}), ("a", b"a"), ([1], 1)],
    )
    def test_these_are_not(self, a: Any, b: Any) -> None:
        assert not same_value(a, b)
        assert not same_value(b, a)
        assert value_key(a) != value_key(b)

    @given(VALUES, VALUES)
    def test_keys_agree_with_sameness(self, a: Any, b: Any) -> None:
        assert same_value(a, b) == (value_key(a) == value_key(b))
        hash(value_key(a))


class TestUtf16:
    @given(st.text(st.sampled_from("aé漢😀👩\u200d\u0301")))
    def test_positions_translate_both_ways(self, text: str) -> None:
        assert utf16_length(text) == sum(2 if ord(character) > 0xFFFF else 1 for character in text)
        for position in range(len(text) + 1):
            assert from_utf16(text, to_utf16(text, position)) == position

    def test_a_position_inside_a_character_is_refused(self) -> None:
        with pytest.raises(ValueError, match="surrogate pair"):
            from_utf16("😀", 1)

    @pytest.mark.parametrize("units", [-1, 3, 4])
    def test_a_position_outside_is_refused(self, units: int) -> None:
        with pytest.raises(ValueError, match="outside"):
            from_utf16("😀", units)
        with pytest.raises(ValueError, match="outside"):
            from_utf16("ab", units)


def test_sizes_grow_with_their_contents() -> None:
    assert size_of("a" * 1000) > 1000
    assert size_of(["a" * 1000] * 3) > 3000
    assert size_of({"a": Buffer(b"x" * 1000)}) > 1000
    assert size_of(1) < 50

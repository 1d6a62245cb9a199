"""The topic types: values, changes, Python's own protocols, refusals that name object, attribute and remedy."""

# mypy: disable-error-code="attr-defined, union-attr, assignment, func-returns-value, untyped-decorator, operator, unused-ignore"
# (These tests give objects attributes as users do, whose types mypy cannot know.)

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import (
    BoolTopic,
    BytesTopic,
    DictTopic,
    EventTopic,
    FloatTopic,
    GenericTopic,
    IntTopic,
    InvalidChangeError,
    InvalidPosition,
    InvalidValue,
    ListTopic,
    ObjDictTopic,
    ObjListTopic,
    ObjSetTopic,
    ObjTopic,
    SetTopic,
    SObject,
    StringTopic,
    Topic,
    attribute,
)
from objectsync.tree import Tree
from objectsync.values import same_value
from tests.operations import TEXTS, VALUES

DEFAULT_ITEMS = ["a", "b"]


class Thing(SObject):
    generic = attribute(GenericTopic)
    flag = attribute(BoolTopic)
    n = attribute(IntTopic)
    x = attribute(FloatTopic)
    text = attribute(StringTopic)
    data = attribute(BytesTopic)
    members = attribute(SetTopic)
    items = attribute(ListTopic)
    table = attribute(DictTopic)
    event = attribute(EventTopic)
    one = attribute(ObjTopic)
    several = attribute(ObjListTopic)
    group = attribute(ObjSetTopic)
    named = attribute(ObjDictTopic)
    rich_list = attribute(ListTopic, DEFAULT_ITEMS)
    rich_set = attribute(SetTopic, ["a", "b"])
    rich_dict = attribute(DictTopic, {"a": [1], "b": 2})


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.fixture
def thing(tree: Tree) -> Thing:
    return tree.create_object(Thing)


class TestScalars:
    @pytest.mark.parametrize(
        ("name", "default"),
        [
            *(("generic", None), ("flag", False), ("n", 0), ("x", 0.0), ("text", ""), ("data", b""), ("members", []), ("items", [])),
            *(("table", {}), ("one", None), ("several", []), ("group", []), ("named", {})),
        ],
    )
    def test_each_type_begins_with_its_default(self, thing: Thing, name: str, default: Any) -> None:
        assert thing.get_attribute(name).get() == default
        assert type(thing.get_attribute(name).get()) is type(default)

    def test_value_reads_and_writes(self, thing: Thing) -> None:
        thing.n.value = 3
        thing.n.value += 1
        thing.text.value = "a"
        thing.text.value += "b"
        assert (thing.n.value, thing.text.value) == (4, "ab")

    def test_assigning_to_the_attribute_sets_it(self, thing: Thing) -> None:
        thing.n = 5  # type: ignore[assignment]  # what the descriptor takes
        thing.items = [1]  # type: ignore[assignment]  # likewise
        assert (thing.n.get(), thing.items.get()) == (5, [1])

    def test_set_to_default(self, thing: Thing) -> None:
        thing.rich_list.set([])
        thing.rich_list.set_to_default()
        thing.n.set(4)
        thing.n.set_to_default()
        assert (thing.rich_list.get(), thing.n.get()) == (["a", "b"], 0)

    def test_ints_take_bools_and_refuse_the_rest(self, thing: Thing) -> None:
        thing.n.set(True)
        assert thing.n.get() == 1
        assert type(thing.n.get()) is int
        for bad in ("1", 1.5, None, [1]):
            with pytest.raises(TypeError, match=r"IntTopic 'n' of Thing\(1\).*expected int"):
                thing.n.set(bad)
        with pytest.raises(InvalidValue, match=r"use int\(…\) or a FloatTopic"):
            thing.n.set(1.0)  # type: ignore[arg-type]  # that is the point
        with pytest.raises(InvalidValue, match="JavaScript"):
            thing.n.set(2**53)

    def test_a_sum_out_of_range_changes_nothing(self, thing: Thing) -> None:
        thing.n.set(2**53 - 1)
        with pytest.raises(InvalidValue, match="JavaScript"):
            thing.n.add(1)
        assert thing.n.get() == 2**53 - 1
        thing.x.set(1.7e308)
        with pytest.raises(InvalidValue, match="JSON cannot carry"):
            thing.x.add(1.7e308)
        assert thing.x.get() == 1.7e308

    def test_floats_store_floats(self, thing: Thing) -> None:
        thing.x.set(1)
        assert type(thing.x.get()) is float
        thing.x.add(True)
        assert thing.x.get() == 2.0
        for bad in ("1", None, float("nan"), float("inf")):
            with pytest.raises(InvalidValue, match="FloatTopic 'x' of Thing"):
                thing.x.set(bad)

    def test_bools_are_bools(self, thing: Thing) -> None:
        thing.flag.toggle()
        assert thing.flag.get() is True
        for bad in (1, 0, None, "yes"):
            with pytest.raises(TypeError, match="expected bool"):
                thing.flag.set(bad)  # type: ignore[arg-type]  # that is the point

    def test_bytes(self, thing: Thing) -> None:
        thing.data.set(bytearray(b"abc"))  # type: ignore[arg-type]  # taken all the same
        assert thing.data.get() == b"abc"
        assert type(thing.data.get()) is bytes
        assert len(thing.data) == 3
        with pytest.raises(TypeError, match="expected bytes"):
            thing.data.set("abc")  # type: ignore[arg-type]  # that is the point

    def test_one_value_that_json_cannot_write_is_refused_at_the_call(self, thing: Thing) -> None:
        with pytest.raises(InvalidValue, match=r"GenericTopic 'generic' of Thing\(1\).*SetTopic"):
            thing.generic.set({1, 2})
        assert thing.generic.get() is None

    def test_an_event_has_no_value(self, thing: Thing) -> None:
        with pytest.raises(InvalidChangeError, match="use emit"):
            thing.event.set(1)
        with pytest.raises(InvalidValue, match="EventTopic 'event' of Thing"):
            thing.event.emit(x={1})
        with pytest.raises(InvalidValue, match="no default"):
            attribute(EventTopic, 1)

    def test_a_default_is_checked_when_it_is_declared(self) -> None:
        for topic_class, bad in [(IntTopic, "abc"), (SetTopic, [1, 1]), (DictTopic, []), (StringTopic, 1)]:
            with pytest.raises(InvalidValue):
                attribute(topic_class, bad)
        with pytest.raises(TypeError, match="expected a topic class"):
            attribute(int, 3)  # type: ignore[type-var]  # that is the point

    def test_topics_say_who_they_are(self, thing: Thing) -> None:
        thing.n.set(3)
        assert str(thing.n) == "IntTopic 'n' of Thing(1)"
        assert repr(thing.n) == "IntTopic(3)"
        assert (thing.n.name, thing.n.object, thing.n.is_stateful) == ("n", thing, True)


class TestText:
    def test_edits(self, thing: Thing) -> None:
        thing.text.insert(0, "hello")
        thing.text.insert(len(thing.text), "!")
        thing.text.delete(0, "he")
        thing.text.delete(0, 1)
        assert thing.text.get() == "lo!"
        assert "lo" in thing.text
        assert thing.text[0] == "l"
        assert thing.text[-2:] == "o!"

    def test_positions_are_characters(self, thing: Thing) -> None:
        thing.text.set("😀b")
        thing.text.insert(1, "X")
        thing.text.delete(0, "😀")
        assert thing.text.get() == "Xb"

    @pytest.mark.parametrize(("position", "length"), [(-1, 1), (0, 4), (4, 0), (0, -1), (3, 1)])
    def test_positions_outside_are_refused(self, thing: Thing, position: int, length: int) -> None:
        thing.text.set("abc")
        with pytest.raises(InvalidPosition, match="StringTopic 'text' of Thing"):
            thing.text.delete(position, length)
        assert thing.text.get() == "abc"

    def test_another_text_than_expected_is_refused(self, thing: Thing) -> None:
        thing.text.set("abc")
        with pytest.raises(InvalidChangeError, match=r"expected 'xb'.*found 'ab'"):
            thing.text.delete(0, "xb")

    def test_mixed_up_arguments_are_type_errors(self, thing: Thing) -> None:
        with pytest.raises(TypeError, match="expected a position"):
            thing.text.insert("a", "b")  # type: ignore[arg-type]  # that is the point
        with pytest.raises(TypeError, match="expected str, got 0"):
            thing.text.insert(0, 0)  # type: ignore[arg-type]  # that is the point
        with pytest.raises(TypeError, match="expected a position"):
            thing.text.delete(0, None)  # type: ignore[arg-type]  # that is the point


class TestLists:
    def test_the_older_default_position_appends(self, thing: Thing) -> None:
        thing.items.insert("a")
        thing.items.insert("c")
        thing.items.insert("b", -2)
        thing.items.insert("0", 0)
        assert thing.items.get() == ["0", "a", "b", "c"]

    def test_pythons_protocol(self, thing: Thing) -> None:
        items = thing.items
        items.set([1, 2, 3, 4])
        assert len(items) == 4
        assert 2 in items
        assert object() not in items
        assert list(items) == [1, 2, 3, 4]
        assert (items[0], items[-1], items[1:3]) == (1, 4, [2, 3])
        items[0] = 9
        items[-1] = 8
        del items[1]
        assert items.get() == [9, 3, 8]
        assert bool(items)
        assert items.index(3) == 1
        assert items.pop() == 8
        assert items.pop(0) == 9
        items.append(5)
        items.remove(3)
        assert items.get() == [5]

    def test_moves_land_where_they_say(self, thing: Thing) -> None:
        thing.items.set(list("abcd"))
        thing.items.move(0, 2)
        assert thing.items.get() == list("bcad")
        thing.items.move(-1, 0)
        assert thing.items.get() == list("dbca")

    @pytest.mark.parametrize("position", [-5, 5, 100])
    def test_positions_outside_are_refused_and_nothing_is_clamped(self, thing: Thing, position: int) -> None:
        thing.items.set([1, 2])
        for act in (
            lambda: thing.items.insert(0, position),
            lambda: thing.items.pop(position),
            lambda: thing.items.move(0, position),
            lambda: thing.items.__setitem__(position, 0),
            lambda: thing.items.__delitem__(position),
            lambda: thing.items[position],
        ):
            with pytest.raises(IndexError, match=r"ListTopic 'items' of Thing\(1\)"):
                act()
        assert thing.items.get() == [1, 2]

    def test_wrong_positions_are_type_errors(self, thing: Thing) -> None:
        with pytest.raises(TypeError, match="expected a position"):
            thing.items.insert(1, "0")  # type: ignore[arg-type]  # that is the point
        with pytest.raises(TypeError, match="expected a position"):
            thing.items[None] = 1  # type: ignore[index]  # that is the point

    def test_removing_what_is_not_there_is_a_value_error(self, thing: Thing) -> None:
        thing.items.set([1])
        with pytest.raises(ValueError, match="not in the list"):
            thing.items.remove(True)
        assert thing.items.get() == [1]

    def test_the_unique_validator(self, thing: Thing) -> None:
        thing.items.add_validator(ListTopic.unique_validator)
        thing.items.set([1, True, "1", [1]])
        with pytest.raises(InvalidChangeError, match="unique_validator"):
            thing.items.append([1])
        assert thing.items.get() == [1, True, "1", [1]]


class TestSets:
    def test_pythons_protocol(self, thing: Thing) -> None:
        members = thing.members
        members.append("a")
        members.add("a")
        members.add([1])
        members.discard("zzz")
        assert len(members) == 2
        assert [1] in members
        assert object() not in members
        assert list(members) == ["a", [1]]
        members.remove("a")
        members.set({"x"})
        assert members.get() == ["x"]

    def test_twice_is_refused(self, thing: Thing) -> None:
        thing.members.append(1)
        with pytest.raises(InvalidChangeError, match="in the set already"):
            thing.members.append(1.0)
        thing.members.append(True)
        with pytest.raises(InvalidValue, match="each value once"):
            thing.members.set([1, 1])
        with pytest.raises(ValueError, match="not in the set"):
            thing.members.remove(2)
        assert thing.members.get() == [1, True]


class TestDicts:
    def test_pythons_protocol(self, thing: Thing) -> None:
        table = thing.table
        table["a"] = 1
        table["a"] = 2
        table.add("b", [3])
        table.change_value("b", [4])
        table.update({"c": 5}, d=6)
        assert len(table) == 4
        assert "a" in table
        assert list(table) == ["a", "b", "c", "d"]
        assert table["b"] == [4]
        assert table.get("zzz") is None
        assert table.get("zzz", 1) == 1
        assert table.get("a") == 2
        assert (table.keys(), table.values()) == (["a", "b", "c", "d"], [2, [4], 5, 6])
        assert table.items() == [("a", 2), ("b", [4]), ("c", 5), ("d", 6)]
        del table["a"]
        assert table.pop("b") == [4]
        assert table.pop("b", None) is None
        table.remove(5)
        assert table.get() == {"d": 6}

    def test_refusals(self, thing: Thing) -> None:
        thing.table["a"] = 1
        with pytest.raises(InvalidChangeError, match="there already; use"):
            thing.table.add("a", 2)
        with pytest.raises(InvalidChangeError, match="no key 'b'; use"):
            thing.table.change_value("b", 2)
        for act in (lambda: thing.table["b"], lambda: thing.table.pop("b"), lambda: thing.table.__delitem__("b")):
            with pytest.raises(KeyError, match=r"DictTopic 'table' of Thing\(1\): there is no key 'b'"):
                act()
        with pytest.raises(TypeError, match="keys must be str"):
            thing.table[1] = 2  # type: ignore[index]  # that is the point
        with pytest.raises(TypeError, match=r"table.*\['k'\].*cannot be sent"):
            thing.table["k"] = object()
        assert thing.table.get() == {"a": 1}

    def test_a_key_of_javascripts_own_is_just_data(self, thing: Thing) -> None:
        thing.table["__proto__"] = {"constructor": 1}
        assert thing.table["__proto__"] == {"constructor": 1}


class TestObjects:
    def test_they_hold_objects_and_ids(self, tree: Tree, thing: Thing) -> None:
        other = tree.create_object(Thing)
        thing.one.set(other)
        thing.several.set([other, thing.id])
        thing.group.append(other)
        thing.named["k"] = other
        assert thing.one.get() is other
        assert thing.several.get() == [other, thing]
        assert other in thing.group
        assert thing.named["k"] is other
        assert (thing.one.get_raw(), thing.several.get_raw(), thing.named.get_raw()) == (other.id, [other.id, thing.id], {"k": other.id})
        thing.one.set(None)
        thing.several.remove(other)
        thing.group.remove(other)
        assert (thing.one.get(), thing.several.get(), thing.group.get()) == (None, [thing], [])

    def test_what_is_gone_is_left_out_until_it_is_back(self, tree: Tree, thing: Thing) -> None:
        other = tree.create_object(Thing)
        thing.one.set(other)
        thing.several.set([other, thing])
        thing.group.set([other, thing])
        thing.named.set({"a": other, "b": thing})
        other.remove()
        assert thing.one.get() is None
        assert (thing.several.get(), list(thing.several), len(thing.several)) == ([thing], [thing], 1)
        assert (thing.group.get(), list(thing.group), len(thing.group)) == ([thing], [thing], 1)
        assert (thing.named.get(), list(thing.named), thing.named.items(), len(thing.named)) == ({"b": thing}, ["b"], [("b", thing)], 1)
        tree.undo()
        assert thing.one.get() is tree.get_object(other.id)
        assert len(thing.several) == len(thing.group) == len(thing.named) == 2

    def test_refusals(self, thing: Thing) -> None:
        stranger = Tree().create_object(Thing)
        with pytest.raises(TypeError, match="expected an SObject or its id"):
            thing.one.set(5)
        with pytest.raises(TypeError, match="got None"):
            thing.several.append(None)
        for act in (lambda: thing.one.set(stranger), lambda: thing.several.set([stranger]), lambda: thing.named.__setitem__("k", stranger)):
            with pytest.raises(InvalidValue, match="another server"):
                act()

    def test_they_can_say_of_which_class(self, tree: Tree) -> None:
        class Typed(SObject):
            things = attribute(ObjListTopic[Thing])

            def pre_build(self, values):
                self.best = self.add_attribute("best", ObjTopic[Thing])

        typed = tree.create_object(Typed)
        thing = tree.create_object(Thing)
        typed.best.set(thing)
        typed.things.append(thing)
        assert typed.best.get() is thing


class TestSharing:
    """No default and no stored value is shared with the caller, a listener or another object."""

    def test_of_the_default(self, tree: Tree) -> None:
        a, b = tree.create_object(Thing), tree.create_object(Thing)
        a.rich_list.append("c")
        a.rich_set.remove("a")
        a.rich_dict.pop("a")
        a.rich_list.get().append("d")
        a.rich_dict.get()["z"] = 1
        b.rich_dict["a"].append(2)
        assert (b.rich_list.get(), b.rich_set.get(), b.rich_dict.get()) == (["a", "b"], ["a", "b"], {"a": [1], "b": 2})
        assert DEFAULT_ITEMS == ["a", "b"]
        fresh = tree.create_object(Thing)
        assert (fresh.rich_list.get(), fresh.rich_set.get(), fresh.rich_dict.get()) == (["a", "b"], ["a", "b"], {"a": [1], "b": 2})

    @pytest.mark.parametrize("act", ["pop", "remove", "replace", "move"])
    def test_of_a_default_that_is_changed_first_by(self, tree: Tree, act: str) -> None:
        a, b = tree.create_object(Thing), tree.create_object(Thing)
        match act:
            case "pop":
                a.rich_list.pop()
                a.rich_dict.pop("a")
            case "remove":
                a.rich_list.remove("a")
                a.rich_set.remove("a")
            case "replace":
                a.rich_list[0] = "z"
                a.rich_dict["a"] = "z"
            case "move":
                a.rich_list.move(0, 1)
        assert (b.rich_list.get(), b.rich_set.get(), b.rich_dict.get()) == (["a", "b"], ["a", "b"], {"a": [1], "b": 2})

    def test_of_what_the_caller_gave(self, thing: Thing) -> None:
        given: Any = [[1], {"k": [2]}]
        thing.items.set(given)
        thing.generic.set(given)
        thing.table["k"] = given
        thing.members.append(given)
        given[0].append(9)
        given[1]["k"].append(9)
        expected = [[1], {"k": [2]}]
        assert (thing.items.get(), thing.generic.get(), thing.table["k"], thing.members.get()) == (expected, expected, expected, [expected])

    def test_of_what_the_caller_got(self, thing: Thing) -> None:
        thing.items.set([[1]])
        thing.table.set({"a": [1]})
        thing.generic.set([[1]])
        thing.items.get()[0].append(2)
        thing.items[0].append(2)
        next(iter(thing.items)).append(2)
        thing.items[0:1][0].append(2)
        thing.table["a"].append(2)
        thing.table.values()[0].append(2)
        thing.table.items()[0][1].append(2)
        thing.table.get("a").append(2)
        thing.generic.get()[0].append(2)
        assert (thing.items.get(), thing.table.get(), thing.generic.get()) == ([[1]], {"a": [1]}, [[1]])

    def test_of_what_was_popped(self, tree: Tree, thing: Thing) -> None:
        thing.items.set([[1]])
        thing.table.set({"a": [1]})
        thing.items.pop().append(2)
        thing.table.pop("a").append(2)
        tree.undo()
        tree.undo()
        assert (thing.items.get(), thing.table.get()) == ([[1]], {"a": [1]})

    def test_of_what_the_log_keeps(self, tree: Tree, thing: Thing) -> None:
        thing.items.set([1])
        sent = tree.log[tree.log.head].changes[0]
        thing.items.append(2)
        assert sent.value == [1]  # type: ignore[attr-defined]  # a Set


class TestValidators:
    def test_false_and_value_errors_refuse_with_a_reason(self, thing: Thing) -> None:
        def positive(value: int) -> bool:
            return value >= 0

        def even(value: int, change: Any) -> None:
            if value % 2:
                raise ValueError("must be even")

        thing.n.add_validator(positive)
        end = thing.n.add_validator(even)
        with pytest.raises(
            InvalidChangeError, match=r"IntTopic 'n' of Thing\(1\) refused set -2 \(int\): the validator 'positive' said no"
        ):
            thing.n.set(-2)
        with pytest.raises(InvalidChangeError, match="must be even") as refused:
            thing.n.set(1)
        assert refused.value.change is not None
        assert thing.n.get() == 0
        end()
        thing.n.set(1)

    @pytest.mark.parametrize("verdict", [False, np.bool_(False), np.array([1, 2]) == 3, 0])
    def test_whatever_is_false_refuses_and_none_does_not(self, tree: Tree, verdict: Any) -> None:
        class Guarded(SObject):
            n = attribute(IntTopic, 0, validator=lambda value: verdict)

        guarded = tree.create_object(Guarded)
        with pytest.raises(InvalidChangeError, match="refused set 1"):
            guarded.n.set(1)
        with pytest.raises(InvalidChangeError, match="refused set 1"):
            tree.create_object(Guarded, n=1)
        assert guarded.n.get() == 0

    @pytest.mark.parametrize("verdict", [None, True, np.bool_(True), 1])
    def test_nothing_and_whatever_is_true_lets_pass(self, tree: Tree, verdict: Any) -> None:
        class Guarded(SObject):
            n = attribute(IntTopic, 0, validator=lambda value: verdict)

        guarded = tree.create_object(Guarded, n=1)
        guarded.n.set(2)
        assert guarded.n.get() == 2

    @pytest.mark.parametrize("outcome", ["false", "value_error", "other"])
    def test_a_refused_change_in_place_leaves_everything(self, tree: Tree, thing: Thing, outcome: str) -> None:
        def guard(value: Any) -> bool:
            if outcome == "value_error":
                raise ValueError("no")
            if outcome == "other":
                raise ZeroDivisionError
            return False

        thing.items.set([1, 2])
        thing.table.set({"a": 1})
        thing.members.set([1, 2])
        thing.text.set("ab")
        for name in ("items", "table", "members", "text", "n"):
            thing.get_attribute(name).add_validator(guard)
        head, steps = tree.log.head, len(tree.history.done)
        for act in (
            lambda: thing.items.append(3),
            lambda: thing.items.pop(0),
            lambda: thing.items.move(0, 1),
            lambda: thing.items.__setitem__(0, 5),
            lambda: thing.items.set([]),
            lambda: thing.table.pop("a"),
            lambda: thing.table.__setitem__("a", 2),
            lambda: thing.table.__setitem__("b", 2),
            lambda: thing.members.append(3),
            lambda: thing.members.remove(1),
            lambda: thing.text.insert(1, "x"),
            lambda: thing.text.delete(0, 1),
            lambda: thing.n.add(3),
        ):
            with pytest.raises((InvalidChangeError, ZeroDivisionError)):
                act()
        assert (thing.items.get(), thing.table.get(), thing.members.get()) == ([1, 2], {"a": 1}, [1, 2])
        assert (thing.text.get(), thing.n.get()) == ("ab", 0)
        assert (tree.log.head, len(tree.history.done)) == (head, steps)

    def test_declared_ones_guard_keywords_too(self, tree: Tree) -> None:
        class Aged(SObject):
            age = attribute(IntTopic, 0, validator=lambda age: age >= 0)

        with pytest.raises(InvalidChangeError):
            tree.create_object(Aged, age=-1)
        assert tree.root.children == []


class TestOwnTypes:
    def test_a_subclass_travels_as_its_base_and_keeps_its_ways(self, tree: Tree) -> None:
        class Percent(IntTopic):
            @staticmethod
            def check(value: Any) -> int:
                return max(0, min(100, IntTopic.check(value)))

        class Bar(SObject):
            def build(self) -> None:
                self.done = self.add_attribute("done", Percent, 10)

        bar = tree.create_object(Bar)
        bar.done.set(500)
        assert bar.done.get() == 100
        bar.remove()
        tree.undo()
        back = tree.get_object(bar.id)
        assert type(back.done) is Percent
        back.done.set(-1)
        assert back.done.get() == 0
        assert bar.done.type_name == "int"


# --- against plain Python values -----------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(-6, 6), VALUES)))
@settings(max_examples=150)
def test_a_list_topic_is_a_list(program: list[tuple[int, int, Any]]) -> None:
    topic: ListTopic = Tree().create_object(Thing).items
    model: list[Any] = []
    for kind, position, item in program:
        try:
            match kind:
                case 0:
                    topic.append(item)
                    model.append(item)
                case 1:
                    topic[position] = item
                    model[position] = item
                case 2:
                    popped = topic.pop(position)
                    assert same_value(popped, model.pop(position))
                case 3:
                    del topic[position]
                    del model[position]
                case 4:
                    topic.set([item])
                    model = [item]
                case 5:
                    index = abs(position) % (len(model) + 1)
                    topic.insert(item, index)
                    model.insert(index, item)
                case 6:
                    topic.move(position, 0)
                    model.insert(0, model.pop(position))
        except IndexError:
            assert not -len(model) <= position < len(model)
        assert same_value(topic.get(), model)
        assert len(topic) == len(model)


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abc"), VALUES)))
@settings(max_examples=150)
def test_a_dict_topic_is_a_dict(program: list[tuple[int, str, Any]]) -> None:
    topic: DictTopic = Tree().create_object(Thing).table
    model: dict[str, Any] = {}
    for kind, key, item in program:
        match kind:
            case 0:
                topic[key] = item
                model[key] = item
            case 1:
                assert same_value(topic.pop(key, None), model.pop(key, None))
            case 2:
                topic.update({key: item})
                model.update({key: item})
            case 3:
                topic.set({key: item})
                model = {key: item}
            case 4:
                assert same_value(topic.get(key, 0), model.get(key, 0))
        assert same_value(topic.get(), model)
        assert list(topic) == list(model)


@given(st.lists(st.tuples(st.integers(0, 3), VALUES)))
@settings(max_examples=150)
def test_a_set_topic_holds_each_value_once(program: list[tuple[int, Any]]) -> None:
    topic: SetTopic = Tree().create_object(Thing).members
    model: list[Any] = []
    for kind, item in program:
        present = [other for other in model if same_value(other, item)]
        assert (item in topic) == bool(present)
        if kind == 0:
            topic.add(item)
            model += [] if present else [item]
        elif kind == 1:
            topic.discard(item)
            model = [other for other in model if not same_value(other, item)]
        elif kind == 2:
            topic.set([item])
            model = [item]
        assert same_value(topic.get(), model)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), TEXTS)))
@settings(max_examples=150)
def test_a_string_topic_is_a_str(program: list[tuple[int, int, str]]) -> None:
    topic: StringTopic = Tree().create_object(Thing).text
    model = ""
    for kind, number, text in program:
        position = number % (len(model) + 1)
        if kind == 0:
            topic.insert(position, text)
            model = model[:position] + text + model[position:]
        elif kind == 1:
            length = min(2, len(model) - position)
            topic.delete(position, length)
            model = model[:position] + model[position + length :]
        else:
            topic.set(text)
            model = text
        assert topic.get() == model


def test_every_topic_class_is_exported() -> None:
    import objectsync
    from objectsync.topics import TOPIC_TYPES

    assert len(TOPIC_TYPES) == 14
    for topic_class in TOPIC_TYPES.values():
        assert issubclass(topic_class, Topic)
        assert getattr(objectsync, topic_class.__name__) is topic_class

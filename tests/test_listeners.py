"""Listeners: manual ones run at every change, auto ones going forward only; each gets values of its own; a loop ends with its cycle."""

# mypy: disable-error-code="attr-defined, union-attr, assignment, func-returns-value, untyped-decorator, operator, unused-ignore"
# (These tests give objects attributes as users do, whose types mypy cannot know.)

from __future__ import annotations

from typing import Any

import pytest

from objectsync import (
    DictTopic,
    EventTopic,
    IntTopic,
    InvalidChangeError,
    ListenerLoop,
    ListTopic,
    SetTopic,
    SObject,
    StringTopic,
    attribute,
)
from objectsync.tree import Tree
from tests.replica import Replica, state


class Thing(SObject):
    n = attribute(IntTopic, 0)
    double = attribute(IntTopic, 0)
    text = attribute(StringTopic)
    items = attribute(ListTopic)
    members = attribute(SetTopic)
    table = attribute(DictTopic)
    level = attribute(IntTopic, 0, is_stateful=False)
    poked = attribute(EventTopic)


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.fixture
def thing(tree: Tree) -> Thing:
    return tree.create_object(Thing)


class TestSubscribing:
    def test_plus_equals_adds_and_minus_equals_removes(self, thing: Thing) -> None:
        heard: list[int] = []
        thing.n.on_set += heard.append
        thing.n.set(1)
        thing.n.on_set -= heard.append
        thing.n.set(2)
        assert heard == [1]

    def test_adding_returns_what_ends_it_once(self, thing: Thing) -> None:
        heard: list[int] = []
        first = thing.n.on_set.add(heard.append)
        thing.n.on_set.add(heard.append)
        first()
        first()
        thing.n.set(1)
        assert heard == [1]
        assert thing.n.on_set.num_callbacks == 1

    def test_the_older_names(self, thing: Thing) -> None:
        heard: list[int] = []
        thing.n.on_set.add_manual(heard.append)
        thing.n.on_set.add_auto(heard.append)
        thing.n.set(1)
        assert heard == [1, 1]
        thing.n.on_set.remove(heard.append)
        thing.n.on_set.remove(heard.append)
        with pytest.raises(ValueError, match="no listener here"):
            thing.n.on_set.remove(heard.append)

    def test_misuse_says_what_to_do(self, thing: Thing) -> None:
        with pytest.raises(TypeError, match="must be callable"):
            thing.n.on_set += 5  # type: ignore[arg-type]  # that is the point
        with pytest.raises(AttributeError, match=r"use on_set.add\(listener\)"):
            thing.n.on_set = print  # type: ignore[assignment]  # that is the point

    def test_one_that_unsubscribes_while_it_runs_harms_nobody(self, thing: Thing) -> None:
        heard: list[str] = []

        def once(_: int) -> None:
            heard.append("once")
            thing.n.on_set -= once

        thing.n.on_set += once
        thing.n.on_set += lambda _: heard.append("always")
        thing.n.set(1)
        thing.n.set(2)
        assert heard == ["once", "always", "always"]

    def test_one_added_while_it_runs_hears_the_next_change(self, thing: Thing) -> None:
        heard: list[Any] = []
        end = thing.items.on_set.add(lambda _: thing.items.on_set2.add(lambda old, new: heard.append((old, new))))
        thing.items.append(1)
        end()
        assert heard == []
        thing.items.append(2)
        assert heard == [([1], [1, 2])]


class TestNews:
    def test_set_and_set2_hear_of_every_change(self, thing: Thing) -> None:
        heard: list[Any] = []
        thing.items.on_set += lambda new: heard.append(new)
        thing.items.on_set2 += lambda old, new: heard.append((old, new))
        thing.items.append(1)
        thing.items[0] = 2
        thing.items.pop()
        assert heard == [[1], ([], [1]), [2], ([1], [2]), [], ([2], [])]

    def test_of_a_list(self, thing: Thing) -> None:
        heard: list[Any] = []
        thing.items.on_insert += lambda item, index: heard.append(("insert", item, index))
        thing.items.on_pop += lambda item, index: heard.append(("pop", item, index))
        thing.items.append("a")
        thing.items.set(["b", "c"])
        thing.items.move(0, 1)
        thing.items[0] = "d"
        assert heard == [
            *(("insert", "a", 0), ("pop", "a", 0), ("insert", "b", 0), ("insert", "c", 1)),
            *(("pop", "b", 0), ("insert", "b", 1), ("pop", "c", 0), ("insert", "d", 0)),
        ]

    def test_of_a_set(self, thing: Thing) -> None:
        heard: list[Any] = []
        thing.members.on_append += lambda item: heard.append(("append", item))
        thing.members.on_remove += lambda item: heard.append(("remove", item))
        thing.members.append(1)
        thing.members.set([2, 3])
        thing.members.remove(3)
        assert heard == [("append", 1), ("remove", 1), ("append", 2), ("append", 3), ("remove", 3)]

    def test_of_a_dict(self, thing: Thing) -> None:
        heard: list[Any] = []
        thing.table.on_add += lambda key, value: heard.append(("add", key, value))
        thing.table.on_change_value += lambda key, value: heard.append(("change", key, value))
        thing.table.on_remove += lambda key: heard.append(("remove", key))
        thing.table["a"] = 1
        thing.table["a"] = 2
        thing.table.set({"a": 3, "b": 4})
        del thing.table["a"]
        assert heard == [("add", "a", 1), ("change", "a", 2), ("change", "a", 3), ("add", "b", 4), ("remove", "a")]

    def test_of_an_event(self, thing: Thing) -> None:
        heard: list[Any] = []
        thing.poked.on_emit += lambda **args: heard.append(args)
        thing.poked.emit(x=[1])
        thing.emit("poked")
        assert heard == [{"x": [1]}, {}]

    def test_what_changes_nothing_is_no_news(self, thing: Thing) -> None:
        heard: list[Any] = []
        thing.n.on_set += heard.append
        thing.n.set(0)
        thing.n.add(0)
        assert heard == []

    def test_old_and_new_and_each_listeners_values_are_different_objects(self, tree: Tree, thing: Thing) -> None:
        kept: list[Any] = []
        for topic in (thing.items, thing.table, thing.members):
            topic.on_set += kept.append
            topic.on_set += kept.append
            topic.on_set2 += lambda old, new: kept.extend((old, new))
        thing.items.on_insert += lambda item, _: kept.append(item)
        thing.table.on_add += lambda _, value: kept.append(value)
        thing.members.on_append += kept.append
        thing.poked.on_emit += lambda x: kept.append(x)
        thing.poked.on_emit += lambda x: kept.append(x)
        thing.items.append([1])
        thing.table["a"] = [1]
        thing.members.append([1])
        thing.poked.emit(x=[1])
        assert len({id(value) for value in kept}) == len(kept) == 3 * 5 + 2
        before = state(tree)
        for value in kept:
            value.clear()
        assert state(tree) == before

    def test_handlers_arguments_are_not_the_logs(self, tree: Tree, thing: Thing) -> None:
        tree.transactions.deliver = lambda emissions: [emission.args["x"].clear() for emission in emissions]  # type: ignore[func-returns-value]  # done for its effect
        thing.poked.emit(x=[1])
        assert tree.log[tree.log.head].changes[0].args == {"x": [1]}  # type: ignore[attr-defined]  # an Emit


class TestManual:
    def test_what_it_changes_is_sent_and_not_recorded_but_derived_again(self, tree: Tree, thing: Thing) -> None:
        runs: list[int] = []

        def derive(n: int) -> None:
            runs.append(n)
            thing.double.set(2 * n)

        thing.n.on_set += derive
        thing.n.set(3)
        newest = tree.log[tree.log.head]
        assert [change.name for change in newest.changes] == ["n", "double"]  # type: ignore[union-attr]  # topic changes
        assert [change.name for change in newest.inverses] == ["n"]  # type: ignore[union-attr]  # likewise
        tree.undo()
        assert (thing.n.get(), thing.double.get()) == (0, 0)
        tree.redo()
        assert (thing.n.get(), thing.double.get()) == (3, 6)
        assert runs == [3, 0, 3]

    def test_it_runs_in_a_rollback_too(self, tree: Tree, thing: Thing) -> None:
        seen: list[int] = []
        thing.n.on_set += seen.append

        def fail() -> None:
            with tree.record():
                thing.n.set(1)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert seen == [1, 0]

    def test_an_exception_rolls_back_what_called_it(self, tree: Tree, thing: Thing) -> None:
        replica = Replica()

        def fail(_: Any) -> None:
            thing.n.add(1)
            raise ZeroDivisionError

        thing.text.on_set += fail
        head = tree.log.head
        with pytest.raises(ZeroDivisionError):
            thing.text.set("changed")
        assert (thing.text.get(), thing.n.get()) == ("", 0)
        assert tree.log.head == head
        assert len(tree.history.done) == 1  # the creation
        replica.follow(tree)
        assert replica.plain() == state(tree)

    def test_one_that_fails_during_rollback_is_logged_and_stops_nothing(
        self, tree: Tree, thing: Thing, caplog: pytest.LogCaptureFixture
    ) -> None:
        calls: list[int] = []

        def fail_going_back(n: int) -> None:
            calls.append(n)
            if n == 0:
                raise ZeroDivisionError

        def fail() -> None:
            with tree.record():
                thing.text.set("a")
                thing.n.set(1)
                raise KeyError

        thing.n.on_set += fail_going_back
        with pytest.raises(KeyError):
            fail()
        assert (thing.n.get(), thing.text.get(), calls) == (0, "", [1, 0])
        assert "failed while a transaction was rolled back" in caplog.text


class TestAuto:
    def test_what_it_changes_is_undone_with_its_cause(self, tree: Tree, thing: Thing) -> None:
        runs: list[int] = []

        def follow(n: int) -> None:
            runs.append(n)
            thing.double.set(2 * n)

        thing.n.on_set.add(follow, auto=True)
        thing.double.set(100)
        thing.n.set(3)
        tree.undo()
        assert (thing.n.get(), thing.double.get()) == (0, 100)
        tree.redo()
        assert (thing.n.get(), thing.double.get()) == (3, 6)
        assert runs == [3]  # not in undo, not in redo

    def test_manual_ones_come_first(self, thing: Thing) -> None:
        heard: list[str] = []
        thing.n.on_set.add(lambda _: heard.append("auto1"), auto=True)
        thing.n.on_set.add(lambda _: heard.append("man1"))
        thing.n.on_set2.add(lambda *_: heard.append("auto2"), auto=True)
        thing.n.on_set2.add(lambda *_: heard.append("man2"))
        thing.n.set(1)
        assert heard == ["man1", "man2", "auto1", "auto2"]

    def test_a_cause_and_its_effects_are_one_step_in_order(self, tree: Tree, thing: Thing) -> None:
        other = tree.create_object(Thing)
        thing.n.on_set.add(lambda n: other.n.set(10 * n), auto=True)
        other.n.on_set.add(lambda n: other.double.set(10 * n), auto=True)
        thing.n.set(1)
        assert [change.value for change in tree.log[tree.log.head].changes] == [1, 10, 100]  # type: ignore[union-attr]  # sets
        tree.undo()
        assert (thing.n.get(), other.n.get(), other.double.get()) == (0, 0, 0)

    def test_an_exception_rolls_back_what_called_it(self, tree: Tree, thing: Thing) -> None:
        def fail(_: int) -> None:
            thing.text.set("half")
            raise ZeroDivisionError

        thing.n.on_set.add(fail, auto=True)
        with pytest.raises(ZeroDivisionError):
            thing.n.set(1)
        assert (thing.n.get(), thing.text.get()) == (0, "")

    def test_it_does_not_run_in_a_rollback(self, tree: Tree, thing: Thing) -> None:
        seen: list[int] = []
        thing.n.on_set.add(seen.append, auto=True)
        thing.n.add_validator(lambda n: n < 5)

        def fail() -> None:
            with tree.record():
                thing.n.set(1)
                thing.n.set(9)

        with pytest.raises(InvalidChangeError):
            fail()
        assert seen == [1]

    def test_of_a_stateless_topic_what_it_changes_is_recorded(self, tree: Tree, thing: Thing) -> None:
        thing.level.on_set.add(thing.n.set, auto=True)
        thing.level.set(4)
        tree.undo()
        assert (thing.n.get(), thing.level.get()) == (0, 4)


class TestLoops:
    def test_listeners_that_settle_are_fine(self, thing: Thing) -> None:
        thing.n.on_set += lambda n: thing.double.set(2 * n)
        thing.double.on_set += lambda double: thing.n.set(double // 2)
        thing.n.set(4)
        thing.double.set(6)
        assert (thing.n.get(), thing.double.get()) == (3, 6)

    def test_a_loop_ends_with_its_cycle_printed_and_nothing_changed(self, tree: Tree, thing: Thing) -> None:
        thing.n.on_set += lambda n: thing.double.set(n + 1)
        thing.double.on_set += lambda double: thing.n.set(double + 1)
        with pytest.raises(
            ListenerLoop, match=r"Thing\(1\)\.(n|double) -> Thing\(1\)\.(n|double) -> Thing\(1\)\.(n|double)\. Break the cycle"
        ):
            thing.n.set(1)
        assert (thing.n.get(), thing.double.get()) == (0, 0)

    def test_a_listener_that_sets_its_own_topic_for_ever(self, thing: Thing) -> None:
        thing.n.on_set += lambda n: thing.n.set(n + 1)
        with pytest.raises(ListenerLoop, match=r"Thing\(1\)\.n -> Thing\(1\)\.n"):
            thing.n.set(1)
        assert thing.n.get() == 0

    def test_creating_without_end_is_stopped(self, tree: Tree) -> None:
        class Rabbit(SObject):
            def build(self) -> None:
                self.add_child(Rabbit)

        with pytest.raises((RecursionError, ValueError)):
            tree.create_object(Rabbit)
        assert tree.root.children == []
        assert set(tree.objects) == {"root"}

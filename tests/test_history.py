"""Undo and redo: per subtree, over one history, without trampling on what others did."""

# mypy: disable-error-code="attr-defined, union-attr, assignment, func-returns-value, untyped-decorator, operator, unused-ignore"
# (These tests give objects attributes as users do, whose types mypy cannot know.)

from __future__ import annotations

import random
import sys
from statistics import median
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import (
    BytesTopic,
    DictTopic,
    EventTopic,
    FloatTopic,
    IntTopic,
    Limits,
    ListTopic,
    LocalError,
    ObjListTopic,
    SetTopic,
    SObject,
    StringTopic,
    attribute,
)
from objectsync.log import weigh
from objectsync.snapshot import RestoreChildren
from objectsync.tree import Tree
from tests.operations import TEXTS, VALUES, change_items, change_label, change_members, change_table
from tests.replica import state, state_of


class Doc(SObject):
    n = attribute(IntTopic, 0)
    ratio = attribute(FloatTopic, 0.0)
    text = attribute(StringTopic, "")
    items = attribute(ListTopic)
    members = attribute(SetTopic)
    table = attribute(DictTopic)
    pointer = attribute(IntTopic, 0, is_stateful=False)
    poked = attribute(EventTopic)
    links = attribute(ObjListTopic)


def fill_and_clear(tree: Tree, top: SObject) -> None:
    """A hundred rows come in one step and go in another."""
    with tree.record():
        for n in range(100):
            top.add_child(Doc, text=f"row {n}")
    top.clear()


class Others(SObject):
    """Somebody else: sets off edits of a document that are no undo steps of its own."""

    turn = attribute(IntTopic, 0)

    def edit(self, edit: Any) -> None:
        """Run `edit()` in a manual listener: applied and sent, not recorded; and it lies outside the document's subtree."""
        pending = [edit]
        end = self.turn.on_set.add(lambda _: pending and pending.pop()())
        self.turn.add(1)
        end()


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.fixture
def doc(tree: Tree) -> Doc:
    return tree.create_object(Doc)


@pytest.fixture
def others(tree: Tree) -> Others:
    return tree.create_object(Others)


class TestSteps:
    def test_a_change_is_a_step(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        doc.n.set(2)
        assert tree.undo()
        assert doc.n.get() == 1
        assert tree.undo()
        assert doc.n.get() == 0
        assert tree.redo()
        assert tree.redo()
        assert doc.n.get() == 2

    def test_a_record_is_one_step(self, tree: Tree, doc: Doc) -> None:
        with tree.record():
            doc.n.set(1)
            doc.text.set("a")
            with tree.record():
                doc.items.append(1)
        tree.undo()
        assert (doc.n.get(), doc.text.get(), doc.items.get()) == (0, "", [])
        tree.redo()
        assert (doc.n.get(), doc.text.get(), doc.items.get()) == (1, "a", [1])

    def test_with_nothing_to_undo_it_says_so(self, tree: Tree) -> None:
        assert not tree.undo()
        assert not tree.redo()
        assert tree.undo().conflicts == ()

    def test_what_changes_nothing_is_no_step(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        doc.n.set(1)
        doc.n.add(0)
        doc.text.insert(0, "")
        doc.items.set([])
        doc.table.update({})
        with tree.record():
            pass
        tree.undo()
        assert doc.n.get() == 0

    def test_something_new_cuts_what_could_be_redone(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        tree.undo()
        doc.text.set("new")
        assert not tree.redo()
        assert doc.n.get() == 0

    def test_it_is_as_much_work_as_the_one_before_it(self, tree: Tree, doc: Doc) -> None:
        def steps() -> int:
            """How many lines of code a redo runs."""
            count = 0

            def trace(frame: Any, event: str, arg: Any) -> Any:
                nonlocal count
                count += event == "line"
                return trace

            former = sys.gettrace()
            sys.settrace(trace)
            try:
                assert tree.redo()
            finally:
                sys.settrace(former)
            return count

        for _ in range(600):
            doc.n.add(1)
        for _ in range(600):
            tree.undo()
        counted = [steps() for _ in range(600)]
        assert doc.n.value == 600
        # (Now and then the log puts itself in order.)
        assert median(counted[-100:]) == median(counted[2:102]), "nobody looks at all those redone before"

    def test_what_was_undone_apart_from_those_redone_around_it_cuts_nothing(self, tree: Tree, doc: Doc, others: Others) -> None:
        for _ in range(5):
            doc.n.add(1)
            others.turn.add(1)
        for _ in range(10):
            tree.undo()
        for _ in range(6):
            assert tree.redo()
        assert tree.undo(doc)  # from among them
        assert [bool(tree.redo()) for _ in range(6)] == [True] * 5 + [False]
        assert doc.n.value == 5

    def test_it_stays_cut_when_the_new_step_is_undone_and_redone(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        tree.undo()
        doc.text.set("new")
        tree.undo()
        assert tree.redo()
        assert doc.text.get() == "new"
        assert not tree.redo()
        assert doc.n.get() == 0

    def test_undo_inside_a_record_or_listener_is_refused(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        with pytest.raises(LocalError, match="do_after_transaction"), tree.record():
            tree.undo()
        doc.n.on_set += lambda _: tree.undo()
        with pytest.raises(LocalError, match="do_after_transaction"):
            doc.n.set(2)
        assert doc.n.get() == 1

    def test_the_history_is_bounded(self) -> None:
        tree = Tree(limits=Limits(history_steps=10))
        doc = tree.create_object(Doc)
        for n in range(1, 31):
            doc.n.set(n)
        while tree.undo():
            pass
        assert doc.n.get() == 20
        while tree.redo():
            pass
        assert doc.n.get() == 30

    def test_it_can_be_cleared_of_everything_or_of_one_subtree(self, tree: Tree, doc: Doc) -> None:
        other = tree.create_object(Doc)
        doc.n.set(1)
        other.n.set(1)
        tree.clear_history(doc)
        assert not tree.undo(doc)
        assert tree.undo(other)
        other.n.set(1)
        tree.clear_history()
        assert not tree.undo()

    def test_steps_that_the_log_forgot_are_conflicts_not_guesses(self) -> None:
        tree = Tree(limits=Limits(log_transactions=256))
        doc = tree.create_object(Doc)
        doc.n.set(1)
        for n in range(1000):
            doc.pointer.set(n + 1)
        result = tree.undo()
        assert result
        assert [conflict.reason for conflict in result.conflicts] == ["it was too long ago"]
        assert doc.n.get() == 1


class TestExactness:
    def test_adding_floats_is_undone_to_the_last_bit(self, tree: Tree, doc: Doc) -> None:
        doc.ratio.set(0.1)
        doc.ratio.add(0.2)
        assert doc.ratio.get() == 0.1 + 0.2
        tree.undo()
        assert doc.ratio.get() == 0.1
        tree.redo()
        assert doc.ratio.get() == 0.1 + 0.2
        tree.undo()
        assert doc.ratio.get() == 0.1

    def test_a_dict_keeps_the_value_that_a_key_had(self, tree: Tree, doc: Doc) -> None:
        doc.table.set({"a": 1, "b": 2})
        doc.table["a"] = 3
        doc.table.pop("b")
        tree.undo()
        tree.undo()
        assert doc.table.get() == {"a": 1, "b": 2}

    def test_a_set_keeps_its_order(self, tree: Tree, doc: Doc) -> None:
        doc.members.set([1, 2, 3])
        doc.members.remove(1)
        tree.undo()
        assert doc.members.get() == [1, 2, 3]

    @given(st.lists(st.tuples(st.sampled_from(["n", "ratio", "text", "items", "members", "table"]), st.integers(0, 99), VALUES, TEXTS)))
    @settings(max_examples=150)
    def test_every_topic_goes_back_and_forth_through_the_same_values(self, program: list[tuple[str, int, Any, str]]) -> None:
        tree = Tree()
        doc = tree.create_object(Doc)
        states = [state_of(doc)]
        for operation in program:
            steps = len(tree.history.done)
            change(doc, *operation)
            if len(tree.history.done) > steps:
                states.append(state_of(doc))
        for earlier in reversed(states[:-1]):
            assert tree.undo().conflicts == ()
            assert state_of(doc) == earlier
        for later in states[1:]:
            assert tree.redo().conflicts == ()
            assert state_of(doc) == later


def change(doc: Doc, kind: str, b: int, value: Any, text: str) -> None:
    try:
        match kind:
            case "n":
                doc.n.add(b - 50) if b % 2 else doc.n.set(b)
            case "ratio":
                doc.ratio.add((b - 50) / 7) if b % 2 else doc.ratio.set(b / 3)
            case "text":
                change_label(doc.text, b, text)
            case "items":
                change_items(doc.items, b, value)
            case "members":
                change_members(doc.members, b, value)
            case "table":
                change_table(doc.table, b, value)
    except LocalError:
        pass


def change_in(box: SObject, rnd: random.Random, kinds: list[str]) -> None:
    """Edit the documents in a box, and at the end perhaps remove one, or all, or add one."""
    docs: Any = box.children
    for _ in range(rnd.choice([1, 1, 2, 3]) if docs else 0):
        change(rnd.choice(docs), rnd.choice(kinds), rnd.randrange(100), rnd.choice([1, "x", [2], None]), rnd.choice(["a", "bc", "😀"]))
    match rnd.randrange(9):
        case 0 if docs:
            rnd.choice(docs).remove()
        case 1:
            box.clear()
        case 2:
            box.add_child(Doc)


class TestSubtrees:
    def test_undo_at_the_child_and_then_at_the_root_never_undoes_twice(self, tree: Tree, doc: Doc) -> None:
        doc.n.add(5)
        assert tree.undo(doc)
        assert doc.n.get() == 0
        tree.undo()  # the creation
        assert doc.is_destroyed()

    def test_a_subtree_undoes_only_its_own(self, tree: Tree, doc: Doc) -> None:
        other = tree.create_object(Doc)
        inner = doc.add_child(Doc)
        inner.n.set(1)
        other.n.set(1)
        assert tree.undo(doc)
        assert (inner.n.get(), other.n.get()) == (0, 1)

    def test_a_step_that_reaches_further_is_not_the_subtrees(self, tree: Tree, doc: Doc) -> None:
        other = tree.create_object(Doc)
        tree.clear_history()
        with tree.record():
            doc.n.set(1)
            other.n.set(1)
        assert not tree.undo(doc)
        assert tree.undo()
        assert (doc.n.get(), other.n.get()) == (0, 0)

    def test_redo_is_cut_per_subtree(self, tree: Tree, doc: Doc) -> None:
        other = tree.create_object(Doc)
        doc.n.set(1)
        tree.undo(doc)
        other.n.set(1)
        assert not tree.redo()  # at the root, something new was done
        assert tree.redo(doc)  # within the document, nothing was
        assert doc.n.get() == 1

    def test_undo_takes_turns_without_conflicts(self, tree: Tree, doc: Doc) -> None:
        other = tree.create_object(Doc)
        doc.n.set(1)
        doc.n.set(2)
        other.n.set(1)
        assert tree.undo(doc).conflicts == ()
        assert doc.n.get() == 1
        assert tree.undo(doc).conflicts == ()
        assert doc.n.get() == 0

    @given(st.integers(0, 2**32))
    @settings(max_examples=400)
    def test_two_subtrees_have_histories_as_if_each_were_alone(self, seed: int) -> None:
        rnd = random.Random(seed)  # a program that is drawn piece by piece is too short for much to meet
        kinds = rnd.sample(["n", "ratio", "text", "items", "members", "table"], rnd.randint(1, 2))  # of few kinds, likewise
        tree = Tree()
        boxes = [tree.create_object(SObject), tree.create_object(SObject)]
        for box in boxes:
            box.add_child(Doc, text="hello")
        tree.clear_history()
        # The model: per box, the states behind and ahead of it.
        behind: list[list[Any]] = [[], []]
        ahead: list[list[Any]] = [[], []]
        for _ in range(40):
            second, turn = rnd.randrange(2), rnd.choice(["edit", "edit", "undo", "undo", "redo"])
            box = boxes[second]
            was = state_of(box)
            if turn == "undo":
                result = tree.undo(box)
                assert (bool(result), result.conflicts) == (bool(behind[second]), ())
                if result:
                    ahead[second].append(was)
                    assert state_of(box) == behind[second].pop()
            elif turn == "redo":
                result = tree.redo(box)
                assert (bool(result), result.conflicts) == (bool(ahead[second]), ())
                if result:
                    behind[second].append(was)
                    assert state_of(box) == ahead[second].pop()
            else:
                steps = len(tree.history.done)
                with tree.record():
                    change_in(box, rnd, kinds)
                if len(tree.history.done) > steps:
                    behind[second].append(was)
                    ahead[second].clear()

    def test_what_was_undone_and_redone_is_undone_past_an_edit_elsewhere(self, tree: Tree, doc: Doc) -> None:
        other = tree.create_object(Doc)
        doc.text.set("hello")
        with tree.record():
            doc.text.delete(1, "ell")
            doc.text.insert(2, "XY")
        doc.text.delete(0, "hoX")
        doc.n.set(1)
        doc.n.set(2)
        for n in range(1, 4):
            for _ in range(n):
                tree.undo(doc)
            for _ in range(n):
                tree.redo(doc)
            other.n.add(1)
            assert (doc.n.get(), doc.text.get()) == (2, "Y")
        seen = []
        for _ in range(5):
            assert tree.undo(doc).conflicts == ()
            seen.append((doc.n.get(), doc.text.get()))
            other.n.add(1)
        assert seen == [(1, "Y"), (0, "Y"), (0, "hoXY"), (0, "hello"), (0, "")]

    def test_additions_of_floats_are_undone_one_by_one_past_an_edit_elsewhere(self, tree: Tree, doc: Doc) -> None:
        other = tree.create_object(Doc)
        for amount in (0.1, 0.2, 0.7):
            doc.ratio.add(amount)
        seen = []
        for _ in range(3):
            other.n.add(1)
            assert tree.undo(doc).conflicts == ()
            seen.append(doc.ratio.get())
        assert seen == [0.1 + 0.2, 0.1, 0.0]

    def test_floats_are_undone_past_additions_that_came_to_nothing(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.ratio.add(0.5)
        doc.ratio.add(0.25)
        others.edit(lambda: doc.ratio.add(1))
        others.edit(lambda: doc.ratio.add(-1))
        assert tree.undo(doc).conflicts == ()
        others.edit(lambda: doc.n.add(1))
        assert tree.undo(doc).conflicts == ()
        assert doc.ratio.get() == 0.0

    def test_a_float_that_was_set_in_between_is_a_conflict(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.ratio.add(0.5)
        with tree.record():
            doc.ratio.add(0.25)
            doc.ratio.set(3.0)
        others.edit(lambda: doc.n.add(1))
        assert tree.undo(doc).conflicts == ()
        assert doc.ratio.get() == 0.5
        others.edit(lambda: doc.ratio.set(7.0))
        assert len(tree.undo(doc).conflicts) == 1
        assert doc.ratio.get() == 7.0


class TestOthersMeanwhile:
    """What someone else has changed since stays, and is reported."""

    def test_a_value_that_was_set_since_is_a_conflict(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.n.set(1)
        others.edit(lambda: doc.n.set(7))
        result = tree.undo(doc)
        assert result
        assert [(c.object, c.attribute) for c in result.conflicts] == [(doc.id, "n")]
        assert doc.n.get() == 7

    def test_the_rest_of_the_step_is_undone(self, tree: Tree, doc: Doc, others: Others) -> None:
        with tree.record():
            doc.n.set(1)
            doc.text.set("mine")
        others.edit(lambda: doc.n.set(7))
        assert len(tree.undo(doc).conflicts) == 1
        assert (doc.n.get(), doc.text.get()) == (7, "")

    def test_additions_add_up(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.n.add(5)
        others.edit(lambda: doc.n.add(2))
        assert tree.undo(doc).conflicts == ()
        assert doc.n.get() == 2

    def test_an_addition_that_was_overwritten_is_a_conflict(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.n.add(5)
        others.edit(lambda: doc.n.set(100))
        assert tree.undo(doc).conflicts
        assert doc.n.get() == 100

    def test_text_typed_since_stays_where_it_belongs(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.text.set("ab")
        doc.text.insert(1, "😀mine")
        others.edit(lambda: doc.text.insert(0, "漢 "))
        others.edit(lambda: doc.text.insert(5, "THEIRS"))
        assert doc.text.get() == "漢 a😀mTHEIRSineb"
        assert tree.undo(doc).conflicts == ()
        assert doc.text.get() == "漢 aTHEIRSb"

    def test_deleted_text_comes_back_past_later_edits(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.text.set("hello world")
        doc.text.delete(0, "hello ")
        others.edit(lambda: doc.text.insert(5, "!"))
        tree.undo(doc)
        assert doc.text.get() == "hello world!"

    def test_several_text_edits_of_one_step_move_together(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.text.set("abc")
        with tree.record():
            doc.text.insert(3, "3")
            doc.text.insert(1, "1")
            doc.text.delete(0, "a")
        others.edit(lambda: doc.text.insert(0, ">>"))
        tree.undo(doc)
        assert doc.text.get() == ">>abc"
        tree.redo(doc)
        assert doc.text.get() == ">>1bc3"

    def test_list_items_are_found_again(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.items.set(["a", "b"])
        doc.items.insert("mine", 1)
        others.edit(lambda: doc.items.insert("theirs", 0))
        assert tree.undo(doc).conflicts == ()
        assert doc.items.get() == ["theirs", "a", "b"]

    def test_an_item_that_was_replaced_since_stays(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.items.set(["a", "b"])
        doc.items[0] = "mine"
        others.edit(lambda: doc.items.__setitem__(0, "theirs"))
        result = tree.undo(doc)
        assert [c.reason for c in result.conflicts] == ["the item was changed since"]
        assert doc.items.get() == ["theirs", "b"]

    def test_an_inserted_item_that_was_replaced_since_stays(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.items.set(["a", "b"])
        with tree.record():
            doc.items.append("c")
            doc.items.insert("mine", 1)
        others.edit(lambda: doc.items.__setitem__(1, "theirs"))
        assert len(tree.undo(doc).conflicts) == 1
        assert doc.items.get() == ["a", "theirs", "b"]

    def test_an_item_that_both_removed_is_gone(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.items.set(["a"])
        doc.items.append("mine")
        others.edit(lambda: doc.items.pop(1))
        assert tree.undo(doc).conflicts == ()
        assert doc.items.get() == ["a"]

    def test_a_replaced_list_is_a_conflict(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.items.set(["a"])
        doc.items.append("mine")
        others.edit(lambda: doc.items.set(["all", "new"]))
        assert tree.undo(doc).conflicts
        assert doc.items.get() == ["all", "new"]

    def test_a_step_that_set_and_then_edited_is_left_whole(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.items.set(["a"])
        with tree.record():
            doc.items.append("b")
            doc.items.set(["x", "y"])
        others.edit(lambda: doc.items.append("theirs"))
        assert tree.undo(doc).conflicts
        assert doc.items.get() == ["x", "y", "theirs"]

    def test_other_keys_of_a_dict_do_not_matter(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.table["mine"] = 1
        others.edit(lambda: doc.table.__setitem__("theirs", 2))
        assert tree.undo(doc).conflicts == ()
        assert doc.table.get() == {"theirs": 2}

    def test_the_same_key_of_a_dict_does(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.table["k"] = 1
        others.edit(lambda: doc.table.__setitem__("k", 2))
        assert tree.undo(doc).conflicts
        assert doc.table.get() == {"k": 2}

    def test_other_members_of_a_set_do_not_matter(self, tree: Tree, doc: Doc, others: Others) -> None:
        doc.members.set(["a", "b", "c"])
        doc.members.remove("c")
        others.edit(lambda: doc.members.remove("a"))
        assert tree.undo(doc).conflicts == ()
        assert doc.members.get() == ["b", "c"]

    def test_a_move_elsewhere_since_is_a_conflict(self, tree: Tree, doc: Doc, others: Others) -> None:
        left, right, far = doc.add_child(Doc), doc.add_child(Doc), tree.create_object(Doc)
        piece = left.add_child(Doc)
        piece.move_to(right)
        others.edit(lambda: piece.move_to(far))
        assert tree.undo(doc).conflicts
        assert piece.parent is far

    def test_a_move_back_among_fewer_siblings_goes_to_the_end(self, tree: Tree, doc: Doc, others: Others) -> None:
        children = [doc.add_child(Doc) for _ in range(4)]
        children[3].move_to(doc, 0)
        others.edit(lambda: [child.remove() for child in children[:2]])
        assert tree.undo(doc).conflicts == ()
        assert doc.children == [children[2], children[3]]

    def test_an_object_that_is_gone_is_a_conflict(self, tree: Tree, doc: Doc, others: Others) -> None:
        child = doc.add_child(Doc)
        with tree.record():
            child.n.set(1)
            doc.n.set(1)
        others.edit(child.remove)
        assert len(tree.undo(doc).conflicts) == 1
        assert doc.n.get() == 0

    def test_a_listener_that_refuses_leaves_the_step(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)

        def refuse(_: int) -> None:
            raise ValueError("not now")

        end = doc.n.on_set.add(refuse)
        with pytest.raises(ValueError, match="not now"):
            tree.undo()
        assert doc.n.get() == 1
        end()
        assert tree.undo()
        assert doc.n.get() == 0

    def test_a_listener_whose_own_change_is_refused_leaves_the_step(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        end = doc.n.on_set.add(lambda _: doc.items.pop(99))
        with pytest.raises(IndexError):
            tree.undo()
        assert doc.n.get() == 1
        end()
        assert tree.undo()
        assert doc.n.get() == 0

    def test_a_validator_that_refuses_is_a_conflict(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        doc.n.add_validator(lambda n: n > 0)
        result = tree.undo()
        assert "<lambda>" in result.conflicts[0].reason
        assert doc.n.get() == 1


class TestStatelessAndEvents:
    def test_stateless_topics_are_no_steps(self, tree: Tree, doc: Doc) -> None:
        doc.n.set(1)
        doc.pointer.set(5)
        tree.undo()
        assert (doc.n.get(), doc.pointer.get()) == (0, 5)

    def test_what_their_listeners_change_is(self, tree: Tree, doc: Doc) -> None:
        doc.pointer.on_set += doc.n.set
        doc.pointer.set(5)
        tree.undo()
        assert (doc.n.get(), doc.pointer.get()) == (0, 5)
        tree.redo()
        assert doc.n.get() == 5

    def test_events_set_off_undoable_changes(self, tree: Tree, doc: Doc) -> None:
        doc.poked.on_emit += lambda by=1: doc.n.add(by)
        doc.poked.emit(by=3)
        tree.undo()
        assert doc.n.get() == 0
        assert not doc.is_destroyed()

    def test_an_event_with_an_inverse_is_undone(self, tree: Tree, doc: Doc) -> None:
        done: list[tuple[str, int]] = []
        doc.on("step", lambda by: done.append(("forward", by)), lambda by: done.append(("back", by)))
        doc.emit("step", by=2)
        tree.undo()
        tree.redo()
        assert done == [("forward", 2), ("back", 2), ("forward", 2)]


class TestObjects:
    def test_undoing_a_creation_first_gives_back_what_build_took(self, tree: Tree, doc: Doc) -> None:
        class Frame(SObject):
            def build(self, content: SObject) -> None:
                content.move_to(self)

        doc.n.set(4)
        frame = tree.create_object(Frame, content=doc)
        assert doc.parent is frame
        assert tree.undo().conflicts == ()
        assert doc.parent is tree.root
        assert doc.n.get() == 4
        assert tree.redo().conflicts == ()
        assert doc.parent is tree.root.children[0]

    def test_create_change_and_destroy_in_one_record(self, tree: Tree, doc: Doc) -> None:
        before = state(tree)
        with tree.record():
            child = doc.add_child(Doc)
            child.n.set(1)
            child.remove()
            doc.n.set(1)
        middle = state(tree)
        assert tree.undo().conflicts == ()
        assert state(tree) == before
        assert tree.redo().conflicts == ()
        assert state(tree) == middle

    def test_change_and_destroy_in_one_record(self, tree: Tree, doc: Doc) -> None:
        before = state(tree)
        with tree.record():
            doc.n.set(1)
            doc.text.insert(0, "a")
            doc.remove()
        assert tree.undo().conflicts == ()
        assert state(tree) == before

    @pytest.mark.parametrize("cleared", [False, True])
    def test_what_came_before_it_was_changed_and_destroyed_in_one_record_is_undone(self, tree: Tree, doc: Doc, cleared: bool) -> None:
        box, other = tree.create_object(SObject), tree.create_object(Doc)
        child = box.add_child(Doc, id="child", text="hello", items=[1, 2], n=1)
        before = state_of(child)
        child.text.insert(2, "XX")
        child.items.append(3)
        child.n.set(2)
        for _ in range(2):
            with tree.record():
                child.text.insert(0, ">> ")
                child.items.insert(0, 0)
                child.n.set(3)
                box.clear() if cleared else child.remove()
            other.n.add(1)
            assert tree.undo(box).conflicts == ()
            other.n.add(1)
            child = tree.get_object("child")
            assert (child.text.get(), child.items.get(), child.n.get()) == ("heXXllo", [1, 2, 3], 2)
        for _ in range(3):
            assert tree.undo(box).conflicts == ()
            other.n.add(1)
        assert state_of(child) == before

    def test_so_it_is_when_another_part_of_that_record_was_changed_since(self, tree: Tree, doc: Doc, others: Others) -> None:
        box = tree.create_object(SObject)
        child, stays = box.add_child(Doc, id="child", text="hello"), box.add_child(Doc)
        child.text.insert(2, "XX")
        with tree.record():
            child.text.insert(0, ">> ")
            stays.n.set(1)
            child.remove()
        others.edit(lambda: stays.n.set(50))
        assert [conflict.object for conflict in tree.undo(box).conflicts] == [stays.id]
        assert tree.undo(box).conflicts == ()
        assert tree.get_object("child").text.get() == "hello"

    def test_an_attribute_added_in_a_record_goes_with_its_undo(self, tree: Tree, doc: Doc) -> None:
        with tree.record():
            doc.n.set(3)
            doc.add_attribute("late", IntTopic, 7)
        tree.undo()
        assert not doc.has_attribute("late")
        assert "late" not in doc.attributes
        doc.remove()
        tree.undo()
        tree.redo()
        assert doc.is_destroyed()


class TestWhatWasDestroyed:
    def build(self, tree: Tree) -> SObject:
        top = tree.create_object(SObject, id="top")
        with tree.record():
            for n in range(50):
                row = top.add_child(Doc, id=f"row{n}", text=f"row {n}", table={"n": n})
                row.add_child(Doc, text="a cell")
            top.children[3].add_tag("third")
            top.children[4].add_attribute("extra", BytesTopic, b"\x00\xff")
            top.children[5].neighbour = top.children[6]
        return top

    def test_it_comes_back_the_same_packed_or_not(self) -> None:
        tree = Tree()
        top = self.build(tree)
        before = top.serialize()
        for pack in (False, True):
            top.clear()
            if pack:
                tree.pack()
            assert top.children == []
            tree.undo()
            assert top.serialize() == before
            assert top.children[5].neighbour is top.children[6]

    def test_packed_it_takes_less_memory(self) -> None:
        tree = Tree()
        top = tree.create_object(SObject)
        fill_and_clear(tree, top)
        [inverse] = tree.log[tree.log.head].inverses
        assert isinstance(inverse, RestoreChildren)
        before = weigh(inverse)
        tree.pack()
        assert weigh(inverse) < before / 3

    def test_large_steps_are_kept_up_to_a_size_and_the_newest_always(self) -> None:
        tree = Tree(limits=Limits(history_bytes=100_000))
        top = tree.create_object(SObject)
        for _ in range(20):
            fill_and_clear(tree, top)
        assert tree.undo()
        assert len(top.children) == 100
        steps = 1
        while tree.undo():
            steps += 1
        assert steps < 12

    def test_what_was_packed_counts_as_little_as_it_is(self) -> None:
        tree = Tree(limits=Limits(history_bytes=100_000, log_bytes=100_000))
        top = tree.create_object(SObject)
        for _ in range(20):
            fill_and_clear(tree, top)
            tree.pack()
        assert tree.log.reaches(1)
        steps = 0
        while tree.undo():
            steps += 1
        assert steps == 41

    def test_a_log_of_large_transactions_stays_small(self) -> None:
        tree = Tree(limits=Limits(log_bytes=200_000))
        top = tree.create_object(SObject)
        for _ in range(50):
            fill_and_clear(tree, top)
        kept = tree.log.since(tree.log.first - 1)
        assert 1 <= len(kept) < 20
        assert kept[-1].seq == tree.log.head

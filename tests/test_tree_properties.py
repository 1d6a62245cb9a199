"""Whatever happens to a tree: every replica equals it, what fails leaves no trace, and undo and redo walk through the very same states."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync.tree import Tree
from tests.operations import OPERATIONS, Everything, Failure, Family, Operation, perform, pick
from tests.replica import Replica, state

PROGRAMS = st.lists(OPERATIONS, max_size=15)
GROUPS = st.lists(st.lists(OPERATIONS, min_size=1, max_size=5), max_size=8)


def follow(replica: Replica, tree: Tree) -> None:
    replica.follow(tree)
    assert replica.plain() == state(tree)


def run_group(tree: Tree, group: list[Operation]) -> None:
    """One operation alone, several as one transaction."""
    if len(group) == 1:
        perform(tree, group[0])
    else:
        with tree.record():
            for operation in group:
                perform(tree, operation)


def trace(tree: Tree) -> Any:
    """Everything that a failed transaction must leave as it was."""
    history = tree.history
    return state(tree), tree.log.head, list(history.done), list(history.undone), sorted(tree.objects), list(tree.types.by_name)


@given(GROUPS)
@settings(max_examples=120)
def test_a_replica_equals_the_tree_after_every_transaction(groups: list[list[Operation]]) -> None:
    tree, replica = Tree(), Replica()
    for group in groups:
        run_group(tree, group)
        follow(replica, tree)


@given(GROUPS)
@settings(max_examples=120)
def test_undo_and_redo_walk_through_the_same_states(groups: list[list[Operation]]) -> None:
    tree, replica = Tree(), Replica()
    states = [state(tree)]
    for group in groups:
        steps = len(tree.history.done)
        run_group(tree, group)
        if len(tree.history.done) > steps:
            states.append(state(tree))
    for earlier in reversed(states[:-1]):
        assert tree.undo().conflicts == ()
        assert state(tree) == earlier
        follow(replica, tree)
    assert not tree.undo()
    for later in states[1:]:
        assert tree.redo().conflicts == ()
        assert state(tree) == later
        follow(replica, tree)
    assert not tree.redo()
    for earlier in reversed(states[:-1]):
        assert tree.undo().conflicts == ()
        assert state(tree) == earlier
    follow(replica, tree)


@given(PROGRAMS, PROGRAMS, PROGRAMS)
@settings(max_examples=120)
def test_a_failed_record_leaves_no_trace(before: list[Operation], inside: list[Operation], deeper: list[Operation]) -> None:
    tree, replica = Tree(), Replica()
    for operation in before:
        perform(tree, operation)
    was = trace(tree)
    kept = dict(tree.objects)

    def fail() -> None:
        with tree.record():
            for operation in inside:
                perform(tree, operation)
            with tree.record():
                for operation in deeper:
                    perform(tree, operation)
            raise Failure

    with pytest.raises(Failure):
        fail()
    assert trace(tree) == was
    assert all(tree.objects[id] is sobject for id, sobject in kept.items())  # the very same Python objects
    follow(replica, tree)


@given(PROGRAMS, PROGRAMS, PROGRAMS, PROGRAMS)
@settings(max_examples=120)
def test_a_failed_inner_record_leaves_the_rest(
    before: list[Operation], first: list[Operation], failing: list[Operation], last: list[Operation]
) -> None:
    tree, twin, replica = Tree(), Tree(), Replica()
    for operation in before:
        perform(tree, operation)
        perform(twin, operation)
    with tree.record():
        for operation in first:
            perform(tree, operation)
        ids = tree._next_id
        with contextlib.suppress(Failure), tree.record():
            for operation in failing:
                perform(tree, operation)
            raise Failure
        tree._next_id = ids  # ids are not taken back; the twin, which had no failure, counts on from here
        for operation in last:
            perform(tree, operation)
    with twin.record():
        for operation in [*first, *last]:
            perform(twin, operation)
    assert state(tree) == state(twin)
    follow(replica, tree)
    middle = state(tree)
    steps = len(tree.history.done)
    tree.undo()
    tree.redo()
    if steps:
        assert state(tree) == middle
    follow(replica, tree)


@given(PROGRAMS, st.integers(0, 40), st.sampled_from(["listener", "auto", "build", "init", "on_destroy", "validator"]))
@settings(max_examples=120)
def test_an_exception_in_user_code_leaves_no_trace(program: list[Operation], fuse: int, where: str) -> None:
    tree, replica = Tree(), Replica()
    left = fuse + 1

    def burn(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Failure

    class Fragile(Family):
        def build(self, moved: Any = None) -> None:
            super().build(moved)
            if where == "build":
                burn()

        def init(self) -> None:
            super().init()
            if self.first.is_destroyed():
                return
            if where == "listener":
                self.late.on_set += burn
                self.first.items.on_set2 += burn
            elif where == "auto":
                self.first.count.on_set.add(burn, auto=True)
                self.first.label.on_set.add(burn, auto=True)
            elif where == "init":
                burn()
            elif where == "validator":
                self.first.table.add_validator(burn)

        def on_destroy(self) -> None:
            if where == "on_destroy":
                burn()

    with tree.record():
        for _ in range(3):
            try:
                tree.create_object(Fragile)
            except Failure:
                left = -1
    replica.follow(tree)
    for operation in program:
        was = trace(tree)
        try:
            if operation[1] % 6 == 5:
                tree.undo()
            else:
                perform(tree, operation)
        except Failure:
            assert trace(tree) == was
        follow(replica, tree)


@given(PROGRAMS, st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=20))
@settings(max_examples=120)
def test_undo_anywhere_keeps_replicas_equal_and_never_undoes_twice(program: list[Operation], targets: list[tuple[int, bool]]) -> None:
    tree, replica = Tree(), Replica()
    for operation in program:
        perform(tree, operation)
    for number, redo in targets:
        target = pick(tree, number)
        (tree.redo if redo else tree.undo)(target)
        follow(replica, tree)
        ids = [step.origin or step.seq for step in (*tree.history.done, *tree.history.undone)]
        assert len(ids) == len(set(ids))
    while tree.undo():
        follow(replica, tree)


@given(GROUPS)
@settings(max_examples=60)
def test_serialized_trees_come_back_as_they_were(groups: list[list[Operation]]) -> None:
    tree = Tree()
    box = tree.create_object(Everything)
    for group in groups:
        run_group(tree, group)
    if box.is_destroyed():
        return
    other, replica = Tree(), Replica()
    for cls in (Everything, Family):
        other.register(cls)
    data = box.serialize()
    copy = other.create_object(Everything, serialized=data)
    assert copy.serialize() == data
    follow(replica, other)
    clone = tree.create_object(Everything, serialized=data)
    ids = [sobject.id for sobject in clone.walk()]
    assert not set(ids) & {sobject.id for sobject in box.walk()}
    follow(replica := Replica(), tree)

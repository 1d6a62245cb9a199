"""New objects that are given to another new one are told as born there; whatever else happens, it is as if they had been moved."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import Element, IntTopic, LimitExceeded, Limits, LocalError, SObject, shape
from objectsync.dom import ElementObject, div, li, span, td, tr, ul
from objectsync.hub import Hub
from objectsync.transaction import unrecorded
from objectsync.tree import Tree
from tests.clients import WireClient, changes_in, make_hub
from tests.replica import Replica, same, state


class Card(ElementObject):
    """Has children of its own before those that it is given."""

    def build(self, *children: SObject) -> None:
        self.title = Element("h2", parent=self, text="title")
        self.append(*children)
        self.foot = Element("p", parent=self, text="foot")


Step = tuple[Any, ...]
PLACES = st.integers(0, 30)
ALONE = st.lists(
    st.one_of(
        st.tuples(st.just("new"), PLACES, st.integers(1, 3)),
        st.tuples(st.just("loose"), st.integers(1, 3)),
        st.tuples(st.just("nest"), PLACES, st.integers(1, 4)),
        st.tuples(st.just("nest"), st.just(0), st.integers(1, 4)),
        st.tuples(st.just("card"), PLACES, st.integers(1, 3)),
        st.tuples(st.just("mixed"), st.integers(1, 2)),
        st.tuples(st.just("append"), PLACES, st.integers(1, 3)),
        st.tuples(st.just("move"), PLACES, PLACES, st.integers(-1, 2)),
        st.tuples(st.just("remove"), PLACES),
        st.tuples(st.just("clear"), PLACES),
        st.tuples(st.just("dynamic"), PLACES),
        st.tuples(st.just("unrecorded")),
    ),
    max_size=6,
)


def around(inner: st.SearchStrategy[list[Step]]) -> st.SearchStrategy[list[Step]]:
    """Steps, a record with others that may fail, and more steps."""
    return st.builds(lambda before, kind, inside, after: [*before, (kind, inside), *after], ALONE, KINDS, inner, ALONE)


KINDS = st.sampled_from(["record", "fails"])
STEPS = st.one_of(ALONE, around(ALONE), around(around(ALONE)))


def picked(those: list[Any], number: int) -> Any:
    """One of them."""
    return those[number % len(those)]


def last(those: list[SObject], amount: int) -> list[SObject]:
    """Some of them."""
    return those[-amount:]


def run(tree: Tree, steps: list[Step]) -> None:
    """`newest` are the last ones made, in their order; others are picked by their number."""
    for kind, *how in steps:
        made = [sobject for sobject in tree.objects.values() if sobject is not tree.root]
        pick, newest = partial(picked, [tree.root, *made]), partial(last, made)
        with suppress(LocalError, ZeroDivisionError):
            match kind, how:
                case "new", [where, amount]:
                    for number in range(amount):
                        Element("i", parent=pick(where), text=str(number))
                case "loose", [amount]:
                    for number in range(amount):
                        Element("b", server=tree, text=str(number))
                case "nest", [where, amount]:
                    Element("div", *newest(amount), parent=pick(where))
                case "card", [where, amount]:
                    Card(*newest(amount), parent=pick(where))
                case "mixed", [amount]:
                    Element("p", "before", *newest(amount), "after", server=tree)
                case "append", [where, amount]:
                    if isinstance(box := pick(where), ElementObject):
                        box.append(*newest(amount))
                case "move", [which, where, index]:
                    pick(which).move_to(pick(where), index)
                case "remove", [which]:
                    pick(which).remove()
                case "clear", [which]:
                    pick(which).clear()
                case "dynamic", [which]:
                    pick(which).add_attribute("d", IntTopic, 1)
                case "unrecorded", []:
                    with unrecorded(tree.record()):
                        Element("u", server=tree)
                case "record", [inner]:
                    with tree.record():
                        run(tree, inner)
                case "fails", [inner]:
                    with tree.record():
                        run(tree, inner)
                        raise ZeroDivisionError


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=3))
def test_it_is_as_if_they_had_been_moved(groups: list[list[Step]]) -> None:
    tree, other = Tree(), Tree()
    replica = Replica()
    states = [state(tree)]
    for steps in groups:
        with tree.record():
            run(tree, steps)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(shape, "adopt", lambda *_: False)
            with other.record():
                run(other, steps)
        assert state(tree) == state(other)
        replica.follow(tree)
        assert replica.plain() == state(tree)
        assert len(tree.history.done) == len(other.history.done)
        states.append(state(tree))
    while tree.history.done:
        undone, expected = tree.undo(), other.undo()
        assert undone.conflicts == expected.conflicts
        assert state(tree) == state(other)
        replica.follow(tree)
        assert replica.plain() == state(tree)
    while tree.redo():
        assert other.redo()
        assert state(tree) == state(other)
        replica.follow(tree)
        assert replica.plain() == state(tree)
    assert state(tree) == states[-1]


@pytest.fixture
def hub() -> Hub:
    return make_hub()


def told(hub: Hub, client: WireClient) -> list[Any]:
    """What a client hears of it; it has what the server has."""
    replica = Replica()
    for change in client.greeting[1]["changes"]:
        replica.apply(change)
    changes = changes_in(client.receive())
    for change in changes:
        replica.apply(change)
    assert same(replica.plain(), state(hub))
    return changes


def test_rows_that_read_like_html_are_told_as_born_where_they_are(hub: Hub) -> None:
    table = Element("table", server=hub)
    Card(parent=table).remove()  # its class is known from now on
    client = WireClient(hub)
    with hub.record(), table:
        for number in range(20):
            tr(td(number), td("a ", span("bold"), " b"), Card(span("in it"), span("too")))
    assert {change[0] for change in told(hub, client)} <= {"create", "creates", "rows", "define"}
    assert [child.tag.value for child in table.children] == ["tr"] * 20
    assert hub.format_tree(table.children[3]).count("\n") == 9
    before = state(hub)
    hub.undo()
    assert table.children == []
    hub.redo()
    assert state(hub) == before


def test_more_than_a_few_children_too(hub: Hub) -> None:
    client = WireClient(hub)
    with hub.record():
        ul(*(li(number, parent=hub.root) for number in range(500)), parent=hub.root)
    assert {change[0] for change in told(hub, client)} <= {"create", "creates", "rows", "define"}
    assert [child.text.value for child in hub.root.children[0].children] == [str(number) for number in range(500)]


def test_what_would_be_too_deep_is_refused_and_nothing_has_changed() -> None:
    hub = make_hub(limits=Limits(tree_depth=4))
    with hub.record():
        box = div(div(parent=hub.root), parent=hub.root)
        before = state(hub)
        with pytest.raises(LimitExceeded, match="4"):
            div(box, parent=div(parent=div(parent=hub.root)))
    assert box.parent is hub.root
    assert state(hub)["children"][0] == before["children"][0]

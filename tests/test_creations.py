"""Many creations in one transaction, or in a snapshot, travel as few `creates`; what a client makes of them is what the server has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import DictTopic, IntTopic, Limits, SObject, StringTopic, attribute
from objectsync.changes import Create, Creates, Rows
from objectsync.errors import InvalidChangeError
from objectsync.hub import Hub
from tests.clients import WireClient, changes_in, make_hub
from tests.replica import Replica, same, state


class Cell(SObject):
    text = attribute(StringTopic, "")
    number = attribute(IntTopic, 7)
    table = attribute(DictTopic)


class Box(Cell):
    pass


def follower(hub: Hub) -> tuple[WireClient, Replica]:
    """A client, and what it was greeted with."""
    client = WireClient(hub)
    replica = Replica()
    for change in client.greeting[1]["changes"]:
        replica.apply(change)
    return client, replica


def assert_all_have_it(hub: Hub, client: WireClient, replica: Replica) -> None:
    """Who was there, who comes now, and whoever undoes it and does it again."""
    for change in changes_in(client.receive()):
        replica.apply(change)
    assert same(replica.plain(), state(hub))
    late = Replica()
    for message in WireClient(hub).greeting[1:]:
        for change in message.get("changes", changes_in([message])):
            late.apply(change)
    assert same(late.plain(), state(hub))
    assert hub.undo().conflicts == ()
    assert hub.redo().conflicts == ()
    assert same(replica.plain(), state(hub))


STEPS = ("child", "child", "sibling", "sibling", "up", "id", "tag", "dynamic", "move", "remove", "event")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), min_size=40, max_size=90))
def test_a_client_has_what_the_server_has(steps: list[tuple[str, int]]) -> None:
    hub = make_hub(limits=Limits(snapshot_transactions=0))
    client, replica = follower(hub)
    with hub.record():
        made = [hub.create_object(Cell)]
        for count, (step, number) in enumerate(steps):
            newest = made[-1]
            values = ({}, {"text": "$a"}, {"number": number, "text": "é"}, {"table": {"$k": [count]}})[number]
            if step in ("child", "sibling"):
                made.append(Cell(parent=newest if step == "child" or newest.parent is None else newest.parent, **values))
            elif step == "up":
                made.append(Cell(parent=hub.root, **values))
            elif step == "id":
                made.append(Cell(parent=newest, id=f"0{count}", **values))
            elif step == "tag":
                newest.add_tag(f"t{count}")
            elif step == "dynamic":
                newest.add_attribute(f"d{count}", IntTopic, count)
            elif step == "event":
                newest.on(f"e{count}", lambda: None)
            elif step == "move":
                newest.move_to(hub.root, 0)
            elif len(made) > 2:
                made.pop().remove()
    assert_all_have_it(hub, client, replica)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["", "a", "b"])), min_size=1, max_size=4),
    st.integers(1, 20),
    st.dictionaries(
        st.integers(0, 79), st.sampled_from(["tag", "dynamic", "value", "other", "kind", "astray", "more", "less"]), max_size=3
    ),
    st.integers(0, 3),
)
def test_what_repeats_is_what_the_server_has(shape: list[tuple[int, str]], times: int, odd: dict[int, str], before: int) -> None:
    """Rows of one shape, here and there with something that the others have not."""
    hub = make_hub(limits=Limits(snapshot_transactions=0))
    client, replica = follower(hub)
    with hub.record():
        for _ in range(before):
            Cell(parent=hub.root, number=1)
        count = 0
        row: list[SObject] = []
        for _ in range(times):
            former, row = row, []
            for above, text in shape:
                parent = row[-min(above or 9, len(row))] if row else hub.root
                values: dict[str, Any] = {"text": text} if text else {}
                if odd.get(count) == "other":
                    values = {"number": 1}
                if odd.get(count) == "astray" and former:
                    parent = former[0]
                cell = (Box if odd.get(count) == "kind" else Cell)(parent=parent, **values)
                row.append(cell)
                if odd.get(count) == "tag":
                    cell.add_tag("t")
                elif odd.get(count) == "dynamic":
                    cell.add_attribute("d", IntTopic, count)
                elif odd.get(count) == "value":
                    cell.table["$k"] = count
                elif odd.get(count) == "more":
                    Cell(parent=cell)
                elif odd.get(count) == "less":
                    break
                count += 1
    assert_all_have_it(hub, client, replica)


def test_a_table_is_one_change() -> None:
    hub = make_hub()
    client = WireClient(hub)
    with hub.record():
        for number in range(50):
            row = Cell(parent=hub.root)
            Cell(parent=row, text=f"cell {number}")
    changes = changes_in(client.receive())
    assert [change[0] for change in changes] == ["define", "rows"]
    assert changes[1][2:] == ["root", 50, [["Cell", 0, [], {}], ["Cell", 1, ["text"], {}]], [f"cell {number}" for number in range(50)]]
    assert sum(isinstance(change, Create) for change in hub.log[hub.log.head].changes) == 100


def test_what_is_the_same_in_all_rows_is_said_once() -> None:
    hub = make_hub()
    client = WireClient(hub)
    with hub.record():
        for number in range(20):
            row = Cell(parent=hub.root, text="row", number=1)
            Cell(parent=row, text=str(number))
    rows = changes_in(client.receive())[1]
    assert rows[4:] == [[["Cell", 0, ["number"], {"text": "row"}], ["Cell", 1, ["text"], {}]], [v for n in range(20) for v in (1, str(n))]]


def test_a_table_with_odd_rows_is_few_changes() -> None:
    hub = make_hub()
    client = WireClient(hub)
    with hub.record():
        Cell(parent=hub.root)
        for number in range(100):
            row = Cell(parent=hub.root, number=number + 10)
            odd: dict[str, Any] = {"number": 1} if number == 50 else {}
            Cell(parent=row, text="x", **odd)
            Cell(parent=row, text="y").add_tag("t") if number == 70 else Cell(parent=row)
    changes = changes_in(client.receive())
    kinds = [change[0] for change in changes]
    assert kinds == ["define", "create", "rows", "create", "create", "create", "rows", "create", "create", "create", "tag", "rows"]
    assert [change[3] for change in changes if change[0] == "rows"] == [50, 19, 29]


def test_an_object_of_another_class_is_no_repetition() -> None:
    hub = make_hub()
    client, replica = follower(hub)
    with hub.record():
        for number in range(40):
            row = Cell(parent=hub.root)
            (Box if number == 20 else Cell)(parent=row, text=f"cell {number}")
    assert_all_have_it(hub, client, replica)


def test_objects_that_a_class_takes_for_equal_are_told_apart() -> None:
    class Same(SObject):
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Same)

        __hash__ = SObject.__hash__

    hub = make_hub()
    client, replica = follower(hub)
    with hub.record():
        tops = [Same(parent=hub.root) for _ in range(4)]
        for number in range(40):
            row = Same(parent=tops[number % 3])
            Same(parent=row if number % 5 else tops[3])
    for change in changes_in(client.receive()):
        replica.apply(change)
    assert same(replica.plain(), state(hub))


@pytest.mark.parametrize("what", ["tags", "dynamic attributes"])
def test_rows_that_an_undo_brings_back_have_their(what: str) -> None:
    hub = make_hub()
    with hub.record():
        top = Cell(parent=hub.root)
        for number in range(40):
            row = Cell(parent=top, number=number)
            cell = Cell(parent=row, text="x")
            if what == "tags":
                cell.add_tag(f"t{number % 3}")
            else:
                cell.add_attribute("d", IntTopic, number)
        plain = Cell(parent=hub.root)
        for number in range(40):
            Cell(parent=plain, number=number)
    client, replica = follower(hub)
    before = state(hub)
    for made in (plain, top):
        made.clear()
    for _ in range(2):
        assert hub.undo()
    for change in changes_in(client.receive()):
        replica.apply(change)
    assert same(replica.plain(), state(hub))
    assert same(state(hub), before)


def test_rows_of_a_class_that_was_defined_again_are_what_they_were() -> None:
    def define(default: int) -> type[Cell]:
        class Row(Cell):
            size = attribute(IntTopic, default)

        return Row

    hub = make_hub()
    with hub.record():
        older = define(1)
        top = older(parent=hub.root)
        for number in range(20):
            older(parent=older(parent=top, number=number), text=str(number))
    define(2)(parent=hub.root)
    _, replica = follower(hub)
    table, newer = replica.plain()["children"]
    assert [row["children"][0]["attributes"]["text"] for row in table["children"]] == list(map(str, range(20)))
    assert {row["attributes"]["size"] for row in table["children"]} == {1}
    assert newer["attributes"]["size"] == 2


@pytest.mark.parametrize(
    "items", [[0], [1, "root"], [0, 0, 1], [0, 1, 1], [0, "root"], [0, "root", 1, 0, -1, 1], [True, "root", 1], [0, None, 1]], ids=str
)
def test_items_that_do_not_add_up_are_refused(items: list[Any]) -> None:
    with pytest.raises(InvalidChangeError, match="'creates'"):
        list(Creates("7", [("Cell", ["number"])], items).each())


@pytest.mark.parametrize(
    "rows",
    [
        Rows("x", "root", 1, [("Cell", 0, [], {})], []),
        Rows("7", "root", 1, [("Cell", 1, [], {})], []),
        Rows("7", "root", 1, [("Cell", 0, [], {}), ("Cell", 2, [], {})], []),
        Rows("7", "root", 1, [("Cell", 0, [], {}), ("Cell", 0, [], {})], []),
        Rows("7", "root", 2, [("Cell", 0, ["number"], {})], [1]),
        Rows("7", "root", 2, [("Cell", 0, ["number"], {})], [1, 2, 3]),
    ],
    ids=str,
)
def test_rows_that_do_not_add_up_are_refused(rows: Rows) -> None:
    with pytest.raises(InvalidChangeError, match="'rows'"):
        list(rows.each())

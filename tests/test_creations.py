"""Many creations in one transaction, or in a snapshot, travel as few `creates`; what a client makes of them is what the server has."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import DictTopic, IntTopic, Limits, SObject, StringTopic, attribute
from objectsync.changes import Create, Creates
from objectsync.errors import InvalidChangeError
from tests.clients import WireClient, changes_in, make_hub
from tests.replica import Replica, same, state


class Cell(SObject):
    text = attribute(StringTopic, "")
    number = attribute(IntTopic, 7)
    table = attribute(DictTopic)


STEPS = ("child", "child", "sibling", "sibling", "up", "id", "tag", "dynamic", "move", "remove", "event")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), min_size=40, max_size=90))
def test_a_client_has_what_the_server_has(steps: list[tuple[str, int]]) -> None:
    hub = make_hub(limits=Limits(snapshot_transactions=0))
    client = WireClient(hub)
    replica = Replica()
    for change in client.greeting[1]["changes"]:
        replica.apply(change)
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


def test_a_table_is_one_change() -> None:
    hub = make_hub()
    client = WireClient(hub)
    with hub.record():
        for number in range(50):
            row = Cell(parent=hub.root)
            Cell(parent=row, text=f"cell {number}")
    changes = changes_in(client.receive())
    assert [change[0] for change in changes] == ["define", "creates"]
    assert changes[1][2] == [["Cell", []], ["Cell", ["text"]]]
    assert changes[1][3][:8] == [0, "root", 1, 1, "cell 0", 0, "root", 1]
    assert sum(isinstance(change, Create) for change in hub.log[hub.log.head].changes) == 100


@pytest.mark.parametrize(
    "items", [[0], [1, "root"], [0, 0, 1], [0, 1, 1], [0, "root"], [0, "root", 1, 0, -1, 1], [True, "root", 1], [0, None, 1]], ids=str
)
def test_items_that_do_not_add_up_are_refused(items: list[Any]) -> None:
    with pytest.raises(InvalidChangeError, match="'creates'"):
        list(Creates("7", [("Cell", ["number"])], items).each())

"""A drag is one step to undo, whatever else goes on."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from objectsync import DictTopic, EventTopic, IntTopic, Limits, ListTopic, ObjTopic, SObject, StringTopic, attribute
from objectsync.hub import Hub
from tests.clients import WireClient, make_hub
from tests.replica import state


class Thing(SObject):
    client_creatable = True
    n = attribute(IntTopic, 0)
    m = attribute(IntTopic, 0)
    text = attribute(StringTopic, "")
    table = attribute(DictTopic)
    items = attribute(ListTopic)
    link = attribute(ObjTopic)
    moved = attribute(EventTopic)


def undo(client: WireClient, service: str = "undo") -> tuple[bool, list[str]]:
    value = client.call(service, own=True)["value"]
    return value["done"], [conflict["reason"] for conflict in value["conflicts"]]


def drag(client: WireClient, thing: Thing, name: str, values: range, gesture: int) -> None:
    for value in values:
        client.act(["set", thing.id, name, value], gesture=gesture)


def test_a_drag_is_one_step(hub: Hub) -> None:
    thing, ada = hub.create_object(Thing), WireClient(hub)
    drag(ada, thing, "n", range(1, 10), gesture=1)
    drag(ada, thing, "n", range(20, 30), gesture=2)
    assert undo(ada) == (True, [])
    assert thing.n.value == 9
    assert undo(ada) == (True, [])
    assert thing.n.value == 0
    assert undo(ada) == (False, [])
    assert undo(ada, "redo") == (True, [])
    assert thing.n.value == 9
    assert undo(ada, "redo") == (True, [])
    assert thing.n.value == 29
    assert undo(ada, "redo") == (False, [])


def test_two_who_drag_at_once_take_back_each_their_own(hub: Hub) -> None:
    thing, ada, bob = hub.create_object(Thing), WireClient(hub), WireClient(hub)
    for value in range(1, 10):
        ada.act(["set", thing.id, "n", value], gesture=1)
        bob.act(["set", thing.id, "m", -value], gesture=1)
        thing.table["clock"] = value
    assert undo(ada) == (True, [])
    assert (thing.n.value, thing.m.value) == (0, -9)
    assert undo(bob) == (True, [])
    assert (thing.n.value, thing.m.value, thing.table.value) == (0, 0, {"clock": 9})
    assert undo(ada, "redo") == undo(bob, "redo") == (True, [])
    assert (thing.n.value, thing.m.value) == (9, -9)


def test_what_another_sets_in_the_middle_is_where_undo_goes_back_to(hub: Hub) -> None:
    thing, ada, bob = hub.create_object(Thing), WireClient(hub), WireClient(hub)
    drag(ada, thing, "n", range(1, 5), gesture=1)
    bob.act(["set", thing.id, "n", 50])
    drag(ada, thing, "n", range(5, 9), gesture=1)
    assert undo(ada) == (True, [])
    assert thing.n.value == 50
    assert undo(ada) == (True, ["it was changed since"])
    assert thing.n.value == 50


def test_and_what_another_sets_afterwards_stays(hub: Hub) -> None:
    thing, ada, bob = hub.create_object(Thing), WireClient(hub), WireClient(hub)
    for value in range(1, 5):
        ada.act(["set", thing.id, "n", value], ["set", thing.id, "m", value], gesture=1)
    bob.act(["set", thing.id, "n", 50])
    assert undo(ada) == (True, ["it was changed since"])
    assert (thing.n.value, thing.m.value) == (50, 0)


def test_an_undone_gesture_is_in_nobodys_way(hub: Hub) -> None:
    thing, ada, bob = hub.create_object(Thing), WireClient(hub), WireClient(hub)
    ada.act(["set", thing.id, "n", 5])
    ada.act(["set", thing.id, "n", 6], gesture=1)
    bob.act(["set", thing.id, "m", 1])
    ada.act(["set", thing.id, "n", 7], gesture=1)
    ada.act(["put", thing.id, "table", "k", 7], gesture=1)
    assert undo(ada) == undo(ada) == (True, [])
    assert (thing.n.value, thing.m.value, thing.table.value) == (0, 1, {})


def test_a_drag_that_ended_where_it_began_is_in_nobodys_way(hub: Hub) -> None:
    thing, ada, bob = hub.create_object(Thing), WireClient(hub), WireClient(hub)
    ada.act(["set", thing.id, "n", 5])
    ada.act(["set", thing.id, "n", 6], gesture=1)
    bob.act(["set", thing.id, "m", 1])
    ada.act(["set", thing.id, "n", 5], gesture=1)
    assert undo(ada) == (True, [])
    assert thing.n.value == 5
    assert undo(ada) == (True, [])
    assert thing.n.value == 0


def test_a_gesture_goes_on_after_the_connection_broke(hub: Hub) -> None:
    thing, ada = hub.create_object(Thing), WireClient(hub)
    drag(ada, thing, "n", range(1, 5), gesture=3)
    ada.link.close(clean=False)
    again = ada.resume()
    drag(again, thing, "n", range(5, 9), gesture=3)
    assert undo(again) == (True, [])
    assert thing.n.value == 0


def test_an_undo_in_the_middle_ends_the_step(hub: Hub) -> None:
    thing, ada = hub.create_object(Thing), WireClient(hub)
    drag(ada, thing, "n", range(1, 5), gesture=1)
    undo(ada)
    drag(ada, thing, "n", range(5, 9), gesture=1)
    assert undo(ada) == (True, [])
    assert thing.n.value == 0
    assert undo(ada, "redo") == (True, [])
    assert thing.n.value == 8
    ada.act(["set", thing.id, "n", 9], gesture=1)
    undo(ada)
    assert thing.n.value == 8, "what was redone is done; the gesture begins anew"


def test_something_else_in_between_ends_the_step(hub: Hub) -> None:
    thing, ada = hub.create_object(Thing), WireClient(hub)
    drag(ada, thing, "n", range(1, 5), gesture=1)
    ada.act(["set", thing.id, "m", 1])
    drag(ada, thing, "n", range(5, 9), gesture=1)
    values = []
    while undo(ada)[0]:
        values.append((thing.n.value, thing.m.value))
    assert values == [(4, 1), (4, 0), (0, 0)]


def test_what_handlers_do_belongs_to_the_gesture(hub: Hub) -> None:
    thing, ada = hub.create_object(Thing), WireClient(hub)
    thing.text.set("n is 0")
    thing.n.on_change(lambda n: thing.text.set(f"n is {n}"))
    thing.on("moved", lambda: thing.m.add(1))
    for value in range(1, 5):
        ada.act(["set", thing.id, "n", value], ["emit", thing.id, "moved", {}], gesture=1)
    assert (thing.text.value, thing.m.value) == ("n is 4", 4)
    assert undo(ada) == (True, [])
    assert (thing.n.value, thing.text.value, thing.m.value) == (0, "n is 0", 0)
    assert undo(ada, "redo") == (True, [])
    assert (thing.n.value, thing.text.value, thing.m.value) == (4, "n is 4", 4)


def test_a_part_is_undone_where_it_belongs(hub: Hub) -> None:
    outer, ada = hub.create_object(Thing), WireClient(hub)
    inner, other = outer.add_child(Thing), outer.add_child(Thing)
    drag(ada, inner, "n", range(1, 5), gesture=1)
    drag(ada, other, "n", range(1, 5), gesture=1)
    assert not hub.undo(inner), "the gesture belongs to what holds both"
    assert hub.undo(outer)
    assert (inner.n.value, other.n.value) == (0, 0)


def test_what_is_made_and_drawn_in_one_gesture_goes_in_one_step(hub: Hub) -> None:
    paper, ada = hub.create_object(Thing), WireClient(hub)
    stroke = f"{ada.session}.1"
    ada.act(["create", stroke, "Thing", paper.id, -1, {}], gesture=1)
    for x in range(5):
        ada.act(["insert", stroke, "items", -1, x], gesture=1)
    drawn = state(hub)
    assert undo(ada) == (True, [])
    assert not paper.children
    assert undo(ada, "redo") == (True, [])
    assert state(hub) == drawn


def test_much_that_is_removed_in_a_gesture_comes_back(hub: Hub) -> None:
    top, ada = hub.create_object(Thing), WireClient(hub)
    for _ in range(3):
        shelf = top.add_child(Thing)
        for n in range(40):
            shelf.add_child(Thing).n.set(n)
    before = state(hub)
    for child in top.children:
        ada.act(["destroy", child.id], gesture=1)
    assert undo(ada) == (True, [])
    assert state(hub) == before
    hub.pack()
    assert undo(ada, "redo") == (True, [])
    assert not top.children


def test_a_drag_for_a_minute_keeps_one_inverse_and_takes_one_step() -> None:
    hub = make_hub(limits=Limits(history_steps=3, actions_burst=4000))
    thing, ada = hub.create_object(Thing), WireClient(hub)
    thing.m.set(1)
    for x in range(3600):
        ada.act(["set", thing.id, "n", x], ["put", thing.id, "table", "left", f"{x}px"], gesture=1)
        ada.ack()
    assert len(hub.history.done[-1].inverses) == 2
    assert undo(ada) == (True, [])
    assert (thing.n.value, thing.table.value) == (0, {})
    assert hub.undo()
    assert thing.m.value == 0


def test_a_gesture_that_the_log_has_forgotten_begins_anew() -> None:
    hub = make_hub(limits=Limits(log_transactions=0))
    thing, ada = hub.create_object(Thing), WireClient(hub)
    ada.act(["set", thing.id, "n", 1], gesture=1)
    for _ in range(1000):
        thing.m.add(1)
    ada.propose(["set", thing.id, "n", 2], gesture=1)
    assert hub.undo(session=ada.session)
    assert thing.n.value == 1


OPS = st.one_of(
    st.tuples(st.just("set"), st.sampled_from("nm"), st.integers(1, 9)),
    st.tuples(st.just("add"), st.sampled_from("nm"), st.integers(1, 9)),
    st.tuples(st.just("put"), st.sampled_from("ab"), st.integers(1, 9)),
    st.tuples(st.just("drop"), st.sampled_from("ab"), st.none()),
    st.tuples(st.just("type"), st.sampled_from(["x", "😀"]), st.integers(0, 3)),
    st.tuples(st.just("insert"), st.integers(1, 9), st.integers(0, 3)),
    st.tuples(st.just("pop"), st.none(), st.integers(0, 3)),
)
SCRIPT = st.lists(st.tuples(st.sampled_from(["ada", "ada", "ada", "bob"]), OPS, st.integers(0, 2)), min_size=1, max_size=20)


def change(thing: Thing, op: tuple[str, Any, Any]) -> list[Any] | None:
    """One operation, where it fits."""
    kind, a, b = op
    match kind:
        case "set" | "add":
            return [kind, thing.id, a, b]
        case "put":
            return ["put", thing.id, "table", a, b]
        case "drop":
            return ["drop", thing.id, "table", a] if a in thing.table.value else None
        case "type":
            return ["insert_text", thing.id, "text", 0 if b % 2 else len(thing.text.value.encode("utf-16-le")) // 2, a]
        case "insert":
            return ["insert", thing.id, "items", min(b, len(thing.items.value)), a]
        case _:
            return ["pop", thing.id, "items", b] if b < len(thing.items.value) else None


def values_of(thing: Thing) -> tuple[Any, ...]:
    return (thing.n.value, thing.m.value, thing.text.value, dict(thing.table.value), list(thing.items.value))


@given(SCRIPT)
def test_alone_each_gesture_is_a_way_back_to_where_it_began(script: list[Any]) -> None:
    hub = make_hub()
    thing, ada = hub.create_object(Thing), WireClient(hub)
    states, last = [values_of(thing)], 0
    for _, op, gesture in script:
        doing = change(thing, op)
        if doing is None:
            continue
        before = values_of(thing)
        ada.act(doing, gesture=gesture)
        if values_of(thing) == before:
            continue
        if gesture and gesture == last:
            states[-1] = values_of(thing)
        else:
            states.append(values_of(thing))
        last = gesture
    for expected in states[-2::-1]:
        assert undo(ada) == (True, [])
        assert values_of(thing) == expected
    assert undo(ada) == (False, [])
    redone = [values_of(thing)]
    while undo(ada, "redo")[0]:
        redone.append(values_of(thing))
    assert _different(redone) == _different(states)


def _different(states: list[Any]) -> list[Any]:
    """States without those that are the same as before: what ended where it began has nothing to redo."""
    return [state for i, state in enumerate(states) if not i or state != states[i - 1]]


@given(SCRIPT)
def test_among_others_undoing_a_gesture_is_undoing_its_parts(script: list[Any]) -> None:
    """Beside the same without gestures: each step takes back what so many steps take back there, and redo brings it again."""
    hubs = [make_hub(), make_hub()]
    things = [hub.create_object(Thing) for hub in hubs]
    clients = [{"ada": WireClient(hub), "bob": WireClient(hub)} for hub in hubs]
    for who, op, gesture in script:
        doing = change(things[0], op)
        if doing is None:
            continue
        clients[0][who].act(doing, gesture=gesture)
        clients[1][who].act(doing)
        for pair in clients:
            for client in pair.values():
                client.receive()
    assert values_of(things[0]) == values_of(things[1])
    sizes = {
        who: [_parts(hub, client.session) for hub, client in zip(hubs, (pair[who] for pair in clients), strict=True)]
        for who in ("ada", "bob")
    }
    for who in ("ada", "bob", "ada"):
        joined, single = sizes[who]
        if not joined:
            continue
        taken = joined.pop()
        conflicts = undo(clients[0][who])[1]
        apart: list[str] = []
        for _ in range(taken):
            apart += undo(clients[1][who])[1]
            single.pop()
        assert bool(conflicts) == bool(apart)
        if conflicts:
            return  # a step that was not undone exactly stands in the way of others as a whole
        assert values_of(things[0]) == values_of(things[1])


def _parts(hub: Hub, session: str) -> list[int]:
    """Of how many transactions each step of a client consists."""
    own = [step for step in hub.history.done if step.author == session]
    return [
        sum(step.began <= each.seq <= step.seq and each.author == session and bool(each.inverses) for each in hub.log.since(step.began - 1))
        if step.began
        else 1
        for step in own
    ]


def test_what_was_undone_and_redone_is_undone_past_an_edit_elsewhere(hub: Hub) -> None:
    thing, other, ada = hub.create_object(Thing), hub.create_object(Thing), WireClient(hub)
    drag(ada, thing, "n", range(1, 10), gesture=1)
    for value in (1, 2, 0):
        ada.act(["set", thing.id, "m", value], ["insert_text", thing.id, "text", 0, "ab"], gesture=2)
    drag(ada, thing, "n", range(20, 30), gesture=3)
    for _ in range(2):
        for steps in (1, 2, 3):
            for _ in range(steps):
                assert undo(ada) == (True, [])
            for _ in range(steps):
                assert undo(ada, "redo") == (True, [])
            other.n.add(1)
    assert undo(ada) == (True, [])
    assert (thing.n.value, thing.text.value) == (9, "ababab")
    assert undo(ada) == (True, [])
    assert (thing.n.value, thing.m.value, thing.text.value) == (9, 0, "")
    assert undo(ada) == (True, [])
    assert thing.n.value == 0

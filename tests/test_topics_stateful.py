"""Each type of topic against a plain Python value: whoever changes it, undoes or redoes, server, client and listeners show the same."""

from __future__ import annotations

import copy
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from objectsync import (
    BoolTopic,
    BytesTopic,
    DictTopic,
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
    attribute,
)
from objectsync.client import MemoryClient
from objectsync.values import same_value
from tests.clients import make_hub

SIDES = st.sampled_from(["server", "client"])
SCALARS: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, "", "a", "😀", b"\x00"])
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "$b"]), inner, max_size=2))
LETTERS = st.text(alphabet=["a", "ß", "漢", "😀", "\u0301"], max_size=3)
IDS = st.sampled_from(["a", "b", "c"])


class Holder(SObject):
    client_creatable = True
    any = attribute(GenericTopic)
    flag = attribute(BoolTopic)
    count = attribute(IntTopic)
    ratio = attribute(FloatTopic)
    text = attribute(StringTopic)
    data = attribute(BytesTopic)
    items = attribute(ListTopic)
    members = attribute(SetTopic)
    table = attribute(DictTopic)
    one = attribute(ObjTopic)
    several = attribute(ObjListTopic)
    group = attribute(ObjSetTopic)
    named = attribute(ObjDictTopic)


class TopicMachine(RuleBasedStateMachine):
    """One topic, at a server and at a client; `model` is what it should hold."""

    name = ""
    model: Any

    def __init__(self) -> None:
        super().__init__()
        self.hub = make_hub()
        holder = self.hub.create_object(Holder)
        for id in "abc":
            self.hub.create_object(Holder, id=id)
        self.hub.clear_history()
        self.client = MemoryClient(self.hub)
        self.server_topic: Any = holder.get_attribute(self.name)
        self.client_topic: Any = self.client.object(holder.id).attribute(self.name)
        self.model = self.raw(self.server_topic)
        self.past: list[Any] = []
        self.future: list[Any] = []
        self.heard: dict[str, Any] = {}
        for side, topic in (("server", self.server_topic), ("client", self.client_topic)):
            topic.on_set.add(partial(self.listen, side, topic))

    def listen(self, side: str, topic: Any, value: Any) -> None:
        self.heard[side] = self.raw(topic)

    @staticmethod
    def raw(topic: Any) -> Any:
        return topic.get_raw() if hasattr(topic, "get_raw") else topic.get()

    def object(self, side: str, id: str) -> Any:
        return self.hub.get_object(id) if side == "server" else self.client.object(id)

    def do(self, side: str, change: Any, after: Any) -> None:
        """Change the topic at one side; the model is `after` then."""
        before = copy.deepcopy(self.model)
        change(self.server_topic if side == "server" else self.client_topic)
        self.client.flush()
        self.model = after
        if not same_value(before, after):
            self.past.append(before)
            self.future.clear()

    def refuse(self, side: str, change: Any, error: type[Exception]) -> None:
        """What does not fit raises at the call, and changes nothing."""
        with pytest.raises(error):
            change(self.server_topic if side == "server" else self.client_topic)
        self.client.flush()

    @precondition(lambda self: self.past)
    @rule(ours=st.booleans())
    def undo(self, ours: bool) -> None:
        self.future.append(copy.deepcopy(self.model))
        self.model = self.past.pop()
        if ours:
            assert self.hub.undo()
        else:
            self.client.undo(whose="all")
        self.client.flush()

    @precondition(lambda self: self.future)
    @rule()
    def redo(self) -> None:
        self.past.append(copy.deepcopy(self.model))
        self.model = self.future.pop()
        assert self.hub.redo()
        self.client.flush()

    @invariant()
    def everybody_shows_the_same(self) -> None:
        assert same_value(self.raw(self.server_topic), self.model)
        assert same_value(self.raw(self.client_topic), self.model)
        for heard in self.heard.values():
            assert same_value(heard, self.model)
        assert self.client.pending_count == 0


class GenericMachine(TopicMachine):
    name = "any"

    @rule(side=SIDES, value=VALUES)
    def set(self, side: str, value: Any) -> None:
        self.do(side, lambda topic: topic.set(value), value)

    @rule(side=SIDES)
    def refuse_what_cannot_be_sent(self, side: str) -> None:
        self.refuse(side, lambda topic: topic.set({1, 2}), InvalidValue)


class BoolMachine(TopicMachine):
    name = "flag"

    @rule(side=SIDES, value=st.booleans())
    def set(self, side: str, value: bool) -> None:
        self.do(side, lambda topic: topic.set(value), value)

    @rule(side=SIDES)
    def toggle(self, side: str) -> None:
        self.do(side, lambda topic: topic.toggle(), not self.model)

    @rule(side=SIDES)
    def refuse_others(self, side: str) -> None:
        self.refuse(side, lambda topic: topic.set(1), InvalidValue)


class IntMachine(TopicMachine):
    name = "count"

    @rule(side=SIDES, value=st.integers(-(2**53) + 1, 2**53 - 1))
    def set(self, side: str, value: int) -> None:
        self.do(side, lambda topic: topic.set(value), value)

    @rule(side=SIDES, amount=st.integers(-(2**53) + 1, 2**53 - 1))
    def add(self, side: str, amount: int) -> None:
        if abs(self.model + amount) < 2**53:
            self.do(side, lambda topic: topic.add(amount), self.model + amount)
        else:
            self.refuse(side, lambda topic: topic.add(amount), InvalidValue)


class FloatMachine(TopicMachine):
    name = "ratio"

    @rule(side=SIDES, value=st.floats(-1e300, 1e300))
    def set(self, side: str, value: float) -> None:
        self.do(side, lambda topic: topic.set(value), value)

    @rule(side=SIDES, amount=st.floats(-1e300, 1e300))
    def add(self, side: str, amount: float) -> None:
        self.do(side, lambda topic: topic.add(amount), self.model + amount)

    @rule(side=SIDES, value=st.sampled_from([float("nan"), float("inf")]))
    def refuse_what_json_cannot_carry(self, side: str, value: float) -> None:
        self.refuse(side, lambda topic: topic.set(value), InvalidValue)


class BytesMachine(TopicMachine):
    name = "data"

    @rule(side=SIDES, value=st.binary(max_size=4))
    def set(self, side: str, value: bytes) -> None:
        self.do(side, lambda topic: topic.set(value), value)


class StringMachine(TopicMachine):
    name = "text"

    @rule(side=SIDES, value=LETTERS)
    def set(self, side: str, value: str) -> None:
        self.do(side, lambda topic: topic.set(value), value)

    @rule(side=SIDES, data=st.data(), text=LETTERS)
    def insert(self, side: str, data: st.DataObject, text: str) -> None:
        at = data.draw(st.integers(0, len(self.model)))
        self.do(side, lambda topic: topic.insert(at, text), self.model[:at] + text + self.model[at:])

    @rule(side=SIDES, data=st.data())
    def delete(self, side: str, data: st.DataObject) -> None:
        start, end = sorted((data.draw(st.integers(0, len(self.model))), data.draw(st.integers(0, len(self.model)))))
        self.do(side, lambda topic: topic.delete(start, end - start), self.model[:start] + self.model[end:])

    @rule(side=SIDES)
    def refuse_outside(self, side: str) -> None:
        self.refuse(side, lambda topic: topic.insert(len(self.model) + 1, "x"), InvalidPosition)
        self.refuse(side, lambda topic: topic.set("\ud800"), InvalidValue)


class ListRules(TopicMachine):
    """What lists of values and of objects have in common."""

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        """Something to put in: as it is given, and as it is stored."""
        raise NotImplementedError

    @rule(side=SIDES, data=st.data())
    def insert(self, side: str, data: st.DataObject) -> None:
        given, stored = self.item(side, data)
        at = data.draw(st.integers(-1, len(self.model)))
        after = list(self.model)
        after.insert(len(after) if at == -1 else at, stored)
        self.do(side, lambda topic: topic.insert(given, at), after)

    @rule(side=SIDES, data=st.data())
    def replace(self, side: str, data: st.DataObject) -> None:
        if not self.model:
            self.refuse(side, lambda topic: topic.pop(0), InvalidPosition)
            return
        given, stored = self.item(side, data)
        at = data.draw(st.integers(-len(self.model), len(self.model) - 1))
        after = list(self.model)
        after[at] = stored
        self.do(side, lambda topic: topic.__setitem__(at, given), after)

    @precondition(lambda self: self.model)
    @rule(side=SIDES, data=st.data())
    def pop(self, side: str, data: st.DataObject) -> None:
        at = data.draw(st.integers(-len(self.model), len(self.model) - 1))
        after = list(self.model)
        after.pop(at)
        self.do(side, lambda topic: topic.pop(at), after)

    @precondition(lambda self: self.model)
    @rule(side=SIDES, data=st.data())
    def move(self, side: str, data: st.DataObject) -> None:
        places = st.integers(0, len(self.model) - 1)
        at, to = data.draw(places), data.draw(places)
        after = list(self.model)
        after.insert(to, after.pop(at))
        if at != to and same_value(after, self.model):
            return  # of two equal items each took the other's place: a step, though nobody sees a difference
        self.do(side, lambda topic: topic.move(at, to), after)

    @rule(side=SIDES)
    def clear(self, side: str) -> None:
        self.do(side, lambda topic: topic.clear(), [])


class ListMachine(ListRules):
    name = "items"

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        value = data.draw(VALUES)
        return value, value


class ObjListMachine(ListRules):
    name = "several"

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        id = data.draw(IDS)
        return self.object(side, id), id


class SetRules(TopicMachine):
    """What sets of values and of objects have in common."""

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        """Something to put in: as it is given, and as it is stored."""
        raise NotImplementedError

    def has(self, stored: Any) -> bool:
        return any(same_value(stored, item) for item in self.model)

    @rule(side=SIDES, data=st.data())
    def append(self, side: str, data: st.DataObject) -> None:
        given, stored = self.item(side, data)
        if self.has(stored):
            self.refuse(side, lambda topic: topic.append(given), InvalidChangeError)
            self.do(side, lambda topic: topic.add(given), self.model)
        else:
            self.do(side, lambda topic: topic.append(given), [*self.model, stored])

    @rule(side=SIDES, data=st.data())
    def remove(self, side: str, data: st.DataObject) -> None:
        given, stored = self.item(side, data)
        if self.has(stored):
            self.do(side, lambda topic: topic.remove(given), [item for item in self.model if not same_value(item, stored)])
        else:
            self.refuse(side, lambda topic: topic.remove(given), InvalidChangeError)
            self.do(side, lambda topic: topic.discard(given), self.model)


class SetMachine(SetRules):
    name = "members"

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        value = data.draw(VALUES)
        return value, value


class ObjSetMachine(SetRules):
    name = "group"

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        id = data.draw(IDS)
        return self.object(side, id), id


class DictRules(TopicMachine):
    """What dicts of values and of objects have in common."""

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        """Something to put in: as it is given, and as it is stored."""
        raise NotImplementedError

    @rule(side=SIDES, key=st.sampled_from(["a", "$b", "ç"]), data=st.data())
    def put(self, side: str, key: str, data: st.DataObject) -> None:
        given, stored = self.item(side, data)
        self.do(side, lambda topic: topic.__setitem__(key, given), {**self.model, key: stored})

    @rule(side=SIDES, key=st.sampled_from(["a", "$b", "ç"]))
    def pop(self, side: str, key: str) -> None:
        if key in self.model:
            self.do(side, lambda topic: topic.pop(key), {name: item for name, item in self.model.items() if name != key})
        else:
            self.refuse(side, lambda topic: topic.pop(key), KeyError)

    @rule(side=SIDES, key=st.sampled_from(["a", "$b", "ç"]), data=st.data())
    def add_or_change(self, side: str, key: str, data: st.DataObject) -> None:
        given, stored = self.item(side, data)
        right, wrong = ("change_value", "add") if key in self.model else ("add", "change_value")
        self.refuse(side, lambda topic: getattr(topic, wrong)(key, given), InvalidChangeError)
        self.do(side, lambda topic: getattr(topic, right)(key, given), {**self.model, key: stored})


class DictMachine(DictRules):
    name = "table"

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        value = data.draw(VALUES)
        return value, value


class ObjDictMachine(DictRules):
    name = "named"

    def item(self, side: str, data: st.DataObject) -> tuple[Any, Any]:
        id = data.draw(IDS)
        return self.object(side, id), id


class ObjMachine(TopicMachine):
    name = "one"

    @rule(side=SIDES, id=st.none() | IDS)
    def set(self, side: str, id: str | None) -> None:
        self.do(side, lambda topic: topic.set(None if id is None else self.object(side, id)), id)


MACHINES = [
    GenericMachine,
    BoolMachine,
    IntMachine,
    FloatMachine,
    BytesMachine,
    StringMachine,
    ListMachine,
    SetMachine,
    DictMachine,
    ObjMachine,
    ObjListMachine,
    ObjSetMachine,
    ObjDictMachine,
]
QUICK = settings(max_examples=25, stateful_step_count=15, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_a_topic_is_what_a_plain_value_would_be(machine: type[TopicMachine]) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(machine, settings=QUICK)

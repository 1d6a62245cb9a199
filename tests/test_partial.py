"""A client that sees only a part of the tree has just that part, and cannot tell that there is more."""

# mypy: disable-error-code="attr-defined, union-attr"

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from objectsync import (
    DictTopic,
    EventTopic,
    IntTopic,
    Limits,
    ListTopic,
    LocalError,
    ObjTopic,
    Policy,
    SObject,
    StringTopic,
    attribute,
)
from objectsync.hub import Hub
from tests.clients import WireClient, make_hub
from tests.operations import VALUES
from tests.replica import DEFAULTS, Replica, state_of


class Item(SObject):
    client_creatable = True
    n = attribute(IntTopic, 3)
    text = attribute(StringTopic, "")
    items = attribute(ListTopic)
    table = attribute(DictTopic)
    link = attribute(ObjTopic)
    poked = attribute(EventTopic)


class Hiding(Policy):
    """Hides what it is told to."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self.names: set[tuple[str, str]] = set()

    def may_see(self, session: Any, sobject: SObject, name: str | None = None) -> bool:
        return sobject.id not in self.hidden if name is None else (sobject.id, name) not in self.names


class Viewer(WireClient):
    """A client that holds what it was told, strictly."""

    def __init__(self, hub: Hub, hello: dict[str, Any] | None = None, **more: Any) -> None:
        self.replica = Replica()
        self.sent: dict[int, list[Any]] = {}
        self.heard: list[Any] = []
        super().__init__(hub, hello, **more)

    def propose(self, *changes: list[Any], base: int | None = None, gesture: int = 0) -> None:
        super().propose(*changes, base=base, gesture=gesture)
        self.sent[self.cseq] = list(changes)

    def receive(self) -> list[dict[str, Any]]:
        at = self.seq
        messages = super().receive()
        for message in messages:
            if message["type"] == "snapshot":
                if message["page"] == 0:
                    self.replica = Replica()
                for change in message["changes"]:
                    self.replica.apply(change)
                at = message["seq"]
            if message["type"] == "update":
                assert message["prev"] == at, "the frames are a chain"
                at = message["seq"]
                for transaction in message["transactions"]:
                    own = self.sent.pop(transaction["cseq"], None) if "cseq" in transaction else None
                    if "error" not in transaction:
                        for change in transaction.get("changes", own):
                            self.heard += [change] if change[0] == "emit" else []
                            self.replica.apply(change)
        return messages

    def subscribe(self, scopes: list[dict[str, Any]] | None) -> None:
        self.link.send({"type": "subscribe", "scopes": scopes})

    def plain(self) -> Any:
        self.receive()
        return _sorted_tags(self.replica.plain())

    def ids(self) -> set[str]:
        self.receive()
        return set(self.replica.nodes)


def _sorted_tags(node: Any) -> Any:
    children = [_sorted_tags(child) for child in node["children"]]
    dynamic = dict(sorted(node["dynamic"].items()))
    return {**node, "tags": sorted(node["tags"]), "children": children, "dynamic": dynamic}


def expected(hub: Hub, policy: Hiding, scopes: list[dict[str, Any]] | None) -> Any:
    """What a client is to see, straight from the words of PROTOCOL.md."""

    def in_scope(sobject: SObject, scope: dict[str, Any]) -> bool:
        path = _path(sobject)
        if scope["root"] not in path:
            return False
        below = path[path.index(scope["root"]) :]
        if scope.get("depth") is not None and len(below) - 1 > scope["depth"]:
            return False
        tags = scope.get("tags")
        return not tags or any(set(tags) & set(hub.get_object(id).tags) for id in below)

    def wanted(sobject: SObject) -> bool:
        if scopes is None or sobject is hub.root:
            return True
        if any(in_scope(sobject, scope) for scope in scopes):
            return True
        below = [each for each in hub.objects.values() if sobject.id in _path(each) and not policy.hidden & set(_path(each))]
        return any(in_scope(each, scope) for each in below for scope in scopes)

    def cut(sobject: SObject) -> Any:
        node = state_of(sobject)
        for name in node["attributes"]:
            if (sobject.id, name) in policy.names:
                spec = type(sobject)._specs[name]
                node["attributes"][name] = spec.default if name == "n" else DEFAULTS[spec.topic_class.type_name]
        node["dynamic"] = {name: value for name, value in node["dynamic"].items() if (sobject.id, name) not in policy.names}
        node["children"] = [cut(child) for child in sobject.children if child.id not in policy.hidden and wanted(child)]
        return node

    return _sorted_tags(cut(hub.root))


def _path(sobject: SObject) -> list[str]:
    path: list[str] = []
    above: SObject | None = sobject
    while above is not None:
        path.insert(0, above.id)
        above = above.parent
    return path


SCOPES = st.none() | st.lists(
    st.fixed_dictionaries(
        {"root": st.sampled_from(["root", "1", "2", "3", "4", "5"])},
        optional={"depth": st.integers(0, 2), "tags": st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2)},
    ),
    max_size=2,
)
KINDS = [
    "create", "create", "destroy", "clear", "move", "move", "n", "text", "table", "dynamic", "tag", "undo", "redo", "hide", "hide name",
    "subscribe", "act", "act create", "act move", "verify", "record", "return",
]  # fmt: skip


@settings(max_examples=300)
@given(st.data())
def test_the_replica_is_always_the_view(data: st.DataObject) -> None:
    policy = Hiding()
    hub = make_hub(policy=policy, limits=Limits(page_objects=3, actions_burst=1000))
    for _ in range(5):
        hub.create_object(Item, data.draw(st.sampled_from(list(hub.objects.values()))))
    scopes = data.draw(SCOPES)
    viewer = Viewer(hub, {} if scopes is None else {"scopes": scopes})
    number = 0

    def edit(kind: str) -> None:
        things = [each for each in hub.objects.values() if isinstance(each, Item)]
        if not things or kind == "create":
            hub.create_object(Item, data.draw(st.sampled_from(list(hub.objects.values()))))
            return
        target = data.draw(st.sampled_from(things))
        if kind == "destroy":
            target.remove()
        elif kind == "clear":
            target.clear()
        elif kind == "move":
            parent = data.draw(st.sampled_from([each for each in hub.objects.values() if target.id not in _path(each)]))
            hub.place(target, parent, data.draw(st.integers(0, len(parent.children) - (target.parent is parent))))
        elif kind == "n":
            target.n.add(1)
        elif kind == "text":
            target.text.insert(0, "x😀")
        elif kind == "table":
            target.table.set({"k": data.draw(VALUES)})
        elif kind == "dynamic":
            if target.has_attribute("extra"):
                target.remove_attribute("extra")
            else:
                target.add_attribute("extra", data.draw(st.sampled_from([IntTopic, StringTopic])))
        elif kind == "tag":
            tag = data.draw(st.sampled_from(["a", "b"]))
            target.add_tag(tag) if tag not in target.tags else target.remove_tag(tag)

    for _ in range(data.draw(st.integers(1, 10))):
        kind = data.draw(st.sampled_from(KINDS))
        things = [each.id for each in hub.objects.values() if isinstance(each, Item)]
        target = data.draw(st.sampled_from([*things, "nobody"]))
        if kind in ("undo", "redo"):
            getattr(hub, kind)()
        elif kind == "record":
            with hub.record():
                for _ in range(3):
                    edit(data.draw(st.sampled_from(KINDS[:11])))
        elif kind == "hide":
            policy.hidden ^= {target}
            hub.policy_changed(viewer.session)
        elif kind == "hide name":
            policy.names ^= {(target, data.draw(st.sampled_from(["n", "text", "table", "extra"])))}
            hub.policy_changed()
        elif kind == "subscribe":
            scopes = data.draw(SCOPES)
            viewer.subscribe(scopes)
        elif kind == "act":
            viewer.propose(["set", target, "n", 7], ["insert_text", target, "text", 0, "y"])
        elif kind == "act create":
            number += 1
            viewer.propose(["create", f"{viewer.session}.{number}", "Item", target, -1, {"n": number}], ["tag", target, "b"])
        elif kind == "act move":
            viewer.propose(["place", target, data.draw(st.sampled_from(["root", *things])), 0])
        elif kind == "verify":
            viewer.link.send({"type": "verify", "object": "root"})
        elif kind == "return":
            viewer.receive()
            viewer.link.close(clean=False)
            hello = {"session": viewer.session, "token": viewer.token, "epoch": viewer.epoch, "seq": viewer.seq, "attempt": number + 10}
            number += 1
            cseq, former = viewer.cseq, viewer.replica
            viewer = Viewer(hub, hello if scopes is None else {**hello, "scopes": scopes})
            viewer.cseq = cseq
            assert viewer.replica is not former
        else:
            edit(kind)
        if data.draw(st.booleans()):
            assert viewer.plain() == expected(hub, policy, scopes)
    assert viewer.plain() == expected(hub, policy, scopes)


@pytest.fixture
def policy() -> Hiding:
    return Hiding()


@pytest.fixture
def hub(policy: Hiding) -> Hub:
    return make_hub(policy=policy)


class TestSubscriptions:
    """Of clients that ask for a part; the policy hides nothing."""

    @pytest.fixture
    def hub(self) -> Hub:
        return make_hub()

    def test_a_client_gets_what_it_asks_for_and_what_that_is_in(self, hub: Hub) -> None:
        shelf, other = hub.create_object(Item), hub.create_object(Item)
        book = shelf.add_child(Item)
        page = book.add_child(Item)
        hidden = shelf.add_child(Item)
        viewer = Viewer(hub, {"scopes": [{"root": book.id}]})
        assert viewer.ids() == {"root", shelf.id, book.id, page.id}
        other.n.set(1)
        hidden.n.set(2)
        assert viewer.receive() == [], "what it does not see costs it nothing"
        page.n.set(9)
        assert viewer.plain()["children"][0]["children"][0]["children"][0]["attributes"]["n"] == 9

    def test_objects_enter_and_leave_as_they_move(self, hub: Hub) -> None:
        inside, outside = hub.create_object(Item), hub.create_object(Item)
        traveller = outside.add_child(Item)
        traveller.n.set(5)
        viewer = Viewer(hub, {"scopes": [{"root": inside.id}]})
        traveller.move_to(inside)
        assert viewer.ids() == {"root", inside.id, traveller.id}
        assert viewer.replica.nodes[traveller.id].values["n"] == 5
        traveller.move_to(outside)
        assert viewer.ids() == {"root", inside.id}

    def test_it_may_ask_for_what_is_not_there_yet(self, hub: Hub) -> None:
        viewer = Viewer(hub, {"scopes": [{"root": "later"}]})
        hub.create_object(Item, id="sooner")
        assert viewer.ids() == {"root"}
        hub.create_object(Item, id="later")
        assert viewer.ids() == {"root", "later"}

    def test_one_may_change_what_it_sees_at_any_time(self, hub: Hub) -> None:
        first, second = hub.create_object(Item), hub.create_object(Item)
        viewer = Viewer(hub)
        assert viewer.ids() == {"root", first.id, second.id}
        viewer.subscribe([{"root": first.id}])
        assert viewer.ids() == {"root", first.id}
        viewer.subscribe(None)
        second.n.set(4)
        assert viewer.ids() == {"root", first.id, second.id}
        assert viewer.replica.nodes[second.id].values["n"] == 4

    def test_tags_and_depth_narrow_it(self, hub: Hub) -> None:
        shelf = hub.create_object(Item)
        marked, plain = shelf.add_child(Item), shelf.add_child(Item)
        marked.add_tag("a")
        below = marked.add_child(Item)
        far = below.add_child(Item)
        viewer = Viewer(hub, {"scopes": [{"root": shelf.id, "depth": 2, "tags": ["a"]}]})
        assert viewer.ids() == {"root", shelf.id, marked.id, below.id}
        plain.add_tag("a")
        assert viewer.ids() == {"root", shelf.id, marked.id, below.id, plain.id}
        marked.remove_tag("a")
        assert viewer.ids() == {"root", shelf.id, plain.id}
        assert far.id not in viewer.replica.nodes

    def test_everyone_else_still_shares_the_same_bytes(self, hub: Hub) -> None:
        shelf = hub.create_object(Item)
        viewer, first, second = Viewer(hub, {"scopes": []}), WireClient(hub), WireClient(hub)
        shelf.n.set(1)
        first.receive()
        second.receive()
        assert first.link.frames[-1].data is second.link.frames[-1].data
        assert viewer.receive() == []

    def test_own_actions_are_acknowledged_as_they_were_sent(self, hub: Hub) -> None:
        shelf = hub.create_object(Item)
        viewer = Viewer(hub, {"scopes": [{"root": shelf.id}]})
        assert viewer.act(["set", shelf.id, "n", 4]) == {"seq": hub.log.head, "cseq": 1}

    def test_far_behind_it_gets_the_difference(self) -> None:
        hub = make_hub(limits=Limits(log_transactions=256, frame_transactions=10))
        shelf, other = hub.create_object(Item), hub.create_object(Item)
        viewer = Viewer(hub, {"scopes": [{"root": shelf.id}]})
        for number in range(900):
            shelf.n.set(number)
            other.n.set(number)
        gone = shelf.add_child(Item)
        gone.remove()
        (update,) = viewer.receive()
        assert update["transactions"][0]["changes"] == [["set", shelf.id, "n", 899]]

    def test_events_are_heard_where_the_object_is_seen(self, hub: Hub) -> None:
        shelf, other = hub.create_object(Item), hub.create_object(Item)
        viewer = Viewer(hub, {"scopes": [{"root": shelf.id}]})
        shelf.emit("poked", x=1)
        other.emit("poked", x=2)
        shelf.add_child(Item)
        shelf.emit("poked", x=3)
        viewer.receive()
        assert viewer.heard == [["emit", shelf.id, "poked", {"x": 1}], ["emit", shelf.id, "poked", {"x": 3}]]

    def test_a_thousand_things_that_do_not_concern_it_are_told_by_their_number(self, hub: Hub) -> None:
        shelf = hub.create_object(Item)
        viewer = Viewer(hub, {"scopes": []})
        updates: list[Any] = []
        for number in range(2_500):
            shelf.n.set(number)
            updates += viewer.receive()
        assert [update["transactions"] for update in updates] == [[], []]

    def test_the_state_hash_is_that_of_the_part(self, hub: Hub) -> None:
        shelf = hub.create_object(Item)
        shelf.add_child(Item)
        viewer = Viewer(hub, {"scopes": [{"root": shelf.id, "depth": 0}]})
        viewer.link.send({"type": "verify", "object": "root"})
        alone = viewer.receive()[0]["hash"]
        shelf.clear()
        whole = WireClient(hub)
        whole.link.send({"type": "verify", "object": "root"})
        assert whole.receive()[0]["hash"] == alone


class TestHiding:
    def test_a_hidden_object_and_what_is_in_it_is_not_there(self, hub: Hub, policy: Hiding) -> None:
        secret = hub.create_object(Item)
        inner = secret.add_child(Item)
        shown = hub.create_object(Item)
        shown.link.set(inner)
        policy.hidden = {secret.id}
        viewer = Viewer(hub)
        inner.text.set("secret")
        inner.emit("poked")
        assert viewer.ids() == {"root", shown.id}
        assert viewer.receive() == []
        assert not any(b"secret" in frame.data for frame in viewer.link.frames)
        policy.hidden = set()
        hub.policy_changed()
        assert viewer.ids() == {"root", secret.id, inner.id, shown.id}
        assert [child["id"] for child in viewer.plain()["children"]] == [secret.id, shown.id]

    def test_the_state_hash_is_that_of_what_is_seen(self, hub: Hub, policy: Hiding) -> None:
        item = hub.create_object(Item)
        whole = WireClient(hub)
        whole.link.send({"type": "verify", "object": item.id})
        plain = whole.receive()[0]["hash"]
        item.n.set(99)
        item.add_attribute("salary", IntTopic, 1000)
        policy.names = {(item.id, "n"), (item.id, "salary")}
        viewer = Viewer(hub)
        viewer.link.send({"type": "verify", "object": item.id})
        assert viewer.receive()[0]["hash"] == plain

    def test_places_are_counted_among_what_is_seen(self, hub: Hub, policy: Hiding) -> None:
        policy.hidden = {"h1", "h2"}
        for id in ("h1", "a", "h2", "b"):
            hub.create_object(Item, id=id)
        viewer = Viewer(hub)
        hub.place(hub.create_object(Item, id="c"), hub.root, 3)
        assert [child["id"] for child in viewer.plain()["children"]] == ["a", "c", "b"]

    def test_a_hidden_attribute_reads_as_its_default(self, hub: Hub, policy: Hiding) -> None:
        item = hub.create_object(Item)
        item.n.set(99)
        item.add_attribute("salary", IntTopic, 1000)
        policy.names = {(item.id, "n"), (item.id, "salary")}
        viewer = Viewer(hub)
        item.n.set(98)
        node = viewer.plain()["children"][0]
        assert node["attributes"]["n"] == 3
        assert node["dynamic"] == {}
        policy.names = set()
        hub.policy_changed(viewer.session)
        node = viewer.plain()["children"][0]
        assert (node["attributes"]["n"], node["dynamic"]) == (98, {"salary": ["int", 1000]})
        policy.names = {(item.id, "n"), (item.id, "salary")}
        hub.policy_changed()
        node = viewer.plain()["children"][0]
        assert (node["attributes"]["n"], node["dynamic"]) == (3, {})

    @pytest.mark.parametrize(
        "change",
        [
            ["set", "ID", "n", 1],
            ["emit", "ID", "poked", {}],
            ["insert_text", "ID", "text", 0, "x"],
            ["destroy", "ID"],
            ["clear", "ID"],
            ["tag", "ID", "t"],
            ["place", "ID", "root", 0],
            ["place", "shown", "ID", 0],
            ["create", "SESSION.1", "Item", "ID", -1, {}],
            ["attribute", "ID", "x", "int", 1],
            ["drop_attribute", "ID", "x"],
        ],
        ids=lambda change: f"{change[0]} {change[2] if change[0] == 'place' else ''}",
    )
    def test_what_is_hidden_cannot_be_told_from_what_is_not_there(self, hub: Hub, policy: Hiding, change: list[Any]) -> None:
        hub.create_object(Item, id="shown")
        secret = hub.create_object(Item, id="secret")
        secret.add_child(Item, id="inner")
        policy.hidden = {"secret"}
        viewer = Viewer(hub)
        answers = []
        for id in ("secret", "inner", "absent"):
            proposed = [part.replace("ID", id).replace("SESSION", viewer.session) if isinstance(part, str) else part for part in change]
            error = viewer.act(proposed)["error"]
            answers.append((error["code"], error["message"].replace(id, "ID")))
        assert answers[0] == answers[1] == answers[2]
        assert answers[0][0] == "unknown_object"

    def test_nor_can_a_hidden_attribute(self, hub: Hub, policy: Hiding) -> None:
        item = hub.create_object(Item)
        item.add_attribute("salary", IntTopic, 1000)
        policy.names = {(item.id, "salary"), (item.id, "bonus")}
        viewer = Viewer(hub)
        answers = [
            [
                viewer.act(change)["error"]
                for change in (["set", item.id, name, 1], ["attribute", item.id, name, "int", 1], ["drop_attribute", item.id, name])
            ]
            for name in ("salary", "bonus")
        ]
        assert str(answers[0]).replace("salary", "NAME") == str(answers[1]).replace("bonus", "NAME")

    def test_nor_by_calls(self, hub: Hub, policy: Hiding) -> None:
        secret = hub.create_object(Item, id="secret")
        secret.register_service("open", lambda: "sesame")
        policy.hidden = {"secret"}
        viewer = Viewer(hub)
        answers = [viewer.call("open", id)["error"] for id in ("secret", "absent")]
        assert str(answers[0]).replace("secret", "ID") == str(answers[1]).replace("absent", "ID")
        answers = [viewer.call("undo", target=id)["error"]["code"] for id in ("secret", "absent")]
        assert answers[0] == answers[1]

    def test_who_may_not_see_everything_undoes_only_its_own(self, hub: Hub, policy: Hiding) -> None:
        secret = hub.create_object(Item)
        secret.n.set(9)
        policy.hidden = {secret.id}
        viewer = Viewer(hub)
        assert viewer.call("undo")["value"]["done"] is False
        assert secret.n.value == 9

    def test_a_policy_that_fails_hides(self, hub: Hub, policy: Hiding, caplog: pytest.LogCaptureFixture) -> None:
        item = hub.create_object(Item)
        policy.may_see = lambda *_: 1 / 0  # type: ignore[method-assign, assignment]  # a policy with a bug
        viewer = Viewer(hub)
        assert viewer.ids() == {"root"}
        assert "it stays hidden" in caplog.text
        assert item.n.value == 3

    def test_who_comes_back_gets_a_snapshot_of_its_part(self, hub: Hub, policy: Hiding) -> None:
        secret, shown = hub.create_object(Item), hub.create_object(Item)
        policy.hidden = {secret.id}
        viewer = Viewer(hub)
        viewer.link.close(clean=False)
        shown.n.set(1)
        again = viewer.resume()
        assert again.greeting[0]["resume"] == "snapshot"
        assert [change[1] for change in again.greeting[1]["changes"] if change[0] == "create"] == ["root", shown.id]


def test_a_part_must_be_one(hub: Hub) -> None:
    client = WireClient(hub)
    client.link.send({"type": "subscribe", "scopes": [{"root": "a b"}]})
    assert client.receive()[0]["code"] == "protocol_error"
    with pytest.raises(LocalError):
        hub.get_object("a b")

"""Who may do what, decided by a policy of one's own."""

from __future__ import annotations

from objectsync import IntTopic, Policy, SObject, attribute
from objectsync.session import Session
from objectsync.topics import AttributeSpec
from tests.clients import WireClient, make_hub


class Thing(SObject):
    n = attribute(IntTopic, 0)


class ReadOnly(Policy):
    def may_change(self, session: Session, sobject: SObject, name: str, spec: AttributeSpec) -> bool:
        return session.identity == "owner"

    def may_shape(self, session: Session, sobject: SObject) -> bool:
        return session.identity == "owner"

    def may_call(self, session: Session, service: str, sobject: SObject | None) -> bool:
        return service != "undo"


def test_a_policy_knows_who_asks() -> None:
    hub = make_hub(policy=ReadOnly())
    thing = hub.create_object(Thing)
    guest, owner = WireClient(hub, identity="guest"), WireClient(hub, identity="owner")
    assert guest.act(["set", thing.id, "n", 1])["error"]["code"] == "forbidden"
    assert guest.act(["destroy", thing.id])["error"]["code"] == "forbidden"
    assert "error" not in owner.act(["set", thing.id, "n", 1])
    assert guest.call("undo")["error"]["code"] == "forbidden"
    assert "error" not in owner.act(["destroy", thing.id])


def test_a_session_belongs_to_who_opened_it() -> None:
    hub = make_hub()
    mine = WireClient(hub, identity="me")
    mine.link.close(clean=False)
    hello = {"session": mine.session, "token": mine.token, "epoch": mine.epoch, "seq": mine.seq, "attempt": 2}
    assert WireClient(hub, hello, identity="someone else").session != mine.session
    assert WireClient(hub, hello, identity="me").session == mine.session

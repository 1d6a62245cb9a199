"""Who is here: shown to everyone who says who they are, kept by nobody."""

from __future__ import annotations

from typing import Any

import pytest

from objectsync import Limits
from objectsync.hub import Hub
from tests.clients import WireClient, make_hub


def present(client: WireClient, name: str = "", color: str = "", **state: Any) -> None:
    client.link.send({"type": "present", "name": name, "color": color, "state": state})


def heard(client: WireClient) -> list[dict[str, Any]]:
    return [message for message in client.receive() if message["type"] == "presence"]


@pytest.fixture
def two(hub: Hub) -> tuple[WireClient, WireClient]:
    ada, bob = WireClient(hub), WireClient(hub)
    present(ada, "Ada", "#3b82c4")
    present(bob, "Bob")
    heard(ada)
    heard(bob)
    return ada, bob


def test_the_first_to_say_who_it_is_hears_of_itself(hub: Hub) -> None:
    ada = WireClient(hub)
    present(ada, "Ada", "#3b82c4", cursor=3)
    assert heard(ada) == [
        {"type": "presence", "people": {ada.session: {"name": "Ada", "color": "#3b82c4", "state": {"cursor": 3}}}, "all": True}
    ]


def test_who_comes_later_gets_the_whole_list_and_the_others_only_the_difference(hub: Hub) -> None:
    ada, bob = WireClient(hub), WireClient(hub)
    present(ada, "Ada")
    heard(ada)
    present(bob, "Bob")
    assert set(heard(bob)[0]["people"]) == {ada.session, bob.session}
    assert heard(ada) == [{"type": "presence", "people": {bob.session: {"name": "Bob", "color": "", "state": {}}}}]


def test_a_client_that_says_nothing_is_not_shown_and_hears_nothing(hub: Hub, two: tuple[WireClient, WireClient]) -> None:
    silent = WireClient(hub)
    present(two[0], "Ada", at=1)
    assert heard(silent) == []
    assert silent.session not in hub.presence.people


def test_only_the_latest_is_told(two: tuple[WireClient, WireClient]) -> None:
    ada, bob = two
    for at in range(100):
        present(ada, "Ada", at=at)
    assert [message["people"][ada.session]["state"] for message in heard(bob)] == [{"at": 99}]


def test_everyone_at_the_same_place_gets_the_same_bytes(two: tuple[WireClient, WireClient]) -> None:
    ada, bob = two
    present(ada, "Ada", at=1)
    heard(ada)
    heard(bob)
    assert ada.link.frames[-1].data is bob.link.frames[-1].data


def test_it_is_no_state(hub: Hub, two: tuple[WireClient, WireClient]) -> None:
    head = hub.log.head
    present(two[0], "Ada", at=1)
    assert hub.log.head == head
    assert not hub.undo()


def test_who_says_goodbye_is_gone_at_once(hub: Hub, two: tuple[WireClient, WireClient]) -> None:
    ada, bob = two
    ada.link.send({"type": "bye"})
    assert heard(bob) == [{"type": "presence", "people": {ada.session: None}}]


def test_a_broken_connection_is_gone_within_seconds(hub: Hub, two: tuple[WireClient, WireClient]) -> None:
    ada, bob = two
    ada.link.close(clean=False)
    assert hub.next_deadline() == 3.0
    hub.tick(2.9)
    assert heard(bob) == []
    hub.tick(3.0)
    assert heard(bob) == [{"type": "presence", "people": {ada.session: None}}]


def test_who_comes_back_in_time_was_never_gone(hub: Hub, two: tuple[WireClient, WireClient]) -> None:
    ada, bob = two
    ada.link.close(clean=False)
    again = ada.resume(now=1.0)
    hub.tick(10.0)
    assert heard(bob) == []
    present(again, "Ada")
    assert heard(again)[0]["all"] is True


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"color": "red"}, "invalid_value"),
        ({"color": "#12345"}, "invalid_value"),
        ({"color": "#123456; background: url(x)"}, "invalid_value"),
        ({"color": "#123456\n"}, "invalid_value"),
        ({"name": "n" * 65}, "limit"),
        ({"state": {"x": "y" * 5000}}, "limit"),
        ({"state": {"x": 2**60}}, "invalid_value"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_rest_stays(
    hub: Hub, two: tuple[WireClient, WireClient], said: dict[str, Any], code: str
) -> None:
    ada, bob = two
    ada.link.send({"type": "present", **said})
    answers = ada.receive()
    assert [(message["type"], message["code"]) for message in answers] == [("error", code)]
    assert heard(bob) == []
    assert hub.presence.people[ada.session].name == "Ada"


def test_a_proved_name_cannot_be_changed(hub: Hub) -> None:
    ada = WireClient(hub, identity="ada@example.org")
    present(ada, "Bob")
    assert hub.presence.people[ada.session].name == "ada@example.org"


def test_floods_are_floods() -> None:
    hub = make_hub(limits=Limits(actions_burst=5))
    ada = WireClient(hub)
    for _ in range(6):
        present(ada, "Ada")
    assert ada.link.connection.closing == (4001, "flood")


def test_python_is_told(hub: Hub) -> None:
    seen: list[tuple[str, str | None]] = []
    hub.presence.on_change += lambda session, person: seen.append((session, person and person.name))
    ada = WireClient(hub)
    present(ada, "Ada")
    ada.link.close()
    assert seen == [(ada.session, "Ada"), (ada.session, None)]


def test_the_list_that_python_gets_is_its_own(hub: Hub, two: tuple[WireClient, WireClient]) -> None:
    present(two[0], "Ada", at=[1])
    hub.presence.people[two[0].session].state["at"].append(2)
    assert hub.presence.people[two[0].session].state == {"at": [1]}


def test_thousands_who_come_and_go_leave_nothing(hub: Hub, two: tuple[WireClient, WireClient]) -> None:
    bob = two[1]
    for _ in range(1500):
        passing = WireClient(hub)
        present(passing, "Eve")
        passing.link.close()
    assert set(hub.presence.people) == {two[0].session, bob.session}
    assert heard(bob)[0]["all"] is True, "what it knew is too long ago to tell the difference"


def test_a_client_that_lags_costs_no_queue() -> None:
    hub = make_hub(limits=Limits(outbox_bytes=1000, actions_burst=100_000))
    ada, bob = WireClient(hub), WireClient(hub)
    present(bob, "Bob")
    for at in range(200):
        present(ada, "Ada", at=at)
        bob.link.receive()
    under_way = sum(len(frame.data) for frame in bob.link.frames)
    assert under_way < 1500
    bob.frames = len(bob.link.frames)
    bob.ack()
    assert heard(bob)[-1]["people"][ada.session]["state"] == {"at": 199}

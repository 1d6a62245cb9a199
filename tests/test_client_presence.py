"""Who is here, as the Python client sees it."""

from __future__ import annotations

import pytest

from objectsync import InvalidValue
from objectsync.client import MemoryClient
from objectsync.hub import Hub


@pytest.fixture
def two(hub: Hub) -> tuple[MemoryClient, MemoryClient]:
    ada, bob = MemoryClient(hub), MemoryClient(hub)
    ada.presence.set(name="Ada", color="#3b82c4")
    bob.presence.set(name="Bob")
    for client in (ada, bob, ada):
        client.flush()
    return ada, bob


def names(client: MemoryClient) -> set[str]:
    return {person.name for person in client.presence.people.values()}


def test_clients_see_each_other_come_change_and_go(hub: Hub, two: tuple[MemoryClient, MemoryClient]) -> None:
    ada, bob = two
    heard: list[tuple[str, object]] = []
    ada.presence.on_change += lambda session, person: heard.append((session, person and (person.name, person.state)))
    assert names(ada) == names(bob) == {"Ada", "Bob"}
    bob.advance(1)
    bob.presence.set(state={"at": 1})
    bob.flush()
    ada.flush()
    session = bob.session
    bob.close()
    ada.flush()
    assert heard == [(session, ("Bob", {"at": 1})), (session, None)]
    assert names(ada) == {"Ada"}


def test_one_that_says_nothing_is_not_shown(hub: Hub, two: tuple[MemoryClient, MemoryClient]) -> None:
    silent = MemoryClient(hub)
    silent.flush()
    assert silent.presence.people == {}
    assert len(hub.presence.people) == 2


def test_what_is_set_often_is_told_by_its_latest(hub: Hub, two: tuple[MemoryClient, MemoryClient]) -> None:
    ada, bob = two
    heard: list[object] = []
    bob.presence.on_change += lambda session, person: heard.append(person.state)
    ada.advance(1)
    for at in range(100):
        ada.presence.set(state={"at": at})
        ada.flush()
        bob.flush()
    assert heard == [{"at": 0}]
    ada.advance(0.1)
    ada.flush()
    bob.flush()
    assert heard == [{"at": 0}, {"at": 99}]


def test_who_comes_back_says_again_who_it_is(hub: Hub, two: tuple[MemoryClient, MemoryClient]) -> None:
    ada, bob = two
    ada.cut()
    hub.tick(1000)
    bob.flush()
    assert names(bob) == {"Bob"}
    ada.advance(5)
    ada.flush()
    bob.flush()
    assert names(bob) == {"Ada", "Bob"}


def test_a_state_is_a_dict_that_can_be_sent(two: tuple[MemoryClient, MemoryClient]) -> None:
    with pytest.raises(InvalidValue):
        two[0].presence.set(state={"x": float("nan")})
    with pytest.raises(InvalidValue, match="is a dict"):
        two[0].presence.set(state=[1])  # type: ignore[arg-type]  # that is the point

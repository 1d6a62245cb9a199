"""`await` inside `record()`, which would hold everybody up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from objectsync import IntTopic, LocalError, SObject, attribute
from objectsync.hub import Hub
from tests.clients import WireClient


class Thing(SObject):
    n = attribute(IntTopic, 0)


@pytest.fixture
def thing(hub: Hub) -> Thing:
    return hub.create_object(Thing)


@pytest.fixture
def failures(hub: Hub) -> list[BaseException]:
    heard: list[BaseException] = []
    hub.on_error += lambda what, error, about: heard.append(error)
    return heard


async def turns(number: int = 10) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


@pytest.fixture(params=["a client's event", "Python's event", "a service"])
def set_off(request: pytest.FixtureRequest, hub: Hub, thing: Thing) -> Callable[[Callable[[], Awaitable[Any]]], None]:
    """Have an `async def` run, one way or another."""

    def run(function: Callable[[], Awaitable[Any]]) -> None:
        if request.param == "a service":
            hub.register_service("go", function)
            WireClient(hub).link.send({"type": "call", "id": 1, "service": "go", "args": {}})
            return
        thing.on("go", function)
        if request.param == "Python's event":
            thing.emit("go")
        else:
            WireClient(hub).act(["emit", thing.id, "go", {}])

    return run


async def test_it_is_refused_where_it_is_said(hub: Hub, thing: Thing, set_off: Any, failures: list[BaseException]) -> None:
    async def go() -> None:
        thing.n.set(1)
        with hub.record():
            thing.n.set(2)
            await asyncio.sleep(0)
            thing.n.set(3)

    set_off(go)
    await turns()
    (failure,) = failures
    assert isinstance(failure, LocalError)
    assert "record() cannot be held across an await" in str(failure)
    assert thing.n.get() == 1
    await asyncio.wait_for(asyncio.to_thread(thing.n.set, 4), 10)


async def test_one_that_catches_it_may_go_on_outside(hub: Hub, thing: Thing, set_off: Any, failures: list[BaseException]) -> None:
    async def go() -> None:
        try:
            with hub.record():
                thing.n.set(1)
                await asyncio.sleep(0)
        except LocalError:
            await asyncio.sleep(0)
            thing.n.set(2)

    set_off(go)
    await turns()
    assert (thing.n.get(), failures) == (2, [])


async def test_between_records_everything_can_be_awaited(hub: Hub, thing: Thing, set_off: Any, failures: list[BaseException]) -> None:
    heard: list[Any] = []

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def give() -> int:
        await asyncio.sleep(0)
        return 5

    async def go() -> None:
        with hub.record():
            thing.n.set(1)
        heard.append(await give())
        try:
            await fail()
        except ZeroDivisionError as error:
            heard.append(type(error))
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(60)
        except TimeoutError as error:
            heard.append(type(error))
        with hub.record():
            thing.n.set(2)

    set_off(go)
    await asyncio.sleep(0.01)
    await turns()
    assert heard == [5, ZeroDivisionError, TimeoutError]
    assert (thing.n.get(), failures) == (2, [])

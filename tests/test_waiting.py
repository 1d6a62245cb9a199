"""Waiting for people: `await`, `async for`, `block()`; live handlers; the end of a server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

import objectsync
from objectsync import Element, EventTopic, LocalError, SObject, attribute
from objectsync.errors import Destroyed
from objectsync.hub import Hub
from objectsync.jobs import ThreadJobs
from tests.clients import WireClient, make_hub

SOON = 20.0


class Button(SObject):
    click = attribute(EventTopic)


def click(client: WireClient, button: SObject, **args: Any) -> None:
    client.propose(["emit", button.id, "click", args])


def handlers_of(sobject: SObject, event: str = "click") -> int:
    return len(sobject.get_attribute(event)._handlers)  # type: ignore[attr-defined]  # an event


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(SOON):
        while not condition():  # noqa: ASYNC110  # nothing tells that somebody listens
            await asyncio.sleep(0.005)


class TestAwait:
    async def test_the_next_one_is_awaited(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        client = WireClient(hub)
        click(client, button, x=0)  # before: does not count
        waiting = asyncio.create_task(_awaited(button))
        await until(lambda: handlers_of(button))
        click(client, button, x=1)
        event = await waiting
        assert (event.name, event["x"], event.session, event.object) == ("click", 1, client.session, button)
        assert handlers_of(button) == 0

    async def test_a_dynamic_event_of_any_name(self, hub: Hub) -> None:
        thing = hub.create_object(SObject)
        waiting = asyncio.create_task(_awaited(thing, "poked"))
        await until(lambda: thing.has_attribute("poked"))
        thing.emit("poked", strength=3)
        assert (await waiting).args == {"strength": 3}

    async def test_it_gives_up_in_time_and_leaves_nothing(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        with pytest.raises(TimeoutError, match=r"Button\(1\) had no 'click' within 0.01 s"):
            await button.wait("click", timeout=0.01)
        assert handlers_of(button) == 0

    async def test_cancelled_it_leaves_nothing(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        waiting = asyncio.create_task(_awaited(button))
        await until(lambda: handlers_of(button))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert handlers_of(button) == 0

    async def test_every_one_in_order_also_those_between_two_turns(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        client = WireClient(hub)
        seen: list[int] = []

        async def follow() -> None:
            async for event in button.wait("click"):
                seen.append(event["x"])
                if event["x"] == 1:
                    for x in (2, 3):
                        click(client, button, x=x)
                if event["x"] == 3:
                    break

        following = asyncio.create_task(follow())
        await until(lambda: handlers_of(button))
        click(client, button, x=1)
        await following
        assert seen == [1, 2, 3]
        await until(lambda: handlers_of(button) == 0)

    async def test_the_end_of_the_object_ends_the_waiting(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        waiting = asyncio.create_task(_awaited(button))
        await until(lambda: handlers_of(button))
        button.remove()
        with pytest.raises(Destroyed, match="was destroyed while somebody waited for its 'click'"):
            await waiting
        with pytest.raises(Destroyed):
            await button.wait("click")

    async def test_a_destroy_that_is_rolled_back_ends_nothing(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        waiting = asyncio.create_task(_awaited(button))
        await until(lambda: handlers_of(button))
        with hub.record():
            try:
                with hub.record():
                    button.remove()
                    raise KeyError
            except KeyError:
                pass
        button.emit("click")
        assert (await waiting).name == "click"


async def _awaited(sobject: SObject, event: str = "click") -> Any:
    return await sobject.wait(event)


def in_thread(work: Callable[[], Any]) -> Callable[[], Any]:
    """Start it in a thread; the function that is returned waits for its outcome."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def wait() -> Any:
        thread.join(SOON)
        assert outcome, "it did not end"
        return outcome[0]

    return wait


class TestBlock:
    def test_a_script_waits_for_a_person(self, server: objectsync.Server) -> None:
        button = server.create_object(Button)
        client = WireClient(server)
        seen: list[str] = []
        button.on("click", lambda: seen.append("handler"))
        outcome = in_thread(lambda: button.wait("click").block())
        while handlers_of(button) < 2:
            pass
        click(client, button, x=5)
        assert outcome()["x"] == 5
        assert seen == ["handler"]  # it stood before the waiting, so it has run
        assert handlers_of(button) == 1

    def test_it_gives_up_in_time(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        with pytest.raises(TimeoutError, match=r"had no 'click' within 0\.01 s"):
            button.wait("click", timeout=0.01).block()
        assert handlers_of(button) == 0

    def test_in_a_handler_it_is_refused_because_nothing_could_come(self, server: objectsync.Server) -> None:
        button = server.create_object(Button)
        client = WireClient(server)
        refused: list[LocalError] = []
        done = threading.Event()

        def ask() -> None:
            try:
                button.wait("click").block()
            except LocalError as error:
                refused.append(error)
            done.set()

        button.on("click", ask)
        click(client, button)
        assert done.wait(SOON)
        assert "would hold the thread that handlers and services run on" in str(refused[0])
        assert handlers_of(button) == 1

    def test_on_the_loop_that_serves_it_is_refused(self, server: objectsync.Server) -> None:
        button = server.create_object(Button)
        client = WireClient(server)
        refused: list[str] = []
        done = threading.Event()

        async def ask() -> None:
            try:
                button.wait("click").block()
            except LocalError as error:
                refused.append(str(error))
            done.set()

        button.on("click", ask)
        click(client, button)
        assert done.wait(SOON)
        assert "runs its event loop on" in refused[0]
        assert "`await`" in refused[0]

    def test_inside_record_it_is_refused(self, hub: Hub) -> None:
        button = hub.create_object(Button)
        with hub.record(), pytest.raises(LocalError, match=r"inside record\(\)"):
            button.wait("click").block()

    def test_the_end_of_the_object_ends_it(self, server: objectsync.Server) -> None:
        button = server.create_object(Button)
        outcome = in_thread(lambda: button.wait("click").block())
        while not handlers_of(button):
            pass
        button.remove()
        assert isinstance(outcome(), Destroyed)


class TestLive:
    def test_it_does_not_wait_for_handlers_that_block(self, server: objectsync.Server) -> None:
        button, stop = server.create_object(Button), server.create_object(Button)
        client = WireClient(server)
        begun, stopped = threading.Event(), threading.Event()
        ended: list[bool] = []

        def work() -> None:
            begun.set()
            ended.append(stopped.wait(SOON))

        button.on("click", work)
        stop.on("click", stopped.set, live=True)
        click(client, button)
        assert begun.wait(SOON)
        click(client, stop)
        assert stopped.wait(SOON)
        server.stop()
        assert ended == [True]

    def test_one_after_the_other_each_on_its_own_thread(self, server: objectsync.Server) -> None:
        one, two = server.create_object(Button), server.create_object(Button)
        client = WireClient(server)
        seen: list[Any] = []
        free, done = threading.Event(), threading.Event()

        def slow(event: objectsync.Emission) -> None:
            free.wait(SOON)
            seen.append(event["x"])
            if event["x"] == 3:
                done.set()

        one.on("click", slow, live=True)
        two.on("click", free.set, live=True)  # not held up by the other live one
        for x in (1, 2, 3):
            click(client, one, x=x)
        click(client, two)
        assert done.wait(SOON)
        assert seen == [1, 2, 3]

    def test_a_live_coroutine_runs_on_the_loop_that_serves(self, server: objectsync.Server) -> None:
        button = server.create_object(Button)
        client = WireClient(server)
        threads: list[str] = []
        done = threading.Event()

        async def handler() -> None:
            await asyncio.sleep(0)
            threads.append(threading.current_thread().name)
            done.set()

        button.on("click", handler, live=True)
        click(client, button)
        assert done.wait(SOON)
        assert threads == ["objectsync-server"]

    def test_a_live_service_answers_while_a_handler_blocks(self, server: objectsync.Server) -> None:
        button = server.create_object(Button)
        client = WireClient(server)
        begun, free, answered = threading.Event(), threading.Event(), threading.Event()

        def busy() -> None:
            begun.set()
            free.wait(SOON)

        button.on("click", busy)
        server.register_service("state", answered.set, live=True)
        button.register_service("own", lambda: free.set(), live=True)
        click(client, button)
        assert begun.wait(SOON)
        client.link.send({"type": "call", "id": 1, "service": "state", "args": {}})
        assert answered.wait(SOON)
        client.link.send({"type": "call", "id": 2, "service": "own", "args": {}, "object": button.id})
        assert free.wait(SOON)

    def test_its_failure_is_told(self) -> None:
        hub = make_hub(debug=True)
        button = hub.create_object(Button)
        client = WireClient(hub)
        button.on("click", lambda: 1 / 0, live=True)
        click(client, button)
        errors = [message for message in client.receive() if message["type"] == "error"]
        assert [error["object"] for error in errors] == [button.id]
        assert "ZeroDivisionError" in errors[0]["message"]

    def test_the_failure_of_a_listener_is_told_at_its_object(self) -> None:
        hub = make_hub(debug=True)
        element = Element("input", server=hub)
        client = WireClient(hub)
        element.value.on_set += lambda value: 1 / 0
        client.propose(["set", element.id, "value", "x"])
        messages = client.receive()
        errors = [message for message in messages if message["type"] == "error"]
        assert [(error["object"], error["message"]) for error in errors] == [
            (element.id, "a listener of Element(1) failed: ZeroDivisionError: division by zero")
        ]
        assert element.value.value is None

    def test_what_can_be_undone_cannot_be_live(self, hub: Hub) -> None:
        button = hub.create_object(SObject)
        with pytest.raises(TypeError, match="cannot be live"):
            button.on("go", print, print, live=True)

    def test_before_it_serves_everything_runs_in_place(self) -> None:
        seen: list[int] = []
        ThreadJobs().beside(None, lambda: seen.append(1), lambda error: None)
        assert seen == [1]


class TestClose:
    def test_clients_are_told_and_their_sessions_end(self) -> None:
        hub = make_hub()
        gone: list[str] = []
        hub.on_client_disconnect += gone.append
        client = WireClient(hub)
        hub.close()
        assert client.link.connection.closing == (4002, "restart")
        assert (hub.clients, gone) == ([], [client.session])

    def test_constructors_no_longer_create_there(self) -> None:
        server = objectsync.Server(port=0).start()
        kept = Element("p", text="kept")
        server.close()
        with pytest.raises(LocalError, match="there is no server yet"):
            Element("p")
        assert kept.text.value == "kept"
        server.close()

    def test_another_that_is_current_stays_it(self) -> None:
        older = objectsync.Server(port=0)
        newer = objectsync.Server(port=0)
        older.close()
        assert objectsync.current_server() is newer
        newer.close()

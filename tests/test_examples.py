"""Every example, built in a hub and used by a client that speaks the wire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from examples import counter as counter_example
from examples import todo as todo_example
from objectsync.hub import Hub
from tests.clients import WireClient, changes_in

FRONTENDS = Path(__file__).parent.parent / "examples" / "frontends"


class TestCounter:
    @pytest.fixture
    def counters(self, hub: Hub) -> Any:
        return counter_example.build(hub)  # type: ignore[arg-type]  # a hub is a server without sockets

    def test_a_click_counts_and_the_label_follows(self, hub: Hub, counters: Any) -> None:
        counter, _ = counters
        client = WireClient(hub)
        client.propose(["emit", counter.more.id, "click", {}])
        changes = changes_in(client.receive())
        assert ["add", counter.id, "count", 1] in changes
        assert ["set", counter.label.id, "text", "4"] in changes
        assert counter.count.value == 4

    def test_a_counter_that_undo_brought_back_still_counts(self, hub: Hub, counters: Any) -> None:
        counter, _ = counters
        counter.remove()
        assert hub.undo()
        back = hub.get_object(counter.id)
        WireClient(hub).propose(["emit", back.more.id, "click", {}])
        assert back.label.text.value == "4"

    def test_the_other_one_counts_by_itself(self, hub: Hub, counters: Any) -> None:
        _, clicks = counters
        client = WireClient(hub)
        assert "error" not in client.act(["add", clicks.id, "count", 1])
        assert clicks.count.value == 1

    def test_its_frontend_is_registered_under_the_type_it_asks_for(self, counters: Any) -> None:
        _, clicks = counters
        source = (FRONTENDS / "counter.js").read_text()
        assert f"static frontendType = '{clicks.frontend_type}'" in source


class TestTodo:
    @pytest.fixture
    def todo(self, hub: Hub) -> Any:
        return todo_example.build(hub)  # type: ignore[arg-type]  # likewise

    @staticmethod
    def titles(todo: Any) -> list[str]:
        return [item.title.text.value for item in todo.items.children]

    def test_what_is_typed_and_submitted_is_on_the_list(self, hub: Hub, todo: Any) -> None:
        client, other = WireClient(hub), WireClient(hub)
        client.act(["insert_text", todo.field.id, "value", 0, " rest "])
        client.propose(["emit", todo.form.id, "submit", {"type": "submit"}])
        assert self.titles(todo)[-1] == "rest"
        assert todo.field.value.value == ""
        assert any(change[0] == "create" and change[2] == "Item" for change in changes_in(other.receive()))

    def test_nothing_typed_adds_nothing(self, hub: Hub, todo: Any) -> None:
        WireClient(hub).propose(["emit", todo.form.id, "submit", {}])
        assert len(todo.items.children) == 2

    def test_two_people_type_into_one_field(self, hub: Hub, todo: Any) -> None:
        one, two = WireClient(hub), WireClient(hub)
        one.act(["insert_text", todo.field.id, "value", 0, "milk"])
        two.act(["insert_text", todo.field.id, "value", 0, "buy "])  # its view is from before the milk
        assert sorted(todo.field.value.value) == sorted("buy milk")

    def test_a_ticked_item_is_struck_out_and_undo_takes_that_back(self, hub: Hub, todo: Any) -> None:
        item = todo.items.children[0]
        client = WireClient(hub)
        client.act(["set", item.done.id, "checked", True])
        assert item.title.style.value == {"text-decoration": "line-through"}
        client.propose(["emit", todo.back.id, "click", {}])
        assert item.done.checked.value is False
        assert item.title.style.value == {}

    def test_a_removed_item_comes_back_whole(self, hub: Hub, todo: Any) -> None:
        client = WireClient(hub)
        before = self.titles(todo)
        client.propose(["emit", todo.items.children[0].drop.id, "click", {}])
        assert self.titles(todo) == before[1:]
        client.propose(["emit", todo.back.id, "click", {}])
        assert self.titles(todo) == before
        client.propose(["emit", todo.items.children[0].drop.id, "click", {}])
        assert self.titles(todo) == before[1:]

    def test_a_client_cannot_remove_it_without_the_button(self, hub: Hub, todo: Any) -> None:
        answer = WireClient(hub).act(["destroy", todo.items.children[0].id])
        assert answer["error"]["code"] == "forbidden"

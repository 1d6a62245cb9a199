"""The anywidget carrier without a browser: a page that is a list of messages."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("anywidget")

from objectsync import Element, Server
from objectsync_jupyter import as_widget

HELLO = {"type": "hello", "protocol": 2, "attempt": 1, "client": "test"}


@pytest.fixture
def label(server: Server) -> Element:
    return Element("b", text="0", server=server)


@pytest.fixture
def widget(label: Element, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    widget = as_widget(label)
    yield widget
    widget.close()


class Page:
    """A page that has the widget's model."""

    def __init__(self, widget: Any, name: str = "p") -> None:
        self.widget = widget
        self.name = name
        self.came: list[dict[str, Any]] = []
        widget.comm.send = self._take
        self.say({"opens": True})

    def _take(self, data: Any = None, metadata: Any = None, buffers: Any = None) -> None:
        self.came.append(data["content"])

    def say(self, content: dict[str, Any]) -> None:
        data = {"method": "custom", "content": {**content, "from": self.name}}
        self.widget.comm.handle_msg({"content": {"data": data}, "buffers": []})

    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(text) for content in self.came for text, _ in content.get("frames", ())]


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_page_gets_the_state_and_then_what_changes_addressed_to_it(label: Element, widget: Any) -> None:
    page = Page(widget)
    assert page.came == [{"ready": label.server.epoch, "to": "p"}]
    page.say({"frames": [[json.dumps(HELLO), 0]]})
    until(lambda: len(page.frames()) == 2)
    label.text.set("1")
    until(lambda: len(page.frames()) == 3)
    assert page.frames()[2]["transactions"][0]["changes"] == [["set", label.id, "text", "1"]]
    assert {content["to"] for content in page.came} == {"p"}
    page.say({"goodbye": 1000})
    assert not label.server.clients


def test_a_page_cannot_change_what_the_widget_runs(widget: Any) -> None:
    before = widget.get_state()
    update = {"method": "update", "state": {"_esm": "alert(1)", "_css": "*{}", "_picture": "<img src=x onerror=alert(1)>"}}
    widget.comm.handle_msg({"content": {"data": update}, "buffers": []})
    assert widget.get_state() == before


def test_the_widget_holds_a_picture_and_nothing_of_elsewhere(label: Element, widget: Any) -> None:
    assert (widget._picture, widget._object, widget._server) == ("<b>0</b>", label.id, label.server.epoch)
    assert "https://" not in str(widget._esm)


def test_the_last_widget_takes_its_thread_along(label: Element) -> None:
    before = threading.active_count()
    one, two = as_widget(label), as_widget(label)
    assert threading.active_count() == before + 1
    one.close()
    two.close()
    until(lambda: threading.active_count() == before)


def test_without_anywidget_it_says_what_to_install(label: Element, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError, match=r'pip install "objectsync\[anywidget\]"'):
        as_widget(label)

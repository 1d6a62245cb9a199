"""Controls on a page of a test: what a person does to one, as a change of its topics.

Rules: what a control looks like is its own to say (`Control.shown`): there is no second table of controls here. A part of it is used by
what it is: a button emits `click` or turns `value` on and off, a tab opens its page, a field holds `value`; options go by their texts.
"""

from __future__ import annotations

from typing import Any

from ..client import ClientObject
from ..controls.timing import BACK
from ..topics import BoolTopic, EventTopic, IntTopic, ListTopic
from . import tables
from .nodes import Node, read


def press(node: Node) -> None:
    """A press of one of its parts."""
    sobject = node.object
    if tables.is_table(sobject):
        tables.press(node)
    elif node.attrs.get("role") == "tab":
        sobject.attribute("selected").set([each for each in _parts(node) if each.attrs.get("role") == "tab"].index(node))
    elif node.input_type == "radio":
        radios = [each for each in _parts(node) if each.input_type == "radio"]
        sobject.attribute("value").set(_options(sobject)[radios.index(node)][1])
    elif node.tag == "button" and _is(sobject, "running", BoolTopic):
        _play(sobject, back=node.attrs.get("aria-label") == BACK)
    elif node.tag == "button" and _is(sobject, "click", EventTopic):
        sobject.emit("click")
    elif node.tag == "button" and _is(sobject, "closed", EventTopic):
        sobject.emit("closed")
    elif node.tag == "button" and _is(sobject, "open", BoolTopic):
        sobject.attribute("open").set(False)
    elif (node.tag == "button" or node.input_type == "checkbox") and _is(sobject, "value", BoolTopic):
        topic = sobject.attribute("value")
        topic.set(not topic.value)


def choose(node: Node, texts: list[str]) -> None:
    """A choice of these options, of one that offers some."""
    values = [value for text, value in _options(node.object) if text in texts]
    topic = node.object.attribute("value")
    topic.set(values if isinstance(topic, ListTopic) else values[0])


def slide(node: Node, number: float) -> None:
    """Move a slider; a handle of two goes no further than the other."""
    topic = node.object.attribute("value")
    if isinstance(topic, ListTopic):
        low, high = topic.value
        given = int(number) if number.is_integer() else number
        is_first = node is next(each for each in _parts(node) if each.input_type == "range")
        topic.set([min(given, high), high] if is_first else [low, max(given, low)])
    else:
        topic.set(round(number) if isinstance(topic, IntTopic) else number)


def released(node: Node) -> None:
    """The handle of a slider is let go."""
    if _is(node.object, "release", EventTopic):
        node.object.emit("release", value=read(node.object, "value"))


def sent(node: Node, is_right: bool) -> None:
    """Enter, in a field that tells of it; one in which something is wrong does not."""
    if node.tag == "input" and is_right and _is(node.object, "submit", EventTopic):
        node.object.emit("submit")


def _play(sobject: ClientObject, back: bool) -> None:
    """A press of one of the buttons of `Play`."""
    value, running = sobject.attribute("value"), sobject.attribute("running")
    start = read(sobject, "min")
    if back or (not running.value and value.value >= read(sobject, "max")):
        value.set(start)
    running.set(not back and not running.value)


def _parts(node: Node) -> list[Node]:
    return [each for each in node.root.walk() if each.object is node.object]


def _options(sobject: ClientObject) -> list[Any]:
    return list(read(sobject, "options") or ())


def _is(sobject: ClientObject, name: str, kind: type) -> bool:
    return sobject.has_attribute(name) and isinstance(sobject.attribute(name), kind)

"""The keyboard of a page of a test: which element has it.

Rules: nodes are made anew at each look. So an element is known by its object, and by its place among those of the object's elements that
can have the keyboard; an object that is told to take it (`focus()`) gives it to its field. What cannot be seen or used has it no longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .nodes import Node


@dataclass(frozen=True)
class Holder:
    """An element that has the keyboard: its object's id, and its place; None for the object's field."""

    object: str
    place: int | None = None


def holder_of(node: Node) -> Holder:
    """What an element is known by, that takes the keyboard."""
    return Holder(node.object.id, _parts(node.root, node.object.id).index(node))


def find(top: Node, holder: Holder | None) -> Node | None:
    """The element, as the page is now; None where nothing has the keyboard."""
    if holder is None:
        return None
    parts = _parts(top, holder.object)
    if holder.place is not None:
        found = parts[holder.place] if holder.place < len(parts) else None
    else:
        radios = [each for each in parts if each.input_type == "radio" and each.checked]
        fields = [each for each in parts if each.attrs.get("id") == f"os-{holder.object}" and each.input_type != "radio"]
        found = next(iter([*radios, *fields, *parts]), None)
    return found if found is not None and takes(found) else None


def reached(node: Node) -> Node | None:
    """What gets the keyboard where a pointer presses: the element, or the nearest around it that takes it."""
    return next((each for each in (node, *node.ancestors()) if takes(each)), None)


def takes(node: Node) -> bool:
    """Whether it can have the keyboard now."""
    return _can_hold(node) and not node.disabled and node.visible and not node.is_inert


def next_to(top: Node, node: Node | None, step: int) -> Node | None:
    """Where Tab leads to, or with -1 Shift+Tab; None beyond the ends."""
    stops = [each for each in top.walk() if takes(each) and str(each.attrs.get("tabindex")) != "-1" and _is_stop(each)]
    place = stops.index(node) + step if node in stops else 0 if step > 0 else len(stops) - 1
    return stops[place] if 0 <= place < len(stops) else None


def _parts(top: Node, id: str) -> list[Node]:
    return [each for each in top.walk() if each.object.id == id and _can_hold(each)]


def _can_hold(node: Node) -> bool:
    if "tabindex" in node.attrs or node.attrs.get("contenteditable") in (True, "true", ""):
        return True
    if node.tag == "summary":
        return node.parent is not None and node.parent.tag == "details"
    return node.tag == "button" or (node.is_field and node.input_type != "hidden") or (node.tag == "a" and "href" in node.attrs)


def _is_stop(node: Node) -> bool:
    """Of radio buttons, the one that is on is a stop; of tabs, the one that is open."""
    if node.attrs.get("role") == "tab":
        return node.attrs.get("aria-selected") == "true"
    if node.input_type != "radio":
        return True
    choices = list(group(node))
    return node.checked or (node is choices[0] and not any(each.checked for each in choices))


def group(radio: Node) -> Iterator[Node]:
    """The radio buttons of which one is on."""
    for each in radio.root.walk():
        is_same = each.object is radio.object if "name" not in radio.attrs else each.attrs.get("name") == radio.attrs["name"]
        if each.input_type == "radio" and is_same:
            yield each


__all__ = ["Holder", "find", "group", "holder_of", "next_to", "reached", "takes"]

"""Dialogs on a page of a test: which one is in front, and who has the keyboard meanwhile.

Rules: a modal dialog that opens comes in front of all that is there; nothing else can be used until it has gone. A dialog that opens takes
the keyboard, and gives it back. A control `Dialog` is open for everyone, by its topic; an element `dialog` on this page alone, by orders.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..client import ClientObject
from .keyboard import find, holder_of, takes
from .nodes import Node, PageState, is_element, read


def follow(top: Node, state: PageState) -> None:
    """See what has opened and what has gone since the last look."""
    opened = {node.object.id: node for node in top.walk() if node.tag == "dialog" and node.is_open and _was_opened(node, state)}
    for id in [each for each in reversed(state.dialogs) if each not in opened]:
        state.focused = state.dialogs.pop(id)
    top.front = _in_front(opened, state)
    for id, node in opened.items():
        if id not in state.dialogs:
            state.dialogs[id] = state.focused
            top.front = _in_front(opened, state)
            _enter(node, state)


def close(dialog: ClientObject, state: PageState) -> None:
    """Close an element `dialog`. It tells so when the keyboard has gone back: a handler that gives it to something is heard last."""
    if state.open.get(dialog.id, bool(read(dialog, "attrs").get("open"))):
        state.open[dialog.id] = False
        state.closed.append(dialog.id)


def _in_front(opened: Mapping[str, Node], state: PageState) -> Node | None:
    modal = [opened[id] for id in state.dialogs if _is_modal(opened[id], state)]
    return modal[-1] if modal else None


def _enter(dialog: Node, state: PageState) -> None:
    """The keyboard goes into it, where it is not there yet."""
    has = find(dialog.root, state.focused)
    if has is None or dialog not in has.ancestors():
        first = next((each for each in dialog.walk() if takes(each)), None)
        state.focused = None if first is None else holder_of(first)


def _was_opened(dialog: Node, state: PageState) -> bool:
    """One that is written as open has not come in front of anything."""
    return not is_element(dialog.object) or state.open.get(dialog.object.id, False)


def _is_modal(dialog: Node, state: PageState) -> bool:
    return dialog.object.id in state.modal if is_element(dialog.object) else bool(read(dialog.object, "modal"))


__all__ = ["close", "follow"]

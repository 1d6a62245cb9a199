"""Tooltips on a page of a test: that of what was reached last is shown, by a pointer or by the keyboard, until Escape is pressed."""

from __future__ import annotations

from .nodes import Node, PageState


def show(top: Node, state: PageState) -> None:
    """Let the bubble be seen around what was reached."""
    for bubble in [
        each for each in top.walk() if each.object.frontend_type == "objectsync.tooltip" and each.attrs.get("role") == "tooltip"
    ]:
        assert bubble.parent is not None
        if any(each.object.id == state.reached for each in bubble.parent.walk()):
            bubble.attrs = {**bubble.attrs, "hidden": False}


__all__ = ["show"]

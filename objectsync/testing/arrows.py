"""What arrow keys do: they move sliders and numbers, lead to the next radio button or tab, and push the line of a `Split`."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..controls.numbers import shown_number
from . import keyboard
from .fields import in_range, limits, number_of
from .nodes import Node

_STEPS: Mapping[str, int] = {"ArrowRight": 1, "ArrowUp": 1, "ArrowLeft": -1, "ArrowDown": -1}
_WAYS: Mapping[str, int] = {"ArrowRight": 1, "ArrowDown": 1, "ArrowLeft": -1, "ArrowUp": -1}
_LINE_STEP = 2
"""Percent, as in js/packages/controls/src/layout.ts."""


def number_after(node: Node, key: str) -> str | None:
    """What stands in a slider or a field of a number then; None where the key means nothing there."""
    now = number_of(node.value or "")
    if node.input_type == "number" and key in ("ArrowUp", "ArrowDown"):
        return _stepped(node, now or 0.0, _STEPS[key])
    if node.input_type != "range":
        return None
    least, most, step = limits(node)
    big = max(step, (most - least) / 10)
    moves = {"Home": least, "End": most, "PageUp": (now or 0.0) + big, "PageDown": (now or 0.0) - big}
    moves |= {name: (now or 0.0) + way * step for name, way in _STEPS.items()}
    return in_range(node, moves[key]) if key in moves else None


def beside(node: Node, key: str) -> Node | None:
    """The radio button or tab that the key leads to; after the last comes the first."""
    if node.input_type == "radio" and key in _WAYS:
        choices = [each for each in keyboard.group(node) if not each.disabled]
        return choices[(choices.index(node) + _WAYS[key]) % len(choices)]
    if node.attrs.get("role") == "tab" and node.parent is not None:
        tabs = node.parent.children
        ways = {"ArrowRight": tabs.index(node) + 1, "ArrowLeft": tabs.index(node) - 1, "Home": 0, "End": -1}
        return tabs[ways[key] % len(tabs)] if key in ways else None
    return None


def line_after(node: Node, key: str) -> float | None:
    """Where the line of a `Split` is then, in percent."""
    if node.attrs.get("role") != "separator" or node.object.frontend_type != "objectsync.split" or key not in _WAYS:
        return None
    return min(100.0, max(0.0, round(float(node.object.attribute("position").value) + _WAYS[key] * _LINE_STEP, 1)))


def _stepped(node: Node, now: float, way: int) -> str:
    """From a number that is none of the steps, to the next that is one."""
    least, most = (number_of(str(node.attrs.get(name, ""))) for name in ("min", "max"))
    step, base = number_of(str(node.attrs.get("step", ""))) or 1.0, least or 0.0
    steps = (now - base) / step
    is_on_step = abs(steps - round(steps)) < 1e-9
    count = round(steps) + way if is_on_step else (math.ceil(steps) if way > 0 else math.floor(steps))
    moved = base + count * step
    if (least is not None and moved < least) or (most is not None and moved > most):
        return shown_number(now)
    return shown_number(moved)


__all__ = ["beside", "line_after", "number_after"]

"""Values that follow each other, and functions that get controls.

`link(slider, number)`; `link(celsius, fahrenheit, lambda c: c * 1.8 + 32, lambda f: (f - 32) / 1.8)`; `interact(plot, x=(0, 10))`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from ..sobject import SObject
from ..topics import Topic
from .base import Field
from .buttons import Checkbox
from .choices import Select
from .figures import figure_of, figure_of_many, left_open
from .inputs import FloatInput, IntInput, Text
from .layout import Column
from .output import Output
from .sliders import FloatSlider, IntSlider


def link(
    first: Topic[Any] | SObject,
    second: Topic[Any] | SObject,
    transform: Callable[[Any], Any] | None = None,
    back: Callable[[Any], Any] | None = None,
) -> Callable[[], None]:
    """Let the second value follow the first, now and at every change; returns the function that ends it.

    Without functions, or with both, the first follows the second too. It happens within the change itself, so nobody sees one without
    the other, and an undo of the one brings back both.

    Args:
        first: A topic, or a control (its `value` is meant).
        second: Likewise.
        transform: What becomes of the first value on its way to the second.
        back: And of the second on its way back.
    """
    one, two = _topic(first), _topic(second)
    moving = False

    def follow(target: Topic[Any], change: Callable[[Any], Any] | None) -> Callable[[Any], None]:
        def moved(value: Any) -> None:
            nonlocal moving
            if moving:
                return  # it comes from the other side; going back, rounding could move it on for ever
            moving = True
            try:
                target.set(value if change is None else change(value))
            finally:
                moving = False

        return moved

    forth = follow(two, transform)
    ends = [one.on_set.add(forth)]
    if transform is None or back is not None:
        ends.append(two.on_set.add(follow(one, back)))
    forth(one.value)

    def end() -> None:
        for each in ends:
            each()

    return end


def interact(function: Callable[..., Any] | None = None, **controls: Any) -> Any:
    """Call a function with the values of controls, at once and whenever one changes, and show what it prints and returns.

    `interact(f, x=(0, 10))`, or `@interact(x=(0, 10))` above the function. Returns a `Column` of the controls, in the order of the
    function's arguments, and the `Output`; the decorator leaves the function as it is, with the column as its attribute `ui`.

    What it draws with `matplotlib.pyplot` is shown, too, and closed, as at the end of a notebook's cell; figures that were open before
    are left alone.

    Args:
        function: Called with keywords. One that is slow is called again with the newest values, not with all in between.
        controls: A control; or an abbreviation: `(low, high)` or `(low, high, step)` for a slider, bool, int, float, str, a list
            or dict of options. Arguments that are not named here get one from their default.
    """
    if function is None:

        def decorate(decorated: Callable[..., Any]) -> Callable[..., Any]:
            decorated.ui = interact(decorated, **controls)  # type: ignore[attr-defined]  # functions carry attributes
            return decorated

        return decorate
    arguments = inspect.signature(function).parameters
    defaults = {name: each.default for name, each in arguments.items() if each.default is not each.empty}
    given = {**defaults, **controls}
    ordered = {name: given.pop(name) for name in arguments if name in given} | given
    column = Column(gap="0.4rem")
    fields = {name: _control(name, value, column, defaults.get(name)) for name, value in ordered.items()}
    output = Output(parent=column)

    def update() -> None:
        with output.replacing(), left_open() as figures:
            result = function(**{name: field.value.value for name, field in fields.items()})
            opened = figures()
            returned = [figure_of(result), figure_of_many(result)] if opened else []
            for figure in opened:
                if not any(figure is each for each in returned):
                    output.display(figure)
            if result is not None:
                output.display(result)

    for field in fields.values():
        field.on_change(update)
    update()
    return column


def _control(name: str, value: Any, parent: SObject, default: Any) -> Field:
    """The control that a value stands for; it begins with the function's own default, where that fits."""
    label = name.replace("_", " ")
    if isinstance(value, Field):
        value.move_to(parent)
        return value
    if isinstance(value, bool):
        return Checkbox(label, value, parent=parent)
    if isinstance(value, int):
        return IntInput(label, value, parent=parent)
    if isinstance(value, float):
        return FloatInput(label, value, parent=parent)
    if isinstance(value, str):
        return Text(label, value, parent=parent)
    if isinstance(value, tuple) and len(value) in (2, 3) and all(isinstance(each, (int, float)) for each in value):
        return _slider(label, value, parent, default)
    if isinstance(value, (Mapping, list, tuple)):
        options = list(value.values() if isinstance(value, Mapping) else value)
        return Select(label, value, default if default in options else next(iter(options), None), parent=parent)
    raise TypeError(
        f"interact cannot make a control for {name}={value!r}; give a control, a range (low, high), a bool, number or text, or a list"
    )


def _slider(label: str, limits: tuple[Any, ...], parent: SObject, default: Any) -> Field:
    low, high, *step = limits
    fits = isinstance(default, (int, float)) and low <= default <= high
    if all(isinstance(each, int) for each in limits) and (default is None or isinstance(default, int)):
        value = default if fits else (low + high) // 2
        return IntSlider(label, value, min=low, max=high, step=step[0] if step else 1, parent=parent)
    value = default if fits else (low + high) / 2
    return FloatSlider(label, value, min=low, max=high, step=step[0] if step else None, parent=parent)


def _topic(given: Topic[Any] | SObject) -> Topic[Any]:
    if isinstance(given, Topic):
        return given
    if isinstance(given, SObject) and given.has_attribute("value"):
        return given.get_attribute("value")
    raise TypeError(f"link expects a topic or a control with a value, got {given!r}")


__all__ = ["interact", "link"]

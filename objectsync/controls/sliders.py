"""Sliders: numbers within a range.

Rules: `value` follows the drag, and `on_change` with it; `release` happens when the handle is let go (or moved by a key), and
`on_release` hears of it with the value: for what is slow. The value is always within `min` and `max`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import EventTopic, FloatTopic, IntTopic, ListTopic, StringTopic
from .base import Field, Handler, with_value
from .numbers import shown_number


class _Slider(Field):
    release = attribute(EventTopic)
    format = attribute(StringTopic, "", writable=False)
    """How the number stands beside it: `{}` is the number, as in "{} km"."""

    min: Any
    max: Any
    step: Any

    def _build(
        self, label: str, value: Any, on_change: Handler | None, on_release: Handler | None, limits: dict[str, Any], more: dict[str, Any]
    ) -> None:
        low, high = limits["min"], limits["max"]
        if not low < high:
            raise ValueError(f"a slider needs min < max, got {low} and {high}")
        if not limits["step"] > 0:
            raise ValueError(f"a slider needs a step above 0, got {limits['step']}")
        self.set_attributes(**limits)
        self._set_up(value, on_change, more.pop("validate", ()), label=label, **more)
        if on_release is not None:
            self.on_release(on_release)

    def init(self) -> None:
        super().init()
        self.value.add_validator(self._fits)
        self._fits(self.value.value)

    def on_release(self, handler: Handler) -> Callable[[], None]:
        """Call `handler(value)` when the handle is let go; returns the function that ends it."""
        end: Callable[[], None] = self.on("release", with_value(handler, self.value.get))
        return end

    def _fits(self, value: Any) -> None:
        if not self.min.value <= value <= self.max.value:
            raise ValueError(f"expected a number from {self.min.value} to {self.max.value}")

    def _text(self, value: Any) -> str:
        number = shown_number(value)
        return self.format.value.replace("{}", number) if self.format.value else number

    def shown(self) -> Markup:
        value = self.value.value
        text = self._text(value)
        handle = self._handle(value, **self._of_field(), aria_valuetext=text)
        return self._field(handle, markup("output", text, for_=self._field_id))

    def picture(self) -> Markup:
        value = self.value.value
        return self._labelled(self._handle(value, disabled=self.disabled.value), markup("output", self._text(value)))

    def _handle(self, value: Any, **attrs: Any) -> Markup:
        limits = {"min": self.min.value, "max": self.max.value, "step": self.step.value}
        return markup("input", type="range", **limits, value=str(value), **attrs)


class IntSlider(_Slider, frontend_type="objectsync.slider"):
    """A whole number within a range: `IntSlider("Size", 3, min=0, max=10, on_change=resize)`."""

    value = attribute(IntTopic, 0)
    min = attribute(IntTopic, 0, writable=False)
    max = attribute(IntTopic, 100, writable=False)
    step = attribute(IntTopic, 1, writable=False)

    def build(
        self,
        label: str = "",
        value: int | None = None,
        on_change: Handler | None = None,
        *,
        min: int = 0,
        max: int = 100,
        step: int = 1,
        on_release: Handler | None = None,
        **more: Any,
    ) -> None:
        """Make it.

        Args:
            label: What it is called, beside it.
            value: The number; `min` unless given.
            on_change: Called with the number after each change, while it is dragged.
            min: The least.
            max: The most.
            step: From one number to the next.
            on_release: Called with the number when the handle is let go.
            more: `format` ("{} km"), and what fields take: `help`, `name`, `validate`, `disabled`, `hidden`, `tooltip`, `style`, `classes`.

        Raises:
            InvalidChangeError: the value is out of range.
            ValueError: `min` is not below `max`.
        """
        self._build(label, min if value is None else value, on_change, on_release, {"min": min, "max": max, "step": step}, more)


class FloatSlider(_Slider, frontend_type="objectsync.slider"):
    """A number within a range: `FloatSlider("Gain", 0.5, max=1)`."""

    value = attribute(FloatTopic, 0.0)
    min = attribute(FloatTopic, 0.0, writable=False)
    max = attribute(FloatTopic, 1.0, writable=False)
    step = attribute(FloatTopic, 0.01, writable=False)

    def build(
        self,
        label: str = "",
        value: float | None = None,
        on_change: Handler | None = None,
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        on_release: Handler | None = None,
        **more: Any,
    ) -> None:
        """Make it, as `IntSlider`; `step` is a hundredth of the range unless given."""
        step = (max - min) / 100 if step is None and max > min else step or 0.01
        self._build(label, min if value is None else value, on_change, on_release, {"min": min, "max": max, "step": step}, more)


class _RangeSlider(_Slider):
    value = attribute(ListTopic)

    def _fits(self, value: Any) -> None:
        if len(value) != 2 or any(isinstance(each, bool) or not isinstance(each, (int, float)) for each in value):
            raise ValueError("expected two numbers: [low, high]")
        if not self.min.value <= value[0] <= value[1] <= self.max.value:
            raise ValueError(f"expected two rising numbers from {self.min.value} to {self.max.value}")

    def shown(self) -> Markup:
        first, second = (
            replace(handle, attrs={**handle.attrs, "aria-valuetext": self._text(number)})
            for handle, number in zip(self._handles(), self.value.value, strict=True)
        )
        first = replace(first, attrs={**first.attrs, "id": self._field_id})  # which the label is for
        return self._field(markup("div", first, second, role="group"), markup("output", self._range_text()))

    def picture(self) -> Markup:
        return self._labelled(*self._handles(), markup("output", self._range_text()), tag="div")

    def _handles(self) -> list[Markup]:
        limits = {"min": self.min.value, "max": self.max.value, "step": self.step.value, "disabled": self.disabled.value}
        return [
            markup("input", type="range", value=str(number), **limits, **{"aria-label": f"{self.label.value} {end}".strip()})
            for number, end in zip(self.value.value, ("from", "to"), strict=True)
        ]

    def _range_text(self) -> str:
        return " – ".join(self._text(each) for each in self.value.value)


class IntRangeSlider(_RangeSlider, frontend_type="objectsync.range-slider"):
    """Two whole numbers within a range: `IntRangeSlider("Years", (1990, 2010), min=1900, max=2100)`; the value is `[low, high]`."""

    min = attribute(IntTopic, 0, writable=False)
    max = attribute(IntTopic, 100, writable=False)
    step = attribute(IntTopic, 1, writable=False)

    def build(
        self,
        label: str = "",
        value: Sequence[int] | None = None,
        on_change: Handler | None = None,
        *,
        min: int = 0,
        max: int = 100,
        step: int = 1,
        on_release: Handler | None = None,
        **more: Any,
    ) -> None:
        """Make it, as `IntSlider`; the whole range unless given."""
        self._build(label, list(value or (min, max)), on_change, on_release, {"min": min, "max": max, "step": step}, more)

    def _fits(self, value: Any) -> None:
        super()._fits(value)
        if not all(isinstance(each, int) for each in value):
            raise ValueError("expected two ints: [low, high]")


class FloatRangeSlider(_RangeSlider, frontend_type="objectsync.range-slider"):
    """Two numbers within a range; the value is `[low, high]`."""

    min = attribute(FloatTopic, 0.0, writable=False)
    max = attribute(FloatTopic, 1.0, writable=False)
    step = attribute(FloatTopic, 0.01, writable=False)

    def build(
        self,
        label: str = "",
        value: Sequence[float] | None = None,
        on_change: Handler | None = None,
        *,
        min: float = 0.0,
        max: float = 1.0,
        step: float | None = None,
        on_release: Handler | None = None,
        **more: Any,
    ) -> None:
        """Make it, as `FloatSlider`; the whole range unless given."""
        step = (max - min) / 100 if step is None and max > min else step or 0.01
        self._build(label, list(value or (min, max)), on_change, on_release, {"min": min, "max": max, "step": step}, more)


__all__ = ["FloatRangeSlider", "FloatSlider", "IntRangeSlider", "IntSlider"]

"""Fields that are typed into: text, numbers, dates, colours.

Rules: what several people type into one text is merged. A number, day or time that is not in its range is not taken over from a page, and
an error in Python. An empty number is None, an empty day or time "". What is typed into one of these and is none stays in that page, and
no form is sent from there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import EventTopic, GenericTopic, IntTopic, ListTopic, StringTopic
from .base import Field, Handler, Rule, with_value

Rules = Rule | list[Rule] | tuple[Rule, ...]


class _Entry(Field):
    """A field in which what is typed may be no value of it."""

    complaint = attribute(StringTopic, "", is_stateful=False)
    """What a page says of what is typed in it and is no value; empty for nothing. A form does not take the field then.

    A new value clears it, whoever sets it. So does a page that shows the value, when a form is sent from there: what another page shows,
    or one that has gone, does not hold it up.
    """

    def init(self) -> None:
        super().init()
        self.complaint.on_set.add(self._complained)

    def _complained(self, complaint: str) -> None:
        # What a page complains of is said there; others hear of it when a form is refused for it.
        if not complaint:
            super()._changed(self.value.value)

    def _changed(self, value: Any) -> None:
        if self.complaint.value:
            self.complaint.set("")
        super()._changed(value)

    def _wrong(self, value: Any) -> str:
        return self.complaint.value or super()._wrong(value)


class _TextField(Field):
    value = attribute(StringTopic, "")
    placeholder = attribute(StringTopic, "", writable=False)
    submit = attribute(EventTopic)

    def build(
        self,
        label: str = "",
        value: str = "",
        on_change: Handler | None = None,
        *,
        on_submit: Handler | None = None,
        placeholder: str = "",
        validate: Rules = (),
        help: str = "",
        name: str = "",
        required: bool = False,
        **look: Any,
    ) -> None:
        """Make it.

        Args:
            label: What it is called, beside it.
            value: The text.
            on_change: Called with the text after each change: while it is typed.
            on_submit: Called with the text when Enter is pressed.
            placeholder: What stands in it while it is empty.
            validate: Rules (see `Field`).
            help: A hint, below it.
            name: What a form calls it.
            required: Whether a form wants something here.
            look: `disabled`, `hidden`, `tooltip`, `style`, `classes`.
        """
        self._set_up(value, on_change, validate, label=label, placeholder=placeholder, help=help, name=name, required=required, **look)
        if on_submit is not None:
            self.on_submit(on_submit)

    def on_submit(self, handler: Handler) -> Callable[[], None]:
        """Call `handler(text)` when Enter is pressed; returns the function that ends it."""
        end: Callable[[], None] = self.on("submit", with_value(handler, self.value.get))
        return end

    def _shown_input(self, kind: str, *beside: Markup, **attrs: Any) -> Markup:
        hint = self.placeholder.value
        given = self._of_field(hint, type=kind, value=self.value.value, placeholder=hint or None)
        return self._field(markup("input", **given, **attrs), *beside)

    def _input(self, kind: str) -> Markup:
        return self._labelled(
            markup("input", type=kind, value=self.value.value, placeholder=self.placeholder.value or None, disabled=self.disabled.value)
        )


class Text(_TextField, frontend_type="objectsync.text"):
    """A line of text: `Text("Name", on_change=greet)`."""

    def shown(self) -> Markup:
        return self._shown_input("text")

    def picture(self) -> Markup:
        return self._input("text")


class Password(_TextField, frontend_type="objectsync.password"):
    """A secret: it is shown as dots. It is in the tree like any value: every page that sees this control could read it."""

    value = attribute(StringTopic, "", is_stateful=False, order_strict=True)

    def shown(self) -> Markup:
        return self._shown_input("password")

    def picture(self) -> Markup:
        return self._labelled(markup("input", type="password", disabled=self.disabled.value))


class TextArea(_TextField, frontend_type="objectsync.textarea"):
    """A text of several lines. What several people type is merged."""

    rows = attribute(IntTopic, 4, writable=False)

    def build(self, label: str = "", value: str = "", on_change: Handler | None = None, *, rows: int = 4, **more: Any) -> None:
        """Make it with `rows` lines; the rest is as for `Text`."""
        super().build(label, value, on_change, rows=rows, **more)

    def shown(self) -> Markup:
        hint = self.placeholder.value
        return self._field(markup("textarea", self.value.value, **self._of_field(hint, placeholder=hint or None, rows=self.rows.value)))

    def picture(self) -> Markup:
        return self._labelled(markup("textarea", self.value.value, rows=self.rows.value, disabled=self.disabled.value))


class Combobox(_TextField, frontend_type="objectsync.combobox"):
    """A text with suggestions: `Combobox("Fruit", options=["apple", "pear"])`. Anything else may be typed too."""

    options = attribute(ListTopic, writable=False)

    def build(
        self, label: str = "", value: str = "", on_change: Handler | None = None, *, options: list[str] | tuple[str, ...] = (), **more: Any
    ) -> None:
        """Make it with `options` to choose from; the rest is as for `Text`.

        Raises:
            TypeError: `options` is one text.
        """
        if isinstance(options, str):
            raise TypeError(f"Combobox: options is a list of texts, as in [{options!r}], not {options!r}")
        super().build(label, value, on_change, **more)
        self.options.set(list(options))

    def shown(self) -> Markup:
        id = f"{self._field_id}-options"
        options = (markup("option", value=str(each)) for each in self.options.value)
        return self._shown_input("text", markup("datalist", *options, id=id), list=id)

    def picture(self) -> Markup:
        return self._input("text")


class Color(_TextField, frontend_type="objectsync.color"):
    """A colour, as `#rrggbb`: `Color("Background", "#ffcc00")`."""

    value = attribute(StringTopic, "#000000", validator=lambda value: bool(re.fullmatch(r"#[0-9a-fA-F]{6}", value)))

    def build(self, label: str = "", value: str = "#000000", on_change: Handler | None = None, **more: Any) -> None:
        """Make it; the rest is as for `Text`."""
        super().build(label, value, on_change, **more)

    def shown(self) -> Markup:
        return self._shown_input("color")

    def picture(self) -> Markup:
        return self._input("color")


class _NumberField(_Entry):
    min = attribute(GenericTopic, None, writable=False)
    max = attribute(GenericTopic, None, writable=False)
    step = attribute(GenericTopic, None, writable=False)

    def build(
        self,
        label: str = "",
        value: float | None = None,
        on_change: Handler | None = None,
        *,
        min: float | None = None,
        max: float | None = None,
        step: float | None = None,
        validate: Rules = (),
        help: str = "",
        name: str = "",
        required: bool = False,
        **look: Any,
    ) -> None:
        """Make it.

        Args:
            label: What it is called, beside it.
            value: The number; None while there is none.
            on_change: Called with the number after each change.
            min: The least that is taken.
            max: The most that is taken.
            step: By how much the arrows change it.
            validate: Rules (see `Field`).
            help: A hint, below it.
            name: What a form calls it.
            required: Whether a form wants something here.
            look: `disabled`, `hidden`, `tooltip`, `style`, `classes`.

        Raises:
            InvalidChangeError: the value is not in its range.
        """
        limits = {"min": min, "max": max, "step": step}
        self.set_attributes(**{limit: given for limit, given in limits.items() if given is not None})
        self.value.add_validator(self._fits)
        self._set_up(value, on_change, validate, label=label, help=help, name=name, required=required, **look)

    def init(self) -> None:
        super().init()
        self.value.add_validator(self._fits)

    def _fits(self, value: Any) -> None:
        if value is None:
            return
        self._check_type(value)
        least, most = self.min.value, self.max.value
        if (least is not None and value < least) or (most is not None and value > most):
            raise ValueError(f"expected a number {_range_text(least, most)}")

    def _check_type(self, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError("expected a number or None")

    def shown(self) -> Markup:
        value = self.value.value
        limits = {"min": self.min.value, "max": self.max.value, "step": self.step.value}
        return self._field(markup("input", **self._of_field(type="number", value=None if value is None else str(value), **limits)))

    def picture(self) -> Markup:
        value = self.value.value
        return self._labelled(markup("input", type="number", value=None if value is None else str(value), disabled=self.disabled.value))


class IntInput(_NumberField, frontend_type="objectsync.int"):
    """A whole number: `IntInput("Pieces", 3, min=0)`. None while the field is empty."""

    value = attribute(GenericTopic, None)

    def _check_type(self, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("expected an int or None")


class FloatInput(_NumberField, frontend_type="objectsync.float"):
    """A number: `FloatInput("Weight", 1.5, step=0.1)`. None while the field is empty."""

    value = attribute(GenericTopic, None)


class _DateField(_Entry, _TextField):
    min = attribute(StringTopic, "", writable=False)
    max = attribute(StringTopic, "", writable=False)
    _called = ""

    def build(
        self,
        label: str = "",
        value: str | dt.date | dt.time = "",
        on_change: Handler | None = None,
        *,
        min: str | dt.date | dt.time = "",
        max: str | dt.date | dt.time = "",
        **more: Any,
    ) -> None:
        """Make it.

        Args:
            label: What it is called, beside it.
            value: A text in ISO form, or what `datetime` has; "" while there is none.
            on_change: Called with the text after each change.
            min: The first that is taken.
            max: The last that is taken.
            more: As for `Text`.

        Raises:
            InvalidChangeError: the value is none, or not in its range.
            ValueError: `min` or `max` is none.
        """
        for limit in filter(None, (_iso(min), _iso(max))):
            self._parse(limit)
        self.value.add_validator(self._fits)
        super().build(label, _iso(value), on_change, min=_iso(min), max=_iso(max), **more)

    def init(self) -> None:
        super().init()
        self.value.add_validator(self._fits)

    def _fits(self, value: str) -> None:
        if not value:
            return
        first, last = self.min.value, self.max.value
        if not self._is_within(self._parse(value), self._parse(first) if first else None, self._parse(last) if last else None):
            span = f"from {first} to {last}" if first and last else f"not before {first}" if first else f"not after {last}"
            raise ValueError(f"expected {self._called} {span}")

    def _is_within(self, value: Any, first: Any, last: Any) -> bool:
        return (first is None or first <= value) and (last is None or value <= last)

    def _parse(self, text: str) -> Any:
        raise NotImplementedError


class Date(_DateField, frontend_type="objectsync.date"):
    """A day, as "2026-11-24" ("" for none); `date` gives it as a `dt.date`."""

    _called = "a day"

    def _parse(self, text: str) -> dt.date:
        return dt.date.fromisoformat(text)

    @property
    def date(self) -> dt.date | None:
        """The day, or None."""
        return self._parse(self.value.value) if self.value.value else None

    def shown(self) -> Markup:
        return self._shown_input("date")

    def picture(self) -> Markup:
        return self._input("date")


class Time(_DateField, frontend_type="objectsync.time"):
    """A time of day, as "14:30" ("" for none); `time` gives it as a `dt.time`. With a `min` after `max`, midnight is in between."""

    _called = "a time"

    def _parse(self, text: str) -> dt.time:
        return dt.time.fromisoformat(text).replace(tzinfo=None)

    def _is_within(self, value: dt.time, first: dt.time | None, last: dt.time | None) -> bool:
        if first is not None and last is not None and last < first:
            return value <= last or first <= value
        return super()._is_within(value, first, last)

    @property
    def time(self) -> dt.time | None:
        """The time, or None."""
        return dt.time.fromisoformat(self.value.value) if self.value.value else None

    def shown(self) -> Markup:
        return self._shown_input("time")

    def picture(self) -> Markup:
        return self._input("time")


def _iso(value: Any) -> str:
    if isinstance(value, dt.time):
        return value.isoformat("minutes" if not value.second else "seconds")
    return value if isinstance(value, str) else str(value.isoformat())


def _range_text(least: Any, most: Any) -> str:
    if least is None:
        return f"of at most {most}"
    return f"of at least {least}" if most is None else f"from {least} to {most}"


__all__ = ["Color", "Combobox", "Date", "FloatInput", "IntInput", "Password", "Text", "TextArea", "Time"]

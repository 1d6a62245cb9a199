"""Buttons: what happens when they are pressed, and what stays pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import BoolTopic, EventTopic, StringTopic
from .base import FLEX, REQUIRED, Control, Field, Handler, Rule

KINDS = ("", "primary", "danger", "quiet")
BUTTON_STYLE = "padding: 0.3em 0.9em; border: 1px solid #8888; border-radius: 0.4em; font: inherit"


def check_kind(kind: str) -> None:
    """The validator of an attribute `kind`."""
    if kind not in KINDS:
        raise ValueError(f"expected one of {', '.join(repr(each) for each in KINDS)}")


class Button(Control, frontend_type="objectsync.button"):
    """A button: `Button("Save", on_click=save)`. `kind` is "", "primary", "danger" or "quiet"."""

    kind = attribute(StringTopic, "", validator=check_kind, writable=False)
    submits = attribute(BoolTopic, False, writable=False)
    """Whether it sends the form that it is in."""
    click = attribute(EventTopic)

    def build(self, label: str = "", on_click: Handler | None = None, *, kind: str = "", submits: bool = False, **look: Any) -> None:
        """Make it.

        Args:
            label: What stands on it.
            on_click: Called after each press, with the event or with nothing.
            kind: How it looks: "primary" for the one thing to do here, "danger", "quiet".
            submits: Whether it sends the form that it is in.
            look: `disabled`, `hidden`, `tooltip`, `style`, `classes`.
        """
        self._look(label, **look, kind=kind, submits=submits)
        if on_click is not None:
            self.on_click(on_click)

    def on_click(self, handler: Handler) -> Callable[[], None]:
        """Call `handler` after each press; returns the function that ends it."""
        end: Callable[[], None] = self.on("click", handler)
        return end

    def shown(self) -> Markup:
        kind = "submit" if self.submits.value else "button"
        return self._outer("button", self.label.value, type=kind, disabled=self.disabled.value)

    def picture(self) -> Markup:
        return self._box(
            markup("button", self.label.value, type="button", disabled=self.disabled.value, style=BUTTON_STYLE),
            style="display: inline-block; margin: 0.15em",
        )


class ToggleButton(Field, frontend_type="objectsync.toggle-button"):
    """A button that stays pressed: `ToggleButton("Live", value=True)`."""

    value = attribute(BoolTopic, False)

    def build(
        self,
        label: str = "",
        value: bool = False,
        on_change: Handler | None = None,
        *,
        validate: Rule | list[Rule] | tuple[Rule, ...] = (),
        **look: Any,
    ) -> None:
        """Make it; `on_change(value)` is called after each change."""
        self._set_up(value, on_change, validate, label=label, **look)

    def shown(self) -> Markup:
        pressed = str(self.value.value).lower()
        return self._outer("button", self.label.value, type="button", disabled=self.disabled.value, aria_pressed=pressed)

    def picture(self) -> Markup:
        pressed = "; background: #8884; font-weight: 600" if self.value.value else ""
        button = markup("button", self.label.value, type="button", aria_pressed=str(self.value.value).lower(), style=BUTTON_STYLE + pressed)
        return self._box(button, style="display: inline-block; margin: 0.15em")


class Checkbox(Field, frontend_type="objectsync.checkbox"):
    """Yes or no: `Checkbox("Remember me", value=True)`."""

    value = attribute(BoolTopic, False)
    _role: str | None = None

    def build(
        self,
        label: str = "",
        value: bool = False,
        on_change: Handler | None = None,
        *,
        validate: Rule | list[Rule] | tuple[Rule, ...] = (),
        help: str = "",
        name: str = "",
        required: bool = False,
        **look: Any,
    ) -> None:
        """Make it; `on_change(value)` is called after each change. `required` wants it to be on."""
        self._set_up(value, on_change, validate, label=label, help=help, name=name, required=required, **look)

    def _is_empty(self, value: Any) -> bool:
        return value is False

    def shown(self) -> Markup:
        box = markup("input", **self._of_field(type="checkbox", role=self._role, checked=self.value.value, aria_required=None))
        text = markup("span", self.label.value, class_=REQUIRED if self.required.value else None)
        return self._outer("div", markup("label", box, text), *self._notes(), style=FLEX)

    def picture(self) -> Markup:
        return self._box(
            markup(
                "label",
                markup("input", type="checkbox", role=self._role, checked=self.value.value, disabled=self.disabled.value),
                " ",
                self.label.value,
            ),
            markup("small", self.error.value, style="color: #b3261e") if self.error.value else None,
            style="margin: 0.25em 0",
        )


class Switch(Checkbox, frontend_type="objectsync.switch"):
    """On or off, at once: `Switch("Dark mode")`."""

    _role = "switch"


__all__ = ["Button", "Checkbox", "Switch", "ToggleButton"]

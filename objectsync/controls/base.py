"""What all controls have in common.

Rules: a control is an SObject with typed attributes, and a view in the page under the name that `frontend_type` says
(js/packages/controls); it uses nothing that other classes could not use. What a person may change is its value; labels, limits and the
like are the program's (`writable=False`). `on_change` handlers run after the change, as event handlers do; one that is slow is called
again with the newest value, not once for every step in between.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .. import safety
from ..dom.given import STYLE, as_dict, as_names
from ..dom.methods import Methods
from ..events import wants_argument
from ..picture import Markup, markup, style_text
from ..sobject import SObject, attribute
from ..topics import BoolTopic, DictTopic, SetTopic, StringTopic

Handler = Callable[..., Any]
Rule = Callable[[Any], Any]
"""A rule of a value: returns what is wrong with it, in words for a person (or raises ValueError with them); None or True for nothing."""


FLEX = "display: flex"
"""Of an element whose parts do not run on as one text."""
REQUIRED = "os-required"
"""The class of a label that a page's style sheet puts a mark behind (js/packages/controls/src/styles.ts)."""
MESSAGE = "os-error"
"""The class of what says what is wrong with a value."""


def check_style(style: Mapping[str, Any]) -> None:
    """The validator of an attribute `style`."""
    for name, value in style.items():
        safety.check_style(name, value)


class Control(Methods):
    """A base of controls: what can be seen of it, and what it looks like where nothing runs."""

    label = attribute(StringTopic, "", writable=False)
    """What it is called, beside or on it."""
    disabled = attribute(BoolTopic, False, writable=False)
    """Whether it can be seen and not used."""
    hidden = attribute(BoolTopic, False, writable=False)
    """Whether it is there and not seen."""
    tooltip = attribute(StringTopic, "", writable=False)
    """What is said of it while a pointer rests on it."""
    style = attribute(DictTopic, validator=check_style, writable=False)
    """CSS properties of the whole control, by name."""
    classes = attribute(SetTopic, writable=False)
    """CSS classes of the whole control."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.__signature__ = _signature(cls.build)  # type: ignore[attr-defined]  # what `inspect` and a notebook's help read

    def _look(
        self,
        label: str | None = None,
        disabled: bool = False,
        hidden: bool = False,
        tooltip: str = "",
        style: Mapping[str, str] | None = None,
        classes: Iterable[str] = (),
        **values: Any,
    ) -> None:
        """Set what a new control begins with."""
        given = {
            "label": label or "",
            "disabled": disabled,
            "hidden": hidden,
            "tooltip": tooltip,
            "style": as_dict("style", style or {}, STYLE),
        }
        self.set_attributes(**{name: value for name, value in given.items() if value}, **values)
        if classes:
            self.classes.set(as_names(classes))

    def shown(self) -> Markup | None:
        """The elements that its view makes on a page, for who cannot look at one (`objectsync.testing`); its picture, unless it says."""
        return self.picture()

    def _outer(self, tag: str, *parts: str | Markup | SObject | None, role: str | None = None, style: str = "", **attrs: Any) -> Markup:
        """What a page's view makes: the root element, with what is the same of all controls; `style` is what its sheet says of it."""
        given = {"hidden": self.hidden.value, "title": self.tooltip.value or None, "class": " ".join(self.classes.value) or None}
        return markup(tag, *parts, style="; ".join(filter(None, [style_text(self.style.value), style])), role=role, **given, **attrs)

    def _box(self, *children: str | Markup | SObject | None, style: str = "", tag: str = "div") -> Markup:
        """The picture of the whole control around its parts; nothing where it is hidden."""
        if self.hidden.value:
            return markup("span", hidden=True)
        own = style_text(self.style.value)
        return markup(tag, *children, style="; ".join(filter(None, [style, own])))


class Field(Control):
    """A base of controls with a value that a person gives: a label, a hint, and a message where the value is not right.

    `validate` holds rules: functions of the value that say what is wrong with it. The value is kept, the message stands at the field, and
    `valid` is False; to refuse a value altogether, use `control.value.add_validator`.
    """

    help = attribute(StringTopic, "", writable=False)
    """A hint, below it."""
    error = attribute(StringTopic, "", is_stateful=False, order_strict=True, writable=False)
    """What is wrong with the value; empty for nothing. It follows from the rules, and can be set."""
    name = attribute(StringTopic, "", writable=False)
    """What a form calls its value; the label, where none is given."""
    required = attribute(BoolTopic, False, writable=False)
    """Whether a form wants something here."""

    value: Any
    """The topic of the value; each class has its own."""

    def _set_up(
        self,
        value: Any,
        on_change: Handler | None = None,
        validate: Rule | Iterable[Rule] = (),
        **look: Any,
    ) -> None:
        self._look(**{name: given for name, given in look.items() if given is not None})
        if value is not None:
            self.value.set(value)
        self._rules: tuple[Rule, ...] = (validate,) if callable(validate) else tuple(validate)
        if on_change is not None:
            self.on_change(on_change)

    def init(self) -> None:
        if not hasattr(self, "_rules"):
            self._rules = ()
        self.value.on_set.add(self._changed)

    def on_change(self, handler: Handler) -> Callable[[], None]:
        """Call `handler(value)` after each change, whoever made it; returns the function that ends it. It may be `async def`."""
        end: Callable[[], None] = self.value.on_change(handler)
        return end

    def add_rule(self, rule: Rule) -> None:
        """Add a rule for the value (see `Field`)."""
        self._rules = (*self._rules, rule)

    @property
    def valid(self) -> bool:
        """Whether there is nothing wrong with the value."""
        return not self.error.value

    def check(self) -> bool:
        """Look at the value now, also at one that was never touched, and show what is wrong. Returns whether it is right."""
        self.error.set(self._wrong(self.value.value))
        return self.valid

    def _changed(self, value: Any) -> None:
        wrong = self._wrong(value)
        if wrong != self.error.value:
            self.error.set(wrong)

    def _wrong(self, value: Any) -> str:
        if self.required.value and self._is_empty(value):
            return "Please fill in this field."
        for rule in self._rules:
            try:
                verdict = rule(value)
            except ValueError as error:
                return str(error) or "This is not valid."
            if isinstance(verdict, str):
                if verdict:
                    return verdict
            elif verdict is not None and not verdict:
                return "This is not valid."
        return ""

    def _is_empty(self, value: Any) -> bool:
        return value is None or value == "" or value == []

    def _field(self, *parts: Markup) -> Markup:
        """What a page's view makes: the label of the field among the parts, these, the hint, the message."""
        label = markup(
            "label", self.label.value, for_=self._field_id, hidden=not self.label.value, class_=REQUIRED if self.required.value else None
        )
        return self._outer("div", label, markup("div", *parts, style=FLEX), *self._notes(), style=FLEX)

    @property
    def _field_id(self) -> str:
        return f"os-{self._os_id}"

    def _of_field(self, otherwise: str = "", **attrs: Any) -> dict[str, Any]:
        """The attributes of the field itself; without a label it is called after what stands in it, or what it is."""
        return {
            "id": self._field_id,
            "disabled": self.disabled.value,
            "aria_label": None if self.label.value else otherwise or self._os_type.name,
            "aria_required": "true" if self.required.value else None,
            "aria_invalid": "true" if self.error.value else None,
            **attrs,
        }

    def _notes(self) -> tuple[Markup | None, ...]:
        notes = ((self.help.value, None), (self.error.value, MESSAGE))
        return tuple(markup("small", text, class_=of) if text else None for text, of in notes)

    def _labelled(self, *parts: str | Markup | SObject | None, tag: str = "label") -> Markup:
        """The picture of a field: its label, the given parts, the hint, the message."""
        label = self.label.value + (" *" if self.required.value and self.label.value else "")
        return self._box(
            markup(
                tag,
                markup("span", label, style="min-width: 8em; display: inline-block") if label else None,
                *parts,
                style="display: flex; gap: 0.5em; align-items: center",
            ),
            markup("small", self.help.value, style="opacity: 0.75") if self.help.value else None,
            markup("small", self.error.value, style="color: #b3261e") if self.error.value else None,
            style="margin: 0.25em 0",
        )


def with_value(handler: Handler, read: Callable[[], Any]) -> Handler:
    """A handler of an event that hears the value instead, or nothing where it takes no argument."""
    if not wants_argument(handler):
        return handler
    return lambda event: handler(read())


def _signature(build: Callable[..., Any]) -> inspect.Signature:
    """A constructor's: what `build` takes, and where the object goes."""
    signature = inspect.signature(build)
    own = list(signature.parameters.values())[1:]
    extra = [inspect.Parameter("parent", inspect.Parameter.KEYWORD_ONLY, default=None, annotation="SObject | None")]
    rest = [parameter for parameter in own if parameter.kind is parameter.VAR_KEYWORD]
    return inspect.Signature([*(each for each in own if each not in rest), *extra, *rest])


__all__ = ["FLEX", "MESSAGE", "REQUIRED", "Control", "Field", "Handler", "Rule", "check_style", "with_value"]

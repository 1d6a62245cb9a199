"""Choices: one of some, or several.

Rules: an option is a plain value with a text; the value is always that of an option (or None, or several of them), and nothing else is
taken from a page. Options that are given as a list are their own texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import GenericTopic, IntTopic, ListTopic
from ..values import same_value
from .base import FLEX, Field, Handler, Rule

Options = Mapping[str, Any] | Iterable[Any]


def option_pairs(options: Options, control: str) -> list[list[Any]]:
    """Options as they travel, `[text, value]` each: of a mapping from texts to values, of pairs, or of values that are their own texts.

    Raises:
        TypeError: they are no options, for the control of this name. One text is none: nobody means its letters.
    """
    if isinstance(options, Mapping):
        return [[str(text), value] for text, value in options.items()]
    if isinstance(options, (str, bytes)) or not isinstance(options, Iterable):
        raise TypeError(f"{control}: options is a list, as in [{options!r}], or a dict from texts to values, not {options!r}")
    return [[str(each[0]), each[1]] if isinstance(each, tuple) and len(each) == 2 else [str(each), each] for each in options]


class _Choice(Field):
    options = attribute(ListTopic, writable=False)
    """`[text, value]` each."""
    _many = False

    def build(
        self,
        label: str = "",
        options: Options = (),
        value: Any = None,
        on_change: Handler | None = None,
        *,
        validate: Rule | list[Rule] | tuple[Rule, ...] = (),
        help: str = "",
        name: str = "",
        required: bool = False,
        **look: Any,
    ) -> None:
        """Make it.

        Args:
            label: What it is called, beside it.
            options: Values; pairs of a text and a value; or a dict from texts to values.
            value: Which is chosen at first (several: a list).
            on_change: Called with the value after each change.
            validate: Rules (see `Field`).
            help: A hint, below it.
            name: What a form calls it.
            required: Whether a form wants something here.
            look: `disabled`, `hidden`, `tooltip`, `style`, `classes`.

        Raises:
            InvalidChangeError: the value is not among the options.
            TypeError: `options` is none of these.
        """
        self.options.set(option_pairs(options, type(self).__name__))
        self._set_up(value, on_change, validate, label=label, help=help, name=name, required=required, **look)

    def init(self) -> None:
        super().init()
        self.value.add_validator(self._fits)
        self._fits(self.value.value)

    def set_options(self, options: Options, value: Any = None) -> None:
        """Offer others; what is chosen stays where it is among them, and is `value` otherwise.

        Raises:
            TypeError: `options` are none.
        """
        pairs = option_pairs(options, type(self).__name__)
        with self._os_tree.record():
            kept = self._kept(pairs)
            self.value.set([] if self._many else None)
            self.options.set(pairs)
            self.value.set(kept if kept or value is None else value)

    @property
    def text(self) -> str:
        """The text of what is chosen."""
        return ", ".join(text for text, value in self.options.value if self._is_chosen(value))

    def _kept(self, pairs: list[list[Any]]) -> Any:
        return self.value.value if any(same_value(self.value.value, value) for _, value in pairs) else None

    def _fits(self, value: Any) -> None:
        if value is not None and not any(same_value(value, known) for _, known in self.options.value):
            raise ValueError("expected one of the options")

    def _is_chosen(self, value: Any) -> bool:
        return same_value(self.value.value, value)

    def shown(self) -> Markup:
        return self._field(self._select(**self._of_field()))

    def picture(self) -> Markup:
        return self._labelled(self._select(disabled=self.disabled.value))

    def _select(self, **attrs: Any) -> Markup:
        options = [markup("option", text, selected=self._is_chosen(value)) for text, value in self.options.value]
        return markup("select", *options, **attrs)


class Select(_Choice, frontend_type="objectsync.select"):
    """One of some, in a list that opens: `Select("Fruit", ["apple", "pear"], "pear")`."""

    value = attribute(GenericTopic, None)


class Radio(_Choice, frontend_type="objectsync.radio"):
    """One of some, all to be seen: `Radio("Size", {"small": 1, "large": 2})`."""

    value = attribute(GenericTopic, None)

    def shown(self) -> Markup:
        def choice(text: str, value: Any) -> Markup:
            is_chosen = self._is_chosen(value)
            return markup("label", markup("input", type="radio", checked=is_chosen, disabled=self.disabled.value), text)

        # A `<label>` cannot be for a group.
        given = self._of_field(role="radiogroup", disabled=None, aria_label=self.label.value or self._os_type.name)
        return self._field(markup("div", *(choice(*each) for each in self.options.value), style=FLEX, **given))

    def picture(self) -> Markup:
        parts = [
            markup("label", markup("input", type="radio", checked=self._is_chosen(value)), " ", text) for text, value in self.options.value
        ]
        return self._labelled(*parts, tag="div")


class MultiSelect(_Choice, frontend_type="objectsync.multi-select"):
    """Several of some: `MultiSelect("Toppings", ["ham", "olives", "egg"], ["ham"])`; the value is a list."""

    value = attribute(ListTopic)
    rows = attribute(IntTopic, 0, writable=False)
    """How many lines are seen; 0 for as many as there are, up to 8."""
    _many = True

    def _kept(self, pairs: list[list[Any]]) -> Any:
        return [each for each in self.value.value if any(same_value(each, value) for _, value in pairs)]

    def _fits(self, value: Any) -> None:
        for each in value:
            super()._fits(each)

    def _is_chosen(self, value: Any) -> bool:
        return any(same_value(each, value) for each in self.value.value)

    def _select(self, **attrs: Any) -> Markup:
        return super()._select(**attrs, multiple=True, size=self.rows.value or min(8, max(2, len(self.options.value))))


__all__ = ["MultiSelect", "Options", "Radio", "Select"]

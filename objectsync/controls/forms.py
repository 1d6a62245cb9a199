"""Forms: several fields, sent together when all of them are right.

Rules: a field that nobody can use now, because it or something around it is hidden or disabled, is not looked at. One that is only out of
sight, on another tab, in a section or dialog that is closed, is: it is brought into sight when something is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dom import Element
from ..events import wants_argument
from ..sobject import SObject
from .base import Control, Field, Handler
from .buttons import Button
from .layout import Child, Row, around, reveal


class Form(Element):
    """Fields that are sent together: `Form(Text("Name", required=True), on_submit=lambda values: save(values["Name"]))`.

    Enter in a line of text sends it too. Where a field is not right, its message is shown, the keyboard goes there, and nothing is sent.
    """

    def build(self, *children: Child, on_submit: Handler | None = None, submit: str = "Send", gap: str = "0.6rem", **more: Any) -> None:
        """Make it.

        Args:
            children: Fields, and whatever else there is.
            on_submit: Called with `values` when all fields are right, or with nothing.
            submit: What stands on its button; "" for a form that brings its own (`Button(…, submits=True)`).
            gap: Between the children.
            more: `style`, `classes`, `attrs`, as of an `Element`.
        """
        style = {"display": "flex", "flex-direction": "column", "gap": gap, **(more.pop("style", None) or {})}
        attrs = {"novalidate": True, **(more.pop("attrs", None) or {})}  # our messages, not the browser's
        super().build("form", *children, style=style, attrs=attrs, **more)
        if submit:
            self._actions = Row(Button(submit, kind="primary", submits=True), parent=self)
        if on_submit is not None:
            self.on_submit(on_submit)

    def __exit__(self, *exc: object) -> None:
        super().__exit__(*exc)
        # What was created inside stands before the button that sends it.
        actions = getattr(self, "_actions", None)
        if actions is not None and self.children[-1] is not actions:
            actions.move_to(self)

    @property
    def fields(self) -> list[Field]:
        """All fields in it, however deep."""
        return [each for each in self.walk() if isinstance(each, Field)]

    @property
    def values(self) -> dict[str, Any]:
        """The values by name, or by label, where a field has no name; of all fields, also of those that are hidden or disabled now."""
        return {field.name.value or field.label.value: field.value.value for field in self.fields}

    def check(self) -> bool:
        """Look at all fields that can be used now, and show what is wrong. Returns whether all is right."""
        return not self._find_wrong()

    def on_submit(self, handler: Handler) -> Callable[[], None]:
        """Call `handler(values)` when it is sent and right; returns the function that ends it."""
        takes_values = wants_argument(handler)

        def sent(event: Any) -> Any:
            wrong = self._find_wrong()
            if wrong:
                reveal(wrong[0], self)
                wrong[0].focus(event.session)
                return None
            return handler(self.values) if takes_values else handler()

        end: Callable[[], None] = self.on("submit", sent)
        return end

    def _find_wrong(self) -> list[Field]:
        with self._os_tree.record():
            return [field for field in self.fields if self._is_in_use(field) and not field.check()]

    def _is_in_use(self, field: Field) -> bool:
        return not (field.disabled.value or _is_hidden(field) or any(map(_bars, around(field, self))))


def _bars(sobject: SObject) -> bool:
    """Whether nothing in it can be used."""
    is_disabled = isinstance(sobject, Element) and sobject.tag.value == "fieldset" and _has(sobject, "disabled")
    return is_disabled or _is_hidden(sobject)


def _is_hidden(sobject: SObject) -> bool:
    if not isinstance(sobject, (Control, Element)):
        return False
    style = sobject.style.value
    if style.get("display") == "none" or style.get("visibility") == "hidden":
        return True
    return sobject.hidden.value if isinstance(sobject, Control) else _has(sobject, "hidden")


def _has(element: Element, attribute: str) -> bool:
    return element.attrs.value.get(attribute) not in (None, False)


__all__ = ["Form"]

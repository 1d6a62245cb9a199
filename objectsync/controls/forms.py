"""Forms: several fields, sent together when all of them are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..dom import Element
from ..events import wants_argument
from .base import Field, Handler
from .buttons import Button
from .layout import Child, Row


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
        """The values by name; by label, where a field has no name."""
        return {field.name.value or field.label.value: field.value.value for field in self.fields}

    def check(self) -> bool:
        """Look at all fields, and show what is wrong. Returns whether all is right."""
        with self._os_tree.record():
            return [field.valid for field in self.fields if not field.check()] == []

    def on_submit(self, handler: Handler) -> Callable[[], None]:
        """Call `handler(values)` when it is sent and right; returns the function that ends it."""
        takes_values = wants_argument(handler)

        def sent(event: Any) -> Any:
            if not self.check():
                next(field for field in self.fields if not field.valid).focus(event.session)
                return None
            return handler(self.values) if takes_values else handler()

        end: Callable[[], None] = self.on("submit", sent)
        return end


__all__ = ["Form"]

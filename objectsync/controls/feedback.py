"""What only tells: labels, progress, notes that go away by themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TypeVar

from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import EventTopic, FloatTopic, GenericTopic, StringTopic
from .base import FLEX, Control

T = TypeVar("T")

KINDS = ("info", "success", "warning", "error")
_COLOURS = {"info": "#1a5fb4", "success": "#1b7837", "warning": "#b35c00", "error": "#b3261e"}


def check_kind(kind: str) -> None:
    """The validator of an attribute `kind`."""
    if kind not in KINDS:
        raise ValueError(f"expected one of {', '.join(map(repr, KINDS))}")


class Label(Control, frontend_type="objectsync.label"):
    """A line of text: `Label("Ready")`; `label.text.set("Done")` changes it."""

    text = attribute(StringTopic, "", writable=False)

    def build(self, text: str = "", **look: Any) -> None:
        """Make it; `look` is as of any control."""
        self._look(**look, text=text)

    def shown(self) -> Markup:
        return self._outer("span", self.text.value)

    def picture(self) -> Markup:
        return self._box(self.text.value, tag="span")


def _check_progress(value: Any) -> None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise ValueError("the value of a Progress is a number from 0 to max, or None while it is not known")


class Progress(Control, frontend_type="objectsync.progress"):
    """How far something has come: `Progress("Loading", max=10)`, then `bar.value.set(1)`.

    While `value` is None, it only says that it goes on.
    """

    value = attribute(GenericTopic, 0, is_stateful=False, order_strict=False, validator=_check_progress, writable=False)
    max = attribute(FloatTopic, 1.0, writable=False)
    text = attribute(StringTopic, "", is_stateful=False, order_strict=False, writable=False)
    """What stands beside it; the percentage, unless given."""

    def build(self, label: str = "", value: float | None = 0, *, max: float = 1.0, text: str = "", **look: Any) -> None:
        """Make it; `look` is as of any control.

        Raises:
            InvalidChangeError: `value` is no number.
            ValueError: `max` is not above 0.
        """
        if not max > 0:
            raise ValueError(f"a progress needs a max above 0, got {max}")
        self._look(label, **look, value=value, max=max, text=text)

    def shown(self) -> Markup:
        label, id = self.label.value, f"os-{self._os_id}"
        bar = self._bar(id=id, aria_label=None if label else "progress")
        return self._outer(
            "div", markup("label", label, for_=id, hidden=not label), markup("div", bar, markup("span", self._said())), style=FLEX
        )

    def picture(self) -> Markup:
        return self._box(
            markup("span", self.label.value, style="min-width: 8em; display: inline-block") if self.label.value else None,
            self._bar(),
            markup("span", f" {self._said()}"),
        )

    def _bar(self, **attrs: Any) -> Markup:
        value = self.value.value
        return markup("progress", max=self.max.value, value=None if value is None else str(value), **attrs)

    def _said(self) -> str:
        value = self.value.value
        return self.text.value or ("" if value is None else f"{math.floor(100 * value / self.max.value + 0.5)} %")


def track(items: Iterable[T], label: str = "", total: float | None = None, progress: Progress | None = None) -> Iterator[T]:
    """Go through items and show how far: `for row in track(rows, "Reading"): …`.

    Args:
        items: What to go through.
        label: What it is called.
        total: How many there are, where `len(items)` does not say.
        progress: Where to show it; a new one, unless given: in a notebook below the cell, on a page below the root.
    """
    if total is None and isinstance(items, Sized):
        total = len(items)
    bar = Progress(label) if progress is None else progress
    bar.max.set(float(total or 1))
    bar.value.set(None if total is None else 0)
    if progress is None and bar.parent is bar.server.root:
        bar.server.show_made(bar)
    for count, item in enumerate(items, 1):
        yield item
        if total is None:
            bar.text.set(str(count))
        else:
            bar.value.set(count)
    if total is None:
        bar.value.set(bar.max.value)


class Spinner(Control, frontend_type="objectsync.spinner"):
    """Something is being done: `Spinner("Training …")`; `hidden` ends it."""

    def build(self, label: str = "", **look: Any) -> None:
        """Make it; `look` is as of any control."""
        self._look(label, **look)

    def shown(self) -> Markup:
        return self._outer("span", markup("span", self.label.value), role="status")

    def picture(self) -> Markup:
        return self._box(f"⏳ {self.label.value}", tag="span")


class Toast(Control, frontend_type="objectsync.toast"):
    """A note that goes away by itself: `Toast("Saved", kind="success")`.

    It shows wherever its parent does: on a page everywhere, in a notebook give it a parent that is shown (`parent=event.object`). It is
    gone for everyone when the first page has shown it long enough, or somebody has closed it.
    """

    text = attribute(StringTopic, "", writable=False)
    kind = attribute(StringTopic, "info", validator=check_kind, writable=False)
    duration = attribute(FloatTopic, 4.0, writable=False)
    """Seconds; 0 for until it is closed."""
    closed = attribute(EventTopic)

    def build(self, text: str = "", kind: str = "info", *, duration: float = 4.0, **look: Any) -> None:
        """Make it.

        Args:
            text: What it says.
            kind: "info", "success", "warning" or "error".
            duration: Seconds until it goes; 0 for never by itself.
            look: As of any control.
        """
        self._look(**look, text=text, kind=kind, duration=float(duration))

    def init(self) -> None:
        self.closed.on_emit.add(self._closed)

    def _closed(self, **_: Any) -> None:
        self.remove()

    def shown(self) -> Markup:
        close = markup("button", "✕", type="button", aria_label="Close")
        role = "alert" if self.kind.value in ("error", "warning") else "status"
        return self._outer("div", markup("span", self.text.value), close, role=role, style=FLEX)

    def picture(self) -> Markup:
        colour = _COLOURS[self.kind.value]
        return self._box(self.text.value, style=f"border-left: 3px solid {colour}; padding: 0.3em 0.75em; margin: 0.25em 0")


__all__ = ["Label", "Progress", "Spinner", "Toast", "track"]

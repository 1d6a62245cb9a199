"""Shown: a value as it looked when it was last drawn.

Rules: it is drawn in the thread that says so, at once, so nothing changes it half-way. What is drawn is one value of one attribute, of
which a page that is slow gets the newest only; and a page keeps the picture it has until the next one is ready to be seen.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, Self

from ..controls.base import Control
from ..controls.html import html_picture
from ..controls.media import Audio, Video
from ..controls.rich import Offer, behind, drawers, image_picture, plain_bundle
from ..controls.table import Table
from ..errors import LocalError
from ..picture import Markup, markup
from ..sobject import SObject, attribute
from ..topics import GenericTopic, IntTopic, StringTopic
from ..transaction import unrecorded
from ..values import Buffer
from .drawing import draw, drawn_by_its_library
from .drawn import Drawn, How
from .plotly import still
from .scripts import script

_SAME: Final = object()


class Shown(Control, frontend_type="objectsync.shown"):
    """Shows any value: `plot = Shown(figure)`; `plot.update()` draws it again, `plot.update(other)` another in its place."""

    content = attribute(GenericTopic, is_stateful=False, order_strict=False, writable=False)
    """What is shown: `{"mime", "data", "alt", "width", "height", "background", "pixels"}`; also "library" and "figure" for
    one that a page draws itself (by "plotly" or "vega", from JSON), and "control", the id of the one below that shows it: a `Table` shows a
    DataFrame, `Audio` and `Video` play."""
    alt = attribute(StringTopic, "", writable=False)
    """What is to be seen, for those who cannot; where it is empty, what the value says of itself."""
    width = attribute(IntTopic, 0, writable=False)
    """How wide a picture is shown, in CSS pixels; 0 for as wide as it is."""

    _how = How()
    _value: Any = _SAME
    _part: Table | Audio | Video | None = None

    def build(self, value: Any, *, alt: str = "", width: int = 0, format: str = "png", dpi: float | None = None, **look: Any) -> None:
        """Draw it for the first time.

        Args:
            value: A matplotlib figure or axes, an Altair chart, a Plotly figure, a PIL image, a numpy array, a DataFrame, anything with
                a `_repr_html_`, `_repr_png_`, `_repr_svg_`, `_repr_mimebundle_` or `_repr_markdown_`; others as text.
            alt: What is to be seen, for those who cannot. Figures say their titles and axes by themselves.
            width: How wide a picture is shown, in CSS pixels.
            format: Of matplotlib's figures: "png" (quick) or "svg" (sharp at any size).
            dpi: Dots per inch of a figure's PNG; more than the figure's own is sharper, not larger.
            look: As of any control.

        Raises:
            ValueError: another format.
            ImportError: what the value's library needs to draw is not installed.
        """
        if format not in ("png", "svg"):
            raise ValueError(f"format expects 'png' or 'svg', got {format!r}")
        self._how = How(format, dpi)
        self._look(look.pop("label", None), **look, alt=alt, width=width)
        self.update(value)

    def init(self) -> None:
        # Of the bytes of a library, not of anything that belongs to the object; `live`, since a cell that runs must not hold up a picture.
        self.register_service("script", script, live=True)
        if self._part is not None and self._value is _SAME:
            # Brought back, without the rows of its table: those were in Python only. Its picture is there.
            with unrecorded(self._os_tree.record()):
                self._part.remove()
                self._part = None
                self.content.set({name: each for name, each in self.content.value.items() if name != "control"})

    def update(self, value: Any = _SAME) -> Self:
        """Draw again: what was shown, as it is now, or another value in its place.

        Raises:
            LocalError: there is no value: an undo brought this object back, and a picture of it only.
        """
        if value is _SAME:
            value = self._value
            if value is _SAME:
                raise LocalError(f"{self!r} was brought back by an undo, without what it shows; use update(value)")
        self._show(value, draw(value, self._how))
        return self

    def _show(self, value: Any, drawn: Drawn) -> None:
        self._value = value
        data = Buffer(drawn.data) if isinstance(drawn.data, bytes) else drawn.data
        content = {
            "mime": drawn.mime,
            "data": data,
            "alt": drawn.alt,
            "width": drawn.width,
            "height": drawn.height,
            "background": drawn.background,
            "pixels": drawn.pixels,
        }
        if drawn.figure is not None:
            content["library"], content["figure"] = drawn.figure
        with unrecorded(self._os_tree.record()):
            part = self._shown_by_control(drawn)
            if self._part is not None and self._part is not part and self._part in self.children:
                self._part.remove()
            self._part = part
            if part is not None:
                content["control"] = part._os_id
            self.content.set(content)

    def _shown_by_control(self, drawn: Drawn) -> Table | Audio | Video | None:
        """The control that shows it, which stays where it is of the right kind."""
        kind = Table if drawn.table is not None else None if drawn.played is None else drawn.played.control
        part = self._part if kind is not None and type(self._part) is kind and self._part in self.children else None
        if drawn.table is not None:
            if not isinstance(part, Table):
                return Table(drawn.table, label=drawn.alt, parent=self)
            part.set_data(drawn.table)
            part.label.set(drawn.alt)
        elif drawn.played is not None:
            if not isinstance(part, (Audio, Video)):
                part = drawn.played.control(label=self.alt.value, autoplay=drawn.played.autoplay, parent=self)
            part.show(drawn.played.source, drawn.played.mime)
        return part

    def shown(self) -> Markup | None:
        return self.picture() if self._part is None or self.hidden.value else self._box(self._part)

    def picture(self) -> Markup:
        content = self.content.value
        if content is None:
            return self._box()
        mime, data = content["mime"], content["data"]
        drawn = still(content["figure"]) if content.get("library") == "plotly" else None
        if drawn is not None:
            mime, data = "image/svg+xml", drawn
        if mime.startswith("image/"):
            width = self.width.value or content["width"]
            style = "max-width: 100%" + (f"; width: {width}px" if width else "")
            style += behind(content["background"]) + ("; image-rendering: pixelated" if content["pixels"] else "")
            return self._box(image_picture(bytes(data), mime, self.alt.value or content["alt"], style))
        if mime == "text/html":
            return self._box(html_picture(data), style="overflow: auto")
        return self._box(markup("pre", data, style="margin: 0; white-space: pre-wrap"))


def show(value: Any, parent: SObject | None = None, **options: Any) -> SObject:
    """Show any value, live: the `Shown` of it, to put anywhere and to `update`; an SObject is shown as itself.

    Args:
        value: What to show (see `Shown`).
        parent: Where; the current server, unless given.
        options: As of `Shown`.
    """
    if isinstance(value, SObject):
        if options:
            raise TypeError(f"an SObject is shown as it is; it takes no {', '.join(options)}")
        if parent is not None:
            value.move_to(parent)
        return value
    return Shown(value, parent=parent, **options) if parent is not None else Shown(value, **options)


def _offer(value: Any) -> Offer | None:
    """For outputs, which show many values one after the other: an object for what is more on a page than a picture."""
    drawn = drawn_by_its_library(value, How())
    if drawn is None:
        return None
    bundle = plain_bundle({drawn.mime: drawn.data, "text/plain": drawn.alt}, {drawn.mime: {"needs_background": drawn.background}})
    return Offer(bundle, partial(_show_live, value, drawn) if drawn.figure or drawn.played or drawn.table is not None else None)


def _show_live(value: Any, drawn: Drawn, parent: SObject, former: SObject | None) -> Shown:
    shown = former if isinstance(former, Shown) else Shown(None, parent=parent)
    shown._show(value, drawn)
    return shown


drawers.append(_offer)

__all__ = ["Shown", "show"]

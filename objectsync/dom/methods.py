"""What a page can be asked to do with an element: focus it, scroll to it, open a dialog.

Rules: an order is no state. It is carried out once, by the pages that show the element now: by all of them, or by one (`session`, the
id that an event came with). A page that comes later hears nothing of it. What should be so for everyone and stay so is an attribute.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from ..errors import InvalidValue
from ..sobject import SObject
from ..topics import EventTopic

INVOKE = "invoke"
"""The event attribute that carries orders; it is added with the first of them."""
Block = Literal["start", "center", "end", "nearest"]
"""Where in what scrolls something is to be seen."""


class Methods(SObject):
    """Orders to the pages. Each is a method of the DOM by its Python name."""

    def invoke(self, method: str, *args: Any, session: str | None = None) -> None:
        """Ask the pages to call a method of the element or of its view: `focus`, or one that a view of your own has in `methods`.

        Args:
            method: Its name in JavaScript. What a page does not offer is named on its console.
            args: Plain values.
            session: Only the page with this id (`event.session`); all pages otherwise.

        Raises:
            InvalidValue: an argument cannot be sent.
        """
        with self._os_tree.record():
            if not self.has_attribute(INVOKE):
                self.add_attribute(INVOKE, EventTopic, writable=False)
            self.emit(INVOKE, method=method, args=list(args), **({} if session is None else {"session": session}))

    def focus(self, session: str | None = None) -> None:
        """Give it the keyboard. In every page that shows it, unless `session` names one: `field.focus(event.session)`."""
        self.invoke("focus", session=session)

    def blur(self, session: str | None = None) -> None:
        """Take the keyboard from it."""
        self.invoke("blur", session=session)

    def select(self, session: str | None = None) -> None:
        """Select the text of a field."""
        self.invoke("select", session=session)

    def scroll_into_view(self, block: Block = "nearest", smooth: bool = False, session: str | None = None) -> None:
        """Scroll until it can be seen: in every page, unless one is named: `row.scroll_into_view(session=event.session)`.

        Raises:
            InvalidValue: `block` is none of its words. A page would scroll nowhere, and nobody would hear why.
        """
        if block not in get_args(Block):
            raise InvalidValue(f"block is start, center, end or nearest, not {block!r}; a page is named by session=")
        self.invoke("scrollIntoView", {"block": block, "behavior": "smooth" if smooth else "auto"}, session=session)

    def scroll_to(self, top: float = 0, left: float = 0, smooth: bool = False, session: str | None = None) -> None:
        """Scroll what is in it to a place, in CSS pixels: in every page, unless one is named: `log.scroll_to(0, session=event.session)`.

        Raises:
            InvalidValue: a place is no number.
        """
        for place in (top, left):
            if isinstance(place, bool) or not isinstance(place, int | float):
                raise InvalidValue(f"scroll_to takes pixels, not {place!r}; a page is named by session=")
        self.invoke("scrollTo", {"top": top, "left": left, "behavior": "smooth" if smooth else "auto"}, session=session)

    def show_modal(self, session: str | None = None) -> None:
        """Open a dialog element above everything else."""
        self.invoke("showModal", session=session)

    def show(self, session: str | None = None) -> None:
        """Open a dialog element in its place."""
        self.invoke("show", session=session)

    def close(self, session: str | None = None) -> None:
        """Close a dialog element."""
        self.invoke("close", session=session)

    def play(self, session: str | None = None) -> None:
        """Start audio or video, where the browser lets it."""
        self.invoke("play", session=session)

    def pause(self, session: str | None = None) -> None:
        """Stop audio or video."""
        self.invoke("pause", session=session)

"""Where things stand: rows, columns, grids, parts to open, tabs, a line to drag between two.

Rules: rows, columns and grids are plain elements with styles, so they need no page of ours. Children go in by position, or by
`with Column():`. Which tab is open is everyone's; which section of an accordion is, everyone's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..dom import Element
from ..dom.given import as_text
from ..picture import Markup, markup
from ..sobject import SObject, attribute
from ..topics import BoolTopic, FloatTopic, IntTopic, StringTopic
from .base import FLEX, Control, Handler

Child = SObject | str | float


class _Box(Element):
    def _lay_out(self, children: Iterable[Child], layout: Mapping[str, str], more: dict[str, Any]) -> None:
        style = {**layout, **(more.pop("style", None) or {})}
        super().build("div", *children, style=style, **more)


class Row(_Box):
    """Children side by side: `Row(Button("Yes"), Button("No"))`."""

    def build(
        self, *children: Child, gap: str = "0.5rem", align: str = "center", justify: str = "", wrap: bool = True, **more: Any
    ) -> None:
        """Make it.

        Args:
            children: Objects (moved here) or texts.
            gap: Between them, as CSS has it.
            align: Across: "start", "center", "end", "stretch", "baseline".
            justify: Along: "start", "center", "end", "space-between".
            wrap: Whether they go on in a new line.
            more: `style`, `classes`, `attrs`, as of an `Element`.
        """
        layout = {"display": "flex", "gap": gap, "align-items": align, "flex-wrap": "wrap" if wrap else "nowrap"}
        self._lay_out(children, {**layout, **({"justify-content": justify} if justify else {})}, more)


class Column(_Box):
    """Children below each other: `Column(Text("Name"), Text("Town"))`."""

    def build(self, *children: Child, gap: str = "0.5rem", align: str = "stretch", **more: Any) -> None:
        """Make it; as `Row`."""
        self._lay_out(children, {"display": "flex", "flex-direction": "column", "gap": gap, "align-items": align}, more)


class Grid(_Box):
    """Children in columns: `Grid(a, b, c, columns=3)`; with `min_width`, in as many as fit."""

    def build(self, *children: Child, columns: int | str = 2, min_width: str = "", gap: str = "0.75rem", **more: Any) -> None:
        """Make it.

        Args:
            children: Objects (moved here) or texts.
            columns: How many, or widths as CSS has them: "1fr 2fr".
            min_width: The least that a column may have, such as "16rem": their number follows from it.
            gap: Between them.
            more: `style`, `classes`, `attrs`, as of an `Element`.
        """
        widths = f"repeat({columns}, minmax(0, 1fr))" if isinstance(columns, int) else columns
        if min_width:
            widths = f"repeat(auto-fit, minmax(min({min_width}, 100%), 1fr))"
        self._lay_out(children, {"display": "grid", "grid-template-columns": widths, "gap": gap}, more)


def checked_parts(control: str, argument: str, given: Any) -> Mapping[str, Child]:
    """Parts by title, as an argument of a control.

    Raises:
        TypeError: they are not by title.
    """
    if given is None or isinstance(given, Mapping):
        return given or {}
    raise TypeError(f'{control}: {argument} is a dict from titles to what is there, as in {control}({{"One": p("…")}}), not {given!r}')


class Section(Element):
    """A part to open and close, native `<details>`: `Section("More", p("…"), open=True)`."""

    def build(self, title: str = "", *children: Child, open: bool = False, group: str = "", **more: Any) -> None:  # type: ignore[override]  # built otherwise than an Element
        """Make it; of the sections of one `group`, one is open at a time. `more` is as of an `Element`."""
        attrs = {**(more.pop("attrs", None) or {}), **({"open": True} if open else {}), **({"name": group} if group else {})}
        super().build("details", attrs=attrs, **more)
        Element("summary", parent=self, text=title)
        self.append(*children)

    @property
    def title(self) -> Any:
        """The topic of the title."""
        return self.children[0].get_attribute("text")


class Accordion(_Box):
    """Sections below each other: `Accordion({"One": p("…"), "Two": p("…")}, exclusive=True)`."""

    def build(self, sections: Mapping[str, Child] | None = None, *, exclusive: bool = False, open: int | None = None, **more: Any) -> None:  # type: ignore[override]  # built otherwise than an Element
        """Make it.

        Args:
            sections: What is in each, by title.
            exclusive: Whether opening one closes the others.
            open: Which one is open at first, counted from 0.
            more: `style`, `classes`, `attrs`, as of an `Element`.

        Raises:
            TypeError: `sections` is no mapping.
        """
        sections = checked_parts("Accordion", "sections", sections)
        classes = ["os-accordion", *(more.pop("classes", None) or ())]
        self._lay_out((), {"display": "flex", "flex-direction": "column"}, {**more, "classes": classes})
        group = f"accordion-{self._os_id}" if exclusive else ""
        for number, (title, child) in enumerate(sections.items()):
            Section(title, child, open=number == open, group=group, parent=self)


class Tab(Element):
    """A page of `Tabs`, with its title."""

    title = attribute(StringTopic, "", writable=False)

    def build(self, title: str = "", *children: Child, **more: Any) -> None:  # type: ignore[override]  # built otherwise than an Element
        """Make it; `more` is as of an `Element`."""
        super().build("div", *children, **more)
        self.title.set(title)


class Tabs(Control, frontend_type="objectsync.tabs"):
    """Pages, one of them to be seen: `Tabs({"One": p("…"), "Two": p("…")})`, or `with tabs.tab("Three"): …`."""

    selected = attribute(IntTopic, 0, validator=lambda value: value >= 0)
    """Which one is open, counted from 0; for everyone. Where there are fewer, the last one is."""

    def build(
        self, pages: Mapping[str, Child] | None = None, *, selected: int = 0, on_change: Handler | None = None, label: str = "", **look: Any
    ) -> None:
        """Make it.

        Args:
            pages: What is on each, by title.
            selected: Which one is open at first.
            on_change: Called with the number of the page after each change.
            label: What the whole is called, for those who cannot see it.
            look: `disabled`, `hidden`, `style`, `classes`.

        Raises:
            TypeError: `pages` is no mapping.
        """
        pages = checked_parts("Tabs", "pages", pages)
        self._look(label, **look, selected=selected)
        for title, child in pages.items():
            self.tab(title, child)
        if on_change is not None:
            self.selected.on_change(on_change)

    def tab(self, title: str, *children: Child) -> Tab:
        """Add a page."""
        return Tab(title, *children, parent=self)

    def shown(self) -> Markup:
        titles = [page.title.value if isinstance(page, Tab) else "" for page in self.children]
        chosen = min(self.selected.value, len(titles) - 1)  # of pages that have gone, the last one that is left
        ids = [f"os-{page._os_id}-tab" for page in self.children]
        tabs = [
            markup("button", title, type="button", role="tab", id=id, aria_selected=str(at == chosen).lower())
            for at, (id, title) in enumerate(zip(ids, titles, strict=True))
        ]
        panels = [
            markup("div", page, role="tabpanel", aria_labelledby=id, hidden=at != chosen)
            for at, (id, page) in enumerate(zip(ids, self.children, strict=True))
        ]
        return self._outer("div", markup("div", *tabs, role="tablist", style=FLEX, aria_label=self.label.value or None), *panels)

    def picture(self) -> Markup:
        # All pages, one after the other: where nothing runs, nobody can change the page.
        parts: list[Markup] = []
        for page in self.children:
            title = page.title.value if isinstance(page, Tab) else ""
            parts.append(markup("section", markup("h4", title, style="margin: 0.5em 0; border-bottom: 1px solid #8888"), page))
        return self._box(*parts)


class Split(Control, frontend_type="objectsync.split"):
    """Two children with a line between them to drag, by pointer or arrow keys: `Split(left, right, position=30)`."""

    position = attribute(FloatTopic, 50.0, validator=lambda value: 0 <= value <= 100)
    """Where the line is, in percent."""
    direction = attribute(StringTopic, "row", validator=lambda value: value in ("row", "column"), writable=False)
    """"row" for side by side, "column" for below each other."""

    def build(
        self, first: Child | None = None, second: Child | None = None, *, position: float = 50.0, direction: str = "row", **look: Any
    ) -> None:
        """Make it; without children, by `with Split():`. `look` is as of any control; give a height in `style` where it is a column."""
        self._look(look.pop("label", None), **look, position=position, direction=direction)
        for child in (first, second):
            if isinstance(child, SObject):
                child.move_to(self)
            elif child is not None:
                Element("span", parent=self, text=as_text(child))

    def shown(self) -> Markup:
        line = markup(
            "div",
            role="separator",
            tabindex="0",
            aria_label="Size of the parts",
            aria_valuemin="0",
            aria_valuemax="100",
            aria_valuenow=str(round(self.position.value)),
            aria_orientation="vertical" if self.direction.value == "row" else "horizontal",
        )
        return self._outer("div", line, *self.children)

    def picture(self) -> Markup:
        share = self.position.value
        widths = (f"{share:g}%", f"{100 - share:g}%")
        panes = [markup("div", child, style=f"flex: 0 1 {width}") for child, width in zip(self.children, widths, strict=False)]
        return self._box(*panes, style=f"display: flex; flex-direction: {self.direction.value}; gap: 0.5em")


class Tooltip(Control, frontend_type="objectsync.tooltip"):
    """Says something about its child while a pointer or the keyboard is on it: `Tooltip(Button("Save"), "Ctrl+S")`."""

    text = attribute(StringTopic, "", writable=False)

    def build(self, child: Child | None = None, text: str = "", **look: Any) -> None:
        """Make it around `child`; `look` is as of any control."""
        self._look(**look, text=text)
        if isinstance(child, SObject):
            child.move_to(self)
        elif child is not None:
            Element("span", parent=self, text=as_text(child), attrs={"tabindex": 0})

    def shown(self) -> Markup:
        return self._outer(
            "span", markup("span", *self.children), markup("span", self.text.value, role="tooltip", hidden=True, style="display: block")
        )

    def picture(self) -> Markup:
        return self._box(markup("span", *self.children, title=self.text.value), style="display: inline-block")


class Dialog(Control, frontend_type="objectsync.dialog"):
    """What stands above everything else until it is closed: `Dialog("Sure?", p("…"), Button("Yes"))`; `dialog.open.set(True)` shows it."""

    open = attribute(BoolTopic, False)
    """Whether it is there; for everyone. Escape closes one that is modal."""
    modal = attribute(BoolTopic, True, writable=False)
    """Whether the rest has to wait."""

    def build(
        self, title: str = "", *children: Child, open: bool = False, modal: bool = True, on_close: Handler | None = None, **look: Any
    ) -> None:
        """Make it; it is not seen until it is open.

        Args:
            title: What stands above.
            children: What is in it.
            open: Whether it is there at once.
            modal: Whether the rest has to wait.
            on_close: Called when it has been closed, by whomever.
            look: `hidden`, `style`, `classes`.
        """
        self._look(title, **look, open=open, modal=modal)
        for child in children:
            if isinstance(child, SObject):
                child.move_to(self)
            else:
                Element("p", parent=self, text=as_text(child))
        if on_close is not None:
            self.on_close(on_close)

    def show_modal(self, session: str | None = None) -> None:
        """Open it, for everyone."""
        self.open.set(True)

    def close(self, session: str | None = None) -> None:
        """Close it, for everyone."""
        self.open.set(False)

    def on_close(self, handler: Callable[[], Any]) -> Callable[[], None]:
        """Call `handler()` when it has been closed; returns the function that ends it."""
        return self.open.on_change(lambda is_open: None if is_open else handler())

    def picture(self) -> Markup:
        if not self.open.value:
            return markup("span", hidden=True)
        return self._box(
            markup("h4", self.label.value, style="margin: 0 0 0.5em"),
            *self.children,
            style="border: 1px solid #8888; border-radius: 0.5em; padding: 1em",
        )

    def shown(self) -> Markup:
        id = f"os-{self._os_id}-title"
        close = markup("button", "✕", type="button", aria_label="Close")
        header = markup("header", markup("h2", self.label.value, id=id), close, style=FLEX)
        return self._outer("dialog", header, markup("div", *self.children), open=self.open.value, aria_labelledby=id)


def around(sobject: SObject, below: SObject) -> Iterator[SObject]:
    """What an object is in, the nearest first, below another that it is in."""
    above = sobject.parent
    while above is not None and above is not below:
        yield above
        above = above.parent


def reveal(sobject: SObject, below: SObject) -> None:
    """Open the tabs and dialogs `around` an object. (Sections are everyone's own: they open where the keyboard goes.)"""
    inside = sobject
    for each in around(sobject, below):
        if isinstance(each, Tabs):
            each.selected.set(each.children.index(inside))
        elif isinstance(each, Dialog):
            each.open.set(True)
        inside = each


__all__ = ["Accordion", "Column", "Dialog", "Grid", "Row", "Section", "Split", "Tab", "Tabs", "Tooltip"]

"""What `make serve` serves: the README's object and a small gallery around it, all made in Python, live in every window.

Open the page in two windows side by side and use it.
"""

from __future__ import annotations

import objectsync
from objectsync import Element, Emission, Server, SObject, StringTopic, attribute

CARD = {
    "border": "1px solid color-mix(in srgb, currentColor 20%, transparent)",
    "border-radius": "0.75rem",
    "padding": "1rem 1.25rem",
    "display": "flex",
    "flex-direction": "column",
    "gap": "0.75rem",
}
ROW = {"display": "flex", "flex-wrap": "wrap", "gap": "0.5rem", "align-items": "center"}
FIELD = {"flex": "1", "min-width": "8rem", "padding": "0.35rem 0.6rem", "border-radius": "0.4rem", "border": "1px solid currentColor"}
BUTTON = {"padding": "0.35rem 0.9rem", "border-radius": "0.4rem", "border": "1px solid currentColor", "cursor": "pointer"}


class TextObject(objectsync.ElementObject):
    """The README's object."""

    frontend_type = "text"

    def pre_build(self, values: object, /) -> None:
        self.style = self.add_attribute("style", objectsync.DictTopic, {})
        self.text = self.add_attribute("text", objectsync.StringTopic, "")


def build(server: Server) -> None:
    """Put the gallery on a server."""
    with server.record():
        text = server.create_object(TextObject)
        text.text.set("Hello ObjectSync!")
        text.style.set({"font-size": "30px", "border": "5px solid black", "background-color": "yellow", "color": "black"})
        gallery = Element(
            "div",
            server=server,
            style={
                "display": "grid",
                "grid-template-columns": "repeat(auto-fit, minmax(min(20rem, 100%), 1fr))",
                "gap": "1rem",
                "margin-top": "1.5rem",
            },
        )
        counter(gallery)
        colours(gallery, text)
        shared_text(gallery)
        todo(gallery)
        history(gallery, server)
    server.clear_history()


def card(parent: SObject, title: str) -> Element:
    """A box with a heading."""
    box = Element("section", parent=parent, style=CARD)
    Element("h2", parent=box, text=title, style={"margin": "0", "font-size": "1.1rem"})
    return box


def button(parent: SObject, label: str) -> Element:
    """A button in the gallery's look."""
    return Element("button", parent=parent, text=label, attrs={"type": "button"}, style=BUTTON)


def counter(parent: SObject) -> None:
    """A click travels to Python and back."""
    box = card(parent, "A click, answered by Python")
    row = Element("div", parent=box, style=ROW)
    less = button(row, "−")
    less.attrs["aria-label"] = "one less"
    number = Element("output", parent=row, text="0", style={"font-size": "1.5rem", "min-width": "3ch", "text-align": "center"})
    more = button(row, "+")
    more.attrs["aria-label"] = "one more"
    more.on("click", lambda: number.text.set(str(int(number.text.value) + 1)))
    less.on("click", lambda: number.text.set(str(int(number.text.value) - 1)))


def colours(parent: SObject, text: TextObject) -> None:
    """A control that changes another object's style."""
    box = card(parent, "A colour for the box above")
    row = Element("label", parent=box, text="background ", style=ROW)
    picker = Element("input", parent=row, attrs={"type": "color"}, value="#ffff00")
    picker.value.on_set.add(lambda value: text.style.change_value("background-color", str(value)), auto=True)


class SharedText(Element):
    """An element whose value is a text: what several type is merged. (That of a plain element may be anything; the last one wins.)"""

    value = attribute(StringTopic, "")  # type: ignore[assignment]  # a text in place of any value


def shared_text(parent: SObject) -> None:
    """One text, typed by everyone."""
    box = card(parent, "One text for everyone")
    area = SharedText(
        "textarea",
        parent=box,
        value="Type here, in two windows.",
        attrs={"rows": 3, "aria-label": "shared text"},
        style={**FIELD, "width": "100%", "box-sizing": "border-box"},
    )
    count = Element("small", parent=box, text="26 characters")
    area.value.on_set += lambda value: count.text.set(f"{len(value or '')} characters")


def todo(parent: SObject) -> None:
    """A list that Python keeps."""
    box = card(parent, "To do")
    form = Element("div", parent=box, style=ROW)
    field = Element("input", parent=form, value="", attrs={"placeholder": "What next?", "aria-label": "new item"}, style=FIELD)
    items = Element("ul", parent=box, style={"margin": "0", "padding-left": "1.25rem"})

    def add() -> None:
        title = str(field.value.value or "").strip()
        if not title:
            return
        with items.server.record():
            item = Element("li", parent=items)
            Element("span", parent=item, text=f"{title} ")
            done = button(item, "done")
            done.attrs["aria-label"] = f"{title} is done"
            done.on("click", item.remove)
            field.value.set("")

    def on_key(event: Emission) -> None:
        if event.get("key") == "Enter":
            add()

    field.on("keydown", on_key)
    button(form, "add").on("click", add)


def history(parent: SObject, server: Server) -> None:
    """Undo for all of it."""
    box = card(parent, "Undo anything on this page")
    row = Element("div", parent=box, style=ROW)
    button(row, "undo").on("click", server.undo)
    button(row, "redo").on("click", server.redo)
    Element("small", parent=box, text="Ctrl+Z works too, outside of fields.")


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="objectsync demo", debug=True)
    build(server)
    server.run()

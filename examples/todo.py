"""A to-do list that everyone who opens the page shares, down to the letters being typed."""

from __future__ import annotations

import objectsync
from objectsync import DictTopic, Element, ElementObject, SObject, StringTopic, attribute


class Field(ElementObject, frontend_type="input"):
    """A text field. A StringTopic merges what several people type; stateless, because letters are no steps to undo."""

    value = attribute(StringTopic, "", is_stateful=False)
    attrs = attribute(DictTopic, {"placeholder": "What is to be done?", "aria-label": "A new thing to do"})


class Item(ElementObject, frontend_type="li"):
    """One thing to do: a box to tick, its title, and a button that takes it off the list."""

    def build(self, title: str) -> None:
        self.done = self.add_child(Element, "input", attrs={"type": "checkbox", "aria-label": f"{title}: done"})
        self.title = self.add_child(Element, "span", text=title)
        self.drop = self.add_child(Element, "button", text="remove", attrs={"type": "button", "aria-label": f"remove {title}"})

    def init(self) -> None:
        self.done.checked.on_set += self.strike
        self.drop.on("click", self.remove)

    def strike(self, done: bool) -> None:
        """A manual listener: undo and redo run it again, so what it derives is always right."""
        if done:
            self.title.style["text-decoration"] = "line-through"
        else:
            self.title.style.pop("text-decoration", None)


class TodoList(SObject):
    """The whole list, with a form for new items."""

    def build(self) -> None:
        self.heading = self.add_child(Element, "h1", text="To do")
        self.form = self.add_child(Element, "form")
        self.field = self.form.add_child(Field)
        self.form.add_child(Element, "button", text="add")
        self.items = self.add_child(Element, "ul")
        self.back = self.add_child(Element, "button", text="undo")

    def init(self) -> None:
        self.form.on("submit", self.add)
        self.back.on("click", lambda: self.server.undo(self))

    def add(self) -> None:
        """Put what the field says on the list: one transaction, and so one step to undo."""
        title = self.field.value.value.strip()
        if title:
            with self.server.record():
                self.items.add_child(Item, title=title)
                self.field.value.set("")


def build(server: objectsync.Server) -> TodoList:
    """The list with two things on it, in any server."""
    todo = server.create_object(TodoList)
    for title in ("water the plants", "open this page in a second window"):
        todo.items.add_child(Item, title=title)
    server.clear_history()
    return todo


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="To do")
    build(server)
    server.run()

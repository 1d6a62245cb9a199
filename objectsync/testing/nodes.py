"""What a page shows, as a tree of nodes: the elements that a browser would have, computed from the client's objects.

Rules: a node is read and never kept: each look makes the tree anew, so it cannot be out of date. What is shown of an object is what the
views in js/packages show of it: the tag, text, attributes, value, children. What is only this page's own (which dialog is open, what
is typed into a field that has no topic) comes from `PageState`. A control says itself what it is (`Control.shown`), another class by its
`picture`; a frontend of one's own without one is a node of its name, with its children.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .. import safety
from ..client import BaseClient, ClientObject
from ..controls.base import Control
from ..controls.numbers import shown_number
from ..hub import Hub
from ..picture import Markup
from ..sobject import SObject
from .keyboard import Holder

_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "button",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "mark",
        "meter",
        "output",
        "progress",
    }
    | {"q", "s", "samp", "small", "span", "strong", "sub", "sup", "text", "time", "tspan", "u", "var"}
)
Piece = Any
"""What becomes a node: a text, `Markup`, or an object (of the server, where a picture names it)."""
_FIELDS = frozenset({"input", "select", "textarea"})


@dataclass(frozen=True)
class Entry:
    """What stands in a field of a number, a day or a time."""

    text: str
    value: Any
    """The value of the control meanwhile."""
    wrong: str
    """What is wrong with the text; "" for nothing."""


@dataclass
class PageState:
    """What a page knows besides the objects, by their ids."""

    open: dict[str, bool] = field(default_factory=dict)
    """Dialogs and details that orders or a person opened and closed."""
    closed: list[str] = field(default_factory=list)
    """Elements `dialog` that have closed and not told so yet."""
    typed: dict[str, str] = field(default_factory=dict)
    """What stands in fields whose objects have no topic for it."""
    caret: int | None = None
    """After how many letters of the field that has the keyboard the next one comes; None for at the end."""
    is_all_selected: bool = False
    """Whether the next letter takes the place of all that is in the field."""
    entries: dict[str, Entry] = field(default_factory=dict)
    """What was entered into fields in which it may be no value."""
    complaints: dict[str, str] = field(default_factory=dict)
    """What is said of files that were not taken."""
    focused: Holder | None = None
    """The element that has the keyboard."""
    reached: str | None = None
    """The object that a pointer or the keyboard came to last."""
    modal: set[str] = field(default_factory=set)
    """Elements `dialog` that were opened as modal ones."""
    dialogs: dict[str, Holder | None] = field(default_factory=dict)
    """The dialogs that have opened, the newest last, with who had the keyboard before."""
    editing: tuple[str, int, int] | None = None
    """The cell of a table that is edited: the table's id, the row's place in the data, the column's place."""
    began: str = ""
    """What stood in the field of that cell at first."""
    downloads: list[tuple[str, bytes]] = field(default_factory=list)
    """The files that were saved."""


class Node:
    """One element of a page."""

    def __init__(self, object: ClientObject, tag: str, attrs: Mapping[str, Any], own_text: str, value: str | None, checked: bool) -> None:
        self.object = object
        self.tag = tag
        self.attrs = attrs
        self.own_text = own_text
        self.value = value
        """What a field holds, as text; None for other elements. Of several that are chosen, the first."""
        self.values: list[str] = []
        """What is chosen of a select, in the order that it offers."""
        self.checked = checked
        self.children: list[Node] = []
        self.parent: Node | None = None
        self.is_open = True
        """Of a dialog or details: whether it is open."""
        self.hidden_by_style = False
        self.display = ""
        """Its own style `display`, where it has one."""
        self.front: Node | None = None
        """Of the topmost node: the modal dialog that is in front of all."""
        self.texts_taken = 0
        """How many of its texts stand in `own_text`, and not in nodes of their own."""

    def append(self, child: Node) -> None:
        """Put a node at the end."""
        child.parent = self
        self.children.append(child)

    @property
    def input_type(self) -> str:
        """The kind of an `input`; "" for other elements."""
        return str(self.attrs.get("type") or "text").lower() if self.tag == "input" else ""

    @property
    def is_field(self) -> bool:
        """Whether it holds a value."""
        return self.tag in _FIELDS

    def ancestors(self) -> Iterator[Node]:
        """The nodes around it, the nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @cached_property
    def root(self) -> Node:
        """The topmost node."""
        return next(reversed(list(self.ancestors())), self)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the page."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def by_id(self, id: str) -> Node | None:
        """The node below with this `id` attribute."""
        return next((node for node in self.walk() if node.attrs.get("id") == id), None)

    # --- what can be seen

    def why_hidden(self) -> str:
        """Why it cannot be seen; "" where it can."""
        inside: Node = self
        for node in (self, *self.ancestors()):
            if node.attrs.get("hidden"):
                return f"{node.start} has the attribute hidden"
            if node.hidden_by_style:
                return f"{node.start} has a style that hides it"
            if node.tag == "dialog" and not node.is_open:
                return f"{node.start} is not open"
            if node.tag == "details" and not node.is_open and inside is not node and inside.tag != "summary":
                return f"{node.start} is not open"
            inside = node
        return "it is a hidden field" if self.input_type == "hidden" else ""

    @property
    def visible(self) -> bool:
        """Whether it can be seen (an opaque element in front of it is not looked for)."""
        return not self.why_hidden()

    @property
    def is_inert(self) -> bool:
        """Whether a modal dialog is in front of it."""
        front = self.root.front
        return front is not None and front is not self and front not in self.ancestors()

    @property
    def disabled(self) -> bool:
        """Whether it cannot be used."""
        if bool(self.attrs.get("disabled")):
            return True
        return self.tag in (*_FIELDS, "button") and any(node.tag == "fieldset" and node.attrs.get("disabled") for node in self.ancestors())

    @property
    def text(self) -> str:
        """All the text in it that can be seen, with single spaces."""
        return self.text_without(())

    def text_without(self, skipped: Container[str]) -> str:
        """The text, without that of elements of some tags."""
        parts: list[str] = []
        stack: list[Node | str] = [self]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                parts.append(item)
            elif item is self or not (item.tag in skipped or item.hidden_itself):
                around = " " if item.is_block else ""
                between: list[Node | str] = [around, *reversed(item.children)]
                stack.extend(between)
                parts.append(around + item.own_text)
        return " ".join("".join(parts).split())

    @property
    def is_block(self) -> bool:
        """Whether it stands in lines of its own, by what it is, or by the styles of it and what it is in."""
        is_laid_out = self.parent is not None and self.parent.display.endswith(("flex", "grid"))
        return self.tag not in _INLINE or self.display in ("block", "flex", "grid") or is_laid_out

    @property
    def hidden_itself(self) -> bool:
        """Whether it, and not what is around it, is the reason that it cannot be seen."""
        if self.attrs.get("hidden") or self.hidden_by_style or (self.tag == "dialog" and not self.is_open):
            return True
        return self.parent is not None and self.parent.tag == "details" and not self.parent.is_open and self.tag != "summary"

    # --- for people

    @property
    def start(self) -> str:
        """Its start tag, short: what error messages call it."""
        shown = [f'{name}="{value}"' for name, value in self.attrs.items() if name in ("id", "type", "role", "aria-label", "data-testid")]
        return f"<{' '.join([self.tag, *shown])}>"

    def __str__(self) -> str:
        lines: list[str] = []
        depths = {id(self): 0}
        for node in self.walk():
            depth = depths[id(node)]
            depths.update((id(child), depth + 1) for child in node.children)
            lines.append("  " * depth + node.line())
        return "\n".join(lines)

    def line(self) -> str:
        """One line about it, without what is below."""
        from .roles import name_of, role_of

        role, name = role_of(self), name_of(self)
        said = [self.start]
        if role:
            said.append(role)
        if name and name != self.own_text.strip():
            said.append(f'"{name}"')
        if self.own_text.strip():
            said.append(repr(_short(self.own_text.strip())))
        if self.input_type in ("checkbox", "radio"):
            said.append("checked" if self.checked else "not checked")
        elif self.is_field:
            said.append(f"= {_short(self.value or '')!r}")
        said += [word for word, holds in (("disabled", self.disabled), ("hidden", self.hidden_itself)) if holds]
        return " ".join(said)


def render(hub: Hub, client: BaseClient, state: PageState) -> Node:
    """The whole page of a client; `hub` knows what its objects that are no elements look like."""
    top = _node(client.root, state)
    stack: list[tuple[Piece, Node, ClientObject]] = [(child, top, child) for child in reversed(client.root.children)]
    while stack:
        piece, parent, whose = stack.pop()
        if isinstance(piece, str):
            below = Node(whose, "span", {}, piece, None, False)
        elif isinstance(piece, Markup):
            below = _drawn(whose, piece)
            stack.extend((child, below, whose) for child in reversed(piece.children[below.texts_taken :]))
        else:
            if isinstance(piece, SObject):  # as a picture names it
                piece = client.object(piece.id)
            picture = None if is_element(piece) else _picture(hub, piece)
            if picture is not None:
                stack.append((picture, parent, piece))
                continue
            below = _node(piece, state)
            stack.extend((child, below, child) for child in reversed(piece.children))
        parent.append(below)
    for node in top.walk():
        if node.tag == "select" and is_element(node.object):
            _choose(node)
    return top


def read(sobject: ClientObject, name: str) -> Any:
    """The value of an attribute; None where there is none."""
    return sobject.attribute(name).value if sobject.has_attribute(name) else None


def _node(sobject: ClientObject, state: PageState) -> Node:
    tag = _tag_of(sobject)
    attrs = {name: value for name, value in _mapping(read(sobject, "attrs")).items() if value is not None and value is not False}
    classes = [str(each) for each in read(sobject, "classes") or ()]
    if classes:
        attrs["class"] = " ".join(filter(None, [str(attrs.get("class", "")), *classes]))
    own_text = "" if tag in ("input", "textarea") else str(read(sobject, "text") or "")
    value: str | None = None
    if tag in _FIELDS:
        given = read(sobject, "value")
        value = state.typed.get(sobject.id, "") if not sobject.has_attribute("value") else "" if given is None else _text(given)
    checked = (
        str(attrs.get("aria-checked")).lower() == "true"
        or read(sobject, "checked") is True
        or (tag == "input" and read(sobject, "value") is True)
    )
    node = Node(sobject, tag, attrs, own_text, value, checked)
    style = _mapping(read(sobject, "style"))
    node.display = str(style.get("display", ""))
    node.hidden_by_style = node.display == "none" or style.get("visibility") == "hidden"
    if tag in ("dialog", "details"):
        node.is_open = state.open.get(sobject.id, bool(attrs.get("open")))
    return node


def _picture(hub: Hub, sobject: ClientObject) -> Markup | None:
    known = hub.objects.get(sobject.id)
    return None if known is None else known.shown() if isinstance(known, Control) else known.picture()


def _drawn(sobject: ClientObject, piece: Markup) -> Node:
    attrs = {name: value for name, value in piece.attrs.items() if value is not None and value is not False}
    first = piece.children[0] if piece.children else None
    node = Node(sobject, piece.tag, attrs, first if isinstance(first, str) else "", None, bool(attrs.get("checked")))
    node.texts_taken = 1 if isinstance(first, str) else 0
    _, _, display = str(attrs.get("style", "")).partition("display: ")
    node.display = display.partition(";")[0].strip()
    node.hidden_by_style = node.display == "none" or node.tag == "datalist"
    node.is_open = node.tag not in ("dialog", "details") or "open" in attrs
    if node.tag == "textarea":
        node.value, node.own_text = node.own_text, ""
    elif node.tag == "select":
        node.values = [str(each.children[0]) for each in piece.children if isinstance(each, Markup) and each.attrs.get("selected")]
        node.value = next(iter(node.values), "")
    elif node.tag == "input" and node.input_type not in ("checkbox", "radio"):
        node.value = "" if node.input_type == "file" else str(attrs.get("value", ""))
    return node


def _tag_of(sobject: ClientObject) -> str:
    kind = sobject.frontend_type
    if kind == "Root":
        return "main"
    if kind == "text":
        return "div"
    return str(read(sobject, "tag") or "div") if kind == "Element" else kind


def is_element(sobject: ClientObject) -> bool:
    """Whether it is shown as an element, and not by a frontend of its own."""
    tag = _tag_of(sobject)
    return tag in safety.HTML_TAGS or tag in safety.SVG_TAGS


def _choose(select: Node) -> None:
    """What of the options is chosen: nothing, where the value is none of them. A list that opens and has no value shows its first one."""
    given = read(select.object, "value")
    chosen = [_text(each) for each in given] if isinstance(given, list) else [select.value]
    options = [value_of(option) for option in select.walk() if option.tag == "option"]
    shows_first = not (select.attrs.get("multiple") or select.object.has_attribute("value"))
    select.values = [each for each in options if each in chosen] or (options[:1] if shows_first else [])
    select.value = next(iter(select.values), select.value if not options else "")


def value_of(option: Node) -> str:
    """What choosing an option puts into its select."""
    return str(option.attrs.get("value", option.text))


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown_number(value) if isinstance(value, float) and value.is_integer() else str(value)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"

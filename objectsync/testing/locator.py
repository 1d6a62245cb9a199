"""Locators: which elements of a page are meant, and what is done with them.

Rules: a locator is a question; it is asked anew each time it is used. An action wants exactly one element, that can be seen and used, and
waits for it as long as the page's `timeout`; so do `text`, `value` and the like. `count`, `all` and `is_visible` answer at once. An error
says what was looked for and what is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..client import ClientObject
from .errors import NotThere
from .fields import filled
from .files import GivenFile
from .nodes import Node, is_element, value_of
from .roles import is_told, label_texts, name_of, role_of

if TYPE_CHECKING:
    from .page import Page

T = TypeVar("T")
Wanted = str | re.Pattern[str]
Find = Callable[[Node], Iterable[Node]]


class Queries:
    """How to look for something, in a page or within what a locator means."""

    def get_by_text(self, text: Wanted, *, exact: bool = False) -> Locator:
        """The innermost elements with this text: a part of it, in any case, unless `exact`; or a pattern."""

        def find(top: Node) -> Iterator[Node]:
            for node in top.walk():
                own = node.value or "" if node.input_type in ("button", "submit", "reset") else node.text
                if _matches(own, text, exact) and not any(_matches(child.text, text, exact) for child in node.children):
                    yield node

        return self._narrow(f"get_by_text({_shown(text)}{_flag(exact)})", find)

    def get_by_role(self, role: str, *, name: Wanted | None = None, exact: bool = False) -> Locator:
        """The elements with this role ("button", "heading", "textbox", "checkbox", …) and name, that can be seen."""

        def find(top: Node) -> Iterator[Node]:
            for node in top.walk():
                if role_of(node) == role and is_told(node) and (name is None or _matches(name_of(node), name, exact)):
                    yield node

        return self._narrow(f"get_by_role({role!r}{'' if name is None else f', name={_shown(name)}'}{_flag(exact)})", find)

    def get_by_label(self, text: Wanted, *, exact: bool = False) -> Locator:
        """The fields with this label."""

        def find(top: Node) -> Iterator[Node]:
            for node in top.walk():
                if any(each and _matches(each, text, exact) for each in label_texts(node)):
                    yield node

        return self._narrow(f"get_by_label({_shown(text)}{_flag(exact)})", find)

    def get_by_placeholder(self, text: Wanted, *, exact: bool = False) -> Locator:
        """The fields with this placeholder."""
        return self._by_attribute(f"get_by_placeholder({_shown(text)}{_flag(exact)})", "placeholder", text, exact)

    def get_by_title(self, text: Wanted, *, exact: bool = False) -> Locator:
        """The elements with this `title`: the tooltip of a control."""
        return self._by_attribute(f"get_by_title({_shown(text)}{_flag(exact)})", "title", text, exact)

    def get_by_alt_text(self, text: Wanted, *, exact: bool = False) -> Locator:
        """The pictures with this `alt`."""
        return self._by_attribute(f"get_by_alt_text({_shown(text)}{_flag(exact)})", "alt", text, exact)

    def get_by_test_id(self, id: str) -> Locator:
        """The element with this `data-testid`."""
        return self._by_attribute(f"get_by_test_id({id!r})", "data-testid", id, True)

    def get_by_id(self, id: str) -> Locator:
        """The element with this `id` attribute."""
        return self._by_attribute(f"get_by_id({id!r})", "id", id, True)

    def get_by_tag(self, tag: str) -> Locator:
        """The elements of this tag, or frontends of this type."""
        return self._narrow(f"get_by_tag({tag!r})", lambda top: (node for node in top.walk() if node.tag == tag))

    def get(self, sobject: Any) -> Locator:
        """What shows this object (of the server or the client)."""
        return self._narrow(f"get({sobject})", lambda top: [node for node in top.walk() if node.object.id == sobject.id][:1])

    def _by_attribute(self, what: str, name: str, wanted: Wanted, exact: bool) -> Locator:
        return self._narrow(
            what, lambda top: (node for node in top.walk() if name in node.attrs and _matches(str(node.attrs[name]), wanted, exact))
        )

    def _narrow(self, what: str, find: Find) -> Locator:
        raise NotImplementedError


class Locator(Queries):
    """Elements of a page."""

    def __init__(self, page: Page, what: str, find: Find) -> None:
        self._page = page
        self._what = what
        self._find = find

    def __repr__(self) -> str:
        return f"page.{self._what}"

    # --- which of them

    def filter(self, *, has_text: Wanted | None = None, has: Locator | None = None) -> Locator:
        """Those of them with this text in them, or with what another locator means."""

        def find(top: Node) -> Iterator[Node]:
            for node in self._find(top):
                if (has_text is None or _matches(node.text, has_text, False)) and (has is None or any(True for _ in has._find(node))):
                    yield node

        said = [f"has_text={_shown(has_text)}"] if has_text is not None else []
        return Locator(self._page, f"{self._what}.filter({', '.join([*said, *([f'has={has}'] if has else [])])})", find)

    def nth(self, index: int) -> Locator:
        """One of them, counted from 0; -1 is the last."""

        def find(top: Node) -> list[Node]:
            found = list(self._find(top))
            return [found[index]] if -len(found) <= index < len(found) else []

        return Locator(self._page, f"{self._what}.nth({index})", find)

    @property
    def first(self) -> Locator:
        """The first of them."""
        return self.nth(0)

    @property
    def last(self) -> Locator:
        """The last of them."""
        return self.nth(-1)

    def all(self) -> list[Locator]:
        """A locator for each of them that is there now."""
        return [self.nth(index) for index in range(self.count())]

    # --- what is there

    def count(self) -> int:
        """How many there are now."""
        return len(self._nodes())

    def is_visible(self) -> bool:
        """Whether it is there and can be seen, now.

        Raises:
            NotThere: several are meant.
        """
        nodes = self._nodes()
        if len(nodes) > 1:
            raise NotThere(self._problem())
        return bool(nodes) and nodes[0].visible

    @property
    def text(self) -> str:
        """The text in it, as it can be seen, with single spaces."""
        return self._node().text

    @property
    def texts(self) -> list[str]:
        """The text of each of them that is there now."""
        return [node.text for node in self._nodes()]

    @property
    def value(self) -> str:
        """What a field holds, as text."""
        node = self._node()
        if node.value is None:
            raise NotThere(f"{self} is {node.start}, which holds no value; `text` is what it shows")
        return node.value

    @property
    def checked(self) -> bool:
        """Whether a checkbox or radio button is on."""
        return self._node().checked

    @property
    def enabled(self) -> bool:
        """Whether it can be used."""
        return not self._node().disabled

    @property
    def name(self) -> str:
        """What it is called, for those who cannot see it."""
        return name_of(self._node())

    def attribute(self, name: str) -> str | None:
        """An HTML attribute; None where there is none."""
        value = self._node().attrs.get(name)
        return None if value is None else "" if value is True else str(value)

    @property
    def style(self) -> dict[str, str]:
        """Its own CSS properties."""
        sobject = self._node().object
        return {name: str(value) for name, value in sobject.attribute("style").value.items()} if sobject.has_attribute("style") else {}

    @property
    def object(self) -> ClientObject:
        """The client's object that it shows."""
        return self._node().object

    # --- what is done

    def click(self) -> None:
        """Press it, and wait for what that sets off.

        Raises:
            NotThere: there is not exactly one, or it cannot be seen or used.
            Rejected: the server did not take over what the page changed.
        """
        self._act("click", self._page.person.click)

    def dblclick(self) -> None:
        """Press it twice. A cell of a table that can be edited has a field then, called by its column."""
        self._act("dblclick", self._page.person.dblclick)

    def hover(self) -> None:
        """Move the pointer onto it: its tooltip is shown."""
        self._act("hover", self._page.person.hover)

    def fill(self, text: str) -> None:
        """Put this text into a field, in place of what is there. `change` comes when it is left, or Enter is pressed, as in a browser."""

        def act(node: Node) -> None:
            if not node.is_field or node.tag == "select" or node.input_type in ("checkbox", "radio", "file"):
                raise NotThere(f"{self} is {node.start}, which cannot be filled")
            if node.attrs.get("readonly"):
                raise NotThere(f"{self} is {node.start}, which can be read only")
            try:
                given = filled(node, str(text))
            except ValueError as error:
                raise NotThere(f"{self} is {node.start}, which a browser fills with {error}, not {text!r}") from None
            self._page.person.fill(node, given)

        self._act("fill", act)

    def press(self, key: str) -> None:
        """Press a key there: "Enter", "Escape", "a", "Control+b"."""
        self._act("press", lambda node: self._page.person.press(node, key))

    def type(self, text: str) -> None:
        """Press the key of each letter."""
        for letter in text:
            self.press("Space" if letter == " " else letter)

    def check(self) -> None:
        """Turn a checkbox or radio button on; nothing happens where it is."""
        self.set_checked(True)

    def uncheck(self) -> None:
        """Turn a checkbox off."""
        self.set_checked(False)

    def set_checked(self, checked: bool) -> None:
        """Turn a checkbox on or off."""

        def act(node: Node) -> None:
            if node.input_type not in ("checkbox", "radio"):
                raise NotThere(f"{self} is {node.start}, which cannot be checked")
            if node.input_type == "radio" and not checked:
                raise NotThere(f"{self} is {node.start}, which goes off when another is chosen: check that one")
            if node.checked != checked:
                self._page.person.click(node)

        self._act("check", act)

    def select_option(self, *options: str | Sequence[str]) -> None:
        """Choose an option of a select, by its text or its value; of one that takes several, just these (or a list of them)."""
        wanted = [text for each in options for text in ([each] if isinstance(each, str) else each)]

        def act(node: Node) -> None:
            known = [each for each in node.walk() if each.tag == "option"]
            found = [each for each in known if each.text in wanted or value_of(each) in wanted]
            if node.tag != "select" or len(found) < len(wanted):
                missing = ", ".join(
                    repr(each) for each in wanted if each not in [text for one in found for text in (one.text, value_of(one))]
                )
                texts = ", ".join(repr(each.text) for each in known)
                raise NotThere(f"{self} is {node.start} and has no option {missing}; it has {texts}")
            self._page.person.choose(node, found)

        self._act("select_option", act)

    def set_input_files(self, *files: GivenFile | Sequence[GivenFile]) -> None:
        """Choose files in an `Upload`: by their paths, or as `{"name": "cat.png", "mimeType": "image/png", "buffer": b"…"}`; or a list."""
        chosen = [one for each in files for one in ([each] if isinstance(each, (str, Path, Mapping)) else each)]

        def act(node: Node) -> None:
            if node.input_type != "file" or is_element(node.object):
                raise NotThere(f"{self} is {node.start}, which takes no files")
            if len(chosen) > 1 and not node.attrs.get("multiple"):
                raise NotThere(f"{self} is {node.start}, which takes one file, not {len(chosen)}; make it Upload(…, multiple=True)")
            self._page.person.choose_files(node, chosen)

        self._act("set_input_files", act)

    def focus(self) -> None:
        """Give it the keyboard."""
        self._act("focus", self._page.person.focus)

    def blur(self) -> None:
        """Take the keyboard from it; a field that was edited tells that it has changed."""
        self._act("blur", lambda node: self._page.person.blur(node.root))

    def dispatch(self, event: str, **fields: Any) -> None:
        """Let any DOM event happen at it: `dispatch("pointermove", elementX=3, elementY=4)`."""
        self._act("dispatch", lambda node: self._page.person.dispatch(node, event, fields))

    def do(self, function: Callable[[ClientObject], Any]) -> None:
        """Do what a frontend of your own does: `function` gets the client's object; what it changes is one action."""

        def act(node: Node) -> None:
            with self._page.client.record():
                function(node.object)

        self._act("do", act, usable=False)

    # --- inner

    def _narrow(self, what: str, find: Find) -> Locator:
        def within(top: Node) -> Iterator[Node]:
            seen: set[int] = set()
            for node in self._find(top):
                for found in find(node):
                    if found is not node and id(found) not in seen:
                        seen.add(id(found))
                        yield found

        return Locator(self._page, f"{self._what}.{what}", within)

    def _nodes(self) -> list[Node]:
        return list(self._find(self._page.look()))

    def _node(self, usable: bool = False) -> Node:
        def ready() -> Node | None:
            nodes = self._nodes()
            if len(nodes) != 1 or (usable and (nodes[0].disabled or nodes[0].is_inert or not nodes[0].visible)):
                return None
            return nodes[0]

        found = self._page.wait_for(ready)
        if found is not None:
            return found
        raise NotThere(self._problem())

    def _problem(self) -> str:
        nodes = self._nodes()
        if not nodes:
            return f"{self} is not there. The page shows:\n{self._page}"
        if len(nodes) > 1:
            listed = "\n".join(f"  {number}: {node.line()}" for number, node in enumerate(nodes))
            return f"{self} means {len(nodes)} elements; say which (`.nth(0)`, `exact=True`, `.filter(…)`):\n{listed}"
        (node,) = nodes
        why, front = node.why_hidden(), node.root.front
        if why:
            return f"{self} cannot be seen: {why}"
        if node.is_inert and front is not None:
            return f"{self} cannot be used: the dialog {name_of(front)!r} is in front of it; close that first, as by page.press('Escape')"
        return f"{self} cannot be used: {node.start} is disabled"

    def _act(self, what: str, act: Callable[[Node], Any], usable: bool = True) -> None:
        node = self._node(usable)
        self._page.act(f"{self}.{what}", lambda: act(node))


def _matches(text: str, wanted: Wanted, exact: bool) -> bool:
    if isinstance(wanted, re.Pattern):
        return wanted.search(text) is not None
    wanted = " ".join(wanted.split())
    return text == wanted if exact else wanted.lower() in text.lower()


def _shown(wanted: Wanted) -> str:
    return repr(wanted) if isinstance(wanted, str) else f"/{wanted.pattern}/"


def _flag(exact: bool) -> str:
    return ", exact=True" if exact else ""

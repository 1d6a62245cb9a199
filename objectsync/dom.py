"""Elements: SObjects that clients show as DOM elements. Public API only, like any user's own classes.

What may become part of a page is on allow lists (safety.py), here for an early error and again in the client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import safety
from .sobject import SObject, attribute
from .topics import BoolTopic, DictTopic, GenericTopic, SetTopic, StringTopic


class ElementObject(SObject):
    """A base for objects that are shown as one element of their own `frontend_type` (a tag name, `text`, or a registered frontend).

    The client shows whichever of these attributes an object has: `text`, `style`, `attrs`, `classes`, `value`, `checked`; and every
    event attribute listens to the DOM event of its name.
    """

    frontend_type = "div"


def _check_attrs(attrs: Mapping[str, Any]) -> None:
    for name, value in attrs.items():
        safety.check_attribute(None, name, value)


def _check_style(style: Mapping[str, Any]) -> None:
    for name, value in style.items():
        safety.check_style(name, value)


class Element(ElementObject):
    """Any allowed HTML or SVG element: `Element("button", text="more", style={"color": "red"})`.

    Raises:
        InvalidChangeError: a tag, attribute, URL or style that could run code, or is not known.
    """

    frontend_type = "Element"

    tag = attribute(StringTopic, "div", writable=False, validator=safety.check_tag)
    """The tag's name; it does not change."""
    text = attribute(StringTopic, "")
    """The element's text; it stands before the children."""
    style = attribute(DictTopic, validator=_check_style)
    """CSS properties by name, such as `{"font-size": "30px"}`."""
    attrs = attribute(DictTopic, validator=_check_attrs)
    """HTML attributes by name, such as `{"href": "/help"}`; True stands for an attribute without a value, False for none."""
    classes = attribute(SetTopic)
    """CSS classes."""
    value = attribute(GenericTopic, None)
    """What a form element holds, both ways."""
    checked = attribute(BoolTopic, False)
    """Whether a checkbox or radio button is on, both ways."""

    def build(
        self,
        tag: str = "div",
        *children: SObject | str,
        text: str | None = None,
        style: Mapping[str, str] | None = None,
        attrs: Mapping[str, Any] | None = None,
        classes: Iterable[str] | None = None,
        value: Any = None,
        checked: bool | None = None,
    ) -> None:
        """Make the element; `children` are objects (moved here) or texts."""
        values: dict[str, Any] = {}
        if tag != "div":
            values["tag"] = tag
        if text is not None:
            values["text"] = text
        if style:
            values["style"] = dict(style)
        if attrs:
            values["attrs"] = dict(attrs)
        if classes:
            values["classes"] = list(classes)
        if value is not None:
            values["value"] = value
        if checked is not None:
            values["checked"] = checked
        self.set_attributes(**values)
        for child in children:
            if isinstance(child, str):
                Element("span", parent=self, text=child)
            else:
                child.move_to(self)

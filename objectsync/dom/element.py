"""Elements: SObjects that clients show as DOM elements. Public API only, like any user's own classes.

What may become part of a page is on allow lists (safety.py), here for an early error and again in the client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .. import safety
from ..attributes import sets_attributes
from ..sobject import SObject, attribute
from ..topics import BoolTopic, DictTopic, GenericTopic, SetTopic, StringTopic
from .given import ATTRS, STYLE, as_dict, as_names, as_text
from .listening import check_events, joined, options
from .methods import Methods


class ElementObject(Methods):
    """A base for objects that are shown as one element of their own `frontend_type` (a tag name, `text`, or a registered frontend).

    The client shows whichever of these attributes an object has: `text`, `style`, `attrs`, `classes`, `value`, `checked`; and every
    event attribute listens to the DOM event of its name, in the way that the attribute `events` says (`on` makes it).

    `with element:` makes it the parent of what is created inside without a parent of its own.
    """

    frontend_type = "div"

    def on(
        self,
        event: str,
        handler: Callable[..., Any] | None = None,
        inverse: Callable[..., Any] | None = None,
        *,
        live: bool = False,
        fields: Iterable[str] | None = None,
        keys: Iterable[str] | None = None,
        prevent_default: bool = False,
        stop_propagation: bool = False,
        throttle: float | None = None,
        debounce: float | None = None,
    ) -> Any:
        """Call `handler(event)` after each DOM event of this name; as a decorator too. Returns the function that ends it.

        The options are the event's, not the handler's: they hold for all handlers of it, and join where several are given.

        Args:
            event: The DOM's name: "click", "keydown", "pointermove", "scroll", ….
            handler: Gets the event, or nothing if it takes no argument; it may be `async def`.
            inverse: See `SObject.on`.
            live: See `SObject.on`.
            fields: What comes along, in the DOM's words: "key", "clientX", "target.value", … (docs/guide.md). Without it: a few usual ones.
            keys: Only these keys count, such as ["Enter", "Escape"]; the others are neither told nor prevented.
            prevent_default: The browser does not do what it would by itself. (Not for a handler to decide: it runs too late.)
            stop_propagation: The elements around do not hear of it.
            throttle: Seconds: told at once, and then at most once in this time; the last one is always told.
            debounce: Seconds: told when this time has passed since the last one.

        Raises:
            InvalidChangeError: a field that may not be asked for, or a time out of range.
            AlreadyExists: `event` is the name of an attribute that is no event.
        """
        wanted = options(fields, keys, prevent_default, stop_propagation, throttle, debounce)
        if wanted:
            check_events({event: wanted})
        if handler is None:

            def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
                self._listen(event, function, inverse, live, wanted)
                return function

            return decorate
        return self._listen(event, handler, inverse, live, wanted)

    def append(self, *children: SObject | str | float) -> None:
        """Add children at the end: objects (moved here) or texts."""
        with self._os_tree.record():
            objects: list[SObject] = []
            for child in children:
                if isinstance(child, SObject):
                    objects.append(child)
                    continue
                self._os_tree.place_all(self, objects)
                objects = []
                Element("span", parent=self, text=as_text(child))
            self._os_tree.place_all(self, objects)

    def _listen(
        self, event: str, handler: Callable[..., Any], inverse: Callable[..., Any] | None, live: bool, wanted: Mapping[str, Any]
    ) -> Callable[[], None]:
        with self._os_tree.record():
            if wanted:
                if not self.has_attribute("events"):
                    self.add_attribute("events", DictTopic, is_stateful=False, order_strict=True, validator=check_events, writable=False)
                events = self.get_attribute("events")
                events.set({**events.value, event: joined(events.value.get(event, {}), wanted)})
            end: Callable[[], None] = super().on(event, handler, inverse, live=live)
            return end


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
    """What a form element holds, both ways; a list, where a select takes several."""
    checked = attribute(BoolTopic, False)
    """Whether a checkbox or radio button is on, both ways."""

    @sets_attributes(first="tag")
    def build(
        self,
        tag: str = "div",
        *children: SObject | str | float,
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
            values["style"] = as_dict("style", style, STYLE)
        if attrs:
            values["attrs"] = as_dict("attrs", attrs, ATTRS)
        if classes:
            values["classes"] = as_names(classes)
        if value is not None:
            values["value"] = value
        if checked is not None:
            values["checked"] = checked
        self.set_attributes(**values)
        if children:
            self.append(*children)

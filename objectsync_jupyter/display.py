"""What a cell's output holds of an SObject: a pointer to it for the extension, and a picture of it for everyone else.

Rules: the same program gives the same bytes (no uuid, port or time), so notebooks can be compared. The HTML is what the object looked like
when it was shown: inert, by the allow lists of objectsync.safety, no script, no style block. A restarted kernel knows other objects by the
same ids; so the pointer names the cell too (a hash of its text), and a view is live only where this very kernel has shown it.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any, Final
from weakref import WeakKeyDictionary

from objectsync import safety
from objectsync.hub import Hub
from objectsync.sobject import SObject

from .outputs import VIEW, Outputs

VERSION: Final = 1

_HTML_LIMIT = 100_000
"""Characters. A notebook is stored, compared and mailed; a picture of a thousand rows is cut off."""
_TEXT_LINES = 40

_VOID = frozenset({"br", "col", "hr", "img", "input", "source", "track", "wbr"})
_FETCHING = frozenset({"audio", "video", "source", "track"})


class Displays:
    """How IPython shows the objects of one server."""

    def __init__(self, ip: Any, outputs: Outputs) -> None:
        self._outputs = outputs
        self._server: Hub | None = None
        self._contexts: WeakKeyDictionary[SObject, contextvars.Context] = WeakKeyDictionary()
        self._newest = contextvars.copy_context()
        self._formatter = ip.display_formatter.mimebundle_formatter
        self.widget: Callable[[SObject, str | None], Any] | None = None
        """Makes a widget that shows an object in the cell of this id, where widgets carry them."""

    def show_objects_of(self, server: Hub) -> None:
        """Begin. Objects of other servers are shown as pictures."""
        self._server = server
        self._formatter.for_type(SObject, self._bundle)

    def close(self) -> None:
        """IPython shows objects as it would without us."""
        self._formatter.type_printers.pop(SObject, None)

    def context_of(self, sobject: SObject | None) -> contextvars.Context:
        """The context of the cell that last showed the object, or one above it: what its handlers print belongs there."""
        while sobject is not None:
            context = self._contexts.get(sobject)
            if context is not None:
                return context
            sobject = sobject._os_parent
        return self._newest

    def _bundle(self, sobject: SObject, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle: dict[str, Any] = {"text/plain": text_of(sobject), "text/html": html_of(sobject)}
        metadata: dict[str, Any] = {}
        if self._server is not None and sobject._os_tree is self._server:
            self._newest = self._contexts[sobject] = contextvars.copy_context()
            bundle[VIEW] = {"version": VERSION, "id": sobject._os_id, "cell": self._outputs.note(sobject)}
            if self.widget is not None:
                shown, metadata = self.widget(sobject, self._outputs.cell_id())._repr_mimebundle_()
                bundle.update({kind: data for kind, data in shown.items() if kind not in bundle})
        return bundle, metadata


def text_of(sobject: SObject) -> str:
    """The tree below an object as text, an object a line, cut off where it gets long."""
    lines = list(sobject._os_tree.format_tree(sobject).split("\n"))
    if len(lines) > _TEXT_LINES:
        lines = [*lines[:_TEXT_LINES], f"… and {len(lines) - _TEXT_LINES} more"]
    return "\n".join(lines)


def html_of(sobject: SObject) -> str:
    """What an object and those below it look like now, as inert HTML."""
    parts: list[str] = []
    size = 0
    with sobject._os_tree.lock:
        for part in _walk(sobject):
            size += len(part)
            parts.append(part)
            if size > _HTML_LIMIT and not part.startswith("</"):
                break
        else:
            return "".join(parts)
    # Cut off: close what is open, and say so.
    return "".join(parts) + "".join(f"</{tag}>" for tag in reversed(list(_open_tags(parts)))) + "<p>…</p>"


def _walk(top: SObject) -> Iterator[str]:
    """The HTML of a tree in pieces: each is one start tag with the text behind it, or one end tag. No recursion: trees may be deep."""
    stack: list[SObject | str] = [top]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
            continue
        tag = _tag_of(item)
        if tag is None:
            yield f"<div>{escape(repr(item))}"
            stack.append("</div>")
        else:
            value = _value(item, "value")
            text = "" if tag == "input" else str(_value(item, "text") or "")
            if tag == "textarea" and value is not None:
                text = str(value)
            yield f"<{tag}{_attributes(item, tag)}>{escape(text, quote=False)}"
            if tag in _VOID:
                continue
            stack.append(f"</{tag}>")
        stack.extend(reversed(item._os_children or ()))


def _open_tags(parts: list[str]) -> list[str]:
    tags: list[str] = []
    for part in parts:
        if part.startswith("</"):
            tags.pop()
        else:
            tag = part[1:].split(">", 1)[0].split(" ", 1)[0]
            if tag not in _VOID:
                tags.append(tag)
    return tags


def _tag_of(sobject: SObject) -> str | None:
    kind = sobject._os_type.cls.frontend_type
    if kind in ("Root", "text"):
        return "div"
    tag = str(_value(sobject, "tag") or "div") if kind == "Element" else kind
    return tag if tag in safety.HTML_TAGS or tag in safety.SVG_TAGS else None


def _value(sobject: SObject, name: str) -> Any:
    spec = sobject._spec_of(name)
    return None if spec is None else sobject._os_values.get(name, spec.default)


def _attributes(sobject: SObject, tag: str) -> str:
    attributes: dict[str, str] = {}
    attrs = _value(sobject, "attrs")
    for name, value in attrs.items() if isinstance(attrs, Mapping) else ():
        if value is None or value is False or (tag in _FETCHING and name in safety.URL_ATTRIBUTES):
            continue
        text = "" if value is True else str(value)
        if safety.refuse_attribute(tag, name, text) is None:
            attributes[name] = text
    classes = [each for each in _value(sobject, "classes") or () if isinstance(each, str)]
    if classes:
        attributes["class"] = " ".join(filter(None, [attributes.get("class", ""), *classes]))
    style = _value(sobject, "style")
    if isinstance(style, Mapping):
        kept = [f"{name}: {value}" for name, value in style.items() if safety.refuse_style(name, str(value)) is None]
        if kept:
            attributes["style"] = "; ".join(kept)
    if tag == "input":
        value = _value(sobject, "value")
        if value is not None and not isinstance(value, (dict, list, bool)):
            attributes["value"] = str(value)
        if _value(sobject, "checked") is True:
            attributes["checked"] = ""
    if tag == "option" and sobject._os_parent is not None:
        chosen = _value(sobject._os_parent, "value")
        own = attributes.get("value", str(_value(sobject, "text") or ""))
        if chosen is not None and str(chosen) == own:
            attributes["selected"] = ""
    return "".join(f' {name}="{escape(value)}"' if value else f" {name}" for name, value in attributes.items())


__all__ = ["VERSION", "VIEW", "Displays", "html_of", "text_of"]

"""What an object looks like now, as HTML that stands for itself: no script, no style block, nothing to fetch that could run.

Rules: an element is what it is. Other objects say what they look like by `SObject.picture`, as `Markup`: plain nodes, checked by the same
allow lists as everything that reaches a page (safety.py), with objects among the children where their pictures belong. Sizes are
bounded: a picture is stored in notebooks, mailed and compared, and one that is too long is cut off and says so. No recursion: trees may
be deep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Final, Union

from . import safety
from .snapshot import values_of

if TYPE_CHECKING:
    from .sobject import SObject

LIMIT: Final = 100_000
"""Characters of a picture, of what is no image."""
IMAGES_LIMIT: Final = 10_000_000
"""Characters of the images in it: they are what people want to see, and notebooks hold them whole anyway."""

_VOID = frozenset({"br", "col", "hr", "img", "input", "source", "track", "wbr"})
_FETCHING = frozenset({"audio", "video", "source", "track"})


@dataclass(frozen=True, slots=True)
class Markup:
    """One node of a picture: `Markup("p", {"style": "color: red"}, ("text", child))`. `style` is a text of `name: value;` pairs."""

    tag: str
    attrs: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[str | Markup | SObject, ...] = ()


Piece = Union[str, Markup, "SObject"]


def markup(tag: str, *children: Piece | None, style: str = "", **attrs: Any) -> Markup:
    """A node: children that are None are left out; attributes that are None or False too. `class_` and the like lose their underscore."""
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attrs.items()}
    if style:
        named["style"] = style
    return Markup(tag, named, tuple(child for child in children if child is not None))


def html_of(sobject: SObject, limit: int = LIMIT) -> str:
    """The picture of an object and those below it; at most about `limit` characters, cut off with a `…`."""
    parts: list[str] = []
    size = images = 0
    with sobject._os_tree.lock:
        for part in _walk(sobject):
            if part.startswith('<img src="data:'):
                images += len(part)
            else:
                size += len(part)
            parts.append(part)
            if (size > limit or images > IMAGES_LIMIT) and not part.startswith("</"):
                break
        else:
            return "".join(parts)
    # Cut off: close what is open, and say so.
    return "".join(parts) + "".join(f"</{tag}>" for tag in reversed(_open_tags(parts))) + "<p>…</p>"


def _walk(top: SObject) -> Iterator[str]:
    """The HTML in pieces: each is one start tag with the text behind it, one end tag, or a text."""
    stack: list[tuple[bool, Any]] = [(False, top)]
    if _is_plain(top):
        stack = [(False, Markup("code", {}, (repr(top),)))]
    while stack:
        done, item = stack.pop()
        if done:
            yield item
        elif isinstance(item, str):
            yield escape(item, quote=False)
        elif isinstance(item, Markup):
            yield _start(item.tag, _checked(item.tag, item.attrs))
            if item.tag not in _VOID:
                stack.append((True, f"</{item.tag}>"))
                stack.extend((False, child) for child in reversed(item.children))
        else:
            drawn = item.picture()
            if drawn is not None:
                stack.append((False, drawn))
                continue
            yield from _element(item, stack)


def _is_plain(sobject: SObject) -> bool:
    """Whether it is data without a look and without children, which by itself would be nothing at all. An empty root is empty."""
    has_look = sobject._os_type.cls.frontend_type != "Root" or sobject.picture() is not None
    return not has_look and not sobject._os_children and sobject.parent is not None


def _element(item: SObject, stack: list[tuple[bool, Any]]) -> Iterator[str]:
    tag = _tag_of(item)
    children = [(False, child) for child in reversed(item._os_children or ())]
    if tag is None:
        yield f"<div>{escape(repr(item))}"
        stack.append((True, "</div>"))
    else:
        value = _value(item, "value")
        text = "" if tag == "input" else str(_value(item, "text") or "")
        if tag == "textarea" and value is not None:
            text = str(value)
        yield f"{_start(tag, _attributes(item, tag))}{escape(text, quote=False)}"
        if tag in _VOID:
            return
        stack.append((True, f"</{tag}>"))
    stack.extend(children)


def _start(tag: str, attributes: Mapping[str, str]) -> str:
    safety.check_tag(tag)
    return f"<{tag}" + "".join(f' {name}="{escape(value)}"' if value else f" {name}" for name, value in attributes.items()) + ">"


def _open_tags(parts: list[str]) -> list[str]:
    tags: list[str] = []
    for part in parts:
        if part.startswith("</"):
            tags.pop()
        elif part.startswith("<"):
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
    return None if spec is None else values_of(sobject).get(name, spec.default)


def _checked(tag: str, attrs: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as they may be written; what is not allowed is left out, as a page would."""
    attributes: dict[str, str] = {}
    for name, value in attrs.items():
        if value is None or value is False or (tag in _FETCHING and name in safety.URL_ATTRIBUTES):
            continue
        text = "" if value is True else str(value)
        if name == "style":
            text = style_text(dict(_pairs(text)))
            if text:
                attributes["style"] = text
        elif safety.refuse_attribute(tag, name, text) is None:
            attributes[name] = text
    return attributes


def style_text(styles: Mapping[str, Any]) -> str:
    """Styles as the text of a `style` attribute; what is not allowed is left out."""
    return "; ".join(f"{name}: {value}" for name, value in styles.items() if safety.refuse_style(name, str(value)) is None)


def _pairs(style: str) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if value:
            yield name.strip(), value.strip()


def _attributes(sobject: SObject, tag: str) -> dict[str, str]:
    attrs = _value(sobject, "attrs")
    attributes = _checked(tag, attrs) if isinstance(attrs, Mapping) else {}
    classes = [each for each in _value(sobject, "classes") or () if isinstance(each, str)]
    if classes:
        attributes["class"] = " ".join(filter(None, [attributes.get("class", ""), *classes]))
    style = _value(sobject, "style")
    if isinstance(style, Mapping):
        kept = style_text(style)
        if kept:
            attributes["style"] = kept
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
    return attributes


__all__ = ["LIMIT", "Markup", "html_of", "markup", "style_text"]

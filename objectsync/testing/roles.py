"""What an element is to somebody who cannot see it: its role and its name, as browsers compute them from HTML.

Rules: one table, a small part of the HTML Accessibility API Mappings: what native elements are. `role`, `aria-label`, `aria-labelledby`
and labels say otherwise, as they do in a browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .nodes import Node

_ROLES = {
    "article": "article",
    "aside": "complementary",
    "blockquote": "blockquote",
    "button": "button",
    "code": "code",
    "dd": "definition",
    "details": "group",
    "dialog": "dialog",
    "dt": "term",
    "em": "emphasis",
    "fieldset": "group",
    "figure": "figure",
    "footer": "contentinfo",
    "form": "form",
    "header": "banner",
    "hr": "separator",
    "img": "img",
    "li": "listitem",
    "main": "main",
    "menu": "list",
    "meter": "meter",
    "nav": "navigation",
    "ol": "list",
    "optgroup": "group",
    "option": "option",
    "output": "status",
    "p": "paragraph",
    "progress": "progressbar",
    "search": "search",
    "strong": "strong",
    "table": "table",
    "tbody": "rowgroup",
    "td": "cell",
    "textarea": "textbox",
    "tfoot": "rowgroup",
    "th": "columnheader",
    "thead": "rowgroup",
    "time": "time",
    "tr": "row",
    "ul": "list",
    **{f"h{rank}": "heading" for rank in range(1, 7)},
}
_INPUTS = {
    "button": "button",
    "checkbox": "checkbox",
    "color": "",
    "date": "",
    "file": "",
    "hidden": "",
    "image": "button",
    "number": "spinbutton",
    "password": "",
    "radio": "radio",
    "range": "slider",
    "reset": "button",
    "search": "searchbox",
    "submit": "button",
    "time": "",
}
_NAMED_BY_CONTENT = frozenset(
    {"button", "cell", "checkbox", "columnheader", "gridcell", "heading", "link", "menuitem", "option", "radio", "row", "rowheader"}
    | {"switch", "tab", "tooltip", "treeitem"}
)
LABELABLE = frozenset({"button", "input", "meter", "output", "progress", "select", "textarea"})


def role_of(node: Node) -> str:
    """Its role; "" for none."""
    role = node.attrs.get("role")
    if role:
        return str(role)
    if node.tag == "input":
        return _INPUTS.get(node.input_type, "textbox")
    if node.tag == "select":
        return "listbox" if node.attrs.get("multiple") or int(node.attrs.get("size") or 1) > 1 else "combobox"
    if node.tag in ("a", "area"):
        return "link" if "href" in node.attrs else ""
    if node.tag == "section":
        return "region" if name_of(node) else ""
    return _ROLES.get(node.tag, "")


def name_of(node: Node) -> str:
    """What it is called."""
    attrs = node.attrs
    referred = [node.root.by_id(id) for id in str(attrs.get("aria-labelledby") or "").split()]
    named = " ".join(each.text for each in referred if each is not None)
    if named or attrs.get("aria-label"):
        return named or str(attrs["aria-label"]).strip()
    if node.tag in LABELABLE:
        labels = labels_of(node)
        if labels:
            return " ".join(label.text_without(LABELABLE) for label in labels)
    if node.tag == "input" and node.input_type in ("submit", "reset", "button"):
        return str(node.value or node.input_type.capitalize())
    if node.tag == "img":
        return str(attrs.get("alt") or attrs.get("title") or "")
    inner = {"fieldset": "legend", "figure": "figcaption", "table": "caption", "details": "summary"}.get(node.tag)
    if inner is not None:
        first = next((child for child in node.children if child.tag == inner), None)
        return "" if first is None else first.text
    if node.tag != "section" and role_of(node) in _NAMED_BY_CONTENT and node.text:
        return node.text
    return str(attrs.get("title") or attrs.get("placeholder") or "")


def labels_of(node: Node) -> list[Node]:
    """The labels of a field: those it stands in, and those that are for its id."""
    around = [each for each in node.ancestors() if each.tag == "label" and labelled_by(each) is node]
    id = node.attrs.get("id")
    return around + ([each for each in node.root.walk() if each.tag == "label" and each.attrs.get("for") == id] if id else [])


def labelled_by(label: Node) -> Node | None:
    """The field that a label is of."""
    target = label.attrs.get("for")
    if target:
        return label.root.by_id(str(target))
    return next((each for each in label.walk() if each.tag in LABELABLE and each.input_type != "hidden"), None)

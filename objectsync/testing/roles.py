"""What an element is to somebody who cannot see it: its role and its name, as Playwright computes them from HTML.

Rules: one table, a small part of the HTML Accessibility API Mappings: what native elements are. `role`, `aria-label`, `aria-labelledby`
and labels say otherwise, as they do in a browser; what a style sheet puts behind a label is a part of the name, and no text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..controls.base import REQUIRED

if TYPE_CHECKING:
    from .nodes import Node

_BEHIND = " *"
"""What the page's style sheet puts behind the label of a required field."""

_ROLES = {
    "article": "article",
    "aside": "complementary",
    "blockquote": "blockquote",
    "button": "button",
    "caption": "caption",
    "code": "code",
    "datalist": "listbox",
    "dd": "definition",
    "del": "deletion",
    "details": "group",
    "dfn": "term",
    "dialog": "dialog",
    "dt": "term",
    "em": "emphasis",
    "fieldset": "group",
    "figure": "figure",
    "hr": "separator",
    "ins": "insertion",
    "li": "listitem",
    "main": "main",
    "mark": "mark",
    "math": "math",
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
    "sub": "subscript",
    "sup": "superscript",
    "svg": "img",
    "table": "table",
    "tbody": "rowgroup",
    "textarea": "textbox",
    "tfoot": "rowgroup",
    "thead": "rowgroup",
    "time": "time",
    "tr": "row",
    "ul": "list",
    **{f"h{rank}": "heading" for rank in range(1, 7)},
}
_INPUTS = {
    "button": "button",
    "checkbox": "checkbox",
    "file": "button",
    "hidden": "",
    "image": "button",
    "number": "spinbutton",
    "radio": "radio",
    "range": "slider",
    "reset": "button",
    "search": "searchbox",
    "submit": "button",
}
"""All others are text boxes: a colour, a day and a password have no role of their own, and Playwright gives them this one."""
_SUGGESTING = frozenset({"email", "search", "tel", "text", "url"})
_HINTED = frozenset({"email", "number", "password", "search", "tel", "text", "url"})
_NAMED_BY_CONTENT = frozenset(
    {"button", "cell", "checkbox", "columnheader", "gridcell", "heading", "link", "menuitem", "menuitemcheckbox", "menuitemradio"}
    | {"option", "radio", "row", "rowheader", "switch", "tab", "tooltip", "treeitem"}
)
_NAMELESS = frozenset(
    {"caption", "code", "definition", "deletion", "emphasis", "generic", "insertion", "mark", "paragraph", "presentation", "strong"}
    | {"subscript", "superscript", "term", "time"}
)
"""Roles that have no name, whatever is said."""
_PARTS = frozenset({"article", "aside", "main", "nav", "section"})
"""A header or footer in one of these is none of the page."""
LABELABLE = frozenset({"button", "input", "meter", "output", "progress", "select", "textarea"})


def role_of(node: Node) -> str:
    """Its role; "" for none."""
    role = node.attrs.get("role")
    if role:
        return str(role)
    match node.tag:
        case "input":
            suggests = "list" in node.attrs and node.input_type in _SUGGESTING
            return "combobox" if suggests else _INPUTS.get(node.input_type, "textbox")
        case "select":
            return "listbox" if node.attrs.get("multiple") or int(node.attrs.get("size") or 1) > 1 else "combobox"
        case "a" | "area":
            return "link" if "href" in node.attrs else ""
        case "img":
            # One that only decorates says so by an empty text.
            return "presentation" if node.attrs.get("alt") == "" and not node.attrs.get("title") else "img"
        case "section":
            return "region" if _given_name(node) else ""
        case "form":
            return "form" if _given_name(node) else ""
        case "header" | "footer":
            is_of_page = not any(each.tag in _PARTS for each in node.ancestors())
            return {"header": "banner", "footer": "contentinfo"}[node.tag] if is_of_page else ""
        case "td":
            table = next((each for each in node.ancestors() if each.tag == "table"), None)
            return "gridcell" if table is not None and table.attrs.get("role") in ("grid", "treegrid") else "cell"
        case "th":
            return _role_of_heading(node)
    return _ROLES.get(node.tag, "")


def name_of(node: Node) -> str:
    """What it is called."""
    role = role_of(node)
    if role in _NAMELESS:
        return ""
    given = _given_name(node)
    if given:
        return given
    attrs, type = node.attrs, node.input_type
    title = str(attrs.get("title") or "")
    if node.tag in LABELABLE:
        labels = labels_of(node)
        if labels and type not in ("submit", "reset", "button"):
            return " ".join(_spoken(label, node) for label in labels)
    if type in ("submit", "reset", "button"):
        return str(node.value or {"submit": "Submit", "reset": "Reset"}.get(type, title))
    if type == "file":
        return "Choose File"
    if node.tag == "img" or type == "image":
        return str(attrs.get("alt") or title or ("Submit" if type == "image" else ""))
    if node.is_field:
        hint = str(attrs.get("placeholder") or "") if type in _HINTED or node.tag == "textarea" else ""
        return title or hint
    inner = {"fieldset": "legend", "figure": "figcaption", "table": "caption"}.get(node.tag)
    first = next((child for child in node.children if child.tag == inner), None)
    if first is not None:
        return _spoken(first, node)
    if role in _NAMED_BY_CONTENT:
        return _spoken(node, node) or title
    return title


def is_told(node: Node) -> bool:
    """Whether somebody who cannot see it is told of it."""
    return node.visible and not any(_is_kept_back(each) for each in (node, *node.ancestors()))


def labels_of(node: Node) -> list[Node]:
    """The labels of a field: those it stands in, and those that are for its id."""
    if node.tag not in LABELABLE or node.input_type == "hidden":
        return []
    around = [each for each in node.ancestors() if each.tag == "label" and labelled_by(each) is node]
    id = node.attrs.get("id")
    return around + ([each for each in node.root.walk() if each.tag == "label" and each.attrs.get("for") == id] if id else [])


def label_texts(node: Node) -> list[str]:
    """What its labels say, by which it is looked for: those that it refers to, or its own, or those of a field."""
    referred = _referred(node)
    if referred:
        return [each.text for each in referred]
    own = str(node.attrs.get("aria-label") or "").strip()
    return [own] if own else [label.text_without(LABELABLE) for label in labels_of(node)]


def labelled_by(label: Node) -> Node | None:
    """The field that a label is of."""
    target = label.attrs.get("for")
    if target:
        return label.root.by_id(str(target))
    return next((each for each in label.walk() if each.tag in LABELABLE and each.input_type != "hidden"), None)


def _is_kept_back(node: Node) -> bool:
    return str(node.attrs.get("aria-hidden")).lower() == "true"


def _given_name(node: Node) -> str:
    named = " ".join(_spoken(each, node) for each in _referred(node))
    return named or str(node.attrs.get("aria-label") or "").strip()


def _referred(node: Node) -> list[Node]:
    found = (node.root.by_id(id) for id in str(node.attrs.get("aria-labelledby") or "").split())
    return [each for each in found if each is not None]


def _spoken(top: Node, of: Node) -> str:
    """What is read out of an element and what is in it, as a name: of a field what it holds, of a picture what it shows."""
    parts: list[str] = []
    stack: list[Node | str] = [top]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
        elif item is top or not (item is of or item.hidden_itself or _is_kept_back(item)):
            around = " " if item.is_block else ""
            said = None if item is top else _said_instead(item)
            behind = _BEHIND if REQUIRED in str(item.attrs.get("class", "")).split() else ""
            between: list[Node | str] = [around, behind, *(reversed(item.children) if said is None else ())]
            stack.extend(between)
            parts.append(around + (item.own_text if said is None else said))
    return " ".join("".join(parts).split())


def _said_instead(node: Node) -> str | None:
    """What is read out in place of what is in it; None for what is in it."""
    if node.tag == "select":
        return str(node.value or "")
    if node.tag == "textarea" or (node.tag == "input" and _INPUTS.get(node.input_type, "textbox") in ("textbox", "searchbox")):
        return str(node.value or "")
    if node.input_type in ("range", "number"):
        return str(node.attrs.get("aria-valuetext") or "")
    if node.tag == "img" or node.attrs.get("aria-label"):
        return name_of(node)
    return None


def _role_of_heading(cell: Node) -> str:
    """Of columns or of its row, by its scope, or by what is beside it."""
    scope = cell.attrs.get("scope")
    if scope is not None:
        return "rowheader" if scope in ("row", "rowgroup") else "columnheader"
    beside = [] if cell.parent is None else cell.parent.children
    place = beside.index(cell) if cell in beside else 0
    before, after = beside[max(0, place - 1) : place], beside[place + 1 : place + 2]
    if all(each and each[0].tag == "th" for each in (before, after)):
        return "columnheader"
    is_of_row = any(each.tag == "td" and (each.text or each.children) for each in (*before, *after))
    return "rowheader" if is_of_row else "columnheader"

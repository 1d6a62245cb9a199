"""SVG within a text of HTML, as pictures: an `img` runs nothing, whatever is drawn in it.

Rules: a drawing that uses parts of another one, and one that is no XML, cannot stand alone; it is left as it is, and dropped with all that
may not be shown.
"""

from __future__ import annotations

import base64
import re
from html import escape
from xml.etree import ElementTree as ET

_DRAWING = re.compile(r"<svg\b[^>]*>.*?</svg\s*>", re.DOTALL | re.IGNORECASE)
_START = re.compile(r"<svg\b[^>]*>", re.IGNORECASE)
_NAMESPACES = {"xmlns": "http://www.w3.org/2000/svg", "xmlns:xlink": "http://www.w3.org/1999/xlink"}
_KEPT = ("class", "style", "width", "height")
_SVG = "{http://www.w3.org/2000/svg}"


def with_pictures(html: str) -> str:
    """The text with an `img` for each drawing in it."""
    return _DRAWING.sub(lambda match: _picture(match.group()), html)


def _picture(svg: str) -> str:
    start = _START.match(svg)
    if start is None or _START.search(svg, start.end()) or "<!" in svg:
        return svg
    missing = "".join(f' {name}="{value}"' for name, value in _NAMESPACES.items() if not re.search(rf"\s{name}\s*=", start.group()))
    alone = f"<svg{missing}{svg[4:]}"
    try:
        root = ET.fromstring(alone)  # noqa: S314  # without declarations, there is nothing to expand
    except ET.ParseError:
        return svg
    if not _stands_alone(root):
        return svg
    attrs = {name: root.get(name, "") for name in _KEPT} | {"alt": root.get("aria-label") or root.findtext(f"{_SVG}title") or ""}
    named = "".join(f' {name}="{escape(value)}"' for name, value in attrs.items() if value or name == "alt")
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(alone.encode()).decode()}"{named}>'


def _stands_alone(root: ET.Element) -> bool:
    ids = {each.get("id") for each in root.iter()}
    used = [each.get("href") or each.get("{http://www.w3.org/1999/xlink}href") or "" for each in root.iter(f"{_SVG}use")]
    return all(each[1:] in ids for each in used) and len(root) > 0


__all__ = ["with_pictures"]

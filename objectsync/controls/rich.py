"""Any value as something to show: the MIME bundle that it offers in the ways that IPython knows, or its repr.

Only what a page can show is kept: HTML (which it sanitises), SVG as a picture, pictures as bytes, text. HTML of which nothing would be
left is none. What `objectsync.showing` knows to draw, it says itself (`drawers`): this layer is below it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..picture import Markup, markup
from ..sobject import SObject
from ..values import Buffer
from .drawings import with_pictures
from .formulas import formula
from .html import html_picture, render_markdown, says_something
from .offers import offered_by
from .stylesheets import inlined

SIZES = ("width", "height")
Background = Literal["light", "dark", ""]
BACKGROUNDS: Mapping[Background, str] = {"light": "white", "dark": "black"}
"""Against what a picture that is seen through can be read, in the words of IPython's `needs_background`, as CSS has it."""
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
Live = Callable[[SObject, SObject | None], SObject]
"""Shows a value, as it was when it was drawn, by an object below a parent: by a new one, or by the former one that is given."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to show of a value."""

    bundle: Mapping[str, Any]
    """By MIME type; pictures as bytes. There is always a `text/plain`; `width` and `height`, in CSS pixels, and `background` where a
    picture says them."""
    live: Live | None = None
    """For what a page shows otherwise than as a still picture."""


drawers: list[Callable[[Any], Offer | None]] = []
"""Who else knows how to draw values (`objectsync.showing`: plots, pixels); each says None of what it does not know."""


def offer_of(value: Any) -> Offer:
    """What there is to show of a value, by whoever knows most of it."""
    for drawer in drawers:
        offer = drawer(value)
        if offer is not None:
            return offer
    return Offer(own_bundle_of(value))


def own_bundle_of(value: Any) -> dict[str, Any]:
    """What a value itself offers to show, by MIME type, or its repr."""
    bundle, about = offered_by(value)
    if "text/markdown" in bundle and "text/html" not in bundle:
        with contextlib.suppress(ImportError):  # without markdown-it-py it is text
            bundle["text/html"] = render_markdown(str(bundle["text/markdown"]))
        bundle["text/plain"] = str(bundle["text/markdown"])
    if "text/latex" in bundle and not any(kind in bundle for kind in ("text/html", "image/svg+xml", *PICTURES)):
        with contextlib.suppress(ImportError, ValueError):  # without matplotlib, or beyond what it knows of LaTeX, it is text
            bundle["image/svg+xml"] = formula(str(bundle["text/latex"]))
    return plain_bundle(bundle, about)


def plain_bundle(bundle: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A bundle as it may travel: only the types that a page shows, pictures as bytes.

    Args:
        bundle: By MIME type.
        about: What is said of the data of a type: how wide and high a picture is to be shown, and which background it needs.
    """
    kept: dict[str, Any] = {}
    for kind, data in bundle.items():
        if kind in PICTURES:
            if isinstance(data, str):
                try:
                    data = base64.b64decode(data)
                except (binascii.Error, ValueError):
                    continue
            kept[kind] = Buffer(data)
        elif kind in ("text/html", "image/svg+xml", "text/plain"):
            kept[kind] = _text(data)
    kept.update(_look(kept, about or {}))
    if "text/html" in kept:
        kept["text/html"] = alone(kept["text/html"])
        if not says_something(kept["text/html"]):
            del kept["text/html"]
    return kept


def alone(html: str) -> str:
    """HTML with all that it needs in its elements: where it is shown, style sheets and drawings are dropped."""
    if "<svg" in html:
        html = with_pictures(html)
    return inlined(html) if "<style" in html else html


def _text(data: Any) -> str:
    if isinstance(data, bytes):
        return data.decode(errors="replace")
    return "".join(data) if isinstance(data, list) else str(data)


def _look(kept: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """How large the picture that is shown of a bundle is to be, and on what background, as far as that is said."""
    said = next((about.get(kind) for kind in (*PICTURES, "image/svg+xml") if kind in kept), None)
    if not isinstance(said, Mapping):
        return {}
    look: dict[str, Any] = {
        name: round(said[name]) for name in SIZES if isinstance(said.get(name), (int, float)) and 0 < said[name] < 100_000
    }
    if said.get("needs_background") in ("light", "dark"):
        look["background"] = said["needs_background"]
    return look


def picture_of(bundle: Mapping[str, Any]) -> Markup:
    """The static picture of a bundle."""
    style = "max-width: 100%" + (f"; width: {bundle['width']}px" if "width" in bundle else "") + behind(bundle.get("background", ""))
    for kind in PICTURES:
        if kind in bundle:
            return image_picture(bytes(bundle[kind]), kind, style=style)
    if "image/svg+xml" in bundle:
        return image_picture(str(bundle["image/svg+xml"]).encode(), "image/svg+xml", style=style)
    if "text/html" in bundle:
        return html_picture(str(bundle["text/html"]))
    return markup("pre", str(bundle.get("text/plain", "")), style="margin: 0; white-space: pre-wrap")


def behind(background: Background) -> str:
    """What the style of a picture says more, that needs a background."""
    return f"; background: {BACKGROUNDS[background]}" if background else ""


def image_picture(data: bytes, mime: str, alt: str = "", style: str = "max-width: 100%") -> Markup:
    """A picture that carries its bytes along."""
    return markup("img", src=f"data:{mime};base64,{base64.b64encode(data).decode()}", alt=alt, style=style)


__all__ = [
    *("PICTURES", "SIZES", "Background", "Live", "Offer", "behind", "drawers", "image_picture", "offer_of", "own_bundle_of"),
    *("picture_of", "plain_bundle"),
]

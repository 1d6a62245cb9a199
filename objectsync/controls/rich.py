"""Any value as something to show: the MIME bundle that it offers in the ways that IPython knows, or its repr.

Only what a page can show is kept: HTML (which it sanitises), SVG as a picture, pictures as bytes, text. What `objectsync.showing` knows to
draw, it says itself (`drawers`): this layer is below it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..picture import Markup, markup
from ..sobject import SObject
from ..values import Buffer
from .html import html_picture, render_markdown

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_METHODS = {
    "text/html": "_repr_html_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
    "image/jpeg": "_repr_jpeg_",
    "text/markdown": "_repr_markdown_",
}

Live = Callable[[SObject, SObject | None], SObject]
"""Shows a value, as it was when it was drawn, by an object below a parent: by a new one, or by the former one that is given."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to show of a value."""

    bundle: Mapping[str, Any]
    """By MIME type; pictures as bytes. There is always a `text/plain`."""
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
    bundle: dict[str, Any] = {}
    whole = getattr(value, "_repr_mimebundle_", None)
    if callable(whole) and not isinstance(value, type):
        given = whole()
        bundle.update((given[0] if isinstance(given, tuple) else given) or {})
    elif not isinstance(value, type):
        for kind, name in _METHODS.items():
            method = getattr(value, name, None)
            shown = method() if callable(method) else None
            if shown is not None:
                bundle[kind] = shown[0] if isinstance(shown, tuple) else shown
    if "text/markdown" in bundle and "text/html" not in bundle:
        with contextlib.suppress(ImportError):  # without markdown-it-py it is text
            bundle["text/html"] = render_markdown(str(bundle["text/markdown"]))
        bundle.setdefault("text/plain", str(bundle["text/markdown"]))
    bundle.setdefault("text/plain", value if isinstance(value, str) else repr(value))
    return plain_bundle(bundle)


def plain_bundle(bundle: Mapping[str, Any]) -> dict[str, Any]:
    """A bundle as it may travel: only the types that a page shows, pictures as bytes."""
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
            kept[kind] = "".join(data) if isinstance(data, list) else str(data)
    return kept


def picture_of(bundle: Mapping[str, Any]) -> Markup:
    """The static picture of a bundle."""
    for kind in PICTURES:
        if kind in bundle:
            return image_picture(bytes(bundle[kind]), kind)
    if "image/svg+xml" in bundle:
        return image_picture(str(bundle["image/svg+xml"]).encode(), "image/svg+xml")
    if "text/html" in bundle:
        return html_picture(str(bundle["text/html"]))
    return markup("pre", str(bundle.get("text/plain", "")), style="margin: 0; white-space: pre-wrap")


def image_picture(data: bytes, mime: str, alt: str = "", style: str = "max-width: 100%") -> Markup:
    """A picture that carries its bytes along."""
    return markup("img", src=f"data:{mime};base64,{base64.b64encode(data).decode()}", alt=alt, style=style)


__all__ = ["PICTURES", "Live", "Offer", "drawers", "image_picture", "offer_of", "own_bundle_of", "picture_of", "plain_bundle"]

"""Which tags, attributes, URLs and styles may reach a document. The same rules as js/packages/dom/src/safety.ts.

Allow lists only: what is not listed is refused, and nothing is rewritten to make it pass. Attributes are code (handlers, `srcdoc`,
`javascript:` and SVG animation of `href` all run), so none of those is listed. The client has the last word; this check is for an error
at the call. `tests/vectors/dom_safety.json` holds the lists and cases that both sides are tested with.
"""

from __future__ import annotations

import difflib
import re
from typing import Any
from urllib.parse import urlsplit

from .errors import InvalidChangeError, describe


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


HTML_TAGS = _words(
    """
    a abbr address article aside audio b bdi bdo blockquote br button canvas caption cite code col colgroup data datalist dd del
    details dfn dialog div dl dt em fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr i img input ins kbd
    label legend li main mark menu meter nav ol optgroup option output p picture pre progress q rp rt ruby s samp search section
    select small source span strong sub summary sup table tbody td textarea tfoot th thead time tr track u ul var video wbr
    """
)

SVG_TAGS = _words(
    """
    circle clipPath defs desc ellipse g line linearGradient marker mask path pattern polygon polyline radialGradient rect stop svg
    symbol text textPath title tspan
    """
)

ATTRIBUTES = _words(
    """
    abbr accept alt autocapitalize autocomplete autofocus checked cite class cols colspan controls coords datetime decoding dir
    disabled download draggable enterkeyhint for headers height hidden high href hreflang id inert inputmode ismap kind label lang
    list loading loop low max maxlength media min minlength multiple muted name novalidate open optimum pattern placeholder
    playsinline poster preload readonly rel required reversed role rows rowspan scope selected shape size sizes span spellcheck
    src srclang start step tabindex target title translate type value width wrap clip-path clip-rule clipPathUnits cx cy d
    dominant-baseline dx dy fill fill-opacity fill-rule font-family font-size font-style font-weight fx fy gradientTransform
    gradientUnits letter-spacing marker-end marker-mid marker-start markerHeight markerUnits markerWidth mask maskContentUnits
    maskUnits offset opacity orient paint-order pathLength patternContentUnits patternTransform patternUnits points
    preserveAspectRatio r refX refY rotate rx ry shape-rendering spreadMethod stop-color stop-opacity stroke stroke-dasharray
    stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration
    textLength transform vector-effect viewBox visibility word-spacing x x1 x2 y y1 y2
    """
)
"""Names that stand for themselves; `aria-*` and `data-*` come on top."""

EVENT_FIELDS = _words(
    """
    altKey animationName button buttons clientX clientY code ctrlKey data deltaMode deltaX deltaY deltaZ detail elapsedTime elementX
    elementY height inputType isComposing isPrimary key location metaKey movementX movementY newState offsetX offsetY oldState pageX
    pageY pointerId pointerType pressure propertyName repeat screenX screenY shiftKey tiltX tiltY timeStamp width
    """
)
"""What may be asked of an event. `elementX` and `elementY` are its place within the element that listens; on top comes
`target.…` (where it happened) and `currentTarget.…` (the element that listens) of TARGET_FIELDS."""

TARGET_FIELDS = _words(
    """
    checked clientHeight clientWidth currentTime duration ended id muted naturalHeight naturalWidth offsetHeight offsetWidth open paused
    scrollHeight scrollLeft scrollTop scrollWidth selectionEnd selectionStart tagName value valueAsNumber volume
    """
)

ATTRIBUTE_PATTERNS = ("aria-*", "data-*")
URL_ATTRIBUTES = frozenset({"cite", "href", "poster", "src"})
URL_SCHEMES = frozenset({"blob", "http", "https", "mailto", "tel"})

_PATTERNED = re.compile(r"(aria|data)-[a-z0-9_.-]{1,64}")
_DATA_IMAGE = re.compile(r"data:image/(avif|gif|jpeg|png|svg\+xml|webp)[;,]", re.IGNORECASE)
_DATA_TAGS = frozenset({"img", "source", "video"})
_NAME_TAGS = frozenset({"button", "details", "fieldset", "input", "output", "select", "textarea"})
_TARGETS = frozenset({"_blank", "_self"})
_PAINT = frozenset({"clip-path", "fill", "marker-end", "marker-mid", "marker-start", "mask", "stroke"})
_RESERVED = frozenset({"__proto__", "constructor", "prototype"})
_PART_OF_PAGE = re.compile(r"url\(#[\w-]+\)", re.ASCII)
_COLOUR = re.compile(r"(rgb|rgba|hsl|hsla|oklch|oklab|lab|lch|var)\([\w\s.,%/+-]*\)", re.ASCII)
_STYLE_NAME = re.compile(r"--[A-Za-z0-9_-]{1,64}|-?[a-z][a-z-]{0,63}")
_STYLE_NAMES_REFUSED = frozenset({"behavior", "-moz-binding"})
_STYLE_VALUE_REFUSED = re.compile(
    r"url\s*\(|src\s*\(|image\s*\(|image-set\s*\(|cross-fade\s*\(|expression\s*\(|@import|javascript:|[\\;{}]", re.IGNORECASE
)
_DROPPED_IN_URLS = re.compile("[\x00-\x20\x7f-\x9f\xa0\u2028\u2029\ufeff]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def check_tag(tag: Any) -> str:
    """The tag, if it may be made.

    Raises:
        InvalidChangeError: it is not on the allow list.
    """
    if isinstance(tag, str) and (tag in HTML_TAGS or tag in SVG_TAGS):
        return tag
    raise InvalidChangeError(f"the tag {describe(tag)} is not on the allow list (docs/security.md)")


check_tag.allows = HTML_TAGS | SVG_TAGS  # type: ignore[attr-defined]  # what it takes, for who asks often (AttributeSpec.allowed)


def check_attribute(tag: str | None, name: str, value: Any) -> None:
    """Whether this attribute may be set on this tag; where the tag is not known (None), rules that depend on it are left to the client.

    Raises:
        InvalidChangeError: it may not.
    """
    if value is not None and not isinstance(value, (str, bool, int, float)):
        raise InvalidChangeError(f"the attribute {name!r} expects str, number or bool, got {describe(value)}")
    reason = refuse_attribute(tag, name, "" if value is None or isinstance(value, bool) else str(value))
    if reason is not None:
        raise InvalidChangeError(f"the attribute {name!r} cannot be {describe(value)}: {reason} (docs/security.md)")


def check_event_field(field: str) -> None:
    """Whether this field of an event may be asked for.

    Raises:
        InvalidChangeError: it may not.
    """
    if not allowed_event_field(field):
        near = difflib.get_close_matches(field, [*EVENT_FIELDS, *(f"target.{each}" for each in sorted(TARGET_FIELDS))], 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InvalidChangeError(f"the event field {field!r} is not on the allow list (docs/security.md).{hint}")


def allowed_event_field(field: str) -> bool:
    """Whether this field of an event may be asked for."""
    if field in EVENT_FIELDS:
        return True
    where, _, name = field.partition(".")
    return where in ("target", "currentTarget") and name in TARGET_FIELDS


def check_style(name: str, value: Any) -> None:
    """Whether this style may be set.

    Raises:
        InvalidChangeError: it may not.
    """
    if not isinstance(value, str):
        unit = f". Use '{value}px'" if isinstance(value, (int, float)) and not isinstance(value, bool) else ""
        raise InvalidChangeError(f"style[{name!r}] expects str, got {describe(value)}{unit}")
    reason = refuse_style(name, value)
    if reason is not None:
        raise InvalidChangeError(f"style[{name!r}] cannot be {describe(value)}: {reason} (docs/security.md)")


def refuse_attribute(tag: str | None, name: str, value: str) -> str | None:
    """Why this attribute may not be set, or None."""
    if name in _RESERVED:
        return "the name is reserved"
    if name not in ATTRIBUTES and not _PATTERNED.fullmatch(name):
        return "the attribute is not on the allow list"
    if name == "name" and tag is not None and tag not in _NAME_TAGS:
        return "only form controls may have a name"
    if name == "target" and value not in _TARGETS:
        return "expected '_blank' or '_self'"
    if name in URL_ATTRIBUTES:
        return refuse_url(tag, value)
    if name in _PAINT and re.search(r"[(\\]", value) and not _PART_OF_PAGE.fullmatch(value) and not _COLOUR.fullmatch(value):
        return "it may only point at a part of this page"
    return None


def refuse_url(tag: str | None, value: str) -> str | None:
    """Why this address may not be used, or None."""
    plain = _DROPPED_IN_URLS.sub("", value)
    match = _SCHEME.match(plain)
    scheme = match.group(1).lower() if match else None
    if scheme == "data":
        allowed = (tag is None or tag in _DATA_TAGS) and _DATA_IMAGE.match(plain)
        return None if allowed else "data: may only be a picture"
    if scheme is not None and scheme not in URL_SCHEMES:
        return f"the scheme '{scheme}:' is not allowed"
    try:
        urlsplit(plain)
    except ValueError:
        return "it is not an address"
    return None


def refuse_style(name: str, value: str) -> str | None:
    """Why this style may not be set, or None."""
    if name in _RESERVED:
        return "the name is reserved"
    if not _STYLE_NAME.fullmatch(name) or name in _STYLE_NAMES_REFUSED:
        return "it is not a style property"
    if _STYLE_VALUE_REFUSED.search(value):
        return "the value could fetch or run something"
    return None

"""One function per allowed tag: `div(h1("Title"), p("text"), classes=["card"])`. They read like HTML and make an `Element` each.

Rules: positional arguments are children, objects or texts; the first text is the element's own. Keywords are attributes, `on_click=…` and
the like are handlers. A name that Python has taken ends with an underscore (`input_`, `for_`, `type`), other underscores are dashes
(`aria_label`). Children are made before the element that they end up in: inside of a handler, wrap it in `with server.record():`, and
they appear together.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from ..sobject import SObject
from .element import Element
from .given import ATTRS, as_dict, as_text

Child = SObject | str | float
_FIELDS = ("input", "select", "textarea")


class Tag(Protocol):
    """Makes an element of one tag."""

    def __call__(
        self,
        *children: Child,
        parent: SObject | None = None,
        style: Mapping[str, str] | None = None,
        classes: Iterable[str] | None = None,
        attrs: Mapping[str, Any] | None = None,
        text: str | None = None,
        value: Any = None,
        checked: bool | None = None,
        **attributes: Any,
    ) -> Element:
        """Make it; see the module."""


_CALL = inspect.signature(Tag.__call__)
_SIGNATURE = _CALL.replace(parameters=list(_CALL.parameters.values())[1:])
"""What `help(div)` and editors say: without `self`."""


def _tag(name: str, doc: str) -> Tag:
    tag = name.rstrip("_")

    def make(*children: Child, parent: SObject | None = None, text: str | None = None, **more: Any) -> Element:
        if text is None and children and not isinstance(children[0], SObject):
            text, children = as_text(children[0]), children[1:]
        if not more:
            # As of most cells of a table. What is not given is not passed on: see making.py.
            return Element(tag, *children, parent=parent) if text is None else Element(tag, *children, parent=parent, text=text)
        return detailed(*children, parent=parent, text=text, **more)

    def detailed(
        *children: Child,
        parent: SObject | None,
        text: str | None,
        style: Mapping[str, str] | None = None,
        classes: Iterable[str] | None = None,
        attrs: Mapping[str, Any] | None = None,
        value: Any = None,
        checked: bool | None = None,
        **attributes: Any,
    ) -> Element:
        handlers: dict[str, Callable[..., Any]] = {}
        merged = as_dict("attrs", attrs or {}, ATTRS)
        if value is not None and tag not in _FIELDS:
            # Of an option, a progress or a button it is an attribute; only fields hold a value that a person changes.
            merged["value"], value = value, None
        for key, given in attributes.items():
            if key.startswith("on_"):
                handlers[key[3:]] = given
            else:
                merged[key.rstrip("_").replace("_", "-")] = given
        element = Element(
            tag, *children, parent=parent, text=text, style=style, attrs=merged, classes=classes, value=value, checked=checked
        )
        for event, handler in handlers.items():
            element.on(event, handler)
        return element

    make.__signature__ = _SIGNATURE  # type: ignore[attr-defined]  # functions have it, if one sets it
    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"<{tag}>: {doc}"
    return make


a = _tag("a", 'A link: `a("help", href="/help")`.')
abbr = _tag("abbr", "An abbreviation.")
address = _tag("address", "Contact information.")
article = _tag("article", "A part that stands for itself.")
aside = _tag("aside", "Something beside the main matter.")
audio = _tag("audio", "Sound that can be played.")
b = _tag("b", "Bold text.")
bdi = _tag("bdi", "Text whose direction is its own.")
bdo = _tag("bdo", "Text in a given direction.")
blockquote = _tag("blockquote", "A long quotation.")
br = _tag("br", "A line break.")
button = _tag("button", 'A button: `button("Go", on_click=go)`.')
canvas = _tag("canvas", "A surface for drawing.")
caption = _tag("caption", "The title of a table.")
cite = _tag("cite", "The title of a work.")
code = _tag("code", "Program text.")
col = _tag("col", "A column of a table.")
colgroup = _tag("colgroup", "A group of columns.")
data = _tag("data", "Text with a value for machines.")
datalist = _tag("datalist", "Suggestions for a field.")
dd = _tag("dd", "A description.")
del_ = _tag("del_", "Text that was removed.")
details = _tag("details", "What can be opened: the first child is a `summary`.")
dfn = _tag("dfn", "A term that is defined here.")
dialog = _tag("dialog", "A dialog: `show_modal()` opens it, `close()` closes it.")
div = _tag("div", "A block.")
dl = _tag("dl", "A list of terms with descriptions.")
dt = _tag("dt", "A term.")
em = _tag("em", "Stressed text.")
fieldset = _tag("fieldset", "Fields that belong together.")
figcaption = _tag("figcaption", "The caption of a figure.")
figure = _tag("figure", "A picture or the like, with a caption.")
footer = _tag("footer", "What ends a part.")
form = _tag("form", "Fields that are sent together; the page stays where it is.")
h1 = _tag("h1", "A heading of the first rank.")
h2 = _tag("h2", "A heading of the second rank.")
h3 = _tag("h3", "A heading of the third rank.")
h4 = _tag("h4", "A heading of the fourth rank.")
h5 = _tag("h5", "A heading of the fifth rank.")
h6 = _tag("h6", "A heading of the sixth rank.")
header = _tag("header", "What begins a part.")
hgroup = _tag("hgroup", "A heading with its subtitle.")
hr = _tag("hr", "A dividing line.")
i = _tag("i", "Text in another voice.")
img = _tag("img", 'A picture: `img(src="cat.png", alt="a cat")`.')
input_ = _tag("input_", 'A field: `input_(type="text", value="")`.')
ins = _tag("ins", "Text that was added.")
kbd = _tag("kbd", "Keys to press.")
label = _tag("label", "The label of a field, which it may hold.")
legend = _tag("legend", "The title of a fieldset.")
li = _tag("li", "An item of a list.")
main = _tag("main", "The main matter.")
mark = _tag("mark", "Marked text.")
menu = _tag("menu", "A list of commands.")
meter = _tag("meter", "A measure within a range.")
nav = _tag("nav", "Links to go by.")
ol = _tag("ol", "A numbered list.")
optgroup = _tag("optgroup", "A group of options.")
option = _tag("option", "An option of a `select`.")
output = _tag("output", "A result.")
p = _tag("p", "A paragraph.")
picture = _tag("picture", "A picture in several forms.")
pre = _tag("pre", "Text as it is, with its spaces.")
progress = _tag("progress", "How far something has come.")
q = _tag("q", "A short quotation.")
rp = _tag("rp", "A bracket around ruby text.")
rt = _tag("rt", "Ruby text.")
ruby = _tag("ruby", "Text with its pronunciation.")
s = _tag("s", "Text that no longer holds.")
samp = _tag("samp", "Output of a program.")
search = _tag("search", "Where one searches.")
section = _tag("section", "A part with a heading.")
select = _tag("select", "A choice of `option`s.")
small = _tag("small", "Small print.")
source = _tag("source", "A form of a picture, sound or film.")
span = _tag("span", "A piece of text.")
strong = _tag("strong", "Important text.")
sub = _tag("sub", "Text below the line.")
summary = _tag("summary", "What is seen of closed `details`.")
sup = _tag("sup", "Text above the line.")
table = _tag("table", "A table.")
tbody = _tag("tbody", "The rows of a table.")
td = _tag("td", "A cell.")
textarea = _tag("textarea", "A field of several lines.")
tfoot = _tag("tfoot", "The last rows of a table.")
th = _tag("th", "A cell that is a heading.")
thead = _tag("thead", "The first rows of a table.")
time = _tag("time", "A time or date.")
tr = _tag("tr", "A row.")
track = _tag("track", "Subtitles.")
u = _tag("u", "Underlined text.")
ul = _tag("ul", "A list.")
var = _tag("var", "A variable.")
video = _tag("video", "A film that can be played.")
wbr = _tag("wbr", "A place where a line may break.")
svg = _tag("svg", 'A drawing: `svg(circle(r=5, fill="red"), viewBox="-5 -5 10 10")`.')
circle = _tag("circle", "A circle.")
clipPath = _tag("clipPath", "A shape to cut out by.")
defs = _tag("defs", "What is only referred to.")
desc = _tag("desc", "A description of a drawing.")
ellipse = _tag("ellipse", "An ellipse.")
g = _tag("g", "A group of shapes.")
line = _tag("line", "A line.")
linearGradient = _tag("linearGradient", "A gradient along a line.")
marker = _tag("marker", "An arrow head or the like.")
mask = _tag("mask", "What lets a drawing through.")
path = _tag("path", 'Any line: `path(d="M0 0L9 9")`.')
pattern = _tag("pattern", "A pattern to fill by.")
polygon = _tag("polygon", "A closed line through points.")
polyline = _tag("polyline", "A line through points.")
radialGradient = _tag("radialGradient", "A gradient around a point.")
rect = _tag("rect", "A rectangle.")
stop = _tag("stop", "A colour of a gradient.")
symbol = _tag("symbol", "A drawing to be used again.")
text_ = _tag("text_", "Text in a drawing.")
textPath = _tag("textPath", "Text along a path.")
title_ = _tag("title_", "The title of a drawing.")
tspan = _tag("tspan", "A piece of text in a drawing.")

__all__ = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "button",
    "canvas",
    "caption",
    "circle",
    "cite",
    "clipPath",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "defs",
    "del_",
    "desc",
    "details",
    "dfn",
    "dialog",
    "div",
    "dl",
    "dt",
    "ellipse",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "g",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "input_",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "line",
    "linearGradient",
    "main",
    "mark",
    "marker",
    "mask",
    "menu",
    "meter",
    "nav",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "path",
    "pattern",
    "picture",
    "polygon",
    "polyline",
    "pre",
    "progress",
    "q",
    "radialGradient",
    "rect",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "search",
    "section",
    "select",
    "small",
    "source",
    "span",
    "stop",
    "strong",
    "sub",
    "summary",
    "sup",
    "svg",
    "symbol",
    "table",
    "tbody",
    "td",
    "textPath",
    "text_",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title_",
    "tr",
    "track",
    "tspan",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
]

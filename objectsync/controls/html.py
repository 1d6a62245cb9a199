"""HTML and Markdown from a text: shown, and never run.

Rules: the text is parsed, and what is on the allow lists (safety.py) is built anew, element by element; nothing of it is ever parsed a
second time. A page does so with its own parser and the same lists (js/packages/controls/src/html.ts); here it is done for static pictures.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from .. import safety
from ..picture import Markup, Piece, markup
from ..sobject import attribute
from ..topics import StringTopic
from .base import Control

_VOID = frozenset({"br", "col", "hr", "img", "input", "source", "track", "wbr"})
_DROPPED = frozenset(
    ["embed", "head", "iframe", "math", "noembed", "noscript", "object", "plaintext", "script", "style", "svg", "template", "xmp"]
)
"""Left out with everything inside; other elements that are not allowed leave their contents."""
_DEPTH = 100
_PLAYERS = frozenset({"audio", "video"})
_SEEN = frozenset({"button", "canvas", "hr", "input", "meter", "progress", "select", "textarea"})
"""Seen also where they are empty."""


class _HTML(Control):
    value = attribute(StringTopic, "", writable=False)

    def shown(self) -> Markup:
        return self._outer("div", html_picture(self.value.value))

    def picture(self) -> Markup:
        return self._box(html_picture(self.value.value))


class HTML(_HTML, frontend_type="objectsync.html"):
    """Text with markup, sanitised: `HTML("<b>bold</b>")`. No scripts, frames, or styles that fetch."""

    def build(self, value: str = "", **look: Any) -> None:
        """Make it; `look` is as of any control."""
        self._look(look.pop("label", None), **look, value=value)


class Markdown(_HTML, frontend_type="objectsync.html"):
    """Text in Markdown: `Markdown("# Title")`; `text` is what it is made of. It needs the package markdown-it-py.

    Raises:
        ImportError: markdown-it-py is not installed.
    """

    text = attribute(StringTopic, "", writable=False)

    def build(self, text: str = "", **look: Any) -> None:
        """Make it; `look` is as of any control."""
        self._look(look.pop("label", None), **look, text=text, value=render_markdown(text))

    def init(self) -> None:
        self.text.on_set.add(lambda text: self.value.set(render_markdown(text)))


def render_markdown(text: str) -> str:
    try:
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise ImportError("Markdown needs the package markdown-it-py: pip install 'objectsync[markdown]'") from error
    rendered: str = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return rendered


def html_picture(text: str) -> Markup:
    """A text of HTML as what may be shown of it."""
    parser = _Builder()
    parser.feed(text)
    parser.close()
    return parser.result()


def says_something(text: str) -> bool:
    """Whether anything is left to be seen of a text of HTML; a player without a source is nothing."""
    left: list[Piece] = [html_picture(text)]
    while left:
        piece = left.pop()
        if isinstance(piece, str) and piece.strip():
            return True
        if isinstance(piece, Markup):
            if piece.tag in _SEEN or piece.attrs.get("src"):
                return True
            left += () if piece.tag in _PLAYERS and not _has_source(piece) else piece.children
    return False


def _has_source(player: Markup) -> bool:
    return any(isinstance(child, Markup) and child.tag == "source" and child.attrs.get("src") for child in player.children)


class _Builder(HTMLParser):
    """Builds the allowed part of a text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._stack: list[tuple[str, dict[str, str | None], list[Any]]] = [("div", {}, [])]
        self._dropping = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping:
            self._depth += tag == self._dropping
        elif tag in _DROPPED:
            self._dropping, self._depth = tag, 1
        elif tag in safety.HTML_TAGS:
            kept = {name: value for name, value in attrs if name == "style" or safety.refuse_attribute(tag, name, value or "") is None}
            if tag in _VOID or len(self._stack) > _DEPTH:
                self._stack[-1][2].append(_node(tag, kept, []))
            else:
                self._stack.append((tag, kept, []))

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            self._depth -= tag == self._dropping
            if not self._depth:
                self._dropping = ""
        elif any(open_tag == tag for open_tag, _, _ in self._stack[1:]):
            while self._close() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self._stack[-1][2].append(data)

    def result(self) -> Markup:
        """What was built."""
        while len(self._stack) > 1:
            self._close()
        return markup("div", *self._stack[0][2])

    def _close(self) -> str:
        tag, attrs, children = self._stack.pop()
        self._stack[-1][2].append(_node(tag, attrs, children))
        return tag


def _node(tag: str, attrs: dict[str, str | None], children: list[Any]) -> Markup:
    return Markup(tag, {name: True if value is None else value for name, value in attrs.items()}, tuple(children))


__all__ = ["HTML", "Markdown", "html_picture", "says_something"]

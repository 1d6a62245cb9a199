"""A style sheet within a text of HTML, said by the elements themselves.

A page drops style sheets of a value, since they would reach all of the page. But the colours of a pandas `Styler` are all in one. So what
its rules say is written into the `style` of the elements that they mean; there each property is checked as any.

Rules: selectors are of tags, ids, classes, places (`:nth-child`, `:first-child`), descendants and children; a rule with anything else
(`:hover`, `@media`) is left out, as it says nothing of a picture. A sheet that says that it is `scoped` is left out, too: pandas' own for
every DataFrame, instead of which the page has its own look.

(Libraries do this, css-inline among them; each would be a dependency of everyone, for a table that has to look right at once.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

_SHEET = re.compile(r"<style\b([^>]*)>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_NOT_PRINTED = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_PART = re.compile(r"(?P<id>#[\w-]+)|(?P<class>\.[\w-]+)|(?P<place>:(?:nth-child\([^)]*\)|first-child))")
_COMPOUND = re.compile(r"(?P<tag>\*|[a-zA-Z][\w-]*)?(?P<rest>(?:#[\w-]+|\.[\w-]+|:nth-child\([^)]*\)|:first-child)*)")
_NTH = re.compile(r"(?:(?P<step>[+-]?\d*)n)?\s*(?P<start>[+-]?\s*\d+)?")
_DECLARATION = re.compile(r"(?:[^;\"'()]|\"[^\"]*\"|'[^']*'|\([^)]*\))+")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass(frozen=True, slots=True)
class _Compound:
    """What is asked of one element."""

    tag: str
    id: str
    classes: frozenset[str]
    places: tuple[tuple[int, int], ...]
    """Each a step and a start, as of `:nth-child(2n+1)`."""

    def means(self, element: _Open) -> bool:
        return (
            self.tag in ("", "*", element.tag)
            and self.id in ("", element.id)
            and self.classes <= element.classes
            and all(_is_at(element.place, *place) for place in self.places)
        )


@dataclass(frozen=True, slots=True)
class _Rule:
    """One selector, from the outer to the inner element, and what it says."""

    compounds: tuple[_Compound, ...]
    joints: tuple[bool, ...]
    """Between two compounds: whether the inner is a child of the outer."""
    weight: tuple[int, int, int]
    says: str

    def means(self, path: list[_Open]) -> bool:
        return self.compounds[-1].means(path[-1]) and self._above(len(self.compounds) - 2, path, len(path) - 2)

    def _above(self, compound: int, path: list[_Open], last: int) -> bool:
        if compound < 0:
            return True
        for place in range(last, -1, -1):
            if self.compounds[compound].means(path[place]) and self._above(compound - 1, path, place - 1):
                return True
            if self.joints[compound]:
                return False
        return False


@dataclass(slots=True)
class _Open:
    """An element that is open."""

    tag: str
    id: str
    classes: frozenset[str]
    place: int
    """Among its siblings, from 1."""
    children: int = 0


def inlined(html: str) -> str:
    """The text without its style sheets, whose rules are in the elements."""
    sheets = [match.group(2) for match in _SHEET.finditer(html) if not re.search(r"\bscoped\b", match.group(1))]
    rules = [rule for sheet in sheets for rule in _rules_of(sheet)]
    rest = _SHEET.sub("", html)
    return _Writer(rest, rules).written() if rules else rest


def _rules_of(sheet: str) -> Iterator[_Rule]:
    for selectors, says in _blocks(_NOT_PRINTED.sub(" ", sheet)):
        for selector in selectors.split(","):
            rule = _rule(selector.strip(), says)
            if rule is not None:
                yield rule


def _blocks(sheet: str) -> Iterator[tuple[str, str]]:
    """What is before each pair of braces, and what is within, without rules that hold rules."""
    begin = 0
    while (opened := sheet.find("{", begin)) >= 0:
        depth, end = 1, opened + 1
        while depth and end < len(sheet):
            depth += {"{": 1, "}": -1}.get(sheet[end], 0)
            end += 1
        before, inside = sheet[begin:opened].rpartition(";")[2].strip(), sheet[opened + 1 : end - 1]
        if not before.startswith("@") and "{" not in inside:
            yield before, "; ".join(each.strip().replace("!important", "") for each in _DECLARATION.findall(inside) if ":" in each)
        begin = end


def _rule(selector: str, says: str) -> _Rule | None:
    compounds: list[_Compound] = []
    joints: list[bool] = []
    child = False
    for word in re.sub(r"\s*>\s*", " > ", selector).split():
        if word == ">":
            child = True
            continue
        compound = _compound(word)
        if compound is None:
            return None
        if compounds:
            joints.append(child)
        compounds.append(compound)
        child = False
    if not compounds or not says:
        return None
    weight = (
        sum(bool(each.id) for each in compounds),
        sum(len(each.classes) + len(each.places) for each in compounds),
        sum(each.tag not in ("", "*") for each in compounds),
    )
    return _Rule(tuple(compounds), tuple(joints), weight, says)


def _compound(word: str) -> _Compound | None:
    match = _COMPOUND.fullmatch(word)
    if match is None or not word:
        return None
    parts = [(part.lastgroup, part.group()) for part in _PART.finditer(match["rest"])]
    places = [_nth(text.partition("(")[2].rstrip(")") or "1") for kind, text in parts if kind == "place"]
    if None in places:
        return None
    return _Compound(
        (match["tag"] or "").lower(),
        next((text[1:] for kind, text in parts if kind == "id"), ""),
        frozenset(text[1:] for kind, text in parts if kind == "class"),
        tuple(place for place in places if place is not None),
    )


def _nth(text: str) -> tuple[int, int] | None:
    text = {"even": "2n", "odd": "2n+1"}.get(text.strip(), text.strip())
    match = _NTH.fullmatch(text)
    if match is None or not text:
        return None
    step = match["step"]
    return (
        0 if step is None else int(step + "1") if step in ("", "+", "-") else int(step),
        int((match["start"] or "0").replace(" ", "")),
    )


def _is_at(place: int, step: int, start: int) -> bool:
    return place == start if step == 0 else (place - start) % step == 0 and (place - start) // step >= 0


class _Writer(HTMLParser):
    """Writes a text anew, with what rules say in the start tags that they mean."""

    def __init__(self, html: str, rules: list[_Rule]) -> None:
        super().__init__(convert_charrefs=True)
        # By what tells most of the innermost element: a Styler has a rule for each cell.
        self._rules: dict[str, list[tuple[int, _Rule]]] = {}
        for number, rule in enumerate(rules):
            last = rule.compounds[-1]
            key = f"#{last.id}" if last.id else f".{min(last.classes)}" if last.classes else last.tag or "*"
            self._rules.setdefault(key, []).append((number, rule))
        self._html = html
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._parts: list[str] = []
        self._done = 0
        self._path = [_Open("", "", frozenset(), 1)]

    def written(self) -> str:
        """The whole text."""
        self.feed(self._html)
        self.close()
        return "".join(self._parts) + self._html[self._done :]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._path[-1].children += 1
        given = dict(attrs)
        element = _Open(tag, given.get("id") or "", frozenset((given.get("class") or "").split()), self._path[-1].children)
        self._path.append(element)
        keys = [tag, "*", *(f".{name}" for name in element.classes), *([f"#{element.id}"] if element.id else [])]
        found = [(rule.weight, number, rule.says) for key in keys for number, rule in self._rules.get(key, ()) if rule.means(self._path)]
        if found:
            says = "; ".join([*(says for _, _, says in sorted(found)), *filter(None, [given.get("style")])])
            self._write_tag(tag, {**given, "style": says})
        if tag in _VOID:
            self._path.pop()

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._path) - 1, 0, -1):
            if self._path[place].tag == tag:
                del self._path[place:]
                return

    def _write_tag(self, tag: str, attrs: dict[str, str | None]) -> None:
        line, column = self.getpos()
        begin = self._lines[line - 1] + column
        names = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs.items())
        self._parts += [self._html[self._done : begin], f"<{tag}{names}>"]
        self._done = begin + len(self.get_starttag_text() or "")


__all__ = ["inlined"]

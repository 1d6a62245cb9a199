"""Assertions that wait: `expect(page.get_by_role("status")).to_have_text("4")`, in Playwright's words.

Rules: each waits, as long as the page's `timeout`, until it is true; a failure says what was expected and what is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import NotThere
from .locator import Locator

Expected = str | re.Pattern[str]


def expect(locator: Locator) -> Expectation:
    """What is expected of a locator."""
    return Expectation(locator)


class Expectation:
    """Assertions about a locator."""

    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def to_have_text(self, text: Expected) -> None:
        """It is there with just this text (or one that matches a pattern)."""
        self._await("text", lambda: self._locator.texts, lambda texts: len(texts) == 1 and _equals(texts[0], text), text)

    def to_contain_text(self, text: str) -> None:
        """It is there with this text in it."""
        self._await("text that contains", lambda: self._locator.texts, lambda texts: len(texts) == 1 and text in texts[0], text)

    def to_have_texts(self, texts: list[str]) -> None:
        """There are these, in this order."""
        self._await("texts", lambda: self._locator.texts, lambda found: found == texts, texts)

    def to_have_value(self, value: Expected) -> None:
        """The field holds this."""
        self._await("value", lambda: self._values("value"), lambda values: len(values) == 1 and _equals(values[0], value), value)

    def to_have_values(self, values: list[str]) -> None:
        """These are chosen of a select that takes several."""
        self._await("values", lambda: self._values("values"), lambda found: found == [values], values)

    def to_have_count(self, count: int) -> None:
        """There are so many of them."""
        self._await("count", self._locator.count, lambda found: found == count, count)

    def to_be_visible(self) -> None:
        """It is there, and can be seen."""
        self._await("visible", lambda: self._values("visible"), lambda found: found == [True], True)

    def to_be_hidden(self) -> None:
        """It is not there, or cannot be seen."""
        self._await("visible", lambda: self._values("visible"), lambda found: found in ([], [False]), False)

    def to_be_checked(self, checked: bool = True) -> None:
        """The checkbox or radio button is on (or off)."""
        self._await("checked", lambda: self._values("checked"), lambda found: found == [checked], checked)

    def to_be_enabled(self, enabled: bool = True) -> None:
        """It can be used (or not)."""
        self._await("enabled", lambda: [not each for each in self._values("disabled")], lambda found: found == [enabled], enabled)

    def to_be_disabled(self) -> None:
        """It cannot be used."""
        self.to_be_enabled(False)

    def _values(self, name: str) -> list[Any]:
        return [getattr(node, name) for node in self._locator._nodes()]

    def _await(self, what: str, ask: Callable[[], Any], holds: Callable[[Any], bool], expected: Any) -> None:
        page = self._locator._page
        if page.wait_for(lambda: holds(ask()) or None) is None:
            found = ask()
            there = f"found {found!r}" if found != [] else "it is not there"
            raise NotThere(f"{self._locator}: expected {what} {expected!r}, {there}. The page shows:\n{page}")


def _equals(text: str | None, expected: Expected) -> bool:
    if isinstance(expected, re.Pattern):
        return expected.search(text or "") is not None
    return text == expected

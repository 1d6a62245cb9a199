"""What constructors are given, where a usual mistake would be taken for something else: a list for a child, a text for a dict of styles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import describe

STYLE = '{"color": "red"}'
ATTRS = '{"href": "/help"}'
"""Examples."""


def as_text(child: Any) -> str:
    """The text of a child that is no object.

    Raises:
        TypeError: it is a list or the like, or nothing.
    """
    if isinstance(child, str):
        return child
    if isinstance(child, Iterable):
        raise TypeError(f"expected an object or a text as a child, got {describe(child)}; give its items one by one: ul(*items)")
    if child is None:
        raise TypeError("expected an object or a text as a child, got None; leave it out")
    return str(child)


def as_names(classes: Iterable[str]) -> list[str]:
    """CSS classes, one by one.

    Raises:
        TypeError: they are one text.
    """
    if isinstance(classes, str):
        raise TypeError(f"expected a list of names as `classes`, got {describe(classes)}; use {classes.split()}")
    return list(classes)


def as_dict(name: str, given: Any, example: str) -> dict[str, Any]:
    """A dict of one's own of what was given as `name`.

    Raises:
        TypeError: it is none.
    """
    if isinstance(given, Mapping):
        return dict(given)
    raise TypeError(f"expected a dict as `{name}`, such as {example}, got {describe(given)}")

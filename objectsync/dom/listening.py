"""How a page listens to a DOM event: which fields come along, what is prevented, how often it is told.

Rules: the options belong to an event of an element, whoever handles it. They travel as the attribute `events`, a dict of options by event,
so they work for declared EventTopics too. Only listed fields may be asked for (safety.EVENT_FIELDS), here for an early error and again
in the client. Times are in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import safety
from ..errors import InvalidChangeError, describe

_FLAGS = ("prevent_default", "stop_propagation")
_TIMES = ("throttle", "debounce")
_NAMES = ("fields", "keys")
LONGEST = 60.0
"""Seconds. A longer pause at the source is a mistake in the unit."""


def options(
    fields: Iterable[str] | None,
    keys: Iterable[str] | None,
    prevent_default: bool,
    stop_propagation: bool,
    throttle: float | None,
    debounce: float | None,
) -> dict[str, Any]:
    """The options that are not the usual ones, as they travel."""
    found: dict[str, Any] = {}
    if fields is not None:
        found["fields"] = _list(fields, "fields")
    if keys is not None:
        found["keys"] = _list(keys, "keys")
    if prevent_default:
        found["prevent_default"] = True
    if stop_propagation:
        found["stop_propagation"] = True
    if throttle is not None:
        found["throttle"] = throttle
    if debounce is not None:
        found["debounce"] = debounce
    return found


def joined(before: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """The options that serve two handlers of one event: all fields and keys that either asked for, the shorter pauses."""
    result = {**before, **more}
    for name in _NAMES:
        if name in before and name in more:
            result[name] = [*before[name], *(each for each in more[name] if each not in before[name])]
    for name in _TIMES:
        if name in before and name in more:
            result[name] = min(before[name], more[name])
    return result


def check_events(events: Mapping[str, Any]) -> None:
    """Whether these are options by event; the validator of an attribute `events`.

    Raises:
        InvalidChangeError: an unknown option, a field that may not be asked for, a time out of range.
    """
    for event, wanted in events.items():
        if not isinstance(wanted, Mapping):
            raise InvalidChangeError(f"events[{event!r}] expects a dict of options, got {describe(wanted)}")
        for name, value in wanted.items():
            _check(event, name, value)
        if "throttle" in wanted and "debounce" in wanted:
            raise InvalidChangeError(f"events[{event!r}] has throttle and debounce; use one of them")


def _check(event: str, name: str, value: Any) -> None:
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise InvalidChangeError(f"{name} of {event!r} expects a bool, got {describe(value)}")
    elif name in _TIMES:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= LONGEST:
            raise InvalidChangeError(f"{name} of {event!r} expects seconds (more than 0, at most {LONGEST:.0f}), got {describe(value)}")
    elif name in _NAMES:
        if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
            raise InvalidChangeError(f"{name} of {event!r} expects a list of names, got {describe(value)}")
        if name == "fields":
            for field in value:
                safety.check_event_field(field)
    else:
        raise InvalidChangeError(f"events[{event!r}] has no option {name!r}; there are {', '.join((*_NAMES, *_FLAGS, *_TIMES))}")


def _list(names: Iterable[str], what: str) -> list[str]:
    if isinstance(names, str):
        raise TypeError(f"{what} expects a list of names, got the text {names!r}; use [{names!r}]")
    return list(names)


__all__ = ["check_events", "joined", "options"]

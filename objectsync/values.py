"""What a topic may hold: JSON values and bytes, checked and copied once on their way in, copied on their way out.

Rules: None, bool, int within ±(2^53 − 1), finite float, str without lone surrogates, bytes, and lists and dicts (with str keys) of
these, at most 64 deep. Containers are copied, so no stored value is shared with a caller. Bytes are kept as `Buffer`, which the
encoder turns into an attachment (PROTOCOL.md, "Frames") instead of base64.
"""

from __future__ import annotations

from typing import Any

from .errors import InvalidValue, describe
from .limits import MAX_SAFE_INTEGER

MAX_DEPTH = 64

_REMEDIES = {
    "datetime": "use .isoformat()",
    "date": "use .isoformat()",
    "Decimal": "use float(…) or str(…)",
    "set": "use a SetTopic or sorted(…)",
    "frozenset": "use a SetTopic or sorted(…)",
    "ndarray": "use .tolist() or .tobytes()",
    "DataFrame": "use .to_dict('records')",
    "UUID": "use str(…)",
}


class Buffer(bytes):
    """Bytes on their way to a frame. A subclass, because the encoder asks its hook about subclasses only."""

    __slots__ = ()


def check_str(value: str, path: str = "$") -> str:
    """The string itself, if every codec can carry it.

    Raises:
        InvalidValue: it has a lone surrogate.
    """
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise InvalidValue(f"the text at {path} has a lone surrogate at position {error.start}; it is no valid Unicode") from None
    return value


def is_unicode(value: str) -> bool:
    """Whether `check_str` would take it."""
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_int(value: int, path: str = "$") -> int:
    """The integer as a plain int.

    Raises:
        InvalidValue: JavaScript cannot hold it exactly.
    """
    if not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        raise InvalidValue(f"the integer at {path} is beyond ±(2^53 − 1), where JavaScript loses digits; send it as a string")
    return int(value)


def check_float(value: float, path: str = "$") -> float:
    """The float as a plain float.

    Raises:
        InvalidValue: it is NaN or infinite, which JSON cannot carry.
    """
    if not -1.7976931348623157e308 <= value <= 1.7976931348623157e308:
        raise InvalidValue(f"the number at {path} is {value!r}, which JSON cannot carry; use None")
    return float(value)


def check_value(value: object) -> Any:
    """A checked, independent copy of any value that a topic may hold.

    Raises:
        InvalidValue: something in it cannot be carried; the message says where and what to do.
    """
    try:
        return _check(value, "", 0)
    except InvalidValue:
        return _check(value, "$", 0)  # once more, to say where: paths cost more than the checks (benchmarks/core.py, "create")


def _check(value: Any, path: str, depth: int) -> Any:
    kind = type(value)
    if kind is str:
        return value if value.isascii() else check_str(value, path)
    if value is None or kind is bool or (kind is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER):
        return value
    if kind is not list and kind is not dict:  # which are asked for nothing else (benchmarks/core.py, "create")
        if isinstance(value, int):
            return check_int(value, path)
        if isinstance(value, float):
            return check_float(value, path)
        if isinstance(value, str):
            return check_str(str.__str__(value), path)  # of a StrEnum its value, not its name
        if isinstance(value, (bytes, bytearray, memoryview)):
            return Buffer(value)
    if depth >= MAX_DEPTH:
        raise InvalidValue(f"the value at {path} is nested more than {MAX_DEPTH} deep")
    depth += 1
    if isinstance(value, (list, tuple)):
        return [_check(item, path and f"{path}[{index}]", depth) for index, item in enumerate(value)]
    if isinstance(value, dict):
        checked: dict[str, Any] = {}
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                key = check_key(key, path)
            plain = item is None or item is True or item is False or (type(item) is str and item.isascii())
            checked[key] = item if plain else _check(item, path and f"{path}.{key}", depth)
        return checked
    remedy = _REMEDIES.get(kind.__name__, "use None, bool, int, float, str, bytes, or lists and dicts of them")
    raise InvalidValue(f"the value at {path} is {describe(value)}, which cannot be sent; {remedy}")


def check_key(key: object, path: str = "$") -> str:
    """A dict key.

    Raises:
        InvalidValue: it is no str.
    """
    if not isinstance(key, str):
        raise InvalidValue(f"the dict at {path} has the key {describe(key)}; keys must be str")
    return check_str(str.__str__(key), path)


def copy_value(value: Any) -> Any:
    """An independent copy of a checked value; scalars are themselves."""
    kind = type(value)
    if kind is list:
        return [copy_value(item) if type(item) in _CONTAINERS else item for item in value]
    if kind is dict:
        return {key: copy_value(item) if type(item) in _CONTAINERS else item for key, item in value.items()}
    return value


_CONTAINERS = frozenset({list, dict})


def same_value(a: Any, b: Any) -> bool:
    """JSON equality: True is not 1, but 1 is 1.0, as in JavaScript."""
    if a is b:
        return True
    kind = type(a)
    if kind is dict:
        if type(b) is not dict or len(a) != len(b):
            return False
        return all(key in b and same_value(item, b[key]) for key, item in a.items())
    if kind is list:
        return type(b) is list and len(a) == len(b) and all(map(same_value, a, b))
    return bool(a == b) and (kind is bool) == (type(b) is bool)


def value_key(value: Any) -> Any:
    """A hashable stand-in: equal for values that are the same by `same_value`."""
    kind = type(value)
    if kind is list:
        return ("list", *map(value_key, value))
    if kind is dict:
        return ("dict", frozenset((key, value_key(item)) for key, item in value.items()))
    return (bool, value) if kind is bool else value


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, as JavaScript counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def to_utf16(text: str, position: int) -> int:
    """A code point position in `text` as UTF-16 units."""
    return position if text.isascii() else utf16_length(text[:position])


def from_utf16(text: str, units: int) -> int:
    """A UTF-16 position in `text` as code points.

    Raises:
        ValueError: outside the text, or within a surrogate pair.
    """
    if text.isascii():
        if not 0 <= units <= len(text):
            raise ValueError(f"position {units} is outside a text of length {len(text)}")
        return units
    encoded = text.encode("utf-16-le")
    if not 0 <= units * 2 <= len(encoded):
        raise ValueError(f"position {units} is outside a text of length {len(encoded) // 2}")
    try:
        return len(encoded[: units * 2].decode("utf-16-le"))
    except UnicodeDecodeError:
        raise ValueError(f"position {units} is inside a surrogate pair") from None


def size_of(value: Any) -> int:
    """About how many bytes a checked value keeps in memory; for bounds, not for accounts."""
    kind = type(value)
    if kind is str or kind is Buffer:
        return 50 + len(value)
    if kind is list:
        return 60 + sum(map(size_of, value))
    if kind is dict:
        return 100 + sum(50 + len(key) + size_of(item) for key, item in value.items())
    return 16

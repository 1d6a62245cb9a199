"""StringTopic: text that several people may edit at once.

Positions in the Python API are code points, as Python counts them; changes carry UTF-16 code units, as JavaScript does.
"""

from __future__ import annotations

from typing import Any

from ..changes import Change, DeleteText, InsertText, Set
from ..errors import InvalidChangeError, InvalidPosition, InvalidValue, describe
from ..values import check_str, from_utf16, to_utf16, utf16_length
from .base import EMPTY, Topic


class StringTopic(Topic[str]):
    """Text. `insert` and `delete` merge with what others type at the same time; `set` replaces it all."""

    __slots__ = ()
    type_name = "string"
    default = ""
    takes_texts = True

    @staticmethod
    def check(value: Any) -> str:
        if type(value) is str:
            return value if value.isascii() else check_str(value)
        if isinstance(value, str):
            return check_str(str.__str__(value))  # of a StrEnum its value, not its name
        raise InvalidValue(f"expected str, got {describe(value)}")

    def get(self) -> str:
        """The value."""
        value: Any = self._object._os_values.get(self._name, EMPTY)
        return self._spec.default if value is EMPTY else value  # type: ignore[no-any-return]  # a str, as `check` says

    def insert(self, position: int, text: str) -> None:
        """Insert `text` before the character at `position` (code points; `len(topic)` appends).

        Raises:
            InvalidPosition: outside the text.
            InvalidValue: `text` is no str.
        """
        text = self._checked(text)
        with self._object._os_tree.lock:
            current: str = self._raw()
            position = self._position(position)
            if not 0 <= position <= len(current):
                raise InvalidPosition(f"{self}: position {position} is outside a text of length {len(current)}")
            if text:
                self._perform(InsertText(self._object._os_id, self._name, to_utf16(current, position), text))

    def delete(self, position: int, text: str | int) -> None:
        """Delete at `position` (code points): a number of characters, or just this `text`.

        Raises:
            InvalidPosition: outside the text.
            InvalidChangeError: another text stands there.
        """
        with self._object._os_tree.lock:
            current: str = self._raw()
            position = self._position(position)
            length = len(text) if isinstance(text, str) else self._position(text)
            if length < 0 or not 0 <= position <= len(current) - length:
                raise InvalidPosition(f"{self}: {position}…{position + length} is outside a text of length {len(current)}")
            found = current[position : position + length]
            if isinstance(text, str) and found != text:
                raise InvalidChangeError(f"{self}: expected {describe(text)} at {position}, found {describe(found)}")
            if found:
                units = to_utf16(current, position)
                self._perform(DeleteText(self._object._os_id, self._name, units, utf16_length(found)))

    def check_change(self, change: Any) -> Change:
        if type(change) is InsertText:
            return InsertText(change.object, change.name, change.position, self._checked(change.text))
        if type(change) is DeleteText:
            return change
        return super().check_change(change)

    def _apply(self, change: Change) -> Change | None:
        values = self._object._os_values
        name = self._name
        old: Any = values.get(name, EMPTY)
        if old is EMPTY:
            old = self._spec.default
        if type(change) is Set:
            if change.value == old:
                return None
            values[name] = change.value
            return Set(change.object, name, old)
        try:
            if type(change) is InsertText:
                at = from_utf16(old, change.position)
                if not change.text:
                    return None
                values[name] = old[:at] + change.text + old[at:]
                return DeleteText(change.object, name, change.position, utf16_length(change.text))
            if type(change) is DeleteText:
                if change.length < 0:
                    raise ValueError("a length cannot be negative")
                at = from_utf16(old, change.position)
                end = from_utf16(old, change.position + change.length)
                if at == end:
                    return None
                values[name] = old[:at] + old[end:]
                return InsertText(change.object, name, change.position, old[at:end])
        except ValueError as error:
            raise InvalidPosition(f"{self}: {error}", change) from None
        raise self._unfit(change)

    def _checked(self, text: Any) -> str:
        try:
            return self.check(text)
        except InvalidValue as error:
            raise self._named(error) from None

    def __len__(self) -> int:
        return len(self._raw())

    def __contains__(self, text: str) -> bool:
        return text in self._raw()

    def __getitem__(self, index: int | slice) -> str:
        result: str = self._raw()[index]
        return result

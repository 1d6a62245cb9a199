"""What ListTopic, SetTopic and DictTopic share.

They change in place, item by item, and are stored as plain lists and dicts, just as they travel. Reading a whole value copies it; `len`,
`in`, iteration and indexing do not.
"""

from __future__ import annotations

from typing import Any

from ..changes import Change, Set
from ..errors import InvalidValue
from ..values import check_value, copy_value, same_value
from .base import EMPTY, Topic


class ContainerTopic(Topic[Any]):
    """A topic that holds a container."""

    __slots__ = ()

    def _own(self) -> Any:
        """The stored container, made from the default when there is none yet."""
        values = self._object._os_values
        raw = values.get(self._name, EMPTY)
        if raw is EMPTY:
            raw = values[self._name] = copy_value(self._spec.default)
        return raw

    def _set(self, change: Set) -> Change | None:
        old = self._raw()
        if same_value(old, change.value) and (not isinstance(old, dict) or list(old) == list(change.value)):
            return None
        # The change goes into the log and stays as it is; the stored container goes on changing.
        self._object._os_values[self._name] = copy_value(change.value)
        return Set(change.object, self._name, copy_value(old))

    def _item(self, item: Any) -> Any:
        """The raw form of one item.

        Raises:
            InvalidValue: it is none.
        """
        try:
            return check_value(item)
        except InvalidValue as error:
            raise self._named(error) from None

    def _show(self, raw: Any) -> Any:
        """One raw item as users get it."""
        return copy_value(raw)

    def _present(self, raw: Any) -> Any:
        return [self._show(item) for item in raw.copy()]

    def __len__(self) -> int:
        return len(self._raw())

    def __bool__(self) -> bool:
        return bool(self._raw())

    def get_raw(self) -> Any:
        """The value as stored: for topics of objects, their ids."""
        return copy_value(self._raw())

    def set_raw(self, raw: Any) -> None:
        """Set the value as stored: for topics of objects, their ids."""
        self._perform(Set(self._object._os_id, self._name, self.check(raw)))

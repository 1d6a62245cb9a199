"""DictTopic: a dict with str keys, changed key by key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ..changes import Change, Drop, Put, Set
from ..errors import InvalidChangeError, InvalidValue, describe
from ..values import check_key, check_value, copy_value, same_value
from .base import EMPTY, NO_KEYWORDS, News, SignalSlot
from .container import ContainerTopic


class DictTopic(ContainerTopic):
    """A dict with str keys."""

    __slots__ = ()
    type_name = "dict"
    default: ClassVar[Any] = {}  # never handed out: copied for each object

    on_add = SignalSlot()
    """Called with each new key and its value."""
    on_change_value = SignalSlot()
    """Called with a key and the new value it has."""
    on_remove = SignalSlot()
    """Called with each key that goes."""
    on_pop = SignalSlot()
    """The same as `on_remove`."""

    @staticmethod
    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidValue(f"expected dict, got {describe(value)}")
        checked: dict[str, Any] = check_value(value)
        return checked

    def add(self, key: str, value: Any) -> None:
        """Add a key that is new.

        Raises:
            InvalidChangeError: the key is there already (`topic[key] = value` does not mind).
        """
        raw = self._entry(key, value)
        with self._object._os_tree.lock:
            if key in self._raw():
                raise InvalidChangeError(f"{self}: the key {key!r} is there already; use [{key!r}] = … to change it")
            self._perform(Put(self._object._os_id, self._name, key, raw))

    def change_value(self, key: str, value: Any) -> None:
        """Change the value of a key that is there.

        Raises:
            InvalidChangeError: the key is not there (`topic[key] = value` does not mind).
        """
        raw = self._entry(key, value)
        with self._object._os_tree.lock:
            if key not in self._raw():
                raise InvalidChangeError(f"{self}: there is no key {key!r}; use [{key!r}] = … to add it")
            self._perform(Put(self._object._os_id, self._name, key, raw))

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key and return its value (or `default`, if given and the key is not there).

        Raises:
            KeyError: the key is not there.
        """
        with self._object._os_tree.lock:
            raw = self._raw()
            if key not in raw:
                if default:
                    return default[0]
                raise KeyError(f"{self}: there is no key {key!r}")
            value = self._show(raw[key])
            self._perform(Drop(self._object._os_id, self._name, key))
            return value

    def remove(self, value: Any) -> None:
        """Remove the first key that has this *value* (as the older ObjectSync did).

        Raises:
            ValueError: no key has it.
        """
        raw = self._item(value)
        with self._object._os_tree.lock:
            for key, other in self._raw().items():
                if same_value(other, raw):
                    self._perform(Drop(self._object._os_id, self._name, key))
                    return
        raise InvalidChangeError(f"{self}: no key has the value {describe(value)}")

    def update(self, *others: Any, **entries: Any) -> None:
        """Set several keys at once: one transaction, as `dict.update`."""
        with self._object._os_tree.record():
            for key, value in dict(*others, **entries).items():
                self[key] = value

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The value of a key, which becomes `default` if it is not there."""
        with self._object._os_tree.lock:
            if key not in self._raw():
                self[key] = default
            return self[key]

    def clear(self) -> None:
        """Remove all keys: one change."""
        self.set({})

    def keys(self) -> list[str]:
        """The keys."""
        return list(self._raw())

    def values(self) -> list[Any]:
        """The values, as copies."""
        return [self._show(value) for value in self._raw().copy().values()]

    def items(self) -> list[tuple[str, Any]]:
        """The keys and values, as copies."""
        return [(key, self._show(value)) for key, value in self._raw().copy().items()]

    def get(self, *key_and_default: Any) -> Any:
        """`get()`: the whole dict, as for every topic. `get(key, default=None)`: one value, as for a dict."""
        if not key_and_default:
            return self._present(self._raw())
        key, default = (*key_and_default, None)[:2]
        raw = self._raw()
        return self._show(raw[key]) if key in raw else default

    def __getitem__(self, key: str) -> Any:
        raw = self._raw()
        if key not in raw:
            raise KeyError(f"{self}: there is no key {key!r}")
        return self._show(raw[key])

    def __setitem__(self, key: str, value: Any) -> None:
        self._perform(Put(self._object._os_id, self._name, key, self._entry(key, value)))

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def __contains__(self, key: object) -> bool:
        return key in self._raw()

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._raw()))

    def check_change(self, change: Any) -> Change:
        if type(change) is Put:
            return Put(change.object, change.name, change.key, self._entry(change.key, change.value))
        if type(change) is Drop:
            return change
        return super().check_change(change)

    def _entry(self, key: Any, value: Any) -> Any:
        try:
            check_key(key)
            return self._item(value)
        except InvalidValue as error:
            raise InvalidValue(f"{self}[{key!r}]: {error.reason.removeprefix(f'{self}: ')}") from None

    def _present(self, raw: Any) -> Any:
        # A copy first, which is one step of the interpreter: another thread may be adding keys.
        return {key: self._show(value) for key, value in raw.copy().items()}

    def _apply(self, change: Change) -> Change | None:
        if type(change) is Set:
            return self._set(change)
        entries = self._raw()
        name = self._name
        if isinstance(change, Put):
            old = entries.get(change.key, EMPTY)
            if old is not EMPTY and same_value(old, change.value):
                return None
            self._own()[change.key] = copy_value(change.value)
            return Drop(change.object, name, change.key) if old is EMPTY else Put(change.object, name, change.key, old)
        if isinstance(change, Drop):
            if change.key not in entries:
                raise InvalidChangeError(f"{self}: there is no key {change.key!r}", change)
            return Put(change.object, name, change.key, self._own().pop(change.key))
        raise self._unfit(change)

    def _news(self, change: Any, inverse: Any) -> Iterator[News]:
        kind = type(change)
        if kind is Put:
            name = "on_add" if type(inverse) is Drop else "on_change_value"
            yield name, (change.key, self._show(change.value)), NO_KEYWORDS
        elif kind is Drop:
            yield "on_remove", (change.key,), NO_KEYWORDS
            yield "on_pop", (change.key,), NO_KEYWORDS
        else:
            old, new = inverse.value, change.value
            for key in old:
                if key not in new:
                    yield "on_remove", (key,), NO_KEYWORDS
                    yield "on_pop", (key,), NO_KEYWORDS
            for key, value in new.items():
                if key not in old:
                    yield "on_add", (key, self._show(value)), NO_KEYWORDS
                elif not same_value(old[key], value):
                    yield "on_change_value", (key, self._show(value)), NO_KEYWORDS

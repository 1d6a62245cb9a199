"""Topics that hold one plain value: Generic, Bool, Int, Float, Bytes."""

from __future__ import annotations

from typing import Any

from ..changes import Add, Change, Set
from ..errors import InvalidValue, describe
from ..values import Buffer, check_float, check_int, check_value
from .base import EMPTY, Topic


class GenericTopic(Topic[Any]):
    """Any value that can be sent: None, bool, int, float, str, bytes, lists and dicts of them."""

    __slots__ = ()
    type_name = "generic"

    @staticmethod
    def check(value: Any) -> Any:
        return check_value(value)


class BoolTopic(Topic[bool]):
    """True or False."""

    __slots__ = ()
    type_name = "bool"
    default = False

    @staticmethod
    def check(value: Any) -> bool:
        if value is True or value is False:
            return value
        raise InvalidValue(f"expected bool, got {describe(value)}")

    def toggle(self) -> None:
        """True becomes False, and False True."""
        with self._object._os_tree.lock:
            self.set(not self._raw())


class BytesTopic(Topic[bytes]):
    """Bytes; they travel as an attachment, never as base64."""

    __slots__ = ()
    type_name = "bytes"
    default = Buffer()

    @staticmethod
    def check(value: Any) -> Buffer:
        if isinstance(value, (bytes, bytearray, memoryview)):
            return Buffer(value)
        raise InvalidValue(f"expected bytes, got {describe(value)}")

    def _present(self, raw: Any) -> bytes:
        return bytes(raw)

    def __len__(self) -> int:
        return len(self._raw())


class _NumberTopic(Topic[Any]):
    __slots__ = ()

    def add(self, amount: Any) -> None:
        """Add `amount`; additions of several people add up.

        Raises:
            InvalidValue: `amount` is no number of this topic's, or the sum is out of range.
        """
        try:
            raw = self.check(amount)
        except InvalidValue as error:
            raise self._named(error) from None
        owner = self._object
        owner._os_tree.transactions.perform(self, Add(owner._os_id, self._name, raw))

    def check_change(self, change: Any) -> Change:
        if type(change) is not Add:
            return super().check_change(change)
        try:
            return Add(change.object, change.name, self.check(change.amount))
        except InvalidValue as error:
            raise self._named(error) from None

    def _apply(self, change: Change) -> Change | None:
        values = self._object._os_values
        name = self._name
        old = values.get(name, EMPTY)
        if old is EMPTY:
            old = self._spec.default
        kind = type(change)
        if kind is Set:
            new = change.value  # type: ignore[attr-defined]  # `kind` is known
            if new == old:
                return None
            values[name] = new
            return Set(change.object, name, old)
        if kind is not Add:
            raise self._unfit(change)
        amount = change.amount  # type: ignore[attr-defined]  # `kind` is known
        if amount == 0:
            return None
        try:
            new = self.check(old + amount)
        except InvalidValue as error:
            raise self._named(error) from None
        if new == old:
            return None  # too little to be seen in a float
        values[name] = new
        return self._subtract(change, old, new)

    def _subtract(self, change: Any, before: Any, after: Any) -> Change:
        return Add(change.object, change.name, -change.amount)


class Unadd(Add, frozen=True, tag="unadd"):
    """The inverse of adding floats, which subtraction alone is not: `(0.1 + 0.2) - 0.2 != 0.1`. Never on the wire."""

    before: float
    after: float


class IntTopic(_NumberTopic):
    """An integer that JavaScript can hold (±(2^53 − 1)). A bool counts as 0 or 1."""

    __slots__ = ()
    type_name = "int"
    default = 0

    @staticmethod
    def check(value: Any) -> int:
        if type(value) is int:
            if -9007199254740991 <= value <= 9007199254740991:
                return value
            return check_int(value)
        if isinstance(value, int):  # bool, IntEnum, and the like
            return check_int(int(value))
        if isinstance(value, float) and value.is_integer():
            raise InvalidValue(f"expected int, got {describe(value)}; use int(…) or a FloatTopic")
        if hasattr(value, "__index__"):  # numpy integers
            return check_int(value.__index__())
        raise InvalidValue(f"expected int, got {describe(value)}")


class FloatTopic(_NumberTopic):
    """A finite float; an int is taken as one."""

    __slots__ = ()
    type_name = "float"
    default = 0.0

    @staticmethod
    def check(value: Any) -> float:
        if isinstance(value, (float, int)):
            return check_float(value)
        if hasattr(value, "__float__") and not isinstance(value, str):  # numpy numbers, Decimal, Fraction
            return check_float(float(value))
        raise InvalidValue(f"expected float, got {describe(value)}")

    def _subtract(self, change: Any, before: Any, after: Any) -> Change:
        return Unadd(change.object, change.name, -change.amount, before, after)

    def _concrete(self, inverse: Change) -> Change:
        if type(inverse) is not Unadd:
            return inverse
        if self._raw() == inverse.after:
            return Set(inverse.object, inverse.name, inverse.before)
        return Add(inverse.object, inverse.name, inverse.amount)

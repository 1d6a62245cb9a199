"""Topics that hold SObjects: Obj, ObjList, ObjSet, ObjDict.

They store and send ids. An object that is gone reads as None (in ObjTopic, or at its position in a list) or is left out (of a whole
container, of its length and iteration); it reads again when an undo brings it back. Positions count what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from ..errors import InvalidValue, describe
from ..values import check_key
from .base import Topic
from .dict import DictTopic
from .list import ListTopic
from .set import SetTopic

if TYPE_CHECKING:
    from ..sobject import SObject


ObjectT = TypeVar("ObjectT")


def to_id(value: Any) -> Any:
    """The id of an object; an id itself, or None, passes.

    Raises:
        InvalidValue: neither an SObject nor an id.
    """
    if value is None or type(value) is str:
        return value
    identity = getattr(value, "_os_id", None)
    if isinstance(identity, str):
        return identity
    raise InvalidValue(f"expected an SObject or its id, got {describe(value)}")


def _required(value: Any) -> str:
    identity = to_id(value)
    if identity is None:
        raise InvalidValue("expected an SObject or its id, got None")
    return str(identity)


class _Resolving(Topic[Any]):
    __slots__ = ()

    def set(self, value: Any) -> None:
        for item in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
            self._own_object(item)
        super().set(value)

    def _own_object(self, item: Any) -> None:
        tree = getattr(item, "_os_tree", None)
        if tree is not None and tree is not self._object._os_tree:
            raise InvalidValue(f"{self}: {item} lives on another server")

    def _show(self, raw: Any) -> SObject | None:
        return self._object._os_tree.objects.get(raw)

    def _item(self, item: Any) -> Any:
        self._own_object(item)
        try:
            return _required(item)
        except InvalidValue as error:
            raise self._named(error) from None


class ObjTopic(_Resolving, Generic[ObjectT]):
    """One object, or None."""

    __slots__ = ()
    type_name = "obj"

    @staticmethod
    def check(value: Any) -> Any:
        return to_id(value)

    def _present(self, raw: Any) -> Any:
        return None if raw is None else self._show(raw)

    def get_raw(self) -> str | None:
        """The id."""
        raw: str | None = self._raw()
        return raw

    def set_raw(self, raw: str | None) -> None:
        """Set the id."""
        self.set(raw)


class ObjListTopic(_Resolving, ListTopic, Generic[ObjectT]):
    """A list of objects."""

    __slots__ = ()
    type_name = "obj_list"

    @staticmethod
    def check(value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise InvalidValue(f"expected a list of SObjects, got {describe(value)}")
        return [_required(item) for item in value]

    def _present(self, raw: Any) -> Any:
        return [item for item in map(self._show, raw.copy()) if item is not None]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.get())

    def __len__(self) -> int:
        return len(self.get())


class ObjSetTopic(_Resolving, SetTopic, Generic[ObjectT]):
    """An ordered set of objects."""

    __slots__ = ()
    type_name = "obj_set"

    @staticmethod
    def check(value: Any) -> list[Any]:
        if isinstance(value, (set, frozenset)):
            value = list(value)
        if not isinstance(value, (list, tuple)):
            raise InvalidValue(f"expected a set of SObjects, got {describe(value)}")
        return SetTopic.check([_required(item) for item in value])

    def _present(self, raw: Any) -> Any:
        return [item for item in map(self._show, raw.copy()) if item is not None]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.get())

    def __len__(self) -> int:
        return len(self.get())


class ObjDictTopic(_Resolving, DictTopic, Generic[ObjectT]):
    """A dict of objects."""

    __slots__ = ()
    type_name = "obj_dict"
    default: ClassVar[Any] = {}  # never handed out: copied for each object

    @staticmethod
    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidValue(f"expected a dict of SObjects, got {describe(value)}")
        return {check_key(key): _required(item) for key, item in value.items()}

    def _present(self, raw: Any) -> Any:
        shown = ((key, self._show(item)) for key, item in raw.copy().items())
        return {key: item for key, item in shown if item is not None}

    def keys(self) -> list[str]:
        return list(self._present(self._raw()))

    def values(self) -> list[Any]:
        return list(self._present(self._raw()).values())

    def items(self) -> list[tuple[str, Any]]:
        return list(self._present(self._raw()).items())

    def __contains__(self, key: object) -> bool:
        return key in self.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

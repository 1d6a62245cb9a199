"""Topics that hold SObjects: Obj, ObjList, ObjSet, ObjDict.

They store and send ids. An object that is gone reads as None (in ObjTopic) or is left out (in the containers); it reads again when an
undo brings it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import InvalidValue, describe
from ..values import check_key
from .base import Topic
from .dict import DictTopic
from .list import ListTopic
from .set import SetTopic

if TYPE_CHECKING:
    from ..sobject import SObject


def to_id(value: Any) -> Any:
    """The id of an object; an id itself, or None, passes.

    Raises:
        InvalidValue: neither an SObject nor an id.
    """
    if value is None or type(value) is str:
        return value
    identity = getattr(value, "_id", None)
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

    def _show(self, raw: Any) -> SObject | None:
        return self._object._tree.objects.get(raw)

    def _item(self, item: Any) -> Any:
        try:
            return _required(item)
        except InvalidValue as error:
            raise self._named(error) from None


class ObjTopic(_Resolving):
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


class ObjListTopic(_Resolving, ListTopic):
    """A list of objects."""

    __slots__ = ()
    type_name = "obj_list"

    @staticmethod
    def check(value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise InvalidValue(f"expected a list of SObjects, got {describe(value)}")
        return [_required(item) for item in value]

    def _present(self, raw: Any) -> Any:
        return [item for item in map(self._show, raw) if item is not None]


class ObjSetTopic(_Resolving, SetTopic):
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
        return [item for item in map(self._show, raw) if item is not None]


class ObjDictTopic(_Resolving, DictTopic):
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
        shown = ((key, self._show(item)) for key, item in raw.items())
        return {key: item for key, item in shown if item is not None}

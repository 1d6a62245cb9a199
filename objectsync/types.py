"""Which classes a tree knows, under which names.

A class registers itself, under its own name, when its first object is created. What clients must know of it travels as a `define`
change, in order with everything else. A class defined again (a notebook cell that ran twice) replaces its older self.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .changes import Define
from .errors import AlreadyExists, UnknownType
from .values import copy_value

if TYPE_CHECKING:
    from .sobject import SObject
    from .topics import AttributeSpec


@dataclass(eq=False, slots=True)
class TypeInfo:
    """A registered class. `hooks` says which steps of the life cycle it defines, so that the others cost nothing."""

    name: str
    cls: type[SObject]
    pre_build: bool
    build: bool
    init: bool
    post_build: bool
    on_destroy: bool
    texts: dict[str, AttributeSpec] | None
    """The attributes that a text can be set to at once, where `build` does nothing else when it is given texts (`sets_attributes`)."""
    first: str | None
    """The one among these that the first positional argument is for."""
    superseded: bool = False
    """Its name means another class now; objects of this one live on."""

    @staticmethod
    def of(name: str, cls: type[SObject], base: type[SObject]) -> TypeInfo:
        """What there is to know of a class."""
        first = getattr(cls.build, "sets_first", "")
        direct = first != "" and cls.pre_build is base.pre_build and cls.set_attributes is base.set_attributes
        return TypeInfo(
            name,
            cls,
            cls.pre_build is not base.pre_build,
            cls.build is not base.build,
            cls.init is not base.init,
            cls.post_build is not base.post_build,
            cls.on_destroy is not base.on_destroy,
            {name: spec for name, spec in cls._specs.items() if spec.takes_ascii} if direct else None,
            first,
        )

    def first_texts(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        """`kwargs` as the table of values of a new object, if the class's `build` would do no more than to set these texts: then it
        need not be called (a third of what an element costs: benchmarks/core.py, "rows"). None if it has to be."""
        texts = self.texts
        if texts is None:
            return None
        for name, value in kwargs.items():
            spec = texts.get(name)
            if spec is None or type(value) is not str or not value.isascii() or value == spec.default:
                return None
            if spec.validators and value not in spec.allowed:
                return None
        if args:
            first = self.first
            if first is None or first in kwargs or len(args) != 1:
                return None
            value = args[0]
            spec = texts[first]
            if type(value) is not str or not value.isascii() or (spec.validators and value not in spec.allowed):
                return None
            if value != spec.default:
                kwargs[first] = value
        return kwargs

    def define(self) -> Define:
        """What clients are told."""
        attributes = {name: (spec.topic_class.type_name, copy_value(spec.default)) for name, spec in self.cls._specs.items()}
        return Define(self.name, self.cls.frontend_type, attributes)


class TypeRegistry:
    """The registered classes of one tree."""

    def __init__(self, base: type[SObject]) -> None:
        self._base = base
        self.by_name: dict[str, TypeInfo] = {}
        self.by_class: dict[type[SObject], TypeInfo] = {}
        self.any_on_destroy = False
        """Whether a class with an `on_destroy` has ever been registered."""

    def add(self, cls: type[SObject], name: str | None = None) -> TypeInfo:
        """Register a class.

        Raises:
            TypeError: it is no SObject class.
            AlreadyExists: the class or the name is registered.
        """
        if not (isinstance(cls, type) and issubclass(cls, self._base)):
            raise TypeError(f"expected a subclass of SObject, got {cls!r}")
        if cls in self.by_class:
            raise AlreadyExists(f"{cls.__name__} is registered already, as {self.by_class[cls].name!r}")
        name = cls.__name__ if name is None else name
        older = self.by_name.get(name)
        if older is not None:
            if (older.cls.__module__, older.cls.__qualname__) != (cls.__module__, cls.__qualname__):
                raise AlreadyExists(
                    f"another class is registered as {name!r} ({older.cls.__module__}.{older.cls.__qualname__}); "
                    f"register this one under a name of its own: server.register({cls.__name__}, 'another name')"
                )
            self.by_class.pop(older.cls)
            older.superseded = True
        info = TypeInfo.of(name, cls, self._base)
        self.by_name[name] = self.by_class[cls] = info
        self.any_on_destroy = self.any_on_destroy or info.on_destroy
        return info

    def remove(self, info: TypeInfo) -> None:
        """Forget a class."""
        self.by_name.pop(info.name, None)
        self.by_class.pop(info.cls, None)

    def put_back(self, info: TypeInfo) -> None:
        """Let a class that was replaced have its name again."""
        info.superseded = False
        self.by_name[info.name] = self.by_class[info.cls] = info

    def named(self, name: str) -> TypeInfo:
        """The class of this name.

        Raises:
            UnknownType: there is none.
        """
        info = self.by_name.get(name)
        if info is None:
            near = difflib.get_close_matches(name, self.by_name, 1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Registered: {', '.join(self.by_name)}."
            raise UnknownType(f"no class is registered as {name!r}. {hint}")
        return info

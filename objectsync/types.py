"""Which classes a tree knows, under which names.

A class registers itself, under its own name, when its first object is created. What clients must know of it travels as a `define`
change, in order with everything else. A class defined again (a notebook cell that ran twice) replaces its older self.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .changes import Define
from .errors import AlreadyExists, UnknownType
from .topics.base import EMPTY
from .values import copy_value, is_unicode

if TYPE_CHECKING:
    from .sobject import SObject


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
    texts: dict[str, str] | None
    """The attributes that keywords may set to any text, with their defaults, where a new object that is given such texts alone need not be
    built (`values_of`). None where it has to be."""
    first: str
    """The attribute that the only positional argument is for, and"""
    firsts: dict[str, str | None]
    """what it may be set to, and what is kept of that: None of its default."""
    plain: dict[Any, str | None] | None
    """The same, of an object that is given nothing but a `text` beside that; EMPTY is for no argument. None where there is no such `text`
    that is empty by default."""
    superseded: bool = False
    """Its name means another class now; objects of this one live on."""

    @staticmethod
    def of(name: str, cls: type[SObject], base: type[SObject]) -> TypeInfo:
        """What there is to know of a class."""
        hooks = cls.pre_build, cls.init, cls.post_build, cls.set_attributes
        first = getattr(cls.build, "sets_first", "")
        built = first == "" or hooks != (base.pre_build, base.init, base.post_build, base.set_attributes)
        texts = {name: spec.default for name, spec in cls._specs.items() if spec.takes_texts and not spec.validators and name != first}
        firsts: dict[str, str | None] = {}
        if first:
            firsts.update(zip(cls._specs[first].allowed, cls._specs[first].allowed, strict=True))
            firsts[cls._specs[first].default] = None
        return TypeInfo(
            name,
            cls,
            cls.pre_build is not base.pre_build,
            cls.build is not base.build,
            cls.init is not base.init,
            cls.post_build is not base.post_build,
            cls.on_destroy is not base.on_destroy,
            None if built else texts,
            first or "",
            firsts,
            {EMPTY: None, **firsts} if not built and texts.get("text") == "" else None,
        )

    def values_of(self, args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any] | None:
        """The values of a new object that is given these arguments, which it takes over; None where it has to be built."""
        texts = self.texts
        if texts is None or len(args) > 1:
            return None
        try:
            for name, value in kwargs.items():
                if type(value) is not str or value == texts[name] or not is_unicode(value):
                    return None
            first = self.firsts[args[0]] if args else None
        except (KeyError, TypeError):  # a name that is no text's, or what is none that the first may be set to
            return None
        if first is not None:
            kwargs[self.first] = first
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
            raise UnknownType(f"no class is registered as {name!r}; register it first, server.register(cls, {name!r}). {hint}")
        return info

"""The life of objects: how they are made (docs/architecture.md, "Life"). How they come back: restoring.py.

Rules: an object that fails on its way leaves nothing behind. Classes register themselves when they are first used.
"""

from __future__ import annotations

import re
from typing import Any

from .changes import Place
from .details import Details
from .errors import AlreadyExists, InvalidChangeError, InvalidValue, UnknownObject, describe
from .limits import Limits
from .open_transaction import Mark, OpenTransaction
from .sobject import SObject
from .types import TypeInfo, TypeRegistry

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Life(Details):
    """A tree whose objects come to life."""

    def __init__(self, root_object_type: type[SObject], limits: Limits | None) -> None:
        super().__init__(limits)
        self.types = TypeRegistry(SObject)
        self._classes = self.types.by_class
        self._next_id = 1
        self._greatest_given = 0
        """Of the numbers that ids were given by hand: beyond it the next number is free."""
        self.loose: set[str] | None = None
        """The ids of objects that constructors made at the top, where those are to be collected (collector.py)."""
        self.root = root_object_type.__new__(root_object_type)
        self._begin(self.root)

    def get_object(self, id: str) -> SObject:
        """The object with this id.

        Raises:
            UnknownObject: there is none.
        """
        try:
            return self.objects[id]
        except KeyError:
            raise UnknownObject(f"there is no object with the id {describe(id)}") from None

    def has_object(self, id: str) -> bool:
        """Whether there is an object with this id."""
        return id in self.objects

    def register(self, cls: type[SObject], name: str | None = None) -> None:
        """Register a class under a name (its own by default). Classes register themselves when they are first used.

        Raises:
            AlreadyExists: the class or the name is taken.
        """
        with self.record() as transaction:
            self._register(transaction, cls, name)

    def unregister(self, cls: type[SObject] | str) -> None:
        """Forget a class.

        Raises:
            UnknownType: it is not registered.
            InvalidChangeError: objects of it are alive.
        """
        with self.lock:
            info = self.types.named(cls if isinstance(cls, str) else self._type_name(cls))
            alive = next((o for o in self.objects.values() if o._os_type is info), None)
            if alive is not None:
                raise InvalidChangeError(f"{info.name!r} cannot be unregistered while {alive} is alive")
            self.types.remove(info)

    def _ending_matters(self) -> bool:
        return self.types.any_on_destroy

    # --- inner: creating (making.py)

    def _info_of(self, transaction: OpenTransaction, cls: type[SObject]) -> TypeInfo:
        return self._classes.get(cls) or self._register(transaction, cls, None)

    def _live(
        self,
        transaction: OpenTransaction,
        mark: Mark,
        sobject: SObject,
        parent: SObject,
        siblings: list[SObject],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        """What a class has to say about the life of a new object, and its place. Back to the mark if that fails."""
        info = sobject._os_type
        length, moves = len(siblings), transaction.moves
        try:
            if info.pre_build:
                if info.cls._pre_build_takes_keywords:
                    sobject.pre_build(None, **kwargs)
                else:
                    sobject.pre_build(None)
            sobject.build(*args, **kwargs)
            fewer = length - len(siblings)
            if transaction.moves == moves and (not fewer or fewer == transaction.adopted.get(sobject)):
                siblings.append(sobject)
            else:
                self._append(transaction, sobject, parent, length, moves)
            if info.post_build:
                sobject.post_build()
            if info.init:
                sobject.init()
        except BaseException:
            self.transactions._roll_back(transaction, mark)
            raise

    def _append(self, transaction: OpenTransaction, sobject: SObject, parent: SObject, length: int, moves: int) -> None:
        """Give a new object its place below a parent, where its build has moved objects or made some of the same parent."""
        self._alive(parent)
        siblings = parent._os_children
        same = len(siblings or ()) == length and transaction.structure.get(parent, 0) <= moves
        if siblings is not None and same and parent._os_depth + 1 == sobject._os_depth:
            siblings.append(sobject)
            return
        # Its creation is told before what its build did below the same parent: say where it really stands.
        place = len(siblings or ())
        transaction.changes.append(Place(sobject._os_id, parent._os_id, place))
        self._attach(transaction, sobject, parent, place)

    def _begin(self, root: SObject) -> None:
        """Create the root object."""
        with self.record() as transaction:
            transaction.recording = False
            info = self._register(transaction, type(root), None)
            self._enter(transaction, root, info, "root", None)
            if info.pre_build:
                root.pre_build(None)
            if info.build:
                root.build()
            if info.post_build:
                root.post_build()
            if info.init:
                root.init()

    def _create_new(
        self, cls: type[SObject] | str, parent: SObject, id: str | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> SObject:
        if isinstance(cls, str):
            cls = self.types.named(cls).cls
        if not (isinstance(cls, type) and issubclass(cls, SObject)):
            raise TypeError(f"expected a subclass of SObject or the name of a registered one, got {describe(cls)}")
        return cls(*args, parent=parent, id=id, **kwargs)

    def _register(self, transaction: OpenTransaction, cls: type[SObject], name: str | None) -> TypeInfo:
        older = self.types.by_name.get(cls.__name__ if name is None else name)
        info = self.types.add(cls, name)

        def unregister() -> None:
            self.types.remove(info)
            if older is not None:
                self.types.put_back(older)

        transaction.journal.append((unregister,))
        transaction.changes.append(info.define())
        return info

    def _new_id(self, id: str | None) -> str:
        if id is not None:
            if not isinstance(id, str) or not _ID.fullmatch(id):
                raise InvalidValue(f"{describe(id)} is no id; use 1 to 64 of the characters A-Z a-z 0-9 _ . -")
            if id in self.objects:
                raise AlreadyExists(f"the id {id!r} is taken, by {self.objects[id]}")
            self._take_note(id)
            return id
        objects = self.objects
        while True:
            number = self._next_id
            self._next_id = number + 1
            candidate = str(number)
            if candidate not in objects:
                return candidate

    def _take_note(self, id: str) -> None:
        """An id was given by hand."""
        if id.isdecimal():
            self._greatest_given = max(self._greatest_given, int(id))

    def _type_name(self, cls: type[SObject]) -> str:
        info = self.types.by_class.get(cls)
        return cls.__name__ if info is None else info.name

    def _apply_create(self, id: str, type_name: str, parent_id: str | None, index: int, attributes: dict[str, Any]) -> None:
        if parent_id is None:
            raise InvalidChangeError("only the root has no parent")
        parent = self.get_object(parent_id)
        with self.record():
            sobject = self._create_new(type_name, parent, id, (), {})
            sobject.set_attributes(**attributes)
            if index != -1 and index != len(parent._os_children or ()) - 1:
                self.place(sobject, parent, index)

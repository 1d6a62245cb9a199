"""The older ObjectSync's names for what has a modern one: one line each, in this one place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import InvalidChangeError
from .states import GONE

if TYPE_CHECKING:
    from .sobject import SObject


class OlderNames:
    """`get_id()` for `id`, `get_children()` for `children`, and so on."""

    __slots__ = ()

    def post_build(self) -> None:
        """`init()`, as versions before 0.4 called it."""

    def get_id(self: Any) -> str:
        """`id`."""
        return self._os_id  # type: ignore[no-any-return]  # `self` is an SObject

    def get_server(self: Any) -> Any:
        """`server`."""
        return self._os_tree

    def get_type_name(self: Any) -> str:
        """The name that the class is registered under."""
        return self._os_type.name  # type: ignore[no-any-return]  # `self` is an SObject

    def is_destroyed(self: Any) -> bool:
        """Whether the object is gone."""
        self._os_tree.settle()
        return self._os_state == GONE  # type: ignore[no-any-return]  # `self` is an SObject

    def is_root(self: Any) -> bool:
        """Whether it is the root."""
        return self._os_parent is None and self._os_state != GONE

    def get_parent(self: Any) -> SObject:
        """`parent`, which the root has not.

        Raises:
            NotImplementedError: this is the root.
        """
        self._os_tree.settle()
        if self._os_parent is None:
            raise NotImplementedError(f"{self} has no parent")
        return self._os_parent  # type: ignore[no-any-return]  # `self` is an SObject

    def get_children(self: Any) -> list[SObject]:
        """`children`."""
        self._os_tree.settle()
        return list(self._os_children or ())

    def has_child(self: Any, child: SObject) -> bool:
        """Whether `child` is directly below."""
        self._os_tree.settle()
        return child._os_parent is self

    def get_children_of_type(self: Any, cls: type[Any]) -> list[Any]:
        """The objects directly below that are of a class."""
        return [child for child in self._os_children or () if isinstance(child, cls)]

    def get_child_of_type(self: Any, cls: type[Any]) -> Any:
        """The first object directly below that is of a class.

        Raises:
            ValueError: there is none.
        """
        for child in self._os_children or ():
            if isinstance(child, cls):
                return child
        raise InvalidChangeError(f"{self} has no child of type {cls.__name__}")

    def get_child_by_id(self: Any, id: str) -> SObject:
        """The object directly below with this id.

        Raises:
            ValueError: there is none.
        """
        for child in self._os_children or ():
            if child._os_id == id:
                return child  # type: ignore[no-any-return]  # an SObject
        raise InvalidChangeError(f"{self} has no child with the id {id!r}")

    def add_child_s(self: Any, type_name: str, id: str | None = None, **kwargs: Any) -> SObject:
        """`add_child` by the name of a registered class."""
        return self.add_child(type_name, id=id, **kwargs)  # type: ignore[no-any-return]  # an SObject

    def remove_child(self: Any, child: Any) -> None:
        """`child.remove()`.

        Raises:
            ValueError: it is no child of this object.
        """
        if child._os_parent is not self:
            raise InvalidChangeError(f"{child} is no child of {self}")
        self._os_tree.destroy(child)

    def destroy(self: Any) -> None:
        """`remove()`."""
        self._os_tree.destroy(self)


class OlderTreeNames:
    """The same for the server: `get_objects()` for `objects`, and so on."""

    def get_objects(self: Any) -> list[SObject]:
        """`list(objects.values())`, with the root."""
        return list(self.objects.values())

    def get_root_object(self: Any) -> SObject:
        """`root`."""
        return self.root  # type: ignore[no-any-return]  # `self` is a Tree

    def create_object_s(self: Any, type_name: str, parent_id: str = "root", id: str | None = None, **kwargs: Any) -> SObject:
        """`create_object` by the name of a registered class."""
        return self.create_object(type_name, parent_id, id, **kwargs)  # type: ignore[no-any-return]  # an SObject

    def destroy_object(self: Any, id: str) -> None:
        """`get_object(id).remove()`.

        Raises:
            UnknownObject: there is none.
        """
        self.destroy(self.get_object(id))

    def get_object_type(self: Any, name: str) -> type[SObject]:
        """The class registered under a name.

        Raises:
            UnknownType: there is none.
        """
        return self.types.named(name).cls  # type: ignore[no-any-return]  # a class

    def get_object_type_name(self: Any, cls: type[SObject]) -> str:
        """The name that a class is registered under.

        Raises:
            KeyError: it is not registered.
        """
        return self.types.by_class[cls].name  # type: ignore[no-any-return]  # a str

    def get_all_node_types(self: Any) -> dict[str, type[SObject]]:
        """The registered classes by name."""
        return {name: info.cls for name, info in self.types.by_name.items()}

    def do_after_transition(self: Any, task: Any) -> None:
        """`do_after_transaction`."""
        self.do_after_transaction(task)

    def on(self: Any, event: str, *args: Any, **kwargs: Any) -> Any:
        """`root.on(…)`."""
        return self.root.on(event, *args, **kwargs)

    def emit(self: Any, event: str, /, **args: Any) -> None:
        """`root.emit(…)`."""
        self.root.emit(event, **args)

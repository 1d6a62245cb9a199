"""EventTopic: something that happens, with arguments and no value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from ..changes import Change, Emit, Unemit
from ..errors import InvalidChangeError, InvalidValue
from ..events import wants_argument
from ..values import check_value
from .base import News, SignalSlot, Topic


class Handler:
    """Who wants to know of an event: `run(emission)`, or `run()` where it takes nothing; `live`: at once, beside whatever else
    runs; `ended()`: the object is gone."""

    __slots__ = ("ended", "live", "run", "takes_emission")

    def __init__(self, run: Callable[..., Any], live: bool = False, ended: Callable[[], None] | None = None) -> None:
        self.run = run
        self.live = live
        self.ended = ended
        self.takes_emission = wants_argument(run)  # asked once: it takes as long as all else that a click costs


class EventTopic(Topic[None]):
    """An event. Listeners (`on_emit`, `on_reverse`) run inside the transaction; handlers (`SObject.on`) after it, outside the lock.

    What Python emits goes to every client; what a client emits comes to Python only.
    """

    __slots__ = ("_handlers",)
    type_name = "event"

    on_emit = SignalSlot()
    """Called with the event's arguments as keywords, inside the transaction."""
    on_reverse = SignalSlot()
    """Called likewise when a stateful event is undone."""

    def __init__(self, owner: Any, name: str, spec: Any) -> None:
        super().__init__(owner, name, spec)
        self._handlers: tuple[Handler, ...] = ()

    def emit(self, /, **args: Any) -> None:
        """Let it happen.

        Raises:
            InvalidValue: an argument cannot be sent.
        """
        try:
            checked = check_value(args)
        except InvalidValue as error:
            raise self._named(error) from None
        self._perform(Emit(self._object._os_id, self._name, checked))

    def set(self, value: Any) -> NoReturn:
        """Events have no value.

        Raises:
            InvalidChangeError: always.
        """
        raise InvalidChangeError(f"{self} has no value to set; use emit(…)")

    @staticmethod
    def check(value: Any) -> None:
        if value is not None:
            raise InvalidValue("an event has no value")

    def check_change(self, change: Any) -> Emit:
        if type(change) is not Emit:
            raise self._unfit(change)
        return Emit(change.object, change.name, check_value(change.args))

    def add_handler(self, callback: Callable[..., Any], live: bool = False, ended: Callable[[], None] | None = None) -> Callable[[], None]:
        """Call `callback` after each emission, and `ended()` when the object is gone; returns the function that ends it."""
        handler = Handler(callback, live, ended)
        self._handlers = (*self._handlers, handler)

        def disconnect() -> None:
            self._handlers = tuple(other for other in self._handlers if other is not handler)

        return disconnect

    def _owner_gone(self) -> None:
        for handler in self._handlers:
            if handler.ended is not None:
                handler.ended()

    def __bool__(self) -> bool:
        return True

    def _apply(self, change: Change) -> Change | None:
        if type(change) is Emit:
            return Unemit(change.object, self._name, change.args)
        if type(change) is Unemit:
            return Emit(change.object, self._name, change.args)
        raise self._unfit(change)

    def _news(self, change: Any, inverse: Change) -> Iterator[News]:
        yield ("on_emit" if type(change) is Emit else "on_reverse"), (), change.args

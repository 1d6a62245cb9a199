"""Signals: the one observer primitive. Connecting returns what ends the subscription.

A topic's signal has two sorts of listeners (docs/architecture.md, "Listeners"):
**manual** ones run at every change, also in undo, redo and rollback; **auto** ones run going forward only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Self

Listener = Callable[..., Any]
Unsubscribe = Callable[[], None]


class Signal:
    """An ordered list of listeners, called in the order in which they were added."""

    __slots__ = ("auto", "manual")

    def __init__(self) -> None:
        # Tuples, replaced on every change: a running notification keeps the list it began with.
        self.manual: tuple[Listener, ...] = ()
        self.auto: tuple[Listener, ...] = ()

    def add(self, listener: Listener, auto: bool = False) -> Unsubscribe:
        """Add a listener; returns the function that removes it (calling that twice is harmless).

        Raises:
            TypeError: `listener` cannot be called.
        """
        if not callable(listener):
            raise TypeError(f"a listener must be callable, got {listener!r}")
        if auto:
            self.auto = (*self.auto, listener)
        else:
            self.manual = (*self.manual, listener)
        ended = False

        def disconnect() -> None:
            nonlocal ended
            if not ended:
                ended = True
                self._discard(listener, auto)

        return disconnect

    def add_manual(self, listener: Listener) -> Unsubscribe:
        """`add(listener)`: runs at every change."""
        return self.add(listener)

    def add_auto(self, listener: Listener) -> Unsubscribe:
        """`add(listener, auto=True)`: runs going forward only; what it changes is undone with its cause."""
        return self.add(listener, auto=True)

    def remove(self, listener: Listener) -> None:
        """Remove a listener.

        Raises:
            ValueError: it was not added.
        """
        if not (self._discard(listener, False) or self._discard(listener, True)):
            raise ValueError(f"{listener!r} is no listener here")

    def clear(self) -> None:
        """Remove all listeners."""
        self.manual = self.auto = ()

    @property
    def num_callbacks(self) -> int:
        """How many listeners there are."""
        return len(self.manual) + len(self.auto)

    def __bool__(self) -> bool:
        return bool(self.manual or self.auto)

    def __iadd__(self, listener: Listener) -> Self:
        self.add(listener)
        return self

    def __isub__(self, listener: Listener) -> Self:
        self.remove(listener)
        return self

    def _discard(self, listener: Listener, auto: bool) -> bool:
        listeners = list(self.auto if auto else self.manual)
        if listener not in listeners:
            return False
        listeners.remove(listener)
        if auto:
            self.auto = tuple(listeners)
        else:
            self.manual = tuple(listeners)
        return True


def wants_argument(function: Callable[..., Any]) -> bool:
    """Whether a handler has a positional parameter that must be given. (One with a default is not meant: `on("click", server.undo)`.)"""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # a builtin without a signature
        return True
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(
        parameter.kind is parameter.VAR_POSITIONAL or (parameter.kind in positional and parameter.default is parameter.empty)
        for parameter in parameters
    )

"""What happens by itself: a timer, and a number that plays.

Rules: time is Python's, so it goes on with nobody looking and is the same for everyone. A handler runs where the handlers of clients run;
a tick is left out while the one before is not done. A timer ends with its object, and holds no program up that ends.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ..picture import Markup, markup
from ..sobject import attribute
from ..topics import BoolTopic, FloatTopic, IntTopic
from .base import Control, Field, Handler
from .buttons import BUTTON_STYLE

BACK = "back to the start"
"""What the button of `Play` that does this is called."""


class _Ticker:
    """Calls a function at a steady pace, on a thread of its own, until it is stopped."""

    def __init__(self, interval: float, tick: Callable[[], None]) -> None:
        self._interval = interval
        self._tick = tick
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="objectsync-timer", daemon=True).start()

    def stop(self) -> None:
        """No tick begins after this."""
        self._stopped.set()

    def _run(self) -> None:
        due = time.monotonic() + self._interval
        while not self._stopped.wait(max(0.0, due - time.monotonic())):
            self._tick()
            due = max(due + self._interval, time.monotonic())


class _Timed(Control):
    interval = attribute(FloatTopic, 1.0, validator=lambda value: value >= 0.001, writable=False)
    """Seconds from one tick to the next."""

    running: Any
    _ticker: _Ticker | None = None

    def init(self) -> None:
        super().init()
        self.running.on_set.add(lambda _: self._follow())
        self.interval.on_set.add(lambda _: self._follow())
        self._follow()

    def on_destroy(self) -> None:
        if self._ticker is not None:
            self._ticker.stop()

    def _follow(self) -> None:
        if self._ticker is not None:
            self._ticker.stop()
        self._ticker = _Ticker(self.interval.value, self._due) if self.running.value else None

    def _due(self) -> None:
        raise NotImplementedError


class Timer(_Timed, frontend_type="objectsync.timer"):
    """Calls a function again and again: `Timer(0.5, update)`; `timer.running.set(False)` stops it. There is nothing to see of it."""

    running = attribute(BoolTopic, False, is_stateful=False, order_strict=True, writable=False)

    def build(self, interval: float = 1.0, on_tick: Handler | None = None, *, running: bool = True, **look: Any) -> None:
        """Make it.

        Args:
            interval: Seconds from one tick to the next.
            on_tick: Called at each, with nothing.
            running: Whether it begins at once.
            look: As of any control.
        """
        self._handlers: tuple[Handler, ...] = () if on_tick is None else (on_tick,)
        self._busy = threading.Lock()
        self._look(**look, interval=float(interval), running=running)

    def init(self) -> None:
        if not hasattr(self, "_handlers"):
            self._handlers = ()
            self._busy = threading.Lock()
        super().init()

    def on_tick(self, handler: Handler) -> Callable[[], None]:
        """Call `handler()` at each tick; returns the function that ends it."""
        self._handlers = (*self._handlers, handler)

        def end() -> None:
            self._handlers = tuple(each for each in self._handlers if each is not handler)

        return end

    def _due(self) -> None:
        if not self._busy.acquire(blocking=False):
            return  # the tick before is not done

        async def wait(outcomes: list[Awaitable[Any]]) -> None:
            try:
                for outcome in outcomes:
                    await outcome
            finally:
                self._busy.release()

        def tick() -> Any:
            try:
                outcomes = [handler() for handler in self._handlers]
            except BaseException:
                self._busy.release()
                raise
            awaited = [outcome for outcome in outcomes if inspect.isawaitable(outcome)]
            if awaited:
                return wait(awaited)
            self._busy.release()
            return None

        self.server.handle_later(self, "tick", tick)

    def picture(self) -> Markup:
        return markup("span", hidden=True)


class Play(_Timed, Field, frontend_type="objectsync.play"):
    """A number that plays, with buttons: `Play("Frame", max=100, interval=0.1, on_change=draw)`."""

    value = attribute(IntTopic, 0, is_stateful=False, order_strict=False)
    min = attribute(IntTopic, 0, writable=False)
    max = attribute(IntTopic, 100, writable=False)
    step = attribute(IntTopic, 1, writable=False)
    loop = attribute(BoolTopic, False, writable=False)
    """Whether it begins again at its end."""
    running = attribute(BoolTopic, False, is_stateful=False, order_strict=True)

    def build(
        self,
        label: str = "",
        value: int | None = None,
        on_change: Handler | None = None,
        *,
        min: int = 0,
        max: int = 100,
        step: int = 1,
        interval: float = 0.1,
        loop: bool = False,
        running: bool = False,
        **more: Any,
    ) -> None:
        """Make it.

        Args:
            label: What it is called.
            value: Where it begins; `min` unless given.
            on_change: Called with the number after each step.
            min: The first number.
            max: The last.
            step: From one to the next.
            interval: Seconds between them.
            loop: Whether it begins again at its end.
            running: Whether it plays at once.
            more: What fields take: `help`, `disabled`, `hidden`, `tooltip`, `style`, `classes`.

        Raises:
            ValueError: `min` is not below `max`, or `step` not above 0.
        """
        if not (min < max and step > 0):
            raise ValueError(f"Play needs min < max and a step above 0, got {min}, {max} and {step}")
        settings: dict[str, Any] = {"min": min, "max": max, "step": step, "interval": float(interval), "loop": loop, "running": running}
        self._set_up(min if value is None else value, on_change, label=label, **settings, **more)

    def init(self) -> None:
        super().init()
        self.value.add_validator(lambda value: self.min.value <= value <= self.max.value)

    def play(self, session: str | None = None) -> None:
        """Begin, at the start where it was at its end."""
        with self._os_tree.record():
            if self.value.value >= self.max.value:
                self.value.set(self.min.value)
            self.running.set(True)

    def pause(self, session: str | None = None) -> None:
        """Hold it."""
        self.running.set(False)

    def _due(self) -> None:
        with self._os_tree.record():
            if not self.running.value:
                return
            following = self.value.value + self.step.value
            if following <= self.max.value:
                self.value.set(following)
            elif self.loop.value:
                self.value.set(self.min.value)
            else:
                self.running.set(False)

    def shown(self) -> Markup:
        return self._field(*self._parts(**self._of_field()))

    def picture(self) -> Markup:
        return self._labelled(*self._parts(disabled=self.disabled.value, **{"aria-label": self.label.value or None}), tag="div")

    def _parts(self, **of_range: Any) -> list[Markup]:
        disabled = self.disabled.value
        limits = {"min": self.min.value, "max": self.max.value, "step": self.step.value}
        sign, does = ("❚❚", "pause") if self.running.value else ("▶", "play")
        return [
            markup("button", sign, type="button", disabled=disabled, style=BUTTON_STYLE, aria_label=does),
            markup("button", "■", type="button", disabled=disabled, style=BUTTON_STYLE, aria_label=BACK),
            markup("input", type="range", value=str(self.value.value), **of_range, **limits),
            markup("output", str(self.value.value)),
        ]


__all__ = ["Play", "Timer"]

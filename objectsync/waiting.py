"""Await the user: `event = await button.wait("click")`, `async for event in button.wait("click"):`, and `button.wait("click").block()`.

Rules: only what happens from then on counts. Nothing is left behind, however the waiting ends. It ends with an error when the object goes.
What is waited for takes its turn among the handlers: those of earlier events have run by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from typing import TYPE_CHECKING, Any

from .errors import Destroyed

if TYPE_CHECKING:
    from .emissions import Emission
    from .sobject import SObject

WaitUntil = Callable[[threading.Event, float | None], bool]
"""Holds the calling thread until it has happened, as the server can; False after so many seconds."""


class Wait:
    """The next time that something happens, or every time."""

    def __init__(self, sobject: SObject, event: str, timeout: float | None, wait_until: WaitUntil) -> None:
        self._sobject = sobject
        self._event = event
        self._timeout = timeout
        self._wait_until = wait_until

    def __await__(self) -> Generator[Any, None, Emission]:
        return self._next().__await__()

    async def __aiter__(self) -> AsyncIterator[Emission]:
        loop = asyncio.get_running_loop()
        happened: asyncio.Queue[Emission | None] = asyncio.Queue()

        def note(emission: Emission | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop was closed, and nobody waits any more
                loop.call_soon_threadsafe(happened.put_nowait, emission)

        off = self._listen(note)
        try:
            while True:
                try:
                    async with asyncio.timeout(self._timeout):
                        emission = await happened.get()
                except TimeoutError:
                    raise self._late() from None
                if emission is None:
                    raise self._gone()
                yield emission
        finally:
            off()

    def block(self) -> Emission:
        """Hold the calling thread until it happens. In a notebook's cell, what other handlers people set off meanwhile run in the meantime.

        Raises:
            TimeoutError: it has not happened in time.
            Destroyed: the object is gone.
            LocalError: this thread is needed for it to happen (a handler's, an event loop's): use `await` in an `async def` there.
        """
        happened = threading.Event()
        emissions: deque[Emission | None] = deque()

        def note(emission: Emission | None) -> None:
            emissions.append(emission)
            happened.set()

        off = self._listen(note)
        try:
            if not self._wait_until(happened, self._timeout):
                raise self._late()
            emission = emissions.popleft()
            if emission is None:
                raise self._gone()
            return emission
        finally:
            off()

    async def _next(self) -> Emission:
        events = self.__aiter__()
        try:
            return await anext(events)
        finally:
            await events.aclose()  # type: ignore[attr-defined]  # it is an async generator

    def _listen(self, note: Callable[[Emission | None], Any]) -> Callable[[], None]:
        """Call `note` with each emission, and with None when the object is gone."""
        sobject = self._sobject
        sobject._os_tree._alive(sobject)
        return sobject._event(self._event, False).add_handler(note, ended=lambda: note(None))

    def _late(self) -> TimeoutError:
        return TimeoutError(f"{self._sobject} had no {self._event!r} within {self._timeout} s")

    def _gone(self) -> Destroyed:
        return Destroyed(f"{self._sobject} was destroyed while somebody waited for its {self._event!r}")

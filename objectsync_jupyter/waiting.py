"""Await the user: `event = await button.wait("click")`, `async for event in button.wait("click"):`, and `button.wait("click").block()`.

Rules: only what happens from then on counts. Nothing is left behind, however the waiting ends. `block()` holds the cell, and runs what
other handlers the page sets off meanwhile, in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from typing import Any

from objectsync.sobject import SObject
from objectsync.transaction import Emission


class Wait:
    """The next time that something happens, or every time."""

    def __init__(self, sobject: SObject, event: str, timeout: float | None = None) -> None:
        self._sobject = sobject
        self._event = event
        self._timeout = timeout

    def __await__(self) -> Generator[Any, None, Emission]:
        return self._next().__await__()

    async def __aiter__(self) -> AsyncIterator[Emission]:
        loop = asyncio.get_running_loop()
        happened: asyncio.Queue[Emission] = asyncio.Queue()

        def note(emission: Emission) -> None:
            loop.call_soon_threadsafe(happened.put_nowait, emission)

        off = self._sobject.on(self._event, note)
        try:
            while True:
                async with asyncio.timeout(self._timeout):
                    emission = await happened.get()
                yield emission
        finally:
            off()

    def block(self) -> Emission:
        """Hold the cell until it happens; other handlers run meanwhile.

        Raises:
            TimeoutError: it has not happened in time.
        """
        happened: list[Emission] = []

        def note(emission: Emission) -> None:
            happened.append(emission)

        off = self._sobject.on(self._event, note)
        try:
            if not self._sobject._os_tree.jobs.serve(lambda: bool(happened), self._timeout):  # type: ignore[attr-defined]  # the kernel's
                raise TimeoutError(f"{self._sobject} had no {self._event!r} within {self._timeout} s")
            return happened[0]
        finally:
            off()

    async def _next(self) -> Emission:
        events = self.__aiter__()
        try:
            return await anext(events)
        finally:
            await events.aclose()  # type: ignore[attr-defined]  # it is an async generator


def wait(sobject: SObject, event: str, timeout: float | None = None) -> Wait:
    """The next `event` of an object: await it, iterate over it, or `block()` on it.

    Raises:
        TimeoutError: when awaited, it has not happened within `timeout` seconds.
    """
    return Wait(sobject, event, timeout)

"""`await` while `record()` is open: refused, in handlers and services, at the very line.

The record holds the tree's lock, and its thread would go on with something else meanwhile: the event loop's, which reads and writes what
other threads that wait for the lock would have to have read or written. Nothing would go on any more.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any

from .errors import LocalError

Held = Callable[[], object | None]
"""What this thread has open, if anything."""


def run_unheld(held: Held, job: Callable[[], Any]) -> Any:
    """`job()`; the coroutine that it may return is not let wait with anything open."""
    outcome = job()
    return unheld(held, outcome) if outcome is not None and inspect.iscoroutine(outcome) else outcome


async def unheld(held: Held, coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The coroutine, which is not let wait with anything open."""
    return await _step_by_step(held, coroutine)


@types.coroutine
def _step_by_step(held: Held, coroutine: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
    step = partial(coroutine.send, None)
    before = held()  # somebody else's: it is for them to be told
    while True:
        try:
            waits_for = step()
        except StopIteration as end:
            return end.value
        now = held()
        if now is not None and now is not before:
            refusal = LocalError("record() cannot be held across an await, everybody else would wait: await before it or after it")
            step = partial(coroutine.throw, refusal)
            continue
        try:
            value = yield waits_for
        except GeneratorExit:
            coroutine.close()
            raise
        except BaseException as error:
            step = partial(coroutine.throw, error)
        else:
            step = partial(coroutine.send, value)
        before = held()

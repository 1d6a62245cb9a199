"""On whose behalf code runs, so that what it changes can be undone by them: a context variable, which follows handlers and coroutines."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import msgspec


class Actor(msgspec.Struct, frozen=True, gc=False):
    """On whose behalf code runs: a client's action is being decided, or its event or call handled."""

    session: str
    gesture: int = 0
    """The gesture that the action or event is a part of; 0 for none."""


acting: ContextVar[Actor | None] = ContextVar("objectsync_acting", default=None)


def on_behalf(actor: Actor, job: Callable[[], Any]) -> Any:
    """`job()`, with what it changes counted as that client's; the same for what its coroutine changes, if it returns one."""
    token = acting.set(actor)
    try:
        outcome = job()
    finally:
        acting.reset(token)
    return _continued(actor, outcome) if outcome is not None and inspect.iscoroutine(outcome) else outcome


async def _continued(actor: Actor, outcome: Any) -> Any:
    acting.set(actor)  # a coroutine runs as a task, in a context of its own
    return await outcome

"""Handlers of events: they run after the commit, outside the lock, where the shell's `Jobs` put them (jobs.py).

Rules: what Python set off runs in the thread that did. What a client set off runs on its behalf (acting.py), and what it changed is sent at
once, because somebody waits for it.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from .acting import Actor, on_behalf
from .awaiting import run_unheld

if TYPE_CHECKING:
    from .emissions import Emission
    from .jobs import Job, Jobs


class Host(Protocol):
    """What they need of the hub."""

    jobs: Jobs
    handlers_due: int

    def settle(self) -> None: ...
    def _urge(self) -> None: ...
    def _held_here(self) -> object | None: ...
    def _handler_failed(self, emission: Emission, error: BaseException) -> None: ...


class Handlers:
    """Those of one server."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def deliver(self, emissions: list[Emission]) -> None:
        """Have the handlers of these events run."""
        host = self._host
        for emission in emissions:
            for handler in emission.handlers:
                job = partial(run_unheld, host._held_here, partial(handler.run, emission) if handler.takes_emission else handler.run)
                failed = partial(host._handler_failed, emission)
                if emission.session is None:
                    host.jobs.here(job, failed, emission.object)
                    continue
                host.handlers_due += 1
                urgently = partial(self._urgently, Actor(emission.session, emission.gesture), job)
                if handler.live:
                    host.jobs.beside(handler, urgently, failed, emission.object)
                else:
                    host.jobs.later(urgently, failed, emission.object)

    def _urgently(self, actor: Actor, job: Job) -> Any:
        """Run a client's job on its behalf, and have what it changed sent at once."""
        outcome = on_behalf(actor, job)
        if outcome is not None and inspect.iscoroutine(outcome):
            return self._urgently_awaited(outcome)
        self._host._urge()
        self._host.settle()
        return outcome

    async def _urgently_awaited(self, outcome: Any) -> None:
        await outcome
        self._host._urge()
        self._host.settle()

"""Handlers of events: they run after the commit, outside the lock, where the shell's `Jobs` put them (jobs.py).

Rules: what Python set off runs in the thread that did. What a client set off runs on its behalf (acting.py), and what it changed is sent at
once, because somebody waits for it.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from .acting import Actor, acting, on_behalf
from .awaiting import run_unheld, unheld

if TYPE_CHECKING:
    from .emissions import Emission
    from .jobs import Job, Jobs
    from .sobject import SObject


class Host(Protocol):
    """What they need of the hub."""

    jobs: Jobs
    handlers_due: int

    def settle(self) -> None: ...
    def _urge(self) -> None: ...
    def _held_here(self) -> object | None: ...
    def _handler_failed(self, about: SObject, of: str, session: str | None, error: BaseException) -> None: ...


class Handlers:
    """Those of one server."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def deliver(self, emissions: list[Emission]) -> None:
        """Have the handlers of these events run."""
        host = self._host
        for emission in emissions:
            for handler in emission.handlers:
                job = partial(handler.run, emission) if handler.takes_emission else handler.run
                failed = partial(self._failed, emission)
                if emission.session is None:
                    host.jobs.here(partial(run_unheld, host._held_here, job), failed, emission.object)
                    continue
                host.handlers_due += 1
                urgently = partial(self._urgently, Actor(emission.session, emission.gesture), job)
                if handler.live:
                    host.jobs.beside(handler, urgently, failed, emission.object)
                else:
                    host.jobs.later(urgently, failed, emission.object)

    def later(self, about: SObject, of: str, job: Job) -> None:
        """Have one run that belongs to no event: after those before it, on behalf of whoever this code runs for."""
        actor = acting.get()
        failed = partial(self._host._handler_failed, about, of, None if actor is None else actor.session)
        unheld_job = partial(run_unheld, self._host._held_here, job) if actor is None else partial(self._urgently, actor, job)
        self._host.jobs.later(unheld_job, failed, about)

    def _failed(self, emission: Emission, error: BaseException) -> None:
        self._host._handler_failed(emission.object, emission.name, emission.session, error)

    def _urgently(self, actor: Actor, job: Job) -> Any:
        """Run a client's job on its behalf, and have what it changed sent at once."""
        outcome = on_behalf(actor, job)
        if outcome is not None and inspect.iscoroutine(outcome):
            return self._urgently_awaited(unheld(self._host._held_here, outcome))
        self._host._urge()
        self._host.settle()
        return outcome

    async def _urgently_awaited(self, outcome: Any) -> None:
        await outcome
        self._host._urge()
        self._host.settle()

"""Calls: a client has a service run (services.py), and gets its answer.

Rules: a call is checked before anything runs, and what is wrong with it is answered to that client alone. The service runs outside the
lock, on behalf of the client, where the shell's `Jobs` put it. The connection that asked hears at once what it returned, or that it failed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from .acting import Actor, on_behalf
from .awaiting import run_unheld
from .errors import LocalError
from .protocol import Call, Failure
from .values import check_value

if TYPE_CHECKING:
    from threading import RLock

    from .connection import Connection
    from .jobs import Jobs
    from .policy import Policy
    from .proposals import Proposals
    from .services import Service, Services
    from .sobject import SObject


class Refused(Exception):
    """A service of the server itself cannot do what a client asks for. `code` is as in PROTOCOL.md, "Calls"."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Host(Protocol):
    """What they need of the hub."""

    lock: RLock
    jobs: Jobs
    policy: Policy
    debug: bool

    @property
    def objects(self) -> dict[str, SObject]: ...
    def wake(self) -> None: ...
    def _urge(self) -> None: ...
    def _held_here(self) -> object | None: ...
    def _incident(self, what: str, error: BaseException, about: SObject | None = None) -> str: ...


class Calls:
    """Those of one server's clients."""

    def __init__(self, host: Host, services: Services, proposals: Proposals) -> None:
        self._host = host
        self._services = services
        self._proposals = proposals

    def run(self, connection: Connection, call: Call) -> None:
        """Run what a client calls, or tell it why not."""
        host = self._host
        session = connection.session
        assert session is not None
        failure: Failure | None = None
        service: Service | None = None
        args: dict[str, Any] = {}
        with host.lock:
            sobject = None if call.object is None else host.objects.get(call.object)
            if sobject is not None and not self._proposals.sees(session, sobject):
                sobject = None
            if call.object is not None and sobject is None:
                failure = Failure("unknown_object", f"there is no object {call.object!r}")
            else:
                service = self._services.find(sobject, call.service)
                if service is None:
                    where = "" if sobject is None else f" on {sobject}"
                    failure = Failure("unknown_service", f"there is no service {call.service!r}{where}")
                elif not host.policy.may_call(session, call.service, sobject):
                    failure = Failure("forbidden", f"this client may not call {call.service!r}")
                else:
                    try:
                        args = service.arguments(check_value(call.args), session.id)
                    except (TypeError, LocalError) as error:
                        failure = Failure("invalid_args", f"the service {call.service!r} takes other arguments: {error}")
            if failure is not None or service is None:
                connection.result(call.id, failure=failure)
                host.wake()
                return

        def answer(value: Any) -> None:
            try:
                value = check_value(value)
            except LocalError as error:
                fail(error)
                return
            with host.lock:
                connection.result(call.id, value)
            host._urge()

        def fail(error: BaseException) -> None:
            if isinstance(error, Refused):
                failure = Failure(error.code, str(error))
            else:
                what = f"the service {call.service!r}" + ("" if sobject is None else f" of {sobject}") + " failed"
                incident = host._incident(what, error, sobject)
                failure = Failure("error", what + (f": {error}" if host.debug else ""), incident)
            with host.lock:
                connection.result(call.id, failure=failure)
            host._urge()

        callback = service.callback
        job = partial(on_behalf, Actor(session.id), partial(run_unheld, host._held_here, lambda: _then(callback(**args), answer)))
        if service.live:
            host.jobs.beside(service, job, fail, sobject)
        else:
            host.jobs.later(job, fail, sobject)


def _then(outcome: Any, answer: Callable[[Any], None]) -> Any:
    """Answer with an outcome, now or when it has been awaited."""
    if not inspect.isawaitable(outcome):
        answer(outcome)
        return None

    async def wait() -> None:
        answer(await outcome)

    return wait()

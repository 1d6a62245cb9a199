"""A page without a browser: `Page(server)` is a client like any other, and shows the server's objects as elements.

Rules: everything is real but the browser: frames travel, the policy and validators decide, handlers run. All of it happens in the
calling thread, before an action returns (running.py); nothing listens, nothing sleeps. What a handler raises comes out of the action that
set it off; what the server refuses is `Rejected`, and taken back.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

from ..client import CallError, ClientObject, MemoryClient, Rejection
from ..current import current_server
from ..dom.methods import INVOKE
from ..errors import LocalError
from ..hub import Hub
from . import dialogs, entries, tooltips
from .errors import NotThere
from .keyboard import Holder, find
from .locator import Find, Locator, Queries
from .nodes import Node, PageState, read, render
from .person import Person
from .running import Running
from .tables import put_field

T = TypeVar("T")


class Rejected(AssertionError):
    """The server did not take over what a page changed. `code` is one of PROTOCOL.md's, `message` the reason."""

    def __init__(self, what: str, rejection: Rejection) -> None:
        super().__init__(f"{what} was not applied ({rejection.code}): {rejection.message}")
        self.code = rejection.code
        self.message = rejection.message


class Page(Queries):
    """A page of a test: `page = Page(server); page.get_by_text("more").click()`.

    Each one is a client of its own: two of them are two people. `print(page)` shows what is there.

    Args:
        server: Whose page; the current server (a notebook's is the kernel's), unless given. It need not be served.
        identity: Who the client has proved to be, for the policy.
        token: The server's access token, where it asks for one.
        timeout: Seconds to wait, at most, for what a test looks for.
    """

    def __init__(self, server: Hub | None = None, *, identity: str | None = None, token: str | None = None, timeout: float = 5.0) -> None:
        hub = current_server() if server is None else server
        assert isinstance(hub, Hub)
        self.timeout = timeout
        self._hub = hub
        self._state = PageState()
        self._running = Running.of(hub)
        self._rejections: list[Rejection] = []
        self._news = threading.Event()
        with self._running.acting():
            self.client = MemoryClient(hub, identity=identity, auth=token, name="objectsync.testing")
        """The client: its objects, `pretend`, `call`, `undo`, …"""
        if self.client.status.state != "live":
            raise LocalError(f"the server did not let the page in: {self.client.status.reason}")
        self.client.on_rejected.add(self._rejections.append)
        self.client.on_emitted.add(self._ordered)
        self.person = Person(self.client, self._state)
        self._forget = hub.add_waker(self._news.set)

    def close(self) -> None:
        """Leave."""
        self._forget()
        with self._running.acting():
            self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __str__(self) -> str:
        return str(self.look())

    # --- what it shows

    @property
    def text(self) -> str:
        """All the text that can be seen."""
        return self.look().text

    @property
    def focused(self) -> Locator:
        """What has the keyboard."""
        return self._narrow("focused", lambda top: filter(None, [find(top, self._state.focused)]))

    def look(self) -> Node:
        """The tree of elements as it is now."""
        top = self._look()
        while self._state.closed:
            closed = self._state.closed.pop(0)
            with self._running.acting():
                for dialog in [each for each in top.walk() if each.tag == "dialog" and each.object.id == closed]:
                    self.person.dispatch(dialog, "close", {}, bubbles=False)
            top = self._look()
        return top

    def _look(self) -> Node:
        with self._running.acting():
            self.client.flush()
        top = render(self._hub, self.client, self._state)
        put_field(top, self._state)
        entries.show(top, self._state)
        tooltips.show(top, self._state)
        dialogs.follow(top, self._state)
        return top

    @property
    def downloads(self) -> list[tuple[str, bytes]]:
        """What `Download`s gave that were pressed: names, and contents."""
        return list(self._state.downloads)

    # --- what is done with it

    def press(self, key: str) -> None:
        """Press a key where the keyboard is; "Control+z" outside of text fields undoes, as on the page."""

        def act() -> None:
            self.person.press(self.look(), key)

        self.act(f"page.press({key!r})", act)

    def act(self, what: str, action: Callable[[], Any]) -> None:
        """Do something, and everything that follows from it; raises what goes wrong in it."""
        self._running.take_errors()
        with self._running.acting():
            try:
                action()
            except CallError:
                if not self._running.errors:
                    raise  # else what the service raised says more
            self.client.flush()
        self._settle()
        while self._state.closed:
            self.look()
            self._settle()
        self._raise(what)

    def _settle(self) -> None:
        self._running.wait_until_quiet(self.timeout)
        with self._running.acting():
            self.client.flush()

    def wait_for(self, condition: Callable[[], T | None]) -> T | None:
        """Wait until `condition()` gives something; None when that takes longer than the page's `timeout`.

        It is asked again whenever the server has something new: nothing is polled.
        """
        end = time.monotonic() + self.timeout
        while True:
            self._news.clear()
            found = condition()
            if found is not None:
                return found
            left = end - time.monotonic()
            if left <= 0 or not self._news.wait(left):
                return condition()

    def _raise(self, what: str) -> None:
        rejections, self._rejections[:] = list(self._rejections), []
        errors = self._running.take_errors()
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise BaseExceptionGroup(f"{what} set off handlers that failed", errors)
        if rejections:
            raise Rejected(what, rejections[0])

    def _ordered(self, sobject: ClientObject, name: str, args: dict[str, Any]) -> None:
        if name != INVOKE or args.get("session", self.client.session) != self.client.session:
            return
        method = args.get("method")
        if method in ("showModal", "show"):
            self._state.open[sobject.id] = True
            (self._state.modal.add if method == "showModal" else self._state.modal.discard)(sobject.id)
        elif method == "close" and read(sobject, "tag") == "dialog":
            dialogs.close(sobject, self._state)
        elif method in ("focus", "select"):
            self._state.focused = Holder(sobject.id)
            if method == "focus":
                self._open_sections(sobject)
        elif method == "blur" and self._state.focused is not None and self._state.focused.object == sobject.id:
            self._state.focused = None

    def _open_sections(self, sobject: ClientObject) -> None:
        around = sobject.parent
        while around is not None:
            if read(around, "tag") == "details":
                self._state.open[around.id] = True
            around = around.parent

    def _narrow(self, what: str, find: Find) -> Locator:
        return Locator(self, what, find)


__all__ = ["NotThere", "Page", "Rejected"]

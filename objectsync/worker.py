"""One thread that does one thing after the other, and what it does between them.

Rules: `Rest.wait` may return for no reason. Whoever gives the thread something wakes it, unless it is that thread itself.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

Task = Callable[[], None]


class Rest(Protocol):
    """What the thread does while there is nothing to do."""

    def wait(self) -> None:
        """Return when there might be something to do."""

    def leave(self) -> None:
        """There is: `wait` is not called until that has been done."""

    def wake(self) -> None:
        """Make `wait` return, the next one if none is under way. From any thread."""

    def close(self) -> None:
        """The thread ends."""


class Sleep:
    """Nothing at all."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[None] = queue.SimpleQueue()

    def wait(self) -> None:
        """Until it is called."""
        self._calls.get()

    def leave(self) -> None:
        """Nothing is left undone."""

    def wake(self) -> None:
        """Call it."""
        self._calls.put(None)

    def close(self) -> None:
        """There is nothing to close."""


class Worker:
    """The thread; `name` is its name."""

    def __init__(self, name: str, rest: Rest | None = None) -> None:
        self._tasks: deque[Task | None] = deque()
        self._rest = rest or Sleep()
        self._ident = 0
        self.thread = threading.Thread(target=self._work, name=name, daemon=True)
        self.thread.start()

    def put(self, task: Task | None) -> None:
        """Have it done after all others; None is the end."""
        self._tasks.append(task)
        if threading.get_ident() != self._ident:
            self._rest.wake()

    def stop(self) -> None:
        """End when everything is done; waits a second for it, no longer."""
        self.put(None)
        if self.thread is not threading.current_thread():
            self.thread.join(1)

    def _work(self) -> None:
        self._ident = threading.get_ident()
        while self._work_once():
            pass
        self._rest.close()

    def _work_once(self) -> bool:
        # A function of its own: what a task has made goes when it is done, and not when the next one comes.
        if not self._tasks:
            while not self._tasks:
                self._rest.wait()
            self._rest.leave()
        task = self._tasks.popleft()
        if task is None:
            return False
        task()
        return True

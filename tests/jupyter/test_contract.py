"""The contract of transports, kept over a notebook's comms (without a kernel: two comms made by hand)."""

from __future__ import annotations

import itertools
import queue
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

comm_module = pytest.importorskip("comm")

from objectsync import Server  # noqa: E402
from objectsync.frames import Frame  # noqa: E402
from objectsync.hub import Hub  # noqa: E402
from objectsync_jupyter.comm import DOWN, UP, CommShell  # noqa: E402
from objectsync_jupyter.links import Links, cut_frame, join_frame  # noqa: E402
from tests.contract import WAIT, Dial, TransportContract  # noqa: E402


class Comm:
    """A comm as the kernel has it; what is sent on it is kept."""

    def __init__(self, comm_id: str) -> None:
        self.comm_id = comm_id
        self.sent: queue.SimpleQueue[tuple[dict[str, Any], list[bytes]]] = queue.SimpleQueue()
        self.handle_msg: Any = None
        self.handle_close: Any = None
        self._closed = False

    def send(self, data: dict[str, Any], buffers: list[Any] | None = None) -> None:
        self.sent.put((data, [bytes(buffer) for buffer in buffers or ()]))


class CommEnd:
    """A page's two comms."""

    numbers = itertools.count()

    def __init__(self, manager: Any) -> None:
        pair = f"pair{next(self.numbers)}"
        self.down, self.up = Comm(f"{pair}.down"), Comm(f"{pair}.up")
        for comm, target in ((self.down, DOWN), (self.up, UP)):
            manager.register_comm(comm)
            manager.targets[target](comm, {"content": {"data": {"pair": pair}}})
        self.waiting: list[Frame] = []
        self.ended: tuple[int, str] | None = None

    def send(self, data: bytes | str, binary: bool = False) -> None:
        text, buffers = cut_frame(Frame(data if isinstance(data, bytes) else data.encode(), binary))
        self.up.handle_msg({"content": {"data": {"frames": [[text, len(buffers)]]}}, "buffers": buffers})

    def _take(self) -> None:
        data, buffers = self.down.sent.get(timeout=WAIT)
        if "close" in data:
            self.ended = (data["close"][0], data["close"][1])
        for text, count in data.get("frames", ()):
            joined, binary = join_frame(text, buffers[:count])
            del buffers[:count]
            self.waiting.append(Frame(joined if isinstance(joined, bytes) else joined.encode(), binary))

    def receive(self) -> Frame:
        while not self.waiting:
            self._take()
        return self.waiting.pop(0)

    def close(self) -> None:
        self.down.handle_close({"content": {"data": {"code": 1000}}})

    def cut(self) -> None:
        self.down.handle_close({"content": {"data": {}}})

    def closed(self) -> tuple[int, str]:
        while self.ended is None:
            self._take()
        return self.ended


class TestComm(TransportContract):
    @pytest.fixture
    def hub(self, server: Server) -> Hub:
        return server

    @pytest.fixture
    def dial(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dial]:
        from comm.base_comm import CommManager

        monkeypatch.setattr("objectsync_jupyter.comm.create_comm", lambda comm_id, **_: Comm(comm_id))
        links = Links(server, None)
        kernel = SimpleNamespace(comm_manager=CommManager())
        shell = CommShell(links, kernel)
        yield lambda: CommEnd(kernel.comm_manager)
        links.close()
        shell.close()

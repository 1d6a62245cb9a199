"""The comm shell without a kernel: two comms made by hand, and a page that is a function."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

comm_module = pytest.importorskip("comm")

from objectsync import Element, Server  # noqa: E402
from objectsync.frames import Frame  # noqa: E402
from objectsync_jupyter.comm import DOWN, HERE, UP, CommShell  # noqa: E402
from objectsync_jupyter.links import Links, cut_frame, join_frame  # noqa: E402


class FakeComm:
    """A comm as the kernel has it; what is sent on it is kept."""

    def __init__(self, id: str) -> None:
        self.comm_id = id
        self.sent: list[dict[str, Any]] = []
        self.handle_msg: Callable[[Any], None]
        self.handle_close: Callable[[Any], None]
        self.arrived = threading.Event()
        self._closed = False

    def send(self, data: dict[str, Any], buffers: list[Any] | None = None) -> None:
        self.sent.append({**data, "buffers": [bytes(buffer) for buffer in buffers or ()]})
        self.arrived.set()


class FakePage:
    """One page's two comms."""

    def __init__(self, manager: Any, pair: str = "p") -> None:
        self.down = FakeComm(f"{pair}.d")
        self.up = FakeComm(f"{pair}.u")
        for comm, target in ((self.down, DOWN), (self.up, UP)):
            manager.register_comm(comm)
            manager.targets[target](comm, {"content": {"data": {"pair": pair}}})

    def say(self, *messages: dict[str, Any]) -> None:
        frames = [[json.dumps(message), 0] for message in messages]
        self.up.handle_msg({"content": {"data": {"frames": frames}}, "buffers": []})

    def messages(self, wanted: int, timeout: float = 60.0) -> list[dict[str, Any]]:
        """The messages that have come, once there are that many."""
        end = time.monotonic() + timeout
        while True:
            self.down.arrived.clear()
            found = [json.loads(text) for sent in list(self.down.sent) for text, _ in sent.get("frames", ())]
            if len(found) >= wanted:
                return found
            assert self.down.arrived.wait(max(0.0, end - time.monotonic())), f"{found}, expected {wanted}"


@pytest.fixture
def kernel() -> Any:
    from comm.base_comm import CommManager

    return SimpleNamespace(comm_manager=CommManager())


@pytest.fixture
def links(server: Server) -> Any:
    links = Links(server, None)
    yield links
    links.close()


@pytest.fixture
def shell(links: Links, kernel: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("objectsync_jupyter.comm.create_comm", lambda comm_id, **_: FakeComm(comm_id))
    shell = CommShell(links, kernel)
    yield shell
    shell.close()


HELLO = {"type": "hello", "protocol": 2, "attempt": 1, "client": "test"}


def test_a_page_gets_the_state_and_then_what_changes(server: Server, kernel: Any, shell: CommShell) -> None:
    label = Element("b", text="0", server=server)
    page = FakePage(kernel.comm_manager)
    assert page.down.sent == [{"ready": server.epoch, "buffers": []}]
    page.say(HELLO)
    kinds = [message["type"] for message in page.messages(2)]
    assert kinds == ["welcome", "snapshot"]
    label.text.set("1")
    assert page.messages(3)[2]["transactions"][0]["changes"] == [["set", label.id, "text", "1"]]
    assert page.up.sent == []


def test_what_comes_faster_than_a_display_shows_shares_messages(server: Server, kernel: Any, shell: CommShell) -> None:
    label = Element("b", text="0", server=server)
    page = FakePage(kernel.comm_manager)
    page.say(HELLO)
    page.messages(2)
    begun = time.monotonic()
    while time.monotonic() - begun < 0.5:
        label.text.set(str(time.monotonic()))
    last = label.text.value
    end = time.monotonic() + 60
    while json.dumps(last) not in json.dumps(page.down.sent[-1]) and time.monotonic() < end:
        page.down.arrived.clear()
        page.down.arrived.wait(0.2)
        if len(page.down.sent[-1].get("frames", ())) == 0:
            break
    texts = "".join(text for sent in page.down.sent for text, _ in sent.get("frames", ()))
    assert last in texts
    assert len(page.down.sent) < 0.5 / 0.016 + 12


def test_a_page_is_told_again_how_many_messages_it_should_have(server: Server, kernel: Any, shell: CommShell) -> None:
    page = FakePage(kernel.comm_manager)
    page.say(HELLO)
    page.messages(2)
    end = time.monotonic() + 60
    while page.down.sent[-1].get("frames") != [] and time.monotonic() < end:
        page.down.arrived.clear()
        page.down.arrived.wait(0.5)
    numbered = [sent["n"] for sent in page.down.sent if sent.get("frames")]
    assert numbered == list(range(1, len(numbered) + 1))
    assert page.down.sent[-1] == {"n": numbered[-1], "frames": [], "buffers": []}


def test_a_page_that_says_goodbye_is_forgotten(server: Server, kernel: Any, links: Links, shell: CommShell) -> None:
    page = FakePage(kernel.comm_manager)
    page.say(HELLO)
    page.messages(2)
    assert (len(server.clients), len(links)) == (1, 1)
    page.down.handle_close({"content": {"data": {"code": 1000}}})
    assert (len(server.clients), len(links)) == (0, 0)
    assert set(kernel.comm_manager.comms) == {HERE}


def test_closing_tells_the_pages_and_takes_the_targets_out(server: Server, kernel: Any, links: Links, shell: CommShell) -> None:
    page = FakePage(kernel.comm_manager)
    page.say(HELLO)
    page.messages(2)
    shell.close()
    links.close()
    assert page.down.sent[-1]["close"] == [4002, "restart"]
    assert kernel.comm_manager.comms == {}
    assert kernel.comm_manager.targets == {}


def test_bytes_stand_beside_the_text_and_large_frames_come_in_parts(server: Server, kernel: Any, shell: CommShell) -> None:
    from objectsync import BytesTopic, SObject, attribute

    class Blob(SObject):
        data = attribute(BytesTopic)

    blob = server.create_object(Blob)
    page = FakePage(kernel.comm_manager)
    page.say(HELLO)
    page.messages(2)
    blob.data.set(b"down")
    page.messages(3)
    carriers = [sent for sent in page.down.sent if sent["buffers"]]
    assert [sent["buffers"] for sent in carriers] == [[b""], [b"down"]]
    action = {"type": "action", "cseq": 1, "base": 0, "changes": [["set", blob.id, "data", {"$bytes": 0}]], "buffers": [6]}
    head = json.dumps(action).encode()
    whole = head + b"upward"
    for part, piece in enumerate((whole[:10], whole[10:])):
        data = {"part": part, "parts": 2, "head": len(head), "binary": True}
        page.up.handle_msg({"content": {"data": data}, "buffers": [memoryview(piece)]})
    assert blob.data.value == b"upward"


def test_a_frame_is_cut_and_joined() -> None:
    assert cut_frame(Frame(b'{"type":"pong"}')) == ('{"type":"pong"}', [])
    text = '{"type":"x","buffers":[2,3]}'
    data, binary = join_frame(text, [b"ab", b"cde"])
    assert binary
    assert isinstance(data, bytes)
    cut_text, buffers = cut_frame(Frame(data, True))
    assert (cut_text, [bytes(buffer) for buffer in buffers]) == (text, [b"ab", b"cde"])
    empty, _ = join_frame('{"type":"x","buffers":[0]}', [b""])
    assert isinstance(empty, bytes)
    assert [bytes(buffer) for buffer in cut_frame(Frame(empty, True))[1]] == [b""]


def test_jobs_run_on_the_main_thread_and_live_ones_do_not_wait() -> None:
    import contextvars

    from objectsync_jupyter.host import MainThreadJobs

    async def scene() -> list[str]:
        seen: list[str] = []
        done = threading.Event()
        jobs = MainThreadJobs(asyncio.get_running_loop(), lambda _: contextvars.copy_context())
        failures: list[BaseException] = []

        def quick() -> None:
            seen.append(f"live {threading.current_thread() is threading.main_thread()}")
            done.set()

        def hand_over() -> None:
            jobs.later(later, failures.append)
            jobs.beside(None, quick, failures.append)
            jobs.beside(1, coroutine, failures.append)

        def later() -> None:
            seen.append(f"main {threading.current_thread() is threading.main_thread()}")
            ran.set()

        async def coroutine() -> None:
            await asyncio.sleep(0)
            awaited.set()

        ran, awaited = threading.Event(), threading.Event()
        thread = threading.Thread(target=hand_over)
        thread.start()
        thread.join()
        assert done.wait(2)  # the main thread is held meanwhile
        assert awaited.wait(2)
        assert seen == ["live False"]
        assert jobs.wait_until(ran, 2)
        assert not jobs.wait_until(threading.Event(), 0.01)
        jobs.stop()
        assert failures == []
        return seen

    assert asyncio.run(scene()) == ["live False", "main True"]

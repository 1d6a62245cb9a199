"""Links: the pages of a notebook around one hub, whatever carries their messages (comms, or an anywidget's custom messages).

Frames are as in PROTOCOL.md, several in one message: `{"frames": [[text, number of its buffers], …]}`, buffers beside them. One that is
too large comes up in parts: `{"part": k, "parts": n, "head": length of the JSON, "binary": whether buffers follow it}`.

Rules: what carries them knows no backpressure, and the Jupyter server drops what exceeds its rate. So no page gets more than some sixty
messages a second; they are numbered, and the last number is told again when it gets quiet, so that a page notices what was lost and comes
back. A thread of its own sends: what a running cell changes leaves while it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from objectsync.closing import RESTART
from objectsync.connection import Connection
from objectsync.frames import Frame, split
from objectsync.hub import Hub

logger = logging.getLogger("objectsync.jupyter")

TICK: Final = 0.016
"""Seconds between two messages to a page while changes come faster."""
BURST: Final = 4
"""Messages that may go at once after a pause: a click, its answer and its effects do not wait for each other."""
CROWD: Final = 6
"""Every page gets every page's messages (iopub is a broadcast); with more pages than this, each gets fewer."""
CLOCK: Final = 1.0
"""Seconds between looks at the clock."""
HANDLED: Final = 0.005
"""Seconds that a page's click may wait for its handler before it is answered: one message, where there were two."""
QUIET: Final = 0.25
"""Seconds of silence after which a page is told again how many messages it should have."""


class _Lengths(msgspec.Struct):
    buffers: list[int] = []


_lengths = msgspec.json.Decoder(_Lengths)


Send = Callable[[dict[str, Any], list[bytes | memoryview]], None]
"""Carries one message to a page, with its buffers."""


class Link:
    """One page, and the connection over what carries its messages."""

    def __init__(self, hub: Hub, send: Send, gone: Callable[[], None], now: float) -> None:
        self.lock = threading.Lock()
        self.limit = hub.limits.message_bytes
        self.gone = gone
        """Runs when the link is over."""
        self.ready = False
        """Whether the page has opened its way up."""
        self.parts: list[Any] = []
        self.connection: Connection = hub.connect(now, authorized=True)  # Jupyter has let the page in
        self.now = now
        """The time as far as this page could have been heard."""
        self.hears_on_main = False
        self.sent = 0
        self.told = 0
        self.sent_at = now
        self.tokens = float(BURST)
        self.filled_at = now
        self._send = send

    def may_send(self, now: float, tick: float) -> float:
        """How long to wait before the next message; 0 spends the right to one."""
        self.tokens = min(float(BURST), self.tokens + (now - self.filled_at) / tick)
        self.filled_at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) * tick

    def say(self, message: dict[str, Any]) -> None:
        """Tell the page something that is no frame."""
        self._send(message, [])

    def send(self, frames: list[Frame], now: float) -> None:
        """Put frames into one message."""
        listed: list[tuple[str, int]] = []
        buffers: list[bytes | memoryview] = []
        for frame in frames:
            json, cut = cut_frame(frame)
            listed.append((json, len(cut)))
            buffers += cut
        self.sent += 1
        self.sent_at = now
        self._send({"n": self.sent, "frames": listed}, buffers)

    def take_part(self, data: Any, part: Any) -> None:
        """A piece of a frame that is too large for one message; the last one completes it."""
        if len(self.parts) != data["part"] or sum(map(len, self.parts)) > self.limit:
            self.parts = []
            return
        self.parts.append(part)
        if len(self.parts) < data["parts"]:
            return
        parts, self.parts = self.parts, []
        if data["binary"]:
            parts.insert(0, int(data["head"]).to_bytes(4, "big"))
        self.connection.receive(b"".join(parts), bool(data["binary"]), self.now)

    def remind(self, now: float) -> None:
        """Tell the page how many messages it should have, once."""
        if self.told != self.sent and now - self.sent_at >= QUIET:
            self.told = self.sent
            self._send({"n": self.sent, "frames": []}, [])


def cut_frame(frame: Frame) -> tuple[str, list[memoryview]]:
    """A frame as its text and its buffers."""
    json, rest = split(frame.data, frame.binary)
    text = json.decode() if isinstance(json, bytes) else json
    view = memoryview(rest)
    buffers: list[memoryview] = []
    at = 0
    for length in _lengths.decode(json).buffers if frame.binary else ():
        buffers.append(view[at : at + length])
        at += length
    return text, buffers


def join_frame(text: str, buffers: list[Any]) -> tuple[bytes | str, bool]:
    """A frame as a connection receives it."""
    if not buffers:
        return text, False
    json = text.encode()
    return b"".join((len(json).to_bytes(4, "big"), json, *buffers)), True


class Links:
    """The pages of one hub, and the thread that sends to them."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop | None) -> None:
        self.hub = hub
        self._loop = loop
        self._main = threading.main_thread()
        self._links: dict[str, Link] = {}
        self._links_lock = threading.Lock()
        self._wanted = threading.Event()
        self._closed = False
        self._main_free = True
        self._executing = False
        self._held_until = 0.0
        self._handled = threading.Event()
        self._remove_waker = hub.add_waker(self._wake, self._urge)
        self._thread = threading.Thread(target=self._work, name="objectsync-links", daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._links)

    def __contains__(self, pair: str) -> bool:
        return pair in self._links

    @property
    def pages(self) -> int:
        """How many pages may speak."""
        return sum(link.ready for _, link in self._listed())

    def is_deaf(self) -> bool:
        """Whether no page can be heard while the main thread is busy."""
        links = [link for _, link in self._listed() if link.ready]
        return bool(links) and all(link.hears_on_main for link in links)

    def close(self) -> None:
        """Tell every page that it is over; they show what they last showed."""
        self._remove_waker()
        self._closed = True
        self._wanted.set()
        self._thread.join(2)
        for pair, link in self._listed():
            link.connection.closing = RESTART
            self._end(pair, link)

    def cell_begins(self) -> None:
        """From now on the main thread is a cell's."""
        self._executing = True

    def cell_ended(self) -> None:
        """The main thread is free again."""
        self._executing = False

    # --- what pages do

    def begin(self, pair: str, send: Send, gone: Callable[[], None]) -> None:
        """A page opens its way down; `pair` is its name for this connection."""
        link = Link(self.hub, send, gone, time.monotonic())
        with self._links_lock:
            self._links[pair] = link

    def ready(self, pair: str) -> None:
        """The page opened its way up; it may speak."""
        link = self._links[pair]
        link.hears_on_main = threading.current_thread() is self._main
        link.ready = True
        with link.lock:
            link.say({"ready": self.hub.epoch})

    def receive(self, pair: str, data: dict[str, Any], buffers: list[Any]) -> None:
        """A page's message. From one that was given up it is not heard."""
        link = self._links.get(pair)
        if link is None:
            return
        due = self.hub.handlers_due
        self._handled.clear()  # before: the main thread may be done with it before this one is
        with link.lock:
            link.hears_on_main = threading.current_thread() is self._main
            link.now = max(link.now, time.monotonic()) if not link.hears_on_main else link.now
            at = 0
            for text, count in data.get("frames", ()):
                frame, binary = join_frame(text, buffers[at : at + count])
                at += count
                link.connection.receive(frame, binary, link.now)
            if "part" in data:
                link.take_part(data, buffers[0])
        if self.hub.handlers_due != due:
            self._held_until = time.monotonic() + HANDLED
        self._wanted.set()

    def left(self, pair: str, code: Any) -> None:
        """A page said goodbye, with a close code."""
        with self._links_lock:
            link = self._links.pop(pair, None)
        if link is not None:
            self._forget(link, clean=code in (1000, 1001))

    # --- sending

    def _wake(self) -> None:
        """There is something to send. Where all pages are direct nobody is woken: each thread more delays their answers."""
        if self._links:
            self._wanted.set()

    def _urge(self) -> None:
        """A handler has run."""
        self._handled.set()
        self._wake()

    def _work(self) -> None:
        clock = time.monotonic()
        while not self._closed:
            self._wanted.clear()
            now = time.monotonic()
            if now < self._held_until:
                self._handled.wait(self._held_until - now)
                self._held_until = 0.0
                now = time.monotonic()
            held, rest = 0.0, CLOCK
            try:
                held, rest = self._pump(now)
                if now - clock >= CLOCK:
                    self._tick(now, now - clock)
                    clock = now
            except Exception:
                logger.exception("sending to the pages failed")
                held = CLOCK
            if held:
                time.sleep(held)  # whatever else comes in meanwhile waits its turn as well
            else:
                self._wanted.wait(rest)

    def _pump(self, now: float) -> tuple[float, float]:
        """Send every page what it is due. Returns how long the next turn must wait (0: not at all), and how long it may."""
        links = self._listed()
        tick = TICK * max(1.0, len(links) / CROWD)
        held, rest = 0.0, CLOCK
        for pair, link in links:
            if not link.ready:
                continue
            with link.lock:
                if not link.hears_on_main:
                    link.now = now
                wait = link.may_send(now, tick)
                if wait:
                    held = min(held or wait, wait)
                    continue
                frames = link.connection.frames_to_send(link.now)
                if frames:
                    link.send(frames, now)
                else:
                    link.tokens += 1
                    link.remind(now)
                if link.told != link.sent:
                    rest = QUIET
            if link.connection.closing:
                self._end(pair, link)
        return held, rest

    def _tick(self, now: float, passed: float) -> None:
        self.hub.tick(now)
        main_free, self._main_free = self._main_free and not self._executing, False
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note_main_free)
        for pair, link in self._listed():
            with link.lock:
                if link.hears_on_main:
                    if not main_free:
                        # A cell holds the thread that would hear this page: its time stands still, and it is told that we live.
                        link.connection.receive('{"type":"ping"}', False, link.now)
                        continue
                    link.now += passed
                else:
                    link.now = now
                link.connection.tick(link.now)
            if link.connection.closing:
                self._end(pair, link)

    def _note_main_free(self) -> None:
        self._main_free = True

    # --- the end

    def _end(self, pair: str, link: Link) -> None:
        """Tell a page that its connection is over."""
        with self._links_lock:
            if self._links.pop(pair, None) is None:
                return
        code, reason = link.connection.closing or (1000, "")
        with link.lock, contextlib.suppress(Exception):  # the kernel may be going down
            for frame in link.connection.frames_to_send(link.now):
                link.send([frame], link.now)
            link.say({"close": [code, reason]})
        self._forget(link, clean=code == 1000)

    def _forget(self, link: Link, clean: bool) -> None:
        with link.lock:
            link.connection.lost(time.monotonic(), clean)
        link.gone()

    def _listed(self) -> list[tuple[str, Link]]:
        with self._links_lock:
            return list(self._links.items())

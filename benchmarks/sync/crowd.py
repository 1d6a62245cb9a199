"""The server's side of readers.py: a crowd of clients, and how they stand. Standard library only: it also runs beside topicsync."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Crowd:
    """`count` clients of `port`; `async with` waits until all are live."""

    def __init__(self, port: int, count: int, path: str = "/ws", speaks: bool = True) -> None:
        self._count = count
        readers = str(Path(__file__).with_name("readers.py"))
        self._command = [sys.executable, readers, str(port), path, str(count), "speaks" if speaks else "reads"]

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(*self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        while (await self.standing())["live"] < self._count:  # noqa: ASYNC110  # they are in another process
            await asyncio.sleep(0.05)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def standing(self) -> dict[str, Any]:
        """How the clients stand now: how many are live, the least `seq`, the frames they have read, the p99 of what came since."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"\n")
        standing: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return standing


async def paced(ticks: int, tick: float, act: Any) -> float:
    """Run `act()` so many times, `tick` seconds apart; returns the CPU time of this process meanwhile."""
    loop = asyncio.get_running_loop()
    at = loop.time()
    begun = time.process_time()
    for _ in range(ticks):
        act()
        at += tick
        await asyncio.sleep(max(0.0, at - loop.time()))
    return time.process_time() - begun

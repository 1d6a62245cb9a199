"""Joining a tree of 10,000 objects: the server's CPU, the bytes, and the time to a complete replica (`python -m benchmarks.sync.join`).

The replica is the TypeScript client, as it is built, in Node (join.mjs). The server's CPU is that of the first client, for whom the tree is
described, and of the next one, who gets the same bytes.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

from objectsync import Element, Server

OBJECTS = 10_000
SCRIPT = Path(__file__).with_name("join.mjs")


async def main() -> None:
    """Two clients, one after the other."""
    async with Server(port=0) as server:
        with server.record():
            for row in range(OBJECTS // 5):
                tr = server.root.add_child(Element, "tr")
                for cell in range(4):
                    tr.add_child(Element, "td", text=f"cell {cell} of {row}")
        figures: list[dict[str, float]] = []
        for _ in range(2):
            command = [
                "node",
                "--experimental-websocket",
                "--no-warnings",
                str(SCRIPT),
                f"ws://127.0.0.1:{server.port}/ws",
                str(OBJECTS + 1),
            ]
            process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert process.stdin is not None
            assert process.stdout is not None
            await process.stdout.readline()  # it has loaded
            begun = time.process_time()
            process.stdin.write(b"\n")
            line = await process.stdout.readline()
            if not line:
                raise SystemExit("the TypeScript client did not get the tree; is js/ built (`make js`)?")
            figures.append({"server": time.process_time() - begun, **json.loads(line)})
            await process.wait()
        _, snapshot = server.updates.snapshot(0)
        first, second = figures
        print(
            json.dumps(
                {
                    "bytes": sum(len(frame.data) for frame in snapshot),
                    "server_first": first["server"],
                    "server_next": second["server"],
                    "replica": min(first["seconds"], second["seconds"]),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        raise SystemExit(__doc__)
    asyncio.run(main())

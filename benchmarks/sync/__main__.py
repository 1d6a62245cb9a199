"""`python -m benchmarks.sync [--rounds N]`: one table.

Every figure comes from a process of its own; what is compared takes turns, and the best counts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ..peer import ROOT, peer_python

FANOUT = str(Path(__file__).with_name("fanout.py"))


def run(command: Sequence[str]) -> dict[str, float]:
    """What a command prints.

    Raises:
        SystemExit: it failed.
    """
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def fanout(rounds: int) -> dict[tuple[str, int], float]:
    """Seconds of CPU for each delivery of a change, by who sends and how many changes a tick has."""
    pythons = {"bare": [sys.executable], "ours": [sys.executable], "topicsync": [str(peer_python()), "-E"]}
    best: dict[tuple[str, int], float] = {}
    for _ in range(rounds):
        for changes in (1, 8):
            for which, python in pythons.items():
                figure = run([*python, FANOUT, which, str(changes)])["figure"]
                best[which, changes] = min(figure, best.get((which, changes), figure))
    return best


def crowds(case: str, rounds: int = 1) -> float:
    """The best figure of one of crowds.py's cases."""
    return min(run([sys.executable, "-m", "benchmarks.sync.crowds", case])["figure"] for _ in range(rounds))


def row(what: str, figure: str, beside: str = "", target: str = "", met: bool | None = None) -> None:
    """One line of the table."""
    print(f"{what:<52}{figure:>14}{beside:>22}{target:>12}" + ("" if met is None else "  met" if met else "  MISSED"), flush=True)


def ratio_row(what: str, ours: float, theirs: float, name: str, most: float) -> None:
    """A figure beside another's."""
    ratio = ours / theirs
    row(what, f"{ours * 1e6:.2f} µs", f"{name} {theirs * 1e6:.2f} µs", f"≤ {most:.2f}x", ratio <= most)
    row("", f"{ratio:.2f}x")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sync", description="Many clients on one server.")
    parser.add_argument("--rounds", type=int, default=3, help="how often what is compared is run, by turns (default: 3)")
    rounds = parser.parse_args().rounds
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores; best of {rounds} rounds\n")
    best = fanout(rounds)
    ratio_row("CPU per delivery to 200 clients, 1 change a tick", best["ours", 1], best["bare", 1], "broadcast", 1.3)
    ratio_row("the same, per change, 8 changes a tick", best["ours", 8], best["bare", 8], "broadcast", 0.25)
    ratio_row("CPU per delivery, 1 change a tick", best["ours", 1], best["topicsync", 1], "topicsync", 0.2)
    ratio_row("the same, per change, 8 changes a tick", best["ours", 8], best["topicsync", 8], "topicsync", 0.2)
    print()
    back = crowds("back")
    row("500 clients cut at once: all in step again after", f"{back:.2f} s", "", "≤ 10 s", back <= 10)
    alone, hung = crowds("alone", rounds), crowds("hung", rounds)
    row(
        "p99 to 50 clients, one more has stopped reading",
        f"{hung * 1e3:.1f} ms",
        f"without {alone * 1e3:.1f} ms",
        "≤ 2x",
        hung <= 2 * alone,
    )
    kept = crowds("kept")
    row("kept for a client that has stopped reading", f"{kept / 1e6:.2f} MB", "", "< 2 MB", kept < 2e6)
    print()
    join = run([sys.executable, "-m", "benchmarks.sync.join"])
    row("joining a tree of 10,000 objects: bytes", f"{join['bytes'] / 1e6:.2f} MB")
    row("  CPU of the server, first client", f"{join['server_first'] * 1e3:.1f} ms")
    row("  CPU of the server, next client", f"{join['server_next'] * 1e3:.1f} ms")
    row("  until the TypeScript replica is complete", f"{join['replica'] * 1e3:.0f} ms")


if __name__ == "__main__":
    main()

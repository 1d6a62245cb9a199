"""`python -m benchmarks [--rounds N] [WORD …]`: one table, ours beside the older version and others, measured in one run.

Every figure comes from a process of its own. Ours and the older version take turns, case by case and round by round, so that whatever else
the machine does hits both; the best of the rounds counts. WORDs choose the rows whose case contains one of them.
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

from . import core, others, ours
from .peer import ROOT, VERSION, peer_python
from .table import BESIDE, ROWS, lines

CORE = str(Path(__file__).with_name("core.py"))


def command_for(case: str) -> list[str]:
    """How to run one of our cases."""
    if case in core.CASES:
        return [sys.executable, CORE, case]
    module = next(module for module in (ours, others) if case in module.CASES)
    return [sys.executable, "-m", module.__name__, case]


def run(command: Sequence[str], version: str | None = None) -> float | None:
    """The figure that a command prints; None, with its reason on stderr, when the library is not installed.

    Raises:
        SystemExit: it failed, or it did not measure the version that it should.
    """
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        if done.stderr.strip().endswith("is not installed"):
            print(done.stderr.strip(), file=sys.stderr)
            return None
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    result = json.loads(done.stdout)
    if version is not None and result["version"] != version:
        raise SystemExit(f"expected objectsync {version}, {command[0]} has {result['version']}")
    return float(result["figure"])


def measure(cases: Sequence[str], peer_cases: Sequence[str], rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """The best figures of our cases and of the older version's, by turns."""
    python = str(peer_python()) if peer_cases else ""
    figures: dict[str, float] = {}
    peer_figures: dict[str, float] = {}
    for number in range(rounds):
        for case in cases:
            progress(f"round {number + 1} of {rounds}: {case}")
            keep_best(figures, case, run(command_for(case)))
            if case in peer_cases:
                # -E: a PYTHONPATH that leads to our version is not meant for this one.
                keep_best(peer_figures, case, run([python, "-E", CORE, case], VERSION))
    progress("")
    return figures, peer_figures


def keep_best(figures: dict[str, float], case: str, figure: float | None) -> None:
    """Smaller is better."""
    if figure is not None:
        figures[case] = min(figure, figures.get(case, figure))


def progress(text: str) -> None:
    """Where we are, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="The speed of the core, beside its peers.")
    parser.add_argument("words", nargs="*", metavar="WORD", help="only the cases whose name contains one of these")
    parser.add_argument("--rounds", type=int, default=5, help="how often each case is run, in turn with the others (default: 5)")
    arguments = parser.parse_args()

    rows = [row for row in (*ROWS, *BESIDE) if not arguments.words or any(word in row.case for word in arguments.words)]
    peer_cases = list(dict.fromkeys(row.peer_case for row in rows if row.peer_case is not None))
    cases = list(dict.fromkeys([*peer_cases, *(row.case for row in rows)]))
    figures, peer_figures = measure(cases, peer_cases, arguments.rounds)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python}, {os.cpu_count()} cores; the older one is objectsync {VERSION}; best of {arguments.rounds} rounds\n")
    for line in lines(figures, peer_figures):
        print(line)


if __name__ == "__main__":
    main()

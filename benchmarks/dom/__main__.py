"""`python -m benchmarks.dom [--rounds N] [--without-nicegui]`: ours, a page written by hand and NiceGUI, by turns, in one run.

Each round starts every program afresh. Ours and the one by hand are open at once, and each operation is made on one after the other:
whatever the machine does for a while hits both. The times are medians, and a ratio is the median of the ratios of such pairs.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import shutil
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from playwright.sync_api import Browser, sync_playwright

from .measure import Flood, Subject, subject
from .table_state import FLOOD

CLICKS = 100
ELEMENTS = 50_000
"""In 10,000 rows."""

PAIR = ("bare", "ours")
"""Compared with each other, so both are open at once; NiceGUI is by itself, since it keeps the machine busy after its operations, too."""

TARGETS = {"create1000": 2.5, "append1000": 2.5, "update": 1.5, "swap": 1.5, "select": 1.5, "remove": 1.5, "clear": 1.5, "create10000": 2.5}
"""The most that an operation may take, in times of the page written by hand."""


IN_A_ROUND = (
    *("create1000", "append1000", "clear", "create1000", "append1000", "clear", "create1000"),
    *("update", "update", "swap", "swap", "select", "select", "remove", "remove", "clear"),
)


@dataclass
class Results:
    """What one program took, round by round."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Milliseconds to the document."""
    frames: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Milliseconds to the frame."""
    messages: dict[str, list[int]] = field(default_factory=dict)
    """The bytes of each message of an operation."""
    floods: list[Flood] = field(default_factory=list)
    memory: list[tuple[int, int, int]] = field(default_factory=list)
    """Bytes by which 50,000 elements made the process grow, what was left of it after `clear`, and after a second time."""

    def median(self, name: str) -> float | None:
        """Milliseconds to the document; None where it was not measured."""
        return _median(self.times, name)

    def median_frame(self, name: str) -> float | None:
        """Milliseconds to the frame; None where it was not measured."""
        return _median(self.frames, name)

    def over(self, other: Results, name: str) -> list[float]:
        """How many times as long it took as on the other's page just before or after, for each of these pairs."""
        return [mine / theirs for mine, theirs in zip(self.times[name], other.times[name], strict=True)]


def one_round(subjects: dict[str, Subject], results: dict[str, Results], turn: int) -> None:
    """Everything once, each operation on one program after the other, in changing order; `turn` says who begins."""
    names = list(subjects)

    def each(act: Callable[[str], object]) -> None:
        nonlocal turn
        for index in range(len(names)):
            act(names[(turn + index) % len(names)])
        turn += 1

    def operate(operation: str) -> None:
        each(lambda name: subjects[name].operate(operation))

    def timed(name: str, operation: str) -> None:
        subjects[name].settle()
        waited = subjects[name].operate(operation)
        results[name].times[operation].append(waited.document)
        results[name].frames[operation].append(waited.frame)

    def clicks(name: str, title: str) -> None:
        subjects[name].operate("count")
        results[name].times[title].append(statistics.median(subjects[name].operate("count").document for _ in range(CLICKS)))

    def messages(name: str, operation: str) -> None:
        results[name].messages[operation] = subjects[name].messages_of(operation)

    operate("create10")
    each(lambda name: clicks(name, "click, 10 rows"))
    operate("create1000")
    each(lambda name: clicks(name, "click, 1,000 rows"))
    operate("clear")
    for operation in IN_A_ROUND:
        each(partial(timed, operation=operation))
    operate("create1000")
    for operation in ("swap", "remove", "clear"):
        each(partial(messages, operation=operation))
    if "nicegui" in subjects:
        return
    starts = {name: subjects[name].resident() for name in names}
    each(lambda name: timed(name, "create10000"))
    for name in names:
        results[name].memory.append(kept(subjects[name], starts[name]))


def kept(watched: Subject, start: int) -> tuple[int, int, int]:
    """By how many bytes 10,000 rows made the process grow from `start`, and what is left of that after `clear`, once and twice."""
    watched.settle()
    full = watched.resident()
    watched.operate("clear")
    watched.settle()
    cleared = watched.resident()
    watched.operate("create10000")
    watched.operate("clear")
    watched.settle()
    return full - start, cleared - start, watched.resident() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dom", description="What a person waits for, beside a page written by hand and NiceGUI."
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each program is started and measured (default: 5)")
    parser.add_argument("--without-nicegui", action="store_true", help="leave NiceGUI out, whose part takes most of the time")
    arguments = parser.parse_args()
    groups: list[tuple[str, ...]] = [PAIR]
    if arguments.without_nicegui:
        pass
    elif importlib.util.find_spec("nicegui") is None:
        print("nicegui is not installed: pip install -r benchmarks/requirements.txt", file=sys.stderr)
    else:
        groups.append(("nicegui",))
    results = {name: Results() for group in groups for name in group}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            # The last, because a page that something has come between (measure.py, `_isolate`) may not open sockets to this machine.
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets",
            ],
        )
        for turn in range(arguments.rounds):
            for group in groups:
                with ExitStack() as opened:
                    one_round({name: opened.enter_context(subject(browser, name)) for name in group}, results, turn)
        flood(browser, results)
        browser.close()
    report(results, arguments.rounds)


def flood(browser: Browser, results: dict[str, Results]) -> None:
    """50,000 updates of one label, with clicks meanwhile; once."""
    for name, each in results.items():
        with subject(browser, name) as watched:
            each.floods.append(watched.flood(str(FLOOD - 1)))


def report(results: dict[str, Results], rounds: int) -> None:
    """The tables."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, Chromium; median of {rounds} rounds, click to document, ms\n")
    _line("", *results, "ours/bare", "half of all", "target", "")
    bare, ours = results["bare"], results["ours"]
    for name, target in {**TARGETS, "click, 10 rows": 1.5, "click, 1,000 rows": 1.5}.items():
        ratios = ours.over(bare, name)
        low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive") if len(ratios) > 1 else ratios * 3  # of one round
        compared = (f"{ratio:.2f}x", f"{low:.2f} to {high:.2f}", f"<= {target:g}x")
        _line(name, *(_ms(each.median(name)) for each in results.values()), *compared, _verdict(ratio <= target))
    growth = _ratio(ours.median("click, 1,000 rows"), ours.median("click, 10 rows"))
    _line("  1,000 rows to 10 rows", "", f"{growth:.2f}x", *[""] * (len(results) - 2), "", "", "<= 1.1x", _verdict(growth <= 1.1))
    print("\nclick to the frame that shows it, ms: with style, layout and paint, as js-framework-benchmark counts")
    for name in TARGETS:
        frames = [each.median_frame(name) for each in results.values()]
        _line(name, *map(_ms, frames), f"{_ratio(ours.median_frame(name), bare.median_frame(name)):.2f}x", "", "")
    print("\nbytes of the message that brings it (of all, with the answer to the click)")
    for name, most in (("swap", 200), ("remove", 200), ("clear", 200)):
        sizes = [f"{max(each.messages[name])} ({sum(each.messages[name])})" for each in results.values()]
        _line(name, *sizes, "", f"< {most}", _verdict(max(ours.messages[name]) < most))
    print(f"\n{FLOOD:,} updates of one label, the loop yielding")
    floods = [each.floods[0] for each in results.values()]
    _line("seconds to the last value", *("never" if each.seconds is None else f"{each.seconds:.1f}" for each in floods), "", "", "")
    _line("clicks meanwhile, ms (answered)", *(f"{_ms(each.click)} ({len(each.clicks)})" for each in floods), "", "", "")
    _line("pages loaded again", *(str(each.reloads) for each in floods), "", "", "")
    print("\nmemory of the server's process, bytes an element (50,000 elements)")
    for index, title in enumerate(("by creating them", "left after clear", "left after a second time")):
        figures = [
            f"{statistics.median(m[index] for m in each.memory) / ELEMENTS:,.0f}" if each.memory else "" for each in results.values()
        ]
        _line(title, *figures, "", "<= 1,000" if index == 0 else "", "")


def _median(times: dict[str, list[float]], name: str) -> float | None:
    return statistics.median(times[name]) if times.get(name) else None


def _ratio(ours: float | None, bare: float | None) -> float:
    assert ours is not None, "it runs in every round"
    assert bare is not None, "it runs in every round"
    return ours / bare


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _verdict(met: bool) -> str:
    return "met" if met else "missed"


def _line(title: str, *cells: str) -> None:
    print((f"{title:<34}" + "".join(f"{cell:>14}" for cell in cells[:-1]) + f"  {cells[-1]}").rstrip())


if __name__ == "__main__":
    main()

"""`python -m benchmarks.lab`: from a click to Python and back to the page, in a real JupyterLab, ours beside an ipywidgets Button.

Each click begins with `button.click()` in the page and ends when the text beside it has changed; a handler in Python adds one. Everything
is measured in one run, in turns, so that whatever else the machine does hits all alike: a Lab without our server extension and one with
it, and a page for each button. (With it, kernel websockets have TCP_NODELAY, from which ipywidgets gains as well.)
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.jupyter.browsing import Browsing
from tests.jupyter.lab import Lab

CLICKS = 200
ROUNDS = 4
"""In how many turns the clicks are made."""

OURS = """\
%load_ext objectsync_jupyter
from objectsync.dom import Element
box = Element('div')
label = Element('span', parent=box, text='0')
button = Element('button', parent=box, text='more')
button.on('click', lambda event: label.text.set(str(int(label.text.value) + 1)))
box
"""
THEIRS = """\
import ipywidgets
number = ipywidgets.Label('0')
more = ipywidgets.Button(description='more')
more.on_click(lambda _: setattr(number, 'value', str(int(number.value) + 1)))
ipywidgets.VBox([more, number])
"""
COMMS_ONLY = "%load_ext objectsync_jupyter\nimport objectsync_jupyter\nobjectsync_jupyter._loaded.direct.close()"
COMMS_OPEN = "print(len(get_ipython().kernel.comm_manager.comms) - 1)"  # one is only listed

MEASURE = """async ([selector, clicks]) => {
    const button = document.querySelector('.jp-OutputArea button')
    const shown = document.querySelector(selector)
    const times = []
    for (let i = 0; i < clicks; i++) {
        const before = shown.textContent
        const changed = new Promise((resolve) => {
            const observer = new MutationObserver(() => {
                if (shown.textContent === before) return
                observer.disconnect()
                resolve(performance.now())
            })
            observer.observe(shown, { characterData: true, childList: true, subtree: true })
        })
        const start = performance.now()
        button.click()
        times.push(await changed - start)
        await new Promise((resolve) => setTimeout(resolve, 30))
    }
    return times
}"""
SHOWN = ".objectsync-view-live span, .widget-label"


@dataclass(frozen=True)
class Way:
    """One way from a click to Python."""

    title: str
    prompt: bool
    """Whether the Lab has our server extension."""
    first: str
    """What is run before."""
    cell: str
    comms: int | None = None
    """How many comms it must have opened, to be the way that it is said to be."""


BUTTON = Way("ipywidgets Button, Lab without our extension", False, "", THEIRS)
BUTTON_PROMPT = Way("ipywidgets Button, Lab with it", True, "", THEIRS)
COMMS = Way("ours over comms, without it", False, "", OURS, 2)
COMMS_PROMPT = Way("ours over comms, with it", True, COMMS_ONLY, OURS, 2)
DIRECT = Way("ours, direct", True, "", OURS, 0)
WAYS = (BUTTON, BUTTON_PROMPT, COMMS, COMMS_PROMPT, DIRECT)

TARGETS = (
    ("direct / Button without it", DIRECT, BUTTON, 0.1),
    ("direct / Button with it", DIRECT, BUTTON_PROMPT, 0.5),
    ("comms / Button, both without it", COMMS, BUTTON, 1.0),
)


def open_notebook(browser: Browser, lab: Lab, way: Way) -> Page:
    """A notebook of its own, with its button ready."""
    name = f"{WAYS.index(way)}.ipynb"
    lab.write(name, way.first, way.cell, COMMS_OPEN)
    notebook = Browsing(browser.new_context()).open(lab, name)
    notebook.run(0, 1)
    notebook.page.locator(SHOWN).wait_for()
    notebook.run(2)
    if way.comms is not None and notebook.output(2) != str(way.comms):
        raise SystemExit(f"{way.title}: {notebook.output(2)} comms are open, expected {way.comms}")
    return notebook.page


def measure(clicks: int, rounds: int) -> dict[Way, list[float]]:
    """The milliseconds of each click, sorted."""
    times: dict[Way, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        labs = {prompt: Lab(Path(folder) / str(prompt), prompt=prompt, ipywidgets=True) for prompt in (False, True)}
        try:
            pages = {way: open_notebook(browser, labs[way.prompt], way) for way in WAYS}
            for _ in range(rounds):
                for way, page in pages.items():
                    page.bring_to_front()
                    times[way] += page.evaluate(MEASURE, [SHOWN, clicks // rounds])
        finally:
            browser.close()
            for lab in labs.values():
                lab.stop()
    return {way: sorted(found) for way, found in times.items()}


def lines(times: dict[Way, list[float]]) -> Iterable[str]:
    """The table."""
    yield f"{'click to Python to the page, in JupyterLab':<46}{'p50':>9}{'p95':>12}"
    for way, found in times.items():
        yield f"{way.title:<46}{statistics.median(found):>6.1f} ms{found[int(len(found) * 0.95)]:>9.1f} ms"
    yield ""
    for title, ours, theirs, most in TARGETS:
        ratio = statistics.median(times[ours]) / statistics.median(times[theirs])
        yield f"{title:<46}{ratio:>8.2f}x{f'≤ {most:g}x':>12}  {'met' if ratio <= most else 'missed'}"


def missing() -> str | None:
    """What is not installed here."""
    names = [name for name in ("jupyterlab", "ipywidgets", "playwright") if importlib.util.find_spec(name) is None]
    return names[0] if names else None if shutil.which("chromium") else "chromium"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.lab", description="A click in JupyterLab, ours beside an ipywidgets Button."
    )
    parser.add_argument("--clicks", type=int, default=CLICKS, help=f"of each button (default: {CLICKS})")
    arguments = parser.parse_args()
    absent = missing()
    if absent is not None:
        print(f"clicks in JupyterLab: {absent} is not installed", file=sys.stderr)
        return
    print(f"{arguments.clicks} clicks each, in {ROUNDS} turns\n")
    for line in lines(measure(arguments.clicks, ROUNDS)):
        print(line)


if __name__ == "__main__":
    main()

"""`python -m tests.jupyter.latency`: from a click to Python and back to the page, with and without the server extension."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.jupyter.conftest import Browsing, Lab
from tests.jupyter.test_lab import EXAMPLE

CLICKS = 200
MEASURE = """async ([cell, label, clicks]) => {
    const root = document.querySelectorAll('.jp-Cell')[cell]
    const button = root.querySelector('.jp-OutputArea button')
    const shown = root.querySelector(label)
    const times = []
    for (let i = 0; i < clicks; i++) {
        const changed = new Promise((resolve) => {
            const observer = new MutationObserver(() => { observer.disconnect(); resolve(performance.now()) })
            observer.observe(shown, { characterData: true, childList: true, subtree: true })
        })
        const start = performance.now()
        button.click()
        times.push(await changed - start)
        await new Promise((resolve) => setTimeout(resolve, 30))
    }
    return times
}"""


def main() -> None:
    print(f"{'p50 ms':>8} {'p95 ms':>8}  of {CLICKS} clicks")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        for prompt in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                lab = Lab(Path(folder), prompt=prompt)
                try:
                    lab.write("latency.ipynb", EXAMPLE)
                    notebook = Browsing(browser.new_context()).open(lab, "latency.ipynb")
                    notebook.run(0)
                    notebook.live(0).wait_for()
                    where = "with the server extension" if prompt else "in a Lab without it"
                    times = sorted(notebook.page.evaluate(MEASURE, [0, ".objectsync-view-live span", CLICKS]))
                    print(f"{statistics.median(times):8.1f} {times[int(len(times) * 0.95)]:8.1f}  objectsync button, {where}")
                finally:
                    lab.stop()
        browser.close()


if __name__ == "__main__":
    main()

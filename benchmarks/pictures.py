"""`python -m benchmarks.pictures`: how many frames a second of a redrawn matplotlib figure a browser paints, beside the promised 20.

The figure (400 × 300 pixels, one line of 200 points) is drawn again as fast as Python can. Drawn is what `update()` did; painted is
what Chromium showed: at each of its frames, the picture in the document, complete, and other than the one before.
"""

from __future__ import annotations

import shutil
import statistics
import time

import numpy as np
from matplotlib.figure import Figure
from playwright.sync_api import Page, sync_playwright

from objectsync import Server, Shown

SECONDS = 4.0
ROUNDS = 3
PROMISED = 20
WATCH = """() => {
    window.painted = 0
    let last = null
    const look = () => {
        const image = document.querySelector('.os-shown img')
        if (image && image.complete && image.naturalWidth && image !== last) { last = image; window.painted++ }
        requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
}"""


def redraw(page: Page, plot: Shown, figure: Figure) -> tuple[float, float]:
    """Frames per second that were drawn, and that were painted."""
    (line,) = figure.axes[0].lines
    x = np.linspace(0, 6, 200)
    before = page.evaluate("window.painted")
    began = time.perf_counter()
    drawn = 0
    while time.perf_counter() - began < SECONDS:
        drawn += 1
        line.set_ydata(np.sin(x + drawn / 5))
        plot.update()
    took = time.perf_counter() - began
    return drawn / took, (page.evaluate("window.painted") - before) / took


def main() -> None:
    """Measure, and print the row."""
    figure = Figure(figsize=(4, 3), dpi=100)
    figure.subplots().plot(np.linspace(0, 6, 200), np.sin(np.linspace(0, 6, 200)))
    server = Server(port=0)
    with server.as_current():
        plot = Shown(figure)
    server.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page()
            page.goto(server.url)
            page.wait_for_selector(".os-shown img")
            page.evaluate(WATCH)
            rounds = [redraw(page, plot, figure) for _ in range(ROUNDS)]
            browser.close()
    finally:
        server.stop()
    drawn, painted = (statistics.median(each) for each in zip(*rounds, strict=True))
    print("| a matplotlib figure, 400 × 300, redrawn | frames/s | promised |")
    print("|---|---|---|")
    print(f"| drawn by Python | {drawn:.0f} | |")
    print(f"| painted by Chromium | {painted:.0f} | {PROMISED}, {'met' if painted >= PROMISED else 'missed'} |")


if __name__ == "__main__":
    main()

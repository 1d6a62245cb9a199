"""A dashboard of streams at 60 Hz: each tile has a number and its last four seconds. Who cannot keep up sees fewer, and never old ones."""

from __future__ import annotations

import math
import random
import time
from collections import deque

import objectsync
from objectsync import DictTopic, ElementObject, attribute
from objectsync.controls import Grid
from objectsync.dom import Element, h1, main, output, section, span, svg

RATE = 60
SEEN = 4 * RATE
TILE = {"border": "1px solid color-mix(in srgb, currentColor 20%, transparent)", "border-radius": "0.75rem", "padding": "0.75rem 1rem"}


class Trace(ElementObject, frontend_type="polyline"):
    """A line that changes all the time: no steps to undo, and only the latest is worth sending."""

    attrs = attribute(DictTopic, {"fill": "none", "stroke": "royalblue", "stroke-width": 2}, is_stateful=False, order_strict=False)


class Tile:
    """One stream, as it is shown."""

    def __init__(self, name: str, unit: str) -> None:
        self.unit = unit
        self.values = deque[float](maxlen=SEEN)
        with section(span(name), style=TILE, aria_label=name):
            self.number = output(style={"display": "block", "font-size": "1.8rem", "font-variant-numeric": "tabular-nums"})
            with svg(viewBox=f"0 0 {SEEN} 100", preserveAspectRatio="none", style={"width": "100%", "height": "4rem"}):
                self.line = Trace()

    def show(self, value: float) -> None:
        """The next value, from 0 to 100."""
        self.values.append(value)
        self.number.text.set(f"{value:.1f} {self.unit}")
        self.line.attrs["points"] = " ".join(f"{x},{100 - y:.1f}" for x, y in enumerate(self.values))


class Dashboard:
    """Four streams, made up."""

    def __init__(self, server: objectsync.Server) -> None:
        self.server = server
        self.chance = random.Random(4)
        with server.as_current(), server.record(), main(style={"max-width": "56rem", "margin": "0 auto"}):
            h1("Machine room", style={"margin": "0 0 1rem"})
            with Grid(min_width="16rem", gap="1rem"):
                names = (("Load", "%"), ("Temperature", "°C"), ("Requests", "/s"), ("Noise", "dB"))
                self.tiles = [Tile(name, unit) for name, unit in names]

    def tick(self, now: float) -> None:
        """Show what is measured at this time, in seconds: one transaction, and so one frame."""
        with self.server.record():
            for number, tile in enumerate(self.tiles):
                tile.show(50 + 30 * math.sin(now * (0.7 + 0.4 * number)) + self.chance.gauss(0, 1 + number))


def build(server: objectsync.Server) -> Element:
    """The dashboard as it looks after a while, in any server."""
    dashboard = Dashboard(server)
    for frame in range(SEEN):
        dashboard.tick(frame / RATE)
    server.clear_history()
    return dashboard.tiles[0].number


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Machine room").start()
    dashboard = Dashboard(server)
    print(server.url)
    while True:
        dashboard.tick(time.monotonic())
        time.sleep(1 / RATE)

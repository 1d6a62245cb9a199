"""A parameter explorer: three sliders, and the curve that follows them, in every window."""

from __future__ import annotations

import math

import objectsync
from objectsync.controls import Column, FloatSlider, IntSlider, Row
from objectsync.dom import Element, h1, output, polyline, svg


def curve(a: int, b: int, phase: float) -> str:
    """The points of a Lissajous figure."""
    angles = [2 * math.pi * step / 400 for step in range(401)]
    return " ".join(f"{140 + 130 * math.sin(a * t + phase):.1f},{140 + 130 * math.sin(b * t):.1f}" for t in angles)


def build(server: objectsync.Server) -> Element:
    """Put the explorer on a server."""
    with server.as_current(), server.record(), Column(gap="1rem", style={"max-width": "44rem", "margin": "0 auto"}) as page:
        h1("Lissajous", style={"margin": "0"})
        with Row(gap="2rem", align="start"):
            with svg(viewBox="0 0 280 280", width=280, height=280):
                line = polyline(fill="none", stroke="royalblue", stroke_width=2.5)
            with Column(style={"flex": "1 1 16rem"}):
                a = IntSlider("Across", 3, min=1, max=9)
                b = IntSlider("Down", 2, min=1, max=9)
                phase = FloatSlider("Phase", 0.5, max=3.14, step=0.01)
                formula = output(style={"font-family": "monospace"})

        def draw(_: object = None) -> None:
            line.attrs["points"] = curve(a.value.value, b.value.value, phase.value.value)
            formula.text.set(f"x = sin({a.value.value}t + {phase.value.value:.2f}), y = sin({b.value.value}t)")

        for slider in (a, b, phase):
            slider.value.on_set += draw  # what is derived runs at every change, also in an undo
        draw()
    server.clear_history()
    return page


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Explorer")
    build(server)
    server.run()

"""A live training monitor: a model learns while you watch, change its learning rate, or stop it."""

from __future__ import annotations

import asyncio
import math
import random

import objectsync
from objectsync.controls import Button, Column, FloatSlider, Label, Progress, Row
from objectsync.dom import Element, h1, polyline, svg

EPOCHS = 60
FRAME = {"border": "1px solid color-mix(in srgb, currentColor 20%, transparent)", "border-radius": "0.5rem"}


class Model:
    """Logistic regression on points that a line nearly parts, by gradient descent."""

    def __init__(self, seed: int = 1) -> None:
        chance = random.Random(seed)
        self.points = [(chance.gauss(side, 1.2), chance.gauss(-side, 1.2), side > 0) for side in (-1, 1) for _ in range(60)]
        self.weights = [0.0, 0.0, 0.0]

    def step(self, rate: float) -> float:
        """One epoch; returns the loss."""
        loss, slope = 0.0, [0.0, 0.0, 0.0]
        for x, y, label in self.points:
            guess = 1 / (1 + math.exp(-(self.weights[0] * x + self.weights[1] * y + self.weights[2])))
            loss -= math.log(max(guess if label else 1 - guess, 1e-9))
            for index, value in enumerate((x, y, 1.0)):
                slope[index] += (guess - label) * value
        self.weights = [weight - rate * each / len(self.points) for weight, each in zip(self.weights, slope, strict=True)]
        return loss / len(self.points)


def build(server: objectsync.Server, pause: float = 0.05) -> Element:
    """Put the monitor on a server; `pause` is the time between two epochs, in seconds."""
    with server.as_current(), server.record(), Column(gap="1rem", style={"max-width": "40rem", "margin": "0 auto"}) as page:
        h1("Training", style={"margin": "0"})
        with svg(viewBox="0 0 600 200", style={"width": "100%", **FRAME}):
            line = polyline(fill="none", stroke="seagreen", stroke_width=3)
        bar = Progress("Epochs", max=EPOCHS)
        loss = Label("not trained yet")
        rate = FloatSlider("Learning rate", 0.1, min=0.01, max=1)
        running: list[Model] = []  # the one that learns, if any does

        async def train() -> None:
            if running:
                return
            model, losses = Model(), list[float]()
            running.append(model)
            while model in running and len(losses) < EPOCHS:
                losses.append(model.step(rate.value.value))
                points = " ".join(f"{10 * x:.0f},{190 - 250 * y:.1f}" for x, y in enumerate(losses))
                with server.record():
                    line.attrs["points"] = points
                    bar.value.set(len(losses))
                    loss.text.set(f"loss {losses[-1]:.3f}")
                await asyncio.sleep(pause)
            if model in running:
                running.remove(model)

        with Row():
            Button("Train", train, kind="primary")
            Button("Stop", running.clear)
    server.clear_history()
    return page


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Training")
    build(server)
    server.run()

"""An annotation tool: drag boxes over a picture, name them, and undo anything, together with whoever else has it open."""

from __future__ import annotations

import objectsync
from objectsync import DictTopic, Element, ElementObject, Emission, attribute
from objectsync.controls import Button, Column, Row, Select
from objectsync.dom import circle, h1, path, rect, svg

LABELS = {"cloud": "slategray", "hill": "seagreen", "sun": "darkorange"}
WIDTH, HEIGHT = 480, 280


class Drafts(ElementObject, frontend_type="path"):
    """The boxes that are being dragged, by whomever: no step to undo."""

    attrs = attribute(DictTopic, {"fill": "none", "stroke": "black", "stroke-dasharray": "4"}, is_stateful=False)


class Box(ElementObject, frontend_type="g"):
    """A box with its label."""

    def build(self, label: str, place: dict[str, float]) -> None:
        colour = LABELS[label]
        self.add_child(Element, "rect", attrs={**place, "fill": colour, "fill-opacity": 0.2, "stroke": colour, "stroke-width": 2})
        self.add_child(Element, "text", text=label, attrs={"x": place["x"] + 4, "y": place["y"] + 16, "font-size": 14, "fill": "black"})


def scene() -> None:
    """Something to look at."""
    rect(width=WIDTH, height=HEIGHT, fill="lightskyblue")
    circle(cx=390, cy=70, r=32, fill="gold")
    circle(cx=110, cy=70, r=26, fill="white")
    circle(cx=145, cy=62, r=32, fill="white")
    circle(cx=180, cy=74, r=22, fill="white")
    path(d="M0 230 Q120 120 260 230 T480 190 V280 H0 Z", fill="yellowgreen")


def build(server: objectsync.Server) -> Element:
    """Put the tool on a server."""
    with server.as_current(), server.record(), Column(gap="0.75rem", style={"max-width": f"{WIDTH}px", "margin": "0 auto"}) as page:
        h1("Annotate", style={"margin": "0"})
        with Row():
            label = Select("Label", list(LABELS), "cloud")
            Button("Undo", lambda: server.undo(boxes))
            Button("Redo", lambda: server.redo(boxes))
        style = {"width": "100%", "touch-action": "none", "cursor": "crosshair", "user-select": "none"}
        with svg(viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", aria_label="a landscape", style=style) as canvas:
            scene()
        boxes: Element = Element("g", parent=canvas)
        drafts = Drafts(parent=canvas)
        starts: dict[str | None, tuple[float, float]] = {}  # by session: everybody has a pointer
        dragged: dict[str | None, dict[str, float]] = {}

        def point(event: Emission) -> tuple[float, float]:
            """Where it is in the picture, which is smaller on a phone."""
            scale = WIDTH / event.get("currentTarget.clientWidth", WIDTH)
            return min(max(round(event["elementX"] * scale), 0), WIDTH), min(max(round(event["elementY"] * scale), 0), HEIGHT)

        def place(event: Emission) -> dict[str, float]:
            (x, y), (to_x, to_y) = starts[event.session], point(event)
            return {"x": min(x, to_x), "y": min(y, to_y), "width": abs(to_x - x), "height": abs(to_y - y)}

        def draw() -> None:
            drafts.attrs["d"] = "".join("M{x} {y}h{width}v{height}h-{width}z".format(**each) for each in dragged.values())

        def begin(event: Emission) -> None:
            starts[event.session] = point(event)

        def drag(event: Emission) -> None:
            if event.session in starts:
                dragged[event.session] = place(event)
                draw()

        def end(event: Emission) -> None:
            if event.session in starts:
                box = place(event)
                forget(event.session)
                if box["width"] > 4 and box["height"] > 4:
                    boxes.add_child(Box, label=label.value.value, place=box)

        def forget(session: str | None) -> None:
            starts.pop(session, None)
            if dragged.pop(session, None):
                draw()

        where = ["elementX", "elementY", "currentTarget.clientWidth"]
        canvas.on("pointerdown", begin, fields=where)
        canvas.on("pointermove", drag, fields=where, throttle=0.03)
        canvas.on("pointerup", end, fields=where)
        canvas.on("pointerleave", end, fields=where)  # at the edge; who lets go outside tells nobody
        canvas.on("pointercancel", lambda event: forget(event.session))
        server.on_client_disconnect.add(forget)
    server.clear_history()
    return page


if __name__ == "__main__":
    server = objectsync.Server(port=8765, title="Annotate")
    build(server)
    server.run()

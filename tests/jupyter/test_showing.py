"""show() in a notebook: the figure in the cell's output follows, and the saved notebook has the very picture, without a script."""

from __future__ import annotations

import json
import re

from tests.jupyter.browsing import SLOW, Browsing, expect
from tests.jupyter.lab import Lab

CELLS = (
    """%load_ext objectsync_jupyter
import numpy as np
from matplotlib.figure import Figure
from plotly import graph_objects
from objectsync import show
figure = Figure(figsize=(3, 2), dpi=100, facecolor='red')
figure.suptitle('red')
plot = show(figure)
plot""",
    """figure.set_facecolor('blue')
figure.suptitle('blue')
plot.update();""",
    "show(graph_objects.Figure(graph_objects.Scatter(y=[1, 3, 2]), {'title': {'text': 'Steps'}}))",
)


def test_what_is_shown_follows_and_is_saved(lab: Lab, browsing: Browsing) -> None:
    lab.write("showing.ipynb", *CELLS)
    notebook = browsing.open(lab, "showing.ipynb")
    notebook.run(0)
    shown = notebook.live(0)
    image = shown.get_by_role("img", name="red")
    expect(image).to_be_visible(timeout=SLOW)
    assert image.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [300, 200]
    notebook.run(1)
    expect(shown.get_by_role("img", name="blue")).to_be_visible(timeout=SLOW)
    notebook.run(2)
    expect(notebook.live(2).get_by_role("figure", name="Steps").locator(".main-svg").first).to_be_visible(timeout=SLOW)
    notebook.save()
    cells = json.loads((lab.notebooks / "showing.ipynb").read_text())["cells"]
    html = ["".join(cells[place]["outputs"][0]["data"]["text/html"]) for place in (0, 2)]
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="red"', html[0])
    assert "Steps" in html[1]
    assert not re.search(r"<script|<style|https?:", "".join(html))

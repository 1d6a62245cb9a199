"""Ctrl+Z in a notebook's view takes back what was done in that view, and nothing of the notebook's."""

from __future__ import annotations

from typing import Any

from tests.jupyter.browsing import Browsing, Notebook, expect
from tests.jupyter.lab import Lab

CELLS = (
    """%load_ext objectsync_jupyter
from objectsync.controls import Button, Column, IntSlider, Label, Text
count = Label('0')
left = Column(Button('more', lambda: count.text.set(str(int(count.text.value) + 1))), count, IntSlider('Size', 3, max=10), Text('Name'))
left""",
    "right = IntSlider('Other', 5, max=10)\nright",
)


def cells(notebook: Notebook) -> Any:
    """How many cells there are, and which is active."""
    return notebook.page.evaluate(
        "() => { const { content } = jupyterapp.shell.currentWidget; return [content.widgets.length, content.activeCellIndex] }"
    )


def test_the_keys_of_undo_are_about_the_view(lab: Lab, browsing: Browsing) -> None:
    lab.write("undo.ipynb", *CELLS)
    notebook = browsing.open(lab, "undo.ipynb")
    notebook.run(0, 1)
    left, other, press = notebook.live(0), notebook.live(1).get_by_role("slider"), notebook.page.keyboard.press
    size = left.get_by_role("slider")
    left.get_by_role("button").click()
    expect(left).to_contain_text("1")
    size.focus()
    press("ArrowRight")
    expect(size).to_have_value("4")
    other.focus()
    press("ArrowRight")
    expect(other).to_have_value("6")
    size.focus()
    press("Control+z")
    expect(size).to_have_value("3")
    press("Control+z")
    expect(left).to_contain_text("0")
    press("Control+y")
    expect(left).to_contain_text("1")
    press("Control+Shift+Z")
    expect(size).to_have_value("4")
    expect(other).to_have_value("6")
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel.setSource('typed')")
    press("Control+z")
    expect(size).to_have_value("3")
    assert notebook.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets[0].model.sharedModel.getSource()") == "typed"
    assert cells(notebook)[0] == len(CELLS)


def test_a_text_field_has_an_undo_of_its_own(lab: Lab, browsing: Browsing) -> None:
    lab.write("typing.ipynb", *CELLS)
    notebook = browsing.open(lab, "typing.ipynb")
    notebook.run(0)
    name = notebook.live(0).get_by_label("Name")
    name.focus()
    notebook.page.keyboard.type("abc")
    expect(name).to_have_value("abc")
    notebook.page.keyboard.press("Control+z")
    expect(name).not_to_have_value("abc")

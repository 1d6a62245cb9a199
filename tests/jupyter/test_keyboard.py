"""The keyboard in JupyterLab: what has the focus in a view has its keys, and the notebook the others."""

from __future__ import annotations

from tests.jupyter.browsing import Browsing, expect
from tests.jupyter.lab import Lab

CELLS = (
    """%load_ext objectsync_jupyter
from objectsync import Element
from objectsync.controls import Button, Column, IntSlider, Radio, Select
column = Column(
    IntSlider('Size', 3, max=10),
    Select('Pick', ['apple', 'banana', 'cherry']),
    Radio('Take', ['one', 'two', 'three'], 'one'),
    Button('press'),
    Element('input', attrs={'type': 'range', 'min': 0, 'max': 10, 'aria-label': 'plain'}, value=5),
)
column""",
    "1 + 1",
    "2 + 2",
)


def test_what_has_the_focus_has_its_keys(lab: Lab, browsing: Browsing) -> None:
    lab.write("keys.ipynb", *CELLS)
    notebook = browsing.open(lab, "keys.ipynb")
    notebook.run(0)
    view, press = notebook.live(0), notebook.page.keyboard.press
    slider = view.get_by_role("slider", name="Size")
    slider.focus()
    press("ArrowRight")
    expect(slider).to_have_value("4")
    press("ArrowUp")
    expect(slider).to_have_value("5")
    plain = view.get_by_role("slider", name="plain")
    plain.focus()
    press("ArrowLeft")
    expect(plain).to_have_value("4")
    select = view.get_by_role("combobox", name="Pick")
    select.focus()
    press("b")
    expect(select.locator("option:checked")).to_have_text("banana")
    press("ArrowDown")
    expect(select.locator("option:checked")).to_have_text("cherry")
    view.get_by_role("radio", name="one").click()
    press("ArrowDown")
    expect(view.get_by_role("radio", name="two")).to_be_checked()
    view.get_by_role("button", name="press").click()
    for key in ("x", "b", "d", "d", "Shift+ArrowDown"):
        press(key)
    # A command of the notebook's comes a moment after its key, but in its turn: this one is the first.
    notebook.page.locator(".jp-Cell").nth(1).locator(".jp-InputPrompt").click()
    press("b")
    notebook.page.wait_for_function(
        "() => { const { content } = jupyterapp.shell.currentWidget; return content.widgets.length === 4 && content.activeCellIndex === 2 }"
    )


def test_the_notebook_has_the_keys_that_are_for_all_of_it(lab: Lab, browsing: Browsing) -> None:
    lab.write("shortcuts.ipynb", *CELLS)
    notebook = browsing.open(lab, "shortcuts.ipynb")
    notebook.run(0)
    button = notebook.live(0).get_by_role("button", name="press")
    button.click()
    notebook.page.keyboard.press("Control+s")
    notebook.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    button.click()
    notebook.page.keyboard.press("Shift+Enter")
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.content.activeCellIndex === 1")
    # The notebook has the focus again, and with it all of its keys.
    notebook.idle()
    notebook.page.locator(".jp-Cell").nth(1).locator(".jp-InputPrompt").click()
    notebook.page.keyboard.press("x")
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 2")


def test_escape_leaves_a_view_for_its_cell(lab: Lab, browsing: Browsing) -> None:
    lab.write("escape.ipynb", *CELLS)
    notebook = browsing.open(lab, "escape.ipynb")
    notebook.run(0)
    view, press = notebook.live(0), notebook.page.keyboard.press
    for role, name in (("slider", "Size"), ("combobox", "Pick"), ("radio", "one"), ("button", "press")):
        at = view.get_by_role(role, name=name)  # type: ignore[arg-type]  # one of Playwright's roles
        at.focus()
        press("Escape")
        expect(notebook.cell(0)).to_be_focused()
    press("b")
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.content.widgets.length === 4")

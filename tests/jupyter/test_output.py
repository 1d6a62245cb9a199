"""An Output in JupyterLab: objects that are displayed in it are live there, though they lie beside it in the tree."""

from __future__ import annotations

from tests.jupyter.browsing import Browsing, expect
from tests.jupyter.lab import Lab

SETUP = """%load_ext objectsync_jupyter
from IPython.display import HTML, display
from objectsync.controls import Button, Column, Label, Output, interact
out = Output()
count = Label('0')
out"""


def test_it_shows_objects_however_they_are_displayed(lab: Lab, browsing: Browsing) -> None:
    lab.write(
        "output.ipynb",
        SETUP,
        "out.display(Button('more', lambda: count.text.set(str(int(count.text.value) + 1))))\nout.display(count)",
        "with out: display(Button('fails', lambda: 1 / 0))",
        "with out: handle = display(HTML('<b>first</b>'), display_id=True)",
        "handle.update(HTML('<b>second</b>'))",
        "interact(lambda n=3: Column(Label(f'n is {n}'), Button('inside')), n=(1, 5))",
    )
    notebook = browsing.open(lab, "output.ipynb")
    notebook.run(0, 1, 2, 3)
    view = notebook.live(0)
    view.get_by_role("button", name="more").click()
    expect(view).to_contain_text("1")
    expect(view.locator("b")).to_have_text("first")
    notebook.run(4, 5)
    expect(view.locator("b")).to_have_text("second")
    expect(notebook.live(5).get_by_role("button", name="inside")).to_be_visible()
    expect(notebook.live(5)).to_contain_text("n is 3")
    view.get_by_role("button", name="fails").click()
    expect(view.get_by_role("alert")).to_contain_text("ZeroDivisionError")
    notebook.save()
    notebook.reload()
    view.get_by_role("button", name="more").click()
    expect(view).to_contain_text("2")


def test_it_shows_any_number_of_objects(lab: Lab, browsing: Browsing) -> None:
    lab.write("many.ipynb", SETUP, "for i in range(1001): out.display(Label(f'number {i}'))")
    notebook = browsing.open(lab, "many.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(0).get_by_text("number 1000", exact=True)).to_be_visible()
    expect(notebook.live(0).get_by_text("number", exact=False)).to_have_count(1000)

"""What a handler prints is seen where the object is, also where the cell that last showed it waits for nothing any more."""

from __future__ import annotations

from tests.jupyter.browsing import Browsing, Notebook, expect
from tests.jupyter.lab import Lab

CELLS = (
    """%load_ext objectsync_jupyter
from objectsync import Element
label = Element('span', text='0')
button = Element('button', text='more')

def more():
    label.text.set(str(int(label.text.value) + 1))
    print('heard', label.text.value)
    if label.text.value == '3':
        raise ValueError('three')

button.on('click', more)
box = Element('div', label, button)
box""",
    "box",
)


def printed(notebook: Notebook, index: int) -> list[str]:
    """The lines that are below a cell, without what it shows."""
    texts = notebook.cell(index).locator("[data-mime-type='application/vnd.jupyter.stdout']").all_inner_texts()
    return "".join(texts).split("\n")[:-1]


def click(notebook: Notebook, index: int, then: str) -> None:
    notebook.live(index).get_by_role("button", name="more").click()
    expect(notebook.cell(index).get_by_text(then, exact=False).last).to_be_visible()


def test_after_a_reload_and_in_another_tab(lab: Lab, browsing: Browsing) -> None:
    lab.write("late.ipynb", CELLS[0])
    one = browsing.open(lab, "late.ipynb", workspace="one")
    one.run(0)
    click(one, 0, "heard 1")
    one.save()
    one.reload()
    click(one, 0, "heard 2")
    assert printed(one, 0) == ["heard 1", "heard 2"]
    other = browsing.open(lab, "late.ipynb", workspace="other")
    click(other, 0, "ValueError: three")
    expect(one.cell(0).get_by_text("ValueError: three").last).to_be_visible()
    assert printed(other, 0)[-1] == "heard 3"


def test_where_the_cell_that_showed_it_last_was_deleted(lab: Lab, browsing: Browsing) -> None:
    lab.write("deleted.ipynb", *CELLS)
    notebook = browsing.open(lab, "deleted.ipynb")
    notebook.run(0, 1)
    click(notebook, 1, "heard 1")
    assert printed(notebook, 0) == []
    notebook.page.evaluate("() => jupyterapp.commands.execute('notebook:delete-cell')")
    expect(notebook.cell(1)).to_have_count(0)
    click(notebook, 0, "heard 2")


def test_what_another_tab_runs_is_its_own(lab: Lab, browsing: Browsing) -> None:
    lab.write("own.ipynb", CELLS[0], "display(box)\nprint('in two')")
    one = browsing.open(lab, "own.ipynb", workspace="one")
    one.run(0, 1)
    one.save()
    other = browsing.open(lab, "own.ipynb", workspace="other")
    expect(other.live(1)).to_have_count(1)
    one.run(1)
    click(one, 1, "heard 1")
    expect(other.cell(1).get_by_text("heard 1")).to_be_visible()
    assert printed(other, 1) == ["in two", "heard 1"]

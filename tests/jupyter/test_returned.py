"""A cell that comes back has not been deleted: what it shows is there after a reload."""

from __future__ import annotations

from tests.jupyter.browsing import Browsing, Notebook, expect
from tests.jupyter.lab import Lab

CELLS = ("%load_ext objectsync_jupyter\nfrom objectsync import Element", "Element('span', text='shown')", "1", "2")


def command(notebook: Notebook, name: str, index: int) -> None:
    """Do what a menu has for a cell."""
    notebook.page.evaluate(
        """async ([name, index]) => {
            jupyterapp.shell.currentWidget.content.activeCellIndex = index
            await jupyterapp.commands.execute(name)
        }""",
        [name, index],
    )


def come_back(notebook: Notebook, *names: str) -> None:
    """Let the cell that shows something go and come back, and run another: it is live, also after a reload."""
    notebook.run(0, 1)
    expect(notebook.live(1)).to_be_visible()
    for name in names:
        command(notebook, name, 1)
    expect(notebook.page.locator(".objectsync-view-live")).to_have_text("shown")
    notebook.run(3)
    notebook.save()
    notebook.reload()
    expect(notebook.page.locator(".objectsync-view-live")).to_have_text("shown")


def test_by_paste(lab: Lab, browsing: Browsing) -> None:
    lab.write("pasted.ipynb", *CELLS)
    come_back(browsing.open(lab, "pasted.ipynb"), "notebook:cut-cell", "notebook:paste-cell-below")


def test_by_undo(lab: Lab, browsing: Browsing) -> None:
    lab.write("undeleted.ipynb", *CELLS)
    come_back(browsing.open(lab, "undeleted.ipynb"), "notebook:delete-cell", "notebook:undo-cell-action")

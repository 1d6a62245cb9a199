"""What a notebook's page is refused is taken back, and said at the view, for a while."""

from __future__ import annotations

from tests.jupyter.browsing import Browsing, expect
from tests.jupyter.lab import Lab

CELLS = (
    """%load_ext objectsync_jupyter
from objectsync import Element
from objectsync.controls import Text
def rule(text):
    if len(text) > 4: raise ValueError('four letters at most')
field = Element('input', attrs={'aria-label': 'raw'}, value='abcd')
field.value.add_validator(rule)
field""",
    "name = Text('Name', 'abcd')\nname.value.add_validator(rule)\nname",
)


def test_a_refused_value_is_taken_back_and_said(lab: Lab, browsing: Browsing) -> None:
    lab.write("refusals.ipynb", *CELLS)
    notebook = browsing.open(lab, "refusals.ipynb")
    notebook.run(0, 1)
    for cell in (0, 1):
        view = notebook.live(cell)
        said = view.get_by_role("alert").filter(has_text="four letters at most")
        view.get_by_role("textbox").focus()
        notebook.page.keyboard.press("End")
        notebook.page.keyboard.type("e")
        expect(said).to_be_visible()
        expect(view.get_by_role("textbox")).to_have_value("abcd")
        expect(said).to_have_count(0)

"""The notebook cells that the pages show, just as they stand there."""

from __future__ import annotations

from tests.e2e.conftest import take_picture
from tests.jupyter.browsing import IN_LAB, Browsing, expect
from tests.jupyter.lab import ROOT, Lab
from tests.test_docs import blocks


def cells_of(page: str) -> list[str]:
    return [block.text.rstrip() for block in blocks(ROOT / page, "python") if block.is_cell]


def test_the_readme_wave_follows_the_slider_while_its_cell_runs(lab: Lab, browsing: Browsing) -> None:
    cells = cells_of("README.md")
    assert len(cells) == 2
    lab.write("waves.ipynb", *cells, "speed.value.value")
    notebook = browsing.open(lab, "waves.ipynb", path=IN_LAB)
    notebook.page.set_viewport_size({"width": 1000, "height": 660})
    notebook.page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
    notebook.run(0)
    slider = notebook.live(0).locator("input")
    expect(slider).to_have_value("5")
    notebook.start(1)
    wave = notebook.live(0).locator("polyline")
    running = notebook.cell(1).locator(".jp-InputPrompt")
    for _ in range(3):
        before = wave.get_attribute("points")
        expect(wave).not_to_have_attribute("points", before or "")
    take_picture(notebook.page, "notebook.png")
    slider.fill("20")
    expect(running).to_have_text("[*]:")
    expect(running).to_have_text("[2]:", timeout=20_000)  # at the first speed it would take 18 s and more
    notebook.run(2)
    assert notebook.output(2) == "20"


def test_the_cells_of_the_notebooks_page_run(lab: Lab, browsing: Browsing) -> None:
    cells = cells_of("docs/notebooks.md")
    lab.write("page.ipynb", *cells)
    notebook = browsing.open(lab, "page.ipynb")
    notebook.run(*range(len(cells)))
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("b")).to_have_text("1")
    assert [notebook.output(cell) for cell in (1, 2)] == ["nobody clicked", "http"]
    expect(notebook.page.locator("[data-mime-type='application/vnd.jupyter.error']")).to_have_count(0)

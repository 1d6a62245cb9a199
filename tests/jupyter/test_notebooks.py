"""The tour runs in a real JupyterLab, and shows what it says; the extension works in Notebook 7, too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.jupyter.conftest import ROOT, SLOW, Browsing, Lab, Notebook, expect
from tests.jupyter.test_lab import EXAMPLE

TOUR = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def run_all(notebook: Notebook) -> None:
    notebook.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    notebook.idle()


@pytest.mark.parametrize("name", TOUR)
def test_every_notebook_of_the_tour_runs_and_is_live(name: str, lab: Lab, browsing: Browsing) -> None:
    shutil.copy(ROOT / "notebooks" / name, lab.notebooks / name)
    notebook = browsing.open(lab, name)
    run_all(notebook)
    views = notebook.page.locator(".jp-Cell .objectsync-view")
    live = notebook.page.locator(".jp-Cell .objectsync-view-live")
    expect(live.first).to_be_visible(timeout=SLOW)
    expect(live).to_have_count(views.count())
    expect(
        notebook.page.locator("[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']")
    ).to_have_count(0)


def test_hello_counts_clicks(lab: Lab, browsing: Browsing) -> None:
    shutil.copy(ROOT / "notebooks" / "01-hello.ipynb", lab.notebooks / "clicks.ipynb")
    notebook = browsing.open(lab, "clicks.ipynb")
    run_all(notebook)
    box = notebook.live(2)
    expect(box).to_contain_text("Hello, whoever you are!")
    box.locator("button").click()
    expect(box.locator("b")).to_have_text("1")
    expect(notebook.live(6).locator("b")).to_have_text("1")  # its own view


def test_a_standalone_browser_shows_the_same_tree(lab: Lab, browsing: Browsing) -> None:
    lab.write("served.ipynb", EXAMPLE, "from objectsync_jupyter import server\nserver.start()\nprint(server.url)")
    notebook = browsing.open(lab, "served.ipynb")
    notebook.run(0, 1)
    page = browsing.context.new_page()
    page.goto(notebook.output(1))
    page.locator("button", has_text="more").click()
    expect(page.locator("span", has_text="1")).to_be_visible()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.live(0).locator("button").click()
    expect(page.locator("span", has_text="2")).to_be_visible()


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = Lab(tmp_path_factory.mktemp("notebook"), "notebook")
    yield running
    running.stop()


def test_notebook_7_shows_objects_live(notebook7: Lab, browser: Browser) -> None:
    context = browser.new_context()
    browsing = Browsing(context)
    browsing.expected.append("reading 'schema'")  # Notebook 7.6 itself, without any extension
    notebook7.write("seven.ipynb", EXAMPLE)
    notebook = browsing.open(notebook7, "seven.ipynb", path="notebooks/{name}")
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.save()
    notebook.reload()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    context.close()
    notebook7.end_kernels()
    assert browsing.unexpected() == []

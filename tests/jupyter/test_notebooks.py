"""The tour runs in a real JupyterLab, and shows what it says; the extension works in Notebook 7, too."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from objectsync_jupyter.outputs import VIEW
from tests.jupyter.browsing import SLOW, Browsing, Notebook, expect
from tests.jupyter.lab import ROOT, Lab
from tests.jupyter.test_lab import EXAMPLE

Open = Callable[..., Notebook]


@pytest.fixture
def tour(lab: Lab, browsing: Browsing) -> Open:
    """`tour(name)`: a notebook of the tour, open."""

    def opened(name: str, workspace: str = "w") -> Notebook:
        if not (lab.notebooks / name).exists():
            shutil.copy(ROOT / "notebooks" / name, lab.notebooks / name)
        return browsing.open(lab, name, workspace=workspace)

    return opened


def run_all(notebook: Notebook) -> None:
    """Run all cells; then every view is live, and no cell has failed."""
    notebook.page.evaluate("async () => { await jupyterapp.commands.execute('notebook:run-all-cells') }")
    # JupyterLab draws what cells out of sight have put out when it has nothing else to do.
    notebook.page.wait_for_function(
        """(type) => {
            const outputs = jupyterapp.shell.currentWidget.content.widgets.flatMap(cell => cell.model.outputs?.toJSON() ?? [])
            const wanted = outputs.filter(output => output.data && type in output.data).length
            const shown = document.querySelectorAll('.jp-Cell .objectsync-view').length
            return wanted > 0 && shown >= wanted && document.querySelectorAll('.jp-Cell .objectsync-view-live').length === shown
        }""",
        arg=VIEW,
        timeout=SLOW,
    )
    notebook.idle()
    failures = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"
    expect(notebook.page.locator(failures)).to_have_count(0)


def test_hello_counts_clicks_in_every_view(tour: Open) -> None:
    notebook = tour("01-hello.ipynb")
    run_all(notebook)
    box = notebook.live(2).locator("div[style]").first
    expect(box).to_have_text("Hello, whoever you are!")
    expect(box).to_have_css("background-color", "rgb(255, 215, 0)")
    expect(box).to_have_css("border-radius", "8px")
    row, count = notebook.live(6), notebook.live(8).locator("b")
    expect(count).to_have_text("0")  # an undo took the hundred back
    row.get_by_role("button").click()
    expect(row.locator("b")).to_have_text("1")
    expect(count).to_have_text("1")


def test_live_ui_follows_the_slider_and_keeps_a_list(tour: Open) -> None:
    notebook = tour("02-live-ui.ipynb")
    run_all(notebook)
    view = notebook.live(2)
    expect(view.get_by_role("slider")).to_have_value("12")
    wave = view.locator("polyline").get_attribute("points")
    view.get_by_role("slider").fill("3")
    expect(view.locator("output")).to_have_text("3")
    expect(view.locator("polyline")).not_to_have_attribute("points", wave or "")
    todo = notebook.live(6)
    todo.get_by_placeholder("what is to be done?").fill("  dance ")
    todo.get_by_role("button", name="add").click()
    expect(todo.locator("li")).to_have_count(2)
    expect(todo.get_by_placeholder("what is to be done?")).to_have_value("")
    todo.get_by_role("button", name="done").first.click()
    expect(todo.locator("li")).to_have_count(1)
    notebook.run(8)
    assert notebook.output(8) == "['dance']"


def test_a_browser_shows_what_the_notebook_shows_and_a_click_in_either_counts(tour: Open, browsing: Browsing) -> None:
    notebook = tour("03-shared-with-a-browser.ipynb")
    notebook.run(1, 2)
    view = notebook.live(2)
    expect(view.get_by_text("(not yet served)")).to_be_visible()
    notebook.run(4)
    with browsing.context.expect_page() as opened:
        view.get_by_role("link", name="open it in a browser").click()
    page = opened.value
    page.get_by_role("button", name="click me").click()
    expect(page.locator("b")).to_have_text("1")
    expect(view.locator("b")).to_have_text("1")
    view.get_by_role("button", name="click me").click()
    expect(page.locator("b")).to_have_text("2")
    expect(view.locator("b")).to_have_text("2")
    page.close()
    notebook.run(6)
    expect(view.get_by_text("(no longer served)")).to_be_visible()
    view.get_by_role("button", name="click me").click()
    expect(view.locator("b")).to_have_text("3")


def test_a_long_cell_is_slowed_down_and_stopped_by_hand_and_another_waits_for_a_click(tour: Open) -> None:
    notebook = tour("04-long-running-cell.ipynb")
    notebook.run(1, 2)
    view = notebook.live(2)
    view.get_by_role("slider").fill("100")  # ten seconds for the whole of it
    notebook.start(4)
    bar = "document.querySelector('.objectsync-view-live progress').value"
    notebook.page.wait_for_function(f"() => {bar} >= 5")
    view.get_by_role("button", name="stop").click()
    expect(notebook.cell(4).locator(".jp-InputPrompt")).to_have_text("[3]:")
    assert 5 <= notebook.page.evaluate(f"() => {bar}") < 100
    notebook.run(6)
    yes = notebook.live(6).get_by_role("button", name="Yes, go on")
    expect(yes).to_be_visible()
    notebook.start(7)
    while not notebook.cell(7).locator(".jp-OutputArea-output").count():  # what is clicked before the cell waits does not count
        yes.click()
        notebook.page.wait_for_timeout(100)
    assert notebook.output(7) == "clicked"


def test_two_tabs_write_one_text_and_vote(tour: Open) -> None:
    one = tour("05-collaboration.ipynb", workspace="one")
    run_all(one)
    one.save()
    two = tour("05-collaboration.ipynb", workspace="two")
    texts = [notebook.live(2).locator("textarea") for notebook in (one, two)]
    for text in texts:
        expect(text).to_have_value("Dear all,\n")
    texts[0].press("Control+End")
    texts[1].press("Control+Home")
    for left, right in zip("the end.", "Hello!  ", strict=True):  # in turns, each without waiting for the other
        texts[0].press(left)
        texts[1].press(right)
    for text in texts:
        expect(text).to_have_value("Hello!  Dear all,\nthe end.")
    for notebook in (one, two):
        notebook.live(8).get_by_role("button").click()
    for notebook in (one, two):
        expect(notebook.live(8).get_by_role("button")).to_have_text("in favour: 2")
        expect(notebook.live(2).locator("small")).to_have_text("26 characters")


def test_controls_are_used_and_do_what_they_say(tour: Open) -> None:
    notebook = tour("06-controls.ipynb")
    run_all(notebook)
    hello = notebook.live(3)
    expect(hello.get_by_text("Hello Ada ★★★★★")).to_be_visible()
    hello.get_by_label("Name").fill("Grace")
    expect(hello.get_by_text("Hello Grace ★★★★★")).to_be_visible()
    notebook.live(9).get_by_label("Celsius").fill("100")
    expect(notebook.live(9).get_by_label("Fahrenheit")).to_have_value("212")
    form = notebook.live(11)
    form.get_by_role("button", name="Sign up").click()
    expect(form.get_by_text("At least 3 letters.")).to_be_visible()
    form.get_by_label("Nickname").fill("Ada")
    form.get_by_label("I agree").check()
    form.get_by_role("button", name="Sign up").click()
    expect(form.get_by_text("welcome, Ada")).to_be_visible()
    table = notebook.live(15)
    expect(table.get_by_role("gridcell", name="99980001")).to_be_visible()  # the last row is the first
    expect(table.get_by_text("chosen: [9999]")).to_be_visible()
    notebook.live(18).get_by_label("loud").check()
    expect(notebook.live(18).get_by_text("HIP HIP HOORAY").first).to_be_visible()
    tabs = notebook.live(20)
    tabs.get_by_role("button", name="Click me").click()
    tabs.get_by_role("tab", name="Count").click()
    expect(tabs.get_by_role("tabpanel")).to_have_text("So many clicks: 1")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_controls_keep_nobody_out_in_either_theme(tour: Open, theme: str) -> None:
    notebook = tour("06-controls.ipynb")
    run_all(notebook)
    page = notebook.page
    page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme: `JupyterLab ${theme}`})", theme)
    expect(page.locator(f"body[data-jp-theme-light={'true' if theme == 'Light' else 'false'}]")).to_be_attached()
    notebook.live(11).get_by_role("button", name="Sign up").click()
    expect(notebook.live(11).get_by_text("Please fill in this field.")).to_be_visible()
    page.evaluate((ROOT / "js" / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("() => axe.run('.objectsync-view-live', {resultTypes: ['violations']})")
    assert found["passes"]
    assert [(each["id"], each["impact"], [node["html"] for node in each["nodes"]]) for each in found["violations"]] == []
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")


def test_pictures_are_drawn_and_drawn_again(tour: Open) -> None:
    notebook = tour("07-pictures.ipynb")
    run_all(notebook)
    wave = notebook.live(3).get_by_role("img", name="A damped wave")
    before = wave.get_attribute("src")
    notebook.live(3).get_by_label("Frequency").fill("9")
    expect(wave).not_to_have_attribute("src", before or "")
    assert wave.evaluate("image => image.naturalWidth") == 600
    expect(notebook.live(7).get_by_role("img", name="a times table")).to_have_css("width", "240px")
    expect(notebook.live(8).get_by_role("img", name="a gradient")).to_be_visible()
    table = notebook.live(12)
    expect(table.get_by_role("columnheader")).to_have_text(["city", "people", "millions"])
    table.get_by_role("button", name="people").click()
    expect(table.get_by_role("gridcell").first).to_have_text("Oslo")
    expect(notebook.live(15).get_by_role("figure", name="Steps").locator(".main-svg").first).to_be_visible(timeout=SLOW)
    notebook.live(16).get_by_role("figure", name="People").locator("[aria-roledescription=bar]").first.hover(timeout=SLOW)
    expect(notebook.page.locator("#vg-tooltip-element")).to_contain_text("millions")
    expect(notebook.live(18).get_by_text("splash!")).to_be_visible()


def test_what_a_test_does_is_seen_in_the_view(tour: Open) -> None:
    notebook = tour("08-test-your-ui.ipynb")
    run_all(notebook)
    shop = notebook.live(3)
    expect(shop.get_by_role("gridcell")).to_have_text(["apples", "6", "bread", "6"])
    expect(shop.get_by_label("What")).to_have_value("cheese")
    shop.get_by_role("button", name="Add").hover()  # JupyterLab scrolls there, and draws other cells anew, before the click
    shop.get_by_role("button", name="Add").click()
    expect(shop.get_by_text("18 things")).to_be_visible()


def test_a_function_is_explored_by_its_sliders(tour: Open) -> None:
    notebook = tour("09-parameter-explorer.ipynb")
    run_all(notebook)
    picture = notebook.live(2).locator("img:not([hidden])")  # the next one waits hidden until it is decoded
    before = picture.get_attribute("src")
    notebook.live(2).get_by_label("hunger").fill("0.9")
    expect(picture).not_to_have_attribute("src", before or "")
    expect(picture).to_have_count(1)


def test_a_model_learns_and_is_stopped(tour: Open) -> None:
    notebook = tour("10-live-training.ipynb")
    notebook.run(1, 3, 5)
    monitor = notebook.live(5)
    notebook.start(7)
    bar = "document.querySelector('.objectsync-view-live progress')?.value"
    notebook.page.wait_for_function(f"() => {bar} >= 3")
    monitor.get_by_label("Learning rate").fill("1.5")
    monitor.get_by_role("button", name="Stop").click()
    notebook.idle()
    assert 3 <= notebook.page.evaluate(f"() => {bar}") <= 60
    expect(monitor.get_by_text("loss 0.")).to_be_visible()
    notebook.run(8)
    assert notebook.output(8) == "True"


def test_every_notebook_of_the_tour_has_a_test() -> None:
    tests = Path(__file__).read_text()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f'tour("{path.name}"' in tests


@pytest.fixture(scope="module")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = Lab(tmp_path_factory.mktemp("notebook"), "notebook")
    yield running
    running.stop()


def test_notebook_7_shows_objects_live(notebook7: Lab, browser: Browser) -> None:
    context = browser.new_context()
    browsing = Browsing(context)
    browsing.expected.append("reading 'schema'")  # Notebook 7.6 itself, without any extension
    notebook7.write("seven.ipynb", EXAMPLE, "label.text.set('6')", "print(label.text.value)")
    notebook = browsing.open(notebook7, "seven.ipynb", path="notebooks/{name}")
    notebook.run(0)
    expect(notebook.live(0).locator("span")).to_have_text("0")
    for count in ("1", "2"):
        notebook.live(0).locator("button").click()
        expect(notebook.live(0).locator("span")).to_have_text(count)
    notebook.run(2)
    assert notebook.output(2) == "2"
    notebook.run(1)
    expect(notebook.live(0).locator("span")).to_have_text("6")
    notebook.save()
    notebook.reload()
    expect(notebook.live(0).locator("span")).to_have_text("6")
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("7")
    notebook.restart()
    expect(notebook.stale(0)).to_contain_text("run the cell to make this live")
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    context.close()
    notebook7.end_kernels()
    assert browsing.unexpected() == []

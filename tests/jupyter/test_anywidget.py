"""What a person sees in a host without our extension: a JupyterLab that has ipywidgets and anywidget only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.jupyter.browsing import Browsing, expect
from tests.jupyter.lab import Lab
from tests.jupyter.test_lab import EXAMPLE

pytest.importorskip("anywidget")

WIDGETS = "import objectsync_jupyter\nobjectsync_jupyter.use_anywidget()"
CARRIED = EXAMPLE.replace("import objectsync\n", f"import objectsync\n{WIDGETS}\n", 1)
PAGES = "globalThis[Symbol.for('objectsync.anywidget/0.1.0')]"


@pytest.fixture(scope="module")
def plain_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    running = Lab(tmp_path_factory.mktemp("plain"), extension=False, ipywidgets=True)
    yield running
    running.stop()


@pytest.fixture
def browsing(browser: Browser, plain_lab: Lab) -> Iterator[Browsing]:
    yield from Browsing.of(browser, plain_lab)


def test_an_object_is_shown_and_live_both_ways(plain_lab: Lab, browsing: Browsing) -> None:
    plain_lab.write("example.ipynb", CARRIED, "label.text.set('seven')", "print(label.text.value)")
    notebook = browsing.open(plain_lab, "example.ipynb")
    notebook.run(0)
    view = notebook.live(0)
    expect(view.locator("span")).to_have_text("0")
    view.locator("button").click()
    expect(view.locator("span")).to_have_text("1")
    view.locator("button").click()
    expect(view.locator("span")).to_have_text("2")
    notebook.run(2)
    assert notebook.output(2) == "2"
    notebook.run(1)
    expect(view.locator("span")).to_have_text("seven")


def test_a_reloaded_page_comes_back_live_with_the_present_state(plain_lab: Lab, browsing: Browsing) -> None:
    plain_lab.write("reload.ipynb", CARRIED, "label.text.set('8')")
    notebook = browsing.open(plain_lab, "reload.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(0).locator("span")).to_have_text("8")
    notebook.save()
    notebook.reload()
    expect(notebook.live(0).locator("span")).to_have_text("8")
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("9")


def test_what_has_the_focus_has_its_keys(plain_lab: Lab, browsing: Browsing) -> None:
    plain_lab.write("keys.ipynb", CARRIED, "from objectsync.controls import IntSlider\nIntSlider('Size', 3, max=10)")
    notebook = browsing.open(plain_lab, "keys.ipynb")
    notebook.run(0, 1)
    slider = notebook.live(1).get_by_role("slider")
    slider.focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("4")


def test_two_views_and_two_tabs_are_all_live_over_one_connection_each(plain_lab: Lab, browsing: Browsing) -> None:
    plain_lab.write("views.ipynb", CARRIED, "box", "label", "print(len(objectsync_jupyter.server.clients))")
    one = browsing.open(plain_lab, "views.ipynb", workspace="one")
    one.run(0, 1, 2)
    one.save()
    two = browsing.open(plain_lab, "views.ipynb", workspace="two")
    two.live(1).locator("button").click()
    for notebook in (one, two):
        for cell in (0, 1, 2):
            expect(notebook.live(cell).locator("span")).to_have_text("1")
    one.run(3)
    assert one.output(3) == "2"


def test_a_cell_that_runs_again_leaves_no_widget_behind_and_its_page_goes_on(plain_lab: Lab, browsing: Browsing) -> None:
    count = "import ipywidgets\nprint(len(ipywidgets.Widget.get_manager_state()['state']), len(objectsync_jupyter.server.clients))"
    # anywidget's word, two seconds later, of a widget that went before it had been loaded.
    browsing.expected.append("[anywidget] Failed to initialize model.")
    plain_lab.write("again.ipynb", CARRIED, "box", count)
    notebook = browsing.open(plain_lab, "again.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(1)).to_be_visible()
    for _ in range(20):
        notebook.run(1)
    notebook.live(1).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.run(0)  # the one that carried it all may be gone now
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.run(2)
    assert notebook.output(2) == "3 1"  # two objects, and the layout of both


def test_a_restarted_kernel_greys_the_views_until_the_cell_runs_again(plain_lab: Lab, browsing: Browsing) -> None:
    plain_lab.write("restart.ipynb", CARRIED, "label.text.set('5')")
    notebook = browsing.open(plain_lab, "restart.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(0).locator("span")).to_have_text("5")
    notebook.restart()
    expect(notebook.stale(0)).to_contain_text("run the cell to make this live")
    notebook.run(0)
    expect(notebook.live(0).locator("span")).to_have_text("0")
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")


def test_an_unloaded_extension_leaves_greyed_views(plain_lab: Lab, browsing: Browsing) -> None:
    count = "import ipywidgets\nprint(ipywidgets.Widget.get_manager_state()['state'])"
    plain_lab.write("unload.ipynb", CARRIED, "%unload_ext objectsync_jupyter", count)
    notebook = browsing.open(plain_lab, "unload.ipynb")
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.run(1)
    expect(notebook.stale(0)).to_contain_text("run the cell to make this live")
    expect(notebook.stale(0).locator("span")).to_have_text("1")
    notebook.run(2)
    assert notebook.output(2) == "{}"
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")


def test_a_notebook_that_is_closed_leaves_no_connection_and_is_live_when_it_is_opened_again(plain_lab: Lab, browsing: Browsing) -> None:
    plain_lab.write("closed.ipynb", CARRIED)
    notebook = browsing.open(plain_lab, "closed.ipynb")
    notebook.run(0)
    expect(notebook.live(0)).to_be_visible()
    server = notebook.page.evaluate(f"() => [...{PAGES}.keys()].at(-1)")
    notebook.save()
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.close()")
    notebook.page.wait_for_function(f"(server) => !{PAGES}.has(server)", arg=server)  # the kernel runs on
    notebook.page.evaluate("async () => { await jupyterapp.commands.execute('docmanager:open', {path: 'closed.ipynb'}) }")
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")


def test_bytes_go_both_ways_whatever_their_size(plain_lab: Lab, browsing: Browsing) -> None:
    define = "from objectsync import BytesTopic\nclass Blob(SObject):\n    data = attribute(BytesTopic)\nblob = Blob()\nblob"
    plain_lab.write(
        "bytes.ipynb",
        CARRIED,
        define,
        "blob.data.set(bytes(range(256)) * 4096)",
        "data = blob.data.value\nprint(len(data), set(data[::1000]), data[-1])",
    )
    notebook = browsing.open(plain_lab, "bytes.ipynb")
    notebook.run(0, 1, 2)
    expect(notebook.live(1)).to_be_attached()
    handle = notebook.page.evaluate_handle(f"() => [...{PAGES}.values()].at(-1).client")
    id = "[...client.objects.values()].find((object) => object.type === 'Blob')"
    notebook.page.wait_for_function(f"(client) => {id}?.attribute('data').value.length === 1048576", arg=handle)
    assert notebook.page.evaluate(f"(client) => {id}.attribute('data').value[300]", handle) == 300 % 256
    for size in (1_000_000, 13_000_000):
        notebook.page.evaluate(f"(client) => {id}.attribute('data').set(new Uint8Array({size}).fill(7))", handle)
        notebook.page.wait_for_function("(client) => client.pendingCount === 0", arg=handle)
        notebook.run(3)
        assert notebook.output(3) == f"{size} {{7}} 7"


def test_twenty_thousand_sets_end_at_the_last_value(plain_lab: Lab, browsing: Browsing, kernel: str) -> None:
    plain_lab.write("load.ipynb", CARRIED, "for i in range(20_000):\n    label.text.set(str(i))", kernel=kernel)
    notebook = browsing.open(plain_lab, "load.ipynb")
    notebook.run_first(0)
    expect(notebook.live(0)).to_be_visible()
    notebook.run(1)
    expect(notebook.live(0).locator("span")).to_have_text("19999")


def test_a_blocked_cell_neither_stops_updates_nor_loses_clicks(plain_lab: Lab, browsing: Browsing, kernel: str) -> None:
    busy = plain_lab.until_told("busy", "label.text.set(f'{i} {field.value.value}')")
    shown = "field = Element('input', value='')\nfield"
    plain_lab.write("busy.ipynb", CARRIED, shown, busy, "label.text.set('1')\nprint(field.value.value)", kernel=kernel)
    notebook = browsing.open(plain_lab, "busy.ipynb")
    notebook.run_first(0)
    notebook.run(1)
    expect(notebook.live(1)).to_be_visible()
    notebook.start(2)
    notebook.until(0, "parseInt(text) >= 10")
    notebook.live(1).locator("input").fill("typed")
    if "6.31" not in kernel:
        notebook.until(0, "text.endsWith('typed')")  # heard while the cell runs
    plain_lab.tell("busy")
    notebook.idle()
    notebook.run(3)
    assert notebook.output(3) == "typed"
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("2")


def test_a_failing_handler_is_seen_at_the_element_and_with_its_traceback(plain_lab: Lab, browsing: Browsing) -> None:
    plain_lab.write("error.ipynb", CARRIED, "button.on('click', lambda: print('pressed') or 1 / 0)\nNone")
    notebook = browsing.open(plain_lab, "error.ipynb")
    notebook.run(0, 1)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0)).to_contain_text("ZeroDivisionError: division by zero")
    expect(notebook.cell(0).locator(".jp-OutputArea").first).to_contain_text("pressed")
    expect(notebook.cell(0).locator(".jp-OutputArea").first).to_contain_text("Traceback (most recent call last)")

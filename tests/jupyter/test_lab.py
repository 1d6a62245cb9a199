"""What a person sees in JupyterLab, live."""

from __future__ import annotations

import pytest

from tests.jupyter.browsing import Browsing, Notebook, expect
from tests.jupyter.lab import Lab, python_of
from tests.jupyter.test_kernels import STRAND

EXAMPLE = """\
%load_ext objectsync_jupyter
import objectsync
from objectsync import SObject, ElementObject, attribute, IntTopic
from objectsync.dom import Element

box = Element('div', style={'padding': '1em'})
label = Element('span', parent=box, text='0')
button = Element('button', parent=box, text='more')
button.on('click', lambda event: label.text.set(str(int(label.text.value) + 1)))
box                                   # shown under the cell; click it
"""


def test_an_object_is_shown_and_live_both_ways(lab: Lab, browsing: Browsing, kernel: str) -> None:
    lab.write("example.ipynb", EXAMPLE, "label.text.set('seven')", "print(label.text.value)", kernel=kernel)
    notebook = browsing.open(lab, "example.ipynb")
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


def test_a_reloaded_page_comes_back_live_with_the_present_state(lab: Lab, browsing: Browsing) -> None:
    lab.write("reload.ipynb", EXAMPLE, "label.text.set('before')")
    notebook = browsing.open(lab, "reload.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(0).locator("span")).to_have_text("before")
    notebook.save()
    notebook.reload()
    expect(notebook.live(0).locator("span")).to_have_text("before")
    notebook.run(1)
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets[1].model.sharedModel.setSource(\"label.text.set('8')\")")
    notebook.run(1)
    expect(notebook.live(0).locator("span")).to_have_text("8")
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("9")


def test_two_tabs_and_two_views_are_all_live(lab: Lab, browsing: Browsing) -> None:
    lab.write("tabs.ipynb", EXAMPLE, "box", "label")
    one = browsing.open(lab, "tabs.ipynb", workspace="one")
    one.run(0, 1, 2)
    one.save()
    two = browsing.open(lab, "tabs.ipynb", workspace="two")
    two.live(1).locator("button").click()
    for notebook in (one, two):
        for cell in (0, 1, 2):
            expect(notebook.live(cell).locator("span")).to_have_text("1")
    one.live(0).locator("button").click()
    expect(two.live(2).locator("span")).to_have_text("2")


def test_two_notebooks_side_by_side_are_each_their_own_kernels(lab: Lab, browsing: Browsing) -> None:
    for name in ("left", "right"):
        lab.write(f"{name}.ipynb", EXAMPLE, f"button.on('click', lambda: print('{name} was pressed'))\nNone", "print(label.text.value)")
    notebook = browsing.open(lab, "left.ipynb")
    notebook.run(0, 1)
    notebook.page.evaluate(
        """async () => {
            const options = {mode: 'split-right', ref: jupyterapp.shell.currentWidget.id}
            await jupyterapp.commands.execute('docmanager:open', {path: 'right.ipynb', options})
        }"""
    )
    notebook.page.wait_for_function("() => jupyterapp.shell.currentWidget.context.path === 'right.ipynb'")
    notebook.ready()
    notebook.run(0, 1)
    left, right = (
        notebook.page.locator(".jp-NotebookPanel").filter(has_text=f"{name} was").locator(".jp-Cell").first for name in ("left", "right")
    )
    for count in ("1", "2"):
        right.locator(".objectsync-view-live button").click()
        expect(right.locator(".objectsync-view-live span")).to_have_text(count)
    left.locator(".objectsync-view-live button").click()
    expect(left.locator(".objectsync-view-live span")).to_have_text("1")
    expect(left.locator(".jp-OutputArea")).to_contain_text("left was pressed")
    expect(right.locator(".jp-OutputArea")).to_contain_text("right was pressed")
    for cell in (left, right):
        expect(cell.locator(".jp-OutputArea-output")).to_have_count(2)  # the view, and what its own handler printed
    expect(right.locator(".objectsync-view-live span")).to_have_text("2")


def test_a_restarted_kernel_greys_the_views_until_the_cell_runs_again(lab: Lab, browsing: Browsing, kernel: str) -> None:
    lab.write("restart.ipynb", EXAMPLE, "label.text.set('5')", kernel=kernel)
    notebook = browsing.open(lab, "restart.ipynb", workspace="one")
    notebook.run(0, 1)
    notebook.save()
    expect(notebook.live(0).locator("span")).to_have_text("5")
    other = browsing.open(lab, "restart.ipynb", workspace="two")
    expect(other.live(0).locator("span")).to_have_text("5")
    notebook.restart()
    expect(notebook.stale(0).locator("span")).to_have_text("0")  # as it was when the cell showed it
    expect(notebook.stale(0)).to_contain_text("run the cell to make this live")
    notebook.run(0)
    expect(notebook.live(0).locator("span")).to_have_text("0")
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    expect(other.live(0).locator("span")).to_have_text("1")  # it was not told of the restart


def test_unloading_greys_the_views_and_loading_again_makes_them_live(lab: Lab, browsing: Browsing) -> None:
    lab.write("unload.ipynb", EXAMPLE, "%unload_ext objectsync_jupyter", "%load_ext objectsync_jupyter\n%load_ext objectsync_jupyter")
    notebook = browsing.open(lab, "unload.ipynb")
    notebook.run(0)
    expect(notebook.live(0)).to_be_visible()
    notebook.run(1)
    expect(notebook.stale(0)).to_contain_text("run the cell to make this live")
    notebook.run(2, 0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")


def test_a_blocked_cell_neither_stops_updates_nor_loses_clicks(lab: Lab, browsing: Browsing, kernel: str) -> None:
    busy = lab.until_told("busy", "label.text.set(str(i))")
    lab.write(
        "busy.ipynb",
        EXAMPLE,
        "field = Element('input', attrs={'id': 'field'}, value='')\nfield",
        busy + "\nlabel.text.set('1000')",
        "print(field.value.value)",
        kernel=kernel,
    )
    notebook = browsing.open(lab, "busy.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(1)).to_be_visible()
    notebook.start(2)
    notebook.until(0, "Number(text) >= 10")
    notebook.live(1).locator("input").fill("typed while it ran")
    notebook.live(0).locator("button").click()  # its handler runs when the cell has ended
    seen = int(notebook.live(0).locator("span").inner_text())
    notebook.until(0, f"Number(text) > {seen + 10} && Number(text) < 1000")  # the cell runs on
    lab.tell("busy")
    expect(notebook.live(0).locator("span")).to_have_text("1001")
    notebook.run(3)
    assert notebook.output(3) == "typed while it ran"


def test_a_page_that_is_reloaded_while_a_cell_runs_is_live_before_it_ends(lab: Lab, browsing: Browsing, subshell_kernel: str) -> None:
    busy = lab.until_told("mid", "label.text.set(f'{i} {seen.text.value}')") + "\nlabel.text.set('ended')"
    lab.write(
        "mid.ipynb",
        EXAMPLE,
        "seen = Element('i', text='no')\nbutton.on('click', lambda: seen.text.set('yes'), live=True)",
        busy,
        kernel=subshell_kernel,
    )
    notebook = browsing.open(lab, "mid.ipynb")
    notebook.run(0, 1)
    notebook.save()
    expect(notebook.live(0)).to_be_visible()
    notebook.start(2)
    notebook.until(0, "parseInt(text) >= 5")
    notebook.reload()
    notebook.until(0, "parseInt(text) >= 5")
    notebook.live(0).locator("button").click()
    notebook.until(0, "text.endsWith('yes')")  # a live handler does not wait for the cell's end
    lab.tell("mid")
    notebook.until(0, "text === 'ended'")


def test_twenty_thousand_sets_end_at_the_last_value(lab: Lab, browsing: Browsing, kernel: str) -> None:
    lab.write("load.ipynb", EXAMPLE, "for i in range(20_000):\n    label.text.set(str(i))", kernel=kernel)
    notebook = browsing.open(lab, "load.ipynb")
    notebook.run(0)
    counted = notebook.page.evaluate_handle(
        """() => {
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel
            const seen = {count: 0}
            kernel.iopubMessage.connect((_, message) => { if (message.header.msg_type === 'comm_msg') seen.count += 1 })
            return seen
        }"""
    )
    notebook.run(1)
    expect(notebook.live(0).locator("span")).to_have_text("19999")
    assert counted.evaluate("seen => seen.count") < 1_000


def test_an_awaiting_cell_serves_handlers_while_it_runs(lab: Lab, browsing: Browsing, subshell_kernel: str) -> None:
    waiting = "import asyncio\nwhile label.text.value != '2':\n    await asyncio.sleep(0.05)\nprint('seen', label.text.value)"
    lab.write("await.ipynb", EXAMPLE, waiting, kernel=subshell_kernel)
    notebook = browsing.open(lab, "await.ipynb")
    notebook.run(0)
    expect(notebook.live(0)).to_be_visible()
    notebook.start(1)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.live(0).locator("button").click()
    expect(notebook.cell(1)).to_contain_text("seen 2")


def test_a_failing_handler_is_seen_at_the_element_and_with_its_traceback(lab: Lab, browsing: Browsing, kernel: str) -> None:
    lab.write("error.ipynb", EXAMPLE, "button.on('click', lambda: print('pressed') or 1 / 0)\nNone", kernel=kernel)
    notebook = browsing.open(lab, "error.ipynb")
    notebook.run(0, 1)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0)).to_contain_text("ZeroDivisionError: division by zero")
    expect(notebook.cell(0).locator(".jp-OutputArea").first).to_contain_text("pressed")
    expect(notebook.cell(0).locator(".jp-OutputArea").first).to_contain_text("Traceback (most recent call last)")


def once_it_waits(cell: str) -> str:
    """The cell, which says "waits" in its output once it waits for a click of the button. (What was clicked before does not count.)"""
    return f"""\
import threading, time
def tell(before=len(button.get_attribute('click')._handlers)):
    while len(button.get_attribute('click')._handlers) == before:
        time.sleep(0.01)
    print('waits', flush=True)
threading.Thread(target=tell).start()
{cell}"""


def expect_waiting(notebook: Notebook, index: int) -> None:
    expect(notebook.cell(index).locator(".jp-OutputArea-output").first).to_contain_text("waits")


def test_a_cell_awaits_the_user(lab: Lab, browsing: Browsing) -> None:
    lab.write(
        "wait.ipynb",
        EXAMPLE,
        once_it_waits("event = await button.wait('click')\nprint(event.name, event['type'])"),
        once_it_waits(
            "count = 0\nasync for event in button.wait('click'):\n    count += 1\n    if count == 2:\n        break\nprint('two clicks')"
        ),
        once_it_waits("print(button.wait('click').block().name, label.text.value)"),
        "try:\n    button.wait('click', timeout=0.1).block()\nexcept TimeoutError as error:\n    print(error)",
    )
    notebook = browsing.open(lab, "wait.ipynb")
    notebook.run(0)
    press = notebook.live(0).locator("button")
    label = notebook.live(0).locator("span")
    notebook.start(1)
    expect_waiting(notebook, 1)
    press.click()
    expect(notebook.cell(1)).to_contain_text("click click")
    notebook.start(2)
    expect_waiting(notebook, 2)
    press.click()
    expect(label).to_have_text("2")
    press.click()
    expect(notebook.cell(2)).to_contain_text("two clicks")
    notebook.start(3)
    expect_waiting(notebook, 3)
    press.click()
    expect(notebook.cell(3)).to_contain_text("click 4")  # the other handler ran first, inside the waiting cell
    notebook.run(4)
    assert notebook.output(4) == "Element(3) had no 'click' within 0.1 s"


def test_a_kernel_that_is_shut_down_while_somebody_types_is_no_error(lab: Lab, browsing: Browsing) -> None:
    lab.write("shutdown.ipynb", "%load_ext objectsync_jupyter\nfrom objectsync.controls import Text\nText('Name')")
    notebook = browsing.open(lab, "shutdown.ipynb")
    notebook.run(0)
    notebook.live(0).get_by_label("Name").focus()
    notebook.page.keyboard.type("abc")
    notebook.page.evaluate("() => { void jupyterapp.commands.execute('kernelmenu:shutdown') }")
    expect(notebook.stale(0)).to_be_visible()  # and `browsing` finds no error in the console


def test_a_view_without_its_kernel_is_a_greyed_picture(lab: Lab, browsing: Browsing) -> None:
    lab.write("cold.ipynb", EXAMPLE)
    notebook = browsing.open(lab, "cold.ipynb")
    notebook.run(0)
    notebook.live(0).locator("button").click()
    notebook.save()
    notebook.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    expect(notebook.stale(0)).to_contain_text("run the cell to make this live")
    notebook.reload()  # starts another kernel, which knows nothing
    expect(notebook.stale(0).locator("span")).to_have_text("0")
    expect(notebook.stale(0)).to_contain_text("run the cell to make this live")


def test_an_untrusted_notebook_shows_the_picture_only(lab: Lab, browsing: Browsing) -> None:
    lab.write("untrusted.ipynb", EXAMPLE)
    notebook = browsing.open(lab, "untrusted.ipynb")
    notebook.run(0)
    expect(notebook.live(0).locator("span")).to_have_text("0")
    notebook.save()
    copy = lab.notebooks / "stranger.ipynb"
    copy.write_text((lab.notebooks / "untrusted.ipynb").read_text().replace(">0<", ">from elsewhere<"))
    other = browsing.open(lab, "stranger.ipynb", workspace="other")
    output = other.cell(0).locator(".jp-OutputArea-output")
    expect(output).to_contain_text("from elsewhere")
    expect(other.view(0)).to_have_count(0)
    output.locator("button").click()  # a picture of one
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")


def test_bytes_go_both_ways_whatever_their_size(lab: Lab, browsing: Browsing) -> None:
    define = "from objectsync import BytesTopic\nclass Blob(SObject):\n    data = attribute(BytesTopic)\nblob = Blob()\nblob"
    lab.write(
        "bytes.ipynb",
        EXAMPLE,
        define,
        "blob.data.set(bytes(range(256)) * 4096)",
        "data = blob.data.value\nprint(len(data), set(data[::1000]), data[-1])",
    )
    notebook = browsing.open(lab, "bytes.ipynb")
    notebook.run(0, 1, 2)
    expect(notebook.live(1)).to_be_attached()
    client = """() => {
        const {rendermime} = jupyterapp.shell.currentWidget.content
        const cell = jupyterapp.shell.currentWidget.content.widgets[1]
        const find = (widget) => widget.objectsyncClient ?? [...(widget.children?.() ?? widget.widgets ?? [])].map(find).find(Boolean)
        return find(cell.outputArea)
    }"""
    handle = notebook.page.evaluate_handle(client)
    id = "[...client.objects.values()].find((object) => object.type === 'Blob')"
    notebook.page.wait_for_function(f"(client) => {id}?.attribute('data').value.length === 1048576", arg=handle)
    assert notebook.page.evaluate(f"(client) => {id}.attribute('data').value[300]", handle) == 300 % 256
    for size in (1_000_000, 13_000_000):
        notebook.page.evaluate(f"(client) => {id}.attribute('data').set(new Uint8Array({size}).fill(7))", handle)
        notebook.page.wait_for_function("(client) => client.pendingCount === 0", arg=handle)
        notebook.run(3)
        assert notebook.output(3) == f"{size} {{7}} 7"


def test_a_drawn_picture_and_a_chosen_file_arrive_as_bytes(lab: Lab, browsing: Browsing) -> None:
    define = "from objectsync import BytesTopic\nclass Blob(SObject):\n    data = attribute(BytesTopic)\nblob = Blob()\nblob"
    upload = "from objectsync.controls import Upload\nupload = Upload('Data')\nupload"
    look = "import io, PIL.Image as p\nseen = p.open(io.BytesIO(blob.data.value))\nprint(seen.format, seen.size, seen.getpixel((250, 150)))"
    read = "(file,) = upload.files\nprint(file.name, len(file.read()), file.read() == bytes(range(256)) * 12_000)"
    lab.write("drawn.ipynb", EXAMPLE, define, upload, look, read)
    notebook = browsing.open(lab, "drawn.ipynb")
    notebook.run(0, 1, 2)
    expect(notebook.live(1)).to_be_attached()
    notebook.page.evaluate(
        """async () => {
            const find = (widget) => widget.objectsyncClient ?? [...(widget.children?.() ?? widget.widgets ?? [])].map(find).find(Boolean)
            const client = find(jupyterapp.shell.currentWidget.content.widgets[1].outputArea)
            const canvas = new OffscreenCanvas(300, 200)
            const context = canvas.getContext('2d')
            context.fillStyle = 'rgb(10, 200, 30)'
            context.fillRect(200, 100, 100, 100)
            const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())
            const blob = [...client.objects.values()].find((object) => object.type === 'Blob')
            await client.propose(() => blob.attribute('data').set(bytes))
        }"""
    )
    notebook.run(3)
    assert notebook.output(3) == "PNG (300, 200) (10, 200, 30, 255)"
    content = bytes(range(256)) * 12_000  # three megabytes
    notebook.live(2).locator("input[type=file]").set_input_files({"name": "data.bin", "mimeType": "x/y", "buffer": content})
    expect(notebook.live(2)).to_contain_text("data.bin")
    notebook.page.wait_for_function("() => !document.querySelector('.objectsync-view-live progress')")
    notebook.run(4)
    assert notebook.output(4) == f"data.bin {len(content)} True"


def test_views_and_pages_that_go_leave_nothing_behind(lab: Lab, browsing: Browsing) -> None:
    count = "import asyncio\nfrom objectsync_jupyter import server\nprint(len(server.clients))"
    settle = "while len(server.clients) > 1:\n    await asyncio.sleep(0.05)\nprint('only', len(server.clients))"
    lab.write("leaks.ipynb", EXAMPLE, "box", count, settle)
    one = browsing.open(lab, "leaks.ipynb", workspace="one")
    one.run(0, 1)
    expect(one.live(1)).to_be_visible()
    client = one.page.evaluate_handle(
        """() => {
            const find = (widget) => widget.objectsyncClient ?? [...(widget.widgets ?? [])].map(find).find(Boolean)
            return find(jupyterapp.shell.currentWidget.content.widgets[0].outputArea)
        }"""
    )
    one.run(1)
    expect(one.live(1)).to_be_visible()
    before = client.evaluate("client => client.listenerCount")
    for _ in range(25):
        one.run(1)
    expect(one.live(1)).to_be_visible()
    assert client.evaluate("client => client.listenerCount") == before
    one.save()
    two = browsing.open(lab, "leaks.ipynb", workspace="two")
    expect(two.live(0)).to_be_visible()
    two.run(2)
    assert two.output(2) == "2"
    one.page.evaluate("() => jupyterapp.shell.currentWidget.close()")
    expect(one.page.locator(".objectsync-view")).to_have_count(0)
    two.start(3)
    expect(two.cell(3)).to_contain_text("only 1")


def test_the_kernel_stays_busy_in_the_toolbar_while_a_cell_runs(lab: Lab, browsing: Browsing) -> None:
    lab.write("busy2.ipynb", EXAMPLE, lab.until_told("busy2", "label.text.set(str(i))"))
    notebook = browsing.open(lab, "busy2.ipynb")
    notebook.run(0)
    expect(notebook.live(0)).to_be_visible()
    notebook.start(1)
    notebook.until(0, "Number(text) >= 5")
    notebook.live(0).locator("button").click()
    notebook.until(0, "Number(text) >= 15")
    status = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status"
    assert notebook.page.evaluate(status) == "busy"
    lab.tell("busy2")
    notebook.idle()


def test_a_cell_that_runs_again_and_again_leaves_nothing_in_the_page(lab: Lab, browsing: Browsing) -> None:
    again = "box = Element('div', Element('span', text='x'))\nElement('button', Element('span', text='press'))"
    lab.write("again.ipynb", "%load_ext objectsync_jupyter\nfrom objectsync import Element", again, kernel="ipykernel-7.4")
    notebook = browsing.open(lab, "again.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(1)).to_be_visible()
    count = """() => {
        const view = document.querySelector('.objectsync-view-live')
        return view === null ? [Infinity, Infinity] : [document.querySelectorAll('.objectsync-view *').length, objectsOf(view)]
        function objectsOf(node) {
            const panel = jupyterapp.shell.currentWidget
            for (const cell of panel.content.widgets) {
                for (const output of cell.outputArea?.widgets ?? []) {
                    const stack = [output]
                    while (stack.length) {
                        const widget = stack.pop()
                        if (widget.objectsyncClient) return widget.objectsyncClient.objects.size
                        stack.push(...(widget.layout ?? []))
                    }
                }
            }
            return Infinity
        }
    }"""
    nodes = notebook.page.evaluate(count)[0]
    for _ in range(30):
        notebook.run(1)
    expect(notebook.live(1)).to_be_visible()
    notebook.page.wait_for_function(f"(() => {{ const [nodes, objects] = ({count})(); return nodes === {nodes} && objects < 16 }})()")
    notebook.save()
    notebook.reload()
    expect(notebook.live(1).locator("button")).to_have_text("press")  # no variable refers to it; its output does


def test_a_cell_that_the_kernel_forgot_runs_before_the_extension_is_loaded(lab: Lab, browsing: Browsing) -> None:
    if python_of("7.3") is None:
        pytest.skip("there is no environment with ipykernel 7.3")
    lab.write("forgotten.ipynb", STRAND + "print('waits')", "print('seen')", kernel="ipykernel-7.3")
    notebook = browsing.open(lab, "forgotten.ipynb")
    notebook.start(0)
    expect(notebook.cell(0)).to_contain_text("waits")  # nothing leaves the kernel's shell until the next request
    notebook.idle()
    notebook.run(1)
    assert notebook.output(1) == "seen"

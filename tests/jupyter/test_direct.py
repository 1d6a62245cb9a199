"""The direct websocket: taken where it can be had, behind Jupyter's authentication, and missed by nobody where it cannot."""

from __future__ import annotations

import json
import signal
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.jupyter.browsing import SLOW, Browsing, Notebook, expect
from tests.jupyter.lab import Lab
from tests.jupyter.test_lab import EXAMPLE

FIELD = "field = Element('input', attrs={'id': 'field'}, value='')\nfield"
COMMS = "print('comms', len(get_ipython().kernel.comm_manager.comms) - 1)"  # one is only listed


def test_a_page_is_live_over_the_direct_websocket_and_opens_no_comm(lab: Lab, browsing: Browsing, kernel: str) -> None:
    lab.write("direct.ipynb", EXAMPLE, "label.text.set('seven')", COMMS, kernel=kernel)
    notebook = browsing.open(lab, "direct.ipynb")
    notebook.run(0)
    view = notebook.live(0)
    view.locator("button").click()
    expect(view.locator("span")).to_have_text("1")
    notebook.run(1, 2)
    expect(view.locator("span")).to_have_text("seven")
    assert notebook.output(2) == "comms 0"
    (kernel_id,) = [each["id"] for each in lab.kernels()]
    assert browsing.sockets == [f"ws://127.0.0.1:{lab.port}/objectsync/kernels/{kernel_id}"]


def test_what_a_page_says_is_applied_while_a_cell_blocks_on_every_kernel(lab: Lab, browsing: Browsing, kernel: str) -> None:
    busy = "import time\nprint('runs', flush=True)\nwhile field.value.value != 'typed':\n    time.sleep(0.02)\n"
    block = "print('pressed', button.wait('click').block().name)"
    lab.write("heard.ipynb", EXAMPLE, FIELD, busy + "print('read', field.value.value, label.text.value)", block, kernel=kernel)
    notebook = browsing.open(lab, "heard.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(1)).to_be_visible()
    notebook.start(2)
    expect(notebook.cell(2).locator(".jp-OutputArea-output").first).to_contain_text("runs")
    notebook.live(0).locator("button").click()
    notebook.live(1).locator("input").fill("typed")
    expect(notebook.cell(2)).to_contain_text("read typed 0")  # the click's handler is the user's, and waits for the main thread
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.start(3)
    while not notebook.cell(3).locator(".jp-OutputArea-output").count():  # what is clicked before the cell waits does not count
        notebook.live(0).locator("button").click()
        notebook.page.wait_for_timeout(100)
    assert notebook.output(3) == "pressed click"


def test_a_page_goes_on_over_comms_when_the_kernels_socket_is_gone_and_loses_nothing(lab: Lab, browsing: Browsing) -> None:
    end = "import objectsync_jupyter\nlabel.text.set('10')\nobjectsync_jupyter._loaded.direct.close()\nlabel.text.set('20')"
    lab.write("gone.ipynb", EXAMPLE, FIELD, end, COMMS, "print(field.value.value, label.text.value)")
    notebook = browsing.open(lab, "gone.ipynb")
    notebook.run(0, 1)
    expect(notebook.live(1)).to_be_visible()
    client = notebook.page.evaluate_handle(CLIENT, 0)
    session = client.evaluate("client => client.session")
    notebook.run(2)
    notebook.live(1).locator("input").fill("typed meanwhile")
    expect(notebook.live(0).locator("span")).to_have_text("20")
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("21")
    notebook.run(3, 4)
    assert notebook.output(3) == "comms 2"
    assert notebook.output(4) == "typed meanwhile 21"
    assert client.evaluate("client => client.session") == session  # resumed, not begun anew
    assert len(browsing.sockets) == 2  # it was asked for again, and answered by a close code: nothing is on the console


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands sockets over")
def test_a_click_does_not_wait_for_the_jupyter_server(lab: Lab, browsing: Browsing) -> None:
    lab.write("alone.ipynb", EXAMPLE)
    notebook = browsing.open(lab, "alone.ipynb")
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    lab.process.send_signal(signal.SIGSTOP)  # as busy as can be
    try:
        notebook.live(0).locator("button").click()
        expect(notebook.live(0).locator("span")).to_have_text("2")
    finally:
        lab.process.send_signal(signal.SIGCONT)


def test_large_bytes_go_both_ways_in_one_piece(lab: Lab, browsing: Browsing) -> None:
    define = "from objectsync import BytesTopic\nclass Blob(SObject):\n    data = attribute(BytesTopic)\nblob = Blob()\nblob"
    lab.write(
        "large.ipynb",
        EXAMPLE,
        define,
        "blob.data.set(bytes(range(250)) * 52_000)",
        "data = blob.data.value\nprint(len(data), set(data[::1000]), label.text.value)",
    )
    notebook = browsing.open(lab, "large.ipynb")
    notebook.run(0, 1, 2)
    expect(notebook.live(1)).to_be_attached()
    client = notebook.page.evaluate_handle(CLIENT, 1)
    data = "[...client.objects.values()].find((object) => object.type === 'Blob').attribute('data')"
    notebook.page.wait_for_function(f"(client) => {data}.value?.length === 13_000_000", arg=client)
    assert notebook.page.evaluate(f"(client) => {data}.value[12_999_999]", client) == 249
    notebook.page.evaluate(f"(client) => {data}.set(new Uint8Array(13_000_000).fill(7))", client)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.run(3)
    assert notebook.output(3) == "13000000 {7} 1"
    assert len(browsing.sockets) == 1


CLIENT = """(index) => {
    const find = (widget) => widget.objectsyncClient ?? [...(widget.children?.() ?? widget.widgets ?? [])].map(find).find(Boolean)
    return find(jupyterapp.shell.currentWidget.content.widgets[index].outputArea)
}"""


# --- who may come in

TOKEN = "secret"
DENY = """
from jupyter_server.auth import Authorizer

class NoCode(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return not ("nocode" in handler.request.arguments and (action, resource) == ("execute", "kernels"))

c.ServerApp.authorizer_class = NoCode
c.ServerApp.base_url = "/base/"
"""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server that asks for a token, below a base URL, and does not let everyone run code."""
    running = Lab(tmp_path_factory.mktemp("guarded"), token=TOKEN, settings=DENY, base="/base/")
    yield running
    running.stop()


def dial(lab: Lab, kernel_id: str, query: str, **headers: str) -> AbstractContextManager[ClientConnection]:
    return connect(
        f"{lab.url.replace('http', 'ws')}/objectsync/kernels/{kernel_id}{query}",
        subprotocols=[Subprotocol("objectsync.v2")],
        additional_headers=headers,
        proxy=None,
        open_timeout=20,
    )


@pytest.mark.jupyter
def test_only_who_may_run_code_in_the_kernel_comes_in(guarded: Lab) -> None:
    request = urllib.request.Request(f"{guarded.url}/api/kernels?token={TOKEN}", data=b"{}", method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        kernel_id: str = json.load(answer)["id"]
    with urllib.request.urlopen(f"{guarded.url}/lab?token={TOKEN}", timeout=60) as answer:
        cookie = "; ".join(header.split(";")[0] for header in answer.headers.get_all("Set-Cookie"))
    with dial(guarded, kernel_id, "", Cookie=cookie):  # as a browser that has been here before
        pass
    for query, headers in (
        ("", {}),
        ("?token=wrong", {}),
        (f"?token={TOKEN}&nocode=1", {}),
        ("", {"Cookie": cookie, "Origin": "http://evil.example"}),
    ):
        with pytest.raises(InvalidStatus) as caught, dial(guarded, kernel_id, query, **headers):
            pass
        assert caught.value.response.status_code == 403, (query, headers)
    unknown = "00000000-0000-0000-0000-000000000000"
    for id in (unknown, kernel_id):  # the second has not loaded our extension
        with dial(guarded, id, f"?token={TOKEN}") as page:
            with pytest.raises(Exception, match="unreachable"):
                page.recv(20)
            assert (page.close_code, page.close_reason) == (4010, "unreachable")


def test_a_page_behind_a_token_and_a_base_url_is_direct(guarded: Lab, browser: Any) -> None:
    context = browser.new_context()
    browsing = Browsing(context)
    guarded.write("guarded.ipynb", EXAMPLE)
    path = "lab/workspaces/{workspace}/tree/{name}?reset&token=" + TOKEN
    notebook: Notebook = browsing.open(guarded, "guarded.ipynb", path=path)
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1", timeout=SLOW)
    assert len(browsing.sockets) == 1
    assert browsing.sockets[0].startswith(f"ws://127.0.0.1:{guarded.port}/base/objectsync/kernels/")
    assert browsing.unexpected() == []
    context.close()

"""Where what a callback prints and raises goes, in a real kernel: below the cell that showed the object, on whatever thread it ran."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.jupyter.kernels import PATIENCE, Kernel, kernel_of
from tests.jupyter.lab import KERNELS, python_of

pytestmark = pytest.mark.jupyter

SHOWS = """
import asyncio, threading, time
from objectsync import SObject, attribute, EventTopic, IntTopic

class Panel(SObject):
    n = attribute(IntTopic)
    go = attribute(EventTopic)

panel = Panel()

def fail(*_):
    print('heard')
    raise ZeroDivisionError('by the user')

async def fail_later(*_):
    await asyncio.sleep(0)
    fail()

{wiring}
panel
"""
PAGE = """
from objectsync.transports.memory import MemoryLink
server = panel.server
def page():
    link = MemoryLink(server, 0.0)
    link.send({"type": "hello", "protocol": 2, "attempt": 1, "client": "test"})
    link.receive()
    link.send(MESSAGE)
threading.Thread(target=page).start()
"""
ACTION = "{'type': 'action', 'cseq': 1, 'base': server.log.head, 'changes': [CHANGE]}"
EMIT = ACTION.replace("CHANGE", "['emit', panel.id, 'go', {}]")
SET = ACTION.replace("CHANGE", "['set', panel.id, 'n', 5]")
CALL = "{'type': 'call', 'id': 1, 'service': 'ask', 'args': {}, 'object': panel.id}"


@pytest.fixture(scope="module", params=KERNELS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    version: str = request.param
    if python_of(version) is None:
        pytest.skip(f"there is no environment with ipykernel {version}")
    with kernel_of(version, tmp_path_factory.mktemp("kernel")) as started:
        yield started


@pytest.fixture
def kernel(running: Kernel) -> Kernel:
    # ipykernel 6 remembers by their idents which thread has started which, until garbage is collected. Idents come again: where two are
    # each other's parent, a print looks for the first of them for ever.
    assert running.run("import gc\ngc.collect()\nNone") == []
    return running


def put_out_for(kernel: Kernel, cell: str, *until: str) -> str:
    """What lands below an earlier cell, until these texts are there, in whatever order."""
    end = time.monotonic() + PATIENCE
    found = ""
    while not all(text in found for text in until):
        assert time.monotonic() < end, found
        message = kernel.next()
        if message["parent_header"].get("msg_id") == cell:
            found += message["content"].get("text", "")
    return found


@pytest.mark.parametrize(
    ("wiring", "message"),
    [
        ("panel.on('go', fail)", EMIT),
        ("panel.on('go', fail_later)", EMIT),
        ("panel.on('go', fail, live=True)", EMIT),
        ("panel.on('go', fail_later, live=True)", EMIT),
        ("panel.n.on_set += fail", SET),
        ("panel.register_service('ask', fail)", CALL),
        ("panel.register_service('ask', fail_later, live=True)", CALL),
    ],
    ids=["handler", "async", "live", "live-async", "listener", "service", "live-async-service"],
)
def test_the_traceback_lands_below_the_cell_that_showed_the_object(kernel: Kernel, wiring: str, message: str) -> None:
    shown = kernel.start(SHOWS.format(wiring=wiring), "shows")
    kernel.outputs(shown)
    kernel.start(PAGE.replace("MESSAGE", message), "other")
    prints = () if "on_set" in wiring else ("heard",)  # a listener runs inside the transaction, wherever that is
    found = put_out_for(kernel, shown, "ZeroDivisionError: by the user", *prints)
    assert "Traceback (most recent call last):\n  Cell In[" in found  # from the user's code on, as the notebook names it
    assert "in fail" in found


def test_what_a_handler_printed_stands_before_its_traceback(kernel: Kernel) -> None:
    shown = kernel.start(SHOWS.format(wiring="panel.on('go', fail)"), "shows")
    kernel.outputs(shown)
    kernel.start(PAGE.replace("MESSAGE", EMIT), "other")
    found = put_out_for(kernel, shown, "ZeroDivisionError: by the user", "heard")
    assert found.index("heard") < found.index("Traceback")


def test_a_handler_that_does_not_end_can_be_interrupted_and_the_kernel_lives(kernel: Kernel) -> None:
    wiring = "def spin():\n    print('spinning', flush=True)\n    while True: time.sleep(0.01)\npanel.on('go', spin)"
    shown = kernel.start(SHOWS.format(wiring=wiring), "shows")
    kernel.outputs(shown)
    kernel.run(PAGE.replace("MESSAGE", EMIT), "other")
    put_out_for(kernel, shown, "spinning")
    kernel.interrupt()
    assert "in spin" in put_out_for(kernel, shown, "KeyboardInterrupt")
    assert kernel.value("1 + 1") == 2


def test_block_in_a_cell_serves_other_handlers_and_hears_an_interrupt(kernel: Kernel) -> None:
    shown = kernel.start(SHOWS.format(wiring="panel.on('go', lambda: print('handled'))"), "shows")
    kernel.outputs(shown)
    once_it_waits = "    while len(panel.go._handlers) < 2:\n        time.sleep(0.01)\n    link.send(MESSAGE)"
    page = PAGE.replace("    link.send(MESSAGE)", once_it_waits).replace("MESSAGE", EMIT)
    outputs = kernel.run(page + "\nprint(panel.wait('go', timeout=30).block().name)", "waits")
    assert [output["text"] for output in outputs if output.get("name") == "stdout"] == ["go\n"]
    waits = kernel.start("print('waiting', flush=True)\npanel.wait('go').block()", "waits")
    put_out_for(kernel, waits, "waiting")
    kernel.interrupt()
    assert [output["ename"] for output in kernel.outputs(waits) if output["type"] == "error"] == ["KeyboardInterrupt"]


@pytest.mark.parametrize("handler", ["def", "async def"])
def test_block_in_a_handler_raises_and_the_kernel_lives(kernel: Kernel, handler: str) -> None:
    wiring = f"{handler} waits():\n    print('waiting')\n    panel.wait('go').block()\npanel.on('go', waits)"
    shown = kernel.start(SHOWS.format(wiring=wiring), "shows")
    kernel.outputs(shown)
    kernel.start(PAGE.replace("MESSAGE", EMIT), "other")
    assert "`async def`" in put_out_for(kernel, shown, "LocalError: block()", "waiting")
    assert kernel.value("1 + 1") == 2

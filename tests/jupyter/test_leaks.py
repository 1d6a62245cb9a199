"""Cells that run again and again leave nothing behind in a real kernel; what an output or a variable refers to stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyter.kernels import Kernel, kernel_of
from tests.jupyter.lab import KERNELS, python_of

pytestmark = pytest.mark.jupyter

CELL = """
box = Element('div', style={'padding': '1em'})
label = Element('span', parent=box, text='0')
button = Element('button', parent=box, text='more')
button.on('click', lambda event: label.text.set(str(int(label.text.value) + 1)))
Element('p', text='also shown')
"""
CLASS = """
class Card(objectsync.SObject):
    name = objectsync.attribute(objectsync.StringTopic, 'x')
    def build(self, name='x'):
        self.name.set(name)
        self.add_child(Element, 'b')
Card()
"""
OBJECTS = "len(objectsync.current_server().objects)"


@pytest.fixture(params=KERNELS)
def kernel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kernel]:
    version: str = request.param
    if python_of(version) is None:
        pytest.skip(f"there is no environment with ipykernel {version}")
    with kernel_of(version, tmp_path) as running:
        yield running


def measure(kernel: Kernel) -> dict[str, int]:
    measured: dict[str, int] = kernel.value(
        "[__import__('gc').collect()] and {'tracked': len(__import__('gc').get_objects()),"
        " 'rss': int(open('/proc/self/statm').read().split()[1]) * 4096,"
        " 'types': len(objectsync.current_server().types.by_class),"
        " 'subclasses': len(objectsync.SObject.__subclasses__())}"
    )
    return measured


@pytest.mark.parametrize("cell", [CELL, CLASS], ids=["elements", "class"])
def test_a_thousand_runs_leave_nothing(cell: str, tmp_path: Path) -> None:
    with kernel_of(KERNELS[0], tmp_path) as kernel:
        leave_nothing(kernel, cell, 1_000)


def test_runs_leave_nothing_in_any_kernel(kernel: Kernel) -> None:
    leave_nothing(kernel, CELL, 200)


def leave_nothing(kernel: Kernel, cell: str, runs: int) -> None:
    for _ in range(300):  # the history and IPython's own caches fill up
        kernel.run(cell, "cell")
    kernel.until(f"{OBJECTS} < 30", True)
    before = measure(kernel)
    for _ in range(runs):
        kernel.run(cell, "cell")
    kernel.until(f"{OBJECTS} < 30", True)
    after = measure(kernel)
    assert after["types"] == before["types"]
    assert after["subclasses"] <= before["subclasses"] + 10
    growth = {name: (after[name] - before[name]) / runs for name in ("tracked", "rss")}
    assert growth["tracked"] < 15, growth
    # About 6 kB a run until the log is full. What a busy machine adds is collected later, and the process keeps its pages: this is to
    # find buffers, which are not tracked.
    assert growth["rss"] < 60_000, growth


def test_an_output_holds_its_object_until_its_cell_runs_again_or_is_deleted(kernel: Kernel) -> None:
    for cell in "abc":
        kernel.run(f"Element('p', id='{cell}')", cell)
    kept = "sorted(id for id in 'abc' if objectsync.current_server().has_object(id))"
    for number in "123":
        kernel.run(number)  # `_`, `__` and `___` are others now
    kernel.until(kept, ["a", "b", "c"])
    assert kernel.value("sum(isinstance(each, Element) for each in Out.values())") == 3
    kernel.run("None", "a")
    kernel.until(kept, ["b", "c"])
    kernel.run("None", "x", deleted=("b",))
    kernel.until(kept, ["c"])
    assert kernel.value("sum(isinstance(each, Element) for each in Out.values())") == 1


def test_a_widget_that_carries_an_object_goes_when_its_cell_runs_again_or_is_deleted(kernel: Kernel) -> None:
    kernel.run("import objectsync_jupyter\nobjectsync_jupyter.use_anywidget()")
    carriers = "len(objectsync_jupyter._loaded.carriers)"
    for cell in "abc":
        kernel.run("Element('p')", cell)
    assert kernel.value(carriers) == 3
    kernel.run("None", "a")
    assert kernel.value(carriers) == 2
    kernel.run("None", "x", deleted=("b",))
    assert kernel.value(carriers) == 1


def test_without_cell_ids_a_cell_is_its_text(kernel: Kernel) -> None:
    for _ in range(20):
        kernel.run("Element('p')\n", None)
    kernel.until(f"{OBJECTS} <= 5", True)  # the root, the output's, and those of `_`, `__`, `___`


def test_objects_that_browsers_see_stay(kernel: Kernel) -> None:
    kernel.run("server = objectsync.current_server(); server.start()")
    for _ in range(5):
        kernel.run("Element('p'); None", "cell")
    assert kernel.value(OBJECTS) == 6
    kernel.run("server.stop()")
    kernel.until(OBJECTS, 1)

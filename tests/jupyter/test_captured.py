"""What is displayed, printed and raised inside of an Output lands in it, in a real kernel, and nothing of it below the cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jupyter.kernels import Kernel, kernel_of
from tests.jupyter.lab import KERNELS, python_of

pytestmark = pytest.mark.jupyter

SETUP = """
import threading
from IPython.display import HTML, Markdown, clear_output, display
from objectsync.controls import Button, Output
out = Output()

class Rich:
    def __init__(self, text): self.text = text
    def _repr_html_(self): return f'<b>{self.text}</b>'

def held():
    # What the output shows, in words.
    def said(kind, value):
        if kind != 'object':
            return value.get('text/html', value['text/plain']) if kind == 'display' else value
        sobject = out.server.objects[value]
        return sobject.content.value['data'] if type(sobject).__name__ == 'Shown' else f'a {type(sobject).__name__}'
    return [said(*item) for item in out.items.value]
"""


@pytest.fixture(scope="module", params=KERNELS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    version: str = request.param
    if python_of(version) is None:
        pytest.skip(f"there is no environment with ipykernel {version}")
    with kernel_of(version, tmp_path_factory.mktemp("kernel")) as started:
        yield started


@pytest.fixture
def kernel(running: Kernel) -> Kernel:
    assert running.run(SETUP) == []
    return running


def captured(kernel: Kernel, code: str) -> Any:
    """What the output holds after a cell that itself has put out nothing."""
    assert kernel.run(code) == []
    return kernel.value("held()")


def test_a_block_shows_what_it_displays_between_what_it_prints(kernel: Kernel) -> None:
    block = "with out:\n    print('before', end='')\n    display(Rich('rich'), 7)\n    print('after')"
    assert captured(kernel, block) == ["before", "<b>rich</b>", "7", "after\n"]


def test_an_object_is_live_in_it_and_stays_as_long_as_it_is_shown(kernel: Kernel) -> None:
    assert captured(kernel, "with out:\n    display(Button('here'))") == ["a Button"]
    kernel.run("import gc; from objectsync.collector import collect\nfor _ in range(2): collect(out.server)")
    assert kernel.value("held()") == ["a Button"]


def test_a_player_is_one_in_it(kernel: Kernel) -> None:
    sound = "from IPython.display import Audio\nwith out:\n    display(Audio([0.0, 0.5], rate=8000))"
    assert captured(kernel, sound) == ["▶ Audio"]
    assert kernel.value("[type(each).__name__ for each in out.walk()]") == ["Output", "Shown", "Audio"]


def test_a_callback_and_its_threads_show_what_they_display_wherever_they_run(kernel: Kernel) -> None:
    kernel.run(
        "@out.capture\ndef called(text):\n    display(HTML(text))\n    thread = threading.Thread(target=lambda: display(Rich('thread')))\n"
        "    thread.start()\n    thread.join()"
    )
    assert captured(kernel, "threading.Thread(target=called, args=['<i>called</i>']).start()\ncalled('<i>here</i>')")
    kernel.until("sorted(held())", ["<b>thread</b>"] * 2 + ["<i>called</i>", "<i>here</i>"])


def test_an_error_is_shown_with_its_traceback_and_goes_no_further(kernel: Kernel) -> None:
    block = "with out:\n    display(Rich('first'))\n    1 / 0"
    first, error = captured(kernel, block)
    assert first == "<b>first</b>"
    assert error.startswith("Traceback (most recent call last)")
    assert error.endswith("ZeroDivisionError: division by zero\n")
    assert "1 / 0" in error


def test_a_traceback_names_cells_as_the_notebook_does_and_is_the_same_in_every_kernel(kernel: Kernel) -> None:
    kernel.run("def ratio(n):\n    return 1 / n")
    first = kernel.value("len(In) - 2")
    [error] = captured(kernel, "with out:\n    ratio(0)")
    assert f"\n  Cell In[{first + 2}], line 2, in <module>\n    ratio(0)\n" in error
    assert f"\n  Cell In[{first}], line 2, in ratio\n    return 1 / n\n" in error
    assert "ipykernel_" not in error


def test_progress_that_track_makes_is_shown_below_the_cell_or_in_the_block_or_where_its_parent_is(kernel: Kernel) -> None:
    kernel.run("from objectsync.controls import Column, track")
    loop = "for _ in track(range(3), 'Reading'):\n    pass"
    [below] = kernel.run(loop)
    assert below["type"] == "display_data"
    assert "Reading" in below["data"]["text/html"]
    assert captured(kernel, "with out:\n    list(track(range(3)))") == ["a Progress"]
    assert kernel.run("with Column() as column:\n    list(track(range(3)))") == []
    assert kernel.value("[type(each).__name__ for each in column.children]") == ["Progress"]


def test_what_is_displayed_elsewhere_stays_where_it_was(kernel: Kernel) -> None:
    [elsewhere] = kernel.run("with out:\n    print('in')\ndisplay(Rich('below the cell'))")
    assert elsewhere["data"]["text/html"] == "<b>below the cell</b>"
    assert kernel.value("held()") == ["in\n"]


def test_clear_output_clears_the_output_and_not_the_cell(kernel: Kernel) -> None:
    block = "for n in range(3):\n    with out:\n        clear_output(wait=True)\n        display(Rich(n))"
    assert captured(kernel, block) == ["<b>2</b>"]
    assert captured(kernel, "with out:\n    clear_output(wait=True)") == ["<b>2</b>"]
    assert captured(kernel, "with out:\n    clear_output()") == []


def test_a_handle_updates_what_it_has_displayed_in_place_from_anywhere(kernel: Kernel) -> None:
    assert captured(kernel, "with out:\n    handle = display(Rich('old'), display_id=True)\n    print('below')") == [
        "<b>old</b>",
        "below\n",
    ]
    kernel.run("handle.update(Rich('new'))")
    assert kernel.value("held()") == ["<b>new</b>", "below\n"]


def test_after_unloading_everything_is_displayed_below_the_cell_again(kernel: Kernel) -> None:
    kernel.run("%unload_ext objectsync_jupyter")
    [shown] = kernel.run("with out:\n    display(Rich('anywhere'))")
    assert shown["data"]["text/html"] == "<b>anywhere</b>"
    kernel.run("%load_ext objectsync_jupyter")


def test_figures_are_drawn_in_it(tmp_path: Path) -> None:
    with kernel_of(KERNELS[0], tmp_path) as kernel:
        kernel.run(SETUP + "import matplotlib.pyplot as plt")
        assert kernel.run("with out:\n    figure, axes = plt.subplots()\n    plt.show()\nout.display(figure)") == []
        assert kernel.value("[sorted(value) for kind, value in out.items.value]") == [["image/png", "text/plain"]] * 2
        retina = "%config InlineBackend.figure_format = 'retina'\nout.clear_output()\n"
        retina += "with out:\n    plt.figure(figsize=(3, 2)); plt.plot([1, 2]); plt.show()"
        assert kernel.run(retina) == []
        assert kernel.value("[200 < value['width'] < 310 for kind, value in out.items.value]") == [True]  # half of its pixels
        plotly = "import plotly.graph_objects as go\nout.clear_output()\nwith out:\n    display(go.Figure(go.Bar(y=[1, 2])))"
        assert kernel.run(plotly) == []
        assert kernel.value("[out.server.objects[value].content.value['library'] for kind, value in out.items.value]") == ["plotly"]
        chart = "alt.hconcat(alt.Chart(alt.Data(values=[{'a': 1}])).mark_bar().encode(x='a:Q'))"
        vega = f"import altair as alt\nout.clear_output()\nwith out:\n    display({chart})"
        assert kernel.run(vega) == []
        assert kernel.value("[out.server.objects[value].content.value['library'] for kind, value in out.items.value]") == ["vega"]
        assert kernel.value("[each.id for each in out.children] == [value for kind, value in out.items.value]")

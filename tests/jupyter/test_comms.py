"""The same over comms alone, where the server extension is missing: what depends on the way is tested on both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jupyter.browsing import Browsing, expect
from tests.jupyter.lab import Lab
from tests.jupyter.test_direct import COMMS
from tests.jupyter.test_lab import (
    EXAMPLE,
    test_a_blocked_cell_neither_stops_updates_nor_loses_clicks,
    test_a_page_that_is_reloaded_while_a_cell_runs_is_live_before_it_ends,
    test_a_restarted_kernel_greys_the_views_until_the_cell_runs_again,
    test_bytes_go_both_ways_whatever_their_size,
    test_twenty_thousand_sets_end_at_the_last_value,
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Lab whose server has nothing of ours."""
    running = Lab(tmp_path_factory.mktemp("plain"), prompt=False)
    yield running
    running.stop()


def test_a_page_is_live_over_comms_and_asks_for_nothing_else(lab: Lab, browsing: Browsing, kernel: str) -> None:
    lab.write("plain.ipynb", EXAMPLE, COMMS, kernel=kernel)
    notebook = browsing.open(lab, "plain.ipynb")
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.run(1)
    assert notebook.output(1) == "comms 2"
    assert browsing.sockets == []


__all__ = [
    "test_a_blocked_cell_neither_stops_updates_nor_loses_clicks",
    "test_a_page_that_is_reloaded_while_a_cell_runs_is_live_before_it_ends",
    "test_a_restarted_kernel_greys_the_views_until_the_cell_runs_again",
    "test_bytes_go_both_ways_whatever_their_size",
    "test_twenty_thousand_sets_end_at_the_last_value",
]

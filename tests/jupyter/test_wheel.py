"""A wheel, as a user installs it: nothing in this JupyterLab comes from the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jupyter.browsing import Browsing, expect
from tests.jupyter.lab import Lab
from tests.jupyter.test_lab import EXAMPLE
from tests.test_packaging import installed, wheel


@pytest.fixture
def lab(installed: Path, tmp_path: Path) -> Iterator[Lab]:
    running = Lab(tmp_path, installed=installed)
    yield running
    running.stop()


def test_an_installed_wheel_shows_objects_live_over_the_direct_websocket(lab: Lab, browsing: Browsing, installed: Path) -> None:
    browsing.expected.append("404")  # jupyterlab-lsp's server half, which is enabled where it was installed only
    lab.write("wheel.ipynb", EXAMPLE, "print(objectsync.__file__)", "%objectsync status")
    notebook = browsing.open(lab, "wheel.ipynb")
    notebook.run(0)
    notebook.live(0).locator("button").click()
    expect(notebook.live(0).locator("span")).to_have_text("1")
    notebook.run(1, 2)
    assert notebook.output(1).startswith(str(installed.parent.parent))
    assert "direct" in notebook.output(2)


__all__ = ["installed", "wheel"]

"""marimo has neither comms nor our extension: `as_widget` shows objects of any server there."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.jupyter.browsing import SLOW, expect
from tests.jupyter.lab import ROOT

PYTHON = Path(os.environ.get("OBJECTSYNC_MARIMO", ROOT / ".venv-marimo" / "bin" / "python"))
APP = """\
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    import objectsync
    from objectsync.dom import Element
    from objectsync_jupyter import as_widget

    server = objectsync.Server()
    box = Element("div", server=server)
    label = Element("span", parent=box, text="0")
    button = Element("button", parent=box, text="more")
    button.on("click", lambda: label.text.set(str(int(label.text.value) + 1)))
    mo.ui.anywidget(as_widget(box))
    return
"""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    if not PYTHON.exists():
        pytest.skip("there is no environment with marimo (.venv-marimo)")
    (tmp_path / "app.py").write_text(APP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = (PYTHON, "-m", "marimo", "run", "app.py", "--headless", "--no-token", "--host", "127.0.0.1", "-p", str(port))
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(ROOT)})
    end = time.monotonic() + 60
    while True:
        assert process.poll() is None, (tmp_path / "log").read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                break
        except OSError:
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/"
    process.terminate()
    process.wait(20)


def test_an_object_is_live_both_ways(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    view = page.locator(".objectsync-view-live")
    expect(view.locator("span")).to_have_text("0", timeout=SLOW)
    for count in ("1", "2"):
        view.locator("button").click()
        expect(view.locator("span")).to_have_text(count)
    page.close()

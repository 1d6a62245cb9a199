"""`%objectsync`: in IPython alone, and as a visitor reads it in JupyterLab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from objectsync import Element
from objectsync_jupyter.magic import EXTENSION, labextension, server_extension
from tests.jupyter.browsing import Browsing, expect
from tests.jupyter.lab import Lab
from tests.jupyter.test_display import EXTENSION as PACKAGE
from tests.jupyter.test_display import ip as ip  # the fixture
from tests.jupyter.test_lab import EXAMPLE


def says(ip: Any, capsys: pytest.CaptureFixture[str], line: str) -> list[str]:
    capsys.readouterr()
    ip.run_line_magic("objectsync", line)
    return capsys.readouterr().out.splitlines()


def test_status_tells_versions_pages_and_objects(ip: Any, capsys: pytest.CaptureFixture[str]) -> None:
    Element("p", parent=Element("div"))
    lines = says(ip, capsys, "status")
    assert lines[0] == "objectsync    0.1.0, protocol 2"
    assert "pages         none connected" in lines
    assert "objects       3" in lines  # the root, too
    assert says(ip, capsys, "") == lines


def test_tree_lists_the_objects(ip: Any, capsys: pytest.CaptureFixture[str]) -> None:
    Element("b", parent=Element("div"), text="deep")
    _, div, b = says(ip, capsys, "tree")
    assert div.startswith("  Element(id=1")
    assert b.startswith("    Element(id=2")
    assert "deep" in b


def test_another_word_is_told_what_there_is(ip: Any) -> None:
    from IPython.core.error import UsageError

    with pytest.raises(UsageError, match="expected one of status, tree, doctor"):
        ip.run_line_magic("objectsync", "statsu")


def test_unloading_takes_it_away(ip: Any) -> None:
    ip.run_line_magic("unload_ext", PACKAGE)
    assert ip.find_line_magic("objectsync") is None


def written(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def test_doctor_finds_the_labextension_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    places, user, system = [tmp_path / "a", tmp_path / "b"], tmp_path / "user", tmp_path / "system"
    assert labextension(places, [user], "1.0").startswith("NOT FOUND: pip install objectsync")
    written(places[1] / EXTENSION / "package.json", {"version": "1.0"})
    assert labextension(places, [user], "1.0") == f"1.0, enabled ({places[1] / EXTENSION})"
    assert labextension(places, [user], "1.1").startswith("VERSION 1.0, and this kernel has 1.1: pip install -U")
    written(system / "labconfig/page_config.json", {"disabledExtensions": {EXTENSION: True}})
    assert labextension(places, [user, system], "1.0").startswith("DISABLED: jupyter labextension enable")
    written(user / "labconfig/page_config.json", {"disabledExtensions": {EXTENSION: False}})
    assert labextension(places, [user, system], "1.0").startswith("1.0, enabled")


def test_doctor_knows_whether_the_server_extension_is_enabled(tmp_path: Path) -> None:
    user, system = tmp_path / "user", tmp_path / "system"
    assert server_extension([user, system]).startswith("NOT FOUND")
    written(system / "jupyter_server_config.d/objectsync_jupyter.json", {"ServerApp": {"jpserver_extensions": {PACKAGE: True}}})
    assert server_extension([user, system]) == "enabled"
    written(user / "jupyter_server_config.json", {"ServerApp": {"jpserver_extensions": {PACKAGE: False}}})
    assert server_extension([user, system]).startswith("DISABLED")
    (user / "jupyter_server_config.json").write_text("no JSON")
    assert server_extension([user, system]) == "enabled"


def test_in_jupyterlab_it_tells_how_the_page_is_connected(lab: Lab, browsing: Browsing) -> None:
    lab.write("magic.ipynb", EXAMPLE, "%objectsync doctor")
    notebook = browsing.open(lab, "magic.ipynb")
    notebook.run(0)
    expect(notebook.live(0)).to_be_visible()
    notebook.run(1)
    lines = notebook.output(1).splitlines()
    assert lines[1].startswith("kernel        ipykernel 7.")
    assert lines[2] == "pages         1 by the direct websocket"
    assert any(line.startswith("labextension  0.1.0, enabled") for line in lines)
    assert "server ext.   enabled" in lines

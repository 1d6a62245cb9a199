"""What an output holds, without a browser: a real IPython, and no kernel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import objectsync_jupyter
from objectsync import Element, FloatTopic, Server, SObject, attribute, current_server
from objectsync.picture import html_of
from objectsync_jupyter.display import VIEW, text_of
from tests.jupyter.lab import ROOT

InteractiveShell = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
EXTENSION = "objectsync_jupyter"


@pytest.fixture
def ip() -> Iterator[Any]:
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", EXTENSION)
    yield shell
    if EXTENSION in shell.extension_manager.loaded:
        shell.run_line_magic("unload_ext", EXTENSION)
    InteractiveShell.clear_instance()


def test_the_current_server_is_the_kernels(ip: Any) -> None:
    assert current_server() is objectsync_jupyter.server
    assert Element("p").server is objectsync_jupyter.server


def test_loading_twice_is_silent_and_keeps_the_server(ip: Any, capsys: pytest.CaptureFixture[str]) -> None:
    server = objectsync_jupyter.server
    ip.run_line_magic("load_ext", EXTENSION)
    assert objectsync_jupyter.server is server
    assert capsys.readouterr().out == ""


def test_unloading_takes_everything_out(ip: Any) -> None:
    box = Element("p", text="here")
    ip.run_line_magic("unload_ext", EXTENSION)
    data, _ = ip.display_formatter.format(box)
    assert list(data) == ["text/plain"]
    with pytest.raises(AttributeError, match="load_ext"):
        objectsync_jupyter.server
    ip.run_line_magic("load_ext", EXTENSION)
    assert current_server() is objectsync_jupyter.server


def bundle_of(ip: Any) -> str:
    box = Element("div", style={"padding": "1em"}, text="hello ")
    Element("b", parent=box, text="<&>")
    data, metadata = ip.display_formatter.format(box)
    assert metadata == {}
    return json.dumps(data, sort_keys=True)


def test_the_same_program_gives_the_same_bytes(ip: Any) -> None:
    first = bundle_of(ip)
    ip.run_line_magic("unload_ext", EXTENSION)
    ip.run_line_magic("load_ext", EXTENSION)
    assert bundle_of(ip) == first
    data = json.loads(first)
    assert set(data) == {VIEW, "text/html", "text/plain"}
    assert data[VIEW]["id"] == "1"
    assert data["text/html"] == '<div style="padding: 1em">hello <b>&lt;&amp;&gt;</b></div>'


class Reading(SObject):
    celsius = attribute(FloatTopic, 0.0)


def test_data_without_a_look_is_shown_by_what_it_holds(ip: Any) -> None:
    reading = Reading()
    reading.celsius.set(20.5)
    data, _ = ip.display_formatter.format(reading)
    assert data["text/html"] == "<code>Reading(id=1, celsius=20.5)</code>"
    Element("p", parent=reading, text="its look")
    assert reading.to_html() == "<div><p>its look</p></div>"
    assert current_server().root.to_html().startswith("<div>")


def test_an_object_of_another_server_is_a_picture(ip: Any) -> None:
    other = Server(port=0)
    data, _ = ip.display_formatter.format(Element("p", text="elsewhere", server=other))
    assert VIEW not in data
    assert data["text/html"] == "<p>elsewhere</p>"


def test_form_elements_show_what_they_hold(ip: Any) -> None:
    form = Element(
        "form",
        Element("input", value='"quoted"', attrs={"type": "text", "disabled": True}),
        Element("input", attrs={"type": "checkbox"}, checked=True),
        Element("textarea", value="</textarea><script>"),
        Element("select", Element("option", text="a"), Element("option", text="b"), value="b"),
    )
    assert html_of(form) == (
        '<form><input type="text" disabled value="&quot;quoted&quot;"><input type="checkbox" checked>'
        "<textarea>&lt;/textarea&gt;&lt;script&gt;</textarea><select><option>a</option><option selected>b</option></select></form>"
    )


class Sneaky(SObject):
    frontend_type = "script"


class Loose(SObject):
    frontend_type = "p"

    def pre_build(self, _: object) -> None:
        from objectsync import DictTopic, StringTopic

        self.attrs = self.add_attribute(
            "attrs", DictTopic, {"onclick": "alert(1)", "href": "javascript:alert(1)", 'x" onload="': "1", "title": 'a"b'}
        )
        self.style = self.add_attribute("style", DictTopic, {"color": "red", "background": "url(https://example.org/x)"})
        self.text = self.add_attribute("text", StringTopic, "<img src=x onerror=alert(1)>")


def test_nothing_in_a_picture_can_run(ip: Any) -> None:
    assert "<script" not in html_of(Sneaky())
    assert html_of(Loose()) == '<p title="a&quot;b" style="color: red">&lt;img src=x onerror=alert(1)&gt;</p>'


def test_a_large_tree_is_cut_off_and_closed(ip: Any) -> None:
    top = Element("ul")
    for index in range(5_000):
        Element("li", Element("b", text=f"entry {index} of many"), parent=top)
    html = html_of(top)
    assert len(html) < 110_000
    assert html.endswith("<p>…</p>")
    assert len(re.findall(r"<li>", html)) == len(re.findall(r"</li>", html))
    assert text_of(top).splitlines()[-1] == "… and 9961 more"


def test_a_deep_tree_needs_no_recursion(ip: Any) -> None:
    top = node = Element("div")
    for _ in range(200):
        node = Element("div", parent=node)
    assert html_of(top).count("</div>") == 201


def test_nbconvert_shows_the_real_thing() -> None:
    exporter = pytest.importorskip("nbconvert").HTMLExporter()
    html, _ = exporter.from_filename(str(ROOT / "notebooks" / "02-live-ui.ipynb"))
    assert 'type="range" value="5"' in html
    assert '<polyline fill="none" points="0,40.0 2,35.6 4,31.3' in html
    assert "<span>look at the next notebook</span><button" in html
    assert VIEW not in html

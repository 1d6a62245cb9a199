"""What must not run, tried in a real Chromium.

The server's own checks are by-passed here (plain attributes without validators): the client has the last word and must hold alone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from objectsync import DictTopic, Element, InvalidChangeError, ListTopic, Server, SObject, StringTopic, attribute
from tests.e2e.conftest import NewPage, Watch

VECTORS: dict[str, Any] = json.loads((Path(__file__).resolve().parents[1] / "vectors" / "dom_safety.json").read_text())
RUN = "window.attacked = true"


class Unchecked(SObject):
    """An element without the server's checks."""

    frontend_type = "Element"
    tag = attribute(StringTopic, "div")
    text = attribute(StringTopic, "")
    attrs = attribute(DictTopic)
    style = attribute(DictTopic)
    classes = attribute(ListTopic)


@pytest.fixture
def attacked(open_page: NewPage, server: Server, watch: Watch) -> Any:
    """`attacked(objects…)`: shows them with a harmless one, uses the page a little, and says whether anything ran."""

    def show() -> Page:
        Element("p", server=server, text="end of the attack")
        page = open_page(server.url)
        expect(page.get_by_text("end of the attack")).to_be_visible()
        for link in page.locator("main a, main button").all():
            link.dispatch_event("click")
            link.dispatch_event("mouseover")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 50)))")
        assert page.evaluate("window.attacked") is None
        assert page.locator("main script, main iframe, main object, main embed, main base, main link, main meta, main style").count() == 0
        return page

    # Each refusal is reported to the console, with the object named; that is wanted here.
    watch.expected = ("Unchecked",)
    return show


def test_no_denied_attribute_reaches_the_document(attacked: Any, server: Server) -> None:
    for tag, name, value in VECTORS["attributes"]["denied"]:
        if tag in VECTORS["tags"]["allowed"]:
            Unchecked(server=server, tag=tag, text=f"{tag} {name}", attrs={name: value.replace("alert(1)", RUN)})
    page = attacked()
    present = page.evaluate(
        """denied => {
          const seen = []
          for (const element of document.querySelectorAll('main *'))
            for (const attribute of element.attributes)
              for (const [tag, name, value] of denied)
                if (element.localName === tag && attribute.name === name.toLowerCase() && attribute.value === value) seen.push([tag, name])
          return seen
        }""",
        VECTORS["attributes"]["denied"],
    )
    assert [entry for entry in present if entry[1] != "style"] == []


def test_no_denied_tag_is_made(attacked: Any, server: Server) -> None:
    for tag in VECTORS["tags"]["denied"]:
        Unchecked(server=server, tag=tag, text=RUN, attrs={"src": "data:text/javascript," + RUN})
    page = attacked()
    made = set(page.evaluate("[...document.querySelectorAll('main *')].map(element => element.localName)"))
    assert made & {tag.lower() for tag in VECTORS["tags"]["denied"] if tag} <= {"p", "div", "span"}


def test_no_denied_style_is_set(attacked: Any, server: Server) -> None:
    harmless = Unchecked(server=server, tag="b", text="styled", style={"color": "rgb(1, 2, 3)"})
    for number, (name, value) in enumerate(VECTORS["styles"]["denied"]):
        Unchecked(server=server, tag="i", text=str(number), style={name: value})
    page = attacked()
    assert page.evaluate("[...document.querySelectorAll('main i')].filter(element => element.getAttribute('style'))") == []
    expect(page.get_by_text(harmless.text.value, exact=True)).to_have_css("color", "rgb(1, 2, 3)")


@pytest.mark.parametrize(
    "text",
    [
        f"<img src=x onerror={RUN}>",
        f"<script>{RUN}</script>",
        f"</p><svg onload={RUN}>",
        "{{constructor.constructor('window.attacked = true')()}}",
        "\u202e<b>bold</b>",
    ],
)
def test_text_is_never_markup(attacked: Any, server: Server, text: str) -> None:
    Element("p", server=server, text=text, attrs={"title": text}, value=text)
    page = attacked()
    expect(page.locator("main p").first).to_have_text(text)
    assert page.locator("main p").first.locator("*").count() == 0


def test_names_cannot_reach_a_prototype(attacked: Any, server: Server) -> None:
    victim = Unchecked(server=server, tag="div")
    victim.attrs.set({"__proto__": "x", "constructor": "y"})
    victim.style.set({"__proto__": "x"})
    data = victim.add_attribute("data", DictTopic, {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}})
    page = attacked()
    assert page.evaluate("({}).polluted") is None
    assert page.evaluate("Object.prototype.polluted") is None
    assert data.value["__proto__"] == {"polluted": 1}


def test_what_is_refused_is_reported_with_its_object(attacked: Any, server: Server, watch: Watch) -> None:
    bad = Unchecked(server=server, tag="a", attrs={"href": "javascript:" + RUN})
    attacked()
    assert any(f"Unchecked({bad.id})" in error and "href" in error for error in watch.errors)


def test_a_script_from_elsewhere_does_not_load(attacked: Any, server: Server, watch: Watch) -> None:
    watch.expected = ("Unchecked", "Content Security Policy", "Refused to", "404")
    page = attacked()
    page.evaluate(
        """() => new Promise(done => {
          const script = document.createElement('script')
          script.textContent = 'window.attacked = true'
          document.body.append(script)
          const image = document.createElement('div')
          image.innerHTML = '<img src=x onerror="window.attacked = true">'
          document.body.append(image)
          setTimeout(done, 100)
        })"""
    )
    assert page.evaluate("window.attacked") is None


class TestTheServersOwnCheck:
    """The same rules, for an early error."""

    @pytest.mark.parametrize("tag", VECTORS["tags"]["denied"])
    def test_tags(self, server: Server, tag: str) -> None:
        with pytest.raises(InvalidChangeError):
            Element(tag, server=server)
        assert server.root.children == []

    def test_attributes_that_no_tag_may_have(self, server: Server) -> None:
        element = Element("a", server=server)
        for name, value in [("onclick", RUN), ("href", "javascript:" + RUN), ("srcdoc", "x"), ("__proto__", "x"), ("formaction", "x")]:
            with pytest.raises(InvalidChangeError, match=r"docs/security\.md"):
                element.attrs[name] = value
        assert element.attrs.value == {}

    def test_styles(self, server: Server) -> None:
        element = Element("div", server=server)
        for name, value in VECTORS["styles"]["denied"]:
            with pytest.raises(InvalidChangeError):
                element.style[name] = value
        with pytest.raises(InvalidChangeError, match="Use '30px'"):
            element.style["font-size"] = 30
        assert element.style.value == {}

"""Elements, as Python makes them: constructors that read like HTML, events with options, orders to the pages."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from objectsync import (
    AlreadyExists,
    DictTopic,
    Element,
    ElementObject,
    EventTopic,
    InvalidChangeError,
    InvalidValue,
    SObject,
    StringTopic,
    UnknownAttribute,
    attribute,
    dom,
)
from objectsync.controls import Button, Column, Label
from objectsync.dom import button, check_events, circle, div, h1, input_, label, p, svg, tags
from objectsync.hub import Hub
from objectsync.safety import HTML_TAGS, SVG_TAGS
from tests.clients import WireClient, changes_in, make_hub
from tests.replica import same


@pytest.fixture
def hub() -> Any:
    hub = make_hub()
    with hub.as_current():
        yield hub


def test_constructors_read_like_html(hub: Hub) -> None:
    box = div(h1("Title"), p("some ", Element("b", text="bold"), " text", 7), classes=["card"], style={"color": "red"}, aria_label="box")
    assert hub.format_tree(box).count("\n") == 5
    assert box.attrs.value == {"aria-label": "box"}
    assert box.classes.value == ["card"]
    title, paragraph = box.children
    assert isinstance(title, Element)
    assert (title.tag.value, title.text.value) == ("h1", "Title")
    assert [child.text.value for child in paragraph.children if isinstance(child, Element)] == ["bold", " text", "7"]


def test_constructors_tell_what_they_take(hub: Hub) -> None:
    assert list(inspect.signature(tags.td).parameters)[:4] == ["children", "parent", "style", "classes"]


def test_there_is_a_constructor_for_every_allowed_tag(hub: Hub) -> None:
    made = {getattr(tags, name)().tag.value for name in tags.__all__}
    assert made == HTML_TAGS | SVG_TAGS
    assert all(getattr(tags, name).__doc__.startswith("<") for name in tags.__all__)


def test_names_that_python_has_taken_end_with_an_underscore(hub: Hub) -> None:
    field = input_(type="range", min=1, value=3)
    assert (field.tag.value, field.attrs.value, field.value.value) == ("input", {"type": "range", "min": 1}, 3)
    assert label("name", for_="x").attrs.value == {"for": "x"}
    assert svg(circle(r=1), viewBox="0 0 2 2").attrs.value == {"viewBox": "0 0 2 2"}


def test_handlers_are_given_where_html_has_them(hub: Hub) -> None:
    clicks: list[Any] = []
    go = button("Go", on_click=clicks.append)
    go.emit("click")
    assert len(clicks) == 1


def test_what_is_not_allowed_is_named_at_the_call(hub: Hub) -> None:
    with pytest.raises(InvalidChangeError, match="onclick"):
        div(onclick="alert(1)")
    assert hub.root.children == []


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda tags: tags.ul([tags.li("a")]), "one by one"),
        (lambda tags: tags.div(tags.p("x"), [1, 2]), "one by one"),
        (lambda tags: tags.div(tags.p("x"), None), "leave it out"),
        (lambda tags: tags.div(style="color: red"), "expected a dict as `style`, such as"),
        (lambda tags: tags.a("help", attrs="href"), "expected a dict as `attrs`, such as"),
        (lambda tags: tags.div(classes="card big"), r"use \['card', 'big'\]"),
        (lambda _: Button("Go", classes="card"), r"use \['card'\]"),
        (lambda _: Button("Go", style="color: red"), "expected a dict as `style`"),
        (lambda _: Column(*[[Label("a")]]), "one by one"),
    ],
)
def test_usual_mistakes_are_named(hub: Hub, make: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        make(dom)


class Titled(Element):
    """A class with a build of its own, which sets less than it is given."""

    def build(self, tag: str = "h1", text: str = "") -> None:  # type: ignore[override]  # as users do
        super().build(tag, text=text.upper())


class Shouting(Element):
    """A class whose attributes are set in a way of its own."""

    def set_attributes(self, /, **values: Any) -> None:
        super().set_attributes(**{name: value.upper() if name == "text" else value for name, value in values.items()})


class Prepared(Element):
    def pre_build(self, _: Any) -> None:
        self.heard: list[str] = []
        self.text.on_set += self.heard.append


def test_texts_alone_make_the_same_element_as_all_that_build_takes(hub: Hub) -> None:
    cases: tuple[dict[str, Any], ...] = ({}, {"text": ""}, {"text": "a"}, {"text": "é"}, {"value": "x"}, {"text": "a", "value": "b"})
    for texts in cases:
        for tag in ("div", "td"):
            short, long = Element(tag, **texts), Element(tag, **texts, checked=False)
            assert [getattr(short, name).value for name in short.attributes] == [getattr(long, name).value for name in long.attributes]
            assert same(short.serialize()["objects"][0].get("attributes"), long.serialize()["objects"][0].get("attributes"))
    assert Titled("h2", text="title").text.value == "TITLE"
    assert Shouting("p", text="word").text.value == "WORD"
    assert Prepared("p", text="word").heard == ["word"]


def test_texts_that_cannot_be_are_refused_as_ever(hub: Hub) -> None:
    before = list(hub.root.children)
    with pytest.raises(InvalidChangeError, match="script"):
        Element("script", text="alert(1)")
    with pytest.raises(TypeError, match="tag"):
        Element("td", tag="th")
    with pytest.raises(TypeError, match="txet"):
        Element("td", txet="a")
    with pytest.raises(InvalidValue, match="surrogate"):
        Element("td", text="\ud800")
    with pytest.raises(TypeError, match="no positional arguments"):
        Plain("a")
    with pytest.raises(UnknownAttribute, match="Did you mean 'text'"):
        Plain(txet="a")
    assert hub.root.children == before


class Plain(SObject):
    text = attribute(StringTopic, "")


def test_with_makes_a_parent(hub: Hub) -> None:
    with div() as outer:
        first = p("one")
        with div() as inner:
            second = p("two")
        third = p("three", parent=outer)
    after = p("after")
    assert outer.children == [first, inner, third]
    assert inner.children == [second]
    assert after.parent is hub.root


def test_with_ends_when_an_exception_leaves_it(hub: Hub) -> None:
    with pytest.raises(RuntimeError), div():
        raise RuntimeError
    assert p("after").parent is hub.root


class TestListening:
    def test_options_travel_as_an_attribute_and_are_no_step_to_undo(self, hub: Hub) -> None:
        go = button("Go")
        hub.clear_history()
        client = WireClient(hub)
        client.ack()
        go.on("keydown", print, fields=["key", "target.value"], keys=["Enter"], prevent_default=True, throttle=0.1)
        assert [change for change in changes_in(client.receive()) if change[0] != "define"] == [
            ["attribute", go.id, "events", "dict", {}],
            [
                "set",
                go.id,
                "events",
                {"keydown": {"fields": ["key", "target.value"], "keys": ["Enter"], "prevent_default": True, "throttle": 0.1}},
            ],
            ["attribute", go.id, "keydown", "event", None],
        ]
        assert not hub.undo()

    def test_options_of_two_handlers_join(self, hub: Hub) -> None:
        go = button("Go")
        go.on("keydown", print, fields=["key"], throttle=0.5)
        go.on("keydown", print, fields=["code", "key"], throttle=0.1, stop_propagation=True)
        assert go.events.value == {"keydown": {"fields": ["key", "code"], "throttle": 0.1, "stop_propagation": True}}

    def test_they_work_for_declared_events(self, hub: Hub) -> None:
        class Pad(ElementObject):
            pointermove = attribute(EventTopic)
            events = attribute(DictTopic, {"pointermove": {"fields": ["elementX"], "throttle": 0.05}}, validator=check_events)

        seen: list[float] = []
        pad = Pad()
        pad.on("pointermove", lambda event: seen.append(event["elementX"]), prevent_default=True)
        assert pad.events.value == {"pointermove": {"fields": ["elementX"], "throttle": 0.05, "prevent_default": True}}
        WireClient(hub).act(["emit", pad.id, "pointermove", {"elementX": 4.5}])
        assert seen == [4.5]

    def test_as_a_decorator(self, hub: Hub) -> None:
        go = button("Go")

        clicks: list[Any] = []
        assert go.on("click", debounce=0.2)(clicks.append) == clicks.append
        go.emit("click")
        assert len(clicks) == 1
        assert go.events.value == {"click": {"debounce": 0.2}}

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"fields": ["target.valeu"]}, "Did you mean 'target.value'"),
            ({"fields": ["view"]}, "allow list"),
            ({"throttle": 0}, "seconds"),
            ({"throttle": 100}, "seconds"),
            ({"debounce": "1"}, "seconds"),
            ({"throttle": 1, "debounce": 1}, "one of them"),
        ],
    )
    def test_mistakes_are_named_at_the_call(self, hub: Hub, options: dict[str, Any], said: str) -> None:
        go = button("Go")
        with pytest.raises(InvalidChangeError, match=said):
            go.on("click", print, **options)
        assert not go.has_attribute("click")

    def test_a_text_is_no_list_of_fields(self, hub: Hub) -> None:
        with pytest.raises(TypeError, match="list of names"):
            button("Go").on("click", print, fields="key")

    def test_a_client_may_not_change_them(self, hub: Hub) -> None:
        go = button("Go")
        go.on("click", print, throttle=1)
        answer = WireClient(hub).act(["set", go.id, "events", {}])
        assert answer["error"]["code"] == "forbidden"

    def test_an_attribute_that_is_no_event_is_refused(self, hub: Hub) -> None:
        go = button("Go")
        with pytest.raises(AlreadyExists):
            go.on("text", print, throttle=1)
        assert not go.has_attribute("events")


class TestOrders:
    def orders(self, client: WireClient) -> list[Any]:
        return [change[3] for change in changes_in(client.receive()) if change[0] == "emit"]

    def test_every_page_hears_them(self, hub: Hub) -> None:
        field = input_()
        clients = [WireClient(hub), WireClient(hub)]
        field.focus()
        field.scroll_into_view("center")
        for client in clients:
            assert self.orders(client) == [
                {"method": "focus", "args": []},
                {"method": "scrollIntoView", "args": [{"block": "center", "behavior": "auto"}]},
            ]

    def test_one_page_can_be_meant(self, hub: Hub) -> None:
        field = input_()
        client = WireClient(hub)
        field.focus(client.session)
        assert self.orders(client) == [{"method": "focus", "args": [], "session": client.session}]

    def test_a_page_given_where_something_else_belongs_is_an_error(self, hub: Hub) -> None:
        field = input_()
        client = WireClient(hub)
        with pytest.raises(InvalidValue, match=f"start, center, end or nearest, not '{client.session}'.*session="):
            field.scroll_into_view(client.session)  # type: ignore[arg-type]  # the mistake in question
        with pytest.raises(InvalidValue, match=f"takes pixels, not '{client.session}'.*session="):
            field.scroll_to(client.session)  # type: ignore[arg-type]  # the mistake in question
        assert self.orders(client) == []

    def test_a_page_that_comes_later_hears_nothing_of_them(self, hub: Hub) -> None:
        field = input_()
        field.focus()
        later = WireClient(hub)
        assert all(change[0] != "emit" for message in later.greeting for change in message.get("changes", ()))

    def test_an_order_is_no_step_to_undo(self, hub: Hub) -> None:
        field = input_()
        hub.clear_history()
        field.focus()
        assert not hub.undo()

    def test_clients_cannot_give_them(self, hub: Hub) -> None:
        field = input_()
        field.focus()
        answer = WireClient(hub).act(["emit", field.id, "invoke", {"method": "focus"}])
        assert answer["error"]["code"] == "forbidden"

    def test_any_object_of_ones_own_can_be_an_element(self, hub: Hub) -> None:
        class Card(ElementObject, frontend_type="section"):
            pass

        card = Card()
        card.append("text", p("more"))
        assert len(card.children) == 2
        assert isinstance(card, SObject)


def test_an_element_of_texts_alone_says_its_tag_first_and_takes_it_once(hub: Hub) -> None:
    shown = Element("b", text="x")
    assert repr(shown) == f"Element(id={shown.id}, tag='b', text='x')"
    with pytest.raises(TypeError, match="tag"):
        Element("b", tag="i")

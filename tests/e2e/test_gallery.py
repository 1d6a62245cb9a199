"""The gallery in a browser: each opens, is used once, and has its picture taken."""

from __future__ import annotations

from importlib import import_module

import pytest
from playwright.sync_api import Page, expect

from objectsync import Server
from tests.e2e.conftest import NewPage, take_picture


def explore(page: Page) -> None:
    page.get_by_label("Across").press("ArrowRight")
    expect(page.get_by_text("x = sin(4t + 0.50)")).to_be_visible()


def train(page: Page) -> None:
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text("100 %")).to_be_visible(timeout=60_000)


def annotate(page: Page) -> None:
    canvas = page.get_by_role("img", name="a landscape")
    for label, (left, top, right, bottom) in {"sun": (350, 30, 430, 110), "cloud": (80, 25, 205, 105)}.items():
        page.get_by_label("Label").select_option(label)
        place = canvas.bounding_box()  # now: the controls above come a moment later than the picture
        assert place is not None
        page.mouse.move(place["x"] + left, place["y"] + top)
        page.mouse.down()
        page.mouse.move(place["x"] + right, place["y"] + bottom, steps=4)
        page.mouse.up()
        expect(canvas.get_by_text(label)).to_be_visible()


def share(page: Page) -> None:
    page.get_by_label("What next?").fill("Buy milk")
    page.get_by_label("What next?").press("Enter")
    page.get_by_label("Buy milk").check()
    expect(page.get_by_label("What next?")).to_have_value("")


def edit(page: Page) -> None:
    page.get_by_label("pieces").first.fill("5")
    expect(page.get_by_text("11.80")).to_be_visible()


def play(page: Page) -> None:
    page.get_by_role("application").press("ArrowLeft")
    expect(page.get_by_text("Player 1: 0")).to_be_visible()


USES = {"explorer": explore, "training": train, "annotate": annotate, "together": share, "table": edit, "game": play}


@pytest.mark.parametrize("name", [*USES, "dashboard"])
def test_it_works_in_a_browser(name: str, server: Server, open_page: NewPage) -> None:
    import_module(f"examples.gallery.{name}").build(server)
    page = open_page(server.url, width=760, height=560)
    use = USES.get(name)
    if use is not None:
        use(page)
    else:
        expect(page.get_by_role("region")).to_have_count(4)
    take_picture(page, f"gallery-{name}.png")


def test_boxes_are_drawn_where_the_pointer_is_on_a_phone_too(server: Server, open_page: NewPage) -> None:
    import_module("examples.gallery.annotate").build(server)
    page = open_page(server.url, width=390, height=700)
    canvas = page.get_by_role("img", name="a landscape")
    expect(page.get_by_label("Label")).to_be_visible()
    place = canvas.bounding_box()
    assert place is not None
    assert abs(place["width"] / place["height"] - 480 / 280) < 0.02
    left, top, right = place["x"] + 40, place["y"] + 30, place["x"] + place["width"] - 1
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, top + 50, steps=3)
    page.mouse.move(389, top + 50)  # over the edge
    box = canvas.locator("g g rect")
    expect(box).to_be_visible()
    drawn = box.bounding_box()
    assert drawn is not None
    assert abs(drawn["x"] - left) < 3
    assert abs(drawn["y"] - top) < 3
    assert abs(drawn["x"] + drawn["width"] - (place["x"] + place["width"])) < 4
    page.mouse.up()
    page.mouse.move(left, top + 80)
    expect(box).to_have_count(1)

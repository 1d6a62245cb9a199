"""The gallery, used without a browser."""

from __future__ import annotations

from typing import Any

import pytest

import objectsync
from examples.gallery import annotate, dashboard, explorer, game, table, together, training
from objectsync.testing import Page, expect


@pytest.fixture
def server() -> objectsync.Server:
    return objectsync.Server(port=0)


def test_the_explorer_draws_what_the_sliders_say(server: objectsync.Server) -> None:
    explorer.build(server)
    page = Page(server)
    line = page.get_by_tag("polyline")
    before = line.attribute("points")
    page.get_by_label("Across").fill("5")
    assert page.get_by_text("x = sin").text == "x = sin(5t + 0.50), y = sin(2t)"
    assert line.attribute("points") != before
    page.get_by_label("Across").blur()
    page.press("Control+z")
    assert line.attribute("points") == before


def test_the_training_goes_on_to_its_end_and_learns(server: objectsync.Server) -> None:
    training.build(server, pause=0)
    page = Page(server, timeout=60)
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text("100 %")).to_be_visible()
    assert float(page.get_by_text("loss").text.split()[1]) < 0.4


def test_boxes_are_dragged_and_undone(server: objectsync.Server) -> None:
    annotate.build(server)
    page = Page(server)
    page.get_by_label("Label").select_option("sun")
    canvas = page.get_by_role("img", name="a landscape")
    canvas.dispatch("pointerdown", elementX=350, elementY=30)
    canvas.dispatch("pointermove", elementX=400, elementY=80)
    canvas.dispatch("pointerup", elementX=430, elementY=110)
    box = canvas.get_by_tag("g").get_by_tag("g")
    assert box.text == "sun"
    assert box.get_by_tag("rect").attribute("width") == "80"
    page.get_by_role("button", name="Undo").click()
    expect(box).to_have_count(0)
    page.get_by_role("button", name="Redo").click()
    expect(box).to_have_count(1)


def test_two_people_share_a_list_and_a_pad(server: objectsync.Server) -> None:
    together.build(server)
    page, other = Page(server), Page(server)
    page.get_by_label("What next?").fill("Buy milk")
    page.get_by_label("What next?").press("Enter")
    assert page.get_by_label("What next?").value == ""
    other.get_by_label("Buy milk").check()
    expect(page.get_by_label("Buy milk")).to_be_checked()
    remove = page.get_by_role("button", name="Remove")
    remove.first.click()
    expect(other.get_by_text("Water the plants")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(other.get_by_text("Water the plants")).to_be_visible()
    remove.first.click()
    expect(other.get_by_text("Water the plants")).to_have_count(0)
    page.get_by_label("Notes").fill("one")
    other.get_by_label("Notes").type(" two")
    expect(page.get_by_label("Notes")).to_have_value("one two")


def test_the_table_adds_up(server: objectsync.Server) -> None:
    table.build(server)
    page = Page(server)
    total = page.get_by_role("row").last
    assert total.text == "Total 11.00"
    page.get_by_label("pieces").first.fill("5")
    assert total.text == "Total 11.80"
    page.get_by_text("Add a row").click()
    page.get_by_label("what").last.fill("Almonds")
    page.get_by_label("price").last.fill("4")
    assert total.text == "Total 15.80"
    page.get_by_text("Sort by name").click()
    assert page.get_by_label("what").first.value == "Almonds"
    page.get_by_role("button", name="Remove").first.click()
    assert total.text == "Total 11.80"


def test_the_dashboard_shows_the_newest(server: objectsync.Server) -> None:
    board = dashboard.Dashboard(server)
    page = Page(server)
    for frame in range(3):
        board.tick(frame / dashboard.RATE)
    load = page.get_by_role("region", name="Load")
    assert len(str(load.get_by_tag("polyline").attribute("points")).split()) == 3
    assert load.get_by_role("status").text == f"{board.tiles[0].values[-1]:.1f} %"


def test_players_catch_stars_and_leave(server: objectsync.Server) -> None:
    playing = game.Game(server, seed=5)
    page, other = Page(server), Page(server)
    other.get_by_role("button", name="→").click()
    board = page.get_by_role("application")

    def steps(distance: int, keys: tuple[str, str]) -> Any:
        return [keys[distance > 0]] * abs(distance)

    x, y = playing.star_at
    for key in [*steps(x - 5, ("ArrowLeft", "ArrowRight")), *steps(y - 5, ("ArrowUp", "ArrowDown"))]:
        board.press(key)
    expect(page.get_by_text("Player 2: 1 ★")).to_be_visible()
    assert board.get_by_tag("circle").count() == 2
    other.close()
    expect(board.get_by_tag("circle")).to_have_count(1)

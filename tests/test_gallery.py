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


def test_a_line_that_an_undo_brings_back_counts_and_can_be_removed_again(server: objectsync.Server) -> None:
    table.build(server)
    page = Page(server)
    total = page.get_by_role("row").last
    page.get_by_role("button", name="Remove").first.click()
    assert total.text == "Total 9.80"
    page.get_by_role("button", name="Undo").click()
    assert total.text == "Total 11.00"
    page.get_by_label("pieces").first.fill("5")
    assert total.text == "Total 11.80"
    page.get_by_role("button", name="Remove").first.click()
    assert total.text == "Total 9.80"
    expect(page.get_by_label("what")).to_have_count(2)


def test_the_list_takes_back_what_was_added_to_it(server: objectsync.Server) -> None:
    together.build(server)
    page = Page(server)
    page.get_by_label("What next?").fill("Buy milk")
    page.get_by_role("button", name="Add").click()
    page.get_by_label("Notes").fill("one")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Buy milk")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(2)
    expect(page.get_by_label("Notes")).to_have_value("one")


def test_two_people_drag_boxes_at_once(server: objectsync.Server) -> None:
    annotate.build(server)
    page, other = Page(server), Page(server)
    one, two = (each.get_by_role("img", name="a landscape") for each in (page, other))
    one.dispatch("pointerdown", elementX=10, elementY=10)
    two.dispatch("pointerdown", elementX=200, elementY=100)
    one.dispatch("pointermove", elementX=60, elementY=50)
    two.dispatch("pointermove", elementX=300, elementY=200)
    drafts = one.get_by_tag("path").last
    assert drafts.attribute("d") == "M10 10h50v40h-50zM200 100h100v100h-100z"
    one.dispatch("pointerup", elementX=60, elementY=50)
    assert drafts.attribute("d") == "M200 100h100v100h-100z"
    two.dispatch("pointercancel")
    assert drafts.attribute("d") == ""
    expect(one.get_by_tag("g").get_by_tag("g")).to_have_count(1)


def test_a_box_ends_at_the_edge_and_is_where_the_pointer_was_on_a_smaller_picture(server: objectsync.Server) -> None:
    annotate.build(server)
    page = Page(server)
    canvas = page.get_by_role("img", name="a landscape")
    half = {"currentTarget.clientWidth": annotate.WIDTH / 2}
    canvas.dispatch("pointerdown", elementX=100, elementY=50, **half)
    canvas.dispatch("pointerleave", elementX=260, elementY=70, **half)
    box = canvas.get_by_tag("g").get_by_tag("rect")
    assert [box.attribute(name) for name in ("x", "y", "width", "height")] == ["200", "100", "280", "40"]
    canvas.dispatch("pointermove", elementX=10, elementY=10, **half)
    assert not canvas.get_by_tag("path").last.attribute("d")


def test_an_undo_key_takes_back_no_move(server: objectsync.Server) -> None:
    playing = game.Game(server, seed=5)
    page = Page(server)
    right = page.get_by_role("button", name="→")
    right.click()
    page.press("Control+z")
    right.click()
    [player] = playing.players.values()
    assert player.at == (7, 5)
    assert page.get_by_role("application").get_by_tag("g").attribute("transform") == "translate(280 200)"


def test_whoever_comes_gets_the_number_of_whoever_left(server: objectsync.Server) -> None:
    game.Game(server, seed=5)
    page, other = Page(server), Page(server)
    for each in (page, other):
        each.get_by_role("button", name="→").click()
    page.close()
    expect(other.get_by_text("Player")).to_have_text("Player 2: 0 ★")
    third = Page(server)
    third.get_by_role("button", name="→").click()
    expect(other.get_by_text("Player")).to_have_text("Player 2: 0 ★ · Player 1: 0 ★")


def test_a_training_that_was_stopped_does_not_go_on_beside_the_next(server: objectsync.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "EPOCHS", 5)
    training.build(server, pause=0.3)
    page = Page(server, timeout=60)
    page.get_by_role("button", name="Train").click()
    expect(page.get_by_text("40 %")).to_be_visible()
    for button in ("Stop", "Train"):
        page.get_by_role("button", name=button).click()
    steps: list[float] = []
    bar: Any = next(each for each in server.objects.values() if type(each).__name__ == "Progress")
    bar.value.on_set += steps.append
    expect(page.get_by_text("100 %")).to_be_visible()
    assert steps == sorted(steps)

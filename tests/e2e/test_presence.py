"""Two people see each other."""

from __future__ import annotations

from playwright.sync_api import expect

from objectsync import Element, Server
from tests.e2e.conftest import NewPage
from tests.e2e.test_page import wait_until


def test_two_pages_see_each_other_come_get_a_name_and_go(open_page: NewPage, server: Server) -> None:
    Element("h1", server=server, text="Shared")
    ada = open_page(server.url)
    expect(ada.locator("#objectsync-people li")).to_have_count(0)
    bob = open_page(server.url)
    marks = ada.get_by_role("list", name="Who is here")
    expect(marks.get_by_role("listitem")).to_have_count(2)

    bob.get_by_role("button", name="Change your name").click()
    bob.get_by_label("The name that others see").fill("Bob Miller")
    bob.keyboard.press("Enter")
    expect(marks.get_by_role("img", name="Bob Miller")).to_have_text("BM")
    wait_until(ada, lambda: "Bob Miller" in {person.name for person in server.presence.people.values()})
    bob.reload()
    expect(marks.get_by_role("img", name="Bob Miller")).to_have_count(1)

    bob.close()
    expect(ada.locator("#objectsync-people li")).to_have_count(0, timeout=5_000)
    assert len(server.presence.people) == 1

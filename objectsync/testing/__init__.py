"""Test what people see and do, in the same process, without a browser; in pytest, a script or a notebook alike.

from objectsync.testing import Page, expect

page = Page(server)
page.get_by_role("button", name="more").click()      # the server has answered, and handlers have run, when this returns
assert page.get_by_role("status").text == "1"
expect(page.get_by_text("done")).to_be_visible()     # waits, for what an async handler or a thread does later
"""

from .errors import NotThere
from .expect import Expectation, expect
from .locator import Locator
from .page import Page, Rejected

__all__ = ["Expectation", "Locator", "NotThere", "Page", "Rejected", "expect"]

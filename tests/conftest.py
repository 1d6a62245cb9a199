"""What every test may use: a hub with nothing around it, and a server that listens."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest

import objectsync
from objectsync.hub import Hub
from tests.clients import make_hub

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests last: Playwright keeps an event loop running, and then no other may."""
    items.sort(key=lambda item: "/e2e/" in item.path.as_posix() or "/jupyter/" in item.path.as_posix())


@pytest.fixture
def hub() -> Hub:
    return make_hub()


@pytest.fixture
def server() -> Iterator[objectsync.Server]:
    """A server on a free port, in a thread of its own."""
    running = objectsync.Server(port=0)
    running.start()
    yield running
    running.stop()

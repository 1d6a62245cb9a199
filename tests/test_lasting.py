"""While a server runs, garbage in cycles goes by the clock, not in the middle of what a handler does."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator

import pytest

import objectsync
from objectsync.lasting import WORTH, YOUNG, lasting, tidy
from tests.test_server import eventually


class Ring:
    """Garbage that only the collector finds."""

    def __init__(self) -> None:
        self.itself = self


def litter(amount: int) -> Callable[[], bool]:
    """Leave garbage behind; returns what says whether it is there still."""
    rings = [Ring() for _ in range(amount)]
    last = weakref.ref(rings[-1])
    return lambda: last() is not None


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """Python's own, whatever a test sets."""
    before = gc.get_threshold()
    yield
    gc.enable()
    gc.set_threshold(*before)


def test_much_garbage_goes() -> None:
    with lasting():
        is_there = litter(WORTH)
        assert is_there()
        tidy()
        assert not is_there()


def test_it_stays_until_it_is_worth_a_look() -> None:
    with lasting():
        is_there = litter(WORTH // 2)
        tidy()
        assert is_there()


async def test_a_running_server_sees_to_it() -> None:
    server = objectsync.Server(port=0)
    with lasting():
        server.start()
        try:
            is_there = litter(WORTH)
            await eventually(lambda: not is_there())
        finally:
            server.stop()


@pytest.mark.parametrize("off", [gc.disable, lambda: gc.set_threshold(0)], ids=["disabled", "no threshold"])
def test_where_a_program_wants_no_collector_there_is_none(off: Callable[[], None]) -> None:
    with lasting():
        off()
        is_there = litter(WORTH)
        tidy()
        assert is_there()


def test_without_a_server_that_runs_it_does_nothing() -> None:
    gc.set_threshold(YOUNG)
    gc.collect()
    is_there = litter(WORTH)
    tidy()
    assert is_there()


def test_what_has_been_looked_at_ten_times_is_looked_at_with_all_that_is_as_new() -> None:
    """As Python does it; else garbage that was older when it became garbage would stay."""
    with lasting():
        rings = [Ring() for _ in range(WORTH)]
        last = weakref.ref(rings[-1])
        tidy()  # they are no longer new
        del rings
        _, most, _ = gc.get_threshold()
        for _ in range(most + 1):
            litter(WORTH)
            tidy()
        assert last() is None


def test_a_full_collection_that_is_due_is_left_to_python() -> None:
    with lasting():
        *_, most = gc.get_threshold()
        for _ in range(most + 1):
            gc.collect(1)
        is_there = litter(WORTH)
        tidy()
        assert is_there()

"""A large table that a client's handler clears: the answer does not wait for what the clearing leaves to do, and nobody can tell."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from objectsync import Destroyed, EventTopic, Limits, LocalError, SObject, StringTopic, UnknownObject, attribute
from objectsync.hub import Hub
from objectsync.jobs import Failed, InlineJobs, Job
from objectsync.snapshot import RestoreChildren
from tests.clients import WireClient, changes_in, make_hub

ROWS = 100


class Cell(SObject):
    text = attribute(StringTopic)


class Table(SObject):
    client_creatable = True
    pressed = attribute(EventTopic)

    def fill(self, rows: int = ROWS) -> None:
        """Rows of two cells."""
        with self.server.record():
            for n in range(rows):
                row = Cell(parent=self, text=f"row {n}")
                Cell(parent=row, text=f"a{n}")
                Cell(parent=row, text=f"b{n}")


class Page:
    """A table that is filled, and a client that can have things done to it."""

    def __init__(self, **limits: Any) -> None:
        self.hub = make_hub(limits=Limits(**limits))
        self.table = Table(server=self.hub)
        self.table.fill()
        self.client = WireClient(self.hub)
        self.failures: list[BaseException] = []
        self.hub.on_error.add(lambda what, error, about: self.failures.append(error))

    def click(self, handler: Callable[[], Any]) -> list[Any]:
        """Have a client's click handled; returns the changes that it hears of."""
        off = self.table.on("pressed", handler)
        self.client.propose(["emit", self.table.id, "pressed", {}])
        off()
        return changes_in(self.client.receive())


@pytest.fixture
def page() -> Page:
    return Page()


def cells(page: Page) -> tuple[Any, Any]:
    """The first row, and its first cell."""
    row = page.table.children[0]
    return row, row.children[0]


def parent_of(sobject: SObject) -> SObject | None:
    """What the older ObjectSync's `get_parent` says."""
    try:
        return sobject.get_parent()
    except NotImplementedError:
        return None


LOOKS: dict[str, tuple[Callable[[Hub, Any, Any], Any], Any]] = {
    "is it destroyed": (lambda hub, row, cell: cell.is_destroyed(), True),
    "by id": (lambda hub, row, cell: hub.has_object(cell.id), False),
    "all": (lambda hub, row, cell: cell.id in hub.objects, False),
}
TAKEN_APART: dict[str, tuple[Callable[[Hub, Any, Any], Any], Any]] = {
    "the parent": (lambda hub, row, cell: cell.parent, None),
    "the children": (lambda hub, row, cell: row.children, []),
    "those below": (lambda hub, row, cell: len(list(row.walk())), 1),
    "a search": (lambda hub, row, cell: len(row.top_down_search()), 1),
    "serialized": (lambda hub, row, cell: "a0" in str(row.serialize()), False),
    "as HTML": (lambda hub, row, cell: "a0" in row.to_html(), False),
    "the children, by the older name": (lambda hub, row, cell: row.get_children(), []),
    "one of them, by the older name": (lambda hub, row, cell: row.has_child(cell), False),
    "the parent, by the older name": (lambda hub, row, cell: parent_of(cell), None),
}
"""What can be seen when no rollback can bring it back."""
REFUSED: dict[str, tuple[Callable[[Hub, Any, Any], Any], type[Exception]]] = {
    "a change": (lambda hub, row, cell: cell.text.set("x"), Destroyed),
    "a change among others": (lambda hub, row, cell: cell.set_attributes(text="x"), Destroyed),
    "a child": (lambda hub, row, cell: Cell(parent=row), Destroyed),
    "another removal": (lambda hub, row, cell: cell.remove(), Destroyed),
    "another clearing": (lambda hub, row, cell: row.clear(), Destroyed),
    "a move": (lambda hub, row, cell: cell.move_to(hub.root), Destroyed),
    "a move to it": (lambda hub, row, cell: Cell(server=hub).move_to(row), Destroyed),
    "a tag": (lambda hub, row, cell: cell.add_tag("t"), Destroyed),
    "an attribute": (lambda hub, row, cell: cell.add_attribute("n", StringTopic), Destroyed),
    "by id": (lambda hub, row, cell: hub.get_object(cell.id), UnknownObject),
    "waiting": (lambda hub, row, cell: cell.wait("pressed").block(), Destroyed),
}


def clear_and(page: Page, then: Callable[[], Any], inside: bool = False) -> Any:
    outcome: list[Any] = []

    def handler() -> None:
        if inside:
            with page.hub.record():
                page.table.clear()
                outcome.append(then())
        else:
            page.table.clear()
            outcome.append(then())

    page.click(handler)
    if page.failures:
        raise page.failures[0]
    return outcome[0]


@pytest.mark.parametrize("look", TAKEN_APART)
def test_what_was_cleared_is_taken_apart(page: Page, look: str) -> None:
    row, cell = cells(page)
    see, expected = TAKEN_APART[look]
    assert see(page.hub, row, cell) != expected
    assert clear_and(page, lambda: see(page.hub, row, cell)) == expected


@pytest.mark.parametrize("inside", [False, True], ids=["after it", "in the same record"])
class TestInTheHandler:
    @pytest.mark.parametrize("look", LOOKS)
    def test_what_was_cleared_is_gone_whoever_looks(self, page: Page, inside: bool, look: str) -> None:
        row, cell = cells(page)
        see, expected = LOOKS[look]
        assert see(page.hub, row, cell) != expected
        assert clear_and(page, lambda: see(page.hub, row, cell), inside) == expected

    @pytest.mark.parametrize("attempt", REFUSED)
    def test_nothing_can_be_done_with_it(self, page: Page, inside: bool, attempt: str) -> None:
        row, cell = cells(page)
        do, error = REFUSED[attempt]
        with pytest.raises(error):
            clear_and(page, lambda: do(page.hub, row, cell), inside)

    def test_others_can_be_made_and_cleared_at_once(self, page: Page, inside: bool) -> None:
        def again() -> None:
            page.table.fill(50)
            page.table.clear()
            page.table.fill(40)

        clear_and(page, again, inside)
        assert len(page.table.children) == 40
        assert len(page.hub.objects) == 2 + 3 * 40

    def test_a_failure_brings_all_back(self, page: Page, inside: bool) -> None:
        before = page.table.serialize()
        row, cell = cells(page)

        def handler() -> None:
            with page.hub.record():
                page.table.clear()
                if inside:
                    assert cell.is_destroyed()
                raise ZeroDivisionError

        page.click(handler)
        assert [type(error) for error in page.failures] == [ZeroDivisionError]
        assert page.table.serialize() == before
        assert page.table.children[0] is row
        assert page.hub.get_object(cell.id) is cell
        cell.text.set("it lives")


def test_the_answer_is_written_before_the_objects_go(page: Page) -> None:
    """What is left to do does not stand between a click and its answer."""
    _, cell = cells(page)
    alive = weakref.ref(cell)
    del cell
    heard: list[Any] = []
    gone: list[bool] = []

    def answer() -> None:
        heard.extend(changes_in(page.client.receive()))
        gone.append(alive() is None)

    page.hub.add_waker(lambda: None, answer)
    page.click(page.table.clear)
    assert ["clear", page.table.id] in heard
    assert gone == [False]
    assert alive() is None


class Waiting(InlineJobs):
    """What clients set off waits until it is told to run, as on another thread."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], None]] = []

    def later(self, job: Job, failed: Failed, about: SObject | None = None) -> None:
        self.jobs.append(lambda: self.here(job, failed, about))

    def run(self) -> None:
        jobs, self.jobs = self.jobs, []
        for job in jobs:
            job()


async def clear_later(table: Table) -> None:
    table.clear()


def click(page: Page, clear: Callable[[Table], Any]) -> None:
    page.hub.jobs = jobs = Waiting()
    page.click(lambda: clear(page.table))
    jobs.run()


def call(page: Page) -> None:
    page.table.register_service("clear", page.table.clear)
    page.client.call("clear", page.table.id)
    page.hub.tick(1.0)


BY: dict[str, Callable[[Page], Any]] = {
    "Python": lambda page: page.table.clear(),
    "a handler": lambda page: click(page, Table.clear),
    "an async handler": lambda page: click(page, clear_later),
    "a client": lambda page: page.client.act(["clear", page.table.id]),
    "a service, and a moment later": call,
}


@pytest.mark.parametrize("by", BY)
def test_memory_returns(page: Page, by: str) -> None:
    gc.collect()
    gc.disable()
    try:
        _, cell = cells(page)
        alive = weakref.ref(cell)
        del cell
        BY[by](page)
        assert alive() is None
    finally:
        gc.enable()


def test_who_waits_for_something_below_hears_of_it(page: Page) -> None:
    _, cell = cells(page)
    ended: list[bool] = []
    cell.on("pressed", lambda: None)
    cell.get_attribute("pressed").add_handler(lambda emission: None, ended=lambda: ended.append(True))
    page.click(page.table.clear)
    assert ended == [True]


def test_undo_brings_it_back(page: Page) -> None:
    page.table.children[3].add_tag("third")
    page.table.children[5].__dict__["neighbour"] = page.table.children[6]
    before = page.table.serialize()
    for pack in (False, True):
        page.click(page.table.clear)
        if pack:
            page.hub.pack()
        assert page.table.children == []
        assert page.hub.undo()
        assert page.table.serialize() == before
        assert page.table.children[5].__dict__["neighbour"] is page.table.children[6]


def test_large_steps_are_weighed(page: Page) -> None:
    page = Page(history_bytes=100_000, log_bytes=300_000)

    def handler() -> None:
        page.table.clear()
        page.table.fill()

    for _ in range(20):
        page.click(handler)
    assert page.hub.log.first > 10
    steps = 0
    while page.hub.undo():
        steps += 1
    assert steps < 20


OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["fill", "clear", "clear and fail", "set", "remove", "move", "add", "undo", "redo"]), st.integers(0, 40)),
    min_size=1,
    max_size=12,
)


@given(OPERATIONS)
def test_it_comes_to_the_same_as_without_putting_off(operations: list[tuple[str, int]]) -> None:
    """The same, done by a client's handler, which puts off, and by Python, which does not."""

    def run(page: Page) -> list[str]:
        said: list[str] = []
        held = list(page.table.walk())[1:]  # whoever was there in the beginning, as user code may hold on to it

        def step(operation: str, n: int) -> None:
            one = held[n]
            match operation:
                case "fill":
                    page.table.fill(35)
                case "clear":
                    page.table.clear()
                case "clear and fail":
                    with suppress(ZeroDivisionError), page.hub.record():
                        one.text.set("before")
                        page.table.clear()
                        raise ZeroDivisionError
                case "set":
                    one.text.set(f"set {n}")
                case "remove":
                    one.remove()
                case "move":
                    one.move_to(page.table, 0)
                case "add":
                    Cell(parent=one, text="new")
                case "undo":
                    page.hub.undo()
                case "redo":
                    page.hub.redo()

        for operation, n in operations:
            try:
                step(operation, n)
            except LocalError as error:
                said.append(f"{type(error).__name__}: {error}")
        said.append(page.hub.format_tree())
        said += sorted(page.hub.objects)
        return said

    theirs, own = Page(), Page()
    heard: list[list[str]] = []
    theirs.click(lambda: heard.append(run(theirs)))
    assert theirs.failures == []
    assert heard == [run(own)]


def test_a_class_can_be_registered_behind_it(page: Page) -> None:
    class Late(SObject):
        pass

    def handler() -> None:
        page.table.clear()
        page.hub.register(Late)

    page.click(handler)
    assert page.failures == []
    assert page.hub.undo()
    assert len(page.table.children) == ROWS


def test_an_action_that_says_nothing_is_refused_behind_it(caplog: pytest.LogCaptureFixture) -> None:
    page = Page()
    # The log weighs what it has at every 256th transaction: let the refusal be one.
    while page.hub.log.head % 256 != 253:
        page.table.children[0].text.set(f"{page.hub.log.head}")
    page.hub.jobs = jobs = Waiting()

    def handler() -> None:
        page.table.clear()
        assert page.client.act(["no such change"])["error"]
        assert page.hub.log.head % 256 == 0

    page.click(handler)
    jobs.run()
    assert (page.failures, caplog.records) == ([], [])
    assert page.hub.undo()
    assert len(page.table.children) == ROWS


def test_its_records_are_there_for_whoever_reads_them_first(page: Page) -> None:
    read: list[int] = []

    def handler() -> None:
        page.table.clear()
        [inverse] = page.hub.log[page.hub.log.head].inverses
        assert isinstance(inverse, RestoreChildren)
        read.append(sum(1 for _ in inverse.records))

    page.click(handler)
    assert read == [3 * ROWS]

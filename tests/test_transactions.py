"""Transactions: atomic, nested, one step and one frame; tasks after them; many threads."""

from __future__ import annotations

import contextlib
import random
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import pytest

from objectsync import BoolTopic, DictTopic, EventTopic, IntTopic, ListTopic, SetTopic, SObject, StringTopic, attribute
from objectsync.tree import Tree
from tests.replica import Replica, state


class Thing(SObject):
    n = attribute(IntTopic, 0)
    text = attribute(StringTopic)
    items = attribute(ListTopic)
    table = attribute(DictTopic)
    poked = attribute(EventTopic)


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.fixture
def thing(tree: Tree) -> Thing:
    return tree.create_object(Thing)


class TestRecords:
    def test_one_transaction_and_one_step(self, tree: Tree, thing: Thing) -> None:
        head = tree.log.head
        with tree.record():
            thing.n.set(1)
            thing.items.append(1)
            tree.create_object(Thing)
        assert tree.log.head == head + 1
        tree.undo()
        assert state(tree)["children"][0]["attributes"]["n"] == 0
        assert tree.root.children == [thing]

    def test_nothing_is_written_for_nothing(self, tree: Tree, thing: Thing) -> None:
        head = tree.log.head
        with tree.record(), tree.record():
            thing.n.set(0)
        assert tree.log.head == head

    def test_an_exception_undoes_it_whole(self, tree: Tree, thing: Thing) -> None:
        head, before = tree.log.head, state(tree)

        def fail() -> None:
            with tree.record():
                thing.n.set(1)
                with tree.record():
                    thing.items.append(1)
                thing.add_tag("tag")
                thing.add_attribute("late", IntTopic, 1)
                tree.create_object(Thing).n.set(5)
                thing.remove()
                raise KeyError("no")

        with pytest.raises(KeyError):
            fail()
        assert (tree.log.head, state(tree)) == (head, before)
        assert not thing.is_destroyed()
        thing.n.set(2)
        assert tree.undo()
        assert thing.n.get() == 0

    def test_an_inner_one_that_is_caught_undoes_only_itself(self, tree: Tree, thing: Thing) -> None:
        with tree.record():
            thing.n.set(1)
            try:
                with tree.record():
                    thing.n.set(2)
                    thing.text.set("half")
                    raise KeyError
            except KeyError:
                pass
            thing.items.append(thing.n.get())
        assert (thing.n.get(), thing.text.get(), thing.items.get()) == (1, "", [1])
        tree.undo()
        assert (thing.n.get(), thing.items.get()) == (0, [])

    def test_a_refused_change_that_is_caught_harms_nothing(self, tree: Tree, thing: Thing) -> None:
        with tree.record():
            thing.n.set(1)
            with pytest.raises(IndexError):
                thing.items.pop(3)
            thing.n.add(1)
        assert thing.n.get() == 2
        tree.undo()
        assert thing.n.get() == 0

    def test_one_inside_a_listener_belongs_to_its_cause(self, tree: Tree, thing: Thing) -> None:
        def both(n: int) -> None:
            with tree.record():
                thing.text.set(str(n))
                thing.items.append(n)

        thing.n.on_set.add(both, auto=True)
        head = tree.log.head
        thing.n.set(1)
        assert tree.log.head == head + 1
        tree.undo()
        assert (thing.n.get(), thing.text.get(), thing.items.get()) == (0, "", [])

    def test_a_dropped_attribute_that_held_none_comes_back_as_none(self, tree: Tree, thing: Thing) -> None:
        from objectsync import GenericTopic

        topic = thing.add_attribute("extra", GenericTopic, 5)
        topic.set(None)

        def fail() -> None:
            with tree.record():
                thing.remove_attribute("extra")
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert thing.get_attribute("extra").get() is None
        thing.remove_attribute("extra")
        tree.undo()
        assert thing.get_attribute("extra").get() is None


class TestTasks:
    def test_without_a_transaction_it_runs_at_once(self, tree: Tree) -> None:
        ran: list[int] = []
        tree.do_after_transaction(lambda: ran.append(1))
        assert ran == [1]

    def test_in_one_it_runs_after_the_commit_as_a_step_of_its_own(self, tree: Tree, thing: Thing) -> None:
        with tree.record():
            tree.do_after_transaction(lambda: thing.n.set(2))
            thing.n.set(1)
            assert thing.n.get() == 1
        assert thing.n.get() == 2
        tree.undo()
        assert thing.n.get() == 1

    def test_from_a_listener(self, tree: Tree, thing: Thing) -> None:
        thing.n.on_set += lambda n: tree.do_after_transaction(lambda: thing.items.append(n))
        thing.n.set(1)
        assert thing.items.get() == [1]
        tree.undo()
        tree.undo()
        assert (thing.n.get(), thing.items.get()) == (0, [])  # dropped while undoing
        tree.redo()
        assert thing.items.get() == []

    def test_one_that_raises_runs_once_and_stops_no_other(self, tree: Tree, thing: Thing) -> None:
        calls: list[str] = []

        def fail() -> None:
            calls.append("fail")
            raise ZeroDivisionError

        def commit() -> None:
            with tree.record():
                thing.n.set(1)
                tree.do_after_transaction(fail)
                tree.do_after_transaction(lambda: calls.append("next"))

        with pytest.raises(ZeroDivisionError):
            commit()
        assert (thing.n.get(), calls) == (1, ["fail", "next"])
        thing.n.set(2)
        thing.n.set(3)
        assert calls == ["fail", "next"]

    def test_a_rollback_drops_them(self, tree: Tree, thing: Thing) -> None:
        calls: list[str] = []
        with tree.record():
            tree.do_after_transaction(lambda: calls.append("outer"))
            try:
                with tree.record():
                    tree.do_after_transaction(lambda: calls.append("inner"))
                    raise KeyError
            except KeyError:
                pass
        assert calls == ["outer"]

    def test_a_task_may_ask_for_another(self, tree: Tree, thing: Thing) -> None:
        with tree.record():
            tree.do_after_transaction(lambda: tree.do_after_transaction(lambda: thing.n.add(1)))
            tree.do_after_transaction(lambda: thing.items.append(thing.n.get()))
        assert thing.items.get() == [1]

    def test_a_task_may_undo(self, tree: Tree, thing: Thing) -> None:
        with tree.record():
            thing.n.set(1)
            tree.do_after_transaction(tree.undo)
        assert thing.n.get() == 0


@contextlib.contextmanager
def often_switching_threads() -> Iterator[None]:
    """Let other threads in wherever they can be, so that what must not be interrupted is."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


class TestThreads:
    def test_eight_threads_hammering_one_tree_keep_it_consistent(self, tree: Tree, thing: Thing) -> None:
        replica = Replica()
        thing.n.on_set.add(lambda n: thing.table.__setitem__("n", n))
        failures: list[BaseException] = []
        start = threading.Barrier(8)

        def hammer(number: int) -> None:
            try:
                dice = random.Random(number)
                start.wait()
                for turn in range(150):
                    thing.n.add(1)
                    match dice.randrange(8):
                        case 0:
                            tree.create_object(Thing).n.set(number)
                        case 1:
                            mine = tree.create_object(Thing)
                            mine.remove()
                        case 2:
                            thing.items.append(number)
                        case 3:
                            thing.table[f"{number}.{turn}"] = turn
                        case 4:
                            thing.text.insert(0, "😀")
                        case 5:
                            with tree.record():
                                before = thing.items.get()
                                thing.items.append("temporary")
                                thing.items.pop()
                                assert thing.items.get() == before
                        case 6:
                            assert isinstance(thing.table.get(), dict)
                            assert len(thing.table.items()) >= 0
                            assert isinstance(list(thing.items), list)
                        case 7:
                            tree.root.serialize()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=hammer, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert thing.n.get() == 8 * 150
        assert thing.table["n"] == 8 * 150
        replica.follow(tree)
        assert replica.plain() == state(tree)

    def test_two_threads_that_ask_for_an_attribute_first_get_the_same_topic(self, tree: Tree) -> None:
        both = threading.Barrier(2)

        class Slow(IntTopic):
            def __init__(self, *of: Any) -> None:
                both.wait(10)
                super().__init__(*of)

        class Holder(SObject):
            n = attribute(Slow, 0)

        holder = tree.create_object(Holder)
        with ThreadPoolExecutor(2) as pool:
            one, other = [future.result() for future in [pool.submit(lambda: holder.n) for _ in range(2)]]
        assert one is other is holder.n

    def test_switching_counts_every_time(self, tree: Tree) -> None:
        class Lamp(SObject):
            lit = attribute(BoolTopic)

        lamp = tree.create_object(Lamp)
        before = tree.log.head

        def toggle() -> None:
            for _ in range(2000):
                lamp.lit.toggle()

        with often_switching_threads(), ThreadPoolExecutor(4) as pool:
            for _ in range(4):
                pool.submit(toggle)
        assert tree.log.head == before + 4 * 2000

    def test_asking_what_is_in_a_set_that_another_thread_changes(self, tree: Tree) -> None:
        class Holder(SObject):
            marks = attribute(SetTopic)

        holder = tree.create_object(Holder)
        with often_switching_threads(), ThreadPoolExecutor(4) as pool:
            for _ in range(20):
                holder.marks.set([str(number) for number in range(20_000)])
                looks = [pool.submit(lambda: "0" in holder.marks) for _ in range(4)]
                wait(looks, return_when=FIRST_COMPLETED)
                holder.marks.remove("0")
                wait(looks)
                assert "0" not in holder.marks

    def test_reading_a_dict_that_another_thread_fills(self, thing: Thing) -> None:
        done = threading.Event()

        def fill() -> None:
            for number in range(3000):
                thing.table[str(number)] = number
            done.set()

        writer = threading.Thread(target=fill)
        writer.start()
        seen: Any = 0
        while not done.is_set():
            seen = max(seen, len(thing.table.get()), len(thing.table.items()), len(thing.table.values()))
        writer.join()
        assert len(thing.table.get()) == 3000

    def test_another_thread_waits_for_a_record_to_end(self, tree: Tree, thing: Thing) -> None:
        order: list[str] = []
        started = threading.Event()

        def other() -> None:
            started.set()
            thing.n.set(2)
            order.append("other")

        thread = threading.Thread(target=other)
        with tree.record():
            thread.start()
            started.wait()
            thing.n.set(1)
            order.append("record")
        thread.join()
        assert order == ["record", "other"]
        assert thing.n.get() == 2

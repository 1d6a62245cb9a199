"""The life of an object: built, restored, destroyed, and nothing left of one that failed on its way."""

# mypy: disable-error-code="attr-defined, union-attr, assignment, func-returns-value, untyped-decorator, operator, unused-ignore"
# (These tests give objects attributes as users do, whose types mypy cannot know.)

from __future__ import annotations

import gc
import weakref
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

import pytest

from objectsync import (
    AlreadyExists,
    Destroyed,
    DictTopic,
    IntTopic,
    InvalidChangeError,
    InvalidValue,
    ListTopic,
    ObjTopic,
    SObject,
    StringTopic,
    UnknownAttribute,
    UnknownObject,
    UnknownType,
    attribute,
)
from objectsync.tree import Tree
from tests.replica import Replica, state


@pytest.fixture
def tree() -> Tree:
    return Tree()


class Told(SObject):
    """An object that tells what happens to it."""

    def pre_build(self, values: Any, **kwargs: Any) -> None:
        self.said("pre_build", None if values is None else dict(values))
        self.early = self.add_attribute("early", IntTopic, 1)

    def build(self, *children: str) -> None:
        self.said("build")
        self.late = self.add_attribute("late", DictTopic, {})
        for name in children:
            child = self.add_child(Told)
            setattr(self, name, child)

    def init(self) -> None:
        self.said("init")

    def post_build(self) -> None:
        self.said("post_build")

    def on_destroy(self) -> None:
        self.said("on_destroy")

    def said(self, *what: Any) -> None:
        DIARY.append((self.get_id(), *what))


DIARY: list[Any] = []


@pytest.fixture(autouse=True)
def diary() -> list[Any]:
    DIARY.clear()
    return DIARY


class TestOrder:
    def test_of_a_new_object(self, tree: Tree, diary: list[Any]) -> None:
        tree.root.add_child(Told, "first", "second")
        assert [(id, what) for id, what, *_ in diary] == [
            *(("1", "pre_build"), ("1", "build")),
            *(("2", "pre_build"), ("2", "build"), ("2", "post_build"), ("2", "init")),
            *(("3", "pre_build"), ("3", "build"), ("3", "post_build"), ("3", "init")),
            *(("1", "post_build"), ("1", "init")),
        ]
        assert diary[0] == ("1", "pre_build", None)

    def test_of_its_end_children_first(self, tree: Tree, diary: list[Any]) -> None:
        told = tree.root.add_child(Told, "first", "second")
        diary.clear()
        told.remove()
        assert diary == [("2", "on_destroy"), ("3", "on_destroy"), ("1", "on_destroy")]

    def test_of_a_restored_object(self, tree: Tree, diary: list[Any]) -> None:
        told = tree.root.add_child(Told, "first")
        told.early.set(5)
        told.remove()
        diary.clear()
        tree.undo()
        assert diary == [
            ("1", "pre_build", {"early": 5, "late": {}}),
            ("2", "pre_build", {"early": 1, "late": {}}),
            *(("2", "post_build"), ("2", "init"), ("1", "post_build"), ("1", "init")),
        ]

    def test_in_build_it_has_its_id_and_parent_and_no_place_yet(self, tree: Tree) -> None:
        seen: list[Any] = []

        class Curious(SObject):
            def build(self) -> None:
                seen.extend((self.parent, self.get_parent(), self.is_root(), tree.get_object(self.id) is self, self.parent.children))
                for act in (self.remove, lambda: self.move_to(tree.root, 0)):
                    with pytest.raises(InvalidChangeError, match="still being built"):
                        act()

            def init(self) -> None:
                seen.append(self.parent.children == [self])

        tree.create_object(Curious)
        assert seen == [tree.root, tree.root, False, True, [], True]

    def test_a_root_of_ones_own_is_built(self) -> None:
        class Start(SObject):
            def build(self) -> None:
                self.title = self.add_attribute("title", StringTopic, "hello")

        tree = Tree(Start)
        assert isinstance(tree.root, Start)
        assert tree.root.title.get() == "hello"
        assert str(tree.root) == "Start(root)"
        assert not tree.undo()


class TestUndoOfDestroy:
    def test_all_is_back_as_it_was(self, tree: Tree) -> None:
        siblings = [tree.create_object(Told) for _ in range(4)]
        one = siblings[1]
        inner = one.add_child(Told, "first", "second")
        one.late["k"] = [1]
        one.early.set(9)
        one.extra = one.add_attribute("extra", ListTopic, [1], is_stateful=False)
        for tag in ("b", "a", "c"):
            inner.add_tag(tag)
        one.inner = inner
        before = state(tree)
        one.remove()
        assert one.is_destroyed()
        assert tree.undo().conflicts == ()
        assert state(tree) == before
        back = tree.root.children[1]
        assert back.id == one.id
        assert back is not one
        assert back.inner is back.children[0]
        assert back.inner.first is back.inner.children[0]
        assert (back.late.get(), back.early.get(), back.extra.is_stateful) == ({"k": [1]}, 9, False)
        assert back.inner.tags == ["b", "a", "c"]

    def test_what_the_parent_holds_is_alive_again(self, tree: Tree) -> None:
        told = tree.root.add_child(Told, "first", "second")
        told.first.remove()
        assert told.first.is_destroyed()
        tree.undo()
        assert not told.first.is_destroyed()
        assert told.first is told.children[0]
        tree.redo()
        assert told.first.is_destroyed()

    def test_even_when_the_parent_went_too(self, tree: Tree) -> None:
        told = tree.root.add_child(Told, "first")
        told.first.remove()
        told.remove()
        tree.undo()
        back = tree.root.children[0]
        assert back.first.is_destroyed()
        assert (back.first.parent, back.first.children, back.first.tags) == (None, [], [])
        tree.undo()
        assert back.first is back.children[0]

    def test_validators_and_rights_of_dynamic_attributes_are_kept(self, tree: Tree) -> None:
        class Guarded(SObject):
            def build(self) -> None:
                self.age = self.add_attribute("age", IntTopic, 1, validator=lambda age: age >= 0, writable=False)

        guarded = tree.create_object(Guarded)
        guarded.remove()
        tree.undo()
        back = tree.root.children[0]
        with pytest.raises(InvalidChangeError):
            back.age.set(-1)
        assert back.age._spec.writable is False

    def test_an_init_that_fails_leaves_the_step(self, tree: Tree) -> None:
        fails = False

        class Moody(SObject):
            def init(self) -> None:
                if fails:
                    raise InvalidValue("not today")

        moody = tree.create_object(Moody)
        moody.remove()
        fails = True
        before = state(tree)
        with pytest.raises(InvalidValue, match="not today"):
            tree.undo()
        assert state(tree) == before
        assert set(tree.objects) == {"root"}
        fails = False
        assert tree.undo()
        assert tree.has_object(moody.id)

    def test_a_taken_id_is_a_conflict(self, tree: Tree) -> None:
        one = tree.create_object(Told, id="mine")
        one.remove()
        tree.clear_history(tree.create_object(Told))
        steps = list(tree.history.done)
        tree.create_object(Told, id="mine")
        tree.history.done.clear()
        tree.history.done.extend(steps[:2])
        result = tree.undo()
        assert "taken" in result.conflicts[0].reason

    def test_clear_and_its_undo(self, tree: Tree) -> None:
        for _ in range(5):
            tree.create_object(Told)
        before = state(tree)
        head = tree.log.head
        tree.root.clear()
        assert [type(change).__name__ for change in tree.log[head + 1].changes] == ["Clear"]
        assert tree.root.children == []
        tree.undo()
        assert state(tree) == before
        tree.redo()
        tree.undo()
        assert state(tree) == before


class TestFailures:
    @pytest.mark.parametrize("step", ["pre_build", "build", "init", "post_build", "child"])
    @pytest.mark.parametrize("around", ["alone", "in a record", "caught in a record"])
    def test_an_exception_on_the_way_leaves_no_zombie(self, tree: Tree, step: str, around: str) -> None:
        class Failing(SObject):
            def pre_build(self, values: Any) -> None:
                self.add_attribute("early", IntTopic, 1)
                self._maybe("pre_build")

            def build(self) -> None:
                self.add_child(Told, "first")
                witness.early.set(99)
                witness.add_tag("seen")
                self._maybe("build")
                if step == "child":
                    self.add_child(Broken)

            def init(self) -> None:
                self._maybe("init")

            def post_build(self) -> None:
                self._maybe("post_build")

            def _maybe(self, now: str) -> None:
                if step == now:
                    raise ZeroDivisionError(now)

        class Broken(SObject):
            def init(self) -> None:
                raise ZeroDivisionError

        witness = tree.create_object(Told)
        replica = Replica()
        before, types, head = state(tree), set(tree.types.by_name), tree.log.head

        def create() -> None:
            tree.create_object(Failing, id="bad")

        if around == "alone":
            with pytest.raises(ZeroDivisionError):
                create()
        elif around == "in a record":
            with pytest.raises(ZeroDivisionError), tree.record():
                create()
        else:
            with tree.record():
                witness.late["kept"] = 1
                with pytest.raises(ZeroDivisionError):
                    create()
            assert tree.log.head == head + 1
            tree.undo()
        assert state(tree) == before
        assert not tree.has_object("bad")
        assert set(tree.types.by_name) == types
        replica.follow(tree)
        assert replica.plain() == state(tree)
        step = "none"
        assert tree.create_object(Failing, id="bad").children
        replica.follow(tree)
        assert replica.plain() == state(tree)

    def test_an_exception_in_on_destroy_leaves_all_alive(self, tree: Tree) -> None:
        class Clinging(SObject):
            def on_destroy(self) -> None:
                raise ZeroDivisionError

        box = tree.create_object(Told)
        clinging = box.add_child(Clinging)
        for act in (box.remove, clinging.remove, box.clear, tree.root.clear):
            with pytest.raises(ZeroDivisionError):
                act()
            assert tree.get_object(clinging.id) is clinging
            assert not box.is_destroyed()
            assert clinging.parent is box

    def test_keywords_that_fail_halfway_set_nothing(self, tree: Tree) -> None:
        class Careful(SObject):
            a = attribute(IntTopic, 1)
            b = attribute(IntTopic, 2)

            def build(self) -> None:
                with pytest.raises(InvalidValue, match=r"IntTopic 'b' of Careful\(\d+\): expected int, got 'x'"):
                    self.set_attributes(a=5, b="x")
                with pytest.raises(UnknownAttribute):
                    self.set_attributes(a=6, c=1)
                try:
                    with tree.record():
                        self.set_attributes(a=7)
                        raise KeyError
                except KeyError:
                    pass

        assert tree.create_object(Careful).a.get() == 1

    def test_a_build_may_set_back_to_the_default_what_it_has_set(self, tree: Tree) -> None:
        class Changing(SObject):
            size = attribute(IntTopic, 10)
            name = attribute(StringTopic, "x")

            def build(self, **over: Any) -> None:
                self.set_attributes(size=20, name="y")
                try:
                    with tree.record():
                        self.set_attributes(size=10, name="x")
                        raise KeyError
                except KeyError:
                    assert self.serialize()["objects"][0]["attributes"] == {"size": 20, "name": "y"}
                self.set_attributes(**over)

        for over in ({"size": 11}, {"size": 10}, {"name": "x"}, {"size": 10, "name": "x"}):
            changing = tree.create_object(Changing, **over)
            assert {"size": changing.size.get(), "name": changing.name.get()} == {"size": 20, "name": "y", **over}

    def test_a_keyword_equal_to_the_default_but_of_another_kind_counts(self, tree: Tree) -> None:
        class Kinds(SObject):
            items = attribute(ListTopic, [1])

        assert tree.create_object(Kinds, items=[True]).items.get() == [True]

    def test_what_is_destroyed_refuses_changes(self, tree: Tree) -> None:
        told = tree.create_object(Told)
        early = told.early
        told.remove()
        for act in (
            lambda: early.set(1),
            lambda: early.add(1),
            told.remove,
            told.clear,
            lambda: told.add_child(Told),
            lambda: told.add_tag("a"),
            lambda: told.add_attribute("a", IntTopic),
            lambda: told.move_to(tree.root),
            lambda: tree.create_object(Told, told),
            lambda: tree.undo(told),
        ):
            with pytest.raises(Destroyed, match=r"Told\(1\) was destroyed"):
                act()
        assert str(told) == "Told(1)"


class TestArguments:
    def test_keywords_set_declared_attributes(self, tree: Tree) -> None:
        class Simple(SObject):
            n = attribute(IntTopic, 0)
            text = attribute(StringTopic, "")

        assert tree.create_object(Simple, n=3, text="a").n.get() == 3
        with tree.as_current():
            assert Simple(n=4).n.get() == 4
        assert Simple(n=5, server=tree).parent is tree.root
        with pytest.raises(UnknownAttribute, match="Did you mean 'text'"):
            tree.create_object(Simple, txt="a")
        with pytest.raises(TypeError, match="takes no positional arguments"):
            tree.root.add_child(Simple, 1)
        with pytest.raises(TypeError, match="expected an SObject as the parent"):
            Simple(parent="root")  # type: ignore[arg-type]  # that is the point

    def test_ids(self, tree: Tree) -> None:
        assert tree.create_object(Told, id="a.b-c_1").id == "a.b-c_1"
        with pytest.raises(AlreadyExists, match=r"'root' is taken, by SObject\(root\)"):
            tree.create_object(Told, id="root")
        for bad in ("", "a/b", 5, "x" * 65, "é"):
            with pytest.raises(InvalidValue, match="is no id"):
                tree.create_object(Told, id=bad)  # type: ignore[arg-type]  # that is the point
        with pytest.raises(UnknownObject, match="no object with the id 'nope'"):
            tree.create_object(Told, "nope")

    def test_two_trees_count_each_for_itself(self) -> None:
        assert Tree().create_object(Told).id == Tree().create_object(Told).id == "1"

    def test_classes_define_build_and_not_init(self) -> None:
        with pytest.raises(TypeError, match=r"define build\(self, …\) instead"):

            class Wrong(SObject):
                def __init__(self) -> None:
                    pass

    def test_names_that_objectsync_needs_are_refused(self) -> None:
        with pytest.raises(TypeError, match="'_os_values'"):

            class Wrong(SObject):
                _os_values = attribute(IntTopic)

    def test_private_names_of_users_are_their_own(self, tree: Tree) -> None:
        class Own(SObject):
            n = attribute(IntTopic, 0)

            def build(self) -> None:
                self._state, self._values, self._id, self._parent, self._children = "mine", [1], 7, None, ()

        own = tree.create_object(Own)
        own.n.set(5)
        own.add_child(Own)
        assert (own.n.value, len(own.children), own.parent, own._state) == (5, 1, tree.root, "mine")


class TestNames:
    def test_users_call_their_attributes_what_they_like(self, tree: Tree) -> None:
        names = ["parent", "name", "children", "id", "tags", "text", "server", "attributes", "value", "label", "type", "options"]

        class Dynamic(SObject):
            def build(self) -> None:
                self.parent = self.add_attribute("parent", StringTopic, "")
                for name in names[1:]:
                    setattr(self, name, self.add_attribute(name, StringTopic, ""))

        class Declared(SObject):
            parent = attribute(StringTopic)
            name = attribute(StringTopic)
            children = attribute(StringTopic)
            id = attribute(StringTopic)
            tags = attribute(StringTopic)
            text = attribute(StringTopic)
            server = attribute(StringTopic)
            attributes = attribute(StringTopic)

        replica = Replica()
        for cls in (Dynamic, Declared):
            thing = tree.create_object(cls)
            inner = thing.add_child(cls)
            other = tree.create_object(cls)
            thing.parent.set("mine")
            thing.tags.set("t")
            thing.id.set("i")
            thing.add_tag("real")
            inner.move_to(other)
            inner.move_to(thing, 0)
            before = state(tree)
            data = thing.serialize()
            thing.remove()
            assert tree.undo().conflicts == ()
            assert state(tree) == before
            back = tree.get_object(thing.get_id())
            assert isinstance(back, cls)
            assert (back.parent.get(), back.id.get(), back.tags.get()) == ("mine", "i", "t")
            assert back.get_children()[0].get_parent() is back
            assert tree.create_object(cls, serialized=data).parent.get() == "mine"
            with pytest.raises(UnknownAttribute, match="It has: "):
                back.get_attribute("zzzzzz")
            replica.follow(tree)
            assert replica.plain() == state(tree)

    def test_classes_with_an_equality_and_truth_of_their_own(self, tree: Tree) -> None:
        class Same(SObject):
            n = attribute(IntTopic, 0)

            def __eq__(self, other: object) -> bool:
                return isinstance(other, Same)

            def __len__(self) -> int:
                return 0

        first, second, third = (tree.create_object(Same) for _ in range(3))
        second.move_to(tree.root, 0)
        assert [o.id for o in tree.root.children] == [second.id, first.id, third.id]
        third.remove()
        assert [o.id for o in tree.root.children] == [second.id, first.id]
        tree.undo()
        assert [o.id for o in tree.root.children] == [second.id, first.id, third.id]


class TestClasses:
    def test_they_register_themselves(self, tree: Tree) -> None:
        class Fresh(SObject):
            pass

        tree.create_object(Fresh)
        assert tree.root.add_child_s("Fresh").get_type_name() == "Fresh"
        with pytest.raises(UnknownType, match=r"server\.register\(cls, '\w+'\)\. Did you mean 'Fresh'"):
            tree.create_object("Frsh")
        with pytest.raises(AlreadyExists, match="registered already"):
            tree.register(Fresh)
        with pytest.raises(InvalidChangeError, match="alive"):
            tree.unregister(Fresh)
        tree.root.clear()
        tree.unregister("Fresh")
        with pytest.raises(UnknownType):
            tree.create_object("Fresh")
        with pytest.raises(TypeError, match="expected a subclass of SObject"):
            tree.create_object(int)  # type: ignore[type-var]  # that is the point

    def test_two_classes_of_one_name_are_told_apart(self, tree: Tree) -> None:
        def one() -> type[SObject]:
            class Twin(SObject):
                pass

            return Twin

        def two() -> type[SObject]:
            class Twin(SObject):
                pass

            return Twin

        tree.create_object(one())
        with pytest.raises(AlreadyExists, match="register this one under a name of its own"):
            tree.create_object(two())

    def test_one_defined_again_replaces_its_older_self(self, tree: Tree) -> None:
        """As when a notebook cell runs twice."""

        def cell(default: int, extra: bool) -> type[Any]:
            class Counter(SObject):
                count = attribute(IntTopic, default)
                if extra:
                    label = attribute(StringTopic, "new")
                else:
                    gone = attribute(ListTopic, [1])

            return Counter

        older, newer = cell(1, False), cell(5, True)
        replica = Replica()
        old = tree.create_object(older)
        replica.follow(tree)
        new = tree.create_object(newer)
        assert (old.count.get(), new.count.get(), new.label.get()) == (1, 5, "new")
        old.count.add(1)
        old.gone.append(2)
        replica.follow(tree)
        assert replica.plain() == state(tree)
        # A client that joins now knows the new class only, and must still see what the older object is.
        assert snapshot_of(tree) == {"root", old.id, new.id}
        old.remove()
        assert tree.undo().conflicts == ()
        back = tree.get_object(old.id)
        assert type(back) is newer
        assert (back.count.get(), back.label.get()) == (2, "new")

    def test_what_an_untouched_older_object_holds_is_not_the_new_default(self, tree: Tree) -> None:
        def cell(default: int) -> type[Any]:
            class Counter(SObject):
                count = attribute(IntTopic, default)

            return Counter

        old = tree.create_object(cell(1))
        tree.create_object(cell(5))
        snapshot_of(tree)
        old.remove()
        tree.undo()
        assert tree.get_object(old.id).count.get() == 1

    def test_a_definition_that_fails_to_build_leaves_the_older_one(self, tree: Tree) -> None:
        def cell(fails: bool) -> type[Any]:
            class Part(SObject):
                def build(self) -> None:
                    if fails:
                        raise ZeroDivisionError

            return Part

        older, newer = cell(False), cell(True)
        tree.create_object(older)
        with pytest.raises(ZeroDivisionError):
            tree.create_object(newer)
        assert type(tree.root.add_child_s("Part")) is older

    def test_abstract_and_generic_bases(self, tree: Tree) -> None:
        item = TypeVar("item")

        class Base(SObject):
            n = attribute(IntTopic, 1)

        class Box(Base, Generic[item]):
            one = attribute(ObjTopic)

        class Shape(ABC):
            @abstractmethod
            def area(self) -> int: ...

        class Mixed(Box[int], frontend_type="mixed"):
            n = attribute(IntTopic, 2)

        mixed = tree.create_object(Mixed)
        assert (mixed.n.get(), mixed.one.get(), Mixed.frontend_type) == (2, None, "mixed")
        assert tree.create_object(Box[int]).n.get() == 1 if isinstance(Box[int], type) else True


def snapshot_of(tree: Tree) -> set[str]:
    """What a client that joins now would hold; it must be what the tree is."""
    import json

    from objectsync.changes import Change
    from objectsync.frames import encode
    from objectsync.snapshot import describe_object
    from tests.replica import decode, same

    changes: list[Change] = [info.define() for info in tree.types.by_name.values()]
    for sobject in tree.root.walk():
        parent = None if sobject.is_root() else sobject.get_parent().get_id()
        describe_object(sobject, parent, changes)
    replica = Replica()
    fragment = encode(changes)
    for change in json.loads(fragment.json):
        replica.apply([decode(part, fragment.buffers) for part in change])
    for sobject in tree.root.walk():
        node = replica.nodes[sobject.get_id()]
        for name in sobject.attributes:
            assert same(node.values[name], sobject.get_attribute(name).get())
    return set(replica.nodes)


class TestMemory:
    def test_nothing_is_kept_of_ten_thousand_objects(self, tree: Tree) -> None:
        with tree.record():
            objects = [tree.create_object(Told) for _ in range(10_000)]
        watched = [weakref.ref(sobject) for sobject in objects]
        del objects
        tree.root.clear()
        tree.clear_history()
        gc.collect()
        assert not any(reference() for reference in watched)

    def test_without_cycles_of_the_users_own_memory_returns_at_once(self, tree: Tree) -> None:
        class Row(SObject):
            n = attribute(IntTopic, 0)

        gc.disable()
        try:
            rows = [tree.create_object(Row) for _ in range(100)]
            for row in rows:
                row.n.set(1)
            watched = [weakref.ref(row) for row in rows]
            del rows, row
            tree.root.clear()
            assert not any(reference() for reference in watched)
        finally:
            gc.enable()

    def test_nothing_is_kept_of_one_that_failed(self, tree: Tree) -> None:
        watched: list[weakref.ref[SObject]] = []

        class Failing(SObject):
            def build(self) -> None:
                watched.append(weakref.ref(self))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            tree.create_object(Failing)
        gc.collect()
        assert watched[0]() is None

    def test_a_whole_tree_goes(self) -> None:
        tree = Tree()
        told = tree.root.add_child(Told, "first")
        told.early.on_set += lambda _: None
        watched = [weakref.ref(told), weakref.ref(tree)]
        from objectsync.current import set_newest

        set_newest(None)
        del tree, told
        gc.collect()
        assert [reference() for reference in watched] == [None, None]


class TestDepth:
    def test_deep_trees_need_no_stack(self, tree: Tree) -> None:
        class Level(SObject):
            n = attribute(IntTopic, 0)

        top = tree.create_object(Level)
        low: SObject = top
        for _ in range(249):
            low = low.add_child(Level)
        low.n.set(1)  # type: ignore[attr-defined]  # a Level
        data = top.serialize()
        assert len(top.top_down_search()) == 250
        copy = tree.create_object(Level, serialized=data)
        assert len(list(copy.walk())) == 250
        tree.undo()
        box = tree.create_object(Level)
        top.move_to(box)
        top.remove()
        tree.undo()
        assert sum(1 for _ in tree.root.walk()) == 252
        tree.root.clear()
        tree.undo()
        assert len(tree.format_tree().splitlines()) == 252
        steps = 0
        while tree.undo():
            steps += 1
        assert tree.root.children == []
        for _ in range(steps):
            assert tree.redo()
        assert sum(1 for _ in tree.root.walk()) == 252
        replica = Replica()
        replica.follow(tree)
        assert len(replica.nodes) == 252

    def test_depth_is_bounded(self, tree: Tree) -> None:
        low: SObject = tree.root
        for _ in range(256):
            low = low.add_child(SObject)
        with pytest.raises(ValueError, match=r"would be 257 deep; the limit is 256 \(Limits.tree_depth\)"):
            low.add_child(SObject)
        pair = tree.create_object(SObject)
        pair.add_child(SObject)
        with pytest.raises(ValueError, match="would be 257 deep"):
            pair.move_to(low.get_parent())
        assert pair.parent is tree.root

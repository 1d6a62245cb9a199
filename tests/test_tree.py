"""The tree: searching, moving, tags, dynamic attributes, events, and messages that say what to do."""

# mypy: disable-error-code="attr-defined, union-attr, assignment, func-returns-value, untyped-decorator, operator, unused-ignore"
# (These tests give objects attributes as users do, whose types mypy cannot know.)

from __future__ import annotations

import pytest

from objectsync import (
    AlreadyExists,
    Destroyed,
    EventTopic,
    GenericTopic,
    IntTopic,
    InvalidChangeError,
    InvalidValue,
    ListTopic,
    SObject,
    StringTopic,
    UnknownAttribute,
    UnknownObject,
    attribute,
)
from objectsync.tree import Tree
from tests.replica import Replica, state


class Node(SObject):
    n = attribute(IntTopic, 0)
    poked = attribute(EventTopic)


class Leaf(Node):
    pass


class Compared(SObject):
    """Counts how often one is compared with another."""

    count = 0
    __hash__ = SObject.__hash__

    def __eq__(self, other: object) -> bool:
        Compared.count += 1
        return self is other


@pytest.fixture
def tree() -> Tree:
    return Tree()


@pytest.fixture
def node(tree: Tree) -> Node:
    return tree.create_object(Node)


class TestLooking:
    def test_up_and_down(self, tree: Tree, node: Node) -> None:
        leaf = node.add_child(Leaf)
        other = node.add_child(Node)
        assert (leaf.parent, node.children, tree.root.parent) == (node, [leaf, other], None)
        assert (leaf.id, leaf.server, node.get_children()) == ("2", tree, [leaf, other])
        assert (node.has_child(leaf), tree.root.has_child(leaf)) == (True, False)
        assert (node.get_child_of_type(Leaf), node.get_children_of_type(Node)) == (leaf, [leaf, other])
        assert node.get_child_by_id("3") is other
        with pytest.raises(ValueError, match="no child of type"):
            leaf.get_child_of_type(Leaf)
        with pytest.raises(ValueError, match="no child with the id"):
            leaf.get_child_by_id("1")
        with pytest.raises(NotImplementedError, match="has no parent"):
            tree.root.get_parent()
        assert (tree.root.is_root(), node.is_root()) == (True, False)
        assert (tree.has_object("3"), tree.has_object("4")) == (True, False)
        node.children.clear()
        assert len(node.children) == 2

    def test_searching_from_the_top(self, tree: Tree, node: Node) -> None:
        leaf = node.add_child(Leaf)
        below = leaf.add_child(Leaf)
        other = node.add_child(Leaf)
        assert node.top_down_search(type=Leaf) == [leaf, below, other]
        assert node.top_down_search() == [node, leaf, below, other]
        assert node.top_down_search(accept=lambda o: o.id != leaf.id, stop=lambda o: o is leaf, type=Leaf) == [other]
        assert node.top_down_search(stop=lambda o: o is leaf, type=Leaf) == [leaf, other]
        assert list(node.walk()) == [node, leaf, below, other]

    def test_the_hierarchy_as_text(self, tree: Tree, node: Node) -> None:
        node.add_child(Leaf).n.set(3)
        assert tree.format_tree() == "SObject(id=root)\n  Node(id=1)\n    Leaf(id=2, n=3)"
        assert tree.format_tree(node) == "Node(id=1)\n  Leaf(id=2, n=3)"


class TestOlderNames:
    def test_an_object_is_destroyed_by_its_id(self, tree: Tree, node: Node) -> None:
        tree.destroy_object(node.id)
        assert not tree.has_object(node.id)
        with pytest.raises(UnknownObject):
            tree.destroy_object(node.id)


class TestMoving:
    @pytest.fixture
    def children(self, node: Node) -> list[Node]:
        return [node.add_child(Node) for _ in range(4)]

    @pytest.mark.parametrize(("which", "index"), [(0, 3), (0, -1), (3, 0), (1, 2), (2, 1), (1, 1), (0, 0), (3, 3)])
    def test_within_a_parent_the_index_counts_without_itself(
        self, tree: Tree, node: Node, children: list[Node], which: int, index: int
    ) -> None:
        expected = list(children)
        moved = expected.pop(which)
        expected.insert(len(expected) if index == -1 else index, moved)
        children[which].move_to(node, index)
        assert node.children == expected
        if expected != children:
            tree.undo()
        assert node.children == children
        replica = Replica()
        replica.follow(tree)
        assert replica.plain() == state(tree)

    def test_to_another_parent(self, tree: Tree, node: Node, children: list[Node]) -> None:
        target = tree.create_object(Node)
        children[1].move_to(target)
        children[2].move_to(target, 0)
        assert target.children == [children[2], children[1]]
        assert node.children == [children[0], children[3]]
        assert children[1].parent is target
        tree.undo()
        tree.undo()
        assert node.children == children

    def test_to_where_it_is_is_no_step(self, tree: Tree, node: Node, children: list[Node]) -> None:
        head = tree.log.head
        children[1].move_to(node, 1)
        children[3].move_to(node)
        assert tree.log.head == head

    def test_cycles_are_refused(self, tree: Tree, node: Node, children: list[Node]) -> None:
        below = children[0].add_child(Node)
        before = state(tree)
        for target in (node, children[0], below):
            with pytest.raises(InvalidChangeError, match=r"Node\(1\) cannot be moved below Node\(\d\), which is itself or below it"):
                node.move_to(target)
        assert state(tree) == before

    def test_other_refusals(self, tree: Tree, node: Node, children: list[Node]) -> None:
        before = state(tree)
        with pytest.raises(InvalidChangeError, match="is the root; it cannot be moved"):
            tree.root.move_to(node)
        with pytest.raises(InvalidChangeError, match="is the root; it cannot be destroyed"):
            tree.root.remove()
        with pytest.raises(InvalidChangeError, match=r"cannot be placed at 4 below.*it has 3 other children"):
            children[0].move_to(node, 4)
        with pytest.raises(InvalidChangeError, match="cannot be placed at -2"):
            children[0].move_to(node, -2)
        with pytest.raises(InvalidChangeError, match="lives on another server"):
            children[0].move_to(Tree().root)
        with pytest.raises(TypeError, match="expected an SObject, got 'root'"):
            children[0].move_to("root")  # type: ignore[arg-type]  # that is the point
        with pytest.raises(InvalidChangeError, match="is no child of"):
            tree.root.remove_child(children[0])
        assert state(tree) == before

    def test_a_swap_in_one_record(self, tree: Tree, node: Node, children: list[Node]) -> None:
        with tree.record():
            children[0].move_to(node, 3)
            children[3].move_to(node, 0)
        assert node.children == [children[3], children[1], children[2], children[0]]
        tree.undo()
        assert node.children == children

    @pytest.mark.parametrize("order", [1, -1], ids=["in order", "the last first"])
    def test_many_new_children_find_their_places_without_a_search_for_each(self, tree: Tree, node: Node, order: int) -> None:
        compared = Compared.count
        with tree.record():
            children = [Compared(parent=node) for _ in range(500)]
            box = Node(parent=node)
            for child in children[::order]:
                child.move_to(box)
        assert box.children == children[::order]
        assert Compared.count - compared < 2_000  # a search among all for each would be 125,000

    def test_a_new_child_among_many_old_ones_is_found_without_a_search(self, tree: Tree, node: Node) -> None:
        old = [Compared(parent=node) for _ in range(500)]
        compared = Compared.count
        for _ in range(100):  # as `tr(td("a"), td("b"))` does, inside of `with table:`
            with tree.record():
                cells = [Compared(parent=node), Compared(parent=node)]
                row = Node(parent=node)
                for cell in cells:
                    cell.move_to(row)
        assert node.children[:500] == old
        assert [len(row.children) for row in node.children[500:]] == [2] * 100
        assert Compared.count - compared < 2_000


class TestTags:
    def test_they_come_and_go_in_order(self, tree: Tree, node: Node) -> None:
        node.add_tag("a")
        node.add_tag("b")
        node.add_tag("a")
        assert (node.tags, node.has_tag("a"), node.has_tag("z")) == (["a", "b"], True, False)
        node.remove_tag("a")
        assert node.tags == ["b"]
        tree.undo()
        assert node.tags == ["a", "b"]
        tree.redo()
        assert node.tags == ["b"]
        replica = Replica()
        replica.follow(tree)
        assert replica.plain() == state(tree)

    def test_refusals(self, node: Node) -> None:
        with pytest.raises(InvalidChangeError, match="has no tag 'a'"):
            node.remove_tag("a")
        for bad in (5, "", "__proto__", "x" * 129, "\ud800"):
            with pytest.raises(TypeError):
                node.add_tag(bad)  # type: ignore[arg-type]  # that is the point
        assert node.tags == []


class TestAttributes:
    def test_dynamic_ones_come_and_go(self, tree: Tree, node: Node) -> None:
        late = node.add_attribute("late", ListTopic, [1])
        assert node.get_attribute("late") is late
        assert node.late is late
        assert (node.has_attribute("late"), node.attributes) == (True, ["n", "poked", "late"])
        assert "late" in dir(node)
        late.append(2)
        node.remove_attribute("late")
        assert not node.has_attribute("late")
        tree.undo()
        assert node.get_attribute("late").get() == [1, 2]
        node.get_attribute("late").append(3)
        tree.undo()
        tree.undo()
        tree.undo()
        assert not node.has_attribute("late")
        tree.redo()
        assert node.get_attribute("late").get() == [1]

    def test_one_that_was_removed_can_no_longer_change(self, tree: Tree, node: Node) -> None:
        late = node.add_attribute("late", StringTopic, "x")
        heard: list[str] = []
        late.on_set += heard.append
        quiet = node.add_attribute("quiet", StringTopic, "x")
        knocked = node.add_attribute("knocked", EventTopic)
        for name in ("late", "quiet", "knocked"):
            node.remove_attribute(name)
        before = node.serialize()
        for change in (lambda: late.set("y"), lambda: quiet.set("y"), lambda: quiet.insert(0, "y"), lambda: knocked.emit()):
            with pytest.raises(Destroyed, match=r"of Node\(1\) is gone; it can no longer change"):
                change()
            with pytest.raises(Destroyed), tree.record():
                change()
        assert node.serialize() == before
        assert heard == []
        another = node.add_attribute("late", IntTopic, 3)
        with pytest.raises(Destroyed):
            late.set("text")
        assert another.get() == 3

    def test_one_that_comes_back_has_its_topic_again(self, tree: Tree, node: Node) -> None:
        late = node.add_attribute("late", StringTopic, "x")
        heard: list[str] = []
        late.on_set += heard.append
        node.remove_attribute("late")
        tree.undo()
        assert node.get_attribute("late") is late
        node.late.set("y")
        late.set("z")
        assert heard == ["y", "z"]
        tree.undo()
        tree.undo()
        tree.redo()
        tree.undo()
        tree.undo()
        with pytest.raises(Destroyed):
            late.set("a")
        tree.redo()
        late.set("a")
        assert node.late.get() == "a"

    def test_one_whose_removal_or_addition_is_rolled_back(self, tree: Tree, node: Node) -> None:
        late = node.add_attribute("late", StringTopic, "x")
        added: list[StringTopic] = []

        def fail() -> None:
            with tree.record():
                late.set("y")
                node.remove_attribute("late")
                added.append(node.add_attribute("late", StringTopic, "another"))
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert node.late is late
        with pytest.raises(Destroyed):
            added[0].set("z")
        late.set("z")
        assert node.late.get() == "z"

    def test_a_declared_one_can_be_added_again_as_in_a_subclass_of_an_older_program(self, node: Node) -> None:
        assert node.add_attribute("n", IntTopic, 5) is node.n
        assert node.n.get() == 5

    def test_refusals(self, tree: Tree, node: Node) -> None:
        node.add_attribute("late", IntTopic)
        before = state(tree)
        with pytest.raises(AlreadyExists, match=r"Node\(1\) has an attribute 'late' already; choose another name or remove_attribute"):
            node.add_attribute("late", IntTopic)
        with pytest.raises(AlreadyExists, match=r"the class of Node\(1\) declares 'n', as IntTopic; choose another name$"):
            node.add_attribute("n", StringTopic)
        with pytest.raises(InvalidValue, match=r"IntTopic 'x' of Node\(1\): expected int, got 'abc' \(str\)"):
            node.add_attribute("x", IntTopic, "abc")
        with pytest.raises(UnknownAttribute, match=r"no attribute 'lates'\. Did you mean 'late'"):
            node.get_attribute("lates")
        with pytest.raises(AttributeError, match=r"Node\(1\) has no attribute 'nothing'"):
            _ = node.nothing
        with pytest.raises(UnknownAttribute, match=r"no dynamic attribute 'n': its class declares it, so it cannot be removed"):
            node.remove_attribute("n")
        for bad in ("", 5, "constructor", "x" * 129):
            with pytest.raises(TypeError, match="is not an attribute name"):
                node.add_attribute(bad, GenericTopic)  # type: ignore[arg-type]  # that is the point
        assert state(tree) == before

    def test_setting_several_is_all_or_nothing(self, tree: Tree, node: Node) -> None:
        late = node.add_attribute("late", StringTopic)
        node.set_attributes(n=1, late="a")
        assert (node.n.get(), late.get()) == (1, "a")
        with pytest.raises(InvalidValue):
            node.set_attributes(n=2, late=5)
        assert node.n.get() == 1
        tree.undo()
        assert (node.n.get(), late.get()) == (0, "")


class TestEvents:
    def test_handlers_run_after_the_commit(self, tree: Tree, node: Node) -> None:
        heard: list[object] = []

        def deliver(emissions):
            assert tree.transactions.open is None
            for emission in emissions:
                heard.append((emission.name, emission["x"], emission.get("y", 5), emission.object, emission.session))
                assert len(emission.handlers) == 1

        tree.transactions.deliver = deliver
        end = node.on("poked", lambda: None)
        with tree.record():
            node.emit("poked", x=1)
            assert heard == []
        assert heard == [("poked", 1, 5, node, None)]
        end()
        end()

    def test_what_is_rolled_back_is_not_delivered(self, tree: Tree, node: Node) -> None:
        heard: list[object] = []
        tree.transactions.deliver = heard.append
        with tree.record():
            try:
                with tree.record():
                    node.emit("poked")
                    raise KeyError
            except KeyError:
                pass
        assert heard == []

    def test_a_name_of_something_else_is_refused(self, node: Node) -> None:
        with pytest.raises(AlreadyExists, match="is a IntTopic, not an event"):
            node.on("n", print)

    def test_as_a_decorator(self, node: Node) -> None:
        @node.on("fresh")
        def handler() -> None: ...

        assert node.get_attribute("fresh")._handlers[0].run is handler  # type: ignore[attr-defined]  # an event

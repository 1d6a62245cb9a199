"""How an object of a tree is made: the constructor of every SObject. What a class has to say about it is asked in life.py.

Rules: this is the way of every element of a page, so it is one function, and it reads as little of the objects as it can
(benchmarks/core.py, "rows"). Until what a class has to say, nothing can fail once something has changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .changes import Destroy
from .current import current_parent, current_server
from .states import FRESH, GONE
from .topics.base import EMPTY
from .values import is_unicode

if TYPE_CHECKING:
    from .open_transaction import Mark
    from .sobject import SObject
    from .tree import Tree


class Making:
    """What can be made."""

    __slots__ = ()

    def __init__(
        self,
        given: Any = EMPTY,  # the first argument of `build`: most elements have no other, and so need no tuple,
        /,
        *args: Any,
        parent: SObject | None = None,
        server: Tree | None = None,
        id: str | None = None,
        text: Any = EMPTY,  # nor a dict, for which reason this keyword is none of the others
        **kwargs: Any,
    ) -> None:
        made: Any = self  # an SObject
        if parent is None:
            if server is None:
                parent = current_parent()
            tree: Any = parent._os_tree if parent is not None else server if server is not None else current_server()
        else:
            try:
                tree = parent._os_tree
            except AttributeError:
                raise TypeError(f"expected an SObject as the parent, got {parent!r}") from None
        transactions = tree.transactions
        transaction = transactions.open
        if transaction is None or not transactions.lock._is_owned():  # which Condition needs of any RLock, too
            with transactions.lock, tree.record():
                Making.__init__(self, given, *args, parent=parent, server=tree, id=id, text=text, **kwargs)
            return
        # From here on the lock is this thread's, and the open transaction with it.
        loose: set[str] | None = None
        if parent is None:
            parent = tree.root
            loose = tree.loose
        if parent is transaction.parent:
            siblings = transaction.siblings
            depth = transaction.depth
        else:
            if transactions.owed:
                transactions.settle()
            above = parent._os_state
            if above == GONE:
                tree._alive(parent)
            depth = parent._os_depth + 1
            if depth > tree._deepest:
                tree._check_depth(depth)
            below = parent._os_children
            if below is None:
                below = parent._os_children = []
            transaction.parent = parent
            transaction.siblings = siblings = below
            transaction.depth = depth
            transaction.inner = above == FRESH
        objects = tree._objects
        if id is None:
            number = tree._next_id
            tree._next_id = number + 1
            id = str(number)
            if number <= tree._greatest_given and id in objects:
                id = tree._new_id(None)
        else:
            id = tree._new_id(id)
            transaction.numbered = False
        mark: Mark | None = None
        is_plain = False
        try:
            info = tree._classes[type(self)]
            plain = info.plain
            if (
                plain is not None
                and (text is EMPTY or (type(text) is str and (text.isascii() or is_unicode(text))))
                and not kwargs
                and not args
            ):
                first = plain[given]
                is_plain = True
        except (KeyError, TypeError):  # a class that is new; no tag, or one that is looked at
            pass
        if is_plain:
            # Of an element with a tag and a text, nothing needs to be called, and no table made: half of what it costs.
            made._os_text = "" if text is EMPTY else text
            made._os_first = first
        else:
            if text is not EMPTY:
                kwargs["text"] = text
            if given is not EMPTY:
                args = (given, *args)
            mark = transaction.mark()
            info = tree._info_of(transaction, type(made))
            values = info.values_of(args, kwargs)
            if values is None:
                values = {}
            else:
                mark = None
            made._os_text = made._os_first = None
            made._os_values = values
        made._os_tree = tree
        made._os_id = id
        made._os_type = info
        made._os_parent = parent
        made._os_children = made._os_topics = made._os_dynamic = made._os_tags = None
        made._os_depth = depth
        made._os_state = FRESH
        objects[id] = made
        transaction.born += 1
        transaction.changes.append(made)
        transaction.journal.append(made)
        if not transaction.inner:
            if transaction.recording:
                # Before what build does, so that undo takes that back first: build may have moved older objects below this one.
                transaction.inverses.append(Destroy(id))
            else:
                transaction.kept = True
        if mark is None:
            siblings.append(made)
        else:
            tree._live(transaction, mark, made, parent, siblings, args, kwargs)
        if loose is not None:
            loose.add(id)

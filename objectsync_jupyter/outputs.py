"""Which objects the outputs of a notebook hold.

Rules: an output holds its object as long as it can come back, across reloads and closed tabs: until its cell runs again or is deleted.
JupyterLab says which cell runs (`cellId`) and which have gone (`deletedCells`); elsewhere a cell is its text. What a page
shows at this moment is held as well: another tab may still show what the cell made before. `Out[n]` ends with the output; `_`, `__` and
`___` stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any, Final
from weakref import WeakKeyDictionary

from objectsync.ancestry import path_to
from objectsync.hub import Hub
from objectsync.sobject import SObject

VIEW: Final = "application/vnd.objectsync.view+json"
"""The type of what an output says of its object."""
SHOWN: Final = "objectsync_jupyter.shown"
"""What a page calls to learn which of its views this kernel has shown."""
PLACES: Final = "objectsync_jupyter.places"
"""What a page calls that got an output for a request that no cell of its own waits for."""
VIEWS: Final = "objectsync_jupyter.views"
"""What a page calls to say which objects it shows."""

_CELLS: Final = 1_000
"""How many cells' outputs are held. A notebook has fewer; a frontend that names no cells has a new one for each version of a text."""
_OUTPUTS: Final = 1_000
"""How many outputs of one cell are held: a cell may clear its output and show something else, again and again."""


class Outputs:
    """What cells have shown, and what pages show."""

    def __init__(self, ip: Any, released: Callable[[], None] = lambda: None) -> None:
        self._ip = ip
        self._released = released
        self._cells: dict[str, dict[tuple[str, str], SObject]] = {}
        self._numbers: dict[str, int] = {}
        self._pages: dict[str, list[SObject]] = {}
        self._last: WeakKeyDictionary[SObject, str] = WeakKeyDictionary()
        self._request: str | None = None
        ip.events.register("pre_run_cell", self._cell_begins)

    def close(self) -> None:
        """Hold nothing any more."""
        self._ip.events.unregister("pre_run_cell", self._cell_begins)
        self._cells.clear()
        self._pages.clear()

    def note(self, sobject: SObject) -> str:
        """The cell that runs shows an object; returns a short name of the cell's text."""
        request = self._parent()
        text = _hash(request)
        key = _key(request)
        self._last[sobject] = request.get("header", {}).get("msg_id", "")
        shown = self._cells.pop(key, {})
        shown.pop((sobject._os_id, text), None)
        shown[sobject._os_id, text] = sobject
        if len(shown) > _OUTPUTS:
            del shown[next(iter(shown))]
        self._cells[key] = shown
        self._numbers[key] = self._ip.displayhook.prompt_count
        if len(self._cells) > _CELLS:
            self._drop(next(iter(self._cells)))
        return text

    def cell_id(self) -> str | None:
        """The id of the cell that runs, where the frontend tells."""
        id = self._parent().get("metadata", {}).get("cellId")
        return id if isinstance(id, str) else None

    def deleted_cells(self) -> list[str]:
        """The ids of the cells that have gone since the last one ran, where the frontend tells."""
        deleted = self._parent().get("metadata", {}).get("deletedCells", ())
        return [str(id) for id in deleted]

    def were_shown(self, views: Any) -> list[bool]:
        """For each `[id, cell]`, whether this kernel has shown that object by that cell."""
        cells = list(self._cells.values())
        pairs = [tuple(view) for view in views] if isinstance(views, list) else []
        return [any(pair in shown for shown in cells) for pair in pairs]

    def places(self, request: str) -> list[list[str]]:
        """The `[id, cell]` of each output that may take what handlers put out for a request, the newest first.

        What concerns an object goes to the request that last showed it; so these are the outputs that show such an object, or one above.
        """
        about = {above for sobject, last in list(self._last.items()) if last == request for above in path_to(sobject)}
        cells = reversed(list(self._cells.values()))
        return [list(pair) for shown in cells for pair, sobject in reversed(list(shown.items())) if sobject in about]

    def page_shows(self, server: Hub, session: str, ids: list[str]) -> None:
        """A page shows these objects, and no others."""
        with server.lock:
            objects = [server.objects.get(id) for id in ids]
            if session in server.clients:
                self._pages[session] = [sobject for sobject in objects if sobject is not None]
        self._released()

    def page_left(self, session: str) -> None:
        """A page has gone for good."""
        if self._pages.pop(session, None) is not None:
            self._released()

    def _cell_begins(self, _: Any) -> None:
        request = self._parent()
        id = request.get("header", {}).get("msg_id")
        if id is not None and id == self._request:
            return  # a cell that runs another within itself
        self._request = id
        for gone in self.deleted_cells():
            self._drop(gone)
        self._drop(_key(request))

    def _drop(self, key: str) -> None:
        shown = self._cells.pop(key, None)
        number = self._numbers.pop(key, None)
        if shown is None:
            return
        if number is not None:
            self._let_ipython_forget(number, shown.values())
        self._released()

    def _let_ipython_forget(self, number: int, objects: Iterable[SObject]) -> None:
        """`Out[number]`, if it is one of these, and what IPython keeps of the bundles."""
        remembered = self._ip.user_ns.get("_oh", {})
        if any(remembered.get(number) is sobject for sobject in objects):
            del remembered[number]
            for namespace in (self._ip.user_ns, self._ip.user_ns_hidden):
                namespace.pop(f"_{number}", None)
        bundles = getattr(self._ip.history_manager, "outputs", {})  # since IPython 9, for its `%notebook`
        if number in bundles:
            bundles[number] = [output for output in bundles[number] if VIEW not in (output.bundle or {})]

    def _parent(self) -> Any:
        kernel = getattr(self._ip, "kernel", None)
        return {} if kernel is None else kernel.get_parent("shell")  # not the history: `nbval` runs cells without one


def _key(request: Any) -> str:
    cell = request.get("metadata", {}).get("cellId")
    return cell if isinstance(cell, str) else "text " + _hash(request)


def _hash(request: Any) -> str:
    text = str(request.get("content", {}).get("code", ""))
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:12]

"""The anywidget carrier: objects live where our extension cannot be installed (VS Code, Colab, marimo, …), from `objectsync[anywidget]`.

Each shown object gets an anywidget, whose custom messages carry what comms carry elsewhere (links.py is the rest, and the same). A page
with many of them opens one connection for all, over whichever it likes; a host that keeps outputs apart, as Colab does, one for each.
What a page sends says whose it is (`from`); what goes down is a broadcast, and says who it is for (`to`).

Rules: a widget lives until its cell runs again or is deleted, its server ends, or the host closes it. It holds a picture of the object,
for hosts that keep widgets in the file and show them without a kernel. Nothing that a page sends reaches the widget's own state.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

import anywidget
import comm as comms
import ipywidgets
from traitlets import Unicode, observe

from objectsync.hub import Hub
from objectsync.sobject import SObject

from .links import Links

WIDGET_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_BUILT: Final = Path(__file__).parent / "static"
_MOST: Final = 1_000
"""Widgets of one server; then the oldest goes. Not every host says which cell runs again."""


class Carrier(anywidget.AnyWidget):
    """One shown object, as an anywidget."""

    _esm = _BUILT / "carrier.js"
    _css = _BUILT / "carrier.css"
    _server = Unicode().tag(sync=True)
    _object = Unicode().tag(sync=True)
    _picture = Unicode().tag(sync=True)
    comm: Any

    def __init__(self, links: Links, sobject: SObject, layout: Any, ended: Callable[[Carrier], None]) -> None:
        self._links = links
        self._pairs: set[str] = set()
        self._ended = ended
        self._shown: SObject | None = sobject  # as long as it is shown, it is in use
        super().__init__(_server=links.hub.epoch, _object=sobject.id, _picture=sobject.to_html(), layout=layout)

    @observe("comm")
    def _ride(self, change: Any) -> None:
        """A host has given the widget a comm; some give it another one later."""
        comm = change["new"]
        if comm is None:
            return
        close = comm.close

        def close_both(*arguments: Any, **named: Any) -> None:
            self.leave()
            close(*arguments, **named)

        # Not `on_msg`: that fires IPython's pre_execute and post_execute for every message, on this thread.
        comm.handle_msg = lambda message: self._take(message["content"]["data"], list(message.get("buffers") or ()))
        comm.handle_close = lambda _: self.forget()
        comm.close = close_both
        if hasattr(comm, "_reply_subshell_for"):
            # ipykernel 7.4 hands a page's message to the shell that last sent on its comm, which may be a running cell's.
            comm._reply_subshell_for = lambda data, default: default

    def _take(self, data: dict[str, Any], buffers: list[Any]) -> None:
        if data.get("method") == "request_state":
            self.send_state()
        content = data.get("content")
        if data.get("method") != "custom" or not isinstance(content, dict):
            return
        pair = str(content["from"])
        if "opens" in content:
            self._pairs.add(pair)
            self._links.begin(pair, lambda message, parts: self.send({**message, "to": pair}, parts), lambda: self._pairs.discard(pair))
            self._links.ready(pair)
        elif "goodbye" in content:
            self._links.left(pair, content["goodbye"])
        else:
            self._links.receive(pair, content, buffers)

    def leave(self) -> None:
        """Carry nothing any more; a page that has other widgets goes on over one of them."""
        for pair in list(self._pairs):
            self._links.left(pair, None)
        self._shown = None
        self._ended(self)

    def forget(self) -> None:
        """End without a word: pages show what they last showed."""
        self.leave()
        _forget(self)


def _forget(widget: Any) -> None:
    """Let go of a widget without telling the pages that have it."""
    comm = widget.comm
    if comm is not None:
        comm._closed = True
        comms.get_comm_manager().comms.pop(comm.comm_id, None)
        widget.close()


class Carriers:
    """The widgets that show one server's objects."""

    def __init__(self, links: Links, emptied: Callable[[], None] = lambda: None) -> None:
        self._links = links
        self._emptied = emptied
        self._cells: dict[Carrier, str | None] = {}
        self._layout: Any = None
        """One for all: ipywidgets would make another widget for each."""

    def __len__(self) -> int:
        return len(self._cells)

    def show(self, sobject: SObject, cell: str | None = None) -> Carrier:
        """A widget for an object; it ends when the cell runs again."""
        if self._layout is None:
            self._layout = ipywidgets.Layout()
        carrier = Carrier(self._links, sobject, self._layout, self._end)
        self._cells[carrier] = cell
        if len(self._cells) > _MOST:
            next(iter(self._cells)).close()
        return carrier

    def cells_go(self, cells: Collection[str | None]) -> None:
        """What these have shown is no longer wanted: they run again, or are deleted. None is a cell that nobody has named."""
        for carrier in [carrier for carrier, of in self._cells.items() if of is not None and of in cells]:
            carrier.close()

    def close(self) -> None:
        """End all, without a word."""
        for carrier in list(self._cells):
            carrier.forget()
        if self._layout is not None:
            _forget(self._layout)
            self._layout = None

    def _end(self, carrier: Carrier) -> None:
        if carrier not in self._cells:
            return
        del self._cells[carrier]
        if not self._cells:
            self._emptied()


_apart: dict[Hub, Carriers] = {}
"""Of servers that are no kernel's: in marimo, or a script's."""


def carrier_of(sobject: SObject) -> Carrier:
    """A widget for an object of a server that is no kernel's."""
    hub = sobject.server
    if hub not in _apart:
        links = Links(hub, _running_loop())

        def end() -> None:
            del _apart[hub]
            links.close()

        _apart[hub] = Carriers(links, end)
    return _apart[hub].show(sobject)


def _running_loop() -> Any:
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None

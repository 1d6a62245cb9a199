"""What a cell's output holds of an SObject: a pointer to it for the extension, and a picture of it for everyone else.

Rules: the same program gives the same bytes (no uuid, port or time), so notebooks can be compared. The HTML is what the object looked like
when it was shown: inert, by the allow lists of objectsync.safety, no script, no style block. A restarted kernel knows other objects by the
same ids; so the pointer names the cell too (a hash of its text), and a view is live only where this very kernel has shown it.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from objectsync.hub import Hub
from objectsync.sobject import SObject

from .outputs import VIEW, Outputs

VERSION: Final = 1

_TEXT_LINES = 40


class Displays:
    """How IPython shows the objects of one server."""

    def __init__(self, ip: Any, outputs: Outputs) -> None:
        self._outputs = outputs
        self._server: Hub | None = None
        self._contexts: WeakKeyDictionary[SObject, contextvars.Context] = WeakKeyDictionary()
        self._newest = contextvars.copy_context()
        self._formatter = ip.display_formatter.mimebundle_formatter
        self.widget: Callable[[SObject, str | None], Any] | None = None
        """Makes a widget that shows an object in the cell of this id, where widgets carry them."""

    def show_objects_of(self, server: Hub) -> None:
        """Begin. Objects of other servers are shown as pictures."""
        self._server = server
        self._formatter.for_type(SObject, self._bundle)

    def close(self) -> None:
        """IPython shows objects as it would without us."""
        self._formatter.type_printers.pop(SObject, None)

    def context_of(self, sobject: SObject | None) -> contextvars.Context:
        """The context of the cell that last showed the object, or one above it: what its handlers print belongs there."""
        while sobject is not None:
            context = self._contexts.get(sobject)
            if context is not None:
                return context
            sobject = sobject._os_parent
        return self._newest

    def _bundle(self, sobject: SObject, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        bundle: dict[str, Any] = {"text/plain": text_of(sobject), "text/html": sobject.to_html()}
        metadata: dict[str, Any] = {}
        if self._server is not None and sobject._os_tree is self._server:
            self._newest = self._contexts[sobject] = contextvars.copy_context()
            bundle[VIEW] = {"version": VERSION, "id": sobject._os_id, "cell": self._outputs.note(sobject)}
            if self.widget is not None:
                shown, metadata = self.widget(sobject, self._outputs.cell_id())._repr_mimebundle_()
                bundle.update({kind: data for kind, data in shown.items() if kind not in bundle})
        return bundle, metadata


def text_of(sobject: SObject) -> str:
    """The tree below an object as text, an object a line, cut off where it gets long."""
    lines = list(sobject._os_tree.format_tree(sobject).split("\n"))
    if len(lines) > _TEXT_LINES:
        lines = [*lines[:_TEXT_LINES], f"… and {len(lines) - _TEXT_LINES} more"]
    return "\n".join(lines)


__all__ = ["VERSION", "VIEW", "Displays", "text_of"]

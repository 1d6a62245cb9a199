"""What `display()` shows inside of an output's block, or of a function that an output captures: it goes into the output.

Rules: IPython's publisher is asked by everyone who displays anything; ours stands in front of it, and passes on what is displayed in
nobody's block. Which block it is, a context variable tells: so it holds in threads, callbacks and coroutines too. What has a display id is
an object of its own, which its handle updates from anywhere.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any
from weakref import WeakKeyDictionary

from objectsync.controls.output import Output, current_output
from objectsync.controls.rich import plain_bundle
from objectsync.hub import Hub
from objectsync.showing import Shown
from objectsync.showing.players import is_played

from .outputs import VIEW

_PLOTLY = "application/vnd.plotly.v1+json"
_VEGA_LITE = "application/vnd.vegalite.v"
"""What Altair publishes; its version follows."""
_VALUE = "application/vnd.objectsync.value"
"""The value itself, which is published to nobody but an output."""


class Captured:
    """Stands in front of a shell's display publisher."""

    def __init__(self, ip: Any, server: Hub) -> None:
        self._publisher = ip.display_pub
        self._server = server
        self._named: WeakKeyDictionary[Shown, str] = WeakKeyDictionary()
        self._publish = self._publisher.publish
        self._clear_output = self._publisher.clear_output
        self._publisher.publish = self._publish_there
        self._publisher.clear_output = self._clear_there
        self._formatter = ip.display_formatter
        self._format = self._formatter.format
        self._formatter.format = self._format_there

    def close(self) -> None:
        """Leave the publisher and the formatter as they were."""
        for name in ("publish", "clear_output"):
            vars(self._publisher).pop(name, None)
        vars(self._formatter).pop("format", None)

    def _format_there(self, value: Any, *args: Any, **options: Any) -> Any:
        # Altair publishes a script for pages that fetch Vega from a network, unless it is told otherwise.
        if current_output() is not None and type(value).__module__.startswith("altair.") and hasattr(value, "to_dict"):
            return {f"{_VEGA_LITE}6+json": value.to_dict(), "text/plain": "a chart"}, {}
        # IPython publishes a player with its data in its address, which no page takes from HTML.
        if current_output() is not None and is_played(value):
            return {_VALUE: value, "text/plain": "a player"}, {}
        return self._format(value, *args, **options)

    def _publish_there(
        self, data: Any, metadata: Any = None, *args: Any, transient: Any = None, update: bool = False, **options: Any
    ) -> None:
        id = (transient or {}).get("display_id")
        output = current_output()
        if update:
            for shown in [each for each, named in self._named.items() if named == id]:
                shown.update(_value_of(data, metadata))
        if update or output is None:
            self._publish(data, metadata, *args, transient=transient, update=update, **options)
            return
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # what was printed before it stands before it
        self._show(output, data, metadata, id)

    def _show(self, output: Output, data: Any, metadata: Any, id: str | None) -> None:
        pointed = self._server.objects.get(data[VIEW]["id"]) if VIEW in data else None
        if pointed is not None:
            output.display(pointed)
        elif id is not None:
            named = Shown(_value_of(data, metadata))
            self._named[named] = id
            output.display(named)
        elif _VALUE in data or _figure_mime(data) is not None:
            output.display(_value_of(data, metadata))
        else:
            output.add_bundle(plain_bundle(data, metadata))

    def _clear_there(self, wait: bool = False) -> None:
        output = current_output()
        if output is None:
            self._clear_output(wait)
        else:
            output.clear_output(wait)


class _Published:
    """What somebody published, as a value to show."""

    def __init__(self, data: Any, metadata: Any) -> None:
        self._published = data, metadata

    def _repr_mimebundle_(self, **_: Any) -> Any:
        return self._published


def _figure_mime(data: Any) -> str | None:
    return next((mime for mime in data if mime == _PLOTLY or mime.startswith(_VEGA_LITE)), None)


def _value_of(data: Any, metadata: Any) -> Any:
    if _VALUE in data:
        return data[_VALUE]
    mime = _figure_mime(data)
    if mime is None:
        return _Published(data, metadata)
    if mime == _PLOTLY:
        return importlib.import_module("plotly.graph_objects").Figure(data[mime])
    return importlib.import_module("altair").Chart.from_dict(data[mime])


__all__ = ["Captured"]

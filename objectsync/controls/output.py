"""Output: what a block or a callback prints, displays and raises, shown where it belongs. Log: lines with levels.

Rules: `with output:` captures what is written inside (streams.py). It is a list of items, the oldest dropped beyond `limit`, and not part
of the undo history.
What a page draws itself (figures, tables) is shown by an object below the output, which is no step to undo either, and goes with its item.
An error inside is shown with its traceback and goes no further; KeyboardInterrupt and the like do.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import logging
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from ..picture import Markup, markup
from ..sobject import SObject, attribute
from ..topics import IntTopic, ListTopic, ObjDictTopic
from ..tracebacks import users_part
from ..transaction import unrecorded
from . import streams
from .base import Control
from .rich import Live, offer_of, picture_of
from .terminal import Run, Terminal, cut, runs_of, text_of, value_of
from .tones import style_of

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_MONO = "margin: 0; white-space: pre-wrap; font-family: monospace"
_COLOURS = {"stderr": "#b35c00", "error": "#b3261e", "warning": "#b35c00", "critical": "#b3261e", "debug": "#777777"}
_LIVE = "live"
"""The kind of what is no item yet: it is told by which object it is shown."""
_STREAMS = ("stdout", "stderr")
"""The kinds whose last line may go on."""
LONGEST = 60_000
"""Characters of one item; a longer text is cut in several."""
_GOES_ON = 1_000
"""Characters of a line that may go on: it is sent anew with what is added."""


class _Lines(Control):
    """What Output and Log share: a bounded list of items `[kind, value]`."""

    items = attribute(ListTopic, is_stateful=False, order_strict=True, writable=False)
    """Each is a kind and a value; of a text in colours, that is a list of `[text, look]` (terminal.py)."""
    limit = attribute(IntTopic, 1000, writable=False)
    """How many items are kept."""

    _called: str
    """What it is called that has no label."""
    _clears = False
    """Whether what is there goes when something comes."""

    def clear_output(self, wait: bool = False) -> None:
        """Take everything out; with `wait` not before the next item is there, so that nothing flickers."""
        self._clears = wait
        if not wait:
            self._replace([])

    def _add(self, kind: str, *values: Any) -> None:
        with self._os_tree.record():
            if self._clears:
                self._replace([[kind, value] for value in values])
            else:
                for value in values:
                    self.items.insert([kind, value])
                self._shorten()

    def _replace(self, items: list[Any]) -> None:
        """Let these items take the place of all there are."""
        self._clears = False
        with self._os_tree.record():
            self._put(items)
            self._shorten()

    def _put(self, items: list[Any]) -> None:
        self.items.set(items)

    def _shorten(self) -> None:
        too_many = len(self.items) - self.limit.value
        if too_many > 0:
            self._left([self.items.pop(0) for _ in range(too_many)])

    def _left(self, items: list[Any]) -> None:
        """These items are no longer there."""

    def shown(self) -> Markup:
        items = (self._item_picture(*item) for item in self.items.value)
        return self._outer("div", *items, role=self._role(), aria_label=self.label.value or self._called, tabindex="0")

    def _role(self) -> str:
        # A landmark needs a name of its own.
        return "region" if self.label.value else "group"

    def picture(self) -> Markup:
        return self._box(*(self._item_picture(*item) for item in self.items.value), style="max-height: 40em; overflow: auto")

    def _item_picture(self, kind: str, value: Any) -> Any:
        if kind == "object":
            return self._os_tree.objects.get(value)
        if kind == "display":
            return picture_of(value)
        colour = f"; color: {_COLOURS[kind]}" if kind in _COLOURS else ""
        runs = (markup("span", text, style=style_of(look)) if look else text for text, look in runs_of(value))
        return markup("pre", *runs, style=_MONO + colour)


class Output(_Lines, frontend_type="objectsync.output"):
    """Shows what is printed, displayed and raised inside: `with out: print("hello")`, `@out.capture`, or `out.print("hello")`."""

    own = attribute(ObjDictTopic, is_stateful=False, order_strict=True, writable=False)
    """The objects that it has made to show values, by the ids that its items say."""

    _called = "output"
    _terminal: Terminal | None = None
    _shown: Mapping[str, SObject] = {}
    """The objects among the items, and some that were: what an output shows is in use."""

    def build(self, *, limit: int = 1000, **look: Any) -> None:
        """Make it; `limit` is how many lines are kept, `look` as of any control."""
        self._look(look.pop("label", None), **look, limit=limit)

    def init(self) -> None:
        # A copy's objects have got other ids.
        new = {id: sobject._os_id for id, sobject in self.own.items()}
        if any(id != now for id, now in new.items()):
            self.items.set([[kind, new.get(value, value) if kind == "object" else value] for kind, value in self.items])
            self.own.set({sobject._os_id: sobject for sobject in self.own.values()})

    def clear_output(self, wait: bool = False) -> None:
        self._terminal = None  # a colour that nobody has ended ends here
        super().clear_output(wait)

    def print(self, *values: Any, sep: str = " ", end: str = "\n") -> None:
        """Print here, wherever one is."""
        self.write(sep.join(map(str, values)) + end)

    def write(self, text: str, kind: str = "stdout") -> None:
        """Add a text; `kind` is "stdout", "stderr" or "error".

        As in a terminal, a line of the first two that has not ended goes on, a carriage return goes back to where it began, and codes
        for colours are obeyed (ECMA-48). Lines that have ended stay: what moves up to them is passed over.
        """
        with self._os_tree.record():
            if kind in _STREAMS:
                if self._terminal is None:
                    self._terminal = Terminal()
                runs = self._terminal.write(self._take_unended(kind), text)
            else:
                runs = Terminal().write([], text)
            self._write(kind, [value_of(part) for part in cut(runs, LONGEST)])

    def display(self, value: Any) -> None:
        """Show a value: an SObject itself, others as `show` does, as they are at this moment.

        After `clear_output(wait=True)` and in `replacing`, a figure or table takes the place of the former one by changing it: what people
        have zoomed into stays.
        """
        if isinstance(value, SObject) and value._os_tree is self._os_tree:
            streams.flush(self)
            self._write("object", [value._os_id])
            held = _held_by(self)
            shown = {id for kind, id in (*self.items.value, *(held.items if held else ())) if kind == "object"}
            self._shown = {id: each for id, each in self._shown.items() if id in shown} | {value._os_id: value}
            return
        offer = offer_of(value)
        if offer.live is None:
            self.add_bundle(offer.bundle)
        else:
            streams.flush(self)
            self._write(_LIVE, [offer.live])

    def add_bundle(self, bundle: Mapping[str, Any]) -> None:
        """Show what a MIME bundle holds: HTML (sanitised), a picture, or text."""
        streams.flush(self)
        self._write("display", [bundle])

    @contextlib.contextmanager
    def replacing(self) -> Iterator[Output]:
        """As `with output:`, and what is captured takes the place of what was there when the block ends: nothing flickers."""
        held = _Held(self)
        self._terminal = None
        token = _held.set(held)
        try:
            with self:
                yield self
        finally:
            _held.reset(token)
            with self._os_tree.record():
                former = self._former()
                self._replace(
                    [["object", self._show_live(value, former)] if kind == _LIVE else [kind, value] for kind, value in held.items]
                )

    def capture(self, function: FunctionT) -> FunctionT:
        """A decorator: what the function prints and raises is shown here, whoever calls it, in whatever thread. It returns None then."""

        @functools.wraps(function)
        def captured(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return captured  # type: ignore[return-value]  # the same parameters

    def __enter__(self) -> Self:
        streams.enter(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:  # type: ignore[override]
        # It may end an error, which `SObject.__exit__` never does.
        streams.leave(self)
        if error is None or not isinstance(error, Exception):
            return False
        self.write(self.server.traceback_of(error, users_part(trace)), "error")
        return True

    def _take_unended(self, kind: str) -> list[Run]:
        """Take the last item out if it is a text of this kind whose line has not ended."""
        held = _held_by(self)
        items: Any = held.items if held is not None else self.items
        if len(items) == 0 or (held is None and self._clears):
            return []
        last, value = items[len(items) - 1]
        if last != kind or (text := text_of(value)).endswith("\n") or len(text) > _GOES_ON:
            return []
        items.pop(len(items) - 1)
        return runs_of(value)

    def _write(self, kind: str, values: list[Any]) -> None:
        held = _held_by(self)
        if held is not None:
            held.items += [(kind, value) for value in values]
        elif kind == _LIVE:
            with self._os_tree.record():
                former = self._former() if self._clears else iter(())
                self._add("object", *(self._show_live(value, former) for value in values))
        else:
            self._add(kind, *values)

    def _former(self) -> Iterator[SObject]:
        """The objects of its own, in the order in which they are shown."""
        own = self.own.value
        return iter([own[id] for id in dict.fromkeys(value for kind, value in self.items if kind == "object") if id in own])

    def _show_live(self, live: Live, former: Iterator[SObject]) -> str:
        with unrecorded(self._os_tree.record()):
            sobject = live(self, next(former, None))
            self.own[sobject._os_id] = sobject
        return sobject._os_id

    def _put(self, items: list[Any]) -> None:
        # Items of objects of its own stay where they are, as far as they come again in the same order: pages keep their views.
        own = self.own.value
        before = self.items.value if own else []
        staying: set[int] = set()
        begin = 0
        for index, item in enumerate(before):
            if item[0] == "object" and item[1] in own and item in items[begin:]:
                begin = items.index(item, begin) + 1
                staying.add(index)
        if not staying:
            self.items.set(items)
        else:
            for index in reversed(range(len(before))):
                if index not in staying:
                    self.items.pop(index)
            for index, item in enumerate(items):
                if index == len(self.items) or self.items[index] != item:
                    self.items.insert(item, index)
        self._left([item for index, item in enumerate(before) if index not in staying])

    def _left(self, items: list[Any]) -> None:
        left = [value for kind, value in items if kind == "object"]
        if not left:
            return
        shown = {value for kind, value in self.items if kind == "object"}
        with unrecorded(self._os_tree.record()):
            for id in left:
                sobject = None if id in shown else self.own.pop(id, None)
                if sobject is not None:
                    sobject.remove()


class _Held:
    """What `replacing` has captured so far."""

    def __init__(self, output: Output) -> None:
        self.output = output
        self.items: list[tuple[str, Any]] = []


def _held_by(output: Output) -> _Held | None:
    held = _held.get()
    return held if held is not None and held.output is output else None


_held: contextvars.ContextVar[_Held | None] = contextvars.ContextVar("objectsync_output_held", default=None)


def current_output() -> Output | None:
    """The output whose block this is, or None: what else there is to capture (`display()` in a notebook) goes there."""
    sink = streams.innermost()
    return sink if isinstance(sink, Output) else None


class Log(_Lines, frontend_type="objectsync.log"):
    """Lines with levels, the newest at the end: `log.info("ready")`; `logging.getLogger().addHandler(log.handler())`."""

    _called = "log"

    def _role(self) -> str:
        return "log"

    def build(self, label: str = "", *, limit: int = 1000, **look: Any) -> None:
        """Make it; `limit` is how many lines are kept, `look` as of any control."""
        self._look(label, **look, limit=limit)

    def write(self, text: str, level: str = "info") -> None:
        """Add a line; `level` is "debug", "info", "warning", "error" or "critical"."""
        self._add(level, value_of(Terminal().write([], f"{text}\n"[-LONGEST:])))

    def debug(self, text: str) -> None:
        """Add a line."""
        self.write(text, "debug")

    def info(self, text: str) -> None:
        """Add a line."""
        self.write(text, "info")

    def warning(self, text: str) -> None:
        """Add a line."""
        self.write(text, "warning")

    def error(self, text: str) -> None:
        """Add a line."""
        self.write(text, "error")

    def handler(self, level: int = logging.NOTSET, format: str = "%(asctime)s %(name)s: %(message)s") -> logging.Handler:
        """A handler for Python's `logging` that writes here."""
        handler = _LogHandler(self, level)
        handler.setFormatter(logging.Formatter(format, "%H:%M:%S"))
        return handler


class _LogHandler(logging.Handler):
    def __init__(self, log: Log, level: int) -> None:
        super().__init__(level)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._log.write(self.format(record), record.levelname.lower())
        except Exception:  # as every handler of `logging` must
            self.handleError(record)


__all__ = ["Log", "Output", "current_output"]

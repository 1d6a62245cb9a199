"""Setting an int in other libraries, for the record: `python -m benchmarks.others CASE`. Repetitions as in core.py.

None of these does the same work: no undo, no transactions, no log that clients can resume from. They say what an observable costs
without that. A library that is not installed has no figure (requirements.txt).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from .core import CHANGES, best_of, main


class Slotted:
    """The least that an observable can be: compare, store, tell the listeners."""

    __slots__ = ("listeners", "value")

    def __init__(self) -> None:
        self.value = 0
        self.listeners: list[Callable[[int], object]] = []

    def set(self, value: int) -> None:
        """Set the value."""
        if value != self.value:
            self.value = value
            for listener in self.listeners:
                listener(value)


def ignore(_: object) -> None:
    """A listener."""


def slotted() -> float:
    """A bare slotted observable with one listener."""

    def prepare() -> Callable[[], object]:
        observable = Slotted()
        observable.listeners.append(ignore)

        def work() -> None:
            for value in range(1, CHANGES + 1):
                observable.set(value)

        return work

    return best_of(prepare, CHANGES)


def traitlets() -> float:
    """A traitlets Int without observers."""
    return best_of(lambda: _setting(_new_traits(), "count"), CHANGES)


def traitlets_observed() -> float:
    """A traitlets Int with one observer."""

    def prepare() -> Callable[[], object]:
        traits = _new_traits()
        traits.observe(ignore, "count")
        return _setting(traits, "count")

    return best_of(prepare, CHANGES)


def ipywidgets() -> float:
    """The value of an ipywidgets IntSlider that has no comm."""

    def prepare() -> Callable[[], object]:
        slider = _imported("ipywidgets").IntSlider(max=CHANGES)
        slider.close()
        assert slider.comm is None
        return _setting(slider, "value")

    return best_of(prepare, CHANGES)


def pycrdt() -> float:
    """A key of a pycrdt Map in a Doc."""

    def prepare() -> Callable[[], object]:
        library = _imported("pycrdt")
        document = library.Doc()
        document["map"] = shared = library.Map({"count": 0})

        def work() -> None:
            for value in range(1, CHANGES + 1):
                shared["count"] = float(value)
            assert document["map"]["count"] == CHANGES

        return work

    return best_of(prepare, CHANGES)


def _new_traits() -> Any:
    library = _imported("traitlets")
    return type("Traits", (library.HasTraits,), {"count": library.Int(0)})()


def _setting(target: Any, name: str) -> Callable[[], object]:
    def work() -> None:
        for value in range(1, CHANGES + 1):
            setattr(target, name, value)

    return work


def _imported(library: str) -> Any:
    # Imported by name: `make check` has these libraries not, so mypy could not follow an import statement.
    try:
        return importlib.import_module(library)
    except ImportError:
        raise SystemExit(f"{library} is not installed") from None


CASES: dict[str, Callable[[], float]] = {case.__name__: case for case in (slotted, traitlets, traitlets_observed, ipywidgets, pycrdt)}


if __name__ == "__main__":
    main(CASES)

"""Sound and films, as IPython's `Audio` and `Video` hold them: a page plays them by a control of its own."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..controls.media import Audio, Source, Video
from .drawn import Drawn, How


@dataclass(frozen=True, slots=True)
class Played:
    """What is to be played, and by which control."""

    control: type[Audio | Video]
    source: Source
    mime: str
    autoplay: bool


def is_played(value: Any) -> bool:
    """Whether it is an `Audio` or `Video` of IPython's."""
    return _control_of(value) is not None


def player(value: Any, how: How) -> Drawn | None:
    """What is shown of an `IPython.display.Audio` or `Video`; None for others."""
    control = _control_of(value)
    source = None if control is None else _source_of(value)
    if control is None or source is None:
        return None
    autoplay = getattr(value, "autoplay", False) is True or "autoplay" in getattr(value, "html_attributes", "")
    said = f"▶ {control.__name__}"
    return Drawn("text/plain", said, said, played=Played(control, source, getattr(value, "mimetype", None) or "", autoplay))


def _control_of(value: Any) -> type[Audio | Video] | None:
    names = {each.__name__ for each in type(value).__mro__ if each.__module__.startswith("IPython.")}
    return next((each for each in (Audio, Video) if each.__name__ in names), None)


def _source_of(value: Any) -> Source | None:
    if isinstance(value.data, bytes):
        return value.data
    if isinstance(value.data, str):
        return base64.b64decode(value.data)  # as `Video` takes it
    if value.filename is not None:
        return Path(value.filename)
    url: str | None = value.url
    return url


__all__ = ["Played", "is_played", "player"]

"""Elements: any allowed HTML or SVG element as an SObject, and short constructors that read like HTML.

from objectsync.dom import button, div, h1, p

box = div(h1("Hello"), p("How are you?"), classes=["card"])
more = button("more", on_click=lambda: box.append(p("Fine!")))
"""

from . import tags
from .element import Element, ElementObject
from .listening import check_events
from .tags import *  # noqa: F403  # one function per tag, named in tags.__all__

__all__ = ["Element", "ElementObject", "check_events", *tags.__all__]

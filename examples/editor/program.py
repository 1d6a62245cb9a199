"""One text, in CodeMirror 6, for everyone who opens the page. `make js` bundles its frontend."""

from pathlib import Path

import objectsync
from objectsync import SObject, StringTopic, attribute

FRONTENDS = Path(__file__).parent / "frontends"


class Editor(SObject):
    """A text that is shown in an editor (editor.js)."""

    frontend_type = "editor"
    text = attribute(StringTopic, "")


def build(server: objectsync.Server, text: str = "Type here, in two windows.\n") -> Editor:
    """The text, below the root."""
    editor = server.create_object(Editor)
    editor.text.set(text)
    return editor


if __name__ == "__main__":
    server = objectsync.Server(port=8765, frontends=FRONTENDS)
    build(server)
    server.run()

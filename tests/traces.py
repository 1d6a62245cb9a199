"""Records golden traces: everything one client hears of a real hub, and what it does itself, for clients in other languages to replay.

`python -m tests.traces` writes tests/vectors/traces/*.json anew; tests/test_traces.py checks that they are current. A trace is a list of
steps: `{"hear": text, "buffers": [hex, …]}` a frame of the server; `{"act": changes, "cseq": n, "base": seq}` one action of the client
(with `"gesture": n`, a part of that gesture); `{"verify": true}` it asks for the hash of the root, and the answer is the next thing it
hears; `{"cut": true}` its connection breaks, and it comes back.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from objectsync import (
    BoolTopic,
    BytesTopic,
    DictTopic,
    EventTopic,
    FloatTopic,
    GenericTopic,
    IntTopic,
    Limits,
    ListTopic,
    ObjListTopic,
    ObjTopic,
    SetTopic,
    SObject,
    StringTopic,
    attribute,
)
from objectsync.frames import cut_buffers, split
from objectsync.hub import Hub
from tests.clients import WireClient, make_hub

FOLDER = Path(__file__).parent / "vectors" / "traces"
TEXTS = ["", "a", "é", "😀", "e\u0301", "👩\u200d👩\u200d👧", "\u2028", "\ufeff", "漢字", '"\\\n']
VALUES = [
    None,
    True,
    0,
    -1,
    0.5,
    1e300,
    -0.0,
    2**53 - 1,
    "😀",
    [1, [2]],
    {"b": 1, "a": {"$x": [None]}, "10": 1, "9": 2, "é": 3, "\uffee": 4},
]
PLAIN = [value for value in VALUES if repr(value) not in ("1e+300", "-0.0")]
"""JavaScript takes the one for a whole number that has lost digits, and sends the other as 0."""


class Item(SObject):
    client_creatable = True
    n = attribute(IntTopic, 0)
    ratio = attribute(FloatTopic, 0.25)
    flag = attribute(BoolTopic, False)
    text = attribute(StringTopic, "start")
    value = attribute(GenericTopic)
    items = attribute(ListTopic)
    members = attribute(SetTopic)
    table = attribute(DictTopic)
    data = attribute(BytesTopic)
    link = attribute(ObjTopic)
    links = attribute(ObjListTopic)
    poked = attribute(EventTopic)


class Recorder:
    """One run: a hub, its own edits, one client that acts, and what that hears."""

    def __init__(self, seed: int, hello: dict[str, Any] | None = None, **limits: Any) -> None:
        self.random = random.Random(seed)
        self.hub: Hub = make_hub(limits=Limits(page_objects=4, **limits))
        self.hello = hello or {}
        self.steps: list[dict[str, Any]] = []
        self.minted = 0
        self.gestures = 0
        for _ in range(6):
            self.edit()
        self.client = WireClient(self.hub, self.hello)
        self._hear()

    # --- the server's side

    def some(self) -> Item | None:
        things = [each for each in self.hub.objects.values() if isinstance(each, Item)]
        return self.random.choice(things) if things else None

    def edit(self) -> None:
        """Python changes something."""
        chance, hub = self.random, self.hub
        item = self.some()
        if item is None or chance.random() < 0.15:
            hub.create_object(Item, item if item is not None and chance.random() < 0.6 else hub.root)
            return
        text, value = chance.choice(TEXTS), chance.choice(VALUES)
        kind = chance.randrange(22)
        if kind == 0:
            item.n.add(chance.randrange(-5, 6))
        elif kind == 1:
            item.ratio.set(chance.choice([1.0, -0.0, 0.1 + 0.2, 5e-324, 1e21]))
        elif kind == 2:
            item.flag.set(not item.flag.value)
        elif kind in (3, 4):
            item.text.insert(chance.randrange(len(item.text.value) + 1), text)
        elif kind == 5 and item.text.value:
            at = chance.randrange(len(item.text.value))
            item.text.delete(at, 1)
        elif kind == 6:
            item.value.set(value)
        elif kind == 7:
            item.items.insert(value, 0)
        elif kind == 8 and len(item.items) > 1:
            item.items.move(0, len(item.items) - 1)
        elif kind == 9 and len(item.items):
            item.items.pop(0)
        elif kind == 10 and text not in item.members.value:
            item.members.append(text)
        elif kind == 11:
            item.table[text] = value
        elif kind == 12:
            item.data.set(bytes(chance.randrange(256) for _ in range(3)))
        elif kind == 13:
            item.link.set(self.some())
        elif kind == 14:
            item.links.append(item)
        elif kind == 15:
            item.remove_attribute("extra") if item.has_attribute("extra") else item.add_attribute("extra", StringTopic, text)
        elif kind == 16:
            item.remove_tag("t") if item.has_tag("t") else item.add_tag("t")
        elif kind == 17:
            item.emit("poked", text=text)
        elif kind == 18 and len(hub.objects) > 4:
            item.remove()
        elif kind == 19:
            parent = hub.root
            hub.place(item, parent, chance.randrange(len(parent.children) + (item.parent is not parent)))
        elif kind == 20:
            hub.undo()
        else:
            hub.redo()

    # --- the client's side

    def act(self) -> None:
        """The client does something; others may do something, too, before the server decides it."""
        chance, client = self.random, self.client
        item = self.some() if not self.hello else self.hub.objects.get("1")  # of a part, what it has for certain
        if item is None:
            return
        changes: list[list[Any]] = []
        kind = chance.randrange(8)
        if kind == 0:
            changes = [["add", item.id, "n", 2], ["set", item.id, "ratio", 1.5 + len(self.steps)]]
        elif kind == 1:
            changes = [["insert_text", item.id, "text", 0, chance.choice(TEXTS[1:])]]
        elif kind == 2:
            changes = [["put", item.id, "table", f"own{len(self.steps)}", chance.choice(PLAIN)]]
        elif kind == 3:
            self.minted += 1
            changes = [["create", f"{client.session}.{self.minted}", "Item", item.id, -1, {"n": self.minted}]]
        elif kind == 4:
            changes = [["emit", item.id, "poked", {"x": 1}]]
        elif kind == 5:
            changes = [["insert", item.id, "items", -1, chance.choice(PLAIN)]]
        elif kind == 6 and not self.hello:
            changes = [["destroy", item.id]]
        else:
            changes = [["tag", item.id, f"own{len(self.steps)}"]]
        self.steps.append({"act": changes, "cseq": client.cseq + 1, "base": client.seq})
        if chance.random() < 0.3:
            self.edit()
        client.propose(*changes)

    def drag(self) -> None:
        """The client does a few things in one go, others do something in between, and perhaps the one step that it was is undone."""
        chance, client, item = self.random, self.client, self.some()
        if item is None:
            return
        self.gestures += 1
        kind = chance.randrange(3)
        for number in range(chance.randrange(2, 6)):
            self._hear()
            if item.id not in self.hub.objects:
                break
            if kind == 0:
                changes: list[list[Any]] = [["set", item.id, "n", 100 * self.gestures + number]]
            elif kind == 1:
                changes = [["insert_text", item.id, "text", 0, chance.choice(TEXTS[1:])], ["add", item.id, "n", 1]]
            else:
                changes = [["put", item.id, "table", "dragged", len(self.steps)], ["emit", item.id, "poked", {"x": number}]]
            self.steps.append({"act": changes, "cseq": client.cseq + 1, "base": client.seq, "gesture": self.gestures})
            if chance.random() < 0.3:
                self.edit()
            client.propose(*changes, gesture=self.gestures)
        self._hear()
        if chance.random() < 0.6:
            self.hub.undo(None, client.session)
        if chance.random() < 0.3:
            self.hub.redo(None, client.session)

    def look(self) -> None:
        """The client hears what there is, and compares."""
        self._hear()
        self.client.ack()
        self.steps.append({"verify": True})
        self.client.link.send({"type": "verify", "object": "root"})
        self._hear()

    def cut(self, edits: int) -> None:
        """The connection breaks, things happen, and the client comes back."""
        self._hear()
        self.client.link.close(clean=False)
        for _ in range(edits):
            self.edit()
        self.steps.append({"cut": True})
        former = self.client
        hello = {"session": former.session, "token": former.token, "epoch": former.epoch, "seq": former.seq, "attempt": len(self.steps) + 2}
        self.client = WireClient(self.hub, {**self.hello, **hello})
        self.client.cseq, self.client.seq = former.cseq, max(former.seq, self.client.seq)
        self._hear()

    def _hear(self) -> None:
        self.client.receive()
        frames, self.client.link.frames = self.client.link.frames, []
        for frame in frames:
            head, rest = split(frame.data, frame.binary)
            lengths = json.loads(head).get("buffers", [])
            buffers = [buffer.hex() for buffer in cut_buffers(tuple(lengths), rest)]
            self.steps.append(
                {"hear": bytes(head).decode() if not isinstance(head, str) else head, **({"buffers": buffers} if buffers else {})}
            )


def run(
    seed: int, steps: int, edits: int = 1, cuts: int = 0, hello: dict[str, Any] | None = None, drags: float = 0, **limits: Any
) -> list[dict[str, Any]]:
    """One trace."""
    recorder = Recorder(seed, hello, **limits)
    for step in range(steps):
        for _ in range(edits):
            recorder.edit()
        if recorder.random.random() < 0.4:
            recorder._hear()
            recorder.act()
        if drags and recorder.random.random() < drags:
            recorder.drag()
        if step % 3 == 0:
            recorder.look()
        if cuts and step % (steps // cuts) == steps // cuts - 1:
            recorder.cut(recorder.random.randrange(4))
    recorder.look()
    return recorder.steps


TRACES = {
    "everyday": lambda: run(1, 60),
    "bursts": lambda: run(2, 25, edits=6),
    "squashed": lambda: run(3, 12, edits=30, frame_transactions=5),
    "cuts": lambda: run(4, 40, cuts=5),
    "gestures": lambda: run(7, 40, cuts=2, drags=0.6),
    "snapshots": lambda: run(5, 30, edits=3, cuts=4, log_transactions=0),
    "a part": lambda: run(6, 50, edits=2, hello={"scopes": [{"root": "1"}, {"root": "root", "depth": 1, "tags": ["t"]}]}),
}


def text_of(name: str) -> str:
    """A trace as it stands in its file: one step a line."""
    steps = ",\n".join(json.dumps(step) for step in TRACES[name]())
    return f"[\n{steps}\n]\n"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in TRACES:
        (FOLDER / f"{name.replace(' ', '-')}.json").write_text(text_of(name))


if __name__ == "__main__":
    main()

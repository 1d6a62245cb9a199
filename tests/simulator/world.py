"""A server and its clients in a world where everything goes wrong, one seed at a time: the real hub, sessions and clients, no sockets.

Rules: the seed decides everything. What happens to the server is written down (`Machine`), so that it can crash: it is built anew from
the beginning of what was written, all of it or less. Wires deliver frame by frame, in any interleaving; they break, lose what was under
way, let a part of it arrive later than what came after, drop a frame, say one twice. Clients are stalled, come back, take over their
own former connections. In a fifth of the worlds, clients see only parts, and other parts later (parts.py). Then it is quiet, and
everybody must be at the same.

The oracle (`Failure` says which promise was broken): equality after quiet; every client's actions decided once, in its order, and as it
was told; nobody taken for a stranger whom the server remembers; never half a transaction visible; nothing moves at an own
acknowledgement; listeners have heard of everything; nobody is thrown out; what people type stays, in its order.
"""

from __future__ import annotations

import itertools
import random
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec

from objectsync import DictTopic, Limits, LocalError, SObject, StringTopic, attribute
from objectsync.audience import Audience
from objectsync.changes import Put
from objectsync.client import Action, BaseClient, Outcome, Scope
from objectsync.closing import GAP
from objectsync.connection import Connection
from objectsync.frames import Frame, split
from objectsync.hub import Hub
from objectsync.jobs import InlineJobs
from objectsync.protocol import Update, decode_changes, decode_server
from objectsync.topics import EventTopic, Topic
from objectsync.values import same_value
from tests.simulator.edits import Plain, Thing, edit, edit_place, things
from tests.simulator.parts import SimPolicy, part_of, random_scopes, random_secret

ROUNDS = 300
"""More than everybody ever has to say when nobody does anything (about 20)."""

TOKEN = re.compile(r"[\u4e00-\u9fff]{3}")
ROW = re.compile(r"(?:[\u4e00-\u9fff]{3}){1,3}")


def token_of(client: str, number: int, strewn: bool) -> str:
    """What somebody types: three characters that nobody types again, so that no difference between two texts can take one for another."""
    first = 0x4E00 + 3000 * int(client[1:]) + 1500 * strewn + 3 * number
    return "".join(map(chr, (first, first + 1, first + 2)))


def typist(token: str) -> str:
    """Who typed it."""
    return f"c{(ord(token[0]) - 0x4E00) // 3000}"


class Failure(AssertionError):
    """A promise was broken."""


class Beacon(SObject):
    """Where every action leaves its name, and everyone types."""

    names = attribute(DictTopic, {})
    typed = attribute(StringTopic, "")


class SimHub(Hub):
    """A hub that notes which of the named actions it has applied."""

    def __init__(self, secrets: Callable[[int], str], limits: Limits, policy: SimPolicy | None) -> None:
        super().__init__(new_secret=secrets, jobs=InlineJobs(), limits=limits, policy=policy)
        self.decisions: list[tuple[str, bool]] = []
        for cls in (Thing, Plain, Beacon):
            self.register(cls)
        self.create_object(Beacon, id="beacon")
        self.create_object(Thing)
        self.create_object(Plain).add_child(Thing)

    def decide(self, session: Any, action: Any, buffers: Any) -> None:
        before = self.log.head
        super().decide(session, action, buffers)
        answer = session.answers[-1] if session.answers else None
        if answer is not None and answer.seq > before and answer.cseq == action.cseq:
            for change in decode_changes(action.changes):
                if isinstance(change, Put) and change.object == "beacon":
                    self.decisions.append((change.key, answer.error is None))


class Machine:
    """The server's process, with everything that ever happened to it."""

    def __init__(self, limits: Limits, hides: bool) -> None:
        self._limits = limits
        self._hides = hides
        self._happened: list[Callable[[Machine], Any]] = []
        self.connections: dict[int, Connection] = {}
        self.wires: dict[int, Wire] = {}
        self.generation = 0
        self.lost_tail = False
        self._boot()

    def _boot(self) -> None:
        numbers = itertools.count(1)
        generation = self.generation
        self.policy = SimPolicy() if self._hides else None
        self.hub = SimHub(lambda size: f"g{generation}s{next(numbers)}", self._limits, self.policy)
        self._audience: Audience[int] = Audience(self.hub)

    def do(self, what: Callable[[Machine], Any]) -> Any:
        """Let something happen to the server."""
        self._happened.append(what)
        return what(self)

    def connect(self, id: int, now: float, name: str) -> None:
        """A client has come."""
        connection = self.connections[id] = self.hub.connect(now, name)
        self._audience.add(connection, id)

    def hide(self, client: str, secret: str | tuple[str, str]) -> None:
        """Hide something from a client, or show it again."""
        assert self.policy is not None
        self.policy.hidden[client] = self.policy.hidden.get(client, set()) ^ {secret}
        for session in self.hub.clients:
            found = self.hub.find_session(session)
            if found is not None and found.identity == client:  # it may have had others, whose welcome it never got
                self.hub.policy_changed(session)

    def write(self, id: int, now: float) -> dict[int, list[Frame]]:
        """What one connection is due, and with it, what all get that hear the same."""
        written: dict[int, list[Frame]] = {}
        shared = self._audience.share(now)
        if shared is not None:
            for each in shared[1]:
                written[each] = [shared[0]]
        connection = self.connections.get(id)
        if connection in self._audience.apart:
            written[id] = written.get(id, []) + connection.frames_to_send(now)
        return written

    def crash(self, keep: int | None, new_epoch: bool) -> None:
        """Come back with the first `keep` of what happened (None: with all of it); every connection is gone."""
        if keep is not None:
            self._happened = self._happened[:keep]
            self.lost_tail = True
        self.connections = {}
        generation, self.generation = self.generation, 0
        self._boot()
        for what in self._happened:
            what(self)
        self.do(lambda machine: machine._wake_up(generation + 1, new_epoch))

    def _wake_up(self, generation: int, new_epoch: bool) -> None:
        """After a crash: new secrets, perhaps a new epoch, and no connection left."""
        self.generation = generation
        numbers = itertools.count(1)
        self.hub._new_secret = lambda size: f"g{generation}s{next(numbers)}"
        if new_epoch:
            self.hub.epoch = f"epoch{generation}"
        for connection in list(self.connections.values()):
            connection.lost(0.0, False)
        self.connections = {}

    @property
    def age(self) -> int:
        """How much has happened."""
        return len(self._happened)


class Wire:
    """One connection between a client and the machine, frame by frame."""

    numbers = itertools.count()

    def __init__(self, machine: Machine, now: float, name: str) -> None:
        self.id = id = next(Wire.numbers)
        self.machine = machine
        self.up: deque[Frame] = deque()
        self.down: deque[Frame] = deque()
        self.here = True
        """Whether the client's end is open."""
        self.there = True
        """Whether the server's end is."""
        machine.wires[id] = self
        machine.do(lambda machine: machine.connect(id, now, name))

    def _at_server(self, act: Callable[[Connection], Any]) -> Any:
        id = self.id

        def do(machine: Machine) -> Any:
            connection = machine.connections.get(id)
            return None if connection is None else act(connection)

        return self.machine.do(do)

    def arrive(self, now: float) -> None:
        """The oldest frame on its way up arrives."""
        frame = self.up.popleft()
        self._at_server(lambda connection: connection.receive(frame.data, frame.binary, now))

    def pull(self, now: float) -> None:
        """The server writes what it has to say."""
        id = self.id
        written: dict[int, list[Frame]] = self.machine.do(lambda machine: machine.write(id, now))
        for each, frames in written.items():
            wire = self.machine.wires[each]
            if wire.here:
                wire.down.extend(frames)

    @property
    def closing(self) -> tuple[int, str] | None:
        """What the server closes it with."""
        connection = self.machine.connections.get(self.id)
        return (1006, "gone") if connection is None else connection.closing

    def tick(self, now: float) -> None:
        """The server looks at the clock."""
        self._at_server(lambda connection: connection.tick(now))

    def forget(self, now: float, clean: bool) -> None:
        """The server notices that it is gone."""
        self.there = False
        self.up.clear()
        self._at_server(lambda connection: connection.lost(now, clean))


class SimClient(BaseClient):
    """A client with everything that the oracle wants to know of it."""

    def __init__(self, world: World, name: str, scopes: tuple[Scope, ...] | None) -> None:
        super().__init__(world.rnd.random, name, None, scopes)
        self.scopes = scopes
        self.world = world
        self.name = name
        self.wire: Wire | None = None
        self.stalled = False
        self.issued: list[str] = []
        self.told: dict[str, Outcome] = {}
        self.typed: dict[str, str] = {}
        """What was typed in a row, by the name of the action."""
        self.strewn: dict[str, str] = {}
        """What was typed anywhere."""
        self.previews: list[Any] = []
        self.mirror: dict[Any, Any] = {}
        self.former: str | None = None
        """Its session when it was last looked at."""
        self.on_status += lambda status: self.recognised()
        self.on_update += self.look

    def report(self, error: Exception, where: str) -> None:
        """A listener's failure is the oracle's; a frame that did not fit may happen where frames are lost."""
        if isinstance(error, Failure):
            self.world.failure = self.world.failure or error
        elif not self.world.lossy:
            self.world.failure = self.world.failure or Failure(f"{self.name}: {where}: {error!r}")

    def recognised(self) -> None:
        """Whoever the server remembers is no stranger to it, however much of what came after it has lost."""
        former, self.former = self.former, self.session
        if former not in (None, self.session) and self.world.machine.hub.find_session(former) is not None:
            raise Failure(f"{self.name} was {former!r}, which the server remembers, and was taken for a stranger")

    # --- doing

    def act(self, rnd: random.Random) -> None:
        """One random action, most often named."""
        if "root" not in self.objects or "beacon" not in self.objects:
            return
        if len(self.issued) % 5 == 4:
            with self.gesture():
                self.act_once(rnd)
                self.mark()
            return
        self.act_once(rnd)

    def mark(self) -> None:
        """One more action, which says nothing but that it was done."""
        name = f"{self.name}.{len(self.issued)}"
        with suppress(LocalError), self.record() as action:
            self.objects["beacon"].names[name] = 1
            self.note(name, action)

    def act_once(self, rnd: random.Random) -> None:
        if rnd.random() < 0.15:
            with suppress(LocalError), self.record():
                edit_place(rnd, self.root)  # without a name: so that what becomes of it may be nothing at all
            return
        name = f"{self.name}.{len(self.issued)}"
        try:
            with self.record() as action:
                if rnd.random() < 0.3:
                    self.type(rnd)
                else:
                    edit(rnd, self.root)
                self.objects["beacon"].names[name] = 1
        except LocalError:
            return  # it would have stood on a preview
        self.note(name, action)

    def note(self, name: str, action: Action) -> None:
        """An action was issued."""
        self.issued.append(name)
        action.on_done(lambda _: self.told.setdefault(name, action.result()))

    def type(self, rnd: random.Random) -> None:
        """Type one more token, behind the last one of one's own; or one anywhere; or delete a row of others'."""
        text = self.objects["beacon"].typed
        others = [match for match in ROW.finditer(text.value) if self.name not in map(typist, TOKEN.findall(match[0]))]
        if others and rnd.random() < 0.25:
            match = rnd.choice(others)
            self.world.deleted.update(TOKEN.findall(match[0]))
            text.delete(match.start(), match[0])
            return
        if rnd.random() < 0.3:
            token = token_of(self.name, len(self.issued), strewn=True)
            text.insert(rnd.choice([0, *(match.end() for match in TOKEN.finditer(text.value))]), token)
            self.strewn[f"{self.name}.{len(self.issued)}"] = token
            return
        token = token_of(self.name, len(self.typed), strewn=False)
        last = next(reversed(self.typed.values()), "")
        at = text.value.find(last)
        if at >= 0:
            text.insert(at + len(last), token)
            self.typed[f"{self.name}.{len(self.issued)}"] = token

    def preview(self, rnd: random.Random) -> None:
        """Begin a preview, or end one."""
        if "beacon" not in self.objects:
            return
        if self.previews and rnd.random() < 0.7:
            self.previews.pop(rnd.randrange(len(self.previews))).drop()
            return
        with self.pretend() as preview:
            edit(rnd, self.root)
        self.previews.append(preview)

    def look_elsewhere(self, rnd: random.Random) -> None:
        """Ask for other parts of the tree."""
        self.scopes = random_scopes(rnd)
        self.subscribe(self.scopes)

    def commit(self) -> None:
        """Make a preview an action of its own, where it is one."""
        if self.previews and self.previews[-1].is_shown:
            self.previews.pop().commit()

    # --- wires

    def connect(self) -> None:
        """A new wire; an old one may live on at the server."""
        self.wire = Wire(self.world.machine, self.world.now, self.name)
        self.world.wires.append(self.wire)
        self._session.opened(self.world.now)

    def tick(self) -> None:
        """Look at the clock: whoever hears nothing connects again."""
        self._session.tick(self.world.now)
        self._close_if_asked()

    def push(self) -> None:
        """Write what there is to say."""
        wire = self.wire
        if wire is None:
            return
        frames = self._session.frames_to_send(self.world.now)
        wire.up.extend(frames)
        self._close_if_asked()

    def take(self) -> None:
        """The oldest frame on its way down arrives."""
        wire = self.wire
        assert wire is not None
        frame = wire.down.popleft()
        quiet = self._is_own_acknowledgement(frame)
        before = plain(self.objects.get("root")) if quiet else None
        self._take([frame], self.world.now)
        if quiet and not same_value(before, plain(self.objects.get("root"))):
            raise Failure(f"{self.name}: something moved at the acknowledgement of its own action\n{before}\n{plain(self.root)}")
        self._close_if_asked()

    def lose(self, code: int = 1006, reason: str = "cut") -> None:
        """This end is gone."""
        wire, self.wire = self.wire, None
        if wire is not None:
            wire.here = False
            wire.down.clear()
        self._session.lost(code, reason, self.world.now)

    def _close_if_asked(self) -> None:
        closing = self._session.closing
        if self.wire is not None and closing is not None:
            if closing[0] == GAP[0] and not self.world.lossy:
                self.world.failure = self.world.failure or Failure(f"{self.name} missed something where nothing was lost")
            self.lose(*closing)

    def _is_own_acknowledgement(self, frame: Frame) -> bool:
        json, _ = split(frame.data, frame.binary)
        message = decode_server(json)
        # What a difference has overtaken is shown where it seems to belong, and may move once more (docs/architecture.md, "Sessions").
        guessed = self.world.parts and any(each.sent not in (None, each.changes) for each in self._prediction.pending)
        return (
            isinstance(message, Update)
            and not guessed
            and all(
                transaction.cseq is not msgspec.UNSET and transaction.changes is msgspec.UNSET and transaction.error is msgspec.UNSET
                for transaction in message.transactions
            )
        )

    # --- looking

    def look(self) -> None:
        """What the oracle sees after every frame; runs as a listener, so a failure is kept for later."""
        root = self.objects.get("root")
        if root is None:
            return
        for each in root.walk():
            if each.has_attribute("left") and each.left.value + each.right.value != 0:
                raise Failure(f"{self.name} shows half a transaction: {each!r}")
            for name in ("count", "text", "items", "table", "members"):
                if each.has_attribute(name):
                    self.listen(each.attribute(name))

    def listen(self, topic: Any) -> None:
        """Keep a mirror of a topic that is made of what its listeners hear."""
        if topic in self.mirror:
            return
        self.mirror[topic] = topic.get_raw() if hasattr(topic, "get_raw") else topic.value
        if topic.name == "items":
            topic.on_insert += lambda item, index: self.mirror[topic].insert(index, item)
            topic.on_pop += lambda item, index: self.mirror[topic].pop(index)
        elif topic.name == "table":
            topic.on_add += lambda key, value: self.mirror[topic].__setitem__(key, value)
            topic.on_change_value += lambda key, value: self.mirror[topic].__setitem__(key, value)
            topic.on_remove += lambda key: self.mirror[topic].__delitem__(key)
        else:
            topic.on_set += lambda value: self.mirror.__setitem__(topic, value)


class World:
    """Everything that one seed says."""

    def __init__(self, seed: int) -> None:
        self.rnd = rnd = random.Random(seed)
        self.now = 0.0
        self.failure: Failure | None = None
        self.parts = seed % 5 == 3
        """Whether clients ask for parts of the tree."""
        self.hides = self.parts and rnd.random() < 0.4
        """Whether the policy hides something."""
        self.lossy = rnd.random() < 0.25
        """Whether single frames are lost or said twice, as no honest socket would."""
        self.crashes = rnd.random() < 0.4
        self.undoes_all = rnd.random() < 0.4
        """Whether steps are undone anywhere, and so what people typed may go, too."""
        self.machine = Machine(
            Limits(
                log_transactions=rnd.choice([5, 20, 80, 10_000]),
                frame_transactions=rnd.choice([2, 10, 1000]),
                frame_bytes=rnd.choice([200, 256 * 1024]),
                snapshot_transactions=rnd.choice([0, 5, 250]),
                page_objects=rnd.choice([2, 500]),
                outbox_bytes=rnd.choice([1500, 1024 * 1024]),
                # A server that crashes remembers who was there as long as what they did: both are in one store.
                remembered_sessions=10_000 if self.crashes else rnd.choice([0, 10_000]),
                actions_per_second=1e6,
                actions_burst=10**6,
                progress_seconds=10**6,
                heartbeat_seconds=10**6,
                hello_seconds=10**6,
                protocol_errors=10**6,
            ),
            self.hides,
        )
        self.wires: list[Wire] = []
        self.deleted: set[str] = set()
        """What somebody has deleted of what others had typed, or tried to."""
        names = [f"c{number}" for number in range(rnd.randint(2, 3))]
        self.clients = [SimClient(self, name, random_scopes(rnd) if self.parts else None) for name in names]

    def run(self) -> None:
        """Chaos, then quiet, then judgement. (Of a part, the next change of shape tells all anew: so there it is quiet more often.)"""
        for client in self.clients:
            client.connect()
        for number in range(self.rnd.randint(60, 220)):
            self.step()
            if self.failure is not None:
                raise self.failure
            if self.parts and number % 12 == 11:
                self.quiet()
                self.judge()
        self.quiet()
        self.judge()

    # --- chaos

    def step(self) -> None:
        """One thing happens."""
        rnd, x = self.rnd, self.rnd.random()
        self.now += rnd.random() / 10
        client = rnd.choice(self.clients)
        if self.parts and rnd.random() < 0.06:
            self.show_other_parts(client)
        elif x < 0.20:
            client.act(rnd)
        elif x < 0.27:
            self.serve(rnd.getrandbits(32))
        elif x < 0.285:
            client.preview(rnd)
        elif x < 0.29:
            client.commit()
        elif x < 0.31:
            client.stalled = not client.stalled
        elif x < 0.335:
            self.cut(client)
        elif x < 0.39:
            self.come_back(client)
        elif x < 0.40:
            if "root" in client.objects and self.undoable(client.root):
                target = rnd.choice(self.undoable(client.root))
                (client.undo if rnd.random() < 0.7 else client.redo)(target)
        elif x < 0.405:
            self.now += 200
            now = self.now
            self.machine.do(lambda machine: machine.hub.tick(now))
        elif x < 0.42 and self.crashes:
            self.crash()
        elif x < 0.45 and self.lossy:
            self.lose_a_frame(client)
        else:
            self.move(rnd, stall=True)

    def show_other_parts(self, client: SimClient) -> None:
        """A client asks for something else, or the policy changes its mind."""
        if not self.hides or self.rnd.random() < 0.4:
            client.look_elsewhere(self.rnd)
            return
        name, secret = client.name, random_secret(self.rnd)
        self.machine.do(lambda machine: machine.hide(name, secret))

    def serve(self, seed: int) -> None:
        """The program changes something, or somebody's undo there."""

        def do(machine: Machine) -> None:
            rnd = random.Random(seed)
            hub = machine.hub
            x = rnd.random() if self.undoable(hub.root) else 1.0
            if x < 0.15:
                hub.undo(rnd.choice(self.undoable(hub.root)))
            elif x < 0.2:
                hub.redo(rnd.choice(self.undoable(hub.root)))
            else:
                for _ in range(rnd.choice([1, 1, 1, 12])):
                    with hub.record():
                        edit(rnd, hub.root)

        self.machine.do(do)

    def undoable(self, root: Any) -> list[Any]:
        """Within what steps may be undone."""
        return [None, *things(root)] if self.undoes_all else things(root)

    def cut(self, client: SimClient) -> None:
        """The connection breaks: what was on its way down is lost, of what was on its way up the end. The server notices later."""
        wire = client.wire
        if wire is None:
            return
        client.push()
        for _ in range(self.rnd.randint(0, len(wire.up))):
            wire.up.pop()
        client.lose()

    def come_back(self, client: SimClient) -> None:
        if client.wire is None and client.status.state != "closed":
            client.connect()
            if self.rnd.random() < 0.2:
                client.push()  # its hello is on its way for long, and it gives up before
                client.lose()
                client.connect()
        elif self.rnd.random() < 0.1:
            client.lose()  # a laptop that slept: it takes over its own connection
            client.connect()

    def crash(self) -> None:
        machine, rnd = self.machine, self.rnd
        keep = None if rnd.random() < 0.5 else rnd.randint(max(1, machine.age - 100), machine.age)
        machine.crash(keep, new_epoch=rnd.random() < 0.5)
        for wire in self.wires:
            wire.there = False
            wire.up.clear()
        self.wires.clear()
        for client in self.clients:
            if client.wire is not None:
                client.lose()

    def lose_a_frame(self, client: SimClient) -> None:
        wire = client.wire
        if wire is None:
            return
        client.push()
        kind = self.rnd.random()
        if wire.up and kind < 0.3:
            wire.up.popleft()
        elif wire.up and kind < 0.7:
            wire.up.append(wire.up[-1])
        elif wire.down:
            wire.down.popleft()

    def move(self, rnd: random.Random, stall: bool) -> bool:
        """Move one thing that can be moved; false when nothing can."""
        ways: list[Callable[[], None]] = []
        for client in self.clients:
            wire = client.wire
            if wire is not None and not (stall and client.stalled):
                ways.append(client.push)
                if wire.down:
                    ways += [client.take] * 3
                elif wire.there and wire.closing is not None:
                    ways.append(lambda client=client, wire=wire: self.close_from_server(client, wire))  # type: ignore[misc]  # its defaults
        for wire in self.wires:
            if wire.up and wire.there:
                ways += [lambda wire=wire: wire.arrive(self.now)] * 3  # type: ignore[misc]  # its default
            elif not wire.here and wire.there:
                ways.append(lambda wire=wire: wire.forget(self.now, False))  # type: ignore[misc]  # its default
            if wire.there and wire.here:
                ways.append(lambda wire=wire: wire.pull(self.now))  # type: ignore[misc]  # its default
        self.wires = [wire for wire in self.wires if wire.there]
        if not ways:
            return False
        rnd.choice(ways)()
        return True

    def close_from_server(self, client: SimClient, wire: Wire) -> None:
        wire.pull(self.now)
        closing = wire.closing
        if not wire.down and closing is not None:
            if closing[0] == GAP[0] and not self.lossy:
                raise Failure(f"the server missed something of {client.name} where nothing was lost")
            wire.forget(self.now, closing[0] in (1000, 1001))
            client.lose(*closing)

    # --- quiet

    def quiet(self) -> None:
        """Nothing is lost any more, and everybody gets everything."""
        for client in self.clients:
            for preview in client.previews:
                preview.drop()
            client.previews.clear()
        for second in range(60):
            self.now += 1
            for client in self.clients:
                client.tick()
                if self.lossy and second == (0 if self.parts else 30) and not (second and self._is_settled(client)):
                    client.lose()  # its last words were lost, and no later ones show it: what carries them would have to
                if client.status.state == "closed":
                    raise Failure(f"{client.name} was thrown out: {client.status}")
                if client.wire is None:
                    client.connect()
            self._until_nothing_moves()
            if all(self._is_settled(client) for client in self.clients):
                self._compare_hashes()
                return
        state = [(client.name, client.status, client.pending_count, client.seq) for client in self.clients]
        raise Failure(f"it never became quiet: {state}, the server is at {self.machine.hub.log.head}")

    def _compare_hashes(self) -> None:
        """Every client looks whether it has what the server has."""
        for client in self.clients:
            client.verify()
        self._until_nothing_moves()
        for client in self.clients:
            if client.repairs:
                raise Failure(f"{client.name} found itself out of step with the server")

    def _until_nothing_moves(self) -> None:
        """Move everything, as often as it takes; what takes too often would never end."""
        for _ in range(ROUNDS):
            moved = self._move_everything()
            if self.failure is not None:
                raise self.failure
            if not moved:
                return
        raise Failure(f"they did not stop talking in {ROUNDS} rounds, without anybody doing anything")

    def _move_everything(self) -> bool:
        moved = False
        for wire in list(self.wires):
            while wire.up and wire.there:
                wire.arrive(self.now)
                moved = True
            if not wire.here and wire.there:
                wire.forget(self.now, False)
        self.wires = [wire for wire in self.wires if wire.there]
        for client in self.clients:
            client.push()
            wire_ = client.wire
            if wire_ is None:
                continue
            moved = moved or bool(wire_.up)
            if wire_.there:
                wire_.pull(self.now)
            while client.wire is wire_ and wire_.down:
                client.take()
                moved = True
            if client.wire is wire_ and wire_.closing is not None:
                self.close_from_server(client, wire_)
                moved = True
        return moved

    def _is_settled(self, client: SimClient) -> bool:
        """Whether it has all there is to come. (Who sees a part is not told every number: it has all if nothing is under way to it.)"""
        if client.status.state != "live" or client.pending_count:
            return False
        if not self.parts:
            return client.seq == self.machine.hub.log.head
        connection = None if client.wire is None else self.machine.connections.get(client.wire.id)
        return connection is not None and not connection.bytes_under_way

    # --- judgement

    def judge(self) -> None:
        hub = self.machine.hub
        whole = plain(hub.root)
        for client in self.clients:
            truth = part_of(hub.root, whole, client.name, client.scopes, self.machine.policy) if self.parts else whole
            shown = plain(client.root)
            if not same_value(truth, shown):
                raise Failure(f"{client.name} shows something else: {difference(truth, shown)}")
            for topic, value in client.mirror.items():
                owner = topic.object
                if not owner.is_destroyed and owner.has_attribute(topic.name) and owner.attribute(topic.name) is topic:
                    now = topic.get_raw() if hasattr(topic, "get_raw") else topic.value
                    if client.objects.get(owner.id) is owner and not same_value(value, now):
                        raise Failure(f"{client.name}: listeners of {topic} heard {value!r}; it is {now!r}")
            self._judge_actions(client)

    def _judge_actions(self, client: SimClient) -> None:
        hub = self.machine.hub
        mine = [(name, applied) for name, applied in hub.decisions if name.startswith(f"{client.name}.")]
        applied = [name for name, was in mine if was]
        if len(set(applied)) != len(applied):
            raise Failure(f"{client.name}: applied more than once: {sorted(name for name in applied if applied.count(name) > 1)}")
        if applied != sorted(applied, key=lambda name: int(name.split(".")[1])):
            raise Failure(f"{client.name}: applied in another order: {applied}")
        for name in client.issued:
            outcome = client.told.get(name)
            if outcome is None:
                raise Failure(f"{name}: nobody said what became of it")
            if self.machine.lost_tail or outcome.code == "unknown_outcome":
                continue
            if outcome.applied != (name in applied):
                raise Failure(f"{name}: told {outcome}, but it was {'' if name in applied else 'not '}applied")
        self._judge_typing(client, set(applied))

    def _judge_typing(self, client: SimClient, applied: set[str]) -> None:
        text = self.machine.hub.get_object("beacon").get_attribute("typed").value
        # What was deleted and came back by an undo may stand on the other side of what was typed meanwhile.
        came_back = self.deleted if self.undoes_all else ()
        places = [text.find(token) for token in client.typed.values() if token not in came_back]
        there = [place for place in places if place >= 0]
        if there != sorted(there):
            raise Failure(f"{client.name} typed {list(client.typed.values())}, and it became {text!r}")
        if self.undoes_all or self.machine.lost_tail:
            return
        for name, token in {**client.typed, **client.strewn}.items():
            if name in applied and token not in self.deleted and token not in text:
                raise Failure(f"{client.name} typed {token!r}, which nobody deleted, and it is gone: {text!r}")


def plain(sobject: Any) -> Any:
    """A subtree as plain data, the same for server and client. Tags and the order of dicts count for nothing."""
    if sobject is None:
        return None
    values = {}
    for name in sobject.attributes:
        topic: Topic[Any] = sobject.get_attribute(name)
        if not isinstance(topic, EventTopic):
            values[name] = topic.get_raw() if hasattr(topic, "get_raw") else topic.get()
    return {
        "id": sobject.id,
        "values": values,
        "tags": sorted(sobject.tags),
        "children": [plain(child) for child in sobject.children],
    }


def difference(truth: Any, shown: Any, path: str = "root") -> str:
    """The first place where two states differ."""
    if isinstance(truth, dict) and isinstance(shown, dict):
        for key in sorted({*truth, *shown}):
            if not same_value(truth.get(key), shown.get(key)):
                return difference(truth.get(key), shown.get(key), f"{path}.{key}")
    if isinstance(truth, list) and isinstance(shown, list) and len(truth) == len(shown):
        for index, (a, b) in enumerate(zip(truth, shown, strict=True)):
            if not same_value(a, b):
                return difference(a, b, f"{path}[{index}]")
    return f"{path} is {truth!r} at the server, and {shown!r} there"


def run(seed: int) -> World:
    """Run one seed to its end; raises what is wrong."""
    world = World(seed)
    world.run()
    return world


__all__ = ["Failure", "World", "run"]

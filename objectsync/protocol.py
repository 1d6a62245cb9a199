"""Every message of PROTOCOL.md, validated once at the edge; inside, messages are frozen values.

`decode` turns a client's frame into a message, `encode` a server's message into JSON. An action keeps its changes raw until it is
decided, so that one bad change rejects that action, by its number, and no more.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from .changes import RESERVED, AnyChange, Attribute, Change, ClientChange, Create, Position, Tag
from .errors import InvalidChangeError, ProtocolError
from .limits import MAX_SAFE_INTEGER

PROTOCOL = 2
SUBPROTOCOL = "objectsync.v2"


Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class Message(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One message."""


# --- from the client


class Scope(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the tree that a client wants to see: `root` and what is below it, at most `depth` levels (0: itself alone); with `tags`,
    only the objects with one of them, and what is in these."""

    root: Id
    depth: Annotated[int, Meta(ge=0)] | None = None
    tags: tuple[str, ...] = ()


Scopes = Annotated[tuple[Scope, ...], Meta(max_length=1000)]


class Hello(Message, frozen=True, tag="hello"):
    """The first message of a connection."""

    protocol: int
    attempt: Annotated[int, Meta(ge=1, le=MAX_SAFE_INTEGER)]
    client: str
    session: Id | None = None
    token: str | None = None
    epoch: str | None = None
    seq: Position = 0
    hash: str | None = None
    auth: str | None = None
    scopes: Scopes | None = None


class Action(Message, frozen=True, tag="action"):
    """A proposed transaction; those of one `gesture` (counted from 1 by each client) are one step to undo."""

    cseq: Annotated[int, Meta(ge=1)]
    base: Position
    changes: msgspec.Raw
    buffers: tuple[Position, ...] = ()
    gesture: Annotated[int, Meta(ge=1)] = 0


class Call(Message, frozen=True, tag="call"):
    """A call of a service."""

    id: int
    service: str
    args: dict[str, Any]
    object: Id | None = None
    buffers: tuple[Position, ...] = ()


class Subscribe(Message, frozen=True, tag="subscribe"):
    """What the client wants to see from now on; None for all."""

    scopes: Scopes | None = None


class Verify(Message, frozen=True, tag="verify"):
    """Asks for the hash of an object and what is below it."""

    object: Id
    parts: bool = False


class Diverged(Message, frozen=True, tag="diverged"):
    """The client's state was not the server's: the smallest place that holds the difference."""

    object: Id
    attribute: str | None = None


class Present(Message, frozen=True, tag="present"):
    """Who the client is, and what it shows for the moment: all of it."""

    name: str = ""
    color: str = ""
    state: dict[str, Any] = {}


class Ack(Message, frozen=True, tag="ack"):
    """What the client has applied, and how many frames it has received on this connection."""

    seq: Position
    frames: Position


class Bye(Message, frozen=True, tag="bye"):
    """The client leaves for good."""


# --- from either


class Ping(Message, frozen=True, tag="ping"):
    """Are you there?"""


class Pong(Message, frozen=True, tag="pong"):
    """Yes."""


# --- from the server


class Rejected(msgspec.Struct, frozen=True, gc=False):
    """An action that was decided against, of which the client may not have heard: with a snapshot, no update will tell it."""

    cseq: int
    code: str
    message: str


class Welcome(Message, frozen=True, tag="welcome"):
    """The answer to hello."""

    protocol: int
    session: str
    token: str
    epoch: str
    seq: int
    cseq: int
    resume: str
    heartbeat: float
    limits: dict[str, int | float]
    server: str
    hash: str | msgspec.UnsetType = msgspec.UNSET
    rejected: tuple[Rejected, ...] = ()


class Failure(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Why an action or call failed."""

    code: str
    message: str
    incident: str | None = None


class Result(Message, frozen=True, tag="result"):
    """The answer to a call; just one of `value` and `error`."""

    id: int
    value: Any = msgspec.UNSET
    error: Failure | msgspec.UnsetType = msgspec.UNSET
    buffers: tuple[int, ...] = ()


class Error(Message, frozen=True, tag="error", omit_defaults=False):
    """Something about this client alone."""

    code: str
    message: str
    object: str | msgspec.UnsetType = msgspec.UNSET
    incident: str | msgspec.UnsetType = msgspec.UNSET
    fatal: bool = False


class HashParts(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The hashes of what an object is made of."""

    own: str
    attributes: dict[str, str]
    children: list[tuple[str, str]]


class Hashes(Message, frozen=True, tag="hashes"):
    """The state hash of an object at `seq`; empty when there is none. `loose` ones count with their place only."""

    seq: int
    object: str
    hash: str
    parts: HashParts | msgspec.UnsetType = msgspec.UNSET
    loose: tuple[str, ...] = ()


class Person(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One who is here: a name (perhaps empty), a color (`#rrggbb` or empty), and a state of its own making, such as a cursor."""

    name: str
    color: str
    state: dict[str, Any]


class Presence(Message, frozen=True, tag="presence"):
    """Who has come, changed or (None) gone; or (`all`) who is here."""

    people: dict[str, Person | None]
    all: bool = False


class TransactionMessage(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One transaction in an update."""

    seq: int
    cseq: int | msgspec.UnsetType = msgspec.UNSET
    changes: list[AnyChange] | msgspec.UnsetType = msgspec.UNSET
    error: Failure | msgspec.UnsetType = msgspec.UNSET
    buffers: int | msgspec.UnsetType = msgspec.UNSET


class Update(Message, frozen=True, tag="update"):
    """Transactions, chained `prev` -> `seq`."""

    prev: int
    seq: int
    transactions: list[TransactionMessage]
    hash: str | msgspec.UnsetType = msgspec.UNSET
    buffers: tuple[int, ...] = ()


class Snapshot(Message, frozen=True, tag="snapshot"):
    """A page of the whole state."""

    seq: int
    page: int
    pages: int
    changes: list[AnyChange]
    buffers: tuple[int, ...] = ()


ClientMessage = Hello | Action | Call | Present | Subscribe | Verify | Diverged | Ack | Bye | Ping | Pong
ServerMessage = Welcome | Snapshot | Update | Result | Presence | Hashes | Error | Ping | Pong

_client_decoder = msgspec.json.Decoder(ClientMessage)
_server_decoder = msgspec.json.Decoder(ServerMessage)
_changes_decoder = msgspec.json.Decoder(list[ClientChange])
_recorded_decoder = msgspec.json.Decoder(list[AnyChange])


def decode_client(data: bytes | str) -> ClientMessage:
    """A client's message.

    Raises:
        ProtocolError: it is none.
    """
    return _decode(_client_decoder, data)  # type: ignore[no-any-return]  # the decoder's type


def decode_server(data: bytes | str) -> ServerMessage:
    """A server's message.

    Raises:
        ProtocolError: it is none.
    """
    return _decode(_server_decoder, data)  # type: ignore[no-any-return]  # the decoder's type


def decode_changes(raw: msgspec.Raw) -> list[Change]:
    """The changes of an action.

    Raises:
        InvalidChangeError: one of them does not parse; its `code` is `invalid_change`.
    """
    try:
        changes: list[Any] = _changes_decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unparsable(f"the changes do not parse: {error}") from None
    for change in changes:
        if isinstance(change, Create) and change.parent is None:
            raise Unparsable("the changes do not parse: only the root has no parent")
        name = change.name if isinstance(change, Attribute) else change.tag if isinstance(change, Tag) else ""
        if name in RESERVED:
            raise Unparsable(f"the changes do not parse: {name!r} is no name")
    return changes


def decode_recorded(json: bytes) -> list[Change]:
    """Changes that this server has encoded itself."""
    return _recorded_decoder.decode(json)  # type: ignore[return-value]  # a union of all of them


class Unparsable(InvalidChangeError):
    """A change that does not parse."""

    code = "invalid_change"


def _decode(decoder: msgspec.json.Decoder[Any], data: bytes | str) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ProtocolError(f"this is no message of protocol {PROTOCOL}: {error}") from None

"""A client in Python: for bots, scripts and tests. The same words as the server's, on the other end of the wire.

from objectsync.client import Client

async with Client("ws://localhost:8765") as client:
    counter = client.root.children[0]
    with client.record() as action:
        counter.count.add(1)                 # shows at once
    print(await action)                      # Outcome(applied=True, …), or why not

with Client("ws://localhost:8765") as client:    # without asyncio
    client.root.children[0].count.add(1)
    client.settled().result()
"""

from ..protocol import Scope
from .answers import Action, Answer, CallError, Outcome, Rejection
from .base import BaseClient
from .memory import MemoryClient
from .objects import ClientObject
from .recording import Preview
from .session import Status
from .verifier import Divergence
from .websocket import Client

__all__ = [
    "Action",
    "Answer",
    "BaseClient",
    "CallError",
    "Client",
    "ClientObject",
    "Divergence",
    "MemoryClient",
    "Outcome",
    "Preview",
    "Rejection",
    "Scope",
    "Status",
]

"""objectsync: a tree of synced objects, live in every browser and notebook.

import objectsync
from objectsync import SObject, attribute, IntTopic

class Counter(SObject):
    count = attribute(IntTopic, 0)

server = objectsync.Server(port=8765)
counter = server.create_object(Counter)
counter.count.add(1)
server.run()
"""

from .changes import Change
from .current import current_server
from .dom import Element, ElementObject
from .emissions import Emission
from .errors import (
    AlreadyExists,
    Destroyed,
    Forbidden,
    InvalidChangeError,
    InvalidPosition,
    InvalidValue,
    LimitExceeded,
    ListenerLoop,
    LocalError,
    ObjectSyncError,
    PortInUse,
    ProtocolError,
    StaleChange,
    UnknownAttribute,
    UnknownObject,
    UnknownType,
    UnsafeBind,
)
from .events import Signal
from .history import Conflict, UndoResult
from .limits import Limits
from .policy import Policy
from .server import Server
from .showing import Shown, show
from .sobject import SObject, attribute
from .topics import (
    BoolTopic,
    BytesTopic,
    DictTopic,
    EventTopic,
    FloatTopic,
    GenericTopic,
    IntTopic,
    ListTopic,
    ObjDictTopic,
    ObjListTopic,
    ObjSetTopic,
    ObjTopic,
    SetTopic,
    StringTopic,
    Topic,
)

__version__ = Server.version

__all__ = [
    "AlreadyExists",
    "BoolTopic",
    "BytesTopic",
    "Change",
    "Conflict",
    "Destroyed",
    "DictTopic",
    "Element",
    "ElementObject",
    "Emission",
    "EventTopic",
    "FloatTopic",
    "Forbidden",
    "GenericTopic",
    "IntTopic",
    "InvalidChangeError",
    "InvalidPosition",
    "InvalidValue",
    "LimitExceeded",
    "Limits",
    "ListTopic",
    "ListenerLoop",
    "LocalError",
    "ObjDictTopic",
    "ObjListTopic",
    "ObjSetTopic",
    "ObjTopic",
    "ObjectSyncError",
    "Policy",
    "PortInUse",
    "ProtocolError",
    "SObject",
    "Server",
    "SetTopic",
    "Shown",
    "Signal",
    "StaleChange",
    "StringTopic",
    "Topic",
    "UndoResult",
    "UnknownAttribute",
    "UnknownObject",
    "UnknownType",
    "UnsafeBind",
    "__version__",
    "attribute",
    "current_server",
    "show",
]

"""The topic types: one typed, observable, synchronised value each."""

from __future__ import annotations

from typing import Any

from .base import AttributeSpec, Topic, Validator
from .dict import DictTopic
from .event import EventTopic
from .list import ListTopic
from .references import ObjDictTopic, ObjListTopic, ObjSetTopic, ObjTopic
from .scalars import BoolTopic, BytesTopic, FloatTopic, GenericTopic, IntTopic
from .set import SetTopic
from .text import StringTopic

TOPIC_TYPES: dict[str, type[Topic[Any]]] = {
    topic.type_name: topic
    for topic in (
        GenericTopic,
        BoolTopic,
        IntTopic,
        FloatTopic,
        StringTopic,
        BytesTopic,
        SetTopic,
        ListTopic,
        DictTopic,
        EventTopic,
        ObjTopic,
        ObjListTopic,
        ObjSetTopic,
        ObjDictTopic,
    )
}
"""Every topic type by its name on the wire. (A user's subclass of one of them travels under its base's name.)"""

__all__ = [
    "TOPIC_TYPES",
    "AttributeSpec",
    "BoolTopic",
    "BytesTopic",
    "DictTopic",
    "EventTopic",
    "FloatTopic",
    "GenericTopic",
    "IntTopic",
    "ListTopic",
    "ObjDictTopic",
    "ObjListTopic",
    "ObjSetTopic",
    "ObjTopic",
    "SetTopic",
    "StringTopic",
    "Topic",
    "Validator",
]

"""Worlds in which not everybody sees everything: what clients ask for, what the policy hides, and what each is to see.

`part_of` says it straight from the words of PROTOCOL.md, "Parts of the tree"; it has nothing in common with objectsync/partial.py.
"""

from __future__ import annotations

import random
from typing import Any

from objectsync import Policy, SObject
from objectsync.client import Scope

HIDEABLE = ("count", "text", "items", "table", "derived", "any", "p")
"""Attributes that the policy may hide. (Not `left` and `right`, whose sum tells whether half a transaction was seen.)"""
IDS = ("1", "2", "3", "4", "5", "6", "root", "beacon")


class SimPolicy(Policy):
    """Hides from each client what it is told to."""

    def __init__(self) -> None:
        self.hidden: dict[str, set[str | tuple[str, str]]] = {}
        """Objects, and attributes of objects, by the client's name."""

    def may_see(self, session: Any, sobject: SObject, name: str | None = None) -> bool:
        return self.shows(session.identity, sobject.id, name)

    def shows(self, client: str, id: str, name: str | None = None) -> bool:
        """What `may_see` answers to a client with this name."""
        return (id if name is None else (id, name)) not in self.hidden.get(client, ())


def random_scopes(rnd: random.Random) -> tuple[Scope, ...] | None:
    """What a client asks for: mostly with the beacon, without which it does nothing."""
    if rnd.random() < 0.15:
        return None
    scopes = [Scope("beacon")] if rnd.random() < 0.85 else []
    for _ in range(rnd.choice([0, 1, 1, 2])):
        tags = rnd.choice([(), (), ("x",), ("x", "y")])
        scopes.append(Scope(rnd.choice(IDS[:-1]), rnd.choice([None, None, 0, 1, 2]), tags))
    return tuple(scopes)


def random_secret(rnd: random.Random) -> str | tuple[str, str]:
    """An object or attribute to hide, or to hide no more."""
    id = rnd.choice(IDS[:4])
    return id if rnd.random() < 0.5 else (id, rnd.choice(HIDEABLE))


def part_of(root: SObject, plain: Any, client: str, scopes: tuple[Scope, ...] | None, policy: SimPolicy | None) -> Any:
    """What of a tree, as plain data, a client is to see."""
    everything = [(sobject, _path(sobject)) for sobject in root.walk()]

    def shown(id: str, name: str | None = None) -> bool:
        return policy is None or policy.shows(client, id, name)

    def asked_for(path: list[SObject]) -> bool:
        return scopes is None or any(_is_in(path, scope) for scope in scopes)

    seen = {"root"}
    for _, path in everything:
        if all(shown(each.id) for each in path[1:]) and asked_for(path):
            seen.update(each.id for each in path)
    objects = {sobject.id: sobject for sobject, _ in everything}

    def cut(node: Any) -> Any:
        id, values = node["id"], {}
        for name, value in node["values"].items():
            spec = type(objects[id])._specs.get(name)
            if shown(id, name):
                values[name] = value
            elif spec is not None:
                values[name] = spec.default
        return {**node, "values": values, "children": [cut(child) for child in node["children"] if child["id"] in seen]}

    return cut(plain)


def _path(sobject: SObject | None) -> list[SObject]:
    path: list[SObject] = []
    while sobject is not None:
        path.insert(0, sobject)
        sobject = sobject.parent
    return path


def _is_in(path: list[SObject], scope: Scope) -> bool:
    ids = [each.id for each in path]
    if scope.root not in ids:
        return False
    below = path[ids.index(scope.root) :]
    if scope.depth is not None and len(below) - 1 > scope.depth:
        return False
    return not scope.tags or any(set(scope.tags) & set(each.tags) for each in below)


__all__ = ["SimPolicy", "part_of", "random_scopes", "random_secret"]

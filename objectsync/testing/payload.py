"""What an event tells: the fields that a handler asked for, or the usual ones of its kind (js/packages/dom: payload.ts, listening.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .nodes import Node

MODIFIER_KEYS = {"Alt": "altKey", "Control": "ctrlKey", "Meta": "metaKey", "Shift": "shiftKey"}
_MODIFIERS = tuple(MODIFIER_KEYS.values())
_POINTER = ("clientX", "clientY", "button")


def usual(type: str, fields: Mapping[str, Any], node: Node) -> dict[str, Any]:
    """What comes along where nothing was asked for."""
    payload: dict[str, Any] = {"type": type}
    is_key, is_pointer = type.startswith("key"), _is_pointer(type)
    if is_key:
        payload.update({"key": fields.get("key", ""), "code": fields.get("code", ""), "repeat": fields.get("repeat", False)})
    if is_pointer:
        payload.update({name: fields.get(name, 0) for name in _POINTER})
    if is_key or is_pointer:
        payload.update({name: fields.get(name, False) for name in _MODIFIERS})
    if type == "wheel":
        payload.update({name: fields.get(name, 0) for name in ("deltaX", "deltaY")})
    if node.is_field:
        if node.input_type not in ("file", "password"):
            payload["value"] = node.value or ""
        if node.input_type in ("checkbox", "radio"):
            payload["checked"] = node.checked
    return payload


def asked(names: list[str], type: str, fields: Mapping[str, Any], target: Node, node: Node) -> dict[str, Any]:
    """What comes along of what was asked for."""
    known: dict[str, Any] = {}
    if type.startswith("key"):
        known.update({"key": "", "code": "", "repeat": False, **dict.fromkeys(_MODIFIERS, False)})
    if _is_pointer(type):
        known.update({**dict.fromkeys((*_POINTER, "elementX", "elementY", "buttons"), 0), **dict.fromkeys(_MODIFIERS, False)})
    known.update(fields)
    for where, each in (("target", target), ("currentTarget", node)):
        known[f"{where}.tagName"] = each.tag.upper()
        known[f"{where}.id"] = str(each.attrs.get("id", ""))
        if each.is_field:
            known[f"{where}.value"] = each.value or ""
            known[f"{where}.checked"] = each.checked
    return {"type": type, **{name: known[name] for name in names if name in known}}


def _is_pointer(type: str) -> bool:
    return type in ("click", "dblclick", "contextmenu", "wheel") or type.startswith(("pointer", "mouse", "drag", "touch"))


__all__ = ["MODIFIER_KEYS", "asked", "usual"]

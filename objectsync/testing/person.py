"""What a person does to a page, and what the page makes of it: DOM events in their order, and what a browser does by itself then.

Rules: an event reaches the objects that listen for it, from where it happens outwards, with the fields that they asked for; as in
js/packages/dom (listening.ts, payload.ts, controls.ts). What a form element holds goes into its topic in the same action as the event. Time
does not pass: `throttle` and `debounce` tell at once. An action on what cannot be seen or used is an error of the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..client import ClientObject, MemoryClient
from ..topics import BoolTopic, EventTopic, FloatTopic, GenericTopic, IntTopic, StringTopic, Topic
from . import controls, files, keyboard, tables
from .nodes import Node, PageState, is_element, read, value_of
from .roles import LABELABLE, labelled_by

_KEYBOARD = ("key", "code", "repeat")
_MODIFIER_KEYS = {"Alt": "altKey", "Control": "ctrlKey", "Meta": "metaKey", "Shift": "shiftKey"}
_MODIFIERS = tuple(_MODIFIER_KEYS.values())
_POINTER = ("clientX", "clientY", "button")
_PICKED = ("color", "date", "time", "datetime-local", "month", "week")
"""Kinds of input that are not typed letter by letter."""
_NOT_TEXT = ("button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset", "submit")
"""Kinds of input that hold no text to be edited."""
_PRESS = ("pointerdown", "mousedown", "pointerup", "mouseup")


class Person:
    """Whoever uses a page."""

    def __init__(self, client: MemoryClient, state: PageState) -> None:
        self._client = client
        self._state = state
        self._edited: Node | None = None

    def click(self, node: Node) -> None:
        """Press it."""
        kept = {type: self.dispatch(node, type, {}) for type in _PRESS}
        if not kept["mousedown"]:
            holder = keyboard.reached(node)
            if holder is None:
                self.blur(node.root)
            else:
                self.focus(holder)
        self._activate(node, self.dispatch(node, "click", {"detail": 1}))

    def dblclick(self, node: Node) -> None:
        """Press it twice."""
        self.click(node)
        self.click(node)
        self.dispatch(node, "dblclick", {})
        if node.attrs.get("role") == "gridcell" and tables.is_table(node.object):
            tables.begin(node, self._client, self._state)

    def fill(self, node: Node, text: str) -> None:
        """Put this text into a field, in place of what is there."""
        self.focus(node)
        self._enter(node, text)
        if node.tag == "input" and node.input_type in ("range", *_PICKED):
            self._leave()

    def choose(self, select: Node, options: list[Node]) -> None:
        """Choose an option, or several."""
        self.focus(select)
        if not is_element(select.object):
            controls.choose(select, [option.text for option in options])
            return
        if select.attrs.get("multiple") and select.object.has_attribute("value"):
            with self._client.record():
                select.object.attribute("value").set([value_of(option) for option in options])
                self.dispatch(select, "input", {})
            self._edited = select
        else:
            self._enter(select, value_of(options[0]))
        self._leave()

    def press(self, node: Node, keys: str) -> None:
        """Press a key: "Enter", "a", "Control+Shift+z"."""
        *modifiers, key = keys.split("+") if keys != "+" else [keys]
        fields = {_MODIFIER_KEYS[each]: True for each in modifiers}
        top = node.root
        if keyboard.takes(node):
            self.focus(node)
        else:
            # What cannot have the keyboard hears what is pressed inside of it alone, as in a browser.
            node = keyboard.find(top, self._state.focused) or top
        is_kept = self.dispatch(node, "keydown", {"key": key, **fields})
        self._undo(node, modifiers, key.lower())
        if not is_kept and not any(each in ("Control", "Alt", "Meta") for each in modifiers):
            if key == "Tab":
                self._go(top, keyboard.next_to(top, node, -1 if "Shift" in modifiers else 1))
            else:
                self._type(node, key)
        self.dispatch(node, "keyup", {"key": key, **fields})

    def focus(self, node: Node) -> None:
        """Give it the keyboard; who had it hears of that."""
        holder = keyboard.holder_of(node) if keyboard.takes(node) else None
        if holder is None or self._state.focused == holder:
            return
        self.blur(node.root)
        self._state.focused = holder
        self.dispatch(node, "focus", {}, bubbles=False)

    def blur(self, root: Node) -> None:
        """Take the keyboard from who has it."""
        self._leave()
        had = keyboard.find(root, self._state.focused)
        self._state.focused = None
        if had is not None:
            self.dispatch(had, "blur", {}, bubbles=False)

    def dispatch(self, node: Node, type: str, fields: Mapping[str, Any], bubbles: bool = True) -> bool:
        """Let an event happen at a node; returns whether who listens keeps the browser from what it does then by itself."""
        around = [node, *node.ancestors()] if bubbles else [node]
        is_kept = False
        for each in around:
            if _listens(each.object, type) and is_element(each.object):
                options = (read(each.object, "events") or {}).get(type) or {}
                keys = options.get("keys")
                if keys is not None and fields.get("key") not in keys:
                    continue
                payload = _asked(options["fields"], type, fields, node, each) if "fields" in options else _usual(type, fields, each)
                each.object.emit(type, **payload)
                is_kept = is_kept or options.get("prevent_default") is True
                if options.get("stop_propagation"):
                    break
        return is_kept

    # --- what a browser does by itself

    def _activate(self, node: Node, is_kept: bool) -> None:
        for each in (node, *node.ancestors()):
            if not is_element(each.object) and each.tag == "button":
                self._press_control(each, is_kept)  # a control listens itself
                return
            if is_kept:
                continue
            if each.tag == "label":
                field = labelled_by(each)
                if field is not None and field is not node and not field.disabled:
                    self.click(field)
                return
            if not is_element(each.object):
                if each.input_type in ("checkbox", "radio") or each.attrs.get("role") == "gridcell":
                    self._press_control(each)
                    return
                continue
            if each.tag == "summary" and each.parent is not None and each.parent.tag == "details":
                details = each.parent
                self._state.open[details.object.id] = not details.is_open
                self.dispatch(details, "toggle", {"newState": "closed" if details.is_open else "open"}, bubbles=False)
                return
            if each.input_type in ("checkbox", "radio"):
                self._tick(each, True if each.input_type == "radio" else not each.checked)
                return
            if each.tag == "button" or each.input_type in ("submit", "image"):
                if each.attrs.get("type", "submit") in ("submit", "image"):
                    self._submit(each)
                return
            if each.tag in LABELABLE or each.tag == "a":
                return

    def _press_control(self, node: Node, is_kept: bool = False) -> None:
        if node.object.frontend_type == "objectsync.download":
            files.download(self._client, node.object, self._state)
            return
        with self._client.record():
            controls.press(node)
        if node.tag == "button" and read(node.object, "submits") is True and not is_kept:
            self._submit(node)

    def _tick(self, node: Node, checked: bool) -> None:
        if node.checked == checked:
            return
        sobject = node.object
        with self._client.record():
            for other in _others(node):
                other.object.attribute("checked").set(False)
            if sobject.has_attribute("checked"):
                sobject.attribute("checked").set(checked)
            elif sobject.has_attribute("value") and isinstance(sobject.attribute("value"), BoolTopic):
                sobject.attribute("value").set(checked)
            node.checked = checked
            self.dispatch(node, "input", {})
        self.dispatch(node, "change", {})

    def _enter(self, node: Node, text: str) -> None:
        if node.value == text:
            return
        node.value = text
        with self._client.record():
            if tables.EDITS in node.attrs:
                self._state.typed[node.object.id] = text
            elif not is_element(node.object) and node.input_type in ("number", "range"):
                controls.enter(node, _number(text))
            elif node.object.has_attribute("value"):
                _take_over(node, node.object.attribute("value"), text)
            else:
                self._state.typed[node.object.id] = text
            self.dispatch(node, "input", {"data": text, "inputType": "insertText"})
        self._edited = node

    def _leave(self) -> None:
        """A field tells that it has changed when it is left."""
        node, self._edited = self._edited, None
        if node is not None and tables.EDITS in node.attrs and not node.object.is_destroyed:
            tables.save(node, self._state)
        elif node is not None and not node.object.is_destroyed:
            controls.released(node)
            self.dispatch(node, "change", {})

    def _type(self, node: Node, key: str) -> None:
        if key == "Enter" and node.tag == "input":
            self._leave()
            controls.sent(node)
            self._submit(node)
        elif key == "Escape":
            if tables.EDITS in node.attrs:
                self._edited = self._state.editing = None
            if node.root.front is not None:
                self._close(node.root.front)
        elif key in ("Enter", " ", "Space") and _is_pressed_by(node, key):
            self._activate(node, self.dispatch(node, "click", {"detail": 0}))
        elif node.tag in ("input", "textarea") and node.input_type not in ("checkbox", "radio", "range"):
            before = node.value or ""
            letter = {"Enter": "\n", "Space": " "}.get(key, key)
            if key == "Backspace":
                self._enter(node, before[:-1])
            elif len(letter) == 1:
                self._enter(node, before + letter)

    def _close(self, dialog: Node) -> None:
        """As a browser does when it is asked to."""
        if not is_element(dialog.object):
            dialog.object.attribute("open").set(False)
        elif not self.dispatch(dialog, "cancel", {}, bubbles=False):
            self._state.open[dialog.object.id] = False
            self.dispatch(dialog, "close", {}, bubbles=False)

    def _go(self, top: Node, node: Node | None) -> None:
        if node is None:
            self.blur(top)
        else:
            self.focus(node)

    def _undo(self, node: Node, modifiers: list[str], key: str) -> None:
        """What the page does of the keys that undo; a text field has an undo of its own."""
        if not {"Control", "Meta"} & {*modifiers} or "Alt" in modifiers or _is_text(node):
            return
        if key == "z" and "Shift" not in modifiers:
            self._client.undo()
        elif key == "z" or (key == "y" and "Control" in modifiers):
            self._client.redo()

    def _submit(self, node: Node) -> None:
        form = _form(node)
        if form is not None:
            self.dispatch(form, "submit", {})


def _is_text(node: Node) -> bool:
    return node.tag == "textarea" or (node.tag == "input" and node.input_type not in _NOT_TEXT)


def _form(node: Node) -> Node | None:
    return next((each for each in node.ancestors() if each.tag == "form"), None)


def _others(node: Node) -> list[Node]:
    """The radio buttons of its group that are on."""
    name, form = node.attrs.get("name"), _form(node)
    if node.input_type != "radio" or not name:
        return []
    radios = [each for each in node.root.walk() if each.input_type == "radio" and each is not node and is_element(each.object)]
    return [each for each in radios if each.checked and each.attrs.get("name") == name and _form(each) is form]


def _is_pressed_by(node: Node, key: str) -> bool:
    return node.tag in ("button", "summary", "a") or (key != "Enter" and node.input_type in ("checkbox", "radio"))


def _listens(sobject: ClientObject, type: str) -> bool:
    return not sobject.is_destroyed and sobject.has_attribute(type) and isinstance(sobject.attribute(type), EventTopic)


def _take_over(node: Node, topic: Topic[Any], text: str) -> None:
    if isinstance(topic, StringTopic):
        if node.input_type in _PICKED:
            topic.set(text)
        else:
            _edit(topic, text)
    elif isinstance(topic, (IntTopic, FloatTopic)):
        number = _number(text)
        if number is not None and (isinstance(topic, FloatTopic) or number.is_integer()):
            topic.set(number if isinstance(topic, FloatTopic) else int(number))
    elif isinstance(topic, GenericTopic):
        if node.input_type in ("number", "range"):
            number = _number(text)
            topic.set(None if number is None else int(number) if number.is_integer() else number)
        else:
            topic.set(text)


def _edit(topic: StringTopic, text: str) -> None:
    """As a person types: only what differs, so that it merges with what others type."""
    before = topic.value
    start = 0
    while start < min(len(before), len(text)) and before[start] == text[start]:
        start += 1
    end = 0
    while end < min(len(before), len(text)) - start and before[len(before) - 1 - end] == text[len(text) - 1 - end]:
        end += 1
    if len(before) - end > start:
        topic.delete(start, len(before) - end - start)
    if len(text) - end > start:
        topic.insert(start, text[start : len(text) - end])


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _usual(type: str, fields: Mapping[str, Any], node: Node) -> dict[str, Any]:
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


def _asked(names: list[str], type: str, fields: Mapping[str, Any], target: Node, node: Node) -> dict[str, Any]:
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

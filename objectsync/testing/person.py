"""What a person does to a page, and what the page makes of it: DOM events in their order, and what a browser does by itself then.

Rules: an event reaches the objects that listen for it, from where it happens outwards, with the fields that they asked for; as in
js/packages/dom (listening.ts, payload.ts, controls.ts). What a form element holds goes into its topic in the same action as the event. Time
does not pass: `throttle` and `debounce` tell at once. An action on what cannot be seen or used is an error of the test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..client import ClientObject, MemoryClient
from ..topics import BoolTopic, EventTopic
from . import arrows, controls, dialogs, entries, files, keyboard, tables
from .errors import NotThere
from .fields import PICKED, is_text, take_over, typed
from .nodes import Node, PageState, is_element, read, value_of
from .payload import MODIFIER_KEYS, asked, usual
from .roles import LABELABLE, labelled_by

_WITH_CARET = ("text", "search", "url", "tel", "password")
"""Kinds of input of which a program can place the caret."""
_PRESS = ("pointerdown", "mousedown", "pointerup", "mouseup")


class Person:
    """Whoever uses a page."""

    def __init__(self, client: MemoryClient, state: PageState) -> None:
        self._client = client
        self._state = state
        self._edited: Node | None = None

    def click(self, node: Node) -> None:
        """Press it."""
        self._state.reached = node.object.id
        kept = {type: self.dispatch(node, type, {}) for type in _PRESS}
        if not kept["mousedown"]:
            holder = keyboard.reached(node)
            if holder is None:
                self.blur(node.root)
            else:
                self.focus(holder)
        self._click(node, 1)

    def hover(self, node: Node) -> None:
        """Move the pointer onto it."""
        self._state.reached = node.object.id
        for type in ("pointerover", "pointerenter", "mouseover", "mouseenter", "pointermove", "mousemove"):
            self.dispatch(node, type, {}, bubbles=not type.endswith("enter"))

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
        self._state.caret, self._state.is_all_selected = None, False
        if node.tag == "input" and node.input_type in ("range", *PICKED):
            self._leave()

    def choose(self, select: Node, options: list[Node]) -> None:
        """Choose an option, or several; as Playwright does it, which leaves the keyboard where it is."""
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

    def choose_files(self, field: Node, chosen: Iterable[files.GivenFile]) -> None:
        """Choose these files."""
        files.upload(self._client, field.object, chosen, self._state)

    def press(self, node: Node, keys: str) -> None:
        """Press a key: "Enter", "a", "Control+Shift+z"."""
        *modifiers, key = keys.split("+") if keys != "+" else [keys]
        fields = {MODIFIER_KEYS[each]: True for each in modifiers}
        top = node.root
        if keyboard.takes(node):
            if self.focus(node) and node.input_type in _WITH_CARET:
                self._state.caret = 0  # as Playwright does where it gives the keyboard itself
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

    def focus(self, node: Node) -> bool:
        """Give it the keyboard; who had it hears of that. Returns whether it did not have it before."""
        holder = keyboard.holder_of(node) if keyboard.takes(node) else None
        if holder is None or self._state.focused == holder:
            return False
        self.blur(node.root)
        self._state.focused, self._state.reached = holder, holder.object
        self._state.caret, self._state.is_all_selected = None, False
        self.dispatch(node, "focus", {}, bubbles=False)
        return True

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
                payload = asked(options["fields"], type, fields, node, each) if "fields" in options else usual(type, fields, each)
                each.object.emit(type, **payload)
                is_kept = is_kept or options.get("prevent_default") is True
                if options.get("stop_propagation"):
                    break
        return is_kept

    # --- what a browser does by itself

    def _click(self, node: Node, detail: int) -> None:
        """The event, and what follows from it. A handler of it finds a box as it is then."""
        was_checked = node.checked
        if is_element(node.object) and node.input_type in ("checkbox", "radio"):
            node.checked = node.input_type == "radio" or not was_checked
        is_kept = self.dispatch(node, "click", {"detail": detail})
        node.checked = was_checked
        self._activate(node, is_kept)

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
                    self.focus(field)
                    self._click(field, 0)
                return
            if not is_element(each.object):
                if each.input_type in ("checkbox", "radio") or each.attrs.get("role") == "gridcell":
                    self._press_control(each)
                    return
                continue
            if each.tag == "summary" and each.parent is not None and each.parent.tag == "details":
                self._unfold(each.parent)
                return
            if each.input_type in ("checkbox", "radio"):
                self._tick(each, True if each.input_type == "radio" else not each.checked)
                return
            if each.tag == "button" or each.input_type in ("submit", "image", "reset"):
                if _sends(each):
                    self._submit(each)
                elif each.attrs.get("type") == "reset":
                    self._reset(each)
                return
            if each.tag in LABELABLE or each.tag == "a":
                return

    def _unfold(self, details: Node) -> None:
        """Open or close it; of those with one name, one is open."""
        name = details.attrs.get("name")
        others = [each for each in details.root.walk() if each.tag == "details" and name and each.attrs.get("name") == name]
        for each in [details, *(other for other in others if other is not details and other.is_open and not details.is_open)]:
            self._state.open[each.object.id] = not each.is_open
            self.dispatch(each, "toggle", {"newState": "closed" if each.is_open else "open"}, bubbles=False)

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
        if not text and not entries.text_of(node, self._state):
            return  # of nothing in place of nothing, a browser tells nothing
        node.value = text
        with self._client.record():
            if tables.EDITS in node.attrs:
                self._state.typed[node.object.id] = text
            elif entries.is_entry(node):
                entries.enter(node, text, self._state)
            elif not is_element(node.object) and node.input_type == "range":
                controls.slide(node, float(text))
            elif node.object.has_attribute("value"):
                take_over(node, node.object.attribute("value"), text)
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
            if tables.EDITS in node.attrs:
                self._state.focused = keyboard.Holder(node.object.id, 0)  # the table
                return
            entry = self._state.entries.get(node.object.id)
            controls.sent(node, is_right=entry is None or not entry.wrong)
            self._send(node)
        elif key == "Escape":
            self._state.reached = None
            if tables.EDITS in node.attrs:
                self._edited = self._state.editing = None
                self._state.focused = keyboard.Holder(node.object.id, 0)  # the table
            if node.root.front is not None:
                self._close(node.root.front)
        elif key in ("Enter", " ", "Space") and _is_pressed_by(node, key):
            self._click(node, 0)
        elif (moved := arrows.number_after(node, key)) is not None:
            self._enter(node, moved)
            self._leave()
        elif (other := arrows.beside(node, key)) is not None:
            self.focus(other)
            self._click(other, 0)
        elif (position := arrows.line_after(node, key)) is not None:
            node.object.attribute("position").set(position)
        elif is_text(node) and not node.attrs.get("readonly"):
            self._write(node, key)

    def _write(self, node: Node, key: str) -> None:
        """Press the key of a letter, where the caret is."""
        letter = {"Enter": "\n", "Space": " "}.get(key, key)
        if len(letter) > 1 and key != "Backspace":
            return
        if node.input_type in PICKED:
            raise NotThere(f"{node.start} is not typed letter by letter here: give the whole of it to fill()")
        if key != "Backspace" and not typed(node, letter):
            return
        before, state = entries.text_of(node, self._state), self._state
        start = end = len(before) if state.caret is None else min(state.caret, len(before))
        if state.is_all_selected:
            start, end = 0, len(before)
        elif key == "Backspace":
            start = max(0, start - 1)
        inserted = "" if key == "Backspace" else letter
        text = before[:start] + inserted + before[end:]
        state.caret, state.is_all_selected = start + len(inserted), False
        if text != before:
            self._enter(node, text)

    def _close(self, dialog: Node) -> None:
        """As a browser does when it is asked to."""
        if not is_element(dialog.object):
            dialog.object.attribute("open").set(False)
        elif not self.dispatch(dialog, "cancel", {}, bubbles=False):
            dialogs.close(dialog.object, self._state)

    def _go(self, top: Node, node: Node | None) -> None:
        if node is None:
            self.blur(top)
        else:
            self.focus(node)
            self._state.is_all_selected = node.tag == "input" and is_text(node)

    def _undo(self, node: Node, modifiers: list[str], key: str) -> None:
        """What the page does of the keys that undo; a text field has an undo of its own."""
        if not {"Control", "Meta"} & {*modifiers} or "Alt" in modifiers or is_text(node):
            return
        if key == "z" and "Shift" not in modifiers:
            self._client.undo()
        elif key == "z" or (key == "y" and "Control" in modifiers):
            self._client.redo()

    def _send(self, field: Node) -> None:
        """Enter presses the button that sends the form; a form without one is sent where there is one field in it."""
        form = _form(field)
        if form is None:
            return
        buttons = [each for each in form.walk() if _sends(each)]
        if buttons and not buttons[0].disabled:
            self._click(buttons[0], 0)
        elif not buttons and len([each for each in form.walk() if each.tag == "input" and is_text(each)]) == 1:
            self._submit(field)

    def _submit(self, node: Node) -> None:
        form = _form(node)
        if form is None:
            return
        missing = [] if form.attrs.get("novalidate") else [each for each in form.walk() if _is_missing(each)]
        complained_of = [each for each in missing if not self.dispatch(each, "invalid", {}, bubbles=False)]
        if complained_of:
            self.focus(complained_of[0])
        if not missing:
            with self._client.record():
                entries.tell(form, self._state)
                self.dispatch(form, "submit", {})

    def _reset(self, button: Node) -> None:
        """Who listens is told; what the fields hold stays."""
        form = _form(button)
        if form is not None:
            self.dispatch(form, "reset", {})


def _sends(node: Node) -> bool:
    is_button = node.tag == "button" and node.attrs.get("type", "submit") == "submit"
    return is_button or node.input_type in ("submit", "image")


def _is_missing(node: Node) -> bool:
    """Whether a form cannot be sent before something is given here. (A control says so itself.)"""
    if not (is_element(node.object) and node.is_field and node.attrs.get("required")) or node.disabled or node.attrs.get("readonly"):
        return False
    if node.input_type in ("checkbox", "radio"):
        return not (node.checked or _others(node))
    return not node.value


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

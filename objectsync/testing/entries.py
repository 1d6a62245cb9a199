"""Numbers, days and times that are entered: what stands in the field may be no value of it (js/packages/controls/src/inputs.ts).

Rules: it stays then, is said to be wrong at the field, in the words of an English Chromium, and Python is told (`complaint`); the value
stays as it was. A new value takes its place, whoever sets it. What a page complains of is seen there alone.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..client import ClientObject
from ..controls.base import MESSAGE
from ..controls.numbers import shown_number
from .fields import number_of
from .nodes import Entry, Node, PageState, is_element, read

_NUMBERS = ("objectsync.int", "objectsync.float")
_WRITTEN = (*_NUMBERS, "objectsync.date", "objectsync.time")


def is_entry(node: Node) -> bool:
    """Whether what stands in it may be no value."""
    return node.tag == "input" and node.object.frontend_type in _WRITTEN


def enter(node: Node, text: str, state: PageState) -> None:
    """Let this stand in the field: a value, where it is one."""
    sobject, wrong = node.object, _wrong(node, text)
    if not wrong:
        sobject.attribute("value").set(_value(node, text))
    state.entries[sobject.id] = Entry(text, read(sobject, "value"), wrong)
    _tell(sobject, wrong)


def text_of(node: Node, state: PageState) -> str:
    """What is typed into a field, also where that is no value."""
    entry = state.entries.get(node.object.id) if is_entry(node) else None
    return (node.value or "") if entry is None else entry.text


def tell(form: Node, state: PageState) -> None:
    """Python hears of what this page shows, before a form is sent."""
    for node in form.walk():
        if is_entry(node):
            entry = state.entries.get(node.object.id)
            _tell(node.object, "" if entry is None else entry.wrong)


def show(top: Node, state: PageState) -> None:
    """What was entered stands in its field, and what is wrong with it below."""
    for node in [each for each in top.walk() if is_entry(each)]:
        entry = state.entries.get(node.object.id)
        if entry is not None and entry.value != read(node.object, "value"):
            del state.entries[node.object.id]
        elif entry is not None:
            node.value = "" if _is_no_number(node, entry.text) else entry.text
            complain(node, entry.wrong)
    for node in [each for each in top.walk() if each.input_type == "file" and not is_element(each.object)]:
        complain(node, state.complaints.get(node.object.id, ""))


def complain(field: Node, message: str) -> None:
    """Show what is wrong with a field, in place of what Python says of it."""
    if not message:
        return
    whole = [each for each in (field, *field.ancestors()) if each.object is field.object][-1]
    said = next((each for each in whole.children if each.attrs.get("class") == MESSAGE), None)
    if said is None:
        said = Node(field.object, "small", {"class": MESSAGE}, "", None, False)
        whole.append(said)
    said.own_text = message
    field.attrs = {**field.attrs, "aria-invalid": "true"}


def _tell(sobject: ClientObject, wrong: str) -> None:
    complaint = sobject.attribute("complaint")
    if complaint.value != wrong:
        complaint.set(wrong)


def _value(node: Node, text: str) -> Any:
    if node.object.frontend_type not in _NUMBERS:
        return text
    number = number_of(text)
    return int(number) if number is not None and number.is_integer() else number


def _is_no_number(node: Node, text: str) -> bool:
    return node.object.frontend_type in _NUMBERS and text != "" and number_of(text) is None


def _wrong(node: Node, text: str) -> str:
    """What is wrong with it; "" for nothing."""
    if text == "":
        return ""
    if _is_no_number(node, text):
        return "Please enter a number."
    value, least, most = _value(node, text), read(node.object, "min"), read(node.object, "max")
    if node.object.frontend_type in _NUMBERS:
        if least is not None and value < least:
            return f"Value must be greater than or equal to {shown_number(least)}."
        if most is not None and value > most:
            return f"Value must be less than or equal to {shown_number(most)}."
        is_other = node.object.frontend_type == "objectsync.int" and not isinstance(value, int)
        return "Please enter a whole number." if is_other else ""
    return _wrong_moment(value, least, most)


def _wrong_moment(value: str, least: str, most: str) -> str:
    """Texts of days and times are in the order of what they mean."""
    if least and most and most < least:  # midnight is in between
        return "" if value <= most or least <= value else f"Value must be between {_said(least)} and {_said(most)}."
    if least and value < least:
        return f"Value must be {_said(least)} or later."
    return f"Value must be {_said(most)} or earlier." if most and most < value else ""


def _said(text: str) -> str:
    if "-" in text:
        return dt.date.fromisoformat(text).strftime("%m/%d/%Y")
    time = dt.time.fromisoformat(text)
    seconds = f":{time.second:02}" if time.second else ""
    return f"{time.hour % 12 or 12}:{time.minute:02}{seconds}\u202f{'AM' if time.hour < 12 else 'PM'}"


__all__ = ["complain", "enter", "is_entry", "show", "tell", "text_of"]

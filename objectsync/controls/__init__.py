"""Controls: what interfaces are made of. Buttons, fields, sliders, choices, layout, output.

from objectsync.controls import Button, Column, IntSlider, Label

size = IntSlider("Size", 3, max=10, on_change=lambda n: label.text.set("*" * n))
label = Label("***")
Column(size, label)

They are ordinary SObjects: attributes are topics (`size.value.value` reads, `size.value.set(4)` or `size.value = 4` sets), undo and
transactions work as everywhere, and every page shows the same.
"""

from .base import Control, Field
from .buttons import Button, Checkbox, Switch, ToggleButton
from .choices import MultiSelect, Radio, Select
from .feedback import Label, Progress, Spinner, Toast, track
from .files import Download, Upload, UploadedFile
from .forms import Form
from .html import HTML, Markdown
from .inputs import Color, Combobox, Date, FloatInput, IntInput, Password, Text, TextArea, Time
from .layout import Accordion, Column, Dialog, Grid, Row, Section, Split, Tab, Tabs, Tooltip
from .linking import interact, link
from .media import Audio, Image, Video
from .output import Log, Output
from .sliders import FloatRangeSlider, FloatSlider, IntRangeSlider, IntSlider
from .table import Table
from .timing import Play, Timer

__all__ = [
    "HTML",
    "Accordion",
    "Audio",
    "Button",
    "Checkbox",
    "Color",
    "Column",
    "Combobox",
    "Control",
    "Date",
    "Dialog",
    "Download",
    "Field",
    "FloatInput",
    "FloatRangeSlider",
    "FloatSlider",
    "Form",
    "Grid",
    "Image",
    "IntInput",
    "IntRangeSlider",
    "IntSlider",
    "Label",
    "Log",
    "Markdown",
    "MultiSelect",
    "Output",
    "Password",
    "Play",
    "Progress",
    "Radio",
    "Row",
    "Section",
    "Select",
    "Spinner",
    "Split",
    "Switch",
    "Tab",
    "Table",
    "Tabs",
    "Text",
    "TextArea",
    "Time",
    "Timer",
    "Toast",
    "ToggleButton",
    "Tooltip",
    "Upload",
    "UploadedFile",
    "Video",
    "interact",
    "link",
    "track",
]

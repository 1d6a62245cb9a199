"""The looks of a terminal's texts (terminal.py) in CSS, for pictures, which do not know whether they will stand on white or on black."""

from __future__ import annotations

import colorsys
from typing import Final

_TONES: Final = {
    "black": "#5a606b",
    "grey": "#7a808a",
    "red": "#c62f2f",
    "green": "#2e8540",
    "yellow": "#a87400",
    "blue": "#3b73d1",
    "magenta": "#a64ca6",
    "cyan": "#1f8793",
    "white": "#8f959e",
    "back": "#ffffff",
    "text": "#5a606b",
}
"""Those that can be read on either."""
_NAMED: Final = {
    "bold": ("font-weight", "bold"),
    "dim": ("opacity", "0.7"),
    "italic": ("font-style", "italic"),
    "underline": ("text-decoration", "underline"),
    "struck": ("text-decoration", "line-through"),
}
_BLACK: Final = "#000000"
_WHITE: Final = "#ffffff"


def style_of(look: str) -> str:
    """A look in CSS."""
    words = look.split()
    ground = next((word.removeprefix("on-") for word in words if word.startswith("on-")), "")
    styles: dict[str, str] = {}
    if ground.startswith("#"):
        styles = {"background-color": ground, "color": _WHITE if _is_dark(ground) else _BLACK}
    elif ground in _TONES:
        # What is written in the usual colour has to be readable on it, too.
        styles["background-color"] = _TONES[ground] + ("" if "back" in words else "55")
    for word in words:
        if word in _NAMED:
            name, value = _NAMED[word]
            styles[name] = value
        elif word.startswith("#"):
            styles["color"] = word if ground else _medium(word)
        elif word in _TONES:
            exact = {"black": _BLACK, "white": _WHITE} if ground.startswith("#") else {}
            styles["color"] = exact.get(word, _TONES[word])
    return "; ".join(f"{name}: {value}" for name, value in styles.items())


def _is_dark(colour: str) -> bool:
    red, green, blue = _parts(colour)
    return 0.2 * red + 0.7 * green + 0.1 * blue < 0.5


def _medium(colour: str) -> str:
    """A colour neither so dark nor so bright that it could not be read."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, min(max(lightness, 0.35), 0.5), saturation))


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue

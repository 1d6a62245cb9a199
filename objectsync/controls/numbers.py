"""Numbers as texts: the same in a page (js/packages/controls/src/numbers.ts), in a picture and in a test.

Rules: a whole number stands in full. Another has the twelve digits that mean something, so 0.1 + 0.2 is 0.3. Where an exponent begins is
JavaScript's to say.
"""

from __future__ import annotations

from decimal import Decimal


def number_text(value: float) -> str:
    """A number, as text."""
    if isinstance(value, int):
        return str(value)
    rounded = value if value.is_integer() else float(f"{value:.12g}")
    if rounded and not 1e-6 <= abs(rounded) < 1e21:
        return repr(rounded).replace("e-0", "e-")
    text = f"{Decimal(repr(rounded)):f}"
    return text.removesuffix(".0") if rounded else "0"


__all__ = ["number_text"]

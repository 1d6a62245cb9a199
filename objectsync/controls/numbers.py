"""Numbers as a page shows them.

Rules: the text is what js/packages/controls/src/numbers.ts makes of the same number, digit by digit (tests/vectors/numbers.json).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

_DIGITS = 12


def shown_number(value: float) -> str:
    """A finite number as a text: a whole one in full, another with at most 12 significant digits, or those before its point.

    So 0.1 + 0.2 is "0.3"; there is an exponent from 1e21 on, and below 1e-6.
    """
    if isinstance(value, int):
        return str(value)
    if not value.is_integer():
        digits = max(_DIGITS, len(str(int(abs(value)))))
        value = float(Context(digits, ROUND_HALF_UP).create_decimal_from_float(value))
    if value == 0 or 1e-6 <= abs(value) < 1e21:
        return f"{Decimal(repr(value + 0.0)):f}".removesuffix(".0")  # + 0.0: zero has no sign
    return repr(value).replace("e-0", "e-")


__all__ = ["shown_number"]

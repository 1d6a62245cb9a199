"""What a server is told at its construction, checked before anything listens: each mistake is refused with what to say instead."""

from __future__ import annotations

from .errors import describe


def check_token(token: str | None) -> None:
    """Refuse an access token that would keep nobody out, such as that of an environment variable that is not set.

    Raises:
        ValueError: it is empty.
        TypeError: it is no str.
    """
    if token is not None and not isinstance(token, str):
        raise TypeError(f"expected a token (str), or None for none, got {describe(token)}")
    if token == "":
        raise ValueError("an empty token keeps nobody out: give a secret, token=secrets.token_urlsafe(), or token=None for no token")

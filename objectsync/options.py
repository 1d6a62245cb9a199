"""What a server is told at its construction, checked before anything listens: each mistake is refused with what to say instead."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import describe
from .policy import Policy


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


def check_port(port: int) -> None:
    """Refuse what is no port.

    Raises:
        ValueError: it is out of range.
        TypeError: it is no int.
    """
    if not isinstance(port, int):
        raise TypeError(f"expected a port (int), got {describe(port)}")
    if not 0 <= port <= 65535:
        raise ValueError(f"expected a port from 1 to 65535, or 0 for a free one, got {port}")


def check_policy(policy: Policy | None) -> None:
    """Refuse a policy that nobody could ask anything, such as the class in place of an object.

    Raises:
        TypeError: it is no `Policy`.
    """
    if isinstance(policy, type):
        raise TypeError(f"expected a policy, got the class {policy.__name__}: make one of it, policy={policy.__name__}()")
    if policy is not None and not isinstance(policy, Policy):
        raise TypeError(f"expected a policy, an object of a class below objectsync.Policy, got {describe(policy)}")


def check_names(option: str, names: Iterable[str]) -> None:
    """Refuse a single text where several are wanted: it would be taken letter by letter.

    Raises:
        TypeError: it is one.
    """
    if isinstance(names, str):
        raise TypeError(f"expected a list of texts, got one: {option}=[{names!r}]")

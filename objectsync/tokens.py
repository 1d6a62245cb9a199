"""Resume tokens: how a client that comes back proves that a session is its own.

Rules: a session has one secret for life, and never tells it. The token of its nth connection follows from that secret and n, and names n.
So the server recognises each token that it has made, also one that it does not remember to have made: a server put back to an older state
knows its clients by tokens that are newer than itself. The newest token that a client has shown to have makes all before it worthless.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

_TOKEN: Final = re.compile(r"([1-9][0-9]{0,15})\.[0-9a-f]{32}")


class ResumeTokens:
    """Those of one session."""

    __slots__ = ("_key", "_session", "newest", "number", "oldest")

    def __init__(self, session: str, secret: str) -> None:
        self._session = session
        self._key = secret.encode()[:64]
        self.newest = ""
        """The one that was made last."""
        self.number = 0
        """And its number."""
        self.oldest = 1
        """The number of the oldest one that is still good."""

    def renew(self, number: int) -> None:
        """Make the token of the connection with this number."""
        self.number, self.newest = number, self._make(number)

    def number_of(self, token: str) -> int | None:
        """For which connection a token was made; None where it was not made here, or is good no more."""
        if self.number and token.isascii() and compare_digest(token, self.newest):
            return self.number
        match = _TOKEN.fullmatch(token)
        if match is None:
            return None
        number = int(match[1])
        return number if number >= self.oldest and compare_digest(token, self._make(number)) else None

    def _make(self, number: int) -> str:
        # (BLAKE2 with a key is what an HMAC is, in a third of the time: five hundred come back at once.)
        return f"{number}.{blake2b(f'{self._session}.{number}'.encode(), key=self._key, digest_size=16).hexdigest()}"


__all__ = ["ResumeTokens"]

"""The gate: the ONE place that decides whether an HTTP request may come in, page and WebSocket alike (docs/security.md).

Rules: Host and Origin are compared as whole strings or parsed parts, never by prefix. A request without Origin is no browser's. A
loopback server takes loopback names only; one on a network takes IP addresses, its own name, and what was allowed, and asks for a token.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote, unquote, urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str) -> bool:
    """Whether a host to listen on is reachable from this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may come in. `status` and `reason` say why not; `authorized` that it carried the token; `cookie`
    is what to set where the token was in the URL, so that it need not stay there; `response` are headers for a handshake's answer."""

    status: int = 200
    reason: str = ""
    authorized: bool = False
    cookie: str = ""
    response: tuple[tuple[str, str], ...] = ()


class Gate:
    """What a server lets in."""

    def __init__(self, host: str, token: str | None, allow_origins: Iterable[str], allow_hosts: Iterable[str]) -> None:
        self._loopback = is_loopback(host)
        self._token = token
        self._origins = frozenset(origin.rstrip("/").lower() for origin in allow_origins)
        self._hosts = frozenset(name.lower() for name in allow_hosts)
        self._own_names = frozenset({host.lower(), socket.gethostname().lower()})

    def check(self, path: str, headers: Mapping[str, str]) -> Verdict:
        """Judge a request by its path and headers."""
        host = headers.get("Host", "")
        if not self._host_allowed(host):
            return Verdict(421, f"this server does not go by the name {host!r}; add allow_hosts=[{host!r}] if it should")
        origin = headers.get("Origin")
        if origin is not None and not self._origin_allowed(origin, host):
            return Verdict(403, f"OriginRejected: a page of {origin} may not connect. Add allow_origins=[{origin!r}] to allow it")
        if self._token is None:
            return Verdict(authorized=True)
        name = _cookie_name(host)
        offered = parse_qs(urlsplit(path).query).get("token", [""])[0]
        if self._matches(offered):
            return Verdict(authorized=True, cookie=f"{name}={quote(offered, safe='')}; HttpOnly; SameSite=Strict; Path=/")
        return Verdict(authorized=self._matches(_cookie(headers, name)))

    def _matches(self, offered: str) -> bool:
        return offered != "" and self._token is not None and hmac.compare_digest(self._token.encode(), offered.encode())

    def _host_allowed(self, header: str) -> bool:
        if header.lower() in self._hosts:
            return True
        try:
            name = (urlsplit(f"//{header}").hostname or "").lower()
        except ValueError:
            return False
        if name in self._hosts:
            return True
        if self._loopback:
            return name in LOOPBACK_NAMES
        # DNS rebinding needs a name; an address cannot be rebound.
        return name in LOOPBACK_NAMES or name in self._own_names or _is_address(name)

    def _origin_allowed(self, origin: str, host: str) -> bool:
        origin = origin.lower()
        if origin in self._origins or origin in (f"http://{host.lower()}", f"https://{host.lower()}"):
            return True
        if not self._loopback:
            return False
        try:
            parts = urlsplit(origin)
            return parts.scheme in ("http", "https") and (parts.hostname or "") in LOOPBACK_NAMES
        except ValueError:
            return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _cookie_name(host: str) -> str:
    """Browsers share cookies among all ports of a host, so the name has the port."""
    port = host.rpartition(":")[2]
    return f"objectsync_token_{port}" if port.isdecimal() else "objectsync_token"


def _cookie(headers: Mapping[str, str], name: str) -> str:
    try:
        morsel = SimpleCookie(headers.get("Cookie", "")).get(name)
    except CookieError:
        return ""
    return unquote(morsel.value) if morsel else ""

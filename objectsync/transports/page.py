"""What the server answers to plain HTTP: the page with its assets, health, and the user's own frontends. GET and HEAD only.

Files are read into memory when they are first asked for; a user's frontend is read again when it has changed. Nothing outside the
two folders can be named: a path is looked up in a list of the folder's files, never joined to it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
}

SECURITY_HEADERS = (
    (
        "Content-Security-Policy",
        (
            "default-src 'none'; script-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        ),
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)

NOT_BUILT = """<!doctype html><html lang="en"><title>objectsync</title>
<body style="font: 1rem/1.5 system-ui; margin: 3em auto; max-width: 40em">
<h1>The page has not been built</h1><p>This checkout of objectsync has no page assets yet. In its folder, run
<code>make js</code> (it needs Node 20), and reload.</p>"""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served."""

    content_type: str
    body: bytes
    compressed: bytes
    etag: str

    @staticmethod
    def of(name: str, body: bytes) -> Asset:
        """A file's contents, ready to serve."""
        content_type = CONTENT_TYPES.get(Path(name).suffix, "application/octet-stream")
        return Asset(content_type, body, gzip.compress(body, mtime=0), f'"{hashlib.sha256(body).hexdigest()[:16]}"')


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Page:
    """The answers of one server."""

    def __init__(self, title: str, frontends: Path | None) -> None:
        self._title = title
        self._frontends = frontends
        self._assets: dict[str, Asset] = {}

    def answer(self, method: str, path: str, accept_encoding: str, if_none_match: str) -> Answer:
        """Answer a request for a path (without its query)."""
        if method not in ("GET", "HEAD"):
            return _text(405, "method not allowed", (("Allow", "GET, HEAD"),))
        if path in ("/healthz", "/readyz"):
            return _text(200, "ok")
        if path == "/frontends.json":
            body = json.dumps(self._frontend_urls()).encode()
            return self._send(Asset.of("frontends.json", body), accept_encoding, if_none_match)
        asset = self._asset("index.html" if path == "/" else path[1:])
        return _text(404, "not found") if asset is None else self._send(asset, accept_encoding, if_none_match)

    def _asset(self, name: str) -> Asset | None:
        if name.startswith("frontends/"):
            file = self._frontend_files().get(name.removeprefix("frontends/"))
            return None if file is None else Asset.of(name, file.read_bytes())
        asset = self._assets.get(name)
        if asset is None:
            files = {file.name: file for file in STATIC.iterdir() if file.is_file()} if STATIC.is_dir() else {}
            if name == "index.html":
                text = files[name].read_text() if name in files else NOT_BUILT
                asset = Asset.of(name, text.replace("<title>objectsync</title>", f"<title>{_escape(self._title)}</title>").encode())
            elif name in files:
                asset = Asset.of(name, files[name].read_bytes())
            else:
                return None
            self._assets[name] = asset
        return asset

    def _frontend_files(self) -> dict[str, Path]:
        if self._frontends is None:
            return {}
        return {file.name: file for file in sorted(self._frontends.iterdir()) if file.is_file() and file.suffix in (".js", ".css", ".map")}

    def _frontend_urls(self) -> list[str]:
        return [
            f"frontends/{name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
            for name, file in self._frontend_files().items()
            if file.suffix == ".js"
        ]

    def _send(self, asset: Asset, accept_encoding: str, if_none_match: str) -> Answer:
        headers = (
            ("Content-Type", asset.content_type),
            ("ETag", asset.etag),
            ("Cache-Control", "no-cache"),
            ("Vary", "Accept-Encoding"),
            *SECURITY_HEADERS,
        )
        if if_none_match == asset.etag:
            return Answer(304, headers, b"")
        if "gzip" in accept_encoding and len(asset.compressed) < len(asset.body):
            return Answer(200, (*headers, ("Content-Encoding", "gzip")), asset.compressed)
        return Answer(200, headers, asset.body)


def _text(status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"), *headers, *SECURITY_HEADERS), f"{text}\n".encode())


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

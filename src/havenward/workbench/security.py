"""Who may ask the workbench for what: our hosts, our own pages, people with the token, and small bodies only.

1. The Host header names us, or the request is refused: a foreign name that leads here is an attack.
2. Beyond the own machine nobody is served without a session, and a session begins with the token.
3. What changes something (POST) comes from a page of ours: same origin, and the secret of the session in a
   field of the form or in the header `x-havenward-token`.
4. Nothing is loaded from elsewhere, no script or style stands in a page, and no page is framed by others.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_COOKIE = "havenward-session"
TOKEN_HEADER = "x-havenward-token"  # noqa: S105 - the name of a header
TOKEN_FIELD = "token"  # noqa: S105 - the name of a field
OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
MAX_FORM_BYTES = 1_000_000
MAX_UPLOAD_BYTES = 25_000_000
UPLOAD_ENDS = ("/upload", "/import")  # paths that take files
OPEN_PATHS = ("/login", "/static/")
SESSION_BYTES = 16
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# a product that was published is shown in a frame of ours: it may style itself, and do nothing else
PRODUCT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Keys:
    """The secrets of one server: what sessions are signed with, and the token that begins one.

    Parameters
    ----------
    token
        What people who come from elsewhere must know; empty where only this machine is served.
    """

    def __init__(self, token: str = "") -> None:
        self.token = token
        self._secret = secrets.token_bytes(32)

    def new_session(self) -> str:
        """Make a session that only this server could have made."""
        name = secrets.token_hex(SESSION_BYTES)
        return f"{name}.{self._sign('session', name)}"

    def is_session(self, session: str) -> bool:
        """Tell whether this server made a session."""
        name, _, signature = session.partition(".")
        return hmac.compare_digest(signature.encode(), self._sign("session", name).encode())

    def form_token(self, session: str) -> str:
        """Give the secret that forms of a session carry."""
        return self._sign("form", session)

    def is_form_token(self, session: str, given: str) -> bool:
        """Tell whether a form comes from a page of the session."""
        return hmac.compare_digest(given.encode(), self.form_token(session).encode())

    def is_token(self, given: str) -> bool:
        """Tell whether somebody knows the token."""
        return bool(self.token) and hmac.compare_digest(given.encode(), self.token.encode())

    def _sign(self, use: str, text: str) -> str:
        return hmac.new(self._secret, f"{use}:{text}".encode(), hashlib.sha256).hexdigest()


class Guard:
    """The application behind its door."""

    def __init__(self, app: ASGIApp, *, keys: Keys, hosts: Iterable[str], port: int) -> None:
        self.app = app
        self.keys = keys
        self.hosts = {name for host in hosts for name in (host.casefold(), f"{host.casefold()}:{port}")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refuse(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send, ""))
            return
        session = self._session(headers)
        fresh = ""
        if not session:
            if self.keys.token and not scope["path"].startswith(OPEN_PATHS):
                answer = RedirectResponse("/login", status_code=303)
                await answer(scope, receive, _with_headers(send, ""))
                return
            session = fresh = self.keys.new_session()
        if self.keys.token and fresh:
            fresh = ""  # beyond this machine a session begins with the token, on the page of the login
        scope["havenward.session"] = session
        limit = MAX_UPLOAD_BYTES if scope["path"].endswith(UPLOAD_ENDS) else MAX_FORM_BYTES
        await self.app(scope, _limited(receive, limit), _with_headers(send, fresh))

    def _session(self, headers: Headers) -> str:
        cookie: SimpleCookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is no session of ours
            return ""
        given = cookie[SESSION_COOKIE].value if SESSION_COOKIE in cookie else ""
        return given if self.keys.is_session(given) else ""

    def _refuse(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        if headers.get("host", "").casefold() not in self.hosts:
            return PlainTextResponse("This server does not go by that name.", status_code=400)
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return PlainTextResponse("Only GET and POST are understood here.", status_code=405)
        if not _same_origin(headers):
            return PlainTextResponse("This came from a page of somebody else.", status_code=403)
        limit = MAX_UPLOAD_BYTES if scope["path"].endswith(UPLOAD_ENDS) else MAX_FORM_BYTES
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            return PlainTextResponse(f"More than {limit:,} bytes are not taken.", status_code=413)
        return None


def _same_origin(headers: Headers) -> bool:
    """Tell whether a request was made by a page of ours, or by a program that is no browser at all."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True  # no browser leaves both out where a page of somebody else posts; the token is asked too
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.casefold() == headers["host"].casefold()


def session_cookie(session: str) -> str:
    """Write the cookie of a session: no script can read it, and no other page sends it along."""
    return f"{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict"


def _with_headers(send: Send, fresh_session: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("content-security-policy", POLICY)
            headers.setdefault("cache-control", "no-store")
            if fresh_session:
                headers.append("set-cookie", session_cookie(fresh_session))
        await send(message)

    return send_with_headers


class TooLargeError(Exception):
    """A body went on after the limit."""


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def receive_limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLargeError
        return message

    return receive_limited

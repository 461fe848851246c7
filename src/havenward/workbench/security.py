"""Who may ask the workbench for what: our hosts, our own pages, people with the token, and small bodies only.

1. The Host header names us, or the request is refused: a foreign name that leads here is an attack.
2. Beyond the own machine nobody is served without a session, and a session begins with the token.
3. What changes something (POST) comes from a page of ours: same origin, and the secret of the session in a
   field of the form or in the header `x-havenward-token`.
4. Nothing is loaded from elsewhere, no script or style stands in a page, and no page is framed by others.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SESSION_COOKIE = "havenward-session"
TOKEN_HEADER = "x-havenward-token"  # noqa: S105 - the name of a header
TOKEN_FIELD = "token"  # noqa: S105 - the name of a field
OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]")
MAX_FORM_BYTES = 1_000_000
MAX_UPLOAD_BYTES = 25_000_000
UPLOAD_ENDS = ("/upload", "/import")  # paths that take files
LOGIN, STATIC = "/login", "/static/"
SESSION_BYTES = 16
SLOW_S, MAX_WAITING = 0.5, 20  # a wrong token costs so long, one after another, and so many may wait
_PATH = re.compile(r"/(?![/\\])[!-~]*")
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
    # not `no-referrer`: with it browsers send `Origin: null` from our own forms, as from a hostile frame
    "referrer-policy": "same-origin",
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
        # Made from the token, so that forms that are open outlive a server that is started again, and a new
        # token ends every session. Without one anybody on this machine gets a session for the asking: what
        # counts is that a page of somebody else can neither read it nor send it, not who signed it.
        salt = b"havenward session"
        self._secret = hashlib.scrypt(token.encode(), salt=salt, n=2**14, r=8, p=1) if token else salt
        self._door = asyncio.Lock()
        self._waiting = 0

    def new_session(self) -> str:
        """Make a session that only this server could have made."""
        name = secrets.token_hex(SESSION_BYTES)
        return f"{name}.{self._sign('session', name)}"

    def is_session(self, session: str) -> bool:
        """Tell whether this server made a session."""
        name, _, signature = session.partition(".")
        return hmac.compare_digest(_bytes(signature), self._sign("session", name).encode())

    def form_token(self, session: str) -> str:
        """Give the secret that forms of a session carry."""
        return self._sign("form", session)

    def is_form_token(self, session: str, given: str) -> bool:
        """Tell whether a form comes from a page of the session."""
        return bool(session) and hmac.compare_digest(_bytes(given), self.form_token(session).encode())

    def is_token(self, given: str) -> bool:
        """Tell whether somebody knows the token."""
        return bool(self.token) and hmac.compare_digest(_bytes(given), self.token.encode())

    async def try_token(self, given: str) -> bool | None:
        """Try a token, slowly: guesses stand in one line. None where the line is too long."""
        if self._waiting >= MAX_WAITING:
            return None
        self._waiting += 1
        try:
            async with self._door:
                if self.is_token(given):
                    return True
                await asyncio.sleep(SLOW_S)
                return False
        finally:
            self._waiting -= 1

    def _sign(self, use: str, text: str) -> str:
        return hmac.new(self._secret, f"{use}:{text}".encode(), hashlib.sha256).hexdigest()


def _bytes(given: str) -> bytes:
    return given.encode("utf-8", "surrogatepass")


class Guard:
    """The application behind its door.

    Parameters
    ----------
    tell
        Makes the page that says what is wrong with a request, of a status.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Keys,
        hosts: Iterable[str],
        port: int,
        tell: Callable[[Request, int], Response],
    ) -> None:
        self.app = app
        self.keys = keys
        self.hosts = {name for host in hosts for name in (host.casefold(), f"{host.casefold()}:{port}")}
        self.tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there is nothing of another kind here
        headers = Headers(scope=scope)
        if len(headers.getlist("host")) != 1 or headers["host"].casefold() not in self.hosts:
            # a bare line: who asks under a foreign name gets no page and no session
            answer = PlainTextResponse(
                "This server does not go by that name. Open it at the address that it printed when it was "
                "started, or start it with --name and the name that you used.",
                status_code=400,
            )
            await answer(scope, receive, _with_headers(send, scope["path"], ""))
            return
        session = self._session(headers)
        # beyond this machine a session begins with the token, on the page of the login
        fresh = "" if session or self.keys.token else self.keys.new_session()
        scope["havenward.session"] = session or fresh
        send = _with_headers(send, scope["path"], fresh)
        refusal = self._refuse(scope, headers) or self._ask_for_token(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self.app(scope, _limited(receive, _limit_of(scope)), send)

    def _ask_for_token(self, scope: Scope, headers: Headers) -> Response | None:
        path = scope["path"]
        if not self.keys.token or scope["havenward.session"] or path == LOGIN or path.startswith(STATIC):
            return None
        script = any(kind in headers.get("accept", "") for kind in ("application/json", "text/event-stream"))
        if script or scope["method"] == "POST":
            return self.tell(Request(scope), 401)  # a script, or a form whose words must not be lost
        query = scope["query_string"].decode("latin-1")
        wanted = quote(path, safe="/") + (f"?{query}" if query else "")
        target = f"{LOGIN}?next={quote(wanted, safe='')}" if path != "/" else LOGIN
        return RedirectResponse(target, status_code=303)

    def _session(self, headers: Headers) -> str:
        cookie: SimpleCookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is no session of ours
            return ""
        given = cookie[SESSION_COOKIE].value if SESSION_COOKIE in cookie else ""
        return given if self.keys.is_session(given) else ""

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        if scope["method"] in ("GET", "HEAD"):
            return None
        if scope["method"] != "POST":
            return self.tell(Request(scope), 405)
        if not _same_origin(headers):
            return self.tell(Request(scope), 403)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return self.tell(Request(scope), 400)
        if int(length[:12]) > _limit_of(scope):
            return self.tell(Request(scope), 413)
        return None


def _limit_of(scope: Scope) -> int:
    return MAX_UPLOAD_BYTES if scope["path"].endswith(UPLOAD_ENDS) else MAX_FORM_BYTES


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


def own_path(text: str) -> str:
    """Give a path of ours that a login may go on to; the first page where it is none, or leads elsewhere."""
    return text if _PATH.fullmatch(text) and not text.startswith(LOGIN) else "/"


def session_cookie(session: str) -> str:
    """Write the cookie of a session: no script can read it, and no other page sends it along."""
    return f"{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict"


def add_headers(headers: MutableHeaders, path: str) -> None:
    """Say what a browser may do with an answer, where the answer does not say it itself."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("content-security-policy", POLICY)
    # what lies in `static` is asked for each time and sent only when it has changed; pages are never kept
    headers.setdefault("cache-control", "no-cache" if path.startswith(STATIC) else "no-store")


def _with_headers(send: Send, path: str, fresh_session: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            add_headers(headers, path)
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

"""How data are fetched from an online service: politely, within bounds, and never telling a token.

A user's token stands in the environment. It is added to a request on its way out, behind everything that
logs or reports, so that no message, log line or file can hold it. Nothing here was tried against the live
services: the tests answer in the shape of their published schemas.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping  # noqa: TC003 - dataclasses are read at run time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from havenward.errors import CaseError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

TRIES = 4  # one request and three more
FIRST_WAIT_S = 1.0  # doubled after each failure
LONGEST_WAIT_S = 120.0  # a service that asks for more is asked again by a person, later
LONGEST_REDIRECTS = 3
TIMEOUT_S = 60.0
MAX_BYTES = 200_000_000  # of one answer, unpacked
MAX_PAGES = 500
AGENT = "havenward (displacement planning; https only)"


@dataclass(frozen=True)
class Service:
    """An online source.

    Parameters
    ----------
    name
        As people call it.
    base
        Address that every request begins with; https.
    variable
        Environment variable of the user's token; empty where none is needed.
    place, key
        Where the token goes: `header` or `query`, under which name. `bearer` is a header of its own form.
    page
        Where a person downloads the same data as a file.
    register
        Where a person gets a token.
    pause_s
        Seconds between two requests.
    """

    name: str
    base: str
    variable: str
    place: str
    key: str
    page: str
    register: str
    pause_s: float = 0.5

    @property
    def host(self) -> str:
        """Give the host that alone is asked."""
        return self.base.split("/")[2]


# addresses and tokens as their publishers documented them in 2025 and 2026
SERVICES: Mapping[str, Service] = {
    "acled": Service(
        "ACLED",
        "https://acleddata.com/api/acled/",
        "ACLED_TOKEN",
        "bearer",
        "Authorization",
        "https://acleddata.com/conflict-data/data-export-tool",
        "https://acleddata.com/api-documentation/getting-started",
        1.0,
    ),
    "dtm": Service(
        "IOM DTM",
        "https://dtmapi.iom.int/v3/displacement/",
        "DTMAPI_SUBSCRIPTION_KEY",
        "header",
        "Ocp-Apim-Subscription-Key",
        "https://data.humdata.org/organization/international-organization-for-migration",
        "https://dtm-apim-portal.iom.int",
    ),
    "unhcr": Service(
        "UNHCR Refugee Data Finder",
        "https://api.unhcr.org/population/v1/",
        "",
        "",
        "",
        "https://www.unhcr.org/refugee-statistics/download",
        "",
    ),
    "unhcr-portal": Service(
        "UNHCR operational data portal",
        "https://data.unhcr.org/population/get/",
        "",
        "",
        "",
        "https://data.unhcr.org",
        "",
    ),
    "hapi": Service(
        "HDX HAPI",
        "https://hapi.humdata.org/api/v2/",
        "HAPI_APP_IDENTIFIER",
        "header",
        "X-HDX-HAPI-APP-IDENTIFIER",
        "https://data.humdata.org/hapi",
        "https://hapi.humdata.org/docs",
    ),
    "idmc": Service(
        "IDMC IDU",
        "https://helix-tools-api.idmcdb.org/external-api/",
        "IDMC_CLIENT_ID",
        "query",
        "client_id",
        "https://www.internal-displacement.org/database/displacement-data",
        "https://www.internal-displacement.org/contact-us",
    ),
}


@dataclass
class Online:
    """Asks services; one object per import, as it remembers when each service was asked last.

    Parameters
    ----------
    environment
        Where tokens stand.
    transport
        Carries requests; None for the network. Tests give one that answers by itself.
    sleep, clock
        Wait for seconds, and tell seconds.
    max_bytes, max_pages
        Bounds of one answer and of one question.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    transport: httpx.BaseTransport | None = None
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    max_bytes: int = MAX_BYTES
    max_pages: int = MAX_PAGES
    _asked: dict[str, float] = field(default_factory=dict, init=False, repr=False)

    def get_json(self, service: str, path: str, params: Mapping[str, str | int]) -> Any:  # noqa: ANN401 - any JSON
        """Ask one question and read the answer as JSON.

        Parameters
        ----------
        service
            Key of `SERVICES`.
        path
            What follows the service's address.
        params
            Of the question, without the token.

        Raises
        ------
        CaseError
            There is no token, no connection, no permission, or no data in the answer; the message says how
            to go on by hand.
        """
        about = SERVICES[service]
        token = self._token(about)
        with self._client(about, token) as client:
            body = self._ask(client, about, path, params)
        return _read_json(about, body)

    def get_pages(
        self,
        service: str,
        path: str,
        params: Mapping[str, str | int],
        turn: Callable[[int], Mapping[str, str | int]],
        rows_of: Callable[[Any], list[Any]],
        page_rows: int,
    ) -> Iterator[list[Any]]:
        """Ask page after page until one holds fewer rows than a full one.

        Parameters
        ----------
        service, path, params
            See `get_json`.
        turn
            Gives what asks for a page, counted from 0.
        rows_of
            Finds the rows of an answer.
        page_rows
            Rows of a full page.

        Raises
        ------
        CaseError
            As `get_json`; or there are more pages than `max_pages`, or a page repeats the one before it.
        """
        about = SERVICES[service]
        before: list[Any] = []
        for number in range(self.max_pages):
            rows = rows_of(self.get_json(service, path, {**params, **turn(number)}))
            if number and rows and rows == before:
                raise CaseError(_same_page(about, number))
            yield rows
            if len(rows) < page_rows:
                return
            before = rows
        raise CaseError(
            Problem(
                about.host,
                f"there are more than {self.max_pages} pages",
                "expected the data of one crisis",
                "ask for a shorter time or a smaller area in the settings",
                "online-too-many-pages",
            )
        )

    # -- one request ---------------------------------------------------------------------------------------

    def _token(self, about: Service) -> str:
        token = self.environment.get(about.variable, "").strip() if about.variable else ""
        if about.variable and not token:
            raise CaseError(
                Problem(
                    about.host,
                    f"the environment has no {about.variable}",
                    f"expected your own token of {about.name}",
                    f"get one at {about.register} and set {about.variable}; or {_by_hand(about)}",
                    "online-token-missing",
                )
            )
        return token

    def _client(self, about: Service, token: str) -> httpx.Client:
        import httpx

        inner = self.transport or httpx.HTTPTransport()
        signed = _signing(inner, about, token, keep=self.transport is not None)
        # what the environment says of proxies and passwords does not enter
        return httpx.Client(
            transport=signed,
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": AGENT, "Accept": "application/json"},
        )

    def _ask(self, client: httpx.Client, about: Service, path: str, params: Mapping[str, str | int]) -> bytes:
        """Ask until an answer comes; wait longer after each failure."""
        import httpx

        wait, trouble = FIRST_WAIT_S, ""
        for number in range(TRIES):
            self._keep_pace(about)
            try:
                status, headers, body = self._fetch(client, about, about.base + path, params)
            except httpx.TransportError as error:
                trouble = type(error).__name__
                status, headers = 0, httpx.Headers()
            else:
                if status == 200:
                    return body
                if status != 429 and status < 500:
                    raise CaseError(_refused(about, status))
                trouble = f"status {status}"
            if number + 1 < TRIES:
                asked = _retry_after(headers.get("retry-after", ""))
                if asked > LONGEST_WAIT_S:
                    raise CaseError(_busy(about, f"it asks to wait {asked:,.0f} seconds"))
                self.sleep(max(wait, asked))
                wait *= 2
        raise CaseError(_unreachable(about, trouble) if not status else _busy(about, trouble))

    def _keep_pace(self, about: Service) -> None:
        now = self.clock()
        rest = self._asked.get(about.host, now - about.pause_s) + about.pause_s - now
        if rest > 0:
            self.sleep(rest)
        self._asked[about.host] = self.clock()

    def _fetch(
        self, client: httpx.Client, about: Service, url: str, params: Mapping[str, str | int]
    ) -> tuple[int, httpx.Headers, bytes]:
        """Fetch one answer, following redirections within the same host only."""
        import httpx

        address = httpx.URL(url, params={name: str(value) for name, value in params.items()})
        for _ in range(LONGEST_REDIRECTS + 1):
            with client.stream("GET", address) as response:
                if response.has_redirect_location:
                    address = address.join(response.headers["location"])
                    if address.scheme != "https" or address.host != about.host:
                        raise CaseError(_elsewhere(about, address.host))
                    continue
                body = self._read(response, about)
                return response.status_code, response.headers, body
        raise CaseError(_elsewhere(about, about.host))

    def _read(self, response: httpx.Response, about: Service) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self.max_bytes:
                raise CaseError(
                    Problem(
                        about.host,
                        f"the answer has more than {self.max_bytes:,} bytes",
                        "expected the data of one crisis",
                        "ask for a shorter time or a smaller area in the settings",
                        "online-too-large",
                    )
                )
            parts.append(part)
        return b"".join(parts)


def _signing(inner: httpx.BaseTransport, about: Service, token: str, *, keep: bool) -> httpx.BaseTransport:
    """Wrap a transport so that the token joins a request where nothing logs it any more."""
    import httpx

    class Signing(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if not token:
                return inner.handle_request(request)
            url, headers = request.url, httpx.Headers(request.headers)
            if about.place == "query":
                url = url.copy_set_param(about.key, token)
            else:
                headers[about.key] = f"Bearer {token}" if about.place == "bearer" else token
            return inner.handle_request(
                httpx.Request(request.method, url, headers=headers, extensions=request.extensions)
            )

        def close(self) -> None:
            # a transport that was given is its owner's to close
            if not keep:
                inner.close()

    return Signing()


def _retry_after(text: str) -> float:
    """Read seconds, or a date, from the header `Retry-After`; 0 where it says neither."""
    if text.strip().isdecimal():
        return float(text[:20])
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0.0


def _read_json(about: Service, body: bytes) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        start = body[:200].lstrip().lower()
        what = (
            "a web page" if start.startswith((b"<!doctype", b"<html")) else "something that is no whole JSON"
        )
        raise CaseError(
            Problem(
                about.host,
                f"the answer is {what}",
                "expected data as JSON",
                f"try again later; or {_by_hand(about)}",
                "online-no-data",
            )
        ) from None


# -- what went wrong, in words that hold no address with a token -------------------------------------------


def _by_hand(about: Service) -> str:
    return f"download the file by hand from {about.page} and import that"


def _unreachable(about: Service, trouble: str) -> Problem:
    return Problem(
        about.host,
        f"{about.name} could not be reached ({trouble})",
        "expected a connection to the internet",
        f"go online and try again; or {_by_hand(about)}",
        "online-unreachable",
    )


def _busy(about: Service, trouble: str) -> Problem:
    return Problem(
        about.host,
        f"{about.name} does not answer now ({trouble})",
        f"expected an answer within {TRIES} tries",
        f"try again later; or {_by_hand(about)}",
        "online-busy",
    )


def _refused(about: Service, status: int) -> Problem:
    if status in (401, 403):
        how = (
            f"renew {about.variable} at {about.register}"
            if about.variable
            else "check that your network lets it through"
        )
        return Problem(
            about.host,
            f"{about.name} refuses the request (status {status})",
            "expected a token that is valid and may read these data",
            f"{how}; or {_by_hand(about)}",
            "online-refused",
        )
    return Problem(
        about.host,
        f"{about.name} does not understand the request (status {status})",
        "expected the address and parameters of its published interface, which may have changed",
        f"check the settings; or {_by_hand(about)}",
        "online-not-understood",
    )


def _elsewhere(about: Service, host: str) -> Problem:
    return Problem(
        about.host,
        f"the answer leads to {host}",
        f"expected data from {about.host} over https",
        f"the service may have moved, or your network asks you to sign in; {_by_hand(about)}",
        "online-redirected",
    )


def _same_page(about: Service, number: int) -> Problem:
    return Problem(
        about.host,
        f"page {number + 1} is the same as the one before it",
        "expected further rows",
        f"the interface may have changed; {_by_hand(about)}",
        "online-page-repeated",
    )

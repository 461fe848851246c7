"""Asking services: politely, within bounds, never telling a token; and what each failure is answered with.

Answers are constructed in the shape of the published interfaces; no service was asked.
"""

import json
import logging
import os
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from havenward.case.importers.online import SERVICES, TRIES, Online
from havenward.case.importers.registry import IMPORTERS
from havenward.doctor import _examine_services
from havenward.errors import HavenwardError
from source_worlds import (
    EVENTS,
    FIGURES,
    HAPI_IDPS,
    NORLAND,
    PAGE,
    REGISTERED,
    UPDATES,
    bring,
)

SECRET = "s3cret-Token_value"  # noqa: S105 - made up
TOKENS = {service.variable: SECRET for service in SERVICES.values() if service.variable}
PARAMS = {"country": "Norland"}


class Clock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds


def online(answer, environment=TOKENS, **bounds):
    """Make a connection that a function answers, and the list of requests that reached it."""
    asked = []

    def handle(request):
        asked.append(request)
        return answer(request, len(asked))

    clock = Clock()
    connection = Online(
        environment, httpx.MockTransport(handle), sleep=clock.sleep, clock=lambda: clock.now, **bounds
    )
    return connection, asked, clock


def rows(*many, status=200, **headers):
    return lambda _request, _number: httpx.Response(status, json={"data": list(many)}, headers=headers)


def failure(call):
    with pytest.raises(HavenwardError) as caught:
        call()
    return str(caught.value)


# -- tokens ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", [name for name, one in SERVICES.items() if one.variable])
def test_a_token_reaches_its_service_and_nothing_else(service, caplog):
    caplog.set_level(logging.DEBUG)
    connection, asked, _ = online(rows({"a": 1}))
    connection.get_json(service, "read", PARAMS)
    about, request = SERVICES[service], asked[0]
    if about.place == "query":
        assert request.url.params[about.key] == SECRET
    else:
        assert request.headers[about.key] == (f"Bearer {SECRET}" if about.place == "bearer" else SECRET)
        assert SECRET not in str(request.url)
    assert request.url.scheme == "https"
    assert request.url.params["country"] == "Norland"
    assert caplog.records  # something was logged, and it holds no token
    assert SECRET not in caplog.text
    assert SECRET not in repr(SERVICES)


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500])
def test_no_message_holds_a_token(status, caplog):
    caplog.set_level(logging.DEBUG)
    connection, _, _ = online(lambda _request, _number: httpx.Response(status, text=f"bad token {SECRET}"))
    said = failure(lambda: connection.get_json("idmc", "idus/all/", {}))
    assert SECRET not in said
    assert SECRET not in caplog.text


def test_services_are_asked_over_https_only():
    assert all(
        service.base.startswith("https://") and service.base.endswith("/") for service in SERVICES.values()
    )
    for kind, importer in IMPORTERS.items():
        if importer.token:
            assert SERVICES[kind].variable == importer.token


# -- failures and what to do -------------------------------------------------------------------------------------


def broken(error):
    def answer(request, _number):
        words = f"cannot reach {request.url}"
        raise error(words)

    return answer


ACLED_PAGE = SERVICES["acled"].page
BY_HAND = f"download the file by hand from {ACLED_PAGE} and import that"
FAILURES = {
    "no token": (
        rows(), {},
        f"acleddata.com: the environment has no ACLED_TOKEN; expected your own token of ACLED; get one at {SERVICES['acled'].register} and set ACLED_TOKEN; or {BY_HAND}",
    ),
    "offline": (
        broken(httpx.ConnectError), TOKENS,
        f"acleddata.com: ACLED could not be reached (ConnectError); expected a connection to the internet; go online and try again; or {BY_HAND}",
    ),
    "too slow": (
        broken(httpx.ReadTimeout), TOKENS,
        f"acleddata.com: ACLED could not be reached (ReadTimeout); expected a connection to the internet; go online and try again; or {BY_HAND}",
    ),
    "a token that has run out": (
        rows(status=401), TOKENS,
        f"acleddata.com: ACLED refuses the request (status 401); expected a token that is valid and may read these data; renew ACLED_TOKEN at {SERVICES['acled'].register}; or {BY_HAND}",
    ),
    "an address that is gone": (
        rows(status=404), TOKENS,
        f"acleddata.com: ACLED does not understand the request (status 404); expected the address and parameters of its published interface, which may have changed; check the settings; or {BY_HAND}",
    ),
    "a service that is down": (
        rows(status=503), TOKENS,
        f"acleddata.com: ACLED does not answer now (status 503); expected an answer within 4 tries; try again later; or {BY_HAND}",
    ),
    "a wait of an hour": (
        rows(status=429, **{"Retry-After": "3600"}), TOKENS,
        f"acleddata.com: ACLED does not answer now (it asks to wait 3,600 seconds); expected an answer within 4 tries; try again later; or {BY_HAND}",
    ),
    "a page instead of data": (
        lambda _request, _number: httpx.Response(200, text=PAGE), TOKENS,
        f"acleddata.com: the answer is a web page; expected data as JSON; try again later; or {BY_HAND}",
    ),
    "an answer that was cut off": (
        lambda _request, _number: httpx.Response(200, text='{"data": [{"a": 1}, {"a"'), TOKENS,
        "acleddata.com: the answer is something that is no whole JSON; expected data as JSON; try again later; or "
        + BY_HAND,
    ),
    "another host": (
        rows(status=302, Location="https://login.example.org/"), TOKENS,
        f"acleddata.com: the answer leads to login.example.org; expected data from acleddata.com over https; the service may have moved, or your network asks you to sign in; {BY_HAND}",
    ),
    "the same host without https": (
        rows(status=302, Location="http://acleddata.com/api/acled/read"), TOKENS,
        f"acleddata.com: the answer leads to acleddata.com; expected data from acleddata.com over https; the service may have moved, or your network asks you to sign in; {BY_HAND}",
    ),
    "an endless redirection": (
        rows(status=302, Location="/api/acled/read/"), TOKENS,
        f"acleddata.com: the answer leads to acleddata.com; expected data from acleddata.com over https; the service may have moved, or your network asks you to sign in; {BY_HAND}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAILURES)
def test_each_failure_says_how_to_go_on_by_hand(what):
    answer, environment, expected = FAILURES[what]
    connection, asked, _ = online(answer, environment)
    assert failure(lambda: connection.get_json("acled", "read", PARAMS)) == expected
    assert all(request.url.host == "acleddata.com" and request.url.scheme == "https" for request in asked)


def test_an_answer_that_is_too_large_is_not_read_to_its_end():
    connection, _, _ = online(rows({"a": "x" * 5000}), max_bytes=1000)
    assert failure(lambda: connection.get_json("acled", "read", PARAMS)) == (
        "acleddata.com: the answer has more than 1,000 bytes; expected the data of one crisis; ask for a shorter time "
        "or a smaller area in the settings"
    )


# -- patience ----------------------------------------------------------------------------------------------------


def test_it_waits_longer_after_each_failure_and_then_goes_on():
    connection, asked, clock = online(
        lambda _request, number: httpx.Response(503 if number < 4 else 200, json={"data": []})
    )
    assert connection.get_json("acled", "read", PARAMS) == {"data": []}
    assert clock.slept == [1.0, 2.0, 4.0]
    assert len(asked) == TRIES


def test_it_waits_as_long_as_it_is_asked_to():
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for header, longest in (("7", 7.0), (when, 90.0)):
        connection, _, clock = online(
            lambda _request, number, header=header: httpx.Response(
                429 if number == 1 else 200, json={}, headers={"Retry-After": header}
            )
        )
        connection.get_json("acled", "read", PARAMS)
        assert longest - 10 <= max(clock.slept) <= longest


def test_it_keeps_a_pace():
    connection, _, clock = online(rows())
    for _ in range(3):
        connection.get_json("acled", "read", PARAMS)
    assert clock.slept == [1.0, 1.0]


# -- pages -------------------------------------------------------------------------------------------------------


def pages(connection, rows_a_page=2):
    return list(
        connection.get_pages(
            "hapi",
            "x",
            {},
            lambda number: {"offset": number * rows_a_page},
            lambda answer: answer["data"],
            rows_a_page,
        )
    )


def test_pages_are_read_to_the_last_one():
    held = list(range(5))
    connection, asked, _ = online(
        lambda request, _number: httpx.Response(
            200, json={"data": held[int(request.url.params["offset"]) :][:2]}
        )
    )
    assert pages(connection) == [[0, 1], [2, 3], [4]]
    assert len(asked) == 3


def test_a_service_that_repeats_a_page_is_left():
    connection, _, _ = online(rows(1, 2))
    assert failure(lambda: pages(connection)) == (
        "hapi.humdata.org: page 2 is the same as the one before it; expected further rows; the interface may have "
        f"changed; download the file by hand from {SERVICES['hapi'].page} and import that"
    )


def test_endless_pages_are_left():
    connection, _, _ = online(
        lambda _request, number: httpx.Response(200, json={"data": [number, 0]}), max_pages=5
    )
    assert failure(lambda: pages(connection)) == (
        "hapi.humdata.org: there are more than 5 pages; expected the data of one crisis; ask for a shorter time or a "
        "smaller area in the settings"
    )


# -- each source -------------------------------------------------------------------------------------------------


def test_acled_is_asked_for_what_is_used_and_nothing_more(tmp_path):
    used = {"event_id_cnty", "event_date", "event_type", "latitude", "longitude", "time_precision", "geo_precision",
            "admin1", "admin2", "timestamp"}  # fmt: skip
    connection, asked, _ = online(
        lambda _request, _number: httpx.Response(
            200, json={"status": 200, "success": True, "count": len(EVENTS), "data": EVENTS}
        )
    )
    start = date(2024, 1, 1)
    imported = bring("acled", None, NORLAND, connection, countries=["Norland"], first_day=start)
    assert set(asked[0].url.params["fields"].split("|")) == used
    assert not {"notes", "actor1", "actor2", "source", "fatalities"} & used
    assert "Protests" not in asked[0].url.params["event_type"]
    path = tmp_path / "same.json"
    path.write_text(json.dumps(EVENTS), encoding="utf-8")
    assert imported.events == bring("acled", path).events


def test_dtm_is_asked_for_the_country_of_the_case():
    connection, asked, _ = online(
        lambda _request, _number: httpx.Response(
            200, json={"isSuccess": True, "result": FIGURES, "errorMessages": []}
        )
    )
    imported = bring("dtm", None, NORLAND, connection, first_day=date(2024, 1, 1), last_day=date(2024, 6, 30))
    assert [row.persons for row in imported.observations] == [1500, 1800, 2500]
    assert asked[0].url.path == "/v3/displacement/admin2"
    assert dict(asked[0].url.params) == {
        "Admin0Pcode": "XNO", "FromReportingDate": "2024-01-01", "ToReportingDate": "2024-06-30",
    }  # fmt: skip


def test_hapi_is_asked_page_by_page():
    connection, asked, _ = online(lambda _request, _number: httpx.Response(200, json={"data": HAPI_IDPS}))
    imported = bring("hapi", None, NORLAND, connection, table="idps")
    assert [row.persons for row in imported.observations] == [1500, 1800]
    assert asked[0].url.path == "/api/v2/affected-people/idps"
    assert asked[0].url.params["location_code"] == "XNO"
    assert asked[0].headers["X-HDX-HAPI-APP-IDENTIFIER"] == SECRET


def test_unhcr_needs_no_token():
    years = {
        "page": 1, "maxPages": 1, "total": 1,
        "items": [{"year": 2023, "coo_iso": "XNO", "coa_iso": "XSU", "coa_name": "Sudria", "coo": "NRD", "coa": "SUR",
                   "refugees": 5400, "asylum_seekers": "600", "oip": "-"}],
    }  # fmt: skip
    connection, asked, _ = online(lambda _request, _number: httpx.Response(200, json=years), {})
    imported = bring("unhcr", None, NORLAND, connection, table="population")
    assert [row.persons for row in imported.observations] == [6000]
    assert asked[0].url.params["coo"] == "XNO"


def test_a_series_of_the_portal():
    series = [
        {"data_date": row["date"], "individuals": row["individuals"].replace(",", "")} for row in REGISTERED
    ]
    connection, asked, _ = online(
        lambda _request, _number: httpx.Response(200, json={"data": {"timeseries": series}}), {}
    )
    imported = bring(
        "unhcr", None, NORLAND, connection, table="portal", population_group="55", location="dorn-camp"
    )
    assert [row.persons for row in imported.observations] == [4000, 5000, 3500, 3600]
    assert asked[0].url.path == "/population/get/timeseries"


def test_idmc_gives_the_last_180_days():
    connection, asked, _ = online(lambda _request, _number: httpx.Response(200, json=UPDATES))
    imported = bring("idmc", None, NORLAND, connection)
    assert [row.persons for row in imported.observations] == [900, 1020]
    assert asked[0].url.path == "/external-api/idus/last-180-days/"


QUESTIONS = {
    ("acled", ()): "acleddata.com: the settings do not say what to ask for; expected countries and first_day; write "
    'them into a settings file: countries = ["Iraq"], first_day = 2016-01-01',
    ("dtm", (("level", "site"),)): "dtmapi.iom.int: the settings ask for sites; expected level admin0, admin1 or "
    "admin2, which the interface has; import site lists from files",
    ("hapi", ()): "hapi.humdata.org: the settings do not say which table; expected table, one of humanitarian-needs, "
    "conflict-events, refugees, returnees, idps, population; write it into a settings file",
    ("unhcr", ()): 'data.unhcr.org: the settings do not say what to ask for; expected table = "portal" with '
    "population_group and location, or table = \"population\"; take the numbers from the address of the chart's data "
    "on data.unhcr.org",
}  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_that_says_too_little_is_not_asked(question):
    kind, changes = question
    connection, asked, _ = online(rows())
    assert failure(lambda: bring(kind, None, NORLAND, connection, **dict(changes))) == QUESTIONS[question]
    assert not asked


@pytest.mark.parametrize("kind", ["dtm", "idmc"])
def test_an_error_of_the_service_in_a_sound_answer_is_told(kind):
    connection, _, _ = online(
        lambda _request, _number: httpx.Response(
            200, json={"isSuccess": False, "result": None, "errorMessages": ["No data found for XNO"]}
        )
    )
    said = failure(lambda: bring(kind, None, NORLAND, connection))
    assert "there are no rows in it; it says 'No data found for XNO'" in said


# -- doctor ------------------------------------------------------------------------------------------------------


def test_doctor_says_which_tokens_are_set_and_never_what_they_are(monkeypatch):
    for service in SERVICES.values():
        if service.variable:
            monkeypatch.delenv(service.variable, raising=False)
    monkeypatch.setenv("ACLED_TOKEN", SECRET)
    monkeypatch.setenv("IDMC_CLIENT_ID", "  ")
    found = {one.what: one.found for one in _examine_services(os.environ)}
    untried = "; its loader has not been tried against the live service yet; files work without it"
    assert found == {
        "online ACLED": f"ACLED_TOKEN is set{untried}",
        "online IOM DTM": f"DTMAPI_SUBSCRIPTION_KEY is not set{untried}",
        "online UNHCR Refugee Data Finder": f"needs no token{untried}",
        "online UNHCR operational data portal": f"needs no token{untried}",
        "online HDX HAPI": f"HAPI_APP_IDENTIFIER is not set{untried}",
        "online IDMC IDU": f"IDMC_CLIENT_ID is not set{untried}",
    }
    assert SECRET not in str(_examine_services(os.environ))

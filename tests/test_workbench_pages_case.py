"""Protects the pages on which a case is filled in: what they show, what they write, and what they refuse."""

import csv
import io
import re
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest

from havenward.case.check import check_case
from havenward.case.from_quantiles import fit_quantiles
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.case.write import case_hash
from havenward.errors import SettingsError
from havenward.pipeline import SILENT
from havenward.workbench.edits import undo
from havenward.workbench.kinds import KINDS, Work
from havenward.workbench.pages_assumptions import put_block, read_number
from havenward.workbench.pages_cases import import_settings
from havenward.workbench.pages_places import closed_on
from havenward.workbench.workspace import Workspace
from toy_case import TOY
from workbench_worlds import form_token, make_root, open_browser

PAGES = ("", "/places", "/places?table=routes&edit=2", "/places?table=events&edit=new", "/assumptions",
         "/assumptions/operation_start", "/assumptions/displaced_total", "/reports", "/facts",
         "/places?table=observations", "/places?table=sources&edit=2")  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_root(tmp_path)


@pytest.fixture
def client(root: Path):
    with open_browser(root) as browser:
        yield browser


def rows(root: Path, table: str) -> list[dict[str, str]]:
    text = (root / "toy" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def send(client, url: str, page: str, **fields: str):
    """Send a form as the page that holds it would: with its secret and the digest that it was made with."""
    held = client.get(page).text
    digest = re.search(r'name="digest" value="(\w+)"', held)
    values = {"token": form_token(client), "digest": digest.group(1) if digest else "", **fields}
    return client.post(url, data=values, follow_redirects=False)


# -- all pages ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_every_page_opens_in_every_language(client, language: str):
    for page in ("/", *(f"/cases/toy{end}" for end in PAGES)):
        joined = f"{page}{'&' if '?' in page else '?'}lang={language}"
        answer = client.get(joined)
        assert answer.status_code == 200, joined
        assert f'lang="{language}"' in answer.text
        assert "style=" not in answer.text
        assert "<script>" not in answer.text


def test_pages_of_origins_and_access_are_marked_for_the_team(client):
    for end in ("/places", "/assumptions", "/assumptions/operation_start"):
        assert 'class="ribbon"' in client.get(f"/cases/toy{end}").text
    assert 'class="ribbon"' not in client.get("/cases/toy").text


def test_what_is_in_files_stays_text(root: Path, client):
    script = "<script>alert(1)</script>"
    for table, old in (("locations", "Camp A"), ("figures", "Up to one million, the agency says.")):
        path = root / "toy" / f"{table}.csv"
        path.write_text(path.read_text(encoding="utf-8").replace(old, script), encoding="utf-8")
    path = root / "toy" / "case.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"Toy"', f"'{script}'"), encoding="utf-8")
    path = root / "toy" / "reports" / "2016-07-20-times.txt"
    path.write_text(path.read_text(encoding="utf-8").replace("Agencies", script), encoding="utf-8")
    for page in ("/", *(f"/cases/toy{end}" for end in PAGES), "/cases/toy/reports/2016-07-20-times.txt"):
        text = client.get(page).text
        assert script not in text, page


# -- cases --------------------------------------------------------------------------------------------------


def test_a_case_says_how_fresh_it_is_and_what_is_wrong_with_it(root: Path, client):
    text = client.get("/cases/toy").text.replace("\u00a0", " ")
    assert "20 Jul 2016" in text
    assert "Times" in text
    assert "31 Oct 2016" in text
    path = root / "toy" / "locations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("36.36", "96.36"), encoding="utf-8")
    text = client.get("/cases/toy").text
    assert "locations.csv row 2" in text
    assert "/cases/toy/places?table=locations&amp;edit=2#form" in text
    assert "To correct: 1" in client.get("/").text


def test_a_new_case_is_made_once_and_with_every_setting(root: Path, client):
    fields = {"name": "goma-2025", "title": "Goma", "country": "cod", "start": "2025-01-01"}
    answer = send(client, "/cases", "/", **fields)
    assert answer.headers["location"] == "/cases/goma-2025?saved=new&from=/"
    settings = tomllib.loads((root / "goma-2025" / "case.toml").read_text(encoding="utf-8"))
    assert (settings["title"], settings["country"], settings["start"]) == ("Goma", "COD", date(2025, 1, 1))
    assert client.get("/cases/goma-2025").status_code == 200
    assert "taken" in send(client, "/cases", "/", **fields).text
    wrong = send(client, "/cases", "/", name="../x", title="", country="Congo", start="soon")
    assert wrong.status_code == 400
    assert wrong.text.count('<li class="error"') == 4
    assert 'value="Congo"' in wrong.text, "what was typed is not lost"


def test_a_case_is_given_whole(root: Path, client):
    answer = client.get("/cases/toy/download")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {name.removeprefix("toy/") for name in archive.namelist()} == set(TOY)
    assert archive.read("toy/locations.csv") == (root / "toy" / "locations.csv").read_bytes()


def test_a_change_is_taken_back_and_made_again(root: Path, client):
    before = (root / "toy" / "locations.csv").read_bytes()
    send(
        client,
        "/cases/toy/places/locations",
        "/cases/toy/places?edit=6",
        row="6",
        action="save",
        capacity="11000",
    )
    after = (root / "toy" / "locations.csv").read_bytes()
    assert before != after
    page = client.get("/cases/toy").text
    change = re.search(r'name="change" value="([^"]+)"', page).group(1)
    send(client, "/cases/toy/undo", "/cases/toy", change=change)
    assert (root / "toy" / "locations.csv").read_bytes() == before
    send(client, "/cases/toy/redo", "/cases/toy")
    assert (root / "toy" / "locations.csv").read_bytes() == after


def test_only_files_of_a_known_kind_are_imported(client):
    answer = client.post(
        "/cases/toy/import",
        data={"token": form_token(client), "source": "magic"},
        files={"files": ("x.csv", b"a,b\n1,2\n")},
    )
    assert answer.status_code == 400
    assert "expected one of acled, cod" in answer.text


def test_an_import_is_one_change_of_the_case(root: Path, tmp_path: Path):
    sites = tmp_path / "sites.csv"
    sites.write_text(
        "Site name,Latitude,Longitude,Planned capacity\nNew Camp,36.2,43.3,2500\n",
        encoding="utf-8",
    )
    workspace, settings = Workspace(root), tmp_path / "settings.toml"
    settings.write_text(import_settings("2016-08-02", 'dates = "day first"\r\n'), encoding="utf-8")
    assert import_settings("2016-08-02", "published = 2016-08-03") == "published = 2016-08-03"
    work = Work(
        workspace,
        "toy",
        {"source": "sites", "files": [str(sites)], "settings": str(settings)},
        SILENT,
        lambda _kind, _values: None,
    )
    told = KINDS["import"](work)
    assert told["url"] == "/cases/toy#imported"
    assert any("locations.csv" in line for line in told["told"])
    assert [row["capacity"] for row in rows(root, "locations") if row["name"] == "New Camp"] == ["2500"]
    undo(workspace, "toy")
    assert "New Camp" not in (root / "toy" / "locations.csv").read_text(encoding="utf-8")


def test_drafted_places_wait_until_they_are_confirmed(root: Path, client):
    send(client, "/cases", "/", name="goma", title="Goma", country="COD", start="2025-01-01", place="Goma",
         within="60 km")  # fmt: skip
    page = client.get("/cases/goma/places").text
    waiting = (root / "goma" / "locations.csv").read_text(encoding="utf-8").count(",,geonames\n")
    assert waiting > 3
    assert f"waiting for confirmation: {waiting}." in page
    assert 'data-key="goma"' in page
    digest = re.search(r'name="digest" value="(\w+)"', page).group(1)
    fields = {"token": form_token(client), "digest": digest, "action": "confirm-all"}
    assert client.post("/cases/goma/places/locations", data=fields, follow_redirects=False).status_code == 303
    assert "waiting for confirmation" not in client.get("/cases/goma/places").text
    answer = send(client, "/cases", "/", name="x", title="X", country="COD", start="2025-01-01", place="Gomx")
    assert "perhaps you mean Goma" in answer.text
    assert not (root / "x").exists()


# -- places -------------------------------------------------------------------------------------------------


def test_a_capacity_becomes_a_new_version_and_earlier_forecasts_stay_as_they_were(root: Path, client):
    day = date(2016, 9, 1)
    before = case_hash(as_of(load_case(root / "toy"), day))
    cells = rows(root, "locations")[4] | {"capacity": "20000", "published": "2016-10-01", "source": "plan"}
    answer = send(
        client, "/cases/toy/places/locations", "/cases/toy/places?edit=6", row="6", action="version", **cells
    )
    assert answer.status_code == 303
    assert "saved=locations-6" in answer.headers["location"]
    versions = [row for row in rows(root, "locations") if row["location"] == "camp-a"]
    assert [row["capacity"] for row in versions] == ["10000", "12000", "20000"]
    assert case_hash(as_of(load_case(root / "toy"), day)) == before
    assert not [problem for problem in check_case(root / "toy") if problem.severity == "error"]


def test_what_is_wrong_stands_beside_its_cell_and_nothing_is_written(root: Path, client):
    before = (root / "toy" / "locations.csv").read_bytes()
    answer = send(
        client, "/cases/toy/places/locations", "/cases/toy/places?edit=6", row="6", action="save",
        capacity="-5", latitude="99", source="nobody",
    )  # fmt: skip
    assert answer.status_code == 400
    for column in ("capacity", "latitude"):
        found = re.search(
            rf'name="{column}".*?<p class="beside" id="locations-6-{column}-wrong"[^>]*>{column} is',
            answer.text,
            re.DOTALL,
        )
        assert found, column
    assert 'value="-5"' in answer.text, "what was typed is not lost"
    assert (root / "toy" / "locations.csv").read_bytes() == before


def test_two_tabs_do_not_overwrite_each_other(root: Path, client):
    page = client.get("/cases/toy/places?edit=6").text
    digest = re.search(r'name="digest" value="(\w+)"', page).group(1)
    fields = {"token": form_token(client), "digest": digest, "row": "6", "action": "save"}
    first = client.post(
        "/cases/toy/places/locations", data=fields | {"capacity": "1"}, follow_redirects=False
    )
    second = client.post(
        "/cases/toy/places/locations", data=fields | {"capacity": "2"}, follow_redirects=False
    )
    assert (first.status_code, second.status_code) == (303, 409)
    assert rows(root, "locations")[4]["capacity"] == "1"
    assert client.post("/cases/toy/places/locations", data={**fields, "digest": ""}).status_code == 409


def test_rows_of_other_tables_are_added_and_removed(root: Path, client):
    place = "/cases/toy/places"
    send(client, f"{place}/events", f"{place}?table=events&edit=new", row="", action="save", date="2016-11-20",
         kind="route_opens", **{"from": "west", "to": "bridge"}, published="2016-11-19", source="plan")  # fmt: skip
    assert rows(root, "events")[-1]["kind"] == "route_opens"
    number = str(len(rows(root, "events")) + 1)
    send(client, f"{place}/events", f"{place}?table=events&edit={number}", row=number, action="remove")
    assert rows(root, "events")[-1]["kind"] == "screening"
    assert client.post(f"{place}/case", data={"token": form_token(client)}).status_code == 404
    assert client.post(f"{place}/figures", data={"token": form_token(client)}).status_code == 404


def test_the_map_shows_what_is_open_on_a_day(root: Path, client):
    case = load_case(root / "toy")
    way = frozenset(("west", "bridge"))
    assert closed_on(case, date(2016, 10, 31)) == set()
    assert closed_on(case, date(2016, 11, 1)) == {way}
    assert 'class="way closed"' in client.get("/cases/toy/places?day=2016-11-01").text
    before = client.get("/cases/toy/places?day=2016-10-31").text.split('class="legend"')[0]
    assert 'class="way closed"' not in before
    assert before.count('data-key="') == 7
    assert "West Side to Bridge, 8 km" in before


# -- assumptions --------------------------------------------------------------------------------------------


def test_three_numbers_become_a_version_known_from_today(root: Path, client):
    before = (root / "toy" / "assumptions.toml").read_text(encoding="utf-8")
    hash_before = case_hash(as_of(load_case(root / "toy"), date(2016, 9, 1)))
    url = "/cases/toy/assumptions/operation_start"
    fields = {
        "low": "40",
        "middle": "80",
        "high": "160",
        "reason": "A new word of the ministry.",
        "source": "plan",
    }
    answer = send(client, url, url, after="2016-07-01", **fields)
    assert answer.status_code == 303, answer.text
    after = (root / "toy" / "assumptions.toml").read_text(encoding="utf-8")
    assert after.startswith(before), "every other line stays as it was"
    new = tomllib.loads(after)["assumption"][-1]
    assert new["published"] == date.today()  # noqa: DTZ011 - the day of the person
    assert (new["distribution"], new["median"], new["unit"]) == ("lognormal", 80, "days after")
    assert (new["reason"], new["sources"]) == (fields["reason"], ["plan"])
    assert case_hash(as_of(load_case(root / "toy"), date(2016, 9, 1))) == hash_before
    send(
        client,
        url,
        url,
        after="2016-07-01",
        **{**fields, "middle": "90", "source": "news", "source_title": "News"},
    )
    again = tomllib.loads((root / "toy" / "assumptions.toml").read_text(encoding="utf-8"))["assumption"]
    assert len(again) == 4, "a second change on one day takes the place of the first"
    assert again[-1]["sources"] == ["news"]
    assert rows(root, "sources")[-1]["title"] == "News"


def test_a_change_without_reason_source_or_order_is_refused(root: Path, client):
    before = (root / "toy" / "assumptions.toml").read_bytes()
    url = "/cases/toy/assumptions/operation_start"
    answer = send(client, url, url, low="40", middle="30", high="60", reason="", source="")
    assert answer.status_code == 400
    for words in (
        "low 40, middle 30, high 60; expected low below middle below high",
        "<b>reason</b>",
        "<b>source</b>",
    ):
        assert words in answer.text
    answer = send(client, url, url, low="ten", middle="30", high="60", reason="x", source="plan")
    assert "found &#39;ten&#39;; expected a number" in answer.text
    assert 'value="ten"' in answer.text
    answer = send(client, url, url, low="10", middle="30", high="60", reason="x", source="unheard-of")
    assert answer.status_code == 400
    assert "unheard-of" in answer.text
    assert (root / "toy" / "assumptions.toml").read_bytes() == before
    assert client.get("/cases/toy/assumptions/no_such").status_code == 404


def test_the_curve_is_drawn_before_anything_is_saved(root: Path, client):
    before = (root / "toy" / "assumptions.toml").read_bytes()
    url = "/cases/toy/assumptions/operation_start/curve"
    now = client.get(f"{url}?low=40&middle=80&high=160").json()
    assert 'class="curve proposed"' in now["picture"]
    assert "log-normal" in now["words"]
    assert "expected low below" in client.get(f"{url}?low=4&middle=3&high=9").json()["problem"]
    page = client.get("/cases/toy/assumptions/operation_start?low=40&middle=80&high=160").text
    assert 'class="curve proposed"' in page, "without scripts the page shows it too"
    assert (root / "toy" / "assumptions.toml").read_bytes() == before


def test_an_assumption_shows_the_sentences_it_rests_on(client):
    text = client.get("/cases/toy/assumptions/displaced_total").text
    assert "The minister of migration expects at least half a million people to flee the city." in text
    assert "/cases/toy/reports/2016-07-20-times.txt#fig-half-million" in text


@pytest.mark.parametrize(
    ("low", "middle", "high", "unit"),
    [
        (100, 200, 400, "persons"), (100, 200, 250, "persons"), (10, 20, 30, "days"), (1, 2, 100, "days"),
        (0.1, 0.3, 0.6, "share"), (0.9, 0.95, 0.99, "share"), (-2, 0, 1, "logit"), (5, 5, 5, "days"),
        (8e5, 1.2e6, 1.8e6, "persons"), (20, 50, 90, "days after"),
    ],
)  # fmt: skip
def test_a_distribution_meets_the_three_numbers(low, middle, high, unit):
    meant = fit_quantiles(low, middle, high, unit)
    for said, got in zip((low, middle, high), meant.quantiles, strict=True):
        assert abs(said - got) <= 0.06 * (high - low) + 1e-9
    assert meant.miss <= 0.06
    if unit == "share":
        assert meant.distribution.shape in ("beta", "triangular", "mixture")


@pytest.mark.parametrize(
    ("numbers", "unit"),
    [((3, 2, 4), "days"), ((1, 1, 4), "days"), ((-1, 2, 4), "persons"), ((0.2, 0.5, 1.2), "share"),
     ((1, float("nan"), 2), "days"), ((1, 2, float("inf")), "days")],
)  # fmt: skip
def test_numbers_that_are_no_range_are_refused(numbers, unit):
    with pytest.raises(SettingsError):
        fit_quantiles(*numbers, unit)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1200", 1200), ("1,200", 1200), ("1 200 000", 1.2e6), ("0,5", 0.5), ("12.5", 12.5), ("30 %", 0.3), ("-2", -2),
     ("1\u202f500", 1500)],
)  # fmt: skip
def test_numbers_are_read_as_people_type_them(text: str, value: float):
    assert read_number(text, "low") == pytest.approx(value)


def test_a_version_is_put_in_without_touching_comments():
    text = '# why\n\n[[assumption]]\nname = "a"\npublished = 2020-01-01\n\n# the next\n[[assumption]]\nname = "b"\n'
    block = '[[assumption]]\nname = "a"\nnew = 1\n'
    assert put_block(text, block, "a", "2021-01-01") == text + "\n" + block
    assert (
        put_block(text, block, "a", "2020-01-01") == "# why\n\n" + block + text[text.index("\n# the next") :]
    )
    assert put_block("", block, "a", "2020-01-01") == block

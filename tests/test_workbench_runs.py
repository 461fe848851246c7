"""Protects the pages of runs: forecast, what if, compare, needs, track record and publish."""

from __future__ import annotations

import csv
import io
import shutil
import threading
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from counted_worlds import ORIGIN, SMALL, with_sound_counts
from havenward.case.write import write_case
from havenward.errors import HavenwardError
from havenward.pipeline import SILENT, run_forecast
from havenward.runs import read_run
from havenward.settings import AUDIENCES, LANGUAGES
from havenward.words import Words
from havenward.workbench.forms import read_choice, read_day, read_number, read_whole
from havenward.workbench.jobs import Job
from havenward.workbench.kept import Kept
from havenward.workbench.kinds import KINDS, Work
from havenward.workbench.pages_compare import _people
from havenward.workbench.run_kinds import CHANGES, read_question
from havenward.workbench.workspace import Workspace
from synthetic_crises import SITES
from workbench_worlds import form_token, open_browser

CASE = "/cases/world"
RUN = f"{CASE}/runs/base"
LATER = (ORIGIN + timedelta(days=3)).isoformat()
PAGES = (
    f"{CASE}/runs", RUN, f"{RUN}?all=1", f"{RUN}?members={SITES[0]}", f"{RUN}?day={LATER}", f"{RUN}/map?day={LATER}",
    f"{RUN}/members?place=total&n=5", f"{RUN}/origins", f"{RUN}/why", f"{RUN}/why?name=total", f"{RUN}/whatif",
    f"{RUN}/needs", f"{RUN}/needs?place=", f"{RUN}/needs.csv", f"{RUN}/publish", f"{CASE}/compare",
    f"{CASE}/compare?runs=base,other", "/record", "/record?case=world",
)  # fmt: skip
TEAM_ONLY = (f"{RUN}/origins", f"{RUN}/why?name=total", f"{CASE}/compare?run=base&run=other")
ABSENT = (
    f"{CASE}/runs/none", f"{CASE}/runs/none/whatif", f"{CASE}/runs/..%2Fbase", "/cases/none/runs", f"{RUN}?day=1999-01-01",
    f"{RUN}?day=soon", f"{RUN}?members=nowhere", f"{RUN}/members?place=nowhere", f"{RUN}/whatif?job=none",
    f"{RUN}/needs?sector=none", f"{RUN}/needs?place=none", f"{RUN}/needs?item=none", f"{RUN}/needs?name=none",
    f"{RUN}/publish?audience=everybody", f"{RUN}/publish?name=none", f"{CASE}/compare?run=base&run=none",
    "/record?case=none", f"{CASE}/products/none/brief.html", f"{CASE}/products/..%2F..%2Fworld/case.toml",
)  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Keep a case with two runs, which no test changes."""
    root = tmp_path_factory.mktemp("cases")
    case = with_sound_counts()
    located = (
        replace(row, latitude=36.0 + 0.002 * n, longitude=43.0 + 0.0004 * n * n)
        for n, row in enumerate(case.locations)
    )
    case = replace(case, locations=tuple(located))
    write_case(case, root / "world")
    runs = root / "runs" / "world"
    run_forecast(case, SMALL, runs / "base", workers=1)
    shutil.copytree(runs / "base", runs / "other")
    return root


@pytest.fixture(scope="module")
def client(root):
    with open_browser(root) as browser:
        yield browser


def post(client, url: str, **fields: object):
    return client.post(url, data={"token": form_token(client), **fields}, follow_redirects=False)


def asked_of(client, kind: str) -> dict:
    """Give what the newest job of a kind was asked for; without workers it stays in the queue."""
    return next(job for job in client.app.state.bench.jobs.list() if job.kind == kind).arguments


def work(root: Path, kind: str, **arguments: object) -> tuple[dict, list]:
    """Do a job as a worker does."""
    news: list = []
    done = KINDS[kind](
        Work(Workspace(root), "world", arguments, SILENT, lambda what, values: news.append((what, values)))
    )
    return dict(done), news


# -- every page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_answers_in_every_language(client, language):
    for page in PAGES:
        answer = client.get(page + ("&" if "?" in page else "?") + f"lang={language}")
        assert answer.status_code == 200, f"{page}: {answer.text[:2000]}"
        assert len(answer.content) < 1_500_000
        assert "style=" not in answer.text.replace("font-style=", "")
        assert "<script>" not in answer.text


@pytest.mark.parametrize("page", ABSENT)
def test_what_is_not_there_is_told(client, page):
    assert client.get(page).status_code == 404


def test_pages_on_access_and_people_inside_are_marked(client):
    for page in TEAM_ONLY:
        assert 'class="ribbon"' in client.get(page).text, page
    for page in (RUN, f"{RUN}/needs", "/record"):
        assert 'class="ribbon"' not in client.get(page).text, page


def test_a_run_is_drawn_with_its_places_and_its_reasons(client):
    page = client.get(f"{RUN}?lang=en").text
    assert page.count('<li id="place-') == page.count('data-members="') - 1  # one more is of the total
    assert page.count('<details class="why">') == page.count('<li id="place-') + 4
    assert f"{RUN}/why?name=total" in page


def test_maps_of_all_days_have_one_scale(client):
    """The key says how large a circle is for how many; it must say the same on every day."""
    days = [(ORIGIN + timedelta(days=n)).isoformat() for n in (1, 7, 14)]
    maps = [client.get(f"{RUN}/map?day={day}").text for day in days]
    assert len(set(maps)) == 3
    keys = set()
    for drawn in maps:
        radius = drawn.split("people</text>")[0].rsplit("<circle", 1)[1].split('r="')[1].split('"')[0]
        people = drawn.split("people</text>")[0].rsplit(">", 1)[1]
        value = float("".join(letter for letter in people if letter.isdigit()))
        keys.add(round(float(radius) ** 2 / value, 4))
    assert max(keys) == pytest.approx(min(keys), rel=0.03)  # coordinates are rounded to tenths


def test_words_of_a_case_cannot_become_markup(tmp_path, root):
    shutil.copytree(root, tmp_path / "cases")
    table = tmp_path / "cases" / "runs" / "world" / "base" / "case" / "locations.csv"
    text = table.read_text(encoding="utf-8")
    name = next(csv.DictReader(io.StringIO(text)))["name"]
    for row in csv.DictReader(io.StringIO(text)):
        if row["location"] == SITES[0]:
            name = row["name"]
    table.write_text(text.replace(name, "<script>alert(1)</script>"), encoding="utf-8")
    with open_browser(tmp_path / "cases") as browser:
        for page in (RUN, f"{RUN}/whatif", f"{RUN}/needs?place=", f"{CASE}/compare?run=base&run=other"):
            shown = browser.get(page)
            assert shown.status_code == 200
            assert "<script>alert" not in shown.text
        assert "&lt;script&gt;alert(1)" in browser.get(RUN).text


def test_the_table_of_needs_opens_in_a_spreadsheet(client):
    answer = client.get(f"{RUN}/needs.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["location"] for row in rows} >= {"total", *SITES}
    assert all(float(row["low"]) <= float(row["central"]) <= float(row["high"]) for row in rows)


# -- forms ---------------------------------------------------------------------------------------------------


FORECAST = {
    "run": "new", "origin_date": ORIGIN.isoformat(), "horizon_days": "14", "members": "50", "seed": "2",
    "track": "C", "scenario": "", "priors": "time-ordered",
}  # fmt: skip


def test_a_run_is_asked_for(client):
    answer = post(client, f"{CASE}/runs?lang=en", **FORECAST)
    assert answer.status_code == 303
    assert asked_of(client, "forecast") == {
        **FORECAST, "horizon_days": 14, "members": 50, "seed": 2, "language": "en",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"run": "base"}, {"run": "../x"}, {"run": ""}, {"origin_date": "soon"}, {"members": "0"}, {"members": "many"},
        {"horizon_days": "2.5"}, {"track": "A"}, {"scenario": "none"}, {"priors": "none"}, {"seed": "-1"},
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_is_refused_at_once(client, wrong):
    before = len(client.app.state.bench.jobs.list())
    assert post(client, f"{CASE}/runs", **FORECAST | wrong).status_code == 400
    assert len(client.app.state.bench.jobs.list()) == before


QUESTION = {"change": "capacity", "place": SITES[0], "day": LATER, "places": "0", "members": "40"}


def test_a_script_that_asks_gets_the_job(client):
    answer = client.post(
        f"{RUN}/whatif",
        data={"token": form_token(client), **QUESTION},
        headers={"accept": "application/json"},
    )
    asked = asked_of(client, "whatif")
    assert answer.status_code == 200
    assert client.get(f"{RUN}/whatif?job={answer.json()['job']}").status_code == 200
    assert (asked["place"], asked["places"], asked["members"]) == (SITES[0], 0, 40)
    other = client.get(f"{CASE}/runs/other/whatif?job={answer.json()['job']}")
    assert other.status_code == 404, "the answer of one run is none of another"


@pytest.mark.parametrize(
    "wrong",
    [
        {"change": "earthquake"}, {"place": "nowhere"}, {"day": "soon"}, {"places": "-5"}, {"places": ""},
        {"members": "0"}, {"members": "61"}, {"change": "route_closes", "route": "a|b"}, {"assumption": "none"},
        {"assumption": "release_fraction", "low": "x", "central": "1", "high": "2"},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_at_once(client, wrong):
    assert post(client, f"{RUN}/whatif", **QUESTION | wrong).status_code == 400


def test_no_form_goes_through_without_the_secret(client):
    for url in (
        f"{CASE}/runs",
        f"{RUN}/whatif",
        f"{RUN}/whatif/whole",
        f"{RUN}/needs",
        f"{RUN}/publish",
        "/record",
    ):
        assert client.post(url, data=FORECAST | QUESTION | {"case": "world"}).status_code == 403, url


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_gate_asks_for_a_reason(client, audience):
    assert client.get(f"{RUN}/publish?audience={audience}").status_code == 200
    bare = post(client, f"{RUN}/publish", audience=audience, language="fr")
    assert bare.status_code == (303 if audience == "public" else 400)
    answer = post(
        client, f"{RUN}/publish", audience=audience, language="fr", reason="Shelter planning for winter"
    )
    assert answer.status_code == 303
    assert asked_of(client, "brief")["audience"] == audience


def test_the_gate_says_what_is_withheld(client):
    shown = {
        audience: client.get(f"{RUN}/publish?audience={audience}&lang=en").text for audience in AUDIENCES
    }
    rows = {
        audience: page.split('class="withheld">')[-1].split("</ul>")[0].count("<li>")
        for audience, page in shown.items()
        if 'class="withheld"' in page
    }
    assert rows["public"] > rows["partner"] > 0
    assert "team" not in rows


@pytest.mark.parametrize("text", ["", "x", "nan", "1e999", "5,3"])
def test_fields_that_hold_no_number_are_told_with_their_name(text):
    with pytest.raises(HavenwardError, match="depth"):
        read_number({"depth": text}, "depth")
    with pytest.raises(HavenwardError, match="depth"):
        read_day({"depth": text}, "depth")


def test_fields_hold_what_they_say():
    assert read_whole({"n": "12 000"}, "n") == 12_000
    assert read_whole({}, "n", 3) == 3
    assert read_choice({"n": "b"}, "n", ("a", "b")) == "b"
    with pytest.raises(HavenwardError, match="did you mean 'public'"):
        read_choice({"n": "pubic"}, "n", ("public", "team"))


# -- jobs ----------------------------------------------------------------------------------------------------


def test_an_answer_comes_in_parts_and_stands_on_its_page(client, root):
    names = {site: f"Site {site}" for site in SITES}
    done, news = work(root, "whatif", run="base", language="en", names=names, **QUESTION | {"members": 40})
    assert [values["members"] for _, values in news] == [10, 20, 30]
    assert (done["members"], done["planned"], done["of"]) == (40, 40, SMALL.members)
    assert done["rows"][0]["place"] == "total"
    assert done["drawings"][0]["svg"].startswith("<svg")
    # not submitted: a worker would take it up, and end it with an answer of its own
    job = Job("ab" * 8, "whatif", "world", {"run": "base", **QUESTION}, 0.0, "done", result=done)
    client.app.state.bench.jobs._jobs[job.id] = job
    page = client.get(f"{RUN}/whatif?job={job.id}&lang=en").text
    assert "From 40 of 60 members" in page
    assert f"Site {SITES[0]}" in page


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_the_form_can_be_asked(root, change):
    from havenward.pipeline.run_questions import list_choices
    from havenward.pipeline.run_views import view_run

    run = read_run(root / "runs" / "world" / "base")
    way = list_choices(run, view_run(run, "en")).routes[0]
    asked = {"change": change, "place": SITES[0], "route": f"{way[0]}|{way[1]}", "day": LATER, "places": "50"}
    assert [event.kind for event in read_question(run, asked).events] == list(CHANGES[change])
    done, _ = work(root, "whatif", run="base", names={}, members=4, **asked)
    assert done["members"] == 4


def test_a_whole_run_stands_beside_the_first(root, tmp_path):
    shutil.copytree(root, tmp_path / "cases")
    done, _ = work(tmp_path / "cases", "whole", run="base", name="full", **QUESTION)
    assert done["url"] == f"{CASE}/runs/full"
    with open_browser(tmp_path / "cases") as browser:
        page = browser.get(f"{CASE}/compare?run=base&run=full&lang=en")
    table = read_run(tmp_path / "cases" / "runs" / "world" / "base").case_folder / "locations.csv"
    rows = csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig")))
    assert f"capacity {next(row['name'] for row in rows if row['location'] == SITES[0])}" in page.text


def test_needs_are_worked_out_and_handed_over(root, tmp_path):
    shutil.copytree(root, tmp_path / "cases")
    done, _ = work(tmp_path / "cases", "needs", run="base", name="needs-base", places=500, tonnes=5.0)
    with open_browser(tmp_path / "cases") as browser:
        page = browser.get(done["url"])
        assert page.status_code == 200
        assert "logistics.csv" in page.text
        table = browser.get(f"{CASE}/products/needs-base/logistics.csv")
    assert table.headers["content-disposition"].startswith("attachment")


def test_products_are_shown_in_a_frame_that_can_do_nothing(root, tmp_path):
    shutil.copytree(root, tmp_path / "cases")
    done, _ = work(
        tmp_path / "cases", "brief", run="base", name="base-team-en", audience="team", language="en",
        suppress_below=10, previous="other", reason="Shelter planning for winter",
    )  # fmt: skip
    with open_browser(tmp_path / "cases") as browser:
        page = browser.get(done["url"]).text
        shown = browser.get(f"{CASE}/products/base-team-en/brief.html?show=1")
        kept = browser.get(f"{CASE}/products/base-team-en/brief.html")
        other = browser.get(f"{CASE}/products/base-team-en/brief.zip?show=1")
    assert '<iframe class="preview" sandbox ' in page
    assert shown.headers["content-type"].startswith("text/html")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "content-disposition" not in shown.headers
    for answer in (kept, other):
        assert answer.headers["content-disposition"].startswith("attachment")


# -- what is held --------------------------------------------------------------------------------------------


def test_one_thing_is_worked_out_once_at_a_time():
    kept, begun, told = Kept(48), threading.Event(), []

    def slow() -> int:
        begun.wait(5)
        told.append(1)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("a", slow))) for _ in range(5)]
    for thread in threads:
        thread.start()
    begun.set()
    for thread in threads:
        thread.join(5)
    assert (found, told) == ([7] * 5, [1])


def test_what_is_held_is_bounded_and_a_failure_is_not_held():
    kept = Kept(2)
    for key in "abc":
        kept.get(key, lambda key=key: key)
    assert kept.get("a", lambda: "again") == "again"
    with pytest.raises(ZeroDivisionError):
        kept.get("z", lambda: 1 / 0)
    assert kept.get("z", lambda: 1) == 1


# -- what is kept and worked out ahead ------------------------------------------------------------------------


def copied(root: Path, folder: Path):
    cases = shutil.copytree(root, folder / "cases", ignore=shutil.ignore_patterns("cache"))
    return cases, read_run(cases / "runs" / "world" / "base")


def briefs_in(cases: Path) -> list[Path]:
    return sorted((cases / "cache").glob("*.brief"))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_kept_brief_says_the_same(root, tmp_path, language, monkeypatch):
    from havenward.pipeline import kept_briefs
    from havenward.pipeline.run_views import view_run

    cases, run = copied(root, tmp_path)
    fresh = view_run(run, language)
    assert view_run(run, language, cases / "cache").brief == fresh.brief
    monkeypatch.setattr(kept_briefs, "_compose", lambda *_: pytest.fail("it was composed again"))
    kept = view_run(run, language, cases / "cache")
    assert kept.brief == fresh.brief
    assert (kept.total_svg, kept.places) == (fresh.total_svg, fresh.places)


@pytest.mark.parametrize("spoil", [b"", b"no brief", zlib.compress(b'{"Brief": []}'), zlib.compress(b'{"date": 5}'),
                                   zlib.compress(b"[1]"), zlib.compress(b'{"system": ["ls"]}')])  # fmt: skip
def test_what_is_no_brief_is_made_again(root, tmp_path, spoil):
    from havenward.pipeline.kept_briefs import team_brief

    cases, run = copied(root, tmp_path)
    fresh = team_brief(run, "en", cases / "cache")
    (path,) = briefs_in(cases)
    path.write_bytes(spoil)
    assert team_brief(run, "en", cases / "cache") == fresh
    assert len(path.read_bytes()) > 1000, "the file is whole again"


def test_a_brief_is_not_kept_for_another_state_of_its_run(root, tmp_path):
    from havenward.pipeline.kept_briefs import digest_of

    _, run = copied(root, tmp_path)
    before = digest_of([run], "en")
    assert digest_of([run], "fr") != before
    assert digest_of([run], "en") == before
    table = run.folder / "case" / "locations.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert digest_of([run], "en") != before


def test_few_briefs_are_kept_and_none_in_the_folder_of_a_case(root, tmp_path, monkeypatch):
    from havenward.pipeline import kept_briefs

    cases, run = copied(root, tmp_path)
    monkeypatch.setattr(kept_briefs, "MOST_KEPT", 2)
    assert kept_briefs.prepare_briefs(run, LANGUAGES, cases / "cache") == len(LANGUAGES)
    assert len(briefs_in(cases)) == 2
    shutil.rmtree(cases / "cache")
    (cases / "cache").mkdir()
    (cases / "cache" / "case.toml").touch()
    kept_briefs.team_brief(run, "en", cases / "cache")
    assert briefs_in(cases) == []


def test_the_newest_runs_are_worked_out_ahead(root, tmp_path):
    from havenward.pipeline.kept_briefs import kept_folder
    from havenward.workbench.ahead import work_ahead

    cases, run = copied(root, tmp_path)
    assert kept_folder(run.folder) == cases / "cache"
    assert kept_folder(tmp_path / "base") is None
    (cases / "runs" / "world" / "broken").mkdir()
    (cases / "runs" / "world" / "broken" / "run.json").write_text("{", encoding="utf-8")
    assert work_ahead(str(cases), ("en",)) == 1, "a damaged run stops nothing"
    shutil.rmtree(cases / "runs" / "world" / "broken")
    (cases / "runs" / "world" / "other" / "assumptions.parquet").touch()  # else it is the same as the first
    assert work_ahead(str(cases), ("en",)) == 1
    assert len(briefs_in(cases)) == 3, "two briefs, and the comparison of the two"
    assert work_ahead(str(cases), ("en",)) == 0, "nothing is left to be done"


def test_a_job_prepares_the_pages_of_its_run_in_the_language_of_who_asked(root, tmp_path):
    cases, _ = copied(root, tmp_path)
    asked = {
        "run": "new",
        "origin_date": ORIGIN.isoformat(),
        "horizon_days": 14,
        "members": 8,
        "language": "fr",
    }
    work(cases, "forecast", **asked)
    assert [path.name.partition("-")[2] for path in briefs_in(cases)] == ["fr.brief"]


def test_a_comparison_names_places_events_and_settings_in_its_language(root, tmp_path):
    cases, _ = copied(root, tmp_path)
    work(cases, "whole", run="base", name="full", **QUESTION)
    with open_browser(cases) as browser:
        page = browser.get(f"{CASE}/compare?run=base&run=full&lang=fr&day=all").text
        one = browser.get(f"{CASE}/compare?run=base&run=full&lang=fr").text
        assert browser.get(f"{CASE}/compare?run=base&run=full&day=1999-01-01").status_code == 404
    told = page.split('id="why-h"')[1].split('id="out-h"')[0]
    assert "Événement" in told
    assert "capacité" in told
    for english in ("capacity", "of its own", " to ", "persons"):
        assert english not in told.split("</thead>")[1].split("</table>")[0], english
    assert '<option value="all" selected>' in page
    assert '<option value="all" selected>' not in one


def test_a_comparison_shows_the_day_on_which_runs_differ_most():
    lines = [
        {"place": place, "iso": f"2016-10-{day}", "moved": moved}
        for place, moves in (("total", (5.0, 80.0, 3.0)), ("camp", (90.0, 0.0, 0.0)))
        for day, moved in zip((17, 24, 31), moves, strict=True)
    ]
    words = Words("en")
    assert _people("", lines, words)["day"] == "2016-10-24"
    assert [line["place"] for line in _people("", lines, words)["people"]] == ["total", "camp"]
    assert _people("2016-10-31", lines, words)["people"] == [lines[2], lines[5]]
    assert _people("all", lines, words)["people"] == lines
    assert _people("", [], words)["people"] == []


def test_a_question_that_changes_nothing_says_so(client, root):
    asked = QUESTION | {"change": "route_opens", "members": 8}
    from havenward.pipeline.run_questions import list_choices
    from havenward.pipeline.run_views import view_run

    run = read_run(root / "runs" / "world" / "base")
    way = list_choices(run, view_run(run, "en")).routes[0]
    done, _ = work(root, "whatif", run="base", names={}, **asked | {"route": f"{way[0]}|{way[1]}"})
    assert done["same"]
    bench = client.app.state.bench
    for language in LANGUAGES:
        words = bench.words[language]
        page = bench.templates.get_template("answer.html").render(answer=done, say=words.say, words=words)
        assert words.say("web_whatif_same") in page
        assert "<table>" not in page

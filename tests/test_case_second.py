"""Protects the second bundled case: nothing from the future, each number with its source, losses as they are."""

import re
import shutil
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from havenward.case.assumptions import resolve_assumptions
from havenward.case.check import check_case
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.case.priors import read_past_crises, select_crises
from havenward.errors import SettingsError
from havenward.forecast.errors_of_rules import read_library
from havenward.movement.network import build_network
from havenward.movement.rules import HAVENWARD
from havenward.pipeline import bundled_case, read_into_case, run_forecast
from havenward.records import RECEIVING_KINDS
from test_forecast import SMALL, bend_the_future, table_bytes

NAME = "nagorno-karabakh-2023"
ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "cases" / NAME
PAGE = ROOT / "docs" / "explanation" / f"{NAME}.md"

CLOSED, OPEN, COUNTED = date(2023, 9, 23), date(2023, 9, 24), date(2023, 9, 26)
LAST_OF_CROSSING = date(2023, 10, 4)
OWN_KEYS = {"assumption", "derived-distance"}  # what the case itself supplies has no page to point to


@pytest.fixture(scope="module")
def case():
    return load_case(CASE)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Read the reports by machine beside the rows that a person decided."""
    folder = tmp_path_factory.mktemp("read") / "case"
    shutil.copytree(CASE, folder)
    read_into_case(folder, [], workers=1)
    return folder


@pytest.fixture(scope="module")
def sources(case):
    return {row.source: row for row in case.sources}


def rows_with_source(case):
    tables = ("locations", "routes", "events", "observations", "attributes", "stock", "reports")
    return [row for table in tables for row in getattr(case, table)]


# -- found, checked, shipped ------------------------------------------------------------------------------


def test_it_is_found_by_its_name():
    assert bundled_case(NAME) == CASE
    with pytest.raises(SettingsError, match="'goma-2025' is missing"):
        bundled_case("goma-2025")


def test_every_bundled_case_travels_in_the_wheel():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    kept = wheel["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert {f"cases/{path.name}" for path in (ROOT / "cases").iterdir() if path.is_dir()} <= set(kept)


def test_checks_find_nothing(read):
    assert [str(problem) for problem in check_case(CASE)] == []
    assert [str(problem) for problem in check_case(read)] == []


# -- what was known when --------------------------------------------------------------------------------


def open_ways(case, day, ahead=1):
    network = build_network(as_of(case, day), day, ahead, HAVENWARD)
    return network, np.isfinite(network.km)


def test_nobody_can_leave_before_the_crossing_opens(case):
    _, ways = open_ways(case, CLOSED)
    assert not ways.any()
    assert not as_of(case, CLOSED).observations


def test_from_then_on_each_district_can_reach_each_place(case):
    for day in (OPEN, COUNTED, LAST_OF_CROSSING):
        network, ways = open_ways(case, day)
        places = {row.location for row in as_of(case, day).locations if row.kind in RECEIVING_KINDS}
        assert set(network.site_names) == places
        assert ways.all()


def test_the_opening_can_be_supposed_on_the_eve(case, tmp_path):
    settings = replace(SMALL, origin_date=CLOSED, track="D", horizon_days=8)
    shut = run_forecast(case, settings, tmp_path / "shut")
    opened = run_forecast(case, replace(settings, scenario="crossing-opens"), tmp_path / "opened")
    assert shut.table("members")["arrivals"].sum() == 0
    assert opened.table("members")["arrivals"].sum() > 0


@pytest.mark.parametrize("origin", [OPEN, COUNTED])
def test_what_is_published_later_changes_no_byte(tmp_path, case, origin):
    changed = tmp_path / "case"
    shutil.copytree(CASE, changed)
    bent = bend_the_future(changed, origin)
    for name in ("locations.csv", "events.csv", "observations.csv", "figures.csv", "reports"):
        assert bent[name] > 0, name
    settings = replace(SMALL, origin_date=origin, horizon_days=10)
    one = run_forecast(case, settings, tmp_path / "one")
    other = run_forecast(load_case(changed), settings, tmp_path / "other")
    assert table_bytes(one) == table_bytes(other)
    assert one.meta == other.meta


def test_it_is_no_part_of_its_own_priors(case):
    rows = read_past_crises()
    assert case.crisis in {row.crisis for row in rows}  # or this test protects nothing
    for prior_set in ("time-ordered", "leave-one-out"):
        kept = select_crises(rows, prior_set, case.crisis, case.start)
        assert case.crisis not in {row.crisis for row in kept}
        told = [row.reason for row in resolve_assumptions(as_of(case, CLOSED), prior_set)[0]]
        assert not [reason for reason in told if case.crisis in reason]
    assert case.crisis not in {row.crisis for row in read_library()}


def test_nobody_is_expected_in_numbers_before_somebody_says_so(case):
    before, after = (
        {row.name: row for row in resolve_assumptions(as_of(case, day), "time-ordered")[0]}
        for day in (CLOSED, OPEN)
    )
    assert "displaced_total" not in before
    assert before["release_fraction"].basis == "past crises"
    assert after["displaced_total"].figures == ("leadership-all",)


# -- where every row comes from ------------------------------------------------------------------------


def test_every_row_names_a_source_with_an_address(case, sources):
    assert [row for row in rows_with_source(case) if not row.source] == []
    assert {key for key, row in sources.items() if not row.url} == OWN_KEYS
    assert all(row.licence and row.publisher and row.title for row in sources.values())


def test_every_source_is_used(case, sources):
    used = {row.source for row in rows_with_source(case)}
    used |= {name for row in case.assumptions for name in row.sources}
    used |= {name for row in case.scenarios for part in row.assumptions for name in part.sources}
    assert set(sources) - used == set()


def test_no_row_is_older_than_its_source(case, sources):
    early = [
        row
        for row in rows_with_source(case)
        if (day := sources[row.source].published) and (row.published or case.start) < day
    ]
    assert early == []
    assert [row for row in case.observations if row.published < row.date] == []


def test_points_of_places_say_how_good_they_are(case):
    told = {row.location for row in case.attributes if row.key == "coordinates"}
    assert {row.location for row in case.locations if row.latitude is not None} <= told


def test_no_place_has_a_capacity_from_later_counts(case):
    assert [row for row in case.locations if row.capacity is not None] == []
    assert not [row for row in case.events if row.kind == "capacity"]


# -- counts and reports -----------------------------------------------------------------------------------


def last_versions(case, series, place=""):
    rows = [row for row in case.observations if row.series == series and row.location == place]
    return {row.date: row.persons for row in sorted(rows, key=lambda row: (row.date, row.published))}


def test_the_crossing_count_never_falls_and_is_revised_upwards(case):
    final = list(last_versions(case, "goa-crossing").values())
    assert final == sorted(final)
    for day in {row.date for row in case.observations if row.series == "goa-crossing"}:
        versions = sorted(
            (row.published, row.persons)
            for row in case.observations
            if row.series == "goa-crossing" and row.date == day
        )
        assert [persons for _, persons in versions] == sorted(persons for _, persons in versions)
        assert len({published for published, _ in versions}) == len(versions)


def test_provinces_sum_to_what_was_published(case):
    totals = {date(2023, 9, 26): 3_253, date(2023, 9, 29): 27_396, date(2023, 9, 30): 32_200}
    for day, told in totals.items():
        counted = [row.persons for row in case.observations if row.date == day and row.scope == "location"]
        assert sum(counted) == told


def test_reports_are_dated_paraphrases_of_their_source(case, sources):
    assert {row.kind for row in case.reports} == {"paraphrase"}
    assert not [row.report for row in case.reports if set(row.text) & set('"\u201c\u201d\u00ab\u00bb')]
    for row in case.reports:
        assert row.url == sources[row.source].url
        late = row.published - sources[row.source].published
        assert timedelta(0) <= late <= timedelta(days=3)


def test_figures_are_the_text_they_claim(read):
    case = load_case(read)
    texts = {row.report: row.text for row in case.reports}
    assert len(case.figures) > len(load_case(CASE).figures)
    for row in case.figures:
        assert texts[row.report][row.start : row.end] == row.quantity_text


def test_one_official_figure_has_one_weight(read):
    known = as_of(load_case(read), date(2023, 9, 28))
    inside = {row.name: row for row in resolve_assumptions(known, "time-ordered")[0]}["population_at_risk"]
    rows = {row.figure: row for row in known.figures}
    assert len(inside.figures) >= 3
    assert {rows[name].fact_group for name in inside.figures} == {"official-population"}


def test_the_title_names_nothing_that_a_public_brief_withholds(case):
    withheld = {row.group for row in case.locations if row.kind == "origin"}
    withheld |= {row.location for row in case.locations if row.kind == "origin"}
    words = f"{case.title} {case.crisis}".casefold()
    assert [name for name in withheld if name.casefold() in words] == []


# -- the page that tells how it went ----------------------------------------------------------------------


def test_the_page_holds_the_counts_of_the_case(case):
    text = PAGE.read_text(encoding="utf-8")
    assert not re.search(r"<!-- \w+ -->\n<!-- end -->", text), "run lab/karabakh_look_back.py"
    table = text.split("<!-- counts -->")[1].split("<!-- end -->")[0]
    told = re.findall(r"^\| (\d+ \w+) \| [\d,]+ \| ([\d,]+) \|", table, re.MULTILINE)
    final = last_versions(case, "goa-crossing")
    assert told == [
        (f"{day.day} {day:%b}", f"{persons:,}") for day, persons in final.items() if day <= LAST_OF_CROSSING
    ]


def test_the_page_tells_the_misses():
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("<!-- totals -->")[1].split("<!-- end -->")[0]
    assert table.count("**missed**") > 10

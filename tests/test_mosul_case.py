"""Protects the bundled case: nothing from the future, every number with its source, series kept apart."""

import csv
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from havenward.case.assumptions import resolve_assumptions
from havenward.case.check import check_case
from havenward.case.known import as_of
from havenward.case.load import load_case
from havenward.movement.network import build_network
from havenward.movement.rules import HAVENWARD
from havenward.records import RECEIVING_KINDS

ROOT = Path(__file__).resolve().parents[1]
CASE = ROOT / "cases" / "mosul-2016"
FACTS = ROOT.parent / "shared" / "mosul"

FIRST_LOOK = date(2016, 7, 31)
EVE = date(2016, 10, 16)
BEFORE_BREAK = date(2017, 6, 29)
LAG = timedelta(days=3)
# what the case itself supplies has no page to point to
OWN_KEYS = {"assumption", "derived-distance"}
# the interview was broadcast on the evening of 30 July; the page does not show its own day
INTERVIEW = "cbc-obeidi"

needs_facts = pytest.mark.skipif(not FACTS.is_dir(), reason="the table of facts is not here")


def read_facts(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def case():
    return load_case(CASE)


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """Load the case with all its figures as they were read by hand; a machine is held against them."""
    folder = tmp_path_factory.mktemp("by_hand") / "case"
    shutil.copytree(CASE, folder)
    shutil.copyfile(Path(__file__).with_name("data") / "mosul_figures.csv", folder / "figures.csv")
    return load_case(folder)


@pytest.fixture(scope="module")
def sources(case):
    return {row.source: row for row in case.sources}


def test_checks_find_nothing():
    assert [str(problem) for problem in check_case(CASE)] == []


# -- the two looks ahead -------------------------------------------------------------------------------


def test_first_look_has_no_counts_and_few_sites(case):
    known = as_of(case, FIRST_LOOK)
    assert known.observations == ()
    camps = {row.location for row in known.locations if row.kind == "camp"}
    assert camps == {"debaga", "planned-sites-east", "planned-sites-south", "syria-reception"}
    assert not any(row.kind in {"front_reaches", "retaken", "order_to_stay"} for row in known.events)


def test_first_look_pools_the_disagreement(by_hand):
    known = as_of(by_hand, FIRST_LOOK)
    drawn = {row.name: row for row in resolve_assumptions(known, "time-ordered")[0]}
    expected, inside = drawn["displaced_total"], drawn["population_at_risk"]
    assert {"obeidi-least", "cbc-icrc", "un-best-worst", "krg-range"} <= set(expected.figures)
    assert {"obeidi-inside", "fa-inside", "envoy-inside"} <= set(inside.figures)
    groups = {row.fact_group for row in known.figures if row.figure in expected.figures}
    assert len(groups) == 4  # the minister, the Red Cross, the UN, the Kurdish crisis centre


def test_eve_knows_the_order_but_not_the_start(case):
    known = as_of(case, EVE)
    assert any(row.kind == "order_to_stay" for row in known.events)
    starts = [row for row in known.events if row.kind == "operation_starts"]
    assert [row.date for row in starts] == ["operation_start"]
    assert {row.name for row in known.scenarios} == {row.name for row in case.scenarios}


@pytest.mark.parametrize("day", [FIRST_LOOK, EVE, date(2016, 12, 1), date(2017, 3, 20), date(2017, 6, 22)])
def test_every_receiving_place_can_be_reached(case, day):
    known = as_of(case, day)
    network = build_network(known, day, 1, HAVENWARD)
    reached = {
        network.site_names[s] for s in range(len(network.sites)) if network.km[:, :, s].min() < float("inf")
    }
    assert reached == {row.location for row in known.locations if row.kind in RECEIVING_KINDS}
    # every cell has somewhere to go
    assert (network.km.min(axis=2) < float("inf")).all()


def test_parts_of_the_city_are_not_neighbourhoods(case):
    origins = {row.location: row for row in case.locations if row.kind == "origin"}
    counts = {
        group: sum(row.group == group for row in origins.values()) for group in ("belt", "east", "west")
    }
    assert counts == {"belt": 2, "east": 5, "west": 7}
    assert {row.name.split(",")[0] for row in origins.values() if row.group != "belt"} == {
        "East Mosul",
        "West Mosul",
    }
    order = {row.location: int(row.value) for row in case.attributes if row.key == "front_order"}
    assert sorted(order.values()) == list(range(1, 15))
    last = {group: max(order[name] for name in origins if origins[name].group == group) for group in counts}
    assert last == {"belt": 2, "east": 7, "west": 14}


# -- where every row comes from ------------------------------------------------------------------------


def rows_with_source(case):
    tables = ("locations", "routes", "events", "observations", "attributes", "stock", "reports")
    return [(table, row) for table in tables for row in getattr(case, table)]


def test_every_row_names_a_source_with_an_address(case, sources):
    assert [row for _, row in rows_with_source(case) if not row.source] == []
    bare = {key for key, row in sources.items() if not row.url}
    assert bare == OWN_KEYS
    # an address of a whole site is no source
    assert [
        row.url for row in sources.values() if row.url and row.url.count("/") < 3 + row.url.endswith("/")
    ] == []
    assert all(row.licence and row.publisher for row in sources.values())


def test_every_source_is_used(case, sources):
    used = {row.source for _, row in rows_with_source(case)}
    used |= {name for row in case.assumptions for name in row.sources}
    used |= {name for row in case.scenarios for part in row.assumptions for name in part.sources}
    assert set(sources) - used == set()


def test_no_row_is_older_than_its_source(case, sources):
    early = [
        (table, row)
        for table, row in rows_with_source(case)
        if (day := sources[row.source].published) and (row.published or case.start) < day
    ]
    assert early == []
    assert [row for row in case.observations if row.published < row.date] == []


@needs_facts
def test_publication_dates_carry_the_lag(case, sources):
    wait = {}
    for name in (
        "observed_displacement.csv",
        "camp_occupancy.csv",
        "flows.csv",
        "syria_alhol_arrivals.csv",
        "timeline.csv",
    ):
        for fact in read_facts(name):
            exact = fact["pub_date_quality"] == "exact"
            wait[fact["source_url"]] = min(wait.get(fact["source_url"], LAG), timedelta(0) if exact else LAG)
    late = [
        row
        for row in case.observations
        if (address := sources[row.source].url) in wait
        and row.published < sources[row.source].published + wait[address]
    ]
    assert late == []


@needs_facts
def test_facts_without_a_kept_address_are_left_out(case, sources):
    addresses = {row.url for row in sources.values()}
    for name in ("observed_displacement.csv", "camp_occupancy.csv", "flows.csv", "camps.csv"):
        lost = {f["source_url"] for f in read_facts(name) if "retained" in f["source_url"].lower()}
        assert not lost & addresses
    undated = {
        f["source_url"] for f in read_facts("observed_displacement.csv") if f["pub_date_quality"] == "unknown"
    }
    assert not undated & {sources[row.source].url for row in case.observations}


@needs_facts
def test_no_point_comes_from_the_unattributed_study(case):
    points = {
        (round(float(fact["lat"]), 4), round(float(fact["lon"]), 4))
        for fact in read_facts("camps.csv")
        if fact["lat"] and fact["coord_quality"].startswith("low")
    }
    ours = {
        (round(row.latitude, 4), round(row.longitude, 4))
        for row in case.locations
        if row.latitude is not None
    }
    assert points
    assert not points & ours


def test_points_of_places_say_how_good_they_are(case):
    told = {row.location for row in case.attributes if row.key == "coordinates"}
    assert {row.location for row in case.locations if row.latitude is not None} <= told


# -- counting systems ----------------------------------------------------------------------------------


def test_series_end_where_the_counting_changed(case):
    before = [row for row in case.observations if row.series == "iom-dtm-et"]
    after = [row for row in case.observations if row.series == "iom-dtm-et-after-2017-06-30"]
    assert max(row.date for row in before) <= BEFORE_BREAK < min(row.date for row in after)
    last = max((row for row in before if row.measure == "stock"), key=lambda row: row.date)
    assert (last.date, last.persons) == (date(2017, 6, 22), 432_726)


@needs_facts
def test_series_are_never_mixed(case, sources):
    system = {"IOM_DTM_ET": "iom-dtm-et", "GoI_MoMD": "goi-momd"}
    scope = {"all_mosul_ops": "", "west": "west", "east": "east"}
    measure = {
        "currently_displaced": "stock", "cumulative_displaced": "cumulative_displaced", "returned": "cumulative_returned",
    }  # fmt: skip
    facts = {
        (f["date"], measure[f["measure"]], f["persons"], scope[f["scope"]], f["source_url"]): system[
            f["basis"]
        ]
        for f in read_facts("observed_displacement.csv")
    }
    counts = [row for row in case.observations if row.series.startswith(("iom-dtm-et", "goi-momd"))]
    assert len(counts) > 150
    for row in counts:
        persons = "" if row.persons is None else str(row.persons)
        key = (row.date.isoformat(), row.measure, persons, row.location, sources[row.source].url)
        assert row.series.startswith(facts[key]), row


def test_stocks_and_flows_are_apart(case):
    flows = {"arrivals", "departures", "returns"}
    assert all((row.measure in flows) == (row.date_from is not None) for row in case.observations)


# -- reports and figures -------------------------------------------------------------------------------


def test_reports_are_dated_paraphrases(case):
    assert len(case.reports) >= 14
    assert {row.kind for row in case.reports} == {"paraphrase"}
    assert not [row.report for row in case.reports if set(row.text) & set('"\u201c\u201d\u00ab\u00bb')]
    assert all(row.url for row in case.reports)
    days = [row.published for row in case.reports]
    assert (min(days).isoformat()[:7], max(days).isoformat()[:7]) == ("2016-06", "2017-06")


def test_reports_point_at_their_source(case, sources):
    for row in case.reports:
        assert row.url == sources[row.source].url
        assert row.published >= sources[row.source].published
    late = {row.source: row.published - sources[row.source].published for row in case.reports}
    assert late.pop(INTERVIEW) == timedelta(days=1)
    assert set(late.values()) <= {timedelta(0), LAG}


def test_figures_are_the_text_they_claim(case, by_hand):
    texts = {row.report: row.text for row in case.reports}
    for row in (*case.figures, *by_hand.figures):
        text = texts[row.report]
        assert text[row.start : row.end] == row.quantity_text
        assert text.find(row.sentence) <= row.start < row.end <= text.find(row.sentence) + len(row.sentence)
        assert row.review in {"accepted", "corrected", "rejected"}
    assert {row.report for row in by_hand.figures} == set(texts)


def test_figures_hold_what_a_person_decided_and_what_assumptions_name(case, by_hand):
    assert len(case.figures) < len(by_hand.figures) / 2
    cited = {name for row in case.assumptions for name in row.figures}
    assert cited <= {row.figure for row in case.figures}
    assert {row.figure for row in case.figures if row.review == "accepted"} <= cited


def test_figures_carry_hedges_repeats_and_conflicts(by_hand):
    assert {row.quantifier for row in by_hand.figures} >= {
        "at_least", "up_to", "between", "less_than", "more_than", "approximately", "exact", "unspecified_many",
    }  # fmt: skip
    words = {row.relation.split(" ")[0] for row in by_hand.figures if row.relation}
    assert {"repeats", "conflicts_with", "part_of", "share_of"} <= words
    assert any("could_be_higher" in row.relation for row in by_hand.figures)
    # a planning number that is repeated has one weight
    family = [row for row in by_hand.figures if row.fact_group == "un-planning"]
    assert len(family) > 5

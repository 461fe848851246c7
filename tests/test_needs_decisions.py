"""Decisions: gains worked out on paper, placement held against every other placement, tables whole or not at all."""

from __future__ import annotations

import csv
from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.cli import main
from havenward.errors import RunError, SettingsError
from havenward.needs.assess import NeedsSettings, assess_needs
from havenward.needs.placement import compare_plans, gain_of, place_lots, spread
from havenward.needs.report import COLUMNS, write_needs
from havenward.needs.standards import load_standards
from havenward.needs.supplies import PLACES
from havenward.records import Route
from needs_worlds import EARLY, ORIGIN, place, supply, with_attribute, world, write_world

SPHERE = load_standards(profile="sphere")


def assessed(tmp_path, case, stock, plan=None, **about):
    run = write_world(tmp_path / "run", case, stock, **about)
    return assess_needs(case, run, SPHERE, None, plan or NeedsSettings(budget_places=2000))


# -- single decisions ---------------------------------------------------------------------------------------


def test_extra_places_save_what_paper_says(tmp_path):
    case = world(place("one", capacity=1000), place("two", capacity=1000))
    stock = {"one": np.array([[1500, 3000], [900, 900]]), "two": np.array([[1100, 1100], [1100, 1100]])}
    found = assessed(tmp_path, case, stock)
    saved = {row.location: (row.saved, row.before) for row in found.decisions if row.action == "extra places"}
    # at one: 500 and 1,000 of 500 and 2,000 in one of two members; at two: 100 each day in both
    assert saved["one"] == pytest.approx((750.0, 1250.0))
    assert saved["two"] == pytest.approx((200.0, 200.0))
    assert found.decisions[0].location == "one"


def test_a_truck_a_day_brings_water_every_day_and_tents_more_each_day(tmp_path):
    case = world(place("camp"), stock=(supply("water", 0, "litres per day", "camp"),))
    found = assessed(tmp_path, case, {"camp": np.array([[500, 1000]])}, NeedsSettings(truck_tonnes=10.0))
    truck = next(row for row in found.decisions if row.action == "a truck a day")
    # 10,000 litres serve 666.7 people at 15 litres: all of 500, then two thirds of 1,000
    assert truck.saved == pytest.approx(500 + 10_000 / 15)
    assert truck.before == pytest.approx(1500)


def test_a_site_opened_a_week_earlier_takes_who_is_over_capacity(tmp_path):
    case = world(place("camp", capacity=100), place("new", capacity=30, opens=ORIGIN + timedelta(days=9)))
    stock = {"camp": np.full((1, 12), 150), "new": np.zeros((1, 12), int)}
    found = assessed(tmp_path, case, stock)
    row = next(row for row in found.decisions if row.action == "open a week earlier")
    assert (row.location, row.saved, row.before) == ("new", 7 * 30.0, 12 * 50.0)


# -- placement ----------------------------------------------------------------------------------------------


def every_placement(gains, budget, cost=None, opening=None, most=None):
    """Try them all."""
    sites, count = gains.shape
    cost = np.ones(sites) if cost is None else cost
    opening = np.zeros(sites) if opening is None else opening
    most = np.full(sites, count) if most is None else most
    best = 0.0
    for lots in product(range(count + 1), repeat=sites):
        chosen = np.array(lots)
        if (chosen <= most).all() and cost @ chosen + opening @ (chosen > 0) <= budget + 1e-9:
            best = max(best, gain_of(gains, chosen))
    return best


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 9))
def test_the_placement_is_as_good_as_the_best_of_all(seed, budget):
    rng = np.random.default_rng(seed)
    # what lots gain at a site falls: sample averages of people over capacity, over members and days
    over = rng.gamma(0.6, 900.0, (30, 4)) * (rng.random((30, 4)) < 0.6)
    gains = np.stack([np.minimum(over, 250.0 * n).mean(axis=0) for n in range(1, 5)], axis=1)
    lots = place_lots(gains, budget)
    assert lots.sum() <= budget
    assert gain_of(gains, lots) == pytest.approx(every_placement(gains, budget))
    cost, opening = rng.integers(1, 4, 4).astype(float), rng.integers(0, 5, 4).astype(float)
    most = rng.integers(0, 5, 4)
    lots = place_lots(gains, budget, cost, opening, most)
    assert (lots <= most).all()
    assert cost @ lots + opening @ (lots > 0) <= budget + 1e-9
    assert gain_of(gains, lots) == pytest.approx(every_placement(gains, budget, cost, opening, most))


def test_the_best_plan_is_never_worse_than_what_a_planner_would_do():
    rng = np.random.default_rng(5)
    over = rng.gamma(0.5, 2000.0, (200, 8))
    gains = np.stack([np.minimum(over, 500.0 * n).mean(axis=0) for n in range(1, 21)], axis=1)
    best, *others = compare_plans(gains, 20, rng.random(8))
    assert [plan.name for plan in others] == ["like the present plan", "evenly", "all at one site"]
    assert all(plan.lots.sum() <= 20 and plan.saved <= best.saved + 1e-6 for plan in others)


def test_lots_are_spread_whole():
    assert spread([3, 1, 0], 6, 20).tolist() == [5, 1, 0]
    assert spread([3, 1, 0], 6, 4).tolist() == [4, 2, 0]
    assert spread([0, 0], 6, 4).tolist() == [0, 0]


def test_places_go_where_they_do_most_and_a_limit_holds(tmp_path):
    case = world(place("one", capacity=1000), place("two", capacity=1000))
    stock = {"one": np.full((1, 5), 2500), "two": np.full((1, 5), 1600)}
    placement = assessed(tmp_path, case, stock).placements[0]
    assert placement.key == PLACES
    best = dict(zip(placement.places, placement.plans[0].lots * placement.lot, strict=True))
    assert best["one"] + best["two"] == 2000
    assert best["one"] >= 1400
    assert placement.plans[0].saved == pytest.approx(5 * 2000)
    bounded = with_attribute(case, "extra_places_most", "300", "one")
    placement = assessed(tmp_path / "b", bounded, stock).placements[0]
    best = dict(zip(placement.places, placement.plans[0].lots * placement.lot, strict=True))
    assert best["one"] == 300


def test_stock_that_is_bound_to_no_place_is_placed_beforehand(tmp_path):
    case = world(place("one"), place("two"), stock=(supply("tents", 100, "tents"),))
    found = assessed(tmp_path, case, {"one": np.full((1, 3), 450), "two": np.full((1, 3), 50)})
    placement = next(row for row in found.placements if row.key == "family_tents")
    best = dict(zip(placement.places, placement.plans[0].lots * placement.lot, strict=True))
    assert best == {"one": 90.0, "two": 10.0}
    assert placement.plans[0].saved == pytest.approx(3 * 500)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(SettingsError) as error:
        NeedsSettings(budget_places=-1, truck_tonnes=0.0)
    assert str(error.value).splitlines() == [
        "--places: found -1; expected a whole number from 0 to 10,000,000; correct the value",
        "--truck-tonnes: found 0.0; expected tonnes above 0 and up to 1,000; correct the value",
    ]


# -- what is handed over ------------------------------------------------------------------------------------


@pytest.fixture
def found(tmp_path):
    case = world(
        place("one", capacity=1000), place("town", "host"), place("home", "origin"),
        routes=(Route("home", "one", 10.0, "road", EARLY, ""), Route("home", "town", 10.0, "road", EARLY, "")),
        stock=(
            supply("tents", 100, "tents"), supply("=cmd()", 4, "kits", row=3),
            supply("food", 3, "tonnes", row=4),
        ),
    )  # fmt: skip
    stock = {"one": np.array([[900, 1500], [400, 1100]]), "town": np.array([[50, 60], [5, 7]])}
    return assessed(tmp_path, case, stock)


def read(path):
    return list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))


def test_every_table_has_its_columns_and_opens_as_utf8(found, tmp_path):
    files = write_needs(found, tmp_path / "out")
    assert [path.name for path in files] == [*COLUMNS, "README.md"]
    for name, columns in COLUMNS.items():
        text = (tmp_path / "out" / name).read_bytes()
        assert text.startswith(b"\xef\xbb\xbf")
        rows = read(tmp_path / "out" / name)
        assert rows, name
        assert tuple(rows[0]) == columns
    assert {row["item"] for row in read(tmp_path / "out" / "supplies.csv")} == {"tents", "'=cmd()", "food"}


def test_numbers_of_the_tables_are_those_that_were_worked_out(found, tmp_path):
    write_needs(found, tmp_path / "out")
    needs = {(r["location"], r["indicator"]): r for r in read(tmp_path / "out" / "needs.csv")}
    row = needs["one", "toilets"]
    assert (row["low"], row["central"], row["high"]) == ("22", "22", "30")
    assert (row["people_low"], row["people_high"], row["households_high"]) == ("1100", "1500", "300")
    assert needs["total", "soap_bathing"]["unit"] == "kg per month"
    assert float(needs["total", "soap_bathing"]["high"]) == pytest.approx(1560 * 0.25, abs=0.5)
    short = {(r["location"], r["indicator"]): r for r in read(tmp_path / "out" / "shortfalls.csv")}
    assert short["one", "places"]["words"] == "almost certain (100 %)"
    assert short["one", "places"]["first_likely"] == str(ORIGIN + timedelta(days=2))
    assert short["one", "places"]["supply_rests_on"] == "published places"
    assert short["one", "family_tents"]["supply_rests_on"] == "shared: stock.csv row 2"
    gaps = {(r["location"], r["indicator"]): r for r in read(tmp_path / "out" / "gaps.csv")}
    assert (gaps["one", "places"]["required_central"], gaps["one", "places"]["in_place"]) == ("1100", "1000")
    assert gaps["one", "places"]["missing_p95"] == "500"


def test_the_page_says_what_runs_short_and_what_is_not_known(found, tmp_path):
    write_needs(found, tmp_path / "out")
    page = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "- One, places for people: almost certain (100 %), from 2020-01-12 on likelier than not" in page
    assert "No number of places is known for Town." in page
    assert "'=cmd()' stands for nothing in the standards" in page
    assert "therapeutic food is left out" in page
    assert "not for the public" in page


def test_nothing_is_written_where_something_breaks(found, tmp_path, monkeypatch):
    write_needs(found, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def broken(_):
        yield ("half", "a", "row")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("havenward.needs.report.placement_rows", broken)
    with pytest.raises(RunError, match="could not be written"):
        write_needs(found, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_run_is_never_written_into(found):
    with pytest.raises(RunError, match="the folder holds a run"):
        write_needs(found, found.run.folder)


def test_the_command_writes_the_same_from_files(found, tmp_path, capsys):
    standards = tmp_path / "mine.csv"
    standards.write_text("indicator,quantity,unit,title\nwater_supply,20,litres per day,Cluster\n", "utf-8")
    code = main(
        ["needs", str(found.run.folder), "--standards", str(standards), "--out", str(tmp_path / "mine")]
    )
    assert code == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(tmp_path / "mine" / name) for name in (*COLUMNS, "README.md")]
    assert "not for the public" in said.err
    rows = [r for r in read(tmp_path / "mine" / "needs.csv") if r["indicator"] == "water_supply"]
    total = next(r for r in rows if r["location"] == "total")
    assert float(total["high"]) == 20 * 1560
    assert main(["needs", str(found.run.folder), "--profile", "spere", "--out", str(tmp_path / "no")]) == 1
    assert "did you mean 'sphere'?" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()

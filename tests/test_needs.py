"""Needs: a small case recomputed by hand, whole things rounded up where people stand, units refused when wrong."""

import csv
from math import ceil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from havenward.case.known import as_of
from havenward.dates import key_days
from havenward.distributions import Distribution, weighted_quantiles
from havenward.errors import RunError, SettingsError
from havenward.needs.requirements import estimate_needs, household_size, rule
from havenward.needs.standards import COLUMNS, UNITS, load_standards
from toy_brief import ORIGIN, assumption, toy_case, toy_run

RESEARCH = Path(__file__).parents[1].parent / "shared" / "research" / "standards.csv"


@pytest.fixture(scope="module")
def case():
    return toy_case()


@pytest.fixture(scope="module")
def run(tmp_path_factory, case):
    return toy_run(tmp_path_factory.mktemp("needs") / "run", case, even=False)


@pytest.fixture(scope="module")
def needs(case, run):
    return estimate_needs(case, run, load_standards())


def test_needs_are_given_for_receiving_places_and_their_total_on_key_days(needs, run):
    assert {need.location for need in needs} == {"camp_a", "camp_b", "camp_c", "tiny", "city", "total"}
    assert {need.date for need in needs} == set(key_days(ORIGIN, run.last_date))
    assert len({need.date for need in needs}) == 5


def test_people_are_the_weighted_quantiles_of_the_members(needs, run):
    day = needs[-1].date
    table = (
        run.table("members").filter((pl.col("location") == "camp_a") & (pl.col("date") == day)).sort("stock")
    )
    joined = table.join(run.table("members_weights"), on="member").sort("stock")
    cumulated = np.cumsum(joined["weight"].to_numpy())
    by_hand = [
        int(joined["stock"][int(np.searchsorted(cumulated, level - 1e-9))]) for level in (0.05, 0.5, 0.95)
    ]
    need = next(n for n in needs if n.location == "camp_a" and n.date == day and n.standard == "water_supply")
    assert [need.people_low, need.people_central, need.people_high] == by_hand


def test_each_sector_follows_from_people_at_a_place(needs):
    for need in (n for n in needs if n.location == "camp_a"):
        by_hand = {
            "water_supply": 15 * need.people_central,
            "toilets_first": ceil(need.people_central / 50),
            "family_tents": ceil(need.people_central / 5),
            "kitchen_sets": ceil(need.people_central / 5),
            "blankets": ceil(4 * need.people_central / 5),
            "soap_bathing": 0.25 * need.people_central,
            "food_ration": 0.555 * need.people_central,
            "site_area": 45 * need.people_central,
            "health_facilities": ceil(need.people_central / 10_000),
        }
        if need.standard in by_hand:
            assert need.central == pytest.approx(by_hand[need.standard]), need.standard


def test_the_total_adds_what_was_rounded_up_at_every_place_in_each_member(needs, run):
    day = needs[-1].date
    need = next(
        n for n in needs if n.location == "total" and n.date == day and n.standard == "health_facilities"
    )
    table = (
        run.table("members")
        .filter(
            pl.col("location").is_in(["camp_a", "camp_b", "camp_c", "tiny", "city"]) & (pl.col("date") == day)
        )
        .with_columns(pieces=(pl.col("stock") / 10_000).ceil())
        .group_by("member")
        .agg(pl.col("pieces").sum())
        .sort("member")
    )
    weights = run.table("members_weights").sort("member")["weight"].to_numpy()
    by_hand = weighted_quantiles(table["pieces"].to_numpy(), weights, (0.05, 0.5, 0.95))
    assert [need.low, need.central, need.high] == by_hand.tolist()
    assert need.central > ceil(need.people_central / 10_000)


def test_whole_things_are_whole_and_flows_are_not_rounded(needs):
    for need in needs:
        if need.unit in {"toilets", "tents", "facilities", "blankets"}:
            assert all(float(v).is_integer() for v in (need.low, need.central, need.high))
        assert 0 <= need.low <= need.central <= need.high


@pytest.mark.parametrize(("people", "expected"), [(0, 0), (1, 1), (50, 1), (51, 2), (100, 2), (101, 3)])
def test_toilets_are_rounded_up(people, expected):
    toilets = next(s for s in load_standards() if s.standard == "toilets_first")
    assert rule(np.array([float(people)]), toilets, 5.0)[0] == expected


def test_nobody_needs_nothing_and_never_minus_nothing():
    for standard in load_standards():
        assert str(rule(np.zeros(1), standard, 5.0)[0]) == "0.0"


def test_more_people_never_need_less_and_a_doubled_standard_doubles():
    from dataclasses import replace

    people = np.arange(0.0, 3000.0, 7.0)
    for standard in load_standards():
        assert (np.diff(rule(people, standard, 5.0)) >= 0).all()
        if not standard.whole:
            double = replace(standard, quantity=2 * standard.quantity)
            assert np.allclose(rule(people, double, 5.0), 2 * rule(people, standard, 5.0))


def test_the_household_size_of_the_case_comes_first(case, run):
    from dataclasses import replace

    six = replace(
        assumption("household_size", "people", "Used for kits in Iraq."),
        distribution=Distribution("fixed", {"value": 6.0}),
    )
    mine = replace(case, assumptions=(*case.assumptions, six))
    assert household_size(case, load_standards())[0] == 5.0
    assert household_size(mine, load_standards()) == (6.0, "Used for kits in Iraq.")
    sets = [
        n
        for n in estimate_needs(mine, run, load_standards())
        if n.standard == "kitchen_sets" and n.location == "camp_a"
    ]
    assert all(n.central == ceil(n.people_central / 6) for n in sets)


def test_a_household_size_published_later_is_not_used(case, run):
    from dataclasses import replace
    from datetime import date

    late = replace(assumption("household_size", "people", "Later."), published=date(2017, 1, 1))
    known = as_of(replace(case, assumptions=(late,)), run.origin_date)
    assert household_size(known, load_standards())[0] == 5.0


def test_members_without_a_day_are_a_damaged_run(case, tmp_path):
    run = toy_run(tmp_path / "run", case, members=5, horizon=30)
    table = run.table("members").filter(pl.col("date") != run.last_date)
    table.write_parquet(run.folder / "members.parquet")
    with pytest.raises(RunError, match="run the forecast again"):
        estimate_needs(case, run, load_standards())


# -- the table ---------------------------------------------------------------------------------------------


def test_the_table_covers_the_main_sectors_with_sources():
    standards = load_standards()
    assert 20 <= len(standards) <= 32
    assert {
        "water",
        "sanitation",
        "hygiene",
        "household items",
        "shelter",
        "site area",
        "food",
        "health",
    } <= {s.sector for s in standards}
    assert all(
        s.title and s.url.startswith("http") and s.read_level in "ABC" and s.unit in UNITS for s in standards
    )


@pytest.mark.skipif(not RESEARCH.exists(), reason="the research table is not here")
def test_values_and_sources_are_those_that_were_read():
    read = list(csv.DictReader(RESEARCH.open(encoding="utf-8")))
    by_source = {(row["source_title"], row["source_section"], row["url"]): row for row in read}
    values = {
        "water_supply": "15",
        "water_taps": "250",
        "toilets_first": "50",
        "toilets_later": "20",
        "covered_space": "3.5",
        "site_area": "45",
        "food_energy": "2100",
        "health_facilities": "10000",
        "bathing_places": "50",
        "hygiene_promoters": "500",
        "family_tents": "5",
    }
    for standard in load_standards():
        row = by_source[standard.title, standard.section, standard.url]
        assert row["read_level"] == standard.read_level
        if standard.standard in values:
            same = [r for r in read if (r["source_title"], r["url"]) == (standard.title, standard.url)]
            assert values[standard.standard] in {r["value"] for r in same}
            stated = standard.people if standard.whole else standard.quantity
            assert stated == float(values[standard.standard])


def write_table(path, **changes):
    row = {
        "standard": "water",
        "sector": "water",
        "item": "Water",
        "quantity": "15",
        "unit": "litres per day",
        "people": "1",
        "per": "person",
        "whole": "no",
        "phase": "both",
        "title": "T",
        "section": "",
        "url": "",
        "read_level": "A",
        "note": "",
    } | changes
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(row[c] for c in COLUMNS) + "\n", encoding="utf-8")
    return path


def test_litres_per_week_are_refused(tmp_path):
    with pytest.raises(SettingsError) as error:
        load_standards(write_table(tmp_path / "s.csv", unit="litres per week"))
    assert str(error.value) == (
        "s.csv row 2: unit is 'litres per week'; expected one of "
        + ", ".join(UNITS)
        + "; did you mean 'litres per day'? Convert the quantity too"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": "-1"}, "quantity is '-1'"),
        ({"quantity": ""}, "quantity is ''"),
        ({"people": "0"}, "people is '0'"),
        ({"quantity": "nan"}, "quantity is 'nan'"),
        ({"unit": "litres"}, "unit is 'litres'"),
        ({"unit": "toilets"}, "whole is 'no' with unit 'toilets'"),
        ({"whole": "yes"}, "whole is 'yes' with unit 'litres per day'"),
        ({"per": "week"}, "per is 'week'"),
        ({"unit": "people per household"}, "unit is 'people per household' for 'water'"),
        ({"title": ""}, "title is empty"),
    ],
)
def test_values_that_make_no_sense_are_refused(tmp_path, changes, words):
    with pytest.raises(SettingsError, match=r"s\.csv row 2") as error:
        load_standards(write_table(tmp_path / "s.csv", **changes))
    assert words in str(error.value)


def test_two_rows_of_one_name_and_unknown_columns_are_refused(tmp_path):
    path = write_table(tmp_path / "s.csv")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"row 3: 'water' stands in row 2 already"):
        load_standards(path)
    path.write_text("standard,amount\nwater,15\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="amount"):
        load_standards(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_standards(tmp_path / "none.csv")

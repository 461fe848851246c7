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
from havenward.needs.groups import GROUPS, load_groups
from havenward.needs.requirements import estimate_needs, household_size, rule
from havenward.needs.standards import (
    BRIEF,
    COLUMNS,
    HOUSEHOLD_SIZE,
    by_indicator,
    known_standards,
    load_standards,
    profile_names,
)
from havenward.needs.units import parse_unit
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


def test_the_short_list_of_the_brief_is_as_it_was():
    standards = load_standards()
    assert len(standards) == 28
    assert all(s.per in ("person", "household") for s in standards), (
        "its sheet multiplies people by standards"
    )
    kits = next(s for s in standards if s.standard == "menstrual_kits")
    assert (kits.quantity, kits.per, kits.unit, kits.whole) == (0.26, "person", "kits", True)


@pytest.mark.parametrize("profile", profile_names())
def test_a_profile_has_one_row_for_each_of_forty_indicators_and_more(profile):
    standards = load_standards(profile=profile)
    assert len({s.indicator for s in standards}) == len(standards) >= 41
    assert HOUSEHOLD_SIZE in {s.indicator for s in standards}
    assert {
        "water",
        "sanitation",
        "hygiene",
        "household items",
        "winter items",
        "shelter",
        "site area",
        "food",
        "health",
        "nutrition",
        "protection",
    } <= {s.sector for s in standards}


def test_conflicts_stay_rows_and_a_profile_chooses():
    taps = {s.standard: s.people for s in by_indicator()["water_taps"]}
    assert {250.0, 100.0, 500.0} <= set(taps.values())
    later = {s.indicator: s for s in load_standards(profile="unhcr-post-emergency")}
    assert (later["water_supply"].quantity, later["water_taps"].people, later["toilets"].people) == (
        20,
        100,
        20,
    )
    first = {s.indicator: s for s in load_standards(profile="sphere")}
    assert (first["water_supply"].quantity, first["water_taps"].people, first["toilets"].people) == (
        15,
        250,
        50,
    )


def test_every_row_is_sound_and_says_where_it_was_read():
    for row in known_standards():
        unit = parse_unit(row.unit)
        assert unit is not None, row.standard
        assert unit.text == row.unit
        assert row.title
        assert row.url.startswith("http") or (not row.url and row.read_level == "C")
        assert row.read_level in "ABC"
        assert row.per in ("person", "household", "site", *GROUPS)
        if row.indicator != HOUSEHOLD_SIZE:
            assert unit.is_rate == (row.use == "consumed"), row.standard
        for low, value, high in ((row.low or row.quantity, row.quantity, row.high or row.quantity),):
            assert 0 < low <= value <= high, row.standard
    for key, rows in by_indicator().items():
        assert len({parse_unit(row.unit).dimension for row in rows}) == 1, key
        assert len({row.use for row in rows}) == 1, key


def test_rows_beside_the_short_list_name_no_place_that_a_brief_may_have_to_withhold():
    """The words of the table may be said by every page, so they must not hold names of places."""
    shown = {row.standard for row in load_standards(profile=BRIEF)}
    words = " ".join(
        f"{row.item} {row.title} {row.section} {row.note}"
        for row in known_standards()
        if row.standard not in shown
    ).casefold()
    tables = Path(__file__).parents[1] / "src" / "havenward" / "tables" / "countries.csv"
    countries = {row[1].casefold() for row in csv.reader(tables.open(encoding="utf-8")) if len(row) > 1}
    assert not [name for name in countries if len(name) > 3 and f" {name} " in f" {words} "]
    cases = Path(__file__).parents[1] / "cases"
    for path in cases.glob("*/locations.csv"):
        for row in csv.DictReader(path.open(encoding="utf-8")):
            assert row["name"].casefold() not in words
            assert row["location"].casefold() not in words


@pytest.mark.skipif(not RESEARCH.exists(), reason="the research table is not here")
def test_values_and_sources_are_those_that_were_read():
    read = list(csv.DictReader(RESEARCH.open(encoding="utf-8")))
    sources = {(row["source_title"], row["url"]) for row in read}
    values = {
        "water_supply": "15",
        "water_unhcr_later": "20",
        "water_taps": "250",
        "water_taps_unhcr_later": "100",
        "toilets_first": "50",
        "toilets_later": "20",
        "covered_space": "3.5",
        "covered_space_cold": "4.5",
        "site_area": "45",
        "site_area_small": "30",
        "food_energy": "2100",
        "health_facilities": "10000",
        "hospitals": "250000",
        "bathing_places": "50",
        "hygiene_promoters": "500",
        "promoters_later": "1000",
        "family_tents": "5",
        "doctors": "50000",
        "school_toilets": "50",
    }
    for standard in known_standards():
        if standard.season == "winter" and "Winterization" in standard.title:
            continue  # read later, from the slides that the row names
        if standard.url:
            assert (standard.title, standard.url) in sources, standard.standard
        if standard.standard in values:
            same = [r for r in read if (r["source_title"], r["url"]) == (standard.title, standard.url)]
            stated = {v for r in same for v in (r["value"], r["value_low"])}
            assert values[standard.standard] in stated, standard.standard
            amount = standard.people if standard.whole else standard.quantity
            assert amount == float(values[standard.standard])


def test_groups_have_a_range_and_a_source():
    assert tuple(group.group for group in load_groups()) == GROUPS
    for group in load_groups():
        assert group.source
        assert group.url.startswith("http")
        if group.share is not None:
            assert 0 < group.low <= group.share <= group.high < 1


# -- a table of one's own ----------------------------------------------------------------------------------


def write_table(path, *rows):
    """Write rows of an own table; each changes some cells of a sound one."""
    row = {"indicator": "water_supply", "quantity": "20", "unit": "litres per day", "title": "Cluster"}
    columns = [c for c in COLUMNS if any(c in {**row, **changes} for changes in rows or [{}])]
    lines = [",".join(columns)]
    lines += [",".join({**row, **changes}.get(c, "") for c in columns) for changes in rows or [{}]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(tmp_path, *rows):
    with pytest.raises(SettingsError) as error:
        load_standards(write_table(tmp_path / "s.csv", *rows), "sphere")
    return str(error.value)


def test_an_own_row_takes_the_place_of_that_of_the_profile(tmp_path):
    path = write_table(tmp_path / "s.csv")
    mine = {s.indicator: s for s in load_standards(path, "sphere")}
    assert (mine["water_supply"].quantity, mine["water_supply"].title) == (20.0, "Cluster")
    assert mine["water_supply"].sector == "water"
    assert mine["toilets"].people == 50
    assert [s.indicator for s in load_standards(path, "none")] == ["water_supply"]


def test_a_week_may_be_written_and_becomes_days(tmp_path):
    path = write_table(tmp_path / "s.csv", {"quantity": "105", "unit": "litres per week"})
    row = load_standards(path, "none")[0]
    assert row.quantity * parse_unit(row.unit).factor == pytest.approx(15.0)


def test_a_standard_per_week_read_as_per_day_is_refused(tmp_path):
    assert refused(tmp_path, {"quantity": "105"}) == (
        "s.csv row 2: water_supply of 105 litres per day comes to 105 litres per day for each person; expected "
        "5 to 60 litres per day, a third of the least known row to three times the most; is the period right? "
        "Give litres in the period that the source means, or take a name of your own that begins with 'own_'"
    )
    assert refused(tmp_path, {"quantity": "15", "unit": "litres per week"}).startswith(
        "s.csv row 2: water_supply of 15 litres per week comes to 2.14 litres per day for each person; expected "
        "5 to 60 litres per day"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"indicator": "water_suply"},
            (
                "s.csv row 2: indicator is 'water_suply'; expected one that the table of standards has, or a name of "
                "your own that begins with 'own_'; did you mean 'water_supply'?"
            ),
        ),
        (
            {"unit": "litres"},
            (
                "s.csv row 2: unit is 'litres'; expected a period, such as 'litres per day': it is consumed; correct "
                "unit and quantity"
            ),
        ),
        (
            {"indicator": "toilets", "quantity": "1", "unit": "toilets per day", "people": "20"},
            (
                "s.csv row 2: unit is 'toilets per day'; expected no period: it is lasting, not consumed; correct "
                "unit and quantity"
            ),
        ),
        (
            {"unit": "kg per day"},
            (
                "s.csv row 2: unit is 'kg per day' for 'water_supply'; expected 'litres per day' or a unit that can "
                "be turned into it; correct unit and quantity"
            ),
        ),
        (
            {"unit": "litres per fortnight"},
            (
                "s.csv row 2: unit is 'litres per fortnight'; expected a unit such as litres per day, kg per month, "
                "m2, taps or kits; did you mean 'litres per month'?"
            ),
        ),
        ({"quantity": "-1"}, "s.csv row 2: quantity is '-1'; expected a number above 0; correct the value"),
        ({"quantity": "nan"}, "s.csv row 2: quantity is 'nan'; expected a number above 0; correct the value"),
        ({"people": "none"}, "s.csv row 2: people is 'none'; expected a number above 0; correct the value"),
        ({"low": "x"}, "s.csv row 2: low is 'x'; expected a number above 0, or nothing; correct the value"),
        ({"title": ""}, "s.csv row 2: title is empty; expected where the figure was read; name the source"),
        (
            {"unit": "people per household"},
            (
                "s.csv row 2: unit is 'people per household' for 'water_supply'; expected 'people per household' for "
                "'household_size' and nothing else; correct the row"
            ),
        ),
    ],
)
def test_rows_that_make_no_sense_are_refused(tmp_path, changes, words):
    assert words in refused(tmp_path, changes).splitlines()


def test_what_a_row_is_for_must_be_known(tmp_path):
    assert "s.csv row 2: per is 'week'; expected one of person, household, site, " in refused(
        tmp_path, {"per": "week"}
    )


def test_two_rows_for_one_indicator_are_refused(tmp_path):
    assert refused(tmp_path, {}, {"quantity": "15"}) == (
        "s.csv row 3: indicator 'water_supply' stands in row 2 already; expected one row for each indicator; "
        "keep the one that you plan with"
    )


def test_unknown_columns_and_profiles_are_refused(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("standard,amount\nwater,15\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="amount"):
        load_standards(path)
    with pytest.raises(SettingsError, match=r"--profile: found 'spere'; .* did you mean 'sphere'\?"):
        load_standards(profile="spere")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_standards(tmp_path / "none.csv")

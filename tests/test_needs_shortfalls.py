"""Needs and gaps: sectors recomputed by hand, laws for any input, supplies by date, units, bad rows refused."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from math import ceil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havenward.case.load import load_case
from havenward.errors import CaseError, SettingsError
from havenward.needs.assess import assess_needs
from havenward.needs.costs import read_costs
from havenward.needs.crowd import read_crowd
from havenward.needs.season import season_mask, winter_months
from havenward.needs.shortfalls import NEVER, missing_after
from havenward.needs.standards import load_standards
from havenward.needs.supplies import PLACES, item_names, plain_name
from havenward.records import Event
from needs_worlds import EARLY, ORIGIN, place, supply, with_attribute, world, write_world

SPHERE = load_standards(profile="sphere")
PEOPLE = np.array([[100, 1001, 1001], [200, 230, 103]])  # two members, three days


def assessed(case, stock, standards=SPHERE, costs=None, **about):
    """Work out the needs of a world."""
    with tempfile.TemporaryDirectory() as folder:
        return assess_needs(case, write_world(Path(folder) / "run", case, stock, **about), standards, costs)


@pytest.fixture(scope="module")
def paper():
    """Work out the needs of one camp with 1,001 or 103 people on the last day, in January."""
    return assessed(world(place("camp")), {"camp": PEOPLE})


# -- what is needed, by hand --------------------------------------------------------------------------------

BY_HAND = {
    # sector by sector: what 1,001 people need, and 103
    "water_supply": (15 * 1001, 15 * 103),
    "water_taps": (5, 1),
    "toilets": (21, 3),
    "hygiene_promoters": (3, 1),
    "soap_bathing": (0.25 * 1001, 0.25 * 103),
    "family_tents": (201, 21),
    "covered_space": (3503.5, 360.5),
    "site_area": (45045, 4635),
    "food_energy": (2100 * 1001, 2100 * 103),
    "food_ration": (0.555 * 1001, 0.555 * 103),
    "health_facilities": (1, 1),
    "health_beds": (2, 1),
    "nurses": (1, 1),
    "toilets_women": (16, 2),
    # handed out to everybody who came: 1,001 came in one member, 230 in the other although 103 are left
    "kitchen_sets": (201, 46),
    "blankets": (801, 184),
    "sleeping_mats": (1001, 230),
    "winter_kits": (201, 46),
}


@pytest.mark.parametrize("key", BY_HAND)
def test_each_sector_is_what_paper_says(paper, key):
    unit = 1 / 30 if key.startswith("soap") else 1.0  # base units of a rate are per day
    low, _, high = paper.outcome.required[key]["camp"].amount[:, -1]
    assert (high, low) == pytest.approx(tuple(value * unit for value in BY_HAND[key]))


def test_groups_are_shares_that_every_member_draws(paper):
    share = paper.basis["share_women_of_reproductive_age"].values
    assert share.shape == (2,)
    assert ((share >= 0.24) & (share <= 0.29)).all()
    required = paper.outcome.totals["menstrual_kits"].required[:, -1]
    assert required.tolist() == [ceil(1001 * share[0]), ceil(230 * share[1])]


def test_what_is_used_up_is_summed_over_the_days_since_the_origin_date(paper):
    days = [100 + 1001 + 1001, 200 + 230 + 103]
    assert paper.outcome.totals["food_ration"].used[:, -1] == pytest.approx(
        [0.555 * d for d in days], abs=1e-2
    )


def test_households_and_people_both(paper):
    assert paper.outcome.people["camp"][:, -1].tolist() == [103, 103, 1001]
    assert paper.outcome.households["camp"][:, -1].tolist() == [21, 21, 201]


def test_who_was_there_before_is_counted_once():
    case = world(place("camp"))
    found = assessed(case, {"camp": np.array([[100, 150]])}, opening={"camp": 100})
    assert found.outcome.totals["sleeping_mats"].required[0, -1] == 150
    assert found.outcome.totals["water_supply"].required[0, -1] == 150 * 15


def test_a_run_that_began_earlier_counts_arrivals_from_the_origin_date_only(tmp_path):
    case = world(place("camp"))
    run = write_world(
        tmp_path / "run", case, {"camp": np.array([[50, 80, 70, 90]])},
        origin_date=(ORIGIN + timedelta(days=2)).isoformat(),
    )  # fmt: skip
    crowd = read_crowd(case, run)
    assert crowd.days[0] == ORIGIN + timedelta(days=3)
    assert crowd.present.tolist() == [[[70, 90]]]
    assert crowd.received.tolist() == [[[80, 100]]]  # 80 are there at the origin date, 20 arrive later


def test_host_families_need_no_tents_and_a_site_needs_one_thing_however_many_there_are(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("indicator,quantity,unit,per,title\nown_office,1,facilities,site,Me\n", encoding="utf-8")
    found = assessed(
        world(place("camp"), place("town", "host")),
        {"camp": np.array([[0, 7]]), "town": np.array([[5, 5]])},
        load_standards(path, "sphere"),
    )
    assert set(found.outcome.required["family_tents"]) == {"camp"}
    assert found.outcome.totals["own_office"].required.tolist() == [[2.0]]


# -- the cold season ----------------------------------------------------------------------------------------


def test_winter_comes_by_latitude_or_as_the_case_says():
    north, south = world(place("camp", latitude=36.0)), world(place("camp", latitude=-30.0))
    assert winter_months(north)[0] == (11, 12, 1, 2, 3)
    assert winter_months(south)[0] == (5, 6, 7, 8, 9)
    assert winter_months(world(place("camp", latitude=55.0)))[0] == (10, 11, 12, 1, 2, 3, 4)
    assert winter_months(world(place("camp", latitude=12.0)))[0] == ()
    assert winter_months(with_attribute(north, "winter_months", "12, 1"))[0] == (12, 1)
    assert season_mask((12, 1), [date(2020, 1, 31), date(2020, 2, 1)]).tolist() == [1.0, 0.0]


def test_winter_items_count_in_the_cold_months_only():
    summer = with_attribute(world(place("camp")), "winter_months", "6,7")
    found = assessed(summer, {"camp": PEOPLE})
    assert not found.outcome.totals["winter_kits"].required.any()
    assert found.outcome.totals["kitchen_sets"].required.any()


def test_months_that_are_none_are_refused():
    with pytest.raises(CaseError) as error:
        winter_months(with_attribute(world(place("camp")), "winter_months", "Nov,13"))
    assert str(error.value) == (
        "attributes.csv row 2: winter_months is 'Nov,13'; expected months from 1 to 12 with commas between "
        "them, such as 11,12,1,2,3; correct the value"
    )


# -- laws ---------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 4000), min_size=4, max_size=4), min_size=2, max_size=2),
    st.integers(0, 500),
    st.integers(0, 60),
)
def test_more_people_never_need_less_and_no_gap_is_below_nothing(people, more, tents):
    case = world(
        place("camp", capacity=900),
        stock=(supply("tents", tents, "tents"), supply("water", 9000, "litres per day", "camp")),
    )
    people = np.array(people)
    less, greater = (assessed(case, {"camp": people + extra}) for extra in (0, more))
    for key, totals in less.outcome.totals.items():
        assert (greater.outcome.totals[key].required >= totals.required).all(), key
        assert (totals.missing >= 0).all()
        assert (greater.outcome.totals[key].missing >= totals.missing - 1e-6).all(), key
    for key, rows in less.outcome.shortfalls.items():
        for row in rows.values():
            assert row.missing.min() >= 0
            assert row.people_days >= 0
            assert (np.diff(row.by_day) >= -1e-12).all(), "by a later day it is never less likely"
            assert (row.by_day >= row.on_day - 1e-9).all()
            assert key in less.resources


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_doubling_a_standard_doubles_what_is_required_up_to_rounding(people):
    case, stock = world(place("camp")), {"camp": np.array([[people]])}
    twice = tuple(
        replace(row, quantity=2 * row.quantity) for row in SPHERE if row.indicator != "household_size"
    )
    once = tuple(row for row in SPHERE if row.indicator != "household_size")
    single, double = assessed(case, stock, once), assessed(case, stock, twice)
    for row in once:
        if row.indicator not in single.resources:
            continue
        was = float(single.outcome.totals[row.indicator].required[0, 0])
        now = float(double.outcome.totals[row.indicator].required[0, 0])
        assert now == pytest.approx(2 * was, abs=1.0 + 1e-3 if row.whole else 2e-3), row.indicator


def test_the_number_of_threads_changes_nothing():
    from havenward.needs.assess import NeedsSettings

    rng = np.random.default_rng(3)
    case = world(*(place(f"camp-{n}", capacity=400) for n in range(5)), stock=(supply("tents", 90, "tents"),))
    stock = {f"camp-{n}": rng.integers(0, 900, (20, 6)) for n in range(5)}
    with tempfile.TemporaryDirectory() as folder:
        run = write_world(Path(folder) / "run", case, stock)
        one, four = (assess_needs(case, run, SPHERE, None, NeedsSettings(workers=n)) for n in (1, 4))
    for key, totals in one.outcome.totals.items():
        assert np.array_equal(totals.required, four.outcome.totals[key].required)
        assert np.array_equal(totals.missing, four.outcome.totals[key].missing)
    assert one.decisions == four.decisions


# -- what is missing ----------------------------------------------------------------------------------------


def test_a_site_runs_short_of_places_when_paper_says_so():
    found = assessed(world(place("camp", capacity=210)), {"camp": PEOPLE})
    row = found.outcome.shortfalls[PLACES]["camp"]
    assert row.on_day.tolist() == [0.0, 1.0, 0.5]
    assert row.by_day.tolist() == [0.0, 1.0, 1.0]
    assert found.crowd.days[row.first_likely] == ORIGIN + timedelta(days=2)
    assert row.first.tolist() == [1, 1]
    assert row.peak.tolist() == [20.0, 791.0, 791.0]
    assert row.missing[:, -1].tolist() == [0.0, 791.0, 791.0]
    assert row.people_days == pytest.approx((791 + 791 + 20) / 2)


def test_members_count_by_their_weight():
    found = assessed(world(place("camp", capacity=210)), {"camp": PEOPLE}, weights=np.array([0.1, 0.9]))
    row = found.outcome.shortfalls[PLACES]["camp"]
    assert row.on_day == pytest.approx([0.0, 1.0, 0.1])
    assert row.missing[:, -1].tolist() == [0.0, 0.0, 791.0]


def test_places_may_be_drawn_change_by_events_and_end_with_a_closure():
    case = world(
        place("camp", closes=ORIGIN + timedelta(days=3)),
        events=(Event(ORIGIN + timedelta(days=2), "capacity", "camp", "", "", 5000.0, EARLY, ""),),
    )
    found = assessed(case, {"camp": PEOPLE}, draws={"capacity.camp": np.array([90.0, 250.0])})
    assert found.outcome.shortfalls[PLACES]["camp"].on_day.tolist() == [0.5, 0.0, 0.0]
    assert found.rooms["camp"].basis == "assumed"


def test_stock_that_lasts_serves_from_its_day_on():
    tents = supply("Family tents", 30, "tents", "camp", available_from=ORIGIN + timedelta(days=2))
    late = supply("tent", 500, "tent", "camp", published=ORIGIN, lead_time_days=3.0)
    found = assessed(world(place("camp"), stock=(tents, late)), {"camp": PEOPLE})
    row = found.outcome.shortfalls["family_tents"]["camp"]
    # 20, 201, 201 tents in one member and 40, 46, 21 in the other; there are 0, then 30, then 530
    assert row.on_day.tolist() == [1.0, 1.0, 0.0]
    assert row.peak.tolist() == [40.0, 171.0, 171.0]


def test_a_store_is_used_up_and_missed_meals_are_not_asked_for_again():
    assert missing_after(np.array([[4.0, 4.0, 4.0]]), np.array([6.0, 0.0, 5.0])).tolist() == [[0.0, 2.0, 0.0]]
    food = supply("food", 0.333, "tonnes", "camp")  # 600 rations
    found = assessed(world(place("camp"), stock=(food,)), {"camp": np.array([[400, 400, 900]])})
    row = found.outcome.shortfalls["food_ration"]["camp"]
    assert row.on_day.tolist() == [0.0, 1.0, 1.0]
    assert row.people_days == pytest.approx(200 + 900)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=12),
    st.lists(st.integers(0, 80), min_size=12, max_size=12),
)
def test_stores_agree_with_a_warehouse_kept_day_by_day(need, deliveries):
    held, missing = 0, []
    for day, wanted in enumerate(need):
        held += deliveries[day]
        missing.append(max(wanted - held, 0))
        held = max(held - wanted, 0)
    found = missing_after(np.array([need], float), np.array(deliveries[: len(need)], float))
    assert found[0].tolist() == missing


def test_what_is_bound_to_no_place_is_shared_by_what_each_still_lacks():
    case = world(
        place("one"), place("two"), place("three"),
        stock=(supply("tents", 60, "tents"), supply("tents", 20, "tents", "one")),
    )  # fmt: skip
    people = {"one": np.array([[500]]), "two": np.array([[200]]), "three": np.array([[0]])}
    found = assessed(case, people)
    rows = found.outcome.shortfalls["family_tents"]
    # 80 and 40 are lacking where 60 are to be shared: half of each
    assert rows["one"].missing[0, 0] == pytest.approx(40)
    assert rows["two"].missing[0, 0] == pytest.approx(20)
    assert rows["three"].chance == 0.0


def test_the_resource_that_runs_short_first_is_named():
    case = world(
        place("camp", capacity=300),
        stock=(supply("tents", 1000, "tents"), supply("latrines", 2, "toilets", "camp")),
    )
    found = assessed(case, {"camp": np.array([[90, 150, 400], [90, 90, 90]])})
    assert found.binds["camp", "toilets"] == pytest.approx(0.5)
    assert found.binds["camp", PLACES] == 0.0
    assert found.outcome.shortfalls["toilets"]["camp"].first.tolist() == [1, NEVER]


def test_what_nobody_stated_is_not_short():
    found = assessed(world(place("camp")), {"camp": PEOPLE})
    assert not any(found.outcome.shortfalls.values())


# -- rows of stock.csv --------------------------------------------------------------------------------------


def test_items_are_known_by_many_names():
    names = item_names(SPHERE)
    for text, indicator in {
        "Latrines": "toilets",
        "family tent": "family_tents",
        "WATER, trucking": "water_supply",
        "Winter kits of household items": "winter_kits",
        "Emergency shelter kits": "shelter_kits",
        "places in camps": PLACES,
    }.items():
        assert names[plain_name(text)] == indicator, text


def test_unmatched_items_are_listed_with_what_they_may_have_meant():
    case = world(place("camp"), stock=(supply("Famly tents", 5, "tents"), supply("Buses", 5, "vehicles")))
    found = assessed(case, {"camp": PEOPLE})
    assert found.supplies.unmatched[0].suggestions[0] == "family_tents"
    assert not found.supplies.stated


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            supply("Family tents", 5, ""),
            "stock.csv row 2: 'Family tents' has no unit; expected 'tents'; fill in the column unit",
        ),
        (
            supply("Buses", 5, " "),
            "stock.csv row 2: 'Buses' has no unit; expected what the quantity counts; fill in the column unit",
        ),
        (
            supply("Water", 5, "kg"),
            (
                "stock.csv row 2: unit is 'kg' for 'Water'; expected 'litres per day' for what comes every day, "
                "or 'litres' for a store; correct unit and quantity"
            ),
        ),
        (
            supply("Tents", 5, "tets"),
            "stock.csv row 2: unit is 'tets' for 'Tents'; expected 'tents'; did you mean 'tents'?",
        ),
    ],
)  # fmt: skip
def test_stock_without_a_unit_that_fits_is_refused(row, words):
    with pytest.raises(CaseError) as error:
        assessed(world(place("camp"), stock=(row,)), {"camp": PEOPLE})
    assert str(error.value) == words


def test_a_negative_lead_time_in_a_case_is_refused(tmp_path):
    from toy_case import TOY, write_files

    text = "item,quantity,unit,lead_time_days,published\ntents,5,tents,-3,2016-07-01\n"
    with pytest.raises(CaseError) as error:
        load_case(write_files(tmp_path / "case", {**TOY, "stock.csv": text}))
    assert (
        "stock.csv row 2: lead_time_days is '-3'; expected a number from 0 to 3,650 (days); correct the value"
        in str(error.value)
    )


# -- unit costs ---------------------------------------------------------------------------------------------


def costs_of(tmp_path, *lines):
    path = tmp_path / "costs.csv"
    path.write_text(
        "\n".join(["indicator,unit,unit_cost,currency,kg_per_unit,lead_time_days", *lines]) + "\n",
        encoding="utf-8",
    )
    return read_costs(path, SPHERE)


def test_weight_cost_and_the_day_to_order_follow_from_unit_costs(tmp_path):
    from havenward.needs.report import order_by

    costs = costs_of(tmp_path, "family_tents,tents,400,USD,55,21", "food_ration,tonnes,900,USD,,")
    case = world(place("camp"), stock=(supply("tents", 100, "tents"),))
    found = assessed(case, {"camp": PEOPLE}, costs=costs)
    tents = next(row for row in found.logistics if row.key == "family_tents")
    assert (tents.required.tolist(), tents.kg, tents.cost) == ([21.0, 201.0, 201.0], 55.0, 400.0)
    assert found.total_cost[-1] == pytest.approx(201 * 400 + 2102 * 0.555 * 0.9, abs=1.0)
    first = date(2020, 3, 1)
    assert order_by(found, "family_tents", first) == date(2020, 2, 9)
    assert order_by(found, "toilets", first) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "family_tents,tents,,,,-21",
            (
                "costs.csv row 2: lead_time_days is '-21'; expected days from 0, or nothing where it is not "
                "known; correct the value"
            ),
        ),
        (
            "family_tent,tents,,,,",
            (
                "costs.csv row 2: indicator is 'family_tent'; expected one of the standards that are planned "
                "with, or places; did you mean 'family_tents'?"
            ),
        ),
        (
            "water_supply,litres per day,,,,",
            (
                "costs.csv row 2: unit is 'litres per day' for 'water_supply'; expected 'litres' or a unit that "
                "can be turned into it; correct the unit and what is said per unit"
            ),
        ),
        (
            "family_tents,tents,400,,,",
            "costs.csv row 2: unit_cost without currency; expected one such as USD; fill it in",
        ),
    ],
)
def test_unit_costs_that_make_no_sense_are_refused(tmp_path, line, words):
    with pytest.raises(SettingsError) as error:
        costs_of(tmp_path, line)
    assert str(error.value) == words


def test_two_unit_costs_for_one_thing_and_two_currencies_are_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"row 3: indicator 'family_tents' stands in row 2 already"):
        costs_of(tmp_path, "family_tents,tents,,,,", "family_tents,tents,,,,")
    with pytest.raises(SettingsError, match="currencies are EUR, USD"):
        costs_of(tmp_path, "family_tents,tents,1,USD,,", "toilets,toilets,1,EUR,,")

"""Runs side by side: what differs is named, early signs tell them apart, later counts move their weights."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from havenward.cli import main
from havenward.distributions import Distribution, weighted_quantiles
from havenward.errors import RunError
from havenward.needs.assess import assess_needs
from havenward.needs.compare import (
    COLUMNS,
    Side,
    compare_rows,
    compare_sides,
    compose_comparison,
    find_differences,
    name_runs,
    prior_weights,
)
from havenward.needs.signs import find_signs, log_density, separate, weigh_runs
from havenward.needs.standards import load_standards
from havenward.needs.wording import say_likelihood
from havenward.records import QUANTILE_LEVELS, Event, Observation, Route, Scenario
from needs_worlds import EARLY, ORIGIN, place, world, write_world

SPHERE = load_standards(profile="sphere")
DAYS = 60


def people(low, high, members=200):
    """Let people arrive evenly up to a height that members draw between two numbers."""
    height = np.linspace(low, high, members)[:, None]
    return (height * np.arange(1, DAYS + 1) / DAYS).astype(int)


def count(persons, day, where="camp", scope="location"):
    when = ORIGIN + timedelta(days=day)
    return Observation(when, None, scope, where, "", "stock", persons, None, "counts", when, "")


@pytest.fixture
def case():
    slow = Scenario("slow", "Slower", EARLY, 0.3, "unlikely but possible", ("the front halts",), (), ())
    return world(
        place("camp", capacity=5000), place("town", "host"), place("home", "origin"),
        routes=(Route("home", "camp", 10.0, "road", EARLY, ""), Route("home", "town", 10.0, "road", EARLY, "")),
        scenarios=(slow,),
    )  # fmt: skip


@pytest.fixture
def sides(case, tmp_path):
    """Two runs: camp fills up to 6,000 to 10,000, or to 1,000 to 5,000; the town is the same in both."""
    town = people(100, 900)
    base = write_world(tmp_path / "base", case, {"camp": people(6000, 10_000), "town": town})
    slow = write_world(tmp_path / "slow", case, {"camp": people(1000, 5000), "town": town}, scenario="slow")
    closed = Event(ORIGIN, "route_closes", "", "home", "camp", None, EARLY, "")
    days = replace(
        case.assumptions[0],
        name="battle_days",
        unit="days",
        distribution=Distribution("fixed", {"value": 90.0}),
    )
    longer = replace(days, distribution=Distribution("fixed", {"value": 300.0}), reason="Sieges last longer.")
    first = replace(case, assumptions=(*case.assumptions, days))
    second = replace(case, assumptions=(*case.assumptions, longer), events=(closed,))
    return (
        Side("base", first, assess_needs(first, base, SPHERE)),
        Side("slow", second, assess_needs(second, slow, SPHERE)),
    )


def test_what_they_were_told_differently_is_named_with_its_reason(sides):
    found = {row.what: row for row in find_differences(*sides)}
    assert set(found) == {"scenario", "assumption battle_days", "event"}
    assert (found["scenario"].first, found["scenario"].second) == ("none", "slow")
    assert found["assumption battle_days"].first.startswith("90 days")
    assert found["assumption battle_days"].second.startswith("300 days")
    assert found["assumption battle_days"].why == "Sieges last longer."
    assert found["event"].second == f"{ORIGIN} route closes home to camp"
    assert not list(find_differences(sides[0], sides[0]))


def test_every_amount_stands_beside_that_of_the_first_run(sides):
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in compare_rows(compare_sides(sides))]
    last = [
        r for r in rows if r["what"] == "people" and r["location"] == "camp" and r["date"] == rows[-1]["date"]
    ]
    assert [r["run"] for r in last] == ["base", "slow"]
    assert last[1]["change_of_central"] == last[1]["central"] - last[0]["central"] < 0
    town = [r["change_of_central"] for r in rows if r["location"] == "town" and r["what"] == "people"]
    assert set(town) == {0}
    over = [r for r in rows if r["what"] == "chance over capacity" and r["date"] == rows[-1]["date"]]
    assert [r["central"] for r in over] == [1.0, 0.0]


def test_the_threshold_that_tells_two_samples_apart_is_found():
    even = np.full(4, 0.25)
    apart = separate(np.array([1.0, 2, 3, 4]), even, np.array([3.0, 4, 5, 6]), even)
    assert apart == pytest.approx((0.5, 2.0, 0.5, 1.0))
    alike = separate(np.array([1.0, 2, 3, 4]), even, np.array([4.0, 3, 2, 1]), even)
    assert alike[0] == pytest.approx(0.0)


def test_signs_say_where_and_when_runs_come_apart(sides):
    signs = {sign.location: sign for sign in find_signs(sides[0].found.crowd, sides[1].found.crowd)}
    assert "town" not in signs, "it is the same in both"
    camp = signs["camp"]
    assert camp.day == ORIGIN + timedelta(days=1)
    assert camp.overlap < 0.05
    assert (camp.above_first, camp.above_second) == pytest.approx((1.0, 0.0), abs=0.05)
    assert not find_signs(sides[0].found.crowd, sides[0].found.crowd)


def test_a_density_is_one_in_all_and_highest_where_the_forecast_is():
    quantiles = np.asarray(
        weighted_quantiles(np.arange(500, 1500), np.full(1000, 1e-3), QUANTILE_LEVELS), float
    )
    grid = np.linspace(0, 16, 20_001)
    density = np.exp([log_density(quantiles, float(np.expm1(x))) for x in grid])
    assert np.trapezoid(density, grid) == pytest.approx(1.0, abs=0.01)
    assert log_density(quantiles, 1000) > log_density(quantiles, 3000) > np.log(0.01 / 16) - 1e-9


def test_later_counts_move_the_weights_as_bayes_says(sides):
    runs = [side.found.run for side in sides]
    evidence = weigh_runs(runs, (0.7, 0.3), [count(1500, 30)])
    said = [
        side.found.run.table("forecast").filter(
            (side.found.run.table("forecast")["location"] == "camp")
            & (side.found.run.table("forecast")["target_end_date"] == ORIGIN + timedelta(days=30))
        )["value"].to_numpy()
        for side in sides
    ]  # fmt: skip
    odds = 0.3 / 0.7 * np.exp(log_density(said[1], 1500) - log_density(said[0], 1500))
    assert evidence.after[1] == pytest.approx(odds / (1 + odds))
    assert evidence.after[1] > 0.9
    assert (evidence.counts, evidence.blocks) == (1, 1)


def test_many_counts_of_four_weeks_weigh_no_more_than_one(sides):
    runs = [side.found.run for side in sides]
    one = weigh_runs(runs, (0.5, 0.5), [count(75 * 20, 20)])
    many = weigh_runs(runs, (0.5, 0.5), [count(75 * day, day) for day in range(15, 26)])
    assert many.after[1] == pytest.approx(one.after[1], abs=0.05)
    assert (many.counts, many.blocks) == (11, 1)
    two = weigh_runs(runs, (0.5, 0.5), [count(75 * 20, 20), count(75 * 50, 50)])
    assert two.blocks == 2
    assert two.after[1] > one.after[1]


def test_counts_that_say_nothing_leave_the_weights(sides):
    runs = [side.found.run for side in sides]
    for rows in ([], [count(400, 0)], [count(400, 900)], [count(400, 20, "elsewhere")]):
        assert weigh_runs(runs, (0.7, 0.3), rows).after == pytest.approx((0.7, 0.3))


def test_weights_before_are_the_likelihoods_of_the_scenarios(sides):
    assert prior_weights(sides) == pytest.approx((0.7, 0.3))
    assert prior_weights((sides[0], sides[0])) == (0.5, 0.5)


def test_the_words_say_what_changes_why_and_what_to_look_at(sides):
    text = compose_comparison(compare_sides(sides, [count(1500, 30)]))
    assert "slow: Slower, from 2020-01-10; among these runs unlikely (30 %)." in text
    assert "Triggers: the front halts." in text
    assert (
        "assumption battle_days: 90 days (90 to 90), then 300 days (300 to 300). Sieges last longer." in text
    )
    assert "2020-01-11, more than 83 people at Camp speaks for base: 100 % in base, " in text
    assert "1 counts in 1 blocks of four weeks" in text
    assert "Family tents, tents: " in text


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (1.0, "almost certain (100 %)"),
        (0.995, "almost certain (over 99 %)"),
        (0.5, "about as likely as not (50 %)"),
        (0.004, "almost excluded (under 1 %)"),
        (0.0, "almost excluded (0 %)"),
    ],
)
def test_likelihoods_have_words_and_numbers(chance, words):
    assert say_likelihood(chance) == words


def test_runs_of_two_crises_or_without_a_common_day_are_refused(sides, case, tmp_path):
    other = write_world(tmp_path / "other", case, {"camp": people(1, 2), "town": people(1, 2)}, case="else")
    with pytest.raises(RunError) as error:
        compare_sides((sides[0], Side("b", case, assess_needs(case, other, SPHERE))))
    assert str(error.value) == (
        "compare: runs of else and paper; expected runs of one crisis with days in common; name other runs"
    )


def test_runs_are_named_by_what_tells_them_apart(sides):
    runs = [side.found.run for side in sides]
    assert name_runs(runs) == ["as it stands", "slow"]
    assert name_runs([runs[0], runs[0]]) == ["run A", "run B"]


def test_the_command_prints_words_or_values_and_writes_a_table(case, tmp_path, capsys):
    runs = [
        write_world(tmp_path / name, case, {"camp": people(*size), "town": people(5, 9)})
        for name, size in (("first", (6000, 9000)), ("second", (1000, 3000)))
    ]
    folders = [str(run.folder) for run in runs]
    assert main(["compare", *folders, "--out", str(tmp_path / "all.csv")]) == 0
    assert "## What changes from first to second" in capsys.readouterr().out
    table = list(csv.DictReader((tmp_path / "all.csv").open(encoding="utf-8-sig")))
    assert tuple(table[0]) == COLUMNS
    assert main(["compare", *folders, "--format", "json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert [run["name"] for run in values["runs"]] == ["first", "second"]
    assert len(values["amounts"]) == len(table)

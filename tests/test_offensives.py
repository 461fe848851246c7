"""Protects the look at past offensives: the table, who may speak for whom, intervals and what is counted."""

import csv
from datetime import date
from importlib.resources import files

import numpy as np
import pytest

from havenward.forecast.offensives import (
    CEILING,
    FIGURE_ITSELF,
    INTERVALS,
    OURS,
    Offensive,
    choose_one_each,
    compose_tallies,
    compose_verdicts,
    crises_of_same_war,
    judge_offensives,
    read_past_offensives,
    tally_verdicts,
)
from havenward.records import QUANTILE_LEVELS


def offensive(crisis="toy-2016", figure=1000.0, outcome=900.0, **parts):
    given = {
        "low": None,
        "population": None,
        "known": date(2017, 6, 1),
        "source": "plan",
        "note": "",
        **parts,
    }
    return Offensive(crisis, "expert_ratio", date(2016, 10, 1), figure=figure, outcome=outcome, **given)


def even(one, prior_set):
    """Spread totals evenly from zero to twice the figure, or three times for the other prior set."""
    return np.linspace(0.0, one.base * (2 if prior_set == "a" else 3), 2_001)


# -- the table ---------------------------------------------------------------------------------------------


def test_figures_and_outcomes_agree_with_the_ratios_that_priors_use():
    text = files("havenward").joinpath("tables", "past_crises.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["outcome"]]
    assert len(rows) == len(read_past_offensives()) == 15
    for row in rows:
        base = float(row["figure"] or row["population"])
        assert float(row["outcome"]) / base == pytest.approx(float(row["value"]), rel=0.03), row["crisis"]
        assert bool(row["figure"]) != bool(row["population"])
        assert (row["quantity"] == "expert_ratio") == bool(row["figure"])


def test_every_ratio_has_its_figure_and_outcome():
    text = files("havenward").joinpath("tables", "past_crises.csv").read_text(encoding="utf-8")
    ratios = [row for row in csv.DictReader(text.splitlines()) if row["quantity"] == "expert_ratio"]
    assert all(row["figure"] and row["outcome"] and row["said"] and row["said_source"] for row in ratios)


def test_nothing_is_known_before_it_is_said():
    for one in read_past_offensives():
        assert one.said < one.known
        assert one.low is None or one.low < one.figure
        assert one.source


def test_one_war_under_two_names_does_not_speak_for_itself():
    assert crises_of_same_war("mariupol-2022") == {"mariupol-2022", "ukraine-2022"}
    assert crises_of_same_war("rafah-2024") == {"rafah-2024"}


def test_where_a_figure_had_been_published_the_inhabitants_are_not_used_as_well():
    chosen = choose_one_each(read_past_offensives())
    assert len(chosen) == 14
    assert next(one for one in chosen if one.crisis == "ukraine-2022").figure == 4_000_000


# -- judging -----------------------------------------------------------------------------------------------


def test_intervals_pit_and_readings_are_those_of_the_forecast():
    one = offensive(outcome=1600.0)
    verdicts = judge_offensives([one], even, ["a", "b"])
    assert [(v.model, v.prior_set) for v in verdicts] == [
        (OURS, "a"),
        (OURS, "b"),
        (FIGURE_ITSELF, ""),
        (CEILING, ""),
    ]
    first, second, middle, ceiling = verdicts
    assert first.pit == pytest.approx(0.8, abs=0.001)
    assert second.pit == pytest.approx(1600 / 3000, abs=0.001)
    assert first.inside == {50: False, 80: True, 90: True, 95: True}
    assert second.inside == {50: True, 80: True, 90: True, 95: True}
    assert dict(zip(QUANTILE_LEVELS, first.quantiles, strict=True))[0.95] == pytest.approx(1900.0)
    assert dict(zip(QUANTILE_LEVELS, middle.quantiles, strict=True))[0.5] == pytest.approx(1000.0)
    assert ceiling.pit == 1.0
    assert not any(ceiling.inside.values())
    assert ceiling.wis_log > middle.wis_log


def test_a_range_taken_at_its_word_begins_at_its_low_end():
    *_, ceiling = judge_offensives([offensive(low=600.0)], even, [])
    assert min(ceiling.quantiles) > 600
    assert max(ceiling.quantiles) < 1000


def test_nobody_leaves_who_was_never_there():
    one = offensive(figure=None, population=1000.0)
    middle, ceiling = judge_offensives([one], even, [])
    assert max(middle.quantiles) == 1000.0
    assert max(ceiling.quantiles) < 1000


def test_a_right_forecast_is_held_as_often_as_it_says():
    random = np.random.default_rng(1)
    many = [offensive(f"c{i}", outcome=float(random.uniform(0, 2000))) for i in range(600)]
    tally = tally_verdicts(judge_offensives(many, even, ["a"]))[0]
    for share in INTERVALS:
        assert tally.held[share] / tally.n == pytest.approx(share / 100, abs=0.06)


def test_the_pass_mark_is_eight_of_ten():
    def held(number):
        rows = [offensive(f"c{i}", outcome=1000.0 if i < number else 9e9) for i in range(10)]
        return tally_verdicts(judge_offensives(rows, even, ["a"]))[0]

    assert held(8).passed
    assert not held(7).passed
    assert (held(7).n, held(7).wars, held(7).held[90]) == (10, 10, 7)


def test_tables_show_every_row():
    verdicts = judge_offensives([offensive(), offensive(low=500.0, outcome=9e9)], even, ["a"])
    text = compose_verdicts(v for v in verdicts if v.model == OURS)
    assert "| 500 to 1,000 |" in text
    assert "**none**" in text
    assert len({line.count("|") for line in text.splitlines()}) == 1
    tallies = compose_tallies(tally_verdicts(verdicts))
    assert tallies.count("**missed**") >= 1
    assert len({line.count("|") for line in tallies.splitlines()}) == 1


# -- with the package's own priors ---------------------------------------------------------------------------


def test_no_forecast_rests_on_its_own_war():
    from havenward.case.priors import expert_record, read_past_crises, select_crises

    rows = read_past_crises()
    for one in read_past_offensives():
        for prior_set in ("time-ordered", "leave-one-out"):
            war = crises_of_same_war(one.crisis)
            used = select_crises([r for r in rows if r.crisis not in war], prior_set, one.crisis, one.said)
            assert not {row.crisis for row in used} & war
            assert prior_set == "leave-one-out" or all(row.published < one.said for row in used)
            assert expert_record(used).sigma > 0

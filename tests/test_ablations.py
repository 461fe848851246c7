"""Protects the comparison with parts switched off: the right part, nothing else, and scores that add up."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from havenward.distributions import Distribution
from havenward.errors import SettingsError
from havenward.forecast.ablations import (
    ABLATIONS,
    AS_IT_IS,
    NO_LIMIT,
    ablate,
    ablate_case,
    compose_ablations,
    score_ablations,
)
from havenward.records import QUANTILE_LEVELS, Assumption, Case, Event, Observation

ORIGIN = dt.date(2016, 10, 16)
DAY = dt.timedelta(days=1)


def assumption(name, value=0.4):
    return Assumption(name, dt.date(2016, 8, 1), Distribution("fixed", {"value": value}), "unit", "Because.")


def count(days, persons, measure="stock", scope="total", location="", published=None, series="dtm"):
    day = ORIGIN + days * DAY
    return Observation(day, None, scope, location, "", measure, persons, None, series, published or day, "")


def crisis(**parts):
    settings = {
        "title": "", "crisis": "toy", "country": "", "start": ORIGIN, "horizon_days": 60, "rules": "havenward",
        "residents_held": True, "front_by_cell": True, "publication_lag_days": 0, "audience": "public",
        "suppress_below": 10,
    }  # fmt: skip
    return Case(**settings, **parts)


GIVEN = tuple(
    assumption(name)
    for name in (
        "blocking",
        "displaced_total",
        "population_at_risk",
        "screening_capacity.gate",
        "walking_share",
    )
)


# -- switching off -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ABLATIONS)
def test_a_variation_changes_what_it_names_and_nothing_else(name):
    before = {a.name: a for a in GIVEN}
    after = {a.name: a for a in ablate(GIVEN, name)}
    chosen = ABLATIONS[name]
    for each in before.keys() | after.keys():
        stem = each.partition(".")[0]
        if stem in chosen.fixed:
            assert after[each].distribution == Distribution("fixed", {"value": chosen.fixed[stem]})
        elif stem in chosen.without:
            assert each not in after
        else:
            assert after[each] is before[each]
    assert chosen.fixed.keys() <= after.keys(), "also what the case leaves to conventions"
    assert [a.name for a in ablate(GIVEN, name)] == sorted(after)


def test_the_model_as_it_is_stays_as_it_is():
    assert ablate(GIVEN, AS_IT_IS) == tuple(sorted(GIVEN, key=lambda a: a.name))


def test_no_gate_also_takes_the_published_capacity_of_a_gate():
    events = (
        Event(ORIGIN, "screening", "gate", "", "", 5000.0, ORIGIN, ""),
        Event(ORIGIN, "capacity", "camp", "", "", 900.0, ORIGIN, ""),
    )
    known = crisis(assumptions=GIVEN, events=events)
    varied = ablate_case(known, "no gate")
    assert [e.value for e in varied.events] == [None, 900.0]
    fixed = {a.name: a.distribution.parameters["value"] for a in varied.assumptions}
    assert fixed["screening_capacity.gate"] == fixed["screening_capacity"] == NO_LIMIT
    assert ablate_case(known, "no blocking").events == events
    assert replace(varied, assumptions=(), events=()) == replace(known, assumptions=(), events=())


def test_an_unknown_variation_is_refused_with_the_nearest_name():
    with pytest.raises(SettingsError, match=r"found 'no gates'.*did you mean 'no gate'"):
        ablate(GIVEN, "no gates")


def test_what_is_fixed_is_a_known_parameter_within_its_limits():
    import csv
    import re
    from importlib.resources import files

    text = files("havenward").joinpath("tables", "parameters.csv").read_text(encoding="utf-8")
    types = {row["name"]: row["type"] for row in csv.DictReader(text.splitlines())}
    for chosen in ABLATIONS.values():
        assert set(chosen.without) <= types.keys()
        for name, value in chosen.fixed.items():
            limits = re.findall(r"([\[\]])([-\d.]+),([-\d.]+)([\[\]])", types[name])
            for opening, low, high, closing in limits:
                assert float(low) < value if opening == "]" else float(low) <= value, name
                assert value < float(high) if closing == "[" else value <= float(high), name


# -- scoring -----------------------------------------------------------------------------------------------


def table(middle, target="counted_displaced", location="total", days=range(1, 60)):
    """Make a forecast whose quantiles spread by a factor around a middle."""
    rows = [
        (
            ORIGIN,
            target,
            ahead,
            ORIGIN + ahead * DAY,
            location,
            "quantile",
            f"{level:g}",
            middle * (0.5 + level),
        )
        for ahead in days
        for level in QUANTILE_LEVELS
    ]
    columns = [
        "origin_date", "target", "horizon", "target_end_date", "location", "output_type", "output_type_id", "value",
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")


def forecast(known, origin):
    """Say 1,000 with blocking and twice as much without."""
    assert origin == ORIGIN
    free = any(a.name == "blocking" and a.distribution.parameters["value"] == 0 for a in known.assumptions)
    return table(2000.0 if free else 1000.0)


def keep(case, origin):
    return replace(case, observations=tuple(o for o in case.observations if o.published <= origin))


def test_what_helps_shows_as_a_worse_score_without_it():
    case = crisis(assumptions=GIVEN, observations=(count(10, 1000), count(20, 1000)))
    scores = score_ablations(case, [ORIGIN], keep, forecast, names=["no blocking", "no day shock"])
    by_name = {score.name: score for score in scores}
    assert by_name[AS_IT_IS].n == 2
    assert by_name[AS_IT_IS].change == by_name["no day shock"].change == 0.0
    assert by_name["no blocking"].change > 0.5
    assert by_name[AS_IT_IS].bias == pytest.approx(0.0, abs=0.01)
    assert by_name["no blocking"].bias == pytest.approx(np.log(2), abs=0.01)
    assert by_name[AS_IT_IS].inside_50 == by_name[AS_IT_IS].inside_95 == 1.0
    assert by_name["no blocking"].inside_95 == 0.0
    assert by_name["no blocking"].width_95 == pytest.approx(2000 * 0.95)


def test_only_later_counts_in_their_latest_version_are_used():
    rows = (
        count(-3, 1),
        count(0, 1),
        count(10, 1, published=ORIGIN + 11 * DAY),
        count(10, 1000, published=ORIGIN + 40 * DAY),
        count(57, 1),
        count(12, 1, measure="arrivals"),
        count(12, 1, scope="location", location="camp"),
    )
    scores = score_ablations(crisis(observations=rows), [ORIGIN], keep, forecast, names=[])
    assert [(score.name, score.n) for score in scores] == [(AS_IT_IS, 1)]
    assert scores[0].bias == pytest.approx(0.0, abs=0.01)


def test_each_target_is_held_against_its_own_measure():
    rows = (
        count(10, 1000),
        count(10, 1500, measure="cumulative_displaced"),
        count(10, 300, scope="location", location="camp"),
    )

    def every(known, origin):
        return pl.concat(
            [
                forecast(known, origin),
                table(1500.0, "displaced_total"),
                table(300.0, "stock", "camp"),
                table(7.0, "other"),
            ]
        )

    scores = score_ablations(crisis(observations=rows), [ORIGIN], keep, every, names=[])
    assert [score.target for score in scores] == ["counted_displaced", "displaced_total", "stock"]
    assert all(score.bias == pytest.approx(0.0, abs=0.01) for score in scores)


def test_the_forecaster_never_sees_later_counts():
    def look(known, origin):
        assert all(o.published <= origin for o in known.observations)
        return forecast(known, origin)

    case = crisis(observations=(count(-3, 900), count(10, 1000)))
    assert score_ablations(case, [ORIGIN], keep, look)


def test_the_table_shows_means_and_spread_over_seeds():
    case = crisis(assumptions=GIVEN, observations=(count(10, 1000),))
    one = score_ablations(case, [ORIGIN], keep, forecast, names=["no blocking"])
    two = tuple(replace(score, change=score.change + 0.2 * (score.name != AS_IT_IS)) for score in one)
    text = compose_ablations([one, two])
    first, second = (round(100 * score.change) for score in (one[1], two[1]))
    assert f"| no blocking | {one[1].wis_log:.3f} |" in text
    assert f"| +{first}% to +{second}% |" in text
    assert len({line.count("|") for line in text.splitlines()}) == 1

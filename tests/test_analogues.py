"""The learned forecast of sites: what it may know, how it degrades, and how it is pooled with simple rules."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from havenward.case.known import as_of
from havenward.forecast.analogues import forecast_sites, make_library, read_library, site_features
from havenward.forecast.combine import (
    ALONE_OUTCOMES,
    WEIGHTS,
    choose_rule_alone,
    combine,
    expected_shares,
    fit_weights,
    pool_quantiles,
)
from havenward.records import QUANTILE_LEVELS, Observation
from toy_counts import START, count, crisis, day, place, random_crisis

HORIZONS = (7, 14, 28, 56)
LIBRARY = read_library()
MIDDLE = QUANTILE_LEVELS.index(0.5)


def forecast(case, on, horizons=HORIZONS, library=LIBRARY, **more):
    return forecast_sites(as_of(case, day(on)), day(on), horizons, library, **more)


def rising(site="p", days=60, step=3, people=50, start=1000):
    return [count(site, on, start + people * on) for on in range(0, days, step)]


def arrivals(site, first, last, persons, origin="", series="a"):
    return Observation(
        day(last), day(first), "location", site, origin, "arrivals", persons, None, series, day(last), ""
    )  # fmt: skip


def assert_sound(found, last_count=None):
    for key, quantiles in found.items():
        assert quantiles.shape == (23,), key
        assert np.isfinite(quantiles).all(), key
        assert (np.diff(quantiles) >= 0).all(), key
        if last_count is not None:
            assert quantiles[0] >= -last_count, key


# -- what it may know -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_what_is_published_after_the_origin_changes_nothing(seed):
    case = random_crisis(seed)
    bent = replace(
        case,
        observations=tuple(
            row if row.published <= day(60) else replace(row, persons=9 * (row.persons or 0) + 999)
            for row in case.observations
        ),
    )
    before, after = forecast(case, 60), forecast(bent, 60)
    assert before
    assert before.keys() == after.keys()
    assert all((before[key] == after[key]).all() for key in before)
    # and without the help of `as_of`
    direct = forecast_sites(case, day(60), HORIZONS, LIBRARY)
    assert all((before[key] == direct[key]).all() for key in before)


def test_what_is_published_by_the_origin_changes_something():
    case = random_crisis(1)
    seen = [row for row in case.observations if row.published <= day(60) and row.scope == "location"]
    bent = replace(
        case,
        observations=tuple(
            replace(row, persons=9 * row.persons + 999) if row is seen[-1] else row
            for row in case.observations
        ),
    )
    before, after = forecast(case, 60), forecast(bent, 60)
    assert any((before[key] != after[key]).any() for key in before)


def test_the_library_never_holds_the_crisis_itself():
    own = crisis(rising(), name="mali2012", country="MLI", start=date(2012, 2, 29))
    assert "mali2012" in LIBRARY.crisis
    for prior_set in ("leave-one-out", "time-ordered"):
        assert "mali2012" not in LIBRARY.select(own, prior_set).crisis
    same = crisis(rising(), name="another name", country="MLI", start=date(2012, 2, 1))
    assert "mali2012" not in LIBRARY.select(same, "leave-one-out").crisis
    later = crisis(rising(), name="mali2018", country="MLI", start=date(2018, 2, 1))
    assert "mali2012" in LIBRARY.select(later, "leave-one-out").crisis


def test_time_ordered_knows_only_crises_that_were_over():
    case = crisis(rising(), start=date(2016, 1, 15))
    rows = LIBRARY.select(case, "time-ordered")
    assert 0 < len(rows.observed) < len(LIBRARY.observed)
    assert (rows.last_published < case.start.toordinal()).all()
    assert not LIBRARY.select(crisis(rising(), start=date(2010, 1, 1)), "time-ordered").observed.size


def test_the_order_of_rows_and_other_libraries_of_rows_change_nothing():
    case = random_crisis(2)
    turned = replace(case, observations=case.observations[::-1], locations=case.locations[::-1])
    found, again = forecast(case, 70), forecast(turned, 70)
    assert all((found[key] == again[key]).all() for key in found)


# -- how it degrades ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("prior_set", ["leave-one-out", "time-ordered"])
@pytest.mark.parametrize(
    "counts",
    [
        [count("p", 0, 0)],
        [count("p", 0, 2_000_000)],
        [count("p", 0, 7), count("p", 9, 7)],
        [count("p", on, 5000 - 40 * on) for on in range(0, 100, 4)],
        [count("p", on, 3 + on % 2) for on in range(0, 100, 4)],
        [count("p", on, 0) for on in range(0, 30, 2)],
        [count("p", on, 10**9 + 10**7 * on) for on in range(0, 30, 2)],
        [count("p", 0, 400), count("p", 400, 900)],
        [*rising(), count("q", 0, 0)],
        rising(days=10, step=1),
        [count("p", 5, 100), count("p", 5, 130, 8)],
    ],
)
def test_any_counts_give_a_sound_forecast(counts, prior_set):
    found = forecast(crisis(counts), 401, (1, 7, 56, 300), prior_set=prior_set)
    assert len(found) == 4 * len({row.location for row in counts})
    assert_sound(found)


def test_no_counts_give_no_forecast():
    assert forecast(crisis([]), 30) == {}


@pytest.mark.parametrize("seed", range(3))
def test_no_site_loses_more_people_than_it_has(seed):
    case = random_crisis(seed)
    for one in site_features(as_of(case, day(50)), day(50), (28,)):
        key = (one.location, one.series, 28)
        assert_sound({key: forecast(case, 50)[key]}, one.last_count)


def test_a_crisis_without_any_other_to_learn_from_is_forecast_all_the_same():
    found = forecast(crisis(rising()), 60, library=make_library([]))
    assert_sound(found)
    assert 500 < found["p", "a", 28][MIDDLE] < 2500  # 50 a day came until now


def test_what_came_steadily_goes_on():
    quantiles = forecast(crisis(rising(people=50)), 60)["p", "a", 28]
    due = 50 * (28 + 60 - 57)
    assert 0.4 * due < quantiles[MIDDLE] < 1.6 * due
    assert quantiles[QUANTILE_LEVELS.index(0.15)] > 0


def test_a_site_that_people_leave_is_not_expected_to_fill():
    falling = [count("p", on, 9000 - 50 * on) for on in range(0, 100, 4)]
    leaving = forecast(crisis(falling), 100)["p", "a", 28]
    coming = forecast(crisis(rising(days=100)), 100)["p", "a", 28]
    share = float(np.mean(leaving <= 0))
    assert share > 0.4
    assert share > np.mean(coming <= 0) + 0.2


def test_a_site_without_past_leans_on_the_crisis():
    much = [*rising("p", people=500), *rising("q", people=500), count("new", 55, 0)]
    little = [*rising("p", people=5), *rising("q", people=5), count("new", 55, 0)]
    sites = ("p", "q", "new")
    high = forecast(crisis(much, sites), 60)["new", "a", 28]
    low = forecast(crisis(little, sites), 60)["new", "a", 28]
    assert high[MIDDLE] > 5 * low[MIDDLE]


def test_a_hundred_times_the_people_give_a_hundred_times_the_forecast():
    case = random_crisis(5, days=200)
    case = replace(
        case, observations=tuple(replace(r, persons=100 * (r.persons + 50)) for r in case.observations)
    )
    large = replace(case, observations=tuple(replace(r, persons=100 * r.persons) for r in case.observations))
    small_found, large_found = forecast(case, 150), forecast(large, 150)
    for key, quantiles in small_found.items():
        some = np.abs(quantiles) > 1000
        assert large_found[key][some] == pytest.approx(100 * quantiles[some], rel=0.03)


def test_arrivals_reported_as_flows_are_summed_and_never_fall():
    rows = [arrivals("p", on, on + 6, 200) for on in range(0, 70, 7)]
    found = forecast(crisis(rows), 70)
    assert set(found) == {("p", "a", horizon) for horizon in HORIZONS}
    assert_sound(found, last_count=0)
    assert 300 < found["p", "a", 28][MIDDLE] < 1800


def test_parts_of_a_flow_are_summed_and_overlaps_counted_once():
    parts = [arrivals("p", on, on + 6, 100, origin) for on in range(0, 70, 7) for origin in ("x", "y")]
    whole = [arrivals("p", on, on + 6, 200) for on in range(0, 70, 7)]
    both = [*whole, arrivals("p", 0, 27, 800), *parts]
    places = ("p", place("x", "origin"), place("y", "origin"))
    found = [
        site_features(as_of(crisis(rows, places), day(70)), day(70), (28,)) for rows in (parts, whole, both)
    ]
    assert found[0] == found[1] == found[2]


def test_a_site_with_stock_and_flows_is_followed_by_its_stock():
    rows = [*rising(), *(arrivals("p", on, on + 6, 9000) for on in range(0, 56, 7))]
    assert site_features(as_of(crisis(rows), day(60)), day(60), (7,))[0].last_count == 1000 + 50 * 57


def test_the_shipped_table_is_sound():
    assert set(LIBRARY.horizon) == set(HORIZONS)
    assert len(set(LIBRARY.crisis)) == 6
    assert (LIBRARY.spread > 0).all()
    assert (LIBRARY.gap_days > 0).all()
    assert ((LIBRARY.falls > 0) & (LIBRARY.falls < 1)).all()
    assert ((LIBRARY.rises >= 0) & (LIBRARY.rises <= 1)).all()


# -- how it is pooled ----------------------------------------------------------------------------------------


def spread_around(middle, factor=2.0):
    steps = np.linspace(-2, 2, len(QUANTILE_LEVELS))
    return middle * factor**steps


def test_a_pool_of_one_forecast_is_that_forecast():
    one = np.stack([spread_around(900.0), spread_around(30.0) - 100.0])
    assert pool_quantiles(np.stack([one, one]), np.array([0.4, 0.6])) == pytest.approx(one, rel=1e-5)
    assert (pool_quantiles(np.stack([one, 0 * one]), np.array([1.0, 0.0])) == one).all()


def test_a_pool_says_one_or_the_other():
    nobody, many = np.zeros((1, 23)), spread_around(1000.0, 1.2)[None]
    pooled = pool_quantiles(np.stack([nobody, many]), np.array([0.5, 0.5]))[0]
    low = np.array(QUANTILE_LEVELS) < 0.49
    assert (pooled[low] == 0).all()
    assert (pooled[np.array(QUANTILE_LEVELS) > 0.52] > 500).all()


def test_a_missing_model_leaves_its_weight_to_the_others():
    one, other = spread_around(100.0)[None], spread_around(300.0)[None]
    weights = {"a": 0.5, "b": 0.2, "c": 0.3}
    alone = combine({"a": one}, weights)
    both = combine({"a": one, "c": other}, weights)
    assert (alone == one).all()
    assert both == pytest.approx(pool_quantiles(np.stack([one, other]), np.array([0.625, 0.375])))
    assert combine({"x": one}) == pytest.approx(one)
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)


def test_weights_go_to_the_model_that_is_right():
    random = np.random.default_rng(4)
    observed = np.round(np.exp(random.normal(6.0, 0.5, 60)))
    good = np.tile(np.exp(6.0 + 0.5 * np.linspace(-2.3, 2.3, 23)), (60, 1))
    bad = np.tile(spread_around(3.0), (60, 1))
    weights = fit_weights(np.stack([bad, good]), observed, ["a"] * 30 + ["b"] * 30)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[1] >= 0.9


def test_a_rule_stands_alone_only_after_many_better_outcomes():
    pool = np.full(ALONE_OUTCOMES, 1.0)
    assert choose_rule_alone(pool, {"near": pool * 0.95, "far": pool * 2}) is None
    assert choose_rule_alone(pool, {"good": pool * 0.8, "far": pool * 2}) == "good"
    assert choose_rule_alone(pool[1:], {"good": pool[1:] * 0.1}) is None
    assert choose_rule_alone(pool, {}) is None


def test_shares_sum_to_one_and_follow_who_is_expected():
    alike = expected_shares(np.stack([spread_around(100.0)] * 3))
    assert alike.sum() == pytest.approx(1.0)
    assert alike == pytest.approx(np.full(3, 1 / 3), abs=0.03)
    assert expected_shares(np.zeros((4, 23))) == pytest.approx(np.full(4, 0.25))
    assert expected_shares(np.stack([spread_around(900.0), spread_around(100.0)]))[0] == pytest.approx(
        0.9, abs=0.08
    )
    assert expected_shares(np.stack([spread_around(50.0), -spread_around(50.0)])) == pytest.approx([1.0, 0.0])


def test_origins_before_the_first_count_have_no_site():
    assert site_features(as_of(crisis(rising(start=5)), START), day(-1), (7,)) == []

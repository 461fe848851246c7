"""Protects the scores: each against an independent implementation or a closed form."""

from math import sqrt

import numpy as np
import pytest

from havenward.forecast import measures as m
from havenward.records import QUANTILE_LEVELS

sr = pytest.importorskip("scoringrules")
TAU = np.array(QUANTILE_LEVELS)


@pytest.fixture
def random():
    return np.random.default_rng(7)


def normal_quantiles(levels, mean=0.0, sd=1.0):
    from scipy.stats import norm

    return norm.ppf(levels, mean, sd)


# -- quantiles ---------------------------------------------------------------------------------------------


def test_the_interval_score_of_quantiles_is_the_weighted_sum_of_interval_scores(random):
    quantiles = np.sort(random.normal(size=(50, TAU.size)) * 30, axis=1)
    observed = random.normal(size=50) * 40
    alphas = 2 * TAU[TAU < 0.5]
    lower, upper = quantiles[:, : alphas.size], quantiles[:, ::-1][:, : alphas.size]
    expected = sr.weighted_interval_score(observed, quantiles[:, alphas.size], lower, upper, alphas)
    assert m.weighted_interval_score(quantiles, observed, TAU) == pytest.approx(expected)


def test_the_loss_of_each_quantile_agrees(random):
    quantiles = np.sort(random.normal(size=(20, TAU.size)), axis=1)
    observed = random.normal(size=20)
    expected = sr.quantile_score(observed[:, None], quantiles, TAU[None, :])
    assert m.pinball_loss(quantiles, observed, TAU) == pytest.approx(np.asarray(expected))


def test_a_point_forecast_scores_its_absolute_error():
    quantiles = np.full((1, TAU.size), 30.0)
    assert m.weighted_interval_score(quantiles, np.array([42.0]), TAU) == pytest.approx(12 * 2 * TAU.mean())


def test_crps_from_many_even_levels_agrees_with_the_closed_form_of_the_normal():
    levels = (np.arange(999) + 1) / 1000
    observed = np.array([-2.0, 0.0, 0.7, 3.0])
    quantiles = np.tile(normal_quantiles(levels, 1.0, 2.0), (4, 1))
    assert m.crps_quantiles(quantiles, observed, levels) == pytest.approx(
        sr.crps_normal(observed, 1.0, 2.0), abs=0.01
    )


def test_crps_from_our_levels_is_near_the_closed_form():
    observed = np.linspace(-2, 2, 9)
    quantiles = np.tile(normal_quantiles(TAU), (9, 1))
    assert m.crps_quantiles(quantiles, observed, TAU) == pytest.approx(
        sr.crps_normal(observed, 0.0, 1.0), abs=0.02
    )


def test_the_log_score_takes_departures_as_no_arrivals():
    quantiles = np.linspace(-500, 900, TAU.size)[None, :]
    assert m.weighted_interval_score_log(quantiles, np.array([-70.0]), TAU) == pytest.approx(
        m.weighted_interval_score(np.log1p(np.maximum(quantiles, 0)), np.array([0.0]), TAU)
    )


# -- samples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("fair", "estimator"), [(False, "nrg"), (True, "fair")])
def test_crps_of_samples_agrees(random, fair, estimator):
    samples, observed = random.gamma(2, 50, (30, 17)), random.gamma(2, 50, 30)
    expected = sr.crps_ensemble(observed, samples, estimator=estimator)
    assert m.crps_samples(samples, observed, fair=fair) == pytest.approx(np.asarray(expected))


def test_the_fair_score_does_not_depend_on_the_number_of_samples(random):
    observed = np.zeros(4000)
    few = m.crps_samples(random.normal(size=(4000, 4)), observed, fair=True).mean()
    assert few == pytest.approx((sqrt(2) - 1) / sqrt(np.pi), abs=0.02)


@pytest.mark.parametrize(("fair", "estimator"), [(False, "nrg"), (True, "fair")])
def test_energy_score_agrees(random, fair, estimator):
    samples, observed = random.gamma(2, 50, (6, 13, 4)), random.gamma(2, 50, (6, 4))
    expected = sr.es_ensemble(observed, samples, m_axis=-2, v_axis=-1, estimator=estimator)
    assert m.energy_score(samples, observed, fair=fair) == pytest.approx(np.asarray(expected))


def test_energy_score_of_one_site_is_crps(random):
    samples, observed = random.normal(size=(5, 11)), random.normal(size=5)
    assert m.energy_score(samples[..., None], observed[:, None]) == pytest.approx(
        m.crps_samples(samples, observed)
    )


# -- calibration -------------------------------------------------------------------------------------------


def test_right_forecasts_cover_what_they_say(random):
    observed = random.normal(size=20_000)
    quantiles = np.tile(normal_quantiles(TAU), (20_000, 1))
    for share in m.CENTRAL:
        assert m.coverage(quantiles, observed, TAU, share).mean() == pytest.approx(share / 100, abs=0.01)
    assert m.width(quantiles, TAU, 95)[0] == pytest.approx(2 * 1.96, abs=0.01)


def test_the_transform_of_right_forecasts_is_uniform_also_for_counts_with_ties(random):
    from scipy.stats import kstest, poisson

    observed = random.poisson(1.5, 5000).astype(float)
    samples = random.poisson(1.5, (5000, 99)).astype(float)
    assert kstest(m.pit_samples(samples, observed, random.random(5000)), "uniform").pvalue > 0.01
    # every value of a count is a run of equal quantiles at fine levels
    levels = (np.arange(1999) + 1) / 2000
    quantiles = np.tile(poisson.ppf(levels, 1.5), (5000, 1))
    assert kstest(m.pit_quantiles(quantiles, observed, levels, random.random(5000)), "uniform").pvalue > 0.01


def test_the_transform_of_an_outcome_between_quantiles_lies_between_their_levels():
    levels = [0.25, 0.5, 0.75]
    quantiles = np.array([[1.0, 2.0, 3.0]] * 3)
    found = m.pit_quantiles(quantiles, np.array([0.0, 2.5, 9.0]), levels, np.array([0.5, 0.5, 0.5]))
    assert found == pytest.approx([0.125, 0.625, 0.875])


def test_the_brier_score_agrees_and_its_parts_add_up(random):
    chances = random.integers(0, 11, 400) / 10
    events = (random.random(400) < chances).astype(float)
    brier = m.brier_score(chances, events, bins=11)
    assert brier.score == pytest.approx(np.asarray(sr.brier_score(events, chances)).mean())
    assert brier.within == pytest.approx(0.0, abs=1e-12)
    assert brier.score == pytest.approx(brier.reliability - brier.resolution + brier.uncertainty)


def test_a_constant_forecast_of_the_base_rate_has_neither_reliability_error_nor_resolution():
    events = np.array([1.0, 0, 0, 0])
    brier = m.brier_score(np.full(4, 0.25), events)
    assert (brier.reliability, brier.resolution) == (0.0, 0.0)
    assert brier.score == brier.uncertainty == pytest.approx(0.1875)


def test_the_reliability_table_counts_cases_in_bins():
    table = m.reliability_table(np.array([0.05, 0.06, 1.0]), np.array([0.0, 1.0, 1.0]))
    assert [(row.n, row.happened) for row in table] == [(2, 0.5), (1, 1.0)]


def test_the_chance_of_passing_a_threshold_is_read_from_the_quantiles():
    quantiles = np.array([[10.0, 20.0, 30.0]] * 4)
    found = m.chance_above(quantiles, [0.25, 0.5, 0.75], np.array([20.0, 25.0, 5.0, 99.0]))
    assert found == pytest.approx([0.5, 0.375, 0.875, 0.125])


# -- shares ------------------------------------------------------------------------------------------------


def test_misplaced_people_are_half_the_summed_differences_of_shares():
    found = m.total_variation(
        np.array([[5.0, 5.0], [1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]),
        np.array([[10.0, 0.0], [0.0, 7.0], [3.0, 1.0], [0.0, 0.0]]),
    )
    assert found[:3] == pytest.approx([0.5, 1.0, 0.25])
    assert np.isnan(found[3])


def test_relative_difference_is_flees():
    assert m.relative_difference(np.array([[6.0, 4.0]]), np.array([[10.0, 0.0]])) == pytest.approx(0.8)


# -- skill -------------------------------------------------------------------------------------------------


def test_skill_weighs_crises_equally_whatever_their_size():
    scores = {"a": (np.full(1000, 1.0), np.full(1000, 2.0)), "b": (np.full(10, 3.0), np.full(10, 2.0))}
    found = m.bootstrap_skill(scores, seed=1)
    assert found.value == pytest.approx(1 - 4 / 4)
    assert found.low < 0 < found.high


def test_equal_skill_everywhere_has_no_doubt(random):
    scores = {name: (0.8 * part, part) for name in "abc" for part in [random.gamma(2, 1, 40)]}
    found = m.bootstrap_skill(scores, seed=1)
    assert [*found] == pytest.approx([0.2, 0.2, 0.2])


def test_the_interval_depends_on_the_seed_alone_and_needs_two_crises(random):
    scores = {name: (random.gamma(2, 1, 40), random.gamma(2, 1, 40)) for name in "abcd"}
    assert m.bootstrap_skill(scores, seed=3) == m.bootstrap_skill(dict(reversed(scores.items())), seed=3)
    alone = m.bootstrap_skill({"a": scores["a"]}, seed=3)
    assert np.isnan(alone.low)
    assert np.isfinite(alone.value)


def test_the_interval_holds_the_truth_about_as_often_as_it_says():
    inside = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        scores = {}
        for crisis in range(12):
            rule = random.gamma(20, 0.05, 30)
            scores[str(crisis)] = ((0.8 + 0.1 * random.normal()) * rule, rule)
        found = m.bootstrap_skill(scores, seed=seed, draws=300)
        inside += found.low <= 0.2 <= found.high
    assert 75 <= inside <= 98

"""Scores agree with their definitions, worked out the long way."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from havenward.forecast.flee_measures import flee_errors
from havenward.forecast.scores import score_counts, weighted_interval_score
from havenward.pipeline import run_forecast
from havenward.records import QUANTILE_LEVELS, Observation
from havenward.settings import ForecastSettings
from worlds import START, city


def interval_score(low: float, high: float, alpha: float, y: float) -> float:
    """Give the interval score by its definition (Gneiting & Raftery 2007)."""
    return (high - low) + 2 / alpha * max(0.0, low - y) + 2 / alpha * max(0.0, y - high)


@pytest.mark.parametrize("y", [-3.0, 0.2, 0.5, 1.9, 7.0])
def test_the_score_is_the_weighted_sum_of_interval_scores(y: float) -> None:
    rng = np.random.default_rng(3)
    quantiles = np.sort(rng.normal(size=len(QUANTILE_LEVELS)))
    k = (len(QUANTILE_LEVELS) - 1) // 2
    by_hand = 0.5 * abs(y - quantiles[k])
    for i in range(k):
        alpha = 2 * QUANTILE_LEVELS[i]
        by_hand += alpha / 2 * interval_score(quantiles[i], quantiles[-1 - i], alpha, y)
    by_hand /= k + 0.5
    ours = weighted_interval_score(quantiles[None], np.array([y]), QUANTILE_LEVELS)[0]
    assert ours == pytest.approx(by_hand, rel=1e-12)


def test_a_sure_and_right_forecast_scores_nothing() -> None:
    assert weighted_interval_score(np.full((1, 23), 5.0), np.array([5.0]), QUANTILE_LEVELS)[0] == 0.0


def count(day: date, place: str, persons: int, series: str = "s") -> Observation:
    return Observation(day, None, "location", place, "", "stock", persons, None, series, day, "")


def test_counts_are_scored_by_series_and_never_joined(tmp_path) -> None:
    run = run_forecast(city(), ForecastSettings(START, 30, members=200), tmp_path / "run")
    forecast = run.table("forecast")
    day = date(2020, 1, 25)
    counts = [
        count(day, "camp-a", 5000),
        count(day, "camp-b", 10**6),
        count(day, "camp-a", 5, "other"),
        count(date(2021, 1, 1), "camp-a", 7),
    ]
    scores = {(s.series, s.location): s for s in score_counts(forecast, counts)}
    assert set(scores) == {("s", "camp-a"), ("s", "camp-b"), ("s", "all"), ("other", "camp-a")}
    assert scores["s", "all"].n == 2
    assert scores["s", "camp-b"].coverage_95 == 0.0
    assert scores["s", "all"].wis == pytest.approx(
        (scores["s", "camp-a"].wis + scores["s", "camp-b"].wis) / 2
    )


def test_flee_errors_by_hand() -> None:
    """Two camps, three days, no naive lines: differences by hand."""
    simulated = np.array([[10.0, 0.0], [20.0, 20.0], [30.0, 10.0]])
    counted = np.array([[5.0, 5.0], [30.0, 10.0], [20.0, 60.0]])
    errors = flee_errors(simulated, counted)
    assert errors["error_normal"] == pytest.approx(np.mean([10 / 10, 20 / 40, 60 / 80]))
    # rescaled to the total counted: day 2 doubles to (60, 20)
    assert errors["error_rescaled"] == pytest.approx(np.mean([10 / 10, 20 / 40, 80 / 80]))
    assert np.isnan(errors["mase7"])


def test_flee_scaled_errors_by_hand() -> None:
    """One camp over 40 days whose run is off by a tenth on each day; rescaling makes it perfect."""
    counts = np.linspace(100, 300, 40)[:, None]
    assert flee_errors(counts * 1.1, counts)["mase7"] == 0.0
    two = np.hstack([counts, counts])
    bent = two * np.array([1.1, 0.9])
    errors = flee_errors(bent, two)
    naive = np.abs(counts[8:, 0] - counts[7, 0]).mean()
    assert errors["mase7"] == pytest.approx(0.1 * counts.mean() / naive, abs=1e-3)
    sloped = np.abs(counts[8:, 0] - counts[7, 0] * np.arange(8, 40)).mean()
    assert errors["mase7_sloped"] == pytest.approx(0.1 * counts.mean() / sloped, abs=1e-3)
    ratio = np.abs(counts[31:, 0] - 2 * counts[31:, 0] * 0.5).mean()
    assert ratio == 0.0
    assert np.isnan(errors["mase30_ratio"])

"""Counts to come err at first the way the last count erred, and only where the series has counted everybody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from counted_worlds import ORIGIN, learn, with_sound_counts
from havenward.forecast.ahead import count_ahead
from havenward.randomness import Streams


@pytest.fixture(scope="module")
def case():
    return with_sound_counts()


def test_a_series_without_a_count_of_everybody_says_nothing(case):
    places = tuple(row for row in case.observations if row.scope == "location")
    ensemble, posterior = learn(replace(case, observations=places))
    assert count_ahead(posterior, ensemble, ORIGIN, Streams(1)) is None


def test_counts_to_come_start_near_the_last_count_and_widen(case):
    ensemble, posterior = learn(case)
    counted = count_ahead(posterior, ensemble, ORIGIN, Streams(1))
    assert counted is not None
    first = (ORIGIN - ensemble.first_date).days + 1
    assert np.isnan(counted[:, :first]).all()
    assert (counted[:, first:] >= 0).all()
    totals = [row for row in case.observations if row.scope == "total" and row.published <= ORIGIN]
    last = max(totals, key=lambda row: row.date).persons
    assert 0.5 * last < np.median(counted[:, first]) < 2.0 * last
    again = count_ahead(posterior, ensemble, ORIGIN, Streams(1))
    assert np.array_equal(counted, again, equal_nan=True)

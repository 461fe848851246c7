"""An invented crisis that is forecast in the middle, with sound counts of a truth: for tests of learning runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from havenward.forecast.ensemble import count_displaced
from havenward.forecast.smc import MemberStreams
from havenward.pipeline import known_case, learn_and_simulate
from havenward.settings import ForecastSettings
from synthetic_crises import FIRST, SITES, count, invented_case, make_crisis
from worlds import event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from havenward.forecast.posterior import Posterior
    from havenward.records import Case, Ensemble, Observation

ORIGIN = FIRST + timedelta(days=45)
REPORT_DAYS = tuple(range(6, 60, 7))
AHEAD = 14
SMALL = ForecastSettings(ORIGIN, AHEAD, 60, 3, "C", "havenward")


def begun_case() -> Case:
    """Make the city of two banks with a front that is known to have come to both."""
    case = invented_case()
    came = (
        event(FIRST + timedelta(days=3), "front_reaches", location="east-1"),
        event(
            FIRST + timedelta(days=20),
            "front_reaches",
            location="west-1",
            published=FIRST + timedelta(days=21),
        ),
    )
    return replace(case, events=case.events + came)


def with_sound_counts(seed: int = 4, error: float = 0.05, days: tuple[int, ...] = REPORT_DAYS) -> Case:
    """Let one member of the prior be the truth, and count it every week, with small errors.

    Parameters
    ----------
    seed
        Of the truth.
    error
        Relative error of a count.
    days
        Day indices of reports; each gives the total (series `registry`) and every site (`camps`).
    """
    crisis = make_crisis(case=begun_case())
    blank = [count(day, 1) for day in days]
    blank += [
        count(day, 1, scope="location", location=site, series="camps") for day in days for site in SITES
    ]
    model = replace(crisis, observations=tuple(blank)).model()
    streams = MemberStreams(seed)
    ensemble = crisis.simulate(streams, 2, crisis.days)
    means = model.expected(ensemble, model.draw_counting(streams, 2))[0]
    stray = np.exp(error * np.random.default_rng(seed).standard_normal(len(means)))
    counted = {
        (row.series, row.place, row.day): round(float(people))
        for row, people in zip(model.counts, means * stray, strict=True)
    }
    made = tuple(replace(row, persons=counted[row.series, row.location, day_of(row)]) for row in blank)
    return replace(crisis.case, observations=made)


def learn(case: Case, settings: ForecastSettings = SMALL) -> tuple[Ensemble, Posterior]:
    """Forecast as a run does, without writing it."""
    ensemble, posterior = learn_and_simulate(known_case(case, settings), settings, workers=1)
    assert posterior is not None
    return ensemble, posterior


def day_of(row: Observation) -> int:
    """Give the day index of a count."""
    return (row.date - FIRST).days


def expect_count(ensemble: Ensemble, case: Case, day: int) -> NDArray[np.float64]:
    """Give what the members would have had counted in all on a day index, as `counted_displaced`."""
    kinds = {place.location: place.kind for place in case.locations}
    camps = [index for index, name in enumerate(ensemble.locations) if kinds.get(name) == "camp"]
    at_camps = ensemble.stock[:, :, camps].sum(axis=2) - ensemble.opening[:, camps].sum(axis=1)[:, None]
    counted = count_displaced(ensemble.displaced, at_camps.astype(np.int32), dict(ensemble.draws))
    return counted[:, day]

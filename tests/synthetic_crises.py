"""Invented crises whose truth is known: one member of the prior is the truth, and counts of it are made up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from havenward.case.assumptions import resolve_assumptions
from havenward.forecast.assimilate import assimilate
from havenward.forecast.counts import list_places, main_series, select_counts
from havenward.forecast.ensemble import draw_assumptions
from havenward.forecast.likelihood import CountModel
from havenward.forecast.posterior import FilterSettings, Posterior
from havenward.movement.simulate import Simulator, simulator
from havenward.randomness import Streams
from havenward.records import Observation
from havenward.runners import Threads
from worlds import START, assume, city

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from havenward.forecast.assimilate import Simulate
    from havenward.forecast.smc import MemberStreams
    from havenward.records import Assumption, Case, Ensemble

    FloatArray = NDArray[np.float64]

FIRST = date(2020, 1, 5)  # the day the operation starts
SITES = ("camp-a", "camp-b", "town")


def invented_case() -> Case:
    """Make the city of two banks with an uncertain battle."""
    return city(assumptions=(assume("battle_days", "lognormal", "days", median=30.0, sigma=0.5),))


@dataclass(frozen=True)
class Crisis:
    """A case with its simulator up to a day, and counts."""

    case: Case
    assumptions: tuple[Assumption, ...]
    engine: Simulator
    days: int
    observations: tuple[Observation, ...]

    @property
    def origin_date(self) -> date:
        return FIRST + timedelta(days=self.days - 1)

    def simulate(self, streams: MemberStreams, members: int, days: int) -> Ensemble:
        draws = draw_assumptions(self.assumptions, streams, members)
        return replace(self.engine, streams=streams).run(draws, numbers=streams.numbers, days=days)

    def learn(
        self, members: int, seed: int, settings: FilterSettings | None = None, workers: int = 1
    ) -> Posterior:
        simulate: Simulate = self.simulate
        return assimilate(
            simulate,
            self.assumptions,
            self.observations,
            self.case.locations,
            Streams(seed),
            members,
            first_date=FIRST,
            origin_date=self.origin_date,
            settings=settings,
            runner=Threads(workers),
        )

    def model(self) -> CountModel:
        places = list_places(self.case.locations)
        counts, _ = select_counts(self.observations, places, frozenset(), FIRST, self.origin_date)
        return CountModel(counts, places, main_series(counts), {a.name: a for a in self.assumptions})


def count(day: int, persons: int | None, **changes: object) -> Observation:
    """Make a count of the stock of a day index."""
    values: dict[str, object] = {
        "date": FIRST + timedelta(days=day),
        "date_from": None,
        "scope": "total",
        "location": "",
        "origin": "",
        "measure": "stock",
        "persons": persons,
        "households": None,
        "series": "registry",
        "published": FIRST + timedelta(days=day),
        "source": "",
    } | changes
    return Observation(**values)  # type: ignore[arg-type]


def make_crisis(days: int = 60, case: Case | None = None) -> Crisis:
    """Prepare the invented case without counts; what is not known by its last day is drawn."""
    case = case or invented_case()
    assumptions, _ = resolve_assumptions(case, "leave-one-out")
    last = FIRST + timedelta(days=days - 1)
    engine = simulator(case, assumptions, FIRST, START, last, Streams(0))
    return Crisis(case, assumptions, engine, days, ())


def count_truth(crisis: Crisis, report_days: list[int], seed: int) -> tuple[Crisis, dict[str, float]]:
    """Let the member of a seed be the truth, and make up what was counted of it on some days.

    Returns
    -------
    crisis
        With a total and the stock of every site on each report day.
    truth
        What is true of it: draws, and people displaced on the last day (`displaced`).
    """
    blank = [count(day, 1) for day in report_days] + [
        count(day, 1, scope="location", location=site, series="camps")
        for day in report_days
        for site in SITES
    ]
    empty = replace(crisis, observations=tuple(blank))
    model = empty.model()
    streams = _streams(seed)
    ensemble = empty.simulate(streams, 2, crisis.days)
    drawn = model.draw_counting(streams, 2)
    means = model.expected(ensemble, drawn)[0]
    persons = model.draw_counts(means, np.random.default_rng(seed))
    made = {}
    for row, number in zip(model.counts, persons, strict=True):
        made[row.series, row.place, row.day] = int(number)
    counted = tuple(
        replace(o, persons=made[o.series, o.location, (o.date - FIRST).days]) for o in empty.observations
    )
    truth = {name: float(values[0]) for name, values in {**ensemble.draws, **drawn}.items()}
    return replace(crisis, observations=counted), truth | {"displaced": float(ensemble.displaced[0, -1])}


def _streams(seed: int) -> MemberStreams:
    from havenward.forecast.smc import MemberStreams

    return MemberStreams(seed)


def rank_truth(
    crisis: Crisis, truth: Mapping[str, float], posterior: Posterior, names: list[str]
) -> tuple[dict[str, float], dict[str, FloatArray]]:
    """Give the share of the members below the truth, by name, and the members' values."""
    ensemble = crisis.simulate(posterior.streams_for(crisis.days), posterior.members, crisis.days)
    values = {**ensemble.draws, **posterior.counting, "displaced": ensemble.displaced[:, -1].astype(float)}
    ranks = {
        name: float((values[name] < truth[name]).mean() + 0.5 * (values[name] == truth[name]).mean())
        for name in names
    }
    return ranks, {name: values[name] for name in names}

"""Forecast past offensives before their event, each crisis left out of its own record.

`python lab/past_offensives.py` prints the tables of docs/explanation/past-offensives.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from havenward.case.assumptions import POPULATION_SIGMA, pool_figures
from havenward.case.priors import expert_record, learned_priors, read_past_crises, select_crises
from havenward.distributions import Distribution, quantile, summary
from havenward.forecast.offensives import (
    CEILING,
    FIGURE_ITSELF,
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
from havenward.records import Assumption, Case, Figure
from havenward.settings import PRIOR_SETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS = 20_000


def main() -> None:
    """Judge and print."""
    every = read_past_offensives()
    verdicts = judge_offensives(every, predict_total, PRIOR_SETS)
    chosen = set(choose_one_each(every))
    parts = {
        "One forecast per event": [v for v in verdicts if v.offensive in chosen],
        "Figures only": [v for v in verdicts if v.offensive.figure],
        "Inhabitants only": [v for v in verdicts if not v.offensive.figure],
        "Without Mosul": [
            v for v in verdicts if v.offensive in chosen and v.offensive.crisis != "mosul-2016"
        ],
    }
    upper = [replace(one, low=None) for one in every if one.low]
    parts["Ranges only"] = [v for v in verdicts if v.offensive.low]
    parts["Ranges, read by their upper end alone"] = list(judge_offensives(upper, predict_total, PRIOR_SETS))
    for title, rows in parts.items():
        print(f"### {title}\n\n{compose_tallies(tally_verdicts(rows))}")
    for model in (OURS, FIGURE_ITSELF, CEILING):
        print(f"### {model}\n\n{compose_verdicts(v for v in verdicts if v.model == model)}")


def predict_total(one: Offensive, prior_set: str) -> NDArray[np.float64]:
    """Say what the package would say of the total, with this war left out of the record."""
    war = crises_of_same_war(one.crisis)
    rows = [row for row in read_past_crises() if row.crisis not in war]
    rows = list(select_crises(rows, prior_set, one.crisis, one.said))
    if one.figure is not None:
        assumption = Assumption(
            "displaced_total",
            one.said,
            None,
            "persons",
            "",
            pool_term="expected_displaced",
            pool_places=("place",),
        )
        case = Case(
            "", one.crisis, "", one.said, 1, "havenward", residents_held=True, front_by_cell=True,
            publication_lag_days=0, audience="public", suppress_below=10, figures=(as_figure(one),),
        )  # fmt: skip
        curve = curve_of(pool_figures(case, assumption, expert_record(rows), None))
        levels = (np.arange(POINTS) + 0.5) / POINTS
        return np.array(summary(curve, tuple(levels.tolist())), np.float64)
    priors = learned_priors(rows, residents_held=False, made=one.said)
    release = curve_of(next(a for a in priors if a.name == "release_fraction"))
    random = np.random.default_rng(1)
    shares = quantile(release, random.random(POINTS), random.random(POINTS))
    people = one.base * np.exp(POPULATION_SIGMA * random.standard_normal(POINTS))
    return shares * people


def curve_of(assumption: Assumption) -> Distribution:
    """Give the distribution of an assumption that surely has one."""
    if assumption.distribution is None:
        raise ValueError(assumption.name)
    return assumption.distribution


def as_figure(one: Offensive) -> Figure:
    """Write what was published as a figure of a report."""
    quantifier = "between" if one.low else "up_to"
    return Figure(
        "figure", "report", None, None, "", "", one.low, one.figure, None, quantifier, "persons", "people",
        "expected_displaced", "expected", "place", "", "", "", None, None, "", "", "", "",
    )  # fmt: skip


if __name__ == "__main__":
    main()

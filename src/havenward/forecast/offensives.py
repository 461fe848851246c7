"""How well a published figure foretells a total before anything is counted: past offensives, one by one.

Each one is forecast with its own crisis left out of the record. The part that knows priors is handed in, so
this stage knows only what was said, what came of it, and the two readings that a planner would use instead.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import parse_date
from havenward.distributions import Distribution, summary
from havenward.forecast.measures import weighted_interval_score_log
from havenward.records import QUANTILE_LEVELS, SAME_WAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    # (offensive, prior set) -> equally likely totals, any order and number
    Predict = Callable[["Offensive", str], FloatArray]

OURS = "havenward"
FIGURE_ITSELF = "figure itself, a factor of two"
CEILING = "figure as ceiling"
# Spread of the log for a reading that takes the figure as the middle: a factor of two at one sigma.
FIGURE_SIGMA = 0.7
INTERVALS = {50: (0.25, 0.75), 80: (0.10, 0.90), 90: (0.05, 0.95), 95: (0.025, 0.975)}
# set before any of this was computed: of ten past offensives the 90 % range has to hold eight
PASS_SHARE = 0.8


@dataclass(frozen=True)
class Offensive:
    """What was said before an offensive, and what came of it.

    Parameters
    ----------
    crisis
        Key of the crisis, as in `tables/past_crises.csv`.
    quantity
        `expert_ratio` where a number of displaced people had been published, `release_fraction` where only
        the number of inhabitants was known.
    said
        Day on which the figure was published, or the operation began where that day is not known.
    low, figure
        What was published: the ends of a range, or the upper figure alone; None without one.
    population
        Inhabitants; None where a figure had been published.
    outcome, known
        People displaced in the end, and when that was known.
    source, note
        Where both come from.
    """

    crisis: str
    quantity: str
    said: date
    low: float | None
    figure: float | None
    population: float | None
    outcome: float
    known: date
    source: str
    note: str

    @property
    def base(self) -> float:
        """Give the number that a forecast starts from: the figure, or the inhabitants."""
        return self.figure or self.population or 0.0


@dataclass(frozen=True)
class Verdict:
    """A forecast of one offensive beside its outcome.

    `quantiles` belong to `QUANTILE_LEVELS`; `inside` tells for each of `INTERVALS` whether it holds the
    outcome; `pit` is the chance that the forecast gave to less than the outcome; `wis_log` the weighted
    interval score of log(1 + people).
    """

    offensive: Offensive
    model: str
    prior_set: str
    quantiles: tuple[float, ...]
    inside: dict[int, bool]
    pit: float
    wis_log: float


@dataclass(frozen=True)
class Tally:
    """How a model did over `n` offensives in so many `wars`; `held` counts by the share of the interval."""

    model: str
    prior_set: str
    n: int
    wars: int
    held: dict[int, int]
    wis_log: float
    passed: bool


def read_past_offensives() -> tuple[Offensive, ...]:
    """Read the rows of the table of past crises that say what was published before, and what came of it.

    Rows whose number of inhabitants was worked out from the outcome, or whose outcome was still a guess, have
    no outcome in the table and are left out.
    """
    text = files("havenward").joinpath("tables", "past_crises.csv").read_text(encoding="utf-8")
    return tuple(
        Offensive(
            crisis=row["crisis"],
            quantity=row["quantity"],
            said=parse_date(row["said"]),
            low=_number(row["low"]),
            figure=_number(row["figure"]),
            population=_number(row["population"]),
            outcome=float(row["outcome"]),
            known=parse_date(row["published"]),
            source="; ".join(part for part in (row["said_source"], row["source"]) if part),
            note=row["note"],
        )
        for row in csv.DictReader(text.splitlines())
        if row["outcome"]
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def crises_of_same_war(crisis: str) -> frozenset[str]:
    """Name the crises that may not speak for this one: itself, and other names of the same war."""
    return next((war for war in SAME_WAR if crisis in war), frozenset({crisis}))


def judge_offensives(
    offensives: Iterable[Offensive], predict: Predict, prior_sets: Sequence[str]
) -> tuple[Verdict, ...]:
    """Forecast each past offensive before its event and hold the forecast against the outcome.

    Parameters
    ----------
    offensives
        Those with an outcome.
    predict
        Gives equally likely totals for an offensive under a prior set; must not use the crisis itself.
    prior_sets
        Names that `predict` knows.

    Returns
    -------
    verdicts
        For each offensive our forecast under each prior set, then the two plain readings, whose prior set is
        empty.
    """
    found = []
    for one in offensives:
        for prior_set in prior_sets:
            totals = np.asarray(predict(one, prior_set), np.float64)
            found.append(_judge(one, OURS, prior_set, totals))
        found.append(_judge(one, FIGURE_ITSELF, "", _read_as_middle(one)))
        found.append(_judge(one, CEILING, "", _read_as_ceiling(one)))
    return tuple(found)


def _read_as_middle(offensive: Offensive, points: int = 4001) -> FloatArray:
    """Take the figure (or all inhabitants) as the middle, right within a factor of two."""
    curve = Distribution("lognormal", {"median": offensive.base, "sigma": FIGURE_SIGMA})
    totals = np.array(summary(curve, tuple((np.arange(points) + 0.5) / points)))
    limit = offensive.population or np.inf
    return np.asarray(np.minimum(totals, limit), np.float64)


def _read_as_ceiling(offensive: Offensive, points: int = 4001) -> FloatArray:
    """Take words at their word: between the low end (or nobody) and the figure (or everybody), all alike."""
    low = offensive.low or 0.0
    return np.asarray(low + (offensive.base - low) * (np.arange(points) + 0.5) / points, np.float64)


def _judge(offensive: Offensive, model: str, prior_set: str, totals: FloatArray) -> Verdict:
    levels = np.array(QUANTILE_LEVELS)
    quantiles = np.quantile(totals, levels)
    at = {level: float(value) for level, value in zip(QUANTILE_LEVELS, quantiles, strict=True)}
    below, equal = (totals < offensive.outcome).mean(), (totals == offensive.outcome).mean()
    score = weighted_interval_score_log(quantiles[None], np.array([offensive.outcome]), levels)
    return Verdict(
        offensive=offensive,
        model=model,
        prior_set=prior_set,
        quantiles=tuple(float(value) for value in quantiles),
        inside={share: at[low] <= offensive.outcome <= at[high] for share, (low, high) in INTERVALS.items()},
        pit=float(below + equal / 2),
        wis_log=float(score[0]),
    )


def tally_verdicts(verdicts: Iterable[Verdict]) -> tuple[Tally, ...]:
    """Sum up by model and prior set, in the order in which they first appear."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault((verdict.model, verdict.prior_set), []).append(verdict)
    tallies = []
    for (model, prior_set), rows in groups.items():
        held = {share: sum(row.inside[share] for row in rows) for share in INTERVALS}
        tallies.append(
            Tally(
                model=model,
                prior_set=prior_set,
                n=len(rows),
                wars=len({crises_of_same_war(row.offensive.crisis) for row in rows}),
                held=held,
                wis_log=float(np.mean([row.wis_log for row in rows])),
                passed=held[90] >= PASS_SHARE * len(rows),
            )
        )
    return tuple(tallies)


def choose_one_each(offensives: Iterable[Offensive]) -> tuple[Offensive, ...]:
    """Keep one forecast per event: where a figure had been published, the inhabitants alone are not used."""
    rows = list(offensives)
    with_figure = {one.crisis for one in rows if one.figure}
    return tuple(one for one in rows if one.figure or one.crisis not in with_figure)


# -- tables in words ---------------------------------------------------------------------------------------


def compose_verdicts(verdicts: Iterable[Verdict]) -> str:
    """Write verdicts of one model as a Markdown table: what was said, the middle and 90 % range, what came.

    `held by` is the narrowest of `INTERVALS` that holds the outcome.
    """
    lines = [
        "| crisis | said | published | priors | 5 % | middle | 95 % | outcome | held by | PIT | WIS of log |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in verdicts:
        at = dict(zip(QUANTILE_LEVELS, one.quantiles, strict=True))
        narrowest = next((f"{share} %" for share in INTERVALS if one.inside[share]), "**none**")
        lines.append(
            f"| {one.offensive.crisis} | {_say_said(one.offensive)} | {one.offensive.said} "
            f"| {one.prior_set or '-'} | {_round(at[0.05])} | {_round(at[0.5])} | {_round(at[0.95])} "
            f"| {_round(one.offensive.outcome)} | {narrowest} | {one.pit:.2f} | {one.wis_log:.2f} |"
        )
    return "\n".join(lines) + "\n"


def compose_tallies(tallies: Iterable[Tally]) -> str:
    """Write tallies as a Markdown table."""
    shares = " | ".join(f"in {share} %" for share in INTERVALS)
    lines = [
        f"| model | prior set | n | wars | {shares} | mean WIS of log | pass mark |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in tallies:
        held = " | ".join(f"{one.held[share]}" for share in INTERVALS)
        lines.append(
            f"| {one.model} | {one.prior_set or '-'} | {one.n} | {one.wars} | {held} | {one.wis_log:.3f} "
            f"| {'reached' if one.passed else '**missed**'} |"
        )
    return "\n".join(lines) + "\n"


def _say_said(one: Offensive) -> str:
    if one.figure is None:
        return f"{_round(one.base)} inhabitants"
    return f"{_round(one.low)} to {_round(one.figure)}" if one.low else _round(one.figure)


def _round(people: float) -> str:
    """Say a number of people to three digits."""
    if people <= 0:
        return "0"
    step = 10 ** max(0, int(np.floor(np.log10(people))) - 2)
    return f"{round(people / step) * step:,}"

"""What past crises say about a parameter before anything is known here: the two prior sets.

`time-ordered` uses only crises whose outcome was known before this case starts; `leave-one-out` uses all
others, later ones too, and is therefore retrospective. Neither ever holds the crisis itself. What no past
crisis tells comes from `tables/conventions.toml`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from importlib.resources import files
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from havenward.case.documents import read_assumptions
from havenward.case.findings import Findings
from havenward.dates import parse_date
from havenward.distributions import Distribution
from havenward.records import SAME_WAR, Assumption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

# A convention counts as this many past crises, so that one or two of them do not decide alone.
PRIOR_WEIGHT = 3
# With no record at all: a published upper figure is right within a factor of two (one sigma) either way.
RATIO_SIGMA = 0.7
# With no record at all: half of those who will leave do so within a month of contact, give or take.
# Rows of contact hazards are kept only where nearly all left, so that they are about those who will leave.
HAZARD_MEDIAN, HAZARD_SIGMA = 0.03, 1.0
# Spread of a release fraction around each past crisis, as the size of a sample that would show it.
RELEASE_SIZE = 8.0


@dataclass(frozen=True)
class PastCrisis:
    """A row of `tables/past_crises.csv`: what one crisis showed, and when that was known."""

    crisis: str
    quantity: str
    value: float
    published: date
    source: str
    note: str


@dataclass(frozen=True)
class ExpertRecord:
    """How published upper figures have done: outcome / figure is log-normal with this median and sigma."""

    median: float
    sigma: float
    crises: tuple[str, ...]


def read_past_crises() -> tuple[PastCrisis, ...]:
    """Read the table of past crises that the package brings."""
    text = files("havenward").joinpath("tables", "past_crises.csv").read_text(encoding="utf-8")
    return tuple(
        PastCrisis(
            row["crisis"],
            row["quantity"],
            float(row["value"]),
            parse_date(row["published"]),
            row["source"],
            row["note"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def select_crises(
    rows: Sequence[PastCrisis], prior_set: str, crisis: str, start: date
) -> tuple[PastCrisis, ...]:
    """Keep the rows a prior set may use for a case: never the crisis itself, nor its war by another name."""
    own = next((war for war in SAME_WAR if crisis in war), frozenset({crisis}))
    others = [row for row in rows if row.crisis not in own]
    if prior_set == "time-ordered":
        others = [row for row in others if row.published < start]
    return tuple(others)


def expert_record(rows: Sequence[PastCrisis]) -> ExpertRecord:
    """Learn how published upper figures have done; the convention counts as `PRIOR_WEIGHT` crises.

    Source of the idea: nine crises with a median ratio near one and a log standard deviation near 0.7.
    """
    mine = [row for row in rows if row.quantity == "expert_ratio"]
    mean, sigma = _shrink([(row.crisis, log(row.value)) for row in mine], 0.0, RATIO_SIGMA)
    return ExpertRecord(exp(mean), sigma, tuple(row.crisis for row in mine))


def learned_priors(rows: Sequence[PastCrisis], *, residents_held: bool, made: date) -> tuple[Assumption, ...]:
    """Make the priors that rest on past crises.

    Parameters
    ----------
    rows
        The rows that may be used.
    residents_held
        Whether leaving is prevented while a place is held.
    made
        Date to give them: they are known before the case starts.
    """
    return (
        _release(rows, made),
        _hazard(rows, made),
        _blocking(rows, made, residents_held=residents_held),
    )


def conventions() -> tuple[Assumption, ...]:
    """Read what is assumed where neither the case nor past crises say anything."""
    import tomllib

    text = files("havenward").joinpath("tables", "conventions.toml").read_text(encoding="utf-8")
    findings = Findings()
    read = read_assumptions(tomllib.loads(text), "conventions.toml", findings)
    return tuple(replace(assumption, basis="convention") for assumption in read)


def _release(rows: Sequence[PastCrisis], made: date) -> Assumption:
    """Mix a flat curve with one around each past crisis: in the record few leave, or nearly all."""
    mine = [row for row in rows if row.quantity == "release_fraction"]
    parts = [(float(PRIOR_WEIGHT), Distribution("beta", {"alpha": 1.0, "beta": 1.0}))]
    parts += [
        (
            1.0,
            Distribution(
                "beta",
                {"alpha": 1.0 + RELEASE_SIZE * row.value, "beta": 1.0 + RELEASE_SIZE * (1.0 - row.value)},
            ),
        )
        for row in mine
    ]
    return Assumption(
        name="release_fraction",
        published=made,
        distribution=Distribution("mixture", components=tuple(parts)),
        unit="share",
        basis="past crises",
        reason="Share of the people at risk who left in past crises" + _named(mine),
    )


def _hazard(rows: Sequence[PastCrisis], made: date) -> Assumption:
    mine = [row for row in rows if row.quantity == "contact_hazard"]
    mean, sigma = _shrink([(row.crisis, log(row.value)) for row in mine], log(HAZARD_MEDIAN), HAZARD_SIGMA)
    return Assumption(
        name="contact_hazard",
        published=made,
        unit="per day",
        basis="past crises",
        distribution=Distribution("lognormal", {"median": exp(mean), "sigma": sigma}),
        reason="Daily chance of leaving, once the front is there, of those who will leave" + _named(mine),
    )


def _blocking(rows: Sequence[PastCrisis], made: date, *, residents_held: bool) -> Assumption:
    mine = [row for row in rows if row.quantity == "blocking"] if residents_held else []
    # a weak curve of mean 0.75 where residents are held, 0.15 where they are free, plus a count per crisis
    alpha, beta = (3.0, 1.0) if residents_held else (1.0, 6.0)
    alpha += sum(row.value for row in mine)
    beta += sum(1.0 - row.value for row in mine)
    return Assumption(
        name="blocking",
        published=made,
        unit="share",
        basis="past crises",
        distribution=Distribution("beta", {"alpha": alpha, "beta": beta}),
        reason="Share of early leaving that is prevented while a place is held" + _named(mine),
    )


def _shrink(values: Sequence[tuple[str, float]], mean: float, sigma: float) -> tuple[float, float]:
    """Pool values with a convention that counts as `PRIOR_WEIGHT` crises, spread of the means included.

    Values of one crisis share one weight: three figures of one war are not three wars.
    """
    crises = [crisis for crisis, _ in values]
    weighted = [(1.0 / crises.count(crisis), value) for crisis, value in values]
    count = PRIOR_WEIGHT + sum(weight for weight, _ in weighted)
    pooled = (PRIOR_WEIGHT * mean + sum(weight * value for weight, value in weighted)) / count
    squares = PRIOR_WEIGHT * (sigma**2 + (mean - pooled) ** 2)
    squares += sum(weight * (value - pooled) ** 2 for weight, value in weighted)
    return pooled, sqrt(squares / count)


def _named(rows: Sequence[PastCrisis]) -> str:
    if not rows:
        return "; no past crisis may be used here, so this is a convention."
    return f" ({', '.join(sorted({row.crisis for row in rows}))}), pooled with a convention."

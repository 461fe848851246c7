"""What comes to a site next, by what came before: to the site, to its neighbours, and in past crises.

The learned part of the forecast, for sites with counts. A site's own past periods of the same length give
the size of what usually comes, how much it varies, and how often nobody or fewer came; sites with little past
lean on the crisis. How outcomes scatter around that is taken from situations alike in other crises, each
outcome in units of its own site, so that a crisis of thousands can teach one of millions.
`docs/explanation/site-forecasts.md` says what was tried and what lost.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.forecast.headline import count_series, followed_series
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.records import Case, Observation

    FloatArray = NDArray[np.float64]

    class Key(NamedTuple):
        """Names a forecast of one site."""

        location: str
        series: str
        horizon: int


LIBRARY = "past_arrivals.csv"
# Past periods are compared if they are between a third of and three times as long as the one asked for; what
# came in them is scaled to its length.
LENGTH_RATIO = 3.0
# The size of arrivals follows a site within two periods; whether anybody comes is slower to tell.
LEVEL_HALF_LIFE_PERIODS = 2.0
FALLS_HALF_LIFE_DAYS = 30.0
RISES_MEMORY = 0.7  # weight of each report against the next one
# Evidence that stands in for missing past, as numbers of past periods.
CASE_PERIODS = 1.0
SPREAD_PERIODS = 3.0
FALLS_PERIODS, RECENT_FALLS_PERIODS = 4.0, 8.0
FALLS_SHARE = 0.2  # about one period in five, before anything is known
RISES_SHARE = 0.7
SPREAD = 1.2  # in logarithms: a factor of three either way
CASE_RATE_DAYS = 28
FIRST_LEVEL = 7.0  # a thousand people, in logarithms, where nobody has arrived anywhere yet
CEILING = 3.0  # no site takes more than this many times what any site of the crisis took in such a time
# How far a situation may lie from one in the library: logarithm of evidence, of the period, share of rises.
KERNEL_WIDTHS = (0.5, 0.7, 0.2)
KERNEL_FLOOR = 1e-4
LEAST_ROWS = 40  # a crisis with fewer rows at a horizon counts for less
RIDGE = 10.0
# With no crisis to learn from: chances as the site's own past has them, and the normal distribution.
BLANK_COEFFICIENTS = (0.0, 0.4, -1.0)
BLANK_SCATTER = 1.1

_LEVELS = np.array(QUANTILE_LEVELS)


class Situation(NamedTuple):
    """A site on a day and a period ahead, by what was known then.

    Parameters
    ----------
    location, series, horizon
        Which site and counts, and days ahead.
    gap_days
        Days from the last count to the day forecast.
    last_count
        People at the last count; for flows all arrivals so far.
    level, fall_level
        Logarithm of the people who usually come, or are fewer, in such a period.
    spread
        Standard deviation of the logarithm of what came.
    evidence
        Number of past periods with arrivals behind `level`, old ones counting less.
    rises, falls
        Share of reports with a rise; share of periods without, both with a weak prior.
    still
        Share of the periods without a rise that had no change at all; 1 for flows, which cannot fall.
    ceiling
        Most people who can come.
    """

    location: str
    series: str
    horizon: int
    gap_days: int
    last_count: float
    level: float
    fall_level: float
    spread: float
    evidence: float
    rises: float
    falls: float
    still: float
    ceiling: float


@dataclass(frozen=True)
class Library:
    """Situations of past crises and what came of them, all arrays of shape (row,).

    `last_published` is the ordinal of the day when the last count of the row's crisis was published. The
    other columns are those of `Situation`; `observed` is net arrivals.
    """

    crisis: NDArray[np.str_]
    country: NDArray[np.str_]
    last_published: NDArray[np.int64]
    horizon: NDArray[np.int64]
    gap_days: FloatArray
    level: FloatArray
    fall_level: FloatArray
    spread: FloatArray
    evidence: FloatArray
    rises: FloatArray
    falls: FloatArray
    observed: FloatArray

    def select(self, case: Case, prior_set: str) -> Library:
        """Leave out the crisis itself; of the rest, for `time-ordered`, keep what was over before it began.

        A crisis of the same country that was not over by then is left out too: it may be the same one under
        another name.
        """
        over = self.last_published < case.start.toordinal()
        keep = (self.crisis != case.crisis) & ((self.country != case.country) | over)
        return self.rows(keep & over if prior_set == "time-ordered" else keep)

    def rows(self, keep: NDArray[np.bool_]) -> Library:
        """Keep some rows."""
        return Library(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


class _Counts(NamedTuple):
    """Counts of a site by a day: days as ordinals and people, in order; `flows` are arrivals summed up."""

    location: str
    series: str
    days: FloatArray
    people: FloatArray
    flows: bool


def forecast_sites(
    known: Case,
    origin: date,
    horizons: Iterable[int],
    library: Library,
    prior_set: str = "leave-one-out",
) -> dict[tuple[str, str, int], FloatArray]:
    """Forecast the net arrivals of every site that has a count.

    Parameters
    ----------
    known
        The case as it was known at the origin (`as_of`); rows of later days are not looked at.
    origin
        Day of the forecast.
    horizons
        Days ahead, from 1.
    library
        `read_library()`; rows of this crisis are left out here.
    prior_set
        `leave-one-out` or `time-ordered`.

    Returns
    -------
    quantiles
        By location, series and horizon: net arrivals from the last count to origin + horizon at
        `QUANTILE_LEVELS`, shape (23,), rising; below zero where people leave, never by more than are there.
    """
    situations = site_features(known, origin, horizons)
    found = situation_quantiles(situations, library.select(known, prior_set))
    return {(one.location, one.series, one.horizon): row for one, row in zip(situations, found, strict=True)}


def site_features(known: Case, origin: date, horizons: Iterable[int]) -> list[Situation]:
    """Describe every site with a count, as far as it was known at the origin, once per horizon."""
    today = origin.toordinal()
    sites = _gather_counts(known, today)
    return [
        situation for horizon in horizons for situation in _describe_sites(sites, today + horizon, horizon)
    ]


def situation_quantiles(situations: Sequence[Situation], library: Library) -> FloatArray:
    """Give the quantiles of net arrivals in each situation, shape (situation, level).

    Parameters
    ----------
    situations
        Of one day or many.
    library
        Only rows that may be used.
    """
    weights = _row_weights(library)
    coefficients = _fit_falls(library, weights)
    scatter = _Scatter.gather(library, weights)
    found = np.empty((len(situations), len(_LEVELS)))
    for row, one in enumerate(situations):
        chance = _falls_chance(coefficients, np.array([one.falls]), np.array([one.rises]))[0]
        found[row] = _mix(one, float(chance), scatter)
    return found


@cache  # it never changes, and a backtest asks for it at every origin
def read_library() -> Library:
    """Read the shipped table of past situations and outcomes."""
    text = (files("havenward") / "tables" / LIBRARY).read_text(encoding="utf-8")
    return make_library(csv.DictReader(text.splitlines()))


def make_library(rows: Iterable[Mapping[str, str]]) -> Library:
    """Make a library from rows of text, as in `tables/past_arrivals.csv`."""
    listed = list(rows)

    def numbers(name: str) -> FloatArray:
        return np.array([float(row[name]) for row in listed])

    return Library(
        crisis=np.array([row["crisis"] for row in listed], np.str_),
        country=np.array([row["country"] for row in listed], np.str_),
        last_published=np.array(
            [date.fromisoformat(row["last_published"]).toordinal() for row in listed], np.int64
        ),
        horizon=numbers("horizon").astype(np.int64),
        gap_days=numbers("gap_days"),
        level=numbers("level"),
        fall_level=numbers("fall_level"),
        spread=numbers("spread"),
        evidence=numbers("evidence"),
        rises=numbers("rises"),
        falls=numbers("falls"),
        observed=numbers("observed"),
    )


# -- what was counted ------------------------------------------------------------------------------------


def _gather_counts(known: Case, today: int) -> list[_Counts]:
    """Take the stock counts of each site, and summed arrivals where it has no stock."""
    found = []
    for stock in followed_series(count_series(known), today):
        days, people = stock.known(today)
        found.append(_Counts(stock.location, stock.series, days.astype(float), people, flows=False))
    with_stock = {one.location for one in found}
    flows: dict[tuple[str, str], list[Observation]] = {}
    for row in known.observations:
        is_flow = row.measure == "arrivals" and row.scope == "location" and row.persons is not None
        if is_flow and max(row.published, row.date).toordinal() <= today and row.location not in with_stock:
            flows.setdefault((row.location, row.series), []).append(row)
    best: dict[str, _Counts] = {}
    for key, rows in sorted(flows.items()):
        one = _sum_flows(*key, rows)
        if one.location not in best or one.days[-1] > best[one.location].days[-1]:
            best[one.location] = one
    return [*found, *best.values()]


def _sum_flows(location: str, series: str, rows: list[Observation]) -> _Counts:
    """Sum arrivals up into a count that only rises; a period that overlaps one before it is left out."""
    whole = [row for row in rows if not row.origin] or rows
    periods: dict[tuple[int, int], float] = {}
    for row in whole:
        end = row.date.toordinal()
        start = row.date_from.toordinal() if row.date_from else end
        periods[(end, start)] = periods.get((end, start), 0.0) + float(row.persons or 0)
    days: list[float] = []
    people: list[float] = []
    for (end, start), persons in sorted(periods.items()):
        if not days:
            days, people = [float(min(start, end) - 1)], [0.0]
        if start > days[-1]:
            days.append(float(end))
            people.append(people[-1] + max(persons, 0.0))
    return _Counts(location, series, np.array(days), np.array(people), flows=True)


# -- what it says about a site -----------------------------------------------------------------------------


class _Periods(NamedTuple):
    """Past periods of a site: age of their end in days at the last count, and change scaled to the gap."""

    age: FloatArray
    change: FloatArray


def _describe_sites(sites: Sequence[_Counts], target: int, horizon: int) -> list[Situation]:
    gaps = [float(target - one.days[-1]) for one in sites]
    periods = [_past_periods(one, gap) for one, gap in zip(sites, gaps, strict=True)]
    rate = _case_rate(sites)
    people = sum(float(one.people[-1]) for one in sites)
    first = min(FIRST_LEVEL, float(np.log1p(people))) if people > 0 else FIRST_LEVEL
    largest = max(
        (float(past.change.max()) / gap for past, gap in zip(periods, gaps, strict=True) if past.age.size),
        default=0.0,
    )
    return [
        _describe(
            one,
            horizon,
            gap,
            past,
            case_level=float(np.log1p(rate * gap)) if rate > 0 else first,
            ceiling=CEILING * largest * gap if largest > 0 else np.inf,
        )
        for one, gap, past in zip(sites, gaps, periods, strict=True)
    ]


def _case_rate(sites: Sequence[_Counts]) -> float:
    """Give people a day and site: rises lately, else since the beginning, else changes of any kind."""
    lately = sum(max(_rate(one, CASE_RATE_DAYS), 0.0) for one in sites)
    ever = sum(max(_rate(one, np.inf), 0.0) for one in sites)
    changes = sum(abs(_rate(one, np.inf)) for one in sites)
    return (lately or ever or changes) / max(len(sites), 1)


def _describe(
    one: _Counts, horizon: int, gap: float, past: _Periods, *, case_level: float, ceiling: float
) -> Situation:
    weight = 0.5 ** (past.age / (LEVEL_HALF_LIFE_PERIODS * gap))
    came = past.change > 0
    evidence, level, variance = _log_moments(past.change[came], weight[came])
    level = (evidence * level + CASE_PERIODS * case_level) / (evidence + CASE_PERIODS)
    fewer = past.change < 0
    fall_evidence, fall_level, _ = _log_moments(-past.change[fewer], weight[fewer])
    spread = np.sqrt((evidence * variance + SPREAD_PERIODS * SPREAD**2) / (evidence + SPREAD_PERIODS) + 0.1)
    nobody = (~came).astype(float)
    falls = (nobody.sum() + FALLS_PERIODS * FALLS_SHARE) / (nobody.size + FALLS_PERIODS)
    recent = 0.5 ** (past.age / FALLS_HALF_LIFE_DAYS)
    falls = ((recent * nobody).sum() + RECENT_FALLS_PERIODS * falls) / (recent.sum() + RECENT_FALLS_PERIODS)
    ups = np.diff(one.people) > 0
    memory = RISES_MEMORY ** np.arange(len(ups))[::-1]
    rises = ((memory * ups).sum() + RISES_SHARE) / (memory.sum() + 1.0)
    flat = past.change == 0
    still = 1.0 if one.flows else (flat.sum() + 0.5) / (flat.sum() + fewer.sum() + 2.0)
    return Situation(
        location=one.location,
        series=one.series,
        horizon=horizon,
        gap_days=int(gap),
        last_count=float(one.people[-1]),
        level=float(level),
        fall_level=float(
            (fall_evidence * fall_level + CASE_PERIODS * level) / (fall_evidence + CASE_PERIODS)
        ),
        spread=float(spread),
        evidence=float(evidence),
        rises=float(rises),
        falls=float(falls),
        still=float(still),
        ceiling=float(ceiling),
    )


def _past_periods(one: _Counts, gap: float) -> _Periods:
    """Pair each count with the later one whose distance is nearest to the gap, by ratio."""
    days, people = one.days, one.people
    after = np.searchsorted(days, days[:-1] + gap)
    start = np.arange(len(days) - 1)
    near = np.clip(np.stack([after - 1, after]), start + 1, len(days) - 1)
    ratio = np.abs(np.log((days[near] - days[start]) / gap))
    end = np.where(ratio[0] <= ratio[1], near[0], near[1])
    keep = ratio.min(axis=0) <= np.log(LENGTH_RATIO) if len(start) else np.zeros(0, bool)
    start, end = start[keep], end[keep]
    change = (people[end] - people[start]) * gap / (days[end] - days[start])
    return _Periods(days[-1] - days[end], change)


def _rate(one: _Counts, period: float) -> float:
    """Give the people a day by which a site changed from before the period to its last count."""
    if len(one.days) < 2:
        return 0.0
    since = int(np.searchsorted(one.days, one.days[-1] - period, side="right")) - 1
    since = min(max(since, 0), len(one.days) - 2)
    return float(one.people[-1] - one.people[since]) / float(one.days[-1] - one.days[since])


def _log_moments(values: FloatArray, weights: FloatArray) -> tuple[float, float, float]:
    """Give total weight, mean and variance of the logarithms of what is above zero."""
    total = float(weights.sum())
    if not total > 0:
        return 0.0, 0.0, 0.0
    logs = np.log(np.maximum(values, 1.0))
    mean = float((weights * logs).sum() / total)
    return total, mean, float((weights * (logs - mean) ** 2).sum() / total)


# -- what situations alike came to ---------------------------------------------------------------------------


def _row_weights(library: Library) -> FloatArray:
    """Let every crisis count alike at every horizon, with less weight where it has few rows."""
    weights = np.empty(len(library.observed))
    for crisis in np.unique(library.crisis):
        for horizon in np.unique(library.horizon):
            mine = (library.crisis == crisis) & (library.horizon == horizon)
            weights[mine] = 1.0 / max(int(mine.sum()), LEAST_ROWS)
    return weights / weights.mean() if weights.size else weights


def _falls_features(falls: FloatArray, rises: FloatArray) -> FloatArray:
    return np.stack([np.ones_like(falls), np.log(falls / (1.0 - falls)), rises], axis=1)


def _falls_chance(coefficients: FloatArray, falls: FloatArray, rises: FloatArray) -> FloatArray:
    score = _falls_features(falls, rises) @ coefficients
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -4.0, 4.0))), np.float64)


def _fit_falls(library: Library, weights: FloatArray) -> FloatArray:
    """Fit how far a site's own past tells that nobody, or fewer, will come: a ridge logistic regression."""
    if not library.observed.size:
        return np.array(BLANK_COEFFICIENTS)
    features = _falls_features(library.falls, library.rises)
    nobody = (library.observed <= 0).astype(float)
    # a few pseudo-rows' worth of pull to the blank coefficients keeps one odd crisis from deciding
    pull = np.array([0.1, RIDGE, RIDGE])
    blank = np.array(BLANK_COEFFICIENTS)
    coefficients = blank.copy()
    for _ in range(8):
        chance = 1.0 / (1.0 + np.exp(-features @ coefficients))
        slope = features.T @ (weights * (chance - nobody)) + pull * (coefficients - blank)
        curve = (features.T * (weights * chance * (1.0 - chance))) @ features + np.diag(pull)
        coefficients = coefficients - np.linalg.solve(curve, slope)
    return coefficients


@dataclass(frozen=True)
class _Scatter:
    """How outcomes of the library lie around what was usual at their sites.

    `excess` is (log of arrivals - level) / spread, sorted, shape (row,), with weights and with places of
    shape (row, 3) on the scales of the kernel; `falls` are 101 even quantiles of log of loss - fall level.
    """

    excess: FloatArray
    weights: FloatArray
    places: FloatArray
    falls: FloatArray

    @classmethod
    def gather(cls, library: Library, weights: FloatArray) -> _Scatter:
        came = np.flatnonzero(library.observed > 0)
        excess = (np.log(library.observed[came]) - library.level[came]) / library.spread[came]
        order = np.argsort(excess, kind="stable")
        rows = came[order]
        fewer = library.observed < 0
        even = np.linspace(0.0, 1.0, 101)
        if fewer.any():
            loss = np.log(-library.observed[fewer]) - library.fall_level[fewer]
            falls = _weighted_quantiles(loss, weights[fewer], even)
        else:
            falls = BLANK_SCATTER * _normal_quantiles(np.clip(even, 0.01, 0.99))
        places = _kernel_places(library.evidence[rows], library.gap_days[rows], library.rises[rows])
        return cls(excess[order], weights[rows], places, falls)

    def arrivals(self, one: Situation, levels: FloatArray) -> FloatArray:
        """Give quantiles of the people who come if any come, shape of `levels`."""
        if self.excess.size:
            at = _kernel_places(np.array([one.evidence]), np.array([one.gap_days]), np.array([one.rises]))
            distance = ((self.places - at) ** 2).sum(axis=1)
            weight = self.weights * (np.exp(-0.5 * distance) + KERNEL_FLOOR)
            middle = np.cumsum(weight) - 0.5 * weight
            excess = np.interp(levels, middle / weight.sum(), self.excess)
        else:
            excess = BLANK_SCATTER * _normal_quantiles(levels)
        return np.asarray(np.exp(np.minimum(one.level + one.spread * excess, 25.0)), np.float64)


def _kernel_places(evidence: FloatArray, gap_days: FloatArray, rises: FloatArray) -> FloatArray:
    places = np.stack([np.log1p(evidence), np.log(gap_days), rises], axis=1)
    return np.asarray(places / np.array(KERNEL_WIDTHS), np.float64)


def _mix(one: Situation, chance: float, scatter: _Scatter) -> FloatArray:
    """Put together falls, no change and arrivals; `chance` is that of the first two."""
    fall = chance * (1.0 - one.still)
    found = np.zeros(len(_LEVELS))
    low, high = fall > _LEVELS, chance < _LEVELS
    loss = np.interp(1.0 - _LEVELS[low] / max(fall, 1e-9), np.linspace(0.0, 1.0, 101), scatter.falls)
    found[low] = -np.exp(np.minimum(one.fall_level + loss, 25.0))
    found[high] = scatter.arrivals(one, (_LEVELS[high] - chance) / (1.0 - chance))
    return np.maximum.accumulate(np.clip(found, -max(one.last_count, 0.0), one.ceiling))


def _weighted_quantiles(values: FloatArray, weights: FloatArray, levels: FloatArray) -> FloatArray:
    order = np.argsort(values, kind="stable")
    middle = np.cumsum(weights[order]) - 0.5 * weights[order]
    return np.asarray(np.interp(levels, middle / weights.sum(), values[order]), np.float64)


def _normal_quantiles(levels: FloatArray) -> FloatArray:
    from scipy.special import ndtri

    return np.asarray(ndtri(levels), np.float64)

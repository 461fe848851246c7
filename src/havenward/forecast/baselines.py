"""What a planner could say without a model: the simple rules, each a number of people for a site and a day.

Each rule looks at the counts that were published by the origin and names the net arrivals of a site until the
day asked for; `errors_of_rules.py` puts quantiles around it from the rule's own past errors. Rules are meant
to be as good as a careful planner would make them: a rate runs from the day of the last count, not from the
origin; old counts do not become new ones.

Flee as distributed is no rule here: it needs the observed totals (track A) and camp capacities that are later
maxima. The leak audit treats it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.distributions import summary
from havenward.forecast.headline import CountSeries, count_series, followed_series, outcomes
from havenward.records import QUANTILE_LEVELS, RECEIVING_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.records import Case

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

RATE_DAYS = (3, 7, 28)
CASE_RATE_DAYS = 28  # the inflow of the whole case is split by shares; four weeks carry every site's reports
TREND_DAYS = 56  # a straight line needs a few reports; monthly series have two in this time
DAMPING_PER_DAY = 0.97  # half of a rate is gone after 23 days
NEAR_KM = 10.0  # softens distances in the gravity rule, as the movement model does
PLAN_SIGMA = 0.7  # log-sd of outcome over planning figure in nine crises: 0.69 (research, section 3.2)
PLAN_DAYS = 90.0  # where nobody says how long it takes


class Rule(NamedTuple):
    """A simple rule: its name, what it says in words, and the scale on which its errors are compared.

    `scale` is `arrivals` (signed logarithms of net arrivals) or `stock` (logarithms of the count that the
    rule implies). `needs_counts` is off for rules that stand without any count (track D).
    """

    name: str
    words: str
    scale: str
    needs_counts: bool = True


RULES = (
    Rule("b0_zero", "nobody comes", "arrivals"),
    Rule("b1_last_stock", "the last count stays", "stock"),
    Rule("b2_rate_3", "the rate of the last 3 days goes on", "arrivals"),
    Rule("b2_rate_7", "the rate of the last 7 days goes on", "arrivals"),
    Rule("b2_rate_28", "the rate of the last 28 days goes on", "arrivals"),
    Rule("b3_mean", "the mean rate since the first count goes on", "arrivals"),
    Rule("b3_median", "as many as in the middle of all past periods of this length", "arrivals"),
    Rule("b4_linear", "a straight line through the counts of the last 56 days", "arrivals"),
    Rule("b4_damped", "the rate of the last 28 days goes on and fades", "arrivals"),
    Rule("b5_uniform", "the inflow of the whole case, split evenly", "arrivals"),
    Rule("b6_gravity", "the inflow of the whole case, split by population over distance", "arrivals"),
    Rule("b7_stock_shares", "the inflow of the whole case, split as people are split now", "arrivals"),
    Rule("b7_inflow_shares", "the inflow of the whole case, split as arrivals were so far", "arrivals"),
)
PLANNING_RULES = (
    Rule("b9_planning_figure", "the latest published planning figure, evenly over time", "plan", False),  # noqa: FBT003
    Rule("b10_expert_pool", "the pooled expert figures, evenly over time", "plan", False),  # noqa: FBT003
)
RULE_NAMES = tuple(rule.name for rule in RULES)
ALL_RULE_NAMES = (*RULE_NAMES, *(rule.name for rule in PLANNING_RULES))


@dataclass(frozen=True)
class Questions:
    """What is asked of the rules: one row per origin, site and horizon, and what each rule answers.

    Parameters
    ----------
    sites
        Names of all sites, sorted.
    origin, horizon
        Day (ordinal) and days ahead, shape (row,).
    site
        Index in `sites`, shape (row,).
    series
        Series that the site was followed in, shape (row,).
    last_day, last_count
        The last count by the origin, shape (row,).
    points
        What each rule of `RULES` says, net arrivals, shape (row, rule).
    """

    sites: tuple[str, ...]
    origin: IntArray
    horizon: IntArray
    site: IntArray
    series: tuple[CountSeries, ...]
    last_day: IntArray
    last_count: FloatArray
    points: FloatArray


@dataclass(frozen=True)
class PastOutcomes:
    """Outcomes of past questions, each for those who ask in `known_from` until before `known_until`.

    `row` is the row of `Questions`, `observed` the net arrivals; all of shape (outcome,).
    """

    row: IntArray
    observed: FloatArray
    known_from: IntArray
    known_until: IntArray


def ask_rules(
    case: Case,
    origins: Sequence[date],
    horizons: Sequence[int],
    scope: str = "location",
    measure: str = "stock",
) -> tuple[Questions, PastOutcomes]:
    """Let every rule answer for every site at every origin, by what was known there.

    Parameters
    ----------
    case
        The whole case: rows published after an origin do not touch the answers at that origin.
    origins
        Days, in order.
    horizons
        Days ahead.
    scope
        `location`, or `total` for the counts of the whole case.
    measure
        What is counted, as in `headline.count_series`.

    Returns
    -------
    questions, outcomes
        Answers, and what was counted, as far as it was.
    """
    gathered = count_series(case, scope, measure)
    sites = tuple(sorted({one.location for one in gathered}))
    number = {name: index for index, name in enumerate(sites)}
    split = _Gravity(case) if scope == "location" else None
    ahead = np.array(sorted(horizons), np.int64)
    blocks: list[tuple[IntArray, IntArray, IntArray, IntArray, FloatArray, FloatArray]] = []
    followed: list[CountSeries] = []
    medians = _PastMedians()
    kept: list[tuple[int, float, int, int]] = []
    rows = 0
    for origin in origins:
        today = origin.toordinal()
        here = list(followed_series(gathered, today))
        if not here:
            continue
        known = [one.known(today) for one in here]
        last_day = np.array([days[-1] for days, _ in known], np.int64)
        last = np.array([persons[-1] for _, persons in known])
        weights = split.weights(today, [one.location for one in here]) if split else np.ones(len(here))
        rates = _site_rates(known)
        for horizon in ahead:
            span = (today + horizon - last_day).astype(float)
            middle = medians.at(
                today, [number[one.location] for one in here], int(horizon), rates.mean * span
            )
            points = _answers(rates, last, span, weights, middle)
            blocks.append(
                (
                    np.full(len(here), today),
                    np.full(len(here), horizon),
                    np.array([number[one.location] for one in here], np.int64),
                    last_day,
                    last,
                    points,
                )
            )
            followed += here
            for index, one in enumerate(here):
                for outcome in outcomes(one, today, int(horizon)):
                    observed = float(one.persons[outcome.row] - last[index])
                    kept.append((rows + index, observed, outcome.known_from, outcome.known_until))
                    medians.add(number[one.location], int(horizon), *kept[-1][1:])
            rows += len(here)
    table = np.array(kept, np.float64).reshape(-1, 4)
    past = PastOutcomes(
        table[:, 0].astype(np.int64), table[:, 1], table[:, 2].astype(np.int64), table[:, 3].astype(np.int64)
    )
    none = np.zeros(0, np.int64)
    blocks.append((none, none, none, none, np.zeros(0), np.zeros((0, len(RULES)))))
    return Questions(
        sites=sites,
        origin=np.concatenate([block[0] for block in blocks]),
        horizon=np.concatenate([block[1] for block in blocks]),
        site=np.concatenate([block[2] for block in blocks]),
        series=tuple(followed),
        last_day=np.concatenate([block[3] for block in blocks]),
        last_count=np.concatenate([block[4] for block in blocks]),
        points=np.concatenate([block[5] for block in blocks]),
    ), past


# -- what each rule needs to know of a site ----------------------------------------------------------------


class _Rates(NamedTuple):
    """People per day at each site, shape (site,), by period; `came` all rises so far."""

    by_days: Mapping[int, FloatArray]
    mean: FloatArray
    line: FloatArray
    came: FloatArray


def _site_rates(known: Sequence[tuple[IntArray, FloatArray]]) -> _Rates:
    return _Rates(
        by_days={n: np.array([_recent_rate(*counts, n) for counts in known]) for n in RATE_DAYS},
        mean=np.array([_rate_since(*counts, 0) for counts in known]),
        line=np.array([_slope(*counts) for counts in known]),
        came=np.array([np.maximum(np.diff(persons), 0.0).sum() for _, persons in known]),
    )


def _recent_rate(days: IntArray, persons: FloatArray, period: int) -> float:
    """Give people per day since the latest count that is at least a period older than the last one."""
    at = int(np.searchsorted(days, days[-1] - period, side="right")) - 1
    return _rate_since(days, persons, max(at, 0))


def _rate_since(days: IntArray, persons: FloatArray, at: int) -> float:
    length = days[-1] - days[at]
    return float((persons[-1] - persons[at]) / length) if length > 0 else 0.0


def _slope(days: IntArray, persons: FloatArray) -> float:
    """Give people per day by least squares over the counts of `TREND_DAYS`; of two counts at least."""
    at = min(int(np.searchsorted(days, days[-1] - TREND_DAYS)), max(len(days) - 2, 0))
    x, y = days[at:] - days[at:].mean(), persons[at:]
    square = float((x * x).sum())
    return float((x * y).sum() / square) if square > 0 else 0.0


def _answers(
    rates: _Rates, last: FloatArray, span: FloatArray, weights: FloatArray, middle: FloatArray
) -> FloatArray:
    """Give what each rule of `RULES` says, shape (site, rule); no rule takes more people than are there."""
    inflow = (rates.by_days[CASE_RATE_DAYS] * span).sum()
    faded = (1.0 - DAMPING_PER_DAY**span) / (1.0 - DAMPING_PER_DAY)
    still = np.zeros_like(last)
    points = np.stack(
        [
            still,
            still,
            *(rates.by_days[period] * span for period in RATE_DAYS),
            rates.mean * span,
            middle,
            rates.line * span,
            rates.by_days[28] * faded,
            inflow * _shares(np.ones_like(last)),
            inflow * _shares(weights),
            inflow * _shares(last),
            inflow * _shares(rates.came),
        ],
        axis=1,
    )
    return np.asarray(np.maximum(points, -last[:, None]), np.float64)


def _shares(values: FloatArray) -> FloatArray:
    total = values.sum()
    return values / total if total > 0 else np.full_like(values, 1.0 / len(values))


class _PastMedians:
    """Medians of past net arrivals of a site over a horizon, by what was known on a day."""

    def __init__(self) -> None:
        self._past: dict[tuple[int, int], list[tuple[float, int, int]]] = {}

    def add(self, site: int, horizon: int, observed: float, known_from: int, known_until: int) -> None:
        self._past.setdefault((site, horizon), []).append((observed, known_from, known_until))

    def at(self, day: int, sites: Sequence[int], horizon: int, otherwise: FloatArray) -> FloatArray:
        """Give the median of each site; where none is known yet, what the mean rate says."""
        found = np.array(otherwise)
        for index, site in enumerate(sites):
            rows = self._past.get((site, horizon))
            if rows:
                table = np.array(rows)
                seen = (table[:, 1] <= day) & (day < table[:, 2])
                if seen.any():
                    found[index] = np.median(table[seen, 0])
        return found


# -- population over distance ------------------------------------------------------------------------------


class _Gravity:
    """Where people would go by population over distance alone, by what was known on a day."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._found: dict[tuple[object, ...], FloatArray] = {}

    def weights(self, day: int, sites: Sequence[str]) -> FloatArray:
        """Give the share of all people at risk who would choose each site, shape (site,).

        Origins with an event of fighting by the day count, all of them where none is known. Each sends its
        population, divided over the sites by 1 / (10 km + length of the shortest way).
        """
        today = date.fromordinal(day)
        people: dict[str, tuple[date, float]] = {}
        for place in self._case.locations:
            newest = place.location not in people or place.published >= people[place.location][0]
            if newest and place.published <= today and place.kind == "origin":
                people[place.location] = (place.published, float(place.population or 0))
        fought = {
            event.location
            for event in self._case.events
            if event.published <= today
            and isinstance(event.date, date)
            and event.date <= today
            and event.kind in ("conflict", "front_reaches", "retaken")
        }
        sources = tuple(sorted(set(people) & fought)) or tuple(sorted(people))
        size = tuple(people[name][1] for name in sources)
        links = tuple((r.from_, r.to, r.distance_km) for r in self._case.routes if r.published <= today)
        key = (sources, size, tuple(sites), len(links))
        if key not in self._found:
            self._found[key] = _gravity_shares(sources, np.array(size), sites, links)
        return self._found[key]


def _gravity_shares(
    sources: Sequence[str],
    people: FloatArray,
    sites: Sequence[str],
    links: Sequence[tuple[str, str, float]],
) -> FloatArray:
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    names = sorted({*sources, *sites, *(end for a, b, _ in links for end in (a, b))})
    number = {name: index for index, name in enumerate(names)}
    if not sources:
        return np.ones(len(sites))
    shortest: dict[tuple[int, int], float] = {}
    for a, b, km in links:
        ends = (number[a], number[b])
        shortest[ends] = min(km, shortest.get(ends, np.inf))
    cells = np.array(list(shortest), np.int64).reshape(-1, 2)
    lengths = np.maximum(np.array(list(shortest.values())), 1e-3)  # a length of zero would be no way at all
    graph = coo_matrix((lengths, (cells[:, 0], cells[:, 1])), (len(names), len(names))).tocsr()
    km = dijkstra(graph, directed=False, indices=[number[name] for name in sources])
    pull = 1.0 / (NEAR_KM + km[:, [number[name] for name in sites]])
    total = pull.sum(axis=1, keepdims=True)
    chosen = np.divide(pull, total, out=np.zeros_like(pull), where=total > 0)
    return np.asarray(np.maximum(people, 1.0) @ chosen, np.float64)


# -- planning figures --------------------------------------------------------------------------------------


def planning_quantiles(
    case: Case,
    day: date,
    sites: Mapping[str, tuple[int, float]],
    horizons: Sequence[int],
    pooled: Callable[[Case, date], Sequence[float] | None] | None = None,
) -> dict[str, dict[tuple[str, int], FloatArray]]:
    """Let the planning figures speak: the people still expected, evenly over time, split as people are now.

    Parameters
    ----------
    case
        The whole case or a snapshot.
    day
        Nothing published later is used.
    sites
        Day (ordinal) and persons of the last count of each site, or of `total` alone; empty on track D, where
        the people are split evenly over the receiving places.
    horizons
        Days ahead.
    pooled
        Gives the quantiles of the pooled `displaced_total` of a case on a day, at `QUANTILE_LEVELS`; None
        where the case speaks of none. By default a distribution that stands in the case itself.

    Returns
    -------
    quantiles
        Net arrivals by rule, then by site and horizon. Empty where nothing was published.
    """
    from scipy.stats import norm

    spread = np.exp(PLAN_SIGMA * norm.ppf(QUANTILE_LEVELS))
    figure = _planning_figure(case, day)
    experts = (pooled or _own_pool)(case, day)
    wholes = {}
    if figure is not None:
        wholes["b9_planning_figure"] = figure * spread
    if experts is not None:
        wholes["b10_expert_pool"] = np.asarray(experts, np.float64)
    start, length = _schedule(case, day)
    places = sites or {
        place.location: (day.toordinal(), 0.0)
        for place in case.locations
        if place.kind in RECEIVING_KINDS and place.published <= day
    }
    shares = _shares(np.array([persons for _, persons in places.values()])) if places else np.zeros(0)
    found: dict[str, dict[tuple[str, int], FloatArray]] = {}
    for rule, whole in wholes.items():
        cells = found.setdefault(rule, {})
        for horizon in horizons:
            until = day.toordinal() + horizon
            for (name, (since, _)), share in zip(places.items(), shares, strict=True):
                cells[name, horizon] = whole * share * _part(start, length, since, until)
    return found


def _part(start: int, length: float, since: int, until: int) -> float:
    """Give the part of all departures that falls between two days, evenly over the time it takes."""
    low, high = np.clip([(since - start) / length, (until - start) / length], 0.0, 1.0)
    return float(high - low)


def _schedule(case: Case, day: date) -> tuple[int, float]:
    """Give the first day (ordinal) and the length in days: as published, else from now on for 90 days."""
    started = [
        e.date.toordinal()
        for e in case.events
        if e.kind in ("operation_starts", "front_reaches") and e.published <= day and isinstance(e.date, date)
    ]
    lengths = [
        summary(a.distribution, (0.5,))[0]
        for a in case.assumptions
        if a.name == "battle_days" and a.published <= day and a.distribution is not None
    ]
    return min(started, default=day.toordinal()), lengths[-1] if lengths else PLAN_DAYS


def _planning_figure(case: Case, day: date) -> float | None:
    """Find the latest published figure of people expected to be displaced in the places of the case."""
    published = {report.report: report.published for report in case.reports}
    places = {
        name.casefold()
        for a in case.assumptions
        if a.name == "displaced_total" and a.published <= day
        for name in a.pool_places
    }
    latest: tuple[date, str, float] | None = None
    for f in case.figures:
        said = published.get(f.report)
        numbers = [n for n in (f.low, f.high) if n]
        if (
            said is None
            or said > day
            or (f.term, f.unit) != ("expected_displaced", "persons")
            or f.review == "rejected"
            or (places and f.location.casefold() not in places)
            or not (f.point or numbers)
        ):
            continue
        value = f.point or float(np.exp(np.log(numbers).mean()))
        if latest is None or (said, f.figure) > latest[:2]:
            latest = (said, f.figure, value)
    return latest[2] if latest else None


def _own_pool(case: Case, day: date) -> Sequence[float] | None:
    pools = [
        a for a in case.assumptions if a.name == "displaced_total" and a.published <= day and a.distribution
    ]
    return summary(pools[-1].distribution, QUANTILE_LEVELS) if pools else None  # type: ignore[arg-type]

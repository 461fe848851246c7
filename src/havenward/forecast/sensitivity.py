"""Which assumption the width of a forecast comes from: shares of the variance, from the members of one run.

Two shares for each assumption. *Alone* (first order): how much of the variance would go, on average, if this
assumption were known; members are put in even bins of it, and what bins differ by chance is taken off.
*With others* (total order): how much would stay if all others were known; from a small model of the outcome,
fitted to four fifths of the members and asked about the last fifth with this assumption shuffled. No member
is simulated for it, so it can be had of every run.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.errors import Problem, RunError
from havenward.records import RECEIVING_KINDS, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    BoolArray = NDArray[np.bool_]

FEWEST = 60  # members; fewer tell nothing about thirty assumptions
MOST_BINS, FEWEST_BINS = 30, 4
# The small model: curves of the strongest assumptions, and products of curves of the strongest of these.
# Terms are at most a tenth of the members it is fitted to, so that it describes and does not remember.
DEGREE = 4
MEMBERS_PER_TERM = 10
MOST_MAIN, MOST_PAIRED = 12, 5
FOLDS, SHUFFLES = 5, 4
BLOCKS = 20  # of members, each left out once to see how far a share is chance
# Below these shares nothing is said of an assumption: alone, and with others.
SMALLEST_SHARE, SMALLEST_TOGETHER = 0.02, 0.05
OVERLAP = 0.1  # by which shares may add up to more than all explain, before that is said

# What an assumption is called on a chart. A part after the point (a group, a place) is added in brackets.
WORDS = {
    "population_at_risk": "how many people are inside",
    "group_share": "in which part of the area they live",
    "people": "how many people live in one part",
    "displaced_total": "how many will flee in all, by what was published",
    "release_fraction": "what share of the people will leave",
    "release_share": "what share will leave one part",
    "group_spread": "how much parts differ in who leaves",
    "cell_spread": "how much places of one part differ in who leaves",
    "operation_start": "when the operation starts",
    "battle_days": "how long the fighting takes",
    "front_shape": "whether the advance is quick early or late",
    "front_reaches": "when the front reaches one part",
    "pause_days": "how long the advance pauses",
    "pause_share": "when the advance pauses",
    "contest_days": "how long a place is fought over",
    "contact_hazard": "how fast people leave once they can",
    "blocking": "how far leaving is prevented",
    "early_leaving": "how many leave before the front comes",
    "stay_order_effect": "how far orders to stay are followed",
    "day_shock": "how much departures come in bursts",
    "walking_share": "how many walk",
    "screening_capacity": "how many pass screening in a day",
    "screening_days": "how long screening takes",
    "distance_exponent": "how much distance deters",
    "host_attraction": "how many prefer host families to camps",
    "destination_effect": "how attractive one place is for reasons unknown",
    "destination_spread": "how much places differ in attraction",
    "destination_concentration": "how alike people choose on one day",
    "crowding": "how much a full site still draws",
    "ready_places": "how many places are ready",
    "capacity": "how many places one site has",
    "opening_caseload": "how many displaced people are there already",
    "return_rate": "how fast people go back",
    "onward_rate": "how fast people move on",
    "count_multiplier": "how families are turned into persons",
    "camp_coverage": "what share of people in camps is counted",
    "host_coverage": "what share of people with hosts is counted",
    "reporting_lag": "how late counts are",
}
# Worked out from other draws; left out unless asked for, so that no share is shown twice.
DERIVED = ("people", "release_share", "front_reaches", "capacity")


class Outcome(NamedTuple):
    """Something that members differ in.

    `target` is `displaced_total`, `stock` or `days_over_capacity`; `location` a place or `total`; `date` the
    day that it is about, None for a whole period; `values` one number per member.
    """

    target: str
    location: str
    date: date | None
    values: FloatArray

    @property
    def label(self) -> str:
        """Say what it is, for a heading."""
        what, on = {
            "displaced_total": ("people displaced in all", "by"),
            "stock": ("people displaced" if self.location == TOTAL else "people", "on"),
            "days_over_capacity": ("days over capacity", "on"),
        }.get(self.target, (self.target, "on"))
        where = "" if self.location == TOTAL else f" at {self.location}"
        return f"{what}{where}" + (f" {on} {self.date}" if self.date else "")


@dataclass(frozen=True)
class Share:
    """How much of the variance of an outcome one assumption explains.

    `alone` and `together` are shares of the variance, 0 where nothing is explained (estimates can fall a
    little below); `error` is the standard error of `alone`.
    """

    name: str
    alone: float
    error: float
    together: float


@dataclass(frozen=True)
class Sensitivity:
    """Where the variance of one outcome comes from.

    `shares` are sorted from the largest; `explained` is what the small model of all assumptions together
    explains of members that it was not fitted to; the rest is chance of single days and what the model does
    not see. `low`, `middle`, `high` are 5, 50 and 95 % of the outcome.
    """

    outcome: Outcome
    members: int
    shares: tuple[Share, ...]
    explained: float
    low: float
    middle: float
    high: float


# -- from a run --------------------------------------------------------------------------------------------


def run_draws(assumptions: pl.DataFrame, *, derived: bool = False) -> dict[str, FloatArray]:
    """Take what the members drew from the table of a run.

    Parameters
    ----------
    assumptions
        `assumptions.parquet`: name, member, value.
    derived
        Keep also what was worked out from other draws (see `DERIVED`).

    Returns
    -------
    draws
        By name, each of shape (member,), in the order of members; fixed assumptions are left out.
    """
    draws = {}
    for (name,), rows in assumptions.sort("name", "member").group_by("name", maintain_order=True):
        values = rows["value"].to_numpy().astype(np.float64)
        if np.ptp(values) > 0.0 and (derived or str(name).partition(".")[0] not in DERIVED):
            draws[str(name)] = values
    return draws


def drawn_capacities(assumptions: pl.DataFrame) -> dict[str, FloatArray]:
    """Take the places of sites whose capacity is assumed, one number per member, from the table of a run."""
    every = run_draws(assumptions, derived=True)
    return {name.partition(".")[2]: values for name, values in every.items() if name.startswith("capacity.")}


def run_outcomes(
    members: pl.DataFrame,
    kinds: Mapping[str, str],
    origin_date: date,
    days: Sequence[date],
    capacities: Mapping[str, float | FloatArray] | None = None,
) -> tuple[Outcome, ...]:
    """Take outcomes from the table of a run: totals and stocks on key days, and days over capacity.

    Parameters
    ----------
    members
        `members.parquet`: member, date, location, stock, arrivals, departures.
    kinds
        Kind of each location.
    origin_date
        Days over capacity count after it.
    days
        Key days; those outside the run are left out.
    capacities
        Places at a site, one number or one per member; sites without are not asked about.

    Returns
    -------
    outcomes
        Totals first, then sites by name. What is the same in every member is left out.
    """
    import polars as pl

    found = []
    table = members.with_columns(pl.col("location").cast(pl.String))
    total = table.filter(pl.col("location") == TOTAL).sort("member", "date")
    dates, newly = _by_member(total, "arrivals")
    _, displaced = _by_member(total, "stock")
    for day in days:
        if day in dates:
            at = dates.index(day)
            found.append(Outcome("displaced_total", TOTAL, day, newly[:, : at + 1].sum(axis=1)))
            found.append(Outcome("stock", TOTAL, day, displaced[:, at]))
    after = np.array([day > origin_date for day in dates])
    for place in sorted(name for name, kind in kinds.items() if kind in RECEIVING_KINDS):
        rows = table.filter(pl.col("location") == place).sort("member", "date")
        if rows.is_empty():
            continue
        _, stock = _by_member(rows, "stock")
        found += [Outcome("stock", place, day, stock[:, dates.index(day)]) for day in days if day in dates]
        if capacities and place in capacities:
            limit = np.broadcast_to(np.asarray(capacities[place], np.float64), (len(stock),))
            over = (stock[:, after] > limit[:, None]).sum(axis=1).astype(np.float64)
            found.append(Outcome("days_over_capacity", place, None, over))
    return tuple(one for one in found if np.ptp(one.values) > 0.0)


def _by_member(rows: pl.DataFrame, column: str) -> tuple[list[date], FloatArray]:
    """Give the dates and a column by member and day; rows are sorted by member and date."""
    dates = rows["date"].unique().sort().to_list()
    return dates, rows[column].to_numpy().astype(np.float64).reshape(-1, len(dates))


# -- shares of the variance ----------------------------------------------------------------------------------


def explain_outcomes(
    draws: Mapping[str, FloatArray],
    outcomes: Iterable[Outcome],
    *,
    logs: bool = True,
    seed: int = 1,
) -> tuple[Sensitivity, ...]:
    """Share the variance of each outcome out among the assumptions.

    Parameters
    ----------
    draws
        What members drew, each of shape (member,); members count alike.
    outcomes
        What members did.
    logs
        Work on log(1 + outcome), as the scores do, so that a doubling counts the same at every size; else on
        the outcome itself.
    seed
        Of the shuffling.

    Returns
    -------
    sensitivities
        One per outcome.

    Raises
    ------
    RunError
        There are fewer than `FEWEST` members.

    Notes
    -----
    With draws that hang together (a total limited by the people there, or anything that counts have taught),
    two assumptions can claim one share, and shares can add up to more than one.

    References
    ----------
    Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018 (both indices); the bins take off what chance adds, as
    the adjusted correlation ratio does (Kelley 1935, doi:10.1073/pnas.21.9.554).
    """
    names = sorted(name for name, values in draws.items() if np.ptp(values) > 0.0)
    members = len(next(iter(draws.values()))) if draws else 0
    if members < FEWEST:
        raise RunError(
            Problem(
                "sensitivity",
                f"the run has {members} members",
                f"expected at least {FEWEST}, better 1,000",
                "run the forecast with more members",
                "few-members",
            )
        )
    ranks = np.stack([_even_ranks(draws[name]) for name in names], axis=1)
    block = np.arange(members) % BLOCKS
    parts = [
        (block != one, np.apply_along_axis(_even_ranks, 0, ranks[block != one])) for one in range(BLOCKS)
    ]
    return tuple(_explain(names, ranks, parts, outcome, logs=logs, seed=seed) for outcome in outcomes)


def _explain(
    names: Sequence[str],
    ranks: FloatArray,
    parts: Sequence[tuple[BoolArray, FloatArray]],
    outcome: Outcome,
    *,
    logs: bool,
    seed: int,
) -> Sensitivity:
    values = np.log1p(np.maximum(outcome.values, 0.0)) if logs else np.asarray(outcome.values, np.float64)
    alone = np.array([bin_share(ranks[:, column], values) for column in range(len(names))])
    error = _errors(parts, values)
    together, explained = _shares_together(ranks, values, alone, seed)
    shares = [
        Share(name, float(alone[i]), float(error[i]), float(together[i])) for i, name in enumerate(names)
    ]
    low, middle, high = np.quantile(outcome.values, [0.05, 0.5, 0.95])
    return Sensitivity(
        outcome=outcome,
        members=len(values),
        shares=tuple(sorted(shares, key=lambda share: (-max(share.alone, share.together), share.name))),
        explained=explained,
        low=float(low),
        middle=float(middle),
        high=float(high),
    )


def _even_ranks(values: FloatArray) -> FloatArray:
    """Spread values evenly over (0, 1) in their order; equal values share their middle."""
    from scipy.stats import rankdata

    return np.asarray((rankdata(values) - 0.5) / len(values), np.float64)


def bin_share(ranks: FloatArray, values: FloatArray) -> float:
    """Give the share of the variance between even bins, without what chance alone puts between them.

    Parameters
    ----------
    ranks
        Position of each member in the order of an assumption, in (0, 1).
    values
        Outcome, same shape.
    """
    members = len(values)
    bins = int(np.clip(round(np.sqrt(members) / 2), FEWEST_BINS, MOST_BINS))
    index = np.minimum((ranks * bins).astype(int), bins - 1)
    count = np.bincount(index, minlength=bins)
    held = count > 0
    spread = float(np.sum((values - values.mean()) ** 2))
    if spread <= 0.0 or held.sum() < 2:  # one bin tells nothing
        return 0.0
    means = np.bincount(index, values, minlength=bins)[held] / count[held]
    within = spread - float(np.sum(count[held] * (means - values.mean()) ** 2))
    return 1.0 - within / spread * (members - 1) / (members - int(held.sum()))


def _errors(parts: Sequence[tuple[BoolArray, FloatArray]], values: FloatArray) -> FloatArray:
    """Give the standard error of each share: leave out one twentieth of the members at a time (jackknife)."""
    shares = np.array([[bin_share(column, values[kept]) for column in ranks.T] for kept, ranks in parts])
    spread = ((shares - shares.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.sqrt((BLOCKS - 1) / BLOCKS * spread), np.float64)


# -- the small model -----------------------------------------------------------------------------------------


class _Term(NamedTuple):
    """A product of curves: pairs of column and degree."""

    curves: tuple[tuple[int, int], ...]


def _shares_together(
    ranks: FloatArray, values: FloatArray, alone: FloatArray, seed: int
) -> tuple[FloatArray, float]:
    """Give how much worse the small model does on unseen members when one column is shuffled, and its fit.

    With a right model, shuffling adds twice the variance that the column has a part in. A poor model sees too
    little of it, never too much on average.
    """
    random = np.random.default_rng(seed)
    members, columns = ranks.shape
    variance = float(values.var())
    if variance <= 0.0:
        return np.zeros(columns), 0.0
    curves = _curves(ranks)
    fold = random.permutation(members) % FOLDS
    lost, worse = 0.0, np.zeros(columns)
    for one in range(FOLDS):
        seen, new = fold != one, fold == one
        strength = np.array([bin_share(_even_ranks(ranks[seen, c]), values[seen]) for c in range(columns)])
        terms = _choose_terms(curves[seen], values[seen], strength)
        design = _design(curves[seen], terms)
        weights = _fit(design, values[seen])
        miss = values[new] - _design(curves[new], terms) @ weights
        lost += float((miss**2).sum())
        for column in {c for term in terms for c, _ in term.curves}:
            for _ in range(SHUFFLES):
                mixed = curves[new].copy()
                mixed[:, column] = mixed[random.permutation(int(new.sum())), column]
                shuffled = values[new] - _design(mixed, terms) @ weights
                worse[column] += float((shuffled**2 - miss**2).sum()) / SHUFFLES
    together = worse / (2.0 * members * variance)
    # what an assumption does alone is part of what it does with others; bins may see curves the model misses
    return np.maximum(together, np.minimum(alone, 1.0)), max(0.0, 1.0 - lost / (members * variance))


def _curves(ranks: FloatArray) -> FloatArray:
    """Give Legendre polynomials of each column, of variance one, shape (member, column, degree)."""
    from numpy.polynomial.legendre import legval

    x = 2.0 * ranks - 1.0
    unit = np.eye(DEGREE + 1)[1:]
    scale = [np.sqrt(2.0 * degree + 1.0) for degree in range(1, DEGREE + 1)]
    return np.stack([legval(x, one) * size for one, size in zip(unit, scale, strict=True)], axis=-1)


def _choose_terms(curves: FloatArray, values: FloatArray, strength: FloatArray) -> list[_Term]:
    """Choose curves and products of curves that go with the outcome, at most one for ten members.

    Where there are few assumptions all pairs are tried; otherwise those of the strongest.
    """
    order = [int(column) for column in np.argsort(-strength, kind="stable")]
    main = order[:MOST_MAIN]
    paired = order[:MOST_PAIRED]
    terms = [_Term(((column, degree),)) for column in main for degree in range(1, DEGREE + 1)]
    terms += [
        _Term(((first, a), (second, b)))
        for first, second in combinations(sorted(paired), 2)
        for a in range(1, DEGREE + 1)
        for b in range(1, DEGREE + 1)
        if a + b <= DEGREE + 1
    ]
    centred = values - values.mean()
    size = np.sqrt(float(centred @ centred) * len(values))
    pull = np.array([abs(float(_column(curves, term) @ centred)) / size for term in terms])
    # chance alone correlates by one over the root of the members; two and a half times that is no chance
    limit = 2.5 / np.sqrt(len(values))
    most = max(1, len(values) // MEMBERS_PER_TERM)
    best = np.argsort(-pull, kind="stable")[:most]
    return [terms[at] for at in best if pull[at] > limit]


def _column(curves: FloatArray, term: _Term) -> FloatArray:
    product = np.ones(len(curves))
    for column, degree in term.curves:
        product = product * curves[:, column, degree - 1]
    return product


def _design(curves: FloatArray, terms: Sequence[_Term]) -> FloatArray:
    return np.stack([np.ones(len(curves)), *(_column(curves, term) for term in terms)], axis=1)


def _fit(design: FloatArray, values: FloatArray) -> FloatArray:
    """Least squares, held back by as much as one member weighs, so that twin columns do no harm."""
    weight = np.eye(design.shape[1])
    weight[0, 0] = 0.0
    return np.asarray(np.linalg.solve(design.T @ design + weight, design.T @ values), np.float64)


# -- in words ------------------------------------------------------------------------------------------------


def name_in_words(name: str) -> str:
    """Say what an assumption is about: `group_share.west` is "in which part ... (west)"."""
    stem, _, part = name.partition(".")
    words = WORDS.get(stem, stem.replace("_", " "))
    return f"{words} ({part})" if part else words


def rank_worries(sensitivity: Sensitivity, most: int = 8) -> list[tuple[str, float, float]]:
    """List what we are least sure about: words, share alone, share with others; largest first."""
    return [
        (name_in_words(share.name), max(share.alone, 0.0), max(share.together, 0.0))
        for share in sensitivity.shares[:most]
        if share.alone >= max(SMALLEST_SHARE, share.error) or share.together >= SMALLEST_TOGETHER
    ]


def say_sensitivity(sensitivity: Sensitivity, most: int = 3) -> str:
    """Say in a few plain sentences what an outcome hangs on most.

    Parameters
    ----------
    sensitivity
        Of one outcome.
    most
        How many assumptions are named.
    """
    one = sensitivity
    begin = (
        f"{one.outcome.label[0].upper()}{one.outcome.label[1:]}: {one.middle:,.0f}, "
        f"from {one.low:,.0f} to {one.high:,.0f} in nine members of ten."
    )
    worries = sorted(rank_worries(one), key=lambda worry: -worry[1])[:most]
    if not worries:
        return f"{begin} No single assumption stands out: what remains is chance, or many things together."
    (first, share, _), *others = worries
    text = f"{begin} We are least sure about {first}: knowing it would take away {share:.0%} of the doubt"
    if others:
        text += "; then come " + " and ".join(f"{words} ({part:.0%})" for words, part, _ in others)
    grown = [words for words, part, whole in rank_worries(one) if whole > 1.5 * part + 0.05]
    if grown:
        text += f". With other assumptions, more hangs on {grown[0]} than by itself"
    if sum(max(share.alone, 0.0) for share in one.shares) > one.explained + OVERLAP:
        text += ". These shares overlap, as the assumptions hang together"
    rest = max(0.0, 1.0 - one.explained)
    return f"{text}. About {rest:.0%} is chance of single days, or too tangled for {one.members:,} members."

"""Which early signs tell two runs apart, and what new counts say about which of them is happening."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.errors import Problem, RunError
from havenward.records import QUANTILE_LEVELS, TOTAL
from havenward.runs import told_if_damaged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.needs.crowd import Crowd
    from havenward.records import Observation
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

APART = 0.5  # one threshold puts at least half more of one run than of the other on its side
BLOCK_DAYS = 28  # counts of one block say nearly the same, so they count as one
BANDWIDTH, LEAST_BANDWIDTH = 0.25, 0.05  # of the logarithm; a count is not better than one in twenty
# One count in a hundred may be anything between nobody and ten million people, so that no misprint decides.
WILD_SHARE, WILD_WIDTH = 0.01, 16.0
COUNTED = ("counted_displaced", "stock")  # what a count of the whole case is held against, the first there is


class Sign(NamedTuple):
    """A number that tells two runs apart.

    Parameters
    ----------
    location
        A receiving place, or `total` for all of them.
    day
        The first day on which the runs are apart, or that on which they are most.
    overlap
        What the two distributions share at the best threshold: 1 none told apart, 0 all.
    threshold
        People; `above_first` and `above_second` are the probabilities of more than this in the two runs.
    """

    location: str
    day: date
    overlap: float
    threshold: float
    above_first: float
    above_second: float


class Evidence(NamedTuple):
    """What counts say: weights before and after, and on how many counts in how many blocks of days."""

    before: tuple[float, ...]
    after: tuple[float, ...]
    counts: int
    blocks: int


def separate(
    first: FloatArray, first_weights: FloatArray, second: FloatArray, second_weights: FloatArray
) -> tuple[float, float, float, float]:
    """Find the threshold that tells two samples apart best.

    Parameters
    ----------
    first, second
        Values of the members of two runs, each of shape (member,).
    first_weights, second_weights
        Summing to one each.

    Returns
    -------
    separation, threshold, above_first, above_second
        The largest difference of the two distribution functions, where it lies, and the probabilities of
        more than that.
    """
    values = np.concatenate([first, second])
    steps = np.stack(
        [
            np.concatenate([first_weights, np.zeros(len(second))]),
            np.concatenate([np.zeros(len(first)), second_weights]),
        ]
    )
    order = np.argsort(values, kind="stable")
    ordered, below = values[order], np.cumsum(steps[:, order], axis=1)
    last = np.append(np.diff(ordered) > 0, True)  # a distribution function is read after all equal values
    gaps = np.where(last, np.abs(below[0] - below[1]), 0.0)
    at = int(gaps.argmax())
    return float(gaps[at]), float(ordered[at]), float(1.0 - below[0, at]), float(1.0 - below[1, at])


def find_signs(first: Crowd, second: Crowd) -> list[Sign]:
    """Find for every receiving place, and all together, when two runs are first apart.

    Returns
    -------
    signs
        The earliest first. Where the runs never come apart by `APART`, the day of the smallest overlap is
        given; these stand last, the smallest overlap first.
    """
    days = sorted(set(first.days) & set(second.days))
    places = sorted(set(first.places) & set(second.places))
    found = []
    for place in (*places, TOTAL):
        values = [_people(crowd, place) for crowd in (first, second)]
        best: Sign | None = None
        for day in days:
            separation, threshold, above_first, above_second = separate(
                values[0][:, first.day_index(day)],
                first.weights,
                values[1][:, second.day_index(day)],
                second.weights,
            )
            if best is None or 1.0 - separation < best.overlap:
                best = Sign(place, day, 1.0 - separation, threshold, above_first, above_second)
            if separation >= APART:
                break
        if best is not None and best.overlap < 1.0:
            found.append(best)
    return sorted(found, key=lambda sign: (sign.overlap > APART, *_when(sign), sign.location))


def _when(sign: Sign) -> tuple[float, float]:
    """Order signs: by day where the runs are apart, by overlap where they are not."""
    day = float(sign.day.toordinal())
    return (day, sign.overlap) if sign.overlap <= APART else (sign.overlap, day)


def _people(crowd: Crowd, place: str) -> FloatArray:
    if place == TOTAL:
        together: FloatArray = crowd.present.sum(axis=0, dtype=np.float64)
        return together
    alone: FloatArray = crowd.present[crowd.places.index(place)].astype(np.float64)
    return alone


# -- what counts say -----------------------------------------------------------------------------------------


def log_density(quantiles: FloatArray, observed: float) -> float:
    """Give the logarithm of the density of log(1 + count) under the quantiles of a forecast.

    Every quantile stands for its share of the probability, spread out by a bell as wide as a quarter of the
    forecast's spread, a twentieth at least.

    Parameters
    ----------
    quantiles
        At `QUANTILE_LEVELS`, shape (level,).
    observed
        The count.
    """
    points = np.log1p(np.maximum(quantiles, 0.0))
    edges = np.concatenate([[0.0], (np.array(QUANTILE_LEVELS[1:]) + QUANTILE_LEVELS[:-1]) / 2, [1.0]])
    shares = np.diff(edges)
    spread = float(np.sqrt(shares @ (points - shares @ points) ** 2))
    width = max(LEAST_BANDWIDTH, BANDWIDTH * spread)
    bells = np.exp(-0.5 * ((np.log1p(observed) - points) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
    return float(np.log((1.0 - WILD_SHARE) * (shares @ bells) + WILD_SHARE / WILD_WIDTH))


def weigh_runs(runs: Sequence[Run], before: Sequence[float], observations: Sequence[Observation]) -> Evidence:
    """Update the weights of runs by counts that came later (Bayes).

    The counts of one block of 28 days say nearly the same, so that the mean of their log densities counts
    once for each block.

    Parameters
    ----------
    runs
        Two or more.
    before
        Their weights before, above 0.
    observations
        Counts of a stock at a place or of the whole case, after the origin dates of all runs.

    Returns
    -------
    evidence
        The weights after are those before where no count can be used.
    """
    said = [_quantiles(run) for run in runs]
    begin = max(run.origin_date for run in runs)
    blocks: dict[int, list[list[float]]] = defaultdict(list)
    for row in observations:
        if row.measure != "stock" or row.persons is None or row.date <= begin:
            continue
        place = row.location if row.scope == "location" else TOTAL
        targets = COUNTED if place == TOTAL else ("stock",)
        target = next((t for t in targets if all((t, place, row.date) in own for own in said)), None)
        if target is None or row.scope == "group":
            continue
        densities = [log_density(own[target, place, row.date], float(row.persons)) for own in said]
        blocks[(row.date - begin).days // BLOCK_DAYS].append(densities)
    weights = np.array(before, np.float64) / sum(before)
    total = np.log(weights)
    for densities_of_block in blocks.values():
        total += np.mean(densities_of_block, axis=0)
    after = np.exp(total - total.max())
    counts = sum(len(rows) for rows in blocks.values())
    shown = tuple(float(w) for w in weights)
    return Evidence(shown, tuple(float(w) for w in after / after.sum()), counts, len(blocks))


def _quantiles(run: Run) -> Mapping[tuple[str, str, date], FloatArray]:
    """Read the quantiles of the targets that counts are held against."""
    import polars as pl

    keys = ("target", "location", "target_end_date")
    with told_if_damaged(run):
        table = (
            run.table("forecast")
            .with_columns(pl.col("target", "location").cast(pl.String))
            .filter(pl.col("target").is_in(list(COUNTED)))
            .sort(*keys, pl.col("output_type_id").cast(pl.String).cast(pl.Float64))
            .group_by(*keys, maintain_order=True)
            .agg("value")
        )
    found = {(t, place, day): np.array(values) for t, place, day, values in table.iter_rows()}
    if any(len(values) != len(QUANTILE_LEVELS) for values in found.values()):
        raise RunError(
            Problem(
                str(run.folder / "forecast.parquet"),
                "a target lacks quantiles",
                f"expected {len(QUANTILE_LEVELS)} for every target, place and day",
                "run the forecast again",
                "run-damaged",
            )
        )
    return found

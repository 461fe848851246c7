"""How good a forecast was, in numbers: proper scores, coverage, reliability, shares, skill and its doubt.

Pure arrays in, arrays out; quantile forecasts have the shape (case, level), samples (case, sample). Lower
scores are better. The tests hold every score against `scoringrules` or a closed form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    Levels = Sequence[float] | FloatArray

CENTRAL = {50: (0.25, 0.75), 80: (0.10, 0.90), 95: (0.025, 0.975)}


# -- scores of quantiles -----------------------------------------------------------------------------------


def pinball_loss(quantiles: FloatArray, observed: FloatArray, levels: Levels) -> FloatArray:
    """Give the pinball loss of each quantile, shape (case, level)."""
    tau = np.asarray(levels)
    miss = np.asarray(observed)[..., None] - quantiles
    return np.asarray(np.where(miss >= 0, tau * miss, (tau - 1.0) * miss), np.float64)


def weighted_interval_score(quantiles: FloatArray, observed: FloatArray, levels: Levels) -> FloatArray:
    """Score quantile forecasts, in the unit of what is observed.

    Parameters
    ----------
    quantiles
        Shape (case, level).
    observed
        Shape (case,).
    levels
        Symmetric around 0.5, which is one of them.

    Returns
    -------
    scores
        Shape (case,): twice the mean pinball loss, which for such levels is the weighted interval score of
        Bracher, Ray, Gneiting & Reich 2021, doi:10.1371/journal.pcbi.1008618.
    """
    loss: FloatArray = 2.0 * pinball_loss(quantiles, observed, levels).mean(axis=-1)
    return loss


def weighted_interval_score_log(quantiles: FloatArray, observed: FloatArray, levels: Levels) -> FloatArray:
    """Score log(1 + max(0, y)): forecast and outcome below zero count as zero. The headline score."""
    return weighted_interval_score(log_arrivals(quantiles), log_arrivals(observed), levels)


def log_arrivals(values: FloatArray) -> FloatArray:
    """Give log(1 + max(0, y)), the scale of the headline score."""
    return np.asarray(np.log1p(np.maximum(values, 0.0)), np.float64)


def crps_quantiles(quantiles: FloatArray, observed: FloatArray, levels: Levels) -> FloatArray:
    """Approximate the CRPS from quantiles: twice the pinball loss integrated over the levels.

    Levels need not be evenly spaced; each stands for the levels nearest to it, the outer ones out to 0 and 1.

    Returns
    -------
    scores
        Shape (case,), in the unit of what is observed.
    """
    tau = np.asarray(levels)
    edges = np.concatenate([[0.0], (tau[1:] + tau[:-1]) / 2.0, [1.0]])
    return np.asarray(2.0 * pinball_loss(quantiles, observed, tau) @ np.diff(edges), np.float64)


# -- scores of samples -------------------------------------------------------------------------------------


def crps_samples(samples: FloatArray, observed: FloatArray, *, fair: bool = False) -> FloatArray:
    """Score samples by E|X - y| - E|X - X'| / 2.

    Parameters
    ----------
    samples
        Shape (case, sample), two or more where `fair`.
    observed
        Shape (case,).
    fair
        Estimate the second part from pairs of different samples, so that the score of a finite ensemble is
        that of the distribution it was drawn from (Ferro 2014, doi:10.1002/qj.2270).

    Returns
    -------
    scores
        Shape (case,).
    """
    ordered = np.sort(samples, axis=-1)
    size = ordered.shape[-1]
    rank = np.arange(size)
    # sum over pairs of |x_i - x_j| from the order alone, not from size x size differences
    spread = 2.0 * ((2.0 * rank - size + 1.0) * ordered).sum(axis=-1)
    pairs = size * (size - 1.0) if fair else size**2
    reach = np.abs(ordered - np.asarray(observed)[..., None]).mean(axis=-1)
    return np.asarray(reach - spread / (2.0 * pairs), np.float64)


def energy_score(samples: FloatArray, observed: FloatArray, *, fair: bool = False) -> FloatArray:
    """Score joint forecasts of several sites: the CRPS with Euclidean distances.

    Parameters
    ----------
    samples
        Shape (case, sample, site).
    observed
        Shape (case, site).
    fair
        As in `crps_samples`.

    Returns
    -------
    scores
        Shape (case,).

    References
    ----------
    Gneiting & Raftery 2007, doi:10.1198/016214506000001437.
    """
    size = samples.shape[1]
    reach = np.linalg.norm(samples - observed[:, None, :], axis=-1).mean(axis=-1)
    # one sample against all others at a time: memory stays that of the samples
    spread = sum(
        np.linalg.norm(samples - samples[:, index : index + 1, :], axis=-1).sum(axis=-1)
        for index in range(size)
    )
    pairs = size * (size - 1.0) if fair else size**2
    return np.asarray(reach - spread / (2.0 * pairs), np.float64)


# -- calibration -------------------------------------------------------------------------------------------


def interval(quantiles: FloatArray, levels: Levels, share: int) -> tuple[FloatArray, FloatArray]:
    """Give the ends of the central interval of 50, 80 or 95 %, each of shape (case,)."""
    tau = np.asarray(levels)
    low, high = (int(np.flatnonzero(np.isclose(tau, level))[0]) for level in CENTRAL[share])
    return quantiles[..., low], quantiles[..., high]


def coverage(quantiles: FloatArray, observed: FloatArray, levels: Levels, share: int) -> FloatArray:
    """Tell for each case whether the central interval of 50, 80 or 95 % holds the outcome (1 or 0)."""
    low, high = interval(quantiles, levels, share)
    return np.asarray((observed >= low) & (observed <= high), np.float64)


def width(quantiles: FloatArray, levels: Levels, share: int) -> FloatArray:
    """Give the width of the central interval of 50, 80 or 95 % of each case."""
    low, high = interval(quantiles, levels, share)
    return np.asarray(high - low, np.float64)


def pit_samples(samples: FloatArray, observed: FloatArray, draws: FloatArray) -> FloatArray:
    """Give the probability integral transform of each outcome, uniform if the forecast is right.

    Parameters
    ----------
    samples
        Shape (case, sample).
    observed
        Shape (case,).
    draws
        Uniform draws in [0, 1), shape (case,): where samples tie with the outcome, and between two samples,
        the value is spread evenly (ranks of counts would pile up otherwise).
    """
    at = np.asarray(observed)[..., None]
    below, equal = (samples < at).sum(axis=-1), (samples == at).sum(axis=-1)
    return np.asarray((below + draws * (equal + 1.0)) / (samples.shape[-1] + 1.0), np.float64)


def pit_quantiles(
    quantiles: FloatArray, observed: FloatArray, levels: Levels, draws: FloatArray
) -> FloatArray:
    """Give the probability integral transform from quantiles: drawn evenly between the levels around it.

    Parameters
    ----------
    quantiles
        Shape (case, level), rising; equal quantiles are ties, and the draw covers all their levels.
    observed
        Shape (case,).
    levels
        Levels of the quantiles.
    draws
        Uniform draws in [0, 1), shape (case,).
    """
    tau = np.concatenate([[0.0], np.asarray(levels), [1.0]])
    at = np.asarray(observed)[..., None]
    low = tau[(quantiles < at).sum(axis=-1)]
    high = tau[(quantiles <= at).sum(axis=-1) + 1]
    return np.asarray(low + draws * (high - low), np.float64)


class Brier(NamedTuple):
    """The Brier score and its parts: score = reliability - resolution + uncertainty + within.

    `reliability` is how far forecasts lie from what then happened (low is good), `resolution` how far they
    part cases (high is good), `uncertainty` is that of the events alone; `within` is what grouping
    different forecasts in one bin adds, zero if each bin holds one forecast value.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


class Bin(NamedTuple):
    """A row of a reliability table: cases whose forecast lay in [low, high)."""

    low: float
    high: float
    n: int
    forecast: float
    happened: float


def reliability_table(probabilities: FloatArray, events: FloatArray, bins: int = 10) -> list[Bin]:
    """Compare forecast chances with how often the event happened, in even bins; empty bins are left out."""
    index = np.minimum((np.asarray(probabilities) * bins).astype(int), bins - 1)
    table = []
    for number in np.unique(index):
        inside = index == number
        table.append(
            Bin(
                low=float(number / bins),
                high=float((number + 1) / bins),
                n=int(inside.sum()),
                forecast=float(probabilities[inside].mean()),
                happened=float(events[inside].mean()),
            )
        )
    return table


def brier_score(probabilities: FloatArray, events: FloatArray, bins: int = 10) -> Brier:
    """Score chances of an event and take the score apart (Murphy 1973).

    Parameters
    ----------
    probabilities
        Forecast chances, 0 to 1, shape (case,).
    events
        1 where it happened, 0 where not, shape (case,).
    bins
        Even bins for the parts; the score itself does not depend on them.
    """
    table = reliability_table(probabilities, events, bins)
    n = np.array([row.n for row in table])
    forecast = np.array([row.forecast for row in table])
    happened = np.array([row.happened for row in table])
    base = float(np.mean(events))
    weight = n / n.sum()
    score = float(np.mean((np.asarray(probabilities) - events) ** 2))
    reliability = float((weight * (forecast - happened) ** 2).sum())
    resolution = float((weight * (happened - base) ** 2).sum())
    uncertainty = base * (1.0 - base)
    return Brier(score, reliability, resolution, uncertainty, score - reliability + resolution - uncertainty)


def chance_above(quantiles: FloatArray, levels: Levels, threshold: FloatArray) -> FloatArray:
    """Read from quantiles the chance that the outcome lies above a threshold, shape (case,).

    Linear between the levels; above the highest quantile half the rest remains, below the lowest likewise.
    """
    tau = np.asarray(levels)
    chances = []
    for row, limit in zip(np.atleast_2d(quantiles), np.atleast_1d(threshold), strict=True):
        if limit < row[0]:
            below = tau[0] / 2.0
        elif limit >= row[-1]:
            below = (1.0 + tau[-1]) / 2.0
        else:
            below = float(np.interp(limit, row, tau))
        chances.append(1.0 - below)
    return np.array(chances)


# -- shares ------------------------------------------------------------------------------------------------


def total_variation(predicted: FloatArray, observed: FloatArray) -> FloatArray:
    """Give the share of people that a forecast of where they go misplaces.

    Parameters
    ----------
    predicted, observed
        People or shares by site, at or above zero, shape (case, site); each row is scaled to one. A row
        of zeros predicted stands for even shares.

    Returns
    -------
    distances
        Shape (case,): half the summed absolute differences, 0 to 1; NaN where nobody was observed.
    """
    return np.asarray(0.5 * np.abs(_shares(predicted, even=True) - _shares(observed)).sum(axis=-1))


def relative_difference(simulated: FloatArray, counted: FloatArray) -> float:
    """Give Flee's averaged relative difference: mean over days of summed differences by total count.

    Parameters
    ----------
    simulated, counted
        People at each site by day, shape (day, site).
    """
    total = np.maximum(counted.sum(axis=1), 1.0)
    return float((np.abs(simulated - counted).sum(axis=1) / total).mean())


def _shares(values: FloatArray, *, even: bool = False) -> FloatArray:
    positive = np.maximum(values, 0.0)
    total = positive.sum(axis=-1, keepdims=True)
    blank = np.full_like(positive, 1.0 / positive.shape[-1] if even else np.nan)
    return np.asarray(np.divide(positive, total, out=blank, where=total > 0), np.float64)


# -- skill -------------------------------------------------------------------------------------------------


class Skill(NamedTuple):
    """Skill and its interval: 1 - ours / best. Above zero we are better; NaN where it cannot be told."""

    value: float
    low: float
    high: float


def skill(ours: float, best: float) -> float:
    """Give 1 - ours / best; NaN where the best rule is perfect."""
    return float(1.0 - ours / best) if best > 0 else float("nan")


def bootstrap_skill(
    scores: Mapping[str, tuple[FloatArray, FloatArray]],
    seed: int,
    *,
    share: float = 0.90,
    draws: int = 2000,
) -> Skill:
    """Compare two forecasts over crises, in pairs.

    Crises are drawn with replacement, then runs of neighbouring origins within each drawn crisis: the
    crises are the real sample, and scores of neighbouring origins share their weeks.

    Parameters
    ----------
    scores
        By crisis, our scores and those of the rule, shape (case,) each, in order of origins.
    seed
        The same seed gives the same interval.
    share
        Share of the percentile interval.
    draws
        Number of resamples.

    Returns
    -------
    skill
        Of the means over crises with equal weight; the interval is NaN with a single crisis, as nothing
        then tells how crises differ.
    """
    random = np.random.default_rng(seed)
    names = sorted(name for name, (ours, _) in scores.items() if len(ours))
    if not names:
        return Skill(float("nan"), float("nan"), float("nan"))
    means = np.array([[part.mean() for part in scores[name]] for name in names])
    value = skill(*means.mean(axis=0))
    if len(names) == 1:
        return Skill(value, float("nan"), float("nan"))
    within = np.stack([_resample_blocks(*scores[name], random, draws) for name in names])
    picked = random.integers(0, len(names), (draws, len(names)))
    drawn = within[picked, np.arange(draws)[:, None]].mean(axis=1)
    ratios = 1.0 - drawn[:, 0] / np.where(drawn[:, 1] > 0, drawn[:, 1], np.nan)
    edge = (1.0 - share) / 2.0
    low, high = np.nanquantile(ratios, [edge, 1.0 - edge])
    return Skill(value, float(low), float(high))


def _resample_blocks(
    ours: FloatArray, rule: FloatArray, random: np.random.Generator, draws: int
) -> FloatArray:
    """Give the mean pair of scores of each resample of blocks, shape (draw, 2)."""
    size = len(ours)
    length = max(1, round(size ** (1.0 / 2.0)))
    count = -(-size // length)
    starts = random.integers(0, size, (draws, count))
    # sums of blocks that wrap around the end, from running sums
    means = []
    for part in (ours, rule):
        running = np.concatenate([[0.0], np.cumsum(np.concatenate([part, part[:length]]))])
        means.append((running[starts + length] - running[starts]).mean(axis=1) / length)
    return np.stack(means, axis=1)

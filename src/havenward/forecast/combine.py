"""How several forecasts of the same people become one, when a rule stands alone, and who gets which share.

Forecasts are pooled as distributions: each model is believed with its weight, so that a pool of one that says
"nobody" and one that says "a thousand" says "one or the other" and not "a few dozen".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from havenward.forecast.measures import weighted_interval_score_log
from havenward.records import QUANTILE_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

# The learned part and three rules that err in different ways. A convention and not a fit: weights fitted on
# other crises gave the learned part 0.5 to 0.6 and scored no better; the rules know the scale of six crises
# only, so they get less.
WEIGHTS: Mapping[str, float] = {"analogues": 0.7, "b0_zero": 0.1, "b3_mean": 0.1, "b4_damped": 0.1}
STEPS = 10  # weights are tenths: finer ones fit noise of a handful of crises
# A rule stands alone at a site where it was a tenth better over this many outcomes; with fewer, the rule that
# looks best was lucky, and switching to it costs more than it brings.
ALONE_OUTCOMES = 30
ALONE_LOSS = 0.9

_LEVELS = np.array(QUANTILE_LEVELS)


def pool_quantiles(quantiles: FloatArray, weights: FloatArray) -> FloatArray:
    """Pool forecasts as distributions.

    Parameters
    ----------
    quantiles
        People at `QUANTILE_LEVELS`, shape (model, case, level).
    weights
        Shape (model,), at or above zero; they are scaled to sum to one. Models without weight are not read.

    Returns
    -------
    pooled
        Shape (case, level), rising: where the weighted mean of the distribution functions reaches each level.
    """
    used = np.flatnonzero(np.asarray(weights) > 0)
    share = np.asarray(weights, np.float64)[used] / np.asarray(weights)[used].sum()
    if len(used) == 1:
        return np.asarray(quantiles[used[0]], np.float64).copy()
    # between two quantiles people are spread evenly on a logarithmic scale, falls as well as arrivals
    scaled = np.sign(quantiles[used]) * np.log1p(np.abs(quantiles[used]))
    # equal quantiles, as many noughts are, would leave the distribution function without a value there
    scaled = scaled + 1e-9 * np.arange(len(_LEVELS))
    pooled = np.empty(scaled.shape[1:])
    for row in range(len(pooled)):
        values = np.sort(scaled[:, row].ravel())
        reached = sum(
            weight * np.interp(values, one, _LEVELS, left=0.0, right=1.0)
            for weight, one in zip(share, scaled[:, row], strict=True)
        )
        pooled[row] = np.interp(_LEVELS, np.maximum.accumulate(reached), values)
    # to and fro the logarithm, nought stays nought
    pooled[np.abs(pooled) < 1e-7] = 0.0  # far below one person
    return np.asarray(np.sign(pooled) * np.expm1(np.abs(pooled)), np.float64)


def fit_weights(quantiles: FloatArray, observed: FloatArray, groups: Sequence[str]) -> FloatArray:
    """Find the weights with the best headline score, in tenths, one after the other.

    The first tenth goes to the best model, each next one to the model that helps the pool most (Caruana et
    al. 2004, doi:10.1145/1015330.1015432).

    Parameters
    ----------
    quantiles
        Of other crises only, shape (model, case, level).
    observed
        Net arrivals, shape (case,).
    groups
        Crisis and horizon of each case in one word; every group counts alike.

    Returns
    -------
    weights
        Shape (model,), summing to one.
    """
    _, member = np.unique(np.asarray(groups), return_inverse=True)
    share = 1.0 / np.bincount(member)[member]
    given = np.zeros(len(quantiles))
    for _ in range(STEPS):
        losses = []
        for model in range(len(quantiles)):
            trial = given.copy()
            trial[model] += 1.0
            pooled = pool_quantiles(quantiles, trial)
            loss = weighted_interval_score_log(pooled, observed, QUANTILE_LEVELS)
            losses.append(float((share * loss).sum()))
        given[int(np.argmin(losses))] += 1.0
    return np.asarray(given / given.sum(), np.float64)


def combine(forecasts: Mapping[str, FloatArray], weights: Mapping[str, float] = WEIGHTS) -> FloatArray:
    """Pool the forecasts that there are; a missing model leaves its weight to the others.

    Parameters
    ----------
    forecasts
        People at `QUANTILE_LEVELS` by model, each of shape (case, level).
    weights
        By model. Where none of the models has a weight, all count alike.
    """
    names = sorted(forecasts)
    share = np.array([weights.get(name, 0.0) for name in names])
    if not share.sum() > 0:
        share = np.ones(len(names))
    return pool_quantiles(np.stack([forecasts[name] for name in names]), share)


def choose_rule_alone(pool_losses: FloatArray, rule_losses: Mapping[str, FloatArray]) -> str | None:
    """Name the simple rule that is to stand alone at a site and horizon, if there is one.

    Parameters
    ----------
    pool_losses
        Scores of the pool at this site and horizon whose outcomes were published by the origin, shape
        (outcome,).
    rule_losses
        Scores of each rule at the same outcomes.

    Returns
    -------
    rule
        The best rule where it was a tenth better than the pool over thirty outcomes or more, else None.
    """
    if len(pool_losses) < ALONE_OUTCOMES or not rule_losses:
        return None
    mean = {name: float(np.mean(losses)) for name, losses in sorted(rule_losses.items())}
    best = min(mean, key=lambda name: mean[name])
    return best if mean[best] < ALONE_LOSS * float(np.mean(pool_losses)) else None


def expected_shares(quantiles: FloatArray, draws: int = 400) -> FloatArray:
    """Say how the next arrivals divide among sites: the mean of the shares over joint draws.

    Means of arrivals would let the site with the longest tail take all; in the mean of shares every site has
    at most the share that it takes in that draw. Sites are drawn apart from each other, at evenly spread
    levels in an order fixed by the position of the site.

    Parameters
    ----------
    quantiles
        Net arrivals at `QUANTILE_LEVELS`, shape (site, level).
    draws
        Number of joint draws.

    Returns
    -------
    shares
        Shape (site,), summing to one; even where nobody is expected anywhere.
    """
    levels = (np.arange(draws) + 0.5) / draws
    people = np.stack(
        [
            np.interp(np.random.Generator(np.random.PCG64(site)).permutation(levels), _LEVELS, row)
            for site, row in enumerate(np.maximum(quantiles, 0.0))
        ]
    )
    total = people.sum(axis=0)
    shares = np.where(total > 0, people / np.where(total > 0, total, 1.0), 1.0 / len(people))
    return np.asarray(shares.mean(axis=1), np.float64)

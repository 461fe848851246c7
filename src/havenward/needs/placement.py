"""Where more of something does most: lots placed over sites so that the expected shortfall is least.

Sample average over the members: the gain of every further lot at every site is worked out in all members,
and a small linear program with whole numbers (HiGHS) picks the lots. A further lot at a site never gains more
than the one before it, so that no order has to be forced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]


class Plan(NamedTuple):
    """One way to place lots: how many at each site, and the people-days saved in all."""

    name: str
    lots: IntArray
    saved: float


def place_lots(
    gains: FloatArray,
    budget: float,
    cost: FloatArray | None = None,
    opening_cost: FloatArray | None = None,
    most: IntArray | None = None,
) -> IntArray:
    """Place lots over sites for the greatest expected gain.

    Parameters
    ----------
    gains
        People-days saved by 1, 2, ... lots at each site, in all (not by the last one), shape (site, lot).
    budget
        Lots, or money where costs are given.
    cost
        Of one lot at each site; None for one each.
    opening_cost
        Once for each site that gets any lot; None for nothing.
    most
        Lots that a site can take; None for no limit but that of `gains`.

    Returns
    -------
    lots
        At each site, shape (site,).
    """
    sites, count = gains.shape
    if sites == 0 or count == 0 or budget <= 0:
        return np.zeros(sites, np.int64)
    # imported late: without a budget nothing is solved, and the brief need not wait for it
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, eye_array, hstack, kron

    step = np.diff(gains, axis=1, prepend=0.0).clip(min=0.0)
    cost = np.ones(sites) if cost is None else np.asarray(cost, np.float64)
    opening = np.zeros(sites) if opening_cost is None else np.asarray(opening_cost, np.float64)
    most = np.full(sites, count) if most is None else np.minimum(most, count)
    scale = max(float(step.max()), 1e-9)
    # a breath of preference for the first lots, so that lots without gain are never placed
    objective = np.concatenate([-(step / scale).ravel() + 1e-9, np.zeros(sites)])
    upper = np.concatenate(
        [(np.arange(count)[None, :] < most[:, None]).astype(float).ravel(), np.ones(sites)]
    )
    spent = csr_array(np.concatenate([np.repeat(cost, count), opening])[None, :])
    # a site that gets a lot is opened: lot - open <= 0
    opened = hstack([eye_array(sites * count), -kron(eye_array(sites), np.ones((count, 1)))], format="csr")
    constraints = [LinearConstraint(spent, -np.inf, budget)]
    if opening.any():
        constraints.append(LinearConstraint(opened, -np.inf, 0.0))
    found = milp(
        objective,
        integrality=np.ones(len(objective)),
        bounds=Bounds(0.0, upper),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        return np.zeros(sites, np.int64)
    lots: IntArray = np.rint(found.x[: sites * count]).reshape(sites, count).sum(axis=1).astype(np.int64)
    return lots


def gain_of(gains: FloatArray, lots: IntArray) -> float:
    """Give the people-days that a placement saves."""
    padded = np.concatenate([np.zeros((len(gains), 1)), gains], axis=1)
    return float(padded[np.arange(len(gains)), lots].sum())


def compare_plans(
    gains: FloatArray, budget: int, shares: FloatArray, most: IntArray | None = None
) -> list[Plan]:
    """Compare the best placement of a number of lots with what a planner would do without it.

    Parameters
    ----------
    gains
        See `place_lots`.
    budget
        Lots to place.
    shares
        What each site has now, which the present plan is taken to continue, shape (site,).
    most
        Lots that a site can take.

    Returns
    -------
    plans
        `best`, `like the present plan`, `evenly`, `all at one site` (the one where all of them gain most).
    """
    sites = len(gains)
    best = place_lots(gains, budget, most=most)
    plans = [Plan("best", best, gain_of(gains, best))]
    spreads = [("like the present plan", shares), ("evenly", np.ones(sites))]
    for name, share in spreads:
        lots = spread(share, min(budget, sites * gains.shape[1]), gains.shape[1])
        plans.append(Plan(name, lots, gain_of(gains, lots)))
    single = np.zeros(sites, np.int64)
    if sites:
        single[int(gains[:, min(budget, gains.shape[1]) - 1].argmax())] = min(budget, gains.shape[1])
    return [*plans, Plan("all at one site", single, gain_of(gains, single))]


def spread(shares: FloatArray | Sequence[float], budget: int, most: int) -> IntArray:
    """Give out whole lots in proportion (largest remainders), at most so many to each."""
    shares = np.asarray(shares, np.float64)
    lots: IntArray = np.zeros(len(shares), np.int64)
    if shares.sum() <= 0:
        return lots
    exact = shares / shares.sum() * budget
    lots = np.minimum(np.floor(exact + 1e-9).astype(np.int64), most)
    for site in np.argsort(-(exact - lots), kind="stable"):
        if lots.sum() >= budget:
            break
        if lots[site] < most and shares[site] > 0:
            lots[site] += 1
    return lots

"""What a distribution is: a named shape with parameters, used through its quantile function only.

Every uncertain input draws one uniform number per member (two for a mixture) and turns it into a value
here, so that a change in one assumption moves only that assumption.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

# parameters of each shape; `floor` and `ceiling` may be added to any
SHAPES: Mapping[str, tuple[str, ...]] = {
    "fixed": ("value",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "halfnormal": ("sigma",),
    "lognormal": ("median", "sigma"),
    "beta": ("alpha", "beta"),
    "gamma": ("shape", "scale"),
    "mixture": (),
}
LIMITS = ("floor", "ceiling")


@dataclass(frozen=True)
class Distribution:
    """An uncertain quantity.

    Parameters
    ----------
    shape
        One of `SHAPES`.
    parameters
        Value of each parameter that the shape needs. `lognormal` is given by its median and the standard
        deviation of the logarithm; `gamma` by shape and scale (mean = shape x scale).
    floor, ceiling
        Values outside are set to the limit (the limit itself keeps the probability that lay beyond it).
    components
        For `mixture`: pairs of weight and distribution; weights need not sum to one.
    """

    shape: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    floor: float = -np.inf
    ceiling: float = np.inf
    components: tuple[tuple[float, Distribution], ...] = ()


def problems_of(distribution: Distribution) -> list[tuple[str, str]]:
    """List what makes a distribution unusable, as pairs (found, expected); empty when it is sound."""
    shape, given = distribution.shape, distribution.parameters
    if shape not in SHAPES:
        return [(f"distribution '{shape}'", f"expected one of {', '.join(SHAPES)}")]
    found = [
        (f"{name} is missing", f"expected a number for {name} of a {shape} distribution")
        for name in SHAPES[shape]
        if name not in given
    ]
    found += [
        (f"{name} is {value}", "expected a finite number")
        for name, value in given.items()
        if not np.isfinite(value)
    ]
    if found:
        return found
    positive = {
        "normal": ("sd",),
        "halfnormal": ("sigma",),
        "lognormal": ("median", "sigma"),
        "beta": ("alpha", "beta"),
        "gamma": ("shape", "scale"),
    }
    found += [
        (f"{name} is {given[name]:g}", f"expected {name} above 0; use 'fixed' for a known value")
        for name in positive.get(shape, ())
        if given[name] <= 0
    ]
    if shape == "uniform" and not given["low"] < given["high"]:
        found.append(
            (
                f"low {given['low']:g} and high {given['high']:g}",
                "expected low below high; use 'fixed' for a known value",
            )
        )
    if shape == "triangular" and not (
        given["low"] <= given["mode"] <= given["high"] and given["low"] < given["high"]
    ):
        found.append(
            (
                f"low {given['low']:g}, mode {given['mode']:g}, high {given['high']:g}",
                "expected low <= mode <= high and low below high",
            )
        )
    if shape == "mixture":
        if not distribution.components:
            found.append(("a mixture without components", "expected at least one component"))
        if any(weight <= 0 for weight, _ in distribution.components):
            found.append(("a component weight of 0 or less", "expected weights above 0"))
        for _, component in distribution.components:
            found += problems_of(component)
    if not distribution.floor < distribution.ceiling:
        found.append(
            (
                f"floor {distribution.floor:g} and ceiling {distribution.ceiling:g}",
                "expected floor below ceiling",
            )
        )
    return found


def quantile(
    distribution: Distribution,
    u: FloatArray,
    pick: FloatArray | None = None,
    below: FloatArray | None = None,
    above: float | None = None,
) -> FloatArray:
    """Turn uniform numbers into values of a distribution.

    Parameters
    ----------
    distribution
        A sound distribution (`problems_of` is empty).
    u
        Numbers in (0, 1), any shape.
    pick
        For a mixture: a second set of uniform numbers, same shape, that picks the component.
    below
        Values above these, same shape, are impossible: log-normal shapes are truncated there (each component
        of a mixture keeps its weight), other shapes are cut off.
    above
        Values up to this are known not to be: the distribution is conditioned on being higher. Where it
        cannot be, its highest value stays.

    Returns
    -------
    values
        Same shape as `u`, in the unit of the assumption.
    """
    u = np.asarray(u, dtype=np.float64)
    if distribution.shape == "mixture":
        values = _quantile_of_mixture(distribution, u, pick, below, above)
    else:
        if above is not None:
            reached = level_of(distribution, above)
            u = np.minimum(reached + u * (1.0 - reached), 1.0 - 1e-12)
        values = _quantile_of_shape(distribution.shape, distribution.parameters, u, below)
    values = np.clip(values, distribution.floor, distribution.ceiling)
    return values if below is None else np.minimum(values, below)


def _quantile_of_shape(
    shape: str, p: Mapping[str, float], u: FloatArray, below: FloatArray | None
) -> FloatArray:
    from scipy import special

    if shape == "fixed":
        return np.full_like(u, p["value"])
    if shape == "uniform":
        return p["low"] + (p["high"] - p["low"]) * u
    if shape == "triangular":
        low, mode, high = p["low"], p["mode"], p["high"]
        turn = (mode - low) / (high - low)
        rising = low + np.sqrt(u * (high - low) * (mode - low))
        return np.where(u < turn, rising, high - np.sqrt((1.0 - u) * (high - low) * (high - mode)))
    if shape == "lognormal" and below is not None:
        u = np.maximum(u * special.ndtr((np.log(below) - np.log(p["median"])) / p["sigma"]), 1e-300)
    inverse: Mapping[str, Callable[[], FloatArray]] = {
        "normal": lambda: p["mean"] + p["sd"] * special.ndtri(u),
        "halfnormal": lambda: p["sigma"] * special.ndtri(0.5 + 0.5 * u),
        "lognormal": lambda: p["median"] * np.exp(p["sigma"] * special.ndtri(u)),
        "beta": lambda: special.betaincinv(p["alpha"], p["beta"], u),
        "gamma": lambda: p["scale"] * special.gammaincinv(p["shape"], u),
    }
    return inverse[shape]()


def _quantile_of_mixture(
    distribution: Distribution,
    u: FloatArray,
    pick: FloatArray | None,
    below: FloatArray | None,
    above: float | None,
) -> FloatArray:
    if pick is None:
        message = "a mixture needs a second set of uniform numbers"
        raise ValueError(message)
    weights = np.array([weight for weight, _ in distribution.components])
    if above is not None:  # a component that is mostly ruled out by now counts less
        left = weights * [1.0 - level_of(part, above) for _, part in distribution.components]
        weights = left if left.sum() > 0.0 else weights
    edges = np.cumsum(weights / weights.sum())
    chosen = np.minimum(np.searchsorted(edges, pick, side="right"), len(weights) - 1)
    values = np.empty_like(u)
    for index, (_, component) in enumerate(distribution.components):
        mine = chosen == index
        limit = None if below is None else below[mine]
        values[mine] = quantile(component, u[mine], below=limit, above=above)
    return values


def level_of(distribution: Distribution, value: float) -> float:
    """Give the probability of at most `value` under a distribution that is no mixture, by halving."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if float(quantile(distribution, np.array([middle]))[0]) <= value:
            low = middle
        else:
            high = middle
    return low


def summary(distribution: Distribution, levels: tuple[float, ...] = (0.05, 0.5, 0.95)) -> tuple[float, ...]:
    """Give quantiles of a distribution, mixtures included, from a fixed fine grid (4,096 points a side)."""
    if distribution.shape != "mixture":
        return tuple(float(v) for v in quantile(distribution, np.array(levels)))
    grid = (np.arange(4096) + 0.5) / 4096
    weights, values = [], []
    for weight, component in distribution.components:
        values.append(quantile(component, grid))
        weights.append(np.full(grid.shape, weight))
    x, w = np.concatenate(values), np.concatenate(weights)
    order = np.argsort(x, kind="stable")
    cumulated = np.cumsum(w[order]) / w.sum()
    at = np.minimum(np.searchsorted(cumulated, np.array(levels)), len(x) - 1)
    picked = np.clip(x[order][at], distribution.floor, distribution.ceiling)
    return tuple(float(v) for v in picked)


def weighted_quantiles(
    values: NDArray[np.generic], weights: FloatArray, levels: Sequence[float]
) -> NDArray[np.generic]:
    """Give quantiles over members: the smallest value whose cumulated weight reaches the level.

    No interpolation, so a quantile is always a value that some member has, and the quantile of a rising
    rule (rounding up, for one) is the rule at the quantile.

    Parameters
    ----------
    values
        Shape (member, ...).
    weights
        Shape (member,), summing to one.
    levels
        Between 0 and 1.

    Returns
    -------
    quantiles
        Shape (level, ...).
    """
    if np.ptp(weights) == 0.0:  # all members alike: sorting is enough, and ten times quicker
        ranks = [max(0, int(np.ceil(level * len(weights) - 1e-9)) - 1) for level in levels]
        alike: NDArray[np.generic] = np.sort(values, axis=0)[ranks]
        return alike
    order = np.argsort(values, axis=0, kind="stable")
    cumulated = np.cumsum(weights[order], axis=0)
    picked = [np.argmax(cumulated >= min(level, 1.0) - 1e-9, axis=0)[None] for level in levels]
    ordered = np.take_along_axis(values, order, axis=0)
    return np.concatenate([np.take_along_axis(ordered, at, axis=0) for at in picked])

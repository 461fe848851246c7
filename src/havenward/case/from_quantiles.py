"""Which distribution a person means who says a low, a middle and a high value.

Low and high are the 5 and 95 % points: one case in twenty lies below, one above. The shape that comes nearest
is chosen; how near it comes is told, since not every three numbers belong to a shape that a case can hold.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.distributions import Distribution, summary
from havenward.errors import Problem, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEVELS = (0.05, 0.5, 0.95)
Z = 1.6448536  # 95 % point of the standard normal
NEAR = 0.02  # a simpler shape is taken where it misses by at most this share of the range
LEAST_LOG = 0.0  # of the shapes of a beta curve: below it would rise at its ends, which nobody means
FAR = 0.06  # and where even the nearest one misses by more, two flat halves are joined
DIGITS = 4  # parameters are written with so many, since nobody knows more


class Meant(NamedTuple):
    """What was meant: the distribution, and its own low, middle and high.

    `miss` is the largest difference between what was said and what the distribution gives, as a share of the
    range from low to high.
    """

    distribution: Distribution
    quantiles: tuple[float, float, float]
    miss: float


def fit_quantiles(low: float, middle: float, high: float, unit: str) -> Meant:
    """Find the distribution with these 5, 50 and 95 % points.

    Parameters
    ----------
    low, middle, high
        In the unit of the assumption; all equal for a known value.
    unit
        A `share` stays between 0 and 1; `logit` and `days after` may be negative; all else may not.

    Raises
    ------
    SettingsError
        The three numbers are in no order, or outside of what the unit allows.
    """
    check_order(low, middle, high, unit)
    if low == high:
        return Meant(Distribution("fixed", {"value": low}), (low, low, low), 0.0)
    best: Meant | None = None
    for candidate in _candidates(low, middle, high, unit):
        meant = _judge(candidate, (low, middle, high))
        if meant is None:
            continue
        if meant.miss <= NEAR:
            return meant
        if best is None or meant.miss < best.miss:
            best = meant
    halves = _judge(_join_halves(low, middle, high, unit), (low, middle, high))
    if best is None or (best.miss > FAR and halves is not None and halves.miss < best.miss):
        best = halves
    if best is None:  # pragma: no cover - two halves can always be joined
        message = f"no distribution for {low}, {middle}, {high}"
        raise ValueError(message)
    return best


def check_order(low: float, middle: float, high: float, unit: str) -> None:
    """Refuse three numbers that are no low, middle and high value of a unit."""
    found = f"low {low:g}, middle {middle:g}, high {high:g}"
    if not all(isfinite(value) for value in (low, middle, high)):
        expected = "expected three finite numbers"
    elif not (low < middle < high or low == middle == high):
        expected = "expected low below middle below high, or three times the same for a known value"
    elif unit == "share" and not (low >= 0 and high <= 1):
        expected = "expected shares from 0 to 1 (0.1 for one in ten)"
    elif unit not in ("logit", "days after") and low < 0:
        expected = "expected no value below 0"
    else:
        return
    raise SettingsError(
        Problem("low, middle, high", found, expected, "correct the three numbers", "quantiles-order")
    )


def _candidates(low: float, middle: float, high: float, unit: str) -> Sequence[Distribution]:
    """Give the shapes that may fit, the ones usual for the unit first."""
    shapes: dict[str, Callable[[], Distribution | None]] = {
        "beta": lambda: _fit_beta(low, middle, high),
        "lognormal": lambda: _fit_lognormal(low, middle, high),
        "gamma": lambda: _fit_gamma(low, middle, high),
        "normal": lambda: _fit_normal(low, middle, high, signed=unit in ("logit", "days after")),
        "triangular": lambda: _fit_triangle(low, middle, high, unit),
    }
    order = {
        "share": ("beta", "triangular"),
        "logit": ("normal", "triangular"),
        "days after": ("lognormal", "gamma", "normal", "triangular"),
    }.get(unit, ("lognormal", "gamma", "normal", "triangular"))
    return [made for name in order if (made := shapes[name]()) is not None]


def _judge(candidate: Distribution, said: tuple[float, float, float]) -> Meant | None:
    rounded = _rounded(candidate)
    low, middle, high = summary(rounded, LEVELS)
    miss = max(abs(a - b) for a, b in zip((low, middle, high), said, strict=True)) / (said[2] - said[0])
    return Meant(rounded, (low, middle, high), miss) if isfinite(miss) else None


def _rounded(candidate: Distribution) -> Distribution:
    return replace(
        candidate,
        parameters={name: float(f"{value:.{DIGITS}g}") for name, value in candidate.parameters.items()},
        components=tuple((weight, _rounded(part)) for weight, part in candidate.components),
    )


def _join_halves(low: float, middle: float, high: float, unit: str) -> Distribution:
    """Join two flat halves at the middle, which meets any three points that do not touch a bound."""
    bottom = low - (middle - low) / 9
    top = high + (high - middle) / 9
    bottom = bottom if unit in ("logit", "days after") else max(bottom, 0.0)
    top = min(top, 1.0) if unit == "share" else top
    halves = ((bottom, middle), (middle, top))
    parts = [(0.5, Distribution("uniform", {"low": a, "high": b})) for a, b in halves if a < b]
    return Distribution("mixture", components=tuple(parts))


def _fit_lognormal(low: float, middle: float, high: float) -> Distribution | None:
    if low <= 0:
        return None
    return Distribution("lognormal", {"median": middle, "sigma": log(high / low) / (2 * Z)})


def _fit_normal(low: float, middle: float, high: float, *, signed: bool) -> Distribution:
    parameters = {"mean": middle, "sd": (high - low) / (2 * Z)}
    return Distribution("normal", parameters) if signed else Distribution("normal", parameters, floor=0.0)


def _fit_gamma(low: float, middle: float, high: float) -> Distribution | None:
    """Find the shape whose outer points stand in the wanted ratio, then the scale that fits the middle."""
    from scipy import optimize, special

    if low <= 0:
        return None

    def gap(shape: float) -> float:
        bottom, top = special.gammaincinv(shape, (LEVELS[0], LEVELS[2]))
        return float(np.log(max(top, 1e-300) / max(bottom, 1e-300)) - np.log(high / low))

    if gap(0.05) * gap(1e5) > 0:
        return None
    shape = float(optimize.brentq(gap, 0.05, 1e5))
    return Distribution("gamma", {"shape": shape, "scale": middle / float(special.gammaincinv(shape, 0.5))})


def _fit_beta(low: float, middle: float, high: float) -> Distribution | None:
    """Search the two shapes of a beta curve for the least miss at the three points."""
    from scipy import optimize, special

    said = np.array([low, middle, high])

    def miss(logs: np.ndarray) -> float:
        points = special.betaincinv(*np.exp(np.clip(logs, LEAST_LOG, 12)), np.array(LEVELS))
        return float(np.square((points - said) / (high - low)).sum())

    size = max(middle * (1 - middle) * (2 * Z / (high - low)) ** 2 - 1, 0.5)
    start = np.log([max(middle * size, 0.05), max((1 - middle) * size, 0.05)])
    found = optimize.minimize(miss, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12})
    alpha, beta = np.exp(np.clip(found.x, LEAST_LOG, 12))
    return Distribution("beta", {"alpha": float(alpha), "beta": float(beta)})


def _fit_triangle(low: float, middle: float, high: float, unit: str) -> Distribution:
    """Search the corners of a triangle for the least miss; shares and counts stay where they may be."""
    from scipy import optimize

    span = high - low
    bottom = -np.inf if unit in ("logit", "days after") else 0.0
    top = 1.0 if unit == "share" else np.inf

    def corners(x: np.ndarray) -> tuple[float, float, float]:
        a = max(low - span * float(np.exp(np.clip(x[0], -20, 5))), bottom)
        c = min(high + span * float(np.exp(np.clip(x[1], -20, 5))), top)
        return a, a + (c - a) / (1 + float(np.exp(np.clip(-x[2], -30, 30)))), c

    def miss(x: np.ndarray) -> float:
        a, m, c = corners(x)
        points = summary(Distribution("triangular", {"low": a, "mode": m, "high": c}), LEVELS)
        return sum(((p - s) / span) ** 2 for p, s in zip(points, (low, middle, high), strict=True))

    found = optimize.minimize(
        miss, np.array([-1.5, -1.5, 0.0]), method="Nelder-Mead", options={"maxiter": 600, "fatol": 1e-10}
    )
    a, m, c = corners(found.x)
    return Distribution("triangular", {"low": a, "mode": m, "high": c})

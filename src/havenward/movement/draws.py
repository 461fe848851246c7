"""How a random number becomes a count: exact samplers for compiled code, each fed by a seat of its own.

A *seat* is a 64-bit number that belongs to one decision: this member, this day, this kind of decision,
this place. The sampler that sits on it may use as many numbers as it likes without moving any other.
The generator is SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2714064.2660195).
"""

from __future__ import annotations

import numpy as np
from numba import njit, uint64

_GOLDEN = uint64(0x9E3779B97F4A7C15)
_FIRST = uint64(0xBF58476D1CE4E5B9)
_SECOND = uint64(0x94D049BB133111EB)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53
# 1 / k for the small k that the walk along binomial probabilities meets: a product is quicker than a quotient
_INVERSE = np.array([0.0, *(1.0 / k for k in range(1, 64))])
# below this mean, walking along the probabilities is quicker than rejection (Hoermann 1993)
_INVERSION_BELOW = 10.0


@njit(uint64(uint64), cache=True, inline="always")
def _scramble(z: np.uint64) -> np.uint64:
    """Finish a state of SplitMix64."""
    z = (z ^ (z >> uint64(30))) * _FIRST
    z = (z ^ (z >> uint64(27))) * _SECOND
    return z ^ (z >> uint64(31))


@njit(uint64(uint64), cache=True, inline="always")
def mix(state: np.uint64) -> np.uint64:
    """Scramble 64 bits so that neighbouring inputs give unrelated outputs."""
    return _scramble(state + _GOLDEN)


def _build_ziggurat() -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """Lay out 128 layers of equal area under exp(-x**2 / 2); the lowest holds the tail.

    Returns widths x (129, falling to 0; the first is the width that the lowest layer would need) and
    heights y (129, rising to 1).
    """
    tail, area = _ZIGGURAT_TAIL, _ZIGGURAT_AREA
    x, y = np.zeros(129), np.ones(129)
    x[0], y[0] = area / np.exp(-0.5 * tail * tail), 0.0
    x[1], y[1] = tail, np.exp(-0.5 * tail * tail)
    for layer in range(2, 128):
        y[layer] = y[layer - 1] + area / x[layer - 1]
        x[layer] = np.sqrt(-2.0 * np.log(y[layer]))
    return x, y


# start of the tail and area of each layer for 128 layers (Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08)
_ZIGGURAT_TAIL = 3.442619855899
_ZIGGURAT_AREA = 9.91256303526217e-3
_ZIGGURAT_X, _ZIGGURAT_Y = _build_ziggurat()


@njit(uint64(uint64, uint64), cache=True, inline="always")
def seat(start: np.uint64, key: np.uint64) -> np.uint64:
    """Give the seat of `key` within `start`."""
    return mix(start ^ mix(key))


@njit(cache=True, inline="always")
def draw_unit(state: np.uint64) -> tuple[float, np.uint64]:
    """Draw one number in (0, 1) and move on."""
    state = uint64(state + _GOLDEN)
    return (float(_scramble(state) >> uint64(11)) + 0.5) * _TO_UNIT, state


@njit(cache=True)
def draw_binomial(n: int, p: float, start: np.uint64) -> int:
    """Draw how many of `n` independent trials with chance `p` succeed.

    Exact in law: inversion for small means, otherwise the rejection method BTRS
    (Hoermann 1993, doi:10.1080/00949659308811496).
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:
        return n - _binomial_lower(n, 1.0 - p, start)
    return _binomial_lower(n, p, start)


@njit(cache=True)
def _binomial_lower(n: int, p: float, start: np.uint64) -> int:
    """Draw a binomial number for a chance of at most one half."""
    state = uint64(start)
    q = 1.0 - p
    if n * p < _INVERSION_BELOW:
        # walk up from zero; restart in the (rare) case that rounding lets the walk leave the range
        ratio = p / q
        first = np.exp(n * np.log1p(-p))
        while True:
            u, state = draw_unit(state)
            chance = first
            k = 0
            while u > chance:
                u -= chance
                k += 1
                if k > n:
                    break
                inverse = _INVERSE[k] if k < 64 else 1.0 / k
                chance *= ratio * (n - k + 1) * inverse
                if chance <= 0.0:
                    break
            if k <= n:
                return k
    spread = np.sqrt(n * p * q)
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = n * p + 0.5
    squeeze = 0.92 - 4.2 / b
    while True:
        v, state = draw_unit(state)
        u, state = draw_unit(state)
        u -= 0.5
        us = 0.5 - abs(u)
        k = np.floor((2.0 * a / us + b) * u + centre)
        # most draws end here; what the exact test needs is worked out only for the others
        if us >= 0.07 and v <= squeeze:
            return int(k)
        if k < 0.0 or k > n:
            continue
        alpha = (2.83 + 5.1 / b) * spread
        mode = np.floor((n + 1) * p)
        height = _log_factorial(mode) + _log_factorial(n - mode)
        v = np.log(v * alpha / (a / (us * us) + b))
        if v <= height - _log_factorial(k) - _log_factorial(n - k) + (k - mode) * np.log(p / q):
            return int(k)


@njit(cache=True, inline="always")
def _log_factorial(k: float) -> float:
    """Give ln(k!) to double precision: exact sums below 10, Stirling's series above."""
    if k < 10.0:
        total = 0.0
        for i in range(2, int(k) + 1):
            total += np.log(i)
        return total
    x = k + 1.0
    inverse = 1.0 / x
    square = inverse * inverse
    series = inverse * (
        0.08333333333333333
        - square * (0.002777777777777778 - square * (0.0007936507936507937 - square * 0.0005952380952380953))
    )
    return (x - 0.5) * np.log(x) - x + 0.9189385332046727 + series


@njit(cache=True, inline="always")
def _normal(state: np.uint64) -> tuple[float, np.uint64]:
    """Draw a standard normal number: the ziggurat of 128 layers (Marsaglia & Tsang 2000).

    Layer, sign and place come from different bits of one number (Doornik 2005 on why they must).
    """
    while True:
        state = uint64(state + _GOLDEN)
        bits = _scramble(state)
        layer = int(bits & uint64(127))
        place = (float(bits >> uint64(11)) * _TO_UNIT) * 2.0 - 1.0
        x = place * _ZIGGURAT_X[layer]
        if abs(x) < _ZIGGURAT_X[layer + 1]:
            return x, state
        if layer == 0:  # the tail beyond the last layer (Marsaglia 1964)
            while True:
                u, state = draw_unit(state)
                v, state = draw_unit(state)
                far = -np.log(u) / _ZIGGURAT_TAIL
                if -2.0 * np.log(v) > far * far:
                    return (_ZIGGURAT_TAIL + far) * (1.0 if place > 0.0 else -1.0), state
        u, state = draw_unit(state)
        low, high = _ZIGGURAT_Y[layer], _ZIGGURAT_Y[layer + 1]
        if low + u * (high - low) < np.exp(-0.5 * x * x):
            return x, state


@njit(cache=True)
def draw_log_gamma(shape: float, start: np.uint64) -> float:
    """Draw the logarithm of a gamma number with this shape and scale 1.

    The logarithm keeps shapes far below one from rounding to zero. Marsaglia & Tsang 2000,
    doi:10.1145/358407.358414; for shapes below one with their boost.
    """
    state = uint64(start)
    boost = 0.0
    if shape < 1.0:
        u, state = draw_unit(state)
        boost = np.log(u) / shape
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * d)
    while True:
        x, state = _normal(state)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u, state = draw_unit(state)
        square = x * x
        # the squeeze spares most draws two logarithms
        if u < 1.0 - 0.0331 * square * square or np.log(u) < 0.5 * square + d - d * v + d * np.log(v):
            return np.log(d * v) + boost

"""What this machine makes of fixed calculations: two that answer alike give the same results to the last bit.

Processors, compilers and mathematical libraries round exponentials, logarithms, sums and products of
matrices in their own ways. The calculations here use each of the ways that the movement model, the draws and
the assimilation use, on enough values for a difference to show.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numba import njit

_VALUES = 4096  # long enough for the wide instructions of a processor, short enough for a few milliseconds
_COUNTED = 64  # columns of the matrix, about as many as a case has counts


@njit(cache=True)
def _walk(values: np.ndarray) -> np.ndarray:
    """Do in compiled code what one day of movement does: chances, logarithms, roots, and sums in order."""
    found = np.empty((5, values.size))
    total = 0.0
    for at in range(values.size):
        x = values[at]
        total += x * 0.1 + x / 3.0
        found[0, at] = np.exp(-x) * x + 1e-3
        found[1, at] = np.log1p(-1.0 / (1.0 + x))
        found[2, at] = np.sqrt(x) ** 1.7 + np.log(x)
        found[3, at] = x**-0.35 + np.exp(0.01 * np.cos(x))
        found[4, at] = total
    return found


def probe_arithmetic() -> str:
    """Do the fixed calculations and name what came out, to the last bit.

    Returns
    -------
    name
        Sixteen letters; two machines with the same name would give the same bytes for the same run.
    """
    import polars as pl
    from scipy import special

    steps = (np.arange(_VALUES) * 0.7548776662466927) % 1.0  # spread evenly, and exact on every machine
    values = 1e-6 + 40.0 * steps
    held = blake2b(digest_size=8)
    with np.errstate(all="ignore"):
        for found in (
            np.exp(-values), np.log(values), np.log1p(steps), np.expm1(-steps), values**1.37, values**-2.2,
            np.sin(values), np.cos(values), np.sqrt(values), np.tanh(steps), np.arctan2(steps, values),
            special.ndtri(np.clip(steps, 1e-9, 1 - 1e-9)), special.gammaln(values), special.ndtr(values - 20),
            special.gammaincinv(2.5, steps), special.betaincinv(2.0, 5.0, steps), special.expit(values - 20),
            _walk(values),
        ):  # fmt: skip
            held.update(np.ascontiguousarray(found).tobytes())
    matrix = values.reshape(-1, _COUNTED)
    square = matrix.T @ matrix / len(matrix) + 50.0 * np.eye(_COUNTED)
    weights = np.log(values[: len(matrix)])
    for found in (
        square,
        np.linalg.cholesky(square),
        np.linalg.solve(square, matrix.T),
        np.einsum("k,kc,kd->cd", weights, matrix[:, :8], matrix[:, :8]),
        np.array([values.sum(), values.mean(), values.var(), np.dot(values, steps)]),
        np.cumsum(values),
        np.quantile(values, (0.025, 0.31, 0.5, 0.975)),
    ):
        held.update(np.ascontiguousarray(found).tobytes())
    column = pl.Series(values)
    numbers = [column.sum(), column.mean(), column.std(), column.quantile(0.31, "linear")]
    held.update(np.array(numbers, np.float64).tobytes())
    return held.hexdigest()

"""How Flee's validation script would judge a run: its error measures, quirks included.

They compare daily camp counts with daily data (linear between reports). Ours stand in `scores.py`.
Source: extract-validation-results.py and analysis.py of Flee (https://github.com/djgroen/flee, BSD-3), read
for their formulas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

TRAINING_DAYS = {"7": 7, "30": 30}
_DIGITS = 4  # Flee rounds differences and scaled errors to four digits


def flee_errors(simulated: FloatArray, counted: FloatArray) -> dict[str, float]:
    """Compute Flee's measures for one run.

    Parameters
    ----------
    simulated, counted
        People at each camp by day, shape (day, camp).

    Returns
    -------
    errors
        `error_normal` and `error_rescaled`: mean over days of the summed absolute differences divided by
        the total count (0 to 2; FabFlee prints half of it). `mase7`, `mase7_sloped`, `mase7_ratio` and the
        same for 30: mean absolute error of the rescaled run divided by that of a naive line from day 7 or
        30, averaged over camps by their person-days. The sloped line is the count of that day times the
        day number, as Flee has it. NaN where the period is too short or the naive error is zero, where
        Flee fails.
    """
    total, own_total = counted.sum(axis=1), simulated.sum(axis=1)
    scale = np.divide(total, own_total, out=np.zeros_like(total), where=own_total > 0)
    rescaled = simulated * scale[:, None]
    base = np.maximum(total, 1.0)
    errors = {
        "error_normal": float((_rounded(simulated - counted).sum(axis=1) / base).mean()),
        "error_rescaled": float((_rounded(rescaled - counted).sum(axis=1) / base).mean()),
    }
    weights = counted.sum(axis=0)
    for name, day in TRAINING_DAYS.items():
        for kind in ("", "_sloped", "_ratio"):
            by_camp = [
                _scaled_error(
                    rescaled[:, c], counted[:, c], _naive_line(kind, counted[:, c], total, day), day
                )
                for c in range(counted.shape[1])
            ]
            errors[f"mase{name}{kind}"] = _average(np.array(by_camp), weights)
    return errors


def _naive_line(kind: str, counts: FloatArray, total: FloatArray, day: int) -> FloatArray:
    """Draw the line that a run is held against: flat, sloped (as coded) or a fixed share of the total."""
    days = np.arange(len(counts))
    if day >= len(counts):
        return np.full(len(counts), np.nan)
    if kind == "_sloped":
        return counts[day] * days if counts[TRAINING_DAYS["7"]] > 0 else np.zeros(len(counts))
    if kind == "_ratio":
        return total * (counts[day] / total[day]) if total[day] > 0 else np.full(len(counts), np.nan)
    return np.full(len(counts), counts[day])


def _scaled_error(rescaled: FloatArray, counts: FloatArray, naive: FloatArray, day: int) -> float:
    """Divide the mean absolute error over all days by the naive one over the days after training."""
    after = np.abs(counts[day + 1 :] - naive[day + 1 :])
    if not after.size or not np.isfinite(after).all() or after.sum() == 0:
        return float("nan")
    return round(float(np.abs(counts - rescaled).mean() / after.mean()), _DIGITS)


def _average(values: FloatArray, weights: FloatArray) -> float:
    if weights.sum() == 0:
        return float("nan")
    return float((values * weights).sum() / weights.sum())


def _rounded(differences: FloatArray) -> FloatArray:
    return np.asarray(np.round(np.abs(differences), _DIGITS), np.float64)

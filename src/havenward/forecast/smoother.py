"""How many counts at once move the assumptions: a few straight-line corrections, each from a fresh run.

An ensemble smoother with several data assimilation steps (Emerick & Reynolds 2013,
doi:10.1016/j.cageo.2012.03.011): each step regresses what would have been counted on the assumptions, and
shifts every member toward the counts by as much as the regression says, with the errors of counts and the
chance of single days taken together as noise. No member is ever dropped, so it can take any number of counts;
it is exact only where the regression is a straight line and all is bell-shaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

_CLEARLY = 3.0  # correlations below so many standard errors are taken as none
_FARTHEST = 3.0  # a count farther off than so many standard deviations pulls no more than one that is there


def shift_members(
    z: FloatArray,
    expected: FloatArray,
    counted: FloatArray,
    errors: FloatArray,
    steps: int,
    generator: np.random.Generator,
) -> FloatArray:
    """Take one of several steps toward the counts.

    Parameters
    ----------
    z
        Assumptions as standard normal numbers, shape (member, stream).
    expected
        Logarithms of what each member would have had counted, shape (member, count).
    counted
        Logarithms of the counts, shape (count,).
    errors
        Covariance of the errors of the counts, shape (count, count).
    steps
        Number of steps that are taken in all, each from a fresh simulation.
    generator
        Source of chance.

    Returns
    -------
    moved
        Same shape as `z`.
    """
    members = len(z)
    mean, centre = z.mean(axis=0), expected.mean(axis=0)
    zc, dc = z - mean, expected - centre
    together = zc.T @ dc / members
    spread = np.sqrt(np.outer(np.square(zc).mean(axis=0), np.square(dc).mean(axis=0))) + 1e-12
    clear = np.abs(together / spread) > _CLEARLY / np.sqrt(members)
    together = np.where(clear, together, 0.0)
    # the straight line from assumptions to counts, a little shrunk where members are few
    own = zc.T @ zc / members
    keep = members / (members + z.shape[1])
    own = keep * own + (1.0 - keep) * np.diag(np.diag(own))
    line = np.linalg.solve(own + 1e-9 * np.eye(len(own)), together)
    signal = zc @ line
    # what the line leaves: chance of single days, and bends; the straight part of it is no surprise later
    rest = dc - signal
    chance = rest.T @ rest / members
    chance = keep * chance + (1.0 - keep) * np.diag(np.diag(chance))
    noise = steps * (errors + chance)
    whole = line.T @ own @ line
    off = np.abs(counted - centre) / np.sqrt(np.diag(whole) + np.diag(errors + chance))
    widen = np.maximum(1.0, off / _FARTHEST)
    noise = noise * np.outer(widen, widen) + 1e-9 * np.eye(len(noise))
    root = np.linalg.cholesky(noise)
    drawn = generator.standard_normal(expected.shape) @ root.T
    miss = counted + drawn - (centre + signal)
    moved: FloatArray = z + miss @ np.linalg.solve(whole + noise, together.T)
    return moved

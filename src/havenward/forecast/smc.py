"""How members learn: weights, resampling, and moves that leave the right distribution as it is.

A member is a row of standard normal numbers (one per named random stream, so that the prior of every
assumption, whatever its shape, is the same bell curve) and, for each day, whose chance it met. This module
knows nothing of places, counts or days.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from havenward.randomness import Streams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

_CLEARLY = 3.0  # standard errors from the prior's mean 0 or variance 1 that show that something was learned


@dataclass(frozen=True)
class MemberStreams(Streams):
    """The random streams of members that have learned: some of their numbers are given.

    Parameters
    ----------
    given
        Uniform numbers by name of the stream, each of shape (member,); streams not named here are drawn.
    numbers
        Whose chance each member meets on each day, shape (member, day); None: each its own.
    asked
        Collects the names of streams that were drawn.
    """

    given: Mapping[str, FloatArray] = field(default_factory=dict)
    numbers: IntArray | None = None
    asked: set[str] = field(default_factory=set, compare=False)

    def uniforms(self, name: str, members: int) -> FloatArray:
        """Give the numbers of a stream, shape (members,)."""
        if name in self.given:
            return self.given[name]
        self.asked.add(name)
        return super().uniforms(name, members)

    def numbers_of(self, members: int, days: int) -> IntArray:
        """Say whose chance each member meets on each day, shape (member, day)."""
        return super().numbers_of(members, days) if self.numbers is None else self.numbers

    def part(self, first: int, last: int) -> MemberStreams:
        """Give the streams of members `first` to `last` - 1 of these."""
        given = {name: numbers[first:last] for name, numbers in self.given.items()}
        past = None if self.numbers is None else self.numbers[first:last]
        return MemberStreams(self.seed, given, past, first=self.first + first)


def effective_size(log_weights: FloatArray) -> float:
    """Give how many equal members the weights are worth: 1 / sum of squares."""
    w = normalise(log_weights)
    return float(1.0 / np.square(w).sum())


def normalise(log_weights: FloatArray) -> FloatArray:
    """Turn log weights into weights that sum to one; uniform where every one is minus infinity."""
    top = log_weights.max()
    if not np.isfinite(top):
        return np.full(log_weights.shape, 1.0 / log_weights.size)
    w: FloatArray = np.exp(log_weights - top)
    w /= w.sum()
    return w


def find_temper(
    log_weights: FloatArray, log_likelihood: FloatArray, least: float, most: float = 1.0
) -> float:
    """Find the largest power of a likelihood, up to `most`, that leaves an effective size of `least`."""
    if effective_size(log_weights + most * log_likelihood) >= least:
        return most
    low, high = 0.0, most
    for _ in range(40):
        middle = (low + high) / 2
        if effective_size(log_weights + middle * log_likelihood) >= least:
            low = middle
        else:
            high = middle
    return low


def resample(weights: FloatArray, u: float) -> IntArray:
    """Draw rows in proportion to their weights, systematically from one uniform number; sorted."""
    edges = np.cumsum(weights)
    marks = (np.arange(len(weights)) + u) / len(weights)
    rows: IntArray = np.minimum(np.searchsorted(edges, marks * edges[-1], side="right"), len(weights) - 1)
    return rows


@dataclass(frozen=True)
class Walk:
    """A move around where the members are: toward their mean, and a step in the shape of their spread.

    Columns about which nothing was learned keep their prior, mean 0 and variance 1. The move leaves a bell
    curve with this mean and spread as it is, which `log_ratio` corrects to the prior (Liu & West 2001 shrink
    in the same way and do not correct).
    """

    learned: IntArray
    mean: FloatArray
    root: FloatArray  # lower triangle with root @ root.T = covariance

    @classmethod
    def prior(cls) -> Walk:
        """Nothing learned."""
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 0)))

    @classmethod
    def around(cls, z: FloatArray, weights: FloatArray) -> Walk:
        """Fit to weighted members, shape (member, column)."""
        size = 0.3 / np.square(weights).sum()  # members repeat each other after resampling
        mean = np.einsum("k,kc->c", weights, z)
        centred = z - mean
        variance = np.einsum("k,kc,kc->c", weights, centred, centred)
        moved = np.abs(mean) * np.sqrt(size) > _CLEARLY
        narrowed = np.abs(variance - 1.0) * np.sqrt(size / 2.0) > _CLEARLY
        learned = np.flatnonzero(moved | narrowed)
        part = centred[:, learned]
        spread = np.einsum("k,kc,kd->cd", weights, part, part)
        # few members: correlations are shrunk toward none
        keep = size / (size + len(learned) + 1.0)
        spread = keep * spread + np.diag((1.0 - keep) * np.diag(spread) + 1e-9)
        root = np.linalg.cholesky(spread) if len(learned) else np.zeros((0, 0))
        return cls(learned, mean[learned], root)

    def step(self, z: FloatArray, normals: FloatArray, width: float) -> FloatArray:
        """Move every member by `width` (0 not at all, 1 to a fresh draw)."""
        keep = np.sqrt(1.0 - width**2)
        moved = keep * z + width * normals
        part = z[:, self.learned] - self.mean
        noise = np.einsum("cd,kd->kc", self.root, normals[:, self.learned])
        moved[:, self.learned] = self.mean + keep * part + width * noise
        result: FloatArray = moved
        return result

    def log_ratio(self, z: FloatArray, moved: FloatArray, known: Walk) -> FloatArray:
        """Give ln of known(moved) move(z) / known(z) move(moved), to be added to that of the likelihoods.

        `known` is what was known before the counts in these likelihoods, the prior at first.
        """
        gain: FloatArray = self.log_tilt(moved) - self.log_tilt(z) - known.log_tilt(moved) + known.log_tilt(z)
        return gain

    def log_tilt(self, z: FloatArray) -> FloatArray:
        """Give ln of prior(z) / bell curve(z), up to a constant."""
        if not len(self.learned):
            return np.zeros(len(z))
        from scipy.linalg import solve_triangular

        part = z[:, self.learned]
        white = solve_triangular(self.root, (part - self.mean).T, lower=True)
        tilt: FloatArray = 0.5 * np.square(white).sum(axis=0) - 0.5 * np.square(part).sum(axis=1)
        return tilt

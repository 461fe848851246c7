"""The samplers have the law they claim, each seat is alone, and the test would notice an error of 1 %.

Counts are compared with scipy's binomial by a chi-square on bins of at least 50 expected draws and by z of
mean and variance; logarithms of gamma numbers by Kolmogorov and Smirnov. Seats are made as in a simulated
day. Every p-value must exceed 1e-6: with some 200 comparisons, a right sampler and a free choice of seed
would fail twice in 10,000. The seeds are fixed, so the tests always give the same answer.
"""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit, uint64
from numpy.typing import NDArray
from scipy import stats

from havenward.movement.draws import _normal, draw_binomial, draw_log_gamma, mix, seat
from havenward.randomness import stable_key

SAMPLES = 100_000
LOWEST_P = 1e-6
RUN = stable_key("a run for tests")


@njit
def seat_of(run: int, member: int, day: int, kind: int, place: int) -> int:
    """Make the seat of one decision as a simulated day makes it."""
    day_seat = seat(seat(uint64(run), uint64(member)), uint64(day) + uint64(1 << 32))
    return seat(day_seat ^ uint64(kind), uint64(place))


@njit
def draw_binomials(n: int, p: float, run: int, members: int, days: int, places: int) -> NDArray[np.int64]:
    counts = np.empty((members, days, places), np.int64)
    for m in range(members):
        for d in range(days):
            for k in range(places):
                counts[m, d, k] = draw_binomial(n, p, seat_of(run, m, d, 8, k))
    return counts


@njit
def draw_log_gammas(shape: float, run: int, members: int, days: int, places: int) -> NDArray[np.float64]:
    logs = np.empty((members, days, places))
    for m in range(members):
        for d in range(days):
            for k in range(places):
                logs[m, d, k] = draw_log_gamma(shape, seat_of(run, m, d, 9, k))
    return logs


@njit
def read_seats(run: int, members: int, days: int, kinds: int, places: int) -> NDArray[np.uint64]:
    seats = np.empty((members, days, kinds, places), np.uint64)
    for m in range(members):
        for d in range(days):
            for i in range(kinds):
                for k in range(places):
                    seats[m, d, i, k] = seat_of(run, m, d, i + 1, mix(uint64(k)))
    return seats


# -- binomial ----------------------------------------------------------------------------------------------


def binomial_p_values(counts: NDArray[np.int64], n: int, p: float) -> dict[str, float]:
    """Compare counts with the binomial law: chi-square on bins, z of mean and of variance."""
    law, size = stats.binom(n, p), len(counts)
    mean, variance = law.mean(), law.var()
    kurtosis = float(law.stats("k"))
    z_mean = (counts.mean() - mean) / np.sqrt(variance / size)
    found = {"mean": float(2 * stats.norm.sf(abs(z_mean)))}
    if kurtosis > -1.999:  # squares of an even coin's deviations do not vary
        spread = ((counts - mean) ** 2).mean() - variance
        z_variance = spread / (variance * np.sqrt((kurtosis + 2.0) / size))
        found["variance"] = float(2 * stats.norm.sf(abs(z_variance)))
    edges = np.unique(law.ppf([0.001, *np.linspace(0, 1, 61)[1:-1], 0.999]))  # tails of their own
    expected = size * np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]]))
    observed = np.bincount(np.searchsorted(edges, counts), minlength=len(expected)).astype(float)
    expected, observed = merge_thin_bins(expected, observed)
    if len(expected) > 1:
        found["bins"] = float(stats.chisquare(observed, expected * observed.sum() / expected.sum()).pvalue)
    return found


def merge_thin_bins(
    expected: NDArray[np.float64],
    observed: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Join neighbouring bins until each expects at least 50."""
    bins: list[list[float]] = [[0.0, 0.0]]
    for e, o in zip(expected, observed, strict=True):
        if bins[-1][0] >= 50.0:
            bins.append([0.0, 0.0])
        bins[-1][0] += e
        bins[-1][1] += o
    if len(bins) > 1 and bins[-1][0] < 50.0:
        last = bins.pop()
        bins[-1] = [bins[-1][0] + last[0], bins[-1][1] + last[1]]
    joined = np.array(bins)
    return joined[:, 0], joined[:, 1]


BINOMIAL_GRID = [
    (1, 0.5),
    (1, 0.01),
    (1, 0.999),
    (2, 0.3),
    (7, 0.5),
    (10, 0.9),
    (19, 0.5),
    (20, 0.5),
    (21, 0.5),
    # on both sides of a mean of 10, where the method changes
    (100, 0.0999),
    (100, 0.1),
    (100, 0.1001),
    (100, 0.9001),
    (100, 0.9),
    (100, 0.8999),
    (34, 0.3),
    (33, 0.3),
    (1000, 0.009999),
    (1000, 0.010001),
    (40, 0.4999),
    (40, 0.5001),
    (1000, 0.37),
    (5000, 0.002),
    (50_000, 0.5),
    (50_000, 0.0002),
    (2_000_000, 0.05),
    (2_000_000, 0.93),
    (10**9, 9.9e-9),
    (10**9, 1.01e-8),
    (10**9, 1e-4),
    (10**9, 0.5),
    (10**9, 0.77),
    (10**9, 1 - 5e-9),
    (10**9, 1e-9),
    (10**6, 1e-5),
    (3, 1e-3),
]


@pytest.mark.parametrize(("n", "p"), BINOMIAL_GRID)
def test_counts_are_binomial(n: int, p: float) -> None:
    """Breaks if the rejection's hat is too low somewhere, or a tail is cut."""
    counts = draw_binomials(n, p, RUN, SAMPLES // 100, 10, 10).ravel()
    assert counts.min() >= 0
    assert counts.max() <= n
    found = binomial_p_values(counts, n, p)
    assert min(found.values()) > LOWEST_P, found


@pytest.mark.parametrize(
    ("n", "p"), [(100, 0.3), (1000, 0.009999), (1000, 0.010001), (10**9, 1e-4), (50_000, 0.5)]
)
def test_a_chance_wrong_by_one_percent_is_noticed(n: int, p: float) -> None:
    """Breaks if the comparison above has become too weak to mean anything."""
    counts = draw_binomials(n, p * 1.01, RUN, SAMPLES // 100, 10, 10).ravel()
    assert min(binomial_p_values(counts, n, p).values()) < LOWEST_P


def test_a_variance_wrong_by_five_percent_is_noticed() -> None:
    """Breaks likewise: the mean is right here, only the width is not."""
    rng = np.random.default_rng(1)
    counts = np.round(rng.normal(500.0, np.sqrt(250.0 * 1.05 - 1 / 12), SAMPLES)).astype(np.int64)
    found = binomial_p_values(counts, 1000, 0.5)
    assert found["mean"] > LOWEST_P
    assert found["variance"] < LOWEST_P
    assert found["bins"] < LOWEST_P


@pytest.mark.parametrize(
    ("n", "p", "expected"),
    [
        (0, 0.5, 0),
        (-3, 0.5, 0),
        (9, 0.0, 0),
        (9, -0.1, 0),
        (9, 1.0, 9),
        (9, 1.2, 9),
        (10**12, 0.0, 0),
        (10**9, 1e-300, 0),
        (5, 1 - 1e-17, 5),
    ],
)
def test_certain_counts_need_no_luck(n: int, p: float, expected: int) -> None:
    """Breaks if an edge falls through to the samplers, which would loop or divide by zero."""
    assert (draw_binomials(n, p, RUN, 50, 1, 1) == expected).all()


# -- gamma -------------------------------------------------------------------------------------------------

GAMMA_SHAPES = [0.003, 0.01, 0.05, 0.3, 0.9, 0.999, 1.0, 1.001, 1.7, 3.0, 12.5, 400.0, 1e4, 1e6]


@pytest.mark.parametrize("shape", GAMMA_SHAPES)
def test_logarithms_are_those_of_gamma_numbers(shape: float) -> None:
    """Breaks if the boost for shapes below one is wrong, or the logarithm underflows."""
    logs = draw_log_gammas(shape, RUN, SAMPLES // 100, 10, 10).ravel()
    assert np.isfinite(logs).all()
    found = stats.kstest(logs, stats.loggamma(shape).cdf).pvalue
    assert found > LOWEST_P
    law = stats.loggamma(shape)
    z = (logs.mean() - law.mean()) / np.sqrt(law.var() / len(logs))
    assert abs(z) < stats.norm.isf(LOWEST_P / 2)


@pytest.mark.parametrize("shape", [0.003, 0.3, 1.0, 3.0])
def test_a_shape_wrong_by_five_percent_is_noticed(shape: float) -> None:
    """Breaks if the comparison above is too weak."""
    logs = draw_log_gammas(shape * 1.05, RUN, SAMPLES // 100, 10, 10).ravel()
    assert stats.kstest(logs, stats.loggamma(shape).cdf).pvalue < LOWEST_P


def test_normal_numbers_are_normal() -> None:
    """Breaks if a layer of the ziggurat is off, its tail is missing, or layer and place share bits."""
    size = 2_000_000
    numbers = draw_normals(RUN, size)
    edges = np.concatenate([[-4.2, -3.8, -3.4426], np.linspace(-3.2, 3.2, 129), [3.4426, 3.8, 4.2]])
    expected = size * np.diff(stats.norm.cdf([-np.inf, *edges, np.inf]))
    observed = np.bincount(np.searchsorted(edges, numbers), minlength=len(expected))
    assert expected.min() > 20
    assert stats.chisquare(observed, expected).pvalue > LOWEST_P
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        z = ((numbers**power).mean() - moment) / np.sqrt(variance / size)
        assert abs(z) < stats.norm.isf(LOWEST_P / 2), power


@njit
def draw_normals(run: int, size: int) -> NDArray[np.float64]:
    numbers = np.empty(size)
    for i in range(size):
        numbers[i] = _normal(seat(uint64(run), uint64(i)))[0]
    return numbers


# -- seats -------------------------------------------------------------------------------------------------


def test_seats_are_all_different_and_all_bits_are_even() -> None:
    """Breaks if two decisions share their luck, or part of a seat never changes."""
    seats = read_seats(RUN, 40, 40, 11, 20).ravel()
    assert len(np.unique(seats)) == len(seats)
    ones = (seats[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    z = (ones.mean(axis=0) - 0.5) / np.sqrt(0.25 / len(seats))
    assert np.abs(z).max() < stats.norm.isf(LOWEST_P / 2)


def test_first_numbers_of_neighbouring_seats_are_uniform_and_independent() -> None:
    """Breaks if neighbouring members, days, kinds or places draw alike."""
    seats = read_seats(RUN, 60, 50, 4, 30)
    uniforms = (mix_all(seats) >> np.uint64(11)).astype(np.float64) / 2.0**53
    assert stats.kstest(uniforms.ravel(), "uniform").pvalue > LOWEST_P
    for axis in range(4):
        for lag in (1, 2):
            assert pair_p_value(uniforms, axis, lag) > LOWEST_P, (axis, lag)


def mix_all(seats: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give the first number that a sampler on each seat would draw."""
    return np.array([mix(s) for s in seats.ravel()], np.uint64).reshape(seats.shape)


def pair_p_value(uniforms: NDArray[np.float64], axis: int, lag: int) -> float:
    """Compare pairs at a distance along one axis with independence, on a table of 16 by 16."""
    size = uniforms.shape[axis]
    first = np.take(uniforms, range(size - lag), axis).ravel()
    second = np.take(uniforms, range(lag, size), axis).ravel()
    table, _, _ = np.histogram2d(first, second, bins=16, range=[[0, 1], [0, 1]])
    return float(stats.chisquare(table.ravel()).pvalue)


@pytest.mark.parametrize(("n", "p"), [(6, 0.4), (400, 0.2)])
def test_counts_of_neighbours_do_not_move_together(n: int, p: float) -> None:
    """Breaks if the samplers, which may draw many numbers, run into the numbers of the next seat."""
    counts = draw_binomials(n, p, RUN, 60, 50, 40).astype(float)
    counts = (counts - n * p) / np.sqrt(n * p * (1 - p))
    for axis in range(3):
        size = counts.shape[axis]
        a, b = np.take(counts, range(size - 1), axis), np.take(counts, range(1, size), axis)
        for one, other in ((a, b), (a**2 - 1, b**2 - 1)):
            product = one * other
            z = product.mean() / (product.std() / np.sqrt(product.size))
            assert abs(z) < stats.norm.isf(LOWEST_P / 2), axis


def test_sums_over_places_have_the_variance_of_independent_draws() -> None:
    """Breaks if a weak common part, too small for pairs, adds up over many places."""
    counts = draw_binomials(50, 0.3, RUN, 2000, 1, 200)[:, 0, :]
    total = counts.sum(axis=1)
    assert min(binomial_p_values(total, 50 * 200, 0.3).values()) > LOWEST_P


def test_seat_and_sampler_give_the_numbers_they_always_gave() -> None:
    """Breaks if a change of the generator moves every forecast; such a change belongs in the changelog."""
    assert int(mix(uint64(0))) == 0xE220A8397B1DCDAF  # first output of SplitMix64 from seed 0
    assert int(mix(uint64(0x9E3779B97F4A7C15))) == 0x6E789E6AA1B965F4  # the second

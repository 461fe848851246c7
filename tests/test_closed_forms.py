"""Where mathematics knows the answer, the compiled model gives it: means, variances, whole laws.

Each test has one moving part and a formula in its docstring. Every estimate must lie within five standard
errors of the formula (about 500 numbers: a right model and a free choice of seed would fail once in 3,000).
With 20,000 members that is a mean to 0.035 standard deviations and a variance to 5 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from agents import prepare_simulator, repeat_draws
from havenward.movement.day import ONE_BY_ONE_TO
from havenward.records import Case, Ensemble
from worlds import START, city, event, place, road

MEMBERS = 20_000
WITHIN = 5.0  # standard errors

FloatArray = NDArray[np.float64]


def line(km: float = 10.0, people: int = 200, **changes: object) -> Case:
    """Make a world of one cell, one town and one camp beyond it; the front is there from the first day."""
    values = {
        "locations": (
            place("cell", "origin", population=people),
            place("gate", "town"),
            place("camp", "camp"),
        ),
        "routes": (road("cell", "gate", km), road("gate", "camp", 10.0)),
        "events": (event(START, "front_reaches", location="cell"),),
        "attributes": (),
    }
    return city(**values | changes)


def fork(*groups: str, people: int = 60) -> Case:
    """Make a world with one cell per group and three camps at 10, 30 and 90 km from the crossing."""
    cells = tuple(place(f"cell-{i}", "origin", group=g, population=people) for i, g in enumerate(groups))
    camps = tuple(place(f"camp-{i}", "camp") for i in range(3))
    roads = (
        *(road(c.location, "crossing", 20.0) for c in cells),
        *(road("crossing", c.location, km) for c, km in zip(camps, (10.0, 30.0, 90.0), strict=True)),
    )
    return city(
        locations=(*cells, *camps, place("crossing", "marker")),
        routes=roads,
        attributes=(),
        events=tuple(event(START, "front_reaches", location=c.location) for c in cells),
    )


def run(
    case: Case, days: int, changes: Mapping[str, float], *, all_leave: bool = True, seed: int = 7
) -> Ensemble:
    """Simulate members that are alike; with `all_leave` every inhabitant goes in the end."""
    groups = {p.group or p.location for p in case.locations if p.kind == "origin"} if all_leave else ()
    prepared = prepare_simulator(case, days, seed)
    return prepared.run(repeat_draws(MEMBERS, {f"release_fraction.{g}": 1.0 for g in groups} | dict(changes)))


def column(result: Ensemble, place_key: str, table: str = "stock") -> FloatArray:
    """Give one table at one place, shape (member, day)."""
    return getattr(result, table)[:, :, result.locations.index(place_key)].astype(np.float64)


def expect_mean(values: FloatArray, mean: FloatArray | float) -> None:
    """Compare means over members with what they must be, all within the stated standard errors."""
    error = values.std(axis=0) / np.sqrt(len(values))
    off = np.abs(values.mean(axis=0) - mean)
    assert (off <= WITHIN * error + 1e-9).all(), (values.mean(axis=0), mean, off / np.maximum(error, 1e-12))


def expect_variance(values: FloatArray, mean: FloatArray | float, variance: FloatArray | float) -> None:
    """Compare mean and variance."""
    expect_mean(values, mean)
    expect_mean((values - mean) ** 2, variance)


def expect_binomial(values: FloatArray, n: int, p: float) -> None:
    """Compare the whole law with a binomial one (chi-square), besides mean and variance."""
    expect_variance(values, n * p, n * p * (1 - p))
    law = stats.binom(n, p)
    edges = np.unique(law.ppf(np.linspace(0.02, 0.98, 25)))
    edges = edges[law.cdf(edges) < 0.99]  # no bin without people in it
    expected = len(values) * np.diff([0.0, *law.cdf(edges), 1.0])
    observed = np.bincount(np.searchsorted(edges, values), minlength=len(expected))
    assert stats.chisquare(observed, expected).pvalue > 2 * stats.norm.sf(WITHIN)


# -- one cell, one camp ------------------------------------------------------------------------------------


def test_departures_wait_geometric_times() -> None:
    """Left by the end of day t: Binomial(N, phi (1 - q^(t+1))), q = exp(-hazard).

    Between days t < u: covariance N a_t (1 - a_u), with a_t the chance of having left.
    """
    days, hazard, phi, n = 15, 0.2, 0.7, 200
    result = run(line(), days, {"contact_hazard": hazard, "release_fraction": phi}, all_leave=False)
    left = n - column(result, "cell")
    gone = phi * (1 - np.exp(-hazard * np.arange(1, days + 1)))
    for day in range(days):
        expect_binomial(left[:, day], n, gone[day])
    off = left - n * gone
    for t, u in ((0, 1), (0, 9), (4, 5), (4, 14), (13, 14)):
        expect_mean(off[:, t] * off[:, u], n * gone[t] * (1 - gone[u]))
    assert np.array_equal(np.cumsum(column(result, "cell", "departures"), axis=1), left)


def test_before_the_front_some_are_held_and_fear_grows() -> None:
    """Hazard on day t before day T of the front: (1 - b) (e + lambda exp(-(T - t) / 7)); lambda from then on."""
    days, front, n = 8, 5, 200
    case = line(events=(event(START + timedelta(days=front), "front_reaches", location="cell"),))
    result = run(case, days, {"contact_hazard": 0.3, "blocking": 0.25, "early_leaving": 0.03})
    ahead = front - np.arange(days)
    hazard = np.where(ahead > 0, 0.75 * (0.03 + 0.3 * np.exp(-ahead / 7.0)), 0.3)
    left = n - column(result, "cell")
    for day, gone in enumerate(1 - np.exp(-np.cumsum(hazard))):
        expect_binomial(left[:, day], n, gone)


def test_walkers_and_riders_arrive_after_whole_days() -> None:
    """At the camp: Binomial(N, m A(t - foot) + (1 - m) A(t - ride)), A(t) = 1 - q^(t+1) from t = 0."""
    days, hazard, walking, n = 16, 0.3, 0.6, 200
    result = run(line(km=210.0), days, {"contact_hazard": hazard, "walking_share": walking})
    gone = 1 - np.exp(-hazard * np.arange(1, days + 1))
    # 220 km: seven days on foot at 35 km, two at 200 km
    there = walking * _later(gone, 7) + (1 - walking) * _later(gone, 2)
    camp = column(result, "camp")
    assert (camp[:, :2] == 0).all()
    for day in range(2, days):
        expect_binomial(camp[:, day], n, there[day])


def _later(values: FloatArray, days: int) -> FloatArray:
    return np.concatenate([np.zeros(days), values[:-days]])


def test_returns_rise_after_the_cell_is_passed() -> None:
    """Everyone is at the camp when the cell is passed on day 6; stays Binomial(N, product of 1 - rho_t).

    rho_t = r (1 - exp(-(t - 6) / 30)) from day 7 on.
    """
    days, rate, n = 16, 0.5, 200
    result = run(line(), days, {"contact_hazard": 500.0, "contest_days": 6.0, "return_rate": rate})
    camp = column(result, "camp")
    assert (camp[:, 1:7] == n).all()
    stays = np.cumprod(1 - rate * (1 - np.exp(-np.arange(1, days - 6) / 30.0)))
    for day, share in enumerate(stays, start=7):
        expect_binomial(camp[:, day], n, share)
    assert (column(result, "cell") + camp == n)[:, 1:].all()


def test_returning_people_divide_by_inhabitants() -> None:
    """Of N who came back, a cell with a share w of its group's inhabitants holds Binomial(N, w)."""
    case = city(
        locations=(
            place("a", "origin", group="g", population=50),
            place("b", "origin", group="g", population=150),
            place("c", "origin", group="other", population=70),
            place("camp", "camp"),
        ),
        routes=(road("a", "camp", 10), road("b", "camp", 20), road("c", "camp", 20)),
        attributes=(),
        events=(
            event(START, "front_reaches", location="a"),
            event(START, "front_reaches", location="b"),
            event(START + timedelta(days=90), "front_reaches", location="c"),
        ),
    )
    result = run(
        case, 60, {"contact_hazard": 500.0, "return_rate": 1.0, "blocking": 1.0, "contest_days": 3.0}
    )
    assert (column(result, "camp")[:, -1] == 0).all()
    expect_binomial(column(result, "a")[:, -1], 200, 0.25)
    assert (column(result, "c") == 70).all()


def test_onward_moves_leave_a_geometric_rest() -> None:
    """At the camp after k days of moving on: Binomial(N, (1 - rate)^k); the opening caseload stays."""
    case = line(
        locations=(*line().locations, place("town", "host")),
        routes=(road("cell", "camp", 10.0), road("camp", "gate", 5.0), road("gate", "town", 300.0)),
    )
    # host attraction 0: at first everyone goes to the camp
    result = run(
        case,
        10,
        {"contact_hazard": 500.0, "onward_rate": 0.15, "host_attraction": 0.0, "opening_caseload.camp": 30},
    )
    for day in range(1, 10):
        expect_binomial(column(result, "camp")[:, day] - 30, 200, 0.85**day)
    assert (column(result, "camp")[:, 1:] + column(result, "town")[:, 1:] == 230).all()


# -- shares ------------------------------------------------------------------------------------------------


def fork_shares(exponent: float) -> FloatArray:
    """Give the shares of the three camps: (10 + km)^-exponent, 30, 50 and 110 km from the cell, scaled."""
    weight = (10.0 + np.array([30.0, 50.0, 110.0])) ** -exponent
    return weight / weight.sum()


# one person; few, who choose one by one; the most who do so; one more; many, who divide by shares
HEADS = (1, 20, ONE_BY_ONE_TO, ONE_BY_ONE_TO + 1, 3 * ONE_BY_ONE_TO)


@pytest.mark.parametrize("n", HEADS)
def test_people_divide_by_distance(n: int) -> None:
    """All leave on the first day; counts are multinomial: mean N p, variance N p (1 - p), covariance -N p p'."""
    result = run(fork("g", people=n), 6, {"contact_hazard": 500.0, "distance_exponent": 1.3})
    counts = np.stack([column(result, f"camp-{i}")[:, -1] for i in range(3)], axis=1)
    share = fork_shares(1.3)
    assert (counts.sum(axis=1) == n).all()
    for i in range(3):
        expect_binomial(counts[:, i], n, share[i])
    off = counts - n * share
    for i, j in ((0, 1), (0, 2), (1, 2)):
        expect_mean(off[:, i] * off[:, j], -n * share[i] * share[j])


@pytest.mark.parametrize("n", HEADS)
@pytest.mark.parametrize("concentration", [0.5, 4.0, 100.0])
def test_varying_shares_widen_counts(concentration: float, n: int) -> None:
    """All leave on the first day; counts are Dirichlet-multinomial.

    Variance N p (1 - p) (N + eta) / (1 + eta), covariance with - p p' for p (1 - p); the whole law of one
    camp is beta-binomial(N, eta p, eta (1 - p)). Two cells with the same ways divide as one with 2 N people if
    they are of one group, and independently if not.
    """
    changes = {"contact_hazard": 500.0, "distance_exponent": 1.3, "destination_concentration": concentration}
    result = run(fork("g", people=n), 6, changes)
    counts = np.stack([column(result, f"camp-{i}")[:, -1] for i in range(3)], axis=1)
    share = fork_shares(1.3)
    wider = (n + concentration) / (1 + concentration)
    for i in range(3):
        expect_variance(counts[:, i], n * share[i], n * share[i] * (1 - share[i]) * wider)
    off = counts - n * share
    expect_mean(off[:, 0] * off[:, 1], -n * share[0] * share[1] * wider)
    law = stats.betabinom(n, concentration * share[0], concentration * (1 - share[0]))
    observed = np.bincount(counts[:, 0].astype(int), minlength=n + 1)
    expected = law.pmf(np.arange(n + 1)) * MEMBERS
    kept = expected >= 10
    bins = np.append(expected[kept], expected[~kept].sum())
    found = np.append(observed[kept], observed[~kept].sum())
    bins, found = (bins, found) if bins[-1] >= 10 else (bins[:-1], found[:-1])
    assert stats.chi2.sf(((found - bins) ** 2 / bins).sum(), len(bins) - 1) > 2 * stats.norm.sf(WITHIN)
    for groups, width in ((("g", "g"), (2 * n + concentration) / (1 + concentration)), (("g", "h"), wider)):
        pair = run(fork(*groups, people=n), 6, changes, seed=8)
        both = column(pair, "camp-0")[:, -1]
        expect_variance(both, 2 * n * share[0], 2 * n * share[0] * (1 - share[0]) * width)


# -- shocks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hazard", "psi"), [(0.1, 0.5), (0.4, 0.5), (0.4, 3.0), (2.0, 0.05)])
def test_shocks_mix_binomials(hazard: float, psi: float) -> None:
    """A shock xi of mean 1 and variance psi: E exp(-lambda xi) = (1 + psi lambda)^(-1/psi) = L1; L2 with 2 lambda.

    One person stays through day t with chance L1^(t+1), two of one group with L2^(t+1), so of N people
    stay N L1^k in the mean, with variance N L1^k (1 - L1^k) + N (N - 1) (L2^k - L1^2k), k = t + 1.
    Two cells of one group have covariance N^2 (L2^k - L1^2k), cells of two groups have none.
    """
    n, days = 60, 6
    result = run(fork("g", "g", "other"), days, {"contact_hazard": hazard, "day_shock": psi})
    k = np.arange(1, days + 1)
    k = k[n * (1 + psi * hazard) ** (-k / psi) > 1]  # what hardly ever happens has no normal error
    one = (1 + psi * hazard) ** (-k / psi)
    two = (1 + 2 * psi * hazard) ** (-k / psi)
    stay = [column(result, f"cell-{i}")[:, k - 1] for i in range(3)]
    for cell in stay:
        expect_variance(cell, n * one, n * one * (1 - one) + n * (n - 1) * (two - one**2))
    off = [cell - n * one for cell in stay]
    expect_mean(off[0] * off[1], n**2 * (two - one**2))
    expect_mean(off[0] * off[2], 0.0)


def test_an_order_to_stay_scales_the_hazard() -> None:
    """From the order on, the hazard is multiplied by its effect: left Binomial(N, 1 - exp(-sum of hazards))."""
    order = event(START + timedelta(days=3), "order_to_stay", location="cell")
    result = run(line(events=(*line().events, order)), 7, {"contact_hazard": 0.3, "stay_order_effect": 0.2})
    hazard = np.where(np.arange(7) < 3, 0.3, 0.06)
    for day, gone in enumerate(1 - np.exp(-np.cumsum(hazard))):
        expect_binomial(200 - column(result, "cell")[:, day], 200, gone)


# -- the gate ----------------------------------------------------------------------------------------------


def test_a_gate_with_room_delays_geometrically() -> None:
    """Waiting at the end of day t: Binomial(N, sum over days d of leaving of h_d (1 - 1/w)^(t - d)).

    h_d is the chance to leave on day d; people reach the gate the day after and may pass on that day.
    In the steady state of a long flow of N h a day, N h (w - 1) wait.
    """
    n, days, hazard, wait = 5000, 40, 0.002, 4.0
    case = line(people=n, events=(*line().events, event(START, "screening", location="gate")))
    result = run(case, days, {"contact_hazard": hazard, "screening_days": wait})
    leave = np.exp(-hazard * np.arange(days)) * (1 - np.exp(-hazard))
    queue = column(result, "gate")
    for t in (1, 2, 5, 12, 39):
        d = np.arange(t)
        waits = (leave[:t] * (1 - 1 / wait) ** (t - d)).sum()
        expect_binomial(queue[:, t], n, waits)
    steady = n * hazard * (wait - 1)
    assert abs(queue[:, 25:].mean() / steady - 1) < 0.07  # the flow itself falls by 0.2 % a day


def test_a_gate_that_binds_passes_its_throughput() -> None:
    """With W waiting and throughput Q < W / w: passed is Binomial(W, Q / W), mean Q, variance Q (1 - Q / W)."""
    n, throughput = 500, 12.0
    case = line(
        people=n, events=(*line().events, event(START, "screening", location="gate", value=throughput))
    )
    result = run(case, 20, {"contact_hazard": 500.0, "screening_days": 1.5})
    queue, passed = column(result, "gate"), column(result, "gate", "departures")
    expect_binomial(passed[:, 1], n, throughput / n)
    for t in range(2, 20):
        before = queue[:, t - 1]
        assert before.min() * (1 / 1.5) > throughput
        expect_mean(passed[:, t], throughput)
        expect_mean((passed[:, t] - throughput) ** 2 - throughput * (1 - throughput / before), 0.0)
        # what passes tells nothing about what passed before
        expect_mean((passed[:, t] - throughput) * (passed[:, t - 1] - throughput), 0.0)
    expect_mean(queue[:, -1], n - 19 * throughput)

"""The compiled model has the law of single people: both simulate the same small worlds and must agree.

The test. Each of 2,000 runs per side is one vector: the stock of every place on several days, arrivals and
departures of every place on one of them, and people displaced. Two statistics compare the sides, both with
exact permutation tests (999 exchanges of runs, level 1 in 1,000):

- *moments*: the largest |z| among all means, variances and covariances (products of deviations from the
  common mean), each scaled by its pooled standard deviation, so that fourth moments set the scale of
  variances; comparing with the largest |z| of each exchange keeps the level for all of them together;
- *energy*: the energy distance (Szekely & Rizzo 2013, doi:10.1016/j.jspi.2013.03.018) of 1,000 runs per
  side, which sees any other difference between the two laws.

If the model is right, the two statistics on six worlds raise a false alarm for 12 in 1,000 choices of
seeds at most; the seeds here are fixed.

POWER_TEXT
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from agents import (
    Fault,
    Record,
    prepare_simulator,
    read_setting,
    repeat_draws,
    simulate_people,
)
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from worlds import START, city, event, place, road

from havenward.movement.rules import HAVENWARD, Rules
from havenward.records import Case, Ensemble, Event

RUNS = 2_000
ENERGY_RUNS = 1_000
EXCHANGES = 999

FloatArray = NDArray[np.float64]


# -- the worlds --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Toy:
    """A small world with one fixed setting, and the days that are compared."""

    case: Case
    days: int
    compared: tuple[int, ...]
    changes: Mapping[str, float] = field(default_factory=dict)
    rules: Rules = HAVENWARD


def on(day: int) -> date:
    """Give the date of a day index."""
    return START + timedelta(days=day)


def valley(*events: Event, **changes: Mapping[str, object]) -> Case:
    """Make a valley of two groups in three cells: a hub before two camps, and a city by another road."""
    locations = {
        "north": {"kind": "origin", "group": "north", "population": 40},
        "south-1": {"kind": "origin", "group": "south", "population": 30},
        "south-2": {"kind": "origin", "group": "south", "population": 20},
        "hub": {"kind": "town"},
        "near": {"kind": "camp"}, "far": {"kind": "camp"},
        "town": {"kind": "host"},
    }
    routes = (
        road("north", "hub", 5), road("south-1", "hub", 12), road("south-2", "hub", 8), road("hub", "near", 20),
        road("hub", "far", 90), road("near", "town", 60), road("south-1", "town", 75, "foot"), road("north", "town", 120),
    )
    return city(
        locations=tuple(place(key, **values | changes.get(key, {})) for key, values in locations.items()),
        routes=routes, events=(event(on(2), "operation_starts"), *events), attributes=(),
    )


TOYS = {
    "plain": Toy(valley(), 9, (2, 4, 8), {"opening_caseload.near": 10}),
    "crowded": Toy(
        valley(event(on(4), "capacity", location="near", value=45.0), near={"capacity": 10}, far={"capacity": 12}),
        10, (3, 5, 9), {"crowding": 0.05, "opening_caseload.near": 4}),
    "gate": Toy(
        valley(event(on(1), "screening", location="hub", value=5.0),
               event(on(9), "screening", location="hub", value=30.0), near={"closes": on(7)}),
        12, (4, 7, 11), {"screening_days": 1.5, "contact_hazard": 0.4}),
    "return": Toy(
        valley(event(on(3), "retaken", location="north"), event(on(5), "retaken", location="south-1"),
               event(on(6), "retaken", location="south-2"),
               event(on(6), "route_closes", from_="hub", to="near"),
               event(on(9), "route_opens", from_="hub", to="near"), far={"opens": on(4)}),
        13, (5, 8, 12), {"return_rate": 0.4, "onward_rate": 0.1, "contact_hazard": 0.5},
        Rules(return_ramp_days=5.0)),
    "shocks": Toy(
        valley(event(on(5), "order_to_stay", location="south")),
        9, (2, 4, 8), {"day_shock": 0.6, "destination_concentration": 1.5, "stay_order_effect": 0.4,
                       "contact_hazard": 0.5, "release_fraction": 0.9}),
    "everything": Toy(
        valley(event(on(1), "screening", location="hub", value=8.0), event(on(3), "retaken", location="north"),
               event(on(6), "retaken", location="south-1"), event(on(6), "retaken", location="south-2"),
               event(on(5), "capacity", location="near", value=30.0),
               event(on(7), "route_closes", from_="hub", to="far"), near={"capacity": 12}),
        11, (4, 6, 10), {"day_shock": 0.3, "destination_concentration": 12.0, "return_rate": 0.3, "onward_rate": 0.05,
                         "screening_days": 2.0, "crowding": 0.1, "contact_hazard": 0.4},
        Rules(return_ramp_days=5.0, choice_sharpness=1.5)),
}

# the world in which each wrong rule has something to spoil
SPOILED = {
    Fault.LATE_CAPACITY: "crowded", Fault.NO_CROWDING: "crowded", Fault.CROWDED_IN_TURN: "crowded",
    Fault.ROUNDED_DEPARTURES: "plain", Fault.SLOW_TRAVEL: "plain",
    Fault.ROUNDED_PASSING: "gate", Fault.GATE_FIRST: "gate",
    Fault.EARLY_RETURNS: "return",
    Fault.OWN_SHOCK: "shocks", Fault.COMMON_SHARES: "shocks",
}


def run_kernel(toy: Toy, runs: int, seed: int) -> Ensemble:
    """Simulate with the compiled model."""
    prepared = prepare_simulator(toy.case, toy.days, seed, toy.rules)
    return prepared.run(repeat_draws(runs, toy.changes))


def run_witness(toy: Toy, runs: int, seed: int, fault: Fault | None = None) -> Record:
    """Simulate one person at a time."""
    prepared = prepare_simulator(toy.case, toy.days, rules=toy.rules)
    return simulate_people(read_setting(prepared, toy.changes), runs, seed, fault)


@pytest.fixture(scope="session")
def kernel() -> Callable[[str], FloatArray]:
    """Give the runs of the compiled model in a world, simulated once."""
    return cache(lambda name: lay_out(run_kernel(TOYS[name], RUNS, seed=11), TOYS[name]))


@pytest.fixture(scope="session")
def witness() -> Callable[[str, Fault | None], FloatArray]:
    """Give the runs of single people in a world, simulated once."""
    return cache(lambda name, fault: lay_out(run_witness(TOYS[name], RUNS, 23, fault), TOYS[name]))


# -- the test ----------------------------------------------------------------------------------------------


def lay_out(result: Ensemble | Record, toy: Toy) -> FloatArray:
    """Lay every run out as one vector, shape (run, component)."""
    days, middle = list(toy.compared), toy.compared[1]
    parts = [*(result.stock[:, d] for d in days), result.arrivals[:, middle], result.departures[:, middle],
             result.displaced[:, days], result.newly_displaced[:, [middle]], result.returned[:, [middle]]]
    return np.concatenate(parts, axis=1).astype(np.float64)


@dataclass(frozen=True)
class Comparison:
    """Two statistics, each beside the largest value among the exchanges."""

    moments: float
    moments_limit: float
    energy: float
    energy_limit: float

    @property
    def moments_differ(self) -> bool:
        return self.moments > self.moments_limit

    @property
    def energy_differs(self) -> bool:
        return self.energy > self.energy_limit


def compare(one: FloatArray, other: FloatArray) -> Comparison:
    """Compare two samples of runs, shapes (run, component)."""
    pooled = np.concatenate([one, other])
    pooled = pooled[:, pooled.std(axis=0) > 0]  # what never varies on either side has no law to compare
    side = np.repeat([1.0, -1.0], [len(one), len(other)])
    rng = np.random.default_rng(5)
    sides = np.stack([side, *(rng.permutation(side) for _ in range(EXCHANGES))])
    moments = np.zeros(len(sides))
    for features in list_moments(pooled):
        spread = features.std(axis=0)
        z = sides.astype(np.float32) @ ((features - features.mean(axis=0)) / spread).astype(np.float32)
        moments = np.maximum(moments, np.abs(z).max(axis=1) / np.sqrt(len(pooled)))
    few = np.r_[:ENERGY_RUNS, len(one):len(one) + ENERGY_RUNS]
    scaled = pooled[few] / pooled.std(axis=0)
    between = cdist(scaled, scaled).astype(np.float32)
    signs = sides[:, few] if len(few) == len(pooled) else np.stack(
        [side[few], *(rng.permutation(side[few]) for _ in range(EXCHANGES))])
    signs = signs.astype(np.float32)
    energy = -np.einsum("ij,ij->i", signs @ between, signs) / ENERGY_RUNS
    return Comparison(moments[0], moments[1:].max(), energy[0], energy[1:].max())


def list_moments(runs: FloatArray) -> list[FloatArray]:
    """List what has means, variances and covariances for its means: shapes (run, number of them)."""
    off = runs - runs.mean(axis=0)
    first, second = np.triu_indices(off.shape[1])
    products = off[:, first] * off[:, second]
    return [off, products[:, products.std(axis=0) > 0]]

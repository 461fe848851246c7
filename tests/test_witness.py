"""The compiled model has the law of single people: both simulate the same small worlds and must agree.

The test. Each of 2,000 runs per side is one vector: the stock of every place on several days, arrivals and
departures of every place on one of them, and people displaced. Two statistics compare the sides, both with
exact permutation tests (999 exchanges of runs, level 1 in 1,000):

- *moments*: the largest |z| among all means, variances and covariances (products of deviations from the
  common mean), each scaled by its pooled standard deviation, so that fourth moments set the scale of
  variances; comparing with the largest |z| of each exchange keeps the level for all of them together;
- *energy*: the energy distance (Szekely & Rizzo 2013, doi:10.1016/j.jspi.2013.03.018) of 1,000 runs per
  side, which sees any other difference between the two laws.

If the model is right, the two statistics on seven worlds raise a false alarm for 14 in 1,000 choices of
seeds at most; the seeds here are fixed.

Power, measured by the moments over fresh seeds (largest |z|; exchanges reach 4.4 to 5):

- every wrong rule of `Fault` is found each time: most at 23 to 46; at 7 to 12 `OWN_SHARES` and
  `COMMON_SHARES`, which only variances and covariances show;
- a hazard wrong by 2 % passes unseen, by 3 % it is found in a quarter of the tries, by 5 % always; always
  found as well: return rate 3 %, screening days 7 %, onward rate 10 %, walking share 15 %, distance
  exponent 20 %, variance of shocks 30 % (what single-run variances can tell), crowding twice as high;
- one choice of destination in a hundred gone astray is found at 5 to 6, just above the limit;
- so a rule can still be wrong where its effect stays below about a sixth of the spread between runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from agents import (
    FIXED,
    Fault,
    Record,
    prepare_simulator,
    read_setting,
    repeat_draws,
    simulate_people,
)
from havenward.movement.day import ONE_BY_ONE_TO
from havenward.movement.rules import HAVENWARD, Rules
from havenward.records import Case, Ensemble, Event
from worlds import START, attribute, city, event, place, road

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


def valley(*events: Event, opens_last: str = "", twin: int = 0, **changes: Mapping[str, object]) -> Case:
    """Make a valley of two groups in three cells: a hub before two camps, and a town by another road.

    With `twin` so many people live in one more cell, with the same ways as `south-2`.
    """
    locations = {
        "north": {"kind": "origin", "group": "north", "population": 40},
        "south-1": {"kind": "origin", "group": "south", "population": 30},
        "south-2": {"kind": "origin", "group": "south", "population": 20},
        "hub": {"kind": "town"},
        "near": {"kind": "camp"},
        "far": {"kind": "camp"},
        "town": {"kind": "host"},
    }
    routes = (
        *((road("south-3", "hub", 8),) if twin else ()),
        road("north", "hub", 5),
        road("south-1", "hub", 12),
        road("south-2", "hub", 8),
        road("hub", "near", 20),
        road("hub", "far", 90),
        road("near", "town", 60),
        road("south-1", "town", 75, "foot"),
        road("north", "town", 120),
    )
    if twin:
        locations["south-3"] = {"kind": "origin", "group": "south", "population": twin}
    return city(
        locations=tuple(place(key, **values | changes.get(key, {})) for key, values in locations.items()),
        routes=routes,
        events=(event(on(2), "operation_starts"), *events),
        attributes=(attribute("far", "opens_after_group", opens_last),) if opens_last else (),
    )


TOYS = {
    "plain": Toy(valley(), 9, (2, 4, 8), {"opening_caseload.near": 10}),
    "crowded": Toy(
        valley(
            event(on(4), "capacity", location="near", value=45.0), near={"capacity": 10}, far={"capacity": 12}
        ),
        10,
        (3, 5, 9),
        {"crowding": 0.05, "opening_caseload.near": 4},
    ),
    "gate": Toy(
        valley(
            event(on(1), "screening", location="hub", value=5.0),
            event(on(9), "screening", location="hub", value=30.0),
            near={"closes": on(7)},
        ),
        12,
        (4, 7, 11),
        {"screening_days": 1.5, "contact_hazard": 0.4},
    ),
    "return": Toy(
        valley(
            event(on(3), "retaken", location="north"),
            event(on(5), "retaken", location="south-1"),
            event(on(6), "retaken", location="south-2"),
            event(on(6), "route_closes", from_="hub", to="near"),
            event(on(9), "route_opens", from_="hub", to="near"),
            far={"opens": on(4)},
        ),
        13,
        (5, 8, 12),
        {"return_rate": 0.4, "onward_rate": 0.1, "contact_hazard": 0.5, "opening_caseload.near": 8},
        Rules(return_ramp_days=5.0),
    ),
    "shocks": Toy(
        valley(event(on(5), "order_to_stay", location="south"), twin=50, **{"south-2": {"population": 50}}),
        9,
        (2, 4, 8),
        {
            "day_shock": 0.7,
            "destination_concentration": 1.0,
            "stay_order_effect": 0.4,
            "contact_hazard": 1.2,
            "battle_days": 1.0,
            "blocking": 0.9,
            "release_fraction": 0.9,
        },
    ),
    "everything": Toy(
        valley(
            event(on(1), "screening", location="hub", value=8.0),
            event(on(3), "retaken", location="north"),
            event(on(6), "retaken", location="south-1"),
            event(on(6), "retaken", location="south-2"),
            event(on(5), "capacity", location="near", value=30.0),
            event(on(7), "route_closes", from_="hub", to="far"),
            event(on(8), "border_closes", location="hub"),
            event(on(9), "border_opens", location="hub"),
            opens_last="north",
            near={"capacity": 12},
        ),
        11,
        (4, 8, 10),
        {
            "day_shock": 0.3,
            "destination_concentration": 12.0,
            "return_rate": 0.3,
            "onward_rate": 0.05,
            "opening_caseload.near": 5,
            "screening_days": 2.0,
            "crowding": 0.1,
            "contact_hazard": 0.4,
        },
        Rules(return_ramp_days=5.0, choice_sharpness=1.5),
    ),
    # so many leave one cell on one day that they divide by shares, not one by one
    "throng": Toy(
        valley(north={"population": 380}),
        6,
        (2, 3, 5),
        {
            "contact_hazard": 2.0,
            "battle_days": 1.0,
            "blocking": 0.9,
            "destination_concentration": 8.0,
            "day_shock": 0.2,
        },
    ),
}

# the world in which each wrong rule has something to spoil
SPOILED = {
    Fault.LATE_CAPACITY: "crowded",
    Fault.NO_CROWDING: "crowded",
    Fault.CROWDED_IN_TURN: "crowded",
    Fault.ROUNDED_DEPARTURES: "plain",
    Fault.SLOW_TRAVEL: "plain",
    Fault.ROUNDED_PASSING: "gate",
    Fault.GATE_FIRST: "gate",
    Fault.EARLY_RETURNS: "return",
    Fault.OWN_SHOCK: "shocks",
    Fault.COMMON_SHARES: "shocks",
    Fault.OWN_SHARES: "shocks",
    Fault.FIXED_SHARES: "throng",
}

# a parameter that is off by a factor: (world, parameter, factor)
SLIGHTLY_WRONG = [
    ("plain", "contact_hazard", 1.05),
    ("plain", "walking_share", 1.15),
    ("crowded", "distance_exponent", 1.2),
    ("crowded", "crowding", 2.5),
    ("gate", "screening_days", 1.1),
    ("return", "return_rate", 1.05),
    ("return", "onward_rate", 1.15),
    ("shocks", "day_shock", 1.4),
    ("shocks", "destination_concentration", 1.8),
]


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
    parts = [
        *(result.stock[:, d] for d in days),
        result.arrivals[:, middle],
        result.departures[:, middle],
        result.displaced[:, days],
        result.newly_displaced[:, [middle]],
        result.returned[:, [middle]],
    ]
    return np.concatenate(parts, axis=1).astype(np.float64)


@dataclass(frozen=True)
class Comparison:
    """A statistic beside the largest value that it takes when runs are exchanged between the sides."""

    value: float
    limit: float

    @property
    def differs(self) -> bool:
        return self.value > self.limit


def compare_moments(one: FloatArray, other: FloatArray) -> Comparison:
    """Compare all means, variances and covariances of two samples of runs, shapes (run, component)."""
    pooled = np.concatenate([one, other])
    sides = exchange_sides(len(one), len(other))
    largest = np.zeros(len(sides), np.float32)
    for features in list_moments(pooled):
        scaled = (features - features.mean(axis=0)) / features.std(axis=0)
        z = sides @ scaled.astype(np.float32) / np.sqrt(len(pooled), dtype=np.float32)
        largest = np.maximum(largest, np.abs(z).max(axis=1))
    return Comparison(float(largest[0]), float(largest[1:].max()))


def compare_energy(one: FloatArray, other: FloatArray) -> Comparison:
    """Compare two samples of runs by their energy distance, every component in its own spread."""
    few = np.concatenate([one[:ENERGY_RUNS], other[:ENERGY_RUNS]])
    spread = few.std(axis=0)
    scaled = few[:, spread > 0] / spread[spread > 0]
    sides = exchange_sides(ENERGY_RUNS, ENERGY_RUNS)
    energy = -((sides @ cdist(scaled, scaled).astype(np.float32)) * sides).sum(axis=1)
    return Comparison(float(energy[0]), float(energy[1:].max()))


def exchange_sides(one: int, other: int) -> NDArray[np.float32]:
    """Give each run its side as a sign: as it was in the first row, exchanged at random in the others."""
    side = np.repeat(np.array([1, -1], np.float32), [one, other])
    rng = np.random.default_rng(5)
    return np.stack([side, *(rng.permutation(side) for _ in range(EXCHANGES))])


def list_moments(runs: FloatArray) -> list[FloatArray]:
    """List what has the means, variances and covariances of the runs as its means.

    What never varies on either side is the same on both and has no law to compare.
    """
    off = runs[:, runs.std(axis=0) > 0]
    off = off - off.mean(axis=0)
    first, second = np.triu_indices(off.shape[1])
    products = off[:, first] * off[:, second]
    return [off, products[:, products.std(axis=0) > 0]]


@pytest.mark.parametrize("name", TOYS)
def test_the_compiled_model_has_the_law_of_single_people(
    name: str, kernel: Callable[[str], FloatArray], witness: Callable[[str, Fault | None], FloatArray]
) -> None:
    """Breaks if any step of the compiled day says something else than its words."""
    moments = compare_moments(kernel(name), witness(name, None))
    energy = compare_energy(kernel(name), witness(name, None))
    assert not moments.differs, moments
    assert not energy.differs, energy


@pytest.mark.parametrize(("fault", "name"), SPOILED.items(), ids=lambda value: getattr(value, "name", value))
def test_a_wrong_rule_is_noticed(
    fault: Fault,
    name: str,
    kernel: Callable[[str], FloatArray],
    witness: Callable[[str, Fault | None], FloatArray],
) -> None:
    """Breaks if the comparison could not tell a wrong model from a right one."""
    found = compare_moments(kernel(name), witness(name, fault))
    assert found.differs, found


@pytest.mark.parametrize(("name", "parameter", "factor"), SLIGHTLY_WRONG)
def test_a_slightly_wrong_parameter_is_noticed(
    name: str, parameter: str, factor: float, kernel: Callable[[str], FloatArray]
) -> None:
    """Breaks if the comparison sees gross errors only."""
    toy = TOYS[name]
    right = (FIXED | dict(toy.changes))[parameter]
    wrong = replace(toy, changes=dict(toy.changes) | {parameter: right * factor})
    found = compare_moments(kernel(name), lay_out(run_kernel(wrong, RUNS, 37), wrong))
    assert found.differs, found


def test_what_happens_in_the_worlds_is_worth_comparing() -> None:
    """Breaks if a world no longer does what it is there for: full camps, long queues, returns."""
    crowded = run_kernel(TOYS["crowded"], 200, 3)
    assert (crowded.stock[:, 3, crowded.locations.index("near")] >= 9).mean() > 0.9  # of 10 places
    assert (crowded.stock[:, 9, crowded.locations.index("far")] >= 11).mean() > 0.5  # of 12
    gate = run_kernel(TOYS["gate"], 200, 3)
    hub = gate.locations.index("hub")
    waited = gate.stock[:, 3:9, hub] + gate.departures[:, 3:9, hub]
    assert (waited > 5.0 * 1.5).mean() > 0.7  # so many that throughput, not time, holds them
    throng = run_kernel(TOYS["throng"], 200, 3)
    leaving = throng.departures[:, :, throng.locations.index("north")].max(axis=1)
    assert (leaving > ONE_BY_ONE_TO).mean() > 0.7
    back = run_kernel(TOYS["return"], 200, 3)
    assert back.returned.sum(axis=1).mean() > 20
    assert back.departures[:, :, back.locations.index("near")].sum(axis=1).mean() > 5

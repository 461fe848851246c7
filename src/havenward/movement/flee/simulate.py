"""Who runs a Flee case: prepares its world, simulates the members on threads, states the result in people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from havenward.errors import CaseError, Problem
from havenward.movement.flee.day import DONE, EXHAUSTED, simulate_members
from havenward.movement.flee.world import FleeWorld, build_world
from havenward.records import Ensemble
from havenward.runners import Threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from havenward.flee_inputs import FleeInputs
    from havenward.randomness import Streams

_FIRST_ROOM = 1 << 12  # cohorts that fit at first, if places are few; doubled where they do not


def simulate_flee(
    inputs: FleeInputs,
    *,
    members: int,
    streams: Streams,
    workers: int,
    told: Callable[[int], None] | None = None,
) -> Ensemble:
    """Run a Flee case.

    Parameters
    ----------
    inputs
        What the Flee folder says.
    members
        Runs; each has a random seed of its own.
    streams
        All randomness, from the first of the members on.
    workers
        Threads that share the members; they decide nothing about the result.
    told
        Called with the number of members finished since the last call.

    Returns
    -------
    ensemble
        Locations in sorted order of Flee's names; day index 0 is the state after Flee's first step. Counts
        are people: Flee's counts times `hasten`. `stock` is what Flee prints as `NAME sim`; `arrivals` and
        `departures` count every stop on the way, so that stock = stock of the day before + arrivals -
        departures + people who appeared there. `displaced` is everybody in the simulation,
        `newly_displaced` who appeared that day (on day 0 with those inserted into camps); nobody returns.

    Raises
    ------
    CaseError
        Inputs or settings that Flee could not run with, or that this rule set does not support, by name.
    """
    return run_world(build_world(inputs), members=members, streams=streams, workers=workers, told=told)


def run_world(
    world: FleeWorld,
    *,
    members: int,
    streams: Streams,
    workers: int,
    told: Callable[[int], None] | None = None,
) -> Ensemble:
    """Simulate the members of a prepared world; parameters and result as in `simulate_flee`."""
    shape = (members, world.days, len(world.names))
    stock, arrivals, departures = (np.zeros(shape, np.int32) for _ in range(3))
    displaced, newly = (np.zeros(shape[:2], np.int32) for _ in range(2))
    run_key = np.uint64(streams.key("flee members"))
    chunk = max(1, min(16, -(-members // max(1, workers))))

    def work(first: int) -> int:
        last = min(first + chunk, members)
        outputs = [array[first:last] for array in (stock, arrivals, departures, displaced, newly)]
        begin = streams.first
        room = max(_FIRST_ROOM, 8 * len(world.names))
        while True:
            end, day = simulate_members(world.arrays, run_key, begin + first, begin + last, room, *outputs)
            if end == DONE:
                return last - first
            if end == EXHAUSTED:
                raise CaseError(_nobody_left(world, int(day)))
            room *= 2

    for finished in Threads(workers).share(work, range(0, members, chunk)):
        if told is not None:
            told(finished)
    people = np.int32(world.settings.hasten)
    opening = world.arrays.opening.astype(np.int32) * people
    for counts in (stock, arrivals, departures, displaced, newly):
        np.multiply(counts, people, out=counts)
    newly[:, 0] += opening.sum()
    return Ensemble(
        locations=world.names,
        first_date=world.start_date,
        stock=stock,
        arrivals=arrivals,
        departures=departures,
        displaced=displaced,
        newly_displaced=newly,
        returned=np.zeros_like(displaced),
        opening=np.tile(opening, (members, 1)),
        draws={},
        weights=np.full(members, 1.0 / members),
    )


def _nobody_left(world: FleeWorld, day: int) -> Problem:
    where, expected = f"conflicts.csv day {day}", "expected somewhere for them to come from; Flee stops here"
    if world.settings.take_from_population:
        return Problem(
            where,
            "more people would appear at a conflict zone than live there",
            expected,
            "correct the populations in locations.csv, or switch spawn_rules.take_from_population off",
            "flee-population-used-up",
        )
    return Problem(
        where,
        "people are to appear, but no inhabited place is a conflict zone",
        expected,
        "shorten the period, or correct conflicts.csv or the populations",
        "flee-nowhere-to-leave",
    )

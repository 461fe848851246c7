"""What a simulated day costs and why: by threads, people, size of the world, and kind of work."""

from __future__ import annotations

import datetime as dt
import os
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from clocks import Findings, compare_times, fit_exponent, measure_bandwidth, take_turns
from numba import njit, uint64

from havenward.case.assumptions import resolve_assumptions
from havenward.case.load import load_case
from havenward.forecast.ensemble import draw_assumptions
from havenward.movement import day as one_day
from havenward.movement.day import _choose_singly
from havenward.movement.draws import draw_binomial, draw_log_gamma, seat
from havenward.movement.rules import HAVENWARD
from havenward.movement.simulate import Simulator, simulator
from havenward.pipeline import bundled_case, first_day, known_case
from havenward.randomness import Streams
from havenward.settings import ForecastSettings

# the independent program and its worlds stand with the tests
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from agents import FIXED, read_setting, simulate_people
from worlds import START, city, event, place, road

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from havenward.records import Case, Ensemble

    Values = Mapping[str, NDArray[np.float64]]

LOOK = dt.date(2016, 10, 16)  # the eve of the operation
LATE_LOOK = dt.date(2017, 4, 1)  # half a year in, with twice as many sites
HORIZON = 270
PEOPLE_LIMIT = 1.2
NOBODY = {"displaced_total": 0.0, "release_fraction": 0.0}


@dataclass(frozen=True)
class World:
    """A case that is ready to run, and what its members have drawn."""

    engine: Simulator
    draws: Values

    @property
    def member_days(self) -> int:
        """Count the days of all members."""
        return len(next(iter(self.draws.values()))) * self.engine.days

    def run(self, workers: int = 1) -> Ensemble:
        """Simulate all members."""
        return self.engine.run(self.draws, workers=workers)

    def change(self, **values: float) -> World:
        """Give every member these values, where the case draws them."""
        members = len(next(iter(self.draws.values())))
        known = {name: np.full(members, value) for name, value in values.items() if name in self.draws}
        return replace(self, draws={**self.draws, **known})

    def scale(self, factor: float, *names: str) -> World:
        """Multiply what members have drawn under these names, or names that begin so before a dot."""
        return replace(
            self,
            draws={
                name: values * factor if name.split(".")[0] in names else values
                for name, values in self.draws.items()
            },
        )


# -- the worlds ------------------------------------------------------------------------------------------


def prepare_mosul(
    members: int, origin: dt.date = LOOK, change: Callable[[Case], Case] | None = None
) -> World:
    """Prepare the bundled case as a forecast from `origin` prepares it."""
    settings = ForecastSettings(origin, HORIZON, members, track="D")
    known = known_case(load_case(bundled_case()), settings)
    known = change(known) if change else known
    streams = Streams(settings.seed)
    assumptions, events = resolve_assumptions(known, settings.priors, settings.scenario)
    last = origin + dt.timedelta(days=HORIZON)
    full = replace(known, events=known.events + events)
    engine = simulator(full, assumptions, first_day(known, origin), origin, last, streams)
    return World(engine, draw_assumptions(assumptions, streams, members))


def prepare_invented(
    *,
    cells: int = 16,
    sites: int = 16,
    groups: int = 4,
    more_routes: int = 0,
    awareness: int = 6,
    days: int = 90,
    members: int = 100,
) -> World:
    """Invent a country: a ring of eight towns, each with origins and sites a few kilometres away.

    A cell has its town one link away and the sites there two, those of the next town three, and so on;
    six links show it everything. No two cells have the same ways, so nobody's choices can be drawn
    together: the dearest kind of world. `more_routes` joins towns that are no neighbours by detours that
    nobody takes, so they cost what routes cost and change nothing else.
    """
    towns = 8
    places = [
        *(place(f"town-{t}", "town") for t in range(towns)),
        *(place(f"cell-{c}", "origin", group=f"group-{c % groups}", population=20_000) for c in range(cells)),
        *(place(f"site-{s}", "camp" if s % 3 else "host", capacity=30_000) for s in range(sites)),
    ]
    ring = [road(f"town-{t}", f"town-{(t + 1) % towns}", 25 + t) for t in range(towns)]
    arms = [road(f"cell-{c}", f"town-{c % towns}", 5 + 0.25 * c) for c in range(cells)]
    arms += [road(f"site-{s}", f"town-{s % towns}", 8 + 0.5 * s) for s in range(sites)]
    far = [(a, b) for a in range(towns) for b in range(a + 2, towns)]
    detours = [
        road(f"town-{a}", f"town-{b}", 500 + r)
        for r, (a, b) in enumerate(far[r % len(far)] for r in range(more_routes))
    ]
    case = city(
        locations=tuple(places),
        routes=(*ring, *arms, *detours),
        events=(event(START, "operation_starts"), event(START, "screening", location="town-0")),
        attributes=(),
        assumptions=(),
    )
    rules = replace(HAVENWARD, awareness_links=awareness)
    origin, last = START - dt.timedelta(days=1), START + dt.timedelta(days=days - 1)
    engine = simulator(case, (), START, origin, last, Streams(1), rules)
    values = FIXED | {
        "battle_days": 60.0,
        "contact_hazard": 0.05,
        "day_shock": 0.4,
        "destination_concentration": 25.0,
        "return_rate": 0.01,
        "onward_rate": 0.003,
    }
    return World(engine, {name: np.full(members, float(value)) for name, value in values.items()})


# -- time per member-day ---------------------------------------------------------------------------------


def measure_members(*, quick: bool) -> Findings:
    """Time the bundled case on one thread and on two."""
    members, turns = (100, 3) if quick else (1000, 3)
    world = prepare_mosul(members)
    late = prepare_mosul(max(50, members // 5), LATE_LOOK)
    prepare_mosul(2).run()  # load the compiled code
    tasks = {
        "1 thread": world.run,
        "2 threads": lambda: world.run(workers=2),
        "late": late.run,
    }
    times = take_turns(tasks, turns)
    rows = []
    for name, words, size in (
        ("1 thread", f"{members} members, 1 thread", world),
        ("2 threads", f"{members} members, 2 threads", world),
        ("late", f"from {LATE_LOOK}, 1 thread", late),
    ):
        n = size.engine.network
        rows.append(
            [
                words,
                str(len(n.cells)),
                str(len(n.sites)),
                str(size.engine.days),
                f"{times[name].per(size.member_days):.1f}",
                f"{times[name].per(size.member_days, 'wall'):.1f}",
                f"{times[name].median('wall'):.2f}",
                times[name].spread("wall"),
            ]
        )
    one, two = times["1 thread"], times["2 threads"]
    gain, best = one.median("wall") / two.median("wall"), min(one.wall) / min(two.wall)
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return Findings(
        "Time per member-day: the bundled case",
        f"From {LOOK} over {HORIZON} days; microseconds for one day of one member.",
        tables=[
            (["run", "cells", "sites", "days", "CPU us", "wall us", "wall s", "range of wall"], rows),
        ],
        notes=[
            f"Two threads are {gain:.2f} times as fast as one by the clock, by the best turns {best:.2f}.",
            f"Load of the machine with this run: {load}; what exceeds this run's threads took their cores.",
        ],
        values={
            "cpu_us_per_member_day": times["1 thread"].per(world.member_days),
            "wall_us_per_member_day_1_thread": times["1 thread"].per(world.member_days, "wall"),
            "wall_us_per_member_day_2_threads": times["2 threads"].per(world.member_days, "wall"),
            "cpu_us_per_member_day_late": times["late"].per(late.member_days),
            "two_threads_gain": gain,
            "two_threads_gain_best": best,
            "load": load,
        },
    )


# -- a hundred times the people --------------------------------------------------------------------------


def measure_people(*, quick: bool) -> Findings:
    """Time the bundled case with a hundred times the people, places kept and places scaled alike."""
    members, turns = (60, 3) if quick else (200, 5)
    world = prepare_mosul(members)
    crowd = ("population_at_risk", "displaced_total")
    room = ("ready_places", "capacity", "screening_capacity", "opening_caseload")

    def enlarge(case: Case) -> Case:
        places = [p if p.capacity is None else replace(p, capacity=100 * p.capacity) for p in case.locations]
        events = [
            replace(e, value=100 * e.value)
            if e.kind in ("capacity", "screening") and e.value is not None
            else e
            for e in case.events
        ]
        return replace(case, locations=tuple(places), events=tuple(events))

    worlds = {
        "as it is": world,
        "100 x people": world.scale(100, *crowd),
        "100 x people and places": prepare_mosul(members, change=enlarge).scale(100, *crowd, *room),
    }
    prepare_mosul(2).run()
    times = take_turns({name: each.run for name, each in worlds.items()}, turns)
    rows, ratios = [], {}
    for name, each in worlds.items():
        ratios[name], span = compare_times(times[name], times["as it is"])
        people = float(np.median(each.draws["population_at_risk"]))
        rows.append(
            [
                name,
                f"{people / 1e6:.1f}",
                f"{times[name].per(each.member_days):.1f}",
                f"{ratios[name]:.2f}",
                span,
            ]
        )
    found = max(ratios.values())
    return Findings(
        "A hundred times the people",
        f"The bundled case, {members} members, {HORIZON} days, the same assumptions otherwise.",
        tables=[(["world", "million people", "CPU us per member-day", "ratio", "over turns"], rows)],
        values={"ratios": ratios},
        limits=[("ratio of time", found, PEOPLE_LIMIT)],
    )


# -- the size of the world -------------------------------------------------------------------------------

SWEEPS: dict[str, tuple[str, tuple[int, ...]]] = {
    "cells": ("cells, all with ways of their own", (4, 8, 16, 32, 64)),
    "groups": ("groups of 16 cells", (1, 2, 4, 8, 16)),
    "sites": ("sites", (4, 8, 16, 32, 64)),
    "more_routes": ("further routes", (0, 20, 200, 2000)),
    "awareness": ("links that people see ahead", (1, 2, 3, 4, 5, 6)),
    "days": ("days", (45, 90, 180, 360)),
    "members": ("members", (50, 100, 200, 400)),
}


def measure_sizes(*, quick: bool) -> Findings:
    """Vary one size of an invented world at a time."""
    turns = 1 if quick else 3
    prepare_invented(members=2, days=5).run()
    rows, values = [], {}
    for name, (words, all_sizes) in SWEEPS.items():
        sizes = (all_sizes[0], all_sizes[-1]) if quick else all_sizes
        worlds = {str(size): prepare_invented(**{name: size}) for size in sizes}
        times = take_turns({key: each.run for key, each in worlds.items()}, turns)
        costs = [times[str(size)].per(worlds[str(size)].member_days) for size in sizes]
        power = ""
        if sizes[0] > 0:
            of_day = fit_exponent(sizes, costs)
            power = f"{of_day:+.2f}"
        unit = (costs[-1] - costs[0]) / (sizes[-1] - sizes[0])
        rows.append(
            [
                words,
                f"{sizes[0]} to {sizes[-1]}",
                "  ".join(f"{cost:.1f}" for cost in costs),
                power or "none",
                f"{unit:+.4f}" if abs(unit) < 0.1 else f"{unit:+.2f}",
            ]
        )
        values[name] = {"sizes": sizes, "cpu_us_per_member_day": costs}
    built = {
        f"{routes} further routes, {cells} cells": (
            lambda routes=routes, cells=cells: prepare_invented(more_routes=routes, cells=cells, members=2)
        )
        for routes, cells in ((0, 16), (200, 16), (2000, 16), (0, 64))
    }
    once = take_turns(built, turns)
    return Findings(
        "The size of the world",
        "An invented ring of towns: 16 cells, 16 sites, 4 groups, one gate, 90 days, 100 members, unless "
        "the row says otherwise. CPU microseconds per member-day at each size; the power of the size with "
        "which they grow; microseconds for one more.",
        tables=[
            (["varied", "from, to", "us per member-day", "power", "one more"], rows),
            (
                ["ways worked out once per map", "CPU ms"],
                [[name, f"{1e3 * each.median():.0f}"] for name, each in once.items()],
            ),
        ],
        values=values | {"ways_ms": {name: 1e3 * each.median() for name, each in once.items()}},
    )


# -- the floor -------------------------------------------------------------------------------------------


def measure_floor(*, quick: bool) -> Findings:
    """Compare the time of a day with that of moving its state through memory once."""
    world = prepare_mosul(60 if quick else 200)
    prepare_mosul(2).run()
    bandwidth = measure_bandwidth(64 if quick else 256, 5)
    time = take_turns({"run": world.run}, 3)["run"].per(world.member_days)
    written, state = count_bytes(world.engine)
    floor = 1e6 * (written / bandwidth["first write"] + state / bandwidth["copy"])
    rows = [
        ["results, written once to fresh memory", f"{written:.0f}", f"{bandwidth['first write'] / 1e9:.1f}"],
        ["state and tables, read or written once", f"{state:.0f}", f"{bandwidth['copy'] / 1e9:.1f}"],
    ]
    return Findings(
        "The floor: moving the state of a day through memory",
        "The bundled case. State in fact stays in the nearest cache; this counts it as if it did not.",
        tables=[(["what moves", "bytes per member-day", "GB/s in this run"], rows)],
        notes=[
            (
                f"Floor {floor:.2f} us, time {time:.1f} us per member-day: the floor is "
                f"{100 * floor / time:.1f} % of the time."
            )
        ],
        values={
            "bytes_written": written,
            "bytes_of_state": state,
            "bandwidth_bytes_per_s": bandwidth,
            "floor_us": floor,
            "time_us": time,
            "share": floor / time,
        },
    )


def count_bytes(engine: Simulator) -> tuple[int, int]:
    """Count the bytes that one member-day writes as results and moves as state, from the shapes."""
    n = engine.network
    c, s, g, h, k = (len(x) for x in (n.cells, n.sites, n.gates, n.groups, n.cell_of_class))
    written = 3 * 4 * len(n.places) + 3 * 4
    # people by status: those who arrive, at gates, at sites, inside; as if every site had some of every group
    changed = s * (h + 1) + s * h + 2 * g * s * h + s + 2 * c
    # pulls and ways of the classes, legs from gates, what the member has drawn for cells and sites, keys
    read = k * s + 3 * k * s + 2 * g * s + 3 * c + 4 * s + len(n.places)
    return written, 8 * (2 * changed + read)


# -- what takes the rest ---------------------------------------------------------------------------------


def measure_work(*, quick: bool) -> Findings:
    """Find what a day spends its time on: random numbers replayed alone, and one step left out at a time."""
    members, turns = (60, 2) if quick else (200, 3)
    world = prepare_mosul(members)
    prepare_mosul(2).run()
    no_gates = prepare_mosul(
        members,
        change=lambda case: replace(case, events=tuple(e for e in case.events if e.kind != "screening")),
    )
    worlds = {
        "everything": world,
        "no shocks of the day": world.change(day_shock=0.0),
        "shares that do not vary": world.change(destination_concentration=1e12),
        "no returns": world.change(return_rate=0.0),
        "no onward moves": world.change(onward_rate=0.0),
        "all walk": world.change(walking_share=1.0),
        "no gates": no_gates,
        "nobody leaves": world.change(**NOBODY),
        "nobody leaves, no shocks": world.change(**NOBODY, day_shock=0.0),
    }
    tasks: dict[str, Callable[[], object]] = {name: each.run for name, each in worlds.items()}
    drawn = record_draws(prepare_mosul(2 if quick else 12))
    replays = {
        "binomial counts": (drawn.replay_binomial, len(drawn.trials)),
        "gamma numbers": (drawn.replay_gamma, len(drawn.shapes)),
        "people who choose one by one": (drawn.replay_singly, int(drawn.choosing.sum())),
    }
    for name, (replay, _) in replays.items():
        replay()  # compiles it
        tasks[name] = replay
    times = take_turns(tasks, turns)
    whole = times["everything"].per(world.member_days)
    left_out = [
        [
            name,
            f"{(cost := times[name].per(world.member_days)):.1f}",
            f"{cost - whole:+.1f}",
            f"{100 * (cost / whole - 1):+.0f} %",
        ]
        for name in worlds
    ]
    replayed = [
        (name, count / drawn.member_days, times[name].per(drawn.member_days * drawn.rounds))
        for name, (_, count) in replays.items()
    ]
    rest = whole - sum(cost for _, _, cost in replayed)
    rows = [
        [
            name,
            f"{count:.1f}",
            f"{1e3 * cost / count:.0f}",
            f"{cost:.1f}",
            f"{100 * cost / whole:.0f} %",
        ]
        for name, count, cost in replayed
    ]
    rows.append(["the rest", "-", "-", f"{rest:.1f}", f"{100 * rest / whole:.0f} %"])
    return Findings(
        "What takes the time",
        "The bundled case. First, the random numbers that a few members draw, recorded while the same code "
        "runs uncompiled and then replayed alone; second, the time with one thing left out of the world.",
        tables=[
            (["drawn", "per member-day", "ns each", "us per member-day", "share"], rows),
            (["world", "us per member-day", "difference", "share"], left_out),
        ],
        notes=[
            f"{100 * drawn.share_walked():.0f} % of the binomial counts have a mean below 10.",
        ],
        values={
            "left_out_us": {name: times[name].per(world.member_days) for name in worlds},
            "drawn": {
                name: {"per_member_day": count, "us_per_member_day": cost} for name, count, cost in replayed
            },
        },
    )


@dataclass
class Drawn:
    """What some members drew: binomial counts, gamma numbers, and people who chose one by one."""

    member_days: int
    trials: NDArray[np.int64]
    chances: NDArray[np.float64]
    shapes: NDArray[np.float64]
    choosing: NDArray[np.int64]  # people who chose together
    concentrations: NDArray[np.float64]
    weights: NDArray[np.float64]  # (choice, site)
    rounds: int = 10  # replays per call, so that a call is long enough to be timed

    def replay_binomial(self) -> int:
        """Draw the same binomial counts again."""
        return int(_replay_binomial(self.trials, self.chances, self.rounds))

    def replay_gamma(self) -> float:
        """Draw the same gamma numbers again."""
        return float(_replay_gamma(self.shapes, self.rounds))

    def replay_singly(self) -> int:
        """Let the same people choose again."""
        return int(_replay_singly(self.choosing, self.concentrations, self.weights, self.rounds))

    def share_walked(self) -> float:
        """Give the share of binomial counts with a mean below ten on the rarer side."""
        return float(np.mean(self.trials * np.minimum(self.chances, 1 - self.chances) < 10))


@njit(cache=True)
def _replay_binomial(trials: NDArray[np.int64], chances: NDArray[np.float64], rounds: int) -> int:
    total = 0
    for turn in range(rounds):
        for i in range(trials.shape[0]):
            total += draw_binomial(trials[i], chances[i], seat(uint64(turn), uint64(i)))
    return total


@njit(cache=True)
def _replay_gamma(shapes: NDArray[np.float64], rounds: int) -> float:
    total = 0.0
    for turn in range(rounds):
        for i in range(shapes.shape[0]):
            total += draw_log_gamma(shapes[i], seat(uint64(turn), uint64(i)))
    return total


@njit(cache=True)
def _replay_singly(
    choosing: NDArray[np.int64],
    concentrations: NDArray[np.float64],
    weights: NDArray[np.float64],
    rounds: int,
) -> int:
    going = np.zeros(weights.shape[1], np.int64)
    for turn in range(rounds):
        for i in range(choosing.shape[0]):
            start = seat(uint64(turn), uint64(i))
            _choose_singly(choosing[i], concentrations[i], weights[i], start, going)
    return int(going.sum())


def record_draws(world: World) -> Drawn:
    """Run the kernel uncompiled and write down what it draws; the result must be that of the compiled one."""
    trials, chances, shapes, choosing, concentrations, weights = ([] for _ in range(6))

    def binomial(n: int, p: float, start: int) -> int:
        if n > 0 and 0.0 < p < 1.0:  # other cases answer before anything is drawn
            trials.append(n)
            chances.append(p)
        return draw_binomial(n, p, np.uint64(start))

    def log_gamma(shape: float, start: int) -> float:
        shapes.append(shape)
        return draw_log_gamma(shape, np.uint64(start))

    def singly(count: int, concentration: float, weight: Any, start: int, going: Any) -> None:  # noqa: ANN401
        choosing.append(count)
        concentrations.append(concentration)
        # a class weighs the sites that it knows; a table wants rows of one length
        padded = np.zeros(len(world.engine.network.sites))
        padded[: len(weight)] = weight
        weights.append(padded)
        _choose_singly(count, concentration, weight, np.uint64(start), going)

    expected = world.run()
    with uncompiled(draw_binomial=binomial, draw_log_gamma=log_gamma, _choose_singly=singly):
        found = world.run()
    assert np.array_equal(found.stock, expected.stock)
    kept = (trials, chances, shapes, choosing, concentrations, weights)
    return Drawn(world.member_days, *map(np.array, kept))


@contextmanager
def uncompiled(**instead: Callable[..., Any]) -> Iterator[None]:
    """Let the day run as plain Python, with some of its functions replaced; restore it afterwards."""
    from havenward.movement import simulate

    compiled = {name: value for name, value in vars(one_day).items() if hasattr(value, "py_func")}
    # what stands in draws.py stays compiled: it is called, not looked into
    plain = {
        name: value.py_func
        for name, value in compiled.items()
        if value.py_func.__module__ == one_day.__name__
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # 64-bit words wrap on purpose
        try:
            vars(one_day).update(plain | instead)
            simulate.simulate_members = one_day.simulate_members
            yield
        finally:
            vars(one_day).update(compiled)
            simulate.simulate_members = one_day.simulate_members


# -- an independent program ------------------------------------------------------------------------------


def measure_witness(*, quick: bool) -> Findings:
    """Compare with the simulation of single people that the tests keep as a witness, on one small world."""
    runs, members, turns = (1, 200, 1) if quick else (3, 1000, 3)
    days, people = 60, (400, 600, 500, 800)
    small = [place(f"home-{i}", "origin", group="ab"[i // 2], population=n) for i, n in enumerate(people)]
    case = city()
    names = [p.location for p in case.locations if p.kind == "origin"]
    renamed = dict(zip(names, [p.location for p in small], strict=True))
    case = replace(
        case,
        locations=(*small, *(p for p in case.locations if p.kind != "origin")),
        routes=tuple(replace(r, from_=renamed.get(r.from_, r.from_)) for r in case.routes),
        attributes=(),
    )
    origin, last = START - dt.timedelta(days=1), START + dt.timedelta(days=days - 1)
    engine = simulator(case, (), START, origin, last, Streams(1))
    changes = {"day_shock": 0.3, "destination_concentration": 20.0, "return_rate": 0.01, "onward_rate": 0.003}
    values = FIXED | changes
    world = World(engine, {name: np.full(members, float(value)) for name, value in values.items()})
    setting = read_setting(engine, changes)
    world.run()
    times = take_turns({"people": lambda: simulate_people(setting, runs, seed=1), "counts": world.run}, turns)
    person_day = times["people"].per(runs * days * sum(people))
    member_day = {
        "single people, plain Python": times["people"].per(runs * days),
        "counts, compiled": times["counts"].per(world.member_days),
    }
    ratio = member_day["single people, plain Python"] / member_day["counts, compiled"]
    mosul = prepare_mosul(20 if quick else 100)
    mosul_day = take_turns({"mosul": mosul.run}, turns)["mosul"].per(mosul.member_days)
    inhabitants = float(np.mean(mosul.draws["population_at_risk"]))
    far = person_day * inhabitants / mosul_day
    return Findings(
        "Beside an independent program",
        f"The same world of {sum(people)} people, 3 receiving places and a gate over {days} days, in this "
        "run: the simulation of single people in `tests/agents.py`, whose law the kernel shares.",
        tables=[
            (
                ["program", "CPU us per member-day"],
                [[name, f"{cost:.1f}"] for name, cost in member_day.items()],
            )
        ],
        notes=[
            f"Ratio {ratio:.0f}. Single people cost {person_day:.3f} us per person-day.",
            f"So the {inhabitants / 1e6:.1f} million of the bundled case would take {far:.0f} times as long.",
        ],
        values={"ratio": ratio, "us_per_person_day": person_day, "ratio_extrapolated": far},
    )

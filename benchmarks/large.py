"""What the large case costs: 10,000 places, 40,000 routes, 100 million people, 365 days.

    python benchmarks/large.py                        the large case, and a hundredth of its people
    python benchmarks/large.py --places 2000          a smaller country; routes and people follow
    python benchmarks/large.py --keep DIR             keep the case folder
    python benchmarks/large.py --json result.json     values for a program to read

One member is simulated over the whole year, with half of it known and the schedule of the rest given
(track B), so that every closure and every conflict of the year happens. Times are processor time of this
process, so that other programs on the machine count for little; memory is the highest that the process held
so far. A last part works out what an ensemble needs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import psutil

# also found when this file is loaded from elsewhere, as a test does
sys.path.insert(0, str(Path(__file__).resolve().parent))
from clocks import fill, write_table
from country import START, Size, make_country, scale_people

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from havenward.movement.simulate import Simulator
    from havenward.records import Case, Ensemble

T = TypeVar("T")
MEBI = 1 << 20
ENSEMBLE = 1000  # members of the ensemble that is worked out
MOST = 2**31 - 1  # people that the counts can hold


class Steps:
    """What each step took: seconds of processor time, and the highest memory so far in MiB."""

    def __init__(self) -> None:
        self.taken: dict[str, tuple[float, float]] = {}

    def take(self, name: str, work: Callable[[], T]) -> T:
        """Do a step and note what it took."""
        began = time.process_time()
        done = work()
        self.taken[name] = (time.process_time() - began, _highest_memory())
        return done


def _highest_memory() -> float:
    memory = psutil.Process().memory_info()
    highest = getattr(memory, "peak_wset", 0)  # Windows
    if not highest:
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return float(highest) / MEBI


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


def prepare(known: Case, simulated: Case) -> Simulator:
    """Prepare the simulation of the whole year."""
    from havenward.movement.simulate import simulator
    from havenward.randomness import Streams

    half = START + timedelta(days=182)
    last = START + timedelta(days=364)
    return simulator(simulated, simulated.assumptions, known.start, half, last, Streams(1))


def know(case: Case) -> tuple[Case, Case]:
    """Give the case as known in the middle of the year with the schedule of the rest, and as simulated."""
    from havenward.pipeline.forecasts import known_case
    from havenward.pipeline.play import as_simulated
    from havenward.settings import ForecastSettings

    settings = ForecastSettings(START + timedelta(days=182), 182, 1, 1, "B")
    known = known_case(case, settings)
    return known, as_simulated(known, settings.rules, settings.priors, settings.scenario)


def draw(simulated: Case, members: int) -> dict[str, NDArray[np.float64]]:
    """Draw the assumptions of some members."""
    from havenward.forecast.ensemble import draw_assumptions
    from havenward.randomness import Streams

    return draw_assumptions(simulated.assumptions, Streams(1), members)


def crowd(engine: Simulator, factor: float) -> Simulator:
    """Put so many times as many people, and as much room for them, into a prepared country."""
    n = engine.network
    fuller = replace(n, capacity=n.capacity * factor, gate_capacity=n.gate_capacity * factor)
    return replace(engine, case=scale_people(engine.case, factor), network=fuller)


def measure_case(case: Case, folder: Path, factors: Sequence[float]) -> dict[str, Any]:
    """Write, read, check, narrow, prepare and simulate the case, and again with other numbers of people."""
    from havenward.case.load import load_case
    from havenward.case.write import case_hash, write_case

    steps = Steps()
    steps.take("write the folder", lambda: write_case(case, folder))
    read = steps.take("read and check it", lambda: load_case(folder))
    known, simulated = steps.take("what is known", lambda: know(read))
    steps.take("fingerprint", lambda: case_hash(known))
    engine = steps.take("network", lambda: prepare(known, simulated))
    draws = draw(simulated, 1)
    steps.take("load compiled code", lambda: engine.run(draws, days=1))
    ensemble = steps.take("one member", lambda: engine.run(draws))
    people = sum(place.population or 0 for place in case.locations)
    crowds = {people: steps.taken["one member"][0]}
    for factor in factors:
        if people * factor < MOST:
            other = Steps()
            fuller = crowd(engine, factor)
            other.take("run", lambda fuller=fuller: fuller.run(draws))  # type: ignore[misc]
            crowds[round(people * factor)] = other.taken["run"][0]
    return {
        "steps": steps.taken,
        "crowds": crowds,
        "displaced": int(ensemble.displaced[0].max()),
        "returned": int(ensemble.returned[0].sum()),
        "network": describe_network(engine),
        "results": describe_results(ensemble),
    }


def describe_network(engine: Simulator) -> dict[str, int]:
    """Say how large the network is, and what it would be if every map were written out."""
    n = engine.network
    ways, epochs = n.ways, int(n.epoch_of_day[-1]) + 1
    kept = sum(getattr(ways, name).nbytes for name in ways.__dataclass_fields__)
    kept += sum(getattr(n.legs, name).nbytes for name in n.legs.__dataclass_fields__)
    written_out = epochs * len(n.sites) * (32 * len(n.cells) + 24 * len(n.gates) + len(n.groups))
    return {
        "cells": len(n.cells),
        "sites": len(n.sites),
        "gates": len(n.gates),
        "groups": len(n.groups),
        "maps": epochs,
        "ways": len(ways.site),
        "later versions": len(ways.km) - len(ways.site),
        "bytes": kept,
        "bytes written out": written_out,
        "bytes of a worker": 8 * len(ways.site) + 8 * len(n.sites) * 2 * (len(n.groups) + 1),
    }


def describe_results(ensemble: Ensemble) -> dict[str, float]:
    """Say how many bytes a member's counts are, and how many when they are deflated."""
    whole = deflated = 0
    for name in ("stock", "arrivals", "departures"):
        counts = getattr(ensemble, name)[0]
        whole += counts.nbytes
        # by place: neighbouring days are alike
        deflated += len(zlib.compress(np.ascontiguousarray(counts.T).tobytes(), 1))
    return {"bytes": whole, "deflated": deflated, "ratio": whole / deflated}


def describe_ensemble(found: dict[str, Any]) -> list[list[str]]:
    """Work out what an ensemble of this case needs."""
    member, network = found["steps"]["one member"][0], found["steps"]["network"][0]
    results = found["results"]
    return [
        ["core-hours", f"{(ENSEMBLE * member + network) / 3600:.1f}"],
        ["hours on 100 cores", f"{(ENSEMBLE / 100 * member + network) / 3600:.2f}"],
        ["network, once per worker process, s", f"{network:.0f}"],
        ["memory per worker process, MiB", f"{found['steps']['one member'][1]:.0f}"],
        ["more for each further thread of it, MiB", f"{found['network']['bytes of a worker'] / MEBI:.0f}"],
        ["counts as int32, GB", f"{ENSEMBLE * results['bytes'] / 1e9:.1f}"],
        [f"deflated ({results['ratio']:.1f} to 1), GB", f"{ENSEMBLE * results['deflated'] / 1e9:.1f}"],
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=int, default=10_000)
    parser.add_argument("--routes", type=int, help="by default four for each place")
    parser.add_argument("--people", type=int, help="by default ten thousand for each place")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the case folder is left")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    size = Size(asked.places, asked.routes or 4 * asked.places, asked.people or 10_000 * asked.places)
    case = make_country(size, asked.seed)
    with tempfile.TemporaryDirectory() as place:
        found = measure_case(case, asked.keep or Path(place) / "case", (0.01, 0.1, 10.0))
    show(found, len(case.events))
    if asked.json:
        kept = {**found, "load": _load()}
        asked.json.write_text(f"{json.dumps(kept, indent=1)}\n", encoding="utf-8")
    return 0


def show(found: dict[str, Any], events: int) -> None:
    """Print what was found, as Markdown."""
    n = found["network"]
    print(
        fill(
            f"{n['cells']:,} origins in {n['groups']} groups, {n['sites']:,} receiving places, {n['gates']} "
            f"gates, {events:,} events, {n['maps']} maps in the year; {n['ways']:,} ways and "
            f"{n['later versions']:,} later versions in {n['bytes'] / MEBI:,.0f} MiB (written out for every "
            f"map: {n['bytes written out'] / MEBI:,.0f} MiB). The member displaces {found['displaced']:,} "
            f"people, of whom {found['returned']:,} return. Load of the machine: {_load()}."
        )
    )
    rows = [[name, f"{cpu:.2f}", f"{memory:.0f}"] for name, (cpu, memory) in found["steps"].items()]
    print(f"\n{write_table(['step', 'CPU s', 'highest MiB so far'], rows)}\n")
    rows = [[f"{count:,}", f"{cpu:.1f}"] for count, cpu in sorted(found["crowds"].items())]
    print(f"{write_table(['people', 'CPU s of one member'], rows)}\n")
    print(write_table([f"{ENSEMBLE:,} members", ""], describe_ensemble(found)))


if __name__ == "__main__":
    sys.exit(main())

"""How fast the rule set `flee` is beside Flee itself, and what its cost depends on.

    python benchmarks/flee.py               what needs no other program
    python benchmarks/flee.py --cases DIR   also each case folder in DIR, with all people
    python benchmarks/flee.py --cases DIR --flee PYTHON --hasten 50
                                            also Flee itself, by a Python that has it

Flee is a package of its own (`pip install flee`); it is not needed and never fetched here. Times are
processor times, so that a busy machine matters less.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import math
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from clocks import fit_exponent, write_table

from havenward.flee_inputs import FleeInputs, FleeLocation, FleeRoute, FleeSeries
from havenward.movement.flee.simulate import run_world
from havenward.movement.flee.world import build_world
from havenward.randomness import Streams

RULES: dict[str, Any] = {
    "max_move_speed": 400.0, "softening": 50.0, "default_movechance": 0.5, "capacity_scaling": 1.25,
    "distance_power": 0.75, "conflict_weight": 0.25,
}  # fmt: skip
# runs Flee's own loop over a folder; the arguments are folder and settings
FLEE_LOOP = """
import sys, datetime, contextlib, io
folder, settings, days = sys.argv[1], sys.argv[2], int(sys.argv[3])
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    from flee import InputGeography, flee, spawning
    from flee.SimulationSettings import SimulationSettings as S
    from flee.datamanager import handle_refugee_data, read_period
    S.ReadFromYML(settings)
    start, _ = read_period.read_conflict_period(folder + "/input_csv/sim_period.csv")
    S.ConflictInputFile = folder + "/input_csv/conflicts.csv"
    e, ig = flee.Ecosystem(), InputGeography.InputGeography()
    ig.ReadConflictInputCSV(S.ConflictInputFile)
    ig.ReadLocationsFromCSV(folder + "/input_csv/locations.csv")
    ig.ReadLinksFromCSV(folder + "/input_csv/routes.csv")
    ig.ReadClosuresFromCSV(folder + "/input_csv/closures.csv")
    e, lm = ig.StoreInputGeographyInEcosystem(e)
    d = handle_refugee_data.RefugeeTable(
        csvformat="generic", data_directory=folder + "/source_data", start_date=start,
        data_layout="data_layout.csv",
        population_scaledown_factor=S.optimisations["PopulationScaleDownFactor"])
    d.ReadL1Corrections(folder + "/input_csv/registration_corrections.csv")
    for camp in e.get_camp_names():
        spawning.add_initial_refugees(e, d, lm[camp])
    import time
    began = time.process_time()
    for t in range(days):
        ig.AddNewConflictZones(e, t)
        spawning.spawn_daily_displaced(e, t, d, True)
        spawning.refresh_spawn_weights(e)
        e.enact_border_closures(t)
        e.evolve()
print(time.process_time() - began, len(e.agents))
"""


def make_country(places: int, people: int, days: int, *, seed: int = 1, **move: object) -> FleeInputs:
    """Scatter places over a plane and link each to its nearest three; a third are in conflict by turns."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 1, (places, 2)) * np.sqrt(places) * 120  # km
    camps, zones = max(2, places // 12), max(1, places // 3)
    names = [f"p{i:05d}" for i in range(places)]
    kinds = ["camp" if i < camps else "conflict_zone" if i < camps + zones else "town" for i in range(places)]
    sizes = [2 * people // camps if i < camps else 10_000 + int(rng.integers(100_000)) for i in range(places)]
    order = [*range(camps, places), *range(camps)]  # the first row tells the home country
    near = cKDTree(at).query(at, k=min(4, places))[1]
    pairs = sorted({(min(i, j), max(i, j)) for i in range(places) for j in map(int, near[i, 1:])})
    first = camps
    return FleeInputs(
        start_date=dt.date(2020, 1, 1),
        days=days,
        locations=tuple(
            FleeLocation(names[i], "", "far" if i < camps else "home", 0.0, 0.0, kinds[i], 0.0, sizes[i])
            for i in order
        ),
        routes=tuple(
            FleeRoute(names[i], names[j], float(max(5, round(1.3 * float(np.hypot(*(at[i] - at[j])))))), 0)
            for i, j in pairs
        ),
        closures=(),
        conflicts={
            names[i]: tuple(float((t + 37 * i) % 200 < 100 or i == first) for t in range(days))
            for i in range(camps, camps + zones)
        },
        series=tuple(FleeSeries(names[i], (0, days), (0.0, people / camps)) for i in range(camps)),
        total=None,
        corrections=(),
        changes=(),
        settings={"spawn_rules": {}, "move_rules": {**RULES, **move}},
    )


def time_run(inputs: FleeInputs, members: int = 3) -> float:
    """Give the processor time of one member in seconds, median of three, compiled code in memory."""
    world = build_world(inputs)
    run_world(world, members=1, streams=Streams(1), workers=1)
    took = []
    for turn in range(3):
        began = time.process_time()
        run_world(world, members=members, streams=Streams(turn), workers=1)
        took.append((time.process_time() - began) / members)
    return sorted(took)[1]


def draw_costs(curves: dict[str, tuple[list[int], list[float]]], path: Path) -> None:
    """Draw cost against size, both in powers of ten, as SVG; a slope of one is proportional cost."""
    width, height, left, top, right, bottom = 620, 260, 60, 20, 190, 40
    xs = [math.log10(n) for sizes, _ in curves.values() for n in sizes]
    ys = [math.log10(1000 * c) for _, costs in curves.values() for c in costs]
    low, high = math.floor(min(ys)), math.ceil(max(ys))

    def at(n: float, ms: float) -> tuple[float, float]:
        along = (math.log10(n) - min(xs)) / (max(xs) - min(xs))
        up = (math.log10(ms) - low) / (high - low)
        return left + along * (width - left - right), height - bottom - up * (height - bottom - top)

    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
    parts = [
        head + 'font-family="sans-serif" font-size="11" fill="#55606b">',
        "<title>Processor time of one run against its size</title>",
    ]
    for power in range(low, high + 1):
        y = at(10 ** min(xs), 10**power)[1]
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5dbe1"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>')
    for power in range(math.ceil(min(xs)), math.floor(max(xs)) + 1):
        x = at(10**power, 10**low)[0]
        parts.append(f'<text x="{x:.1f}" y="{height - bottom + 16}" text-anchor="middle">1e{power}</text>')
    for colour, (words, (sizes, costs)) in zip(("#0b3a5b", "#a63c06"), curves.items(), strict=True):
        points = [at(n, 1000 * c) for n, c in zip(sizes, costs, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
        x, y = points[-1]
        parts.append(f'<text x="{x + 6:.1f}" y="{y + 4:.1f}" fill="{colour}">{words}</text>')
    parts.append(f'<text x="{left}" y="{height - 6}">people, or places</text></svg>')
    path.write_text("\n".join(parts) + "\n", encoding="utf-8", newline="\n")


def measure_sizes(*, quick: bool, picture: Path | None = None) -> None:
    """Print cost against people, places, and awareness; draw the first two where a file is named."""
    print("## A 133-place, million-person, 426-day case\n")
    rows = []
    for words, move in (
        ("as Flee's defaults", {}),
        ("with avoid_short_stints", {"avoid_short_stints": True}),
    ):
        rows.append([words, f"{1000 * time_run(make_country(133, 1_000_000, 426, **move)):.0f}"])
    print(write_table(["rules", "ms per run"], rows))

    print("\n## Cost against people (133 places, 426 days, short stints)\n")
    sizes = [10**k for k in range(3, 7 if quick else 9)]
    costs = [time_run(make_country(133, n, 426, avoid_short_stints=True)) for n in sizes]
    curves = {"people (133 places, 426 days)": (sizes, costs)}
    rows = [[f"{n:,}", f"{1000 * c:.0f}", f"{c / costs[0]:.2f}"] for n, c in zip(sizes, costs, strict=True)]
    print(write_table(["people", "ms per run", "times the first"], rows))

    print("\n## Cost against places (a million people, 60 days)\n")
    sizes = [100, 1000] if quick else [100, 300, 1000, 3000, 10_000]
    costs = [time_run(make_country(n, 1_000_000, 60), members=1) for n in sizes]
    curves["places (1e6 people, 60 days)"] = (sizes, costs)
    if picture is not None:
        draw_costs(curves, picture)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [
        [f"{n:,}", f"{1000 * c:.0f}", f"{1e6 * c / n / 60:.2f}"] for n, c in zip(sizes, costs, strict=True)
    ]
    print(write_table(["places", "ms per run", "us per place and day"], rows))
    print(
        f"\nCost grows with the power {fit_exponent(sizes, costs):.2f} of places; peak memory {peak:.0f} MiB."
    )

    print("\n## Cost against awareness (133 places, a million people, 426 days)\n")
    costs = [time_run(make_country(133, 1_000_000, 426, awareness_level=n)) for n in (1, 2, 3)]
    rows = [[str(n + 1), f"{1000 * c:.0f}", f"{c / costs[0]:.1f}"] for n, c in enumerate(costs)]
    print(write_table(["awareness", "ms per run", "times the first"], rows))


def run_flee(python: str, folder: Path, settings: Path, hasten: int, days: int) -> tuple[float, int]:
    """Run Flee's own loop; give processor time of the days in seconds, and agents."""
    with tempfile.TemporaryDirectory() as scratch:
        # Flee looks its demographic files up in the folder that it is started in
        own = Path(scratch) / "simsetting.yml"
        text = settings.read_text(encoding="utf-8")
        own.write_text(text.replace("hasten: 1", f"hasten: {hasten}"), encoding="utf-8", newline="\n")
        done = subprocess.run(
            [python, "-c", FLEE_LOOP, str(folder), str(own), str(days)],
            stdout=subprocess.PIPE, text=True, check=True, cwd=scratch,
        )  # fmt: skip
    seconds, agents = done.stdout.split()[-2:]
    return float(seconds), int(agents)


def measure_cases(cases: Path, python: str | None, hasten: int) -> None:
    """Print each case at full population, beside Flee where it is at hand."""
    from havenward.case.importers.flee_files import read_flee_folder

    print("\n## Public cases\n")
    rows = []
    for folder in sorted(p for p in cases.iterdir() if (p / "input_csv").is_dir()):
        inputs, _ = read_flee_folder(folder, cases / "simsetting.yml")
        ours = time_run(inputs)
        row = [folder.name, str(len(inputs.locations)), str(inputs.days), f"{1000 * ours:.0f}"]
        if python is not None:
            settings = {**inputs.settings, "optimisations": {"hasten": hasten}}
            thin = time_run(dataclasses.replace(inputs, settings=settings))
            theirs, agents = run_flee(python, folder, cases / "simsetting.yml", hasten, inputs.days)
            row += [f"{agents:,}", f"{theirs:.1f}", f"{theirs / thin:,.0f}", f"{theirs / ours:,.0f}"]
            # Flee's cost is proportional to its agents
            row += [f"{hasten * theirs / ours:,.0f}"]
        rows.append(row)
    header = ["case", "places", "days", "ours, all people: ms"]
    if python is not None:
        header += [
            f"Flee agents at 1/{hasten}",
            "Flee: s",
            f"ratio at 1/{hasten}",
            "our full runs in that time",
        ]
        header += ["ratio at full population (Flee scaled up)"]
    print(write_table(header, rows))
    if python is None:
        print("\nFlee itself was not timed: name a Python that has it with --flee.")


def main() -> None:
    """Measure what was asked for and print it."""
    parser = argparse.ArgumentParser(description="Measure the rule set `flee`.")
    parser.add_argument("--quick", action="store_true", help="small sizes only")
    parser.add_argument("--cases", type=Path, help="folder of Flee folders with one simsetting.yml")
    parser.add_argument("--flee", help="Python interpreter that has Flee installed")
    parser.add_argument("--hasten", type=int, default=50, help="people per agent in Flee")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="SVG of cost against size to write")
    parser.add_argument("--only-cases", action="store_true", help="leave out what is synthetic")
    asked = parser.parse_args()
    if not asked.only_cases:
        measure_sizes(quick=asked.quick, picture=asked.picture)
    if asked.cases is not None:
        measure_cases(asked.cases, asked.flee, asked.hasten)


if __name__ == "__main__":
    main()

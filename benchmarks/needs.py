"""What a look at needs costs: 60 sites, 270 days, 1,000 members, 40 indicators with supplies for every one.

`python benchmarks/needs.py` makes such a run in a temporary folder, works out its needs in a process of its
own and prints the time and the peak of memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from havenward.needs.assess import NeedsSettings, assess_needs
from havenward.needs.standards import HOUSEHOLD_SIZE, load_standards
from havenward.records import Case, Location, Supply
from havenward.runs import Run, read_run, write_run

if TYPE_CHECKING:
    from havenward.records import Standard

SITES, DAYS, MEMBERS, INDICATORS = 60, 270, 1000, 40
ORIGIN = date(2020, 1, 1)
SECONDS_LIMIT, MEMORY_LIMIT_GIB = 10.0, 2.0


def make_case(standards: tuple[Standard, ...]) -> Case:
    """Make sites with places, a supply of everything at every site, and some of it bound to no site."""
    sites = tuple(
        Location(
            f"site-{n:02d}", f"Site {n}", "", "camp", 36.0, 43.0, "", "", "AAA", "", None, 9_000, None, None,
            ORIGIN, "",
        )
        for n in range(SITES)
    )  # fmt: skip
    rows = [row for row in standards if row.indicator != HOUSEHOLD_SIZE]
    stock = [
        Supply(row.item, site.location, 5_000.0, ORIGIN + timedelta(days=40), ORIGIN, "", row.unit)
        for row in rows
        for site in sites
    ]
    stock += [Supply(row.item, "", 50_000.0, None, ORIGIN, "", row.unit) for row in rows[::8]]
    return Case(
        "Benchmark", "benchmark", "AAA", ORIGIN, DAYS, "havenward", residents_held=False, front_by_cell=False,
        publication_lag_days=0, audience="team", suppress_below=10, locations=sites, stock=tuple(stock),
    )  # fmt: skip


def make_run(folder: Path) -> Run:
    """Make a run in which people arrive along curves, as a forecast writes it."""
    rng = np.random.default_rng(1)
    day = np.arange(DAYS)
    blocks = []
    for n in range(SITES):
        middle, height = rng.uniform(30, 200, (MEMBERS, 1)), rng.lognormal(9, 0.8, (MEMBERS, 1))
        stock = (height / (1 + np.exp(-(day - middle) / 12))).astype(np.int32)
        blocks.append(
            pl.DataFrame(
                {
                    "member": np.repeat(np.arange(MEMBERS, dtype=np.int32), DAYS),
                    "date": pl.Series(np.tile(day, MEMBERS) + (ORIGIN - date(1969, 12, 31)).days).cast(
                        pl.Date
                    ),
                    "location": pl.Series(np.repeat(f"site-{n:02d}", MEMBERS * DAYS)),
                    "stock": stock.ravel(),
                    "arrivals": np.diff(stock, axis=1, prepend=0).ravel(),
                    "departures": np.zeros(stock.size, np.int32),
                }
            )
        )
    places = pl.Enum([f"site-{n:02d}" for n in range(SITES)])
    tables = {
        "members": pl.concat(blocks).with_columns(pl.col("location").cast(places)),
        "members_weights": pl.DataFrame(
            {"member": np.arange(MEMBERS, dtype=np.int32), "weight": np.full(MEMBERS, 1 / MEMBERS)}
        ),
        "forecast": pl.DataFrame(),
        "assumptions": pl.DataFrame(schema={"name": pl.String, "member": pl.Int32, "value": pl.Float64}),
    }
    meta = {
        "package_version": "0", "case": "benchmark", "title": "Benchmark", "track": "C", "scenario": "",
        "case_hash": "", "origin_date": ORIGIN.isoformat(), "first_date": (ORIGIN + timedelta(1)).isoformat(),
        "last_date": (ORIGIN + timedelta(DAYS)).isoformat(), "horizon_days": DAYS, "seed": 1,
        "members": MEMBERS, "rules": "havenward", "priors": "time-ordered",
    }  # fmt: skip
    return write_run(folder, meta, tables, lambda target: target.mkdir(), lambda _: "", {})


def measure(folder: Path) -> dict[str, float]:
    """Work out the needs of the run from its files and take the time."""
    chosen = [row for row in load_standards(profile="sphere") if row.indicator != "therapeutic_food"]
    standards = tuple(chosen[:INDICATORS]) + tuple(r for r in chosen if r.indicator == HOUSEHOLD_SIZE)
    case, run = make_case(standards), read_run(folder)
    began = time.perf_counter()
    found = assess_needs(case, run, standards, settings=NeedsSettings(workers=2))
    taken = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {
        "seconds": round(taken, 2),
        "peak_gib": round(peak, 2),
        "indicators": len(found.resources) - 1,
        "with_supplies": sum(bool(rows) for rows in found.outcome.shortfalls.values()) - 1,
    }


def main() -> int:
    """Make the run, measure in a fresh process, say whether it holds."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        make_run(folder)
        done = subprocess.run(
            [sys.executable, __file__, str(folder)], capture_output=True, text=True, check=True
        )
    found = json.loads(done.stdout)
    holds = found["seconds"] < SECONDS_LIMIT and found["peak_gib"] < MEMORY_LIMIT_GIB
    print(f"{SITES} sites x {DAYS} days x {MEMBERS} members x {found['indicators']} indicators: {found}")
    print(f"limits {SECONDS_LIMIT:g} s and {MEMORY_LIMIT_GIB:g} GiB: {'held' if holds else 'broken'}")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())

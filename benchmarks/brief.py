"""What a brief costs: from a run of 60 sites, 270 days and 1,000 members to every product, in every audience.

`python benchmarks/brief.py [public|partner|team]` makes such a run with its case in a temporary folder, hands
over all products from its files in a process of its own, and prints time and memory, product by product.
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

import numpy as np
import polars as pl

from havenward.pipeline.products import brief_of
from havenward.records import QUANTILE_LEVELS, TOTAL
from havenward.runs import Run, read_run, write_run
from havenward.settings import BriefSettings

SITES, DAYS, MEMBERS = 60, 270, 1000
ORIGIN = date(2020, 1, 1)
SECONDS_LIMIT, MEMORY_LIMIT_GIB = 20.0, 2.0
CASE = """title = "Benchmark"
crisis = "benchmark"
country = "IRQ"
start = 2020-01-01
horizon_days = 270

[release]
audience = "public"
suppress_below = 10
"""
LOCATIONS = (
    "location,name,pcode,kind,latitude,longitude,admin1,admin2,country,group,population,capacity,opens,"
    "closes,published,source"
)
ROUTES = "from,to,distance_km,mode,published,source\n"
SOURCES = "source,title,publisher,url,published,licence\nlist,List of sites,Cluster,,2019-12-01,CC BY\n"
STOCK = (
    "item,location,quantity,unit,available_from,published,source",
    "water supply,,900000,litres per day,,2019-12-01,list",
    "family tents,,9000,tents,,2019-12-01,list",
    *(f"kitchen sets,site-{n:02d},1500,sets,,2019-12-01,list" for n in range(SITES)),
)


def write_case(folder: Path) -> None:
    """Write a case of one origin and sites around it, some of them with a capacity and some supplies."""
    folder.mkdir()
    rng = np.random.default_rng(3)
    places = ["city,City,9001,origin,36.35,43.15,North,,IRQ,,900000,,,,2019-12-01,list"]
    for n in range(SITES):
        latitude, longitude = 36 + rng.uniform(-1, 1), 43 + rng.uniform(-1, 1)
        room = 9000 if n % 2 else ""
        places.append(
            f"site-{n:02d},Site {n},{n:04d},{'camp' if n % 3 else 'host'},{latitude:.5f},{longitude:.5f},"
            f"North,District {n % 7},IRQ,,,{room},,,2019-12-01,list"
        )
    (folder / "case.toml").write_text(CASE, encoding="utf-8")
    (folder / "locations.csv").write_text("\n".join([LOCATIONS, *places]) + "\n", encoding="utf-8")
    routes = "".join(f"city,site-{n:02d},{200 + n},road,2019-12-01,list\n" for n in range(SITES))
    (folder / "routes.csv").write_text(ROUTES + routes, encoding="utf-8")
    (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
    (folder / "stock.csv").write_text("\n".join(STOCK) + "\n", encoding="utf-8")


def make_run(folder: Path) -> Run:
    """Make a run in which people arrive along curves, as a forecast writes it."""
    rng = np.random.default_rng(1)
    day = np.arange(DAYS)
    stocks = {}
    for n in range(SITES):
        middle, height = rng.uniform(30, 200, (MEMBERS, 1)), rng.lognormal(9, 0.8, (MEMBERS, 1))
        stocks[f"site-{n:02d}"] = (height / (1 + np.exp(-(day - middle) / 12))).astype(np.int32)
    stocks[TOTAL] = np.sum(list(stocks.values()), axis=0, dtype=np.int32)
    stocks["city"] = (3_000_000 - stocks[TOTAL]).clip(0).astype(np.int32)
    places = pl.Enum(sorted(stocks))
    first = (ORIGIN - date(1969, 12, 31)).days
    members = pl.concat(
        pl.DataFrame(
            {
                "member": np.repeat(np.arange(MEMBERS, dtype=np.int32), DAYS),
                "date": pl.Series(np.tile(day, MEMBERS) + first).cast(pl.Date),
                "location": pl.Series(np.repeat(key, MEMBERS * DAYS)).cast(places),
                "stock": stock.ravel(),
                "arrivals": np.diff(stock, axis=1, prepend=stock[:, :1]).clip(0).ravel(),
                "departures": np.zeros(stock.size, np.int32),
            }
        )
        for key, stock in sorted(stocks.items())
    )
    targets = {("stock", key): stock for key, stock in stocks.items()}
    targets |= {(name, TOTAL): stocks[TOTAL] for name in ("displaced_total", "counted_displaced")}
    targets["remaining", TOTAL] = stocks["city"]
    forecast = pl.concat(_quantiles(*key, stock) for key, stock in targets.items())
    tables = {
        "members": members,
        "members_weights": pl.DataFrame(
            {"member": np.arange(MEMBERS, dtype=np.int32), "weight": np.full(MEMBERS, 1 / MEMBERS)}
        ),
        "forecast": forecast,
        "assumptions": pl.DataFrame(schema={"name": pl.String, "member": pl.Int32, "value": pl.Float64}),
    }
    meta = {
        "package_version": "0", "case": "benchmark", "title": "Benchmark", "track": "C", "scenario": "",
        "case_hash": "0" * 64, "origin_date": ORIGIN.isoformat(),
        "first_date": (ORIGIN + timedelta(1)).isoformat(),
        "last_date": (ORIGIN + timedelta(DAYS)).isoformat(), "horizon_days": DAYS, "seed": 1,
        "members": MEMBERS, "rules": "havenward", "priors": "time-ordered",
    }  # fmt: skip
    return write_run(folder, meta, tables, write_case, lambda _: "a card\n", {})


def _quantiles(target: str, location: str, stock: np.ndarray) -> pl.DataFrame:
    """Give the quantiles of one place as rows of a forecast."""
    values = np.quantile(stock, QUANTILE_LEVELS, axis=0, method="inverted_cdf").astype(float)
    days = [ORIGIN + timedelta(n + 1) for n in range(DAYS)]
    levels = [f"{level:g}" for level in QUANTILE_LEVELS]
    return pl.DataFrame(
        {
            "origin_date": pl.Series([ORIGIN] * values.size, dtype=pl.Date),
            "target": [target] * values.size,
            "horizon": np.tile(np.arange(1, DAYS + 1, dtype=np.int32), len(levels)),
            "target_end_date": pl.Series(days * len(levels), dtype=pl.Date),
            "location": [location] * values.size,
            "output_type": ["quantile"] * values.size,
            "output_type_id": np.repeat(levels, DAYS),
            "value": values.ravel(),
        }
    )


def measure(folder: Path, audience: str) -> dict[str, float]:
    """Hand over everything and take the time: of the whole, and of every product by itself."""
    from havenward.brief.check_files import check_files
    from havenward.brief.write import PRODUCTS, write_brief

    began, worked = time.perf_counter(), time.process_time()
    run = read_run(folder)
    brief = brief_of(run, BriefSettings(audience, reason="" if audience == "public" else "A benchmark."))
    found = {"compose": time.perf_counter() - began}
    write_brief(brief, folder.parent / "out")
    found["whole"] = time.perf_counter() - began
    found["whole_cpu"] = time.process_time() - worked  # what a busy machine does not add to
    found["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    alone = folder.parent / "alone"
    alone.mkdir()
    for name, write in PRODUCTS.items():
        began = time.perf_counter()
        write(brief, alone)
        found[name] = time.perf_counter() - began
    began = time.perf_counter()
    check_files([path for path in sorted(alone.rglob("*")) if path.is_file()], brief.guard)
    found["gate"] = time.perf_counter() - began
    return {name: round(value, 2) for name, value in found.items()}


def main() -> int:
    """Make the run, measure in a fresh process, say whether it holds."""
    if len(sys.argv) > 2:
        print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
        return 0
    audience = sys.argv[1] if len(sys.argv) > 1 else "public"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        make_run(folder)
        done = subprocess.run(
            [sys.executable, __file__, str(folder), audience], stdout=subprocess.PIPE, text=True, check=True
        )
    found = json.loads(done.stdout)
    holds = found["whole"] < SECONDS_LIMIT and found["peak_gib"] < MEMORY_LIMIT_GIB
    print(f"{SITES} sites x {DAYS} days x {MEMBERS} members, {audience}, seconds: {found}")
    print(f"limits {SECONDS_LIMIT:g} s and {MEMORY_LIMIT_GIB:g} GiB: {'held' if holds else 'broken'}")
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())

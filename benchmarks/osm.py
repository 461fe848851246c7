"""How long an import of roads takes and how much memory, for a country that does not exist.

    python benchmarks/osm.py [--settlements 20000] [--locations 500] [FILE.osm.pbf]

Without a file, `lab/make_osm.py` makes one: 20,000 settlements come with two million road nodes. The
locations are its largest settlements, every other one an origin.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))


def make_case(extract: Path, count: int):  # noqa: ANN201 - Case, imported late
    """Make a case of the largest settlements of an extract."""
    from havenward.case.importers.osm_roads import read_extract
    from havenward.records import Case, Location

    day = date(2026, 5, 1)
    settlements = read_extract(extract, paths=False, tracks=True).settlements
    largest = sorted(settlements, key=lambda s: (-int(s.population or 0), s.node))[:count]
    case = Case("Toy", "toy", "XXX", day, 60, "havenward", False, False, 3, "public", 10)  # noqa: FBT003
    rows = tuple(
        Location(f"place-{s.node}", s.name, "", ("origin", "town")[row % 2], s.latitude, s.longitude,
                 "", "", "", "", None, None, None, None, day, "")
        for row, s in enumerate(largest)
    )  # fmt: skip
    return replace(case, locations=rows)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--settlements", type=int, default=20_000)
    parser.add_argument("--locations", type=int, default=500)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        extract = options.file or Path(folder) / "country.osm.pbf"
        if options.file is None:
            made = [ROOT / "lab" / "make_osm.py", extract, "--settlements", str(options.settlements)]
            subprocess.run([sys.executable, *map(str, made)], check=True)
        measure(extract, options.locations)
    return 0


def measure(extract: Path, locations: int) -> None:
    """Import once, and print the time of the parts and the highest memory."""
    from havenward.case.importers import osm

    case = make_case(extract, locations)
    parts: dict[str, tuple[float, float]] = {}

    def timed(name: str):  # noqa: ANN202 - a wrapper of whatever the function is
        function = getattr(osm, name)

        def run(*arguments: object, **words: object) -> object:
            clocks = time.perf_counter(), time.process_time()
            answer = function(*arguments, **words)
            before = parts.get(name, (0.0, 0.0))
            parts[name] = (
                before[0] + time.perf_counter() - clocks[0],
                before[1] + time.process_time() - clocks[1],
            )
            return answer

        return run

    for name in ("read_extract", "lay_roads", "measure_ways", "choose_links", "describe_links"):
        setattr(osm, name, timed(name))
    began, processor = time.perf_counter(), time.process_time()
    imported = osm.import_osm(extract, case, {})
    wall, processor = time.perf_counter() - began, time.process_time() - processor
    assert len(imported.routes) >= locations - 1, (
        "a net of so many places has at least as many links less one"
    )
    print(f"{len(imported.routes):,} routes among {locations} locations")
    print(*imported.notes, sep="\n")
    parts["in all"] = wall, processor
    for name, seconds in parts.items():
        print(f"{name:>15} {seconds[0]:6.1f} s of wall time, {seconds[1]:6.1f} s of processor time")
    print(f"highest memory {psutil.Process().memory_info().rss / 2**20:,.0f} MiB now,", peak())


def peak() -> str:
    """Give the highest memory so far, where the system tells."""
    try:
        import resource
    except ImportError:
        return "peak unknown here"
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10:,.0f} MiB at the peak"


if __name__ == "__main__":
    sys.exit(main())

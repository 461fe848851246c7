"""Make an OpenStreetMap extract of a country that does not exist, always the same for a size and a seed.

    python lab/make_osm.py OUT.osm.pbf [--settlements 20000] [--seed 1] [--width 600]

Settlements lie at random in a square of `--width` kilometres, each with a small grid of streets around it.
Roads lead from each to its nearest ones, of a class that rises with the size of the bigger end, and wind. A
river parts the country from north to south: of the roads that meet it one in four has a bridge, one in four a
ferry, and the others end there. About a hundred road nodes come with each settlement, so that 20,000 of them
make two million.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Points = NDArray[np.float64]

WEST, SOUTH = 20.0, 8.0  # corner of the square, in degrees
KM_PER_DEGREE = 111.195  # of the meridian
STREETS = 5  # streets each way in a settlement
HALF_BLOCK_KM = 0.06
STEP_KM = 0.22  # between nodes of a road
STAMP = "2026-05-01T20:20:00Z"
# the class of a road by the place in order of size of its bigger end, in shares of all settlements
CLASSES = (
    (0.002, "trunk"),
    (0.01, "primary"),
    (0.05, "secondary"),
    (0.2, "tertiary"),
    (0.6, "unclassified"),
    (1.0, "track"),
)
# likewise the kind of a settlement
KINDS = ((0.001, "city"), (0.015, "town"), (0.4, "village"), (1.0, "hamlet"))


@dataclass(frozen=True)
class Country:
    """What was made: a row per settlement, and how many nodes and ways its roads have."""

    longitude: Points
    latitude: Points
    population: NDArray[np.int64]
    names: tuple[str, ...]
    road_nodes: int
    ways: int


@dataclass
class Drawing:
    """Points in kilometres and ways through them, kept until all are known: extracts hold nodes first."""

    points: list[Points] = field(default_factory=list)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)
    count: int = 0

    def add_points(self, points: Points) -> NDArray[np.int64]:
        """Take points of shape (n, 2); give their numbers, from 1."""
        self.points.append(points)
        self.count += len(points)
        return np.arange(self.count - len(points) + 1, self.count + 1)


def make_country(path: Path, settlements: int = 20_000, seed: int = 1, width_km: float = 600.0) -> Country:
    """Write the extract, in the format that the name of the file says."""
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(seed)
    places = rng.uniform(0.02 * width_km, 0.98 * width_km, (settlements, 2))
    # biggest first, so that the number of a settlement is its place in the order of size
    population = np.sort((rng.pareto(1.0, settlements) * 300 + 50).clip(max=2e6).astype(np.int64))[::-1]
    drawing = Drawing()
    middle = [_add_streets(drawing, place) for place in places]

    _, nearest = cKDTree(places).query(places, k=min(5, settlements))
    pairs = {tuple(sorted((a, int(b)))) for a, row in enumerate(nearest) for b in row[1:]}
    river, crossings = width_km / 2, 0
    for a, b in sorted(pairs):
        line = _draw_line(rng, places[a], places[b])
        nodes = [middle[a], *drawing.add_points(line[1:-1]).tolist(), middle[b]]
        tags = {"highway": _class_of(a / settlements, CLASSES)}
        if tags["highway"] == "tertiary" and rng.random() < 0.5:
            tags["surface"] = "gravel"
        beyond = line[:, 0] > river
        if beyond[0] == beyond[-1]:
            drawing.ways.append((nodes, tags))
            continue
        # the last point on the first bank, and the first one after it
        crossings += 1
        at = int(np.flatnonzero(beyond != beyond[0])[0])
        drawing.ways.append((nodes[:at], tags))
        if crossings % 4 == 0:
            drawing.ways.append((nodes[at - 1 : at + 1], {**tags, "bridge": "yes"}))
        elif crossings % 4 == 2:
            drawing.ways.append((nodes[at - 1 : at + 1], {"route": "ferry"}))
        drawing.ways.append((nodes[at:], tags))

    longitude, latitude = _to_degrees(np.concatenate(drawing.points), width_km)
    names = tuple(f"Place {number}" for number in range(1, settlements + 1))
    country = Country(
        *_to_degrees(places, width_km),
        population,
        names,
        drawing.count,
        sum(len(w[0]) > 1 for w in drawing.ways),
    )
    _write(path, drawing, (longitude, latitude), country)
    return country


def _add_streets(drawing: Drawing, place: Points) -> int:
    """Add a grid of streets with one point between crossings; give the number of its middle."""
    side = 2 * STREETS - 1
    row, column = np.divmod(np.arange(side * side), side)
    kept = (row % 2 == 0) | (column % 2 == 0)
    steps = np.column_stack((column, row))[kept] - (side - 1) / 2
    numbers = np.zeros(side * side, np.int64)
    numbers[kept] = drawing.add_points(place + steps * HALF_BLOCK_KM)
    grid = numbers.reshape(side, side)
    tags = {"highway": "residential", "surface": "unpaved"}
    for line in (*grid[::2], *grid.T[::2]):
        drawing.ways.append((line.tolist(), tags))
    return int(grid[side // 2, side // 2])


def _draw_line(rng: np.random.Generator, start: Points, end: Points) -> Points:
    """Draw a winding line: a chain of points that swings to both sides of the straight one."""
    steps = max(2, int(np.hypot(*(end - start)) / STEP_KM))
    share = np.linspace(0, 1, steps + 1)
    swing = rng.normal(0, 0.06) * np.sin(np.pi * share) + 0.02 * np.sin(6 * np.pi * share)
    along = end - start
    return start + share[:, None] * along + swing[:, None] * np.array([-along[1], along[0]])


def _class_of(share: float, classes: tuple[tuple[float, str], ...]) -> str:
    return next(name for limit, name in classes if share <= limit)


def _to_degrees(points: Points, width_km: float) -> tuple[Points, Points]:
    latitude = SOUTH + points[:, 1] / KM_PER_DEGREE
    middle = np.radians(SOUTH + width_km / KM_PER_DEGREE / 2)
    return WEST + points[:, 0] / (KM_PER_DEGREE * np.cos(middle)), latitude


def _write(path: Path, drawing: Drawing, degrees: tuple[Points, Points], country: Country) -> None:
    import osmium
    from osmium.osm.mutable import Node, Way

    header = osmium.io.Header()
    header.set("generator", "Havenward, lab/make_osm.py: no real country")
    header.set("osmosis_replication_timestamp", STAMP)
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for number, point in enumerate(zip(*(axis.tolist() for axis in degrees), strict=True), start=1):
            writer.add_node(Node(id=number, location=point))
        places = zip(country.longitude.tolist(), country.latitude.tolist(), strict=True)
        for number, point in enumerate(places):
            tags = {
                "place": _class_of(number / len(country.names), KINDS),
                "name": country.names[number],
                "population": str(country.population[number]),
            }
            writer.add_node(Node(id=drawing.count + 1 + number, location=point, tags=tags))
        ways = (way for way in drawing.ways if len(way[0]) > 1)
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags))


def main() -> None:
    """Write one file and say what it holds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--settlements", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--width", type=float, default=600.0, help="kilometres")
    options = parser.parse_args()
    country = make_country(options.out, options.settlements, options.seed, options.width)
    print(
        f"{options.out}: {len(country.names):,} settlements, {country.road_nodes:,} road nodes, "
        f"{country.ways:,} ways, {options.out.stat().st_size / 2**20:.1f} MiB"
    )


if __name__ == "__main__":
    main()

"""Which country the large case describes: places, roads, people and a year of fighting, all of it invented.

A rectangle of places joined to their neighbours, a strip of another country along one side that can be
entered at border posts only, and conflict that spreads from a few towns over most of the year. Everything
follows from a seed; sizes are options, so that it can be grown from a hundred places to ten thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from havenward.records import Case, Event, Location, Observation, Route, Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

START = date(2026, 1, 1)
KM_PER_DEGREE = 111.2
# share of the places inside the country; the rest are towns that people pass through
ORIGINS, HOSTS, CAMPS, MARKERS = 0.35, 0.24, 0.05, 0.05
ABROAD = 0.06  # share of the width that lies beyond the border
KM_PER_PLACE = 10.0  # places stand this far apart, so that a larger country is a wider one
SOURCES = ("survey", "monitor", "roads")


@dataclass(frozen=True)
class Size:
    """How large the country is.

    Parameters
    ----------
    places, routes
        How many of each.
    people
        Inhabitants of all origins.
    days
        Days over which things happen.
    """

    places: int = 10_000
    routes: int = 40_000
    people: int = 100_000_000
    days: int = 365


def make_country(size: Size | None = None, seed: int = 1) -> Case:
    """Invent the country.

    Every origin has a way out to the towns around it, and the number of places and routes is met exactly.

    Parameters
    ----------
    size
        How large; by default that of the large case.
    seed
        Another seed is another country.
    """
    size = size or Size()
    rng = np.random.default_rng(seed)
    width, height = 1.3 * KM_PER_PLACE * size.places**0.5, KM_PER_PLACE * size.places**0.5 / 1.3
    points = rng.random((size.places, 2)) * (width, height)
    pairs, kilometres = _join(points, points[:, 0] > (1.0 - ABROAD) * width, size.routes, rng)
    kinds = _choose_kinds(points, pairs, (1.0 - ABROAD) * width, rng)
    names = np.array([f"{kind}-{number:05d}" for number, kind in enumerate(kinds)])
    origins = np.flatnonzero(kinds == "origin")
    districts = _name_districts(points, max(2, round((size.places / 60) ** 0.5)), width, height)
    people = _share_people(rng.lognormal(0.0, 1.1, len(origins)), size.people)
    population = dict(zip(origins.tolist(), people.tolist(), strict=True))
    locations = tuple(
        Location(
            location=str(names[i]),
            name=f"{str(kinds[i]).title()} {i}",
            pcode=f"XL{i:05d}",
            kind=str(kinds[i]),
            latitude=round(2.0 + float(points[i, 1]) / KM_PER_DEGREE, 5),
            longitude=round(2.0 + float(points[i, 0]) / KM_PER_DEGREE, 5),
            admin1=districts[i][:6],
            admin2=districts[i],
            country="XXB" if points[i, 0] > (1.0 - ABROAD) * width else "",
            group=districts[i] if kinds[i] == "origin" else "",
            population=population.get(i),
            capacity=int(rng.integers(5, 200)) * 500 if kinds[i] == "camp" else None,
            opens=None,
            closes=None,
            published=START,
            source="survey",
        )
        for i in range(size.places)
    )
    modes = np.where(rng.random(len(pairs)) < 0.12, "foot", "road")
    routes = tuple(
        Route(str(names[a]), str(names[b]), float(km), str(mode), START, "roads")
        for (a, b), km, mode in zip(pairs, kilometres, modes, strict=True)
    )
    events = _happen(locations, points, pairs, kinds, size, rng)
    return Case(
        title="An invented country",
        crisis=f"invented-{size.places}",
        country="XXA",
        start=START,
        horizon_days=120,
        rules="havenward",
        residents_held=False,
        front_by_cell=False,
        publication_lag_days=3,
        audience="public",
        suppress_below=10,
        locations=locations,
        routes=routes,
        events=events,
        observations=_count(names[kinds == "camp"], size, rng),
        sources=tuple(Source(name, f"Invented {name}", "", "", None, "") for name in SOURCES),
    )


def scale_people(case: Case, factor: float) -> Case:
    """Give every origin so many times as many people, and every camp as many places."""

    def times(number: int | None) -> int | None:
        return None if number is None else round(number * factor)

    return replace(
        case,
        locations=tuple(
            replace(row, population=times(row.population), capacity=times(row.capacity))
            for row in case.locations
        ),
        events=tuple(
            replace(row, value=None if row.value is None else max(1.0, round(row.value * factor)))
            if row.kind in ("capacity", "screening")
            else row
            for row in case.events
        ),
    )


# -- the map ---------------------------------------------------------------------------------------------


def _join(
    points: NDArray[np.float64], abroad: NDArray[np.bool_], routes: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Join neighbours, the nearest first, until there are as many routes as asked for."""
    from scipy.spatial import cKDTree

    near = min(len(points) - 1, 4 + 4 * routes // len(points))
    distance, neighbour = cKDTree(points).query(points, k=near + 1)
    start = np.repeat(np.arange(len(points)), near)
    end, air, rank = neighbour[:, 1:].ravel(), distance[:, 1:].ravel(), np.tile(np.arange(near), len(points))
    # every place keeps its three nearest neighbours, so that nobody is left alone; then the shortest count
    order = np.lexsort((air, rank >= 3))
    low, high = np.minimum(start, end)[order], np.maximum(start, end)[order]
    _, first = np.unique(low * len(points) + high, return_index=True)
    # few roads cross the border: one in eight of those that could
    crosses = abroad[low] != abroad[high]
    kept = np.sort(first[~crosses[first] | (rng.random(len(first)) < 1 / 8)])[:routes]
    winding = 1.1 + 0.5 * rng.random(len(kept))
    kilometres = np.maximum(0.5, np.round(air[order][kept] * winding, 1))
    return np.stack([low[kept], high[kept]], axis=1), kilometres


def _choose_kinds(
    points: NDArray[np.float64], pairs: NDArray[np.int64], border: float, rng: np.random.Generator
) -> NDArray[np.str_]:
    """Say what each place is: posts where a road crosses the border, and no origin walled in by others."""
    u = rng.random(len(points))
    kinds = np.select(
        [
            u < ORIGINS,
            u < ORIGINS + HOSTS,
            u < ORIGINS + HOSTS + CAMPS,
            u < ORIGINS + HOSTS + CAMPS + MARKERS,
        ],
        ["origin", "host", "camp", "marker"],
        "town",
    ).astype("U8")
    abroad = points[:, 0] > border
    kinds[abroad & (kinds == "origin")] = "host"
    crossing = pairs[abroad[pairs[:, 0]] != abroad[pairs[:, 1]]]
    for pair in crossing:
        kinds[pair[~abroad[pair]]] = "border"
    # people do not travel through origins: what lies around one must belong to the open country
    while True:
        shut = _find_shut(kinds == "origin", pairs)
        if not len(shut):
            return kinds
        kinds[shut] = "town"


def _find_shut(origin: NDArray[np.bool_], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the origins without a neighbour in the largest part that is free of origins."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n = len(origin)
    free = pairs[~origin[pairs].any(axis=1)]
    links = coo_array((np.ones(len(free)), (free[:, 0], free[:, 1])), shape=(n, n))
    part = connected_components(links, directed=False)[1]
    largest = np.bincount(part[~origin]).argmax()
    out = np.zeros(n, np.bool_)
    for a, b in (pairs.T, pairs.T[::-1]):
        out[a[(part[b] == largest) & ~origin[b]]] = True
    return np.flatnonzero(origin & ~out)


def _name_districts(points: NDArray[np.float64], across: int, width: float, height: float) -> list[str]:
    column = np.minimum(across - 1, (points[:, 0] / width * across).astype(int))
    row = np.minimum(across - 1, (points[:, 1] / height * across).astype(int))
    return [f"area{c:02d}-{r:02d}" for c, r in zip(column, row, strict=True)]


def _share_people(weights: NDArray[np.float64], people: int) -> NDArray[np.int64]:
    """Share people by weights to the last person."""
    edges = np.round(np.cumsum(weights) / weights.sum() * people).astype(np.int64)
    return np.diff(edges, prepend=0)


# -- the year ---------------------------------------------------------------------------------------------


def _happen(
    locations: tuple[Location, ...],
    points: NDArray[np.float64],
    pairs: NDArray[np.int64],
    kinds: NDArray[np.str_],
    size: Size,
    rng: np.random.Generator,
) -> tuple[Event, ...]:
    """Let conflict spread, fronts pass, roads and borders close, camps grow, and posts screen."""
    events: list[Event] = []

    def note(day: float, kind: str, **more: object) -> None:
        if 0 <= day < size.days:
            when = START + timedelta(days=int(day))
            values = {"location": "", "from_": "", "to": "", "value": None} | more
            published = when + timedelta(days=1)
            events.append(Event(when, kind, published=published, source="monitor", **values))  # type: ignore[arg-type]

    def some(kind: str, share: float) -> NDArray[np.int64]:
        where = np.flatnonzero(kinds == kind)
        return rng.choice(where, min(len(where), max(1, round(share * len(where)))), replace=False)

    origins = np.flatnonzero(kinds == "origin")
    seeds = points[rng.choice(origins, 6)]
    away = np.sqrt(((points[origins, None] - seeds) ** 2).sum(axis=2)) + 40.0 * np.arange(6)
    began = away.min(axis=1) / np.quantile(away.min(axis=1), 0.75) * 0.85 * size.days
    began = np.maximum(0.0, began + rng.normal(0.0, 12.0, len(origins)))
    began[began.argmin()] = 0.0
    groups = sorted({locations[i].group for i in origins})
    fronts = set(rng.choice(groups, max(1, len(groups) // 12), replace=False).tolist())
    for i, day in zip(origins.tolist(), began.tolist(), strict=True):
        name = locations[i].location
        if locations[i].group in fronts:  # here armies move: a front comes once, and passes
            note(day, "front_reaches", location=name)
            note(day + rng.integers(3, 30), "retaken", location=name)
            continue
        spells = day + np.cumsum([0, *rng.integers(1, 40, rng.integers(1, 11))])
        for spell in spells.tolist():
            note(spell, "conflict", location=name, value=float(rng.integers(1, 9)))
        note(spells[-1] + 14, "conflict_ends", location=name)
    for group in rng.choice(groups, max(1, len(groups) // 12), replace=False).tolist():
        note(day := rng.integers(0, size.days), "order_to_stay", location=group)
        note(day + 20, "order_to_leave", location=group)
    # the map: roads that close and mostly open again, borders, and posts that begin to screen
    for route in rng.choice(len(pairs), max(1, size.places // 200), replace=False).tolist():
        ends = {"from_": locations[pairs[route, 0]].location, "to": locations[pairs[route, 1]].location}
        note(day := rng.integers(1, size.days), "route_closes", **ends)
        note(day + rng.integers(10, 90), "route_opens", **ends)
    for i in some("border", 0.15).tolist():
        note(day := rng.integers(1, size.days), "border_closes", location=locations[i].location)
        note(day + rng.integers(10, 60), "border_opens", location=locations[i].location)
    screened = [*some("border", 0.3).tolist(), *some("town", 0.01).tolist()]
    starts = rng.integers(0, size.days, 12)
    for i in screened:
        value = float(rng.integers(200, 5000)) if rng.random() < 0.7 else None
        note(rng.choice(starts), "screening", location=locations[i].location, value=value)
    for i in some("camp", 0.6).tolist():
        note(rng.integers(1, size.days), "capacity", location=locations[i].location,
             value=float(rng.integers(5, 300) * 500))  # fmt: skip
    for i in some("camp", 0.25).tolist():
        note(day := rng.integers(1, size.days), "site_opens", location=locations[i].location)
        note(day + rng.integers(60, 300), "site_closes", location=locations[i].location)
    return tuple(sorted(events, key=lambda e: (e.date, e.kind, e.location, e.from_, e.to)))


def _count(camps: NDArray[np.str_], size: Size, rng: np.random.Generator) -> tuple[Observation, ...]:
    """Count every camp once a month."""
    rows = []
    for month in range(1, size.days // 30 + 1):
        day = START + timedelta(days=30 * month - 1)
        for name in camps.tolist():
            persons = int(rng.integers(100, 60_000))
            rows.append(
                Observation(day, None, "location", name, "", "stock", persons, None, "registry",
                            day + timedelta(days=3), "survey")
            )  # fmt: skip
    return tuple(rows)

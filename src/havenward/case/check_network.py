"""Whether the map makes sense: coordinates, lengths of routes, and who can get where."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from havenward.case.cells import show
from havenward.case.findings import Trouble
from havenward.case.known import latest_locations
from havenward.geography import distance_km
from havenward.records import RECEIVING_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from havenward.case.draft import Draft

SHORTER_THAN_AIR = 0.95  # of the great circle; coordinates of places are centres, 5 % is their play
MUCH_SHORTER = 0.5
LONGER_THAN_AIR, LONG_KM = 10.0, 100.0  # mountain roads are three or four times as long as the air line
PLAY_KM = 1.0  # distances are often rounded to whole kilometres
FAR_KM = 2000.0  # no crisis spans this far from its middle


class Point(NamedTuple):
    """A place on the map, in degrees."""

    longitude: float
    latitude: float


def check_coordinates(draft: Draft) -> None:
    """Refuse half a coordinate; warn of points far away that would be near with their numbers swapped."""
    points = []
    for row in draft.case.locations:
        if (row.latitude is None) != (row.longitude is None):
            lacking = "latitude" if row.latitude is None else "longitude"
            draft.findings.add(
                "locations.csv",
                row.row,
                Trouble(
                    f"{lacking} is empty",
                    "expected both latitude and longitude, or neither",
                    "fill it in, or empty the other",
                    "half-coordinate",
                ),
            )
        elif row.latitude is not None and row.longitude is not None:
            points.append((row, Point(row.longitude, row.latitude)))
    if len(points) < 3:
        return  # two points cannot tell which of them is wrong
    middle = Point(median(p.longitude for _, p in points), median(p.latitude for _, p in points))
    for row, point in points:
        swapped = Point(point.latitude, point.longitude)
        if abs(swapped.latitude) <= 90 and _apart(point, middle) > FAR_KM >= _apart(swapped, middle):
            draft.findings.add(
                "locations.csv",
                row.row,
                Trouble(
                    f"latitude {point.latitude:g}, longitude {point.longitude:g} lies "
                    f"{_apart(point, middle):,.0f} km from the middle of the other places",
                    f"expected a place within {FAR_KM:,.0f} km",
                    "swap latitude and longitude",
                    "coordinates-swapped",
                    "warning",
                ),
            )


def _apart(a: Point, b: Point) -> float:
    return distance_km(*a, *b)


def check_distances(draft: Draft) -> None:
    """Hold the length of each route against the air line between its ends."""
    places = {
        name: Point(row.longitude, row.latitude)
        for name, row in latest_locations(draft.case).items()
        if row.longitude is not None and row.latitude is not None
    }
    severity = _severity(draft)
    for row in draft.case.routes:
        if row.from_ not in places or row.to not in places or row.from_ == row.to:
            continue
        air = _apart(places[row.from_], places[row.to])
        found = f"distance_km is {row.distance_km:g}, the air line is {air:.1f} km"
        if row.distance_km < MUCH_SHORTER * air - PLAY_KM:
            trouble = Trouble(
                found,
                "expected at least the air line in kilometres",
                "correct the distance, its unit, or the coordinates of the ends",
                "route-much-too-short",
                severity,
            )
        elif row.distance_km < SHORTER_THAN_AIR * air - PLAY_KM:
            trouble = Trouble(
                found,
                "expected at least the air line in kilometres",
                "correct the distance, or the coordinates of the ends",
                "route-too-short",
                "warning",
            )
        elif row.distance_km > LONG_KM and row.distance_km > LONGER_THAN_AIR * air:
            trouble = Trouble(
                found,
                f"expected less than {LONGER_THAN_AIR:g} times the air line",
                "correct the distance or its unit, which may be metres",
                "route-too-long",
                "warning",
            )
        else:
            continue
        draft.findings.add("routes.csv", row.row, trouble)


def _severity(draft: Draft) -> str:
    """Tell how much a strange map matters: a published case of another program keeps it as it is."""
    return "warning" if draft.case.rules == "flee" else draft.version_severity


def check_kinds(draft: Draft) -> None:
    """Refuse a case that nobody can leave or where nobody is received; warn of origins without people.

    In the snapshot of a run these are warnings: places may have been published later.
    """
    case, add = draft.case, draft.findings.add
    if not draft.is_sound("locations"):
        return
    kinds = [row.kind for row in latest_locations(case).values()]
    severity = _severity(draft)
    if "origin" not in kinds:
        add(
            "locations.csv",
            "",
            Trouble(
                "there is no origin",
                "expected at least one location of kind origin",
                "add the places that people may leave",
                "no-origin",
                severity,
            ),
        )
    if not any(kind in RECEIVING_KINDS for kind in kinds):
        add(
            "locations.csv",
            "",
            Trouble(
                "there is no place that receives people",
                "expected at least one location of kind camp or host",
                "add the places where people may go",
                "no-receiving-place",
                severity,
            ),
        )
    given = {name.partition(".")[0] for name in draft.keys["assumptions"] or ()}
    empty = [row for row in latest_locations(case).values() if row.kind == "origin" and not row.population]
    if empty and "population_at_risk" not in given and draft.keys["assumptions"] is not None:
        names = ", ".join(row.location for row in empty[:3]) + (", ..." if len(empty) > 3 else "")
        origins = kinds.count("origin")
        add(
            "locations.csv",
            "",
            Trouble(
                f"{len(empty)} of {origins} origins have no population ({names})",
                "expected a population, or the assumption population_at_risk",
                "fill population in, or they can send nobody",
                "origin-without-population",
                "warning",
            ),
        )


def check_reach(draft: Draft) -> None:
    """Refuse origins from which no receiving place can be reached; warn of places that nobody can reach.

    People pass through towns, borders, markers, camps and hosts, and through another origin only by the
    rules of Flee.
    """
    if not draft.is_sound("locations", "routes"):
        return
    case = draft.case
    latest = latest_locations(case)
    origins = {name for name, row in latest.items() if row.kind == "origin"}
    receiving = {name for name, row in latest.items() if row.kind in RECEIVING_KINDS}
    if not origins or not receiving:
        return
    links: dict[str, set[str]] = {name: set() for name in latest}
    for row in case.routes:
        if row.from_ not in links or row.to not in links:
            return  # a mistyped end is one problem, and not one more for each place behind it
        links[row.from_].add(row.to)
        links[row.to].add(row.from_)
    severity = _severity(draft)
    ends = set() if case.rules == "flee" else origins
    from_places = _reached(receiving, links, ends)
    for name in sorted(origins - from_places):
        draft.findings.add(
            "locations.csv",
            latest[name].row,
            Trouble(
                f"from origin {show(name)} no camp or host can be reached",
                "expected a chain of routes to one",
                "add the missing route" + (", which may not lead through another origin" if ends else ""),
                "origin-cut-off",
                severity,
            ),
        )
    for name in sorted(receiving - _reached(origins, links, ends)):
        draft.findings.add(
            "locations.csv",
            latest[name].row,
            Trouble(
                f"{latest[name].kind} {show(name)} cannot be reached from any origin",
                "expected a chain of routes to it",
                "add the missing route, or expect nobody there",
                "place-cut-off",
                "warning",
            ),
        )


def _reached(starts: Iterable[str], links: dict[str, set[str]], ends: set[str]) -> set[str]:
    """Find what can be reached; ways end at `ends`, where they may begin."""
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        for neighbour in links[waiting.pop()] - reached:
            reached.add(neighbour)
            if neighbour not in ends:
                waiting.append(neighbour)
    return reached

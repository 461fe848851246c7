"""Where the places of a list lie: coordinates, put right where latitude and longitude are swapped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from havenward.case.importers.loose_cells import read_degrees
from havenward.case.importers.telling import list_some
from havenward.case.known import latest_locations
from havenward.geography import distance_km

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from havenward.records import Case

# a point is taken for swapped where that brings it from farther than FAR to a quarter of the way or less
FAR_KM = 500.0
NOWHERE_KM = 8_000.0  # stands for the distance to a latitude beyond the poles
_PAIR = re.compile(r"\(?\s*(-?[0-9]+[.][0-9]+)\s*[,; ]\s*(-?[0-9]+[.][0-9]+)\s*\)?\Z")


@dataclass
class Points:
    """Longitude and latitude by number of the row, and notes on those that were put right or left out."""

    by_row: dict[int, tuple[float, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_points(rows: Sequence[tuple[int, Mapping[str, str]]], case: Case, where: str) -> Points:
    """Read the coordinates of a list: columns latitude and longitude, or both in one column `latlon`.

    Rows whose coordinates stand the other way round are told by where the rest of the list and the places of
    the case lie.
    """
    points = Points()
    unread = []
    for number, cells in rows:
        texts = (cells.get("latitude", ""), cells.get("longitude", ""))
        if not any(texts) and (pair := _PAIR.match(cells.get("latlon", ""))):
            texts = (pair[1], pair[2])
        if not any(texts):
            continue
        latitude, longitude = read_degrees(texts[0]), read_degrees(texts[1])
        if latitude is None or longitude is None:
            unread.append(f"row {number} ({' '.join(texts).strip()[:40]})")
        elif (latitude, longitude) != (0.0, 0.0):
            points.by_row[number] = (longitude, latitude)
    if unread:
        points.notes.append(
            f"{where}: coordinates that are no decimal degrees, left out: {list_some(unread)}"
        )
    _put_right(points, case, where)
    return points


def _put_right(points: Points, case: Case, where: str) -> None:
    centre = _centre(points, case)
    if centre is None:
        return
    swapped, wrong = [], []
    for number, (longitude, latitude) in points.by_row.items():
        here = distance_km(*centre, longitude, latitude) if abs(latitude) <= 90 else NOWHERE_KM
        there = distance_km(*centre, latitude, longitude) if abs(longitude) <= 90 else float("inf")
        if here > FAR_KM and there < here / 4:
            swapped.append(number)
        elif abs(latitude) > 90:
            wrong.append(number)
    for number in swapped:
        longitude, latitude = points.by_row[number]
        points.by_row[number] = (latitude, longitude)
    for number in wrong:
        del points.by_row[number]
    if swapped:
        rows = list_some([f"row {number}" for number in swapped])
        points.notes.append(
            f"{where}: latitude and longitude were swapped back in {len(swapped)} of {len(points.by_row)} "
            f"rows: {rows}"
        )
    if wrong:
        rows = list_some([f"row {number}" for number in wrong])
        points.notes.append(f"{where}: latitudes beyond 90 degrees, left out: {rows}")


def _centre(points: Points, case: Case) -> tuple[float, float] | None:
    """Give the middle of the case's places, or of the list where the case has none."""
    known = [
        (row.longitude, row.latitude)
        for row in latest_locations(case).values()
        if row.longitude is not None and row.latitude is not None
    ]
    pairs = known or [pair for pair in points.by_row.values() if abs(pair[1]) <= 90]
    if not pairs:
        return None
    return median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)

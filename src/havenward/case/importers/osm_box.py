"""Which locations, which part of the map and which date an import of roads takes, or why it cannot."""

from __future__ import annotations

from math import cos, radians
from typing import TYPE_CHECKING

import numpy as np

from havenward.case.importers.grids import refuse
from havenward.case.importers.osm_roads import NO_COORDINATE, Box
from havenward.case.known import latest_locations
from havenward.errors import Problem, SettingsError

if TYPE_CHECKING:
    from datetime import date

    from havenward.case.importers.osm_roads import Extract, Floats, Roads
    from havenward.records import Case, Location

MARGIN_SHARE, LEAST_MARGIN_KM = 0.25, 30.0  # of the longest route: a road may swing out of the box
KM_PER_DEGREE = 111.195
COVER_KM = 50.0  # a location this far from every road of the extract lies elsewhere
SHOWN = 5


def choose_places(case: Case, drafted_by: str) -> tuple[tuple[Location, ...], list[str]]:
    """Take the locations that have coordinates, by key; say which have none.

    Parameters
    ----------
    case
        Its latest version of each location counts.
    drafted_by
        Towns with this source are left out: this import drafts them again. Empty for none.

    Raises
    ------
    CaseError
        Fewer than two locations have coordinates.
    """
    latest = latest_locations(case)
    rows = [row for row in latest.values() if not (drafted_by and _is_drafted(row, drafted_by))]
    placed = [row for row in rows if row.latitude is not None and row.longitude is not None]
    if len(placed) < 2:
        table = "locations.csv"
        raise refuse(
            table,
            f"{len(placed)} of {len(rows)} locations have coordinates",
            "expected at least two, to be linked by roads",
            "fill in latitude and longitude, or import boundaries or a list of sites first",
            "osm-few-places",
        )
    lacking = sorted(row.location for row in rows if row not in placed)
    notes = []
    if lacking:
        notes.append(
            f"Without coordinates, and so without routes: {name_some(lacking)}. Fill in latitude and "
            "longitude."
        )
    return tuple(sorted(placed, key=lambda row: row.location)), notes


def list_keys(case: Case, drafted_by: str) -> set[str]:
    """List the keys that a drafted town may not have: those of all locations but earlier drafts."""
    return {key for key, row in latest_locations(case).items() if not _is_drafted(row, drafted_by)}


def _is_drafted(row: Location, source: str) -> bool:
    return row.kind == "town" and row.source == source


def choose_box(places: tuple[Location, ...], bbox: str, max_km: float) -> Box:
    """Take the part of the map that the user names, or the box of all places and a margin.

    Raises
    ------
    SettingsError
        The text is no box.
    """
    if bbox:
        return _read_box(bbox)
    longitude = [row.longitude for row in places if row.longitude is not None]
    latitude = [row.latitude for row in places if row.latitude is not None]
    north = max(LEAST_MARGIN_KM, MARGIN_SHARE * max_km) / KM_PER_DEGREE
    # degrees of longitude are shortest at the edge that is nearest to a pole
    east = north / max(0.05, cos(radians(min(89.0, max(map(abs, latitude)) + north))))
    return Box(min(longitude) - east, min(latitude) - north, max(longitude) + east, max(latitude) + north)


def _read_box(bbox: str) -> Box:
    try:
        box = Box(*(float(part) for part in bbox.split(",")))
    except (ValueError, TypeError):
        box = Box(0, 0, 0, 0)
    if -180 <= box.west < box.east <= 180 and -90 <= box.south < box.north <= 90:
        return box
    raise SettingsError(
        Problem(
            "settings",
            f"bbox is '{bbox[:60]}'",
            "expected 'west,south,east,north' in degrees",
            'write the smaller longitude first, for example "41.5,34.8,44.6,37.2"',
            "osm-bbox",
        )
    )


def choose_date(name: str, given: date | None, extract: Extract) -> date:
    """Take the date of the settings, or else that of the data.

    Raises
    ------
    SettingsError
        Neither is there.
    """
    if given is not None:
        return given
    if extract.published is not None:
        return extract.published
    raise SettingsError(
        Problem(
            name,
            "the header has no date of the data",
            "expected to know the day from which a forecast may use the routes",
            "give it in a settings file, for example: published = 2024-05-13",
            "osm-no-date",
        )
    )


def check_cover(name: str, extract: Extract, roads: Roads, places: tuple[Location, ...]) -> None:
    """Refuse a file without roads, or with roads in another part of the world.

    Raises
    ------
    CaseError
        With the likely reason: nodes only, coordinates swapped, another country.
    """
    whole = "take a whole extract, for example from download.geofabrik.de"
    if not len(extract.refs):
        settlements = f" and {len(extract.settlements):,} settlements" if extract.settlements else ""
        raise refuse(
            name,
            f"the extract holds no roads{settlements}",
            "expected ways with the tag highway that people may use",
            whole,
            "osm-no-roads",
        )
    there = extract.x != NO_COORDINATE
    known = extract.x[there] / 1e7, extract.y[there] / 1e7
    if not len(known[0]):
        raise refuse(
            name,
            "no node of its roads has coordinates in the file",
            "expected nodes before the ways that use them",
            "sort the file by type and number (osmium sort), or take a whole extract",
            "osm-no-nodes",
        )
    points = np.array([(row.longitude, row.latitude) for row in places], np.float64)
    if len(roads.km) and _count_covered(points, known):
        return
    extent = (
        f"latitude {known[1].min():.1f} to {known[1].max():.1f}, "
        f"longitude {known[0].min():.1f} to {known[0].max():.1f}"
    )
    if swapped := _count_covered(points[:, ::-1], known):
        would = "all" if swapped == len(points) else "some"
        raise refuse(
            name,
            f"no location lies near its roads, but {would} would with latitude and longitude swapped",
            f"expected locations at {extent}",
            "swap latitude and longitude in locations.csv",
            "osm-swapped",
        )
    raise refuse(
        name,
        "no location lies near its roads",
        f"expected locations at {extent}",
        "take the extract of the country of the case, or correct the coordinates or bbox",
        "osm-elsewhere",
    )


def _count_covered(points: Floats, known: tuple[Floats, Floats]) -> int:
    """Count the points in the box of the roads and a margin."""
    inside = np.ones(len(points), np.bool_)
    for axis in (0, 1):
        margin = COVER_KM / KM_PER_DEGREE
        inside &= points[:, axis] >= known[axis].min() - margin
        inside &= points[:, axis] <= known[axis].max() + margin
    return int(inside.sum())


def name_some(names: list[str], most: int = SHOWN) -> str:
    """Name the first few, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

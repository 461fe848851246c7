"""What an OpenStreetMap extract holds for a case: its roads as pieces of line, and its settlements."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import osmium

from havenward.case.importers.grids import refuse
from havenward.case.importers.osm_tags import Use, read_use
from havenward.geography import EARTH_RADIUS_KM
from havenward.limits import EXTRACT_FREE_BYTES, EXTRACT_NODES, EXTRACT_RATIO

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Indices = NDArray[np.int64]

SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.bz2", ".osm.gz")
PLACES = ("city", "town", "village", "hamlet")
EQUATOR_KM, ECCENTRICITY_2 = 6378.137, 0.00669437999014  # WGS 84
NO_COORDINATE = 2**31 - 1  # what libosmium gives for a node that it has not met
STAMPS = ("osmosis_replication_timestamp", "timestamp")  # of the header of a file
GET_PBF = "download it again, for example from download.geofabrik.de, and compare its size"


class Settlement(NamedTuple):
    """A node with the tag place."""

    node: int
    kind: str
    name: str
    latin_name: str
    longitude: float
    latitude: float
    population: str


class Box(NamedTuple):
    """A part of the map, in degrees."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Extract:
    """What was read of a file, before any coordinate is looked at.

    Parameters
    ----------
    refs, x, y
        Number of each node of each way in turn, its longitude and latitude in 1e-7 degrees
        (`NO_COORDINATE` where the file lacks the node).
    way
        Row in `uses` of each of them.
    uses
        What each way is.
    settlements
        In the order of their numbers.
    published
        Date of the data, None where the file does not say.
    twice
        Ways that the file holds more than once; only the first of each is kept.
    objects
        Nodes with a place and ways with a road, of whatever kind, that were looked at.
    """

    refs: Indices
    x: NDArray[np.int32]
    y: NDArray[np.int32]
    way: NDArray[np.int32]
    uses: tuple[Use, ...]
    settlements: tuple[Settlement, ...]
    published: date | None
    twice: int
    objects: int


@dataclass(frozen=True)
class Roads:
    """Pieces of line between neighbouring nodes of ways.

    Parameters
    ----------
    longitude, latitude
        Of each node, in degrees.
    start, end
        Row of the two nodes of each piece.
    km
        Length of each piece.
    way
        Row in `uses` of each piece; pieces of one way follow each other.
    first
        Whether a piece is the first one of its way that is there; bridges and ferries count there.
    uses
        As in `Extract`.
    missing
        Nodes that ways refer to and the file lacks.
    """

    longitude: Floats
    latitude: Floats
    start: Indices
    end: Indices
    km: Floats
    way: NDArray[np.int32]
    first: NDArray[np.bool_]
    uses: tuple[Use, ...]
    missing: int


def read_extract(path: Path, *, paths: bool, tracks: bool) -> Extract:
    """Read ways that people use, and settlements, in one pass over the file.

    Parameters
    ----------
    path
        An extract; its name says its format.
    paths, tracks
        As in `read_use`.

    Raises
    ------
    CaseError
        The file is no extract, is damaged or is empty.
    """
    _check_file(path)
    refs, x, y, way = array("q"), array("i"), array("i"), array("i")
    uses: list[Use] = []
    settlements: list[Settlement] = []
    seen: set[int] = set()
    twice = objects = 0
    try:
        # nodes without a place stay inside the library, which keeps where they are for the ways
        stream = osmium.FileProcessor(path).with_locations("flex_mem")
        header = stream.header
        for thing in stream.with_filter(osmium.filter.KeyFilter("highway", "route", "place")):
            if isinstance(thing, osmium.osm.Node):
                objects += 1
                settlements += _read_settlement(thing)
            elif isinstance(thing, osmium.osm.Way):
                objects += 1
                use = read_use(dict(thing.tags), paths=paths, tracks=tracks)
                if use is None:
                    continue
                if thing.id in seen:
                    twice += 1
                    continue
                seen.add(thing.id)
                if len(refs) > EXTRACT_NODES:
                    break
                for node in thing.nodes:
                    refs.append(node.ref)
                    place = node.location
                    x.append(place.x)
                    y.append(place.y)
                way.extend([len(uses)] * len(thing.nodes))
                uses.append(use)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise refuse(
            path.name,
            f"the file breaks off or is damaged ({error})",
            "expected a whole extract of OpenStreetMap",
            GET_PBF,
            "osm-damaged",
        ) from error
    if len(refs) > EXTRACT_NODES:
        raise refuse(
            path.name,
            f"its roads have more than {EXTRACT_NODES:,} points",
            "expected the roads of a country",
            "cut out the part that the case needs (osmium extract)",
            "osm-too-large",
        )
    return Extract(
        np.frombuffer(refs, np.int64) if refs else np.zeros(0, np.int64),
        np.frombuffer(x, np.int32) if x else np.zeros(0, np.int32),
        np.frombuffer(y, np.int32) if y else np.zeros(0, np.int32),
        np.frombuffer(way, np.int32) if way else np.zeros(0, np.int32),
        tuple(uses),
        tuple(sorted(settlements)),
        _read_stamp(header),
        twice,
        objects,
    )


def lay_roads(extract: Extract, box: Box) -> Roads:
    """Measure the pieces of ways that lie in a box, wholly or with one end."""
    known = extract.x != NO_COORDINATE
    longitude, latitude = extract.x / 1e7, extract.y / 1e7
    inside = (
        known
        & (longitude >= box.west)
        & (longitude <= box.east)
        & (latitude >= box.south)
        & (latitude <= box.north)
    )
    piece = (
        (extract.way[1:] == extract.way[:-1])
        & known[1:]
        & known[:-1]
        & (inside[1:] | inside[:-1])
        & (extract.refs[1:] != extract.refs[:-1])
    )
    at = np.flatnonzero(piece)
    numbers, row = np.unique(np.concatenate((extract.refs[at], extract.refs[at + 1])), return_inverse=True)
    start, end = row[: len(at)], row[len(at) :]
    node_longitude, node_latitude = np.empty(len(numbers)), np.empty(len(numbers))
    for rows, places in ((start, at), (end, at + 1)):
        node_longitude[rows], node_latitude[rows] = longitude[places], latitude[places]
    way = extract.way[at]
    first = np.ones(len(at), np.bool_)
    first[1:] = way[1:] != way[:-1]
    return Roads(
        node_longitude,
        node_latitude,
        start.astype(np.int64),
        end.astype(np.int64),
        measure_short_km(longitude[at], latitude[at], longitude[at + 1], latitude[at + 1]),
        way,
        first,
        extract.uses,
        len(np.unique(extract.refs[~known])),
    )


def measure_short_km(
    longitude_a: Floats, latitude_a: Floats, longitude_b: Floats, latitude_b: Floats
) -> Floats:
    """Measure short lines between points in degrees, in kilometres, by the radii of the ellipsoid WGS 84.

    The sphere would make roads that run north at the equator 0.6 % too long. Below 100 km and 75 degrees of
    latitude this is right to 0.1 %.
    """
    middle = np.radians(latitude_a + latitude_b) / 2
    bulge = 1 - ECCENTRICITY_2 * np.sin(middle) ** 2
    north = EQUATOR_KM * (1 - ECCENTRICITY_2) / bulge**1.5 * np.radians(latitude_b - latitude_a)
    turn = (longitude_b - longitude_a + 180) % 360 - 180
    east = EQUATOR_KM / np.sqrt(bulge) * np.cos(middle) * np.radians(turn)
    km: Floats = np.hypot(north, east)
    return km


def measure_km(longitude_a: Floats, latitude_a: Floats, longitude_b: Floats, latitude_b: Floats) -> Floats:
    """Measure great circles between points in degrees, of any shape, in kilometres (haversine)."""
    half_latitude = np.radians(latitude_b - latitude_a) / 2
    half_longitude = np.radians(longitude_b - longitude_a) / 2
    slant = np.cos(np.radians(latitude_a)) * np.cos(np.radians(latitude_b))
    chord = np.sin(half_latitude) ** 2 + slant * np.sin(half_longitude) ** 2
    km: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(chord)))
    return km


# -- the file and its parts --------------------------------------------------------------------------------


def _check_file(path: Path) -> None:
    """Refuse what cannot be an extract, by its name and its first bytes."""
    if not path.is_file():
        raise refuse(
            path.name or str(path),
            "there is no such file",
            "expected an extract",
            "correct the path",
            "osm-no-file",
        )
    kinds = ", ".join(SUFFIXES[1:])
    if not path.name.lower().endswith(SUFFIXES):
        raise refuse(
            path.name,
            f"files ending in '{path.suffix}' are not read as roads",
            f"expected an extract of OpenStreetMap ({kinds})",
            "take the .osm.pbf of the country, for example from download.geofabrik.de",
            "osm-format",
        )
    with path.open("rb") as stream:
        start = stream.read(64)
    if not start:
        raise refuse(
            path.name, "the file is empty", "expected an extract of OpenStreetMap", GET_PBF, "osm-empty"
        )
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        raise refuse(
            path.name,
            "the file is a web page, which a server sends when it refuses a download",
            "expected an extract of OpenStreetMap",
            "open it in a browser to see why, then download again",
            "osm-web-page",
        )
    marks = {".pbf": b"osmheader" in text, ".osm": text.startswith((b"<?xml", b"<osm"))}
    marks |= {".bz2": text.startswith(b"bzh"), ".gz": start.startswith(b"\x1f\x8b")}
    if not marks[path.suffix.lower()]:
        raise refuse(
            path.name,
            f"the file does not begin as a {path.suffix.lower()} file does",
            f"expected an extract of OpenStreetMap ({kinds}) under its own ending",
            f"rename it if it is of another format, or {GET_PBF}",
            "osm-not-an-extract",
        )
    size = path.stat().st_size
    unpacked = _count_unpacked(path, EXTRACT_RATIO * size)
    if unpacked > EXTRACT_FREE_BYTES and unpacked > EXTRACT_RATIO * size:
        raise refuse(
            path.name,
            f"the file unpacks to more than {EXTRACT_RATIO} times its size",
            "expected an extract of OpenStreetMap, which unpacks to 2 to 15 times its size",
            GET_PBF,
            "osm-bomb",
        )


def _count_unpacked(path: Path, enough: int) -> int:
    """Tell to how many bytes a packed extract unpacks, counted until there are enough; 0 for large files.

    What is too large to be tried out is bounded by its size alone.
    """
    enough, suffix = max(enough, EXTRACT_FREE_BYTES), path.suffix.lower()
    if suffix not in {".gz", ".bz2"} or path.stat().st_size > EXTRACT_FREE_BYTES:
        return 0
    import bz2
    import gzip
    import zlib

    unpacked = 0
    try:
        with gzip.open(path) if suffix == ".gz" else bz2.open(path) as stream:
            while unpacked <= enough and (piece := stream.read(1 << 20)):
                unpacked += len(piece)
    except (OSError, EOFError, zlib.error):
        return 0  # it is damaged, which its reader tells
    return unpacked


def _read_stamp(header: osmium.io.Header) -> date | None:
    """Read the day of the data from the header; hours are left out, all are UTC."""
    for name in STAMPS:
        try:
            return date.fromisoformat(header.get(name)[:10])
        except ValueError:
            continue
    return None


def _read_settlement(node: osmium.osm.Node) -> list[Settlement]:
    tags: Mapping[str, str] = dict(node.tags)
    kind, name = tags.get("place", ""), tags.get("name", "").strip()
    if kind not in PLACES or not name or not node.location.valid():
        return []
    latin = tags.get("name:en") or tags.get("int_name") or name
    where = node.location
    return [Settlement(node.id, kind, name, latin.strip(), where.lon, where.lat, tags.get("population", ""))]

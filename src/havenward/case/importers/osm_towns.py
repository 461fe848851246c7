"""Which settlements of an extract the case lacks, and how one becomes a location that people pass through."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from havenward.case.importers.matching import fold_name
from havenward.case.importers.osm_roads import measure_km
from havenward.records import Attribute, Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from havenward.case.importers.osm_roads import Box, Floats, Indices, Settlement

TOWN_KINDS = ("city", "town")  # villages and hamlets are too many to be stages of a way
SAME_PLACE_KM = 3.0  # a town this near to a location is that location, or a part of it
SAME_NAME_KM = 25.0  # likewise with its name: a location may stand for a district


class Draft(NamedTuple):
    """Locations that are not yet confirmed, and attributes that say where each comes from."""

    locations: tuple[Location, ...]
    attributes: tuple[Attribute, ...]


def find_new_towns(
    settlements: Iterable[Settlement], locations: Sequence[Location], by_hand: Mapping[str, str], box: Box
) -> list[Settlement]:
    """List the cities and towns inside a box that are no location of the case yet.

    Parameters
    ----------
    settlements
        Of the extract.
    locations
        With coordinates.
    by_hand
        Settlements that the user placed, or ruled out, by name.
    box
        What the case covers.
    """
    placed = {fold_name(name) for name in by_hand}
    longitude, latitude = _points(locations)
    names = [fold_name(place.name) for place in locations]
    found = []
    for town in settlements:
        inside = box.west <= town.longitude <= box.east and box.south <= town.latitude <= box.north
        own_names = {fold_name(town.name), fold_name(town.latin_name)}
        if town.kind not in TOWN_KINDS or not inside or own_names & placed:
            continue
        km = measure_km(longitude, latitude, np.array(town.longitude), np.array(town.latitude))
        near = np.flatnonzero(km <= SAME_NAME_KM)
        if any(km[row] <= SAME_PLACE_KM or names[row] in own_names for row in near):
            continue
        found.append(town)
    return found


def pick_on_the_way(
    km: Floats, to_town: Floats, own_km: Floats, links: Sequence[tuple[int, int]], tolerance: float
) -> Indices:
    """Tell which towns lie on a link: the way through the town is longer by the tolerance at most.

    Parameters
    ----------
    km
        Ways between locations, shape (location, location).
    to_town
        Ways from locations to towns, shape (location, town).
    own_km
        Way from the middle of each town to its road, which people who pass do not make, shape (town,).
    links
        Pairs of locations.
    """
    through = np.zeros(to_town.shape[1], np.bool_)
    for a, b in links:
        way = to_town[a] + to_town[b] - 2 * np.where(np.isfinite(own_km), own_km, 0)
        through |= way <= (1 + tolerance) * km[a, b]
    return np.flatnonzero(through)


def draft_towns(towns: Iterable[Settlement], taken: Iterable[str], published: date, source: str) -> Draft:
    """Draft locations of kind town; `taken` are keys that they may not have."""
    used = set(taken)
    locations: list[Location] = []
    attributes: list[Attribute] = []
    for town in towns:
        key = name_key(town)
        if key in used:
            key = f"{key}-{town.node}"
        used.add(key)
        locations.append(
            Location(key, town.name, "", "town", round(town.latitude, 6), round(town.longitude, 6),
                     "", "", "", "", None, None, None, None, published, source)
        )  # fmt: skip
        said = {
            "coordinates": f"point of OpenStreetMap node {town.node}, place={town.kind}; not yet confirmed"
        }
        if town.population:
            said["population_in_osm"] = f"{town.population} (a tag without a date)"
        attributes += [Attribute(key, "", "", *pair, published, source) for pair in said.items()]
    return Draft(tuple(locations), tuple(attributes))


def name_key(town: Settlement) -> str:
    """Make the short name of a town: its Latin name in small letters, or its number in OpenStreetMap."""
    plain = unicodedata.normalize("NFKD", town.latin_name.casefold())
    letters = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")
    return letters[:80] or f"osm-{town.node}"


def find_namesakes(
    settlements: Iterable[Settlement], locations: Sequence[Location]
) -> list[tuple[Location, Settlement, float]]:
    """List locations whose name the extract has far away only, with the nearest such settlement and its km.

    Either the coordinates are wrong, or it is another place of that name.
    """
    longitude, latitude = _points(locations)
    names = {fold_name(place.name): row for row, place in enumerate(locations)}
    nearest: dict[int, tuple[float, Settlement]] = {}
    for place in settlements:
        for row in {names[name] for name in map(fold_name, (place.name, place.latin_name)) if name in names}:
            km = float(
                measure_km(longitude[row], latitude[row], np.array(place.longitude), np.array(place.latitude))
            )
            nearest[row] = min(nearest.get(row, (km, place)), (km, place))
    return [(locations[row], place, km) for row, (km, place) in sorted(nearest.items()) if km > SAME_NAME_KM]


def _points(locations: Sequence[Location]) -> tuple[Floats, Floats]:
    return (
        np.array([place.longitude for place in locations], np.float64),
        np.array([place.latitude for place in locations], np.float64),
    )

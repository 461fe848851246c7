"""Which origin of a case is nearest to a point."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from havenward.case.importers.matching import Asked, match_places
from havenward.case.known import latest_locations
from havenward.errors import CaseError, Problem
from havenward.geography import EARTH_RADIUS_KM, distance_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from havenward.records import Case, Location

SWAP_FAR_KM, SWAP_NEAR_KM = 500.0, 100.0


def find_origins(case: Case) -> OriginMap:
    """Lay out the origins of a case that have coordinates.

    Raises
    ------
    CaseError
        There is none.
    """
    placed = [
        row
        for row in latest_locations(case).values()
        if row.kind == "origin" and row.latitude is not None and row.longitude is not None
    ]
    if not placed:
        raise CaseError(
            Problem(
                "locations.csv",
                "no location of the kind origin has coordinates",
                "expected the places where people live and may flee from",
                "import or write the places of the case first",
                "import-no-origins",
            )
        )
    return OriginMap(placed)


def refuse_swapped(where: str, points: Sequence[tuple[float, float]], origins: OriginMap) -> None:
    """Refuse points that lie around the origins only when longitude and latitude are swapped.

    Raises
    ------
    CaseError
        Half of the points lie far away, and half of them near when they are swapped.
    """
    far = _middle(origins.nearest([point for point in points if abs(point[1]) <= 90])[1], len(points))
    turned = [(latitude, longitude) for longitude, latitude in points if abs(longitude) <= 90]
    if far > SWAP_FAR_KM and _middle(origins.nearest(turned)[1], len(points)) < SWAP_NEAR_KM:
        raise CaseError(
            Problem(
                where,
                "latitude and longitude stand in each other's column",
                "expected points around the places of the case, as these are when the two are swapped",
                "swap the headings of the two columns",
                "import-coordinates-swapped",
            )
        )


def _middle(kilometres: Sequence[float], of: int) -> float:
    """Give the middle distance; points that are none on the globe lie farthest."""
    ordered = sorted(kilometres)
    return ordered[of // 2] if of // 2 < len(ordered) else float("inf")


def place_by_hand(case: Case, areas: Iterable[str], by_hand: Mapping[str, str]) -> dict[str, str]:
    """Give the location of each area that the settings name.

    Raises
    ------
    SettingsError
        The settings name a location that the case does not have.
    """
    if not by_hand:
        return {}
    found = match_places(case, (Asked(name=area) for area in areas if area), by_hand)
    return {asked.name: match.location for asked, match in found.items() if match.how == "settings"}


def tell_front(case: Case) -> list[str]:
    """Warn that conflict events take the place of a front that the case has."""
    kinds = {row.kind for row in case.events} & {"operation_starts", "front_reaches", "retaken"}
    if not kinds and not any(row.key == "front_order" for row in case.attributes):
        return []
    return [
        (
            "The case has a front already (operation_starts, front_reaches, retaken or front_order). "
            "Forecasts take conflict events in its place as soon as there are any: keep one of the two."
        )
    ]


class OriginMap:
    """Origins on the globe.

    Parameters
    ----------
    rows
        Locations with coordinates, at least one.
    """

    def __init__(self, rows: Sequence[Location]) -> None:
        from scipy.spatial import cKDTree

        self._rows = sorted(rows, key=lambda row: row.location)
        self._tree = cKDTree(
            _unit_vectors([(row.longitude or 0.0, row.latitude or 0.0) for row in self._rows])
        )
        self._in_area: dict[str, list[Location]] = defaultdict(list)
        for row in self._rows:
            if row.admin2:
                self._in_area[row.admin2.strip().casefold()].append(row)

    def nearest(self, points: Sequence[tuple[float, float]]) -> tuple[list[str], list[float]]:
        """Find the nearest origin of every point.

        Parameters
        ----------
        points
            Longitude and latitude in degrees.

        Returns
        -------
        locations, kilometres
            One each per point; great-circle distances.
        """
        import numpy as np

        if not points:
            return [], []
        chords, rows = self._tree.query(_unit_vectors(points))
        kilometres = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, chords / 2))
        return [self._rows[row].location for row in rows], [float(km) for km in kilometres]

    def nearest_in(self, admin2: str, longitude: float, latitude: float) -> str:
        """Find the nearest origin of an admin 2 area by its name; empty where there is none."""
        inside = self._in_area.get(admin2.strip().casefold(), [])
        return (
            min(
                inside,
                key=lambda row: distance_km(longitude, latitude, row.longitude or 0.0, row.latitude or 0.0),
            ).location
            if inside
            else ""
        )


def _unit_vectors(points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Turn degrees into points on a sphere of radius 1, whose chords a tree can search."""
    import numpy as np

    longitude, latitude = np.radians(np.asarray(points, np.float64)).T
    return np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )

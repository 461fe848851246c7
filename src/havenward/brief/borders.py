"""Which outlines of areas maps show: whole areas, no finer than every audience may see places."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

from havenward.brief.audience import GRID_DEGREES, allows
from havenward.errors import CaseError, Problem
from havenward.records import BOUNDARIES_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from havenward.records import Case

    Ring = list[tuple[float, float]]

COARSE_DECIMALS, FINE_DECIMALS = 2, 3  # of degrees: a kilometre, and 100 metres
DEEPEST_LEVEL = 2  # districts; what lies below them may be a neighbourhood
RINGS_IN = {"Polygon": 1, "MultiPolygon": 2}  # how deep rings lie in their coordinates


def read_borders(case: Case, audience: str) -> str:
    """Read the outlines that a case brings, reduced to what an audience may see.

    Lines and points are left out, since they can be roads and places; so are levels below districts. Where
    positions are coarse, so are the outlines, and areas smaller than a cell are left out. Names are never
    taken over.

    Parameters
    ----------
    case
        Its folder may hold `boundaries.geojson`, as an import of boundaries writes it.
    audience
        Whose eyes the maps are for.

    Returns
    -------
    borders
        GeoJSON of one MultiLineString, longitude and latitude; empty where there is nothing to draw.

    Raises
    ------
    CaseError
        The file is no GeoJSON.
    """
    path = case.folder / BOUNDARIES_FILE if case.folder is not None else None
    if path is None or not path.is_file():
        return ""
    try:
        rings = list(_rings_of(json.loads(path.read_text(encoding="utf-8-sig"))))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise CaseError(
            Problem(
                BOUNDARIES_FILE,
                f"it cannot be read ({type(error).__name__})",
                "expected GeoJSON with areas in degrees",
                "import the boundaries again, or remove the file",
                "boundaries-unreadable",
            )
        ) from error
    coarse = not allows(audience, "positions")
    lines = [_rounded(ring, COARSE_DECIMALS if coarse else FINE_DECIMALS) for ring in rings]
    kept = [line for line in lines if len(line) > 3 and not (coarse and _is_small(line))]
    return json.dumps({"type": "MultiLineString", "coordinates": kept}) if kept else ""


def _rings_of(node: Any, level: object = None) -> Iterator[Ring]:  # noqa: ANN401 - JSON
    """Give the outer and inner rings of every area that is not too fine."""
    kind = node["type"]
    if kind == "FeatureCollection":
        for one in node["features"]:
            yield from _rings_of(one)
    elif kind == "Feature":
        if node["geometry"] is not None:
            yield from _rings_of(node["geometry"], (node.get("properties") or {}).get("level"))
    elif kind == "GeometryCollection":
        for one in node["geometries"]:
            yield from _rings_of(one, level)
    elif kind in RINGS_IN and not (level is not None and int(str(level)) > DEEPEST_LEVEL):
        rings = node["coordinates"]
        for _ in range(RINGS_IN[kind] - 1):
            rings = [ring for area in rings for ring in area]
        yield from ([(float(point[0]), float(point[1])) for point in ring] for ring in rings)


def _rounded(ring: Ring, decimals: int) -> Ring:
    """Round the corners, and drop those that then say nothing new."""
    return [point for point, _ in groupby((round(lon, decimals), round(lat, decimals)) for lon, lat in ring)]


def _is_small(ring: Ring) -> bool:
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    return max(lons) - min(lons) < GRID_DEGREES or max(lats) - min(lats) < GRID_DEGREES

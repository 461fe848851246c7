"""The page that a map is drawn on: its size, how positions come to places on it, and the outlines below."""

from __future__ import annotations

import json
from math import cos, hypot, radians
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.brief.svg import PALE, RULE, path, tag

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markupsafe import Markup

    Point = tuple[float, float]

NEAREST_POINT = 0.8  # points of an outline that lie nearer than this to the last one are not drawn
BORDER = "#b3bcc5"


class Sheet(NamedTuple):
    """The page that a map is drawn on.

    Parameters
    ----------
    key
        Prefix of the identifiers in the drawing.
    width
        In units of the drawing; on print sheets a unit is a point.
    flattest, tallest
        Bounds of the height, in widths.
    margin
        Kept free around the outermost places.
    largest
        Radius of the largest circle.
    named
        How many places bear their names; all bear their number in the table.
    size
        Of letters.
    """

    key: str
    width: float
    flattest: float
    tallest: float
    margin: float
    largest: float
    named: int
    size: float


SCREEN = Sheet("map", 560.0, 0.55, 0.95, 64.0, 26.0, 12, 11.0)
PRINT = Sheet("map-print", 262.0, 0.62, 0.62, 24.0, 11.0, 8, 9.0)
SLIDE = Sheet("map-slide", 720.0, 0.36, 0.36, 50.0, 24.0, 12, 13.0)
PANEL = Sheet("map-day", 170.0, 0.75, 0.75, 18.0, 12.0, 0, 9.0)


class Ground(NamedTuple):
    """How positions become places on the page."""

    west: float
    north: float
    squeeze: float
    scale: float
    left: float
    top: float
    height: float

    def __call__(self, longitude: float, latitude: float) -> Point:
        """Give the place of a position on the page."""
        return (
            self.left + (longitude - self.west) * self.squeeze * self.scale,
            self.top + (self.north - latitude) * self.scale,
        )


def lay_ground(positions: Sequence[Point], sheet: Sheet) -> Ground:
    """Fit positions (longitude, latitude) into a sheet; equirectangular, true at the middle."""
    lons, lats = [longitude for longitude, _ in positions], [latitude for _, latitude in positions]
    squeeze = cos(radians((min(lats) + max(lats)) / 2))
    wide = max((max(lons) - min(lons)) * squeeze, 0.05)
    tall = max(max(lats) - min(lats), 0.05)
    height = min(max(sheet.width * tall / wide, sheet.width * sheet.flattest), sheet.width * sheet.tallest)
    scale = min((sheet.width - 2 * sheet.margin) / wide, (height - 2 * sheet.margin) / tall)
    return Ground(
        min(lons),
        max(lats),
        squeeze,
        scale,
        (sheet.width - scale * (max(lons) - min(lons)) * squeeze) / 2,
        (height - scale * (max(lats) - min(lats))) / 2,
        height,
    )


def lay_sheet(sheet: Sheet, height: float) -> Markup:
    """Draw the sheet itself."""
    return tag(
        "rect", x=0.5, y=0.5, width=sheet.width - 1, height=height - 1, fill=PALE, stroke=RULE, stroke_width=1
    )


def draw_borders(boundaries: str, ground: Ground, sheet: Sheet) -> list[Markup]:
    """Draw the outlines of areas that the case brings, thin and grey, cut at the edge of the sheet."""
    drawn = []
    for outline in _outlines(boundaries):
        points: list[Point] = []
        for longitude, latitude in outline:
            x, y = ground(longitude, latitude)
            if not points or hypot(x - points[-1][0], y - points[-1][1]) >= NEAREST_POINT:
                points.append((x, y))
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if len(points) > 1 and max(xs) > 0 and min(xs) < sheet.width and max(ys) > 0:
            drawn.append(tag("path", d=path(points), fill="none", stroke=BORDER, stroke_width=0.8))
    if not drawn:
        return []
    name = f"{sheet.key}-clip"
    frame = tag("rect", x=1, y=1, width=sheet.width - 2, height=ground.height - 2)
    return [tag("clipPath", frame, id=name), tag("g", *drawn, clip_path=f"url(#{name})")]


def _outlines(text: str) -> Iterator[list[Point]]:
    """Give the lines of a GeoJSON text: rings of areas and lines, as longitude and latitude."""
    if not text:
        return
    pile: list[Any] = [json.loads(text)]
    depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
    while pile:
        node = pile.pop()
        if not isinstance(node, dict):
            continue
        pile += [*node.get("features", ()), *node.get("geometries", ()), node.get("geometry")]
        if node.get("type") in depth:
            lines = [node["coordinates"]]
            for _ in range(depth[node["type"]]):
                lines = [part for whole in lines for part in whole]
            yield from ([(float(point[0]), float(point[1])) for point in points] for points in lines)

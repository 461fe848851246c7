"""What a map program opens: places with people as GeoPackage, with styles inside, and as GeoJSON.

Positions come from `release.coarsen` and nowhere else, and nothing finer is ever written: the database is
copied into a new file, so that no page of it holds what was removed and the same brief gives the same bytes.
"""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from math import ceil, cos, hypot, radians
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from havenward.brief.audience import GRID_DEGREES, Position, coarsen
from havenward.brief.cells import neutralise
from havenward.brief.rows import THREE, series_of, three

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from havenward.brief.content import Brief, Place

    Row = dict[str, Any]

CRS = "EPSG:4326"
SITES, SITES_BY_DAY = "sites", "sites_by_day"
KM_PER_DEGREE = 111.2
DATES = ("date", "origin_date", "first_likely_over")
WHOLE = (*THREE, "days_ahead", "position_within_km")
LARGEST_CIRCLE_MM = 14
COLOURS = {"camp": "11,58,91,190", "host": "47,125,91,190"}
OTHER_COLOUR = "110,110,110,190"
# Columns that QGIS looks for; a table of this name with a row per layer is how a GeoPackage carries styles.
STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
    update_time DATETIME DEFAULT CURRENT_TIMESTAMP
)
"""


def write_geopackage(brief: Brief, path: Path) -> None:
    """Write layers `sites` (a row per place) and `sites_by_day` (a row per place and day), styled.

    Parameters
    ----------
    brief
        Its places, with gates and origins where the audience may see them.
    path
        Must not exist.
    """
    by_day = site_day_rows(brief)
    draft = path.with_suffix(".draft.gpkg")
    _write_layer(draft, SITES, site_rows(brief), append=False)
    _write_layer(draft, SITES_BY_DAY, by_day, append=True)
    top = max((row["central"] or 0 for row in by_day), default=0)
    focal = _day_column(brief.focal_day, "central")
    styles = (
        (SITES, _style(focal, top, "name", "")),
        (SITES_BY_DAY, _style("central", top, "name", "date")),
    )
    _add_styles(draft, styles, f"{brief.origin_date.isoformat()}T00:00:00.000Z")
    _write_anew(draft, path)


def write_geojson(brief: Brief, path: Path) -> None:
    """Write the places with people on key days; positions are longitude, latitude (WGS 84), as RFC 7946 has.

    A place without a position has no geometry.
    """
    features = []
    for row in site_rows(brief):
        position = row.pop("position")
        geometry = {"type": "Point", "coordinates": position} if position else None
        features.append({"type": "Feature", "id": row["location"], "geometry": geometry, "properties": row})
    whole = {"type": "FeatureCollection", "name": SITES, "features": features}
    path.write_text(
        json.dumps(whole, ensure_ascii=False, default=str, separators=(",", ":")) + "\n",
        encoding="utf-8",
        newline="\n",
    )


def site_rows(brief: Brief) -> list[Row]:
    """Give a row per place: who it is, how well its position is known, people on every key day, capacity."""
    rows = []
    for place in _places(brief):
        row = _about(brief, place)
        for day, amount in place.people:
            for name, value in zip(THREE, three(amount), strict=True):
                row[_day_column(day, name)] = None if value is None else round(value)
        for name, value in zip(
            ("low", "central", "high"), three(place.capacity) if place.capacity else (None,) * 3, strict=True
        ):
            row[f"capacity_{name}"] = None if value is None else round(value)
        row["capacity_is"] = place.capacity_basis
        row["chance_over"] = place.chance_over
        row["first_likely_over"] = place.first_likely
        rows.append(row)
    return rows


def site_day_rows(brief: Brief) -> list[Row]:
    """Give a row per place and day."""
    rows = []
    for place in _places(brief):
        about = _about(brief, place)
        for day, amount in series_of(brief, place):
            row = {**about, "date": day, "days_ahead": (day - brief.origin_date).days}
            for name, value in zip(THREE, three(amount), strict=True):
                row[name] = None if value is None else round(value)
            rows.append(row)
    return rows


def _places(brief: Brief) -> tuple[Place, ...]:
    return (*brief.places, *brief.gates, *brief.origins)


def position_columns(brief: Brief, place: Place) -> tuple[float | None, float | None, str, int | None]:
    """Give latitude, longitude, how well they are known, and how far off (km) they can be on purpose."""
    position = coarsen(place.latitude, place.longitude, brief.audience)
    roughly = position.precision == "exact" and place.approximate
    known = "approximate" if roughly else position.precision
    return position.latitude, position.longitude, known, _within_km(position)


def _about(brief: Brief, place: Place) -> Row:
    latitude, longitude, known, within_km = position_columns(brief, place)
    return {
        "position": None if latitude is None else (longitude, latitude),
        "location": place.location,
        "name": neutralise(place.name),
        "pcode": place.pcode,
        "kind": place.kind,
        "admin1": neutralise(place.admin1),
        "admin2": neutralise(place.admin2),
        "country": place.country,
        "position_is": known,
        "position_within_km": within_km,
        "unit": "persons",
        "origin_date": brief.origin_date,
    }


def _within_km(position: Position) -> int | None:
    """Give how far the place can be from its point: half the diagonal of a cell; None where not coarse."""
    if position.precision != "coarse" or position.latitude is None:
        return None
    half = GRID_DEGREES / 2 * KM_PER_DEGREE
    return ceil(hypot(half, half * cos(radians(position.latitude))))


def _day_column(day: date, name: str) -> str:
    return f"people_{day:%Y_%m_%d}_{name}"


# -- the database ----------------------------------------------------------------------------------------


def _write_layer(path: Path, layer: str, rows: Sequence[Row], *, append: bool) -> None:
    """Write rows as points; None stays NULL, in the geometry too."""
    import numpy as np
    import pyogrio.raw  # type: ignore[import-untyped]

    names = [name for name in rows[0] if name != "position"] if rows else ["location"]
    columns = [_column(name, [row[name] for row in rows]) for name in names]
    pyogrio.raw.write(
        path,
        geometry=np.array([_point(row["position"]) for row in rows], dtype=object),
        field_data=[values for values, _ in columns],
        field_mask=[mask for _, mask in columns],
        fields=names,
        layer=layer,
        driver="GPKG",
        geometry_type="Point",
        crs=CRS,
        append=append,
        layer_options={"SPATIAL_INDEX": "NO", "GEOMETRY_NAME": "geom"},
        dataset_options=None if append else {"ADD_GPKG_OGR_CONTENTS": "NO"},
    )


def _point(position: tuple[float, float] | None) -> bytes | None:
    """Write longitude and latitude as well-known binary: little endian, kind 1 (point)."""
    return None if position is None else struct.pack("<BIdd", 1, 1, *position)


def _column(name: str, values: Sequence[object]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Give the values of a column as an array of the type of its name, and where there is none."""
    import numpy as np

    mask = np.array([value is None for value in values], dtype=bool)
    if name in DATES:
        days = ["1970-01-01" if value is None else value for value in values]
        return np.array(days, dtype="datetime64[D]"), mask
    if name in WHOLE or (name.startswith(("people_", "capacity_")) and name.endswith(THREE)):
        return np.array([0 if value is None else value for value in values], dtype=np.int64), mask
    if name == "chance_over":
        return np.array([0.0 if value is None else value for value in values], dtype=np.float64), mask
    return np.array(values, dtype=object), mask


def _add_styles(path: Path, styles: Sequence[tuple[str, str]], stamp: str) -> None:
    """Add the table of styles, and set every time to the origin date."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(STYLES_TABLE)
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
            "styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) "
            "VALUES ('', '', ?, 'geom', 'people', ?, '', 1, '', '', ?)",
            [(layer, qml, stamp) for layer, qml in styles],
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (stamp,),
        )
        database.execute("UPDATE gpkg_contents SET last_change = ?", (stamp,))
        database.commit()


def _write_anew(draft: Path, path: Path) -> None:
    """Copy what the database holds into a new one, without free pages and counters of changes."""
    with closing(sqlite3.connect(draft)) as database:
        database.execute("VACUUM INTO ?", (str(path),))
    draft.unlink()


def _style(size: str, top: float, label: str, day: str) -> str:
    """Write a style of QGIS: circles whose area is the number of people, biggest at `top`, with names.

    Parameters
    ----------
    size
        Column with the people.
    top
        People in the largest circle.
    label
        Column with the name.
    day
        Column with the date, by which QGIS plays the days one after the other; empty for none.
    """
    diameter = f'{LARGEST_CIRCLE_MM} * sqrt(coalesce("{size}", 0) / {max(top, 1):.0f})'
    colours = " ".join(f"WHEN \"kind\" = '{kind}' THEN '{colour}'" for kind, colour in COLOURS.items())
    data = {"size": diameter, "fillColor": f"CASE {colours} ELSE '{OTHER_COLOUR}' END"}
    temporal = (
        f'<temporal enabled="1" mode="1" startField={quoteattr(day)} endField="" durationField="" '
        'fixedDuration="7" durationUnit="d" accumulate="0" '
        'limitMode="0" startExpression="" endExpression=""/>'
        if day
        else ""
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22.0" styleCategories="Symbology|Labeling|Temporal" labelsEnabled="1">{temporal}'
        '<renderer-v2 type="singleSymbol" symbollevels="0" forceraster="0" enableorderby="1">'
        '<symbols><symbol type="marker" name="0" alpha="1" clip_to_extent="1" force_rhr="0">'
        '<layer class="SimpleMarker" enabled="1" pass="0" locked="0"><Option type="Map">'
        '<Option type="QString" name="name" value="circle"/>'
        f'<Option type="QString" name="color" value="{COLOURS["camp"]}"/>'
        '<Option type="QString" name="outline_color" value="255,255,255,255"/>'
        '<Option type="QString" name="outline_width" value="0.3"/>'
        '<Option type="QString" name="outline_width_unit" value="MM"/>'
        '<Option type="QString" name="size" value="2"/>'
        '<Option type="QString" name="size_unit" value="MM"/>'
        f"</Option>{_data_defined(data)}</layer></symbol></symbols>"
        f'<orderby><orderByClause asc="0" nullsFirst="0">{escape(chr(34) + size + chr(34))}</orderByClause>'
        "</orderby></renderer-v2>"
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(label)} isExpression="0" fontSize="8" fontSizeUnit="Point" '
        'textColor="40,40,40,255"><text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255"/></text-style>'
        '<placement placement="6" dist="1.5" distUnits="MM"/><rendering obstacle="1" scaleVisibility="0"/>'
        "</settings></labeling></qgis>"
    )


def _data_defined(expressions: Mapping[str, str]) -> str:
    """Write properties of a symbol that follow an expression."""
    inside = "".join(
        f'<Option type="Map" name="{name}"><Option type="bool" name="active" value="true"/>'
        f'<Option type="QString" name="expression" value={quoteattr(expression)}/>'
        '<Option type="int" name="type" value="3"/></Option>'
        for name, expression in expressions.items()
    )
    return (
        '<data_defined_properties><Option type="Map"><Option type="QString" name="name" value=""/>'
        f'<Option type="Map" name="properties">{inside}</Option>'
        '<Option type="QString" name="type" value="collection"/></Option></data_defined_properties>'
    )

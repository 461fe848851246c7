"""How administrative areas are read from boundary files, and how outlines for maps are made of them.

Understood are the two ways in which COD-AB name their columns (`adm2_name`, `adm2_pcode`; `ADM2_EN`,
`ADM2_PCODE`, `date`, `validOn`, `validTo`), and columns that the user names. Coordinates come out as
longitude and latitude (EPSG:4326).
"""

from __future__ import annotations

import json
import re
import sqlite3
import warnings
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import numpy as np
import pyogrio  # type: ignore[import-untyped]
import shapely  # type: ignore[import-untyped]

from havenward.case.importers.grid_parts import cut_off
from havenward.case.importers.grids import check_kind, open_zip, refuse, too_large
from havenward.case.importers.loose_cells import read_day
from havenward.limits import BOUNDARY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

MAX_BYTES = BOUNDARY_BYTES
SQLITE = b"SQLite format 3"
HEAD = 4000  # bytes that tell what a file is
MAX_LEVEL = 4
OUTLINES_BYTES = 300_000
# how far an outline may run beside the true one, in degrees; the first that fits is taken
TOLERANCES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032)
DIGITS = 4  # decimals of coordinates in outlines: 11 m
NEAR_DEGREES = 0.75  # areas this far from the case's locations are still drawn

_LAYERS = (".shp", ".gpkg", ".geojson", ".json", ".fgb")
_LANGUAGES = ("en", "fr", "es", "pt")
_WGS84 = ("EPSG:4326", "OGC:CRS84", "4326")
_PARTS_OF_SHAPEFILE = (".dbf", ".shx")


@dataclass(frozen=True)
class Area:
    """An administrative area.

    `above` are the areas that it lies in, as its row states them: P-code and name by level. `valid_on` is the
    day from which the file says that it holds.
    """

    level: int
    pcode: str
    name: str
    above: Mapping[int, tuple[str, str]]
    shape: Any
    valid_on: date | None = None


@dataclass(frozen=True)
class Areas:
    """Areas of a file, level by level in its order, and notes on what was done to them."""

    by_level: Mapping[int, tuple[Area, ...]]
    notes: tuple[str, ...] = ()

    def finest(self, level: int) -> tuple[Area, ...]:
        """Give the areas of a level, or of the finest one above it that the file has."""
        have = [number for number in self.by_level if number <= level]
        return self.by_level[max(have)] if have else ()


def holds_areas(path: Path) -> bool:
    """Tell a file of boundaries from a table, by its name or by what a ZIP holds."""
    suffix = path.suffix.lower()
    if suffix == ".zip" and path.is_file():
        try:
            names = open_zip(path.read_bytes(), path.name).namelist()
        except Exception:  # noqa: BLE001 - it is told when the table is opened
            return False
        return any(PurePath(name).suffix.lower() in _LAYERS for name in names)
    return suffix in _LAYERS or path.is_dir()


def read_areas(
    path: Path,
    *,
    language: str = "",
    columns: tuple[str, str, int] | None = None,
    points: Sequence[tuple[float, float]] = (),
) -> Areas:
    """Read the areas of a boundary file.

    Parameters
    ----------
    path
        GeoPackage, shapefile, GeoJSON, FlatGeobuf, a folder of them, or a ZIP that holds them.
    language
        Two letters: the language of names, where the file has several.
    columns
        Name column, P-code column (may be empty) and level, where the file names them in its own way.
    points
        Longitudes and latitudes that should lie inside, to tell swapped coordinates.

    Raises
    ------
    CaseError
        The file cannot be read, holds no polygons, or no columns that name areas.
    """
    name = path.name
    found: dict[int, list[Area]] = {}
    notes: list[str] = []
    seen: list[str] = []
    for place, layer in _list_layers(path):
        meta, shapes, fields = _read_layer(place, layer, name, notes)
        if shapes is None:
            continue
        headings = [str(field) for field in meta["fields"]]
        seen += [heading for heading in headings if heading not in seen]
        level, areas = _read_rows(headings, fields, shapes, language, columns)
        if areas:
            found.setdefault(level, []).extend(areas)
    if not found:
        raise _no_areas(name, seen)
    by_level = {level: _join_parts(found[level], name, notes) for level in sorted(found)}
    by_level, swapped = _put_right(by_level, points, name)
    notes += swapped
    return Areas(by_level, tuple(notes))


# -- files ---------------------------------------------------------------------------------------------


def _list_layers(path: Path) -> list[tuple[str, str]]:
    """List what GDAL opens, and the layers in it."""
    name = path.name
    if path.is_dir():
        inside = [part for part in sorted(path.iterdir()) if part.suffix.lower() in _LAYERS]
        places = [place for part in inside for place in _list_places(part, part.name)]
    else:
        places = _list_places(path, name)
    if not places:
        raise refuse(
            name,
            "there is no boundary file in it",
            "expected GeoPackage, shapefile or GeoJSON",
            "name the file itself",
            "import-boundaries-none",
        )
    layers = []
    for place in places:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # GDAL tells its own troubles; what matters becomes an error
                layers += [(place, str(layer)) for layer, _ in pyogrio.list_layers(place)]
        except Exception as error:  # GDAL fails in many ways on a damaged file
            raise cut_off(name) from error
    return layers


def _list_places(path: Path, name: str) -> list[str]:
    """List the files that GDAL may open: those that are what their names say.

    GDAL looks at the content and not at the name: a file that describes other files, or addresses in the net,
    would make it read those. Such files are XML and are refused as such.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise too_large(name, size)
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as error:
        raise refuse(
            name,
            f"the file cannot be read ({error.strerror or error})",
            "expected a file that may be read",
            "check the path, and that the file is not open elsewhere",
            "import-file-unreadable",
        ) from error
    if not head.startswith(b"PK"):
        _check_head(head, name)
        if head.startswith(SQLITE):
            check_geopackage(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", name)
        if path.suffix.lower() == ".shp":
            _check_parts(path)
        return [str(path)]
    archive = open_zip(path.read_bytes(), name)
    places = []
    for info in archive.infolist():
        if PurePath(info.filename).suffix.lower() not in _LAYERS or "__MACOSX" in info.filename:
            continue
        try:
            with archive.open(info) as inner:
                head = inner.read(HEAD)
        except Exception as error:  # zlib and the archive fail in ways of their own
            raise cut_off(name) from error
        _check_head(head, f"{name}/{info.filename}")
        if head.startswith(SQLITE):
            check_geopackage(archive.read(info), name)
        places.append(f"/vsizip/{path.resolve()}/{info.filename}")
    return places


def check_geopackage(database: str | bytes, name: str) -> None:
    """Refuse a GeoPackage whose layers are worked out while they are read: such a view may never end.

    Parameters
    ----------
    database
        An address of SQLite, or the bytes of the file.
    name
        What messages call it.
    """
    try:
        with closing(
            sqlite3.connect(database if isinstance(database, str) else ":memory:", uri=True)
        ) as opened:
            if isinstance(database, bytes):
                opened.deserialize(database)
            worked_out = opened.execute(
                "SELECT name FROM sqlite_master WHERE name IN (SELECT table_name FROM gpkg_contents) "
                "AND (type <> 'table' OR sql LIKE '%VIRTUAL%TABLE%')"
            ).fetchone()
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise cut_off(name) from error
    if worked_out:
        raise refuse(
            name,
            "a layer of it is a view, which is worked out each time that it is read",
            "expected layers that are tables",
            "save the layer alone into a new GeoPackage",
            "import-boundaries-view",
        )


def _check_head(head: bytes, name: str) -> None:
    if not head.startswith((SQLITE, b"fgb", b"\x00\x00\x27\x0a")):
        check_kind(head, name)


def _check_parts(path: Path) -> None:
    beside = {part.name.lower() for part in path.parent.iterdir()}
    missing = [
        suffix for suffix in _PARTS_OF_SHAPEFILE if path.with_suffix(suffix).name.lower() not in beside
    ]
    if missing:
        raise refuse(
            path.name,
            f"the files {' and '.join(path.stem + suffix for suffix in missing)} are missing",
            "expected the parts of a shapefile side by side",
            "copy all of its files, or use the ZIP as it was downloaded",
            "import-shapefile-parts",
        )


def _read_layer(place: str, layer: str, name: str, notes: list[str]) -> tuple[dict[str, Any], Any, list[Any]]:
    """Read one layer in longitude and latitude; no shapes where it holds no polygons."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            info = pyogrio.read_info(place, layer=layer)
            if "Polygon" not in str(info["geometry_type"]) and info["geometry_type"] not in {None, "Unknown"}:
                return info, None, []
            crs = str(info["crs"] or "")
            turned = bool(crs) and not crs.endswith(_WGS84)
            meta, _, geometry, fields = _read(_warped(place, layer) if turned else place, layer)
            if geometry is None:  # a table without shapes
                return info, None, []
            shapes = shapely.from_wkb(geometry)
    except Exception as error:
        raise cut_off(name) from error
    # the bounds of an empty shape are no numbers either
    keep = np.isin(shapely.get_type_id(shapes), (3, 6)) & np.isfinite(
        shapely.bounds(shapes).reshape(-1, 4)
    ).all(axis=1)
    if not keep.any():
        return meta, None, []
    if turned:
        notes.append(f"{name}: coordinates of layer '{layer}' were turned from {crs} to EPSG:4326")
    if not crs:
        _check_degrees(shapes[keep], name)
        notes.append(f"{name}: it does not say in which system its coordinates are; they look like degrees")
    valid = np.array([_polygons(shape) for shape in shapely.make_valid(shapes[keep])], dtype=object)
    sound = ~shapely.is_empty(valid)  # a polygon without width is made a line
    return meta, valid[sound] if sound.any() else None, [field[keep][sound] for field in fields]


def _read(place: str, layer: str) -> Any:  # noqa: ANN401 - what pyogrio gives
    """Read a layer; names in a shapefile that does not state its encoding are tried as UTF-8 first."""
    if not place.lower().endswith(".shp"):
        return pyogrio.raw.read(place, layer=layer, force_2d=True)
    try:
        return pyogrio.raw.read(place, layer=layer, force_2d=True, encoding="UTF-8")
    except UnicodeDecodeError:
        return pyogrio.raw.read(place, layer=layer, force_2d=True, encoding="cp1252")


def _warped(place: str, layer: str) -> str:
    """Describe a layer turned into longitude and latitude, as GDAL's virtual format writes it."""
    return (
        f'<OGRVRTDataSource><OGRVRTWarpedLayer><OGRVRTLayer name="{escape(layer, {chr(34): "&quot;"})}">'
        f"<SrcDataSource>{escape(place)}</SrcDataSource></OGRVRTLayer>"
        "<TargetSRS>EPSG:4326</TargetSRS></OGRVRTWarpedLayer></OGRVRTDataSource>"
    )


def _check_degrees(shapes: Any, name: str) -> None:  # noqa: ANN401 - an array of shapes
    most = float(np.abs(shapely.total_bounds(shapes)).max())
    if most > 180:
        raise refuse(
            name,
            f"its coordinates run to {most:,.0f} and it does not say in which system they are",
            "expected longitude and latitude, or a file that names its system (.prj of a shapefile)",
            "add the .prj file, or save it again as GeoPackage in EPSG:4326",
            "import-crs-unknown",
        )


# -- columns -------------------------------------------------------------------------------------------


def _read_rows(
    headings: list[str],
    fields: list[Any],
    shapes: Any,  # noqa: ANN401 - an array of shapes
    language: str,
    columns: tuple[str, str, int] | None,
) -> tuple[int, list[Area]]:
    position = {heading.casefold(): index for index, heading in enumerate(headings)}
    if columns and columns[0].casefold() in position:
        level, own = columns[2], {columns[2]: (columns[0].casefold(), columns[1].casefold())}
    else:
        own = _find_levels(position, fields, language)
        level = max(own, default=-1)
    if level < 0:
        return -1, []
    since = next((position[key] for key in ("validon", "valid_on", "date") if key in position), None)
    until = next((position[key] for key in ("validto", "valid_to") if key in position), None)
    known = [day for value in (fields[since] if since is not None else ()) if (day := _day(value))]
    latest = max(known, default=date.min)
    areas = []
    for row in range(len(shapes)):
        end = _day(fields[until][row]) if until is not None else None
        if end is not None and date(1901, 1, 1) < end <= latest:
            continue  # an area of the past, which the file keeps beside the one that followed it
        texts = {
            number: tuple(_text(fields[position[key]][row]) if key in position else "" for key in keys)
            for number, keys in own.items()
        }
        name, pcode = texts[level]
        above = {number: (code, text) for number, (text, code) in texts.items() if number < level}
        if name or pcode:
            day = _day(fields[since][row]) if since is not None else None
            areas.append(Area(level, pcode, name or pcode, above, shapes[row], day))
    return level, areas


def _find_levels(position: Mapping[str, int], fields: list[Any], language: str) -> dict[int, tuple[str, str]]:
    """Find the columns of the name and of the P-code of each level."""
    levels: dict[int, tuple[str, str]] = {}
    for number in range(MAX_LEVEL + 1):
        code = next((key for key in (f"adm{number}_pcode", f"adm{number}_code") if key in position), "")
        names = [f"adm{number}_{word}" for word in dict.fromkeys((language, "name", *_LANGUAGES)) if word]
        if language:  # newer files have the second language beside the first, and say which it is
            for extra in ("1", "2", "3"):
                said = position.get(f"lang{extra}")
                if said is not None and len(fields[said]) and _text(fields[said][0]).lower() == language:
                    names.insert(0, f"adm{number}_name{extra}")
        names += sorted(key for key in position if re.fullmatch(rf"adm{number}_[a-z]{{2}}", key))
        name = next((key for key in names if key in position), "")
        if name or code:
            levels[number] = (name, code)
    return levels


def _no_areas(name: str, headings: list[str]) -> Exception:
    listed = ", ".join(f"'{heading}'" for heading in headings[:12]) or "none"
    return refuse(
        name,
        f"no column names areas; found {listed}",
        "expected polygons with adm2_name and adm2_pcode, or ADM2_EN and ADM2_PCODE (or another level)",
        "name the columns in a settings file: name_column, pcode_column and level",
        "import-boundaries-columns",
    )


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())


def _day(value: object) -> date | None:
    if value is None or (isinstance(value, np.datetime64) and np.isnat(value)):
        return None
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").item()
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else read_day(str(value))


def _join_parts(areas: list[Area], name: str, notes: list[str]) -> tuple[Area, ...]:
    """Join rows of one area, as islands and repeated rows are."""
    parts: dict[str, list[Area]] = {}
    for area in areas:
        parts.setdefault(area.pcode or f"{area.name}/{area.above}", []).append(area)
    several = [rows for rows in parts.values() if len(rows) > 1]
    if several:
        named = ", ".join(f"{rows[0].name} ({rows[0].pcode})" for rows in several[:3])
        more = f" and {len(several) - 3} more" if len(several) > 3 else ""
        notes.append(f"{name}: areas that stand in several rows were joined: {named}{more}")
    return tuple(
        rows[0] if len(rows) == 1 else replace(rows[0], shape=shapely.union_all([row.shape for row in rows]))
        for rows in parts.values()
    )


def _put_right(
    by_level: dict[int, tuple[Area, ...]], points: Sequence[tuple[float, float]], name: str
) -> tuple[dict[int, tuple[Area, ...]], list[str]]:
    """Swap latitude and longitude back where the file has them the other way round."""
    shapes = [area.shape for areas in by_level.values() for area in areas]
    _, south, _, north = shapely.total_bounds(shapes)
    swapped = max(abs(south), abs(north)) > 90
    if not swapped and points:
        here = _count_near(shapes, points)
        there = _count_near(shapes, [(latitude, longitude) for longitude, latitude in points])
        swapped = here == 0 and there > len(points) / 2
    if not swapped:
        return by_level, []
    turned = {
        level: tuple(
            replace(area, shape=shapely.transform(area.shape, lambda pairs: pairs[:, ::-1])) for area in areas
        )
        for level, areas in by_level.items()
    }
    return turned, [f"{name}: latitude and longitude stood the other way round and were swapped"]


def _count_near(shapes: Sequence[Any], points: Sequence[tuple[float, float]]) -> int:
    west, south, east, north = shapely.total_bounds(list(shapes))
    return sum(
        west - 0.1 <= longitude <= east + 0.1 and south - 0.1 <= latitude <= north + 0.1
        for longitude, latitude in points
    )


# -- outlines ------------------------------------------------------------------------------------------


def draw_outlines(areas: Areas, points: Sequence[tuple[float, float]]) -> tuple[str, list[str]]:
    """Make the outlines of levels 1 and 2 for maps, in at most `OUTLINES_BYTES`.

    Parameters
    ----------
    areas
        Of a file.
    points
        Longitudes and latitudes of the case; where not everything fits, areas near them are drawn.

    Returns
    -------
    text, notes
        GeoJSON, one feature per line, with the properties level, pcode, name and admin1.
    """
    chosen = [area for level in (1, 2) for area in areas.by_level.get(level, ())]
    if not chosen:
        chosen = [area for level in sorted(areas.by_level)[:1] for area in areas.by_level[level]]
    near = [area for area in chosen if area.level <= 1 or _is_near(area, points)]
    first = [area for area in chosen if area.level <= 1]
    tries = [(chosen, ""), (near, "only second-level areas near the case are drawn")]
    tries.append((first, "only first-level areas are drawn"))
    for picked, note in tries:
        if not picked:
            continue
        for tolerance in TOLERANCES:
            text = _write_outlines(picked, tolerance)
            if len(text.encode("utf-8")) <= OUTLINES_BYTES:
                left_out = [f"boundaries for maps: {note}"] if note and len(picked) < len(chosen) else []
                return text, left_out
    return "", ["boundaries for maps: left out, because they are too many to draw"]


def _is_near(area: Area, points: Sequence[tuple[float, float]]) -> bool:
    west, south, east, north = shapely.bounds(area.shape)
    return any(
        west - NEAR_DEGREES <= longitude <= east + NEAR_DEGREES
        and south - NEAR_DEGREES <= latitude <= north + NEAR_DEGREES
        for longitude, latitude in points
    )


def _write_outlines(areas: Iterable[Area], tolerance: float) -> str:
    listed = list(areas)
    lines = []
    for level in sorted({area.level for area in listed}):
        group = [area for area in listed if area.level == level]
        shapes = shapely.coverage_simplify([_polygons(area.shape) for area in group], tolerance)
        for area, shape in zip(group, shapes, strict=True):
            rings = _rings(shape, tolerance)
            if not rings:
                continue
            feature = {
                "type": "Feature",
                "properties": {
                    "level": level,
                    "pcode": area.pcode,
                    "name": area.name,
                    "admin1": area.above.get(1, ("", ""))[1],
                },
                "geometry": {"type": "MultiPolygon", "coordinates": rings},
            }
            lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _polygons(shape: Any) -> Any:  # noqa: ANN401 - a shape
    """Keep the polygons of a shape: repairs leave lines and points behind."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shape
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts)


def _rings(shape: Any, tolerance: float) -> list[Any]:  # noqa: ANN401 - a shape
    """Write the polygons of a shape, islands too small to be seen left out."""
    parts = sorted(
        (part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and not part.is_empty),
        key=lambda part: -part.area,
    )
    kept = [part for index, part in enumerate(parts) if index == 0 or part.area > (4 * tolerance) ** 2]
    return [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in kept]


def _ring(ring: Any) -> list[list[float]]:  # noqa: ANN401 - a ring
    pairs = np.round(shapely.get_coordinates(ring), DIGITS)
    keep = np.ones(len(pairs), dtype=bool)
    keep[1:] = (pairs[1:] != pairs[:-1]).any(axis=1)
    thin = pairs[keep]
    return (thin if len(thin) >= 4 else pairs).tolist()  # type: ignore[no-any-return]

"""What common operational datasets give to a case: areas with P-codes, outlines, and population."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from havenward.case.importers.grids import refuse
from havenward.case.importers.imported import Imported
from havenward.case.importers.ledger import forget_fills
from havenward.case.importers.matching import fold_name
from havenward.case.importers.registry import Setting, need_file
from havenward.case.importers.telling import list_some
from havenward.case.known import latest_locations
from havenward.errors import nearest
from havenward.records import Attribute, Location, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from havenward.case.importers.outlines import Area, Areas
    from havenward.records import Case

CENTROID = "centroid of the area"
OUTSIDE_DEGREES = 0.02  # a border post this far outside of every area is taken for the nearest: 2 km

SETTINGS: Mapping[str, Setting] = {
    "level": Setting(
        "integer", "Administrative level of the P-codes, of new locations and of population.", 2
    ),
    "areas": Setting("list", "Names or P-codes of areas that become locations of the case.", []),
    "kind": Setting(
        "text", "Kind of the new locations.", "origin", ("origin", "town", "host", "camp", "border")
    ),
    "group": Setting("text", "Group of the new locations."),
    "language": Setting("text", "Language of names, two letters, where the file has several (COD-AB)."),
    "name_column": Setting("text", "Column of names, where the file names it in its own way."),
    "pcode_column": Setting("text", "Column of P-codes, likewise."),
    "population_column": Setting("text", "Column of the total population, likewise (COD-PS)."),
}


def import_cod(
    source: Path | None,
    case: Case,
    settings: Mapping[str, Any],
    online: object = None,  # noqa: ARG001 - every importer takes it
) -> Imported:
    """Read boundaries or population; which of the two is told from the file.

    Parameters
    ----------
    source
        COD-AB as GeoPackage, shapefile (zipped or not) or GeoJSON; COD-PS as CSV or XLSX.
    case
        Its locations get what the file knows about them.
    settings
        See `SETTINGS`.
    online
        Not used: boundaries and population are read from files.

    Returns
    -------
    imported
        Boundaries: blank P-codes and names of areas filled in by the area that a location lies in, locations
        for the chosen areas, outlines for maps. Population: people of the origins, by P-code.

    Raises
    ------
    CaseError
        The file cannot be used.
    """
    from havenward.case.importers.outlines import holds_areas

    path = need_file(source)
    if holds_areas(path):
        return import_boundaries(path, case, settings)
    from havenward.case.importers.cod_population import import_population

    return import_population(path, case, settings)


def import_boundaries(path: Path, case: Case, settings: Mapping[str, Any]) -> Imported:
    """Read boundaries (COD-AB); parameters and errors as in `import_cod`."""
    from havenward.case.importers.outlines import draw_outlines, read_areas

    key = settings["source"] or f"cod-ab-{(case.country or 'area').lower()}"
    case = forget_fills(case, key)
    located = _points(latest_locations(case).values())
    columns = None
    if settings["name_column"]:
        columns = (settings["name_column"], settings["pcode_column"], settings["level"])
    areas = read_areas(path, language=settings["language"], columns=columns, points=located)
    chosen = areas.finest(settings["level"])
    if not chosen:
        have = ", ".join(str(level) for level in areas.by_level)
        raise refuse(
            path.name,
            f"it holds areas of level {have}",
            f"expected areas of level {settings['level']} or above",
            f"write level = {min(areas.by_level)} into a settings file, or take the file of another level",
            "import-level-missing",
        )
    days = [area.valid_on for area in chosen if area.valid_on]
    vintage = max(days, default=None)
    notes = [*areas.notes]
    filled, said = _fill_codes(case, chosen, areas, key)
    notes += said
    fresh, qualities, said = _new_locations(path.name, case, areas, settings, key, vintage)
    notes += said
    outlines, said = draw_outlines(areas, [*located, *_points(fresh)])
    notes += said
    return Imported(
        source=Source(
            key,
            f"Administrative boundaries (COD-AB){f', valid on {vintage}' if vintage else ''}: {path.name}",
            "OCHA and national authorities",
            "https://data.humdata.org/cod",
            None,
            "as stated by the publisher of the file",
        ),
        locations=(*filled, *fresh),
        attributes=qualities,
        boundaries=outlines,
        notes=tuple(notes),
    )


def _points(rows: Iterable[Location]) -> list[tuple[float, float]]:
    """Give longitude and latitude of the locations that have them."""
    return [
        (row.longitude, row.latitude)
        for row in rows
        if row.longitude is not None and row.latitude is not None
    ]


# -- what is known of the case's locations -------------------------------------------------------------


def _fill_codes(
    case: Case, areas: Sequence[Area], all_areas: Areas, key: str
) -> tuple[list[Location], list[str]]:
    """Fill blank P-codes and names of areas of locations by the area that each lies in."""
    places = [row for row in latest_locations(case).values() if row.source != key]
    inside, outside = _find_areas(places, areas)
    filled, differ = [], []
    for row in case.locations:
        area = inside.get(row.location)
        if area is None:
            continue
        names = _names_above(area, all_areas)
        full = replace(
            row,
            pcode=row.pcode or area.pcode,
            admin1=row.admin1 or names.get(1, ""),
            admin2=row.admin2 or names.get(2, ""),
        )
        if full != row:
            filled.append(full)
    for location, area in inside.items():
        row = next(row for row in places if row.location == location)
        names = _names_above(area, all_areas)
        codes = {area.pcode.casefold(), *(code.casefold() for code, _ in area.above.values())}
        own = row.pcode.strip().casefold()
        if own and area.pcode and own not in codes and not own.startswith(area.pcode.casefold()):
            differ.append(f"{location} has the P-code {row.pcode} and lies in {area.name} ({area.pcode})")
        for level, stated in ((1, row.admin1), (2, row.admin2)):
            if stated and names.get(level) and fold_name(stated) != fold_name(names[level]):
                differ.append(f"{location} has admin{level} {stated} and lies in {names[level]}")
    notes = []
    if differ:
        notes.append(f"the case and the boundaries differ, nothing was changed: {list_some(differ)}")
    if outside:
        notes.append(f"locations that lie in none of the areas: {list_some(outside)}")
    return filled, notes


def _find_areas(places: Iterable[Location], areas: Sequence[Area]) -> tuple[dict[str, Area], list[str]]:
    """Find the area of each place with coordinates; just outside of all, the nearest one."""
    import shapely  # type: ignore[import-untyped]

    located = [row for row in places if row.longitude is not None and row.latitude is not None]
    if not located:
        return {}, []
    tree = shapely.STRtree([area.shape for area in areas])
    points = shapely.points([(row.longitude, row.latitude) for row in located])
    inside: dict[str, Area] = {}
    for point, index in zip(*tree.query(points, predicate="intersects"), strict=True):
        inside.setdefault(located[point].location, areas[index])
    rest = [n for n, row in enumerate(located) if row.location not in inside]
    outside = []
    if rest:
        nearest_area = tree.nearest(points[rest])  # shapes are never empty: `read_areas` leaves those out
        for n, index in zip(rest, nearest_area, strict=True):
            if shapely.distance(points[n], areas[index].shape) <= OUTSIDE_DEGREES:
                inside[located[n].location] = areas[index]
            else:
                outside.append(located[n].location)
    return inside, outside


def _names_above(area: Area, areas: Areas) -> dict[int, str]:
    """Give the names of an area and of those above it by level; where its row lacks them, of other layers."""
    names = {level: name for level, (_, name) in area.above.items() if name}
    for level, (code, _) in area.above.items():
        if level not in names and code:
            names[level] = next((a.name for a in areas.by_level.get(level, ()) if a.pcode == code), "")
    return {**names, area.level: area.name}


# -- new locations -------------------------------------------------------------------------------------


def _new_locations(
    name: str,
    case: Case,
    areas: Areas,
    settings: Mapping[str, Any],
    key: str,
    vintage: date | None,
) -> tuple[list[Location], tuple[Attribute, ...], list[str]]:
    """Make locations of the chosen areas, at a point inside each."""
    import shapely

    chosen = _choose_areas(name, areas, settings)
    if not chosen:
        return [], (), []
    published = settings["published"] or vintage
    if published is None:
        raise refuse(
            name,
            "it does not say from which day its areas hold",
            "expected that day for locations made of areas: forecasts see them from then on",
            "write published = 2024-05-13, with its day, into a settings file",
            "import-published-missing",
        )
    # a place that an import of these boundaries made stays theirs, whoever added versions of it since
    places = {**latest_locations(case), **{row.location: row for row in case.locations if row.source == key}}
    by_code = {row.pcode.casefold(): row for row in places.values() if row.pcode}
    taken = set(places)
    rows, notes, there = [], [], []
    for area in chosen:
        old = by_code.get(area.pcode.casefold()) if area.pcode else places.get(make_key(area.name))
        if old is not None and old.source != key:
            there.append(f"{area.name} is {old.location}")
            continue
        location = old.location if old else _free_key(area, taken)
        taken.add(location)
        point = shapely.point_on_surface(area.shape)
        names = _names_above(area, areas)
        rows.append(
            Location(
                location=location,
                name=area.name,
                pcode=area.pcode,
                kind=settings["kind"],
                latitude=round(point.y, 5),
                longitude=round(point.x, 5),
                admin1=names.get(1, ""),
                admin2=names.get(2, ""),
                country="",
                group=settings["group"],
                population=None,
                capacity=None,
                opens=None,
                closes=None,
                published=published,
                source=key,
            )
        )
    if there:
        notes.append(f"areas that the case has already: {list_some(there)}")
    if rows and published > case.start:
        notes.append(
            f"the new locations are seen by forecasts from {published} on, and the case starts on "
            f"{case.start}; write published into a settings file if they were known before"
        )
    qualities = tuple(
        Attribute(row.location, "", "", "coordinates", CENTROID, published, key) for row in rows
    )
    return rows, qualities, notes


def _choose_areas(name: str, areas: Areas, settings: Mapping[str, Any]) -> list[Area]:
    """Find the areas that the settings name, by P-code or name, at their level or any other."""
    wished: Sequence[str] = settings["areas"]
    order = sorted(areas.by_level, key=lambda level: (level != settings["level"], -level))
    chosen, unknown = [], []
    for wish in wished:
        found: list[Area] = []
        for level in order:
            found = [a for a in areas.by_level[level] if a.pcode and a.pcode.casefold() == wish.casefold()]
            found = found or [a for a in areas.by_level[level] if fold_name(a.name) == fold_name(wish)]
            if found:
                break
        if len(found) == 1:
            chosen += [area for area in found if area not in chosen]
        else:
            unknown.append((wish, found))
    if unknown:
        wish, found = unknown[0]
        names = [area.name for level in order for area in areas.by_level[level]]
        close = nearest(wish, names)
        codes = ", ".join(area.pcode for area in found[:6])
        raise refuse(
            name,
            f"'{wish}' names {len(found)} areas ({codes})" if found else f"there is no area '{wish}'",
            "expected names or P-codes of areas in this file",
            "name it by its P-code" if found else f"did you mean '{close}'?" if close else "correct 'areas'",
            "import-area-unknown",
        )
    return chosen


def _free_key(area: Area, taken: set[str]) -> str:
    key = make_key(area.name) or area.pcode.lower()
    if key in taken:
        key = f"{key}-{area.pcode.lower() or len(taken)}"
    return key


def make_key(name: str) -> str:
    """Make the short name of a location of its name: Latin letters without accents, digits, hyphens.

    Letters of other scripts are kept, as no spelling of them in Latin letters is certain.
    """
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("'", "").replace("\u2019", "")
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:80]

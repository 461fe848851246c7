"""How an OpenStreetMap extract becomes routes of a case: the steps, in order, and what the user can set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from havenward.case.importers.imported import Imported
from havenward.case.importers.osm_box import check_cover, choose_box, choose_date, choose_places, list_keys
from havenward.case.importers.osm_links import choose_links
from havenward.case.importers.osm_notes import note_file, note_namesakes, note_reach, note_towns
from havenward.case.importers.osm_roads import lay_roads, read_extract
from havenward.case.importers.osm_towns import Draft, draft_towns, find_namesakes, find_new_towns
from havenward.case.importers.osm_ways import Link, describe_links, link_straight, measure_ways, read_rules
from havenward.case.importers.ranges import check_ranges
from havenward.case.importers.registry import Setting
from havenward.errors import Problem, SettingsError
from havenward.records import Attribute, Route, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from havenward.records import Case, Location

SETTINGS: Mapping[str, Setting] = {
    "max_km": Setting("number", "Longest route, in kilometres.", 200.0),
    "snap_km": Setting("number", "How far a location may be from the nearest road, in kilometres.", 5.0),
    "walking_speed": Setting(
        "number", "Kilometres an hour on foot, from a location to its road and on paths.", 4.0
    ),
    "detour": Setting(
        "number",
        "A link is left out where others lead there too, if they are longer by this share at most.",
        0.1,
    ),
    "include_paths": Setting("flag", "Paths that no vehicle can use make routes on foot.", default=False),
    "use_tracks": Setting("flag", "Vehicles use field and forest tracks.", default=True),
    "add_towns": Setting("flag", "Cities and towns on the routes are drafted as locations.", default=False),
    "between_origins": Setting(
        "flag",
        "Origins are linked with each other too; by the rules of Havenward no way leads through one.",
        default=False,
    ),
    "bbox": Setting(
        "text",
        "Part of the map to read, 'west,south,east,north' in degrees; empty for the box of all locations and "
        "a margin.",
    ),
}
RANGES = {"max_km": (1, 3000), "snap_km": (0.01, 100), "walking_speed": (0.5, 8), "detour": (0, 2)}
SOURCE = "osm"
LICENCE = "ODbL 1.0; rows made from it too, if they are shared"


def import_osm(
    source: Path | None,
    case: Case,
    settings: Mapping[str, Any],
    online: object = None,  # noqa: ARG001 - every importer takes it; an extract is always a file
) -> Imported:
    """Make routes between the locations of a case from the roads of an OpenStreetMap extract.

    Two locations are linked where the links of others do not lead there as well, within the setting
    `detour`. Ways do not lead through origins, except by the rules of Flee.

    Parameters
    ----------
    source
        An extract: .osm.pbf, .osm, .osm.bz2 or .osm.gz.
    case
        With coordinates of its locations; those without are told and left out.
    settings
        Values of `SETTINGS` and of those that every importer has; absent ones have their defaults.
    online
        Unused.

    Returns
    -------
    imported
        Routes in the order of their ends, with attributes `route_quality`, `travel_hours`, `track_share`,
        `bridges` and `ferries`, where they are not 0; the same file and case give the same rows.

    Raises
    ------
    CaseError, SettingsError
        The file is no extract, is damaged, or covers another part of the world; a setting makes no sense.
    """
    settings = {name: setting.default for name, setting in SETTINGS.items()} | dict(settings)
    check_ranges(settings, RANGES)
    if source is None:
        raise SettingsError(
            Problem(
                "havenward import osm",
                "there is no file",
                "expected an extract of OpenStreetMap",
                "download the .osm.pbf of the country, for example from download.geofabrik.de",
                "import-not-online",
            )
        )
    key = settings.get("source") or SOURCE
    given, notes = choose_places(case, key if settings["add_towns"] else "")
    places = given
    box = choose_box(places, settings["bbox"], settings["max_km"])
    extract = read_extract(source, paths=settings["include_paths"], tracks=settings["use_tracks"])
    published = choose_date(source.name, settings.get("published"), extract)
    roads = lay_roads(extract, box)
    check_cover(source.name, extract, roads, places)
    towns = find_new_towns(extract.settlements, places, settings.get("places") or {}, box)

    # ways between locations; then again with the towns that lie on them, where they are wanted
    wanted, passed = read_rules(case, places, between_origins=settings["between_origins"])
    ways, on_the_way = measure_ways(roads, places, towns, wanted, settings)
    drafted = Draft((), ())
    if settings["add_towns"] and on_the_way:
        drafted = draft_towns(on_the_way, list_keys(case, key), published, key)
        places = (*places, *drafted.locations)
        wanted, passed = read_rules(case, places, between_origins=settings["between_origins"])
        ways, _ = measure_ways(roads, places, [], wanted, settings)
    pairs = choose_links(ways.km, wanted, passed, settings["detour"])
    links = describe_links(pairs, ways, settings["walking_speed"])
    straight = link_straight(places, pairs, wanted, settings["max_km"])
    routes, attributes = _write_rows((*links, *straight), places, published, key)

    notes += note_file(extract, roads)
    notes += note_reach(places, ways, links, straight, settings)
    notes += note_namesakes(find_namesakes(extract.settlements, given))
    notes += note_towns(extract, box, on_the_way, added=settings["add_towns"])
    return Imported(
        Source(
            key,
            f"OpenStreetMap extract {source.name}, data of {published.isoformat()}",
            "OpenStreetMap contributors",
            "https://www.openstreetmap.org/copyright",
            published,
            LICENCE,
        ),
        locations=drafted.locations,
        routes=routes,
        attributes=(*drafted.attributes, *attributes),
        notes=tuple(notes),
    )


def _write_rows(
    links: Iterable[Link], places: tuple[Location, ...], published: date, key: str
) -> tuple[tuple[Route, ...], tuple[Attribute, ...]]:
    """Write links as rows, in the order of the keys of their ends; the smaller key comes first."""
    rows = []
    for link in links:
        ends = sorted((places[link.first].location, places[link.second].location))
        rows.append((ends[0], ends[1], link))
    routes, attributes = [], []
    for start, end, link in sorted(rows, key=lambda row: row[:2]):
        routes.append(Route(start, end, link.km, link.mode, published, key))
        attributes += [Attribute("", start, end, *pair, published, key) for pair in link.said.items()]
    return tuple(routes), tuple(attributes)

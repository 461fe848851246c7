"""What a list of camps and sites in a spreadsheet gives to a case: places that receive people, and counts.

Capacity is what the list calls capacity. How many people are at a site is a count and becomes an observation;
it never stands in for a capacity that the list does not state.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from havenward.case.importers.cod import make_key
from havenward.case.importers.grids import refuse
from havenward.case.importers.imported import Imported, Unplaced
from havenward.case.importers.ledger import forget_fills
from havenward.case.importers.matching import Asked, PlaceMatch, describe_matches, list_unplaced, match_places
from havenward.case.importers.open_table import open_table, read_count, read_day, settle_days
from havenward.case.importers.points import read_points
from havenward.case.importers.registry import Setting, need_file
from havenward.case.importers.telling import list_some
from havenward.case.importers.versions import add_version
from havenward.records import Attribute, Location, Observation, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.case.importers.open_table import Table
    from havenward.case.importers.points import Points
    from havenward.records import Case

SETTINGS: Mapping[str, Setting] = {
    "kind": Setting("text", "Kind of sites whose row does not say it.", "camp", ("camp", "host")),
    "group": Setting("text", "Group of the new locations."),
    "add": Setting("flag", "Sites that the case does not have become locations; else they are listed.", True),  # noqa: FBT003 - a default
    "series": Setting("text", "Name of the series of counts; empty for the name of the source."),
    "title": Setting("text", "Title of the source; empty for the name of the file."),
    "publisher": Setting("text", "Who issued the list."),
}

# headings of the lists that camp coordination clusters, governments and agencies keep, in four languages
WANTED: Mapping[str, tuple[str, ...]] = {
    "name": (
        "site name", "camp name", "name of site", "name of camp", "camp", "site", "location name",
        "settlement", "settlement name", "nom du site", "nom du camp", "nom", "nombre del sitio",
        "nombre del campamento", "nombre", "اسم المخيم", "اسم الموقع", "#loc+name",
    ),
    "pcode": (
        "p-code", "site pcode", "site p-code", "camp pcode", "ssid", "site id", "site code", "camp id",
        "code du site", "code site", "codigo del sitio", "#loc+code",
    ),
    "latitude": (
        "lat", "gps latitude", "latitude (y)", "y", "latitud", "خط العرض", "#geo+lat",
    ),
    "longitude": (
        "lon", "long", "lng", "gps longitude", "longitude (x)", "x", "longitud", "خط الطول", "#geo+lon",
    ),
    "latlon": (
        "coordinates", "gps", "gps coordinates", "lat/long", "coordonnees", "coordonnees gps",
        "coordenadas",
    ),
    "capacity": (
        "planned capacity", "site capacity", "camp capacity", "total capacity", "capacity (individuals)",
        "capacity (persons)", "capacity (people)", "capacity ind", "capacite", "capacite d'accueil",
        "capacite totale", "capacite (personnes)", "capacite (individus)", "capacidad", "capacidad total",
        "capacidad (personas)", "القدرة الاستيعابية", "السعة", "#capacity+ind", "#capacity",
    ),
    "capacity_households": (
        "capacity (households)", "capacity (families)", "capacity hh", "plots", "capacite (menages)",
        "capacidad (hogares)", "#capacity+hh",
    ),
    "people": (
        "population", "current population", "individuals", "persons", "idps", "idp individuals",
        "no. of individuals", "number of individuals", "total individuals", "occupancy",
        "population actuelle", "individus", "personnes", "nombre d'individus", "poblacion actual",
        "poblacion", "individuos", "personas", "عدد الأفراد", "#affected+idps+ind", "#affected+idps",
        "#affected+ind", "#affected", "#population",
    ),
    "households": (
        "hh", "hhs", "families", "number of households", "no. of families", "total households", "menages",
        "nombre de menages", "hogares", "familias", "عدد الأسر", "#affected+idps+hh", "#affected+hh",
    ),
    "opens": (
        "opening date", "date opened", "opened", "open date", "date of opening", "opened on",
        "date d'ouverture", "ouverture", "fecha de apertura", "apertura", "تاريخ الافتتاح", "#date+start",
    ),
    "closes": (
        "closing date", "date closed", "closed on", "closure date", "date de fermeture", "fermeture",
        "fecha de cierre", "cierre", "تاريخ الإغلاق", "#date+end",
    ),
    "date": (
        "as of", "date of count", "count date", "reporting date", "report date", "last update",
        "last updated", "updated", "update date", "survey date", "date de mise a jour", "mise a jour",
        "date du comptage", "fecha de actualizacion", "fecha", "التاريخ", "#date+reported", "#date",
    ),
    "type": (
        "site type", "type of site", "camp type", "settlement type", "kind", "type de site",
        "tipo de sitio", "tipo", "نوع الموقع", "#loc+type",
    ),
    "admin1": (
        "governorate", "province", "state", "region", "admin 1", "adm1", "adm1_name", "gouvernorat",
        "departement", "etat", "departamento", "estado", "المحافظة", "#adm1+name",
    ),
    "admin2": (
        "district", "admin 2", "adm2", "adm2_name", "lga", "county", "locality", "territoire", "commune",
        "cercle", "municipio", "distrito", "القضاء", "#adm2+name",
    ),
}  # fmt: skip
# words of a type that say that people live among a community, not in a camp
_HOST_WORDS = ("host", "hote", "communaute daccueil", "comunidad de acogida", "out of camp", "hors camp")


@dataclass
class _List:
    """A list on its way into a case."""

    table: Table
    points: Points
    orders: Mapping[str, bool | None]
    published: date
    key: str
    notes: list[str]
    left: Counter[str] = field(default_factory=Counter)
    rounded: list[str] = field(default_factory=list)

    def number(self, row: int, cells: Mapping[str, str], column: str) -> int | None:
        """Read a whole number; what cannot be read is noted."""
        text = cells.get(column, "")
        if not text:
            return None
        count = read_count(text)
        if count.reason:
            heading = self.table.columns[column]
            (self.rounded if count.value is not None else self.notes).append(
                f"{self.table.where} row {row}: {heading}: {count.reason}"
            )
        return count.value

    def day(self, row: int, cells: Mapping[str, str], column: str) -> date | None:
        """Read a day; what cannot be read is noted."""
        text = cells.get(column, "")
        if not text:
            return None
        day = read_day(text, self.orders.get(column))
        if day is None:
            heading = self.table.columns[column]
            self.notes.append(f"{self.table.where} row {row}: {heading}: '{text[:40]}' is no day")
        return day


def import_sites(
    source: Path | None,
    case: Case,
    settings: Mapping[str, Any],
    online: object = None,  # noqa: ARG001 - every importer takes it
) -> Imported:
    """Read a list of camps and sites.

    Parameters
    ----------
    source
        CSV or XLSX; headings in English, French, Spanish or Arabic, or HXL tags.
    case
        Sites are looked for among its locations first.
    settings
        See `SETTINGS`.
    online
        Not used.

    Returns
    -------
    imported
        New locations, new versions of known ones where capacity or days differ, and counts as observations.

    Raises
    ------
    CaseError
        The file cannot be read, has no column of names, or nothing says when it was published.
    """
    path = need_file(source)
    table = open_table(path, wanted=WANTED, required=("name",), sheet=settings["sheet"])
    listed = _open_list(path, table, case, settings)
    case = forget_fills(case, listed.key)
    rows = _join_rows(listed)
    asked = {number: _ask(cells) for number, cells in rows}
    matches = match_places(case, asked.values(), settings["places"])
    locations, qualities, where_of = _make_locations(listed, rows, asked, matches, case, settings)
    observations = _make_observations(listed, rows, where_of, case, settings)
    notes = listed.notes
    notes += describe_matches(matches, table.where)
    if listed.rounded:
        notes.append(
            f"{table.where}: numbers that were not plain ({len(listed.rounded)}), such as {listed.rounded[0]}"
        )
    if "capacity_households" in table.columns and "capacity" not in table.columns:
        notes.append(
            f"{table.where}: '{table.columns['capacity_households']}' counts households and was left out; "
            "capacity is persons"
        )
    if "capacity" not in table.columns:
        notes.append(f"{table.where}: no column of capacity; counts of people are never taken for it")
    unplaced: tuple[Unplaced, ...] = ()
    if not settings["add"]:
        unplaced = list_unplaced(matches, Counter(asked.values()))
    return Imported(
        source=Source(
            listed.key,
            settings["title"] or f"List of sites: {path.name}",
            settings["publisher"],
            "",
            None,
            "as agreed with whoever gave the list",
        ),
        locations=tuple(locations),
        observations=tuple(observations),
        attributes=tuple(qualities),
        unplaced=unplaced,
        notes=tuple(dict.fromkeys(notes)),
    )


def _open_list(path: Path, table: Table, case: Case, settings: Mapping[str, Any]) -> _List:
    days_of = [column for column in ("opens", "closes", "date") if column in table.columns]
    orders = {
        column: settle_days(
            table.where,
            table.columns[column],
            table.texts(column),
            settings["dates"],
            [text for other in days_of for text in table.texts(other)],
        )
        for column in days_of
    }
    points = read_points(table.rows, case, table.where)
    published = settings["published"]
    notes = [*table.notes, *points.notes]
    if published is None:
        days = [day for text in table.texts("date") if (day := read_day(text, orders["date"])) is not None]
        if not days:
            raise refuse(
                table.where,
                "nothing says when the list was published",
                "expected a column such as 'last update', or the day in a settings file",
                "write published = 2024-05-13, with its day, into a settings file",
                "import-published-missing",
            )
        published = max(days)
        notes.append(f"{table.where}: taken as published on {published}, the latest day in it")
    key = settings["source"] or f"sites-{make_key(path.stem)}"
    return _List(table, points, orders, published, key, notes)


def _ask(cells: Mapping[str, str]) -> Asked:
    areas = [cells.get("admin1", ""), cells.get("admin2", "")]
    return Asked(cells.get("pcode", ""), cells.get("name", ""), ";".join(area for area in areas if area))


def _join_rows(listed: _List) -> list[tuple[int, dict[str, str]]]:
    """Take each site once, the last of rows that differ; totals are left out."""
    kept: dict[Asked, tuple[int, dict[str, str]]] = {}
    twice: list[str] = []
    changed: list[str] = []
    nameless: list[str] = []
    for number, cells in listed.table.rows:
        name = cells.get("name", "")
        if not name:
            nameless.append(f"row {number}")
            continue
        if name.casefold().strip(" :") in {"total", "grand total", "totals", "total general", "المجموع"}:
            continue
        asked = _ask(cells)
        if asked in kept:
            (twice if kept[asked][1] == cells else changed).append(
                f"{name} (rows {kept[asked][0]} and {number})"
            )
        kept[asked] = (number, cells)
    where = listed.table.where
    if twice:
        listed.notes.append(f"{where}: sites that stand twice were taken once: {list_some(twice)}")
    if changed:
        listed.notes.append(
            f"{where}: one site, rows that differ; the lower one was taken: {list_some(changed)}"
        )
    if nameless:
        listed.notes.append(f"{where}: rows without a name, left out: {list_some(nameless)}")
    return list(kept.values())


def _make_locations(
    listed: _List,
    rows: list[tuple[int, dict[str, str]]],
    asked: Mapping[int, Asked],
    matches: Mapping[Asked, PlaceMatch],
    case: Case,
    settings: Mapping[str, Any],
) -> tuple[list[Location], list[Attribute], dict[int, str]]:
    """Make a version of each site, and say which location each row is."""
    # places that have a version besides the one that an earlier import of this list wrote
    others = {
        row.location
        for row in case.locations
        if not (row.source == listed.key and row.published == listed.published)
    }
    taken = {row.location for row in case.locations}
    out: list[Location] = []
    qualities: list[Attribute] = []
    where_of: dict[int, str] = {}
    fresh, lost, newer = [], [], []
    claimed = _settle_claims(rows, asked, matches)
    for number, cells in rows:
        site = _read_site(listed, number, cells, settings)
        match = matches[asked[number]]
        location = match.location
        if not location and (match.how == "settings" or not settings["add"]):
            continue
        if location and claimed[location] != number:
            listed.notes.append(
                f"{listed.table.where} row {number}: {site.name} is {location}, as row {claimed[location]} "
                "is; left out"
            )
            continue
        if location in others:
            values = {
                name: getattr(site, name) for name in ("pcode", "latitude", "longitude", "admin1", "admin2")
            }
            places = {name: getattr(site, name) for name in ("capacity", "opens", "closes")}
            known, _ = add_version(case, location, values, listed.published, listed.key, override=False)
            changed, differ = add_version(case, location, places, listed.published, listed.key, override=True)
            out += _join_versions(known, changed)
            if "capacity" in differ:
                newer.append(f"{location}: {differ['capacity']:,} in the case, {site.capacity:,} here")
        else:
            if not location:
                location = _free_key(site.name, site.pcode, taken)
                taken.add(location)
                fresh.append(location + (f" (like {match.suggestions[0]})" if match.suggestions else ""))
                claimed[location] = number
            out.append(replace(site, location=location))
            if site.latitude is None:
                lost.append(location)
        where_of[number] = location
        if site.capacity is not None:
            heading = listed.table.columns["capacity"]
            qualities.append(
                Attribute(
                    location, "", "", "capacity", f"{heading} of the list", listed.published, listed.key
                )
            )
    where = listed.table.where
    if fresh:
        listed.notes.append(f"{where}: new locations: {list_some(fresh)}")
    if newer:
        listed.notes.append(
            f"{where}: capacity differs; this list is seen from {listed.published} on, and the case before: "
            f"{list_some(newer)}"
        )
    if lost:
        listed.notes.append(f"{where}: sites without coordinates: {list_some(lost)}")
    return out, qualities, where_of


def _settle_claims(
    rows: list[tuple[int, dict[str, str]]],
    asked: Mapping[int, Asked],
    matches: Mapping[Asked, PlaceMatch],
) -> dict[str, int]:
    """Say which row is a location where several rows would be: the one that was found most surely."""
    order = ("settings", "pcode", "name", "similar")
    sure: dict[str, tuple[int, int]] = {}
    for number, _ in rows:
        match = matches[asked[number]]
        if match.location:
            rank = (order.index(match.how), number)
            sure[match.location] = min(rank, sure.get(match.location, rank))
    return {location: number for location, (_, number) in sure.items()}


def _join_versions(known: list[Location], changed: list[Location]) -> list[Location]:
    """Join what was filled and what changed in the same version of a location."""
    by_day = {row.published: row for row in changed}
    joined = []
    for row in known:
        other = by_day.pop(row.published, None)
        if other is None:
            joined.append(row)
        else:
            joined.append(replace(row, capacity=other.capacity, opens=other.opens, closes=other.closes))
    return [*joined, *by_day.values()]


def _read_site(listed: _List, number: int, cells: Mapping[str, str], settings: Mapping[str, Any]) -> Location:
    longitude, latitude = listed.points.by_row.get(number, (None, None))
    capacity = listed.number(number, cells, "capacity")
    return Location(
        location="",
        name=cells["name"],
        pcode=cells.get("pcode", ""),
        kind=_read_kind(cells.get("type", ""), settings["kind"]),
        latitude=latitude,
        longitude=longitude,
        admin1=cells.get("admin1", ""),
        admin2=cells.get("admin2", ""),
        country="",
        group=settings["group"],
        population=None,
        capacity=capacity,
        opens=listed.day(number, cells, "opens"),
        closes=listed.day(number, cells, "closes"),
        published=listed.published,
        source=listed.key,
    )


def _read_kind(text: str, otherwise: str) -> str:
    plain = make_key(text).replace("-", " ")
    if any(word in plain for word in _HOST_WORDS):
        return "host"
    return "camp" if "camp" in plain else otherwise


def _free_key(name: str, pcode: str, taken: set[str]) -> str:
    key = make_key(name) or make_key(pcode) or "site"  # a name may be nothing but marks
    if key in taken and make_key(pcode):
        key = f"{key}-{make_key(pcode)}"
    number, base = 2, key
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def _make_observations(
    listed: _List,
    rows: list[tuple[int, dict[str, str]]],
    where_of: Mapping[int, str],
    case: Case,
    settings: Mapping[str, Any],
) -> list[Observation]:
    """Make a count of each site that states how many people are there."""
    counts, undated = [], []
    for number, cells in rows:
        people, households = (listed.number(number, cells, column) for column in ("people", "households"))
        if number not in where_of or (people is None and households is None):
            continue
        day = listed.day(number, cells, "date")
        if day is None and "date" in listed.table.columns:
            undated.append(f"row {number}")
            continue
        day = day or listed.published
        published = max(listed.published, day)
        if settings["published"] is None:
            published = day + timedelta(days=case.publication_lag_days)
        counts.append(
            Observation(
                date=day,
                date_from=None,
                scope="location",
                location=where_of[number],
                origin="",
                measure="stock",
                persons=people,
                households=households,
                series=settings["series"] or listed.key,
                published=published,
                source=listed.key,
            )
        )
    if undated:
        listed.notes.append(f"{listed.table.where}: counts without a day, left out: {list_some(undated)}")
    few = [c for c in counts if c.persons and c.households and c.persons < 1.5 * c.households]
    if few and len(few) > len(counts) / 2:
        listed.notes.append(
            f"{listed.table.where}: most sites have hardly more persons than households; look whether "
            f"'{listed.table.columns['people']}' counts families"
        )
    return counts

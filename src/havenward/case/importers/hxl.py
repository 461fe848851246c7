"""What a table with a row of HXL tags gives to a case: counts of people, population and capacity by place."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from havenward.case.importers.cod import make_key
from havenward.case.importers.grids import refuse
from havenward.case.importers.imported import Imported
from havenward.case.importers.ledger import forget_fills
from havenward.case.importers.matching import Asked, PlaceMatch, describe_matches, list_unplaced, match_places
from havenward.case.importers.open_table import open_table, read_count, read_day, settle_days
from havenward.case.importers.points import read_points
from havenward.case.importers.registry import Setting, need_file
from havenward.case.importers.telling import list_some
from havenward.case.importers.versions import add_version
from havenward.case.known import latest_locations
from havenward.records import Attribute, Location, Observation, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.case.importers.open_table import Table
    from havenward.records import Case

SETTINGS: Mapping[str, Setting] = {
    "day": Setting("date", "Day of the counts, where the file has no column of days.", None),
    "repeated": Setting(
        "text",
        "What rows of one place and day are that differ: parts to `add`, or corrections of which the `last` "
        "holds; empty: none is taken, and they are listed.",
        "",
        ("", "add", "last"),
    ),
    "add": Setting(
        "text",
        "Kind of the locations made of rows with coordinates that the case does not have; empty: none.",
        "",
        ("", "camp", "host", "origin", "town"),
    ),
    "series": Setting("text", "Name of the series of counts; empty for the name of the source."),
    "title": Setting("text", "Title of the source; empty for the name of the file."),
    "publisher": Setting("text", "Who issued the table."),
}

_ELSEWHERE = "-origin-dest-destination-asylum"
LEVELS = (4, 3, 2, 1)  # the finest area that a row names is its place
WANTED: Mapping[str, tuple[str, ...]] = {
    "loc_code": (f"#loc+code{_ELSEWHERE}", f"#loc+id{_ELSEWHERE}"),
    "loc_name": (f"#loc+name{_ELSEWHERE}", f"#loc-code-id-type{_ELSEWHERE}"),
    **{f"adm{n}_code": (f"#adm{n}+code{_ELSEWHERE}", f"#adm{n}+pcode{_ELSEWHERE}") for n in LEVELS},
    **{f"adm{n}_name": (f"#adm{n}+name{_ELSEWHERE}", f"#adm{n}-code-pcode{_ELSEWHERE}") for n in LEVELS},
    "latitude": ("#geo+lat",),
    "longitude": ("#geo+lon",),
    "latlon": ("#geo+latlon", "#geo+coord"),
    "origin": (
        "#adm2+name+origin", "#adm1+name+origin", "#adm2+origin", "#adm1+origin", "#loc+origin",
        "#country+origin",
    ),
    "idps": ("#affected+idps+ind-hh-returnees", "#affected+idps-hh-returnees", "#affected+displaced-hh"),
    "idps_hh": ("#affected+idps+hh-returnees",),
    "refugees": ("#affected+refugees+ind-hh-returnees", "#affected+refugees-hh-returnees"),
    "refugees_hh": ("#affected+refugees+hh-returnees",),
    "population": ("#population+total-hh", "#population-hh"),
    "capacity": ("#capacity+ind-hh", "#capacity-hh"),
    "date": ("#date+reported", "#date+end", "#date+occurred", "#date-start-year-month-created-updated"),
    "type": ("#loc+type",),
}  # fmt: skip
COUNTS = ("idps", "refugees")
VALUES = (*COUNTS, "idps_hh", "refugees_hh", "population", "capacity")


@dataclass
class _Hxl:
    """A table on its way into a case."""

    table: Table
    key: str
    notes: list[str]
    left: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def number(self, row: int, cells: Mapping[str, str], column: str) -> int | None:
        """Read a whole number; what cannot be read is listed."""
        text = cells.get(column, "")
        if not text:
            return None
        count = read_count(text)
        if count.reason:
            self.left["numbers that are not plain"].append(f"row {row} ({count.reason})")
        return count.value


def import_hxl(
    source: Path | None,
    case: Case,
    settings: Mapping[str, Any],
    online: object = None,  # noqa: ARG001 - every importer takes it
) -> Imported:
    """Read a table with HXL tags.

    Parameters
    ----------
    source
        CSV or XLSX with a row of tags among its first 25 rows.
    case
        Places are looked for among its locations, by `#loc`, else by the finest `#adm`.
    settings
        See `SETTINGS`.
    online
        Not used.

    Returns
    -------
    imported
        `#affected+idps` and `#affected+refugees` as counts, one series each; `#population` of origins and
        `#capacity` of receiving places as versions of these.

    Raises
    ------
    CaseError
        The file cannot be read, has no tags of places and numbers, or nothing says the day of its counts.
    """
    path = need_file(source)
    table = open_table(path, wanted=WANTED, sheet=settings["sheet"])
    _check_tags(table)
    work = _Hxl(table, settings["source"] or f"hxl-{make_key(path.stem)}", list(table.notes))
    case = forget_fills(case, work.key)
    points = read_points(table.rows, case, table.where)
    work.notes += points.notes
    asked = {number: _ask(cells) for number, cells in table.rows}
    matches = match_places(case, [place for place in asked.values() if place != Asked()], settings["places"])
    fresh = _add_locations(work, asked, matches, points.by_row, case, settings)
    where_of = {
        number: matches[place].location or fresh.get(place, ("", None))[0]
        for number, place in asked.items()
        if place in matches
    }
    nowhere = [f"row {number}" for number, place in asked.items() if place == Asked()]
    if nowhere:
        work.notes.append(f"{table.where}: rows that name no place, left out: {list_some(nowhere)}")
    days = _read_days(work, settings)
    observations = _make_counts(work, where_of, days, case, settings)
    made = {key: row for key, row in fresh.values() if row is not None}
    rows, qualities = _make_values(work, where_of, days, case, settings, made)
    work.notes += describe_matches(matches, table.where)
    for what, items in work.left.items():
        work.notes.append(f"{table.where}: {what}: {list_some(items)}")
    unplaced = tuple(
        place
        for place in list_unplaced(matches, Counter(asked.values()))
        if Asked(place.pcode, place.name) not in {Asked(one.pcode, one.name) for one in fresh}
    )
    return Imported(
        source=Source(
            work.key,
            settings["title"] or f"Table with HXL tags: {path.name}",
            settings["publisher"],
            "",
            None,
            "as stated by the publisher of the file",
        ),
        locations=(*made.values(), *rows),
        observations=tuple(observations),
        attributes=tuple(qualities),
        unplaced=unplaced,
        notes=tuple(dict.fromkeys(work.notes)),
    )


def _check_tags(table: Table) -> None:
    """Refuse a table without tags of a place and of a number that is used."""
    tagged = [name for name, heading in table.columns.items() if heading.startswith("#")]
    tags = [heading for heading in (*table.columns.values(), *table.other_columns) if heading.startswith("#")]
    if not tags:
        raise refuse(
            table.where,
            "there is no row of HXL tags in its first 25 rows",
            "expected a row such as #adm2+code, #date, #affected+idps below the headings",
            "add the row, or import the table by its kind: dtm, unhcr, sites",
            "import-hxl-no-tags",
        )
    place = any(name.startswith(("loc_", "adm", "latitude", "latlon")) for name in tagged)
    value = any(name in VALUES for name in tagged)
    if not place or not value:
        lacking = (
            "a place (#loc or #adm1 to #adm4)"
            if not place
            else ("numbers (#affected+idps, #affected+refugees, #population or #capacity, of all people)")
        )
        raise refuse(
            table.where,
            f"its tags are {', '.join(tags[:12])}",
            f"expected a column of {lacking}",
            "correct the tags",
            "import-hxl-tags",
        )


def _ask(cells: Mapping[str, str]) -> Asked:
    areas = ";".join(cells[f"adm{n}_name"] for n in LEVELS if cells.get(f"adm{n}_name"))
    if cells.get("loc_code") or cells.get("loc_name"):
        return Asked(cells.get("loc_code", ""), cells.get("loc_name", ""), areas)
    for n in LEVELS:
        code, name = cells.get(f"adm{n}_code", ""), cells.get(f"adm{n}_name", "")
        if code or name:
            above = ";".join(cells[f"adm{m}_name"] for m in LEVELS if m < n and cells.get(f"adm{m}_name"))
            return Asked(code, name, above)
    return Asked()


def _add_locations(
    work: _Hxl,
    asked: Mapping[int, Asked],
    matches: Mapping[Asked, PlaceMatch],
    points: Mapping[int, tuple[float, float]],
    case: Case,
    settings: Mapping[str, Any],
) -> dict[Asked, tuple[str, Location | None]]:
    """Make locations of places with coordinates that the case does not have, where the settings say so."""
    fresh: dict[Asked, tuple[str, Location | None]] = {}
    if not settings["add"]:
        return fresh
    published = settings["published"] or case.start
    taken = {row.location for row in case.locations}
    own = {(row.location, row.published) for row in case.locations if row.source == work.key}
    for number, place in asked.items():
        match = matches.get(place)
        if match is None or place in fresh or number not in points:
            continue
        if match.location and (match.location, published) not in own:
            continue
        if match.how == "settings" or not (match.location or make_key(place.name or place.pcode)):
            continue
        key = match.location
        if not key:
            key = make_key(place.name or place.pcode)
            key = f"{key}-{make_key(place.pcode)}" if key in taken and place.pcode else key
            if key in taken:
                continue
        taken.add(key)
        cells = dict(work.table.rows)[number]
        longitude, latitude = points[number]
        row = Location(
            location=key,
            name=place.name or place.pcode,
            pcode=place.pcode,
            kind=settings["add"],
            latitude=latitude,
            longitude=longitude,
            admin1=cells.get("adm1_name", ""),
            admin2=cells.get("adm2_name", ""),
            country="",
            group="",
            population=None,
            capacity=None,
            opens=None,
            closes=None,
            published=published,
            source=work.key,
        )
        fresh[place] = (key, row)
    if fresh:
        names = [key for key, _ in fresh.values()]
        work.notes.append(f"{work.table.where}: locations made of rows with coordinates: {list_some(names)}")
    return fresh


def _read_days(work: _Hxl, settings: Mapping[str, Any]) -> dict[int, date]:
    """Read the day of each row."""
    table = work.table
    if "date" not in table.columns:
        day = settings["day"] or settings["published"]
        if day is None:
            raise refuse(
                table.where,
                "no column says of which day its numbers are",
                "expected a column with the tag #date",
                "write day = 2024-05-13, with its day, into a settings file",
                "import-date-missing",
            )
        return {number: day for number, _ in table.rows}
    order = settle_days(table.where, table.columns["date"], table.texts("date"), settings["dates"])
    days = {}
    for number, cells in table.rows:
        day = read_day(cells["date"], order) if cells["date"] else settings["day"]
        if day is None:
            work.left["rows without a day, left out"].append(
                f"row {number}" + (f" ('{cells['date'][:20]}')" if cells["date"] else "")
            )
        else:
            days[number] = day
    return days


def _make_counts(
    work: _Hxl,
    where_of: Mapping[int, str],
    days: Mapping[int, date],
    case: Case,
    settings: Mapping[str, Any],
) -> list[Observation]:
    """Make observations; several rows of one place, day and origin are joined as the settings say."""
    found: dict[tuple[str, date, str, str], list[tuple[int, int | None, int | None]]] = defaultdict(list)
    for number, cells in work.table.rows:
        location = where_of.get(number, "")
        if not location or number not in days:
            continue
        for measure in COUNTS:
            persons = work.number(number, cells, measure)
            households = work.number(number, cells, f"{measure}_hh")
            if persons is not None or households is not None:
                key = (location, days[number], cells.get("origin", ""), measure)
                found[key].append((number, persons, households))
    counts = []
    lag = timedelta(days=case.publication_lag_days)
    for (location, day, origin, measure), rows in found.items():
        values = _join_values(work, f"{location} {day} {measure}", rows, settings["repeated"])
        if values is None:
            continue
        published = settings["published"]
        counts.append(
            Observation(
                date=day,
                date_from=None,
                scope="location",
                location=location,
                origin=origin,
                measure="stock",
                persons=values[0],
                households=values[1],
                series=f"{settings['series'] or work.key} {measure}",
                published=max(published, day) if published else day + lag,
                source=work.key,
            )
        )
    return counts


def _join_values(
    work: _Hxl, name: str, rows: list[tuple[int, int | None, int | None]], repeated: str
) -> tuple[int | None, int | None] | None:
    distinct = {(persons, households) for _, persons, households in rows}
    if len(rows) == 1:
        return rows[0][1:]
    if repeated == "add":
        persons = [row[1] for row in rows if row[1] is not None]
        households = [row[2] for row in rows if row[2] is not None]
        return sum(persons) if persons else None, sum(households) if households else None
    numbers = ", ".join(str(row[0]) for row in rows[:4])
    if len(distinct) == 1:
        work.left["counts that stand twice were taken once"].append(f"{name} (rows {numbers})")
        return rows[0][1:]
    if repeated == "last":
        return rows[-1][1:]
    work.left[
        "several rows of one place and day differ and were left out; say with repeated whether to add them "
        "or to take the last"
    ].append(f"{name} (rows {numbers})")
    return None


def _make_values(
    work: _Hxl,
    where_of: Mapping[int, str],
    days: Mapping[int, date],
    case: Case,
    settings: Mapping[str, Any],
    made: dict[str, Location],
) -> tuple[list[Location], list[Attribute]]:
    """Make versions of locations of population and capacity: population of origins, capacity of the others.

    Locations that are `made` now take what is said on their own day.
    """
    case = replace(case, locations=(*case.locations, *made.values()))
    places = latest_locations(case)
    said: dict[tuple[str, date, str], int] = {}
    for number, cells in work.table.rows:
        location = where_of.get(number, "")
        row = places.get(location)
        if row is None or number not in days:
            continue
        fitting = "population" if row.kind == "origin" else "capacity" if row.kind in {"camp", "host"} else ""
        value = work.number(number, cells, fitting) if fitting else None
        if value is None:
            continue
        day = settings["published"] or days[number]
        other = said.setdefault((location, day, fitting), value)
        if other != value:
            work.left[f"{fitting}: several numbers of one place and day, the first was taken"].append(
                f"{location} (row {number})"
            )
    rows: list[Location] = []
    qualities: list[Attribute] = []
    for (location, day, column), value in said.items():
        override = column == "capacity"
        if location in made and made[location].published == day:
            said_now: dict[str, Any] = {column: value}
            made[location] = replace(made[location], **said_now)
            continue
        new, differ = add_version(case, location, {column: value}, day, work.key, override=override)
        rows += new
        heading = work.table.columns[column]
        qualities.append(Attribute(location, "", "", column, f"{heading} of the table", day, work.key))
        if differ and not override and places[location].source != work.key:
            qualities.append(Attribute(location, "", "", f"{work.key}.{column}", str(value), day, work.key))
            work.left["population differs, the case's own number stands"].append(
                f"{location}: {differ[column]:,} in the case, {value:,} here"
            )
    return rows, qualities

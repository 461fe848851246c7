"""How many people the origins of a case have, by the P-codes of population statistics (COD-PS)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from havenward.case.importers.grids import refuse
from havenward.case.importers.imported import Imported
from havenward.case.importers.ledger import forget_fills
from havenward.case.importers.matching import Asked, PlaceMatch, describe_matches, match_places
from havenward.case.importers.open_table import Table, fold_heading, open_table, read_count
from havenward.case.importers.telling import list_some
from havenward.case.importers.versions import add_version
from havenward.case.known import latest_locations
from havenward.records import Attribute, Location, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.records import Case

LEVELS = range(5)
_TOTALS = (
    "T_TL",
    "total_population",
    "population_total",
    "pop_total",
    "total",
    "population",
    "population totale",
    "poblacion total",
    "#population+total",
    "#population",
)
_LONG = ("gender", "age_range")
_ALL = frozenset({"", "all", "total", "ttl", "t", "tous", "todos", "both"})
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def import_population(path: Path, case: Case, settings: Mapping[str, Any]) -> Imported:
    """Read population statistics; parameters and errors as in `cod.import_cod`.

    The finest level of the sheet is read and added up to the levels above it. An origin takes the number of
    the area with its P-code, of whatever level; one without a P-code that of the area with its name.
    """
    table = open_table(path, wanted=_wanted(settings), required=("people",), sheet=settings["sheet"])
    level = max((n for n in LEVELS if f"pcode{n}" in table.columns), default=-1)
    if level < 0:
        raise refuse(
            table.where,
            f"no column holds P-codes among {', '.join(table.columns.values())}",
            "expected a column such as ADM2_PCODE",
            "rename the heading, or name it with pcode_column and level in a settings file",
            "import-pcodes-missing",
        )
    notes = list(table.notes)
    years = _read_years(table, level, notes)
    vintages = _date_vintages(table, years, settings, notes)
    key = settings["source"] or f"cod-ps-{(case.country or 'area').lower()}"
    case = forget_fills(case, key)
    rows: list[Location] = []
    qualities: list[Attribute] = []
    for published, year, areas in vintages:
        new, said = _give_people(case, areas, published, year, key, settings["places"], table.where)
        rows += new[0]
        qualities += new[1]
        notes += said
    return Imported(
        source=Source(
            key,
            f"Population statistics (COD-PS): {path.name}",
            "OCHA, UNFPA and national authorities",
            "https://data.humdata.org/cod",
            None,
            "as stated by the publisher of the file",
        ),
        locations=tuple(rows),
        attributes=tuple(qualities),
        notes=tuple(dict.fromkeys(notes)),
    )


def _wanted(settings: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    wanted: dict[str, tuple[str, ...]] = {"people": _TOTALS}
    if settings["population_column"]:
        wanted["people"] = (settings["population_column"],)
    for level in LEVELS:
        wanted[f"pcode{level}"] = (
            f"ADM{level}_PCODE",
            f"admin{level}Pcode",
            f"admin{level}_code",
            f"#adm{level}+code",
        )
        wanted[f"name{level}"] = (
            f"ADM{level}_NAME",
            *(f"ADM{level}_{word}" for word in ("EN", "FR", "ES", "PT", "AR")),
            f"admin{level}Name_en",
            f"admin{level}Name",
            f"#adm{level}+name",
        )
    if settings["pcode_column"]:
        wanted[f"pcode{settings['level']}"] = (settings["pcode_column"],)
    if settings["name_column"]:
        wanted[f"name{settings['level']}"] = (settings["name_column"],)
    wanted["year"] = ("Reference_year", "year", "annee", "ano", "#date+year")
    wanted["gender"] = ("gender", "sex")
    wanted["age_range"] = ("age_range", "age")
    return wanted


class _Area:
    """An area of the statistics, and its people as far as they are known."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.name = ""
        self.people: int | None = 0
        self.above: set[str] = set()

    def add(self, people: int | None) -> None:
        self.people = None if people is None or self.people is None else self.people + people


@dataclass
class _Counted:
    """Numbers by year and P-code as they stand in the file, their rows, and what was odd about them."""

    people: dict[tuple[str, str], int | None] = field(default_factory=dict)
    cells: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    rounded: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    clash: set[tuple[str, str]] = field(default_factory=set)

    def notes(self, where: str) -> list[str]:
        """Say what was odd."""
        said = []
        if self.doubled:
            said.append(f"{where}: rows that stand twice were counted once: {list_some(self.doubled)}")
        if self.left:
            said.append(f"{where}: without a P-code or a number, left out: {list_some(self.left)}")
        if self.rounded:
            said.append(
                f"{where}: numbers that were not whole ({len(self.rounded)}), such as {self.rounded[0]}"
            )
        if self.clash:
            codes = sorted(code for _, code in self.clash)
            said.append(f"{where}: two numbers of one area, neither was taken: {list_some(codes)}")
        return said


def _read_years(table: Table, level: int, notes: list[str]) -> dict[str, dict[str, _Area]]:
    """Read the areas of each year as it stands in the file (empty where it has no years), all levels."""
    counted = _count_rows(table, level)
    notes += counted.notes(table.where)
    years: dict[str, dict[str, _Area]] = defaultdict(dict)
    for (year, code), people in counted.people.items():
        cells = counted.cells[year, code]
        value = None if (year, code) in counted.clash else people
        for upper in range(level + 1):
            own = cells.get(f"pcode{upper}", "")
            if not own or (own == code and upper != level):
                continue
            area = years[year].setdefault(own.casefold(), _Area(upper))
            area.name = area.name or cells.get(f"name{upper}", "")
            area.above |= {cells.get(f"name{n}", "") for n in range(upper)} - {""}
            area.add(value)
    if not any(area.people for areas in years.values() for area in areas.values()):
        raise refuse(
            table.where,
            f"no row has both a P-code and a number of people in '{table.columns['people']}'",
            "expected the totals of areas",
            "name another sheet, or the column of totals with population_column",
            "import-no-rows",
        )
    return years


def _count_rows(table: Table, level: int) -> _Counted:
    """Read the rows of whole areas of the finest level."""
    counted = _Counted()
    for number, cells in table.rows:
        if any(fold_heading(cells.get(column, "")) not in _ALL for column in _LONG):
            continue  # men, women and ages; the rows of all of them are read
        code, year = cells[f"pcode{level}"], cells.get("year", "")
        count = read_count(cells["people"])
        if not code:
            counted.left += [f"row {number}"] if cells["people"] else []
            continue
        if count.value is None:
            counted.left.append(f"row {number} ({count.reason})")
        elif count.reason:
            counted.rounded.append(count.reason)
        if (year, code) not in counted.people:
            counted.people[year, code] = count.value
            counted.cells[year, code] = cells
        elif counted.people[year, code] == count.value:
            counted.doubled.append(code)
        else:
            counted.clash.add((year, code))
    return counted


def _date_vintages(
    table: Table, years: Mapping[str, dict[str, _Area]], settings: Mapping[str, Any], notes: list[str]
) -> list[tuple[date, str, dict[str, _Area]]]:
    """Give each year the day from which it counts as published, earliest first."""
    said: date | None = settings["published"]
    listed = []
    for text, areas in years.items():
        year = text if _YEAR.fullmatch(text) else ""
        if not year:
            named = _YEAR.findall(f"{table.name} {table.sheet} {table.columns['people']}")
            year = named[-1] if named else ""
        listed.append((year, areas))
    listed.sort(key=lambda pair: pair[0])
    if said is not None:
        if len(listed) > 1:
            years_named = ", ".join(year for year, _ in listed)
            notes.append(
                f"{table.where}: of the years {years_named} the last was taken, as published on {said}"
            )
        return [(said, listed[-1][0], listed[-1][1])]
    if not all(year for year, _ in listed):
        raise refuse(
            table.where,
            "it does not say of which year its numbers are",
            "expected a year in the file's name, its sheet or a column reference_year",
            "write published = 2024-01-01, with the day of publication, into a settings file",
            "import-published-missing",
        )
    first = [date(int(year), 1, 1) for year, _ in listed]
    days = list_some([str(day) for day in first], ", ")
    notes.append(
        f"{table.where}: taken as published on {days}, the first day of its year; write "
        "published into a settings file if you know the day"
    )
    return [(day, year, areas) for day, (year, areas) in zip(first, listed, strict=True)]


def _give_people(
    case: Case,
    areas: Mapping[str, _Area],
    published: date,
    year: str,
    key: str,
    by_hand: Mapping[str, str],
    where: str,
) -> tuple[tuple[list[Location], list[Attribute]], list[str]]:
    """Give the origins the people of their areas."""
    origins = {name: row for name, row in latest_locations(case).items() if row.kind == "origin"}
    found, matches, shared = _match_areas(case, origins, areas, by_hand)
    notes = describe_matches(matches, where)
    rows: list[Location] = []
    qualities: list[Attribute] = []
    kept, unknown = [], []
    for location, code in found.items():
        area = areas[code]
        if area.people is None:
            unknown.append(location)
            continue
        new, differ = add_version(case, location, {"population": area.people}, published, key, override=False)
        rows += new
        name = area.name or "the area"
        said = f"COD-PS: people of {name} ({code.upper()}), admin {area.level}, {year or published.year}"
        qualities.append(Attribute(location, "", "", "population", said, published, key))
        other = origins[location]
        if differ and other.source != key:
            value = str(area.people)
            qualities.append(Attribute(location, "", "", f"{key}.population", value, published, key))
            kept.append(f"{location}: {differ['population']:,} in the case, {area.people:,} here")
    lacking = [
        name
        for name, row in origins.items()
        if name not in found and row.population is None and name not in shared
    ]
    if kept:
        notes.append(f"{where}: population differs, the case's own number stands: {list_some(kept)}")
    if shared:
        notes.append(
            f"{where}: origins that share one P-code got nothing, as the number is of all of them: "
            f"{list_some(shared)}"
        )
    if lacking or unknown:
        notes.append(f"{where}: origins without population here: {list_some([*lacking, *unknown])}")
    return (rows, qualities), notes


def _match_areas(
    case: Case, origins: Mapping[str, Location], areas: Mapping[str, _Area], by_hand: Mapping[str, str]
) -> tuple[dict[str, str], dict[Asked, PlaceMatch], list[str]]:
    """Find the area of each origin: by its P-code; without one by name, if one area alone fits."""
    found: dict[str, str] = {}
    holders: dict[str, list[str]] = defaultdict(list)
    for location, row in origins.items():
        if row.pcode.casefold() in areas:
            holders[row.pcode.casefold()].append(location)
    for code, locations in holders.items():
        if len(locations) == 1:
            found[locations[0]] = code
    shared = [location for locations in holders.values() if len(locations) > 1 for location in locations]
    asked = {
        Asked(code.upper(), area.name, ";".join(sorted(area.above))): code
        for code, area in areas.items()
        if code not in holders and area.name
    }
    matches = match_places(case, asked, by_hand)
    claims: dict[str, list[tuple[Asked, PlaceMatch]]] = defaultdict(list)
    for place, match in matches.items():
        row_of = origins.get(match.location)
        if row_of and match.location not in found and (match.how == "settings" or not row_of.pcode):
            claims[match.location].append((place, match))
    used: dict[Asked, PlaceMatch] = {}
    for location, pairs in claims.items():
        ranks = ("settings", "pcode", "name", "similar")
        best = min(ranks.index(match.how) for _, match in pairs)
        first = [pair for pair in pairs if ranks.index(pair[1].how) == best]
        # an area and its seat often have one name: the finer one is the place
        finest = max(areas[asked[place]].level for place, _ in first)
        first = [pair for pair in first if areas[asked[pair[0]]].level == finest]
        if len(first) == 1 and location not in shared:
            found[location] = asked[first[0][0]]
            used[first[0][0]] = first[0][1]
    return found, used, shared

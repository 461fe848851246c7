"""How series of UNHCR become observations: counts by site and date, and yearly refugees by country.

The operational data portal gives people registered at a site by date. Registration adds people and is
revised downward when a site is verified. Counts before and after a verification are not one series, so those
after it are named `SERIES-after-DATE`, as forecasts expect of an enumeration, and the two are never joined.

The Refugee Data Finder gives people at the end of each year by country of asylum. Its columns `coo` and `coa`
hold UNHCR's own codes, which are not those of ISO; only `coo_iso` and `coa_iso` are used. In it `-`, `*` and
`0` stand for numbers that are missing or hidden, and none of them is read as nobody.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from havenward.case.importers.counted import (
    Counted,
    Omissions,
    add_counts,
    known_on,
    make_slug,
    name_place,
    place_counts,
)
from havenward.case.importers.imported import Imported
from havenward.case.importers.matching import Asked
from havenward.case.importers.open_table import open_table, read_count, read_day, settle_days
from havenward.case.importers.ranges import check_ranges
from havenward.case.importers.registry import Setting
from havenward.errors import CaseError, Problem, SettingsError
from havenward.records import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.case.importers.online import Online
    from havenward.records import Case

    Rows = list[tuple[int, dict[str, str]]]

GROUPS = ("refugees", "asylum_seekers", "oip", "ooc", "returned_refugees", "idps", "returned_idps")
PAGE_ROWS = 1000
FALL_SHARE = 0.1

SETTINGS: Mapping[str, Setting] = {
    "table": Setting(
        "text",
        "`portal`: counts by site and date; `population`: yearly figures of the Refugee Data Finder; empty: "
        "told from the columns (online it is needed).",
        "",
        ("", "portal", "population"),
    ),
    "location": Setting(
        "text", "The location that all counts are of, where the file has no column of places.", ""
    ),
    "counts": Setting(
        "text",
        "`registered`: registrations, which fall only when they are verified; `present`: people counted, who "
        "may leave.",
        "registered",
        ("registered", "present"),
    ),
    "fall_share": Setting(
        "number",
        "Fall from one count to the next that is taken for a verification of registrations.",
        FALL_SHARE,
    ),
    "verified": Setting(
        "list", "Days of verification, such as 2017-03-01: counts from then on are a new series.", []
    ),
    "series": Setting("text", "Name of the series.", "unhcr-portal"),
    "groups": Setting(
        "list", "Population table: groups that are added.", ["refugees", "asylum_seekers", "oip"]
    ),
    "lag_days": Setting("integer", "Days after a count on which the portal shows it.", 3),
    "lag_days_yearly": Setting("integer", "Days after the end of a year on which its figures appear.", 165),
    "first_day": Setting("date", "Counts before it are left out.", None),
    "last_day": Setting("date", "Counts after it are left out.", None),
    "geo_id": Setting("text", "Online, portal: number of the place, from the address of its page.", ""),
    "population_group": Setting("text", "Online, portal: number of the population group.", ""),
    "widget_id": Setting("text", "Online, portal: number of the chart, from the address of its data.", ""),
    "sv_id": Setting("text", "Online, portal: number of the situation view.", ""),
}
RANGES = {"fall_share": (0.0, 1.0), "lag_days": (0, 1000), "lag_days_yearly": (0, 1000)}

PORTAL: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "data_date", "reporting date", "report date", "#date"),
    "persons": (
        "individuals",
        "number of individuals",
        "count",
        "population",
        "total",
        "refugee_numbers",
        "#affected+ind",
        "#affected",
    ),
    "households": ("households", "families", "number of households", "#affected+hh"),
    "name": (
        "location",
        "location name",
        "site",
        "site name",
        "camp",
        "settlement",
        "geomaster_name",
        "#loc+name",
    ),
    "pcode": ("pcode", "p-code", "location code", "geomaster_pcode", "#loc+code"),
    "admin": ("admin1", "region", "province", "#adm1+name"),
}
POPULATION: Mapping[str, tuple[str, ...]] = {
    "year": ("#date+year",),
    "coo_iso": ("country of origin (iso)", "origin iso", "#country+code+origin"),
    "coa_iso": ("country of asylum (iso)", "asylum iso", "#country+code+asylum"),
    "coo": ("country of origin code",),
    "coa": ("country of asylum code",),
    "coa_name": ("country of asylum", "#country+name+asylum"),
    "refugees": ("refugees under unhcr's mandate", "#affected+refugees"),
    "asylum_seekers": ("asylum-seekers", "#affected+asylum_seekers"),
    "oip": ("other people in need of international protection",),
    "ooc": ("others of concern", "#affected+others"),
    "returned_refugees": ("returned refugees",),
    "idps": ("idps of concern to unhcr", "#affected+idps"),
    "returned_idps": ("returned idps",),
}


def import_unhcr(
    source: Path | None, case: Case, settings: Mapping[str, Any], online: Online | None = None
) -> Imported:
    """Read a series of UNHCR.

    Parameters
    ----------
    source
        CSV, XLSX or JSON of the operational data portal or the Refugee Data Finder; None to ask online.
    case
        Its locations are what places are matched with.
    settings
        See `SETTINGS`.
    online
        Asks the services where there is no file.

    Raises
    ------
    CaseError
        The file holds no counts, or only UNHCR's own country codes.
    """
    check_ranges(settings, RANGES)
    left = Omissions()
    notes: list[str] = []
    yearly = settings["table"] == "population" or (
        source is not None and not settings["table"] and _is_population(source, settings["sheet"])
    )
    if yearly:
        where, rows = _read_population(source, case, settings, online, notes)
        counted = _count_years(where, rows, case, settings, left)
    else:
        where, rows, stem = _read_portal(source, settings, online, notes)
        counted = _count_days(where, rows, stem, settings, left, notes)
    if not counted:
        raise CaseError(
            Problem(
                where,
                f"none of its {len(rows):,} rows is a count that can be used",
                "expected people by place and day",
                " ".join(left.notes()) or "check the settings",
                "import-no-counts",
            )
        )
    key = settings["source"] or ("unhcr-population" if yearly else "unhcr-portal")
    placed = place_counts(where, counted, case, settings, key)
    return Imported(
        source=Source(
            key,
            "UNHCR Refugee Data Finder" if yearly else "UNHCR operational data portal",
            "UNHCR",
            "https://www.unhcr.org/refugee-statistics" if yearly else "https://data.unhcr.org",
            None,
            "CC BY 4.0",
        ),
        observations=placed.observations,
        unplaced=placed.unplaced,
        notes=(*notes, *left.notes(), *placed.notes),
    )


# -- the operational data portal ---------------------------------------------------------------------------


def _read_portal(
    source: Path | None, settings: Mapping[str, Any], online: Online | None, notes: list[str]
) -> tuple[str, Rows, str]:
    if source is not None:
        table = open_table(source, wanted=PORTAL, required=("day", "persons"), sheet=settings["sheet"])
        notes += table.notes
        return table.where, table.rows, source.name.split(".")[0]
    from havenward.case.importers.json_rows import find_rows, name_columns
    from havenward.case.importers.online import SERVICES

    host = SERVICES["unhcr-portal"].host
    asked = {
        name: settings[name]
        for name in ("geo_id", "population_group", "widget_id", "sv_id")
        if settings[name]
    }
    if (
        online is None
        or settings["table"] != "portal"
        or "population_group" not in asked
        or not settings["location"]
    ):
        raise SettingsError(
            Problem(
                host,
                "the settings do not say what to ask for",
                'expected table = "portal" with population_group and location, or table = "population"',
                "take the numbers from the address of the chart's data on data.unhcr.org",
                "unhcr-question-missing",
            )
        )
    answer = online.get_json(
        "unhcr-portal",
        "timeseries",
        {**asked, "frequency": "day", "fromDate": str(settings["first_day"] or date(1990, 1, 1))},
    )
    rows = name_columns(find_rows(answer, host), PORTAL)
    if not rows or not {"day", "persons"} <= rows[0][1].keys():
        raise CaseError(
            Problem(
                host,
                "its answer has no days and individuals",
                "expected a series of counts",
                "check the numbers in the settings; or download the series by hand and import that",
                "unhcr-answer-empty",
            )
        )
    return host, rows, ""


def _count_days(
    where: str,
    rows: Rows,
    stem: str,
    settings: Mapping[str, Any],
    left: Omissions,
    notes: list[str],
) -> list[Counted]:
    placed = bool(rows) and bool({"name", "pcode"} & rows[0][1].keys())
    if not placed:
        notes.append(_tell_place(where, stem, settings))
    day_first = settle_days(where, "date", [row.get("day", "") for _, row in rows], settings["dates"])
    counted = []
    for number, row in rows:
        day, persons = read_day(row["day"], day_first), read_count(row["persons"])
        households = read_count(row.get("households", ""))
        if day is None:
            left.add("have no day that can be read, left out", number)
        elif (settings["first_day"] and day < settings["first_day"]) or (
            settings["last_day"] and day > settings["last_day"]
        ):
            left.add("lie outside first_day and last_day, left out", number)
        elif persons.value is None:
            left.add("have no number, left out as missing is not 0", number)
        else:
            place = Asked(row.get("pcode", ""), row.get("name", ""), row.get("admin", ""))
            if not placed:
                place = Asked("", settings["location"] or stem)
            counted.append(
                Counted(
                    number,
                    day,
                    None,
                    place,
                    "stock",
                    persons.value,
                    households.value,
                    settings["series"],
                    known_on(day, settings, settings["lag_days"]),
                )
            )
    return _split_series(counted, settings, notes)


def _tell_place(where: str, stem: str, settings: Mapping[str, Any]) -> str:
    if settings["location"]:
        return (
            f"{where} has no column of places; its counts are of {settings['location']}, as the settings say."
        )
    return (
        f"{where} has no column of places; its counts are taken for those of '{stem}', the name of the file."
    )


def _split_series(counted: list[Counted], settings: Mapping[str, Any], notes: list[str]) -> list[Counted]:
    """Name the counts after each verification as a series of their own, place by place."""
    declared = sorted(filter(None, (read_day(text) for text in settings["verified"])))
    by_place: dict[str, list[Counted]] = defaultdict(list)
    for one in counted:
        by_place[name_place(one.place)].append(one)
    split = []
    for rows in by_place.values():
        place = rows[0].place
        began: date | None = None
        last: Counted | None = None
        for one in sorted(rows, key=lambda one: (one.day, one.row)):
            said = [day for day in declared if day <= one.day and (began is None or day > began)]
            if said:
                began = said[-1]
            elif settings["counts"] == "registered" and last is not None and _is_fall(last, one, settings):
                began = one.day
                name = (place.name or place.pcode) if place else "the total"
                notes.append(
                    f"{name}: from {last.persons:,} on {last.day} to {one.persons:,} on {one.day}. "
                    "Registrations fall when they are verified, so counts from then on are a series of their "
                    'own; if people left, set counts = "present".'
                )
            split.append(replace(one, series=f"{one.series}-after-{began}") if began else one)
            last = one
    return sorted(split, key=lambda one: one.row)


def _is_fall(before: Counted, after: Counted, settings: Mapping[str, Any]) -> bool:
    was, now = before.persons or 0, after.persons or 0
    return was > now and was - now >= settings["fall_share"] * was and after.day > before.day


# -- the Refugee Data Finder -------------------------------------------------------------------------------


def _is_population(source: Path, sheet: str) -> bool:
    table = open_table(source, wanted={**PORTAL, **POPULATION}, sheet=sheet)
    return "year" in table.columns and bool({"coa", "coa_iso", "coa_name"} & table.columns.keys())


def _read_population(
    source: Path | None,
    case: Case,
    settings: Mapping[str, Any],
    online: Online | None,
    notes: list[str],
) -> tuple[str, Rows]:
    if source is not None:
        table = open_table(source, wanted=POPULATION, required=("year",), sheet=settings["sheet"])
        notes += table.notes
        return table.where, table.rows
    from havenward.case.importers.json_rows import find_rows, name_columns
    from havenward.case.importers.online import SERVICES

    host = SERVICES["unhcr"].host
    if online is None:
        raise SettingsError(
            Problem(
                host,
                "nothing was given to read",
                "expected a file, or the word online",
                "name a file",
                "import-nothing-to-read",
            )
        )
    params: dict[str, str | int] = {
        "limit": PAGE_ROWS,
        "coa_all": "true",
        "coo": case.country,
        "cf_type": "ISO",
    }
    if settings["first_day"]:
        params["yearFrom"] = settings["first_day"].year
    if settings["last_day"]:
        params["yearTo"] = settings["last_day"].year
    rows: list[dict[str, str]] = []
    for page in online.get_pages(
        "unhcr",
        "population/",
        params,
        lambda number: {"page": number + 1},
        lambda answer: find_rows(answer, host),
        PAGE_ROWS,
    ):
        rows += page
    return host, name_columns(rows, POPULATION)


def _count_years(
    where: str, rows: Rows, case: Case, settings: Mapping[str, Any], left: Omissions
) -> list[Counted]:
    if not rows or not {"coo_iso", "coa_iso"} <= rows[0][1].keys():
        raise CaseError(
            Problem(
                where,
                "it has no columns coo_iso and coa_iso",
                "expected countries by ISO code; coo and coa hold UNHCR's own codes, which differ",
                "download it again with ISO codes, or add the two columns",
                "unhcr-own-codes",
            )
        )
    groups = [one for one in settings["groups"] if one in rows[0][1]]
    if not groups:
        raise CaseError(
            Problem(
                where,
                f"it has none of the groups {', '.join(settings['groups'])}",
                f"expected columns among {', '.join(GROUPS)}",
                "write the groups that the file has into the settings",
                "unhcr-groups",
            )
        )
    parts: dict[tuple[int, Asked], list[tuple[int, int | None]]] = defaultdict(list)
    for number, row in rows:
        year = row["year"]
        if row["coo_iso"] != case.country:
            left.add(f"are of people who did not flee from {case.country}, left out", number)
        elif not (len(year) == 4 and year.isdecimal() and 1950 <= int(year) <= 2200):
            left.add("have no year that can be read, left out", number)
        else:
            # zero is how exports write what is not known or hidden
            values = [read_count(row[group]).value or None for group in groups]
            total = add_counts(values)
            if total is None:
                left.add("have no number above 0, left out as missing is not 0", number)
                continue
            parts[int(year), Asked(row["coa_iso"], row.get("coa_name", ""))].append((number, total))
    series = f"unhcr-population-{make_slug(*groups)}"
    counted = []
    for (number_of_year, place), shares in parts.items():
        day = date(number_of_year, 12, 31)
        counted += [
            Counted(
                number,
                day,
                None,
                place,
                "stock",
                total,
                None,
                series,
                known_on(day, settings, settings["lag_days_yearly"]),
            )
            for number, total in shares
        ]
    return counted

"""How counts of IOM's Displacement Tracking Matrix become observations: stocks of a round, and arrivals.

A figure of DTM is the number of displaced people who were present when a place was assessed. Operations in
one country overlap, so each operation and type of assessment is a series of its own and is never added to
another. Rows of one place that differ in origin or reason are parts of one figure and are added. Movements of
the emergency tracking tool become arrivals in a period.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

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
from havenward.case.importers.telling import list_some
from havenward.case.known import IDENTITY, latest_locations
from havenward.errors import CaseError, Problem, SettingsError
from havenward.records import Source

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from havenward.case.importers.online import Online
    from havenward.records import Case, Observation

    Rows = list[tuple[int, dict[str, str]]]

ASSESSMENTS: Mapping[str, str] = {
    "BA": "baseline assessment",
    "ETT": "emergency tracking",
    "SA": "site assessment",
    "SRV": "survey",
    "REG": "registration",
    "FMS": "flow monitoring survey",
    "FMC": "flow monitoring",
}
LEVELS = ("site", "admin2", "admin1", "admin0")
_MISSING = frozenset({"not available", "n/a", "na", "none", "unknown", "-"})

SETTINGS: Mapping[str, Setting] = {
    "operations": Setting("list", "Only these operations; empty for all, each as a series of its own.", []),
    "reasons": Setting("list", "Only people displaced for these reasons; empty for all.", []),
    "assessment": Setting("text", "Type of assessment where the file does not say.", "", ("", *ASSESSMENTS)),
    "measure": Setting(
        "text",
        "`stock`: people present; `arrivals`: people who came in a period; empty: arrivals if the file has "
        "the first day of a period.",
        "",
        ("", "stock", "arrivals"),
    ),
    "period_days": Setting(
        "integer", "Days that a row of arrivals covers, where the file does not say.", None
    ),
    "level": Setting(
        "text", "Which rows to read; empty for the finest level of the file.", "", ("", *LEVELS)
    ),
    "country_total": Setting(
        "flag",
        "The displaced people of the whole country are those of the crisis (level admin0).",
        default=False,
    ),
    "reported": Setting("date", "Day of the counts, where the file has no column for it.", None),
    "lag_days": Setting("integer", "Days after the count on which a round is published.", 14),
    "lag_days_emergency": Setting("integer", "The same for emergency tracking (ETT).", 3),
    "first_day": Setting("date", "Counts before it are left out.", None),
    "last_day": Setting("date", "Counts after it are left out.", None),
}
RANGES = {"lag_days": (0, 1000), "lag_days_emergency": (0, 1000), "period_days": (1, 366)}

WANTED: Mapping[str, tuple[str, ...]] = {
    "operation": ("operation name", "#operation+name"),
    "country": ("admin0Pcode", "adm0_pcode", "country code", "iso3", "#country+code"),
    "country_name": ("admin0Name", "adm0_name", "country", "#country+name"),
    "admin1": ("admin1Name", "adm1_name", "state", "governorate", "province", "region", "#adm1+name-origin"),
    "admin1_pcode": ("admin1Pcode", "adm1_pcode", "#adm1+code-origin"),
    "admin2": ("admin2Name", "adm2_name", "district", "locality", "#adm2+name-origin"),
    "admin2_pcode": ("admin2Pcode", "adm2_pcode", "#adm2+code-origin"),
    "site": ("site name", "name of site", "location name", "site_name", "#loc+name-origin"),
    "site_code": ("site id", "site code", "ssid", "site_id", "#loc+code-origin"),
    "origin": ("idpOriginAdmin1Name", "origin admin1", "state of origin", "origin", "#adm1+name+origin"),
    "reason": ("displacementReason", "reason for displacement", "reason", "#cause+type"),
    "persons": (
        "numPresentIdpInd",
        "idp individuals",
        "idps individuals",
        "individuals",
        "idps ind",
        "idps",
        "total individuals",
        "number of individuals",
        "#affected+idps+ind",
        "#affected+idps",
        "#affected+ind",
    ),
    "households": (
        "numPresentIdpHH",
        "idp households",
        "idps households",
        "households",
        "idps hh",
        "hh",
        "families",
        "total households",
        "number of households",
        "#affected+idps+hh",
        "#affected+hh",
    ),
    "day": (
        "reportingDate",
        "reporting date",
        "date of assessment",
        "assessment date",
        "survey date",
        "date to",
        "period end",
        "date",
        "#date+reported",
        "#date+end",
    ),
    "day_from": ("date from", "from date", "period start", "#date+start"),
    "round": ("roundNumber", "round number", "round", "#round+code"),
    "assessment": ("assessmentType", "assessment type", "#assessment+type"),
}


class _Part(NamedTuple):
    """A row: a part of the figure of a place, on a day, of a series, in a round."""

    row: int
    series: str
    emergency: bool
    place: Asked | None
    day: date
    day_from: date | None
    round_: str
    what: tuple[str, str]
    persons: int | None
    households: int | None


def import_dtm(
    source: Path | None, case: Case, settings: Mapping[str, Any], online: Online | None = None
) -> Imported:
    """Read counts of DTM.

    Parameters
    ----------
    source
        A round as XLSX or CSV, a site list, an ETT table, or JSON of the interface; None to ask it.
    case
        Its locations are what places are matched with.
    settings
        See `SETTINGS`.
    online
        Asks the interface where there is no file.

    Raises
    ------
    CaseError
        The file holds no counts.

    References
    ----------
    IOM DTM API v3: columns and the rule that operations of one country overlap.
    """
    check_ranges(settings, RANGES)
    headings: Mapping[str, str]
    if source is None:
        where, rows, notes = _ask(case, settings, online)
        headings = {}
    else:
        table = open_table(source, wanted=WANTED, sheet=settings["sheet"])
        where, rows, notes = table.where, table.rows, list(table.notes)
        headings = table.columns
    _check_columns(where, rows, settings)
    left = Omissions()
    parts = _read_parts(where, rows, headings, case, settings, left, notes)
    if not parts:
        raise CaseError(
            Problem(
                where,
                f"none of its {len(rows):,} rows is a count that can be used",
                "expected displaced people by place and day",
                " ".join(left.notes()) or "check the settings",
                "import-no-counts",
            )
        )
    counted = _add_parts(parts, settings, notes)
    key = settings["source"] or "iom-dtm"
    areas = (settings["level"] or _finest(rows)) != "site"
    placed = place_counts(where, counted, case, settings, key, of_areas=areas)
    notes += _tell_versions(case, key, placed.observations)
    series = sorted({one.series for one in counted})
    if len(series) > 1:
        notes.append(
            f"{len(series)} series ({', '.join(series[:6])}) of operations or assessments that may count the "
            "same people: they are kept apart and never added."
        )
    return Imported(
        source=Source(
            key,
            "IOM Displacement Tracking Matrix (DTM)",
            "International Organization for Migration",
            "https://dtm.iom.int",
            None,
            "credit 'IOM, DTM'; see dtm.iom.int/terms-and-conditions",
        ),
        observations=placed.observations,
        unplaced=placed.unplaced,
        notes=(*notes, *left.notes(), *placed.notes),
    )


def _tell_versions(case: Case, key: str, rows: Iterable[Observation]) -> list[str]:
    """Say which counts an earlier import wrote with another day of publication: they stay as versions."""
    identity = IDENTITY["observations"]
    before: dict[Hashable, list[Observation]] = {}
    for row in case.observations:
        if row.source == key:
            before.setdefault(identity(row), []).append(row)
    now, old = set(), []
    for row in rows:
        held = before.get(identity(row), [])
        if held and row.published not in {one.published for one in held}:
            now.add(row)
            old += held
    if not now:
        return []
    days, were = (", ".join(sorted({str(one.published) for one in group})) for group in (now, old))
    numbers = list_some([str(number) for number in sorted(one.row for one in old)], ", ")
    counts = "1 count is" if len(now) == 1 else f"{len(now):,} counts are"
    said = (
        f"{counts} in the case already as published on {were}, and now as published on {days} too: both "
        "stay, and a forecast takes the last version that was published by its day. If the first day was "
        f"wrong, delete its rows: observations.csv {'rows' if len(old) > 1 else 'row'} {numbers}."
    )
    return [said]


def _ask(case: Case, settings: Mapping[str, Any], online: Online | None) -> tuple[str, Rows, list[str]]:
    """Ask for one level of the country of the case."""
    from havenward.case.importers.json_rows import find_rows, name_columns
    from havenward.case.importers.online import SERVICES

    host, level = SERVICES["dtm"].host, settings["level"] or "admin2"
    if online is None or level == "site":
        raise SettingsError(
            Problem(
                host,
                "the settings ask for sites",
                "expected level admin0, admin1 or admin2, which the interface has",
                "import site lists from files",
                "dtm-online-sites",
            )
        )
    params: dict[str, str | int] = {"Admin0Pcode": case.country}
    if settings["first_day"]:
        params["FromReportingDate"] = str(settings["first_day"])
        params["ToReportingDate"] = str(settings["last_day"] or datetime.now(UTC).date())
    rows = find_rows(online.get_json("dtm", level, params), host)
    return host, name_columns(rows, WANTED), []


def _check_columns(where: str, rows: Rows, settings: Mapping[str, Any]) -> None:
    found = set(rows[0][1]) if rows else set()
    wrong = []
    if not found & {"persons", "households"}:
        wrong.append("no column of individuals or households")
    if "day" not in found and settings["reported"] is None:
        wrong.append("no column for the day of the count, and the settings have no 'reported'")
    if not found & {
        "site",
        "site_code",
        "admin2",
        "admin2_pcode",
        "admin1",
        "admin1_pcode",
        "country",
        "country_name",
    }:
        wrong.append("no column of places")
    if wrong:
        raise CaseError(
            Problem(
                where,
                f"there is {'; '.join(wrong)}",
                "expected a table of displaced people by place and day",
                "name another sheet, rename the headings, or write the day into the settings as reported",
                "dtm-columns",
            )
        )


# -- rows --------------------------------------------------------------------------------------------------


def _read_parts(
    where: str,
    rows: Rows,
    headings: Mapping[str, str],
    case: Case,
    settings: Mapping[str, Any],
    left: Omissions,
    notes: list[str],
) -> list[_Part]:
    level = settings["level"] or _finest(rows)
    if level == "admin0" and not settings["country_total"]:
        raise CaseError(
            Problem(
                where,
                "it holds figures of whole countries only",
                "expected figures by admin 1, admin 2 or site",
                "take a finer table; if all of them are of this crisis, set country_total = true",
                "dtm-country-figures",
            )
        )
    order = {
        name: settle_days(
            where, headings.get(name, name), [row.get(name, "") for _, row in rows], settings["dates"]
        )
        for name in ("day", "day_from")
    }
    countries = {case.country, *(place.country for place in latest_locations(case).values())}
    met: Counter[str] = Counter()
    parts = []
    for number, row in rows:
        day = read_day(row["day"], order["day"]) if row.get("day") else settings["reported"]
        day_from = _first_day(row, day, order["day_from"], settings)
        why = _why_out(row, level, countries, settings) or _why_no_day(row, day, day_from, settings)
        persons, households = read_count(row.get("persons", "")), read_count(row.get("households", ""))
        if not why and persons.value is None and households.value is None:
            why = "have no number, left out as missing is not 0"
        if why or day is None:
            left.add(why, number)
            continue
        if _filled(row, "reason"):
            met[row["reason"]] += 1
        usual = "ETT" if day_from is not None else "SA" if level == "site" else ""
        assessment = (row.get("assessment", "") or settings["assessment"] or usual).upper()
        parts.append(
            _Part(
                number,
                f"dtm-{make_slug(row.get('operation', ''), assessment)}".strip("-"),
                assessment == "ETT" or day_from is not None,
                _asked(row, level),
                day,
                day_from,
                row.get("round", ""),
                (row.get("origin", ""), row.get("reason", "")),
                persons.value,
                households.value,
            )
        )
    if len(met) > 1 and not settings["reasons"]:
        listed = ", ".join(f"{name} ({n:,})" for name, n in met.most_common())
        notes.append(f"People displaced for all reasons are counted: {listed}. The setting reasons chooses.")
    return parts


def _why_out(row: Mapping[str, str], level: str, countries: set[str], settings: Mapping[str, Any]) -> str:
    """Say why a row is not asked for; empty where it is."""
    code = row.get("country", "")
    if len(code) == 3 and code.isupper() and code not in countries:
        return "are of other countries, left out"
    if _level(row) != level:
        return f"are figures of {_level(row)}, not of {level}, which may count the same people, left out"
    if settings["operations"] and row.get("operation", "") not in settings["operations"]:
        return "are of other operations, left out"
    reasons = {one.casefold() for one in settings["reasons"]}
    if reasons and row.get("reason", "").casefold() not in reasons:
        return "are of other reasons of displacement, left out"
    return ""


def _why_no_day(
    row: Mapping[str, str], day: date | None, day_from: date | None, settings: Mapping[str, Any]
) -> str:
    if day is None:
        return "have no day that can be read, left out"
    if (settings["first_day"] and day < settings["first_day"]) or (
        settings["last_day"] and day > settings["last_day"]
    ):
        return "lie outside first_day and last_day, left out"
    if _is_flow(row, settings) and (day_from is None or day_from > day):
        return "are arrivals without a period, or with one that ends before it begins, left out"
    return ""


def _first_day(
    row: Mapping[str, str],
    day: date | None,
    day_first: bool | None,  # noqa: FBT001 - three answers, no switch
    settings: Mapping[str, Any],
) -> date | None:
    """Give the first day of a flow; None for a stock, or where it is not known."""
    if not _is_flow(row, settings):
        return None
    said = read_day(row.get("day_from", ""), day_first)
    if said is None and day is not None and settings["period_days"]:
        return day - timedelta(days=settings["period_days"] - 1)
    return said


def _is_flow(row: Mapping[str, str], settings: Mapping[str, Any]) -> bool:
    if settings["measure"]:
        return bool(settings["measure"] == "arrivals")
    return "day_from" in row


def _filled(row: Mapping[str, str], *names: str) -> bool:
    return any(row.get(name) and row[name].casefold() not in _MISSING for name in names)


def _level(row: Mapping[str, str]) -> str:
    if _filled(row, "site", "site_code"):
        return "site"
    if _filled(row, "admin2", "admin2_pcode"):
        return "admin2"
    return "admin1" if _filled(row, "admin1", "admin1_pcode") else "admin0"


def _finest(rows: Rows) -> str:
    levels = {_level(row) for _, row in rows}
    return next(level for level in LEVELS if level in levels)


def _asked(row: Mapping[str, str], level: str) -> Asked | None:
    def say(name: str) -> str:
        return row[name] if _filled(row, name) else ""

    if level == "site":
        return Asked(say("site_code"), say("site"), say("admin2") or say("admin1"))
    if level == "admin2":
        return Asked(say("admin2_pcode"), say("admin2"), say("admin1"))
    if level == "admin1":
        return Asked(say("admin1_pcode"), say("admin1"))
    return None


def _add_parts(parts: list[_Part], settings: Mapping[str, Any], notes: list[str]) -> list[Counted]:
    """Add origins and reasons of one figure; tell rounds that report the same day apart."""
    figures: dict[tuple[Any, ...], dict[tuple[str, str], _Part]] = defaultdict(dict)
    twice, apart = 0, []
    for part in parts:
        about = (part.series, part.emergency, name_place(part.place), part.day, part.day_from, part.round_)
        before = figures[about].get(part.what)
        if before is not None:
            same = (before.persons, before.households) == (part.persons, part.households)
            twice += same
            if not same:
                apart.append((before, part))
        figures[about][part.what] = part
    if twice:
        notes.append(f"Rows that stand twice, each counted once: {twice:,}.")
    notes += [
        f"Rows {a.row:,} and {b.row:,} differ although place, day, round, origin and reason are the same "
        f"({_say(a)} and {_say(b)}); the lower row counts."
        for a, b in apart[:8]
    ]
    rounds: dict[tuple[str, date], list[str]] = defaultdict(list)
    for series, _, _, day, _, round_ in figures:
        if round_ not in rounds[series, day]:
            rounds[series, day].append(round_)
    counted = []
    for (series, emergency, _, day, day_from, round_), shares in figures.items():
        place = next(iter(shares.values())).place
        known = known_on(day, settings, settings["lag_days_emergency" if emergency else "lag_days"])
        same_day = sorted(rounds[series, day], key=lambda text: (len(text), text))
        counted.append(
            Counted(
                max(part.row for part in shares.values()),
                day,
                day_from,
                place,
                "arrivals" if day_from else "stock",
                add_counts(part.persons for part in shares.values()),
                add_counts(part.households for part in shares.values()),
                series,
                known + timedelta(days=same_day.index(round_)),
            )
        )
    notes += [
        f"{series}: the rounds {', '.join(sorted(names, key=lambda text: (len(text), text)))} report "
        f"the same day, {day}. They are versions of one count, taken as published a day apart in this order."
        for (series, day), names in sorted(rounds.items())
        if len(names) > 1
    ]
    return counted


def _say(part: _Part) -> str:
    return f"{part.persons:,}" if part.persons is not None else f"{part.households:,} households"

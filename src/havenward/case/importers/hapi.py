"""How tables of HDX HAPI enter a case: counts, months of conflict, and population where it is not known.

HAPI repeats data of others under one set of columns. Its table of displaced people is IOM DTM's: import one
of the two. Figures of need are about people in place, and are not imported as counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from havenward.case.importers.counted import Counted, Omissions, known_on, make_slug, name_place, place_counts
from havenward.case.importers.hapi_rows import HapiRow, ask_area, is_whole, keep_level, tell_level, use_rows
from havenward.case.importers.imported import Imported
from havenward.case.importers.ledger import forget_fills
from havenward.case.importers.matching import Asked, describe_matches, list_unplaced, match_places
from havenward.case.importers.open_table import open_table, read_count
from havenward.case.importers.origins import tell_front
from havenward.case.importers.ranges import check_ranges
from havenward.case.importers.registry import Setting
from havenward.case.importers.spells import Incident, SpellRule, find_spells
from havenward.case.importers.telling import list_some
from havenward.case.importers.versions import add_version
from havenward.case.known import latest_locations
from havenward.errors import CaseError, Problem, SettingsError
from havenward.records import Event, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.case.importers.online import Online
    from havenward.records import Case, Location

    Rows = list[tuple[int, dict[str, str]]]

PAGE_ROWS = 10_000
# table of the setting, its address, and the columns by which a file is told to be it
TABLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "humanitarian-needs": ("affected-people/humanitarian-needs", ("sector", "population_status")),
    "conflict-events": ("coordination-context/conflict-events", ("event_type", "events")),
    "refugees": ("affected-people/refugees-persons-of-concern", ("asylum", "population_group")),
    "returnees": ("affected-people/returnees", ("asylum", "population_group")),
    "idps": ("affected-people/idps", ("assessment", "persons")),
    "population": ("geography-infrastructure/baseline-population", ("age_range", "persons")),
}
ABROAD = ("REF", "ROC", "ASY", "OIP")  # people who fled the country, groups without overlap
RETURNED = ("RET", "RST", "RDP", "RRI")
# of the event types only one is taken, as the others overlap with it
FIGHTING = "political_violence"

SETTINGS: Mapping[str, Setting] = {
    "table": Setting(
        "text", "Table of HAPI; empty: told from the columns (online it is needed).", "", ("", *TABLES)
    ),
    "rounds": Setting(
        "text",
        "Of displaced people: `all` rounds as a series, or the `latest` of each operation only.",
        "all",
        ("all", "latest"),
    ),
    "level": Setting(
        "text", "Level of the rows to read; empty for the finest.", "", ("", "admin2", "admin1", "admin0")
    ),
    "country_total": Setting(
        "flag",
        "The displaced people of the whole country are those of the crisis (level admin0).",
        default=False,
    ),
    "lag_days": Setting("integer", "Days after the end of its period on which a row is published.", 30),
    "start_weight": Setting("number", "Events of a month that begin a spell of fighting.", 1.0),
    "quiet_days": Setting("integer", "Days without an event after which a spell is over.", 45),
    "full_weight": Setting("number", "Events of a month at which the intensity is 1.", 30.0),
    "first_day": Setting("date", "Periods that end before it are left out.", None),
    "last_day": Setting("date", "Periods that end after it are left out.", None),
}
RANGES = {
    "lag_days": (0, 1000),
    "start_weight": (0.01, 1e6),
    "quiet_days": (31, 3650),
    "full_weight": (0.01, 1e6),
}

WANTED: Mapping[str, tuple[str, ...]] = {
    "country": ("location_code", "#country+code"),
    "admin1": ("admin1_name", "provider_admin1_name"),
    "admin1_pcode": ("admin1_code",),
    "admin2": ("admin2_name", "provider_admin2_name"),
    "admin2_pcode": ("admin2_code",),
    "level": ("admin_level",),
    "start": ("reference_period_start",),
    "end": ("reference_period_end",),
    "warning": (),
    "error": (),
    "operation": (),
    "assessment": ("assessment_type",),
    "round": ("reporting_round",),
    "persons": ("population",),
    "event_type": (),
    "events": (),
    "origin": ("origin_location_code",),
    "asylum": ("asylum_location_code",),
    "asylum_name": ("asylum_location_name",),
    "population_group": (),
    "population_status": (),
    "sector": ("sector_code",),
    "gender": (),
    "age_range": (),
}


def import_hapi(
    source: Path | None, case: Case, settings: Mapping[str, Any], online: Online | None = None
) -> Imported:
    """Read a table of HAPI.

    Parameters
    ----------
    source
        CSV, XLSX or JSON; None to ask the interface.
    case
        Its locations are what areas are matched with, by P-code first.
    settings
        See `SETTINGS`.
    online
        Asks the interface where there is no file.

    Raises
    ------
    CaseError
        The table is none that is used, or holds no rows that can be.

    References
    ----------
    HDX HAPI, hapi-schema 0.9.18: columns, event types and population groups.
    """
    check_ranges(settings, RANGES)
    left = Omissions()
    notes: list[str] = []
    where, kind, rows = _read(source, case, settings, online, notes)
    used = use_rows(where, rows, case, settings, left, notes)
    if not used:
        raise CaseError(
            Problem(
                where,
                f"none of its {len(rows):,} rows can be used",
                f"expected rows of the table {kind} for {case.country}",
                " ".join(left.notes()) or "check the settings",
                "import-no-counts",
            )
        )
    key = settings["source"] or f"hapi-{kind}"
    parts = _make_parts(where, kind, used, case, settings, key, left)
    return replace(parts, notes=(*notes, *left.notes(), *parts.notes))


def _make_parts(
    where: str,
    kind: str,
    used: list[HapiRow],
    case: Case,
    settings: Mapping[str, Any],
    key: str,
    left: Omissions,
) -> Imported:
    source = Source(
        key,
        f"HDX HAPI: {kind}",
        "OCHA Centre for Humanitarian Data",
        "https://data.humdata.org/hapi",
        None,
        "licence of each data set on HDX",
    )
    if kind == "conflict-events":
        return _make_events(where, used, case, settings, source, left)
    if kind == "population":
        return _make_population(where, used, case, settings, source, left)
    if kind == "idps":
        counted = _count_idps(where, used, settings, left)
    else:
        counted = _count_groups(used, case, settings, kind, left)
    placed = place_counts(where, counted, case, settings, key, of_areas=True)
    twin = any(row.series.startswith("dtm-") for row in case.observations)
    told = (
        ["The case has counts of IOM DTM already; those of HAPI repeat them."]
        if kind == "idps" and twin
        else []
    )
    return Imported(
        source, observations=placed.observations, unplaced=placed.unplaced, notes=(*placed.notes, *told)
    )


# -- reading -----------------------------------------------------------------------------------------------


def _read(
    source: Path | None,
    case: Case,
    settings: Mapping[str, Any],
    online: Online | None,
    notes: list[str],
) -> tuple[str, str, Rows]:
    if source is not None:
        table = open_table(source, wanted=WANTED, sheet=settings["sheet"])
        notes += table.notes
        where, rows, name = table.where, table.rows, table.name.lower()
    else:
        where, rows, name = *_ask(case, settings, online), ""
    kind = settings["table"] or _tell_kind(set(rows[0][1]) if rows else set(), name)
    if kind == "humanitarian-needs":
        raise CaseError(
            Problem(
                where,
                "its figures are of people in need, by sector",
                "expected counts of displaced people, events or population",
                "leave them: one person is in need in several sectors, and Havenward works out needs itself",
                "hapi-needs",
            )
        )
    if not kind or not {"start", "end"} <= (set(rows[0][1]) if rows else set()):
        raise CaseError(
            Problem(
                where,
                "its columns are of no table of HAPI that is known here",
                f"expected a reference period and the columns of one of {', '.join(TABLES)}",
                "download the table as HAPI gives it, or name it in the settings as table",
                "hapi-table",
            )
        )
    return where, kind, rows


def _tell_kind(columns: set[str], name: str) -> str:
    for kind, (_, signs) in TABLES.items():
        if set(signs) <= columns and (kind != "refugees" or "returnee" not in name):
            return kind
    return ""


def _ask(case: Case, settings: Mapping[str, Any], online: Online | None) -> tuple[str, Rows]:
    from havenward.case.importers.json_rows import find_rows, name_columns
    from havenward.case.importers.online import SERVICES

    host, kind = SERVICES["hapi"].host, settings["table"]
    if online is None or not kind:
        raise SettingsError(
            Problem(
                host,
                "the settings do not say which table",
                f"expected table, one of {', '.join(TABLES)}",
                "write it into a settings file",
                "hapi-question-missing",
            )
        )
    code = {"refugees": "origin_location_code", "returnees": "origin_location_code"}.get(
        kind, "location_code"
    )
    params: dict[str, str | int] = {code: case.country, "output_format": "json", "limit": PAGE_ROWS}
    if settings["first_day"]:
        params["start_date"] = str(settings["first_day"])
        params["end_date"] = str(settings["last_day"] or datetime.now(UTC).date())
    rows: list[dict[str, str]] = []
    for page in online.get_pages(
        "hapi",
        TABLES[kind][0],
        params,
        lambda number: {"offset": number * PAGE_ROWS},
        lambda answer: find_rows(answer, host),
        PAGE_ROWS,
    ):
        rows += page
    return host, name_columns(rows, WANTED)


# -- counts ------------------------------------------------------------------------------------------------


def _count_idps(
    where: str, rows: list[HapiRow], settings: Mapping[str, Any], left: Omissions
) -> list[Counted]:
    rows = keep_level(rows, settings, left)
    if any(tell_level(row) == "admin0" for row in rows) and not settings["country_total"]:
        raise CaseError(
            Problem(
                where,
                "it holds figures of whole countries only",
                "expected figures by admin 1 or admin 2",
                "take a finer table; if all of them are of this crisis, set country_total = true",
                "dtm-country-figures",
            )
        )
    latest: dict[str, date] = {}
    for row in rows:
        series = _idp_series(row)
        latest[series] = max(latest.get(series, row.end), row.end)
    counted = []
    for row in rows:
        persons, series = read_count(row.cells.get("persons", "")), _idp_series(row)
        if persons.value is None:
            left.add("have no number, left out as missing is not 0", row.number)
        elif settings["rounds"] == "latest" and row.end < latest[series]:
            left.add("are of earlier rounds, left out", row.number)
        else:
            counted.append(
                Counted(
                    row.number,
                    row.end,
                    None,
                    ask_area(row),
                    "stock",
                    persons.value,
                    None,
                    series,
                    known_on(row.end, settings, settings["lag_days"]),
                )
            )
    return counted


def _idp_series(row: HapiRow) -> str:
    return f"hapi-idps-{make_slug(row.cells.get('operation', ''), row.cells.get('assessment', ''))}".strip(
        "-"
    )


def _count_groups(
    rows: list[HapiRow], case: Case, settings: Mapping[str, Any], kind: str, left: Omissions
) -> list[Counted]:
    """Count refugees by country of asylum (stocks), or people who returned in a period (flows)."""
    groups = ABROAD if kind == "refugees" else RETURNED
    counted = []
    for row in rows:
        cells = row.cells
        persons = read_count(cells.get("persons", ""))
        group = cells.get("population_group", "")
        if cells.get("origin") and cells["origin"] != case.country:
            left.add(f"are of people who did not flee from {case.country}, left out", row.number)
        elif not is_whole(row):
            left.add("are of one sex or age, left out for the whole", row.number)
        elif group not in groups:
            left.add(f"are of the group {group or '(empty)'}, left out", row.number)
        elif not persons.value:
            left.add("have no number above 0, left out as missing is not 0", row.number)
        else:
            place = (
                Asked(cells.get("asylum", ""), cells.get("asylum_name", "")) if kind == "refugees" else None
            )
            counted.append(
                Counted(
                    row.number,
                    row.end,
                    None if kind == "refugees" else row.start,
                    place,
                    "stock" if kind == "refugees" else "returns",
                    persons.value,
                    None,
                    f"hapi-{kind}-{group.lower()}",
                    known_on(row.end, settings, settings["lag_days"]),
                )
            )
    return _add_countries(counted) if kind == "returnees" else counted


def _add_countries(counted: list[Counted]) -> list[Counted]:
    """Add the people who came back from several countries: they return to one."""
    found: dict[tuple[Any, ...], Counted] = {}
    for one in counted:
        about = (one.day, one.day_from, one.series, one.published)
        before = found.get(about)
        found[about] = replace(one, persons=(before.persons or 0) + (one.persons or 0)) if before else one
    return list(found.values())


# -- events and population ---------------------------------------------------------------------------------


def _make_events(
    where: str,
    rows: list[HapiRow],
    case: Case,
    settings: Mapping[str, Any],
    source: Source,
    left: Omissions,
) -> Imported:
    """Turn months with events into spells of fighting; a month stands for its middle day."""
    months: dict[Asked, dict[tuple[int, int], float]] = defaultdict(dict)
    for row in keep_level(rows, settings, left):
        events, place = read_count(row.cells.get("events", "")), ask_area(row)
        kind = row.cells.get("event_type", "")
        if kind != FIGHTING:
            left.add(
                f"are of the type {kind or '(empty)'}, which overlaps with it or is no fighting, left out",
                row.number,
            )
        elif not events.value or place is None:
            left.add("have no event, or no area, left out", row.number)
        else:
            day = row.start + (row.end - row.start) // 2
            seen = max(day, settings["published"] or row.end + timedelta(days=settings["lag_days"]))
            months[place][seen.toordinal(), day.toordinal()] = float(events.value)
    matches = match_places(case, months, settings["places"])
    incidents: dict[str, dict[tuple[str, int, int], float]] = defaultdict(dict)
    for place, weights in months.items():
        for (known, number), weight in weights.items():
            incidents[matches[place].location][name_place(place), known, number] = weight
    origins = {name for name, row in latest_locations(case).items() if row.kind == "origin"}
    rule = SpellRule(
        settings["start_weight"], 1, settings["quiet_days"], settings["full_weight"], settings["lag_days"]
    )
    covered = max(row.end for row in rows)
    turned = [
        Event(
            turn.day,
            "conflict" if turn.value is not None else "conflict_ends",
            location,
            "",
            "",
            turn.value,
            turn.published,
            source.source,
        )
        for location, weights in incidents.items()
        if location in origins
        for turn in find_spells(
            (Incident(known, number, weight) for (_, known, number), weight in weights.items()), covered, rule
        )
    ]
    notes = describe_matches(matches, where)
    if turned:
        notes.append("Months of HAPI have no days: fighting is dated to the middle of the first month.")
        notes += tell_front(case)
    counts = {place: len(weights) for place, weights in months.items()}
    return Imported(
        source,
        events=tuple(sorted(turned, key=lambda row: (row.published, str(row.date), row.location, row.kind))),
        unplaced=list_unplaced(matches, counts),
        notes=tuple(notes),
    )


def _make_population(
    where: str,
    rows: list[HapiRow],
    case: Case,
    settings: Mapping[str, Any],
    source: Source,
    left: Omissions,
) -> Imported:
    """Give origins whose population is not known the population of their area, from its publication on."""
    case = forget_fills(case, source.source)
    places = latest_locations(case)
    found: dict[Asked, tuple[int, date]] = {}
    for row in rows:
        place, persons = ask_area(row), read_count(row.cells.get("persons", ""))
        if not is_whole(row):
            left.add("are of one sex or age, left out for the whole", row.number)
        elif place is None or persons.value is None:
            left.add("have no area or no number, left out", row.number)
        elif place not in found or row.end >= found[place][1]:
            found[place] = (persons.value, row.end)
    matches = match_places(case, found)
    versions: list[Location] = []
    notes = describe_matches(matches, where)
    late = []
    for place, (people, end) in found.items():
        held = places.get(matches[place].location)
        if held is None or held.kind != "origin":
            continue
        day = known_on(end, settings, settings["lag_days"])
        # a row that was published before the number was must not hold it
        new, differ = add_version(
            case, held.location, {"population": people}, day, source.source, override=False
        )
        versions += new
        if new and day > case.start:
            late.append(f"{held.location} from {day}")
        if differ and held.source != source.source:
            notes.append(
                f"{held.location} has {differ['population']:,} people in the case and {people:,} in HAPI; "
                "the case is left as it is."
            )
    if late:
        notes.append(
            f"Forecasts see these populations only once they were published: {list_some(late)}; the case "
            f"starts on {case.start}. Write published into a settings file if they were known before."
        )
    return Imported(
        source,
        locations=tuple(versions),
        unplaced=list_unplaced(matches, dict.fromkeys(found, 1)),
        notes=tuple(notes),
    )

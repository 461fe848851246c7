"""How displacement updates of IDMC (IDU) become flows at the origins of a case.

An update states how many movements took place around a point in some days. One person can move several
times, so these are displacements in a period and never people at a date: they become `departures` of the
nearest origin, in a series of their own. Figures that IDMC only uses to check others (`role` Triangulation)
are left out, as they count the same movements again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.case.importers.counted import Omissions
from havenward.case.importers.imported import Imported, Unplaced
from havenward.case.importers.open_table import open_table, read_count, read_day, read_degrees, settle_days
from havenward.case.importers.origins import find_origins, place_by_hand, refuse_swapped
from havenward.case.importers.ranges import check_ranges
from havenward.case.importers.registry import Setting
from havenward.errors import CaseError, Problem, SettingsError
from havenward.records import Observation, Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.case.importers.online import Online
    from havenward.records import Case

    Rows = list[tuple[int, dict[str, str]]]

SERIES = "idmc-idu"
EXACT = ("total", "")  # qualifiers that state a number as it is

SETTINGS: Mapping[str, Setting] = {
    "types": Setting("list", "Displacement types: Conflict, Disaster.", ["Conflict"]),
    "radius_km": Setting("number", "Updates farther than this from every origin are left out.", 50.0),
    "country_total": Setting(
        "flag",
        "Every update of the country is of this crisis: count them together, without places.",
        default=False,
    ),
    "lag_days": Setting(
        "integer", "Days after its last day on which an update appears, where it does not say.", 21
    ),
    "first_day": Setting("date", "Updates that end before it are left out.", None),
    "last_day": Setting("date", "Updates that end after it are left out.", None),
}
RANGES = {"radius_km": (0.1, 1000.0), "lag_days": (0, 1000)}

WANTED: Mapping[str, tuple[str, ...]] = {
    "id": ("#meta+id",),
    "iso3": ("#country+iso3", "#country+code"),
    "latitude": ("#geo+lat",),
    "longitude": ("#geo+lon",),
    "type": ("displacement_type", "#event+displacement_type"),
    "qualifier": ("#total",),
    "figure": ("#affected+displaced",),
    "day": ("displacement_end_date", "displacement_date", "#date+displacement+end"),
    "day_from": ("displacement_start_date", "#date+displacement+start"),
    "role": (),
    "created": ("created_at", "#date+created"),
    "area": ("locations_name", "location", "locations"),
}
NEEDED = ("figure", "day", "type")


class _Update(NamedTuple):
    """An update that is used."""

    row: int
    day_from: date
    day: date
    persons: int
    published: date
    place: str


def import_idmc(
    source: Path | None, case: Case, settings: Mapping[str, Any], online: Online | None = None
) -> Imported:
    """Read displacement updates of IDMC.

    Parameters
    ----------
    source
        CSV, XLSX or JSON; None to ask the service for the last 180 days.
    case
        Its origins are where people left.
    settings
        See `SETTINGS`.
    online
        Asks the service where there is no file.

    Raises
    ------
    CaseError
        The file holds no updates that can be used.

    References
    ----------
    IDMC: an internal displacement is a movement, not a person.
    """
    check_ranges(settings, RANGES)
    left = Omissions()
    notes: list[str] = []
    if source is not None:
        table = open_table(source, wanted=WANTED, required=NEEDED, sheet=settings["sheet"])
        where, rows, headings = table.where, table.rows, table.columns
        notes += table.notes
    else:
        where, rows, headings = *_ask(online), {}
    updates, unplaced = _read_updates(where, rows, headings, case, settings, left, notes)
    if not updates:
        raise CaseError(
            Problem(
                where,
                f"none of its {len(rows):,} rows is an update that can be used",
                f"expected displacements in {case.country} near the origins of the case",
                " ".join(left.notes()) or "check radius_km, or set country_total = true",
                "import-no-counts",
            )
        )
    key = settings["source"] or SERIES
    return Imported(
        source=Source(
            key,
            "IDMC Internal Displacement Updates (IDU)",
            "Internal Displacement Monitoring Centre",
            "https://www.internal-displacement.org",
            None,
            "CC BY-IGO",
        ),
        observations=_add_updates(updates, key),
        unplaced=unplaced,
        notes=(*notes, *left.notes()),
    )


def _ask(online: Online | None) -> tuple[str, Rows]:
    from havenward.case.importers.json_rows import find_rows, name_columns
    from havenward.case.importers.online import SERVICES

    host = SERVICES["idmc"].host
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
    rows = name_columns(find_rows(online.get_json("idmc", "idus/last-180-days/", {}), host), WANTED)
    if not rows or not set(NEEDED) <= rows[0][1].keys():
        raise CaseError(
            Problem(
                host,
                "its answer has no figures with days and types",
                "expected displacement updates",
                "the interface may have changed; download the file by hand and import that",
                "idmc-answer-empty",
            )
        )
    return host, rows


def _read_updates(
    where: str,
    rows: Rows,
    headings: Mapping[str, str],
    case: Case,
    settings: Mapping[str, Any],
    left: Omissions,
    notes: list[str],
) -> tuple[list[_Update], tuple[Unplaced, ...]]:
    order = {
        name: settle_days(
            where, headings.get(name, name), [row.get(name, "") for _, row in rows], settings["dates"]
        )
        for name in ("day", "day_from", "created")
    }
    types = {one.casefold() for one in settings["types"]}
    qualifiers: Counter[str] = Counter()
    far: Counter[tuple[str, str]] = Counter()
    origins = None if settings["country_total"] else find_origins(case)
    if origins is not None:
        points = [
            (longitude, latitude)
            for _, row in rows
            if (longitude := read_degrees(row.get("longitude", ""))) is not None
            and (latitude := read_degrees(row.get("latitude", ""))) is not None
            and row.get("iso3", case.country) == case.country
        ]
        refuse_swapped(where, points, origins)
    said = place_by_hand(case, {row.get("area", "")[:60] for _, row in rows}, settings["places"])
    updates = []
    for number, row in _latest_versions(rows, order["created"], left):
        day = read_day(row["day"], order["day"])
        day_from = read_day(row.get("day_from", ""), order["day_from"]) or day
        persons = read_count(row["figure"])
        why = _why_out(row, case, types)
        if not why and (day is None or day_from is None or day_from > day):
            why = "have no days that can be read, left out"
        elif not why and not persons.value:
            why = "have no figure above 0, left out"
        elif not why and day is not None and _is_outside(day, settings):
            why = "lie outside first_day and last_day, left out"
        if why or day is None or day_from is None or not persons.value:
            left.add(why, number)
            continue
        place = ""
        if origins is not None:
            point = (read_degrees(row.get("longitude", "")), read_degrees(row.get("latitude", "")))
            if point[0] is None or point[1] is None or abs(point[1]) > 90:
                left.add("have no coordinates, left out", number)
                continue
            (place,), (km,) = origins.nearest([(point[0], point[1])])
            area = row.get("area", "")[:60]
            if km > settings["radius_km"] and said.get(area):
                place = said[area]
            elif km > settings["radius_km"]:
                far[area or "(no area named)", place] += 1
                left.add(
                    f"lie farther than {settings['radius_km']:,.0f} km from every origin, left out", number
                )
                continue
        qualifiers[row.get("qualifier", "").casefold()] += 1
        updates.append(
            _Update(number, day_from, day, persons.value, _known(row, day, order["created"], settings), place)
        )
    inexact = {word: n for word, n in qualifiers.items() if word not in EXACT}
    if inexact:
        listed = ", ".join(f"{word} ({n:,})" for word, n in sorted(inexact.items()))
        notes.append(f"Figures with a qualifier are taken as they stand: {listed}.")
    return updates, tuple(Unplaced(area, "", n, (near,)) for (area, near), n in far.most_common())


def _latest_versions(
    rows: Rows,
    day_first: bool | None,  # noqa: FBT001 - three answers, no switch
    left: Omissions,
) -> Rows:
    """Keep the latest version of every update; those without an id are all kept."""
    latest: dict[str, tuple[date, int, dict[str, str]]] = {}
    for number, row in rows:
        key = row.get("id") or f"row {number}"
        created = read_day(row.get("created", ""), day_first) or date.min
        before = latest.get(key)
        if before is not None:
            left.add("repeat an update; its latest version counts", number)
        if before is None or created >= before[0]:
            latest[key] = (created, number, row)
    return [(number, row) for _, number, row in latest.values()]


def _why_out(row: Mapping[str, str], case: Case, types: set[str]) -> str:
    if row.get("iso3") and row["iso3"] != case.country:
        return "are of other countries, left out"
    if row["type"].casefold() not in types:
        return f"are displacements by {row['type'].lower() or '(empty)'}, left out"
    if row.get("role", "").casefold().startswith("triangulation"):
        return "only check other figures (role Triangulation), left out"
    return ""


def _is_outside(day: date, settings: Mapping[str, Any]) -> bool:
    return bool(
        (settings["first_day"] and day < settings["first_day"])
        or (settings["last_day"] and day > settings["last_day"])
    )


def _known(
    row: Mapping[str, str],
    day: date,
    day_first: bool | None,  # noqa: FBT001 - three answers, no switch
    settings: Mapping[str, Any],
) -> date:
    said: date | None = settings["published"]
    if said is not None:
        return max(day, said)
    created = read_day(row.get("created", ""), day_first)
    return max(day, created) if created else day + timedelta(days=settings["lag_days"])


def _add_updates(updates: list[_Update], key: str) -> tuple[Observation, ...]:
    """Add updates of one place and period as they become known: each row states the sum so far."""
    found: dict[tuple[str, date, date], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for one in updates:
        found[one.place, one.day_from, one.day][one.published] += one.persons
    rows = []
    for (place, day_from, day), by_known in sorted(found.items()):
        total = 0
        for published, persons in sorted(by_known.items()):
            total += persons
            scope = "location" if place else "total"
            measure = "departures"
            rows.append(
                Observation(day, day_from, scope, place, "", measure, total, None, SERIES, published, key)
            )
    return tuple(rows)

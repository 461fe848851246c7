"""How conflict events of ACLED become spells of fighting at the origins of a case, and nothing else of them.

ACLED's terms do not let its rows be passed on, and its rows name armed actors and describe attacks. So only
what is derived enters the case: on which day fighting begins and ends at a place, and how intense it begins.
No event, identifier, name, note or number of deaths does.

An event weighs 1 where its day and place are exact. One that is placed near a town (`geo_precision` 2) or
dated to a week (`time_precision` 2) weighs half; one known by region (3) or by month (3) only weighs nothing,
as it cannot say when fighting came to which place. Weights multiply, and settings change them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from havenward.case.importers.acled_rows import EventRow, keep_latest, read_events
from havenward.case.importers.counted import Omissions
from havenward.case.importers.imported import Imported, Unplaced
from havenward.case.importers.open_table import open_table
from havenward.case.importers.origins import (
    OriginMap,
    find_origins,
    place_by_hand,
    refuse_swapped,
    tell_front,
)
from havenward.case.importers.ranges import check_ranges
from havenward.case.importers.registry import Setting
from havenward.case.importers.spells import Incident, SpellRule, find_spells
from havenward.errors import CaseError, Problem, SettingsError, nearest
from havenward.records import Event, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from havenward.case.importers.online import Online
    from havenward.case.importers.open_table import Table
    from havenward.records import Case

EVENT_TYPES = (
    "Battles",
    "Explosions/Remote violence",
    "Violence against civilians",
    "Protests",
    "Riots",
    "Strategic developments",
)
FIGHTING = EVENT_TYPES[:3]
PAGE_ROWS = 5000
LATE_DAYS = 60  # a timestamp later than this after the event is of a revision
MOST_SHARE_FAR = 0.5

SETTINGS: Mapping[str, Setting] = {
    "event_types": Setting("list", "Event types that count as fighting.", list(FIGHTING)),
    "assign": Setting(
        "text",
        "`nearest`: an event counts at the nearest origin within `radius_km`; `admin2`: at the origins whose "
        "admin2 it names, the nearest of them.",
        "nearest",
        ("nearest", "admin2"),
    ),
    "radius_km": Setting("number", "Events farther than this from every origin are left out.", 25.0),
    "weight_near": Setting("number", "Weight of an event placed near a town (geo_precision 2).", 0.5),
    "weight_region": Setting("number", "Weight of an event known by region only (geo_precision 3).", 0.0),
    "weight_week": Setting("number", "Weight of an event dated to a week (time_precision 2).", 0.5),
    "weight_month": Setting("number", "Weight of an event dated to a month (time_precision 3).", 0.0),
    "known": Setting(
        "text",
        "When an event was known: by its `timestamp`, or a `lag` after its day; empty takes the timestamp "
        "where the file has one.",
        "",
        ("", "timestamp", "lag"),
    ),
    "lag_days": Setting("integer", "Days after which the events of a day are known.", 7),
    "start_weight": Setting("number", "Weight of events in a window that begins a spell of fighting.", 1.0),
    "window_days": Setting("integer", "Days of that window.", 7),
    "quiet_days": Setting("integer", "Days without an event after which a spell is over.", 28),
    "full_weight": Setting("number", "Weight of events in a window at which the intensity is 1.", 7.0),
    "countries": Setting("list", "Online: countries as ACLED names them.", []),
    "first_day": Setting("date", "Events before it are left out; online it is needed.", None),
    "last_day": Setting(
        "date",
        "Events after it are left out; the last day that the file covers, if it is not its last event.",
        None,
    ),
}

RANGES = {
    "radius_km": (0.1, 500.0),
    "weight_near": (0.0, 1.0),
    "weight_region": (0.0, 1.0),
    "weight_week": (0.0, 1.0),
    "weight_month": (0.0, 1.0),
    "lag_days": (0, 365),
    "start_weight": (0.01, 1e6),
    "window_days": (1, 365),
    "quiet_days": (1, 3650),
    "full_weight": (0.01, 1e6),
}

WANTED: Mapping[str, tuple[str, ...]] = {
    "event_id_cnty": ("event_id_cnty", "event id cnty", "event_id"),
    "event_date": ("event_date", "event date"),
    "event_type": ("event_type", "event type"),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "long"),
    "time_precision": ("time_precision", "time precision"),
    "geo_precision": ("geo_precision", "geo precision"),
    "admin1": ("admin1",),
    "admin2": ("admin2",),
    "timestamp": ("timestamp",),
}
NEEDED = ("event_id_cnty", "event_date", "event_type", "latitude", "longitude")
# columns of the files in which ACLED adds events up, by week and region
_AGGREGATED = ("week", "events", "fatalities")


def import_acled(
    source: Path | None, case: Case, settings: Mapping[str, Any], online: Online | None = None
) -> Imported:
    """Derive spells of fighting from events of ACLED.

    Parameters
    ----------
    source
        An export of any of ACLED's tools: CSV, XLSX or JSON; None to ask the service.
    case
        Its origins are where fighting is looked for.
    settings
        See `SETTINGS`.
    online
        Asks the service where there is no file.

    Returns
    -------
    imported
        Events `conflict` with an intensity from 0.01 to 1, and `conflict_ends`.

    Raises
    ------
    CaseError
        The file is no export of single events, or no place of the case can be matched with it.

    References
    ----------
    ACLED Codebook: precision codes, event types, and why events are revised.
    """
    _check_types(settings["event_types"])
    check_ranges(settings, RANGES)
    origins = find_origins(case)
    if source is None:
        name, rows, notes = _ask(online, settings)
    else:
        table = _open(source, settings["sheet"])
        name, rows, notes = table.where, table.rows, list(table.notes)
    tally = Omissions()
    events, covered = read_events(name, keep_latest(rows, tally), settings, tally, notes)
    if not events:
        raise CaseError(
            Problem(
                name,
                f"none of its {len(rows):,} rows is an event that can be used",
                f"expected events of the types {', '.join(settings['event_types'])}",
                " ".join(tally.notes()) or "export events of the crisis, with their types",
                "acled-no-events",
            )
        )
    refuse_swapped(name, [(one.longitude, one.latitude) for one in events], origins)
    turned, unplaced, far = _find_turns(events, origins, covered, case, settings)
    notes += tally.notes()
    notes += far
    notes += _tell_known(events, settings)
    key = settings["source"] or "acled"
    notes += _tell_gone(case, key, turned)
    notes += tell_front(case) if turned else []
    days = [one.day for one in events]
    return Imported(
        source=Source(
            key,
            f"ACLED, events from {min(days)} to {max(days)}: intensities derived by day and place",
            "Armed Conflict Location & Event Data (ACLED)",
            "https://acleddata.com",
            None,
            "ACLED terms of use: credit ACLED; its rows may not be passed on, and none is kept here",
        ),
        events=tuple(
            Event(day, kind, place, "", "", value, published, key)
            for published, day, kind, place, value in turned
        ),
        unplaced=tuple(unplaced),
        notes=tuple(notes),
    )


# -- reading -----------------------------------------------------------------------------------------------


def _open(source: Path, sheet: str) -> Table:
    """Open an export; files in which ACLED adds events up are told apart from files of something else."""
    try:
        return open_table(source, wanted=WANTED, required=NEEDED, sheet=sheet)
    except CaseError as error:
        if error.problems[0].slug == "import-columns-missing":
            _refuse_sums(source)
        raise


def _refuse_sums(source: Path) -> None:
    try:
        table = open_table(source, wanted=dict.fromkeys(_AGGREGATED, ()), required=_AGGREGATED)
    except CaseError:
        return
    raise CaseError(
        Problem(
            table.where,
            "its rows are sums of events by week and region",
            "expected single events with their places",
            "export events with ACLED's Data Export Tool, not the aggregated files",
            "acled-aggregated",
        )
    )


def _ask(
    online: Online | None, settings: Mapping[str, Any]
) -> tuple[str, list[tuple[int, dict[str, str]]], list[str]]:
    """Ask ACLED for the columns that are used and no others."""
    from havenward.case.importers.json_rows import find_rows, name_columns
    from havenward.case.importers.online import SERVICES

    host = SERVICES["acled"].host
    if online is None or not settings["countries"] or settings["first_day"] is None:
        raise SettingsError(
            Problem(
                host,
                "the settings do not say what to ask for",
                "expected countries and first_day",
                'write them into a settings file: countries = ["Iraq"], first_day = 2016-01-01',
                "acled-question-missing",
            )
        )
    last = settings["last_day"] or datetime.now(UTC).date()
    params: dict[str, str | int] = {
        "_format": "json",
        "country": "|".join(settings["countries"]),
        "event_type": "|".join(settings["event_types"]),
        "event_date": f"{settings['first_day']}|{last}",
        "event_date_where": "BETWEEN",
        "fields": "|".join(WANTED),
        "limit": PAGE_ROWS,
    }
    rows: list[dict[str, str]] = []
    for page in online.get_pages(
        "acled",
        "read",
        params,
        lambda number: {"page": number + 1},
        lambda answer: find_rows(answer, host),
        PAGE_ROWS,
    ):
        rows += page
    named = name_columns(rows, WANTED)
    missing = [one for one in NEEDED if named and one not in named[0][1]]
    if missing or not named:
        raise CaseError(
            Problem(
                host,
                f"its answer has no {', '.join(missing) or 'events'}",
                "expected events of these countries and days",
                "check countries and days; or download an export by hand and import that",
                "acled-answer-empty",
            )
        )
    return host, named, []


def _check_types(types: Iterable[str]) -> None:
    problems = []
    for one in types:
        if one not in EVENT_TYPES:
            close = nearest(one, EVENT_TYPES)
            problems.append(
                Problem(
                    "event_types",
                    f"there is no event type '{one}'",
                    f"expected some of {', '.join(EVENT_TYPES)}",
                    f"did you mean '{close}'?" if close else "write it as ACLED does",
                    "acled-event-type",
                )
            )
    if problems:
        raise SettingsError(problems)


# -- placing -----------------------------------------------------------------------------------------------


def _find_turns(
    events: list[EventRow], origins: OriginMap, covered: date, case: Case, settings: Mapping[str, Any]
) -> tuple[list[tuple[date, date, str, str, float | None]], list[Unplaced], list[str]]:
    """Give each event to an origin and find the spells there."""
    usable = [one for one in events if abs(one.latitude) <= 90]
    said = place_by_hand(case, {one.admin2 or one.admin1 for one in usable}, settings["places"])
    nearest_keys, kilometres = origins.nearest([(one.longitude, one.latitude) for one in usable])
    incidents: dict[str, dict[tuple[int, int], float]] = defaultdict(lambda: defaultdict(float))
    left: Counter[tuple[str, str]] = Counter()
    left_near: dict[tuple[str, str], tuple[float, str]] = {}
    for one, key, km in zip(usable, nearest_keys, kilometres, strict=True):
        place = key if km <= settings["radius_km"] else ""
        if settings["assign"] == "admin2":
            place = origins.nearest_in(one.admin2, one.longitude, one.latitude)
        place = place or said.get(one.admin2 or one.admin1, "")
        if not place:
            area = (one.admin2 or one.admin1 or "(no area named)", one.admin1)
            left[area] += 1
            left_near[area] = min(left_near.get(area, (km, key)), (km, key))
            continue
        incidents[place][one.published.toordinal(), one.day.toordinal()] += one.weight
    rule = SpellRule(
        settings["start_weight"],
        settings["window_days"],
        settings["quiet_days"],
        settings["full_weight"],
        settings["lag_days"],
    )
    turns = [
        (
            turn.published,
            turn.day,
            "conflict" if turn.value is not None else "conflict_ends",
            place,
            turn.value,
        )
        for place, days in sorted(incidents.items())
        for turn in find_spells(
            (Incident(published, day, weight) for (published, day), weight in days.items()), covered, rule
        )
    ]
    unplaced = [
        Unplaced(area[0], "", rows, (left_near[area][1],))
        for area, rows in sorted(left.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return (
        sorted(turns, key=lambda turn: (turn[0], turn[1], turn[3], turn[2])),
        unplaced,
        _tell_far(left, events, settings),
    )


# -- notes -------------------------------------------------------------------------------------------------


def _tell_far(
    left: Counter[tuple[str, str]], events: list[EventRow], settings: Mapping[str, Any]
) -> list[str]:
    rows = left.total()
    if not rows:
        return []
    why = (
        f"lie farther than {settings['radius_km']:,.0f} km from every origin"
        if settings["assign"] == "nearest"
        else "are in an admin2 in which the case has no origin"
    )
    more = " Origins may be missing, or radius_km too small." if rows > MOST_SHARE_FAR * len(events) else ""
    return [f"{rows:,} of {len(events):,} events {why}; they are left out.{more}"]


def _tell_known(events: list[EventRow], settings: Mapping[str, Any]) -> list[str]:
    if settings["published"]:
        return [
            f"Every event is taken as known from {settings['published']}, or from its day if that is later."
        ]
    late = sum((one.published - one.day).days > LATE_DAYS for one in events)
    if not late or settings["lag_days"] > LATE_DAYS:
        return []
    return [
        (
            f"{late:,} of {len(events):,} events carry a timestamp more than {LATE_DAYS} days after their "
            "day, as they were revised. Forecasts of the past see them from then on only; "
            f'known = "lag" takes them as known {settings["lag_days"]} days after their day.'
        )
    ]


def _tell_gone(
    case: Case, key: str, turned: Iterable[tuple[date, date, str, str, float | None]]
) -> list[str]:
    """Name rows of an earlier import that these events no longer give: events were revised or removed."""
    now = {(day, kind, place) for _, day, kind, place, _ in turned}
    gone = [
        f"{row.kind} at {row.location} on {row.date}"
        for row in case.events
        if row.source == key and (row.date, row.kind, row.location) not in now
    ]
    if not gone:
        return []
    more = f" and {len(gone) - 8:,} more" if len(gone) > 8 else ""
    return [
        (
            f"An earlier import gave {', '.join(gone[:8])}{more}, which these events no longer do: they were "
            "revised or removed. Forecasts of the time keep seeing what was known; delete the rows of "
            "events.csv if they were wrong from the start."
        )
    ]

"""What is read of an event of ACLED: its day, point, weight, area, and when it was known; nothing else."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from havenward.case.importers.open_table import read_day, read_degrees, settle_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havenward.case.importers.counted import Omissions

_DIGITS = re.compile(r"[0-9]{9,11}\Z")


@dataclass(frozen=True)
class EventRow:
    """What is used of an event."""

    row: int
    day: date
    kind: str
    longitude: float
    latitude: float
    weight: float
    admin1: str
    admin2: str
    published: date


def keep_latest(rows: list[tuple[int, dict[str, str]]], tally: Omissions) -> list[tuple[int, dict[str, str]]]:
    """Keep the version with the latest timestamp of every event; of equal ones the lower row."""
    latest: dict[str, tuple[int, dict[str, str]]] = {}
    for number, row in rows:
        key = row["event_id_cnty"]
        if not key:
            tally.add("have no event_id_cnty, so that revised ones cannot be told, left out", number)
            continue
        before = latest.get(key)
        if before is None:
            latest[key] = (number, row)
            continue
        stands = _stamp(before[1].get("timestamp", "")) or date.min
        if (_stamp(row.get("timestamp", "")) or date.min) >= stands:
            latest[key] = (number, row)
        tally.add("repeat an event; its latest version counts", number)
    return list(latest.values())


def read_events(
    name: str,
    rows: list[tuple[int, dict[str, str]]],
    settings: Mapping[str, Any],
    tally: Omissions,
    notes: list[str],
) -> tuple[list[EventRow], date]:
    """Read the events that count as fighting, weighted by how exactly day and place are known.

    Parameters
    ----------
    name
        File, for messages.
    rows
        Latest version of every event.
    settings
        As `acled.SETTINGS` defines them.
    tally, notes
        Where to say what is left out and what is in doubt.

    Returns
    -------
    events, covered
        And the last day that the file is about: that of the settings, or of its last event of any type.
    """
    day_first = settle_days(name, "event_date", (row["event_date"] for _, row in rows), settings["dates"])
    days: dict[str, date | None] = {}
    by_time = {"1": 1.0, "2": settings["weight_week"], "3": settings["weight_month"]}
    by_place = {"1": 1.0, "2": settings["weight_near"], "3": settings["weight_region"]}
    kinds = {_plain_type(one): one for one in settings["event_types"]}
    types_met: Counter[str] = Counter()
    known = settings["known"] or ("timestamp" if rows and "timestamp" in rows[0][1] else "lag")
    if rows and not {"geo_precision", "time_precision"} <= rows[0][1].keys():
        notes.append("The file has no columns of precision; every event is taken as exact.")
    events = []
    for number, row in rows:
        text = row["event_date"]
        if text not in days:
            days[text] = read_day(text, day_first)
        day = days[text]
        if day is None:
            tally.add("have no day that can be read, left out", number)
            continue
        types_met[row["event_type"]] += 1
        kind = kinds.get(_plain_type(row["event_type"]))
        if kind is None:
            tally.add(f"are of the type {row['event_type'] or '(empty)'}, left out", number)
            continue
        if (settings["first_day"] and day < settings["first_day"]) or (
            settings["last_day"] and day > settings["last_day"]
        ):
            tally.add("lie outside first_day and last_day, left out", number)
            continue
        weight = by_time.get(row.get("time_precision", ""), 1.0) * by_place.get(
            row.get("geo_precision", ""), 1.0
        )
        if weight <= 0:
            tally.add("are known by region or by month only, left out", number)
            continue
        longitude, latitude = read_degrees(row["longitude"]), read_degrees(row["latitude"])
        if longitude is None or latitude is None or (longitude, latitude) == (0.0, 0.0):
            tally.add("have no coordinates, left out", number)
            continue
        published = _known_day(day, row.get("timestamp", ""), known, settings)
        events.append(
            EventRow(
                number,
                day,
                kind,
                longitude,
                latitude,
                weight,
                row.get("admin1", ""),
                row.get("admin2", ""),
                published,
            )
        )
    covered = settings["last_day"] or max((day for day in days.values() if day), default=date.min)
    return events, covered


def _plain_type(text: str) -> str:
    """Write an event type as today; files before 2019 had several kinds of battles."""
    plain = text.strip().casefold()
    if plain.startswith("battle"):
        return "battles"
    return "explosions/remote violence" if plain == "remote violence" else plain


def _known_day(day: date, stamp: str, known: str, settings: Mapping[str, Any]) -> date:
    """Say when an event was known, never before it happened."""
    exported: date | None = settings["published"]
    if exported is not None:
        return max(day, exported)
    stamped = _stamp(stamp) if known == "timestamp" else None
    if stamped is not None:
        return max(day, stamped)
    return date.fromordinal(day.toordinal() + settings["lag_days"])


def _stamp(text: str) -> date | None:
    """Read a timestamp: seconds since 1970, or a date with a time."""
    if _DIGITS.match(text):
        return datetime.fromtimestamp(int(text), UTC).date()
    return read_day(text) if text else None

"""How a value of a source becomes a version of a location, or fills a blank of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from havenward.records import Case, Location

_BLANK = frozenset({None, ""})


def add_version(
    case: Case,
    location: str,
    values: Mapping[str, Any],
    published: date,
    source: str,
    *,
    override: bool,
) -> tuple[list[Location], dict[str, Any]]:
    """Say what a source published on a day about a location that the case has.

    Parameters
    ----------
    case, location
        The location's rows are versions, of which a forecast sees the latest that was published.
    values
        What the source says, by field.
    published, source
        Of what it says.
    override
        The new version takes the source's values even where the version before it has others; otherwise only
        blanks are filled, and the other value stands.

    Returns
    -------
    rows
        A version of that day where it says something new, and later versions with their blanks filled, as the
        value was known by then.
    differ
        Values of the version before it (or of the first after it) that the source contradicts, by field.
    """
    own_row = [row for row in case.locations if row.location == location]
    others = [row for row in own_row if not (row.source == source and row.published == published)]
    before = [row for row in others if row.published <= published]
    rows: list[Location] = []
    differ: dict[str, Any] = {}
    if others:
        beside = max(before or others[:1], key=lambda row: row.published)
        differ = {
            name: getattr(beside, name)
            for name, value in values.items()
            if getattr(beside, name) not in _BLANK and value not in _BLANK and getattr(beside, name) != value
        }
    if before:
        base = max(before, key=lambda row: row.published)
        if base.published == published:
            said = {n: v for n, v in values.items() if v not in _BLANK}
            # what differs on one day is set apart when it is merged
            rows += [replace(base, **said)] if override and differ else _filled(base, values)
        else:
            new = {n: v for n, v in values.items() if v not in _BLANK}
            if not override and base.source != source:
                new = {n: v for n, v in new.items() if getattr(base, n) in _BLANK}
            version = replace(base, **new)
            if version != base:
                rows.append(replace(version, published=published, source=source, row=0))
    for row in others:
        if row.published > published:
            rows += _filled(row, values)
    return rows, differ


def _filled(row: Location, values: Mapping[str, Any]) -> list[Location]:
    blanks = {n: v for n, v in values.items() if getattr(row, n) in _BLANK and v not in _BLANK}
    return [replace(row, **blanks)] if blanks else []

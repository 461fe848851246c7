"""What is published of a place for each day: its number of places or throughput, and whether it is open."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from havenward.dates import day_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from havenward.records import Event, Location


def daily_values(
    events: Iterable[Event],
    kind: str,
    names: Sequence[str],
    base: Mapping[str, int | None],
    first_date: date,
    days: int,
) -> NDArray[np.float64]:
    """Spread values over days: the base from the start, then each event from its date on.

    Returns
    -------
    values
        Shape (day, name), NaN where nothing is published.
    """
    values = np.full((days, len(names)), np.nan)
    said: dict[str, list[tuple[date, date, float]]] = {}
    for e in events:
        if e.kind == kind and isinstance(e.date, date) and e.value is not None:
            said.setdefault(e.location, []).append((e.date, e.published, e.value))
    for column, name in enumerate(names):
        first = base.get(name)
        if first is not None:
            values[:, column] = first
        for day, _, value in sorted(said.get(name, ())):
            values[max(0, day_number(day, first_date)) :, column] = value
    return values


def open_days(
    events: Iterable[Event], sites: Sequence[Location], first_date: date, days: int
) -> NDArray[np.bool_]:
    """Tell on which days sites receive people: openings and closings in the order of their dates.

    Of several words on the same opening (or closing), with nothing of the other kind between them, the one
    published last counts; so a site can be opened later than planned, and be opened again after it closed.

    Returns
    -------
    is_open
        Shape (day, site).
    """
    heard: dict[str, list[tuple[date, bool, date]]] = {}
    for e in events:
        if e.kind in ("site_opens", "site_closes") and isinstance(e.date, date):
            heard.setdefault(e.location, []).append((e.date, e.kind == "site_opens", e.published))
    is_open = np.ones((days, len(sites)), np.bool_)
    for column, site in enumerate(sites):
        words = heard.get(site.location, []) + [
            (day, opens, site.published) for day, opens in ((site.opens, True), (site.closes, False)) if day
        ]
        said: list[tuple[date, bool, date]] = []
        for word in sorted(words):
            if said and said[-1][1] == word[1]:
                if word[2] >= said[-1][2]:
                    said[-1] = word
            else:
                said.append(word)
        # before the first word a site is what that word changes
        is_open[:, column] = not said or not said[0][1]
        for day, opens, _ in said:
            is_open[max(0, day_number(day, first_date)) :, column] = opens
    return is_open

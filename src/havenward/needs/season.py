"""In which months winter items count: as the case says, else by the latitude of its receiving places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from havenward.errors import CaseError, Problem
from havenward.records import RECEIVING_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.records import Case

KEY = "winter_months"  # attribute of the whole case: months as numbers
MONTHS_OF_YEAR = 12
# A plain rule of our own where the case says nothing. Nearer to the equator than 25 degrees nights are mild
# except high up, which the attribute is for; beyond 50 the cold begins a month earlier and ends one later.
MILD, COLD = 25.0, 50.0
NORTHERN, NORTHERN_LONG = (11, 12, 1, 2, 3), (10, 11, 12, 1, 2, 3, 4)


def winter_months(case: Case) -> tuple[tuple[int, ...], str]:
    """Give the months in which winter items count, and why.

    Raises
    ------
    CaseError
        The attribute `winter_months` holds something else than months from 1 to 12.
    """
    told = [row for row in case.attributes if row.key == KEY and not (row.location or row.from_)]
    if told:
        words = [word.strip() for word in told[-1].value.replace(";", ",").split(",") if word.strip()]
        if not all(word.isdecimal() and 1 <= int(word) <= MONTHS_OF_YEAR for word in words):
            raise CaseError(
                Problem(
                    f"attributes.csv row {told[-1].row}" if told[-1].row else "attributes.csv",
                    f"{KEY} is '{told[-1].value}'",
                    "expected months from 1 to 12 with commas between them, such as 11,12,1,2,3",
                    "correct the value",
                    "winter-months",
                )
            )
        return tuple(int(word) for word in words), f"attribute {KEY} of the case"
    latitudes = [
        row.latitude for row in case.locations if row.kind in RECEIVING_KINDS and row.latitude is not None
    ]
    if not latitudes:
        return (), f"no latitude and no attribute {KEY}: no month counts as winter"
    latitude = float(np.median(latitudes))
    if abs(latitude) < MILD:
        return (), f"receiving places lie at latitude {latitude:.0f}: no month counts as winter"
    months: tuple[int, ...] = NORTHERN_LONG if abs(latitude) >= COLD else NORTHERN
    if latitude < 0:
        months = tuple((month + 5) % MONTHS_OF_YEAR + 1 for month in months)
    return months, f"receiving places lie at latitude {latitude:.0f}"


def season_mask(months: Sequence[int], days: Sequence[date]) -> NDArray[np.float64]:
    """Give 1 for days in those months and 0 for others, shape (day,)."""
    return np.array([float(day.month in months) for day in days])

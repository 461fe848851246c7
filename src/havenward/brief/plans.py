"""Which figures of reports stand beside a forecast as planning figures: what was expected by its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from havenward.brief.content import FigureRow

EXPECTED = "expected_displaced"


def planning_figures(figures: Iterable[FigureRow], day: date) -> tuple[FigureRow, ...]:
    """Choose what was expected by a day: of each fact the last word of every speaker, each value once.

    Parameters
    ----------
    figures
        Those that the audience may see.
    day
        What was published later is left out, also where a track was given it.

    Returns
    -------
    planned
        The earliest first. Of two who say the same of one fact, the one who said it first stands for both.
    """
    known = sorted(
        (row for row in figures if row.term == EXPECTED and row.published <= day),
        key=lambda row: (row.published, row.figure),
    )
    last: dict[tuple[str, str], FigureRow] = {}
    for row in known:
        last[row.fact_group or row.figure, (row.speaker or row.outlet).casefold()] = row
    once: dict[tuple[object, ...], FigureRow] = {}
    for (fact, _), row in last.items():
        value = (fact, row.low, row.high, row.point)
        if value not in once or row.published < once[value].published:
            once[value] = row
    return tuple(sorted(once.values(), key=lambda row: (row.published, row.figure)))

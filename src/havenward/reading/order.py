"""What a figure may say of others: nothing that was published after its own report.

A case is read as a whole and then seen as of any day. What a later report contradicts or splits must
therefore leave no trace in the rows of earlier ones; the later row says it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from havenward.reading import facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import ReadFigure, Reading


def forget_later(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Take out of each report's relations what only later reports say.

    Parameters
    ----------
    readings
        Linked by `across.link_reports`; all dated.

    Returns
    -------
    readings
        The same in the same order. An origin that bears the name of its fact group is not written either:
        whether a group will have several is not known yet, and the name says the same without.
    """
    first: dict[str, date] = {}
    for reading in readings:
        day = reading.published or date.min
        for figure in reading.figures:
            for name in (figure.fact_group, facts.origin_of(figure.relation)):
                if name:
                    first[name] = min(day, first.get(name, day))
    return tuple(
        replace(
            reading,
            figures=tuple(
                _forget(figure, reading.published or date.min, first) for figure in reading.figures
            ),
        )
        for reading in readings
    )


def _forget(figure: ReadFigure, day: date, first: dict[str, date]) -> ReadFigure:
    words = []
    for word in figure.relation.split(";"):
        kind, _, name = word.partition(":")
        told = name != figure.fact_group if kind == facts.ORIGIN else first.get(name, day) <= day
        if word and told:
            words.append(word)
    return figure._replace(relation=";".join(words))

"""What an audience sees of a run: the case as it was known, its guard, and the marks that lead back.

Marks are given to everything that a run knows, before anything is withheld: `A3` is the same assumption in
every brief of the run and in `explain`, so that marks may be missing where an audience sees less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from havenward.brief.audience import allows
from havenward.brief.content import Amount
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from havenward.brief.release import Guard
    from havenward.records import Case, Location
    from havenward.words import Words

STEP_DAYS = 7  # people outside the team see every seventh day: no day of departure can be read off


class Marks(NamedTuple):
    """What footnotes call each assumption, figure and source, by its key."""

    assumptions: Mapping[str, str]
    figures: Mapping[str, str]
    sources: Mapping[str, str]


class Known(NamedTuple):
    """The case as a run knew it, and what the audience may see of it."""

    case: Case
    day: date
    locations: Mapping[str, Location]
    guard: Guard
    audience: str
    marks: Marks
    words: Words = ENGLISH

    def may(self, kind: str) -> bool:
        """Tell whether the audience may see a kind of thing."""
        return allows(self.audience, kind)

    def shown(self, amount: Amount) -> Amount:
        """Hold back values that are too small for the audience."""
        return Amount(
            *(
                None if self.guard.is_small(value) else value
                for value in (amount.low, amount.central, amount.high)
            )
        )


def give_marks(case: Case, drawn: Iterable[str]) -> Marks:
    """Give each assumption, figure and source its number.

    Parameters
    ----------
    case
        The case as the run knew it.
    drawn
        Names of what members drew.
    """
    names = set(drawn)
    # those that hold for the whole case come first
    used = sorted((name for name in names if not is_unused(name, names)), key=lambda n: ("." in n, n))
    reports = {row.report for row in case.reports}
    figures = [row.figure for row in case.figures if row.report in reports and row.review != "rejected"]
    return Marks(
        {name: f"A{number}" for number, name in enumerate(used, start=1)},
        {name: f"F{number}" for number, name in enumerate(figures, start=1)},
        {row.source: f"S{number}" for number, row in enumerate(case.sources, start=1)},
    )


def is_unused(name: str, names: Iterable[str]) -> bool:
    """Tell whether an assumption decided nothing: a total of displaced people makes the share idle."""
    return name == "release_fraction" and "displaced_total" in names

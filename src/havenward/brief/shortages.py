"""What a brief is handed of the look at needs: room and supplies by place and day, nothing held back yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from havenward.brief.content import Amount, Limit


@dataclass(frozen=True)
class SiteRoom:
    """How many people a site can take, and how many are more than that.

    Parameters
    ----------
    limits
        Every number of places with the day from which it holds; none before a site opens.
    closes
        First day on which nobody is received any more; None where it stays open.
    over
        People above capacity on the key days.
    chance_over
        Probability that there are some on any day after the origin date.
    first_likely
        First day with a probability above one half; None where there is none.
    """

    limits: tuple[Limit, ...]
    closes: date | None
    over: tuple[tuple[date, Amount], ...]
    chance_over: float
    first_likely: date | None


@dataclass(frozen=True)
class Missing:
    """What is needed of one thing at one place (or `total`) on a key day, and what of it is missing.

    Parameters
    ----------
    people
        Whom it is counted for.
    available
        What is stated to be there or to have come by then; None where nobody states anything, so that all
        that is needed counts as missing.
    silent
        Of how many places nobody states anything.
    chance
        Probability that something is missing; None where nobody states what is there.
    """

    location: str
    date: date
    key: str
    sector: str
    item: str
    unit: str
    people: Amount
    requirement: Amount
    available: float | None
    gap: Amount
    chance: float | None
    silent: int = 0


@dataclass(frozen=True)
class Short:
    """What one place runs short of, first.

    Parameters
    ----------
    people
        Most people there on any key day.
    missing
        On the worst day, at 50, 80 and 95 %.
    people_days
        Expected days of people without, which say how many are touched.
    """

    location: str
    key: str
    item: str
    unit: str
    people: Amount
    chance: float
    first_likely: date | None
    missing: tuple[float, float, float]
    people_days: float


@dataclass(frozen=True)
class Shortages:
    """Everything that a brief says of room and supplies.

    Parameters
    ----------
    rooms
        By place; only those of which a number of places is known.
    sites_over, people_over
        Sites with more people than places, and those people, on the key days.
    missing, shorts
        See there.
    not_understood
        Rows of `stock.csv` that stand for nothing in the standards.
    """

    rooms: Mapping[str, SiteRoom] = field(default_factory=dict)
    sites_over: Mapping[date, Amount] = field(default_factory=dict)
    people_over: Mapping[date, Amount] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()
    shorts: tuple[Short, ...] = ()
    not_understood: int = 0

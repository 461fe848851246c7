"""Where a forecast begins away from the last count of a place, and why, as far as the run itself can say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.brief.facts import amounts, at_day, name_series, people_on

ENUMERATED = re.compile(r"-after-\d{4}-\d{2}-\d{2}$")  # how a series is called after a declared enumeration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from havenward.brief.content import Amount, Count, Fan, Learning, Place
    from havenward.brief.view import Known
    from havenward.runs import Run
    from havenward.words import Words

    FloatArray = NDArray[np.float64]


def tell_jumps(
    known: Known,
    run: Run,
    fans: Mapping[tuple[str, str], Fan],
    places: Sequence[Place],
    learning: Learning,
    draws: Mapping[str, FloatArray],
    weights: FloatArray,
) -> tuple[Place, ...]:
    """Put a sentence to the places whose last count lies outside the first range of their forecast.

    Nothing is said where the forecast comes from the place's own counts, and where the members held the
    counted number on its day: then people moved since, which the chart shows.

    Parameters
    ----------
    places
        With the counts that the audience may see.
    draws, weights
        Of the members, by assumption and shape (member,).
    """
    return tuple(
        replace(
            place,
            jump=_tell_jump(known, run, fans["stock", place.location], place, learning, draws, weights),
        )
        if place.counts and not place.from_counts
        else place
        for place in places
    )


def _tell_jump(
    known: Known,
    run: Run,
    fan: Fan,
    place: Place,
    learning: Learning,
    draws: Mapping[str, FloatArray],
    weights: FloatArray,
) -> str:
    """Give the sentence of one place; empty where its forecast does begin at what was counted."""
    day, first = max(count.date for count in place.counts), place.fan.dates[0]
    last = [count for count in place.counts if count.date == day]
    # others than the team see every seventh day: their first one must not hold the count either
    begins = [at_day(fan, fan.dates[0]), at_day(fan, first)]
    then = people_on(run, [place.location], [day]) if run.first_date <= day <= run.last_date else None
    if then is not None:
        begins += amounts(then, weights)
    if any(_holds(amount, count.persons) for amount in begins for count in last):
        return ""
    count = max(last, key=lambda one: (one.published, one.series))
    key, share = "jump_together" if learning.counts else "jump_unlearned", ""
    coverage = _coverage(known, place, count, draws)
    if learning.counts and then is not None and coverage is not None:
        seen = amounts(then * coverage[:, None], weights)[0]
        # what counts see of the members' people must explain the number, or it is not the reason
        if _holds(seen, count.persons) and (begins[-1].low or 0.0) > count.persons:
            key, share = "jump_coverage", _say_share(known.words, count, begins[-1])
    words, few = known.words, known.guard.suppress_below
    return words.say(
        key,
        name=place.name,
        day=words.say_short_date(day),
        persons=words.say_people(count.persons, few),
        amount=words.say_with_range(known.shown(at_day(fan, first)), few),
        first=words.say_short_date(first),
        share=share,
    )


def _holds(amount: Amount, persons: float) -> bool:
    return (amount.low or 0.0) <= persons <= (amount.high or 0.0)


def _coverage(known: Known, place: Place, count: Count, draws: Mapping[str, FloatArray]) -> FloatArray | None:
    """Give what share of the people at a place counting systems are taken to see, by member.

    None for an enumeration, which is taken to see nearly everybody.
    """
    series = [key for key, told in name_series(known.case).items() if told == count.series]
    if any(ENUMERATED.search(key) for key in series):
        return None
    return draws.get("host_coverage" if place.kind == "host" else "camp_coverage")


def _say_share(words: Words, count: Count, there: Amount) -> str:
    """Say which share of the people there on its day, as the members hold them, a count is."""
    low, high = (words.say_percent(count.persons / (people or 1.0)) for people in (there.high, there.low))
    return low if low == high else words.join_range(low, high)

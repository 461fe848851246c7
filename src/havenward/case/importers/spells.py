"""When fighting begins and ends at a place, told from dated incidents as they became known.

A spell of fighting begins with the first incident of a window whose weights reach `start_weight`. It ends the
day after its last incident, once `quiet_days` have passed without another; nobody can know that earlier, and
the row says so in its day of publication. The incidents are gone through in the order in which they were
published, so that each row rests on what could be read by then: an incident that is told late moves the
start in a row of its own, published later, and leaves the earlier row as it stood. A spell that is over is
not told anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LEAST_VALUE = 0.01  # 0 would say that there is no fighting


@dataclass(frozen=True)
class SpellRule:
    """What counts as a spell of fighting.

    Parameters
    ----------
    start_weight
        Weight that the incidents of a window must reach; 1 is one incident with exact day and place.
    window_days
        Length of the window.
    quiet_days
        Days without an incident after which a spell is over.
    full_weight
        Weight of a window at which the intensity is 1.
    lag_days
        Days after which what happened on a day is known.
    """

    start_weight: float
    window_days: int
    quiet_days: int
    full_weight: float
    lag_days: int


class Incident(NamedTuple):
    """Incidents of one day that became known on one day, by their weight; days as `date.toordinal`."""

    published: int
    day: int
    weight: float


class Turn(NamedTuple):
    """A spell begins (with its intensity, 0 to 1) or ends (None) on a day; published when that was known."""

    published: date
    day: date
    value: float | None


def find_spells(incidents: Iterable[Incident], covered_to: date, rule: SpellRule) -> list[Turn]:
    """Find the spells of fighting at one place.

    Parameters
    ----------
    incidents
        In any order; none is published before its day.
    covered_to
        The last day that the source looked at: quiet days after it are not known to be quiet.
    rule
        What counts as a spell.

    Returns
    -------
    turns
        In the order of publication.
    """
    place = _Place(rule)
    for published, group in groupby(sorted(incidents), key=lambda one: one.published):
        place.end_if_quiet(published - 1)
        place.learn(published, list(group))
    place.end_if_quiet(covered_to.toordinal() + rule.lag_days)
    return [
        Turn(date.fromordinal(published), date.fromordinal(day), value)
        for published, day, value in sorted(place.told, key=lambda turn: (turn[0], turn[1]))
    ]


class _Place:
    """What is known of one place so far."""

    def __init__(self, rule: SpellRule) -> None:
        self.rule = rule
        self.told: list[tuple[int, int, float | None]] = []
        self.weights: dict[int, float] = {}  # by day, of what belongs to no spell that is over
        self.over = -1  # last day of the latest spell that is over
        self.start = -1  # told first day of the present spell; -1 for none
        self.last = -1  # last day with an incident
        self.learned = -1  # day of the latest publication

    def end_if_quiet(self, known: int) -> None:
        """End the present spell if that could be known on a day."""
        # nobody knows of the end before knowing of the last incident
        seen = max(self.last + self.rule.quiet_days + self.rule.lag_days, self.learned)
        if self.last >= 0 and seen <= known:
            self._end(self.last, seen)

    def _end(self, last: int, published: int) -> None:
        if self.start >= 0:
            self.told.append((published, last + 1, None))
        self.over, self.start = last, -1
        self.weights = {day: weight for day, weight in self.weights.items() if day > last}
        self.last = max(self.weights, default=-1)

    def learn(self, published: int, group: Sequence[Incident]) -> None:
        """Take in what is published on one day."""
        self.learned = published
        new = [one for one in group if one.day > self.over]
        for one in new:
            self.weights[one.day] = self.weights.get(one.day, 0.0) + one.weight
        if not new:
            return
        first, last = min(one.day for one in new), max(one.day for one in new)
        goes_on = self.start >= 0 and first >= self.start and last <= self.last + self.rule.quiet_days
        self.last = max(self.last, last)
        if not goes_on:
            self._tell(published)

    def _tell(self, published: int) -> None:
        """Tell every spell among the known days; all but the last one are over."""
        *past, present = _part(sorted(self.weights), self.rule.quiet_days)
        for days in past:
            self._tell_start(days, published)
            self._end(days[-1], published)
        self._tell_start(present, published)

    def _tell_start(self, days: Sequence[int], published: int) -> None:
        start = self._find_start(days)
        if start >= 0 and start != self.start:
            self.start = start
            self.told.append((published, start, self._intensity(start)))

    def _find_start(self, days: Sequence[int]) -> int:
        """Give the first day of the first window that weighs enough; -1 for none."""
        left, weight = 0, 0.0
        for day in days:
            weight += self.weights[day]
            while days[left] <= day - self.rule.window_days:
                weight -= self.weights[days[left]]
                left += 1
            if weight >= self.rule.start_weight - 1e-9:
                return days[left]
        return -1

    def _intensity(self, start: int) -> float:
        window = range(start, start + self.rule.window_days)
        weight = sum(self.weights.get(day, 0.0) for day in window)
        return max(LEAST_VALUE, round(min(1.0, weight / self.rule.full_weight), 2))


def _part(days: Sequence[int], quiet_days: int) -> list[list[int]]:
    """Part days in rising order where more than `quiet_days` lie between two of them."""
    parts: list[list[int]] = []
    for day in days:
        if parts and day - parts[-1][-1] <= quiet_days:
            parts[-1].append(day)
        else:
            parts.append([day])
    return parts

"""What several reports say of one fact: repeats, contradictions, and which figure took the place of which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from havenward.reading import facts
from havenward.reading.disagree import comparable, differ, say_difference
from havenward.reading.parts import Conflict
from havenward.reading.reconcile import states_same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import ReadFigure, Reading

STOCK_DAYS = 60  # two reports of one stock within these days may state one fact
FLOW_DAYS = 14  # and of one flow
CONFLICT_DAYS = 7  # reports further apart that differ tell of a change, not of a contradiction
LOOK_BACK = 12  # earlier figures of one term, unit and place that a figure is compared with


@dataclass(frozen=True)
class CurrentFigure:
    """The latest figure of a series of one speaker about one thing, and those that it took the place of.

    A figure is named by the place of its report among the readings, and its own place in the report.
    """

    series: str
    current: tuple[int, int]
    superseded: tuple[tuple[int, int], ...]


@dataclass
class _Fact:
    """What earlier reports say of a fact: its name so far, and the names of its origins."""

    name: str
    origins: dict[str, None]


@dataclass(frozen=True)
class _Said:
    """A figure of an earlier report: where it stands, what it counts as, and of which fact."""

    report: int
    index: int
    figure: ReadFigure
    origin: str
    fact: _Fact


def link_reports(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Link the figures of several reports that speak of the same fact.

    Parameters
    ----------
    readings
        What was read, each reconciled for itself.

    Returns
    -------
    readings
        The same in the same order. Where a number was stated before, figures share the fact group and the
        origin of the first statement and are marked `same_fact_as`; where another speaker stated another
        number within a week, they share the fact group, are marked `conflicts_with`, and the later report
        says so among its conflicts (with the indices of its own figures).
    """
    links = _Links(readings)
    for r in sorted(
        range(len(readings)), key=lambda r: (str(readings[r].published or ""), readings[r].report)
    ):
        links.add(r)
    return tuple(links.rename(r) for r in range(len(readings)))


class _Links:
    """Facts of all reports, while one report after the other is added in the order of their days."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.readings = readings
        self.known: dict[tuple[str, str, str], list[_Said]] = defaultdict(list)
        self.taken: dict[str, int] = {}
        self.facts: dict[tuple[int, str], _Fact] = {}  # by report and the group's name in it
        self.origins: dict[tuple[int, str], str] = {}  # by report and the origin's name in it
        self.more: dict[tuple[int, int], dict[str, None]] = defaultdict(dict)  # further relations
        self.conflicts: dict[int, list[Conflict]] = defaultdict(list)

    def add(self, r: int) -> None:
        """Compare the figures of a report with those of earlier ones, and keep them for later ones."""
        reading = self.readings[r]
        against = self._join_earlier(r)
        for figure in reading.figures:
            self._name(r, figure)
        for index, said in against:
            if self.facts[r, reading.figures[index].fact_group] is said.fact:
                self._contradict(r, index, said)
        for index, figure in enumerate(reading.figures):
            if facts.number_of(figure) is not None:
                name = self.origins[r, _origin_in(figure)]
                said = _Said(r, index, figure, name, self.facts[r, figure.fact_group])
                self.known[figure.term, figure.unit, facts.place_of(figure)].append(said)

    def _join_earlier(self, r: int) -> list[tuple[int, _Said]]:
        """Put groups of a report into facts known before; gives the figures that contradict earlier ones."""
        reading = self.readings[r]
        against: list[tuple[int, _Said]] = []
        for index, figure in enumerate(reading.figures):
            found = self._earlier(figure, reading)
            # one group cannot be two facts: the first one found counts
            if not found or self.facts.setdefault((r, figure.fact_group), found[0].fact) is not found[0].fact:
                continue
            said, repeated = found
            if not repeated:
                against.append((index, said))
            elif self.origins.setdefault((r, _origin_in(figure)), said.origin) == said.origin:
                self.more[r, index][f"same_fact_as:{said.origin}"] = None
        return against

    def _name(self, r: int, figure: ReadFigure) -> None:
        """Name the fact and the origin of a figure, where they are new."""
        reading, group, origin = self.readings[r], figure.fact_group, _origin_in(figure)
        fact = self.facts.get((r, group))
        if fact is None:
            fact = self.facts[r, group] = _Fact(self._fresh(group, reading), {})
        if (r, origin) not in self.origins:
            alone = origin == group and not fact.origins
            self.origins[r, origin] = fact.name if alone else self._fresh(origin, reading)
        fact.origins[self.origins[r, origin]] = None

    def _earlier(self, figure: ReadFigure, reading: Reading) -> tuple[_Said, bool] | None:
        """Find an earlier statement of the same number, or else one that contradicts the figure."""
        place = facts.place_of(figure)
        against: _Said | None = None
        for said in reversed(self.known[figure.term, figure.unit, place][-LOOK_BACK:]):
            earlier = self.readings[said.report]
            if states_same(said.figure, figure, place, place) and _near_in_time(
                said.figure, earlier, figure, reading
            ):
                return said, True
            if against is None and place and _contradicts(said.figure, earlier, figure, reading):
                against = said
        return (against, False) if against else None

    def _contradict(self, r: int, index: int, said: _Said) -> None:
        figure = self.readings[r].figures[index]
        self.more[r, index][f"conflicts_with:{said.origin}"] = None
        own = self.origins[r, _origin_in(figure)]
        self.more[said.report, said.index][f"conflicts_with:{own}"] = None
        earlier = self.readings[said.report]
        day = f" of {earlier.published}" if earlier.published else ""
        words = f"{say_difference([said.figure, figure])[:-1]} (the first in {earlier.report}{day})."
        self.conflicts[r].append(Conflict((index,), words))

    def _fresh(self, name: str, reading: Reading) -> str:
        """Give a name that no other fact has: with the day of the report, and numbered where need be."""
        self.taken[name] = self.taken.get(name, 0) + 1
        if self.taken[name] == 1:
            return name
        dated = f"{name}-{reading.published or 'undated'}"
        self.taken[dated] = self.taken.get(dated, 0) + 1
        return dated if self.taken[dated] == 1 else f"{dated}-no{self.taken[dated]}"

    def rename(self, r: int) -> Reading:
        """Write the names of all facts and origins into the figures of a report."""
        reading = self.readings[r]
        figures = []
        for index, figure in enumerate(reading.figures):
            fact = self.facts[r, figure.fact_group]
            words: dict[str, None] = {}
            for word in figure.relation.split(";") if figure.relation else []:
                kind, colon, to = word.partition(":")
                if kind != facts.ORIGIN:
                    words[f"{kind}{colon}{self.origins.get((r, to), to)}"] = None
            words |= self.more[r, index]
            origin = self.origins[r, _origin_in(figure)]
            if origin != fact.name or len(fact.origins) > 1:
                words[f"{facts.ORIGIN}:{origin}"] = None
            figures.append(figure._replace(fact_group=fact.name, relation=";".join(words)))
        return replace(reading, figures=tuple(figures), conflicts=(*reading.conflicts, *self.conflicts[r]))


def _origin_in(figure: ReadFigure) -> str:
    """Name the origin of a figure in its own report."""
    return facts.origin_of(figure.relation) or figure.fact_group


def _contradicts(a: ReadFigure, first: Reading, b: ReadFigure, second: Reading) -> bool:
    """Whether a report of another speaker, within days, states another number of the same fact."""
    if not a.source_attribution or not b.source_attribution or a.temporality != b.temporality:
        return False
    if {"part_of", "share_of"} & {w.partition(":")[0] for f in (a, b) for w in f.relation.split(";")}:
        return False
    if "unspecified_many" in {a.quantifier, b.quantifier}:
        return False
    if (
        first.published
        and second.published
        and abs((second.published - first.published).days) > CONFLICT_DAYS
    ):
        return False
    return comparable(a, b) and differ(a, b)


def _near_in_time(a: ReadFigure, first: Reading, b: ReadFigure, second: Reading) -> bool:
    """Whether two reports are near enough in time to speak of one fact."""
    if first.published is None or second.published is None:
        return True
    days = abs((second.published - first.published).days)
    number = facts.number_of(b)
    if number is not None and number < facts.SMALL and b.temporality == "past":
        return days <= 3
    flow = a.temporality == "past" and not (a.date_from and b.date_from)
    if a.temporality == "expected":
        return True
    return days <= (FLOW_DAYS if flow else STOCK_DAYS)


def current_figures(readings: Sequence[Reading]) -> tuple[CurrentFigure, ...]:
    """Tell which figure of each series is current and which ones it took the place of.

    A series is one speaker's figures of one term, unit and place. Figures of closed periods ('in May') stand
    side by side; figures of the same report do not replace each other unless they are of different days.

    Parameters
    ----------
    readings
        What was read, in any order.

    Returns
    -------
    current
        One per series, sorted by its name.
    """
    series: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for r, reading in enumerate(readings):
        for f, figure in enumerate(reading.figures):
            if (
                facts.number_of(figure) is None
                or figure.review == "rejected"
                or "part_of:" in figure.relation
            ):
                continue
            day = figure.date_to or reading.published or figure.date_from
            series[_series_of(figure)].append((str(day or ""), r, f))
    found = []
    for name in sorted(series):
        rows = sorted(
            series[name], key=lambda row: (row[0], str(readings[row[1]].published or ""), row[1], -row[2])
        )
        _, r, f = rows[-1]
        latest = rows[-1][0]
        value = facts.number_of(readings[r].figures[f])
        older = tuple(
            (a, b)
            for day, a, b in rows[:-1]
            if (day, a) != (latest, r) and (day < latest or facts.number_of(readings[a].figures[b]) != value)
        )
        found.append(CurrentFigure(name, (r, f), older))
    return tuple(found)


def _series_of(figure: ReadFigure) -> str:
    place = facts.place_of(figure) or "unplaced"
    speaker = facts.speaker_key(figure.source_attribution) or "outlet"
    parts = [figure.term, place, figure.unit, speaker]
    if figure.temporality == "past" and figure.date_from and figure.date_to and figure.date_expression:
        words = figure.date_expression.casefold()
        if not words.startswith(("since", "as of", "so far", "to date", "until", "by ")):
            parts.append(f"{figure.date_from}/{figure.date_to}")  # a closed period
    return "/".join(part.replace(" ", "-") for part in parts)

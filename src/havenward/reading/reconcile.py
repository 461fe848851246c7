"""Which figures state the same fact, which are parts or shares of others, and which cannot both be right.

Figures that state one number of the same people, term and place share a fact group, whoever repeats
it: several
sources of one planning document count once. Figures that differ keep groups of their own and are linked as
conflicts, so that each independent statement keeps its weight.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from havenward.reading import facts
from havenward.reading.disagree import find_conflicts
from havenward.reading.shares import find_base, list_populations, sentence_offset

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havenward.reading.parts import Conflict, ReadFigure, Reading

COULD_BE_HIGHER = "could_be_higher"  # the word that the pooling of assumptions looks for

HOUSEHOLD_SIZE = (3.5, 9.0)  # persons per household, where nothing but nearness links the two
LINKED_SIZE = (1.5, 12.0)  # where the text says so: 'N households (M people)'
NEAR = 60  # characters between a number of households and the same in persons
FAR_PARTS = 1500  # characters between a total and its parts
MOST_PARTS = 8  # parts that a total is summed from
SUM_WITHIN = 0.005  # parts of a large total sum to it within this share, of a small one exactly
LOOK_BACK = 12  # figures of one kind and size that a figure is compared with
MOST_COMPARED = 60_000  # comparisons in one report, so that a list of any length is soon read
MANY, ANY = -1_000_000, 1_000_000  # where 'thousands' and all figures of a kind are kept
STOCK_DAYS = 60  # two reports of one stock within these days may state one fact
FLOW_DAYS = 14  # and of one flow

_LINKED = re.compile(
    r"\s*(?:families|households|homes|people|persons|individuals|beneficiaries|IDPs|refugees|victims|\w+\s\w+|\w+)?\s*"
    r"(?:\(|[,–—-]\s*(?:or|some|about|nearly|i\.e\.|that\s+is)?|or|comprising|consisting\s+of|representing|equivalent\s+to|totalling|"
    r"made\s+up\s+of|with)\s*(?:,?\s*(?:or|some|about|around|approximately|an?\s+estimated|nearly|over|more\s+than|roughly|≈|~))*\s*$",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:including|include|includes|among\s+(?:them|these|those)|of\s+(?:whom|which|them|these|those)|the\s+rest|counting|"
    r"comprising|of\s+this\s+number)\b[^.;]{0,60}$",
    re.IGNORECASE,
)
_PART_OPENS = re.compile(
    r"(?:Of|Among|From)\s+(?:these|those|them|this|the\s+total|whom)\b|(?:They|These|This)\s+includes?\b"
)
_TOTAL = re.compile(r"\b(?:total|totals|totalling|altogether|in\s+all|overall|combined|sum)\b", re.IGNORECASE)
_PART_AFTER = re.compile(r"\s+of\s+(?:them|whom|which|these|those)\b")


def reconcile(figures: Sequence[ReadFigure]) -> tuple[tuple[ReadFigure, ...], tuple[Conflict, ...]]:
    """Link the figures of one report.

    Parameters
    ----------
    figures
        The figures in text order, shares resolved.

    Returns
    -------
    figures
        The same, with `fact_group` and `relation`. A relation is one or more of `same_fact_as`, `part_of`,
        `share_of`, `unit_conversion_of`, `conflicts_with`, each with the fact group it points to
        (`part_of:displaced-iraq-3000000`), and `could_be_higher`; several are joined by `;`.
    conflicts
        Figures that cannot both be right; their indices count from 0 in `figures`.
    """
    links: list[dict[str, int]] = [{} for _ in figures]
    _link_units(figures, links)
    _link_shares(figures, links)
    _link_parts(figures, links)
    same = _link_repeats(figures, links)
    conflicts = find_conflicts(figures, links, same)
    names = _name_groups(figures, same)
    done = []
    for index, figure in enumerate(figures):
        words = [f"{kind}:{names[to]}" for kind, to in links[index].items()]
        for conflict in conflicts:
            if index in conflict.figures and len(conflict.figures) > 1:
                others = (names[to] for to in conflict.figures if to != index and names[to] != names[index])
                words += [f"conflicts_with:{name}" for name in others]
        if figure.higher:
            words.append(COULD_BE_HIGHER)
        done.append(replace(figure, fact_group=names[index], relation=";".join(dict.fromkeys(words))))
    return tuple(done), conflicts


# -- links within a report -------------------------------------------------------------------------------


def _between(figures: Sequence[ReadFigure], a: int, b: int) -> str | None:
    """Cut out the words between two figures of one sentence; None where they are not in one."""
    if figures[a].sentence != figures[b].sentence or figures[b].start - figures[a].start > len(
        figures[a].sentence
    ):
        return None
    offset = sentence_offset(figures, a)
    return figures[a].sentence[max(0, figures[a].end - offset) : max(0, figures[b].start - offset)]


def _link_units(figures: Sequence[ReadFigure], links: list[dict[str, int]]) -> None:
    """Link households with the same people counted in persons."""
    for a, b in pairwise(range(len(figures))):
        units = {figures[a].unit, figures[b].unit}
        if units != {"households", "persons"} or figures[b].start - figures[a].end > NEAR:
            continue
        words = _between(figures, a, b)
        if words is None:
            continue
        homes, people = (a, b) if figures[a].unit == "households" else (b, a)
        households, persons = facts.number_of(figures[homes]), facts.number_of(figures[people])
        if not households or not persons:
            continue
        low, high = LINKED_SIZE if _LINKED.match(words) else HOUSEHOLD_SIZE
        if _LINKED.match(words) is None and (";" in words or " and " in words):
            continue
        if low <= persons / households <= high:
            links[b]["unit_conversion_of"] = a


def _link_shares(figures: Sequence[ReadFigure], links: list[dict[str, int]]) -> None:
    populations = list_populations(figures)
    for index, figure in enumerate(figures):
        if figure.unit == "percent":
            base = find_base(figures, index, {}, populations)
            if base and base.figure is not None:
                links[index]["share_of"] = base.figure


def _link_parts(figures: Sequence[ReadFigure], links: list[dict[str, int]]) -> None:
    """Link parts with their whole: by the words between them, or because the parts sum to it."""
    for index in range(1, len(figures)):
        if not links[index]:
            whole = _whole_by_words(figures, index, links)
            if whole is not None:
                links[index]["part_of"] = whole
    for index in range(len(figures)):
        _link_sum(figures, index, links)


def _whole_by_words(figures: Sequence[ReadFigure], index: int, links: list[dict[str, int]]) -> int | None:
    figure = figures[index]
    number = facts.number_of(figure)
    if number is None or figure.unit == "percent":
        return None
    previous = index - 1
    same = figures[previous].sentence == figure.sentence
    offset = sentence_offset(figures, index)
    before = figure.sentence[max(0, figure.start - offset - 160) : max(0, figure.start - offset)]
    after = figure.sentence[figure.end - offset : figure.end - offset + 20]
    if same:
        words = _between(figures, previous, index) or ""
        said = bool(_PART.search(words) or _PART_AFTER.match(after))
        # 'of whom N are hosted and M live in camps': the second part follows the first
        follows = "part_of" in links[previous] and re.match(
            r"[^.;]{0,80}\band\s[^.;]{0,20}$|\s*[^.;]{0,40},\s*$", words
        )
        if follows and not said:
            whole = links[previous]["part_of"]
            top = facts.number_of(figures[whole])
            return whole if top is not None and number < top and figure.unit == figures[whole].unit else None
    else:
        said = bool(_PART_OPENS.match(figure.sentence)) or bool(_PART_AFTER.match(after) and len(before) < 60)
        said = said and figure.start - figures[previous].end < NEAR * 8
    if not said:
        return None
    for back in range(previous, max(-1, previous - 4), -1):
        other = figures[back]
        top = facts.number_of(other)
        if other.unit == figure.unit and top is not None and top > number:
            return back
    return None


def _link_sum(figures: Sequence[ReadFigure], index: int, links: list[dict[str, int]]) -> None:
    """Link the figures that follow a total, or go before one that is called so, and sum to it."""
    whole = figures[index]
    top = facts.number_of(whole)
    if top is None or top < facts.SMALL or whole.unit == "percent" or whole.quantifier == "unspecified_many":
        return
    for step in (1, -1):
        if step < 0 and not _TOTAL.search(whole.sentence[:400]):
            continue
        total = 0.0
        parts: list[int] = []
        at = index + step
        while 0 <= at < len(figures) and len(parts) < MOST_PARTS and abs(at - index) <= 2 * MOST_PARTS:
            part = figures[at]
            number = facts.number_of(part)
            if abs(part.start - whole.start) > FAR_PARTS or (part.unit == whole.unit and not number):
                break
            if part.unit == whole.unit and number:
                if (
                    number >= top
                    or part.quantifier == "unspecified_many"
                    or part.temporality != whole.temporality
                ):
                    break
                total += number
                parts.append(at)
                within = part.sentence == whole.sentence
                if len(parts) > 1 and abs(total - top) <= (SUM_WITHIN * top if top >= 10_000 else 0):
                    if within or top >= 100:
                        for p in parts:
                            if "share_of" not in links[p]:
                                links[p].pop("part_of", None)
                                links[p]["part_of"] = index
                    return
                if total > top * (1 + SUM_WITHIN):
                    break
            at += step


def _link_repeats(figures: Sequence[ReadFigure], links: list[dict[str, int]]) -> list[int]:
    """Find for each figure the first one that states the same fact; itself where there is none."""
    same = list(range(len(figures)))
    places = [facts.place_of(figure) for figure in figures]
    seen: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    back = max(2, min(LOOK_BACK, MOST_COMPARED // max(1, len(figures))))
    for index, figure in enumerate(figures):
        conversion = links[index].get("unit_conversion_of")
        kind = "persons" if figure.unit == "percent" and facts.number_of(figure) is not None else figure.unit
        alike = [
            other
            for other in _alike(seen, figure, kind, back)
            if not _related(links, index, other)
            and _states_same(figures[other], figure, places[other], places[index])
        ]
        if alike:
            # a speaker repeats himself rather than another
            speaker = figure.source_attribution
            own = (o for o in alike if speaker and facts.same_speaker(figures[o].source_attribution, speaker))
            same[index] = same[next(own, alike[0])]
            links[index]["same_fact_as"] = same[index]
        elif conversion is not None:
            same[index] = same[conversion]
        for bucket in (_bucket(figure), ANY):
            seen[figure.term, kind, bucket].append(index)
    return same


def _alike(
    seen: dict[tuple[str, str, int], list[int]], figure: ReadFigure, kind: str, back: int
) -> list[int]:
    """List earlier figures whose number may be the same, the first ones first."""
    term = figure.term
    if figure.quantifier == "unspecified_many":
        return seen[term, kind, ANY][-back:]
    bucket = _bucket(figure)
    if bucket == MANY:
        return []
    near = [i for b in (bucket - 1, bucket, bucket + 1, MANY) for i in seen[term, kind, b][-back:]]
    return sorted(near)


def _bucket(figure: ReadFigure) -> int:
    """Sort numbers by size, so that only neighbours need to be compared."""
    number = facts.number_of(figure)
    if number is None or number <= 0 or figure.quantifier == "unspecified_many":
        return MANY
    return round(log(number) / log(1 + facts.ROUNDED))


def _related(links: list[dict[str, int]], index: int, other: int) -> bool:
    return any(kind in {"part_of", "unit_conversion_of"} and to == other for kind, to in links[index].items())


def _states_same(a: ReadFigure, b: ReadFigure, here: str, there: str) -> bool:
    """Whether two figures of one term and unit, at two places, state the same fact."""
    if not facts.values_agree(a, b) or not facts.groups_agree(a, b) or not facts.dates_agree(a, b):
        return False
    if a.negated != b.negated:
        return False
    # 'half of them', says one; 'more than a million', says another: the same number, another forecast
    if a.temporality == "expected" and facts.bound_of(a) != facts.bound_of(b):
        voices = a.source_attribution, b.source_attribution
        if all(voices) and not facts.same_speaker(*voices):
            return False
    number = facts.number_of(a)
    if number is None:
        return False
    title = a.report == b.report and a.sentence[a.start : a.end] == a.quantity_text
    if title and number == facts.number_of(b):
        return True  # a headline repeats the body, and names places its own way
    if number < facts.SMALL and (here != there or (not here and a.sentence != b.sentence)):
        return False
    # an odd number is not stated twice by chance: a headline says 'India' where the body says 'Assam'
    odd = a.report == b.report and number == facts.number_of(b) and facts.is_telling(number)
    return odd or facts.places_agree(here, there)


def _name_groups(figures: Sequence[ReadFigure], same: list[int]) -> list[str]:
    """Give every fact a name of its own; different facts that would share one are numbered."""
    names: dict[int, str] = {}
    taken: dict[str, int] = {}
    for index in same:
        if index not in names:
            name = facts.name_fact(figures[index])
            taken[name] = taken.get(name, 0) + 1
            names[index] = name if taken[name] == 1 else f"{name}-no{taken[name]}"
    return [names[index] for index in same]


# -- across reports --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CurrentFigure:
    """The latest figure of a series of one speaker about one thing, and those that it took the place of.

    A figure is named by the place of its report among the readings, and its own place in the report.
    """

    series: str
    current: tuple[int, int]
    superseded: tuple[tuple[int, int], ...]


def link_reports(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Give figures of several reports that state the same fact the same fact group.

    Parameters
    ----------
    readings
        What was read, each reconciled for itself.

    Returns
    -------
    readings
        The same in the same order; where a fact was stated before, its name is that of the first
        statement, and
        relations follow.
    """
    order = sorted(range(len(readings)), key=lambda r: (str(readings[r].published or ""), readings[r].report))
    known: dict[tuple[str, str, str], list[tuple[float, ReadFigure, Reading, str]]] = defaultdict(list)
    used: dict[str, int] = {}
    renamed: dict[int, dict[str, str]] = {}
    for r in order:
        reading = readings[r]
        names: dict[str, str] = {}
        for figure in reading.figures:
            if figure.fact_group in names:
                continue
            name = _known_name(known, figure, reading)
            if name is None or name in names.values():
                name = figure.fact_group
                used[name] = used.get(name, 0) + 1
                if used[name] > 1:
                    name = f"{name}-{reading.published or 'undated'}"
                    used[name] = used.get(name, 0) + 1
                    name = name if used[name] == 1 else f"{name}-no{used[name]}"
            names[figure.fact_group] = name
        for figure in reading.figures:
            number = facts.number_of(figure)
            if number is not None:
                key = (figure.term, figure.unit, facts.place_of(figure))
                known[key].append((number, figure, reading, names[figure.fact_group]))
        renamed[r] = names
    return tuple(_rename(reading, renamed[r]) for r, reading in enumerate(readings))


def _known_name(
    known: dict[tuple[str, str, str], list[tuple[float, ReadFigure, Reading, str]]],
    figure: ReadFigure,
    reading: Reading,
) -> str | None:
    """Find the name under which an earlier report states the same fact."""
    place = facts.place_of(figure)
    for _, other, earlier, name in reversed(known[figure.term, figure.unit, place][-LOOK_BACK:]):
        if _states_same(other, figure, place, place) and _near_in_time(other, earlier, figure, reading):
            return name
    return None


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


def _rename(reading: Reading, names: dict[str, str]) -> Reading:
    figures = []
    for figure in reading.figures:
        words = []
        for word in figure.relation.split(";") if figure.relation else []:
            kind, colon, to = word.partition(":")
            words.append(f"{kind}{colon}{names.get(to, to)}")
        figures.append(
            replace(
                figure, fact_group=names.get(figure.fact_group, figure.fact_group), relation=";".join(words)
            )
        )
    return replace(reading, figures=tuple(figures))


def current_figures(readings: Sequence[Reading]) -> tuple[CurrentFigure, ...]:
    """Tell which figure of each series is current and which ones it took the place of.

    A series is one speaker's figures of one term, unit and place. Figures of closed periods ('in May')
    stand side
    by side; figures of the same report do not replace each other unless they are of different days.

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

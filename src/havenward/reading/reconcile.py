"""Which figures state the same fact, which are parts or shares of others, and which cannot both be right.

A fact group holds all that is said of one fact: the same people, term, place and time. Its figures may
repeat, round or contradict each other, and stand side by side; `relation` says which. Figures that state one
number, and all that one speaker says of the fact, are one origin: a planning number that five outlets print
counts once, and two speakers who differ count twice.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from havenward.reading import facts
from havenward.reading.disagree import agree_on_fact, find_differences, find_impossible
from havenward.reading.shares import find_base, list_populations, sentence_offset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from havenward.reading.parts import Conflict, ReadFigure

COULD_BE_HIGHER = "could_be_higher"  # the word that the pooling of assumptions looks for

HOUSEHOLD_SIZE = (3.5, 9.0)  # persons per household, where nothing but nearness links the two
LINKED_SIZE = (1.5, 12.0)  # where the text says so: 'N households (M people)'
NEAR = 60  # characters between a number of households and the same in persons
FAR_PARTS = 1500  # characters between a total and its parts
MOST_PARTS = 8  # parts that a total is summed from
SUM_WITHIN = 0.005  # parts of a large total sum to it within this share, of a small one exactly
LOOK_BACK = 12  # figures of one kind and size that a figure is compared with
MOST_COMPARED = 20_000  # comparisons in one report, so that a list of any length is soon read
FEW = 30  # figures of one fact that a figure is compared with
MANY, ANY = -1_000_000, 1_000_000  # where 'thousands' and all figures of a kind are kept
MOST_FIGURES = 5_000  # figures of one report that are linked; further ones stand alone
NO_PLACES: Mapping[str, tuple[str, str]] = {}

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
_TOTAL_WORDS = ("total", "altogether", " all", "overall", "combined", "sum")
_PART_AFTER = re.compile(r"\s+of\s+(?:them|whom|which|these|those)\b")


def reconcile(
    figures: Sequence[ReadFigure], places: Mapping[str, tuple[str, str]] = NO_PLACES
) -> tuple[tuple[ReadFigure, ...], tuple[Conflict, ...]]:
    """Link the figures of one report.

    Parameters
    ----------
    figures
        The figures in text order, shares resolved.
    places
        Kind (`country`, `admin`, `town`, ...) and country of the places by their names in small letters, as
        far as a gazetteer knows them: a town is part of its country.

    Returns
    -------
    figures
        The same, with `fact_group` and `relation`. A relation is one or more of `same_fact_as`, `part_of`,
        `share_of`, `unit_conversion_of`, `conflicts_with`, each with the statement it points to
        (`part_of:displaced-iraq-3000000`), `origin` with the statement that a figure counts as where a fact
        group holds several, and `could_be_higher`; several are joined by `;`. Of more than `MOST_FIGURES`
        figures the first are linked.
    conflicts
        Figures that cannot both be right; their indices count from 0 in `figures`.
    """
    rest = figures[MOST_FIGURES:]
    figures = figures[:MOST_FIGURES]
    links: list[dict[str, int]] = [{} for _ in figures]
    _link_units(figures, links)
    _link_shares(figures, links)
    _link_parts(figures, links)
    _link_containment(figures, links, places)
    same = _link_repeats(figures, links)
    differences = find_differences(figures, links, same)
    facts_of = _join_facts(figures, links, same, differences)
    origins = _join_speakers(figures, same, facts_of)
    groups, names = _name_groups(figures, origins, facts_of)
    against: list[list[str]] = [[] for _ in figures]
    conflicts = sorted(
        [*differences, *find_impossible(figures, links)], key=lambda c: (c.figures[0], c.words)
    )
    for conflict in conflicts:
        for index in conflict.figures:
            against[index] += [names[to] for to in conflict.figures if names[to] != names[index]]
    done = []
    for index, figure in enumerate(figures):
        words = [f"{kind}:{names[to]}" for kind, to in links[index].items()]
        words += [f"conflicts_with:{name}" for name in against[index]]
        if names[index] != groups[index]:
            words.append(f"{facts.ORIGIN}:{names[index]}")
        if figure.higher:
            words.append(COULD_BE_HIGHER)
        done.append(figure._replace(fact_group=groups[index], relation=";".join(dict.fromkeys(words))))
    done += [
        figure._replace(fact_group=f"{facts.name_fact(figure)}-at-{figure.start}", relation="")
        for figure in rest
    ]
    return tuple(done), tuple(conflicts)


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


def _link_containment(
    figures: Sequence[ReadFigure], links: list[dict[str, int]], places: Mapping[str, tuple[str, str]]
) -> None:
    """Link the figure of a town or district with that of its country or province, of one speaker."""
    totals: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for index, figure in enumerate(figures):
        number = facts.number_of(figure)
        if number is None or figure.unit == "percent" or not figure.location:
            continue
        key = (figure.term, figure.unit, figure.temporality)
        for whole in reversed(totals[key][-FEW:]):
            other = figures[whole]
            top = facts.number_of(other) or 0.0
            if figure.start - other.start > FAR_PARTS:
                break
            if (
                not links[index]
                and number < top
                and facts.lies_within(figure.location, other.location or "", places)
                and facts.same_speaker(figure.source_attribution, other.source_attribution)
                and facts.dates_agree(figure, other)
                and facts.groups_agree(figure, other)
            ):
                links[index]["part_of"] = whole
        totals[key].append(index)


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
        if step < 0 and (not index or not _calls_total(whole.sentence[:400])):
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


def _calls_total(words: str) -> bool:
    """Whether a sentence calls a number a total."""
    low = words.lower()
    return any(word in low for word in _TOTAL_WORDS) and _TOTAL.search(words) is not None


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
            and states_same(figures[other], figure, places[other], places[index])
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


def states_same(a: ReadFigure, b: ReadFigure, here: str, there: str) -> bool:
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


# -- facts and their origins -----------------------------------------------------------------------------


def _find(leader: list[int], index: int) -> int:
    while leader[index] != index:
        leader[index] = leader[leader[index]]
        index = leader[index]
    return index


def _join(leader: list[int], a: int, b: int) -> None:
    first, second = sorted((_find(leader, a), _find(leader, b)))
    leader[second] = first


def _join_facts(
    figures: Sequence[ReadFigure],
    links: list[dict[str, int]],
    same: list[int],
    differences: Sequence[Conflict],
) -> list[int]:
    """Put together what is said of one fact; gives for each figure the first one of its fact."""
    leader = list(same)
    for conflict in differences:
        for other in conflict.figures[1:]:
            _join(leader, conflict.figures[0], other)
    # one says 30, another at least 25: no contradiction, and one fact
    seen: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for index, figure in enumerate(figures):
        place = facts.place_of(figure)
        if not place or not figure.source_attribution or links[index].keys() & {"part_of", "share_of"}:
            continue
        key = (figure.term, figure.unit, place, figure.temporality)
        for other in seen[key][-FEW:]:
            if agree_on_fact(figures[other], figure):
                _join(leader, other, index)
                break
        seen[key].append(index)
    return [_find(leader, index) for index in range(len(figures))]


def _join_speakers(figures: Sequence[ReadFigure], same: list[int], facts_of: list[int]) -> list[int]:
    """Put together what comes from one origin: one number, or one speaker of one fact."""
    leader = list(same)
    members: dict[int, list[int]] = defaultdict(list)
    for index, fact in enumerate(facts_of):
        speaker = figures[index].source_attribution
        if not speaker:
            continue
        for other in members[fact][-FEW:]:
            if facts.same_speaker(figures[other].source_attribution, speaker):
                _join(leader, other, index)
        members[fact].append(index)
    return [_find(leader, index) for index in range(len(figures))]


def _name_groups(
    figures: Sequence[ReadFigure], origins: list[int], facts_of: list[int]
) -> tuple[list[str], list[str]]:
    """Name every fact and every origin; different ones that would share a name are numbered.

    A fact of one origin goes by the name of its statement; of several, by the span of their numbers.
    """
    taken: dict[str, int] = {}

    def fresh(name: str) -> str:
        taken[name] = taken.get(name, 0) + 1
        return name if taken[name] == 1 else f"{name}-no{taken[name]}"

    names = {index: fresh(facts.name_fact(figures[index])) for index in dict.fromkeys(origins)}
    holds: dict[int, dict[int, None]] = defaultdict(dict)
    for origin, fact in zip(origins, facts_of, strict=True):
        holds[fact][origin] = None
    groups = {
        fact: names[next(iter(held))]
        if len(held) == 1
        else fresh(facts.name_span([figures[index] for index in held]))
        for fact, held in holds.items()
    }
    return [groups[fact] for fact in facts_of], [names[origin] for origin in origins]

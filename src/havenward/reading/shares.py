"""What a share is a share of, and what it comes to in people where its base is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from havenward.reading.parts import ReadFigure

NEAR_FIGURES = 12  # figures before a share that may be its base
NEAR_CHARACTERS = 1200  # and how far before it they may stand

_OF_THEM = re.compile(
    r"\s*(?:or\s+so\s+)?(?:of\s+(?:them|these|those|whom|which|the\s+(?:total|number))|are\b|were\b|is\b|was\b|have\b|had\b|"
    r"could\b|may\b|might\b|will\b|would\b|live|lack|need|came|come|fled|moved)"
)
_OF_POPULATION = re.compile(
    r"\s*(?:of\s+)?(?:(?:the|its|their|all)\s+)?(?:[\w’'-]+\s+){0,4}?"
    r"(?:population|inhabitants|residents|citizens|people\s+of)\b"
)
_OF_COUNT = re.compile(
    r"\s*of\s+(?:the\s+|all\s+|its\s+|those\s+|their\s+)?(?:[\w-]+['’]s?\s+)?(?:total\s+|more\s+than\s+|some\s+|about\s+|around\s+|over\s+|"
    r"roughly\s+|an?\s+estimated\s+|estimated\s+|nearly\s+|almost\s+|at\s+least\s+|up\s+to\s+)?$"
)
_OF_GROUP = re.compile(r"\s*of\s+(?:the\s+|all\s+|its\s+|Syria['’]s\s+)?(?:[\w-]+\s+){0,2}?([a-z]+)")
_APPOSED = re.compile(
    r"(?:[—–(]|\s-|,)\s*(?:or\s+|that\s+is,?\s+)?(?:about|around|some|roughly|nearly|almost|more\s+than|over|"
    r"up\s+to|just)?\s*$"
)
_DISPLACED = frozenset(
    """displaced idps evacuees arrivals newcomers refugees returnees homeless migrants asylum families
    households""".split()
)
_PEOPLE_TERMS = frozenset(
    {"displaced", "evacuated", "expected_displaced", "refugee", "returned", "in_need", "trapped"}
)


@dataclass(frozen=True)
class Base:
    """What a share is taken of: a figure of the report (by its place in the list) or a name with a number.

    `apposed` marks a share that only restates a count beside it: 'N, about one-tenth of the population'; then
    `figure` is that count, and `low` and `high` are of the population where it is known.
    """

    figure: int | None
    name: str
    low: float | None
    high: float | None
    point: float | None
    apposed: bool = False


def resolve_shares(figures: Sequence[ReadFigure], bases: Mapping[str, float]) -> tuple[ReadFigure, ...]:
    """Work out percentages in people where their base is known.

    Parameters
    ----------
    figures
        The figures of one report in text order.
    bases
        Persons by name of a place or group, from the case; `population` is that of the whole country.

    Returns
    -------
    figures
        The same, `resolved_*` filled where a base was found. The share itself stays as it was read.
    """
    populations = list_populations(figures)
    return tuple(_resolve(figures, index, bases, populations) for index in range(len(figures)))


def list_populations(figures: Sequence[ReadFigure]) -> dict[str, int]:
    """List which figure states the inhabitants of a place; of several the first."""
    found: dict[str, int] = {}
    for index, figure in enumerate(figures):
        place = figure.location or figure.location_context
        counted = figure.unit == "persons" and figure.quantifier != "unspecified_many"
        if place and counted and figure.term == "at_risk_population":
            found.setdefault(place.casefold(), index)
    return found


def _resolve(
    figures: Sequence[ReadFigure], index: int, bases: Mapping[str, float], populations: Mapping[str, int]
) -> ReadFigure:
    share = figures[index]
    base = find_base(figures, index, bases, populations)
    if base is None:
        return share
    if base.apposed and base.figure is not None:
        count = figures[base.figure]
        return share._replace(
            resolved_low=count.low,
            resolved_high=count.high,
            resolved_point=count.point,
            resolved_base=base.name,
        )
    return share._replace(
        resolved_low=_part(share.low, base.low),
        resolved_high=_part(share.high, base.high),
        resolved_point=_part(share.point, base.point),
        resolved_base=base.name,
    )


def _number(value: Base | ReadFigure) -> float:
    numbers = [n for n in (value.low, value.high, value.point) if n is not None]
    return max(numbers, default=0.0)


def _part(share: float | None, base: float | None) -> float | None:
    return None if share is None or base is None else float(round(share * base / 100))


def find_base(
    figures: Sequence[ReadFigure],
    index: int,
    bases: Mapping[str, float],
    populations: Mapping[str, int],
) -> Base | None:
    """Find what a percentage is a share of.

    Parameters
    ----------
    figures
        The figures of one report in text order.
    index
        Place of the percentage among them.
    bases
        Persons by name of a place or group.
    populations
        Figures that state the inhabitants of a place, from `list_populations`.

    Returns
    -------
    base
        None for a figure that is no percentage and where no base is found.
    """
    share = figures[index]
    if share.unit != "percent":
        return None
    offset = sentence_offset(figures, index)
    at = share.start - offset
    after = share.sentence[share.end - offset : share.end - offset + 160]
    before = share.sentence[max(0, at - 40) : at]
    following = figures[index + 1] if index + 1 < len(figures) else None
    if following and following.sentence == share.sentence and following.unit != "percent":
        gap = share.sentence[share.end - offset : following.start - offset]
        if following.start - share.end < 60 and _OF_COUNT.match(gap):
            return _of_figure(figures, index + 1)
    population = _OF_POPULATION.match(after)
    counted = _count_before(figures, index, same_sentence=True)
    if population:
        known = _population(figures, index, bases, populations, after[: population.end() + 30])
        if counted is not None and _APPOSED.search(before):
            # fewer inhabitants than are counted: they are those of another place
            if known and _number(known) < _number(figures[counted]):
                known = None
            name = known.name if known else "the population, which is not stated"
            return Base(
                counted, name, known.low if known else None, known.high if known else None, None, apposed=True
            )
        return known
    if _OF_THEM.match(after):
        near = counted if counted is not None else _count_before(figures, index, same_sentence=False)
        return None if near is None else _of_figure(figures, near)
    group = _OF_GROUP.match(after)
    if group:
        wanted = set(re.findall(r"[a-z]+", group[0].lower()))
        near = _count_before(figures, index, same_sentence=False, words=wanted)
        if near is not None:
            return _of_figure(figures, near)
        named = _named(bases, after[:60])
        if named:
            return named
    return None


def sentence_offset(figures: Sequence[ReadFigure], index: int) -> int:
    """Find where the sentence of a figure begins in the text, from where its number stands in it."""
    figure = figures[index]
    beside = [
        other
        for other in (*figures[max(0, index - 1) : index], *figures[index + 1 : index + 2])
        if other.sentence == figure.sentence and abs(other.start - figure.start) < len(figure.sentence)
    ]
    at = first = figure.sentence.find(figure.quantity_text)
    for _ in range(8):  # the same number may stand in the sentence twice
        if at < 0:
            break
        offset = figure.start - at
        if all(o.sentence[max(0, o.start - offset) : o.end - offset] == o.quantity_text for o in beside):
            return offset
        at = figure.sentence.find(figure.quantity_text, at + 1)
    return figure.start - max(first, 0)


def _count_before(
    figures: Sequence[ReadFigure], index: int, *, same_sentence: bool, words: set[str] | None = None
) -> int | None:
    """Find the nearest count of people before a share."""
    share = figures[index]
    for back in range(index - 1, max(-1, index - 1 - NEAR_FIGURES), -1):
        other = figures[back]
        if share.start - other.end > NEAR_CHARACTERS or (same_sentence and other.sentence != share.sentence):
            return None
        if other.unit not in {"persons", "households", "homes"} or (
            other.point is None and other.low is None and other.high is None
        ):
            continue
        if words is not None and not _counts_group(other, words):
            continue
        return back
    return None


def _counts_group(figure: ReadFigure, words: set[str]) -> bool:
    mine = set(re.findall(r"[a-z]+", figure.group.lower()))
    if mine & words - {"of", "the", "all"}:
        return True
    return bool(words & _DISPLACED) and figure.term in _PEOPLE_TERMS


def _of_figure(figures: Sequence[ReadFigure], index: int) -> Base:
    figure = figures[index]
    place = figure.location or figure.location_context
    name = " ".join(
        part for part in (figure.quantity_text, figure.group, f"in {place}" if place else "") if part
    )
    return Base(index, name, figure.low, figure.high, figure.point)


def _population(
    figures: Sequence[ReadFigure],
    index: int,
    bases: Mapping[str, float],
    populations: Mapping[str, int],
    phrase: str,
) -> Base | None:
    """Find the population of the place that a share speaks of: in the case first, then in the report."""
    share = figures[index]
    places = [p for p in (share.location, share.location_context) if p]
    named = _named(bases, phrase)
    if named:
        return named
    for name, persons in bases.items():
        if any(name.casefold() == place.casefold() for place in places):
            return Base(None, f"population of {name} ({persons:,.0f})", persons, persons, persons)
    for place in places:
        at = populations.get(place.casefold())
        if at is not None and at != index:
            return _of_figure(figures, at)
    if not places and "population" in bases:
        persons = bases["population"]
        return Base(None, f"population ({persons:,.0f})", persons, persons, persons)
    return None


def _named(bases: Mapping[str, float], phrase: str) -> Base | None:
    """Find a base whose name stands in the words after a share."""
    low = phrase.casefold()
    for name, persons in bases.items():
        if name != "population" and re.search(rf"\b{re.escape(name.casefold())}\b", low):
            return Base(None, f"population of {name} ({persons:,.0f})", persons, persons, persons)
    return None

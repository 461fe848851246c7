"""How the figures of a case are told: cut out of their text, in words, and beside others of the same fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from havenward.records import Case, Figure
    from havenward.words import Words

APART = 0.1  # of two bare numbers that say the same, at most


class Piece(NamedTuple):
    """A part of a text: words, and the figure whose words they are."""

    text: str
    figure: Figure | None = None


def cut_text(text: str, figures: Iterable[Figure]) -> list[Piece]:
    """Cut a text at the words of its figures; of figures that overlap the first is marked."""
    pieces, at = [], 0
    for figure in figures:
        start, end = figure.start, figure.end
        if start is None or end is None or start < at or not start < end <= len(text):
            continue
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], figure))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces


def say_figure(figure: Figure, words: Words) -> dict[str, str]:
    """Say what was read in a figure: its value with its hedge, whom it counts, where, when, by whom."""
    low, high = (figure.low, figure.high)
    if figure.point is not None:
        value = _say_exact(words, figure.point)
    elif low is not None and high is not None and low != high:
        value = words.join_range(_say_exact(words, low), _say_exact(words, high))
    elif low is not None or high is not None:
        value = _say_exact(words, low if low is not None else high or 0.0)
    else:
        value = figure.quantity_text
    hedge = (
        ""
        if figure.quantifier == "between" and low != high
        else words.say(f"web_quantifier_{figure.quantifier}")
    )
    days = [words.say_short_date(day) for day in (figure.date_from, figure.date_to) if day]
    return {
        "value": f"{hedge} {value}".strip(),
        "unit": words.say_unit(figure.unit.replace("_", " ")),
        "term": words.name("term", figure.term),
        "when": words.name("web_temporality", figure.temporality),
        "where": words.join([part for part in (
            figure.location,
            figure.origin and words.say("web_from_place", place=figure.origin),
            figure.destination and words.say("web_to_place", place=figure.destination),
        ) if part]),
        "days": words.join(list(dict.fromkeys(days))),
        "who": figure.source_attribution,
    }  # fmt: skip


def _say_exact(words: Words, value: float) -> str:
    """Write a number as a report states it: nothing is rounded where a person is to judge it."""
    if value == int(value):
        return words.say_number(value)
    return f"{value:g}".replace(".", words.signs.decimal)


# -- facts ---------------------------------------------------------------------------------------------------


def list_facts(case: Case) -> list[dict[str, Any]]:
    """Gather figures of one fact; those that disagree and are not settled come first.

    A fact is settled when exactly one of its figures was accepted or corrected after they were found to
    differ, or when only one is left that is not rejected.
    """
    gathered: dict[str, list[Figure]] = {}
    for figure in case.figures:
        if figure.fact_group:
            gathered.setdefault(figure.fact_group, []).append(figure)
    found: list[dict[str, Any]] = []
    for name, figures in gathered.items():
        if len(figures) < 2:
            continue
        left = [one for one in figures if one.review != "rejected"]
        differ = any(disagree(a, b) for n, a in enumerate(left) for b in left[n + 1 :])
        chosen = [one for one in left if one.review == "accepted"]
        found.append(
            {"name": name, "figures": figures, "differ": differ, "settled": differ and len(chosen) == 1}
        )
    return sorted(found, key=lambda group: (not group["differ"], group["settled"], group["name"]))


def disagree(one: Figure, other: Figure) -> bool:
    """Tell whether two figures of one fact contradict each other: no number fits both, or they say so."""
    named = {
        part.partition(":")[2].strip()
        for figure in (one, other)
        for part in figure.relation.split(";")
        if part.strip().startswith("conflicts_with")
    }
    if one.figure in named or other.figure in named:
        return True
    if one.unit != other.unit or one.term != other.term:
        return False
    (low_a, high_a), (low_b, high_b) = _bounds(one), _bounds(other)
    return low_a > high_b or low_b > high_a


def _bounds(figure: Figure) -> tuple[float, float]:
    """Give what a figure allows; bare and rounded numbers stand for a tenth around them."""
    if figure.point is not None and figure.low is None and figure.high is None:
        return figure.point * (1 - APART / 2), figure.point * (1 + APART / 2)
    low = figure.low if figure.low is not None else 0.0
    high = figure.high if figure.high is not None else float("inf")
    return low * (1 - APART / 2), high * (1 + APART / 2)

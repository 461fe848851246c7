"""Which figures of the reports do not agree, said in a plain sentence: who says what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.content import Dispute
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from havenward.brief.content import AssumptionRow, FigureRow
    from havenward.words import Words

CONFLICT, ORIGIN = "conflicts_with", "origin"
REPEATS = ("repeats", "same_fact_as", "rounds")
MOST_SPEAKERS = 8  # a sentence holds so many; the figures stand below it


def find_disputes(
    figures: Sequence[FigureRow], assumptions: Iterable[AssumptionRow] = (), words: Words = ENGLISH
) -> tuple[Dispute, ...]:
    """Put figures side by side that speak of one thing with different values.

    Parameters
    ----------
    figures
        Those that the audience may see.
    assumptions
        Where one was pooled from figures that differ, this is the first thing to say of it.
    words
        In which language.

    Returns
    -------
    disputes
        Of pooled assumptions first; then figures of one fact group, or marked as conflicting, whose values
        differ for more than rounding.
    """
    by_name = {row.figure: row for row in figures}
    found = []
    for assumption in assumptions:
        rows = [by_name[name] for name in assumption.figures if name in by_name]
        if assumption.basis == "figures" and _differ(rows):
            name = words.say_parameter(assumption.name)
            heading = words.say("dispute_pooled", name=name, mark=assumption.mark)
            found.append((heading, rows))
    told = [{row.figure for row in rows} for _, rows in found]
    for rows in _clusters(figures):
        own = [row for row in rows if not any(related_names(row.relation, kind) for kind in REPEATS)]
        if _differ(own) and not any({row.figure for row in rows} <= group for group in told):
            group = rows[0].fact_group.replace("_", " ").replace("-", " ")
            found.append((group or words.name("term", rows[0].term), rows))
    return tuple(
        Dispute(
            heading,
            say_dispute(rows, words),
            tuple(sorted(rows, key=lambda row: (row.published, row.figure))),
        )
        for heading, rows in found
    )


def _differ(rows: Iterable[FigureRow]) -> bool:
    return len({(row.low, row.high, row.point) for row in rows}) > 1


def _clusters(figures: Sequence[FigureRow]) -> list[list[FigureRow]]:
    """Gather figures of one fact group with those that they are said to conflict with."""
    leader = {row.figure: row.figure for row in figures}

    def lead(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    first_of_group: dict[str, str] = {}
    for row in figures:
        if row.fact_group:
            first = first_of_group.setdefault(row.fact_group, row.figure)
            leader[lead(row.figure)] = lead(first)
    for row in figures:
        for other in conflicting(row, figures):
            leader[lead(row.figure)] = lead(other.figure)
    groups: dict[str, list[FigureRow]] = {}
    for row in figures:
        groups.setdefault(lead(row.figure), []).append(row)
    return [rows for rows in groups.values() if len(rows) > 1]


def conflicting(row: FigureRow, figures: Iterable[FigureRow]) -> list[FigureRow]:
    """Give the figures that a figure is said to conflict with: by name, by origin or by fact group."""
    others = related_names(row.relation, CONFLICT)
    return [
        other
        for other in figures
        if other.figure != row.figure
        and others & {other.figure, name_origin(other.fact_group, other.relation)}
    ]


def name_origin(fact_group: str, relation: str) -> str:
    """Name the statement that a figure counts as: its origin within its fact group, else the group."""
    return next(iter(sorted(related_names(relation, ORIGIN))), fact_group)


def related_names(relation: str, kind: str) -> set[str]:
    """Read the figures or fact groups that a relation names: `repeats a`, or `part_of:b;conflicts_with:c`."""
    names = set()
    for word in relation.split(";"):
        head, _, name = word.strip().replace(":", " ", 1).partition(" ")
        if head == kind and name.strip():
            names.add(name.strip())
    return names


def say_dispute(rows: Iterable[FigureRow], words: Words = ENGLISH) -> str:
    """Say who says what: each value once, in the order of publication, with those who say it."""
    said: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row.published, row.figure)):
        speaker = _say_speaker(row)
        who = said.setdefault(row.value, [])
        if speaker.casefold() not in {name.casefold() for name in who}:
            who.append(speaker)
    parts = [
        f"{value} ({words.signs.comma.join(str(words.isolate(one)) for one in who)})"
        for value, who in said.items()
    ]
    rest = len(parts) - MOST_SPEAKERS
    tail = words.say("dispute_more", n=rest) if rest > 0 else ""
    return words.say("dispute", parts=words.join(parts[:MOST_SPEAKERS]), tail=tail)


def _say_speaker(row: FigureRow) -> str:
    speaker = row.speaker or row.outlet
    return speaker[:1].lower() + speaker[1:] if speaker.startswith(("The ", "A ", "An ")) else speaker

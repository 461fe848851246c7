"""Which rows figures.csv of the bundled case must hold, and why: what reading alone would get wrong.

    python lab/mosul_decisions.py           lists the rows with the reason for each
    python lab/mosul_decisions.py write     writes cases/mosul-2016/figures.csv

All 149 figures were read by hand once and lie in tests/data/mosul_figures.csv. A row of them stays a decision
where the pooled priors would rest on another value or origin without it, or where an assumption names it.
Run it after a change of the grammar; tests/test_demo_reading.py fails where the rows no longer fit.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.case.assumptions import COULD_BE_HIGHER, name_origin
from havenward.case.figures_file import write_figures
from havenward.case.load import load_case
from havenward.pipeline import bundled_case, read_into_case

if TYPE_CHECKING:
    from collections.abc import Mapping

    from havenward.records import Case, Figure

    Span = tuple[str, int | None, int | None]

BY_HAND = Path(__file__).resolve().parents[1] / "tests" / "data" / "mosul_figures.csv"
VALUES = ("low", "high", "point", "quantifier", "unit", "term")


def load_with(figures: Path | None) -> Case:
    """Load the bundled case with figures read by hand, or, without a file, by machine alone."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "case"
        shutil.copytree(bundled_case(), folder)
        if figures is None:
            write_figures(folder, ())
            read_into_case(folder, [])
        else:
            shutil.copyfile(figures, folder / "figures.csv")
        return load_case(folder, before_reading=True)


def span(figure: Figure) -> Span:
    """Name a figure by its words."""
    return figure.report, figure.start, figure.end


def pooled_term(figure: Figure, places: Mapping[str, set[str]]) -> str:
    """Give the term for which a figure is pooled; nothing where it is not."""
    here = figure.location.casefold() in places.get(figure.term, set())
    return figure.term if here and figure.unit == "persons" and figure.review != "rejected" else ""


def decide(by_hand: Case, machine: Case) -> tuple[dict[Span, str], list[Figure]]:
    """Say for each row that must stay why, and which figures of the machine are none."""
    places: dict[str, set[str]] = defaultdict(set)
    for assumption in by_hand.assumptions:
        places[assumption.pool_term] |= {place.casefold() for place in assumption.pool_places}
    wanted = {span(figure): figure for figure in by_hand.figures}
    read = {span(figure): figure for figure in machine.figures}
    cited = {name for row in by_hand.assumptions for name in row.figures if not row.pool_term}
    why: dict[Span, str] = {}
    for key, figure in wanted.items():
        other, term = read.get(key), pooled_term(figure, places)
        found = pooled_term(other, places) if other else ""
        if figure.figure in cited:
            why[key] = "cited"
        elif term and other is None:
            why[key] = "missed"
        elif term != found:
            why[key] = f"{'not pooled' if term else 'wrongly pooled'}: {other.term}, {other.location}"  # type: ignore[union-attr]
        elif term and other and not _same(figure, other):
            why[key] = "value or hedge"
    strangers = []
    for key, figure in read.items():
        if key in wanted or not pooled_term(figure, places):
            continue
        over = [one for one in wanted if one[0] == key[0] and one[1] < key[2] and key[1] < one[2]]  # type: ignore[operator]
        why |= {one: why.get(one, "other words") for one in over}
        strangers += [] if over else [figure]
    _add_wrong_origins(wanted, read, places, why)
    return why, strangers


def _same(a: Figure, b: Figure) -> bool:
    higher = [COULD_BE_HIGHER in figure.relation for figure in (a, b)]
    return all(getattr(a, name) == getattr(b, name) for name in VALUES) and higher[0] == higher[1]


def _add_wrong_origins(
    wanted: Mapping[Span, Figure],
    read: Mapping[Span, Figure],
    places: Mapping[str, set[str]],
    why: dict[Span, str],
) -> None:
    """Add origins that the machine splits or joins, until those left to it are right."""
    changed = True
    while changed:
        changed = False
        right: dict[tuple[str, str], set[Span]] = defaultdict(set)
        theirs: dict[tuple[str, str], set[Span]] = defaultdict(set)
        for key, figure in wanted.items():
            if term := pooled_term(figure, places):
                right[term, name_origin(figure)].add(key)
                if key not in why:
                    theirs[term, name_origin(read[key])].add(key)
        for members in right.values():
            left = members - why.keys()
            if left and (left != members or left not in theirs.values()):
                why |= dict.fromkeys(left, "origin")
                changed = True


def as_decision(figure: Figure, other: Figure | None, reason: str, kept: set[str]) -> Figure:
    """Give the row as a person decided it; relations to rows that are not kept are left out."""
    words = [word.strip() for word in figure.relation.split(";") if word.strip()]
    words = [word for word in words if " " not in word or word.partition(" ")[2] in kept]
    accepted = reason == "cited" and other is not None and _same(figure, other)
    review = "accepted" if accepted else "corrected"
    return replace(figure, relation="; ".join(words), review=review)


def main(arguments: list[str]) -> None:
    """List the decisions, or write them."""
    by_hand, machine = load_with(BY_HAND), load_with(None)
    why, strangers = decide(by_hand, machine)
    read = {span(figure): figure for figure in machine.figures}
    kept = {figure.figure for figure in by_hand.figures if span(figure) in why}
    rows = [
        as_decision(figure, read.get(span(figure)), why[span(figure)], kept)
        for figure in by_hand.figures
        if span(figure) in why
    ]
    rows += [replace(figure, relation="", review="rejected") for figure in strangers]
    rows.sort(key=lambda row: (row.report, row.start or 0))
    for row in rows:
        print(f"{row.review:9} {row.report:34} {row.quantity_text!r}: {why.get(span(row), 'no figure')}")
    if arguments == ["write"]:
        print(write_figures(bundled_case(), rows))


if __name__ == "__main__":
    main(sys.argv[1:])

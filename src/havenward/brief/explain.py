"""Which names of a brief can be explained, and how the chain behind one is written. For the team."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from havenward.brief.chains import (
    Told,
    assumption_item,
    figure_item,
    group_item,
    report_item,
    source_item,
)
from havenward.brief.compose import NOTHING, compose_brief
from havenward.brief.facts import current_locations, read_draws, read_weights
from havenward.brief.numbers import HEADLINES, TOTALS, headline_item, location_item, need_item, total_item
from havenward.brief.view import give_marks
from havenward.errors import Problem, SettingsError, nearest
from havenward.runs import told_if_damaged
from havenward.settings import BriefSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from havenward.brief.chains import Item
    from havenward.brief.shortages import Shortages
    from havenward.records import Case, Figure, Need, Standard
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]
    Subjects = dict[str, list[Callable[[], Item]]]

TEAM = "team"


def explain_name(
    case: Case,
    run: Run,
    needs: Sequence[Need],
    name: str,
    standards: Sequence[Standard] = (),
    household_size: float = 5.0,
    shortages: Shortages = NOTHING,
) -> tuple[Item, ...]:
    """Follow a name of a brief back to what it rests on. For the team: nothing is withheld.

    Parameters
    ----------
    case
        The case as the run knew it, with the assumptions that were drawn.
    run
        A complete run folder.
    needs, standards, household_size, shortages
        As for `compose_brief`.
    name
        A mark (`A3`, `F12`, `S4`), or the name of an assumption, figure, fact group, report, source,
        location, need or big number (`total`, `received`, `sites_over`, `water`, `displaced_total`).

    Returns
    -------
    items
        One for each thing of that name.

    Raises
    ------
    SettingsError
        Nothing has that name; the message says what has.
    RunError
        The tables of the run cannot be read.
    """
    brief = compose_brief(case, run, needs, BriefSettings(TEAM), standards, household_size, shortages)
    with told_if_damaged(run):
        members, _ = read_weights(run)
        draws, _ = read_draws(run, members)
    told = Told(case, run, brief, give_marks(case, draws))
    subjects = _list_subjects(told, draws)
    wanted = name.strip()
    found = subjects.get(wanted) or subjects.get(_plain(wanted))
    if not found:
        raise SettingsError(_unknown_name(told, wanted, subjects))
    with told_if_damaged(run):
        return tuple(explain() for explain in found)


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def _list_subjects(told: Told, draws: Mapping[str, FloatArray]) -> Subjects:
    """List everything that can be explained by every way of writing its name."""
    subjects: Subjects = {}
    brief, case, marks = told.brief, told.case, told.marks
    for key, headline in zip(HEADLINES, brief.headlines, strict=True):
        _add(subjects, (key, headline.label), partial(headline_item, told, key, headline, draws))
    for key in TOTALS:
        if getattr(brief, key):
            _add(subjects, (key,), partial(total_item, told, key, draws))
    for place in current_locations(case).values():
        _add(subjects, (place.location, place.name), partial(location_item, told, place, draws))
    for row in brief.assumptions:
        _add(subjects, (row.mark, row.name), partial(assumption_item, told, row))
    _add_evidence(subjects, told)
    for source in case.sources:
        names = (marks.sources[source.source], source.source)
        _add(subjects, names, partial(source_item, told, source.source, rows=True))
    for standard in brief.standards:
        _add(subjects, (standard.standard, standard.item), partial(need_item, told, standard))
    return subjects


def _add_evidence(subjects: Subjects, told: Told) -> None:
    """List figures, fact groups and reports."""
    groups: dict[str, list[Figure]] = {}
    for figure in told.case.figures:
        mark = told.marks.figures.get(figure.figure, "")
        _add(subjects, (mark, figure.figure), partial(figure_item, told, figure))
        groups.setdefault(figure.fact_group, []).append(figure)
    for group, rows in groups.items():
        _add(subjects, (group,), partial(group_item, told, group, rows))
    for report in told.case.reports:
        names = (report.report, f"reports/{report.report}")
        _add(subjects, names, partial(report_item, told, report))


def _add(subjects: Subjects, names: Iterable[str], explain: Callable[[], Item]) -> None:
    for key in dict.fromkeys(way for name in names if name for way in (name, _plain(name))):
        subjects.setdefault(key, []).append(explain)


def _unknown_name(told: Told, name: str, subjects: Subjects) -> Problem:
    marks = told.marks
    ends = [list(values.values()) for values in (marks.assumptions, marks.figures, marks.sources)]
    spans = ", ".join(f"{rows[0]} to {rows[-1]}" for rows in ends if rows)
    places = sorted(place.location for place in current_locations(told.case).values())
    names = sorted(row.name for row in told.brief.assumptions if "." not in row.name)
    close = nearest(name, list(subjects)) or nearest(_plain(name), list(subjects))
    listed = (
        f"{', '.join((*HEADLINES, *TOTALS))}; assumptions: {', '.join(names)}; locations: {', '.join(places)}"
    )
    return Problem(
        "NAME",
        f"found '{name}'",
        f"expected a mark ({spans}), a key of a figure, fact group, report or source, or one of {listed}",
        f"did you mean '{close}'?" if close else "write it as it is printed in the brief",
        "unknown-number",
    )


# -- written out -----------------------------------------------------------------------------------------


def format_items(items: Iterable[Item]) -> str:
    """Write chains as indented text; what was told before is named and not told again."""
    told: set[tuple[str, str]] = set()
    lines: list[str] = []

    def write(item: Item, depth: int) -> None:
        pad = "  " * depth
        head = " ".join(part for part in (item.kind, item.mark, item.name) if part)
        key = item.kind, item.name
        if key in told and item.kind != "headline":
            lines.append(f"{pad}{head}: see above")
            return
        told.add(key)
        lines.append(f"{pad}{head}")
        lines.extend(f"{pad}  {line}" for line in item.lines)
        for part in item.parts:
            write(part, depth + 1)

    for item in items:
        write(item, 0)
        lines.append("")
    return "\n".join(lines)


def items_as_dicts(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Give chains as plain values."""
    return [asdict(item) for item in items]

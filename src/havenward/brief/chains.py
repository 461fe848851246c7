"""What a number rests on, step by step: assumption, fact group, figure, report, row, source. For the team."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.brief.disputes import (
    CONFLICT,
    REPEATS,
    conflicting,
    name_origin,
    related_names,
    say_dispute,
)
from havenward.brief.lessons import learning_of
from havenward.words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from havenward.brief.content import AssumptionRow, Brief, FigureRow
    from havenward.brief.view import Marks
    from havenward.records import Case, Figure, Report, Source
    from havenward.runs import Run

CITING = ("locations", "routes", "events", "observations", "attributes", "stock", "reports")
SHARES = ("part_of", "share_of", "unit_conversion_of")


@dataclass(frozen=True)
class Item:
    """One link of a chain.

    Parameters
    ----------
    kind
        `headline`, `location`, `need`, `assumption`, `fact group`, `figure`, `report`, `counts`, `learned`
        or `source`.
    mark, name
        As in the brief (empty where it has none), and its key.
    lines
        What there is to say, in words.
    values
        The same as plain values.
    parts
        What it rests on.
    """

    kind: str
    mark: str
    name: str
    lines: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[Item, ...] = ()


class Told(NamedTuple):
    """A run and its brief for the team: everything that can be explained."""

    case: Case
    run: Run
    brief: Brief
    marks: Marks

    @property
    def figures(self) -> dict[str, Figure]:
        """The rows of `figures.csv` by name."""
        return {row.figure: row for row in self.case.figures}

    @property
    def shown(self) -> dict[str, FigureRow]:
        """The figures of the brief by name."""
        return {row.figure: row for row in self.brief.figures}


# -- assumptions -----------------------------------------------------------------------------------------


def assumption_item(told: Told, row: AssumptionRow) -> Item:
    """Explain an assumption: before and after counts, why, and the figures and sources behind it."""
    stated = {one.name: one for one in told.case.assumptions}
    about = stated.get(row.name) or stated.get(row.name.partition(".")[0])
    low, central, high = row.prior
    after = row.posterior
    lines = [
        _describe_parameter(row.name),
        f"{'before the counts' if after else 'drawn'}: {central} ({low} to {high}) {row.unit}".rstrip(),
    ]
    if after:
        lines.append(f"after the counts: {after[1]} ({after[0]} to {after[2]}) {row.unit}".rstrip())
    elif learning_of(told.run).counts:
        lines.append("the counts did not touch it")
    lines.append(f"basis: {ENGLISH.name('basis', row.basis)}")
    if row.reason:
        lines.append(f"reason: {row.reason}")
    if about and about.basis in {"case", "figures"}:
        lines.append(f"stated in assumptions.toml [{about.name}], known from {about.published}")
    values = {
        "unit": row.unit,
        "before_counts": list(row.prior),
        "after_counts": list(after) if after else None,
        "basis": row.basis,
        "reason": row.reason,
        "known_from": about.published.isoformat() if about else None,
    }
    parts = [*group_items(told, row.figures), *(source_item(told, key) for key in row.sources)]
    pooled = [told.shown[name] for name in row.figures if name in told.shown]
    if len({(one.low, one.high, one.point) for one in pooled}) > 1:
        lines.append(say_dispute(pooled))
    return Item("assumption", row.mark, row.name, tuple(line for line in lines if line), values, tuple(parts))


def _describe_parameter(name: str) -> str:
    """Say what an assumption is; of the rows for all places and for one, the first."""
    text = (resources.files("havenward") / "tables" / "parameters.csv").read_text(encoding="utf-8")
    parameter = name.partition(".")[0]
    rows = csv.DictReader(text.splitlines())
    return next((str(row["description"]) for row in rows if row["name"].partition(".")[0] == parameter), "")


# -- figures ---------------------------------------------------------------------------------------------


def group_items(told: Told, names: Iterable[str]) -> list[Item]:
    """Gather figures in their fact groups."""
    groups: dict[str, list[Figure]] = {}
    for name in names:
        figure = told.figures.get(name)
        if figure is not None:
            groups.setdefault(figure.fact_group or figure.figure, []).append(figure)
    return [group_item(told, name, rows) for name, rows in groups.items()]


def group_item(told: Told, name: str, rows: Sequence[Figure]) -> Item:
    """Explain a fact group: what is said of one fact, by how many independent origins."""
    lines = []
    shown = [told.shown[row.figure] for row in rows if row.figure in told.shown]
    origins = {name_origin(row.fact_group or row.figure, row.relation) for row in rows}
    if len(origins) > 1:
        lines.append(f"{len(rows)} figures of {len(origins)} origins, each of which has one weight")
    elif len(rows) > 1:
        lines.append(f"{len(rows)} figures of one origin; together they have one weight")
    if len({(row.low, row.high, row.point) for row in rows}) > 1:
        lines.append(say_dispute(shown))
    parts = tuple(figure_item(told, row) for row in rows)
    return Item("fact group", "", name, tuple(lines), {"figures": [row.figure for row in rows]}, parts)


def figure_item(told: Told, row: Figure) -> Item:
    """Explain a figure: its sentence and value, who says it, what it repeats, and the report."""
    shown = told.shown.get(row.figure)
    report = next((one for one in told.case.reports if one.report == row.report), None)
    paraphrase = report is not None and report.kind == "paraphrase"
    sentence = " ".join(row.sentence.split())
    lines = [
        f"{ENGLISH.say('paraphrased')}: {sentence}"
        if paraphrase
        else f"{ENGLISH.say('quoted')}: {sentence!r}",
        f"value: {shown.value if shown else row.quantity_text}; as written: {row.quantity_text!r}",
        f"counts: {row.term.replace('_', ' ')}, {row.temporality}; who: {row.group or 'not said'}",
        f"hedge: {row.quantifier.replace('_', ' ')}; speaker: {row.source_attribution or 'the outlet'}",
    ]
    where = [
        f"{what} {value}"
        for what, value in (("at", row.location), ("from", row.origin), ("to", row.destination))
        if value
    ]
    days = f" ({row.date_from} to {row.date_to})" if row.date_from else ""
    where += [f"when: {row.date_expression}{days}".strip()] if row.date_expression or days else []
    lines += ["; ".join(where)] if where else []
    origin = name_origin(row.fact_group, row.relation)
    lines += [f"counts as: {origin}"] if origin and origin != row.fact_group else []
    lines += _relation_lines(told, row)
    decided = "not reviewed by a person" if row.review == "open" else f"{row.review} by a person"
    place = f", characters {row.start} to {row.end} of reports/{row.report}" if row.start is not None else ""
    lines.append(f"{decided}; figures.csv row {row.row}{place}")
    values = {
        "sentence": row.sentence,
        "value": shown.value if shown else None,
        "quantity_text": row.quantity_text,
        **{name: getattr(row, name) for name in ("low", "high", "point", "quantifier", "unit", "term")},
        **{name: getattr(row, name) for name in ("temporality", "location", "relation", "review")},
        "speaker": row.source_attribution,
        "fact_group": row.fact_group,
        "row": f"figures.csv row {row.row}",
        "characters": [row.start, row.end],
    }
    parts = (report_item(told, report),) if report else ()
    return Item("figure", shown.mark if shown else "", row.figure, tuple(lines), values, parts)


def _relation_lines(told: Told, row: Figure) -> list[str]:
    """Say what a figure repeats, what it is part of, and what it conflicts with."""
    lines = []
    for kinds, words in ((REPEATS, "repeats"), (SHARES, "part, share or conversion of")):
        named = sorted(set().union(*(related_names(row.relation, kind) for kind in kinds)))
        if named:
            lines.append(f"{words}: {', '.join(_named(told, name) for name in named)}")
    shown = told.shown.get(row.figure)
    if shown is not None and (others := conflicting(shown, told.brief.figures)):
        lines.append(f"conflict: {say_dispute([shown, *others])}")
    elif names := related_names(row.relation, CONFLICT):
        lines.append(f"conflicts with {', '.join(sorted(names))}")
    return lines


def _named(told: Told, name: str) -> str:
    shown = told.shown.get(name)
    return f"{shown.mark} {name}" if shown else name


# -- reports and sources ---------------------------------------------------------------------------------


def report_item(told: Told, report: Report) -> Item:
    """Explain a report: title, outlet, date and address; of a paraphrase, that it is one."""
    address = report.url or "no address"
    lines = [f"{report.outlet}, {report.published}: {report.title}"]
    lines.append(f"paraphrased from {address}" if report.kind == "paraphrase" else address)
    lines.append(f"text in reports/{report.report}")
    values = {
        "title": report.title,
        "outlet": report.outlet,
        "published": report.published.isoformat(),
        "url": report.url,
        "kind": report.kind,
        "file": f"reports/{report.report}",
    }
    parts = (source_item(told, report.source),) if report.source else ()
    return Item("report", "", report.report, tuple(lines), values, parts)


def source_item(told: Told, key: str, *, rows: bool = False) -> Item:
    """Explain a source: what it is, and with `rows` which rows of the case rest on it."""
    row: Source | None = next((one for one in told.case.sources if one.source == key), None)
    mark = told.marks.sources.get(key, "")
    if row is None:
        return Item("source", mark, key, ("not in sources.csv as known on the origin date",))
    published = f", {row.published}" if row.published else ""
    publisher = f"{row.publisher}: " if row.publisher else ""
    lines = [f"{publisher}{row.title}{published}; {row.url or 'no address'}; sources.csv row {row.row}"]
    values: dict[str, Any] = {
        "title": row.title,
        "publisher": row.publisher,
        "url": row.url,
        "published": row.published.isoformat() if row.published else None,
        "licence": row.licence,
        "row": f"sources.csv row {row.row}",
    }
    if rows:
        lines += [f"terms: {row.licence}"] if row.licence else []
        used = list_uses(told.case, key)
        values["used_in"] = used
        lines += [f"used in {table}: {where}" for table, where in used.items()]
    return Item("source", mark, key, tuple(lines), values)


def list_uses(case: Case, key: str) -> dict[str, str]:
    """Say which rows of each table rest on a source."""
    used = {}
    for table in CITING:
        found = [row for row in getattr(case, table) if row.source == key]
        if found and table == "reports":
            used["reports"] = ", ".join(row.report for row in found)
        elif found:
            used[f"{table}.csv"] = f"row{'s' if len(found) > 1 else ''} " + say_rows(row.row for row in found)
    names = [row.name for row in case.assumptions if key in row.sources]
    return used | ({"assumptions.toml": ", ".join(names)} if names else {})


def say_rows(rows: Iterable[int]) -> str:
    """Write row numbers, runs of them as ranges: 2 to 5, 9."""
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in runs)

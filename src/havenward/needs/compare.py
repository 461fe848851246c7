"""How runs differ: what was assumed, what comes out, which signs tell them apart, which is likelier."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from havenward.dates import key_days
from havenward.distributions import summary, weighted_quantiles
from havenward.errors import Problem, RunError
from havenward.files import open_whole
from havenward.needs.shortfalls import MISSED, RANGE
from havenward.needs.signs import APART, find_signs, weigh_runs
from havenward.needs.supplies import PLACES
from havenward.needs.wording import (
    join_parts,
    plain_cell,
    round_amount,
    say_likelihood,
    say_number,
    say_percent,
)
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from havenward.needs.assess import Assessment
    from havenward.needs.signs import Evidence, Sign
    from havenward.records import Assumption, Case, Event, Observation
    from havenward.runs import Run

    FloatArray = NDArray[np.float64]

SETTINGS = (
    "scenario",
    "origin_date",
    "last_date",
    "track",
    "priors",
    "rules",
    "members",
    "seed",
    "package_version",
)
NEEDS_SHOWN = ("water_supply", "toilets", "family_tents", "kitchen_sets", "food_ration")
TABLES = ("locations", "routes", "observations", "stock")
COLUMNS = (
    "what", "location", "name", "date", "unit", "run", "low", "central", "high", "change_of_central",
)  # fmt: skip
SIGNS_SHOWN = 5


class Side(NamedTuple):
    """One run with what it was told and what it means for needs."""

    name: str
    case: Case
    found: Assessment


class Difference(NamedTuple):
    """One thing that two runs assume differently, in words for each; empty where a run has no such thing."""

    what: str
    first: str
    second: str
    why: str


class Line(NamedTuple):
    """One amount of one run: `low`, `central`, `high`, or a probability in `central`."""

    what: str
    location: str
    day: date
    unit: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Comparison:
    """Two or more runs side by side; the first is what the others are compared with.

    `differences`, `signs` are by run, of all but the first. `evidence` is None without later counts.
    """

    sides: tuple[Side, ...]
    days: tuple[date, ...]
    differences: tuple[tuple[Difference, ...], ...]
    lines: tuple[tuple[Line, ...], ...]
    signs: tuple[tuple[Sign, ...], ...]
    before: tuple[float, ...]
    evidence: Evidence | None


def compare_sides(sides: Sequence[Side], observations: Sequence[Observation] = ()) -> Comparison:
    """Compare runs of one crisis.

    Parameters
    ----------
    sides
        Two or more, the case as each was simulated.
    observations
        Later counts; empty for none.

    Returns
    -------
    comparison
        See `Comparison`.

    Raises
    ------
    RunError
        The runs are of different crises, or share no day.
    """
    runs = [side.found.run for side in sides]
    crises = sorted({str(run.meta["case"]) for run in runs})
    origin, last = max(run.origin_date for run in runs), min(run.last_date for run in runs)
    if len(crises) > 1 or origin >= last:
        told = f"runs of {' and '.join(crises)}" if len(crises) > 1 else "the runs share no day"
        raise RunError(
            Problem(
                "compare",
                told,
                "expected runs of one crisis with days in common",
                "name other runs",
                "runs-not-alike",
            )
        )
    shared = set.intersection(*(set(side.found.crowd.days) for side in sides))
    days = tuple(day for day in key_days(origin, last) if day in shared)
    before = prior_weights(sides)
    return Comparison(
        tuple(sides),
        days,
        tuple(tuple(find_differences(sides[0], side)) for side in sides[1:]),
        tuple(tuple(_lines(side.found, days)) for side in sides),
        tuple(tuple(find_signs(sides[0].found.crowd, side.found.crowd)) for side in sides[1:]),
        before,
        weigh_runs(runs, before, observations) if observations else None,
    )


def name_runs(runs: Sequence[Run]) -> list[str]:
    """Name runs by their scenario where that tells them apart, else by their folders, else by letters."""
    for names in (
        [str(run.meta["scenario"]) or "as it stands" for run in runs],
        [run.folder.name for run in runs],
    ):
        if len(set(names)) == len(names):
            return names
    return [f"run {chr(ord('A') + n)}" for n in range(len(runs))]


def prior_weights(sides: Sequence[Side]) -> tuple[float, ...]:
    """Give the weights that the scenarios were given; what they leave to one is the case as it stands.

    All alike where one of the runs has no likelihood, or several are the same scenario.
    """
    names = [str(side.found.run.meta["scenario"]) for side in sides]
    given = {
        scenario.name: scenario.likelihood
        for side in sides
        for scenario in side.case.scenarios
        if scenario.likelihood
    }
    given[""] = 1.0 - sum(given.values())
    weights = [given.get(name) or 0.0 for name in names]
    if min(weights) <= 0.0 or len(set(names)) < len(names):
        weights = [1.0] * len(sides)
    return tuple(weight / sum(weights) for weight in weights)


def find_differences(first: Side, second: Side) -> Iterator[Difference]:
    """List what two runs were told differently: settings, assumptions, events, rows of the case."""
    metas = first.found.run.meta, second.found.run.meta
    for key in SETTINGS:
        if metas[0][key] != metas[1][key]:
            was, now = (str(meta[key]) or "none" for meta in metas)
            yield Difference(key.replace("_", " "), was, now, "")
    theirs = [{row.name: row for row in side.case.assumptions} for side in (first, second)]
    for name in sorted(set(theirs[0]) | set(theirs[1])):
        rows = [own.get(name) for own in theirs]
        shapes = [row.distribution if row else None for row in rows]
        if shapes[0] != shapes[1]:
            chosen = rows[1] or rows[0]
            yield Difference(
                f"assumption {name}", _range(rows[0]), _range(rows[1]), chosen.reason if chosen else ""
            )
    events = [{_event(event) for event in side.case.events} for side in (first, second)]
    for event in sorted(events[1] - events[0]):
        yield Difference("event", "", event, "")
    for event in sorted(events[0] - events[1]):
        yield Difference("event", event, "", "")
    for table in TABLES:
        rows_of = [set(getattr(side.case, table)) for side in (first, second)]
        if rows_of[0] != rows_of[1]:
            only = [len(rows_of[0] - rows_of[1]), len(rows_of[1] - rows_of[0])]
            yield Difference(f"rows of {table}.csv", f"{only[0]} of its own", f"{only[1]} of its own", "")


def _range(row: Assumption | None) -> str:
    if row is None or row.distribution is None:
        return ""
    low, central, high = summary(row.distribution)
    return f"{say_number(central)} {row.unit} ({say_number(low)} to {say_number(high)})"


def _event(event: Event) -> str:
    where = event.location or f"{event.from_} to {event.to}".strip(" to")
    value = f" {event.value:g}" if event.value is not None else ""
    return f"{event.date} {event.kind.replace('_', ' ')} {where}{value}".strip()


def _lines(found: Assessment, days: Sequence[date]) -> Iterator[Line]:
    """Give what comes out of a run on the days: people, people over capacity, a few needs."""
    crowd, outcome = found.crowd, found.outcome
    at = [crowd.day_index(day) for day in days]
    people = crowd.present[:, :, at].astype(np.float64)
    for place, values in (*zip(crowd.places, people, strict=True), (TOTAL, people.sum(axis=0))):
        yield from _ranges("people", place, days, "people", values, crowd.weights)
    over = outcome.over[:, at]
    yield from _ranges("people over capacity", TOTAL, days, "people", over, crowd.weights)
    for place, row in sorted(outcome.shortfalls[PLACES].items()):
        for d, day in zip(at, days, strict=True):
            yield Line("chance over capacity", place, day, "probability", (float(row.on_day[d]),))
    for key in NEEDS_SHOWN:
        if key not in found.resources or found.resources[key].standard is None:
            continue
        resource = found.resources[key]
        standard = found.standards[key]
        total = np.zeros((crowd.members, len(at)))
        for p, kind in enumerate(crowd.kinds):
            if kind in resource.kinds:
                count = crowd.received if resource.counted == "received" else crowd.present
                need = count[p][:, at] * resource.factor[:, None]
                total += np.ceil(need - MISSED) if resource.whole else need
        yield from _ranges(standard.item, TOTAL, days, standard.unit, total, crowd.weights)


def _ranges(
    what: str, place: str, days: Sequence[date], unit: str, values: FloatArray, weights: FloatArray
) -> Iterator[Line]:
    levels = weighted_quantiles(values, weights, RANGE)
    for d, day in enumerate(days):
        yield Line(what, place, day, unit, tuple(float(v) for v in levels[:, d]))


# -- tables and words ----------------------------------------------------------------------------------------


def compare_rows(comparison: Comparison) -> Iterator[tuple[object, ...]]:
    """Give every amount of every run as a row of `COLUMNS`."""
    names = _names(comparison)
    base = {(line.what, line.location, line.day): line for line in comparison.lines[0]}
    for side, lines in zip(comparison.sides, comparison.lines, strict=True):
        for line in lines:
            central = line.values[len(line.values) // 2]
            other = base.get((line.what, line.location, line.day))
            change = central - other.values[len(other.values) // 2] if other else None
            low, high = (line.values[0], line.values[2]) if len(line.values) > 1 else (None, None)
            yield (
                line.what,
                line.location,
                names.get(line.location, "All receiving places"),
                line.day,
                line.unit,
                side.name,
                *("" if v is None else _rounded(v, line.unit) for v in (low, central, high, change)),
            )


def _rounded(value: float, unit: str) -> float | int:
    return round(value, 3) if unit == "probability" else round_amount(value)


def _names(comparison: Comparison) -> dict[str, str]:
    return {key: row.name for side in comparison.sides for key, row in side.found.locations.items()}


def compose_comparison(comparison: Comparison) -> str:
    """Write a comparison in words, with a table of people on the shared key days."""
    first = comparison.sides[0]
    parts = [
        f"# {first.found.title}: {' beside '.join(side.name for side in comparison.sides)}",
        "For the team: it names what is assumed about access.",
        "## Which they are",
        *_which(comparison),
        "## People at all receiving places",
        _people_table(comparison),
    ]
    for n, side in enumerate(comparison.sides[1:]):
        parts += [
            f"## What changes from {first.name} to {side.name}",
            *(f"- {line}" for line in _changes(comparison, n + 1)),
            "## Why: what they were told differently",
            *(f"- {_say_difference(d)}" for d in comparison.differences[n]),
            *([] if comparison.differences[n] else ["- Nothing: they differ by chance at most."]),
            f"## Early signs: {first.name} or {side.name}",
            *(f"- {line}" for line in _say_signs(comparison, n, side.name)),
        ]
    if comparison.evidence is not None:
        parts += ["## What later counts say", *(f"- {line}" for line in _say_evidence(comparison))]
    return join_parts(parts)


def _which(comparison: Comparison) -> Iterator[str]:
    for side, weight in zip(comparison.sides, comparison.before, strict=True):
        meta = side.found.run.meta
        scenario = next((s for s in side.case.scenarios if s.name == meta["scenario"]), None)
        title = scenario.title if scenario else "the case as it stands"
        words = f" Said of it: {scenario.words}." if scenario and scenario.words else ""
        triggers = f" Triggers: {'; '.join(scenario.triggers)}." if scenario and scenario.triggers else ""
        yield (
            f"- {side.name}: {title}, from {meta['origin_date']}; among these runs "
            f"{say_likelihood(weight)}.{words}{triggers}"
        )


def _people_table(comparison: Comparison) -> str:
    head = ["date", *(side.name for side in comparison.sides)]
    rows = [head, ["---"] * len(head)]
    for day in comparison.days:
        cells = [day.isoformat()]
        for lines in comparison.lines:
            low, central, high = _at(lines, "people", TOTAL, day)
            cells.append(f"{say_number(central)} ({say_number(low)} to {say_number(high)})")
        rows.append(cells)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _at(lines: Sequence[Line], what: str, place: str, day: date) -> tuple[float, ...]:
    return next(line.values for line in lines if (line.what, line.location, line.day) == (what, place, day))


def _changes(comparison: Comparison, n: int) -> Iterator[str]:
    """Say what changes in all and at the places where most does, on the day on which most does."""
    names, base, other = _names(comparison), comparison.lines[0], comparison.lines[n]
    total = [
        (day, _at(base, "people", TOTAL, day)[1], _at(other, "people", TOTAL, day)[1])
        for day in comparison.days
    ]
    day, was, now = max(total, key=lambda row: abs(row[2] - row[1]))
    yield f"People at receiving places change most on {day}: {_say_change(was, now)}."
    over = [_at(lines, "people over capacity", TOTAL, day)[1] for lines in (base, other)]
    yield f"People over capacity on that day: {_say_change(*over)}."
    there = {line.location: line.values[1] for line in other if line.what == "people" and line.day == day}
    moved = [
        (abs(there[line.location] - line.values[1]), line.location, line.values[1], there[line.location])
        for line in base
        if line.what == "people" and line.day == day and line.location != TOTAL and line.location in there
    ]
    for change, place, before, after in sorted(moved, reverse=True)[:SIGNS_SHOWN]:
        if change >= 1.0:
            yield f"{names[place]}: {_say_change(before, after)}."
    for item in dict.fromkeys(line.what for line in base if line.what not in _NOT_NEEDS):
        if any(line.what == item for line in other):
            unit = next(line.unit for line in base if line.what == item)
            values = [_at(lines, item, TOTAL, day)[1] for lines in (base, other)]
            yield f"{item}, {unit}: {_say_change(*values)}."


_NOT_NEEDS = ("people", "people over capacity", "chance over capacity")


def _say_change(was: float, now: float) -> str:
    if was == now:
        return f"{say_number(was)} in both"
    share = f" ({(now - was) / was:+.0%})".replace("%", " %") if was else ""
    return f"{say_number(was)}, then {say_number(now)}{share}"


def _say_difference(row: Difference) -> str:
    why = f". {row.why}" if row.why else ""
    return f"{row.what}: {row.first or 'not there'}, then {row.second or 'not there'}{why}"


def _say_signs(comparison: Comparison, n: int, name: str) -> Iterator[str]:
    """Say which counts to look at: where and when a threshold tells the runs apart."""
    names, first = _names(comparison), comparison.sides[0].name
    signs = comparison.signs[n]
    told = [sign for sign in signs if sign.overlap <= APART]
    if not told:
        yield "No count at a receiving place tells them well apart; these come nearest."
    for sign in (told or signs)[:SIGNS_SHOWN]:
        place = names.get(sign.location, "all receiving places")
        points_to = name if sign.above_second > sign.above_first else first
        yield (
            f"{sign.day}, more than {say_number(sign.threshold)} people at {place} speaks for {points_to}: "
            f"{say_percent(sign.above_first)} in {first}, {say_percent(sign.above_second)} in {name} "
            f"(overlap {sign.overlap:.2f})"
        )


def _say_evidence(comparison: Comparison) -> Iterator[str]:
    evidence = comparison.evidence
    if evidence is None or not evidence.counts:
        yield "No later count can be held against all of these runs."
        return
    yield (
        f"{evidence.counts} counts in {evidence.blocks} blocks of four weeks; those of a block count as one."
    )
    for side, was, now in zip(comparison.sides, evidence.before, evidence.after, strict=True):
        yield f"{side.name}: {say_likelihood(was)} before, {say_likelihood(now)} after"


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write every amount of every run as a table that spreadsheets read."""
    try:
        with open_whole(path) as stream:
            stream.write("\ufeff")
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([plain_cell(value) for value in row] for row in compare_rows(comparison))
    except OSError as error:
        raise RunError(
            Problem(
                str(path),
                f"the file could not be written ({error.strerror or error})",
                "expected room and rights to write",
                "name another file with --out",
                "needs-not-written",
            )
        ) from error


def comparison_as_dict(comparison: Comparison) -> dict[str, Any]:
    """Give a comparison as plain values for a program."""
    return {
        "runs": [
            {
                "name": side.name,
                "folder": str(side.found.run.folder),
                "scenario": side.found.run.meta["scenario"],
            }
            for side in comparison.sides
        ],
        "days": [day.isoformat() for day in comparison.days],
        "differences": [[row._asdict() for row in rows] for rows in comparison.differences],
        "amounts": [
            dict(zip(COLUMNS, (str(v) if hasattr(v, "isoformat") else v for v in row), strict=True))
            for row in compare_rows(comparison)
        ],
        "signs": [
            [{**sign._asdict(), "day": sign.day.isoformat()} for sign in signs] for signs in comparison.signs
        ],
        "weights_before": list(comparison.before),
        "evidence": comparison.evidence._asdict() if comparison.evidence else None,
    }

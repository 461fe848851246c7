"""What is handed over: tables that open in a spreadsheet and a page in words, all of them or none."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from havenward.distributions import weighted_quantiles
from havenward.errors import Problem, RunError
from havenward.files import replace_together
from havenward.needs.shortfalls import MISSED, MISSING, RANGE
from havenward.needs.standards import HOUSEHOLD_SIZE
from havenward.needs.supplies import EVERYWHERE, PLACES, usable_from
from havenward.needs.units import parse_unit
from havenward.needs.wording import plain_cell, round_amount, say_likelihood
from havenward.records import TOTAL
from havenward.runs import RUN_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from havenward.needs.assess import Assessment
    from havenward.needs.shortfalls import Resource
    from havenward.needs.supplies import Stated

    FloatArray = NDArray[np.float64]
    Row = Sequence[object]

WHERE = ("location", "name", "pcode", "kind")
WHAT = ("sector", "indicator", "item", "unit")
COLUMNS = {
    "needs.csv": (
        *WHERE, "date", "days_ahead", *WHAT, "counted", "people_low", "people_central", "people_high",
        "households_low", "households_central", "households_high", "low", "central", "high",
        "used_low", "used_central", "used_high", "used_unit", "standard", "source", "read_level",
    ),
    "gaps.csv": (
        *WHERE, "date", "days_ahead", *WHAT, "required_central", "in_place", "shared", "chance_short",
        "chance_by_then", "missing_p50", "missing_p80", "missing_p95",
    ),
    "shortfalls.csv": (
        *WHERE, *WHAT, "chance", "words", "first_likely", "order_by", "runs_short_first", "worst_day",
        "missing_p50", "missing_p80", "missing_p95", "people_days_without", "supply_rests_on",
    ),
    "decisions.csv": (
        "decision", *WHERE, *WHAT, "quantity", "people_days_saved", "people_days_without", "share_saved",
    ),
    "placement.csv": (
        "resource", "item", "unit", "plan", "location", "name", "quantity", "people_days_saved_in_all",
    ),
    "logistics.csv": (
        *WHAT, "required_p50", "required_p80", "required_p95", "missing_p50", "missing_p80", "missing_p95",
        "tonnes_p80", "trucks_p80", "cost_p50", "cost_p80", "cost_p95", "currency",
    ),
    "supplies.csv": (
        "row", "item", "location", "quantity", "unit", "usable_from", "indicator", "may_have_meant", "source",
    ),
}  # fmt: skip
COUNTED = {"present": "people present", "received": "people received", "sites": "places with people"}
PLACES_UNIT = "places"


def write_needs(found: Assessment, folder: Path) -> tuple[Path, ...]:
    """Write every table and the page in words.

    Parameters
    ----------
    found
        From `assess_needs`.
    folder
        Is made where it does not exist; files of these names are replaced.

    Returns
    -------
    paths
        The tables of `COLUMNS`, then `README.md`.

    Raises
    ------
    RunError
        The folder holds a run or cannot be written to; nothing was put in place.
    """
    from havenward.needs.words import compose_page

    folder = Path(folder)
    if (folder / RUN_FILE).exists():
        raise RunError(
            _target(folder, "the folder holds a run", "expected a folder of its own", "needs-into-run")
        )
    rows: dict[str, Callable[[Assessment], Iterable[Row]]] = {
        "needs.csv": need_rows,
        "gaps.csv": gap_rows,
        "shortfalls.csv": shortfall_rows,
        "decisions.csv": decision_rows,
        "placement.csv": placement_rows,
        "logistics.csv": logistics_rows,
        "supplies.csv": supply_rows,
    }
    try:
        with replace_together(folder) as part:
            for name, rows_of in rows.items():
                # with a mark at the start: without it a spreadsheet does not read the table as UTF-8
                with (part / name).open("w", encoding="utf-8-sig", newline="") as stream:
                    writer = csv.writer(stream, lineterminator="\n")
                    writer.writerow(COLUMNS[name])
                    writer.writerows([plain_cell(value) for value in row] for row in rows_of(found))
            (part / "README.md").write_text(compose_page(found), encoding="utf-8", newline="\n")
    except (FileExistsError, NotADirectoryError) as error:
        raise RunError(_target(folder, "found a file", "expected a folder", "target-not-a-folder")) from error
    except OSError as error:
        told = f"the files could not be written ({error.strerror or error})"
        raise RunError(
            _target(folder, told, "expected room and rights to write", "needs-not-written")
        ) from error
    return (*(folder / name for name in rows), folder / "README.md")


def _target(folder: Path, found: str, expected: str, slug: str) -> Problem:
    return Problem(str(folder), found, expected, "name another folder with --out", slug)


# -- what stands in the columns ------------------------------------------------------------------------------


def about_place(found: Assessment, place: str) -> tuple[str, str, str, str]:
    """Give key, name, code and kind of a place."""
    if place == TOTAL:
        return TOTAL, "All receiving places", "", ""
    row = found.locations[place]
    return place, row.name, row.pcode, row.kind


def about_resource(found: Assessment, key: str) -> tuple[str, str, str, str]:
    """Give sector, indicator, item and unit."""
    if key == PLACES:
        return "shelter", PLACES, "Places for people", PLACES_UNIT
    row = found.standards[key]
    return row.sector, key, row.item, row.unit


def shown(found: Assessment, key: str, value: float) -> float | int:
    """Turn base units into the unit of the standard and round."""
    standard = None if key == PLACES else found.standards[key]
    unit = parse_unit(standard.unit) if standard else None
    whole = key == PLACES or bool(standard and standard.whole)
    if whole:
        return int(np.ceil(value - MISSED))
    return round_amount(value / (unit.factor if unit else 1.0))


def used_unit(found: Assessment, key: str) -> str:
    """Name the unit of what is used up: that of the rate without its period."""
    return found.standards[key].unit.partition(" per ")[0]


def shown_used(found: Assessment, key: str, value: float) -> float | int:
    """Turn base units that were used up into the unit of `used_unit`."""
    unit = parse_unit(used_unit(found, key))
    return round_amount(value / (unit.factor if unit else 1.0))


def day_of(found: Assessment, index: int) -> date | None:
    """Give the date of a day, None for none."""
    return None if index < 0 else found.crowd.days[index]


# -- rows ----------------------------------------------------------------------------------------------------


def need_rows(found: Assessment) -> Iterator[Row]:
    """Give what is needed at every place and in all, on the key days."""
    weights, outcome = found.crowd.weights, found.outcome
    people = {**outcome.people, TOTAL: weighted_quantiles(outcome.total_people, weights, RANGE)}
    homes = {**outcome.households, TOTAL: weighted_quantiles(outcome.total_households, weights, RANGE)}
    for key, resource in found.resources.items():
        if resource.standard is None:
            continue
        totals = outcome.totals[key]
        amounts = {place: (row.amount, row.used) for place, row in outcome.required[key].items()}
        used = weighted_quantiles(totals.used, weights, RANGE) if resource.consumed else None
        amounts[TOTAL] = (
            np.asarray(weighted_quantiles(totals.required, weights, RANGE), np.float64),
            None if used is None else np.asarray(used, np.float64),
        )
        row = resource.standard
        for place, (amount, spent) in amounts.items():
            for d, day in enumerate(found.days):
                yield (
                    *about_place(found, place),
                    day,
                    (day - found.run.origin_date).days,
                    *about_resource(found, key),
                    COUNTED[resource.counted],
                    *(int(value) for value in people[place][:, d]),
                    *(int(value) for value in homes[place][:, d]),
                    *(shown(found, key, value) for value in amount[:, d]),
                    *(
                        ("", "", "", "")
                        if spent is None
                        else (
                            *(shown_used(found, key, value) for value in spent[:, d]),
                            used_unit(found, key),
                        )
                    ),
                    row.standard,
                    f"{row.title}, {row.section}" if row.section else row.title,
                    row.read_level,
                )


def gap_rows(found: Assessment) -> Iterator[Row]:
    """Give what is missing on the key days where supplies are stated."""
    weights = found.crowd.weights
    for key, places in found.outcome.shortfalls.items():
        resource = found.resources[key]
        for place, row in sorted(places.items()):
            for d, day in enumerate(found.days):
                at = found.crowd.day_index(day)
                yield (
                    *about_place(found, place),
                    day,
                    (day - found.run.origin_date).days,
                    *about_resource(found, key),
                    _required_central(found, key, place, d),
                    _in_place(found, resource, place, at),
                    level_of(found, key, resource.shared, at),
                    round(float(row.on_day[at]), 3),
                    round(float(row.by_day[at]), 3),
                    *(shown(found, key, value) for value in row.missing[:, d]),
                )
        if len(places) > 1:
            missing = found.outcome.totals[key].missing
            levels = weighted_quantiles(missing, weights, MISSING)
            for d, day in enumerate(found.days):
                yield (
                    *about_place(found, TOTAL),
                    day,
                    (day - found.run.origin_date).days,
                    *about_resource(found, key),
                    "",
                    "",
                    "",
                    round(float(weights @ (missing[:, d] > MISSED)), 3),
                    "",
                    *(shown(found, key, float(value)) for value in levels[:, d]),
                )


def _required_central(found: Assessment, key: str, place: str, d: int) -> float | int:
    if key == PLACES:
        return int(found.outcome.people[place][1, d])
    return shown(found, key, found.outcome.required[key][place].amount[1, d])


def _in_place(found: Assessment, resource: Resource, place: str, at: int) -> object:
    """Give what is bound to the place on a day; of assumed places, the central number."""
    own = level_of(found, resource.key, resource.stated.get(place), at)
    room = found.rooms.get(place)
    if resource.key != PLACES or room is None:
        return own
    held = weighted_quantiles(room.by_day(len(found.crowd.days))[:, [at]], found.crowd.weights, (0.5,))
    value = float(held[0, 0])
    return (round(value) if np.isfinite(value) else 0) + (own or 0)


def level_of(found: Assessment, key: str, stated: Stated | None, at: int) -> float | int:
    """Give what a supply is on a day; of stores, what has come by then."""
    if stated is None:
        return 0
    level = shown(found, key, float(stated.level[at]))
    if stated.deliveries.any():
        return level + shown_used(found, key, float(stated.deliveries[: at + 1].sum()))
    return level


def shortfall_rows(found: Assessment) -> Iterator[Row]:
    """Give what runs short where, the most people-days without first."""
    rows = [
        (row, key, place) for key, places in found.outcome.shortfalls.items() for place, row in places.items()
    ]
    for row, key, place in sorted(rows, key=lambda item: (-round(item[0].people_days, 3), item[1], item[2])):
        first = day_of(found, row.first_likely)
        yield (
            *about_place(found, place),
            *about_resource(found, key),
            round(row.chance, 3),
            say_likelihood(row.chance),
            first or "",
            order_by(found, key, first) or "",
            round(found.binds.get((place, key), 0.0), 3),
            day_of(found, row.worst_day) or "",
            *(shown(found, key, value) for value in row.peak),
            round(row.people_days),
            supply_words(found, key, place),
        )


def order_by(found: Assessment, key: str, first: date | None) -> date | None:
    """Give the day on which to order so that it is there on the first likely day short."""
    cost = found.costs.get(key)
    if first is None or cost is None or cost.lead_time_days is None:
        return None
    return first - timedelta(days=int(np.ceil(cost.lead_time_days)))


def supply_words(found: Assessment, key: str, place: str) -> str:
    """Say what the supply of a place rests on."""
    parts = []
    if key == PLACES and place in found.rooms:
        parts.append(f"{found.rooms[place].basis} places")
    for where, name in ((place, ""), (EVERYWHERE, "shared: ")):
        stated = found.resources[key].stated.get(where)
        if stated:
            parts += [f"{name}stock.csv row {row.row}" for row in stated.rows]
    return "; ".join(parts) or "no supply stated"


def decision_rows(found: Assessment) -> Iterator[Row]:
    """Give what single decisions would change."""
    for row in found.decisions:
        yield (
            row.action,
            *about_place(found, row.location),
            *about_resource(found, row.key),
            round_amount(row.quantity),
            round(row.saved),
            round(row.before),
            round(row.saved / row.before, 3) if row.before else "",
        )


def placement_rows(found: Assessment) -> Iterator[Row]:
    """Give the plans for every budget, site by site."""
    for placement in found.placements:
        _, key, item, unit = about_resource(found, placement.key)
        for plan in placement.plans:
            for place, lots in zip(placement.places, plan.lots, strict=True):
                if lots:
                    yield (
                        key,
                        item,
                        unit,
                        plan.name,
                        place,
                        found.locations[place].name,
                        shown(found, placement.key, float(lots) * placement.lot),
                        round(plan.saved),
                    )


def logistics_rows(found: Assessment) -> Iterator[Row]:
    """Give quantities, weights and costs over all places."""
    currency = next((cost.currency for cost in found.costs.values() if cost.currency), "")
    truck = 1000.0 * found.settings.truck_tonnes
    for row in found.logistics:
        consumed = found.resources[row.key].consumed
        write = shown_used if consumed else shown
        sector, key, item, unit = about_resource(found, row.key)
        kg = None if row.kg is None else row.kg * float(row.required[1])
        yield (
            sector,
            key,
            item,
            used_unit(found, row.key) if consumed else unit,
            *(write(found, row.key, value) for value in row.required),
            *(("", "", "") if row.missing is None else (write(found, row.key, v) for v in row.missing)),
            "" if kg is None else round_amount(kg / 1000.0),
            "" if kg is None else int(np.ceil(kg / truck - MISSED)),
            *(("", "", "") if row.cost is None else (round_amount(v * row.cost) for v in row.required)),
            currency if row.cost is not None else "",
        )
    if found.total_cost is not None:
        yield (
            *("total", TOTAL, "All that has a unit cost", ""),
            *([""] * 8),
            *(round_amount(value) for value in found.total_cost),
            currency,
        )


def supply_rows(found: Assessment) -> Iterator[Row]:
    """Give every row of stock.csv with what it was taken for."""
    matched = [
        (row, key, ())
        for key, places in found.supplies.stated.items()
        for s in places.values()
        for row in s.rows
    ]
    unmatched = [(row.row, "", row.suggestions) for row in found.supplies.unmatched]
    for row, key, suggestions in sorted((*matched, *unmatched), key=lambda item: item[0].row):
        yield (
            row.row,
            row.item,
            row.location,
            round_amount(row.quantity),
            row.unit,
            usable_from(row),
            key,
            ", ".join(suggestions),
            row.source,
        )


def basis_rows(found: Assessment) -> Iterator[tuple[str, float, float, float, str]]:
    """Give household size and shares of groups that were used: name, 5, 50, 95 %, and why."""
    names = {f"share_{row.per}" for row in found.standards.values()} | {HOUSEHOLD_SIZE}
    for name in sorted(names & set(found.basis)):
        row = found.basis[name]
        low, central, high = weighted_quantiles(row.values, found.crowd.weights, RANGE)
        yield name, float(low), float(central), float(high), row.reason

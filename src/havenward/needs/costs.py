"""What a unit costs, weighs and how long it takes to come: only what the user gives, checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.errors import Problem, SettingsError, nearest
from havenward.needs.own_files import open_own
from havenward.needs.supplies import PLACES
from havenward.needs.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from havenward.records import Standard

COLUMNS = ("indicator", "unit", "unit_cost", "currency", "kg_per_unit", "lead_time_days", "source")
REQUIRED = ("indicator", "unit")
NUMBERS = {
    "unit_cost": "a cost from 0",
    "kg_per_unit": "kilograms from 0",
    "lead_time_days": "days from 0",
}
# What weighs what it measures: a litre of water and a kilogram of food are a kilogram on a truck.
WEIGHED = {"volume": 1.0, "mass": 1.0}


@dataclass(frozen=True)
class UnitCost:
    """What one base unit of a resource costs and weighs; None where the user has not said."""

    indicator: str
    unit_cost: float | None
    currency: str
    kg_per_unit: float | None
    lead_time_days: float | None
    source: str


def read_costs(path: Path | None, standards: Sequence[Standard]) -> dict[str, UnitCost]:
    """Read unit costs, weights and lead times.

    Parameters
    ----------
    path
        CSV with `indicator` and `unit`, and some of the other `COLUMNS`; None for none.
    standards
        The rows to plan with; costs for others are refused.

    Returns
    -------
    costs
        By indicator, per base unit (of a rate: per litre, not per litre a day).

    Raises
    ------
    SettingsError
        Every problem of the file.
    """
    if path is None:
        return {}
    name = Path(path).name
    reader = open_own(path, "--costs", "costs-unreadable")
    found = tuple(reader.fieldnames or ())
    missing = [column for column in REQUIRED if column not in found]
    unknown = [column for column in found if column not in COLUMNS]
    if missing or unknown:
        raise SettingsError(
            Problem(
                f"{name} row 1",
                f"missing {missing}, unknown {unknown}",
                f"expected the columns {', '.join(REQUIRED)} and, where wanted, {', '.join(COLUMNS)}",
                "correct the header",
                "costs-columns",
            )
        )
    units = {row.indicator: row.unit for row in standards} | {PLACES: "places"}
    rows = [(n, {c: (row.get(c) or "").strip() for c in COLUMNS}) for n, row in enumerate(reader, start=2)]
    problems = [p for n, row in rows for p in _check_row(f"{name} row {n}", row, units)]
    problems += _check_once(name, rows)
    if problems:
        raise SettingsError(problems)
    return {row["indicator"]: _cost(row) for _, row in rows}


def kg_of(indicator: str, unit: str, costs: Mapping[str, UnitCost]) -> float | None:
    """Give what a base unit weighs: as the user says, else as its unit says; None where neither does."""
    cost = costs.get(indicator)
    if cost is not None and cost.kg_per_unit:
        return cost.kg_per_unit
    parsed = parse_unit(unit)
    return WEIGHED.get(parsed.dimension) if parsed and parsed.is_rate else None


def _cost(row: Mapping[str, str]) -> UnitCost:
    unit = parse_unit(row["unit"])
    size = unit.factor if unit else 1.0

    def number(column: str, per: float = 1.0) -> float | None:
        return float(row[column]) / per if row[column] else None

    return UnitCost(
        row["indicator"],
        number("unit_cost", size),
        row["currency"],
        number("kg_per_unit", size),
        number("lead_time_days"),
        row["source"],
    )


def _check_row(where: str, row: Mapping[str, str], units: Mapping[str, str]) -> Iterator[Problem]:
    indicator = row["indicator"]
    if indicator not in units:
        close = nearest(indicator, list(units))
        yield Problem(
            where,
            f"indicator is '{indicator}'",
            "expected one of the standards that are planned with, or places",
            f"did you mean '{close}'?" if close else "remove the row, or add the standard",
            "costs-indicator",
        )
    else:
        unit, needed = parse_unit(row["unit"]), parse_unit(units[indicator])
        if unit is None or needed is None or unit.is_rate or unit.dimension != needed.dimension:
            thing = units[indicator].partition(" per ")[0]
            yield Problem(
                where,
                f"unit is '{row['unit']}' for '{indicator}'",
                f"expected '{thing}' or a unit that can be turned into it",
                "correct the unit and what is said per unit",
                "costs-unit",
            )
    for column, words in NUMBERS.items():
        if row[column] and not _is_amount(row[column]):
            yield Problem(
                where,
                f"{column} is '{row[column]}'",
                f"expected {words}, or nothing where it is not known",
                "correct the value",
                "costs-value",
            )
    if row["unit_cost"] and not row["currency"]:
        yield Problem(
            where, "unit_cost without currency", "expected one such as USD", "fill it in", "costs-value"
        )


def _check_once(name: str, rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, row in rows:
        if row["indicator"] in first:
            yield Problem(
                f"{name} row {number}",
                f"indicator '{row['indicator']}' stands in row {first[row['indicator']]} already",
                "expected one row for each indicator",
                "keep the one that you plan with",
                "costs-twice",
            )
        first.setdefault(row["indicator"], number)
    currencies = sorted({row["currency"] for _, row in rows if row["currency"]})
    if len(currencies) > 1:
        yield Problem(
            name,
            f"currencies are {', '.join(currencies)}",
            "expected one currency: sums are given",
            "convert the costs",
            "costs-currency",
        )


def _is_amount(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False

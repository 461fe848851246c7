"""What the forecast table that is handed over holds: hubverse columns, and only what its audience may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.audience import allows
from havenward.errors import Problem, ReleaseError
from havenward.records import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    import polars as pl

    from havenward.brief.content import Amount, Brief, Fan

    Task = tuple[str, str, date]

COLUMNS = {
    "origin_date": "Date",
    "target": "String",
    "horizon": "Int32",
    "target_end_date": "Date",
    "location": "String",
    "output_type": "String",
    "output_type_id": "String",
    "value": "Float64",
}
FAN_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
AMOUNT_LEVELS = (0.05, 0.5, 0.95)
# levels that every row of a target has, and the rule of the gate under which it may be shown
TARGETS = {
    "stock": FAN_LEVELS,
    "displaced_total": AMOUNT_LEVELS,
    "remaining": AMOUNT_LEVELS,
}
STEP_DAYS = 7
OUTPUT_TYPE = "quantile"


def write_forecast(brief: Brief, path: Path) -> None:
    """Write the forecast as Parquet with hubverse columns; a count that is held back is null.

    Raises
    ------
    ReleaseError
        The table breaks a rule of `check_forecast`.
    """
    table = forecast_table(brief)
    problems = check_forecast(table, brief)
    if problems:
        raise ReleaseError(problems)
    table.write_parquet(path, compression="zstd", statistics=False)


def forecast_table(brief: Brief) -> pl.DataFrame:
    """Give a row per target, place, day and quantile level, sorted.

    Places have five levels on the steps that the audience may see; totals of people ever displaced and still
    inside have three on the key days.
    """
    import polars as pl

    rows = [
        (
            brief.origin_date,
            target,
            (day - brief.origin_date).days,
            day,
            place,
            OUTPUT_TYPE,
            f"{level:g}",
            value,
        )
        for (target, place, day), values in sorted(_tasks(brief))
        for level, value in zip(TARGETS[target], values, strict=True)
    ]
    return pl.DataFrame(
        rows, schema={name: getattr(pl, kind) for name, kind in COLUMNS.items()}, orient="row"
    )


def _tasks(brief: Brief) -> Iterator[tuple[Task, tuple[float | None, ...]]]:
    """Give what is forecast, and its values at the levels of its target."""
    yield from _fan(brief, TOTAL, brief.total)
    for place in (*brief.places, *brief.gates, *brief.origins):
        yield from _fan(brief, place.location, place.fan)
    for target, amounts in (("displaced_total", brief.displaced_total), ("remaining", brief.remaining)):
        for day, amount in amounts:
            yield (target, TOTAL, day), _values(amount)


def _fan(brief: Brief, location: str, fan: Fan) -> Iterator[tuple[Task, tuple[float | None, ...]]]:
    bands = (fan.q05, fan.q25, fan.q50, fan.q75, fan.q95)
    for day, *values in zip(fan.dates, *bands, strict=True):
        shown = tuple(None if brief.guard.is_small(value) else float(value) for value in values)
        yield ("stock", location, day), shown


def _values(amount: Amount) -> tuple[float | None, ...]:
    return amount.low, amount.central, amount.high


def check_forecast(table: pl.DataFrame, brief: Brief) -> list[Problem]:
    """Check a forecast table as the validator of a hub does, and that it holds no more than is allowed.

    Columns, their types and order; known targets, output type and locations; horizon and dates that fit;
    every level of a target there once, values not negative and never falling from level to level; for an
    audience that may not see every day, whole weeks and the last day only; no count under the threshold.
    """
    import polars as pl

    found: list[str] = []
    schema = {name: getattr(pl, kind) for name, kind in COLUMNS.items()}
    if dict(table.schema) != schema or table.columns != list(COLUMNS):
        return [_problem(f"columns {dict(table.schema)}", f"expected {', '.join(COLUMNS)}")]
    keys = ["target", "location", "target_end_date"]
    allowed = {place.location for place in (*brief.places, *brief.gates, *brief.origins)} | {TOTAL}
    found += [f"the location '{key}'" for key in sorted(set(table["location"]) - allowed)]
    found += [f"the target '{key}'" for key in sorted(set(table["target"]) - _targets(brief))]
    found += [f"the output type '{key}'" for key in sorted(set(table["output_type"]) - {OUTPUT_TYPE})]
    ahead = (pl.col("target_end_date") - pl.col("origin_date")).dt.total_days()
    if not table.filter(ahead != pl.col("horizon")).is_empty() or (table["horizon"] < 1).any():
        found.append("a horizon that does not fit its dates")
    if not allows(brief.audience, "daily"):
        odd = table.filter(
            (pl.col("horizon") % STEP_DAYS != 0) & (pl.col("target_end_date") != brief.last_date)
        )
        found += [f"the day {day}" for day in odd["target_end_date"].unique().sort().to_list()]
    for target, levels in TARGETS.items():
        found += _odd_levels(table.filter(pl.col("target") == target), keys, [f"{one:g}" for one in levels])
    ordered = table.with_columns(pl.col("output_type_id").cast(pl.Float64, strict=False)).sort(
        *keys, "output_type_id"
    )
    known = ordered.drop_nulls("value")
    falls = known.filter(pl.col("value") < pl.col("value").shift(1).over(keys))
    found += [
        f"a falling quantile of '{row[0]}' on {row[1]}"
        for row in falls[["location", "target_end_date"]].rows()
    ]
    if (known["value"] < 0).any() or known["value"].is_nan().any():
        found.append("a value that is no number of people")
    if any(brief.guard.is_small(value) for value in known["value"].unique().to_list()):
        found.append("a small count")
    return [_problem(what, "expected what a hub accepts and the audience may see") for what in found]


def _targets(brief: Brief) -> set[str]:
    rules = {"stock": "receiving", "displaced_total": "displaced_total", "remaining": "remaining"}
    return {target for target, rule in rules.items() if allows(brief.audience, rule)}


def _odd_levels(table: pl.DataFrame, keys: list[str], levels: list[str]) -> list[str]:
    """Find where levels are missing, twice there, or unknown."""
    import polars as pl

    groups = table.group_by(keys).agg(
        pl.col("output_type_id").sort_by(pl.col("output_type_id").cast(pl.Float64))
    )
    return sorted(
        f"levels {', '.join(row['output_type_id'])} of '{row['location']}' on {row['target_end_date']}"
        for row in groups.rows(named=True)
        if row["output_type_id"] != levels
    )


def _problem(found: str, expected: str) -> Problem:
    return Problem(
        "forecast.parquet",
        found,
        expected,
        "nothing was published; report this fault",
        "forecast-not-hubverse",
    )

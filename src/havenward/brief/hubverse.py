"""What the forecast table that is handed over holds: hubverse columns, and only what its audience may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from havenward.brief.audience import allows
from havenward.errors import Problem, ReleaseError
from havenward.records import QUANTILE_LEVELS, TOTAL

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from havenward.brief.content import Brief

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
LEVELS = tuple(f"{level:g}" for level in QUANTILE_LEVELS)
# what is handed over, and the rule of the gate under which it may be shown
TARGETS = {
    "stock": "receiving",
    "net_arrivals": "flows",
    "displaced_total": "displaced_total",
    "remaining": "remaining",
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
    """Give a row per target, place, day and quantile level of the run, sorted.

    Places have every step that the audience may see; totals of people ever displaced and still inside stand
    on the key days.
    """
    import polars as pl

    rows = [
        (
            brief.origin_date,
            one.target,
            (day - brief.origin_date).days,
            day,
            one.location,
            OUTPUT_TYPE,
            level,
            value,
        )
        for one in sorted(brief.quantiles, key=lambda one: (one.target, one.location))
        for day, values in zip(one.dates, one.values, strict=True)
        for level, value in zip(LEVELS, values, strict=True)
    ]
    return pl.DataFrame(
        rows, schema={name: getattr(pl, kind) for name, kind in COLUMNS.items()}, orient="row"
    )


def check_forecast(table: pl.DataFrame, brief: Brief) -> list[Problem]:
    """Check a forecast table as the validator of a hub does, and that it holds no more than is allowed.

    Columns, their types and order; known targets, output type and locations; horizon and dates that fit;
    every level there once, values not negative and never falling from level to level; for an
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
    found += _odd_levels(table, keys)
    ordered = table.with_columns(pl.col("output_type_id").cast(pl.Float64, strict=False)).sort(
        *keys, "output_type_id"
    )
    known = ordered.drop_nulls("value")
    falls = known.filter(pl.col("value") < pl.col("value").shift(1).over(keys))
    found += [
        f"a falling quantile of '{row[0]}' on {row[1]}"
        for row in falls[["location", "target_end_date"]].rows()
    ]
    people = known.filter(pl.col("target") != "net_arrivals")["value"]
    if (people < 0).any() or known["value"].is_nan().any():
        found.append("a value that is no number of people")
    if any(brief.guard.is_small(value) for value in known["value"].unique().to_list()):
        found.append("a small count")
    return [_problem(what, "expected what a hub accepts and the audience may see") for what in found]


def _targets(brief: Brief) -> set[str]:
    return {target for target, rule in TARGETS.items() if allows(brief.audience, rule)}


def _odd_levels(table: pl.DataFrame, keys: list[str]) -> list[str]:
    """Find where levels are missing, twice there, or unknown."""
    import polars as pl

    groups = table.group_by(keys).agg(
        pl.col("output_type_id").sort_by(pl.col("output_type_id").cast(pl.Float64))
    )
    return sorted(
        f"levels {', '.join(row['output_type_id'])} of '{row['location']}' on {row['target_end_date']}"
        for row in groups.rows(named=True)
        if tuple(row["output_type_id"]) != LEVELS
    )


def _problem(found: str, expected: str) -> Problem:
    return Problem(
        "forecast.parquet",
        found,
        expected,
        "nothing was published; report this fault",
        "forecast-not-hubverse",
    )

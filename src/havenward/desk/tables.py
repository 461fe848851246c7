"""Which tables a desk has, with which columns, and how a piece of one is written and read."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import polars as pl

from havenward.desk.nearness import BANDS
from havenward.files import replace_whole

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

Schema = dict[str, type[pl.DataType]]

BAND_COLUMNS = tuple(f"band_{number:02}" for number in range(BANDS))
# One row a text, under the earliest date that it appeared on.
REPORTS: Schema = {
    "report": pl.String,
    "batch": pl.Int32,
    "published": pl.Date,
    "language": pl.String,
    "characters": pl.Int32,
    "figures": pl.Int32,
    "refused": pl.String,
    **dict.fromkeys(BAND_COLUMNS, pl.UInt64),
}
# One row for each outlet, day, address and title that a text appeared with; `name` is the file or line.
APPEARANCES: Schema = {
    "appearance": pl.UInt64,
    "report": pl.String,
    "batch": pl.Int32,
    "published": pl.Date,
    "outlet": pl.String,
    "title": pl.String,
    "url": pl.String,
    "name": pl.String,
}
# The columns of `havenward read --format jsonl`, and what questions look for: the day of the report, one
# number that stands for the figure, place and speaker with spellings brought together.
FIGURES: Schema = {
    "report": pl.String,
    "start": pl.Int32,
    "end": pl.Int32,
    "sentence": pl.String,
    "quantity_text": pl.String,
    "low": pl.Float64,
    "high": pl.Float64,
    "point": pl.Float64,
    "quantifier": pl.String,
    "unit": pl.String,
    "group": pl.String,
    "term": pl.String,
    "temporality": pl.String,
    "location": pl.String,
    "origin": pl.String,
    "destination": pl.String,
    "date_expression": pl.String,
    "date_from": pl.Date,
    "date_to": pl.Date,
    "source_attribution": pl.String,
    "fact_group": pl.String,
    "relation": pl.String,
    "review": pl.String,
    "location_context": pl.String,
    "resolved_low": pl.Float64,
    "resolved_high": pl.Float64,
    "resolved_point": pl.Float64,
    "resolved_base": pl.String,
    "reliability": pl.String,
    "conditional": pl.Boolean,
    "negated": pl.Boolean,
    "higher": pl.Boolean,
    "batch": pl.Int32,
    "published": pl.Date,
    "number": pl.Float64,
    "place_key": pl.String,
    "speaker_key": pl.String,
}
TEXTS: Schema = {"report": pl.String, "batch": pl.Int32, "published": pl.Date, "text": pl.String}
# Rows of REPORTS and FIGURES that a reading under an earlier date took the place of.
SUPERSEDED: Schema = {"report": pl.String, "batch": pl.Int32}
GROUPS: Schema = {
    "report": pl.String,
    "same_as": pl.String,
}  # only reports that are a near copy of another one
PLACES: Schema = {
    "code": pl.String,
    "name": pl.String,
    "place_key": pl.String,
}  # of cases that reports were read with

MONTHLY: dict[str, Schema] = {
    "reports": REPORTS,
    "appearances": APPEARANCES,
    "figures": FIGURES,
    "texts": TEXTS,
}
WHOLE: dict[str, Schema] = {"superseded": SUPERSEDED, "groups": GROUPS, "places": PLACES}
SCHEMAS: dict[str, Schema] = {**MONTHLY, **WHOLE}
# Rows that are asked for together stand together, so that the rest is not read.
ORDER = {
    "reports": ("published", "report", "batch"),
    "appearances": ("report", "appearance"),
    "figures": ("place_key", "published", "report", "start", "batch"),
    "texts": ("report", "batch"),
    "superseded": ("report", "batch"),
    "groups": ("report",),
    "places": ("code", "place_key"),
}
UNDATED, OUTSIDE = "undated", "outside"
FIRST_YEAR, LAST_YEAR = 1990, 2099  # dates outside are slips of a pen: one folder for all, not one for each
_ROW_GROUP = 1 << 16


def name_month(day: date | None) -> str:
    """Name the folder of the month of a day: `2016-10`, `undated`, or `outside` for years nobody means."""
    if day is None:
        return UNDATED
    return f"{day:%Y-%m}" if FIRST_YEAR <= day.year <= LAST_YEAR else OUTSIDE


def write_piece(path: Path, table: str, rows: pl.DataFrame) -> tuple[int, str]:
    """Write rows of a table whole or not at all; gives the size in bytes and the fingerprint of the file.

    The same rows give the same bytes, in whatever order they come.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = rows.select(*SCHEMAS[table]).sort(ORDER[table], nulls_last=True, maintain_order=True)
    with replace_whole(path) as part:
        rows.write_parquet(
            part, compression="zstd", compression_level=3, statistics=True, row_group_size=_ROW_GROUP
        )
        return part.stat().st_size, mark_file(part)


def mark_file(path: Path) -> str:
    """Give the fingerprint of a file."""
    digest = blake2b(digest_size=8)
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()

"""How forecasts of others come beside a case, checked and in the names of the case, never as counts.

Hubverse files are tables with a row per target, place, day and quantile. What is written to
`forecasts_of_others/MODEL.csv` has the columns of our own forecasts, so that the two can be laid side by side
and scored in the same way. A file with a mistake is refused whole: half a distribution has no score.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from havenward.case.importers.counted import make_slug
from havenward.case.importers.imported import Imported
from havenward.case.importers.matching import Asked, describe_matches, list_unplaced, match_places
from havenward.case.importers.open_table import fold_heading, open_table, read_day, settle_days
from havenward.case.importers.registry import Setting
from havenward.errors import CaseError, Problem
from havenward.limits import IMPORT_ROWS, PARQUET_TEXT_BYTES
from havenward.records import TOTAL, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import polars as pl

    from havenward.case.importers.online import Online
    from havenward.records import Case

    Rows = list[tuple[int, dict[str, str]]]

FOLDER = "forecasts_of_others"
OUTPUT_TYPES = ("mean", "median", "quantile", "cdf", "pmf", "sample")
KEPT_TYPES = ("mean", "median", "quantile", "sample")
TARGETS = ("stock", "net_arrivals", "displaced_total", "remaining")
# how the conventions of displacement hubs name what we forecast
USUAL_TARGETS = {"people present": "stock", "cumulative displaced": "displaced_total"}
COLUMNS = (
    "origin_date",
    "scenario_id",
    "target",
    "horizon",
    "target_end_date",
    "location",
    "output_type",
    "output_type_id",
    "value",
)
MAX_TOLD = 20  # problems of one kind
_HORIZON = re.compile(r"-?[0-9]{1,4}\Z")
_NONE = frozenset({"", "na", "nan", "null", "none"})

SETTINGS: Mapping[str, Setting] = {
    "model": Setting("text", "Name of the model; empty for the one in the name of the file.", ""),
    "targets": Setting("table", f"Targets of the file, and ours ({', '.join(TARGETS)}).", {}),
    "origin_date": Setting("date", "Origin date, where the file has no column for it.", None),
}

WANTED: Mapping[str, tuple[str, ...]] = {
    "origin_date": ("forecast_date", "reference_date"),
    "scenario_id": ("scenario",),
    "target": (),
    "horizon": (),
    "target_end_date": ("target_date",),
    "location": ("site", "site_id", "pcode"),
    "location_name": ("site_name",),
    "output_type": ("type",),
    "output_type_id": ("quantile",),
    "value": (),
}
NEEDED = ("location", "output_type", "output_type_id", "value")


class _Cell(NamedTuple):
    """A row of a forecast."""

    row: int
    origin: date
    scenario: str
    target: str
    end: date
    place: Asked
    kind: str
    id_: str
    value: float

    @property
    def task(self) -> tuple[Any, ...]:
        """Give what the row is a forecast of."""
        return (self.origin, self.scenario, self.target, self.end, self.place)


def import_hubverse(
    source: Path | None,
    case: Case,
    settings: Mapping[str, Any],
    online: Online | None = None,  # noqa: ARG001 - every importer is called alike
) -> Imported:
    """Check a model-output file and bring it into the names of the case.

    Parameters
    ----------
    source
        CSV or Parquet, named `YYYY-MM-DD-TEAM-MODEL` as hubs name them.
    case
        Its locations are what places are matched with.
    settings
        See `SETTINGS`.
    online
        Not used: hubs give files.

    Returns
    -------
    imported
        One file, and nothing in the tables of the case.

    Raises
    ------
    CaseError
        Columns are missing, or rows are no whole forecast; carries every kind of mistake.

    References
    ----------
    hubverse schema 6.0.0, model output.
    """
    if source is None:
        raise CaseError(
            Problem(
                "SRC",
                "nothing was given to read",
                "expected a file",
                "name a model-output file",
                "import-nothing-to-read",
            )
        )
    where, rows, notes = _read(source, settings)
    cells, problems = _read_cells(where, rows, case, settings)
    problems += _check_cells(where, cells)
    if problems:
        raise CaseError(problems)
    model = settings["model"] or _model_name(source)
    matches = match_places(
        case, {cell.place for cell in cells if not _is_total(cell.place)}, settings["places"]
    )
    asked = Counter(cell.place for cell in cells)
    placed = [
        (TOTAL if _is_total(cell.place) else matches[cell.place].location, cell)
        for cell in cells
        if _is_total(cell.place) or matches[cell.place].location
    ]
    if not placed:
        raise CaseError(
            Problem(
                where,
                "none of its places is a location of the case",
                "expected forecasts for places of the case",
                "say in [places] of a settings file which is which",
                "hub-no-places",
            )
        )
    unlike = sorted({cell.target for _, cell in placed} - set(TARGETS))
    if unlike:
        notes.append(
            f"Targets without a counterpart among ours are kept as they are: {', '.join(unlike)}. "
            "[targets] of a settings file can say which is which."
        )
    notes += describe_matches(matches, where)
    key = settings["source"] or f"forecast-{make_slug(model)}"
    return Imported(
        source=Source(key, f"Forecasts of {model}", "", "", None, ""),
        files=((f"{FOLDER}/{make_slug(model)}.csv", _write(placed)),),
        unplaced=list_unplaced(matches, asked),
        notes=tuple(notes),
    )


# -- reading -----------------------------------------------------------------------------------------------


def _read(source: Path, settings: Mapping[str, Any]) -> tuple[str, Rows, list[str]]:
    if source.suffix.lower() != ".parquet":
        table = open_table(source, wanted=WANTED, required=NEEDED, sheet=settings["sheet"])
        return table.where, table.rows, list(table.notes)
    import polars as pl

    try:
        # only the end of the file is read for this: columns of one value repeated take no room in it
        count = int(pl.scan_parquet(source).select(pl.len()).collect().item())
        frame = pl.read_parquet(source) if count <= IMPORT_ROWS else pl.DataFrame()
    except (Exception, pl.exceptions.PanicException) as error:  # each way to break has an error of its own
        raise CaseError(
            Problem(
                source.name,
                "it is no whole Parquet file",
                "expected a model-output file",
                "download it again; it may be cut off",
                "hub-parquet",
            )
        ) from error
    if count > IMPORT_ROWS:
        raise _too_long(source.name, f"the file has {count:,} rows", f"{IMPORT_ROWS:,} rows")
    words = {fold_heading(alias): name for name, others in WANTED.items() for alias in (name, *others)}
    found = {words[fold_heading(name)]: name for name in frame.columns if fold_heading(name) in words}
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise CaseError(
            Problem(
                source.name,
                f"it has no column {', '.join(missing)}",
                f"expected the columns {', '.join(NEEDED)}",
                "write the file as hubs define it",
                "hub-columns",
            )
        )
    size = sum(_text_bytes(frame[name]) for name in found.values())
    if size > PARQUET_TEXT_BYTES:
        found_text = f"its cells are {size / 1e6:,.0f} MB of text"
        raise _too_long(source.name, found_text, f"{PARQUET_TEXT_BYTES / 1e6:,.0f} MB of text")
    columns = [
        ["" if value is None else str(value) for value in frame[name].to_list()] for name in found.values()
    ]
    rows = [
        (number, dict(zip(found, values, strict=True)))
        for number, values in enumerate(zip(*columns, strict=True), start=1)
    ]
    return source.name, rows, []


def _text_bytes(column: pl.Series) -> int:
    """Tell how much text the cells of a column are; lists and structures are estimated from above."""
    import polars as pl

    if column.dtype in (pl.String, pl.Categorical, pl.Enum):
        return int(column.cast(pl.String).str.len_bytes().sum())
    if column.dtype == pl.Binary:
        return 4 * int(column.bin.size().sum())
    return 20 * int(column.estimated_size()) if column.dtype.is_nested() else 0


def _too_long(name: str, found: str, most: str) -> CaseError:
    repair = "keep only the rows and columns that the case needs"
    return CaseError(Problem(name, found, f"expected at most {most}", repair, "import-file-too-large"))


def _read_cells(
    where: str, rows: Rows, case: Case, settings: Mapping[str, Any]
) -> tuple[list[_Cell], list[Problem]]:
    order = {
        name: settle_days(where, name, [row.get(name, "") for _, row in rows], settings["dates"])
        for name in ("origin_date", "target_end_date")
    }
    pcodes = {row.pcode.casefold() for row in case.locations if row.pcode}
    targets = {**USUAL_TARGETS, **settings["targets"]}
    cells, problems = [], _Problems(where)
    for number, row in rows:
        origin = read_day(row.get("origin_date", ""), order["origin_date"]) or settings["origin_date"]
        end = read_day(row.get("target_end_date", ""), order["target_end_date"])
        horizon = row.get("horizon", "")
        if end is None and origin is not None and _HORIZON.match(horizon):
            end = origin + timedelta(days=int(horizon))
        kind = row["output_type"].casefold()
        value = _number(row["value"])
        if origin is None or end is None:
            problems.refuse_row(number, "hub-days", "it lacks the origin date or the target end date")
        elif kind not in OUTPUT_TYPES:
            problems.refuse_row(number, "hub-output-type", f"output_type is '{row['output_type']}'")
        elif value is None or value != value or abs(value) == float("inf"):  # noqa: PLR0124 - NaN
            problems.refuse_row(number, "hub-value", f"value is '{row['value']}'")
        else:
            target = row.get("target", "") or "stock"
            name = row.get("location_name", "") or (
                "" if row["location"].casefold() in pcodes else row["location"]
            )
            place = Asked(row["location"], name)
            id_ = row["output_type_id"]
            cells.append(
                _Cell(
                    number,
                    origin,
                    row.get("scenario_id", ""),
                    targets.get(target, target),
                    end,
                    place,
                    kind,
                    "" if id_.casefold() in _NONE else id_,
                    value,
                )
            )
    return cells, problems.listed


_SAYS = {
    "hub-days": ("expected both days, or an origin date and a horizon in days", "complete the row"),
    "hub-output-type": (f"expected one of {', '.join(OUTPUT_TYPES)}", "correct the word"),
    "hub-value": ("expected a number", "correct the value"),
    "hub-quantile-level": ("expected a level above 0 and below 1", "correct the level"),
    "hub-twice": ("expected each output once", "remove one of the two rows"),
    "hub-quantiles-cross": ("expected values that rise with the level", "correct the values, or sort them"),
}


class _Problems:
    """Problems of rows, at most `MAX_TOLD` of a kind."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.listed: list[Problem] = []
        self._counts: Counter[str] = Counter()

    def refuse_row(self, row: int, slug: str, found: str) -> None:
        """Note what is wrong with a row."""
        self._counts[slug] += 1
        if self._counts[slug] <= MAX_TOLD:
            self.listed.append(Problem(f"{self.where} row {row}", found, *_SAYS[slug], slug))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _check_cells(where: str, cells: Iterable[_Cell]) -> list[Problem]:
    """Hold every distribution against what makes it one."""
    problems = _Problems(where)
    seen: dict[tuple[Any, ...], int] = {}
    quantiles: dict[tuple[Any, ...], list[tuple[float, float, int]]] = defaultdict(list)
    for cell in cells:
        level = _number(cell.id_) if cell.kind == "quantile" else None
        if cell.kind == "quantile" and (level is None or not 0 < level < 1):
            problems.refuse_row(cell.row, "hub-quantile-level", f"the quantile level is '{cell.id_}'")
            continue
        about = (*cell.task, cell.kind, level if level is not None else cell.id_)
        first = seen.setdefault(about, cell.row)
        if first != cell.row:
            problems.refuse_row(cell.row, "hub-twice", f"row {first} gives the same output already")
        elif level is not None:
            quantiles[cell.task].append((level, cell.value, cell.row))
    for levels in quantiles.values():
        levels.sort()
        for (low, under, _), (high, over, row) in pairwise(levels):
            if over < under:
                problems.refuse_row(
                    row,
                    "hub-quantiles-cross",
                    f"quantile {high:g} is {over:,.12g}, below {under:,.12g} at {low:g}",
                )
    return problems.listed


# -- writing -----------------------------------------------------------------------------------------------


def _is_total(place: Asked) -> bool:
    return place.pcode.casefold() == TOTAL


def _model_name(source: Path) -> str:
    """Take the date off the name of a file: `2016-10-16-team-model` is team-model."""
    stem = source.name.split(".")[0]
    day = read_day(stem[:10])
    return stem[11:] if day is not None and len(stem) > 11 else stem


def _write(placed: list[tuple[str, _Cell]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows: list[tuple[str, ...]] = [
        (
            cell.origin.isoformat(),
            _defuse(cell.scenario),
            _defuse(cell.target),
            str((cell.end - cell.origin).days),
            cell.end.isoformat(),
            location,
            cell.kind,
            _defuse(cell.id_),
            f"{cell.value:.12g}",
        )
        for location, cell in placed
        if cell.kind in KEPT_TYPES
    ]
    ordered = sorted(rows, key=_order)
    writer.writerows(ordered)
    return stream.getvalue()


def _defuse(text: str) -> str:
    """Keep a foreign text from being a formula where a spreadsheet opens the file."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) and _number(text) is None else text


def _order(row: tuple[str, ...]) -> tuple[Any, ...]:
    """Sort by origin date, scenario, target, place, day and output."""
    return (row[0], row[1], row[2], row[5], row[4], row[6], _number(row[7]) or 0.0, row[7])

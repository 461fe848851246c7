"""How reports come into a desk: batch by batch, each whole or not at all, and merged when files grow many."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from havenward import __version__
from havenward.desk.folder import (
    Batch,
    DeskError,
    Piece,
    now,
    read_pieces,
    told_if_unwritable,
    write_manifest,
)
from havenward.desk.nearness import group_reports, sign_texts
from havenward.desk.tables import BAND_COLUMNS, MONTHLY, SCHEMAS, name_month, write_piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from havenward.desk.folder import Manifest
    from havenward.desk.intake import Fresh, Plan

MERGE_FROM = 12  # files of one table and month: from here on they are merged when an addition ends
_FLUSH = 20_000  # rows of figures that are held as Python objects before they become columns
_COLUMNS = tuple(name for name in SCHEMAS["figures"] if name not in {"batch", "published"})


@dataclass
class Harvest:
    """What was read for one batch, collected in columns while the reading goes on."""

    plan: Plan
    done: int = 0
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)
    reports: list[tuple[Any, ...]] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether every text of the plan was read."""
        return self.done == len(self.plan.fresh)

    def take(self, fresh: Fresh, language: str, refused: str, figures: Iterable[Mapping[str, Any]]) -> None:
        """Take what was read in the next text of the plan."""
        self.done += 1
        count = 0
        for figure in figures:
            count += 1
            row = {**figure, "report": fresh.report}
            self.rows.append((*(row[name] for name in _COLUMNS), self.plan.number, fresh.published))
        self.reports.append(
            (fresh.report, self.plan.number, fresh.published, language, len(fresh.text), count, refused)
        )
        if len(self.rows) >= _FLUSH:
            self._flush()

    def lose(self, fresh: Fresh) -> None:
        """Note that a text could not be read: it is left out, and read when it is added again."""
        self.done += 1
        self.lost.add(fresh.report)

    def _flush(self) -> None:
        if self.rows:
            schema = {name: SCHEMAS["figures"][name] for name in (*_COLUMNS, "batch", "published")}
            self.frames.append(pl.DataFrame(self.rows, schema=schema, orient="row"))
            self.rows = []

    def tables(self) -> dict[str, pl.DataFrame]:
        """Give the rows of each table."""
        self._flush()
        number = self.plan.number
        kept = [fresh for fresh in self.plan.fresh if fresh.report not in self.lost]
        signatures = sign_texts([fresh.text for fresh in kept])
        bands = {name: signatures[:, at] for at, name in enumerate(BAND_COLUMNS)}
        own = {name: kind for name, kind in SCHEMAS["reports"].items() if name not in BAND_COLUMNS}
        reports = pl.DataFrame(self.reports, schema=own, orient="row").with_columns(
            pl.Series(name, values, dtype=pl.UInt64) for name, values in bands.items()
        )
        appearances = [
            (row[0], row[1], number, *row[2:]) for row in self.plan.appearances if row[1] not in self.lost
        ]
        texts = [(one.report, number, one.published, one.text) for one in kept if not one.before]
        again = [(one.report, one.before) for one in kept if one.before]
        return {
            "reports": reports,
            "appearances": pl.DataFrame(appearances, schema=SCHEMAS["appearances"], orient="row"),
            "figures": pl.concat(self.frames) if self.frames else pl.DataFrame(schema=SCHEMAS["figures"]),
            "texts": pl.DataFrame(texts, schema=SCHEMAS["texts"], orient="row"),
            "superseded": pl.DataFrame(again, schema=SCHEMAS["superseded"], orient="row"),
        }


def commit(
    folder: Path, manifest: Manifest, harvest: Harvest, case: str = "", added: datetime | None = None
) -> Manifest:
    """Write what was read as a batch: its files first, then the manifest that names them.

    Parameters
    ----------
    folder, manifest
        The desk, held by the caller.
    harvest
        A complete one.
    case
        Crisis id of the case whose places were looked for.
    added
        The time, by default now.

    Returns
    -------
    manifest
        As written; the one that was given where the batch brings nothing.
    """
    tables = harvest.tables()
    if all(rows.is_empty() for rows in tables.values()):
        return manifest
    revision = manifest.revision + 1
    with told_if_unwritable(folder):
        pieces = [
            piece for table, rows in tables.items() for piece in write_rows(folder, table, rows, revision)
        ]
        batch = Batch(
            number=harvest.plan.number,
            added=(added or now()).isoformat(),
            version=__version__,
            case=case,
            reports=tables["reports"].height - tables["superseded"].height,
            appearances=tables["appearances"].height,
            figures=tables["figures"].height,
        )
        manifest = replace(
            manifest,
            revision=revision,
            batches=(*manifest.batches, batch),
            pieces=(*manifest.pieces, *pieces),
        )
        write_manifest(folder, manifest)
    return manifest


def write_rows(folder: Path, table: str, rows: pl.DataFrame, revision: int) -> list[Piece]:
    """Write rows of a table, a file for each month; the files are named by the revision that brings them."""
    if rows.is_empty():
        return []
    parts: Iterable[tuple[str, pl.DataFrame]] = [("", rows)]
    if table in MONTHLY:
        months = {day: name_month(day) for day in rows["published"].unique()}
        named = rows.with_columns(month=pl.Series([months[day] for day in rows["published"]]))
        parts = sorted((str(key[0]), part) for key, part in named.partition_by("month", as_dict=True).items())
    found = []
    for month, part in parts:
        path = f"{table}/{month}/{revision:08}.parquet" if month else f"{table}/{revision:08}.parquet"
        size, mark = write_piece(folder / path, table, part)
        found.append(Piece(table, month, path, part.height, size, mark))
    return found


def keep_places(folder: Path, manifest: Manifest, places: Sequence[tuple[str, str, str]]) -> Manifest:
    """Remember codes and names of places of a case, so that a question may name a place by either."""
    rows = pl.DataFrame(places, schema=SCHEMAS["places"], orient="row").unique()
    held = manifest.of("places")
    before = read_pieces(folder, held) if held else rows.clear()
    after = pl.concat([before, rows]).unique()
    return manifest if after.height == before.height else _replace_table(folder, manifest, "places", after)


def group_near_copies(folder: Path, manifest: Manifest) -> Manifest:
    """Find the groups of near copies among all reports, where reports came since the last time."""
    if manifest.grouped == manifest.last_batch:
        return manifest
    pieces = manifest.of("reports")
    if not pieces:
        return manifest
    # one reading of a text is as good as another: the words are the same
    rows = read_pieces(folder, pieces, ["report", *BAND_COLUMNS]).unique("report").sort("report")
    groups = group_reports(rows.select(BAND_COLUMNS).to_numpy())
    names = rows["report"]
    found = pl.DataFrame({"report": names, "same_as": names.gather(groups)})
    near = found.filter(pl.len().over("same_as") > 1)
    return _replace_table(folder, replace(manifest, grouped=manifest.last_batch), "groups", near)


def _replace_table(folder: Path, manifest: Manifest, table: str, rows: pl.DataFrame) -> Manifest:
    """Put a table of one file in the place of the one before."""
    revision = manifest.revision + 1
    with told_if_unwritable(folder):
        pieces = write_rows(folder, table, rows, revision)
        manifest = _swap(manifest, manifest.of(table), pieces, revision)
        write_manifest(folder, manifest)
    return manifest


def _swap(manifest: Manifest, old: Sequence[Piece], new: Sequence[Piece], revision: int) -> Manifest:
    gone = {piece.path for piece in old}
    since = now().isoformat()
    return replace(
        manifest,
        revision=revision,
        pieces=(*(piece for piece in manifest.pieces if piece.path not in gone), *new),
        retired=(*manifest.retired, *((path, since) for path in sorted(gone))),
    )


def merge_files(
    folder: Path, manifest: Manifest, least: int = MERGE_FROM, told: Callable[[int], None] = lambda _: None
) -> Manifest:
    """Merge the files of each table and month that has at least so many; what was superseded goes.

    Parameters
    ----------
    folder, manifest
        The desk, held by the caller.
    least
        Files from which on a month is merged.
    told
        Called with 1 after each month of a table.
    """
    superseded = _superseded(folder, manifest)
    months: dict[tuple[str, str], list[Piece]] = {}
    for piece in manifest.pieces:
        if piece.table in MONTHLY:
            months.setdefault((piece.table, piece.month), []).append(piece)
    if len(manifest.of("superseded")) >= max(2, least):
        manifest = _replace_table(folder, manifest, "superseded", superseded.unique())
    for (table, month), pieces in sorted(months.items()):
        if len(pieces) >= max(2, least):
            try:
                rows = read_pieces(folder, pieces)
            except DeskError:
                continue  # told by questions; the sound files of the month stay as they are
            if table in ("reports", "figures") and not superseded.is_empty():
                rows = rows.join(superseded, on=["report", "batch"], how="anti")
            revision = manifest.revision + 1
            with told_if_unwritable(folder):
                path = f"{table}/{month}/{revision:08}.parquet"
                new = []
                if rows.height:
                    size, mark = write_piece(folder / path, table, rows)
                    new = [Piece(table, month, path, rows.height, size, mark)]
                manifest = _swap(manifest, pieces, new, revision)
                write_manifest(folder, manifest)
        told(1)
    return manifest


def _superseded(folder: Path, manifest: Manifest) -> pl.DataFrame:
    pieces = manifest.of("superseded")
    return read_pieces(folder, pieces) if pieces else pl.DataFrame(schema=SCHEMAS["superseded"])

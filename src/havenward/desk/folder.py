"""What belongs to a desk: its manifest names every file, and only what it names is there for readers.

A desk is written by one at a time and read by any number who never wait. Files are never changed: an addition
writes new ones and then replaces the manifest in one step; a merging does the same and leaves the old files
for an hour to those who still read them.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from havenward.errors import HavenwardError, Problem
from havenward.files import open_whole
from havenward.locks import BusyError, hold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl

DESK_FILE, EARLIER_FILE, LOCK_FILE = "desk.json", "desk.before.json", ".lock"
SCHEMA = 1
KEPT_FOR = timedelta(hours=1)  # how long merged files stay for readers that opened the desk before


class DeskError(HavenwardError):
    """A reading desk cannot be read or written as it is, or a question cannot be answered."""


@dataclass(frozen=True)
class Piece:
    """A file of a desk.

    Parameters
    ----------
    table, month
        What it holds; the month is empty where the table is not parted by month.
    path
        Within the desk, with `/`.
    rows, size
        How many rows, and bytes.
    mark
        Fingerprint of the file.
    """

    table: str
    month: str
    path: str
    rows: int
    size: int
    mark: str


@dataclass(frozen=True)
class Batch:
    """What was added together: when (UTC), by which version, with the places of which case, and how much."""

    number: int
    added: str
    version: str
    case: str
    reports: int
    appearances: int
    figures: int


@dataclass(frozen=True)
class Manifest:
    """The content of `desk.json`.

    Parameters
    ----------
    revision
        Goes up by one with every change; names the files that it brought.
    batches
        In the order in which they were added.
    pieces
        The files that are the desk.
    grouped
        Number of the last batch whose reports are in the groups of near copies.
    retired
        Files that merging took the place of, and since when (UTC).
    """

    revision: int = 0
    batches: tuple[Batch, ...] = ()
    pieces: tuple[Piece, ...] = ()
    grouped: int = 0
    retired: tuple[tuple[str, str], ...] = field(default=())

    @property
    def last_batch(self) -> int:
        """Number of the newest batch; 0 where nothing was added yet."""
        return self.batches[-1].number if self.batches else 0

    def of(self, table: str) -> tuple[Piece, ...]:
        """List the files of a table."""
        return tuple(piece for piece in self.pieces if piece.table == table)


def read_manifest(folder: Path) -> Manifest:
    """Read what belongs to a desk.

    Raises
    ------
    DeskError
        It is no desk, its manifest is damaged, or a newer version wrote it.
    """
    path = folder / DESK_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        schema = values["schema"]
        if isinstance(schema, int) and schema > SCHEMA:
            raise DeskError(
                Problem(
                    str(path),
                    f"schema {schema}",
                    f"expected at most {SCHEMA}",
                    "use a newer version of Havenward",
                    "desk-too-new",
                )
            )
        return _from_values(values)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DeskError(
            Problem(
                str(folder),
                f"there is no {DESK_FILE}",
                "expected a reading desk",
                "make one with 'havenward desk add', or check the path",
                "not-a-desk",
            )
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        earlier = (
            f"; copy {EARLIER_FILE} over it and add the last reports again"
            if (folder / EARLIER_FILE).is_file()
            else ""
        )
        raise DeskError(
            Problem(
                str(path),
                f"the file cannot be read ({type(error).__name__})",
                "expected what 'havenward desk add' writes",
                f"put back a copy of the desk{earlier}",
                "desk-damaged",
            )
        ) from error


def _from_values(values: dict[str, Any]) -> Manifest:
    return Manifest(
        revision=int(values["revision"]),
        batches=tuple(Batch(**row) for row in values["batches"]),
        pieces=tuple(Piece(**row) for row in values["pieces"]),
        grouped=int(values["grouped"]),
        retired=tuple((str(path), str(since)) for path, since in values["retired"]),
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest in one step; the one before is kept beside it."""
    path = folder / DESK_FILE
    if path.is_file():
        with open_whole(folder / EARLIER_FILE) as stream:
            stream.write(path.read_text(encoding="utf-8"))
    with open_whole(path) as stream:
        stream.write(_as_text(manifest))


def _as_text(manifest: Manifest) -> str:
    """Write a line a batch and a file, so that a difference can be read."""
    parts = [f'{{"schema": {SCHEMA}, "revision": {manifest.revision}, "grouped": {manifest.grouped}']
    for name, rows in (
        ("batches", [asdict(batch) for batch in manifest.batches]),
        ("pieces", [asdict(piece) for piece in manifest.pieces]),
        ("retired", [list(row) for row in manifest.retired]),
    ):
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        parts.append(f'"{name}": [\n{lines}\n]' if rows else f'"{name}": []')
    return ",\n".join(parts) + "}\n"


@contextmanager
def hold_desk(folder: Path) -> Iterator[Manifest]:
    """Be the one who writes a desk; gives its manifest, an empty one for a new desk.

    Raises
    ------
    DeskError
        Somebody else is writing, the folder holds something else, or it cannot be written.
    """
    if folder.exists() and not (folder / DESK_FILE).exists() and _is_taken(folder):
        raise DeskError(
            Problem(
                str(folder),
                "it holds something that is no reading desk",
                "expected a new or empty folder, or a desk",
                "name another folder",
                "desk-folder-taken",
            )
        )
    with told_if_unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with hold(folder / LOCK_FILE, wait=False):
                manifest = read_manifest(folder) if (folder / DESK_FILE).exists() else Manifest()
                yield sweep(folder, manifest)
        except BusyError as error:
            raise DeskError(
                Problem(
                    str(folder),
                    "somebody else is writing to this desk",
                    "expected one at a time",
                    "wait until they are done; questions are answered meanwhile",
                    "desk-busy",
                )
            ) from error


def _is_taken(folder: Path) -> bool:
    """Whether a folder holds what no addition that was killed before its first batch could have left."""
    from havenward.desk.tables import SCHEMAS

    ours = {*SCHEMAS, LOCK_FILE}
    return not folder.is_dir() or any(
        path.name not in ours and not path.name.startswith(f".{DESK_FILE}") for path in folder.iterdir()
    )


@contextmanager
def told_if_unwritable(folder: Path) -> Iterator[None]:
    """Say in words that a desk cannot be written: rights, room."""
    try:
        yield
    except OSError as error:
        raise DeskError(
            Problem(
                str(folder),
                f"the desk could not be written ({error.strerror or error})",
                "expected room and rights to write",
                "free some space or name another folder, and run it again; what it holds is not read again",
                "desk-not-written",
            )
        ) from error


def read_pieces(folder: Path, pieces: Sequence[Piece], columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read files of one table.

    Raises
    ------
    DeskError
        One cannot be read; it is named.
    """
    import polars as pl

    # the reader of Parquet files panics on some damages
    failures = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
    frames = []
    for piece in pieces:
        try:
            frames.append(
                pl.read_parquet(
                    folder / piece.path, columns=None if columns is None else list(columns), glob=False
                )
            )
        except failures as error:
            raise DeskError(
                say_damage(folder, piece, f"it cannot be read ({type(error).__name__})")
            ) from error
    return pl.concat(frames)


def say_damage(folder: Path, piece: Piece, wrong: str) -> Problem:
    """Say that a file of a desk is damaged, and how its rows come back."""
    return Problem(
        str(folder / piece.path),
        wrong,
        f"expected the file of {piece.rows:,} rows that 'havenward desk add' wrote",
        "put it back from a copy, or make the desk anew; without it answers lack its rows",
        "desk-file-damaged",
        "warning",
    )


def now() -> datetime:
    """Give the time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def sweep(folder: Path, manifest: Manifest) -> Manifest:
    """Remove what a killed writer left, and merged files that nobody reads any more; only under the lock."""
    limit = now() - KEPT_FOR
    kept = tuple(row for row in manifest.retired if datetime.fromisoformat(row[1]) > limit)
    named = {piece.path for piece in manifest.pieces} | {path for path, _ in kept}
    from havenward.desk.tables import SCHEMAS

    for table in SCHEMAS:
        for path in (folder / table).rglob("*"):
            if path.is_file() and path.relative_to(folder).as_posix() not in named:
                path.unlink(missing_ok=True)
    for path in folder.glob(f".{DESK_FILE}.part-*"):
        path.unlink(missing_ok=True)
    return replace(manifest, retired=kept)

"""How a run folder is written and read: whole or not at all, frozen, and complete for every later stage."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from glob import escape as glob_escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, RunError
from havenward.records import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

RUN_FILE = "run.json"
PART, OLD = ".part-", ".old"  # endings of hidden folders: a run being written, a run being replaced
SECONDS_PER_DAY = 86_400
META_KEYS = {
    "schema", "package_version", "case", "title", "track", "scenario", "case_hash", "origin_date",
    "first_date", "last_date", "horizon_days", "seed", "members", "rules", "priors",
}  # fmt: skip
TABLES = ("members", "members_weights", "forecast", "assumptions")


@dataclass(frozen=True)
class Run:
    """A run folder that has been checked to be complete.

    Parameters
    ----------
    folder
        Where it lies.
    meta
        Content of `run.json`: schema, package_version, case, title, track, scenario, case_hash,
        origin_date, first_date, last_date, horizon_days, seed, members, rules, priors (dates as text).
    """

    folder: Path
    meta: Mapping[str, Any]

    @property
    def origin_date(self) -> date:
        """The date after which nothing was known."""
        return date.fromisoformat(self.meta["origin_date"])

    @property
    def first_date(self) -> date:
        """The first simulated day."""
        return date.fromisoformat(self.meta["first_date"])

    @property
    def last_date(self) -> date:
        """The last simulated day."""
        return date.fromisoformat(self.meta["last_date"])

    @property
    def case_folder(self) -> Path:
        """The case as it was known at the origin date."""
        return self.folder / "case"

    def table(self, name: str) -> pl.DataFrame:
        """Read one of `TABLES` whole."""
        import polars as pl

        path = self.folder / f"{name}.parquet"
        try:
            return pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise RunError(
                _damage(str(path), "the table cannot be read", "expected a Parquet file")
            ) from error

    def scan(self, name: str) -> pl.LazyFrame:
        """Open one of `TABLES` to read only the rows and columns that are asked for."""
        import polars as pl

        return pl.scan_parquet(self.folder / f"{name}.parquet")


def _damage(where: str, found: str, expected: str) -> Problem:
    """Say what is wrong with a run that only a new forecast can mend."""
    return Problem(where, found, expected, "run the forecast again", "run-damaged")


@contextmanager
def told_if_damaged(run: Run) -> Iterator[None]:
    """Say that a run is damaged where reading and joining its tables fails.

    Raises
    ------
    RunError
        A table cannot be read, lacks a column, or does not fit the others.
    """
    import polars as pl

    # the reader of Parquet files panics on some damages
    failures = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, LookupError, ValueError)
    try:
        yield
    except failures as error:
        raise RunError(
            _damage(
                str(run.folder),
                f"its tables cannot be read together ({type(error).__name__})",
                "expected the tables that a forecast writes",
            )
        ) from error


def check_free(folder: Path, *, replace: bool, needed_bytes: int = 0) -> None:
    """Refuse a target that holds something, before any work is done for it.

    Raises
    ------
    RunError
        The folder exists and is not empty and `replace` is off, it exists and is no run folder (which is
        never removed), its parent cannot be written to, or the disk has less room than `needed_bytes`.
    """
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / RUN_FILE).exists():
            raise RunError(
                Problem(
                    str(folder),
                    "the folder holds files that are no run",
                    "expected a new or empty folder, or a run",
                    "name another folder with --out",
                    "target-not-a-run",
                )
            )
        if not replace:
            raise RunError(
                Problem(
                    str(folder),
                    "the folder holds a run already",
                    "expected a new folder",
                    "name another folder with --out, or add --replace",
                    "target-taken",
                )
            )
    elif folder.exists() and not folder.is_dir():
        raise RunError(
            Problem(
                str(folder),
                "found a file",
                "expected a folder",
                "name another folder with --out",
                "target-not-a-folder",
            )
        )
    parent = next(p for p in folder.resolve().parents if p.exists())
    if not os.access(parent, os.W_OK):
        raise RunError(
            Problem(
                str(parent),
                "the folder cannot be written to",
                "expected a writable folder",
                "name another folder with --out",
                "target-read-only",
            )
        )
    free = shutil.disk_usage(parent).free
    if free < needed_bytes:
        raise RunError(
            Problem(
                str(parent),
                f"{free / 1e6:,.0f} MB are free on the disk",
                f"expected room for the run, up to {needed_bytes / 1e6:,.0f} MB",
                "free some space, name another folder, or ask for fewer members",
                "disk-full",
            )
        )


def write_run(
    folder: Path,
    meta: Mapping[str, Any],
    tables: Mapping[str, pl.DataFrame],
    write_snapshot: Callable[[Path], None],
    write_card: Callable[[Run], str],
    log: Mapping[str, Any],
    *,
    replace: bool = False,
    write_more: Callable[[Path], None] = lambda folder: None,  # noqa: ARG005 - nothing more, by default
) -> Run:
    """Write a run folder whole or not at all.

    Everything is written to a hidden folder beside the target, which then takes its place in one step;
    `run.json` is written last, so a folder without it is never taken for a run.

    Parameters
    ----------
    folder
        The target.
    meta
        Content of `run.json` but for the schema.
    tables
        One frame for each of `TABLES`.
    write_snapshot
        Writes the case as it was known into the folder it is given.
    write_card
        Gives the text of `model_card.md` for the run as written so far.
    log
        What is outside the same-bytes law: host, workers, wall time.
    replace
        Replace an older run.
    write_more
        Writes what else belongs to the run into its folder.
    """
    folder = Path(folder)
    check_free(folder, replace=replace)
    folder.parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(folder)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}{PART}", dir=folder.parent))
    try:
        for name in TABLES:
            tables[name].write_parquet(
                staging / f"{name}.parquet",
                compression="zstd",
                compression_level=1,
                statistics=True,
                row_group_size=1 << 20,
            )
        write_snapshot(staging / "case")
        write_more(staging)
        (staging / "run.log").write_text(json.dumps(log, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        meta = {"schema": SCHEMA_VERSION, **meta}
        (staging / "model_card.md").write_text(write_card(Run(staging, meta)), encoding="utf-8", newline="\n")
        text = json.dumps(meta, indent=2, sort_keys=True)
        (staging / RUN_FILE).write_text(text + "\n", encoding="utf-8")
        staging.chmod(0o755)
        _take_place(staging, folder)
    except OSError as error:
        raise RunError(
            Problem(
                str(folder),
                f"the run could not be written ({error.strerror or error})",
                "expected room and rights to write",
                "free some space or name another folder",
                "run-not-written",
            )
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return read_run(folder)


def _take_place(staging: Path, folder: Path) -> None:
    """Put the finished folder where it belongs; an older run stays until the new one is complete."""
    if folder.exists():
        old = folder.with_name(f".{folder.name}{OLD}")
        folder.rename(old)
        staging.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    else:
        staging.rename(folder)


def clear_leftovers(folder: Path) -> None:
    """Tidy up after a run into this folder that was killed: an older run comes back, halves go.

    Called when the folder is written or opened. A half that is younger than a day and is not ours may belong
    to a run that is still going, and stays.
    """
    old = folder.with_name(f".{folder.name}{OLD}")
    if old.is_dir():
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)
    for half in folder.parent.glob(f".{glob_escape(folder.name)}{PART}*"):
        if time.time() - half.stat().st_mtime > SECONDS_PER_DAY:
            shutil.rmtree(half, ignore_errors=True)


def read_run(folder: Path) -> Run:
    """Open a run folder and check that it is complete.

    Raises
    ------
    RunError
        It is no run folder, a file is missing, or it was written by a newer version.
    """
    folder = Path(folder)
    if not folder.exists():
        clear_leftovers(folder)
    path = folder / RUN_FILE
    if not path.is_file():
        raise RunError(
            Problem(
                str(folder),
                f"there is no {RUN_FILE}",
                "expected a run folder",
                "make one with 'havenward forecast'",
                "not-a-run",
            )
        )
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise RunError(_damage(str(path), f"the file cannot be read ({error})", "expected JSON")) from error
    lacking = sorted(META_KEYS - set(meta)) if isinstance(meta, dict) else ["every key"]
    if lacking:
        raise RunError(
            _damage(str(path), f"{', '.join(lacking)} is missing", "expected what a forecast writes")
        )
    missing = [f"{name}.parquet" for name in TABLES if not (folder / f"{name}.parquet").is_file()]
    missing += [] if (folder / "case").is_dir() else ["case"]
    if missing:
        expected = "expected a complete run folder"
        raise RunError([_damage(str(folder), f"{name} is missing", expected) for name in missing])
    if not isinstance(meta["schema"], int) or meta["schema"] > SCHEMA_VERSION:
        raise RunError(
            Problem(
                str(path),
                f"schema {meta['schema']}",
                f"expected at most {SCHEMA_VERSION}",
                "use a newer version of Havenward",
                "run-too-new",
            )
        )
    return Run(folder=folder, meta=meta)

"""How a run folder is written and read: whole or not at all, frozen, and complete for every later stage."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, RunError
from havenward.files import open_whole
from havenward.locks import BusyError, hold
from havenward.migrations import list_lacking, migrate_meta
from havenward.records import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import polars as pl

RUN_FILE = "run.json"
WORK, OLD = ".work", ".old"  # endings of hidden folders: a run being made, a run being replaced
META_KEYS = {
    "schema", "package_version", "case", "title", "track", "scenario", "case_hash", "origin_date",
    "first_date", "last_date", "horizon_days", "seed", "members", "rules", "priors",
}  # fmt: skip
ROW_GROUP = 1 << 20  # rows
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
    def lacking(self) -> tuple[str, ...]:
        """What it cannot give because of its age, in sentences; see `migrations`."""
        return list_lacking(self.meta)

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
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
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


@dataclass(frozen=True)
class Draft:
    """A run that is being made, and by nobody else.

    What is finished of it stays when the work is interrupted, for whoever makes the same run again.

    Parameters
    ----------
    target
        Where the run goes when it is whole.
    work
        Hidden folder beside it that holds all that is made until then.
    """

    target: Path
    work: Path

    @property
    def chunks(self) -> Path:
        """Folder of finished chunks of members."""
        return self.work / "chunks"

    @property
    def learned(self) -> Path:
        """Folder of what was simulated to learn from counts."""
        return self.work / "learned"


@contextmanager
def begin_run(
    target: Path, fingerprint: str = "", *, replace: bool = False, needed_bytes: int = 0
) -> Iterator[Draft]:
    """Make a run folder, alone.

    When the block ends without a run, what `Draft.chunks` and `Draft.learned` hold stays, and is found there
    by the next who makes a run with the same fingerprint; with another one it is removed.

    Parameters
    ----------
    target
        Where the run goes.
    fingerprint
        Says what is to be made, by which software; empty: nothing is ever taken up.
    replace
        Replace an older run.
    needed_bytes
        Room on the disk that the run may need.

    Raises
    ------
    RunError
        As `check_free` says, or somebody else is making a run there.
    """
    target = Path(target)
    check_free(target, replace=replace, needed_bytes=needed_bytes)
    work = target.with_name(f".{target.name}{WORK}")
    draft = Draft(target, work)
    with ExitStack() as until_done:
        try:
            until_done.enter_context(hold(work / "lock", wait=False))
            clear_leftovers(target)
            check_free(target, replace=replace)  # whoever was there until now may have finished
            _clear_other_work(work, fingerprint)
        except BusyError as error:
            raise RunError(_busy(target)) from error
        except OSError as error:
            raise RunError(_not_written(target, error)) from error
        try:
            yield draft
        except BaseException:
            kept = fingerprint and (_has_files(draft.chunks) or _has_files(draft.learned))
            shutil.rmtree(work / "run" if kept else work, ignore_errors=True)
            raise
        shutil.rmtree(work, ignore_errors=True)


def _clear_other_work(work: Path, fingerprint: str) -> None:
    """Remove what another run left; note what this one is."""
    job = work / "job.json"
    try:
        same = bool(fingerprint) and json.loads(job.read_text(encoding="utf-8"))["fingerprint"] == fingerprint
    except (OSError, ValueError, LookupError, TypeError):
        same = False
    shutil.rmtree(work / "run", ignore_errors=True)
    if not same:
        for name in ("chunks", "learned"):
            shutil.rmtree(work / name, ignore_errors=True)
        with open_whole(job) as stream:
            stream.write(json.dumps({"fingerprint": fingerprint}) + "\n")
    for name in ("chunks", "learned"):
        (work / name).mkdir(exist_ok=True)


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def write_run(
    draft: Draft,
    meta: Mapping[str, Any],
    tables: Mapping[str, pl.DataFrame | pl.LazyFrame],
    write_snapshot: Callable[[Path], None],
    write_card: Callable[[Run], str],
    log: Mapping[str, Any],
    *,
    write_more: Callable[[Path], None] = lambda folder: None,  # noqa: ARG005 - nothing more, by default
) -> Run:
    """Write a run folder whole or not at all.

    Everything is written to the folder of the draft, and then takes its place in one step; `run.json` is
    written last, so a folder without it is never taken for a run.

    Parameters
    ----------
    draft
        From `begin_run`.
    meta
        Content of `run.json` but for the schema.
    tables
        One frame for each of `TABLES`; a lazy one is written piece by piece.
    write_snapshot
        Writes the case as it was known into the folder it is given.
    write_card
        Gives the text of `model_card.md` for the run as written so far.
    log
        What is outside the same-bytes law: host, workers, wall time.
    write_more
        Writes what else belongs to the run into its folder.
    """
    import polars as pl

    folder, staging = draft.target, draft.work / "run"
    try:
        staging.mkdir()
        for name in TABLES:
            _write_table(tables[name], staging / f"{name}.parquet")
        write_snapshot(staging / "case")
        write_more(staging)
        (staging / "run.log").write_text(json.dumps(log, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        meta = {"schema": SCHEMA_VERSION, **meta}
        (staging / "model_card.md").write_text(write_card(Run(staging, meta)), encoding="utf-8", newline="\n")
        text = json.dumps(meta, indent=2, sort_keys=True)
        (staging / RUN_FILE).write_text(text + "\n", encoding="utf-8")
        _take_place(staging, folder)
    except (OSError, pl.exceptions.ComputeError) as error:  # the latter where polars meets a full disk
        raise RunError(_not_written(folder, error)) from error
    return read_run(folder)


def _write_table(table: pl.DataFrame | pl.LazyFrame, path: Path) -> None:
    """Write a table as Parquet; a lazy one is never held whole."""
    table.lazy().sink_parquet(
        path, compression="zstd", compression_level=1, statistics=True, row_group_size=ROW_GROUP
    )


def _busy(folder: Path) -> Problem:
    return Problem(
        str(folder),
        "another forecast is making this run",
        "expected to be alone",
        "wait for it, or name another folder with --out",
        "run-busy",
    )


def _not_written(folder: Path, error: Exception) -> Problem:
    return Problem(
        str(folder),
        f"the run could not be written ({getattr(error, 'strerror', None) or error})",
        "expected room and rights to write",
        f"free some space or name another folder; what is finished stays in .{folder.name}{WORK} beside it "
        "and is taken up again",
        "run-not-written",
    )


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
    """Bring back an older run that was being replaced when the new one was killed; remove one that was."""
    old = folder.with_name(f".{folder.name}{OLD}")
    if old.is_dir():
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(folder)


def clear_work(folder: Path) -> None:
    """Take away what is left of a run that was broken off and is not wanted; one that still goes on stays."""
    work = folder.with_name(f".{folder.name}{WORK}")
    if not work.is_dir():
        return
    try:
        with hold(work / "lock", wait=False):
            shutil.rmtree(work, ignore_errors=True)
    except (BusyError, OSError):  # it stays, hidden
        return


def read_run(folder: Path) -> Run:
    """Open a run folder and check that it is complete.

    Raises
    ------
    RunError
        It is no run folder, a file is missing, or it was written by a newer version.
    """
    folder = Path(folder)
    if not folder.exists() and folder.with_name(f".{folder.name}{OLD}").is_dir():
        work = folder.with_name(f".{folder.name}{WORK}")
        with hold(work / "lock"):  # whoever puts a new run in the place of the old one is done in a moment
            clear_leftovers(folder)
            if not _has_files(work / "chunks"):
                shutil.rmtree(work, ignore_errors=True)
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
    _refuse_newer(path, meta)
    lacking = sorted(META_KEYS - set(meta)) if isinstance(meta, dict) else ["every key"]
    if lacking:
        raise RunError(
            _damage(str(path), f"{', '.join(lacking)} is missing", "expected what a forecast writes")
        )
    if wrong := _find_wrong(meta):
        raise RunError([_damage(str(path), found, expected) for found, expected in wrong])
    missing = [f"{name}.parquet" for name in TABLES if not (folder / f"{name}.parquet").is_file()]
    missing += [] if (folder / "case").is_dir() else ["case"]
    if missing:
        expected = "expected a complete run folder"
        raise RunError([_damage(str(folder), f"{name} is missing", expected) for name in missing])
    return Run(folder=folder, meta=migrate_meta(folder, meta))


def _find_wrong(meta: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name the values of `run.json` that are of another kind than a forecast writes."""
    wrong = []
    for key in ("origin_date", "first_date", "last_date"):
        try:
            date.fromisoformat(meta[key])
        except (TypeError, ValueError):
            wrong.append((f"{key} is {meta[key]!r}", "expected a date, YYYY-MM-DD"))
    return wrong + [
        (f"{key} is {meta[key]!r}", "expected a whole number")
        for key in ("horizon_days", "seed", "members")
        if not isinstance(meta[key], int) or isinstance(meta[key], bool)
    ]


def _refuse_newer(path: Path, meta: Any) -> None:  # noqa: ANN401 - whatever JSON holds
    """Refuse the run of a newer version first: what it holds otherwise would be taken for damage."""
    schema = meta.get("schema", 0) if isinstance(meta, dict) else 0
    if isinstance(schema, bool) or not isinstance(schema, int) or schema > SCHEMA_VERSION:
        raise RunError(
            Problem(
                str(path),
                f"schema {schema}",
                f"expected at most {SCHEMA_VERSION}",
                "use a newer version of Havenward",
                "run-too-new",
            )
        )

"""Where composed briefs of runs are kept for the pages, so that the first look at a run need not wait.

    CASES_DIR/cache/<digest of the run>-<language>.brief

The folder holds nothing that cannot be made again: it may be deleted at any time. A file is tied to every
file of its run and to the version of the package, so that none is ever shown for another.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import zlib
from dataclasses import fields, is_dataclass, replace
from datetime import date
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward import __version__
from havenward.files import replace_whole
from havenward.runs import RUN_FILE
from havenward.settings import BriefSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from havenward.brief.content import Brief
    from havenward.runs import Run

FOLDER, ENDING = "cache", ".brief"
MOST_KEPT = 96  # files, each some hundred kilobytes; those used longest ago go
MOST_BYTES = 64_000_000  # of an unpacked brief; a larger one is none of ours
PACKING = 1  # the fastest: what is read must be read in tenths of a second
# Of these modules the records of a brief are made. A file holds plain values only, which name them: what
# somebody else put there can be wrong, but it can do nothing.
RECORDS = ("havenward.brief.content", "havenward.brief.guard", "havenward.records")
log = logging.getLogger(__name__)


def kept_folder(run_folder: Path) -> Path | None:
    """Give the folder of kept briefs for a run that lies at CASES_DIR/runs/CASE/RUN; None for any other."""
    parents = run_folder.absolute().parents
    if len(parents) < 3 or parents[1].name != "runs":
        return None
    return parents[2] / FOLDER


def team_brief(run: Run, language: str, kept: Path | None = None) -> Brief:
    """Give the brief of a run for the team as pages show it: from its file where there is one.

    Parameters
    ----------
    kept
        The folder of such files, made where it is missing; None keeps nothing.

    Returns
    -------
    brief
        Without `quantiles`, which are for tables that are handed over and larger than all else.
    """
    path = None if kept is None else kept / f"{digest_of([run], language)}-{language}{ENDING}"
    if path is not None and (found := _read(path)) is not None:
        return found
    brief = _compose(run, language)
    if path is not None:
        _keep(path, brief)
    return brief


def prepare_briefs(run: Run, languages: Sequence[str], kept: Path) -> int:
    """Compose the briefs of a run that are not kept yet; returns how many."""
    made = 0
    for language in languages:
        path = kept / f"{digest_of([run], language)}-{language}{ENDING}"
        if not path.is_file():
            _keep(path, _compose(run, language))
            made += 1
    return made


def kept_comparison(runs: Sequence[Run], kept: Path | None) -> dict[str, Any]:
    """Give the values of `compare_runs`: from their file where there is one."""
    from havenward.pipeline.products import compare_runs

    if kept is None:
        return compare_runs(runs)[1]
    path = kept / f"{digest_of(runs, 'comparison')}-comparison{ENDING}"
    held = _read_plain(path)
    if isinstance(held, dict):
        return held
    values = compare_runs(runs)[1]
    _keep_plain(path, values)
    return values


def digest_of(runs: Sequence[Run], what: str) -> str:
    """Tell one version of runs, and of what is said about them, from any other.

    Notes
    -----
    Tables of a run are large: their sizes and times stand for them, and so do those of our own files.
    """
    told = hashlib.sha256(f"{__version__} {what}".encode())
    package = Path(str(resources.files("havenward")))
    for part in ("brief", "needs", "tables", "pipeline"):
        _tell_files(package / part, told)
    for run in runs:
        told.update((run.folder / RUN_FILE).read_bytes())
        _tell_files(run.folder, told)
    return told.hexdigest()[:40]


def _tell_files(folder: Path, told: hashlib._Hash) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            state = path.stat()
            told.update(f"{path.relative_to(folder)} {state.st_size} {state.st_mtime_ns}\n".encode())


def _compose(run: Run, language: str) -> Brief:
    from havenward.pipeline.products import brief_of

    return replace(brief_of(run, BriefSettings("team", language=language)), quantiles=())


def _keep(path: Path, brief: Brief) -> None:
    _keep_plain(path, _as_plain(brief))


def _keep_plain(path: Path, values: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Write a file, whole; that it cannot be written is no reason not to show the run."""
    try:
        if (path.parent / "case.toml").exists():  # somebody calls a case so: its folder is not ours
            return
        path.parent.mkdir(exist_ok=True)
        with replace_whole(path, lasting=False) as part:
            part.write_bytes(zlib.compress(json.dumps(values, ensure_ascii=False).encode(), PACKING))
        _let_go(path.parent)
    except OSError as error:
        log.warning("a composed brief was not kept: %s", error)


def _let_go(folder: Path) -> None:
    """Keep the newest files only."""
    times = []
    for path in folder.glob(f"*{ENDING}"):
        with contextlib.suppress(FileNotFoundError):  # another process lets go too
            times.append((path.stat().st_mtime_ns, path))
    for _, path in sorted(times, reverse=True)[MOST_KEPT:]:
        path.unlink(missing_ok=True)


def _read(path: Path) -> Brief | None:
    """Read a file; None where there is none, or where it holds no brief."""
    from havenward.brief.content import Brief

    try:
        brief = _as_records(_read_plain(path), _records())
    except (AttributeError, ValueError, LookupError, TypeError, RecursionError) as error:
        log.warning("%s is no composed brief and is made again: %s", path.name, error)
        return None
    return brief if isinstance(brief, Brief) else None


def _read_plain(path: Path) -> Any:  # noqa: ANN401 - anything that JSON can hold
    """Read the values of a file; None where there is none, or where it cannot be read."""
    try:
        if path.is_symlink():
            return None
        unpacker = zlib.decompressobj()
        plain = unpacker.decompress(path.read_bytes(), MOST_BYTES)
        path.touch()  # those that nobody looks at go first
        return json.loads(plain) if unpacker.eof else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, zlib.error) as error:
        log.warning("%s cannot be read and is made again: %s", path.name, error)
        return None


# -- records as plain values --------------------------------------------------------------------------------


def _as_plain(value: Any) -> Any:  # noqa: ANN401 - what records hold
    """Turn records into lists and small dicts of one key, which says what the values are."""
    if value is None or isinstance(value, str | int | float):
        return value
    if is_dataclass(value):
        return {type(value).__name__: [_as_plain(getattr(value, one.name)) for one in fields(value)]}
    if isinstance(value, tuple):
        plain = [_as_plain(one) for one in value]
        return {type(value).__name__: plain} if hasattr(value, "_fields") else plain
    if isinstance(value, frozenset):
        return {"frozenset": [_as_plain(one) for one in sorted(value)]}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    message = f"{type(value).__name__} has no place in a brief"
    raise TypeError(message)


def _as_records(value: Any, records: Mapping[str, Callable[..., Any]]) -> Any:  # noqa: ANN401
    """Turn plain values back into records."""
    if isinstance(value, list):
        return tuple([_as_records(one, records) if isinstance(one, list | dict) else one for one in value])
    if not isinstance(value, dict):
        return value
    ((name, held),) = value.items()
    if name == "date":
        return date.fromisoformat(held)
    return records[name](*_as_records(held, records))


def _records() -> dict[str, Callable[..., Any]]:
    """Give the kinds of records that a brief is made of, by name."""
    found: dict[str, Callable[..., Any]] = {"frozenset": lambda *held: frozenset(held)}
    for module in map(import_module, RECORDS):
        own = vars(module).items()
        found |= {
            name: one for name, one in own if isinstance(one, type) and one.__module__ == module.__name__
        }
    return found

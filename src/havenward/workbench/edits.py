"""How a case is changed from a page: checked first, whole or not at all, never over the work of others.

One change at a time is made to a case, whoever makes it. A change of several files is first laid ready beside
the case, then committed by giving it its name (`pending`), then carried out. A server that is killed before
the name is given has changed nothing; one that is killed after it finishes the change when it starts again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from havenward.case.turns import not_written, take_turn
from havenward.errors import CaseError, Problem
from havenward.files import replace_together, sync_folder, sync_tree
from havenward.locks import hold
from havenward.workbench.workspace import NotFoundError, is_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from havenward.workbench.workspace import Workspace

EDITABLE = (".csv", ".toml", ".txt")
KEPT_VERSIONS = 200  # of one case; older ones go
ABSENT = "absent"
PENDING, MANIFEST, AFTER, LOCK = "pending", "manifest.json", ".after.json", ".lock"
TRIES = 5  # of a long change on a case that others keep changing
_UNDONE = ".undone"
_VERSION = re.compile(r"[0-9]{6}-[0-9]{8}T[0-9]{6}(?:\.undone)?")
_Result = TypeVar("_Result")
log = logging.getLogger(__name__)


class ConflictError(Exception):
    """A file changed since the page that wants to change it was made.

    Parameters
    ----------
    file
        Its name in the case.
    digest
        Of what stands there now.
    now
        What stands there now.
    """

    def __init__(self, file: str, digest: str, now: str) -> None:
        self.file, self.digest, self.now = file, digest, now
        super().__init__(file, digest, now)  # so that it travels between processes


@dataclass(frozen=True)
class Change:
    """A change that can be undone or done again.

    Parameters
    ----------
    name
        For `undo` and `redo`, so that nobody undoes what somebody else did meanwhile.
    files
        That it changed.
    made
        When, in seconds since 1970.
    """

    name: str
    files: tuple[str, ...]
    made: float


def digest_of(folder: Path, file: str) -> str:
    """Give a short digest of a file of a case; `absent` where there is none."""
    _check_file(file)
    path = folder / file
    return _digest(path.read_bytes() if path.is_file() else None)


def _digest(content: bytes | None) -> str:
    return ABSENT if content is None else hashlib.sha256(content).hexdigest()[:20]


def save_text(workspace: Workspace, case: str, file: str, text: str, expected_digest: str) -> str:
    """Put a text in the place of a file of a case, and keep what stood there.

    Parameters
    ----------
    file
        Name in the case, with `/` for files of `reports`.
    expected_digest
        Of the file as the person saw it.

    Returns
    -------
    digest
        Of what stands there now.

    Raises
    ------
    ConflictError
        Somebody else changed it meanwhile; nothing was written.
    CaseError
        With the new text the case would have an error that it did not have; nothing was written.
    """
    return save_texts(workspace, case, {file: text}, {file: expected_digest})[file]


def save_texts(
    workspace: Workspace, case: str, texts: Mapping[str, str], expected: Mapping[str, str]
) -> dict[str, str]:
    """Put several texts into a case at once; as `save_text`."""
    folder = workspace.case_folder(case)
    for file in texts:
        _check_file(file)
    asked = {file: expected[file] for file in texts}
    with _turn(workspace, case) as history:
        _refuse_stale(folder, asked)
        refuse_new_errors(folder, texts)
        _refuse_stale(folder, asked)  # once more: an editor or a command asks for no turn
        _commit(history, folder, {file: text.encode("utf-8") for file, text in texts.items()})
        return {file: digest_of(folder, file) for file in texts}


def change_copy(workspace: Workspace, case: str, change: Callable[[Path], _Result]) -> _Result:
    """Make a long change on a copy of a case, then bring what it changed into the case in one step.

    Where somebody changed one of the same files meanwhile, it is made again on what stands there now. The
    change can be undone like any other.

    Parameters
    ----------
    change
        Gets the folder of the copy, and changes it.

    Raises
    ------
    ConflictError
        Others changed the same files again and again.
    """
    folder = workspace.case_folder(case)
    for tried in range(1, TRIES + 1):
        with copy_of(workspace, case) as copy:
            before = _files_of(copy)
            result = change(copy)
            after = _files_of(copy)
        changed = {file: after.get(file) for file in {*before, *after} if before.get(file) != after.get(file)}
        if not changed:
            return result
        with _turn(workspace, case) as history:
            try:
                _refuse_stale(folder, {file: _digest(before.get(file)) for file in changed})
            except ConflictError:
                if tried == TRIES:
                    raise
                continue
            _commit(history, folder, changed)
        return result
    raise AssertionError  # pragma: no cover - the last try returns or raises


@contextmanager
def copy_of(workspace: Workspace, case: str) -> Iterator[Path]:
    """Give a copy of a case as it stands between two changes; it goes with the block."""
    folder = workspace.case_folder(case)
    with tempfile.TemporaryDirectory(prefix="havenward-") as place:
        copy = Path(place) / folder.name
        with _turn(workspace, case, only_read=True):
            shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*"))
        yield copy


def recover(workspace: Workspace) -> None:
    """Carry out what an earlier server had committed and not finished; called once when a server starts."""
    for case in workspace.list_cases():
        if (workspace.root / "history" / case / PENDING).is_dir():
            with _turn(workspace, case):
                pass


@contextmanager
def _turn(workspace: Workspace, case: str, *, only_read: bool = False) -> Iterator[Path]:
    """Wait for one's turn to change a case; gives the folder of its earlier versions."""
    history = workspace.root / "history" / case
    folder = workspace.case_folder(case)
    with hold(history / LOCK), take_turn(folder, only_read=only_read):  # commands know only this lock
        for left in history.glob(".part-*"):
            shutil.rmtree(left, ignore_errors=True)  # of a server that was killed: nobody else is in here
        _finish(history, folder)
        yield history


def _refuse_stale(folder: Path, expected: Mapping[str, str]) -> None:
    for file, digest in expected.items():
        now = _read_bytes(folder / file)
        if _digest(now) != digest:
            raise ConflictError(file, _digest(now), _as_text(now))


def _files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def change_rows(
    workspace: Workspace,
    case: str,
    table: str,
    changes: Sequence[tuple[int | None, Mapping[str, str] | None]],
    expected_digest: str,
) -> str:
    """Change, add or remove rows of a table of a case.

    Parameters
    ----------
    table
        `locations`, `routes` and so on.
    changes
        Row as a spreadsheet numbers it (the header is row 1) and its new cells by column: None for the row
        adds one, None for the cells removes it.
    expected_digest
        As in `save_text`.
    """
    folder = workspace.case_folder(case)
    file = f"{table}.csv"
    _check_file(file)
    _refuse_stale(folder, {file: expected_digest})
    return save_text(workspace, case, file, _with_changes(folder, table, changes), expected_digest)


def _with_changes(
    folder: Path, table: str, changes: Sequence[tuple[int | None, Mapping[str, str] | None]]
) -> str:
    from havenward.case.importers.case_file import CaseFile

    file = CaseFile(folder, table)
    problems = []
    for row, cells in changes:
        problems += [
            Problem(
                file.path.name,
                f"it has no column '{column}'",
                f"expected one of {', '.join(file.columns)}",
                "reload the page",
                "workbench-column",
            )
            for column in cells or {}
            if column not in file.columns
        ]
        if row is not None and not file.head + 1 < row <= len(file.records):
            problems.append(
                Problem(
                    f"{file.path.name} row {row}",
                    "there is no such row",
                    f"expected a row from {file.head + 2} to {len(file.records)}",
                    "reload the page",
                    "workbench-row",
                )
            )
    if problems:
        raise CaseError(problems)
    for row, cells in changes:
        if cells is not None and row is None:
            file.add(cells)
        elif cells is not None and row is not None:
            file.change(row, cells)
    file.remove(row for row, cells in changes if cells is None and row is not None)
    return file.text()


def refuse_new_errors(folder: Path, texts: Mapping[str, str]) -> None:
    """Refuse texts with which a case would have an error that it does not have now.

    A case that is being filled in has errors; what is asked is only that a change adds none.
    """
    from havenward.case.check import check_case

    before = Counter(_bare(problem) for problem in check_case(folder) if problem.severity == "error")
    with tempfile.TemporaryDirectory(prefix="havenward-") as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy)
        for file, text in texts.items():
            (copy / file).parent.mkdir(exist_ok=True)
            (copy / file).write_bytes(text.encode("utf-8"))
        after = [problem for problem in check_case(copy) if problem.severity == "error"]
    seen: Counter[str] = Counter()
    fresh = []
    for problem in after:
        seen[_bare(problem)] += 1
        if seen[_bare(problem)] > before[_bare(problem)]:
            fresh.append(problem)
    if fresh:
        raise CaseError(fresh)


def _bare(problem: Problem) -> str:
    """Give a problem without its row, which moves when rows before it come or go."""
    return re.sub(r"\brow \d+", "row", str(problem))


# -- earlier versions ------------------------------------------------------------------------------------


def undo(workspace: Workspace, case: str, expected: str = "") -> tuple[str, ...]:
    """Put back what the last change replaced; returns the files, none where there is nothing to undo.

    Parameters
    ----------
    expected
        Name of the change that the person saw (see `list_changes`); empty for whichever is the last.

    Raises
    ------
    ConflictError
        Another change was made since, here or with another program; nothing was put back.
    """
    return _step(workspace, case, expected, from_undone=False)


def redo(workspace: Workspace, case: str, expected: str = "") -> tuple[str, ...]:
    """Bring back what was undone last; as `undo`."""
    return _step(workspace, case, expected, from_undone=True)


def list_changes(workspace: Workspace, case: str) -> tuple[Change | None, Change | None]:
    """Give the change that `undo` would take back, and the one that `redo` would bring back."""
    workspace.case_folder(case)
    versions = _versions(workspace.root / "history" / case)
    done = [one for one in versions if not one.name.endswith(_UNDONE)]
    undone = [one for one in versions if one.name.endswith(_UNDONE)]
    return _as_change(done[-1]) if done else None, _as_change(undone[-1]) if undone else None


def _as_change(version: Path) -> Change:
    return Change(version.name, tuple(sorted(_contents(version))), version.stat().st_mtime)


def _step(workspace: Workspace, case: str, expected: str, *, from_undone: bool) -> tuple[str, ...]:
    folder = workspace.case_folder(case)
    with _turn(workspace, case) as history:
        chosen = [one for one in _versions(history) if one.name.endswith(_UNDONE) == from_undone]
        if not chosen:
            return ()
        version, contents = chosen[-1], _contents(chosen[-1])
        if expected and version.name != expected:
            file = min(contents)
            now = _read_bytes(folder / file)
            raise ConflictError(file, _digest(now), _as_text(now))
        _refuse_stale(folder, _read_after(version))
        _commit(history, folder, contents, undone=not from_undone, gone=(version.name,))
    return tuple(sorted(contents))


def _read_after(version: Path) -> dict[str, str]:
    """Read what a change left, to tell whether anybody changed it since."""
    try:
        return dict(json.loads((version / AFTER).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise CaseError(
            Problem(
                "the last change",
                "its record is damaged",
                "expected what the files of the case were before and after it",
                f"look into {version} for what was there before",
                "history-damaged",
            )
        ) from error


def _commit(
    history: Path,
    folder: Path,
    contents: Mapping[str, bytes | None],
    *,
    undone: bool = False,
    gone: Sequence[str] | None = None,
) -> None:
    """Lay a change ready, commit it by its name, and carry it out; None for a file takes it away.

    Parameters
    ----------
    undone
        Whether what stands there now is kept for `redo` and not for `undo`.
    gone
        Versions that have had their day; without it all that could be done again.
    """
    versions = _versions(history)
    if gone is None:
        gone = [one.name for one in versions if one.name.endswith(_UNDONE)]
    number = int(versions[-1].name.split("-")[0]) + 1 if versions else 1
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
    before = {file: _read_bytes(folder / file) for file in contents}
    version = f"{number:06d}-{stamp}{_UNDONE if undone else ''}"
    manifest = {
        "version": version,
        "before": {file: _digest(content) for file, content in before.items()},
        "gone": list(gone),
    }
    with tempfile.TemporaryDirectory(prefix=".part-", dir=history) as place:
        part = Path(place) / "change"
        for file, content in contents.items():
            _put(part / "old", file, before[file])
            _put(part / "new", file, content)
        after = {file: _digest(content) for file, content in contents.items()}
        (part / "old" / AFTER).write_text(json.dumps(after), encoding="utf-8")
        (part / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        sync_tree(part)
        part.replace(history / PENDING)
        sync_folder(history)
    try:
        _finish(history, folder)
    except OSError as error:
        if all(_read_bytes(folder / file) == content for file, content in before.items()):
            _drop(history / PENDING)
            _drop(history / version)
        raise not_written(folder, error) from error


def _finish(history: Path, folder: Path) -> None:
    """Carry out what is pending; doing it twice, or once more after a kill, comes to the same."""
    pending = history / PENDING
    if not pending.is_dir():
        return
    try:
        manifest = _read_manifest(pending)
    except (
        OSError,
        ValueError,
        RecursionError,
    ):  # it was on the disk before it got its name, so the disk has lost it
        aside = Path(tempfile.mkdtemp(prefix="damaged-", dir=history)) / PENDING
        log.warning("a change of %s is damaged and is not carried out; it lies in %s", folder.name, aside)
        pending.replace(aside)
        return
    if (pending / "old").is_dir():
        (pending / "old").replace(history / manifest["version"])
    ours: dict[str, bytes | None] = {}
    for file, content in sorted(_contents(pending / "new").items()):
        now = _digest(_read_bytes(folder / file))
        if now == manifest["before"].get(file):
            ours[file] = content
        elif now != _digest(content):
            # changed with another program after a server was killed: theirs stays, ours is kept beside
            log.warning("%s was changed meanwhile; what was to be saved lies in %s", file, history)
            _put(history / f"unsaved-{manifest['version']}", file, content)
    with replace_together(folder, held=True) as part:
        for file, content in ours.items():
            if content is not None:
                _put(part, file, content)
    for file, content in ours.items():
        if content is None:
            (folder / file).unlink(missing_ok=True)
    for name in manifest["gone"]:
        shutil.rmtree(history / name, ignore_errors=True)
    for old in _versions(history)[:-KEPT_VERSIONS]:
        _drop(old)
    _drop(pending)


def _drop(version: Path) -> None:
    """Take a folder of the history away, in one step: half of a change must not be taken for one."""
    if version.is_dir():
        done = version.with_name(".part-done")
        shutil.rmtree(done, ignore_errors=True)
        version.replace(done)
        shutil.rmtree(done, ignore_errors=True)  # else the next change takes it away


def _read_manifest(pending: Path) -> dict[str, Any]:
    """Read what is to be done; names of versions are nothing but that, as whole folders go by them."""
    manifest: Any = json.loads((pending / MANIFEST).read_text(encoding="utf-8"))
    sound = (
        isinstance(manifest, dict)
        and isinstance(manifest.get("before"), dict)
        and isinstance(manifest.get("gone"), list)
        and all(
            isinstance(name, str) and _VERSION.fullmatch(name)
            for name in (manifest.get("version"), *manifest["gone"])
        )
    )
    if not sound:
        message = "this is no manifest"
        raise ValueError(message)
    return dict(manifest)


def _put(folder: Path, file: str, content: bytes | None) -> None:
    path = folder / (file if content is not None else f"{file}.{ABSENT}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content or b"")


def _contents(folder: Path) -> dict[str, bytes | None]:
    """Give the files that a version holds; None for those that were not there."""
    found: dict[str, bytes | None] = {}
    for path in folder.rglob("*"):
        file = path.relative_to(folder).as_posix()
        if path.is_file() and path.name != AFTER:
            absent = file.endswith(f".{ABSENT}")
            found[file.removesuffix(f".{ABSENT}")] = None if absent else path.read_bytes()
    return found


def _versions(history: Path) -> list[Path]:
    return sorted(path for path in history.iterdir() if path.name[0].isdigit()) if history.is_dir() else []


def _check_file(file: str) -> None:
    parts = file.split("/")
    fits = all(is_name(part) for part in parts) and file.endswith(EDITABLE)
    if not fits or len(parts) > 2 or (len(parts) == 2 and parts[0] != "reports"):
        raise NotFoundError


def _read_bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _as_text(content: bytes | None) -> str:
    """Give a text as a page shows it; spreadsheets may have put a byte order mark before it."""
    return (content or b"").decode("utf-8-sig", errors="replace")

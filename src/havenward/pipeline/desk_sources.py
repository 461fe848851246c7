"""Which reports come in for a desk, one by one: what is none is told, and the rest goes on."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from havenward.dates import parse_date
from havenward.desk.intake import Incoming
from havenward.errors import HavenwardError, Problem, nearest
from havenward.runners import Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from havenward.runners import Runner

STREAM = "-"
STREAMS = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")
KEYS = ("text", "report", "title", "published", "outlet", "url")
MOST_LINE = 8 * 2**20  # characters; a text has at most half of that, and JSON writes some as six
_FILES = 32  # files opened as one piece of work
_FEW_FILES = 64  # below this many, starting processes costs more than it saves

Found = Incoming | Problem


def list_incoming(
    sources: Iterable[Path], *, published: date | None = None, outlet: str = "", runner: Runner | None = None
) -> Iterator[Found]:
    """Give the reports of files, folders and streams in order, and what is wrong with those that are none.

    Parameters
    ----------
    sources
        Files that hold a report each, folders of them, or streams: `.jsonl` and `.csv`, packed with gzip or
        not, also within folders, and `-` for lines of JSON on standard input.
    published, outlet
        Said by the user for all of them; counts over what they say.
    runner
        Who opens files; by default this process.

    Yields
    ------
    found
        A report, or a problem; nothing stands in memory but what is under way.
    """
    waiting: list[Path] = []
    runner = runner or Processes(1)
    for path in _walk(sources):
        if isinstance(path, Path) and not _is_stream(path):
            waiting.append(path)
            if len(waiting) == _FILES * max(2, runner.workers) * 4:
                yield from _settle(_open_files(waiting, runner), published, outlet)
                waiting = []
            continue
        yield from _settle(_open_files(waiting, runner), published, outlet)
        waiting = []
        found: Iterable[Found] = [path] if isinstance(path, Problem) else _read_stream(path)
        yield from _settle(found, published, outlet)
    yield from _settle(_open_files(waiting, runner), published, outlet)


def _settle(found: Iterable[Found], published: date | None, outlet: str) -> Iterator[Found]:
    """Let what the user says count over what the reports say."""
    for one in found:
        if isinstance(one, Problem) or not (published or outlet):
            yield one
        else:
            yield Incoming(
                one.text, published or one.published, outlet or one.outlet, one.title, one.url, one.name
            )


def _is_stream(path: Path) -> bool:
    return str(path) == STREAM or path.name.lower().endswith(STREAMS)


def _walk(sources: Iterable[Path]) -> Iterator[Path | Problem]:
    """Name the files of folders, in the order of their names; a folder without any is told."""
    from havenward.reading.documents import SUFFIXES

    for source in sources:
        if str(source) == STREAM or not source.is_dir():
            yield source
            continue
        found = False
        for path in sorted(source.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
            if not hidden and (path.suffix.lower() in SUFFIXES or _is_stream(path)) and path.is_file():
                found = True
                yield path
        if not found:
            yield Problem(
                str(source),
                "no report is in the folder",
                f"expected files ending in {', '.join((*SUFFIXES, *STREAMS))}",
                "name the folder that holds them",
                "no-reports",
            )


# -- files that hold one report ------------------------------------------------------------------------------


def _open_files(paths: list[Path], runner: Runner) -> Iterator[Found]:
    if len(paths) < _FEW_FILES or runner.workers <= 1:
        yield from _open_piece(paths)
        return
    pieces = (paths[at : at + _FILES] for at in range(0, len(paths), _FILES))
    for found in runner.share(_open_piece, pieces):
        yield from found


def _open_piece(paths: list[Path]) -> list[Found]:
    from havenward.reading.documents import open_document

    found: list[Found] = []
    for path in paths:
        try:
            one = open_document(path)
        except HavenwardError as error:
            found += error.problems
        else:
            found.append(Incoming(one.text, one.published, one.outlet, one.title, one.url, one.name))
    return found


# -- streams -------------------------------------------------------------------------------------------------


def _read_stream(path: Path) -> Iterator[Found]:
    """Read the reports of a stream; one that ends in the middle or cannot be opened is told."""
    name = path.name if str(path) != STREAM else "standard input"
    read: Callable[[IO[str], str, str], Iterator[Found]] = _read_json
    if path.name.lower().removesuffix(".gz").endswith(".csv"):
        read = _read_csv
    stem = path.name.split(".")[0] or "line"
    try:
        with _open_stream(path) as stream:
            yield from read(stream, name, stem)
    except (OSError, EOFError, UnicodeError, csv.Error) as error:  # gzip tells a torn file by EOFError
        words = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        yield Problem(
            name,
            f"the stream cannot be read to its end ({words})",
            "expected UTF-8 text, or such text packed with gzip",
            "get the file again; what came before was taken in, and is not read twice",
            "stream-torn",
        )


@contextmanager
def _open_stream(path: Path) -> Iterator[IO[str]]:
    if str(path) == STREAM:
        yield sys.stdin
    elif path.name.lower().endswith(".gz"):
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as packed:
            yield packed
    else:
        with path.open(encoding="utf-8-sig", newline="") as plain:
            yield plain


def _read_json(stream: IO[str], name: str, stem: str) -> Iterator[Found]:
    for number, line in _lines(stream):
        where = f"{name} line {number}"
        if line is None:
            yield _too_long(where)
        elif line.strip():
            try:
                values: Any = json.loads(line)
            except (ValueError, RecursionError):
                values = None
            if isinstance(values, dict):
                yield _as_incoming(values, where, f"{stem}-{number}")
            else:
                yield _no_report(where)


def _lines(stream: IO[str]) -> Iterator[tuple[int, str | None]]:
    """Give lines with their numbers; None for one that is too long to hold."""
    number = 0
    while line := stream.readline(MOST_LINE):
        number += 1
        if len(line) == MOST_LINE and not line.endswith("\n"):
            while (rest := stream.readline(MOST_LINE)) and not rest.endswith("\n"):
                pass
            yield number, None
        else:
            yield number, line


def _read_csv(stream: IO[str], name: str, stem: str) -> Iterator[Found]:
    rows = _long_cells(stream)
    header = [cell.strip().lower() for cell in next(rows, [])]
    if problems := _check_header(header, name):
        yield from problems
        return
    for number, cells in enumerate(rows, start=2):
        if cells:
            values = dict(zip(header, cells, strict=False))
            yield _as_incoming(values, f"{name} row {number}", f"{stem}-{number}")


def _long_cells(stream: IO[str]) -> Iterator[list[str]]:
    """Give the rows of a table whose cells may hold whole reports; other readers keep their own limit."""
    from havenward.reading.documents import MAX_CHARACTERS

    rows = csv.reader(stream)
    while True:
        before = csv.field_size_limit(MAX_CHARACTERS)
        try:
            row = next(rows, None)
        finally:
            csv.field_size_limit(before)
        if row is None:
            return
        yield row


def _check_header(header: list[str], name: str) -> list[Problem]:
    """Refuse a header without texts, or with a column that is nearly one of ours; others may be there."""
    problems = []
    lacking = [key for key in KEYS if key not in header]
    for column in header:
        meant = None if column in KEYS else nearest(column, lacking)
        if meant and meant != "report":  # exports have columns such as `reporter`
            problems.append(
                Problem(
                    f"{name} row 1",
                    f"unknown column '{column}'",
                    f"expected {', '.join(KEYS)}",
                    f"did you mean '{meant}'?",
                    "report-column",
                )
            )
    if not problems and "text" not in header:
        problems.append(
            Problem(
                f"{name} row 1",
                "there is no column 'text'",
                f"expected {', '.join(KEYS)}",
                "name the column that holds the reports 'text'",
                "report-column",
            )
        )
    return problems


def _as_incoming(values: dict[str, Any], where: str, name: str) -> Found:
    from havenward.reading.documents import MAX_CHARACTERS, split_header

    text = values.get("text")
    if not isinstance(text, str):
        return _no_report(where)
    if not text.strip() or len(text) > MAX_CHARACTERS:
        return _too_long(where) if text.strip() else _without_text(where)
    published = None
    if said := str(values.get("published") or "").strip():
        try:
            # feeds write the time behind the day, and the day is what counts
            published = parse_date(said[:10] if said[10:11] in {"T", " "} else said)
        except ValueError:
            return Problem(
                where, f"published is '{said[:40]}'", "expected YYYY-MM-DD", "correct the date", "report-line"
            )
    title, outlet, url = (str(values.get(key) or "").strip() for key in ("title", "outlet", "url"))
    if not title:
        title = split_header(name, text).title
    return Incoming(text, published, outlet, title, url, str(values.get("report") or name))


def _no_report(where: str) -> Problem:
    return Problem(
        where,
        "this is no report",
        'expected an object such as {"report": "a.txt", "published": "2016-07-31", "text": "..."}',
        "correct the line",
        "report-line",
    )


def _without_text(where: str) -> Problem:
    return Problem(
        where,
        "there is no text in it",
        "expected the words of a report",
        "correct the line",
        "report-without-text",
    )


def _too_long(where: str) -> Problem:
    return Problem(
        where,
        "the line is longer than a report can be",
        f"expected a text of at most {MOST_LINE // 2:,} characters",
        "split it into its reports",
        "report-too-large",
    )

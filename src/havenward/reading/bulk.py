"""Which files are reports, and how many are read at once: in order, on all cores, in flat memory."""

from __future__ import annotations

import json
import sys
from collections import deque
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.dates import parse_date
from havenward.errors import CaseError, HavenwardError, Problem
from havenward.reading.documents import SUFFIXES, Document, open_document, split_header

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from havenward.reading.gazetteer import Gazetteer
    from havenward.reading.parts import Reading

STREAM = "-"
_BATCH = 32  # reports per piece of work: large enough that passing them on costs little
_AHEAD = 4  # batches under way per worker; more would only hold memory
_FEW = 2 * _BATCH  # below this many reports, starting more processes costs more than it saves


@dataclass(frozen=True)
class Task:
    """A report to be read: a file, or the text of one line of a stream."""

    path: Path | None
    document: Document | None = None


def list_reports(sources: Iterable[Path]) -> Iterator[Task]:
    """Name the reports of files, folders and streams, in order; folders are walked in the order of names.

    A `.jsonl` file or `-` (standard input) holds one report a line: an object with `text` and optionally
    `report`, `title`, `published`, `outlet` and `url`.

    Raises
    ------
    CaseError
        A file does not exist, a folder holds no report, a line is no report.
    """
    for source in sources:
        if str(source) == STREAM:
            yield from _read_stream(sys.stdin, "standard input")
        elif source.is_dir():
            found = False
            for path in sorted(source.rglob("*")):
                hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
                if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden:
                    found = True
                    yield Task(path)
            if not found:
                raise CaseError(
                    Problem(
                        str(source),
                        "no report is in the folder",
                        f"expected files ending in {', '.join(SUFFIXES)}",
                        "name the folder that holds them",
                        "no-reports",
                    )
                )
        elif source.suffix.lower() == ".jsonl" and source.is_file():
            with source.open(encoding="utf-8") as stream:
                yield from _read_stream(stream, source.name)
        else:
            yield Task(source)  # what cannot be opened is told when it is read


def _read_stream(lines: Iterable[str], name: str) -> Iterator[Task]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield Task(None, _read_line(line, f"{name} line {number}", f"{Path(name).stem}-{number}"))


def _read_line(line: str, where: str, name: str) -> Document:
    problem = Problem(
        where,
        "this is no report",
        'expected an object such as {"report": "a.txt", "published": "2016-07-31", "text": "..."}',
        "correct the line",
        "report-line",
    )
    try:
        values: Any = json.loads(line)
    except ValueError as error:
        raise CaseError(problem) from error
    if not isinstance(values, dict) or not isinstance(values.get("text"), str):
        raise CaseError(problem)
    published = None
    if values.get("published"):
        try:
            published = parse_date(str(values["published"]))
        except ValueError as error:
            raise CaseError(
                Problem(
                    where,
                    f"published is '{values['published']}'",
                    "expected YYYY-MM-DD",
                    "correct the date",
                    "report-line",
                )
            ) from error
    title, outlet, url = (str(values.get(key) or "") for key in ("title", "outlet", "url"))
    text = values["text"]
    plain = split_header(str(values.get("report") or name), text)
    return Document(plain.name, text, title or plain.title, outlet, published, url)


def read_many(
    tasks: Iterable[Task],
    *,
    published: date | None = None,
    outlet: str = "",
    places: Sequence[Any] = (),
    bases: Mapping[str, float] | None = None,
    workers: int = 1,
    told: Callable[[int], None] | None = None,
) -> Iterator[tuple[Document | None, Reading | CaseError]]:
    """Read reports one after another, in the order given, whatever the number of workers.

    Parameters
    ----------
    tasks
        From `list_reports`; consumed as needed, so that a stream never stands in memory.
    published, outlet
        Said by the user for all of them; count over what the files say.
    places
        Places of a case, for the gazetteer.
    bases
        Persons by name, for shares.
    workers
        Processes.
    told
        Called with the number of reports finished since the last call.

    Yields
    ------
    document, reading
        The document and what was read in it, or None and why it could not be read.
    """
    waiting = iter(tasks)
    head = [task for _, task in zip(range(_FEW), waiting, strict=False)]
    if workers <= 1 or len(head) < _FEW:
        gazetteer = _gazetteer(tuple(places))
        for task in _chain(head, waiting):
            yield _read_one(task, published, outlet, gazetteer, bases or {})
            if told is not None:
                told(1)
        return
    from concurrent.futures import Future, ProcessPoolExecutor
    from multiprocessing import get_context

    # spawned and not forked: the parent may hold threads
    with ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn")) as pool:
        under_way: deque[Future[list[tuple[Document | None, Reading | CaseError]]]] = deque()
        for batch in _batches(_chain(head, waiting)):
            under_way.append(pool.submit(_read_batch, batch, published, outlet, tuple(places), bases or {}))
            if len(under_way) >= workers * _AHEAD:
                yield from _finish(under_way.popleft().result(), told)
        while under_way:
            yield from _finish(under_way.popleft().result(), told)


def _finish(
    done: list[tuple[Document | None, Reading | CaseError]], told: Callable[[int], None] | None
) -> Iterator[tuple[Document | None, Reading | CaseError]]:
    yield from done
    if told is not None:
        told(len(done))


def _chain(head: Iterable[Task], rest: Iterable[Task]) -> Iterator[Task]:
    yield from head
    yield from rest


def _batches(tasks: Iterable[Task]) -> Iterator[list[Task]]:
    batch: list[Task] = []
    for task in tasks:
        batch.append(task)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _read_batch(
    tasks: Sequence[Task],
    published: date | None,
    outlet: str,
    places: Sequence[Any],
    bases: Mapping[str, float],
) -> list[tuple[Document | None, Reading | CaseError]]:
    gazetteer = _gazetteer(tuple(places))
    return [_read_one(task, published, outlet, gazetteer, bases) for task in tasks]


def _read_one(
    task: Task, published: date | None, outlet: str, gazetteer: Gazetteer, bases: Mapping[str, float]
) -> tuple[Document | None, Reading | CaseError]:
    from havenward.reading.read import read_report

    try:
        if task.document is not None:
            document = replace(
                task.document,
                published=published or task.document.published,
                outlet=outlet or task.document.outlet,
            )
        else:
            document = open_document(task.path or Path(STREAM), published, outlet)
        return document, read_report(document, gazetteer, bases)
    except HavenwardError as error:
        return None, CaseError(error.problems)


@lru_cache(maxsize=1)  # a process reads many batches with the same places
def _gazetteer(places: tuple[Any, ...]) -> Gazetteer:
    from havenward.reading.gazetteer import load_gazetteer

    return load_gazetteer(places)

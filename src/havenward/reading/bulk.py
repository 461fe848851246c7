"""Which files are reports, and how they are shared out to be read: in order, in flat memory."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.cluster import is_here
from havenward.dates import parse_date
from havenward.errors import CaseError, HavenwardError, Problem
from havenward.reading.documents import MAX_BYTES, SUFFIXES, Document, open_document, split_header
from havenward.runners import Processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from havenward.reading.gazetteer import Gazetteer
    from havenward.reading.parts import Reading
    from havenward.runners import Runner

STREAM = "-"
_BATCH = 32  # reports per piece of work: large enough that passing them on costs little
_BATCH_BYTES = 8 * 2**20  # of files that travel: a batch of long PDFs is sent in parts
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
            try:
                with source.open(encoding="utf-8") as stream:
                    yield from _read_stream(stream, source.name)
            except UnicodeDecodeError as error:
                raise CaseError(
                    Problem(
                        source.name,
                        "the file is not UTF-8",
                        "expected lines of JSON in UTF-8",
                        "save it again as UTF-8",
                        "report-line",
                    )
                ) from error
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
    except (ValueError, RecursionError) as error:
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
    # halves of signs (surrogates), which JSON can write and no file can hold, become question marks
    text = values["text"].encode("utf-8", "replace").decode("utf-8")
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
    runner: Runner | None = None,
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
        Processes, where there is no runner.
    runner
        Who reads; workers of a cluster are sent the bytes of the files, which they may not see.
    told
        Called with the number of reports finished since the last call.

    Yields
    ------
    document, reading
        The document and what was read in it, or None and why it could not be read.
    """
    waiting = iter(tasks)
    read = _Read(published, outlet, tuple(places), dict(bases or {}))
    runner = runner or Processes(workers)
    if is_here(runner):
        head = [task for _, task in zip(range(_FEW), waiting, strict=False)]
        if runner.workers <= 1 or len(head) < _FEW:
            for task in _chain(head, waiting):
                yield read.one(task)
                if told is not None:
                    told(1)
            return
        batches: Iterator[list[Task | _Sent | CaseError]] = _batches(_chain(head, waiting))
    else:
        batches = _batches(map(_pack, waiting))
    for done in runner.share(read, batches):
        yield from done
        if told is not None:
            told(len(done))


def _chain(head: Iterable[Task], rest: Iterable[Task]) -> Iterator[Task]:
    yield from head
    yield from rest


def _batches(tasks: Iterable[Task | _Sent | CaseError]) -> Iterator[list[Task | _Sent | CaseError]]:
    batch: list[Task | _Sent | CaseError] = []
    size = 0
    for task in tasks:
        batch.append(task)
        size += len(task.content) if isinstance(task, _Sent) else 0
        if len(batch) == _BATCH or size > _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


# -- one report --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sent:
    """A file that travels to whoever reads it."""

    name: str
    content: bytes


def _pack(task: Task) -> Task | _Sent | CaseError:
    """Make a report ready to travel; one that cannot be opened is refused here, in its reader's words."""
    if task.path is None:
        return task
    try:
        if task.path.stat().st_size <= MAX_BYTES:
            return _Sent(task.path.name, task.path.read_bytes())
    except OSError:
        pass  # the reader has the words for it
    try:
        open_document(task.path)
    except CaseError as error:
        return error
    return _Sent(task.path.name, task.path.read_bytes())  # it has changed since it was looked at


@dataclass(frozen=True)
class _Read:
    """Reads reports with what is known of all of them; a piece of work for any hands."""

    published: date | None
    outlet: str
    places: tuple[Any, ...]
    bases: Mapping[str, float]

    def __call__(
        self, tasks: Sequence[Task | _Sent | CaseError]
    ) -> list[tuple[Document | None, Reading | CaseError]]:
        """Read a batch."""
        return [self.one(task) for task in tasks]

    def one(self, task: Task | _Sent | CaseError) -> tuple[Document | None, Reading | CaseError]:
        """Read one."""
        from havenward.reading.read import read_report

        try:
            document = self._open(task)
            return document, read_report(document, self._gazetteer, self.bases)
        except HavenwardError as error:
            return None, CaseError(error.problems)

    def _open(self, task: Task | _Sent | CaseError) -> Document:
        if isinstance(task, CaseError):
            raise task
        if isinstance(task, _Sent):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, task.name)
                path.write_bytes(task.content)
                return open_document(path, self.published, self.outlet)
        if task.document is None:
            return open_document(task.path or Path(STREAM), self.published, self.outlet)
        return replace(
            task.document,
            published=self.published or task.document.published,
            outlet=self.outlet or task.document.outlet,
        )

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        from havenward.reading.gazetteer import load_gazetteer

        return load_gazetteer(self.places)

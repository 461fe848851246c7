"""From very many reports to a reading desk: each text is read once, whoever carries it."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from havenward.errors import CaseError, Problem
from havenward.pipeline.desk_sources import list_incoming
from havenward.pipeline.progress import SILENT, Progress
from havenward.pipeline.reports import people_by_place, reading_places
from havenward.runners import Processes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from havenward.desk.folder import Manifest
    from havenward.desk.intake import Fresh, Incoming
    from havenward.desk.store import Harvest
    from havenward.reading.bulk import Task
    from havenward.reading.parts import Reading
    from havenward.records import Case
    from havenward.runners import Runner

BATCH = 20_000  # reports that come in between two writings: what a kill can cost is reading that many again
BATCH_CHARACTERS = 32 * 2**20  # or so much text, which bounds memory where reports are long
MOST_TOLD = 50  # problems that are kept word for word


@dataclass
class Added:
    """What an addition brought.

    Attributes
    ----------
    seen
        Reports that came in.
    reports, appearances, figures
        New texts, new appearances of new and known texts, new figures.
    batches
        Numbers of the batches that were written.
    problems
        The first of what is wrong; `untold` counts the rest.
    """

    seen: int = 0
    reports: int = 0
    appearances: int = 0
    figures: int = 0
    batches: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    untold: int = 0

    def tell(self, problems: Sequence[Problem]) -> None:
        """Note what is wrong with a report."""
        room = max(0, MOST_TOLD - len(self.problems))
        self.problems += problems[:room]
        self.untold += len(problems) - len(problems[:room])


def add_to_desk(
    folder: Path,
    sources: Sequence[Path],
    *,
    published: date | None = None,
    outlet: str = "",
    case: Case | None = None,
    workers: int = 0,
    runner: Runner | None = None,
    progress: Progress = SILENT,
    batch: int = BATCH,
    added: datetime | None = None,
) -> Added:
    """Read what is new among reports, and keep it in a desk.

    Parameters
    ----------
    folder
        The desk; made where there is none.
    sources
        As `list_incoming` takes them.
    published, outlet
        Said by the user for all of them.
    case
        Its places are looked for first, and its populations are the bases of shares.
    workers
        Processes that open files, and that read where there is no runner; 0 for one per core.
    runner
        Who reads. Neither changes a byte of the desk.
    batch
        Reports between two writings.
    added
        The time to be noted; by default that of each writing.

    Returns
    -------
    added
        What came in. A killed addition leaves the batches that were written; adding the same again goes on
        from there, to the same files.

    Raises
    ------
    DeskError
        The desk is damaged, busy, from a newer version, or cannot be written.
    """
    from havenward.desk.folder import hold_desk
    from havenward.desk.store import group_near_copies, keep_places, merge_files

    workers = workers or os.cpu_count() or 1
    done = Added()
    with hold_desk(folder) as held:
        progress.begin("reports", 0)
        adding = _Adding(folder, held, done, case, batch, added)
        incoming = list_incoming(sources, published=published, outlet=outlet, runner=Processes(workers))
        adding.run(incoming, runner or Processes(workers), progress)
        manifest = adding.manifest
        if case is not None:
            manifest = keep_places(folder, manifest, _places_of(case))
        manifest = group_near_copies(folder, manifest)
        merge_files(folder, manifest)
    return done


def load_places(folder: Path) -> Case:
    """Load a case whose places are to be looked for."""
    from havenward.case.load import load_case

    return load_case(folder, before_reading=True)


class _Adding:
    """One addition under way: batches are planned ahead of the reading, and written in their order."""

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        done: Added,
        case: Case | None,
        batch: int,
        added: datetime | None,
    ) -> None:
        from havenward.desk.intake import Known

        self.folder, self.manifest, self.done, self.case = folder, manifest, done, case
        self.batch, self.added = batch, added
        self.known = Known(folder, manifest)
        self.next = manifest.last_batch + 1
        self.open: deque[Harvest] = deque()
        self.waiting: deque[tuple[Harvest, Fresh]] = deque()

    def run(self, incoming: Iterator[Incoming | Problem], runner: Runner, progress: Progress) -> None:
        """Plan, read and write until nothing comes in any more."""
        from havenward.reading.bulk import read_many
        from havenward.reading.gazetteer import fold

        def tell(seen: int) -> None:
            self.done.seen += seen
            progress.step(seen)

        places = reading_places(self.case) if self.case else ()
        bases = people_by_place(self.case) if self.case else {}
        tasks = self._tasks(incoming, tell)
        for _, reading in read_many(tasks, places=places, bases=bases, runner=runner):
            harvest, fresh = self.waiting.popleft()
            if isinstance(reading, CaseError):
                harvest.lose(fresh)
                self.done.tell(reading.problems)
            else:
                harvest.take(fresh, _language(reading), reading.refused, _rows(reading, fold))
            self._write_complete()
        self._write_complete()

    def _tasks(self, incoming: Iterator[Incoming | Problem], tell: Any) -> Iterator[Task]:  # noqa: ANN401
        """Give the texts that are to be read, and note for each where its reading goes."""
        from havenward.desk.store import Harvest
        from havenward.reading.bulk import Task
        from havenward.reading.documents import Document

        for piece in self._pieces(incoming):
            plan = self.known.plan(self.next, piece)
            tell(plan.seen)
            if not plan.appearances:
                continue
            self.next += 1
            harvest = Harvest(plan)
            self.open.append(harvest)
            for fresh in plan.fresh:
                self.waiting.append((harvest, fresh))
                yield Task(None, Document(fresh.report, fresh.text, published=fresh.published))

    def _pieces(self, incoming: Iterator[Incoming | Problem]) -> Iterator[list[Incoming]]:
        """Cut what comes in into batches by number and by length."""
        piece: list[Incoming] = []
        characters = 0
        for one in incoming:
            if isinstance(one, Problem):
                self.done.tell([one])
                continue
            piece.append(one)
            characters += len(one.text)
            if len(piece) >= self.batch or characters >= BATCH_CHARACTERS:
                yield piece
                piece, characters = [], 0
        if piece:
            yield piece

    def _write_complete(self) -> None:
        """Write the batches whose every text was read."""
        from havenward.desk.store import commit

        while self.open and self.open[0].complete:
            before = self.manifest.last_batch
            crisis = self.case.crisis if self.case else ""
            self.manifest = commit(self.folder, self.manifest, self.open.popleft(), crisis, self.added)
            if self.manifest.last_batch != before:
                batch = self.manifest.batches[-1]
                self.done.batches.append(batch.number)
                self.done.reports += batch.reports
                self.done.appearances += batch.appearances
                self.done.figures += batch.figures


def _rows(reading: Reading, fold: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """Give the figures of a reading as rows of a desk."""
    from havenward.reading.facts import number_of, speaker_key
    from havenward.reading.show import COLUMNS

    for figure in reading.figures:
        row = {name: getattr(figure, name) for name in COLUMNS}
        row["number"] = number_of(figure)
        row["place_key"] = fold(figure.location or figure.location_context or "") or None
        row["speaker_key"] = speaker_key(figure.source_attribution) or None
        yield row


def _language(reading: Reading) -> str:
    from havenward.reading.language import name_language

    return name_language(reading.text) if reading.refused else "English"


def _places_of(case: Case) -> list[tuple[str, str, str]]:
    """Give code, name and folded name of every place of a case; its key and its P-code are codes."""
    from havenward.reading.gazetteer import fold

    return [
        (code, row.name, fold(row.name))
        for row in case.locations
        for code in dict.fromkeys((row.location, row.pcode))
        if code and fold(row.name)
    ]

"""From files of reports to figures, and from figures into a case."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.errors import Problem
from havenward.files import check_target
from havenward.pipeline.progress import SILENT, Progress

TRIES = 5  # of a case into which others read too
ROOM_BYTES = 5_000_000  # that a case may grow by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from havenward.errors import CaseError
    from havenward.reading.documents import Document
    from havenward.reading.parts import ReadFigure, Reading
    from havenward.records import Case, Figure, Report
    from havenward.runners import Runner


def read_files(
    sources: Sequence[Path],
    *,
    published: date | None = None,
    outlet: str = "",
    case: Case | None = None,
    workers: int = 0,
    runner: Runner | None = None,
    progress: Progress = SILENT,
) -> Iterator[tuple[Document | None, Reading | CaseError]]:
    """Read reports from files, folders and streams, one after another.

    Parameters
    ----------
    sources
        Files, folders, `.jsonl` streams, or `-` for standard input.
    published, outlet
        Said by the user for all of them.
    case
        Its places are looked for first, and its populations are the bases of shares.
    workers
        Processes; 0 for one per core. Changes nothing but the time.
    runner
        Who reads, where it is not processes of this machine.

    Yields
    ------
    document, reading
        The document and what was read in it, or None and why it could not be read.
    """
    from havenward.reading.bulk import list_reports, read_many

    progress.begin("reports", 0)
    yield from read_many(
        list_reports(sources),
        published=published,
        outlet=outlet,
        places=reading_places(case) if case else (),
        bases=people_by_place(case) if case else {},
        workers=workers or os.cpu_count() or 1,
        runner=runner,
        told=progress.step,
    )


def read_report(
    source: Path, *, published: date | None = None, outlet: str = "", case: Case | None = None
) -> Reading:
    """Read one report; parameters as in `read_files`.

    Raises
    ------
    CaseError
        The file cannot be read. A report in another language is no error: the reading says `refused`.
    """
    from havenward.errors import CaseError

    (found,) = read_files([source], published=published, outlet=outlet, case=case, workers=1)
    if isinstance(found[1], CaseError):
        raise found[1]
    return found[1]


def reading_places(case: Case) -> tuple[tuple[str, str, str], ...]:
    """Give the places of a case as the reader looks for them: key, name, country."""
    return tuple(
        (place.location, place.name, place.country or case.country)
        for place in {row.location: row for row in case.locations}.values()
    )


def people_by_place(case: Case) -> dict[str, float]:
    """Give the population of each place by its name, the base of shares in reports."""
    return {
        place.name: float(place.population)
        for place in sorted(case.locations, key=lambda row: row.published)
        if place.population
    }


def read_into_case(
    folder: Path,
    sources: Sequence[Path],
    *,
    published: date | None = None,
    outlet: str = "",
    workers: int = 0,
    runner: Runner | None = None,
    progress: Progress = SILENT,
) -> tuple[Path, list[Reading], list[Problem]]:
    """Read reports into a case: texts to `reports/`, figures to `figures.csv`, reviews kept.

    Without sources the reports that the case already holds are read again.

    Returns
    -------
    path
        `figures.csv`.
    readings
        What was read, report by report.
    problems
        Reports that could not be taken in; nothing of them was written.
    """
    from havenward.case.load import load_case
    from havenward.errors import CaseError

    case = load_case(folder, before_reading=True)
    check_target(folder, ROOM_BYTES, CaseError)
    readings: list[Reading] = []
    reports: list[Report] = []
    problems: list[Problem] = []
    held = {report.report for report in case.reports}
    chosen = list(sources) or [folder / "reports"]
    for document, reading in read_files(
        chosen,
        published=published,
        outlet=outlet,
        case=case,
        workers=workers,
        runner=runner,
        progress=progress,
    ):
        if document is None or isinstance(reading, CaseError):
            problems += reading.problems if isinstance(reading, CaseError) else []
            continue
        report = _as_report(document)
        lacking = _lacking_header(document) if report.report not in held else []
        if lacking or reading.refused:
            problems += lacking or [_not_read(reading)]
            continue
        readings.append(replace(reading, report=report.report))
        if report.report not in held or sources:
            reports.append(report)
    path, readings = _link_and_write(
        folder,
        case,
        readings,
        reports,
        lambda held, but: _read_again(held, folder, but, workers, runner) if sources else [],
    )
    return path, readings, problems


def _link_and_write(
    folder: Path,
    case: Case,
    readings: list[Reading],
    reports: list[Report],
    read_held: Callable[[Case, set[str]], list[Reading]],
) -> tuple[Path, list[Reading]]:
    """Say what new reports repeat of those that the case holds, and write both into it.

    The case is free while reports are read, which may take minutes. What a person decided meanwhile counts,
    and where reports came in meanwhile, those are read too.

    Parameters
    ----------
    read_held
        Reads what a case holds but for the reports of these names.
    """
    from havenward.case.figures_file import merge_figures, write_reading
    from havenward.case.load import load_case
    from havenward.case.turns import case_busy, take_turn
    from havenward.errors import CaseError
    from havenward.reading.across import link_reports
    from havenward.reading.order import forget_later

    own = {reading.report for reading in readings}
    for _ in range(TRIES):
        earlier = read_held(case, own)
        linked = list(forget_later(link_reports([*earlier, *readings]))[len(earlier) :])
        read = [_as_figure(figure, reading.report) for reading in linked for figure in reading.figures]
        with take_turn(folder):
            now = load_case(folder, before_reading=True)
            if now.reports == case.reports:
                figures = merge_figures(now.figures, read, [reading.report for reading in linked])
                return write_reading(folder, reports, figures), linked
        case = now
    raise CaseError(case_busy(folder))


def list_unread(case: Case, day: date) -> tuple[str, ...]:
    """Name the reports known on a day of which the case holds no figure: not read yet, or there is none."""
    read = {figure.report for figure in case.figures}
    return tuple(r.report for r in case.reports if r.published <= day and r.report not in read)


def _read_again(
    case: Case, folder: Path, but: set[str], workers: int, runner: Runner | None
) -> list[Reading]:
    """Read what a case holds already, so that what a new report repeats counts once."""
    from havenward.errors import CaseError

    held = {report.report for report in case.reports} - but
    return [
        replace(reading, report=_as_report(document).report)
        for document, reading in read_files(
            [folder / "reports"] if held else [], case=case, workers=workers, runner=runner
        )
        if document is not None
        and not isinstance(reading, CaseError)
        and not reading.refused
        and _as_report(document).report in held
    ]


def _as_report(document: Document) -> Report:
    from havenward.records import Report

    return Report(
        report=f"{Path(document.name).stem}.txt",
        title=document.title,
        outlet=document.outlet,
        published=document.published or date.min,
        url=document.url,
        kind=document.kind,
        source=document.source,
        text=document.text,
    )


def _lacking_header(document: Document) -> list[Problem]:
    lacking = [
        option
        for option, value in (("--published DATE", document.published), ("--outlet NAME", document.outlet))
        if not value
    ]
    if not lacking:
        return []
    return [
        Problem(
            document.name,
            "its date or outlet is not known",
            "expected both for a report of a case: they decide what a forecast may see",
            f"give {' and '.join(lacking)}, or a header with published and outlet",
            "report-without-header",
        )
    ]


def _not_read(reading: Reading) -> Problem:
    return Problem(
        reading.report,
        reading.refused,
        "expected a report in English",
        "give a translation, or enter its figures in figures.csv",
        "report-language",
    )


def _as_figure(read: ReadFigure, report: str) -> Figure:
    """Turn what was read into a row of `figures.csv`."""
    from havenward.case.assumptions import COULD_BE_HIGHER
    from havenward.records import Figure

    higher = read.higher and COULD_BE_HIGHER not in read.relation
    relation = ";".join(part for part in (read.relation, COULD_BE_HIGHER if higher else "") if part)
    return Figure(
        figure=f"{Path(report).stem}-{read.start}",
        report=report,
        start=read.start,
        end=read.end,
        sentence=read.sentence,
        quantity_text=read.quantity_text,
        low=read.low,
        high=read.high,
        point=read.point,
        quantifier=read.quantifier,
        unit=read.unit,
        group=read.group,
        term=read.term,
        temporality=read.temporality,
        location=read.location or read.location_context or "",
        origin=read.origin or "",
        destination=read.destination or "",
        date_expression=read.date_expression or "",
        date_from=read.date_from,
        date_to=read.date_to,
        source_attribution=read.source_attribution or "",
        fact_group=read.fact_group,
        relation=relation,
        review=read.review,
    )

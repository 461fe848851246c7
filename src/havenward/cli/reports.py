"""The command that reads reports."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import (
    DONE,
    WRONG,
    add_cluster_option,
    add_command,
    read_date,
    say,
    show_progress,
)
from havenward.errors import CaseError, Problem, SettingsError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

    from havenward.cli.words import Commands
    from havenward.pipeline import Progress
    from havenward.reading.documents import Document
    from havenward.reading.parts import Reading
    from havenward.runners import Runner

FORMATS = ("table", "jsonl", "csv", "xlsx", "marked", "html")


def add_read(commands: Commands) -> None:
    """Describe `havenward read`."""
    parser = add_command(
        commands,
        "read",
        "read reports: who says how many of whom, doing what, where and when",
        "havenward read report.txt --published 2016-07-31 --format jsonl",
        _run_read,
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="text, HTML, PDF or Word files, folders, a .jsonl stream, or - for one on standard input; "
        "with --case and no FILE the reports of the case are read again",
    )
    parser.add_argument(
        "--published", type=read_date, metavar="DATE", help="date of the reports (empty: as they say)"
    )
    parser.add_argument(
        "--outlet", default="", metavar="NAME", help="who published them (empty: as they say)"
    )
    parser.add_argument(
        "--case",
        type=Path,
        metavar="CASE",
        help="keep texts and figures in this case; what a person reviewed stays as it is",
    )
    parser.add_argument(
        "--format",
        default="table",
        choices=FORMATS,
        help="how to show the figures; marked and html show the reports with their figures marked",
    )
    parser.add_argument(
        "--movements",
        type=Path,
        metavar="FILE",
        help="where to write movements stated without a number, as jsonl",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write (empty: standard output); needed for xlsx"
    )
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="processes; 0 for one per core; changes no result"
    )
    add_cluster_option(parser)


def _run_read(chosen: argparse.Namespace) -> int:
    if not chosen.files and chosen.case is None:
        say("read: no FILE and no --case; expected one of them; name a report or a case")
        return WRONG
    if chosen.format == "xlsx" and chosen.out is None:
        say("read: --format xlsx without --out; expected a file to write to; add --out FILE")
        return WRONG
    problems: list[str] = []
    if chosen.case is not None:
        readings = iter(_read_into_case(chosen, problems))
    else:
        readings = _read_files(chosen, problems)
    with _movements_file(chosen.movements) as note:
        _write(_noting(readings, note), chosen)
    for problem in problems:
        say(problem)
    return WRONG if problems else DONE


def _read_files(chosen: argparse.Namespace, problems: list[str]) -> Iterator[Reading]:
    """Read one report after another; what cannot be read is told at the end, and the rest goes on."""
    from havenward.pipeline import read_files

    texts = chosen.out.with_name(f"{chosen.out.stem}-texts") if chosen.out is not None else None
    with show_progress() as progress, _hands(chosen, progress) as runner:
        for document, reading in read_files(
            chosen.files,
            published=chosen.published,
            outlet=chosen.outlet,
            runner=runner,
            progress=progress,
        ):
            if isinstance(reading, CaseError):
                problems += [str(problem) for problem in reading.problems]
                continue
            if reading.refused:
                problems.append(f"{reading.report}: {reading.refused}; give a translation")
            if document is not None and document.extracted and texts is not None:
                _keep_text(texts, document)
            yield reading


@contextmanager
def _hands(chosen: argparse.Namespace, progress: Progress) -> Iterator[Runner]:
    from havenward.cluster import open_runner
    from havenward.runners import Processes

    with open_runner(chosen.cluster, chosen.workers, Processes, told=progress.note) as runner:
        yield runner


def _keep_text(folder: Path, document: Document) -> None:
    """Keep a text that was taken out of another format: the offsets of its figures count in it."""
    from havenward.files import open_whole

    folder.mkdir(parents=True, exist_ok=True)
    with open_whole(folder / f"{document.name}.txt") as stream:
        stream.write(document.text)


def _read_into_case(chosen: argparse.Namespace, problems: list[str]) -> Iterable[Reading]:
    from havenward.pipeline import read_into_case

    with show_progress() as progress, _hands(chosen, progress) as runner:
        path, readings, found = read_into_case(
            chosen.case,
            chosen.files,
            published=chosen.published,
            outlet=chosen.outlet,
            runner=runner,
            progress=progress,
        )
    problems += [str(problem) for problem in found]
    say(f"{sum(len(reading.figures) for reading in readings)} figures of {len(readings)} reports in {path}")
    return readings


@contextmanager
def _movements_file(path: Path | None) -> Iterator[Callable[[Reading], None]]:
    if path is None:
        yield lambda _: None
        return
    from havenward.files import open_whole
    from havenward.reading.show import format_jsonl, movement_row

    with _told_if_unwritable(path), open_whole(path) as stream:

        def note(reading: Reading) -> None:
            stream.writelines(format_jsonl(movement_row(reading.report, one) for one in reading.movements))

        yield note


def _noting(readings: Iterator[Reading], note: Callable[[Reading], None]) -> Iterator[Reading]:
    for reading in readings:
        note(reading)
        yield reading


def _write(readings: Iterator[Reading], chosen: argparse.Namespace) -> None:
    from havenward.files import open_whole, replace_whole
    from havenward.reading.show import write_workbook

    if chosen.out is None:
        for piece in _pieces(readings, chosen.format):
            sys.stdout.write(piece)
        return
    with _told_if_unwritable(chosen.out):
        if chosen.format == "xlsx":
            with replace_whole(chosen.out) as part:
                write_workbook(readings, part)
        else:
            with open_whole(chosen.out) as stream:
                stream.writelines(_pieces(readings, chosen.format))
    print(chosen.out)


def _pieces(readings: Iterator[Reading], form: str) -> Iterator[str]:
    """Write out report by report, so that the first is seen at once and none stays in memory."""
    from havenward.reading import show

    rows = (show.figure_row(figure) for reading in readings for figure in reading.figures)
    if form == "jsonl":
        return show.format_jsonl(rows)
    if form == "csv":
        return show.format_csv(rows)
    if form == "html":
        return show.format_html(readings)
    if form == "marked":
        return (show.format_marked(reading) for reading in readings)
    return (show.format_table(reading) for reading in readings)


@contextmanager
def _told_if_unwritable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(
            Problem(
                str(path),
                f"cannot be written ({error.strerror or error})",
                "expected a writable place",
                "name another file",
                "output-not-written",
            )
        ) from error

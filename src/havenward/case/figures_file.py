"""How figures that a machine read come into `figures.csv`: beside what a person decided, never over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.case.turns import not_written
from havenward.case.write import format_report, format_table, write_new
from havenward.errors import CaseError, Problem
from havenward.files import replace_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from havenward.records import Figure, Report

OPEN = "open"
FILE = "figures.csv"


def merge_figures(kept: Sequence[Figure], read: Iterable[Figure], reports: Iterable[str]) -> list[Figure]:
    """Put newly read figures among those of the file.

    A figure that a person reviewed stays as it is, and what the machine now reads at the same words is left
    out. Unreviewed figures of the same reports are replaced, so that reading twice gives the same file.

    Parameters
    ----------
    kept
        Figures of the file, in its order.
    read
        What was read now.
    reports
        Reports that were read, those without figures included.

    Returns
    -------
    figures
        Those that stay in their order, then the new ones.
    """
    again = set(reports)
    stay = [figure for figure in kept if figure.review != OPEN or figure.report not in again]
    decided = [f for f in stay if f.report in again and f.start is not None and f.end is not None]
    names = {figure.figure for figure in stay}
    fresh = []
    for figure in read:
        start, end = figure.start or 0, figure.end or 0
        if any(
            other.report == figure.report and start < (other.end or 0) and (other.start or 0) < end
            for other in decided
        ):
            continue
        name, number = figure.figure, 2
        while name in names:
            name, number = f"{figure.figure}-{number}", number + 1
        names.add(name)
        fresh.append(replace(figure, figure=name))
    return stay + fresh


def write_reading(folder: Path, reports: Iterable[Report], figures: Iterable[Figure]) -> Path:
    """Put the texts of reports and the figures into a case, all or nothing; the caller holds the folder.

    Returns
    -------
    path
        `figures.csv`.

    Raises
    ------
    CaseError
        A report of one of these names with another text is in the case, or it cannot be written.
    """
    path = folder / FILE
    try:
        texts = _new_reports(folder, reports)
        texts[FILE] = format_table("figures", figures)
        with replace_together(folder, held=True) as part:
            for name, text in texts.items():
                write_new(part / name, text)
    except OSError as error:
        raise not_written(path, error) from error
    return path


def _new_reports(folder: Path, reports: Iterable[Report]) -> dict[str, str]:
    """Give the texts of reports that are not in the case yet; one that is there must say the same."""
    texts, problems = {}, []
    for report in reports:
        name, text = f"reports/{report.report}", format_report(report)
        path = folder / name
        if not path.exists():
            texts[name] = text
        elif path.read_text(encoding="utf-8").replace("\r\n", "\n") != text:
            problems.append(
                Problem(
                    name,
                    "the case holds another report of this name",
                    "expected a new name or the same text",
                    "rename the file before reading it",
                    "report-of-another-text",
                )
            )
    if problems:
        raise CaseError(problems)
    return texts

"""How figures that a machine read come into `figures.csv`: beside what a person decided, never over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from havenward.case.write import format_report, format_table
from havenward.errors import CaseError, Problem
from havenward.files import open_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from havenward.records import Figure, Report

OPEN = "open"


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


def write_figures(folder: Path, figures: Iterable[Figure]) -> Path:
    """Replace `figures.csv` of a case in one step."""
    path = folder / "figures.csv"
    try:
        with open_whole(path) as stream:
            stream.write(format_table("figures", figures))
    except OSError as error:
        raise _not_written(path, error) from error
    return path


def add_reports(folder: Path, reports: Iterable[Report]) -> list[Path]:
    """Keep the texts of reports in a case; one that is there already must say the same.

    Raises
    ------
    CaseError
        A report of that name with another text is in the case.
    """
    written, problems = [], []
    for report in reports:
        path = folder / "reports" / report.report
        text = format_report(report)
        try:
            if path.exists():
                if path.read_text(encoding="utf-8").replace("\r\n", "\n") != text:
                    problems.append(
                        Problem(
                            f"reports/{report.report}",
                            "the case holds another report of this name",
                            "expected a new name or the same text",
                            "rename the file before reading it",
                            "report-of-another-text",
                        )
                    )
                continue
            path.parent.mkdir(exist_ok=True)
            with open_whole(path) as stream:
                stream.write(text)
        except OSError as error:
            raise _not_written(path, error) from error
        written.append(path)
    if problems:
        raise CaseError(problems)
    return written


def _not_written(path: Path, error: OSError) -> CaseError:
    return CaseError(
        Problem(
            str(path),
            f"the file could not be written ({error.strerror or error})",
            "expected room and rights to write",
            "free some space or correct the rights",
            "case-not-written",
        )
    )

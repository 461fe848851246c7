"""Which files are handed over, and that none is unless every one passed the check for its audience."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.brief.page import write_page
from havenward.brief.release import hand_over
from havenward.brief.tables import NEEDS_COLUMNS, PEOPLE_COLUMNS, needs_rows, people_rows
from havenward.brief.workbook import neutralise, write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from havenward.brief.content import Brief

FILES = ("brief.html", "brief.xlsx", "people.csv", "needs.csv")


def write_brief(brief: Brief, folder: Path) -> tuple[Path, ...]:
    """Write the products of a brief: page, workbook and tables.

    The files are written beside the folder, re-opened and searched for what the audience may not see, and
    only then put in place.

    Parameters
    ----------
    brief
        From `compose_brief`.
    folder
        Is made where it does not exist; files of these names are replaced.

    Returns
    -------
    paths
        `brief.html`, `brief.xlsx`, `people.csv`, `needs.csv`.

    Raises
    ------
    ReleaseError
        The folder holds a run or cannot be written to, or a file holds something that the audience may
        not see; nothing was put in place.
    """
    folder = Path(folder)
    with hand_over(folder, FILES, brief.guard) as part:
        (part / "brief.html").write_text(write_page(brief), encoding="utf-8", newline="\n")
        write_workbook(brief, part / "brief.xlsx")
        write_table(part / "people.csv", PEOPLE_COLUMNS, people_rows(brief))
        write_table(part / "needs.csv", NEEDS_COLUMNS, needs_rows(brief))
    return tuple(folder / file for file in FILES)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV that spreadsheets read as UTF-8 (it begins with a byte order mark), text neutralised."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_plain(value) for value in row] for row in rows)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 6)
    return neutralise(value)

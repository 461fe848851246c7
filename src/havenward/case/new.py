"""What a planner starts from: an empty case, as files and as a workbook, or a folder made of a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.case.draft import ASSUMPTIONS_FILE, CASE_FILE, REPORTS_FOLDER, SCENARIOS_FILE
from havenward.case.tables import SHEETS, read_columns
from havenward.case.workbook_sheets import WORKBOOK_NAME
from havenward.case.write import format_string, format_table, write_case, write_new
from havenward.errors import CaseError, Problem
from havenward.files import finish_left, replace_together

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from havenward.case.places_near import DraftedPlaces

_CASE = """\
# The crisis. Lines that start with # are comments; take the # away to use them.
title = {title}      # name of the crisis as people read it
crisis = {crisis}     # short name that never changes, for example "mosul-2016"
country = {country}    # three capital letters (ISO 3166-1 alpha-3), for example "IRQ"
{start}
horizon_days = 120             # days to look ahead when the command does not say
# rules = "havenward"          # rule set of the movement model: havenward or flee
# residents_held = false       # true where leaving is prevented while a place is held
# front_by_cell = false        # true where every origin that the front has reached is reported
# publication_lag_days = 3     # days from a count to its publication, where a row does not say

[release]
audience = "public"            # public, partner or team: who may see a brief when the command does not say
suppress_below = 10            # counts of people below this are not shown outside the team
"""

_ASSUMPTIONS = """\
# What is uncertain, as ranges. Each assumption has a name that the model reads, a distribution, a unit and
# a reason. What you leave out comes from past crises or from stated conventions.
# Lines that start with # are comments; take the # away to use them.

# [[assumption]]
# name = "population_at_risk"
# published = 2016-07-31              # the day on which you assume it; earlier forecasts ignore it
# distribution = "triangular"
# low = 1000000
# mode = 1500000
# high = 2000000
# unit = "persons"
# reason = "Range of the counts that officials gave; the middle is the one most often repeated."
# sources = ["ministry-2016"]         # names of sources.csv

# [[assumption]]
# name = "displaced_total"
# published = 2016-07-31
# distribution = "figures"            # pools figures.csv: stated ranges become one distribution
# term = "expected_displaced"
# places = ["Mosul"]                  # places as the reports write them
# unit = "persons"
# reason = "What officials and agencies expected."

# [[assumption]]
# name = "operation_start"            # events.csv may use this name as the date of operation_starts
# published = 2016-07-31
# distribution = "uniform"
# low = 30
# high = 150
# unit = "days after"
# after = 2016-07-31
# reason = "Announced for the autumn, no day given."
"""

_SCENARIOS = """\
# Named variations of the case. Each replaces assumptions and adds events; choose one with --scenario.
# Lines that start with # are comments; take the # away to use them.

# [[scenario]]
# name = "bridge-closed"
# title = "The bridge is closed"
# published = 2016-07-31
# likelihood = 0.2
# words = "unlikely"
# triggers = ["fighting within 5 km of the bridge"]
#
# [[scenario.event]]
# date = 2016-11-01
# kind = "route_closes"
# from = "east-bank"
# to = "west-bank"
"""

_REPORTS = """\
Put each report here as a text file whose name ends in .txt, for example 2016-07-31-paper.txt.
It starts with a header; an empty line follows, then the text:

title: Aid agencies prepare for an exodus
outlet: Example Times
published: 2016-07-31
url: https://example.org/exodus
kind: paraphrase

Officials expect at least 500,000 people to leave the city.

kind is `original` for a text that you may keep, `paraphrase` for your own wording of what a source said.
"""

_README = """\
This folder is a case: one crisis as data. Open the .csv files in a spreadsheet and save them as CSV UTF-8.

You can fill in case.xlsx instead, which holds the same as one workbook with drop-downs and notes; it is read
by its own name, and `havenward new DIR --from case.xlsx` makes a folder of it.

Fill in first: case.toml, then locations.csv (at least one origin and one camp or host), then routes.csv.
`havenward check` with the name of this folder says what is still missing, as often as you like.
Leave a cell empty where something is not known. Dates are written YYYY-MM-DD. Every row has `published`:
the day from which it was known. A forecast never sees a row published after the day that it looks ahead
from.

"""


def new_case(
    folder: Path | str,
    *,
    title: str = "",
    crisis: str = "",
    country: str = "",
    start: date | None = None,
    places: DraftedPlaces | None = None,
) -> Path:
    """Make an empty case that a planner can fill in, with the same as a workbook beside it.

    Parameters
    ----------
    folder
        A folder that is new or empty.
    title, crisis, country, start
        Settings that are known already; the others are left to fill in, and `check_case` names them.
    places
        Places to draft; they wait for a person to confirm them.

    Returns
    -------
    folder
        Where the case lies.

    Raises
    ------
    CaseError
        The folder holds something, or cannot be written.
    """
    from havenward.case.template_workbook import fill_workbook

    folder = Path(folder)
    _check_free(folder)
    day = "# start = 2016-06-01           # first day of the case: nothing is simulated before it"
    if start is not None:
        day = f"start = {start}             # first day of the case: nothing is simulated before it"
    country = country or (places.country if places else "")
    settings = _CASE.format(
        title=format_string(title), crisis=format_string(crisis), country=format_string(country), start=day
    )
    texts = {f"{table}.csv": format_table(table, ()) for table in SHEETS}
    texts |= {
        CASE_FILE: settings,
        ASSUMPTIONS_FILE: _ASSUMPTIONS,
        SCENARIOS_FILE: _SCENARIOS,
        f"{REPORTS_FOLDER}/README": _REPORTS,
        "README": _README + _explain_columns(),
    }
    if places is not None:
        for table, rows in places.tables().items():
            texts[f"{table}.csv"] = format_table(table, rows)
    known = {"title": title, "crisis": crisis, "country": country, "start": start}
    try:
        with replace_together(folder) as part:
            for name, text in texts.items():
                write_new(part / name, text)
            fill_workbook(part / WORKBOOK_NAME, rows=places.tables() if places else None, settings=known)
    except OSError as error:
        raise _not_written(folder, error) from error
    return folder


def write_template(
    path: Path | str, places: DraftedPlaces | None = None, settings: Mapping[str, Any] | None = None
) -> Path:
    """Write the workbook to fill in, empty or with drafted places and settings that are known.

    Raises
    ------
    CaseError
        There is something of this name, the name does not end in .xlsx, or it cannot be written.
    """
    from havenward.case.template_workbook import write_workbook

    known = settings or ({"country": places.country} if places else {})
    return write_workbook(path, rows=places.tables() if places else None, settings=known)


def case_from_workbook(folder: Path | str, workbook: Path | str) -> Path:
    """Make a case folder of a workbook; the files are those of the same case made by hand.

    Raises
    ------
    CaseError
        The folder holds something, or a cell of the workbook cannot be read: a row would be lost.
    """
    from havenward.case.check import check_folder
    from havenward.case.draft import read_draft

    folder, workbook = Path(folder), Path(workbook)
    check_folder(workbook)
    _check_free(folder)
    draft = read_draft(workbook)
    if draft.findings.has_errors():
        raise CaseError([one for one in draft.findings.problems() if one.severity == "error"])
    # drafted rows have no date of publication, and a case cannot hold them
    rows = sorted((*draft.case.locations, *draft.drafted), key=lambda row: row.row)
    instead = {"locations.csv": format_table("locations", rows)} if draft.drafted else {}
    write_case(draft.case, folder, instead)
    return folder


def workbook_from_case(case: Path | str, path: Path | str) -> Path:
    """Write a case folder as one workbook; every row is kept, and reading it gives the same case.

    Raises
    ------
    CaseError
        The case has errors, something is there already, or it cannot be written.
    """
    from havenward.case.draft import read_draft
    from havenward.case.load import load_case
    from havenward.case.template_workbook import write_workbook

    loaded = load_case(case)
    return write_workbook(path, loaded, {"locations": read_draft(Path(case)).drafted})


def _check_free(folder: Path) -> None:
    if folder.is_dir():
        try:
            finish_left(folder)  # of a command that was killed: then the folder is taken
        except OSError as error:
            raise _not_written(folder, error) from error
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        found = "the folder is not empty" if folder.is_dir() else "found a file"
        raise CaseError(
            Problem(
                str(folder),
                found,
                "expected a new or empty folder",
                "name another folder, so that nothing is lost",
                "case-folder-taken",
            )
        )


def _not_written(folder: Path, error: OSError) -> CaseError:
    return CaseError(
        Problem(
            str(folder),
            f"the case could not be written ({error.strerror or error})",
            "expected room and rights to write",
            "free some space or name another folder",
            "case-not-written",
        )
    )


def _explain_columns() -> str:
    """List the columns of every table, as they are defined for reading."""
    parts = []
    for table in SHEETS:
        lines = [f"{table}.csv"]
        for column in read_columns(table):
            need = "needed" if column.required else "may be empty"
            lines.append(f"  {column.name} ({need}): {column.expected()}. {column.description}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"

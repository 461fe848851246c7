"""The bundled case from end to end: two looks ahead, their briefs, and the look back."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

from havenward.errors import Problem, SettingsError
from havenward.files import replace_together
from havenward.pipeline.bundled import bundled_case
from havenward.pipeline.forecasts import run_forecast
from havenward.pipeline.products import make_brief
from havenward.pipeline.progress import SILENT, Progress
from havenward.pipeline.reports import read_into_case
from havenward.runs import check_free
from havenward.settings import BriefSettings, ForecastSettings

if TYPE_CHECKING:
    from pathlib import Path

    from havenward.runs import Run

LOOKS = (date(2016, 7, 31), date(2016, 10, 16))
LOOK_BACK_UNTIL = date(2017, 6, 22)
RECOUNT = (
    "After 22 June 2017 the counting system added about 380,000 people whom it had not counted before, most "
    "of them displaced for months and living in the east of the city. That is a change in counting, not "
    "movement, so the comparison ends there."
)


def run_demo(
    folder: Path,
    *,
    members: int = 1000,
    seed: int = 1,
    workers: int = 0,
    replace_run: bool = False,
    progress: Progress = SILENT,
) -> dict[str, Path]:
    """Run the bundled case from two origin dates, brief each, and look back at what was counted.

    The case is copied beside the runs, and its reports are read there: forecasts rest on what was read, and
    on what a person decided where reading errs (the rows that `figures.csv` of the bundled case holds).

    Returns
    -------
    pages
        The pages to open, by what they are.
    """
    from havenward.brief.lookback import write_look_back
    from havenward.case.load import load_case

    for origin in LOOKS:  # before any work is done
        check_free(folder / origin.isoformat() / "run", replace=replace_run)
    _copy_case(bundled_case(), folder / "case")
    read_into_case(folder / "case", [], workers=workers, progress=progress)
    case = load_case(folder / "case")
    pages: dict[str, Path] = {}
    runs: list[Run] = []
    for origin in LOOKS:
        target = folder / origin.isoformat()
        settings = ForecastSettings(origin, (LOOK_BACK_UNTIL - origin).days, members, seed, "D")
        run = run_forecast(
            case, settings, target / "run", workers=workers, replace_run=replace_run, progress=progress
        )
        last = runs[-1] if runs else None  # the second brief says what changed since the first
        make_brief(run, target / "brief", BriefSettings(suppress_below=case.suppress_below), last)
        pages[f"brief from {origin}"] = target / "brief" / "brief.html"
        runs.append(run)
    pages["look back"] = write_look_back(case, runs, folder / "look-back", LOOK_BACK_UNTIL, note=RECOUNT)
    return pages


def _copy_case(source: Path, folder: Path) -> None:
    """Copy a case; files of the same name are replaced, and nothing is removed."""
    try:
        with replace_together(folder) as part:
            shutil.copytree(source, part, dirs_exist_ok=True)
    except OSError as error:
        raise SettingsError(
            Problem(
                str(folder),
                f"cannot be written ({error.strerror or error})",
                "expected a writable place",
                "name another folder with --out",
                "output-not-written",
            )
        ) from error

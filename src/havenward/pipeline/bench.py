"""What the workbench asks for beyond the passages that commands use: plain values in, plain values out."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, Any

from havenward.errors import HavenwardError
from havenward.pipeline.forecasts import run_forecast
from havenward.pipeline.progress import SILENT, Progress
from havenward.settings import LANGUAGES, ForecastSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from havenward.runs import Run

log = logging.getLogger(__name__)


def forecast_folder(
    case_folder: Path,
    run_folder: Path,
    asked: Mapping[str, Any],
    *,
    cluster: str = "",
    progress: Progress = SILENT,
) -> Run:
    """Make a run of a case folder with settings as a form gives them; what it leaves out is as usual.

    `cluster` is the address of one that does the work, as in `havenward.cluster.open_runner`.

    Where the form says a `language`, what the pages of the run show in it is worked out too.
    """
    from havenward.case.load import load_case
    from havenward.cluster import open_runner

    case = load_case(case_folder)
    settings = ForecastSettings(
        date.fromisoformat(asked["origin_date"]),
        int(asked.get("horizon_days") or case.horizon_days),
        int(asked.get("members") or 1000),
        int(asked.get("seed") or 1),
        str(asked.get("track") or "C"),
        case.rules,
        str(asked.get("priors") or "time-ordered"),
        str(asked.get("scenario") or ""),
    )
    with open_runner(cluster, 0, told=progress.note) as runner:
        run = run_forecast(
            case,
            settings,
            run_folder,
            replace_run=bool(asked.get("replace")),
            progress=progress,
            runner=runner,
        )
    prepare_pages(run, asked)
    return run


def prepare_pages(run: Run, asked: Mapping[str, Any]) -> None:
    """Work out what the first look at a new run would wait for; a run that stands is not lost over it."""
    from havenward.pipeline.kept_briefs import kept_folder, prepare_briefs

    language, kept = str(asked.get("language") or ""), kept_folder(run.folder)
    if language not in LANGUAGES or kept is None:
        return
    try:
        prepare_briefs(run, (language,), kept)
    except HavenwardError as error:
        log.warning("the pages of %s were not prepared: %s", run.folder.name, error)


def look_at_report(path: Path) -> dict[str, str]:
    """Tell what a file says of itself before it is read: header, language and text; dates as text.

    Raises
    ------
    CaseError
        It cannot be opened or holds no text.
    """
    from havenward.reading.documents import open_document
    from havenward.reading.language import name_language

    document = open_document(path)
    return {
        "title": document.title,
        "outlet": document.outlet,
        "published": document.published.isoformat() if document.published else "",
        "url": document.url,
        "kind": document.kind,
        "language": name_language(document.text),
        "text": document.text,
    }


def load_pages() -> None:
    """Load what the pages of a run are drawn with, so that the first one does not wait for it."""
    import havenward.brief.content
    import havenward.brief.drawings
    import havenward.brief.guard
    import havenward.brief.maps
    import havenward.brief.why  # noqa: F401 - only loaded


def warm_up() -> None:
    """Load what every forecast needs, so that the first one does not wait for it."""
    import polars  # noqa: F401, ICN001 - only loaded

    import havenward.brief.charts
    import havenward.brief.overlays
    import havenward.case.load
    import havenward.case.write
    import havenward.forecast.assimilate
    import havenward.forecast.tables
    import havenward.movement.simulate
    import havenward.pipeline.run_questions
    import havenward.pipeline.run_views
    import havenward.pipeline.whatif  # noqa: F401 - only loaded

"""What kinds of jobs there are: each a function from work to what the page is told when it is done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.errors import SettingsError
from havenward.workbench.run_kinds import do_backtest, do_needs, do_publish, do_whatif, do_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from havenward.errors import Problem
    from havenward.pipeline import Progress
    from havenward.workbench.workspace import Workspace


@dataclass(frozen=True)
class Work:
    """What one job works with: where, on which case, with which arguments, and whom to tell.

    `send(kind, values)` tells the page something while the job runs, for example a first rough result.
    `cluster` is the address of one that forecasts are made on; empty for this machine.
    """

    workspace: Workspace
    case: str
    arguments: Mapping[str, Any]
    progress: Progress
    send: Callable[[str, Mapping[str, Any]], None]
    cluster: str = ""


def problem_as_dict(problem: Problem) -> dict[str, str]:
    """Give a problem as plain values, as jobs keep and pages get it."""
    return asdict(problem)


def do_read(work: Work) -> Mapping[str, Any]:
    """Read reports into the case: files of a folder of uploads, or all again where none is named."""
    from havenward.pipeline import read_into_case
    from havenward.workbench.edits import change_copy

    day = work.arguments.get("published")
    _, readings, problems = change_copy(
        work.workspace,
        work.case,
        lambda folder: read_into_case(
            folder,
            [Path(path) for path in work.arguments.get("files", ())],
            published=date.fromisoformat(day) if day else None,
            outlet=str(work.arguments.get("outlet", "")),
            workers=1,
            progress=work.progress,
        ),
    )
    if problems and not readings:
        raise SettingsError(problems)
    return {
        "figures": sum(len(reading.figures) for reading in readings),
        "reports": len(readings),
        "problems": [problem_as_dict(problem) for problem in problems],
        "url": f"/cases/{work.case}/reports",
    }


def do_forecast(work: Work) -> Mapping[str, Any]:
    """Make a run of the case."""
    from havenward.pipeline.bench import forecast_folder
    from havenward.workbench.edits import copy_of

    run = str(work.arguments["run"])
    with copy_of(work.workspace, work.case) as folder:  # somebody may be saving just now
        forecast_folder(
            folder,
            work.workspace.new_run_folder(work.case, run),
            work.arguments,
            cluster=work.cluster,
            progress=work.progress,
        )
    return {"run": run, "url": f"/cases/{work.case}/runs/{run}"}


def do_import(work: Work) -> Mapping[str, Any]:
    """Import files of another office or tool into the case."""
    from havenward.workbench import do_imports

    return do_imports.do_import(work)


KINDS: Mapping[str, Callable[[Work], Mapping[str, Any]]] = {
    "read": do_read,
    "forecast": do_forecast,
    "import": do_import,
    "backtest": do_backtest,
    "brief": do_publish,
    "needs": do_needs,
    "whatif": do_whatif,
    "whole": do_whole,
}

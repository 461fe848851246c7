"""Commands that write what is handed over, and that look at the installation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import (
    DONE,
    WRONG,
    add_command,
    add_machine_options,
    read_date,
    say,
    show_progress,
    tell_unread,
)
from havenward.settings import AUDIENCES

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands


def add_demo(commands: Commands) -> None:
    """Describe `havenward demo`."""
    parser = add_command(
        commands,
        "demo",
        "run the bundled case, Mosul 2016, to its briefs and look back",
        "havenward demo --out out/demo",
        _run_demo,
    )
    parser.add_argument(
        "--out", type=Path, default=Path("out", "demo"), metavar="DIR", help="folder for the runs and briefs"
    )
    parser.add_argument("--members", type=int, default=1000, metavar="N", help="runs in each ensemble")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="whole number that fixes all randomness"
    )
    add_machine_options(parser)


def _run_demo(chosen: argparse.Namespace) -> int:
    from havenward.pipeline import run_demo

    with show_progress() as progress:
        pages = run_demo(
            chosen.out,
            members=chosen.members,
            seed=chosen.seed,
            workers=chosen.workers,
            replace_run=chosen.replace,
            progress=progress,
        )
    for what, page in pages.items():
        say(f"{what}:")
        print(page)
    return DONE


def add_brief(commands: Commands) -> None:
    """Describe `havenward brief`."""
    parser = add_command(
        commands,
        "brief",
        "write the brief of a run, or of a case as known on a day, for an audience",
        "havenward brief runs/eve --out briefs/eve --audience public",
        _run_brief,
    )
    parser.add_argument("source", type=Path, metavar="CASE|RUN", help="run folder, or case folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the products")
    parser.add_argument(
        "--audience",
        default="",
        metavar="|".join(AUDIENCES),
        help="who may read it (empty: as the case says)",
    )
    parser.add_argument(
        "--as-of", type=read_date, metavar="DATE", help="origin date where a case is named (empty: today)"
    )
    parser.add_argument("--replace", action="store_true", help="replace an older run of the case")


def _run_brief(chosen: argparse.Namespace) -> int:
    from havenward.case.load import load_case
    from havenward.pipeline import make_brief, run_forecast
    from havenward.runs import RUN_FILE, read_run
    from havenward.settings import BriefSettings, ForecastSettings

    if (chosen.source / RUN_FILE).is_file():
        run = read_run(chosen.source)
    else:
        case = load_case(chosen.source)
        origin = chosen.as_of or date.today()  # noqa: DTZ011 - the planner's own day
        settings = ForecastSettings(origin, case.horizon_days, rules=case.rules)
        tell_unread(case, origin)
        # beside the products and not among them: a run holds what only the team may see
        folder = chosen.out.with_name(f"{chosen.out.name}-run")
        with show_progress() as progress:
            run = run_forecast(case, settings, folder, replace_run=chosen.replace, progress=progress)
        say(f"the run, for the team only: {run.folder}")
    known = load_case(run.case_folder)
    wanted = BriefSettings(suppress_below=known.suppress_below)
    files = make_brief(run, chosen.out, replace(wanted, audience=chosen.audience or known.audience))
    for path in files:
        print(path)
    return DONE


def add_doctor(commands: Commands) -> None:
    """Describe `havenward doctor`."""
    add_command(
        commands,
        "doctor",
        "say what is installed and whether it works, offline",
        "havenward doctor",
        _run_doctor,
    )


def _run_doctor(_: argparse.Namespace) -> int:
    from havenward.doctor import examine

    findings = examine()
    for finding in findings:
        print(f"{'ok     ' if finding.sound else 'MISSING'} {finding.what}: {finding.found}")
        if not finding.sound:
            say(finding.repair)
    return DONE if all(finding.sound for finding in findings) else WRONG

"""Commands that write what is handed over, and that look at the installation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import (
    DONE,
    USAGE,
    WRONG,
    add_command,
    add_machine_options,
    read_date,
    say,
    show_progress,
    tell_unread,
)
from havenward.settings import AUDIENCES, LANGUAGES

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands

MAIN_PRODUCTS = (
    "brief.html",
    "brief.pdf",
    "brief.xlsx",
    "brief.zip",
)  # what people open; the rest is counted


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
        "havenward brief runs/eve --out briefs/eve --language fr --previous runs/july",
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
        "--reason",
        default="",
        metavar="TEXT",
        help="why somebody needs more than the public may see; needed for partner and team, and logged "
        "beside the products",
    )
    parser.add_argument(
        "--language", default="en", metavar="|".join(LANGUAGES), help="language of every fixed phrase"
    )
    parser.add_argument(
        "--previous",
        type=Path,
        metavar="RUN",
        help="run folder of the last brief of this crisis: the new one says what changed since",
    )
    parser.add_argument(
        "--hxl", action="store_true", help="put a row of HXL tags under the header of the tables"
    )
    parser.add_argument(
        "--products",
        default="",
        metavar="NAME,...",
        help="only these: html, pdf, workbook, tables, star, geodata, forecast, plan, pictures, dataset, "
        "archive (empty: all)",
    )
    parser.add_argument(
        "--as-of", type=read_date, metavar="DATE", help="origin date where a case is named (empty: today)"
    )
    parser.add_argument("--replace", action="store_true", help="replace an older run of the case")


def _run_brief(chosen: argparse.Namespace) -> int:
    from havenward.case.load import load_case
    from havenward.pipeline import check_products, make_brief, run_forecast
    from havenward.runs import RUN_FILE, read_run
    from havenward.settings import BriefSettings, ForecastSettings

    products = [name.strip() for name in chosen.products.split(",") if name.strip()]
    check_products(products)  # before the forecast, not after it
    run = read_run(chosen.source) if (chosen.source / RUN_FILE).is_file() else None
    case = load_case(run.case_folder if run else chosen.source)
    wanted = BriefSettings(
        chosen.audience or case.audience,
        case.suppress_below,
        chosen.language,
        chosen.hxl,
        " ".join(chosen.reason.split()),
    )
    if wanted.audience != AUDIENCES[0] and not wanted.reason:
        say(_ask_reason(wanted.audience, from_case=not chosen.audience))
        return USAGE
    previous = read_run(chosen.previous) if chosen.previous else None
    if run is None:
        origin = chosen.as_of or date.today()  # noqa: DTZ011 - the planner's own day
        settings = ForecastSettings(origin, case.horizon_days, rules=case.rules)
        tell_unread(case, origin)
        # beside the products and not among them: a run holds what only the team may see
        folder = chosen.out.with_name(f"{chosen.out.name}-run")
        with show_progress() as progress:
            run = run_forecast(case, settings, folder, replace_run=chosen.replace, progress=progress)
        say(f"the run, for the team only: {run.folder}")
    files = make_brief(run, chosen.out, wanted, previous, products)
    main = [path for path in files if path.name in MAIN_PRODUCTS] or files[:4]
    print(*(chosen.out, *main), sep="\n", flush=True)  # before what follows on the other stream
    if len(files) > len(main):
        say(f"further files there: {len(files) - len(main)}")
    return DONE


def _ask_reason(audience: str, *, from_case: bool) -> str:
    """Say why a reason has to be typed."""
    whence = " (the audience that the case names)" if from_case else ""
    return (
        f"--reason: nothing is typed for the audience '{audience}'{whence}; expected a sentence that says "
        "why somebody needs more than the public may see, because it can put people at risk and is logged "
        'beside the products; add --reason "..." or choose --audience public'
    )


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

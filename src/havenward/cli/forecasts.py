"""Commands that forecast and score."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import (
    DONE,
    WRONG,
    add_cluster_option,
    add_command,
    add_machine_options,
    read_date,
    say,
    show_progress,
    tell_unread,
)
from havenward.settings import PRIOR_SETS, RULE_SETS, TRACKS

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands


def add_forecast(commands: Commands) -> None:
    """Describe `havenward forecast`."""
    parser = add_command(
        commands,
        "forecast",
        "run an ensemble from an origin date into a run folder",
        "havenward forecast cases/mosul-2016 --as-of 2016-10-16 --horizon 120 --out runs/eve",
        _run_forecast,
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder")
    parser.add_argument(
        "--as-of",
        type=read_date,
        metavar="DATE",
        help="origin date; nothing published later is used (empty: today)",
    )
    parser.add_argument(
        "--horizon", type=int, metavar="DAYS", help="days to look ahead (empty: as the case says)"
    )
    parser.add_argument("--scenario", default="", metavar="NAME", help="scenario of the case")
    parser.add_argument("--members", type=int, default=1000, metavar="N", help="runs in the ensemble")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="whole number that fixes all randomness"
    )
    parser.add_argument(
        "--track",
        default="",
        metavar="|".join(TRACKS),
        help="information track (empty: C; A for the rule set flee, which is handed the observed totals)",
    )
    parser.add_argument(
        "--rules", default="", metavar="|".join(RULE_SETS), help="rule set (empty: as the case says)"
    )
    parser.add_argument("--priors", default=PRIOR_SETS[0], metavar="|".join(PRIOR_SETS), help="prior set")
    parser.add_argument("--out", type=Path, required=True, metavar="RUN", help="run folder to make")
    add_machine_options(parser)
    add_cluster_option(parser)
    parser.add_argument(
        "--store",
        default="",
        metavar="URL",
        help="where workers of a cluster leave members until they are gathered: a folder that all see, or a "
        "URL of fsspec such as s3://bucket/runs (empty: in the run folder if all see it, else they hand them "
        "back)",
    )


def _run_forecast(chosen: argparse.Namespace) -> int:
    from havenward.case.load import load_case
    from havenward.cluster import open_runner
    from havenward.pipeline import run_forecast
    from havenward.settings import ForecastSettings
    from havenward.stores import open_store

    case = load_case(chosen.case)
    rules = chosen.rules or case.rules
    today = case.start if rules == "flee" else date.today()  # noqa: DTZ011 - the planner's own day
    settings = ForecastSettings(
        origin_date=chosen.as_of or today,
        horizon_days=case.horizon_days if chosen.horizon is None else chosen.horizon,
        members=chosen.members,
        seed=chosen.seed,
        track=chosen.track or ("A" if rules == "flee" else "C"),
        rules=rules,
        priors=chosen.priors,
        scenario=chosen.scenario,
    )
    tell_unread(case, settings.origin_date)
    store = open_store(chosen.store) if chosen.store else None
    with (
        show_progress() as progress,
        open_runner(chosen.cluster, chosen.workers, told=progress.note) as runner,
    ):
        run = run_forecast(
            case,
            settings,
            chosen.out,
            workers=chosen.workers,
            replace_run=chosen.replace,
            progress=progress,
            runner=runner,
            store=store,
        )
    print(run.folder)
    return DONE


def add_score(commands: Commands) -> None:
    """Describe `havenward score`."""
    parser = add_command(
        commands,
        "score",
        "score a run against counts of people",
        "havenward score runs/eve --case cases/mosul-2016",
        _run_score,
    )
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="run folder")
    parser.add_argument(
        "--case", type=Path, metavar="CASE", help="case with counts published later (empty: those of the run)"
    )
    parser.add_argument("--format", default="table", choices=("table", "json"), help="how to print")


def _run_score(chosen: argparse.Namespace) -> int:
    from havenward.case.load import load_case
    from havenward.pipeline import score_run
    from havenward.runs import read_run

    run = read_run(chosen.run_folder)
    report = score_run(run, load_case(chosen.case or run.case_folder))
    if chosen.format == "json":
        import json

        print(json.dumps(report, indent=2))
        return DONE
    for note in report["notes"]:
        say(note)
    columns = (
        "series",
        "target",
        "location",
        "n",
        "wis",
        "wis_log",
        "coverage_50",
        "coverage_80",
        "coverage_95",
        "width_95",
    )
    print("  ".join(columns))
    for row in report["scores"]:
        cells = (f"{row[c]:.3g}" if isinstance(row[c], float) else str(row[c]) for c in columns)
        print("  ".join(cells))
    for name, value in report["flee_errors"].items():
        print(f"{name}  {value['mean']:.4f}  sd {value['sd']:.4f}")
    return DONE if report["scores"] else WRONG


def add_audit(commands: Commands) -> None:
    """Describe `havenward audit`."""
    parser = add_command(
        commands,
        "audit",
        "say how much of the accuracy on imported Flee cases is what the model was told",
        "havenward audit cases/mali2012 cases/burundi2015",
        _run_audit,
    )
    parser.add_argument(
        "cases", nargs="+", type=Path, metavar="CASE", help="case folders, made by import flee"
    )
    parser.add_argument("--members", type=int, default=4, metavar="N", help="runs of each way, averaged")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="whole number that fixes all randomness"
    )
    parser.add_argument("--format", default="table", choices=("table", "json"), help="how to print")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="threads; 0 for one per core; changes no result"
    )


def _run_audit(chosen: argparse.Namespace) -> int:
    from dataclasses import asdict

    from havenward.case.load import load_case
    from havenward.pipeline import audit_leaks

    with show_progress() as progress:
        rows, leaks, page = audit_leaks(
            [load_case(folder) for folder in chosen.cases],
            members=chosen.members,
            seed=chosen.seed,
            workers=chosen.workers,
            progress=progress,
        )
    if chosen.format == "json":
        import json

        print(
            json.dumps(
                {"rows": [asdict(r) for r in rows], "capacities": [asdict(k) for k in leaks]}, indent=2
            )
        )
    else:
        print(page, end="")
    return DONE


def add_backtest(commands: Commands) -> None:
    """Describe `havenward backtest`."""
    parser = add_command(
        commands,
        "backtest",
        "repeat history: what the model and simple rules could have said at every report date, and what came",
        "havenward backtest cases/mali2012 cases/burundi2015 --out out/track-record",
        _run_backtest,
    )
    parser.add_argument("cases", nargs="+", type=Path, metavar="CASE", help="case folders")
    parser.add_argument(
        "--horizons", default="7,14,28,56", metavar="DAYS", help="days ahead, with commas between them"
    )
    parser.add_argument("--members", type=int, default=200, metavar="N", help="runs of the movement model")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="whole number that fixes all randomness"
    )
    parser.add_argument("--track", default="C", choices=("C", "D"), help="information track")
    parser.add_argument(
        "--priors",
        default="leave-one-out",
        choices=PRIOR_SETS,
        help="which other crises may teach; leave-one-out is retrospective",
    )
    parser.add_argument(
        "--movement",
        action="store_true",
        help="let the movement model forecast as well, as havenward_movement; takes far longer",
    )
    parser.add_argument("--format", default="table", choices=("table", "json"), help="how to print")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="processes; 0 for one per core; changes no byte"
    )
    add_cluster_option(parser)


def _run_backtest(chosen: argparse.Namespace) -> int:
    import json

    from havenward.case.load import load_case
    from havenward.cluster import open_runner
    from havenward.errors import Problem, SettingsError
    from havenward.pipeline import run_backtest
    from havenward.runners import Processes
    from havenward.settings import MAX_HORIZON_DAYS

    words = [word.strip() for word in chosen.horizons.split(",")]
    if not all(word.isdigit() and 0 < int(word) <= MAX_HORIZON_DAYS for word in words):
        raise SettingsError(
            Problem(
                "--horizons",
                f"found '{chosen.horizons}'",
                f"expected whole numbers of days from 1 to {MAX_HORIZON_DAYS} with commas between them",
                "write for example 7,14,28,56",
                "bad-horizons",
            )
        )
    cases = [load_case(folder) for folder in chosen.cases]
    with (
        show_progress() as progress,
        open_runner(chosen.cluster, chosen.workers, Processes, told=progress.note) as runner,
    ):
        summary = run_backtest(
            cases,
            chosen.out,
            horizons=sorted({int(word) for word in words}),
            members=chosen.members,
            seed=chosen.seed,
            track=chosen.track,
            priors=chosen.priors,
            movement=chosen.movement,
            runner=runner,
            progress=progress,
        )
    if chosen.format == "json":
        print(json.dumps(summary, indent=2, default=str))
        return DONE
    say(f"written: {chosen.out}")
    print("target  horizon  crises  n  model  wis_log  wis  coverage_50  coverage_95  width_95  tvd")
    for target, blocks in summary["targets"].items():
        for horizon, block in blocks.items():
            for model, row in sorted(block["models"].items(), key=lambda item: item[1]["wis_log"]):
                cells = (
                    row.get(c) for c in ("wis_log", "wis", "coverage_50", "coverage_95", "width_95", "tvd")
                )
                numbers = "  ".join("" if cell is None else f"{cell:.3g}" for cell in cells)
                print(f"{target}  {horizon}  {block['crises']}  {block['n']}  {model}  {numbers}")
    return DONE

"""What can be typed: text in, objects, one call, text out. Data to stdout, words to stderr."""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from havenward.errors import HavenwardError
from havenward.settings import AUDIENCES, PRIOR_SETS, RULE_SETS, TRACKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import TaskID

    from havenward.pipeline import Progress

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it no other way

DONE, WRONG, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status: 0 done, 1 data or settings wrong, 2 usage."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    if not hasattr(chosen, "run"):
        parser.print_help(sys.stderr)
        return USAGE
    try:
        command: Callable[[argparse.Namespace], int] = chosen.run
        return command(chosen)
    except HavenwardError as error:
        for problem in error.problems:
            say(str(problem))
        return WRONG
    except BrokenPipeError:  # the reader of our output went away, which is no fault
        sys.stderr.close()
        return DONE
    except KeyboardInterrupt:
        say("stopped; nothing half-written was left behind")
        return WRONG


def build_parser() -> argparse.ArgumentParser:
    """Describe every command and option; the reference page is made from this."""
    parser = argparse.ArgumentParser(
        prog="havenward",
        description="Foresee where people will flee, and have the place ready.",
        epilog="Start with: havenward demo",
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    parser.set_defaults(run=_run_bare)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_demo(commands)
    _add_new(commands)
    _add_check(commands)
    _add_import(commands)
    _add_export(commands)
    _add_forecast(commands)
    _add_brief(commands)
    _add_score(commands)
    _add_doctor(commands)
    return parser


def say(words: str) -> None:
    """Tell the user something: words go to stderr."""
    print(words, file=sys.stderr)


# -- the commands, each with its words and its one call ------------------------------------------------------


def _command(
    commands: Commands,
    name: str,
    purpose: str,
    example: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose,
        epilog=f"example: {example}",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def _run_bare(chosen: argparse.Namespace) -> int:
    if chosen.version:
        from importlib.metadata import version

        print(version("havenward"))
        return DONE
    build_parser().print_help(sys.stderr)
    return USAGE


def _add_demo(commands: Commands) -> None:
    parser = _command(
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
    _add_machine_options(parser)


def _run_demo(chosen: argparse.Namespace) -> int:
    from havenward.pipeline import run_demo

    with _progress() as progress:
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


def _add_new(commands: Commands) -> None:
    parser = _command(
        commands,
        "new",
        "make an empty, commented case folder to fill in",
        "havenward new cases/my-city",
        _run_new,
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to make; must be new or empty")


def _run_new(chosen: argparse.Namespace) -> int:
    from havenward.case.new import new_case

    new_case(chosen.folder)
    say("made; fill in the files and then: havenward check")
    print(chosen.folder)
    return DONE


def _add_check(commands: Commands) -> None:
    parser = _command(
        commands, "check", "name every problem in a case", "havenward check cases/my-city", _run_check
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder")


def _run_check(chosen: argparse.Namespace) -> int:
    from havenward.case.check import check_case

    problems = check_case(chosen.case)
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in problems:
        print(problem if problem.severity == "error" else f"warning: {problem}")
    say(f"{len(errors)} problems, {len(problems) - len(errors)} warnings")
    return WRONG if errors else DONE


def _add_import(commands: Commands) -> None:
    parser = _command(
        commands,
        "import",
        "make a case of what another tool or office has",
        "havenward import flee flee-folder cases/from-flee",
        _run_import,
    )
    parser.add_argument("format", choices=("flee",), help="what SRC is: flee, an input folder of Flee")
    parser.add_argument("src", type=Path, metavar="SRC", help="what to import")
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder to make; new or empty")
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="settings file of Flee (empty: SRC/simsetting.yml)"
    )


def _run_import(chosen: argparse.Namespace) -> int:
    from havenward.case.importers.flee_case import import_flee

    for note in import_flee(chosen.src, chosen.case, chosen.settings):
        say(f"note: {note}")
    print(chosen.case)
    return DONE


def _add_export(commands: Commands) -> None:
    parser = _command(
        commands,
        "export",
        "write a case in the format of another tool",
        "havenward export flee cases/from-flee flee-folder",
        _run_export,
    )
    parser.add_argument("format", choices=("flee",), help="flee: an input folder of Flee")
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder, made by import")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder to make")


def _run_export(chosen: argparse.Namespace) -> int:
    from havenward.case.importers.flee_write import export_flee
    from havenward.case.load import load_case

    for path in export_flee(load_case(chosen.case), chosen.folder):
        print(path)
    return DONE


def _add_forecast(commands: Commands) -> None:
    parser = _command(
        commands,
        "forecast",
        "run an ensemble from an origin date into a run folder",
        "havenward forecast cases/mosul-2016 --as-of 2016-10-16 --horizon 120 --out runs/eve",
        _run_forecast,
    )
    parser.add_argument("case", type=Path, metavar="CASE", help="case folder")
    parser.add_argument(
        "--as-of",
        type=_date,
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
    _add_machine_options(parser)


def _run_forecast(chosen: argparse.Namespace) -> int:
    from havenward.case.load import load_case
    from havenward.pipeline import run_forecast
    from havenward.settings import ForecastSettings

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
    with _progress() as progress:
        run = run_forecast(
            case, settings, chosen.out, workers=chosen.workers, replace_run=chosen.replace, progress=progress
        )
    print(run.folder)
    return DONE


def _add_brief(commands: Commands) -> None:
    parser = _command(
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
        "--as-of", type=_date, metavar="DATE", help="origin date where a case is named (empty: today)"
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
        # beside the products and not among them: a run holds what only the team may see
        folder = chosen.out.with_name(f"{chosen.out.name}-run")
        with _progress() as progress:
            run = run_forecast(case, settings, folder, replace_run=chosen.replace, progress=progress)
        say(f"the run, for the team only: {run.folder}")
    known = load_case(run.case_folder)
    wanted = BriefSettings(suppress_below=known.suppress_below)
    files = make_brief(run, chosen.out, replace(wanted, audience=chosen.audience or known.audience))
    for path in files:
        print(path)
    return DONE


def _add_score(commands: Commands) -> None:
    parser = _command(
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


def _add_doctor(commands: Commands) -> None:
    _command(
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


# -- small parts -----------------------------------------------------------------------------------------


def _add_machine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help="threads; 0 for one per core; changes no byte of the result",
    )
    parser.add_argument("--replace", action="store_true", help="replace an older run in the folder")


def _date(text: str) -> date:
    from havenward.dates import parse_date

    try:
        return parse_date(text)
    except ValueError as error:
        message = f"found '{text}'; expected a date written YYYY-MM-DD"
        raise argparse.ArgumentTypeError(message) from error


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a bar on a terminal, nothing elsewhere."""
    from havenward.pipeline import SILENT, Progress

    if not sys.stderr.isatty():
        yield SILENT
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        tasks: list[TaskID] = []

        def begin(what: str, steps: int) -> None:
            tasks.append(bar.add_task(what, total=steps))

        def step(finished: int) -> None:
            bar.advance(tasks[-1], finished)

        yield Progress(begin, step)


if __name__ == "__main__":
    sys.exit(main())

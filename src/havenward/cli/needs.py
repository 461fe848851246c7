"""Commands about needs: what a run means for a plan, and how runs differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import DONE, add_command, say

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands

PROFILES = ("sphere", "sphere-later", "unhcr-emergency", "unhcr-post-emergency", "none")


def add_needs(commands: Commands) -> None:
    """Describe `havenward needs`."""
    parser = add_command(
        commands,
        "needs",
        "work out what is needed and missing at every place, when, and what decisions would change",
        "havenward needs runs/eve --profile sphere --out needs/eve",
        _run_needs,
    )
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="run folder")
    _add_standards(parser)
    parser.add_argument(
        "--costs",
        type=Path,
        metavar="FILE",
        help="CSV of unit costs, weights and lead times: indicator,unit,unit_cost,currency,kg_per_unit,"
        "lead_time_days,source",
    )
    parser.add_argument(
        "--places", type=int, default=10_000, metavar="N", help="places that may be added, and are placed"
    )
    parser.add_argument(
        "--truck-tonnes", type=float, default=10.0, metavar="T", help="what one truck carries"
    )
    parser.add_argument(
        "--workers", type=int, default=0, metavar="N", help="threads; 0 for two; changes no result"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the tables")


def _add_standards(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--standards",
        type=Path,
        metavar="FILE",
        help="CSV of standards of your own; its rows take the place of those of the profile",
    )
    parser.add_argument(
        "--profile",
        default=PROFILES[0],
        metavar="NAME",
        help=f"standards to plan with: {', '.join(PROFILES)}",
    )


def _run_needs(chosen: argparse.Namespace) -> int:
    from havenward.pipeline import look_at_needs
    from havenward.runs import read_run

    files = look_at_needs(
        read_run(chosen.run_folder),
        chosen.out,
        standards=chosen.standards,
        profile=chosen.profile,
        costs=chosen.costs,
        budget_places=chosen.places,
        truck_tonnes=chosen.truck_tonnes,
        workers=chosen.workers,
    )
    say("a planning product: small numbers are not suppressed, so it is not for the public")
    for path in files:
        print(path)
    return DONE


def add_compare(commands: Commands) -> None:
    """Describe `havenward compare`."""
    parser = add_command(
        commands,
        "compare",
        "put runs side by side: what they were told, what comes out, which signs tell them apart",
        "havenward compare runs/eve runs/eve-slower --case cases/mosul-2016",
        _run_compare,
    )
    parser.add_argument(
        "first", type=Path, metavar="RUN_A", help="run folder that the others are held against"
    )
    parser.add_argument("others", type=Path, nargs="+", metavar="RUN_B", help="run folders")
    parser.add_argument(
        "--case", type=Path, metavar="CASE", help="case with counts published later; they update the weights"
    )
    _add_standards(parser)
    parser.add_argument("--format", default="table", choices=("table", "json"), help="how to print")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="also write every amount of every run to this CSV"
    )


def _run_compare(chosen: argparse.Namespace) -> int:
    from havenward.case.load import load_case
    from havenward.pipeline import compare_runs
    from havenward.runs import read_run

    text, values = compare_runs(
        [read_run(folder) for folder in (chosen.first, *chosen.others)],
        load_case(chosen.case) if chosen.case else None,
        standards=chosen.standards,
        profile=chosen.profile,
        table=chosen.out,
    )
    if chosen.format == "json":
        import json

        print(json.dumps(values, indent=2))
    else:
        print(text, end="")
    return DONE

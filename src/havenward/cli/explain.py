"""The command that follows a number of a brief back to the sentences and rows behind it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from havenward.cli.words import DONE, add_command, say

if TYPE_CHECKING:
    import argparse

    from havenward.cli.words import Commands


def add_explain(commands: Commands) -> None:
    """Describe `havenward explain`."""
    parser = add_command(
        commands,
        "explain",
        "follow a number of a brief back to assumptions, sentences and rows; for the team",
        "havenward explain runs/eve A3",
        _run_explain,
    )
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="run folder")
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a mark printed beside a number (A3, F12, S4: the same in every brief of a run), or the name of "
        "an assumption, figure, fact group, report, source, location or need, or of a big number: total, "
        "received, sites_over, water, displaced_total",
    )
    parser.add_argument("--format", default="text", choices=("text", "json"), help="how to print")


def _run_explain(chosen: argparse.Namespace) -> int:
    from havenward.pipeline import explain_number
    from havenward.runs import read_run

    text, values = explain_number(read_run(chosen.run_folder), chosen.name)
    if chosen.format == "json":
        import json

        print(json.dumps(values, indent=2, ensure_ascii=False))
    else:
        print(text, end="")
        say("team only: this shows what the run knows, and withholds nothing")
    return DONE

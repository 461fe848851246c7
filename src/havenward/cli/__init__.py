"""What can be typed: text in, objects, one call, text out. Data to stdout, words to stderr."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from havenward.cli.cases import add_check, add_export, add_import, add_new
from havenward.cli.desk import add_desk
from havenward.cli.explain import add_explain
from havenward.cli.forecasts import add_audit, add_backtest, add_forecast, add_score
from havenward.cli.needs import add_compare, add_needs
from havenward.cli.products import add_brief, add_demo, add_doctor
from havenward.cli.reports import add_read
from havenward.cli.serve import add_serve
from havenward.cli.words import DONE, USAGE, WRONG, say
from havenward.errors import HavenwardError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LONGEST_NAME = 80  # characters of a path that a message shows


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
    except OSError as error:  # a name that the system does not take, a disk that went away
        say(str(_refused(error)))
        return WRONG
    except KeyboardInterrupt:
        say("stopped; nothing half-written was left behind")
        return WRONG


def _refused(error: OSError) -> Problem:
    """Say what the system did not let us do, where no stage has said it better."""
    name = str(error.filename or "a file")
    where = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."
    return Problem(
        where,
        f"the system refused it ({error.strerror or error})",
        "expected a file or folder that can be used",
        "check the path, its rights and the disk",
        "system-refused",
    )


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
    add_demo(commands)
    add_new(commands)
    add_check(commands)
    add_read(commands)
    add_desk(commands)
    add_import(commands)
    add_export(commands)
    add_forecast(commands)
    add_needs(commands)
    add_compare(commands)
    add_brief(commands)
    add_explain(commands)
    add_score(commands)
    add_backtest(commands)
    add_audit(commands)
    add_serve(commands)
    add_doctor(commands)
    return parser


def _run_bare(chosen: argparse.Namespace) -> int:
    if chosen.version:
        from importlib.metadata import version

        print(version("havenward"))
        return DONE
    build_parser().print_help(sys.stderr)
    return USAGE

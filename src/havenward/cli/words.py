"""What all commands share: how they are described, how they speak, and the options of many."""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from rich.progress import TaskID

    from havenward.pipeline import Progress
    from havenward.records import Case

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it no other way

DONE, WRONG, USAGE = 0, 1, 2


def say(words: str) -> None:
    """Tell the user something: words go to stderr."""
    print(words, file=sys.stderr)


def add_command(
    commands: Commands,
    name: str,
    purpose: str,
    example: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """Add a command with its purpose, an example, and the function that runs it."""
    parser = commands.add_parser(
        name,
        help=purpose,
        description=purpose,
        epilog=f"example: {example}",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_machine_options(parser: argparse.ArgumentParser) -> None:
    """Add the options about cores and older runs."""
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help="threads; 0 for one per core; changes no byte of the result",
    )
    parser.add_argument("--replace", action="store_true", help="replace an older run in the folder")


def add_cluster_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that hands the work to a cluster."""
    parser.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS|local",
        help="have a Dask cluster do the work: tcp://host:8786, a scheduler file, or local for processes of "
        "this machine (empty: no cluster); changes no byte",
    )


def read_date(text: str) -> date:
    """Read a date typed by the user."""
    from havenward.dates import parse_date

    try:
        return parse_date(text)
    except ValueError as error:
        message = f"found '{text}'; expected a date written YYYY-MM-DD"
        raise argparse.ArgumentTypeError(message) from error


def tell_unread(case: Case, day: date) -> None:
    """Tell that reports of a case have no figures yet: what is pooled from figures then rests on less."""
    from havenward.pipeline import list_unread

    unread = list_unread(case, day) if any(row.pool_term for row in case.assumptions) else ()
    if unread:
        say(
            f"note: {len(unread)} reports of this case have no figures; read them: havenward read --case CASE"
        )


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show a bar with how much of how much and how fast on a terminal; notes are told everywhere."""
    from havenward.pipeline import Progress

    if not sys.stderr.isatty():
        yield Progress(note=say)
        return
    from rich import progress as shown
    from rich.console import Console

    class Rate(shown.ProgressColumn):
        def render(self, task: shown.Task) -> str:
            return f"{task.speed:,.1f}/s" if task.speed else ""

    columns = (
        shown.TextColumn("{task.description}"),
        shown.BarColumn(),
        shown.MofNCompleteColumn(),
        Rate(),
        shown.TimeRemainingColumn(),
    )
    with shown.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: list[TaskID] = []

        def begin(what: str, steps: int) -> None:
            tasks.append(bar.add_task(what, total=steps))

        def step(finished: int) -> None:
            bar.advance(tasks[-1], finished)

        yield Progress(begin, step, bar.console.print)

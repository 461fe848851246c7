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

"""The commands of a reading desk: add reports, ask what was said, by whom, and what changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from havenward.cli.words import (
    DONE,
    USAGE,
    WRONG,
    add_cluster_option,
    add_command,
    read_date,
    say,
    show_progress,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from havenward.cli.words import Commands
    from havenward.errors import Problem
    from havenward.pipeline.desk_answers import Answer, Wanted

FORMATS = ("table", "jsonl", "csv")
ROWS = 100  # of a table for the eye
_WIDTHS = {"sentence": 90, "was_sentence": 60, "title": 50}
_FOUND = ("published", "outlet", "outlets", "place", "term", "number", "quantifier", "speaker", "sentence")
_COPIES = ("published", "outlet", "place", "term", "number", "quantifier", "speaker", "sentence")
_CHANGES = (
    "change",
    "place",
    "term",
    "number",
    "was",
    "published",
    "was_published",
    "sentence",
    "was_sentence",
)


def add_desk(commands: Commands) -> None:
    """Describe `havenward desk` and what it can do."""
    purpose = "keep what very many reports say in a reading desk, and ask it"
    parser = add_command(
        commands, "desk", purpose, "havenward desk find out/desk --place Goma", lambda _: _print_help(parser)
    )
    parts = parser.add_subparsers(title="what to do", metavar="WHAT")
    _add_add(parts)
    _add_find(parts)
    _add_changes(parts)
    _add_copies(parts)
    _add_sql(parts)
    _add_take(parts)
    _add_status(parts)
    _add_tidy(parts)


def _print_help(parser: argparse.ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return USAGE


def _add_part(parts: Commands, name: str, purpose: str, example: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401
    parser = add_command(parts, name, purpose, f"havenward desk {example}", run)
    parser.add_argument("desk", type=Path, metavar="DESK", help="folder of the desk")
    return parser


# -- adding --------------------------------------------------------------------------------------------------


def _add_add(parts: Commands) -> None:
    parser = _add_part(
        parts,
        "add",
        "read reports into a desk; what it holds already is not read again",
        "add out/desk reports/ feed.jsonl.gz",
        _run_add,
    )
    parser.add_argument(
        "sources",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="files and folders of reports, .jsonl and .csv streams (also .gz), or - for lines of JSON",
    )
    parser.add_argument(
        "--published", type=read_date, metavar="DATE", help="date of the reports (empty: as they say)"
    )
    parser.add_argument(
        "--outlet", default="", metavar="NAME", help="who published them (empty: as they say)"
    )
    parser.add_argument("--case", type=Path, metavar="CASE", help="look for the places of this case first")
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        metavar="N",
        help="processes; 0 for one per core; changes no byte of the desk",
    )
    add_cluster_option(parser)


def _run_add(chosen: argparse.Namespace) -> int:
    from havenward.cluster import open_runner
    from havenward.pipeline.desk import add_to_desk, load_places
    from havenward.runners import Processes

    with (
        show_progress() as progress,
        open_runner(chosen.cluster, chosen.workers, Processes, told=progress.note) as runner,
    ):
        added = add_to_desk(
            chosen.desk,
            chosen.sources,
            published=chosen.published,
            outlet=chosen.outlet,
            case=load_places(chosen.case) if chosen.case else None,
            workers=chosen.workers,
            runner=runner,
            progress=progress,
        )
    _tell(added.problems)
    if added.untold:
        say(f"and {added.untold:,} more that are no reports")
    say(
        f"{added.seen:,} reports came in: {added.reports:,} new texts with {added.figures:,} figures, "
        f"{added.appearances:,} new appearances, {added.seen - added.appearances:,} known"
    )
    return WRONG if added.problems else DONE


# -- asking --------------------------------------------------------------------------------------------------


def _add_find(parts: Commands) -> None:
    parser = _add_part(
        parts,
        "find",
        "what was said: a row for each statement, with how many outlets carry it",
        "find out/desk --place Mosul --since 2016-10-01 --term displaced",
        _run_find,
    )
    _add_wanted(parser)
    parser.add_argument("--copies", action="store_true", help="a row for each outlet that carries it")
    _add_output(parser)


def _add_wanted(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--place", default="", metavar="NAME", help="where, from where or to where; or a code of a case"
    )
    parser.add_argument("--since", type=read_date, metavar="DATE", help="published on this day or later")
    parser.add_argument("--until", type=read_date, metavar="DATE", help="published on this day or earlier")
    parser.add_argument("--term", default="", metavar="TERM", help="what happened to them, such as displaced")
    parser.add_argument("--speaker", default="", metavar="NAME", help="who says so")
    parser.add_argument("--text", default="", metavar="WORDS", help="words that all stand in the report")
    parser.add_argument("--least", type=float, metavar="N", help="smallest number")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", default="table", choices=FORMATS, help="how to show the rows")
    parser.add_argument(
        "--limit",
        type=int,
        metavar="N",
        help=f"rows; 0 for all (empty: {ROWS} of a table, all of the others)",
    )


def _run_find(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.desk_answers import find_in_desk

    found = find_in_desk(chosen.desk, _wanted(chosen), copies=chosen.copies, most=_most(chosen))
    return _show(found, chosen, _COPIES if chosen.copies else _FOUND)


def _wanted(chosen: argparse.Namespace) -> Wanted:
    from havenward.pipeline.desk_answers import Wanted

    return Wanted(
        chosen.place, chosen.since, chosen.until, chosen.term, chosen.speaker, chosen.text, chosen.least
    )


def _most(chosen: argparse.Namespace) -> int:
    if chosen.limit is not None:
        return max(0, int(chosen.limit))
    return ROWS if chosen.format == "table" else 0


def _add_changes(parts: Commands) -> None:
    parser = _add_part(
        parts,
        "changes",
        "what the desk says that it did not say before: numbers that moved, new places, new figures",
        "changes out/desk --since 2016-10-17",
        _run_changes,
    )
    parser.add_argument(
        "--since",
        required=True,
        metavar="DATE|BATCH",
        help="first day (UTC) on which reports were added; or the number of the last batch before",
    )
    _add_output(parser)


def _run_changes(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.desk_answers import changes_in_desk

    return _show(changes_in_desk(chosen.desk, chosen.since, most=_most(chosen)), chosen, _CHANGES)


def _add_copies(parts: Commands) -> None:
    parser = _add_part(
        parts,
        "copies",
        "which reports say the same, word for word or nearly, the most carried first",
        "copies out/desk --least 5",
        _run_copies,
    )
    parser.add_argument("--least", type=int, default=2, metavar="N", help="fewest appearances")
    _add_output(parser)


def _run_copies(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.desk_answers import copies_in_desk

    return _show(copies_in_desk(chosen.desk, least=chosen.least, most=_most(chosen)), chosen)


def _add_sql(parts: Commands) -> None:
    parser = _add_part(
        parts,
        "sql",
        "one SELECT of one's own; it can read the desk and nothing else",
        'sql out/desk "SELECT term, count(*) FROM figures GROUP BY term"',
        _run_sql,
    )
    parser.add_argument("question", metavar="SELECT", help="SQL of DuckDB")
    _add_output(parser)


def _run_sql(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.desk_answers import ask_desk

    return _show(ask_desk(chosen.desk, chosen.question, most=_most(chosen)), chosen)


def _add_take(parts: Commands) -> None:
    parser = _add_part(
        parts,
        "take",
        "write reports out as files, for 'havenward read --case'",
        "take out/desk out/chosen --place Mosul --since 2016-10-01",
        _run_take,
    )
    parser.add_argument("out", type=Path, metavar="DIR", help="folder for the files")
    _add_wanted(parser)
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="reports; 0 for all")


def _run_take(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.desk_answers import take_from_desk

    paths, problems = take_from_desk(chosen.desk, chosen.out, _wanted(chosen), most=max(0, chosen.limit))
    _tell(problems)
    for path in paths:
        print(path)
    say(f"{len(paths):,} reports; take them into a case: havenward read {chosen.out} --case CASE")
    return WRONG if problems else DONE


def _add_status(parts: Commands) -> None:
    parser = _add_part(
        parts, "status", "what the desk holds, and what was added when", "status out/desk", _run_status
    )
    parser.add_argument("--check", action="store_true", help="compare every file with its fingerprint")
    parser.add_argument("--format", default="table", choices=("table", "json"), help="how to show it")


def _run_status(chosen: argparse.Namespace) -> int:
    import json

    from havenward.pipeline.desk_answers import describe_desk

    sums, batches, problems = describe_desk(chosen.desk, check=chosen.check)
    if chosen.format == "json":
        print(json.dumps({**sums, "batches": batches}, default=str, ensure_ascii=False))
    else:
        for name, value in sums.items():
            print(f"{name.replace('_', ' ')}: {_as_text(value)}")
        _print_table(("number", "added", "reports", "appearances", "figures", "version", "case"), batches)
    _tell(problems)
    return WRONG if problems else DONE


def _add_tidy(parts: Commands) -> None:
    _add_part(
        parts,
        "tidy",
        "merge the files of each month, and finish what a stopped addition left",
        "tidy out/desk",
        _run_tidy,
    )


def _run_tidy(chosen: argparse.Namespace) -> int:
    from havenward.pipeline.desk_answers import tidy_desk

    before, after = tidy_desk(chosen.desk)
    say(f"{before:,} files became {after:,}; the old ones go an hour from now, with the next addition")
    return DONE


# -- showing -------------------------------------------------------------------------------------------------


def _tell(problems: Iterable[Problem]) -> None:
    for problem in problems:
        say(f"warning: {problem}" if problem.severity == "warning" else str(problem))


def _show(found: Answer, chosen: argparse.Namespace, shown: Sequence[str] = ()) -> int:
    """Print the rows, say what stood in the way."""
    from havenward.reading.show import format_csv, format_jsonl

    if chosen.format == "table":
        _print_table(shown or found.columns, [_for_the_eye(row) for row in found.rows])
        if len(found.rows) == _most(chosen) > 0:
            say(f"the first {len(found.rows)} rows; --limit N shows more")
    else:
        plain = ({name: _plain(row[name]) for name in found.columns} for row in found.rows)
        pieces = format_jsonl(plain) if chosen.format == "jsonl" else format_csv(plain, found.columns)
        for piece in pieces:
            sys.stdout.write(piece)
    _tell(found.problems)
    return WRONG if found.problems else DONE


def _for_the_eye(row: dict[str, Any]) -> dict[str, Any]:
    """Give the place and the speaker of a figure under one name each."""
    if "source_attribution" in row:
        context = f"[{row['location_context']}]" if row.get("location_context") else ""
        return {**row, "place": row["location"] or context, "speaker": row["source_attribution"]}
    return row


def _plain(value: object) -> object:
    """Give a value as JSON and CSV can hold it."""
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _print_table(columns: Sequence[str], rows: Sequence[Any]) -> None:
    """Print rows under their columns, long cells cut."""
    cells = [[_cut(_as_text(row[name]), _WIDTHS.get(name, 32)) for name in columns] for row in rows]
    widths = [max([len(name), *(len(line[at]) for line in cells)]) for at, name in enumerate(columns)]
    for line in [list(columns), *cells]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.12g}"
    if isinstance(value, int):
        return f"{value:,}"
    # words of strangers: nothing in them may steer a terminal
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"

"""From a question as a person types it to rows of a reading desk, and from a desk to files of reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from havenward.errors import Problem, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from havenward.desk.confined import OpenDesk
    from havenward.desk.questions import Question

MOST_ASKED = 200  # characters of a name or of words


@dataclass(frozen=True)
class Answer:
    """Rows under their columns, and what stood in the way: files of the desk that are damaged."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """What a person asks of a desk, as typed; empty parts do not narrow.

    Parameters
    ----------
    place
        Name in any spelling, or a code of a case whose reports were added with its places.
    since, until
        Days on which reports were published, both included.
    term
        As `havenward read` writes it.
    speaker, text
        Words of the speaker's name, and words that all stand in the report.
    least
        Smallest number.
    """

    place: str = ""
    since: date | None = None
    until: date | None = None
    term: str = ""
    speaker: str = ""
    text: str = ""
    least: float | None = None


def find_in_desk(folder: Path, wanted: Wanted, *, copies: bool = False, most: int = 0) -> Answer:
    """Give what was said, the newest first: a row a statement, or with `copies` a row an appearance."""
    from havenward.desk.confined import answer
    from havenward.desk.questions import COPY_COLUMNS, FOUND_COLUMNS, find_figures

    rows, problems = answer(
        folder, lambda desk: find_figures(desk, _as_question(desk, wanted, copies=copies, most=most))
    )
    return Answer(COPY_COLUMNS if copies else FOUND_COLUMNS, rows, problems)


def changes_in_desk(folder: Path, since: str, *, most: int = 0) -> Answer:
    """Give what the desk says since a day (of adding, UTC) or a batch that it did not say before."""
    from havenward.desk.confined import answer
    from havenward.desk.questions import CHANGE_COLUMNS, batch_before, find_changes

    rows, problems = answer(folder, lambda desk: find_changes(desk, batch_before(desk, since), most=most))
    return Answer(CHANGE_COLUMNS, rows, problems)


def copies_in_desk(folder: Path, *, least: int = 2, most: int = 0) -> Answer:
    """Give the groups of reports that say the same, the most carried first."""
    from havenward.desk.confined import answer
    from havenward.desk.questions import GROUP_COLUMNS, find_copies

    rows, problems = answer(folder, lambda desk: find_copies(desk, least=least, most=most))
    return Answer(GROUP_COLUMNS, rows, problems)


def ask_desk(folder: Path, question: str, *, most: int = 0) -> Answer:
    """Answer one SELECT; it can read the desk and nothing else."""
    from havenward.desk.confined import answer
    from havenward.desk.questions import ask_sql

    (columns, found), problems = answer(folder, lambda desk: ask_sql(desk, question, most=most))
    names = _tell_apart(columns)
    return Answer(names, [dict(zip(names, row, strict=True)) for row in found], problems)


def _tell_apart(columns: Sequence[str]) -> tuple[str, ...]:
    """Give columns that bear the same name a number."""
    return tuple(
        name if name not in columns[:at] else f"{name}_{columns[:at].count(name) + 1}"
        for at, name in enumerate(columns)
    )


def describe_desk(
    folder: Path, *, check: bool = False
) -> tuple[dict[str, Any], list[Mapping[str, Any]], list[Problem]]:
    """Say what a desk holds.

    Parameters
    ----------
    check
        Compare every file with its fingerprint.

    Returns
    -------
    sums
        Counts, days, files and bytes.
    batches
        What was added when.
    problems
        Files that are damaged.
    """
    from dataclasses import asdict

    from havenward.desk.confined import answer, find_damage
    from havenward.desk.folder import read_manifest, say_damage
    from havenward.desk.questions import sum_up

    sums, problems = answer(folder, sum_up)
    manifest = read_manifest(folder)
    if check:
        problems = [
            say_damage(folder, piece, wrong)
            for piece, wrong in find_damage(folder, manifest).items()
            if wrong
        ]
    sums |= {"files": len(manifest.pieces), "bytes": sum(piece.size for piece in manifest.pieces)}
    sums["ungrouped_batches"] = manifest.last_batch - manifest.grouped
    return sums, [asdict(batch) for batch in manifest.batches], problems


def tidy_desk(folder: Path) -> tuple[int, int]:
    """Merge the files of each month, and group near copies that a stopped addition left ungrouped.

    Returns
    -------
    before, after
        Numbers of files.
    """
    from havenward.desk.folder import hold_desk, read_manifest
    from havenward.desk.store import group_near_copies, merge_files

    read_manifest(folder)  # a folder that is no desk is told, not made one
    with hold_desk(folder) as before:
        after = merge_files(folder, group_near_copies(folder, before), least=2)
        return len(before.pieces), len(after.pieces)


def take_from_desk(
    folder: Path, into: Path, wanted: Wanted, *, most: int = 0
) -> tuple[list[Path], list[Problem]]:
    """Write the reports in which something was found as files, as `read --case` takes them.

    Of a group of copies the earliest is written. A file that is there already with the same content stays.
    """
    from havenward.desk.confined import answer
    from havenward.desk.questions import find_reports

    rows, problems = answer(folder, lambda desk: find_reports(desk, _as_question(desk, wanted, most=most)))
    paths = []
    for row in rows:
        into.mkdir(parents=True, exist_ok=True)
        path = into / f"{row['published'] or 'undated'}-{row['report'][:12]}.txt"
        _write_report(path, row)
        paths.append(path)
    return paths, problems


def _write_report(path: Path, row: Mapping[str, Any]) -> None:
    from havenward.files import open_whole

    keys = ("title", "outlet", "published", "url")
    # a title that a page wrote over several lines would end the header
    lines = [f"{key}: {' '.join(str(row[key]).split())}" for key in keys if row[key]]
    lines += [] if row["title"] else [f"title: {row['report']}"]
    with open_whole(path) as stream:
        stream.write("\n".join([*lines, "kind: original", "", row["text"], ""]))


def _as_question(desk: OpenDesk, wanted: Wanted, *, copies: bool = False, most: int = 0) -> Question:
    """Bring spellings together as the reader does."""
    from havenward.desk.questions import Question, keys_of_code
    from havenward.reading.facts import speaker_key
    from havenward.reading.gazetteer import fold

    _refuse_long(wanted)
    places: tuple[str, ...] = ()
    if wanted.place.strip():
        places = keys_of_code(desk, wanted.place.strip()) or _spellings(fold(wanted.place))
    return Question(
        places=places,
        since=wanted.since,
        until=wanted.until,
        term=wanted.term.strip().lower().replace(" ", "_").replace("-", "_"),
        speaker=speaker_key(wanted.speaker) if wanted.speaker.strip() else "",
        words=tuple(word for word in fold(wanted.text).split() if word),
        least=wanted.least,
        copies=copies,
        most=most,
    )


def _refuse_long(wanted: Wanted) -> None:
    """Refuse what nobody looks for: each word is a condition, and thousands of them fill the memory."""
    problems = [
        Problem(
            f"--{name}",
            f"{len(said):,} characters",
            f"expected at most {MOST_ASKED}",
            "name one place, one speaker, or a few words",
            "desk-question-long",
        )
        for name, said in (("place", wanted.place), ("speaker", wanted.speaker), ("text", wanted.text))
        if len(said) > MOST_ASKED
    ]
    if problems:
        raise SettingsError(problems)


def _spellings(name: str) -> tuple[str, ...]:
    """Give a folded name and the same without an Arabic article, which may be written or not."""
    article, _, bare = name.partition(" ")
    without = bare and article in {"al", "el", "ar", "as", "ash", "at", "ad", "az", "an", "the"}
    return (name, bare) if without else (name,)

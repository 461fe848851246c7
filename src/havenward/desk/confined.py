"""How a desk is opened for questions: views over its files, and a database that can reach nothing else."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from havenward.desk.folder import DeskError, Manifest, Piece, read_manifest, say_damage
from havenward.desk.tables import SCHEMAS, mark_file
from havenward.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import TypeVar

    from duckdb import DuckDBPyConnection

    Answer = TypeVar("Answer")

MEMORY, SPILL = "2GB", "20GB"  # what a question may take of memory, and beyond that of the disk
_TYPES = {
    "String": "VARCHAR",
    "Int32": "INTEGER",
    "UInt64": "UBIGINT",
    "Float64": "DOUBLE",
    "Boolean": "BOOLEAN",
    "Date": "DATE",
}
# What `desk sql` shows; figures and reports are those of each text's earliest date.
VIEWS = {
    "reports": """
        SELECT r.report, r.batch, r.published, r.language, r.characters, r.figures, r.refused,
               coalesce(g.same_as, r.report) AS same_as
        FROM all_reports r LEFT JOIN groups g ON g.report = r.report
        WHERE NOT EXISTS (SELECT 1 FROM superseded s WHERE s.report = r.report AND s.batch = r.batch)""",
    "current_figures": """
        SELECT * FROM all_figures f
        WHERE NOT EXISTS (SELECT 1 FROM superseded s WHERE s.report = f.report AND s.batch = f.batch)""",
    "figures": """
        SELECT f.*, coalesce(g.same_as, f.report) AS same_as
        FROM current_figures f LEFT JOIN groups g ON g.report = f.report""",
    "facts": """
        SELECT place_key, term, unit, quantifier, low, high, point, temporality,
               count(DISTINCT same_as) AS tellings, count(DISTINCT report) AS reports,
               min(published) AS first_published, max(published) AS last_published, min(sentence) AS sentence
        FROM figures GROUP BY ALL""",
}


@dataclass
class OpenDesk:
    """A desk that answers: its connection, its manifest, and which of its files are damaged."""

    database: DuckDBPyConnection
    manifest: Manifest
    problems: list[Problem] = field(default_factory=list)

    def ask(
        self, question: str, values: Sequence[object] | Mapping[str, object] = ()
    ) -> list[dict[str, Any]]:
        """Give all rows of an answer."""
        cursor = self.database.execute(question, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def answer(folder: Path, question: Callable[[OpenDesk], Answer]) -> tuple[Answer, list[Problem]]:
    """Ask a desk something; where a file turns out to be damaged, the others answer.

    Parameters
    ----------
    folder
        The desk.
    question
        Asks, and gives the whole answer: it may be asked a second time.

    Returns
    -------
    answer
        What `question` gave.
    problems
        Files that were left out.

    Raises
    ------
    DeskError
        It is no desk, DuckDB is not installed, or the question itself is wrong.
    """
    import_duckdb()
    import duckdb

    manifest = read_manifest(folder)
    left_out = {piece: _what_is_wrong(folder, piece) for piece in manifest.pieces}
    try:
        with open_desk(folder, manifest, left_out) as desk:
            return question(desk), desk.problems
    except duckdb.Error as error:
        failed = error
    # merged away meanwhile, or damaged inside: look at everything anew, closely
    manifest = read_manifest(folder)
    again = find_damage(folder, manifest)
    if not any(again.values()) and not isinstance(failed, duckdb.IOException):
        raise failed
    with open_desk(folder, manifest, again) as desk:
        return question(desk), desk.problems


def import_duckdb() -> None:
    """Say how to get DuckDB where it is missing.

    Raises
    ------
    DeskError
        It is not installed.
    """
    try:
        import duckdb  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise DeskError(
            Problem(
                "duckdb",
                "it is not installed",
                "expected it for questions to a reading desk",
                "run: pip install 'havenward[desk]'",
                "duckdb-missing",
            )
        ) from error


def find_damage(folder: Path, manifest: Manifest) -> dict[Piece, str]:
    """Compare every file of a desk with its fingerprint; gives what is wrong with each, or nothing."""
    found = {}
    for piece in manifest.pieces:
        wrong = _what_is_wrong(folder, piece)
        if not wrong:
            try:
                wrong = "" if mark_file(folder / piece.path) == piece.mark else "its content has changed"
            except OSError as error:
                wrong = f"it cannot be read ({error.strerror or error})"
        found[piece] = wrong
    return found


def _what_is_wrong(folder: Path, piece: Piece) -> str:
    """Say what can be seen of a file without reading it."""
    try:
        size = (folder / piece.path).stat().st_size
    except OSError:
        return "it is missing"
    return "" if size == piece.size else f"it has {size:,} bytes, not {piece.size:,}"


@contextmanager
def open_desk(folder: Path, manifest: Manifest, wrong: dict[Piece, str]) -> Iterator[OpenDesk]:
    """Open a desk: its views are there, and then the door to files, extensions and settings is locked."""
    import duckdb

    sound = replace(manifest, pieces=tuple(piece for piece in manifest.pieces if not wrong.get(piece)))
    problems = [say_damage(folder, piece, words) for piece, words in wrong.items() if words]
    with tempfile.TemporaryDirectory(prefix="havenward-desk-") as spill:
        database = duckdb.connect(":memory:")
        try:
            _make_views(database, folder, sound)
            _lock(database, [str(folder / piece.path) for piece in sound.pieces], spill)
            yield OpenDesk(database, manifest, problems)
        finally:
            database.close()


def _make_views(database: DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
    for table, schema in SCHEMAS.items():
        name = f"all_{table}" if table in VIEWS else table
        paths = [str(folder / piece.path) for piece in manifest.of(table)]
        if paths:
            # each file was written with the same columns, so that only the first has to be asked for them
            columns = ", ".join(f'"{column}"' for column in schema)
            files = ", ".join(quote(path) for path in paths)
            database.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet([{files}])")  # noqa: S608
        else:
            columns = ", ".join(f'"{column}" {_TYPES[str(kind())]}' for column, kind in schema.items())
            database.execute(f"CREATE TABLE {name} ({columns})")
    database.execute(
        "CREATE TABLE batches (batch INTEGER, added TIMESTAMP, version VARCHAR, crisis VARCHAR, "
        "reports INTEGER, appearances INTEGER, figures INTEGER)"
    )
    for batch in manifest.batches:
        added = batch.added.removesuffix("+00:00")
        row = [
            batch.number,
            added,
            batch.version,
            batch.case,
            batch.reports,
            batch.appearances,
            batch.figures,
        ]
        database.execute("INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    for name, words in VIEWS.items():
        database.execute(f"CREATE VIEW {name} AS {words}")


def quote(text: str) -> str:
    """Write a text as SQL does."""
    return "'" + text.replace("'", "''") + "'"


def _lock(database: DuckDBPyConnection, paths: list[str], spill: str) -> None:
    """Let the database read the files of the desk and nothing else, for good."""
    for setting in (
        f"memory_limit = '{MEMORY}'",
        f"temp_directory = {quote(spill)}",
        f"max_temp_directory_size = '{SPILL}'",
        "preserve_insertion_order = false",
        "python_enable_replacements = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "allow_community_extensions = false",
        f"allowed_paths = [{', '.join(quote(path) for path in paths)}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        database.execute(f"SET {setting}")


def check_select(desk: OpenDesk, question: str) -> None:
    """Refuse whatever is not one question: what changes, writes, loads or sets something.

    Raises
    ------
    DeskError
        It is not one SELECT, or no SQL.
    """
    import duckdb

    try:
        kinds = [statement.type for statement in desk.database.extract_statements(question)]
    except duckdb.Error as error:
        raise wrong_sql(error) from error
    if kinds != [duckdb.StatementType.SELECT]:
        names = ", ".join(str(kind).rsplit(".", 1)[-1] for kind in kinds) or "nothing"
        raise DeskError(
            Problem(
                "sql",
                f"found {names}",
                "expected one SELECT",
                "ask one question, without a change",
                "desk-sql",
            )
        )


def wrong_sql(error: Exception) -> DeskError:
    """Say what DuckDB says of a question, in its first line."""
    words = str(error).strip().split("\n")[0]
    return DeskError(
        Problem(
            "sql",
            words,
            "expected a SELECT on reports, appearances, figures, facts, texts or batches",
            "correct it; 'havenward desk sql DESK \"DESCRIBE figures\"' lists columns",
            "desk-sql",
        )
    )

"""What a desk can be asked: what was said of a place, which reports say the same, what is new since a day."""
# ruff: noqa: S608 - what a person types goes in as values; only names of columns stand in the text

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from havenward.desk.confined import check_select, quote, wrong_sql
from havenward.desk.folder import DeskError
from havenward.desk.tables import SCHEMAS
from havenward.errors import Problem, nearest

if TYPE_CHECKING:
    from havenward.desk.confined import OpenDesk

MOVED = 0.05  # figures that differ by less are roundings of one another
LONGEST_QUOTE = 600  # characters: a row of a table can be longer than any sentence
# Figures that agree in these state the same; within one group of copies they are shown once.
_SAME = "place_key, term, unit, quantifier, low, high, point, temporality"
_OWN = tuple(
    name for name in SCHEMAS["figures"] if name not in {"batch", "published", "place_key", "speaker_key"}
)
FOUND_COLUMNS = ("published", "outlet", "title", "url", "outlets", "copies", *_OWN)
COPY_COLUMNS = ("published", "outlet", "title", "url", *_OWN)
CHANGE_COLUMNS = (
    "change", "place", "term", "unit", "temporality", "number", "quantity_text", "published", "outlet",
    "sentence", "was", "was_published", "was_sentence", "report", "was_report",
)  # fmt: skip
GROUP_COLUMNS = (
    "same_as",
    "texts",
    "appearances",
    "outlets",
    "first_published",
    "last_published",
    "outlet",
    "title",
)
# Words as `fold` of the reader writes them: hyphens and hard blanks are blanks, apostrophes are nothing.
# One replacement after the other, because `translate` takes seven times as long.
_BLANKS, _NOTHING = "-\u2010\u2011\u2013/\u00a0", "\u2019\u2018`'"


def _fold(column: str) -> str:
    """Write in SQL what brings the spellings of a column together."""
    for mark in (*_BLANKS, *_NOTHING):
        column = f"replace({column}, {quote(mark)}, {quote(' ' if mark in _BLANKS else '')})"
    return f"lower(strip_accents({column}))"


@dataclass(frozen=True)
class Question:
    """What is looked for; empty parts do not narrow.

    Parameters
    ----------
    places
        Folded names; each finds the names in which its words stand together ("mosul" in "west mosul").
    since, until
        Days on which reports were published, both included.
    term
        As `terms` of the reader.
    speaker
        Folded words of the name of a speaker.
    words
        Folded words that all stand in the text of the report.
    least
        Smallest number.
    copies
        Show a row for each appearance, not one for each statement.
    most
        Rows; 0 for all.
    """

    places: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    term: str = ""
    speaker: str = ""
    words: tuple[str, ...] = ()
    least: float | None = None
    copies: bool = False
    most: int = 0


@dataclass
class _Narrowing:
    """Conditions of a question and the values that they speak of."""

    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        self.conditions.append(condition)
        self.values += values

    @property
    def where(self) -> str:
        return " AND ".join(f"({condition})" for condition in self.conditions) or "true"


def narrow(question: Question) -> tuple[str, list[object]]:
    """Write the conditions of a question on `figures` as SQL, and the values for its question marks."""
    by = _Narrowing()
    if question.places:
        one = " OR ".join(
            f"contains(' ' || {words} || ' ', ' ' || ? || ' ')"
            for words in ("place_key", _fold("origin"), _fold("destination"))
        )
        values = [key for key in question.places for _ in range(3)]
        by.add(" OR ".join([one] * len(question.places)), *values)
    if question.since:
        by.add("published >= ?", question.since)
    if question.until:
        by.add("published <= ?", question.until)
    if question.term:
        by.add("term = ?", question.term)
    if question.speaker:
        spoken = _fold("source_attribution")
        by.add(f"speaker_key = ? OR contains({spoken}, ?)", question.speaker, question.speaker)
    if question.least is not None:
        by.add("number >= ?", question.least)
    if question.words:
        folded = _fold("text")
        every = " AND ".join([f"contains({folded}, ?)"] * len(question.words))
        by.add(f"report IN (SELECT report FROM texts WHERE {every})", *question.words)
    return by.where, by.values


def find_figures(desk: OpenDesk, question: Question) -> list[dict[str, Any]]:
    """Give what was said, the newest first.

    Returns
    -------
    rows
        Without `copies` a row for each statement: the earliest report of a group of copies that makes it,
        with how many `outlets` carry it and in how many `copies` (appearances) it stands. With `copies` a
        row for each appearance. Keys `FOUND_COLUMNS` or `COPY_COLUMNS`.
    """
    check_term(desk, question.term)
    where, values = narrow(question)
    own = ", ".join(f"h.{_column(name)}" for name in _OWN)
    limit = f"LIMIT {question.most:d}" if question.most else ""
    hits = f"WITH hits AS (SELECT * FROM figures WHERE {where})"
    if question.copies:
        return _cut(
            desk.ask(
                f"""{hits}
                SELECT a.published, a.outlet, a.title, a.url, {own}
                FROM hits h JOIN appearances a USING (report)
                ORDER BY a.published DESC NULLS LAST, h.place_key, h.report, h.start, a.outlet, a.appearance
                {limit}""",
                values,
            )
        )
    # first the statements, then for those that are shown who carries them
    first = "(coalesce(published, DATE '9999-12-31'), outlet, appearance)"
    return _cut(
        desk.ask(
            f"""{hits}, statements AS (
                SELECT same_as, {_SAME}, min((coalesce(published, DATE '9999-12-31'), report, start)) AS head
                FROM hits GROUP BY same_as, {_SAME}
                ORDER BY nullif(head[1], DATE '9999-12-31') DESC NULLS LAST, place_key, head[2], head[3]
                {limit}
            ), shown AS (
                SELECT h.* FROM hits h JOIN statements s ON h.report = s.head[2] AND h.start = s.head[3]
            ), telling AS (
                SELECT DISTINCT s.head, h.report AS text
                FROM hits h JOIN statements s ON h.same_as = s.same_as
                 AND {" AND ".join(f"h.{name} IS NOT DISTINCT FROM s.{name}" for name in _SAME.split(", "))}
            ), carried AS (
                SELECT t.head[2] AS head_report, t.head[3] AS head_start, a.*
                FROM telling t JOIN appearances a ON a.report = t.text
            ), carriers AS (
                SELECT head_report, head_start, count(DISTINCT outlet) AS outlets, count(*) AS copies,
                       arg_min(outlet, {first}) AS outlet,
                       arg_min(title, {first}) AS title,
                       arg_min(url, {first}) AS url
                FROM carried GROUP BY head_report, head_start
            )
            SELECT h.published, c.outlet, c.title, c.url, c.outlets, c.copies, {own}
            FROM shown h JOIN carriers c ON c.head_report = h.report AND c.head_start = h.start
            ORDER BY h.published DESC NULLS LAST, h.place_key, h.report, h.start""",
            values,
        )
    )


def _column(name: str) -> str:
    return f'"{name}"'


def _cut(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Quote no more than a sentence."""
    for row in rows:
        for name in ("sentence", "was_sentence"):
            if row.get(name) and len(row[name]) > LONGEST_QUOTE:
                row[name] = row[name][: LONGEST_QUOTE - 1] + "…"
    return rows


def find_reports(desk: OpenDesk, question: Question) -> list[dict[str, Any]]:
    """Give the reports in which something was found, newest first, of each group of copies the earliest.

    Returns
    -------
    rows
        Keys `report, published, outlet, title, url, text`.
    """
    check_term(desk, question.term)
    where, values = narrow(question)
    limit = f"LIMIT {question.most:d}" if question.most else ""
    first = "(coalesce(a.published, DATE '9999-12-31'), a.outlet, a.appearance)"
    return desk.ask(
        f"""WITH chosen AS (
                SELECT min((coalesce(published, DATE '9999-12-31'), report))[2] AS report
                FROM figures WHERE {where} GROUP BY same_as
            )
            SELECT a.report, min(a.published) AS published, arg_min(a.outlet, {first}) AS outlet,
                   arg_min(a.title, {first}) AS title, arg_min(a.url, {first}) AS url,
                   any_value(t.text) AS text
            FROM appearances a JOIN texts t ON t.report = a.report
            WHERE a.report IN (SELECT report FROM chosen)
            GROUP BY a.report ORDER BY published DESC NULLS LAST, a.report {limit}""",
        values,
    )


def check_term(desk: OpenDesk, term: str) -> None:
    """Refuse a term that no figure of the desk has, with the nearest one.

    Raises
    ------
    DeskError
        There is none of it.
    """
    if not term or desk.ask("SELECT 1 FROM figures WHERE term = ? LIMIT 1", [term]):
        return
    known = [row["term"] for row in desk.ask("SELECT DISTINCT term FROM figures ORDER BY term")]
    meant = nearest(term, known)
    raise DeskError(
        Problem(
            "--term",
            f"no figure of the desk has the term '{term}'",
            f"expected one of {', '.join(known)}" if known else "expected reports in the desk first",
            f"did you mean '{meant}'?" if meant else "choose one of them",
            "desk-term",
        )
    )


def keys_of_code(desk: OpenDesk, name: str) -> tuple[str, ...]:
    """Give the folded names of the places of a code (a P-code or a key of a case); none where it is none."""
    rows = desk.ask("SELECT DISTINCT place_key FROM places WHERE lower(code) = lower(?) ORDER BY 1", [name])
    return tuple(row["place_key"] for row in rows)


# -- copies --------------------------------------------------------------------------------------------------


def find_copies(desk: OpenDesk, *, least: int = 2, most: int = 0) -> list[dict[str, Any]]:
    """Give the groups of reports that say the same, the most carried first.

    Parameters
    ----------
    least
        Fewest appearances.
    most
        Groups; 0 for all.

    Returns
    -------
    rows
        Keys `GROUP_COLUMNS`; `texts` counts the different texts of a group, `outlet` and `title` are those
        of its first appearance.
    """
    limit = f"LIMIT {most:d}" if most else ""
    first = "(coalesce(a.published, DATE '9999-12-31'), a.outlet, a.appearance)"
    return desk.ask(
        f"""SELECT coalesce(g.same_as, a.report) AS same_as, count(DISTINCT a.report) AS texts,
                   count(*) AS appearances, count(DISTINCT a.outlet) AS outlets,
                   min(a.published) AS first_published, max(a.published) AS last_published,
                   arg_min(a.outlet, {first}) AS outlet, arg_min(a.title, {first}) AS title
            FROM appearances a LEFT JOIN groups g ON g.report = a.report
            GROUP BY 1 HAVING count(*) >= ? ORDER BY appearances DESC, same_as {limit}""",
        [least],
    )


# -- what changed --------------------------------------------------------------------------------------------


def batch_before(desk: OpenDesk, since: str) -> int:
    """Give the number of the last batch that was there before: of a day (UTC), or a number itself.

    Raises
    ------
    DeskError
        It is neither a day nor a number of a batch.
    """
    if since.isdigit() and int(since) <= desk.manifest.last_batch:
        return int(since)
    try:
        began = datetime.combine(date.fromisoformat(since), time(), UTC)
    except ValueError as error:
        raise DeskError(
            Problem(
                "--since",
                f"found '{since}'",
                f"expected a day written YYYY-MM-DD or a batch from 0 to {desk.manifest.last_batch}",
                "'havenward desk status' lists batches",
                "desk-since",
            )
        ) from error
    earlier = [row.number for row in desk.manifest.batches if datetime.fromisoformat(row.added) < began]
    return max(earlier, default=0)


def find_changes(desk: OpenDesk, batch: int, *, most: int = 0) -> list[dict[str, Any]]:
    """Give what a desk says since a batch that it did not say before, each with its sentence.

    Parameters
    ----------
    batch
        Number of the last batch before.
    most
        Rows; 0 for all.

    Returns
    -------
    rows
        Keys `CHANGE_COLUMNS`. `change` is `moved` (another number than the last earlier one of this place,
        term, unit and time, by more than `MOVED`: it stands in `was`), `place` (the first that is said of a
        place) or `figure` (a statement that was not made before). Copies of what was said before are no
        change.
    """
    limit = f"LIMIT {most:d}" if most else ""
    return _cut(
        desk.ask(
            f"""WITH fresh AS (
                    SELECT * FROM current_figures WHERE batch > $batch
                    QUALIFY row_number() OVER (
                        PARTITION BY {_SAME} ORDER BY published NULLS LAST, report, start) = 1
                ), earlier AS (  -- only what could be the same or the number before
                    SELECT * FROM current_figures e WHERE batch <= $batch AND EXISTS (
                        SELECT 1 FROM fresh f
                        WHERE f.place_key IS NOT DISTINCT FROM e.place_key AND f.term = e.term)
                ), known AS (
                    SELECT DISTINCT place_key FROM current_figures WHERE batch <= $batch
                ), news AS (
                    SELECT * FROM fresh f WHERE NOT EXISTS (
                        SELECT 1 FROM earlier e
                        WHERE e.place_key IS NOT DISTINCT FROM f.place_key
                          AND e.term = f.term AND e.unit = f.unit
                          AND e.quantifier = f.quantifier AND e.temporality = f.temporality
                          AND e.low IS NOT DISTINCT FROM f.low AND e.high IS NOT DISTINCT FROM f.high
                          AND e.point IS NOT DISTINCT FROM f.point)
                ), last AS (
                    SELECT place_key, term, unit, temporality, published,
                           max((report, start, number, sentence)) AS said
                    FROM earlier
                    WHERE number IS NOT NULL AND place_key IS NOT NULL AND published IS NOT NULL
                    GROUP BY place_key, term, unit, temporality, published
                ), compared AS (
                    SELECT n.*, l.said[3] AS was, l.published AS was_published, l.said[4] AS was_sentence,
                           l.said[1] AS was_report,
                           n.place_key IS NOT NULL
                           AND NOT EXISTS (SELECT 1 FROM known k WHERE k.place_key = n.place_key)
                           AND row_number() OVER (PARTITION BY n.place_key
                               ORDER BY n.published NULLS LAST, n.report, n.start) = 1 AS is_place
                    FROM news n ASOF LEFT JOIN last l
                      ON n.place_key = l.place_key AND n.term = l.term AND n.unit = l.unit
                     AND n.temporality = l.temporality AND n.published >= l.published
                ), changes AS (
                    SELECT CASE WHEN is_place THEN 'place'
                                WHEN abs(number - was) > $moved * greatest(abs(number), abs(was)) THEN 'moved'
                                ELSE 'figure' END AS change, *
                    FROM compared
                ), chosen AS (
                    SELECT * FROM changes
                    ORDER BY CASE change WHEN 'moved' THEN 0 WHEN 'place' THEN 1 ELSE 2 END,
                             abs(number - was) DESC NULLS LAST, number DESC NULLS LAST, report, start {limit}
                ), outlets AS (
                    SELECT report, min(outlet) AS outlet FROM appearances
                    WHERE report IN (SELECT report FROM chosen) GROUP BY report
                )
                SELECT change, coalesce(location, location_context) AS place, term, unit, temporality, number,
                       quantity_text, published, outlet, sentence,
                       CASE WHEN change = 'moved' THEN was END AS was,
                       CASE WHEN change = 'moved' THEN was_published END AS was_published,
                       CASE WHEN change = 'moved' THEN was_sentence END AS was_sentence,
                       report, CASE WHEN change = 'moved' THEN was_report END AS was_report
                FROM chosen LEFT JOIN outlets USING (report)
                ORDER BY CASE change WHEN 'moved' THEN 0 WHEN 'place' THEN 1 ELSE 2 END,
                         abs(number - chosen.was) DESC NULLS LAST, number DESC NULLS LAST, report, start""",
            {"batch": batch, "moved": MOVED},
        )
    )


# -- questions of one's own ----------------------------------------------------------------------------------


def ask_sql(desk: OpenDesk, question: str, *, most: int = 0) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Answer one SELECT; it can read the desk and nothing else.

    Parameters
    ----------
    question
        SQL of DuckDB.
    most
        Rows; 0 for all.

    Returns
    -------
    columns, rows
        The answer.

    Raises
    ------
    DeskError
        It is not one SELECT, or DuckDB cannot answer it.
    """
    import duckdb

    check_select(desk, question)
    try:
        cursor = desk.database.execute(question)
        columns = tuple(column[0] for column in cursor.description or ())
        return columns, cursor.fetchmany(most) if most else cursor.fetchall()
    except duckdb.IOException:
        raise  # a file of the desk: told as such
    except duckdb.Error as error:
        raise wrong_sql(error) from error


def sum_up(desk: OpenDesk) -> dict[str, Any]:
    """Count what a desk holds."""
    return desk.ask(
        """SELECT (SELECT count(*) FROM reports) AS reports,
                  (SELECT count(*) FROM appearances) AS appearances,
                  (SELECT count(DISTINCT outlet) FROM appearances) AS outlets,
                  (SELECT count(*) FROM figures) AS figures,
                  (SELECT count(DISTINCT place_key) FROM figures) AS places,
                  (SELECT count(*) FROM reports WHERE refused <> '') AS refused,
                  (SELECT count(*) FROM reports WHERE published IS NULL) AS undated,
                  (SELECT min(published) FROM reports) AS first_published,
                  (SELECT max(published) FROM reports) AS last_published"""
    )[0]

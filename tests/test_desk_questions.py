"""A reading desk answers what was said, by whom and what changed; and it answers nothing else."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from desk_reports import add, line, load_benchmark, many, say, write_lines
from havenward.cli import DONE, USAGE, WRONG, main
from havenward.desk.folder import DeskError
from havenward.desk.identity import even_text
from havenward.pipeline import read_files
from havenward.pipeline.desk_answers import (
    Wanted,
    ask_desk,
    changes_in_desk,
    copies_in_desk,
    describe_desk,
    find_in_desk,
    take_from_desk,
)
from havenward.reading.facts import number_of
from havenward.reading.gazetteer import fold
from havenward.reading.show import COLUMNS


@pytest.fixture(scope="module")
def grammar(tmp_path_factory):
    """Give a desk of reports from the grammar, and the reports."""
    folder = tmp_path_factory.mktemp("grammar")
    source = many(folder / "feed.jsonl", 90, seed=8)
    add(folder / "desk", source, batch=40)
    return folder / "desk", source


@pytest.fixture
def desk(tmp_path):
    """Make a desk of given lines."""

    def make(*lines: str, name: str = "desk", **options):
        source = write_lines(tmp_path / f"{name}-{len(list(tmp_path.iterdir()))}.jsonl", list(lines))
        add(tmp_path / name, source, **options)
        return tmp_path / name

    return make


# -- what was said -------------------------------------------------------------------------------------------


def test_what_is_found_is_what_reading_finds(grammar):
    """Every question, against a plain loop over the figures of `havenward read` on the same reports."""
    folder, source = grammar
    # a text that came on several days is read as of the earliest
    readings: dict = {}
    for document, reading in read_files([source], workers=1):
        text = even_text(document.text)
        if text not in readings or document.published < readings[text][0].published:
            readings[text] = (document, reading)
    figures = [(document, figure) for document, reading in readings.values() for figure in reading.figures]
    assert len(figures) > 150
    place = figures[40][1].location
    questions = {
        "all": (Wanted(), lambda *_: True),
        "place": (
            Wanted(place=place.upper()),
            lambda _, f: any(
                f" {fold(place)} " in f" {fold(name or '')} "
                for name in (f.location or f.location_context, f.origin, f.destination)
            ),
        ),
        "days": (
            Wanted(since=date(2023, 1, 10), until=date(2023, 1, 31)),
            lambda d, _: date(2023, 1, 10) <= d.published <= date(2023, 1, 31),
        ),
        "term": (Wanted(term="displaced"), lambda _, f: f.term == "displaced"),
        "speaker": (Wanted(speaker="the Red Crescent"), lambda _, f: "Red Crescent" in (f.source_attribution or "")),
        "least": (Wanted(least=5000), lambda _, f: (number_of(f) or 0) >= 5000),
        "words": (Wanted(text="Overnight SAID"), lambda d, _: "overnight" in d.text.lower() and "said" in d.text.lower()),
    }  # fmt: skip
    # offsets and line ends differ where blanks were evened
    key = (
        "quantity_text",
        "low",
        "high",
        "point",
        "quantifier",
        "term",
        "location",
        "origin",
        "date_from",
        "date_to",
    )
    for name, (wanted, holds) in questions.items():
        expected = {tuple(str(getattr(f, column)) for column in key) for d, f in figures if holds(d, f)}
        got = {
            tuple(str(row[column]) for column in key)
            for row in find_in_desk(folder, wanted, copies=True).rows
        }
        assert got == expected, name
        assert got, name
        assert not find_in_desk(folder, wanted, copies=True, most=1).rows[1:]


def test_a_figure_is_a_row_of_reading(desk):
    text = say("4,200", "Tarmiya")
    folder = desk(line(text))
    (row,) = find_in_desk(folder, Wanted(least=4000)).rows
    ((_, reading),) = read_files([write_lines(folder.parent / "one.jsonl", [line(text)])], workers=1)
    own = {name: getattr(reading.figures[0], name) for name in COLUMNS}
    assert {name: row[name] for name in COLUMNS if name != "report"} == {
        name: value for name, value in own.items() if name != "report"
    }


def test_copies_and_edited_copies_are_one_statement(desk):
    text = say(
        "4,200", "Tarmiya", more=" Three buses from the province waited at the old mill until night fell."
    )
    edited = text.replace("Nobody could say", "No one could say")
    other = say("4,200", "Tarmiya").replace("Red Crescent", "mayor").replace("market", "harbour by the sea")
    folder = desk(
        line(text, "2024-05-09", "Wire"),
        line(text, "2024-05-08", "Post"),
        line(edited, "2024-05-08", "Radio"),
        line("Elsewhere. " + other * 2, "2024-05-08", "Sun"),
    )
    rows = find_in_desk(folder, Wanted(place="Tarmiya", least=4000)).rows
    assert sorted((row["outlet"], row["outlets"], row["copies"]) for row in rows if row["outlets"] > 1) == [
        ("Post", 3, 3)
    ]
    assert len(find_in_desk(folder, Wanted(place="Tarmiya", least=4000), copies=True).rows) >= 4
    (group,) = copies_in_desk(folder).rows
    assert (group["texts"], group["appearances"], group["outlets"], group["outlet"]) == (2, 3, 3, "Post")
    assert copies_in_desk(folder, least=4).rows == []


@pytest.mark.parametrize("name", ["al-Tarmiya", "Tarmiya", "TARMIYA", "the Tarmiya"])
def test_places_are_found_in_any_spelling(desk, name):
    assert len(find_in_desk(desk(line(say("4,200", "Tarmiya"))), Wanted(place=name, least=4000)).rows) == 1


def test_a_place_is_found_by_its_code(desk):
    from havenward.pipeline import bundled_case
    from havenward.pipeline.desk import load_places

    case = load_places(bundled_case())
    place = replace(case.locations[0], name="Tarmiya", pcode="IQ1504")
    case = replace(case, locations=(place, *case.locations[1:]))
    folder = desk(line(say("4,200", place.name)), case=case)
    for code in (place.pcode, place.pcode.lower(), place.location):
        assert len(find_in_desk(folder, Wanted(place=code, least=4000)).rows) == 1
    assert find_in_desk(folder, Wanted(place="XX99")).rows == []


def test_a_term_that_no_figure_has_is_told(desk):
    folder = desk(line(say("4,200", "Tarmiya")))
    with pytest.raises(DeskError) as caught:
        find_in_desk(folder, Wanted(term="displacd"))
    assert str(caught.value) == (
        "--term: no figure of the desk has the term 'displacd'; expected one of displaced; did you mean 'displaced'?"
    )
    assert find_in_desk(folder, Wanted(term="Displaced")).rows


def test_a_quote_is_a_sentence(desk):
    long = (
        "More than 4,200 people have fled Tarmiya, " + "and others waited, " * 60 + "the Red Crescent said.\n"
    )
    (row,) = find_in_desk(desk(line(long)), Wanted(least=4000)).rows
    assert len(row["sentence"]) == 600
    assert row["sentence"].endswith("…")


# -- what changed --------------------------------------------------------------------------------------------


def test_changes_are_numbers_that_moved_new_places_and_new_figures(desk):
    old, new = datetime(2024, 5, 8, 20, tzinfo=UTC), datetime(2024, 5, 9, 9, tzinfo=UTC)
    desk(line(say("4,200", "Tarmiya"), "2024-05-08"), line(say("900", "Kirkuk"), "2024-05-08"), added=old)
    folder = desk(
        line(say("9,500", "Tarmiya"), "2024-05-09"),  # moved
        line(say("4,200", "Tarmiya").replace("Nobody", "No one"), "2024-05-09", "Wire"),  # a copy: no news
        line(say("910", "Kirkuk"), "2024-05-09"),  # a rounding
        line(say("700", "Balad"), "2024-05-09"),  # a new place
        added=new,
    )
    for since in ("2024-05-09", "1"):
        rows = changes_in_desk(folder, since).rows
        assert [(row["change"], row["place"], row["number"], row["was"]) for row in rows] == [
            ("moved", "Tarmiya", 9500, 4200),
            ("place", "Balad", 700, None),
            ("figure", "Kirkuk", 910, None),
        ]
        assert "9,500" in rows[0]["sentence"]
        assert "4,200" in rows[0]["was_sentence"]
        assert rows[0]["was_published"] == date(2024, 5, 8)
    assert {row["change"] for row in changes_in_desk(folder, "2024-05-08").rows} == {"place", "figure"}
    assert changes_in_desk(folder, "2024-05-10").rows == []
    assert len(changes_in_desk(folder, "2024-05-09", most=1).rows) == 1
    with pytest.raises(DeskError) as caught:
        changes_in_desk(folder, "yesterday")
    assert str(caught.value) == (
        "--since: found 'yesterday'; expected a day written YYYY-MM-DD or a batch from 0 to 2; "
        "'havenward desk status' lists batches"
    )


# -- a question of one's own ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    [
        "COPY (SELECT 1) TO 'stolen.csv'",
        "ATTACH 'stolen.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA version",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO batches SELECT * FROM batches",
        "DROP VIEW figures",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY (SELECT 1) TO 'stolen.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'stolen.csv'",
        "CALL pragma_version()",
        "CHECKPOINT",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_blob('{folder}/desk/desk.json')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM query('COPY (SELECT 1) TO ''stolen.csv''')",
        "SELECT * FROM hidden",
        "SELECT getenv('HOME')",
        "SELECT",
        "",
    ],
)
def test_sql_reads_the_desk_and_nothing_else(grammar, tmp_path, monkeypatch, question):
    import polars as pl

    hidden = pl.DataFrame({"a": [1]})  # a variable of Python is no table
    folder, _ = grammar
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / "secret.txt"
    secret.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DeskError) as caught:
        ask_desk(folder, question.format(secret=secret, folder=folder.parent))
    assert caught.value.problems[0].slug == "desk-sql"
    assert [path.name for path in tmp_path.iterdir()] == ["secret.txt"]
    assert hidden.height == 1


def test_sql_answers_what_it_may(grammar):
    folder, _ = grammar
    found = ask_desk(folder, "SELECT count(*), count(*) FROM figures")
    assert found.columns == ("count_star()", "count_star()_2")
    assert found.rows[0]["count_star()"] == describe_desk(folder)[0]["figures"]
    assert ask_desk(folder, "WITH a AS (SELECT 1 AS b) SELECT * FROM a").rows == [{"b": 1}]
    assert "sentence" in {row["column_name"] for row in ask_desk(folder, "DESCRIBE figures").rows}


def test_a_desk_without_duckdb_says_how_to_get_it(grammar, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(DeskError) as caught:
        find_in_desk(grammar[0], Wanted())
    assert str(caught.value) == (
        "duckdb: it is not installed; expected it for questions to a reading desk; "
        "run: pip install 'havenward[desk]'"
    )


def test_an_empty_desk_answers(tmp_path):
    from havenward.desk.folder import Manifest, write_manifest

    write_manifest(tmp_path, Manifest())
    assert find_in_desk(tmp_path, Wanted(place="Mosul")).rows == []
    assert changes_in_desk(tmp_path, "0").rows == []
    assert copies_in_desk(tmp_path).rows == []
    assert describe_desk(tmp_path)[0]["reports"] == 0


# -- out of the desk, and the command ------------------------------------------------------------------------


def test_reports_taken_out_are_the_reports(desk, tmp_path):
    text = say("4,200", "Tarmiya")
    folder = desk(
        line(text, "2024-05-09", "Wire", title="A title\nover: two lines", url="https://wire.example/1"),
        line(text.replace("Nobody", "No one"), "2024-05-10", "Post"),
        line(say("700", "Balad"), "", ""),
    )
    paths, problems = take_from_desk(folder, tmp_path / "out", Wanted(least=500))
    assert not problems
    assert len(paths) == 2, "one of a group of copies"
    found = {document.outlet: (document, reading) for document, reading in read_files(paths, workers=1)}
    document, reading = found["Wire"]
    assert (document.title, document.published, document.url) == (
        "A title over: two lines", date(2024, 5, 9), "https://wire.example/1",
    )  # fmt: skip
    assert document.text.strip() == text.strip()
    assert reading.figures[0].quantity_text == "4,200"


def run(capsys, *arguments) -> tuple[int, str, str]:
    status = main(["desk", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_command_adds_and_answers(tmp_path, capsys):
    feed = write_lines(
        tmp_path / "feed.jsonl",
        [line(say("4,200", "Tarmiya"), outlet="=HYPERLINK(1)", title="\x1b[31mred"), "{torn"],
    )
    folder = tmp_path / "desk"
    status, out, err = run(capsys, "add", folder, feed, "--workers", 1)
    assert (status, out) == (WRONG, "")
    assert "feed.jsonl line 2: this is no report" in err
    assert "1 reports came in: 1 new texts with 1 figures, 1 new appearances, 0 known" in err
    status, out, _ = run(capsys, "find", folder, "--place", "tarmiya", "--least", 4000)
    assert status == DONE
    assert out.splitlines()[0].split() == [
        "published", "outlet", "outlets", "place", "term", "number", "quantifier", "speaker", "sentence",
    ]  # fmt: skip
    assert "4,200" in out.splitlines()[1]
    _, out, _ = run(capsys, "find", folder, "--format", "jsonl")
    assert json.loads(out)["published"] == "2024-05-08"
    _, out, _ = run(capsys, "find", folder, "--format", "csv")
    assert next(csv.DictReader(io.StringIO(out)))["outlet"] == "'=HYPERLINK(1)"
    _, out, _ = run(capsys, "copies", folder, "--least", 1)
    assert "\x1b" not in out
    _, out, _ = run(capsys, "changes", folder, "--since", 0)
    assert out.splitlines()[1].startswith("place")
    _, out, err = run(capsys, "sql", folder, "SELECT report FROM reports", "--limit", 1)
    assert out.splitlines()[0] == "report"
    assert "the first 1 rows" in err
    status, out, _ = run(capsys, "status", folder, "--check")
    assert status == DONE
    assert "reports: 1" in out.splitlines()
    _, out, _ = run(capsys, "status", folder, "--format", "json")
    assert json.loads(out)["batches"][0]["reports"] == 1
    _, _, err = run(capsys, "tidy", folder)
    assert "files" in err
    status, out, _ = run(capsys, "take", folder, tmp_path / "out", "--place", "Tarmiya")
    assert (status, len(out.splitlines())) == (DONE, 1)
    assert run(capsys, "find", tmp_path / "none")[0] == WRONG
    assert run(capsys)[0] == USAGE


def test_a_damaged_file_makes_the_command_say_so_and_answer(tmp_path, capsys):
    lines = [line(say("4,200", "Tarmiya"), "2024-05-08"), line(say("5,300", "Balad"), "2024-06-08")]
    folder = tmp_path / "desk"
    add(folder, write_lines(tmp_path / "feed.jsonl", lines))
    next((folder / "figures" / "2024-05").glob("*.parquet")).unlink()
    status, out, err = run(capsys, "find", folder, "--least", 1000)
    assert status == WRONG
    assert "5,300" in out
    assert "warning:" in err
    assert "it is missing" in err


def test_the_benchmark_makes_what_it_says():
    reports = list(load_benchmark().make_reports(2000, 1))
    copies = sum(report["origin"] != number for number, report in enumerate(reports))
    assert 0.5 < copies / len(reports) < 0.6
    assert all(200 < len(report["text"]) < 1400 for report in reports)

"""Many reports: in order, the same on one core and two, and nothing lost of what cannot be read."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from havenward.cli import DONE, WRONG, main
from havenward.errors import CaseError
from havenward.reading.bulk import list_reports, read_many
from havenward.reading.documents import Document
from havenward.reading.gazetteer import load_gazetteer
from havenward.reading.read import read_report
from havenward.reading.show import COLUMNS, format_csv, format_html, format_marked, format_table

REPORT = """A week in Tarmiya

More than 4,200 people have fled Tarmiya since Friday, the Red Crescent said. Up to 20,000 could be displaced
by the end of the month, it warned.

Families are moving toward Balad, said Salma Nouri, a teacher.
"""


def write(folder: Path, name: str, text: str = REPORT) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(text: str = REPORT, published: date | None = date(2024, 5, 8)):
    return read_report(Document("a.txt", text, published=published), load_gazetteer())


def test_a_report_gives_figures_whose_spans_are_their_words():
    reading = read()
    assert [figure.quantity_text for figure in reading.figures] == ["4,200", "20,000"]
    assert [figure.quantifier for figure in reading.figures] == ["more_than", "up_to"]
    assert [figure.term for figure in reading.figures] == ["displaced", "expected_displaced"]
    for figure in reading.figures:
        assert reading.text[figure.start : figure.end] == figure.quantity_text
        assert figure.quantity_text in figure.sentence
        assert figure.reliability == "machine-read, unconfirmed"
        assert figure.review == "open"
    assert reading == read(), "reading twice gives the same"


def test_a_report_in_another_language_is_refused_in_a_plain_sentence():
    text = (
        "Plus de deux cent mille personnes ont fui la ville vers le pays voisin, selon les autorit\u00e9s, qui "
        "craignent que leur nombre ne soit plus grand dans les prochains jours."
    )
    reading = read(text)
    assert reading.figures == ()
    assert reading.refused == "the text is in French; only English is read"


def test_folders_are_walked_in_order_and_hidden_files_left_out(tmp_path):
    for name in ("b.txt", "a.txt", ".hidden.txt", "c.csv"):
        write(tmp_path, name)
    (tmp_path / "deep").mkdir()
    write(tmp_path / "deep", "d.txt")
    assert [task.path.name for task in list_reports([tmp_path])] == ["a.txt", "b.txt", "d.txt"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseError, match="no report is in the folder"):
        list(list_reports([tmp_path / "empty"]))


def test_a_stream_gives_one_report_a_line(tmp_path):
    lines = [
        json.dumps({"text": REPORT, "report": "x.txt", "published": "2024-05-08", "outlet": "Post"}),
        "",
        json.dumps({"text": "Some 300 families fled."}),
    ]
    path = write(tmp_path, "stream.jsonl", "\n".join(lines))
    found = list(read_many(list_reports([path])))
    assert [document.name for document, _ in found] == ["x.txt", "stream-3"]
    assert found[0][0].outlet == "Post"
    assert len(found[0][1].figures) == 2


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{torn", "stream.jsonl line 1: this is no report; expected an object such as"),
        ('["a"]', "stream.jsonl line 1: this is no report; expected an object such as"),
        ('{"text": "a", "published": "May"}', "stream.jsonl line 1: published is 'May'; expected YYYY-MM-DD; correct the date"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_report_is_told(tmp_path, line, message):
    with pytest.raises(CaseError) as caught:
        list(list_reports([write(tmp_path, "stream.jsonl", line)]))
    assert str(caught.value).startswith(message)


def test_two_processes_give_the_same_as_one(tmp_path):
    for number in range(70):
        write(tmp_path, f"{number:03}.txt", REPORT.replace("4,200", f"{number + 2},200"))
    write(tmp_path, "035.txt", " ")
    one = list(read_many(list_reports([tmp_path])))
    two = list(read_many(list_reports([tmp_path]), workers=2))
    assert len(one) == len(two) == 70
    for (document, reading), (other, again) in zip(one, two, strict=True):
        assert document == other
        assert str(reading) == str(again)
    assert isinstance(one[35][1], CaseError)


# -- how it is shown ---------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script> 300 people fled\n\n"
    "=HYPERLINK(\"http://x\") said 4,000 people fled <b onclick='x'>Balad</b> on Friday.\n"
)


def test_nothing_of_a_report_acts_in_html_or_in_a_spreadsheet():
    reading = read(HOSTILE)
    assert reading.figures
    page = "".join(format_html([reading]))
    assert "<script>alert" not in page
    assert "onclick='x'>" not in page
    assert "&lt;script&gt;" in page
    rows = [dict.fromkeys(COLUMNS) | {"report": "=1+1", "sentence": "@x", "group": "-2"}]
    cells = next(iter(csv.DictReader(io.StringIO("".join(format_csv(rows))))))
    assert (cells["report"], cells["sentence"], cells["group"]) == ("'=1+1", "'@x", "'-2")


def test_the_marked_text_is_the_text_with_brackets():
    reading = read()
    marked = format_marked(reading)
    assert "[[4,200 | displaced > 4,200 past; the Red Crescent]]" in marked
    table = format_table(reading)
    assert "> 4,200" in table
    assert "<= 20,000" in table


# -- the command -------------------------------------------------------------------------------------------


def test_the_command_prints_one_object_a_figure(tmp_path, capsys):
    path = write(tmp_path, "report.txt")
    assert main(["read", str(path), "--published", "2024-05-08", "--format", "jsonl"]) == DONE
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [tuple(row) for row in rows] == [COLUMNS] * 2
    assert rows[0]["report"] == "report.txt"
    assert rows[0]["high"] is None
    assert rows[0]["date_from"] == "2024-05-03"


def test_movements_go_to_their_own_file(tmp_path, capsys):
    out = tmp_path / "moves.jsonl"
    main(["read", str(write(tmp_path, "report.txt")), "--movements", str(out)])
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["group"], row["destination"], row["status"].split()[0]) for row in rows] == [
        ("Families", "Balad", "civilian")
    ]
    capsys.readouterr()


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path, capsys):
    write(tmp_path, "a.txt")
    write(tmp_path, "b.txt", "")
    assert main(["read", str(tmp_path), "--format", "csv"]) == WRONG
    said = capsys.readouterr()
    assert len(list(csv.reader(io.StringIO(said.out)))) == 3
    assert "b.txt: there is no text in it" in said.err


def test_a_workbook_needs_a_place_and_opens(tmp_path, capsys):
    import openpyxl

    path = write(tmp_path, "report.txt")
    assert main(["read", str(path), "--format", "xlsx"]) == WRONG
    out = tmp_path / "figures.xlsx"
    assert main(["read", str(path), "--format", "xlsx", "--out", str(out)]) == DONE
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["README", "Figures", "Movements", "Conflicts", "Not read"]
    assert [cell.value for cell in book["Figures"][1]] == list(COLUMNS)
    assert book["Figures"].max_row == 3
    capsys.readouterr()


def test_texts_taken_out_of_pages_are_kept_beside_the_figures(tmp_path, capsys):
    page = write(tmp_path, "page.html", f"<html><body><p>{REPORT}</p></body></html>")
    out = tmp_path / "figures.jsonl"
    assert main(["read", str(page), "--format", "jsonl", "--out", str(out)]) == DONE
    text = (tmp_path / "figures-texts" / "page.html.txt").read_text(encoding="utf-8")
    for line in out.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert text[row["start"] : row["end"]] == row["quantity_text"]
    capsys.readouterr()


def test_no_file_and_no_case_is_told(capsys):
    assert main(["read"]) == WRONG
    assert "name a report or a case" in capsys.readouterr().err


# -- into a case ---------------------------------------------------------------------------------------------


def copy_case(folder: Path) -> Path:
    import shutil

    from havenward.pipeline import bundled_case

    shutil.copytree(bundled_case(), folder)
    return folder


def rows_of(case: Path) -> list[dict[str, str]]:
    with (case / "figures.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_figures_join_a_case_and_reviews_survive_reading_again(tmp_path, capsys):
    case = copy_case(tmp_path / "case")
    before = rows_of(case)
    report = write(tmp_path, "new.txt")
    common = ["read", str(report), "--case", str(case), "--outlet", "Post"]
    assert main([*common]) == WRONG, "a report of a case needs a date"
    assert "new.txt: its date or outlet is not known" in capsys.readouterr().err
    assert rows_of(case) == before
    assert main([*common, "--published", "2016-10-20"]) == DONE
    after = rows_of(case)
    assert after[: len(before)] == before
    fresh = after[len(before) :]
    assert [row["quantity_text"] for row in fresh] == ["4,200", "20,000"]
    assert {row["review"] for row in fresh} == {"open"}
    assert (case / "reports" / "new.txt").read_text(encoding="utf-8").endswith(REPORT)
    # a person corrects one and rejects the other; reading again touches neither
    after[-2] |= {"low": "4300", "review": "corrected"}
    after[-1] |= {"review": "rejected"}
    with (case / "figures.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(after[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(after)
    reviewed = rows_of(case)
    assert main([*common, "--published", "2016-10-20"]) == DONE
    assert rows_of(case) == reviewed
    assert main(["check", str(case)]) == DONE
    capsys.readouterr()


def test_another_text_under_the_same_name_is_refused(tmp_path, capsys):
    case = copy_case(tmp_path / "case")
    options = ["--case", str(case), "--outlet", "Post", "--published", "2016-10-20"]
    assert main(["read", str(write(tmp_path, "new.txt")), *options]) == DONE
    kept = rows_of(case)
    write(tmp_path, "new.txt", REPORT.replace("4,200", "9,000"))
    assert main(["read", str(tmp_path / "new.txt"), *options]) == WRONG
    assert "the case holds another report of this name" in capsys.readouterr().err
    assert rows_of(case) == kept

"""Files made to fill a memory or to keep a machine busy are refused early, each with its reason; made here, never kept."""

import gzip
import io
import json
import re
import sqlite3
import struct
import zipfile
from pathlib import Path

import pytest

from constructed_imports import NEWER, boxes, make_case, read_source, write_areas, write_workbook
from havenward.archives import check_encoding, count_stated_entries
from havenward.case.check import check_case
from havenward.case.importers.grids import read_grids
from havenward.case.importers.osm_roads import read_extract
from havenward.case.importers.settings_file import read_settings_file
from havenward.case.load import load_case
from havenward.case.new import workbook_from_case
from havenward.errors import HavenwardError, Problem
from havenward.reading.bulk import list_reports
from havenward.reading.documents import open_document
from source_worlds import OUTPUTS, bring, put
from test_reading_documents import make_docx
from toy_case import TOY, write_files

WORD = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
SITES = [["Site name", "Latitude", "Longitude"], ["Khazer M1", 36.1, 43.3]]


def refusal(function, *arguments, **words):
    with pytest.raises(HavenwardError) as refused:
        function(*arguments, **words)
    (problem,) = refused.value.problems
    return str(problem), problem.slug


def repacked(data, changes):
    """Give an archive with some of its entries changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            change = changes.get(info.filename, lambda content: content)
            new.writestr(info.filename, change(old.read(info)))
    return stream.getvalue()


# -- messages ------------------------------------------------------------------------------------------


def test_a_file_cannot_break_a_message():
    problem = Problem("a.csv\nrow 2", "x\0\x1b[31m\u202e\ud800y", "e" * 5000, "نص\u200cمتن", "slug")
    assert str(problem).startswith("a.csv row 2: x\ufffd\ufffd[31m\ufffd\ufffdy; eee")
    assert len(problem.expected) == 4000
    assert problem.expected.endswith("e ...")
    assert problem.repair == "نص\u200cمتن"  # signs that join letters stay
    str(problem).encode()


# -- reports -------------------------------------------------------------------------------------------


def word(tmp_path, body):
    path = tmp_path / "a.docx"
    path.write_bytes(
        repacked(make_docx(), {"word/document.xml": lambda _: WORD + body + b"</w:body></w:document>"})
    )
    return path


@pytest.mark.parametrize("body", [b"<w:p></w:p>" * 760_000, b"<w:p><w:r><w:t>" + b"word " * 900_000 + b"</w:t></w:r></w:p>"], ids=["tags", "letters"])  # fmt: skip
def test_a_word_file_with_more_parts_than_any_report(tmp_path, body):
    path = word(tmp_path, body)
    assert path.stat().st_size < 100_000
    assert refusal(open_document, path) == (
        "a.docx: it has more parts than any report; expected at most 1,500,000 tags, 200,000 paragraphs and 4,194,304 letters; give the report alone, or its text",
        "report-too-large",
    )


def test_a_cell_that_says_it_is_endlessly_wide_is_read_once(tmp_path):
    span = b'<w:tcPr><w:gridSpan w:val="2147483647"/></w:tcPr>'
    row = (
        b"<w:tr><w:tc>"
        + span
        + b"<w:p><w:r><w:t>300 people</w:t></w:r></w:p></w:tc><w:tc><w:p/></w:tc></w:tr>"
    )
    assert open_document(word(tmp_path, b"<w:tbl>" + row + b"</w:tbl>")).text == "300 people\t"


def test_merged_cells_are_read_as_before(tmp_path):
    import docx

    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    for at, cell in enumerate(table._cells):
        cell.text = f"c{at}"
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(1, 2).merge(table.cell(2, 2))
    document.save(tmp_path / "a.docx")
    assert open_document(tmp_path / "a.docx").text.split("\n\n") == [
        "c0 c1\tc2",
        "c3\tc4\tc5 c8",
        "c6\tc7\tc5 c8",
    ]


def test_an_archive_with_a_list_of_a_million_files_is_refused_unread(tmp_path):
    entry = (
        b"PK\x01\x02"
        + struct.pack("<4B4HL2L5H2L", 20, 3, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
        + b"a"
    )
    start = b"PK\x03\x04" + b"\x14" + b"\0" * 21 + struct.pack("<HH", 1, 0) + b"a"
    listed = entry * 60_000
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 60_000, 60_000, len(listed), len(start), 0)
    data = start + listed + end
    assert count_stated_entries(data) > 60_000
    assert count_stated_entries(end[:8] + b"\xff" * 12 + b"\0\0") == 2**32  # a list of the large form
    path = put(tmp_path, "a.zip", data)
    assert refusal(read_grids, path) == (
        "a.zip: the archive holds more than 10,000 files; expected a workbook, or an archive of one table; unpack it and name the file that you mean",
        "import-archive-entries",
    )
    assert refusal(open_document, put(tmp_path, "a.docx", data))[1] == "report-too-large"


def pages(contents):
    """Write a PDF whose pages all show the same contents."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{5 + n} 0 R" for n in range(contents[1]))
    objects.append(f"<< /Type /Pages /Kids [{kids}] /Count {contents[1]} >>")
    objects.append(f"<< /Length {len(contents[0])} >>\nstream\n{contents[0]}\nendstream")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
    objects += [page] * contents[1]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    return (
        body
        + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF".encode()
    )


def test_a_pdf_is_read_as_far_as_a_report_would_go(tmp_path, monkeypatch):
    monkeypatch.setattr("havenward.reading.documents.PDF_OPERATIONS", 500)
    path = put(tmp_path, "a.pdf", pages(("BT /F1 9 Tf " + "(a ) Tj " * 40 + "ET", 30)))
    document = open_document(path)
    assert document.notes == ("only the first 11 of 30 pages were read",)
    assert document.text.count("a a a") > 10


def test_a_damaged_page_is_told_and_the_others_are_read(tmp_path):
    data = pages(("BT /F1 9 Tf (Some 300 people fled.) Tj ET", 3))
    broken = data.replace(b"/Contents 3 0 R", b"/Contents 99999", 1)
    document = open_document(put(tmp_path, "a.pdf", broken))
    assert document.text.count("Some 300 people fled.") == 2


def test_a_page_of_endless_lists_gives_its_words_without_looking_for_the_article(tmp_path):
    page = b"<html><head><title>T</title></head><body>" + b"<ul><li>300 people</ul>" * 16_000
    assert open_document(put(tmp_path, "a.html", page)).text.count("300 people") == 16_000
    assert refusal(open_document, put(tmp_path, "b.html", b"<html>" + b" " * 11_000_000)) == (
        "b.html: the page has 10 MB; expected at most 10 MB; save the article alone, or give its text",
        "report-too-large",
    )


def test_a_stream_that_is_no_text_and_one_that_is_nested(tmp_path):
    assert refusal(lambda: list(list_reports([put(tmp_path, "a.jsonl", b'{"text": "\xff"}\n')]))) == (
        "a.jsonl: the file is not UTF-8; expected lines of JSON in UTF-8; save it again as UTF-8",
        "report-line",
    )
    assert refusal(lambda: list(list_reports([put(tmp_path, "b.jsonl", b"[" * 100_000)])))[1] == "report-line"
    half = put(tmp_path, "c.jsonl", b'{"text": "a \\ud800 b"}\n')
    assert [task.document.text for task in list_reports([half])] == ["a ? b"]


# -- tables and workbooks ------------------------------------------------------------------------------


def test_a_table_of_more_cells_than_fit(tmp_path, monkeypatch):
    monkeypatch.setattr("havenward.case.importers.grid_parts.MAX_CELLS", 1000)
    assert refusal(read_grids, put(tmp_path, "a.csv", "a,b\n" * 501)) == (
        "a.csv: the table has more than 1,000 cells; expected a table that fits into memory; keep only the rows and columns that the case needs",
        "import-file-too-large",
    )
    monkeypatch.setattr("havenward.case.importers.grid_parts.MAX_ROWS", 100)
    assert "the table has more than 100 rows" in refusal(read_grids, put(tmp_path, "b.csv", "a,b\n" * 101))[0]


def test_a_case_of_more_cells_than_fit(tmp_path, monkeypatch):
    monkeypatch.setattr("havenward.case.sheets.MAX_CELLS", 40)
    write_files(tmp_path, TOY)
    (problem, *_) = [one for one in check_case(tmp_path) if one.where.startswith("routes.csv")]
    assert str(problem) == (
        "routes.csv: the file has more than 40 cells; expected a table that fits into memory; keep only the rows that the case needs"
    )


def test_json_larger_than_python_can_hold(tmp_path, monkeypatch):
    monkeypatch.setattr("havenward.case.importers.grids.JSON_BYTES", 1_000_000)
    assert refusal(read_grids, put(tmp_path, "a.json", b"[" + b"{}," * 400_000 + b"{}]")) == (
        "a.json: the file has 1 MB; expected at most 1 MB; keep only the rows and columns that the case needs",
        "import-file-too-large",
    )
    monkeypatch.setattr("havenward.case.importers.grids.JSON_OBJECTS", 1_000)
    assert refusal(read_grids, put(tmp_path, "d.json", b"[" + b"{}," * 1_000 + b"{}]")) == (
        "d.json: the file has more than 1,000 objects; expected a table that fits into memory; keep only the rows and columns that the case needs",
        "import-file-too-large",
    )
    monkeypatch.setattr("havenward.case.importers.grids.JSON_OBJECTS", 1_000_000)
    assert refusal(read_grids, put(tmp_path, "b.json", b"[" * 500_000))[1] == "import-file-truncated"
    half = put(tmp_path, "c.json", json.dumps([{"a": "x\ud800y"}]))
    assert read_grids(half)[0].rows[1] == (2, ["x?y"])


MERGED = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'


def changed(path, old, new, sheet="xl/worksheets/sheet1.xml"):
    path.write_bytes(repacked(path.read_bytes(), {sheet: lambda content: content.replace(old, new)}))
    return path


def test_a_workbook_merged_into_one_cell_and_one_with_a_cell_in_the_last_corner(tmp_path):
    usual = read_grids(write_workbook(tmp_path / "a.xlsx", {"S": SITES}))[0].rows
    merged = changed(write_workbook(tmp_path / "b.xlsx", {"S": SITES}), b"</sheetData>", MERGED)
    assert refusal(read_grids, merged) == (
        "b.xlsx: merged areas cover more than 500,000 cells; expected merged headings and names; unmerge the cells, and save it again",
        "import-merged-cells",
    )
    far = changed(write_workbook(tmp_path / "c.xlsx", {"S": SITES}), b"</sheetData>", FAR)
    assert read_grids(far)[0].rows == usual  # beyond the last column that is read
    wide = changed(
        write_workbook(tmp_path / "d.xlsx", {"S": SITES}), b"</sheetData>", FAR.replace(b"XFD", b"B")
    )
    assert read_grids(wide)[0].rows == [*usual, (1048576, ["", "1"])]


@pytest.mark.parametrize(("new", "slug"), [(MERGED, "import-merged-cells"), (FAR, "")], ids=["merged", "far"])
def test_a_case_in_such_a_workbook(tmp_path, new, slug):
    write_files(tmp_path / "toy", TOY)
    path = changed(workbook_from_case(tmp_path / "toy", tmp_path / "toy.xlsx"), b"</sheetData>", new)
    if slug:
        assert refusal(load_case, path)[1] == slug
    else:
        assert load_case(path).crisis == "toy"


def test_xml_in_an_encoding_that_hides_tags(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"S": SITES})
    data = repacked(
        path.read_bytes(), {"xl/worksheets/sheet1.xml": lambda content: content.decode().encode("utf-16")}
    )
    assert refusal(read_grids, put(tmp_path, "b.xlsx", data))[1] == "import-file-truncated"
    for start in (b"\xff\xfe<", b"<\0?\0", b'<?xml version="1.0" encoding="cp037"?>'):
        with pytest.raises(ValueError, match="another encoding"):
            check_encoding(start)
    check_encoding(b'<?xml version="1.0" encoding="UTF-8"?>')


def test_a_small_parquet_file_of_endless_rows_or_text(tmp_path):
    import polars as pl

    name = "2024-01-31-team-model.parquet"
    many = pl.DataFrame(OUTPUTS[0]).select(pl.all().repeat_by(3_000_001).explode())
    many.write_parquet(tmp_path / name)
    assert (tmp_path / name).stat().st_size < 500_000
    assert refusal(bring, "hubverse", tmp_path / name) == (
        f"{name}: the file has 3,000,001 rows; expected at most 3,000,000 rows; keep only the rows and columns that the case needs",
        "import-file-too-large",
    )
    long = pl.DataFrame(OUTPUTS[0] | {"location": "x" * 100_000}).select(pl.all().repeat_by(6_000).explode())
    long.write_parquet(tmp_path / name)
    assert (tmp_path / name).stat().st_size < 50_000
    assert refusal(bring, "hubverse", tmp_path / name)[0].startswith(
        f"{name}: its cells are 600 MB of text; expected at most 500 MB of text; keep only"
    )


# -- settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = " + "[" * 100_000, "the file is no TOML (brackets are nested too deeply)"),
        (
            "a" + ".a" * 100_000 + " = 1",
            "the file is no TOML (more than 200 points outside numbers in line 1)",
        ),
        (
            "x = " + "9" * 5000,
            "the file is no TOML (Exceeds the limit (4300 digits) for integer string conversion",
        ),
        ("#" * 9_000_000, "the file has 9 MB"),
    ],
    ids=["nested", "points", "digits", "size"],
)
def test_settings_that_would_take_for_ever(tmp_path, text, found):
    message, slug = refusal(read_settings_file, put(tmp_path, "s.toml", text), {}, "sites")
    assert message.startswith(f"s.toml: {found}")
    assert slug == "import-settings-file"


# -- maps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True], ids=["file", "archive"])
def test_a_layer_that_is_worked_out_while_it_is_read(tmp_path, packed):
    folder = make_case(tmp_path / "case")
    path = write_areas(tmp_path / "a.gpkg", NEWER, boxes())
    with sqlite3.connect(path) as database:
        (layer,) = database.execute("SELECT table_name FROM gpkg_contents").fetchone()
        database.execute(f'ALTER TABLE "{layer}" RENAME TO base')
        endless = (
            "AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT base.* FROM base, n"
        )
        database.execute(f'CREATE VIEW "{layer}" {endless}')
    database.close()
    if packed:
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.write(path, "a.gpkg")
        path = tmp_path / "a.zip"
    assert refusal(read_source, "cod", path, folder) == (
        f"{path.name}: a layer of it is a view, which is worked out each time that it is read; expected layers that are tables; save the layer alone into a new GeoPackage",
        "import-boundaries-view",
    )


def test_an_extract_that_unpacks_without_end(tmp_path, monkeypatch):
    text = b'<?xml version="1.0"?><osm version="0.6">' + b" " * 60_000_000 + b"</osm>"
    path = put(tmp_path, "a.osm.gz", gzip.compress(text, 9))
    assert path.stat().st_size < 100_000
    assert refusal(read_extract, path, paths=True, tracks=True) == (
        "a.osm.gz: the file unpacks to more than 60 times its size; expected an extract of OpenStreetMap, which unpacks to 2 to 15 times its size; download it again, for example from download.geofabrik.de, and compare its size",
        "osm-bomb",
    )
    way = (
        b'<node id="1" lat="1" lon="1"/><way id="1">'
        + b'<nd ref="1"/>' * 2_000
        + b'<tag k="highway" v="primary"/></way>'
    )
    monkeypatch.setattr("havenward.case.importers.osm_roads.EXTRACT_NODES", 1_000)
    text = b'<?xml version="1.0"?><osm version="0.6">' + way + way.replace(b'id="1">', b'id="2">') + b"</osm>"
    assert refusal(read_extract, put(tmp_path, "b.osm", text), paths=True, tracks=True) == (
        "b.osm: its roads have more than 1,000 points; expected the roads of a country; cut out the part that the case needs (osmium extract)",
        "osm-too-large",
    )


def test_a_limit_has_its_reason_beside_it():
    """Each number stands under a heading, in a line with words or below one."""
    source = (Path(__file__).parents[1] / "src/havenward/limits.py").read_text(encoding="utf-8")
    names = re.findall(r"^([A-Z_]+)\b", source, re.MULTILINE)
    used = "\n".join(path.read_text(encoding="utf-8") for path in (Path(__file__).parents[1] / "src").rglob("*.py") if path.name != "limits.py")  # fmt: skip
    assert [name for name in names if name not in used] == []

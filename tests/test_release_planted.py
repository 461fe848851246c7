"""Leaks planted into finished products of every kind are refused, and the products themselves are not."""

import csv
import json
import shutil
import sqlite3
import struct
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import date

import openpyxl
import polars as pl
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from havenward.brief.compose import compose_brief
from havenward.brief.release import (
    LOG_FILE,
    check_files,
    coarsen,
    guard_for,
    log_release,
    require_reason,
)
from havenward.brief.write import write_brief
from havenward.errors import ReleaseError
from havenward.needs.requirements import estimate_needs
from havenward.needs.standards import load_standards
from havenward.settings import BriefSettings
from toy_brief import FORMULA, HOSTILE, toy_case, toy_run

LATITUDE, LONGITUDE = 36.3571, 43.1271  # of `Old Town north`, which people leave
PNG_START = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Compose and write the toy brief for the public."""
    case = toy_case()
    run = toy_run(tmp_path_factory.mktemp("planted") / "run", case)
    standards = load_standards()
    needs = estimate_needs(case, run, standards)
    brief = compose_brief(case, run, needs, BriefSettings(), standards)
    folder = tmp_path_factory.mktemp("planted") / "out"
    write_brief(brief, folder)
    return brief, folder


@pytest.fixture(scope="module")
def guard():
    case = toy_case()
    return guard_for(case.locations, case.title, "public", case.suppress_below)


def copy_of(made, name, tmp_path):
    """Copy a finished product."""
    return shutil.copy(made[1] / name, tmp_path / name)


def slugs(path, guard):
    return {problem.slug for problem in check_files([path], guard)}


def png(*chunks):
    """Make a picture of one grey point with chunks of one's own."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        *chunks,
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    ]
    return PNG_START + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def test_every_product_passes(made, guard):
    files = [path for path in sorted(made[1].rglob("*")) if path.is_file()]
    assert {".html", ".xlsx", ".csv", ".pdf", ".gpkg", ".geojson", ".parquet"} <= {
        path.suffix for path in files
    }
    assert check_files(files, guard) == []


# -- pages ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leak", "slug"),
    [
        (f'<p title="{LATITUDE}, {LONGITUDE}">x</p>', "release-name"),
        (f"<svg><circle><title>{LONGITUDE} {LATITUDE}</title></circle></svg>", "release-name"),
        (f'<svg><path d="M{LONGITUDE} {LATITUDE}L43.2917 36.2917Z"/></svg>', "release-name"),
        (f'<svg><path d="M{LONGITUDE:.2f},{LATITUDE:.2f}l3,4"/></svg>', "release-name"),
        ('<svg><path d="M43.7123 36.4456"/></svg>', "release-name"),
        ("<p>4800886.9, 4349869.5</p>", "release-name"),
        ("<p>36\u00b021'25\"N 43\u00b007'37\"E</p>", "release-name"),
        ("<svg><title>People on the road River Gate \u2013 Hill Camp</title></svg>", "release-name"),
        ("<p>River\u200bGate</p>", "release-name"),
        ("<p>R\u00edver G\u00e2te</p>", "release-name"),
        ('<style>p::after{content:"River Gate"}</style>', "release-name"),
        ("<style>/* River Gate */</style>", "release-name"),
        ("<svg><![CDATA[River Gate]]></svg>", "release-name"),
        ("<q>Call my brother on +964 770 123 4567, she said.</q>", "release-person"),
        ("<q>Call 0770-<b>123</b>-4567.</q>", "release-person"),
        ('<a href="mailto:a.b@example.org">x</a>', "release-person"),
        ("<td>3 people</td>", "release-small-count"),
        ("<p>3\u00a0personnes</p>", "release-small-count"),
        (f"<q>{'word ' * 40}</q>", "release-long-quote"),
        (HOSTILE, "page-loads-something"),
        ('<a href="javascript:alert(1)">x</a>', "page-loads-something"),
        ('<svg><a xlink:href="https://example.org"/></svg>', "page-loads-something"),
        ('<meta http-equiv="refresh" content="0">', "page-loads-something"),
    ],
)
def test_a_leak_in_the_page(made, guard, tmp_path, leak, slug):
    path = copy_of(made, "brief.html", tmp_path)
    page = path.read_text(encoding="utf-8")
    assert "</main>" in page
    path.write_text(page.replace("</main>", f"{leak}</main>"), encoding="utf-8")
    assert slugs(path, guard) == ({slug} if slug else set())


def test_a_leak_in_a_drawing(guard, tmp_path):
    path = tmp_path / "map.svg"
    path.write_text(
        "<svg xmlns='http://www.w3.org/2000/svg'><path d='M10.5 20.1L3 4'/></svg>", encoding="utf-8"
    )
    assert slugs(path, guard) == set()
    path.write_text(f"<svg><path d='M10 20L{LONGITUDE},{LATITUDE}'/></svg>", encoding="utf-8")
    assert slugs(path, guard) == {"release-name"}
    path.write_text("<!DOCTYPE svg [<!ENTITY a 'River'>]><svg>&a; x</svg>", encoding="utf-8")
    assert slugs(path, guard) == {"page-loads-something"}


def test_a_script_in_a_report_is_only_text(made):
    page = (made[1] / "brief.html").read_text(encoding="utf-8")
    assert "<script" not in page.casefold()
    assert "&lt;script&gt;" in page


def test_a_formula_as_the_name_of_a_place_is_only_text(made):
    with (made[1] / "people.csv").open(encoding="utf-8-sig") as stream:
        names = {row["name"] for row in csv.DictReader(stream)}
    assert f"'{FORMULA}" in names
    assert not any(name.startswith(("=", "+", "-", "@")) for name in names)


# -- tables --------------------------------------------------------------------------------------------


def test_a_formula_in_a_table(made, guard, tmp_path):
    path = copy_of(made, "people.csv", tmp_path)
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("\"'=HYPERLINK", '"=HYPERLINK'), encoding="utf-8")
    assert slugs(path, guard) == {"release-formula"}


def test_a_count_of_three_and_the_total_that_gives_it_away(made, guard, tmp_path):
    path = copy_of(made, "people.csv", tmp_path)
    with path.open(encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    whole = next(row for row in rows if row["measure"] == "people_at_receiving_places")
    parts = [row for row in rows if row["measure"] == "people_at_place" and row["date"] == whole["date"]]
    missing = next(row for row in parts if not row["low"])

    def write():
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return slugs(path, guard)

    assert write() == set()
    whole["low"] = sum(int(row["low"]) for row in parts if row["low"]) + 3
    assert write() == {"release-total"}
    whole["low"] = ""
    missing["low"] = 3
    assert write() == {"release-small-count"}


def test_a_position_in_columns_of_its_own(guard, tmp_path):
    path = tmp_path / "sites.csv"
    head = "location,name,latitude,longitude\n"
    path.write_text(f"{head}camp_a,Hill Camp,36.35,43.55\n", encoding="utf-8")
    assert slugs(path, guard) == set()
    path.write_text(f"{head}camp_a,Hill Camp,36.30,43.55\n", encoding="utf-8")
    assert slugs(path, guard) == {"release-name"}


def workbook(made, tmp_path, change):
    path = copy_of(made, "brief.xlsx", tmp_path)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def hidden_sheet(book):
    sheet = book.create_sheet("x")
    sheet.sheet_state = "veryHidden"
    sheet["A1"], sheet["C7"] = LATITUDE, LONGITUDE


def hyperlink(book):
    book["Summary"]["J9"] = '=HYPERLINK("http://bad.example","x")'


def other_book(book):
    book["Summary"]["J9"] = "=[1]Sheet1!A1"


def defined_name(book):
    book.defined_names["x"] = openpyxl.workbook.defined_name.DefinedName("x", attr_text='"River Gate"')


def properties(book):
    book.properties.description = "as told by River Gate"


def phone(book):
    book["Summary"]["J9"] = "Call 0770 123 4567"


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        (hidden_sheet, "release-name"),
        (hyperlink, "release-formula"),
        (other_book, "release-formula"),
        (defined_name, "release-name"),
        (properties, "release-name"),
        (phone, "release-person"),
    ],
)
def test_a_leak_in_the_workbook(made, guard, tmp_path, change, slug):
    assert slugs(workbook(made, tmp_path, change), guard) == {slug}


def test_a_workbook_that_another_program_saved_passes(made, guard, tmp_path):
    assert slugs(workbook(made, tmp_path, lambda _: None), guard) == set()


def test_a_part_of_a_workbook_that_cannot_be_searched(made, guard, tmp_path):
    path = copy_of(made, "brief.xlsx", tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
        archive.writestr("customXml/item1.xml", "<x>River Gate</x>")
    assert slugs(path, guard) == {"release-kind", "release-name"}


# -- databases and columns -----------------------------------------------------------------------------


def geometry(longitude, latitude):
    header = b"GP\0\1" + struct.pack("<i", 4326)
    return header + struct.pack("<BIdd", 1, 1, longitude, latitude)


def first_layer(base):
    return base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchone()


def geo_row(base):
    table, column = first_layer(base)
    sql = f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = 1'  # noqa: S608 - of our own file
    base.execute(sql, [geometry(LONGITUDE, LATITUDE)])


def geo_name(base):
    base.execute("UPDATE layer_styles SET description = 'by River Gate'")


def geo_extent(base):
    base.execute("UPDATE gpkg_contents SET min_x = ?, min_y = ?", [LONGITUDE, LATITUDE])


def geo_free_page(base):
    base.execute("CREATE TABLE gone (text TEXT)")
    base.executemany("INSERT INTO gone VALUES (?)", [("River Gate " * 50,)] * 40)
    base.commit()
    base.execute("DROP TABLE gone")


def geo_deleted_row(base):
    blob = geometry(LONGITUDE, LATITUDE)
    base.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, shape BLOB)")
    base.executemany("INSERT INTO kept (shape) VALUES (?)", [(blob,), (b"x",), (blob,)])
    base.commit()
    base.execute("DELETE FROM kept WHERE id IN (1, 3)")


def geo_metres(base):
    base.execute("UPDATE gpkg_geometry_columns SET srs_id = 3857")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (geo_row, {"release-name"}),
        (geo_name, {"release-name"}),
        (geo_extent, {"release-name"}),
        (geo_free_page, {"release-free-pages", "release-name"}),
        (geo_deleted_row, {"release-name"}),
        (geo_metres, {"release-kind"}),
    ],
)
def test_a_leak_in_the_database(made, guard, tmp_path, change, expected):
    path = copy_of(made, "locations.gpkg", tmp_path)
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA secure_delete = OFF")
        base.execute("PRAGMA foreign_keys = OFF")
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            base.execute(f'DROP TRIGGER "{name}"')  # they call functions that this program does not have
        base.commit()
        change(base)
        base.commit()
    assert slugs(path, guard) == expected


def test_a_leak_in_geojson(made, guard, tmp_path):
    path = copy_of(made, "locations.geojson", tmp_path)
    data = json.loads(path.read_text(encoding="utf-8"))
    feature = next(one for one in data["features"] if one["geometry"])
    feature["geometry"]["coordinates"] = [LONGITUDE, LATITUDE]
    path.write_text(json.dumps(data), encoding="utf-8")
    assert slugs(path, guard) == {"release-name"}


def test_a_leak_in_the_columns(made, guard, tmp_path):
    path = tmp_path / "forecast.parquet"
    table = pl.read_parquet(made[1] / path.name)
    for leak, expected in [
        (table.with_columns(pl.lit("old_town_1").alias("location")), {"release-name"}),
        (table.with_columns(pl.lit(3.0).alias("value")), {"release-small-count"}),
        (table.with_columns(pl.lit(1.0).alias("arrivals")), {"release-column"}),
        (table.with_columns(pl.lit(LATITUDE).alias("a"), pl.lit(LONGITUDE).alias("b")), {"release-name"}),
        (table.with_columns(pl.lit([1, 2]).alias("a")), {"release-kind"}),
    ]:
        leak.write_parquet(path)
        assert slugs(path, guard) == expected
    table.write_parquet(path, metadata={"made": "by River Gate"})
    assert slugs(path, guard) == {"release-name"}


# -- pictures and documents ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], set()),
        ([(b"pHYs", bytes(9))], set()),
        ([(b"tEXt", b"Title\0River Gate")], {"release-name"}),
        ([(b"zTXt", b"Title\0\0" + zlib.compress(b"River Gate"))], {"release-name"}),
        ([(b"iTXt", b"T\0\1\0en\0x\0" + zlib.compress(b"call 0770 123 4567"))], {"release-person"}),
        ([(b"eXIf", b"II*\0")], {"release-kind"}),
    ],
)
def test_a_leak_in_a_picture(guard, tmp_path, chunks, expected):
    path = tmp_path / "map.png"
    path.write_bytes(png(*chunks))
    assert slugs(path, guard) == expected
    path.write_bytes(png() + b"River Gate")
    assert slugs(path, guard) == {"release-kind"}


def attach(writer):
    writer.add_attachment("notes.txt", b"nothing")


def name_in_properties(writer):
    writer.add_metadata({"/Subject": "River Gate"})


def link(writer):
    action = DictionaryObject(
        {
            NameObject("/S"): NameObject("/URI"),
            NameObject("/URI"): TextStringObject("https://example.org/?q=river-gate"),
        }
    )
    writer._add_object(
        DictionaryObject({NameObject("/Type"): NameObject("/Annot"), NameObject("/A"): action})
    )


def alternative_text(writer):
    writer._add_object(
        DictionaryObject({NameObject("/Alt"): TextStringObject("The way from Old Town north")})
    )


def script(writer):
    action = {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert(1)"),
    }
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(action)


@pytest.mark.parametrize(
    ("change", "slug"),
    [
        (attach, "release-attachment"),
        (name_in_properties, "release-name"),
        (link, "release-name"),
        (alternative_text, "release-name"),
        (script, "release-attachment"),
    ],
)
def test_a_leak_in_the_pdf(made, guard, tmp_path, change, slug):
    path = tmp_path / "brief.pdf"
    writer = PdfWriter(clone_from=PdfReader(made[1] / path.name))
    change(writer)
    writer.write(path)
    assert slugs(path, guard) == {slug}


def test_a_name_on_a_page_of_the_pdf(made):
    # the name of a place that is shown, to a guard that withholds it: the text of the pages is read
    case = toy_case()
    rows = tuple(replace(row, kind="origin") if row.location == "camp_a" else row for row in case.locations)
    strict = guard_for(rows, case.title, "public", 10)
    assert "release-name" in slugs(made[1] / "brief.pdf", strict)


# -- archives and other files --------------------------------------------------------------------------


def test_a_leak_in_an_archive_in_an_archive(guard, tmp_path):
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "location,name,x\nold_town_1,x,y\n")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "inner.zip")
        archive.writestr("fine.txt", "nothing")
    problems = check_files([outer], guard)
    assert [(problem.slug, problem.where) for problem in problems] == [
        ("release-name", "outer.zip inner.zip a.csv")
    ]
    deep = tmp_path / "deep.zip"
    with zipfile.ZipFile(deep, "w") as archive:
        archive.write(outer, "outer.zip")
    assert slugs(deep, guard) == {"release-archive"}


@pytest.mark.parametrize("name", ["../x.txt", "/x.txt", "C:x.txt"])
def test_an_archive_that_leads_out(guard, tmp_path, name):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    assert slugs(path, guard) == {"release-archive"}


def test_an_archive_that_would_fill_the_disk(guard, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(60_000_000))
    assert path.stat().st_size < 100_000
    assert slugs(path, guard) == {"release-archive"}


def test_a_file_that_passed_is_not_opened_again_and_another_is(made, guard, tmp_path):
    beside = copy_of(made, "people.csv", tmp_path)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(beside, "people.csv")
        archive.writestr("more/people.csv", beside.read_text(encoding="utf-8-sig") + "old_town_1,,,,,,,\n")
    assert [problem.where for problem in check_files([path, beside], guard)] == ["a.zip more/people.csv"]


def test_a_shown_name_that_was_cut_to_fit_or_goes_on_in_the_next_line_passes(tmp_path):
    case = toy_case()
    rows = tuple(
        replace(row, name="River Gate, host families") if row.location == "camp_a" else row
        for row in case.locations
    )
    cut = guard_for(rows, case.title, "public", 10)
    assert cut.names_in("River Gate, host fam\u2026") == ()
    assert cut.names_in("River Gate, other fam\u2026") == ("river gate",)
    assert cut.names_in("River Gate\u2026") == ("river gate",)
    path = tmp_path / "x.svg"
    path.write_text(
        '<svg><text x="1">River Gate,</text><text x="2">host families</text></svg>', encoding="utf-8"
    )
    assert slugs(path, cut) == set()


def test_names_notes_and_what_stands_before_an_archive(guard, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("river-gate.txt", "x")
        archive.comment = b"Old Town north"
    assert len(check_files([path], guard)) == 2
    path.write_bytes(b"River Gate" + path.read_bytes())
    assert slugs(path, guard) == {"release-archive"}


@pytest.mark.parametrize(
    ("name", "content", "slug"),
    [
        ("a.docx", b"x", "release-kind"),
        ("a", b"x", "release-kind"),
        ("a.pdf", b"no pdf", "release-unreadable"),
        ("a.png", b"no picture", "release-unreadable"),
        ("a.parquet", b"no columns", "release-unreadable"),
        ("a.gpkg", b"no database" * 100, "release-unreadable"),
        ("a.xlsx", b"no archive", "release-unreadable"),
        ("a.json", b"{", "release-unreadable"),
        ("a.csv", b"\xff\xfe\x00", "release-unreadable"),
        ("a.md", b"<img src=x>", "page-loads-something"),
        ("a.md", b"[x](javascript:alert(1))", "page-loads-something"),
        ("a.md", b"| River-Gate |", "release-name"),
        ("a.txt", b"call +33 6 12 34 56 78", "release-person"),
    ],
)
def test_other_files(guard, tmp_path, name, content, slug):
    path = tmp_path / name
    path.write_bytes(content)
    assert slugs(path, guard) == {slug}


# -- positions and the log -----------------------------------------------------------------------------


def test_positions_of_the_public_are_those_of_a_cell():
    assert coarsen(36.3571, 43.1271, "public") == (36.35, 43.15, "coarse")
    assert coarsen(36.3, -43.1271, "public") == (36.35, -43.15, "coarse")
    assert coarsen(36.3571, 43.1271, "partner") == (36.3571, 43.1271, "exact")
    assert coarsen(None, 43.1271, "team") == (None, None, "none")


def test_a_release_is_logged_with_what_was_handed_over(made, tmp_path):
    brief, _ = made
    copy = copy_of(made, "people.csv", tmp_path)
    day = date(2016, 10, 17)
    log_release(tmp_path, brief, [copy], day)
    log_release(
        tmp_path, replace(brief, audience="partner", reason="Site planning with Mr Smith"), [copy], day
    )
    with (tmp_path / LOG_FILE).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["audience"] for row in rows] == ["public", "partner"]
    assert rows[1]["reason"] == "Site planning with [name]"
    assert len(rows[0]["sha256"]) == 64
    assert rows[0]["released"] == "2016-10-17"
    assert "routes and places passed on the way" in rows[1]["withheld"]
    before = (tmp_path / LOG_FILE).read_bytes()
    with pytest.raises(ReleaseError, match="expected a reason of at least 10 letters"):
        log_release(tmp_path, replace(brief, audience="team", reason=" . "), [copy], day)
    assert (tmp_path / LOG_FILE).read_bytes() == before


def test_a_reason_may_not_name_what_is_withheld(guard):
    with pytest.raises(ReleaseError, match="it names river gate"):
        require_reason("team", "We must reach River-Gate at once", guard)
    assert require_reason("public", "", guard) == ""

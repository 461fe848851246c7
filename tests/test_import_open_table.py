"""Protects how tables of other offices are opened: every usual form is understood, every broken one explained."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from constructed_imports import write_text, write_workbook, write_zip
from havenward.case.importers.open_table import (
    decide_day_order,
    open_table,
    read_count,
    read_day,
    settle_days,
)
from havenward.errors import CaseError

WANTED = {
    "name": ("site name", "nom du site", "#loc+name"),
    "code": ("p-code", "#loc+code"),
    "people": ("individuals", "personnes", "#affected+idps"),
    "day": ("date", "#date"),
}
CSV = "Site name,P-code,Individuals,Date\nÉcole A,X1,1200,2024-05-01\nCamp B,X2,,2024-05-02\n"
ROWS = [
    (2, {"name": "École A", "code": "X1", "people": "1200", "day": "2024-05-01"}),
    (3, {"name": "Camp B", "code": "X2", "people": "", "day": "2024-05-02"}),
]


def opened(path: Path, **options):
    return open_table(path, wanted=WANTED, **options)


def refused(path: Path, **options) -> str:
    with pytest.raises(CaseError) as error:
        opened(path, **options)
    return str(error.value)


# -- every usual form --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CSV, "utf-8"),
        (CSV, "utf-8-sig"),
        (CSV, "utf-16"),
        (CSV, "utf-16-le"),
        (CSV, "cp1252"),
        (CSV.replace(",", ";"), "utf-8"),
        (CSV.replace(",", "\t"), "utf-8"),
        ("sep=;\n" + CSV.replace(",", ";"), "utf-8"),
        (CSV.replace("\n", "\r\n"), "utf-8"),
        (
            CSV.replace("Site name", "SITE_NAME")
            .replace("P-code", "pcode")
            .replace("Individuals", " personnes "),
            "utf-8",
        ),
        (CSV + ",,,\n", "utf-8"),
    ],
)
def test_text_in_every_encoding_and_with_every_delimiter(tmp_path, text, encoding):
    table = opened(write_text(tmp_path / "constructed_sites.csv", text, encoding))
    shift = 1 if text.startswith("sep") else 0
    assert table.rows == [(number + shift, cells) for number, cells in ROWS]
    assert bool(table.notes) == (encoding == "cp1252")


def test_a_workbook_with_a_title_empty_rows_dates_and_another_sheet(tmp_path):
    path = write_workbook(
        tmp_path / "constructed_sites.xlsx",
        {
            "Read me": [["About this file"], ["Contact", "someone"]],
            "Sites": [
                ["List of sites"],
                [],
                ["Site name", "P-code", "Individuals", "Date", "Remarks"],
                ["École A", "X1", 1200, datetime(2024, 5, 1), "x"],  # noqa: DTZ001 - as spreadsheets hold days
                [],
                ["Camp B", "X2", None, date(2024, 5, 2), None],
            ],
        },
    )
    table = opened(path)
    assert table.where == "constructed_sites.xlsx sheet 'Sites'"
    assert table.rows == [(4, ROWS[0][1]), (6, ROWS[1][1])]
    assert table.columns["people"] == "Individuals"
    assert table.other_columns == ("Remarks",)


def test_merged_texts_are_repeated_and_merged_numbers_count_once(tmp_path):
    path = write_workbook(
        tmp_path / "constructed_merged.xlsx",
        {"S": [["Site name", "P-code", "Individuals"], ["Camp A", "X1", 300], [None, "X2", None]]},
        {"S": ["A2:A3", "C2:C3"]},
    )
    table = opened(path)
    assert [cells for _, cells in table.rows] == [
        {"name": "Camp A", "code": "X1", "people": "300"},
        {"name": "Camp A", "code": "X2", "people": ""},
    ]
    assert table.notes == (
        "constructed_merged.xlsx sheet 'S': merged cells with numbers (1); each counts once, in the first row that it covers",
    )


@pytest.mark.parametrize("form", ["list", "data", "lines", "geojson", "nested"])
def test_json_in_every_shape(tmp_path, form):
    records = [{"site name": "A", "individuals": 5}, {"site name": "B", "p-code": "X2", "individuals": 6.5}]
    text = {
        "list": json.dumps(records),
        "data": json.dumps({"status": 200, "data": records}),
        "lines": "\n".join(json.dumps(record) for record in records),
        "geojson": json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "geometry": None, "properties": r} for r in records],
            }
        ),
        "nested": json.dumps({"data": {"timeseries": records}}),
    }[form]
    table = opened(write_text(tmp_path / "constructed.json", text))
    assert [cells for _, cells in table.rows] == [
        {"name": "A", "code": "", "people": "5"},
        {"name": "B", "code": "X2", "people": "6.5"},
    ]


def test_a_zip_that_holds_one_table(tmp_path):
    path = write_zip(tmp_path / "constructed.zip", {"data/sites.csv": CSV.encode(), "README.txt": b"about"})
    assert opened(path).rows == ROWS


def test_tags_name_columns_whatever_their_order_and_parts_are_never_the_whole(tmp_path):
    text = "Men,Everyone,Where,When\n#affected + m +idps,#Affected+idps+total,#loc+v_x+name,#date+reported\n3,7,Camp A,2024-05-01\n"
    table = opened(write_text(tmp_path / "constructed_tags.csv", text))
    assert table.rows == [(3, {"name": "Camp A", "people": "7", "day": "2024-05-01"})]
    only_men = opened(write_text(tmp_path / "men.csv", text.replace("+total", "+f")))
    assert "people" not in only_men.columns


def test_tags_are_found_as_the_reference_library_finds_them(tmp_path):
    """An independent reader of HXL gives the same cells."""
    hxl = pytest.importorskip("hxl")
    text = "A,B,C\nnotes,,\n#loc+name,#affected+idps+ind,#date\nCamp A,7,2024-05-01\nCamp B,8,2024-05-02\n"
    path = write_text(tmp_path / "constructed_tags.csv", text)
    with hxl.data(str(path), hxl.input.InputOptions(allow_local=True)) as source:
        theirs = [[row.get("#loc+name"), row.get("#affected+idps"), row.get("#date")] for row in source]
    ours = [[cells["name"], cells["people"], cells["day"]] for _, cells in opened(path).rows]
    assert ours == theirs


def test_a_repeated_header_and_rows_without_any_wanted_cell_are_left_out(tmp_path):
    text = "Site name,Individuals,Other\nA,1,x\nSite name,Individuals,Other\n,,only this\nB,2,y\n"
    assert [n for n, _ in opened(write_text(tmp_path / "constructed.csv", text)).rows] == [2, 5]


# -- every broken form: the exact message ------------------------------------------------------------------

BROKEN = {
    "error page": (
        "a.csv",
        b"<!DOCTYPE html><html><head><title>503 Service Unavailable</title></head></html>",
        "a.csv: this is a web page ('503 Service Unavailable'); expected a table; download it again: the address may need a login, or the service may be down",
    ),
    "error as XML": (
        "a.csv",
        b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        "a.csv: this is XML, which services also send in place of an error; expected a table; open it in a text editor to see what it says, then download it again",
    ),
    "error as JSON": (
        "a.json",
        b'{"status": 401, "error": "Access token is missing"}',
        "a.json: the service sent an error: Access token is missing; expected a list of records; download it again as the service's page describes",
    ),
    "empty": (
        "a.csv",
        b"\xef\xbb\xbf\r\n",
        "a.csv: the file is empty; expected a table; download or save it again",
    ),
    "only a header": (
        "a.csv",
        b"Site name,Individuals\n",
        "a.csv: there is no row below the headings; expected rows of data; download or save it again, or name another sheet",
    ),
    "cut in a row": (
        "a.csv",
        b"Site name,P-code,Individuals\nA,X1,5\nB,X",
        "a.csv row 3: the last row has 2 of 3 cells, as if the file was cut off; expected whole rows; download it again, or complete the row",
    ),
    "cut in quotes": (
        "a.csv",
        b'Site name,P-code\n"A, B",X1\n"C',
        "a.csv row 3: a quotation mark opens here and never closes, as if the file was cut off; expected whole rows; download it again, or close the quotation mark",
    ),
    "cut JSON": (
        "a.json",
        b'[{"site name": "A"}, {"site na',
        "a.json: the file is damaged or was cut off while it was copied; expected a whole file; download or copy it again",
    ),
    "cut archive": (
        "a.zip",
        b"PK\x03\x04" + b"\x00" * 40,
        "a.zip: the file is damaged or was cut off while it was copied; expected a whole file; download or copy it again",
    ),
    "renamed columns": (
        "a.csv",
        b"Place label,Head count,Site nam\nA,5,x\n",
        "a.csv: no column is known among 'Place label', 'Head count', 'Site nam'; expected columns such as name (site name or nom du site), code (p-code or #loc+code), people (individuals or personnes), day (date or #date); rename the heading: 'Site nam' is near to 'name'",
    ),
    "old workbook": (
        "a.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "a.xls: this is a workbook in the old format of Excel (.xls); expected .xlsx or CSV; open it and save it as .xlsx",
    ),
    "protected": (
        "a.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "a.xlsx: the workbook is protected with a password; expected a file that opens without one; open it, remove the password, and save it as .xlsx",
    ),
    "PDF": (
        "a.csv",
        b"%PDF-1.7 ...",
        "a.csv: this is a PDF; expected CSV, XLSX, JSON, or a ZIP that holds one of them; save the table in one of these forms",
    ),
    "unknown letters": (
        "a.csv",
        "Название,Люди\nЛагерь,5\n".encode("koi8-r"),  # noqa: RUF001 - another script
        "a.csv: its letters are in no encoding that is known here; expected UTF-8, UTF-16 or Windows-1252; open it and save it as 'CSV UTF-8' or as .xlsx",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_no_table_is_refused_with_the_reason(tmp_path, case):
    name, data, message = BROKEN[case]
    path = tmp_path / name
    path.write_bytes(data)
    assert refused(path) == message


def test_a_cut_workbook_an_empty_sheet_a_wrong_sheet_and_two_tables_in_one_archive(tmp_path):
    good = write_workbook(tmp_path / "a.xlsx", {"Sites": [["Site name"], ["A"]], "Empty": []})
    assert refused(good, sheet="Empty") == (
        "a.xlsx sheet 'Empty': the sheet is empty; expected a row of headings and rows of data; name another sheet, or save the table again"
    )
    assert refused(good, sheet="Site") == (
        "a.xlsx: there is no sheet 'Site'; expected one of 'Sites', 'Empty'; did you mean 'Sites'?"
    )
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(good.read_bytes()[:-300])
    assert refused(cut) == (
        "cut.xlsx: the file is damaged or was cut off while it was copied; expected a whole file; download or copy it again"
    )
    two = write_zip(tmp_path / "two.zip", {"a.csv": b"x", "b.csv": b"y"})
    assert refused(two) == (
        "two.zip: the archive holds the tables a.csv, b.csv; expected one table: CSV, XLSX or JSON; unpack it and name the file that you mean"
    )
    missing = tmp_path / "nowhere.csv"
    assert refused(missing) == (
        "nowhere.csv: the file cannot be read (No such file or directory); expected a file that may be read; check the path, and that the file is not open elsewhere"
    )


def test_an_archive_that_unpacks_to_a_disk_full_is_refused_unread(tmp_path):
    bomb = write_zip(tmp_path / "bomb.zip", {"a.csv": b"0" * 60_000_000})
    assert bomb.stat().st_size < 100_000
    assert refused(bomb) == (
        "bomb.zip: the file unpacks to 60 MB; expected at most 1,500 MB, and at most 200 times its size; take it from its source again; a file like this can be made to fill a disk"
    )


# -- cells -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234), ("1 234", 1234), ("1\u202f234\u202f567", 1234567), ("1.234", 1234), ("1.234,0", 1234),
        ("1'234", 1234), ("1234.0", 1234), ("٣٤٥", 345), ("12.5", 13), ("1e5", 100000), ("0", 0),
        ("<5", None), ("*", None), ("-", None), ("n/a", None), ("-4", None), ("about 5", None), ("", None),
    ],
)  # fmt: skip
def test_counts_as_offices_write_them(text, value):
    count = read_count(text)
    assert count.value == value
    assert value is not None or count.reason


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2024-05-13", None, date(2024, 5, 13)),
        ("2024-05-13T10:00:00Z", None, date(2024, 5, 13)),
        ("13/05/2024", None, date(2024, 5, 13)),
        ("05/13/2024", None, date(2024, 5, 13)),
        ("03/04/2024", None, None),
        ("03/04/2024", True, date(2024, 4, 3)),
        ("03/04/2024", False, date(2024, 3, 4)),
        ("13 mai 2022", None, date(2022, 5, 13)),
        ("1er août 2023", None, date(2023, 8, 1)),
        ("3 de marzo de 2024", None, date(2024, 3, 3)),
        ("13 أيار 2022", None, date(2022, 5, 13)),
        ("May 13, 2022", None, date(2022, 5, 13)),
        ("45425", None, date(2024, 5, 13)),
        ("31/02/2024", True, None),
        ("2024", None, None),
    ],
)
def test_days_as_offices_write_them(text, order, day):
    assert read_day(text, order) == day


def test_the_order_of_days_is_decided_once_for_a_column_or_asked_for():
    assert decide_day_order(["03/04/2024", "25/04/2024"]).day_first is True
    assert decide_day_order(["03/04/2024", "04/25/2024"]).day_first is False
    assert decide_day_order(["2024-04-03", "13/04/2024", "04/13/2024"]).undecided == ()
    with pytest.raises(CaseError) as mixed:
        settle_days("a.csv", "Date", ["03/04/2024", "25/04/2024", "04/25/2024"])
    assert str(mixed.value) == (
        "a.csv: column 'Date': some days are written day first ('25/04/2024') and some month first ('04/25/2024'), so that others such as '03/04/2024' can be read in two ways; expected one way to write days, or a setting that says which it is; write dates = \"day first\" or dates = \"month first\" into a settings file"
    )
    with pytest.raises(CaseError) as unclear:
        settle_days("a.csv", "Date", ["03/04/2024"])
    assert "'03/04/2024' can be read day first or month first, and no other row says which" in str(
        unclear.value
    )
    assert settle_days("a.csv", "Date", ["03/04/2024"], "month first") is False


def test_stored_numbers_of_a_workbook_are_never_taken_for_thousands(tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", {"S": [["Site name", "Individuals"], ["A", 123.456]]})
    assert read_count(opened(path).rows[0][1]["people"]).value == 123
    assert read_count("123.456").value == 123456

"""Protects cases in one workbook: the same case as a folder, and problems that name sheet and cell."""

import io
import shutil
import subprocess
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havenward.case.check import check_case
from havenward.case.draft import read_draft
from havenward.case.load import load_case
from havenward.case.new import case_from_workbook, new_case, write_template
from havenward.case.template_workbook import write_workbook
from havenward.case.workbook_cells import cell_text, column_letter
from havenward.case.workbook_examples import EXAMPLES
from havenward.case.workbook_sheets import CASE_SHEETS, SETTINGS, sheet_columns
from havenward.case.write import write_case
from havenward.cli import main
from havenward.errors import CaseError, Problem
from toy_case import TOY, edited, write_files


@pytest.fixture
def toy(tmp_path):
    return load_case(write_files(tmp_path / "toy", TOY))


@pytest.fixture
def book(tmp_path, toy):
    """Write the toy case as a workbook; gives a function that edits, saves and checks it."""
    path = write_workbook(tmp_path / "case.xlsx", toy)

    def edit(change):
        opened = openpyxl.load_workbook(path)
        change(opened)
        opened.save(path)
        return [str(problem) for problem in check_case(path)]

    return edit


def put(sheet, cell, value):
    return lambda opened: opened[sheet].__setitem__(cell, value)


# -- the same case ---------------------------------------------------------------------------------------


def test_a_workbook_gives_the_same_case_and_the_same_folder(tmp_path, toy):
    path = write_workbook(tmp_path / "case.xlsx", toy)
    assert check_case(path) == []
    assert load_case(path) == toy
    write_case(toy, tmp_path / "by-hand")
    case_from_workbook(tmp_path / "made", path)
    files = sorted(p.relative_to(tmp_path / "made") for p in (tmp_path / "made").rglob("*") if p.is_file())
    assert files == sorted(
        p.relative_to(tmp_path / "by-hand") for p in (tmp_path / "by-hand").rglob("*") if p.is_file()
    )
    for name in files:
        assert (tmp_path / "made" / name).read_bytes() == (tmp_path / "by-hand" / name).read_bytes()


def test_the_same_case_gives_the_same_bytes(tmp_path, toy):
    one, other = (write_workbook(tmp_path / name, toy).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == other


def test_the_bundled_case_survives_a_workbook(tmp_path):
    from havenward.pipeline import bundled_case

    case = load_case(bundled_case())
    assert load_case(write_workbook(tmp_path / "mosul.xlsx", case)) == case


def test_long_texts_and_nested_mixtures_survive(tmp_path):
    components = '[{weight = 2, distribution = "mixture", components = [{weight = 1, distribution = "beta", alpha = 2, beta = 3}, {weight = 3, distribution = "fixed", value = 0.2}]}, {weight = 1, distribution = "fixed", value = 0.9}]'
    old = '[{weight = 2, distribution = "beta", alpha = 2, beta = 3}, {weight = 1, distribution = "fixed", value = 0.9}]'
    files = edited(("assumptions.toml", old, components))
    files["reports/2016-07-20-times.txt"] += "\n  A long annex. " + "word  \n" * 20_000
    case = load_case(write_files(tmp_path / "long", files))
    path = write_workbook(tmp_path / "long.xlsx", case)
    assert load_case(path) == case


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_workbook_saved_by_libreoffice_gives_the_same_case(tmp_path, toy):
    path = write_workbook(tmp_path / "case.xlsx", toy)
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    done = subprocess.run([*command, "--outdir", str(tmp_path / "saved"), str(path)], capture_output=True, timeout=120, check=False)  # fmt: skip
    if done.returncode or not (tmp_path / "saved" / "case.xlsx").exists():
        pytest.skip("LibreOffice could not run here")
    assert load_case(tmp_path / "saved" / "case.xlsx") == toy


def test_the_examples_are_a_sound_case(tmp_path):
    path = write_template(tmp_path / "t.xlsx")
    opened = openpyxl.load_workbook(path)
    for title, rows in EXAMPLES.items():
        page = opened[title]
        heads = {cell.value: cell.column for cell in page[1]}
        for number, row in enumerate(rows, start=2):
            if title == SETTINGS:
                at = next(r for r in range(2, page.max_row + 1) if page.cell(r, 1).value == row["setting"])
                page.cell(at, 2).value = row["value"]
                continue
            for key, value in row.items():
                page.cell(number, heads[key]).value = value
    opened.save(path)
    assert [str(problem) for problem in check_case(path)] == []
    assert load_case(path).locations[0].pcode == "0101"


def test_the_template_has_every_column_with_a_note_and_its_drop_downs(tmp_path):
    opened = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx"))
    assert opened.sheetnames == ["README", *CASE_SHEETS, "examples", "lists"]
    assert opened["lists"].sheet_state == "hidden"
    for title in CASE_SHEETS:
        if title == SETTINGS:
            continue
        heads = opened[title][1]
        assert [cell.value for cell in heads] == [column.name for column in sheet_columns(title)]
        assert all(cell.comment and "Write: " in cell.comment.text for cell in heads), title
    kinds = [
        rule.formula1
        for rule in opened["locations"].data_validations.dataValidation
        if "D2" in str(rule.sqref)
    ]
    assert kinds == ['"origin,town,camp,host,border,marker"']
    assert opened["locations"].column_dimensions["C"].number_format == "@"  # P-codes keep their zeros


def test_the_template_says_politely_what_is_missing(tmp_path):
    assert [str(problem) for problem in check_case(write_template(tmp_path / "t.xlsx"))] == [
        "t.xlsx sheet settings cell B2: key 'title' is missing; expected a text; add it",
        "t.xlsx sheet settings cell B3: key 'crisis' is missing; expected a short name; add it",
        "t.xlsx sheet settings cell B4: key 'country' is missing; expected a country code of three capital letters (ISO 3166-1 alpha-3); add it",
        "t.xlsx sheet settings cell B5: key 'start' is missing; expected a date written YYYY-MM-DD; add it",
        "t.xlsx sheet locations: there is no origin; expected at least one location of kind origin; add the places that people may leave",
        "t.xlsx sheet locations: there is no place that receives people; expected at least one location of kind camp or host; add the places where people may go",
    ]


# -- what people do to workbooks -------------------------------------------------------------------------

HARMLESS = [
    ("a number as text", put("locations", "K2", "400,000")),
    ("a date as text", put("locations", "O2", "2016-06-01")),
    ("a date with its time", put("locations", "O2", datetime(2016, 6, 1))),  # noqa: DTZ001 - as spreadsheets hold it
    ("a formula with spaces around", put("locations", "B2", " East Side ")),
    ("a blank row and a blank column before the table", lambda b: (b["routes"].insert_rows(1), b["routes"].insert_cols(1))),
    ("a title above the header", lambda b: (b["routes"].insert_rows(1), b["routes"].__setitem__("A1", "Roads, by Ana"))),
    ("blank rows between rows", lambda b: b["locations"].insert_rows(4)),
    ("a sheet in other letters", lambda b: setattr(b["routes"], "title", " Routes ")),
    ("sheets in another order", lambda b: b.move_sheet("settings", 5)),
    ("a row of HXL tags", lambda b: (b["routes"].insert_rows(2), b["routes"].__setitem__("A2", "#geo+from"))),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change"), HARMLESS, ids=[what for what, _ in HARMLESS])
def test_what_changes_nothing(tmp_path, toy, book, what, change):
    assert book(change) == [], what
    assert load_case(tmp_path / "case.xlsx") == toy


def test_a_number_shown_with_leading_zeros_is_read_as_shown(tmp_path, book):
    def change(opened):
        opened["locations"]["C2"] = 42
        opened["locations"]["C2"].number_format = "00000"

    book(change)
    assert load_case(tmp_path / "case.xlsx").locations[0].pcode == "00042"


SAID = [
    (
        "a word for a number",
        put("locations", "L6", "ten thousand"),
        ["case.xlsx sheet locations cell L6: capacity is 'ten thousand'; expected a whole number from 0 to 2,000,000,000 (persons); write the number alone, in digits"],
    ),
    (
        "a day written otherwise",
        put("events", "G3", "21/10/2016"),
        ["case.xlsx sheet events cell G3: published is '21/10/2016'; expected a date written YYYY-MM-DD; write 2016-10-21"],
    ),
    (
        "an unknown place",
        put("routes", "A2", "campa"),
        [
            "case.xlsx sheet routes cell A2: from is 'campa'; expected a location of sheet locations; did you mean 'camp-a'?",
        ],
    ),
    (
        "a setting",
        put("settings", "B4", "Iraq"),
        ["case.xlsx sheet settings cell B4: country is 'Iraq'; expected a country code of three capital letters (ISO 3166-1 alpha-3); look the code up, for example IRQ for Iraq"],
    ),
    (
        "an unknown setting",
        put("settings", "A6", "horizon_day"),
        ["case.xlsx sheet settings cell A6: unknown key 'horizon_day'; expected keys among title, crisis, country, start, horizon_days, rules, residents_held, front_by_cell, publication_lag_days, known; did you mean 'horizon_days'?"],
    ),
    (
        "a unit of an assumption",
        put("assumptions", "J2", "days"),
        [
            "case.xlsx sheet assumptions cell M2: after is 2016-07-01; expected it with the unit 'days after' only; remove it, or correct the unit",
            "case.xlsx sheet assumptions cell J2: unit is 'days'; expected 'days after' for operation_start; convert the values and write this unit",
        ],
    ),
    (
        "merged cells",
        lambda b: b["locations"].merge_cells("H2:H3"),
        ["case.xlsx sheet locations: cells H2:H3 are merged; expected a value of its own in each cell; unmerge them and fill in each"],
    ),
    (
        "a formula that nobody worked out",
        put("locations", "K2", "=200000*2"),
        [
            "case.xlsx sheet locations cell K2: population is a formula without a stored value; expected a value, or a formula that a spreadsheet has worked out; open the workbook in a spreadsheet and save it, or write the value",
        ],
    ),
    (
        "an error of the spreadsheet",
        put("locations", "B2", "#REF!"),
        ["case.xlsx sheet locations cell B2: name is #REF!, an error of the spreadsheet; expected a value; repair the formula, or write the value"],
    ),
    (
        "a sheet of the user's own",
        lambda b: b.create_sheet("my notes").__setitem__("A1", "call Ana"),
        ["case.xlsx sheet my notes: this sheet is no part of a case and is not read; expected sheets among settings, locations, routes, events, assumptions, observations, stock, sources, attributes, scenarios, reports, figures; leave it, if it is your own"],
    ),
    (
        "a note beside the table",
        put("routes", "J3", "ask Ana"),
        ["case.xlsx sheet routes: cell J3 lies beside the table and is not read; expected values in columns that have a name; leave it, if it is a note of your own"],
    ),
    (
        "a hidden sheet",
        lambda b: setattr(b["routes"], "sheet_state", "hidden"),
        ["case.xlsx sheet routes: the sheet is hidden, and is read all the same; expected sheets that can be seen; show it, or delete it if it is not meant"],
    ),
    (
        "a mistyped sheet",
        lambda b: setattr(b["stock"], "title", "stocks"),
        ["case.xlsx sheet stocks: this sheet is no part of a case and is not read; expected sheets among settings, locations, routes, events, assumptions, observations, stock, sources, attributes, scenarios, reports, figures; did you mean 'stock'?"],
    ),
    (
        "a column that no table has",
        put("routes", "C1", "distance"),
        ["case.xlsx sheet routes cell C1: unknown column 'distance'; expected columns among from, to, distance_km, mode, published, source; did you mean 'distance_km'?"],
    ),
    (
        "a scenario that is not there",
        put("events", "I2", "slaw"),
        ["case.xlsx sheet events cell I2: scenario is 'slaw'; expected a scenario of sheet scenarios; did you mean 'slow'?"],
    ),
    (
        "a report with a path for a name",
        put("reports", "A2", "../../evil.txt"),
        [
            "case.xlsx sheet reports cell A2: report is '../../evil.txt'; expected a plain file name that ends in .txt; rename it, for example 2016-07-31-times.txt",
            "case.xlsx sheet figures cell B2: report is '2016-07-20-times.txt'; expected a file in sheet reports; correct the name, or add the report",
            "case.xlsx sheet figures cell B3: report is '2016-07-20-times.txt'; expected a file in sheet reports; correct the name, or add the report",
        ],
    ),
    (
        "a part without its mixture",
        put("assumptions", "O3", "1"),
        [
            "case.xlsx sheet assumptions cell O3: component is '1'; expected it below its mixture, with the same name; put the row below the mixture, and number its parts 1, 2, ...",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "said"), SAID, ids=[what for what, *_ in SAID])
def test_what_is_said_names_sheet_and_cell(book, what, change, said):
    assert book(change) == said, what


def test_a_workbook_without_a_sheet_that_is_needed(book):
    def change(opened):
        opened["routes"].title = "roads"

    assert book(change)[0] == (
        "case.xlsx sheet routes: the sheet is missing; expected it in every workbook; "
        "add it with its header, as the template of 'havenward new' has it"
    )


NO_WORKBOOK = [
    (b"", "case.xlsx: the file is empty; expected a table; download or save it again"),
    (b"hello", "case.xlsx: the workbook is damaged, or is no workbook; expected a file that a spreadsheet opens; open it, save it again as .xlsx, or copy it again"),
    (b"PK\x03\x04rest", "case.xlsx: the file is damaged or was cut off while it was copied; expected a whole file; download or copy it again"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), NO_WORKBOOK, ids=["empty", "text", "cut off"])
def test_files_that_are_no_workbook(tmp_path, data, said):
    (tmp_path / "case.xlsx").write_bytes(data)
    assert [str(problem) for problem in check_case(tmp_path / "case.xlsx")] == [said]


def test_other_kinds_of_workbooks_and_workbooks_of_something_else(tmp_path):
    (tmp_path / "case.ods").write_bytes(b"PK")
    assert [str(problem) for problem in check_case(tmp_path / "case.ods")] == [
        f"{tmp_path / 'case.ods'}: this is a workbook of the kind .ods; expected .xlsx; open it and save it as .xlsx"
    ]
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    assert [str(problem) for problem in check_case(tmp_path / "other.xlsx")] == [
        "other.xlsx: no sheet of it is one of a case ('Sheet'); expected sheets named settings, locations, routes, ...; start from the template: havenward new --workbook FILE.xlsx"
    ]


# -- commands --------------------------------------------------------------------------------------------


def test_commands_that_write_into_a_case_say_how_to_make_a_folder(tmp_path, toy, capsys):
    path = write_workbook(tmp_path / "case.xlsx", toy)
    said = (
        f"{path}: this case is a workbook, which is only read; expected a case folder, as something is to be "
        "written into it; make one of it: havenward new DIR --from case.xlsx\n"
    )
    report = write_files(tmp_path, {"r.txt": TOY["reports/2016-07-20-times.txt"]}) / "r.txt"
    assert main(["read", str(report), "--case", str(path)]) == 1
    assert capsys.readouterr().err == said
    (tmp_path / "camps.csv").write_text("name\nA\n", encoding="utf-8")
    assert main(["import", "sites", str(tmp_path / "camps.csv"), str(path)]) == 1
    assert capsys.readouterr().err == said


def test_new_makes_a_folder_of_a_workbook_or_says_what_is_wrong(tmp_path, toy, book, capsys):
    path = tmp_path / "case.xlsx"
    assert main(["new", str(tmp_path / "made"), "--from", str(path)]) == 0
    assert load_case(tmp_path / "made") == toy
    book(put("locations", "L6", "many"))
    assert main(["new", str(tmp_path / "again"), "--from", str(path)]) == 1
    assert "cell L6" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()
    assert main(["new", str(tmp_path / "made"), "--from", str(path)]) == 1
    assert main(["new"]) == 2
    assert main(["new", str(tmp_path / "x"), "--workbook", str(tmp_path / "y.xlsx")]) == 2
    assert main(["new", "--workbook", str(tmp_path / "y.csv")]) == 1
    assert "expected a name that ends in .xlsx" in capsys.readouterr().err


def test_a_workbook_filled_in_beside_empty_tables_is_told(tmp_path, toy):
    folder = new_case(tmp_path / "new", title="T", crisis="t", country="IRQ", start=date(2016, 6, 1))
    (folder / "case.xlsx").unlink()
    write_workbook(folder / "case.xlsx", toy)
    assert (
        "case.xlsx: the workbook has 8 rows of locations, and locations.csv has none; expected the case in one of them; a folder is read from its CSV files; "
        "check the workbook itself, or make a folder of it: havenward new DIR --from case.xlsx"
    ) in [str(problem) for problem in check_case(folder)]


def test_export_writes_a_workbook_that_gives_the_case_back(tmp_path, toy, capsys):
    assert main(["export", "workbook", str(tmp_path / "toy"), str(tmp_path / "out.xlsx")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'out.xlsx'}\n"
    assert load_case(tmp_path / "out.xlsx") == toy


# -- small parts -----------------------------------------------------------------------------------------


def test_cells_are_written_as_people_see_them():
    assert [column_letter(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    moment = datetime(2016, 7, 1, 9, 30)  # noqa: DTZ001 - as spreadsheets hold it
    values = [True, moment.replace(hour=0, minute=0), moment, 5.0, 0.1 + 0.2]
    assert [cell_text(value) for value in values] == ["yes", "2016-07-01", "2016-07-01 09:30:00", "5", "0.3"]
    assert cell_text(7, "000") == "007"
    assert cell_text(7, "#,##0") == "7"


# -- any bytes -------------------------------------------------------------------------------------------


def survives(path):
    problems = check_case(path)
    assert all(isinstance(problem, Problem) and "\n" not in problem.where for problem in problems)
    if any(problem.severity == "error" for problem in problems):
        with pytest.raises(CaseError):
            load_case(path)
    else:
        assert load_case(path) == read_draft(path).case


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    return write_workbook(folder / "case.xlsx", load_case(write_files(folder / "toy", TOY))).read_bytes()


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_any_bytes_give_a_case_or_its_problems(tmp_path_factory, packed, data):
    """Bytes of the file, or of one of its parts, are exchanged."""
    path = tmp_path_factory.mktemp("fuzz") / "case.xlsx"
    if data.draw(st.booleans()):
        raw = bytearray(packed)
        for _ in range(data.draw(st.integers(1, 5))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw)))]))
    else:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = data.draw(st.sampled_from(sorted(parts)))
        at = data.draw(st.integers(0, len(parts[name])))
        cut = data.draw(st.integers(0, 40))
        inserted = data.draw(
            st.sampled_from((b"", b"<", b"\0", b"9" * 30, b'"', b't="e"', b"</row>", b"-1", b"\xff"))
        )
        parts[name] = parts[name][:at] + inserted + parts[name][at + cut :]
        with zipfile.ZipFile(path, "w") as archive:
            for entry, content in parts.items():
                archive.writestr(entry, content)
    survives(path)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_any_cells_give_a_case_or_its_problems(tmp_path_factory, packed, data):
    """Cells are exchanged for values of other kinds, in any sheet."""
    path = tmp_path_factory.mktemp("fuzz") / "case.xlsx"
    opened = openpyxl.load_workbook(io.BytesIO(packed))
    strange = st.sampled_from(
        (None, "", 0, -1, 1e300, 3.5, True, "n/a", "=1+1", "#REF!", "2016-02-30", date(2016, 1, 1), "a;b;;", "x" * 5000,
         "mixture", "1", "2.1", "slow", "figures", "\n", "total", "[[assumption]]", "../x.txt")
    )  # fmt: skip
    for _ in range(data.draw(st.integers(1, 6))):
        page = opened[data.draw(st.sampled_from(CASE_SHEETS))]
        row, column = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 26))
        page.cell(row, column).value = data.draw(strange)
    opened.save(path)
    survives(path)
